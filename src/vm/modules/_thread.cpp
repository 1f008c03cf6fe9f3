// The module _thread: threads, locks, thread-local storage.
//
// A lock is a flag under a mutex with a condition variable: both lie in malloc'd memory, since a thread waits
// in them without the interpreter's lock. Waiting is cut into short pieces so that signals are noticed.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "vm/builtins/functions.h"
#include "vm/builtins/struct_sequence.h"
#include "vm/heap/heap.h"
#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/exception_printer.h"
#include "vm/modules/signals.h"
#include "vm/modules/unraisable.h"

namespace ouro::vm {

namespace {

using Clock = std::chrono::steady_clock;

struct Flag {
  std::mutex mutex;
  std::condition_variable changed;
  bool held = false;
};

struct Lock : Object {
  Flag* flag;
  uint64_t owner;  // of recursive locks: thread id, valid while count > 0
  uint64_t count;
};

Type* lock_type = nullptr;
Type* rlock_type = nullptr;
Type* local_type = nullptr;
Type* hook_arguments_type = nullptr;
int64_t running_threads = 0;
int64_t wanted_stack_size = 0;
constexpr double kTimeoutMax = 9223372036.0;

Flag* flag_of(Value lock) {
  return lock.as<Lock>()->flag;
}

/// Takes the flag; false when the deadline passes. Signals are handled between the pieces of a wait.
Result<bool> take(Flag* flag, bool blocking, std::optional<Clock::time_point> deadline) {
  {
    std::lock_guard guard(flag->mutex);
    if (!flag->held) {
      flag->held = true;
      return true;
    }
  }
  if (!blocking) return false;
  for (;;) {
    {
      ReleaseLock released;
      std::unique_lock guard(flag->mutex);
      auto until = Clock::now() + std::chrono::milliseconds(50);
      if (deadline && *deadline < until) until = *deadline;
      flag->changed.wait_until(guard, until, [&] { return !flag->held; });
      if (!flag->held) {
        flag->held = true;
        return true;
      }
    }
    if (deadline && Clock::now() >= *deadline) return false;
    TRY(handle_signals());
  }
}

void give(Flag* flag) {
  std::lock_guard guard(flag->mutex);
  flag->held = false;
  flag->changed.notify_one();
}

/// The arguments of acquire(): whether to block, and until when.
Status acquire_arguments(const Value* a, bool* blocking, std::optional<Clock::time_point>* deadline) {
  *blocking = a[1].is_null() || TRY(is_true(a[1]));
  double timeout = a[2].is_null() ? -1 : TRY(to_double(a[2]));
  if (timeout == -1) return {};
  if (!*blocking) return raise(types.ValueError, "can't specify a timeout for a non-blocking call");
  if (timeout < 0) return raise(types.ValueError, "timeout value must be a non-negative number");
  if (!(timeout <= kTimeoutMax)) return raise(types.OverflowError, "timeout value is too large");
  *deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout));
  return {};
}

Value make_lock(Type* type) {
  auto* lock = allocate_instance<Lock>(type);
  lock->flag = new Flag;
  return lock;
}

void free_lock(Object* object) {
  auto* lock = static_cast<Lock*>(object);
  delete std::exchange(lock->flag, nullptr);
}

// ---- lock

Result<Value> lock_acquire(const Value* a) {
  bool blocking;
  std::optional<Clock::time_point> deadline;
  TRY(acquire_arguments(a, &blocking, &deadline));
  return make_bool(TRY(take(flag_of(a[0]), blocking, deadline)));
}

Result<Value> lock_release(const Value* a) {
  if (!flag_of(a[0])->held) return raise(types.RuntimeError, "release unlocked lock");
  give(flag_of(a[0]));
  return none();
}

Result<Value> lock_exit(const Value* a) {
  return lock_release(a);
}
Result<Value> lock_locked(const Value* a) {
  return make_bool(flag_of(a[0])->held);
}

Result<Value> lock_enter(const Value* a) {
  return make_bool(TRY(take(flag_of(a[0]), true, std::nullopt)));
}

Result<Value> lock_reinit(const Value* a) {
  auto* lock = a[0].as<Lock>();
  lock->flag = new Flag;  // the old one may be waited for by threads that are gone
  lock->count = 0;
  return none();
}

