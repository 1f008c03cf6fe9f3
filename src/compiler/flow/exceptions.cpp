// Which handler takes an exception at each instruction, how deep the stack is, and which way jumps go.
#include <algorithm>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

constexpr uint32_t kGeneratorFlags = kCoGenerator | kCoCoroutine | kCoAsyncGenerator;

// A stack of handlers as an immutable list: paths that split share what they have in common.
struct HandlerStack {
  BlockId handler;
  const HandlerStack* outer;  // null: this is the bottom, whose handler is kNoBlock
};

class HandlerLabels {
 public:
  explicit HandlerLabels(Graph& graph)
      : graph_(graph),
        stacks_(graph.arena().make_span<const HandlerStack*>(graph.size())),
        todo_(graph.worklist()) {
    for_each_block(graph, [](BlockId, Block& block) { block.visited = false; });
  }

  void run() {
    reach(kEntryBlock, graph_.arena().make<HandlerStack>(kNoBlock, nullptr));
    while (!todo_.empty()) {
      const BlockId id = todo_.back();
      todo_.pop_back();
      visit(graph_[id], stacks_[id]);
    }
  }

 private:
  void reach(BlockId id, const HandlerStack* stack) {
    if (graph_[id].visited) return;
    graph_[id].visited = true;
    stacks_[id] = stack;
    todo_.push_back(id);
  }

  void visit(Block& block, const HandlerStack* stack) {
    for (FlowInstruction& instruction : block.code()) {
      if (is_block_push(instruction.op)) {
        reach(instruction.target, stack);
        if (instruction.op != Op::SETUP_FINALLY) graph_[instruction.target].preserves_lasti = true;
        stack = graph_.arena().make<HandlerStack>(instruction.target, stack);
      } else if (instruction.op == Op::POP_BLOCK) {
        if (stack->outer != nullptr) stack = stack->outer;
      } else {
        instruction.handler = stack->handler;
        if (is_jump(instruction.op)) reach(instruction.target, stack);
      }
    }
    if (!block.no_fallthrough && block.next != kNoBlock) reach(block.next, stack);
  }

  Graph& graph_;
  std::span<const HandlerStack*> stacks_;
  ArenaVector<BlockId>& todo_;
};

class StackMeter {
 public:
  explicit StackMeter(Flow& flow)
      : flow_(flow), todo_(flow.graph.worklist()), bytecode_(*flow.compilation.options.target->bytecode) {}

  int64_t run() {
    for (BlockId id = 0; id < flow_.graph.size(); ++id) flow_.graph[id].start_depth = INT32_MIN;
    // A generator starts with the value that it is sent.
    reach(kEntryBlock, (flow_.unit.flags & kGeneratorFlags) != 0 ? 1 : 0);
    while (!todo_.empty()) {
      const BlockId id = todo_.back();
      todo_.pop_back();
      visit(flow_.graph[id]);
    }
    return deepest_;
  }

 private:
  void reach(BlockId id, int64_t depth) {
    deepest_ = std::max(deepest_, depth);
    Block& block = flow_.graph[id];
    if (block.start_depth >= depth || block.start_depth >= 100) return;
    block.start_depth = static_cast<int32_t>(std::min<int64_t>(depth, INT32_MAX));
    todo_.push_back(id);
  }

  // Jumps and exits are the last instructions of their blocks.
  void visit(const Block& block) {
    if (block.has_pushes) [[unlikely]]
      reach_handlers(block);
    const int64_t depth = int64_t{block.start_depth} + block.effect;
    deepest_ = std::max(deepest_, int64_t{block.start_depth} + block.peak);
    if (!block.empty()) {
      const FlowInstruction& last = block.last();
      if (is_jump(last.op)) reach(last.target, depth - effect(last, false) + effect(last, true));
      switch (last.op) {
        case Op::JUMP:
        case Op::JUMP_NO_INTERRUPT:
        case Op::RETURN_VALUE:
        case Op::RAISE_VARARGS:
        case Op::RERAISE:
          return;
        default:
          break;
      }
    }
    if (block.next != kNoBlock) reach(block.next, depth);
  }

