#include "base/codecs.h"

#include "python_oracle.h"

namespace ouro {
namespace {

std::string words_from(const std::vector<std::string>& row, size_t first) {
  std::string text;
  for (size_t i = first; i < row.size(); ++i) text += (i == first ? "" : " ") + row[i];
  return text;
}

/// What a row of the oracle says about one input: "ok HEX" or "no ENCODING START END REASON...".
std::string outcome(const Codec& codec, std::string_view bytes) {
  std::string text;
  DecodeError error;
  if (decode_text(codec, bytes, &text, &error)) {
    std::string hex = "ok ";
    for (const char byte : text) {
      char digits[3];
      snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(byte));
      hex += digits;
    }
    return text.empty() ? "ok -" : hex;
  }
  if (!error.other.empty()) return "other " + error.other;
  return "no " + error.encoding + " " + std::to_string(error.start) + " " + std::to_string(error.end) + " " +
         error.reason;
}

const std::string kOracle = R"(
import random, encodings, encodings.aliases, sys, warnings
warnings.simplefilter('ignore')
random.seed(17)
def outcome(name, data):
    try: text = data.decode(name)
    except UnicodeDecodeError as e: return f'no {e.encoding} {e.start} {e.end} {e.reason}'
    except (UnicodeError, RuntimeError) as e: return f'other {e}'
    return 'ok ' + (text.encode('utf-8', 'surrogatepass').hex() or '-')
out = []
def check(name, data): out.append(f'{name} {data.hex() or "-"} {outcome(name, data)}')
def finish(): sys.stdout.write('\n'.join(out) + '\n')
multibyte = '''big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk johab shift_jis
  shift_jis_2004 shift_jisx0213'''.split()
)";

/// Compares every row "CODEC HEX OUTCOME...": returns how many differ and prints the first few.
size_t count_differences(const std::vector<std::vector<std::string>>& rows) {
  size_t differences = 0;
  for (const auto& row : rows) {
    const std::string got = outcome(find_codec(row[0]), test::from_hex(row[1]));
    const std::string expected = words_from(row, 2);
    if (got == expected) continue;
    if (++differences <= 20 || getenv("OURO_LIST_ALL") != nullptr)
      printf("%s %s: expected %s, got %s\n", row[0].c_str(), row[1].c_str(), expected.c_str(), got.c_str());
  }
  return differences;
}

TEST(Codecs, NamesEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(R"(
import codecs, encodings.aliases, os
names = set(encodings.aliases.aliases) | set(encodings.aliases.aliases.values())
names |= {f[:-3] for f in os.listdir(encodings.__path__[0]) if f.endswith('.py')}
names |= {n.replace('_', '-').upper() for n in names} | {n.replace('_', '.') for n in names} | {'_' + n + '--' for n in names}
names |= {'utf8', 'UTF8', 'latin-1', 'iso-latin-1-unix', 'utf-8-unix', 'nonsense', 'ansi_x3.4-1968', 'cp65001', 'u8', 'utf--8', 'utf8.'}
for name in sorted(names):
    if not name or ' ' in name: continue
    try: info = codecs.lookup(name)
    except LookupError: print(name, 'unknown'); continue
    print(name, 'text' if info._is_text_encoding else 'other')
)");
  ASSERT_GT(rows.size(), 1000u);
  for (const auto& row : rows) {
    const Codec codec = find_codec(row[0]);
    std::string kind = "text";
    if (codec.kind == CodecKind::Unknown) kind = "unknown";
    if (codec.kind == CodecKind::NotText) kind = "other";
    EXPECT_EQ(kind, row[1]) << row[0];
  }
}

TEST(Codecs, EveryByteOfSingleByteCodecsEqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kOracle + R"(
import os
for f in sorted(os.listdir(encodings.__path__[0])):
    name = f[:-3]
    if name in multibyte or not f.endswith('.py'): continue
    try:
        if len(bytes(range(65, 91)).decode(name)) != 26 or name.startswith(('utf', 'iso2022', 'idna', 'puny', 'hz')): continue
    except Exception: continue
    for c in range(256): check(name, b'x' + bytes([c]))
finish()
)");
  ASSERT_GT(rows.size(), 60u * 256);
  EXPECT_EQ(count_differences(rows), 0u);
}

