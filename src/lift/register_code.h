// Register code: what the lifter makes of a code object and the interpreter runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ouro::lift {

enum class Operation : uint16_t {
#define OPERATION(name, a, b, c, words, tail) name,
#include "lift/operations.def"
  kCount,
};

enum class Field : uint8_t { None, Out, In, InOut, Local, Num };
enum class Tail : uint8_t { No, List };

struct OperationInfo {
  std::string_view name;
  Field a, b, c;
  uint8_t words;  // behind the first, without the tail
  Tail tail;
};

namespace detail {

// The rows of operations.def name kinds of fields as they are; Name and InNull are spelt out there in
// comments only.
constexpr Field None = Field::None, Out = Field::Out, In = Field::In, InOut = Field::InOut,
                Local = Field::Local, Num = Field::Num;
constexpr Tail No = Tail::No, List = Tail::List;

inline constexpr OperationInfo kOperations[] = {
#define OPERATION(name, a, b, c, words, tail) {#name, a, b, c, words, tail},
#include "lift/operations.def"
};

}  // namespace detail

/// The row of operations.def.
constexpr const OperationInfo& operation_info(Operation operation) {
  return detail::kOperations[static_cast<size_t>(operation)];
}

/// What the first word behind an instruction's own holds.
enum class WideOperand : uint8_t {
  None,
  Target,
  Const,
  KeywordNames,
  Name,
  Register,
  RegisterAndCount,
  TracePoint
};
WideOperand wide_operand(Operation operation);

constexpr uint16_t kNoRegister = 0xFFFF;
constexpr uint32_t kNoConst = 0xFFFFFFFF;
/// In BuildSlice's word: the next instruction is a Subscript by the slice, which nobody else reads.
constexpr uint64_t kSubscriptFollows = uint64_t{1} << 16;

/// One instruction's first word.
struct Instruction {
  uint16_t op;  // an Operation, or one of the interpreter's own quickened forms
  uint16_t a;
  uint16_t b;
  uint16_t c;
};
static_assert(sizeof(Instruction) == 8);

/// A protected range of words and where its exceptions go. Ranges do not overlap; sorted.
struct Handler {
  uint32_t start;
  uint32_t end;
  uint32_t target;
  uint16_t exception;   // register that takes the exception
  uint16_t last_index;  // register that takes f_lasti (a small int) first, or kNoRegister
};

/// The instruction that starts at word `word` belongs to the byte offset `offset` of co_code. Sorted by word.
struct OffsetEntry {
  uint32_t word;
  uint32_t offset;
};

struct RegisterCode {
  std::vector<uint64_t> words;
  std::vector<Handler> handlers;
  std::vector<OffsetEntry> offsets;
  std::vector<uint32_t> pinned_consts;  // co_consts indexes of registers [local_count, local_count + size)
  uint16_t local_count = 0;             // locals-plus
  uint16_t temp_base = 0;               // local_count + pinned_consts.size()
  uint16_t register_count = 0;          // all
  bool tracing = false;

  /// The byte offset in co_code of the instruction that holds `word`.
  uint32_t offset_of(uint32_t word) const;
  /// The handler that protects `word`, or null.
  const Handler* handler_of(uint32_t word) const;
};

/// The registers that hold values still needed while the instruction at `word` runs (a call has read its
/// operands already; its Out counts as dead): bit r of the result. Locals and constants are always live.
/// Analysed on the first question and kept by the caller. A register that is live holds a value, or null
/// where code allows it.
class Liveness {
 public:
  explicit Liveness(const RegisterCode& code);
  /// One bit per temporary: index register - temp_base. Valid until the next question.
  const std::vector<bool>& live_temps(uint32_t word) const;

 private:
  /// Instructions that only the first one is jumped to, all in the same protected range or in none.
  struct Block {
    uint32_t first, end;             // indexes into starts_
    uint32_t successors[2];          // blocks, or kNoBlock
    uint32_t handler;                // block, or kNoBlock
    uint32_t exception, last_index;  // registers that the handler gets, or kNoRegister
  };
  static constexpr uint32_t kNoBlock = 0xFFFFFFFF;

  void cut_blocks();
  uint32_t block_at(uint32_t word) const;
  uint64_t raised(const Block& block, uint32_t chunk, const std::vector<uint64_t>& live_in) const;
  uint64_t live_out(const Block& block, const std::vector<uint64_t>& live_in) const;
  uint64_t step_back(uint32_t word, uint32_t chunk, uint64_t live, uint64_t raised) const;
  std::vector<uint64_t> solve(uint32_t chunk) const;
  const std::vector<uint64_t>& live_in(uint32_t chunk) const;

  const RegisterCode& code_;
  std::vector<uint32_t> starts_;
  std::vector<Block> blocks_;
  // Registers are looked at 64 at a time. Solutions are kept, unless they would take too much room.
  mutable std::vector<std::vector<uint64_t>> solved_;
  mutable std::vector<uint64_t> unkept_;
  mutable std::vector<bool> result_;
};

}  // namespace ouro::lift
