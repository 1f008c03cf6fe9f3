// Comprehensions and generator expressions: a function of one argument, the outermost iterator. Its code is
// nothing but nested loops, conditions and one element, so it is read on its own and not as statements. What
// belongs to the comprehension itself, its conditions' jumps too, has the range of the whole of it.
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::Comprehension;
using syntax::ExprKind;
using syntax::StmtKind;

namespace {

bool is_comprehension(std::string_view name) {
  return name == "<listcomp>" || name == "<setcomp>" || name == "<dictcomp>" || name == "<genexpr>";
}

}  // namespace

Expr* Reader::comprehension_of(FunctionValue* function, Expr* iterable, const Position& call) {
  const CodeObject& code = *function->code;
  const std::string_view name = code.name->text();
  if (!is_comprehension(name)) return fail("a function called at once"), nullptr;
  const InnerValue& inner = inner_value(code, ScopeKind::Comprehension);
  if (inner.element == nullptr) return fail(inner.reason), nullptr;
  note_inner(inner.notes);
  std::vector<Comprehension*> clauses = inner.clauses;
  auto* first = arena().make<Comprehension>(*clauses[0]);
  first->iter = iterable;
  clauses[0] = first;
  auto fill = [&](auto* node) -> Expr* {
    node->elt = inner.element;
    node->generators = list(clauses);
    return node;
  };
  Expr* result = nullptr;
  if (name == "<listcomp>") {
    result = fill(make<syntax::ListCompExpr>(call));
  } else if (name == "<setcomp>") {
    result = fill(make<syntax::SetCompExpr>(call));
  } else if (name == "<genexpr>") {
    return fill(make<syntax::GeneratorExpExpr>(call));
  } else {
    auto* node = make<syntax::DictCompExpr>(call);
    node->key = inner.element;
    node->value = inner.value;
    node->generators = list(clauses);
    result = node;
  }
  if ((code.flags & kCoCoroutine) != 0) async_comprehensions_.insert(result);
  return result;
}

bool Reader::read_comprehension(InnerValue* result) {
  if (!reason_.empty()) return false;
  skip_prologue();
  if (at_ < code_.size() && (op() == Op::BUILD_LIST || op() == Op::BUILD_SET || op() == Op::BUILD_MAP) &&
      here().argument == 0)
    ++at_;
  if (at_ >= code_.size() || op() != Op::LOAD_FAST || here().argument != 0)
    return fail("a comprehension without an iterator");
  comprehension_ = here().position;
  ++at_;
  StmtList statements;
  statements_ = &statements;
  Expr* iterable = nullptr;
  bool done = false;
  while (!done)
    if (at_ >= code_.size() || !comprehension_step(result, &iterable, &statements, &done))
      return fail("a comprehension without an element");
  return !result->clauses.empty() || fail("a comprehension without loops");
}

bool Reader::comprehension_clause(InnerValue* result, Expr* iterable, bool is_async) {
  if (is_async) {
    ++at_;
    if (!skip_send_loop()) return false;
  } else {
    ++at_;
  }
  auto* clause = arena().make<Comprehension>();
  clause->iter = iterable;
  clause->is_async = is_async;
  if (at_ < code_.size()) handler_ = here().handler;
  clause->target = read_target(Slot::Kind::Next, code_.size());
  result->clauses.push_back(clause);
  return clause->target != nullptr;
}

/// Whether the conditional jump at at_ is that of a clause's condition. Its range does not tell: after a
/// comparison the jumps have the comparison's.
bool Reader::tests_clause(const InnerValue& result) const {
  if (result.clauses.empty() || stack_.size() != 1 || stack_.back().kind != Slot::Kind::Value) return false;
  if (op() == Op::JUMP_IF_FALSE_OR_POP || op() == Op::JUMP_IF_TRUE_OR_POP) return false;
  const Position test = position_of(stack_.back().expr->range);
  const Position first = position_of(result.clauses.front()->target->range);
  if (!has_columns(test) || !has_columns(first) || at_ + 1 >= code_.size()) return leads_to_next_item();
  if (starts_before(test, first)) return false;  // in the element
  // `a if test else b` goes on in front of the test, and so does a clause that comes to the element. Its body
  // leaves a value where it goes on behind the other one, unless it is itself part of a condition.
  const uint32_t other = here().target;
  if (other > at_ + 1 && other < code_.size() && code_[other - 1].op == Op::JUMP_FORWARD)
    return shape_.depth(other - 1) != shape_.depth(at_);
  const Position& following = code_[at_ + 1].position;
  return !starts_before(following, test) || starts_before(following, first);
}

