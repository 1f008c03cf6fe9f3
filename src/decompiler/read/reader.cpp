#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "decompiler/read/tries.h"

namespace ouro::decompiler {

namespace {

constexpr uint32_t kMaxRecursion = 400;

}  // namespace

Reader::Reader(Rebuilding& shared, const CodeObject& object, ScopeKind scope, const Reader* parent)
    : Reader(shared, object, scope, parent, TablesOnly()) {
  if (code_.read(object, shared.options.ignore_columns))
    shape_.build(code_);
  else
    reason_ = code_.error();
}

Reader::Reader(Rebuilding& shared, const CodeObject& object, ScopeKind scope, const Reader* parent,
               TablesOnly)
    : shared_(shared),
      code_(object),
      scope_(scope),
      parent_(parent),
      reading_(parent != nullptr && (scope == ScopeKind::Lambda || scope == ScopeKind::Comprehension)
                   ? parent->reading_
                   : shared.options.reading_of(object)),
      dropped_(shared.workspace, code_, scope == ScopeKind::Function, reading_),
      lost_(shared.workspace),
      recursion_(parent == nullptr ? 0 : parent->recursion_) {
  if (scope == ScopeKind::Class) {
    std::string_view name = object.name->text();
    name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
    if (!name.empty()) private_prefix_ = fmt::format("_{}__", name);
  } else if (parent != nullptr) {
    private_prefix_ = parent->private_prefix_;
  }
}

bool Reader::fail(std::string_view what) {
  if (reason_.empty())
    reason_ = at_ < code_.size() ? fmt::format("{} at offset {}", what, here().offset) : std::string(what);
  return false;
}

bool Reader::read_statements(uint32_t end, StmtList* out) {
  if (++recursion_ > kMaxRecursion) return fail("too deeply nested");
  StmtList* const outer_statements = std::exchange(statements_, out);
  const size_t outer_base = std::exchange(base_, stack_.size());
  const bool outer_in_value = std::exchange(in_value_, false);
  bool good = true;
  while (good && at_ < end) {
    if (at_statement_start()) statement_at_ = at_;
    good = step(end);
  }
  in_value_ = outer_in_value;
  base_ = outer_base;
  statements_ = outer_statements;
  --recursion_;
  return good;
}

Expr* Reader::read_value(uint32_t end) {
  if (++recursion_ > kMaxRecursion) return fail("too deeply nested"), nullptr;
  StmtList none;
  StmtList* const outer_statements = std::exchange(statements_, &none);
  const size_t height = stack_.size();
  const bool outer_in_value = std::exchange(in_value_, true);
  bool good = true;
  while (good && at_ < end) {
    good = step(end);
    if (good && (!none.empty() || stack_.size() < height)) good = fail("a statement instead of a value");
  }
  in_value_ = outer_in_value;
  statements_ = outer_statements;
  --recursion_;
  if (!good) return nullptr;
  if (stack_.size() != height + 1) return fail("not one value"), nullptr;
  return pop_value();
}

uint32_t Reader::end_of(const Position& range, uint32_t from, uint32_t end) const {
  while (from < end) {
    if (!has_columns(code_[from].position) || contains(range, code_[from].position)) {
      ++from;
      continue;
    }
    if (begins_copy(from)) {
      // So does what a return has to do before.
      const Leaving kept = leaving_kept(from);
      const Leaving statement = kept.kind != Leaving::Kind::None ? kept : leaving(from, false);
      if (statement.kind == Leaving::Kind::None || statement.end <= from || statement.end > end) break;
      from = statement.end;
      continue;
    }
    // What a return has to undo stands where the undone statements do.
    if (code_[from].op != Op::SWAP || !is_of_construct(code_[from].position)) break;
    uint32_t last = from;
    while (last < end && is_of_construct(code_[last].position) && code_[last].op != Op::RETURN_VALUE) ++last;
    if (last >= end || code_[last].op != Op::RETURN_VALUE || !is_of_construct(code_[last].position)) break;
    from = last + 1;
  }
  return from;
}

bool Reader::pop(Slot* slot) {
  if (stack_.empty()) return fail("nothing on the stack");
  *slot = stack_.back();
  stack_.pop_back();
  return true;
}

Expr* Reader::pop_value() {
  Slot slot;
  if (!pop(&slot)) return nullptr;
  if (slot.kind == Slot::Kind::Value) return whole_string(slot.expr);
  if (slot.kind == Slot::Kind::Function) return lambda_of(slot.function);
  if (slot.kind == Slot::Kind::Unpacked && slot.unpack->targets.size() == 1) {
    // `*args: *Ts` takes the one element of (*Ts,).
    stack_.push_back(slot.unpack->source);
    Expr* value = pop_value();
    return value == nullptr ? nullptr : make_starred(value);
  }
  fail("no value on the stack");
  return nullptr;
}

SourceRange Reader::range_of(const Position& position) {
  if (position.line <= 0) return {0, -1, 0, -1};
  const bool columns = position.column >= 0;
  return {position.line, columns ? position.column : -1, columns ? position.end_line : 0,
          columns ? position.end_column : -1};
}

Position Reader::position_of(const SourceRange& range) {
  return {range.line > 0 ? range.line : -1, range.end_line > 0 ? range.end_line : -1, range.column,
          range.end_column};
}

Expr* Reader::make_constant(const Constant* value, const Position& position) {
  auto* node = make<syntax::ConstantExpr>(position);
  node->value = value;
  return node;
}

bool Reader::step(uint32_t end) {
  if (begins_try()) return read_try(end);
  if (begins_folded_tuple()) return read_folded_tuple();
  if (begins_match()) return read_match(end);
  if (begins_copied_end()) return skip_copied_end(end);
  if (begins_endless_loop()) return read_endless_loop(end);
  if (begins_unwinding(end)) return read_unwinding(end);
  if (begins_chained_comparison()) return read_chained_comparison(end);
  const Op op = here().op;
  if (Code::is_conditional_jump(op)) return read_branch(end);
  switch (op) {
    case Op::GET_ITER:
      if (at_ + 1 < end && code_[at_ + 1].op == Op::FOR_ITER) return read_for(end);
      return step_call();
    case Op::GET_AITER:
      if (at_ + 1 < end && code_[at_ + 1].op == Op::GET_ANEXT) return read_async_for(end);
      return step_call();
    case Op::BEFORE_WITH:
      return read_with(end);
    case Op::BEFORE_ASYNC_WITH:
      return read_async_with(end);
    case Op::GET_AWAITABLE:
    case Op::GET_YIELD_FROM_ITER:
    case Op::SEND:
    case Op::YIELD_VALUE:
    case Op::ASYNC_GEN_WRAP:
      return step_await();
    case Op::PUSH_NULL:
    case Op::KW_NAMES:
    case Op::PRECALL:
    case Op::CALL:
    case Op::CALL_FUNCTION_EX:
    case Op::LOAD_METHOD:
    case Op::LOAD_BUILD_CLASS:
      return step_call();
    case Op::LOAD_ASSERTION_ERROR:
      return read_certain_assert(end);
    case Op::FORMAT_VALUE:
    case Op::BUILD_STRING:
      return step_string();
    case Op::MAKE_FUNCTION:
    case Op::LOAD_CLOSURE:
      return step_function();
    case Op::RETURN_VALUE:
    case Op::RAISE_VARARGS:
    case Op::RERAISE:
    case Op::JUMP_FORWARD:
    case Op::JUMP_BACKWARD:
    case Op::JUMP_BACKWARD_NO_INTERRUPT:
    case Op::NOP:
    case Op::RESUME:
      return step_flow(end);
    default:
      return is_value(op) ? step_value() : step_store();
  }
}

}  // namespace ouro::decompiler
