// The code generator's own header: one class, whose methods stand in the files of this folder by topic.
#pragma once

#include <string_view>

#include "compiler/codegen/emitter.h"
#include "compiler/target/selection.h"

namespace ouro::compiler {

/// What a finished unit leaves to the one around it; valid until the next one begins.
struct FinishedUnit {
  const Constant* code = nullptr;
  std::span<const Name> frees;
};

struct PatternContext;  // patterns.cpp

class Generator : public Emitter {
 public:
  Generator(Compilation& compilation, const SymbolTable& symbols)
      : Emitter(*compilation.options.target), compilation_(compilation), symbols_(symbols) {}

  Result<const CodeObject*> module(const syntax::Module& module);

 private:
  using Expr = syntax::Expr;
  using Stmt = syntax::Stmt;

  // --- units.cpp: scopes, numbering of constants and names, diagnostics
  void enter(Name name, UnitKind kind, const Scope* scope, int32_t line);
  Result<FinishedUnit> leave(bool return_none);
  void set_qualified_name();
  void number_variables(const Scope& scope);
  uint32_t code_flags() const;
  Arena& arena() { return compilation_.workspace.arena; }
  Constants& constants() { return compilation_.workspace.constants; }
  Interner& names() { return compilation_.workspace.names; }
  bool in_function() const { return unit_->code.scope->kind == ScopeKind::Function; }
  int optimize() const { return compilation_.options.optimize; }
  bool future_annotations() const { return (compilation_.features.flags & kCoFutureAnnotations) != 0; }
  void set_location(const syntax::SourceRange& range) { unit_->where = range; }
  void unset_location() { unit_->where = Location(); }
  uint32_t add_const(const Constant* value);
  void load_const(const Constant* value) { emit(Op::LOAD_CONST, add_const(value)); }
  void load_none() { load_const(constants().none()); }
  uint32_t add_name(Name mangled);
  uint32_t add_local(Name mangled);
  Name mangled(Name name);
  Status error(std::string_view message);
  Status warn(std::string_view message);

  // --- names.cpp
  Status load_name(Name name) { return name_operation(name, syntax::ExprContext::Load); }
  Status store_name(Name name) { return name_operation(name, syntax::ExprContext::Store); }
  Status delete_name(Name name) { return name_operation(name, syntax::ExprContext::Del); }
  Status name_operation(Name name, syntax::ExprContext context);
  /// Where a name's value is: in a cell or free variable, in a local, among the globals, or in whatever
  /// namespace the code runs in.
  enum class NameStore : uint8_t { Cell, Fast, Global, Namespace };  // kNameOps has this order
  struct NameUse {
    uint32_t unit = 0;   // the number of the unit that this was found out for
    uint32_t index = 0;  // among the cells, locals or names
    NameStore store = NameStore::Namespace;
  };
  NameUse name_use(Name name);
  NameUse find_name_use(Name key);
  Status check_not_debug(Name name, syntax::ExprContext context);
  Status import(const syntax::ImportStmt* s);
  Status import_as(Name dotted, Name target);
  Status import_from(const syntax::ImportFromStmt* s);
  const Constant* tuple_of_names(std::span<const Name> items);

  // --- statements.cpp
  Status body(syntax::Stmts statements);
  Status visit(const Stmt* s);
  Status visit_all(syntax::Stmts statements);
  Status assertion(const syntax::AssertStmt* s);
  Status expression_statement(const Expr* value);
  Status raise(const syntax::RaiseStmt* s);

  // --- control_flow.cpp
  Status jump_if(const Expr* test, Label target, bool condition);
  Status jump_if_bool_op(const syntax::BoolOpExpr* e, Label target, bool condition);
  Status jump_if_conditional(const syntax::IfExpExpr* e, Label target, bool condition);
  Status jump_if_chain(const syntax::CompareExpr* e, Label target, bool condition);
  Status bool_op(const syntax::BoolOpExpr* e);
  Status conditional(const syntax::IfExpExpr* e);
  Status comparison(const syntax::CompareExpr* e);
  Status if_statement(const syntax::IfStmt* s);
  Status for_loop(const syntax::ForStmt* s);
  Status async_for_loop(const syntax::AsyncForStmt* s);
  Status while_loop(const syntax::WhileStmt* s);
  Status return_statement(const syntax::ReturnStmt* s);
  Status break_statement();
  Status continue_statement();

