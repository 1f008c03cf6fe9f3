// Statements that are hardly more than a jump, or that have left nothing behind: return, raise, break,
// continue, pass, and those whose test is a constant.
//
// Jumps and returns that the compiler adds have no place of their own: they take over that of the instruction
// before them, or of the jump that leads to them. One with its own place is a statement, or has swallowed the
// NOP of one; which of them, is told by how wide it is.
#include <algorithm>

#include "decompiler/read/conditions.h"
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

namespace {

constexpr int32_t kWidthOfPass = 4;
constexpr int32_t kWidthOfBreak = 5;
constexpr int32_t kWidthOfReturn = 6;
constexpr int32_t kWidthOfContinue = 8;

/// Columns of a place on one line; below 0: unknown.
int32_t width_of(const Position& position) {
  return has_columns(position) && position.end_line == position.line ? position.end_column - position.column
                                                                     : -1;
}

}  // namespace

bool Reader::step_flow(uint32_t end) {
  switch (here().op) {
    case Op::RESUME:
      ++at_;
      return true;
    case Op::NOP:
      return read_nop(end);
    case Op::RETURN_VALUE:
      return read_return();
    case Op::RAISE_VARARGS:
      return read_raise();
    case Op::JUMP_FORWARD:
    case Op::JUMP_BACKWARD:
    case Op::JUMP_BACKWARD_NO_INTERRUPT:
      return read_jump();
    default:
      return fail("an exception raised again");
  }
}

// --- return ---------------------------------------------------------------------------------------------

// Whether the code returns None at `at` because it ends, and not by a statement.
bool Reader::is_implicit_return(uint32_t at) const {
  if (scope_ == ScopeKind::Class) return true;
  if (at == 0 || at >= code_.size() || code_[at].op != Op::RETURN_VALUE || code_[at - 1].op != Op::LOAD_CONST)
    return false;
  if (code_[at].jumps_here > 0) return false;
  const Constant* value = code_.constant(code_[at - 1].argument);
  if (value == nullptr || !value->is(ConstantKind::None)) return false;
  if (scope_ == ScopeKind::Module) return true;
  if (scope_ == ScopeKind::Lambda) return false;
  if (code_[at - 1].position.line <= 0) return !dropped_.comes_first(at - 1);
  if (!is_own_position(at - 1)) return !ends_return(at - 1);
  // The NOP of the last statement has become part of it.
  const int32_t width = width_of(code_[at - 1].position);
  if (width == kWidthOfPass) return !is_returned_none(at - 1);
  if (width < 0)
    return has_columns(code_[at - 1].position) ||  // a string over several lines
           dropped_.comes_later(at - 1);
  return width != kWidthOfReturn;
}

// Whether the instructions with one place up to `at` are those of a return that leaves a handler.
bool Reader::ends_return(uint32_t at) const {
  uint32_t first = at;
  while (first > 0 && code_.inherits_position(first)) --first;
  if (code_[first].op != Op::POP_EXCEPT || !is_own_position(first)) return false;
  const int32_t width = width_of(code_[first].position);
  return width == kWidthOfReturn || (width == kWidthOfPass && is_returned_none(first));
}

// Whether `None` of `return None`, which is as wide as `pass`, stands there: it is seven columns to the right
// of where statements begin, which is hardly ever an odd column. Behind a test, ` return ` is between them.
bool Reader::is_returned_none(uint32_t at) const {
  constexpr int32_t kReturn = 7;
  const Position& position = code_[at].position;
  // In `def f(): pass` the return takes the place of the code's beginning, unless there are decorators.
  if (position.line == definition_.line) return position.line == code_.object().first_line;
  constexpr uint32_t kNear = 4;
  int32_t before = -1;
  for (uint32_t i = at; i-- > 0 && at - i <= kNear;) {
    const Position& other = code_[i].position;
    if (other.end_line == position.line && other.end_column <= position.column)
      before = std::max(before, other.end_column);
  }
  if (before >= 0) return position.column - before > kReturn;
  if (statements_ != nullptr && !statements_->empty() && statements_->back()->range.column >= 0)
    return position.column >= statements_->back()->range.column + kReturn;
  return position.column >= kReturn && position.column % 2 != 0;
}

