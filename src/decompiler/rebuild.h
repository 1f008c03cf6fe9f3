// From a module's code object to a syntax tree whose nodes stand where the position table says they stood.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "syntax/ast.h"

namespace ouro::decompiler {

/// What is known of a tree beside its nodes. Keys are the statements that have a code object of their own
/// (FunctionDef, AsyncFunctionDef, ClassDef), some among them that were given up and are not in the tree;
/// null stands for the module.
struct Rebuilt {
  syntax::Module* module = nullptr;
  std::unordered_map<const syntax::Stmt*, const CodeObject*> codes;
  /// Those of them whose body could not be rebuilt, with the reason in one line ("unexpected SWAP at offset
  /// 12"). The body then has what keeps the closure (`nonlocal` names) and the definitions that stood in it,
  /// without decorators, defaults, bases and annotations. A lambda or comprehension that cannot be rebuilt
  /// makes the body around it missing.
  std::unordered_map<const syntax::Stmt*, std::string> missing;
};

/// What code leaves open where it has left nothing of statements: other answers than the likeliest, to be
/// tried when that has compiled to something else.
namespace reading {
constexpr uint32_t kLostTests = 1;     // what has left nothing on several lines is a test, not a string
constexpr uint32_t kNewTests = 2;      // a test that is gone was a constant of its own, not one seen before
constexpr uint32_t kLostOperands = 4;  // constants that nothing loads were operands, or asserted
}  // namespace reading

struct RebuildOptions {
  /// Code objects that are not to be rebuilt, because what was rebuilt compiled to something else, or because
  /// they are malformed; the value is the reason. They become missing.
  std::unordered_map<const CodeObject*, std::string> refused;
  /// Missing bodies that not even the definitions in them are to be left of: these, or all.
  std::unordered_set<const CodeObject*> bare;
  bool all_bare = false;
  /// Bodies that are to be read otherwise: see above.
  std::unordered_map<const CodeObject*, uint32_t> readings;
  /// Read no columns: structure comes from control flow and lines alone (as if -X no_debug_ranges).
  bool ignore_columns = false;
  /// The level that the code was compiled at: from 2 on docstrings are gone.
  int optimize = 0;

  uint32_t reading_of(const CodeObject& code) const {
    const auto found = readings.find(&code);
    return found == readings.end() ? 0 : found->second;
  }
  bool is_bare(const CodeObject& code) const { return all_bare || bare.contains(&code); }
};

/// Rebuilds a module of 3.11's bytecode. Any code object is safe to give; what makes no sense is missing.
/// Ranges in the tree: `line == 0`: nothing is known; `column == -1`: the line alone is known; `end_line ==
/// 0` or `end_column == -1`: the end is not known.
Rebuilt rebuild(Workspace& workspace, const CodeObject& module, const RebuildOptions& options = {});

}  // namespace ouro::decompiler
