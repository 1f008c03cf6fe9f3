// match statements. Patterns go by the same two demands as expressions.
#include <algorithm>

#include "decompiler/print/printer.h"

namespace ouro::decompiler {

using namespace syntax;

namespace {

enum PatternLevel : int { kOpenSequence, kAsPattern, kOrPattern, kClosed };

bool needs_parentheses(const Pattern* p, int level) {
  if (p->kind == PatternKind::MatchAs)
    return p->as<MatchAsPattern>()->pattern != nullptr && level > kAsPattern;
  return p->kind == PatternKind::MatchOr && level > kOrPattern;
}

constexpr int32_t kCaseWidth = 5;  // of "case "

}  // namespace

void Printer::match(const MatchStmt* s, const Place& end) {
  const size_t first = tokens_.size();
  begin("match", start_of(s->range), kGlue);
  if (s->subject->kind == ExprKind::Tuple) {
    expression_spaced(s->subject, kTest | kNamedOk | kTupleOk);
  } else {
    value(s->subject, kTest | kNamedOk);
  }
  put(":", kTight);
  mark_statement(first);
  int32_t indent = -1;
  for (const MatchCase* c : s->cases) {
    const Place place = start_of(c->pattern->range);
    if (place.exact() && place.column >= indent_ + 1 + kCaseWidth &&
        (indent < 0 || place.column - kCaseWidth < indent))
      indent = place.column - kCaseWidth;
  }
  if (indent < 0 || options_.clean) indent = indent_ + 4;
  for (const MatchCase* c : s->cases) {
    if (options_.clean) break;
    bool reliable = false;
    const Place inside = statement_place(c->body[0], &reliable);
    const bool own_line = inside.line != start_of(c->pattern->range).line;
    if (inside.exact() && own_line && inside.column <= indent)
      indent = std::max(indent_ + 1, inside.column - 1);
  }
  const int32_t saved = indent_;
  indent_ = indent;
  for (const MatchCase* c : s->cases) match_case(c, indent, c == s->cases.back() ? end : Place());
  indent_ = saved;
}

void Printer::match_case(const MatchCase* c, int32_t indent, const Place& end) {
  const size_t first = tokens_.size();
  statement_flags_ = 0;
  begin("case", {}, kGlue);
  space_ = true;
  pattern(c->pattern, kOpenSequence, {});
  if (c->guard != nullptr) {
    put("if", kSpace | kGlue);
    value(c->guard, kTest | kNamedOk);
  }
  put(":", kTight);
  mark_statement(first);
  suite(c->body, indent, end);
}

void Printer::pattern(const Pattern* p, int level, const Place& end) {
  if (too_deep()) return;
  ++depth_;
  const Place start = start_of(p->range);
  const Place own_end = end_of(p->range);
  const bool star = p->kind == PatternKind::MatchStar;
  const bool wrap =
      !star && (needs_parentheses(p, level) || (differ(pending_, start) && before(pending_, start)) ||
                (differ(end, own_end) && before(own_end, end)));
  if (wrap) {
    put("(", kOpen | kGlue);
    level = kAsPattern;
    pending_ = {};
  }
  if (!pending_.exact() && start.line != 0) pending_ = start;
  pattern_inner(p, level, own_end.exact() ? own_end : wrap ? Place() : end);
  if (wrap) {
    put(")", kClose);
    end_at(end);
  }
  --depth_;
}

void Printer::pattern_inner(const Pattern* pattern, int level, const Place& end) {
  switch (pattern->kind) {
    case PatternKind::MatchValue: {
      const bool saved = literal_only_;
      literal_only_ = true;
      expression(pattern->as<MatchValuePattern>()->value, kTest, end);
      literal_only_ = saved;
      return;
    }
    case PatternKind::MatchSingleton:
      constant_token(*pattern->as<MatchSingletonPattern>()->value, 0);
      return end_at(end);
    case PatternKind::MatchSequence:
      return sequence_pattern(pattern->as<MatchSequencePattern>(), level, end);
    case PatternKind::MatchMapping:
      return mapping_pattern(pattern->as<MatchMappingPattern>(), end);
    case PatternKind::MatchClass:
      return class_pattern(pattern->as<MatchClassPattern>(), end);
    case PatternKind::MatchStar: {
      const Name name = pattern->as<MatchStarPattern>()->name;
      put("*", kGlue);
      name == Name::none ? put("_") : put_name(name);
      return end_at(end);
    }
    case PatternKind::MatchAs: {
      const auto* p = pattern->as<MatchAsPattern>();
      if (p->pattern != nullptr) {
        this->pattern(p->pattern, kOrPattern, {});
        put("as", kSpace);
        space_ = true;
      }
      p->name == Name::none ? put("_") : put_name(p->name);
      return end_at(end);
    }
    case PatternKind::MatchOr: {
      const auto* p = pattern->as<MatchOrPattern>();
      for (size_t i = 0; i < p->patterns.size(); ++i) {
        if (i > 0) {
          put("|", kSpace | kWord);
          space_ = true;
        }
        this->pattern(p->patterns[i], kClosed, i + 1 == p->patterns.size() ? end : Place());
      }
      return;
    }
  }
}

void Printer::pattern_list(Patterns list) {
  bool first = true;
  for (const Pattern* p : list) {
    separate(&first);
    pattern(p, kAsPattern, {});
  }
}

void Printer::sequence_pattern(const MatchSequencePattern* p, int level, const Place& end) {
  const Patterns list = p->patterns;
  bool open = level == kOpenSequence && !list.empty();
  if (open) {
    const Place first = start_of(list[0]->range);
    open = first.exact() && pending_.exact() && !differ(first, pending_);
  }
  if (!open) {
    const size_t bracket = tokens_.size();
    const Place start = pending_;
    put("[", kOpen);
    pattern_list(list);
    space_ = false;
    if (level == kOpenSequence && list.size() > 1 && start.exact() && end.exact() && start.line == end.line) {
      int64_t width = 1;
      for (size_t i = bracket; i < tokens_.size(); ++i)
        width += static_cast<int64_t>(tokens_[i].text.size()) +
                 (i != bracket && tokens_[i].flags & kSpace ? 1 : 0);
      if (width > end.column - start.column) {
        // There is no room for brackets.
        tokens_.erase(tokens_.begin() + static_cast<ptrdiff_t>(bracket));
        if (!tokens_[bracket].place.exact()) tokens_[bracket].place = start;
        tokens_[bracket].flags |= kSpace;
        --brackets_;
        return end_at(end);
      }
    }
    put("]", kClose);
    return end_at(end);
  }
  const Place last = end_of(list.back()->range);
  const bool trailing_comma = list.size() == 1 || (differ(end, last) && before(last, end));
  bool first = true;
  for (const Pattern* item : list) {
    separate(&first);
    pattern(item, kAsPattern, item == list.back() && !trailing_comma ? end : Place());
  }
  if (!trailing_comma) return;
  put(",", kTight);
  end_at(end);
}

void Printer::mapping_pattern(const MatchMappingPattern* p, const Place& end) {
  put("{", kOpen);
  bool first = true;
  const bool saved = literal_only_;
  for (size_t i = 0; i < p->keys.size(); ++i) {
    separate(&first);
    literal_only_ = true;
    expression(p->keys[i], kTest);
    literal_only_ = saved;
    put(":", kTight | kGlue);
    space_ = true;
    pattern(p->patterns[i], kAsPattern, {});
  }
  if (p->rest != Name::none) {
    separate(&first);
    put("**", kGlue);
    put_name(p->rest);
  }
  space_ = false;
  put("}", kClose);
  end_at(end);
}

void Printer::class_pattern(const MatchClassPattern* p, const Place& end) {
  const bool saved = literal_only_;
  literal_only_ = true;
  expression(p->cls, kAtom);
  literal_only_ = saved;
  put("(", kOpen);
  pattern_list(p->patterns);
  bool first = p->patterns.empty();
  for (size_t i = 0; i < p->kwd_attrs.size(); ++i) {
    separate(&first);
    put_name(p->kwd_attrs[i], kGlue);
    put("=", kGlue | kTight);
    pattern(p->kwd_patterns[i], kAsPattern, {});
  }
  space_ = false;
  put(")", kClose);
  end_at(end);
}

}  // namespace ouro::decompiler
