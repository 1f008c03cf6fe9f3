#include "pyc/header.h"

#include <gtest/gtest.h>

#include "base/siphash.h"
#include "oracle.h"
#include "pyc/magic.h"

namespace ouro::pyc {
namespace {

TEST(Header, RoundTrips) {
  Header timestamp;
  timestamp.magic = 3495;
  timestamp.mtime = 0x01020304;
  timestamp.source_size = 0xFFFFFFFF;
  Header hash;
  hash.magic = 3495;
  hash.source_hash = 0x1122334455667788;
  for (const HeaderKind kind : {HeaderKind::Timestamp, HeaderKind::CheckedHash, HeaderKind::UncheckedHash}) {
    Header header = kind == HeaderKind::Timestamp ? timestamp : hash;
    header.kind = kind;
    ByteBuffer out;
    write_header(header, out);
    ASSERT_EQ(out.size(), kHeaderSize);
    const auto read = read_header(out.view());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->magic, 3495);
    EXPECT_EQ(read->kind, kind);
    EXPECT_EQ(read->mtime, header.mtime);
    EXPECT_EQ(read->source_size, header.source_size);
    EXPECT_EQ(read->source_hash, header.source_hash);
  }
  ByteBuffer out;
  write_header(timestamp, out);
  EXPECT_EQ(out.view(), std::string_view("\xA7\r\r\n\0\0\0\0\4\3\2\1\xFF\xFF\xFF\xFF", 16));
}

TEST(Header, OlderVersions) {
  const auto python32 = read_header(std::string_view("\x6C\x0C\r\n\1\0\0\0", 8));
  ASSERT_TRUE(python32);
  EXPECT_EQ(python32->size, 8u);
  EXPECT_EQ(python32->mtime, 1u);
  EXPECT_FALSE(python32->has_source_size);
  const auto python36 = read_header(std::string_view("\x33\x0D\r\n\1\0\0\0\2\0\0\0", 12));
  ASSERT_TRUE(python36);
  EXPECT_EQ(python36->size, 12u);
  EXPECT_EQ(python36->source_size, 2u);
}

TEST(Header, Errors) {
  auto error = [](std::string_view data) {
    std::string message;
    EXPECT_FALSE(read_header(data, &message));
    return message;
  };
  EXPECT_EQ(error(""), "reached EOF while reading pyc header");
  EXPECT_EQ(error("\xA7\r\r\n"), "reached EOF while reading pyc header");
  EXPECT_EQ(error("abcd"), "bad magic number: b'abcd'");
  EXPECT_EQ(error(std::string_view("\xA7\r\r\n\4\0\0\0xxxxxxxx", 16)), "invalid flags 4");
}

TEST(Header, Freshness) {
  FileInfo source;
  source.mtime = (int64_t{1} << 32) + 5;
  source.size = 10;
  Header header;
  header.mtime = 5;
  header.source_size = 10;
  EXPECT_EQ(compare_with_source(header, source), Freshness::Fresh);
  header.mtime = 6;
  EXPECT_EQ(compare_with_source(header, source), Freshness::StaleTime);
  header.mtime = 5;
  header.source_size = 11;
  EXPECT_EQ(compare_with_source(header, source), Freshness::StaleSize);
  header.kind = HeaderKind::CheckedHash;
  EXPECT_EQ(compare_with_source(header, source), Freshness::NeedsSource);
  header.kind = HeaderKind::UncheckedHash;
  EXPECT_EQ(compare_with_source(header, source), Freshness::Unchecked);
}

TEST(Header, HashIsThatOfImportlib) {
  OURO_REQUIRE_PYTHON();
  const std::string expected =
      run_python(*find_python(), "import importlib.util as u; print(u.source_hash(b'x = 1\\n').hex())");
  Header header;
  header.magic = 3495;
  header.kind = HeaderKind::CheckedHash;
  header.source_hash = source_hash(header.raw_magic(), "x = 1\n");
  ByteBuffer out;
  write_header(header, out);
  std::string hex;
  for (const char ch : out.view().substr(8)) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(ch) >> 4];
    hex += kDigits[static_cast<unsigned char>(ch) & 15];
  }
  EXPECT_EQ(hex + "\n", expected);
  EXPECT_EQ(compare_with_text(header, "x = 1\n"), Freshness::Fresh);
  EXPECT_EQ(compare_with_text(header, "x = 2\n"), Freshness::StaleHash);
}

TEST(Magic, Releases) {
  EXPECT_EQ(describe_magic(3131), "CPython 3.0");
  EXPECT_EQ(describe_magic(3350), "CPython 3.5");
  EXPECT_EQ(describe_magic(3351), "CPython 3.5");
  EXPECT_EQ(describe_magic(3394), "CPython 3.7");
  EXPECT_EQ(describe_magic(3413), "CPython 3.8");
  EXPECT_EQ(describe_magic(3439), "CPython 3.10");
  EXPECT_EQ(describe_magic(3495), "CPython 3.11");
  EXPECT_EQ(describe_magic(3494), "CPython 3.11 (development version)");
  EXPECT_EQ(describe_magic(3531), "CPython 3.12");
  EXPECT_EQ(describe_magic(3571), "CPython 3.13");
  EXPECT_EQ(describe_magic(3627), "CPython 3.14");
  EXPECT_EQ(describe_magic(3655), "CPython 3.15 (development version)");
  EXPECT_EQ(find_magic(2999), nullptr);
  EXPECT_EQ(find_magic(62211), nullptr);
}

}  // namespace
}  // namespace ouro::pyc
