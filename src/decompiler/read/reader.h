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
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/workspace.h"
#include "decompiler/code.h"
#include "decompiler/read/asserts.h"
#include "decompiler/read/dropped.h"
#include "decompiler/read/machine.h"
#include "decompiler/read/rebuilding.h"
#include "decompiler/read/shape.h"
#include "syntax/ast.h"

namespace ouro::decompiler {

/// `from __future__ import ...`
bool is_future_import(const Stmt& statement);

/// Tests: see conditions.h.
struct Condition;
struct Exit;
struct Leaf;
struct Merge;

class Reader {
 public:
  enum class ScopeKind : uint8_t { Module, Function, Class, Lambda, Comprehension };

  Reader(Rebuilding& shared, const CodeObject& object, ScopeKind scope, const Reader* parent);
  /// For the skeleton() of a function or class alone.
  struct TablesOnly {};
  Reader(Rebuilding& shared, const CodeObject& object, ScopeKind scope, const Reader* parent, TablesOnly);

  /// Says where the statement is that this is the body of.
  void set_definition(const Position& position) { definition_ = position; }

  // --- reader.cpp: the whole of a code object

  /// All statements of a module, function or class body, with `global` and `nonlocal`, without what the
  /// compiler adds (prologue, __module__ and __qualname__, the implicit return). False: reason() says why.
  bool read_body(StmtList* body);
  /// A lambda's value.
  Expr* read_lambda();
  const std::string& reason() const { return reason_; }
  /// What stands for a body that is not known: the definitions in it, and declarations that keep the closure.
  StmtList skeleton(bool with_definitions);

 private:
  // --- reader.cpp: the machine

  /// Reads [at_, end) as statements; the stack is afterwards as high as before, or the last statement leaves
  /// the code. at_ is `end` then.
  bool read_statements(uint32_t end, StmtList* out);
  /// Reads [at_, end) as one value that is pushed; no statement may come of it. Null with a reason otherwise;
  /// the value is taken off the stack.
  Expr* read_value(uint32_t end);
  /// Tries read_value(): on failure nothing has happened (at_, stack, statements, reason as before).
  /// One instruction, or one whole construct, at at_; never beyond `end`.
  bool step(uint32_t end);
  bool fail(std::string_view what);  // "… at offset N"; always false
  const Instruction& here() const { return code_[at_]; }
  /// The first instruction from `from` on that lies outside `range` and has columns, at most `end`.
  uint32_t end_of(const Position& range, uint32_t from, uint32_t end) const;

  void push(Slot slot) {
    if (slot.kind != Slot::Kind::Unpacked) slot.index = static_cast<uint32_t>(stack_.size());
    stack_.push_back(slot);
  }
  void push_value(Expr* expr) {
    push({.kind = Slot::Kind::Value, .position = here().position, .expr = expr});
  }
  /// Takes an expression off: a Value, or a Function as lambda or comprehension. Null: fail() was called.
  Expr* pop_value();
  bool pop(Slot* slot);
  /// Whether nothing lies on the stack that the statement at hand has pushed.
  bool at_statement_start() const { return stack_.size() == base_; }
  // endings.cpp: adds a statement, and to it what its range asks for
  void emit(Stmt* statement);
  template <class Try>
  void fill_handlers(Try* node);
  void fill_suite(const SourceRange& range, const SourceRange& header, syntax::Stmts* suite);
  void fill_end(const SourceRange& whole, const SourceRange& header, StmtList* body);
  Stmt* nothing_at(const Position& position);
  template <class Try>
  void add_unreached_else(Try* node);
  // asserts.cpp
  Stmt* lost_statement();
  void mention_lost_variables(StmtList* body);
  std::vector<Name> lost_variables(bool cells) const;

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
  /// A name as it was written: inside a class private names are mangled.
  Name intern(const Constant* name);
  Expr* make_constant(const Constant* value, const Position& position);
  Expr* make_name(const Constant* name, const Position& position, syntax::ExprContext context);

  // --- values.cpp, calls.cpp, strings.cpp: instructions that push values

