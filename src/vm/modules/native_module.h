// Helpers of the files that define native modules.
#pragma once

#include "vm/builtins/container_util.h"

namespace ouro::vm {

/// Makes a type of a module, once per process, and puts it into the module under its own name.
inline Status add_type(Module* module, Type** type, const TypeSpec& spec, Type* base = nullptr) {
  if (*type == nullptr) {
    *type = make_native_type(spec, base);
    add_root(reinterpret_cast<Object**>(type));
  }
  return module_add(module, native_base_name(spec.name), *type);
}

/// An exception class as PyErr_NewException makes it: "module.name", mutable, with a __dict__. It lives
/// forever, as native types do: C++ keeps it in variables of its own.
inline Result<Type*> make_exception_class(std::string_view module, std::string_view name, Type* base) {
  Dict* space = make_dict();
  dict_set(space, names.dunder_module, make_str(module));
  Type* type = TRY(make_class(types.type, intern(name), make_tuple({base}), space, Arguments{}));
  add_root(new Value(type));
  return type;
}

/// Slots of an iterator class.
constexpr Slots iterator_class_slots(Result<Value> (*new_)(Type*, const Arguments&), UnaryFn next) {
  Slots slots = {};
  slots.new_ = new_;
  slots.iter = iterate_self;
  slots.iternext = next;
  return slots;
}

/// The parts of a state tuple given to __setstate__; optional ones are null.
inline Status state_parts(Value state, size_t required, size_t most, Value* parts) {
  if (!is_tuple(state)) return raise(types.TypeError, "state is not a tuple");
  Tuple* tuple = state.as<Tuple>();
  if (tuple->length < required || tuple->length > most)
    return raise(types.TypeError, "function takes {} {} argument{} ({} given)",
                 required == most           ? "exactly"
                 : tuple->length < required ? "at least"
                                            : "at most",
                 tuple->length < required ? required : most, required == 1 ? "" : "s", tuple->length);
  for (size_t i = 0; i < most; ++i) parts[i] = i < tuple->length ? tuple->items[i] : Value();
  return {};
}

}  // namespace ouro::vm
