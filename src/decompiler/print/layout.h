// From tokens with places to text.
#pragma once

#include <functional>
#include <string>

#include "decompiler/print/tokens.h"

namespace ouro::decompiler {

struct Text {
  std::string text;
  std::vector<bool> open_lines;  // by line from 0 on: whether a comment may end it
};

/// The text of the tokens, each at its place where that is possible. Gives the tokens the places that they
/// got.
/// What the layout needs of the printer.
struct LayoutResources {
  /// Blanks and empty lines that only places ask for are paid of this; they are left out when it is spent.
  int64_t& filling;
  /// The shortest text of a constant.
  std::function<std::string_view(const Constant&)> shorten;
};

/// The text of the tokens, each at its place where that is possible. Gives the tokens the places that they
/// got.
Text lay_out(Tokens& tokens, const LayoutResources& resources);

/// The same in conventional formatting, whatever places the tokens have.
Text lay_out_clean(Tokens& tokens);

/// The same for tokens inside of brackets that begin at `at` (line 0: nowhere) and stand there alone.
std::string lay_out_inside(Tokens& tokens, const Place& at, const LayoutResources& resources);

}  // namespace ouro::decompiler
