// Format specifications, and how numbers and text are laid out by them.
#include <climits>
#include <clocale>
#include <cmath>
#include <cwchar>

#include "vm/builtins/format.h"
#include "vm/object/str_data.h"
#include "vm/object/unicode_data.h"

namespace ouro::vm {

namespace {

bool is_alignment(char32_t c) {
  return c == '<' || c == '>' || c == '=' || c == '^';
}

/// Reads a specification from left to right.
class SpecReader {
 public:
  explicit SpecReader(const Str* text) : text_(text) {}
  size_t left() const { return text_->length - at_; }
  char32_t peek(size_t ahead = 0) const { return at_ + ahead < text_->length ? text_->at(at_ + ahead) : 0; }
  bool take(char32_t c) {
    if (left() == 0 || peek() != c) return false;
    ++at_;
    return true;
  }
  char32_t take() { return text_->at(at_++); }
  /// Digits of any script; -1 when there are none.
  Result<int64_t> number() {
    int64_t value = 0;
    const size_t start = at_;
    for (; at_ < text_->length; ++at_) {
      const int digit = decimal_value(text_->at(at_));
      if (digit < 0) break;
      if (value > (INT64_MAX - digit) / 10)
        return raise(types.ValueError, "Too many decimal digits in format string");
      value = value * 10 + digit;
    }
    return at_ == start ? int64_t{-1} : value;
  }

 private:
  const Str* text_;
  size_t at_ = 0;
};

std::string shown(char32_t c) {
  return c > 32 && c < 128 ? std::string(1, static_cast<char>(c))
                           : fmt::format("\\x{:x}", static_cast<uint32_t>(c));
}

Raised unknown_type(char32_t type, Value object) {
  return raise(types.ValueError, "Unknown format code '{}' for object of type '{}'", shown(type),
               type_name(object));
}

Status parse_grouping(SpecReader& in, FormatSpec* spec) {
  if (in.take(',')) spec->grouping = FormatSpec::kComma;
  if (in.take('_')) {
    if (spec->grouping != FormatSpec::kNone)
      return raise(types.ValueError, "Cannot specify both ',' and '_'.");
    spec->grouping = FormatSpec::kUnderscore;
  }
  if (in.left() != 0 && in.peek() == ',' && spec->grouping == FormatSpec::kUnderscore)
    return raise(types.ValueError, "Cannot specify both ',' and '_'.");
  return {};
}

Status check_grouping(FormatSpec* spec) {
  if (spec->grouping == FormatSpec::kNone) return {};
  switch (spec->type) {
    case 'd':
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'G':
    case '%':
    case 'F':
    case 0:
      return {};
    case 'b':
    case 'o':
    case 'x':
    case 'X':
      if (spec->grouping == FormatSpec::kUnderscore) {
        spec->grouping = FormatSpec::kUnderscoreFour;
        return {};
      }
      break;
    default:
      break;
  }
  return raise(types.ValueError, "Cannot specify '{}' with '{}'.",
               spec->grouping == FormatSpec::kComma ? ',' : '_', shown(spec->type));
}

/// The alignment and everything up to the width.
void parse_flags(SpecReader& in, FormatSpec* spec, char default_align) {
  bool fill_given = false, align_given = false;
  if (in.left() >= 2 && is_alignment(in.peek(1))) {
    spec->fill = in.take();
    spec->align = in.take();
    fill_given = align_given = true;
  } else if (in.left() >= 1 && is_alignment(in.peek())) {
    spec->align = in.take();
    align_given = true;
  }
  if (in.left() != 0 && (in.peek() == ' ' || in.peek() == '+' || in.peek() == '-')) spec->sign = in.take();
  spec->no_negative_zero = in.take('z');
  spec->alternate = in.take('#');
  if (!fill_given && in.take('0')) {
    spec->fill = '0';
    if (!align_given && default_align == '>') spec->align = '=';
  }
}

/// Separators of the current locale, or of a made-up one.
struct NumberLocale {
  std::u32string point = U".", separator;
  std::string grouping;  // as in lconv
};

std::u32string decode_locale(const char* text) {
  std::u32string result;
  std::mbstate_t state{};
  for (size_t left = std::strlen(text); left != 0;) {
    wchar_t c;
    const size_t used = std::mbrtowc(&c, text, left, &state);
    if (used == 0 || used > left) break;
    result += static_cast<char32_t>(c);
    text += used;
    left -= used;
  }
  return result;
}

NumberLocale number_locale(FormatSpec::Grouping grouping) {
  switch (grouping) {
    case FormatSpec::kComma:
      return {U".", U",", "\3"};
    case FormatSpec::kUnderscore:
      return {U".", U"_", "\3"};
    case FormatSpec::kUnderscoreFour:
      return {U".", U"_", "\4"};
    case FormatSpec::kLocale: {
      const lconv* conventions = localeconv();
      return {decode_locale(conventions->decimal_point), decode_locale(conventions->thousands_sep),
              conventions->grouping};
    }
    default:
      return {U".", U"", std::string(1, CHAR_MAX)};
  }
}

/// The sizes of digit groups from the right; 0: no more.
class Groups {
 public:
  explicit Groups(const std::string& grouping) : grouping_(grouping) {}
  int64_t next() {
    const char size = at_ < grouping_.size() ? grouping_[at_] : '\0';
    if (size == '\0') return previous_;
    if (size == CHAR_MAX || size < 0) return 0;
    previous_ = size;
    ++at_;
    return previous_;
  }

