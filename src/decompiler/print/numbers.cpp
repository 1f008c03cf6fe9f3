// Numbers of a wanted width. What is wider than the usual form is padded with zeros where a literal has room
// for them; what is narrower was folded from an expression, and some expression like it is looked for.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/bigint.h"
#include "base/float_text.h"
#include "decompiler/float_bits.h"
#include "decompiler/print/literals.h"

namespace ouro::decompiler {

namespace {

constexpr std::string_view kInfinity = "1e999";

std::string to_base(std::span<const uint64_t> limbs, unsigned bits) {
  if (limbs.empty()) return "0";
  std::string digits;
  const size_t total = limbs.size() * 64;
  for (size_t at = 0; at < total; at += bits) {
    uint64_t digit = limbs[at / 64] >> (at % 64);
    if (at % 64 + bits > 64 && at / 64 + 1 < limbs.size()) digit |= limbs[at / 64 + 1] << (64 - at % 64);
    digits += "0123456789abcdef"[digit & ((1u << bits) - 1)];
  }
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// Prefix and digits, with zeros between them up to the width.
std::string prefixed(std::string_view prefix, const std::string& digits, size_t width) {
  std::string out(prefix);
  if (width > prefix.size() + digits.size()) out.append(width - prefix.size() - digits.size(), '0');
  return out + digits;
}

std::string grouped(const std::string& digits) {
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += '_';
    out += digits[i];
  }
  return out;
}

bool is_power_of_two(IntView a) {
  if (a.limbs.empty()) return false;
  for (size_t i = 0; i + 1 < a.limbs.size(); ++i)
    if (a.limbs[i] != 0) return false;
  return (a.limbs.back() & (a.limbs.back() - 1)) == 0;
}

/// A number from its digits, shorter than they are.
class IntegerSearch {
 public:
  IntegerSearch(Constants& constants, IntView value) : constants_(constants), value_(value) {}

  /// Expressions for the magnitude, in the order of liking.
  void add_candidates() {
    power_of_ten(value_, "");
    shifted(value_, "");
    small_power(value_, "");
    if (int_bit_length(value_) > kMaxBits + 1) return;
    for (int64_t by = 1; by <= kMaxDistance; ++by) {
      const Constant distance = *constants_.integer(by);
      const Constant* above = int_add(constants_, value_, int_view(distance));
      near(int_view(*above), "-" + std::to_string(by));
      const Constant* below = int_subtract(constants_, value_, int_view(distance));
      if (!int_view(*below).negative && !int_view(*below).is_zero())
        near(int_view(*below), "+" + std::to_string(by));
    }
  }
  struct Candidate {
    std::string text;
    Level level;
  };
  std::vector<Candidate> candidates;

 private:
  // What is larger than this is not folded.
  static constexpr uint64_t kMaxBits = 128;
  static constexpr int64_t kMaxDistance = 64;

  void near(IntView value, std::string_view more) {
    if (more.size() == 2 && more[1] == '1') {
      shifted(value, more);
      small_power(value, more);
    } else if (is_power_of_two(value))
      shifted(value, more);
    power_of_ten(value, more);
  }

  void small_power(IntView value, std::string_view more) {
    const uint64_t bits = int_bit_length(value);
    if (bits > kMaxBits || bits < 8) return;
    const double wanted = int_to_double(value).value_or(1);
    for (int64_t base = 3; base <= 100; ++base) {
      const auto exponent = std::lround(std::log(wanted) / std::log(static_cast<double>(base)));
      if (exponent < 2 || std::fabs(std::pow(base, exponent) / wanted - 1) > 1e-9) continue;
      const Constant by = *constants_.integer(base);
      if (exponent < 2 || int_bit_length(int_view(by)) > kMaxBits / static_cast<uint64_t>(exponent)) continue;
      const Constant count = *constants_.integer(exponent);
      const Constant* power = int_power(constants_, int_view(by), int_view(count));
      if (power == nullptr || int_compare(int_view(*power), value) != 0) continue;
      add(std::to_string(base) + "**" + std::to_string(exponent), kPower, more);
    }
  }

