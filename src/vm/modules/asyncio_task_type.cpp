// The type Task, as Python sees it, and what is said when a task dies before it is done.
#include "vm/modules/asyncio.h"
#include "vm/modules/contextvars.h"

namespace ouro::vm::asyncio {

Type* task_type = nullptr;

namespace {

Task* self_of(Value self) {
  return self.as<Task>();
}
Value or_none(Value value) {
  return value.is_null() ? none() : value;
}

// ---- making one

uint64_t named_tasks = 0;

/// Coroutines, and objects of types that asyncio.iscoroutine() takes; it is asked once for each type.
Result<bool> is_coroutine(Value value) {
  constexpr uint64_t kMostTypes = 100;
  if (is_kind(value, Kind::kCoroutine)) return true;
  auto* known = state.coroutine_types.as<Set>();
  if (TRY(set_contains(known, type_of(value)))) return true;
  if (!TRY(is_true(TRY(call(state.is_coroutine, {value}))))) return false;
  if (known->count < kMostTypes) TRY(set_add(known, type_of(value)));
  return true;
}

/// The name given, as a str; for None a small int, which stands for a name.
Result<Value> name_from(Value given) {
  if (is_none(given)) return Value::from_small(static_cast<int64_t>(++named_tasks));
  if (is_exactly(given, types.str)) return given;
  return TRY(to_str(given));
}

Result<Value> new_task(Type* type, const Arguments&) {
  auto* task = allocate_instance<Task>(type);
  change_flags(task, 0, 0);
  return task;
}

Status init_task(Value self, const Arguments& arguments) {
  static const Signature signature("Task", "(coro, *, loop=None, name=None, context=None)");
  Value a[4];
  TRY(signature.bind(arguments, a));
  auto* task = self_of(self);
  TRY(init_future(task, or_none(a[1])));
  if (!TRY(is_coroutine(a[0]))) {
    change_flags(task, 0, kLogDestroyPending);
    return raise(types.TypeError, "a coroutine was expected, got {}", to_utf8(TRY(repr(a[0]))));
  }
  task->task_context = a[3].is_null() || is_none(a[3]) ? copy_running_context() : a[3];
  task->waits_for = Value();
  task->coroutine = a[0];
  write_barrier(task);
  task->aux = 0;
  change_flags(task, kLogDestroyPending, kMustCancel);
  store(static_cast<Object*>(task), task->name, TRY(name_from(or_none(a[2]))));
  TRY(step_soon(task, Value()));
  register_native_task(task);
  return {};
}

// ---- methods

Result<Value> refuse_result(const Value*) {
  return raise(types.RuntimeError, "Task does not support set_result operation");
}
Result<Value> refuse_exception(const Value*) {
  return raise(types.RuntimeError, "Task does not support set_exception operation");
}

Result<Value> cancel_method(const Value* a) {
  auto* task = self_of(a[0]);
  const Value message = or_none(a[1]);
  change_flags(task, 0, kLogTraceback);
  if (!is_pending(task)) return make_bool(false);
  ++task->aux;
  if (!task->waits_for.is_null()) {
    const Value cancelled = TRY(call_method(task->waits_for, name_of(state.cancel), {message}));
    if (TRY(is_true(cancelled))) return make_bool(true);
  }
  change_flags(task, kMustCancel, 0);
  set_extra(task, &FutureExtras::cancel_message, message);
  return make_bool(true);
}

Result<Value> cancelling(const Value* a) {
  return Value::from_small(self_of(a[0])->aux);
}
Result<Value> uncancel(const Value* a) {
  auto* task = self_of(a[0]);
  if (task->aux > 0) --task->aux;
  return Value::from_small(task->aux);
}

Result<Value> get_stack(const Value* a) {
  return call(state.task_stack, {a[0], or_none(a[1])});
}
Result<Value> print_stack(const Value* a) {
  return call(state.print_task_stack, {a[0], or_none(a[1]), or_none(a[2])});
}

Result<Value> get_coroutine(const Value* a) {
  return or_none(self_of(a[0])->coroutine);
}

Result<Value> get_name(const Value* a) {
  auto* task = self_of(a[0]);
  if (task->name.is_small_int()) {
    const Value name = make_str(fmt::format("Task-{}", task->name.small_int()));
    store(static_cast<Object*>(task), task->name, name);
  }
  return or_none(task->name);
}
Result<Value> set_name(const Value* a) {
  const Value name = is_exactly(a[1], types.str) ? a[1] : Value(TRY(to_str(a[1])));
  store(a[0].object(), self_of(a[0])->name, name);
  return none();
}

Result<Value> make_cancelled_error_method(const Value* a) {
  return make_cancelled_error(self_of(a[0]));
}

constexpr MethodSpec kMethods[] = {
    {"set_result", "($self, result, /)", refuse_result, "Not for tasks."},
    {"set_exception", "($self, exception, /)", refuse_exception, "Not for tasks."},
    {"cancel", "($self, /, msg=None)", cancel_method,
     "Asks for CancelledError in the coroutine at the loop's next turn, and counts the request. The\n"
     "coroutine may catch it. False when the task is done already."},
    {"cancelling", "($self, /)", cancelling, "How many requests to cancel the task there are."},
    {"uncancel", "($self, /)", uncancel, "Takes one request to cancel back, and says how many are left."},
    {"get_stack", "($self, /, *, limit=None)", get_stack,
     "The frames of the waiting coroutine, or of the traceback that it has ended with."},
    {"print_stack", "($self, /, *, limit=None, file=None)", print_stack, "Prints what get_stack() gives."},
    {"_make_cancelled_error", "($self, /)", make_cancelled_error_method,
     "The CancelledError to raise for the cancelled task. A kept one is given once."},
    {"get_name", "($self, /)", get_name, "The task's name."},
    {"set_name", "($self, value, /)", set_name, "Names the task."},
    {"get_coro", "($self, /)", get_coroutine, "The coroutine that the task runs."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

// ---- attributes

Result<Value> get_log_destroy_pending(Value self) {
  return make_bool(has_flag(self_of(self), kLogDestroyPending));
}
Status set_log_destroy_pending(Value self, Value value) {
  if (value.is_null()) return raise(types.AttributeError, "cannot delete attribute");
  const bool log = TRY(is_true(value));
  change_flags(self_of(self), log ? kLogDestroyPending : 0, log ? 0 : kLogDestroyPending);
  return {};
}
Result<Value> get_must_cancel(Value self) {
  return make_bool(has_flag(self_of(self), kMustCancel));
}
Result<Value> get_coroutine_attribute(Value self) {
  return or_none(self_of(self)->coroutine);
}
Result<Value> get_waits_for(Value self) {
  return or_none(self_of(self)->waits_for);
}

constexpr GetSetSpec kGetSets[] = {
    {"_log_destroy_pending", get_log_destroy_pending, set_log_destroy_pending},
    {"_must_cancel", get_must_cancel},
    {"_coro", get_coroutine_attribute},
    {"_fut_waiter", get_waits_for},
};

Result<Value> task_repr(Value self) {
  return call(state.task_repr, {self});
}

void trace_task(Object* object, Tracer& tracer) {
  trace_future(object, tracer);
  const auto* task = static_cast<Task*>(object);
  tracer.visit(task->waits_for);
  tracer.visit(task->coroutine);
  tracer.visit(task->name);
  tracer.visit(task->task_context);
}

void finalize_task(Object* object) {
  auto* task = static_cast<Task*>(object);
  if (is_pending(task) && has_flag(task, kLogDestroyPending) && !task->loop.is_null()) {
    Dict* items = make_dict();
    dict_set(items, intern("message"), make_str("Task was destroyed but it is pending!"));
    dict_set(items, intern("task"), task);
    const Value source = extra(task, &FutureExtras::source);
    if (!source.is_null()) dict_set(items, intern("source_traceback"), source);
    tell_loop(task, items);
  }
  finalize_future(task);
}

}  // namespace

Status add_task_type(Module* module) {
  static TypeSpec spec;
  spec.name = "_asyncio.Task";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(Task);
  spec.flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs | kTypeHasFinalizer | kTypeImmutable;
  spec.trace = trace_task;
  spec.methods = kMethods;
  spec.getsets = kGetSets;
  spec.doc = "A future whose result a coroutine makes, run by a loop.";
  spec.signature = "(coro, *, loop=None, name=None, context=None)";
  spec.slots.new_ = new_task;
  spec.slots.init = init_task;
  spec.slots.repr = task_repr;
  spec.slots.iter = iterate_future;
  spec.slots.await = iterate_future;
  spec.slots.finalize = finalize_task;
  return add_type(module, &task_type, spec, future_type);
}

}  // namespace ouro::vm::asyncio
