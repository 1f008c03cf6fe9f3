// The module _socket, in parts.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "vm/modules/posix/posix.h"

namespace ouro::vm {

struct Socket : Object {
  int descriptor;  // -1: closed
  int family, type, protocol;
  double timeout;  // seconds; below zero: none, waits for ever
};

union Address {
  sockaddr base;
  sockaddr_storage storage;
};

/// The address that Python code gave for a socket of the family. TypeError and OSError with CPython's text.
Result<socklen_t> to_address(int family, Value value, Address* address, const char* function);
/// The reverse: a tuple, a path, or None.
Result<Value> from_address(const Address& address, socklen_t size);

// messages.cpp: methods of sockets.
Result<Value> sendmsg_method(const Value* arguments);
Result<Value> recvmsg_method(const Value* arguments);
Result<Value> recvmsg_into_method(const Value* arguments);

Type* make_socket_type();
std::span<const MethodSpec> name_functions();  // names.cpp: getaddrinfo, inet_*, hton*, ...
Status add_name_errors(Module* module);
extern double default_timeout;

Raised raise_gai_error(int code);

/// When the time is up that a socket's timeout gives from now on.
struct SocketDeadline {
  using Clock = std::chrono::steady_clock;
  explicit SocketDeadline(const Socket* s)
      : at(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(std::max(s->timeout, 0.0)))) {}
  int64_t milliseconds_left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at - Clock::now()).count();
  }
  Clock::time_point at;
};

/// Calls until it succeeds, the deadline of a socket with a timeout passes, or something else goes wrong.
template <class Call>
Result<int64_t> socket_call(Socket* s, short events, const SocketDeadline& deadline, Call&& call) {
  double timeout = s->timeout;
  for (;;) {
    const auto [result, error] = call_unlocked(call);
    if (result >= 0) return result;
    bool would_block = error == EAGAIN || error == EWOULDBLOCK;
    if (error == EINTR) {
      TRY(handle_signals());
      continue;
    }
    if (!would_block || timeout <= 0) return raise_os_error(error);
    const int64_t left = deadline.milliseconds_left();
    if (left <= 0) return raise(types.TimeoutError, "timed out");
    pollfd waited{s->descriptor, events, 0};
    {
      ReleaseLock released;
      poll(&waited, 1, static_cast<int>(std::min<int64_t>(left + 1, 1000)));
    }
    TRY(handle_signals());
  }
}
/// The same, with all of the socket's timeout.
template <class Call>
Result<int64_t> socket_call(Socket* s, short events, Call&& call) {
  return socket_call(s, events, SocketDeadline(s), call);
}

}  // namespace ouro::vm
