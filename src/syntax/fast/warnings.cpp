#include "syntax/fast/warnings.h"

namespace ouro::syntax::fast {

WarningLog::Entry WarningLog::keep(uint32_t place, const Warning& warning) {
  Entry entry{place, warning};
  entry.warning.message = arena_.copy(warning.message);
  return entry;
}

bool WarningLog::LexerSink::warn(const Warning& warning) {
  const uint32_t place = log.stream_ != nullptr ? log.stream_->lexed_end() : 0;
  log.numbers_.push_back(log.keep(place, warning));
  return false;
}

bool WarningLog::StringSink::warn(const Warning& warning) {
  log.strings_.push_back(log.keep(log.string_place_, warning));
  return false;
}

size_t WarningLog::forward(WarningSink& sink, bool* raised) {
  size_t given = 0;
  size_t number = 0;
  size_t string = 0;
  *raised = false;
  while (number < numbers_.size() || string < strings_.size()) {
    const bool take_number = string == strings_.size() ||
                             (number < numbers_.size() && numbers_[number].place <= strings_[string].place);
    const Entry& next = take_number ? numbers_[number++] : strings_[string++];
    ++given;
    if (sink.warn(next.warning)) {
      *raised = true;
      break;
    }
  }
  return given;
}

}  // namespace ouro::syntax::fast
