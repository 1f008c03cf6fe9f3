// The types of generators and coroutines, and of a coroutine's __await__.
#include "bytecode/code_object.h"
#include "vm/heap/heap_inline.h"
#include "vm/interp/generators.h"
#include "vm/interp/parts.h"
#include "vm/interp/slow.h"
#include "vm/interp/text.h"
#include "vm/object/hooks.h"
#include "vm/object/native.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Generator* self_of(Value value) {
  return value.as<Generator>();
}

Type* type_for(const Code* code) {
  if ((code->code_flags & kCoAsyncGenerator) != 0) return types.async_generator;
  return (code->code_flags & kCoCoroutine) != 0 ? types.coroutine : types.generator;
}

/// A generator that only loops and returns needs nobody to close it.
bool needs_closing(const Generator* generator) {
  return generator->kind != Kind::kGenerator || generator->frame.executable->has_handlers;
}

/// cr_origin: (file name, line, function name) of the innermost callers.
Value origin_of(Thread* T, Frame* frame) {
  if (T->origin_depth == 0) return Value();
  List* entries = make_list();
  for (int i = 0; frame != nullptr && i < T->origin_depth; ++i, frame = frame->previous) {
    int line = frame_line(frame);
    (void)list_append(entries, make_tuple({frame->code()->filename, line < 0 ? none() : make_int(line),
                                           frame->code()->name}));
  }
  return make_tuple(std::span<const Value>(entries->span()));
}

}  // namespace

Generator* make_generator(Thread* T, Frame* frame) {
  Executable* executable = frame->executable;
  Type* type = type_for(executable->code);
  size_t size = sizeof(Generator) + executable->register_count * sizeof(Value);
  auto* made = allocate_inline<Generator>(type->root_shape, size);
  made->state = GeneratorState::Created;
  made->name = frame->function->name;
  made->qualified_name = frame->function->qualified_name;
  made->code = executable->code;
  made->frame = *frame;
  made->frame.previous = nullptr;
  made->frame.flags = static_cast<uint16_t>(kFrameGenerator | (frame->flags & kFrameTraced));
  made->frame.frame_object = nullptr;
  std::copy_n(frame->registers(), executable->temp_base, made->frame.registers());
  if ((frame->flags & kFrameObserved) != 0) {
    // Who has looked at the frame goes on looking at the generator's.
    auto* object = static_cast<FrameObject*>(frame->frame_object);
    made->frame.frame_object = object;
    made->frame.flags |= kFrameObserved;
    object->frame = &made->frame;
    write_barrier(object);
    frame->flags &= ~kFrameObserved;
  }
  if (type == types.coroutine && T->origin_depth != 0)
    store(static_cast<Object*>(made), made->await_origin, origin_of(T, frame->previous));
  if (needs_closing(made)) register_finalizable(made);
  return made;
}

