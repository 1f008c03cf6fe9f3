// What each instruction does to the stack, as far as counting and the slots' kinds go.
#pragma once

#include <cstdint>

#include "bytecode/opcodes.h"

namespace ouro::lift {

/// What a stack slot holds.
enum class SlotKind : uint8_t {
  Value,
  Null,     // PUSH_NULL
  PairLow,  // what LOAD_METHOD pushes: a pair that only CALL takes apart
  PairHigh,
  Unusable,  // may only be popped: what a generator's first resumption sends in
};

/// Positions are counted from the top, 1 being the topmost slot before the instruction runs. 64 bits, because
/// an argument may be anything.
struct Effect {
  uint64_t reads = 0;   // that many slots must hold values
  uint64_t pops = 0;    // at most `reads`
  uint64_t pushes = 0;  // values
  uint64_t peek = 0;    // further slots that must hold values, 0: none
  uint64_t peek_more = 0;
};

/// The effect of an instruction when it does not jump. Not of those that care for other kinds than values:
/// POP_TOP, PUSH_NULL, COPY, SWAP, LOAD_GLOBAL, LOAD_METHOD, CALL, CALL_FUNCTION_EX, RETURN_GENERATOR.
Effect effect_of(Op op, uint32_t argument);

/// Whether an instruction may raise, an interrupt included.
bool may_raise(Op op);

/// Whether the instruction takes such an argument; not indexes, which depend on the code object.
bool valid_argument(Op op, uint32_t argument);

}  // namespace ouro::lift
