// types.UnionType: int | str.
#include "vm/builtins/generic_alias.h"
#include "vm/object/descriptors.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Union* self_of(Value self) {
  return self.as<Union>();
}

/// What may stand on either side of |.
bool is_unionable(Value value) {
  return is_none(value) || is_kind(value, Kind::kType) || is_kind(value, Kind::kGenericAlias) ||
         is_kind(value, Kind::kUnion);
}

Result<bool> same_argument(Value a, Value b) {
  // list[int] is not list: a class equals only itself, aliases compare.
  if (a == b) return true;
  if (is_kind(a, Kind::kGenericAlias) != is_kind(b, Kind::kGenericAlias)) return false;
  return is_true(TRY(compare(a, b, CompareOp::Equal)));
}

Status add_argument(List* list, Value argument) {
  if (is_kind(argument, Kind::kUnion)) {
    for (Value inner : self_of(argument)->arguments->span()) TRY(add_argument(list, inner));
    return {};
  }
  if (is_none(argument)) argument = types.none;
  for (uint64_t i = 0; i < list->length; ++i) {
    if (TRY(same_argument(list->items()[i], argument))) return {};
  }
  return list_append(list, argument);
}

Result<Value> union_of(List* list) {
  if (list->length == 1) return list->items()[0];
  auto* made = allocate_instance<Union>(types.union_);
  Tuple* arguments = make_tuple(list->span());
  store(made, made->arguments, arguments);
  return made;
}

Result<Value> union_repr(Value self) {
  StrBuilder text;
  Tuple* arguments = self_of(self)->arguments;
  for (uint64_t i = 0; i < arguments->length; ++i) {
    if (i != 0) text.append_ascii(" | ");
    if (arguments->items[i] == Value(types.none)) {
      text.append_ascii("None");
    } else {
      TRY(append_type_repr(text, arguments->items[i]));
    }
  }
  return text.finish();
}

Result<int64_t> union_hash(Value self) {
  Value set = TRY(make_frozenset(self_of(self)->arguments));
  return hash(set);
}

Result<Value> union_compare(Value self, Value other, CompareOp op) {
  if ((op != CompareOp::Equal && op != CompareOp::NotEqual) || !is_kind(other, Kind::kUnion))
    return not_implemented();
  Value a = TRY(make_frozenset(self_of(self)->arguments));
  Value b = TRY(make_frozenset(self_of(other)->arguments));
  return compare(a, b, op);
}

Result<Tuple*> parameters_of(Value self) {
  Union* made = self_of(self);
  if (made->parameters == nullptr) {
    Tuple* parameters = TRY(collect_parameters(made->arguments));
    store(made, made->parameters, parameters);
  }
  return made->parameters;
}

Result<Value> union_subscript(Value self, Value item) {
  Tuple* parameters = TRY(parameters_of(self));
  Tuple* arguments = TRY(substitute_parameters(self, self_of(self)->arguments, parameters, item));
  Value result = arguments->items[0];
  for (uint64_t i = 1; i < arguments->length; ++i)
    result = TRY(binary(BinaryOp::Or, result, arguments->items[i]));
  return result;
}

/// Attributes of UnionType itself that its instances do not have; the name is the same as for all of them.
Result<Value> union_getattro(Value self, Str* name) {
  if (name == names.dunder_module) return get_attribute(types.union_, name);
  return generic_get_attribute(self, name);
}

constexpr GetSetSpec kGetSets[] = {
    {"__parameters__", [](Value self) -> Result<Value> { return parameters_of(self); }, nullptr,
     "Type variables in the types.UnionType."},
};
constexpr MemberSpec kMembers[] = {
    {"__args__", offsetof(Union, arguments)},
};

}  // namespace

Result<Value> make_union(Value left, Value right) {
  if (!is_unionable(left) || !is_unionable(right)) return not_implemented();
  List* list = make_list();
  TRY(add_argument(list, left));
  TRY(add_argument(list, right));
  return union_of(list);
}

void complete_union_type() {
  static TypeSpec spec = {.name = "types.UnionType",
                          .kind = Kind::kUnion,
                          .basic_size = sizeof(Union),
                          .flags = kTypeDisallowNew,
                          .trace = trace_members<&Union::arguments, &Union::parameters>,
                          .getsets = kGetSets,
                          .members = kMembers,
                          .doc = "Represent a PEP 604 union type\n\nE.g. for int | str"};
  spec.slots.repr = union_repr;
  spec.slots.hash = union_hash;
  spec.slots.richcompare = union_compare;
  spec.slots.subscript = union_subscript;
  spec.slots.getattro = union_getattro;
  spec.slots.or_ = make_union;
  complete_native_type(types.union_, spec);
}

}  // namespace ouro::vm
