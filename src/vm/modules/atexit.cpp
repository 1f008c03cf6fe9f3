// The module atexit: functions that are called, last registered first, when the program ends.
#include "vm/heap/heap.h"
#include "vm/import/startup.h"
#include "vm/modules/unraisable.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

List* registered = nullptr;  // of (function, args, kwargs)

Result<Value> register_function(const Value* a) {
  auto* arguments = a[1].as<Tuple>();
  if (arguments->length == 0) return raise(types.TypeError, "register() takes at least 1 argument (0 given)");
  if (!is_callable(arguments->items[0])) return raise(types.TypeError, "the first argument must be callable");
  Tuple* rest = make_tuple(std::span<const Value>(arguments->items + 1, arguments->length - 1));
  TRY(list_append(registered, make_tuple({arguments->items[0], rest, a[2].is_null() ? none() : a[2]})));
  return arguments->items[0];
}

Result<Value> unregister(const Value* a) {
  List* kept = make_list();
  for (size_t i = 0; i < registered->length; ++i) {
    Value entry = registered->items()[i];
    if (!TRY(equal(entry.as<Tuple>()->items[0], a[1]))) TRY(list_append(kept, entry));
  }
  registered = kept;
  return none();
}

Result<Value> clear(const Value*) {
  registered = make_list();
  return none();
}

void run_all() {
  while (registered->length > 0) {
    Value* entry = registered->items()[registered->length - 1].as<Tuple>()->items;
    --registered->length;
    if (!call_with(entry[0], entry[1], is_none(entry[2]) ? Value() : entry[2]).ok())
      report_unraisable_as(take_exception(), make_str("Exception ignored in atexit callback"), entry[0]);
  }
  registered = make_list();  // the old one's memory still holds what has been called
}

Result<Value> run(const Value*) {
  run_all();
  return none();
}

Result<Value> count(const Value*) {
  return make_int(static_cast<int64_t>(registered->length));
}

constexpr MethodSpec kFunctions[] = {
    {"register", "($module, /, *args, **kwargs)", register_function,
     "Registers func(*args, **kwargs); returns func."},
    {"unregister", "($module, func, /)", unregister, "Drops every registration of a function."},
    {"_clear", "($module, /)", clear, "Drops all registrations."},
    {"_run_exitfuncs", "($module, /)", run, "Calls the registered functions now."},
    {"_ncallbacks", "($module, /)", count, "How many functions are registered."},
};

Status execute(Module*) {
  if (registered != nullptr) return {};
  exit_functions_hook = run_all;
  registered = make_list();
  add_root(reinterpret_cast<Object**>(&registered));
  return {};
}

}  // namespace

extern const ModuleSpec kAtexitModule{.name = "atexit",
                                      .doc = "Functions to be called at the end.",
                                      .functions = kFunctions,
                                      .execute = execute};

}  // namespace ouro::vm
