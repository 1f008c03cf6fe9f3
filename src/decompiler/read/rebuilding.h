// What the readers of one module's code objects know of each other.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/workspace.h"
#include "decompiler/read/machine.h"
#include "decompiler/rebuild.h"

namespace ouro::decompiler {

/// How a scope uses names that a declaration may be needed for. Lambdas and comprehensions cannot declare
/// anything: what they need is asked of the scope around them.
struct ScopeNotes {
  using Uses = std::unordered_map<Name, Position>;  // with the place of the first one
  Uses global_loads;
  Uses global_stores;                            // deletions too
  std::unordered_set<Name> inner_global_stores;  // by walrus in a comprehension
  Uses free_uses;
  std::unordered_set<Name> free_stores;
  std::unordered_set<Name> bindings;  // locals and cells that something binds
  bool yields = false;
  bool annotates = false;  // a variable
};

/// The body of a function or class, read.
struct InnerBody {
  StmtList statements;
  bool good = false;
  std::string reason;
};
/// The inside of a lambda or comprehension, read: its value, or element (and value) with its clauses.
struct InnerValue {
  Expr* element = nullptr;  // null: it could not be read
  Expr* value = nullptr;
  std::vector<syntax::Comprehension*> clauses;  // the first one's iterable is not set
  std::string reason;
  ScopeNotes notes;
};

/// What the readers of one module share.
struct Rebuilding {
  Workspace& workspace;
  const RebuildOptions& options;
  Rebuilt& result;
  uint32_t depth = 0;  // of nested code objects
  // What has been read already: copies of finally bodies make the same function several times.
  std::unordered_map<const CodeObject*, InnerBody> bodies = {};
  std::unordered_map<const CodeObject*, InnerValue> values = {};
};

}  // namespace ouro::decompiler
