// Names and numbers of hosts, services and addresses.
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "vm/heap/heap.h"
#include "vm/modules/socket/socket.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

double default_timeout = -1;

namespace {

Type* gai_error = nullptr;
Type* host_error = nullptr;

/// A C string argument, or nothing for None.
Result<bool> c_text(Value value, const char* what, std::string* text) {
  if (value.is_null() || is_none(value)) return false;
  if (is_str(value)) {
    *text = TRY(utf8_or_raise(value.as<Str>()));
  } else if (is_bytes(value)) {
    *text = value.as<Bytes>()->view();
  } else if (is_int(value)) {
    *text = TRY(int_to_text(value));
  } else {
    return raise(types.OSError, "{}", what);
  }
  return true;
}

Result<Value> getaddrinfo_function(const Value* a) {
  std::string host, port;
  if (!a[1].is_null() && is_int(a[1]))
    return raise(types.TypeError, "getaddrinfo() argument 1 must be string or None");
  bool has_host = TRY(c_text(a[1], "getaddrinfo() argument 1 must be string or None", &host));
  bool has_port = TRY(c_text(a[2], "Int or String expected", &port));
  addrinfo hints = {}, *found = nullptr;
  hints.ai_family = a[3].is_null() ? AF_UNSPEC : TRY(to_c_int(a[3]));
  hints.ai_socktype = a[4].is_null() ? 0 : TRY(to_c_int(a[4]));
  hints.ai_protocol = a[5].is_null() ? 0 : TRY(to_c_int(a[5]));
  hints.ai_flags = a[6].is_null() ? 0 : TRY(to_c_int(a[6]));
  TRY(audit("socket.getaddrinfo", {a[1], a[2], make_int(hints.ai_family), make_int(hints.ai_socktype),
                                   make_int(hints.ai_protocol)}));
  int error;
  {
    ReleaseLock released;
    error = getaddrinfo(has_host ? host.c_str() : nullptr, has_port ? port.c_str() : nullptr, &hints, &found);
  }
  if (error != 0) return raise_gai_error(error);
  List* list = make_list();
  for (addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Address address;
    std::memcpy(&address, at->ai_addr, at->ai_addrlen);
    auto name = from_address(address, at->ai_addrlen);
    if (!name.ok()) {
      freeaddrinfo(found);
      return Raised{};
    }
    Value canonical = make_str(at->ai_canonname == nullptr ? "" : at->ai_canonname);
    (void)list_append(list, make_tuple({make_int(at->ai_family), make_int(at->ai_socktype),
                                        make_int(at->ai_protocol), canonical, name.unwrap()}));
  }
  freeaddrinfo(found);
  return list;
}

/// The address that (host, port) or (host, port, flow information, scope) say; the host is a number.
Result<socklen_t> numeric_socket_address(Tuple* tuple, Address* address) {
  constexpr const char* kWhat = "getnameinfo(): illegal sockaddr argument";
  if (tuple->length < 2 || tuple->length > 4) return raise_text(types.TypeError, kWhat);
  std::string host;
  TRY(c_text(tuple->items[0], kWhat, &host));
  const std::string port = std::to_string(TRY(to_c_int(tuple->items[1])));
  uint32_t more[2] = {};
  for (size_t i = 2; i < tuple->length; ++i)
    more[i - 2] = static_cast<uint32_t>(TRY(to_uint64(tuple->items[i])));
  if (more[0] > 0xFFFFF) return raise(types.OverflowError, "getnameinfo(): flowinfo must be 0-1048575.");
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICHOST;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
    return raise_gai_error(error);
  const bool several = found->ai_next != nullptr;
  const socklen_t size = found->ai_addrlen;
  std::memcpy(address, found->ai_addr, size);
  freeaddrinfo(found);
  if (several) return raise(types.OSError, "sockaddr resolved to multiple addresses");
  if (address->base.sa_family == AF_INET && tuple->length != 2)
    return raise(types.OSError, "IPv4 sockaddr must be 2 tuple");
  if (address->base.sa_family == AF_INET6) {
    auto* inet = reinterpret_cast<sockaddr_in6*>(address);
    inet->sin6_flowinfo = htonl(more[0]);
    inet->sin6_scope_id = more[1];
  }
  return size;
}

Result<Value> getnameinfo_function(const Value* a) {
  if (!is_tuple(a[1])) return raise(types.TypeError, "getnameinfo() argument 1 must be a tuple");
  int flags = TRY(to_c_int(a[2]));
  Address address;
  const socklen_t size = TRY(numeric_socket_address(a[1].as<Tuple>(), &address));
  TRY(audit("socket.getnameinfo", {a[1]}));
  char name[NI_MAXHOST], service[NI_MAXSERV];
  int error;
  {
    ReleaseLock released;
    error = getnameinfo(&address.base, size, name, sizeof name, service, sizeof service, flags);
  }
  if (error != 0) return raise_gai_error(error);
  return make_tuple({make_str(name), make_str(service)});
}

Result<std::string> numeric_address(Value host, int family) {
  Address address;
  socklen_t size =
      TRY(to_address(family, make_tuple({host, Value::from_small(0)}), &address, "gethostbyname"));
  Value shown = TRY(from_address(address, size));
  return to_utf8(shown.as<Tuple>()->items[0].as<Str>());
}
Result<Value> gethostbyname_function(const Value* a) {
  TRY(audit("socket.gethostbyname", {a[1]}));
  return make_str(TRY(numeric_address(a[1], AF_INET)));
}

Result<Value> host_entry(const hostent* entry) {
  if (entry == nullptr) return raise_with(host_error, {make_int(h_errno), make_str(hstrerror(h_errno))});
  List *aliases = make_list(), *addresses = make_list();
  for (char** alias = entry->h_aliases; *alias != nullptr; ++alias)
    TRY(list_append(aliases, make_str(*alias)));
  for (char** address = entry->h_addr_list; *address != nullptr; ++address) {
    char text[INET6_ADDRSTRLEN];
    inet_ntop(entry->h_addrtype, *address, text, sizeof text);
    TRY(list_append(addresses, make_str(text)));
  }
  return make_tuple({make_str(entry->h_name), aliases, addresses});
}
Result<Value> gethostbyname_ex(const Value* a) {
  std::string host;
  TRY(c_text(a[1], "host name expected", &host));
  TRY(audit("socket.gethostbyname", {a[1]}));
  return host_entry(gethostbyname(host.c_str()));
}
Result<Value> gethostbyaddr_function(const Value* a) {
  std::string host;
  TRY(c_text(a[1], "host name expected", &host));
  TRY(audit("socket.gethostbyaddr", {a[1]}));
  unsigned char bytes[16];
  if (inet_pton(AF_INET, host.c_str(), bytes) == 1) return host_entry(gethostbyaddr(bytes, 4, AF_INET));
  if (inet_pton(AF_INET6, host.c_str(), bytes) == 1) return host_entry(gethostbyaddr(bytes, 16, AF_INET6));
  return host_entry(gethostbyname(host.c_str()));
}
Result<Value> gethostname_function(const Value*) {
  TRY(audit("socket.gethostname", {}));
  char name[256];
  if (gethostname(name, sizeof name) != 0) return raise_os_error(errno);
  return text_of(name);
}

Result<Value> getservbyname_function(const Value* a) {
  const std::string name = TRY(c_text_argument(a[1], "getservbyname", " 1"));
  std::string protocol;
  if (!a[2].is_null()) protocol = TRY(c_text_argument(a[2], "getservbyname", " 2"));
  TRY(audit("socket.getservbyname", {a[1], make_str(a[2].is_null() ? "" : protocol)}));
  servent* entry = getservbyname(name.c_str(), a[2].is_null() ? nullptr : protocol.c_str());
  if (entry == nullptr) return raise(types.OSError, "service/proto not found");
  return make_int(ntohs(static_cast<uint16_t>(entry->s_port)));
}
Result<Value> getservbyport_function(const Value* a) {
  int64_t port = TRY(to_int64(a[1]));
  if (port < 0 || port > 65535) return raise(types.OverflowError, "getservbyport: port must be 0-65535.");
  std::string protocol;
  if (!a[2].is_null()) protocol = TRY(c_text_argument(a[2], "getservbyport", " 2"));
  TRY(audit("socket.getservbyport", {a[1], make_str(a[2].is_null() ? "" : protocol)}));
  servent* entry =
      getservbyport(htons(static_cast<uint16_t>(port)), a[2].is_null() ? nullptr : protocol.c_str());
  if (entry == nullptr) return raise(types.OSError, "port/proto not found");
  return make_str(entry->s_name);
}
Result<Value> getprotobyname_function(const Value* a) {
  const std::string name = TRY(c_text_argument(a[1], "getprotobyname", " 1"));
  protoent* entry = getprotobyname(name.c_str());
  if (entry == nullptr) return raise(types.OSError, "protocol not found");
  return make_int(entry->p_proto);
}

// ---- numbers

template <class T, auto convert>
Result<Value> swap_bytes(const Value* a) {
  int64_t number = TRY(to_int64(a[1]));
  const char* name = sizeof(T) == 2 ? "16" : "32";
  if (number < 0)
    return raise(types.OverflowError, "can't convert negative Python int to C {}-bit unsigned integer", name);
  if (number > static_cast<int64_t>(std::numeric_limits<T>::max()))
    return raise(types.OverflowError, "Python int too large to convert to C {}-bit unsigned integer", name);
  return make_int(convert(static_cast<T>(number)));
}
uint16_t swap16(uint16_t n) {
  return htons(n);
}
uint32_t swap32(uint32_t n) {
  return htonl(n);
}

Result<Value> inet_aton_function(const Value* a) {
  const std::string text = TRY(c_text_argument(a[1], "inet_aton", " 1"));
  in_addr address;
  if (inet_aton(text.c_str(), &address) == 0)
    return raise(types.OSError, "illegal IP address string passed to inet_aton");
  return make_bytes({reinterpret_cast<const char*>(&address), 4});
}

Result<std::string> packed(Value value) {
  BufferView view;
  TRY(get_buffer(value, &view));
  std::string bytes(static_cast<const char*>(view.data), static_cast<size_t>(view.length));
  release_buffer(&view);
  return bytes;
}
Result<Value> to_presentation(int family, const std::string& bytes, const char* wrong) {
  if (bytes.size() != (family == AF_INET ? 4U : 16U))
    return raise(family == AF_INET && *wrong == 'p' ? types.OSError : types.ValueError, "{}", wrong);
  char text[INET6_ADDRSTRLEN];
  if (inet_ntop(family, bytes.data(), text, sizeof text) == nullptr) return raise_os_error(errno);
  return make_str(text);
}
Result<Value> inet_ntoa_function(const Value* a) {
  return to_presentation(AF_INET, TRY(packed(a[1])), "packed IP wrong length");
}
Result<Value> inet_ntop_function(const Value* a) {
  int family = TRY(to_c_int(a[1]));
  if (family != AF_INET && family != AF_INET6)
    return raise(types.ValueError, "unknown address family {}", family);
  return to_presentation(family, TRY(packed(a[2])), "invalid length of packed IP address string");
}
Result<Value> inet_pton_function(const Value* a) {
  int family = TRY(to_c_int(a[1]));
  const std::string text = TRY(c_text_argument(a[2], "inet_pton", " 2"));
  char bytes[16];
  int result = inet_pton(family, text.c_str(), bytes);
  if (result < 0) return raise_os_error(errno);
  if (result == 0) return raise(types.OSError, "illegal IP address string passed to inet_pton");
  return make_bytes({bytes, family == AF_INET ? 4U : 16U});
}

// ---- interfaces

Result<Value> if_nameindex_function(const Value*) {
  struct if_nameindex* all = if_nameindex();
  if (all == nullptr) return raise_os_error(errno);
  List* list = make_list();
  for (auto* at = all; at->if_index != 0; ++at)
    (void)list_append(list, make_tuple({make_int(at->if_index), text_of(at->if_name)}));
  if_freenameindex(all);
  return list;
}
Result<Value> if_nametoindex_function(const Value* a) {
  unsigned index = if_nametoindex(TRY(encode_file_name(a[1])).c_str());
  if (index == 0) return raise(types.OSError, "no interface with this name");
  return make_int(index);
}
Result<Value> if_indextoname_function(const Value* a) {
  char name[IF_NAMESIZE];
  if (if_indextoname(static_cast<unsigned>(TRY(to_c_int(a[1]))), name) == nullptr)
    return raise_os_error(errno);
  return text_of(name);
}

// ---- the rest

Result<Value> close_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  if (close(descriptor) != 0 && errno != ECONNRESET) return raise_os_error(errno);
  return none();
}
Result<Value> dup_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  return make_int(TRY(system_call([&] { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); })));
}
Result<Value> getdefaulttimeout(const Value*) {
  return default_timeout < 0 ? none() : make_float(default_timeout);
}
Result<Value> setdefaulttimeout(const Value* a) {
  double seconds = is_none(a[1]) ? -1 : TRY(to_double(a[1]));
  if (!is_none(a[1]) && !(seconds >= 0)) return raise(types.ValueError, "Timeout value out of range");
  default_timeout = seconds;
  return none();
}
Result<Value> socketpair_function(const Value* a) {
  int family = a[1].is_null() ? AF_UNIX : TRY(to_c_int(a[1]));
  int type = a[2].is_null() ? SOCK_STREAM : TRY(to_c_int(a[2]));
  int protocol = a[3].is_null() ? 0 : TRY(to_c_int(a[3]));
  int ends[2];
  TRY(system_call([&] { return socketpair(family, type | SOCK_CLOEXEC, protocol, ends); }));
  Value module = a[0];
  Value cls = dict_get(module.as<Module>()->dict, intern("socket"));
  auto make = [&](int descriptor) {
    return call(cls, {make_int(family), make_int(type), make_int(protocol), make_int(descriptor)});
  };
  Value first = TRY(make(ends[0]));
  return make_tuple({first, TRY(make(ends[1]))});
}
Result<Value> cmsg_len(const Value* a) {
  const int64_t length = TRY(to_int64(a[1]));
  if (length < 0 || length > INT32_MAX - static_cast<int64_t>(CMSG_LEN(0)))
    return raise(types.OverflowError, "CMSG_LEN() argument out of range");
  return make_int_unsigned(CMSG_LEN(static_cast<size_t>(length)));
}
Result<Value> cmsg_space(const Value* a) {
  const int64_t length = TRY(to_int64(a[1]));
  if (length < 0 || length > INT32_MAX - static_cast<int64_t>(CMSG_SPACE(1)))
    return raise(types.OverflowError, "CMSG_SPACE() argument out of range");
  return make_int_unsigned(CMSG_SPACE(static_cast<size_t>(length)));
}

