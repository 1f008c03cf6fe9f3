// The type _socket.socket.
//
// A socket with a timeout is non-blocking below: a call first tries, and then polls until the deadline,
// handling signals in between (PEP 475).
#include "vm/modules/socket/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstring>

#include "vm/heap/heap.h"

namespace ouro::vm {

namespace {

using Clock = std::chrono::steady_clock;

Socket* socket_of(Value value) {
  return value.as<Socket>();
}

Status set_blocking(Socket* s, bool blocking) {
  int flag = blocking ? 0 : 1;
  if (ioctl(s->descriptor, FIONBIO, &flag) != 0) return raise_os_error(errno);
  return {};
}

// ---- construction

Result<Value> new_socket(Type* type, const Arguments&) {
  auto* s = allocate_instance<Socket>(type);
  s->descriptor = -1;
  s->timeout = -1;
  return s;
}

Result<int> integer_or(Value value, int default_value) {
  return value.is_null() ? Result<int>(default_value) : to_c_int(value);
}

Result<int> option_of(int descriptor, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  if (getsockopt(descriptor, SOL_SOCKET, option, &value, &size) != 0) return raise_os_error(errno);
  return value;
}

/// A socket around a descriptor: what is -1 is asked of the system.
Status adopt(Socket* s, Value descriptor_value) {
  if (is_float(descriptor_value)) return raise(types.TypeError, "integer argument expected, got float");
  int descriptor = TRY(to_descriptor(descriptor_value));
  if (descriptor < 0) return raise(types.ValueError, "negative file descriptor");
  Address address;
  socklen_t size = sizeof address;
  if (getsockname(descriptor, &address.base, &size) != 0 &&
      (s->family == -1 || errno == EBADF || errno == ENOTSOCK))
    return raise_os_error(errno);
  if (s->family == -1) s->family = address.base.sa_family;
  if (s->type == -1) s->type = TRY(option_of(descriptor, SO_TYPE));
  if (s->protocol == -1) s->protocol = TRY(option_of(descriptor, SO_PROTOCOL));
  s->descriptor = descriptor;
  return {};
}

Status init_socket(Value self, const Arguments& arguments) {
  static const Signature signature("socket", "(family=-1, type=-1, proto=-1, fileno=None)");
  Value given[4];
  TRY(signature.bind(arguments, given));
  Socket* s = socket_of(self);
  s->family = TRY(integer_or(given[0], -1));
  s->type = TRY(integer_or(given[1], -1));
  s->protocol = TRY(integer_or(given[2], -1));
  TRY(audit("socket.__new__", {self, make_int(s->family), make_int(s->type), make_int(s->protocol)}));
  if (!given[3].is_null() && !is_none(given[3])) {
    TRY(adopt(s, given[3]));
  } else {
    if (s->family == -1) s->family = AF_INET;
    if (s->type == -1) s->type = SOCK_STREAM;
    if (s->protocol == -1) s->protocol = 0;
    s->descriptor = static_cast<int>(
        TRY(system_call([&] { return socket(s->family, s->type | SOCK_CLOEXEC, s->protocol); })));
  }
  bool non_blocking = (s->type & SOCK_NONBLOCK) != 0;
  s->type &= ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
  s->timeout = non_blocking ? 0 : default_timeout;
  return s->timeout >= 0 && !non_blocking ? set_blocking(s, false) : Status();
}

void release_socket(Object* object) {
  auto* s = static_cast<Socket*>(object);
  if (s->descriptor >= 0) close(std::exchange(s->descriptor, -1));
}

Status del_socket(Value self) {
  if (socket_of(self)->descriptor < 0) return {};
  TRY(warn(types.ResourceWarning, fmt::format("unclosed {}", repr_text(self))));
  return {};
}

Result<Value> repr_socket(Value self) {
  Socket* s = socket_of(self);
  return make_str(fmt::format("<socket object, fd={}, family={}, type={}, proto={}>", s->descriptor,
                              s->family, s->type, s->protocol));
}

// ---- connecting

Result<Value> accept_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  Address address;
  socklen_t size = sizeof address;
  int64_t descriptor =
      TRY(socket_call(s, POLLIN, [&] { return accept4(s->descriptor, &address.base, &size, SOCK_CLOEXEC); }));
  auto name = from_address(address, size);
  if (!name.ok()) close(static_cast<int>(descriptor));
  return make_tuple({make_int(descriptor), TRY(name)});
}

Result<Value> bind_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  Address address;
  socklen_t size = TRY(to_address(s->family, a[1], &address, "bind"));
  TRY(audit("socket.bind", {a[0], a[1]}));
  TRY(system_call([&] { return bind(s->descriptor, &address.base, size); }));
  return none();
}

