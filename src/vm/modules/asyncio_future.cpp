// What a future does: it waits for a result or an exception, and then has its callbacks called.
#include "vm/heap/finalizer_filter.h"
#include "vm/modules/asyncio.h"
#include "vm/modules/contextvars.h"

namespace ouro::vm::asyncio {

namespace {

void trace_extras(Object* object, Tracer& tracer) {
  const auto* extras = static_cast<FutureExtras*>(object);
  tracer.visit(reinterpret_cast<Object*>(extras->callbacks));
  tracer.visit(extras->traceback);
  tracer.visit(extras->source);
  tracer.visit(extras->cancel_message);
  tracer.visit(extras->cancelled_error);
}

FutureExtras* extras_of(Future* future) {
  static Shape* shape = make_internal_shape(Kind::kTable, trace_extras);
  if (future->extras == nullptr) {
    auto* extras = allocate<FutureExtras>(shape);
    store(static_cast<Object*>(future), future->extras, extras);
  }
  return future->extras;
}

void set_outcome(Future* future, Value outcome, uint8_t flags) {
  store(static_cast<Object*>(future), future->outcome, outcome);
  change_flags(future, flags, 0);
}

/// A callback that call_soon has got, or is about to get.
Status schedule(Future* future, Value callback, Value context) {
  if (!context.is_null()) return call_soon(future->loop, callback, future, context);
  return call_soon(future->loop, make_wakeup(callback), future, callback.as<Task>()->task_context);
}

List* more_callbacks(const Future* future) {
  return future->extras != nullptr ? future->extras->callbacks : nullptr;
}

/// The future is done: the loop is to call all callbacks. After a failure none is left, either.
Status schedule_callbacks(Future* future) {
  const Value first = std::exchange(future->callback, Value());
  const Value context = std::exchange(future->context, Value());
  List* others = more_callbacks(future);
  if (others != nullptr) future->extras->callbacks = nullptr;
  if (!first.is_null()) TRY(schedule(future, first, context));
  for (size_t i = 0; others != nullptr && i < others->length; ++i) {
    const Tuple* entry = others->items()[i].as<Tuple>();
    TRY(schedule(future, entry->items[0], entry->items[1]));
  }
  return {};
}

Raised raise_cancelled(Future* future) {
  return raise_value(TRY(make_cancelled_error(future)));
}

Status check_pending(const Future* future) {
  if (!is_pending(future)) return raise(invalid_state_error(), "invalid state");
  return {};
}

bool is_exception_class(Value value) {
  return is_kind(value, Kind::kType) && value.as<Type>()->has(kTypeSubclassException);
}

Status record_source(Future* future) {
  const Value debug = TRY(call_method(future->loop, name_of(state.get_debug)));
  if (TRY(is_true(debug))) set_extra(future, &FutureExtras::source, TRY(call(state.extract_stack)));
  return {};
}

}  // namespace

void trace_future(Object* object, Tracer& tracer) {
  const auto* future = static_cast<Future*>(object);
  tracer.visit(future->loop);
  tracer.visit(future->callback);
  tracer.visit(future->context);
  tracer.visit(future->outcome);
  tracer.visit(reinterpret_cast<Object*>(future->extras));
}

void change_flags(Future* future, uint8_t set, uint8_t clear) {
  const auto flags = static_cast<uint8_t>((future->flags & ~clear) | set);
  future->flags = flags;
  const bool pending = (flags & (kFinished | kCancelled)) == 0;
  const bool speaks = (flags & kLogTraceback) != 0 || (pending && (flags & kLogDestroyPending) != 0);
  constexpr uint8_t kBoth = kGcNothingToFinalize | kGcSpeaksAtEnd;
  future->gc = static_cast<uint8_t>((future->gc & ~kBoth) | (speaks ? kGcSpeaksAtEnd : kGcNothingToFinalize));
}

Value extra(const Future* future, Value FutureExtras::* field) {
  return future->extras != nullptr ? future->extras->*field : Value();
}

void set_extra(Future* future, Value FutureExtras::* field, Value value) {
  if (value.is_null() && future->extras == nullptr) return;
  FutureExtras* extras = extras_of(future);
  store(static_cast<Object*>(extras), extras->*field, value);
}

Status check_initialized(const Future* future) {
  if (future->loop.is_null()) return raise(types.RuntimeError, "Future object is not initialized.");
  return {};
}

Status init_future(Future* future, Value loop) {
  future->loop = future->callback = future->context = future->outcome = Value();
  future->extras = nullptr;
  change_flags(future, 0, kFinished | kCancelled | kFailed | kBlocking | kLogTraceback);
  if (is_none(loop)) loop = TRY(event_loop());
  store(static_cast<Object*>(future), future->loop, loop);
  return record_source(future);
}

Status set_result(Future* future, Value result) {
  TRY(check_initialized(future));
  TRY(check_pending(future));
  set_outcome(future, result, kFinished);
  return schedule_callbacks(future);
}

Status set_exception(Future* future, Value exception) {
  TRY(check_pending(future));
  if (is_exception_class(exception)) {
    exception = TRY(call(exception));
    TRY(check_pending(future));
  }
  if (!is_kind(exception, Kind::kException)) return raise(types.TypeError, "invalid exception object");
  if (is_exactly(exception, types.StopIteration))
    return raise(types.TypeError,
                 "StopIteration interacts badly with generators and cannot be raised into a Future");
  set_extra(future, &FutureExtras::traceback, exception.as<Exception>()->traceback);
  set_outcome(future, exception, kFinished | kFailed);
  TRY(schedule_callbacks(future));
  if (!type_of(future)->has(kTypeHasFinalizer)) register_finalizable(future);
  change_flags(future, kLogTraceback, 0);
  return {};
}

Result<bool> cancel(Future* future, Value message) {
  change_flags(future, 0, kLogTraceback);
  if (!is_pending(future)) return false;
  change_flags(future, kCancelled, 0);
  set_extra(future, &FutureExtras::cancel_message, message);
  TRY(schedule_callbacks(future));
  return true;
}

Result<Value> make_cancelled_error(Future* future) {
  const Value known = extra(future, &FutureExtras::cancelled_error);
  if (!known.is_null()) {
    future->extras->cancelled_error = Value();
    return known;
  }
  const Value message = extra(future, &FutureExtras::cancel_message);
  if (message.is_null() || is_none(message)) return call(state.cancelled_error);
  return call(state.cancelled_error, {message});
}

Result<Value> outcome_of(Future* future, Value* error) {
  *error = Value();
  if (has_flag(future, kCancelled)) return raise_cancelled(future);
  if (!has_flag(future, kFinished)) return raise(invalid_state_error(), "Result is not set.");
  change_flags(future, 0, kLogTraceback);
  if (!has_flag(future, kFailed)) return future->outcome;
  auto* exception = future->outcome.as<Exception>();
  store(static_cast<Object*>(exception), exception->traceback, extra(future, &FutureExtras::traceback));
  if (future->extras != nullptr) future->extras->traceback = Value();
  *error = exception;
  return none();
}

Result<Value> result_of(Future* future) {
  if (future->loop.is_null()) return raise(invalid_state_error(), "Future object is not initialized.");
  Value error;
  const Value result = TRY(outcome_of(future, &error));
  if (!error.is_null()) return raise_value(error);
  return result;
}

Status add_done_callback(Future* future, Value callback, Value context) {
  if (future->loop.is_null()) return raise(types.RuntimeError, "uninitialized Future object");
  if (!is_pending(future)) return schedule(future, callback, context);
  if (future->callback.is_null() && more_callbacks(future) == nullptr) {
    future->callback = callback;
    future->context = context;
    write_barrier(future);
    return {};
  }
  if (context.is_null()) {
    context = callback.as<Task>()->task_context;
    callback = make_wakeup(callback);
  }
  const Value entry = make_tuple({callback, context});
  FutureExtras* extras = extras_of(future);
  if (extras->callbacks == nullptr) {
    List* list = make_list();
    store(static_cast<Object*>(extras), extras->callbacks, list);
  }
  return list_append(extras->callbacks, entry);
}

namespace {

Value first_callback(const Future* future) {
  return future->context.is_null() ? make_wakeup(future->callback) : future->callback;
}

Result<bool> remove_first_callback(Future* future, Value callback) {
  if (future->callback.is_null() || !TRY(equal(first_callback(future), callback))) return false;
  future->callback = future->context = Value();
  return true;
}

}  // namespace

// Comparing may run code that changes the callbacks.
Result<Value> remove_done_callback(Future* future, Value callback) {
  TRY(check_initialized(future));
  const int64_t first = TRY(remove_first_callback(future, callback)) ? 1 : 0;
  List* others = more_callbacks(future);
  if (others == nullptr) return Value::from_small(first);
  const auto count = static_cast<int64_t>(others->length);
  List* kept = make_list();
  for (size_t i = 0; i < others->length && more_callbacks(future) == others; ++i) {
    const Value entry = others->items()[i];
    if (!TRY(equal(entry.as<Tuple>()->items[0], callback))) TRY(list_append(kept, entry));
  }
  if (more_callbacks(future) != others) return Value::from_small(first + count);
  if (kept->length == 0) {
    future->extras->callbacks = nullptr;
    return Value::from_small(first + count);
  }
  const auto removed = static_cast<int64_t>(others->length) - static_cast<int64_t>(kept->length);
  if (removed != 0) TRY(list_replace(others, 0, others->length, kept->span()));
  return Value::from_small(first + removed);
}

Result<Value> callbacks_of(Future* future) {
  TRY(check_initialized(future));
  List* others = more_callbacks(future);
  if (future->callback.is_null() && others == nullptr) return none();
  List* all = make_list();
  if (!future->callback.is_null()) {
    const Value first = first_callback(future);
    const Value context =
        future->context.is_null() ? future->callback.as<Task>()->task_context : future->context;
    TRY(list_append(all, make_tuple({first, context})));
  }
  if (others != nullptr) TRY(list_extend(all, others));
  return all;
}

Result<Value> loop_of(Value future) {
  if (is_plain_future(future)) {
    const Value loop = future.as<Future>()->loop;
    return loop.is_null() ? none() : loop;
  }
  const Value method = TRY(find_attribute(future, name_of(state.get_loop)));
  if (!method.is_null()) return call(method);
  return get_attribute(future, name_of(state.loop));
}

}  // namespace ouro::vm::asyncio