  bool step_value();  // loads, operators, displays, subscripts, slices, unary, comparisons; false with reason
  bool step_call();   // PUSH_NULL, KW_NAMES, PRECALL, CALL, CALL_FUNCTION_EX, LOAD_METHOD, LOAD_BUILD_CLASS
  bool step_string();  // FORMAT_VALUE, BUILD_STRING
  bool step_await();   // GET_AWAITABLE … SEND loops, YIELD_VALUE, GET_YIELD_FROM_ITER, ASYNC_GEN_WRAP
  static bool is_value(Op op);  // whether step_value() & co. take it

  // --- stores.cpp: instructions that end in a target

  bool step_store();  // STORE_*, DELETE_*, UNPACK_*, IMPORT_*, COPY and SWAP, POP_TOP of a value, PRINT_EXPR
  /// `slot` is stored into `target`: an assignment, or part of one, a loop's target, a with's, an import's,
  /// ...
  bool store(Slot slot, Expr* target);

  /// Pushes a slot of that kind and reads the instructions that store it: returns the target. Null with a
  /// reason.
  Expr* read_target(Slot::Kind kind, uint32_t end);
  /// The target that a slot of kind Next, Entered or Caught was stored into last, once.
  Expr* take_target() { return std::exchange(target_, nullptr); }
  /// The expression as a target of an assignment or deletion: the same nodes with another context.
  Expr* as_target(Expr* expr, syntax::ExprContext context);

  // --- definitions.cpp, parameters.cpp, comprehensions.cpp

  bool step_function();  // MAKE_FUNCTION, LOAD_CLOSURE
  /// A def, async def or class statement that is stored under `target`.
  bool store_definition(FunctionValue* function, Expr* target);
  Expr* lambda_of(FunctionValue* function);
  /// A comprehension or generator expression: the function called with the outermost iterable.
  Expr* comprehension_of(FunctionValue* function, Expr* iterable, const Position& call);

  // What the steps above are made of.
  Op op() const { return here().op; }
  bool next();  // at_ goes on; always true
  const Constant* constant_operand();
  Expr* part();  // pop_value(), but a FormattedValue stays as it is
  bool pop_values(uint32_t count, std::vector<Expr*>* values);
  bool pop_parts(uint32_t count, std::vector<Expr*>* values);
  Expr* whole_string(Expr* part);
  bool has_range(const Expr* expr, const Position& position) const;
  SourceRange attribute_range(const Expr* value, Name name, const Position& position) const;
  SourceRange range_from(const SourceRange& start, const Position& end) const;
  bool load_variable();
  bool load_attribute();
  bool binary_operation();
  bool comparison();
  bool subscript();
  bool slice();
  bool step_display();  // displays.cpp: BUILD_LIST, LIST_EXTEND, MAP_ADD, ...
  bool is_part(const Expr* dict, const Position& position) const;
  void keep_class_body();
  bool build_tuple();
  bool build_sequence(bool set);
  bool extend_sequence();
  bool is_joined_list() const;
  bool add_to_display();
  bool build_map();
  bool build_const_key_map();
  bool update_dict();
  bool map_add();
  bool begins_folded_tuple() const;
  bool begins_annotated(uint32_t load) const;
  void place_annotations(const std::vector<Position>& places, const std::vector<Expr*>& items);
  void note_folded_tuple();
  void place_folded_tuple(const SourceRange& targets, syntax::TupleExpr* values) const;
  bool read_folded_tuple();
  void append(Expr* display, Expr* element);
  void append_entry(Expr* dict, Expr* key, Expr* value);
  std::vector<Expr*> constant_items(const Expr* tuple);

  bool call();
  bool call_unpacked();
  bool unpacked_keywords(std::vector<syntax::Keyword*>* keywords);
  Expr* make_starred(Expr* value);
  Expr* function_placeholder(FunctionValue* function);
  Expr* make_call(Expr* callee, const std::vector<Expr*>& args,
                  const std::vector<syntax::Keyword*>& keywords);
  syntax::Keyword* make_keyword(Name name, Expr* value);
  bool call_with_top(Slot callee, Slot argument);
  bool class_call(std::vector<Expr*> args, std::vector<syntax::Keyword*> keywords);
  bool join_call(Expr* callee, const std::vector<Expr*>& args);
  bool skip_send_loop();

  Expr* percent_format(const std::vector<Expr*>& parts, const Position& position);

