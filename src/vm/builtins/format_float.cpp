// Digits of floats. std::to_chars rounds correctly at any precision; what stands behind the last digit that
// a double can have is zeros.
#include <charconv>
#include <cmath>

#include "vm/builtins/format.h"

namespace ouro::vm {

namespace {

constexpr int kMaxFraction = 1100;  // no double has more decimals, or more significant digits
constexpr size_t kBufferSize = 1600;

struct Digits {
  std::string text;  // significant digits, the first not 0 (but for zero itself)
  int point;         // the decimal point stands after this many of them
};

Digits split_scientific(const char* start, const char* end) {
  Digits digits;
  const char* at = start;
  for (; *at != 'e'; ++at)
    if (*at != '.') digits.text += *at;
  int exponent = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
  digits.point = exponent + 1;
  return digits;
}

/// `count` significant digits.
Digits rounded_digits(double number, int count) {
  char buffer[kBufferSize];
  const int precision = std::min(count - 1, kMaxFraction);
  const char* end =
      std::to_chars(buffer, buffer + kBufferSize, number, std::chars_format::scientific, precision).ptr;
  return split_scientific(buffer, end);
}

Digits shortest_digits(double number) {
  char buffer[64];
  const char* end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  return split_scientific(buffer, end);
}

std::string exponent_text(int exponent, bool upper) {
  std::string text(1, upper ? 'E' : 'e');
  text += exponent < 0 ? '-' : '+';
  const std::string number = std::to_string(std::abs(exponent));
  if (number.size() < 2) text += '0';
  return text + number;
}

/// d.ddd with `decimals` of them (zeros are added), and the exponent.
std::string scientific(const Digits& digits, size_t decimals, bool alternate, bool upper) {
  std::string text(1, digits.text[0]);
  if (decimals != 0 || alternate) text += '.';
  const std::string fraction = digits.text.substr(1, decimals);
  text += fraction;
  text.append(decimals - fraction.size(), '0');
  return text + exponent_text(digits.point - 1, upper);
}

std::string fixed(double number, int precision, bool alternate) {
  char buffer[kBufferSize];
  const char* end = std::to_chars(buffer, buffer + kBufferSize, number, std::chars_format::fixed,
                                  std::min(precision, kMaxFraction))
                        .ptr;
  std::string text(buffer, static_cast<size_t>(end - buffer));
  if (precision > kMaxFraction) text.append(static_cast<size_t>(precision - kMaxFraction), '0');
  if (precision == 0 && alternate) text += '.';
  return text;
}

/// Digits written without an exponent.
std::string positional(const Digits& digits, size_t decimals) {
  std::string text;
  if (digits.point <= 0) {
    text = "0";
  } else {
    text = digits.text.substr(0, static_cast<size_t>(digits.point));
    text.append(static_cast<size_t>(digits.point) - text.size(), '0');
  }
  if (decimals == 0) return text;
  std::string fraction;
  if (digits.point < 0) fraction.append(std::min(decimals, static_cast<size_t>(-digits.point)), '0');
  const size_t from = digits.point > 0 ? static_cast<size_t>(digits.point) : 0;
  if (from < digits.text.size()) fraction += digits.text.substr(from);
  fraction.resize(decimals, '0');
  return text + "." + fraction;
}

std::string general(double number, int precision, int flags, bool upper) {
  precision = std::max(precision, 1);
  Digits digits = rounded_digits(number, precision);
  const int limit = precision - ((flags & kFloatAddDot) != 0 ? 1 : 0);
  const bool exponent = digits.point <= -4 || digits.point > limit;
  const bool alternate = (flags & kFloatAlternate) != 0;
  size_t significant = static_cast<size_t>(precision);
  if (!alternate) {
    while (digits.text.size() > 1 && digits.text.back() == '0') digits.text.pop_back();
    significant = digits.text.size();
  }
  if (exponent) return scientific(digits, significant - 1, alternate, upper);
  const int64_t decimals = static_cast<int64_t>(significant) - digits.point;
  std::string text = positional(digits, static_cast<size_t>(std::max<int64_t>(decimals, 0)));
  if (decimals <= 0) {
    if ((flags & kFloatAddDot) != 0) {
      text += ".0";
    } else if (alternate) {
      text += '.';
    }
  }
  return text;
}

std::string shortest(double number, int flags) {
  const Digits digits = shortest_digits(number);
  if (digits.point <= -4 || digits.point > 16)
    return scientific(digits, digits.text.size() - 1, (flags & kFloatAlternate) != 0, false);
  const int64_t decimals = static_cast<int64_t>(digits.text.size()) - digits.point;
  std::string text = positional(digits, static_cast<size_t>(std::max<int64_t>(decimals, 0)));
  // The digits of zero are "0" with the point behind: no decimals.
  if (decimals > 0) return text;
  if ((flags & kFloatAddDot) != 0) return text + ".0";
  return (flags & kFloatAlternate) != 0 ? text + "." : text;
}

std::string magnitude_text(double number, char type, int precision, int flags) {
  const bool alternate = (flags & kFloatAlternate) != 0;
  switch (type) {
    case 'e':
    case 'E':
      return scientific(rounded_digits(number, precision == INT32_MAX ? precision : precision + 1),
                        static_cast<size_t>(precision), alternate, type == 'E');
    case 'f':
    case 'F':
      return fixed(number, precision, alternate);
    case 'g':
    case 'G':
      return general(number, precision, flags, type == 'G');
    default:
      return shortest(number, flags);
  }
}

}  // namespace

std::string float_text(double number, char type, int precision, int flags) {
  const bool upper = type == 'E' || type == 'F' || type == 'G';
  if (std::isnan(number)) return upper ? "NAN" : "nan";
  std::string text = std::isinf(number) ? std::string(upper ? "INF" : "inf")
                                        : magnitude_text(std::fabs(number), type, precision, flags);
  if (!std::signbit(number)) return text;
  if ((flags & kFloatNoNegativeZero) != 0 && std::isfinite(number) &&
      text.substr(0, text.find_first_of("eE")).find_first_of("123456789") == std::string::npos)
    return text;
  return "-" + text;
}

}  // namespace ouro::vm
