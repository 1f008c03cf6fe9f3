#include "pyc/marshal_reader.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pyc/marshal_writer.h"
#include "stream.h"

namespace ouro::pyc {
namespace {

std::string bytes(const char* data, size_t size) {
  return std::string(data, size);
}
#define BYTES(literal) bytes(literal, sizeof literal - 1)

class MarshalReader : public testing::Test {
 protected:
  const Constant* read_constant(const std::string& constant) {
    const MarshalResult result = read_marshal(workspace_, CodeStream::with_constant(constant));
    EXPECT_NE(result.code, nullptr) << result.error.message;
    return result.code == nullptr ? workspace_.constants.none() : result.code->consts->elements()[0];
  }
  /// The error of a code object with this constant.
  std::string constant_error(const std::string& constant) {
    return error(CodeStream::with_constant(constant));
  }
  std::string error(const std::string& data) {
    const MarshalResult result = read_marshal(workspace_, data);
    if (result.code != nullptr) return "ok";
    offset_ = result.error.offset;
    return std::string(result.error.type) + ": " + std::string(result.error.message);
  }

  Workspace workspace_;
  uint64_t offset_ = 0;
};

TEST_F(MarshalReader, Fields) {
  CodeStream stream;
  stream.arguments = 2;
  stream.positional_only = 1;
  stream.flags = kCoNewLocals | kCoOptimized;
  stream.locals = BYTES(")\2\xDA\1aZ\1b");
  stream.kinds = BYTES("s\2\0\0\0  ");
  const std::string data = stream.bytes();
  const MarshalResult result = read_marshal(workspace_, data + "rest");
  ASSERT_NE(result.code, nullptr) << result.error.message << result.error.offset;
  const CodeObject& code = *result.code;
  EXPECT_EQ(result.consumed, data.size());
  EXPECT_EQ(code.arg_count, 2);
  EXPECT_EQ(code.positional_only_count, 1);
  EXPECT_EQ(code.flags, kCoNewLocals | kCoOptimized);
  EXPECT_EQ(code.code->size, 6u);
  EXPECT_EQ(code.consts->elements()[0], workspace_.constants.none());
  EXPECT_EQ(code.locals_plus_names->elements()[1]->text(), "b");
  EXPECT_TRUE(code.locals_plus_names->elements()[1]->interned);
  EXPECT_EQ(code.filename->text(), "x.py");
  EXPECT_FALSE(code.filename->interned);
  EXPECT_EQ(code.first_line, 1);
}

TEST_F(MarshalReader, Integers) {
  EXPECT_EQ(read_constant(BYTES("i\xFF\xFF\xFF\xFF")), workspace_.constants.integer(-1));
  int64_t value = 0;
  ASSERT_TRUE(fits_int64(*read_constant(BYTES("I\0\0\0\0\0\0\0\x80")), &value));
  EXPECT_EQ(value, INT64_MIN);
  // -(2**75 - 1): five digits of fifteen ones.
  const Constant* big = read_constant(BYTES("l\xFB\xFF\xFF\xFF\xFF\x7F\xFF\x7F\xFF\x7F\xFF\x7F\xFF\x7F"));
  ASSERT_EQ(big->size, 2u);
  EXPECT_TRUE(big->negative);
  EXPECT_EQ(big->magnitude()[0], UINT64_MAX);
  EXPECT_EQ(big->magnitude()[1], (1u << 11) - 1);
  EXPECT_EQ(read_constant(BYTES("l\0\0\0\0")), workspace_.constants.integer(0));
  EXPECT_EQ(constant_error(BYTES("l\1\0\0\0\0\x80")),
            "ValueError: bad marshal data (digit out of range in long)");
  EXPECT_EQ(constant_error(BYTES("l\2\0\0\0\1\0\0\0")),
            "ValueError: bad marshal data (unnormalized long data)");
  EXPECT_EQ(constant_error(BYTES("l\0\0\0\x80")), "ValueError: bad marshal data (long size out of range)");
}

TEST_F(MarshalReader, Floats) {
  EXPECT_EQ(read_constant(BYTES("g\0\0\0\0\0\0\xF8\x3F"))->real, 1.5);
  EXPECT_EQ(read_constant(BYTES("f\3"
                                "2.5"))
                ->real,
            2.5);
  EXPECT_EQ(read_constant(BYTES("f\6-1e400"))->real, -INFINITY);
  EXPECT_TRUE(std::isnan(read_constant(BYTES("f\3nAn"))->real));
  EXPECT_EQ(constant_error(BYTES("f\4"
                                 "0x10")),
            "ValueError: could not convert string to float: '0x10'");
  EXPECT_EQ(constant_error(BYTES("f\0")), "ValueError: could not convert string to float: ''");
}

TEST_F(MarshalReader, Complex) {
  const Constant* text =
      read_constant(BYTES("x\1"
                          "1\4-5e1"));
  EXPECT_EQ(text->real, 1.0);
  EXPECT_EQ(text->imag, -50.0);
  const Constant* binary = read_constant(BYTES("y\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\0\x80"));
  EXPECT_EQ(binary->real, 1.0);
  EXPECT_TRUE(std::signbit(binary->imag));
}

TEST_F(MarshalReader, Strings) {
  EXPECT_EQ(read_constant(BYTES("z\3a\xE9z"))->text(), "a\xC3\xA9z");  // Latin-1, unchecked by CPython
  EXPECT_EQ(read_constant(BYTES("a\2\0\0\0ab"))->text(), "ab");
  const Constant* surrogate = read_constant(BYTES("u\4\0\0\0\xED\xA0\x80x"));
  EXPECT_EQ(surrogate->length, 2u);
  EXPECT_EQ(read_constant(BYTES("t\2\0\0\0\xC3\xA9")), workspace_.names.str("\xC3\xA9"));
  EXPECT_EQ(constant_error(BYTES("u\2\0\0\0x\xFF")),
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte");
  EXPECT_EQ(
      constant_error(BYTES("u\3\0\0\0\xED\xA0x")),
      "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte");
  EXPECT_EQ(constant_error(BYTES("u\xFF\xFF\xFF\xFF")),
            "ValueError: bad marshal data (string size out of range)");
}

TEST_F(MarshalReader, SharesWhatTheDataShares) {
  // (b'ab', b'ab'), the second a reference.
  CodeStream stream;
  stream.consts = BYTES(")\2\xF3\2\0\0\0abr\2\0\0\0");
  const MarshalResult result = read_marshal(workspace_, stream.bytes());
  ASSERT_NE(result.code, nullptr) << result.error.message;
  EXPECT_EQ(result.code->consts->elements()[0], result.code->consts->elements()[1]);
}

TEST_F(MarshalReader, References) {
  const std::string invalid = "ValueError: bad marshal data (invalid reference)";
  EXPECT_EQ(constant_error(BYTES("r\2\0\0\0")), invalid);          // not there yet
  EXPECT_EQ(constant_error(BYTES("r\xFF\xFF\xFF\xFF")), invalid);  // negative
  EXPECT_EQ(constant_error(BYTES("r\0\0\0\0")), invalid);          // the module, still being read
  EXPECT_EQ(constant_error(BYTES("\xA9\1r\2\0\0\0")), invalid);    // a tuple in itself
  EXPECT_EQ(constant_error(BYTES("\xBE\1\0\0\0r\2\0\0\0")), invalid);
}

TEST_F(MarshalReader, Refuses) {
  EXPECT_EQ(constant_error(BYTES("[\0\0\0\0")), "ValueError: bad marshal data (a list inside a code object)");
  EXPECT_EQ(constant_error(BYTES("{0")), "ValueError: bad marshal data (a dict inside a code object)");
  EXPECT_EQ(constant_error(BYTES("<\0\0\0\0")), "ValueError: bad marshal data (a set inside a code object)");
  EXPECT_EQ(constant_error("S"), "ValueError: bad marshal data (StopIteration inside a code object)");
  EXPECT_EQ(constant_error("?"), "ValueError: bad marshal data (unknown type code)");
  EXPECT_EQ(constant_error("0"), "TypeError: NULL object in marshal data for tuple");
  EXPECT_EQ(error("0"), "TypeError: NULL object in marshal data for object");
  EXPECT_EQ(error("N"), "ImportError: Non-code object");
  EXPECT_EQ(error(""), "EOFError: EOF read where object expected");
  EXPECT_EQ(error("\xE3"), "EOFError: marshal data too short");
  EXPECT_EQ(offset_, 1u);
}

TEST_F(MarshalReader, HugeCountsTakeNoMemory) {
  EXPECT_EQ(constant_error(BYTES("s\xFF\xFF\xFF\x7Fx")), "EOFError: marshal data too short");
  EXPECT_EQ(error(BYTES("(\xFF\xFF\xFF\x7FN")), "EOFError: EOF read where object expected");
  EXPECT_EQ(error(BYTES(">\xFF\xFF\xFF\x7FN")), "EOFError: EOF read where object expected");
  EXPECT_EQ(error(BYTES("l\xFF\xFF\xFF\x7F\1\0")), "EOFError: marshal data too short");
  EXPECT_LT(workspace_.arena.reserved_bytes(), size_t{8} << 20);
}

TEST_F(MarshalReader, Depth) {
  auto nested = [](size_t depth) {
    std::string data;
    for (size_t i = 0; i < depth; ++i) data += BYTES(")\1");
    return data + "N";
  };
  // The module, co_consts and None take three levels.
  EXPECT_EQ(constant_error(nested(1997)), "ok");
  EXPECT_EQ(constant_error(nested(1998)), "ValueError: recursion limit exceeded");
  EXPECT_EQ(constant_error(nested(1000000)), "ValueError: recursion limit exceeded");
}

TEST_F(MarshalReader, ExponentialTrees) {
  // Each tuple holds the one before twice.
  CodeStream stream;
  std::string consts = BYTES("\xA9\1N");
  uint32_t number = 2;
  for (int i = 0; i < 60; ++i, ++number) consts += BYTES("\xA9\2r") + u32(number) + "r" + u32(number);
  stream.consts = std::string(")\x3D", 2) + consts;
  EXPECT_EQ(error(stream.bytes()), "ValueError: bad marshal data (references make it too large)");
}

TEST_F(MarshalReader, HostileSets) {
  std::string nested = "N";
  for (int i = 0; i < 4; ++i) nested = BYTES(">\1\0\0\0") + nested;
  EXPECT_EQ(constant_error(nested), "ok");
  EXPECT_EQ(constant_error(BYTES(">\1\0\0\0") + nested),
            "ValueError: bad marshal data (sets nested too deeply)");
  // Multiples of 2**61 - 1 all have the hash 0.
  std::string items;
  for (uint64_t i = 1; i <= 20000; ++i) {
    const unsigned __int128 value = static_cast<unsigned __int128>(i) * ((uint64_t{1} << 61) - 1);
    std::string digits;
    uint32_t count = 0;
    for (unsigned __int128 rest = value; rest != 0; rest >>= 15, ++count) {
      digits += static_cast<char>(rest & 0xFF);
      digits += static_cast<char>(rest >> 8 & 0x7F);
    }
    items += "l" + u32(count) + digits;
  }
  EXPECT_EQ(constant_error(">" + u32(20000) + items),
            "ValueError: bad marshal data (too many equal hashes in a set)");
}

TEST_F(MarshalReader, CodeFields) {
  auto with = [](auto change) {
    CodeStream stream;
    change(stream);
    return stream.bytes();
  };
  EXPECT_EQ(error(CodeStream().bytes()), "ok");
  EXPECT_EQ(error(with([](CodeStream& s) { s.code = "N"; })),
            "SystemError: bad marshal data (co_code is not bytes)");
  EXPECT_EQ(error(with([](CodeStream& s) { s.code = BYTES("\xF3\3\0\0\0abc"); })),
            "ValueError: code: co_code is malformed");
  EXPECT_EQ(error(with([](CodeStream& s) { s.arguments = 1; })),
            "ValueError: code: co_varnames is too small");
  EXPECT_EQ(error(with([](CodeStream& s) { s.arguments = 0x7FFFFFFF; })),
            "ValueError: code: co_varnames is too small");
  EXPECT_EQ(error(with([](CodeStream& s) { s.positional_only = 1; })),
            "SystemError: bad marshal data (argument counts of a code object)");
  EXPECT_EQ(error(with([](CodeStream& s) { s.stack_size = 0x80000000; })),
            "SystemError: bad marshal data (negative number in a code object)");
  EXPECT_EQ(error(with([](CodeStream& s) { s.kinds = BYTES("\xF3\1\0\0\0 "); })),
            "SystemError: bad marshal data (co_localsplusnames and co_localspluskinds differ in length)");
  EXPECT_EQ(error(with([](CodeStream& s) { s.names = BYTES(")\1N"); })),
            "SystemError: non-string found in code slot");
}

TEST_F(MarshalReader, FrozenSetsAreInIterationOrder) {
  const Constant* set = read_constant(BYTES(">\3\0\0\0i\7\0\0\0i\5\0\0\0i\5\0\0\0"));
  ASSERT_EQ(set->size, 2u);
  EXPECT_EQ(set->elements()[0], workspace_.constants.integer(5));
}

}  // namespace
}  // namespace ouro::pyc
