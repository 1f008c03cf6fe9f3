// types.GenericAlias: list[int].
#include "vm/builtins/generic_alias.h"

#include <algorithm>

#include "vm/object/descriptors.h"
#include "vm/object/native_support.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

GenericAlias* self_of(Value self) {
  return self.as<GenericAlias>();
}

/// Attributes that are the alias's own; all others are the origin's.
constexpr std::string_view kOwnAttributes[] = {
    "__class__",       "__origin__",     "__args__",
    "__unpacked__",    "__parameters__", "__typing_unpacked_tuple_args__",
    "__mro_entries__", "__reduce_ex__",  "__reduce__",
    "__copy__",        "__deepcopy__",
};
template <size_t N>
bool is_one_of(Str* name, const std::string_view (&list)[N]) {
  return std::any_of(std::begin(list), std::end(list),
                     [&](std::string_view text) { return equals(name, text); });
}

GenericAlias* make_alias(Type* type, Value origin, Value arguments) {
  auto* alias = allocate_instance<GenericAlias>(type);
  alias->origin = origin;
  write_barrier(alias);
  Tuple* tuple = is_tuple(arguments) ? arguments.as<Tuple>() : make_tuple({arguments});
  store(alias, alias->arguments, tuple);
  return alias;
}

Result<Value> alias_new(Type* type, const Arguments& arguments) {
  static const Signature signature("GenericAlias", "(origin, args, /)");
  Value given[2];
  TRY(signature.bind(arguments, given));
  return make_alias(type, given[0], given[1]);
}

Result<Tuple*> parameters_of(Value self) {
  GenericAlias* alias = self_of(self);
  if (alias->parameters == nullptr) {
    Tuple* parameters = TRY(collect_parameters(alias->arguments));
    store(alias, alias->parameters, parameters);
  }
  return alias->parameters;
}

Result<Value> alias_repr(Value self) {
  TRY(check_recursion(" while getting the repr of an object"));
  GenericAlias* alias = self_of(self);
  StrBuilder text;
  if (alias->starred) text.append_ascii("*");
  TRY(append_type_repr(text, alias->origin));
  text.append_ascii("[");
  for (uint64_t i = 0; i < alias->arguments->length; ++i) {
    if (i != 0) text.append_ascii(", ");
    Value argument = alias->arguments->items[i];
    if (!is_list(argument)) {
      TRY(append_type_repr(text, argument));
      continue;
    }
    text.append_ascii("[");
    for (uint64_t k = 0; k < argument.as<List>()->length; ++k) {
      if (k != 0) text.append_ascii(", ");
      TRY(append_type_repr(text, argument.as<List>()->items()[k]));
    }
    text.append_ascii("]");
  }
  if (alias->arguments->length == 0) text.append_ascii("()");
  text.append_ascii("]");
  return text.finish();
}

Result<int64_t> alias_hash(Value self) {
  const int64_t origin = TRY(hash(self_of(self)->origin));
  const int64_t arguments = TRY(hash(self_of(self)->arguments));
  return origin ^ arguments;
}

Result<Value> alias_compare(Value self, Value other, CompareOp op) {
  if ((op != CompareOp::Equal && op != CompareOp::NotEqual) || !is_kind(self, Kind::kGenericAlias) ||
      !is_kind(other, Kind::kGenericAlias))
    return not_implemented();
  GenericAlias* a = self_of(self);
  GenericAlias* b = self_of(other);
  bool same = a->starred == b->starred;
  if (same) same = TRY(is_true(TRY(compare(a->origin, b->origin, CompareOp::Equal))));
  if (same) same = TRY(is_true(TRY(compare(a->arguments, b->arguments, CompareOp::Equal))));
  return make_bool(same == (op == CompareOp::Equal));
}

Result<Value> alias_call(Value self, const Arguments& arguments) {
  Value made = TRY(call(self_of(self)->origin, arguments));
  // An object that takes no attributes goes without.
  if (!set_attribute(made, names.dunder_orig_class, self).ok()) {
    if (!clear_if(types.AttributeError) && !clear_if(types.TypeError)) return Raised{};
  }
  return made;
}

Result<Value> alias_getattro(Value self, Str* name) {
  if (is_one_of(name, kOwnAttributes)) return generic_get_attribute(self, name);
  return get_attribute(self_of(self)->origin, name);
}

Result<Value> alias_subscript(Value self, Value item) {
  GenericAlias* alias = self_of(self);
  Tuple* parameters = TRY(parameters_of(self));
  Tuple* arguments = TRY(substitute_parameters(self, alias->arguments, parameters, item));
  GenericAlias* made = make_alias(types.generic_alias, alias->origin, arguments);
  made->starred = alias->starred;
  return made;
}

Result<Value> alias_or(Value left, Value right) {
  return make_union(left, right);
}

// ---- the iterator: iter(tuple[int]) gives *tuple[int], once

struct AliasIterator : Object {
  Value alias;  // null: exhausted
};
Type* iterator_type;