  bool store_attribute();
  bool store_subscript();
  bool store_item(const Slot& slot, Expr* target);
  static bool is_bracketed(const UnpackValue& unpack);
  bool store_unpacked(UnpackValue& unpack);
  bool store_augmented(const Slot& slot, Expr* target);
  static SourceRange range_over(const SourceRange& first, const SourceRange& last);
  void emit_assign(const std::vector<Expr*>& targets, Expr* value, const Position& position);
  bool leads_to_target(uint32_t from) const;
  bool is_annotation(const Expr* container, const Expr* key) const;
  syntax::AssignStmt* assignment_before(const syntax::NameExpr& name, const Position& position) const;
  bool store_slot(Expr* target);
  bool store_copied(Slot slot, Expr* target);
  bool store_parallel(Slot slot, Expr* target);
  bool assigns_more(const Position& copy) const;
  bool store_annotation(Expr* key);
  bool delete_target(Expr* target);
  bool unpack();
  bool copy();
  bool swap();
  bool pop_top();
  syntax::AssignStmt* assignment_around(const Expr* annotation) const;
  bool read_import();
  bool import_alias(const Constant* module, const Position& position);
  bool import_names(const Constant* module, int32_t level, const Constant* names, const Position& position);
  Name stored_name();
  syntax::Alias* make_alias(Name name, Name stored);
  Expr* variable_target(syntax::ExprContext context);
  Expr* annotation(Expr* value);
  Expr* parsed_annotation(const Constant* text);

  bool make_function();
  bool pop_made_tuple(std::vector<Expr*>* items);
  bool pop_annotations(FunctionValue& function);
  bool pop_keyword_defaults(FunctionValue& function);
  syntax::Exprs decorators(const FunctionValue& function);
  void import_features(StmtList* body);  // skeleton.cpp
  Stmt* define_alone(const CodeObject& code);
  bool find_closure(const CodeObject& code, std::unordered_set<Name>* closure) const;
  bool has_cell(Name name) const;
  Name bound_name(const CodeObject& code) const;
  void bind_variables(const std::unordered_set<Name>& needed, const std::unordered_set<Name>& bound,
                      StmtList* body);
  void define_all(StmtList* body);
  void read_imports(StmtList* body);
  StmtList module_skeleton();
  Expr* value_of(std::span<Stmt* const> body);
  Stmt* definition(FunctionValue* function);
  Stmt* class_definition(FunctionValue* function);
  syntax::Stmts inner_body(const CodeObject& code, ScopeKind scope, const Stmt* statement);
  const InnerValue& inner_value(const CodeObject& code, ScopeKind scope);
  bool read_comprehension(InnerValue* result);
  bool comprehension_clause(InnerValue* result, Expr* iterable, bool is_async);
  bool tests_clause(const InnerValue& result) const;
  bool comprehension_condition(InnerValue* result);
  bool comprehension_assignment(InnerValue* result, StmtList* statements);
  bool comprehension_step(InnerValue* result, Expr** iterable, StmtList* statements, bool* done);
  syntax::Arguments* parameters(const FunctionValue& function);
  int32_t parameter_width(const syntax::Arg& arg, const Expr* value);
  void place_defaults(const FunctionValue& function, syntax::Arguments& arguments);
  static void spread_defaults(int32_t indentation, const std::vector<Position>& places,
                              const std::vector<syntax::Arg*>& args, syntax::Arguments& arguments);

  void skip_prologue();
  bool skip_class_prologue();
  void read_docstring(StmtList* body);
  void end_body(const StmtList& front, StmtList* statements);
  bool ends_with_docstring(const Stmt& statement) const;
  bool read_stored_docstring(StmtList* body);
  void make_generator(StmtList* body);
  void find_variables();
  bool is_free(Name name) const;
  template <class Statement>
  void declare_names(const std::unordered_set<Name>& names, StmtList* body);
  Position first_use(Name name) const;
  size_t place_for_declaration(const StmtList& body, const Position& use, int32_t* line) const;
  size_t room_for_declaration(const StmtList& body, size_t first, int32_t before, const Position& use,
                              int32_t* line) const;
  bool declare_inside(Stmt* declaration, const Position& use, const StmtList& body) const;
  int32_t end_of_docstring(const Stmt& statement) const;
  void declare(StmtList* body);
  Name written(Name mangled) const;
  void note_variable(Op op, const Constant* name);
  void note_inner(const ScopeNotes& notes);
  bool is_variable_around(Name name) const;

