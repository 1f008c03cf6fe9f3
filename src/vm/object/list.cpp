// list: storage and its growth. What Python sees of lists is in builtins/list.cpp.
//
// The items lie in an Array whose length is the capacity; words beyond the list's length are null, so that
// they keep nothing alive. An empty list has no Array.
#include <algorithm>
#include <cstring>

#include "vm/heap/heap_inline.h"
#include "vm/object/containers_inline.h"
#include "vm/object/exceptions.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr size_t kMaxItems = size_t{1} << 58;
constexpr size_t kSurelyFits = size_t{1} << 12;

// The pattern of growth: by an eighth, in fours.
size_t grown_capacity(size_t needed, size_t length) {
  size_t capacity = (needed + (needed >> 3) + 6) & ~size_t{3};
  // A list that is extended by much more than it holds gets no spare room.
  if (needed - length > capacity - needed) capacity = (needed + 3) & ~size_t{3};
  return capacity;
}

Status change_capacity(List* list, size_t capacity) {
  if (capacity > kSurelyFits &&
      (capacity > kMaxItems || !can_allocate(sizeof(Array) + capacity * sizeof(Value))))
    return raise_no_memory();
  Array* storage = list->storage;
  if (storage != nullptr && capacity > storage->length &&
      grow_in_place(storage, sizeof(Array) + storage->length * sizeof(Value),
                    sizeof(Array) + capacity * sizeof(Value))) {
    storage->length = capacity;
    return {};
  }
  storage = make_array(capacity);
  // make_array may collect, and so nothing that was read before counts now.
  if (list->length > capacity) list->length = capacity;
  if (list->length > 0) std::memcpy(storage->items, list->storage->items, list->length * sizeof(Value));
  write_barrier(storage);
  store(list, list->storage, storage);
  return {};
}

// Room for `length` items; the list's length stays.
Status make_room(List* list, size_t length) {
  size_t capacity = list->storage != nullptr ? list->storage->length : 0;
  if (length <= capacity) return {};
  return change_capacity(list, grown_capacity(length, list->length));
}

// Gives memory back when less than half is used.
void shrink_storage(List* list) {
  if (list->storage == nullptr) return;
  if (list->length == 0) {
    list->storage = nullptr;
  } else if (size_t wanted = grown_capacity(list->length, list->length);
             list->length < list->storage->length / 2 && wanted < list->storage->length) {
    (void)change_capacity(list, wanted);
  }
}

// The items may be the list's own: those of a replaced Array stay as they were.
Status extend_by(List* list, std::span<const Value> items) {
  if (items.empty()) return {};
  size_t length = list->length;
  // A new list is made for what it holds.
  if (list->storage == nullptr)
    TRY(change_capacity(list, items.size()));
  else
    TRY(make_room(list, length + items.size()));
  std::memmove(list->storage->items + length, items.data(), items.size() * sizeof(Value));
  list->length = length + items.size();
  write_barrier(list->storage);
  return {};
}

}  // namespace

List* make_list(std::span<const Value> items) {
  auto* list = allocate_inline<List>(types.list->root_shape);
  if (items.empty()) return list;
  Array* storage = make_array(items.size());
  std::copy(items.begin(), items.end(), storage->items);
  list->length = items.size();
  store(list, list->storage, storage);
  return list;
}

Result<List*> make_list_reserved(size_t capacity) {
  auto* list = allocate_inline<List>(types.list->root_shape);
  TRY(list_reserve(list, capacity));
  return list;
}

Status list_reserve(List* list, size_t capacity) {
  size_t present = list->storage != nullptr ? list->storage->length : 0;
  if (capacity <= present) return {};
  return change_capacity(list, capacity);
}

Status list_append(List* list, Value item) {
  if (list_append_quick(list, item)) return {};
  TRY(make_room(list, list->length + 1));
  store(list->storage, list->storage->items[list->length++], item);
  return {};
}

Status list_extend(List* list, Value iterable) {
  if (is_exact_list(iterable)) return extend_by(list, iterable.as<List>()->span());
  if (is_exact_tuple(iterable)) return extend_by(list, iterable.as<Tuple>()->span());
  Value iterator = TRY(iterate(iterable));
  constexpr int64_t kUnknown = 8;
  int64_t hint = is_kind(iterable, Kind::kGenerator) ? kUnknown : TRY(length_hint(iterable, kUnknown));
  // A hint may lie: a list takes it only as long as such a size can be had at all.
  if (static_cast<uint64_t>(hint) < kMaxItems - list->length) {
    bool was_empty = list->length == 0;
    size_t wanted = list->length + static_cast<size_t>(hint);
    if (was_empty)
      TRY(list_reserve(list, wanted));
    else
      TRY(make_room(list, wanted));
  }
  auto append = [](void* state, Value item) {
    return list_append(static_cast<List*>(state), item).ok() ? Visit::More : Visit::Raised;
  };
  auto append_quick = [](void* state, Value item) {
    return list_append_quick(static_cast<List*>(state), item) ? Visit::More : Visit::Raised;
  };
  Visitor visitor{append, list, append_quick};
  TRY(visit_items(iterator, visitor));
  shrink_storage(list);
  return {};
}

Status list_insert(List* list, int64_t index, Value item) {
  auto length = static_cast<int64_t>(list->length);
  if (index < 0) index = std::max<int64_t>(index + length, 0);
  index = std::min(index, length);
  TRY(make_room(list, list->length + 1));
  Value* items = list->storage->items;
  std::memmove(items + index + 1, items + index, static_cast<size_t>(length - index) * sizeof(Value));
  items[index] = item;
  ++list->length;
  write_barrier(list->storage);
  return {};
}

Status list_replace(List* list, size_t low, size_t high, std::span<const Value> items) {
  size_t removed = high - low;
  size_t new_length = list->length - removed + items.size();
  if (new_length == 0) {
    list_clear(list);
    return {};
  }
  Array* copy = nullptr;
  if (list->storage != nullptr && !items.empty() && items.data() >= list->storage->items &&
      items.data() < list->storage->items + list->storage->length) {
    copy = make_array(items.size());
    std::copy(items.begin(), items.end(), copy->items);
    items = {copy->items, items.size()};
  }
  TRY(make_room(list, new_length));
  Value* base = list->storage->items;
  std::memmove(base + low + items.size(), base + high, (list->length - high) * sizeof(Value));
  std::copy(items.begin(), items.end(), base + low);
  if (new_length < list->length) std::fill(base + new_length, base + list->length, Value());
  list->length = new_length;
  write_barrier(list->storage);
  shrink_storage(list);
  return {};
}

Value list_remove_at(List* list, size_t index) {
  Value* items = list->storage->items;
  Value item = items[index];
  std::memmove(items + index, items + index + 1, (list->length - index - 1) * sizeof(Value));
  items[--list->length] = Value();
  if (index < list->length) write_barrier(list->storage);
  shrink_storage(list);
  return item;
}

void list_clear(List* list) {
  if (list->length == 0) return;  // a sort knows by the storage that nobody touched the list
  list->length = 0;
  list->storage = nullptr;
}

}  // namespace ouro::vm
