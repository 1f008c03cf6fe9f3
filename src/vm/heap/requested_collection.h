// What collections that a program asks for need besides heap.h.
#pragma once

#include "vm/heap/object.h"

namespace ouro::vm {

/// While it lives, collections on this thread scan its stack only from `address` to the base. For a caller
/// that knows that nothing nearer to the top, and no register, holds the only pointer to a cell: what lies
/// there are left-overs of earlier calls, which would keep dead objects alive by accident.
class ScanStart {
 public:
  /// Null: nothing is left out.
  explicit ScanStart(const void* address);
  ~ScanStart();
  ScanStart(const ScanStart&) = delete;
  ScanStart& operator=(const ScanStart&) = delete;

 private:
  const void* outer_;
};

/// Whether the object was found alive by the last full collection. To be asked before the next allocation.
bool survived_collection(const Object* object);

}  // namespace ouro::vm
