// for, async for, while.
//
// A while loop's test is compiled twice: in front of the body, where it leads past the loop when it is false,
// and behind it, where it leads back to the body when it is true. `while True` has neither, just the jump
// back.
#include <algorithm>

#include "decompiler/read/conditions.h"
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

Construct* Reader::innermost_loop() {
  for (size_t i = constructs_.size(); i-- > 0;) {
    const auto kind = constructs_[i].kind;
    if (kind == Construct::Kind::For || kind == Construct::Kind::AsyncFor || kind == Construct::Kind::While)
      return &constructs_[i];
  }
  return nullptr;
}

const Construct* Reader::innermost_loop() const {
  return const_cast<Reader*>(this)->innermost_loop();
}

// Whether the innermost loop around begins at `at`.
bool Reader::is_loop_start(uint32_t at) const {
  const Construct* loop = innermost_loop();
  return loop != nullptr && (loop->continue_target == at || loop->body_first == at);
}

// --- while ----------------------------------------------------------------------------------------------

// The test again, behind the body that begins at at_.
bool Reader::find_bottom_test(const Condition& condition, uint32_t first, uint32_t end, uint32_t* body_end,
                              uint32_t* after) const {
  const uint32_t bottom = shape_.test_back_to(at_);
  if (bottom == kNone || bottom >= end) return false;
  uint32_t top = condition.last_jump;
  uint32_t at = bottom;
  uint32_t cleanup = bottom;
  // Jumps between the leaves, or what the end of the code has made of them.
  auto is_glue = [&](uint32_t i) {
    return Code::is_unconditional_jump(code_[i].op) || code_[i].op == Op::RETURN_VALUE ||
           (code_[i].op == Op::LOAD_CONST && code_[i + 1].op == Op::RETURN_VALUE) ||
           (code_[i].op == Op::POP_TOP && shape_.jump_to(i) != kNone &&
            shape_.depth(i) == condition.depth + 1);
  };
  for (;;) {
    while (top > first && is_glue(top)) --top;
    while (at > at_ && is_glue(at)) --at;
    if (!same_test_part(code_[top], code_[at])) return false;
    if (Code::is_conditional_jump(code_[at].op) && code_[at].target != kNone && code_[at].target > cleanup &&
        code_[code_[at].target].op == Op::POP_TOP && at >= 3 && code_[at - 3].op == Op::SWAP)
      cleanup = code_[at].target;
    if (top == first || at == at_) break;
    --top;
    --at;
  }
  if (top != first) return false;
  *body_end = at;
  *after = cleanup + 1;
  return *after <= end;
}

bool Reader::same_test_part(const Instruction& a, const Instruction& b) {
  if (Code::is_conditional_jump(a.op) || a.op == Op::SEND || a.target != kNone)
    return Code::is_conditional_jump(a.op) == Code::is_conditional_jump(b.op) && (b.target != kNone);
  return a.op == b.op && a.argument == b.argument && a.position == b.position;
}

bool Reader::read_while(Expr* test, const Position& range, uint32_t first, uint32_t body_end, uint32_t after,
                        uint32_t end) {
  auto* node = make<syntax::WhileStmt>(range);
  node->test = test;
  constructs_.push_back({.kind = Construct::Kind::While,
                         .range = range,
                         .continue_target = first,
                         .break_target = after,
                         .body_first = at_});
  const uint32_t body_first = at_;
  StmtList body;
  const bool good = read_statements(body_end, &body);
  constructs_.pop_back();
  if (!good) return false;
  at_ = after;
  StmtList orelse;
  if (!read_statements(end_of_loop_orelse(range, first, body_first, body_end, end), &orelse)) return false;
  if (body.empty()) add_placeholder(&body);
  node->body = list(body);
  node->orelse = list(orelse);
  emit(node);
  return true;
}

// Where the else part ends that begins at at_: with the statement's range, or where the breaks go.
uint32_t Reader::end_of_loop_orelse(const Position& range, uint32_t head, uint32_t first, uint32_t last,
                                    uint32_t end) const {
  if (has_columns(range)) return end_of_own(range, at_, end);
  uint32_t target = at_;
  for (uint32_t i = first; i < last && i < code_.size(); ++i)
    if (code_[i].op == Op::JUMP_FORWARD && code_[i].target > at_ && code_[i].target <= end)
      target = std::max(target, code_[i].target);
  const bool columns = at_ < end && first > 0 && has_columns(code_[first - 1].position);
  return target == at_ && columns ? end_of_deeper(head, end) : target;
}

// Behind the statements from at_ on that stand farther to the right than the one whose test begins at `head`.
uint32_t Reader::end_of_deeper(uint32_t head, uint32_t end) const {
  const int32_t outer = column_of_statement(head);
  const int32_t depth = shape_.depth(at_);
  uint32_t at = at_;
  for (; at < end; at = std::max(at + 1, shape_.last_of_segment(at) + 1)) {
    if (shape_.depth(at) != depth || (at > at_ && (!is_own_position(at) || is_in_expression(at, at_))))
      continue;
    if (outer < 0 || column_of_statement(at) <= outer) break;
  }
  return std::min(at, end);
}

