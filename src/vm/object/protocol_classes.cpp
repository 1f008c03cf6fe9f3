// isinstance, issubclass, and what else asks for classes; warnings and paths.
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

/// `__bases__` of something that acts as a class; null: it does not.
Result<Value> abstract_bases(Value value) {
  Value bases = TRY(find_attribute(value, names.dunder_bases));
  return bases.is_null() || is_tuple(bases) ? bases : Value();
}

Result<bool> abstract_is_subclass(Value derived, Value base) {
  RecursionScope scope;
  TRY(scope.enter(" in __issubclass__"));
  for (;;) {
    if (derived == base) return true;
    Value bases = TRY(abstract_bases(derived));
    if (bases.is_null() || bases.as<Tuple>()->length == 0) return false;
    auto* tuple = bases.as<Tuple>();
    if (tuple->length == 1) {
      derived = tuple->items[0];
      continue;
    }
    for (uint64_t i = 0; i < tuple->length; ++i) {
      if (TRY(abstract_is_subclass(tuple->items[i], base))) return true;
    }
    return false;
  }
}

Status check_class(Value value, const char* message) {
  Value bases = TRY(abstract_bases(value));
  if (bases.is_null()) return raise_text(types.TypeError, message);
  return {};
}

/// `object.__class__` is certainly type(object): nothing between it and object's own answers for it.
bool has_plain_class(Value object) {
  Type* type = type_of(object);
  static const Value plain = lookup_in_type(types.object, names.dunder_class);
  return type->has(kTypeDefaultGetattr) && lookup_in_type(type, names.dunder_class) == plain;
}

Result<bool> plain_is_instance(Value object, Value cls) {
  if (is_kind(cls, Kind::kType)) {
    if (is_instance(object, cls.as<Type>())) return true;
    if (has_plain_class(object)) return false;
    Value claimed = TRY(find_attribute(object, names.dunder_class));
    return is_kind(claimed, Kind::kType) && claimed.as<Type>() != type_of(object) &&
           is_subtype(claimed.as<Type>(), cls.as<Type>());
  }
  TRY(check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union"));
  Value claimed = TRY(find_attribute(object, names.dunder_class));
  return claimed.is_null() ? Result<bool>(false) : abstract_is_subclass(claimed, cls);
}

Result<bool> plain_is_subclass(Value derived, Value cls) {
  if (is_kind(cls, Kind::kType) && is_kind(derived, Kind::kType))
    return is_subtype(derived.as<Type>(), cls.as<Type>());
  TRY(check_class(derived, "issubclass() arg 1 must be a class"));
  TRY(check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union"));
  return abstract_is_subclass(derived, cls);
}

}  // namespace

Result<bool> is_instance_of(Value object, Value class_or_tuple) {
  if (class_or_tuple == Value(type_of(object))) return true;
  if (is_exactly(class_or_tuple, types.type)) return plain_is_instance(object, class_or_tuple);
  if (is_kind(class_or_tuple, Kind::kUnion)) class_or_tuple = class_or_tuple.as<Union>()->arguments;
  if (is_tuple(class_or_tuple)) {
    auto* tuple = class_or_tuple.as<Tuple>();
    for (const Value cls : tuple->span()) {
      if (cls == Value(type_of(object))) return true;
      if (!is_exactly(cls, types.type)) break;
    }
    RecursionScope scope;
    TRY(scope.enter(" in __instancecheck__"));
    const bool plain = has_plain_class(object);
    for (uint64_t i = 0; i < tuple->length; ++i) {
      const Value cls = tuple->items[i];
      const bool is = plain && is_exactly(cls, types.type) ? is_instance(object, cls.as<Type>())
                                                           : TRY(is_instance_of(object, cls));
      if (is) return true;
    }
    return false;
  }
  RecursionScope scope;
  TRY(scope.enter(" in __instancecheck__"));
  bool found = false;
  Value answer = TRY(call_special(class_or_tuple, names.dunder_instancecheck, {object}, &found));
  return found ? is_true(answer) : plain_is_instance(object, class_or_tuple);
}

Result<bool> is_subclass_of(Value type, Value class_or_tuple) {
  if (is_exactly(class_or_tuple, types.type)) {
    if (type == class_or_tuple) return true;
    return plain_is_subclass(type, class_or_tuple);
  }
  if (is_kind(class_or_tuple, Kind::kUnion)) class_or_tuple = class_or_tuple.as<Union>()->arguments;
  if (is_tuple(class_or_tuple)) {
    RecursionScope scope;
    TRY(scope.enter(" in __subclasscheck__"));
    auto* tuple = class_or_tuple.as<Tuple>();
    for (uint64_t i = 0; i < tuple->length; ++i) {
      if (TRY(is_subclass_of(type, tuple->items[i]))) return true;
    }
    return false;
  }
  RecursionScope scope;
  TRY(scope.enter(" in __subclasscheck__"));
  bool found = false;
  Value answer = TRY(call_special(class_or_tuple, names.dunder_subclasscheck, {type}, &found));
  return found ? is_true(answer) : plain_is_subclass(type, class_or_tuple);
}

Result<bool> plain_is_instance_of(Value object, Value cls) {
  return plain_is_instance(object, cls);
}
Result<bool> plain_is_subclass_of(Value derived, Value cls) {
  return plain_is_subclass(derived, cls);
}

Result<bool> is_abstract(Value value) {
  if (value.is_null()) return false;
  Value flag = TRY(find_attribute(value, names.dunder_isabstractmethod));
  return flag.is_null() ? Result<bool>(false) : is_true(flag);
}

Result<Value> fs_path(Value path) {
  if (is_str(path) || is_bytes(path)) return path;
  bool found = false;
  Value result = TRY(call_special(path, names.dunder_fspath, {}, &found));
  if (!found)
    return raise(types.TypeError, "expected str, bytes or os.PathLike object, not {}", type_name(path));
  if (is_str(result) || is_bytes(result)) return result;
  return raise(types.TypeError, "expected {}.__fspath__() to return str or bytes, not {}", type_name(path),
               type_name(result));
}

}  // namespace ouro::vm
