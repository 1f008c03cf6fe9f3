#include "base/bigint.h"

#include <cmath>

#include "base/hash.h"
#include "python_oracle.h"

namespace ouro {
namespace {

using test::read_constant;

std::string as_words(const Constant* c) {
  return c == nullptr ? "fails" : int_to_decimal(int_view(*c));
}

std::string as_words(std::optional<double> value) {
  return value ? std::to_string(std::bit_cast<uint64_t>(*value)) : "fails";
}

const std::string kNumbers = std::string(test::kEncodeConstant) + R"(
random.seed(3)
def number():
    n = random.choice([0, 1, 2, -1, random.randrange(-300, 300), random.getrandbits(64), random.getrandbits(63),
                       random.getrandbits(random.randrange(1, 300)), 1 << random.randrange(0, 1100),
                       (1 << random.randrange(0, 200)) - 1, (1 << random.randrange(1, 200)) + 1,
                       random.getrandbits(random.randrange(1, 1200)),
                       (random.getrandbits(54) | 1) << random.randrange(0, 960)])
    return n if random.random() < 0.6 else -n
def attempt(f):
    try: r = f()
    except (ArithmeticError, ValueError): return 'fails'
    return bits(r) if type(r) is float else str(r)
)";

TEST(BigInt, BinaryOperationsEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kNumbers + R"(
for _ in range(6000):
    a, b = number(), number()
    s = random.randrange(-3, 200)
    e = random.randrange(0, 12)
    fs = [lambda: a + b, lambda: a - b, lambda: a * b, lambda: a // b, lambda: a % b, lambda: a & b, lambda: a | b,
          lambda: a ^ b, lambda: a / b, lambda: a << s, lambda: a >> s, lambda: a ** e, lambda: ~a, lambda: -a,
          lambda: float(a), lambda: a.bit_length(), lambda: (a > b) - (a < b)]
    print(enc(a), enc(b), enc(s), enc(e), *map(attempt, fs))
)");
  ASSERT_EQ(rows.size(), 6000u);
  Arena arena;
  Constants c(arena);
  for (const auto& row : rows) {
    size_t next = 0;
    const IntView a = int_view(*read_constant(c, row, &next));
    const IntView b = int_view(*read_constant(c, row, &next));
    const IntView s = int_view(*read_constant(c, row, &next));
    const IntView e = int_view(*read_constant(c, row, &next));
    const std::string got[] = {as_words(int_add(c, a, b)),         as_words(int_subtract(c, a, b)),
                               as_words(int_multiply(c, a, b)),    as_words(int_floor_divide(c, a, b)),
                               as_words(int_modulo(c, a, b)),      as_words(int_and(c, a, b)),
                               as_words(int_or(c, a, b)),          as_words(int_xor(c, a, b)),
                               as_words(int_true_divide(a, b)),    as_words(int_left_shift(c, a, s)),
                               as_words(int_right_shift(c, a, s)), as_words(int_power(c, a, e)),
                               as_words(int_invert(c, a)),         as_words(int_negate(c, a)),
                               as_words(int_to_double(a)),         std::to_string(int_bit_length(a))};
    for (const std::string& result : got) ASSERT_EQ(result, row.at(next++)) << testing::PrintToString(row);
    const int order = int_compare(a, b);
    ASSERT_EQ(std::to_string((order > 0) - (order < 0)), row.at(next));
  }
}

TEST(BigInt, ComparesExactlyWithFloats) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kNumbers + R"(
for _ in range(2000):
    a = number()
    b = random.choice([lambda: float(number()), lambda: random.random() * 2.0**random.randrange(70),
                       lambda: float('inf'), lambda: float(a)])
    try: b = b()
    except OverflowError: b = float('-inf')
    print(enc(a), enc(b), (a > b) - (a < b), 'fails' if b in (float('inf'), float('-inf')) else int(b))
)");
  ASSERT_EQ(rows.size(), 2000u);
  Arena arena;
  Constants c(arena);
  for (const auto& row : rows) {
    size_t next = 0;
    const Constant* a = read_constant(c, row, &next);
    const Constant* b = read_constant(c, row, &next);
    const int order = int_compare(int_view(*a), b->real);
    ASSERT_EQ(std::to_string((order > 0) - (order < 0)), row.at(next));
    ASSERT_EQ(as_words(int_from_double(c, b->real)), row.at(next + 1));
  }
}

