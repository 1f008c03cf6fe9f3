// Raising and printing exceptions from below Python, and trace functions that are none of Python's.
#include <cerrno>
#include <csignal>

#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/exception_printer.h"
#include "vm/modules/testcapi/testcapi.h"
#include "vm/modules/unraisable.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::testcapi {

namespace {

bool is_exception_class(Value value) {
  return is_kind(value, Kind::kType) && value.as<Type>()->has(kTypeSubclassException);
}

/// type(*args), raised; a tuple stands for the arguments, None for none.
Raised raise_object(Value type, Value args) {
  if (!is_exception_class(type))
    return raise(types.SystemError, "_PyErr_SetObject: exception {} is not a BaseException subclass",
                 repr_text(type));
  if (is_instance(args, type.as<Type>())) return raise_value(args);
  Tuple* tuple = is_none(args) ? empty_tuple() : is_tuple(args) ? args.as<Tuple>() : make_tuple({args});
  auto exception = call_with(type, tuple, Value());
  return exception.ok() ? raise_value(exception.unwrap()) : Raised{};
}

Result<Value> exc_set_object(const Value* a) {
  return raise_object(a[1], a[2]);
}

/// The class called with the numbers below `num_args`.
Result<Value> raise_exception(const Value* a) {
  const int count = TRY(to_c_int(a[2]));
  if (count < 0) return raise_bad_internal_call();
  Tuple* args = TRY(allocate_tuple(static_cast<size_t>(count)));
  for (int i = 0; i < count; ++i) args->items[i] = Value::from_small(i);
  return raise_object(a[1], args);
}

Result<Value> raise_memoryerror(const Value*) {
  return raise_no_memory();
}

Result<Value> set_errno(const Value* a) {
  errno = TRY(to_c_int(a[1]));
  return none();
}

Result<Value> make_exception_with_doc(const Value* a) {
  const std::string name = TRY(utf8_or_raise(a[1].as<Str>()));
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos)
    return raise(types.SystemError, "PyErr_NewException: name must be module.class");
  Dict* space = a[4].is_null() ? make_dict() : a[4].as<Dict>();
  if (!a[2].is_null() && !is_none(a[2])) dict_set(space, names.dunder_doc, a[2]);
  if (dict_get(space, names.dunder_module).is_null())
    dict_set(space, names.dunder_module, make_str(name.substr(0, dot)));
  Value base = a[3].is_null() ? Value(types.Exception) : a[3];
  Tuple* bases = is_tuple(base) ? base.as<Tuple>() : make_tuple({base});
  return call(types.type, {make_str(name.substr(dot + 1)), bases, space});
}

// ---- printing

Result<Value> traceback_print(const Value* a) {
  if (type_of(a[1]) != types.traceback) return raise_bad_internal_call();
  TRY(print_traceback(a[2], a[1].as<Traceback>()));
  return none();
}

Result<Value> exception_print(const Value* a) {
  Value file = TRY(get_attribute(TRY(import_module("sys")), intern("stderr")));
  TRY(print_exception(file, a[1], none()));
  return none();
}

/// sys.unraisablehook with "Exception ignored MESSAGE".
Result<Value> write_unraisable_exc(const Value* a) {
  if (!is_instance(a[1], types.BaseException)) return raise(types.TypeError, "exc must be an exception");
  Value message = is_none(a[2]) ? none() : Value(make_str("Exception ignored " + to_utf8(TRY(to_str(a[2])))));
  report_unraisable_as(a[1].as<Exception>(), message, a[3]);
  return none();
}

// ---- an exception class whose construction never ends

Status recurse_in_init(Value self, const Arguments&) {
  RecursionScope scope;
  TRY(scope.enter(" while normalizing an exception"));
  Value another = TRY(call(type_of(self)));
  (void)another;
  return {};
}

