// if, assert and while: statements that begin with a test.
#include <algorithm>

#include "decompiler/read/conditions.h"
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

namespace {

/// Whether the innermost statement around has to be undone before a loop goes on.
bool undoes_before_loop(const std::vector<Construct>& constructs) {
  using Kind = Construct::Kind;
  if (constructs.empty()) return false;
  const Kind kind = constructs.back().kind;
  return kind == Kind::With || kind == Kind::AsyncWith || kind == Kind::Handler;
}

/// The last line that is known of a statement.
int32_t last_line(const Stmt& statement) {
  using syntax::StmtKind;
  const SourceRange& own = statement.range;
  if (own.end_line > 0) return own.end_line;
  switch (statement.kind) {
    case StmtKind::Assign:
      return statement.as<syntax::AssignStmt>()->value->range.end_line;
    case StmtKind::Expr:
      return statement.as<syntax::ExprStmt>()->value->range.end_line;
    case StmtKind::If: {
      const auto* node = statement.as<syntax::IfStmt>();
      return last_line(node->orelse.empty() ? *node->body.back() : *node->orelse.back());
    }
    default:
      return own.line;
  }
}

/// Whether a statement of that range may go on behind a body that ends so; `sure`: whether it must be known.
bool may_go_on(const Position& range, const StmtList& body, bool sure) {
  if (body.empty()) return true;
  return has_columns(range) ? range.end_line > last_line(*body.back()) : !sure;
}

}  // namespace

bool Reader::read_branch(uint32_t end) {
  Condition condition;
  const bool in_value = in_value_ || scope_ == ScopeKind::Lambda || scope_ == ScopeKind::Comprehension;
  condition.is_value = in_value || stack_.size() > base_ + 1;
  const uint32_t first = condition.is_value ? at_ : statement_at_;
  if (!read_condition(end, &condition)) return false;
  const Leaf& test = condition.leaves[0];
  if (condition.is_complete()) {
    push({.kind = Slot::Kind::Value, .position = test.extent, .expr = test.expr});
    return true;
  }
  if (test.on_true.keeps || test.on_false.keeps || !at_statement_start())
    return fail("a test in the middle of an expression");
  return read_tested(condition, first, end);
}

// The test behind constants that have left nothing.
Expr* Reader::with_operands(const std::vector<const Constant*>& constants, Expr* test) {
  if (constants.empty()) return test;
  std::vector<Expr*> values;
  values.reserve(constants.size() + 1);
  for (const Constant* constant : constants) values.push_back(make_constant(constant, Position()));
  values.push_back(test);
  auto* node = make<syntax::BoolOpExpr>(Position());
  node->op = truth(*constants[0]) ? syntax::BoolOperator::And : syntax::BoolOperator::Or;
  node->values = list(values);
  return node;
}

// The statement whose test has been read; at_ is behind it.
bool Reader::read_tested(const Condition& condition, uint32_t first, uint32_t end) {
  const Leaf& leaf = condition.leaves[0];
  if (leaf.on_false.label == at_ && leaf.on_true.label == at_)
    return emit_if_nothing(past_when_false(leaf.expr, condition.last_jump), statement_range(condition));
  const bool inverted = leaf.on_false.label == at_;
  if (!inverted && leaf.on_true.label != at_) return fail("a test that leads elsewhere");
  const uint32_t other = inverted ? leaf.on_true.label : leaf.on_false.label;
  if (at_ < code_.size() && here().op == Op::LOAD_ASSERTION_ERROR && !stands_behind(leaf))
    return read_assert(inverted ? leaf.expr : negated(leaf.expr, leaf.is_none_test),
                       statement_range(condition), end);
  Expr* test = inverted ? negated(leaf.expr, leaf.is_none_test) : leaf.expr;
  test = with_operands(dropped_.operands(condition.extent_of_first), test);
  const Position range = statement_range(condition);
  uint32_t body_end = kNone;
  uint32_t after = kNone;
  if (find_bottom_test(condition, first, end, &body_end, &after))
    return read_while(test, range, first, body_end, after, end);
  if (const uint32_t back = shape_.jump_back_to(first);
      back != kNone && back > at_ && back < end && !is_loop_start(first)) {
    const uint32_t stop = other > at_ && other <= end ? other : end;
    return read_while(test, range, first, stop, stop, end);
  }
  return read_if(test, range, other, end);
}

