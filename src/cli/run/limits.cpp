// Memory: the first allocation that a full collection makes no room for raises MemoryError, which the program
// may handle. Time: the processor time of the whole process. When it is used up, the running code is unwound,
// whatever it catches; a thread that does not get that far within a second is cut off.
#include "cli/run/limits.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cmath>
#include <ctime>
#include <optional>

#include "cli/console.h"
#include "vm/heap/heap.h"
#include "vm/interp/interpreter.h"
#include "vm/object/ending.h"

namespace ouro::cli {

namespace {

std::atomic<bool> memory_is_short{false};
double time_limit = 0;
std::atomic<bool> time_is_up{false};

/// "512", "512K", "1.5G".
std::optional<double> number_with_unit(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number > 0)) return std::nullopt;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (unit.empty()) return number;
  if (unit == "K" || unit == "k") return number * 1024;
  if (unit == "M" || unit == "m") return number * 1024 * 1024;
  if (unit == "G" || unit == "g") return number * 1024 * 1024 * 1024;
  return std::nullopt;
}

void note_exhausted() {
  memory_is_short.store(true);
  vm::request_attention(vm::kAttentionLimit);
}

vm::Status raise_when_exhausted() {
  if (!memory_is_short.exchange(false)) return {};
  vm::clear_attention(vm::kAttentionLimit);
  return vm::raise_no_memory();
}

void sleep_for(double seconds) {
  timespec left{static_cast<time_t>(seconds), static_cast<long>(std::fmod(seconds, 1.0) * 1e9)};
  while (nanosleep(&left, &left) != 0) {
  }
}

double processor_time() {
  timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

/// Waits, on a thread of its own, until the time is used up.
void* watch_time(void*) {
  for (double left; (left = time_limit - processor_time()) > 0;) sleep_for(std::max(left, 0.001));
  time_is_up.store(true);
  vm::request_end();
  sleep_for(1);
  ended_by_limit();
  _exit(kLimitExitCode);
}

bool start_watch() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t watcher;
  const bool started = pthread_create(&watcher, &attributes, watch_time, nullptr) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace

std::string start_limits(const PythonOptions& options) {
  if (const auto text = options.x_option("ouro-max-memory")) {
    const auto bytes = number_with_unit(*text);
    if (!bytes) return fmt::format("-X ouro-max-memory={}: not a number of bytes", *text);
    vm::add_safe_point_action(raise_when_exhausted);
    vm::set_memory_limit(static_cast<uint64_t>(*bytes), note_exhausted);
  }
  if (const auto text = options.x_option("ouro-max-time")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), time_limit);
    if (error != std::errc() || end != text->data() + text->size() || !(time_limit > 0))
      return fmt::format("-X ouro-max-time={}: not a number of seconds", *text);
    if (!start_watch()) return "-X ouro-max-time: the system gives no thread";
  }
  return {};
}

bool ended_by_limit() {
  if (!time_is_up.load()) return false;
  write_err(fmt::format("ouro: the program was ended: its time limit of {} s is passed\n", time_limit));
  return true;
}

}  // namespace ouro::cli