  void add(std::string text, Level level, std::string_view add) {
    if (add.empty())
      candidates.push_back({std::move(text), level});
    else
      candidates.push_back({(level < kTerm ? "(" + text + ")" : text) + std::string(add), kArithmetic});
  }

  void power_of_ten(IntView value, std::string_view more) {
    if (!more.empty() && (value.limbs.empty() || value.limbs[0] % 8 != 0)) return;
    const std::string digits = int_to_decimal(value);
    const size_t last = digits.find_last_not_of('0');
    if (last == std::string::npos) return;
    const size_t zeros = digits.size() - 1 - last;
    if (zeros < 3 || zeros > 32 || int_bit_length(value) > kMaxBits) return;
    const std::string head = digits.substr(0, last + 1);
    if (head == "1")
      add("10**" + std::to_string(zeros), kPower, more);
    else if (more.empty())
      add(head + "*10**" + std::to_string(zeros), kTerm, more);
  }

  void shifted(IntView value, std::string_view more) {
    if (value.limbs.empty() || int_bit_length(value) > kMaxBits + 1) return;
    uint64_t zeros = 0;
    size_t limb = 0;
    while (value.limbs[limb] == 0) {
      zeros += 64;
      ++limb;
    }
    zeros += static_cast<uint64_t>(__builtin_ctzll(value.limbs[limb]));
    if (zeros < 3) return;
    const std::string count = std::to_string(zeros);
    if (is_power_of_two(value) && zeros <= 64) add("2**" + count, kPower, more);
    two_powers(value, more);
    const Constant* by = constants_.integer(static_cast<int64_t>(zeros));
    const Constant* odd = int_right_shift(constants_, value, int_view(*by));
    const std::string digits = int_to_decimal(int_view(*odd));
    if (int_bit_length(int_view(*odd)) + zeros <= kMaxBits) add(digits + "<<" + count, kShift, more);
    if (zeros <= 64 && int_bit_length(int_view(*odd)) + zeros + 1 <= kMaxBits)
      add(digits + "*2**" + count, kTerm, more);
  }

  /// The sum of two.
  void two_powers(IntView value, std::string_view more) {
    int bits = 0;
    std::string text;
    for (size_t i = value.limbs.size() * 64; i-- > 0;) {
      if ((value.limbs[i / 64] >> (i % 64) & 1) == 0) continue;
      if (++bits > 2 || i > 64) return;
      text += (text.empty() ? "2**" : "+2**") + std::to_string(i);
    }
    if (bits == 2) candidates.push_back({text + std::string(more), kArithmetic});
  }

