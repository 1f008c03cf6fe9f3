// List, tuple, set and dict displays.
#include <algorithm>

#include "base/hash.h"
#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::Expr;
using syntax::ExprContext;
using syntax::ExprKind;
using syntax::Exprs;

namespace {

bool all_constant(std::span<Expr* const> items) {
  return std::all_of(items.begin(), items.end(),
                     [](const Expr* item) { return item != nullptr && item->kind == ExprKind::Constant; });
}

bool any_starred(Exprs items) {
  return std::any_of(items.begin(), items.end(),
                     [](const Expr* item) { return item->kind == ExprKind::Starred; });
}

std::span<const Constant*> constant_values(Arena& arena, std::span<Expr* const> items) {
  std::span<const Constant*> values = arena.make_span<const Constant*>(items.size());
  for (size_t i = 0; i < items.size(); ++i) values[i] = items[i]->as<syntax::ConstantExpr>()->value;
  return values;
}

}  // namespace

Status Generator::list(const syntax::ListExpr* e) {
  switch (e->ctx) {
    case ExprContext::Store:
      return unpack_targets(e->elts);
    case ExprContext::Load:
      return sequence(e->elts, 0, {Op::BUILD_LIST, Op::LIST_APPEND, Op::LIST_EXTEND, false});
    case ExprContext::Del:
      return visit_all(e->elts);
  }
  return {};
}

Status Generator::tuple(const syntax::TupleExpr* e) {
  switch (e->ctx) {
    case ExprContext::Store:
      return unpack_targets(e->elts);
    case ExprContext::Load:
      return sequence(e->elts, 0, {Op::BUILD_LIST, Op::LIST_APPEND, Op::LIST_EXTEND, true});
    case ExprContext::Del:
      return visit_all(e->elts);
  }
  return {};
}

Status Generator::set(const syntax::SetExpr* e) {
  return sequence(e->elts, 0, {Op::BUILD_SET, Op::SET_ADD, Op::SET_UPDATE, false});
}

/// Builds a list, tuple or set of `pushed` values already on the stack and `items`.
Status Generator::sequence(Exprs items, uint32_t pushed, const SequenceOps& ops) {
  const auto count = static_cast<uint32_t>(items.size());
  if (count > 2 && all_constant(items)) {
    constant_sequence(items, pushed, ops);
    return {};
  }
  const bool big = count + pushed > static_cast<uint32_t>(target().stack_guideline);
  if (!big && !any_starred(items)) {
    OURO_TRY_STATUS(visit_all(items));
    emit(ops.tuple ? Op::BUILD_TUPLE : ops.build, count + pushed);
    return {};
  }
  bool built = false;
  if (big) {
    emit(ops.build, pushed);
    built = true;
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (items[i]->kind == ExprKind::Starred) {
      if (!built) emit(ops.build, i + pushed);
      built = true;
      OURO_TRY_STATUS(visit(items[i]->as<syntax::StarredExpr>()->value));
      emit(ops.extend, 1);
    } else {
      OURO_TRY_STATUS(visit(items[i]));
      if (built) emit(ops.add, 1);
    }
  }
  if (ops.tuple) emit(Op::LIST_TO_TUPLE);
  return {};
}

void Generator::constant_sequence(Exprs items, uint32_t pushed, const SequenceOps& ops) {
  const std::span<const Constant*> values = constant_values(arena(), items);
  if (ops.tuple && pushed == 0) {
    load_const(constants().tuple(values));
    return;
  }
  emit(ops.build, pushed);
  load_const(ops.add == Op::SET_ADD ? constants().frozen_set(frozenset_order(arena(), values))
                                    : constants().tuple(values));
  emit(ops.extend, 1);
  if (ops.tuple) emit(Op::LIST_TO_TUPLE);
}

Status Generator::dict_part(const syntax::DictExpr* e, size_t begin, size_t end) {
  const size_t count = end - begin;
  const bool big = static_cast<int32_t>(count * 2) > target().stack_guideline;
  const std::span<Expr* const> keys = e->keys.subspan(begin, count);
  if (count > 1 && !big && all_constant(keys)) {
    OURO_TRY_STATUS(visit_all(e->values.subspan(begin, count)));
    load_const(constants().tuple(constant_values(arena(), keys)));
    emit(Op::BUILD_CONST_KEY_MAP, static_cast<uint32_t>(count));
    return {};
  }
  if (big) emit(Op::BUILD_MAP, 0);
  for (size_t i = begin; i < end; ++i) {
    OURO_TRY_STATUS(visit(e->keys[i]));
    OURO_TRY_STATUS(visit(e->values[i]));
    if (big) emit(Op::MAP_ADD, 1);
  }
  if (!big) emit(Op::BUILD_MAP, static_cast<uint32_t>(count));
  return {};
}

/// The part just built goes into the dict below it, or becomes the dict.
void Generator::merge_dict_part(bool* have_dict) {
  if (*have_dict) emit(Op::DICT_UPDATE, 1);
  *have_dict = true;
}

// A display is built in parts: runs of keys up to the stack guideline, and unpackings between them.
Status Generator::dict(const syntax::DictExpr* e) {
  const size_t count = e->values.size();
  bool have_dict = false;
  size_t run = 0;  // how many keys before i wait for their part
  for (size_t i = 0; i < count; ++i) {
    if (e->keys[i] == nullptr) {
      if (run != 0) {
        OURO_TRY_STATUS(dict_part(e, i - run, i));
        merge_dict_part(&have_dict);
        run = 0;
      }
      if (!have_dict) emit(Op::BUILD_MAP, 0);
      have_dict = true;
      OURO_TRY_STATUS(visit(e->values[i]));
      emit(Op::DICT_UPDATE, 1);
    } else if (static_cast<int32_t>(run * 2) > target().stack_guideline) {
      OURO_TRY_STATUS(dict_part(e, i - run, i + 1));
      merge_dict_part(&have_dict);
      run = 0;
    } else {
      ++run;
    }
  }
  if (run != 0) {
    OURO_TRY_STATUS(dict_part(e, count - run, count));
    merge_dict_part(&have_dict);
  }
  if (!have_dict) emit(Op::BUILD_MAP, 0);
  return {};
}

}  // namespace ouro::compiler
