// Numbers from text.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/str.h"

namespace ouro::vm {

/// The text with Unicode's decimal digits as ASCII digits and its spaces as ' '; other characters beyond
/// ASCII become '?'.
std::string number_text(const Str* text);
/// Without ASCII white space at both ends.
std::string_view trim_space(std::string_view text);
/// int(text, base) of such a text. `*valid` is false when it is no literal (nothing is raised then).
Result<Value> parse_int(std::string_view ascii, int base, bool* valid);
/// float(text): false when it is no literal.
bool parse_float_text(std::string_view ascii, double* number);
/// The same without underscores and space, in lower case.
bool parse_plain_float(std::string_view text, double* number);
/// __int__, else __index__; not found: neither.
Result<Value> to_int_by_dunder(Value value, bool* found);

/// Warns that __float__ of `value` gave `result`, of a subclass of float.
Status warn_of_float_subclass(Value value, Value result);

/// str.isspace() and the decimal digit value (-1: none) of one character.
bool is_unicode_space(char32_t character);
int decimal_digit(char32_t character);

}  // namespace ouro::vm
