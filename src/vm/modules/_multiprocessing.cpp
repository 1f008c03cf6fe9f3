// The module _multiprocessing: locks and semaphores that several processes share.
#include <fcntl.h>
#include <semaphore.h>

#include <climits>
#include <cmath>
#include <ctime>

#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

constexpr int kRecursiveMutex = 0, kSemaphore = 1;

/// _multiprocessing.SemLock. `count` is how often this process has it, `owner` the thread that took it last.
struct SemLock : Object {
  sem_t* handle;
  int32_t kind, greatest, count;
  uint64_t owner;
  Value name;  // None once the name is gone
};
Type* lock_type = nullptr;

SemLock* self_of(Value value) {
  return value.as<SemLock>();
}
uint64_t this_thread() {
  return static_cast<uint64_t>(pthread_self());
}
bool is_mine(const SemLock* self) {
  return self->count > 0 && self->owner == this_thread();
}

Value make_lock(Type* type, sem_t* handle, int kind, int greatest, Value name) {
  auto* self = allocate_instance<SemLock>(type);
  self->handle = handle;
  self->kind = kind;
  self->greatest = greatest;
  store(self, self->name, name);
  return self;
}

Result<Value> new_lock(Type* type, const Arguments& arguments) {
  static const Signature signature("SemLock", "(kind, value, maxvalue, name, unlink)");
  Value a[5];
  TRY(signature.bind(arguments, a));
  const int kind = TRY(to_c_int(a[0])), value = TRY(to_c_int(a[1])), greatest = TRY(to_c_int(a[2]));
  const std::string name = TRY(c_text_argument(a[3], "SemLock", " 'name'"));
  const bool unlink = TRY(to_c_int(a[4])) != 0;
  if (kind != kRecursiveMutex && kind != kSemaphore) return raise(types.ValueError, "unrecognized kind");
  sem_t* handle = sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, static_cast<unsigned>(value));
  if (handle == SEM_FAILED) return raise_os_error(errno);
  if (unlink && sem_unlink(name.c_str()) < 0) {
    const int error = errno;
    sem_close(handle);
    return raise_os_error(error);
  }
  return make_lock(type, handle, kind, greatest, unlink ? none() : a[3]);
}

Result<Value> rebuild(const Value* a) {
  const int kind = TRY(to_c_int(a[2])), greatest = TRY(to_c_int(a[3]));
  auto* handle = reinterpret_cast<sem_t*>(TRY(to_uint64(a[1])));
  if (!is_none(a[4])) {
    const std::string name = TRY(c_text_argument(a[4], "_rebuild", " 4"));
    handle = sem_open(name.c_str(), 0);
    if (handle == SEM_FAILED) return raise_os_error(errno);
  }
  return make_lock(a[0].as<Type>(), handle, kind, greatest, a[4]);
}

void release_resources(Object* object) {
  auto* self = static_cast<SemLock*>(object);
  if (self->handle != nullptr) sem_close(self->handle);
  self->handle = nullptr;
}

Result<timespec> deadline_after(double seconds) {
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) < 0) return raise_os_error(errno);
  const double whole = std::floor(std::clamp(seconds, 0.0, 1e9));
  now.tv_sec += static_cast<time_t>(whole);
  now.tv_nsec += static_cast<long>((std::clamp(seconds, 0.0, 1e9) - whole) * 1e9 + 0.5);
  now.tv_sec += now.tv_nsec / 1'000'000'000;
  now.tv_nsec %= 1'000'000'000;
  return now;
}

/// True: taken; false: not within the time.
Result<bool> wait_for(sem_t* handle, bool blocking, const timespec* deadline) {
  while (sem_trywait(handle) < 0) {
    if (errno == EAGAIN) break;
    if (errno != EINTR) return raise_os_error(errno);
    TRY(handle_signals());
    continue;
  }
  if (errno != EAGAIN) return true;
  if (!blocking) return false;
  for (;;) {
    int result, error;
    {
      ReleaseLock released;
      result = deadline == nullptr ? sem_wait(handle) : sem_timedwait(handle, deadline);
      error = errno;
    }
    if (result == 0) return true;
    if (error == ETIMEDOUT || error == EAGAIN) return false;
    if (error != EINTR) return raise_os_error(error);
    TRY(handle_signals());
  }
}

Result<Value> take(SemLock* self, bool blocking, Value timeout) {
  if (self->kind == kRecursiveMutex && is_mine(self)) {
    ++self->count;
    return make_bool(true);
  }
  timespec deadline;
  const bool timed = !timeout.is_null() && !is_none(timeout);
  if (timed) deadline = TRY(deadline_after(TRY(to_double(timeout))));
  errno = 0;
  if (!TRY(wait_for(self->handle, blocking, timed ? &deadline : nullptr))) return make_bool(false);
  ++self->count;
  self->owner = this_thread();
  return make_bool(true);
}

