// Generators, coroutines and asynchronous generators as running things: resumed, thrown into, closed.
//
// A generator's frame lies in its cell. While it runs it is part of the thread's chain of frames, and the
// collector sees its registers there, without write barriers; when it stops running the cell is told to the
// collector once. What the types show to Python is in generator_types.cpp.
#include "vm/interp/generators.h"

#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"

namespace ouro::vm {

namespace {

std::string_view kind_name(const Generator* generator) {
  if (generator->kind == Kind::kCoroutine) return "coroutine";
  return generator->kind == Kind::kAsyncGenerator ? "async generator" : "generator";
}

Raised raise_from(Type* type, std::string_view text) {
  Exception* original = take_exception();
  (void)raise_text(type, text);
  Exception* made = thread()->exception;
  if (made != nullptr && made != original) {
    made->cause = original;
    made->context = original;
    made->suppress_context = true;
    write_barrier(made);
  }
  return Raised{};
}

/// Links the frame; its pc is where it goes on.
Status link(Thread* T, Generator* generator, uint16_t flags) {
  if (T->recursion_depth >= T->recursion_limit + T->recursion_headroom)
    return raise(types.RecursionError, "maximum recursion depth exceeded");
  ++T->recursion_depth;
  Frame* frame = &generator->frame;
  generator->state = GeneratorState::Running;
  generator->handled.previous = T->handled;
  T->handled = &generator->handled;
  frame->previous = T->frame;
  frame->flags = static_cast<uint16_t>((frame->flags & ~kFrameResumed) | flags | kFrameGenerator);
  T->frame = frame;
  return {};
}

Result<Value> outcome_of(uint64_t bits, Generator* generator, Value* result) {
  Value outcome = Value::from_bits(bits);
  if (result != nullptr && outcome.is_stop()) *result = generator->result;
  return Result<Value>(outcome);
}

}  // namespace

Status begin_generator(Thread* T, Generator* generator, Value sent, uint16_t flags) {
  bool suspended = generator->state == GeneratorState::Suspended;
  TRY(link(T, generator, flags));
  Frame* frame = &generator->frame;
  if (suspended) frame->registers()[field_a(frame->pc)] = sent;
  ++frame->pc;
  return {};
}

void suspend_generator(Thread* T, Generator* generator) {
  generator->state = GeneratorState::Suspended;
  T->handled = generator->handled.previous;
  generator->handled.previous = nullptr;
  --T->recursion_depth;
  T->frame = generator->frame.previous;
  write_barrier(generator);
}

void finish_generator(Generator* generator) {
  Thread* T = thread();
  if (T->handled == &generator->handled) T->handled = generator->handled.previous;
  generator->state = GeneratorState::Finished;
  generator->handled = {};
  generator->frame.frame_object = nullptr;
}

void convert_stop_iteration(Generator* generator) {
  bool stop = exception_is(types.StopIteration);
  bool stop_async = generator->kind == Kind::kAsyncGenerator && exception_is(types.StopAsyncIteration);
  if (!stop && !stop_async) return;
  (void)raise_from(types.RuntimeError, fmt::format("{} raised {}", kind_name(generator),
                                                   stop ? "StopIteration" : "StopAsyncIteration"));
}

Status check_resumable(const Generator* generator, Value sent) {
  if (generator->state == GeneratorState::Created && !sent.is_null() && !is_none(sent))
    return raise(types.TypeError, "can't send non-None value to a just-started {}", kind_name(generator));
  if (generator->state == GeneratorState::Running)
    return raise(types.ValueError, "{} already executing", kind_name(generator));
  return {};
}

Result<Value> resume_generator(Generator* generator, Value sent, Value* result) {
  TRY(check_resumable(generator, sent));
  if (generator->state == GeneratorState::Finished) {
    if (generator->kind == Kind::kCoroutine)
      return raise(types.RuntimeError, "cannot reuse already awaited coroutine");
    if (result != nullptr) *result = none();
    return Value::stop();
  }
  TRY(check_recursion(""));
  Thread* T = thread();
  TRY(begin_generator(T, generator, sent, kFrameEntry));
  return outcome_of(run_loop(T), generator, result);
}

Result<Value> advance_generator(Generator* generator) {
  Thread* T = thread();
  const bool waits = generator->state == GeneratorState::Suspended;
  const bool has_room = T->recursion_depth < T->recursion_limit &&
                        static_cast<const char*>(__builtin_frame_address(0)) >= T->native_limit;
  if (!waits || !has_room) [[unlikely]]
    return resume_generator(generator, none(), &generator->result);
  ++T->recursion_depth;
  generator->state = GeneratorState::Running;
  generator->handled.previous = T->handled;
  T->handled = &generator->handled;
  Frame* frame = &generator->frame;
  frame->previous = T->frame;
  frame->flags |= kFrameEntry;
  T->frame = frame;
  frame->registers()[field_a(frame->pc)] = none();
  ++frame->pc;
  return Result<Value>(Value::from_bits(run_loop(T)));
}

namespace {

void set_visitor(Frame* frame, Visitor& visitor) {
  frame->constructed = Value::from_bits(reinterpret_cast<uint64_t>(&visitor) | 1);
}
Visitor& visitor_of(const Frame* frame) {
  return *reinterpret_cast<Visitor*>(frame->constructed.bits() & ~uint64_t{1});
}

}  // namespace

Result<Value> visit_generator(Value value, Visitor& visitor) {
  auto* generator = value.as<Generator>();
  TRY(check_resumable(generator, none()));
  if (generator->state == GeneratorState::Finished) return Value::stop();
  TRY(check_recursion(""));
  Thread* T = thread();
  TRY(begin_generator(T, generator, none(), kFrameEntry | kFrameVisited));
  set_visitor(&generator->frame, visitor);
  return Result<Value>(Value::from_bits(run_loop(T)));
}

// What takes items without running code does so under the eyes of a running generator. Any other visitor may
// look at the generator, or even resume it: it must find it waiting.
uint64_t* yield_to_visitor(Thread* T, Frame* frame, Value item) {
  Generator* generator = generator_of(frame);
  Visitor& visitor = visitor_of(frame);
  const Visit quick = visitor.quick != nullptr ? visitor.quick(visitor.state, item) : Visit::Raised;
  if (quick == Visit::More) {
    frame->registers()[field_a(frame->pc)] = none();
    return frame->pc + 1;
  }
  suspend_generator(T, generator);
  frame->flags &= ~kFrameResumed;
  visitor.outcome = quick;
  if (quick != Visit::Enough) visitor(item);
  T->outcome = Value().bits();
  if (visitor.outcome != Visit::More) return kLeave;
  if (generator->state != GeneratorState::Suspended || attention) return kLeave;
  if (!begin_generator(T, generator, none(), kFrameEntry | kFrameVisited).ok()) {
    T->outcome = Result<Value>(Raised{}).bits();
    return kLeave;
  }
  set_visitor(frame, visitor);
  return frame->pc;
}

Result<Value> throw_into_generator(Generator* generator, Value* result, bool closing) {
  Exception* exception = take_exception();
  TRY(check_resumable(generator, Value()));
  if (generator->state == GeneratorState::Finished) {
    if (generator->kind == Kind::kCoroutine && !closing)
      return raise(types.RuntimeError, "cannot reuse already awaited coroutine");
    return raise_again(exception);
  }
  TRY(check_recursion(""));
  Thread* T = thread();
  TRY(link(T, generator, kFrameEntry));
  // The context is what the generator itself handles, not what its caller does.
  const bool handles = generator->handled.exception != Value();
  (void)(handles ? raise_value(exception) : raise_again(exception));
  if (unwind(T) == kLeave) return outcome_of(T->outcome, generator, result);
  return outcome_of(run_loop(T), generator, result);
}

namespace {

/// The Send whose value the generator waits for, or null.
uint64_t* waiting_send(Generator* generator) {
  if (generator->state != GeneratorState::Suspended && generator->state != GeneratorState::Running)
    return nullptr;
  constexpr int kLookAhead = 4;
  uint64_t* pc = generator->frame.pc;
  if (static_cast<Op>(field_op(pc)) != Op::Yield) return nullptr;
  pc += 1;
  for (int i = 0; i < kLookAhead; ++i) {
    Op op = kBaseOperation[field_op(pc)];
    if (op == Op::Send) return pc;
    if (op == Op::Jump || op == Op::JumpBack) {
      pc += jump_distance(pc);
    } else if (op == Op::TraceLine || op == Op::Nop || (op == Op::Resume && (field_a(pc) & 3) >= 2)) {
      pc += instruction_words(pc);
    } else {
      return nullptr;
    }
  }
  return nullptr;
}

}  // namespace

Value delegate_of(Generator* generator) {
  uint64_t* send = waiting_send(generator);
  return send != nullptr ? generator->frame.registers()[field_b(send)] : Value();
}

Result<Value> finish_delegation(Generator* generator, Value value, Value* result) {
  uint64_t* send = waiting_send(generator);
  if (send == nullptr) return resume_generator(generator, value, result);
  TRY(check_recursion(""));
  Thread* T = thread();
  TRY(link(T, generator, kFrameEntry));
  Frame* frame = &generator->frame;
  frame->registers()[field_a(send)] = value;
  frame->pc = send + jump_distance(send);
  return outcome_of(run_loop(T), generator, result);
}

bool take_stop_value(Value* value) {
  if (!exception_is(types.StopIteration)) return false;
  *value = static_cast<StopIterationError*>(take_exception())->value;
  if (value->is_null()) *value = none();
  return true;
}

Raised raise_stop_iteration(Value value) {
  if (value.is_null() || is_none(value)) return raise_with(types.StopIteration, {});
  return raise_with(types.StopIteration, {value});
}

Finalizer finalizer_of(const Object* object) {
  switch (object->kind) {
    case Kind::kGenerator:
    case Kind::kCoroutine:
    case Kind::kAsyncGenerator:
      return static_cast<const Generator*>(object)->state != GeneratorState::Finished ? Finalizer::Call
                                                                                      : Finalizer::None;
    default:
      break;
  }
  const Slots& slots = object->shape->type->slots;
  if ((slots.del != nullptr && (object->gc & kGcFinalized) == 0) ||
      (slots.finalize != nullptr && (object->gc & kGcNothingToFinalize) == 0))
    return Finalizer::Call;
  return slots.release != nullptr ? Finalizer::Release : Finalizer::None;
}

void release_dead(Object* object) {
  object->shape->type->slots.release(object);
}

void trace_generator(Object* object, Tracer& tracer) {
  auto* generator = static_cast<Generator*>(object);
  tracer.visit(generator->handled.exception);
  tracer.visit(reinterpret_cast<Object*>(generator->name));
  tracer.visit(reinterpret_cast<Object*>(generator->qualified_name));
  tracer.visit(generator->code);
  tracer.visit(generator->await_origin);
  tracer.visit(generator->async_finalizer);
  tracer.visit(generator->result);
  if (generator->state == GeneratorState::Finished) return;
  // A running one is on the thread's chain, and its registers are visited there, by its pc of now.
  visit_frame(&generator->frame, tracer, generator->state != GeneratorState::Running);
}

}  // namespace ouro::vm
