// Declarations that find no line of their own among a body's statements: inside of a compound one there may
// be room for them, in front of what uses the names.
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::StmtKind;

namespace {

/// The last of several suites that begins no later than the place.
class SuiteAt {
 public:
  explicit SuiteAt(const Position& place) : place_(place) {}

  syntax::Stmts* of(Stmt* statement) {
    switch (statement->kind) {
      case StmtKind::For:
        return two(*statement->as<syntax::ForStmt>());
      case StmtKind::AsyncFor:
        return two(*statement->as<syntax::AsyncForStmt>());
      case StmtKind::While:
        return two(*statement->as<syntax::WhileStmt>());
      case StmtKind::If:
        return two(*statement->as<syntax::IfStmt>());
      case StmtKind::With:
        return one(&statement->as<syntax::WithStmt>()->body);
      case StmtKind::AsyncWith:
        return one(&statement->as<syntax::AsyncWithStmt>()->body);
      case StmtKind::Try:
        return four(*statement->as<syntax::TryStmt>());
      case StmtKind::TryStar:
        return four(*statement->as<syntax::TryStarStmt>());
      case StmtKind::Match:
        for (syntax::MatchCase* each : statement->as<syntax::MatchStmt>()->cases) one(&each->body);
        return found_;
      default:
        return nullptr;
    }
  }

 private:
  syntax::Stmts* one(syntax::Stmts* suite) {
    if (suite->empty()) return found_;
    const SourceRange& first = suite->front()->range;
    if (first.line > 0 && first.line <= place_.line) found_ = suite;
    return found_;
  }

  template <class Node>
  syntax::Stmts* two(Node& node) {
    one(&node.body);
    return one(&node.orelse);
  }

  template <class Node>
  syntax::Stmts* four(Node& node) {
    one(&node.body);
    for (syntax::ExceptHandler* handler : node.handlers) one(&handler->body);
    one(&node.orelse);
    return one(&node.finalbody);
  }

  const Position& place_;
  syntax::Stmts* found_ = nullptr;
};

}  // namespace

/// Puts the declaration into the statement that uses its names first, at `use`; false where there is no room.
bool Reader::declare_inside(Stmt* declaration, const Position& use, const StmtList& body) const {
  if (!has_columns(use)) return false;
  Stmt* holder = nullptr;
  for (Stmt* statement : body)
    if (statement->range.line > 0 && statement->range.line <= use.line) holder = statement;
  if (holder == nullptr) return false;
  syntax::Stmts* suite = SuiteAt(use).of(holder);
  if (suite == nullptr) return false;
  StmtList statements(suite->begin(), suite->end());
  int32_t line = 0;
  const size_t place = room_for_declaration(statements, 0, statements.front()->range.line - 1, use, &line);
  if (line == 0) return declare_inside(declaration, use, statements);
  declaration->range = {line, -1, 0, -1};
  statements.insert(statements.begin() + static_cast<ptrdiff_t>(place), declaration);
  *suite = shared_.workspace.arena.copy(std::span<Stmt* const>(statements));
  return true;
}

}  // namespace ouro::decompiler
