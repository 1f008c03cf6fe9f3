// What import statements do: absolute names, sys.modules, and importlib's own bootstrap for everything else.
//
// As in CPython, the finding and loading is Python code: importlib._bootstrap and _bootstrap_external, frozen
// when ouro is built. This file resolves the name, answers at once when the module stands in sys.modules, and
// picks what `import a.b.c` and `from a import b` bind. Language reference, section 5, "The import system".
#include "vm/import/import.h"

#include <cmath>
#include <cstdio>
#include <ctime>

#include "vm/builtins/functions.h"
#include "vm/import/startup.h"
#include "vm/interp/interpreter.h"

namespace ouro::vm {

ImportOptions import_options;

namespace {

Module* builtins = nullptr;
Module* sys = nullptr;
Value bootstrap;  // importlib._bootstrap, the module

Result<Value> call_bootstrap(const char* function, std::initializer_list<Value> arguments) {
  if (bootstrap.is_null()) return raise(types.ImportError, "no import system");
  Value callable = TRY(get_attribute(bootstrap, intern(function)));
  return call(callable, arguments);
}

/// What a relative import is relative to: __package__, else __spec__.parent, else __name__ cut by __path__.
Result<Str*> package_of(Dict* globals) {
  Value package = dict_get(globals, names.dunder_package);
  Value spec = dict_get(globals, names.dunder_spec);
  bool has_package = !package.is_null() && !is_none(package);
  bool has_spec = !spec.is_null() && !is_none(spec);
  if (has_package) {
    if (!is_str(package)) return raise(types.TypeError, "package must be a string");
    if (has_spec) {
      Value parent = TRY(get_attribute(spec, names.parent));
      if (!TRY(equal(package, parent))) TRY(warn(types.ImportWarning, "__package__ != __spec__.parent", 1));
    }
    return package.as<Str>();
  }
  if (has_spec) {
    Value parent = TRY(get_attribute(spec, names.parent));
    if (!is_str(parent)) return raise(types.TypeError, "__spec__.parent must be a string");
    return parent.as<Str>();
  }
  TRY(warn(types.ImportWarning,
           "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__", 1));
  Value name = dict_get(globals, names.dunder_name);
  if (name.is_null()) return raise(types.KeyError, "'__name__' not in globals");
  if (!is_str(name)) return raise(types.TypeError, "__name__ must be a string");
  if (!dict_get(globals, names.dunder_path).is_null()) return name.as<Str>();
  auto* text = name.as<Str>();
  size_t dot = text->length;
  while (dot > 0 && text->at(dot - 1) != '.') --dot;
  return substring(text, 0, dot > 0 ? dot - 1 : 0);
}

Result<Str*> absolute_name(Str* name, Value globals, int level) {
  if (is_none(globals)) return raise(types.KeyError, "'__name__' not in globals");
  if (!is_dict(globals)) return raise(types.TypeError, "globals must be a dict");
  Str* package = TRY(package_of(globals.as<Dict>()));
  if (package->length == 0)
    return raise(types.ImportError, "attempted relative import with no known parent package");
  size_t end = package->length;
  for (int up = 1; up < level; ++up) {
    while (end > 0 && package->at(end - 1) != '.') --end;
    if (end == 0) return raise(types.ImportError, "attempted relative import beyond top-level package");
    --end;
  }
  StrBuilder text;
  text.append(package, 0, end);
  if (name->length > 0) {
    text.append('.');
    text.append(name);
  }
  return text.finish();
}

// ---- tracebacks without the import system in them

bool belongs_to_importlib(const Traceback* entry) {
  const Str* file = entry->frame->frame->code()->filename;
  return equals(file, "<frozen importlib._bootstrap>") ||
         equals(file, "<frozen importlib._bootstrap_external>") || equals(file, "<frozen _ouro_library>");
}

/// Takes importlib's own frames out of the pending exception's traceback: all of them for an ImportError;
/// else those that end in its _call_with_frames_removed, behind which lies the program's code.
void remove_importlib_frames() {
  Exception* exception = thread()->exception;
  auto verbose = sys_attribute("flags");
  if (exception == nullptr || !verbose.ok()) return;
  if (Value flags = verbose.unwrap(); is_tuple(flags) && flags.as<Tuple>()->length > 8) {
    if (!(flags.as<Tuple>()->items[8] == Value::from_small(0))) return;  // -v: all is shown
  }
  const bool always = is_subtype(exception->shape->type, types.ImportError);
  Traceback* before = nullptr;        // the last entry that stays
  Traceback* chunk_before = nullptr;  // the one before a chunk of importlib's
  bool in_chunk = false;
  auto link = [&](Traceback* from, Value to) {
    if (from == nullptr) {
      store(exception, exception->traceback, to);
    } else {
      store(from, from->next, to);
    }
  };
  for (Value at = exception->traceback; !at.is_null() && is_kind(at, Kind::kTraceback);) {
    auto* entry = at.as<Traceback>();
    const Value next = entry->next;
    const bool inside = belongs_to_importlib(entry);
    if (inside && !in_chunk) chunk_before = before;
    in_chunk = inside;
    if (inside && (always || equals(entry->frame->frame->code()->name, "_call_with_frames_removed"))) {
      link(chunk_before, next);
      before = chunk_before;
    } else {
      before = entry;
    }
    at = next;
  }
}

// ---- -X importtime

double now_microseconds() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

/// Runs an import and tells on standard error how long it took, with and without those inside it.
template <class Import>
Result<Value> timed(Str* name, Import&& import) {
  static int depth = 0;
  static double inner = 0;
  static bool head_shown = false;
  if (!std::exchange(head_shown, true))
    std::fputs("import time: self [us] | cumulative | imported package\n", stderr);
  const double outer = std::exchange(inner, 0), start = now_microseconds();
  ++depth;
  Result<Value> result = import();
  --depth;
  const double cumulative = now_microseconds() - start;
  std::fprintf(stderr, "import time: %9ld | %10ld | %*s%s\n", std::lround(cumulative - inner),
               std::lround(cumulative), depth * 2, "", to_utf8(name).c_str());
  inner = outer + cumulative;
  return result;
}

/// Whether another thread is still executing the module: then its lock is waited for.
Status ensure_initialized(Value module, Str* name) {
  Value spec = TRY(find_attribute(module, names.dunder_spec));
  if (spec.is_null() || is_none(spec)) return {};
  Value initializing = TRY(find_attribute(spec, names.initializing));
  if (initializing.is_null() || !TRY(is_true(initializing))) return {};
  TRY(call_bootstrap("_lock_unlock_module", {name}));
  return {};
}

/// The audit event of an import that has to find its module.
Status tell_of_import(Str* name) {
  if (!is_audited()) return {};
  Value where[3];
  const char* const lists[] = {"path", "meta_path", "path_hooks"};
  for (int i = 0; i < 3; ++i) {
    where[i] = TRY(sys_attribute(lists[i]));
    if (where[i].is_null()) where[i] = none();
  }
  return audit("import", {name, none(), where[0], where[1], where[2]});
}

Result<Value> find_and_load(Str* name) {
  Value loaded = dict_get(TRY(modules_dict()).as<Dict>(), name);
  if (!loaded.is_null() && !is_none(loaded)) {
    TRY(ensure_initialized(loaded, name));
    return loaded;
  }
  TRY(tell_of_import(name));
  static Value import_itself;
  if (import_itself.is_null()) {
    add_root(&import_itself);
    import_itself = TRY(get_attribute(builtins, names.dunder_import));
  }
  auto import = [&] { return call_bootstrap("_find_and_load", {name, import_itself}); };
  Result<Value> module = import_options.show_times ? timed(name, import) : import();
  if (!module.ok()) remove_importlib_frames();
  return module;
}

bool is_empty_list(Value from_list) {
  return is_none(from_list) || (is_tuple(from_list) && from_list.as<Tuple>()->length == 0);
}

/// `import a.b.c` binds a: the first part of what was written, counted from the package for relative names.
Result<Value> top_module(Str* name, Str* absolute, Value module, int level) {
  size_t dot = 0;
  while (dot < name->length && name->at(dot) != '.') ++dot;
  if (level == 0 && name->length == 0) return module;
  if (dot == name->length) return module;
  if (level == 0) return find_and_load(intern(substring(name, 0, dot)));
  Str* top = substring(absolute, 0, absolute->length - (name->length - dot));
  Value found = dict_get(TRY(modules_dict()).as<Dict>(), top);
  if (found.is_null()) return raise(types.KeyError, "{} not in sys.modules as expected", repr_text(top));
  return found;
}

}  // namespace

Result<Value> import_module_level(Str* name, Value globals, Value from_list, int level) {
  if (level < 0) return raise(types.ValueError, "level must be >= 0");
  if (level == 0 && name->length == 0) return raise(types.ValueError, "Empty module name");
  Str* absolute = level > 0 ? TRY(absolute_name(name, globals, level)) : name;
  absolute = intern(absolute);
  Value module = TRY(find_and_load(absolute));
  bool wants_names = !is_empty_list(from_list) && TRY(is_true(from_list));
  if (!wants_names) return top_module(name, absolute, module, level);
  Value path = TRY(find_attribute(module, names.dunder_path));
  if (path.is_null()) return module;
  Value import_itself = TRY(get_attribute(builtins, names.dunder_import));
  Result<Value> result = call_bootstrap("_handle_fromlist", {module, from_list, import_itself});
  if (!result.ok()) remove_importlib_frames();
  return result;
}

Result<Value> import_module(std::string_view name) {
  return import_module_level(intern(name), none(), make_tuple({names.underscore}), 0);
}

Module* builtins_module() {
  return builtins;
}
Module* sys_module() {
  return sys;
}

Result<Value> modules_dict() {
  Value modules = dict_get(sys->dict, names.modules);
  if (modules.is_null() || !is_dict(modules)) return raise(types.RuntimeError, "unable to get sys.modules");
  return modules;
}

Result<Value> sys_attribute(std::string_view name) {
  return sys == nullptr ? Value() : dict_get(sys->dict, intern(name));
}

Tuple* make_rooted_tuple(std::initializer_list<Value> items) {
  static List* kept = nullptr;
  if (kept == nullptr) {
    kept = make_list();
    add_root(reinterpret_cast<Object**>(&kept));
  }
  Tuple* tuple = make_tuple(items);
  (void)list_append(kept, tuple);
  return tuple;
}

void set_core_modules(Module* builtins_, Module* sys_) {
  builtins = builtins_;
  sys = sys_;
  add_root(reinterpret_cast<Object**>(&builtins));
  add_root(reinterpret_cast<Object**>(&sys));
}

void set_bootstrap_module(Value module) {
  bootstrap = module;
  add_root(&bootstrap);
}

}  // namespace ouro::vm
