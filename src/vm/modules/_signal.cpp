// The module _signal, and the way from a signal to its Python handler.
//
// A signal's C handler only sets a flag, asks for attention and writes to the wake-up descriptor. The main
// thread calls the Python handlers at its next safe point.
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "vm/builtins/functions.h"
#include "vm/builtins/struct_sequence.h"
#include "vm/heap/heap.h"
#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/signals.h"
#include "vm/modules/unraisable.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr int kCount = 65;

std::atomic<bool> came[kCount];
std::atomic<bool> any_came;
std::atomic<int> wakeup_descriptor{-1};
std::atomic<bool> warns_of_full_buffer{true};
std::atomic<int> wakeup_error{0};  // of a write that failed and is to be told; 0: none
Value handlers[kCount];            // what signal() was given; null: not known yet
uint64_t main_thread_id = 0;
Value default_handler, ignore_handler;

void handle(int number) {
  int saved = errno;
  note_signal(number);
  int descriptor = wakeup_descriptor;
  if (descriptor >= 0) {
    auto byte = static_cast<unsigned char>(number);
    if (write(descriptor, &byte, 1) < 0 && (errno != EAGAIN || warns_of_full_buffer)) wakeup_error = errno;
  }
  errno = saved;
}

bool is_main_thread() {
  return thread()->id == main_thread_id;
}

Status check_number(int number) {
  if (number >= 1 && number < kCount) return {};
  return raise(types.ValueError, "signal number out of range");
}

void set_action(int number, void (*action)(int)) {
  struct sigaction wanted = {};
  wanted.sa_handler = action;
  sigemptyset(&wanted.sa_mask);
  wanted.sa_flags = SA_ONSTACK;
  sigaction(number, &wanted, nullptr);
}

Value current_handler(int number) {
  if (!handlers[number].is_null()) return handlers[number];
  struct sigaction action;
  if (sigaction(number, nullptr, &action) != 0) return none();
  if (action.sa_handler == SIG_DFL) return default_handler;
  if (action.sa_handler == SIG_IGN) return ignore_handler;
  return none();
}

