// The module pwd: the table of users.
#include <pwd.h>

#include "vm/builtins/struct_sequence.h"
#include "vm/modules/account_table.h"
#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

Type* entry_type = nullptr;

constexpr SequenceField kFields[] = {
    {"pw_name", "user name"},      {"pw_passwd", "password"}, {"pw_uid", "user id"},
    {"pw_gid", "group id"},        {"pw_gecos", "real name"}, {"pw_dir", "home directory"},
    {"pw_shell", "shell program"},
};

Value text(const char* bytes) {
  return bytes == nullptr ? none() : text_of(bytes);
}

Result<Value> make_entry(const passwd& user) {
  return make_struct_sequence(
      entry_type, {text(user.pw_name), text(user.pw_passwd), make_int(user.pw_uid), make_int(user.pw_gid),
                   text(user.pw_gecos), text(user.pw_dir), text(user.pw_shell)});
}

Result<Value> getpwuid_function(const Value* a) {
  auto converted = to_account_id(a[1], "uid");
  if (!converted.ok()) {
    if (!clear_if(types.OverflowError)) return Raised{};
    return raise(types.KeyError, "getpwuid(): uid not found");
  }
  const uid_t id = converted.unwrap();
  const Value entry =
      TRY(find_account<passwd>([&](auto... rest) { return getpwuid_r(id, rest...); }, make_entry));
  if (entry.is_null()) return raise(types.KeyError, "getpwuid(): uid not found: {}", shown_account_id(id));
  return entry;
}

Result<Value> getpwnam_function(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "getpwnam() argument must be str, not {}", given_name(a[1]));
  const std::string name = TRY(encode_file_name(a[1]));
  const Value entry =
      TRY(find_account<passwd>([&](auto... rest) { return getpwnam_r(name.c_str(), rest...); }, make_entry));
  if (entry.is_null()) return raise(types.KeyError, "getpwnam(): name not found: {}", repr_text(a[1]));
  return entry;
}

Result<Value> getpwall_function(const Value*) {
  setpwent();
  auto list = list_accounts(getpwent, make_entry);
  endpwent();
  return list;
}

constexpr MethodSpec kFunctions[] = {
    {"getpwuid", "($module, uidobj, /)", getpwuid_function,
     "Return the password database entry for the given numeric user ID."},
    {"getpwnam", "($module, name, /)", getpwnam_function,
     "Return the password database entry for the given user name."},
    {"getpwall", "($module, /)", getpwall_function,
     "Return a list of all available password database entries."},
};

Status execute(Module* module) {
  if (entry_type == nullptr) {
    entry_type = make_struct_sequence_type("pwd.struct_passwd", "An entry of the table of users.", kFields,
                                           std::size(kFields));
    add_root(reinterpret_cast<Object**>(&entry_type));
  }
  return module_add(module, "struct_passwd", entry_type);
}

}  // namespace

extern const ModuleSpec kPwdModule;
const ModuleSpec kPwdModule = {
    .name = "pwd", .doc = "The table of users.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