Result<Value> lock_repr(Value self) {
  const char* state = flag_of(self)->held ? "locked" : "unlocked";
  return make_str(fmt::format("<{} {} object at 0x{:x}>", state, type_name(self), self.bits()));
}

constexpr MethodSpec kLockMethods[] = {
    {"acquire", "($self, blocking=True, timeout=-1)", lock_acquire,
     "Takes the lock; whether that succeeded."},
    {"acquire_lock", "($self, blocking=True, timeout=-1)", lock_acquire, "The same as acquire()."},
    {"release", "($self, /)", lock_release, "Lets the lock go."},
    {"release_lock", "($self, /)", lock_release, "The same as release()."},
    {"locked", "($self, /)", lock_locked, "Whether somebody holds the lock."},
    {"locked_lock", "($self, /)", lock_locked, "The same as locked()."},
    {"__enter__", "($self, /)", lock_enter},
    {"__exit__", "($self, exc_type, exc_value, traceback, /)", lock_exit},
    {"_at_fork_reinit", "($self, /)", lock_reinit},
};

// ---- recursive lock

bool is_owned(Lock* lock) {
  return lock->count > 0 && lock->owner == thread()->id;
}

Result<Value> rlock_acquire(const Value* a) {
  auto* lock = a[0].as<Lock>();
  bool blocking;
  std::optional<Clock::time_point> deadline;
  TRY(acquire_arguments(a, &blocking, &deadline));
  if (is_owned(lock)) {
    ++lock->count;
    return make_bool(true);
  }
  bool taken = TRY(take(lock->flag, blocking, deadline));
  if (taken) {
    lock->owner = thread()->id;
    lock->count = 1;
  }
  return make_bool(taken);
}

Result<Value> rlock_enter(const Value* a) {
  Value arguments[] = {a[0], Value(), Value()};
  return rlock_acquire(arguments);
}

Result<Value> rlock_release(const Value* a) {
  auto* lock = a[0].as<Lock>();
  if (!is_owned(lock)) return raise(types.RuntimeError, "cannot release un-acquired lock");
  if (--lock->count == 0) give(lock->flag);
  return none();
}

Result<Value> rlock_exit(const Value* a) {
  return rlock_release(a);
}
Result<Value> rlock_is_owned(const Value* a) {
  return make_bool(is_owned(a[0].as<Lock>()));
}
Result<Value> rlock_count(const Value* a) {
  return make_int(is_owned(a[0].as<Lock>()) ? static_cast<int64_t>(a[0].as<Lock>()->count) : 0);
}

Result<Value> rlock_release_save(const Value* a) {
  auto* lock = a[0].as<Lock>();
  if (lock->count == 0) return raise(types.RuntimeError, "cannot release un-acquired lock");
  Value state = make_tuple({make_int_unsigned(lock->count), make_int_unsigned(lock->owner)});
  lock->count = 0;
  give(lock->flag);
  return state;
}

Result<Value> rlock_acquire_restore(const Value* a) {
  auto* lock = a[0].as<Lock>();
  if (!is_tuple(a[1]) || a[1].as<Tuple>()->length != 2)
    return raise(types.TypeError, "_acquire_restore() argument must be a 2-tuple");
  TRY(take(lock->flag, true, std::nullopt));
  lock->count = TRY(to_uint64(a[1].as<Tuple>()->items[0]));
  lock->owner = TRY(to_uint64(a[1].as<Tuple>()->items[1]));
  return none();
}

Result<Value> rlock_repr(Value self) {
  auto* lock = self.as<Lock>();
  const char* state = lock->count > 0 ? "locked" : "unlocked";
  return make_str(fmt::format("<{} {} object owner={} count={} at 0x{:x}>", state, type_name(self),
                              lock->count > 0 ? lock->owner : 0, lock->count, self.bits()));
}