Result<Value> signal_function(const Value* a) {
  int number = TRY(to_c_int(a[1]));
  if (!is_main_thread())
    return raise(types.ValueError, "signal only works in main thread of the main interpreter");
  TRY(check_number(number));
  void (*action)(int);
  if (TRY(equal(a[2], ignore_handler))) {
    action = SIG_IGN;
  } else if (TRY(equal(a[2], default_handler))) {
    action = SIG_DFL;
  } else if (is_callable(a[2])) {
    action = handle;
  } else {
    return raise(types.TypeError,
                 "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
  }
  TRY(handle_signals());
  Value old = current_handler(number);
  struct sigaction probe;
  if (number == SIGKILL || number == SIGSTOP || sigaction(number, nullptr, &probe) != 0)
    return raise_os_error(EINVAL);
  set_action(number, action);
  handlers[number] = a[2];
  return old;
}

Result<Value> getsignal(const Value* a) {
  int number = TRY(to_c_int(a[1]));
  TRY(check_number(number));
  return current_handler(number);
}

/// The handler of SIGINT at the start.
Result<Value> default_int_handler(const Value*) {
  return raise_with(types.KeyboardInterrupt, {});
}

Result<Value> raise_signal(const Value* a) {
  int number = TRY(to_c_int(a[1]));
  if (::raise(number) != 0) return raise_os_error(errno);
  TRY(handle_signals());
  return none();
}

Result<Value> alarm_function(const Value* a) {
  return make_int(alarm(static_cast<unsigned>(TRY(to_c_int(a[1])))));
}

Result<Value> pause_function(const Value*) {
  {
    ReleaseLock released;
    pause();
  }
  TRY(handle_signals());
  return none();
}

timeval to_timeval(double seconds) {
  timeval value;
  value.tv_sec = static_cast<time_t>(std::floor(seconds));
  value.tv_usec = static_cast<suseconds_t>(std::ceil((seconds - std::floor(seconds)) * 1e6));
  if (value.tv_usec >= 1000000) {
    ++value.tv_sec;
    value.tv_usec -= 1000000;
  }
  return value;
}

Value timer_pair(const itimerval& timer) {
  auto seconds = [](const timeval& v) {
    return make_float(static_cast<double>(v.tv_sec) + static_cast<double>(v.tv_usec) * 1e-6);
  };
  return make_tuple({seconds(timer.it_value), seconds(timer.it_interval)});
}

Raised raise_timer_error(Module* module) {
  Value type = dict_get(module->dict, intern("ItimerError"));
  return raise_with(type.as<Type>(), {make_int(errno), make_str(strerror(errno))});
}

Result<Value> setitimer_function(const Value* a) {
  int which = TRY(to_c_int(a[1]));
  double seconds = TRY(to_double(a[2]));
  double interval = a[3].is_null() ? 0 : TRY(to_double(a[3]));
  itimerval wanted{to_timeval(interval), to_timeval(seconds)}, old;
  if (setitimer(static_cast<__itimer_which_t>(which), &wanted, &old) != 0)
    return raise_timer_error(a[0].as<Module>());
  return timer_pair(old);
}

Result<Value> getitimer_function(const Value* a) {
  itimerval now;
  if (getitimer(static_cast<__itimer_which_t>(TRY(to_c_int(a[1]))), &now) != 0)
    return raise_timer_error(a[0].as<Module>());
  return timer_pair(now);
}

Result<Value> set_wakeup_fd(const Value* a) {
  int descriptor = TRY(to_c_int(a[1]));
  if (!is_main_thread())
    return raise(types.ValueError, "set_wakeup_fd only works in main thread of the main interpreter");
  if (descriptor != -1) {
    const int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return raise_os_error(errno);
    if ((flags & O_NONBLOCK) == 0)
      return raise(types.ValueError, "the fd {} must be in non-blocking mode", descriptor);
  }
  warns_of_full_buffer = a[2].is_null() || TRY(is_true(a[2]));
  return make_int(wakeup_descriptor.exchange(descriptor));
}

Result<Value> siginterrupt_function(const Value* a) {
  int number = TRY(to_c_int(a[1]));
  bool interrupt = TRY(is_true(a[2]));
  TRY(check_number(number));
  struct sigaction action;
  if (sigaction(number, nullptr, &action) != 0) return raise_os_error(errno);
  action.sa_flags = interrupt ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
  sigaction(number, &action, nullptr);
  return none();
}

Result<Value> strsignal_function(const Value* a) {
  int number = TRY(to_c_int(a[1]));
  TRY(check_number(number));
  const char* text = strsignal(number);
  return text == nullptr ? none() : Value(make_str(text));
}

// ---- masks

Result<Value> from_mask(const sigset_t& mask) {
  Set* set = make_set();
  for (int number = 1; number < kCount; ++number) {
    if (sigismember(&mask, number) == 1) TRY(set_add(set, make_int(number)));
  }
  return set;
}

Result<Value> pthread_sigmask_function(const Value* a) {
  int how = TRY(to_c_int(a[1]));
  sigset_t mask = TRY(to_signal_set(a[2])), old;
  if (int error = pthread_sigmask(how, &mask, &old); error != 0) return raise_os_error(error);
  TRY(handle_signals());
  return from_mask(old);
}

Result<Value> sigpending_function(const Value*) {
  sigset_t mask;
  if (sigpending(&mask) != 0) return raise_os_error(errno);
  return from_mask(mask);
}

Result<Value> sigwait_function(const Value* a) {
  sigset_t mask = TRY(to_signal_set(a[1]));
  int number, error;
  {
    ReleaseLock released;
    error = sigwait(&mask, &number);
  }
  if (error != 0) return raise_os_error(error);
  return make_int(number);
}

constexpr SequenceField kInfoFields[] = {
    {"si_signo", "the signal"},           {"si_code", "why it was sent"},
    {"si_errno", "an error's number"},    {"si_pid", "the sending process"},
    {"si_uid", "the process's user"},     {"si_status", "exit code or signal"},
    {"si_band", "what SIGPOLL tells of"},
};
Type* info_type = nullptr;

Value info_object(const siginfo_t& info) {
  return make_struct_sequence(
      info_type,
      {make_int(info.si_signo), make_int(info.si_code), make_int(info.si_errno), make_int(info.si_pid),
       make_int(info.si_uid), make_int(info.si_status), make_int(info.si_band)});
}

Result<Value> sigwaitinfo_function(const Value* a) {
  const sigset_t mask = TRY(to_signal_set(a[1]));
  siginfo_t info;
  for (;;) {
    int result, error;
    {
      ReleaseLock released;
      result = sigwaitinfo(&mask, &info);
      error = errno;
    }
    if (result >= 0) return info_object(info);
    if (error != EINTR) return raise_os_error(error);
    TRY(handle_signals());
  }
}

double monotonic_seconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Result<Value> sigtimedwait_function(const Value* a) {
  const sigset_t mask = TRY(to_signal_set(a[1]));
  const Value length = type_of(a[2]) == types.float_ ? a[2] : TRY(to_index(a[2]));
  const double seconds = TRY(to_double(length));
  if (std::isnan(seconds)) return raise(types.ValueError, "Invalid value NaN (not a number)");
  if (seconds < 0) return raise(types.ValueError, "timeout must be non-negative");
  constexpr double kLongest = 1e9;
  const double end = monotonic_seconds() + std::min(seconds, kLongest);
  siginfo_t info;
  for (;;) {
    const double left = std::max(end - monotonic_seconds(), 0.0);
    timespec timeout;
    timeout.tv_sec = static_cast<time_t>(left);
    timeout.tv_nsec = static_cast<long>((left - std::floor(left)) * 1e9);
    int result, error;
    {
      ReleaseLock released;
      result = sigtimedwait(&mask, &info, &timeout);
      error = errno;
    }
    if (result >= 0) return info_object(info);
    if (error == EAGAIN) return none();
    if (error != EINTR) return raise_os_error(error);
    TRY(handle_signals());
  }
}

Result<Value> pidfd_send_signal_function(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1])), number = TRY(to_c_int(a[2]));
  const auto flags = a[4].is_null() ? 0U : static_cast<unsigned>(TRY(to_int64(a[4])));
  if (!a[3].is_null() && !is_none(a[3])) return raise(types.TypeError, "siginfo must be None");
  if (syscall(SYS_pidfd_send_signal, descriptor, number, nullptr, flags) != 0) return raise_os_error(errno);
  return none();
}

