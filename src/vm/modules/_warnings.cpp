// The module _warnings, and what C++ code warns through.
//
// Where the module warnings has been imported its own lists rule (a program may replace warnings.filters or
// warnings.showwarning); before that, and in programs that never import it, the ones here.
#include <fmt/format.h>

#include <fstream>

#include "base/unicode.h"
#include "vm/builtins/functions.h"
#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/warnings.h"
#include "vm/object/argument_errors.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

Module* own_module = nullptr;
int64_t filters_version = 0;

/// warnings.NAME if that module is loaded, else what it last was, at first _warnings' own; null: neither has
/// it.
Result<Value> setting(std::string_view name, bool only_python = false) {
  Str* own_name = intern(name == "defaultaction"  ? "_defaultaction"
                         : name == "onceregistry" ? "_onceregistry"
                                                  : name);
  Value modules = TRY(modules_dict());
  Value python = dict_get(modules.as<Dict>(), intern("warnings"));
  if (!python.is_null() && !is_none(python)) {
    Value value = TRY(find_attribute(python, intern(name)));
    if (!value.is_null()) {
      if (!only_python && own_module != nullptr) dict_set(own_module->dict, own_name, value);
      return value;
    }
  }
  if (only_python || own_module == nullptr) return Value();
  return dict_get(own_module->dict, own_name);
}

/// None matches everything; a str the same text; anything else is a compiled pattern.
Result<bool> matches(Value pattern, Str* text) {
  if (is_none(pattern)) return true;
  if (is_exactly(pattern, types.str)) return equals(pattern.as<Str>(), text);
  return is_true(TRY(call_method(pattern, names.match, {text})));
}

struct Warning {
  Value category;
  Str* text;
  Value message;  // the instance
  Str* filename;
  int64_t line;
  Value module;
  Value registry;  // a dict or None
  Value source;    // or null
};

/// The action of the first filter that fits.
Result<Str*> find_action(const Warning& w) {
  Value filters = TRY(setting("filters"));
  if (!is_list(filters)) return raise(types.ValueError, "_warnings.filters must be a list");
  for (size_t i = 0; i < filters.as<List>()->length; ++i) {
    Value item = filters.as<List>()->items()[i];
    if (!is_tuple(item) || item.as<Tuple>()->length != 5)
      return raise(types.ValueError, "_warnings.filters item {} isn't a 5-tuple", i);
    Value* f = item.as<Tuple>()->items;
    if (!is_str(f[0])) return raise(types.TypeError, "action must be a string, not '{}'", type_name(f[0]));
    bool fits = TRY(matches(f[1], w.text)) && TRY(is_subclass_of(w.category, f[2])) &&
                (!is_str(w.module) || TRY(matches(f[3], w.module.as<Str>())));
    if (!fits) continue;
    int64_t line = TRY(to_int64(f[4]));
    if (line == 0 || line == w.line) return f[0].as<Str>();
  }
  Value action = TRY(setting("defaultaction"));
  if (action.is_null()) return intern("default");
  if (!is_str(action))
    return raise(types.TypeError, "_warnings.defaultaction must be a string, not '{}'", type_name(action));
  return action.as<Str>();
}

/// Whether the registry knows the key already; else it is put there if `set`. A registry of older filters is
/// emptied.
Result<bool> already_warned(Value registry, Value key, bool set) {
  if (is_none(registry)) return false;
  auto* dict = registry.as<Dict>();
  Str* version_name = intern("version");
  Value version = dict_get(dict, version_name);
  if (version.is_null() || !version.is_small_int() || version.small_int() != filters_version) {
    dict_clear(dict);
    dict_set(dict, version_name, make_int(filters_version));
  } else {
    Value known = TRY(dict_get(dict, key));
    if (!known.is_null() && TRY(is_true(known))) return true;
  }
  if (set) TRY(dict_set(dict, key, make_bool(true)));
  return false;
}

/// A line of a source file without its indentation; empty where it cannot be had.
std::string source_line(const std::string& filename, int64_t number) {
  std::ifstream file(filename, std::ios::binary);
  std::string line;
  for (int64_t i = 0; i < number; ++i)
    if (!std::getline(file, line)) return {};
  line.erase(0, std::min(line.find_first_not_of(" \t\f"), line.size()));
  if (line.ends_with('\r')) line.pop_back();
  return find_utf8_error(line) ? std::string() : line;
}

