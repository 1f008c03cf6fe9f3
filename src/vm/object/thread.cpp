// Threads and the global lock.
//
// One thread at a time runs Python code. The lock is handed over fairly: a thread that has waited for a whole
// switch interval asks for attention, and the holder, at its next safe point, gives the lock to the one that
// has waited longest and queues up behind. A thread about to block lets the lock go (ReleaseLock); its C++
// stack is then scanned from where it stood.
#include "vm/object/thread.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/thread_pool.h"
#include "vm/heap/heap.h"
#include "vm/object/ending.h"
#include "vm/object/exceptions.h"
#include "vm/object/runtime_start.h"

namespace ouro::vm {

thread_local constinit Thread* current_thread __attribute__((tls_model("initial-exec"))) = nullptr;
volatile int attention = 0;

namespace {

/// C++ stack that stays free: for signal handlers, libraries, and for raising the RecursionError itself.
constexpr size_t kStackReserve = 192 * 1024;
constexpr size_t kDefaultStackSize = 8 * 1024 * 1024;
constexpr size_t kLargestUsedStack = size_t{512} * 1024 * 1024;

struct Waiter {
  std::condition_variable turn;
  bool has_lock = false;
};

struct GlobalLock {
  std::mutex mutex;
  std::deque<Waiter*> waiters;
  bool held = false;
};
// Never destroyed: threads may still wait in it when the process ends.
GlobalLock& lock() {
  static auto* instance = new GlobalLock;
  return *instance;
}

std::atomic<int64_t> interval_us{5000};
std::atomic<uint64_t> last_thread_id{0};
Thread* threads = nullptr;
void (*prepare_hook)(Thread*) = nullptr;
void (*dispose_hook)(Thread*) = nullptr;

void acquire() {
  GlobalLock& global = lock();
  std::unique_lock guard(global.mutex);
  if (!global.held && global.waiters.empty()) {
    global.held = true;
    return;
  }
  Waiter self;
  global.waiters.push_back(&self);
  while (!self.has_lock) {
    const auto interval = std::chrono::microseconds(interval_us.load());
    self.turn.wait_for(guard, interval);
    if (!self.has_lock && global.waiters.front() == &self) request_attention(kAttentionLock);
  }
}

void release() {
  GlobalLock& global = lock();
  std::lock_guard guard(global.mutex);
  if (global.waiters.empty()) {
    global.held = false;
    return;
  }
  Waiter* next = global.waiters.front();
  global.waiters.pop_front();
  next->has_lock = true;
  next->turn.notify_one();
}

void trace_thread(const Thread* thread, Tracer& tracer) {
  tracer.visit(reinterpret_cast<Object*>(thread->exception));
  for (const HandledException* at = thread->handled; at != nullptr; at = at->previous)
    tracer.visit(at->exception);
  tracer.visit(thread->handled_base.exception);
  tracer.visit(thread->trace_function);
  tracer.visit(thread->profile_function);
  tracer.visit(thread->async_gen_first);
  tracer.visit(thread->async_gen_finalizer);
  tracer.visit(thread->context);
  tracer.visit(thread->dict);
}

void trace_threads(Tracer& tracer) {
  for (const Thread* thread = threads; thread != nullptr; thread = thread->next) trace_thread(thread, tracer);
}

/// The lowest and the highest address of this thread's stack that we use.
struct StackBounds {
  const char* low;
  const char* high;
};
StackBounds stack_bounds(size_t stack_size) {
  const char* here = static_cast<const char*>(__builtin_frame_address(0));
  if (const StackArea area = own_stack_area(); area.low != nullptr) return {area.low, area.high};
  StackBounds bounds{here - (stack_size != 0 ? stack_size : kDefaultStackSize), here};
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    void* address = nullptr;
    size_t size = 0;
    if (pthread_attr_getstack(&attributes, &address, &size) == 0 && size != 0) {
      bounds.low = static_cast<const char*>(address);
      bounds.high = bounds.low + size;
    }
    pthread_attr_destroy(&attributes);
  }
  if (bounds.high - bounds.low > static_cast<ptrdiff_t>(kLargestUsedStack))
    bounds.low = bounds.high - kLargestUsedStack;
  return bounds;
}

void set_native_limit(Thread* thread, const StackBounds& bounds) {
  const size_t size = bounds.high - bounds.low;
  thread->native_limit = bounds.low + std::min(kStackReserve, size / 4);
  set_usual_native_limit(thread->native_limit);
}

}  // namespace

