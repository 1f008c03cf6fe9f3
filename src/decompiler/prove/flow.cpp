// Two codes as graphs, and a walk over pairs of their nodes.
//
// If every pair of instructions that can be reached together does the same, and the ways on from the two lead
// to such pairs again, then no run can tell the codes apart. What is looked through on both sides is what
// does nothing but lead somewhere. Each instruction of one code usually meets one or, where exits were
// copied, a few of the other; a bound on the number of pairs makes the time linear whatever is given.
#include "decompiler/prove/flow.h"

#include <fmt/format.h>

#include <unordered_set>
#include <vector>

#include "bytecode/disassemble.h"
#include "bytecode/exceptions.h"
#include "decompiler/prove/constants.h"
#include "decompiler/prove/instruction_text.h"

namespace ouro::decompiler {

namespace {

constexpr uint32_t kNowhere = UINT32_MAX;
constexpr uint32_t kEndless = kNowhere - 1;  // control goes round for ever
constexpr size_t kPairsPerInstruction = 8;
constexpr int kLongestThread = 64;  // jumps to jumps that are looked through in a row

struct Handler {
  uint32_t target = kNowhere;
  uint32_t depth = 0;
  bool lasti = false;
};

struct Node {
  DecodedInstruction instruction;
  Op op = Op::NOP;           // one for both directions of a jump
  uint32_t next = kNowhere;  // the node that follows; kNowhere behind the last one and behind an end
  uint32_t jump = kNowhere;
  Handler handler;
};

Op without_direction(Op op) {
  switch (op) {
    case Op::POP_JUMP_BACKWARD_IF_FALSE:
      return Op::POP_JUMP_FORWARD_IF_FALSE;
    case Op::POP_JUMP_BACKWARD_IF_TRUE:
      return Op::POP_JUMP_FORWARD_IF_TRUE;
    case Op::POP_JUMP_BACKWARD_IF_NONE:
      return Op::POP_JUMP_FORWARD_IF_NONE;
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
      return Op::POP_JUMP_FORWARD_IF_NOT_NONE;
    case Op::JUMP_BACKWARD:
    case Op::JUMP_BACKWARD_NO_INTERRUPT:
      return Op::JUMP_FORWARD;
    default:
      return op;
  }
}

bool ends(Op op) {
  return op == Op::RETURN_VALUE || op == Op::RAISE_VARARGS || op == Op::RERAISE || op == Op::JUMP_FORWARD;
}

class Graph {
 public:
  explicit Graph(const CodeObject& code) : code_(code) {
    const std::string_view bytes = code.code->text();
    at_unit_.assign(bytes.size() / 2 + 1, kNowhere);
    for (const DecodedInstruction& instruction : decode_instructions(bytes, kPython311)) add(instruction);
    link();
    add_handlers();
    find_doers();
    for (Node& node : nodes_) thread(node);
  }

  const CodeObject& code() const { return code_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// Whether the tables make sense.
  bool sound() const { return sound_; }
  /// The first node from here on that does something; kNowhere behind the end, kEndless where there is none.
  uint32_t resolve(uint32_t node) const { return node < doers_.size() ? doers_[node] : kNowhere; }

 private:
  void add(const DecodedInstruction& instruction) {
    at_unit_[instruction.offset / 2] = static_cast<uint32_t>(nodes_.size());
    if (instruction.op == Op::EXTENDED_ARG && instruction.assigned) {
      // A jump here goes to the instruction that it extends: the next one to be added.
      return;
    }
    Node node;
    node.instruction = instruction;
    node.op = without_direction(instruction.op);
    sound_ &= instruction.assigned;
    nodes_.push_back(node);
  }

  uint32_t node_at(int64_t offset) {
    const auto unit = static_cast<size_t>(offset / 2);
    const bool good = offset >= 0 && unit < at_unit_.size() && at_unit_[unit] < nodes_.size();
    sound_ &= good;
    return good ? at_unit_[unit] : kNowhere;
  }

  void link() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      Node& node = nodes_[i];
      if (!ends(node.op) && i + 1 < nodes_.size()) node.next = static_cast<uint32_t>(i + 1);
      if (info(kPython311, node.instruction.op).is_jump())
        node.jump = node_at(jump_target(node.instruction, kPython311));
    }
  }

  /// Compilers write tables in ascending order; others are not compared.
  void add_handlers() {
    ExceptionTableReader reader(code_.exception_table->text());
    ExceptionRange range;
    uint32_t end = 0;
    size_t node = 0;
    while (reader.next(&range)) {
      sound_ &= range.start >= end && range.end >= range.start;
      if (!sound_) return;
      end = range.end;
      const Handler handler{node_at(int64_t{range.target} * 2), range.depth, range.lasti};
      while (node < nodes_.size() && nodes_[node].instruction.offset / 2 < range.start) ++node;
      for (; node < nodes_.size() && nodes_[node].instruction.offset / 2 < end; ++node)
        nodes_[node].handler = handler;
    }
    sound_ &= !reader.malformed();
  }

