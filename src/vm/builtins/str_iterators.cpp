// Iterators over str.
#include "vm/builtins/container_util.h"
#include "vm/builtins/str_methods.h"

namespace ouro::vm {

namespace {

struct StrIterator : Object {
  Str* text;  // null: exhausted
  uint64_t index;
};

void trace_iterator(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<StrIterator*>(object)->text);
}

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<StrIterator>();
  if (iterator->text == nullptr) return Value::stop();
  if (iterator->index < iterator->text->length) return make_char(iterator->text->at(iterator->index++));
  iterator->text = nullptr;
  return Value::stop();
}

Result<Value> iterator_length_hint(const Value* a) {
  const auto* iterator = a[0].as<StrIterator>();
  return make_int(iterator->text == nullptr ? 0
                                            : static_cast<int64_t>(iterator->text->length - iterator->index));
}

Result<Value> iterator_reduce(const Value* a) {
  const auto* iterator = a[0].as<StrIterator>();
  const Value iter = TRY(builtin_named(names.iter));
  if (iterator->text == nullptr) return reduce_with(iter, empty_str());
  return reduce_with(iter, iterator->text, make_int(static_cast<int64_t>(iterator->index)));
}

Result<Value> iterator_setstate(const Value* a) {
  auto* iterator = a[0].as<StrIterator>();
  const int64_t index = TRY(to_int64(a[1]));
  if (iterator->text != nullptr)
    iterator->index = std::min(static_cast<uint64_t>(std::max<int64_t>(index, 0)), iterator->text->length);
  return none();
}

constexpr MethodSpec kMethods[] = {
    {"__length_hint__", "($self, /)", iterator_length_hint,
     "Private method returning an estimate of len(list(it))."},
    {"__reduce__", "($self, /)", iterator_reduce, "Return state information for pickling."},
    {"__setstate__", "($self, object, /)", iterator_setstate, "Set state information for unpickling."},
};

TypeSpec iterator_spec(const char* name) {
  TypeSpec spec;
  spec.name = name;
  spec.kind = Kind::kIterator;
  spec.basic_size = sizeof(StrIterator);
  spec.flags = kTypeDisallowNew | kTypeImmutable;
  spec.trace = trace_iterator;
  spec.methods = kMethods;
  spec.slots.iter = iterate_self;
  spec.slots.iternext = iterator_next;
  return spec;
}

}  // namespace

Result<Value> str_iter(Value self) {
  Str* text = self.as<Str>();
  auto* iterator =
      allocate_instance<StrIterator>(text->is_ascii() ? types.str_ascii_iterator : types.str_iterator);
  iterator->text = text;
  return iterator;
}

void complete_str_iterators() {
  static const TypeSpec ascii = iterator_spec("str_ascii_iterator");
  static const TypeSpec any = iterator_spec("str_iterator");
  complete_native_type(types.str_ascii_iterator, ascii);
  complete_native_type(types.str_iterator, any);
}

}  // namespace ouro::vm
