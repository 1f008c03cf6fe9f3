// The module time.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cmath>
#include <ctime>

#include "vm/builtins/struct_sequence.h"
#include "vm/heap/heap.h"
#include "vm/import/import.h"
#include "vm/modules/signals.h"
#include "vm/object/argument_errors.h"
#include "vm/object/int_cells.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

Type* struct_time = nullptr;

// ---- clocks

Result<Value> clock_seconds(clockid_t clock) {
  timespec now;
  if (clock_gettime(clock, &now) != 0) return raise_os_error(errno);
  return make_float(static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec));
}
Result<Value> clock_nanoseconds(clockid_t clock) {
  timespec now;
  if (clock_gettime(clock, &now) != 0) return raise_os_error(errno);
  return make_int(now.tv_sec * 1000000000 + now.tv_nsec);
}

template <clockid_t clock>
Result<Value> seconds(const Value*) {
  return clock_seconds(clock);
}
template <clockid_t clock>
Result<Value> nanoseconds(const Value*) {
  return clock_nanoseconds(clock);
}

Result<Value> clock_gettime_function(const Value* a) {
  return clock_seconds(TRY(to_c_int(a[1])));
}
Result<Value> clock_gettime_ns(const Value* a) {
  return clock_nanoseconds(TRY(to_c_int(a[1])));
}
Result<Value> clock_getres_function(const Value* a) {
  timespec step;
  if (clock_getres(TRY(to_c_int(a[1])), &step) != 0) return raise_os_error(errno);
  return make_float(static_cast<double>(step.tv_sec) + 1e-9 * static_cast<double>(step.tv_nsec));
}

Result<Value> sleep_function(const Value* a) {
  double length = TRY(to_double(a[1]));
  if (std::isnan(length)) return raise(types.ValueError, "Invalid value NaN (not a number)");
  if (length < 0) return raise(types.ValueError, "sleep length must be non-negative");
  if (length > 9.2e9) return raise(types.OverflowError, "timestamp too large to convert to C _PyTime_t");
  timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  double whole = std::floor(length);
  until.tv_sec += static_cast<time_t>(whole);
  until.tv_nsec += static_cast<long>(std::ceil((length - whole) * 1e9));
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  for (;;) {
    int error;
    {
      ReleaseLock released;
      error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    }
    if (error == 0) return none();
    if (error != EINTR) return raise_os_error(error);
    TRY(handle_signals());
  }
}

Result<Value> get_clock_info(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "get_clock_info() argument 1 must be str, not {}", given_name(a[1]));
  struct Info {
    const char* name;
    const char* implementation;
    clockid_t clock;
    bool monotonic, adjustable;
  };
  constexpr Info kInfos[] = {
      {"time", "clock_gettime(CLOCK_REALTIME)", CLOCK_REALTIME, false, true},
      {"monotonic", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true, false},
      {"perf_counter", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true, false},
      {"process_time", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", CLOCK_PROCESS_CPUTIME_ID, true, false},
      {"thread_time", "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", CLOCK_THREAD_CPUTIME_ID, true, false}};
  for (const Info& info : kInfos) {
    if (!equals(a[1].as<Str>(), info.name)) continue;
    timespec step;
    clock_getres(info.clock, &step);
    Value values[] = {make_str(info.implementation), make_bool(info.monotonic), make_bool(info.adjustable),
                      make_float(1e-9 * static_cast<double>(step.tv_nsec))};
    Tuple* keywords = make_tuple(
        {intern("implementation"), intern("monotonic"), intern("adjustable"), intern("resolution")});
    return call(types.namespace_, Arguments{values, 0, keywords});
  }
  return raise(types.ValueError, "unknown clock");
}

// ---- calendar time

Value to_struct_time(const tm& t) {
  return make_struct_sequence(
      struct_time, {make_int(t.tm_year + int64_t{1900}), make_int(t.tm_mon + 1), make_int(t.tm_mday),
                    make_int(t.tm_hour), make_int(t.tm_min), make_int(t.tm_sec),
                    make_int((t.tm_wday + 6) % 7), make_int(t.tm_yday + 1), make_int(t.tm_isdst),
                    t.tm_zone == nullptr ? none() : Value(make_str(t.tm_zone)), make_int(t.tm_gmtoff)});
}

/// Seconds since the epoch: now when absent or None.
Result<time_t> to_seconds(Value value) {
  if (value.is_null() || is_none(value)) return time(nullptr);
  if (is_float(value)) {
    double number = std::floor(float_value(value));
    if (std::isnan(number)) return raise(types.ValueError, "Invalid value NaN (not a number)");
    if (!(number >= -9.2e18 && number <= 9.2e18))
      return raise(types.OverflowError, "timestamp out of range for platform time_t");
    return static_cast<time_t>(number);
  }
  Value integer = TRY(to_index(value));
  int64_t number;
  if (!int_fits(integer, &number))
    return raise(types.OverflowError, "timestamp out of range for platform time_t");
  return static_cast<time_t>(number);
}

