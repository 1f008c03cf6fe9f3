#include "decompiler/prove/columns.h"

#include "bytecode/positions.h"

namespace ouro::decompiler {

bool has_no_columns(const CodeObject& code) {
  PositionReader reader(code.line_table->text(), code.first_line);
  for (PositionRange range; reader.next(&range);)
    if (range.position.column >= 0) return false;
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code) && !has_no_columns(*constant->code)) return false;
  return true;
}

void forget_columns(Workspace& workspace, const CodeObject& compiled) {
  PositionReader reader(compiled.line_table->text(), compiled.first_line);
  PositionWriter writer(workspace.arena, compiled.first_line);
  for (PositionRange range; reader.next(&range);) {
    Position position = range.position;
    position.end_line = position.line;
    position.column = position.end_column = -1;
    writer.add(position, range.end - range.start);
  }
  // It lies in the workspace, and nobody else holds it yet.
  const_cast<CodeObject&>(compiled).line_table = workspace.constants.bytes(writer.bytes());
  for (const Constant* constant : compiled.consts->elements())
    if (constant->is(ConstantKind::Code)) forget_columns(workspace, *constant->code);
}

}  // namespace ouro::decompiler