// Whether the assertion at at_ begins behind the test: then the test is not its own.
bool Reader::stands_behind(const Leaf& test) const {
  const Position& assertion = here().position;
  const Position end = {test.extent.end_line, test.extent.end_line, test.extent.end_column, -1};
  return has_columns(assertion) && has_columns(test.extent) && starts_before(end, assertion);
}

// The test, with its last part such that it leads past a body when it is false.
Expr* Reader::past_when_false(Expr* test, uint32_t jump) {
  if (test->kind == syntax::ExprKind::BoolOp) {
    auto& last = test->as<syntax::BoolOpExpr>()->values.back();
    last = past_when_false(last, jump);
    return test;
  }
  bool on_true = Code::jumps_if_true(code_[jump].op);
  const bool none = tests_none(code_[jump].op) && test->kind == syntax::ExprKind::Compare;
  if (none && test->as<syntax::CompareExpr>()->ops[0] == syntax::CompareOperator::IsNot) on_true = !on_true;
  return on_true ? negated(test, none) : test;
}

// Nothing is left of the body: an assertion, which optimized code has not.
bool Reader::emit_if_nothing(Expr* test, const Position& range) {
  auto* node = make<syntax::IfStmt>(range);
  StmtList body;
  add_placeholder(&body);
  node->test = test;
  node->body = list(body);
  emit(node);
  return true;
}

// The statement's range, or its line alone where the test's jumps say no more.
Position Reader::statement_range(const Condition& condition) const {
  if (!condition.first_is_comparison) return condition.first;
  if (has_columns(condition.statement)) return condition.statement;
  return {condition.first.line, -1, -1, -1};
}

bool Reader::read_assert(Expr* test, const Position& range, uint32_t end) {
  uint32_t raise = at_;
  while (raise < end && code_[raise].op != Op::RAISE_VARARGS) ++raise;
  if (raise >= end || code_[raise].argument != 1) return fail("an assertion that does not raise");
  auto* node = make<syntax::AssertStmt>(range);
  node->test = test;
  ++at_;
  if (raise > at_) {
    if (raise < at_ + 3 || code_[raise - 1].op != Op::CALL || code_[raise - 2].op != Op::PRECALL ||
        code_[raise - 1].argument != 0)
      return fail("an assertion without a message");
    node->msg = read_value(raise - 2);
    if (node->msg == nullptr) return false;
  }
  at_ = raise + 1;
  emit(node);
  return true;
}

// assert False: nothing is left of the test.
bool Reader::read_certain_assert(uint32_t end) {
  auto* test = make<syntax::ConstantExpr>(Position());
  const Position position = here().position;
  // `assert 0` without a message: its range tells.
  constexpr int32_t kShort = 8;
  const bool is_short = has_columns(position) && position.line == position.end_line &&
                        position.end_column - position.column == kShort;
  test->value = is_short ? shared_.workspace.constants.integer(0) : dropped_.test(position, false);
  if (!read_assert(test, position, end)) return false;
  // The test has the room that is left in front of a message.
  const auto* node = statements_->back()->as<syntax::AssertStmt>();
  if (node->msg == nullptr || !has_columns(position) || node->msg->range.line != position.line) return true;
  constexpr int32_t kAround = 9;  // `assert `, and `, ` behind it
  if (node->msg->range.column - position.column == kAround + 1)
    test->value = shared_.workspace.constants.integer(0);
  return true;
}

