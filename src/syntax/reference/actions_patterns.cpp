// Actions of `match` statements.
#include "syntax/reference/build.h"

namespace ouro::syntax::reference {
namespace {

Value make_match(const Match& m) {
  auto* node = make_node<MatchStmt>(m);
  node->subject = m[0].expr();
  node->cases = nodes_of<MatchCase>(m, m[1]);
  return Value::of(node);
}

Value make_case(const Match& m) {
  return make_helper<MatchCase>(m, m[0].as<Pattern>(), m[1].expr(), nodes_of<Stmt>(m, m[2]));
}

Value make_sequence(const Match& m) {
  auto* node = make_node<MatchSequencePattern>(m);
  node->patterns = nodes_of<Pattern>(m, m[0]);
  return Value::of(node);
}

Value make_as(const Match& m) {
  auto* node = make_node<MatchAsPattern>(m);
  node->pattern = m[0].as<Pattern>();
  node->name = m[1].name();
  return Value::of(node);
}

Value make_capture(const Match& m) {
  auto* node = make_node<MatchAsPattern>(m);
  node->name = m[0].name();
  return Value::of(node);
}

Value make_wildcard(const Match& m) {
  return Value::of(make_node<MatchAsPattern>(m));
}

Value make_or(const Match& m) {
  const std::span<const Value> patterns = items_of(m[0]);
  if (patterns.size() == 1) return patterns[0];
  auto* node = make_node<MatchOrPattern>(m);
  node->patterns = nodes_of<Pattern>(m, m[0]);
  return Value::of(node);
}

Value make_value(const Match& m) {
  auto* node = make_node<MatchValuePattern>(m);
  node->value = m[0].expr();
  return Value::of(node);
}

Value make_singleton(const Match& m, const Constant* value) {
  auto* node = make_node<MatchSingletonPattern>(m);
  node->value = value;
  return Value::of(node);
}

Value make_none(const Match& m) {
  return make_singleton(m, m.machine.workspace().constants.none());
}

Value make_true(const Match& m) {
  return make_singleton(m, m.machine.workspace().constants.boolean(true));
}

Value make_false(const Match& m) {
  return make_singleton(m, m.machine.workspace().constants.boolean(false));
}

bool is_complex(const Expr* number) {
  return number->as<ConstantExpr>()->value->is(ConstantKind::Complex);
}

Value require_real(const Match& m) {
  if (!is_complex(m[0].expr())) return m[0];
  return m.machine.raise_at("real number required in complex literal", *m[0].range, *m[0].range);
}

Value require_imaginary(const Match& m) {
  if (is_complex(m[0].expr())) return m[0];
  return m.machine.raise_at("imaginary number required in complex literal", *m[0].range, *m[0].range);
}

Value make_star(const Match& m) {
  auto* node = make_node<MatchStarPattern>(m);
  if (!m.values.empty()) node->name = m[0].name();
  return Value::of(node);
}

/// The second halves of a list of pairs.
Patterns patterns_of_pairs(const Match& m, const Value& pairs) {
  const std::span<const Value> items = items_of(pairs);
  Patterns result = m.machine.arena().make_span<Pattern*>(items.size());
  for (size_t i = 0; i < items.size(); ++i) result[i] = items[i].as<Pair>()->second.as<Pattern>();
  return result;
}

Value make_mapping_from(const Match& m, const Value& pairs, const Value& rest) {
  const std::span<const Value> items = items_of(pairs);
  auto* node = make_node<MatchMappingPattern>(m);
  node->keys = m.machine.arena().make_span<Expr*>(items.size());
  for (size_t i = 0; i < items.size(); ++i) node->keys[i] = items[i].as<Pair>()->first.expr();
  node->patterns = patterns_of_pairs(m, pairs);
  node->rest = optional_name(rest);
  return Value::of(node);
}

Value make_empty_mapping(const Match& m) {
  return make_mapping_from(m, Value(), Value());
}

Value make_mapping_rest(const Match& m) {
  return make_mapping_from(m, Value(), m[0]);
}

Value make_mapping(const Match& m) {
  return make_mapping_from(m, m[0], m.values.size() > 1 ? m[1] : Value());
}

Value make_class_from(const Match& m, const Value& positional, const Value& keywords) {
  const std::span<const Value> items = items_of(keywords);
  auto* node = make_node<MatchClassPattern>(m);
  node->cls = m[0].expr();
  node->patterns = nodes_of<Pattern>(m, positional);
  node->kwd_attrs = m.machine.arena().make_span<Name>(items.size());
  for (size_t i = 0; i < items.size(); ++i) node->kwd_attrs[i] = items[i].as<Pair>()->first.name();
  node->kwd_patterns = patterns_of_pairs(m, keywords);
  return Value::of(node);
}

Value make_class(const Match& m) {
  return make_class_from(m, m.values.size() > 1 ? m[1] : Value(), m.values.size() > 2 ? m[2] : Value());
}

Value make_class_keywords(const Match& m) {
  return make_class_from(m, Value(), m[1]);
}

constexpr Action kActions[] = {
    {"match_stmt", make_match, true},
    {"match_case", make_case, false},
    {"match_sequence", make_sequence, true},
    {"match_as", make_as, true},
    {"match_capture", make_capture, true},
    {"match_wildcard", make_wildcard, true},
    {"match_or", make_or, true},
    {"match_value", make_value, true},
    {"match_none", make_none, true},
    {"match_true", make_true, true},
    {"match_false", make_false, true},
    {"require_real", require_real, false},
    {"require_imaginary", require_imaginary, false},
    {"match_star", make_star, true},
    {"match_empty_mapping", make_empty_mapping, true},
    {"match_mapping_rest", make_mapping_rest, true},
    {"match_mapping", make_mapping, true},
    {"match_class", make_class, true},
    {"match_class_keywords", make_class_keywords, true},
};

}  // namespace

std::span<const Action> pattern_actions() {
  return kActions;
}

}  // namespace ouro::syntax::reference
