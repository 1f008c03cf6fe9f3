// What the reader's machine works on: the entries of its stack, and the constructs around the place being
// read.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "decompiler/code.h"
#include "syntax/ast.h"

namespace ouro::decompiler {

using syntax::Expr;
using syntax::SourceRange;
using syntax::Stmt;
using StmtList = std::vector<Stmt*>;

/// What MAKE_FUNCTION made: a def, a lambda, a comprehension or a class body, as its consumer decides.
struct FunctionValue {
  const CodeObject* code = nullptr;
  Position position;                     // of MAKE_FUNCTION
  std::vector<Expr*> defaults;           // of positional parameters
  std::vector<Position> default_places;  // constant defaults: of those that stand last on a line
  std::vector<std::pair<Name, Expr*>> keyword_defaults;
  std::vector<std::pair<Name, Expr*>> annotations;     // "return" among them
  std::vector<std::pair<Expr*, Position>> decorators;  // applied so far, innermost first
  // A class: made by LOAD_BUILD_CLASS and its call.
  bool is_class = false;
  std::vector<Expr*> bases;
  std::vector<syntax::Keyword*> keywords;
};

/// What UNPACK_SEQUENCE or UNPACK_EX takes apart: its targets are filled by the stores that follow.
struct UnpackValue;
/// The targets so far of a value that is assigned to several.
struct AssignValue;

/// One entry of the machine's stack.
struct Slot {
  enum class Kind : uint8_t {
    Value,       // expr
    Null,        // PUSH_NULL's
    CodeValue,   // a code object as constant: `code`
    Function,    // `function`
    BuildClass,  // LOAD_BUILD_CLASS's
    Closure,     // LOAD_CLOSURE's cell, or a tuple of them
    Unpacked,    // item `index` of `unpack`
    Augmented,   // the result of an in-place operation; expr is its BinOp, whose left side is the target
    Next,        // what FOR_ITER gives: a store makes it the loop's target
    Entered,     // what entering a with gives: likewise
    Caught,      // the exception in a handler: likewise
    Marker,      // what only the construct that pushed it knows: an iterator, __exit__, exception state, ...
  };
  Kind kind = Kind::Marker;
  bool copied = false;  // pushed by COPY
  uint32_t index = 0;   // Unpacked: of the item; else how high the stack was
  Position position;    // of the instruction that pushed it
  Expr* expr = nullptr;
  const CodeObject* code = nullptr;
  FunctionValue* function = nullptr;
  UnpackValue* unpack = nullptr;
  AssignValue* assign = nullptr;
};

struct AssignValue {
  std::vector<Expr*> targets;
  Position position;  // of the statement
};

struct UnpackValue {
  Slot source;
  std::vector<Expr*> targets;
  uint32_t stored = 0;
  uint32_t starred = kNone;  // the index of the target with a star
  Position position;
};

/// A construct around the place being read, for break, continue, and what return has to undo.
struct Construct {
  enum class Kind : uint8_t {
    For,  // an iterator lies on the stack
    AsyncFor,
    While,
    With,
    AsyncWith,
    TryBody,         // protected by handlers
    FinallyBody,     // protected by a finally whose body is `final_body`
    Handler,         // an except clause; `name` where it has one
    FinallyHandler,  // the copy of a finally body that runs for an exception
  };
  Kind kind = Kind::While;
  Position range;                    // of the statement
  uint32_t continue_target = kNone;  // For: the FOR_ITER; While: the first instruction of the test
  uint32_t break_target = kNone;     // no break goes to a place before it; kNone: not known
  uint32_t body_first = kNone;       // of a loop: the first instruction of its body
  Name name = Name::none;            // Handler
  // FinallyBody: the copy of the finally body that runs for an exception.
  uint32_t final_first = kNone;
  uint32_t final_end = kNone;
};

}  // namespace ouro::decompiler