TEST(Codecs, EveryTwoByteSequenceEqualsPython) {
  OURO_NEEDS_PYTHON();
  for (const char* name :
       {"big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jis_2004", "euc_jisx0213", "euc_jp", "euc_kr",
        "gb18030", "gb2312", "gbk", "johab", "shift_jis", "shift_jis_2004", "shift_jisx0213"}) {
    const auto rows = test::run_python_table(kOracle + "name = '" + name + R"('
for a in range(256):
    check(name, bytes([a]))
    for b in range(0 if a >= 128 else 250, 256): check(name, bytes([a, b]))
finish()
)");
    ASSERT_GT(rows.size(), 30000u);
    EXPECT_EQ(count_differences(rows), 0u) << name;
  }
}

TEST(Codecs, LongSequencesEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kOracle + R"(
for name in ('euc_jp', 'euc_jis_2004', 'euc_jisx0213'):
    for a in range(0xa0, 0x100):
        for b in range(0xa0, 0x100): check(name, bytes([0x8f, a, b]))
for n in range(39420): check('gb18030', bytes([0x81 + n // 12600, 0x30 + n // 1260 % 10, 0x81 + n // 10 % 126, 0x30 + n % 10]))
for _ in range(20000):
    check('gb18030', bytes([random.randrange(0x80, 0x100), random.randrange(0x2f, 0x3b), random.randrange(0x80, 0x100), random.randrange(0x2f, 0x3b)][:random.choice([2, 3, 4, 4, 4, 4])]))
for a in range(0xa0, 0xff):
    for b in (0xbe, 0xbf, 0xc5, 0xd3, 0xd4):
        for c in (0xa0, 0xa1, 0xa8, 0xbe, 0xbf, 0xd4): check('euc_kr', bytes([0xa4, 0xd4, 0xa4, a, 0xa4, b, 0xa4, c]))
for c in range(0xa0, 0xff): check('euc_kr', bytes([0xa4, 0xd4, 0xa4, 0xa1, 0xa4, 0xc0, 0xa4, c]))
check('euc_kr', bytes([0xa4, 0xd4, 0xa4, 0xa1, 0xa4, 0xc0, 0xa4]))
check('euc_kr', bytes([0xa4, 0xd4, 0xa4, 0xa1, 0xa5, 0xc0, 0xa4, 0xd4]))
finish()
)");
  EXPECT_EQ(count_differences(rows), 0u);
}

TEST(Codecs, MixedTextEqualsPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kOracle + R"(
pool = [chr(c) for c in range(0xa0, 0x10000) if not 0xd800 <= c < 0xe000]
for name in multibyte + ['hz', 'iso2022_jp', 'iso2022_jp_1', 'iso2022_jp_2', 'iso2022_jp_2004', 'iso2022_jp_3', 'iso2022_jp_ext', 'iso2022_kr']:
    good = []
    for c in random.sample(pool, 20000):
        try: c.encode(name); good.append(c)
        except UnicodeEncodeError: pass
    for _ in range(250):
        data = ''.join(random.choice(random.choice([good, 'abc\n~\\'])) for _ in range(random.randrange(20))).encode(name)
        check(name, data)
        broken = bytearray(data)
        for _ in range(random.randrange(1, 4)):
            if broken: broken[random.randrange(len(broken))] = random.choice([random.randrange(256), 0x1b, 0x7e, 0xff, 0x24, 0x28])
        check(name, bytes(broken))
        if data: check(name, data[:random.randrange(len(data))])
finish()
)");
  EXPECT_EQ(count_differences(rows), 0u);
}

TEST(Codecs, Iso2022SetsEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kOracle + R"(
names = ['iso2022_jp', 'iso2022_jp_1', 'iso2022_jp_2', 'iso2022_jp_2004', 'iso2022_jp_3', 'iso2022_jp_ext', 'iso2022_kr']
for name in names:
    for intermediate in (b'(', b')', b'.', b'$', b'$(', b'$)', b'$.', b'&', b'&@\x1b$', b'[', b'%', b''):
        for final in b'@ABCDEFGHIJOPQZ':
            for tail in (b'', b'!', b'!!', b'0!~~', b'\x0e0!\x0f0!', b'\x1bNa', b'\x1bN\xe1', b'\x1bN', b'\x1b', b'\n0'):
                check(name, b'a\x1b' + intermediate + bytes([final]) + tail)
    for head in (b'\x1b$B', b'\x1b$(D', b'\x1b$(O', b'\x1b$(P', b'\x1b$(Q', b'\x1b$A', b'\x1b$(C', b'\x1b$)C\x0e', b'\x1b(J', b'\x1b(I', b'\x1b$@'):
        if 'no' in outcome(name, head)[:2]: continue
        for a in range(0x20, 0x80):
            check(name, head + bytes([a]))
            if b'$' in head:
                for b in range(0x20, 0x80): check(name, head + bytes([a, b]))
for c in range(256):
    check('iso2022_jp_2', b'\x1b.F\x1bN' + bytes([c]))
    check('iso2022_jp_2', b'\x1b.A\x1bN' + bytes([c]))
for a in range(256):
    for b in (range(256) if 0x20 < a < 0x80 else (0x21, 0x7e)): check('hz', b'~{' + bytes([a, b])); check('hz', bytes([a, b]))
finish()
)");
  EXPECT_EQ(count_differences(rows), 0u);
}

