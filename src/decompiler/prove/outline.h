// The code objects of a module, numbered.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/workspace.h"
#include "bytecode/code_object.h"

namespace ouro::decompiler {

/// The code objects of a module in order of co_consts, depth first, the module first; one that stands in two
/// places, as no compiler makes them, only at the first.
class Outline {
 public:
  struct Entry {
    const CodeObject* code;
    size_t parent;  // its own index: the module
  };

  explicit Outline(const CodeObject& module) { add(module, 0); }

  const std::vector<Entry>& entries() const { return entries_; }
  size_t index(const CodeObject* code) const { return index_.at(code); }
  bool has_repetition() const { return repeats_; }

 private:
  void add(const CodeObject& code, size_t parent);

  std::vector<Entry> entries_;
  std::unordered_map<const CodeObject*, size_t> index_;
  bool repeats_ = false;
};

/// The module with a code object of its own at each place where one stands; null when these are too many.
const CodeObject* without_repetition(Workspace& workspace, const CodeObject& module);

/// What is wrong with a code object, the ones inside it apart.
std::optional<std::string> malformation(Workspace& workspace, const CodeObject& code);

}  // namespace ouro::decompiler
