// Making code objects: for marshal, for types.CodeType's constructor, and for replace().
#pragma once

#include "vm/object/functions.h"

namespace ouro::vm {

/// The fields of a code object as anybody may give them: objects of any type, checked by make_code.
struct CodeFields {
  int32_t argument_count = 0, positional_only_count = 0, keyword_only_count = 0, stack_size = 0;
  uint32_t flags = 0;
  int32_t first_line = 0;
  Value code, consts, names, locals_plus_names, locals_plus_kinds, filename, name, qualified_name, line_table,
      exception_table;
};

/// A code object, its names and name-like constants interned. TypeError or ValueError when the fields have
/// wrong types or do not agree with each other; that the instructions make sense is seen when they are
/// lifted.
Result<Code*> make_code(const CodeFields& fields);

/// One of the archive, without constants and names: these are read from `late` when somebody asks. Code and
/// tables are addresses, see code_text.
Code* make_archived_code(const CodeFields& fields, const char* late);
/// `late` points to two numbers of 32 bits, the second one the size of the text behind them.
constexpr size_t kLateSizeAt = 4;
constexpr size_t kLateTextAt = 8;
std::string_view late_text(const Code* code);
/// What reads them: fills the four fields that the code object lacks. Set by import/.
extern Status (*late_parts_reader)(const Code* code, CodeFields* parts);

}  // namespace ouro::vm
