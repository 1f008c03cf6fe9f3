// The module resource: what processes use, and what they may.
#include <sys/resource.h>
#include <unistd.h>

#include "vm/builtins/struct_sequence.h"
#include "vm/import/import.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

Type* usage_type = nullptr;

constexpr SequenceField kFields[] = {
    {"ru_utime", "user time used"},
    {"ru_stime", "system time used"},
    {"ru_maxrss", "max. resident set size"},
    {"ru_ixrss", "shared memory size"},
    {"ru_idrss", "unshared data size"},
    {"ru_isrss", "unshared stack size"},
    {"ru_minflt", "page faults not requiring I/O"},
    {"ru_majflt", "page faults requiring I/O"},
    {"ru_nswap", "number of swap outs"},
    {"ru_inblock", "block input operations"},
    {"ru_oublock", "block output operations"},
    {"ru_msgsnd", "IPC messages sent"},
    {"ru_msgrcv", "IPC messages received"},
    {"ru_nsignals", "signals received"},
    {"ru_nvcsw", "voluntary context switches"},
    {"ru_nivcsw", "involuntary context switches"},
};

Value seconds(const timeval& time) {
  return make_float(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6);
}

Result<Value> getrusage_function(const Value* a) {
  rusage usage;
  if (getrusage(static_cast<__rusage_who>(TRY(to_c_int(a[1]))), &usage) != 0) {
    if (errno == EINVAL) return raise(types.ValueError, "invalid who parameter");
    return raise_os_error(errno);
  }
  return make_struct_sequence(
      usage_type,
      {seconds(usage.ru_utime), seconds(usage.ru_stime), make_int(usage.ru_maxrss), make_int(usage.ru_ixrss),
       make_int(usage.ru_idrss), make_int(usage.ru_isrss), make_int(usage.ru_minflt),
       make_int(usage.ru_majflt), make_int(usage.ru_nswap), make_int(usage.ru_inblock),
       make_int(usage.ru_oublock), make_int(usage.ru_msgsnd), make_int(usage.ru_msgrcv),
       make_int(usage.ru_nsignals), make_int(usage.ru_nvcsw), make_int(usage.ru_nivcsw)});
}

Value pair_of(const rlimit& limit) {
  return make_tuple(
      {make_int(static_cast<int64_t>(limit.rlim_cur)), make_int(static_cast<int64_t>(limit.rlim_max))});
}

Result<rlim_t> limit_number(Value value) {
  int64_t number;
  Value integer = TRY(to_index(value));
  if (int_fits(integer, &number)) return static_cast<rlim_t>(number);
  return TRY(to_uint64(integer));
}

Result<rlimit> limit_pair(Value given) {
  auto items = to_tuple(given);
  if (!items.ok()) return Raised{};
  Tuple* pair = items.unwrap();
  if (pair->length != 2) return raise(types.ValueError, "expected a tuple of 2 integers");
  rlimit limit;
  limit.rlim_cur = TRY(limit_number(pair->items[0]));
  limit.rlim_max = TRY(limit_number(pair->items[1]));
  return limit;
}

Result<int> resource_number(Value value) {
  const int number = TRY(to_c_int(value));
  if (number < 0 || number >= static_cast<int>(RLIM_NLIMITS))
    return raise(types.ValueError, "invalid resource specified");
  return number;
}

Raised limit_error() {
  if (errno == EINVAL) return raise(types.ValueError, "current limit exceeds maximum limit");
  if (errno == EPERM) return raise(types.ValueError, "not allowed to raise maximum limit");
  return raise_os_error(errno);
}

Result<Value> getrlimit_function(const Value* a) {
  const int resource = TRY(resource_number(a[1]));
  rlimit limit;
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return raise_os_error(errno);
  return pair_of(limit);
}

Result<Value> setrlimit_function(const Value* a) {
  const int resource = TRY(resource_number(a[1]));
  TRY(audit("resource.setrlimit", {a[1], a[2]}));
  const rlimit limit = TRY(limit_pair(a[2]));
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return limit_error();
  return none();
}

Result<Value> prlimit_function(const Value* a) {
  const int process = TRY(to_c_int(a[1])), resource = TRY(resource_number(a[2]));
  rlimit before;
  int result;
  if (a[3].is_null() || is_none(a[3])) {
    TRY(audit("resource.prlimit", {make_int(process), make_int(resource), none()}));
    result = prlimit(process, static_cast<__rlimit_resource>(resource), nullptr, &before);
  } else {
    const rlimit limit = TRY(limit_pair(a[3]));
    TRY(audit("resource.prlimit", {make_int(process), make_int(resource), a[3]}));
    result = prlimit(process, static_cast<__rlimit_resource>(resource), &limit, &before);
  }
  if (result != 0)
    return errno == EINVAL ? Result<Value>(limit_error()) : Result<Value>(raise_os_error(errno));
  return pair_of(before);
}

Result<Value> getpagesize_function(const Value*) {
  return make_int(sysconf(_SC_PAGESIZE));
}

constexpr MethodSpec kFunctions[] = {
    {"getrusage", "($module, who, /)", getrusage_function, "What a process or its children have used."},
    {"getrlimit", "($module, resource, /)", getrlimit_function, "The limits (soft, hard) of a resource."},
    {"setrlimit", "($module, resource, limits, /)", setrlimit_function, "Sets the limits of a resource."},
    {"prlimit", "($module, pid, resource, limits=None, /)", prlimit_function,
     "The limits of another process, and new ones."},
    {"getpagesize", "($module, /)", getpagesize_function, "Bytes in a page of memory."},
};

constexpr std::pair<const char*, int64_t> kConstants[] = {
    {"RLIMIT_CPU", RLIMIT_CPU},         {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_DATA", RLIMIT_DATA},       {"RLIMIT_STACK", RLIMIT_STACK},
    {"RLIMIT_CORE", RLIMIT_CORE},       {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_OFILE", RLIMIT_OFILE},     {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_RSS", RLIMIT_RSS},         {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},       {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},   {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RUSAGE_SELF", RUSAGE_SELF},       {"RUSAGE_CHILDREN", RUSAGE_CHILDREN},
    {"RUSAGE_THREAD", RUSAGE_THREAD},   {"RLIM_INFINITY", -1},
};

Status execute(Module* module) {
  if (usage_type == nullptr) {
    usage_type = make_struct_sequence_type("resource.struct_rusage", "What a process has used.", kFields,
                                           std::size(kFields));
    add_root(reinterpret_cast<Object**>(&usage_type));
  }
  TRY(module_add(module, "struct_rusage", usage_type));
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  return module_add(module, "error", types.OSError);
}

}  // namespace

extern const ModuleSpec kResourceModule;
const ModuleSpec kResourceModule = {
    .name = "resource", .doc = "Limits and use of resources.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