Result<Value> listen_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  int backlog = a[1].is_null() ? 128 : std::max(TRY(to_c_int(a[1])), 0);
  TRY(system_call([&] { return listen(s->descriptor, backlog); }));
  return none();
}

/// The errno of connecting, 0 for success; waits as long as the timeout allows.
Result<int> connect_to(Socket* s, const Address& address, socklen_t size) {
  int error;
  {
    ReleaseLock released;
    error = connect(s->descriptor, &address.base, size) == 0 ? 0 : errno;
  }
  bool waits = error == EINTR || (error == EINPROGRESS && s->timeout > 0);
  if (!waits) return error;
  if (error == EINTR) TRY(handle_signals());
  auto checked = socket_call(s, POLLOUT, [&]() -> int64_t {
    pollfd waited{s->descriptor, POLLOUT, 0};
    if (poll(&waited, 1, s->timeout < 0 ? -1 : 0) > 0) return 0;
    errno = EAGAIN;
    return -1;
  });
  TRY(checked);
  return TRY(option_of(s->descriptor, SO_ERROR));
}

Result<Value> connect_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  Address address;
  socklen_t size = TRY(to_address(s->family, a[1], &address, "connect"));
  TRY(audit("socket.connect", {a[0], a[1]}));
  int error = TRY(connect_to(s, address, size));
  if (error != 0) return raise_os_error(error);
  return none();
}

Result<Value> connect_ex_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  Address address;
  socklen_t size = TRY(to_address(s->family, a[1], &address, "connect_ex"));
  TRY(audit("socket.connect", {a[0], a[1]}));
  auto error = connect_to(s, address, size);
  if (!error.ok()) {
    if (!clear_if(types.TimeoutError)) return Raised{};
    return make_int(EAGAIN);
  }
  return make_int(error.unwrap());
}

Result<Value> shutdown_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  int how = TRY(to_c_int(a[1]));
  TRY(system_call([&] { return shutdown(s->descriptor, how); }));
  return none();
}

Result<Value> close_method(const Value* a) {
  int descriptor = std::exchange(socket_of(a[0])->descriptor, -1);
  if (descriptor < 0) return none();
  int failed, error;
  {
    ReleaseLock released;
    failed = close(descriptor);
    error = errno;
  }
  if (failed != 0 && error != ECONNRESET) return raise_os_error(error);
  return none();
}

Result<Value> detach_method(const Value* a) {
  return make_int(std::exchange(socket_of(a[0])->descriptor, -1));
}
Result<Value> fileno_method(const Value* a) {
  return make_int(socket_of(a[0])->descriptor);
}

template <int (*ask)(int, sockaddr*, socklen_t*)>
Result<Value> name_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  Address address;
  socklen_t size = sizeof address;
  if (ask(s->descriptor, &address.base, &size) != 0) return raise_os_error(errno);
  return from_address(address, size);
}
int own_name(int descriptor, sockaddr* address, socklen_t* size) {
  return getsockname(descriptor, address, size);
}
int peer_name(int descriptor, sockaddr* address, socklen_t* size) {
  return getpeername(descriptor, address, size);
}

// ---- receiving

