// repr() of constants.
#pragma once

#include <string>
#include <string_view>

#include "base/constant.h"

namespace ouro {

/// What a code object's repr shows instead of its address, so that output never depends on where things lie.
constexpr std::string_view kCodeAddress = "0x0";

/// Appends Python's repr of a constant. Integers are written in full, however long. A code object is shown
/// with kCodeAddress.
void append_repr(const Constant& constant, std::string& out);

/// Appends Python's repr of a code object: name, address, file and line.
void append_code_repr(const CodeObject& code, std::string& out);

/// Appends text as Python's standard streams would write it, where they can: lone surrogates that stand for
/// bytes of a file name become these bytes again, others are escaped.
void append_printable(std::string_view text, std::string& out);

}  // namespace ouro
