// What leaving constructs early makes them do.
//
// A return, break or continue undoes each construct around it from the inside out: a with calls __exit__ with
// three Nones, a finally's body runs, a handler ends (POP_EXCEPT, and its name is deleted), an iterator is
// dropped. The stack of constructs says exactly what must come, so it is predicted and compared. The copies
// of a finally's body are compared instruction by instruction with the one that runs for an exception, and
// skipped: that one is read, the others say nothing new.
//
// The same code stands at the normal end of a construct. Which of the two it is, is told by what follows:
// the normal end goes on behind the construct. Where control flow says the same for both, the place of the
// statement decides: the NOP in front, or the first instruction, has it; at a normal end it only repeats the
// place of what came before, or that of a `pass`.
#include <algorithm>
#include <utility>

#include "decompiler/read/tries.h"

namespace ouro::decompiler {

namespace {

constexpr uint32_t kLongestSharedExit = 6;
constexpr uint32_t kFarthestJump = 4096;

bool is_stack_juggling(Op op) {
  return op == Op::POP_TOP || op == Op::SWAP || op == Op::POP_EXCEPT;
}

bool is_filler(Op op) {
  return op == Op::NOP || Code::is_unconditional_jump(op);
}

bool is_name_store(Op op) {
  return op == Op::STORE_FAST || op == Op::STORE_NAME || op == Op::STORE_GLOBAL || op == Op::STORE_DEREF;
}

bool is_name_delete(Op op) {
  return op == Op::DELETE_FAST || op == Op::DELETE_NAME || op == Op::DELETE_GLOBAL || op == Op::DELETE_DEREF;
}

/// Conditional jumps are alike whichever way they go.
uint32_t kind_of_jump(Op op) {
  switch (op) {
    case Op::POP_JUMP_FORWARD_IF_FALSE:
    case Op::POP_JUMP_BACKWARD_IF_FALSE:
      return 1;
    case Op::POP_JUMP_FORWARD_IF_TRUE:
    case Op::POP_JUMP_BACKWARD_IF_TRUE:
      return 2;
    case Op::POP_JUMP_FORWARD_IF_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NONE:
      return 3;
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
      return 4;
    case Op::JUMP_IF_FALSE_OR_POP:
      return 5;
    case Op::JUMP_IF_TRUE_OR_POP:
      return 6;
    default:
      return 0;
  }
}

int32_t width_of(const Position& position) {
  if (!has_columns(position) || position.end_line != position.line) return -1;
  return position.end_column - position.column;
}

}  // namespace

uint32_t Reader::skip_nops(uint32_t at) const {
  while (at < code_.size() && code_[at].op == Op::NOP) ++at;
  return at;
}

bool Reader::is_none(uint32_t at) const {
  if (at >= code_.size() || code_[at].op != Op::LOAD_CONST) return false;
  const Constant* const value = code_.constant(code_[at].argument);
  return value != nullptr && value->is(ConstantKind::None);
}

/// Whether the instruction stands where it does not because of a statement of its own, but has taken the
/// place of the one before it, or of a jump to it.
bool Reader::takes_place_over(uint32_t at) const {
  if (code_.inherits_position(at)) return true;
  if (code_[at].position.line <= 0) return true;
  uint32_t left = code_[at].jumps_here;
  const uint32_t last = at > kFarthestJump ? at - kFarthestJump : 0;
  for (uint32_t i = at; left > 0 && i-- > last;) {
    if (code_[i].target != at) continue;
    if (code_[i].position == code_[at].position) return true;
    --left;
  }
  return false;
}

bool Reader::same_but_moved(uint32_t a, uint32_t b) const {
  const Instruction& one = code_[a];
  const Instruction& other = code_[b];
  if (one.target != kNone || other.target != kNone)
    return one.target != kNone && other.target != kNone &&
           (one.op == other.op ||
            (kind_of_jump(one.op) != 0 && kind_of_jump(one.op) == kind_of_jump(other.op)));
  if (one.op != other.op) return false;
  if (one.op != Op::LOAD_CONST || one.argument == other.argument) return one.argument == other.argument;
  // Functions are made anew for each copy.
  const Constant* const made = code_.constant(one.argument);
  const Constant* const again = code_.constant(other.argument);
  return made != nullptr && again != nullptr && made->is(ConstantKind::Code) && again->is(ConstantKind::Code);
}

/// Behind a copy of a short exit at `at` that has no place of its own, or that of what it stands for, which
/// is at `instead`; `at` when there is none.
uint32_t Reader::after_shared_exit(uint32_t at, uint32_t instead) const {
  for (uint32_t i = at; i < code_.size() && i < at + kLongestSharedExit; ++i) {
    const bool taken =
        code_.inherits_position(i) ||
        (i == at && code_[i].position.line > 0 &&
         (takes_place_over(i) || (instead != kNone && code_[instead].position == code_[i].position)));
    if (!taken || code_[i].op == Op::PUSH_EXC_INFO) break;
    if (Code::is_terminator(code_[i].op)) return i + 1;
  }
  return at;
}

/// Behind a copy of a finally body that begins at `at`; kNone: there is none. What follows the copy may have
/// been copied in turn, into places inside it, where the other copy has a jump: `*shared` is the last of
/// them.
uint32_t Reader::after_copy(const Construct& construct, uint32_t at, uint32_t* shared) const {
  uint32_t from = construct.final_first;
  bool begun = false;
  bool jumped = false;
  bool goes_on = false;     // with a jump, directly before
  uint32_t filler = kNone;  // the last one of the other copy, directly before
  auto skip_shared = [&] {
    const uint32_t next = after_shared_exit(at, filler);
    if (next == at) return false;
    if (shared != nullptr) *shared = at;
    at = next;
    return true;
  };
  while (from < construct.final_end) {
    const Op wanted = code_[from].op;
    if (at >= code_.size()) return kNone;
    if (is_filler(wanted)) {
      const bool both = wanted != Op::NOP && Code::is_unconditional_jump(code_[at].op);
      jumped = !both && (jumped || wanted != Op::NOP);
      filler = from++;
      if (both) ++at;
      continue;
    }
    // A constant may be that of a shared exit, or the next one of the body.
    if (jumped && !(code_[from].position == code_[at].position) && skip_shared()) {
      jumped = false;
      continue;
    }
    const bool same = same_but_moved(from, at) && (begun || code_[from].position == code_[at].position);
    if (same) {
      begun = true;
      jumped = false;
      goes_on = false;
      filler = kNone;
      ++from;
      ++at;
    } else if (is_stack_juggling(wanted) && !is_stack_juggling(code_[at].op)) {
      ++from;
    } else if (is_filler(code_[at].op)) {
      goes_on = Code::is_unconditional_jump(code_[at++].op);
    } else if (wanted == Op::RERAISE && code_[from].argument == 0) {
      ++from;
      if (!std::exchange(goes_on, false)) skip_shared();
    } else if (is_stack_juggling(wanted)) {
      ++from;
    } else if (begun && is_stack_juggling(code_[at].op)) {
      ++at;
    } else {
      return kNone;
    }
  }
  return at;
}

/// Behind GET_AWAITABLE with its loop.
uint32_t Reader::after_await(uint32_t at) const {
  if (at + 2 >= code_.size() || code_[at].op != Op::GET_AWAITABLE || !is_none(at + 1)) return kNone;
  const Instruction& send = code_[at + 2];
  return send.op == Op::SEND && send.target > at && send.target < code_.size() ? send.target : kNone;
}

uint32_t Reader::after_exit_call(const Construct& construct, uint32_t at) const {
  if (at + 5 >= code_.size() || !is_none(at) || !is_none(at + 1) || !is_none(at + 2)) return kNone;
  if (code_[at + 3].op != Op::PRECALL || code_[at + 3].argument != 2) return kNone;
  if (code_[at + 4].op != Op::CALL || code_[at + 4].argument != 2) return kNone;
  if (!(code_[at].position == construct.range)) return kNone;
  at += 5;
  if (construct.kind == Construct::Kind::AsyncWith) at = after_await(at);
  return at < code_.size() && code_[at].op == Op::POP_TOP ? at + 1 : kNone;
}

uint32_t Reader::after_name_cleared(uint32_t at) const {
  if (at + 2 >= code_.size() || !is_none(at)) return kNone;
  const Instruction& store = code_[at + 1];
  const Instruction& deletion = code_[at + 2];
  if (!is_name_store(store.op) || !is_name_delete(deletion.op)) return kNone;
  return store.argument == deletion.argument ? at + 3 : kNone;
}

/// Behind what leaving the construct does at `at`; kNone where that is not there.
uint32_t Reader::after_exit(const Construct& construct, uint32_t at, bool keep) const {
  using Kind = Construct::Kind;
  if (construct.kind == Kind::While || construct.kind == Kind::TryBody) return at;
  at = skip_nops(at);
  if (construct.kind == Kind::FinallyBody) return after_copy(construct, at);
  auto take = [&](Op op, uint32_t argument) {
    if (at >= code_.size() || code_[at].op != op || code_[at].argument != argument) return false;
    ++at;
    return true;
  };
  // The SWAP of an unnamed handler still belongs to the protected part; who looks behind that sees none.
  if (keep && !take(Op::SWAP, 2) && construct.kind != Kind::Handler) return kNone;
  switch (construct.kind) {
    case Kind::With:
    case Kind::AsyncWith:
      return after_exit_call(construct, at);
    case Kind::FinallyHandler:
      if (!take(Op::POP_TOP, 0)) return kNone;
      if (keep && !take(Op::SWAP, 2)) return kNone;
      return take(Op::POP_EXCEPT, 0) ? at : kNone;
    case Kind::Handler:
      if (!take(Op::POP_EXCEPT, 0)) return kNone;
      return construct.name == Name::none ? at : after_name_cleared(at);
    default:
      return take(Op::POP_TOP, 0) ? at : kNone;
  }
}

/// Whether control gets from [first, next) to `next`.
bool Reader::is_reached(uint32_t first, uint32_t next) const {
  if (next == first || !Code::is_terminator(code_[next - 1].op)) return true;
  return is_target(first, next, next);
}

/// Whether the NOP at `at` is that of a statement at the beginning of the innermost construct's finally.
bool Reader::begins_final_body(uint32_t at) const {
  if (constructs_.empty() || constructs_.back().kind != Construct::Kind::FinallyBody) return false;
  const uint32_t first = constructs_.back().final_first;
  return first < code_.size() && code_[first].op == Op::NOP && code_[first].position == code_[at].position;
}

/// Undoes constructs from the innermost one on, all of them or those inside the innermost loop; false where
/// something else is there. `*left` is how many constructs remain.
bool Reader::undo(uint32_t at, bool keep, bool to_loop, Leaving* leaving, size_t* left) const {
  using Kind = Construct::Kind;
  const uint32_t first = at;
  uint32_t& resume = leaving->resume;
  bool placed = false;  // whether the exits so far have the statement's own place
  for (*left = constructs_.size(); *left > 0; --*left) {
    const Construct& construct = constructs_[*left - 1];
    const bool loop =
        construct.kind == Kind::For || construct.kind == Kind::AsyncFor || construct.kind == Kind::While;
    if (to_loop && loop) break;
    uint32_t next = after_exit(construct, at, keep);
    if (next == kNone) return false;
    if (skip_nops(at) >= next) continue;
    if (construct.kind == Kind::FinallyBody && resume == kNone && !is_reached(at, next)) {
      uint32_t shared = kNone;
      after_copy(construct, skip_nops(at), &shared);
      if (shared == kNone) {
        // The body of finally itself leaves: nothing remains of what it was meant to do before.
        leaving->cut = true;
        leaving->undoes = true;
        leaving->end = next;
        if ((code_[first].op == Op::NOP && !begins_final_body(first)) || placed)
          leaving->position = code_[first].position;
        return true;
      }
      resume = next;
      next = shared;
    }
    if (!leaving->undoes)
      placed = loop || construct.kind == Kind::Handler || construct.kind == Kind::FinallyHandler;
    leaving->undoes = true;
    at = next;
    if (construct.kind == Kind::FinallyBody) leaving->exit = next;
  }
  if ((code_[first].op == Op::NOP && !begins_final_body(first)) || (leaving->undoes && placed))
    leaving->position = code_[first].position;
  if (code_[first].op == Op::NOP && first + 1 < at && code_[first + 1].op == Op::NOP && !keep)
    leaving->statement = code_[first + 1].position;
  // A NOP that stands elsewhere than the first exit, which has the statement's place, is something else.
  const uint32_t real = skip_nops(first);
  if (placed && real != first && !(code_[real].position == code_[real - 1].position)) return false;
  leaving->end = skip_nops(at);
  if (leaving->exit == kNone) leaving->exit = leaving->end;
  return leaving->end < code_.size();
}

Reader::Leaving Reader::leaving_kept(uint32_t at) const {
  Leaving leaving;
  size_t left = 0;
  if (!undo(at, true, false, &leaving, &left)) return {};
  if (leaving.cut) {
    leaving.kept = true;
    leaving.kind = Leaving::Kind::Return;
    return leaving;
  }
  if (code_[leaving.end].op != Op::RETURN_VALUE) return {};
  if (leaving.position.line <= 0 && leaving.end == at) leaving.position = code_[at].position;
  leaving.end = leaving.resume != kNone ? leaving.resume : after_repeats(at, leaving.exit, leaving.end + 1);
  leaving.kept = true;
  leaving.kind = Leaving::Kind::Return;
  return leaving;
}

Reader::Leaving Reader::leaving_loop(uint32_t at) const {
  Leaving leaving;
  size_t left = 0;
  if (!undo(at, false, true, &leaving, &left) || left == 0) return {};
  if (leaving.cut) {
    const int32_t width = width_of(leaving.position);
    if (width != 5 && width != 8) return {};
    leaving.kind = width == 5 ? Leaving::Kind::Break : Leaving::Kind::Continue;
    return leaving;
  }
  const Construct& loop = constructs_[left - 1];
  uint32_t end = leaving.end;
  const Op op = code_[end].op;
  if (Code::is_unconditional_jump(op) && loop.continue_target != kNone &&
      code_.destination(end) == code_.destination(loop.continue_target)) {
    leaving.kind = Leaving::Kind::Continue;
  } else {
    if (loop.kind != Construct::Kind::While) {
      if (op != Op::POP_TOP) return {};
      // A NOP in front that stands elsewhere is a statement of its own.
      if (!leaving.undoes && end > at && !(code_[at].position == code_[end].position)) return {};
      if (leaving.position.line <= 0 && !leaving.undoes) leaving.position = code_[end].position;
      leaving.undoes = true;
      end = skip_nops(end + 1);
      if (end >= code_.size()) return {};
    }
    if (Code::is_unconditional_jump(code_[end].op) && !has_columns(code_[end].position) && !leaves_loop(end))
      return {};
    leaving.kind = Leaving::Kind::Break;
    // A jump to the next instruction is gone.
    if (end == loop.break_target && leaving.undoes && leaving.resume == kNone &&
        width_of(leaving.position) == 5) {
      leaving.end = end;
      return leaving;
    }
  }
  if (Code::is_unconditional_jump(code_[end].op)) {
    leaving.end = leaving.resume != kNone ? leaving.resume : after_repeats(at, leaving.exit, end + 1);
    return leaving;
  }
  if (width_of(leaving.position) == 5 && raises_again(end)) {
    leaving.end = end + 1;
    return leaving;
  }
  // The jump behind the loop has become a copy of the implicit return.
  if (width_of(leaving.position) != 5 || !is_none(end) || end + 1 >= code_.size() ||
      code_[end + 1].op != Op::RETURN_VALUE)
    return {};
  leaving.end = leaving.resume != kNone ? leaving.resume : after_repeats(at, leaving.exit, end + 2);
  return leaving;
}

/// Whether the instruction at `at` is a copy of the end of the finally body that is being read.
bool Reader::raises_again(uint32_t at) const {
  if (code_[at].op != Op::RERAISE || code_[at].argument != 0) return false;
  return std::any_of(constructs_.begin(), constructs_.end(), [](const Construct& construct) {
    return construct.kind == Construct::Kind::FinallyHandler;
  });
}

Reader::Leaving Reader::leaving_function(uint32_t at) const {
  Leaving leaving;
  size_t left = 0;
  if (!undo(at, false, false, &leaving, &left)) return {};
  if (leaving.cut) {
    if (leaving.position.line > 0) leaving.kind = Leaving::Kind::Return;
    return leaving;
  }
  leaving.constant = leaving.end;
  if (leaving.end + 1 >= code_.size() || code_[leaving.end].op != Op::LOAD_CONST ||
      code_[leaving.end + 1].op != Op::RETURN_VALUE)
    return {};
  leaving.end = leaving.resume != kNone ? leaving.resume : after_repeats(at, leaving.exit, leaving.end + 2);
  leaving.kind = Leaving::Kind::Return;
  const bool handler = leaving.undoes && code_[at].op == Op::POP_EXCEPT;
  const bool placed = has_columns(code_[at].position) ? looks_like_leaving(at) : is_bare_return(at);
  if (handler && innermost_loop() == nullptr && is_none(leaving.constant) && !placed)
    leaving.kind = Leaving::Kind::Nothing;
  return leaving;
}

/// What leaves stands once more behind a copy of a finally body that gets there in several ways.
uint32_t Reader::after_repeats(uint32_t first, uint32_t exit, uint32_t end) const {
  const uint32_t length = end - exit;
  while (length > 0 && length <= kLongestSharedExit && end + length <= code_.size() &&
         is_target(first, exit, end)) {
    for (uint32_t i = 0; i < length; ++i)
      if (!same_but_moved(exit + i, end + i)) return end;
    end += length;
  }
  return end;
}

/// Whether a jump in [first, end) goes to `target`.
bool Reader::is_target(uint32_t first, uint32_t end, uint32_t target) const {
  for (uint32_t i = first; i < end; ++i)
    if (code_[i].target == target) return true;
  return false;
}

Reader::Leaving Reader::leaving(uint32_t at, bool keep) const {
  if (at >= code_.size()) return {};
  if (keep) return leaving_kept(at);
  Leaving copy;
  // A copy of the end of a handler.
  if (code_[at].op == Op::RERAISE && code_[at].argument == 0) {
    copy.kind = Leaving::Kind::Nothing;
    copy.end = at + 1;
    copy.undoes = true;
    return copy;
  }
  const Leaving to_loop = leaving_loop(at);
  return to_loop.kind != Leaving::Kind::None ? to_loop : leaving_function(at);
}

/// Whether the place of the instruction is that of a return, break or continue: they are told by their width.
bool Reader::looks_like_leaving(uint32_t at) const {
  if (takes_place_over(at)) return false;
  const Position& position = code_[at].position;
  const int32_t width = width_of(position);
  if (width == 5 || width == 6 || width == 8) return true;
  if (width != 4 || constructs_.empty()) return false;
  // `pass`, or the None of `return None`, which stands farther to the right.
  const Position& around = constructs_.back().range;
  return has_columns(around) && around.line != position.line && position.column - around.column >= 9;
}

/// Whether the jump is no break or continue, as far as jumps tell.
bool Reader::leads_behind(uint32_t jump, uint32_t exit) const {
  const Position& position = code_[jump].position;
  // A jump of the loop's statements has a line, where there are any.
  const bool artificial = position.line <= 0 && has_columns(constructs_.back().range);
  if (has_columns(position) || artificial) return true;
  if (exit == kNone || code_[jump].target == exit || !leaves_loop(jump)) return true;
  return exit < code_.size() && code_.destination(jump) == code_.destination(exit) &&
         !(Code::is_unconditional_jump(code_[exit].op) &&
           (code_[exit].position.line > 0 ? is_own_position(exit)
                                          : code_[exit].target != code_[jump].target));
}

/// Whether [at, limit) does nothing but go on at `exit`, or copies of what is there.
bool Reader::only_goes_on(uint32_t at, uint32_t limit, uint32_t exit) const {
  while (at < limit) {
    if (Code::is_unconditional_jump(code_[at].op) && leads_behind(at, exit)) {
      ++at;
      continue;
    }
    while (at < limit && code_[at].op == Op::POP_EXCEPT) ++at;
    if (at < limit && code_[at].op == Op::RERAISE && code_[at].argument == 0)
      ++at;
    else if (at + 2 <= limit && is_none(at) && code_[at + 1].op == Op::RETURN_VALUE && may_end_at(at, exit))
      at += 2;
    else
      return false;
  }
  return at == limit;
}

bool Reader::is_normal_end(uint32_t at, uint32_t limit, uint32_t exit) const {
  // No statement begins with a POP_TOP: it drops what was about to be returned.
  const uint32_t begin = skip_nops(at);
  if (constructs_.back().kind == Construct::Kind::FinallyBody && begin < limit &&
      code_[begin].op == Op::POP_TOP)
    return false;
  const uint32_t behind = after_exit(constructs_.back(), at, false);
  // Without columns, what leaves the body of a finally is told by a NOP in front.
  if (!has_columns(code_[at].position) && constructs_.back().kind == Construct::Kind::FinallyBody &&
      begin == at)
    exit = kNone;
  if (behind == kNone || behind > limit || !only_goes_on(skip_nops(behind), limit, exit)) return false;
  if (constructs_.back().kind == Construct::Kind::FinallyBody && !is_reached(begin, behind)) {
    // What follows the copy stands inside of it.
    uint32_t shared = kNone;
    after_copy(constructs_.back(), begin, &shared);
    if (shared != kNone && !only_goes_on(shared, after_shared_exit(shared), exit)) return false;
  }
  if (is_protected_place(at)) return false;
  const bool placed = code_[at].op == Op::NOP || constructs_.back().kind == Construct::Kind::Handler;
  return !placed || !looks_like_leaving(at);
}

/// Whether the NOP at `at`, as wide as what leaves, is rather a `pass` than the None of `return None`, or
/// stands where nothing can be left.
bool Reader::may_be_nothing(uint32_t at) const {
  const Position& position = code_[at].position;
  const int32_t width = width_of(position);
  if (width == 6) return scope_ != ScopeKind::Function;
  if (width == 5 || width == 8) return innermost_loop() == nullptr;
  return (position.column - constructs_.back().range.column) % 2 == 0;
}

/// Where the body of the innermost construct ends, which lies in [first, limit), is protected by `handler`
/// and goes on at `exit`: at its normal end, or at `limit` if it has none. kNone: it makes no sense.
uint32_t Reader::end_of_body(uint32_t first, uint32_t limit, uint32_t handler, uint32_t exit) const {
  uint32_t at = limit;
  while (at > first && code_[at - 1].handler != handler) --at;
  // `return None`: its place is still protected.
  const Construct& construct = constructs_.back();
  const bool is_with =
      construct.kind == Construct::Kind::With || construct.kind == Construct::Kind::AsyncWith;
  if (at > first && is_protected_place(at - 1))
    --at;
  else if (at > first && code_[at - 1].op == Op::NOP && is_with && looks_like_leaving(at - 1) &&
           !may_be_nothing(at - 1))
    --at;
  // A test that never holds, which has left nothing else.
  const auto is_nothing = [&](const Instruction& instruction) {
    return instruction.op == Op::NOP && instruction.position.end_line > instruction.position.line &&
           contains(construct.range, instruction.position) && !(construct.range == instruction.position);
  };
  while (is_with && at < limit && is_nothing(code_[at])) ++at;
  while (at < limit) {
    if (is_normal_end(at, limit, exit)) return at;
    Leaving leaving = this->leaving(at, false);
    if (leaving.kind == Leaving::Kind::None) leaving = leaving_kept(at);
    if (leaving.kind == Leaving::Kind::None || leaving.end <= at) return kNone;
    at = leaving.end;
  }
  return limit;
}

/// Whether a statement with a place of its own that leaves constructs ends at `last`.
bool Reader::ends_unwinding(uint32_t first, uint32_t last) const {
  if (constructs_.empty()) return false;
  constexpr uint32_t kLongest = 64;
  for (uint32_t at = last; at-- > first && last - at < kLongest;) {
    if (code_[at].op != Op::NOP || !looks_like_leaving(at)) continue;
    const Leaving statement = leaving(at, false);
    return statement.kind != Leaving::Kind::None && statement.undoes && statement.end == last + 1;
  }
  return false;
}

bool Reader::begins_unwinding(uint32_t end) const {
  if (constructs_.empty() || stack_.size() < base_) return false;
  const size_t height = stack_.size() - base_;
  if (height > 1 || (height == 1 && stack_.back().kind == Slot::Kind::Marker)) return false;
  if (height == 0 && here().op != Op::NOP && here().op != Op::POP_TOP && here().op != Op::POP_EXCEPT &&
      here().op != Op::RERAISE && here().op != Op::LOAD_CONST && !begins_copy(at_))
    return false;
  if (height == 1 && here().op != Op::NOP && here().op != Op::SWAP && !begins_copy(at_)) return false;
  const Leaving leaving = this->leaving(at_, height == 1);
  return leaving.kind != Leaving::Kind::None && leaving.undoes && leaving.end <= std::max(end, part_end_);
}

/// Whether a copy of the body of some finally around begins there, by its first instruction.
bool Reader::begins_copy(uint32_t at) const {
  for (size_t i = constructs_.size(); i-- > 0;) {
    const Construct& construct = constructs_[i];
    if (construct.kind == Construct::Kind::While || construct.kind == Construct::Kind::TryBody) continue;
    if (construct.kind != Construct::Kind::FinallyBody) return false;
    uint32_t first = construct.final_first;
    while (first < construct.final_end && (is_filler(code_[first].op) || is_stack_juggling(code_[first].op)))
      ++first;
    if (first < construct.final_end) return code_[first].position.line == code_[at].position.line;
  }
  return false;
}

bool Reader::read_unwinding(uint32_t end) {
  const bool kept = !at_statement_start();
  const Leaving leaving = this->leaving(at_, kept);
  if (leaving.kind == Leaving::Kind::None || leaving.end > std::max(end, part_end_))
    return fail("unexpected end of a construct");
  const Position nowhere{0, 0, -1, -1};
  const Position& position = leaving.position.line > 0 ? leaving.position : nowhere;
  switch (leaving.kind) {
    case Leaving::Kind::Break:
      emit(make<syntax::BreakStmt>(position));
      break;
    case Leaving::Kind::Continue:
      emit(make<syntax::ContinueStmt>(position));
      break;
    case Leaving::Kind::Return: {
      Expr* const value = kept ? pop_value() : nullptr;
      if (kept && value == nullptr) return false;
      emit(make_return(leaving, value));
      break;
    }
    default:
      if (!takes_place_over(at_)) emit_pass(here().position);
      break;
  }
  at_ = leaving.end;
  return true;
}

Stmt* Reader::make_return(const Leaving& leaving, Expr* value) {
  Position statement = leaving.position;
  if (leaving.cut && value == nullptr) {
    if (width_of(leaving.position) != 6) {
      auto* const constant = make<syntax::ConstantExpr>(leaving.position);
      constant->value = constant_of(leaving.position);
      value = constant;
      statement = Position{leaving.position.line, leaving.position.line, -1, -1};
    }
  } else if (value == nullptr &&
             !(is_none(leaving.constant) && (leaving.position.line <= 0 || !has_columns(leaving.position) ||
                                             width_of(leaving.position) == 6))) {
    value = make_constant(code_.constant(code_[leaving.constant].argument), leaving.position);
    statement = leaving.statement.line > 0 ? leaving.statement
                                           : Position{leaving.position.line, leaving.position.line, -1, -1};
  }
  if (statement.line <= 0 && value != nullptr) statement = {value->range.line, value->range.line, -1, -1};
  auto* const node = make<syntax::ReturnStmt>(statement);
  node->value = value;
  return node;
}

}  // namespace ouro::decompiler
