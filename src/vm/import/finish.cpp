// The end of a program, in CPython's order: threads are waited for, atexit functions called, the streams
// flushed; then what is left is finalised. Where CPython lets its modules go one by one, and what they held
// dies with the last reference, here each step ends with a collection that finds the dead.
//
//   1  what is dead already
//   2  sys.modules emptied, and what sys holds for the program: modules that nobody refers to go whole, so
//      that their objects' finalisers still see all their globals
//   3  the globals of the modules that somebody still refers to, names with one underscore first
//   4  what a program has put into sys; by then there is no sys.stderr to complain on
//   5  whatever is left
//
// Programs that define no __del__ notice none of that, and skip it.
#include <cstdio>

#include "vm/builtins/functions.h"
#include "vm/builtins/text_stream.h"
#include "vm/heap/finalizer_filter.h"
#include "vm/heap/heap.h"
#include "vm/heap/pending.h"
#include "vm/heap/requested_collection.h"
#include "vm/import/import.h"
#include "vm/import/startup.h"
#include "vm/interp/frame.h"
#include "vm/modules/sys.h"
#include "vm/object/weakref.h"

namespace ouro::vm {

namespace {

/// module.function() of a module that may not be loaded; what goes wrong is shown.
void call_if_loaded(const char* module_name, const char* function) {
  Value module;
  auto run = [&]() -> Status {
    module = dict_get(TRY(modules_dict()).as<Dict>(), intern(module_name));
    if (module.is_null() || is_none(module)) return {};
    Value callable = TRY(find_attribute(module, intern(function)));
    if (callable.is_null()) return {};
    TRY(call(callable));
    return {};
  };
  if (!run().ok()) report_unraisable(module.is_null() ? none() : module);
}

/// Whether code of the program's own is still to run for the object: its __del__, what a suspended generator
/// or coroutine has in its `finally`, or a native finaliser that has something to say.
bool has_python_finalizer(const Object* object) {
  const Type* type = type_of(const_cast<Object*>(object));
  if (type != types.generator && type != types.coroutine)
    return type->slots.del != nullptr || (object->gc & kGcSpeaksAtEnd) != 0;
  const GeneratorState state = static_cast<const Generator*>(object)->state;
  return state == GeneratorState::Suspended || (state == GeneratorState::Created && type == types.coroutine);
}

/// Whether warnings were asked for: then files that are still open at the end are to be told of.
bool warnings_wanted() {
  const Value options = dict_get(sys_module()->dict, intern("warnoptions"));
  return !options.is_null() && is_list(options) && options.as<List>()->length > 0;
}

bool has_finalizer(const Object*) {
  return true;
}

/// Whether something is left for which modules are to be cleared.
bool anything_left() {
  return any_finalizable(warnings_wanted() ? has_finalizer : has_python_finalizer);
}

/// A full collection. Nothing on the C++ stack below finish_program's frame is needed: what lies there are
/// left-overs of the program.
void collect_and_finalize(const void* stack) {
  {
    const ScanStart start(stack);
    collect(2);
  }
  run_pending_finalizers();
}

void set_to_none(Dict* dict, Str* name) {
  if (!dict_get(dict, name).is_null()) dict_set(dict, name, none());
}

/// What sys keeps of the program.
void clear_sys() {
  Dict* dict = sys_module()->dict;
  set_to_none(builtins_module()->dict, names.underscore);
  for (const char* name : {"path", "argv", "ps1", "ps2", "last_type", "last_value", "last_traceback",
                           "path_hooks", "path_importer_cache", "meta_path", "__interactivehook__"})
    set_to_none(dict, intern(name));
  for (const char* name : {"stdin", "stdout", "stderr"}) {
    Value original = dict_get(dict, intern(std::string("__") + name + "__"));
    dict_set(dict, intern(name), original.is_null() ? none() : original);
  }
}

/// Empties sys.modules; the modules, weakly, in their order.
List* remove_modules() {
  List* removed = make_list();
  auto modules = modules_dict();
  if (!modules.ok()) {
    take_exception();
    return removed;
  }
  auto* dict = modules.unwrap().as<Dict>();
  size_t position = 0;
  Value name, module;
  while (dict_next(dict, &position, &name, &module)) {
    if (!is_kind(module, Kind::kModule) || module == Value(sys_module()) ||
        module == Value(builtins_module()))
      continue;
    auto reference = call(types.weakref, {module});
    if (!reference.ok() || !list_append(removed, reference.unwrap()).ok()) take_exception();
  }
  dict_clear(dict);
  return removed;
}

/// A module's globals become None: first the names that begin with one underscore, then all others but
/// __builtins__.
void clear_module(Dict* globals) {
  for (const bool private_names : {true, false}) {
    std::vector<Str*> found;
    size_t position = 0;
    Value name, value;
    while (dict_next(globals, &position, &name, &value)) {
      if (!is_str(name) || is_none(value)) continue;
      auto* text = name.as<Str>();
      const bool is_private = text->length > 1 && text->at(0) == '_' && text->at(1) != '_';
      if (is_private == private_names && !equals(text, "__builtins__")) found.push_back(text);
    }
    for (Str* text : found) set_to_none(globals, text);
  }
}

void clear_modules(List* removed) {
  for (size_t i = removed->length; i-- > 0;) {
    auto module = call(removed->items()[i]);
    if (!module.ok()) {
      take_exception();
      continue;
    }
    if (!is_kind(module.unwrap(), Kind::kModule)) continue;
    if (Dict* globals = module.unwrap().as<Module>()->dict; globals != nullptr) clear_module(globals);
  }
}

void finalize_contents_of_sys(const void* stack) {
  if (!any_finalizable(has_python_finalizer)) return;
  flush_streams();
  Dict* dict = sys_module()->dict;
  const Value out = dict_get(dict, intern("stdout")), error = dict_get(dict, intern("stderr"));
  clear_module(dict);
  collect_and_finalize(stack);
  dict_set(dict, intern("stdout"), out);
  dict_set(dict, intern("stderr"), error);
}

void finalize_all(const void* stack) {
  static List* removed = nullptr;
  add_root(reinterpret_cast<Object**>(&removed));
  collect_and_finalize(stack);
  clear_sys();
  removed = remove_modules();
  collect_and_finalize(stack);
  if (!anything_left()) return;
  clear_modules(removed);
  collect_and_finalize(stack);
  finalize_contents_of_sys(stack);
  queue_finalizers(has_python_finalizer);
  run_pending_finalizers();
}

}  // namespace

void (*exit_functions_hook)() = nullptr;

int finish_program(int code) {
  if (sys_module() == nullptr) return code;
  call_if_loaded("threading", "_shutdown");
  if (exit_functions_hook != nullptr) exit_functions_hook();
  set_finalizing();
  bool written = flush_streams();
  if (anything_left()) {
    finalize_all(__builtin_frame_address(0));
    written = flush_streams() && written;
  }
  if (text_stream_hook.flush_open_files != nullptr) text_stream_hook.flush_open_files();
  return written ? code : 120;
}

}  // namespace ouro::vm