// What a body leads to when it is left at its end.
Reader::BodyEnd Reader::end_of_branch(uint32_t first, uint32_t other, uint32_t end) const {
  const uint32_t last = other - 1;
  if (last < first) return {};
  const Instruction& instruction = code_[last];
  const bool undoing = undoes_before_loop(constructs_);
  const auto leaves = [&](uint32_t jump) {
    return is_leaving_jump(jump) || (undoing && code_[jump].target < first) || is_end_of_leaving(jump);
  };
  if (Code::is_unconditional_jump(instruction.op) && !leaves(last)) {
    if (instruction.target > other) return {.jumps = true, .target = instruction.target};
    if (instruction.target < first) return {.jumps = true, .target = end};
    // Of an endless loop inside, which only its breaks leave.
  } else if (!Code::is_terminator(instruction.op)) {
    return {};
  }
  // Nothing in front of an else part leads to it.
  for (uint32_t i = first; i < last; ++i)
    if (code_[i].target == other && !is_leaving_jump(i)) return {};
  if (ends_unwinding(first, last)) return {.leaves = true};
  // Its end leaves, but something before may lead on: the way past a try's handlers, or one of several ends.
  bool ends = false;  // the code, as far as lines tell
  for (uint32_t i = last + 1; i-- > first;) {
    if (code_[i].op == Op::RETURN_VALUE && is_implicit_return(i) && !is_end_of_leaving(i)) {
      if (has_columns(code_[i].position)) return {.jumps = true, .target = end};
      ends = innermost_loop() == nullptr;
      continue;
    }
    if (!Code::is_unconditional_jump(code_[i].op) || leaves(i)) continue;
    if (code_[i].target > other) return {.jumps = true, .target = code_[i].target};
    if (code_[i].target < first) return {.jumps = true, .target = end};
  }
  if (ends) return {.jumps = true, .target = end};
  return {.leaves = true};
}

// Whether the return at `at` is what a break, continue or return does at last.
bool Reader::is_end_of_leaving(uint32_t at) const {
  uint32_t first = at;
  while (first > 0 && code_.inherits_position(first)) --first;
  const Position& position = code_[first].position;
  if (has_columns(position) && is_of_construct(position)) return true;
  if (!has_columns(position) || position.end_line != position.line || !is_own_position(first)) return false;
  const Op op = code_[first].op;
  if (op != Op::POP_TOP && op != Op::POP_EXCEPT && op != Op::NOP && op != Op::LOAD_CONST) return false;
  const auto width = static_cast<size_t>(position.end_column - position.column);
  const bool in_loop = innermost_loop() != nullptr;
  if (width == std::string_view("return").size()) return op != Op::LOAD_CONST;
  if (width == std::string_view("None").size() && op == Op::POP_TOP) return true;
  return in_loop &&
         (width == std::string_view("break").size() || width == std::string_view("continue").size());
}

