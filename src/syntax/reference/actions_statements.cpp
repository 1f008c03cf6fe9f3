// Actions of statements.
#include <string>

#include "base/unicode.h"
#include "syntax/lexer/shown_text.h"
#include "syntax/reference/build.h"

namespace ouro::syntax::reference {
namespace {

Value make_module(const Match& m) {
  Module module;
  module.type_ignores = m.machine.type_ignores();
  module.body = nodes_of<Stmt>(m, m[0]);
  return Value::of_helper(m.machine.arena().make<Module>(module));
}

Value make_interactive_module(const Match& m) {
  Module module;
  module.kind = ModuleKind::Interactive;
  module.body = nodes_of<Stmt>(m, m[0]);
  return Value::of_helper(m.machine.arena().make<Module>(module));
}

Value make_expression_module(const Match& m) {
  Module module;
  module.kind = ModuleKind::Expression;
  module.expression = m[0].expr();
  return Value::of_helper(m.machine.arena().make<Module>(module));
}

Value make_function_type(const Match& m) {
  Module module;
  module.kind = ModuleKind::FunctionType;
  module.argument_types = nodes_of<Expr>(m, m[0]);
  module.expression = m[1].expr();
  return Value::of_helper(m.machine.arena().make<Module>(module));
}

Value make_lone_types(const Match& m) {
  return m.machine.list(m.values);
}

/// The types of a list and of the starred ones behind it.
Value make_type_list(const Match& m) {
  ArenaVector<Value> all(m.machine.arena());
  all.append(items_of(m[0]));
  all.append(m.values.subspan(1));
  return m.machine.list(all.span());
}

Value flatten(const Match& m) {
  ArenaVector<Value> all(m.machine.arena());
  for (const Value& list : items_of(m[0])) all.append(items_of(list));
  return Value::of_helper(m.machine.arena().make<Sequence>(Sequence{all.span()}));
}

Value one(const Match& m) {
  return m.machine.list(m.values.first(1));
}

template <class T>
Value make_bare(const Match& m) {
  return Value::of(make_node<T>(m));
}

Value make_lone_pass(const Match& m) {
  const Value pass = make_bare<PassStmt>(m);
  return m.machine.list({&pass, 1});
}

Value end_of_input(const Match&) {
  return {};
}

Value make_expression_stmt(const Match& m) {
  auto* node = make_node<ExprStmt>(m);
  node->value = m[0].expr();
  return Value::of(node);
}

Value make_annotated(const Match& m, Expr* target, bool simple) {
  auto* node = make_node<AnnAssignStmt>(m);
  node->target = target;
  node->annotation = m[1].expr();
  node->value = m[2].expr();
  node->simple = simple;
  return Value::of(node);
}

Value make_annotated_name(const Match& m) {
  return make_annotated(m, with_context(m.machine.arena(), m[0].expr(), ExprContext::Store), true);
}

Value make_annotated_place(const Match& m) {
  return make_annotated(m, m[0].expr(), false);
}

Value make_assign(const Match& m) {
  auto* node = make_node<AssignStmt>(m);
  node->targets = nodes_of<Expr>(m, m[0]);
  node->value = m[1].expr();
  node->type_comment = text_of_comment(m, m[2]);
  return Value::of(node);
}

BinaryOperator augmented_operator(TokenKind kind) {
  switch (kind) {
    case TokenKind::PlusEqual:
      return BinaryOperator::Add;
    case TokenKind::MinusEqual:
      return BinaryOperator::Sub;
    case TokenKind::StarEqual:
      return BinaryOperator::Mult;
    case TokenKind::AtEqual:
      return BinaryOperator::MatMult;
    case TokenKind::SlashEqual:
      return BinaryOperator::Div;
    case TokenKind::PercentEqual:
      return BinaryOperator::Mod;
    case TokenKind::AmpersandEqual:
      return BinaryOperator::BitAnd;
    case TokenKind::BarEqual:
      return BinaryOperator::BitOr;
    case TokenKind::CircumflexEqual:
      return BinaryOperator::BitXor;
    case TokenKind::LeftShiftEqual:
      return BinaryOperator::LShift;
    case TokenKind::RightShiftEqual:
      return BinaryOperator::RShift;
    case TokenKind::DoubleStarEqual:
      return BinaryOperator::Pow;
    default:
      return BinaryOperator::FloorDiv;
  }
}

Value make_augmented_assign(const Match& m) {
  auto* node = make_node<AugAssignStmt>(m);
  node->target = m[0].expr();
  node->op = augmented_operator(m[1].as<Token>()->kind);
  node->value = m[2].expr();
  return Value::of(node);
}

Value make_return(const Match& m) {
  auto* node = make_node<ReturnStmt>(m);
  node->value = m[0].expr();
  return Value::of(node);
}

Value make_raise(const Match& m) {
  auto* node = make_node<RaiseStmt>(m);
  node->exc = m[0].expr();
  node->cause = m[1].expr();
  return Value::of(node);
}

template <class T>
Value make_scope_stmt(const Match& m) {
  auto* node = make_node<T>(m);
  node->names = names_of(m, items_of(m[0]));
  return Value::of(node);
}

Value make_delete(const Match& m) {
  auto* node = make_node<DeleteStmt>(m);
  node->targets = nodes_of<Expr>(m, m[0]);
  return Value::of(node);
}

Value make_assert(const Match& m) {
  auto* node = make_node<AssertStmt>(m);
  node->test = m[0].expr();
  node->msg = m[1].expr();
  return Value::of(node);
}

Value make_import(const Match& m) {
  auto* node = make_node<ImportStmt>(m);
  node->names = nodes_of<Alias>(m, m[0]);
  return Value::of(node);
}

Value make_import_from(const Match& m, const Value& dots, Name module, const Value& names) {
  auto* node = make_node<ImportFromStmt>(m);
  node->module = module;
  node->names = nodes_of<Alias>(m, names);
  for (const Value& dot : items_of(dots)) node->level += dot.as<Token>()->kind == TokenKind::Dot ? 1 : 3;
  return Value::of(node);
}

Value make_import_from_module(const Match& m) {
  return make_import_from(m, m[0], m[1].name(), m[2]);
}

Value make_import_from_dots(const Match& m) {
  return make_import_from(m, m[0], Name::none, m[1]);
}

Value make_import_star(const Match& m) {
  const Value star = make_helper<Alias>(m, m.range, Name::k_star, Name::none);
  return m.machine.list({&star, 1});
}

Value make_alias(const Match& m) {
  return make_helper<Alias>(m, m.range, m[0].name(), optional_name(m[1]));
}

Value join_dotted(const Match& m) {
  Interner& names = m.machine.workspace().names;
  std::string text(names.text(m[0].name()));
  text += '.';
  text += names.text(m[1].name());
  const SourceRange& first = *m[0].range;
  const SourceRange& last = *m[1].range;
  auto* node =
      new_node<NameExpr>(m.machine.arena(), {first.line, first.column, last.end_line, last.end_column});
  node->id = names.intern(text);
  return Value::of(node);
}

Value make_if_elif(const Match& m) {
  auto* node = make_node<IfStmt>(m);
  node->test = m[0].expr();
  node->body = nodes_of<Stmt>(m, m[1]);
  node->orelse = nodes_of<Stmt>(m.machine.arena(), m.values.subspan(2, 1));
  return Value::of(node);
}

Value make_if_else(const Match& m) {
  auto* node = make_node<IfStmt>(m);
  node->test = m[0].expr();
  node->body = nodes_of<Stmt>(m, m[1]);
  node->orelse = nodes_of<Stmt>(m, m[2]);
  return Value::of(node);
}

Value make_while(const Match& m) {
  auto* node = make_node<WhileStmt>(m);
  node->test = m[0].expr();
  node->body = nodes_of<Stmt>(m, m[1]);
  node->orelse = nodes_of<Stmt>(m, m[2]);
  return Value::of(node);
}

template <class T>
Value make_for(const Match& m) {
  auto* node = make_node<T>(m);
  node->target = m[0].expr();
  node->iter = m[1].expr();
  node->type_comment = text_of_comment(m, m[2]);
  node->body = nodes_of<Stmt>(m, m[3]);
  node->orelse = nodes_of<Stmt>(m, m[4]);
  return Value::of(node);
}

template <class T>
Value make_commented_with(const Match& m) {
  auto* node = make_node<T>(m);
  node->items = nodes_of<WithItem>(m, m[0]);
  node->type_comment = text_of_comment(m, m[1]);
  node->body = nodes_of<Stmt>(m, m[2]);
  return Value::of(node);
}

template <class T>
Value make_with(const Match& m) {
  auto* node = make_node<T>(m);
  node->items = nodes_of<WithItem>(m, m[0]);
  node->body = nodes_of<Stmt>(m, m[1]);
  return Value::of(node);
}

Value make_with_item(const Match& m) {
  return make_helper<WithItem>(m, m[0].expr(), m.values.size() > 1 ? m[1].expr() : nullptr);
}

Value make_try_finally(const Match& m) {
  auto* node = make_node<TryStmt>(m);
  node->body = nodes_of<Stmt>(m, m[0]);
  node->finalbody = nodes_of<Stmt>(m, m[1]);
  return Value::of(node);
}

template <class T>
Value make_try(const Match& m) {
  auto* node = make_node<T>(m);
  node->body = nodes_of<Stmt>(m, m[0]);
  node->handlers = nodes_of<ExceptHandler>(m, m[1]);
  node->orelse = nodes_of<Stmt>(m, m[2]);
  node->finalbody = nodes_of<Stmt>(m, m[3]);
  return Value::of(node);
}

Value make_except(const Match& m) {
  return make_helper<ExceptHandler>(m, m.range, m[0].expr(), optional_name(m[1]), nodes_of<Stmt>(m, m[2]));
}

Value make_bare_except(const Match& m) {
  Expr* nothing = nullptr;
  return make_helper<ExceptHandler>(m, m.range, nothing, Name::none, nodes_of<Stmt>(m, m[0]));
}

constexpr Action kActions[] = {
    {"module", make_module, false},
    {"interactive_module", make_interactive_module, false},
    {"expression_module", make_expression_module, false},
    {"function_type", make_function_type, false},
    {"type_list", make_type_list, false},
    {"lone_types", make_lone_types, false},
    {"flatten", flatten, false},
    {"one", one, false},
    {"lone_pass", make_lone_pass, true},
    {"end_of_input", end_of_input, false},
    {"expression_stmt", make_expression_stmt, true},
    {"pass_stmt", make_bare<PassStmt>, true},
    {"break_stmt", make_bare<BreakStmt>, true},
    {"continue_stmt", make_bare<ContinueStmt>, true},
    {"annotated_name", make_annotated_name, true},
    {"annotated_place", make_annotated_place, true},
    {"assign", make_assign, true},
    {"augmented_assign", make_augmented_assign, true},
    {"return_stmt", make_return, true},
    {"raise_stmt", make_raise, true},
    {"bare_raise", make_bare<RaiseStmt>, true},
    {"global_stmt", make_scope_stmt<GlobalStmt>, true},
    {"nonlocal_stmt", make_scope_stmt<NonlocalStmt>, true},
    {"delete_stmt", make_delete, true},
    {"assert_stmt", make_assert, true},
    {"import_stmt", make_import, true},
    {"import_from_module", make_import_from_module, true},
    {"import_from_dots", make_import_from_dots, true},
    {"import_star", make_import_star, true},
    {"alias", make_alias, true},
    {"join_dotted", join_dotted, false},
    {"if_elif", make_if_elif, true},
    {"if_else", make_if_else, true},
    {"while_stmt", make_while, true},
    {"for_stmt", make_for<ForStmt>, true},
    {"async_for_stmt", make_for<AsyncForStmt>, true},
    {"with_stmt", make_with<WithStmt>, true},
    {"async_with_stmt", make_with<AsyncWithStmt>, true},
    {"commented_with_stmt", make_commented_with<WithStmt>, true},
    {"commented_async_with_stmt", make_commented_with<AsyncWithStmt>, true},
    {"with_item", make_with_item, false},
    {"try_finally", make_try_finally, true},
    {"try_stmt", make_try<TryStmt>, true},
    {"try_star_stmt", make_try<TryStarStmt>, true},
    {"except_block", make_except, true},
    {"bare_except", make_bare_except, true},
};

}  // namespace

const Constant* text_of_comment(const Match& m, const Value& comment) {
  if (!comment) return nullptr;
  const std::string_view text = m.machine.text_of(*comment.as<Token>());
  Workspace& workspace = m.machine.workspace();
  if (const auto error = find_utf8_error(text)) {
    m.machine.raise(workspace.error(ErrorType::UnicodeDecodeError, utf8_error_message(text, *error)));
    return nullptr;
  }
  return workspace.constants.str(text);
}

std::span<const Action> statement_actions() {
  return kActions;
}

const Action* find_action(std::string_view name) {
  const std::span<const Action> tables[] = {statement_actions(), definition_actions(), expression_actions(),
                                            target_actions(),    pattern_actions(),    error_actions()};
  for (std::span<const Action> table : tables)
    for (const Action& action : table)
      if (action.name == name) return &action;
  return nullptr;
}

}  // namespace ouro::syntax::reference