Result<size_t> buffer_size(Value value, const char* function) {
  int64_t size = TRY(to_int64(value));
  if (size < 0) return raise(types.ValueError, "negative buffersize in {}", function);
  if (!can_allocate(static_cast<size_t>(size))) return raise_no_memory();
  return static_cast<size_t>(size);
}

Result<Value> recv_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  std::string buffer(TRY(buffer_size(a[1], "recv")), '\0');
  int flags = TRY(integer_or(a[2], 0));
  int64_t got =
      TRY(socket_call(s, POLLIN, [&] { return recv(s->descriptor, buffer.data(), buffer.size(), flags); }));
  return make_bytes({buffer.data(), static_cast<size_t>(got)});
}

Result<Value> recvfrom_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  std::string buffer(TRY(buffer_size(a[1], "recvfrom")), '\0');
  int flags = TRY(integer_or(a[2], 0));
  Address address;
  socklen_t size = sizeof address;
  int64_t got = TRY(socket_call(s, POLLIN, [&] {
    return recvfrom(s->descriptor, buffer.data(), buffer.size(), flags, &address.base, &size);
  }));
  Value name = TRY(from_address(address, size));
  return make_tuple({make_bytes({buffer.data(), static_cast<size_t>(got)}), name});
}

/// recv_into and recvfrom_into; `address` is null for the first.
Result<int64_t> receive_into(const Value* a, const char* function, Address* address, socklen_t* size) {
  Socket* s = socket_of(a[0]);
  int64_t wanted = a[2].is_null() ? 0 : TRY(to_int64(a[2]));
  int flags = TRY(integer_or(a[3], 0));
  if (wanted < 0) return raise(types.ValueError, "negative buffersize in {}", function);
  BufferView view;
  TRY(get_buffer(a[1], &view, kBufferWritable));
  if (wanted == 0) wanted = view.length;
  if (wanted > view.length) {
    release_buffer(&view);
    return raise(types.ValueError, "buffer too small for requested bytes");
  }
  auto got = socket_call(s, POLLIN, [&] {
    return recvfrom(s->descriptor, view.data, static_cast<size_t>(wanted), flags,
                    address == nullptr ? nullptr : &address->base, address == nullptr ? nullptr : size);
  });
  release_buffer(&view);
  return got;
}
Result<Value> recv_into_method(const Value* a) {
  return make_int(TRY(receive_into(a, "recv_into", nullptr, nullptr)));
}
Result<Value> recvfrom_into_method(const Value* a) {
  Address address;
  socklen_t size = sizeof address;
  int64_t got = TRY(receive_into(a, "recvfrom_into", &address, &size));
  return make_tuple({make_int(got), TRY(from_address(address, size))});
}

// ---- sending

Result<Value> send_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  int flags = TRY(integer_or(a[2], 0));
  BufferView view;
  TRY(get_buffer(a[1], &view));
  auto sent = socket_call(
      s, POLLOUT, [&] { return send(s->descriptor, view.data, static_cast<size_t>(view.length), flags); });
  release_buffer(&view);
  return make_int(TRY(sent));
}

/// All the bytes, in as many calls as it takes: signals are handled between them, and the timeout is that of
/// the whole.
Status send_all(Socket* s, const char* data, int64_t length, int flags) {
  const SocketDeadline deadline(s);
  for (int64_t done = 0; done < length;) {
    done += TRY(socket_call(s, POLLOUT, deadline, [&] {
      return send(s->descriptor, data + done, static_cast<size_t>(length - done), flags);
    }));
    TRY(handle_signals());
  }
  return {};
}

Result<Value> sendall_method(const Value* a) {
  int flags = TRY(integer_or(a[2], 0));
  BufferView view;
  TRY(get_buffer(a[1], &view));
  const Status sent = send_all(socket_of(a[0]), static_cast<char*>(view.data), view.length, flags);
  release_buffer(&view);
  TRY(sent);
  return none();
}