  // --- conditions.cpp, branches.cpp, loops.cpp: control flow

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
  /// `while True` and others whose test has left no jump: at_ is their first instruction.
  bool begins_endless_loop() const;
  bool read_endless_loop(uint32_t end);
  bool step_flow(uint32_t end);  // RETURN_VALUE, RAISE_VARARGS, RERAISE, unconditional jumps, NOP: return,
                                 // raise, break, continue, pass, or nothing
  bool read_certain_assert(uint32_t end);  // at LOAD_ASSERTION_ERROR that no test leads to

  // What the steps above are made of.
  enum class ChainNone : uint8_t { No, Is, IsNot };  // how a chained comparison ends
  struct BodyEnd {
    bool jumps = false;   // goes on behind the else part, at `target`
    bool leaves = false;  // never goes on
    uint32_t target = kNone;
  };
  bool begins_copied_end() const;
  bool skip_copied_end(uint32_t end);
  uint32_t exit_length(uint32_t at) const;
  uint32_t first_copy(uint32_t at, bool keeps) const;
  Exit exit_at(uint32_t target, bool keeps, bool truth) const;
  bool is_copy(uint32_t a, uint32_t b, uint32_t length) const;
  static const Exit& nearest(const Exit& a, const Exit& b, uint32_t at);
  bool is_artificial_jump(uint32_t at) const;
  bool is_own_position(uint32_t at) const;

  bool read_condition(uint32_t end, Condition* condition);
  bool add_leaf(Condition* condition, uint32_t start);
  bool read_part_of(Condition* condition, uint32_t end);
  bool read_operand(uint32_t jump);
  bool goes_on(Condition* condition, uint32_t end) const;
  bool is_assertion_inside(const Condition& condition, uint32_t jump, uint32_t after) const;
  bool is_same_test(const Condition& condition, uint32_t jump, uint32_t end) const;
  enum class Ahead : uint8_t { No, Perhaps, Same };
  Ahead look_ahead(const Condition& condition, uint32_t end) const;
  bool merge_exits(std::vector<Leaf>* leaves, uint32_t at) const;
  static bool goes_to(const Leaf& leaf, uint32_t target);
  bool leads_to_else(const Condition& condition, uint32_t label) const;
  bool repeats(const Leaf& before, size_t count, uint32_t body) const;
  uint32_t cleanup_in(uint32_t from, uint32_t jump) const;
  uint32_t inner_join(const Condition& condition, uint32_t from, uint32_t limit) const;
  static bool has_open_between(const std::vector<Leaf>& leaves, uint32_t first, uint32_t last);
  uint32_t end_of_leaf(const Condition& condition, uint32_t from, uint32_t limit) const;
  uint32_t end_of_conditional_body(const Condition& condition) const;
  bool is_comparison_jump(uint32_t at) const;
  bool in_expression(const Condition& condition, const Position& place) const;
  void note_value(Condition* condition, uint32_t target) const;
  void note_join(Condition* condition, const Exit& exit) const;
  bool is_open(const Condition& condition, uint32_t target) const;
  bool has_exit(const Condition& condition, const Exit& exit) const;
  Expr* none_test(Expr* value, const Position& position, bool is_not);
  Expr* negated(Expr* expr, bool is_none_test);
  void negate(Leaf* leaf);
  void merge_leaves(Condition* condition);
  bool merge_conditional(Condition* condition);
  bool merge_two(Condition* condition);
  bool waits_for_more(const Leaf& first, const Leaf& second) const;
  void choose_nots(const Leaf& first, const Leaf& second, bool same_way, Merge* merge) const;
  void apply_merge(Condition* condition, const Merge& merge);
  bool joins(const Leaf& leaf, syntax::BoolOperator op, bool is_value) const;
  std::optional<syntax::CompareOperator> compare_operator(uint32_t at) const;
  bool last_none_test(const Position& position, std::vector<Expr*>* values,
                      std::vector<syntax::CompareOperator>* operators);
  bool finish_chain(const Position& position, const std::vector<Expr*>& values,
                    const std::vector<syntax::CompareOperator>& operators, bool keeps, uint32_t cleanup,
                    uint32_t end);
  uint32_t after_chain(uint32_t at, uint32_t cleanup) const;