Result<Value> valid_signals(const Value*) {
  sigset_t mask;
  sigfillset(&mask);
  return from_mask(mask);
}

Result<Value> pthread_kill_function(const Value* a) {
  uint64_t id = TRY(to_uint64(a[1]));
  int number = TRY(to_c_int(a[2]));
  TRY(audit("signal.pthread_kill", {a[1], a[2]}));
  if (int error = pthread_kill(static_cast<pthread_t>(id), number); error != 0) return raise_os_error(error);
  TRY(handle_signals());
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"signal", "($module, signalnum, handler, /)", signal_function,
     "Sets a signal's handler; returns the old one."},
    {"getsignal", "($module, signalnum, /)", getsignal, "A signal's handler."},
    {"default_int_handler", "($module, signalnum, frame, /)", default_int_handler,
     "Raises KeyboardInterrupt."},
    {"raise_signal", "($module, signalnum, /)", raise_signal, "Sends a signal to this process."},
    {"alarm", "($module, seconds, /)", alarm_function, "SIGALRM after that many seconds; 0: never."},
    {"pause", "($module, /)", pause_function, "Waits for a signal."},
    {"setitimer", "($module, which, seconds, interval=0.0, /)", setitimer_function,
     "Sets an interval timer."},
    {"getitimer", "($module, which, /)", getitimer_function, "The state of an interval timer."},
    {"set_wakeup_fd", "($module, fd, /, *, warn_on_full_buffer=True)", set_wakeup_fd,
     "The descriptor that a byte is written to when a signal comes."},
    {"siginterrupt", "($module, signalnum, flag, /)", siginterrupt_function,
     "Whether a signal interrupts system calls."},
    {"strsignal", "($module, signalnum, /)", strsignal_function, "What the system calls a signal."},
    {"pthread_sigmask", "($module, how, mask, /)", pthread_sigmask_function,
     "Changes the thread's signal mask."},
    {"pthread_kill", "($module, thread_id, signalnum, /)", pthread_kill_function,
     "Sends a signal to a thread."},
    {"sigpending", "($module, /)", sigpending_function, "The signals that wait to be delivered."},
    {"sigwait", "($module, sigset, /)", sigwait_function, "Waits for one of the signals."},
    {"sigwaitinfo", "($module, sigset, /)", sigwaitinfo_function,
     "Waits for one of the signals and tells all about it."},
    {"sigtimedwait", "($module, sigset, timeout, /)", sigtimedwait_function,
     "Like sigwaitinfo, but not longer than so many seconds: then None."},
    {"pidfd_send_signal", "($module, pidfd, signalnum, siginfo=None, flags=0, /)", pidfd_send_signal_function,
     "Sends a signal to the process of a descriptor."},
    {"valid_signals", "($module, /)", valid_signals, "All signal numbers."},
};

