// All tasks, and the running one of each loop.
//
// All tasks stand in `_all_tasks`, a WeakSet. Hardly any program looks at it before its end, and a weak
// reference and a place in a set for each task would cost more than the task. So a native task is only marked
// when it is made. The heap knows it: tasks have a finaliser. When somebody asks for the WeakSet's attribute
// `data`, as all its methods do, the marked tasks are added first, except those that are done already:
// asyncio.all_tasks(), for which all of this is, leaves them out.
#include "vm/heap/pending.h"
#include "vm/modules/asyncio.h"
#include "vm/object/weakref.h"

namespace ouro::vm::asyncio {

namespace {

/// How many tasks were marked since the last time they were looked for.
size_t marked_tasks = 0;

bool is_marked(const Object* object) {
  if ((object->flags & kUnlisted) == 0 || !is_subtype(object->shape->type, task_type)) return false;
  return is_pending(static_cast<const Future*>(object));
}

/// The marked tasks that are not done.
Result<List*> find_marked() {
  size_t count = 0;
  for_each_finalizable([&count](const Object* object) { count += is_marked(object) ? 1 : 0; });
  List* tasks = TRY(make_list_reserved(count));
  for_each_finalizable([tasks, count](Object* object) {
    if (tasks->length < count && is_marked(object)) tasks->storage->items[tasks->length++] = object;
  });
  if (tasks->storage != nullptr) write_barrier(tasks->storage);
  return tasks;
}

Status list_marked(Set* data, Value remove) {
  const List* tasks = TRY(find_marked());
  marked_tasks = 0;
  for (size_t i = 0; i < tasks->length; ++i) {
    auto* task = tasks->items()[i].as<Task>();
    if (!has_flag(task, kUnlisted)) continue;
    task->flags &= static_cast<uint8_t>(~kUnlisted);
    TRY(set_add(data, TRY(make_weak_reference(task, remove))));
  }
  return {};
}

// ---- the attribute `data` of _all_tasks

Str* data_name() {
  static Str* name = intern("data");
  return name;
}

Result<Value> get_data(Value self) {
  const Value data = get_own_attribute(self.object(), data_name());
  if (data.is_null()) return raise_attribute_error(self, data_name());
  if (self == state.all_tasks && marked_tasks != 0 && is_exactly(data, types.set))
    TRY(list_marked(data.as<Set>(), TRY(get_attribute(self, intern("_remove")))));
  return data;
}

Status set_data(Value self, Value value) {
  if (!value.is_null()) return set_own_attribute(self.object(), data_name(), value);
  if (!TRY(delete_own_attribute(self.object(), data_name()))) return raise_attribute_error(self, data_name());
  return {};
}
constexpr GetSetSpec kData = {"data", get_data, set_data};

/// A subclass of WeakSet with that attribute.
Result<Type*> make_set_class(Value weak_set) {
  if (!is_kind(weak_set, Kind::kType)) return raise(types.TypeError, "weakref.WeakSet is not a class");
  Dict* space = make_dict();
  dict_set(space, names.dunder_module, make_str("_weakrefset"));
  Type* made =
      TRY(make_class(type_of(weak_set), intern("WeakSet"), make_tuple({weak_set}), space, Arguments{}));
  dict_set(made->dict, data_name(), make_getset(kData, made));
  type_modified(made, data_name());
  return made;
}

// ---- the running tasks

/// The running task of a loop, or null. *entry is its place in the dict, or -1.
Result<Value> find_current(Value loop, int64_t* entry) {
  Dict* dict = state.current_tasks.as<Dict>();
  *entry = TRY(dict_lookup(dict, loop, TRY(hash(loop))));
  return *entry >= 0 ? dict->table->entries[*entry].value : Value();
}

}  // namespace

Status make_task_tables() {
  const Value weak_set = TRY(get_attribute(TRY(hooks.import_module("weakref")), intern("WeakSet")));
  state.all_tasks = TRY(call(TRY(make_set_class(weak_set))));
  if (!state.all_tasks.is_object()) return raise(types.TypeError, "weakref.WeakSet makes no sets");
  state.current_tasks = make_dict();
  return {};
}

void register_native_task(Task* task) {
  task->flags |= kUnlisted;
  ++marked_tasks;
}

Status register_task(Value task) {
  TRY(call_method(state.all_tasks, names.add, {task}));
  return {};
}

Status unregister_task(Value task) {
  TRY(call_method(state.all_tasks, names.discard, {task}));
  return {};
}

Status enter_task(Value loop, Value task) {
  int64_t entry;
  const Value running = TRY(find_current(loop, &entry));
  if (!running.is_null())
    return raise(types.RuntimeError, "Cannot enter into task {} while another task {} is being executed.",
                 repr_text(task), repr_text(running));
  return dict_set(state.current_tasks.as<Dict>(), loop, TRY(hash(loop)), task);
}

Status leave_task(Value loop, Value task) {
  int64_t entry;
  const Value running = TRY(find_current(loop, &entry));
  if (running != task)
    return raise(types.RuntimeError, "Leaving task {} does not match the current task {}.", repr_text(task),
                 repr_text(running.is_null() ? none() : running));
  dict_remove_entry(state.current_tasks.as<Dict>(), entry);
  return {};
}

}  // namespace ouro::vm::asyncio
