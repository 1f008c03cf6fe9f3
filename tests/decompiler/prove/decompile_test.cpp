#include "decompiler/prove/decompile.h"

#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

namespace ouro::decompiler {
namespace {

// A module's code as it is read from a .pyc, and what the decompiler makes of it.
class Module {
 public:
  explicit Module(const std::string& source, int optimize = 0) {
    Workspace workspace;
    compiler::CompileOptions options;
    options.optimize = optimize;
    const auto compiled = compiler::compile_source(workspace, source, "m.py", options);
    EXPECT_TRUE(compiled.ok());
    EXPECT_TRUE(pyc::write_marshal(workspace, *compiled.value(), bytes_).ok());
    code_ = pyc::read_marshal(workspace_, bytes_.view()).code;
    options_.optimize = optimize;
  }

  CodeObject& code() { return const_cast<CodeObject&>(*code_); }
  CodeObject& inner(size_t index) {
    size_t seen = 0;
    for (const Constant* constant : code_->consts->elements())
      if (constant->is(ConstantKind::Code) && seen++ == index)
        return const_cast<CodeObject&>(*constant->code);
    ADD_FAILURE() << "no such code object";
    return code();
  }
  Workspace& workspace() { return workspace_; }
  DecompileOptions& options() { return options_; }
  Decompiled decompile() { return decompiler::decompile(workspace_, *code_, options_); }

 private:
  Workspace workspace_;
  pyc::ByteBuffer bytes_;
  const CodeObject* code_ = nullptr;
  DecompileOptions options_;
};

bool compiles(const std::string& source) {
  Workspace workspace;
  return compiler::compile_source(workspace, source, "m.py", {}).ok();
}

// Two NOPs that no source asks for, behind RESUME.
void add_nops(Workspace& workspace, CodeObject& code) {
  std::string bytes(code.code->text());
  bytes.insert(2, std::string("\x09\0\x09\0", 4));
  code.code = workspace.constants.bytes(bytes);
}

constexpr const char* kThree =
    "def f(x):\n    return x + 1\n\ndef g(x):\n    return f(x)\n\nclass A:\n    y = g(2)\n";

TEST(Decompile, GivesBackWhatCanBeKnown) {
  const Decompiled result = Module(kThree).decompile();
  EXPECT_EQ(result.source, kThree);
  EXPECT_EQ(result.verdict, Verdict::Exact);
  ASSERT_EQ(result.codes.size(), 4u);
  EXPECT_EQ(result.codes[0].qualified_name, "<module>");
  EXPECT_EQ(result.codes[3].qualified_name, "A");
  EXPECT_EQ(result.codes[3].line, 7);
}

TEST(Decompile, TakesOutOneBodyAndLeavesTheRest) {
  Module module(kThree);
  add_nops(module.workspace(), module.inner(1));
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.verdict, Verdict::Unproven);
  ASSERT_EQ(result.codes.size(), 4u);
  EXPECT_EQ(result.codes[1].verdict, Verdict::Exact);
  EXPECT_EQ(result.codes[2].verdict, Verdict::Unproven);
  EXPECT_EQ(result.codes[3].verdict, Verdict::Exact);
  EXPECT_FALSE(result.codes[2].inside_unproven);
  EXPECT_NE(result.source.find("return x + 1"), std::string::npos);
  EXPECT_EQ(result.source.find("return f(x)"), std::string::npos);
  EXPECT_NE(result.source.find("unproven: "), std::string::npos);
  EXPECT_NE(result.source.find("2 NOP"), std::string::npos) << result.source;
  EXPECT_TRUE(compiles(result.source)) << result.source;
}

TEST(Decompile, SaysWhatIsInsideAnUnprovenBody) {
  Module module("def f():\n    g = lambda: 1\n    return g\n");
  add_nops(module.workspace(), module.inner(0));
  const Decompiled result = module.decompile();
  ASSERT_EQ(result.codes.size(), 3u);
  EXPECT_FALSE(result.codes[1].inside_unproven);
  EXPECT_TRUE(result.codes[2].inside_unproven);
  EXPECT_EQ(result.codes[2].verdict, Verdict::Unproven);
}

TEST(Decompile, KeepsTheDefinitionsInAnUnprovenBody) {
  const std::string sources[] = {
      "class A(B):\n    x = 1\n\n    @x\n    def f(self):\n        return super().f()\n\n"
      "    def __g(self, a=1, *b, c=2): return self.__h\n\n    class C:\n        y = [1 for z in x]\n",
      "def f(a, b=1):\n    c = a\n\n    def g():\n        nonlocal c\n        c = a, d\n\n    d = g\n"
      "    return h\n",
      "def outer(a):\n    def f(b):\n        global k\n        c = b\n\n"
      "        def k(): return a, b, c, k\n\n        async def m(): await m\n        return k\n    return "
      "f\n",
      "def f():\n    if a:\n        def g(x): return x\n    else:\n        def g(x): return h\n"
      "    try:\n        class h:\n            def i(self): return __class__\n    finally: pass\n"
      "    return g, h\n",
  };
  for (const std::string& source : sources) {
    Module module(source);
    CodeObject* code = &module.inner(0);
    if (source.starts_with("def outer"))
      for (const Constant* constant : code->consts->elements())
        if (constant->is(ConstantKind::Code)) code = const_cast<CodeObject*>(constant->code);
    add_nops(module.workspace(), *code);
    const Decompiled result = module.decompile();
    size_t unproven = 0;
    for (const CodeVerdict& one : result.codes) unproven += one.verdict == Verdict::Unproven;
    EXPECT_EQ(unproven, 1u) << result.source;
    EXPECT_TRUE(compiles(result.source)) << result.source;
  }
}

TEST(Decompile, LosesOnlyTheInnermostOfTwo) {
  Module module("def f():\n    def g():\n        return 1\n    return g\n");
  CodeObject& f = module.inner(0);
  for (const Constant* constant : f.consts->elements())
    if (constant->is(ConstantKind::Code))
      add_nops(module.workspace(), const_cast<CodeObject&>(*constant->code));
  const Decompiled result = module.decompile();
  ASSERT_EQ(result.codes.size(), 3u);
  EXPECT_NE(result.codes[1].verdict, Verdict::Unproven) << result.codes[1].reason;
  EXPECT_EQ(result.codes[2].verdict, Verdict::Unproven);
}

TEST(Decompile, KeepsTheDefinitionsOfAModuleThatCannotBe) {
  Module module("from __future__ import annotations\nx = 1\n\n" + std::string(kThree) +
                "\n@x\nasync def h(a=x): await a\ny = [lambda: 1]\n");
  add_nops(module.workspace(), module.code());
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.verdict, Verdict::Unproven);
  ASSERT_EQ(result.codes.size(), 6u);
  EXPECT_EQ(result.codes[0].verdict, Verdict::Unproven);
  for (int i = 1; i < 5; ++i)
    EXPECT_NE(result.codes[i].verdict, Verdict::Unproven) << result.codes[i].reason << "\n" << result.source;
  EXPECT_TRUE(result.codes[5].inside_unproven);
  EXPECT_NE(result.source.find("return x + 1"), std::string::npos) << result.source;
  EXPECT_NE(result.source.find("STORE_NAME x"), std::string::npos) << result.source;
  EXPECT_NE(result.source.find("<lambda>: 0 RESUME 0"), std::string::npos) << result.source;
  EXPECT_TRUE(compiles(result.source)) << result.source;
}

