// Structural pattern matching, PEP 634.
//
// Each pattern consumes the subject on top of the stack. On failure it jumps to the label for as many values
// as must be popped: the captures made so far and whatever the enclosing patterns keep on top. Captured
// values wait on the stack, below everything else, and are stored when the whole pattern has matched.
#include <algorithm>
#include <climits>
#include <string>

#include "base/float_text.h"
#include "base/hash.h"
#include "base/unicode.h"
#include "compiler/codegen/generator.h"
#include "syntax/unparse.h"

namespace ouro::compiler {

using syntax::ExprContext;
using syntax::ExprKind;
using syntax::Pattern;
using syntax::PatternKind;
using syntax::Patterns;

struct PatternContext {
  explicit PatternContext(Arena& arena) : captures(arena), failures(arena) {}

  ArenaVector<Name> captures;
  /// May a name or wildcard match everything here, or would that hide the cases that follow?
  bool allow_irrefutable = true;
  /// By number of values to pop: where to jump on failure. Each falls through to the one below.
  ArenaVector<Label> failures;
  /// How many values the patterns keep on top of the captures.
  size_t on_top = 0;
};

namespace {

bool is_wildcard(const Pattern* p) {
  return p->kind == PatternKind::MatchAs && p->as<syntax::MatchAsPattern>()->name == Name::none;
}

bool is_star_wildcard(const Pattern* p) {
  return p->kind == PatternKind::MatchStar && p->as<syntax::MatchStarPattern>()->name == Name::none;
}

bool contains(const ArenaVector<Name>& list, Name name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Status Generator::match(const syntax::MatchStmt* s) {
  OURO_TRY_STATUS(visit(s->subject));
  const Label end = new_label();
  const size_t count = s->cases.size();
  const bool has_default = count > 1 && is_wildcard(s->cases.back()->pattern);
  const size_t matched = has_default ? count - 1 : count;
  for (size_t i = 0; i < matched; ++i) {
    const syntax::MatchCase* match_case = s->cases[i];
    const bool copy_subject = i + 1 != matched;
    set_location(match_case->pattern->range);
    if (copy_subject) select::duplicate(*this);
    PatternContext context(arena());
    context.allow_irrefutable = match_case->guard != nullptr || i + 1 == count;
    OURO_TRY_STATUS(pattern(match_case->pattern, context));
    for (const Name name : context.captures) OURO_TRY_STATUS(store_name(name));
    if (match_case->guard != nullptr) {
      ensure_failure_labels(context, 0);
      OURO_TRY_STATUS(jump_if(match_case->guard, context.failures[0], false));
    }
    if (copy_subject) emit(Op::POP_TOP);
    OURO_TRY_STATUS(visit_all(match_case->body));
    unset_location();
    jump(Op::JUMP, end);
    // The cleanup belongs to the pattern that failed, not to the last line of its body.
    set_location(match_case->pattern->range);
    place_failures(context);
  }
  if (has_default) OURO_TRY_STATUS(default_case(s->cases.back(), end));
  place(end);
  return {};
}

/// A last `case _`, for which the subject has been popped already.
Status Generator::default_case(const syntax::MatchCase* match_case, Label end) {
  set_location(match_case->pattern->range);
  emit(Op::NOP);  // carries the line
  if (match_case->guard != nullptr) OURO_TRY_STATUS(jump_if(match_case->guard, end, false));
  OURO_TRY_STATUS(visit_all(match_case->body));
  unset_location();
  return {};
}

void Generator::ensure_failure_labels(PatternContext& context, size_t pops) {
  while (context.failures.size() <= pops) context.failures.push_back(new_label());
}

void Generator::jump_to_failure(PatternContext& context, Op op) {
  const size_t pops = context.on_top + context.captures.size();
  ensure_failure_labels(context, pops);
  jump(op, context.failures[pops]);
}

void Generator::place_failures(PatternContext& context) {
  if (context.failures.empty()) return;
  for (size_t i = context.failures.size(); i-- > 1;) {
    place(context.failures[i]);
    emit(Op::POP_TOP);
  }
  place(context.failures[0]);
  context.failures.clear();
}

Status Generator::pattern(const Pattern* p, PatternContext& context) {
  set_location(p->range);
  switch (p->kind) {
    case PatternKind::MatchValue:
      return value_pattern(p->as<syntax::MatchValuePattern>(), context);
    case PatternKind::MatchSingleton:
      return singleton_pattern(p->as<syntax::MatchSingletonPattern>(), context);
    case PatternKind::MatchSequence:
      return sequence_pattern(p->as<syntax::MatchSequencePattern>(), context);
    case PatternKind::MatchMapping:
      return mapping_pattern(p->as<syntax::MatchMappingPattern>(), context);
    case PatternKind::MatchClass:
      return class_pattern(p->as<syntax::MatchClassPattern>(), context);
    case PatternKind::MatchStar:
      return capture(p->as<syntax::MatchStarPattern>()->name, context);
    case PatternKind::MatchAs:
      return as_pattern(p->as<syntax::MatchAsPattern>(), context);
    case PatternKind::MatchOr:
      return or_pattern(p->as<syntax::MatchOrPattern>(), context);
  }
  return {};
}

/// A pattern inside another one may be irrefutable.
Status Generator::subpattern(const Pattern* p, PatternContext& context) {
  const bool saved = context.allow_irrefutable;
  context.allow_irrefutable = true;
  OURO_TRY_STATUS(pattern(p, context));
  context.allow_irrefutable = saved;
  return {};
}

Status Generator::value_pattern(const syntax::MatchValuePattern* p, PatternContext& context) {
  if (p->value->kind != ExprKind::Constant && p->value->kind != ExprKind::Attribute)
    return error("patterns may only match literals and attribute lookups");
  OURO_TRY_STATUS(visit(p->value));
  select::compare(*this, syntax::CompareOperator::Eq);
  jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  return {};
}

Status Generator::singleton_pattern(const syntax::MatchSingletonPattern* p, PatternContext& context) {
  load_const(p->value);
  select::compare(*this, syntax::CompareOperator::Is);
  jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  return {};
}

Status Generator::duplicate_capture(Name name) {
  return error("multiple assignments to name " + str_repr(names().text(name)) + " in pattern");
}

/// Puts the value on top of the stack where captures wait; without a name, drops it.
Status Generator::capture(Name name, PatternContext& context) {
  if (name == Name::none) {
    emit(Op::POP_TOP);
    return {};
  }
  OURO_TRY_STATUS(check_not_debug(name, ExprContext::Store));
  if (contains(context.captures, name)) return duplicate_capture(name);
  select::rotate(*this, static_cast<uint32_t>(context.on_top + context.captures.size() + 1));
  context.captures.push_back(name);
  return {};
}

Status Generator::as_pattern(const syntax::MatchAsPattern* p, PatternContext& context) {
  if (p->pattern == nullptr) {
    if (context.allow_irrefutable) return capture(p->name, context);
    if (p->name == Name::none) return error("wildcard makes remaining patterns unreachable");
    return error("name capture " + str_repr(names().text(p->name)) + " makes remaining patterns unreachable");
  }
  ++context.on_top;
  select::duplicate(*this);
  OURO_TRY_STATUS(pattern(p->pattern, context));
  --context.on_top;
  return capture(p->name, context);
}

Status Generator::sequence_pattern(const syntax::MatchSequencePattern* p, PatternContext& context) {
  const size_t size = p->patterns.size();
  size_t star = size;
  bool only_wildcards = true;
  bool star_is_wildcard = false;
  for (size_t i = 0; i < size; ++i) {
    const Pattern* item = p->patterns[i];
    if (item->kind == PatternKind::MatchStar) {
      if (star != size) return error("multiple starred names in sequence pattern");
      star = i;
      star_is_wildcard = is_star_wildcard(item);
      only_wildcards = only_wildcards && star_is_wildcard;
    } else {
      only_wildcards = only_wildcards && is_wildcard(item);
    }
  }
  const bool starred = star != size;
  ++context.on_top;
  emit(Op::MATCH_SEQUENCE);
  jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  if (!starred || size > 1) {
    emit(Op::GET_LEN);
    load_const(constants().integer(static_cast<int64_t>(starred ? size - 1 : size)));
    select::compare(*this, starred ? syntax::CompareOperator::GtE : syntax::CompareOperator::Eq);
    jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  }
  --context.on_top;
  if (only_wildcards) {
    emit(Op::POP_TOP);
    return {};
  }
  return star_is_wildcard ? sequence_subscript(p->patterns, star, context)
                          : sequence_unpack(p->patterns, context);
}

Status Generator::sequence_unpack(Patterns patterns, PatternContext& context) {
  const size_t size = patterns.size();
  bool starred = false;
  for (size_t i = 0; i < size; ++i) {
    if (patterns[i]->kind != PatternKind::MatchStar) continue;
    const size_t after = size - i - 1;
    if (i >= 256 || after >= (INT_MAX >> 8))
      return error("too many expressions in star-unpacking sequence pattern");
    emit(Op::UNPACK_EX, static_cast<uint32_t>(i + (after << 8)));
    starred = true;
  }
  if (!starred) emit(Op::UNPACK_SEQUENCE, static_cast<uint32_t>(size));
  context.on_top += size;
  for (const Pattern* item : patterns) {
    --context.on_top;
    OURO_TRY_STATUS(subpattern(item, context));
  }
  return {};
}

/// With `*_`, only the wanted items are taken out of the subject; those after the star count from the end.
Status Generator::sequence_subscript(Patterns patterns, size_t star, PatternContext& context) {
  ++context.on_top;
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (i == star || is_wildcard(patterns[i])) continue;
    select::duplicate(*this);
    if (i < star) {
      load_const(constants().integer(static_cast<int64_t>(i)));
    } else {
      emit(Op::GET_LEN);
      load_const(constants().integer(static_cast<int64_t>(patterns.size() - i)));
      select::binary(*this, syntax::BinaryOperator::Sub, false);
    }
    emit(Op::BINARY_SUBSCR);
    OURO_TRY_STATUS(subpattern(patterns[i], context));
  }
  --context.on_top;
  emit(Op::POP_TOP);
  return {};
}

Status Generator::mapping_pattern(const syntax::MatchMappingPattern* p, PatternContext& context) {
  const size_t size = p->keys.size();
  ++context.on_top;
  emit(Op::MATCH_MAPPING);
  jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  if (size == 0 && p->rest == Name::none) {
    --context.on_top;
    emit(Op::POP_TOP);
    return {};
  }
  if (size != 0) {
    emit(Op::GET_LEN);
    load_const(constants().integer(static_cast<int64_t>(size)));
    select::compare(*this, syntax::CompareOperator::GtE);
    jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  }
  OURO_TRY_STATUS(mapping_keys(p->keys));
  emit(Op::MATCH_KEYS);
  context.on_top += 2;  // the keys and the values
  emit(Op::COPY, 1);
  load_none();
  select::compare(*this, syntax::CompareOperator::IsNot);
  jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  emit(Op::UNPACK_SEQUENCE, static_cast<uint32_t>(size));
  context.on_top += size;
  --context.on_top;
  for (const Pattern* item : p->patterns) {
    --context.on_top;
    OURO_TRY_STATUS(subpattern(item, context));
  }
  context.on_top -= 2;
  if (p->rest != Name::none) return mapping_rest(size, p->rest, context);
  emit(Op::POP_TOP);  // the keys
  emit(Op::POP_TOP);  // the subject
  return {};
}

Status Generator::mapping_keys(syntax::Exprs keys) {
  ArenaVector<const Constant*> seen(arena());
  for (const Expr* key : keys) {
    if (key->kind == ExprKind::Constant) {
      const Constant* value = key->as<syntax::ConstantExpr>()->value;
      for (const Constant* other : seen) {
        if (!python_equal(*value, *other)) continue;
        const std::string repr = OURO_TRY(syntax::constant_repr(compilation_.workspace, *value));
        return error("mapping pattern checks duplicate key (" + repr + ")");
      }
      seen.push_back(value);
    } else if (key->kind != ExprKind::Attribute) {
      return error("mapping pattern keys may only match literals and attribute lookups");
    }
    OURO_TRY_STATUS(visit(key));
  }
  emit(Op::BUILD_TUPLE, static_cast<uint32_t>(keys.size()));
  return {};
}

/// `**rest`: a copy of the subject without the keys. The keys and the subject are on the stack.
Status Generator::mapping_rest(size_t key_count, Name rest, PatternContext& context) {
  emit(Op::BUILD_MAP, 0);
  emit(Op::SWAP, 3);
  emit(Op::DICT_UPDATE, 2);
  emit(Op::UNPACK_SEQUENCE, static_cast<uint32_t>(key_count));
  for (size_t left = key_count; left > 0; --left) {
    emit(Op::COPY, static_cast<uint32_t>(1 + left));
    select::swap(*this);
    emit(Op::DELETE_SUBSCR);
  }
  return capture(rest, context);
}

Status Generator::check_class_attributes(const syntax::MatchClassPattern* p) {
  const auto attributes = p->kwd_attrs;
  for (size_t i = 0; i < attributes.size(); ++i) {
    set_location(p->kwd_patterns[i]->range);
    OURO_TRY_STATUS(check_not_debug(attributes[i], ExprContext::Store));
    for (size_t j = i + 1; j < attributes.size(); ++j) {
      if (attributes[i] != attributes[j]) continue;
      set_location(p->kwd_patterns[j]->range);
      return error("attribute name repeated in class pattern: " + std::string(names().text(attributes[i])));
    }
  }
  return {};
}

Status Generator::class_pattern(const syntax::MatchClassPattern* p, PatternContext& context) {
  if (!p->kwd_attrs.empty()) {
    OURO_TRY_STATUS(check_class_attributes(p));
    set_location(p->range);
  }
  const size_t positional = p->patterns.size();
  const size_t total = positional + p->kwd_attrs.size();
  OURO_TRY_STATUS(visit(p->cls));
  load_const(tuple_of_names(p->kwd_attrs));
  emit(Op::MATCH_CLASS, static_cast<uint32_t>(positional));
  emit(Op::COPY, 1);
  load_none();
  select::compare(*this, syntax::CompareOperator::IsNot);
  ++context.on_top;
  jump_to_failure(context, Op::POP_JUMP_IF_FALSE);
  emit(Op::UNPACK_SEQUENCE, static_cast<uint32_t>(total));
  context.on_top += total;
  --context.on_top;
  for (size_t i = 0; i < total; ++i) {
    --context.on_top;
    const Pattern* item = i < positional ? p->patterns[i] : p->kwd_patterns[i - positional];
    if (is_wildcard(item))
      emit(Op::POP_TOP);
    else
      OURO_TRY_STATUS(subpattern(item, context));
  }
  return {};
}

// Every alternative works on its own copy of the subject and must bind the same names; their captures are
// brought into the first one's order.
Status Generator::or_pattern(const syntax::MatchOrPattern* p, PatternContext& context) {
  const Label end = new_label();
  const PatternContext outer = context;
  ArenaVector<Name> wanted(arena());
  for (size_t i = 0; i < p->patterns.size(); ++i) {
    const Pattern* alternative = p->patterns[i];
    set_location(alternative->range);
    context = PatternContext(arena());
    context.allow_irrefutable = i + 1 == p->patterns.size() && outer.allow_irrefutable;
    select::duplicate(*this);
    OURO_TRY_STATUS(pattern(alternative, context));
    if (i == 0)
      wanted = context.captures;
    else
      OURO_TRY_STATUS(align_captures(wanted, context));
    jump(Op::JUMP, end);
    place_failures(context);
  }
  context = outer;
  // No alternative matched: drop the copy of the subject.
  emit(Op::POP_TOP);
  jump_to_failure(context, Op::JUMP);
  place(end);
  return store_alternative(wanted, context);
}

Status Generator::align_captures(const ArenaVector<Name>& wanted, PatternContext& context) {
  constexpr std::string_view kDifferent = "alternative patterns bind different names";
  ArenaVector<Name>& captures = context.captures;
  if (captures.size() != wanted.size()) return error(kDifferent);
  for (size_t to = wanted.size(); to-- > 0;) {
    Name* found = std::find(captures.begin(), captures.end(), wanted[to]);
    if (found == captures.end()) return error(kDifferent);
    const auto from = static_cast<size_t>(found - captures.begin());
    if (from == to) continue;
    // Everything up to the name moves behind what lies between it and its place; the stack turns alike.
    std::rotate(captures.begin(), captures.begin() + from + 1, captures.begin() + to + 1);
    for (size_t turn = 0; turn <= from; ++turn) select::rotate(*this, static_cast<uint32_t>(to + 1));
  }
  return {};
}

/// Moves the captures of whichever alternative matched below everything the enclosing patterns keep.
Status Generator::store_alternative(const ArenaVector<Name>& captures, PatternContext& context) {
  const size_t depth = captures.size() + 1 + context.on_top + context.captures.size();
  for (const Name name : captures) {
    select::rotate(*this, static_cast<uint32_t>(depth));
    if (contains(context.captures, name)) return duplicate_capture(name);
    context.captures.push_back(name);
  }
  emit(Op::POP_TOP);  // the copy of the subject
  return {};
}

}  // namespace ouro::compiler
