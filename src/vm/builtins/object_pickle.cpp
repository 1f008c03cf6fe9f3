#include "vm/builtins/object_pickle.h"

#include "vm/builtins/functions.h"
#include "vm/object/hooks.h"
#include "vm/object/native_support.h"

namespace ouro::vm {

namespace {

Result<Value> copyreg() {
  const Value modules = TRY(sys_attribute("modules"));
  if (!modules.is_null() && is_exactly(modules, types.dict)) {
    const Value known = dict_get(modules.as<Dict>(), intern("copyreg"));
    if (!known.is_null() && !is_none(known)) return known;
  }
  if (hooks.import_module == nullptr) return raise(types.ImportError, "No module named 'copyreg'");
  return hooks.import_module("copyreg");
}

Result<Value> slot_names(Type* type) {
  Value known = dict_get(type->dict, intern("__slotnames__"));
  if (!known.is_null()) {
    if (is_none(known) || is_list(known)) return known;
    return raise(types.TypeError, "{}.__slotnames__ should be a list or None, not {}", type_name(type),
                 type_name(known));
  }
  Value found = TRY(call_method(TRY(copyreg()), intern("_slotnames"), {type}));
  if (is_none(found) || is_list(found)) return found;
  return raise(types.TypeError, "copyreg._slotnames didn't return a list or None");
}

/// The values of the slots that are set; null when there are none.
Result<Value> slot_values(Value self, Value slots) {
  if (is_none(slots)) return Value();
  List* list = slots.as<List>();
  Dict* values = make_dict();
  const uint64_t count = list->length;
  for (uint64_t i = 0; i < list->length; ++i) {
    Value name = list->items()[i];
    if (!is_str(name))
      return raise(types.TypeError, "attribute name must be string, not '{}'", type_name(name));
    Value value = TRY(find_attribute(self, name.as<Str>()));
    if (!value.is_null()) TRY(dict_set(values, name, value));
    if (count != list->length)
      return raise(types.RuntimeError, "__slotsname__ changed size during iteration");
  }
  return values->count != 0 ? Value(values) : Value();
}

/// `required`: the state must hold everything, so the C++ struct must hold nothing.
Result<Value> default_state(Value self, bool required) {
  Type* type = type_of(self);
  if (required && type->has(kTypeVariableSize))
    return raise(types.TypeError, "cannot pickle {} objects", type_name(type));
  Value state = none();
  if (self.is_object()) {
    const Shape* shape = self.object()->shape;
    if (shape->slots_offset != 0 && (shape->is_dictionary || shape->slot_count != 0)) {
      Dict* dict = attribute_dict(self.object());
      if (dict->count != 0) state = dict;
    }
  }
  Value slots = TRY(slot_names(type));
  if (required) {
    const uint64_t named = is_none(slots) ? 0 : slots.as<List>()->length;
    if (type->basic_size > sizeof(Object) + 8 * named)
      return raise(types.TypeError, "cannot pickle '{}' object", type_name(type));
  }
  Value values = TRY(slot_values(self, slots));
  return values.is_null() ? state : Value(make_tuple({state, values}));
}

Result<Value> state_of(Value self, bool required) {
  Value getstate = TRY(get_attribute(self, names.dunder_getstate));
  if (is_kind(getstate, Kind::kNativeFunction) && getstate.as<NativeFunction>()->self == self &&
      getstate.as<NativeFunction>()->spec->function == object_getstate)
    return default_state(self, required);
  return call(getstate);
}

/// Arguments for __new__; nulls where the object names none.
Status new_arguments(Value self, Value* args, Value* keywords) {
  *args = *keywords = Value();
  bool found = false;
  Value both = TRY(call_special(self, names.dunder_getnewargs_ex, {}, &found));
  if (found) {
    if (!is_tuple(both)) {
      return raise(types.TypeError, "__getnewargs_ex__ should return a tuple, not '{}'", type_name(both));
    }
    auto* pair = both.as<Tuple>();
    if (pair->length != 2) {
      return raise(types.ValueError, "__getnewargs_ex__ should return a tuple of length 2, not {}",
                   pair->length);
    }
    if (!is_tuple(pair->items[0])) {
      return raise(types.TypeError,
                   "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                   type_name(pair->items[0]));
    }
    if (!is_dict(pair->items[1])) {
      return raise(types.TypeError,
                   "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                   type_name(pair->items[1]));
    }
    *args = pair->items[0];
    *keywords = pair->items[1];
    return {};
  }
  Value only = TRY(call_special(self, names.dunder_getnewargs, {}, &found));
  if (!found) return {};
  if (!is_tuple(only))
    return raise(types.TypeError, "__getnewargs__ should return a tuple, not '{}'", type_name(only));
  *args = only;
  return {};
}

Result<Value> items_iterator(Value self) {
  if (!is_dict(self)) return none();
  return iterate(TRY(call_method(self, names.items)));
}

/// The form of protocol 2: copyreg.__newobj__ and what rebuilds the object.
Result<Value> reduce_to_newobj(Value self) {
  Type* type = type_of(self);
  if (type->slots.new_ == nullptr || type->has(kTypeDisallowNew))
    return raise(types.TypeError, "cannot pickle '{}' object", type_name(type));
  Value args, keywords;
  TRY(new_arguments(self, &args, &keywords));
  Value module = TRY(copyreg());
  const bool by_name = !keywords.is_null() && keywords.as<Dict>()->count != 0;
  Value maker = TRY(get_attribute(module, intern(by_name ? "__newobj_ex__" : "__newobj__")));
  Value maker_args;
  if (by_name) {
    maker_args = make_tuple({type, args, keywords});
  } else {
    const uint64_t count = args.is_null() ? 0 : args.as<Tuple>()->length;
    Tuple* tuple = TRY(allocate_tuple(count + 1));
    tuple->items[0] = type;
    for (uint64_t i = 0; i < count; ++i) tuple->items[i + 1] = args.as<Tuple>()->items[i];
    write_barrier(tuple);
    maker_args = tuple;
  }
  Value state = TRY(state_of(self, args.is_null() && !is_list(self) && !is_dict(self)));
  Value list_items = is_list(self) ? TRY(iterate(self)) : none();
  Value dict_items = TRY(items_iterator(self));
  return make_tuple({maker, maker_args, state, list_items, dict_items});
}

Result<Value> common_reduce(Value self, int64_t protocol) {
  if (protocol >= 2) return reduce_to_newobj(self);
  return call_method(TRY(copyreg()), intern("_reduce_ex"), {self, make_int(protocol)});
}

}  // namespace

Result<Value> object_getstate(const Value* arguments) {
  return default_state(arguments[0], false);
}

Result<Value> object_reduce(const Value* arguments) {
  return common_reduce(arguments[0], 0);
}

Result<Value> object_reduce_ex(const Value* arguments) {
  Value self = arguments[0];
  const int protocol = TRY(to_c_int(arguments[1]));
  Value reduce = TRY(find_attribute(self, names.dunder_reduce));
  if (!reduce.is_null()) {
    Value of_class = TRY(get_attribute(type_of(self), names.dunder_reduce));
    if (!(of_class == dict_get(types.object->dict, names.dunder_reduce))) return call(reduce);
  }
  return common_reduce(self, protocol);
}

}  // namespace ouro::vm
