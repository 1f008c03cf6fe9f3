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

/// Whether a jump in the line of a test is all there is of the body: `if a: break`.
bool Reader::is_whole_body(uint32_t jump) const {
  return !has_columns(code_[jump].position) && jump > 0 && statements_ != nullptr && statements_->empty() &&
         Code::is_conditional_jump(code_[jump - 1].op) && code_[jump].jumps_here == 0 && leaves_loop(jump);
}

/// Whether the `return None` at `at` may be the end of the code, to which a statement goes on behind itself,
/// at `exit`.
bool Reader::may_end_at(uint32_t at, uint32_t exit) const {
  if (has_columns(code_[at].position) || scope_ != ScopeKind::Function || exit >= code_.size()) return true;
  const uint32_t end = code_.destination(exit);
  return end + 1 < code_.size() && is_none(end) && code_[end + 1].op == Op::RETURN_VALUE;
}

/// Whether what leaves handlers at `at` and returns None is a statement, and not the copied end of the code.
bool Reader::is_bare_return(uint32_t at) const {
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

}  // namespace ouro::decompiler
