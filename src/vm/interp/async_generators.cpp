// Asynchronous generators and the awaitables of their methods.
//
// What an asynchronous generator yields to its consumer comes wrapped, so that it can be told from what an
// `await` inside it passes through to the event loop. The awaitables (asend(), athrow(), aclose(),
// __anext__()) drive the generator: a wrapped value ends the await with that value, anything else is handed
// on.
#include "vm/interp/generators.h"
#include "vm/interp/parts.h"
#include "vm/object/descriptors.h"
#include "vm/object/native.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

struct Wrapped : Object {
  Value value;
};

enum class HelperState : uint8_t { Fresh, Iterating, Closed };

/// asend() and __anext__(), athrow() and aclose().
struct AsyncHelper : Object {
  Generator* generator;
  Value sent;     // of asend(); null: None
  Tuple* thrown;  // arguments of athrow(); null: aclose()
  HelperState state;
  bool throws;
};

AsyncHelper* helper_of(Value value) {
  return value.as<AsyncHelper>();
}

bool is_wrapped(Value value) {
  return value.is_object() && value.object()->shape->type == types.async_gen_wrapped;
}

/// The first iteration of each asynchronous generator tells the hooks of sys.set_asyncgen_hooks.
Status init_hooks(Generator* generator) {
  if (generator->hooks_called) return {};
  generator->hooks_called = true;
  Thread* T = thread();
  store(static_cast<Object*>(generator), generator->async_finalizer, T->async_gen_finalizer);
  if (!T->async_gen_first.is_null()) TRY(call(T->async_gen_first, {Value(generator)}));
  return {};
}

Result<Value> make_helper(Generator* generator, Value sent, Tuple* thrown, bool throws) {
  TRY(init_hooks(generator));
  auto* helper = allocate_instance<AsyncHelper>(throws ? types.async_gen_athrow : types.async_gen_asend);
  helper->generator = generator;
  helper->sent = sent;
  helper->thrown = thrown;
  helper->throws = throws;
  return helper;
}

/// What a step of the generator means for the await: a wrapped value ends it.
Result<Value> unwrap_step(Generator* generator, Result<Value> outcome, Value* result) {
  if (outcome.ok() && outcome.unwrap().is_stop()) outcome = raise_with(types.StopAsyncIteration, {});
  if (!outcome.ok()) {
    if (exception_is(types.StopAsyncIteration) || exception_is(types.GeneratorExit)) generator->closed = true;
    generator->running_async = false;
    return Raised{};
  }
  if (!is_wrapped(outcome.unwrap())) return outcome;
  *result = outcome.unwrap().as<Wrapped>()->value;
  generator->running_async = false;
  return Value::stop();
}

Result<Value> asend_step(AsyncHelper* helper, Value sent, Value* result) {
  if (helper->state == HelperState::Closed)
    return raise(types.RuntimeError, "cannot reuse already awaited __anext__()/asend()");
  Generator* generator = helper->generator;
  if (helper->state == HelperState::Fresh) {
    if (generator->running_async)
      return raise(types.RuntimeError, "anext(): asynchronous generator is already running");
    if (is_none(sent) && !helper->sent.is_null()) sent = helper->sent;
    helper->state = HelperState::Iterating;
  }
  generator->running_async = true;
  Value returned;
  auto outcome = unwrap_step(generator, resume_generator(generator, sent, &returned), result);
  if (!outcome.ok() || outcome.unwrap().is_stop()) helper->state = HelperState::Closed;
  return outcome;
}

Raised ignored_exit(AsyncHelper* helper) {
  helper->generator->running_async = false;
  helper->state = HelperState::Closed;
  return raise(types.RuntimeError, "async generator ignored GeneratorExit");
}

