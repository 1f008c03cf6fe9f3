// BaseException and the types that add nothing but a name (and StopIteration, SystemExit, KeyError, which add
// little).
#include "vm/object/exception_support.h"
#include "vm/object/native_support.h"
#include "vm/object/runtime_start.h"
#include "vm/object/shape_access.h"

namespace ouro::vm {

namespace {

Exception* self_of(Value self) {
  return self.as<Exception>();
}

bool is_exception(Value value) {
  return type_of(value)->has(kTypeSubclassException);
}

// ---- attributes

Result<Value> get_args(Value self) {
  return self_of(self)->args;
}
Status set_args(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "args may not be deleted");
  Tuple* args = TRY(to_tuple(value));
  store(self.object(), self_of(self)->args, args);
  return {};
}

Result<Value> get_traceback(Value self) {
  return or_none(self_of(self)->traceback);
}
Status set_traceback(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "__traceback__ may not be deleted");
  if (!is_none(value) && !is_kind(value, Kind::kTraceback))
    return raise(types.TypeError, "__traceback__ must be a traceback or None");
  store(self.object(), self_of(self)->traceback, is_none(value) ? Value() : value);
  return {};
}

Result<Value> get_context(Value self) {
  return or_none(self_of(self)->context);
}
Status set_context(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "__context__ may not be deleted");
  if (!is_none(value) && !is_exception(value))
    return raise(types.TypeError, "exception context must be None or derive from BaseException");
  store(self.object(), self_of(self)->context, is_none(value) ? Value() : value);
  return {};
}

Result<Value> get_cause(Value self) {
  return or_none(self_of(self)->cause);
}
Status set_cause(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "__cause__ may not be deleted");
  if (!is_none(value) && !is_exception(value))
    return raise(types.TypeError, "exception cause must be None or derive from BaseException");
  store(self.object(), self_of(self)->cause, is_none(value) ? Value() : value);
  self_of(self)->suppress_context = true;
  return {};
}

Result<Value> get_suppress(Value self) {
  return make_bool(self_of(self)->suppress_context);
}
Status set_suppress(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "can't delete numeric/char attribute");
  if (!is_bool(value)) return raise(types.TypeError, "attribute value type must be bool");
  self_of(self)->suppress_context = value == make_bool(true);
  return {};
}

constexpr GetSetSpec kGetSets[] = {
    {"args", get_args, set_args},
    {"__traceback__", get_traceback, set_traceback},
    {"__context__", get_context, set_context, "exception context"},
    {"__cause__", get_cause, set_cause, "exception cause"},
    {"__suppress_context__", get_suppress, set_suppress},
};

// ---- methods

Result<Value> exception_setstate(const Value* a) {
  if (is_none(a[1])) return none();
  if (!is_dict(a[1])) return raise(types.TypeError, "state is not a dictionary");
  size_t position = 0;
  Value key, value;
  while (dict_next(a[1].as<Dict>(), &position, &key, &value)) {
    if (!is_str(key))
      return raise(types.TypeError, "attribute name must be string, not '{}'", type_name(key));
    TRY(set_attribute(a[0], key.as<Str>(), value));
  }
  return none();
}

Result<Value> with_traceback(const Value* a) {
  TRY(set_traceback(a[0], a[1]));
  return a[0];
}

Result<Value> add_note(const Value* a) {
  if (!is_str(a[1])) return raise(types.TypeError, "note must be a str, not '{}'", type_name(a[1]));
  Value notes = TRY(find_attribute(a[0], names.dunder_notes));
  if (notes.is_null()) {
    notes = make_list();
    TRY(set_attribute(a[0], names.dunder_notes, notes));
  } else if (!is_list(notes)) {
    return raise(types.TypeError, "Cannot add note: __notes__ is not a list");
  }
  TRY(list_append(notes.as<List>(), a[1]));
  return none();
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", exception_reduce},
    {"__setstate__", "($self, state, /)", exception_setstate},
    {"with_traceback", "($self, tb, /)", with_traceback,
     "Exception.with_traceback(tb) --\n    set self.__traceback__ to tb and return self."},
    {"add_note", "($self, note, /)", add_note,
     "Exception.add_note(note) --\n    add a note to the exception"},
};

// ---- KeyError, StopIteration, SystemExit

Result<Value> key_error_str(Value self) {
  const Tuple* args = self_of(self)->args;
  if (args->length == 1) return repr(args->items[0]);
  return exception_str(self);
}