bool Reader::read_if(Expr* test, const Position& range, uint32_t other, uint32_t end) {
  auto* node = make<syntax::IfStmt>(range);
  node->test = test;
  const uint32_t first = at_;
  const bool inside = other > first && other <= end;
  const uint32_t body_end = inside ? other : end;
  uint32_t orelse_end = body_end;
  if (inside) {
    const BodyEnd leads = end_of_branch(first, other, end);
    if (leads.jumps)
      orelse_end = std::min(leads.target, end);
    else if (leads.leaves)
      orelse_end = end_of_orelse(range, other, end);
    if (leads.jumps && has_columns(range)) {
      // What leaves constructs around stands where these do.
      const uint32_t stop = orelse_end;
      orelse_end = end_of(range, other, stop);
      while (orelse_end < stop && is_of_construct(code_[orelse_end].position))
        orelse_end = end_of(range, orelse_end + 1, stop);
    }
  } else if (has_columns(range)) {
    // The test leads out of what is being read: the body goes on to the statement's end.
    orelse_end = end_of(range, first, end);
  }
  StmtList body;
  StmtList orelse;
  if (!read_statements(inside ? body_end : orelse_end, &body)) return false;
  if (inside && orelse_end > body_end && !read_statements(orelse_end, &orelse)) return false;
  // What leads past an else part is left of it.
  const bool returns = inside && code_[body_end - 1].op == Op::RETURN_VALUE;
  if (orelse.empty() && inside && shared_.options.optimize > 0 &&
      may_go_on(range, body, returns || other == end) && passes_lost_else(body, first, body_end, end))
    orelse.push_back(lost_statement());
  if (body.empty()) add_placeholder(&body);
  if (inside && orelse.size() > 1) {
    constexpr int32_t kElse = 2;  // what `elif ` is wider than `if `
    const int32_t known = body.front()->range.column;
    const int32_t column = column_of_statement(body_end);
    const int32_t inside_column = known >= 0 ? known : column_of_statement(first);
    const int32_t highest = has_columns(range) ? range.column + kElse : inside_column - kElse;
    if (column >= 0 && column <= highest) chain_elif(&orelse);
  }
  node->body = list(body);
  node->orelse = list(orelse);
  emit(node);
  return true;
}

// Whether a body, up to `other`, leads past an else part of which there is no code: it has a jump, or what is
// left of one.
bool Reader::passes_lost_else(const StmtList& body, uint32_t first, uint32_t other, uint32_t end) const {
  if (first >= other) return false;
  const uint32_t at = other - 1;
  const Instruction& last = code_[at];
  if (last.op == Op::NOP)
    return body.empty() ? other == first + 1 : !is_own_position(at) && !ends_with_lost_else(*body.back());
  if (last.op == Op::RETURN_VALUE) return !body.empty() && returns_past(first, other);
  if (!Code::is_unconditional_jump(last.op)) return false;
  // At the end of a region the jump may lead past the else part of a statement around.
  if (other == end && (!is_artificial_jump(other) || code_.destination(other) != code_.destination(at)))
    return false;
  if (body.empty()) return other == first + 1;
  if ((last.target >= first && last.target <= other) || is_leaving_jump(at)) return false;
  return !ends_with_lost_else(*body.back());
}

// Whether each of two tests has a return of its own, the inner one's inside the body: else the outer one's
// would come first.
bool Reader::returns_past(uint32_t first, uint32_t other) const {
  const uint32_t at = other - 1;
  return at > first + 1 && other + 1 < code_.size() && code_[at - 1].jumps_here > 0 &&
         is_implicit_return(at) && is_implicit_return(other + 1);
}

bool Reader::ends_with_lost_else(const Stmt& statement) const {
  const Stmt* at = &statement;
  while (at->kind == syntax::StmtKind::If) {
    const auto* node = at->as<syntax::IfStmt>();
    if (node->orelse.size() == 1 && lost_.contains(node->orelse[0])) return true;
    at = node->orelse.empty() ? node->body.back() : node->orelse.back();
  }
  return false;
}

// The first statement of the else part is an `elif`: then the others are its else part.
void Reader::chain_elif(StmtList* orelse) {
  if (orelse->size() < 2 || orelse->front()->kind != syntax::StmtKind::If) return;
  auto* last = orelse->front()->as<syntax::IfStmt>();
  while (last->orelse.size() == 1 && last->orelse[0]->kind == syntax::StmtKind::If)
    last = last->orelse[0]->as<syntax::IfStmt>();
  if (!last->orelse.empty()) return;
  StmtList rest(orelse->begin() + 1, orelse->end());
  orelse->resize(1);
  chain_elif(&rest);
  last->orelse = list(rest);
}

