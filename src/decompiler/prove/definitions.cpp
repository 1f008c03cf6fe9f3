#include "decompiler/prove/definitions.h"

#include "decompiler/suites.h"

namespace ouro::decompiler {

namespace {

void find(const syntax::Stmts& body, std::vector<const syntax::Stmt*>& found) {
  for (const syntax::Stmt* statement : body) {
    if (is_definition(*statement)) found.push_back(statement);
    for_each_suite(*statement, [&found](const syntax::Stmts& suite) { find(suite, found); });
  }
}

}  // namespace

std::vector<const syntax::Stmt*> definitions_in(syntax::Stmts body) {
  std::vector<const syntax::Stmt*> found;
  find(body, found);
  return found;
}

}  // namespace ouro::decompiler
