// The module syslog: messages to the system's log.
#include <syslog.h>

#include <string>

#include "vm/import/import.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

std::string ident;  // openlog keeps its address
bool is_open = false;

/// The program's name, without its folder; nothing without a program.
Result<Value> default_ident() {
  const Value arguments = TRY(find_attribute(TRY(import_module("sys")), intern("argv")));
  if (arguments.is_null() || !is_list(arguments) || arguments.as<List>()->length == 0) return Value();
  const Value program = arguments.as<List>()->items()[0];
  if (!is_str(program) || program.as<Str>()->length == 0) return Value();
  const std::string text = TRY(utf8_or_raise(program.as<Str>()));
  return Value(make_str(text.substr(text.rfind('/') + 1)));
}

Status open_log(Value name, int options, int facility) {
  if (name.is_null() || is_none(name)) name = TRY(default_ident());
  TRY(audit("syslog.openlog", {name.is_null() ? none() : name, make_int(options), make_int(facility)}));
  ident = name.is_null() ? std::string() : TRY(utf8_or_raise(name.as<Str>()));
  openlog(name.is_null() ? nullptr : ident.c_str(), options, facility);
  is_open = true;
  return {};
}

Result<Value> openlog_function(const Value* a) {
  if (!a[1].is_null() && !is_none(a[1]) && !is_str(a[1]))
    return raise(types.TypeError, "openlog() argument 1 must be str, not {}", type_name(a[1]));
  const int options = a[2].is_null() ? 0 : TRY(to_c_int(a[2]));
  const int facility = a[3].is_null() ? LOG_USER : TRY(to_c_int(a[3]));
  TRY(open_log(a[1], options, facility));
  return none();
}

Result<Value> syslog_function(const Value* a) {
  const bool has_priority = !a[2].is_null();
  const int priority = has_priority ? TRY(to_c_int(a[1])) : LOG_INFO;
  const Value message = has_priority ? a[2] : a[1];
  if (!is_str(message))
    return raise(types.TypeError, "syslog() argument {} must be str, not {}", has_priority ? 2 : 1,
                 type_name(message));
  TRY(audit("syslog.syslog", {make_int(priority), message}));
  if (!is_open) TRY(open_log(Value(), 0, LOG_USER));
  const std::string text = TRY(utf8_or_raise(message.as<Str>()));
  ReleaseLock released;
  syslog(priority, "%s", text.c_str());
  return none();
}

Result<Value> closelog_function(const Value*) {
  TRY(audit("syslog.closelog", {}));
  if (is_open) closelog();
  is_open = false;
  return none();
}

Result<Value> setlogmask_function(const Value* a) {
  const int mask = TRY(to_c_int(a[1]));
  TRY(audit("syslog.setlogmask", {a[1]}));
  return make_int(setlogmask(mask));
}

Result<int> priority_bit(Value value) {
  const int priority = TRY(to_c_int(value));
  if (priority < 0 || priority > 30) return raise(types.ValueError, "priority out of range");
  return priority;
}
Result<Value> mask_function(const Value* a) {
  return make_int(LOG_MASK(TRY(priority_bit(a[1]))));
}
Result<Value> up_to_function(const Value* a) {
  return make_int((int64_t{2} << TRY(priority_bit(a[1]))) - 1);
}

constexpr MethodSpec kFunctions[] = {
    {"openlog", "($module, /, ident=None, logoption=0, facility=LOG_USER)", openlog_function,
     "Sets what each message is marked with."},
    {"syslog", "($module, priority, message=None, /)", syslog_function,
     "Sends a message to the log; a priority may come before it."},
    {"closelog", "($module, /)", closelog_function, "Forgets what openlog has set."},
    {"setlogmask", "($module, mask, /)", setlogmask_function,
     "Sets which priorities are sent; the mask before."},
    {"LOG_MASK", "($module, priority, /)", mask_function, "The mask of one priority."},
    {"LOG_UPTO", "($module, priority, /)", up_to_function, "The mask of all priorities up to one."},
};

struct Constant {
  const char* name;
  int number;
};
#define C(name) \
  Constant {    \
    #name, name \
  }
constexpr Constant kConstants[] = {
    C(LOG_ALERT),  C(LOG_AUTH),   C(LOG_AUTHPRIV), C(LOG_CONS),   C(LOG_CRIT),   C(LOG_CRON),   C(LOG_DAEMON),
    C(LOG_DEBUG),  C(LOG_EMERG),  C(LOG_ERR),      C(LOG_INFO),   C(LOG_KERN),   C(LOG_LOCAL0), C(LOG_LOCAL1),
    C(LOG_LOCAL2), C(LOG_LOCAL3), C(LOG_LOCAL4),   C(LOG_LOCAL5), C(LOG_LOCAL6), C(LOG_LOCAL7), C(LOG_LPR),
    C(LOG_MAIL),   C(LOG_NDELAY), C(LOG_NEWS),     C(LOG_NOTICE), C(LOG_NOWAIT), C(LOG_ODELAY), C(LOG_PERROR),
    C(LOG_PID),    C(LOG_SYSLOG), C(LOG_USER),     C(LOG_UUCP),   C(LOG_WARNING)};
#undef C

Status execute(Module* module) {
  for (const Constant& constant : kConstants)
    TRY(module_add(module, constant.name, make_int(constant.number)));
  return {};
}

}  // namespace

extern const ModuleSpec kSyslogModule;
const ModuleSpec kSyslogModule = {
    .name = "syslog", .doc = "Messages to the system's log.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
