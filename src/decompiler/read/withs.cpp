// with and async with statements.
//
//   manager; BEFORE_WITH; [await]; target; body; exit call; jump to exit
//   handler: PUSH_EXC_INFO; WITH_EXCEPT_START; [await]; POP_JUMP_IF_TRUE swallow; RERAISE 2
//   cleanup: COPY 3; POP_EXCEPT; RERAISE 1; swallow: POP_TOP; POP_EXCEPT; POP_TOP; POP_TOP; exit:
// Each item of a statement with several encloses those behind it, and all have the statement's range; so a
// with whose body is just another one of the same range is one statement.
#include <algorithm>

#include "decompiler/read/tries.h"

namespace ouro::decompiler {

namespace {

template <class T>
bool join_items(StmtList* body, const SourceRange& range, std::vector<syntax::WithItem*>* items) {
  if (body->size() != 1 || body->front()->kind != T::kKind) return false;
  const SourceRange& inner = body->front()->range;
  if (inner.line != range.line || inner.column != range.column || inner.end_line != range.end_line ||
      inner.end_column != range.end_column)
    return false;
  auto* const with = body->front()->as<T>();
  items->insert(items->end(), with->items.begin(), with->items.end());
  body->assign(with->body.begin(), with->body.end());
  return true;
}

}  // namespace

/// Where the statement of that handler ends.
bool Reader::find_with_end(uint32_t handler, bool is_async, uint32_t* exit) const {
  if (handler + 2 >= code_.size() || code_[handler].op != Op::PUSH_EXC_INFO ||
      code_[handler + 1].op != Op::WITH_EXCEPT_START)
    return false;
  const uint32_t jump = is_async ? after_await(handler + 2) : handler + 2;
  if (jump >= code_.size() || code_[jump].op != Op::POP_JUMP_FORWARD_IF_TRUE) return false;
  const uint32_t swallow = code_[jump].target;
  if (swallow <= jump || swallow + 4 > code_.size()) return false;
  *exit = swallow + 4;
  return code_[swallow].op == Op::POP_TOP && code_[swallow + 1].op == Op::POP_EXCEPT;
}

bool Reader::read_with(uint32_t end) {
  const Position range = here().position;
  Expr* const context = pop_value();
  if (context == nullptr) return false;
  ++at_;
  return finish_with(false, end, context, range);
}

bool Reader::read_async_with(uint32_t end) {
  const Position range = here().position;
  Expr* const context = pop_value();
  if (context == nullptr) return false;
  const uint32_t entered = after_await(at_ + 1);
  if (entered == kNone) return fail("no await");
  at_ = entered;
  return finish_with(true, end, context, range);
}

bool Reader::finish_with(bool is_async, uint32_t end, Expr* context, const Position& range) {
  // Behind an await, where the target begins another line.
  if (is_async && at_ + 1 < code_.size() && here().op == Op::NOP && here().position == range) ++at_;
  if (at_ >= code_.size()) return fail("no with");
  const uint32_t handler = here().handler;
  uint32_t exit = kNone;
  if (handler == kNone || handler <= at_ || !find_with_end(handler, is_async, &exit) ||
      exit > std::max(end, part_end_))
    return fail("unexpected with");
  const size_t height = stack_.size();
  push_markers(1);  // __exit__
  auto* const item = arena().make<syntax::WithItem>();
  item->context_expr = context;
  const uint32_t outer = std::exchange(handler_, handler);
  if (here().op == Op::POP_TOP)
    ++at_;
  else
    item->optional_vars = read_target(Slot::Kind::Entered, handler);
  handler_ = outer;
  if (item->optional_vars == nullptr && code_[at_ - 1].op != Op::POP_TOP) return false;

  using Kind = Construct::Kind;
  constructs_.push_back({.kind = is_async ? Kind::AsyncWith : Kind::With, .range = range});
  StmtList body;
  const uint32_t body_end = end_of_body(at_, handler, handler, exit);
  const bool good = body_end == kNone ? fail("no end of a with") : read_part(body_end, handler, &body);
  constructs_.pop_back();
  if (!good) return false;
  if (body.empty() || (body_end < handler && code_[body_end].op == Op::NOP)) add_pass(body_end, &body);
  stack_.resize(height);
  at_ = exit;

  std::vector<syntax::WithItem*> items{item};
  auto finish = [&](auto* with) {
    join_items<std::remove_pointer_t<decltype(with)>>(&body, with->range, &items);
    with->items = list(items);
    with->body = list(body);
    emit(with);
  };
  is_async ? finish(make<syntax::AsyncWithStmt>(range)) : finish(make<syntax::WithStmt>(range));
  return true;
}

}  // namespace ouro::decompiler
