// The frame of the translation: registers, blocks, tracing, tables.
#include <algorithm>

#include "bytecode/positions.h"
#include "lift/translator.h"

namespace ouro::lift {

namespace {

constexpr uint32_t kMaxRegisters = kNoRegister;
constexpr uint32_t kMaxWords = 0x7FFFFFFF;
constexpr unsigned kMaxLoopWeight = 6;
constexpr uint32_t kMaxDeadSlots = 8;

}  // namespace

Translator::Translator(const CodeView& view, const StackCode& code, const Analysis& analysis,
                       const LiftOptions& options, StackMap* map)
    : view_(view), code_(code), analysis_(analysis), options_(options), map_(map) {}

bool Translator::fail(std::string message) {
  if (error_.empty()) error_ = std::move(message);
  return false;
}

bool Translator::run() {
  if (!choose_registers()) return false;
  if (options_.tracing) find_line_starts();
  emit_.reserve(analysis_.reached_instructions());
  block_words_.assign(code_.blocks.size(), 0);
  snapshots_.assign(code_.blocks.size(), {});
  skipped_.assign(code_.blocks.size(), false);
  for (uint32_t i = 0; i < code_.blocks.size(); ++i) {
    if (code_.blocks[i].depth < 0 || skipped_[i]) continue;
    translate_block(i);
    if (!error_.empty()) return false;
    if (emit_.size() > kMaxWords) return fail("the code is too long");
  }
  emit_stubs();
  emit_.resolve(block_words_);
  finish_handlers();
  if (scratch_end_ > kMaxRegisters) return fail("too many registers");
  emit_.code().register_count = static_cast<uint16_t>(scratch_end_);
  return true;
}

// ---- registers

bool Translator::choose_registers() {
  local_count_ = static_cast<uint32_t>(view_.local_kinds.size());
  pin_constants();
  RegisterCode& code = emit_.code();
  temp_base_ = local_count_ + static_cast<uint32_t>(code.pinned_consts.size());
  scratch_base_ = scratch_end_ = temp_base_ + analysis_.max_depth();
  if (scratch_base_ > kMaxRegisters) return fail("too many registers");
  code.local_count = static_cast<uint16_t>(local_count_);
  code.temp_base = static_cast<uint16_t>(temp_base_);
  code.tracing = options_.tracing;
  return true;
}

/// Constants get registers by their uses as operands, those in loops counting more. What is only stored into
/// a local is as well loaded there, and what only handlers use is rarely used at all.
void Translator::pin_constants() {
  std::vector<uint64_t> weights(view_.const_count, 0);
  std::vector<uint32_t> used;
  for (const Block& block : code_.blocks) {
    if (block.depth < 0 || block.cold) continue;
    const uint64_t weight = uint64_t{1} << (3 * std::min<unsigned>(block.loop_depth, kMaxLoopWeight));
    for (uint32_t i = block.first; i < block.end; ++i) {
      if (code_.instructions[i].op != Op::LOAD_CONST) continue;
      const Op next = i + 1 < block.end ? code_.instructions[i + 1].op : Op::NOP;
      if (next == Op::STORE_FAST || next == Op::POP_TOP || next == Op::MAKE_FUNCTION) continue;
      const uint32_t constant = code_.instructions[i].argument;
      if (weights[constant] == 0) used.push_back(constant);
      weights[constant] += weight;
    }
  }
  std::sort(used.begin(), used.end(), [&](uint32_t left, uint32_t right) {
    return weights[left] != weights[right] ? weights[left] > weights[right] : left < right;
  });
  const uint32_t room = kMaxRegisters - std::min(kMaxRegisters, local_count_ + analysis_.max_depth());
  const size_t most = std::min(options_.max_pinned_consts, room);
  if (used.size() > most) used.resize(most);
  pinned_register_.assign(view_.const_count, kNone);
  for (uint32_t i = 0; i < used.size(); ++i) pinned_register_[used[i]] = local_count_ + i;
  emit_.code().pinned_consts = std::move(used);
}

void Translator::find_line_starts() {
  line_starts_.assign(view_.code.size() / 2, false);
  PositionReader reader({reinterpret_cast<const char*>(view_.line_table.data()), view_.line_table.size()},
                        view_.first_line);
  PositionRange range;
  int32_t line = -1;
  while (reader.next(&range)) {
    if (range.position.line < 0 || range.position.line == line) continue;
    line = range.position.line;
    if (range.start < line_starts_.size()) line_starts_[range.start] = true;
  }
}

// ---- blocks

uint32_t Translator::next_reached(uint32_t block) const {
  for (++block; block < code_.blocks.size(); ++block)
    if (code_.blocks[block].depth >= 0 && !skipped_[block]) return block;
  return kNone;
}

bool Translator::takes_store(uint32_t index) const {
  const Block& block = code_.blocks[index];
  return !options_.tracing && block.predecessors > 1 && !block.conditional &&
         code_.instructions[block.first].op == Op::STORE_FAST;
}

uint32_t Translator::dead_slots(uint32_t index) const {
  if (options_.tracing) return 0;
  const Block& block = code_.blocks[index];
  uint32_t count = 0;
  while (count < kMaxDeadSlots && block.first + count < block.end &&
         code_.instructions[block.first + count].op == Op::POP_TOP)
    ++count;
  return count;
}

/// The register in which a handler's block gets its exception.
uint32_t Translator::exception_register(uint32_t index) const {
  const Block& block = code_.blocks[index];
  const auto depth = static_cast<uint32_t>(block.depth);
  const bool pushes = code_.instructions[block.first].op == Op::PUSH_EXC_INFO;
  return canonical(pushes && !block.jumped && !options_.tracing ? depth : depth - 1);
}

void Translator::reset_stack(uint32_t index, uint32_t depth) {
  stack_.pop(stack_.depth());
  const std::span<const SlotKind> kinds = analysis_.kinds(code_.blocks[index]);
  const uint32_t live = depth - dead_slots(index);
  for (uint32_t i = 0; i < depth; ++i) {
    if (kinds[i] != SlotKind::Value)
      stack_.push_kind(kinds[i]);
    else if (i < live)
      stack_.push_register(canonical(i));
    else
      stack_.push_kind(SlotKind::Unusable);
  }
  stack_.set_canonical(depth);
}

/// Gives the stack the form that it has at the block's start, on all ways there.
void Translator::enter_block(uint32_t index) {
  const Block& block = code_.blocks[index];
  const Snapshot& snapshot = snapshots_[index];
  const bool sole = block.predecessors == 1;
  if (!(open_ && sole)) {
    if (open_) {
      note_point(block.first);
      if (takes_store(index)) store_fast(code_.instructions[block.first].argument);
      ensure_canonical(stack_.depth() - dead_slots(index));
    }
    if (snapshot.start != kNone) {
      stack_.pop(stack_.depth());
      for (uint32_t i = 0; i < snapshot.count; ++i) stack_.push(snapshot_slots_[snapshot.start + i]);
    } else {
      reset_stack(index, static_cast<uint32_t>(block.depth) - (takes_store(index) ? 1 : 0));
    }
    last_.end = kNone;
    last_store_end_ = kNone;
    // Whoever comes from elsewhere finds the stack in the form that all ways agree on.
    if (map_ != nullptr) map_->forget_from(emit_.size());
  }
  if (block.handler && !block.jumped) stack_.set_register(stack_.depth() - 1, exception_register(index));
  const std::span<const uint64_t> bound = analysis_.bound(index);
  bound_.assign(bound.begin(), bound.end());
  block_words_[index] = emit_.size();
}

void Translator::translate_block(uint32_t index) {
  block_ = index;
  enter_block(index);
  const Block& block = code_.blocks[index];
  uint32_t i = block.first;
  if (takes_store(index)) set_bound(code_.instructions[i++].argument, true);
  open_ = true;
  while (i < block.end && error_.empty()) {
    consumed_ = 0;
    translate(i);
    i += 1 + consumed_;
  }
}

/// Before an instruction's translation. Of several points at one word the first is kept: the instructions
/// since then have emitted nothing, so that the stack of then is still there.
void Translator::note_point(uint32_t index) {
  if (map_ == nullptr) return;
  map_->forget_from(emit_.size() + 1);
  if (map_->has(emit_.size())) return;
  map_->begin_point(emit_.size(), code_.instructions[index].start * 2);
  for (uint32_t i = 0; i < stack_.depth(); ++i) {
    const Slot& slot = stack_[i];
    const bool pair = slot.kind == SlotKind::PairLow || slot.kind == SlotKind::PairHigh;
    if (pair)
      map_->add_slot({SlotPlace::Kind::Register, canonical(i)});
    else if (slot.kind != SlotKind::Value)
      map_->add_slot({});
    else
      map_->add_slot({slot.is_const ? SlotPlace::Kind::Constant : SlotPlace::Kind::Register, slot.value});
  }
}

void Translator::emit_trace_line(uint32_t index) {
  const StackInstruction& instruction = code_.instructions[index];
  emit_.set_source(instruction.start * 2, instruction.handler);
  const uint32_t at = emit_.emit(Operation::TraceLine);
  const uint64_t starts_line = line_starts_[instruction.start] ? 1 : 0;
  emit_.set_word(at, 1, instruction.start * 2 | starts_line << 32);
}

void Translator::translate(uint32_t index) {
  const StackInstruction& instruction = code_.instructions[index];
  note_point(index);
  if (options_.tracing) emit_trace_line(index);
  emit_.set_source(instruction.unit * 2, instruction.handler);
  // What the handler finds on the stack has to be in place when the instruction raises. (load_fast looks
  // itself.)
  if (instruction.handler != kNone && instruction.op != Op::LOAD_FAST && may_raise(instruction.op))
    ensure_canonical(code_.ranges[instruction.handler].depth);
  if (!translate_stack(instruction) && !translate_variable(instruction) && !translate_simple(instruction) &&
      !translate_control(index) && !translate_construction(instruction) && !translate_rest(instruction))
    fail("an instruction that has no translation");
  if (StackCode::is_terminator(instruction.op)) {
    if (!StackCode::is_unconditional_jump(instruction.op)) open_ = false;
    return;
  }
  if (options_.tracing) ensure_canonical(stack_.depth());
}

// ---- the end

void Translator::emit_stubs() {
  for (const Stub& stub : stubs_) {
    emit_.set_source(stub.offset, stub.range);
    const uint32_t start = emit_.emit(Operation::Move, stub.to, stub.from);
    emit_.set_word(stub.instruction, 1, start - stub.instruction);
    const uint32_t at = emit_.emit(Operation::JumpBack);
    emit_.jump_to(at, stub.target);
  }
}

void Translator::finish_handlers() {
  const std::vector<Emitter::RangePart>& parts = emit_.range_parts();
  std::vector<Handler>& handlers = emit_.code().handlers;
  for (size_t i = 0; i < parts.size(); ++i) {
    // Nothing that raises: the handler was not looked at, and may be any nonsense.
    if (parts[i].range == kNone || !analysis_.raises(parts[i].range)) continue;
    const uint32_t end = i + 1 < parts.size() ? parts[i + 1].start : emit_.size();
    const ExceptionRange& range = code_.ranges[parts[i].range];
    const uint32_t target = code_.handler_block(parts[i].range);
    const auto last_index = range.lasti ? canonical(range.depth) : kNoRegister;
    const Handler handler = {parts[i].start, end, block_words_[target],
                             static_cast<uint16_t>(exception_register(target)),
                             static_cast<uint16_t>(last_index)};
    if (!handlers.empty() && handlers.back().end == handler.start &&
        handlers.back().target == handler.target && handlers.back().last_index == handler.last_index)
      handlers.back().end = end;
    else
      handlers.push_back(handler);
  }
}

}  // namespace ouro::lift
