// Instructions in words, for reasons and for comments.
#pragma once

#include <string>
#include <string_view>

#include "bytecode/code_object.h"
#include "bytecode/disassemble.h"

namespace ouro::decompiler {

/// Appends text so that it can stand in a line of a comment: what would end the line is escaped.
void append_comment_text(std::string_view text, std::string& out);

/// Keeps a whole comment from declaring the source's encoding (PEP 263), wherever its words came from.
void hide_coding(std::string& comment);

/// A constant as Python's repr shows it; what is long, or would be, is cut short.
std::string short_repr(const Constant& constant);

/// "LOAD_CONST None", "JUMP_FORWARD to 12", "opcode 255": never a line break, and safe for any code object.
std::string instruction_text(const CodeObject& code, const DecodedInstruction& instruction);

/// The constant, name or variable that an instruction's argument stands for; null for other arguments, and
/// for one that is out of range.
const Constant* argument_constant(const CodeObject& code, const DecodedInstruction& instruction);

}  // namespace ouro::decompiler
