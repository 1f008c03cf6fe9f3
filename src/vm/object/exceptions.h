// Exceptions: layouts, raising, matching.
#pragma once

#include <fmt/format.h>

#include "vm/object/containers.h"
#include "vm/object/str.h"
#include "vm/object/thread.h"
#include "vm/object/types.h"

namespace ouro::vm {

struct Exception : Object {
  Tuple* args;
  Value traceback;  // a Traceback or null
  Value context;    // null: none
  Value cause;      // null: none
  bool suppress_context;
  Value notes;  // null, or the list of __notes__ ... kept as an ordinary attribute; unused here
};
struct StopIterationError : Exception {
  Value value;
};
struct SystemExitError : Exception {
  Value code;
};
struct ImportErrorObject : Exception {
  Value message, name, path;
};
struct OSErrorObject : Exception {
  Value number, text, filename, filename2;
  int64_t written;
};
struct SyntaxErrorObject : Exception {
  Value message, filename, line, offset, end_line, end_offset, text, print_file_and_line;
};
struct UnicodeErrorObject : Exception {
  Value encoding, object, reason;
  int64_t start, end;
};
struct AttributeErrorObject : Exception {
  Value object, name;
};
struct NameErrorObject : Exception {
  Value name;
};
struct ExceptionGroupObject : Exception {
  Value message;
  Tuple* exceptions;
};

/// Makes the exception with one text argument and raises it, context and all.
Raised raise_text(Type* type, std::string_view utf8);
template <class... Args>
Raised raise(Type* type, fmt::format_string<Args...> format, Args&&... args) {
  return raise_text(type, fmt::format(format, std::forward<Args>(args)...));
}
/// With any arguments: type(*args), constructed and raised.
Raised raise_with(Type* type, std::initializer_list<Value> args);
/// An instance, or a class that is called first; TypeError for anything else ("exceptions must derive from
/// BaseException").
Raised raise_value(Value exception);
/// As it is, without touching context or traceback.
Raised raise_again(Exception* exception);
/// The pending exception becomes cause and context of a new one with this text.
Raised raise_from_pending(Type* type, std::string_view utf8);
Raised raise_no_memory();
Raised raise_key_error(Value key);
Raised raise_attribute_error(Value object, Str* name);  // "'X' object has no attribute 'y'"
/// AttributeError of this text, with `obj` and `name` set.
Raised raise_with_attribute(Value object, Str* name, std::string_view utf8);
Raised raise_os_error(int error_number, Value filename = {}, Value filename2 = {});
Raised raise_bad_internal_call();

/// The exception being raised now, taken from the thread (which then has none).
Exception* take_exception();
inline bool exception_pending() {
  return thread()->exception != nullptr;
}
/// A builtin exception type by its name, or null.
Type* exception_type_by_name(std::string_view name);
/// Whether the pending one is an instance of the type; `clear_if` also drops it then.
bool exception_is(const Type* type);
bool clear_if(const Type* type);
/// `except type_or_tuple`: no checks of what it is.
bool exception_matches(Value exception, Value type_or_tuple);
/// `except* matcher` (and BaseExceptionGroup.split): the parts that match and the rest, null when empty. A
/// naked exception counts as one part.
Status split_exception_group(Value exception, Value matcher, Value* match, Value* rest);
/// sys.unraisablehook for an exception that nobody can take; `where` is the object it is said to come from.
void report_unraisable(Value where);

/// "%.200s" and the like: a type's name for messages.
std::string_view type_name(Value value);
std::string_view type_name(const Type* type);
/// repr for messages; falls back to the default repr when repr raises.
std::string repr_text(Value value);

}  // namespace ouro::vm
