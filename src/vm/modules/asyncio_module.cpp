// The module _asyncio itself: its functions, and what it takes from asyncio's Python code.
#include "vm/modules/asyncio.h"

namespace ouro::vm::asyncio {

State state;

namespace {

Result<Value> get_event_loop(const Value*) {
  return event_loop();
}
Result<Value> get_running_loop(const Value*) {
  const Value loop = running_loop();
  if (loop.is_null()) return raise(types.RuntimeError, "no running event loop");
  return loop;
}
Result<Value> get_running_loop_or_none(const Value*) {
  const Value loop = running_loop();
  return loop.is_null() ? none() : loop;
}
Result<Value> set_running_loop_function(const Value* a) {
  set_running_loop(a[1]);
  return none();
}
Result<Value> register_task_function(const Value* a) {
  TRY(register_task(a[1]));
  return none();
}
Result<Value> unregister_task_function(const Value* a) {
  TRY(unregister_task(a[1]));
  return none();
}
Result<Value> enter_task_function(const Value* a) {
  TRY(enter_task(a[1], a[2]));
  return none();
}
Result<Value> leave_task_function(const Value* a) {
  TRY(leave_task(a[1], a[2]));
  return none();
}
Result<Value> get_event_loop_at_level(const Value* a) {
  if (!a[1].is_null()) TRY(to_index(a[1]));
  return event_loop();
}

constexpr MethodSpec kFunctions[] = {
    {"get_event_loop", "($module, /)", get_event_loop,
     "The running loop; where none runs, the loop of the event loop policy."},
    {"_get_event_loop", "($module, /, stacklevel=3)", get_event_loop_at_level, "As get_event_loop()."},
    {"get_running_loop", "($module, /)", get_running_loop,
     "The loop that runs in this thread. RuntimeError when there is none."},
    {"_get_running_loop", "($module, /)", get_running_loop_or_none,
     "The loop that runs in this thread, or None."},
    {"_set_running_loop", "($module, loop, /)", set_running_loop_function,
     "Says which loop runs in this thread: for event loops."},
    {"_register_task", "($module, /, task)", register_task_function, "Puts a task among all tasks."},
    {"_unregister_task", "($module, /, task)", unregister_task_function, "Takes a task out again."},
    {"_enter_task", "($module, /, loop, task)", enter_task_function, "The loop runs this task from now on."},
    {"_leave_task", "($module, /, loop, task)", leave_task_function, "The loop runs the task no longer."},
};

struct Borrowed {
  const char* module;
  const char* name;
  Value State::* place;
};
constexpr Borrowed kBorrowed[] = {
    {"asyncio.events", "get_event_loop_policy", &State::event_loop_policy},
    {"asyncio.base_futures", "_future_repr", &State::future_repr},
    {"asyncio.exceptions", "InvalidStateError", &State::invalid_state_error},
    {"asyncio.exceptions", "CancelledError", &State::cancelled_error},
    {"asyncio.base_tasks", "_task_repr", &State::task_repr},
    {"asyncio.base_tasks", "_task_get_stack", &State::task_stack},
    {"asyncio.base_tasks", "_task_print_stack", &State::print_task_stack},
    {"asyncio.coroutines", "iscoroutine", &State::is_coroutine},
    {"traceback", "extract_stack", &State::extract_stack},
};

struct Name {
  const char* text;
  Value State::* place;
};
constexpr Name kNames[] = {
    {"add_done_callback", &State::add_done_callback},
    {"_asyncio_future_blocking", &State::blocking},
    {"call_exception_handler", &State::call_exception_handler},
    {"call_soon", &State::call_soon},
    {"cancel", &State::cancel},
    {"get_debug", &State::get_debug},
    {"get_event_loop", &State::get_event_loop},
    {"get_loop", &State::get_loop},
    {"_loop", &State::loop},
    {"result", &State::result},
};

void visit_state(Tracer& tracer) {
  for (const Borrowed& each : kBorrowed) tracer.visit(state.*each.place);
  for (const Name& each : kNames) tracer.visit(state.*each.place);
  for (Value each : {state.all_tasks, state.current_tasks, state.coroutine_types, state.context_keyword})
    tracer.visit(each);
}

bool is_exception_class(Value value) {
  return is_kind(value, Kind::kType) && value.as<Type>()->has(kTypeSubclassException);
}

/// Once per process: the types that stand in tables of C++ code must not change.
Status fill_state() {
  static bool visited = false;
  if (!std::exchange(visited, true)) add_root_visitor(visit_state);
  for (const Borrowed& each : kBorrowed) {
    const Value module = TRY(hooks.import_module(each.module));
    state.*each.place = TRY(get_attribute(module, intern(each.name)));
  }
  if (!is_exception_class(state.invalid_state_error) || !is_exception_class(state.cancelled_error))
    return raise(types.TypeError, "asyncio.exceptions has no exception classes");
  for (const Name& each : kNames) state.*each.place = intern(each.text);
  state.context_keyword = make_tuple({intern("context")});
  state.coroutine_types = make_set();
  return make_task_tables();
}

Status execute(Module* module) {
  static bool filled = false;
  if (!filled) {
    TRY(hooks.import_module("asyncio"));
    TRY(fill_state());
    filled = true;
  }
  TRY(add_iterator_type());
  TRY(add_step_type());
  TRY(add_future_type(module));
  TRY(add_task_type(module));
  TRY(module_add(module, "_all_tasks", state.all_tasks));
  return module_add(module, "_current_tasks", state.current_tasks);
}

}  // namespace

}  // namespace ouro::vm::asyncio

namespace ouro::vm {

extern const ModuleSpec kAsyncioModule{.name = "_asyncio",
                                       .doc = "The quick parts of asyncio.",
                                       .functions = asyncio::kFunctions,
                                       .execute = asyncio::execute};

}  // namespace ouro::vm
