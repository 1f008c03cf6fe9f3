// What the files about exceptions share.
#pragma once

#include "vm/object/exceptions.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

/// BaseException's own slots and trace, which derived types build on.
Result<Value> exception_new(Type* type, const Arguments& arguments);
Status exception_init(Value self, const Arguments& arguments);
Result<Value> exception_str(Value self);
Result<Value> exception_repr(Value self);
void trace_exception(Object* object, Tracer& tracer);
/// (type, args) or (type, args, __dict__).
Result<Value> exception_reduce(const Value* arguments);
/// The own attributes as a dict, null when there are none.
Dict* exception_state(Value self);

/// Positional arguments as the `args` of a new exception; keywords are for the caller.
void set_exception_args(Exception* exception, const Arguments& arguments);
/// "X() takes no keyword arguments".
Status refuse_keywords(const Type* type, const Arguments& arguments);

/// Like complete_native_type, for an exception type with this base.
void complete_exception(Type* type, const TypeSpec& spec, Type* base);

void complete_import_and_name_errors();
void complete_syntax_error();
void complete_os_error();
void complete_unicode_errors();
void complete_exception_groups();

/// The pending AttributeError, if that is what is pending, gets `obj` and `name` unless somebody has set
/// them: those of code that raises it itself.
void complete_attribute_error(Value object, Str* name);

/// `condition ? value : None`.
inline Value or_none(Value value) {
  return value.is_null() ? none() : value;
}

}  // namespace ouro::vm
