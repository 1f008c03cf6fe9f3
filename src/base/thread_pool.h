// Spreading independent items over threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

namespace ouro {

/// Stack of a worker thread: the same whatever `ulimit -s` says, so that the depth at which a recursive
/// function gives up does not depend on the environment.
constexpr size_t kWorkerStackBytes = size_t{64} << 20;

/// The number of processors this process may use, at least 1.
unsigned available_processors();

/// Calls work(worker, item) once for every item below `count`, on `workers` threads (at least 1 is used);
/// worker numbers are below `workers`, and no two calls with the same number overlap. Items are handed out in
/// order, one at a time. Returns when all calls have; false when *stop was set and items were left out.
bool parallel_for(size_t count, unsigned workers,
                  const std::function<void(unsigned worker, size_t item)>& work,
                  const std::atomic<bool>* stop = nullptr);

struct OrderedOptions {
  size_t window = 1024;                     // how far the work may run ahead of consume(); at least 1
  const std::atomic<bool>* stop = nullptr;  // no item is started after this is set
  std::function<void()> tick;               // called on the calling thread about every tick_milliseconds
  unsigned tick_milliseconds = 100;
};

/// parallel_for whose results are taken in order: consume(item) is called on the calling thread, for item 0,
/// 1, 2, ... each after its work has returned. After a stop, the items whose work ran without a gap are still
/// consumed. Returns false when items were left out.
bool parallel_for_ordered(size_t count, unsigned workers,
                          const std::function<void(unsigned worker, size_t item)>& work,
                          const std::function<void(size_t item)>& consume,
                          const OrderedOptions& options = {});

/// Runs `function` with kWorkerStackBytes of stack: on the calling thread, so that signals and the process's
/// number are the main thread's when it is that one; on a thread of its own where that cannot be.
void run_with_worker_stack(const std::function<void()>& function);

/// The stack that run_with_worker_stack has put the calling thread on, from its lowest address to the one
/// behind it; null where the thread runs on the stack that the system gave it.
struct StackArea {
  const char* low = nullptr;
  const char* high = nullptr;
};
StackArea own_stack_area();

}  // namespace ouro