  // --- frame_blocks.cpp
  Status push_block(const FrameBlock& block);
  void pop_block() { --unit_->block_count; }
  Status unwind(const FrameBlock& block, bool keep_top);
  Status unwind_finally(const FrameBlock& block, bool keep_top);
  void unwind_with(const FrameBlock& block, bool keep_top);
  Status unwind_handler(const FrameBlock& block, bool keep_top);
  Status unwind_all(bool keep_top, FrameBlock** loop);
  void call_exit_with_nones();

  // --- exceptions.cpp
  struct TryParts {
    syntax::Stmts body;
    syntax::ExceptHandlers handlers;
    syntax::Stmts orelse;
    syntax::Stmts final_body;
    bool star;
  };
  Status try_statement(const TryParts& parts);
  Status try_finally(const TryParts& parts);
  Status try_except(const TryParts& parts);
  Status except_handler(const syntax::ExceptHandler* handler, Label end);
  Status named_handler_body(const syntax::ExceptHandler* handler, Label end);
  Status try_except_star(const TryParts& parts);
  Status except_star_handler(const syntax::ExceptHandler* handler, bool first, bool last, Label reraise);
  Status except_star_body(const syntax::ExceptHandler* handler, Label next, Label failed);
  void finish_except_star(Label reraise_star, Label cleanup, Label end);
  Status clear_handler_name(Name name);
  Status debug_as_handler_name(const syntax::ExceptHandler* handler);
  Status with(const Stmt* s, syntax::WithItems items, syntax::Stmts statements);
  Status async_with(const Stmt* s, syntax::WithItems items, syntax::Stmts statements);
  Status with_body(const Stmt* s, syntax::WithItems items, syntax::Stmts statements, bool is_async);
  void finish_with_handler(Label cleanup);

  // --- functions.cpp
  struct FunctionParts {
    Name name;
    syntax::Arguments* args;
    syntax::Stmts body;
    syntax::Exprs decorators;
    const Expr* returns;
    UnitKind kind;
  };
  Status function(const Stmt* s, const FunctionParts& parts);
  Status lambda(const syntax::LambdaExpr* e);
  Status class_definition(const syntax::ClassDefStmt* s);
  Status class_body(const syntax::ClassDefStmt* s);
  Status make_closure(const FinishedUnit& unit, uint32_t flags);
  Status visit_decorators(syntax::Exprs decorators) { return visit_all(decorators); }
  void apply_decorators(syntax::Exprs decorators);
  Status default_arguments(const syntax::Arguments* args, uint32_t* flags);
  Status keyword_defaults(const syntax::Arguments* args, uint32_t* flags);
  Status argument_annotations(const syntax::Arguments* args, const Expr* returns, uint32_t* flags);
  Status argument_annotation(Name name, const Expr* annotation, uint32_t* pushed);
  Status annotation_text(const Expr* annotation);
  Status check_argument_names(const syntax::Arguments* args);
  Status check_argument_names(syntax::Args args);
  void set_argument_counts(const syntax::Arguments* args);

  // --- expressions.cpp
  Status visit(const Expr* e);
  Status visit_all(syntax::Exprs expressions);
  Status visit_inner(const Expr* e);
  Status yield(const syntax::YieldExpr* e);
  Status yield_from(const syntax::YieldFromExpr* e);
  /// Whether this is a module's own code, and may await.
  bool may_await_here() const {
    return compilation_.options.top_level_await && unit_->code.scope->kind == ScopeKind::Module;
  }
  Status await(const syntax::AwaitExpr* e);
  void await_top(select::AwaitableOrigin origin);
  Status attribute(const syntax::AttributeExpr* e);
  Status subscript(const syntax::SubscriptExpr* e);
  Status slice(const syntax::SliceExpr* e);
  Status starred(const syntax::StarredExpr* e);
  Status joined_string(const syntax::JoinedStrExpr* e);
  Status formatted_value(const syntax::FormattedValueExpr* e);
  void start_at_attribute_name(const syntax::AttributeExpr* e);
  void attribute_operation(Op op, Name attribute);

  // --- displays.cpp
  struct SequenceOps {
    Op build, add, extend;
    bool tuple;
  };
  Status list(const syntax::ListExpr* e);
  Status tuple(const syntax::TupleExpr* e);
  Status set(const syntax::SetExpr* e);
  Status sequence(syntax::Exprs items, uint32_t pushed, const SequenceOps& ops);
  void constant_sequence(syntax::Exprs items, uint32_t pushed, const SequenceOps& ops);
  Status dict(const syntax::DictExpr* e);
  Status dict_part(const syntax::DictExpr* e, size_t begin, size_t end);
  void merge_dict_part(bool* have_dict);

