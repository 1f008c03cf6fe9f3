// What the tests of code generation share: compiling a source and printing what came of it as the oracle
// does.
#pragma once

#include "../front_end.h"
#include "compiler/compile.h"
#include "syntax/unparse.h"

namespace ouro::compiler::testing {

class WarningLines : public WarningSink {
 public:
  explicit WarningLines(bool as_errors = false) : as_errors_(as_errors) {}
  bool warn(const Warning& warning) override {
    text += std::string(warning_category_name(warning.category)) + "|" + std::string(warning.message) + "|" +
            std::to_string(warning.line) + "\n";
    return as_errors_;
  }
  std::string text;

 private:
  bool as_errors_;
};

class CodePrinter {
 public:
  explicit CodePrinter(Workspace& workspace) : workspace_(workspace) {}

  void print(const CodeObject& code) {
    out += text_of(code.qualified_name) + " " + text_of(code.name);
    for (const int64_t number :
         {int64_t{code.arg_count}, int64_t{code.positional_only_count}, int64_t{code.keyword_only_count},
          int64_t{code.flags}, int64_t{code.first_line}, int64_t{code.stack_size}})
      out += " " + std::to_string(number);
    out += "\n";
    strings("names", code.names);
    strings("locals", code.locals_plus_names);
    for (const Constant* value : code.consts->elements()) out += "const " + typed(*value) + "\n";
    out += "code " + to_hex(code.code->text()) + "\n";
    out += "linetable " + to_hex(code.line_table->text()) + "\n";
    out += "exceptiontable " + to_hex(code.exception_table->text()) + "\n";
    for (const Constant* value : code.consts->elements())
      if (value->is(ConstantKind::Code)) print(*value->code);
  }

  std::string out;

 private:
  static std::string text_of(const Constant* str) { return std::string(str->text()); }

  void strings(const char* label, const Constant* tuple) {
    out += label;
    out += ' ';
    bool first = true;
    for (const Constant* item : tuple->elements()) {
      if (!first) out += ' ';
      first = false;
      out += item->text();
    }
    out += "\n";
  }

  std::string typed(const Constant& value) {
    constexpr const char* kTypes[] = {"NoneType", "bool", "bool",  "ellipsis", "int",       "float",
                                      "complex",  "str",  "bytes", "tuple",    "frozenset", "code"};
    const std::string type = std::string(kTypes[static_cast<size_t>(value.kind)]) + " ";
    if (value.is(ConstantKind::Code)) return type + text_of(value.code->qualified_name);
    const Result<std::string> repr = syntax::constant_repr(workspace_, value);
    return type + (repr.ok() ? repr.value() : "?");
  }

  Workspace& workspace_;
};

/// The code objects of a source, or its error, as the oracle prints them.
inline std::string compiled(std::string_view bytes, int optimize = 0, const std::string& filename = "",
                            WarningSink* warnings = nullptr) {
  Workspace workspace;
  CompileOptions options;
  options.optimize = optimize;
  options.filename = filename;
  options.warnings = warnings;
  const Result<const CodeObject*> code = compile_source(workspace, bytes, "<test>", options);
  if (!code.ok()) return describe(code.error());
  CodePrinter printer(workspace);
  printer.print(*code.value());
  return printer.out;
}

inline void expect_same_code(std::string_view bytes) {
  for (int level = 0; level <= 2; ++level)
    EXPECT_EQ(compiled(bytes, level), Oracle::instance()->ask("code" + std::to_string(level), to_hex(bytes)))
        << "level " << level << ":\n"
        << bytes;
}

}  // namespace ouro::compiler::testing
