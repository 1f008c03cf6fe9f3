// The module faulthandler: where the program was when it died, or hangs.
//
// Signal handlers write with nothing but write(2). The frames are read as they lie: a text that is not ASCII
// is written with escapes.
#include <pthread.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "vm/builtins/functions.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/native_module.h"
#include "vm/object/thread.h"

namespace ouro::vm {

namespace {

struct FatalSignal {
  int number;
  const char* name;
  struct sigaction previous;
  bool enabled;
};
FatalSignal fatal_signals[] = {{SIGBUS, "Bus error", {}, false},
                               {SIGILL, "Illegal instruction", {}, false},
                               {SIGFPE, "Floating point exception", {}, false},
                               {SIGABRT, "Aborted", {}, false},
                               {SIGSEGV, "Segmentation fault", {}, false}};
struct UserSignal {
  bool enabled, all_threads, chain;
  int descriptor;
  Value file;
  struct sigaction previous;
};
constexpr int kSignalCount = 65;
UserSignal user_signals[kSignalCount];
bool is_enabled = false, fatal_all_threads = true;
int fatal_descriptor = 2;
Value fatal_file, later_file;

// ---- writing without memory

void put(int descriptor, const char* text, size_t size) {
  while (size > 0) {
    const ssize_t written = write(descriptor, text, size);
    if (written <= 0) return;
    text += written;
    size -= static_cast<size_t>(written);
  }
}
void put(int descriptor, const char* text) {
  put(descriptor, text, std::strlen(text));
}
void put_number(int descriptor, uint64_t number, unsigned base, unsigned width) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0 || sizeof digits - at < width);
  put(descriptor, digits + at, sizeof digits - at);
}
void put_text(int descriptor, const Str* text) {
  for (size_t i = 0; i < text->length && i < 500; ++i) {
    const char32_t c = text->at(i);
    if (c >= 32 && c < 127) {
      const char plain = static_cast<char>(c);
      put(descriptor, &plain, 1);
    } else {
      put(descriptor, c < 256 ? "\\x" : c < 65536 ? "\\u" : "\\U");
      put_number(descriptor, c, 16, c < 256 ? 2 : c < 65536 ? 4 : 8);
    }
  }
  if (text->length > 500) put(descriptor, "...");
}

void put_thread(int descriptor, const Thread* t, bool current, const Thread* first) {
  put(descriptor, current ? "Current thread 0x" : "Thread 0x");
  const uint64_t id = t->id != 0 ? t->id : static_cast<uint64_t>(pthread_self());
  put_number(descriptor, id, 16, 16);
  (void)first;
  put(descriptor, " (most recent call first):\n");
  Frame* frame = t->frame;
  if (frame == nullptr) put(descriptor, "  <no Python frame>\n");
  for (int depth = 0; frame != nullptr; frame = frame->previous, ++depth) {
    if (depth == 100) {
      put(descriptor, "  ...\n");
      return;
    }
    put(descriptor, "  File \"");
    put_text(descriptor, frame->code()->filename);
    put(descriptor, "\", line ");
    put_number(descriptor, static_cast<uint64_t>(frame_line(frame)), 10, 1);
    put(descriptor, " in ");
    put_text(descriptor, frame->code()->name);
    put(descriptor, "\n");
  }
}

void put_traceback_only(int descriptor, const Thread* t) {
  put(descriptor, "Stack (most recent call first):\n");
  if (t == nullptr || t->frame == nullptr) {
    put(descriptor, "  <no Python frame>\n");
    return;
  }
  int depth = 0;
  for (Frame* frame = t->frame; frame != nullptr && depth < 100; frame = frame->previous, ++depth) {
    put(descriptor, "  File \"");
    put_text(descriptor, frame->code()->filename);
    put(descriptor, "\", line ");
    put_number(descriptor, static_cast<uint64_t>(frame_line(frame)), 10, 1);
    put(descriptor, " in ");
    put_text(descriptor, frame->code()->name);
    put(descriptor, "\n");
  }
  if (depth == 100) put(descriptor, "  ...\n");
}

void put_all_threads(int descriptor, const Thread* current) {
  bool first = true;
  for (const Thread* t = first_thread(); t != nullptr; t = t->next) {
    if (!first) put(descriptor, "\n");
    first = false;
    put_thread(descriptor, t, t == current, nullptr);
  }
}

void put_stacks(int descriptor, bool all_threads) {
  if (all_threads)
    put_all_threads(descriptor, thread());
  else
    put_traceback_only(descriptor, thread());
}

// ---- fatal signals

