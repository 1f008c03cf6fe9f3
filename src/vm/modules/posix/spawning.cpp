// posix: programs started in new processes without a fork that Python sees.
//
// posix_spawn takes what the child is to do before it becomes the program: a list of actions on descriptors,
// and attributes (group, session, masks, scheduling). Both are built from the arguments here, and given back
// however the call ends.
#include <spawn.h>

#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

enum FileAction : int64_t { kOpen = 0, kClose = 1, kDuplicate = 2 };

/// What posix_spawn and its helpers return is the error itself.
Status check(int error) {
  if (error != 0) return raise_os_error(error);
  return {};
}

class FileActions {
 public:
  FileActions() { made_ = posix_spawn_file_actions_init(&actions_) == 0; }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() {
    if (made_) posix_spawn_file_actions_destroy(&actions_);
  }
  /// The elements of `sequence`, each a tuple that begins with its kind.
  Status fill(Value sequence);
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  Status add(Tuple* action);
  Status add_open(Tuple* action);

  posix_spawn_file_actions_t actions_;
  bool made_ = false;
};

Status FileActions::fill(Value sequence) {
  if (!made_) return raise_no_memory();
  auto items = to_tuple(sequence);
  if (!items.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return raise(types.TypeError, "file_actions must be a sequence or None");
  }
  for (Value item : items.unwrap()->span()) {
    if (!is_tuple(item) || item.as<Tuple>()->length == 0)
      return raise(types.TypeError, "Each file_actions element must be a non-empty tuple");
    TRY(add(item.as<Tuple>()));
  }
  return {};
}

Status check_length(const Tuple* action, size_t length, const char* name) {
  if (action->length == length) return {};
  return raise(types.TypeError, "A {} file_action tuple must have {} elements", name, length);
}

Status FileActions::add(Tuple* action) {
  switch (TRY(to_int64(action->items[0]))) {
    case kOpen:
      return add_open(action);
    case kClose:
      TRY(check_length(action, 2, "close"));
      return check(posix_spawn_file_actions_addclose(&actions_, TRY(to_c_int(action->items[1]))));
    case kDuplicate: {
      TRY(check_length(action, 3, "dup2"));
      const int from = TRY(to_c_int(action->items[1])), to = TRY(to_c_int(action->items[2]));
      return check(posix_spawn_file_actions_adddup2(&actions_, from, to));
    }
    default:
      return raise(types.TypeError, "Unknown file_actions identifier");
  }
}

Status FileActions::add_open(Tuple* action) {
  TRY(check_length(action, 5, "open"));
  const int descriptor = TRY(to_c_int(action->items[1]));
  const std::string path = TRY(encode_file_name(action->items[2]));
  const int flags = TRY(to_c_int(action->items[3]));
  const auto mode = static_cast<mode_t>(TRY(to_int64(action->items[4])));
  return check(posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), flags, mode));
}

/// The keyword arguments of posix_spawn that are attributes; null where not given.
struct Wanted {
  Value group, reset_ids, session, mask, defaults, scheduler;
};

class Attributes {
 public:
  Attributes() { made_ = posix_spawnattr_init(&attributes_) == 0; }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() {
    if (made_) posix_spawnattr_destroy(&attributes_);
  }
  Status fill(const Wanted& wanted);
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  Status set_signals(const Wanted& wanted);
  Status set_scheduler(Value scheduler);

  posix_spawnattr_t attributes_;
  int flags_ = 0;
  bool made_ = false;
};

Result<bool> is_asked(Value flag) {
  return !flag.is_null() && TRY(to_c_int(flag)) != 0;
}

Status Attributes::fill(const Wanted& wanted) {
  if (!made_) return raise_no_memory();
  const bool reset_ids = TRY(is_asked(wanted.reset_ids)), session = TRY(is_asked(wanted.session));
  if (!wanted.group.is_null()) {
    TRY(check(posix_spawnattr_setpgroup(&attributes_, TRY(to_c_int(wanted.group)))));
    flags_ |= POSIX_SPAWN_SETPGROUP;
  }
  if (reset_ids) flags_ |= POSIX_SPAWN_RESETIDS;
  if (session) flags_ |= POSIX_SPAWN_SETSID;
  TRY(set_signals(wanted));
  if (!wanted.scheduler.is_null()) TRY(set_scheduler(wanted.scheduler));
  return check(posix_spawnattr_setflags(&attributes_, static_cast<short>(flags_)));
}

Status Attributes::set_signals(const Wanted& wanted) {
  if (!wanted.mask.is_null()) {
    const sigset_t mask = TRY(to_signal_set(wanted.mask));
    TRY(check(posix_spawnattr_setsigmask(&attributes_, &mask)));
    flags_ |= POSIX_SPAWN_SETSIGMASK;
  }
  if (!wanted.defaults.is_null()) {
    const sigset_t defaults = TRY(to_signal_set(wanted.defaults));
    TRY(check(posix_spawnattr_setsigdefault(&attributes_, &defaults)));
    flags_ |= POSIX_SPAWN_SETSIGDEF;
  }
  return {};
}