void set_thread_hooks(void (*prepare)(Thread* thread), void (*dispose)(Thread* thread)) {
  prepare_hook = prepare;
  dispose_hook = dispose;
  if (prepare == nullptr) return;
  for (Thread* at = threads; at != nullptr; at = at->next) {
    if (at->stack_base == nullptr) prepare(at);
  }
}

Thread* first_thread() {
  return threads;
}

void start_threads() {
  add_root_visitor(trace_threads);
  attach_thread();
}

Thread* attach_thread(size_t stack_size) {
  const StackBounds bounds = stack_bounds(stack_size);
  acquire();
  enter_thread(bounds.high);
  auto* thread = new Thread;
  thread->handled = &thread->handled_base;
  thread->id = ++last_thread_id;
  set_native_limit(thread, bounds);
  if (threads != nullptr) thread->recursion_limit = threads->recursion_limit;
  Thread** end = &threads;
  while (*end != nullptr) end = &(*end)->next;
  *end = thread;
  current_thread = thread;
  if (prepare_hook != nullptr) prepare_hook(thread);
  return thread;
}

void detach_thread() {
  Thread* thread = current_thread;
  if (dispose_hook != nullptr) dispose_hook(thread);
  Thread** at = &threads;
  while (*at != thread) at = &(*at)->next;
  *at = thread->next;
  current_thread = nullptr;
  delete thread;
  exit_thread();
  release();
}

void threads_after_fork() {
  GlobalLock& global = lock();
  new (&global) GlobalLock;
  global.held = true;
  for (Thread* at = threads; at != nullptr;) {
    Thread* next = at->next;
    if (at != current_thread) {
      if (dispose_hook != nullptr) dispose_hook(at);
      delete at;
    }
    at = next;
  }
  threads = current_thread;
  current_thread->next = nullptr;
  clear_attention(kAttentionLock);
}

ReleaseLock::ReleaseLock() {
  leave_heap();
  release();
}

ReleaseLock::~ReleaseLock() {
  const int saved = errno;
  acquire();
  return_to_heap();
  errno = saved;
}

void yield_lock() {
  clear_attention(kAttentionLock);
  {
    GlobalLock& global = lock();
    std::lock_guard guard(global.mutex);
    if (global.waiters.empty()) return;
  }
  leave_heap();
  release();
  acquire();
  return_to_heap();
}

void request_attention(int bits) {
  __atomic_fetch_or(&attention, bits, __ATOMIC_SEQ_CST);
}
void clear_attention(int bits) {
  __atomic_fetch_and(&attention, ~bits, __ATOMIC_SEQ_CST);
}

void set_switch_interval(int64_t microseconds) {
  interval_us = std::max<int64_t>(1, microseconds);
}
int64_t switch_interval() {
  return interval_us;
}

Status check_recursion_slow(const char* where) {
  TRY(check_end());
  Thread* self = thread();
  const char* limit = self->native_limit;
  // Room to make the exception; what runs meanwhile checks against the lower limit.
  self->native_limit = limit - kStackReserve / 2;
  const char* space = *where != 0 && *where != ' ' ? " " : "";
  raise(types.RecursionError, "maximum recursion depth exceeded{}{}", space, where);
  self->native_limit = limit;
  return Raised{};
}

}  // namespace ouro::vm
