// The numbers of all operations that the loop knows: the lifter's, then the quickened ones.
#pragma once

#include "lift/register_code.h"

namespace ouro::vm {

enum class Op : uint16_t {
#define OPERATION(name, a, b, c, words, tail) name,
#include "lift/operations.def"
#define QUICKENED(name, base) name,
#include "vm/interp/quickened.def"
  kCount,
};

/// Words of an operation without its list.
constexpr uint8_t kOperationWords[] = {
#define OPERATION(name, a, b, c, words, tail) words + 1,
#include "lift/operations.def"
};
constexpr Op kBaseOperation[] = {
#define OPERATION(name, a, b, c, words, tail) Op::name,
#include "lift/operations.def"
#define QUICKENED(name, base) Op::base,
#include "vm/interp/quickened.def"
};

constexpr uint32_t list_words(uint32_t count) {
  return (count + 3) / 4;
}

// ---- the fields of the instruction at `pc`
inline uint16_t field_op(const uint64_t* pc) {
  return reinterpret_cast<const uint16_t*>(pc)[0];
}
inline uint16_t field_a(const uint64_t* pc) {
  return reinterpret_cast<const uint16_t*>(pc)[1];
}
inline uint16_t field_b(const uint64_t* pc) {
  return reinterpret_cast<const uint16_t*>(pc)[2];
}
inline uint16_t field_c(const uint64_t* pc) {
  return reinterpret_cast<const uint16_t*>(pc)[3];
}
/// Halves of a word behind the instruction.
inline uint32_t low_half(const uint64_t* word) {
  return reinterpret_cast<const uint32_t*>(word)[0];
}
inline uint32_t high_half(const uint64_t* word) {
  return reinterpret_cast<const uint32_t*>(word)[1];
}
inline const uint16_t* register_list(const uint64_t* words) {
  return reinterpret_cast<const uint16_t*>(words);
}
inline void patch_op(uint64_t* pc, Op op) {
  reinterpret_cast<uint16_t*>(pc)[0] = static_cast<uint16_t>(op);
}
inline void set_halves(uint64_t* word, uint32_t low, uint32_t high) {
  *word = low | static_cast<uint64_t>(high) << 32;
}
/// The whole instruction, list included.
inline uint32_t instruction_words(const uint64_t* pc) {
  auto base = static_cast<lift::Operation>(kBaseOperation[field_op(pc)]);
  uint32_t words = kOperationWords[static_cast<size_t>(base)];
  if (lift::operation_info(base).tail == lift::Tail::List) words += list_words(field_c(pc));
  return words;
}

constexpr uint16_t kAbsent = lift::kNoRegister;

}  // namespace ouro::vm