// The jump at the bottom of a loop whose body begins at at_, or behind the NOP that stands there.
uint32_t Reader::endless_loop_jump(uint32_t* first) const {
  if (!at_statement_start() || at_ + 1 >= code_.size()) return kNone;
  *first = here().op == Op::NOP ? at_ + 1 : at_;
  if (const uint32_t last = last_jump_of_loop(at_); last != kNone) return last;
  const uint32_t jump = shape_.jump_back_to(*first);
  if (jump == kNone || jump < at_ || is_loop_start(*first)) return kNone;
  const Position& loop = code_[jump].position;
  const Position& body = code_[*first].position;
  if (here().op == Op::NOP && loop == here().position && loop.line > 0) return jump;
  if (has_columns(loop)) return contains(loop, body) && starts_before(loop, body) ? jump : kNone;
  return loop.line > 0 && loop.line <= body.line ? jump : kNone;
}

bool Reader::begins_endless_loop() const {
  uint32_t first = kNone;
  return endless_loop_jump(&first) != kNone;
}

bool Reader::read_endless_loop(uint32_t end) {
  uint32_t first = kNone;
  const uint32_t jump = endless_loop_jump(&first);
  if (jump >= end) return fail("a loop that jumps back from elsewhere");
  // A body that only its own statements continue has no end that jumps back.
  const bool open = code_[jump].target == at_ && here().op == Op::NOP && !has_columns(here().position);
  const uint32_t body_end = open ? end_of_open_loop(first, jump, end) : jump;
  const uint32_t behind = open ? body_end : jump + 1;
  const Position range = open ? here().position : code_[jump].position;
  const uint32_t start = at_;
  at_ = first;
  auto* node = make<syntax::WhileStmt>(range);
  node->test = certain(true, range);
  constructs_.push_back({.kind = Construct::Kind::While,
                         .range = range,
                         .continue_target = start,
                         .break_target = behind,
                         .body_first = first});
  StmtList body;
  const bool good = read_statements(body_end, &body);
  constructs_.pop_back();
  if (!good) return false;
  at_ = behind;
  if (body.empty()) add_placeholder(&body);
  node->body = list(body);
  emit(node);
  return true;
}

Expr* Reader::certain(bool truth, const Position& statement) {
  auto* node = make<syntax::ConstantExpr>(Position());
  const Constant* const lost = has_columns(statement) ? nullptr : dropped_.test_at(at_, truth);
  node->value = lost != nullptr ? lost : dropped_.test(statement, truth);
  return node;
}

// --- for ------------------------------------------------------------------------------------------------

bool Reader::read_for(uint32_t end) {
  const Position range = here().position;
  Expr* const iter = pop_value();
  if (iter == nullptr) return false;
  if (!at_statement_start()) return fail("a loop in an expression");
  const uint32_t start = at_ + 1;
  const uint32_t exit = code_[start].target;
  uint32_t body_end = exit;
  if (exit == kNone || exit <= start) return fail("a loop without an end");
  // The exit stands elsewhere only where it is a copy of an implicit return: nothing comes between.
  if (exit > end) body_end = end;
  auto* node = make<syntax::ForStmt>(range);
  node->iter = iter;
  push({.kind = Slot::Kind::Marker, .position = range});
  constructs_.push_back({.kind = Construct::Kind::For,
                         .range = range,
                         .continue_target = start,
                         .break_target = body_end,
                         .body_first = start + 1});
  at_ = start + 1;
  StmtList body;
  node->target = read_target(Slot::Kind::Next, body_end);
  const uint32_t body_first = at_;
  const bool good = node->target != nullptr && read_statements(body_end, &body);
  constructs_.pop_back();
  Slot iterator;
  if (!good || !pop(&iterator)) return false;
  StmtList orelse;
  if (!read_statements(end_of_loop_orelse(range, start, body_first, body_end, end), &orelse)) return false;
  if (body.empty()) add_placeholder(&body);
  node->body = list(body);
  node->orelse = list(orelse);
  emit(node);
  return true;
}

// The items' end is an exception, whose handler, END_ASYNC_FOR, goes on with the else part.
bool Reader::read_async_for(uint32_t end) {
  const Position range = here().position;
  Expr* const iter = pop_value();
  if (iter == nullptr) return false;
  if (!at_statement_start()) return fail("a loop in an expression");
  const uint32_t start = at_ + 1;
  if (start >= end || code_[start].op != Op::GET_ANEXT) return fail("an asynchronous loop without items");
  const uint32_t handler = code_[start].handler;
  if (handler == kNone || handler <= start || handler >= end || code_[handler].op != Op::END_ASYNC_FOR)
    return fail("an asynchronous loop without an end");
  auto* node = make<syntax::AsyncForStmt>(range);
  node->iter = iter;
  push({.kind = Slot::Kind::Marker, .position = range});
  constructs_.push_back({.kind = Construct::Kind::AsyncFor,
                         .range = range,
                         .continue_target = start,
                         .break_target = handler,
                         .body_first = start});
  at_ = start + 1;
  StmtList body;
  bool good = skip_send_loop();
  if (good) node->target = read_target(Slot::Kind::Next, handler);
  const uint32_t body_first = at_;
  good = good && node->target != nullptr && read_statements(handler, &body);
  constructs_.pop_back();
  Slot iterator;
  if (!good || !pop(&iterator)) return false;
  at_ = handler + 1;
  StmtList orelse;
  if (!read_statements(end_of_loop_orelse(range, start, body_first, handler, end), &orelse)) return false;
  if (body.empty()) add_placeholder(&body);
  node->body = list(body);
  node->orelse = list(orelse);
  emit(node);
  return true;
}

}  // namespace ouro::decompiler
