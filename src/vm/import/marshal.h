// Objects from and to marshal's format (version 4), for the import system and the marshal module.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/protocol.h"

namespace ouro::vm {

/// The object that `data` starts with; `*used` (may be null) is how many bytes it took. Any bytes are safe to
/// read: EOFError, ValueError or TypeError with CPython's text, memory bounded by the input's size.
Result<Value> unmarshal(std::string_view data, size_t* used = nullptr);
/// A module's code from the archive (archived_code.h). Both parts must stay in memory.
Result<Value> unmarshal_archived(std::string_view data, std::string_view late);

/// marshal.dumps(value, version).
Result<std::string> marshal(Value value, int version = 4);

}  // namespace ouro::vm
