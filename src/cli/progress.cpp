#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cli/console.h"

namespace ouro::cli {

void ProgressBar::draw() {
  if (!enabled_ || total_ == 0) return;
  const auto now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  if (elapsed < 1.0 || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const double rate = static_cast<double>(done_) / elapsed;
  const double left = rate > 0 ? static_cast<double>(total_ - done_) / rate : 0;
  const std::string tail = fmt::format(" {}/{} files  {:.0f}/s  {:02}:{:02} left", done_, total_, rate,
                                       static_cast<int>(left) / 60, static_cast<int>(left) % 60);
  const int width = std::clamp(terminal_width() - static_cast<int>(tail.size()) - 4, 0, 40);
  const auto filled = static_cast<size_t>(width) * done_ / total_;
  std::string bar(filled, '#');
  bar.resize(static_cast<size_t>(width), '-');
  write_err(fmt::format("\r\x1b[K[{}]{}", bar, tail));
  shown_ = true;
}

void ProgressBar::clear() {
  if (!shown_) return;
  write_err("\r\x1b[K");
  shown_ = false;
}

}  // namespace ouro::cli
