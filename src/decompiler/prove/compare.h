// Two code objects side by side: the one that was given, and the one that our text compiles to.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "bytecode/code_object.h"
#include "decompiler/prove/decompile.h"

namespace ouro::decompiler {

/// What came out for one code object of the original.
struct Comparison {
  const CodeObject* original = nullptr;
  const CodeObject* parent = nullptr;  // null: of the module
  Verdict verdict = Verdict::Unproven;
  std::string reason;                // the first difference, in one line; empty when Exact
  const CodeObject* ours = nullptr;  // what was compared with it; null: nothing
  /// Instructions do the same, but load from, or store to, other places of the tables.
  bool only_tables = false;
};

/// How much may differ in code that is still Equal.
enum class Likeness : uint8_t {
  Instructions,  // nothing: the same instructions at the same offsets
  Behaviour,     // what CPython decides by line numbers: NOPs, jumps, copies of
                 // exits (see flow.h)
};

/// Code objects with the reasons why their bodies are missing.
using Reasons = std::unordered_map<const CodeObject*, std::string>;

/// Compares a module's code object with what it should be equal to, and each nested code object with the one
/// that stands in its place; a code object is judged without the ones inside it. The module comes first, then
/// what it holds in order of co_consts, depth first; a code object that occurs twice, as no compiler makes
/// them, only the first time. Any code objects may be given. Of those in `missing` only definitions are
/// there, in order of their lines.
std::vector<Comparison> compare(const CodeObject& original, const CodeObject& ours,
                                Likeness likeness = Likeness::Instructions, const Reasons& missing = {});

/// Why two code objects, the ones inside them apart, aren't equal; Exact and
/// empty when all fields are the same.
Comparison compare_one(const CodeObject& original, const CodeObject& ours,
                       Likeness likeness = Likeness::Instructions);

}  // namespace ouro::decompiler
