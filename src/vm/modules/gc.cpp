// The module gc over a collector that is no reference counter with a cycle finder. Thresholds and debugging
// flags are kept and shown, collect() collects, and what it returns is counted as CPython would count it: the
// dead objects that only garbage cycles held. docs/heap.md tells where the two differ.
#include <algorithm>

#include "vm/heap/requested_collection.h"
#include "vm/import/import.h"
#include "vm/interp/calls.h"
#include "vm/modules/gc_inspection.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr int kGenerations = 3;
constexpr int64_t kDebugStats = 1, kDebugCollectable = 2, kDebugUncollectable = 4, kDebugSaveAll = 32,
                  kDebugLeak = kDebugCollectable | kDebugUncollectable | kDebugSaveAll;

struct GenerationCounts {
  uint64_t collections, collected;
};

struct CollectorModule {
  int thresholds[kGenerations] = {700, 10, 10};
  int64_t debug = 0;
  GenerationCounts counts[kGenerations] = {};   // of explicit collections
  uint64_t since_collected[kGenerations] = {};  // [g]: collections of g - 1 since the last one of g
  uint64_t helping = 0;                         // collections of the youngest for what finalisers left
  uint64_t frozen = 0;
  bool collecting = false;
  Value garbage, callbacks;  // lists
  Value running;             // the function that collects, while it runs
} module_state;

// ---- collecting

void call_callbacks(const char* phase, int generation, uint64_t collected) {
  List* callbacks = module_state.callbacks.as<List>();
  if (callbacks->length == 0) return;
  Dict* info = make_dict();
  dict_set(info, make_str("generation"), Value::from_small(generation));
  dict_set(info, make_str("collected"), Value::from_small(static_cast<int64_t>(collected)));
  dict_set(info, make_str("uncollectable"), Value::from_small(0));
  for (uint64_t i = 0; i < callbacks->length; ++i) {
    Value callback = callbacks->items()[i];
    if (!call(callback, {make_str(phase), info}).ok()) report_unraisable(callback);
  }
}

bool is_own_function(const NativeFunction* callee);

// Where the C++ stack is worth scanning: a program that calls collect() itself, and not through some native
// function, leaves nothing in the frames between the loop and the collector.
const void* useful_stack() {
  NativeFunction* callee = directly_called(thread());
  if (callee == nullptr || !is_own_function(callee)) return nullptr;
  module_state.running = callee;
  return loop_stack;
}

// A full collection; with DEBUG_SAVEALL what is found goes to gc.garbage. What a finaliser will see once more
// does not count as found yet.
uint64_t collect_everything() {
  std::vector<const Object*> dead;
  uint64_t kept = 0;
  const bool save = (module_state.debug & kDebugSaveAll) != 0;
  const ScanStart start(useful_stack());
  collect_cycles(
      [&](Object* object) {
        if (!is_tracked(object)) return false;
        if (!save) dead.push_back(object);
        return save;
      },
      [&](Object* object) {
        ++kept;
        (void)list_append(module_state.garbage.as<List>(), object);
      });
  return kept + static_cast<uint64_t>(std::count_if(dead.begin(), dead.end(), [](const Object* object) {
           return !survived_collection(object);
         }));
}

void collect_youngest() {
  const ScanStart start(useful_stack());
  collect(0);
}

void count_collection(int generation, uint64_t found) {
  ++module_state.counts[generation].collections;
  module_state.counts[generation].collected += found;
  for (int i = 0; i <= generation; ++i) module_state.since_collected[i] = 0;
  if (generation + 1 < kGenerations) ++module_state.since_collected[generation + 1];
}

// What finalisers have not brought back to life is freed at once, as it would be in CPython.
uint64_t finish_collection(int generation) {
  if (!finalizers_pending()) return 0;
  run_pending_finalizers();
  uint64_t found = 0;
  if (generation == 0) {
    ++module_state.helping;
    collect_youngest();
  } else {
    found = collect_everything();
  }
  run_pending_finalizers();
  return found;
}

Result<Value> gc_collect(const Value* a) {
  const int generation = a[1].is_null() ? kGenerations - 1 : TRY(to_c_int(a[1]));
  if (generation < 0 || generation >= kGenerations) return raise(types.ValueError, "invalid generation");
  if (module_state.collecting) return Value::from_small(0);
  module_state.collecting = true;
  call_callbacks("start", generation, 0);
  uint64_t found = 0;
  if (generation == 0)
    collect_youngest();
  else
    found = collect_everything();
  found += finish_collection(generation);
  count_collection(generation, found);
  call_callbacks("stop", generation, found);
  module_state.collecting = false;
  module_state.running = Value();
  return Value::from_small(static_cast<int64_t>(found));
}

