// Patterns, read by what their instructions do to the subject.
//
// The stack holds places: the subject, its copies, and parts of them. A test on a place says what is wanted
// of it; unpacking a place pushes its parts; SWAPs move places about as they move values; a store binds the
// name to whatever place is on top by then. So captures need no book-keeping, in whatever order they are
// stored.
//
// An or pattern works on a copy of its subject for each alternative, as does an `as` pattern for what it is
// the name of. Which of the two a COPY begins is told by where a failing test leads: to another COPY at the
// same height for an alternative, past it otherwise. An alternative ends with a jump, the only one there is.
#include "decompiler/read/patterns.h"

#include <algorithm>

namespace ouro::decompiler {

namespace {

constexpr uint32_t kDeepestPattern = 200;
constexpr uint32_t kMostParts = 1 << 16;
constexpr uint32_t kCompareEqual = 2;

bool is_false_jump(Op op) {
  return op == Op::POP_JUMP_FORWARD_IF_FALSE || op == Op::POP_JUMP_BACKWARD_IF_FALSE;
}

bool is_missing_jump(Op op) {
  return op == Op::POP_JUMP_FORWARD_IF_NONE || op == Op::POP_JUMP_BACKWARD_IF_NONE;
}

bool is_one_wide(const Position& position) {
  return has_columns(position) && position.line == position.end_line &&
         position.end_column == position.column + 1;
}

}  // namespace

void Reader::Matching::push(const Place* place) {
  Slot slot;
  slot.index = place->number;
  slot.position = code_[at_ < code_.size() ? at_ : 0].position;
  stack_.push_back(slot);
}

Reader::Place* Reader::Matching::place_of(const Slot& slot) {
  return slot.kind == Slot::Kind::Marker && slot.index > 0 && slot.index <= places_.size()
             ? &places_[slot.index - 1]
             : nullptr;
}

/// The place on top; null, with a reason, where there is something else.
Reader::Place* Reader::Matching::top() {
  Place* const place = stack_.size() > base ? place_of(stack_.back()) : nullptr;
  if (place == nullptr) fail("no subject on the stack");
  return place;
}

Reader::Place* Reader::Matching::pop() {
  Place* const place = top();
  if (place != nullptr) stack_.pop_back();
  return place;
}

bool Reader::Matching::note_failure(uint32_t target) {
  if (target == kNone || target >= code_.size()) return fail("a pattern that leads nowhere");
  failures.push_back({target, stack_.size()});
  size_t height = stack_.size();
  uint32_t landing = target;
  while (landing + 1 < code_.size() && code_[landing].op == Op::POP_TOP && height > 0) {
    ++landing;
    --height;
  }
  if (code_[landing].op != Op::COPY || code_[landing].argument != 1) return true;
  for (auto copy = copies_.rbegin(); copy != copies_.rend(); ++copy) {
    if (copy->height != height) continue;
    copy->repeated = true;
    break;
  }
  return true;
}

/// The jump of a test at at_, which goes away unless the test holds.
bool Reader::Matching::jump(bool (*is_jump)(Op)) {
  if (at_ >= code_.size() || !is_jump(here().op)) return fail("a pattern without a test");
  const uint32_t target = here().target;
  ++at_;
  return note_failure(target);
}

bool Reader::Matching::jump_if_false() {
  return jump(is_false_jump);
}

/// Behind a COPY 1 of what is None when nothing was found.
bool Reader::Matching::jump_if_missing() {
  if (at_ + 1 >= code_.size() || here().op != Op::COPY || here().argument != 1)
    return fail("a pattern without a test");
  ++at_;
  if (reader_.is_none(at_) && code_[at_ + 1].op == Op::IS_OP) {
    at_ += 2;
    return jump(is_false_jump);
  }
  return jump(is_missing_jump);
}

bool Reader::Matching::push_parts(std::vector<Place*>& parts, uint32_t count) {
  if (count > kMostParts || stack_.size() + count > kMostParts * 4)
    return fail("a pattern of too many parts");
  if (parts.size() < count)
    for (auto left = static_cast<uint32_t>(count - parts.size()); left > 0; --left) parts.push_back(add());
  for (uint32_t i = count; i-- > 0;) push(parts[i]);
  return true;
}

bool Reader::Matching::step() {
  last_position = here().position;
  switch (here().op) {
    case Op::NOP:
      ++at_;
      return true;
    case Op::COPY:
      return copy_top();
    case Op::SWAP:
      return swap();
    case Op::POP_TOP: {
      Place* const place = pop();
      if (place == nullptr) return false;
      if (place->kind == Place::Kind::Any && place->position.line <= 0 && is_one_wide(here().position))
        place->position = here().position;
      ++at_;
      return true;
    }
    case Op::STORE_FAST:
    case Op::STORE_NAME:
    case Op::STORE_GLOBAL:
    case Op::STORE_DEREF: {
      Place* const place = pop();
      if (place == nullptr) return false;
      const Name name = reader_.stored_name();
      return name != Name::none && bind(place, name, 0);
    }
    case Op::MATCH_SEQUENCE:
    case Op::MATCH_MAPPING:
      return match_items();
    case Op::MATCH_KEYS:
      return match_keys();
    case Op::MATCH_CLASS:
      return match_class();
    case Op::BUILD_MAP:
      return match_rest();
    case Op::UNPACK_SEQUENCE:
    case Op::UNPACK_EX:
      return unpack();
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
      return match_singleton(reader_.shared_.workspace.constants.none());
    case Op::COMPARE_OP:
      return match_value();
    case Op::IS_OP:
      return match_constant();
    case Op::JUMP_FORWARD:
    case Op::JUMP_BACKWARD:
      return read_alternatives();
    case Op::LOAD_CONST:
    case Op::LOAD_NAME:
    case Op::LOAD_GLOBAL:
    case Op::LOAD_FAST:
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF:
    case Op::LOAD_ATTR:
    case Op::BUILD_TUPLE:
      return reader_.step_value();
    default:
      return fail("unexpected instruction in a pattern");
  }
}

bool Reader::Matching::bind(Place* place, Name name, uint32_t nesting) {
  if (nesting > kDeepestPattern) return fail("too deeply nested");
  if (place->kind != Place::Kind::Merged) {
    place->names.push_back(name);
    return true;
  }
  for (Place* const part : place->parts)
    if (!bind(part, name, nesting + 1)) return false;
  return true;
}

/// A copy of the place on top, or one of its items where there is a star that nothing is bound to.
bool Reader::Matching::copy_top() {
  if (here().argument != 1) return fail("unexpected copy in a pattern");
  Place* const source = top();
  if (source == nullptr) return false;
  auto number_at = [&](uint32_t at) -> int64_t {
    if (at + 1 >= code_.size() || code_[at].op != Op::LOAD_CONST) return -1;
    const Constant* const value = code_.constant(code_[at].argument);
    int64_t number = -1;
    return value != nullptr && value->is(ConstantKind::Int) && fits_int64(*value, &number) ? number : -1;
  };
  const int64_t from_start =
      at_ + 2 < code_.size() && code_[at_ + 2].op == Op::BINARY_SUBSCR ? number_at(at_ + 1) : -1;
  const bool from_end = at_ + 4 < code_.size() && code_[at_ + 1].op == Op::GET_LEN &&
                        code_[at_ + 3].op == Op::BINARY_OP && code_[at_ + 4].op == Op::BINARY_SUBSCR;
  Place* const place = add();
  if (source->kind == Place::Kind::Sequence && (from_start >= 0 || from_end)) {
    const int64_t index = from_end ? number_at(at_ + 2) : from_start;
    if (index < 0 || index > kMostParts) return fail("unexpected item of a pattern");
    (from_end ? source->last_items : source->first_items).emplace_back(static_cast<uint32_t>(index), place);
    at_ += from_end ? 5 : 3;
  } else {
    copies_.push_back({.height = stack_.size(), .source = source, .copy = place});
    source->copy = place;
    // The range of what has a name is that of the whole with the name.
    if (source->position.line <= 0) source->position = here().position;
    ++at_;
  }
  push(place);
  return true;
}

bool Reader::Matching::swap() {
  const uint32_t depth = here().argument;
  if (depth < 2 || stack_.size() < base + depth) return fail("unexpected swap in a pattern");
  Place* const place = place_of(stack_.back());
  // A capture: what is on top goes below what the patterns around need.
  if (place != nullptr && place->kind == Place::Kind::Any && place->copy == nullptr &&
      place->position.line <= 0)
    place->position = here().position;
  std::swap(stack_.back(), stack_[stack_.size() - depth]);
  ++at_;
  return true;
}

bool Reader::Matching::match_value() {
  const Position position = here().position;
  Expr* const value = reader_.pop_value();
  Place* const place = value == nullptr ? nullptr : pop();
  if (place == nullptr) return false;
  place->kind = Place::Kind::Value;
  place->value = value;
  place->position = position;
  ++at_;
  return jump_if_false();
}

bool Reader::Matching::match_constant() {
  const Expr* const value = reader_.pop_value();
  if (value == nullptr) return false;
  if (value->kind != syntax::ExprKind::Constant) return fail("unexpected test in a pattern");
  ++at_;
  return match_singleton(value->as<syntax::ConstantExpr>()->value);
}

bool Reader::Matching::match_singleton(const Constant* value) {
  Place* const place = pop();
  if (place == nullptr) return false;
  place->kind = Place::Kind::Singleton;
  place->constant = value;
  place->position = here().position;
  return jump([](Op op) { return Code::is_conditional_jump(op); });
}

bool Reader::Matching::match_items() {
  Place* const place = top();
  if (place == nullptr) return false;
  const bool mapping = here().op == Op::MATCH_MAPPING;
  place->kind = mapping ? Place::Kind::Mapping : Place::Kind::Sequence;
  place->position = here().position;
  ++at_;
  if (!jump_if_false()) return false;
  if (!mapping) place->star = 0;
  if (at_ + 3 >= code_.size() || here().op != Op::GET_LEN || code_[at_ + 1].op != Op::LOAD_CONST ||
      code_[at_ + 2].op != Op::COMPARE_OP)
    return true;
  const Constant* const value = code_.constant(code_[at_ + 1].argument);
  int64_t length = 0;
  if (value == nullptr || !value->is(ConstantKind::Int) || !fits_int64(*value, &length) || length < 0 ||
      length > kMostParts)
    return fail("unexpected length of a pattern");
  const bool exact = code_[at_ + 2].argument == kCompareEqual;
  place->least = static_cast<size_t>(length);
  if (exact && !mapping) place->star = kNone;
  at_ += 3;
  return jump_if_false();
}

bool Reader::Matching::match_keys() {
  Expr* const keys = reader_.pop_value();
  Place* const place = keys == nullptr ? nullptr : top();
  if (place == nullptr) return false;
  if (keys->kind == syntax::ExprKind::Tuple) {
    const auto items = keys->as<syntax::TupleExpr>()->elts;
    place->keys.assign(items.begin(), items.end());
  } else if (keys->kind == syntax::ExprKind::Constant &&
             keys->as<syntax::ConstantExpr>()->value->is(ConstantKind::Tuple)) {
    place->keys = reader_.constant_items(keys);
  } else {
    return fail("unexpected keys of a pattern");
  }
  Place* const key_tuple = add(Place::Kind::Keys);
  key_tuple->owner = place;
  push(key_tuple);
  Place* const values = add(Place::Kind::Parts);
  values->owner = place;
  push(values);
  ++at_;
  return jump_if_missing();
}

bool Reader::Matching::match_class() {
  const auto positional = here().argument;
  const Position position = here().position;
  const Expr* const names = reader_.pop_value();
  Expr* const type = names == nullptr ? nullptr : reader_.pop_value();
  Place* const place = type == nullptr ? nullptr : pop();
  if (place == nullptr) return false;
  if (names->kind != syntax::ExprKind::Constant ||
      !names->as<syntax::ConstantExpr>()->value->is(ConstantKind::Tuple) || positional > kMostParts)
    return fail("unexpected class pattern");
  place->kind = Place::Kind::Class;
  place->position = position;
  place->value = type;
  for (const Constant* const name : names->as<syntax::ConstantExpr>()->value->elements()) {
    if (!name->is(ConstantKind::Str)) return fail("unexpected class pattern");
    place->attributes.push_back(reader_.shared_.workspace.names.intern(name->text()));
  }
  place->least = positional + place->attributes.size();
  Place* const found = add(Place::Kind::Parts);
  found->owner = place;
  push(found);
  ++at_;
  return jump_if_missing();
}

/// A copy of the mapping, out of which the keys are deleted one by one.
bool Reader::Matching::match_rest() {
  const Place* const keys = pop();
  Place* const place = keys == nullptr ? nullptr : pop();
  if (place == nullptr) return false;
  if (keys->kind != Place::Kind::Keys || keys->owner != place || here().argument != 0)
    return fail("unexpected instruction in a pattern");
  const uint32_t end = at_ + 4 + 3 * static_cast<uint32_t>(place->keys.size());
  if (end > code_.size() || code_[at_ + 2].op != Op::DICT_UPDATE ||
      (!place->keys.empty() && code_[end - 1].op != Op::DELETE_SUBSCR))
    return fail("unexpected rest of a mapping pattern");
  place->rest = add();
  push(place->rest);
  at_ = end;
  return true;
}

bool Reader::Matching::unpack() {
  Place* place = pop();
  if (place == nullptr) return false;
  if (place->kind == Place::Kind::Parts) place = place->owner;
  const uint32_t argument = here().argument;
  if (!place->parts.empty()) return fail("a pattern that is taken apart twice");
  if (here().op == Op::UNPACK_EX) {
    if (place->kind != Place::Kind::Sequence) return fail("unexpected star in a pattern");
    place->star = argument & 0xFF;
    const uint32_t after = argument >> 8;
    ++at_;
    return after <= kMostParts ? push_parts(place->parts, place->star + 1 + after)
                               : fail("a pattern of too many parts");
  }
  ++at_;
  return push_parts(place->parts, argument);
}

// --- alternatives
// ---------------------------------------------------------------------------------------------

/// At the jump that ends the first alternative of an or pattern: reads the others.
bool Reader::Matching::read_alternatives() {
  const uint32_t end = here().target;
  if (end <= at_ || end >= code_.size()) return fail("unexpected jump in a pattern");
  while (!copies_.empty() && (!copies_.back().repeated || copies_.back().height > stack_.size()))
    copies_.pop_back();
  if (copies_.empty()) return fail("alternatives without a subject");
  const OpenCopy open = copies_.back();
  copies_.pop_back();
  const size_t outer_copies = copies_.size();
  if (++depth_ > kDeepestPattern) return fail("too deeply nested");
  const Slot subject = stack_[open.height - 1];
  Place* const pattern = open.source;
  std::vector<std::vector<Place*>> bound;
  pattern->copy = nullptr;
  pattern->kind = Place::Kind::Or;
  pattern->parts.push_back(open.copy);
  if (!take_bound(open.height, &bound)) return false;
  for (++at_; at_ < end;) {
    while (at_ < end && here().op == Op::POP_TOP) ++at_;
    if (at_ >= end) break;
    stack_.resize(open.height);
    stack_.back() = subject;
    if (here().op != Op::COPY) {
      // None has matched: a jump that drops the subject, too.
      stack_.pop_back();
      const bool good = Code::is_unconditional_jump(here().op) ? note_failure(here().target) : true;
      stack_.push_back(subject);
      if (!good) return false;
      break;
    }
    Place* const alternative = add();
    alternative->position = {};
    pattern->parts.push_back(alternative);
    ++at_;
    push(alternative);
    while (at_ < end && !(Code::is_unconditional_jump(here().op) && here().target == end))
      if (!step()) return false;
    copies_.resize(std::min(copies_.size(), outer_copies));
    if (!take_bound(open.height, &bound)) return false;
    if (at_ < end) ++at_;
  }
  --depth_;
  at_ = end;
  stack_.resize(open.height);
  stack_.back() = subject;
  for (size_t i = 0; i < bound.front().size(); ++i) {
    Place* const merged = add(Place::Kind::Merged);
    for (const auto& places_ : bound) merged->parts.push_back(places_[i]);
    push(merged);
  }
  return true;
}

/// What an alternative leaves on the stack above its subject.
bool Reader::Matching::take_bound(size_t height, std::vector<std::vector<Place*>>* bound) {
  if (stack_.size() < height) return fail("an alternative that takes too much");
  std::vector<Place*> places_;
  for (size_t i = height; i < stack_.size(); ++i) {
    places_.push_back(place_of(stack_[i]));
    if (places_.back() == nullptr) return fail("a value in a pattern");
  }
  if (!bound->empty() && bound->front().size() != places_.size())
    return fail("alternatives that bind differently");
  bound->push_back(std::move(places_));
  return true;
}

// --- the tree
// -------------------------------------------------------------------------------------------------

syntax::Pattern* Reader::Matching::pattern_of(Place* place, bool starred) {
  if (depth_ > kDeepestPattern) return fail("too deeply nested"), nullptr;
  ++depth_;
  syntax::Pattern* pattern = nullptr;
  if (starred) {
    auto* const node = reader_.make<syntax::MatchStarPattern>(place->position);
    node->name = place->names.empty() ? Name::none : place->names.front();
    pattern = node;
  } else if (inner_pattern(place, &pattern)) {
    const bool inner = pattern != nullptr;
    for (const Name name : place->names) {
      auto* const node = reader_.make<syntax::MatchAsPattern>(
          inner && place->copy == nullptr ? Position() : place->position);
      node->pattern = pattern;
      node->name = name;
      pattern = node;
    }
    if (pattern == nullptr) pattern = reader_.make<syntax::MatchAsPattern>(place->position);
  }
  --depth_;
  return pattern;
}

bool Reader::Matching::patterns_of(const std::vector<Place*>& places_,
                                   std::vector<syntax::Pattern*>* patterns) {
  for (Place* const place : places_) {
    patterns->push_back(pattern_of(place, false));
    if (patterns->back() == nullptr) return false;
  }
  return true;
}

/// What is wanted of the place, without its names; null for nothing.
bool Reader::Matching::inner_pattern(Place* place, syntax::Pattern** pattern) {
  const Position& position = place->position;
  switch (place->kind) {
    case Place::Kind::Value: {
      auto* const node = reader_.make<syntax::MatchValuePattern>(position);
      node->value = place->value;
      *pattern = node;
      return true;
    }
    case Place::Kind::Singleton: {
      auto* const node = reader_.make<syntax::MatchSingletonPattern>(position);
      node->value = place->constant;
      *pattern = node;
      return true;
    }
    case Place::Kind::Sequence:
      *pattern = sequence_pattern(place);
      return *pattern != nullptr;
    case Place::Kind::Mapping:
      *pattern = mapping_pattern(place);
      return *pattern != nullptr;
    case Place::Kind::Class:
      *pattern = class_pattern(place);
      return *pattern != nullptr;
    case Place::Kind::Or: {
      std::vector<syntax::Pattern*> patterns;
      if (!patterns_of(place->parts, &patterns)) return false;
      auto* const node = reader_.make<syntax::MatchOrPattern>(Position());
      node->patterns = reader_.list(patterns);
      *pattern = node;
      return true;
    }
    default:
      if (place->copy == nullptr) return true;
      *pattern = pattern_of(place->copy, false);
      // Nothing is wanted of the copy: the name alone.
      if (*pattern != nullptr && place->copy->kind == Place::Kind::Any && place->copy->names.empty() &&
          place->copy->copy == nullptr)
        *pattern = nullptr;
      return *pattern != nullptr || reader_.reason_.empty();
  }
}

syntax::Pattern* Reader::Matching::sequence_pattern(Place* place) {
  std::vector<syntax::Pattern*> patterns;
  std::vector<Place*> parts = place->parts;
  const bool starred = place->star != kNone;
  if (parts.empty()) {
    // Only some items are looked at, or none.
    uint32_t before = 0;
    for (const auto& [index, item] : place->first_items) before = std::max(before, index + 1);
    if (starred) place->star = before;
    const size_t size = place->least + (starred ? 1 : 0);
    for (size_t i = 0; i < size; ++i) parts.push_back(add());
    for (const auto& [index, item] : place->first_items)
      if (index < size) parts[index] = item;
    for (const auto& [index, item] : place->last_items)
      if (index >= 1 && index <= size) parts[size - index] = item;
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    patterns.push_back(pattern_of(parts[i], starred && i == place->star));
    if (patterns.back() == nullptr) return nullptr;
  }
  auto* const node = reader_.make<syntax::MatchSequencePattern>(place->position);
  node->patterns = reader_.list(patterns);
  return node;
}

syntax::Pattern* Reader::Matching::mapping_pattern(Place* place) {
  std::vector<syntax::Pattern*> patterns;
  place->parts.resize(std::min(place->parts.size(), place->keys.size()));
  while (place->parts.size() < place->keys.size()) place->parts.push_back(add());
  if (!patterns_of(place->parts, &patterns)) return nullptr;
  auto* const node = reader_.make<syntax::MatchMappingPattern>(place->position);
  node->keys = reader_.list(place->keys);
  node->patterns = reader_.list(patterns);
  if (place->rest != nullptr && !place->rest->names.empty()) node->rest = place->rest->names.front();
  return node;
}

syntax::Pattern* Reader::Matching::class_pattern(Place* place) {
  std::vector<syntax::Pattern*> patterns;
  while (place->parts.size() < place->least) place->parts.push_back(add());
  if (!patterns_of(place->parts, &patterns)) return nullptr;
  const size_t positional = patterns.size() - place->attributes.size();
  auto* const node = reader_.make<syntax::MatchClassPattern>(place->position);
  node->cls = place->value;
  node->patterns =
      reader_.list(std::vector(patterns.begin(), patterns.begin() + static_cast<ptrdiff_t>(positional)));
  node->kwd_attrs = reader_.list(place->attributes);
  node->kwd_patterns =
      reader_.list(std::vector(patterns.begin() + static_cast<ptrdiff_t>(positional), patterns.end()));
  return node;
}

}  // namespace ouro::decompiler
