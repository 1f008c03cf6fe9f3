// What the format has no code for: classes and functions by their names, and other objects as the call that
// makes them, which their __reduce_ex__ or a table of such functions tells.
#include "vm/builtins/functions.h"
#include "vm/import/import.h"
#include "vm/modules/pickle/pickler.h"

namespace ouro::vm::pickle {

namespace {

/// Like %R in a message; an exception of its own counts.
Result<std::string> shown(Value value) {
  return to_utf8(TRY(repr(value)));
}

Result<Value> find_own(Value object, Value name) {
  return find_attribute(object, intern(name.as<Str>()));
}

/// The module that has the object under this name: what it says itself, or the first one that has it.
Result<Value> module_of(Value object, List* path) {
  const Value own = TRY(find_attribute(object, names.dunder_module));
  if (!own.is_null() && !is_none(own)) return own;
  const Value modules = TRY(sys_attribute("modules"));
  if (modules.is_null()) return raise(types.RuntimeError, "unable to get sys.modules");
  List* known = TRY(to_list(modules));
  for (uint64_t i = 0; i < known->length; ++i) {
    const Value name = known->items()[i];
    const Value module = TRY(get_item(modules, name));
    if (is_none(module) || (is_str(name) && equals(name.as<Str>(), "__main__"))) continue;
    const Value found = TRY(find_dotted(module, path, nullptr));
    if (!found.is_null() && found == object) return name;
  }
  return Value(names.dunder_main);
}

/// Python 2's names of a module and of what is in it.
Status use_old_names(Str** module, Str** name) {
  const Value both = TRY(dict_get(state.names_3to2, make_tuple({*module, *name})));
  if (!both.is_null()) {
    if (!is_tuple(both) || both.as<Tuple>()->length != 2)
      return raise(types.RuntimeError,
                   "_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples, not {}", type_name(both));
    const Value* items = both.as<Tuple>()->items;
    if (!is_str(items[0]) || !is_str(items[1]))
      return raise(types.RuntimeError,
                   "_compat_pickle.REVERSE_NAME_MAPPING values should be pairs of str, not ({}, {})",
                   type_name(items[0]), type_name(items[1]));
    *module = items[0].as<Str>();
    *name = items[1].as<Str>();
    return {};
  }
  const Value other = TRY(dict_get(state.imports_3to2, Value(*module)));
  if (other.is_null()) return {};
  if (!is_str(other))
    return raise(types.RuntimeError, "_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not {}",
                 type_name(other));
  *module = other.as<Str>();
  return {};
}

bool is_iterator(Value value) {
  return type_of(value)->slots.iternext != nullptr;
}

}  // namespace

Result<List*> dotted_path(Value holder, Str* name) {
  const Value parts = TRY(call_method(name, intern("split"), {make_ascii(".")}));
  auto* path = parts.as<List>();
  for (uint64_t i = 0; i < path->length; ++i) {
    if (!equals(path->items()[i].as<Str>(), "<locals>")) continue;
    if (holder.is_null())
      return raise(types.AttributeError, "Can't pickle local object {}", TRY(shown(name)));
    return raise(types.AttributeError, "Can't pickle local attribute {} on {}", TRY(shown(name)),
                 TRY(shown(holder)));
  }
  return path;
}

Result<Value> find_dotted(Value object, List* path, Value* parent) {
  for (uint64_t i = 0; i < path->length; ++i) {
    if (parent != nullptr) *parent = object;
    object = TRY(find_own(object, path->items()[i]));
    if (object.is_null()) return Value();
  }
  return object;
}

// ---- classes and functions

Status Saver::save_type(Value object) {
  for (const Value singleton : {none(), ellipsis(), not_implemented()}) {
    if (object == Value(type_of(singleton)))
      return save_reduce(make_tuple({types.type, make_tuple({singleton})}), object);
  }
  return save_global(object, Value());
}

Status Saver::save_global(Value object, Value given) {
  Value name = given;
  if (name.is_null()) name = TRY(find_attribute(object, names.dunder_qualname));
  if (name.is_null()) name = TRY(get_attribute(object, names.dunder_name));
  if (!is_str(name)) return raise(types.TypeError, "must be str, not {}", type_name(name));
  List* path = TRY(dotted_path(Value(), name.as<Str>()));
  const Value module_name = TRY(module_of(object, path));
  if (!is_str(module_name)) return raise(types.TypeError, "module name must be a string");
  auto imported = import_module(TRY(utf8_or_raise(module_name.as<Str>())));
  if (!imported.ok()) {
    (void)take_exception();
    return raise(state.pickling_error, "Can't pickle {}: import of module {} failed", TRY(shown(object)),
                 TRY(shown(module_name)));
  }
  const Value module = imported.unwrap();
  Value parent;
  const Value found = TRY(find_dotted(module, path, &parent));
  if (found.is_null())
    return raise(state.pickling_error, "Can't pickle {}: attribute lookup {} on {} failed",
                 TRY(shown(object)), to_utf8(name.as<Str>()), to_utf8(module_name.as<Str>()));
  if (found != object)
    return raise(state.pickling_error, "Can't pickle {}: it's not the same object as {}.{}",
                 TRY(shown(object)), to_utf8(module_name.as<Str>()), to_utf8(name.as<Str>()));
  if (self_->protocol >= 2 && TRY(save_extension(object, module_name.as<Str>(), name.as<Str>()))) return {};
  const Value last = path->items()[path->length - 1];
  const bool within = parent != module;
  Str* global = within ? name.as<Str>() : last.as<Str>();
  if (self_->protocol >= 4) {
    TRY(save(module_name));
    TRY(save(global));
    write(Op::StackGlobal);
  } else if (within) {
    TRY(save_reduce(make_tuple({state.getattr, make_tuple({parent, last})}), Value()));
  } else {
    TRY(save_named(object, module_name.as<Str>(), global));
  }
  return put(object);
}

/// By its number in copyreg's registry of extensions; false: it has none.
Result<bool> Saver::save_extension(Value object, Str* module, Str* name) {
  const Value code = TRY(dict_get(state.extension_registry, make_tuple({module, name})));
  if (code.is_null()) return false;
  if (!is_int(code))
    return raise(state.pickling_error, "Can't pickle {}: extension code {} isn't an integer",
                 TRY(shown(object)), TRY(shown(code)));
  int64_t number;
  if (!int_fits(code, &number))
    return raise(types.OverflowError, "Python int too large to convert to C long");
  if (number <= 0 || number > 0x7FFFFFFF)
    return raise(state.pickling_error, "Can't pickle {}: extension code {} is out of range",
                 TRY(shown(object)), number);
  const auto value = static_cast<uint64_t>(number);
  if (number <= 0xFF)
    write_number(Op::Extension1, value, 1);
  else if (number <= 0xFFFF)
    write_number(Op::Extension2, value, 2);
  else
    write_number(Op::Extension4, value, 4);
  return true;
}

Status Saver::write_identifier(Str* text, const char* what) {
  const bool fits = self_->protocol == 3 || text->is_ascii();
  Result<std::string> encoded = fits ? utf8_or_raise(text) : Result<std::string>(std::string());
  if (!fits || !encoded.ok()) {
    if (fits) (void)take_exception();
    return raise(state.pickling_error, "can't pickle {} identifier '{}' using pickle protocol {}", what,
                 to_utf8(text), self_->protocol);
  }
  write(encoded.unwrap());
  write("\n");
  return {};
}

/// As GLOBAL, below protocol 4.
Status Saver::save_named(Value, Str* module, Str* name) {
  write(Op::Global);
  if (self_->protocol < 3 && self_->fix_imports) TRY(use_old_names(&module, &name));
  TRY(write_identifier(module, "module"));
  return write_identifier(name, "global");
}

// ---- calls that make an object

/// What the object is reduced to; null with `as_global` set: it goes by its name.
Result<Value> Saver::reduction_of(Value object, Type* type, bool* as_global) {
  if (!self_->reducer_override.is_null()) {
    const Value reduced = TRY(call(self_->reducer_override, {object}));
    if (reduced != not_implemented()) return reduced;
  }
  *as_global = true;
  if (type == types.type || type == types.function) return Value();
  Value reducer;
  if (self_->dispatch_table.is_null()) {
    reducer = TRY(dict_get(state.dispatch_table, Value(type)));
  } else {
    auto found = get_item(self_->dispatch_table, Value(type));
    if (found.ok())
      reducer = found.unwrap();
    else if (!clear_if(types.KeyError))
      return Raised{};
  }
  if (reducer.is_null() && is_subtype(type, types.type)) return Value();
  *as_global = false;
  if (!reducer.is_null()) return call(reducer, {object});
  reducer = TRY(find_attribute(object, names.dunder_reduce_ex));
  if (!reducer.is_null()) return call(reducer, {Value::from_small(self_->protocol)});
  reducer = TRY(find_attribute(object, names.dunder_reduce));
  if (!reducer.is_null()) return call(reducer);
  return raise(state.pickling_error, "can't pickle '{}' object: {}", type_name(object), TRY(shown(object)));
}

Status Saver::save_reducible(Value object, Type* type) {
  bool as_global = false;
  const Value reduced = TRY(reduction_of(object, type, &as_global));
  if (reduced.is_null()) return type == types.type ? save_type(object) : save_global(object, Value());
  if (is_str(reduced)) return save_global(object, reduced);
  if (!is_tuple(reduced)) return raise(state.pickling_error, "__reduce__ must return a string or tuple");
  return save_reduce(reduced, object);
}

/// copyreg.__newobj_ex__(cls, args, kwargs).
Status Saver::save_new_object_ex(Tuple* arguments) {
  if (arguments->length != 3)
    return raise(state.pickling_error, "length of the NEWOBJ_EX argument tuple must be exactly 3, not {}",
                 arguments->length);
  const Value cls = arguments->items[0], args = arguments->items[1], keywords = arguments->items[2];
  if (!is_kind(cls, Kind::kType))
    return raise(state.pickling_error, "first item from NEWOBJ_EX argument tuple must be a class, not {}",
                 type_name(cls));
  if (!is_tuple(args))
    return raise(state.pickling_error, "second item from NEWOBJ_EX argument tuple must be a tuple, not {}",
                 type_name(args));
  if (!is_dict(keywords))
    return raise(state.pickling_error, "third item from NEWOBJ_EX argument tuple must be a dict, not {}",
                 type_name(keywords));
  if (self_->protocol >= 4) {
    TRY(save(cls));
    TRY(save(args));
    TRY(save(keywords));
    write(Op::NewObjectEx);
    return {};
  }
  List* bound = make_list({});
  TRY(list_append(bound, TRY(get_attribute(cls, names.dunder_new))));
  TRY(list_append(bound, cls));
  TRY(list_extend(bound, args));
  const Value maker = TRY(call_with(state.partial, TRY(to_tuple(bound)), keywords));
  TRY(save(maker));
  TRY(save(empty_tuple()));
  write(Op::Reduce);
  return {};
}

/// copyreg.__newobj__(cls, *args).
Status Saver::save_new_object(Tuple* arguments, Value object) {
  if (arguments->length < 1) return raise(state.pickling_error, "__newobj__ arglist is empty");
  const Value cls = arguments->items[0];
  if (!is_kind(cls, Kind::kType))
    return raise(state.pickling_error, "args[0] from __newobj__ args is not a type");
  if (!object.is_null() && TRY(get_attribute(object, names.dunder_class)) != cls)
    return raise(state.pickling_error, "args[0] from __newobj__ args has the wrong class");
  TRY(save(cls));
  TRY(save(make_tuple(arguments->span().subspan(1))));
  write(Op::NewObject);
  return {};
}

Status Saver::save_state(Value object_state, Value setter, Value object) {
  if (setter.is_null()) {
    TRY(save(object_state));
    write(Op::Build);
    return {};
  }
  TRY(save(setter));
  TRY(save(object));
  TRY(save(object_state));
  write(Op::Tuple2);
  write(Op::Reduce);
  write(Op::Pop);
  return {};
}

/// `parts`: the callable, its arguments and, each optional, state, list items, dict items, state setter. A
/// null object is not memoised.
Status Saver::save_reduce(Value parts, Value object) {
  auto* tuple = parts.as<Tuple>();
  if (tuple->length < 2 || tuple->length > 6)
    return raise(state.pickling_error, "tuple returned by __reduce__ must contain 2 through 6 elements");
  Value given[6];
  for (uint64_t i = 0; i < tuple->length; ++i)
    if (i < 2 || !is_none(tuple->items[i])) given[i] = tuple->items[i];
  const Value callable = given[0], items = given[3], pairs = given[4], setter = given[5];
  if (!is_callable(callable))
    return raise(state.pickling_error, "first item of the tuple returned by __reduce__ must be callable");
  if (!is_tuple(given[1]))
    return raise(state.pickling_error, "second item of the tuple returned by __reduce__ must be a tuple");
  if (!items.is_null() && !is_iterator(items))
    return raise(state.pickling_error,
                 "fourth element of the tuple returned by __reduce__ must be an iterator, not {}",
                 type_name(items));
  if (!pairs.is_null() && !is_iterator(pairs))
    return raise(state.pickling_error,
                 "fifth element of the tuple returned by __reduce__ must be an iterator, not {}",
                 type_name(pairs));
  if (!setter.is_null() && !is_callable(setter))
    return raise(state.pickling_error,
                 "sixth element of the tuple returned by __reduce__ must be a function, not {}",
                 type_name(setter));
  const Value name = self_->protocol >= 2 ? TRY(find_attribute(callable, names.dunder_name)) : Value();
  const bool named = !name.is_null() && is_str(name);
  if (named && equals(name.as<Str>(), "__newobj_ex__")) {
    TRY(save_new_object_ex(given[1].as<Tuple>()));
  } else if (named && equals(name.as<Str>(), "__newobj__")) {
    TRY(save_new_object(given[1].as<Tuple>(), object));
  } else {
    TRY(save(callable));
    TRY(save(given[1]));
    write(Op::Reduce);
  }
  if (!object.is_null()) {
    const int64_t number = memo_find(self_, object);
    if (number >= 0) {
      // It holds itself: what was written for it is taken back.
      write(Op::Pop);
      return get(number);
    }
    TRY(put(object));
  }
  if (!items.is_null()) TRY(batch_list(items));
  if (!pairs.is_null()) TRY(batch_dict(pairs));
  return given[2].is_null() ? Status() : save_state(given[2], setter, object);
}

}  // namespace ouro::vm::pickle
