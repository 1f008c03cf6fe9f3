#include "base/unicode.h"

#include "python_oracle.h"

namespace ouro {
namespace {

TEST(Unicode, Utf8ErrorsEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(R"(
import random
random.seed(5)
leads = [0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0x9f, 0xa0, 0x8f, 0x90]
def cases():
    for a in leads:
        yield bytes([a])
        for b in leads:
            yield bytes([a, b])
            for c in leads:
                yield bytes([a, b, c])
                yield bytes([a, b, c, random.choice(leads)])
                yield b'12345678' * random.randrange(3) + bytes([a, b, c, 0x80]) + bytes(random.choices(leads, k=3))
for data in cases():
    try: data.decode(); print(data.hex(), 'ok')
    except UnicodeDecodeError as e: print(data.hex(), e.start, e.end, e.reason)
)");
  ASSERT_GT(rows.size(), 20000u);
  for (const auto& row : rows) {
    const std::string data = test::from_hex(row[0]);
    const auto error = find_utf8_error(data);
    ASSERT_EQ(!error, row[1] == "ok") << row[0];
    if (!error) continue;
    std::string reason = row[3];
    for (size_t i = 4; i < row.size(); ++i) reason += " " + row[i];
    ASSERT_EQ(std::to_string(error->start), row[1]) << row[0];
    ASSERT_EQ(std::to_string(error->end), row[2]) << row[0];
    ASSERT_EQ(error->reason, reason) << row[0];
  }
}

TEST(Unicode, EveryCodePointsPropertiesEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto output = test::run_python(R"(
import sys
sys.stdout.write(''.join(chr(48 + chr(c).isidentifier() + 2 * ('a' + chr(c)).isidentifier() + 4 * chr(c).isprintable())
                         for c in range(0x110000)))
)");
  ASSERT_TRUE(output.has_value());
  ASSERT_EQ(output->size(), 0x110000u);
  for (char32_t c = 0; c <= kMaxCodePoint; ++c) {
    const int got = is_identifier_start(c) + 2 * is_identifier_continue(c) + 4 * is_printable(c);
    ASSERT_EQ(got, (*output)[c] - '0') << std::hex << static_cast<uint32_t>(c);
  }
}

TEST(Unicode, NamesEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto output = test::run_python(R"(
import unicodedata
for c in range(0x110000):
    name = unicodedata.name(chr(c), None)
    if name: print('%x' % c, name, sep='\t')
)");
  ASSERT_TRUE(output.has_value());
  size_t count = 0;
  std::string_view left = *output;
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(line.size() + 1);
    const size_t tab = line.find('\t');
    const auto expected = static_cast<char32_t>(std::stoul(std::string(line.substr(0, tab)), nullptr, 16));
    const auto found = lookup_character_name(line.substr(tab + 1));
    ASSERT_TRUE(found.has_value()) << line;
    ASSERT_EQ(*found, expected) << line;
    ++count;
  }
  EXPECT_GT(count, 130000u);
}

TEST(Unicode, OddNamesEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto output = test::run_python(R"(
names = '''latin small letter a|Latin Small Letter A|LATIN SMALL LETTER  A|LATIN SMALL LETTER A |NULL|nul|LF|line feed|NBSP|BEL
BELL|ALERT|hangul syllable ga|HANGUL SYLLABLE |HANGUL SYLLABLE A|HANGUL SYLLABLE GAG|HANGUL SYLLABLE XA|HANGUL SYLLABLE GGWAELB|
CJK UNIFIED IDEOGRAPH-4E00|CJK UNIFIED IDEOGRAPH-4e00|cjk unified ideograph-4E00|CJK UNIFIED IDEOGRAPH-04E00|CJK UNIFIED IDEOGRAPH-31350
CJK UNIFIED IDEOGRAPH-2A6DF|CJK UNIFIED IDEOGRAPH-9FFF|CJK UNIFIED IDEOGRAPH-A000|TANGUT IDEOGRAPH-17000|NUSHU CHARACTER-1B170
CJK COMPATIBILITY IDEOGRAPH-F900|cjk compatibility ideograph-f900|KEYCAP NUMBER SIGN|LATIN SMALL LETTER I WITH MACRON AND GRAVE
KHITAN SMALL SCRIPT CHARACTER-18B00|PRESENTATION FORM FOR VERTICAL RIGHT WHITE LENTICULAR BRACKET|VS1|VS256|VARIATION SELECTOR-17
PRESENTATION FORM FOR VERTICAL RIGHT WHITE LENTICULAR BRAKCET|<control>|<control-000A>|control-0000|SHAKING FACE|MELTING FACE
WIRELESS|private-use-E000|BYTE ORDER MARK|ZWJ|no such name|EURO SIGN|euro-sign|euro_sign|LATIN-SMALL LETTER A|OX|CARON'''
for name in names.replace('\n', '|').split('|'):
    try: r = '%x' % ord(eval('"\\N{' + name + '}"'))
    except SyntaxError: r = 'fails'
    print(name, r, sep='\t')
)");
  ASSERT_TRUE(output.has_value());
  std::string_view left = *output;
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(line.size() + 1);
    const size_t tab = line.find('\t');
    const auto found = lookup_character_name(line.substr(0, tab));
    char text[16] = "fails";
    if (found) snprintf(text, sizeof text, "%x", static_cast<unsigned>(*found));
    EXPECT_EQ(text, line.substr(tab + 1)) << line;
  }
}

