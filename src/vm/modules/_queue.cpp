// The module _queue: SimpleQueue, an unbounded queue between threads.
//
// The items change only under the interpreter's lock. Whoever waits for one gives that lock up and sleeps
// until something was put, in short pieces so that signals are noticed.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "vm/modules/native_module.h"
#include "vm/modules/signals.h"

namespace ouro::vm {

namespace {

using Clock = std::chrono::steady_clock;

struct Arrivals {
  std::mutex mutex;
  std::condition_variable changed;
  uint64_t count = 0;
};

struct SimpleQueue : Object {
  Arrivals* arrivals;
  List* items;
  uint64_t taken;  // so many at the front of `items` are gone
};

Type* queue_type = nullptr;
Type* empty_type = nullptr;

SimpleQueue* self_of(Value self) {
  return self.as<SimpleQueue>();
}
uint64_t size_of(const SimpleQueue* queue) {
  return queue->items->length - queue->taken;
}

Result<Value> queue_new(Type* type, const Arguments& arguments) {
  static const Signature signature("SimpleQueue", "()");
  TRY(signature.bind(arguments, nullptr));
  auto* queue = allocate_instance<SimpleQueue>(type);
  store(queue, queue->items, make_list());
  queue->arrivals = new Arrivals;
  return queue;
}

void free_queue(Object* object) {
  delete std::exchange(static_cast<SimpleQueue*>(object)->arrivals, nullptr);
}

Result<Value> put(const Value* a) {
  SimpleQueue* queue = self_of(a[0]);
  TRY(list_append(queue->items, a[1]));
  std::lock_guard guard(queue->arrivals->mutex);
  ++queue->arrivals->count;
  queue->arrivals->changed.notify_one();
  return none();
}

/// The front item; its place is given back with many others.
Result<Value> take(SimpleQueue* queue) {
  Value& place = queue->items->items()[queue->taken];
  const Value item = std::exchange(place, none());
  ++queue->taken;
  if (queue->taken == queue->items->length) {
    list_clear(queue->items);
    queue->taken = 0;
  } else if (queue->taken * 2 >= queue->items->length) {
    TRY(list_replace(queue->items, 0, queue->taken, {}));
    queue->taken = 0;
  }
  return item;
}

/// Sleeps until something was put after `seen`, or a while.
void wait_for_arrival(Arrivals* arrivals, uint64_t seen, std::optional<Clock::time_point> deadline) {
  constexpr auto kPiece = std::chrono::milliseconds(50);
  ReleaseLock released;
  std::unique_lock guard(arrivals->mutex);
  auto until = Clock::now() + kPiece;
  if (deadline && *deadline < until) until = *deadline;
  arrivals->changed.wait_until(guard, until, [&] { return arrivals->count != seen; });
}

Result<Value> get_until(SimpleQueue* queue, bool block, std::optional<Clock::time_point> deadline) {
  for (;;) {
    const uint64_t seen = queue->arrivals->count;
    if (size_of(queue) > 0) return take(queue);
    if (!block || (deadline && Clock::now() >= *deadline)) return raise_with(empty_type, {});
    wait_for_arrival(queue->arrivals, seen, deadline);
    TRY(handle_signals());
  }
}

Result<Value> get(const Value* a) {
  const bool block = a[1].is_null() || TRY(is_true(a[1]));
  std::optional<Clock::time_point> deadline;
  if (block && !a[2].is_null() && !is_none(a[2])) {
    const double timeout = TRY(to_double(a[2]));
    if (!(timeout >= 0)) return raise(types.ValueError, "'timeout' must be a non-negative number");
    constexpr double kLongest = 9223372036.0;
    if (timeout > kLongest) return raise(types.OverflowError, "timeout value is too large");
    deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout));
  }
  return get_until(self_of(a[0]), block, deadline);
}

Result<Value> get_nowait(const Value* a) {
  return get_until(self_of(a[0]), false, std::nullopt);
}
Result<Value> is_empty(const Value* a) {
  return make_bool(size_of(self_of(a[0])) == 0);
}
Result<Value> queue_size(const Value* a) {
  return make_int(static_cast<int64_t>(size_of(self_of(a[0]))));
}

constexpr MethodSpec kMethods[] = {
    {"put", "($self, /, item, block=True, timeout=None)", put, "Adds an item; never waits."},
    {"put_nowait", "($self, /, item)", put, "The same."},
    {"get", "($self, /, block=True, timeout=None)", get,
     "Takes the oldest item; waits for one, or raises Empty after the timeout or where it may not wait."},
    {"get_nowait", "($self, /)", get_nowait, "get(False)"},
    {"empty", "($self, /)", is_empty, "Whether there is no item now."},
    {"qsize", "($self, /)", queue_size, "How many items there are now."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

Status execute(Module* module) {
  static TypeSpec spec;
  spec.name = "_queue.SimpleQueue";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(SimpleQueue);
  spec.flags = kTypeBase | kTypeImmutable | kTypeHasWeakrefs | kTypeHasFinalizer;
  spec.trace = trace_members<&SimpleQueue::items>;
  spec.methods = kMethods;
  spec.doc = "A first-in, first-out queue without bounds.";
  spec.signature = "()";
  spec.slots.new_ = queue_new;
  spec.slots.release = free_queue;
  TRY(add_type(module, &queue_type, spec));
  if (empty_type == nullptr) {
    empty_type = TRY(make_exception_class("_queue", "Empty", types.Exception));
    add_root(reinterpret_cast<Object**>(&empty_type));
  }
  return module_add(module, "Empty", empty_type);
}

}  // namespace

extern const ModuleSpec kQueueModule{
    .name = "_queue", .doc = "A queue between threads, for the module queue.", .execute = execute};

}  // namespace ouro::vm
