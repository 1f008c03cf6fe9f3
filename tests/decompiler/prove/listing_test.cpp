#include "decompiler/prove/listing.h"

#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "decompiler/prove/instruction_text.h"

namespace ouro::decompiler {
namespace {

std::vector<Comment> list(const std::string& source, std::string_view reason = "because") {
  Workspace workspace;
  compiler::CompileOptions options;
  const auto code = compiler::compile_source(workspace, source, "m.py", options);
  EXPECT_TRUE(code.ok());
  return code.ok() ? annotated_listing(*code.value(), reason) : std::vector<Comment>();
}

TEST(Listing, HasOneCommentForEachLine) {
  const auto comments = list("x = 1\n\ny = x + 1\n");
  ASSERT_EQ(comments.size(), 3u);  // RESUME is on no line
  EXPECT_EQ(comments[0].line, 0);
  EXPECT_EQ(comments[0].text, " unproven: because \u00b7 0 RESUME 0");
  EXPECT_EQ(comments[1].line, 1);
  EXPECT_EQ(comments[1].text, " 2 LOAD_CONST 1 \u00b7 4 STORE_NAME x");
  EXPECT_EQ(comments[2].line, 3);
  EXPECT_EQ(comments[2].text,
            " 6 LOAD_NAME x \u00b7 8 LOAD_CONST 1 \u00b7 10 BINARY_OP + \u00b7 14 STORE_NAME y \u00b7 16 "
            "LOAD_CONST "
            "None \u00b7 18 RETURN_VALUE");
}

TEST(Listing, TellsInnerCodeApartAndEndsWithHandlers) {
  const auto comments = list("def f():\n  try: a\n  except: b\n");
  std::string all;
  for (const Comment& comment : comments) all += comment.text + "\n";
  EXPECT_NE(all.find("f: 2 LOAD_GLOBAL a"), std::string::npos) << all;
  EXPECT_NE(all.find("handlers of f:"), std::string::npos) << all;
}

TEST(Listing, NeverDeclaresAnEncoding) {
  const auto comments = list("def encoding(): pass\nx = 'coding: utf-7 coding=x'\n", "coding: latin-1");
  for (const Comment& comment : comments) {
    EXPECT_EQ(comment.text.find("coding:"), std::string::npos) << comment.text;
    EXPECT_EQ(comment.text.find("coding="), std::string::npos) << comment.text;
  }
  EXPECT_TRUE(listing_as_source(comments).starts_with("# unproven: coding : latin-1"));
}

TEST(Listing, KeepsToTheLine) {
  for (const Comment& comment : list("x = 'a\\nb\\r\\x00\\ud800'\n", "a\nb")) {
    for (const char ch : comment.text) EXPECT_TRUE(ch < 0 || ch >= 0x20) << comment.text;
  }
}

TEST(Listing, CutsWhatIsLong) {
  const auto comments = list("x = '" + std::string(100000, 'x') + "'\ny = 1" + std::string(4000, '0') + "\n");
  for (const Comment& comment : comments) EXPECT_LT(comment.text.size(), 600u);
}

}  // namespace
}  // namespace ouro::decompiler