void restore(FatalSignal& entry) {
  if (!std::exchange(entry.enabled, false)) return;
  sigaction(entry.number, &entry.previous, nullptr);
}

void on_fatal_signal(int number) {
  const int saved = errno;
  for (FatalSignal& entry : fatal_signals) {
    if (entry.number != number) continue;
    restore(entry);
    put(fatal_descriptor, "Fatal Python error: ");
    put(fatal_descriptor, entry.name);
    put(fatal_descriptor, "\n\n");
  }
  put_stacks(fatal_descriptor, fatal_all_threads);
  errno = saved;
  ::raise(number);
}

/// The descriptor of file=, which is flushed; sys.stderr when there is none.
Result<int> file_descriptor(Value* file) {
  if (file->is_null() || is_none(*file)) {
    *file = TRY(sys_attribute("stderr"));
    if (file->is_null()) return raise(types.RuntimeError, "unable to get sys.stderr");
    if (is_none(*file)) return raise(types.RuntimeError, "sys.stderr is None");
  } else if (is_int(*file)) {
    const int descriptor = TRY(to_c_int(*file));
    if (descriptor < 0) return raise(types.ValueError, "file is not a valid file descripter");
    *file = Value();
    return descriptor;
  }
  Value number = TRY(call_method(*file, intern("fileno")));
  const int descriptor = is_int(number) ? TRY(to_c_int(number)) : -1;
  if (descriptor < 0) return raise(types.RuntimeError, "file.fileno() is not a valid file descriptor");
  if (!call_method(*file, names.flush).ok()) take_exception();
  return descriptor;
}

Result<bool> flag(Value value, bool absent) {
  return value.is_null() ? Result<bool>(absent) : is_true(value);
}

void* alternate_stack() {
  static constexpr size_t kSize = 65536;
  static char* stack = new char[kSize];
  stack_t description{};
  description.ss_sp = stack;
  description.ss_size = kSize;
  sigaltstack(&description, nullptr);
  return stack;
}

Result<Value> enable(const Value* a) {
  Value file = a[1];
  fatal_descriptor = TRY(file_descriptor(&file));
  fatal_file = file;
  fatal_all_threads = TRY(flag(a[2], true));
  if (is_enabled) return none();
  is_enabled = true;
  alternate_stack();
  for (FatalSignal& entry : fatal_signals) {
    struct sigaction action{};
    action.sa_handler = on_fatal_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_NODEFER | SA_ONSTACK;
    if (sigaction(entry.number, &action, &entry.previous) != 0) return raise_os_error(errno);
    entry.enabled = true;
  }
  return none();
}

Result<Value> disable(const Value*) {
  const bool was = std::exchange(is_enabled, false);
  for (FatalSignal& entry : fatal_signals) restore(entry);
  fatal_file = Value();
  return make_bool(was);
}

Result<Value> is_enabled_function(const Value*) {
  return make_bool(is_enabled);
}

Result<Value> dump_traceback(const Value* a) {
  Value file = a[1];
  const int descriptor = TRY(file_descriptor(&file));
  put_stacks(descriptor, TRY(flag(a[2], true)));
  return none();
}

// ---- signals that the program chooses

void on_user_signal(int number) {
  const int saved = errno;
  UserSignal& entry = user_signals[number];
  if (!entry.enabled) return;
  put_stacks(entry.descriptor, entry.all_threads);
  errno = saved;
  if (entry.chain && entry.previous.sa_handler != SIG_DFL && entry.previous.sa_handler != SIG_IGN)
    entry.previous.sa_handler(number);
}

Result<int> signal_argument(Value value) {
  const int number = TRY(to_c_int(value));
  for (const FatalSignal& entry : fatal_signals)
    if (entry.number == number)
      return raise(types.RuntimeError, "signal {} cannot be registered, use enable() instead", number);
  if (number < 1 || number >= kSignalCount) return raise(types.ValueError, "signal number out of range");
  return number;
}

Result<Value> register_function(const Value* a) {
  const int number = TRY(signal_argument(a[1]));
  Value file = a[2];
  const int descriptor = TRY(file_descriptor(&file));
  const bool all_threads = TRY(flag(a[3], true)), chain = TRY(flag(a[4], false));
  UserSignal& entry = user_signals[number];
  if (!entry.enabled) {
    struct sigaction action{};
    action.sa_handler = on_user_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART | (chain ? SA_NODEFER : 0);
    if (sigaction(number, &action, &entry.previous) != 0) return raise_os_error(errno);
    add_root(&entry.file);
  }
  entry.file = file;
  entry.descriptor = descriptor;
  entry.all_threads = all_threads;
  entry.chain = chain;
  entry.enabled = true;
  return none();
}

