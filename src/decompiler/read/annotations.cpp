// Annotations as text: with `from __future__ import annotations` only their source is kept.
#include "decompiler/read/reader.h"
#include "syntax/children.h"
#include "syntax/parser.h"
#include "syntax/unparse.h"

namespace ouro::decompiler {

using syntax::Exprs;
using syntax::Keywords;

namespace {

/// Takes the places off a tree that was parsed on its own.
class PlaceEraser {
 public:
  Status optional(Expr* expr) {
    if (expr == nullptr) return {};
    expr->range = kUnknown;
    return syntax::ExprChildren::visit(*this, *expr);
  }
  Status expressions(Exprs list) {
    for (Expr* expr : list) OURO_TRY_STATUS(optional(expr));
    return {};
  }
  Status keywords(Keywords list) {
    for (syntax::Keyword* keyword : list) {
      keyword->range = kUnknown;
      OURO_TRY_STATUS(optional(keyword->value));
    }
    return {};
  }
  Status comprehensions(syntax::Comprehensions list) {
    for (syntax::Comprehension* clause : list) {
      OURO_TRY_STATUS(optional(clause->target));
      OURO_TRY_STATUS(optional(clause->iter));
      OURO_TRY_STATUS(expressions(clause->ifs));
    }
    return {};
  }
  Status arguments(syntax::Arguments& node) {
    OURO_TRY_STATUS(expressions(node.defaults));
    OURO_TRY_STATUS(expressions(node.kw_defaults));
    for (syntax::Args list : {node.posonlyargs, node.args, node.kwonlyargs})
      for (syntax::Arg* arg : list) arg->range = kUnknown;
    for (syntax::Arg* arg : {node.vararg, node.kwarg})
      if (arg != nullptr) arg->range = kUnknown;
    return {};
  }

 private:
  static constexpr SourceRange kUnknown{0, -1, 0, -1};
};

}  // namespace

Expr* Reader::annotation(Expr* value) {
  if ((code_.object().flags & kCoFutureAnnotations) == 0 || value->kind != syntax::ExprKind::Constant)
    return value;
  const Constant* text = value->as<syntax::ConstantExpr>()->value;
  if (!text->is(ConstantKind::Str)) return value;
  Expr* parsed = parsed_annotation(text);
  if (parsed == nullptr) return value;
  parsed->range = value->range;
  // What has the place of the whole statement has none of its own.
  if (!has_columns(here().position) || has_range(value, here().position)) parsed->range = {0, -1, 0, -1};
  return parsed;
}

/// The expression whose text this is; null where no expression has it.
Expr* Reader::parsed_annotation(const Constant* text) {
  Workspace& workspace = shared_.workspace;
  std::string line(text->text());
  const auto source = syntax::text_source(workspace, arena().copy(line), "");
  if (!source.ok()) return nullptr;
  syntax::ParseOptions options;
  options.mode = syntax::ModuleKind::Expression;
  const syntax::Module* module = syntax::parse_fast(workspace, source.value(), options);
  // `*Ts` is no expression of its own.
  if (module == nullptr || module->expression == nullptr) return nullptr;
  const auto again = syntax::unparse(workspace, module->expression);
  if (!again.ok() || again.value() != text->text()) return nullptr;
  PlaceEraser eraser;
  if (!eraser.optional(module->expression).ok()) return nullptr;
  return module->expression;
}

}  // namespace ouro::decompiler