constexpr MethodSpec kRLockMethods[] = {
    {"acquire", "($self, blocking=True, timeout=-1)", rlock_acquire,
     "Takes the lock, again if this thread has it."},
    {"release", "($self, /)", rlock_release, "Lets the lock go once."},
    {"__enter__", "($self, /)", rlock_enter},
    {"__exit__", "($self, exc_type, exc_value, traceback, /)", rlock_exit},
    {"_is_owned", "($self, /)", rlock_is_owned},
    {"_recursion_count", "($self, /)", rlock_count},
    {"_release_save", "($self, /)", rlock_release_save},
    {"_acquire_restore", "($self, state, /)", rlock_acquire_restore},
    {"_at_fork_reinit", "($self, /)", lock_reinit},
};

Result<Value> new_lock(Type* type, const Arguments& arguments) {
  static const Signature signature("RLock", "()");
  TRY(signature.bind(arguments, nullptr));
  return make_lock(type);
}

// ---- thread-local storage: a dict per object in the thread's own dict

struct Local : Object {
  Tuple* arguments;
  Dict* keywords;
};

void trace_local(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Local*>(object)->arguments);
  tracer.visit(static_cast<Local*>(object)->keywords);
}

Result<Value> new_local(Type* type, const Arguments& arguments) {
  if (arguments.total() > 0 && type->slots.init == types.object->slots.init)
    return raise(types.TypeError, "Initialization arguments are not supported");
  auto* local = allocate_instance<Local>(type);
  store(local, local->arguments, make_tuple(std::span<const Value>(arguments.values, arguments.positional)));
  Dict* keywords = make_dict();
  for (size_t i = 0; i < arguments.keyword_count(); ++i)
    TRY(dict_set(keywords, arguments.keywords->items[i], arguments[arguments.positional + i]));
  store(local, local->keywords, keywords);
  return local;
}

/// This thread's attributes of the object; made, and __init__ called again, at the first use in a thread.
Result<Dict*> local_dict(Local* local) {
  Thread* t = thread();
  if (t->dict.is_null()) t->dict = make_dict();
  Value key = make_int_unsigned(Value(local).bits());
  Value known = TRY(dict_get(t->dict.as<Dict>(), key));
  if (!known.is_null()) return known.as<Dict>();
  Dict* dict = make_dict();
  TRY(dict_set(t->dict.as<Dict>(), key, dict));
  Type* type = type_of(local);
  if (type->slots.init != types.object->slots.init && type->slots.init != nullptr) {
    Value init = TRY(get_attribute(type, names.dunder_init));
    List* all = make_list({local->arguments->items, 0});
    TRY(list_append(all, local));
    for (Value argument : local->arguments->span()) TRY(list_append(all, argument));
    TRY(call_with(init, TRY(to_tuple(all)), local->keywords));
  }
  return dict;
}

Result<Value> local_getattro(Value self, Str* name) {
  Dict* dict = TRY(local_dict(self.as<Local>()));
  if (name == names.dunder_dict) return dict;
  Type* type = type_of(self);
  Value descriptor = lookup_in_type(type, name);
  bool is_data = !descriptor.is_null() && type_of(descriptor)->slots.descr_set != nullptr;
  if (!is_data) {
    Value own = dict_get(dict, name);
    if (!own.is_null()) return own;
  }
  if (descriptor.is_null()) return raise_attribute_error(self, name);
  auto get = type_of(descriptor)->slots.descr_get;
  return get == nullptr ? descriptor : get(descriptor, self, type);
}

Status local_setattro(Value self, Str* name, Value value) {
  Dict* dict = TRY(local_dict(self.as<Local>()));
  if (name == names.dunder_dict)
    return raise(types.AttributeError, "'{}' object attribute '__dict__' is read-only", type_name(self));
  Value descriptor = lookup_in_type(type_of(self), name);
  if (!descriptor.is_null() && type_of(descriptor)->slots.descr_set != nullptr)
    return type_of(descriptor)->slots.descr_set(descriptor, self, value);
  if (!value.is_null()) {
    dict_set(dict, name, value);
    return {};
  }
  if (!dict_delete(dict, name)) return raise_attribute_error(self, name);
  return {};
}

// ---- threads

struct Start {
  Value function, arguments, keywords;  // roots until the thread has taken them
};

