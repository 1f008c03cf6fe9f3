// A task's step: the coroutine runs until it waits for something, or ends.
//
// The loop calls a step through one of two objects: TaskStepMethWrapper, which a new task and one that
// yielded nothing have been scheduled with, and the bound function task_wakeup, which is called with the
// future that the task has waited for.
#include "vm/interp/generators.h"
#include "vm/modules/asyncio.h"

namespace ouro::vm::asyncio {

namespace {

struct StepCall : Object {
  Task* task;
  Value exception;  // to throw, or null
};

Type* step_type = nullptr;

// ---- running the coroutine

/// What the coroutine waits for; Value::stop() when it has ended, with *result.
Result<Value> send_none(Value coroutine, Value* result) {
  if (is_kind(coroutine, Kind::kCoroutine) || is_kind(coroutine, Kind::kGenerator))
    return resume_generator(coroutine.as<Generator>(), none(), result);
  const bool iterates = type_of(coroutine)->slots.iternext != nullptr;
  auto outcome =
      iterates ? next_with_result(coroutine, result) : call_method(coroutine, names.send, {none()});
  if (!outcome.ok() && take_stop_value(result)) return Value::stop();
  return outcome;
}

Result<Value> throw_exception(Value coroutine, Value exception, Value* result) {
  if (is_kind(coroutine, Kind::kCoroutine) || is_kind(coroutine, Kind::kGenerator))
    return generator_throw(coroutine.as<Generator>(), true, exception, Value(), Value(), result);
  auto outcome = call_method(coroutine, names.throw_, {exception});
  if (!outcome.ok() && take_stop_value(result)) return Value::stop();
  return outcome;
}

// ---- how a step ends

Status fail_soon(Task* task, std::string text) {
  return step_soon(task, TRY(call(types.RuntimeError, {make_str(text)})));
}
Status fail_with_both(Task* task, std::string_view before, std::string_view between, Value yielded,
                      std::string_view after = {}) {
  const std::string first = to_utf8(TRY(repr(task))), second = to_utf8(TRY(repr(yielded)));
  return fail_soon(task, fmt::format("{}{}{}{}{}", before, first, between, second, after));
}
Status other_loop(Task* task, Value future) {
  return fail_with_both(task, "Task ", " got Future ", future, " attached to a different loop");
}
Status yielded_future(Task* task, Value future) {
  return fail_with_both(task, "yield was used instead of yield from in task ", " with ", future);
}

/// The coroutine has returned.
Status finish(Task* task, Value result) {
  if (!has_flag(task, kMustCancel)) return set_result(task, result);
  change_flags(task, 0, kMustCancel);
  TRY(cancel(task, extra(task, &FutureExtras::cancel_message)));
  return {};
}

/// The coroutine has raised what is pending.
Status finish_with_error(Task* task) {
  Exception* exception = take_exception();
  if (is_instance(exception, cancelled_error_type())) {
    set_extra(task, &FutureExtras::cancelled_error, exception);
    TRY(cancel(task, Value()));
    return {};
  }
  TRY(set_exception(task, exception));
  if (is_instance(exception, types.KeyboardInterrupt) || is_instance(exception, types.SystemExit))
    return raise_again(exception);
  return {};
}

/// The task waits for `future`, which knows that already. One that was cancelled meanwhile hands that on.
Status wait_for(Task* task, Value future) {
  store(static_cast<Object*>(task), task->waits_for, future);
  if (!has_flag(task, kMustCancel)) return {};
  const Value message = extra(task, &FutureExtras::cancel_message);
  const Value cancelled =
      TRY(call_method(future, name_of(state.cancel), {message.is_null() ? none() : message}));
  if (TRY(is_true(cancelled))) change_flags(task, 0, kMustCancel);
  return {};
}

Status wait_for_plain_future(Task* task, Future* future) {
  if (future->loop != task->loop) return other_loop(task, future);
  if (!has_flag(future, kBlocking)) return yielded_future(task, future);
  future->flags &= static_cast<uint8_t>(~kBlocking);
  TRY(add_done_callback(future, task, Value()));
  return wait_for(task, future);
}

/// Anything with _asyncio_future_blocking.
Status wait_for_like(Task* task, Value future, bool blocking) {
  const Value loop = TRY(loop_of(future));
  if (loop != task->loop) return other_loop(task, future);
  if (!blocking) return yielded_future(task, future);
  TRY(set_attribute(future, name_of(state.blocking), make_bool(false)));
  const Value method = TRY(get_attribute(future, name_of(state.add_done_callback)));
  const Value values[] = {make_wakeup(task), task->task_context};
  TRY(call(method, Arguments{values, 1, state.context_keyword.as<Tuple>()}));
  return wait_for(task, future);
}

Status take_yielded(Task* task, Value yielded) {
  if (yielded == Value(task))
    return fail_soon(task, "Task cannot await on itself: " + to_utf8(TRY(repr(task))));
  if (is_plain_future(yielded)) return wait_for_plain_future(task, yielded.as<Future>());
  if (is_none(yielded)) return step_soon(task, Value());
  const Value blocking = TRY(find_attribute(yielded, name_of(state.blocking)));
  if (!blocking.is_null() && !is_none(blocking)) return wait_for_like(task, yielded, TRY(is_true(blocking)));
  if (is_kind(yielded, Kind::kGenerator))
    return fail_with_both(task, "yield was used instead of yield from for generator in task ", " with ",
                          yielded);
  return fail_soon(task, "Task got bad yield: " + to_utf8(TRY(repr(yielded))));
}

// ---- the step

/// What to throw: `exception`, or CancelledError in its place when the task is to be cancelled.
Result<Value> exception_to_throw(Task* task, Value exception) {
  if (!has_flag(task, kMustCancel)) return exception;
  if (exception.is_null() || !TRY(is_instance_of(exception, state.cancelled_error)))
    exception = TRY(make_cancelled_error(task));
  change_flags(task, 0, kMustCancel);
  return exception;
}

Status run_step(Task* task, Value exception) {
  if (!is_pending(task)) {
    const std::string text = to_utf8(TRY(repr(task)));
    return raise(invalid_state_error(), "_step(): already done: {} {}", text,
                 to_utf8(TRY(repr(exception.is_null() ? none() : exception))));
  }
  exception = TRY(exception_to_throw(task, exception));
  task->waits_for = Value();
  const Value coroutine = task->coroutine;
  if (coroutine.is_null()) return raise(types.RuntimeError, "uninitialized Task object");
  Value result;
  auto outcome =
      exception.is_null() ? send_none(coroutine, &result) : throw_exception(coroutine, exception, &result);
  if (!outcome.ok()) return finish_with_error(task);
  const Value yielded = outcome.unwrap();
  return yielded.is_stop() ? finish(task, result) : take_yielded(task, yielded);
}

/// Leaves the task although an exception is pending, which becomes the context of another one.
Raised leave_with_error(Value loop, Task* task) {
  Exception* pending = take_exception();
  if (leave_task(loop, task).ok()) return raise_again(pending);
  Exception* raised = thread()->exception;
  if (raised != pending) store(static_cast<Object*>(raised), raised->context, Value(pending));
  return Raised{};
}

Result<Value> step(Task* task, Value exception) {
  const Value loop = task->loop;
  TRY(check_initialized(task));
  TRY(enter_task(loop, task));
  if (!run_step(task, exception).ok()) return leave_with_error(loop, task);
  TRY(leave_task(loop, task));
  return none();
}

/// task_wakeup(future): the next step, with what the future has to say.
Result<Value> wake_up(const Value* a) {
  auto* task = a[0].as<Task>();
  const Value future = a[1];
  Value error;
  auto outcome = is_plain_future(future) ? outcome_of(future.as<Future>(), &error)
                                         : call_method(future, name_of(state.result));
  if (!outcome.ok()) error = take_exception();
  return step(task, error);
}
constexpr MethodSpec kWakeup = {"task_wakeup", "($self, future, /)", wake_up};

// ---- TaskStepMethWrapper

Result<Value> call_step(Value self, const Arguments& arguments) {
  if (arguments.keyword_count() != 0) return raise(types.TypeError, "function takes no keyword arguments");
  if (arguments.positional != 0) return raise(types.TypeError, "function takes no positional arguments");
  auto* wrapper = self.as<StepCall>();
  return step(wrapper->task, wrapper->exception);
}

Result<Value> get_task(Value self) {
  return self.as<StepCall>()->task;
}
constexpr GetSetSpec kStepGetSets[] = {{"__self__", get_task}};

}  // namespace

Value make_wakeup(Value task) {
  return make_native_function(kWakeup, task, nullptr);
}

Status step_soon(Task* task, Value exception) {
  auto* wrapper = allocate_instance<StepCall>(step_type);
  wrapper->task = task;
  wrapper->exception = exception;
  return call_soon(task->loop, wrapper, Value(), task->task_context);
}

Status add_step_type() {
  static TypeSpec spec;
  spec.name = "TaskStepMethWrapper";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(StepCall);
  spec.flags = kTypeDisallowNew;
  spec.trace = trace_members<&StepCall::task, &StepCall::exception>;
  spec.getsets = kStepGetSets;
  spec.slots.call = call_step;
  if (step_type == nullptr) {
    step_type = make_native_type(spec);
    add_root(reinterpret_cast<Object**>(&step_type));
  }
  return {};
}

}  // namespace ouro::vm::asyncio
