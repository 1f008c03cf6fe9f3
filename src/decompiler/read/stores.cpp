// Instructions that end in a target: assignments of all kinds, deletions, and values that are dropped.
//
// Stores are events. What is stored knows what it is part of: the item of an unpacking fills a place in its
// target and hands that on when it is whole; the result of an in-place operation makes an augmented
// assignment; a copy is one target of several, or a walrus. `a, b = b, a` has neither tuple nor unpacking in
// the code, only values that are stored one after the other while others of the statement still wait.
#include <algorithm>

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::ExprContext;
using syntax::ExprKind;
using syntax::StmtKind;

bool Reader::step_store() {
  switch (op()) {
    case Op::STORE_NAME:
    case Op::STORE_FAST:
    case Op::STORE_GLOBAL:
    case Op::STORE_DEREF: {
      Expr* target = variable_target(ExprContext::Store);
      return target != nullptr && store_slot(target);
    }
    case Op::STORE_ATTR:
    case Op::DELETE_ATTR:
      return store_attribute();
    case Op::STORE_SUBSCR:
    case Op::DELETE_SUBSCR:
      return store_subscript();
    case Op::DELETE_NAME:
    case Op::DELETE_FAST:
    case Op::DELETE_GLOBAL:
    case Op::DELETE_DEREF: {
      Expr* target = variable_target(ExprContext::Del);
      return target != nullptr && delete_target(target);
    }
    case Op::UNPACK_SEQUENCE:
    case Op::UNPACK_EX:
      return unpack();
    case Op::COPY:
      return copy();
    case Op::SWAP:
      return swap();
    case Op::POP_TOP:
      return pop_top();
    case Op::IMPORT_NAME:
      return read_import();
    case Op::SETUP_ANNOTATIONS:
      return next();
    default:
      return fail("unexpected instruction");
  }
}

bool Reader::store_attribute() {
  const Constant* name = code_.name(here().argument);
  if (name == nullptr) return fail("no such name");
  const bool deletes = op() == Op::DELETE_ATTR;
  Expr* value = pop_value();
  if (value == nullptr) return false;
  auto* node = make<syntax::AttributeExpr>(here().position);
  node->value = value;
  node->attr = intern(name);
  node->range = attribute_range(value, node->attr, here().position);
  node->ctx = deletes ? ExprContext::Del : ExprContext::Store;
  return deletes ? delete_target(node) : store_slot(node);
}

bool Reader::store_subscript() {
  const bool deletes = op() == Op::DELETE_SUBSCR;
  Expr* key = pop_value();
  if (key == nullptr) return false;
  Expr* container = pop_value();
  if (container == nullptr) return false;
  if (!deletes && is_annotation(container, key)) return store_annotation(key);
  auto* node = make<syntax::SubscriptExpr>(here().position);
  node->value = container;
  node->slice = key;
  node->ctx = deletes ? ExprContext::Del : ExprContext::Store;
  return deletes ? delete_target(node) : store_slot(node);
}

bool Reader::store_slot(Expr* target) {
  Slot slot;
  if (!pop(&slot)) return false;
  return store(slot, target) && next();
}

Expr* Reader::as_target(Expr* expr, ExprContext context) {
  switch (expr->kind) {
    case ExprKind::Name:
      expr->as<syntax::NameExpr>()->ctx = context;
      break;
    case ExprKind::Attribute:
      expr->as<syntax::AttributeExpr>()->ctx = context;
      break;
    case ExprKind::Subscript:
      expr->as<syntax::SubscriptExpr>()->ctx = context;
      break;
    case ExprKind::Starred:
      expr->as<syntax::StarredExpr>()->ctx = context;
      as_target(expr->as<syntax::StarredExpr>()->value, context);
      break;
    case ExprKind::Tuple:
      expr->as<syntax::TupleExpr>()->ctx = context;
      break;
    case ExprKind::List:
      expr->as<syntax::ListExpr>()->ctx = context;
      break;
    default:
      break;
  }
  return expr;
}

