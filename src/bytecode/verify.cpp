// Everything about a code object that can be checked one instruction or one table entry at a time.
//
// What is required is what CPython's compiler guarantees and its interpreter relies on without looking. It is
// deliberately not what the compiler happens to do: dead code, NOPs and unused constants are fine.
#include "bytecode/verify.h"

#include <fmt/format.h>

#include <unordered_set>
#include <vector>

#include "base/unicode.h"
#include "bytecode/disassemble.h"

namespace ouro {

namespace {

/// The range of an operand that is a plain number. Opcodes that are not listed take any.
struct OperandRange {
  Op op;
  uint32_t least;
  uint32_t most;
};

constexpr uint32_t kAny = 0x7FFFFFFF;

constexpr OperandRange kRanges[] = {
    {Op::SWAP, 1, kAny},        {Op::COPY, 1, kAny},       {Op::RAISE_VARARGS, 0, 2},
    {Op::BUILD_SLICE, 2, 3},    {Op::FORMAT_VALUE, 0, 7},  {Op::MAKE_FUNCTION, 0, 15},
    {Op::IS_OP, 0, 1},          {Op::CONTAINS_OP, 0, 1},   {Op::CALL_FUNCTION_EX, 0, 1},
    {Op::LIST_APPEND, 1, kAny}, {Op::SET_ADD, 1, kAny},    {Op::MAP_ADD, 1, kAny},
    {Op::LIST_EXTEND, 1, kAny}, {Op::SET_UPDATE, 1, kAny}, {Op::DICT_MERGE, 1, kAny},
    {Op::DICT_UPDATE, 1, kAny}, {Op::GET_AWAITABLE, 0, 2}, {Op::RESUME, 0, 3},
};

bool ends_block(Op op) {
  return op == Op::RETURN_VALUE || op == Op::RAISE_VARARGS || op == Op::RERAISE || op == Op::JUMP_FORWARD ||
         op == Op::JUMP_BACKWARD || op == Op::JUMP_BACKWARD_NO_INTERRUPT;
}

class Verifier {
 public:
  Verifier(const CodeObject& code, const VersionTable& version) : code_(code), version_(version) {}

  std::optional<VerifyError> run() {
    if (check_locals() && check_code() && check_exceptions()) check_positions();
    return std::move(error_);
  }

 private:
  bool fail(int64_t offset, std::string message) {
    error_ = VerifyError{&code_, offset, std::move(message)};
    return false;
  }

  bool check_locals() {
    const std::string_view kinds = code_.locals_plus_kinds->text();
    if (kinds.size() != code_.locals_plus_names->size)
      return fail(-1, "co_localsplusnames and co_localspluskinds differ in length");
    bool free_seen = false;
    for (const char ch : kinds) {
      const auto kind = static_cast<uint8_t>(ch);
      const bool is_free = (kind & kLocalFree) != 0;
      const bool other = (kind & (kLocalLocal | kLocalCell)) != 0;
      if (is_free == other || (kind & 0x0F) != 0) return fail(-1, "co_localspluskinds holds an unknown kind");
      if (free_seen && !is_free) return fail(-1, "co_localspluskinds has a free variable before others");
      free_seen = is_free;
      free_count_ += is_free;
    }
    return true;
  }

  bool check_code() {
    const std::string_view bytes = code_.code->text();
    if (bytes.empty() || bytes.size() % 2 != 0)
      return fail(-1, "co_code is empty or ends in half an instruction");
    if (bytes.size() > 0x7FFFFFFF) return fail(-1, "co_code is too long");
    instructions_ = decode_instructions(bytes, version_);
    starts_.assign(bytes.size() / 2, false);
    for (size_t i = 0; i < instructions_.size(); ++i)
      if (instructions_[i].first == i) starts_[instructions_[i].offset / 2] = true;
    for (const DecodedInstruction& instruction : instructions_)
      if (!check_instruction(instruction)) return false;
    const DecodedInstruction& last = instructions_.back();
    if (!ends_block(last.op)) return fail(last.offset, "control runs off the end of the code");
    return true;
  }

  bool check_instruction(const DecodedInstruction& instruction) {
    const uint32_t offset = instruction.offset;
    if (!instruction.assigned || instruction.op == Op::CACHE)
      return fail(offset, fmt::format("opcode {} is none of CPython {}", instruction.opcode, version_.name));
    const bool extended = &instruction != instructions_.data() && (&instruction)[-1].op == Op::EXTENDED_ARG;
    if (extended && !instruction.has_argument)
      return fail(offset, "EXTENDED_ARG before an instruction without one");
    const auto index = static_cast<uint32_t>(&instruction - instructions_.data());
    if (index - instruction.first > 3 || instruction.argument > kAny)
      return fail(offset, "an argument of more than 31 bits");
    if (uint64_t{offset} + 2 + 2 * uint64_t{instruction.caches} > code_.code->size)
      return fail(offset, "the inline cache runs over the end of the code");
    return !instruction.has_argument || instruction.op == Op::EXTENDED_ARG || check_operand(instruction);
  }

  bool check_index(const DecodedInstruction& instruction, uint32_t index, const Constant* tuple,
                   std::string_view what) {
    if (index < tuple->size) return true;
    return fail(instruction.offset,
                fmt::format("{} with index {} of {} of {}", info(version_, instruction.op).name, index, what,
                            tuple->size));
  }