TEST(Codecs, UnicodeFormsEqualPython) {
  OURO_NEEDS_PYTHON();
  const auto rows = test::run_python_table(kOracle + R"(
def some(pieces, n): return b''.join(random.choice(pieces) for _ in range(random.randrange(n)))
for _ in range(3000):
    for name in ('utf_16', 'utf_16_le', 'utf_16_be'):
        check(name, some([b'a\0', b'\0a', b'\xff\xfe', b'\xfe\xff', b'\xd8\0', b'\0\xd8', b'\xdc\0', b'\0\xdc', b'\x3d\xd8\0\xdc', b'\xd8\x3d\xdc\0', b'x'], 6))
    for name in ('utf_32', 'utf_32_le', 'utf_32_be'):
        check(name, some([b'a\0\0\0', b'\0\0\0a', b'\xff\xfe\0\0', b'\0\0\xfe\xff', b'\0\xd8\0\0', b'\0\0\xd8\0', b'\0\0\x11\0', b'\0\x10\xff\xff', b'\xff\xff\x10\0', b'x'], 5))
    check('utf_7', some([b'a', b'+', b'-', b'/', b'AGEAYg', b'2D3cAA', b'2D0', b'3AA', b'Z', b'\xff', b'~', b'+-', b'A', b'\n', b'AAB'], 8))
    check('utf_8_sig', some([b'\xef\xbb\xbf', b'a', b'\xc3\xa9', b'\xff', b'\xe2\x82', b'\xed\xa0\x80'], 5))
    check('utf_8', some([b'\xef\xbb\xbf', b'a', b'\xc3\xa9', b'\xff', b'\xe2\x82', b'\xf0\x9f\x98\x80'], 5))
    check('ascii', some([b'a', b'b', b'\x80', b'\n'], 5))
    escapes = [b'a', b'\\', b'\\n', b'\\\n', b'\\x', b'4', b'41', b'\\u', b'0041', b'd83d', b'\\U', b'00010000', b'00110000', b'\\N', b'{', b'}',
               b'DIGIT ONE', b'dollar sign', b'LINE FEED', b'nope', b'\\N{DIGIT TWO}', b'\\7', b'\\101', b'\\777', b'\xe9', b'\\q', b"\\'", b'\\"', b'\\a\\b\\f\\r\\t\\v']
    check('unicode_escape', some(escapes, 6))
    check('raw_unicode_escape', some(escapes, 6))
check('undefined', b'a')
finish()
)");
  EXPECT_EQ(count_differences(rows), 0u);
}

TEST(Codecs, ErrorMessagesAreWordedLikePythons) {
  std::string text;
  DecodeError error;
  ASSERT_FALSE(decode_text(find_codec("utf-8-sig"),
                           "\xEF\xBB\xBF"
                           "a\xff",
                           &text, &error));
  EXPECT_EQ(error.message("\xEF\xBB\xBF"
                          "a\xff"),
            "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte");
  ASSERT_FALSE(decode_text(find_codec("utf-8"), "ab\xe2\x82", &text, &error));
  EXPECT_EQ(error.message("ab\xe2\x82"),
            "'utf-8' codec can't decode bytes in position 2-3: unexpected end of data");
  ASSERT_FALSE(decode_text(find_codec("cp1252"), "\x81", &text, &error));
  EXPECT_EQ(error.message("\x81"),
            "'charmap' codec can't decode byte 0x81 in position 0: character maps to <undefined>");
}

}  // namespace
}  // namespace ouro
