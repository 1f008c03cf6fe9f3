#include "vm/modules/sre/matcher.h"

#include <algorithm>

#include "vm/modules/sre/engine.h"
#include "vm/object/exceptions.h"

namespace ouro::vm::sre {

Result<bool> Matcher::prepare() {
  const size_t count = size_t{program_->groups} * 2;
  if (count > kFewMarks && marks_ == few_marks_) {
    auto* room = static_cast<int64_t*>(std::malloc(count * sizeof(int64_t)));
    if (room == nullptr) return raise_no_memory();
    marks_ = room;
  }
  std::fill_n(marks_, count, -1);
  last_index_ = -1;
  round_ = 0;
  barrier_ = 0;
  choices_.drop_to(0);
  rounds_.drop_to(0);
  trail_.drop_to(0);
  return true;
}

Result<bool> Matcher::report(Outcome outcome) {
  if (outcome == Outcome::NoMemory) return raise_no_memory();
  if (outcome == Outcome::Interrupted) return Raised{};
  return outcome == Outcome::Match;
}

Result<bool> Matcher::match(const Range& range) {
  TRY(prepare());
  range_ = range;
  if (range.start > range.end) {
    if (range.whole) return false;
    range_.end = range.start;
  }
  if (range_.end - range_.start < static_cast<int64_t>(program_->least)) return false;
  switch (range.width) {
    case 1: {
      Engine<uint8_t> engine(*this);
      return report(engine.run(static_cast<const uint8_t*>(range.data) + range.start));
    }
    case 2: {
      Engine<char16_t> engine(*this);
      return report(engine.run(static_cast<const char16_t*>(range.data) + range.start));
    }
    default: {
      Engine<char32_t> engine(*this);
      return report(engine.run(static_cast<const char32_t*>(range.data) + range.start));
    }
  }
}

Result<bool> Matcher::search(const Range& range) {
  if (range.start > range.end) return false;
  TRY(prepare());
  range_ = range;
  switch (range.width) {
    case 1:
      return report(Engine<uint8_t>(*this).search());
    case 2:
      return report(Engine<char16_t>(*this).search());
    default:
      return report(Engine<char32_t>(*this).search());
  }
}

}  // namespace ouro::vm::sre
