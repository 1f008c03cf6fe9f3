// The module _lsprof: the profiler behind cProfile. It counts and times calls by what was called, and by who
// called it.
#include <ctime>
#include <map>
#include <unordered_map>
#include <vector>

#include "vm/builtins/struct_sequence.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/native_module.h"
#include "vm/modules/profiler.h"

namespace ouro::vm {

namespace {

Type* profiler_type = nullptr;
Type* entry_type = nullptr;
Type* subentry_type = nullptr;

/// What is known of a callee, or of a callee from one caller. Times in the timer's units.
struct Statistics {
  int64_t calls = 0, recursive_calls = 0, total = 0, own = 0;
  int depth = 0;  // running now

  void enter() { ++depth; }
  void leave(int64_t elapsed, int64_t own_time) {
    if (--depth == 0)
      total += elapsed;
    else
      ++recursive_calls;
    own += own_time;
    ++calls;
  }
};

struct Entry {
  Statistics all;
  std::map<size_t, Statistics> callees;
};

struct Call {
  size_t entry;
  int64_t started, in_callees;
};

/// The part without references: `entries` are numbered as the profiler's `subjects`.
struct Record {
  std::vector<Entry> entries;
  std::unordered_map<const void*, size_t> numbers;
  std::vector<Call> running;
};

/// _lsprof.Profiler.
struct Profiler : Object {
  Record* record;
  List* subjects;  // code objects, and texts for native functions
  Value timer;     // null: the system's clock
  double unit;
  bool subcalls, builtins, enabled;
};
Profiler* self_of(Value value) {
  return value.as<Profiler>();
}

int64_t now_of(Profiler* self) {
  if (self->timer.is_null()) {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }
  auto read = [self]() -> Result<int64_t> {
    Value time = TRY(call(self->timer));
    if (self->unit > 0) return to_int64(time);
    return static_cast<int64_t>(TRY(to_double(time)) * 1e9);
  };
  auto time = read();
  if (time.ok()) return time.unwrap();
  report_unraisable(self->timer);
  return 0;
}

/// A native function as profiles show it.
Result<Value> describe(Value callee) {
  if (!is_kind(callee, Kind::kNativeFunction)) return repr(callee);
  auto* function = callee.as<NativeFunction>();
  const char* name = function->spec->name;
  if (!function->self.is_null()) {
    Value found = lookup_special(function->self, intern(name));
    if (!found.is_null()) return repr(found);
  }
  if (!function->module.is_null() && is_str(function->module))
    return make_str(fmt::format("<built-in method {}.{}>", to_utf8(function->module.as<Str>()), name));
  return make_str(fmt::format("<built-in method {}>", name));
}

/// The number of a callee, a new one if it is new: a code object, or a native function by its specification.
Result<size_t> number_of(Profiler* self, const void* key, Value callee) {
  auto found = self->record->numbers.find(key);
  if (found != self->record->numbers.end()) return found->second;
  Value subject = is_kind(callee, Kind::kCode) ? callee : TRY(describe(callee));
  TRY(list_append(self->subjects, subject));
  const size_t number = self->record->entries.size();
  self->record->entries.emplace_back();
  self->record->numbers.emplace(key, number);
  return number;
}

void enter_call(Profiler* self, size_t number) {
  Record* record = self->record;
  if (self->subcalls && !record->running.empty())
    record->entries[record->running.back().entry].callees[number].enter();
  record->entries[number].all.enter();
  record->running.push_back({number, now_of(self), 0});
}

void leave_call(Profiler* self) {
  Record* record = self->record;
  if (record->running.empty()) return;  // began before the profiler
  const Call call = record->running.back();
  const int64_t elapsed = now_of(self) - call.started, own = elapsed - call.in_callees;
  if (record->running.empty()) return;  // the timer has cleared the profiler
  record->running.pop_back();
  record->entries[call.entry].all.leave(elapsed, own);
  if (record->running.empty()) return;
  Call& caller = record->running.back();
  caller.in_callees += elapsed;
  if (self->subcalls) record->entries[caller.entry].callees[call.entry].leave(elapsed, own);
}

const void* native_key(Value callee) {
  if (is_kind(callee, Kind::kNativeFunction)) return callee.as<NativeFunction>()->spec;
  if (is_kind(callee, Kind::kMethodDescriptor)) return callee.as<MethodDescriptor>()->spec;
  return callee.object();
}

/// The profile function: (frame, event, argument).
Result<Value> on_event(Value self_value, const Arguments& a) {
  Profiler* self = self_of(self_value);
  if (a.positional != 3 || !is_str(a[1])) return none();
  auto* event = a[1].as<Str>();
  if (equals(event, "call")) {
    Value code = TRY(get_attribute(a[0], intern("f_code")));
    enter_call(self, TRY(number_of(self, code.object(), code)));
  } else if (equals(event, "return")) {
    leave_call(self);
  } else if (self->builtins && equals(event, "c_call")) {
    enter_call(self, TRY(number_of(self, native_key(a[2]), a[2])));
  } else if (self->builtins) {
    leave_call(self);
  }
  return none();
}
constexpr MethodSpec kOnEvent = {
    .name = "profile", .signature = nullptr, .function = nullptr, .raw = on_event};

Result<Value> new_profiler(Type* type, const Arguments&) {
  auto* self = allocate_instance<Profiler>(type);
  self->record = new Record;
  self->subcalls = self->builtins = true;
  store(self, self->subjects, make_list());
  return self;
}

Status init_profiler(Value value, const Arguments& arguments) {
  static const Signature signature("Profiler", "(timer=None, timeunit=0.0, subcalls=True, builtins=True)");
  Value a[4];
  TRY(signature.bind(arguments, a));
  Profiler* self = self_of(value);
  const double unit = a[1].is_null() ? 0.0 : TRY(to_double(a[1]));
  const bool subcalls = a[2].is_null() || TRY(to_c_int(a[2])) != 0;
  const bool builtins = a[3].is_null() || TRY(to_c_int(a[3])) != 0;
  self->unit = unit;
  self->subcalls = subcalls;
  self->builtins = builtins;
  store(self, self->timer, a[0].is_null() || is_none(a[0]) ? Value() : a[0]);
  return {};
}

void release_profiler(Object* object) {
  auto* self = static_cast<Profiler*>(object);
  delete self->record;
  self->record = nullptr;
}

Result<Value> enable(const Value* a) {
  Profiler* self = self_of(a[0]);
  if (!a[1].is_null()) self->subcalls = TRY(is_true(a[1]));
  if (!a[2].is_null()) self->builtins = TRY(is_true(a[2]));
  set_profile_function(make_native_function(kOnEvent, a[0], nullptr));
  self->enabled = true;
  return none();
}

Result<Value> disable(const Value* a) {
  Profiler* self = self_of(a[0]);
  self->enabled = false;
  set_profile_function(Value());
  while (!self->record->running.empty()) leave_call(self);
  return none();
}

Result<Value> clear(const Value* a) {
  Profiler* self = self_of(a[0]);
  *self->record = Record();
  store(self, self->subjects, make_list());
  return none();
}

/// code, callcount, reccallcount, totaltime, inlinetime.
void fill_fields(const Profiler* self, Value subject, const Statistics& s, Value* out) {
  const double factor = !self->timer.is_null() && self->unit > 0 ? self->unit : 1e-9;
  out[0] = subject;
  out[1] = make_int(s.calls);
  out[2] = make_int(s.recursive_calls);
  out[3] = make_float(factor * static_cast<double>(s.total));
  out[4] = make_float(factor * static_cast<double>(s.own));
}

Result<Value> get_statistics(const Value* a) {
  Profiler* self = self_of(a[0]);
  List* list = make_list();
  for (size_t i = 0; i < self->record->entries.size(); ++i) {
    const Entry& entry = self->record->entries[i];
    if (entry.all.calls == 0) continue;
    Value fields[6];
    fill_fields(self, self->subjects->items()[i], entry.all, fields);
    List* calls = nullptr;
    for (const auto& [number, statistics] : entry.callees) {
      if (statistics.calls == 0) continue;
      Value part[5];
      fill_fields(self, self->subjects->items()[number], statistics, part);
      if (calls == nullptr) calls = make_list();
      TRY(list_append(calls, make_struct_sequence(subentry_type, std::span<const Value>(part))));
    }
    fields[5] = calls == nullptr ? none() : Value(calls);
    TRY(list_append(list, make_struct_sequence(entry_type, std::span<const Value>(fields))));
  }
  return list;
}

constexpr MethodSpec kMethods[] = {
    {"enable", "($self, /, subcalls=True, builtins=True)", enable, "Start collecting profiling information."},
    {"disable", "($self, /)", disable, "Stop collecting profiling information."},
    {"clear", "($self, /)", clear, "Clear all profiling information collected so far."},
    {"getstats", "($self, /)", get_statistics, "A list of profiler_entry objects."},
};
constexpr SequenceField kEntryFields[] = {
    {"code", "code object or built-in function name"},
    {"callcount", "how many times this was called"},
    {"reccallcount", "how many times called recursively"},
    {"totaltime", "total time in this entry"},
    {"inlinetime", "inline time in this entry (not in subcalls)"},
    {"calls", "details of the calls"},
};

Status execute(Module* module) {
  static TypeSpec spec = {.name = "_lsprof.Profiler",
                          .kind = Kind::kNative,
                          .basic_size = sizeof(Profiler),
                          .flags = kTypeBase | kTypeHasFinalizer,
                          .trace = trace_members<&Profiler::subjects, &Profiler::timer>,
                          .methods = kMethods,
                          .doc = "Profiler(timer=None, timeunit=None, subcalls=True, builtins=True)"};
  spec.slots.new_ = new_profiler;
  spec.slots.init = init_profiler;
  spec.slots.release = release_profiler;
  TRY(add_type(module, &profiler_type, spec));
  if (entry_type == nullptr) {
    entry_type = make_struct_sequence_type("_lsprof.profiler_entry", nullptr, kEntryFields, 6);
    subentry_type =
        make_struct_sequence_type("_lsprof.profiler_subentry", nullptr, std::span(kEntryFields).first(5), 5);
    add_root(reinterpret_cast<Object**>(&entry_type));
    add_root(reinterpret_cast<Object**>(&subentry_type));
  }
  TRY(module_add(module, "profiler_entry", entry_type));
  return module_add(module, "profiler_subentry", subentry_type);
}

}  // namespace

Value shown_profile_function(Value function) {
  const bool own = !function.is_null() && is_kind(function, Kind::kNativeFunction) &&
                   function.as<NativeFunction>()->spec == &kOnEvent;
  return own ? function.as<NativeFunction>()->self : function;
}

extern const ModuleSpec kLsprofModule;
const ModuleSpec kLsprofModule = {.name = "_lsprof", .doc = "Fast profiler", .execute = execute};

}  // namespace ouro::vm