/// A condition whose first jump is at at_.
bool Reader::comprehension_condition(InnerValue* result) {
  uint32_t if_true = kNone;
  uint32_t if_false = kNone;
  Expr* test = read_test(code_.size(), &if_true, &if_false);
  if (test == nullptr) return false;
  if (result->clauses.empty()) return fail("a condition outside of the loops");
  if (if_true != at_ && if_false == at_) {
    auto* negated = make<syntax::UnaryOpExpr>(Position());
    negated->op = syntax::UnaryOperator::Not;
    negated->operand = test;
    test = negated;
  }
  Comprehension* clause = result->clauses.back();
  std::vector<Expr*> conditions(clause->ifs.begin(), clause->ifs.end());
  conditions.push_back(test);
  clause->ifs = list(conditions);
  return true;
}

/// `for x in [value]` is an assignment.
bool Reader::comprehension_assignment(InnerValue* result, StmtList* statements) {
  Stmt* statement = statements->front();
  if (statements->size() != 1 || statement->kind != StmtKind::Assign)
    return fail("a statement in a comprehension");
  const auto* assign = statement->as<syntax::AssignStmt>();
  if (assign->targets.size() != 1) return fail("a statement in a comprehension");
  auto* single = make<syntax::ListExpr>(Position());
  // Of a tuple that is taken apart at once the places of the parentheses are lost.
  if (Expr* value = assign->value; value->kind == ExprKind::Tuple && value->range.column > 0 &&
                                   value->range.end_column >= 0 &&
                                   value->as<syntax::TupleExpr>()->elts.size() > 1) {
    const SourceRange& item = value->as<syntax::TupleExpr>()->elts.front()->range;
    if (item.line == value->range.line && item.column == value->range.column) {
      --value->range.column;
      ++value->range.end_column;
    }
  }
  single->elts = list(std::vector{assign->value});
  auto* clause = arena().make<Comprehension>();
  clause->target = assign->targets[0];
  clause->iter = single;
  result->clauses.push_back(clause);
  statements->clear();
  return true;
}

bool Reader::comprehension_step(InnerValue* result, Expr** iterable, StmtList* statements, bool* done) {
  const uint32_t size = code_.size();
  handler_ = here().handler;
  const Op following = at_ + 1 < size ? code_[at_ + 1].op : Op::NOP;
  if (Code::is_conditional_jump(op()) && tests_clause(*result)) return comprehension_condition(result);
  switch (op()) {
    case Op::FOR_ITER:
      return comprehension_clause(result, std::exchange(*iterable, nullptr), false);
    case Op::GET_ANEXT:
      return comprehension_clause(result, std::exchange(*iterable, nullptr), true);
    case Op::GET_ITER:
    case Op::GET_AITER:
      if (following != Op::FOR_ITER && following != Op::GET_ANEXT) break;
      *iterable = pop_value();
      return *iterable != nullptr && next();
    case Op::LIST_APPEND:
    case Op::SET_ADD:
      if (here().argument < 2) break;
      result->element = pop_value();
      *done = true;
      return result->element != nullptr;
    case Op::MAP_ADD:
      if (here().argument < 2) break;
      result->value = pop_value();
      if (result->value != nullptr) result->element = pop_value();
      *done = true;
      return result->element != nullptr;
    case Op::ASYNC_GEN_WRAP:
      return next();
    case Op::YIELD_VALUE:
      result->element = pop_value();
      *done = true;
      return result->element != nullptr;
    default:
      break;
  }
  if (!step(size)) return false;
  return statements->empty() || comprehension_assignment(result, statements);
}

}  // namespace ouro::decompiler
