#include "vm/object/ending.h"

#include <atomic>

#include "vm/object/exceptions.h"

namespace ouro::vm {

namespace {

std::atomic<bool> requested{false};
/// Back to this one from the limit that makes every check of the recursion take the slow way.
thread_local constinit const char* usual_limit = nullptr;

}  // namespace

void request_end() {
  requested.store(true);
  request_attention(kAttentionLimit);
  if (Thread* self = thread(); self != nullptr)
    self->native_limit = reinterpret_cast<const char*>(UINTPTR_MAX);
}

bool end_requested() {
  return requested.load(std::memory_order_relaxed);
}

void cancel_end() {
  requested.store(false);
  clear_attention(kAttentionLimit);
  thread()->native_limit = usual_limit;
}

void set_usual_native_limit(const char* limit) {
  usual_limit = limit;
}

Status check_end() {
  if (!end_requested()) return {};
  if (exception_pending()) return Raised{};
  return raise(types.MemoryError, "the limits of this run are passed");
}

}  // namespace ouro::vm
