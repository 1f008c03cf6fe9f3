#include "decompiler/prove/definitions.h"

namespace ouro::decompiler {

namespace {

using namespace syntax;

class Finder {
 public:
  void body(Stmts list) {
    for (const Stmt* statement : list) inside(*statement);
  }

  std::vector<const Stmt*> found;

 private:
  void inside(const Stmt& statement) {
    switch (statement.kind) {
      case StmtKind::FunctionDef:
        return definition(*statement.as<FunctionDefStmt>());
      case StmtKind::AsyncFunctionDef:
        return definition(*statement.as<AsyncFunctionDefStmt>());
      case StmtKind::ClassDef:
        return definition(*statement.as<ClassDefStmt>());
      case StmtKind::For:
        return two(*statement.as<ForStmt>());
      case StmtKind::AsyncFor:
        return two(*statement.as<AsyncForStmt>());
      case StmtKind::While:
        return two(*statement.as<WhileStmt>());
      case StmtKind::If:
        return two(*statement.as<IfStmt>());
      case StmtKind::With:
        return body(statement.as<WithStmt>()->body);
      case StmtKind::AsyncWith:
        return body(statement.as<AsyncWithStmt>()->body);
      case StmtKind::Try:
        return four(*statement.as<TryStmt>());
      case StmtKind::TryStar:
        return four(*statement.as<TryStarStmt>());
      case StmtKind::Match:
        for (const MatchCase* one : statement.as<MatchStmt>()->cases) body(one->body);
        return;
      default:
        return;
    }
  }

  template <class Node>
  void definition(const Node& node) {
    found.push_back(&node);
    body(node.body);
  }

  template <class Node>
  void two(const Node& node) {
    body(node.body);
    body(node.orelse);
  }

  template <class Node>
  void four(const Node& node) {
    two(node);
    for (const ExceptHandler* handler : node.handlers) body(handler->body);
    body(node.finalbody);
  }
};

}  // namespace

std::vector<const Stmt*> definitions_in(Stmts body) {
  Finder finder;
  finder.body(body);
  return std::move(finder.found);
}

}  // namespace ouro::decompiler
