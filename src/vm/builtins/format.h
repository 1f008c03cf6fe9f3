// Formatting: the mini-language of format(), str.format and the `%` operator.
//
// A format specification is parsed once into a FormatSpec; text, integers, floats and complex numbers are
// then laid out by the same code: sign, prefix, grouped digits, decimal point, remainder, padding.
#pragma once

#include <string>

#include "vm/object/protocol.h"

namespace ouro::vm {

/// X.__format__(spec) of the builtin types and their subclasses.
Result<Value> format_str(Value text, Str* spec);
Result<Value> format_int(Value integer, Str* spec);
Result<Value> format_float(Value number, Str* spec);
Result<Value> format_complex(Value number, Str* spec);

enum FloatTextFlags : int {
  kFloatAlternate = 1,       // '#': always a decimal point
  kFloatAddDot = 2,          // ".0" when nothing tells the text from an integer's
  kFloatNoNegativeZero = 4,  // 'z'
};
/// `type` is one of e E f F g G and r (repr; the precision does not matter). Correctly rounded.
std::string float_text(double number, char type, int precision, int flags);

struct FormatSpec {
  enum Grouping : uint8_t { kNone, kComma, kUnderscore, kUnderscoreFour, kLocale };
  char32_t fill = ' ';
  char32_t align = '<';
  bool alternate = false;
  bool no_negative_zero = false;
  char32_t sign = 0;
  int64_t width = -1;
  Grouping grouping = kNone;
  int64_t precision = -1;
  char32_t type = 0;
};
/// `object` is named in errors.
Result<FormatSpec> parse_format_spec(Value object, const Str* spec, char default_type, char default_align);

/// One piece of a format string: literal text [literal_start, literal_end), then perhaps a field.
struct FormatPiece {
  size_t literal_start = 0, literal_end = 0;
  bool has_field = false;
  size_t name_start = 0, name_end = 0;
  size_t spec_start = 0, spec_end = 0;
  bool nested = false;  // the specification has fields of its own
  char32_t conversion = 0;
};
/// The next piece from *position on; false at the end.
Result<bool> next_format_piece(const Str* text, size_t* position, size_t end, FormatPiece* piece);

/// The decimal number in [start, end), or -1 when there is anything else.
Result<int64_t> format_index(const Str* text, size_t start, size_t end);
/// Where the first part of a field name ends.
size_t format_first_end(const Str* text, size_t start, size_t end);
/// One ".name" or "[index]" after it, from *position on; false at the end.
struct FieldAccess {
  bool is_attribute;
  size_t start, end;
  int64_t index;  // -1: a name
};
Result<bool> next_field_access(const Str* text, size_t* position, size_t end, FieldAccess* access);

/// `text % arguments`, of str and of bytes.
Result<Value> format_percent(Str* text, Value arguments);
Result<std::string> format_percent_bytes(std::string_view text, Value arguments);

}  // namespace ouro::vm
