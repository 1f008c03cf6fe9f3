// One object per distinct constant in a compilation, as CPython's constant cache makes them: (type, value) is
// the key, so 1, 1.0 and True stay apart, and so do 0.0 and -0.0; tuples and frozensets are keyed by their
// items.
#pragma once

#include "base/workspace.h"

namespace ouro::compiler {

class ConstantCache {
 public:
  explicit ConstantCache(Workspace& workspace);
  /// The first constant given that is equal to this one; of tuples and frozensets, rebuilt from merged items.
  /// Code objects are compared as CPython compares them.
  const Constant* merge(const Constant* constant);

 private:
  Workspace& workspace_;
  void* table_ = nullptr;
};

}  // namespace ouro::compiler
