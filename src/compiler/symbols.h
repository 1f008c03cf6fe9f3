// The symbol table: which scope each name of a module belongs to. Language reference, section 4.2.2.
#pragma once

#include <span>
#include <vector>

#include "base/workspace.h"
#include "syntax/ast.h"

namespace ouro::compiler {

// An Annotation scope stands only around annotations that `from __future__ import annotations` keeps from
// being evaluated; no code is generated for it or for anything in it.
enum class ScopeKind : uint8_t { Module, Class, Function, Annotation };
enum class ComprehensionKind : uint8_t { None, List, Dict, Set, Generator };
enum class Binding : uint8_t { None, Local, GlobalExplicit, GlobalImplicit, Free, Cell };

// How a name occurs in a scope (Symbol::uses).
enum SymbolUse : uint16_t {
  kDefGlobal = 1,        // global statement
  kDefLocal = 2,         // assignment
  kDefParam = 4,         // parameter
  kDefNonlocal = 8,      // nonlocal statement
  kUse = 16,             // read
  kDefFree = 32,         // free in this scope
  kDefFreeClass = 64,    // free, and the scope is a class that assigns it too
  kDefImport = 128,      // import
  kDefAnnotation = 256,  // annotated
  kDefCompIter = 512,    // comprehension target
};

struct Symbol {
  Name name;  // mangled
  uint16_t uses;
  Binding binding;
};

struct Scope {
  ScopeKind kind;
  ComprehensionKind comprehension = ComprehensionKind::None;
  Name name = Name::none;
  const Scope* parent = nullptr;
  bool nested = false;          // inside a function
  bool has_free = false;        // has free variables
  bool child_has_free = false;  // a child scope has free variables
  bool generator = false;
  bool coroutine = false;
  bool varargs = false;
  bool varkeywords = false;
  bool returns_value = false;
  bool needs_class_closure = false;  // a class whose methods use __class__ or super
  std::span<const Name> parameters;  // mangled, in CPython's order of ste_varnames
  std::span<Symbol> symbols;         // in order of first appearance

  /// The symbol of a mangled name, or null.
  const Symbol* find(Name mangled) const;

  // Where find() looks once there are many symbols: open addressing, index + 1 or 0.
  uint32_t* slots = nullptr;
  uint32_t slot_mask = 0;
};

/// For whoever shows symbol tables: the scopes that open inside one, in the order of the source, and the line
/// where one begins (0: the module's).
std::vector<const Scope*> inner_scopes(const Scope& scope);
int32_t first_line(const Scope& scope);

struct Features {          // from __future__
  uint32_t flags = 0;      // the co_flags bits
  int32_t last_line = -1;  // of the last future statement
};

class SymbolTable {
 public:
  /// The module's own scope.
  const Scope* top() const { return top_; }
  /// The scope that a FunctionDef, AsyncFunctionDef, ClassDef, Lambda, comprehension or the Module node
  /// opens.
  const Scope* scope_of(const void* node) const;

  // Built by build_symbols only; the representation is its own affair: open addressing by node.
  struct Entry {
    const void* node;
    const Scope* scope;
  };
  const Scope* top_ = nullptr;
  std::span<Entry> index_;  // a power of two of them; empty ones have no node
};

/// `name` as it is called inside class `class_name` (Name::none outside): private names are mangled,
/// section 6.2.1.
Name mangle(Workspace& workspace, Name class_name, Name name);

/// Whether a name is one that mangle() may change, by a look that nearly all names fail.
inline bool may_be_private(std::string_view text) {
  return text.size() > 2 && text[0] == '_' && text[1] == '_';
}

}  // namespace ouro::compiler
