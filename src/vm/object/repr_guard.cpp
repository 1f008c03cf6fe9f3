#include "vm/object/repr_guard.h"

namespace ouro::vm {

thread_local constinit ReprGuard* ReprGuard::top_ = nullptr;

}  // namespace ouro::vm
