// `from __future__` statements.
#include "../front_end.h"

namespace ouro::compiler::testing {
namespace {

TEST(Features, FlagsAndLastLine) {
  FrontEnd front_end(
      "'doc'\n"
      "from __future__ import division, annotations\n"
      "from __future__ import print_function; import x\n"
      "y = 1\n");
  ASSERT_EQ(front_end.error, nullptr) << describe(front_end.error);
  EXPECT_EQ(front_end.compilation.features.flags, kCoFutureAnnotations);
  EXPECT_EQ(front_end.compilation.features.last_line, 3);
  EXPECT_EQ(FrontEnd("from __future__ import barry_as_FLUFL\n").compilation.features.flags,
            kCoFutureBarryAsBdfl);
  EXPECT_EQ(FrontEnd("x = 1\n").compilation.features.last_line, -1);
  EXPECT_EQ(FrontEnd("").compilation.features.last_line, -1);
}

TEST(Features, Errors) {
  OURO_NEEDS_PYTHON311();
  const std::string path = ::testing::TempDir() + "ouro_features_" + std::to_string(getpid()) + ".py";
  std::string wide = "a";
  for (int i = 0; i < 60; ++i) wide += "\u00e4";
  for (const std::string& source : {
           std::string("from __future__ import braces\n"),
           std::string("from __future__ import nonsense\n"),
           std::string("'doc'; from __future__ import division, nonsense\n"),
           std::string("import x; from __future__ import division\n"),
           std::string("from __future__ import division; x = 1; from __future__ import annotations\n"),
           std::string("from __future__ import *\n"),
           "from __future__ import " + std::string(150, 'x') + "\n",
           "from __future__ import " + wide + "\n",
       }) {
    std::ofstream(path, std::ios::binary) << source;
    const std::string expected = Oracle::instance()->ask("errors", path);
    EXPECT_NE(expected, "ok\n");
    EXPECT_EQ(describe(FrontEnd(source, path).error), expected) << source;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ouro::compiler::testing
