// The module _opcode: stack effects, for the library's opcode and dis.
#include <limits>

#include "bytecode/opcodes.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

constexpr int64_t kHaveArgument = 90;

Result<Value> stack_effect_function(const Value* a) {
  const int number = TRY(to_c_int(a[1]));
  const bool has_operand = !a[2].is_null() && !is_none(a[2]);
  int operand = 0;
  if (number >= kHaveArgument) {
    if (!has_operand)
      return raise(types.ValueError, "stack_effect: opcode requires oparg but oparg was not specified");
    operand = static_cast<int>(TRY(to_int64(a[2])));
  } else if (has_operand) {
    return raise(types.ValueError, "stack_effect: opcode does not permit oparg but oparg was specified");
  }
  if (!a[3].is_null() && !is_none(a[3]) && !is_bool(a[3]))
    return raise(types.ValueError, "stack_effect: jump must be False, True or None");
  if (number < 0 || number > 255 || !kPython311.assigned[number])
    return raise(types.ValueError, "invalid opcode or oparg");
  const Op op = kPython311.by_number[number];
  const int straight = stack_effect(kPython311, op, operand, false);
  const int jumping = stack_effect(kPython311, op, operand, true);
  if (a[3].is_null() || is_none(a[3])) return make_int(std::max(straight, jumping));
  return make_int(a[3] == make_bool(true) ? jumping : straight);
}

Result<Value> get_specialization_stats(const Value*) {
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"stack_effect", "($module, opcode, oparg=None, /, *, jump=None)", stack_effect_function,
     "Compute the stack effect of the opcode."},
    {"get_specialization_stats", "($module, /)", get_specialization_stats,
     "Return the specialization stats: None, there are none."},
};

}  // namespace

extern const ModuleSpec kOpcodeModule;
const ModuleSpec kOpcodeModule = {
    .name = "_opcode",
    .doc = "Opcode support module.",
    .functions = kFunctions,
};

}  // namespace ouro::vm
