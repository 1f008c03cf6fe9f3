#include "pyc/marshal_writer.h"

#include <gtest/gtest.h>

#include "pyc/marshal_reader.h"
#include "stream.h"

namespace ouro::pyc {
namespace {

class MarshalWriter : public testing::Test {
 protected:
  /// The bytes of a constant as they stand in a module that holds it once.
  std::string written(const Constant* constant) {
    const std::string with = write_module(constant);
    const std::string without = write_module(make_.none());
    if (with.empty()) return error_;
    // Type code, five numbers, co_code, and the tuple's own two bytes come before it; the same as without it
    // comes behind.
    const size_t start = 1 + 20 + 11 + 2;
    return with.substr(start, with.size() - without.size() + 1);
  }

  std::string write_module(const Constant* constant) {
    CodeObject code = *read_marshal(workspace_, CodeStream().bytes()).code;
    code.consts = make_.tuple(std::span(&constant, 1));
    const Constant* name = workspace_.names.str("name");
    code.names = code.locals_plus_names = make_.tuple(std::span(&name, 1));
    code.exception_table = code.locals_plus_kinds = code.line_table;
    ByteBuffer out;
    const Status status = write_marshal(workspace_, code, out);
    if (status.ok()) return std::string(out.view());
    error_ = status.error()->message;
    return {};
  }

  std::string error_;
  Workspace workspace_;
  Constants& make_ = workspace_.constants;
};

std::string bytes(const char* data, size_t size) {
  return std::string(data, size);
}
#define BYTES(literal) bytes(literal, sizeof literal - 1)

TEST_F(MarshalWriter, Numbers) {
  EXPECT_EQ(written(make_.integer(7)), BYTES("\xE9\7\0\0\0"));  // shared by the interpreter
  EXPECT_EQ(written(make_.integer(257)), BYTES("i\1\1\0\0"));   // not shared
  EXPECT_EQ(written(make_.integer(INT32_MIN)), BYTES("i\0\0\0\x80"));
  EXPECT_EQ(written(make_.integer(int64_t{1} << 31)), BYTES("l\3\0\0\0\0\0\0\0\2\0"));
  EXPECT_EQ(written(make_.integer(INT64_MIN)), BYTES("l\xFB\xFF\xFF\xFF\0\0\0\0\0\0\0\0\x08\0"));
  const uint64_t limbs[] = {UINT64_MAX, (1u << 11) - 1};
  EXPECT_EQ(written(make_.integer(limbs, true)),
            BYTES("l\xFB\xFF\xFF\xFF\xFF\x7F\xFF\x7F\xFF\x7F\xFF\x7F\xFF\x7F"));
  EXPECT_EQ(written(make_.floating(1.5)), BYTES("g\0\0\0\0\0\0\xF8\x3F"));
  EXPECT_EQ(written(make_.complex(0, -0.0)), BYTES("y\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80"));
}

TEST_F(MarshalWriter, Strings) {
  EXPECT_EQ(written(make_.str("a b")), "z\3a b");
  EXPECT_EQ(written(make_.str("")), BYTES("\xFA\0"));
  EXPECT_EQ(written(make_.str("\xC3\xA9")), BYTES("\xF5\2\0\0\0\xC3\xA9"));
  EXPECT_EQ(written(make_.str("\xE2\x82\xAC")), BYTES("u\3\0\0\0\xE2\x82\xAC"));
  EXPECT_EQ(written(workspace_.names.str("ab")),
            "\xDA\2"
            "ab");
  EXPECT_EQ(written(workspace_.names.str("\xE2\x82\xAC")), BYTES("\xF4\3\0\0\0\xE2\x82\xAC"));
  EXPECT_EQ(written(make_.str(std::string(256, 'x'))), BYTES("a\0\1\0\0") + std::string(256, 'x'));
  EXPECT_EQ(written(make_.str(std::string(255, 'x'))), BYTES("z\xFF") + std::string(255, 'x'));
  EXPECT_EQ(written(make_.bytes("ab")), BYTES("s\2\0\0\0ab"));
  EXPECT_EQ(written(make_.bytes("a")), BYTES("\xF3\1\0\0\0a"));
}

TEST_F(MarshalWriter, Tuples) {
  const Constant* number = make_.integer(1000);
  const Constant* pair[] = {number, number};
  EXPECT_EQ(written(make_.tuple(pair)), BYTES(")\2\xE9\xE8\3\0\0r\2\0\0\0"));
  const std::vector<const Constant*> many(256, make_.none());
  EXPECT_EQ(written(make_.tuple(many)), BYTES("(\0\1\0\0") + std::string(256, 'N'));
  EXPECT_EQ(written(make_.tuple({})), BYTES("\xA9\0"));
}

// Items are sorted by their own bytes and are flagged, being held by the list that sorts them.
TEST_F(MarshalWriter, FrozenSets) {
  const Constant* items[] = {make_.str("b c"), make_.integer(1000), make_.integer(300), make_.none()};
  EXPECT_EQ(written(make_.frozen_set(items)), BYTES(">\4\0\0\0N\xE9,\1\0\0\xE9\xE8\3\0\0\xFA\3"
                                                    "b c"));
  // A flag counts in the order: 5 is shared, so its key begins with 0xE9.
  const Constant* mixed[] = {make_.integer(5), make_.str("b c")};
  EXPECT_EQ(written(make_.frozen_set(mixed)), BYTES(">\2\0\0\0\xFA\3"
                                                    "b c\xE9\5\0\0\0"));
}

TEST_F(MarshalWriter, Depth) {
  const Constant* constant = make_.none();
  for (int i = 0; i < 1997; ++i) constant = make_.tuple(std::span(&constant, 1));
  EXPECT_NE(written(constant), "object too deeply nested to marshal");
  constant = make_.tuple(std::span(&constant, 1));
  EXPECT_EQ(written(constant), "object too deeply nested to marshal");
  const Constant* set = make_.none();
  for (int i = 0; i < 100; ++i) set = make_.frozen_set(std::span(&set, 1));
  EXPECT_EQ(written(set), "unmarshallable object");
}

}  // namespace
}  // namespace ouro::pyc
