// Which temporaries are still needed: a backward analysis over register code, so that a dead register keeps
// no object alive. Asked by the collector for the few frames that exist, so it is lazy and frugal rather than
// fast: 64 registers at a time, one word for each block.
#include <algorithm>

#include "lift/operands.h"

namespace ouro::lift {

namespace {

constexpr size_t kMaxKept = size_t{1} << 20;  // words of solutions

/// The bit of a register within a chunk of temporaries, or nothing.
uint64_t bit_of(uint32_t reg, uint32_t base) {
  const uint32_t index = reg - base;
  return reg >= base && index < 64 ? uint64_t{1} << index : 0;
}

/// Operations that run other code for long have taken their operands before that; the others may still read
/// them after they have allocated.
bool hands_over(Operation operation) {
  switch (operation) {
    case Operation::Call:
    case Operation::CallMethod:
    case Operation::CallExtended:
    case Operation::Send:
    case Operation::Yield:
    case Operation::Return:
      return true;
    default:
      return false;
  }
}

}  // namespace

Liveness::Liveness(const RegisterCode& code) : code_(code) {
  const size_t temps = code.register_count - code.temp_base;
  result_.resize(temps);
  cut_blocks();
  solved_.resize((temps + 63) / 64);
}

void Liveness::cut_blocks() {
  const auto count = static_cast<uint32_t>(code_.words.size());
  std::vector<bool> leaders(count + 1);
  for (uint32_t word = 0; word < count;) {
    starts_.push_back(word);
    const Instruction instruction = instruction_at(code_.words, word);
    const Operation operation = operation_of(instruction);
    const bool jumps = wide_operand(operation) == WideOperand::Target;
    if (jumps) leaders[static_cast<size_t>(jump_target(code_.words, word))] = true;
    word += instruction_words(instruction);
    if (jumps || ends_control(operation)) leaders[word] = true;
  }
  for (const Handler& handler : code_.handlers)
    leaders[handler.start] = leaders[handler.end] = leaders[handler.target] = true;
  for (uint32_t i = 0; i < starts_.size(); ++i) {
    if (i == 0 || leaders[starts_[i]])
      blocks_.push_back({i, i, {kNoBlock, kNoBlock}, kNoBlock, kNoRegister, kNoRegister});
    blocks_.back().end = i + 1;
  }
  for (uint32_t i = 0; i < blocks_.size(); ++i) {
    Block& block = blocks_[i];
    const uint32_t last = starts_[block.end - 1];
    const Operation operation = operation_of(instruction_at(code_.words, last));
    if (!ends_control(operation) && i + 1 < blocks_.size()) block.successors[0] = i + 1;
    if (wide_operand(operation) == WideOperand::Target)
      block.successors[1] = block_at(static_cast<uint32_t>(jump_target(code_.words, last)));
    if (const Handler* handler = code_.handler_of(starts_[block.first])) {
      block.handler = block_at(handler->target);
      block.exception = handler->exception;
      block.last_index = handler->last_index;
    }
  }
}

uint32_t Liveness::block_at(uint32_t word) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), word,
                       [this](uint32_t at, const Block& block) { return at < starts_[block.first]; });
  return static_cast<uint32_t>(after - blocks_.begin()) - 1;
}

/// What the block's handler needs of the registers as they are.
uint64_t Liveness::raised(const Block& block, uint32_t chunk, const std::vector<uint64_t>& live_in) const {
  if (block.handler == kNoBlock) return 0;
  const uint32_t base = code_.temp_base + chunk * 64;
  return live_in[block.handler] & ~bit_of(block.exception, base) & ~bit_of(block.last_index, base);
}

uint64_t Liveness::live_out(const Block& block, const std::vector<uint64_t>& live_in) const {
  uint64_t live = 0;
  for (const uint32_t successor : block.successors)
    if (successor != kNoBlock) live |= live_in[successor];
  return live;
}

/// From behind an instruction to before it.
uint64_t Liveness::step_back(uint32_t word, uint32_t chunk, uint64_t live, uint64_t raised) const {
  const uint32_t base = code_.temp_base + chunk * 64;
  uint64_t read = 0;
  uint64_t written = 0;
  for_each_operand(
      code_.words, word, [&](uint16_t reg) { read |= bit_of(reg, base); },
      [&](uint16_t reg) { written |= bit_of(reg, base); });
  // ForIter does not write where it jumps to; nothing there reads it either. What the handler needs is needed
  // only where it can be reached from: PushExcInfo, first in a handler that is protected itself, makes it.
  return (live & ~written) | read | (may_raise(operation_of(instruction_at(code_.words, word))) ? raised : 0);
}

std::vector<uint64_t> Liveness::solve(uint32_t chunk) const {
  std::vector<uint64_t> live_in(blocks_.size(), 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = blocks_.size(); i-- > 0;) {
      const Block& block = blocks_[i];
      const uint64_t handler = raised(block, chunk, live_in);
      uint64_t live = live_out(block, live_in);
      for (uint32_t at = block.end; at-- > block.first;) live = step_back(starts_[at], chunk, live, handler);
      changed = changed || live != live_in[i];
      live_in[i] = live;
    }
  }
  return live_in;
}

const std::vector<uint64_t>& Liveness::live_in(uint32_t chunk) const {
  if (blocks_.size() * solved_.size() > kMaxKept) return unkept_ = solve(chunk);
  if (solved_[chunk].empty()) solved_[chunk] = solve(chunk);
  return solved_[chunk];
}

const std::vector<bool>& Liveness::live_temps(uint32_t word) const {
  std::fill(result_.begin(), result_.end(), false);
  const Block& block = blocks_[block_at(word)];
  for (uint32_t chunk = 0; chunk < solved_.size(); ++chunk) {
    const std::vector<uint64_t>& known = live_in(chunk);
    const uint64_t handler = raised(block, chunk, known);
    uint64_t live = live_out(block, known);
    uint32_t at = block.end;
    for (; at-- > block.first && starts_[at] > word;) live = step_back(starts_[at], chunk, live, handler);
    const uint32_t base = code_.temp_base + chunk * 64;
    for_each_operand(
        code_.words, starts_[at], [](uint16_t) {}, [&](uint16_t reg) { live &= ~bit_of(reg, base); });
    if (!hands_over(operation_of(instruction_at(code_.words, starts_[at]))))
      for_each_operand(
          code_.words, starts_[at], [&](uint16_t reg) { live |= bit_of(reg, base); }, [](uint16_t) {});
    if (may_raise(operation_of(instruction_at(code_.words, starts_[at])))) live |= handler;
    for (; live != 0; live &= live - 1)
      result_[chunk * 64 + static_cast<uint32_t>(__builtin_ctzll(live))] = true;
  }
  return result_;
}

}  // namespace ouro::lift
