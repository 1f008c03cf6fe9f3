// The instructions of every CPython version, as one enum, and a table per version that everything else
// derives from.
//
// `Op` is the union of the versions' instruction names, so that a compiler pass can speak of LOAD_FAST
// without knowing the version; a VersionTable maps it to the version's number, operand kind, caches and stack
// effect.
#pragma once

#include <cstdint>
#include <string_view>

namespace ouro {

enum class Op : uint16_t {
#define OPCODE(name, number, operand, caches, effect, jump_effect) name,
#include "bytecode/opcodes_311.def"
  op_count,
};

constexpr int kOpCount = static_cast<int>(Op::op_count);

enum class OperandKind : uint8_t {
  None,        // no operand (below HAVE_ARGUMENT)
  Plain,       // a number
  Const,       // index into co_consts
  Name,        // index into co_names
  GlobalName,  // index into co_names shifted left by one, low bit: push a NULL too
  Local,       // index into locals
  Deref,       // index into locals-plus: a cell or free variable
  Jump,        // forward, in code units from the end of the instruction and its caches
  JumpBack,    // backward, the same
  Compare,     // a comparison operator
  BinaryOp,    // a binary or in-place operator
  Block,       // compiler pseudo instruction: the target is an exception handler
};

struct OpInfo {
  std::string_view name;
  Op op = Op::CACHE;
  int16_t number = -1;  // -1: not of this version; above 255: a pseudo instruction of the compiler
  OperandKind operand = OperandKind::None;
  uint8_t caches = 0;            // inline cache units that follow
  bool variable_effect = false;  // the stack effect depends on the operand: ask VersionTable::stack_effect
  int8_t effect = 0;             // the stack effect otherwise
  int8_t jump_effect = 0;        // the same when it jumps
  bool has_argument() const { return operand != OperandKind::None; }
  bool is_jump() const { return operand == OperandKind::Jump || operand == OperandKind::JumpBack; }
};

/// What the inner loops of a compiler want to know of an instruction, in one word.
struct OpBrief {
  uint8_t number = 0;
  uint8_t units = 1;             // with its caches, without extensions
  bool variable_effect = false;  // as in OpInfo
  int8_t effect = 0;             // as in OpInfo
};

/// Everything about one CPython version's bytecode that is data.
struct VersionTable {
  uint16_t version;            // 0x030B for 3.11
  uint16_t magic;              // 3495
  std::string_view name;       // "3.11"
  std::string_view cache_tag;  // "cpython-311"
  OpInfo ops[kOpCount];        // by Op
  OpBrief briefs[kOpCount];    // by Op
  Op by_number[256];           // Op::CACHE for 0 and for unassigned numbers; see `assigned`
  bool assigned[256];
  int (*stack_effect)(Op op, int oparg, bool jump);
};

extern const VersionTable kPython311;

/// The version whose .pyc files have this magic number, or null where it is none of those above.
const VersionTable* find_version(uint16_t magic);

inline const OpInfo& info(const VersionTable& table, Op op) {
  return table.ops[static_cast<int>(op)];
}

inline OpBrief brief(const VersionTable& table, Op op) {
  return table.briefs[static_cast<int>(op)];
}

/// How much higher the stack is after an instruction; `jump`: when it jumps.
inline int stack_effect(const VersionTable& table, Op op, int oparg, bool jump) {
  const OpInfo& i = info(table, op);
  if (i.variable_effect) [[unlikely]]
    return table.stack_effect(op, oparg, jump);
  return jump ? i.jump_effect : i.effect;
}

/// "+", "-=", ... by BINARY_OP operand; empty when out of range. 3.11 and later.
std::string_view binary_op_symbol(unsigned oparg);
/// "<", "<=", "==", "!=", ">", ">=" by comparison number; empty when out of range.
std::string_view compare_symbol(unsigned number);

}  // namespace ouro
