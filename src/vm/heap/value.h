// A Python value in one 64-bit word.
//
//   ...xxx1   integer of 63 bits
//   ...xx10   float whose exponent is an ordinary one, rotated so that the tag falls into the lowest bits
//   ...x000   pointer to an Object (8-byte aligned; cells of the heap 16-byte); the zero word is "null":
//   unbound, absent
//   ...0100   marks that never reach Python code: `stop` (an iterator is exhausted), `error` (see result.h)
//
// Floats outside the range of the tag (NaN, infinities, very small and very large ones) and integers of more
// than 63 bits are cells on the heap. make_float (object/float.h) and make_int (object/int.h) choose; nothing
// else builds either form, so that equal immediates are identical words.
#pragma once

#include <bit>
#include <cstdint>

namespace ouro::vm {

struct Object;

class Value {
 public:
  constexpr Value() = default;
  Value(const Object* object) : bits_(reinterpret_cast<uint64_t>(object)) {}  // NOLINT: an object is a value
  static constexpr Value from_bits(uint64_t bits) {
    Value value;
    value.bits_ = bits;
    return value;
  }
  constexpr uint64_t bits() const { return bits_; }

  static constexpr int64_t kMaxInt = (int64_t{1} << 62) - 1;
  static constexpr int64_t kMinInt = -(int64_t{1} << 62);
  static constexpr bool fits_int(int64_t number) { return number >= kMinInt && number <= kMaxInt; }
  /// `number` must fit_int.
  static constexpr Value from_small(int64_t number) {
    return from_bits((static_cast<uint64_t>(number) << 1) | 1);
  }
  static constexpr Value stop() { return from_bits(kStopBits); }

  constexpr bool is_null() const { return bits_ == 0; }
  constexpr bool is_stop() const { return bits_ == kStopBits; }
  /// An immediate integer (a Python int may also be a cell, and True and False are cells).
  constexpr bool is_small_int() const { return (bits_ & 1) != 0; }
  /// An immediate float (a Python float may also be a cell).
  constexpr bool is_flonum() const { return (bits_ & 3) == 2; }
  /// A non-null pointer.
  constexpr bool is_object() const { return (bits_ & 7) == 0 && bits_ != 0; }
  static constexpr bool both_small_int(Value a, Value b) { return (a.bits_ & b.bits_ & 1) != 0; }
  static constexpr bool both_flonum(Value a, Value b) { return (((a.bits_ ^ 2) | (b.bits_ ^ 2)) & 3) == 0; }

  constexpr int64_t small_int() const { return static_cast<int64_t>(bits_) >> 1; }
  constexpr double flonum() const {
    uint64_t raw = std::rotr(bits_, 3) - kFlonumBias;
    if ((bits_ >> 3) == 0) raw &= uint64_t{1} << 63;  // the words 2 and 6 stand for 0.0 and -0.0
    return std::bit_cast<double>(raw);
  }
  Object* object() const { return reinterpret_cast<Object*>(bits_); }
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(bits_);
  }

  /// The immediate form of `number`, or null when it has none.
  static constexpr Value try_flonum(double number) {
    uint64_t raw = std::bit_cast<uint64_t>(number);
    uint64_t word = std::rotl(raw + kFlonumBias, 3);
    if ((word & 3) == 2 && (word >> 3) != 0) [[likely]]
      return from_bits(word);
    if ((raw << 1) == 0) return from_bits(raw >> 63 ? 6 : 2);
    return Value();
  }

  /// Identity, Python's `is`.
  friend constexpr bool operator==(Value a, Value b) { return a.bits_ == b.bits_; }

 private:
  static constexpr uint64_t kStopBits = 0b0100;
  static constexpr uint64_t kFlonumBias = uint64_t{1} << 60;
  uint64_t bits_ = 0;
};

}  // namespace ouro::vm
