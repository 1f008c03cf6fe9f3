// The start of the import system: builtins, sys, and importlib's bootstrap from the frozen archive.
#include "vm/import/startup.h"

#include "vm/import/frozen.h"
#include "vm/import/import.h"
#include "vm/import/marshal.h"
#include "vm/interp/interpreter.h"
#include "vm/object/hooks.h"

namespace ouro::vm {

namespace {

/// Registers a module in sys.modules.
Status add_module(Str* name, Value module) {
  dict_set(TRY(modules_dict()).as<Dict>(), name, module);
  return {};
}

/// Runs a frozen module under a name; it stands in sys.modules while it runs.
Result<Module*> run_frozen(std::string_view name) {
  const auto frozen = find_frozen(name);
  if (!frozen)
    return raise(types.ImportError,
                 "the archive of the standard library holds no {}: is ouro installed whole?", name);
  Value code = TRY(unmarshal_archived(frozen->code, frozen->late));
  Module* module = make_module(intern(name));
  TRY(module_add(module, "__builtins__", builtins_module()));
  TRY(module_add(module, "__origname__", make_str(frozen->original_name)));
  TRY(add_module(intern(name), module));
  TRY(run_code(code.as<Code>(), module->dict, module->dict));
  return module;
}

Result<Module*> native_module(std::string_view name) {
  const ModuleSpec* spec = find_native_module(name);
  if (spec == nullptr) return raise(types.ImportError, "no native module {}", name);
  return make_native_module(*spec);
}

Value loaded_module(Str* name) {
  Result<Value> modules = modules_dict();
  if (modules.ok() && is_dict(modules.unwrap())) return dict_get(modules.unwrap().as<Dict>(), name);
  if (!modules.ok()) take_exception();
  return Value();
}

/// The path hooks besides importlib's own: zip files before all others, the archive of the library.
Status add_path_hooks(Module* sys) {
  Value hooks_list = TRY(get_attribute(sys, intern("path_hooks")));
  Value importer = TRY(get_attribute(TRY(import_module("zipimport")), intern("zipimporter")));
  TRY(call_method(hooks_list, names.insert, {Value::from_small(0), importer}));
  if (!import_options.use_frozen_modules || !find_frozen("_ouro_library")) return {};
  TRY(call(TRY(get_attribute(TRY(import_module("_ouro_library")), intern("install")))));
  return {};
}

}  // namespace

Status start_imports(Module* sys) {
  hooks.import_module = import_module;
  hooks.loaded_module = loaded_module;
  Module* builtins = TRY(native_module("builtins"));
  set_core_modules(builtins, sys);
  TRY(add_module(intern("sys"), sys));
  TRY(add_module(intern("builtins"), builtins));
  Module* importlib = TRY(run_frozen("_frozen_importlib"));
  set_bootstrap_module(importlib);
  Module* imp = TRY(native_module("_imp"));
  TRY(add_module(intern("_imp"), imp));
  TRY(call(TRY(get_attribute(importlib, intern("_install"))), {sys, imp}));
  TRY(call(TRY(get_attribute(importlib, intern("_install_external_importers")))));
  TRY(add_path_hooks(sys));
  return {};
}

}  // namespace ouro::vm
