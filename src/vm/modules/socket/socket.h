// The module _socket, in parts.
#pragma once

#include <sys/socket.h>

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

Type* make_socket_type();
std::span<const MethodSpec> name_functions();  // names.cpp: getaddrinfo, inet_*, hton*, ...
Status add_name_errors(Module* module);
extern double default_timeout;

Raised raise_gai_error(int code);

}  // namespace ouro::vm
