#include "base/held_strings.h"

#include <gtest/gtest.h>

#include "base/workspace.h"

namespace ouro {
namespace {

TEST(HeldStrings, KnowsWholeNamesOnly) {
  const HeldStrings held("*", "a  bc\ndef\n");
  for (const std::string_view name : {"a", "bc", "def"}) EXPECT_TRUE(held.has_name(name)) << name;
  for (const std::string_view other : {"", "b", "c", "de", "defg", "a ", "bc\ndef", "*"})
    EXPECT_FALSE(held.has_name(other)) << other;
  EXPECT_FALSE(HeldStrings("", "").has_name("a"));
  EXPECT_FALSE(HeldStrings("", "a b c d e f g").has_name("h"));
}

TEST(HeldStrings, DecideWhichObjectIsInterned) {
  const HeldStrings held("*", "x held");
  Workspace workspace;
  workspace.names.hold(held);
  // The shared object of this character is the interned one; of that one it is not; of others it becomes so.
  EXPECT_TRUE(workspace.constants.str("*")->interned);
  EXPECT_NE(workspace.names.str("x"), workspace.constants.str("x"));
  EXPECT_FALSE(workspace.constants.str("x")->interned);
  EXPECT_EQ(workspace.names.str("y"), workspace.constants.str("y"));
  // A string of the source becomes the interned one unless there is one already.
  const Constant* fresh = workspace.constants.str("fresh");
  EXPECT_EQ(workspace.names.adopt(fresh), fresh);
  EXPECT_TRUE(fresh->interned);
  const Constant* taken = workspace.constants.str("held");
  const Constant* interned = workspace.names.adopt(taken);
  EXPECT_NE(interned, taken);
  EXPECT_FALSE(taken->interned);
  EXPECT_EQ(workspace.names.adopt(workspace.constants.str("held")), interned);
}

TEST(HeldStrings, AreForgottenWithTheFile) {
  const HeldStrings held("*", "");
  Workspace workspace;
  workspace.names.hold(held);
  workspace.rewind();
  EXPECT_FALSE(workspace.constants.str("*")->interned);
  // What is read from a file says itself which of two equal strings is interned.
  EXPECT_NE(workspace.names.str("*"), workspace.constants.str("*"));
}

}  // namespace
}  // namespace ouro