bool Reader::store(Slot slot, Expr* target) {
  switch (slot.kind) {
    case Slot::Kind::Next:
    case Slot::Kind::Entered:
    case Slot::Kind::Caught:
      target_ = target;
      return true;
    case Slot::Kind::Unpacked:
      return store_item(slot, target);
    case Slot::Kind::Augmented:
      return store_augmented(slot, target);
    case Slot::Kind::Value:
    case Slot::Kind::Function:
      break;
    default:
      return fail("no value to store");
  }
  if (slot.copied) return store_copied(slot, target);
  if (slot.kind == Slot::Kind::Function && slot.assign == nullptr &&
      (slot.function->is_class || slot.function->code->name->text() != "<lambda>"))
    return store_definition(slot.function, target);
  if (stack_.size() > base_ || !parallel_.empty()) return store_parallel(slot, target);
  stack_.push_back(slot);
  Expr* value = pop_value();
  if (value == nullptr) return false;
  std::vector<Expr*> targets;
  if (slot.assign != nullptr) targets = slot.assign->targets;
  targets.push_back(target);
  emit_assign(targets, value, slot.assign != nullptr ? slot.assign->position : Position());
  return true;
}

/// The range from the beginning of one node to the end of another, where both are known.
SourceRange Reader::range_over(const SourceRange& first, const SourceRange& last) {
  SourceRange range = first;
  range.end_line = last.end_line;
  range.end_column = last.end_column;
  if (last.end_line <= 0 || last.end_column < 0) {
    range.end_line = 0;
    range.end_column = -1;
  }
  return range;
}

void Reader::emit_assign(const std::vector<Expr*>& targets, Expr* value, const Position& position) {
  auto* statement = make<syntax::AssignStmt>(position);
  if (!has_columns(position)) statement->range = range_over(targets.front()->range, value->range);
  statement->targets = list(targets);
  statement->value = value;
  emit(statement);
}

bool Reader::store_item(const Slot& slot, Expr* target) {
  UnpackValue* unpack = slot.unpack;
  if (slot.index == unpack->starred) {
    target = make_starred(target);
    target->as<syntax::StarredExpr>()->ctx = ExprContext::Store;
  }
  Expr*& place = unpack->targets[slot.index];
  if (place == nullptr) ++unpack->stored;
  place = target;
  return unpack->stored < unpack->targets.size() || store_unpacked(*unpack);
}

/// Whether the one target stands in square brackets: between parentheses there would be a comma behind it.
bool Reader::is_bracketed(const UnpackValue& unpack) {
  const Position& position = unpack.position;
  if (unpack.targets.size() != 1 || !has_columns(position)) return false;
  const SourceRange& target = unpack.targets[0]->range;
  return target.line == position.line && target.column == position.column + 1 &&
         target.end_line == position.end_line && target.end_column + 1 == position.end_column;
}

bool Reader::store_unpacked(UnpackValue& unpack) {
  if (is_bracketed(unpack)) {
    auto* one = make<syntax::ListExpr>(unpack.position);
    one->elts = list(unpack.targets);
    one->ctx = ExprContext::Store;
    return store(unpack.source, one);
  }
  auto* tuple = make<syntax::TupleExpr>(unpack.position);
  tuple->elts = list(unpack.targets);
  tuple->ctx = ExprContext::Store;
  return store(unpack.source, tuple);
}

bool Reader::store_augmented(const Slot& slot, Expr* target) {
  auto* operation = slot.expr->as<syntax::BinOpExpr>();
  auto* statement = make<syntax::AugAssignStmt>(slot.position);
  // Where the target was loaded from it has the same place; a name's own says more than that of the store.
  if (target->kind != operation->left->kind) return fail("an in-place operation on something else");
  statement->target = as_target(operation->left, ExprContext::Store);
  statement->op = operation->op;
  statement->value = operation->right;
  emit(statement);
  return true;
}