  bool stands_behind(const Leaf& test) const;
  Expr* past_when_false(Expr* test, uint32_t jump);
  bool passes_lost_else(const StmtList& body, uint32_t first, uint32_t other, uint32_t end) const;
  bool returns_past(uint32_t first, uint32_t other) const;
  bool ends_with_lost_else(const Stmt& statement) const;
  bool emit_if_nothing(Expr* test, const Position& range);
  Expr* with_operands(const std::vector<const Constant*>& constants, Expr* test);
  bool read_tested(const Condition& condition, uint32_t first, uint32_t end);
  Position statement_range(const Condition& condition) const;
  bool read_assert(Expr* test, const Position& range, uint32_t end);
  bool read_if(Expr* test, const Position& range, uint32_t other, uint32_t end);
  BodyEnd end_of_branch(uint32_t first, uint32_t other, uint32_t end) const;
  bool is_in_expression(uint32_t at, uint32_t first) const;
  uint32_t end_of_orelse(const Position& range, uint32_t first, uint32_t end) const;
  Position first_of_statement(uint32_t at, uint32_t last) const;
  bool is_returned(uint32_t jump, const Position& first) const;
  int32_t column_of_statement(uint32_t at) const;
  uint32_t last_of_statement(uint32_t at) const;
  void chain_elif(StmtList* orelse);
  bool ends_unwinding(uint32_t first, uint32_t last) const;
  bool is_end_of_leaving(uint32_t at) const;
  bool is_of_construct(const Position& position) const;
  int32_t width_of_keyword(uint32_t at, uint32_t last, const Position& first) const;
  uint32_t end_of_own(const Position& range, uint32_t first, uint32_t end) const;
  void add_placeholder(StmtList* body);
  const Constant* test_that_never_holds(const Position& position);
  bool needs_yield() const;
  bool begins_body() const;
  bool emit_never(const Position& position, const Constant* test);
  Expr* certain(bool truth, const Position& statement);

  Construct* innermost_loop();
  const Construct* innermost_loop() const;
  bool is_loop_start(uint32_t at) const;
  bool find_bottom_test(const Condition& condition, uint32_t first, uint32_t end, uint32_t* body_end,
                        uint32_t* after) const;
  static bool same_test_part(const Instruction& a, const Instruction& b);
  bool read_while(Expr* test, const Position& range, uint32_t first, uint32_t body_end, uint32_t after,
                  uint32_t end);
  uint32_t end_of_loop_orelse(const Position& range, uint32_t head, uint32_t first, uint32_t last,
                              uint32_t end) const;
  uint32_t end_of_deeper(uint32_t head, uint32_t end) const;
  uint32_t endless_loop_jump(uint32_t* first) const;

  bool is_implicit_return(uint32_t at) const;
  bool ends_return(uint32_t at) const;
  bool is_returned_none(uint32_t at) const;
  bool read_return();
  static bool is_none_constant(const Expr* expr);
  bool swallowed_statement(const Position& position, uint32_t at);
  bool emit_pass(const Position& position);
  const Constant* constant_of(const Position& position);
  bool read_raise();
  bool is_leaving_jump(uint32_t at) const;
  bool read_jump();
  bool read_nop(uint32_t end);
  bool read_certain(const Position& range, uint32_t end);

  // --- lines.cpp: what jumps and lines tell where there are no columns

  bool leaves_loop(uint32_t jump) const;
  bool is_statement_in_line(uint32_t jump) const;
  bool breaks_by_return(uint32_t at) const;
  bool tests_at_top(uint32_t first, uint32_t last) const;
  uint32_t otherwise_by_flow(uint32_t handler, uint32_t at) const;
  bool is_statement_without_place(uint32_t nop) const;
  bool may_end_at(uint32_t at, uint32_t exit) const;
  bool is_bare_return(uint32_t at) const;
  bool leads_to_next_item() const;
  bool joins_by_order(const Expr* dict, const Expr* more) const;
  static bool is_whole_display(const Expr* display, const Constant& items);
  static bool has_star(const Expr* packed);
  bool is_protected_place(uint32_t at) const;
  bool ends_in_break(uint32_t nop) const;
  uint32_t last_jump_of_loop(uint32_t nop) const;
  uint32_t end_of_open_loop(uint32_t first, uint32_t jump, uint32_t end) const;
  bool emit_lost_test(uint32_t nop);
  bool stand_below(uint32_t first, uint32_t load) const;
  bool declare_by_lines(Stmt* declaration, const Position& use, size_t place, StmtList* body);