TEST(BigInt, ParsesEveryBase) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kNumbers + R"(
for _ in range(1500):
    a = abs(number())
    print(a, '%d 10 %o 8 %x 16 %X 16' % (a, a, a, a), bin(a)[2:], 2, '000%d' % a, 10)
a = random.getrandbits(14000)
print(a, a, 10, '%x' % a, 16)
)");
  Arena arena;
  Constants c(arena);
  for (const auto& row : rows) {
    for (size_t i = 1; i + 1 < row.size(); i += 2)
      ASSERT_EQ(as_words(int_parse(c, row[i], std::stoi(row[i + 1]))), row[0]);
  }
  EXPECT_EQ(int_parse(c, "0", 10), c.integer(0));
  EXPECT_EQ(int_parse(c, "0000000000000000000000000000000000000", 8), c.integer(0));
}

TEST(BigInt, MarshalDigitsEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kNumbers + R"(
import marshal
for _ in range(1500):
    a = number() * 2**32 + (1 << 40)
    data = marshal.dumps(a, 2)
    if data[:1] == b'l': print(enc(a), struct.unpack('<i', data[1:5])[0], data[5:].hex())
)");
  ASSERT_GT(rows.size(), 1000u);
  Arena arena;
  Constants c(arena);
  for (const auto& row : rows) {
    size_t next = 0;
    const Constant* a = read_constant(c, row, &next);
    const int count = std::stoi(row.at(next));
    const std::string words = test::from_hex(row.at(next + 1));
    ASSERT_EQ(int_digit15_count(int_view(*a)), static_cast<size_t>(std::abs(count)));
    std::string written(words.size(), '\xAA');
    int_write_digits15(int_view(*a), written.data());
    ASSERT_EQ(written, words);
    ASSERT_TRUE(same_constant(*int_from_digits15(c, words, count < 0), *a));
  }
}

TEST(BigInt, RefusesBadMarshalDigits) {
  Arena arena;
  Constants c(arena);
  using namespace std::string_view_literals;
  EXPECT_EQ(int_from_digits15(c, "\xff\xff"sv, false), nullptr);
  EXPECT_EQ(int_from_digits15(c, "\x01\x00\x00\x00"sv, false), nullptr);
  EXPECT_EQ(int_from_digits15(c, ""sv, false), c.integer(0));
  EXPECT_EQ(int_from_digits15(c, "\x03\x00"sv, true), c.integer(-3));
}

TEST(BigInt, RefusesWhatWouldNotFitMemory) {
  Arena arena;
  Constants c(arena);
  const Constant* two = c.integer(2);
  const Constant* huge = int_power(c, int_view(*two), int_view(*c.integer(80)));
  EXPECT_EQ(int_power(c, int_view(*two), int_view(*huge)), nullptr);
  EXPECT_EQ(int_left_shift(c, int_view(*two), int_view(*huge)), nullptr);
  EXPECT_EQ(int_left_shift(c, int_view(*c.integer(0)), int_view(*huge)), c.integer(0));
  EXPECT_EQ(int_right_shift(c, int_view(*two), int_view(*huge)), c.integer(0));
  EXPECT_EQ(int_power(c, int_view(*c.integer(-1)), int_view(*huge)), c.integer(1));
  EXPECT_EQ(int_power(c, int_view(*two), int_view(*c.integer(1000000000))), nullptr);
}

TEST(BigInt, DigitLimitMessage) {
  EXPECT_EQ(too_many_digits_message(5000, 4300),
            "Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use "
            "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer "
            "literals to "
            "avoid decimal conversion limits.");
}

}  // namespace
}  // namespace ouro
