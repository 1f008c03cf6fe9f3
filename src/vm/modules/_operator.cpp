// The module _operator: the operators as functions.
#include "vm/modules/_operator.h"

namespace ouro::vm {

namespace {

// The arguments of each function start with the module.

template <BinaryOp op>
Result<Value> binary_function(const Value* args) {
  return binary(op, args[1], args[2]);
}
template <BinaryOp op>
Result<Value> inplace_function(const Value* args) {
  return inplace(op, args[1], args[2]);
}
template <CompareOp op>
Result<Value> compare_function(const Value* args) {
  return compare(args[1], args[2], op);
}
template <Result<Value> (*operation)(Value)>
Result<Value> unary_function(const Value* args) {
  return operation(args[1]);
}

Result<Value> truth(const Value* args) {
  return make_bool(TRY(is_true(args[1])));
}
Result<Value> not_function(const Value* args) {
  return make_bool(!TRY(is_true(args[1])));
}
Result<Value> is_function(const Value* args) {
  return make_bool(args[1] == args[2]);
}
Result<Value> is_not_function(const Value* args) {
  return make_bool(!(args[1] == args[2]));
}
Result<Value> contains_function(const Value* args) {
  return make_bool(TRY(contains(args[1], args[2])));
}

// Calls `found` with the position of each item equal to the wanted one until it says stop.
template <class Found>
Status search(Value sequence, Value wanted, Found&& found) {
  Result<Value> iterator = iterate(sequence);
  if (!iterator.ok()) {
    if (clear_if(types.TypeError))
      return raise(types.TypeError, "argument of type '{}' is not iterable", type_name(sequence));
    return Raised{};
  }
  for (int64_t i = 0;; ++i) {
    Value item = TRY(next(iterator.unwrap()));
    if (item.is_stop()) return {};
    if (TRY(equal(item, wanted)) && found(i)) return {};
  }
}

Result<Value> index_of(const Value* args) {
  int64_t position = -1;
  TRY(search(args[1], args[2], [&](int64_t i) {
    position = i;
    return true;
  }));
  if (position < 0) return raise(types.ValueError, "sequence.index(x): x not in sequence");
  return make_int(position);
}

Result<Value> count_of(const Value* args) {
  int64_t count = 0;
  TRY(search(args[1], args[2], [&](int64_t) {
    ++count;
    return false;
  }));
  return make_int(count);
}

// Sequences only: numbers are not concatenated.
Result<Value> concatenate(Value a, Value b, bool in_place) {
  const Slots& slots = type_of(a)->slots;
  if (in_place && slots.inplace_concat != nullptr) return slots.inplace_concat(a, b);
  if (slots.concat != nullptr) return slots.concat(a, b);
  if (is_sequence_like(a) && is_sequence_like(b))
    return in_place ? inplace(BinaryOp::Add, a, b) : binary(BinaryOp::Add, a, b);
  return raise(types.TypeError, "'{}' object can't be concatenated", type_name(a));
}
Result<Value> concat_function(const Value* args) {
  return concatenate(args[1], args[2], false);
}
Result<Value> iconcat_function(const Value* args) {
  return concatenate(args[1], args[2], true);
}

Result<Value> getitem(const Value* args) {
  return get_item(args[1], args[2]);
}
Result<Value> setitem(const Value* args) {
  TRY(set_item(args[1], args[2], args[3]));
  return none();
}
Result<Value> delitem(const Value* args) {
  TRY(delete_item(args[1], args[2]));
  return none();
}

Result<Value> length_hint_function(const Value* args) {
  int64_t default_ = args[2].is_null() ? 0 : TRY(to_int64(args[2]));
  return make_int(TRY(length_hint(args[1], default_)));
}

Result<Value> call_operator(Value, const Arguments& arguments) {
  if (arguments.positional < 1) return raise(types.TypeError, "call expected at least 1 argument, got 0");
  return call(arguments[0], Arguments{arguments.values + 1, arguments.positional - 1, arguments.keywords});
}

// Takes the same time wherever the texts differ.
bool same_bytes(const void* a, size_t length_a, const void* b, size_t length_b) {
  auto* left = static_cast<const volatile uint8_t*>(length_a == length_b ? a : b);
  auto* right = static_cast<const volatile uint8_t*>(b);
  uint8_t difference = length_a == length_b ? 0 : 1;
  for (size_t i = 0; i < length_b; ++i) difference = static_cast<uint8_t>(difference | (left[i] ^ right[i]));
  return difference == 0;
}

Result<Value> compare_digest(const Value* args) {
  Value a = args[1], b = args[2];
  if (is_str(a) && is_str(b)) {
    const Str *x = a.as<Str>(), *y = b.as<Str>();
    if (!x->is_ascii() || !y->is_ascii())
      return raise(types.TypeError, "comparing strings with non-ASCII characters is not supported");
    return make_bool(same_bytes(x->latin1(), x->length, y->latin1(), y->length));
  }
  if (!has_buffer(a) && !has_buffer(b))
    return raise(types.TypeError, "unsupported operand types(s) or combination of types: '{}' and '{}'",
                 type_name(a), type_name(b));
  BufferView left, right;
  TRY(get_buffer(a, &left));
  if (Status status = get_buffer(b, &right); !status.ok()) {
    release_buffer(&left);
    return Raised{};
  }
  bool single = left.dimensions <= 1 && right.dimensions <= 1;
  bool same = single && same_bytes(left.data, static_cast<size_t>(left.length), right.data,
                                   static_cast<size_t>(right.length));
  release_buffer(&left);
  release_buffer(&right);
  if (!single) return raise(types.BufferError, "Buffer must be single dimension");
  return make_bool(same);
}

Result<Value> power_function(const Value* args) {
  return binary(BinaryOp::Power, args[1], args[2]);
}

constexpr const char* kOne = "($module, a, /)";
constexpr const char* kTwo = "($module, a, b, /)";

constexpr MethodSpec kFunctions[] = {
    {"truth", kOne, truth, "True if a is true."},
    {"contains", kTwo, contains_function, "Same as b in a (the operands are reversed)."},
    {"indexOf", kTwo, index_of, "Return the first index of b in a."},
    {"countOf", kTwo, count_of, "Return how often b occurs in a."},
    {"is_", kTwo, is_function, "Same as a is b."},
    {"is_not", kTwo, is_not_function, "Same as a is not b."},
    {"index", kOne, unary_function<to_index>, "Same as a.__index__()."},
    {"add", kTwo, binary_function<BinaryOp::Add>, "Same as a + b."},
    {"sub", kTwo, binary_function<BinaryOp::Subtract>, "Same as a - b."},
    {"mul", kTwo, binary_function<BinaryOp::Multiply>, "Same as a * b."},
    {"matmul", kTwo, binary_function<BinaryOp::MatrixMultiply>, "Same as a @ b."},
    {"floordiv", kTwo, binary_function<BinaryOp::FloorDivide>, "Same as a // b."},
    {"truediv", kTwo, binary_function<BinaryOp::TrueDivide>, "Same as a / b."},
    {"mod", kTwo, binary_function<BinaryOp::Remainder>, "Same as a % b."},
    {"neg", kOne, unary_function<negative>, "Same as -a."},
    {"pos", kOne, unary_function<positive>, "Same as +a."},
    {"abs", kOne, unary_function<absolute>, "Same as abs(a)."},
    {"inv", kOne, unary_function<invert>, "Same as ~a."},
    {"invert", kOne, unary_function<invert>, "Same as ~a."},
    {"lshift", kTwo, binary_function<BinaryOp::LeftShift>, "Same as a << b."},
    {"rshift", kTwo, binary_function<BinaryOp::RightShift>, "Same as a >> b."},
    {"not_", kOne, not_function, "Same as not a."},
    {"and_", kTwo, binary_function<BinaryOp::And>, "Same as a & b."},
    {"xor", kTwo, binary_function<BinaryOp::Xor>, "Same as a ^ b."},
    {"or_", kTwo, binary_function<BinaryOp::Or>, "Same as a | b."},
    {"iadd", kTwo, inplace_function<BinaryOp::Add>, "Same as a += b."},
    {"isub", kTwo, inplace_function<BinaryOp::Subtract>, "Same as a -= b."},
    {"imul", kTwo, inplace_function<BinaryOp::Multiply>, "Same as a *= b."},
    {"imatmul", kTwo, inplace_function<BinaryOp::MatrixMultiply>, "Same as a @= b."},
    {"ifloordiv", kTwo, inplace_function<BinaryOp::FloorDivide>, "Same as a //= b."},
    {"itruediv", kTwo, inplace_function<BinaryOp::TrueDivide>, "Same as a /= b."},
    {"imod", kTwo, inplace_function<BinaryOp::Remainder>, "Same as a %= b."},
    {"ilshift", kTwo, inplace_function<BinaryOp::LeftShift>, "Same as a <<= b."},
    {"irshift", kTwo, inplace_function<BinaryOp::RightShift>, "Same as a >>= b."},
    {"iand", kTwo, inplace_function<BinaryOp::And>, "Same as a &= b."},
    {"ixor", kTwo, inplace_function<BinaryOp::Xor>, "Same as a ^= b."},
    {"ior", kTwo, inplace_function<BinaryOp::Or>, "Same as a |= b."},
    {"concat", kTwo, concat_function, "Same as a + b, for sequences."},
    {"iconcat", kTwo, iconcat_function, "Same as a += b, for sequences."},
    {"getitem", kTwo, getitem, "Same as a[b]."},
    {"setitem", "($module, a, b, c, /)", setitem, "Same as a[b] = c."},
    {"delitem", kTwo, delitem, "Same as del a[b]."},
    {"pow", kTwo, power_function, "Same as a ** b."},
    {"ipow", kTwo, inplace_function<BinaryOp::Power>, "Same as a **= b."},
    {"eq", kTwo, compare_function<CompareOp::Equal>, "Same as a == b."},
    {"ne", kTwo, compare_function<CompareOp::NotEqual>, "Same as a != b."},
    {"lt", kTwo, compare_function<CompareOp::Less>, "Same as a < b."},
    {"le", kTwo, compare_function<CompareOp::LessEqual>, "Same as a <= b."},
    {"gt", kTwo, compare_function<CompareOp::Greater>, "Same as a > b."},
    {"ge", kTwo, compare_function<CompareOp::GreaterEqual>, "Same as a >= b."},
    {"_compare_digest", kTwo, compare_digest,
     "Same as a == b, in a time that does not tell where they differ."},
    {"length_hint", "($module, obj, default=0, /)", length_hint_function,
     "Return an estimate of the number of items."},
    {.name = "call",
     .signature = "($module, obj, /, *args, **kwargs)",
     .function = nullptr,
     .doc = "Same as obj(*args, **kwargs).",
     .raw = call_operator},
};

}  // namespace

extern const ModuleSpec kOperatorModule;
const ModuleSpec kOperatorModule = {
    .name = "_operator",
    .doc = "The operators as functions.",
    .functions = kFunctions,
    .execute = operators::add_getters,
};

}  // namespace ouro::vm
