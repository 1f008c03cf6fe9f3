#include "vm/modules/sre/lower.h"

#include <algorithm>

#include "vm/modules/sre/characters.h"
#include "vm/object/exceptions.h"
#include "vm/object/thread.h"

namespace ouro::vm::sre {

Result<bool> Lowering::run() {
  if (words_.empty() || words_.size() > 0x7FFFFFFF || groups_ > kMaxGroups ||
      words_.back() != static_cast<uint32_t>(Op::Success))
    return false;
  size_t at = 0;
  if (words_.size() > 1 && words_[0] == static_cast<uint32_t>(Op::Info)) {
    at = 1;
    if (!info(&at, words_.size() - 1)) return false;
  }
  if (!TRY(sequence(at, words_.size() - 1, false))) return false;
  emit(Action::Success);
  return true;
}

uint32_t Lowering::emit(Action action, uint32_t a, uint32_t b) {
  text_end_ = kNoInstruction;
  parts_.instructions.push_back(Instruction{.action = action, .a = a, .b = b});
  return here() - 1;
}

bool Lowering::skip(size_t at, size_t end, size_t* target) const {
  if (at >= end || words_[at] > end - at) return false;
  *target = at + words_[at];
  return true;
}

Result<bool> Lowering::sequence(size_t at, size_t end, bool inside, bool* jump) {
  TRY(check_recursion(" in a regular expression"));
  text_end_ = kNoInstruction;
  if (at > end) return false;
  while (at < end) {
    if (words_[at] == static_cast<uint32_t>(Op::Jump)) {
      if (jump == nullptr || at + 2 != end) return false;
      *jump = true;
      return true;
    }
    if (!TRY(one(&at, end, inside))) return false;
  }
  text_end_ = kNoInstruction;
  return true;
}

/// The operation at `*at`, which is moved behind it. `inside`: in the body of an assertion or the like.
Result<bool> Lowering::one(size_t* at, size_t end, bool inside) {
  const Op op = static_cast<Op>(words_[(*at)++]);
  switch (op) {
    case Op::Success:
      emit(inside ? Action::SubEnd : Action::Success);
      return true;
    case Op::Failure:
      emit(Action::Failure);
      return true;
    case Op::Mark:
      if (*at >= end || words_[*at] / 2 >= groups_) return false;
      emit(Action::Mark, words_[(*at)++]);
      return true;
    case Op::At:
      if (*at >= end || words_[*at] >= kAtCount) return false;
      emit(Action::At, words_[(*at)++]);
      return true;
    case Op::GroupRef:
    case Op::GroupRefIgnore:
    case Op::GroupRefLocIgnore:
    case Op::GroupRefUniIgnore: {
      if (*at >= end || words_[*at] >= groups_) return false;
      const Fold fold = op == Op::GroupRef            ? Fold::None
                        : op == Op::GroupRefIgnore    ? Fold::Ascii
                        : op == Op::GroupRefLocIgnore ? Fold::Locale
                                                      : Fold::Unicode;
      emit(Action::GroupRef, words_[(*at)++], static_cast<uint32_t>(fold));
      return true;
    }
    case Op::Info:
      return info(at, end);
    case Op::Branch:
      return branch(at, end, inside);
    case Op::RepeatOne:
    case Op::MinRepeatOne:
    case Op::PossessiveRepeatOne:
      return repeat_one(op, at, end);
    case Op::Repeat:
    case Op::PossessiveRepeat:
      return repeat(op, at, end, inside);
    case Op::AtomicGroup:
    case Op::Assert:
    case Op::AssertNot:
      return sub(op, at, end);
    case Op::GroupRefExists:
      return conditional(at, end, inside);
    default:
      return single(op, at, end);
  }
}

/// A literal joins the one in front of it. Jumps lead only to where a sequence starts or ends.
void Lowering::literal(uint32_t c) {
  if (text_end_ == kNoInstruction || text_end_ + 1 != here()) {
    text_end_ = emit(Action::Literal, c);
    return;
  }
  auto& characters = parts_.characters;
  Instruction& before = instruction(text_end_);
  if (before.action == Action::Literal) {
    characters.push_back(before.a);
    before = Instruction{.action = Action::Text, .a = static_cast<uint32_t>(characters.size() - 1), .b = 1};
  }
  characters.push_back(c);
  ++before.b;
}

bool Lowering::single(Op op, size_t* at, size_t end) {
  if (op == Op::Any || op == Op::AnyAll) {
    emit(op == Op::Any ? Action::Any : Action::AnyAll);
    return true;
  }
  if (*at >= end) return false;
  const size_t operand = *at;
  const uint32_t word = words_[(*at)++];
  switch (op) {
    case Op::Literal:
      literal(word);
      return true;
    case Op::NotLiteral:
      emit(Action::NotLiteral, word);
      return true;
    case Op::LiteralIgnore:
    case Op::NotLiteralIgnore:
      emit(Action::Set, add_set(SetKind::LowerAscii, word, op == Op::NotLiteralIgnore));
      return true;
    case Op::LiteralUniIgnore:
    case Op::NotLiteralUniIgnore:
      emit(Action::Set, add_set(SetKind::LowerUnicode, word, op == Op::NotLiteralUniIgnore));
      return true;
    case Op::LiteralLocIgnore:
    case Op::NotLiteralLocIgnore:
      emit(Action::Set, add_set(SetKind::CaseLocale, word, op == Op::NotLiteralLocIgnore));
      return true;
    case Op::In:
    case Op::InIgnore:
    case Op::InUniIgnore:
    case Op::InLocIgnore: {
      size_t target;
      if (!skip(operand, end, &target) || target < operand + 2 || !charset(operand + 1, target)) return false;
      const SetKind kind = op == Op::In            ? SetKind::Words
                           : op == Op::InIgnore    ? SetKind::WordsAscii
                           : op == Op::InUniIgnore ? SetKind::WordsUnicode
                                                   : SetKind::WordsLocale;
      emit(Action::Set, add_set(kind, static_cast<uint32_t>(operand + 1)));
      *at = target;
      return true;
    }
    default:
      return false;
  }
}

/// <skip> way JUMP <to the end> <skip> way JUMP ... 0
Result<bool> Lowering::branch(size_t* at, size_t end, bool inside) {
  std::vector<uint32_t> starts, jumps;
  const uint32_t head = emit(Action::Branch);
  size_t behind = 0, position = *at;
  for (;;) {
    if (position >= end) return false;
    if (words_[position] == 0) break;
    size_t next, target;
    if (!skip(position, end, &next) || next < position + 3) return false;
    if (words_[next - 2] != static_cast<uint32_t>(Op::Jump) || !skip(next - 1, end, &target)) return false;
    if (behind != 0 && behind != target) return false;
    behind = target;
    starts.push_back(here());
    if (!TRY(sequence(position + 1, next - 2, inside))) return false;
    jumps.push_back(emit(Action::Jump));
    position = next;
  }
  if (starts.empty() || position + 1 != behind) return false;
  for (uint32_t jump : jumps) instruction(jump).target = here();
  instruction(head).a = static_cast<uint32_t>(parts_.alternatives.size());
  instruction(head).b = static_cast<uint32_t>(starts.size());
  for (uint32_t start : starts) parts_.alternatives.push_back({start, kNoInstruction});
  *at = behind;
  return true;
}

/// <skip> <least> <most> item SUCCESS
Result<bool> Lowering::repeat_one(Op op, size_t* at, size_t end) {
  size_t target;
  if (!skip(*at, end, &target) || target < *at + 5) return false;
  const uint32_t least = words_[*at + 1], most = words_[*at + 2];
  if (least > most || words_[target - 1] != static_cast<uint32_t>(Op::Success)) return false;
  const Action action = op == Op::RepeatOne      ? Action::RepeatOne
                        : op == Op::MinRepeatOne ? Action::MinRepeatOne
                                                 : Action::PossessiveRepeatOne;
  const uint32_t head = emit(action, least, most);
  size_t item = *at + 3;
  const Op item_op = static_cast<Op>(words_[item++]);
  if (!single(item_op, &item, target - 1) || item != target - 1 || here() != head + 2) return false;
  text_end_ = kNoInstruction;
  instruction(head).target = here();
  *at = target;
  return true;
}

/// <skip> <least> <most> body UNTIL, with the skip to the UNTIL; of possessive ones the UNTIL is SUCCESS
Result<bool> Lowering::repeat(Op op, size_t* at, size_t end, bool inside) {
  size_t target;
  if (!skip(*at, end, &target) || target < *at + 3 || target >= end) return false;
  const uint32_t least = words_[*at + 1], most = words_[*at + 2];
  const Op until = static_cast<Op>(words_[target]);
  const bool possessive = op == Op::PossessiveRepeat;
  if (least > most) return false;
  if (possessive ? until != Op::Success : until != Op::MaxUntil && until != Op::MinUntil) return false;
  const uint32_t head = emit(possessive ? Action::PossessiveRepeat : Action::Repeat, least, most);
  if (!TRY(sequence(*at + 3, target, inside || possessive))) return false;
  const uint32_t tail = emit(possessive              ? Action::SubEnd
                             : until == Op::MaxUntil ? Action::MaxUntil
                                                     : Action::MinUntil,
                             least, most);
  instruction(tail).target = head + 1;
  instruction(head).target = possessive ? tail + 1 : tail;
  *at = target + 1;
  return true;
}

/// <skip> body SUCCESS, with the width to go back behind the skip of assertions
Result<bool> Lowering::sub(Op op, size_t* at, size_t end) {
  size_t target;
  const size_t operands = op == Op::AtomicGroup ? 1 : 2;
  if (!skip(*at, end, &target) || target < *at + operands + 1) return false;
  if (words_[target - 1] != static_cast<uint32_t>(Op::Success)) return false;
  const Action action = op == Op::AtomicGroup ? Action::Atomic
                        : op == Op::Assert    ? Action::Assert
                                              : Action::AssertNot;
  const uint32_t head = emit(action, operands == 2 ? words_[*at + 1] : 0);
  if (!TRY(sequence(*at + operands, target - 1, true))) return false;
  emit(Action::SubEnd);
  instruction(head).target = here();
  *at = target;
  return true;
}

/// <group> <skip> then-part [JUMP <skip> else-part]; the first skip counts from the group
Result<bool> Lowering::conditional(size_t* at, size_t end, bool inside) {
  const size_t group = *at;
  if (group + 1 >= end || words_[group] >= groups_) return false;
  if (words_[group + 1] < 2 || words_[group + 1] > end - group) return false;
  const size_t otherwise = group + words_[group + 1];
  const uint32_t head = emit(Action::GroupRefExists, words_[group]);
  bool jump = false;
  if (!TRY(sequence(group + 2, otherwise, inside, &jump))) return false;
  size_t target = otherwise;
  if (jump) {
    if (!skip(otherwise - 1, end, &target)) return false;
    const uint32_t leave = emit(Action::Jump);
    instruction(head).target = here();
    if (!TRY(sequence(otherwise, target, inside))) return false;
    text_end_ = kNoInstruction;
    instruction(leave).target = here();
  } else {
    instruction(head).target = here();
  }
  *at = target;
  return true;
}

/// <skip> <flags> <least> <most> [prefix or set]. Only the one in front of everything is used.
bool Lowering::info(size_t* at, size_t end) {
  size_t target;
  if (!skip(*at, end, &target) || target < *at + 4) return false;
  const uint32_t flags = words_[*at + 1];
  const bool first = *at == 1;
  if ((flags & ~(kInfoPrefix | kInfoLiteral | kInfoCharset)) != 0) return false;
  if ((flags & kInfoPrefix) != 0 && (flags & kInfoCharset) != 0) return false;
  if ((flags & kInfoLiteral) != 0 && (flags & kInfoPrefix) == 0) return false;
  if (first) parts_.head.least = words_[*at + 2];
  const size_t more = *at + 4;
  if ((flags & kInfoCharset) != 0) {
    if (more >= target || !charset(more, target)) return false;
  } else if ((flags & kInfoPrefix) != 0) {
    if (!info_prefix(more, target)) return false;
    if (first) {
      parts_.head.prefix = static_cast<uint32_t>(parts_.characters.size());
      const uint32_t length = std::min(words_[more], kMaxPrefix);
      parts_.head.prefix_length = length;
      parts_.head.whole_literal = (flags & kInfoLiteral) != 0 && length == words_[more];
      for (uint32_t i = 0; i < length; ++i) parts_.characters.push_back(words_[more + 2 + i]);
    }
  } else if (more != target) {
    return false;
  }
  *at = target;
  text_end_ = kNoInstruction;
  return true;
}

/// <length> <skip> characters overlaps
bool Lowering::info_prefix(size_t at, size_t end) {
  if (end - at < 2) return false;
  const uint64_t length = words_[at];
  if (end - at != 2 + 2 * length) return false;
  for (size_t i = 0; i < length; ++i) {
    if (words_[at + 2 + length + i] >= length) return false;
  }
  return true;
}

/// Words [at, end) are a set with its FAILURE at the end.
bool Lowering::charset(size_t at, size_t end) const {
  if (at >= end || words_[end - 1] != static_cast<uint32_t>(Op::Failure)) return false;
  const size_t last = end - 1;
  while (at < last) {
    size_t operands = 0;
    switch (static_cast<Op>(words_[at++])) {
      case Op::Negate:
        break;
      case Op::Literal:
        operands = 1;
        break;
      case Op::Category:
        if (at >= last || words_[at] >= kCategoryCount) return false;
        operands = 1;
        break;
      case Op::Range:
      case Op::RangeUniIgnore:
        operands = 2;
        break;
      case Op::Charset:
        operands = 8;
        break;
      case Op::BigCharset:
        if (last - at < 65) return false;
        for (size_t i = 0; i < 256; ++i) {
          if ((words_[at + 1 + i / 4] >> (i % 4 * 8) & 0xFF) >= words_[at]) return false;
        }
        if (words_[at] > last - at) return false;
        operands = 65 + size_t{words_[at]} * 8;
        break;
      default:
        return false;
    }
    if (operands > last - at) return false;
    at += operands;
  }
  return at == last;
}

namespace {

/// Whether the words name a category of the locale.
bool asks_locale(std::span<const uint32_t> words, size_t at) {
  for (;;) {
    switch (static_cast<Op>(words[at++])) {
      case Op::Category:
        if (words[at] / 2 == static_cast<uint32_t>(Category::LocWord) / 2) return true;
        at += 1;
        break;
      case Op::Literal:
        at += 1;
        break;
      case Op::Range:
      case Op::RangeUniIgnore:
        at += 2;
        break;
      case Op::Charset:
        at += 8;
        break;
      case Op::BigCharset:
        at += 65 + size_t{words[at]} * 8;
        break;
      case Op::Negate:
        break;
      default:
        return false;
    }
  }
}

bool evaluate_set(const uint32_t* words, const Set& set, uint32_t c) {
  switch (set.kind) {
    case SetKind::Words:
      return in_charset(words + set.words, c);
    case SetKind::WordsAscii:
      return in_charset(words + set.words, lower_ascii(c));
    case SetKind::WordsUnicode:
      return in_charset(words + set.words, lower_unicode(c));
    case SetKind::WordsLocale:
      return in_charset_locale(words + set.words, c);
    case SetKind::LowerAscii:
      return (lower_ascii(c) == set.words) != set.negated;
    case SetKind::LowerUnicode:
      return (lower_unicode(c) == set.words) != set.negated;
    case SetKind::CaseLocale:
      return (c == set.words || lower_locale(c) == set.words || upper_locale(c) == set.words) != set.negated;
  }
  __builtin_unreachable();
}

}  // namespace

bool in_set_slow(const Program* program, const Set& set, uint32_t c) {
  return evaluate_set(program->words(), set, c);
}

uint32_t Lowering::add_set(SetKind kind, uint32_t words, bool negated) {
  Set set = {};
  set.kind = kind;
  set.words = words;
  set.negated = negated;
  set.dynamic = kind == SetKind::WordsLocale || kind == SetKind::CaseLocale ||
                (kind <= SetKind::WordsUnicode && asks_locale(words_, words));
  if (!set.dynamic) {
    for (uint32_t c = 0; c < 256; ++c) set.table[c] = evaluate_set(words_.data(), set, c);
  }
  parts_.sets.push_back(set);
  return static_cast<uint32_t>(parts_.sets.size() - 1);
}

}  // namespace ouro::vm::sre
