// The module select: select, poll and epoll.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cmath>
#include <optional>
#include <vector>

#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"
#include "vm/modules/signals.h"

namespace ouro::vm {

namespace {

using Clock = std::chrono::steady_clock;

Type* poll_type = nullptr;
Type* epoll_type = nullptr;

/// When to give up waiting; nothing: never.
using Deadline = std::optional<Clock::time_point>;

Result<Deadline> deadline_after(Value timeout, double unit, const char* message) {
  if (timeout.is_null() || is_none(timeout)) return Deadline();
  if (!is_int(timeout) && !is_float(timeout)) return raise_text(types.TypeError, message);
  const double seconds = TRY(to_double(timeout)) * unit;
  if (std::isnan(seconds)) return raise(types.ValueError, "Invalid value NaN (not a number)");
  if (seconds > 9e9) return raise(types.OverflowError, "timeout is too large");
  return Deadline(Clock::now() +
                  std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
}

/// Milliseconds that are left, rounded up; -1: for ever.
int milliseconds_left(const Deadline& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::min<int64_t>(std::max<int64_t>(left, 0), INT_MAX));
}

/// Waits with `call(milliseconds)`, again after signals; returns what it returned.
template <class Call>
Result<int> wait(const Deadline& deadline, Call&& call) {
  for (;;) {
    int result, error;
    const int left = milliseconds_left(deadline);
    {
      ReleaseLock released;
      result = call(left);
      error = errno;
    }
    if (result >= 0) return result;
    if (error != EINTR) return raise_os_error(error);
    TRY(handle_signals());
    if (deadline && Clock::now() >= *deadline) return 0;
  }
}

// ---- select

struct Watched {
  List* objects;
  std::vector<int> descriptors;
  fd_set set;
};

/// A list is read as it is at each step: fileno() may change it.
Status watch(Value sequence, Watched* watched) {
  List* source = is_list(sequence) ? sequence.as<List>() : nullptr;
  if (source == nullptr) {
    auto items = to_list(sequence);
    if (!items.ok()) {
      if (!clear_if(types.TypeError)) return Raised{};
      return raise(types.TypeError, "arguments 1-3 must be sequences");
    }
    source = items.unwrap();
  }
  watched->objects = make_list();
  FD_ZERO(&watched->set);
  for (uint64_t i = 0; i < source->length; ++i) {
    Value object = source->items()[i];
    const int descriptor = TRY(to_file_descriptor(object));
    if (descriptor >= FD_SETSIZE) return raise(types.ValueError, "filedescriptor out of range in select()");
    FD_SET(descriptor, &watched->set);
    watched->descriptors.push_back(descriptor);
    TRY(list_append(watched->objects, object));
  }
  return {};
}

Result<Value> ready_ones(Watched& watched) {
  List* list = make_list();
  for (size_t i = 0; i < watched.descriptors.size(); ++i) {
    if (FD_ISSET(watched.descriptors[i], &watched.set)) TRY(list_append(list, watched.objects->items()[i]));
  }
  return list;
}

Result<Value> select_function(const Value* a) {
  const Deadline deadline = TRY(deadline_after(a[4], 1.0, "timeout must be a float or None"));
  if (deadline && TRY(to_double(a[4])) < 0) return raise(types.ValueError, "timeout must be non-negative");
  Watched watched[3];
  int most = -1;
  for (int i = 0; i < 3; ++i) {
    TRY(watch(a[1 + i], &watched[i]));
    for (int descriptor : watched[i].descriptors) most = std::max(most, descriptor);
  }
  const fd_set before[3] = {watched[0].set, watched[1].set, watched[2].set};
  const int count = TRY(wait(deadline, [&](int left) {
    for (int i = 0; i < 3; ++i) watched[i].set = before[i];
    timeval time{left / 1000, left % 1000 * 1000};
    return select(most + 1, &watched[0].set, &watched[1].set, &watched[2].set, left < 0 ? nullptr : &time);
  }));
  if (count == 0) {
    for (Watched& one : watched) FD_ZERO(&one.set);
  }
  Value lists[3];
  for (int i = 0; i < 3; ++i) lists[i] = TRY(ready_ones(watched[i]));
  return make_tuple({lists[0], lists[1], lists[2]});
}

// ---- poll objects: a dict of descriptors and the events asked for

struct Poll : Object {
  Dict* events;
  bool polling;
};

void trace_poll(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Poll*>(object)->events);
}

Result<uint16_t> event_mask(Value given, uint16_t missing) {
  if (given.is_null()) return missing;
  const int64_t mask = TRY(to_int64(given));
  if (mask < 0) return raise(types.ValueError, "value must be positive");
  if (mask > 0xFFFF) return raise(types.OverflowError, "Python int too large to convert to C unsigned short");
  return static_cast<uint16_t>(mask);
}

Result<Value> poll_register(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  const uint16_t mask = TRY(event_mask(a[2], POLLIN | POLLPRI | POLLOUT));
  TRY(dict_set(a[0].as<Poll>()->events, make_int(descriptor), make_int(mask)));
  return none();
}
Result<Value> poll_modify(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  const uint16_t mask = TRY(event_mask(a[2], 0));
  Dict* events = a[0].as<Poll>()->events;
  if (!TRY(dict_contains(events, make_int(descriptor)))) return raise_os_error(ENOENT);
  TRY(dict_set(events, make_int(descriptor), make_int(mask)));
  return none();
}
Result<Value> poll_unregister(const Value* a) {
  Value key = make_int(TRY(to_file_descriptor(a[1])));
  if (!TRY(dict_delete(a[0].as<Poll>()->events, key))) return raise_key_error(key);
  return none();
}

Result<Value> poll_wait(const Value* a) {
  auto* self = a[0].as<Poll>();
  Deadline deadline = TRY(deadline_after(a[1], 1e-3, "timeout must be an integer or None"));
  if (deadline && TRY(to_double(a[1])) > INT_MAX) return raise(types.OverflowError, "timeout is too large");
  if (deadline && TRY(to_double(a[1])) < 0) deadline.reset();
  if (self->polling) return raise(types.RuntimeError, "concurrent poll() invocation");
  std::vector<pollfd> watched;
  Value key, mask;
  for (size_t at = 0; dict_next(self->events, &at, &key, &mask);)
    watched.push_back({static_cast<int>(key.small_int()), static_cast<short>(mask.small_int()), 0});
  self->polling = true;
  const Result<int> waited =
      wait(deadline, [&](int left) { return poll(watched.data(), watched.size(), left); });
  self->polling = false;
  TRY(waited);
  List* list = make_list();
  for (const pollfd& one : watched) {
    if (one.revents == 0) continue;
    TRY(list_append(list, make_tuple({make_int(one.fd), make_int(one.revents & 0xFFFF)})));
  }
  return list;
}

constexpr MethodSpec kPollMethods[] = {
    {"register", "($self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)", poll_register,
     "Register a file descriptor with the polling object."},
    {"modify", "($self, fd, eventmask, /)", poll_modify, "Modify an already registered file descriptor."},
    {"unregister", "($self, fd, /)", poll_unregister, "Remove a file descriptor being tracked."},
    {"poll", "($self, timeout=None, /)", poll_wait,
     "Polls the set of registered file descriptors; a list of (fd, event) pairs."},
};

Result<Value> poll_function(const Value*) {
  auto* self = allocate_instance<Poll>(poll_type);
  store(self, self->events, make_dict());
  return self;
}

// ---- epoll objects

struct Epoll : Object {
  int descriptor;  // -1: closed
};

Result<int> open_epoll(Value self) {
  const int descriptor = self.as<Epoll>()->descriptor;
  if (descriptor < 0) return raise(types.ValueError, "I/O operation on closed epoll object");
  return descriptor;
}

Result<Value> make_epoll(Type* type, int descriptor) {
  if (descriptor < 0) return raise_os_error(errno);
  auto* self = allocate_instance<Epoll>(type);
  self->descriptor = descriptor;
  return self;
}

Result<Value> new_epoll(Type* type, const Arguments& arguments) {
  static const Signature signature("epoll", "(sizehint=-1, flags=0)");
  Value given[2];
  TRY(signature.bind(arguments, given));
  const int hint = given[0].is_null() ? -1 : TRY(to_c_int(given[0]));
  const int flags = given[1].is_null() ? 0 : TRY(to_c_int(given[1]));
  if (hint != -1 && hint <= 0) return raise(types.ValueError, "negative sizehint");
  if ((flags & ~EPOLL_CLOEXEC) != 0) return raise(types.OSError, "invalid flags");
  return make_epoll(type, epoll_create1(EPOLL_CLOEXEC));
}

void release_epoll(Object* object) {
  auto* self = static_cast<Epoll*>(object);
  if (self->descriptor >= 0) close(std::exchange(self->descriptor, -1));
}

Result<Value> epoll_close(const Value* a) {
  const int descriptor = std::exchange(a[0].as<Epoll>()->descriptor, -1);
  if (descriptor >= 0 && close(descriptor) != 0) return raise_os_error(errno);
  return none();
}
Result<Value> epoll_fileno(const Value* a) {
  return make_int(TRY(open_epoll(a[0])));
}
Result<Value> epoll_fromfd(const Value* a) {
  return make_epoll(a[0].as<Type>(), TRY(to_c_int(a[1])));
}

Result<Value> control(const Value* a, int operation, uint32_t missing) {
  const int epoll = TRY(open_epoll(a[0]));
  const int descriptor = TRY(to_file_descriptor(a[1]));
  epoll_event event = {};
  if (operation != EPOLL_CTL_DEL)
    event.events = a[2].is_null() ? missing : static_cast<uint32_t>(TRY(to_uint64(a[2])));
  event.data.fd = descriptor;
  if (epoll_ctl(epoll, operation, descriptor, &event) != 0) return raise_os_error(errno);
  return none();
}
Result<Value> epoll_register(const Value* a) {
  return control(a, EPOLL_CTL_ADD, EPOLLIN | EPOLLPRI | EPOLLOUT);
}
Result<Value> epoll_modify(const Value* a) {
  return control(a, EPOLL_CTL_MOD, 0);
}
Result<Value> epoll_unregister(const Value* a) {
  return control(a, EPOLL_CTL_DEL, 0);
}

Result<Value> epoll_poll(const Value* a) {
  const int epoll = TRY(open_epoll(a[0]));
  Deadline deadline = TRY(deadline_after(a[1], 1.0, "timeout must be an integer or None"));
  if (deadline && TRY(to_double(a[1])) < 0) deadline.reset();
  int most = a[2].is_null() ? -1 : TRY(to_c_int(a[2]));
  if (most == -1) most = FD_SETSIZE - 1;
  if (most < 1) return raise(types.ValueError, "maxevents must be greater than 0, got {}", most);
  std::vector<epoll_event> events(static_cast<size_t>(std::min(most, 1 << 16)));
  const int count = TRY(wait(deadline, [&](int left) {
    return epoll_wait(epoll, events.data(), static_cast<int>(events.size()), left);
  }));
  List* list = make_list();
  for (int i = 0; i < count; ++i)
    TRY(list_append(list, make_tuple({make_int(events[i].data.fd), make_int(events[i].events)})));
  return list;
}

Result<Value> epoll_enter(const Value* a) {
  TRY(open_epoll(a[0]));
  return a[0];
}
Result<Value> get_closed(Value self) {
  return make_bool(self.as<Epoll>()->descriptor < 0);
}

constexpr MethodSpec kEpollMethods[] = {
    {"fromfd", "($type, fd, /)", epoll_fromfd, "Create an epoll object from a given control fd.",
     Binding::Class},
    {"close", "($self, /)", epoll_close, "Close the epoll control file descriptor."},
    {"fileno", "($self, /)", epoll_fileno, "Return the epoll control file descriptor."},
    {"modify", "($self, /, fd, eventmask)", epoll_modify, "Modify event mask for a registered descriptor."},
    {"register", "($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)",
     epoll_register, "Registers a new fd."},
    {"unregister", "($self, /, fd)", epoll_unregister, "Remove a registered file descriptor."},
    {"poll", "($self, /, timeout=None, maxevents=-1)", epoll_poll,
     "Wait for events; a list of (fd, events) pairs."},
    {"__enter__", "($self, /)", epoll_enter},
    {"__exit__", "($self, exc_type=None, exc_value=None, exc_tb=None, /)", epoll_close},
};
constexpr GetSetSpec kEpollGetSets[] = {
    {"closed", get_closed, nullptr, "True if the epoll handler is closed"},
};

constexpr MethodSpec kFunctions[] = {
    {"select", "($module, rlist, wlist, xlist, timeout=None, /)", select_function,
     "Wait until one or more file descriptors are ready for some kind of I/O."},
    {"poll", "($module, /)", poll_function, "Returns a polling object."},
};

constexpr std::pair<const char*, int64_t> kConstants[] = {
    {"PIPE_BUF", PIPE_BUF},         {"POLLIN", POLLIN},
    {"POLLPRI", POLLPRI},           {"POLLOUT", POLLOUT},
    {"POLLERR", POLLERR},           {"POLLHUP", POLLHUP},
    {"POLLNVAL", POLLNVAL},         {"POLLRDNORM", POLLRDNORM},
    {"POLLRDBAND", POLLRDBAND},     {"POLLWRNORM", POLLWRNORM},
    {"POLLWRBAND", POLLWRBAND},     {"POLLMSG", POLLMSG},
    {"POLLRDHUP", POLLRDHUP},       {"EPOLLIN", EPOLLIN},
    {"EPOLLOUT", EPOLLOUT},         {"EPOLLPRI", EPOLLPRI},
    {"EPOLLERR", EPOLLERR},         {"EPOLLHUP", EPOLLHUP},
    {"EPOLLRDHUP", EPOLLRDHUP},     {"EPOLLET", int64_t{1} << 31},
    {"EPOLLONESHOT", EPOLLONESHOT}, {"EPOLLEXCLUSIVE", EPOLLEXCLUSIVE},
    {"EPOLLRDNORM", EPOLLRDNORM},   {"EPOLLRDBAND", EPOLLRDBAND},
    {"EPOLLWRNORM", EPOLLWRNORM},   {"EPOLLWRBAND", EPOLLWRBAND},
    {"EPOLLMSG", EPOLLMSG},         {"EPOLL_CLOEXEC", EPOLL_CLOEXEC},
};

Status execute(Module* module) {
  if (poll_type == nullptr) {
    static TypeSpec spec;
    spec.name = "select.poll";
    spec.kind = Kind::kNative;
    spec.basic_size = sizeof(Poll);
    spec.flags = kTypeDisallowNew;
    spec.trace = trace_poll;
    spec.methods = kPollMethods;
    poll_type = make_native_type(spec);
    add_root(reinterpret_cast<Object**>(&poll_type));
  }
  static TypeSpec spec;
  spec.name = "select.epoll";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(Epoll);
  spec.flags = kTypeHasFinalizer;
  spec.methods = kEpollMethods;
  spec.getsets = kEpollGetSets;
  spec.slots.new_ = new_epoll;
  spec.slots.release = release_epoll;
  TRY(add_type(module, &epoll_type, spec));
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  return module_add(module, "error", types.OSError);
}

}  // namespace

extern const ModuleSpec kSelectModule;
const ModuleSpec kSelectModule = {
    .name = "select",
    .doc = "Waiting for input and output on several descriptors.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
