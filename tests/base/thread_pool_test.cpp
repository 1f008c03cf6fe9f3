#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace ouro {
namespace {

TEST(ThreadPool, DoesEveryItemOnce) {
  for (const size_t count : {0, 1, 7, 10000}) {
    for (const unsigned workers : {0u, 1u, 3u, 8u}) {
      std::vector<std::atomic<int>> done(count);
      std::vector<std::atomic<int>> busy(std::max(workers, 1u));
      EXPECT_TRUE(parallel_for(count, workers, [&](unsigned worker, size_t item) {
        ASSERT_LT(worker, busy.size());
        EXPECT_EQ(busy[worker]++, 0);
        ++done[item];
        --busy[worker];
      }));
      for (const auto& times : done) EXPECT_EQ(times, 1);
    }
  }
}

TEST(ThreadPool, ConsumesInOrderWithinTheWindow) {
  for (const size_t window : {0, 1, 2, 64}) {
    constexpr size_t kCount = 3000;
    std::vector<int> result(kCount, 0);
    std::atomic<size_t> consumed{0};
    const auto caller = std::this_thread::get_id();
    OrderedOptions options;
    options.window = window;
    EXPECT_TRUE(parallel_for_ordered(
        kCount, 4,
        [&](unsigned, size_t item) {
          EXPECT_LT(item, consumed + std::max<size_t>(window, 1));
          if (item % 97 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
          result[item] = static_cast<int>(item) + 1;
        },
        [&](size_t item) {
          EXPECT_EQ(std::this_thread::get_id(), caller);
          EXPECT_EQ(item, consumed);
          EXPECT_EQ(result[item], static_cast<int>(item) + 1);
          ++consumed;
        },
        options));
    EXPECT_EQ(consumed, kCount);
  }
}

TEST(ThreadPool, NothingToDoIsDone) {
  EXPECT_TRUE(parallel_for_ordered(0, 4, [](unsigned, size_t) { FAIL(); }, [](size_t) { FAIL(); }));
}

TEST(ThreadPool, StopsAndKeepsWhatWasDone) {
  std::atomic<bool> stop{false};
  std::atomic<size_t> worked{0};
  size_t consumed = 0;
  OrderedOptions options;
  options.stop = &stop;
  EXPECT_FALSE(parallel_for_ordered(
      100000, 3,
      [&](unsigned, size_t item) {
        if (item == 500) stop = true;
        ++worked;
      },
      [&](size_t) { ++consumed; }, options));
  EXPECT_EQ(consumed, worked);
  EXPECT_GE(consumed, 501u);
  EXPECT_LT(consumed, 100000u);
  EXPECT_FALSE(parallel_for(10, 2, [](unsigned, size_t) { FAIL(); }, &stop));
}

TEST(ThreadPool, StopEndsAWaitForRoom) {
  std::atomic<bool> stop{false};
  OrderedOptions options;
  options.stop = &stop;
  options.window = 1;
  EXPECT_FALSE(parallel_for_ordered(
      10, 2, [](unsigned, size_t) {},
      [&](size_t) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        stop = true;
      },
      options));
}

TEST(ThreadPool, TicksWhileWaiting) {
  int ticks = 0;
  OrderedOptions options;
  options.tick_milliseconds = 5;
  options.tick = [&] { ++ticks; };
  parallel_for_ordered(
      2, 1, [](unsigned, size_t) { std::this_thread::sleep_for(std::chrono::milliseconds(60)); },
      [](size_t) {}, options);
  EXPECT_GE(ticks, 3);
}

// Fills about 40 MiB of stack, more than threads get by default.
int deep(int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth == 0 ? frame[0] : deep(depth - 1) + (frame[0] != 0);
}

TEST(ThreadPool, WorkersHaveDeepStacks) {
  int result = 0;
  run_with_worker_stack([&] { result = deep(10000); });
  EXPECT_GT(result, 0);
  EXPECT_GE(available_processors(), 1u);
}

}  // namespace
}  // namespace ouro