struct Constant {
  const char* name;
  int number;
};
#define SIGNAL(name) {#name, name}
constexpr Constant kConstants[] = {
    SIGNAL(SIGHUP),      SIGNAL(SIGINT),      SIGNAL(SIGQUIT),        SIGNAL(SIGILL),
    SIGNAL(SIGTRAP),     SIGNAL(SIGABRT),     SIGNAL(SIGIOT),         SIGNAL(SIGBUS),
    SIGNAL(SIGFPE),      SIGNAL(SIGKILL),     SIGNAL(SIGUSR1),        SIGNAL(SIGSEGV),
    SIGNAL(SIGUSR2),     SIGNAL(SIGPIPE),     SIGNAL(SIGALRM),        SIGNAL(SIGTERM),
    SIGNAL(SIGSTKFLT),   SIGNAL(SIGCHLD),     SIGNAL(SIGCLD),         SIGNAL(SIGCONT),
    SIGNAL(SIGSTOP),     SIGNAL(SIGTSTP),     SIGNAL(SIGTTIN),        SIGNAL(SIGTTOU),
    SIGNAL(SIGURG),      SIGNAL(SIGXCPU),     SIGNAL(SIGXFSZ),        SIGNAL(SIGVTALRM),
    SIGNAL(SIGPROF),     SIGNAL(SIGWINCH),    SIGNAL(SIGIO),          SIGNAL(SIGPOLL),
    SIGNAL(SIGPWR),      SIGNAL(SIGSYS),      SIGNAL(SIG_BLOCK),      SIGNAL(SIG_UNBLOCK),
    SIGNAL(SIG_SETMASK), SIGNAL(ITIMER_REAL), SIGNAL(ITIMER_VIRTUAL), SIGNAL(ITIMER_PROF)};
#undef SIGNAL

