// What sys.getprofile() says of the profiler behind cProfile.
#pragma once

#include "vm/heap/value.h"

namespace ouro::vm {

/// The profiler whose profile function this is; any other function itself.
Value shown_profile_function(Value function);

}  // namespace ouro::vm
