#include "vm/object/code_positions.h"

#include "bytecode/positions.h"

namespace ouro::vm {

bool forget_columns = false;

Bytes* table_without_columns(std::string_view table, int32_t first_line) {
  Arena arena;
  PositionReader reader(table, first_line);
  PositionWriter writer(arena, first_line);
  for (PositionRange range; reader.next(&range);) {
    Position position = range.position;
    position.end_line = position.line;
    position.column = position.end_column = -1;
    writer.add(position, range.end - range.start);
  }
  return make_bytes(reader.malformed() ? table : writer.bytes());
}

}  // namespace ouro::vm