/// sendto(data, address) or sendto(data, flags, address).
Result<Value> sendto_method(Value self, const Arguments& arguments) {
  if (arguments.keyword_count() != 0)
    return raise(types.TypeError, "socket.sendto() takes no keyword arguments");
  const size_t count = arguments.positional;
  if (count != 2 && count != 3)
    return raise(types.TypeError, "sendto() takes 2 or 3 arguments ({} given)", count);
  Socket* s = socket_of(self);
  int flags = count == 2 ? 0 : TRY(to_c_int(arguments[1]));
  Value target = arguments[count - 1];
  Address address;
  socklen_t size = TRY(to_address(s->family, target, &address, "sendto"));
  TRY(audit("socket.sendto", {self, target}));
  BufferView view;
  TRY(get_buffer(arguments[0], &view));
  auto sent = socket_call(s, POLLOUT, [&] {
    return sendto(s->descriptor, view.data, static_cast<size_t>(view.length), flags, &address.base, size);
  });
  release_buffer(&view);
  return make_int(TRY(sent));
}

// ---- options

Result<Value> setblocking_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  bool blocking = TRY(is_true(a[1]));
  s->timeout = blocking ? -1 : 0;
  TRY(set_blocking(s, blocking));
  return none();
}
Result<Value> getblocking_method(const Value* a) {
  return make_bool(socket_of(a[0])->timeout != 0);
}

Result<Value> settimeout_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  double seconds = is_none(a[1]) ? -1 : TRY(to_double(a[1]));
  if (std::isnan(seconds)) return raise(types.ValueError, "Invalid value NaN (not a number)");
  if (!is_none(a[1]) && seconds < 0) return raise(types.ValueError, "Timeout value out of range");
  if (seconds > 9.2e9) return raise(types.OverflowError, "timeout doesn't fit into C timeval");
  s->timeout = seconds;
  TRY(set_blocking(s, seconds < 0));
  return none();
}
Result<Value> gettimeout_method(const Value* a) {
  double timeout = socket_of(a[0])->timeout;
  return timeout < 0 ? none() : make_float(timeout);
}

Result<Value> setsockopt_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  int level = TRY(to_c_int(a[1])), option = TRY(to_c_int(a[2]));
  int result;
  if (is_none(a[3])) {
    if (a[4].is_null())
      return raise(types.TypeError, "setsockopt() requires 4 arguments when the third is None");
    result = setsockopt(s->descriptor, level, option, nullptr, static_cast<socklen_t>(TRY(to_c_int(a[4]))));
  } else if (is_int(a[3])) {
    int value = TRY(to_c_int(a[3]));
    result = setsockopt(s->descriptor, level, option, &value, sizeof value);
  } else {
    BufferView view;
    TRY(get_buffer(a[3], &view));
    result = setsockopt(s->descriptor, level, option, view.data, static_cast<socklen_t>(view.length));
    release_buffer(&view);
  }
  if (result != 0) return raise_os_error(errno);
  return none();
}

Result<Value> getsockopt_method(const Value* a) {
  Socket* s = socket_of(a[0]);
  int level = TRY(to_c_int(a[1])), option = TRY(to_c_int(a[2]));
  int wanted = TRY(integer_or(a[3], 0));
  if (wanted < 0 || wanted > 1024) return raise(types.OSError, "getsockopt buflen out of range");
  char buffer[1024] = {};
  auto size = static_cast<socklen_t>(wanted == 0 ? sizeof(int) : static_cast<size_t>(wanted));
  if (getsockopt(s->descriptor, level, option, buffer, &size) != 0) return raise_os_error(errno);
  if (wanted != 0) return make_bytes({buffer, size});
  int value;
  std::memcpy(&value, buffer, sizeof value);
  return make_int(value);
}

Result<Value> get_family(Value self) {
  return make_int(socket_of(self)->family);
}
Result<Value> get_type(Value self) {
  return make_int(socket_of(self)->type);
}
Result<Value> get_protocol(Value self) {
  return make_int(socket_of(self)->protocol);
}
Result<Value> get_timeout(Value self) {
  return gettimeout_method(&self);
}