// Where nothing shows whether what follows a body that is left otherwise is an else part: by the range, or by
// the columns.
uint32_t Reader::end_of_orelse(const Position& range, uint32_t first, uint32_t end) const {
  if (has_columns(range)) return end_of_own(range, first, end);
  const int32_t body = column_of_statement(at_);
  if (body < 0) return first;
  const int32_t depth = shape_.depth(first);
  uint32_t at = first;
  for (; at < end; at = std::max(at + 1, shape_.last_of_segment(at) + 1)) {
    if (shape_.depth(at) != depth) continue;
    if (at > first && (!is_own_position(at) || is_in_expression(at, first))) continue;
    const int32_t column = column_of_statement(at);
    if (column < body && (column >= 0 || at == first)) break;
    // No line is left for `else`: the statement's test begins with a `not` that is gone.
    if (at == first && column == body && Code::is_conditional_jump(code_[last_of_statement(at)].op) &&
        code_[at].position.line == code_[at - 1].position.end_line + 1)
      break;
  }
  return std::min(at, end);
}

// Whether no statement begins at `at`, because the instruction before it decides between values or tests.
// A loop that begins from `first` on ends with a test, too.
bool Reader::is_in_expression(uint32_t at, uint32_t first) const {
  const Op before = code_[at - 1].op;
  const bool repeats = code_[at - 1].target >= first && code_[at - 1].target < at;
  return (Code::is_conditional_jump(before) && !repeats) ||
         (before == Op::JUMP_FORWARD && shape_.depth(at - 1) == shape_.depth(at) + 1);
}

// The column at which the statement begins that the instruction at `at` is the first of; below 0: unknown.
int32_t Reader::column_of_statement(uint32_t at) const {
  if (at >= code_.size()) return -1;
  const uint32_t last = last_of_statement(at);
  const Position first = first_of_statement(at, last);
  return has_columns(first) ? std::max(0, first.column - width_of_keyword(at, last, first)) : -1;
}

// Of the places that the instructions have, the first one.
Position Reader::first_of_statement(uint32_t at, uint32_t last) const {
  Position first;
  for (uint32_t i = at; i <= last; ++i) {
    const Position& position = code_[i].position;
    if (!has_columns(position) || !is_own_position(i) || is_of_construct(position)) continue;
    if (!has_columns(first) || starts_before(position, first)) first = position;
  }
  return first;
}

// The test of the statement that begins at `at`, or its last instruction. Values with jumps are passed over.
uint32_t Reader::last_of_statement(uint32_t at) const {
  const int32_t depth = shape_.depth(at);
  uint32_t last = std::min(shape_.last_of_segment(at), code_.size() - 1);
  constexpr int kMostJumps = 32;
  for (int i = 0; i < kMostJumps; ++i) {
    const Instruction& instruction = code_[last];
    const uint32_t next = last + 1;
    const bool jumps = Code::is_conditional_jump(instruction.op);
    const bool keeps =
        instruction.op == Op::JUMP_IF_FALSE_OR_POP || instruction.op == Op::JUMP_IF_TRUE_OR_POP;
    const bool passes = instruction.op == Op::JUMP_FORWARD && shape_.depth(last) > depth;
    // The body of a conditional expression stands in front of its test.
    const bool is_value = jumps && !keeps && next < code_.size() && has_columns(code_[next].position) &&
                          has_columns(code_[at].position) &&
                          starts_before(code_[next].position, code_[at].position) &&
                          code_[next].op != Op::LOAD_ASSERTION_ERROR;
    const uint32_t from = keeps || passes ? instruction.target : is_value ? next : kNone;
    if (from == kNone || from <= last || from >= code_.size()) break;
    last = from;
    while (last + 1 < code_.size() && shape_.depth(last + 1) > depth && code_[last].target == kNone &&
           !Code::is_terminator(code_[last].op))
      ++last;
  }
  return last;
}

// Whether that is the range of a statement around, as the instructions that leave it have it.
bool Reader::is_of_construct(const Position& position) const {
  return std::ranges::any_of(constructs_, [&](const Construct& each) { return each.range == position; });
}

