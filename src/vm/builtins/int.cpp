// The type int (and bool, which is one): docs.python.org/3.11/library/functions.html#int and stdtypes.html.
#include <bit>
#include <charconv>
#include <cmath>

#include "vm/builtins/format.h"
#include "vm/builtins/numbers.h"
#include "vm/object/argument_errors.h"
#include "vm/object/compare.h"
#include "vm/object/int_cells.h"
#include "vm/object/number_text.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

Bool true_object;
Bool false_object;

namespace {

using IntOperation = Result<Value> (*)(Value, Value);

template <IntOperation operation>
Result<Value> int_binary(Value left, Value right) {
  if (!is_int(left) || !is_int(right)) return not_implemented();
  return operation(left, right);
}

Result<Value> int_divmod_pair(Value left, Value right) {
  Value quotient, remainder;
  TRY(int_divmod(left, right, &quotient, &remainder));
  return make_tuple({quotient, remainder});
}

Result<Value> int_power_slot(Value base, Value exponent, Value modulus) {
  if (!is_int(base) || !is_int(exponent)) return not_implemented();
  if (modulus.is_null() || is_none(modulus)) return int_power(base, exponent, Value());
  if (!is_int(modulus)) return not_implemented();
  return int_power(base, exponent, modulus);
}

/// The number as an exact int.
Result<Value> plain(Value integer) {
  if (integer.is_small_int() || is_exactly(integer, types.int_)) return integer;
  uint64_t small;
  IntView view = int_view(integer, &small);
  return make_int(view.negative, view.limbs);
}

Result<Value> int_absolute(Value self) {
  return int_sign(self) < 0 ? int_negate(self) : plain(self);
}

Result<Value> int_repr(Value self) {
  if (self.is_small_int()) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, self.small_int()).ptr;
    return make_str_latin1({digits, end});
  }
  return make_str_latin1(TRY(int_to_text(self)));
}

Result<int64_t> int_hash_slot(Value self) {
  return int_hash(self);
}

Result<bool> int_bool(Value self) {
  return int_sign(self) != 0;
}

Result<Value> int_richcompare(Value self, Value other, CompareOp op) {
  if (!is_int(self) || !is_int(other)) return not_implemented();
  return make_bool(compare_values(int_compare(self, other), 0, op));
}

Result<Value> int_to_float(Value self) {
  return make_float(TRY(int_to_double(self)));
}

// ---- construction

Result<Value> int_from_buffer(Value object, int base, bool* is_buffer) {
  *is_buffer = has_buffer(object);
  if (!*is_buffer) return Value();
  BufferView view;
  TRY(get_buffer(object, &view));
  std::string text(static_cast<const char*>(view.data), static_cast<size_t>(view.length));
  release_buffer(&view);
  bool valid;
  Value number = TRY(parse_int(text, base, &valid));
  if (valid) return number;
  return raise(types.ValueError, "invalid literal for int() with base {}: {}", base,
               repr_text(make_bytes(text)));
}

Result<Value> int_from_object(Value object) {
  if (object.is_small_int()) return object;
  bool found;
  Value number = TRY(to_int_by_dunder(object, &found));
  if (found) return plain(number);
  Value truncate = lookup_special(object, names.dunder_trunc);
  if (!truncate.is_null()) {
    TRY(warn(types.DeprecationWarning, "The delegation of int() to __trunc__ is deprecated."));
    Value result = TRY(call_special(object, names.dunder_trunc, {}, &found));
    if (is_int(result)) return plain(result);
    if (type_of(result)->slots.index == nullptr)
      return raise(types.TypeError, "__trunc__ returned non-Integral (type {})", type_name(result));
    return plain(TRY(to_index(result)));
  }
  if (is_str(object)) return int_from_text(object.as<Str>(), 10);
  bool is_buffer;
  number = TRY(int_from_buffer(object, 10, &is_buffer));
  if (is_buffer) return number;
  return raise(types.TypeError,
               "int() argument must be a string, a bytes-like object or a real number, not '{}'",
               type_name(object));
}

