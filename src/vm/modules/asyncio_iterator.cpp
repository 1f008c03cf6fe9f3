// FutureIter: what `await future` waits with. It gives the future once, to the task that is to wait, and ends
// with the future's result.
#include "vm/modules/asyncio.h"

namespace ouro::vm::asyncio {

namespace {

struct FutureIterator : Object {
  Future* future;  // null: it is over
};

Type* iterator_type = nullptr;

Result<Value> advance(Value self) {
  auto* iterator = self.as<FutureIterator>();
  Future* future = iterator->future;
  if (future == nullptr) return Value::stop();
  if (is_pending(future)) {
    if (has_flag(future, kBlocking)) return raise(types.RuntimeError, "await wasn't used with future");
    future->flags |= kBlocking;
    return future;
  }
  iterator->future = nullptr;
  thread()->stop_value = TRY(result_of(future));
  return Value::stop();
}

// What is sent does not matter.
Result<Value> send(const Value* a) {
  thread()->stop_value = Value();
  const Value value = TRY(advance(a[0]));
  if (!value.is_stop()) return value;
  const Value result = thread()->stop_value;
  if (result.is_null() || is_none(result)) return raise_with(types.StopIteration, {});
  return raise_with(types.StopIteration, {result});
}

/// The exception that throw(type, value) means.
Result<Value> thrown_exception(Value type, Value value) {
  const bool has_value = !value.is_null() && !is_none(value);
  if (is_kind(type, Kind::kType) && type.as<Type>()->has(kTypeSubclassException)) {
    if (has_value && is_instance(value, type.as<Type>())) return value;
    if (!has_value) return call(type);
    if (is_tuple(value)) return call_with(type, value, Value());
    return call(type, {value});
  }
  if (!is_kind(type, Kind::kException))
    return raise(types.TypeError,
                 "exceptions must be classes deriving BaseException or instances of such a class");
  if (has_value) return raise(types.TypeError, "instance exception may not have a separate value");
  return type;
}

Result<Value> throw_(const Value* a) {
  const Value traceback = a[3].is_null() || is_none(a[3]) ? Value() : a[3];
  if (!traceback.is_null() && !is_kind(traceback, Kind::kTraceback))
    return raise(types.TypeError, "throw() third argument must be a traceback");
  const Value made = TRY(thrown_exception(a[1], a[2]));
  if (!is_kind(made, Kind::kException))
    return raise(types.TypeError, "calling {} should have returned an instance of BaseException, not {}",
                 repr_text(a[1]), repr_text(type_of(made)));
  auto* exception = made.as<Exception>();
  if (!traceback.is_null()) store(static_cast<Object*>(exception), exception->traceback, traceback);
  a[0].as<FutureIterator>()->future = nullptr;
  return raise_again(exception);
}

Result<Value> close(const Value* a) {
  a[0].as<FutureIterator>()->future = nullptr;
  return none();
}

constexpr MethodSpec kMethods[] = {
    {"send", "($self, value, /)", send, "The future, or StopIteration with its result."},
    {"throw", "($self, type, value=None, traceback=None, /)", throw_, "Ends, and raises the exception."},
    {"close", "($self, /)", close, "Ends."},
};

}  // namespace

Result<Value> iterate_future(Value self) {
  auto* future = self.as<Future>();
  TRY(check_initialized(future));
  auto* iterator = allocate_instance<FutureIterator>(iterator_type);
  iterator->future = future;
  return iterator;
}

Status add_iterator_type() {
  static TypeSpec spec;
  spec.name = "_asyncio.FutureIter";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(FutureIterator);
  spec.flags = kTypeDisallowNew;
  spec.trace = trace_members<&FutureIterator::future>;
  spec.methods = kMethods;
  spec.slots.iter = iterate_self;
  spec.slots.iternext = advance;
  if (iterator_type == nullptr) {
    iterator_type = make_native_type(spec);
    add_root(reinterpret_cast<Object**>(&iterator_type));
  }
  return {};
}

}  // namespace ouro::vm::asyncio
