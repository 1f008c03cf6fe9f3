// Generators and await in the loop.
#include "vm/interp/generators.h"

#include "bytecode/code_object.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"

namespace ouro::vm {

SLOW_FN(return_generator) {
  Frame* frame = FRAME;
  Generator* generator = make_generator(T, frame);
  if (generator == nullptr) return kRaised;
  return leave_frame(T, frame, generator);
}

SLOW_FN(slow_yield) {
  Frame* frame = FRAME;
  if ((frame->flags & kFrameGenerator) == 0) {
    (void)raise(types.SystemError, "malformed code object: a yield outside of a generator");
    return kRaised;
  }
  Value value = RB;
  if ((frame->flags & kFrameVisited) != 0 && !attention && !is_traced(T))
    return yield_to_visitor(T, frame, value);
  if (is_traced(T) && !trace_exit(T, frame, value).ok()) return kRaised;
  uint16_t flags = frame->flags;
  suspend_generator(T, generator_of(frame));
  frame->flags = static_cast<uint16_t>(flags & ~kFrameResumed);
  if ((flags & kFrameEntry) != 0) {
    T->outcome = value.bits();
    return kLeave;
  }
  Frame* caller = T->frame;
  caller->registers()[frame->return_register] = value;
  caller->pc += frame->return_words;
  return kReload;
}

namespace {

constexpr uint16_t kSendWords = 2;

/// `yielded` is Value::stop() when the iterator is done, with `result`.
uint64_t* answer_send(uint64_t* pc, Value* R, Value yielded, Value result) {
  if (!yielded.is_stop()) {
    RA = yielded;
    return pc + kSendWords;
  }
  RA = result;
  return pc + jump_distance(pc);
}

uint64_t* send_to_generator(uint64_t* pc, Value* R, Thread* T, Generator* generator, Value sent) {
  if (!check_resumable(generator, sent).ok()) return kRaised;
  if (generator->state == GeneratorState::Finished) {
    if (generator->kind == Kind::kCoroutine) {
      (void)raise(types.RuntimeError, "cannot reuse already awaited coroutine");
      return kRaised;
    }
    return answer_send(pc, R, Value::stop(), none());
  }
  if (!begin_generator(T, generator, sent, kFrameSent).ok()) return kRaised;
  generator->frame.return_register = field_a(pc);
  generator->frame.return_words = kSendWords;
  return kReload;
}

/// next() of any iterator, with the value of its StopIteration, however it says so.
Result<Value> step(Value iterator, Value* result) {
  auto outcome = next_with_result(iterator, result);
  if (!outcome.ok() && take_stop_value(result)) return Value::stop();
  return outcome;
}

}  // namespace

SLOW_FN(send) {
  Value iterator = RB;
  Value sent = RC;
  if (is_kind(iterator, Kind::kGenerator) || is_kind(iterator, Kind::kCoroutine)) {
    patch_op(pc, Op::SendGenerator);
    return send_to_generator(pc, R, T, iterator.as<Generator>(), sent);
  }
  Value result;
  if (is_async_helper(iterator)) {
    Value yielded = UNWRAP(async_helper_send(iterator, sent, &result));
    if (is_traced(T) && yielded.is_stop() && !trace_stop(T, FRAME, result).ok()) return kRaised;
    return answer_send(pc, R, yielded, result);
  }
  if (is_none(sent) && type_of(iterator)->slots.iternext != nullptr) {
    Value yielded = UNWRAP(step(iterator, &result));
    const bool raised = type_of(iterator)->has(kTypeHeap) || !is_none(result);
    if (is_traced(T) && yielded.is_stop() && raised && !trace_stop(T, FRAME, result).ok()) return kRaised;
    return answer_send(pc, R, yielded, result);
  }
  auto outcome = call_method(iterator, names.send, {sent});
  if (outcome.ok()) return answer_send(pc, R, outcome.unwrap(), Value());
  if (!take_stop_value(&result)) return kRaised;
  return answer_send(pc, R, Value::stop(), result);
}

SLOW_FN(get_yield_from_iter) {
  Value iterable = RB;
  if (is_kind(iterable, Kind::kCoroutine)) {
    if ((FRAME->code()->code_flags & (kCoCoroutine | kCoIterableCoroutine)) == 0) {
      (void)raise(types.TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator");
      return kRaised;
    }
    RA = iterable;
    return pc + 1;
  }
  RA = is_kind(iterable, Kind::kGenerator) ? iterable : UNWRAP(iterate(iterable));
  return pc + 1;
}

namespace {

bool is_awaitable(Value value) {
  if (is_kind(value, Kind::kCoroutine)) return true;
  if (is_kind(value, Kind::kGenerator))
    return (value.as<Generator>()->code->code_flags & kCoIterableCoroutine) != 0;
  return type_of(value)->slots.await != nullptr;
}

}  // namespace

Result<Value> awaitable_iterator(Value object) {
  if (is_kind(object, Kind::kCoroutine)) return object;
  if (is_kind(object, Kind::kGenerator) && is_awaitable(object)) return object;
  UnaryFn await_slot = type_of(object)->slots.await;
  if (await_slot == nullptr || is_kind(object, Kind::kGenerator))
    return raise(types.TypeError, "object {} can't be used in 'await' expression", type_name(object));
  Value iterator = TRY(await_slot(object));
  bool coroutine =
      is_kind(iterator, Kind::kCoroutine) || (is_kind(iterator, Kind::kGenerator) && is_awaitable(iterator));
  if (coroutine) return raise(types.TypeError, "__await__() returned a coroutine");
  if (type_of(iterator)->slots.iternext == nullptr)
    return raise(types.TypeError, "__await__() returned non-iterator of type '{}'", type_name(iterator));
  return iterator;
}

SLOW_FN(get_awaitable) {
  Value object = RB;
  if (field_c(pc) != 0 && !is_awaitable(object)) {
    (void)raise(types.TypeError,
                "'async with' received an object from {} that does not implement __await__: {}",
                field_c(pc) == 1 ? "__aenter__" : "__aexit__", type_name(object));
    return kRaised;
  }
  Value iterator = UNWRAP(awaitable_iterator(object));
  if (is_kind(iterator, Kind::kCoroutine) && !delegate_of(iterator.as<Generator>()).is_null()) {
    (void)raise(types.RuntimeError, "coroutine is being awaited already");
    return kRaised;
  }
  RA = iterator;
  return pc + 1;
}

SLOW_FN(get_aiter) {
  Value object = RB;
  UnaryFn aiter_slot = type_of(object)->slots.aiter;
  if (aiter_slot == nullptr) {
    (void)raise(types.TypeError, "'async for' requires an object with __aiter__ method, got {}",
                type_name(object));
    return kRaised;
  }
  Value iterator = UNWRAP(aiter_slot(object));
  if (type_of(iterator)->slots.anext == nullptr) {
    (void)raise(types.TypeError,
                "'async for' received an object from __aiter__ that does not implement __anext__: {}",
                type_name(iterator));
    return kRaised;
  }
  RA = iterator;
  return pc + 1;
}

SLOW_FN(get_anext) {
  Value iterator = RB;
  if (is_kind(iterator, Kind::kAsyncGenerator)) {
    RA = UNWRAP(async_generator_anext(iterator));
    return pc + 1;
  }
  UnaryFn anext_slot = type_of(iterator)->slots.anext;
  if (anext_slot == nullptr) {
    (void)raise(types.TypeError, "'async for' requires an iterator with __anext__ method, got {}",
                type_name(iterator));
    return kRaised;
  }
  Value step = UNWRAP(anext_slot(iterator));
  auto awaitable = awaitable_iterator(step);
  if (!awaitable.ok()) {
    Exception* cause = take_exception();
    (void)raise(types.TypeError, "'async for' received an invalid object from __anext__: {}",
                type_name(step));
    if (Exception* made = T->exception) {
      made->cause = cause;
      made->context = cause;
      made->suppress_context = true;
      write_barrier(made);
    }
    return kRaised;
  }
  RA = awaitable.unwrap();
  return pc + 1;
}

SLOW_FN(async_gen_wrap) {
  RA = wrap_async_value(RB);
  return pc + 1;
}

SLOW_FN(end_async_for) {
  Value exception = RB;
  if (!is_kind(exception, Kind::kException)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  if (exception_matches(exception, Value(types.StopAsyncIteration))) return pc + 1;
  T->exception = exception.as<Exception>();
  T->raising_again = true;
  return kRaised;
}

}  // namespace ouro::vm