namespace {

/// The value, or StopIteration with the result: what send() and throw() are in Python.
Result<Value> answer(Result<Value> outcome, Value result) {
  if (!outcome.ok() || !outcome.unwrap().is_stop()) return outcome;
  return raise_stop_iteration(result);
}

Result<Value> send(const Value* a) {
  Value result;
  auto outcome = resume_generator(self_of(a[0]), a[1], &result);
  return answer(outcome, result);
}

Result<Value> advance(Value self) {
  Generator* generator = self_of(self);
  auto outcome = advance_generator(generator);
  if (outcome.bits() == Value::stop().bits() && !is_none(generator->result))
    thread()->stop_value = generator->result;
  return outcome;
}

/// Closes what a generator waits for.
Status close_delegate(Value delegate) {
  if (is_kind(delegate, Kind::kGenerator) || is_kind(delegate, Kind::kCoroutine))
    return generator_close(self_of(delegate));
  auto found = find_attribute(delegate, names.close);
  if (!found.ok()) {
    report_unraisable(delegate);
    return {};
  }
  if (!found.unwrap().is_null()) TRY(call(found.unwrap()));
  return {};
}

Status close_delegate_of(Generator* generator, Value delegate) {
  GeneratorState state = generator->state;
  generator->state = GeneratorState::Running;
  Status status = close_delegate(delegate);
  generator->state = state;
  return status;
}

/// The pending exception from what throw() was given.
Status prepare_thrown(Value type, Value value, Value traceback) {
  if (is_none(traceback)) traceback = Value();
  if (!traceback.is_null() && !is_kind(traceback, Kind::kTraceback))
    return raise(types.TypeError, "throw() third argument must be a traceback object");
  bool is_class = is_kind(type, Kind::kType) && type.as<Type>()->has(kTypeSubclassException);
  Value exception = type;
  if (is_class) {
    if (is_kind(value, Kind::kException) && is_instance(value, type.as<Type>())) {
      exception = value;
    } else {
      // What goes wrong here is thrown instead.
      auto made = value.is_null() || is_none(value) ? call(type)
                  : is_tuple(value)                 ? call_with(type, value, Value())
                                                    : call(type, {value});
      if (!made.ok()) return {};
      exception = made.unwrap();
    }
    if (!is_kind(exception, Kind::kException)) {
      (void)raise(types.TypeError, "calling {} should have returned an instance of BaseException, not {}",
                  repr_text(type), repr_text(type_of(exception)));
      return {};
    }
  } else if (is_kind(type, Kind::kException)) {
    if (!value.is_null() && !is_none(value))
      return raise(types.TypeError, "instance exception may not have a separate value");
  } else {
    return raise(types.TypeError,
                 "exceptions must be classes or instances deriving from BaseException, not {}",
                 type_name(type));
  }
  auto* made = exception.as<Exception>();
  if (!traceback.is_null()) store(static_cast<Object*>(made), made->traceback, traceback);
  thread()->exception = made;
  return {};
}

/// throw() handed on to what the generator waits for. The running frame is the generator's meanwhile, for
/// tracebacks.
Result<Value> throw_to_delegate(Generator* generator, Value delegate, bool close_on_exit, Value type,
                                Value value, Value traceback) {
  GeneratorState state = generator->state;
  generator->state = GeneratorState::Running;
  auto outcome = [&]() -> Result<Value> {
    if (is_kind(delegate, Kind::kGenerator) || is_kind(delegate, Kind::kCoroutine)) {
      Thread* T = thread();
      Frame* frame = &generator->frame;
      frame->previous = T->frame;
      T->frame = frame;
      Value result;
      auto thrown =
          answer(generator_throw(self_of(delegate), close_on_exit, type, value, traceback, &result), result);
      T->frame = frame->previous;
      frame->previous = nullptr;
      write_barrier(generator);
      return thrown;
    }
    Value method = TRY(find_attribute(delegate, names.throw_));
    if (method.is_null()) return Value();
    Value values[3] = {type, value, traceback};
    size_t count = traceback.is_null() ? (value.is_null() ? 1 : 2) : 3;
    if (count == 3 && value.is_null()) values[1] = none();
    return call(method, Arguments{values, count, nullptr});
  }();
  generator->state = state;
  return outcome;
}

bool is_generator_exit(Value type) {
  if (is_kind(type, Kind::kType)) return is_subtype(type.as<Type>(), types.GeneratorExit);
  return is_kind(type, Kind::kException) && is_instance(type, types.GeneratorExit);
}

}  // namespace

Result<Value> generator_throw(Generator* generator, bool close_on_exit, Value type, Value value,
                              Value traceback, Value* result) {
  Value delegate = generator->state == GeneratorState::Suspended ? delegate_of(generator) : Value();
  if (!delegate.is_null()) {
    if (is_generator_exit(type) && close_on_exit) {
      if (!close_delegate_of(generator, delegate).ok()) return throw_into_generator(generator, result, false);
    } else {
      auto outcome = throw_to_delegate(generator, delegate, close_on_exit, type, value, traceback);
      bool no_throw_method = outcome.ok() && outcome.unwrap().is_null();
      if (!no_throw_method) {
        if (outcome.ok()) return outcome;
        Value stopped;
        if (take_stop_value(&stopped)) return finish_delegation(generator, stopped, result);
        return throw_into_generator(generator, result, false);
      }
    }
  }
  TRY(prepare_thrown(type, value, traceback));
  return throw_into_generator(generator, result, false);
}

