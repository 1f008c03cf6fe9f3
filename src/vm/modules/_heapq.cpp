// The module _heapq: lists as heaps, the smallest item first, or the largest for the functions with _max.
//
// A comparison may run any code, also code that changes the list: items are read anew after each, and a list
// of another length ends the work with RuntimeError.
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

// `position`: " 1" where there is another argument.
Result<List*> heap_of(Value value, const char* function, const char* position = "") {
  if (!is_list(value))
    return raise(types.TypeError, "{}() argument{} must be list, not {}", function, position,
                 given_name(value));
  return value.as<List>();
}

template <bool largest>
Result<bool> comes_before(List* heap, Value a, Value b) {
  size_t length = heap->length;
  bool before = TRY(largest ? less(b, a) : less(a, b));
  if (heap->length != length) return raise(types.RuntimeError, "list changed size during iteration");
  return before;
}

void swap_items(List* heap, size_t a, size_t b) {
  std::swap(heap->items()[a], heap->items()[b]);
  write_barrier(heap->storage);
}

// The item at `place` rises to where it belongs, not above `top`.
template <bool largest>
Status rise(List* heap, size_t top, size_t place) {
  if (place >= heap->length) return raise(types.IndexError, "index out of range");
  while (place > top) {
    size_t parent = (place - 1) / 2;
    if (!TRY(comes_before<largest>(heap, heap->items()[place], heap->items()[parent]))) break;
    swap_items(heap, place, parent);
    place = parent;
  }
  return {};
}

// The item at `place` sinks to a leaf along the first children, and rises from there: fewer comparisons than
// stopping on the way, for most items that are put on top come from a leaf.
template <bool largest>
Status sink(List* heap, size_t place) {
  size_t top = place, length = heap->length;
  if (place >= length) return raise(types.IndexError, "index out of range");
  while (place < length / 2) {
    size_t child = 2 * place + 1;
    if (child + 1 < length &&
        !TRY(comes_before<largest>(heap, heap->items()[child], heap->items()[child + 1])))
      ++child;
    swap_items(heap, place, child);
    place = child;
  }
  return rise<largest>(heap, top, place);
}

template <bool largest>
Result<Value> pop_top(List* heap) {
  if (heap->length == 0) return raise(types.IndexError, "index out of range");
  Value last = list_remove_at(heap, heap->length - 1);
  if (heap->length == 0) return last;
  Value top = heap->items()[0];
  store(heap->storage, heap->items()[0], last);
  TRY(sink<largest>(heap, 0));
  return top;
}

template <bool largest>
Result<Value> replace_top(List* heap, Value item) {
  if (heap->length == 0) return raise(types.IndexError, "index out of range");
  Value top = heap->items()[0];
  store(heap->storage, heap->items()[0], item);
  TRY(sink<largest>(heap, 0));
  return top;
}

template <bool largest>
Result<Value> order(List* heap) {
  for (size_t i = heap->length / 2; i > 0; --i) TRY(sink<largest>(heap, i - 1));
  return none();
}

Result<Value> heappush(const Value* args) {
  List* heap = TRY(heap_of(args[1], "heappush", " 1"));
  TRY(list_append(heap, args[2]));
  TRY(rise<false>(heap, 0, heap->length - 1));
  return none();
}

Result<Value> heappushpop(const Value* args) {
  List* heap = TRY(heap_of(args[1], "heappushpop", " 1"));
  if (heap->length == 0) return args[2];
  bool smaller = TRY(less(heap->items()[0], args[2]));
  if (!smaller) return args[2];
  if (heap->length == 0) return raise(types.IndexError, "index out of range");
  return replace_top<false>(heap, args[2]);
}

Result<Value> heappop(const Value* args) {
  return pop_top<false>(TRY(heap_of(args[1], "heappop")));
}
Result<Value> heapreplace(const Value* args) {
  return replace_top<false>(TRY(heap_of(args[1], "heapreplace", " 1")), args[2]);
}
Result<Value> heapify(const Value* args) {
  return order<false>(TRY(heap_of(args[1], "heapify")));
}
Result<Value> heappop_max(const Value* args) {
  return pop_top<true>(TRY(heap_of(args[1], "_heappop_max")));
}
Result<Value> heapreplace_max(const Value* args) {
  return replace_top<true>(TRY(heap_of(args[1], "_heapreplace_max", " 1")), args[2]);
}
Result<Value> heapify_max(const Value* args) {
  return order<true>(TRY(heap_of(args[1], "_heapify_max")));
}

constexpr MethodSpec kFunctions[] = {
    {"heappush", "($module, heap, item, /)", heappush, "Put an item into a heap."},
    {"heappushpop", "($module, heap, item, /)", heappushpop,
     "Put an item into a heap, then take out the smallest."},
    {"heappop", "($module, heap, /)", heappop, "Take the smallest item out of a heap."},
    {"heapreplace", "($module, heap, item, /)", heapreplace,
     "Take the smallest item out of a heap and put another one in."},
    {"heapify", "($module, heap, /)", heapify, "Make a heap of a list, in place."},
    {"_heappop_max", "($module, heap, /)", heappop_max, "heappop for heaps with the largest item first."},
    {"_heapify_max", "($module, heap, /)", heapify_max, "heapify for heaps with the largest item first."},
    {"_heapreplace_max", "($module, heap, item, /)", heapreplace_max,
     "heapreplace for heaps with the largest item first."},
};

Status execute(Module* module) {
  return module_add(module, "__about__",
                    make_str("Heaps: lists in which no item is smaller than its parent."));
}

}  // namespace

extern const ModuleSpec kHeapqModule;
const ModuleSpec kHeapqModule = {
    .name = "_heapq",
    .doc = "Lists as heaps.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
