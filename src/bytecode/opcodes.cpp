#include "bytecode/opcodes.h"

#include <iterator>

namespace ouro {

namespace {

// Whether an effect's expression in the table speaks of the operand.
constexpr bool depends_on_operand(std::string_view effect) {
  return effect.find("oparg") != std::string_view::npos;
}

constexpr OpInfo kOps311[] = {
#define OPCODE(name, number, operand, caches, effect, jump_effect) \
  {#name,  Op::name,                                               \
   number, OperandKind::operand,                                   \
   caches, depends_on_operand(#effect) || depends_on_operand(#jump_effect)},
#include "bytecode/opcodes_311.def"
};

constexpr int stack_effect_311(Op op, [[maybe_unused]] int oparg, bool jump) {
  switch (op) {
#define OPCODE(name, number, operand, caches, effect, jump_effect) \
  case Op::name:                                                   \
    return jump ? (jump_effect) : (effect);
#include "bytecode/opcodes_311.def"
    case Op::op_count:
      break;
  }
  return 0;
}

constexpr VersionTable make_table(uint16_t version, uint16_t magic, std::string_view name,
                                  std::string_view cache_tag, const OpInfo* ops, int count,
                                  int (*effect)(Op, int, bool)) {
  VersionTable table{};
  table.version = version;
  table.magic = magic;
  table.name = name;
  table.cache_tag = cache_tag;
  table.stack_effect = effect;
  for (int i = 0; i < count; ++i) {
    const OpInfo& op = ops[i];
    OpInfo& entry = table.ops[static_cast<int>(op.op)] = op;
    if (!op.variable_effect) {
      entry.effect = static_cast<int8_t>(effect(op.op, 0, false));
      entry.jump_effect = static_cast<int8_t>(effect(op.op, 0, true));
    }
    table.briefs[static_cast<int>(op.op)] = {static_cast<uint8_t>(op.number),
                                             static_cast<uint8_t>(1 + op.caches), op.variable_effect,
                                             entry.effect};
    if (op.number < 256) {
      table.by_number[op.number] = op.op;
      table.assigned[op.number] = true;
    }
  }
  return table;
}

}  // namespace

constexpr VersionTable kPython311 =
    make_table(0x030B, 3495, "3.11", "cpython-311", kOps311, std::size(kOps311), stack_effect_311);

const VersionTable* find_version(uint16_t magic) {
  return magic == kPython311.magic ? &kPython311 : nullptr;
}

std::string_view binary_op_symbol(unsigned oparg) {
  constexpr std::string_view kSymbols[] = {
      "+",  "&",  "//",  "<<",  "@",  "*",  "%",  "|",  "**",  ">>",  "-",  "/",  "^",
      "+=", "&=", "//=", "<<=", "@=", "*=", "%=", "|=", "**=", ">>=", "-=", "/=", "^="};
  return oparg < std::size(kSymbols) ? kSymbols[oparg] : std::string_view();
}

std::string_view compare_symbol(unsigned number) {
  constexpr std::string_view kSymbols[] = {"<", "<=", "==", "!=", ">", ">="};
  return number < std::size(kSymbols) ? kSymbols[number] : std::string_view();
}

}  // namespace ouro
