// posix: processes, their identities and their environment.
#include <fcntl.h>
#include <sched.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "vm/builtins/struct_sequence.h"
#include "vm/heap/heap.h"
#include "vm/modules/posix/posix.h"

extern char** environ;

namespace ouro::vm {

namespace {

Type* uname_type = nullptr;
Type* times_type = nullptr;

template <auto get>
Result<Value> get_id(const Value*) {
  return make_int(static_cast<int64_t>(get()));
}

Result<Value> getpgid_function(const Value* a) {
  auto pid = TRY(to_c_int(a[1]));
  return make_int(TRY(system_call([&] { return getpgid(pid); })));
}
Result<Value> getsid_function(const Value* a) {
  auto pid = TRY(to_c_int(a[1]));
  return make_int(TRY(system_call([&] { return getsid(pid); })));
}
Result<Value> setsid_function(const Value*) {
  return make_int(TRY(system_call([] { return setsid(); })));
}
Result<Value> setpgid_function(const Value* a) {
  int pid = TRY(to_c_int(a[1])), group = TRY(to_c_int(a[2]));
  TRY(system_call([&] { return setpgid(pid, group); }));
  return none();
}

Result<Value> getgroups_function(const Value*) {
  std::vector<gid_t> groups(65536);
  int64_t count = TRY(system_call([&] { return getgroups(static_cast<int>(groups.size()), groups.data()); }));
  List* list = make_list();
  for (int64_t i = 0; i < count; ++i) TRY(list_append(list, make_int(groups[static_cast<size_t>(i)])));
  return list;
}

Result<Value> umask_function(const Value* a) {
  return make_int(umask(static_cast<mode_t>(TRY(to_c_int(a[1])))));
}

Result<Value> kill_function(const Value* a) {
  int pid = TRY(to_c_int(a[1])), number = TRY(to_c_int(a[2]));
  TRY(audit("os.kill", {a[1], a[2]}));
  if (kill(pid, number) != 0) return raise_os_error(errno);
  TRY(handle_signals());
  return none();
}
Result<Value> killpg_function(const Value* a) {
  int group = TRY(to_c_int(a[1])), number = TRY(to_c_int(a[2]));
  TRY(audit("os.killpg", {a[1], a[2]}));
  if (killpg(group, number) != 0) return raise_os_error(errno);
  return none();
}

// ---- fork and exec

List* fork_hooks[3] = {};  // before, after in the parent, after in the child

Result<Value> register_at_fork(const Value* a) {
  bool any = false;
  for (int i = 0; i < 3; ++i) {
    if (a[1 + i].is_null()) continue;
    any = true;
    if (!is_callable(a[1 + i]))
      return raise(types.TypeError, "'{}' must be callable, not {}",
                   i == 0   ? "before"
                   : i == 1 ? "after_in_parent"
                            : "after_in_child",
                   type_name(a[1 + i]));
    int slot = i == 0 ? 0 : i == 1 ? 2 : 1;
    if (fork_hooks[slot] == nullptr) {
      fork_hooks[slot] = make_list();
      add_root(reinterpret_cast<Object**>(&fork_hooks[slot]));
    }
    TRY(list_append(fork_hooks[slot], a[1 + i]));
  }
  if (!any) return raise(types.TypeError, "At least one argument is required.");
  return none();
}

void run_fork_hooks(int which, bool reverse) {
  List* hooks = fork_hooks[which];
  if (hooks == nullptr) return;
  for (size_t i = 0; i < hooks->length; ++i) {
    Value hook = hooks->items()[reverse ? hooks->length - 1 - i : i];
    if (!call(hook).ok()) report_unraisable(hook);
  }
}

Result<Value> fork_function(const Value*) {
  TRY(audit("os.fork", {}));
  return make_int(TRY(fork_process([](void*) { return fork(); }, nullptr)));
}

Result<Value> execv_function(const Value* a) {
  Path path = TRY(to_path(a[1], "execv"));
  auto arguments = TRY(argument_texts(a[2], "execv() arg 2 must be a tuple or list"));
  if (arguments.empty()) return raise(types.ValueError, "execv() arg 2 must not be empty");
  if (arguments[0].empty()) return raise(types.ValueError, "execv() arg 2 first element cannot be empty");
  TRY(audit("os.exec", {path.shown, a[2], none()}));
  execv(path.c_str(), pointers_to(arguments).data());
  return raise_os_error(errno);
}

Result<Value> execve_function(const Value* a) {
  Path path = TRY(to_path(a[1], "execve", true));
  auto arguments = TRY(argument_texts(a[2], "execve: argv must be a tuple or list"));
  if (arguments.empty()) return raise(types.ValueError, "execve: argv must not be empty");
  if (arguments[0].empty()) return raise(types.ValueError, "execve: argv first element cannot be empty");
  auto environment = TRY(environment_texts(a[3], "execve"));
  TRY(audit("os.exec", {path.shown, a[2], a[3]}));
  auto argv = pointers_to(arguments), envp = pointers_to(environment);
  if (path.is_descriptor()) {
    fexecve(path.descriptor, argv.data(), envp.data());
  } else {
    execve(path.c_str(), argv.data(), envp.data());
  }
  return raise_os_error(errno, path.shown);
}

Result<Value> exit_now(const Value* a) {
  _exit(TRY(to_c_int(a[1])));
  return none();
}
Result<Value> abort_function(const Value*) {
  abort();
}

Result<Value> waitpid_function(const Value* a) {
  int pid = TRY(to_c_int(a[1])), options = TRY(to_c_int(a[2])), status = 0;
  int64_t child = TRY(system_call([&] { return waitpid(pid, &status, options); }));
  return make_tuple({make_int(child), make_int(status)});
}
Result<Value> wait_function(const Value*) {
  int status = 0;
  int64_t child = TRY(system_call([&] { return wait(&status); }));
  return make_tuple({make_int(child), make_int(status)});
}

Result<Value> status_to_exitcode(const Value* a) {
  int status = TRY(to_c_int(a[1]));
  if (WIFEXITED(status)) return make_int(WEXITSTATUS(status));
  if (WIFSIGNALED(status)) return make_int(-WTERMSIG(status));
  if (WIFSTOPPED(status))
    return raise(types.ValueError, "process stopped by delivery of signal {}", WSTOPSIG(status));
  return raise(types.ValueError, "invalid wait status: {}", status);
}

template <int which>
Result<Value> wait_status(const Value* a) {
  int status = TRY(to_c_int(a[1]));
  switch (which) {
    case 0:
      return make_bool(WIFEXITED(status));
    case 1:
      return make_int(WEXITSTATUS(status));
    case 2:
      return make_bool(WIFSIGNALED(status));
    case 3:
      return make_int(WTERMSIG(status));
    case 4:
      return make_bool(WIFSTOPPED(status));
    case 5:
      return make_int(WSTOPSIG(status));
    case 6:
      return make_bool(WCOREDUMP(status));
    default:
      return make_bool(WIFCONTINUED(status));
  }
}

Result<Value> system_function(const Value* a) {
  std::string command = TRY(encode_file_name(a[1]));
  TRY(audit("os.system", {a[1]}));
  int status;
  {
    ReleaseLock released;
    status = system(command.c_str());
  }
  return make_int(status);
}

// ---- environment

Result<Value> putenv_function(const Value* a) {
  std::string name = TRY(encode_file_name(a[1])), value = TRY(encode_file_name(a[2]));
  if (name.find('=', name.empty() ? 0 : 1) != std::string::npos)
    return raise(types.ValueError, "illegal environment variable name");
  TRY(audit("os.putenv", {make_bytes(name), make_bytes(value)}));
  if (setenv(name.c_str(), value.c_str(), 1) != 0) return raise_os_error(errno);
  return none();
}
Result<Value> unsetenv_function(const Value* a) {
  const std::string name = TRY(encode_file_name(a[1]));
  TRY(audit("os.unsetenv", {make_bytes(name)}));
  if (unsetenv(name.c_str()) != 0) return raise_os_error(errno);
  return none();
}

Value environment() {
  Dict* dict = make_dict();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    size_t sign = text.find('=');
    if (sign == std::string_view::npos) continue;
    Value key = make_bytes(text.substr(0, sign));
    auto known = dict_get(dict, key);
    if (known.ok() && known.unwrap().is_null()) (void)dict_set(dict, key, make_bytes(text.substr(sign + 1)));
  }
  return dict;
}

// ---- the system

Result<Value> uname_function(const Value*) {
  utsname info;
  if (uname(&info) != 0) return raise_os_error(errno);
  return make_struct_sequence(uname_type,
                              {text_of(info.sysname), text_of(info.nodename), text_of(info.release),
                               text_of(info.version), text_of(info.machine)});
}

Result<Value> times_function(const Value*) {
  tms t;
  clock_t elapsed = times(&t);
  auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  auto seconds = [&](clock_t c) { return make_float(static_cast<double>(c) / ticks); };
  return make_struct_sequence(times_type, {seconds(t.tms_utime), seconds(t.tms_stime), seconds(t.tms_cutime),
                                           seconds(t.tms_cstime), seconds(elapsed)});
}

Result<Value> urandom_function(const Value* a) {
  int64_t size = TRY(to_int64(a[1]));
  if (size < 0) return raise(types.ValueError, "negative argument not allowed");
  Bytes* bytes = TRY(allocate_bytes(static_cast<size_t>(size)));
  for (int64_t done = 0; done < size;) {
    ssize_t got = getrandom(bytes->data + done, static_cast<size_t>(size - done), 0);
    if (got < 0 && errno != EINTR) return raise_os_error(errno);
    done += std::max<ssize_t>(got, 0);
  }
  return bytes;
}

Result<Value> cpu_count(const Value*) {
  return make_int(sysconf(_SC_NPROCESSORS_ONLN));
}

Result<Value> sched_getaffinity_function(const Value* a) {
  cpu_set_t cpus;
  if (sched_getaffinity(TRY(to_c_int(a[1])), sizeof cpus, &cpus) != 0) return raise_os_error(errno);
  Set* set = make_set();
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &cpus)) TRY(set_add(set, make_int(cpu)));
  }
  return set;
}
Result<Value> sched_yield_function(const Value*) {
  ReleaseLock released;
  sched_yield();
  return none();
}