Status add_recursing_error(Module* module) {
  static TypeSpec spec = {.name = "RecursingInfinitelyError",
                          .kind = Kind::kException,
                          .basic_size = sizeof(Exception),
                          .flags = kTypeBase,
                          .doc = "Instantiating this exception starts infinite recursion."};
  spec.slots.init = recurse_in_init;
  add_plain_type(module, spec, types.Exception);
  return {};
}

// ---- trace functions. `self` is the list that they keep their record in.

int64_t event_number(Value event) {
  constexpr const char* kEvents[] = {"call",   "exception",   "line",     "return",
                                     "c_call", "c_exception", "c_return", "opcode"};
  for (size_t i = 0; i < std::size(kEvents); ++i)
    if (equals(event.as<Str>(), kEvents[i])) return static_cast<int64_t>(i);
  return -1;
}

Result<Value> record_event(Value self, const Arguments& arguments);
Result<Value> fail_once(Value self, const Arguments& arguments);
constexpr MethodSpec kRecorder = {
    .name = "record", .signature = nullptr, .function = nullptr, .raw = record_event};
constexpr MethodSpec kFailer = {.name = "fail", .signature = nullptr, .function = nullptr, .raw = fail_once};

Result<Value> record_event(Value self, const Arguments& arguments) {
  if (arguments.positional != 3) return raise_bad_internal_call();
  Value line = TRY(get_attribute(arguments[0], intern("f_lineno")));
  TRY(list_append(self.as<List>(), make_tuple({make_int(event_number(arguments[1])), line, arguments[2]})));
  return make_native_function(kRecorder, self, nullptr);
}

Result<Value> fail_once(Value self, const Arguments&) {
  if (self.as<List>()->length > 0) return make_native_function(kFailer, self, nullptr);
  TRY(list_append(self.as<List>(), none()));
  return raise(types.Exception, "an exception");
}

/// Unlike sys.settrace, the running frame is traced from here on, too.
Result<Value> trace_with(const MethodSpec& spec, Value list) {
  if (!is_list(list)) return raise(types.TypeError, "argument must be a list");
  Value function = make_native_function(spec, list, nullptr);
  if (Frame* frame = current_frame(); frame != nullptr) {
    FrameObject* object = frame_object_of(frame);
    store(object, object->trace, function);
  }
  set_trace_function(function);
  return none();
}
Result<Value> settrace_to_record(const Value* a) {
  return trace_with(kRecorder, a[1]);
}
Result<Value> settrace_to_error(const Value* a) {
  return trace_with(kFailer, a[1]);
}

/// A signal that comes just as the generator is entered.
Result<Value> raise_sigint_then_send_none(const Value* a) {
  if (!is_kind(a[1], Kind::kGenerator))
    return raise(types.TypeError, "argument 1 must be generator, not {}", given_name(a[1]));
  std::raise(SIGINT);
  return call_method(a[1], names.send, {none()});
}

constexpr MethodSpec kFunctions[] = {
    {"exc_set_object", "($module, exc, obj, /)", exc_set_object},
    {"raise_exception", "($module, exc, num_args, /)", raise_exception},
    {"raise_memoryerror", "($module, /)", raise_memoryerror},
    {"set_errno", "($module, errno, /)", set_errno},
    {"make_exception_with_doc", "($module, /, name, doc=None, base=None, dict=None)",
     make_exception_with_doc},
    {"traceback_print", "($module, traceback, file, /)", traceback_print},
    {"exception_print", "($module, exc, /)", exception_print},
    {"write_unraisable_exc", "($module, exc, err_msg, obj, /)", write_unraisable_exc},
    {"settrace_to_record", "($module, list, /)", settrace_to_record},
    {"settrace_to_error", "($module, list, /)", settrace_to_error},
    {"raise_SIGINT_then_send_None", "($module, gen, /)", raise_sigint_then_send_none},
};

}  // namespace

Status add_errors(Module* module) {
  TRY(add_recursing_error(module));
  return add_functions(module, kFunctions);
}

}  // namespace ouro::vm::testcapi