Result<Value> int_from_object_and_base(Value object, Value base_object) {
  int64_t base = TRY(to_index_clipped(base_object));
  if (base != 0 && (base < 2 || base > 36))
    return raise(types.ValueError, "int() base must be >= 2 and <= 36, or 0");
  if (is_str(object)) return int_from_text(object.as<Str>(), static_cast<int>(base));
  if (is_bytes(object) || is_bytearray(object)) {
    bool is_buffer;
    return int_from_buffer(object, static_cast<int>(base), &is_buffer);
  }
  return raise(types.TypeError, "int() can't convert non-string with explicit base");
}

/// An instance of a subclass with the number's magnitude.
Result<Value> as_subclass(Type* type, Value number) {
  if (type == types.int_) return number;
  uint64_t small;
  IntView view = int_view(number, &small);
  auto* cell = static_cast<Int*>(allocate_variable_instance(type, view.limbs.size() * 8));
  cell->limb_count = view.limbs.size();
  cell->flags = view.negative;
  std::copy(view.limbs.begin(), view.limbs.end(), cell->limbs);
  return cell;
}

Result<Value> int_new(Type* type, const Arguments& arguments) {
  static const Signature signature("int", "(x=0, /, base=10)");
  Value given[2];
  if (arguments.positional == 1 && arguments.keywords == nullptr) [[likely]] {
    given[0] = arguments[0];
  } else {
    TRY(signature.bind(arguments, given));
  }
  if (given[0].is_null() && !given[1].is_null())
    return raise(types.TypeError, "int() missing string argument");
  Value number = given[0].is_null()   ? Value::from_small(0)
                 : given[1].is_null() ? TRY(int_from_object(given[0]))
                                      : TRY(int_from_object_and_base(given[0], given[1]));
  return as_subclass(type, number);
}

// ---- methods

Result<Value> bit_length(const Value* a) {
  uint64_t small;
  return make_int(static_cast<int64_t>(int_bit_length(int_view(a[0], &small))));
}

Result<Value> bit_count(const Value* a) {
  uint64_t small;
  int64_t count = 0;
  for (uint64_t limb : int_view(a[0], &small).limbs) count += std::popcount(limb);
  return make_int(count);
}

Result<Value> as_integer_ratio(const Value* a) {
  return make_tuple({TRY(plain(a[0])), Value::from_small(1)});
}
Result<Value> self_as_int(const Value* a) {
  return plain(a[0]);
}
Result<Value> getnewargs(const Value* a) {
  return make_tuple({TRY(plain(a[0]))});
}

Result<Value> int_format(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "__format__() argument must be str, not {}", given_name(a[1]));
  return format_int(a[0], a[1].as<Str>());
}

/// round(self, -digits): to a multiple of 10**digits, half to even.
Result<Value> int_round(const Value* a) {
  if (a[1].is_null()) return plain(a[0]);
  Value digits = TRY(to_index(a[1]));
  if (int_sign(digits) >= 0) return plain(a[0]);
  Value unit = TRY(int_power(Value::from_small(10), TRY(int_negate(digits)), Value()));
  Value quotient, remainder;
  TRY(int_divmod(a[0], unit, &quotient, &remainder));
  Value doubled = TRY(int_multiply(remainder, Value::from_small(2)));
  int order = int_compare(doubled, unit);
  Value one = Value::from_small(1);
  bool odd = int_sign(TRY(int_and(quotient, one))) != 0;
  if (order > 0 || (order == 0 && odd)) quotient = TRY(int_add(quotient, one));
  return int_multiply(quotient, unit);
}

