// Ends of statements. A compound statement's range says where its last part ended; when that was unreachable,
// nothing else is left of it. Something as wide stands in for it then, behind the statement that control
// never comes past.
#include <algorithm>

#include "decompiler/read/reader.h"
#include "decompiler/suites.h"

namespace ouro::decompiler {

using syntax::StmtKind;

namespace {

constexpr int kDeepest = 50;

bool is_exit(const Stmt* statement) {
  return statement->kind == StmtKind::Return || statement->kind == StmtKind::Raise ||
         statement->kind == StmtKind::Break || statement->kind == StmtKind::Continue;
}

/// Whether control never comes past the statements.
bool never_goes_on(syntax::Stmts list, int depth = 0) {
  if (list.empty() || depth > kDeepest) return false;
  const Stmt* last = list.back();
  if (is_exit(last)) return true;
  if (last->kind == StmtKind::If) {
    const auto* node = last->as<syntax::IfStmt>();
    return never_goes_on(node->body, depth + 1) && never_goes_on(node->orelse, depth + 1);
  }
  if (last->kind != StmtKind::Try) return false;
  const auto* node = last->as<syntax::TryStmt>();
  if (never_goes_on(node->finalbody, depth + 1)) return true;
  for (const syntax::ExceptHandler* handler : node->handlers)
    if (!never_goes_on(handler->body, depth + 1)) return false;
  return never_goes_on(node->body, depth + 1) || never_goes_on(node->orelse, depth + 1);
}

/// The range up to the end, as far as known.
SourceRange extent(const Stmt* statement) {
  SourceRange range = statement->range;
  if (range.end_line > 0 && range.end_column >= 0) return range;
  if (statement->kind != StmtKind::Return || statement->as<syntax::ReturnStmt>()->value == nullptr) return {};
  const SourceRange& value = statement->as<syntax::ReturnStmt>()->value->range;
  constexpr int32_t kReturn = 7;
  if (value.end_line <= 0 || value.column < kReturn) return {};
  return {value.line, value.column - kReturn, value.end_line, value.end_column};
}

bool ends_at_known_place(const SourceRange& range) {
  return range.line > 0 && range.column >= 0 && range.end_line > 0 && range.end_column >= 0;
}

bool ends_earlier(const SourceRange& a, const SourceRange& b) {
  return a.end_line != b.end_line ? a.end_line < b.end_line : a.end_column < b.end_column;
}

/// The statements that end with the statement; null where it has none, or only those of handlers.
syntax::Stmts* last_suite(Stmt& statement) {
  if (is_definition(statement)) return nullptr;
  return visit_statement(statement, [](auto& node) -> syntax::Stmts* {
    if constexpr (requires { node.finalbody; }) {
      if (!node.finalbody.empty()) return &node.finalbody;
      return node.orelse.empty() ? nullptr : &node.orelse;
    } else if constexpr (requires { node.orelse; }) {
      return node.orelse.empty() ? &node.body : &node.orelse;
    } else if constexpr (requires { node.body; }) {
      return &node.body;
    } else {
      return nullptr;
    }
  });
}

}  // namespace

void Reader::emit(Stmt* statement) {
  if (statement->kind == StmtKind::Try) fill_handlers(statement->as<syntax::TryStmt>());
  if (statement->kind == StmtKind::TryStar) fill_handlers(statement->as<syntax::TryStarStmt>());
  if (syntax::Stmts* suite = last_suite(*statement); suite != nullptr)
    fill_suite(statement->range, shared_.options.optimize > 0 ? end_of_header(*statement) : SourceRange(),
               suite);
  if (statement->kind == StmtKind::Try) add_unreached_else(statement->as<syntax::TryStmt>());
  if (statement->kind == StmtKind::TryStar) add_unreached_else(statement->as<syntax::TryStarStmt>());
  statements_->push_back(statement);
}

template <class Try>
void Reader::fill_handlers(Try* node) {
  for (syntax::ExceptHandler* handler : node->handlers) {
    const SourceRange& range = handler->range;
    const int32_t line = handler->type != nullptr ? handler->type->range.end_line : range.line;
    // How far a name reaches is not known.
    fill_suite(range, {range.line, -1, std::max(line, range.line), range.end_column}, &handler->body);
  }
}

void Reader::fill_suite(const SourceRange& range, const SourceRange& header, syntax::Stmts* suite) {
  if (suite->empty()) return;
  StmtList body(suite->begin(), suite->end());
  fill_end(range, header, &body);
  if (body.size() != suite->size() || body.back() != suite->back()) *suite = list(body);
}

// `body` is the end of a statement of that range, whose header ends no earlier than `header`.
void Reader::fill_end(const SourceRange& whole, const SourceRange& header, StmtList* body) {
  if (body->empty() || !ends_at_known_place(whole)) return;
  if (!is_exit(body->back())) {
    if (shared_.options.optimize > 0) lost_.fill(whole, header, body);
    return;
  }
  const SourceRange last = extent(body->back());
  if (!ends_at_known_place(last) || !ends_earlier(last, whole)) return;
  constexpr int32_t kPass = 4;
  const bool same_line = whole.end_line == last.end_line;
  const int32_t column = same_line ? whole.end_column - kPass : last.column;
  if (column < 0 || column >= whole.end_column) return;
  if (same_line && column <= last.end_column) return;
  body->push_back(nothing_at({whole.end_line, whole.end_line, column, whole.end_column}));
}

// `pass`, or a constant.
Stmt* Reader::nothing_at(const Position& position) {
  constexpr int32_t kPass = 4;
  if (position.end_column - position.column == kPass) return make<syntax::PassStmt>(position);
  auto* value = make<syntax::ConstantExpr>(position);
  value->value = constant_of(position);
  auto* node = make<syntax::ExprStmt>(position);
  node->value = value;
  return node;
}

// An else part behind a body that never comes to its end.
template <class Try>
void Reader::add_unreached_else(Try* node) {
  if (!ends_at_known_place(node->range) || node->handlers.empty() || !node->orelse.empty() ||
      !node->finalbody.empty())
    return;
  const SourceRange& last = node->handlers.back()->range;
  if (!ends_at_known_place(last) || last.end_line >= node->range.end_line) return;
  if (shared_.options.optimize > 0) {
    StmtList orelse{lost_.make()};
    const int32_t line = std::min(last.end_line + 1, node->range.end_line);
    lost_.fill(node->range, {line, -1, line, 0}, &orelse);
    node->orelse = list(orelse);
    return;
  }
  if (!never_goes_on(node->body)) return;
  constexpr int32_t kPass = 4;
  const int32_t column = node->range.end_column - kPass;
  if (column <= node->range.column) return;
  Stmt* const pass = nothing_at({node->range.end_line, node->range.end_line, column, node->range.end_column});
  node->orelse = list(std::vector<Stmt*>{pass});
}

}  // namespace ouro::decompiler