// ---- settings

Result<Value> gc_enable(const Value*) {
  set_automatic_collection(true);
  return none();
}

Result<Value> gc_disable(const Value*) {
  set_automatic_collection(false);
  return none();
}

Result<Value> gc_isenabled(const Value*) {
  return make_bool(automatic_collection());
}

Result<Value> gc_set_debug(const Value* a) {
  module_state.debug = TRY(to_c_int(a[1]));
  return none();
}

Result<Value> gc_get_debug(const Value*) {
  return Value::from_small(module_state.debug);
}

Result<Value> gc_set_threshold(Value, const Arguments& arguments) {
  if (arguments.keyword_count() > 0)
    return raise(types.TypeError, "gc.set_threshold() takes no keyword arguments");
  if (arguments.positional < 1)
    return raise(types.TypeError, "set_threshold() takes at least 1 argument (0 given)");
  if (arguments.positional > kGenerations)
    return raise(types.TypeError, "set_threshold() takes at most 3 arguments ({} given)",
                 arguments.positional);
  int wanted[kGenerations];
  std::copy(std::begin(module_state.thresholds), std::end(module_state.thresholds), wanted);
  for (size_t i = 0; i < arguments.positional; ++i) wanted[i] = TRY(to_c_int(arguments[i]));
  std::copy(std::begin(wanted), std::end(wanted), module_state.thresholds);
  return none();
}

Result<Value> gc_get_threshold(const Value*) {
  const int* thresholds = module_state.thresholds;
  return make_tuple(
      {Value::from_small(thresholds[0]), Value::from_small(thresholds[1]), Value::from_small(thresholds[2])});
}

Result<Value> gc_get_count(const Value*) {
  const auto allocated = static_cast<int64_t>(allocated_cells());
  return make_tuple({Value::from_small(allocated),
                     Value::from_small(static_cast<int64_t>(module_state.since_collected[1])),
                     Value::from_small(static_cast<int64_t>(module_state.since_collected[2]))});
}

// The automatic collections are counted too: minor ones as the youngest generation's, full ones as the
// oldest's.
uint64_t collections_of(int generation) {
  const HeapStatistics& heap = heap_statistics();
  const auto& counts = module_state.counts;
  if (generation == 0) return heap.collections[0] - module_state.helping;
  return generation == 1 ? counts[1].collections : heap.collections[2] - counts[1].collections;
}

Result<Value> gc_get_stats(const Value*) {
  List* list = make_list();
  for (int i = 0; i < kGenerations; ++i) {
    Dict* dict = make_dict();
    dict_set(dict, make_str("collections"), Value::from_small(static_cast<int64_t>(collections_of(i))));
    dict_set(dict, make_str("collected"),
             Value::from_small(static_cast<int64_t>(module_state.counts[i].collected)));
    dict_set(dict, make_str("uncollectable"), Value::from_small(0));
    TRY(list_append(list, dict));
  }
  return list;
}

// ---- looking at objects

int generation_of(const Object* object) {
  if ((object->gc & kGcOld) == 0) return 0;
  return (object->gc & kGcMiddle) != 0 ? 1 : 2;
}

// The tracked objects for which `wanted` holds.
template <class Wanted>
Result<Value> list_objects(Wanted wanted) {
  List* list = make_list();
  Status status;
  for_each_object([&](Object* object) {
    if (!status.ok() || object == list || !is_presentable(object) || !is_tracked(object)) return;
    if (wanted(object)) status = list_append(list, object);
  });
  TRY(status);
  return list;
}

Result<Value> gc_get_objects(const Value* a) {
  int generation = -1;
  if (!a[1].is_null() && !is_none(a[1])) {
    const int64_t wanted = TRY(to_int64(a[1]));
    if (wanted >= kGenerations)
      return raise(types.ValueError,
                   "generation parameter must be less than the number of available generations ({})",
                   kGenerations);
    if (wanted < 0) return raise(types.ValueError, "generation parameter cannot be negative");
    generation = static_cast<int>(wanted);
  }
  TRY(audit("gc.get_objects", {make_int(generation)}));
  if (generation < 0) {
    const ScanStart start(useful_stack());
    collect(2);  // what is dead is nobody's business
  }
  return list_objects([&](Object* object) { return generation < 0 || generation_of(object) == generation; });
}

Result<Value> gc_get_referrers(const Value* a) {
  Tuple* targets = a[1].as<Tuple>();
  TRY(audit("gc.get_referrers", {targets}));
  collect(2);  // garbage refers to nothing
  return list_objects([&](Object* object) {
    if (object == targets) return false;
    bool refers = false;
    for_each_direct_referent(object, [&](Value referent) {
      for (const Value target : targets->span()) refers |= referent == target;
    });
    return refers;
  });
}

