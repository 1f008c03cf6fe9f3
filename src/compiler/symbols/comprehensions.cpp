// Comprehensions and assignment expressions: language reference, section 6.2.4, and PEP 572.
//
// A comprehension is a function of one parameter, `.0`, the iterator over its outermost iterable, which is
// evaluated outside. An assignment expression inside binds in the nearest scope around that is no
// comprehension; in each comprehension on the way the name becomes nonlocal or global.
#include "compiler/symbols/collector.h"

namespace ouro::compiler {

using namespace syntax;

Status Collector::comprehension(const Expr& node, ComprehensionKind kind, Name scope_name,
                                Comprehensions generators, const Expr& element, const Expr* value) {
  const Comprehension& outermost = *generators[0];
  OURO_TRY_STATUS(iteration_expression(*outermost.iter));
  enter(ScopeKind::Function, scope_name, &node, node.range);
  current_->comprehension = kind;
  current_->coroutine = outermost.is_async;
  OURO_TRY_STATUS(define(Name::k_dot_zero, kDefParam, node.range));
  OURO_TRY_STATUS(iteration_target(*outermost.target));
  OURO_TRY_STATUS(expressions(outermost.ifs));
  for (const Comprehension* clause : generators.subspan(1)) OURO_TRY_STATUS(comprehension_clause(*clause));
  OURO_TRY_STATUS(several({value, &element}));
  const bool is_generator = kind == ComprehensionKind::Generator;
  current_->generator = is_generator;
  // A list, set or dict made asynchronously is awaited by the scope around.
  const bool awaited = current_->coroutine && !is_generator;
  leave();
  if (awaited) current_->coroutine = true;
  return {};
}

Status Collector::comprehension_clause(const Comprehension& clause) {
  OURO_TRY_STATUS(iteration_target(*clause.target));
  OURO_TRY_STATUS(iteration_expression(*clause.iter));
  OURO_TRY_STATUS(expressions(clause.ifs));
  if (clause.is_async) current_->coroutine = true;
  return {};
}

Status Collector::iteration_target(const Expr& target) {
  current_->in_iteration_target = true;
  OURO_TRY_STATUS(expression(target));
  current_->in_iteration_target = false;
  return {};
}

Status Collector::iteration_expression(const Expr& iterable) {
  ++current_->iteration_expression_depth;
  OURO_TRY_STATUS(expression(iterable));
  --current_->iteration_expression_depth;
  return {};
}

Status Collector::assignment_expression(const NamedExprExpr& node) {
  if (current_->iteration_expression_depth > 0)
    return error(node.range, "assignment expression cannot be used in a comprehension iterable expression");
  if (current_->comprehension != ComprehensionKind::None)
    OURO_TRY_STATUS(bind_outside_comprehension(*node.target->as<NameExpr>()));
  return several({node.value, node.target});
}

Status Collector::bind_outside_comprehension(const NameExpr& target) {
  // The names that the scopes know are mangled, this one is not: a private name is never recognised here, as
  // in CPython up to 3.11.7 (3.11.8 looks for the mangled name).
  const Name name = target.id;
  for (ScopeBuilder* scope = current_; scope != nullptr; scope = scope->enclosing) {
    if (scope->comprehension != ComprehensionKind::None) {
      if ((scope->uses(name) & kDefCompIter) != 0)
        return error_about(target.range,
                           "assignment expression cannot rebind comprehension iteration variable ", name, "");
      continue;
    }
    switch (scope->kind) {
      case ScopeKind::Function: {
        const bool global = (scope->uses(name) & kDefGlobal) != 0;
        OURO_TRY_STATUS(define(name, global ? kDefGlobal : kDefNonlocal, target.range));
        record_directive(name, target.range);
        return define_in(*scope, name, kDefLocal, target.range);
      }
      case ScopeKind::Module:
        OURO_TRY_STATUS(define(name, kDefGlobal, target.range));
        record_directive(name, target.range);
        return define_in(*scope, name, kDefGlobal, target.range);
      case ScopeKind::Class:
        return error(target.range,
                     "assignment expression within a comprehension cannot be used in a class body");
      case ScopeKind::Annotation:
        break;
    }
  }
  return {};
}

Status Collector::refuse_yield_in_comprehension(const Expr& node) {
  switch (current_->comprehension) {
    case ComprehensionKind::List:
      return error(node.range, "'yield' inside list comprehension");
    case ComprehensionKind::Set:
      return error(node.range, "'yield' inside set comprehension");
    case ComprehensionKind::Dict:
      return error(node.range, "'yield' inside dict comprehension");
    default:
      return error(node.range, "'yield' inside generator expression");
  }
}

}  // namespace ouro::compiler