constexpr MethodSpec kFunctions[] = {
    {"getaddrinfo", "($module, /, host, port, family=0, type=0, proto=0, flags=0)", getaddrinfo_function,
     "The addresses of a host and service."},
    {"getnameinfo", "($module, sockaddr, flags, /)", getnameinfo_function, "The names of an address."},
    {"gethostbyname", "($module, host, /)", gethostbyname_function, "The IPv4 address of a host."},
    {"gethostbyname_ex", "($module, host, /)", gethostbyname_ex, "Name, aliases and addresses of a host."},
    {"gethostbyaddr", "($module, host, /)", gethostbyaddr_function, "The same, by an address."},
    {"gethostname", "($module, /)", gethostname_function, "This host's name."},
    {"getservbyname", "($module, servicename, protocolname=None, /)", getservbyname_function,
     "A service's port."},
    {"getservbyport", "($module, port, protocolname=None, /)", getservbyport_function,
     "The service of a port."},
    {"getprotobyname", "($module, name, /)", getprotobyname_function, "A protocol's number."},
    {"ntohs", "($module, integer, /)", swap_bytes<uint16_t, swap16>, "16 bits from network to host order."},
    {"htons", "($module, integer, /)", swap_bytes<uint16_t, swap16>, "16 bits from host to network order."},
    {"ntohl", "($module, integer, /)", swap_bytes<uint32_t, swap32>, "32 bits from network to host order."},
    {"htonl", "($module, integer, /)", swap_bytes<uint32_t, swap32>, "32 bits from host to network order."},
    {"inet_aton", "($module, ip_addr, /)", inet_aton_function, "An IPv4 address as bytes."},
    {"inet_ntoa", "($module, packed_ip, /)", inet_ntoa_function, "An IPv4 address as text."},
    {"inet_pton", "($module, af, ip, /)", inet_pton_function, "An address as bytes."},
    {"inet_ntop", "($module, af, packed_ip, /)", inet_ntop_function, "An address as text."},
    {"if_nameindex", "($module, /)", if_nameindex_function, "All network interfaces."},
    {"if_nametoindex", "($module, if_name, /)", if_nametoindex_function, "An interface's number."},
    {"if_indextoname", "($module, if_index, /)", if_indextoname_function, "An interface's name."},
    {"close", "($module, fd, /)", close_function, "Closes a socket's descriptor."},
    {"dup", "($module, fd, /)", dup_function, "Another descriptor of the same socket."},
    {"socketpair", "($module, family=1, type=1, proto=0, /)", socketpair_function, "Two connected sockets."},
    {"getdefaulttimeout", "($module, /)", getdefaulttimeout, "The timeout of new sockets, or None."},
    {"setdefaulttimeout", "($module, timeout, /)", setdefaulttimeout, "Sets the timeout of new sockets."},
    {"CMSG_LEN", "($module, length, /)", cmsg_len, "The size of an ancillary item."},
    {"CMSG_SPACE", "($module, length, /)", cmsg_space, "The space that an ancillary item takes."},
};

}  // namespace

std::span<const MethodSpec> name_functions() {
  return kFunctions;
}

Raised raise_gai_error(int code) {
  if (code == EAI_SYSTEM) return raise_os_error(errno);
  return raise_with(gai_error, {make_int(code), make_str(gai_strerror(code))});
}

Status add_name_errors(Module* module) {
  static const TypeSpec gai_spec{.name = "socket.gaierror", .flags = kTypeBase | kTypeHasDict};
  static const TypeSpec host_spec{.name = "socket.herror", .flags = kTypeBase | kTypeHasDict};
  gai_error = make_native_type(gai_spec, types.OSError);
  host_error = make_native_type(host_spec, types.OSError);
  TRY(module_add(module, "gaierror", gai_error));
  TRY(module_add(module, "herror", host_error));
  TRY(module_add(module, "error", types.OSError));
  return module_add(module, "timeout", types.TimeoutError);
}

}  // namespace ouro::vm
