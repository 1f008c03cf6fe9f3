#include "vm/builtins/codecs.h"

#include "text_test.h"

namespace ouro::vm {
namespace {

using CodecsTest = TextTest;

constexpr const char* kUnicode[] = {"utf-8", "utf-16", "utf-32"};

TEST_F(CodecsTest, BringsTextBack) {
  for (int round = 0; round < 2000; ++round) {
    const std::u32string text = random_text(60);
    for (const char* encoding : kUnicode) {
      const Value bytes = must(encode_text(text_of(text), encoding, nullptr));
      EXPECT_EQ(chars_of(must(decode_text(bytes.as<Bytes>()->view(), bytes, encoding, nullptr)).as<Str>()),
                text);
    }
    Bytes* seven = must(encode_utf7(text_of(text)));
    EXPECT_EQ(chars_of(must(decode_utf7({seven->view(), Value()}, nullptr))), text);
    int invalid = -1;
    Bytes* escaped = must(encode_unicode_escape(text_of(text)));
    EXPECT_EQ(chars_of(must(decode_unicode_escape({escaped->view(), Value()}, nullptr, nullptr, &invalid))),
              text);
  }
}

TEST_F(CodecsTest, AnyBytesComeBackThroughSurrogates) {
  for (int round = 0; round < 5000; ++round) {
    std::string data;
    for (size_t left = below(24); left > 0; --left)
      data += static_cast<char>(below(3) == 0 ? 'a' : below(256));
    for (const char* encoding : {"utf-8", "ascii"}) {
      const Value text = must(decode_text(data, Value(), encoding, "surrogateescape"));
      EXPECT_EQ(must(encode_text(text.as<Str>(), encoding, "surrogateescape")).as<Bytes>()->view(), data);
    }
  }
}

TEST_F(CodecsTest, DecodesInPartsAsInOne) {
  for (int round = 0; round < 3000; ++round) {
    std::string data;
    for (size_t left = below(16); left > 0; --left)
      data +=
          below(2) == 0 ? to_utf8(text_of(random_text(2))) : std::string(1, static_cast<char>(below(256)));
    Str* whole = must(decode_utf8({data, Value()}, "replace"));
    const size_t cut = below(data.size() + 1);
    size_t consumed = 0;
    Str* first = must(decode_utf8({std::string_view(data).substr(0, cut), Value()}, "replace", &consumed));
    Str* second = must(decode_utf8({std::string_view(data).substr(consumed), Value()}, "replace"));
    EXPECT_EQ(chars_of(first) + chars_of(second), chars_of(whole));
  }
}

TEST_F(CodecsTest, NoBytesCrashADecoder) {
  for (int round = 0; round < 4000; ++round) {
    std::string data;
    for (size_t left = below(20); left > 0; --left) data += "+-\\uUxN{}0A~\xff\xd8\xdc\x00"[below(16)];
    for (const char* errors : {"ignore", "replace", "backslashreplace"}) {
      size_t consumed = 0;
      int order = 0, invalid = -1;
      (void)decode_utf7({data, Value()}, errors, &consumed);
      EXPECT_LE(consumed, data.size());
      (void)decode_utf16({data, Value()}, errors, &order, &consumed);
      (void)decode_utf32({data, Value()}, errors, &order, nullptr);
      (void)decode_unicode_escape({data, Value()}, errors, &consumed, &invalid);
      (void)decode_raw_unicode_escape({data, Value()}, errors, &consumed);
    }
  }
}

}  // namespace
}  // namespace ouro::vm