Result<Value> alias_iter(Value self) {
  auto* iterator = allocate_instance<AliasIterator>(iterator_type);
  store(iterator, iterator->alias, self);
  return iterator;
}

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<AliasIterator>();
  if (iterator->alias.is_null()) return Value::stop();
  GenericAlias* alias = self_of(iterator->alias);
  iterator->alias = Value();
  GenericAlias* starred = make_alias(types.generic_alias, alias->origin, alias->arguments);
  starred->starred = true;
  return starred;
}

Result<Value> iterator_reduce(const Value* a) {
  Value iter = TRY(builtin_function("iter"));  // first: looking for it may run code that uses the iterator
  Value alias = a[0].as<AliasIterator>()->alias;
  return make_tuple({iter, make_tuple({alias.is_null() ? Value(empty_tuple()) : alias})});
}

constexpr MethodSpec kIteratorMethods[] = {
    {"__reduce__", "($self, /)", iterator_reduce},
};

void make_iterator_type() {
  static TypeSpec spec = {.name = "generic_alias_iterator",
                          .kind = Kind::kIterator,
                          .basic_size = sizeof(AliasIterator),
                          .flags = kTypeDisallowNew,
                          .trace = trace_members<&AliasIterator::alias>,
                          .methods = kIteratorMethods};
  spec.slots.iter = [](Value self) -> Result<Value> { return self; };
  spec.slots.iternext = iterator_next;
  iterator_type = make_native_type(spec);
  add_root(reinterpret_cast<Object**>(&iterator_type));
}

// ---- methods

Result<Value> alias_mro_entries(const Value* a) {
  return make_tuple({self_of(a[0])->origin});
}
Result<Value> alias_instance_check(const Value*) {
  return raise(types.TypeError, "isinstance() argument 2 cannot be a parameterized generic");
}
Result<Value> alias_subclass_check(const Value*) {
  return raise(types.TypeError, "issubclass() argument 2 cannot be a parameterized generic");
}
Result<Value> alias_reduce(const Value* a) {
  GenericAlias* alias = self_of(a[0]);
  if (alias->starred) {
    Value plain = make_alias(types.generic_alias, alias->origin, alias->arguments);
    Value next_function = TRY(builtin_function("next"));
    return make_tuple({next_function, make_tuple({TRY(iterate(plain))})});
  }
  return make_tuple({types.generic_alias, make_tuple({alias->origin, alias->arguments})});
}
Result<Value> alias_dir(const Value* a) {
  bool found = false;
  Value origins = TRY(call_special(self_of(a[0])->origin, names.dunder_dir, {}, &found));
  List* list = TRY(to_list(origins));
  for (std::string_view own : kOwnAttributes) {
    Value name = intern(own);
    if (!TRY(contains(list, name))) TRY(list_append(list, name));
  }
  return list;
}

constexpr MemberSpec kMembers[] = {
    {"__origin__", offsetof(GenericAlias, origin)},
    {"__args__", offsetof(GenericAlias, arguments)},
};
constexpr GetSetSpec kGetSets[] = {
    {"__parameters__", [](Value self) -> Result<Value> { return parameters_of(self); }, nullptr,
     "Type variables in the GenericAlias."},
    {"__unpacked__", [](Value self) -> Result<Value> { return make_bool(self_of(self)->starred); }},
    {"__typing_unpacked_tuple_args__",
     [](Value self) -> Result<Value> {
       GenericAlias* alias = self_of(self);
       return alias->starred && alias->origin == Value(types.tuple) ? Value(alias->arguments) : none();
     }},
};
constexpr MethodSpec kMethods[] = {
    {"__mro_entries__", "($self, bases, /)", alias_mro_entries},
    {"__instancecheck__", "($self, instance, /)", alias_instance_check},
    {"__subclasscheck__", "($self, cls, /)", alias_subclass_check},
    {"__reduce__", "($self, /)", alias_reduce},
    {"__dir__", "($self, /)", alias_dir},
};

}  // namespace

Value make_generic_alias(Value origin, Value arguments) {
  return make_alias(types.generic_alias, origin, arguments);
}

Result<Value> class_getitem_generic(const Value* arguments) {
  return make_generic_alias(arguments[0], arguments[1]);
}

void complete_generic_alias_type() {
  make_iterator_type();
  static TypeSpec spec = {
      .name = "types.GenericAlias",
      .kind = Kind::kGenericAlias,
      .basic_size = sizeof(GenericAlias),
      .flags = kTypeBase | kTypeHasWeakrefs,
      .trace = trace_members<&GenericAlias::origin, &GenericAlias::arguments, &GenericAlias::parameters>,
      .methods = kMethods,
      .getsets = kGetSets,
      .members = kMembers,
      .doc =
          "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list "
          "and t.__args__ is (int,)."};
  spec.slots.new_ = alias_new;
  spec.slots.repr = alias_repr;
  spec.slots.hash = alias_hash;
  spec.slots.richcompare = alias_compare;
  spec.slots.call = alias_call;
  spec.slots.getattro = alias_getattro;
  spec.slots.subscript = alias_subscript;
  spec.slots.or_ = alias_or;
  spec.slots.iter = alias_iter;
  complete_native_type(types.generic_alias, spec);
}

}  // namespace ouro::vm
