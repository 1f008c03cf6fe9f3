// An independent check of register code, for tests and fuzzers: proves anew what lift() promises.
#pragma once

#include <string>

#include "lift/lift.h"

namespace ouro::lift {

/// Empty when the code is safe to run: instructions are whole and known, registers, indexes and targets in
/// range, jumps and handlers go to instructions, every register that is read certainly holds a value there
/// (of an optional one: or is absent), locals used as cells certainly are cells, LoadMethod's pairs reach
/// CallMethod untouched, control does not run off the end, the tables are sorted. Otherwise what is wrong,
/// with the word.
std::string check(const RegisterCode& code, const CodeView& view);

}  // namespace ouro::lift
