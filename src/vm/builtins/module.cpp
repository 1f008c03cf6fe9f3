// Modules: the type, and building native ones from their tables.
#include "vm/object/argument_errors.h"
#include "vm/object/exception_support.h"
#include "vm/object/hooks.h"
#include "vm/object/protocol.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Module* self_of(Value self) {
  return self.as<Module>();
}

void set_initial_attributes(Dict* dict, Value name, Value doc) {
  dict_set(dict, names.dunder_name, name);
  dict_set(dict, names.dunder_doc, doc);
  dict_set(dict, names.dunder_package, none());
  dict_set(dict, names.dunder_loader, none());
  dict_set(dict, names.dunder_spec, none());
}

Result<Value> module_new(Type* type, const Arguments&) {
  auto* module = allocate_instance<Module>(type);
  store(module, module->dict, make_dict());
  return module;
}

Status module_init(Value self, const Arguments& arguments) {
  static const Signature signature("module", "(name, doc=None)");
  Value given[2];
  TRY(signature.bind(arguments, given));
  if (!is_str(given[0])) {
    return raise(types.TypeError, "module() argument 'name' must be str, not {}", given_name(given[0]));
  }
  Module* module = self_of(self);
  if (module->dict == nullptr) store(module, module->dict, make_dict());
  set_initial_attributes(module->dict, given[0], given[1].is_null() ? none() : given[1]);
  return {};
}

Result<Value> module_repr(Value self) {
  if (hooks.loaded_module != nullptr) {
    Value importlib = hooks.loaded_module(intern("_frozen_importlib"));
    if (!importlib.is_null()) return call_method(importlib, intern("_module_repr"), {self});
  }
  Value name = self_of(self)->dict != nullptr ? dict_get(self_of(self)->dict, names.dunder_name) : Value();
  return make_str(fmt::format("<module {}>", name.is_null() ? "'?'" : repr_text(name)));
}

Result<bool> is_initializing(Value spec) {
  if (spec.is_null() || is_none(spec)) return false;
  Value flag = TRY(find_attribute(spec, intern("_initializing")));
  return flag.is_null() ? Result<bool>(false) : is_true(flag);
}

/// Whether the package is importing the submodule at this moment.
Result<bool> is_loading_submodule(Value spec, Str* name) {
  if (spec.is_null() || is_none(spec)) return false;
  Value loading = TRY(find_attribute(spec, intern("_uninitialized_submodules")));
  return loading.is_null() ? Result<bool>(false) : contains(loading, name);
}

Raised no_attribute(Value self, Str* name) {
  Dict* dict = self_of(self)->dict;
  Value own_name = dict != nullptr ? dict_get(dict, names.dunder_name) : Value();
  if (own_name.is_null() || !is_str(own_name)) {
    return raise_with_attribute(self, name, fmt::format("module has no attribute '{}'", to_utf8(name)));
  }
  const bool partial = TRY(is_initializing(dict_get(dict, names.dunder_spec)));
  if (!partial && TRY(is_loading_submodule(dict_get(dict, names.dunder_spec), name))) {
    return raise_with_attribute(
        self, name,
        fmt::format("cannot access submodule '{}' of module '{}' (most likely due to a circular import)",
                    to_utf8(name), to_utf8(own_name.as<Str>())));
  }
  return raise_with_attribute(
      self, name,
      fmt::format("{}module '{}' has no attribute '{}'{}", partial ? "partially initialized " : "",
                  to_utf8(own_name.as<Str>()), to_utf8(name),
                  partial ? " (most likely due to a circular import)" : ""));
}

Result<Value> module_getattro(Value self, Str* name) {
  Value found = TRY(find_generic_attribute(self, name));
  if (!found.is_null()) return found;
  Dict* dict = self_of(self)->dict;
  Value hook = dict != nullptr ? dict_get(dict, names.dunder_getattr) : Value();
  if (!hook.is_null()) return call(hook, {name});
  return no_attribute(self, name);
}

Result<Value> module_dir(const Value* a) {
  Value dict = TRY(get_attribute(a[0], names.dunder_dict));
  if (!is_dict(dict)) return raise(types.TypeError, "<module>.__dict__ is not a dictionary");
  Value hook = dict_get(dict.as<Dict>(), names.dunder_dir);
  if (!hook.is_null()) return call(hook);
  List* list = make_list();
  size_t position = 0;
  Value key, value;
  while (dict_next(dict.as<Dict>(), &position, &key, &value)) TRY(list_append(list, key));
  return list;
}

Result<Value> get_annotations(Value self) {
  Dict* dict = self_of(self)->dict;
  if (dict == nullptr) return raise(types.TypeError, "<module>.__dict__ is not a dictionary");
  Value annotations = dict_get(dict, names.dunder_annotations);
  if (annotations.is_null()) {
    annotations = make_dict();
    dict_set(dict, names.dunder_annotations, annotations);
  }
  return annotations;
}
Status set_annotations(Value self, Value value) {
  Dict* dict = self_of(self)->dict;
  if (dict == nullptr) return raise(types.TypeError, "<module>.__dict__ is not a dictionary");
  if (!value.is_null()) {
    dict_set(dict, names.dunder_annotations, value);
  } else if (!dict_delete(dict, names.dunder_annotations)) {
    return raise_with_attribute(self, names.dunder_annotations, "__annotations__");
  }
  return {};
}

constexpr MethodSpec kMethods[] = {
    {"__dir__", "($self, /)", module_dir, "__dir__() -> list\nspecialized dir() implementation"},
};
constexpr GetSetSpec kGetSets[] = {
    {"__annotations__", get_annotations, set_annotations},
};
constexpr MemberSpec kMembers[] = {
    {"__dict__", offsetof(Module, dict)},
};

}  // namespace

Module* make_module(Str* name) {
  auto* module = allocate_instance<Module>(types.module);
  store(module, module->dict, make_dict());
  set_initial_attributes(module->dict, name, none());
  return module;
}

Status module_add(Module* module, std::string_view name, Value value) {
  dict_set(module->dict, intern(name), value);
  return {};
}

Result<Module*> make_native_module(const ModuleSpec& spec) {
  Str* name = intern(spec.name);
  Module* module = make_module(name);
  module->spec = &spec;
  if (spec.doc != nullptr) dict_set(module->dict, names.dunder_doc, make_str(spec.doc));
  for (const MethodSpec& function : spec.functions)
    dict_set(module->dict, intern(function.name), make_native_function(function, module, name));
  if (spec.execute != nullptr) TRY(spec.execute(module));
  return module;
}

void complete_module_type() {
  static TypeSpec spec = {
      .name = "module",
      .kind = Kind::kModule,
      .basic_size = sizeof(Module),
      .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs,
      .trace = trace_members<&Module::dict, &Module::state>,
      .methods = kMethods,
      .getsets = kGetSets,
      .members = kMembers,
      .doc =
          "Create a module object.\n\nThe name must be a string; the optional docstring can "
          "have any type.",
      .signature = "(name, doc=None)"};
  spec.slots.repr = module_repr;
  spec.slots.getattro = module_getattro;
  spec.slots.setattro = generic_set_attribute;
  spec.slots.new_ = module_new;
  spec.slots.init = module_init;
  complete_native_type(types.module, spec);
}

}  // namespace ouro::vm