  /// Fills doers_: each chain of nodes that only lead somewhere is gone through once.
  void find_doers() {
    constexpr uint32_t kUnknown = kNowhere - 2;
    doers_.assign(nodes_.size(), kUnknown);
    std::vector<uint32_t> chain;
    for (uint32_t start = 0; start < nodes_.size(); ++start) {
      uint32_t at = start;
      while (at != kNowhere && doers_[at] == kUnknown) {
        const bool leads = nodes_[at].op == Op::JUMP_FORWARD || nodes_[at].op == Op::NOP;
        doers_[at] = leads ? kEndless : at;  // stands if the chain comes back to it
        if (!leads) break;
        chain.push_back(at);
        at = nodes_[at].op == Op::NOP ? nodes_[at].next : nodes_[at].jump;
      }
      const uint32_t end = at == kNowhere ? kNowhere : doers_[at];
      for (const uint32_t node : chain) doers_[node] = end;
      chain.clear();
    }
  }

  /// A jump that keeps the value and goes to a jump on the same value is made to go where that one leads.
  void thread(Node& node) {
    const bool if_false = node.op == Op::JUMP_IF_FALSE_OR_POP;
    for (int steps = 0; steps < kLongestThread; ++steps) {
      if ((node.op != Op::JUMP_IF_FALSE_OR_POP && node.op != Op::JUMP_IF_TRUE_OR_POP) ||
          node.jump == kNowhere)
        return;
      const uint32_t at = resolve(node.jump);
      if (at >= nodes_.size()) return;
      const Node& target = nodes_[at];
      const Op popping = if_false ? Op::POP_JUMP_FORWARD_IF_FALSE : Op::POP_JUMP_FORWARD_IF_TRUE;
      if (target.op == node.op) {
        node.jump = target.jump;
      } else if (target.op == Op::JUMP_IF_FALSE_OR_POP || target.op == Op::JUMP_IF_TRUE_OR_POP) {
        node.op = popping;
        node.jump = target.next;
      } else if (target.op == Op::POP_JUMP_FORWARD_IF_FALSE || target.op == Op::POP_JUMP_FORWARD_IF_TRUE) {
        node.jump = target.op == popping ? target.jump : target.next;
        node.op = popping;
      } else {
        return;
      }
    }
  }

  const CodeObject& code_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> at_unit_;  // by code unit: the node there
  std::vector<uint32_t> doers_;    // by node: see resolve()
  bool sound_ = true;
};

class Walk {
 public:
  Walk(const CodeObject& a, const CodeObject& b) : a_(a), b_(b) {}

  std::optional<std::string> difference() {
    if (!a_.sound() || !b_.sound()) return "code that makes no sense";
    const size_t most = kPairsPerInstruction * (a_.nodes().size() + b_.nodes().size()) + 64;
    if (auto text = meet(0, 0)) return text;
    while (!open_.empty()) {
      const auto [x, y] = open_.back();
      open_.pop_back();
      if (auto text = follow(x, y)) return text;
      if (seen_.size() > most) return "too many ways through the code";
    }
    return std::nullopt;
  }

 private:
  /// Two nodes that control reaches together.
  std::optional<std::string> meet(uint32_t x, uint32_t y) {
    x = a_.resolve(x);
    y = b_.resolve(y);
    if (x >= kEndless || y >= kEndless) {
      if (x == y) return std::nullopt;
      return "one code ends where the other goes on";
    }
    if (seen_.insert(uint64_t{x} << 32 | y).second) open_.emplace_back(x, y);
    return std::nullopt;
  }

  std::optional<std::string> follow(uint32_t x, uint32_t y) {
    const Node& p = a_.nodes()[x];
    const Node& q = b_.nodes()[y];
    if (!same(p, q))
      return fmt::format("code differs at offset {}: {} instead of {}", p.instruction.offset,
                         instruction_text(b_.code(), q.instruction),
                         instruction_text(a_.code(), p.instruction));
    if ((p.handler.target == kNowhere) != (q.handler.target == kNowhere) ||
        p.handler.depth != q.handler.depth || p.handler.lasti != q.handler.lasti)
      return fmt::format("handlers differ at offset {}", p.instruction.offset);
    if (p.handler.target != kNowhere) {
      if (auto text = meet(p.handler.target, q.handler.target)) return text;
    }
    if (p.jump != kNowhere || q.jump != kNowhere) {
      if (auto text = meet(p.jump, q.jump)) return text;
    }
    return ends(p.op) ? std::nullopt : meet(p.next, q.next);
  }

  bool same(const Node& p, const Node& q) const {
    if (p.op != q.op) return false;
    if (info(kPython311, p.op).is_jump()) return true;
    const Constant* left = argument_constant(a_.code(), p.instruction);
    const Constant* right = argument_constant(b_.code(), q.instruction);
    if (left == nullptr || right == nullptr)
      return left == right && p.instruction.argument == q.instruction.argument;
    if (p.op == Op::LOAD_GLOBAL && ((p.instruction.argument ^ q.instruction.argument) & 1) != 0) return false;
    if (left->is(ConstantKind::Code) && right->is(ConstantKind::Code))
      return p.instruction.argument == q.instruction.argument;
    return compare_constants(*left, *right) != Sameness::Different;
  }

  const Graph a_;
  const Graph b_;
  std::unordered_set<uint64_t> seen_;
  std::vector<std::pair<uint32_t, uint32_t>> open_;
};

}  // namespace

std::optional<std::string> flow_difference(const CodeObject& a, const CodeObject& b) {
  return Walk(a, b).difference();
}

}  // namespace ouro::decompiler
