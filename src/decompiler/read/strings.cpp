// f-strings, and `'...' % (a, b)`, which the compiler turns into one.
//
// In a real f-string everything but the expressions has the range of the whole string. Where `%` was written
// each field has the range of its own value, and the constant parts have none. A field alone on the stack is
// a FormattedValue; it becomes a string of its own when something else than a string takes it.
#include <string>

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::ExprKind;

namespace {

const Constant* text_of(const Expr* part) {
  if (part->kind != ExprKind::Constant) return nullptr;
  const Constant* value = part->as<syntax::ConstantExpr>()->value;
  return value->is(ConstantKind::Str) ? value : nullptr;
}

/// A field's specification as `%` spells it; false where it has no such spelling.
bool percent_spec(std::string_view spec, std::string* out) {
  const bool right = spec.starts_with('>');
  if (right) spec.remove_prefix(1);
  if (!spec.empty() && spec[0] >= '0' && spec[0] <= '9' && !right) out->push_back('-');
  if (right && (spec.empty() || spec[0] == '.')) return false;
  for (const char c : spec)
    if ((c < '0' || c > '9') && c != '.') return false;
  out->append(spec);
  return true;
}

}  // namespace

bool Reader::step_string() {
  if (op() == Op::BUILD_STRING) {
    const Position position = here().position;
    std::vector<Expr*> parts;
    if (!pop_parts(here().argument, &parts)) return false;
    Expr* string = percent_format(parts, position);
    if (string == nullptr) {
      auto* joined = make<syntax::JoinedStrExpr>(position);
      joined->values = list(parts);
      string = joined;
    }
    push_value(string);
    return next();
  }
  auto* field = make<syntax::FormattedValueExpr>(here().position);
  constexpr int32_t kConversions[] = {-1, 's', 'r', 'a'};
  field->conversion = kConversions[here().argument & 3];
  if ((here().argument & 4) != 0) {
    Expr* spec = part();
    if (spec == nullptr) return false;
    if (spec->kind != ExprKind::JoinedStr) {
      auto* joined = make<syntax::JoinedStrExpr>(here().position);
      joined->values = list(std::vector{spec});
      spec = joined;
    }
    field->format_spec = spec;
  }
  field->value = pop_value();
  if (field->value == nullptr) return false;
  push_value(field);
  return next();
}

/// pop_value(), but a FormattedValue stays one.
Expr* Reader::part() {
  if (!stack_.empty() && stack_.back().kind == Slot::Kind::Value &&
      stack_.back().expr->kind == ExprKind::FormattedValue) {
    Expr* field = stack_.back().expr;
    stack_.pop_back();
    return field;
  }
  return pop_value();
}

bool Reader::pop_parts(uint32_t count, std::vector<Expr*>* parts) {
  if (count > stack_.size()) return fail("too few values on the stack");
  parts->resize(count);
  for (uint32_t i = count; i-- > 0;) {
    Expr* value = part();
    if (value == nullptr) return false;
    (*parts)[i] = value;
  }
  return true;
}

/// A field that no string has taken is a string of its own.
Expr* Reader::whole_string(Expr* part) {
  if (part->kind != ExprKind::FormattedValue) return part;
  const Position position = position_of(part->range);
  Expr* percent = percent_format({part}, Position());
  if (percent != nullptr) return percent;
  auto* joined = make<syntax::JoinedStrExpr>(position);
  joined->values = list(std::vector{part});
  return joined;
}

/// The parts as `'...' % (...)`; null where an f-string was written.
Expr* Reader::percent_format(const std::vector<Expr*>& parts, const Position& position) {
  std::string format;
  std::vector<Expr*> values;
  for (Expr* part : parts) {
    if (const Constant* text = text_of(part)) {
      for (const char c : text->text()) format.append(c == '%' ? 2 : 1, c);
      continue;
    }
    if (part->kind != ExprKind::FormattedValue) return nullptr;
    const auto* field = part->as<syntax::FormattedValueExpr>();
    if (field->conversion < 0 || !has_columns(position_of(part->range)) ||
        !has_range(field->value, position_of(part->range)))
      return nullptr;
    format.push_back('%');
    if (field->format_spec != nullptr) {
      const auto spec = field->format_spec->as<syntax::JoinedStrExpr>()->values;
      const Constant* text = spec.size() == 1 ? text_of(spec[0]) : nullptr;
      if (text == nullptr || !percent_spec(text->text(), &format)) return nullptr;
    }
    format.push_back(static_cast<char>(field->conversion));
    values.push_back(field->value);
  }
  if (values.empty()) return nullptr;
  auto* tuple = make<syntax::TupleExpr>(Position());
  tuple->elts = list(values);
  auto* node = make<syntax::BinOpExpr>(position);
  node->left = make_constant(shared_.workspace.constants.str(format), Position());
  if (has_columns(position)) node->left->range = {position.line, position.column, 0, -1};
  node->op = syntax::BinaryOperator::Mod;
  node->right = tuple;
  return node;
}

/// An f-string of many parts is made by ''.join([...]). True: it is one, and has been pushed.
bool Reader::join_call(Expr* callee, const std::vector<Expr*>& args) {
  if (callee->kind != ExprKind::Attribute || args.size() != 1 || args[0]->kind != ExprKind::List)
    return false;
  const auto* method = callee->as<syntax::AttributeExpr>();
  const Constant* text = text_of(method->value);
  const auto parts = args[0]->as<syntax::ListExpr>()->elts;
  if (text == nullptr || text->size != 0 || parts.size() <= 30) return false;
  if (shared_.workspace.names.text(method->attr) != "join") return false;
  const Position position = here().position;
  if (has_columns(position) && !has_range(args[0], position)) return false;
  const std::vector<Expr*> list_of_parts(parts.begin(), parts.end());
  Expr* string = percent_format(list_of_parts, position);
  if (string == nullptr) {
    auto* joined = make<syntax::JoinedStrExpr>(position);
    joined->values = list(list_of_parts);
    string = joined;
  }
  push_value(string);
  return true;
}

}  // namespace ouro::decompiler