Status generator_close(Generator* generator) {
  Value delegate = generator->state == GeneratorState::Suspended ? delegate_of(generator) : Value();
  bool failed = false;
  if (!delegate.is_null()) failed = !close_delegate_of(generator, delegate).ok();
  if (!failed) (void)raise_with(types.GeneratorExit, {});
  if (generator->state == GeneratorState::Created && !failed) {
    // Nothing in it has run: it is over without running anything.
    (void)take_exception();
    if ((generator->frame.flags & kFrameObserved) != 0) detach_frame(&generator->frame);
    finish_generator(generator);
    return {};
  }
  Value result;
  auto outcome = throw_into_generator(generator, &result, true);
  if (outcome.ok()) {
    if (outcome.unwrap().is_stop()) return {};
    const char* kind = generator->kind == Kind::kCoroutine        ? "coroutine"
                       : generator->kind == Kind::kAsyncGenerator ? "async generator"
                                                                  : "generator";
    return raise(types.RuntimeError, "{} ignored GeneratorExit", kind);
  }
  if (clear_if(types.StopIteration) || clear_if(types.GeneratorExit)) return {};
  return Raised{};
}

namespace {

void warn_unawaited(Generator* generator) {
  auto warnings = hooks.import_module != nullptr ? hooks.import_module("warnings") : Result<Value>(none());
  Value warn_function;
  if (warnings.ok()) {
    auto found = find_attribute(warnings.unwrap(), intern("_warn_unawaited_coroutine"));
    if (found.ok()) warn_function = found.unwrap();
  }
  if (exception_pending()) (void)take_exception();
  bool warned = false;
  if (!warn_function.is_null() && !is_none(warn_function)) {
    warned = call(warn_function, {Value(generator)}).ok();
    if (!warned) {
      warned = exception_is(types.RuntimeWarning);
      report_unraisable(generator);
    }
  }
  if (warned) return;
  if (!warn(types.RuntimeWarning,
            fmt::format("coroutine '{}' was never awaited", to_utf8(generator->qualified_name)))
           .ok())
    report_unraisable(generator);
}

}  // namespace

void finalize_generator(Generator* generator) {
  if (generator->state == GeneratorState::Finished || generator->state == GeneratorState::Running) return;
  Thread* T = thread();
  Exception* pending = T->exception;
  T->exception = nullptr;
  if (generator->kind == Kind::kAsyncGenerator && !generator->async_finalizer.is_null() &&
      !generator->closed) {
    if (!call(generator->async_finalizer, {Value(generator)}).ok()) report_unraisable(generator);
  } else if (generator->kind == Kind::kCoroutine && generator->state == GeneratorState::Created) {
    warn_unawaited(generator);
  } else if (!generator_close(generator).ok()) {
    report_unraisable(generator);
  }
  T->exception = pending;
}

