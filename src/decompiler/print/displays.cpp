// Tuples, dict displays and comprehensions.
#include "decompiler/print/printer.h"

namespace ouro::decompiler {

using namespace syntax;

void Printer::items(Exprs list, Level level) {
  bool first = true;
  for (const Expr* item : list) {
    separate(&first);
    expression(item, level);
  }
  space_ = false;
}

namespace {

bool needs_own_parentheses(const Expr* e) {
  return e->kind == ExprKind::Yield || e->kind == ExprKind::YieldFrom || e->kind == ExprKind::NamedExpr;
}

bool holds_slice(Exprs list) {
  for (const Expr* item : list)
    if (item->kind == ExprKind::Slice) return true;
  return false;
}

}  // namespace

namespace {

/// Whether there is no room for the comma in `(a,)`: then folding made it from `[a]`.
bool is_list(const TupleExpr* e, const Place& end) {
  const Place last = end_of(e->elts[0]->range);
  if (e->range.line <= 0) return e->elts[0]->kind != ExprKind::Starred;
  return last.exact() && end.exact() && last.line == end.line &&
         end.column - last.column == (needs_own_parentheses(e->elts[0]) ? 2 : 1) &&
         differ(start_of(e->range), first_place(e->elts[0]));
}

}  // namespace

// The range of a tuple in parentheses includes them. Where a tuple may stand without, its items tell.
void Printer::tuple(const TupleExpr* e, Level level, const Place& end) {
  const size_t count = e->elts.size();
  bool parentheses = count == 0 || !(level & kTupleOk);
  bool trailing_comma = count == 1;
  if (!parentheses && !holds_slice(e->elts)) {
    const Place first = first_place(e->elts[0]);
    const Place last = end_of(e->elts[count - 1]->range);
    const bool starts_before = differ(pending_, first) && before(pending_, first);
    const bool ends_behind = differ(end, last) && before(last, end);
    parentheses = starts_before && (ends_behind || !end.exact() || !last.exact());
    trailing_comma |= ends_behind && !starts_before && !needs_own_parentheses(e->elts[count - 1]);
    // Unpacking may have taken the tuple's place away: on a later line it has parentheses.
    if (e->range.line <= 0 && brackets_ == 0 && first.line > last_line(tokens_.size()) && !tokens_.empty() &&
        !(tokens_.back().flags & kStatement) && tokens_.back().text == "=")
      parentheses = true;
    // Constants without a place: count on parentheses where there is room.
    if (!parentheses && pending_.exact() && end.exact() && !first.exact() && !last.exact())
      parentheses = end.line != pending_.line;
  }
  if (count == 1 && level & kListOk && is_list(e, end)) {
    put("[", kOpen);
    expression(e->elts[0], kTest | kNamedOk);
    put("]", kClose);
    return end_at(end);
  }
  if (parentheses) put("(", kOpen | (count == 0 ? 0u : kItems));
  const Level item_level = parentheses || level & kNamedOk ? kTest | kNamedOk : kTest;
  for (size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    expression(e->elts[i], item_level, last && !parentheses && !trailing_comma ? end : Place());
    if (!last || (trailing_comma && (count == 1 || !parentheses))) put(",", kComma | kTight);
    space_ = !last;
  }
  if (parentheses) put(")", kClose);
  if (parentheses || trailing_comma) end_at(end);
}

void Printer::dict(const DictExpr* e, const Place& end) {
  put("{", kOpen | (e->values.empty() ? 0u : kItems));
  bool first = true;
  for (size_t i = 0; i < e->values.size(); ++i) {
    separate(&first);
    if (e->keys[i] == nullptr) {
      put("**", kGlue);
      expression(e->values[i], kBitOr);
      continue;
    }
    const size_t key = tokens_.size();
    expression(e->keys[i], kTest);
    put(":", kTight | kGlue);
    if (tokens_.size() == key + 2) tokens_[key].flags |= kGlue;
    expression_spaced(e->values[i], kTest);
  }
  space_ = false;
  put("}", kClose);
  end_at(end);
}

void Printer::display(std::string_view open, Exprs elements, std::string_view close, const Place& end) {
  put(open, kOpen | kItems);
  items(elements, kTest | kNamedOk);
  put(close, kClose);
  end_at(end);
}

void Printer::clauses(Comprehensions generators) {
  for (const Comprehension* clause : generators) {
    if (clause->is_async) put("async", kSpace | kGlue | kWord);
    put("for", kSpace | kGlue | (clause->is_async ? 0 : kWord));
    expression_spaced(clause->target, kTest | kTupleOk);
    put("in", kSpace);
    expression_spaced(clause->iter, above(kTest) | kListOk);
    for (const Expr* condition : clause->ifs) {
      put("if", kSpace | kGlue | kWord);
      expression_spaced(condition, above(kTest));
    }
  }
}

void Printer::dict_comprehension(const DictCompExpr* e, const Place& end) {
  put("{", kOpen);
  expression(e->key, kTest);
  put(":");
  expression_spaced(e->value, kTest);
  clauses(e->generators);
  put("}", kClose);
  end_at(end);
}

}  // namespace ouro::decompiler
