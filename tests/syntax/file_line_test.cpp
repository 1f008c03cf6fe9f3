// The line of a file as CPython's buffer of 1,000 bytes, the last a NUL, holds it in the end.
#include "syntax/lexer/file_line.h"

#include <gtest/gtest.h>

namespace ouro::syntax {
namespace {

using Text = std::optional<std::string>;

std::string xs(size_t count) {
  return std::string(count, 'x');
}

TEST(LastPieceOfLine, EveryLineEndIsOne) {
  const std::string_view text = "a\rb\r\nc";
  EXPECT_EQ(last_piece_of_line(text, 1), Text("a\n"));
  EXPECT_EQ(last_piece_of_line(text, 2), Text("b\n"));
  EXPECT_EQ(last_piece_of_line(text, 3), Text("c"));
  EXPECT_EQ(last_piece_of_line(text, 4), Text());
  EXPECT_EQ(last_piece_of_line(text, 0), Text());
  EXPECT_EQ(last_piece_of_line("", 1), Text());
}

TEST(LastPieceOfLine, OfALongLineTheRestIsLeft) {
  EXPECT_EQ(last_piece_of_line(xs(998) + "\nq", 1), Text(xs(998) + "\n"));
  EXPECT_EQ(last_piece_of_line(xs(998) + "\r\nq", 2), Text("q"));
  EXPECT_EQ(last_piece_of_line(xs(999) + "\nq", 1), Text("\n"));
  EXPECT_EQ(last_piece_of_line(xs(999) + "\r\nq", 2), Text("q"));
  EXPECT_EQ(last_piece_of_line(xs(2000) + "\nq", 1), Text("xx\n"));
  // A full buffer at the end of the file is waiting for more.
  EXPECT_EQ(last_piece_of_line(xs(999), 1), Text());
  EXPECT_EQ(last_piece_of_line(xs(1998), 1), Text());
}

TEST(LastPieceOfLine, NothingStandsBehindANul) {
  EXPECT_EQ(last_piece_of_line(std::string("a\0b\nc\n", 6), 1), Text("a"));
  EXPECT_EQ(last_piece_of_line(std::string("a\0b\nc\n", 6), 2), Text("c\n"));
  // In the last place of the buffer it ends the line.
  EXPECT_EQ(last_piece_of_line(xs(998) + std::string("\0y\nz\n", 5), 1), Text(xs(998)));
  EXPECT_EQ(last_piece_of_line(xs(998) + std::string("\0y\nz\n", 5), 2), Text("y\n"));
}

}  // namespace
}  // namespace ouro::syntax