void run_thread(Start* start) {
  attach_thread();
  thread()->id = static_cast<uint64_t>(pthread_self());
  Value function = start->function, arguments = start->arguments, keywords = start->keywords;
  remove_root(&start->function);
  remove_root(&start->arguments);
  remove_root(&start->keywords);
  delete start;
  if (!call_with(function, arguments, keywords).ok() && !clear_if(types.SystemExit))
    report_unraisable_as(take_exception(), make_str("Exception ignored in thread started by"), function);
  --running_threads;
  // What waits for the end of the thread (threading.Thread.join) does so on its sentinel.
  if (!thread()->dict.is_null()) {
    Value sentinel = dict_get(thread()->dict.as<Dict>(), intern("_sentinel"));
    if (!sentinel.is_null() && flag_of(sentinel)->held) give(flag_of(sentinel));
  }
  detach_thread();
}

void* thread_main(void* start) {
  run_thread(static_cast<Start*>(start));
  return nullptr;
}

Result<Value> start_new_thread(const Value* a) {
  if (!is_callable(a[1])) return raise(types.TypeError, "first arg must be callable");
  if (!is_tuple(a[2])) return raise(types.TypeError, "2nd arg must be a tuple");
  if (!a[3].is_null() && !is_dict(a[3]))
    return raise(types.TypeError, "optional 3rd arg must be a dictionary");
  TRY(audit("_thread.start_new_thread", {a[1], a[2], a[3].is_null() ? none() : a[3]}));
  auto* start = new Start{a[1], a[2], a[3]};
  add_root(&start->function);
  add_root(&start->arguments);
  add_root(&start->keywords);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(
      &attributes, wanted_stack_size > 0 ? static_cast<size_t>(wanted_stack_size) : size_t{16} << 20);
  pthread_t id;
  ++running_threads;
  int error = pthread_create(&id, &attributes, thread_main, start);
  pthread_attr_destroy(&attributes);
  if (error == 0) return make_int_unsigned(static_cast<uint64_t>(id));
  --running_threads;
  for (Value* root : {&start->function, &start->arguments, &start->keywords}) remove_root(root);
  delete start;
  return raise(types.RuntimeError, "can't start new thread");
}

Result<Value> get_ident(const Value*) {
  return make_int_unsigned(thread()->id);
}
Result<Value> get_native_id(const Value*) {
  return make_int(syscall(SYS_gettid));
}
Result<Value> count(const Value*) {
  return make_int(running_threads);
}
Result<Value> allocate_lock(const Value*) {
  return make_lock(lock_type);
}
Result<Value> exit_thread_function(const Value*) {
  return raise_with(types.SystemExit, {});
}

Result<Value> stack_size(const Value* a) {
  constexpr int64_t kLeast = 32768;
  int64_t size = a[1].is_null() ? 0 : TRY(to_int64(a[1]));
  if (size < 0) return raise(types.ValueError, "size must be 0 or a positive value");
  if (size != 0 && size < kLeast) return raise(types.ValueError, "size not valid: {} bytes", size);
  return make_int(std::exchange(wanted_stack_size, size));
}

Result<Value> interrupt_main(const Value* a) {
  int number = a[1].is_null() ? 2 : TRY(to_c_int(a[1]));
  if (number < 1 || number > 64) return raise(types.ValueError, "signal number out of range");
  note_signal(number);
  return none();
}

Result<Value> set_sentinel(const Value*) {
  Thread* t = thread();
  if (t->dict.is_null()) t->dict = make_dict();
  Value lock = make_lock(lock_type);
  dict_set(t->dict.as<Dict>(), intern("_sentinel"), lock);
  return lock;
}

