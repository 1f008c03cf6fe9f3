// Containers, text and functions made and taken apart.
#include "vm/heap/heap_inline.h"
#include "vm/interp/calls.h"
#include "vm/interp/hot.h"
#include "vm/interp/parts.h"
#include "vm/interp/slow.h"
#include "vm/object/native_support.h"

namespace ouro::vm {

SLOW_FN(build_tuple) {
  uint32_t count = field_c(pc);
  if (count == 0) {
    RA = empty_tuple();
    return pc + 1;
  }
  auto* tuple = allocate_inline<Tuple>(hot.tuple, sizeof(Tuple) + count * sizeof(Value));
  tuple->length = count;
  const uint16_t* list = register_list(pc + 1);
  for (uint32_t i = 0; i < count; ++i) tuple->items[i] = R[list[i]];
  RA = tuple;
  return pc + 1 + list_words(count);
}

SLOW_FN(build_list) {
  uint32_t count = field_c(pc);
  List* made = count == 0 ? make_list() : UNWRAP(make_list_reserved(count));
  if (count != 0) {
    const uint16_t* list = register_list(pc + 1);
    for (uint32_t i = 0; i < count; ++i) made->storage->items[i] = R[list[i]];
    made->length = count;
    write_barrier(made->storage);
  }
  RA = made;
  return pc + 1 + list_words(count);
}

SLOW_FN(build_set) {
  uint32_t count = field_c(pc);
  Set* set = make_set();
  const uint16_t* list = register_list(pc + 1);
  for (uint32_t i = 0; i < count; ++i) {
    if (!set_add(set, R[list[i]]).ok()) return kRaised;
  }
  RA = set;
  return pc + 1 + list_words(count);
}

SLOW_FN(build_map) {
  uint32_t count = field_c(pc);
  Dict* dict = make_dict(count / 2);
  const uint16_t* list = register_list(pc + 1);
  for (uint32_t i = 0; i + 1 < count; i += 2) {
    if (!dict_set(dict, R[list[i]], R[list[i + 1]]).ok()) return kRaised;
  }
  RA = dict;
  return pc + 1 + list_words(count);
}

SLOW_FN(build_const_key_map) {
  uint32_t count = field_c(pc);
  if (!is_tuple(RB) || RB.as<Tuple>()->length != count) {
    (void)raise(types.SystemError, "bad BUILD_CONST_KEY_MAP keys argument");
    return kRaised;
  }
  auto* keys = RB.as<Tuple>();
  Dict* dict = make_dict(count);
  const uint16_t* list = register_list(pc + 1);
  for (uint32_t i = 0; i < count; ++i) {
    if (!dict_set(dict, keys->items[i], R[list[i]]).ok()) return kRaised;
  }
  RA = dict;
  return pc + 1 + list_words(count);
}

SLOW_FN(build_string) {
  uint32_t count = field_c(pc);
  const uint16_t* list = register_list(pc + 1);
  if (count == 2 && is_str(R[list[0]]) && is_str(R[list[1]])) {
    RA = UNWRAP(concat(R[list[0]].as<Str>(), R[list[1]].as<Str>()));
    return pc + 1 + list_words(count);
  }
  StrBuilder builder;
  for (uint32_t i = 0; i < count; ++i) {
    Value piece = R[list[i]];
    if (!is_str(piece)) {
      (void)raise(types.TypeError, "sequence item {}: expected str instance, {} found", i, type_name(piece));
      return kRaised;
    }
    builder.append(piece.as<Str>());
  }
  RA = UNWRAP(builder.finish());
  return pc + 1 + list_words(count);
}

SLOW_FN(format_value) {
  constexpr int kConversionStr = 1, kConversionRepr = 2, kConversionAscii = 3;
  Value value = RB;
  int conversion = field_c(pc);
  if (conversion == kConversionStr) value = UNWRAP(to_str(value));
  if (conversion == kConversionRepr) value = UNWRAP(repr(value));
  if (conversion == kConversionAscii) value = UNWRAP(ascii(value));
  uint16_t spec_register = static_cast<uint16_t>(pc[1]);
  if (spec_register == kAbsent && has_shape(value, hot.str)) {
    RA = value;
    return pc + 2;
  }
  Value spec = spec_register == kAbsent ? Value(names.empty) : R[spec_register];
  if (!is_str(spec)) {
    (void)raise(types.TypeError, "Format specifier must be a string, not {}", type_name(spec));
    return kRaised;
  }
  if (value.is_small_int() && spec.as<Str>()->length == 0)
    RA = UNWRAP(to_str(value));
  else
    RA = UNWRAP(format(value, spec.as<Str>()));
  return pc + 2;
}

SLOW_FN(list_append_operation) {
  if (!is_list(RA)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  if (!list_append(RA.as<List>(), RB).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(remember_appended) {
  write_barrier(RA.as<List>()->storage);
  return pc + 1;
}

SLOW_FN(set_add_operation) {
  if (!is_kind(RA, Kind::kSet)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  if (!set_add(RA.as<Set>(), RB).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(map_add) {
  if (!is_dict(RA)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  if (!dict_set(RA.as<Dict>(), RB, RC).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(list_extend_operation) {
  if (!is_list(RA)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  Value iterable = RB;
  if (type_of(iterable)->slots.iter == nullptr && type_of(iterable)->slots.item == nullptr) {
    (void)raise(types.TypeError, "Value after * must be an iterable, not {}", type_name(iterable));
    return kRaised;
  }
  if (!list_extend(RA.as<List>(), iterable).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(set_update_operation) {
  if (!is_kind(RA, Kind::kSet)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  if (!set_update(RA.as<Set>(), RB).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(dict_update_operation) {
  if (!is_dict(RA)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  if (!dict_update(RA.as<Dict>(), RB).ok()) {
    if (clear_if(types.AttributeError))
      (void)raise(types.TypeError, "'{}' object is not a mapping", type_name(RB));
    return kRaised;
  }
  return pc + 1;
}

namespace {

/// One key of f(**a, **b): given before is an error.
Status merge_key(Dict* into, Value key, Value value, Value callee) {
  Value before = TRY(dict_get(into, key));
  if (before.is_null()) return dict_set(into, key, value);
  return raise(types.TypeError, "{} got multiple values for keyword argument '{}'", callable_name(callee),
               to_utf8(TRY(to_str(key))));
}

Status merge(Dict* into, Value from, Value callee) {
  if (is_exactly(from, types.dict)) {
    size_t position = 0;
    Value key, value;
    auto* dict = from.as<Dict>();
    while (dict_next(dict, &position, &key, &value)) TRY(merge_key(into, key, value, callee));
    return {};
  }
  Value keys = TRY(find_attribute(from, names.keys));
  if (keys.is_null())
    return raise(types.TypeError, "{} argument after ** must be a mapping, not {}", callable_name(callee),
                 type_name(from));
  Value listed = TRY(call(keys));
  return for_each(listed, [&](Value key) -> Status {
    Value value = TRY(get_item(from, key));
    return merge_key(into, key, value, callee);
  });
}

}  // namespace

SLOW_FN(dict_merge) {
  if (!is_dict(RA)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  if (!merge(RA.as<Dict>(), RB, RC).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(list_to_tuple) {
  if (!is_list(RB)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  RA = UNWRAP(to_tuple(RB));
  return pc + 1;
}

namespace {

Raised raise_not_unpackable(Value value) {
  return raise(types.TypeError, "cannot unpack non-iterable {} object", type_name(value));
}

/// The first `count` items into the listed registers, the way of any iterable.
Status unpack_iterable(Value iterable, const uint16_t* list, uint32_t count, Value* R) {
  if (type_of(iterable)->slots.iter == nullptr && type_of(iterable)->slots.item == nullptr)
    return raise_not_unpackable(iterable);
  Value iterator = TRY(iterate(iterable));
  Array* items = make_array(count);
  for (uint32_t i = 0; i < count; ++i) {
    Value item = TRY(next(iterator));
    if (item.is_stop())
      return raise(types.ValueError, "not enough values to unpack (expected {}, got {})", count, i);
    store(items, items->items[i], item);
  }
  Value more = TRY(next(iterator));
  if (!more.is_stop()) return raise(types.ValueError, "too many values to unpack (expected {})", count);
  for (uint32_t i = 0; i < count; ++i) R[list[i]] = items->items[i];
  return {};
}

}  // namespace

SLOW_FN(unpack_sequence) {
  uint32_t count = field_c(pc);
  const uint16_t* list = register_list(pc + 1);
  Value sequence = RB;
  bool tuple = has_shape(sequence, hot.tuple);
  if (tuple || has_shape(sequence, hot.list)) {
    uint64_t length = tuple ? sequence.as<Tuple>()->length : sequence.as<List>()->length;
    if (length == count) {
      patch_op(pc, tuple ? (count == 2 ? Op::UnpackPair : Op::UnpackTuple)
                         : (count == 0 ? Op::UnpackSequence : Op::UnpackList));
      if (count == 0) return pc + 1;
      const Value* items = tuple ? sequence.as<Tuple>()->items : sequence.as<List>()->storage->items;
      for (uint32_t i = 0; i < count; ++i) R[list[i]] = items[i];
      return pc + 1 + list_words(count);
    }
    if (length < count)
      (void)raise(types.ValueError, "not enough values to unpack (expected {}, got {})", count, length);
    else
      (void)raise(types.ValueError, "too many values to unpack (expected {})", count);
    return kRaised;
  }
  if (!unpack_iterable(sequence, list, count, R).ok()) return kRaised;
  return pc + 1 + list_words(count);
}

SLOW_FN(unpack_extended) {
  uint32_t count = field_c(pc);
  uint32_t before = field_a(pc);
  const uint16_t* list = register_list(pc + 1);
  Value sequence = RB;
  if (before >= count) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  uint32_t after = count - before - 1;
  if (type_of(sequence)->slots.iter == nullptr && type_of(sequence)->slots.item == nullptr) {
    (void)raise_not_unpackable(sequence);
    return kRaised;
  }
  Value iterator = UNWRAP(iterate(sequence));
  List* items = make_list();
  for (uint32_t i = 0; i < before; ++i) {
    Value item = UNWRAP(next(iterator));
    if (item.is_stop()) {
      (void)raise(types.ValueError, "not enough values to unpack (expected at least {}, got {})",
                  before + after, i);
      return kRaised;
    }
    if (!list_append(items, item).ok()) return kRaised;
  }
  List* rest = UNWRAP(to_list(iterator));
  if (rest->length < after) {
    (void)raise(types.ValueError, "not enough values to unpack (expected at least {}, got {})",
                before + after, before + rest->length);
    return kRaised;
  }
  uint64_t starred = rest->length - after;
  for (uint32_t i = 0; i < before; ++i) R[list[i]] = items->items()[i];
  for (uint32_t i = 0; i < after; ++i) R[list[before + 1 + i]] = rest->items()[starred + i];
  for (uint64_t i = starred; i < rest->length; ++i) rest->items()[i] = Value();
  rest->length = starred;
  R[list[before]] = rest;
  return pc + 1 + list_words(count);
}

SLOW_FN(make_function_operation) {
  Value code = RB;
  const uint16_t* list = register_list(pc + 1);
  auto part = [&](int i) { return list[i] == kAbsent ? Value() : R[list[i]]; };
  Value defaults = part(0), keyword_defaults = part(1), annotations = part(2), closure = part(3);
  bool fits = is_kind(code, Kind::kCode) && (defaults.is_null() || is_tuple(defaults)) &&
              (keyword_defaults.is_null() || is_dict(keyword_defaults)) &&
              (annotations.is_null() || is_tuple(annotations) || is_dict(annotations)) &&
              (closure.is_null() || is_tuple(closure));
  if (!fits) {
    (void)raise(types.SystemError, "malformed code object: bad operands of MAKE_FUNCTION");
    return kRaised;
  }
  if (!closure.is_null()) {
    for (Value cell : closure.as<Tuple>()->span()) {
      if (is_kind(cell, Kind::kCellVariable)) continue;
      (void)raise(types.SystemError, "malformed code object: a closure holds something else than cells");
      return kRaised;
    }
  }
  Function* function = make_function(code.as<Code>(), FRAME->globals(), FRAME->builtins());
  function->defaults = defaults.as<Tuple>();
  function->keyword_defaults = keyword_defaults.as<Dict>();
  function->annotations = annotations;
  function->closure = closure.as<Tuple>();
  write_barrier(function);
  RA = function;
  return pc + 1 + list_words(field_c(pc));
}

}  // namespace ouro::vm