  // --- tries.cpp, withs.cpp, unwinding.cpp

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

  // What the steps above are made of.
  struct Clause;      // of a try
  struct TryParts;    // as they are read
  struct Leaving;     // what leaves constructs early
  struct Protection;  // a handler with all that it handles
  enum class HandlerKind : uint8_t { None, Except, ExceptStar, Finally, With };
  HandlerKind handler_kind(uint32_t handler) const;
  uint32_t outer_handler(uint32_t handler) const;
  bool begins_protection(uint32_t at, std::vector<uint32_t>* handlers) const;
  void find_lone_handlers() const;
  int32_t final_line() const;
  bool begins_lone_try(uint32_t at, uint32_t* handler) const;
  uint32_t after_try_nops(uint32_t at) const;
  bool is_nop_of_try(uint32_t handler) const;
  uint32_t handler_around() const;
  uint32_t last_handler_inside(const Protection& outer) const;
  bool find_handlers(uint32_t* first, Position* range, std::vector<uint32_t>* handlers) const;
  bool find_protection(uint32_t handler, uint32_t end, Protection* protection) const;
  bool find_clause(const Protection& protection, uint32_t first, Clause* clause) const;
  bool find_clauses(const Protection& protection, std::vector<Clause>* clauses) const;
  uint32_t inner_handler(const Protection& outer, uint32_t body_end,
                         const std::vector<uint32_t>& handlers) const;
  uint32_t end_of_star(const Protection& protection, uint32_t end) const;
  bool read_finally(const Protection& protection, const std::vector<uint32_t>& handlers, TryParts* parts);
  bool read_handlers(const Protection& protection, uint32_t end, TryParts* parts);
  bool read_except(const Protection& protection, TryParts* parts);
  bool read_except_star(const Protection& protection, uint32_t end, TryParts* parts);
  bool read_clause(const Protection& protection, const Clause& clause, TryParts* parts);
  bool read_star_clause(const Protection& protection, bool first, uint32_t* next, TryParts* parts);
  bool take_exception(Name* name);
  Stmt* make_try(const Position& range, const TryParts& parts);
  uint32_t otherwise_of(const Protection& protection, uint32_t first, const Clause& last) const;
  bool read_part(uint32_t end, uint32_t handler, StmtList* body);
  void push_markers(size_t count);
  bool is_placeholder(uint32_t at) const;
  bool is_place_of_pass(uint32_t at) const;
  void add_pass(uint32_t at, StmtList* body);

  bool find_with_end(uint32_t handler, bool is_async, uint32_t* exit) const;
  bool finish_with(bool is_async, uint32_t end, Expr* context, const Position& range);

  uint32_t skip_nops(uint32_t at) const;
  bool is_none(uint32_t at) const;
  bool takes_place_over(uint32_t at) const;
  bool same_but_moved(uint32_t a, uint32_t b) const;
  uint32_t after_shared_exit(uint32_t at, uint32_t instead = kNone) const;
  bool raises_again(uint32_t at) const;
  uint32_t after_copy(const Construct& construct, uint32_t at, uint32_t* shared = nullptr) const;
  uint32_t after_await(uint32_t at) const;
  uint32_t after_exit_call(const Construct& construct, uint32_t at) const;
  uint32_t after_name_cleared(uint32_t at) const;
  uint32_t after_exit(const Construct& construct, uint32_t at, bool keep) const;
  bool is_reached(uint32_t first, uint32_t next) const;
  bool undo(uint32_t at, bool keep, bool to_loop, Leaving* leaving, size_t* left) const;
  Leaving leaving_kept(uint32_t at) const;
  Leaving leaving_loop(uint32_t at) const;
  Leaving leaving_function(uint32_t at) const;
  Leaving leaving(uint32_t at, bool keep) const;
  bool looks_like_leaving(uint32_t at) const;
  bool leads_behind(uint32_t jump, uint32_t exit) const;
  bool only_goes_on(uint32_t at, uint32_t limit, uint32_t exit) const;
  bool is_normal_end(uint32_t at, uint32_t limit, uint32_t exit) const;
  bool begins_final_body(uint32_t at) const;
  bool may_be_nothing(uint32_t at) const;
  uint32_t end_of_body(uint32_t first, uint32_t limit, uint32_t handler, uint32_t exit) const;
  uint32_t after_repeats(uint32_t first, uint32_t exit, uint32_t end) const;
  bool is_target(uint32_t first, uint32_t end, uint32_t target) const;
  bool begins_copy(uint32_t at) const;
  Stmt* make_return(const Leaving& leaving, Expr* value);

