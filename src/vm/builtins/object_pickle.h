// object.__reduce_ex__ and friends: what copy and pickle ask of any object.
#pragma once

#include "vm/object/protocol.h"

namespace ouro::vm {

Result<Value> object_reduce_ex(const Value* arguments);
Result<Value> object_reduce(const Value* arguments);
Result<Value> object_getstate(const Value* arguments);

}  // namespace ouro::vm
