// The register code under construction: words, the tables that go with them, jumps to be filled in.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lift/register_code.h"
#include "lift/stack_code.h"

namespace ouro::lift {

class Emitter {
 public:
  /// Makes room for code of that many stack instructions.
  void reserve(size_t instructions) {
    code_.words.reserve(instructions * 2 + 16);
    code_.offsets.reserve(instructions * 2 / 3 + 4);
    jumps_.reserve(instructions / 8 + 2);
  }

  /// What is emitted next comes from that byte offset of co_code and is protected by that range, or kNone.
  void set_source(uint32_t offset, uint32_t range) {
    offset_ = offset;
    range_ = range;
  }

  /// Appends an instruction, its further words zero; the index of its first word.
  uint32_t emit(Operation operation, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0);
  /// A word of the last instruction's, behind the first.
  void set_word(uint32_t instruction, uint32_t word, uint64_t value) {
    code_.words[instruction + word] = value;
  }
  /// Appends the list of the last instruction.
  void append_list(std::span<const uint32_t> registers);
  /// A jump whose first further word is the distance to `block`.
  void jump_to(uint32_t instruction, uint32_t block) { jumps_.push_back({instruction, block}); }
  /// The position of word `word` of an instruction is another one than that of its first word.
  void add_offset(uint32_t word, uint32_t offset) { code_.offsets.push_back({word, offset}); }

  uint32_t size() const { return static_cast<uint32_t>(code_.words.size()); }
  uint32_t range() const { return range_; }
  uint32_t offset() const { return offset_; }

  /// Changes an operand of an instruction that stands already. field: 0 is a, 1 is b, 2 is c.
  void patch_field(uint32_t instruction, unsigned field, uint32_t reg);
  void patch_list(uint32_t list, uint32_t index, uint32_t reg);
  /// Takes the last instruction back.
  void drop_last(uint32_t instruction) { code_.words.resize(instruction); }

  struct RangePart {
    uint32_t start;
    uint32_t range;
  };
  const std::vector<RangePart>& range_parts() const { return parts_; }

  /// Fills in the jumps, given the first word of each block.
  void resolve(std::span<const uint32_t> block_words);
  RegisterCode& code() { return code_; }

 private:
  void set_distance(uint32_t instruction, uint32_t target);

  struct PendingJump {
    uint32_t instruction;
    uint32_t block;
  };

  RegisterCode code_;
  std::vector<PendingJump> jumps_;
  std::vector<RangePart> parts_;
  uint32_t offset_ = 0;
  uint32_t range_ = kNone;
};

/// The words of an instruction's list.
constexpr uint32_t list_words(uint32_t count) {
  return (count + 3) / 4;
}

}  // namespace ouro::lift
