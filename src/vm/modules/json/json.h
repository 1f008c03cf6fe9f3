// The parts of the module _json.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::json {

// scan.cpp
Result<Value> scan_string_function(const Value* arguments);
Status add_scanner(Module* module);

// encode.cpp
Result<Value> encode_ascii_function(const Value* arguments);
Result<Value> encode_function(const Value* arguments);
Status add_encoder(Module* module);

}  // namespace ouro::vm::json