TEST(Unicode, NfkcOfIdentifiersEqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(R"(
import random, unicodedata
random.seed(8)
parts = [chr(c) for c in range(0x80, 0x30000) if ('a' + chr(c)).isidentifier()]
odd = [c for c in parts if unicodedata.normalize('NFKC', c) != c or unicodedata.combining(c)]
words = ['a' + c for c in parts]
words += [''.join(random.choice(random.choice([parts, odd, 'abc'])) for _ in range(random.randrange(1, 8))) for _ in range(20000)]
for w in words: print(w.encode().hex(), unicodedata.normalize('NFKC', w).encode().hex())
)");
  ASSERT_GT(rows.size(), 100000u);
  for (const auto& row : rows) {
    const std::string text = test::from_hex(row[0]);
    const std::string expected = test::from_hex(row[1]);
    ASSERT_EQ(nfkc(text), expected) << row[0];
    if (is_nfkc_quick(text)) {
      ASSERT_EQ(text, expected) << row[0];
    }
  }
}

TEST(Unicode, ReprEqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(R"(
import random
random.seed(9)
for _ in range(5000):
    s = ''.join(random.choice(['a', "'", '"', '\\', '\n', '\t', '\r', '\0', '\x7f', '\xa0', '\xe9', '\u2028', '\u4e2d', '\ud800',
                               '\udcff', '\U0001f600', '\U000e0001', chr(random.randrange(0x110000))]) for _ in range(random.randrange(9)))
    data = s.encode('utf-8', 'surrogatepass')
    h = lambda t: t.encode('utf-8', 'surrogatepass').hex() or '-'
    print(data.hex() or '-', h(repr(s)), h(ascii(s)), h(repr(data)))
)");
  ASSERT_EQ(rows.size(), 5000u);
  for (const auto& row : rows) {
    const std::string text = test::from_hex(row[0]);
    ASSERT_EQ(str_repr(text), test::from_hex(row[1])) << row[0];
    ASSERT_EQ(str_ascii_repr(text), test::from_hex(row[2])) << row[0];
    ASSERT_EQ(bytes_repr(text), test::from_hex(row[3])) << row[0];
  }
}

TEST(Unicode, CodePointsGoThereAndBack) {
  for (char32_t c = 0; c <= kMaxCodePoint; ++c) {
    char bytes[4];
    const size_t length = encode_code_point(c, bytes);
    size_t at = 0;
    ASSERT_EQ(decode_code_point({bytes, length}, &at), c);
    ASSERT_EQ(at, length);
  }
  const std::string text = "a\xc3\xa9\xe4\xb8\xad\xed\xa0\x80z";
  EXPECT_EQ(byte_offset_of(text, 0), 0u);
  EXPECT_EQ(byte_offset_of(text, 2), 3u);
  EXPECT_EQ(byte_offset_of(text, 4), 9u);
  EXPECT_EQ(byte_offset_of(text, 99), text.size());
  EXPECT_EQ(find_surrogate(text), 3u);
  EXPECT_EQ(find_surrogate("abc"), std::nullopt);
}

}  // namespace
}  // namespace ouro
