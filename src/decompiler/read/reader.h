// Reads one code object back into statements: a recursive descent over CPython's instructions in their order,
// with a stack of expressions in place of values.
//
// The compiler emits code in the order of the source, construct by construct, so reading is its inverse: a
// straight run of instructions pushes and pops expressions (values.cpp, calls.cpp, stores.cpp,
// definitions.cpp, comprehensions.cpp, strings.cpp); an instruction that begins a construct (a conditional
// jump, FOR_ITER, the first protected instruction, BEFORE_WITH, ...) hands over to the function for that
// construct, which finds the construct's parts, reads each of them with read_statements() or read_value(),
// and goes on behind it (conditions.cpp, branches.cpp, loops.cpp, tries.cpp, withs.cpp, unwinding.cpp,
// match*.cpp).
//
// Where parts end is told by the position table: a construct's own instructions (tests' jumps, GET_ITER, the
// NOP of `try`, BEFORE_WITH, CHECK_EXC_MATCH, ...) carry the range of the whole statement, and what lies
// inside that range belongs to it. Jump targets and the exception table tell which part is which, and must do
// alone where there are no columns. Handlers stand at the end of the code, in the order of their statements;
// they are read through the exception table, by index, as any other part.
//
// A guess is allowed to be wrong: the source is compiled again and compared. What is not allowed is to crash,
// to loop, or to take more than about linear time: whatever does not fit ends in fail().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/workspace.h"
#include "decompiler/code.h"
#include "decompiler/rebuild.h"
#include "syntax/ast.h"

namespace ouro::decompiler {

using syntax::Expr;
using syntax::SourceRange;
using syntax::Stmt;
using StmtList = std::vector<Stmt*>;

/// What MAKE_FUNCTION made: a def, a lambda, a comprehension or a class body, as its consumer decides.
struct FunctionValue {
  const CodeObject* code = nullptr;
  Position position;            // of MAKE_FUNCTION
  std::vector<Expr*> defaults;  // of positional parameters
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
/// What IMPORT_NAME gave.
struct ImportValue;

/// One entry of the machine's stack.
struct Slot {
  enum class Kind : uint8_t {
    Value,         // expr
    Null,          // PUSH_NULL's
    CodeValue,     // a code object as constant: `code`
    Function,      // `function`
    BuildClass,    // LOAD_BUILD_CLASS's
    Closure,       // LOAD_CLOSURE's cell, or a tuple of them
    Unpacked,      // item `index` of `unpack`
    Augmented,     // the result of an in-place operation; expr is its BinOp, whose left side is the target
    Next,          // what FOR_ITER gives: a store makes it the loop's target
    Entered,       // what entering a with gives: likewise
    Caught,        // the exception in a handler: likewise
    Import,        // `import`
    ImportedName,  // IMPORT_FROM's: item `index` of `import`
    Marker,  // what only the construct that pushed it knows: an iterator, __exit__, exception state, ...
  };
  Kind kind = Kind::Marker;
  bool copied = false;  // pushed by COPY
  uint32_t index = 0;
  Position position;  // of the instruction that pushed it
  Expr* expr = nullptr;
  const CodeObject* code = nullptr;
  FunctionValue* function = nullptr;
  UnpackValue* unpack = nullptr;
  ImportValue* import = nullptr;
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
  uint32_t break_target = kNone;     // behind the loop with its else; kNone: not known
  Name name = Name::none;            // Handler
  Position final_extent;  // FinallyBody: from the first to the last instruction of the finally body
};

/// What the readers of one module share.
struct Rebuilding {
  Workspace& workspace;
  const RebuildOptions& options;
  Rebuilt& result;
  uint32_t depth = 0;  // of nested code objects
};

class Reader {
 public:
  enum class ScopeKind : uint8_t { Module, Function, Class, Lambda, Comprehension };

  Reader(Rebuilding& shared, const CodeObject& object, ScopeKind scope, const Reader* parent);

  // --- reader.cpp: the whole of a code object -------------------------------------------------------------

  /// All statements of a module, function or class body, with `global` and `nonlocal`, without what the
  /// compiler adds (prologue, __module__ and __qualname__, the implicit return). False: reason() says why.
  bool read_body(StmtList* body);
  /// A lambda's value.
  Expr* read_lambda();
  const std::string& reason() const { return reason_; }

 private:
  // --- reader.cpp: the machine
  // ------------------------------------------------------------------------------

  /// Reads [at_, end) as statements; the stack is afterwards as high as before, or the last statement leaves
  /// the code. at_ is `end` then.
  bool read_statements(uint32_t end, StmtList* out);
  /// Reads [at_, end) as one value that is pushed; no statement may come of it. Null with a reason otherwise;
  /// the value is taken off the stack.
  Expr* read_value(uint32_t end);
  /// Tries read_value(): on failure nothing has happened (at_, stack, statements, reason as before).
  Expr* try_value(uint32_t end);
  /// One instruction, or one whole construct, at at_; never beyond `end`.
  bool step(uint32_t end);
  bool fail(std::string_view what);  // "… at offset N"; always false
  const Instruction& here() const { return code_[at_]; }
  /// The first instruction from `from` on that lies outside `range` and has columns, at most `end`.
  uint32_t end_of(const Position& range, uint32_t from, uint32_t end) const;

  void push(Slot slot) { stack_.push_back(slot); }
  void push_value(Expr* expr) {
    push({.kind = Slot::Kind::Value, .position = here().position, .expr = expr});
  }
  /// Takes an expression off: a Value, or a Function as lambda or comprehension. Null: fail() was called.
  Expr* pop_value();
  bool pop(Slot* slot);
  /// Whether nothing lies on the stack that the statement at hand has pushed.
  bool at_statement_start() const { return stack_.size() == base_; }
  void emit(Stmt* statement) { statements_->push_back(statement); }

