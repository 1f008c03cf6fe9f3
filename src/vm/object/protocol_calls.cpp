// Calls of any object.
#include <algorithm>

#include "vm/object/generic_slots.h"
#include "vm/object/hooks.h"
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {

Hooks hooks;

Result<Value> call(Value callable, const Arguments& arguments) {
  auto function = type_of(callable)->slots.call;
  if (function == nullptr) [[unlikely]]
    return raise(types.TypeError, "'{}' object is not callable", type_name(callable));
  TRY(check_recursion(" while calling a Python object"));
  return function(callable, arguments);
}

Result<Value> call_with(Value callable, Value args_tuple, Value kwargs_dict_or_null) {
  auto* positional = args_tuple.as<Tuple>();
  auto* named = kwargs_dict_or_null.is_null() || is_none(kwargs_dict_or_null)
                    ? nullptr
                    : kwargs_dict_or_null.as<Dict>();
  if (named == nullptr || named->count == 0)
    return call(callable, Arguments{positional->items, positional->length, nullptr});
  const size_t count = positional->length + named->count;
  CallBuffer buffer(count);
  Tuple* keywords = TRY(allocate_tuple(named->count));
  std::copy_n(positional->items, positional->length, buffer.data());
  size_t at = 0, position = 0;
  Value key, value;
  while (at < keywords->length && dict_next(named, &position, &key, &value)) {
    if (!is_str(key)) return raise(types.TypeError, "keywords must be strings");
    keywords->items[at] = key;
    buffer.data()[positional->length + at++] = value;
  }
  write_barrier(keywords);
  return call(callable, Arguments{buffer.data(), positional->length, keywords});
}

Result<Value> call_method(Value object, Str* name, std::initializer_list<Value> args) {
  Value method;
  Type* type = type_of(object);
  if (type->slots.getattro == generic_get_attribute && name->is_interned()) {
    // A function of the class, not shadowed: no bound method is needed.
    Value found = lookup_in_type(type, name);
    if (!found.is_null() && type_of(found)->has(kTypeMethodLike) &&
        (!object.is_object() || get_own_attribute(object.object(), name).is_null()))
      return call_prepended(found, object, Arguments{args.begin(), args.size(), nullptr});
  }
  method = TRY(get_attribute(object, name));
  return call(method, args);
}

Result<Value> call_special(Value object, Str* name, std::initializer_list<Value> args, bool* found) {
  CallBuffer buffer(object, Arguments{args.begin(), args.size(), nullptr});
  return call_special_values(name, buffer.data(), args.size() + 1, found);
}

bool is_callable(Value value) {
  return type_of(value)->slots.call != nullptr;
}

Result<Value> builtin_function(std::string_view name) {
  Value builtins = hooks.running_builtins != nullptr ? hooks.running_builtins() : Value();
  if (builtins.is_null()) return raise(types.RuntimeError, "no builtins");
  Str* key = intern(name);
  Value function = is_dict(builtins) ? dict_get(builtins.as<Dict>(), key) : TRY(get_item(builtins, key));
  if (function.is_null()) return raise_with(types.AttributeError, {key});
  return function;
}

}  // namespace ouro::vm
