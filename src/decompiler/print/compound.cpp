// Compound statements and definitions.
#include "decompiler/print/printer.h"

namespace ouro::decompiler {

using namespace syntax;

void Printer::compound_statement(const Stmt* s, const Place& end) {
  switch (s->kind) {
    case StmtKind::FunctionDef:
      return function(s->as<FunctionDefStmt>(), "", end);
    case StmtKind::AsyncFunctionDef:
      return function(s->as<AsyncFunctionDefStmt>(), "async", end);
    case StmtKind::ClassDef:
      return class_definition(s->as<ClassDefStmt>(), end);
    case StmtKind::For:
      return for_loop(s->as<ForStmt>(), "", end);
    case StmtKind::AsyncFor:
      return for_loop(s->as<AsyncForStmt>(), "async", end);
    case StmtKind::While:
      return while_loop(s->as<WhileStmt>(), end);
    case StmtKind::If:
      return if_statement(s->as<IfStmt>(), end, false);
    case StmtKind::With:
      return with(s->as<WithStmt>(), "", end);
    case StmtKind::AsyncWith:
      return with(s->as<AsyncWithStmt>(), "async", end);
    case StmtKind::Match:
      return match(s->as<MatchStmt>(), end);
    case StmtKind::Try:
      return try_statement(s->as<TryStmt>(), "", end);
    case StmtKind::TryStar:
      return try_statement(s->as<TryStarStmt>(), "*", end);
    default:
      return;
  }
}

/// `else:` or `finally:` and what follows, if anything does.
void Printer::clause(std::string_view keyword, Stmts list, int32_t indent, const Place& end) {
  if (list.empty()) return;
  statement_flags_ = 0;
  begin(keyword, {}, kLate);
  put(":", kTight);
  suite(list, indent, end);
}

namespace {

/// Where a test on a constant leaves no trace, the body begins on its line: else there would be an
/// instruction to mark it.
Place header_place(const SourceRange& range, const Expr* test, Stmts body) {
  if (range.line > 0 || test->kind != ExprKind::Constant || test->range.line > 0 || !may_be_inline(body))
    return start_of(range);
  bool reliable = false;
  return {statement_place(body[0], &reliable).line, -1};
}

}  // namespace

void Printer::if_statement(const IfStmt* s, const Place& end, bool elif) {
  const IfStmt* at = s;
  for (bool first = true;; first = false) {
    const size_t keyword = tokens_.size();
    begin(elif || !first ? "elif" : "if", header_place(at->range, at->test, at->body), kGlue);
    value(at->test, kTest | kNamedOk);
    put(":", kTight);
    mark_statement(keyword);
    suite(at->body, indent_, at->orelse.empty() ? end : Place());
    statement_flags_ = 0;
    if (at->orelse.empty()) return;
    const Stmt* next = at->orelse[0];
    const bool chained = at->orelse.size() == 1 && next->kind == StmtKind::If &&
                         (next->range.line <= 0 || next->range.column < 0 || next->range.column <= indent_);
    if (!chained) return clause("else", at->orelse, indent_, end);
    at = next->as<IfStmt>();
  }
}

void Printer::while_loop(const WhileStmt* s, const Place& end) {
  const size_t keyword = tokens_.size();
  begin("while", header_place(s->range, s->test, s->body), kGlue);
  value(s->test, kTest | kNamedOk);
  put(":", kTight);
  mark_statement(keyword);
  suite(s->body, indent_, s->orelse.empty() ? end : Place());
  clause("else", s->orelse, indent_, end);
}

template <class Loop>
void Printer::for_loop(const Loop* s, std::string_view keyword, const Place& end) {
  const size_t first = tokens_.size();
  begin(keyword.empty() ? "for" : keyword, start_of(s->range), kGlue);
  if (!keyword.empty()) put("for", kSpace | kGlue);
  expression_spaced(s->target, kTest | kTupleOk);
  put("in", kSpace);
  value(s->iter, kTest | kTupleOk | kListOk);
  put(":", kTight);
  mark_statement(first);
  suite(s->body, indent_, s->orelse.empty() ? end : Place());
  clause("else", s->orelse, indent_, end);
}

template <class With>
void Printer::with(const With* s, std::string_view keyword, const Place& end) {
  const size_t first = tokens_.size();
  begin(keyword.empty() ? "with" : keyword, start_of(s->range), kGlue);
  if (!keyword.empty()) put("with", kSpace | kGlue);
  space_ = true;
  with_items(s->items);
  put(":", kTight);
  mark_statement(first);
  suite(s->body, indent_, end);
}

void Printer::with_items(WithItems list) {
  const size_t open = tokens_.size();
  const bool group = list.size() > 1 || list[0]->optional_vars != nullptr;
  if (group && !options_.clean) {
    const Expr* last = list[list.size() - 1]->context_expr;
    const Place from = first_place(list[0]->context_expr);
    const bool several_lines = from.line != 0 && last->range.end_line > from.line;
    put("(", kOpen | kGlue | kOptional | (several_lines ? kMultiline : 0));
  }
  bool first = true;
  for (const WithItem* item : list) {
    separate(&first);
    if (group)
      expression(item->context_expr, kTest);
    else
      value(item->context_expr, kTest);
    if (item->optional_vars == nullptr) continue;
    put("as", kSpace);
    expression_spaced(item->optional_vars, kTest);
  }
  if (!group || options_.clean) return;
  tokens_[open].extra = static_cast<int32_t>(tokens_.size());
  put(")", kClose | kOptional | (tokens_[open].flags & kMultiline));
  tokens_.back().extra = static_cast<int32_t>(open);
}

template <class Try>
void Printer::try_statement(const Try* s, std::string_view except, const Place& end) {
  // The instruction that marks the line of `try:` is left out where the body begins on that line.
  Place start = start_of(s->range);
  bool reliable = false;
  if (start.line == 0 && may_be_inline(s->body)) start.line = statement_place(s->body[0], &reliable).line;
  begin("try", start, kLate);
  put(":", kTight);
  suite(s->body, indent_, {});
  for (const ExceptHandler* handler : s->handlers) {
    const bool last = handler == s->handlers.back() && s->orelse.empty() && s->finalbody.empty();
    const size_t first = tokens_.size();
    statement_flags_ = 0;
    begin("except", start_of(handler->range), kGlue | kLate);
    if (!except.empty()) put(except);
    if (handler->type != nullptr) value(handler->type, kTest);
    if (handler->name != Name::none) {
      put("as", kSpace);
      put_name(handler->name, kSpace);
    }
    put(":", kTight);
    mark_statement(first);
    const Place own = end_of(handler->range);
    suite(handler->body, indent_, own.exact() ? own : last ? end : Place());
  }
  clause("else", s->orelse, indent_, s->finalbody.empty() ? end : Place());
  clause("finally", s->finalbody, indent_, end);
}

// --- Definitions

void Printer::decorators(Exprs list) {
  for (const Expr* decorator : list) {
    const size_t first = tokens_.size();
    begin("@", {}, kGlue | kDefinition);
    expression(decorator, kTest | kNamedOk);
    mark_statement(first);
    statement_flags_ = 0;
  }
}

template <class Function>
void Printer::function(const Function* s, std::string_view keyword, const Place& end) {
  decorators(s->decorator_list);
  const size_t first = tokens_.size();
  begin(keyword.empty() ? "def" : keyword, start_of(s->range), s->decorator_list.empty() ? kDefinition : 0);
  if (!keyword.empty()) put("def", kSpace);
  put_name(s->name, kSpace);
  const bool any = s->args->vararg != nullptr || s->args->kwarg != nullptr || !s->args->args.empty() ||
                   !s->args->posonlyargs.empty() || !s->args->kwonlyargs.empty();
  put("(", kOpen | (any ? kItems : 0u));
  parameters(s->args);
  space_ = false;
  put(")", kClose);
  if (s->returns != nullptr) {
    put("->", kSpace | kGlue);
    space_ = true;
    value(s->returns, kTest);
  }
  put(":", kTight);
  mark_statement(first);
  definition_body(s, s->body, first, end);
}

/// The body of a definition whose header begins with token `first`.
void Printer::definition_body(const Stmt* s, Stmts list, size_t first, const Place& end) {
  const size_t begin = tokens_.size();
  body(list, indent_, end, true);
  if (!options_.comments.empty() && options_.comments.contains(s))
    regions_.push_back({s, first, begin, tokens_.size(), tokens_[begin].extra});
}

void Printer::class_definition(const ClassDefStmt* s, const Place& end) {
  decorators(s->decorator_list);
  const size_t first = tokens_.size();
  begin("class", start_of(s->range), s->decorator_list.empty() ? kDefinition : 0);
  put_name(s->name, kSpace);
  if (!s->bases.empty() || !s->keywords.empty()) {
    put("(", kOpen | kItems);
    call_arguments(s->bases, s->keywords);
    put(")", kClose);
  }
  put(":", kTight);
  mark_statement(first);
  definition_body(s, s->body, first, end);
}

void Printer::parameter(const Arg* arg, bool is_star) {
  put_name(arg->arg, kGlue);
  if (arg->annotation == nullptr) return;
  put(":", kTight | kGlue);
  space_ = true;
  const size_t from = tokens_.size();
  if (is_star && arg->annotation->kind == ExprKind::Starred)
    starred(arg->annotation, kBitOr, {});
  else
    expression(arg->annotation, kTest);
  if (arg->annotation->range.line > 0) return;
  for (size_t i = from; i < tokens_.size(); ++i) tokens_[i].flags |= kGlue;
}

void Printer::parameters(const Arguments* args) {
  bool first = true;
  const size_t positional_only = args->posonlyargs.size();
  const size_t positional = positional_only + args->args.size();
  // A constant without a place stands on the line of the one behind it that has one: where it does not,
  // folding the defaults into a tuple leaves its line in the code.
  size_t glued = 0;
  auto put_default = [&](const Arg* arg, const Expr* value) {
    const uint32_t space = arg->annotation != nullptr ? kSpace : 0;
    const size_t from = tokens_.size();
    put("=", kGlue | space);
    space_ = space != 0;
    expression(value, kTest);
    if (value->kind != ExprKind::Constant || value->range.line > 0) return;
    if (arg->annotation != nullptr && arg->annotation->range.line > 0) return;
    for (size_t i = from; i < tokens_.size(); ++i) tokens_[i].flags |= kGlue;
    glued = tokens_.size();
  };
  auto separate = [&](bool* first) {
    this->separate(first);
    if (glued != 0 && glued + 1 == tokens_.size()) tokens_.back().flags |= kGlue;
  };
  for (size_t i = 0; i < positional; ++i) {
    const Arg* arg = i < positional_only ? args->posonlyargs[i] : args->args[i - positional_only];
    separate(&first);
    parameter(arg, false);
    if (i + args->defaults.size() >= positional)
      put_default(arg, args->defaults[i + args->defaults.size() - positional]);
    if (i + 1 == positional_only) {
      separate(&first);
      put("/");
    }
  }
  if (args->vararg != nullptr || !args->kwonlyargs.empty()) {
    separate(&first);
    put("*", args->vararg != nullptr ? kGlue : 0);
    if (args->vararg != nullptr) parameter(args->vararg, true);
  }
  for (size_t i = 0; i < args->kwonlyargs.size(); ++i) {
    separate(&first);
    parameter(args->kwonlyargs[i], false);
    if (args->kw_defaults[i] != nullptr) put_default(args->kwonlyargs[i], args->kw_defaults[i]);
  }
  if (args->kwarg != nullptr) {
    separate(&first);
    put("**", kGlue);
    parameter(args->kwarg, false);
  }
}

}  // namespace ouro::decompiler
