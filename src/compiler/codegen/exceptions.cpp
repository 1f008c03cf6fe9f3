// try, except*, finally and with.
#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::ExceptHandler;

Status Generator::try_statement(const TryParts& parts) {
  if (!parts.final_body.empty()) return try_finally(parts);
  return parts.star ? try_except_star(parts) : try_except(parts);
}

// The finally body is generated twice: once for the way out without an exception, once as a handler.
Status Generator::try_finally(const TryParts& parts) {
  const Label inner = new_label();
  const Label handler = new_label();
  const Label exit = new_label();
  const Label cleanup = new_label();
  jump(Op::SETUP_FINALLY, handler);
  place(inner);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::FinallyBody,
                              .start = inner,
                              .exit = handler,
                              .final_body = parts.final_body}));
  if (parts.handlers.empty())
    OURO_TRY_STATUS(visit_all(parts.body));
  else
    OURO_TRY_STATUS(parts.star ? try_except_star(parts) : try_except(parts));
  emit_nowhere(Op::POP_BLOCK);
  pop_block();
  OURO_TRY_STATUS(visit_all(parts.final_body));
  jump_nowhere(Op::JUMP, exit);

  place(handler);
  unset_location();
  jump(Op::SETUP_CLEANUP, cleanup);
  emit(Op::PUSH_EXC_INFO);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::FinallyHandler, .start = handler}));
  OURO_TRY_STATUS(visit_all(parts.final_body));
  pop_block();
  emit(Op::RERAISE, 0);
  place(cleanup);
  select::pop_except_and_reraise(*this);
  place(exit);
  return {};
}

Status Generator::try_except(const TryParts& parts) {
  const Label inner = new_label();
  Label except = new_label();
  const Label end = new_label();
  const Label cleanup = new_label();
  jump(Op::SETUP_FINALLY, except);
  place(inner);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::TryBody, .start = inner}));
  OURO_TRY_STATUS(visit_all(parts.body));
  pop_block();
  emit_nowhere(Op::POP_BLOCK);
  OURO_TRY_STATUS(visit_all(parts.orelse));
  jump_nowhere(Op::JUMP, end);

  place(except);
  unset_location();
  jump(Op::SETUP_CLEANUP, cleanup);
  emit(Op::PUSH_EXC_INFO);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::ExceptHandler}));
  for (const ExceptHandler* handler : parts.handlers) {
    set_location(handler->range);
    if (handler->type == nullptr && handler != parts.handlers.back())
      return error("default 'except:' must be last");
    OURO_TRY_STATUS(except_handler(handler, end));
  }
  unset_location();
  pop_block();
  emit(Op::RERAISE, 0);
  place(cleanup);
  select::pop_except_and_reraise(*this);
  place(end);
  return {};
}

Status Generator::except_handler(const ExceptHandler* handler, Label end) {
  const Label next = new_label();
  if (handler->type != nullptr) {
    OURO_TRY_STATUS(visit(handler->type));
    emit(Op::CHECK_EXC_MATCH);
    jump(Op::POP_JUMP_IF_FALSE, next);
  }
  if (handler->name != Name::none) {
    OURO_TRY_STATUS(named_handler_body(handler, end));
  } else {
    const Label inner = new_label();
    emit(Op::POP_TOP);  // the exception
    place(inner);
    OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::HandlerCleanup, .start = inner}));
    OURO_TRY_STATUS(visit_all(handler->body));
    pop_block();
    unset_location();
    emit(Op::POP_BLOCK);
    emit(Op::POP_EXCEPT);
    jump(Op::JUMP, end);
  }
  place(next);
  return {};
}

// `except E as name` deletes the name again when the body is left, whichever way.
Status Generator::named_handler_body(const ExceptHandler* handler, Label end) {
  if (handler->name == Name::k_debug) return debug_as_handler_name(handler);
  const Label cleanup = new_label();
  const Label inner = new_label();
  OURO_TRY_STATUS(store_name(handler->name));
  jump(Op::SETUP_CLEANUP, cleanup);
  place(inner);
  OURO_TRY_STATUS(
      push_block({.kind = FrameBlockKind::HandlerCleanup, .start = inner, .bound_name = handler->name}));
  OURO_TRY_STATUS(visit_all(handler->body));
  pop_block();
  unset_location();
  emit(Op::POP_BLOCK);
  emit(Op::POP_BLOCK);
  emit(Op::POP_EXCEPT);
  OURO_TRY_STATUS(clear_handler_name(handler->name));
  jump(Op::JUMP, end);
  place(cleanup);
  unset_location();
  OURO_TRY_STATUS(clear_handler_name(handler->name));
  emit(Op::RERAISE, 1);
  return {};
}

