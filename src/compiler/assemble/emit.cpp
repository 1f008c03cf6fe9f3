#include "compiler/assemble/emit.h"

#include <algorithm>
#include <cstring>

#include "bytecode/exceptions.h"
#include "bytecode/positions.h"

namespace ouro::compiler {

namespace {

// A block that ends in a jump, for the computation of distances; or one that does not.
struct Span {
  BlockId block;
  uint32_t fixed_units;       // all but the jump
  FlowInstruction* jump;      // null: none
  uint32_t jump_fixed_units;  // the jump with its caches, without extensions
};

std::span<Span> measure_blocks(Flow& flow, uint64_t* total) {
  const VersionTable& bytecode = *flow.compilation.options.target->bytecode;
  ArenaVector<Span> spans(flow.graph.arena());
  *total = 0;
  for_each_block(flow.graph, [&](BlockId id, Block& block) {
    Span span{id, block.units, nullptr, 0};
    if (!block.empty() && is_jump(block.last().op)) {
      span.jump = &block.last();
      span.jump_fixed_units = units_of(brief(bytecode, span.jump->op), *span.jump);
    }
    *total += span.fixed_units + span.jump_fixed_units + 3;
    spans.push_back(span);
  });
  return spans.span();
}

class CodeEmitter {
 public:
  explicit CodeEmitter(Flow& flow)
      : flow_(flow),
        bytecode_(*flow.compilation.options.target->bytecode),
        positions_(flow.graph.arena(), flow.unit.first_line),
        exceptions_(flow.graph.arena()) {}

  EmittedCode run() {
    Arena& arena = flow_.compilation.workspace.arena;
    const std::span<char> code = arena.make_span<char>(size_t{flow_.code_units} * 2);
    // Inline caches are zero, in every version: what is not written is a cache.
    std::ranges::fill(code, 0);
    begin_ = at_ = code.data();
    for_each_block(flow_.graph, [&](BlockId, const Block& block) {
      for (auto rest = block.code(); !rest.empty(); rest = rest.subspan(std::min(rest.size(), kBatch)))
        emit(rest.first(std::min(rest.size(), kBatch)));
    });
    change_handler(kNoBlock);
    return {{code.data(), code.size()}, arena.copy(positions_.bytes()), arena.copy(exceptions_.bytes())};
  }

 private:
  static constexpr size_t kBatch = 256;  // instructions, for which room is made at once

  static char* put(char* to, int number, uint32_t operand) {
    to[0] = static_cast<char>(number);
    to[1] = static_cast<char>(operand);
    return to + 2;
  }

  [[gnu::noinline]] char* put_extensions(char* to, uint32_t operand) const {
    for (uint32_t left = extensions(operand); left > 0; --left)
      to = put(to, info(bytecode_, Op::EXTENDED_ARG).number, operand >> (8 * left));
    return to;
  }

  // Where the bytes go is kept in local variables: a store of a byte could change any member.
  void emit(std::span<const FlowInstruction> instructions) {
    char* to = at_;
    BlockId handler = handler_;
    PositionWriter::Cursor cursor = positions_.begin(instructions.size());
    const VersionTable& bytecode = bytecode_;
    for (const FlowInstruction& instruction : instructions) {
      if (instruction.handler != handler) [[unlikely]] {
        at_ = to;
        change_handler(instruction.handler);
        handler = instruction.handler;
      }
      const OpBrief op = brief(bytecode, instruction.op);
      uint32_t units = op.units;
      char* const start = to;
      if (instruction.operand > 0xFF) [[unlikely]] {
        to = put_extensions(to, instruction.operand);
        units += static_cast<uint32_t>(to - start) / 2;
      }
      put(to, op.number, instruction.operand);
      to += size_t{op.units} * 2;
      const Location& where = instruction.where;
      cursor =
          PositionWriter::put(cursor, {where.line, where.end_line, where.column, where.end_column}, units);
    }
    positions_.end(cursor);
    at_ = to;
  }

  uint32_t offset() const { return static_cast<uint32_t>(at_ - begin_) / 2; }

  // Closes the range of the handler so far; from here on `handler` takes over.
  [[gnu::noinline]] void change_handler(BlockId handler) {
    if (handler_ != kNoBlock && offset() != start_) {
      const Block& block = flow_.graph[handler_];
      const int32_t pushed = block.preserves_lasti ? 2 : 1;
      exceptions_.add({start_, offset(), block.offset,
                       static_cast<uint32_t>(std::max(block.start_depth - pushed, 0)),
                       block.preserves_lasti});
    }
    start_ = offset();
    handler_ = handler;
  }

  Flow& flow_;
  const VersionTable& bytecode_;
  char* begin_ = nullptr;
  char* at_ = nullptr;  // where the next instruction goes
  PositionWriter positions_;
  ExceptionTableWriter exceptions_;
  BlockId handler_ = kNoBlock;
  uint32_t start_ = 0;  // of the range that handler_ covers, in code units
};

}  // namespace

// Distances depend on the sizes of the jumps in between, and those on their distances. Beginning with all
// jumps short, sizes only grow, so repeating ends at the smallest solution. Only blocks and jumps are walked
// again.
Status resolve_jumps(Flow& flow) {
  uint64_t total = 0;
  const std::span<Span> spans = measure_blocks(flow, &total);
  // CPython indexes code with an int.
  if (total > INT32_MAX / 2)
    return flow.compilation.workspace.error(ErrorType::OverflowError, "code: co_code larger than INT_MAX");
  Graph& graph = flow.graph;
  uint32_t offset = 0;
  for (bool changed = true; changed;) {
    changed = false;
    offset = 0;
    for (const Span& span : spans) {
      graph[span.block].offset = offset;
      offset += span.fixed_units + span.jump_fixed_units;
      if (span.jump != nullptr) offset += extensions(span.jump->operand);
    }
    for (const Span& span : spans) {
      if (span.jump == nullptr) continue;
      const uint32_t size = extensions(span.jump->operand);
      const uint32_t after = graph[span.block].offset + span.fixed_units + span.jump_fixed_units + size;
      const uint32_t target = graph[span.jump->target].offset;
      span.jump->operand = target < after ? after - target : target - after;
      changed |= extensions(span.jump->operand) != size;
    }
  }
  flow.code_units = offset;
  return {};
}

EmittedCode emit_code(Flow& flow) {
  return CodeEmitter(flow).run();
}

}  // namespace ouro::compiler
