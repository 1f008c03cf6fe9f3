// Matching a program against a text: backtracking with stacks of its own, so that no text and no pattern can
// exhaust the C++ stack.
//
// What may have to be tried otherwise is a Choice on the stack of choices; going back takes the last one.
// Marks are set in place and their old values put on the trail, which going back unwinds to the height that
// the choice noted. A repeat's count is an immutable Round, so that going back is only a matter of which
// round is the current one. The bodies of assertions, atomic groups and possessive repeats are marked off by
// a barrier on the stack of choices: their success drops everything above it.
#pragma once

#include <cstdlib>
#include <cstring>

#include "vm/modules/sre/program.h"

namespace ouro::vm::sre {

enum class Outcome : uint8_t { NoMatch, Match, NoMemory, Interrupted };

/// A stack of plain records: a few of them lie here, more in memory of malloc.
template <class T, size_t kFew>
class Stack {
 public:
  Stack() = default;
  ~Stack() {
    if (items_ != few_) std::free(items_);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  uint32_t height() const { return height_; }
  bool empty() const { return height_ == 0; }
  void drop_to(uint32_t height) { height_ = height; }
  T& top() { return items_[height_ - 1]; }
  void pop() { --height_; }
  T& operator[](uint32_t i) { return items_[i]; }
  /// False: no memory, or more than a match may use.
  bool push(const T& item) {
    if (height_ == capacity_ && !grow()) [[unlikely]]
      return false;
    items_[height_++] = item;
    return true;
  }

 private:
  static constexpr size_t kMostBytes = size_t{1} << 31;
  bool grow() {
    const size_t bytes = size_t{capacity_} * 2 * sizeof(T);
    if (bytes > kMostBytes) return false;
    auto* bigger = static_cast<T*>(std::malloc(bytes));
    if (bigger == nullptr) return false;
    std::memcpy(static_cast<void*>(bigger), items_, height_ * sizeof(T));
    if (items_ != few_) std::free(items_);
    items_ = bigger;
    capacity_ *= 2;
    return true;
  }

  T few_[kFew];
  T* items_ = few_;
  uint32_t height_ = 0, capacity_ = kFew;
};

enum class ChoiceKind : uint8_t {
  Branch,       // the next way, from entry `limit` on
  GiveBack,     // RepeatOne with one character fewer, not below `limit`
  TakeMore,     // MinRepeatOne with one more, `limit` more at most
  LeaveRepeat,  // MaxUntil: what follows
  RepeatAgain,  // MinUntil: the body once more
  Barrier,      // `limit`: the barrier below
};

struct Choice {
  ChoiceKind kind;
  uint32_t instruction;
  int64_t position;
  int64_t limit;
  uint32_t round, rounds;  // the current one, and the height of their stack
  uint32_t trail;
};

struct Round {
  int64_t count;
  int64_t last;  // where the round before started, to notice empty ones; -1: none
  uint32_t outer;
};

struct OldMark {
  uint32_t mark;
  int32_t last_index;
  int64_t position;
};

/// What is searched, and where: positions are in characters from `data`.
struct Range {
  const void* data = nullptr;
  uint8_t width = 1;
  int64_t start = 0, end = 0;
  bool whole = false;         // the match must end at `end`
  bool must_advance = false;  // no empty match at `start`
};

/// Matches one program; may be used again and again.
class Matcher {
 public:
  explicit Matcher(const Program* program) : program_(program) {}
  ~Matcher() {
    if (marks_ != few_marks_) std::free(marks_);
  }
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  /// At range.start; raises MemoryError, or what a signal's handler raises.
  Result<bool> match(const Range& range);
  /// At the first place from range.start on.
  Result<bool> search(const Range& range);

  // Of the last success.
  int64_t found_start() const { return start_; }
  int64_t found_end() const { return found_end_; }
  int32_t last_index() const { return last_index_; }
  /// Where a group from 0 starts and ends; false: it took no part.
  bool group(uint32_t index, int64_t* start, int64_t* end) const {
    *start = marks_[2 * index];
    *end = marks_[2 * index + 1];
    return *start >= 0 && *end >= 0;
  }

 private:
  template <class Char>
  friend class Engine;
  Result<bool> prepare();
  Result<bool> report(Outcome outcome);

  static constexpr size_t kFewMarks = 20;
  const Program* program_;
  Range range_;
  int64_t start_ = 0, found_end_ = 0;
  int64_t few_marks_[kFewMarks];
  int64_t* marks_ = few_marks_;
  int32_t last_index_ = -1;
  uint32_t round_ = 0;
  uint32_t barrier_ = 0;
  uint32_t ticks_ = 0;
  Stack<Choice, 24> choices_;
  Stack<Round, 16> rounds_;
  Stack<OldMark, 24> trail_;
};

}  // namespace ouro::vm::sre