/// The end of aclose(): these two exceptions are what it asked for.
Result<Value> close_outcome(AsyncHelper* helper, Result<Value> outcome, Value* result) {
  if (outcome.ok() && outcome.unwrap().is_stop()) outcome = raise_with(types.StopAsyncIteration, {});
  if (outcome.ok()) return is_wrapped(outcome.unwrap()) ? Result<Value>(ignored_exit(helper)) : outcome;
  helper->generator->running_async = false;
  helper->state = HelperState::Closed;
  if (!clear_if(types.StopAsyncIteration) && !clear_if(types.GeneratorExit)) return Raised{};
  *result = none();
  return Value::stop();
}

Result<Value> throw_outcome(AsyncHelper* helper, Result<Value> outcome, Value* result) {
  if (helper->thrown == nullptr) return close_outcome(helper, outcome, result);
  auto unwrapped = unwrap_step(helper->generator, outcome, result);
  if (!unwrapped.ok()) {
    helper->generator->running_async = false;
    helper->state = HelperState::Closed;
  }
  return unwrapped;
}

Result<Value> first_throw(AsyncHelper* helper, Value sent, Value* result) {
  Generator* generator = helper->generator;
  if (generator->running_async) {
    helper->state = HelperState::Closed;
    return raise(types.RuntimeError, "{}(): asynchronous generator is already running",
                 helper->thrown == nullptr ? "aclose" : "athrow");
  }
  if (generator->closed) {
    helper->state = HelperState::Closed;
    return raise_with(types.StopAsyncIteration, {});
  }
  if (!is_none(sent))
    return raise(types.RuntimeError, "can't send non-None value to a just-started coroutine");
  helper->state = HelperState::Iterating;
  generator->running_async = true;
  Value returned;
  if (helper->thrown == nullptr) {
    generator->closed = true;
    auto outcome = generator_throw(generator, false, types.GeneratorExit, Value(), Value(), &returned);
    return close_outcome(helper, outcome, result);
  }
  Tuple* thrown = helper->thrown;
  if (thrown->length < 1 || thrown->length > 3)
    return raise(types.TypeError, "athrow expected at {} argument{}, got {}",
                 thrown->length < 1 ? "least 1" : "most 3", thrown->length < 1 ? "" : "s", thrown->length);
  auto part = [&](size_t i) { return i < thrown->length ? thrown->items[i] : Value(); };
  auto outcome = generator_throw(generator, false, part(0), part(1), part(2), &returned);
  return throw_outcome(helper, outcome, result);
}

Result<Value> athrow_step(AsyncHelper* helper, Value sent, Value* result) {
  if (helper->state == HelperState::Closed)
    return raise(types.RuntimeError, "cannot reuse already awaited aclose()/athrow()");
  Generator* generator = helper->generator;
  if (generator->state == GeneratorState::Finished) {
    helper->state = HelperState::Closed;
    *result = none();
    return Value::stop();
  }
  if (helper->state == HelperState::Fresh) return first_throw(helper, sent, result);
  Value returned;
  auto outcome = resume_generator(generator, sent, &returned);
  if (helper->thrown == nullptr) return close_outcome(helper, outcome, result);
  return unwrap_step(generator, outcome, result);
}

Result<Value> answer(Result<Value> outcome, Value result) {
  if (!outcome.ok() || !outcome.unwrap().is_stop()) return outcome;
  return raise_stop_iteration(result);
}

Result<Value> helper_send(const Value* a) {
  Value result;
  auto outcome = async_helper_send(a[0], a[1], &result);
  return answer(outcome, result);
}

Result<Value> helper_next(Value self) {
  Value result;
  auto outcome = async_helper_send(self, none(), &result);
  if (outcome.ok() && outcome.unwrap().is_stop() && !is_none(result)) thread()->stop_value = result;
  return outcome;
}

Result<Value> helper_throw(const Value* a) {
  AsyncHelper* helper = helper_of(a[0]);
  if (helper->state == HelperState::Closed)
    return raise(types.RuntimeError, "cannot reuse already awaited {}",
                 helper->throws ? "aclose()/athrow()" : "__anext__()/asend()");
  Value returned;
  Value result;
  auto outcome = generator_throw(helper->generator, true, a[1], a[2], a[3], &returned);
  if (helper->throws) return answer(throw_outcome(helper, outcome, &result), result);
  auto unwrapped = unwrap_step(helper->generator, outcome, &result);
  if (!unwrapped.ok() || unwrapped.unwrap().is_stop()) helper->state = HelperState::Closed;
  return answer(unwrapped, result);
}

