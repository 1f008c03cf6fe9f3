// The methods that bytes and bytearray share. Each reads the bytes of either, and makes a new object of the
// same kind. What converts an argument may run any code: the bytes of a bytearray are looked at afterwards.
#pragma once

#include <string>

#include "vm/object/protocol.h"

namespace ouro::vm {

inline std::string_view bytes_of(Value self) {
  return is_bytes(self) ? self.as<Bytes>()->view() : view_of(self.as<ByteArray>());
}
/// bytes or bytearray, as self is.
Result<Value> make_like(Value self, std::string_view data);
/// An int in range(256), by __index__.
Result<uint8_t> byte_value(Value value, const char* message = "byte must be in range(0, 256)");
/// bytes(iterable_of_ints or buffer): what both constructors and slice assignment read.
Result<std::string> collect_bytes(Value source, const char* what);

// clang-format off: it never comes to rest on lists like this one
#define BYTES_METHODS(X) \
  X(capitalize) X(center) X(decode) X(expandtabs) X(hex) X(isalnum) X(isalpha) X(isascii) X(isdigit) X(islower) \
  X(isspace) X(istitle) X(isupper) X(join) X(ljust) X(lower) X(lstrip) X(partition) X(replace) \
  X(removeprefix) X(removesuffix) X(rjust) X(rpartition) X(rsplit) X(rstrip) X(split) X(splitlines) \
  X(strip) X(swapcase) X(title) X(translate) X(upper) X(zfill) X(fromhex) X(maketrans)
// clang-format on
#define X(name) Result<Value> bytes_##name(const Value* arguments);
BYTES_METHODS(X)
#undef X
#define BYTES_RAW_METHODS(X) X(count) X(endswith) X(find) X(index) X(rfind) X(rindex) X(startswith)
#define X(name) Result<Value> bytes_##name(Value self, const Arguments& arguments);
BYTES_RAW_METHODS(X)
#undef X

Result<bool> bytes_contains(Value self, Value item);
Result<Value> bytes_remainder(Value left, Value right);
Result<Value> bytes_iterate(Value self);
Result<Value> bytes_like_concat(Value left, Value right);
/// data.hex(sep, bytes_per_sep); null values: not given.
Result<Value> hex_text(std::string_view data, Value separator, Value group);
void complete_bytes_iterators();

}  // namespace ouro::vm
