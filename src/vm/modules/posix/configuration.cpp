// The module posix: what the system says about itself and its limits.
#include <unistd.h>

#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

struct Name {
  const char* text;
  int number;
};

#define SYSTEM_LIMIT(name) {#name, _##name},
#define PATH_LIMIT(name)
#define SYSTEM_TEXT(name)
constexpr Name kSystemLimits[] = {
#include "vm/modules/posix/configuration.def"
};
#define SYSTEM_LIMIT(name)
#define PATH_LIMIT(name) {#name, _##name},
#define SYSTEM_TEXT(name)
constexpr Name kPathLimits[] = {
#include "vm/modules/posix/configuration.def"
};
#define SYSTEM_LIMIT(name)
#define PATH_LIMIT(name)
#define SYSTEM_TEXT(name) {#name, _##name},
constexpr Name kSystemTexts[] = {
#include "vm/modules/posix/configuration.def"
};

/// The number of a name; programs may give numbers as well.
Result<int> number_of(std::span<const Name> known, Value given) {
  if (is_int(given)) return to_c_int(given);
  if (!is_str(given)) return raise(types.TypeError, "configuration names must be strings or integers");
  for (const Name& name : known) {
    if (equals(given.as<Str>(), name.text)) return name.number;
  }
  return raise(types.ValueError, "unrecognized configuration name");
}

/// -1 with errno 0 says that there is no limit.
template <class Call>
Result<Value> limit(Call&& call, Value filename = {}) {
  errno = 0;
  const long answer = call();
  if (answer == -1 && errno != 0) return raise_os_error(errno, filename);
  return make_int(answer);
}

Result<Value> sysconf_function(const Value* a) {
  const int which = TRY(number_of(kSystemLimits, a[1]));
  return limit([&] { return sysconf(which); });
}

Result<Value> pathconf_function(const Value* a) {
  const Path path = TRY(to_path(a[1], "pathconf", true));
  const int which = TRY(number_of(kPathLimits, a[2]));
  if (path.is_descriptor()) return limit([&] { return fpathconf(path.descriptor, which); }, path.shown);
  return limit([&] { return pathconf(path.c_str(), which); }, path.shown);
}

Result<Value> fpathconf_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  const int which = TRY(number_of(kPathLimits, a[2]));
  return limit([&] { return fpathconf(descriptor, which); });
}

Result<Value> confstr_function(const Value* a) {
  const int which = TRY(number_of(kSystemTexts, a[1]));
  errno = 0;
  const size_t size = confstr(which, nullptr, 0);
  if (size == 0) return errno != 0 ? Result<Value>(raise_os_error(errno)) : Result<Value>(none());
  std::string text(size, '\0');
  confstr(which, text.data(), size);
  text.pop_back();
  return text_of(text);
}

constexpr MethodSpec kFunctions[] = {
    {"sysconf", "($module, name, /)", sysconf_function, "A limit of the system."},
    {"pathconf", "($module, /, path, name)", pathconf_function, "A limit of a file or directory."},
    {"fpathconf", "($module, fd, name, /)", fpathconf_function, "A limit of an open file."},
    {"confstr", "($module, name, /)", confstr_function, "A text that describes the system."},
};

Status add_names(Module* module, const char* attribute, std::span<const Name> known) {
  Dict* dict = make_dict();
  for (const Name& name : known) dict_set(dict, intern(name.text), make_int(name.number));
  return module_add(module, attribute, dict);
}

}  // namespace

std::span<const MethodSpec> posix_configuration_functions() {
  return kFunctions;
}

Status add_posix_configuration_names(Module* module) {
  TRY(add_names(module, "sysconf_names", kSystemLimits));
  TRY(add_names(module, "pathconf_names", kPathLimits));
  return add_names(module, "confstr_names", kSystemTexts);
}

}  // namespace ouro::vm
