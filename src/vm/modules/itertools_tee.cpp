// itertools.tee: iterators that read one source, each at its own pace.
//
// What the fastest has read stands in a chain of blocks; each iterator holds the block it stands in, so that
// blocks which all have left are garbage.
#include <algorithm>

#include "vm/modules/itertools.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::itertools {

namespace {

Type *tee_type = nullptr, *data_type = nullptr;

constexpr int kBlockItems = 57;

struct TeeData : Object {
  Value iterator;
  TeeData* next;
  int32_t count;
  bool running;
  Value items[kBlockItems];
};
struct Tee : Object {
  TeeData* data;
  int64_t index;  // in the block
};

void trace_data(Object* object, Tracer& tracer) {
  auto* data = static_cast<TeeData*>(object);
  tracer.visit(data->iterator);
  tracer.visit(data->next);
  tracer.visit(data->items, static_cast<size_t>(data->count));
}

TeeData* make_data(Value iterator) {
  auto* data = allocate_instance<TeeData>(data_type);
  store(data, data->iterator, iterator);
  return data;
}

Value make_tee(TeeData* data, int64_t index) {
  auto* tee = allocate_instance<Tee>(tee_type);
  tee->index = index;
  store(tee, tee->data, data);
  return tee;
}

Result<Value> tee_over(Value iterable) {
  Value iterator = TRY(iterate(iterable));
  if (is_instance(iterator, tee_type)) return make_tee(iterator.as<Tee>()->data, iterator.as<Tee>()->index);
  return make_tee(make_data(iterator), 0);
}

Result<Value> tee_new(Type*, const Arguments& arguments) {
  static const Signature signature("_tee", "(iterable, /)");
  Value iterable;
  TRY(signature.bind(arguments, &iterable));
  return tee_over(iterable);
}

Result<Value> data_item(TeeData* data, int64_t index) {
  if (index < data->count) return data->items[index];
  if (data->running) return raise(types.RuntimeError, "cannot re-enter the tee iterator");
  data->running = true;
  Result<Value> item = next(data->iterator);
  data->running = false;
  if (!item.ok() || item.unwrap().is_stop()) return item;
  store(data, data->items[data->count], item.unwrap());
  ++data->count;
  return item;
}

Result<Value> tee_next(Value value) {
  auto* self = value.as<Tee>();
  if (self->index >= kBlockItems) {
    TeeData* data = self->data;
    if (data->next == nullptr) {
      TeeData* after = make_data(data->iterator);
      store(data, data->next, after);
    }
    store(self, self->data, data->next);
    self->index = 0;
  }
  Value item = TRY(data_item(self->data, self->index));
  if (!item.is_stop()) ++self->index;
  return item;
}

Result<Value> tee_copy(const Value* args) {
  auto* self = args[0].as<Tee>();
  return make_tee(self->data, self->index);
}

Result<Value> tee_reduce(const Value* args) {
  auto* self = args[0].as<Tee>();
  return reduce_to_type(args[0], {empty_tuple()}, make_tuple({self->data, make_int(self->index)}));
}

Result<Value> tee_setstate(const Value* args) {
  auto* self = args[0].as<Tee>();
  Value parts[2];
  TRY(state_parts(args[1], 2, 2, parts));
  if (!is_instance(parts[0], data_type))
    return raise(types.TypeError, "argument 1 must be itertools._tee_dataobject, not {}",
                 given_name(parts[0]));
  auto* data = parts[0].as<TeeData>();
  int index = TRY(to_c_int(parts[1]));
  if (index < 0 || index > kBlockItems) return raise(types.ValueError, "Index out of range");
  // Beyond what the block holds there is nothing that could be read.
  if (index > data->count) return raise(types.ValueError, "Index out of range");
  self->index = index;
  store(self, self->data, data);
  return none();
}

Result<Value> data_new(Type*, const Arguments& arguments) {
  static const Signature signature("_tee_dataobject", "(it, values, next, /)");
  Value bound[3];
  TRY(signature.bind(arguments, bound));
  if (!is_list(bound[1]))
    return raise(types.TypeError, "_tee_dataobject() argument 2 must be list, not {}", given_name(bound[1]));
  std::span<Value> values = bound[1].as<List>()->span();
  bool full = values.size() == kBlockItems;
  bool has_next = !is_none(bound[2]);
  if (values.size() > kBlockItems || (has_next && (!full || !is_instance(bound[2], data_type))))
    return raise(types.ValueError, "Invalid arguments");
  TeeData* data = make_data(bound[0]);
  std::copy(values.begin(), values.end(), data->items);
  data->count = static_cast<int32_t>(values.size());
  if (has_next) data->next = bound[2].as<TeeData>();
  write_barrier(data);
  return data;
}

Result<Value> data_reduce(const Value* args) {
  auto* self = args[0].as<TeeData>();
  List* values = make_list(std::span<const Value>(self->items, static_cast<size_t>(self->count)));
  return reduce_to_type(args[0],
                        {self->iterator, values, self->next != nullptr ? Value(self->next) : none()});
}

constexpr MethodSpec kTeeMethods[] = {
    {"__copy__", "($self, /)", tee_copy, "Return an iterator that stands at the same place."},
    {"__reduce__", "($self, /)", tee_reduce},
    {"__setstate__", "($self, state, /)", tee_setstate},
};
constexpr TypeSpec kTee = {
    .name = "itertools._tee",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Tee),
    .flags = kTypeHasWeakrefs,
    .trace = trace_members<&Tee::data>,
    .methods = kTeeMethods,
    .slots = iterator_class_slots(tee_new, tee_next),
};

constexpr MethodSpec kDataMethods[] = {{"__reduce__", "($self, /)", data_reduce}};
constexpr Slots data_slots() {
  Slots slots = {};
  slots.new_ = data_new;
  return slots;
}
constexpr TypeSpec kData = {
    .name = "itertools._tee_dataobject",
    .kind = Kind::kNative,
    .basic_size = sizeof(TeeData),
    .trace = trace_data,
    .methods = kDataMethods,
    .slots = data_slots(),
};

}  // namespace

Result<Value> tee(const Value* args) {
  int64_t count = args[2].is_null() ? 2 : TRY(to_int64(args[2]));
  if (count < 0) return raise(types.ValueError, "n must be >= 0");
  Tuple* result = TRY(allocate_tuple(static_cast<size_t>(count)));
  if (count == 0) return result;
  Value copyable = TRY(iterate(args[1]));
  Value copy = TRY(find_attribute(copyable, names.dunder_copy));
  if (copy.is_null()) {
    copyable = TRY(tee_over(copyable));
    copy = TRY(get_attribute(copyable, names.dunder_copy));
  }
  store(result, result->items[0], copyable);
  for (int64_t i = 1; i < count; ++i) {
    Value another = TRY(call(copy));
    store(result, result->items[i], another);
  }
  return result;
}

Status add_tee(Module* module) {
  TRY(add_type(module, &tee_type, kTee));
  return add_type(module, &data_type, kData);
}

}  // namespace ouro::vm::itertools