bool Reader::read_return() {
  const uint32_t at = at_;
  Slot slot;
  if (!pop(&slot)) return false;
  if (!at_statement_start()) return fail("a return in the middle of an expression");
  ++at_;
  const bool constant = at > 0 && code_[at - 1].op == Op::LOAD_CONST && code_[at].jumps_here == 0;
  if (is_implicit_return(at) && breaks_by_return(at)) {
    emit(make<syntax::BreakStmt>(code_[at].position));
    return true;
  }
  if (is_implicit_return(at)) return swallowed_statement(code_[at - 1].position, at - 1);
  if (scope_ == ScopeKind::Module || scope_ == ScopeKind::Class)
    return fail("a return outside of a function");
  Position position = code_[at].position;
  const bool bare = constant && scope_ != ScopeKind::Lambda && slot.expr != nullptr &&
                    is_none_constant(slot.expr) &&
                    (!has_columns(position) || width_of(position) == kWidthOfReturn);
  const Construct* loop = innermost_loop();
  if (constant && loop != nullptr && width_of(position) == kWidthOfBreak && is_none_constant(slot.expr)) {
    emit(make<syntax::BreakStmt>(position));
    return true;
  }
  stack_.push_back(slot);
  Expr* const value = pop_value();
  if (value == nullptr) return false;
  if (constant && !bare) {
    // A constant on a line of its own has left a NOP there, and the LOAD_CONST stands where the statement
    // does.
    const Position place = at >= 2 ? code_[at - 2].position : Position();
    if (at >= 2 && code_[at - 2].op == Op::NOP && !(place == position) && contains(position, place))
      value->range = range_of(place);
    else
      position = {position.line, -1, -1, -1};
  }
  auto* node = make<syntax::ReturnStmt>(position);
  node->value = bare ? nullptr : value;
  emit(node);
  return true;
}

bool Reader::is_none_constant(const Expr* expr) {
  return expr != nullptr && expr->kind == syntax::ExprKind::Constant &&
         expr->as<syntax::ConstantExpr>()->value->is(ConstantKind::None);
}

// The instruction at `at` stands where a statement stood that has left nothing else.
bool Reader::swallowed_statement(const Position& position, uint32_t at) {
  if (!is_own_position(at)) return true;
  return emit_pass(position);
}

// A statement that does nothing, at that place: `pass`, or an expression that is a constant.
bool Reader::emit_pass(const Position& position) {
  const int32_t width = width_of(position);
  if (!has_columns(position) || width == kWidthOfPass) {
    emit(make<syntax::PassStmt>(position));
    return true;
  }
  if (width == kWidthOfBreak && innermost_loop() != nullptr) {
    emit(make<syntax::BreakStmt>(position));
    return true;
  }
  if (position.end_line > position.line)
    if (const Constant* test = test_that_never_holds(position)) return emit_never(position, test);
  if (const Constant* test = shared_.options.optimize > 0 ? nullptr : dropped_.assertion(position)) {
    auto* node = make<syntax::AssertStmt>(position);
    node->test = make_constant(test, Position());
    emit(node);
    return true;
  }
  auto* value = make<syntax::ConstantExpr>(position);
  value->value = constant_of(position);
  auto* node = make<syntax::ExprStmt>(position);
  node->value = value;
  emit(node);
  return true;
}

// A statement over several lines that has left nothing is a string, or one with a test that is false: then
// its constant is among the others, or a string is not possible. Null: it is a string.
const Constant* Reader::test_that_never_holds(const Position& position) {
  constexpr int32_t kQuotes = 3;
  // What alone closes a string: a body would end farther to the right.
  if (position.end_column == position.column + kQuotes && !needs_yield()) return nullptr;
  const Constant* seen = nullptr;
  if (const Constant* test = dropped_.new_test(position, false, &seen)) return test;
  const Constant* docstring = code_.constant(0);
  // Without docstrings a string at the beginning is possible.
  const bool first = shared_.options.optimize < 2 && scope_ == ScopeKind::Function && begins_body() &&
                     (docstring == nullptr || !docstring->is(ConstantKind::Str));
  const bool lost = (reading_ & reading::kLostTests) != 0;
  if (!first && !lost && (!needs_yield() || shared_.options.optimize == 2)) return nullptr;
  return seen != nullptr ? seen : shared_.workspace.constants.boolean(false);
}

// Whether the code is a generator's without any yield so far.
bool Reader::needs_yield() const {
  return (code_.object().flags & (kCoGenerator | kCoAsyncGenerator)) != 0 && !notes_.yields;
}

// A statement over several lines that does nothing: `if 0`.
bool Reader::emit_never(const Position& position, const Constant* test) {
  Stmt* body = nullptr;
  constexpr int32_t kIndentation = 4;
  const SourceRange place = {position.end_line, position.column + kIndentation, position.end_line,
                             position.end_column};
  if (needs_yield()) {
    constexpr int32_t kWidthOfYield = 5;
    auto* yield = make<syntax::YieldExpr>(Position());
    yield->range = place;
    if (place.end_column - place.column > kWidthOfYield)
      yield->value = make_constant(shared_.workspace.constants.none(), Position());
    auto* statement = make<syntax::ExprStmt>(Position());
    statement->value = yield;
    body = statement;
    notes_.yields = true;
  } else {
    body = make<syntax::PassStmt>(Position());
  }
  body->range = place;
  auto* node = make<syntax::IfStmt>(position);
  node->test = make_constant(test, Position());
  node->body = list(std::vector<Stmt*>{body});
  emit(node);
  return true;
}

// Whether no statement of the whole body has been read yet, as far as that can be seen from here.
bool Reader::begins_body() const {
  return recursion_ <= body_recursion_ && (statements_ == nullptr || statements_->empty());
}

