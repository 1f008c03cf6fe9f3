// The methods of str, by topic; str_type.cpp has the table.
#pragma once

#include "vm/object/protocol.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

// clang-format off: it never comes to rest on lists like this one
#define STR_METHODS(X) \
  X(encode) X(replace) X(split) X(rsplit) X(join) X(capitalize) X(casefold) X(title) X(center) X(expandtabs) \
  X(partition) X(ljust) X(lower) X(lstrip) X(rjust) X(rstrip) X(rpartition) X(splitlines) X(strip) \
  X(swapcase) X(translate) X(upper) X(removeprefix) X(removesuffix) X(isascii) X(islower) X(isupper) \
  X(istitle) X(isspace) X(isdecimal) X(isdigit) X(isnumeric) X(isalpha) X(isalnum) X(isidentifier) \
  X(isprintable) X(zfill) X(format_map) X(format_dunder) X(maketrans) X(sizeof) X(getnewargs)
// clang-format on
#define X(name) Result<Value> str_##name(const Value* arguments);
STR_METHODS(X)
#undef X

#define STR_RAW_METHODS(X) X(count) X(find) X(rfind) X(index) X(rindex) X(startswith) X(endswith) X(format)
#define X(name) Result<Value> str_##name(Value self, const Arguments& arguments);
STR_RAW_METHODS(X)
#undef X

Result<bool> str_contains(Value self, Value item);
Result<Value> str_remainder(Value left, Value right);
Result<Value> str_iter(Value self);
void complete_str_iterators();

/// The str that argument `number` must be (0: the only one): "f() argument 1 must be str, not int".
Result<Str*> str_argument(Value value, const char* function, int number);
/// The limits of the methods with optional start and end. `raise` with CPython's text for anything but None
/// and indexes.
Status slice_limit(Value value, int64_t* limit);
/// Brings slice limits into [0, length], as all of these methods do.
void adjust_limits(int64_t length, int64_t* start, int64_t* end);
/// sub[, start[, end]] of find and friends: positional only.
Status find_arguments(const char* function, const Arguments& arguments, Value* sub, int64_t* start,
                      int64_t* end);

}  // namespace ouro::vm
