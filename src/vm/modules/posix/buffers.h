// Several buffers for one system call.
#pragma once

#include <sys/uio.h>

#include <memory>
#include <vector>

#include "vm/object/protocol.h"

namespace ouro::vm {

/// The buffers of an iterable, held while this lives.
class Buffers {
 public:
  Status acquire(Value iterable, int flags) {
    Tuple* items = TRY(to_tuple(iterable));
    for (Value item : items->span()) {
      held_.push_back(std::make_unique<Buffer>());
      TRY(held_.back()->acquire(item, flags));
      vectors_.push_back({held_.back()->data(), held_.back()->size()});
    }
    return {};
  }
  iovec* data() { return vectors_.data(); }
  int count() const { return static_cast<int>(vectors_.size()); }

 private:
  std::vector<std::unique_ptr<Buffer>> held_;
  std::vector<iovec> vectors_;
};

}  // namespace ouro::vm
