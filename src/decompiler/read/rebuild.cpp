#include "decompiler/rebuild.h"

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

Rebuilt rebuild(Workspace& workspace, const CodeObject& module, const RebuildOptions& options) {
  Rebuilt result;
  result.module = workspace.arena.make<syntax::Module>();
  Rebuilding shared{workspace, options, result};
  StmtList body;
  std::string reason;
  const auto refused = options.refused.find(&module);
  if (refused != options.refused.end()) {
    reason = refused->second;
  } else {
    Reader reader(shared, module, Reader::ScopeKind::Module, nullptr);
    if (!reader.read_body(&body)) reason = reader.reason();
  }
  if (!reason.empty()) {
    Reader reader(shared, module, Reader::ScopeKind::Module, nullptr);
    body = reader.skeleton(!options.is_bare(module));
    result.missing.emplace(nullptr, reason);
  }
  result.module->body = workspace.arena.copy(std::span<Stmt* const>(body));
  return result;
}

}  // namespace ouro::decompiler
