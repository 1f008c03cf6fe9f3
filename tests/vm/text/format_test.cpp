#include "vm/builtins/format.h"

#include "text_test.h"

namespace ouro::vm {
namespace {

using FormatTest = TextTest;

std::string formatted(Value value, const char* spec) {
  Str* text = make_str(spec);
  Result<Value> result = is_float(value) ? format_float(value, text)
                         : is_str(value) ? format_str(value, text)
                                         : format_int(value, text);
  if (!result.ok()) {
    Exception* error = take_exception();
    return to_utf8(must(to_str(error)));
  }
  return to_utf8(result.unwrap().as<Str>());
}

TEST_F(FormatTest, RoundsCorrectlyAtAnyPrecision) {
  EXPECT_EQ(float_text(2.675, 'f', 2, 0), "2.67");
  EXPECT_EQ(float_text(0.5, 'f', 0, 0), "0");
  EXPECT_EQ(float_text(1e22, 'f', 0, 0), "10000000000000000000000");
  EXPECT_EQ(float_text(5e-324, 'e', 20, 0), "4.94065645841246544177e-324");
  EXPECT_EQ(float_text(0.1, 'f', 60, 0), "0.100000000000000005551115123125782702118158340454101562500000");
  EXPECT_EQ(float_text(1.5, 'f', 3000, 0).size(), 3002U);
  EXPECT_EQ(float_text(-0.0, 'g', 6, 0), "-0");
  EXPECT_EQ(float_text(-0.04, 'f', 1, kFloatNoNegativeZero), "0.0");
  EXPECT_EQ(float_text(1e16, 'r', 0, kFloatAddDot), "1e+16");
  EXPECT_EQ(float_text(123456.0, 'g', 6, kFloatAddDot), "1.23456e+05");
}

TEST_F(FormatTest, LaysNumbersOut) {
  EXPECT_EQ(formatted(make_int(1234567), ","), "1,234,567");
  EXPECT_EQ(formatted(make_int(-1234), "010,"), "-0,001,234");
  EXPECT_EQ(formatted(make_int(255), "#_b"), "0b1111_1111");
  EXPECT_EQ(formatted(make_int(0x1F600), "c"), "\U0001F600");
  EXPECT_EQ(formatted(make_int(0), "5c"), std::string(4, ' ') + std::string(1, '\0'));
  EXPECT_EQ(formatted(make_float(1234.5), "*^+15,.2f"), "***+1,234.50***");
  EXPECT_EQ(formatted(make_str("abc"), "é^7.2"), "ééabééé");
}

TEST_F(FormatTest, SaysWhatIsWrong) {
  EXPECT_EQ(formatted(make_int(1), ",_"), "Cannot specify both ',' and '_'.");
  EXPECT_EQ(formatted(make_int(1), ".3"), "Precision not allowed in integer format specifier");
  EXPECT_EQ(formatted(make_int(1), "dd"), "Invalid format specifier 'dd' for object of type 'int'");
  EXPECT_EQ(formatted(make_str("x"), "d"), "Unknown format code 'd' for object of type 'str'");
  EXPECT_EQ(formatted(make_int(1), "99999999999999999999"), "Too many decimal digits in format string");
}

TEST_F(FormatTest, PercentTakesTuplesAndMappings) {
  const Value pair = make_tuple({make_int(7), make_str("x")});
  EXPECT_EQ(to_utf8(must(format_percent(make_str("%03d-%5s|"), pair)).as<Str>()), "007-    x|");
  Dict* mapping = make_dict();
  dict_set(mapping, intern("k"), make_int(255));
  EXPECT_EQ(to_utf8(must(format_percent(make_str("%(k)#x%%"), mapping)).as<Str>()), "0xff%");
  EXPECT_EQ(must(format_percent_bytes("%b %c", make_tuple({make_bytes("ab"), make_int(99)}))), "ab c");
}

}  // namespace
}  // namespace ouro::vm
