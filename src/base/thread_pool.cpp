#include "base/thread_pool.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ouro {

namespace {

void* run_function(void* argument) {
  (*static_cast<const std::function<void()>*>(argument))();
  return nullptr;
}

/// A thread with a stack of our size; joined at the end of its life.
class WorkerThread {
 public:
  explicit WorkerThread(std::function<void()> function) : function_(std::move(function)) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kWorkerStackBytes);
    started_ = pthread_create(&thread_, &attributes, run_function, &function_) == 0;
    pthread_attr_destroy(&attributes);
  }
  ~WorkerThread() {
    if (started_) pthread_join(thread_, nullptr);
  }
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  bool started() const { return started_; }

 private:
  std::function<void()> function_;
  pthread_t thread_{};
  bool started_ = false;
};

using Work = std::function<void(unsigned worker, size_t item)>;

/// Starts up to `workers` threads that run loop(worker), runs `meanwhile` on the calling thread, and waits
/// for the threads. False when the system gave no thread at all; then nothing has run.
bool run_workers(unsigned workers, const std::function<void(unsigned)>& loop,
                 const std::function<void()>& meanwhile) {
  std::vector<std::unique_ptr<WorkerThread>> threads;
  for (unsigned worker = 0; worker < workers; ++worker) {
    auto thread = std::make_unique<WorkerThread>([&loop, worker] { loop(worker); });
    if (!thread->started()) break;
    threads.push_back(std::move(thread));
  }
  if (threads.empty()) return false;
  meanwhile();
  return true;
}

unsigned useful_workers(size_t count, unsigned workers) {
  return static_cast<unsigned>(std::clamp<size_t>(workers, 1, std::max<size_t>(count, 1)));
}

bool is_set(const std::atomic<bool>* stop) {
  return stop != nullptr && stop->load(std::memory_order_relaxed);
}

/// What parallel_for_ordered's workers and its caller share: which items were handed out, which are done and
/// which were consumed.
class OrderedQueue {
 public:
  OrderedQueue(size_t count, size_t window, const std::atomic<bool>* stop)
      : count_(count), window_(std::max<size_t>(window, 1)), stop_(stop), done_(window_, false) {}

  /// The next item to work on; false when there are none left. Waits while the window is full.
  bool take(size_t* item) {
    std::unique_lock lock(mutex_);
    while (next_ < count_ && !is_set(stop_) && !closed_ && next_ - consumed_ >= window_)
      room_.wait_for(lock, kPoll);
    if (next_ >= count_ || closed_ || is_set(stop_)) return false;
    *item = next_++;
    return true;
  }

  void finish(size_t item) {
    const std::lock_guard lock(mutex_);
    done_[item % window_] = true;
    ++unseen_;
    // Waking the consumer costs more than consuming: it is called for a batch, and looks by itself at each
    // tick.
    if (unseen_ >= kBatch || next_ - consumed_ >= window_ || next_ >= count_) ready_.notify_one();
  }

  enum class Next { Ready, Waiting, End };

  /// Whether the next item in order is done; waits up to `timeout` for it.
  Next wait_next(size_t* item, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    unseen_ = 0;
    auto settled = [&] { return done_[consumed_ % window_] || nothing_left(); };
    if (!settled()) ready_.wait_for(lock, timeout, settled);
    *item = consumed_;
    if (consumed_ < count_ && done_[consumed_ % window_]) return Next::Ready;
    return nothing_left() ? Next::End : Next::Waiting;
  }

