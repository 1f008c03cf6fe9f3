// The matcher proper, for one width of characters; see matcher.h.
#pragma once

#include "vm/modules/signals.h"
#include "vm/modules/sre/characters.h"
#include "vm/modules/sre/matcher.h"
#include "vm/object/thread.h"

namespace ouro::vm::sre {

#define OURO_INLINE __attribute__((always_inline)) inline

template <class Char>
class Engine {
 public:
  explicit Engine(Matcher& matcher)
      : m_(matcher),
        program_(matcher.program_),
        code_(program_->instructions()),
        sets_(program_->sets()),
        text_(static_cast<const Char*>(matcher.range_.data)),
        end_(text_ + matcher.range_.end) {}

  Outcome search();
  Outcome run(const Char* start);

 private:
  /// How a step ends: on with the next instruction, back to the last choice, or out.
  enum class Step : uint8_t { On, Back, Out };

  struct Place {
    uint32_t at;
    const Char* p;
  };

  OURO_INLINE bool takes(const Instruction& single, Char c) const {
    switch (single.action) {
      case Action::Literal:
        return c == single.a;
      case Action::NotLiteral:
        return c != single.a;
      case Action::Any:
        return c != '\n';
      case Action::Set:
        return in_set(sets_[single.a], c);
      case Action::Text:
        return c == program_->characters()[single.a];
      default:
        return true;
    }
  }
  OURO_INLINE bool in_set(const Set& set, Char c) const {
    if (set.dynamic) [[unlikely]]
      return in_set_slow(program_, set, c);
    if constexpr (sizeof(Char) > 1) {
      if (c > 255) return in_set_slow(program_, set, c);
    }
    return set.table[static_cast<uint8_t>(c)] != 0;
  }
  OURO_INLINE bool fits(uint32_t instruction, const Char* p) const {
    return p < end_ && takes(code_[instruction], *p);
  }
  int64_t index(const Char* p) const { return p - text_; }

  const Char* run_of(const Instruction& item, const Char* p, const Char* limit) const;
  const Char* run_of_set(const Set& set, const Char* p, const Char* limit) const;
  bool is_at(uint32_t where, const Char* p) const;
  bool is_boundary(const Char* p, bool (*is_word)(uint32_t)) const;
  bool is_text(const Instruction& text, const Char* p) const;
  bool group_repeats(const Instruction& reference, const Char** p) const;
  static uint32_t folded(uint32_t c, Fold fold);

  OURO_INLINE Choice choice(ChoiceKind kind, uint32_t instruction, const Char* p, int64_t limit) const {
    return {kind, instruction, index(p), limit, m_.round_, m_.rounds_.height(), m_.trail_.height()};
  }
  OURO_INLINE bool push(ChoiceKind kind, uint32_t instruction, const Char* p, int64_t limit) {
    return m_.choices_.push(choice(kind, instruction, p, limit));
  }
  Step no_memory() {
    outcome_ = Outcome::NoMemory;
    return Step::Out;
  }

  Step perform(Place& place);
  Step set_mark(const Instruction& here, Place& place);
  Step branch(const Instruction& here, Place& place, uint32_t from);
  Step repeat_one(const Instruction& here, Place& place);
  const Char* last_fit(const Instruction& next, const Char* p, const Char* least) const;
  Step give_back(const Instruction& here, Place& place, const Char* p, const Char* least);
  Step min_repeat_one(const Instruction& here, Place& place);
  Step take_more(const Instruction& here, Place& place, int64_t more);
  Step possessive_repeat_one(const Instruction& here, Place& place);
  bool new_round(int64_t count, int64_t last, uint32_t outer);
  Step max_until(const Instruction& here, Place& place);
  Step min_until(const Instruction& here, Place& place);
  Step repeat_again(const Instruction& here, Place& place);
  bool enter_body(Place& place);
  Step possessive_round(const Instruction& here, Place& place);
  Step leave_body(Place& place);
  Step body_failed(const Choice& barrier, Place& place);
  Step assert_body(const Instruction& here, Place& place);
  Step succeed(const Char* p);
  Step back(Place& place);
  void unwind(uint32_t height);
  bool interrupted();

