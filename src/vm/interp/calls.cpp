// Frames come and go: pushing, entering from C++, leaving, and the generators' resumptions.
#include "vm/interp/calls.h"

#include "vm/heap/collection_pause.h"
#include "vm/interp/dispatch.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"

namespace ouro::vm {

namespace {

Status check_depth(Thread* T) {
  if (T->recursion_depth < T->recursion_limit + T->recursion_headroom) [[likely]]
    return {};
  // While the error is raised and handled, a little more is allowed.
  T->recursion_headroom += 50;
  (void)raise(types.RecursionError, "maximum recursion depth exceeded");
  T->recursion_headroom -= 50;
  return Raised{};
}

Result<Executable*> executable_for(Thread* T, Function* function) {
  if (is_traced(T)) [[unlikely]]
    return traced_executable_of(function->code);
  if (function->executable == nullptr) {
    Executable* executable = TRY(executable_of(function->code));
    store(static_cast<Object*>(function), function->executable, executable);
  }
  return function->executable;
}

/// A linked frame whose registers hold the template only.
Result<Frame*> push_empty_frame(Thread* T, Function* function, uint16_t flags) {
  Executable* executable = TRY(executable_for(T, function));
  TRY(check_depth(T));
  auto* frame = reinterpret_cast<Frame*>(T->stack_top);
  Value* top = T->stack_top + executable->frame_words;
  if (top > T->stack_limit) return raise(types.RecursionError, "maximum recursion depth exceeded");
  frame->executable = executable;
  frame->pc = executable->tracing ? executable->words : executable->entry;
  frame->function = function;
  frame->locals = Value();
  frame->frame_object = nullptr;
  frame->constructed = Value();
  frame->flags = flags | (executable->tracing ? kFrameTraced : 0);
  Value* registers = frame->registers();
  const Value* from = executable->frame_template;
  SHORT_LOOP for (uint32_t i = 0, end = executable->temp_base; i < end; ++i) registers[i] = from[i];
  frame->previous = T->frame;
  T->stack_top = top;
  T->frame = frame;
  ++T->recursion_depth;
  return frame;
}

/// A linked frame for a call that gives a function exactly its parameters, as most do. Null: another call, or
/// one that cannot be made just now.
inline Frame* push_exact_frame(Thread* T, Function* function, const Arguments& arguments, uint16_t flags) {
  Executable* executable = function->executable;
  const size_t count = arguments.positional;
  if (executable == nullptr || !executable->simple || count != executable->positional ||
      arguments.keywords != nullptr || is_traced(T) || T->recursion_depth >= T->recursion_limit)
    return nullptr;
  auto* frame = reinterpret_cast<Frame*>(T->stack_top);
  Value* top = T->stack_top + executable->frame_words;
  if (top > T->stack_limit) [[unlikely]]
    return nullptr;
  frame->executable = executable;
  frame->pc = executable->entry;
  frame->function = function;
  frame->locals = Value();
  frame->frame_object = nullptr;
  frame->constructed = Value();
  frame->flags = flags;
  frame->previous = T->frame;
  Value* registers = frame->registers();
  SHORT_LOOP for (size_t i = 0; i < count; ++i) registers[i] = arguments.values[i];
  const Value* from = executable->frame_template;
  SHORT_LOOP for (size_t i = count, end = executable->temp_base; i < end; ++i) registers[i] = from[i];
  T->stack_top = top;
  T->frame = frame;
  ++T->recursion_depth;
  return frame;
}

Result<Frame*> bound(Thread* T, Frame* frame, const Arguments& arguments) {
  Status status = bind_arguments(frame->function, frame->executable, arguments, frame->registers());
  if (status.ok()) [[likely]]
    return frame;
  pop_frame(T, frame);
  return Raised{};
}

}  // namespace

Result<Frame*> push_bare_frame(Thread* T, Function* function, uint16_t flags) {
  return push_empty_frame(T, function, flags);
}

Result<Frame*> push_frame(Thread* T, Function* function, const Arguments& arguments, uint16_t flags) {
  if (Frame* exact = push_exact_frame(T, function, arguments, flags)) return exact;
  Frame* frame = TRY(push_empty_frame(T, function, flags));
  return bound(T, frame, arguments);
}

Result<Frame*> push_method_frame(Thread* T, Function* function, Value self, const Arguments& arguments,
                                 uint16_t flags) {
  constexpr size_t kFew = 8;
  size_t total = arguments.total();
  if (total < kFew) {
    Value values[kFew];
    values[0] = self;
    SHORT_LOOP for (size_t i = 0; i < total; ++i) values[i + 1] = arguments.values[i];
    return push_frame(T, function, Arguments{values, arguments.positional + 1, arguments.keywords}, flags);
  }
  Tuple* values = TRY(allocate_tuple(total + 1));
  values->items[0] = self;
  std::copy_n(arguments.values, total, values->items + 1);
  Value keep = values;  // for the collector: the arguments have no other home while they are bound
  auto frame =
      push_frame(T, function, Arguments{values->items, arguments.positional + 1, arguments.keywords}, flags);
  asm volatile("" : : "r"(keep.bits()));
  return frame;
}

uint64_t* enter_function(Thread* T, uint64_t* pc, Value*, Function* function, const Arguments& arguments,
                         uint16_t words, uint16_t flags) {
  Frame* frame = UNWRAP(push_frame(T, function, arguments, flags));
  frame->return_register = field_a(pc);
  frame->return_words = words;
  return kReload;
}

void pop_frame(Thread* T, Frame* frame) {
  // While it is copied, the collector must still see what it holds.
  if ((frame->flags & kFrameObserved) != 0) [[unlikely]]
    detach_frame(frame);
  T->frame = frame->previous;
  --T->recursion_depth;
  if ((frame->flags & kFrameGenerator) == 0) T->stack_top = reinterpret_cast<Value*>(frame);
}

namespace {

/// __init__ gives the instance, and must itself return None.
Result<Value> constructor_result(Frame* frame, Value value) {
  if (is_none(value)) return frame->constructed;
  return raise(types.TypeError, "__init__() should return None, not '{}'", type_name(value));
}

uint64_t* leave_generator(Thread* T, Frame* frame, Value value) {
  Generator* generator = generator_of(frame);
  uint16_t flags = frame->flags;
  pop_frame(T, frame);
  finish_generator(generator);
  if ((flags & kFrameEntry) != 0) {
    generator->result = value;
    write_barrier(generator);
    T->outcome = Value::stop().bits();
    return kLeave;
  }
  Frame* caller = T->frame;
  if (is_traced(T) && (generator->kind == Kind::kCoroutine || !is_none(value)) &&
      !trace_stop(T, caller, value).ok()) [[unlikely]]
    return kRaised;
  if ((flags & kFrameSent) != 0) caller->registers()[frame->return_register] = value;
  caller->pc += jump_distance(caller->pc);
  return kReload;
}

}  // namespace

uint64_t* leave_frame(Thread* T, Frame* frame, Value value) {
  uint16_t flags = frame->flags;
  if ((flags & kFrameGenerator) != 0) return leave_generator(T, frame, value);
  pop_frame(T, frame);
  if ((flags & kFrameConstructor) != 0) value = UNWRAP(constructor_result(frame, value));
  if ((flags & kFrameEntry) != 0) {
    T->outcome = value.bits();
    return kLeave;
  }
  Frame* caller = T->frame;
  if ((flags & kFrameContinued) != 0) return finish_operation(T, caller, flags, value);
  caller->registers()[frame->return_register] = value;
  caller->pc += frame->return_words;
  return kReload;
}

std::string callable_name(Value callable) {
  auto named = find_attribute(callable, names.dunder_qualname);
  auto module = named.ok() ? find_attribute(callable, names.dunder_module) : Result<Value>(Raised{});
  if (!module.ok()) {
    (void)take_exception();
    return "?";
  }
  Value name = named.unwrap();
  if (name.is_null() || !is_str(name)) {
    auto text = to_str(callable);
    if (text.ok()) return to_utf8(text.unwrap());
    (void)take_exception();
    return "?";
  }
  std::string shown = to_utf8(name.as<Str>()) + "()";
  Value from = module.unwrap();
  if (from.is_null() || !is_str(from) || equals(from.as<Str>(), names.builtins)) return shown;
  return to_utf8(from.as<Str>()) + "." + shown;
}

Gathered::Gathered(const Value* R, const uint16_t* list, uint32_t count, Value first) {
  uint32_t extra = first.is_null() ? 0 : 1;
  if (count + extra > kFew) {
    const CollectionPause pause;  // operands of a call are alive nowhere but here
    data_ = make_array(count + extra)->items;
  }
  if (extra != 0) data_[0] = first;
  for (uint32_t i = 0; i < count; ++i) data_[i + extra] = R[list[i]];
}

// ---- from C++

namespace {

Result<Value> run_entry(Thread* T) {
  Value outcome = Value::from_bits(run_loop(T));
  return Result<Value>(outcome);
}

}  // namespace

Result<Value> call_function(Value callee, const Arguments& arguments) {
  TRY(check_recursion(""));
  Thread* T = thread();
  TRY(push_frame(T, callee.as<Function>(), arguments, kFrameEntry));
  return run_entry(T);
}

Result<Value> run_class_body(Function* function, Value namespace_) {
  TRY(check_recursion(""));
  Thread* T = thread();
  Frame* frame = TRY(push_frame(T, function, Arguments{}, kFrameEntry));
  frame->locals = namespace_;
  return run_entry(T);
}

Result<Value> run_code(Code* code, Dict* globals, Value locals, Tuple* closure) {
  TRY(check_recursion(""));
  Function* function = make_function(code, globals);
  if (function == nullptr) return Raised{};
  if (closure != nullptr) store(static_cast<Object*>(function), function->closure, closure);
  Thread* T = thread();
  Frame* frame = TRY(push_frame(T, function, Arguments{}, kFrameEntry));
  frame->locals = locals;
  return run_entry(T);
}

NativeFunction* directly_called(Thread* T) {
  if (T->frame == nullptr) return nullptr;
  const uint64_t* pc = T->frame->pc;
  Op base = kBaseOperation[field_op(pc)];
  if (base != Op::Call && base != Op::CallMethod) return nullptr;
  Value callee = T->frame->registers()[field_b(pc)];
  return is_kind(callee, Kind::kNativeFunction) ? callee.as<NativeFunction>() : nullptr;
}

}  // namespace ouro::vm
