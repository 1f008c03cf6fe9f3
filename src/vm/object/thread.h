// What belongs to one thread of Python code.
#pragma once

#include "vm/heap/object.h"
#include "vm/object/result.h"

namespace ouro::vm {

struct Frame;
struct Exception;
struct Generator;

/// The exceptions being handled: one entry per running generator, and one for the thread (sys.exc_info).
struct HandledException {
  Value exception;  // null: none
  HandledException* previous;
};

struct Thread {
  Exception* exception = nullptr;       // raised and not yet caught
  HandledException* handled = nullptr;  // innermost
  HandledException handled_base = {};
  Frame* frame = nullptr;       // running now; null: none
  Value* stack_base = nullptr;  // the register stack
  Value* stack_limit = nullptr;
  Value* stack_top = nullptr;          // first free word above the running frame (kept while C++ runs)
  const char* native_limit = nullptr;  // lowest address the C++ stack may reach
  int32_t recursion_depth = 0;         // Python frames
  int32_t recursion_limit = 1000;
  int32_t recursion_headroom = 0;
  Value trace_function, profile_function;
  int32_t tracing = 0;  // depth of running trace functions
  Value async_gen_first, async_gen_finalizer;
  Value context;  // contextvars
  uint64_t context_version = 0;
  int32_t origin_depth = 0;  // sys.set_coroutine_origin_tracking_depth
  Value dict;                // threading.local storage
  uint64_t id = 0;
  const void* const* dispatch_table = nullptr;  // the interpreter's handlers: others while traced
  Value stop_value;            // what the last Value::stop() stood for, see next_with_result; null: None
  bool raising_again = false;  // the traceback has an entry for the frame already
  uint64_t outcome = 0;        // what the loop is left with: bits of a Result<Value>
  Thread* next = nullptr;
};

extern thread_local constinit Thread* current_thread __attribute__((tls_model("initial-exec")));
inline Thread* thread() {
  return current_thread;
}

/// RecursionError when the C++ stack is nearly used up. For C++ functions that Python data can make recurse.
Status check_recursion_slow(const char* where);
inline Status check_recursion(const char* where = "") {
  if (static_cast<const char*>(__builtin_frame_address(0)) < thread()->native_limit) [[unlikely]]
    return check_recursion_slow(where);
  return {};
}

/// Counts as a level of recursion while it lives, as a Python frame does: what recurses through C++ alone
/// (repr, comparison, isinstance) ends at sys.getrecursionlimit() too.
class RecursionScope {
 public:
  RecursionScope() = default;
  ~RecursionScope() {
    if (entered_) --thread()->recursion_depth;
  }
  RecursionScope(const RecursionScope&) = delete;
  RecursionScope& operator=(const RecursionScope&) = delete;

  Status enter(const char* where) {
    Thread* self = thread();
    if (self->recursion_depth >= self->recursion_limit + self->recursion_headroom ||
        static_cast<const char*>(__builtin_frame_address(0)) < self->native_limit) [[unlikely]]
      return check_recursion_slow(where);
    ++self->recursion_depth;
    entered_ = true;
    return {};
  }

 private:
  bool entered_ = false;
};

// ---- the global lock. Held by whoever runs Python code or touches the heap.

/// Around a blocking system call: others may run, this thread's stack is still scanned.
class ReleaseLock {
 public:
  ReleaseLock();
  ~ReleaseLock();
  ReleaseLock(const ReleaseLock&) = delete;
  ReleaseLock& operator=(const ReleaseLock&) = delete;
};

/// Something wants the interpreter's attention at its next safe point: a signal, another thread waiting for
/// the lock, pending finalisers, a time or memory limit. A set of AttentionBits; 0: nothing.
extern volatile int attention;
enum AttentionBits : int {
  kAttentionLock = 1,        // another thread waits: call yield_lock()
  kAttentionSignal = 2,      // a signal handler is to run
  kAttentionFinalizers = 4,  // run_pending_finalizers()
  kAttentionLimit = 8,       // a memory or time limit is passed
  kAttentionException = 16,  // an exception was sent to a thread (PyThreadState_SetAsyncExc)
  kAttentionTrace = 32,      // tracing was switched on or off
};
/// Both may be called from any thread and from signal handlers.
void request_attention(int bits);
void clear_attention(int bits);
/// Lets a waiting thread have the lock, and comes back when it is this thread's turn again.
void yield_lock();
/// sys.setswitchinterval, in microseconds.
void set_switch_interval(int64_t microseconds);
int64_t switch_interval();

/// The Thread of a new operating-system thread, made current, with the lock held; `stack_size` is that of its
/// C++ stack (0: ask the system). detach_thread frees it and lets the lock go.
Thread* attach_thread(size_t stack_size = 0);
void detach_thread();
/// Makes and frees a thread's register stack. Set by interp/ before threads start.
void set_thread_hooks(void (*prepare)(Thread* thread), void (*dispose)(Thread* thread));
/// All threads, linked through `next`; only with the lock held.
Thread* first_thread();
/// In the child after fork(): this thread is the only one left and holds the lock.
void threads_after_fork();

}  // namespace ouro::vm
