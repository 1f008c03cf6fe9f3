#include <list>
#include <unordered_map>

#include "containers_test.h"

namespace ouro::vm {
namespace {

using DictTest = ContainersTest;

// What a dict should hold: numbers of keys with numbers as values, in order.
class Model {
 public:
  void set(size_t key, int64_t value) {
    auto at = places_.find(key);
    if (at != places_.end()) {
      at->second->second = value;
      return;
    }
    items_.emplace_back(key, value);
    places_[key] = std::prev(items_.end());
  }
  bool remove(size_t key) {
    auto at = places_.find(key);
    if (at == places_.end()) return false;
    items_.erase(at->second);
    places_.erase(at);
    return true;
  }
  const int64_t* find(size_t key) const {
    auto at = places_.find(key);
    return at == places_.end() ? nullptr : &at->second->second;
  }
  void move(size_t key, bool last) {
    items_.splice(last ? items_.end() : items_.begin(), items_, places_[key]);
  }
  void clear() {
    items_.clear();
    places_.clear();
  }
  std::list<std::pair<size_t, int64_t>>& items() { return items_; }

 private:
  std::list<std::pair<size_t, int64_t>> items_;
  std::unordered_map<size_t, std::list<std::pair<size_t, int64_t>>::iterator> places_;
};

void expect_same(Dict* dict, Model& model) {
  ASSERT_EQ(dict->count, model.items().size());
  size_t position = 0;
  Value key, value;
  for (auto& [number, expected] : model.items()) {
    ASSERT_TRUE(dict_next(dict, &position, &key, &value));
    ASSERT_TRUE(must(equal(key, make_nth_key(number))));
    ASSERT_EQ(value, make_int(expected));
  }
  ASSERT_FALSE(dict_next(dict, &position, &key, &value));
}

TEST_F(DictTest, BehavesAsItsModel) {
  for (size_t variety : {3, 12, 40, 300, 3000}) {
    Dict* dict = make_dict();
    Model model;
    if (variety == 12) set_stress(7);
    for (int step = 0; step < 20000; ++step) {
      size_t number = below(variety);
      Value key = make_nth_key(number);
      switch (below(16)) {
        default:
          model.set(number, step);
          must(dict_set(dict, key, make_int(step)));
          break;
        case 0:
        case 1:
        case 2:
        case 3:
          ASSERT_EQ(must(dict_delete(dict, key)), model.remove(number));
          break;
        case 4: {
          const int64_t* expected = model.find(number);
          ASSERT_EQ(must(dict_get(dict, key)), expected ? make_int(*expected) : Value());
          break;
        }
        case 5: {
          Value last_key, last_value;
          ASSERT_EQ(dict_pop_last(dict, &last_key, &last_value), !model.items().empty());
          if (!model.items().empty()) model.remove(model.items().back().first);
          break;
        }
        case 6: {
          Value first_key, first_value;
          ASSERT_EQ(dict_pop_first(dict, &first_key, &first_value), !model.items().empty());
          if (!model.items().empty()) model.remove(model.items().front().first);
          break;
        }
        case 7:
        case 8: {
          if (model.find(number) == nullptr) break;
          bool last = below(2) == 0;
          model.move(number, last);
          int64_t entry = must(dict_lookup(dict, key, must(key_hash(key))));
          must(last ? dict_move_to_back(dict, entry) : dict_move_to_front(dict, entry));
          break;
        }
        case 9:
          if (below(50) == 0) {
            model.clear();
            dict_clear(dict);
          } else {
            dict = dict_copy(dict);
          }
          break;
        case 10: {
          if (model.find(number) == nullptr) model.set(number, step);
          ASSERT_EQ(must(dict_set_default(dict, key, make_int(step))), make_int(*model.find(number)));
          break;
        }
      }
      ASSERT_EQ(dict->count, model.items().size());
      if (step % 97 == 0) expect_same(dict, model);
    }
    expect_same(dict, model);
    set_stress(0);
  }
}

TEST_F(DictTest, NamesAreFoundByAddressAndByText) {
  Dict* dict = make_dict();
  for (int i = 0; i < 200; ++i) {
    Str* name = intern("name" + std::to_string(i));
    dict_set(dict, name, make_int(i));
    for (int j = 0; j <= i; ++j) {
      std::string text = "name" + std::to_string(j);
      ASSERT_EQ(dict_get_name(dict, intern(text)), make_int(j));
      ASSERT_EQ(dict_get(dict, make_str(text)), make_int(j));
    }
    ASSERT_TRUE(dict_get(dict, make_str("other")).is_null());
  }
  EXPECT_TRUE(dict->table->only_strings);
}

TEST_F(DictTest, TheVersionStandsForTheKeys) {
  Dict* dict = make_dict();
  EXPECT_EQ(dict_keys_version(dict), 0U);
  Str *a = intern("a"), *b = intern("b");
  dict_set(dict, a, make_int(1));
  uint32_t first = dict_keys_version(dict);
  EXPECT_NE(first, 0U);
  dict_set(dict, a, make_int(2));
  EXPECT_EQ(dict_keys_version(dict), first);
  dict_set(dict, b, make_int(3));
  uint32_t second = dict_keys_version(dict);
  EXPECT_NE(second, first);
  dict_delete(dict, b);
  EXPECT_NE(dict_keys_version(dict), second);
  EXPECT_NE(dict_keys_version(dict_copy(dict)), dict_keys_version(dict));
}

TEST_F(DictTest, AQueueOfKeysNeedsNoScan) {
  Dict* dict = make_dict();
  for (int i = 0; i < 100000; ++i) must(dict_set(dict, make_int(i), none()));
  Value key, value;
  for (int i = 0; i < 100000; ++i) {
    ASSERT_TRUE(dict_pop_first(dict, &key, &value));
    ASSERT_EQ(key, make_int(i));
  }
  EXPECT_EQ(dict->count, 0U);
}

// ---- keys whose comparison changes the dict

struct EvilKey : Object {
  Value number;
};
Dict* target = nullptr;
std::mt19937_64 evil_random{5};

Result<int64_t> evil_hash(Value) {
  return int64_t{42};
}
Result<Value> evil_compare(Value self, Value other, CompareOp op) {
  if (op != CompareOp::Equal && op != CompareOp::NotEqual) return not_implemented();
  switch (evil_random() % 40) {
    case 0:
      dict_clear(target);
      break;
    case 1: {
      Value key, value;
      dict_pop_last(target, &key, &value);
      break;
    }
    case 2:
      for (int i = 0; i < 20; ++i)
        TRY(dict_set(target, make_int(static_cast<int64_t>(evil_random() % 50)), none()));
      break;
    case 3:
      return raise(types.ValueError, "evil");
    case 4:
      collect(2);
      break;
    default:
      break;
  }
  if (type_of(self) != type_of(other)) return make_bool(op == CompareOp::NotEqual);
  bool same = self.as<EvilKey>()->number == other.as<EvilKey>()->number;
  return make_bool(same == (op == CompareOp::Equal));
}

void trace_evil(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<EvilKey*>(object)->number);
}

TEST_F(DictTest, SurvivesKeysThatChangeIt) {
  TypeSpec spec = {
      .name = "EvilKey", .kind = Kind::kNative, .basic_size = sizeof(EvilKey), .trace = trace_evil};
  spec.slots.hash = evil_hash;
  spec.slots.richcompare = evil_compare;
  static Type* type = nullptr;
  type = make_native_type(spec);
  add_root(reinterpret_cast<Object**>(&type));
  add_root(reinterpret_cast<Object**>(&target));
  for (int round = 0; round < 200; ++round) {
    target = make_dict();
    for (int step = 0; step < 60; ++step) {
      auto* key = allocate_instance<EvilKey>(type);
      key->number = make_int(static_cast<int64_t>(below(10)));
      Value kept = key;
      switch (below(4)) {
        case 0:
          (void)dict_delete(target, kept).ok();
          break;
        case 1:
          (void)dict_get(target, kept).ok();
          break;
        default:
          (void)dict_set(target, kept, make_int(step)).ok();
          break;
      }
      if (exception_pending()) take_exception();
      size_t position = 0, count = 0;
      Value found_key, found_value;
      while (dict_next(target, &position, &found_key, &found_value)) ++count;
      ASSERT_EQ(count, target->count);
    }
  }
}

}  // namespace
}  // namespace ouro::vm
