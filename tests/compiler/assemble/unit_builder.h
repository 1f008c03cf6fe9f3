// Units of instructions written by hand, and what becomes of them.
#pragma once

#include <string>
#include <string_view>

#include "compiler/passes.h"

namespace ouro::compiler::testing {

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

inline std::string to_hex(const Constant* bytes) {
  return to_hex(bytes->text());
}

/// One compilation with one unit, for "f.py".
struct UnitBuilder {
  explicit UnitBuilder(int32_t first_line = 1) {
    unit.first_line = first_line;
    unit.name = unit.qualified_name = workspace.names.intern("f");
    unit.flags = kCoOptimized | kCoNewLocals;
  }

  static Location at(int32_t line, int32_t column, int32_t end_column) {
    Location where;
    where.line = where.end_line = line;
    where.column = column;
    where.end_column = end_column;
    return where;
  }

  uint32_t constant(const Constant* value) {
    const Constant* merged = compilation.constants.merge(value);
    for (uint32_t i = 0; i < unit.consts.size(); ++i)
      if (unit.consts[i] == merged) return i;
    unit.consts.push_back(merged);
    return static_cast<uint32_t>(unit.consts.size() - 1);
  }
  uint32_t none() { return constant(workspace.constants.none()); }
  uint32_t integer(int64_t value) { return constant(workspace.constants.integer(value)); }

  void emit(Op op, uint32_t operand = 0) { unit.sequence.emit(op, operand, where); }
  void jump(Op op, Label target) { unit.sequence.emit_jump(op, target, where); }
  Label label() { return unit.sequence.new_label(); }
  void place(Label label) { unit.sequence.place(label); }
  void return_none() {
    where = {};
    emit(Op::LOAD_CONST, none());
    emit(Op::RETURN_VALUE);
  }
  Name name(std::string_view text) { return workspace.names.intern(text); }

  const CodeObject& finish() {
    const Result<const CodeObject*> result = assemble(compilation, unit);
    return *result.value();
  }

  Workspace workspace;
  CompileOptions options;
  Compilation compilation{workspace, options, workspace.constants.str("f.py"), {}, ConstantCache(workspace)};
  CodeUnit unit{workspace.arena};
  Location where;
};

}  // namespace ouro::compiler::testing
