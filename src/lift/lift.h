// Stack code to register code, verified on the way.
//
// An abstract interpretation of a code object's instructions: each stack slot holds, symbolically, a
// temporary, a local or a constant, so that most loads and stores vanish into operands. Whatever a code
// object says (jumps into the middle, stack under- and overflow, indexes beyond tables, handlers at wrong
// depths), the result is either register code whose every register, index and jump is in range, or an error.
// CPython's version enters here and nowhere above.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bytecode/code_object.h"
#include "lift/register_code.h"

namespace ouro::lift {

/// What lifting needs to know of a code object, of any representation.
struct CodeView {
  uint16_t version = 0x030B;  // of the bytecode
  std::span<const uint8_t> code;
  std::span<const uint8_t> exception_table;
  std::span<const uint8_t> line_table;
  std::span<const uint8_t> local_kinds;  // locals-plus, bytecode::LocalKind
  uint32_t const_count = 0;
  uint32_t name_count = 0;
  uint32_t argument_count = 0;  // registers that a call fills: positional, keyword-only, *args, **kwargs
  uint32_t stack_size = 0;
  uint32_t flags = 0;
  int32_t first_line = 0;
};

/// What lifting needs to know of a code object as data.
CodeView view_of(const CodeObject& code, uint16_t version);

struct LiftOptions {
  bool tracing = false;  // emit TraceLine before every instruction and nothing fused or moved across it
  uint32_t max_pinned_consts = 12;  // constants that get a register; the others are loaded where used
};

/// Why a code object cannot be lifted: one line, with the byte offset, e.g. "stack underflow at offset 12".
struct LiftError {
  std::string message;
};

std::variant<RegisterCode, LiftError> lift(const CodeView& code, const LiftOptions& options = {});

/// What the numbers in register code stand for, for whoever knows the code object.
class DumpNames {
 public:
  virtual ~DumpNames() = default;
  virtual std::string local(uint32_t index) const = 0;
  virtual std::string constant(uint32_t index) const = 0;
  virtual std::string name(uint32_t index) const = 0;
};

/// One instruction of register code as text.
struct DumpLine {
  uint32_t word = 0;
  uint32_t offset = 0;  // in co_code
  std::string_view operation;
  std::string operands;  // "v0, t1, name 3 [t2, t3]"
  std::string remark;    // what a constant or name is; empty without names
};
std::vector<DumpLine> dump_lines(const RegisterCode& code, const DumpNames* names = nullptr);

/// The name of a register: v0 a local, k0 a pinned constant, t0 a temporary, - none.
std::string register_name(const RegisterCode& code, uint32_t reg);

/// The register code as text, one instruction a line, for `ouro dis --lifted`.
std::string dump(const RegisterCode& code, const DumpNames* names = nullptr);

}  // namespace ouro::lift
