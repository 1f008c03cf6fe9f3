// The abstract syntax tree: plain structs in an arena, made from nodes.def.
//
// A node's kind is its tag; node->as<CallExpr>() is a checked-in-debug static cast. Lists are spans in the
// arena. The tree may be changed in place (constant folding does): a pass that replaces an expression writes
// the new pointer into the parent. Recursion over the tree is bounded by the parser's depth limit.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>

#include "base/constant.h"
#include "base/interner.h"

namespace ouro::syntax {

/// A place in the decoded source: 1-based lines, 0-based columns in UTF-8 bytes, end exclusive. As `ast`
/// gives it.
struct SourceRange {
  int32_t line = 0;
  int32_t column = 0;
  int32_t end_line = 0;
  int32_t end_column = 0;
};

enum class BoolOperator : uint8_t { And, Or };
enum class BinaryOperator : uint8_t {
  Add,
  Sub,
  Mult,
  MatMult,
  Div,
  Mod,
  Pow,
  LShift,
  RShift,
  BitOr,
  BitXor,
  BitAnd,
  FloorDiv,
};
enum class UnaryOperator : uint8_t { Invert, Not, UAdd, USub };
enum class CompareOperator : uint8_t { Eq, NotEq, Lt, LtE, Gt, GtE, Is, IsNot, In, NotIn };
enum class ExprContext : uint8_t { Load, Store, Del };

enum class ExprKind : uint8_t {
#define EXPR(name, fields) name,
#include "syntax/nodes.def"
};
enum class StmtKind : uint8_t {
#define STMT(name, fields) name,
#include "syntax/nodes.def"
};
enum class PatternKind : uint8_t {
#define PATTERN(name, fields) name,
#include "syntax/nodes.def"
};

struct Expr {
  ExprKind kind;
  SourceRange range;
  template <class T>
  T* as() {
    assert(kind == T::kKind);
    return static_cast<T*>(this);
  }
  template <class T>
  const T* as() const {
    assert(kind == T::kKind);
    return static_cast<const T*>(this);
  }
};

/// Statements of up to this many bytes of source; no tree of one is deeper by more than a few levels.
constexpr uint32_t kShortStatement = 2048;

struct Stmt {
  StmtKind kind;
  bool may_fold = true;  // false: a short statement that holds nothing for constant folding
  SourceRange range;
  template <class T>
  T* as() {
    assert(kind == T::kKind);
    return static_cast<T*>(this);
  }
  template <class T>
  const T* as() const {
    assert(kind == T::kKind);
    return static_cast<const T*>(this);
  }
};
struct Pattern {
  PatternKind kind;
  SourceRange range;
  template <class T>
  T* as() {
    assert(kind == T::kKind);
    return static_cast<T*>(this);
  }
  template <class T>
  const T* as() const {
    assert(kind == T::kKind);
    return static_cast<const T*>(this);
  }
};

struct Comprehension;
struct ExceptHandler;
struct Arguments;
struct Arg;
struct Keyword;
struct Alias;
struct WithItem;
struct MatchCase;

using OptExpr = Expr*;
using OptPattern = Pattern*;
using OptName = Name;
using Int = int32_t;
using Bool = bool;
using Const = const Constant*;
using OptText = const Constant*;
using Exprs = std::span<Expr*>;
using OptExprs = std::span<Expr*>;  // null entries allowed: `**x` in a dict display, a missing default
using Stmts = std::span<Stmt*>;
using Patterns = std::span<Pattern*>;
using Names = std::span<Name>;
using CompareOperators = std::span<CompareOperator>;
using Comprehensions = std::span<Comprehension*>;
using Keywords = std::span<Keyword*>;
using WithItems = std::span<WithItem*>;
using MatchCases = std::span<MatchCase*>;
using ExceptHandlers = std::span<ExceptHandler*>;
using Aliases = std::span<Alias*>;
using Args = std::span<Arg*>;

struct Comprehension {  // no position, as in `ast`
  Expr* target;
  Expr* iter;
  Exprs ifs;
  bool is_async;
};
struct ExceptHandler {
  SourceRange range;
  OptExpr type;
  OptName name;
  Stmts body;
};
struct Arg {
  SourceRange range;
  Name arg;
  OptExpr annotation;
  OptText type_comment;
};
struct Arguments {  // no position
  Args posonlyargs;
  Args args;
  Arg* vararg;  // or null
  Args kwonlyargs;
  OptExprs kw_defaults;  // as long as kwonlyargs; null where there is no default
  Arg* kwarg;            // or null
  Exprs defaults;        // of the last of posonlyargs + args
};
struct Keyword {
  SourceRange range;
  OptName arg;  // Name::none for **value
  Expr* value;
};
struct Alias {
  SourceRange range;
  Name name;  // dotted as written: `a.b.c`; "*" for a star import
  OptName asname;
};
struct WithItem {  // no position
  Expr* context_expr;
  OptExpr optional_vars;
};
struct MatchCase {  // no position
  Pattern* pattern;
  OptExpr guard;
  Stmts body;
};

// The node structs: BoolOpExpr, FunctionDefStmt, MatchValuePattern, ... Aggregates would need the base
// spelled out, so each has its fields default-initialised and is filled in by assignment or by make_* (see
// nodes built by parsers).
#define FIELD(type, name) type name{};
#define EXPR(name, fields)                            \
  struct name##Expr : Expr {                          \
    static constexpr ExprKind kKind = ExprKind::name; \
    fields                                            \
  };
#define STMT(name, fields)                            \
  struct name##Stmt : Stmt {                          \
    static constexpr StmtKind kKind = StmtKind::name; \
    fields                                            \
  };
#define PATTERN(name, fields)                               \
  struct name##Pattern : Pattern {                          \
    static constexpr PatternKind kKind = PatternKind::name; \
    fields                                                  \
  };
#include "syntax/nodes.def"
#undef FIELD

/// A new node of type T with its kind and range set and its fields default-initialised.
template <class T>
T* new_node(Arena& arena, const SourceRange& range) {
  T* node = arena.make<T>();
  node->kind = T::kKind;
  node->range = range;
  return node;
}

enum class ModuleKind : uint8_t { Module, Expression, Interactive, FunctionType };

/// A comment `# type: ignore`, which is looked for when type comments are.
struct TypeIgnore {
  int32_t line;
  const Constant* tag;  // what follows the word, a str
};

struct Module {
  ModuleKind kind = ModuleKind::Module;
  Stmts body;                          // Module, Interactive
  Expr* expression = nullptr;          // Expression; FunctionType: what the function returns
  Exprs argument_types;                // FunctionType
  std::span<TypeIgnore> type_ignores;  // Module
};

}  // namespace ouro::syntax
