// posix: terminals and who uses them.
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>
#include <utmp.h>

#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

Status forbid_inheritance(int descriptor) {
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) return raise_os_error(errno);
  return {};
}

Result<Value> openpty_function(const Value*) {
  int master, slave;
  TRY(system_call([&] { return openpty(&master, &slave, nullptr, nullptr, nullptr); }));
  TRY(forbid_inheritance(master));
  TRY(forbid_inheritance(slave));
  return make_tuple({make_int(master), make_int(slave)});
}

Result<Value> forkpty_function(const Value*) {
  TRY(audit("os.forkpty", {}));
  int master = -1;
  const pid_t child = TRY(fork_process(
      [](void* data) { return forkpty(static_cast<int*>(data), nullptr, nullptr, nullptr); }, &master));
  return make_tuple({make_int(child), make_int(master)});
}

Result<Value> login_tty_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  TRY(system_call([&] { return login_tty(descriptor); }));
  return none();
}

Result<Value> tcgetpgrp_function(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1]));
  return make_int(TRY(system_call([&] { return tcgetpgrp(descriptor); })));
}
Result<Value> tcsetpgrp_function(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1])), group = TRY(to_c_int(a[2]));
  TRY(system_call([&] { return tcsetpgrp(descriptor, group); }));
  return none();
}

Result<Value> ctermid_function(const Value*) {
  char name[L_ctermid];
  return text_of(ctermid(name));
}
Result<Value> getlogin_function(const Value*) {
  char name[256];
  if (const int error = getlogin_r(name, sizeof name); error != 0) return raise_os_error(error);
  return text_of(name);
}

constexpr MethodSpec kFunctions[] = {
    {"openpty", "($module, /)", openpty_function, "Opens a pseudo-terminal: both descriptors."},
    {"forkpty", "($module, /)", forkpty_function,
     "Makes a child process with a new pseudo-terminal: (identifier, descriptor)."},
    {"login_tty", "($module, fd, /)", login_tty_function, "Makes a terminal the controlling one."},
    {"tcgetpgrp", "($module, fd, /)", tcgetpgrp_function, "The process group of a terminal."},
    {"tcsetpgrp", "($module, fd, pgid, /)", tcsetpgrp_function, "Sets the process group of a terminal."},
    {"ctermid", "($module, /)", ctermid_function, "The name of the controlling terminal."},
    {"getlogin", "($module, /)", getlogin_function, "The name of the logged-in user."},
};

}  // namespace

std::span<const MethodSpec> posix_terminal_functions() {
  return kFunctions;
}

}  // namespace ouro::vm
