// Work that needs more stack than the calling thread has left, and none of the machine: the compiler, when a
// program compiles from deep down or on a thread with a small stack.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

namespace ouro::cli {

/// Runs work on a thread with a large stack while the calling thread waits, and answers its questions there.
class LargeStack {
 public:
  /// False: the system gives no thread, and nothing has run.
  bool run(const std::function<void()>& work);
  /// Called by the work: runs `question` on the thread that called run().
  void ask(const std::function<void()>& question);

 private:
  static void* start(void* self);

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
  const std::function<void()>* question_ = nullptr;
  bool done_ = false;
};

}  // namespace ouro::cli
