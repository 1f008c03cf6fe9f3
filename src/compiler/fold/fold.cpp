// Constant folding: evaluates what can be known before the program runs.
//
// What is folded, and what is not, is visible in the bytes of the .pyc, so it is exactly what CPython folds:
// arithmetic on constants up to certain sizes, tuples of constants, subscripts of constants, `not` before the
// four comparisons that have an opposite, list and set displays that are only iterated over or searched,
// __debug__, and `%` formatting with %s, %r and %a, which becomes an f-string. An operation that would raise
// is left to raise at run time.
//
// The walk is bottom-up, statement by statement, and replaces an expression by writing the new one into its
// parent. Names are not looked at, and nothing is moved across statements; that is for the flow graph, later.
// Branches on constants are the code generator's, too, because dead code still has to be checked for errors.
//
// Most statements have nothing to fold, and where the parser knows that they are passed over
// (Stmt::may_fold).
//
// Two details that are easy to get wrong. An expression statement at the start of a body that *becomes* a
// string by folding must not become a docstring, so it is wrapped into an f-string. And with postponed
// annotations the text of an annotation is what counts, so it stays as written.
//
// One thing is ours: a source of a few megabytes can ask for terabytes of intermediate results (each step of
// `0xfff...f + 1 + 1 ...` is a number of its own), and CPython would try. Folding stops at kMaxMadeBytes with
// the MemoryError that CPython would end with. Chains of strings and tuples, which real sources do have, need
// no such bound: see concatenation.h.
#include "base/hash.h"
#include "compiler/fold/folder.h"
#include "compiler/fold/operations.h"

