// The type Future, as Python sees it, and what is said when a future with an exception dies unasked.
#include "vm/modules/asyncio.h"
#include "vm/modules/contextvars.h"

namespace ouro::vm::asyncio {

Type* future_type = nullptr;

namespace {

Future* self_of(Value self) {
  return self.as<Future>();
}
Value or_none(Value value) {
  return value.is_null() ? none() : value;
}

// ---- methods

Result<Value> get_result(const Value* a) {
  return result_of(self_of(a[0]));
}

Result<Value> get_exception(const Value* a) {
  Future* future = self_of(a[0]);
  if (future->loop.is_null()) return raise(invalid_state_error(), "Future object is not initialized.");
  if (has_flag(future, kCancelled)) return raise_value(TRY(make_cancelled_error(future)));
  if (is_pending(future)) return raise(invalid_state_error(), "Exception is not set.");
  if (!has_flag(future, kFailed)) return none();
  change_flags(future, 0, kLogTraceback);
  return future->outcome;
}

Result<Value> set_result_method(const Value* a) {
  TRY(set_result(self_of(a[0]), a[1]));
  return none();
}

Result<Value> set_exception_method(const Value* a) {
  TRY(check_initialized(self_of(a[0])));
  TRY(set_exception(self_of(a[0]), a[1]));
  return none();
}

Result<Value> add_done_callback_method(const Value* a) {
  TRY(add_done_callback(self_of(a[0]), a[1], a[2].is_null() ? copy_running_context() : a[2]));
  return none();
}

Result<Value> remove_done_callback_method(const Value* a) {
  return remove_done_callback(self_of(a[0]), a[1]);
}

Result<Value> cancel_method(const Value* a) {
  TRY(check_initialized(self_of(a[0])));
  return make_bool(TRY(cancel(self_of(a[0]), or_none(a[1]))));
}

Result<Value> is_cancelled(const Value* a) {
  return make_bool(!self_of(a[0])->loop.is_null() && has_flag(self_of(a[0]), kCancelled));
}
Result<Value> is_done(const Value* a) {
  return make_bool(!self_of(a[0])->loop.is_null() && !is_pending(self_of(a[0])));
}
Result<Value> get_loop(const Value* a) {
  TRY(check_initialized(self_of(a[0])));
  return self_of(a[0])->loop;
}
Result<Value> make_cancelled_error_method(const Value* a) {
  return make_cancelled_error(self_of(a[0]));
}

constexpr MethodSpec kMethods[] = {
    {"result", "($self, /)", get_result,
     "The result. Raises the exception that was set instead of one, CancelledError when the future\n"
     "was cancelled, and InvalidStateError while it is pending."},
    {"exception", "($self, /)", get_exception,
     "The exception that was set, or None. Raises CancelledError when the future was cancelled, and\n"
     "InvalidStateError while it is pending."},
    {"set_result", "($self, result, /)", set_result_method, "Ends the wait with a result."},
    {"set_exception", "($self, exception, /)", set_exception_method, "Ends the wait with an exception."},
    {"add_done_callback", "($self, fn, /, *, context=<unrepresentable>)", add_done_callback_method,
     "Has the loop call fn(future) when the future is done; soon, if it is already."},
    {"remove_done_callback", "($self, fn, /)", remove_done_callback_method,
     "Takes a callback back, and says how many times it was there."},
    {"cancel", "($self, /, msg=None)", cancel_method,
     "Cancels the future and has its callbacks called. False when it is done already."},
    {"cancelled", "($self, /)", is_cancelled, "Whether the future was cancelled."},
    {"done", "($self, /)", is_done, "Whether the future has a result or an exception, or was cancelled."},
    {"get_loop", "($self, /)", get_loop, "The loop that calls the callbacks."},
    {"_make_cancelled_error", "($self, /)", make_cancelled_error_method,
     "The CancelledError to raise for the cancelled future. A kept one is given once."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

// ---- attributes

Status cannot_delete() {
  return raise(types.AttributeError, "cannot delete attribute");
}

Result<Value> get_state(Value self) {
  TRY(check_initialized(self_of(self)));
  return intern(has_flag(self_of(self), kCancelled)  ? "CANCELLED"
                : has_flag(self_of(self), kFinished) ? "FINISHED"
                                                     : "PENDING");
}

Result<Value> get_blocking(Value self) {
  return make_bool(!self_of(self)->loop.is_null() && has_flag(self_of(self), kBlocking));
}
Status set_blocking(Value self, Value value) {
  TRY(check_initialized(self_of(self)));
  if (value.is_null()) return cannot_delete();
  const bool blocking = TRY(is_true(value));
  change_flags(self_of(self), blocking ? kBlocking : 0, blocking ? 0 : kBlocking);
  return {};
}

Result<Value> get_loop_attribute(Value self) {
  return or_none(self_of(self)->loop);
}
Result<Value> get_callbacks(Value self) {
  return callbacks_of(self_of(self));
}
Result<Value> get_result_attribute(Value self) {
  TRY(check_initialized(self_of(self)));
  return has_flag(self_of(self), kFailed) ? none() : or_none(self_of(self)->outcome);
}
Result<Value> get_exception_attribute(Value self) {
  TRY(check_initialized(self_of(self)));
  return has_flag(self_of(self), kFailed) ? self_of(self)->outcome : none();
}

Result<Value> get_log_traceback(Value self) {
  TRY(check_initialized(self_of(self)));
  return make_bool(has_flag(self_of(self), kLogTraceback));
}
Status set_log_traceback(Value self, Value value) {
  if (value.is_null()) return cannot_delete();
  if (TRY(is_true(value))) return raise(types.ValueError, "_log_traceback can only be set to False");
  change_flags(self_of(self), 0, kLogTraceback);
  return {};
}

Result<Value> get_source_traceback(Value self) {
  return or_none(extra(self_of(self), &FutureExtras::source));
}
Result<Value> get_cancel_message(Value self) {
  return or_none(extra(self_of(self), &FutureExtras::cancel_message));
}
Status set_cancel_message(Value self, Value value) {
  if (value.is_null()) return cannot_delete();
  set_extra(self_of(self), &FutureExtras::cancel_message, value);
  return {};
}

constexpr GetSetSpec kGetSets[] = {
    {"_state", get_state},
    {"_asyncio_future_blocking", get_blocking, set_blocking},
    {"_loop", get_loop_attribute},
    {"_callbacks", get_callbacks},
    {"_result", get_result_attribute},
    {"_exception", get_exception_attribute},
    {"_log_traceback", get_log_traceback, set_log_traceback},
    {"_source_traceback", get_source_traceback},
    {"_cancel_message", get_cancel_message, set_cancel_message},
};

// ---- making one

Result<Value> new_future(Type* type, const Arguments&) {
  auto* future = allocate_instance<Future>(type);
  change_flags(future, 0, 0);
  return future;
}

Status init_method(Value self, const Arguments& arguments) {
  static const Signature signature("Future", "(*, loop=None)");
  Value loop;
  TRY(signature.bind(arguments, &loop));
  return init_future(self_of(self), or_none(loop));
}

Result<Value> future_repr(Value self) {
  TRY(check_initialized(self_of(self)));
  return call(state.future_repr, {self});
}

}  // namespace

void finalize_future(Object* object) {
  auto* future = static_cast<Future*>(object);
  if (!has_flag(future, kLogTraceback) || !has_flag(future, kFailed)) return;
  change_flags(future, 0, kLogTraceback);
  Dict* items = make_dict();
  dict_set(items, intern("message"),
           make_str(fmt::format("{} exception was never retrieved", to_utf8(type_of(future)->name))));
  dict_set(items, intern("exception"), future->outcome);
  dict_set(items, intern("future"), future);
  const Value source = extra(future, &FutureExtras::source);
  if (!source.is_null()) dict_set(items, intern("source_traceback"), source);
  tell_loop(future, items);
}

Status add_future_type(Module* module) {
  static TypeSpec spec;
  spec.name = "_asyncio.Future";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(Future);
  spec.flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs | kTypeImmutable;
  spec.trace = trace_future;
  spec.methods = kMethods;
  spec.getsets = kGetSets;
  spec.doc = "What will have a result, an exception or a cancellation once, and callbacks waiting for it.";
  spec.signature = "(*, loop=None)";
  spec.slots.new_ = new_future;
  spec.slots.init = init_method;
  spec.slots.repr = future_repr;
  spec.slots.iter = iterate_future;
  spec.slots.await = iterate_future;
  spec.slots.finalize = finalize_future;
  return add_type(module, &future_type, spec);
}

}  // namespace ouro::vm::asyncio
