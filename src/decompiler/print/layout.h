// From tokens with places to text.
#pragma once

#include <string>

#include "decompiler/print/tokens.h"

namespace ouro::decompiler {

/// The text of the tokens, each at its place where that is possible. Marks optional parentheses as dropped.
std::string lay_out(Tokens& tokens);

/// The same for tokens inside of brackets that begin at `at` (line 0: nowhere) and stand there alone.
std::string lay_out_inside(Tokens& tokens, const Place& at);

}  // namespace ouro::decompiler