// Any constant that takes that room.
const Constant* Reader::constant_of(const Position& position) {
  Constants& constants = shared_.workspace.constants;
  const int32_t width = width_of(position);
  if (width == 1) return constants.integer(0);
  if (width == 3) return constants.ellipsis();
  std::string text;
  // At the beginning of a body a string would be its docstring.
  const bool dropped = shared_.options.optimize >= 2 && scope_ == ScopeKind::Module;
  const bool bytes = begins_body() && width != 2 && !dropped;
  if (width >= 2) {
    constexpr int32_t kLongest = 1 << 16;
    text.assign(static_cast<size_t>(std::min(width, kLongest)) - (bytes ? 3 : 2), ' ');
  } else {
    constexpr int32_t kMostLines = 1 << 16;
    text.assign(static_cast<size_t>(std::clamp(position.end_line - position.line, 0, kMostLines)), '\n');
    text.append(static_cast<size_t>(std::clamp(position.end_column - 3, 0, kMostLines)), ' ');
  }
  return bytes ? constants.bytes(text) : constants.str(text);
}

// --- raise ----------------------------------------------------------------------------------------------

bool Reader::read_raise() {
  const Instruction& raise = here();
  if (raise.argument > 2) return fail("a raise of too much");
  auto* node = make<syntax::RaiseStmt>(raise.position);
  if (raise.argument == 2) {
    node->cause = pop_value();
    if (node->cause == nullptr) return false;
  }
  if (raise.argument >= 1) {
    node->exc = pop_value();
    if (node->exc == nullptr) return false;
  }
  if (!at_statement_start()) return fail("a raise in the middle of an expression");
  ++at_;
  emit(node);
  return true;
}

// --- break, continue, pass ------------------------------------------------------------------------------

// Whether a jump is a break or continue, and not the end of a part of a statement.
bool Reader::is_leaving_jump(uint32_t at) const {
  const Construct* loop = innermost_loop();
  if (loop == nullptr) return false;
  const uint32_t target = code_[at].target;
  if (target == kNone) return false;
  // Behind what undoes constructs, a break has no place of its own.
  if (loop->break_target != kNone && target > at && target >= loop->break_target) return true;
  if (!is_own_position(at) && !is_statement_in_line(at)) return false;
  const int32_t width = width_of(code_[at].position);
  return width >= 0 ? width == kWidthOfBreak || width == kWidthOfContinue : leaves_loop(at);
}

bool Reader::read_jump() {
  const uint32_t at = at_++;
  if (!at_statement_start()) return fail("a jump in the middle of an expression");
  if (!is_own_position(at) && !is_statement_in_line(at)) return true;
  const Position& position = code_[at].position;
  const int32_t width = width_of(position);
  if (!is_leaving_jump(at)) return emit_pass(position);
  const Construct* loop = innermost_loop();
  const bool continues = width == kWidthOfContinue ||
                         (width < 0 && code_.destination(at) == code_.destination(loop->continue_target));
  if (continues)
    emit(make<syntax::ContinueStmt>(position));
  else
    emit(make<syntax::BreakStmt>(position));
  return true;
}

bool Reader::read_nop(uint32_t end) {
  const uint32_t at = at_++;
  if (!at_statement_start()) return true;  // of something in an expression on several lines
  if (!is_own_position(at) && !is_statement_without_place(at)) return true;
  const Position& position = code_[at].position;
  if (ends_in_break(at)) {
    emit(make<syntax::BreakStmt>(position));
    return true;
  }
  // In front of a return whose constant stands elsewhere.
  if (at_ + 1 < end && code_[at_].op == Op::LOAD_CONST && code_[at_ + 1].op == Op::RETURN_VALUE &&
      contains(code_[at_].position, position))
    return true;
  if (at_ < end && has_columns(position) && has_columns(code_[at_].position) &&
      contains(position, code_[at_].position) && is_own_position(at_))
    return read_certain(position, end);
  if (!has_columns(position) && emit_lost_test(at)) return true;
  return emit_pass(position);
}

// A statement with a test that is always true: `if 1`, or `while 1` whose end is never reached.
bool Reader::read_certain(const Position& range, uint32_t end) {
  const uint32_t body_end = end_of(range, at_, end);
  bool loops = false;
  for (uint32_t i = at_; i < body_end && !loops; ++i)
    loops = code_[i].target == at_ - 1 ||
            (Code::is_unconditional_jump(code_[i].op) && is_own_position(i) &&
             (width_of(code_[i].position) == kWidthOfBreak ||
              (width_of(code_[i].position) == kWidthOfContinue && code_[i].target <= at_)));
  StmtList body;
  if (loops)
    constructs_.push_back({.kind = Construct::Kind::While,
                           .range = range,
                           .continue_target = at_ - 1,
                           .break_target = body_end,
                           .body_first = at_});
  const bool good = read_statements(body_end, &body);
  if (loops) constructs_.pop_back();
  if (!good) return false;
  if (body.empty()) add_placeholder(&body);
  if (loops) {
    auto* node = make<syntax::WhileStmt>(range);
    node->test = certain(true, range);
    node->body = list(body);
    emit(node);
  } else {
    auto* node = make<syntax::IfStmt>(range);
    node->test = certain(true, range);
    node->body = list(body);
    emit(node);
  }
  return true;
}

}  // namespace ouro::decompiler
