// Moments in which nothing may be collected.
#pragma once

namespace ouro::vm {

/// While one lives, allocating does not collect: for callbacks that walk the heap, and where what is alive
/// stands for a moment where the collector does not look.
class CollectionPause {
 public:
  CollectionPause();
  ~CollectionPause();
  CollectionPause(const CollectionPause&) = delete;
  CollectionPause& operator=(const CollectionPause&) = delete;
};

}  // namespace ouro::vm
