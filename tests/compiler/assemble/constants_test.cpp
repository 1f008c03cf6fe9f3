// The constant cache: which values are one object, and what interning does to shared tuples.
#include "compiler/constants.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bytecode/code_object.h"

namespace ouro::compiler {
namespace {

struct Constants : testing::Test {
  const Constant* tuple(std::vector<const Constant*> items) { return workspace.constants.tuple(items); }
  const Constant* set(std::vector<const Constant*> items) { return workspace.constants.frozen_set(items); }
  const Constant* str(const char* text) { return workspace.constants.str(text); }
  Workspace workspace;
  ConstantCache cache{workspace};
};

using ConstantCacheTest = Constants;

TEST_F(ConstantCacheTest, TypeAndValueAreTheKey) {
  const Constant* one = workspace.constants.integer(1);
  EXPECT_EQ(cache.merge(one), one);
  EXPECT_NE(cache.merge(workspace.constants.floating(1.0)), one);
  EXPECT_NE(cache.merge(workspace.constants.boolean(true)), one);
  const Constant* zero = cache.merge(workspace.constants.floating(0.0));
  EXPECT_NE(cache.merge(workspace.constants.floating(-0.0)), zero);
  EXPECT_EQ(cache.merge(workspace.constants.floating(0.0)), zero);
  const Constant* text = cache.merge(str("some text"));
  EXPECT_EQ(cache.merge(str("some text")), text);
  EXPECT_NE(cache.merge(workspace.constants.bytes("some text")), text);
  const Constant* nan = workspace.constants.floating(std::nan(""));
  EXPECT_EQ(cache.merge(nan), nan);
  EXPECT_NE(cache.merge(workspace.constants.floating(std::nan(""))), nan);
}

TEST_F(ConstantCacheTest, ItemsOfContainersAreMerged) {
  const Constant* text = cache.merge(str("shared text"));
  const Constant* pair = cache.merge(tuple({str("shared text"), tuple({str("shared text")})}));
  EXPECT_EQ(pair->items[0], text);
  EXPECT_EQ(pair->items[1]->items[0], text);
  EXPECT_EQ(cache.merge(tuple({str("shared text")})), pair->items[1]);
  const Constant* given = set({str("shared text"), str("other text")});
  const Constant* merged = cache.merge(given);
  EXPECT_NE(merged, given);
  EXPECT_EQ(cache.merge(set({str("other text"), str("shared text")})), merged);
  const Constant* shallow = tuple({str("shared text"), str("new")});
  EXPECT_EQ(cache.merge_shallow(shallow), shallow);
  EXPECT_NE(shallow->items[0], text);
}

TEST_F(ConstantCacheTest, InterningChangesTuplesInPlaceAndReplacesSets) {
  const Constant* name = workspace.names.str(workspace.names.intern("identifier"));
  const Constant* inner = tuple({str("identifier"), str("not a name")});
  const Constant* names = set({str("identifier")});
  const Constant* unseen = set({str("never_seen")});
  const Constant* consts = tuple({str("identifier"), inner, names, unseen});
  cache.intern_name_like(consts);
  EXPECT_EQ(consts->items[0], name);
  EXPECT_EQ(consts->items[1], inner);
  EXPECT_EQ(inner->items[0], name);
  EXPECT_FALSE(inner->items[1]->interned);
  EXPECT_NE(consts->items[2], names);
  EXPECT_EQ(consts->items[2]->items[0], name);
  // What had no interned twin became interned itself, so this set stays.
  EXPECT_EQ(consts->items[3], unseen);
  EXPECT_TRUE(unseen->items[0]->interned);
  EXPECT_EQ(workspace.names.str("never_seen"), unseen->items[0]);
}

TEST_F(ConstantCacheTest, CodeObjectsCompareAsInPython) {
  CodeObject code;
  code.code = workspace.constants.bytes("1234");
  code.consts = code.names = code.locals_plus_names = tuple({});
  code.locals_plus_kinds = code.line_table = code.exception_table = workspace.constants.bytes("");
  code.filename = code.name = code.qualified_name = str("<lambda>");
  code.first_line = 3;
  CodeObject same = code;
  same.qualified_name = str("f.<locals>.<lambda>");
  same.stack_size = 7;
  CodeObject later = code;
  later.first_line = 4;
  CodeObject moved = code;
  moved.line_table = workspace.constants.bytes("\x80");
  const Constant* first = cache.merge(workspace.constants.code(&code));
  EXPECT_EQ(cache.merge(workspace.constants.code(&same)), first);
  EXPECT_NE(cache.merge(workspace.constants.code(&later)), first);
  EXPECT_NE(cache.merge(workspace.constants.code(&moved)), first);
}

TEST_F(ConstantCacheTest, ManyConstantsStayDistinct) {
  std::vector<const Constant*> merged;
  for (int i = 0; i < 5000; ++i) merged.push_back(cache.merge(workspace.constants.integer(1000 + i)));
  for (int i = 0; i < 5000; ++i)
    ASSERT_EQ(cache.merge(workspace.constants.integer(1000 + i)), merged[static_cast<size_t>(i)]);
}

}  // namespace
}  // namespace ouro::compiler
