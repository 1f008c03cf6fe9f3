// A progress bar on a terminal's last line.
#pragma once

#include <chrono>
#include <cstddef>

namespace ouro::cli {

/// Draws on standard error when that is a terminal and the work has lasted a second; else does nothing.
class ProgressBar {
 public:
  explicit ProgressBar(bool enabled) : enabled_(enabled), start_(Clock::now()) {}
  void begin(size_t total) { total_ = total; }
  void advance() { ++done_; }
  /// Draws at most ten times a second.
  void draw();
  /// Takes the bar away, before other output goes to the terminal and at the end.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool enabled_;
  bool shown_ = false;
  size_t total_ = 0;
  size_t done_ = 0;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace ouro::cli
