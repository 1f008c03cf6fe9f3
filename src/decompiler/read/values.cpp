// Instructions that push a value made of values: loads, attributes, operators, comparisons, subscripts and
// slices. Displays are in displays.cpp, calls in calls.cpp.
//
// Nearly every such instruction has the range of its node, so the nodes get it as it is. The exception is an
// attribute on another line than the beginning of what it is taken of: CPython then gives the place of the
// attribute's name, and the beginning is where the value begins.
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::BinaryOperator;
using syntax::CompareOperator;
using syntax::ExprContext;
using syntax::UnaryOperator;

namespace {

// By BINARY_OP's operand; the in-place forms follow at a distance of 13.
constexpr BinaryOperator kBinaryOperators[] = {
    BinaryOperator::Add,     BinaryOperator::BitAnd, BinaryOperator::FloorDiv, BinaryOperator::LShift,
    BinaryOperator::MatMult, BinaryOperator::Mult,   BinaryOperator::Mod,      BinaryOperator::BitOr,
    BinaryOperator::Pow,     BinaryOperator::RShift, BinaryOperator::Sub,      BinaryOperator::Div,
    BinaryOperator::BitXor,
};
constexpr uint32_t kInPlace = 13;

constexpr CompareOperator kCompareOperators[] = {CompareOperator::Lt, CompareOperator::LtE,
                                                 CompareOperator::Eq, CompareOperator::NotEq,
                                                 CompareOperator::Gt, CompareOperator::GtE};

UnaryOperator unary_operator(Op op) {
  switch (op) {
    case Op::UNARY_NOT:
      return UnaryOperator::Not;
    case Op::UNARY_INVERT:
      return UnaryOperator::Invert;
    case Op::UNARY_NEGATIVE:
      return UnaryOperator::USub;
    default:
      return UnaryOperator::UAdd;
  }
}

bool needs_parentheses(syntax::ExprKind kind) {
  switch (kind) {
    case syntax::ExprKind::BinOp:
    case syntax::ExprKind::UnaryOp:
    case syntax::ExprKind::BoolOp:
    case syntax::ExprKind::Compare:
    case syntax::ExprKind::IfExp:
    case syntax::ExprKind::Lambda:
    case syntax::ExprKind::Await:
    case syntax::ExprKind::Yield:
    case syntax::ExprKind::NamedExpr:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool Reader::is_value(Op op) {
  switch (op) {
    case Op::LOAD_CONST:
    case Op::LOAD_NAME:
    case Op::LOAD_GLOBAL:
    case Op::LOAD_FAST:
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF:
    case Op::LOAD_ATTR:
    case Op::BINARY_SUBSCR:
    case Op::BINARY_OP:
    case Op::UNARY_NOT:
    case Op::UNARY_INVERT:
    case Op::UNARY_NEGATIVE:
    case Op::UNARY_POSITIVE:
    case Op::COMPARE_OP:
    case Op::IS_OP:
    case Op::CONTAINS_OP:
    case Op::BUILD_SLICE:
    case Op::BUILD_TUPLE:
    case Op::BUILD_LIST:
    case Op::BUILD_SET:
    case Op::BUILD_MAP:
    case Op::BUILD_CONST_KEY_MAP:
    case Op::LIST_EXTEND:
    case Op::SET_UPDATE:
    case Op::LIST_TO_TUPLE:
    case Op::LIST_APPEND:
    case Op::SET_ADD:
    case Op::MAP_ADD:
    case Op::DICT_UPDATE:
    case Op::DICT_MERGE:
      return true;
    default:
      return false;
  }
}

bool Reader::step_value() {
  switch (op()) {
    case Op::LOAD_CONST: {
      const Constant* value = constant_operand();
      if (value == nullptr) return fail("no such constant");
      if (value->is(ConstantKind::Code)) {
        push({.kind = Slot::Kind::CodeValue, .position = here().position, .code = value->code});
      } else {
        push_value(make_constant(value, here().position));
      }
      return next();
    }
    case Op::LOAD_NAME:
    case Op::LOAD_GLOBAL:
    case Op::LOAD_FAST:
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF:
      return load_variable();
    case Op::LOAD_ATTR:
      return load_attribute();
    case Op::BINARY_SUBSCR:
      return subscript();
    case Op::BINARY_OP:
      return binary_operation();
    case Op::UNARY_NOT:
    case Op::UNARY_INVERT:
    case Op::UNARY_NEGATIVE:
    case Op::UNARY_POSITIVE: {
      auto* node = make<syntax::UnaryOpExpr>(here().position);
      node->op = unary_operator(op());
      node->operand = pop_value();
      if (node->operand == nullptr) return false;
      push_value(node);
      return next();
    }
    case Op::COMPARE_OP:
    case Op::IS_OP:
    case Op::CONTAINS_OP:
      return comparison();
    case Op::BUILD_SLICE:
      return slice();
    default:
      return step_display();
  }
}

bool Reader::next() {
  ++at_;
  return true;
}

const Constant* Reader::constant_operand() {
  return code_.constant(here().argument);
}

Name Reader::intern(const Constant* name) {
  std::string_view text = name->text();
  const bool is_private = !private_prefix_.empty() && text.starts_with(private_prefix_) &&
                          text.size() > private_prefix_.size() && !text.ends_with("__");
  if (is_private) text.remove_prefix(private_prefix_.size() - 2);
  return shared_.workspace.names.intern(text);
}

Expr* Reader::make_name(const Constant* name, const Position& position, ExprContext context) {
  auto* node = make<syntax::NameExpr>(position);
  node->id = intern(name);
  // Somebody may have written the mangled name; its range is wider then.
  if (has_columns(position) && position.line == position.end_line &&
      position.end_column - position.column == static_cast<int32_t>(name->text().size()))
    node->id = shared_.workspace.names.intern(name->text());
  node->ctx = context;
  return node;
}

bool Reader::has_range(const Expr* expr, const Position& position) const {
  return expr->range.line > 0 && expr->range.column >= 0 && position_of(expr->range) == position;
}

SourceRange Reader::range_from(const SourceRange& start, const Position& end) const {
  SourceRange range = range_of(end);
  if (start.line <= 0 || range.line <= 0 || start.column < 0 || range.column < 0) return range;
  if (start.line > range.line || (start.line == range.line && start.column >= range.column)) return range;
  range.line = start.line;
  range.column = start.column;
  return range;
}

/// The range of an attribute whose instruction has `position`.
SourceRange Reader::attribute_range(const Expr* value, Name name, const Position& position) const {
  SourceRange range = range_from(value->range, position);
  if (range.column <= 0 || range.line == position.line) return range;
  const auto size = static_cast<int32_t>(shared_.workspace.names.text(name).size());
  const bool adjacent = value->range.end_line == range.end_line;
  // Between the value and the dot there is room for a closing parenthesis.
  const bool room = adjacent && range.end_column - size - 1 > value->range.end_column;
  if (room || (!adjacent && needs_parentheses(value->kind))) --range.column;
  return range;
}

bool Reader::load_variable() {
  Expr* name = variable_target(ExprContext::Load);
  if (name == nullptr) return false;
  if (op() == Op::LOAD_GLOBAL && (here().argument & 1) != 0)
    push({.kind = Slot::Kind::Null, .position = here().position});
  push_value(name);
  return next();
}

Expr* Reader::variable_target(ExprContext context) {
  const Constant* name = nullptr;
  switch (op()) {
    case Op::LOAD_NAME:
    case Op::STORE_NAME:
    case Op::DELETE_NAME:
    case Op::STORE_GLOBAL:
    case Op::DELETE_GLOBAL:
      name = code_.name(here().argument);
      break;
    case Op::LOAD_GLOBAL:
      name = code_.name(here().argument >> 1);
      break;
    default:
      name = code_.local(here().argument);
      break;
  }
  if (name == nullptr) return fail("no such name"), nullptr;
  Expr* node = make_name(name, here().position, context);
  note_variable(op(), name);
  return node;
}

bool Reader::load_attribute() {
  const Constant* name = code_.name(here().argument);
  if (name == nullptr) return fail("no such name");
  Expr* value = pop_value();
  if (value == nullptr) return false;
  auto* node = make<syntax::AttributeExpr>(here().position);
  node->value = value;
  node->attr = intern(name);
  node->range = attribute_range(value, node->attr, here().position);
  node->ctx = ExprContext::Load;
  push_value(node);
  return next();
}

namespace {

/// Whether the compiler makes an f-string of `left % right`, so that another kind of string must stand there:
/// an f-string without fields.
bool would_be_folded(const Expr* left, const Expr* right) {
  if (left->kind != syntax::ExprKind::Constant || right->kind != syntax::ExprKind::Tuple) return false;
  const Constant* format = left->as<syntax::ConstantExpr>()->value;
  if (!format->is(ConstantKind::Str)) return false;
  const std::string_view text = format->text();
  size_t fields = 0;
  for (size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 2)) {
    if (i + 1 == text.size() || (text[i + 1] != 's' && text[i + 1] != 'r' && text[i + 1] != 'a'))
      return false;
    ++fields;
  }
  const auto& items = right->as<syntax::TupleExpr>()->elts;
  for (const Expr* item : items)
    if (item->kind == syntax::ExprKind::Starred) return false;
  return fields > 0 && fields == items.size();
}

}  // namespace

bool Reader::binary_operation() {
  const uint32_t operand = here().argument;
  const bool in_place = operand >= kInPlace;
  const uint32_t index = in_place ? operand - kInPlace : operand;
  if (index >= std::size(kBinaryOperators)) return fail("no such operator");
  auto* node = make<syntax::BinOpExpr>(here().position);
  node->op = kBinaryOperators[index];
  node->right = pop_value();
  if (node->right == nullptr) return false;
  node->left = pop_value();
  if (node->left == nullptr) return false;
  if (operand == index && node->op == syntax::BinaryOperator::Mod &&
      would_be_folded(node->left, node->right)) {
    auto* joined = make<syntax::JoinedStrExpr>(position_of(node->left->range));
    joined->values = list(std::vector{node->left});
    node->left = joined;
  }
  if (in_place) {
    push({.kind = Slot::Kind::Augmented, .position = here().position, .expr = node});
  } else {
    push_value(node);
  }
  return next();
}

bool Reader::comparison() {
  CompareOperator relation = CompareOperator::Lt;
  const uint32_t operand = here().argument;
  if (op() == Op::COMPARE_OP) {
    if (operand >= std::size(kCompareOperators)) return fail("no such comparison");
    relation = kCompareOperators[operand];
  } else if (op() == Op::IS_OP) {
    relation = operand != 0 ? CompareOperator::IsNot : CompareOperator::Is;
  } else {
    relation = operand != 0 ? CompareOperator::NotIn : CompareOperator::In;
  }
  auto* node = make<syntax::CompareExpr>(here().position);
  Expr* right = pop_value();
  if (right == nullptr) return false;
  node->left = pop_value();
  if (node->left == nullptr) return false;
  node->ops = list(std::vector{relation});
  node->comparators = list(std::vector{right});
  push_value(node);
  return next();
}

bool Reader::subscript() {
  auto* node = make<syntax::SubscriptExpr>(here().position);
  node->slice = pop_value();
  if (node->slice == nullptr) return false;
  node->value = pop_value();
  if (node->value == nullptr) return false;
  node->ctx = ExprContext::Load;
  push_value(node);
  return next();
}

bool Reader::slice() {
  const Position position = here().position;
  std::vector<Expr*> parts;
  if (here().argument < 2 || here().argument > 3) return fail("no such slice");
  if (!pop_values(here().argument, &parts)) return false;
  // A bound that is not there is a None with the place of the whole slice.
  auto bound = [&](Expr* part) -> Expr* {
    if (part->kind != syntax::ExprKind::Constant) return part;
    const bool none = part->as<syntax::ConstantExpr>()->value->is(ConstantKind::None);
    return none && (!has_columns(position) || has_range(part, position)) ? nullptr : part;
  };
  auto* node = make<syntax::SliceExpr>(position);
  node->lower = bound(parts[0]);
  node->upper = bound(parts[1]);
  if (parts.size() == 3) node->step = parts[2];
  push_value(node);
  return next();
}

bool Reader::pop_values(uint32_t count, std::vector<Expr*>* values) {
  if (count > stack_.size()) return fail("too few values on the stack");
  values->resize(count);
  for (uint32_t i = count; i-- > 0;) {
    Expr* value = pop_value();
    if (value == nullptr) return false;
    (*values)[i] = value;
  }
  return true;
}

}  // namespace ouro::decompiler
