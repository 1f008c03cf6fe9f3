// posix: users and groups of a process, priorities and scheduling.
#include <grp.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "vm/modules/posix/posix.h"

namespace ouro::vm {

Result<uint32_t> to_account_id(Value value, const char* what) {
  if (!is_int(value) && type_of(value)->slots.index == nullptr)
    return raise(types.TypeError, "{} should be integer, not {}", what, type_name(value));
  const auto number = to_int64(value);
  int64_t id = 0;
  if (number.ok()) {
    id = Result(number).unwrap();
  } else {
    if (!clear_if(types.OverflowError)) return Raised{};
    id = int_sign(TRY(to_index(value))) < 0 ? INT64_MIN : INT64_MAX;
  }
  if (id < -1) return raise(types.OverflowError, "{} is less than minimum", what);
  if (id == INT64_MAX) return raise(types.OverflowError, "{} is greater than maximum", what);
  // In the words of CPython, which takes any other number that does not fit for one below.
  if (id > UINT32_MAX) return raise(types.OverflowError, "{} is less than minimum", what);
  return static_cast<uint32_t>(id);
}

namespace {

/// One of the calls that set up to three identifiers.
template <auto function, const char* what>
Result<Value> set_one(const Value* a) {
  const uint32_t id = TRY(to_account_id(a[1], what));
  TRY(system_call([&] { return function(id); }));
  return none();
}
template <auto function, const char* what>
Result<Value> set_two(const Value* a) {
  const uint32_t real = TRY(to_account_id(a[1], what)), effective = TRY(to_account_id(a[2], what));
  TRY(system_call([&] { return function(real, effective); }));
  return none();
}
template <auto function, const char* what>
Result<Value> set_three(const Value* a) {
  const uint32_t real = TRY(to_account_id(a[1], what)), effective = TRY(to_account_id(a[2], what)),
                 saved = TRY(to_account_id(a[3], what));
  TRY(system_call([&] { return function(real, effective, saved); }));
  return none();
}
template <auto function>
Result<Value> get_three(const Value*) {
  uint32_t real, effective, saved;
  TRY(system_call([&] { return function(&real, &effective, &saved); }));
  return make_tuple({make_int(real), make_int(effective), make_int(saved)});
}

constexpr char kUser[] = "uid", kGroup[] = "gid";

Result<Value> setgroups_function(const Value* a) {
  std::vector<gid_t> groups;
  TRY(for_each(a[1], [&](Value item) -> Status {
    groups.push_back(TRY(to_account_id(item, kGroup)));
    return {};
  }));
  TRY(system_call([&] { return setgroups(groups.size(), groups.data()); }));
  return none();
}
Result<Value> initgroups_function(const Value* a) {
  const std::string name = TRY(encode_file_name(a[1]));
  const uint32_t group = TRY(to_account_id(a[2], kGroup));
  TRY(system_call([&] { return initgroups(name.c_str(), group); }));
  return none();
}
Result<Value> getgrouplist_function(const Value* a) {
  const std::string name = TRY(encode_file_name(a[1]));
  const uint32_t group = TRY(to_account_id(a[2], kGroup));
  int count = 64;
  std::vector<gid_t> groups(64);
  while (getgrouplist(name.c_str(), group, groups.data(), &count) < 0)
    groups.resize(static_cast<size_t>(count));
  List* list = make_list();
  for (int i = 0; i < count; ++i) TRY(list_append(list, make_int(groups[static_cast<size_t>(i)])));
  return list;
}

Result<Value> setpgrp_function(const Value*) {
  TRY(system_call([] { return setpgrp(); }));
  return none();
}

Result<Value> getpriority_function(const Value* a) {
  const int which = TRY(to_c_int(a[1])), who = TRY(to_c_int(a[2]));
  errno = 0;
  const int priority = getpriority(static_cast<__priority_which_t>(which), static_cast<id_t>(who));
  if (errno != 0) return raise_os_error(errno);
  return make_int(priority);
}
Result<Value> setpriority_function(const Value* a) {
  const int which = TRY(to_c_int(a[1])), who = TRY(to_c_int(a[2])), priority = TRY(to_c_int(a[3]));
  TRY(system_call(
      [&] { return setpriority(static_cast<__priority_which_t>(which), static_cast<id_t>(who), priority); }));
  return none();
}

template <int (*function)(int)>
Result<Value> policy_number(const Value* a) {
  const int policy = TRY(to_c_int(a[1]));
  return make_int(TRY(system_call([&] { return function(policy); })));
}
Result<Value> getscheduler_function(const Value* a) {
  const int pid = TRY(to_c_int(a[1]));
  return make_int(TRY(system_call([&] { return sched_getscheduler(pid); })));
}
Result<Value> rr_interval_function(const Value* a) {
  const int pid = TRY(to_c_int(a[1]));
  timespec interval;
  TRY(system_call([&] { return sched_rr_get_interval(pid, &interval); }));
  return make_float(static_cast<double>(interval.tv_sec) + 1e-9 * static_cast<double>(interval.tv_nsec));
}
Result<Value> setaffinity_function(const Value* a) {
  const int pid = TRY(to_c_int(a[1]));
  cpu_set_t processors;
  CPU_ZERO(&processors);
  TRY(for_each(a[2], [&](Value item) -> Status {
    if (!is_int(item))
      return raise(types.TypeError, "expected an iterator of ints, but iterator yielded {}",
                   repr_text(type_of(item)));
    const int64_t number = TRY(to_int64(item));
    if (number < 0) return raise(types.ValueError, "negative CPU number");
    if (number >= CPU_SETSIZE) return raise(types.OverflowError, "CPU number too large");
    CPU_SET(static_cast<size_t>(number), &processors);
    return {};
  }));
  TRY(system_call([&] { return sched_setaffinity(pid, sizeof processors, &processors); }));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"setuid", "($module, uid, /)", set_one<setuid, kUser>, "Sets the user."},
    {"seteuid", "($module, euid, /)", set_one<seteuid, kUser>, "Sets the effective user."},
    {"setgid", "($module, gid, /)", set_one<setgid, kGroup>, "Sets the group."},
    {"setegid", "($module, egid, /)", set_one<setegid, kGroup>, "Sets the effective group."},
    {"setreuid", "($module, ruid, euid, /)", set_two<setreuid, kUser>, "Sets real and effective user."},
    {"setregid", "($module, rgid, egid, /)", set_two<setregid, kGroup>, "Sets real and effective group."},
    {"setresuid", "($module, ruid, euid, suid, /)", set_three<setresuid, kUser>,
     "Sets real, effective and saved user."},
    {"setresgid", "($module, rgid, egid, sgid, /)", set_three<setresgid, kGroup>,
     "Sets real, effective and saved group."},
    {"getresuid", "($module, /)", get_three<getresuid>, "Real, effective and saved user."},
    {"getresgid", "($module, /)", get_three<getresgid>, "Real, effective and saved group."},
    {"setgroups", "($module, groups, /)", setgroups_function, "Sets the supplementary groups."},
    {"initgroups", "($module, username, gid, /)", initgroups_function, "Takes a user's groups."},
    {"getgrouplist", "($module, user, group, /)", getgrouplist_function, "The groups of a user."},
    {"setpgrp", "($module, /)", setpgrp_function, "Starts a process group."},
    {"getpriority", "($module, /, which, who)", getpriority_function, "The scheduling priority."},
    {"setpriority", "($module, /, which, who, priority)", setpriority_function,
     "Sets the scheduling priority."},
    {"sched_get_priority_max", "($module, /, policy)", policy_number<sched_get_priority_max>,
     "The highest priority of a policy."},
    {"sched_get_priority_min", "($module, /, policy)", policy_number<sched_get_priority_min>,
     "The lowest priority of a policy."},
    {"sched_getscheduler", "($module, pid, /)", getscheduler_function, "The policy of a process."},
    {"sched_rr_get_interval", "($module, pid, /)", rr_interval_function,
     "The round-robin quantum in seconds."},
    {"sched_setaffinity", "($module, pid, mask, /)", setaffinity_function,
     "Sets the processors a process may use."},
};

}  // namespace

std::span<const MethodSpec> posix_identity_functions() {
  return kFunctions;
}

}  // namespace ouro::vm
