// The module posix, in parts.
#pragma once

#include <sched.h>

#include <cerrno>
#include <span>
#include <string>
#include <vector>

#include "vm/import/import.h"
#include "vm/modules/signals.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

std::span<const MethodSpec> posix_file_functions();       // files.cpp: descriptors
std::span<const MethodSpec> posix_directory_functions();  // directories.cpp: names in the file system
std::span<const MethodSpec> posix_stat_functions();       // stat.cpp
std::span<const MethodSpec> posix_process_functions();    // processes.cpp
std::span<const MethodSpec> posix_terminal_functions();   // terminals.cpp
std::span<const MethodSpec> posix_identity_functions();   // identities.cpp: users, groups, priorities
std::span<const MethodSpec> posix_system_functions();     // system_calls.cpp: what only some programs need
std::span<const MethodSpec> posix_configuration_functions();  // configuration.cpp: limits
std::span<const MethodSpec> posix_waiting_functions();        // waiting.cpp: for children
std::span<const MethodSpec> posix_scheduling_functions();     // scheduling.cpp: parameters of policies
std::span<const MethodSpec> posix_spawning_functions();       // spawning.cpp
/// Constants of system_calls.cpp.
Status add_posix_system_constants(Module* module);
Status add_posix_stat_types(Module* module);
Status add_posix_directory_types(Module* module);
Status add_posix_process_types(Module* module);
Status add_posix_waiting_types(Module* module);
Status add_posix_scheduling_types(Module* module);
Status add_posix_spawning_constants(Module* module);
Status add_posix_configuration_names(Module* module);

/// A fork by `make`, with what os.register_at_fork wants around it: 0 in the child.
Result<pid_t> fork_process(pid_t (*make)(void* data), void* data);

/// Another program's arguments or environment.
using Texts = std::vector<std::string>;
/// From a list or tuple; `message` is the TypeError's for anything else.
Result<Texts> argument_texts(Value sequence, const char* message);
/// "NAME=value" of each of a mapping's items. `function` is for the TypeError's text.
Result<Texts> environment_texts(Value mapping, const char* function);
/// What exec and its kin take; valid as long as the texts stand.
std::vector<char*> pointers_to(Texts& texts);

/// Scheduling parameters of an os.sched_param.
Result<sched_param> to_scheduling_parameters(Value value);

/// A path argument: text, bytes, os.PathLike, or (where allowed) an open descriptor.
struct Path {
  std::string bytes;
  int descriptor = -1;
  Value shown;             // for errors
  bool was_bytes = false;  // results are bytes too

  const char* c_str() const { return bytes.c_str(); }
  bool is_descriptor() const { return descriptor >= 0; }
};
/// `function` is for the TypeError's text.
Result<Path> to_path(Value value, const char* function, bool allow_descriptor = false,
                     const char* parameter = "path");
/// A name that the system gave, in the form the program asked with.
Result<Value> name_like(const Path& path, std::string_view bytes);
/// dir_fd=: AT_FDCWD when absent or None.
Result<int> to_directory_descriptor(Value value);
/// How audit hooks see what that answered: -1 when absent.
inline Value shown_directory(int directory) {
  return make_int(directory < 0 ? -1 : directory);
}
Result<int> to_descriptor(Value value);
/// A descriptor, or what has fileno().
Result<int> to_file_descriptor(Value value);
/// A user or group, which `what` calls "uid" or "gid": -1 stands for "as it is".
Result<uint32_t> to_account_id(Value value, const char* what);
/// An optional truth value.
Result<bool> to_flag(Value value, bool absent);
inline Value text_of(std::string_view bytes) {
  auto text = decode_file_name(bytes);
  return text.ok() ? Value(text.unwrap()) : Value(make_str_latin1(bytes));
}

/// What a system call gave, and errno after it.
struct CallOutcome {
  int64_t result;
  int error;
};

/// Runs a system call without the interpreter's lock.
template <class Call>
CallOutcome call_unlocked(Call&& call) {
  ReleaseLock released;
  const int64_t result = call();
  return {result, errno};
}

/// Runs a system call without the interpreter's lock, again when a signal interrupted it (PEP 475). The
/// result is never negative; errno becomes OSError.
template <class Call>
Result<int64_t> system_call(Call&& call, Value filename = {}, Value filename2 = {}) {
  for (;;) {
    const auto [result, error] = call_unlocked(call);
    if (result >= 0) return result;
    if (error != EINTR) return raise_os_error(error, filename, filename2);
    TRY(handle_signals());
  }
}

}  // namespace ouro::vm
