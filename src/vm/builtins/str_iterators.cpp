// Iterators over str.
#include "vm/builtins/iterator_methods.h"
#include "vm/builtins/str_methods.h"

namespace ouro::vm {

namespace {

struct StrIterator : Object {
  Str* text;  // null: exhausted
  int64_t index;
};

struct StrIteration {
  using Iterator = StrIterator;
  static constexpr auto sequence = &StrIterator::text;
  static int64_t length(const Str* text) { return static_cast<int64_t>(text->length); }
  static Value empty() { return empty_str(); }
};

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<StrIterator>();
  if (iterator->text == nullptr) return Value::stop();
  const auto index = static_cast<uint64_t>(iterator->index);
  if (index < iterator->text->length) {
    ++iterator->index;
    return make_char(iterator->text->at(index));
  }
  iterator->text = nullptr;
  return Value::stop();
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
  static constexpr TypeSpec ascii = counting_iterator_spec<StrIteration>("str_ascii_iterator", iterator_next);
  static constexpr TypeSpec any = counting_iterator_spec<StrIteration>("str_iterator", iterator_next);
  complete_native_type(types.str_ascii_iterator, ascii);
  complete_native_type(types.str_iterator, any);
}

}  // namespace ouro::vm