  Constants& constants_;
  IntView value_;
};

bool integer_of_width(Workspace& workspace, const Constant& value, size_t width, bool literal_only,
                      std::string& out, Level* level, Level wanted) {
  const IntView view = int_view(value);
  const std::string sign = view.negative ? "-" : "";
  const bool huge = view.limbs.size() > 200;
  *level = view.negative ? kFactor : kAtom;
  if (width <= sign.size()) return false;
  const size_t room = width - sign.size();
  const std::string decimal = huge ? std::string() : int_to_decimal(IntView{view.limbs, false});
  auto take = [&](const std::string& text) {
    out = sign + text;
    return true;
  };
  if (!huge && decimal.size() == room) return take(decimal);
  const std::string hex = to_base(view.limbs, 4);
  if (hex.size() + 2 == room) return take("0x" + hex);
  if (!huge)
    if (const std::string groups = grouped(decimal); groups.size() == room) return take(groups);
  constexpr size_t kMaxOctal = 5;  // digits: of the permissions of a file
  if (const std::string octal = to_base(view.limbs, 3); octal.size() + 2 == room && octal.size() <= kMaxOctal)
    return take("0o" + octal);
  if (const std::string binary = to_base(view.limbs, 1); binary.size() + 2 == room)
    return take("0b" + binary);
  if (value.size == 0 && room > 1) return take(std::string(room, '0'));
  if (hex.size() + 2 < room) return take(prefixed("0x", hex, room));
  if (literal_only) return false;
  if (!huge && decimal.size() < room) {
    const std::string filling(room - decimal.size(), view.negative ? ' ' : '+');
    out = view.negative ? "-" + filling + decimal : filling + decimal;
    *level = kFactor;
    return true;
  }
  if (huge) return false;
  auto fill = [&](const std::string& prefix, const IntegerSearch& search, Level prefix_level) {
    for (const auto& [text, own] : search.candidates) {
      if (prefix.empty() && own < wanted) continue;
      const bool group = !prefix.empty() && own < kFactor;
      std::string whole = prefix;
      whole.append(group ? "(" : "").append(text).append(group ? ")" : "");
      if (whole.size() > width) continue;
      out = whole;
      *level = prefix.empty() ? own : prefix_level;
      // Spaces are free between tokens.
      const size_t at = whole.find_first_of("*<");
      out.insert(at, width - whole.size(), ' ');
      return true;
    }
    return false;
  };
  IntegerSearch search(workspace.constants, IntView{view.limbs, false});
  search.add_candidates();
  if (fill(sign, search, kFactor)) return true;
  if (wanted != kTest) return integer_of_width(workspace, value, width, literal_only, out, level, kTest);
  if (!view.negative) return false;
  // 1 - 2**31
  const Constant* more = int_subtract(workspace.constants, int_view(*workspace.constants.integer(1)), view);
  IntegerSearch of_more(workspace.constants, int_view(*more));
  of_more.add_candidates();
  for (const auto& [text, own] : of_more.candidates) {
    if (own < kTerm || text.size() + 2 > width) continue;
    out = "1" + std::string(width - 2 - text.size(), ' ') + "-" + text;
    *level = kArithmetic;
    return true;
  }
  const Constant* inverted = int_invert(workspace.constants, view);
  if (const std::string digits = int_to_decimal(int_view(*inverted)); digits.size() < width) {
    out = "~" + std::string(width - 1 - digits.size(), ' ') + digits;
    return true;
  }
  IntegerSearch of_inverted(workspace.constants, int_view(*inverted));
  of_inverted.add_candidates();
  return fill("~", of_inverted, kFactor);
}

/// Spellings of a float that is finite and not negative.
std::vector<std::string> float_spellings(double value) {
  std::vector<std::string> result;
  std::string text = float_repr(value);
  result.push_back(text);
  if (text.size() > 2 && text.ends_with(".0")) result.push_back(text.substr(0, text.size() - 1));
  if (text.starts_with("0.") && text != "0.0") result.push_back(text.substr(1));
  // Digits and exponent.
  int exponent = 0;
  if (const size_t e = text.find('e'); e != std::string::npos) {
    exponent = std::atoi(text.c_str() + e + 1);
    text.resize(e);
  }
  if (const size_t dot = text.find('.'); dot != std::string::npos) {
    exponent -= static_cast<int>(text.size() - dot - 1);
    text.erase(dot, 1);
  }
  const size_t first = text.find_first_not_of('0');
  if (first == std::string::npos) return result;
  text.erase(0, first);
  while (text.size() > 1 && text.back() == '0') {
    text.pop_back();
    ++exponent;
  }
  const auto scientific = [&](size_t whole, bool dot) {
    const int e = exponent + static_cast<int>(text.size() - whole);
    std::string out = text.substr(0, whole);
    if (dot) out += '.' + text.substr(whole);
    result.push_back(out + "e" + std::to_string(e));
    if (dot && whole == text.size()) result.push_back(out + "0e" + std::to_string(e));
    if (e >= 0) result.push_back(out + "e+" + std::to_string(e));
    if (e > -10 && e < 10) result.push_back(out + (e < 0 ? "e-0" : "e+0") + std::to_string(std::abs(e)));
  };
  scientific(text.size(), false);
  scientific(1, true);
  if (text.size() > 2) scientific(2, true);
  if (exponent >= 0 && exponent < 40) {
    result.push_back(text + std::string(static_cast<size_t>(exponent), '0') + ".");
    result.push_back(text + std::string(static_cast<size_t>(exponent), '0') + ".0");
  }
  std::erase_if(result, [value](const std::string& each) { return !same_bits(parse_float(each), value); });
  return result;
}

double rounded_to(double value, int decimals) {
  const double scale = std::pow(10, decimals);
  return std::round(value * scale) / scale;
}

std::string shortest_float(double value) {
  std::string best = float_repr(value);
  if (!std::isfinite(value)) return best;
  for (std::string& text : float_spellings(value))
    if (text.size() < best.size()) best = std::move(text);
  return best;
}

/// Whether seven digits say all of it.
bool has_few_digits(double value) {
  constexpr int kDigits = 7;
  if (!(value > 0) || !std::isfinite(value)) return false;
  const double scaled = value * std::pow(10, kDigits - 1 - std::floor(std::log10(value)));
  return std::fabs(scaled - std::round(scaled)) < 1e-4;
}

/// The shortest of a few sums, quotients and products of short numbers that give the float, which is finite
/// and positive; or nothing.
std::string float_expression(double value) {
  std::string best;
  auto consider = [&best](std::string text) {
    if (best.empty() || text.size() < best.size()) best = std::move(text);
  };
  for (int q = 1; q < 2000; ++q) {
    const double p = std::round(value * q);
    if (p < 1 || p > 1e15 || p / q != value) continue;
    consider(std::to_string(static_cast<int64_t>(p)) + "/" + std::to_string(q));
    break;
  }
  for (int q = 2; q < 200; ++q) {
    if (!has_few_digits(value * q)) continue;
    const std::string head = shortest_float(value * q);
    if (head.size() < 9 && value * q / q == value) consider(head + "/" + std::to_string(q));
  }
  int exponent = 0;
  if (std::frexp(value, &exponent) == 0.5) consider("2.**" + std::to_string(exponent - 1));
  for (int tenths = 11; tenths < 400; ++tenths) {
    const double q = tenths / 10.0;
    if (!has_few_digits(value * q)) continue;
    const std::string head = shortest_float(value * q);
    if (head.size() < 7 && tenths % 10 != 0 && value * q / q == value)
      consider(head + "/" + shortest_float(q));
  }
  for (int step = -16; step <= 16; ++step) {
    const double head = value + step;
    if (step == 0 || head - step != value || head <= 0) continue;
    const std::string sum = (step > 0 ? "-" : "+") + std::to_string(std::abs(step));
    if (has_few_digits(head)) consider(shortest_float(head) + sum);
    if (std::frexp(head, &exponent) == 0.5 && exponent > 4)
      consider("2.**" + std::to_string(exponent - 1) + sum);
  }
  if (const double inverse = 1 / value; std::isfinite(inverse)) {
    for (int decimals = 1; decimals < 12; ++decimals) {
      const double x = rounded_to(inverse, decimals);
      if (x != 0 && 1 / x == value) consider("1/" + shortest_float(x));
    }
  }
  for (int tenths = 11; tenths < 200; ++tenths) {
    const double a = tenths / 10.0;
    for (int decimals = 0; decimals < 4; ++decimals) {
      const double b = rounded_to(value / a, decimals);
      if (a * b == value) consider(shortest_float(a) + "*" + shortest_float(b));
    }
  }
  return best;
}

std::string float_text(double value);

bool float_of_width(double value, size_t width, bool literal_only, std::string& out, Level* level) {
  const bool negative = std::signbit(value);
  const std::string sign = negative ? "-" : "";
  *level = negative ? kFactor : kAtom;
  if (width <= sign.size()) return false;
  const size_t room = width - sign.size();
  if (std::isnan(value)) {
    out = float_text(value);
    *level = kFactor;
    if (out[0] == '(') {
      out = out.substr(1, out.size() - 2);
      *level = kArithmetic;
    }
    if (out.size() > width) return false;
    out.insert(out.find("-1e", 3), width - out.size(), ' ');
    return true;
  }
  if (std::isinf(value)) {
    if (room < 5) return false;
    out = sign + "1e" + std::string(room - 5, '9') + "999";
    return true;
  }
  std::string best;
  for (const std::string& text : float_spellings(std::fabs(value))) {
    if (best.empty() && text.size() < room && text.find('e') == std::string::npos) {
      best = text;
      break;
    }
    if (text.size() == room) {
      out = sign + text;
      return true;
    }
    if (best.empty() && text.size() < room) best = text;
  }
  if (best.empty()) {
    const std::string made = literal_only || value == 0 ? std::string() : float_expression(std::fabs(value));
    if (made.empty() || made.size() > room) return false;
    out = made;
    size_t at = made.find_first_of("*/+-", 1);
    if (made[at - 1] == 'e') at = made.find_first_of("*/+-", at + 1);  // an exponent's sign
    if (at == std::string::npos) return false;
    const bool sum = made.find_first_of("*/") == std::string::npos;
    if (sum && negative) return false;
    out.insert(at, room - made.size(), ' ');
    out = sign + out;
    *level = sum ? kArithmetic : kTerm;
    return true;
  }
  const size_t missing = room - best.size();
  const size_t exponent = best.find('e');
  if (best.find('.') != std::string::npos)
    best.insert(exponent == std::string::npos ? best.size() : exponent, missing, '0');
  else
    best.insert(0, missing, '0');
  out = sign + best;
  return true;
}

/// The imaginary part as a literal, its sign apart.
std::string imaginary(double value) {
  std::string text = std::isinf(value) ? std::string(kInfinity) : float_repr(std::fabs(value));
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + "j";
}

std::string real_part(double value) {
  if (std::isinf(value)) return value < 0 ? "-1e999" : "1e999";
  std::string text = float_repr(value);
  if (text.ends_with(".0") && text != "-0.0") text.resize(text.size() - 2);
  return text;
}

/// A sum or difference of a real and an imaginary literal; empty where that has other signs of zero.
std::string complex_sum(double real, double imag) {
  const bool negative_real = std::signbit(real);
  const bool negative_imag = std::signbit(imag);
  if (real == 0 && negative_real == negative_imag) return (negative_imag ? "-" : "") + imaginary(imag);
  if (!negative_imag && !(real == 0 && negative_real)) return real_part(real) + "+" + imaginary(imag);
  if (negative_imag && imag != 0) return real_part(real) + "-" + imaginary(imag);
  if (real == 0 && negative_real && imag == 0 && !negative_imag) return "-0.0-0j";
  return {};
}

std::string complex_text(const Constant& value);

/// The same with shorter numbers.
std::string short_complex_text(const Constant& value) {
  if (!std::isfinite(value.real) || !std::isfinite(value.imag) || value.imag == 0) return complex_text(value);
  if (value.real == 0) {
    if (std::signbit(value.real) != (value.imag < 0)) return complex_text(value);
    return (value.imag < 0 ? "-" : "") + shortest_float(std::fabs(value.imag)) + "j";
  }
  std::string imag = shortest_float(std::fabs(value.imag));
  if (imag.back() == '.') imag.pop_back();
  std::string real = shortest_float(std::fabs(value.real));
  if (real.back() == '.') real.pop_back();
  return (value.real < 0 ? "-" : "") + real + (value.imag < 0 ? "-" : "+") + imag + "j";
}

std::string complex_text(const Constant& value) {
  if (std::isnan(value.imag) || std::isnan(value.real)) return "(1e999-1e999+0j)";
  const std::string sum = complex_sum(value.real, value.imag);
  return sum.empty() ? "-(" + complex_sum(-value.real, -value.imag) + ")" : sum;
}

std::string float_text(double value) {
  if (std::isnan(value)) {
    // Which of the two signs the machine gives to what is not a number.
    volatile double infinity = HUGE_VAL;
    const bool negative = std::signbit(infinity - infinity);
    return std::signbit(value) == negative ? "(1e999-1e999)" : "-(1e999-1e999)";
  }
  if (std::isinf(value)) return value < 0 ? "-1e999" : "1e999";
  return float_repr(value);
}

std::string integer_text(const Constant& value) {
  const IntView view = int_view(value);
  if (view.limbs.size() <= 200) return int_to_decimal(view);
  return (view.negative ? "-0x" : "0x") + to_base(view.limbs, 4);
}

}  // namespace

std::string natural_number(const Constant& value) {
  switch (value.kind) {
    case ConstantKind::None:
      return "None";
    case ConstantKind::True:
      return "True";
    case ConstantKind::False:
      return "False";
    case ConstantKind::Ellipsis:
      return "...";
    case ConstantKind::Int:
      return integer_text(value);
    case ConstantKind::Float:
      return float_text(value.real);
    case ConstantKind::Complex:
      return complex_text(value);
    default:
      return "None";
  }
}

std::string shortest_expression(Workspace& workspace, const Constant& value) {
  std::string best = shortest_number(value);
  if (best.size() < 5) return best;
  if (value.is(ConstantKind::Float) && std::isfinite(value.real)) {
    const bool negative = std::signbit(value.real);
    const std::string made = value.real == 0 ? std::string() : float_expression(std::fabs(value.real));
    if (made.empty() || made.size() + negative >= best.size()) return best;
    if (negative && made.find_first_of("*/") == std::string::npos) return best;
    return (negative ? "-" : "") + made;
  }
  if (!value.is(ConstantKind::Int) || value.size > 3) return best;
  IntegerSearch search(workspace.constants, IntView{int_view(value).limbs, false});
  search.add_candidates();
  for (const auto& [text, own] : search.candidates) {
    const std::string whole = !value.negative ? text : own < kFactor ? "-(" + text + ")" : "-" + text;
    if (whole.size() < best.size()) best = whole;
  }
  if (!value.negative) return best;
  const Constant* inverted = int_invert(workspace.constants, int_view(value));
  IntegerSearch of_inverted(workspace.constants, int_view(*inverted));
  of_inverted.add_candidates();
  for (const auto& [text, own] : of_inverted.candidates) {
    const std::string whole = own < kFactor ? "~(" + text + ")" : "~" + text;
    if (whole.size() < best.size()) best = whole;
  }
  return best;
}

std::string shortest_number(const Constant& value) {
  std::string best = natural_number(value);
  if (value.is(ConstantKind::Complex))
    return std::min(best, short_complex_text(value),
                    [](const auto& a, const auto& b) { return a.size() < b.size(); });
  if (value.is(ConstantKind::Int)) {
    const IntView view = int_view(value);
    const std::string hex = (view.negative ? "-0x" : "0x") + to_base(view.limbs, 4);
    return hex.size() < best.size() ? hex : best;
  }
  if (!value.is(ConstantKind::Float) || !std::isfinite(value.real)) return best;
  const std::string sign = std::signbit(value.real) ? "-" : "";
  for (const std::string& text : float_spellings(std::fabs(value.real)))
    if (sign.size() + text.size() < best.size()) best = sign + text;
  return best;
}

Level number_level(std::string_view text) {
  if (text[0] == '(') return kAtom;
  if (text.starts_with("-(")) return kFactor;
  for (size_t i = 1; i < text.size(); ++i) {
    if ((text[i] == '+' || text[i] == '-') && text[i - 1] != 'e' && text[i - 1] != 'E') return kArithmetic;
  }
  return text[0] == '-' || text[0] == '+' ? kFactor : kAtom;
}

bool number_of_width(Workspace& workspace, const Constant& value, size_t width, bool literal_only,
                     std::string& out, Level* level, Level wanted) {
  *level = kAtom;
  switch (value.kind) {
    case ConstantKind::Int:
      return integer_of_width(workspace, value, width, literal_only, out, level, wanted);
    case ConstantKind::Float:
      return float_of_width(value.real, width, literal_only, out, level);
    case ConstantKind::Complex: {
      out = complex_text(value);
      if (out.size() > width) out = short_complex_text(value);
      *level = number_level(out);
      if (out.size() >= width) return out.size() == width;
      const size_t missing = width - out.size();
      if (value.real == 0 && *level != kArithmetic && out.back() == 'j') {
        if (out.find_first_of(".e") == std::string::npos && missing > 1)
          out = out.substr(0, out.size() - 1) + "." + std::string(missing - 1, '0') + "j";
        else
          out.insert(out[0] == '-' ? 1 : 0, missing, '0');
        return true;
      }
      const size_t at = out.find_first_of("+-", 1);
      if (at == std::string::npos) return false;
      out.insert(at, missing, ' ');
      return true;
    }
    case ConstantKind::True:
    case ConstantKind::False: {
      const bool truth = value.is(ConstantKind::True);
      out = truth ? "True" : "False";
      if (out.size() == width) return true;
      if (width < 5 || literal_only) return false;
      *level = kNot;
      out = "not" + std::string(width - 4, ' ') + (truth ? "0" : "1");
      return true;
    }
    default:
      out = natural_number(value);
      return out.size() == width;
  }
}

}  // namespace ouro::decompiler