Result<Value> getloadavg_function(const Value*) {
  double loads[3];
  if (getloadavg(loads, 3) != 3) return raise(types.OSError, "Load averages are unobtainable");
  return make_tuple({make_float(loads[0]), make_float(loads[1]), make_float(loads[2])});
}

Result<Value> strerror_function(const Value* a) {
  return make_str(strerror(TRY(to_c_int(a[1]))));
}

Result<Value> nice_function(const Value* a) {
  errno = 0;
  int level = nice(TRY(to_c_int(a[1])));
  if (level == -1 && errno != 0) return raise_os_error(errno);
  return make_int(level);
}

Result<Value> fspath_function(const Value* a) {
  return fs_path(a[1]);
}

constexpr MethodSpec kFunctions[] = {
    {"getpid", "($module, /)", get_id<getpid>, "This process's identifier."},
    {"getppid", "($module, /)", get_id<getppid>, "The parent's identifier."},
    {"getuid", "($module, /)", get_id<getuid>, "The real user."},
    {"geteuid", "($module, /)", get_id<geteuid>, "The effective user."},
    {"getgid", "($module, /)", get_id<getgid>, "The real group."},
    {"getegid", "($module, /)", get_id<getegid>, "The effective group."},
    {"getpgrp", "($module, /)", get_id<getpgrp>, "The process group."},
    {"getpgid", "($module, /, pid)", getpgid_function, "A process's group."},
    {"getsid", "($module, pid, /)", getsid_function, "A process's session."},
    {"setsid", "($module, /)", setsid_function, "Starts a session."},
    {"setpgid", "($module, pid, pgrp, /)", setpgid_function, "Puts a process into a group."},
    {"getgroups", "($module, /)", getgroups_function, "The supplementary groups."},
    {"umask", "($module, mask, /)", umask_function, "Sets the file creation mask; returns the old one."},
    {"kill", "($module, pid, signal, /)", kill_function, "Sends a signal to a process."},
    {"killpg", "($module, pgid, signal, /)", killpg_function, "Sends a signal to a process group."},
    {"register_at_fork",
     "($module, /, *, before=<unrepresentable>, after_in_child=<unrepresentable>, "
     "after_in_parent=<unrepresentable>)",
     register_at_fork, "Registers functions that are called around a fork."},
    {"fork", "($module, /)", fork_function, "Makes a child process; 0 in it, its identifier in the parent."},
    {"execv", "($module, path, argv, /)", execv_function, "Becomes another program."},
    {"execve", "($module, /, path, argv, env)", execve_function,
     "Becomes another program, with an environment."},
    {"_exit", "($module, /, status)", exit_now, "Ends the process at once."},
    {"abort", "($module, /)", abort_function, "Ends the process with SIGABRT."},
    {"waitpid", "($module, pid, options, /)", waitpid_function, "Waits for a child: (identifier, status)."},
    {"wait", "($module, /)", wait_function, "Waits for any child: (identifier, status)."},
    {"waitstatus_to_exitcode", "($module, /, status)", status_to_exitcode,
     "The exit code that a wait status says."},
    {"WIFEXITED", "($module, /, status)", wait_status<0>, "Whether the process exited."},
    {"WEXITSTATUS", "($module, /, status)", wait_status<1>, "The exit code."},
    {"WIFSIGNALED", "($module, /, status)", wait_status<2>, "Whether a signal ended the process."},
    {"WTERMSIG", "($module, /, status)", wait_status<3>, "The signal that ended the process."},
    {"WIFSTOPPED", "($module, /, status)", wait_status<4>, "Whether the process is stopped."},
    {"WSTOPSIG", "($module, /, status)", wait_status<5>, "The signal that stopped the process."},
    {"WCOREDUMP", "($module, status, /)", wait_status<6>, "Whether a core file was written."},
    {"WIFCONTINUED", "($module, /, status)", wait_status<7>, "Whether the process goes on."},
    {"system", "($module, /, command)", system_function, "Runs a command in a shell; its wait status."},
    {"putenv", "($module, name, value, /)", putenv_function, "Sets an environment variable."},
    {"unsetenv", "($module, name, /)", unsetenv_function, "Removes an environment variable."},
    {"uname", "($module, /)", uname_function, "The operating system."},
    {"times", "($module, /)", times_function, "The times the process has used."},
    {"urandom", "($module, size, /)", urandom_function, "Random bytes from the system."},
    {"cpu_count", "($module, /)", cpu_count, "How many processors there are."},
    {"sched_getaffinity", "($module, pid, /)", sched_getaffinity_function,
     "The processors a process may use."},
    {"sched_yield", "($module, /)", sched_yield_function, "Lets others run."},
    {"getloadavg", "($module, /)", getloadavg_function, "The load averages."},
    {"strerror", "($module, code, /)", strerror_function, "The text of an error number."},
    {"nice", "($module, increment, /)", nice_function, "Changes the priority; returns the new one."},
    {"fspath", "($module, /, path)", fspath_function, "The path as text or bytes."},
};

constexpr SequenceField kUnameFields[] = {{"sysname"}, {"nodename"}, {"release"}, {"version"}, {"machine"}};
constexpr SequenceField kTimesFields[] = {
    {"user"}, {"system"}, {"children_user"}, {"children_system"}, {"elapsed"}};

}  // namespace

Result<pid_t> fork_process(pid_t (*make)(void* data), void* data) {
  run_fork_hooks(0, true);
  const pid_t child = make(data);
  const int error = errno;
  if (child == 0) {
    threads_after_fork();
    run_fork_hooks(2, false);
  } else {
    run_fork_hooks(1, false);
  }
  if (child < 0) return raise_os_error(error);
  return child;
}

std::span<const MethodSpec> posix_process_functions() {
  return kFunctions;
}

Status add_posix_process_types(Module* module) {
  uname_type = make_struct_sequence_type("posix.uname_result", "The operating system.", kUnameFields, 5);
  times_type = make_struct_sequence_type("posix.times_result", "Times used.", kTimesFields, 5);
  TRY(module_add(module, "uname_result", uname_type));
  TRY(module_add(module, "times_result", times_type));
  return module_add(module, "environ", environment());
}

}  // namespace ouro::vm
