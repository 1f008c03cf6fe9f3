// -X no_debug_ranges: code objects that know lines, but no columns.
#pragma once

#include "vm/object/str.h"

namespace ouro::vm {

/// Code objects made from now on forget their columns.
extern bool forget_columns;

/// The position table without columns; one that cannot be read stays as it is.
Bytes* table_without_columns(std::string_view table, int32_t first_line);

}  // namespace ouro::vm