Result<Value> int_sizeof(const Value* a) {
  uint64_t small;
  uint64_t digits = (int_bit_length(int_view(a[0], &small)) + 29) / 30;
  return make_int(static_cast<int64_t>(24 + 4 * std::max<uint64_t>(digits, 1)));
}

Result<bool> is_little(Value order, const char* function) {
  if (order.is_null()) return false;
  if (!is_str(order))
    return raise(types.TypeError, "{}() argument 'byteorder' must be str, not {}", function,
                 given_name(order));
  if (equals(order.as<Str>(), "little")) return true;
  if (equals(order.as<Str>(), "big")) return false;
  return raise(types.ValueError, "byteorder must be either 'little' or 'big'");
}

Result<Value> to_bytes(const Value* a) {
  int64_t length = a[1].is_null() ? 1 : TRY(to_int64(a[1]));
  bool little = TRY(is_little(a[2], "to_bytes"));
  bool is_signed = !a[3].is_null() && TRY(is_true(a[3]));
  if (length < 0) return raise(types.ValueError, "length argument must be non-negative");
  if (!is_signed && int_sign(a[0]) < 0)
    return raise(types.OverflowError, "can't convert negative int to unsigned");
  Bytes* bytes = TRY(allocate_bytes(static_cast<size_t>(length)));
  if (!int_to_bytes(a[0], little, is_signed, std::span(bytes->data, static_cast<size_t>(length))))
    return raise(types.OverflowError, "int too big to convert");
  return bytes;
}

Result<Value> bytes_of(Value object) {
  bool no_bytes = is_int(object) || is_str(object);
  if (no_bytes && lookup_special(object, names.dunder_bytes).is_null())
    return raise(types.TypeError, "cannot convert '{}' object to bytes", type_name(object));
  return call(types.bytes, {object});
}

Result<Value> from_bytes(const Value* a) {
  bool little = TRY(is_little(a[2], "from_bytes"));
  bool is_signed = !a[3].is_null() && TRY(is_true(a[3]));
  Value bytes = a[1];
  if (!is_bytes(bytes)) bytes = TRY(bytes_of(bytes));
  Value number = TRY(int_from_bytes(bytes.as<Bytes>()->view(), little, is_signed));
  if (a[0] == Value(types.int_)) return number;
  return call(a[0], {number});
}

Result<Value> get_real(Value self) {
  return plain(self);
}
Result<Value> get_imag(Value) {
  return Value::from_small(0);
}
Result<Value> get_denominator(Value) {
  return Value::from_small(1);
}

constexpr MethodSpec kIntMethods[] = {
    {"conjugate", "($self, /)", self_as_int, "An int is its own conjugate."},
    {"bit_length", "($self, /)", bit_length,
     "How many bits the magnitude takes; 0 for zero.\n\n"
     ">>> (255).bit_length()\n8\n"
     ">>> (-256).bit_length()\n9\n"},
    {"bit_count", "($self, /)", bit_count,
     "How many bits of the magnitude are set.\n\n"
     ">>> (0b1011).bit_count()\n3\n"
     ">>> (-7).bit_count()\n3\n"},
    {"to_bytes", "($self, /, length=1, byteorder='big', *, signed=False)", to_bytes,
     "The number as bytes of the given length and order."},
    {"from_bytes", "($type, /, bytes, byteorder='big', *, signed=False)", from_bytes,
     "The number that the bytes stand for.", Binding::Class},
    {"as_integer_ratio", "($self, /)", as_integer_ratio,
     "The pair (self, 1).\n\n"
     ">>> (12).as_integer_ratio()\n(12, 1)\n"
     ">>> (-7).as_integer_ratio()\n(-7, 1)\n"
     ">>> False.as_integer_ratio()\n(0, 1)\n"},
    {"__trunc__", "($self, /)", self_as_int, "An int is its own truncation."},
    {"__floor__", "($self, /)", self_as_int, "An int is its own floor."},
    {"__ceil__", "($self, /)", self_as_int, "An int is its own ceiling."},
    {"__round__", "($self, ndigits=<unrepresentable>, /)", int_round,
     "Rounds to a multiple of 10**-ndigits, half to even."},
    {"__getnewargs__", "($self, /)", getnewargs},
    {"__format__", "($self, format_spec, /)", int_format},
    {"__sizeof__", "($self, /)", int_sizeof, "Size in memory, in bytes."},
};

