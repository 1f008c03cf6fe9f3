#include "cli/run/large_stack.h"

#include <pthread.h>

#include <csignal>

namespace ouro::cli {

namespace {

constexpr size_t kStackBytes = size_t{8} << 20;

/// Signals are for the threads that run Python code.
bool create_thread(pthread_t* thread, void* (*start)(void*), void* argument) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  const bool created = pthread_create(thread, &attributes, start, argument) == 0;
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return created;
}

}  // namespace

void* LargeStack::start(void* self) {
  auto* stack = static_cast<LargeStack*>(self);
  (*stack->work_)();
  std::lock_guard guard(stack->mutex_);
  stack->done_ = true;
  stack->changed_.notify_all();
  return nullptr;
}

bool LargeStack::run(const std::function<void()>& work) {
  work_ = &work;
  pthread_t thread;
  if (!create_thread(&thread, start, this)) return false;
  {
    std::unique_lock lock(mutex_);
    while (!done_) {
      if (question_ == nullptr) {
        changed_.wait(lock);
        continue;
      }
      (*question_)();
      question_ = nullptr;
      changed_.notify_all();
    }
  }
  pthread_join(thread, nullptr);
  return true;
}

void LargeStack::ask(const std::function<void()>& question) {
  std::unique_lock lock(mutex_);
  question_ = &question;
  changed_.notify_all();
  changed_.wait(lock, [this] { return question_ == nullptr; });
}

}  // namespace ouro::cli
