#include "containers_test.h"

namespace ouro::vm {
namespace {

using ListTest = ContainersTest;

std::vector<Value> contents(List* list) {
  return {list->span().begin(), list->span().end()};
}

TEST_F(ListTest, BehavesAsAVector) {
  List* list = make_list();
  std::vector<Value> model;
  set_stress(13);
  for (int step = 0; step < 4000; ++step) {
    Value item = make_nth_key(below(1000));
    size_t size = model.size();
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        must(list_append(list, item));
        model.push_back(item);
        break;
      case 3: {
        auto index = static_cast<int64_t>(below(size + 3)) - 1;
        must(list_insert(list, index, item));
        auto at = static_cast<size_t>(std::clamp<int64_t>(
            index < 0 ? index + static_cast<int64_t>(size) : index, 0, static_cast<int64_t>(size)));
        model.insert(model.begin() + static_cast<long>(at), item);
        break;
      }
      case 4:
        if (size > 0) {
          size_t at = below(size);
          ASSERT_EQ(list_remove_at(list, at), model[at]);
          model.erase(model.begin() + static_cast<long>(at));
        }
        break;
      case 5: {
        size_t low = below(size + 1), high = low + below(size - low + 1);
        Tuple* items = must(allocate_tuple(below(6)));
        std::fill_n(items->items, items->length, item);
        std::vector<Value> part(items->span().begin(), items->span().end());
        must(list_replace(list, low, high, items->span()));
        model.erase(model.begin() + static_cast<long>(low), model.begin() + static_cast<long>(high));
        model.insert(model.begin() + static_cast<long>(low), part.begin(), part.end());
        break;
      }
      case 6:
        if (size < 100) {
          must(list_extend(list, list));
          model.insert(model.end(), model.begin(), model.begin() + static_cast<long>(size));
        }
        break;
      case 7:
        if (below(30) == 0) {
          list_clear(list);
          model.clear();
        }
        break;
    }
    ASSERT_EQ(contents(list), model);
  }
}

TEST_F(ListTest, AListReplacesAPartByItself) {
  List* list = make_list();
  for (int i = 0; i < 5; ++i) must(list_append(list, make_int(i)));
  must(list_replace(list, 1, 2, list->span()));
  std::vector<int64_t> numbers;
  for (Value value : list->span()) numbers.push_back(value.small_int());
  EXPECT_EQ(numbers, (std::vector<int64_t>{0, 0, 1, 2, 3, 4, 2, 3, 4}));
}

TEST_F(ListTest, SortsEachKindOfKeyStably) {
  for (int kind = 0; kind < 5; ++kind) {
    List* list = make_list();
    for (int i = 0; i < 3000; ++i) {
      auto number = static_cast<int64_t>(below(200));
      Value key = kind == 0    ? make_int(number)
                  : kind == 1  ? make_float(static_cast<double>(number) / 3)
                  : kind == 2  ? Value(make_str(std::to_string(number)))
                  : kind == 3  ? Value(make_tuple({make_int(number), make_int(number % 3)}))
                  : i % 2 == 0 ? make_int(number)
                               : make_float(static_cast<double>(number));
      must(list_append(list, key));
    }
    for (bool reverse : {false, true}) {
      must(list_sort(list, Value(), reverse));
      for (size_t i = 1; i < list->length; ++i) {
        Value before = list->items()[i - 1], after = list->items()[i];
        ASSERT_FALSE(must(reverse ? less(before, after) : less(after, before)));
      }
    }
  }
}

TEST_F(ListTest, SlicesCountAsPythonDoes) {
  auto count = [](Value start, Value stop, Value step, int64_t length) {
    return must(slice_range(make_slice(start, stop, step).as<Slice>(), length)).count;
  };
  EXPECT_EQ(count(none(), none(), none(), 5), 5);
  EXPECT_EQ(count(none(), none(), make_int(-1), 5), 5);
  EXPECT_EQ(count(make_int(-3), make_int(100), make_int(2), 5), 2);
  EXPECT_EQ(count(make_int(4), make_int(0), make_int(-2), 5), 2);
  EXPECT_EQ(count(make_int(INT64_MIN), make_int(INT64_MAX), make_int(INT64_MAX), 5), 1);
  EXPECT_EQ(count(make_int(INT64_MAX), make_int(INT64_MIN), make_int(INT64_MIN), 5), 1);
  EXPECT_FALSE(slice_range(make_slice(none(), none(), make_int(0)).as<Slice>(), 5).ok());
  EXPECT_TRUE(clear_if(types.ValueError));
}

TEST_F(ListTest, TuplesHashAsInCPython) {
  auto hash_of = [](std::initializer_list<Value> items) { return must(hash(Value(make_tuple(items)))); };
  EXPECT_EQ(hash_of({}), 5740354900026072187);
  EXPECT_EQ(hash_of({make_int(0)}), -8753497827991233192);
  EXPECT_EQ(hash_of({make_int(1), make_int(2), make_int(3)}), 529344067295497451);
}

}  // namespace
}  // namespace ouro::vm