/// "file:line: Category: text", and the source line if it can be had.
Status show_plainly(const Warning& w) {
  Value file = TRY(sys_attribute("stderr"));
  if (file.is_null() || is_none(file)) return {};
  std::string line = fmt::format("{}:{}: {}: {}\n", to_utf8(w.filename), w.line,
                                 type_name(w.category.as<Type>()), to_utf8(w.text));
  TRY(call_method(file, names.write, {make_str(line)}));
  const std::string source = source_line(to_utf8(w.filename), w.line);
  if (!source.empty()) TRY(call_method(file, names.write, {make_str("  " + source + "\n")}));
  return {};
}

Status show(const Warning& w) {
  Value function = TRY(setting("_showwarnmsg", true));
  if (function.is_null()) return show_plainly(w);
  Value module = TRY(import_module("warnings"));
  Value make = TRY(get_attribute(module, intern("WarningMessage")));
  Value source = w.source.is_null() ? none() : w.source;
  Value message =
      TRY(call(make, {w.message, w.category, w.filename, make_int(w.line), none(), none(), source}));
  TRY(call(function, {message}));
  return {};
}

Status warn_with(Warning w) {
  Value key = make_tuple({w.text, w.category, make_int(w.line)});
  if (!is_none(w.registry) && TRY(already_warned(w.registry, key, false))) return {};
  Str* action = TRY(find_action(w));
  if (equals(action, "error")) return raise_value(w.message);
  if (equals(action, "ignore")) return {};
  if (equals(action, "once")) {
    Value once = w.registry;
    if (is_none(once)) once = TRY(setting("onceregistry"));
    if (TRY(already_warned(once, make_tuple({w.text, w.category}), true))) return {};
  } else if (equals(action, "module")) {
    if (TRY(already_warned(w.registry, make_tuple({w.text, w.category, Value::from_small(0)}), true)))
      return {};
  } else if (equals(action, "default")) {
    if (!is_none(w.registry)) TRY(dict_set(w.registry.as<Dict>(), key, make_bool(true)));
  } else if (!equals(action, "always")) {
    return raise(types.RuntimeError, "Unrecognized action ({}) in warnings.filters:\n {}", to_utf8(action),
                 repr_text(action));
  }
  return show(w);
}

/// Fills in text, category and instance from what was given.
Status complete_message(Value message, Value category, Warning* w) {
  if (is_instance(message, types.Warning)) {
    w->message = message;
    w->category = type_of(message);
    w->text = TRY(to_str(message));
    return {};
  }
  if (category.is_null() || is_none(category)) category = types.UserWarning;
  w->category = category;
  w->text = is_str(message) ? message.as<Str>() : TRY(to_str(message));
  w->message = TRY(call(category, {message}));
  return {};
}

bool is_import_internal(Frame* frame) {
  std::string name = to_utf8(frame->code()->filename);
  return name.find("importlib") != std::string::npos && name.find("_bootstrap") != std::string::npos;
}

Frame* caller(Frame* frame, bool skip_import) {
  frame = frame->previous;
  while (skip_import && frame != nullptr && is_import_internal(frame)) frame = frame->previous;
  return frame;
}

/// Where the warning is said to come from: `stack_level` frames up.
Status place(int64_t stack_level, Warning* w) {
  Frame* frame = current_frame();
  if (frame != nullptr && (stack_level <= 0 || is_import_internal(frame))) {
    while (--stack_level > 0 && frame != nullptr) frame = caller(frame, false);
  } else {
    while (--stack_level > 0 && frame != nullptr) frame = caller(frame, true);
  }
  Dict* globals = frame == nullptr ? sys_module()->dict : frame->globals();
  w->filename = frame == nullptr ? intern("sys") : frame->code()->filename;
  w->line = frame == nullptr ? 1 : frame_line(frame);
  w->registry = dict_get(globals, names.dunder_warningregistry);
  if (w->registry.is_null() || !is_dict(w->registry)) {
    w->registry = make_dict();
    dict_set(globals, names.dunder_warningregistry, w->registry);
  }
  Value module = dict_get(globals, names.dunder_name);
  w->module = !module.is_null() && (is_none(module) || is_str(module)) ? module : Value(intern("<string>"));
  return {};
}

