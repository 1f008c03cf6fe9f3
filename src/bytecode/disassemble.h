// Code objects as text and as JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "bytecode/code_object.h"
#include "bytecode/exceptions.h"
#include "bytecode/opcodes.h"
#include "bytecode/positions.h"

namespace ouro {

/// One instruction as it stands in the code, EXTENDED_ARG being an instruction of its own.
struct DecodedInstruction {
  uint32_t offset = 0;  // in bytes
  uint8_t opcode = 0;
  Op op = Op::CACHE;  // meaningless where the version has no such opcode
  bool assigned = false;
  uint8_t caches = 0;  // code units that follow
  bool has_argument = false;
  uint32_t argument = 0;  // with what EXTENDED_ARG said before
  uint32_t first = 0;     // index of the first EXTENDED_ARG that belongs to this instruction, or of itself
};

/// Splits code into instructions. Works on any bytes; what it can't decode stands as unassigned opcodes.
std::vector<DecodedInstruction> decode_instructions(std::string_view code, const VersionTable& version);

/// The byte offset that a jump at `instruction` goes to; negative or past the end for malformed code.
int64_t jump_target(const DecodedInstruction& instruction, const VersionTable& version);

/// Takes the output piece by piece.
using TextSink = std::function<void(std::string_view)>;

/// Something to be said behind the listing of each code object.
using CodeRemark = std::function<std::string(const CodeObject& code)>;

/// Writes what `python -m dis` writes for a code object and all code objects among its constants. The code
/// must have passed verify_code.
void disassemble(const CodeObject& code, const VersionTable& version, const TextSink& sink,
                 const CodeRemark& remark = {});

/// Writes one object with every field of the code object: numbers, flags by name, constants, instructions
/// with arguments and positions, the exception table, and under "nested" the code objects among its
/// constants. The code must have passed verify_code.
void disassemble_json(const CodeObject& code, const VersionTable& version, JsonWriter& json);

// Shared by the text and the JSON form.

/// An instruction with what only its surroundings tell.
struct InstructionView {
  DecodedInstruction instruction;
  std::optional<int32_t> starts_line;
  bool is_jump_target = false;
  Position position;
};

/// Constants and names as text, for one disassembly. A malformed file can load a huge constant from each of
/// its instructions, and the text would be larger than the file by as many times; so once this many bytes of
/// long texts were made, further long ones are cut and end in "...". No compiled source comes near.
class ArgumentTexts {
 public:
  explicit ArgumentTexts(uint64_t budget) : budget_(budget) {}

  /// repr() of a constant.
  std::string repr(const Constant& constant);
  /// The name itself.
  std::string name(const Constant& name);

 private:
  template <class Make>
  std::string text(const Constant& constant, std::unordered_map<const Constant*, std::string>& cut,
                   Make make);

  uint64_t budget_;
  std::unordered_map<const Constant*, std::string> cut_reprs_;
  std::unordered_map<const Constant*, std::string> cut_names_;
};

/// One code object's tables, decoded.
class CodeView {
 public:
  CodeView(const CodeObject& code, const VersionTable& version);

  const std::vector<InstructionView>& instructions() const { return instructions_; }
  const std::vector<ExceptionRange>& exceptions() const { return exceptions_; }
  /// The highest line that an instruction starts; nothing when there are no lines at all.
  std::optional<int32_t> last_line() const { return last_line_; }
  /// The constant or name that an instruction's argument is the index of; null for other arguments.
  const Constant* argument_object(const DecodedInstruction& instruction) const;

 private:
  void add_positions();
  void add_jump_targets();

  const CodeObject& code_;
  const VersionTable& version_;
  std::vector<InstructionView> instructions_;
  std::vector<uint32_t> at_unit_;  // by code unit: index of the instruction there + 1, or 0
  std::vector<ExceptionRange> exceptions_;
  std::optional<int32_t> last_line_;
};

/// An instruction's argument in words, as dis shows it in parentheses; empty when there is nothing to say.
std::string argument_text(const CodeView& view, const VersionTable& version,
                          const DecodedInstruction& instruction, ArgumentTexts& texts);

}  // namespace ouro
