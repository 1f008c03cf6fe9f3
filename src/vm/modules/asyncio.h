// The module _asyncio: futures and tasks, and the functions that tell which loop and which task run now. What
// asyncio's own Python code does in their absence, with the differences that CPython's native ones have.
//
// asyncio_future.cpp       what a future does
// asyncio_future_type.cpp  its type, as Python sees it
// asyncio_iterator.cpp     what `await future` waits with
// asyncio_step.cpp         a task's step: the coroutine goes on until it waits again
// asyncio_task_type.cpp    the type of tasks
// asyncio_tasks.cpp        all tasks, and the running one of each loop
// asyncio_loop.cpp         the running loop, and calls of loops
// asyncio_module.cpp       the module, and what it takes from asyncio's Python code
//
// Programs keep futures and tasks by the hundred thousand. So what few of them have lies in a cell of its own
// (FutureExtras), states and counts lie in the cell's header, a task's name is a number until somebody asks,
// and what a task has to be woken with is made when it is.
#pragma once

#include "vm/modules/native_module.h"
#include "vm/object/hooks.h"

namespace ouro::vm::asyncio {

/// Object::flags of a future. Neither of the first two: it is pending.
enum FutureFlags : uint8_t {
  kFinished = 1,
  kCancelled = 2,
  kFailed = 4,              // with kFinished: the outcome is an exception
  kBlocking = 8,            // _asyncio_future_blocking
  kLogTraceback = 16,       // nobody has asked for the exception yet
  kMustCancel = 32,         // of a task: its next step throws CancelledError
  kLogDestroyPending = 64,  // of a task: says so when it dies before it is done
  kUnlisted = 128,          // of a task: is one of all tasks, but not in the set
};

struct FutureExtras : Object {
  List* callbacks;        // (callback, context) behind the first one; null: none
  Value traceback;        // of the exception, until it is raised
  Value source;           // _source_traceback
  Value cancel_message;   // null: none given
  Value cancelled_error;  // what ended the task, until it is raised
};

struct Future : Object {
  Value loop;            // null: __init__ has not run
  Value callback;        // the first one; null: none
  Value context;         // its context; null: `callback` is a task that is to be woken
  Value outcome;         // result or exception; null: none yet
  FutureExtras* extras;  // null: none of them
};

/// `aux` counts the requests to cancel it.
struct Task : Future {
  Value waits_for;     // null: nothing
  Value coroutine;     // null: __init__ has not run
  Value name;          // a small int N stands for "Task-N"
  Value task_context;  // what its steps run in
};

extern Type *future_type, *task_type;

/// What the module takes from Python code when it is imported first, and names that it uses.
struct State {
  Value event_loop_policy, future_repr, task_repr, task_stack, print_task_stack, is_coroutine, extract_stack;
  Value all_tasks;        // a WeakSet
  Value current_tasks;    // a Dict: loop to task
  Value coroutine_types;  // a Set of types that `is_coroutine` has agreed to
  Value invalid_state_error, cancelled_error;
  Value context_keyword;  // ("context",)
  Value add_done_callback, blocking, call_exception_handler, call_soon, cancel, get_debug, get_event_loop,
      get_loop, loop, result;
};
extern State state;

inline Type* invalid_state_error() {
  return state.invalid_state_error.as<Type>();
}
inline Type* cancelled_error_type() {
  return state.cancelled_error.as<Type>();
}
inline Str* name_of(Value name) {
  return name.as<Str>();
}
/// A Future or a Task, not an instance of a subclass.
inline bool is_plain_future(Value value) {
  return type_of(value) == future_type || type_of(value) == task_type;
}
inline bool has_flag(const Future* future, FutureFlags flag) {
  return (future->flags & flag) != 0;
}
inline bool is_pending(const Future* future) {
  return (future->flags & (kFinished | kCancelled)) == 0;
}
/// Sets or clears flags, and notes whether the future's finaliser has something to say.
void change_flags(Future* future, uint8_t set, uint8_t clear);

// ---- what a future does

/// "Future object is not initialized."
Status check_initialized(const Future* future);
Status init_future(Future* future, Value loop);
Status set_result(Future* future, Value result);
Status set_exception(Future* future, Value exception);
/// False: it was done already. `message` may be null.
Result<bool> cancel(Future* future, Value message);
/// The result; raises what the future has failed with, or that it is not done.
Result<Value> result_of(Future* future);
/// The same, but an exception that the future was given is in *error and not raised.
Result<Value> outcome_of(Future* future, Value* error);
/// A null context: `callback` is a task that is to be woken.
Status add_done_callback(Future* future, Value callback, Value context);
Result<Value> remove_done_callback(Future* future, Value callback);
/// What `_callbacks` shows: a new list of (callback, context), or None.
Result<Value> callbacks_of(Future* future);
Result<Value> make_cancelled_error(Future* future);
Value extra(const Future* future, Value FutureExtras::* field);
void set_extra(Future* future, Value FutureExtras::* field, Value value);
/// The loop of anything like a future.
Result<Value> loop_of(Value future);

/// `await future`.
Result<Value> iterate_future(Value self);
void finalize_future(Object* object);
void trace_future(Object* object, Tracer& tracer);

// ---- tasks

/// Calls `callback` with what the loop passes when a future is done: for a null context, the step of a task.
Value make_wakeup(Value task);
/// The next step, with an exception to throw or null, at the loop's next turn.
Status step_soon(Task* task, Value exception);
/// Puts a task made here among all tasks, and anything else.
void register_native_task(Task* task);
Status register_task(Value task);
Status unregister_task(Value task);
Status enter_task(Value loop, Value task);
Status leave_task(Value loop, Value task);
/// The WeakSet of all tasks is made when the module is.
Status make_task_tables();

// ---- loops

/// Null when none runs in this thread.
Value running_loop();
void set_running_loop(Value loop);
Result<Value> event_loop();
/// loop.call_soon(callback, argument, context=context); argument and context may be null.
Status call_soon(Value loop, Value callback, Value argument, Value context);
/// call_exception_handler of the future's loop with these items; failures are reported as unraisable.
void tell_loop(Future* future, Dict* items);

// ---- the parts of the module

Status add_future_type(Module* module);
Status add_task_type(Module* module);
Status add_iterator_type();
Status add_step_type();

}  // namespace ouro::vm::asyncio
