// What code that never runs has left behind.
//
// CPython drops unreachable code, but what it loaded stays among a code object's names, constants and
// variables, in the order in which they were met. Source without such code compiles to the same instructions
// with other tables. The original statements are lost; others in their place that load the same things make
// the same tables.
//
// Where that place is, the compiler itself says: a first text has a marker at each place that no control
// comes to (behind a return, say), and the order of names and markers in what it compiles to tells which
// marker stands where something is missing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "syntax/ast.h"

namespace ouro::decompiler {

/// Something that dead code at one place is to load or store.
struct DeadItem {
  enum class Kind : uint8_t {
    Constant,
    Name,       // by itself
    Attribute,  // of the first parameter or, where there is none, of the first constant
    Variable,
  };
  Kind kind;
  const Constant* object;  // the constant, or the name; of the original
};

/// What to put where; places are numbered by add_dead_code().
struct DeadCode {
  bool markers = false;                       // at each place, to find out; then `places` is unused
  std::vector<std::vector<DeadItem>> places;  // by number
};

/// What has to be known of a code object beside itself.
struct ScopeFacts {
  const CodeObject* code;
  bool is_function;
  std::vector<const CodeObject*> around;  // the code objects that it is nested in
};

/// Adds statements to a body at places that no control comes to.
void add_dead_code(Workspace& workspace, const ScopeFacts& scope, const DeadCode& dead, syntax::Stmts& body);

/// What was missing, from what the body with markers was compiled to; nothing when no dead code can have left
/// it.
std::optional<DeadCode> find_dead_code(const ScopeFacts& scope, const CodeObject& marked);

}  // namespace ouro::decompiler
