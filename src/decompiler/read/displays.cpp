// List, tuple, set and dict displays. The compiler builds long ones, and those with stars, piece by piece:
// the node on the stack grows then, in an array with room to spare.
//
// Which pieces were written apart is told by their places: a piece that the compiler made has the range of
// the whole display, `*(1, 2)` and `**{...}` have their own.
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::ExprKind;

namespace {

/// `items` with one more; `capacity` is kept by the caller's array: full when its size is a power of two.
std::span<Expr*> grown(Arena& arena, std::span<Expr*> items, Expr* item) {
  const size_t size = items.size();
  if ((size & (size - 1)) == 0) {
    const std::span<Expr*> more = arena.make_span<Expr*>(size == 0 ? 1 : size * 2);
    std::copy(items.begin(), items.end(), more.begin());
    items = more;
  }
  items.data()[size] = item;
  return {items.data(), size + 1};
}

/// A copy with the room that grown() takes for granted.
std::span<Expr*> with_room(Arena& arena, const std::vector<Expr*>& items) {
  size_t room = 1;
  while (room < items.size()) room *= 2;
  const std::span<Expr*> copy = arena.make_span<Expr*>(room);
  std::copy(items.begin(), items.end(), copy.begin());
  return copy.first(items.size());
}

}  // namespace

bool Reader::step_display() {
  switch (op()) {
    case Op::BUILD_TUPLE:
      return build_tuple();
    case Op::BUILD_LIST:
      return build_sequence(false);
    case Op::BUILD_SET:
      return build_sequence(true);
    case Op::LIST_EXTEND:
    case Op::SET_UPDATE:
      return extend_sequence();
    case Op::LIST_APPEND:
    case Op::SET_ADD:
      return add_to_display();
    case Op::BUILD_MAP:
      return build_map();
    case Op::BUILD_CONST_KEY_MAP:
      return build_const_key_map();
    case Op::DICT_UPDATE:
    case Op::DICT_MERGE:
      return update_dict();
    case Op::MAP_ADD:
      return map_add();
    case Op::LIST_TO_TUPLE: {
      Expr* value = pop_value();
      if (value == nullptr) return false;
      if (value->kind != ExprKind::List) return fail("no list to make a tuple of");
      auto* node = make<syntax::TupleExpr>(here().position);
      node->elts = value->as<syntax::ListExpr>()->elts;
      push_value(node);
      return next();
    }
    default:
      return fail("unexpected instruction");
  }
}

/// The first of a class's arguments is its body, which is no value.
void Reader::keep_class_body() {
  const size_t count = std::min<size_t>(here().argument, stack_.size());
  for (Slot& slot : std::span(stack_).last(count))
    if (slot.kind == Slot::Kind::Function && slot.function->code->name->text() != "<lambda>")
      slot = {
          .kind = Slot::Kind::Value, .position = slot.position, .expr = function_placeholder(slot.function)};
}

bool Reader::build_tuple() {
  const uint32_t count = here().argument;
  if (count > stack_.size()) return fail("too few values on the stack");
  if (count > 0 && stack_.back().kind == Slot::Kind::Closure) {
    stack_.resize(stack_.size() - count);
    push({.kind = Slot::Kind::Closure, .position = here().position});
    return next();
  }
  keep_class_body();
  std::vector<Expr*> items;
  if (!pop_values(count, &items)) return false;
  auto* node = make<syntax::TupleExpr>(here().position);
  node->elts = list(items);
  push_value(node);
  return next();
}

bool Reader::build_sequence(bool set) {
  keep_class_body();
  std::vector<Expr*> items;
  if (!pop_values(here().argument, &items)) return false;
  if (set) {
    auto* node = make<syntax::SetExpr>(here().position);
    node->elts = with_room(arena(), items);
    push_value(node);
  } else {
    auto* node = make<syntax::ListExpr>(here().position);
    node->elts = with_room(arena(), items);
    push_value(node);
  }
  return next();
}

void Reader::append(Expr* display, Expr* element) {
  if (display->kind == ExprKind::List) {
    auto* node = display->as<syntax::ListExpr>();
    node->elts = grown(arena(), node->elts, element);
  } else {
    auto* node = display->as<syntax::SetExpr>();
    node->elts = grown(arena(), node->elts, element);
  }
}

std::vector<Expr*> Reader::constant_items(const Expr* tuple) {
  std::vector<Expr*> items;
  for (const Constant* item : tuple->as<syntax::ConstantExpr>()->value->elements())
    items.push_back(make_constant(item, Position()));
  const auto places = item_places_.find(tuple);
  if (places == item_places_.end() || places->second.size() > items.size()) return items;
  // An item keeps its NOP where the next one stands on another line; the last ones are the safest guess.
  const std::vector<Position>& known = places->second;
  for (size_t i = 0; i < known.size(); ++i)
    items[items.size() - known.size() + i]->range = range_of(known[i]);
  return items;
}

