// Exceptions that nobody can take: from __del__, from callbacks of weak references. They go to
// sys.unraisablehook.
#include "vm/modules/unraisable.h"

#include "vm/builtins/functions.h"
#include "vm/builtins/struct_sequence.h"
#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/exception_printer.h"
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

/// As sys.unraisablehook's argument. An exception that came from below Python belongs to the running frame.
Value make_arguments(Exception* exception, Value message, Value where) {
  if (exception->traceback.is_null() && current_frame() != nullptr) add_traceback(exception, current_frame());
  return make_struct_sequence(arguments_type, {type_of(exception), exception, or_none(exception->traceback),
                                               message, or_none(where)});
}

/// The hook itself has failed: both what failed and that it was the hook are shown, as far as that works.
void report_failed_hook(Value hook) {
  Exception* exception = take_exception();
  auto print = [&]() -> Status {
    Value file = TRY(sys_attribute("stderr"));
    if (file.is_null() || is_none(file)) return {};
    UnraisableReport report = {.type = type_of(exception),
                               .value = exception,
                               .traceback = or_none(exception->traceback),
                               .message = make_str("Exception ignored in sys.unraisablehook"),
                               .object = hook};
    return print_unraisable(file, report);
  };
  if (!print().ok()) take_exception();
}

void report(Value where) {
  report_unraisable_as(take_exception(), none(), where);
}

}  // namespace

void report_unraisable_as(Exception* exception, Value message, Value where) {
  auto found = sys_attribute("unraisablehook");
  if (!found.ok()) {
    take_exception();
    return;
  }
  Value hook = found.unwrap();
  if (hook.is_null() || is_none(hook)) return;
  Value arguments = make_arguments(exception, message, where);
  auto told = audit("sys.unraisablehook", {hook, arguments});
  if (!told.ok() || !call(hook, {arguments}).ok()) report_failed_hook(hook);
}

bool is_unraisable_arguments(Value value) {
  return type_of(value) == arguments_type;
}

Status start_unraisable_hook(Module* sys) {
  arguments_type =
      make_struct_sequence_type("UnraisableHookArgs", "Type used to pass arguments to sys.unraisablehook.",
                                kFields, std::size(kFields));
  hooks.unraisable = report;
  return module_add(sys, "UnraisableHookArgs", arguments_type);
}

}  // namespace ouro::vm