Status stop_iteration_init(Value self, const Arguments& arguments) {
  TRY(exception_init(self, arguments));
  auto* stop = self.as<StopIterationError>();
  store(stop, stop->value, arguments.positional > 0 ? arguments[0] : none());
  return {};
}

Status system_exit_init(Value self, const Arguments& arguments) {
  TRY(exception_init(self, arguments));
  auto* exit = self.as<SystemExitError>();
  Value code = arguments.positional == 0   ? none()
               : arguments.positional == 1 ? arguments[0]
                                           : Value(exit->args);
  store(exit, exit->code, code);
  return {};
}

template <Value StopIterationError::* member>
void trace_one_more(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  tracer.visit(static_cast<StopIterationError*>(object)->*member);
}

constexpr MemberSpec kStopIterationMembers[] = {
    {"value", offsetof(StopIterationError, value), true, false, "generator return value"},
};
constexpr MemberSpec kSystemExitMembers[] = {
    {"code", offsetof(SystemExitError, code), true, false, "exception code"},
};

void complete_small_errors() {
  static TypeSpec stop = {.name = "StopIteration",
                          .basic_size = sizeof(StopIterationError),
                          .trace = trace_one_more<&StopIterationError::value>,
                          .members = kStopIterationMembers,
                          .doc = "Signal the end from iterator.__next__()."};
  stop.slots.init = stop_iteration_init;
  complete_exception(types.StopIteration, stop, types.Exception);
  static TypeSpec exit = {.name = "SystemExit",
                          .basic_size = sizeof(SystemExitError),
                          .trace = trace_one_more<&StopIterationError::value>,
                          .members = kSystemExitMembers,
                          .doc = "Request to exit from the interpreter."};
  static_assert(offsetof(SystemExitError, code) == offsetof(StopIterationError, value));
  exit.slots.init = system_exit_init;
  complete_exception(types.SystemExit, exit, types.BaseException);
  static TypeSpec key = {.name = "KeyError", .doc = "Mapping key not found."};
  key.slots.str = key_error_str;
  complete_exception(types.KeyError, key, types.LookupError);
}

// ---- the types that are only names

struct SimpleType {
  Type* Types::* type;
  Type* Types::* base;
  const char* name;
  const char* doc;
};
#define E(name, base, doc) {&Types::name, &Types::base, #name, doc}
constexpr SimpleType kSimpleTypes[] = {
    E(Exception, BaseException, "Common base class for all non-exit exceptions."),
    E(GeneratorExit, BaseException, "Request that a generator exit."),
    E(KeyboardInterrupt, BaseException, "Program interrupted by user."),
    E(ArithmeticError, Exception, "Base class for arithmetic errors."),
    E(FloatingPointError, ArithmeticError, "Floating point operation failed."),
    E(OverflowError, ArithmeticError, "Result too large to be represented."),
    E(ZeroDivisionError, ArithmeticError, "Second argument to a division or modulo operation was zero."),
    E(AssertionError, Exception, "Assertion failed."),
    E(BufferError, Exception, "Buffer error."),
    E(EOFError, Exception, "Read beyond end of file."),
    E(LookupError, Exception, "Base class for lookup errors."),
    E(IndexError, LookupError, "Sequence index out of range."),
    E(MemoryError, Exception, "Out of memory."),
    E(ReferenceError, Exception, "Weak ref proxy used after referent went away."),
    E(RuntimeError, Exception, "Unspecified run-time error."),
    E(NotImplementedError, RuntimeError, "Method or function hasn't been implemented yet."),
    E(RecursionError, RuntimeError, "Recursion limit exceeded."),
    E(StopAsyncIteration, Exception, "Signal the end from iterator.__anext__()."),
    E(SystemError, Exception,
      "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with "
      "the traceback,\nthe Python version, and the hardware/OS platform and version."),
    E(TypeError, Exception, "Inappropriate argument type."),
    E(ValueError, Exception, "Inappropriate argument value (of correct type)."),
    E(UnicodeError, ValueError, "Unicode related error."),
    E(Warning, Exception, "Base class for warning categories."),
    E(BytesWarning, Warning,
      "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from "
      "str or comparing to str."),
    E(DeprecationWarning, Warning, "Base class for warnings about deprecated features."),
    E(EncodingWarning, Warning, "Base class for warnings about encodings."),
    E(FutureWarning, Warning,
      "Base class for warnings about constructs that will change semantically\nin the future."),
    E(ImportWarning, Warning, "Base class for warnings about probable mistakes in module imports"),
    E(PendingDeprecationWarning, Warning,
      "Base class for warnings about features which will be deprecated\nin the future."),
    E(ResourceWarning, Warning, "Base class for warnings about resource usage."),
    E(RuntimeWarning, Warning, "Base class for warnings about dubious runtime behavior."),
    E(SyntaxWarning, Warning, "Base class for warnings about dubious syntax."),
    E(UnicodeWarning, Warning,
      "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems."),
    E(UserWarning, Warning, "Base class for warnings generated by user code."),
};
#undef E

