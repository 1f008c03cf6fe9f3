// Immutable Python values as plain data: what stands in an AST literal, in co_consts and in a .pyc.
//
// A Constant's address is its identity. CPython's marshal writes a back reference where the same *object* is
// met again and sets FLAG_REF where an object's reference count is above one, so the compiler must share (and
// not share) constants exactly as CPython shares objects. Whoever creates a Constant decides that; see
// Constants.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"

namespace ouro {

struct CodeObject;  // bytecode/code_object.h

enum class ConstantKind : uint8_t {
  None,
  False,
  True,
  Ellipsis,
  Int,
  Float,
  Complex,
  Str,
  Bytes,
  Tuple,
  FrozenSet,
  Code,
};

// clang-format off

struct Constant {
  ConstantKind kind = ConstantKind::None;
  bool interned : 1 = false;   // Str: CPython has it in its table of interned strings
  bool ascii : 1 = false;      // Str: every code point is below 128
  bool immortal : 1 = false;   // CPython itself holds a reference (small int, empty tuple, ...): never "referenced once"
  bool negative : 1 = false;   // Int
  mutable uint16_t merged_by = 0;      // scratch of compiler/: the constant cache that gave this object last
  uint32_t size = 0;           // Str, Bytes: bytes; Tuple, FrozenSet: items; Int: limbs
  uint32_t length = 0;         // Str: code points
  mutable uint32_t hash = 0;   // what constant_hash() found; 0: not asked yet
  mutable uint32_t references = 0;     // scratch of pyc/: how many references the code tree holds
  mutable int32_t marshal_index = -1;  // scratch of pyc/: place in the list of references
  union {
    const char* data;                 // Str: UTF-8, lone surrogates as three bytes ("surrogatepass"); Bytes
    const Constant* const* items;     // Tuple; FrozenSet in CPython's iteration order for PYTHONHASHSEED=0
    const uint64_t* limbs;            // Int: magnitude, least significant first, no leading zero limb; 0 has size 0
    double real;                      // Float, and Complex's real part
    const CodeObject* code;
  };
  double imag = 0;                    // Complex

  constexpr Constant() : data(nullptr) {}

  bool is(ConstantKind k) const { return kind == k; }
  std::string_view text() const { return {data, size}; }                        // Str, Bytes
  std::span<const Constant* const> elements() const { return {items, size}; }   // Tuple, FrozenSet
  std::span<const uint64_t> magnitude() const { return {limbs, size}; }         // Int
};
// clang-format on

/// Makes constants, sharing what CPython shares whatever the source: None, True, False, Ellipsis, the ints
/// -5..256, the empty string, bytes and tuple, one-character Latin-1 strings and one-byte bytes objects.
/// Everything else is a new object at each call.
class Constants {
 public:
  explicit Constants(Arena& arena);

  const Constant* none() const { return &none_; }
  const Constant* boolean(bool value) const { return value ? &true_ : &false_; }
  const Constant* ellipsis() const { return &ellipsis_; }
  const Constant* integer(int64_t value);
  const Constant* integer(std::span<const uint64_t> magnitude,
                          bool negative);  // copies; strips leading zeros
  const Constant* floating(double value);
  const Constant* complex(double real, double imag);
  /// `text` is UTF-8 with surrogates as three bytes; copied into the arena.
  const Constant* str(std::string_view text) { return make_str(text, true); }
  /// The same for a text that lives as long as the arena's contents, and is not copied.
  const Constant* str_in_place(std::string_view text) { return make_str(text, false); }
  const Constant* bytes(std::string_view data);
  const Constant* tuple(std::span<const Constant* const> items);
  /// `items` must already be distinct and in iteration order (base/hash.h sorts them).
  const Constant* frozen_set(std::span<const Constant* const> items);
  const Constant* code(const CodeObject* code);
  /// Another object of the same value.
  Constant* duplicate(const Constant& constant);

  /// A number for Constant::merged_by that no other caller gets before the next reset(); 0: there are no
  /// more.
  uint16_t new_merge_number() { return merge_numbers_ == UINT16_MAX ? 0 : ++merge_numbers_; }

  /// Back to the state after construction; the arena must have been rewound.
  void reset();

 private:
  const Constant* make_str(std::string_view text, bool copy);

  Arena& arena_;
  uint16_t merge_numbers_ = 0;
  Constant none_, false_, true_, ellipsis_, empty_str_, empty_bytes_, empty_tuple_;
  const Constant* small_ints_[262];
  const Constant* latin1_[256];
  const Constant* byte_[256];
};

/// The value of an Int that fits; false otherwise.
bool fits_int64(const Constant& integer, int64_t* value);

/// Python's truth value.
bool truth(const Constant& constant);

/// Counts the code points of UTF-8 text; sets *ascii.
uint32_t count_code_points(std::string_view text, bool* ascii);

}  // namespace ouro
