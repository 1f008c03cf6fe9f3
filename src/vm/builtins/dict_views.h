// The operations of key and item views, which other views of dict subclasses share.
#pragma once

#include "vm/builtins/container_util.h"

namespace ouro::vm {

bool is_keys_view(Value value);
bool is_items_view(Value value);
inline bool is_set_view(Value value) {
  return is_keys_view(value) || is_items_view(value);
}

}  // namespace ouro::vm
