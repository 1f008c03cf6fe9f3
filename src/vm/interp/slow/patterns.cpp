// match statements.
#include "vm/interp/slow.h"

namespace ouro::vm {

SLOW_FN(get_len) {
  RA = make_int(UNWRAP(length(RB)));
  return pc + 1;
}

SLOW_FN(match_mapping) {
  RA = make_bool(type_of(RB)->has(kTypeMapping));
  return pc + 1;
}

SLOW_FN(match_sequence) {
  RA = make_bool(type_of(RB)->has(kTypeSequence));
  return pc + 1;
}

namespace {

/// The values of the keys, or None when one is missing.
Result<Value> match_key_values(Value subject, Tuple* keys) {
  if (keys->length == 0) return empty_tuple();
  Set* seen = make_set();
  List* values = make_list();
  Value get = TRY(get_attribute(subject, names.get));
  Value absent = allocate_instance(types.object);
  for (Value key : keys->span()) {
    if (TRY(set_contains(seen, key)))
      return raise(types.ValueError, "mapping pattern checks duplicate key ({})", repr_text(key));
    TRY(set_add(seen, key));
    Value value = TRY(call(get, {key, absent}));
    if (value == absent) return none();
    TRY(list_append(values, value));
  }
  return make_tuple(std::span<const Value>(values->span()));
}

struct ClassMatch {
  Value subject;
  Type* type;
  Set* seen;
  List* attributes;

  std::string name() const { return to_utf8(type->name); }

  /// False: the subject has no such attribute.
  Result<bool> add_attribute(Value attribute) {
    if (TRY(set_contains(seen, attribute)))
      return raise(types.TypeError, "{}() got multiple sub-patterns for attribute {}", name(),
                   repr_text(attribute));
    TRY(set_add(seen, attribute));
    Value value = TRY(find_attribute(subject, attribute.as<Str>()));
    if (value.is_null()) return false;
    TRY(list_append(attributes, value));
    return true;
  }
  Result<bool> add_positional(size_t count);
};

Result<bool> ClassMatch::add_positional(size_t count) {
  if (count == 0) return true;
  Value listed = TRY(find_attribute(type, names.dunder_match_args));
  bool itself = listed.is_null() && type->has(kTypeMatchSelf);
  if (!listed.is_null() && !is_exactly(listed, types.tuple))
    return raise(types.TypeError, "{}.__match_args__ must be a tuple (got {})", name(), type_name(listed));
  Tuple* match_args = listed.is_null() ? empty_tuple() : listed.as<Tuple>();
  size_t allowed = itself ? 1 : match_args->length;
  if (allowed < count)
    return raise(types.TypeError, "{}() accepts {} positional sub-pattern{} ({} given)", name(), allowed,
                 allowed == 1 ? "" : "s", count);
  if (itself) {
    TRY(list_append(attributes, subject));
    return true;
  }
  for (size_t i = 0; i < count; ++i) {
    Value attribute = match_args->items[i];
    if (!is_str(attribute))
      return raise(types.TypeError, "__match_args__ elements must be strings (got {})", type_name(attribute));
    if (!TRY(add_attribute(attribute))) return false;
  }
  return true;
}

/// The matched attributes as a tuple, or None.
Result<Value> match_class_attributes(Value subject, Value class_, size_t positional, Value keywords) {
  if (!is_kind(class_, Kind::kType)) return raise(types.TypeError, "called match pattern must be a class");
  if (!is_tuple(keywords)) return raise_bad_internal_call();
  if (!TRY(is_instance_of(subject, class_))) return none();
  ClassMatch match{subject, class_.as<Type>(), make_set(), make_list()};
  if (!TRY(match.add_positional(positional))) return none();
  for (Value keyword : keywords.as<Tuple>()->span()) {
    if (!is_str(keyword)) return raise_bad_internal_call();
    if (!TRY(match.add_attribute(keyword))) return none();
  }
  return make_tuple(std::span<const Value>(match.attributes->span()));
}

}  // namespace

SLOW_FN(match_keys) {
  if (!is_tuple(RC)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  RA = UNWRAP(match_key_values(RB, RC.as<Tuple>()));
  return pc + 1;
}

SLOW_FN(match_class) {
  uint16_t keywords = static_cast<uint16_t>(pc[1]);
  uint16_t positional = static_cast<uint16_t>(pc[1] >> 16);
  RA = UNWRAP(match_class_attributes(RB, RC, positional, R[keywords]));
  return pc + 2;
}

}  // namespace ouro::vm
