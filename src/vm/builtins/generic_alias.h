// What types.GenericAlias and X | Y share: type parameters and their substitution.
#pragma once

#include "vm/object/protocol.h"

namespace ouro::vm {

/// The type variables in `arguments`, each once, in order of appearance.
Result<Tuple*> collect_parameters(Tuple* arguments);
/// `arguments` with the variables `parameters` replaced by `item` (one value or a tuple).
Result<Tuple*> substitute_parameters(Value self, Tuple* arguments, Tuple* parameters, Value item);
/// How an argument is shown: "int", "list[str]", "...", "typing.Any".
Status append_type_repr(StrBuilder& text, Value argument);

}  // namespace ouro::vm