/// Whether another target of the same assignment follows the one that at_ stores: where `copy` has the range
/// of an assignment, it lies inside. A walrus ends with its target.
bool Reader::assigns_more(const Position& copy) const {
  if (at_ + 1 >= code_.size()) return false;
  const Instruction& following = code_[at_ + 1];
  switch (following.op) {
    case Op::STORE_NAME:
    case Op::STORE_FAST:
    case Op::STORE_GLOBAL:
    case Op::STORE_DEREF:
    case Op::COPY:
    case Op::UNPACK_SEQUENCE:
    case Op::UNPACK_EX:
    case Op::SWAP:
      return !has_columns(copy) || contains(copy, following.position);
    default:
      break;
  }
  if (!is_value(following.op) && following.op != Op::PUSH_NULL) return false;
  if (has_columns(copy)) return contains(copy, following.position);
  return stack_.size() == base_ + 1 && leads_to_target(at_ + 1);
}

/// Without columns: whether loads of names, attributes and subscripts end in a store into one of these.
bool Reader::leads_to_target(uint32_t from) const {
  for (; from < code_.size(); ++from) {
    switch (code_[from].op) {
      case Op::STORE_ATTR:
      case Op::STORE_SUBSCR:
        return true;
      case Op::LOAD_NAME:
      case Op::LOAD_FAST:
      case Op::LOAD_GLOBAL:
      case Op::LOAD_DEREF:
      case Op::LOAD_CONST:
      case Op::LOAD_ATTR:
      case Op::BINARY_SUBSCR:
      case Op::BUILD_SLICE:
        break;
      default:
        return false;
    }
  }
  return false;
}

bool Reader::store_copied(Slot slot, Expr* target) {
  if (stack_.empty()) return fail("nothing on the stack");
  Slot& original = stack_.back();
  if (assigns_more(slot.position)) {
    if (original.assign == nullptr) {
      original.assign = &assigns_.emplace_back();
      original.assign->position = slot.position;
    }
    original.assign->targets.push_back(target);
    return true;
  }
  Expr* value = pop_value();
  if (value == nullptr) return false;
  auto* node = make<syntax::NamedExprExpr>(slot.position);
  node->target = target;
  node->value = value;
  push({.kind = Slot::Kind::Value, .position = slot.position, .expr = node});
  return true;
}

bool Reader::store_parallel(Slot slot, Expr* target) {
  stack_.push_back(slot);
  Expr* value = pop_value();
  if (value == nullptr) return false;
  slot.expr = value;
  if (parallel_.empty()) note_folded_tuple();
  parallel_.emplace_back(slot, target);
  if (stack_.size() > base_) return true;
  // The order of the values is that in which they were pushed.
  std::ranges::sort(parallel_, {}, [](const auto& item) { return item.first.index; });
  auto* targets = make<syntax::TupleExpr>(Position());
  auto* values = make<syntax::TupleExpr>(Position());
  std::vector<Expr*> left;
  std::vector<Expr*> right;
  for (const auto& [from, to] : parallel_) {
    left.push_back(to);
    right.push_back(from.expr);
  }
  parallel_.clear();
  targets->elts = list(left);
  targets->ctx = ExprContext::Store;
  targets->range = range_over(left.front()->range, left.back()->range);
  if (has_columns(swap_position_)) targets->range = range_of(swap_position_);
  values->elts = list(right);
  values->range = range_over(right.front()->range, right.back()->range);
  place_folded_tuple(targets->range, values);
  swap_position_ = Position();
  emit_assign({targets}, values, Position());
  return true;
}

/// Remembers the NOP that is left of the tuple whose items are about to be stored, if there is one.
void Reader::note_folded_tuple() {
  uint32_t first = at_;
  while (first > 0 && (code_[first - 1].op == Op::NOP || code_[first - 1].op == Op::SWAP)) --first;
  swapped_position_ = code_[first].op == Op::NOP ? code_[first].position : Position();
}

