// A running machine for the tests of text, and short ways to look at results.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "vm/object/protocol.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

class TextTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (started_) return;
    started_ = true;
    seed_hashing(false, 0);
    start_runtime();
  }
  void TearDown() override {
    set_stress(0);
    EXPECT_FALSE(exception_pending());
    thread()->exception = nullptr;
  }

  std::mt19937_64 random_{20240612};
  size_t below(size_t limit) { return random_() % limit; }
  /// Characters of every width, mostly of one.
  std::u32string random_text(size_t longest) {
    static constexpr char32_t kLimits[] = {0x80, 0x100, 0xD800, 0x10FFFF};
    const char32_t limit = kLimits[below(4)];
    std::u32string text;
    for (size_t left = below(longest + 1); left > 0; --left) {
      char32_t c = static_cast<char32_t>(below(10) == 0 ? below(limit) : 'a' + below(3));
      if (is_surrogate(c)) c = 'x';
      text += c;
    }
    return text;
  }

 private:
  static inline bool started_ = false;
};

template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result.ok());
  return result.unwrap();
}

inline Str* text_of(const std::u32string& text) {
  return make_str(text.data(), text.size());
}
inline std::u32string chars_of(const Str* str) {
  std::u32string text;
  for (size_t i = 0; i < str->length; ++i) text += str->at(i);
  return text;
}
/// The width and the ASCII flag are the narrowest.
inline bool is_canonical(const Str* str) {
  char32_t all = 0;
  for (size_t i = 0; i < str->length; ++i) all |= str->at(i);
  return str->width() == width_for(all) && str->is_ascii() == (all < 0x80);
}

}  // namespace ouro::vm