  void reach_handlers(const Block& block) {
    int64_t depth = block.start_depth;
    for (const FlowInstruction& instruction : block.code()) {
      if (is_block_push(instruction.op)) reach(instruction.target, depth + effect(instruction, true));
      depth += effect(instruction, false);
    }
  }

  int effect(const FlowInstruction& instruction, bool jump) const {
    return stack_effect(bytecode_, instruction.op, static_cast<int>(instruction.operand), jump);
  }

  Flow& flow_;
  ArenaVector<BlockId>& todo_;
  const VersionTable& bytecode_;
  int64_t deepest_ = 0;
};

Op directed(Op op, bool forward) {
  switch (op) {
    case Op::JUMP:
      return forward ? Op::JUMP_FORWARD : Op::JUMP_BACKWARD;
    case Op::JUMP_NO_INTERRUPT:
      return forward ? Op::JUMP_FORWARD : Op::JUMP_BACKWARD_NO_INTERRUPT;
    case Op::POP_JUMP_IF_FALSE:
      return forward ? Op::POP_JUMP_FORWARD_IF_FALSE : Op::POP_JUMP_BACKWARD_IF_FALSE;
    case Op::POP_JUMP_IF_TRUE:
      return forward ? Op::POP_JUMP_FORWARD_IF_TRUE : Op::POP_JUMP_BACKWARD_IF_TRUE;
    case Op::POP_JUMP_IF_NONE:
      return forward ? Op::POP_JUMP_FORWARD_IF_NONE : Op::POP_JUMP_BACKWARD_IF_NONE;
    case Op::POP_JUMP_IF_NOT_NONE:
      return forward ? Op::POP_JUMP_FORWARD_IF_NOT_NONE : Op::POP_JUMP_BACKWARD_IF_NOT_NONE;
    default:
      return op;
  }
}

}  // namespace

Status label_handlers(Flow& flow) {
  if (!flow.unit.sequence.has_handlers()) return {};
  HandlerLabels(flow.graph).run();
  for_each_block(flow.graph, [](BlockId, Block& block) {
    for (FlowInstruction& instruction : block.code()) {
      if (!is_block_push(instruction.op) && instruction.op != Op::POP_BLOCK) continue;
      make_nop(instruction);
      block.may_have_nops = true;
    }
  });
  return {};
}

Status measure_stack(Flow& flow) {
  const int64_t deepest = StackMeter(flow).run();
  // No real program comes near; what would is refused rather than wrapped around.
  if (deepest > INT32_MAX / 2) return flow.compilation.workspace.error(ErrorType::MemoryError, "");
  flow.stack_size = static_cast<int32_t>(deepest);
  return {};
}

Status direct_jumps(Flow& flow) {
  for_each_block(flow.graph, [](BlockId, Block& block) { block.visited = false; });
  for (BlockId id = kEntryBlock; id != kNoBlock; id = flow.graph[id].next) {
    Block& block = flow.graph[id];
    block.visited = true;
    if (block.empty() || !is_jump(block.last().op)) continue;
    const bool forward = !flow.graph[block.last().target].visited;
    const Op op = block.last().op;
    if (!forward && (op == Op::JUMP_IF_TRUE_OR_POP || op == Op::JUMP_IF_FALSE_OR_POP))
      return flow.compilation.workspace.error(ErrorType::SystemError,
                                              op == Op::JUMP_IF_TRUE_OR_POP
                                                  ? "unexpected JUMP_IF_TRUE_OR_POP jumping backwards"
                                                  : "unexpected JUMP_IF_FALSE_OR_POP jumping backwards");
    block.last().op = directed(op, forward);
  }
  return {};
}

}  // namespace ouro::compiler