constexpr MethodSpec kMethods[] = {
    {"_accept", "($self, /)", accept_method, "(descriptor, address) of the next connection."},
    {"bind", "($self, address, /)", bind_method, "Gives the socket an address."},
    {"listen", "($self, backlog=<unrepresentable>, /)", listen_method, "Lets others connect."},
    {"connect", "($self, address, /)", connect_method, "Connects to an address."},
    {"connect_ex", "($self, address, /)", connect_ex_method, "The same; returns the error number."},
    {"shutdown", "($self, how, /)", shutdown_method, "Ends reading, writing, or both."},
    {"close", "($self, /)", close_method, "Closes the socket."},
    {"detach", "($self, /)", detach_method, "Gives the descriptor away."},
    {"fileno", "($self, /)", fileno_method, "The descriptor; -1 when closed."},
    {"getsockname", "($self, /)", name_method<own_name>, "The socket's address."},
    {"getpeername", "($self, /)", name_method<peer_name>, "The other side's address."},
    {"recv", "($self, bufsize, flags=0, /)", recv_method, "Receives at most that many bytes."},
    {"recvfrom", "($self, bufsize, flags=0, /)", recvfrom_method, "(bytes, address of the sender)."},
    {"recv_into", "($self, /, buffer, nbytes=0, flags=0)", recv_into_method, "Receives into a buffer."},
    {"recvfrom_into", "($self, /, buffer, nbytes=0, flags=0)", recvfrom_into_method,
     "(count, address of the sender)."},
    {"send", "($self, data, flags=0, /)", send_method, "Sends; returns how many bytes."},
    {"sendall", "($self, data, flags=0, /)", sendall_method, "Sends everything."},
    {"sendto", nullptr, nullptr, "Sends to an address.", Binding::Instance, sendto_method},
    {"sendmsg", "($self, buffers, ancdata=<unrepresentable>, flags=0, address=None, /)", sendmsg_method,
     "Sends several buffers and control messages."},
    {"recvmsg", "($self, bufsize, ancbufsize=0, flags=0, /)", recvmsg_method,
     "(bytes, control messages, flags, address of the sender)."},
    {"recvmsg_into", "($self, buffers, ancbufsize=0, flags=0, /)", recvmsg_into_method,
     "(count, control messages, flags, address of the sender)."},
    {"setblocking", "($self, flag, /)", setblocking_method, "Whether calls wait."},
    {"getblocking", "($self, /)", getblocking_method, "Whether calls wait."},
    {"settimeout", "($self, timeout, /)", settimeout_method,
     "How long calls wait, in seconds; None: for ever."},
    {"gettimeout", "($self, /)", gettimeout_method, "How long calls wait."},
    {"setsockopt", "($self, level, option, value, optlen=<unrepresentable>, /)", setsockopt_method,
     "Sets an option."},
    {"getsockopt", "($self, level, option, buffersize=0, /)", getsockopt_method, "An option's value."},
};
constexpr GetSetSpec kGetSets[] = {{"family", get_family, nullptr, "The address family."},
                                   {"type", get_type, nullptr, "The socket type."},
                                   {"proto", get_protocol, nullptr, "The protocol."},
                                   {"timeout", get_timeout, nullptr, "The timeout, or None."}};

}  // namespace

Type* make_socket_type() {
  static TypeSpec spec{.name = "_socket.socket",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(Socket),
                       .flags = kTypeBase | kTypeHasFinalizer,
                       .methods = kMethods,
                       .getsets = kGetSets,
                       .doc = "A socket."};
  spec.slots.new_ = new_socket;
  spec.slots.init = init_socket;
  spec.slots.repr = repr_socket;
  spec.slots.del = del_socket;
  spec.slots.release = release_socket;
  return make_native_type(spec);
}

}  // namespace ouro::vm
