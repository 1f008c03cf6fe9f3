// Import statements and the interactive display.
#include "vm/interp/slow.h"
#include "vm/object/hooks.h"

namespace ouro::vm {

Result<Value> (*import_hook)(Str* name, Value globals, Value locals, Value from_list,
                             int64_t level) = nullptr;
Value original_import;

namespace {

Value or_none(Value value) {
  return value.is_null() ? none() : value;
}

Result<Value> import_function(Frame* frame) {
  Value builtins = frame->builtins();
  Value found = is_dict(builtins) ? dict_get(builtins.as<Dict>(), names.dunder_import) : Value();
  if (found.is_null()) return raise(types.ImportError, "__import__ not found");
  return found;
}

Result<Value> import_by_name(Frame* frame, Str* name, Value level, Value from_list) {
  Value function = TRY(import_function(frame));
  if (import_hook != nullptr && function == original_import && level.is_small_int())
    return import_hook(name, frame->globals(), or_none(frame->locals), from_list, level.small_int());
  return call(function, {Value(name), Value(frame->globals()), or_none(frame->locals), from_list, level});
}

Raised raise_import_error(const std::string& text, Value name, Value path) {
  (void)raise_text(types.ImportError, text);
  Exception* exception = thread()->exception;
  if (exception != nullptr && exception->shape->type == types.ImportError) {
    auto* error = static_cast<ImportErrorObject*>(exception);
    error->name = name;
    error->path = path;
    write_barrier(error);
  }
  return Raised{};
}

Result<bool> is_initialising(Value module) {
  Value spec = TRY(find_attribute(module, names.dunder_spec));
  if (spec.is_null() || is_none(spec)) return false;
  Value flag = TRY(find_attribute(spec, intern("_initializing")));
  if (flag.is_null()) return false;
  return is_true(flag);
}

Raised raise_cannot_import(Value module, Str* name, Value package) {
  std::string from = package.is_null() ? repr_text(make_str("<unknown module name>")) : repr_text(package);
  Value path;
  if (is_kind(module, Kind::kModule) && module.as<Module>()->dict != nullptr)
    path = dict_get(module.as<Module>()->dict, names.dunder_file);
  if (path.is_null() || !is_str(path)) {
    return raise_import_error(
        fmt::format("cannot import name {} from {} (unknown location)", repr_text(name), from), package,
        Value());
  }
  bool partial = TRY(is_initialising(module));
  return raise_import_error(
      fmt::format("cannot import name {} from {}{}{} ({})", repr_text(name),
                  partial ? "partially initialized module " : "", from,
                  partial ? " (most likely due to a circular import)" : "", to_utf8(path.as<Str>())),
      package, path);
}

/// The attribute, or the submodule of that name that is being imported right now.
Result<Value> import_from_module(Value module, Str* name) {
  Value found = TRY(find_attribute(module, name));
  if (!found.is_null()) return found;
  Value package = TRY(find_attribute(module, names.dunder_name));
  if (package.is_null() || !is_str(package)) return raise_cannot_import(module, name, Value());
  StrBuilder builder;
  builder.append(package.as<Str>());
  builder.append('.');
  builder.append(name);
  Str* full = TRY(builder.finish());
  Value loaded = hooks.loaded_module != nullptr ? hooks.loaded_module(full) : Value();
  if (!loaded.is_null()) return loaded;
  return raise_cannot_import(module, name, package);
}

Status store_in(Value locals, Value name, Value value) {
  if (is_exactly(locals, types.dict)) return dict_set(locals.as<Dict>(), name, value);
  return set_item(locals, name, value);
}

Status import_star_into(Value locals, Value module) {
  Value listed = TRY(find_attribute(module, names.dunder_all));
  bool skip_private = listed.is_null();
  if (listed.is_null()) {
    Value dict = TRY(find_attribute(module, names.dunder_dict));
    if (dict.is_null())
      return raise(types.ImportError, "from-import-* object has no __dict__ and no __all__");
    listed = TRY(call_method(dict, names.keys));
    listed = TRY(to_list(listed));
  }
  return for_each(listed, [&](Value name) -> Status {
    if (!is_str(name)) {
      Value module_name = TRY(get_attribute(module, names.dunder_name));
      return raise(types.TypeError, "{} in {}.{} must be str, not {}", skip_private ? "Key" : "Item",
                   is_str(module_name) ? to_utf8(module_name.as<Str>()) : repr_text(module_name),
                   skip_private ? "__dict__" : "__all__", type_name(name));
    }
    auto* text = name.as<Str>();
    if (skip_private && text->length != 0 && text->at(0) == '_') return {};
    Value value = TRY(get_attribute(module, text));
    return store_in(locals, name, value);
  });
}

}  // namespace

SLOW_FN(import_name) {
  RA = UNWRAP(import_by_name(FRAME, name_at(R, low_half(pc + 1)), RB, RC));
  return pc + 2;
}

SLOW_FN(import_from) {
  RA = UNWRAP(import_from_module(RB, name_at(R, low_half(pc + 1))));
  return pc + 2;
}

SLOW_FN(import_star) {
  Value locals = namespace_of(FRAME);
  if (locals.is_null()) {
    (void)raise(types.SystemError, "no locals found during 'import *'");
    return kRaised;
  }
  if (!import_star_into(locals, RA).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(print_expression) {
  Value sys = hooks.loaded_module != nullptr ? hooks.loaded_module(intern("sys")) : Value();
  Value hook = sys.is_null() ? Value() : UNWRAP(find_attribute(sys, names.displayhook));
  if (hook.is_null()) {
    (void)raise(types.RuntimeError, "lost sys.displayhook");
    return kRaised;
  }
  if (!call(hook, {RA}).ok()) return kRaised;
  return pc + 1;
}

}  // namespace ouro::vm