/// The tuple has left no NOP where it begins on the line of what stands in front of the NOP, or behind it.
void Reader::place_folded_tuple(const SourceRange& targets, syntax::TupleExpr* values) const {
  const Position known = position_of(values->range);
  if (!has_columns(known) || !has_columns(position_of(targets))) return;
  if (has_columns(swapped_position_)) {
    if (contains(swapped_position_, known)) values->range = range_of(swapped_position_);
    return;
  }
  const bool hidden = known.line == targets.line || known.line == values->elts.back()->range.line;
  constexpr int32_t kEqual = 3;  // ` = `
  if (!hidden) values->range = {targets.end_line, targets.end_column + kEqual, 0, -1};
}

/// Whether the target that a STORE_SUBSCR at at_ has is the compiler's `__annotations__['name']`.
bool Reader::is_annotation(const Expr* container, const Expr* key) const {
  if (scope_ != ScopeKind::Module && scope_ != ScopeKind::Class) return false;
  if (container->kind != ExprKind::Name || key->kind != ExprKind::Constant) return false;
  if (shared_.workspace.names.text(container->as<syntax::NameExpr>()->id) != "__annotations__") return false;
  const Position& position = here().position;
  return key->as<syntax::ConstantExpr>()->value->is(ConstantKind::Str) &&
         (!has_columns(position) || (has_range(container, position) && has_range(key, position)));
}

bool Reader::store_annotation(Expr* key) {
  Expr* value = pop_value();
  if (value == nullptr) return false;
  const Position position = here().position;
  const Constant* text = key->as<syntax::ConstantExpr>()->value;
  auto* name = make<syntax::NameExpr>(position);
  name->id = intern(text);
  name->ctx = ExprContext::Store;
  if (has_columns(position)) {
    const auto size = static_cast<int32_t>(shared_.workspace.names.text(name->id).size());
    name->range = {position.line, position.column, position.line, position.column + size};
  }
  auto* statement = make<syntax::AnnAssignStmt>(position);
  statement->target = name;
  statement->annotation = annotation(value);
  statement->simple = true;
  notes_.annotates = true;
  if (syntax::AssignStmt* assigned = assignment_before(*name, position)) {
    statement->target = assigned->targets[0];
    statement->value = assigned->value;
    statements_->pop_back();
  }
  emit(statement);
  return next();
}

/// The assignment that an annotation at `position` belongs to: the last statement, when it stores the same
/// name there.
syntax::AssignStmt* Reader::assignment_before(const syntax::NameExpr& name, const Position& position) const {
  if (statements_->empty() || statements_->back()->kind != StmtKind::Assign) return nullptr;
  auto* assign = statements_->back()->as<syntax::AssignStmt>();
  if (assign->targets.size() != 1 || assign->targets[0]->kind != ExprKind::Name) return nullptr;
  const auto* target = assign->targets[0]->as<syntax::NameExpr>();
  if (target->id != name.id) return nullptr;
  const Position stored = position_of(target->range);
  if (has_columns(position) && has_columns(stored)) return contains(position, stored) ? assign : nullptr;
  return stored.line == position.line ? assign : nullptr;
}

bool Reader::delete_target(Expr* target) {
  ++at_;
  if (!statements_->empty() && statements_->back()->kind == StmtKind::Delete) {
    auto* before = statements_->back()->as<syntax::DeleteStmt>();
    const SourceRange& last = before->targets.back()->range;
    // There is no room for `; del ` between the two.
    const int32_t gap = target->range.column - last.end_column;
    if (last.end_line == target->range.line && last.end_column >= 0 && gap > 0 && gap < 5) {
      std::vector<Expr*> targets(before->targets.begin(), before->targets.end());
      targets.push_back(target);
      before->targets = list(targets);
      before->range = range_over(before->range, target->range);
      return true;
    }
  }
  auto* statement = make<syntax::DeleteStmt>(Position());
  statement->range = target->range;
  constexpr int32_t kKeyword = 4;  // `del `
  if (statement->range.column >= kKeyword) statement->range.column -= kKeyword;
  statement->targets = list(std::vector{target});
  emit(statement);
  return true;
}