constexpr GetSetSpec kIntGetSets[] = {
    {"real", get_real, nullptr, "the real part of a complex number"},
    {"imag", get_imag, nullptr, "the imaginary part of a complex number"},
    {"numerator", get_real, nullptr, "the numerator of a rational number in lowest terms"},
    {"denominator", get_denominator, nullptr, "the denominator of a rational number in lowest terms"},
};

Slots int_slots() {
  Slots slots{};
  slots.repr = int_repr;
  slots.hash = int_hash_slot;
  slots.richcompare = int_richcompare;
  slots.new_ = int_new;
  slots.add = int_binary<int_add>;
  slots.subtract = int_binary<int_subtract>;
  slots.multiply = int_binary<int_multiply>;
  slots.remainder = int_binary<int_remainder>;
  slots.divmod = int_binary<int_divmod_pair>;
  slots.floor_divide = int_binary<int_floor_divide>;
  slots.true_divide = int_binary<int_true_divide>;
  slots.lshift = int_binary<int_lshift>;
  slots.rshift = int_binary<int_rshift>;
  slots.and_ = int_binary<int_and>;
  slots.or_ = int_binary<int_or>;
  slots.xor_ = int_binary<int_xor>;
  slots.power = int_power_slot;
  slots.negative = int_negate;
  slots.positive = plain;
  slots.absolute = int_absolute;
  slots.invert = int_invert;
  slots.int_ = plain;
  slots.index = plain;
  slots.float_ = int_to_float;
  slots.bool_ = int_bool;
  return slots;
}

// ---- bool

Result<Value> bool_repr(Value self) {
  return self == make_bool(true) ? intern("True") : intern("False");
}

Result<Value> bool_new(Type*, const Arguments& arguments) {
  static const Signature signature("bool", "(x=False, /)");
  Value given[1];
  TRY(signature.bind(arguments, given));
  return make_bool(!given[0].is_null() && TRY(is_true(given[0])));
}

/// & | ^ of two bools is a bool.
template <IntOperation operation>
Result<Value> bool_logic(Value left, Value right) {
  if (!is_int(left) || !is_int(right)) return not_implemented();
  Value result = TRY(operation(left, right));
  return is_bool(left) && is_bool(right) ? make_bool(int_sign(result) != 0) : result;
}

Slots bool_slots() {
  Slots slots{};
  slots.repr = bool_repr;
  slots.new_ = bool_new;
  slots.and_ = bool_logic<int_and>;
  slots.or_ = bool_logic<int_or>;
  slots.xor_ = bool_logic<int_xor>;
  return slots;
}

}  // namespace

void complete_int() {
  static const TypeSpec int_spec{
      .name = "int",
      .kind = Kind::kInt,
      .basic_size = sizeof(Int),
      .flags = kTypeBase | kTypeMatchSelf | kTypeSubclassInt,
      .methods = kIntMethods,
      .getsets = kIntGetSets,
      .doc =
          "An integer of any size, made from a number or from text in some base.\n\n"
          ">>> int('0o17', base=0)\n15\n",
      .slots = int_slots(),
  };
  complete_native_type(types.int_, int_spec);
  static const TypeSpec bool_spec{
      .name = "bool",
      .kind = Kind::kBool,
      .flags = kTypeMatchSelf | kTypeSubclassInt,
      .doc = "The truth of a value: True or False.",
      .slots = bool_slots(),
  };
  complete_native_type(types.bool_, bool_spec, types.int_);
}

}  // namespace ouro::vm
