// try statements.
//
// A try protects the code of its body: those instructions have its handler, which follows in the code. With
// what comes behind the body it looks like this:
//   except:   NOP; body; else; jump to exit; handler: PUSH_EXC_INFO; clauses; cleanup: COPY 3, …; exit:
//   finally:  NOP; body; final body; jump to exit; handler: PUSH_EXC_INFO; final body; RERAISE; cleanup;
//   exit: except*:  NOP; body; jump; handler: …; cleanup: …; else; exit:
// A try with clauses and finally is the first inside the second, and has only one NOP. The NOP has the range
// of the statement; it is missing where the body begins on the same line.
//
// The body ends with the last instruction that has the handler, or with what the statement behind it needs to
// leave (unwinding.cpp). The else part is told from that by its lines: it stands behind the clauses. The body
// of finally is read once, from the handler.
//
// A body like `pass` or `return 1` leaves no instruction that could be protected. Then nothing leads to the
// handler: such a lone handler is looked for when its statement must be near.
#include "decompiler/read/tries.h"

#include <algorithm>
#include <climits>

namespace ouro::decompiler {

namespace {

constexpr uint32_t kDeepest = 400;

bool has_only_line(const Position& position) {
  return position.line > 0 && position.column < 0;
}

bool spans_lines(const Position& position) {
  return position.end_line > position.line;
}

}  // namespace

Reader::HandlerKind Reader::handler_kind(uint32_t handler) const {
  if (handler + 2 >= code_.size() || code_[handler].op != Op::PUSH_EXC_INFO) return HandlerKind::None;
  const uint32_t cleanup = code_[handler].handler;
  if (cleanup == kNone || cleanup <= handler) return HandlerKind::None;
  const uint32_t first = handler + 1;
  switch (code_[first].op) {
    case Op::WITH_EXCEPT_START:
      return HandlerKind::With;
    case Op::POP_TOP: {
      // `finally: return` begins like `except:`, but everything stands at the same place.
      const bool together = code_[first + 1].op == Op::POP_EXCEPT && has_columns(code_[first].position) &&
                            code_[first].position == code_[first + 1].position;
      return together ? HandlerKind::Finally : HandlerKind::Except;
    }
    case Op::COPY:
      if (code_[first + 1].op == Op::BUILD_LIST && code_[first].argument == 1) return HandlerKind::ExceptStar;
      break;
    default:
      break;
  }
  for (uint32_t i = first; i < cleanup; ++i) {
    const Op op = code_[i].op;
    if (op == Op::PUSH_EXC_INFO) break;
    if (op == Op::CHECK_EXC_MATCH && code_[i].handler == cleanup) return HandlerKind::Except;
  }
  return HandlerKind::Finally;
}

/// What takes exceptions of the statement that the handler belongs to.
uint32_t Reader::outer_handler(uint32_t handler) const {
  if (code_[handler].op != Op::PUSH_EXC_INFO) return code_[handler].handler;
  const uint32_t cleanup = code_[handler].handler;
  return cleanup == kNone ? kNone : code_[cleanup].handler;
}

/// Whether the instruction is protected inside the region being read; `*handlers` are those of the statements
/// that begin there, innermost first.
bool Reader::begins_protection(uint32_t at, std::vector<uint32_t>* handlers) const {
  if (at >= code_.size()) return false;
  uint32_t handler = code_[at].handler;
  for (uint32_t steps = 0; handler != handler_; ++steps) {
    if (handler == kNone || steps > kDeepest || handler + 1 >= code_.size()) return false;
    if (code_[handler].op != Op::PUSH_EXC_INFO || code_[handler + 1].op == Op::WITH_EXCEPT_START)
      return false;
    handlers->push_back(handler);
    handler = outer_handler(handler);
  }
  return !handlers->empty();
}

void Reader::find_lone_handlers() const {
  lone_handlers_known_ = true;
  std::vector<bool> used(code_.size(), false);
  for (uint32_t i = 0; i < code_.size(); ++i)
    if (code_[i].handler != kNone) used[code_[i].handler] = true;
  for (uint32_t i = 0; i + 1 < code_.size(); ++i) {
    if (code_[i].op != Op::PUSH_EXC_INFO || code_[i + 1].op == Op::WITH_EXCEPT_START) continue;
    handlers_.push_back(i);
    if (!used[i]) lone_handlers_.push_back(i);
  }
}

/// The first line of the finally bodies around; what stands there is a copy.
int32_t Reader::final_line() const {
  int32_t line = INT_MAX;
  for (const Construct& construct : constructs_)
    if (construct.kind == Construct::Kind::FinallyBody && construct.final_first < construct.final_end &&
        code_[construct.final_first].position.line > 0)
      line = std::min(line, code_[construct.final_first].position.line);
  return line;
}

/// Whether a try begins at `at` that protects nothing.
bool Reader::begins_lone_try(uint32_t at, uint32_t* handler) const {
  if (!lone_handlers_known_) find_lone_handlers();
  const auto found = std::upper_bound(lone_handlers_.begin(), lone_handlers_.end(), at);
  if (found == lone_handlers_.end()) return false;
  *handler = *found;
  if (outer_handler(*handler) != handler_) return false;
  const Position& head = code_[*handler + 1].position;
  const Position& place = code_[at].position;
  if (code_[at].op == Op::NOP && spans_lines(place) && has_columns(place) && contains(place, head))
    return true;
  // A way out directly in front of the handler is all there is of the body.
  uint32_t last = skip_nops(at);
  if (last >= *handler) return false;
  if (last + 1 < *handler && code_[last].op == Op::LOAD_CONST) ++last;
  if (last + 1 == *handler && Code::is_terminator(code_[last].op)) return true;
  // A `pass`, behind which the else part or a finally body follows; or such a part itself.
  const Position& next = code_[skip_nops(at)].position;
  return next.line > head.line && head.line > 0 && next.line < final_line();
}

/// Behind the NOPs of statements that begin at `at`, one inside the other.
uint32_t Reader::after_try_nops(uint32_t at) const {
  while (at < code_.size() && code_[at].op == Op::NOP &&
         (has_columns(code_[at].position) ? spans_lines(code_[at].position) : code_[at].handler == kNone))
    ++at;
  return at;
}

/// Whether the NOP at at_ is that of the statement with that handler, and not of something around it.
bool Reader::is_nop_of_try(uint32_t handler) const {
  const Position& place = here().position;
  const Position& head = code_[handler + 1].position;
  if (!has_columns(place)) return place.line <= 0 || place.line < code_[after_try_nops(at_)].position.line;
  if (has_columns(head) && !contains(place, head)) return false;
  const HandlerKind kind = handler_kind(handler);
  if (kind == HandlerKind::None) return false;
  Protection protection;
  protection.handler = handler;
  protection.cleanup = code_[handler].handler;
  Clause clause;
  clause.range = head;
  if (kind == HandlerKind::ExceptStar ||
      (kind == HandlerKind::Except && find_clause(protection, handler + 1, &clause)))
    return !has_columns(clause.range) || clause.range.column == place.column;
  // `while True`, whose end is never reached.
  if (has_columns(code_[at_ + 1].position) && after_try_nops(at_) > at_ + 1 &&
      shape_.jump_back_to(at_) != kNone)
    return false;
  uint32_t first = kNone;
  const uint32_t loop = endless_loop_jump(&first);
  return loop == kNone || !(code_[loop].position == place);
}

/// The outermost handler of which the NOP at at_ may be, by its range, when its body begins with other
/// statements that protect nothing.
uint32_t Reader::handler_around() const {
  constexpr uint32_t kMostHandlers = 64;
  const Position& place = here().position;
  if (!lone_handlers_known_) find_lone_handlers();
  auto found = std::upper_bound(handlers_.begin(), handlers_.end(), at_);
  uint32_t handler = kNone;
  for (uint32_t steps = 0; found != handlers_.end() && steps < kMostHandlers; ++found, ++steps) {
    const Position& head = code_[*found + 1].position;
    if (head.line > place.end_line) break;
    if (outer_handler(*found) == handler_ && has_columns(head) && is_nop_of_try(*found)) handler = *found;
  }
  return handler;
}

/// The statements that begin at at_, by their handlers, innermost first; the first instruction of the body,
/// and the range of the outermost one if it is known.
bool Reader::find_handlers(uint32_t* first, Position* range, std::vector<uint32_t>* handlers) const {
  *first = at_;
  if (here().handler != handler_ && begins_protection(at_, handlers)) return true;
  handlers->clear();
  const bool nop = here().op == Op::NOP;
  const Position& place = here().position;
  const bool may_be =
      has_columns(place) ? spans_lines(place) : here().handler == kNone && last_jump_of_loop(at_) == kNone;
  if (nop && may_be && begins_protection(after_try_nops(at_), handlers) &&
      after_try_nops(at_) - at_ <= handlers->size() && is_nop_of_try(handlers->back())) {
    *first = at_ + 1;
    *range = place;
    return true;
  }
  handlers->clear();
  uint32_t lone = kNone;
  if (!begins_lone_try(at_, &lone)) {
    if (!nop || !has_columns(place) || !spans_lines(place)) return false;
    lone = handler_around();
    if (lone == kNone) return false;
  }
  handlers->push_back(lone);
  if (nop && (spans_lines(place) || has_only_line(place))) {
    *first = at_ + 1;
    *range = place;
  }
  return true;
}

bool Reader::begins_try() const {
  if (!at_statement_start()) return false;
  if (here().handler == handler_ && here().op != Op::NOP && lone_handlers_known_ && lone_handlers_.empty())
    return false;
  if (lone_handlers_known_ && handlers_.empty()) return false;
  uint32_t first = 0;
  Position range;
  std::vector<uint32_t> handlers;
  return find_handlers(&first, &range, &handlers);
}

bool Reader::find_protection(uint32_t handler, uint32_t end, Protection* protection) const {
  protection->handler = handler;
  protection->kind = handler_kind(handler);
  if (protection->kind == HandlerKind::None || handler < at_) return false;
  const uint32_t cleanup = code_[handler].handler;
  if (cleanup + 2 >= code_.size() || code_[cleanup].op != Op::COPY ||
      code_[cleanup + 1].op != Op::POP_EXCEPT || code_[cleanup + 2].op != Op::RERAISE)
    return false;
  protection->cleanup = cleanup;
  protection->exit = cleanup + 3;
  return protection->exit <= std::max(end, part_end_);
}

bool Reader::read_try(uint32_t end) {
  uint32_t first = 0;
  Position range;
  std::vector<uint32_t> handlers;
  if (!find_handlers(&first, &range, &handlers)) return fail("no try");
  Protection protection;
  if (!find_protection(handlers.back(), end, &protection)) return fail("unexpected handler");
  if (range.line <= 0) range.line = code_[first].position.line;
  protection.range = range;
  at_ = first;
  std::erase(lone_handlers_, protection.handler);
  TryParts parts;
  const bool good = protection.kind == HandlerKind::Finally ? read_finally(protection, handlers, &parts)
                                                            : read_handlers(protection, end, &parts);
  if (!good) return false;
  emit(make_try(range, parts));
  return true;
}

Stmt* Reader::make_try(const Position& range, const TryParts& parts) {
  Position place = range;
  if (!has_columns(place)) {
    place.end_line = 0;
    if (!parts.handlers.empty() && parts.handlers.front()->range.column >= 0)
      place.column = parts.handlers.front()->range.column;
  }
  auto fill = [&](auto* node) -> Stmt* {
    node->body = list(parts.body);
    node->handlers = list(parts.handlers);
    node->orelse = list(parts.orelse);
    node->finalbody = list(parts.final_body);
    return node;
  };
  return parts.star ? fill(make<syntax::TryStarStmt>(place)) : fill(make<syntax::TryStmt>(place));
}

void Reader::push_markers(size_t count) {
  for (size_t i = 0; i < count; ++i) push({.kind = Slot::Kind::Marker, .position = here().position});
}

/// Reads [at_, end), whose exceptions go to `handler`.
bool Reader::read_part(uint32_t end, uint32_t handler, StmtList* body) {
  const uint32_t outer = std::exchange(handler_, handler);
  const uint32_t outer_end = std::exchange(part_end_, end);
  const bool good = read_statements(end, body);
  part_end_ = outer_end;
  handler_ = outer;
  if (good && at_ != end) return fail("a statement that goes on behind its construct");
  return good;
}

/// Whether an instruction that ends a body takes the place of a `pass` over.
bool Reader::is_placeholder(uint32_t at) const {
  const Op op = code_[at].op;
  if (op == Op::LOAD_CONST)
    return is_none(at) && at + 1 < code_.size() && code_[at + 1].op == Op::RETURN_VALUE;
  return op == Op::NOP || op == Op::POP_EXCEPT || op == Op::RERAISE || Code::is_unconditional_jump(op);
}

/// Whether the instruction's place is not that of the code around it.
bool Reader::is_place_of_pass(uint32_t at) const {
  const Position& place = code_[at].position;
  if (!is_own_position(at) || is_of_construct(place)) return false;
  return !has_columns(place) || place.line == place.end_line || at == 0 ||
         !contains(place, code_[at - 1].position);
}

/// `at` follows a body: where that has ended with a `pass`, its place has gone over to the instruction.
void Reader::add_pass(uint32_t at, StmtList* body) {
  const Position place = at < code_.size() && is_placeholder(at) ? code_[at].position : Position();
  if (!body->empty()) {
    if (place.line <= 0 || takes_place_over(at)) return;
    const Position last = position_of(body->back()->range);
    if (!has_columns(place) || place.end_line != place.line || place.end_column - place.column != 4) return;
    if (has_columns(last) && !ends_before(last, place)) return;
    if (last.line > place.line) return;
  } else if (shared_.options.optimize > 0 && (place.line <= 0 || !is_place_of_pass(at))) {
    body->push_back(lost_.make());
    return;
  } else if (shared_.options.optimize > 0 && code_[at].op == Op::RERAISE && is_place_of_assert(place)) {
    body->push_back(lost_.make());
    body->back()->range = range_of(place);
    return;
  }
  StmtList* const outer = std::exchange(statements_, body);
  emit_pass(place);
  statements_ = outer;
}

// --- finally
// --------------------------------------------------------------------------------------------------

/// The last handler of a statement directly in the body of that one.
uint32_t Reader::last_handler_inside(const Protection& outer) const {
  constexpr uint32_t kMostHandlers = 64;
  auto found = std::lower_bound(handlers_.begin(), handlers_.end(), outer.handler);
  for (uint32_t steps = 0; found != handlers_.begin() && steps < kMostHandlers; ++steps) {
    if (*--found < at_) break;
    if (outer_handler(*found) == outer.handler) return *found;
  }
  return kNone;
}

/// The handler of the same statement's clauses, when its body, which ends at `body_end`, is nothing else than
/// the try with them.
uint32_t Reader::inner_handler(const Protection& outer, uint32_t body_end,
                               const std::vector<uint32_t>& handlers) const {
  uint32_t handler = kNone;
  if (handlers.size() >= 2)
    handler = handlers[handlers.size() - 2];
  else if (!begins_lone_try(at_, &handler))
    handler = has_only_line(here().position) ? kNone : last_handler_inside(outer);
  if (handler == kNone) return kNone;
  Protection inner;
  if (!find_protection(handler, body_end, &inner)) return kNone;
  uint32_t exit = inner.exit;
  if (inner.kind == HandlerKind::ExceptStar)
    exit = end_of_star(inner, body_end);
  else if (inner.kind != HandlerKind::Except)
    return kNone;
  if (skip_nops(exit) != body_end && exit != body_end) return kNone;
  // Each statement has a NOP of its own, but for the one whose body is in its line.
  const uint32_t nops = after_try_nops(at_) - at_;
  if (!has_columns(outer.range) && handlers.size() >= 2 && nops > handlers.size() - 2) return kNone;
  Clause clause;
  const uint32_t first = handler + 1;
  const Position* head = &code_[first].position;
  if (inner.kind == HandlerKind::Except) {
    if (!find_clause(inner, first, &clause)) return kNone;
    head = &clause.range;
  }
  if (has_columns(outer.range) && has_columns(*head) && head->column != outer.range.column) return kNone;
  return handler;
}

bool Reader::read_finally(const Protection& protection, const std::vector<uint32_t>& handlers,
                          TryParts* parts) {
  const uint32_t handler = protection.handler;
  uint32_t final_end = protection.cleanup;
  if (code_[final_end - 1].op == Op::RERAISE && code_[final_end - 1].argument == 0) --final_end;
  constructs_.push_back({.kind = Construct::Kind::FinallyBody,
                         .range = protection.range,
                         .final_first = handler + 1,
                         .final_end = final_end});
  const uint32_t body_end = end_of_body(at_, handler, handler, protection.exit);
  bool good = body_end != kNone;
  if (!good) {
    fail("no end of a try");
  } else {
    const uint32_t outer = std::exchange(handler_, handler);
    const uint32_t inner = inner_handler(protection, body_end, handlers);
    if (inner != kNone) {
      Protection clauses;
      std::erase(lone_handlers_, inner);
      good = find_protection(inner, body_end, &clauses);
      clauses.range = protection.range;
      good = good && read_handlers(clauses, body_end, parts);
      at_ = body_end;
    } else {
      good = read_part(body_end, handler, &parts->body);
      // Where there is no instruction in between, the place is that of a finally body that is `pass`.
      const bool final = body_end < handler && code_[body_end].position == code_[handler + 1].position;
      if (good && (!final || parts->body.empty())) add_pass(body_end, &parts->body);
    }
    handler_ = outer;
  }
  constructs_.pop_back();
  if (!good) return false;

  at_ = handler + 1;
  const size_t height = stack_.size();
  push_markers(2);
  constructs_.push_back({.kind = Construct::Kind::FinallyHandler, .range = protection.range});
  good = read_part(final_end, protection.cleanup, &parts->final_body);
  constructs_.pop_back();
  if (!good) return false;
  stack_.resize(height);
  add_pass(final_end, &parts->final_body);
  at_ = protection.exit;
  return true;
}

// --- except
// ---------------------------------------------------------------------------------------------------

bool Reader::read_handlers(const Protection& protection, uint32_t end, TryParts* parts) {
  switch (protection.kind) {
    case HandlerKind::Except:
      return read_except(protection, parts);
    case HandlerKind::ExceptStar:
      return read_except_star(protection, end, parts);
    default:
      return fail("unexpected handler");
  }
}

bool Reader::find_clause(const Protection& protection, uint32_t first, Clause* clause) const {
  const uint32_t cleanup = protection.cleanup;
  clause->first = first;
  if (code_[first].op == Op::POP_TOP) {
    clause->check = kNone;
    clause->body = first;
    clause->next = cleanup;
    clause->range = code_[first].position;
    return true;
  }
  uint32_t check = first;
  while (check < cleanup && code_[check].op != Op::CHECK_EXC_MATCH && code_[check].op != Op::PUSH_EXC_INFO)
    ++check;
  if (check + 2 >= cleanup || code_[check].op != Op::CHECK_EXC_MATCH) return false;
  const Instruction& jump = code_[check + 1];
  if (jump.op != Op::POP_JUMP_FORWARD_IF_FALSE || jump.target <= check + 2 || jump.target > cleanup)
    return false;
  clause->check = check;
  clause->body = check + 2;
  clause->next = jump.target;
  clause->range = code_[check].position;
  return true;
}

bool Reader::find_clauses(const Protection& protection, std::vector<Clause>* clauses) const {
  uint32_t at = protection.handler + 1;
  while (at < protection.cleanup && code_[at].op != Op::RERAISE) {
    Clause clause;
    if (!find_clause(protection, at, &clause)) return false;
    clauses->push_back(clause);
    at = clause.next;
  }
  return !clauses->empty();
}

/// Where the else part begins; the handler if there is none.
uint32_t Reader::otherwise_of(const Protection& protection, uint32_t first, const Clause& last) const {
  uint32_t at = protection.handler;
  while (at > first && code_[at - 1].handler != protection.handler) --at;
  if (at < protection.handler && code_[at].position.line <= 0)
    return otherwise_by_flow(protection.handler, at);
  const int32_t final = final_line();
  for (; at < protection.handler; ++at) {
    const int32_t line = code_[at].position.line;
    if (line <= last.range.line || line >= final) continue;
    // Constants of a format that has been taken apart have no place of their own.
    while (at > first && code_[at - 1].handler != protection.handler && code_[at - 1].op == Op::LOAD_CONST &&
           code_.inherits_position(at - 1))
      --at;
    return at;
  }
  return protection.handler;
}

bool Reader::read_except(const Protection& protection, TryParts* parts) {
  std::vector<Clause> clauses;
  if (!find_clauses(protection, &clauses)) return fail("unexpected except clause");
  const uint32_t handler = protection.handler;
  constructs_.push_back({.kind = Construct::Kind::TryBody, .range = protection.range});
  const uint32_t otherwise = otherwise_of(protection, at_, clauses.back());
  bool good = read_part(otherwise, handler, &parts->body);
  constructs_.pop_back();
  if (!good) return false;
  if (parts->body.empty()) add_pass(otherwise, &parts->body);
  if (otherwise < handler) {
    if (!read_part(handler, handler_, &parts->orelse)) return false;
    if (parts->orelse.empty()) add_pass(handler, &parts->orelse);
  }
  for (const Clause& clause : clauses)
    if (!read_clause(protection, clause, parts)) return false;
  at_ = protection.exit;
  return true;
}

/// The exception goes into a name, or nowhere.
bool Reader::take_exception(Name* name) {
  Slot exception;
  if (!pop(&exception)) return false;
  *name = Name::none;
  switch (here().op) {
    case Op::POP_TOP:
      ++at_;
      return true;
    case Op::STORE_FAST:
    case Op::STORE_NAME:
    case Op::STORE_GLOBAL:
    case Op::STORE_DEREF:
      *name = stored_name();
      return *name != Name::none || fail("no name");
    default:
      return fail("unexpected instruction in an except clause");
  }
}

bool Reader::read_clause(const Protection& protection, const Clause& clause, TryParts* parts) {
  auto* const node = arena().make<syntax::ExceptHandler>();
  node->range = range_of(clause.range);
  const size_t height = stack_.size();
  at_ = clause.first;
  push_markers(1);
  push({.kind = Slot::Kind::Caught, .position = here().position});
  if (clause.check != kNone) {
    const uint32_t outer = std::exchange(handler_, protection.cleanup);
    node->type = read_value(clause.check);
    handler_ = outer;
    if (node->type == nullptr) return false;
  }
  at_ = clause.body;
  if (!take_exception(&node->name)) return false;

  uint32_t limit = clause.next;
  uint32_t protected_by = protection.cleanup;
  if (node->name != Name::none) {
    // Behind the body the name is deleted once more, for an exception in the body.
    if (limit < at_ + 4 || after_name_cleared(limit - 4) != limit - 1)
      return fail("unexpected except clause");
    limit -= 4;
    protected_by = limit;
  }
  constructs_.push_back({.kind = Construct::Kind::Handler, .range = clause.range, .name = node->name});
  StmtList body;
  const uint32_t body_end = end_of_body(at_, limit, protected_by, protection.exit);
  const bool good =
      body_end == kNone ? fail("no end of an except clause") : read_part(body_end, protected_by, &body);
  constructs_.pop_back();
  if (!good) return false;
  add_pass(body_end, &body);
  node->body = list(body);
  stack_.resize(height);
  parts->handlers.push_back(node);
  return true;
}

// --- except*
// --------------------------------------------------------------------------------------------------

/// Behind the else part of a try with except*.
uint32_t Reader::end_of_star(const Protection& protection, uint32_t end) const {
  // … POP_TOP; POP_EXCEPT; jump to the end; SWAP 2; POP_EXCEPT; RERAISE 0; cleanup
  const uint32_t cleanup = protection.cleanup;
  if (cleanup >= protection.handler + 5) {
    const Instruction& jump = code_[cleanup - 4];
    if (Code::is_unconditional_jump(jump.op) && jump.target >= protection.exit && jump.target <= end)
      return jump.target;
  }
  return has_columns(protection.range) ? end_of(protection.range, protection.exit, end) : protection.exit;
}

bool Reader::read_except_star(const Protection& protection, uint32_t end, TryParts* parts) {
  parts->star = true;
  const uint32_t handler = protection.handler;
  const uint32_t exit = end_of_star(protection, end);
  constructs_.push_back({.kind = Construct::Kind::TryBody, .range = protection.range});
  const bool good = read_part(handler, handler, &parts->body);
  constructs_.pop_back();
  if (!good) return false;
  if (parts->body.empty()) add_pass(handler, &parts->body);

  uint32_t next = handler + 1;
  for (bool first = true; first || code_[next].op != Op::LIST_APPEND; first = false)
    if (!read_star_clause(protection, first, &next, parts)) return false;
  at_ = protection.exit;
  if (at_ < exit) {
    if (!read_part(exit, handler_, &parts->orelse)) return false;
    if (parts->orelse.empty()) add_pass(exit, &parts->orelse);
  }
  at_ = exit;
  return true;
}

bool Reader::read_star_clause(const Protection& protection, bool first, uint32_t* next, TryParts* parts) {
  const uint32_t begin = *next + (first ? 3 : 0);
  uint32_t check = begin;
  while (check < protection.cleanup && code_[check].op != Op::CHECK_EG_MATCH) ++check;
  at_ = begin;
  if (check + 4 >= protection.cleanup || code_[check + 2].op != Op::POP_JUMP_FORWARD_IF_NONE)
    return fail("unexpected except* clause");
  const uint32_t no_match = code_[check + 2].target;
  if (no_match <= check + 4 || no_match + 1 >= protection.cleanup) return fail("unexpected except* clause");

  auto* const node = arena().make<syntax::ExceptHandler>();
  node->range = range_of(code_[check].position);
  const size_t height = stack_.size();
  push_markers(4);  // the exception before, the group, the list of exceptions, what is left of the group
  const uint32_t outer = std::exchange(handler_, protection.cleanup);
  node->type = read_value(check);
  handler_ = outer;
  if (node->type == nullptr) return false;
  at_ = check + 3;
  push({.kind = Slot::Kind::Caught, .position = here().position});
  if (!take_exception(&node->name)) return false;

  uint32_t cleanup = no_match;
  while (cleanup > at_ && !(code_[cleanup].op == Op::LIST_APPEND && code_[cleanup].argument == 3)) --cleanup;
  if (node->name != Name::none && cleanup >= at_ + 3) cleanup -= 3;
  uint32_t body_end = cleanup;
  while (body_end > at_ && code_[body_end - 1].handler != cleanup) --body_end;
  StmtList body;
  if (!read_part(body_end, cleanup, &body)) return false;
  add_pass(body_end, &body);
  node->body = list(body);
  stack_.resize(height);
  parts->handlers.push_back(node);
  *next = no_match + 1;
  return true;
}

}  // namespace ouro::decompiler
