// Declarations that find no line of their own among a body's statements: inside of a compound one there may
// be room for them, in front of what uses the names.
#include "decompiler/read/reader.h"
#include "decompiler/suites.h"

namespace ouro::decompiler {

namespace {

/// Of a compound statement, functions and classes apart, the last suite that begins no later than the place.
syntax::Stmts* suite_at(Stmt& statement, const Position& place) {
  syntax::Stmts* found = nullptr;
  if (is_definition(statement)) return found;
  for_each_suite(statement, [&](syntax::Stmts& suite) {
    const int32_t first = suite.empty() ? 0 : suite.front()->range.line;
    if (first > 0 && first <= place.line) found = &suite;
  });
  return found;
}

}  // namespace

/// Puts the declaration into the statement that uses its names first, at `use`; false where there is no room.
bool Reader::declare_inside(Stmt* declaration, const Position& use, const StmtList& body) const {
  if (!has_columns(use)) return false;
  Stmt* holder = nullptr;
  for (Stmt* statement : body)
    if (statement->range.line > 0 && statement->range.line <= use.line) holder = statement;
  if (holder == nullptr) return false;
  syntax::Stmts* suite = suite_at(*holder, use);
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
