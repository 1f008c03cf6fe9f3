// From tokens with places to text.
#pragma once

#include <string>

#include "decompiler/print/tokens.h"

namespace ouro::decompiler {

struct Text {
  std::string text;
  std::vector<bool> open_lines;  // by line from 0 on: whether a comment may end it
};

/// The text of the tokens, each at its place where that is possible. Gives the tokens the places that they
/// got.
/// Of `filling`, blanks and empty lines are paid that only places ask for; they are left out when it is
/// spent.
Text lay_out(Tokens& tokens, int64_t& filling);

/// The same in conventional formatting, whatever places the tokens have.
Text lay_out_clean(Tokens& tokens);

/// The same for tokens inside of brackets that begin at `at` (line 0: nowhere) and stand there alone.
std::string lay_out_inside(Tokens& tokens, const Place& at, int64_t& filling);

}  // namespace ouro::decompiler