namespace {

void finalize(Object* object) {
  finalize_generator(static_cast<Generator*>(object));
}

Result<Value> throw_method(const Value* a) {
  Value result;
  auto outcome = generator_throw(self_of(a[0]), true, a[1], a[2], a[3], &result);
  return answer(outcome, result);
}
Result<Value> close_method(const Value* a) {
  TRY(generator_close(self_of(a[0])));
  return none();
}

Result<Value> get_name(Value self) {
  return self_of(self)->name;
}
Result<Value> get_qualified_name(Value self) {
  return self_of(self)->qualified_name;
}
Status set_text(Value self, Str* Generator::* field, Value value, const char* name) {
  if (value.is_null() || !is_str(value))
    return raise(types.TypeError, "{} must be set to a string object", name);
  store(self.object(), self_of(self)->*field, value.as<Str>());
  return {};
}
Status set_name(Value self, Value value) {
  return set_text(self, &Generator::name, value, "__name__");
}
Status set_qualified_name(Value self, Value value) {
  return set_text(self, &Generator::qualified_name, value, "__qualname__");
}
Result<Value> get_delegate(Value self) {
  Value delegate = delegate_of(self_of(self));
  return delegate.is_null() ? none() : delegate;
}
Result<Value> get_running(Value self) {
  return make_bool(self_of(self)->state == GeneratorState::Running);
}
Result<Value> get_async_running(Value self) {
  return make_bool(self_of(self)->running_async);
}
Result<Value> get_suspended(Value self) {
  return make_bool(self_of(self)->state == GeneratorState::Suspended);
}
Result<Value> get_frame(Value self) {
  Generator* generator = self_of(self);
  if (generator->state == GeneratorState::Finished) return none();
  return frame_object_of(&generator->frame);
}
Result<Value> get_code(Value self) {
  return self_of(self)->code;
}
Result<Value> get_origin(Value self) {
  Value origin = self_of(self)->await_origin;
  return origin.is_null() ? none() : origin;
}
Result<Value> itself(Value self) {
  return self;
}

template <size_t kLength>
std::string repr_text_of(const char (&kind)[kLength], Value self) {
  return fmt::format("<{} object {} at {}>", kind, to_utf8(self_of(self)->qualified_name),
                     address_text(self));
}
Result<Value> repr_generator(Value self) {
  return make_str(repr_text_of("generator", self));
}
Result<Value> repr_coroutine(Value self) {
  return make_str(repr_text_of("coroutine", self));
}

constexpr MethodSpec kGeneratorMethods[] = {
    {"send", "($self, value, /)", send,
     "send(arg) -> send 'arg' into generator,\nreturn next yielded value or raise StopIteration."},
    {"throw", "($self, type, value=None, traceback=None, /)", throw_method,
     "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or "
     "raise\nStopIteration."},
    {"close", "($self, /)", close_method, "close() -> raise GeneratorExit inside generator."},
};
constexpr GetSetSpec kGeneratorGetSets[] = {
    {"__name__", get_name, set_name, "name of the generator"},
    {"__qualname__", get_qualified_name, set_qualified_name, "qualified name of the generator"},
    {"gi_yieldfrom", get_delegate, nullptr, "object being iterated by yield from, or None"},
    {"gi_running", get_running},
    {"gi_frame", get_frame},
    {"gi_suspended", get_suspended},
    {"gi_code", get_code},
};

Result<Value> await_coroutine(Value self);
constexpr MethodSpec kCoroutineMethods[] = {
    {"send", "($self, value, /)", send,
     "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration."},
    {"throw", "($self, type, value=None, traceback=None, /)", throw_method,
     "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated "
     "value or raise\nStopIteration."},
    {"close", "($self, /)", close_method, "close() -> raise GeneratorExit inside coroutine."},
};
constexpr GetSetSpec kCoroutineGetSets[] = {
    {"__name__", get_name, set_name, "name of the coroutine"},
    {"__qualname__", get_qualified_name, set_qualified_name, "qualified name of the coroutine"},
    {"cr_await", get_delegate, nullptr, "object being awaited on, or None"},
    {"cr_running", get_running},
    {"cr_frame", get_frame},
    {"cr_suspended", get_suspended},
    {"cr_code", get_code},
    {"cr_origin", get_origin},
};

// ---- coroutine.__await__()

struct CoroutineWrapper : Object {
  Generator* coroutine;
};
Value coroutine_of(Value wrapper) {
  return wrapper.as<CoroutineWrapper>()->coroutine;
}
Result<Value> await_coroutine(Value self) {
  auto* wrapper = allocate_instance<CoroutineWrapper>(types.coroutine_wrapper);
  wrapper->coroutine = self_of(self);
  return wrapper;
}
Result<Value> wrapper_send(const Value* a) {
  const Value values[] = {coroutine_of(a[0]), a[1]};
  return send(values);
}
Result<Value> wrapper_throw(const Value* a) {
  const Value values[] = {coroutine_of(a[0]), a[1], a[2], a[3]};
  return throw_method(values);
}
Result<Value> wrapper_close(const Value* a) {
  const Value values[] = {coroutine_of(a[0])};
  return close_method(values);
}
Result<Value> wrapper_next(Value self) {
  return advance(coroutine_of(self));
}
constexpr MethodSpec kWrapperMethods[] = {
    {"send", "($self, value, /)", wrapper_send,
     "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration."},
    {"throw", "($self, type, value=None, traceback=None, /)", wrapper_throw,
     "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated "
     "value or raise\nStopIteration."},
    {"close", "($self, /)", wrapper_close, "close() -> raise GeneratorExit inside coroutine."},
};

void complete_generator() {
  static TypeSpec spec{.name = "generator", .kind = Kind::kGenerator, .basic_size = sizeof(Generator)};
  spec.flags = kTypeHasWeakrefs | kTypeDisallowNew;
  spec.trace = trace_generator;
  spec.methods = kGeneratorMethods;
  spec.getsets = kGeneratorGetSets;
  spec.slots.repr = repr_generator;
  spec.slots.iter = itself;
  spec.slots.iternext = advance;
  spec.slots.finalize = finalize;
  complete_native_type(types.generator, spec);
}

void complete_coroutine() {
  static TypeSpec spec{.name = "coroutine", .kind = Kind::kCoroutine, .basic_size = sizeof(Generator)};
  spec.flags = kTypeHasWeakrefs | kTypeDisallowNew;
  spec.trace = trace_generator;
  spec.methods = kCoroutineMethods;
  spec.getsets = kCoroutineGetSets;
  spec.slots.repr = repr_coroutine;
  spec.slots.await = await_coroutine;
  spec.slots.finalize = finalize;
  complete_native_type(types.coroutine, spec);
  static TypeSpec wrapper{.name = "coroutine_wrapper", .basic_size = sizeof(CoroutineWrapper)};
  wrapper.kind = Kind::kNative;
  wrapper.flags = kTypeDisallowNew;
  wrapper.trace = trace_members<&CoroutineWrapper::coroutine>;
  wrapper.methods = kWrapperMethods;
  wrapper.doc = "A wrapper object implementing __await__ for coroutines.";
  wrapper.slots.iter = itself;
  wrapper.slots.iternext = wrapper_next;
  complete_native_type(types.coroutine_wrapper, wrapper);
}

// ---- the plain attributes of asynchronous generators; the rest is in async_generators.cpp

Result<Value> repr_async_generator(Value self) {
  return make_str(repr_text_of("async_generator", self));
}
constexpr GetSetSpec kAsyncGeneratorGetSets[] = {
    {"__name__", get_name, set_name, "name of the async generator"},
    {"__qualname__", get_qualified_name, set_qualified_name, "qualified name of the async generator"},
    {"ag_await", get_delegate, nullptr, "object being awaited on, or None"},
    {"ag_running", get_async_running},
    {"ag_frame", get_frame},
    {"ag_suspended", get_suspended},
    {"ag_code", get_code},
};

}  // namespace

void fill_async_generator_spec(TypeSpec& spec) {
  spec.flags = kTypeHasWeakrefs | kTypeDisallowNew;
  spec.trace = trace_generator;
  spec.getsets = kAsyncGeneratorGetSets;
  spec.slots.repr = repr_async_generator;
  spec.slots.finalize = finalize;
}

void complete_generator_types() {
  complete_generator();
  complete_coroutine();
}

}  // namespace ouro::vm
