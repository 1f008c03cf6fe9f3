// The module _posixsubprocess: fork and exec in one step, for subprocess.
//
// The child runs no Python code (but preexec_fn) and allocates nothing: everything it needs is laid out
// before the fork. What fails in it is written to a pipe as "OSError:ERRNO:MESSAGE", which subprocess reads.
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

/// Texts for exec: an array of pointers with null at the end.
class Texts {
 public:
  Status add(Value value) {
    texts_.push_back(TRY(encode_file_name(value)));
    return {};
  }
  char* const* pointers() {
    pointers_.clear();
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

enum Argument : uint8_t {
  kArgs,
  kExecutables,
  kCloseFds,
  kKeep,
  kCwd,
  kEnv,
  kP2cRead,
  kP2cWrite,
  kC2pRead,
  kC2pWrite,
  kErrRead,
  kErrWrite,
  kPipeRead,
  kPipeWrite,
  kRestoreSignals,
  kNewSession,
  kGroupToSet,
  kGid,
  kGroups,
  kUid,
  kUmask,
  kPreexec,
  kAllowVfork,
  kArgumentCount
};

/// Everything that the child needs.
struct Plan {
  Texts executables, arguments, environment;
  char* const* executable_list = nullptr;
  char* const* argument_list = nullptr;
  char* const* environment_list = nullptr;  // null: as it is
  std::string directory;
  bool has_directory = false;
  int numbers[kArgumentCount] = {};
  std::vector<int> keep;
  std::vector<gid_t> groups;
  bool set_groups = false, set_gid = false, set_uid = false;
  gid_t gid = 0;
  uid_t uid = 0;
  bool close = false;
  Value preexec;
};

Status add_all(Value sequence, Texts* texts) {
  return for_each(sequence, [&](Value item) { return texts->add(item); });
}

Status read_keep(Value given, std::vector<int>* keep) {
  if (!is_tuple(given))
    return raise(types.TypeError, "fork_exec() argument 4 must be tuple, not {}", given_name(given));
  int64_t last = -1;
  for (Value item : given.as<Tuple>()->span()) {
    int64_t number;
    if (!is_int(item) || !int_fits(item, &number) || number < 0 || number <= last || number > INT32_MAX)
      return raise(types.ValueError, "bad value(s) in fds_to_keep");
    last = number;
    keep->push_back(static_cast<int>(number));
  }
  return {};
}

Status read_identities(const Value* a, Plan* plan) {
  if (!is_none(a[kGroups])) {
    if (!is_list(a[kGroups])) return raise(types.TypeError, "setgroups argument must be a list");
    plan->set_groups = true;
    for (Value group : a[kGroups].as<List>()->span()) {
      if (!is_int(group)) return raise(types.TypeError, "groups must be integers");
      plan->groups.push_back(TRY(to_account_id(group, "gid")));
    }
  }
  plan->set_gid = !is_none(a[kGid]);
  if (plan->set_gid) plan->gid = TRY(to_account_id(a[kGid], "gid"));
  plan->set_uid = !is_none(a[kUid]);
  if (plan->set_uid) plan->uid = TRY(to_account_id(a[kUid], "uid"));
  return {};
}

Status make_plan(const Value* a, Plan* plan) {
  plan->close = TRY(is_true(a[kCloseFds]));
  for (int i : {kP2cRead, kP2cWrite, kC2pRead, kC2pWrite, kErrRead, kErrWrite, kPipeRead, kPipeWrite,
                kRestoreSignals, kNewSession, kGroupToSet, kUmask})
    plan->numbers[i] = TRY(to_c_int(a[i]));
  if (plan->close && plan->numbers[kPipeWrite] < 3)
    return raise(types.ValueError, "errpipe_write must be >= 3");
  TRY(read_keep(a[kKeep], &plan->keep));
  TRY(add_all(a[kExecutables], &plan->executables));
  TRY(add_all(a[kArgs], &plan->arguments));
  plan->executable_list = plan->executables.pointers();
  plan->argument_list = plan->arguments.pointers();
  if (!is_none(a[kEnv])) {
    TRY(add_all(a[kEnv], &plan->environment));
    plan->environment_list = plan->environment.pointers();
  }
  plan->has_directory = !is_none(a[kCwd]);
  if (plan->has_directory) plan->directory = TRY(encode_file_name(a[kCwd]));
  TRY(read_identities(a, plan));
  if (!is_none(a[kPreexec])) plan->preexec = a[kPreexec];
  return {};
}

// ---- in the child: no allocation, no locks

bool make_inheritable(int descriptor) {
  const int flags = fcntl(descriptor, F_GETFD);
  return flags >= 0 && fcntl(descriptor, F_SETFD, flags & ~FD_CLOEXEC) == 0;
}

/// Makes `from` the descriptor `to`, which the program to be run gets; -1: leaves it.
bool place(int from, int to) {
  if (from == to) return make_inheritable(from);
  return from < 0 || dup2(from, to) >= 0;
}

bool place_streams(Plan* plan) {
  int* n = plan->numbers;
  for (int i : {kP2cWrite, kC2pRead, kErrRead}) {
    if (n[i] >= 0) close(n[i]);
  }
  close(n[kPipeRead]);
  // Streams in each other's places step aside first.
  if (n[kC2pWrite] == 0 && (n[kC2pWrite] = dup(n[kC2pWrite])) < 0) return false;
  while (n[kErrWrite] == 0 || n[kErrWrite] == 1) {
    if ((n[kErrWrite] = dup(n[kErrWrite])) < 0) return false;
  }
  return place(n[kP2cRead], 0) && place(n[kC2pWrite], 1) && place(n[kErrWrite], 2);
}

bool set_identities(const Plan& plan) {
  const int* n = plan.numbers;
  if (n[kNewSession] != 0 && setsid() < 0) return false;
  if (n[kGroupToSet] >= 0 && setpgid(0, n[kGroupToSet]) != 0) return false;
  if (plan.set_groups && setgroups(plan.groups.size(), plan.groups.data()) != 0) return false;
  if (plan.set_gid && setregid(plan.gid, plan.gid) != 0) return false;
  return !plan.set_uid || setreuid(plan.uid, plan.uid) == 0;
}

void close_others(const Plan& plan) {
  unsigned first = 3;
  const auto close_up_to = [&](unsigned last) {
    if (first <= last && syscall(SYS_close_range, first, last, 0) != 0) {
      const long most = std::min<long>(sysconf(_SC_OPEN_MAX), 1 << 20);
      for (unsigned i = first; i <= last && static_cast<long>(i) < most; ++i) close(static_cast<int>(i));
    }
  };
  for (int kept : plan.keep) {
    if (kept < 3) continue;
    close_up_to(static_cast<unsigned>(kept) - 1);
    first = static_cast<unsigned>(kept) + 1;
  }
  close_up_to(~0U);
}

void run_program(const Plan& plan) {
  int error = 0;
  for (char* const* program = plan.executable_list; *program != nullptr; ++program) {
    if (plan.environment_list != nullptr) {
      execve(*program, plan.argument_list, plan.environment_list);
    } else {
      execv(*program, plan.argument_list);
    }
    if (errno != ENOENT && errno != ENOTDIR && error == 0) error = errno;
  }
  if (error != 0) errno = error;
}

void tell(int descriptor, const char* text) {
  if (write(descriptor, text, std::strlen(text)) < 0) return;  // nobody is left to hear of it
}

/// Null: errno says what failed, before exec or in it.
const char* run_child(Plan* plan) {
  const char* where = "noexec";  // subprocess knows this word: the program was not even tried
  for (int kept : plan->keep) {
    if (kept != plan->numbers[kPipeWrite] && !make_inheritable(kept)) return where;
  }
  if (!place_streams(plan)) return where;
  if (plan->has_directory && chdir(plan->directory.c_str()) != 0) return where;
  if (plan->numbers[kUmask] >= 0) umask(static_cast<mode_t>(plan->numbers[kUmask]));
  if (plan->numbers[kRestoreSignals] != 0) {
    std::signal(SIGPIPE, SIG_DFL);
    std::signal(SIGXFSZ, SIG_DFL);
  }
  if (!set_identities(*plan)) return where;
  if (!plan->preexec.is_null() && !call(plan->preexec).ok()) {
    errno = 0;
    return "Exception occurred in preexec_fn.";
  }
  if (plan->close) close_others(*plan);
  run_program(*plan);
  return "";
}

[[noreturn]] void child(Plan* plan) {
  if (!plan->preexec.is_null()) threads_after_fork();
  errno = 0;
  const int pipe = plan->numbers[kPipeWrite];
  const char* message = run_child(plan);
  const int error = errno;
  if (error == 0) {
    tell(pipe, "SubprocessError:0:");
  } else {
    char number[16];
    char* end = number + sizeof(number) - 1;
    *end = '\0';
    char* digits = end;
    for (int rest = error; rest != 0; rest /= 16) *--digits = "0123456789abcdef"[rest % 16];
    tell(pipe, "OSError:");
    tell(pipe, digits);
    tell(pipe, ":");
  }
  tell(pipe, message);
  _exit(255);
}

Result<Value> fork_exec(Value, const Arguments& arguments) {
  if (arguments.keyword_count() > 0)
    return raise(types.TypeError, "_posixsubprocess.fork_exec() takes no keyword arguments");
  if (arguments.positional != kArgumentCount)
    return raise(types.TypeError, "fork_exec() takes exactly {} arguments ({} given)",
                 static_cast<int>(kArgumentCount), arguments.positional);
  Plan plan;
  TRY(make_plan(arguments.values, &plan));
  const pid_t id = fork();
  if (id == 0) child(&plan);
  if (id < 0) return raise_os_error(errno);
  return make_int(id);
}

constexpr MethodSpec kFunctions[] = {
    {"fork_exec", nullptr, nullptr,
     "fork_exec(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, "
     "errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, "
     "groups_list, uid, child_umask, preexec_fn, allow_vfork)\n\nForks a child that runs a program, and "
     "returns its identifier.",
     Binding::Instance, fork_exec},
};

}  // namespace

extern const ModuleSpec kPosixsubprocessModule;
const ModuleSpec kPosixsubprocessModule = {
    .name = "_posixsubprocess",
    .doc = "A POSIX helper for the subprocess module.",
    .functions = kFunctions,
};

}  // namespace ouro::vm
