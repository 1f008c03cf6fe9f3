#include "lift/emitter.h"

#include <cstring>

#include "lift/operands.h"

namespace ouro::lift {

namespace {

constexpr unsigned kMaxHops = 8;

uint64_t pack(Operation operation, uint32_t a, uint32_t b, uint32_t c) {
  const Instruction instruction = {static_cast<uint16_t>(operation), static_cast<uint16_t>(a),
                                   static_cast<uint16_t>(b), static_cast<uint16_t>(c)};
  uint64_t word;
  std::memcpy(&word, &instruction, sizeof word);
  return word;
}

void set_quarter(uint64_t& word, unsigned quarter, uint32_t value) {
  uint16_t quarters[4];
  std::memcpy(quarters, &word, sizeof word);
  quarters[quarter] = static_cast<uint16_t>(value);
  std::memcpy(&word, quarters, sizeof word);
}

}  // namespace

uint32_t Emitter::emit(Operation operation, uint32_t a, uint32_t b, uint32_t c) {
  const uint32_t at = size();
  // What was taken back may have left its marks behind.
  while (!code_.offsets.empty() && code_.offsets.back().word >= at) code_.offsets.pop_back();
  while (!parts_.empty() && parts_.back().start >= at) parts_.pop_back();
  if (code_.offsets.empty() || code_.offsets.back().offset != offset_) code_.offsets.push_back({at, offset_});
  if (parts_.empty() || parts_.back().range != range_) parts_.push_back({at, range_});
  code_.words.push_back(pack(operation, a, b, c));
  code_.words.resize(code_.words.size() + operation_info(operation).words);
  return at;
}

void Emitter::append_list(std::span<const uint32_t> registers) {
  const size_t start = code_.words.size();
  code_.words.resize(start + list_words(static_cast<uint32_t>(registers.size())));
  for (size_t i = 0; i < registers.size(); ++i)
    set_quarter(code_.words[start + i / 4], static_cast<unsigned>(i % 4), registers[i]);
}

void Emitter::patch_field(uint32_t instruction, unsigned field, uint32_t reg) {
  set_quarter(code_.words[instruction], field + 1, reg);
}

void Emitter::patch_list(uint32_t list, uint32_t index, uint32_t reg) {
  set_quarter(code_.words[list + index / 4], index % 4, reg);
}

void Emitter::resolve(std::span<const uint32_t> block_words) {
  for (const PendingJump& jump : jumps_) set_distance(jump.instruction, block_words[jump.block]);
  // A jump forward to a jump forward goes on at once.
  for (const PendingJump& jump : jumps_) {
    uint32_t target = block_words[jump.block];
    for (unsigned hops = 0; hops < kMaxHops && target > jump.instruction; ++hops) {
      if (operation_of(instruction_at(code_.words, target)) != Operation::Jump) break;
      target = static_cast<uint32_t>(jump_target(code_.words, target));
      set_distance(jump.instruction, target);
    }
  }
}

void Emitter::set_distance(uint32_t instruction, uint32_t target) {
  const int64_t distance = int64_t{target} - int64_t{instruction};
  code_.words[instruction + 1] = static_cast<uint32_t>(static_cast<int32_t>(distance));
}

}  // namespace ouro::lift