// Whether the test at `jump` is one in a value that begins at `first` and is returned.
bool Reader::is_returned(uint32_t jump, const Position& first) const {
  constexpr int32_t kReturn = 7;
  constexpr uint32_t kNear = 48;
  const uint32_t limit = std::min(code_.size(), jump + kNear);
  for (uint32_t i = jump + 1; i < limit; ++i) {
    const Position& position = code_[i].position;
    if (code_[i].op == Op::RETURN_VALUE)
      return position.line == first.line && position.column == first.column - kReturn &&
             contains(position, first);
  }
  return false;
}

// What a statement of the instructions from `at` to `last` has in front of what they have kept the place of.
int32_t Reader::width_of_keyword(uint32_t at, uint32_t last, const Position& first) const {
  const auto width = [](std::string_view keyword) { return static_cast<int32_t>(keyword.size()); };
  const Op op = code_[last].op;
  switch (op) {
    case Op::DELETE_FAST:
    case Op::DELETE_NAME:
    case Op::DELETE_GLOBAL:
    case Op::DELETE_DEREF:
    case Op::DELETE_ATTR:
    case Op::DELETE_SUBSCR:
      return width("del ");
    case Op::POP_TOP:
      return is_of_construct(code_[last].position) ? width("return ") : 0;  // which leaves it
    case Op::POP_EXCEPT:
      return first.end_column - first.column == width("None") && is_returned_none(at) ? width("return ") : 0;
    case Op::NOP: {
      const int32_t own = first.end_column - first.column;
      const bool leaves = last + 1 < code_.size() && is_of_construct(code_[last + 1].position);
      const bool keyword = own == width("return") || own == width("break") || own == width("continue");
      return leaves && !keyword ? width("return ") : 0;
    }
    case Op::RETURN_VALUE: {
      const bool constant = last > at && code_[last - 1].op == Op::LOAD_CONST;
      const bool bare_none = constant && is_none(last - 1);
      const bool bare =
          bare_none && first.end_line == first.line && first.end_column - first.column == width("return");
      // Leaving constructs takes its place away.
      // A break that nothing follows has become a return.
      const bool breaks = bare_none && innermost_loop() != nullptr && first.end_line == first.line &&
                          first.end_column - first.column == width("break");
      const bool known = constant ? bare || breaks : code_[last].position == first;
      return known ? 0 : width("return ");
    }
    default:
      break;
  }
  if (!Code::is_conditional_jump(op) || !is_comparison_jump(last)) return 0;
  if (is_returned(last, first)) return width("return ");
  const uint32_t target = code_[last].target;
  const uint32_t next = last + 1;
  if (next >= code_.size()) return 0;
  if (shape_.jump_back_to(at) != kNone || shape_.test_back_to(next) != kNone) return width("while ");
  const bool on_none = !is_comparison(code_[last - 1].op);
  // Not `not a or b`, whose first jump leads behind the others.
  const bool negated = !on_none && Code::jumps_if_true(op) && target != kNone && target > 0 &&
                       !Code::is_conditional_jump(code_[target - 1].op);
  if (code_[next].op == Op::LOAD_ASSERTION_ERROR)
    return width("assert ") + (!on_none && !Code::jumps_if_true(op) ? width("not ") : 0);
  if (target != kNone && code_[target].op == Op::LOAD_ASSERTION_ERROR) return width("assert ");
  return width("if ") + (negated ? width("not ") : 0);
}

// As end_of(), but nothing when the first instruction is outside, or has a position that is not its own.
uint32_t Reader::end_of_own(const Position& range, uint32_t first, uint32_t end) const {
  uint32_t at = first;
  while (at < end && (!has_columns(code_[at].position) || !is_own_position(at))) ++at;
  if (at >= end || !contains(range, code_[at].position)) return first;
  return end_of(range, first, end);
}

// A body of which nothing is left.
void Reader::add_placeholder(StmtList* body) {
  body->push_back(lost_statement());
}

}  // namespace ouro::decompiler