Result<Value> unregister(const Value* a) {
  const int number = TRY(signal_argument(a[1]));
  UserSignal& entry = user_signals[number];
  if (!std::exchange(entry.enabled, false)) return make_bool(false);
  sigaction(number, &entry.previous, nullptr);
  remove_root(&entry.file);
  entry.file = Value();
  return make_bool(true);
}

// ---- after some time

struct Watchdog {
  std::mutex mutex;
  std::condition_variable changed;
  std::thread runner;
  bool cancelled = false;
};
Watchdog* watchdog = nullptr;

std::string time_text(int64_t microseconds) {
  const int64_t seconds = microseconds / 1'000'000, rest = microseconds % 1'000'000;
  std::string text = fmt::format("Timeout ({}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (rest != 0) text += fmt::format(".{:06}", rest);
  return text + ")!\n";
}

void cancel_watchdog() {
  Watchdog* dog = std::exchange(watchdog, nullptr);
  later_file = Value();
  if (dog == nullptr) return;
  {
    std::lock_guard guard(dog->mutex);
    dog->cancelled = true;
    dog->changed.notify_all();
  }
  dog->runner.join();
  delete dog;
}

Result<Value> dump_traceback_later(const Value* a) {
  const double timeout = TRY(to_double(a[1]));
  const bool repeat = TRY(flag(a[2], false));
  Value file = a[3];
  const bool exits = TRY(flag(a[4], false));
  if (!(timeout > 0)) return raise(types.ValueError, "timeout must be greater than 0");
  if (timeout > 9e9) return raise(types.OverflowError, "timeout value is too large");
  const auto microseconds = static_cast<int64_t>(timeout * 1e6);
  if (microseconds <= 0) return raise(types.ValueError, "timeout must be greater than 0");
  const int descriptor = TRY(file_descriptor(&file));
  cancel_watchdog();
  later_file = file;
  auto* dog = watchdog = new Watchdog;
  dog->runner = std::thread([=, header = time_text(microseconds)] {
    std::unique_lock guard(dog->mutex);
    do {
      if (dog->changed.wait_for(guard, std::chrono::microseconds(microseconds),
                                [&] { return dog->cancelled; }))
        return;
      put(descriptor, header.data(), header.size());
      put_all_threads(descriptor, nullptr);
      if (exits) _exit(1);
    } while (repeat);
  });
  return none();
}

Result<Value> cancel_dump_traceback_later(const Value*) {
  cancel_watchdog();
  return none();
}

// ---- ways to die, for tests

template <int number>
Result<Value> send_fatal(const Value*) {
  ::raise(number);
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"enable", "($module, /, file=sys.stderr, all_threads=True)", enable, "Enable the fault handler."},
    {"disable", "($module, /)", disable, "Disable the fault handler."},
    {"is_enabled", "($module, /)", is_enabled_function, "Check if the handler is enabled."},
    {"dump_traceback", "($module, /, file=sys.stderr, all_threads=True)", dump_traceback,
     "Dump the traceback of the current thread, or of all threads, into file."},
    {"dump_traceback_later", "($module, /, timeout, repeat=False, file=sys.stderr, exit=False)",
     dump_traceback_later, "Dump the traceback of all threads in timeout seconds."},
    {"cancel_dump_traceback_later", "($module, /)", cancel_dump_traceback_later,
     "Cancel the previous call to dump_traceback_later()."},
    {"register", "($module, /, signum, file=sys.stderr, all_threads=True, chain=False)", register_function,
     "Register a handler for the signal 'signum'."},
    {"unregister", "($module, signum, /)", unregister, "Unregister the handler of the signal 'signum'."},
    {"_read_null", "($module, /)", send_fatal<SIGSEGV>, "Read from NULL."},
    {"_sigsegv", "($module, release_gil=False, /)", send_fatal<SIGSEGV>, "Raise a SIGSEGV signal."},
    {"_sigabrt", "($module, /)", send_fatal<SIGABRT>, "Raise a SIGABRT signal."},
    {"_sigfpe", "($module, /)", send_fatal<SIGFPE>, "Raise a SIGFPE signal."},
};

Status execute(Module*) {
  add_root(&fatal_file);
  add_root(&later_file);
  return {};
}

}  // namespace

extern const ModuleSpec kFaulthandlerModule{
    .name = "faulthandler", .doc = "faulthandler module.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