Status Attributes::set_scheduler(Value scheduler) {
  if (!is_tuple(scheduler) || scheduler.as<Tuple>()->length != 2)
    return raise(is_tuple(scheduler) ? types.TypeError : types.SystemError, "{}",
                 is_tuple(scheduler) ? "A scheduler tuple must have two elements"
                                     : "new style getargs format but argument is not a tuple");
  auto* pair = scheduler.as<Tuple>();
  const sched_param parameters = TRY(to_scheduling_parameters(pair->items[1]));
  if (!is_none(pair->items[0])) {
    TRY(check(posix_spawnattr_setschedpolicy(&attributes_, TRY(to_c_int(pair->items[0])))));
    flags_ |= POSIX_SPAWN_SETSCHEDULER;
  }
  TRY(check(posix_spawnattr_setschedparam(&attributes_, &parameters)));
  flags_ |= POSIX_SPAWN_SETSCHEDPARAM;
  return {};
}

using Spawn = int (*)(pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*,
                      char* const[], char* const[]);

Result<Texts> spawn_arguments(Value sequence, const std::string& function) {
  Texts arguments = TRY(argument_texts(sequence, (function + ": argv must be a tuple or list").c_str()));
  if (arguments.empty()) return raise(types.ValueError, "{}: argv must not be empty", function);
  if (arguments[0].empty())
    return raise(types.ValueError, "{}: argv first element cannot be empty", function);
  return arguments;
}

Result<Value> start(Spawn spawn, const char* function, const Value* a) {
  const Path path = TRY(to_path(a[1], function));
  Texts arguments = TRY(spawn_arguments(a[2], function));
  Texts environment = TRY(environment_texts(a[3], function));
  FileActions actions;
  if (!a[4].is_null() && !is_none(a[4])) TRY(actions.fill(a[4]));
  Attributes attributes;
  TRY(attributes.fill({a[5], a[6], a[7], a[8], a[9], a[10]}));
  TRY(audit("os.posix_spawn", {path.shown, a[2], a[3]}));
  pid_t child = 0;
  const auto argv = pointers_to(arguments), envp = pointers_to(environment);
  const int error = spawn(&child, path.c_str(), actions.get(), attributes.get(), argv.data(), envp.data());
  if (error != 0) return raise_os_error(error, path.shown);
  return make_int(child);
}

Result<Value> spawn_function(const Value* a) {
  return start(posix_spawn, "posix_spawn", a);
}
Result<Value> spawn_searching_function(const Value* a) {
  return start(posix_spawnp, "posix_spawnp", a);
}

constexpr const char* kSignature =
    "($module, path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, "
    "setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)";

constexpr MethodSpec kFunctions[] = {
    {"posix_spawn", kSignature, spawn_function, "Runs a program in a new process; its identifier."},
    {"posix_spawnp", kSignature, spawn_searching_function,
     "Runs a program, searched for in PATH, in a new process; its identifier."},
};

}  // namespace

Result<Texts> argument_texts(Value sequence, const char* message) {
  if (!is_list(sequence) && !is_tuple(sequence)) return raise(types.TypeError, "{}", message);
  Tuple* items = TRY(to_tuple(sequence));
  Texts result;
  for (Value item : items->span()) result.push_back(TRY(encode_file_name(item)));
  return result;
}

Result<Texts> environment_texts(Value mapping, const char* function) {
  if (type_of(mapping)->slots.subscript == nullptr)
    return raise(types.TypeError, "{}: environment must be a mapping object", function);
  Tuple* keys = TRY(to_tuple(TRY(call_method(mapping, names.keys))));
  Tuple* values = TRY(to_tuple(TRY(call_method(mapping, names.values))));
  Texts result;
  for (size_t i = 0; i < std::min(keys->length, values->length); ++i) {
    const std::string key = TRY(encode_file_name(keys->items[i]));
    const std::string value = TRY(encode_file_name(values->items[i]));
    if (key.empty() || key.find('=', 1) != std::string::npos)
      return raise(types.ValueError, "illegal environment variable name");
    result.push_back(key + "=" + value);
  }
  return result;
}

std::vector<char*> pointers_to(Texts& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::span<const MethodSpec> posix_spawning_functions() {
  return kFunctions;
}

Status add_posix_spawning_constants(Module* module) {
  TRY(module_add(module, "POSIX_SPAWN_OPEN", make_int(kOpen)));
  TRY(module_add(module, "POSIX_SPAWN_CLOSE", make_int(kClose)));
  return module_add(module, "POSIX_SPAWN_DUP2", make_int(kDuplicate));
}

}  // namespace ouro::vm