Status execute(Module* module) {
  main_thread_id = thread()->id;
  default_handler = Value::from_small(0);
  ignore_handler = Value::from_small(1);
  for (Value& handler : handlers) add_root(&handler);
  TRY(module_add(module, "SIG_DFL", default_handler));
  TRY(module_add(module, "SIG_IGN", ignore_handler));
  TRY(module_add(module, "NSIG", make_int(kCount)));
  TRY(module_add(module, "SIGRTMIN", make_int(SIGRTMIN)));
  TRY(module_add(module, "SIGRTMAX", make_int(SIGRTMAX)));
  for (const Constant& constant : kConstants)
    TRY(module_add(module, constant.name, make_int(constant.number)));
  info_type = make_struct_sequence_type("signal.struct_siginfo", "What is known of a signal.", kInfoFields,
                                        std::size(kInfoFields));
  add_root(reinterpret_cast<Object**>(&info_type));
  TRY(module_add(module, "struct_siginfo", info_type));
  static const TypeSpec error{.name = "signal.itimer_error", .flags = kTypeBase | kTypeHasDict};
  TRY(module_add(module, "ItimerError", make_native_type(error, types.OSError)));
  return {};
}

}  // namespace

Result<sigset_t> to_signal_set(Value iterable) {
  sigset_t mask;
  sigemptyset(&mask);
  TRY(for_each(iterable, [&](Value item) -> Status {
    auto converted = to_int64(item);
    if (!converted.ok() && !clear_if(types.OverflowError)) return Raised{};
    const int64_t number = converted.ok() ? converted.unwrap() : -1;
    if (number < 1 || number >= kCount)
      return raise(types.ValueError, "signal number {} out of range [1; 64]", number);
    sigaddset(&mask, static_cast<int>(number));
    return {};
  }));
  return mask;
}

void note_signal(int number) {
  came[number] = true;
  any_came = true;
  request_attention(kAttentionSignal);
}

namespace {

/// What went wrong when the signal handler wrote its byte.
void tell_wakeup_error() {
  const int error = wakeup_error.exchange(0);
  if (error == 0) return;
  auto explain = []() -> Status {
    Value file = TRY(sys_attribute("stderr"));
    if (file.is_null() || is_none(file)) return {};
    constexpr const char* kText = "Exception ignored when trying to write to the signal wakeup fd:\n";
    TRY(call_method(file, names.write, {make_str(kText)}));
    return {};
  };
  if (!explain().ok()) take_exception();
  (void)raise_os_error(error);
  report_unraisable_as(take_exception(), none(), Value());
}

/// A signal that came before its handler was taken away.
void tell_ignored(int number) {
  (void)raise(types.OSError, "Signal {} ignored due to race condition", number);
  report_unraisable_as(take_exception(), none(), none());
}

}  // namespace

Status handle_signals() {
  if (!any_came || !is_main_thread()) return {};
  any_came = false;
  clear_attention(kAttentionSignal);
  tell_wakeup_error();
  for (int number = 1; number < kCount; ++number) {
    if (!came[number].exchange(false)) continue;
    Value handler = handlers[number];
    if (handler.is_null() || is_none(handler) || !is_callable(handler)) {
      tell_ignored(number);
      continue;
    }
    Frame* frame = current_frame();
    Value shown = frame == nullptr ? none() : Value(frame_object_of(frame));
    auto result = call(handler, {make_int(number), shown});
    if (result.ok()) continue;
    any_came = true;  // the others at the next safe point
    request_attention(kAttentionSignal);
    return Raised{};
  }
  return {};
}

Status start_signals() {
  struct sigaction action;
  if (sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) set_action(SIGPIPE, SIG_IGN);
  set_action(SIGXFSZ, SIG_IGN);
  Value module = TRY(import_module("_signal"));
  add_safe_point_action(handle_signals);
  if (sigaction(SIGINT, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) {
    handlers[SIGINT] = TRY(get_attribute(module, intern("default_int_handler")));
    set_action(SIGINT, handle);
  }
  return {};
}

extern const ModuleSpec kSignalModule{
    .name = "_signal", .doc = "Signals.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
