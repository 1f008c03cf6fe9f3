#include "base/hash.h"

#include <cmath>

#include "base/siphash.h"
#include "python_oracle.h"

namespace ouro {
namespace {

using test::read_constant;

const std::string kRandomValues = std::string(test::kEncodeConstant) + R"(
random.seed(20)
def text():
    alphabet = random.choice(['abcxyz_0', 'ab\xe9\xff', 'a\u0416\u4e2d', 'a\U0001f600\u4e2d', '\ud800a'])
    return ''.join(random.choice(alphabet) for _ in range(random.randrange(0, 24)))
def number():
    return random.choice([
        random.randrange(-5, 300), random.randrange(-2**70, 2**70), random.randrange(2**61 - 3, 2**61 + 3),
        -random.randrange(2**61 - 3, 2**61 + 3), random.getrandbits(random.randrange(1, 400)),
        random.random(), random.randrange(-9, 9) / 2, float(random.randrange(-2**60, 2**60)),
        random.random() * 10.0 ** random.randrange(-320, 308), 5e-324, float('inf'), float('-inf'), 0.0, -0.0,
        True, False, complex(random.randrange(-3, 3), random.randrange(-1, 2)), complex(random.random(), -1.5)])
def value(depth=2):
    k = random.randrange(6 if depth else 4)
    if k == 0: return number()
    if k == 1: return text()
    if k == 2: return text().encode('utf-8', 'surrogatepass')
    if k == 3: return random.randrange(0, 40)
    if k == 4: return tuple(value(depth - 1) for _ in range(random.randrange(0, 4)))
    return frozenset(value(depth - 1) for _ in range(random.randrange(0, 5)))
)";

TEST(Hash, EqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kRandomValues + R"(
for _ in range(20000):
    v = value(3)
    print(hash(v), enc(v))
)");
  ASSERT_EQ(rows.size(), 20000u);
  Arena arena;
  Constants constants(arena);
  for (const auto& row : rows) {
    size_t next = 1;
    const Constant* value = read_constant(constants, row, &next);
    ASSERT_EQ(std::to_string(python_hash(*value)), row[0]) << testing::PrintToString(row);
  }
}

TEST(Hash, FrozensetOrderEqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kRandomValues + R"(
for i in range(3000):
    n = random.randrange(0, random.choice([4, 12, 40, 400]))
    make = random.choice([value, number, text, lambda: random.randrange(n + 1), lambda: 1 << random.randrange(90)])
    items = tuple(make() for _ in range(n))
    first = frozenset(items)
    print(enc(items), enc(tuple(first)), enc(tuple(frozenset(tuple(first)))))
items = tuple(random.randrange(1 << 40) for _ in range(150000))
first = frozenset(items)
print(enc(items), enc(tuple(first)), enc(tuple(frozenset(tuple(first)))))
)");
  ASSERT_EQ(rows.size(), 3001u);
  Arena arena;
  Constants constants(arena);
  auto expect_order = [](std::span<const Constant* const> order, const Constant* expected) {
    ASSERT_EQ(order.size(), expected->size);
    for (size_t i = 0; i < order.size(); ++i) ASSERT_TRUE(same_constant(*order[i], *expected->items[i])) << i;
  };
  for (const auto& row : rows) {
    size_t next = 0;
    const Constant* items = read_constant(constants, row, &next);
    const Constant* once = read_constant(constants, row, &next);
    const Constant* twice = read_constant(constants, row, &next);
    const auto order = frozenset_order(arena, items->elements());
    ASSERT_NO_FATAL_FAILURE(expect_order(order, once));
    ASSERT_NO_FATAL_FAILURE(expect_order(frozenset_order(arena, order), twice));
  }
}

TEST(Hash, PythonEqualityCrossesTypes) {
  Arena arena;
  Constants c(arena);
  EXPECT_TRUE(python_equal(*c.integer(1), *c.boolean(true)));
  EXPECT_TRUE(python_equal(*c.integer(1), *c.floating(1.0)));
  EXPECT_TRUE(python_equal(*c.complex(1, 0), *c.boolean(true)));
  EXPECT_FALSE(python_equal(*c.integer((1ll << 53) + 1), *c.floating(9007199254740992.0)));
  EXPECT_FALSE(python_equal(*c.floating(NAN), *c.floating(NAN)));
  EXPECT_FALSE(python_equal(*c.integer(0), *c.floating(NAN)));
  const Constant* nan = c.floating(NAN);
  EXPECT_TRUE(python_equal(*nan, *nan));
  EXPECT_FALSE(python_equal(*c.str("a"), *c.bytes("a")));
}

TEST(Hash, SameConstantKeepsTypesAndZerosApart) {
  Arena arena;
  Constants c(arena);
  auto tuple = [&](const Constant* item) { return c.tuple(std::span<const Constant* const>(&item, 1)); };
  const Constant* values[] = {c.integer(1),
                              c.boolean(true),
                              c.floating(1.0),
                              c.complex(1, 0),
                              c.integer(0),
                              c.floating(0.0),
                              c.floating(-0.0),
                              c.complex(0, 0.0),
                              c.complex(-0.0, 0),
                              c.complex(0.0, -0.0),
                              c.complex(-0.0, -0.0),
                              c.str("1"),
                              c.bytes("1"),
                              c.none(),
                              c.ellipsis(),
                              c.floating(NAN),
                              c.floating(NAN),
                              tuple(c.integer(1)),
                              tuple(c.floating(1)),
                              tuple(c.boolean(true)),
                              c.integer(-1),
                              c.tuple({}),
                              c.frozen_set({}),
                              c.str(""),
                              c.bytes("")};
  for (const Constant* a : values) {
    for (const Constant* b : values) EXPECT_EQ(same_constant(*a, *b), a == b);
  }
  EXPECT_TRUE(same_constant(*tuple(c.floating(-0.0)), *tuple(c.floating(-0.0))));
  EXPECT_EQ(constant_hash(*tuple(c.str("abcdefghijk"))), constant_hash(*tuple(c.str("abcdefghijk"))));
}

TEST(Hash, SharedPartsAreWalkedOnce) {
  Arena arena;
  Constants c(arena);
  const Constant* a = c.integer(1);
  const Constant* b = c.integer(1);
  for (int i = 0; i < 200; ++i) {
    const Constant* two_a[] = {a, a};
    const Constant* two_b[] = {b, b};
    a = c.tuple(two_a);
    b = c.tuple(two_b);
  }
  const Constant* both[] = {a, b};
  EXPECT_EQ(frozenset_order(arena, both).size(), 1u);
}

TEST(SipHash, SourceHashEqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(R"(
import _imp, random, importlib.util
random.seed(1)
magic = int.from_bytes(importlib.util.MAGIC_NUMBER, 'little')
for n in list(range(70)) + [1000, 4096]:
    data = random.randbytes(n)
    print(magic, data.hex() or '-', int.from_bytes(_imp.source_hash(magic, data), 'little'))
)");
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    EXPECT_EQ(source_hash(static_cast<uint32_t>(std::stoul(row[0])), test::from_hex(row[1])),
              std::stoull(row[2]));
  }
}

}  // namespace
}  // namespace ouro
