// list: what Python sees of it. Sorting is in sort.cpp, the storage in object/list.cpp.
#include <algorithm>

#include "vm/builtins/iterator_methods.h"
#include "vm/heap/heap_inline.h"

namespace ouro::vm {

namespace {

List* self_of(Value value) {
  return value.as<List>();
}
int64_t length_of(const List* list) {
  return static_cast<int64_t>(list->length);
}

// ---- construction

Result<Value> list_new(Type* type, const Arguments&) {
  if (type == types.list) return make_list();
  return allocate_instance(type);
}

Status list_init(Value self, const Arguments& arguments) {
  static const Signature signature("list", "(iterable=(), /)");
  Value iterable;
  TRY(bind_base(signature, arguments, replaces_new(type_of(self), types.list), &iterable));
  list_clear(self_of(self));
  if (iterable.is_null()) return {};
  return list_extend(self_of(self), iterable);
}

List* part_of(List* list, int64_t low, int64_t high) {
  if (low >= high) return make_list();
  return make_list(list->span().subspan(static_cast<size_t>(low), static_cast<size_t>(high - low)));
}

// ---- items and slices

Result<int64_t> list_length(Value self) {
  return length_of(self_of(self));
}

Result<Value> list_item(Value self, int64_t index) {
  List* list = self_of(self);
  if (static_cast<uint64_t>(index) >= list->length) return raise(types.IndexError, "list index out of range");
  return list->storage->items[index];
}

Raised bad_index(Value key) {
  return raise(types.TypeError, "list indices must be integers or slices, not {}", type_name(key));
}

Result<Value> list_subscript(Value self, Value key) {
  List* list = self_of(self);
  if (is_index_like(key)) {
    int64_t index = TRY(to_int64_index(key));
    Value item = list_item_or_null(list, index);
    if (item.is_null()) return raise(types.IndexError, "list index out of range");
    return item;
  }
  if (!is_kind(key, Kind::kSlice)) return bad_index(key);
  SliceRange range = TRY(slice_unpack(key.as<Slice>()));
  slice_adjust(&range, length_of(list));
  if (range.count <= 0) return make_list();
  if (range.step == 1) return part_of(list, range.start, range.stop);
  List* part = TRY(make_list_reserved(static_cast<size_t>(range.count)));
  for (int64_t i = 0; i < range.count; ++i)
    part->storage->items[i] = list->storage->items[range.start + i * range.step];
  part->length = static_cast<size_t>(range.count);
  return part;
}

Status delete_extended(List* list, SliceRange range) {
  if (range.count <= 0) return {};
  if (range.step < 0) {
    range.start += (range.count - 1) * range.step;
    range.step = -range.step;
  }
  Value* items = list->items();
  int64_t to = range.start, next_removed = range.start, removed = 0;
  for (int64_t from = range.start; from < length_of(list); ++from) {
    if (removed < range.count && from == next_removed) {
      next_removed += range.step;
      ++removed;
    } else {
      items[to++] = items[from];
    }
  }
  // The rest of the work, and giving memory back, is the same as for a plain slice.
  return list_replace(list, static_cast<size_t>(to), list->length, {});
}

Status assign_plain(List* list, SliceRange range, std::span<const Value> items) {
  int64_t low = std::min(range.start, length_of(list));
  int64_t high = std::clamp(range.stop, low, length_of(list));
  return list_replace(list, static_cast<size_t>(low), static_cast<size_t>(high), items);
}

// The items of the right-hand side of a slice assignment, as a list or tuple.
Result<Value> assigned_items(Value value, const char* message) {
  if (is_exact_list(value) || is_exact_tuple(value)) return value;
  if (type_of(value)->slots.iter == nullptr && type_of(value)->slots.item == nullptr)
    return raise(types.TypeError, "{}", message);
  Result<List*> items = to_list(value);
  return items;
}

std::span<const Value> span_of(Value list_or_tuple) {
  return is_list(list_or_tuple) ? list_or_tuple.as<List>()->span() : list_or_tuple.as<Tuple>()->span();
}

Status assign_slice(List* list, Slice* slice, Value value) {
  SliceRange range = TRY(slice_unpack(slice));
  if (range.step == 1) {
    Value items;
    SliceRange bounds = range;
    slice_adjust(&bounds, length_of(list));
    if (!value.is_null()) items = TRY(assigned_items(value, "can only assign an iterable"));
    return assign_plain(list, bounds, value.is_null() ? std::span<const Value>() : span_of(items));
  }
  if (value.is_null()) {
    slice_adjust(&range, length_of(list));
    return delete_extended(list, range);
  }
  Value items = TRY(assigned_items(value, "must assign iterable to extended slice"));
  slice_adjust(&range, length_of(list));
  std::span<const Value> source = span_of(items);
  if (static_cast<int64_t>(source.size()) != range.count)
    return raise(types.ValueError, "attempt to assign sequence of size {} to extended slice of size {}",
                 source.size(), range.count);
  if (range.count == 0) return {};
  if (items == Value(list)) source = part_of(list, 0, length_of(list))->span();
  for (int64_t i = 0; i < range.count; ++i)
    list->storage->items[range.start + i * range.step] = source[static_cast<size_t>(i)];
  write_barrier(list->storage);
  return {};
}

Status list_assign(Value self, Value key, Value value) {
  List* list = self_of(self);
  if (is_index_like(key)) {
    int64_t index = TRY(to_int64_index(key));
    if (index < 0) index += length_of(list);
    if (static_cast<uint64_t>(index) >= list->length)
      return raise(types.IndexError, "list assignment index out of range");
    if (value.is_null())
      list_remove_at(list, static_cast<size_t>(index));
    else
      list_set_item_quick(list, index, value);
    return {};
  }
  if (is_kind(key, Kind::kSlice)) return assign_slice(list, key.as<Slice>(), value);
  return bad_index(key);
}

// ---- operators

// Index of the first item equal to `value` in [low, high), -1: none. The list may change meanwhile.
Result<int64_t> find_item(List* list, Value value, int64_t low, int64_t high) {
  for (int64_t i = low; i < high && i < length_of(list); ++i) {
    Value item = list->storage->items[i];
    if (item == value || TRY(keys_equal(item, value))) return i;
  }
  return -1;
}

Result<bool> list_contains(Value self, Value item) {
  return TRY(find_item(self_of(self), item, 0, INT64_MAX)) >= 0;
}

Result<Value> list_concat(Value left, Value right) {
  if (!is_list(right))
    return raise(types.TypeError, "can only concatenate list (not \"{}\") to list", type_name(right));
  List *a = self_of(left), *b = self_of(right);
  List* joined = TRY(make_list_reserved(a->length + b->length));
  if (joined->storage == nullptr) return joined;
  std::copy_n(b->span().data(), b->length, std::copy_n(a->span().data(), a->length, joined->storage->items));
  joined->length = a->length + b->length;
  return joined;
}

Result<Value> list_inplace_concat(Value left, Value right) {
  TRY(list_extend(self_of(left), right));
  return left;
}

void fill_repeated(Value* items, size_t length, size_t total) {
  if (length == 1) {
    std::fill(items + 1, items + total, items[0]);
    return;
  }
  for (size_t i = length; i < total; i += length) std::copy_n(items, length, items + i);
}

Result<Value> list_repeat(Value self, int64_t count) {
  List* list = self_of(self);
  size_t total = TRY(repeated_length(list->length, count));
  List* repeated = TRY(make_list_reserved(total));
  if (total == 0) return repeated;
  std::copy_n(list->storage->items, list->length, repeated->storage->items);
  fill_repeated(repeated->storage->items, list->length, total);
  repeated->length = total;
  return repeated;
}

Result<Value> list_inplace_repeat(Value self, int64_t count) {
  List* list = self_of(self);
  if (list->length == 0 || count == 1) return self;
  size_t total = TRY(repeated_length(list->length, count));
  if (total == 0) {
    list_clear(list);
    return self;
  }
  TRY(list_reserve(list, total));
  fill_repeated(list->storage->items, list->length, total);
  list->length = total;
  write_barrier(list->storage);
  return self;
}

Result<Value> list_compare(Value self, Value other, CompareOp op) {
  if (!is_list(self) || !is_list(other)) return not_implemented();
  if (self_of(self)->length != self_of(other)->length &&
      (op == CompareOp::Equal || op == CompareOp::NotEqual))
    return make_bool(op == CompareOp::NotEqual);
  return compare_sequences([self] { return self_of(self)->span(); },
                           [other] { return self_of(other)->span(); }, op);
}

Result<Value> list_repr(Value self) {
  List* list = self_of(self);
  if (list->length == 0) return make_str("[]");
  ReprGuard guard(list);
  if (guard.repeated()) return make_str("[...]");
  return join_reprs("[", "]", false,
                    [list](size_t i) { return i < list->length ? list->storage->items[i] : Value(); });
}

// ---- methods

Result<Value> list_append_method(const Value* args) {
  TRY(list_append(self_of(args[0]), args[1]));
  return none();
}

Result<Value> list_extend_method(const Value* args) {
  TRY(list_extend(self_of(args[0]), args[1]));
  return none();
}

Result<Value> list_insert_method(const Value* args) {
  int64_t index = TRY(to_int64(args[1]));
  TRY(list_insert(self_of(args[0]), index, args[2]));
  return none();
}

Result<Value> list_clear_method(const Value* args) {
  list_clear(self_of(args[0]));
  return none();
}

Result<Value> list_copy(const Value* args) {
  return make_list(self_of(args[0])->span());
}

Result<Value> list_pop(const Value* args) {
  List* list = self_of(args[0]);
  int64_t index = args[1].is_null() ? -1 : TRY(to_int64(args[1]));
  if (list->length == 0) return raise(types.IndexError, "pop from empty list");
  if (index < 0) index += length_of(list);
  if (static_cast<uint64_t>(index) >= list->length) return raise(types.IndexError, "pop index out of range");
  return list_remove_at(list, static_cast<size_t>(index));
}

Result<Value> list_remove(const Value* args) {
  List* list = self_of(args[0]);
  int64_t index = TRY(find_item(list, args[1], 0, INT64_MAX));
  if (index < 0) return raise(types.ValueError, "list.remove(x): x not in list");
  if (index < length_of(list)) list_remove_at(list, static_cast<size_t>(index));
  return none();
}

Result<Value> list_index(const Value* args) {
  List* list = self_of(args[0]);
  int64_t low = 0, high = 0;
  TRY(index_bounds(args[2], args[3], list->length, &low, &high));
  int64_t index = TRY(find_item(list, args[1], low, high));
  if (index >= 0) return make_int(index);
  Str* shown = TRY(repr(args[1]));
  return raise_with(types.ValueError, {Value(TRY(format_text("{} is not in list", {shown})))});
}

Result<Value> list_count(const Value* args) {
  List* list = self_of(args[0]);
  int64_t count = 0;
  for (size_t i = 0; i < list->length; ++i) {
    Value item = list->storage->items[i];
    if (item == args[1] || TRY(keys_equal(item, args[1]))) ++count;
  }
  return make_int(count);
}

Result<Value> list_reverse(const Value* args) {
  List* list = self_of(args[0]);
  if (list->length < 2) return none();
  std::reverse(list->items(), list->items() + list->length);
  write_barrier(list->storage);  // a large one remembers places, and what stands there has changed
  return none();
}

Result<Value> list_sort_method(const Value* args) {
  Value key = args[1].is_null() || is_none(args[1]) ? Value() : args[1];
  bool reverse = !args[2].is_null() && TRY(to_c_int(args[2])) != 0;
  TRY(list_sort(self_of(args[0]), key, reverse));
  return none();
}

Result<Value> list_getitem(const Value* args) {
  return list_subscript(args[0], args[1]);
}

Result<Value> list_sizeof(const Value* args) {
  List* list = self_of(args[0]);
  return make_int(
      static_cast<int64_t>(40 + (list->storage != nullptr ? list->storage->length * sizeof(Value) : 0)));
}

Result<Value> list_iter(Value self) {
  auto* iterator = allocate_inline<ListIterator>(types.list_iterator->root_shape);
  iterator->list = self_of(self);
  return iterator;
}

Result<Value> list_reversed(const Value* args) {
  auto* iterator = allocate_inline<ListIterator>(types.list_reverse_iterator->root_shape);
  iterator->list = self_of(args[0]);
  iterator->index = length_of(iterator->list) - 1;
  return iterator;
}

constexpr MethodSpec kMethods[] = {
    {"__getitem__", "($self, index, /)", list_getitem, "Return self[index]."},
    {"__reversed__", "($self, /)", list_reversed, "Return an iterator from the last item to the first."},
    {"__sizeof__", "($self, /)", list_sizeof, "Return the size of the list in memory, in bytes."},
    {"clear", "($self, /)", list_clear_method, "Remove all items."},
    {"copy", "($self, /)", list_copy, "Return a new list of the same items."},
    {"append", "($self, object, /)", list_append_method, "Add an object at the end."},
    {"insert", "($self, index, object, /)", list_insert_method, "Put an object before the index."},
    {"extend", "($self, iterable, /)", list_extend_method, "Add all items of an iterable at the end."},
    {"pop", "($self, index=-1, /)", list_pop, "Remove the item at the index (the last one) and return it."},
    {"remove", "($self, value, /)", list_remove, "Remove the first item that equals the value."},
    {"index", "($self, value, start=0, stop=sys.maxsize, /)", list_index,
     "Return the first index of a value."},
    {"count", "($self, value, /)", list_count, "Return how often a value occurs."},
    {"reverse", "($self, /)", list_reverse, "Turn the order around, in place."},
    {"sort", "($self, /, *, key=None, reverse=False)", list_sort_method,
     "Sort in place, in ascending order, keeping the order of equal items."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

void list_trace(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<List*>(object)->storage);
}

constexpr Slots list_slots() {
  Slots slots = {};
  slots.repr = list_repr;
  slots.hash = hash_not_implemented;
  slots.richcompare = list_compare;
  slots.iter = list_iter;
  slots.new_ = list_new;
  slots.init = list_init;
  slots.length = list_length;
  slots.concat = list_concat;
  slots.inplace_concat = list_inplace_concat;
  slots.repeat = list_repeat;
  slots.inplace_repeat = list_inplace_repeat;
  slots.item = list_item;
  slots.subscript = list_subscript;
  slots.assign = list_assign;
  slots.contains = list_contains;
  return slots;
}

constexpr TypeSpec kList = {
    .name = "list",
    .kind = Kind::kList,
    .basic_size = sizeof(List),
    .flags = kTypeBase | kTypeSequence | kTypeMatchSelf,
    .trace = list_trace,
    .methods = kMethods,
    .doc = "Built-in mutable sequence.",
    .signature = "(iterable=(), /)",
    .slots = list_slots(),
};

// ---- iterators

struct ListIteration {
  using Iterator = ListIterator;
  static constexpr auto sequence = &ListIterator::list;
  static int64_t length(const List* list) { return length_of(list); }
  static Value empty() { return make_list(); }
};

Result<Value> iterator_next(Value self) {
  return next_of_list(self.as<ListIterator>());
}

Result<Value> reverse_next(Value self) {
  auto* iterator = self.as<ListIterator>();
  List* list = iterator->list;
  if (list == nullptr) return Value::stop();
  if (iterator->index >= 0 && iterator->index < length_of(list))
    return list->storage->items[iterator->index--];
  iterator->index = -1;
  iterator->list = nullptr;
  return Value::stop();
}

Result<Value> reverse_length_hint(const Value* args) {
  auto* iterator = args[0].as<ListIterator>();
  if (iterator->list == nullptr || length_of(iterator->list) < iterator->index + 1) return make_int(0);
  return make_int(iterator->index + 1);
}

Result<Value> reverse_reduce(const Value* args) {
  Value reversed = TRY(builtin_named(names.reversed));
  Value iter = TRY(builtin_named(names.iter));
  auto* iterator = args[0].as<ListIterator>();
  if (iterator->list == nullptr) return reduce_with(iter, make_list());
  return reduce_with(reversed, iterator->list, make_int(iterator->index));
}

Result<Value> reverse_setstate(const Value* args) {
  auto* iterator = args[0].as<ListIterator>();
  int64_t index = TRY(state_number(args[1]));
  if (iterator->list != nullptr)
    iterator->index = std::clamp<int64_t>(index, -1, length_of(iterator->list) - 1);
  return none();
}

constexpr MethodSpec kReverseMethods[] = {
    {"__length_hint__", "($self, /)", reverse_length_hint},
    {"__reduce__", "($self, /)", reverse_reduce},
    {"__setstate__", "($self, state, /)", reverse_setstate},
};

constexpr Slots reverse_slots() {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = reverse_next;
  return slots;
}

constexpr TypeSpec kIterator = counting_iterator_spec<ListIteration>("list_iterator", iterator_next);
constexpr TypeSpec kReverseIterator = {
    .name = "list_reverseiterator",
    .kind = Kind::kIterator,
    .basic_size = sizeof(ListIterator),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&ListIterator::list>,
    .methods = kReverseMethods,
    .slots = reverse_slots(),
};

}  // namespace

void complete_list() {
  complete_native_type(types.list, kList);
  complete_native_type(types.list_iterator, kIterator);
  complete_native_type(types.list_reverse_iterator, kReverseIterator);
}

}  // namespace ouro::vm