Result<Value> gc_get_referents(const Value* a) {
  TRY(audit("gc.get_referents", {a[1]}));
  List* list = make_list();
  Status status;
  for (const Value object : a[1].as<Tuple>()->span()) {
    for_each_direct_referent(object, [&](Value referent) {
      if (status.ok()) status = list_append(list, referent);
    });
  }
  TRY(status);
  return list;
}

Result<Value> gc_is_tracked(const Value* a) {
  return make_bool(is_tracked(a[1]));
}

Result<Value> gc_is_finalized(const Value* a) {
  return make_bool(a[1].is_object() && (a[1].object()->gc & kGcFinalized) != 0);
}

Result<Value> gc_freeze(const Value*) {
  collect(2);
  module_state.frozen = 0;
  for_each_object(
      [](Object* object) { module_state.frozen += object->shape->type != nullptr && is_tracked(object); });
  return none();
}

Result<Value> gc_unfreeze(const Value*) {
  module_state.frozen = 0;
  return none();
}

Result<Value> gc_get_freeze_count(const Value*) {
  return Value::from_small(static_cast<int64_t>(module_state.frozen));
}

// ---- the module

constexpr MethodSpec kFunctions[] = {
    {"enable", "($module, /)", gc_enable, "Let collections happen by themselves."},
    {"disable", "($module, /)", gc_disable, "Let full collections happen rarely by themselves."},
    {"isenabled", "($module, /)", gc_isenabled, "Whether collections happen by themselves."},
    {"set_debug", "($module, flags, /)", gc_set_debug,
     "Set the debugging flags, the sum of DEBUG_ constants."},
    {"get_debug", "($module, /)", gc_get_debug, "The debugging flags."},
    {"get_count", "($module, /)", gc_get_count,
     "Three counts: allocations, and collections of the two younger generations, since the next older was "
     "collected."},
    {.name = "set_threshold",
     .signature = nullptr,
     .function = nullptr,
     .doc = "set_threshold(threshold0, [threshold1, threshold2]) -> None\n\nSet the thresholds, which are "
            "kept but "
            "decide nothing.",
     .raw = gc_set_threshold},
    {"get_threshold", "($module, /)", gc_get_threshold, "The three thresholds."},
    {"collect", "($module, /, generation=2)", gc_collect,
     "Collect now: the young objects (generation 0) or all. Return how many objects garbage cycles held."},
    {"get_objects", "($module, /, generation=None)", gc_get_objects,
     "A list of the containers that are alive, of one generation or of all."},
    {"get_stats", "($module, /)", gc_get_stats,
     "A list of dictionaries: what each generation's collections did."},
    {"is_tracked", "($module, obj, /)", gc_is_tracked,
     "Whether the object is one that cycles can go through."},
    {"is_finalized", "($module, obj, /)", gc_is_finalized, "Whether the object's finalizer has run."},
    {"get_referrers", "($module, /, *objs)", gc_get_referrers,
     "A list of the objects that refer directly to any of objs."},
    {"get_referents", "($module, /, *objs)", gc_get_referents,
     "A list of the objects that any of objs refers to directly."},
    {"freeze", "($module, /)", gc_freeze, "Count what is alive as the permanent generation."},
    {"unfreeze", "($module, /)", gc_unfreeze, "Forget the permanent generation."},
    {"get_freeze_count", "($module, /)", gc_get_freeze_count, "The size of the permanent generation."},
};

bool is_own_function(const NativeFunction* callee) {
  return callee->spec >= std::begin(kFunctions) && callee->spec < std::end(kFunctions);
}

Status execute(Module* module) {
  if (module_state.garbage.is_null()) {
    add_root(&module_state.garbage);
    add_root(&module_state.callbacks);
    add_root(&module_state.running);
    module_state.garbage = make_list();
    module_state.callbacks = make_list();
  }
  TRY(module_add(module, "garbage", module_state.garbage));
  TRY(module_add(module, "callbacks", module_state.callbacks));
  constexpr std::pair<const char*, int64_t> kFlags[] = {{"DEBUG_STATS", kDebugStats},
                                                        {"DEBUG_COLLECTABLE", kDebugCollectable},
                                                        {"DEBUG_UNCOLLECTABLE", kDebugUncollectable},
                                                        {"DEBUG_SAVEALL", kDebugSaveAll},
                                                        {"DEBUG_LEAK", kDebugLeak}};
  for (const auto& [name, flag] : kFlags) TRY(module_add(module, name, Value::from_small(flag)));
  return {};
}

}  // namespace

extern const ModuleSpec kGcModule;
const ModuleSpec kGcModule = {
    .name = "gc",
    .doc = "Access to the garbage collector.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
