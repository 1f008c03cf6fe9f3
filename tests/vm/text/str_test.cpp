#include "text_test.h"
#include "vm/object/text_search.h"

namespace ouro::vm {
namespace {

using StrTest = TextTest;

TEST_F(StrTest, KeepsTheNarrowestWidthThroughEveryOperation) {
  set_stress(7);
  for (int round = 0; round < 3000; ++round) {
    const std::u32string a = random_text(400), b = random_text(40);
    Str *x = text_of(a), *y = text_of(b);
    EXPECT_TRUE(is_canonical(x));
    EXPECT_EQ(chars_of(x), a);
    Str* joined = must(concat(x, y));
    EXPECT_EQ(chars_of(joined), a + b);
    EXPECT_TRUE(is_canonical(joined));
    const size_t start = below(a.size() + 1), end = start + below(a.size() - start + 1);
    Str* part = substring(x, start, end);
    EXPECT_EQ(chars_of(part), a.substr(start, end - start));
    EXPECT_TRUE(is_canonical(part));
    EXPECT_EQ(compare(x, y) < 0, a < b);
    EXPECT_EQ(equals(x, y), a == b);
    EXPECT_EQ(chars_of(make_str(to_utf8(joined))), a + b);
    EXPECT_EQ(str_hash(part), str_hash(text_of(a.substr(start, end - start))));
  }
}

TEST_F(StrTest, AppendsInPlaceAndLeavesEarlierTextsAlone) {
  Str* text = empty_str();
  std::vector<Str*> earlier;
  Value kept = Value();
  List* all = make_list();
  std::u32string model;
  for (int i = 0; i < 4000; ++i) {
    const std::u32string more = i == 2000 ? U"\u4e2d" : U"ab";
    text = must(concat(text, text_of(more)));
    model += more;
    if (i % 500 == 0) {
      EXPECT_TRUE(list_append(all, text).ok());
      // A second text that grows from the same place must not meet the first.
      kept = must(concat(text, make_ascii("other")));
      EXPECT_EQ(chars_of(kept.as<Str>()), model + U"other");
    }
  }
  EXPECT_EQ(chars_of(text), model);
  for (const Value early : all->span())
    EXPECT_EQ(chars_of(early.as<Str>()), model.substr(0, early.as<Str>()->length));
}

TEST_F(StrTest, HashesAsCPythonDoes) {
  EXPECT_EQ(str_hash(empty_str()), 0);
  // With PYTHONHASHSEED=0.
  EXPECT_EQ(str_hash(make_ascii("a")), 4644417185603328019);
  EXPECT_EQ(str_hash(make_str("\u00e9")), 6047309291227476195);
  EXPECT_EQ(str_hash(make_str("\u4e2d\u6587")), 501833946989431548);
}

TEST_F(StrTest, InternsOneTextPerName) {
  Str* made = make_ascii("a name that nobody has interned");
  EXPECT_EQ(intern(made), made);
  EXPECT_EQ(intern("a name that nobody has interned"), made);
  EXPECT_EQ(intern("x"), make_char('x'));
  for (int i = 0; i < 10000; ++i) intern("interned" + std::to_string(i));
  EXPECT_EQ(intern("interned77"), intern(make_ascii("interned77")));
}

TEST_F(StrTest, FindsWhatTheStandardLibraryFinds) {
  for (int round = 0; round < 5000; ++round) {
    const std::u32string a = random_text(60);
    const std::u32string b =
        below(3) == 0 || a.empty() ? random_text(3) : a.substr(below(a.size()), below(4));
    Str* text = text_of(a);
    const Widened needle(text_of(b), text->width());
    const size_t forward = a.find(b), backward = a.rfind(b);
    if (!needle.fits()) {
      EXPECT_EQ(forward, std::u32string::npos);
      continue;
    }
    EXPECT_EQ(find_text(text->data_, a.size(), needle.data(), b.size(), text->width()),
              forward == std::u32string::npos ? -1 : static_cast<int64_t>(forward));
    EXPECT_EQ(rfind_text(text->data_, a.size(), needle.data(), b.size(), text->width()),
              backward == std::u32string::npos ? -1 : static_cast<int64_t>(backward));
  }
}

TEST_F(StrTest, BuildsTextOfAnyWidth) {
  for (int round = 0; round < 2000; ++round) {
    StrBuilder builder;
    std::u32string model;
    for (size_t step = below(12); step > 0; --step) {
      const std::u32string piece = random_text(80);
      const size_t from = below(piece.size() + 1);
      builder.append(text_of(piece), from, piece.size());
      model += piece.substr(from);
      builder.append('-');
      builder.append_repeated(0x101, below(3) == 0 ? 2 : 0);
      model += U'-';
      if (builder.length() != model.size()) model += U"\u0101\u0101";
    }
    Str* built = must(builder.finish());
    EXPECT_EQ(chars_of(built), model);
    EXPECT_TRUE(is_canonical(built));
  }
}

TEST_F(StrTest, ShowsText) {
  EXPECT_EQ(to_utf8(must(str_repr(make_str("it's")))), "\"it's\"");
  EXPECT_EQ(to_utf8(must(str_repr(make_str("a\"'\n\t\\\x7f\u00a0\u00e9\U0001F600")))),
            "'a\"\\'\\n\\t\\\\\\x7f\\xa0\u00e9\U0001F600'");
}

}  // namespace
}  // namespace ouro::vm
