// `from __future__ import ...`: PEP 236, language reference section 7.11.1.
//
// A future statement may follow only the docstring and other future statements. This pass stops at the first
// line that holds something else; a future statement after that is the code generator's to refuse. What is
// left to refuse here is a late one on the same line, `import x; from __future__ import y`.
#include <string>

#include "base/unicode.h"
#include "compiler/errors.h"

namespace ouro::compiler {

namespace {

using namespace syntax;

// CPython's message quotes at most this many bytes of an unknown feature's name.
constexpr size_t kQuotedLength = 100;

constexpr std::string_view kMandatory[] = {"nested_scopes",    "generators",     "division",
                                           "absolute_import",  "with_statement", "print_function",
                                           "unicode_literals", "generator_stop"};

bool is_mandatory(std::string_view feature) {
  for (const std::string_view name : kMandatory)
    if (name == feature) return true;
  return false;
}

bool is_docstring(const Stmt& statement) {
  if (statement.kind != StmtKind::Expr) return false;
  const Expr& value = *statement.as<ExprStmt>()->value;
  return value.kind == ExprKind::Constant && value.as<ConstantExpr>()->value->is(ConstantKind::Str);
}

// The name cut after kQuotedLength bytes; a character cut in two shows as U+FFFD.
std::string quoted(std::string_view feature) {
  if (feature.size() <= kQuotedLength) return std::string(feature);
  std::string text(feature.substr(0, kQuotedLength));
  if (const auto error = find_utf8_error(text)) {
    text.resize(error->start);
    append_code_point(text, 0xFFFD);
  }
  return text;
}

Status read_features(Compilation& compilation, const ImportFromStmt& statement, Features* features) {
  for (const Alias* alias : statement.names) {
    const std::string_view feature = compilation.workspace.names.text(alias->name);
    if (feature == "annotations") {
      features->flags |= kCoFutureAnnotations;
    } else if (feature == "barry_as_FLUFL") {
      features->flags |= kCoFutureBarryAsBdfl;
    } else if (!is_mandatory(feature)) {
      const SourceRange& at = statement.range;
      const std::string message = feature == "braces"
                                      ? std::string("not a chance")
                                      : "future feature " + quoted(feature) + " is not defined";
      return syntax_error_at(compilation, {at.line, at.column + 1, at.line, Diagnostic::kNone}, message);
    }
  }
  return {};
}

}  // namespace

Result<Features> find_features(Compilation& compilation, const Module& module) {
  Features features;
  if (module.kind == ModuleKind::Expression || module.body.empty()) return features;
  bool done = false;
  int last_line = 0;
  for (const Stmt* statement : module.body.subspan(is_docstring(*module.body[0]) ? 1 : 0)) {
    const SourceRange& at = statement->range;
    if (done && at.line > last_line) break;
    last_line = at.line;
    const bool future =
        statement->kind == StmtKind::ImportFrom && statement->as<ImportFromStmt>()->module == Name::k_future;
    if (!future) {
      done = true;
      continue;
    }
    if (done)
      return syntax_error_at(compilation, {at.line, at.column, at.line, Diagnostic::kNone},
                             "from __future__ imports must occur at the beginning of the file");
    OURO_TRY_STATUS(read_features(compilation, *statement->as<ImportFromStmt>(), &features));
    features.last_line = at.line;
  }
  return features;
}

}  // namespace ouro::compiler
