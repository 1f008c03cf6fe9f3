// Exceptions that nobody can take: from __del__, from callbacks of weak references. They go to
// sys.unraisablehook.
#include "vm/modules/unraisable.h"

#include <cstdio>

#include "vm/builtins/functions.h"
#include "vm/builtins/struct_sequence.h"
#include "vm/object/hooks.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr SequenceField kFields[] = {
    {"exc_type", "Exception type"},
    {"exc_value", "Exception value"},
    {"exc_traceback", "Exception traceback"},
    {"err_msg", "Error message"},
    {"object", "Object causing the exception"},
};
Type* arguments_type;

Value or_none(Value value) {
  return value.is_null() ? none() : value;
}

Status call_hook(Exception* exception, Value message, Value where) {
  Value hook = TRY(sys_attribute("unraisablehook"));
  if (hook.is_null() || is_none(hook)) return {};
  Value arguments = make_struct_sequence(
      arguments_type,
      {type_of(exception), exception, or_none(exception->traceback), message, or_none(where)});
  TRY(call(hook, {arguments}));
  return {};
}

void report(Value where) {
  report_unraisable_as(take_exception(), none(), where);
}

}  // namespace

void report_unraisable_as(Exception* exception, Value message, Value where) {
  if (call_hook(exception, message, where).ok()) return;
  Exception* second = take_exception();
  std::fprintf(stderr, "Exception ignored in sys.unraisablehook: %s\n", repr_text(second).c_str());
}

Status start_unraisable_hook(Module* sys) {
  arguments_type =
      make_struct_sequence_type("UnraisableHookArgs", "Type used to pass arguments to sys.unraisablehook.",
                                kFields, std::size(kFields));
  hooks.unraisable = report;
  return module_add(sys, "UnraisableHookArgs", arguments_type);
}

}  // namespace ouro::vm