Result<Value> broken_down(Value value, bool local) {
  time_t when = TRY(to_seconds(value));
  tm t;
  errno = 0;
  if ((local ? localtime_r(&when, &t) : gmtime_r(&when, &t)) == nullptr)
    return raise_os_error(errno == 0 ? EINVAL : errno);
  if (!local) t.tm_zone = "UTC";
  return to_struct_time(t);
}
Result<Value> localtime_function(const Value* a) {
  return broken_down(a[1], true);
}
Result<Value> gmtime_function(const Value* a) {
  return broken_down(a[1], false);
}

/// A tuple of nine as a tm, fields as they are.
Result<tm> to_tm(Value value, const char* function) {
  if (!is_tuple(value)) return raise(types.TypeError, "Tuple or struct_time argument required");
  auto* items = value.as<Tuple>();
  if (items->length != 9) return raise(types.TypeError, "{}(): illegal time tuple argument", function);
  int n[9];
  for (int i = 0; i < 9; ++i) n[i] = TRY(to_c_int(items->items[i]));
  if (n[0] < INT_MIN + 1900) return raise(types.OverflowError, "year out of range");
  tm t{};
  t.tm_year = n[0] - 1900;
  t.tm_mon = n[1] - 1;
  t.tm_mday = n[2];
  t.tm_hour = n[3];
  t.tm_min = n[4];
  t.tm_sec = n[5];
  t.tm_wday = (n[6] + 1) % 7;
  t.tm_yday = n[7] - 1;
  t.tm_isdst = n[8];
  if (items->aux == 11 && type_of(value) == struct_time) {
    Value offset = items->items[10];
    if (is_int(offset)) t.tm_gmtoff = TRY(to_int64(offset));
  }
  return t;
}

/// The ranges that asctime and strftime insist on; zeros stand for the first.
Status check_tm(tm* t) {
  if (t->tm_mon == -1) t->tm_mon = 0;
  if (t->tm_mon < 0 || t->tm_mon > 11) return raise(types.ValueError, "month out of range");
  if (t->tm_mday == 0) t->tm_mday = 1;
  if (t->tm_mday < 0 || t->tm_mday > 31) return raise(types.ValueError, "day of month out of range");
  if (t->tm_hour < 0 || t->tm_hour > 23) return raise(types.ValueError, "hour out of range");
  if (t->tm_min < 0 || t->tm_min > 59) return raise(types.ValueError, "minute out of range");
  if (t->tm_sec < 0 || t->tm_sec > 61) return raise(types.ValueError, "seconds out of range");
  if (t->tm_wday < 0) return raise(types.ValueError, "day of week out of range");
  if (t->tm_yday == -1) t->tm_yday = 0;
  if (t->tm_yday < 0 || t->tm_yday > 365) return raise(types.ValueError, "day of year out of range");
  return {};
}

Result<tm> given_or_now(Value value, const char* function) {
  if (!value.is_null()) {
    tm t = TRY(to_tm(value, function));
    TRY(check_tm(&t));
    return t;
  }
  time_t now = time(nullptr);
  tm t;
  localtime_r(&now, &t);
  return t;
}

Value asctime_text(const tm& t) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return make_str(fmt::format("{} {}{:3d} {:02d}:{:02d}:{:02d} {}", kDays[t.tm_wday], kMonths[t.tm_mon],
                              t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, 1900 + int64_t{t.tm_year}));
}
Result<Value> asctime_function(const Value* a) {
  return asctime_text(TRY(given_or_now(a[1], "asctime")));
}

Result<Value> ctime_function(const Value* a) {
  time_t when = TRY(to_seconds(a[1]));
  tm t;
  if (localtime_r(&when, &t) == nullptr) return raise_os_error(errno);
  return asctime_text(t);
}

Result<Value> mktime_function(const Value* a) {
  tm t = TRY(to_tm(a[1], "mktime"));
  t.tm_wday = -1;
  time_t when = mktime(&t);
  if (when == -1 && t.tm_wday == -1) return raise(types.OverflowError, "mktime argument out of range");
  return make_float(static_cast<double>(when));
}

Result<Value> strftime_function(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "strftime() argument 1 must be str, not {}", given_name(a[1]));
  tm t = TRY(given_or_now(a[2], "strftime"));
  t.tm_isdst = std::clamp(t.tm_isdst, -1, 1);
  if (!a[2].is_null()) {
    tm copy = t;
    mktime(&copy);
    t.tm_zone = copy.tm_zone;
    if (t.tm_gmtoff == 0) t.tm_gmtoff = copy.tm_gmtoff;
  }
  const std::string format = TRY(utf8_without_nul(a[1].as<Str>()));
  if (format.empty()) return names.empty;
  // A text that is legitimately empty cannot be told from a buffer that is too small: one more character
  // helps.
  std::string marked = format + "x", text(marked.size() * 4 + 256, '\0');
  size_t size;
  while ((size = strftime(text.data(), text.size(), marked.c_str(), &t)) == 0) text.resize(text.size() * 2);
  return make_str(std::string_view(text.data(), size - 1));
}

