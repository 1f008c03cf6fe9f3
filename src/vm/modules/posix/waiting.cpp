// The module posix: waiting for children in ways that tell more.
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vm/builtins/struct_sequence.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

Type* waitid_type = nullptr;

constexpr SequenceField kWaitidFields[] = {
    {"si_pid", "the child"},         {"si_uid", "its user"},           {"si_signo", "SIGCHLD"},
    {"si_status", "code or signal"}, {"si_code", "what has happened"},
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// As resource.struct_rusage.
Result<Value> usage_object(const rusage& usage) {
  const Value type = TRY(get_attribute(TRY(import_module("resource")), intern("struct_rusage")));
  const long counts[] = {usage.ru_maxrss,  usage.ru_ixrss,  usage.ru_idrss,  usage.ru_isrss,
                         usage.ru_minflt,  usage.ru_majflt, usage.ru_nswap,  usage.ru_inblock,
                         usage.ru_oublock, usage.ru_msgsnd, usage.ru_msgrcv, usage.ru_nsignals,
                         usage.ru_nvcsw,   usage.ru_nivcsw};
  List* fields = make_list();
  TRY(list_append(fields, make_float(seconds(usage.ru_utime))));
  TRY(list_append(fields, make_float(seconds(usage.ru_stime))));
  for (const long count : counts) TRY(list_append(fields, make_int(count)));
  return call(type, {Value(fields)});
}

Result<Value> wait_for(pid_t process, int options) {
  int status = 0;
  rusage usage = {};
  const int64_t child = TRY(system_call([&] { return wait4(process, &status, options, &usage); }));
  const Value used = TRY(usage_object(usage));
  return make_tuple({make_int(child), make_int(status), used});
}

Result<Value> wait3_function(const Value* a) {
  return wait_for(-1, TRY(to_c_int(a[1])));
}
Result<Value> wait4_function(const Value* a) {
  const int process = TRY(to_c_int(a[1])), options = TRY(to_c_int(a[2]));
  return wait_for(process, options);
}

Result<Value> waitid_function(const Value* a) {
  const auto kind = static_cast<idtype_t>(TRY(to_c_int(a[1])));
  const auto id = static_cast<id_t>(TRY(to_int64(a[2])));
  const int options = TRY(to_c_int(a[3]));
  siginfo_t info = {};
  TRY(system_call([&] { return waitid(kind, id, &info, options); }));
  if (info.si_pid == 0) return none();
  return make_struct_sequence(waitid_type,
                              {make_int(info.si_pid), make_int(info.si_uid), make_int(info.si_signo),
                               make_int(info.si_status), make_int(info.si_code)});
}

Result<Value> pidfd_open_function(const Value* a) {
  const int process = TRY(to_c_int(a[1]));
  const auto flags = a[2].is_null() ? 0U : static_cast<unsigned>(TRY(to_int64(a[2])));
  return make_int(TRY(system_call([&] { return syscall(SYS_pidfd_open, process, flags); })));
}

constexpr MethodSpec kFunctions[] = {
    {"wait3", "($module, /, options)", wait3_function,
     "Waits for a child: (identifier, status, resources used)."},
    {"wait4", "($module, /, pid, options)", wait4_function,
     "Waits for a certain child: (identifier, status, resources used)."},
    {"waitid", "($module, idtype, id, options, /)", waitid_function,
     "Waits for a change in a child; None if there was none."},
    {"pidfd_open", "($module, /, pid, flags=0)", pidfd_open_function,
     "A descriptor that stands for a process."},
};

}  // namespace

std::span<const MethodSpec> posix_waiting_functions() {
  return kFunctions;
}

Status add_posix_waiting_types(Module* module) {
  waitid_type = make_struct_sequence_type("posix.waitid_result", "A change in a child.", kWaitidFields,
                                          std::size(kWaitidFields));
  add_root(reinterpret_cast<Object**>(&waitid_type));
  TRY(module_add(module, "P_PIDFD", make_int(P_PIDFD)));
  return module_add(module, "waitid_result", waitid_type);
}

}  // namespace ouro::vm