  template <class T>
  T* make(const Position& position) {
    return syntax::new_node<T>(arena(), range_of(position));
  }
  static SourceRange range_of(const Position& position);
  static Position position_of(const SourceRange& range);
  Arena& arena() { return shared_.workspace.arena; }
  template <class T>
  std::span<T> list(const std::vector<T>& from) {
    return arena().copy(std::span<const T>(from));
  }
  Name intern(const Constant* name) { return shared_.workspace.names.intern(name->text()); }
  Expr* make_constant(const Constant* value, const Position& position);
  Expr* make_name(const Constant* name, const Position& position, syntax::ExprContext context);

  // --- values.cpp, calls.cpp, strings.cpp: instructions that push values
  // ---------------------------------------

  bool step_value();  // loads, operators, displays, subscripts, slices, unary, comparisons; false with reason
  bool step_call();   // PUSH_NULL, KW_NAMES, PRECALL, CALL, CALL_FUNCTION_EX, LOAD_METHOD, LOAD_BUILD_CLASS
  bool step_string();  // FORMAT_VALUE, BUILD_STRING
  bool step_await();   // GET_AWAITABLE … SEND loops, YIELD_VALUE, GET_YIELD_FROM_ITER, ASYNC_GEN_WRAP
  static bool is_value(Op op);  // whether step_value() & co. take it

  // --- stores.cpp: instructions that end in a target
  // -----------------------------------------------------------

  bool step_store();  // STORE_*, DELETE_*, UNPACK_*, IMPORT_*, COPY and SWAP, POP_TOP of a value, PRINT_EXPR
  /// `slot` is stored into `target`: an assignment, or part of one, a loop's target, a with's, an import's,
  /// ...
  bool store(Slot slot, Expr* target);

  // --- definitions.cpp, parameters.cpp, comprehensions.cpp
  // -----------------------------------------------------

  bool step_function();  // MAKE_FUNCTION, LOAD_CLOSURE
  /// A def, async def or class statement that is stored under `target`.
  bool store_definition(FunctionValue* function, Expr* target);
  Expr* lambda_of(FunctionValue* function);
  /// A comprehension or generator expression: the function called with the outermost iterable.
  Expr* comprehension_of(FunctionValue* function, Expr* iterable, const Position& call);

  // --- conditions.cpp, branches.cpp, loops.cpp: control flow
  // ----------------------------------------------------

  /// Any conditional jump at at_, with its test on the stack: `and`, `or`, `a if b else c`, chained
  /// comparisons (the COPY 2 before them), assert, if, while.
  bool read_branch(uint32_t end);
  bool begins_chained_comparison() const;
  bool read_chained_comparison(uint32_t end);
  bool read_for(uint32_t end);        // at GET_ITER with FOR_ITER behind it
  bool read_async_for(uint32_t end);  // at GET_AITER
  /// A whole test whose first leaf lies on the stack, its conditional jump at at_: every leaf up to the place
  /// where the value of the test is decided, merged into one expression (`and`, `or`, `not`, `a if b else c`,
  /// chained comparisons). at_ is then behind the last jump; `if_true` and `if_false` say where control goes
  /// (one of them is usually at_). Null with a reason when the jumps are no test.
  Expr* read_test(uint32_t end, uint32_t* if_true, uint32_t* if_false);
  /// From GET_ANEXT over its SEND loop: the next item lies on the stack as Slot::Kind::Next; at_ is behind.
  bool read_next_item();
  /// `while True` and others whose test has left no jump: at_ is their first instruction.
  bool begins_endless_loop() const;
  bool read_endless_loop(uint32_t end);
  bool step_flow(uint32_t end);  // RETURN_VALUE, RAISE_VARARGS, RERAISE, unconditional jumps, NOP: return,
                                 // raise, break, continue, pass, or nothing

  // --- tries.cpp, withs.cpp, unwinding.cpp
  // -----------------------------------------------------------------------

  /// Whether a try statement begins at at_: the NOP of its line, or its first protected instruction.
  bool begins_try() const;
  bool read_try(uint32_t end);
  bool read_with(uint32_t end);        // at BEFORE_WITH, the context manager on the stack
  bool read_async_with(uint32_t end);  // at BEFORE_ASYNC_WITH
  /// Whether at_ begins what a return, break or continue does to leave constructs (exits of withs, copies of
  /// finally bodies, POP_EXCEPT, the iterator's POP_TOP), and not the normal end of the construct.
  bool begins_unwinding(uint32_t end) const;
  /// Reads it with the statement that it belongs to.
  bool read_unwinding(uint32_t end);

  // --- match*.cpp
  // -------------------------------------------------------------------------------------------------

  /// Whether the subject of a match statement lies on the stack and its first case begins at at_.
  bool begins_match() const;
  bool read_match(uint32_t end);

  Rebuilding& shared_;
  Code code_;
  const ScopeKind scope_;
  const Reader* const parent_;
  std::string reason_;

  uint32_t at_ = 0;
  size_t base_ = 0;  // the stack's height where the statement at hand began
  std::vector<Slot> stack_;
  StmtList* statements_ = nullptr;
  std::vector<Construct> constructs_;
  uint32_t handler_ =
      kNone;                // what takes the exceptions of the region being read: try begins where it changes
  uint32_t recursion_ = 0;  // of read_statements() and read_value()
};

}  // namespace ouro::decompiler