Status Generator::clear_handler_name(Name name) {
  load_none();
  OURO_TRY_STATUS(store_name(name));
  return delete_name(name);
}

// CPython goes on after this error until it numbers a new constant or name; when it never does, the error of
// the cleanup, which has no place in the source, takes over.
Status Generator::debug_as_handler_name(const ExceptHandler* handler) {
  const Status failure = store_name(handler->name);
  const CodeUnit& code = unit_->code;
  auto numbered = [&code] { return code.consts.size() + code.names.size() + code.locals.size(); };
  const size_t before = numbered();
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::HandlerCleanup}));
  OURO_TRY_STATUS(visit_all(handler->body));
  pop_block();
  load_none();
  if (numbered() != before) return failure;
  unset_location();
  return delete_name(handler->name);
}

Status Generator::try_except_star(const TryParts& parts) {
  const Label inner = new_label();
  const Label except = new_label();
  const Label otherwise = new_label();
  const Label end = new_label();
  const Label cleanup = new_label();
  const Label reraise_star = new_label();
  jump(Op::SETUP_FINALLY, except);
  place(inner);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::TryBody, .start = inner}));
  OURO_TRY_STATUS(visit_all(parts.body));
  pop_block();
  emit_nowhere(Op::POP_BLOCK);
  jump_nowhere(Op::JUMP, otherwise);

  place(except);
  unset_location();
  jump(Op::SETUP_CLEANUP, cleanup);
  emit(Op::PUSH_EXC_INFO);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::ExceptStarHandler}));
  for (size_t i = 0; i < parts.handlers.size(); ++i)
    OURO_TRY_STATUS(
        except_star_handler(parts.handlers[i], i == 0, i + 1 == parts.handlers.size(), reraise_star));
  unset_location();
  pop_block();
  finish_except_star(reraise_star, cleanup, end);
  place(otherwise);
  OURO_TRY_STATUS(visit_all(parts.orelse));
  place(end);
  return {};
}

// Stack around each handler: the original group, the list of exceptions raised by the handlers, and what is
// left to be handled.
Status Generator::except_star_handler(const ExceptHandler* handler, bool first, bool last, Label reraise) {
  set_location(handler->range);
  const Label next = new_label();
  const Label handled = new_label();
  const Label no_match = new_label();
  if (first) {
    emit(Op::COPY, 1);
    emit(Op::BUILD_LIST, 0);
    emit(Op::SWAP, 2);
  }
  if (handler->type != nullptr) {
    OURO_TRY_STATUS(visit(handler->type));
    emit(Op::CHECK_EG_MATCH);
    emit(Op::COPY, 1);
    jump(Op::POP_JUMP_IF_NONE, no_match);
  }
  OURO_TRY_STATUS(except_star_body(handler, next, handled));
  place(next);
  emit(Op::NOP);  // holds a line for what jumps here
  jump(Op::JUMP, handled);
  place(no_match);
  emit(Op::POP_TOP);
  place(handled);
  if (last) {
    emit(Op::LIST_APPEND, 1);
    jump(Op::JUMP, reraise);
  }
  return {};
}

Status Generator::except_star_body(const ExceptHandler* handler, Label next, Label failed) {
  const bool named = handler->name != Name::none;
  const Label cleanup = new_label();
  const Label inner = new_label();
  if (handler->name == Name::k_debug) return debug_as_handler_name(handler);
  if (named)
    OURO_TRY_STATUS(store_name(handler->name));
  else
    emit(Op::POP_TOP);  // the match
  jump(Op::SETUP_CLEANUP, cleanup);
  place(inner);
  OURO_TRY_STATUS(
      push_block({.kind = FrameBlockKind::HandlerCleanup, .start = inner, .bound_name = handler->name}));
  OURO_TRY_STATUS(visit_all(handler->body));
  pop_block();
  unset_location();
  emit(Op::POP_BLOCK);
  if (named) OURO_TRY_STATUS(clear_handler_name(handler->name));
  jump(Op::JUMP, next);
  place(cleanup);
  unset_location();
  if (named) OURO_TRY_STATUS(clear_handler_name(handler->name));
  emit(Op::LIST_APPEND, 3);
  emit(Op::POP_TOP);
  jump(Op::JUMP, failed);
  return {};
}