  const Char* find_prefix(const Char* p) const;
  const Char* find_first(const Char* p, const Char* last) const;

  Matcher& m_;
  const Program* program_;
  const Instruction* code_;
  const Set* sets_;
  const Char* text_;
  const Char* end_;
  Outcome outcome_ = Outcome::NoMatch;
};

// ---- runs of one character

template <class Char>
const Char* Engine<Char>::run_of_set(const Set& set, const Char* p, const Char* limit) const {
  if (set.dynamic) {
    while (p < limit && in_set_slow(program_, set, *p)) ++p;
    return p;
  }
  const uint8_t* table = set.table;
  if constexpr (sizeof(Char) == 1) {
    while (limit - p >= 4) {
      if (!table[p[0]]) return p;
      if (!table[p[1]]) return p + 1;
      if (!table[p[2]]) return p + 2;
      if (!table[p[3]]) return p + 3;
      p += 4;
    }
    while (p < limit && table[*p]) ++p;
  } else {
    while (p < limit && (*p < 256 ? table[*p] != 0 : in_set_slow(program_, set, *p))) ++p;
  }
  return p;
}

/// The end of the run of characters that the item takes, at most at `limit`.
template <class Char>
const Char* Engine<Char>::run_of(const Instruction& item, const Char* p, const Char* limit) const {
  const auto c = static_cast<Char>(item.a);
  switch (item.action) {
    case Action::Set:
      return run_of_set(sets_[item.a], p, limit);
    case Action::Literal:
      if (c != item.a) return p;
      while (p < limit && *p == c) ++p;
      return p;
    case Action::NotLiteral:
      if (c != item.a) return limit;
      if constexpr (sizeof(Char) == 1) {
        const void* found = std::memchr(p, c, static_cast<size_t>(limit - p));
        return found == nullptr ? limit : static_cast<const Char*>(found);
      }
      while (p < limit && *p != c) ++p;
      return p;
    case Action::Any:
      if constexpr (sizeof(Char) == 1) {
        const void* found = std::memchr(p, '\n', static_cast<size_t>(limit - p));
        return found == nullptr ? limit : static_cast<const Char*>(found);
      }
      while (p < limit && *p != '\n') ++p;
      return p;
    default:
      return limit;
  }
}

// ---- conditions without width, texts and groups

template <class Char>
bool Engine<Char>::is_boundary(const Char* p, bool (*is_word)(uint32_t)) const {
  const bool behind = p > text_ && is_word(p[-1]);
  const bool ahead = p < end_ && is_word(*p);
  return behind != ahead;
}

template <class Char>
bool Engine<Char>::is_at(uint32_t where, const Char* p) const {
  switch (static_cast<At>(where)) {
    case At::Beginning:
    case At::BeginningString:
      return p == text_;
    case At::BeginningLine:
      return p == text_ || p[-1] == '\n';
    case At::End:
      return p == end_ || (end_ - p == 1 && *p == '\n');
    case At::EndLine:
      return p == end_ || *p == '\n';
    case At::EndString:
      return p == end_;
    // An empty text has neither boundaries nor their opposite.
    case At::Boundary:
      return text_ != end_ && is_boundary(p, is_word_ascii);
    case At::NonBoundary:
      return text_ != end_ && !is_boundary(p, is_word_ascii);
    case At::LocBoundary:
      return text_ != end_ && is_boundary(p, is_word_locale);
    case At::LocNonBoundary:
      return text_ != end_ && !is_boundary(p, is_word_locale);
    case At::UniBoundary:
      return text_ != end_ && is_boundary(p, is_word_unicode);
    case At::UniNonBoundary:
      return text_ != end_ && !is_boundary(p, is_word_unicode);
  }
  return false;
}

template <class Char>
bool Engine<Char>::is_text(const Instruction& text, const Char* p) const {
  if (end_ - p < static_cast<int64_t>(text.b)) return false;
  const char32_t* wanted = program_->characters() + text.a;
  for (uint32_t i = 0; i < text.b; ++i) {
    if (p[i] != wanted[i]) return false;
  }
  return true;
}

template <class Char>
uint32_t Engine<Char>::folded(uint32_t c, Fold fold) {
  switch (fold) {
    case Fold::Ascii:
      return lower_ascii(c);
    case Fold::Locale:
      return lower_locale(c);
    case Fold::Unicode:
      return lower_unicode(c);
    default:
      return c;
  }
}

/// A reference to a group: moves `*p` behind the group's text.
template <class Char>
bool Engine<Char>::group_repeats(const Instruction& reference, const Char** p) const {
  const int64_t from = m_.marks_[2 * reference.a], to = m_.marks_[2 * reference.a + 1];
  if (from < 0 || to < from) return false;
  const int64_t length = to - from;
  if (end_ - *p < length) return false;
  const auto fold = static_cast<Fold>(reference.b);
  const Char* group = text_ + from;
  for (int64_t i = 0; i < length; ++i) {
    if ((*p)[i] != group[i] && (fold == Fold::None || folded((*p)[i], fold) != folded(group[i], fold)))
      return false;
  }
  *p += length;
  return true;
}

// ---- steps

template <class Char>
OURO_INLINE auto Engine<Char>::set_mark(const Instruction& here, Place& place) -> Step {
  if (!m_.trail_.push({here.a, m_.last_index_, m_.marks_[here.a]})) return no_memory();
  m_.marks_[here.a] = index(place.p);
  if ((here.a & 1) != 0) m_.last_index_ = static_cast<int32_t>(here.a / 2 + 1);
  ++place.at;
  return Step::On;
}

/// The first way from `from` on that can match here; the next such one is a choice.
template <class Char>
auto Engine<Char>::branch(const Instruction& here, Place& place, uint32_t from) -> Step {
  const Alternative* ways = program_->alternatives() + here.a;
  const auto viable = [&](uint32_t i) {
    while (i < here.b && ways[i].first != kNoInstruction && !fits(ways[i].first, place.p)) ++i;
    return i;
  };
  const uint32_t taken = viable(from);
  if (taken == here.b) return Step::Back;
  const uint32_t next = viable(taken + 1);
  if (next != here.b && !push(ChoiceKind::Branch, place.at, place.p, next)) return no_memory();
  place.at = ways[taken].target;
  return Step::On;
}

template <class Char>
OURO_INLINE auto Engine<Char>::repeat_one(const Instruction& here, Place& place) -> Step {
  const int64_t room = end_ - place.p;
  if (room < here.a) return Step::Back;
  const Char* limit = here.b == kMaxRepeat || room < here.b ? end_ : place.p + here.b;
  const Char* p = run_of(code_[place.at + 1], place.p, limit);
  const Char* least = place.p + here.a;
  if (p < least) return Step::Back;
  if (here.disjoint || (sizeof(Char) == 1 && here.disjoint_latin1)) {
    if (!fits(here.follows, p)) return Step::Back;
    place.p = p;
    place.at = here.target;
    return Step::On;
  }
  return give_back(here, place, p, least);
}

/// The last place from `p` down to `least` where the instruction can start, or null.
template <class Char>
const Char* Engine<Char>::last_fit(const Instruction& next, const Char* p, const Char* least) const {
  if (p == end_) {
    if (p == least) return nullptr;
    --p;
  }
  if constexpr (sizeof(Char) == 1) {
    if (next.action == Action::Literal || next.action == Action::Text) {
      const uint32_t c = next.action == Action::Literal ? next.a : program_->characters()[next.a];
      if (c > 255) return nullptr;
      return static_cast<const Char*>(
          memrchr(least, static_cast<int>(c), static_cast<size_t>(p - least + 1)));
    }
  }
  while (!takes(next, *p)) {
    if (p == least) return nullptr;
    --p;
  }
  return p;
}

/// Goes on behind a greedy repeat, at the last place from `p` down to `least` where what follows can start.
template <class Char>
auto Engine<Char>::give_back(const Instruction& here, Place& place, const Char* p, const Char* least)
    -> Step {
  if (here.follows != kNoInstruction) {
    p = last_fit(code_[here.follows], p, least);
    if (p == nullptr) return Step::Back;
  }
  if (p > least && !push(ChoiceKind::GiveBack, place.at, p, index(least))) return no_memory();
  place.p = p;
  place.at = here.target;
  return Step::On;
}

template <class Char>
auto Engine<Char>::min_repeat_one(const Instruction& here, Place& place) -> Step {
  const int64_t room = end_ - place.p;
  if (room < here.a) return Step::Back;
  const Char* least = place.p + here.a;
  if (here.a > 0 && run_of(code_[place.at + 1], place.p, least) != least) return Step::Back;
  place.p = least;
  return take_more(here, place, here.b == kMaxRepeat ? INT64_MAX : int64_t{here.b} - here.a);
}

/// Goes on behind a lazy repeat at the first place, at most `more` characters ahead, where what follows can
/// start.
template <class Char>
auto Engine<Char>::take_more(const Instruction& here, Place& place, int64_t more) -> Step {
  const Char* p = place.p;
  if (here.follows != kNoInstruction) {
    const Instruction& item = code_[place.at + 1];
    const Instruction& next = code_[here.follows];
    for (;; ++p, --more) {
      if (p == end_) return Step::Back;
      if (takes(next, *p)) break;
      if (more == 0 || !takes(item, *p)) return Step::Back;
    }
  }
  if (more > 0 && p < end_ && !push(ChoiceKind::TakeMore, place.at, p, more)) return no_memory();
  place.p = p;
  place.at = here.target;
  return Step::On;
}

template <class Char>
auto Engine<Char>::possessive_repeat_one(const Instruction& here, Place& place) -> Step {
  const int64_t room = end_ - place.p;
  if (room < here.a) return Step::Back;
  const Char* limit = here.b == kMaxRepeat || room < here.b ? end_ : place.p + here.b;
  const Char* p = run_of(code_[place.at + 1], place.p, limit);
  if (p - place.p < here.a) return Step::Back;
  place.p = p;
  place.at = here.target;
  return Step::On;
}

template <class Char>
OURO_INLINE bool Engine<Char>::new_round(int64_t count, int64_t last, uint32_t outer) {
  m_.round_ = m_.rounds_.height();
  return m_.rounds_.push({count, last, outer});
}

template <class Char>
auto Engine<Char>::max_until(const Instruction& here, Place& place) -> Step {
  const Round round = m_.rounds_[m_.round_];
  const int64_t count = round.count + 1;
  if (count < here.a) {
    if (!new_round(count, round.last, round.outer)) return no_memory();
    place.at = here.target;
    return Step::On;
  }
  if ((count < here.b || here.b == kMaxRepeat) && index(place.p) != round.last) {
    if (!push(ChoiceKind::LeaveRepeat, place.at, place.p, 0)) return no_memory();
    if (!new_round(count, index(place.p), round.outer)) return no_memory();
    place.at = here.target;
    return Step::On;
  }
  m_.round_ = round.outer;
  ++place.at;
  return Step::On;
}

template <class Char>
auto Engine<Char>::min_until(const Instruction& here, Place& place) -> Step {
  const Round round = m_.rounds_[m_.round_];
  if (round.count + 1 < here.a) {
    if (!new_round(round.count + 1, round.last, round.outer)) return no_memory();
    place.at = here.target;
    return Step::On;
  }
  if (!push(ChoiceKind::RepeatAgain, place.at, place.p, 0)) return no_memory();
  m_.round_ = round.outer;
  ++place.at;
  return Step::On;
}

template <class Char>
auto Engine<Char>::repeat_again(const Instruction& here, Place& place) -> Step {
  const Round round = m_.rounds_[m_.round_];
  const int64_t count = round.count + 1;
  if ((count >= here.b && here.b != kMaxRepeat) || index(place.p) == round.last) return Step::Back;
  if (!new_round(count, index(place.p), round.outer)) return no_memory();
  place.at = here.target;
  return Step::On;
}

// ---- bodies behind barriers

template <class Char>
bool Engine<Char>::enter_body(Place& place) {
  const uint32_t barrier = m_.choices_.height();
  if (!push(ChoiceKind::Barrier, place.at, place.p, m_.barrier_)) return false;
  m_.barrier_ = barrier;
  ++place.at;
  return true;
}

template <class Char>
auto Engine<Char>::assert_body(const Instruction& here, Place& place) -> Step {
  if (index(place.p) < here.a) {
    if (here.action == Action::Assert) return Step::Back;
    place.at = here.target;
    return Step::On;
  }
  if (!enter_body(place)) return no_memory();
  place.p -= here.a;
  return Step::On;
}

/// The next round of a possessive repeat, whose count is the current Round.
template <class Char>
auto Engine<Char>::possessive_round(const Instruction& here, Place& place) -> Step {
  Round& round = m_.rounds_[m_.round_];
  const bool must = round.count < here.a;
  if (must || ((round.count < here.b || here.b == kMaxRepeat) && index(place.p) != round.last)) {
    if (!must) round.last = index(place.p);
    return enter_body(place) ? Step::On : no_memory();
  }
  m_.rounds_.drop_to(m_.round_);
  m_.round_ = round.outer;
  place.at = here.target;
  return Step::On;
}

/// The body behind the innermost barrier has matched.
template <class Char>
auto Engine<Char>::leave_body(Place& place) -> Step {
  const Choice barrier = m_.choices_[m_.barrier_];
  const Instruction& head = code_[barrier.instruction];
  m_.choices_.drop_to(m_.barrier_);
  m_.barrier_ = static_cast<uint32_t>(barrier.limit);
  m_.round_ = barrier.round;
  m_.rounds_.drop_to(barrier.rounds);
  switch (head.action) {
    case Action::Assert:
      place.p = text_ + barrier.position;
      break;
    case Action::AssertNot:
      unwind(barrier.trail);
      return Step::Back;
    case Action::PossessiveRepeat:
      ++m_.rounds_[m_.round_].count;
      place.at = barrier.instruction;
      return possessive_round(head, place);
    default:
      break;
  }
  place.at = head.target;
  return Step::On;
}

/// Going back has come to a barrier, which is gone now: its body does not match.
template <class Char>
auto Engine<Char>::body_failed(const Choice& barrier, Place& place) -> Step {
  const Instruction& head = code_[barrier.instruction];
  m_.barrier_ = static_cast<uint32_t>(barrier.limit);
  if (head.action == Action::PossessiveRepeat) {
    const Round round = m_.rounds_[m_.round_];
    if (round.count < head.a) return Step::Back;
    m_.rounds_.drop_to(m_.round_);
    m_.round_ = round.outer;
  } else if (head.action != Action::AssertNot) {
    return Step::Back;
  }
  place.at = head.target;
  return Step::On;
}

// ---- the end, and going back

template <class Char>
auto Engine<Char>::succeed(const Char* p) -> Step {
  const Range& range = m_.range_;
  if (range.whole && p != end_) return Step::Back;
  if (range.must_advance && m_.start_ == range.start && index(p) == range.start) return Step::Back;
  m_.found_end_ = index(p);
  outcome_ = Outcome::Match;
  return Step::Out;
}

template <class Char>
OURO_INLINE void Engine<Char>::unwind(uint32_t height) {
  auto& trail = m_.trail_;
  while (trail.height() > height) {
    const OldMark& old = trail.top();
    m_.marks_[old.mark] = old.position;
    m_.last_index_ = old.last_index;
    trail.pop();
  }
}

template <class Char>
bool Engine<Char>::interrupted() {
  if ((attention & kAttentionSignal) == 0 || handle_signals().ok()) return false;
  outcome_ = Outcome::Interrupted;
  return true;
}

/// To the last choice.
template <class Char>
auto Engine<Char>::back(Place& place) -> Step {
  if ((++m_.ticks_ & 0xFFF) == 0 && interrupted()) return Step::Out;
  if (m_.choices_.empty()) {
    unwind(0);
    outcome_ = Outcome::NoMatch;
    return Step::Out;
  }
  const Choice choice = m_.choices_.top();
  m_.choices_.pop();
  unwind(choice.trail);
  m_.round_ = choice.round;
  m_.rounds_.drop_to(choice.rounds);
  place.at = choice.instruction;
  place.p = text_ + choice.position;
  const Instruction& here = code_[place.at];
  switch (choice.kind) {
    case ChoiceKind::Branch:
      return branch(here, place, static_cast<uint32_t>(choice.limit));
    case ChoiceKind::GiveBack:
      return give_back(here, place, place.p - 1, text_ + choice.limit);
    case ChoiceKind::TakeMore:
      if (!takes(code_[place.at + 1], *place.p)) return Step::Back;
      ++place.p;
      return take_more(here, place, choice.limit - 1);
    case ChoiceKind::LeaveRepeat:
      m_.round_ = m_.rounds_[m_.round_].outer;
      ++place.at;
      return Step::On;
    case ChoiceKind::RepeatAgain:
      return repeat_again(here, place);
    case ChoiceKind::Barrier:
      return body_failed(choice, place);
  }
  __builtin_unreachable();
}

/// What the loop of run() does not do by itself.
template <class Char>
auto Engine<Char>::perform(Place& place) -> Step {
  const Instruction& here = code_[place.at];
  switch (here.action) {
    case Action::Branch:
      return branch(here, place, 0);
    case Action::MinRepeatOne:
      return min_repeat_one(here, place);
    case Action::PossessiveRepeatOne:
      return possessive_repeat_one(here, place);
    case Action::Repeat:
      if (!new_round(-1, -1, m_.round_)) return no_memory();
      place.at = here.target;
      return Step::On;
    case Action::MaxUntil:
      return max_until(here, place);
    case Action::MinUntil:
      return min_until(here, place);
    case Action::PossessiveRepeat:
      if (!new_round(0, -1, m_.round_)) return no_memory();
      return possessive_round(here, place);
    case Action::Atomic:
      return enter_body(place) ? Step::On : no_memory();
    case Action::Assert:
    case Action::AssertNot:
      return assert_body(here, place);
    case Action::SubEnd:
      return leave_body(place);
    case Action::GroupRef:
      ++place.at;
      return group_repeats(here, &place.p) ? Step::On : Step::Back;
    case Action::GroupRefExists: {
      const int64_t from = m_.marks_[2 * here.a], to = m_.marks_[2 * here.a + 1];
      place.at = from < 0 || to < from ? here.target : place.at + 1;
      return Step::On;
    }
    case Action::Success:
      return succeed(place.p);
    default:
      return Step::Back;
  }
}

/// Whether there is a match at `start`.
template <class Char>
Outcome Engine<Char>::run(const Char* start) {
  m_.start_ = index(start);
  Place place{0, start};
  for (;;) {
    const Instruction& here = code_[place.at];
    Step step = Step::On;
    switch (here.action) {
      case Action::Literal:
      case Action::NotLiteral:
      case Action::Any:
      case Action::AnyAll:
      case Action::Set:
        step = place.p < end_ && takes(here, *place.p) ? Step::On : Step::Back;
        ++place.p;
        ++place.at;
        break;
      case Action::Text:
        step = is_text(here, place.p) ? Step::On : Step::Back;
        place.p += here.b;
        ++place.at;
        break;
      case Action::At:
        step = is_at(here.a, place.p) ? Step::On : Step::Back;
        ++place.at;
        break;
      case Action::Mark:
        step = set_mark(here, place);
        break;
      case Action::Jump:
        place.at = here.target;
        break;
      case Action::RepeatOne:
        step = repeat_one(here, place);
        break;
      default:
        step = perform(place);
        break;
    }
    while (step != Step::On) {
      if (step == Step::Out) return outcome_;
      step = back(place);
    }
  }
}

// ---- searching

/// The next place of the literal prefix, or null.
template <class Char>
const Char* Engine<Char>::find_prefix(const Char* p) const {
  const char32_t* wanted = program_->characters() + program_->prefix;
  const size_t length = program_->prefix_length;
  if (end_ - p < static_cast<int64_t>(length)) return nullptr;
  if constexpr (sizeof(Char) == 1) {
    char bytes[kMaxPrefix];
    for (size_t i = 0; i < length; ++i) {
      if (wanted[i] > 255) return nullptr;
      bytes[i] = static_cast<char>(wanted[i]);
    }
    const auto room = static_cast<size_t>(end_ - p);
    const void* found = length == 1 ? std::memchr(p, bytes[0], room) : memmem(p, room, bytes, length);
    return static_cast<const Char*>(found);
  }
  for (const Char* last = end_ - length; p <= last; ++p) {
    if (*p != wanted[0]) continue;
    size_t i = 1;
    while (i < length && p[i] == wanted[i]) ++i;
    if (i == length) return p;
  }
  return nullptr;
}

/// The next place up to `last` with a character that a match can start with, or null.
template <class Char>
const Char* Engine<Char>::find_first(const Char* p, const Char* last) const {
  const uint8_t* first = program_->first;
  if constexpr (sizeof(Char) == 1) {
    if (program_->only_first >= 0) {
      const auto room = static_cast<size_t>(last - p + 1);
      return static_cast<const Char*>(std::memchr(p, program_->only_first, room));
    }
    while (p <= last && first[*p] == 0) ++p;
  } else {
    const bool wide = program_->first_wide;
    while (p <= last && !(*p < 256 ? first[*p] != 0 : wide)) ++p;
  }
  return p <= last ? p : nullptr;
}

template <class Char>
Outcome Engine<Char>::search() {
  const Char* p = text_ + m_.range_.start;
  if (end_ - p < static_cast<int64_t>(program_->least)) return Outcome::NoMatch;
  if (program_->anchored) return run(p);
  const Char* last = end_ - program_->least;
  if (program_->has_first && last == end_) --last;
  for (; p <= last; ++p) {
    if (program_->prefix_length > 0) {
      p = find_prefix(p);
      if (p == nullptr) return Outcome::NoMatch;
      if (program_->whole_literal) {
        m_.start_ = index(p);
        m_.found_end_ = m_.start_ + program_->prefix_length;
        return Outcome::Match;
      }
    } else if (program_->has_first) {
      p = find_first(p, last);
      if (p == nullptr) return Outcome::NoMatch;
    }
    const Outcome outcome = run(p);
    if (outcome != Outcome::NoMatch) return outcome;
    if (program_->starts_with_any && !(m_.range_.must_advance && index(p) == m_.range_.start)) {
      // What the repeat in front takes from here on it has taken already.
      p = run_of(code_[1], p, end_);
    }
  }
  return Outcome::NoMatch;
}

#undef OURO_INLINE

}  // namespace ouro::vm::sre