  bool check_operand(const DecodedInstruction& instruction) {
    const uint32_t argument = instruction.argument;
    switch (info(version_, instruction.op).operand) {
      case OperandKind::Const:
        return check_index(instruction, argument, code_.consts, "co_consts") &&
               (instruction.op != Op::KW_NAMES || check_keyword_names(instruction));
      case OperandKind::Name:
        return check_index(instruction, argument, code_.names, "co_names");
      case OperandKind::GlobalName:
        return check_index(instruction, argument >> 1, code_.names, "co_names");
      case OperandKind::Local:
        return check_index(instruction, argument, code_.locals_plus_names, "the locals");
      case OperandKind::Deref:
        return check_index(instruction, argument, code_.locals_plus_names, "the locals") &&
               check_cell(instruction);
      case OperandKind::Jump:
      case OperandKind::JumpBack:
        return check_target(instruction.offset, jump_target(instruction, version_), "jump");
      case OperandKind::Compare:
        if (!compare_symbol(argument).empty()) return true;
        break;
      case OperandKind::BinaryOp:
        if (!binary_op_symbol(argument).empty()) return true;
        break;
      default:
        if (in_range(instruction.op, argument)) return true;
    }
    return fail(instruction.offset,
                fmt::format("{} with argument {}", info(version_, instruction.op).name, argument));
  }

  bool in_range(Op op, uint32_t argument) const {
    if (op == Op::COPY_FREE_VARS) return argument == free_count_;
    for (const OperandRange& range : kRanges)
      if (range.op == op) return argument >= range.least && argument <= range.most;
    return true;
  }

  bool check_keyword_names(const DecodedInstruction& instruction) {
    const Constant* names = code_.consts->elements()[instruction.argument];
    bool ok = names->is(ConstantKind::Tuple);
    if (ok)
      for (const Constant* name : names->elements()) ok = ok && name->is(ConstantKind::Str);
    return ok || fail(instruction.offset, "KW_NAMES with something else than a tuple of names");
  }

  bool check_cell(const DecodedInstruction& instruction) {
    const auto kind = static_cast<uint8_t>(code_.locals_plus_kinds->text()[instruction.argument]);
    if ((kind & (kLocalCell | kLocalFree)) != 0) return true;
    return fail(instruction.offset,
                fmt::format("{} on a variable that is no cell", info(version_, instruction.op).name));
  }

  bool check_target(int64_t offset, int64_t target, std::string_view what) {
    if (target < 0 || target / 2 >= static_cast<int64_t>(starts_.size()))
      return fail(offset, fmt::format("{} out of the code, to {}", what, target));
    if (!starts_[static_cast<size_t>(target / 2)])
      return fail(offset, fmt::format("{} into the middle of an instruction, to {}", what, target));
    return true;
  }

  bool check_exceptions() {
    ExceptionTableReader reader(code_.exception_table->text());
    ExceptionRange range;
    uint32_t last_end = 0;
    while (reader.next(&range)) {
      const int64_t offset = int64_t{range.start} * 2;
      if (range.start >= range.end || range.end > starts_.size() || range.start < last_end)
        return fail(offset, "an exception table entry is out of order or out of the code");
      last_end = range.end;
      if (!check_target(offset, offset, "an exception table entry") ||
          !check_target(offset, int64_t{range.target} * 2, "an exception handler"))
        return false;
      if (range.depth > static_cast<uint32_t>(code_.stack_size))
        return fail(offset, fmt::format("an exception handler at stack depth {} of {}", range.depth,
                                        code_.stack_size));
    }
    return !reader.malformed() || fail(-1, "the exception table is malformed");
  }

  bool check_positions() {
    PositionReader reader(code_.line_table->text(), code_.first_line);
    PositionRange range;
    while (reader.next(&range)) {
      if (range.end > starts_.size()) return fail(-1, "the position table is longer than the code");
    }
    return !reader.malformed() || fail(-1, "the position table is malformed");
  }

  const CodeObject& code_;
  const VersionTable& version_;
  uint32_t free_count_ = 0;
  std::vector<DecodedInstruction> instructions_;
  std::vector<bool> starts_;  // by code unit: an instruction (with its EXTENDED_ARGs) begins here
  std::optional<VerifyError> error_;
};

std::optional<VerifyError> verify_tree(const CodeObject& code, const VersionTable& version,
                                       std::unordered_set<const CodeObject*>& seen) {
  if (!seen.insert(&code).second) return std::nullopt;
  if (auto error = Verifier(code, version).run()) return error;
  for (const Constant* constant : code.consts->elements()) {
    if (!constant->is(ConstantKind::Code)) continue;
    if (auto error = verify_tree(*constant->code, version, seen)) return error;
  }
  return std::nullopt;
}

}  // namespace

std::string VerifyError::text() const {
  std::string where =
      fmt::format("code object {} (line {})", str_repr(code->qualified_name->text()), code->first_line);
  if (offset >= 0) where += fmt::format(", offset {}", offset);
  return where + ": " + message;
}

std::optional<VerifyError> verify_code(const CodeObject& code, const VersionTable& version) {
  std::unordered_set<const CodeObject*> seen;
  return verify_tree(code, version, seen);
}

}  // namespace ouro
