// Making code objects: for marshal, for types.CodeType's constructor, and for replace().
#pragma once

#include "vm/object/functions.h"

namespace ouro::vm {

/// The fields of a code object as anybody may give them: objects of any type, checked by make_code.
struct CodeFields {
  int32_t argument_count = 0, positional_only_count = 0, keyword_only_count = 0, stack_size = 0;
  uint32_t flags = 0;
  int32_t first_line = 0;
  bool archived = false;  // code and tables may be addresses, see code_text
  Value code, consts, names, locals_plus_names, locals_plus_kinds, filename, name, qualified_name, line_table,
      exception_table;
};

/// A code object, its names and name-like constants interned. TypeError or ValueError when the fields have
/// wrong types or do not agree with each other; that the instructions make sense is seen when they are
/// lifted.
Result<Code*> make_code(const CodeFields& fields);

}  // namespace ouro::vm