bool Reader::unpack() {
  const uint32_t operand = here().argument;
  const bool starred = op() == Op::UNPACK_EX;
  const uint32_t count = starred ? (operand & 0xFF) + 1 + (operand >> 8) : operand;
  constexpr uint32_t kMost = 1 << 20;
  if (count > kMost) return fail("too many targets");
  UnpackValue& unpack = unpacks_.emplace_back();
  if (!pop(&unpack.source)) return false;
  unpack.targets.resize(count);
  unpack.position = here().position;
  if (starred) unpack.starred = operand & 0xFF;
  // Unpacking nothing is complete at once. The store looks at what follows.
  if (count == 0) return store_unpacked(unpack) && next();
  for (uint32_t i = count; i-- > 0;)
    push({.kind = Slot::Kind::Unpacked, .index = i, .position = here().position, .unpack = &unpack});
  return next();
}

bool Reader::copy() {
  const uint32_t depth = here().argument;
  if (depth == 0 || depth > stack_.size()) return fail("nothing on the stack to copy");
  Slot slot = stack_[stack_.size() - depth];
  slot.copied = true;
  slot.position = here().position;
  slot.assign = nullptr;
  stack_.push_back(slot);
  return next();
}

bool Reader::swap() {
  const uint32_t depth = here().argument;
  if (depth < 2 || depth > stack_.size()) return fail("nothing on the stack to exchange");
  std::swap(stack_.back(), stack_[stack_.size() - depth]);
  swap_position_ = stack_.size() - depth == base_ && stack_.back().kind != Slot::Kind::Augmented &&
                           stack_[stack_.size() - depth].kind != Slot::Kind::Augmented
                       ? here().position
                       : Position();
  return next();
}

bool Reader::pop_top() {
  Expr* value = pop_value();
  if (value == nullptr) return false;
  // A constant that is a statement leaves no load, but an f-string without fields does.
  if (value->kind == ExprKind::Constant && value->as<syntax::ConstantExpr>()->value->is(ConstantKind::Str)) {
    auto* string = make<syntax::JoinedStrExpr>(position_of(value->range));
    string->values = list(std::vector{value});
    value = string;
  }
  if (syntax::AssignStmt* assign = assignment_around(value)) {
    // The annotation of something else than a name is evaluated behind the assignment.
    auto* statement = make<syntax::AnnAssignStmt>(position_of(assign->range));
    statement->target = assign->targets[0];
    statement->annotation = value;
    statement->value = assign->value;
    statements_->back() = statement;
    return next();
  }
  auto* statement = make<syntax::ExprStmt>(position_of(value->range));
  statement->value = value;
  emit(statement);
  return next();
}

/// The last statement, if it is an assignment and the expression stands between its target and its value.
syntax::AssignStmt* Reader::assignment_around(const Expr* annotation) const {
  if (scope_ != ScopeKind::Module && scope_ != ScopeKind::Class) return nullptr;
  if (statements_->empty() || statements_->back()->kind != StmtKind::Assign) return nullptr;
  auto* assign = statements_->back()->as<syntax::AssignStmt>();
  const Position place = position_of(annotation->range);
  const Position target = position_of(assign->targets[0]->range);
  const Position value = position_of(assign->value->range);
  if (assign->targets.size() != 1 || !has_columns(place) || !has_columns(target) || !has_columns(value))
    return nullptr;
  return starts_before(target, place) && ends_before(place, value) && starts_before(place, value) ? assign
                                                                                                  : nullptr;
}

Expr* Reader::read_target(Slot::Kind kind, uint32_t end) {
  StmtList none;
  StmtList* const outer_statements = std::exchange(statements_, &none);
  const size_t outer_base = std::exchange(base_, stack_.size());
  target_ = nullptr;
  if (at_ < code_.size()) push({.kind = kind, .position = here().position});
  bool good = true;
  while (good && target_ == nullptr) {
    good = at_ < end ? step(end) : fail("no target");
    if (good && !none.empty()) good = fail("a statement instead of a target");
  }
  if (good && stack_.size() != base_) good = fail("more than a target");
  base_ = outer_base;
  statements_ = outer_statements;
  return good ? take_target() : nullptr;
}

}  // namespace ouro::decompiler
