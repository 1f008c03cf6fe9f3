// Code without columns (-X no_debug_ranges): what else is told by a place's width or column must be told by
// where jumps go, and by lines.
//
// A break, continue or bare return that gets to the same place as the end of the statement around it is the
// same code as no statement at all; one that gets elsewhere is told by that. So what leaves is compared with
// where the code behind the statement goes, jumps to jumps followed. Where that code is gone, because nothing
// gets there, a statement that leaves is right in any case.
#include <algorithm>

#include "decompiler/read/conditions.h"
#include "decompiler/read/reader.h"
#include "decompiler/suites.h"

namespace ouro::decompiler {

using syntax::ExprKind;

/// Whether the unconditional jump goes on with the innermost loop, or behind it.
bool Reader::leaves_loop(uint32_t jump) const {
  const Construct* const loop = innermost_loop();
  const uint32_t target = code_[jump].target;
  if (loop == nullptr || target == kNone) return false;
  const uint32_t arrives = code_.destination(jump);
  if (loop->continue_target != kNone && target <= jump && arrives == code_.destination(loop->continue_target))
    return true;
  if (loop->break_target == kNone) return false;
  return target >= loop->break_target || arrives == code_.destination(loop->break_target);
}

/// Whether a jump in the line of other code is a statement: `if a: break`, `a = 1; break`.
bool Reader::is_statement_in_line(uint32_t jump) const {
  if (has_columns(code_[jump].position) || jump == 0 || !leaves_loop(jump)) return false;
  const Construct* const loop = innermost_loop();
  if (code_[jump].target > jump && code_[jump].target >= loop->break_target) return true;
  return statements_ != nullptr && statements_->empty() && Code::is_conditional_jump(code_[jump - 1].op) &&
         code_[jump].jumps_here == 0;
}

/// Whether a `return None` that is not there by itself is what is left of a break, to the end of the code.
bool Reader::breaks_by_return(uint32_t at) const {
  const Construct* const loop = innermost_loop();
  return loop != nullptr && !has_columns(code_[at].position) && may_end_at(at, loop->break_target);
}

/// Whether a NOP whose line is gone was kept for a line of its own: so are those of statements. What only
/// ends the body of a try is no longer protected.
bool Reader::is_statement_without_place(uint32_t nop) const {
  return code_[nop].position.line <= 0 && code_[nop].handler == handler_;
}

/// Whether the `return None` at `at` may be the end of the code, to which a statement goes on behind itself,
/// at `exit`.
bool Reader::may_end_at(uint32_t at, uint32_t exit) const {
  if (has_columns(code_[at].position) || scope_ != ScopeKind::Function || exit >= code_.size()) return true;
  uint32_t end = code_.destination(exit);
  while (end < code_.size() && code_[end].op == Op::POP_EXCEPT) ++end;
  return end + 1 < code_.size() && is_none(end) && code_[end + 1].op == Op::RETURN_VALUE;
}

/// Whether what leaves handlers at `at` and returns None is a statement, and not the copied end of the code.
bool Reader::is_bare_return(uint32_t at) const {
  if (code_[at].position.line <= 0) return scope_ == ScopeKind::Function;
  return scope_ == ScopeKind::Function &&
         (!takes_place_over(at) || (at > 0 && Code::is_conditional_jump(code_[at - 1].op)));
}

/// Whether the jump at at_, in a comprehension, belongs to a condition: some jump in front of the element, or
/// of the next loop, goes back for the next item.
bool Reader::leads_to_next_item() const {
  // A body that leaves a value is one of a conditional expression in an operand.
  const uint32_t other = here().target;
  if (other > at_ + 1 && other < code_.size() && code_[other - 1].op == Op::JUMP_FORWARD &&
      shape_.depth(other - 1) != shape_.depth(at_))
    return false;
  for (uint32_t i = at_; i < code_.size(); ++i) {
    const Op op = code_[i].op;
    const bool ends = op == Op::FOR_ITER || op == Op::GET_ANEXT || op == Op::LIST_APPEND ||
                      op == Op::SET_ADD || op == Op::YIELD_VALUE;
    const int32_t height = op == Op::MAP_ADD ? shape_.depth(i) - 1 : shape_.depth(i);
    if ((ends || op == Op::MAP_ADD) && height <= shape_.depth(at_)) return false;
    if (Code::is_conditional_jump(op) && code_[i].target != kNone && code_.destination(code_[i].target) < at_)
      return true;
  }
  return false;
}

/// Whether the dict display `more` is a run of entries of the dict or call that it is added to: what is
/// unpacked comes between such runs, unless they are long.
bool Reader::joins_by_order(const Expr* dict, const Expr* more) const {
  constexpr size_t kLongRun = 15;
  if (more->kind != ExprKind::Dict) return false;
  const auto& before = *dict->as<syntax::DictExpr>();
  const auto& keys = more->as<syntax::DictExpr>()->keys;
  if (before.keys.empty()) return false;
  if (op() == Op::DICT_UPDATE) {
    const auto named =
        std::ranges::find(before.keys.rbegin(), before.keys.rend(), nullptr) - before.keys.rbegin();
    return named == 0 || static_cast<size_t>(named) >= kLongRun;
  }
  const auto is_name = [](const Expr* key) {
    return key != nullptr && key->kind == ExprKind::Constant &&
           key->as<syntax::ConstantExpr>()->value->is(ConstantKind::Str);
  };
  return before.keys.back() == nullptr && std::ranges::all_of(keys, is_name);
}

/// Whether a display that begins with nothing is made of these items at once, as it is when all are constant.
bool Reader::is_whole_display(const Expr* display, const Constant& items) {
  constexpr uint32_t kFewest = 3;
  const bool empty = display->kind == ExprKind::List ? display->as<syntax::ListExpr>()->elts.empty()
                                                     : display->as<syntax::SetExpr>()->elts.empty();
  return empty && items.size >= kFewest;
}

/// Whether what is unpacked as arguments is a tuple that only unpacking makes.
bool Reader::has_star(const Expr* packed) {
  if (packed->kind != ExprKind::Tuple) return false;
  return std::ranges::any_of(packed->as<syntax::TupleExpr>()->elts,
                             [](const Expr* item) { return item->kind == ExprKind::Starred; });
}

/// Whether a NOP at the end of a with is that of a statement which leaves it: the place of a `pass` goes over
/// to the first instruction that is no longer protected.
bool Reader::is_protected_place(uint32_t at) const {
  const auto kind = constructs_.back().kind;
  if (kind != Construct::Kind::With && kind != Construct::Kind::AsyncWith) return false;
  if (code_[at].op != Op::NOP || has_columns(code_[at].position) || at + 1 >= code_.size()) return false;
  return code_[at].handler != kNone && code_[at].handler != code_[at + 1].handler &&
         !code_.inherits_position(at);
}

/// The NOP is all that is left of a test that is constant: what stood under it, if it holds, is read as what
/// follows.
bool Reader::emit_lost_test(uint32_t nop) {
  const Constant* const test = dropped_.test_at(nop, std::nullopt);
  if (test == nullptr) return false;
  auto* const node = make<syntax::IfStmt>(code_[nop].position);
  node->test = make_constant(test, Position());
  node->body = list(std::vector<Stmt*>{make<syntax::PassStmt>(code_[nop].position)});
  emit(node);
  return true;
}

/// Whether the loop that begins at `first` has a test there, which leads behind its last jump.
bool Reader::tests_at_top(uint32_t first, uint32_t last) const {
  for (uint32_t i = first; i < last; ++i)
    if (code_[i].target != kNone) return Code::is_conditional_jump(code_[i].op) && code_[i].target > last;
  return false;
}

/// The last jump of an endless loop whose NOP is at `nop`: back behind it from the body's end, or to it,
/// which is a continue; kNone: the NOP is none of a loop.
uint32_t Reader::last_jump_of_loop(uint32_t nop) const {
  if (code_[nop].op != Op::NOP || has_columns(code_[nop].position) || nop + 1 >= code_.size()) return kNone;
  const bool placed = code_[nop].position.line > 0;
  if (is_loop_start(nop) || is_loop_start(nop + 1) || (placed && !is_own_position(nop))) return kNone;
  const uint32_t bottom = shape_.jump_back_to(nop + 1);
  if (bottom != kNone && code_[bottom].position == code_[nop].position &&
      (placed || !tests_at_top(nop + 1, bottom)))
    return bottom;
  return shape_.jump_back_to(nop);
}

/// Where the else part of a try begins whose body's protected part ends in front of `at`: where the way past
/// the handlers is not all that stands there. The handler if there is none.
uint32_t Reader::otherwise_by_flow(uint32_t handler, uint32_t at) const {
  if (at == 0 || code_[at - 1].handler != handler) return handler;
  const auto height = static_cast<int32_t>(code_[at - 1].handler_depth & 0xFFFF);
  at = skip_nops(at);
  const bool leaves = at >= handler || shape_.depth(at) > height ||
                      Code::is_unconditional_jump(code_[at].op) || (is_none(at) && at + 2 == handler);
  return leaves ? handler : at;
}

/// Where the body of a loop ends that begins at `first` and never comes to its end, `jump` being the last
/// continue: with the first statement that leaves it, and to which nothing inside leads past.
uint32_t Reader::end_of_open_loop(uint32_t first, uint32_t jump, uint32_t end) const {
  uint32_t last = jump + 1;
  for (uint32_t i = first; i < last && last < end; ++i) {
    const Instruction& instruction = code_[i];
    const uint32_t target = instruction.target;
    const bool leaves = Code::is_unconditional_jump(instruction.op) && is_own_position(i);
    if (target != kNone && target >= last && !leaves) last = target + 1;
    if (instruction.handler != kNone && instruction.handler >= last) last = instruction.handler + 1;
    if (i + 1 == last && !Code::is_terminator(instruction.op)) ++last;
  }
  return std::min(last, end);
}

/// Whether the NOP is a break that ends the body of a loop whose test stands at the top alone: nothing else
/// comes to the body's end.
bool Reader::ends_in_break(uint32_t nop) const {
  const Construct* const loop = innermost_loop();
  return loop != nullptr && !has_columns(code_[nop].position) && loop->kind == Construct::Kind::While &&
         loop->break_target == nop + 1;
}

/// Whether the NOPs from `first` on stand in the lines of the constant tuple that is loaded behind them.
bool Reader::stand_below(uint32_t first, uint32_t load) const {
  const int32_t line = code_[load].position.line;
  bool below = false;
  for (uint32_t i = first; i < load; ++i) {
    if (code_[i].position.line < line) return false;
    below |= code_[i].position.line > line;
  }
  return below && code_[load].jumps_here == 0;
}

namespace {

/// The first statements inside a statement; null where it has none that run in its scope.
syntax::Stmts* first_suite(Stmt& statement) {
  return is_definition(statement) ? nullptr : body_of(statement);
}

}  // namespace

/// Puts a declaration in front of the first statement inside the compound one that it would stand in front
/// of, to which it can only be joined there. False: the names are used before.
bool Reader::declare_by_lines(Stmt* declaration, const Position& use, size_t place, StmtList* body) {
  if (place >= body->size() || use.line <= 0 || use.column >= 0) return false;
  Stmt* statement = (*body)[place];
  syntax::Stmts* suite = first_suite(*statement);
  while (suite != nullptr && !suite->empty() && statement->range.line > 0 &&
         statement->range.line < use.line) {
    statement = suite->front();
    syntax::Stmts* const inner = first_suite(*statement);
    if (inner == nullptr) break;
    suite = inner;
  }
  if (suite == nullptr || suite->empty() || suite->front() != statement || statement->range.line <= 0 ||
      statement->range.line > use.line)
    return false;
  declaration->range = {statement->range.line, -1, 0, -1};
  StmtList statements{declaration};
  statements.insert(statements.end(), suite->begin(), suite->end());
  *suite = list(statements);
  return true;
}

}  // namespace ouro::decompiler