  void mark_consumed() {
    const std::lock_guard lock(mutex_);
    done_[consumed_ % window_] = false;
    ++consumed_;
    room_.notify_one();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

  bool complete() const { return consumed_ == count_; }

 private:
  static constexpr size_t kBatch = 32;
  static constexpr std::chrono::milliseconds kPoll{50};  // for the stop flag, which wakes nobody

  /// No item is out that could still come.
  bool nothing_left() const { return consumed_ == count_ || (consumed_ == next_ && is_set(stop_)); }

  const size_t count_;
  const size_t window_;
  const std::atomic<bool>* stop_;
  std::mutex mutex_;
  size_t unseen_ = 0;  // items finished since the consumer last looked
  std::condition_variable room_;
  std::condition_variable ready_;
  std::vector<bool>
      done_;  // of the items consumed_ .. consumed_ + window_ - 1, at their number modulo window_
  size_t next_ = 0;
  size_t consumed_ = 0;
  bool closed_ = false;
};

void consume_in_order(OrderedQueue& queue, const std::function<void(size_t)>& consume,
                      const OrderedOptions& options) {
  using Clock = std::chrono::steady_clock;
  const std::chrono::milliseconds interval(std::max(options.tick_milliseconds, 1u));
  auto next_tick = Clock::now() + interval;
  while (true) {
    size_t item = 0;
    const OrderedQueue::Next next = queue.wait_next(&item, interval);
    if (next == OrderedQueue::Next::End) break;
    if (next == OrderedQueue::Next::Ready) {
      consume(item);
      queue.mark_consumed();
    }
    if (options.tick && Clock::now() >= next_tick) {
      options.tick();
      next_tick = Clock::now() + interval;
    }
  }
  queue.close();
}

}  // namespace

unsigned available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    if (const int count = CPU_COUNT(&set); count > 0) return static_cast<unsigned>(count);
  }
  return std::max(std::thread::hardware_concurrency(), 1u);
}

bool parallel_for(size_t count, unsigned workers, const Work& work, const std::atomic<bool>* stop) {
  std::atomic<size_t> next{0};
  std::atomic<size_t> finished{0};
  auto loop = [&](unsigned worker) {
    while (!is_set(stop)) {
      const size_t item = next.fetch_add(1, std::memory_order_relaxed);
      if (item >= count) break;
      work(worker, item);
      finished.fetch_add(1, std::memory_order_relaxed);
    }
  };
  if (!run_workers(useful_workers(count, workers), loop, [] {})) loop(0);
  return finished.load() == count;
}

bool parallel_for_ordered(size_t count, unsigned workers, const Work& work,
                          const std::function<void(size_t item)>& consume, const OrderedOptions& options) {
  OrderedQueue queue(count, std::min(options.window, std::max<size_t>(count, 1)), options.stop);
  auto loop = [&](unsigned worker) {
    size_t item = 0;
    while (queue.take(&item)) {
      work(worker, item);
      queue.finish(item);
    }
  };
  const auto meanwhile = [&] { consume_in_order(queue, consume, options); };
  if (run_workers(useful_workers(count, workers), loop, meanwhile)) return queue.complete();
  for (size_t item = 0; item < count; ++item) {
    if (is_set(options.stop)) return false;
    work(0, item);
    consume(item);
  }
  return true;
}

namespace {

thread_local StackArea own_area;

/// What a switch between stacks needs; the new stack's first function finds it here.
struct Switch {
  const std::function<void()>* function;
  ucontext_t here, there;
};
thread_local Switch* current_switch = nullptr;

void run_switched() {
  (*current_switch->function)();
}

/// False when there is no memory for the stack; then nothing has run.
bool run_on_own_stack(const std::function<void()>& function) {
  constexpr size_t kGuardBytes = size_t{64} << 10;
  void* memory = mmap(nullptr, kWorkerStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return false;
  mprotect(memory, kGuardBytes, PROT_NONE);
  char* low = static_cast<char*>(memory) + kGuardBytes;
  Switch both{.function = &function, .here = {}, .there = {}};
  getcontext(&both.there);
  both.there.uc_stack.ss_sp = low;
  both.there.uc_stack.ss_size = kWorkerStackBytes - kGuardBytes;
  both.there.uc_link = &both.here;
  makecontext(&both.there, run_switched, 0);
  const StackArea outer = own_area;
  Switch* const outer_switch = current_switch;
  own_area = {low, static_cast<char*>(memory) + kWorkerStackBytes};
  current_switch = &both;
  swapcontext(&both.here, &both.there);
  current_switch = outer_switch;
  own_area = outer;
  munmap(memory, kWorkerStackBytes);
  return true;
}

// The sanitizers know the stacks of threads only.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMaySwitch = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kMaySwitch = false;
#else
constexpr bool kMaySwitch = true;
#endif
#else
constexpr bool kMaySwitch = true;
#endif

}  // namespace

StackArea own_stack_area() {
  return own_area;
}

void run_with_worker_stack(const std::function<void()>& function) {
  if (kMaySwitch && run_on_own_stack(function)) return;
  WorkerThread thread(function);
  if (!thread.started()) function();
}

}  // namespace ouro