 private:
  const std::string& grouping_;
  size_t at_ = 0;
  int64_t previous_ = 0;
};

/// Digits with separators, filled with zeros to `min_width`; the result is in reverse.
std::u32string group_reversed(std::string_view digits, int64_t min_width, const NumberLocale& locale) {
  std::u32string out;
  auto remaining = static_cast<int64_t>(digits.size());
  const auto separator_length = static_cast<int64_t>(locale.separator.size());
  Groups groups(locale.grouping);
  bool first = true;
  while (true) {
    const int64_t size = groups.next();
    const int64_t wanted = std::max<int64_t>({remaining, min_width, 1});
    const int64_t length = size == 0 ? wanted : std::min(size, wanted);
    if (!first) out.append(locale.separator.rbegin(), locale.separator.rend());
    first = false;
    const int64_t from_digits = std::min(remaining, length);
    for (int64_t i = 0; i < from_digits; ++i)
      out += static_cast<unsigned char>(digits[static_cast<size_t>(--remaining)]);
    out.append(static_cast<size_t>(length - from_digits), U'0');
    min_width -= length;
    if (size == 0 || (remaining <= 0 && min_width <= 0)) return out;
    min_width -= separator_length;
  }
}

/// A number taken apart. For 'c' the character stands in its place.
struct NumberParts {
  bool negative = false;
  std::string_view prefix, digits, remainder;
  bool has_point = false;
  bool is_character = false;
  char32_t character = 0;
};

char sign_of(const FormatSpec& spec, bool negative) {
  if (negative) return '-';
  return spec.sign == '+' ? '+' : spec.sign == ' ' ? ' ' : '\0';
}

void lay_out(StrBuilder& out, const FormatSpec& spec, const NumberParts& parts, const NumberLocale& locale) {
  const char sign = sign_of(spec, parts.negative);
  const size_t other = (sign != 0) + parts.prefix.size() + (parts.has_point ? locale.point.size() : 0) +
                       parts.remainder.size() + (parts.is_character ? 1 : 0);
  const int64_t min_width =
      spec.fill == '0' && spec.align == '=' ? spec.width - static_cast<int64_t>(other) : 0;
  std::u32string grouped;
  const bool plain = locale.grouping[0] == CHAR_MAX && min_width <= static_cast<int64_t>(parts.digits.size());
  if (!plain && !parts.digits.empty()) grouped = group_reversed(parts.digits, min_width, locale);
  const size_t digit_count = plain ? parts.digits.size() : grouped.size();
  const int64_t padding = std::max<int64_t>(spec.width - static_cast<int64_t>(other + digit_count), 0);
  const auto total = static_cast<size_t>(padding);
  const size_t left = spec.align == '>' ? total : spec.align == '^' ? total / 2 : 0;
  const size_t inside = spec.align == '=' ? total : 0;
  out.append_repeated(spec.fill, left);
  if (sign != 0) out.append(static_cast<char32_t>(sign));
  out.append_ascii(parts.prefix);
  out.append_repeated(spec.fill, inside);
  if (plain) out.append_ascii(parts.digits);
  for (size_t i = grouped.size(); i-- > 0;) out.append(grouped[i]);
  if (parts.has_point)
    for (const char32_t c : locale.point) out.append(c);
  out.append_ascii(parts.remainder);
  if (parts.is_character) out.append(parts.character);
  out.append_repeated(spec.fill, total - left - inside);
}

/// Takes the text of a float apart.
NumberParts split_number(std::string_view text) {
  NumberParts parts;
  if (!text.empty() && text[0] == '-') {
    parts.negative = true;
    text.remove_prefix(1);
  }
  size_t at = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  parts.digits = text.substr(0, at);
  parts.has_point = at < text.size() && text[at] == '.';
  parts.remainder = text.substr(at + (parts.has_point ? 1 : 0));
  return parts;
}

Status check_width(const FormatSpec& spec) {
  if (spec.width > 0 && !can_allocate(static_cast<size_t>(spec.width))) return raise_no_memory();
  if (spec.precision > 0 && spec.precision <= INT_MAX && !can_allocate(static_cast<size_t>(spec.precision)))
    return raise_no_memory();
  return {};
}

Result<Value> format_text(Str* text, const FormatSpec& spec) {
  if (spec.sign == ' ') return raise(types.ValueError, "Space not allowed in string format specifier");
  if (spec.sign != 0) return raise(types.ValueError, "Sign not allowed in string format specifier");
  if (spec.no_negative_zero)
    return raise(types.ValueError, "Negative zero coercion (z) not allowed in string format specifier");
  if (spec.alternate)
    return raise(types.ValueError, "Alternate form (#) not allowed in string format specifier");
  if (spec.align == '=')
    return raise(types.ValueError, "'=' alignment not allowed in string format specifier");
  size_t length = text->length;
  if (spec.precision >= 0) length = std::min(length, static_cast<size_t>(spec.precision));
  if (spec.width <= static_cast<int64_t>(length)) return substring(text, 0, length);
  TRY(check_width(spec));
  const size_t padding = static_cast<size_t>(spec.width) - length;
  const size_t left = spec.align == '>' ? padding : spec.align == '^' ? padding / 2 : 0;
  StrBuilder out;
  out.append_repeated(spec.fill, left);
  out.append(text, 0, length);
  out.append_repeated(spec.fill, padding - left);
  return out.finish();
}

Result<char32_t> character_of(Value integer, const FormatSpec& spec) {
  if (spec.sign != 0) return raise(types.ValueError, "Sign not allowed with integer format specifier 'c'");
  if (spec.alternate)
    return raise(types.ValueError, "Alternate form (#) not allowed with integer format specifier 'c'");
  int64_t number;
  if (!int_fits(integer, &number))
    return raise(types.OverflowError, "Python int too large to convert to C long");
  if (number < 0 || number > 0x10FFFF) return raise(types.OverflowError, "%c arg not in range(0x110000)");
  return static_cast<char32_t>(number);
}

Result<Value> format_integer(Value integer, const FormatSpec& spec) {
  if (spec.precision != -1)
    return raise(types.ValueError, "Precision not allowed in integer format specifier");
  if (spec.no_negative_zero)
    return raise(types.ValueError, "Negative zero coercion (z) not allowed in integer format specifier");
  StrBuilder out;
  NumberParts parts;
  if (spec.type == 'c') {
    parts.is_character = true;
    parts.character = TRY(character_of(integer, spec));
    TRY(check_width(spec));
    lay_out(out, spec, parts, number_locale(FormatSpec::kNone));
    return out.finish();
  }
  const int base = spec.type == 'b'                       ? 2
                   : spec.type == 'o'                     ? 8
                   : spec.type == 'x' || spec.type == 'X' ? 16
                                                          : 10;
  std::string text = TRY(int_to_text(integer, base));
  if (spec.type == 'X')
    for (char& c : text)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  parts.digits = text;
  if (text[0] == '-') {
    parts.negative = true;
    parts.digits.remove_prefix(1);
  }
  if (spec.alternate)
    parts.prefix = base == 2 ? "0b" : base == 8 ? "0o" : base == 10 ? "" : spec.type == 'X' ? "0X" : "0x";
  TRY(check_width(spec));
  lay_out(out, spec, parts, number_locale(spec.type == 'n' ? FormatSpec::kLocale : spec.grouping));
  return out.finish();
}

int float_flags(const FormatSpec& spec) {
  return (spec.alternate ? kFloatAlternate : 0) | (spec.no_negative_zero ? kFloatNoNegativeZero : 0);
}

Result<Value> format_double(double number, const FormatSpec& spec) {
  if (spec.precision > INT_MAX) return raise(types.ValueError, "precision too big");
  TRY(check_width(spec));
  int flags = float_flags(spec);
  char type = static_cast<char>(spec.type);
  int precision = static_cast<int>(spec.precision);
  if (type == 0) {
    flags |= kFloatAddDot;
    type = precision < 0 ? 'r' : 'g';
  } else if (type == 'n') {
    type = 'g';
  } else if (type == '%') {
    type = 'f';
    number *= 100;
  }
  if (precision < 0) precision = 6;
  std::string text = float_text(number, type, precision, flags);
  if (spec.type == '%') text += '%';
  if (spec.width == -1 && spec.sign == 0 && spec.grouping == FormatSpec::kNone && spec.type != 'n')
    return make_ascii(text);
  StrBuilder out;
  lay_out(out, spec, split_number(text),
          number_locale(spec.type == 'n' ? FormatSpec::kLocale : spec.grouping));
  return out.finish();
}

Result<Value> format_complex_number(double real, double imaginary, const FormatSpec& spec) {
  if (spec.precision > INT_MAX) return raise(types.ValueError, "precision too big");
  if (spec.fill == '0')
    return raise(types.ValueError, "Zero padding is not allowed in complex format specifier");
  if (spec.align == '=')
    return raise(types.ValueError, "'=' alignment flag is not allowed in complex format specifier");
  TRY(check_width(spec));
  char type = static_cast<char>(spec.type);
  int precision = static_cast<int>(spec.precision);
  const bool skip_real = type == 0 && real == 0 && !std::signbit(real);
  const bool parentheses = type == 0 && !skip_real;
  if (type == 0) type = precision < 0 ? 'r' : 'g';
  if (type == 'n') type = 'g';
  if (precision < 0) precision = 6;
  const NumberLocale locale = number_locale(spec.type == 'n' ? FormatSpec::kLocale : spec.grouping);
  FormatSpec inner = spec;
  inner.fill = ' ';
  inner.align = '<';
  inner.width = -1;
  StrBuilder body;
  if (parentheses) body.append('(');
  if (!skip_real) {
    lay_out(body, inner, split_number(float_text(real, type, precision, float_flags(spec))), locale);
    inner.sign = '+';
  }
  lay_out(body, inner, split_number(float_text(imaginary, type, precision, float_flags(spec))), locale);
  body.append('j');
  if (parentheses) body.append(')');
  FormatSpec outer;
  outer.fill = spec.fill;
  outer.align = spec.align;
  outer.width = spec.width;
  return format_text(TRY(body.finish()), outer);
}

}  // namespace

Result<FormatSpec> parse_format_spec(Value object, const Str* text, char default_type, char default_align) {
  FormatSpec spec;
  spec.align = static_cast<char32_t>(default_align);
  spec.type = static_cast<char32_t>(default_type);
  SpecReader in(text);
  parse_flags(in, &spec, default_align);
  spec.width = TRY(in.number());
  TRY(parse_grouping(in, &spec));
  if (in.take('.')) {
    spec.precision = TRY(in.number());
    if (spec.precision < 0) return raise(types.ValueError, "Format specifier missing precision");
  }
  if (in.left() > 1)
    return raise(types.ValueError, "Invalid format specifier '{}' for object of type '{}'", to_utf8(text),
                 type_name(object));
  if (in.left() == 1) spec.type = in.take();
  TRY(check_grouping(&spec));
  return spec;
}

Result<Value> format_str(Value text, Str* spec) {
  if (spec->length == 0) return to_str(text);
  const FormatSpec parsed = TRY(parse_format_spec(text, spec, 's', '<'));
  if (parsed.type != 's') return unknown_type(parsed.type, text);
  return format_text(text.as<Str>(), parsed);
}

Result<Value> format_int(Value integer, Str* spec) {
  if (spec->length == 0) return to_str(integer);
  const FormatSpec parsed = TRY(parse_format_spec(integer, spec, 'd', '>'));
  switch (parsed.type) {
    case 'b':
    case 'c':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
    case 'n':
      return format_integer(integer, parsed);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case '%':
      return format_double(TRY(int_to_double(integer)), parsed);
    default:
      return unknown_type(parsed.type, integer);
  }
}

Result<Value> format_float(Value number, Str* spec) {
  if (spec->length == 0) return to_str(number);
  const FormatSpec parsed = TRY(parse_format_spec(number, spec, '\0', '>'));
  if (parsed.type > 127 ||
      (parsed.type != 0 && std::strchr("eEfFgGn%", static_cast<char>(parsed.type)) == nullptr))
    return unknown_type(parsed.type, number);
  return format_double(float_value(number), parsed);
}

Result<Value> format_complex(Value number, Str* spec) {
  if (spec->length == 0) return to_str(number);
  const FormatSpec parsed = TRY(parse_format_spec(number, spec, '\0', '>'));
  if (parsed.type > 127 ||
      (parsed.type != 0 && std::strchr("eEfFgGn", static_cast<char>(parsed.type)) == nullptr))
    return unknown_type(parsed.type, number);
  const auto* complex = number.as<Complex>();
  return format_complex_number(complex->real, complex->imag, parsed);
}

}  // namespace ouro::vm