/// threading.excepthook: "Exception in thread NAME:" and the traceback, on sys.stderr.
Result<Value> excepthook(const Value* a) {
  if (type_of(a[1]) != hook_arguments_type)
    return raise(types.TypeError, "_thread.excepthook argument type must be ExceptHookArgs");
  Value* fields = a[1].as<Tuple>()->items;
  if (fields[0] == Value(types.SystemExit)) return none();
  Value file = TRY(sys_attribute("stderr"));
  if (file.is_null() || is_none(file)) {
    if (is_none(fields[3])) return none();
    file = TRY(get_attribute(fields[3], intern("_stderr")));
    if (is_none(file)) return none();
  }
  Value name = is_none(fields[3]) ? make_int_unsigned(static_cast<uint64_t>(pthread_self()))
                                  : TRY(get_attribute(fields[3], names.name));
  std::string head = fmt::format("Exception in thread {}:\n", to_utf8(TRY(to_str(name))));
  TRY(call_method(file, names.write, {make_str(head)}));
  TRY(print_exception(file, fields[1], fields[2]));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"start_new_thread", "($module, function, args, kwargs=<unrepresentable>, /)", start_new_thread,
     "Starts a thread that calls function(*args, **kwargs); returns its identifier."},
    {"start_new", "($module, function, args, kwargs=<unrepresentable>, /)", start_new_thread,
     "The same as start_new_thread()."},
    {"allocate_lock", "($module, /)", allocate_lock, "A new lock."},
    {"allocate", "($module, /)", allocate_lock, "The same as allocate_lock()."},
    {"exit", "($module, /)", exit_thread_function, "Ends the thread."},
    {"exit_thread", "($module, /)", exit_thread_function, "The same as exit()."},
    {"get_ident", "($module, /)", get_ident, "The thread's identifier."},
    {"get_native_id", "($module, /)", get_native_id, "The thread's identifier in the operating system."},
    {"_count", "($module, /)", count, "How many threads run, the main one excluded."},
    {"stack_size", "($module, size=0, /)", stack_size,
     "The stack size of new threads; sets it if one is given."},
    {"interrupt_main", "($module, signum=2, /)", interrupt_main,
     "As if the signal had come for the main thread."},
    {"_set_sentinel", "($module, /)", set_sentinel, "A lock that is let go when the thread ends."},
    {"_excepthook", "($module, args, /)", excepthook, "Shows the exception that ended a thread."},
};

Status execute(Module* module) {
  thread()->id = static_cast<uint64_t>(pthread_self());
  static TypeSpec lock_spec{.name = "_thread.lock",
                            .kind = Kind::kNative,
                            .basic_size = sizeof(Lock),
                            .flags = kTypeHasWeakrefs | kTypeHasFinalizer | kTypeDisallowNew,
                            .methods = kLockMethods,
                            .doc = "A lock; allocate_lock() makes them."};
  lock_spec.slots.repr = lock_repr;
  lock_spec.slots.release = free_lock;
  static TypeSpec rlock_spec{.name = "_thread.RLock",
                             .kind = Kind::kNative,
                             .basic_size = sizeof(Lock),
                             .flags = kTypeBase | kTypeHasWeakrefs | kTypeHasFinalizer,
                             .methods = kRLockMethods,
                             .doc = "A lock that its thread can take more than once."};
  rlock_spec.slots.repr = rlock_repr;
  rlock_spec.slots.new_ = new_lock;
  rlock_spec.slots.release = free_lock;
  static TypeSpec local_spec{.name = "_thread._local",
                             .kind = Kind::kNative,
                             .basic_size = sizeof(Local),
                             .flags = kTypeBase | kTypeHasWeakrefs,
                             .trace = trace_local,
                             .doc = "An object whose attributes differ from thread to thread."};
  local_spec.slots.new_ = new_local;
  local_spec.slots.getattro = local_getattro;
  local_spec.slots.setattro = local_setattro;
  constexpr SequenceField kHookFields[] = {{"exc_type"}, {"exc_value"}, {"exc_traceback"}, {"thread"}};
  lock_type = make_native_type(lock_spec);
  rlock_type = make_native_type(rlock_spec);
  local_type = make_native_type(local_spec);
  hook_arguments_type =
      make_struct_sequence_type("_thread._ExceptHookArgs", "What an excepthook is told.", kHookFields, 4);
  TRY(module_add(module, "LockType", lock_type));
  TRY(module_add(module, "RLock", rlock_type));
  TRY(module_add(module, "_local", local_type));
  TRY(module_add(module, "_ExceptHookArgs", hook_arguments_type));
  TRY(module_add(module, "error", types.RuntimeError));
  return module_add(module, "TIMEOUT_MAX", make_float(kTimeoutMax));
}

}  // namespace

extern const ModuleSpec kThreadModule{
    .name = "_thread", .doc = "Threads and locks.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
