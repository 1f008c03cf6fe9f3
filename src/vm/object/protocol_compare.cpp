// Comparison, hashing, truth and text.
#include "vm/object/declined.h"
#include "vm/object/generic_slots.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr CompareOp kSwapped[] = {CompareOp::Greater,  CompareOp::GreaterEqual, CompareOp::Equal,
                                  CompareOp::NotEqual, CompareOp::Less,         CompareOp::LessEqual};
constexpr const char* kSymbols[] = {"<", "<=", "==", "!=", ">", ">="};

CompareOp swapped(CompareOp op) {
  return kSwapped[static_cast<int>(op)];
}

/// What `__repr__`, `__str__` or `__format__` gave must be a str.
Result<Str*> checked_text(Value text, const char* method) {
  if (is_str(text)) [[likely]]
    return text.as<Str>();
  return raise(types.TypeError, "{} returned non-string (type {})", method, type_name(text));
}

Result<Value> compare_without_methods(Value a, Value b, CompareOp op) {
  if (op == CompareOp::Equal) return make_bool(a == b);
  if (op == CompareOp::NotEqual) return make_bool(!(a == b));
  return raise(types.TypeError, "'{}' not supported between instances of '{}' and '{}'",
               kSymbols[static_cast<int>(op)], type_name(type_of(a)), type_name(type_of(b)));
}

}  // namespace

Result<Value> compare_declined(Value a, Value b, CompareOp op) {
  if (auto theirs = type_of(b)->slots.richcompare) {
    Value result = TRY(theirs(b, a, swapped(op)));
    if (!is_not_implemented(result)) return result;
  }
  return compare_without_methods(a, b, op);
}

Result<Value> compare(Value a, Value b, CompareOp op) {
  RecursionScope scope;
  TRY(scope.enter(" in comparison"));
  Type* left = type_of(a);
  Type* right = type_of(b);
  bool tried_right = false;
  if (left != right && right->slots.richcompare != nullptr && is_subtype(right, left)) {
    tried_right = true;
    Value result = TRY(right->slots.richcompare(b, a, swapped(op)));
    if (!is_not_implemented(result)) return result;
  }
  if (left->slots.richcompare != nullptr) {
    Value result = TRY(left->slots.richcompare(a, b, op));
    if (!is_not_implemented(result)) return result;
  }
  if (!tried_right) return compare_declined(a, b, op);
  return compare_without_methods(a, b, op);
}

Result<bool> equal(Value a, Value b) {
  if (a == b) return true;
  if (Value::both_small_int(a, b)) return false;
  return is_true(TRY(compare(a, b, CompareOp::Equal)));
}

Result<bool> less(Value a, Value b) {
  if (Value::both_small_int(a, b)) return a.small_int() < b.small_int();
  return is_true(TRY(compare(a, b, CompareOp::Less)));
}

Result<int64_t> hash(Value value) {
  auto function = type_of(value)->slots.hash;
  return function != nullptr ? function(value) : hash_not_implemented(value);
}

Result<int64_t> hash_not_implemented(Value value) {
  return raise(types.TypeError, "unhashable type: '{}'", type_name(value));
}

Result<bool> is_true(Value value) {
  if (value == Value(&true_object)) return true;
  if (value == Value(&false_object) || is_none(value)) return false;
  if (value.is_small_int()) return value.small_int() != 0;
  const Slots& slots = type_of(value)->slots;
  if (slots.bool_ != nullptr) return slots.bool_(value);
  if (slots.length != nullptr) return TRY(slots.length(value)) != 0;
  return true;
}

Result<Str*> repr(Value value) {
  RecursionScope scope;
  TRY(scope.enter(" while getting the repr of an object"));
  auto function = type_of(value)->slots.repr;
  return checked_text(TRY(function(value)), "__repr__");
}

Result<Str*> to_str(Value value) {
  if (is_exactly(value, types.str)) return value.as<Str>();
  RecursionScope scope;
  TRY(scope.enter(" while getting the str of an object"));
  auto function = type_of(value)->slots.str;
  if (function == nullptr) return repr(value);
  return checked_text(TRY(function(value)), "__str__");
}

Result<Str*> ascii(Value value) {
  Str* text = TRY(repr(value));
  if (text->is_ascii()) return text;
  StrBuilder out;
  for (size_t i = 0; i < text->length; ++i) {
    const char32_t c = text->at(i);
    if (c < 128) {
      out.append(c);
    } else if (c < 256) {
      out.append_ascii(fmt::format("\\x{:02x}", static_cast<uint32_t>(c)));
    } else if (c < 0x10000) {
      out.append_ascii(fmt::format("\\u{:04x}", static_cast<uint32_t>(c)));
    } else {
      out.append_ascii(fmt::format("\\U{:08x}", static_cast<uint32_t>(c)));
    }
  }
  return out.finish();
}

Result<Str*> format(Value value, Str* spec) {
  if (spec->length == 0) {
    if (is_exactly(value, types.str)) return value.as<Str>();
    if (is_exactly(value, types.int_)) return to_str(value);
  }
  const Value values[] = {value, spec};
  bool found = false;
  Value result = TRY(call_special_values(names.dunder_format, values, 2, &found));
  if (!found) return raise(types.TypeError, "Type {} doesn't define __format__", type_name(value));
  if (!is_str(result))
    return raise(types.TypeError, "__format__ must return a str, not {}", type_name(result));
  return result.as<Str>();
}

}  // namespace ouro::vm