TEST(Decompile, TakesLinesThatNoFileHas) {
  Module module(kThree);
  add_nops(module.workspace(), module.code());
  module.code().first_line = INT32_MIN;
  module.inner(0).first_line = INT32_MAX;
  module.inner(1).first_line = INT32_MIN;
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.verdict, Verdict::Unproven);
  EXPECT_LT(result.source.size(), 10000u);
  EXPECT_TRUE(compiles(result.source)) << result.source;
}

TEST(Decompile, TakesInnerLinesThatNoFileHas) {
  Module module("def f(x):\n    y = x\n    def g(): return x\n    return g\n");
  CodeObject& f = module.inner(0);
  f.first_line = INT32_MAX;
  for (const Constant* constant : f.consts->elements())
    if (constant->is(ConstantKind::Code)) const_cast<CodeObject*>(constant->code)->first_line = INT32_MAX;
  const Decompiled whole = module.decompile();
  EXPECT_TRUE(compiles(whole.source)) << whole.source;
  add_nops(module.workspace(), f);
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.codes.at(1).verdict, Verdict::Unproven);
  EXPECT_TRUE(compiles(result.source)) << result.source;
}

TEST(Decompile, WritesNoMoreDotsThanAFileHas) {
  Module module("def f():\n    from ..a import b\n    return b\n");
  bool found = false;
  std::vector<const Constant*> constants;
  for (const Constant* constant : module.inner(0).consts->elements()) {
    const bool level = constant->is(ConstantKind::Int);
    constants.push_back(level ? module.workspace().constants.integer(int64_t{1} << 29) : constant);
    found |= level;
  }
  module.inner(0).consts = module.workspace().constants.tuple(constants);
  ASSERT_TRUE(found);
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.verdict, Verdict::Unproven);
  EXPECT_LT(result.source.size(), 10000u);
  EXPECT_TRUE(compiles(result.source)) << result.source.substr(0, 1000);
}

