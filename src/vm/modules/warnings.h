// Warnings that need more than warn() of object/protocol.h.
#pragma once

#include <string_view>

#include "vm/object/result.h"

namespace ouro::vm {

/// A ResourceWarning about `source`, at the running frame.
Status warn_resource(std::string_view message, Value source);

}  // namespace ouro::vm