Status warn_at(Value message, Value category, int64_t stack_level, Value source) {
  Warning w{};
  w.source = source;
  TRY(complete_message(message, category, &w));
  TRY(place(stack_level, &w));
  return warn_with(w);
}

/// A file's module name, for warn_explicit without one.
Str* module_of_file(Str* filename) {
  size_t length = filename->length;
  if (length == 0) return intern("<unknown>");
  std::string text = to_utf8(filename);
  if (text.ends_with(".py")) text.resize(text.size() - 3);
  return make_str(text);
}

// ---- Python's functions

Result<Value> category_of(Value message, Value category) {
  if (is_instance(message, types.Warning)) return type_of(message);
  if (category.is_null() || is_none(category)) return types.UserWarning;
  bool fine = is_instance(category, types.type) && is_subtype(category.as<Type>(), types.Warning);
  if (!fine)
    return raise(types.TypeError, "category must be a Warning subclass, not '{}'", type_name(category));
  return category;
}

Result<Value> warn_function(const Value* a) {
  Value category = TRY(category_of(a[1], a[2]));
  int64_t stack_level = a[3].is_null() ? 1 : TRY(to_int64(a[3]));
  TRY(warn_at(a[1], category, stack_level, a[4]));
  return none();
}

Result<Value> warn_explicit_function(const Value* a) {
  Warning w{};
  Value category = a[2];
  if (!is_str(a[3]))
    return raise(types.TypeError, "warn_explicit() argument 'filename' must be str, not {}",
                 given_name(a[3]));
  w.filename = a[3].as<Str>();
  w.line = TRY(to_c_int(a[4]));
  TRY(complete_message(a[1], category, &w));
  w.module = a[5].is_null() ? Value(module_of_file(w.filename)) : a[5];
  w.registry = a[6].is_null() ? none() : a[6];
  if (!a[7].is_null() && !is_none(a[7]) && !is_dict(a[7]))
    return raise(types.TypeError, "module_globals must be a dict, not '{}'", type_name(a[7]));
  if (!is_none(w.registry) && !is_dict(w.registry))
    return raise(types.TypeError, "'registry' must be a dict or None, not '{}'", type_name(w.registry));
  w.source = a[8];
  TRY(warn_with(w));
  return none();
}

Result<Value> filters_mutated(const Value*) {
  ++filters_version;
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"warn", "($module, /, message, category=None, stacklevel=1, source=None)", warn_function,
     "Issues a warning, or ignores it, or raises it, as the filters say."},
    {"warn_explicit",
     "($module, /, message, category, filename, lineno, module=<unrepresentable>, registry=None, "
     "module_globals=None, "
     "source=None)",
     warn_explicit_function, "The same for a place that is given."},
    {"_filters_mutated", "($module, /)", filters_mutated,
     "The filters have changed: forget what was warned."},
};

Value filter(const char* action, Type* category, Value module = none()) {
  return make_tuple({intern(action), none(), category, module, Value::from_small(0)});
}

Status execute(Module* module) {
  own_module = module;
  add_root(reinterpret_cast<Object**>(&own_module));
  Value main_name = intern("__main__");
  List* filters = make_list();
  for (Value item :
       {filter("default", types.DeprecationWarning, main_name), filter("ignore", types.DeprecationWarning),
        filter("ignore", types.PendingDeprecationWarning), filter("ignore", types.ImportWarning),
        filter("ignore", types.ResourceWarning)})
    TRY(list_append(filters, item));
  TRY(module_add(module, "filters", filters));
  TRY(module_add(module, "_onceregistry", make_dict()));
  return module_add(module, "_defaultaction", intern("default"));
}

}  // namespace

Status warn(Type* category, std::string_view message, int stack_level) {
  return warn_at(make_str(message), category, stack_level, Value());
}

Status warn_resource(std::string_view message, Value source) {
  return warn_at(make_str(message), types.ResourceWarning, 1, source);
}

Status warn_explicit(Type* category, Str* message, Str* filename, int line) {
  Warning w{};
  TRY(complete_message(message, category, &w));
  w.filename = filename;
  w.line = line;
  w.module = module_of_file(filename);
  w.registry = none();
  return warn_with(w);
}

extern const ModuleSpec kWarningsModule{.name = "_warnings",
                                        .doc = "Issuing and filtering warnings.",
                                        .functions = kFunctions,
                                        .execute = execute};

}  // namespace ouro::vm
