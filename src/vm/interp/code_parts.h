// What the files about types.CodeType share.
#pragma once

#include "vm/interp/interpreter.h"

namespace ouro::vm {

/// The names of locals, cells or free variables.
Tuple* code_names(const Code* code, uint8_t kind);
int64_t count_code_names(const Code* code, uint8_t kind);

/// The constructor's parameters, as __text_signature__ shows them.
extern const char* const kCodeSignature;
Result<Value> new_code(Type* type, const Arguments& arguments);
/// code.replace(**changes).
Result<Value> replace_code_fields(Value self, const Arguments& arguments);

}  // namespace ouro::vm