Result<Value> helper_close(const Value* a) {
  helper_of(a[0])->state = HelperState::Closed;
  return none();
}

Result<Value> itself(Value self) {
  return self;
}

constexpr MethodSpec kHelperMethods[] = {
    {"send", "($self, value, /)", helper_send,
     "send(arg) -> send 'arg' into generator,\nreturn next yielded value or raise StopIteration."},
    {"throw", "($self, type, value=None, traceback=None, /)", helper_throw,
     "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or "
     "raise\nStopIteration."},
    {"close", "($self, /)", helper_close, "close() -> raise GeneratorExit inside generator."},
};

void complete_helper(Type* type, TypeSpec& spec) {
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(AsyncHelper);
  spec.flags = kTypeDisallowNew;
  spec.trace = trace_members<&AsyncHelper::generator, &AsyncHelper::sent, &AsyncHelper::thrown>;
  spec.methods = kHelperMethods;
  spec.slots.await = itself;
  spec.slots.iter = itself;
  spec.slots.iternext = helper_next;
  complete_native_type(type, spec);
}

// ---- the generator's own methods

Result<Value> asend(const Value* a) {
  return make_helper(a[0].as<Generator>(), a[1], nullptr, false);
}
Result<Value> athrow(const Value* a) {
  return make_helper(a[0].as<Generator>(), Value(), a[1].as<Tuple>(), true);
}
Result<Value> aclose(const Value* a) {
  return make_helper(a[0].as<Generator>(), Value(), nullptr, true);
}

constexpr MethodSpec kMethods[] = {
    {"asend", "($self, value, /)", asend, "asend(v) -> send 'v' in generator."},
    {"athrow", "($self, /, *args)", athrow, "athrow(typ[,val[,tb]]) -> raise exception in generator."},
    {"aclose", "($self, /)", aclose, "aclose() -> raise GeneratorExit inside generator."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

}  // namespace

Value wrap_async_value(Value value) {
  auto* wrapped = allocate_instance<Wrapped>(types.async_gen_wrapped);
  wrapped->value = value;
  return wrapped;
}

bool is_async_helper(Value value) {
  if (!value.is_object()) return false;
  Type* type = value.object()->shape->type;
  return type == types.async_gen_asend || type == types.async_gen_athrow;
}

Result<Value> async_helper_send(Value helper, Value sent, Value* result) {
  AsyncHelper* self = helper_of(helper);
  return self->throws ? athrow_step(self, sent, result) : asend_step(self, sent, result);
}

Result<Value> async_generator_anext(Value generator) {
  return make_helper(generator.as<Generator>(), Value(), nullptr, false);
}

void complete_async_generator_types() {
  static TypeSpec spec{.name = "async_generator", .kind = Kind::kAsyncGenerator};
  spec.basic_size = sizeof(Generator);
  fill_async_generator_spec(spec);
  spec.methods = kMethods;
  spec.slots.aiter = itself;
  spec.slots.anext = async_generator_anext;
  complete_native_type(types.async_generator, spec);
  static TypeSpec asend_spec{.name = "async_generator_asend"};
  complete_helper(types.async_gen_asend, asend_spec);
  static TypeSpec athrow_spec{.name = "async_generator_athrow"};
  complete_helper(types.async_gen_athrow, athrow_spec);
  static TypeSpec wrapped{.name = "async_generator_wrapped_value", .kind = Kind::kNative};
  wrapped.basic_size = sizeof(Wrapped);
  wrapped.flags = kTypeDisallowNew;
  wrapped.trace = trace_members<&Wrapped::value>;
  complete_native_type(types.async_gen_wrapped, wrapped);
}

}  // namespace ouro::vm