bool Reader::extend_sequence() {
  Expr* more = pop_value();
  if (more == nullptr) return false;
  if (here().argument != 1 || stack_.empty() || stack_.back().kind != Slot::Kind::Value)
    return fail("no display to extend");
  Expr* display = stack_.back().expr;
  const ExprKind wanted = op() == Op::LIST_EXTEND ? ExprKind::List : ExprKind::Set;
  if (display->kind != wanted) return fail("no display to extend");
  const Constant* constant =
      more->kind == ExprKind::Constant ? more->as<syntax::ConstantExpr>()->value : nullptr;
  const bool items = constant != nullptr &&
                     (constant->is(ConstantKind::Tuple) || constant->is(ConstantKind::FrozenSet)) &&
                     (has_columns(here().position) ? has_range(more, here().position)
                                                   : is_whole_display(display, *constant));
  if (items) {
    for (Expr* item : constant_items(more)) append(display, item);
    return next();
  }
  append(display, make_starred(more));
  return next();
}

/// Whether below the top lies the list of ''.join([...]) with the range of one f-string.
bool Reader::is_joined_list() const {
  const size_t size = stack_.size();
  if (size < 3 || stack_[size - 2].kind != Slot::Kind::Value || stack_[size - 3].kind != Slot::Kind::Value)
    return false;
  const Expr* display = stack_[size - 2].expr;
  const Expr* method = stack_[size - 3].expr;
  if (display->kind != ExprKind::List || method->kind != ExprKind::Attribute) return false;
  const Expr* text = method->as<syntax::AttributeExpr>()->value;
  return text->kind == ExprKind::Constant && text->as<syntax::ConstantExpr>()->value->is(ConstantKind::Str) &&
         text->as<syntax::ConstantExpr>()->value->size == 0 && has_range(text, position_of(display->range));
}

bool Reader::add_to_display() {
  // In the list that a long f-string is joined from, the pieces stay pieces.
  Expr* item = is_joined_list() ? part() : pop_value();
  if (item == nullptr) return false;
  const ExprKind wanted = op() == Op::LIST_APPEND ? ExprKind::List : ExprKind::Set;
  if (here().argument != 1 || stack_.empty() || stack_.back().kind != Slot::Kind::Value ||
      stack_.back().expr->kind != wanted)
    return fail("no display to add to");
  append(stack_.back().expr, item);
  return next();
}

void Reader::append_entry(Expr* dict, Expr* key, Expr* value) {
  auto* node = dict->as<syntax::DictExpr>();
  node->keys = grown(arena(), node->keys, key);
  node->values = grown(arena(), node->values, value);
}

bool Reader::build_map() {
  const uint32_t count = here().argument;
  std::vector<Expr*> items;
  if (count > stack_.size() || !pop_values(count * 2, &items)) return fail("too few values on the stack");
  std::vector<Expr*> keys(count);
  std::vector<Expr*> values(count);
  for (uint32_t i = 0; i < count; ++i) {
    keys[i] = items[i * 2];
    values[i] = items[i * 2 + 1];
  }
  auto* node = make<syntax::DictExpr>(here().position);
  node->keys = with_room(arena(), keys);
  node->values = with_room(arena(), values);
  push_value(node);
  return next();
}

bool Reader::build_const_key_map() {
  Expr* keys = pop_value();
  if (keys == nullptr) return false;
  const Constant* tuple =
      keys->kind == ExprKind::Constant ? keys->as<syntax::ConstantExpr>()->value : nullptr;
  if (tuple == nullptr || !tuple->is(ConstantKind::Tuple) || tuple->size != here().argument)
    return fail("no keys for a dict");
  std::vector<Expr*> values;
  if (!pop_values(here().argument, &values)) return false;
  std::vector<Expr*> items;
  for (const Constant* key : tuple->elements()) items.push_back(make_constant(key, Position()));
  auto* node = make<syntax::DictExpr>(here().position);
  node->keys = with_room(arena(), items);
  node->values = with_room(arena(), values);
  push_value(node);
  return next();
}

bool Reader::update_dict() {
  Expr* more = pop_value();
  if (more == nullptr) return false;
  if (here().argument != 1 || stack_.empty() || stack_.back().kind != Slot::Kind::Value ||
      stack_.back().expr->kind != ExprKind::Dict)
    return fail("no dict to extend");
  Expr* dict = stack_.back().expr;
  const bool joins = has_columns(here().position)
                         ? more->kind == ExprKind::Dict && is_part(more, here().position)
                         : joins_by_order(dict, more);
  if (joins) {
    const auto* part = more->as<syntax::DictExpr>();
    for (size_t i = 0; i < part->values.size(); ++i) append_entry(dict, part->keys[i], part->values[i]);
  } else {
    append_entry(dict, nullptr, more);
  }
  return next();
}

/// Whether a dict on the stack is a run of entries of the dict or call at `position`, not a display of its
/// own.
bool Reader::is_part(const Expr* dict, const Position& position) const {
  if (has_range(dict, position)) return true;
  // The keywords of a call in a big dict: it has the place of what stood before it, the names have the
  // call's.
  const auto* node = dict->as<syntax::DictExpr>();
  return op() != Op::DICT_UPDATE && !node->keys.empty() && node->keys[0] != nullptr &&
         has_range(node->keys[0], position);
}

bool Reader::map_add() {
  Expr* value = pop_value();
  if (value == nullptr) return false;
  Expr* key = pop_value();
  if (key == nullptr) return false;
  if (here().argument != 1 || stack_.empty() || stack_.back().kind != Slot::Kind::Value ||
      stack_.back().expr->kind != ExprKind::Dict)
    return fail("no dict to add to");
  append_entry(stack_.back().expr, key, value);
  return next();
}

}  // namespace ouro::decompiler
