// Socket addresses: tuples and paths to the system's structures and back.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "vm/modules/socket/socket.h"

namespace ouro::vm {

namespace {

/// A host's address through the resolver; "" is any, "<broadcast>" is that.
Status resolve(const std::string& host, int family, Address* address) {
  if (family == AF_INET && host == "<broadcast>") {
    reinterpret_cast<sockaddr_in*>(address)->sin_addr.s_addr = INADDR_BROADCAST;
    return {};
  }
  addrinfo hints = {};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = host.empty() ? AI_PASSIVE : 0;
  addrinfo* found = nullptr;
  int error;
  {
    ReleaseLock released;
    error = getaddrinfo(host.empty() ? nullptr : host.c_str(), host.empty() ? "0" : nullptr, &hints, &found);
  }
  if (error != 0) return raise_gai_error(error);
  std::memcpy(address, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return {};
}

Result<uint16_t> to_port(Value value, const char* function) {
  int64_t port = TRY(to_int64(value));
  if (port < 0 || port > 65535) return raise(types.OverflowError, "{}(): port must be 0-65535.", function);
  return static_cast<uint16_t>(port);
}

Result<std::string> host_text(Value host) {
  if (is_none(host)) return std::string();
  if (is_str(host)) return utf8_or_raise(host.as<Str>());
  if (is_bytes(host)) return std::string(host.as<Bytes>()->view());
  return raise(types.TypeError, "str, bytes or bytearray expected, not {}", type_name(host));
}

Result<Tuple*> address_tuple(Value value, const char* family, size_t least, size_t most,
                             const char* function) {
  if (!is_tuple(value))
    return raise(types.TypeError, "{}(): {} address must be tuple, not {}", function, family,
                 type_name(value));
  auto* tuple = value.as<Tuple>();
  if (tuple->length >= least && tuple->length <= most) return tuple;
  if (least == most)
    return raise(types.TypeError, "{}(): {} address must be a pair (host, port)", function, family);
  return raise(types.TypeError, "{}(): {} address must be a tuple (host, port[, flowinfo[, scopeid]])",
               function, family);
}

Result<socklen_t> to_inet(Value value, Address* address, const char* function) {
  Tuple* tuple = TRY(address_tuple(value, "AF_INET", 2, 2, function));
  TRY(resolve(TRY(host_text(tuple->items[0])), AF_INET, address));
  auto* inet = reinterpret_cast<sockaddr_in*>(address);
  inet->sin_family = AF_INET;
  inet->sin_port = htons(TRY(to_port(tuple->items[1], function)));
  return socklen_t{sizeof *inet};
}

Result<socklen_t> to_inet6(Value value, Address* address, const char* function) {
  Tuple* tuple = TRY(address_tuple(value, "AF_INET6", 2, 4, function));
  TRY(resolve(TRY(host_text(tuple->items[0])), AF_INET6, address));
  auto* inet = reinterpret_cast<sockaddr_in6*>(address);
  inet->sin6_family = AF_INET6;
  inet->sin6_port = htons(TRY(to_port(tuple->items[1], function)));
  int64_t flow = tuple->length > 2 ? TRY(to_int64(tuple->items[2])) : 0;
  if (flow < 0 || flow > 0xFFFFF)
    return raise(types.OverflowError, "{}(): flowinfo must be 0-1048575.", function);
  inet->sin6_flowinfo = htonl(static_cast<uint32_t>(flow));
  if (tuple->length > 3) inet->sin6_scope_id = static_cast<uint32_t>(TRY(to_int64(tuple->items[3])));
  return socklen_t{sizeof *inet};
}

/// Names outside of the file system may have null bytes, so what is between them is encoded.
Result<std::string> encode_abstract_name(Str* name) {
  std::string path;
  size_t start = 0;
  for (size_t i = 0; i <= name->length; ++i) {
    if (i < name->length && name->at(i) != 0) continue;
    path += TRY(encode_file_name(substring(name, start, i)));
    if (i < name->length) path += '\0';
    start = i + 1;
  }
  return path;
}

Result<socklen_t> to_unix(Value value, Address* address) {
  std::string path;
  if (is_str(value)) {
    path = TRY(encode_abstract_name(value.as<Str>()));
  } else {
    BufferView view;
    TRY(get_buffer(value, &view));
    path.assign(static_cast<const char*>(view.data), static_cast<size_t>(view.length));
    release_buffer(&view);
  }
  auto* local = reinterpret_cast<sockaddr_un*>(address);
  bool is_abstract = path.empty() || path[0] == '\0';  // without a name the system chooses one
  if (path.size() + (is_abstract ? 0 : 1) > sizeof local->sun_path)
    return raise(types.OSError, "AF_UNIX path too long");
  local->sun_family = AF_UNIX;
  std::memcpy(local->sun_path, path.data(), path.size());
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
}

Value unix_path(const sockaddr_un& local, socklen_t size) {
  size_t length = size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0;
  if (length > 0 && local.sun_path[0] == '\0') return make_bytes({local.sun_path, length});
  return text_of({local.sun_path, strnlen(local.sun_path, length)});
}

}  // namespace

Result<socklen_t> to_address(int family, Value value, Address* address, const char* function) {
  std::memset(address, 0, sizeof *address);
  switch (family) {
    case AF_INET:
      return to_inet(value, address, function);
    case AF_INET6:
      return to_inet6(value, address, function);
    case AF_UNIX:
      return to_unix(value, address);
    default:
      return raise(types.OSError, "{}(): bad family", function);
  }
}

Result<Value> from_address(const Address& address, socklen_t size) {
  if (size == 0) return none();
  char host[NI_MAXHOST];
  switch (address.base.sa_family) {
    case AF_INET: {
      const auto& inet = reinterpret_cast<const sockaddr_in&>(address);
      inet_ntop(AF_INET, &inet.sin_addr, host, sizeof host);
      return make_tuple({make_str(host), make_int(ntohs(inet.sin_port))});
    }
    case AF_INET6: {
      const auto& inet = reinterpret_cast<const sockaddr_in6&>(address);
      inet_ntop(AF_INET6, &inet.sin6_addr, host, sizeof host);
      return make_tuple({make_str(host), make_int(ntohs(inet.sin6_port)), make_int(ntohl(inet.sin6_flowinfo)),
                         make_int(inet.sin6_scope_id)});
    }
    case AF_UNIX:
      return unix_path(reinterpret_cast<const sockaddr_un&>(address), size);
    default:
      return make_tuple({make_int(address.base.sa_family),
                         make_bytes({address.base.sa_data, size - offsetof(sockaddr, sa_data)})});
  }
}

}  // namespace ouro::vm
