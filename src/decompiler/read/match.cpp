// match statements: the subject is on the stack, and each case but the last works on a copy of it.
//
//   subject; COPY 1; pattern; stores; guard; POP_TOP; body; jump to the end
//   the POP_TOPs for what a failing test leaves on the stack; the next case: …
//
// A test that fails jumps behind the body, to as many POP_TOPs as there is to drop. A last `case _` is only a
// NOP. The end of the statement is where the bodies' jumps lead. Where no body gets that far, the code behind
// the statement is told from the last case by its columns: what belongs to a case stands to the right of it.
#include <algorithm>
#include <vector>

#include "decompiler/read/patterns.h"

namespace ouro::decompiler {

namespace {

constexpr int32_t kWidthOfCase = 5;  // with a blank

bool is_name_load(Op op) {
  return op == Op::LOAD_NAME || op == Op::LOAD_GLOBAL || op == Op::LOAD_FAST || op == Op::LOAD_DEREF ||
         op == Op::LOAD_CLASSDEREF;
}

bool is_own_line(const Stmt* statement, const syntax::Pattern* pattern) {
  return pattern->range.line > 0 &&
         statement->range.line > std::max(pattern->range.line, pattern->range.end_line);
}

bool is_store(Op op) {
  return op == Op::STORE_FAST || op == Op::STORE_NAME || op == Op::STORE_GLOBAL || op == Op::STORE_DEREF;
}

}  // namespace

bool Reader::begins_match() const {
  if (stack_.size() != base_ + 1 || stack_.back().kind != Slot::Kind::Value || stack_.back().copied)
    return false;
  const Position& subject = stack_.back().position;
  const int32_t line = std::max(subject.line, subject.end_line);
  return subject.line > 0 && here().position.line > line && begins_pattern(at_, line);
}

/// Whether the instructions at `at` test or bind the subject on the stack, which ends in that line: a pattern
/// stands below its subject, unlike anything else that works on a value.
bool Reader::begins_pattern(uint32_t at, int32_t line) const {
  const Op op = code_[at].op;
  if (is_store(op)) return true;
  switch (op) {
    case Op::MATCH_SEQUENCE:
    case Op::MATCH_MAPPING:
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
    case Op::POP_TOP:
      return true;
    case Op::COPY:
      return code_[at].argument == 1;
    default:
      break;
  }
  if (op != Op::LOAD_CONST && !is_name_load(op)) return false;
  uint32_t next = at + 1;
  while (op != Op::LOAD_CONST && next < code_.size() && code_[next].op == Op::LOAD_ATTR) ++next;
  if (next + 1 >= code_.size() || code_[next].position.line <= line) return false;
  if (code_[next].op == Op::LOAD_CONST) return code_[next + 1].op == Op::MATCH_CLASS;
  return (code_[next].op == Op::COMPARE_OP || code_[next].op == Op::IS_OP) &&
         Code::is_conditional_jump(code_[next + 1].op);
}

bool Reader::read_match(uint32_t end) {
  const int32_t line = stack_.back().position.line;
  Expr* const subject = pop_value();
  if (subject == nullptr) return false;
  const size_t base = stack_.size();
  std::vector<syntax::MatchCase*> cases;
  uint32_t match_end = kNone;
  int32_t column = INT32_MAX;  // of the word `case`
  for (bool more = true; more;) {
    Matching m(*this, base);
    m.subject = m.add();
    m.push(m.subject);
    auto* const node = arena().make<syntax::MatchCase>();
    cases.push_back(node);
    if (!read_case(end, m, node)) return false;
    const SourceRange& place = node->pattern->range;
    if (place.column >= kWidthOfCase) column = std::min(column, place.column - kWidthOfCase);
    stack_.resize(base);
    // Tests of alternatives lead to others in front of the body.
    std::erase_if(m.failures, [&](const auto& failure) { return failure.target < at_; });
    if (m.failures.empty()) {
      if (!read_last_body(match_end == kNone ? end : match_end, match_end == kNone ? column : -1, node,
                          &match_end))
        return false;
      break;
    }
    const auto first = std::min_element(m.failures.begin(), m.failures.end(),
                                        [](const auto& a, const auto& b) { return a.target < b.target; });
    const size_t below = base + (m.copied ? 1 : 0);
    if (first->height < below) return fail("a pattern that drops too much");
    // What is left of a jump out of the code being read is no end of a body.
    const uint32_t body_end = std::min(first->target, end);
    if (body_end < at_) return fail("a case without an end");
    if (!read_case_body(body_end, end, node, &match_end)) return false;
    const auto landing = first->target + static_cast<uint32_t>(first->height - below);
    more = m.copied;
    if (first->target > end || landing > end) {
      at_ = end;
      if (more) return fail("a case without an end");
    } else {
      at_ = landing;
    }
  }
  if (at_ < end && begins_default(match_end, end, column)) {
    auto* const node = arena().make<syntax::MatchCase>();
    cases.push_back(node);
    const bool known = match_end != kNone && match_end > at_;
    if (!read_default(known ? match_end : end, known ? -1 : column, node, &match_end)) return false;
  }
  auto* const node = make<syntax::MatchStmt>(Position{line, 0, -1, -1});
  node->subject = subject;
  node->cases = list(cases);
  emit(node);
  return true;
}

/// Pattern and guard.
bool Reader::read_case(uint32_t end, Matching& m, syntax::MatchCase* node) {
  bool guarded = false;
  if (!read_pattern(end, m, &guarded)) return false;
  node->pattern = m.pattern_of(m.subject, false);
  if (node->pattern == nullptr) return false;
  place_last_name(m, node->pattern);
  if (!guarded && at_ < end && here().op == Op::NOP && has_columns(m.last_position) &&
      here().position == m.last_position && stack_.size() == m.base) {
    // A constant guard has left its jump, or the place of it.
    const bool holds = std::ranges::find(m.failures, at_ + 1, &Matching::Failure::target) == m.failures.end();
    Position behind = m.last_position;
    behind.line = behind.end_line;
    behind.column = ++behind.end_column;
    node->guard = certain(holds, behind);
    ++at_;
    return true;
  }
  if (!guarded && !m.copied && at_ < end) guarded = is_guard(m);
  if (guarded) {
    node->guard = read_guard(end, m);
    if (node->guard == nullptr) return false;
  }
  if (stack_.size() == m.base) return true;
  m.copied = true;
  if (stack_.size() != m.base + 1 || at_ >= end || here().op != Op::POP_TOP)
    return fail("a subject that stays");
  ++at_;
  return true;
}

/// Up to where the subject is no longer needed, or to the guard.
bool Reader::read_pattern(uint32_t end, Matching& m, bool* guarded) {
  for (bool begun = false; stack_.size() > m.base; begun = true) {
    if (at_ >= end) return fail("a pattern without an end");
    const bool alone = stack_.size() == m.base + 1 && m.place_of(stack_.back()) == m.subject;
    const bool done = begun && alone && m.subject->copy != nullptr && m.subject->kind == Place::Kind::Any;
    const Op op = here().op;
    const bool shuffles = op == Op::POP_TOP || op == Op::SWAP || op == Op::NOP || is_store(op);
    if (done && !shuffles && !Code::is_unconditional_jump(op)) {
      *guarded = true;
      return true;
    }
    // A guard that never holds: nothing takes the subject off.
    const bool leads_on = op == Op::NOP && here().position == m.last_position;
    if (done && leads_on &&
        std::ranges::find(m.failures, at_ + 1, &Matching::Failure::target) != m.failures.end()) {
      m.copied = true;
      stack_.pop_back();
      return true;
    }
    if (done && op == Op::POP_TOP) {
      m.copied = true;
      stack_.pop_back();
      ++at_;
      return true;
    }
    if (!m.step()) return false;
  }
  return true;
}

/// The stores stand where the last part of the pattern does; if that is a name, it is known by that alone.
void Reader::place_last_name(Matching& m, syntax::Pattern* pattern) {
  for (uint32_t depth = 0; depth < 100; ++depth) {
    syntax::Pattern* next = nullptr;
    switch (pattern->kind) {
      case syntax::PatternKind::MatchSequence: {
        const auto patterns = pattern->as<syntax::MatchSequencePattern>()->patterns;
        if (!patterns.empty()) next = patterns.back();
        break;
      }
      case syntax::PatternKind::MatchMapping: {
        const auto* const mapping = pattern->as<syntax::MatchMappingPattern>();
        if (!mapping->patterns.empty() && mapping->rest == Name::none) next = mapping->patterns.back();
        break;
      }
      case syntax::PatternKind::MatchClass: {
        const auto* const type = pattern->as<syntax::MatchClassPattern>();
        const auto patterns = type->kwd_patterns.empty() ? type->patterns : type->kwd_patterns;
        if (!patterns.empty()) next = patterns.back();
        break;
      }
      default:
        break;
    }
    if (next == nullptr) break;
    pattern = next;
  }
  const bool name = (pattern->kind == syntax::PatternKind::MatchAs &&
                     pattern->as<syntax::MatchAsPattern>()->pattern == nullptr) ||
                    pattern->kind == syntax::PatternKind::MatchStar;
  if (name && pattern->range.line <= 0) pattern->range = range_of(m.last_position);
}

/// Whether a guard follows a pattern that has used up its subject: its jump, which stands where the pattern
/// does, leads behind the body.
bool Reader::is_guard(const Matching& m) const {
  const int32_t line = m.last_position.line;
  if (here().position.line != line) return false;
  const uint32_t jump = shape_.last_of_segment(at_);
  if (jump >= code_.size() || !Code::is_conditional_jump(code_[jump].op) || code_[jump].target == kNone)
    return false;
  const Position& place = code_[jump].position;
  const uint32_t target = code_[jump].target;
  if (place.line != line || target <= jump || target >= code_.size()) return false;
  const bool returns =
      is_none(target) && target + 1 < code_.size() && code_[target + 1].op == Op::RETURN_VALUE;
  if (code_[target].position.line == line && !returns) return false;
  return !has_columns(place) || place == m.last_position || place.column == here().position.column;
}

Expr* Reader::read_guard(uint32_t end, Matching& m) {
  const size_t height = stack_.size();
  while (at_ < end && !(Code::is_conditional_jump(here().op) && stack_.size() <= height + 1)) {
    const uint32_t before = at_;
    if (!step(end)) return nullptr;
    if (at_ <= before) return fail("a guard without an end"), nullptr;
  }
  if (at_ >= end) return fail("a guard without an end"), nullptr;
  uint32_t if_true = kNone;
  uint32_t if_false = kNone;
  Expr* test = read_test(end, &if_true, &if_false);
  if (test == nullptr) return nullptr;
  if (stack_.size() != height) return fail("unexpected guard"), nullptr;
  const bool negative = if_true != at_ && if_false == at_;
  if (negative) {
    auto* const node = make<syntax::UnaryOpExpr>(Position());
    node->op = syntax::UnaryOperator::Not;
    node->operand = test;
    test = node;
  }
  return m.note_failure(negative ? if_true : if_false) ? test : nullptr;
}

/// Whether the jump belongs to a break or continue that has dropped something before.
bool Reader::ends_leaving(uint32_t jump) const {
  const Position& place = code_[jump].position;
  const int32_t width = place.end_column - place.column;
  return jump > 0 && code_[jump - 1].position == place && has_columns(place) &&
         place.line == place.end_line &&
         (code_[jump - 1].op == Op::POP_TOP || code_[jump - 1].op == Op::POP_EXCEPT) &&
         (width == 5 || width == 8) && !code_.inherits_position(jump - 1);
}

/// A body whose end is known. Where its last jump leads is where the statement ends.
bool Reader::read_case_body(uint32_t body_end, uint32_t end, syntax::MatchCase* node, uint32_t* match_end) {
  StmtList body;
  uint32_t last = body_end;
  if (body_end > at_) {
    const uint32_t jump = body_end - 1;
    if (Code::is_unconditional_jump(code_[jump].op) && !is_leaving_jump(jump) && !ends_leaving(jump)) {
      last = jump;
      const uint32_t target = code_[jump].target;
      *match_end = target >= body_end && target <= end ? target : end;
    } else if (code_[jump].op == Op::RETURN_VALUE && is_implicit_return(jump)) {
      *match_end = end;
    }
  }
  if (!read_part(last, handler_, &body)) return false;
  if (last < body_end || body.empty()) add_pass(last, &body);
  node->body = list(body);
  at_ = body_end;
  return true;
}

/// The body of the last case, up to `end`, or to the first statement that does not stand to the right of the
/// column if that is one.
bool Reader::read_last_body(uint32_t end, int32_t column, syntax::MatchCase* node, uint32_t* match_end) {
  if (column < 0 || column == INT32_MAX) {
    *match_end = end;
    return read_case_body(end, end, node, match_end);
  }
  StmtList body;
  StmtList* const outer = std::exchange(statements_, &body);
  const size_t outer_base = std::exchange(base_, stack_.size());
  bool good = ++recursion_ <= 400;
  while (good && at_ < end && !(at_statement_start() && is_left_of(at_, column))) {
    good = step(end);
    // All statements of a body begin at the same column.
    if (good && !body.empty() && body.front()->range.column > column &&
        is_own_line(body.front(), node->pattern))
      column = body.front()->range.column - 1;
  }
  --recursion_;
  base_ = outer_base;
  statements_ = outer;
  if (!good) return reason_.empty() ? fail("too deeply nested") : false;
  if (body.empty()) body.push_back(lost_statement());
  node->body = list(body);
  *match_end = at_;
  return true;
}

/// Whether something in the line of the instruction stands at that column, or left of it.
bool Reader::is_left_of(uint32_t at, int32_t column) const {
  const int32_t line = code_[at].position.line;
  for (uint32_t i = at; i < code_.size() && code_[i].position.line == line; ++i)
    if (has_columns(code_[i].position) && code_[i].position.column <= column && !code_.inherits_position(i))
      return true;
  return false;
}

/// Whether at_, where the last pattern leads when it fails, belongs to a `case _`.
bool Reader::begins_default(uint32_t match_end, uint32_t end, int32_t column) const {
  const bool placed = !takes_place_over(at_);
  const Position& place = here().position;
  if (here().op == Op::NOP && placed && has_columns(place) && place.line == place.end_line) return true;
  if (match_end != kNone && match_end < end) return match_end > at_;
  if (Code::is_unconditional_jump(here().op)) return false;
  if (is_none(at_) && at_ + 1 < code_.size() && code_[at_ + 1].op == Op::RETURN_VALUE && !placed)
    return false;
  if (match_end == end) return true;
  if (!has_columns(place) || column == INT32_MAX) return false;
  return place.column >= column + kWidthOfCase + 2 && !is_left_of(at_, column);
}

bool Reader::read_default(uint32_t end, int32_t column, syntax::MatchCase* node, uint32_t* match_end) {
  const bool own =
      here().op == Op::NOP && !takes_place_over(at_) &&
      (!has_columns(here().position) || here().position.end_column == here().position.column + 1);
  Matching m(*this, stack_.size());
  // With a guard on its line, only the guard's last jump stands at the place of the `_`.
  const uint32_t jump = shape_.last_of_segment(at_);
  const Position place = own || jump >= code_.size() ? here().position : code_[jump].position;
  const bool guarded = !own && has_columns(place) && place.line == here().position.line &&
                       place.end_column == place.column + 1 && place.end_column < here().position.column;
  if (own || guarded) {
    m.last_position = place;
    if (own) ++at_;
    if (is_guard(m)) {
      node->guard = read_guard(end, m);
      if (node->guard == nullptr) return false;
      const uint32_t behind = m.failures.back().target;
      if (behind > at_ && behind <= end) {
        end = behind;
        column = -1;
      }
    }
  }
  auto* const pattern = make<syntax::MatchAsPattern>(m.last_position);
  node->pattern = pattern;
  return read_last_body(end, column, node, match_end);
}

}  // namespace ouro::decompiler