void complete_simple_types() {
  for (const SimpleType& row : kSimpleTypes) {
    auto* spec = new TypeSpec{.name = row.name, .doc = row.doc};
    complete_exception(types.*row.type, *spec, types.*row.base);
  }
}

void complete_base() {
  static TypeSpec spec = {.name = "BaseException",
                          .kind = Kind::kException,
                          .basic_size = sizeof(Exception),
                          .flags = kTypeBase | kTypeHasDict | kTypeSubclassException,
                          .trace = trace_exception,
                          .methods = kMethods,
                          .getsets = kGetSets,
                          .doc = "Common base class for all exceptions"};
  spec.slots.new_ = exception_new;
  spec.slots.init = exception_init;
  spec.slots.str = exception_str;
  spec.slots.repr = exception_repr;
  complete_native_type(types.BaseException, spec);
}

}  // namespace

Result<Value> exception_new(Type* type, const Arguments& arguments) {
  auto* exception = allocate_instance<Exception>(type);
  exception->args = empty_tuple();
  set_exception_args(exception, arguments);
  return exception;
}

void set_exception_args(Exception* exception, const Arguments& arguments) {
  Tuple* args = make_tuple(std::span<const Value>(arguments.values, arguments.positional));
  store(exception, exception->args, args);
}

Status refuse_keywords(const Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() == 0) return {};
  return raise(types.TypeError, "{}() takes no keyword arguments", type_name(type));
}

Status exception_init(Value self, const Arguments& arguments) {
  TRY(refuse_keywords(type_of(self), arguments));
  set_exception_args(self_of(self), arguments);
  return {};
}

Result<Value> exception_str(Value self) {
  Tuple* args = self_of(self)->args;
  if (args->length == 0) return names.empty;
  return args->length == 1 ? to_str(args->items[0]) : to_str(args);
}

Result<Value> exception_repr(Value self) {
  Tuple* args = self_of(self)->args;
  StrBuilder text;
  const Type* type = type_of(self);
  text.append(type->name);
  if (args->length == 1) {
    text.append_ascii("(");
    text.append(TRY(repr(args->items[0])));
    text.append_ascii(")");
  } else {
    text.append(TRY(repr(args)));
  }
  return text.finish();
}

void trace_exception(Object* object, Tracer& tracer) {
  trace_members<&Exception::args, &Exception::traceback, &Exception::context, &Exception::cause,
                &Exception::notes>(object, tracer);
}

Dict* exception_state(Value self) {
  const Shape* shape = self.object()->shape;
  if (!shape->is_dictionary && shape->slot_count == 0) return nullptr;
  return attribute_dict(self.object());
}

Result<Value> exception_reduce(const Value* arguments) {
  Value self = arguments[0];
  Dict* state = exception_state(self);
  if (state == nullptr) return make_tuple({type_of(self), self_of(self)->args});
  return make_tuple({type_of(self), self_of(self)->args, state});
}

void complete_exception(Type* type, const TypeSpec& spec, Type* base) {
  // Exception types are static tables: what is the same for all is filled in here.
  auto& table = const_cast<TypeSpec&>(spec);
  table.flags |= kTypeBase;
  if (table.basic_size < base->native_size) table.basic_size = base->native_size;
  // CPython shows an own constructor in each of them.
  if (table.slots.new_ == nullptr) table.slots.new_ = base->slots.new_;
  if (table.slots.init == nullptr) table.slots.init = base->slots.init;
  complete_native_type(type, spec, base);
}

void complete_exceptions() {
  complete_base();
  complete_simple_types();
  complete_small_errors();
  complete_import_and_name_errors();
  complete_syntax_error();
  complete_os_error();
  complete_unicode_errors();
  complete_exception_groups();
}

}  // namespace ouro::vm