TEST(Decompile, PaysForFewFalseLinesOnly) {
  Module module("x = 1\ny = 2\n");
  module.code().first_line = 1 << 23;
  EXPECT_LT(module.decompile().source.size(), size_t{1} << 20);
}

TEST(Decompile, GivesCommentsForAModuleOfWhichNothingIsLeft) {
  Module module("x = 1\ny = [lambda: x]\n");
  add_nops(module.workspace(), module.code());
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.codes[0].verdict, Verdict::Unproven);
  EXPECT_TRUE(result.source.starts_with("# unproven: "));
  EXPECT_TRUE(compiles(result.source)) << result.source;
}

TEST(Decompile, TakesBadBytecode) {
  Module module(kThree);
  module.inner(0).code = module.workspace().constants.bytes(std::string("\xff\xff\x64\x63", 4));
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.verdict, Verdict::Unproven);
  ASSERT_EQ(result.codes.size(), 4u);
  EXPECT_NE(result.codes[1].reason.find("bad bytecode"), std::string::npos);
  for (const int other : {0, 2, 3})
    EXPECT_NE(result.codes[other].verdict, Verdict::Unproven) << result.codes[other].reason;
  EXPECT_TRUE(result.source.starts_with("def f(x):  # unproven: bad bytecode")) << result.source;
  EXPECT_TRUE(compiles(result.source)) << result.source;
}

TEST(Decompile, TakesBadBytecodeOfAnExpression) {
  Module module("def f():\n    return [lambda: 1]\n\ndef g(): return 2\n");
  CodeObject* lambda = nullptr;
  for (const Constant* constant : module.inner(0).consts->elements())
    if (constant->is(ConstantKind::Code)) lambda = const_cast<CodeObject*>(constant->code);
  ASSERT_NE(lambda, nullptr);
  lambda->code = module.workspace().constants.bytes("");
  const Decompiled result = module.decompile();
  ASSERT_EQ(result.codes.size(), 4u);
  EXPECT_NE(result.codes[0].verdict, Verdict::Unproven) << result.codes[0].reason;
  EXPECT_EQ(result.codes[1].verdict, Verdict::Unproven);
  EXPECT_TRUE(result.codes[2].inside_unproven);
  EXPECT_EQ(result.codes[3].verdict, Verdict::Exact);
}

TEST(Decompile, TakesACodeObjectInTwoPlaces) {
  Module module("def f(): pass\ndef g(): pass\n");
  std::vector<const Constant*> consts(module.code().consts->elements().begin(),
                                      module.code().consts->elements().end());
  consts[1] = consts[0];
  module.code().consts = module.workspace().constants.tuple(consts);
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.verdict, Verdict::Unproven);
  ASSERT_EQ(result.codes.size(), 3u);
  EXPECT_NE(result.codes[1].verdict, Verdict::Unproven) << result.source;
}

TEST(Decompile, ExactIsAboutTheGivenBytes) {
  Module module("x = 1\n");
  module.options().marshal = "something else";
  const Decompiled result = module.decompile();
  EXPECT_EQ(result.verdict, Verdict::Equal);
  EXPECT_EQ(result.codes[0].reason, "strings are interned or shared otherwise");
}

// Source, and whether all of it comes back as exact although some of it never ran.
TEST(Decompile, FindsWhatDeadCodeHasLeft) {
  const std::string with_else =
      "def f(self):\n    try:\n        raise A\n    except{} B:\n        c()\n    else:\n";
  const auto try_with = [&](const char* star) {
    std::string text = with_else;
    return text.replace(text.find("{}"), 2, star) + "        self.fail('text')\n    return d\n";
  };
  const std::string sources[] = {
      try_with(""),
      try_with("*"),
      "def f(self):\n    return 1\n    x = self.y\n",
      "def f():\n    raise A\n    b.c(d, 'e')\n    e\n",
      "class C:\n    raise A\n    b = 1\n",
      "while True:\n    f()\ng()\n",
      "def f(x):\n    assert False\n    return x.y\n",
  };
  for (const std::string& source : sources) {
    const Decompiled result = Module(source).decompile();
    EXPECT_NE(result.verdict, Verdict::Unproven) << source << result.source;
  }
}

TEST(Decompile, DoesNotInventWhereNothingIsMissing) {
  const std::string source = "def f(x):\n    return x\n\n\ndef g(y):\n    raise y\n";
  EXPECT_EQ(Module(source).decompile().source, source);
}

TEST(Decompile, OneDecompilerDoesManyModules) {
  Decompiler decompiler;
  for (int i = 0; i < 3; ++i) {
    Module module(kThree);
    EXPECT_EQ(decompiler.decompile(module.workspace(), module.code()).verdict, Verdict::Exact);
  }
}

}  // namespace
}  // namespace ouro::decompiler