  // --- calls.cpp
  Status call_expression(const syntax::CallExpr* e);
  bool load_called_global(const Expr* callee);
  bool is_method_call(const syntax::CallExpr* e) const;
  Status method_call(const syntax::CallExpr* e);
  Status call_arguments(uint32_t pushed, syntax::Exprs args, syntax::Keywords keywords);
  Status call_unpacked(uint32_t pushed, syntax::Exprs args, syntax::Keywords keywords);
  Status unpacked_keywords(syntax::Keywords keywords);
  Status keyword_part(syntax::Keywords keywords);
  void keyword_names(syntax::Keywords keywords);
  const Constant* tuple_of_keywords(syntax::Keywords keywords);
  Status check_keywords(syntax::Keywords keywords);

  // --- comprehensions.cpp
  struct ComprehensionParts {
    ComprehensionKind kind;
    const Expr* element;  // or the key
    const Expr* value;    // DictComp
    syntax::Comprehensions generators;
  };
  Status comprehension(const Expr* e, Name name, const ComprehensionParts& parts);
  Status comprehension_unit(const Expr* e, Name name, const ComprehensionParts& parts, FinishedUnit* unit,
                            bool* is_async);
  Status comprehension_clause(const ComprehensionParts& parts, size_t index, uint32_t depth);
  Status sync_clause(const ComprehensionParts& parts, size_t index, uint32_t depth);
  Status async_clause(const ComprehensionParts& parts, size_t index, uint32_t depth);
  Status clause_tail(const ComprehensionParts& parts, size_t index, uint32_t depth, Label skip);
  Status comprehension_element(const ComprehensionParts& parts, uint32_t depth);

  // --- assignments.cpp
  Status assign(const syntax::AssignStmt* s);
  Status unpack_targets(syntax::Exprs targets);
  Status augmented_assign(const syntax::AugAssignStmt* s);
  Status annotated_assign(const syntax::AnnAssignStmt* s);
  Status annotated_name(const syntax::AnnAssignStmt* s);
  Status check_annotation_target(const syntax::AnnAssignStmt* s);
  Status evaluate_and_drop(const Expr* e);
  Status evaluate_subscript(const Expr* e);

  // --- checks.cpp: suspicious code that CPython warns about
  Status check_identity_operands(const syntax::CompareExpr* e);
  Status check_callable(const Expr* callee);
  Status check_subscriptable(const Expr* e);
  Status check_index(const Expr* e, const Expr* index);
  Status check_assert_test(const Expr* test);

  // --- patterns.cpp
  Status match(const syntax::MatchStmt* s);
  Status default_case(const syntax::MatchCase* match_case, Label end);
  Status pattern(const syntax::Pattern* p, PatternContext& context);
  Status subpattern(const syntax::Pattern* p, PatternContext& context);
  Status value_pattern(const syntax::MatchValuePattern* p, PatternContext& context);
  Status singleton_pattern(const syntax::MatchSingletonPattern* p, PatternContext& context);
  Status sequence_pattern(const syntax::MatchSequencePattern* p, PatternContext& context);
  Status sequence_unpack(syntax::Patterns patterns, PatternContext& context);
  Status sequence_subscript(syntax::Patterns patterns, size_t star, PatternContext& context);
  Status mapping_pattern(const syntax::MatchMappingPattern* p, PatternContext& context);
  Status mapping_keys(syntax::Exprs keys);
  Status mapping_rest(size_t key_count, Name rest, PatternContext& context);
  Status class_pattern(const syntax::MatchClassPattern* p, PatternContext& context);
  Status check_class_attributes(const syntax::MatchClassPattern* p);
  Status as_pattern(const syntax::MatchAsPattern* p, PatternContext& context);
  Status or_pattern(const syntax::MatchOrPattern* p, PatternContext& context);
  Status align_captures(const ArenaVector<Name>& wanted, PatternContext& context);
  Status store_alternative(const ArenaVector<Name>& captures, PatternContext& context);
  Status capture(Name name, PatternContext& context);
  Status duplicate_capture(Name name);
  void ensure_failure_labels(PatternContext& context, size_t pops);
  void jump_to_failure(PatternContext& context, Op op);
  void place_failures(PatternContext& context);

  Compilation& compilation_;
  const SymbolTable& symbols_;
  ArenaVector<NameUse> name_uses_{arena()};  // by Name, as the names of the source have it
  uint32_t units_begun_ = 0;
  Unit* spare_ = nullptr;  // units to be used again, linked by `parent`
  bool interactive_ = false;
  bool module_awaits_ = false;  // a module that may await has an `async for` or `async with`
};

/// The docstring that a body begins with, or null.
const Constant* docstring_of(syntax::Stmts body);

}  // namespace ouro::compiler