namespace ouro::compiler {

using namespace syntax;

namespace {

constexpr size_t kMaxMadeBytes = size_t{1} << 30;

const Constant* constant_value(const Expr& node) {
  return node.kind == ExprKind::Constant ? node.as<ConstantExpr>()->value : nullptr;
}

bool has_starred(Exprs elements) {
  for (const Expr* element : elements)
    if (element->kind == ExprKind::Starred) return true;
  return false;
}

// The comparison that is true exactly when `op` is false, for those where Python promises that.
bool invert(CompareOperator* op) {
  switch (*op) {
    case CompareOperator::Is:
      *op = CompareOperator::IsNot;
      return true;
    case CompareOperator::IsNot:
      *op = CompareOperator::Is;
      return true;
    case CompareOperator::In:
      *op = CompareOperator::NotIn;
      return true;
    case CompareOperator::NotIn:
      *op = CompareOperator::In;
      return true;
    default:
      return false;
  }
}

size_t own_bytes(const Constant& value) {
  switch (value.kind) {
    case ConstantKind::Int:
    case ConstantKind::Tuple:
    case ConstantKind::FrozenSet:
      return size_t{value.size} * 8;
    case ConstantKind::Str:
    case ConstantKind::Bytes:
      return value.size;
    default:
      return 0;
  }
}

}  // namespace

Folder::Folder(Compilation& compilation)
    : compilation_(compilation),
      workspace_(compilation.workspace),
      arena_(compilation.workspace.arena),
      constants_(compilation.workspace.constants),
      future_annotations_((compilation.features.flags & kCoFutureAnnotations) != 0),
      concatenation_(compilation.workspace.arena) {}

Status optimise_tree(Compilation& compilation, Module& module) {
  return Folder(compilation).fold(module);
}

Status Folder::fold(Module& module) {
  if (module.kind == ModuleKind::Expression) {
    OURO_TRY_STATUS(expression(module.expression));
  } else {
    OURO_TRY_STATUS(module.kind == ModuleKind::Module ? body(module.body) : statements(module.body));
  }
  // What a loop's iterable became is known only after the expressions in it.
  if (out_of_memory_) return workspace_.error(ErrorType::MemoryError, "");
  return {};
}

void Folder::replace(Expr*& slot, const Constant* value) {
  if (value != nullptr) replace(slot, value, own_bytes(*value));
}

void Folder::replace(Expr*& slot, const Constant* value, size_t bytes) {
  if (value == nullptr) return;
  made_bytes_ += bytes;
  if (made_bytes_ > kMaxMadeBytes) {
    out_of_memory_ = true;
    return;
  }
  auto* node = new_node<ConstantExpr>(arena_, slot->range);
  node->value = value;
  slot = node;
}

void Folder::unary(Expr*& slot) {
  const auto& node = *slot->as<UnaryOpExpr>();
  if (const Constant* operand = constant_value(*node.operand)) {
    replace(slot, fold_unary(constants_, node.op, *operand));
  } else if (node.op == UnaryOperator::Not && node.operand->kind == ExprKind::Compare) {
    auto& comparison = *node.operand->as<CompareExpr>();
    if (comparison.ops.size() == 1 && invert(&comparison.ops[0])) slot = node.operand;
  }
}

void Folder::binary(Expr*& slot) {
  const auto& node = *slot->as<BinOpExpr>();
  const Constant* left = constant_value(*node.left);
  if (left == nullptr) return;
  const bool text = left->is(ConstantKind::Str);
  if (text && node.op == BinaryOperator::Mod && node.right->kind == ExprKind::Tuple) {
    const Exprs arguments = node.right->as<TupleExpr>()->elts;
    if (!has_starred(arguments)) percent_format(slot, *left, arguments);
    return;
  }
  const Constant* right = constant_value(*node.right);
  if (right == nullptr) return;
  if (node.op == BinaryOperator::Add && Concatenation::applies(*left, *right)) {
    const Constant* sum = concatenation_.join(*left, *right);
    replace(slot, sum, concatenation_.taken());
  } else {
    replace(slot, fold_binary(constants_, node.op, *left, *right));
  }
}

// What is searched by `in` may be a tuple instead of a list, and a frozenset instead of a set.
void Folder::compare(CompareExpr& node) {
  const CompareOperator last = node.ops.back();
  if (last == CompareOperator::In || last == CompareOperator::NotIn) iterable(node.comparators.back());
}

const Constant* Folder::tuple_of(Exprs elements) {
  for (const Expr* element : elements)
    if (constant_value(*element) == nullptr) return nullptr;
  std::span<const Constant*> items = arena_.make_span<const Constant*>(elements.size());
  for (size_t i = 0; i < items.size(); ++i) items[i] = constant_value(*elements[i]);
  return constants_.tuple(items);
}

void Folder::tuple(Expr*& slot) {
  const auto& node = *slot->as<TupleExpr>();
  if (node.ctx == ExprContext::Load) replace(slot, tuple_of(node.elts));
}

void Folder::subscript(Expr*& slot) {
  const auto& node = *slot->as<SubscriptExpr>();
  if (node.ctx != ExprContext::Load) return;
  const Constant* value = constant_value(*node.value);
  const Constant* index = constant_value(*node.slice);
  if (value != nullptr && index != nullptr) replace(slot, fold_subscript(constants_, *value, *index));
}

void Folder::name(Expr*& slot) {
  const auto& node = *slot->as<NameExpr>();
  if (node.id == Name::k_debug && node.ctx == ExprContext::Load)
    replace(slot, constants_.boolean(compilation_.options.optimize == 0));
}

void Folder::iterable(Expr*& slot) {
  if (slot->kind == ExprKind::List) {
    const auto& list = *slot->as<ListExpr>();
    if (has_starred(list.elts)) return;
    auto* tuple = new_node<TupleExpr>(arena_, slot->range);
    tuple->elts = list.elts;
    tuple->ctx = list.ctx;
    slot = tuple;
    replace(slot, tuple_of(tuple->elts));
  } else if (slot->kind == ExprKind::Set) {
    if (const Constant* items = tuple_of(slot->as<SetExpr>()->elts))
      replace(slot, constants_.frozen_set(frozenset_order(arena_, items->elements())));
  }
}

}  // namespace ouro::compiler
