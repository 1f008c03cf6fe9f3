#include "base/float_text.h"

#include <bit>
#include <cmath>

#include "python_oracle.h"

namespace ouro {
namespace {

double from_bits(const std::string& word) {
  return std::bit_cast<double>(static_cast<uint64_t>(std::stoull(word)));
}

std::string to_bits(double value) {
  return std::to_string(std::bit_cast<uint64_t>(value));
}

std::string to_bits(std::optional<double> value) {
  return value ? to_bits(*value) : "fails";
}

std::string to_bits(std::optional<ComplexValue> value) {
  return value ? to_bits(value->real) + "/" + to_bits(value->imag) : "fails";
}

std::string to_bits(std::optional<PowerResult> value) {
  if (!value) return "fails";
  return value->is_complex ? to_bits(ComplexValue{value->real, value->imag}) : to_bits(value->real);
}

/// The text with the sign taken off the usual NaN.
std::string unsigned_nans(std::string text) {
  const std::string negative = std::to_string(uint64_t{0xFFF8} << 48);
  const std::string positive = std::to_string(uint64_t{0x7FF8} << 48);
  for (size_t at = text.find(negative); at != std::string::npos; at = text.find(negative))
    text.replace(at, negative.size(), positive);
  return text;
}

const std::string kFloats = std::string(test::kEncodeConstant) + R"(
random.seed(11)
# The NaN that arithmetic on literals makes; other NaNs would show in which order compilers write additions.
NAN = float('inf') - float('inf')
def any_float():
    x = struct.unpack('<d', random.randbytes(8))[0]
    return x if x == x else NAN
def number():
    return random.choice([
        random.random(), -random.random(), float(random.randrange(-20, 20)), random.randrange(-20, 20) / 4, 0.0, -0.0,
        float('inf'), float('-inf'), NAN, random.random() * 10.0 ** random.randrange(-320, 308), 5e-324,
        any_float(), 2.0 ** random.randrange(-1074, 1023), 1.5, 2.0, 1e16, 123456.0])
def show(r):
    if type(r) is complex: return show(r.real) + '/' + show(r.imag)
    return bits(r)
def attempt(f):
    try: return show(f())
    except ArithmeticError: return 'fails'
)";

TEST(FloatText, ReprAndParseEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kFloats + R"(
for e in range(-1074, 1024): print(bits(2.0 ** e), repr(2.0 ** e), 'x')
for _ in range(20000):
    a, b = number(), number()
    print(bits(a), repr(a), 'x')
    print(bits(a), bits(b), repr(complex(a, b)))
)");
  ASSERT_GT(rows.size(), 40000u);
  for (const auto& row : rows) {
    if (row[2] != "x") {
      ASSERT_EQ(complex_repr(from_bits(row[0]), from_bits(row[1])), row[2]);
      continue;
    }
    const double value = from_bits(row[0]);
    ASSERT_EQ(float_repr(value), row[1]);
    if (std::isfinite(value) && !std::signbit(value)) {
      ASSERT_EQ(to_bits(parse_float(row[1])), row[0]);
    }
  }
}

TEST(FloatText, LiteralsEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kFloats + R"(
def digits(n): return ''.join(random.choice('0123456789') for _ in range(n))
literals = ['0.0', '1.', '.5', '1e400', '1e-400', '1e5', '1E+5', '0e0', '5', '00.5', '2.4703282292062327e-324',
            '2.4703282292062328e-324', '1.7976931348623158e308', '1.7976931348623159e308', '1e99999999999999999999',
            '0e99999999999999999999', '1e-99999999999999999999', '9' * 400, '0.' + '0' * 400 + '1', '1' + '0' * 800 + 'e-800',
            '2.2250738585072011e-308', '9007199254740993.0', '9007199254740993.00000000000000000000000000000001']
for _ in range(10000):
    e = random.choice(['', '', 'e%d' % random.randrange(-345, 330)])
    literals.append(digits(random.randrange(1, 25)) + '.' + digits(random.randrange(0, 25)) + e)
for text in literals: print(text, bits(float(text)))
)");
  ASSERT_GT(rows.size(), 10000u);
  for (const auto& row : rows) ASSERT_EQ(to_bits(parse_float(row[0])), row[1]) << row[0];
}

TEST(FloatText, ArithmeticEqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kFloats + R"(
for _ in range(15000):
    a, b, c, d = number(), number(), number(), number()
    if random.random() < 0.2: b = float(random.randrange(-110, 110))
    if random.random() < 0.4: d = 0.0; c = random.choice([c, float(random.randrange(-110, 110))])
    x, y = complex(a, b), complex(c, d)
    fs = [lambda: a / b, lambda: a // b, lambda: a % b, lambda: a ** b, lambda: x + y, lambda: x - y, lambda: x * y,
          lambda: x / y, lambda: x ** y]
    print(*map(bits, (a, b, c, d)), *map(attempt, fs))
)");
  ASSERT_EQ(rows.size(), 15000u);
  for (const auto& row : rows) {
    const double a = from_bits(row[0]);
    const double b = from_bits(row[1]);
    const ComplexValue x{a, b};
    const ComplexValue y{from_bits(row[2]), from_bits(row[3])};
    const std::string got[] = {to_bits(float_divide(a, b)),
                               to_bits(float_floor_divide(a, b)),
                               to_bits(float_modulo(a, b)),
                               to_bits(float_power(a, b)),
                               to_bits(std::optional(complex_add(x, y))),
                               to_bits(std::optional(complex_subtract(x, y))),
                               to_bits(std::optional(complex_multiply(x, y))),
                               to_bits(complex_divide(x, y)),
                               to_bits(complex_power(x, y))};
    for (size_t i = 0; i < std::size(got); ++i) {
      // The C library's functions and their argument order decide the sign of a NaN that goes through them.
      const bool any_nan = i + 1 == std::size(got);
      ASSERT_EQ(any_nan ? unsigned_nans(got[i]) : got[i], any_nan ? unsigned_nans(row[4 + i]) : row[4 + i])
          << i << " " << complex_repr(a, b) << " " << complex_repr(y.real, y.imag);
    }
  }
}

}  // namespace
}  // namespace ouro
