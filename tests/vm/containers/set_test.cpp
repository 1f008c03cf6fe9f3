#include <set>

#include "containers_test.h"
#include "vm/object/set_table.h"

namespace ouro::vm {
namespace {

using SetTest = ContainersTest;

void expect_same(Set* set, const std::set<size_t>& model) {
  ASSERT_EQ(set->count, model.size());
  size_t position = 0, count = 0;
  for (Value item; set_next(set, &position, &item);) ++count;
  ASSERT_EQ(count, model.size());
  for (size_t number : model) ASSERT_TRUE(must(set_contains(set, make_nth_key(number))));
}

TEST_F(SetTest, BehavesAsItsModel) {
  for (size_t variety : {4, 20, 500, 5000}) {
    Set* set = make_set();
    std::set<size_t> model;
    if (variety == 20) set_stress(11);
    for (int step = 0; step < 20000; ++step) {
      size_t number = below(variety);
      Value key = make_nth_key(number);
      switch (below(10)) {
        default:
          must(set_add(set, key));
          model.insert(number);
          break;
        case 0:
        case 1:
        case 2:
          ASSERT_EQ(must(set_discard(set, key)), model.erase(number) == 1);
          break;
        case 3:
          ASSERT_EQ(must(set_contains(set, key)), model.contains(number));
          break;
        case 4:
          set = must(set_copy(types.set, set));
          break;
        case 5:
          if (set->count > 0 && below(4) == 0) {
            Value popped = set_pop(set);
            size_t found = variety;
            for (size_t candidate : model) {
              if (must(equal(popped, make_nth_key(candidate)))) found = candidate;
            }
            ASSERT_EQ(model.erase(found), 1U);
          }
          must(set_purge(set));
          break;
      }
      ASSERT_EQ(set->count, model.size());
      if (step % 397 == 0) expect_same(set, model);
    }
    expect_same(set, model);
    set_stress(0);
  }
}

// The order that CPython gives, from its own output.
std::vector<int64_t> order_of(std::initializer_list<int64_t> numbers) {
  Set* set = make_set();
  for (int64_t number : numbers) must(set_add(set, make_int(number)));
  std::vector<int64_t> order;
  size_t position = 0;
  for (Value item; set_next(set, &position, &item);) order.push_back(item.small_int());
  return order;
}

TEST_F(SetTest, KeepsTheOrderOfCPython) {
  EXPECT_EQ(order_of({9, 1, 17, 8}), (std::vector<int64_t>{8, 9, 1, 17}));
  EXPECT_EQ(order_of({100, 1, 33, 65, 2}), (std::vector<int64_t>{65, 1, 2, 100, 33}));
  EXPECT_EQ(order_of({-1, -2, 3, 1000000007}), (std::vector<int64_t>{3, 1000000007, -1, -2}));
}

}  // namespace
}  // namespace ouro::vm