Result<Value> strptime_function(const Value* a) {
  Value module = TRY(import_module("_strptime"));
  Value function = TRY(get_attribute(module, intern("_strptime_time")));
  return call_with(function, a[1], Value());
}

/// timezone, altzone, daylight, tzname from the rules in force.
Status add_zone(Module* module) {
  tzset();
  TRY(module_add(module, "timezone", make_int(timezone)));
  time_t now = time(nullptr);
  int64_t summer_offset = timezone - 3600;
  for (int month = 0; month < 12; ++month) {
    time_t when = now + month * 30 * 86400;
    tm t;
    localtime_r(&when, &t);
    if (t.tm_isdst > 0) summer_offset = -t.tm_gmtoff;
  }
  if (daylight == 0) summer_offset = timezone;
  TRY(module_add(module, "altzone", make_int(summer_offset)));
  TRY(module_add(module, "daylight", make_int(daylight)));
  return module_add(module, "tzname", make_tuple({make_str(tzname[0]), make_str(tzname[1])}));
}

Result<Value> tzset_function(const Value* a) {
  TRY(add_zone(a[0].as<Module>()));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"time", "($module, /)", seconds<CLOCK_REALTIME>, "Seconds since the epoch."},
    {"time_ns", "($module, /)", nanoseconds<CLOCK_REALTIME>, "Nanoseconds since the epoch."},
    {"monotonic", "($module, /)", seconds<CLOCK_MONOTONIC>, "A clock that never goes back."},
    {"monotonic_ns", "($module, /)", nanoseconds<CLOCK_MONOTONIC>, "The same in nanoseconds."},
    {"perf_counter", "($module, /)", seconds<CLOCK_MONOTONIC>, "The clock for measuring."},
    {"perf_counter_ns", "($module, /)", nanoseconds<CLOCK_MONOTONIC>, "The same in nanoseconds."},
    {"process_time", "($module, /)", seconds<CLOCK_PROCESS_CPUTIME_ID>, "The processor time of the process."},
    {"process_time_ns", "($module, /)", nanoseconds<CLOCK_PROCESS_CPUTIME_ID>, "The same in nanoseconds."},
    {"thread_time", "($module, /)", seconds<CLOCK_THREAD_CPUTIME_ID>, "The processor time of the thread."},
    {"thread_time_ns", "($module, /)", nanoseconds<CLOCK_THREAD_CPUTIME_ID>, "The same in nanoseconds."},
    {"clock_gettime", "($module, clk_id, /)", clock_gettime_function, "The time of a clock."},
    {"clock_gettime_ns", "($module, clk_id, /)", clock_gettime_ns, "The same in nanoseconds."},
    {"clock_getres", "($module, clk_id, /)", clock_getres_function, "The resolution of a clock."},
    {"get_clock_info", "($module, name, /)", get_clock_info, "What a clock of this module is."},
    {"sleep", "($module, seconds, /)", sleep_function, "Waits that many seconds."},
    {"gmtime", "($module, seconds=None, /)", gmtime_function, "The time as struct_time, in UTC."},
    {"localtime", "($module, seconds=None, /)", localtime_function, "The time as struct_time, here."},
    {"asctime", "($module, tuple=<unrepresentable>, /)", asctime_function, "The time as text."},
    {"ctime", "($module, seconds=None, /)", ctime_function, "asctime(localtime(seconds))."},
    {"mktime", "($module, tuple, /)", mktime_function, "Seconds since the epoch of a local time."},
    {"strftime", "($module, format, tuple=<unrepresentable>, /)", strftime_function,
     "The time as text in a format."},
    {"strptime", "($module, /, *args)", strptime_function, "The time that a text in a format says."},
    {"tzset", "($module, /)", tzset_function, "Takes the time zone from the environment again."},
};

constexpr SequenceField kTimeFields[] = {{"tm_year"},  {"tm_mon"},  {"tm_mday"},  {"tm_hour"},
                                         {"tm_min"},   {"tm_sec"},  {"tm_wday"},  {"tm_yday"},
                                         {"tm_isdst"}, {"tm_zone"}, {"tm_gmtoff"}};

Status execute(Module* module) {
  struct_time = make_struct_sequence_type("time.struct_time", "Calendar time as a tuple.", kTimeFields, 9);
  TRY(module_add(module, "struct_time", struct_time));
  TRY(module_add(module, "_STRUCT_TM_ITEMS", make_int(11)));
  for (auto [name, clock] : {std::pair<const char*, int>{"CLOCK_REALTIME", CLOCK_REALTIME},
                             {"CLOCK_MONOTONIC", CLOCK_MONOTONIC},
                             {"CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
                             {"CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID},
                             {"CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID},
                             {"CLOCK_BOOTTIME", CLOCK_BOOTTIME},
                             {"CLOCK_TAI", CLOCK_TAI}})
    TRY(module_add(module, name, make_int(clock)));
  return add_zone(module);
}

}  // namespace

extern const ModuleSpec kTimeModule{
    .name = "time", .doc = "Clocks and calendar time.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
