// A source compiled and rebuilt gives the tree that the parser makes of it.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "compiler/compile.h"
#include "decompiler/rebuild.h"
#include "syntax/dump.h"
#include "syntax/source.h"

namespace ouro::decompiler {

/// Compares both trees without positions, constants folded; what was rebuilt compiles.
inline void check_rebuilt(const std::string& text, bool ignore_columns = false) {
  Workspace workspace;
  const compiler::CompileOptions options;
  auto source = syntax::decode_source(workspace, text, "m.py");
  ASSERT_TRUE(source.ok()) << text;
  auto module = syntax::parse(workspace, source.value(), compiler::parse_options(options));
  ASSERT_TRUE(module.ok()) << text;
  auto code = compiler::compile_module(workspace, *module.value(), "m.py", options);  // folds the tree
  ASSERT_TRUE(code.ok()) << text;
  const std::string written = syntax::dump(workspace, *module.value(), false);
  RebuildOptions rebuild_options;
  rebuild_options.ignore_columns = ignore_columns;
  const Rebuilt rebuilt = rebuild(workspace, *code.value(), rebuild_options);
  std::string missing;
  for (const auto& [statement, reason] : rebuilt.missing) missing += reason + "\n";
  EXPECT_EQ(missing, "") << text;
  EXPECT_TRUE(compiler::compile_module(workspace, *rebuilt.module, "m.py", options).ok()) << text;
  EXPECT_EQ(syntax::dump(workspace, *rebuilt.module, false), written) << text;
}

inline void check_rebuilt(std::initializer_list<const char*> sources) {
  for (const char* source : sources) check_rebuilt(std::string(source));
}

/// Without columns there is no knowing of everything, but nothing is out of reach.
inline void check_readable(const std::string& text) {
  Workspace workspace;
  auto code = compiler::compile_source(workspace, text, "m.py", compiler::CompileOptions());
  ASSERT_TRUE(code.ok()) << text;
  RebuildOptions options;
  options.ignore_columns = true;
  const Rebuilt rebuilt = rebuild(workspace, *code.value(), options);
  for (const auto& [statement, reason] : rebuilt.missing) ADD_FAILURE() << reason << "\n" << text;
}

}  // namespace ouro::decompiler
