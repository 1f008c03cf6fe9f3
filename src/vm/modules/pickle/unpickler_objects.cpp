// The instructions that find classes and functions by their names and make objects of them.
#include "vm/import/import.h"
#include "vm/modules/pickle/unpickler.h"

namespace ouro::vm::pickle {

namespace {

Raised truncated() {
  return raise(state.unpickling_error, "pickle data was truncated");
}

/// Python 3's names of what Python 2 had elsewhere.
Status use_new_names(Str** module, Str** name) {
  const Value both = TRY(dict_get(state.names_2to3, make_tuple({*module, *name})));
  if (!both.is_null()) {
    if (!is_tuple(both) || both.as<Tuple>()->length != 2)
      return raise(types.RuntimeError, "_compat_pickle.NAME_MAPPING values should be 2-tuples, not {}",
                   type_name(both));
    const Value* items = both.as<Tuple>()->items;
    if (!is_str(items[0]) || !is_str(items[1]))
      return raise(types.RuntimeError,
                   "_compat_pickle.NAME_MAPPING values should be pairs of str, not ({}, {})",
                   type_name(items[0]), type_name(items[1]));
    *module = items[0].as<Str>();
    *name = items[1].as<Str>();
    return {};
  }
  const Value other = TRY(dict_get(state.imports_2to3, Value(*module)));
  if (other.is_null()) return {};
  if (!is_str(other))
    return raise(types.RuntimeError, "_compat_pickle.IMPORT_MAPPING values should be strings, not {}",
                 type_name(other));
  *module = other.as<Str>();
  return {};
}

/// A class without arguments is not called, unless it asks for that.
Result<Value> instantiate(Value cls, Tuple* arguments) {
  if (arguments->length == 0 && is_kind(cls, Kind::kType)) {
    if (TRY(find_attribute(cls, intern("__getinitargs__"))).is_null())
      return call_method(cls, names.dunder_new, {cls});
  }
  return call_with(cls, arguments, Value());
}

}  // namespace

Result<Value> find_class(UnpicklerObject* unpickler, Str* module_name, Str* name) {
  TRY(audit("pickle.find_class", {module_name, name}));
  if (unpickler->protocol < 3 && unpickler->fix_imports) TRY(use_new_names(&module_name, &name));
  const Value module = TRY(import_module(TRY(utf8_or_raise(module_name))));
  Value found;
  if (unpickler->protocol >= 4) {
    List* path = TRY(dotted_path(module, name));
    found = TRY(find_dotted(module, path, nullptr));
  } else {
    found = TRY(find_attribute(module, intern(name)));
  }
  if (!found.is_null()) return found;
  return raise(types.AttributeError, "Can't get attribute {} on {}", to_utf8(TRY(repr(name))),
               to_utf8(TRY(repr(module))));
}

Result<Value> Loader::find(Str* module, Str* name) {
  if (type_of(self_) == unpickler_type) return find_class(self_, module, name);
  return call_method(self_, intern("find_class"), {module, name});
}

namespace {

/// A name on a line, without its end.
Result<Str*> name_of(const std::string& line, bool ascii_only) {
  if (line.size() < 2) return truncated();
  const Value bytes = make_bytes(std::string_view(line).substr(0, line.size() - 1));
  const Value text = TRY(call_method(bytes, names.decode, {make_ascii(ascii_only ? "ascii" : "utf-8")}));
  return text.as<Str>();
}

}  // namespace

Status Loader::load_global() {
  Str* module = TRY(name_of(TRY(source_.read_line()), false));
  Str* name = TRY(name_of(TRY(source_.read_line()), false));
  return push(TRY(find(module, name)));
}

Status Loader::load_stack_global() {
  const Value name = TRY(pop()), module = TRY(pop());
  if (!is_exactly(name, types.str) || !is_exactly(module, types.str))
    return raise(state.unpickling_error, "STACK_GLOBAL requires str");
  return push(TRY(find(module.as<Str>(), name.as<Str>())));
}

Status Loader::load_instance() {
  const size_t mark = TRY(take_mark());
  Str* module = TRY(name_of(TRY(source_.read_line()), true));
  Str* name = TRY(name_of(TRY(source_.read_line()), true));
  const Value cls = TRY(find(module, name));
  Tuple* arguments = TRY(pop_tuple(mark));
  return push(TRY(instantiate(cls, arguments)));
}

Status Loader::load_object() {
  const size_t mark = TRY(take_mark());
  if (length_ < mark + 1) return underflow();
  Tuple* arguments = TRY(pop_tuple(mark + 1));
  const Value cls = TRY(pop());
  return push(TRY(instantiate(cls, arguments)));
}

Status Loader::load_new_object(bool with_keywords) {
  const char* op = with_keywords ? "NEWOBJ_EX" : "NEWOBJ";
  const Value keywords = with_keywords ? TRY(pop()) : Value();
  const Value args = TRY(pop()), cls = TRY(pop());
  if (!is_kind(cls, Kind::kType))
    return raise(state.unpickling_error, "{} class argument must be a type, not {}", op, type_name(cls));
  auto* type = cls.as<Type>();
  if (type->slots.new_ == nullptr)
    return raise(state.unpickling_error, "{} class argument '{}' doesn't have __new__", op, type_name(cls));
  if (!is_tuple(args))
    return raise(state.unpickling_error, "{} args argument must be a tuple, not {}", op, type_name(args));
  if (with_keywords && !is_dict(keywords))
    return raise(state.unpickling_error, "{} kwargs argument must be a dict, not {}", op,
                 type_name(keywords));
  auto* tuple = args.as<Tuple>();
  if (!with_keywords || keywords.as<Dict>()->count == 0)
    return push(TRY(type->slots.new_(type, Arguments{tuple->items, tuple->length, nullptr})));
  // With keywords, the class's own __new__ is called as Python code would call it.
  List* all = make_list({});
  TRY(list_append(all, cls));
  TRY(list_extend(all, args));
  return push(TRY(call_with(TRY(get_attribute(cls, names.dunder_new)), TRY(to_tuple(all)), keywords)));
}

Status Loader::load_reduce() {
  const Value arguments = TRY(pop()), callable = TRY(pop());
  if (!is_tuple(arguments)) return raise(types.TypeError, "argument list must be a tuple");
  return push(TRY(call_with(callable, arguments, Value())));
}

/// Sets the attributes of an object that has no __setstate__.
Status Loader::set_dict_state(Value instance, Value dict_state) {
  if (!is_dict(dict_state)) return raise(state.unpickling_error, "state is not a dictionary");
  const Value target = TRY(get_attribute(instance, names.dunder_dict));
  size_t position = 0;
  Value key, value;
  while (dict_next(dict_state.as<Dict>(), &position, &key, &value)) {
    if (is_exactly(key, types.str)) key = intern(key.as<Str>());
    TRY(set_item(target, key, value));
  }
  return {};
}

Status Loader::load_build() {
  if (length_ < fence_ + 2) return underflow();
  Value object_state = TRY(pop());
  const Value instance = stack_->items[length_ - 1];
  const Value setter = TRY(find_attribute(instance, names.dunder_setstate));
  if (!setter.is_null()) {
    TRY(call(setter, {object_state}));
    return {};
  }
  Value slots;
  if (is_tuple(object_state) && object_state.as<Tuple>()->length == 2) {
    slots = object_state.as<Tuple>()->items[1];
    object_state = object_state.as<Tuple>()->items[0];
  }
  if (!is_none(object_state)) TRY(set_dict_state(instance, object_state));
  if (slots.is_null()) return {};
  if (!is_dict(slots)) return raise(state.unpickling_error, "slot state is not a dictionary");
  size_t position = 0;
  Value key, value;
  while (dict_next(slots.as<Dict>(), &position, &key, &value)) {
    if (!is_str(key))
      return raise(types.TypeError, "attribute name must be string, not '{}'", type_name(key));
    TRY(set_attribute(instance, intern(key.as<Str>()), value));
  }
  return {};
}

Status Loader::load_extension(int bytes) {
  const auto code = static_cast<int32_t>(TRY(read_number(bytes)));
  if (code <= 0) return raise(state.unpickling_error, "EXT specifies code <= 0");
  const Value number = make_int(code);
  const Value known = TRY(dict_get(state.extension_cache, number));
  if (!known.is_null()) return push(known);
  const Value pair = TRY(dict_get(state.inverted_registry, number));
  if (pair.is_null()) return raise(types.ValueError, "unregistered extension code {}", code);
  if (!is_tuple(pair) || pair.as<Tuple>()->length != 2 || !is_str(pair.as<Tuple>()->items[0]) ||
      !is_str(pair.as<Tuple>()->items[1]))
    return raise(types.ValueError, "_inverted_registry[{}] isn't a 2-tuple of strings", code);
  const Value* items = pair.as<Tuple>()->items;
  const Value object = TRY(find(items[0].as<Str>(), items[1].as<Str>()));
  TRY(dict_set(state.extension_cache, number, object));
  return push(object);
}

Status Loader::load_persistent(bool binary) {
  if (self_->persistent_load.is_null())
    return raise(state.unpickling_error,
                 "A load persistent id instruction was encountered,\n"
                 "but no persistent_load function was specified.");
  Value id;
  if (binary) {
    id = TRY(pop());
  } else {
    std::string line = TRY(source_.read_line());
    line.pop_back();
    for (const char c : line)
      if (static_cast<signed char>(c) < 0)
        return raise(state.unpickling_error, "persistent IDs in protocol 0 must be ASCII strings");
    id = make_ascii(line);
  }
  return push(TRY(call(self_->persistent_load, {id})));
}

Status Loader::step_object(unsigned char op, bool* handled) {
  switch (static_cast<Op>(op)) {
    case Op::Global:
      return load_global();
    case Op::StackGlobal:
      return load_stack_global();
    case Op::Instance:
      return load_instance();
    case Op::Object:
      return load_object();
    case Op::NewObject:
      return load_new_object(false);
    case Op::NewObjectEx:
      return load_new_object(true);
    case Op::Reduce:
      return load_reduce();
    case Op::Build:
      return load_build();
    case Op::Extension1:
      return load_extension(1);
    case Op::Extension2:
      return load_extension(2);
    case Op::Extension4:
      return load_extension(4);
    case Op::PersistentId:
      return load_persistent(false);
    case Op::BinPersistentId:
      return load_persistent(true);
    default:
      *handled = false;
      return {};
  }
}

}  // namespace ouro::vm::pickle
