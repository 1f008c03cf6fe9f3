// next() of anything, and the awaitable of anext(iterator, default).
#include "vm/interp/generators.h"
#include "vm/interp/parts.h"
#include "vm/object/native.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

Result<Value> next_or_raise(Value iterator) {
  Value result;
  Value item = TRY(next_with_result(iterator, &result));
  if (!item.is_stop()) return item;
  return raise_stop_iteration(result);
}

namespace {

Type* anext_type = nullptr;

struct AnextAwaitable : Object {
  Value wrapped;
  Value default_;
};

AnextAwaitable* self_of(Value value) {
  return value.as<AnextAwaitable>();
}

/// What drives the wrapped awaitable: an iterator.
Result<Value> iterator_of(AnextAwaitable* self) {
  Value iterator = TRY(awaitable_iterator(self->wrapped));
  if (is_kind(iterator, Kind::kCoroutine)) {
    iterator = TRY(types.coroutine->slots.await(iterator));
    if (type_of(iterator)->slots.iternext == nullptr)
      return raise(types.TypeError, "'{}' object does not have __next__", type_name(iterator));
  }
  return iterator;
}

/// The end of the asynchronous iterator is the default.
Result<Value> end_with_default(AnextAwaitable* self) {
  if (!clear_if(types.StopAsyncIteration)) return Raised{};
  return raise_stop_iteration(self->default_);
}

Result<Value> advance(Value value) {
  AnextAwaitable* self = self_of(value);
  Value iterator = TRY(iterator_of(self));
  auto outcome = next_or_raise(iterator);
  return outcome.ok() ? outcome : end_with_default(self);
}

Result<Value> call_through(const Value* a, Str* name, size_t count) {
  AnextAwaitable* self = self_of(a[0]);
  Value iterator = TRY(iterator_of(self));
  Value method = TRY(get_attribute(iterator, name));
  while (count > 0 && a[count].is_null()) --count;
  auto outcome = call(method, Arguments{a + 1, count, nullptr});
  return outcome.ok() ? outcome : end_with_default(self);
}
Result<Value> send(const Value* a) {
  return call_through(a, names.send, 1);
}
Result<Value> throw_into(const Value* a) {
  return call_through(a, names.throw_, 3);
}
Result<Value> close(const Value* a) {
  return call_through(a, names.close, 0);
}
Result<Value> itself(Value self) {
  return self;
}

constexpr MethodSpec kMethods[] = {
    {"send", "($self, value, /)", send},
    {"throw", "($self, type, value=None, traceback=None, /)", throw_into},
    {"close", "($self, /)", close},
};

}  // namespace

Result<Value> make_anext_awaitable(Value awaitable, Value default_value) {
  auto* made = allocate_instance<AnextAwaitable>(anext_type);
  made->wrapped = awaitable;
  made->default_ = default_value;
  return made;
}

void complete_anext_type() {
  static TypeSpec spec{
      .name = "anext_awaitable", .kind = Kind::kNative, .basic_size = sizeof(AnextAwaitable)};
  spec.flags = kTypeDisallowNew;
  spec.trace = trace_members<&AnextAwaitable::wrapped, &AnextAwaitable::default_>;
  spec.methods = kMethods;
  spec.slots.await = itself;
  spec.slots.iter = itself;
  spec.slots.iternext = advance;
  anext_type = make_native_type(spec);
  static Object* root = anext_type;
  add_root(&root);
}

}  // namespace ouro::vm