Result<Value> acquire(const Value* a) {
  const bool blocking = a[1].is_null() || TRY(to_c_int(a[1])) != 0;
  return take(self_of(a[0]), blocking, a[2]);
}
Result<Value> enter(const Value* a) {
  return take(self_of(a[0]), true, none());
}

Result<Value> release(const Value* a) {
  SemLock* self = self_of(a[0]);
  if (self->kind == kRecursiveMutex) {
    if (!is_mine(self))
      return raise(types.AssertionError, "attempt to release recursive lock not owned by thread");
    if (self->count > 1) {
      --self->count;
      return none();
    }
  } else {
    int value;
    if (sem_getvalue(self->handle, &value) < 0) return raise_os_error(errno);
    if (value >= self->greatest) return raise(types.ValueError, "semaphore or lock released too many times");
  }
  if (sem_post(self->handle) < 0) return raise_os_error(errno);
  --self->count;
  return none();
}

Result<int> semaphore_value(Value self) {
  int value;
  if (sem_getvalue(self_of(self)->handle, &value) < 0) return raise_os_error(errno);
  return std::max(value, 0);
}
Result<Value> get_value(const Value* a) {
  return make_int(TRY(semaphore_value(a[0])));
}
Result<Value> is_zero(const Value* a) {
  return make_bool(TRY(semaphore_value(a[0])) == 0);
}
Result<Value> count(const Value* a) {
  return make_int(self_of(a[0])->count);
}
Result<Value> is_mine_method(const Value* a) {
  return make_bool(is_mine(self_of(a[0])));
}
Result<Value> after_fork(const Value* a) {
  self_of(a[0])->count = 0;
  return none();
}

Result<Value> get_handle(Value self) {
  return make_int_unsigned(reinterpret_cast<uintptr_t>(self_of(self)->handle));
}
Result<Value> get_kind(Value self) {
  return make_int(self_of(self)->kind);
}
Result<Value> get_greatest(Value self) {
  return make_int(self_of(self)->greatest);
}
Result<Value> get_name(Value self) {
  return self_of(self)->name;
}

constexpr MethodSpec kMethods[] = {
    {"acquire", "($self, /, block=True, timeout=None)", acquire, "Acquire the semaphore/lock."},
    {"release", "($self, /)", release, "Release the semaphore/lock."},
    {"__enter__", "($self, /)", enter, "Enter the semaphore/lock."},
    {"__exit__", "($self, exc_type=None, exc_value=None, exc_tb=None, /)", release,
     "Exit the semaphore/lock."},
    {"_count", "($self, /)", count, "Num of `acquire()`s minus num of `release()`s for this process."},
    {"_is_mine", "($self, /)", is_mine_method, "Whether the lock is owned by this thread."},
    {"_get_value", "($self, /)", get_value, "Get the value of the semaphore."},
    {"_is_zero", "($self, /)", is_zero, "Return whether semaphore has value zero."},
    {"_rebuild", "($type, handle, kind, maxvalue, name, /)", rebuild, nullptr, Binding::Class},
    {"_after_fork", "($self, /)", after_fork, "Rezero the net acquisition count after fork()."},
};
constexpr GetSetSpec kGetSets[] = {
    {"handle", get_handle}, {"kind", get_kind}, {"maxvalue", get_greatest}, {"name", get_name}};

Result<Value> unlink_function(const Value* a) {
  const std::string name = TRY(c_text_argument(a[1], "sem_unlink", ""));
  if (sem_unlink(name.c_str()) < 0) return raise_os_error(errno);
  return none();
}
constexpr MethodSpec kFunctions[] = {{"sem_unlink", "($module, name, /)", unlink_function}};

Status execute(Module* module) {
  static TypeSpec spec = {.name = "_multiprocessing.SemLock",
                          .kind = Kind::kNative,
                          .basic_size = sizeof(SemLock),
                          .flags = kTypeBase | kTypeHasFinalizer,
                          .trace = trace_members<&SemLock::name>,
                          .methods = kMethods,
                          .getsets = kGetSets,
                          .doc = "Semaphore/Mutex type"};
  spec.slots.new_ = new_lock;
  spec.slots.release = release_resources;
  TRY(add_type(module, &lock_type, spec));
  dict_set(lock_type->dict, intern("SEM_VALUE_MAX"), make_int(SEM_VALUE_MAX));
  Dict* flags = make_dict();
  for (const char* flag : {"HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"}) dict_set(flags, intern(flag), make_int(1));
  return module_add(module, "flags", flags);
}

}  // namespace

extern const ModuleSpec kMultiprocessingModule;
const ModuleSpec kMultiprocessingModule = {
    .name = "_multiprocessing",
    .doc = "Locks and semaphores that several processes share.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
