// Number literals.
#include <algorithm>
#include <string>

#include "base/bigint.h"
#include "base/float_text.h"
#include "syntax/strings.h"

namespace ouro::syntax {
namespace {

/// A decimal integer of at most 18 digits; the value, or -1 when `text` is anything else.
int64_t small_decimal(std::string_view text) {
  if (text.size() > 18) return -1;
  int64_t value = 0;
  for (const char ch : text) {
    if (ch < '0' || ch > '9') return -1;
    value = value * 10 + (ch - '0');
  }
  return value;
}

int prefix_base(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return 10;
  switch (text[1]) {
    case 'x':
    case 'X':
      return 16;
    case 'o':
    case 'O':
      return 8;
    case 'b':
    case 'B':
      return 2;
    default:
      return 10;
  }
}

Result<const Constant*> parse_plain(Workspace& workspace, std::string_view text) {
  Constants& constants = workspace.constants;
  if (const int base = prefix_base(text); base != 10) return int_parse(constants, text.substr(2), base);
  if (text.back() == 'j' || text.back() == 'J') {
    text.remove_suffix(1);
    return constants.complex(0.0, parse_float(text));
  }
  const bool integer = std::all_of(text.begin(), text.end(), [](char ch) { return ch >= '0' && ch <= '9'; });
  if (!integer) return constants.floating(parse_float(text));
  // A decimal literal that begins with a zero is zero, however long.
  if (text[0] == '0') return constants.integer(0);
  const size_t limit = workspace.max_int_digits;
  if (limit != 0 && text.size() > limit)
    return workspace.error(ErrorType::SyntaxError, too_many_digits_message(text.size(), limit));
  return int_parse(constants, text, 10);
}

}  // namespace

Result<const Constant*> parse_number(Workspace& workspace, std::string_view literal) {
  if (const int64_t small = small_decimal(literal); small >= 0) return workspace.constants.integer(small);
  if (literal.find('_') == std::string_view::npos) return parse_plain(workspace, literal);
  std::string plain;
  plain.reserve(literal.size());
  std::copy_if(literal.begin(), literal.end(), std::back_inserter(plain), [](char ch) { return ch != '_'; });
  return parse_plain(workspace, plain);
}

}  // namespace ouro::syntax
