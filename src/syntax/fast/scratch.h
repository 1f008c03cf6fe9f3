// Where lists grow before their length is known: one stack per parser, used by all nested lists.
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "base/arena.h"

namespace ouro::syntax::fast {

class ScratchStack {
 public:
  void push(void* item) {
    if (size_ == capacity_) [[unlikely]]
      grow();
    items_[size_++] = item;
  }
  size_t size() const { return size_; }
  void truncate(size_t size) { size_ = size; }
  void** data() { return items_.get(); }

 private:
  // Nothing is initialised that is about to be written.
  [[gnu::noinline, gnu::cold]] void grow() {
    const size_t capacity = capacity_ == 0 ? 512 : capacity_ * 2;
    auto bigger = std::make_unique_for_overwrite<void*[]>(capacity);
    if (size_ != 0) std::memcpy(static_cast<void*>(bigger.get()), items_.get(), size_ * sizeof(void*));
    items_ = std::move(bigger);
    capacity_ = capacity;
  }

  std::unique_ptr<void*[]> items_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

/// The list under construction on top of a stack. Lists on one stack must end in reverse order of their
/// beginning, and a list may not grow while a later one is alive.
template <class T>
class ScratchList {
 public:
  explicit ScratchList(ScratchStack& stack) : stack_(stack), base_(stack.size()) {}
  ~ScratchList() { stack_.truncate(base_); }
  ScratchList(const ScratchList&) = delete;
  ScratchList& operator=(const ScratchList&) = delete;

  void push(T* item) { stack_.push(const_cast<std::remove_const_t<T>*>(item)); }
  size_t size() const { return stack_.size() - base_; }
  bool empty() const { return size() == 0; }
  T* operator[](size_t i) { return static_cast<T*>(stack_.data()[base_ + i]); }

  std::span<T*> copy_to(Arena& arena) {
    std::span<T*> out = arena.make_span<T*>(size());
    if (!out.empty()) std::memcpy(static_cast<void*>(out.data()), stack_.data() + base_, out.size_bytes());
    return out;
  }

 private:
  ScratchStack& stack_;
  size_t base_;
};

}  // namespace ouro::syntax::fast
