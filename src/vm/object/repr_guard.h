// Who is being shown: a container that comes upon itself inside its repr shows "[...]" instead.
#pragma once

#include "vm/heap/object.h"

namespace ouro::vm {

/// Stands on the stack while an object's repr is made. Guards form a chain through the native stack, one per
/// thread.
class ReprGuard {
 public:
  explicit ReprGuard(Object* object) : object_(object), previous_(top_) {
    for (const ReprGuard* guard = previous_; guard != nullptr && !repeated_; guard = guard->previous_)
      repeated_ = guard->object_ == object;
    top_ = this;
  }
  ~ReprGuard() { top_ = previous_; }
  ReprGuard(const ReprGuard&) = delete;
  ReprGuard& operator=(const ReprGuard&) = delete;

  /// The object is inside its own repr.
  bool repeated() const { return repeated_; }

 private:
  Object* object_;
  ReprGuard* previous_;
  bool repeated_ = false;
  static thread_local constinit ReprGuard* top_;
};

}  // namespace ouro::vm