  // --- match*.cpp

  /// Whether the subject of a match statement lies on the stack and its first case begins at at_.
  bool begins_match() const;
  bool read_match(uint32_t end);

  // What the steps above are made of.
  struct Place;    // what a pattern is matched against
  class Matching;  // one case while its pattern is read
  bool begins_pattern(uint32_t at, int32_t line) const;
  bool read_case(uint32_t end, Matching& m, syntax::MatchCase* node);
  bool read_pattern(uint32_t end, Matching& m, bool* guarded);
  bool is_guard(const Matching& m) const;
  bool ends_leaving(uint32_t jump) const;
  Expr* read_guard(uint32_t end, Matching& m);
  bool read_case_body(uint32_t body_end, uint32_t end, syntax::MatchCase* node, uint32_t* match_end);
  bool read_last_body(uint32_t end, int32_t column, syntax::MatchCase* node, uint32_t* match_end);
  bool begins_default(uint32_t match_end, uint32_t end, int32_t column) const;
  bool read_default(uint32_t end, int32_t column, syntax::MatchCase* node, uint32_t* match_end);
  bool is_left_of(uint32_t at, int32_t column) const;
  void place_last_name(Matching& m, syntax::Pattern* pattern);

  Rebuilding& shared_;
  Code code_;
  const ScopeKind scope_;
  const Reader* const parent_;
  const uint32_t reading_;  // which of several possible readings is wanted
  DroppedConstants dropped_;
  LostAssertions lost_;
  std::string reason_;

  uint32_t at_ = 0;
  size_t base_ = 0;  // the stack's height where the statement at hand began
  std::vector<Slot> stack_;
  StmtList* statements_ = nullptr;
  std::vector<Construct> constructs_;
  uint32_t handler_ =
      kNone;                // what takes the exceptions of the region being read: try begins where it changes
  uint32_t recursion_ = 0;  // of read_statements() and read_value()

  // control flow
  Shape shape_;
  bool in_value_ = false;           // read_value() is at work: no statement can begin
  uint32_t statement_at_ = 0;       // where the statement at hand began
  uint32_t chain_cleanup_ = kNone;  // of the chained comparison on the stack, which is a test
  ChainNone chain_none_ = ChainNone::No;

  // tries
  /// The end of the part of a statement being read, as far as it is certain; 0: none. What leaves it early
  /// may lie behind the end that columns tell.
  uint32_t part_end_ = 0;
  mutable bool lone_handlers_known_ = false;
  mutable std::vector<uint32_t> handlers_;       // of try statements, in order
  mutable std::vector<uint32_t> lone_handlers_;  // of statements that protect no instruction, in order

  // values
  std::string private_prefix_;               // "_C__" inside class C: what private names begin with
  const Constant* keyword_names_ = nullptr;  // KW_NAMES', for the next CALL
  Expr* target_ = nullptr;                   // see take_target()
  std::deque<UnpackValue> unpacks_;
  std::deque<AssignValue> assigns_;
  std::deque<FunctionValue> functions_;
  Position swapped_position_;                     // of the NOP of a tuple of several assigned at once
  Position swap_position_;                        // of the last SWAP before parallel stores
  std::vector<std::pair<Slot, Expr*>> parallel_;  // the assignments of `a, b = b, a` so far
  std::unordered_map<const Expr*, FunctionValue*> function_of_;  // functions inside a display under way
  std::unordered_set<const Expr*> async_comprehensions_;
  std::unordered_map<const Expr*, std::vector<Position>> item_places_;  // of constant tuples
  Position comprehension_;                       // of the comprehension that this reads
  Position definition_;                          // of the statement that this is the body of
  uint32_t body_recursion_ = 0;                  // recursion_ where the body's own statements are read
  int32_t header_end_ = 0;                       // the last line in front of the body's statements
  std::unordered_set<Name> inner_global_loads_;  // by lambdas and comprehensions alone
  ScopeNotes notes_;
  std::unordered_set<Name> variables_;  // of a function: parameters, locals, cells and free variables
};

}  // namespace ouro::decompiler
