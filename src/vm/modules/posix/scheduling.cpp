// posix: the parameters of scheduling policies.
#include <sched.h>

#include <climits>

#include "vm/builtins/struct_sequence.h"
#include "vm/heap/heap.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

Type* parameters_type = nullptr;

constexpr SequenceField kFields[] = {{"sched_priority", "the scheduling priority"}};
constexpr const char* kConstructor = "(sched_priority)";

Result<Value> new_parameters(Type* type, const Arguments& arguments) {
  static const Signature signature("sched_param", kConstructor);
  Value priority;
  TRY(signature.bind(arguments, &priority));
  return make_struct_sequence(type, {priority});
}

Result<Value> setscheduler_function(const Value* a) {
  const int pid = TRY(to_c_int(a[1])), policy = TRY(to_c_int(a[2]));
  const sched_param parameters = TRY(to_scheduling_parameters(a[3]));
  TRY(system_call([&] { return sched_setscheduler(pid, policy, &parameters); }));
  return none();
}

Result<Value> getparam_function(const Value* a) {
  const int pid = TRY(to_c_int(a[1]));
  sched_param parameters = {};
  TRY(system_call([&] { return sched_getparam(pid, &parameters); }));
  return make_struct_sequence(parameters_type, {make_int(parameters.sched_priority)});
}

Result<Value> setparam_function(const Value* a) {
  const int pid = TRY(to_c_int(a[1]));
  const sched_param parameters = TRY(to_scheduling_parameters(a[2]));
  TRY(system_call([&] { return sched_setparam(pid, &parameters); }));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"sched_setscheduler", "($module, pid, policy, param, /)", setscheduler_function,
     "Sets the policy of a process and its parameters."},
    {"sched_getparam", "($module, pid, /)", getparam_function,
     "The scheduling parameters of a process; 0 is this one."},
    {"sched_setparam", "($module, pid, param, /)", setparam_function,
     "Sets the scheduling parameters of a process; 0 is this one."},
};

}  // namespace

Result<sched_param> to_scheduling_parameters(Value value) {
  if (!value.is_object() || type_of(value) != parameters_type)
    return raise(types.TypeError, "must have a sched_param object");
  const int64_t priority = TRY(to_int64(value.as<Tuple>()->items[0]));
  if (priority > INT_MAX || priority < INT_MIN)
    return raise(types.OverflowError, "sched_priority out of range");
  sched_param result = {};
  result.sched_priority = static_cast<int>(priority);
  return result;
}

std::span<const MethodSpec> posix_scheduling_functions() {
  return kFunctions;
}

Status add_posix_scheduling_types(Module* module) {
  parameters_type = make_struct_sequence_type("posix.sched_param", "Parameters of a scheduling policy.",
                                              kFields, new_parameters, kConstructor);
  add_root(reinterpret_cast<Object**>(&parameters_type));
  return module_add(module, "sched_param", parameters_type);
}

}  // namespace ouro::vm
