// A running machine for the tests of containers, and short ways to make values.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "vm/object/key_hash.h"
#include "vm/object/native.h"

namespace ouro::vm {

class ContainersTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (started_) return;
    started_ = true;
    start_runtime();
  }
  void TearDown() override {
    set_stress(0);
    EXPECT_FALSE(exception_pending());
    thread()->exception = nullptr;
  }

  std::mt19937_64 random_{20240611};
  size_t below(size_t limit) { return random_() % limit; }

 private:
  static inline bool started_ = false;
};

/// The value of a result that must be one.
template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result.ok());
  return result.unwrap();
}
inline void must(Status status) {
  EXPECT_TRUE(status.ok());
}

/// One of `variety` distinct keys, made anew each time: ints, texts, tuples, floats.
inline Value make_nth_key(size_t number) {
  auto n = static_cast<int64_t>(number / 4);
  switch (number % 4) {
    case 0:
      return make_int(n * 8);  // equal low bits: collisions
    case 1:
      return make_str("key" + std::to_string(n));
    case 2:
      return make_tuple({make_int(n), make_str("part")});
    default:
      return make_float(static_cast<double>(n) + 0.5);
  }
}

}  // namespace ouro::vm