void Generator::finish_except_star(Label reraise_star, Label cleanup, Label end) {
  const Label reraise = new_label();
  place(reraise_star);
  emit(Op::PREP_RERAISE_STAR);
  emit(Op::COPY, 1);
  jump(Op::POP_JUMP_IF_NOT_NONE, reraise);
  emit(Op::POP_TOP);
  emit(Op::POP_BLOCK);
  emit(Op::POP_EXCEPT);
  jump(Op::JUMP, end);
  place(reraise);
  emit(Op::POP_BLOCK);
  emit(Op::SWAP, 2);
  emit(Op::POP_EXCEPT);
  emit(Op::RERAISE, 0);
  place(cleanup);
  select::pop_except_and_reraise(*this);
}

// Each item of a with statement encloses those after it.
Status Generator::with_body(const Stmt* s, syntax::WithItems items, syntax::Stmts statements, bool is_async) {
  const syntax::WithItem* item = items.front();
  if (item->optional_vars != nullptr)
    OURO_TRY_STATUS(visit(item->optional_vars));
  else
    emit(Op::POP_TOP);  // what __enter__ gave
  if (items.size() == 1) return visit_all(statements);
  return is_async ? async_with(s, items.subspan(1), statements) : with(s, items.subspan(1), statements);
}

Status Generator::with(const Stmt* s, syntax::WithItems items, syntax::Stmts statements) {
  const Label inner = new_label();
  const Label handler = new_label();
  const Label exit = new_label();
  const Label cleanup = new_label();
  OURO_TRY_STATUS(visit(items.front()->context_expr));
  emit(Op::BEFORE_WITH);
  jump(Op::SETUP_WITH, handler);
  place(inner);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::With, .start = inner, .exit = handler, .with = s}));
  OURO_TRY_STATUS(with_body(s, items, statements, false));
  unset_location();
  emit(Op::POP_BLOCK);
  pop_block();

  set_location(s->range);
  call_exit_with_nones();
  emit(Op::POP_TOP);
  jump(Op::JUMP, exit);

  place(handler);
  jump(Op::SETUP_CLEANUP, cleanup);
  emit(Op::PUSH_EXC_INFO);
  emit(Op::WITH_EXCEPT_START);
  finish_with_handler(cleanup);
  place(exit);
  return {};
}

Status Generator::async_with(const Stmt* s, syntax::WithItems items, syntax::Stmts statements) {
  if (may_await_here()) {
    module_awaits_ = true;
  } else if (unit_->kind != UnitKind::AsyncFunction) {
    return error("'async with' outside async function");
  }
  const Label inner = new_label();
  const Label handler = new_label();
  const Label exit = new_label();
  const Label cleanup = new_label();
  OURO_TRY_STATUS(visit(items.front()->context_expr));
  emit(Op::BEFORE_ASYNC_WITH);
  await_top(select::AwaitableOrigin::AsyncEnter);
  jump(Op::SETUP_WITH, handler);
  place(inner);
  OURO_TRY_STATUS(
      push_block({.kind = FrameBlockKind::AsyncWith, .start = inner, .exit = handler, .with = s}));
  OURO_TRY_STATUS(with_body(s, items, statements, true));
  pop_block();
  emit(Op::POP_BLOCK);

  set_location(s->range);
  call_exit_with_nones();
  await_top(select::AwaitableOrigin::AsyncExit);
  emit(Op::POP_TOP);
  jump(Op::JUMP, exit);

  place(handler);
  jump(Op::SETUP_CLEANUP, cleanup);
  emit(Op::PUSH_EXC_INFO);
  emit(Op::WITH_EXCEPT_START);
  await_top(select::AwaitableOrigin::AsyncExit);
  finish_with_handler(cleanup);
  place(exit);
  return {};
}

void Generator::finish_with_handler(Label cleanup) {
  unset_location();
  const Label swallow = new_label();
  jump(Op::POP_JUMP_IF_TRUE, swallow);
  emit(Op::RERAISE, 2);
  place(cleanup);
  select::pop_except_and_reraise(*this);
  place(swallow);
  emit(Op::POP_TOP);  // the exception
  emit(Op::POP_BLOCK);
  emit(Op::POP_EXCEPT);
  emit(Op::POP_TOP);
  emit(Op::POP_TOP);
}

}  // namespace ouro::compiler
