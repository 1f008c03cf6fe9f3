// The module pwd: the table of users.
#include <pwd.h>

#include <vector>

#include "vm/builtins/struct_sequence.h"
#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"

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

Value make_entry(const passwd& user) {
  return make_struct_sequence(
      entry_type, {text(user.pw_name), text(user.pw_passwd), make_int(user.pw_uid), make_int(user.pw_gid),
                   text(user.pw_gecos), text(user.pw_dir), text(user.pw_shell)});
}

/// An entry that `find(&entry, buffer, size, &found)` looks for; null: there is none.
template <class Find>
Result<Value> look_up(Find&& find) {
  std::vector<char> buffer(4096);
  for (;;) {
    passwd entry;
    passwd* found = nullptr;
    const int error = find(&entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < (size_t{1} << 24)) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (found == nullptr) return Value();
    return make_entry(*found);
  }
}

Result<Value> getpwuid_function(const Value* a) {
  Value number = TRY(to_index(a[1]));
  int64_t id;
  Value entry;
  if (int_fits(number, &id) && id >= -1 && id < (int64_t{1} << 32))
    entry = TRY(look_up([&](auto... rest) { return getpwuid_r(static_cast<uid_t>(id), rest...); }));
  if (entry.is_null())
    return raise(types.KeyError, "getpwuid(): uid not found: {}", TRY(int_to_text(number)));
  return entry;
}

Result<Value> getpwnam_function(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "getpwnam() argument must be str, not {}", type_name(a[1]));
  const std::string name = TRY(encode_file_name(a[1]));
  if (name.find('\0') != std::string::npos) return raise(types.ValueError, "embedded null byte");
  Value entry = TRY(look_up([&](auto... rest) { return getpwnam_r(name.c_str(), rest...); }));
  if (entry.is_null()) return raise(types.KeyError, "getpwnam(): name not found: {}", repr_text(a[1]));
  return entry;
}

Result<Value> getpwall_function(const Value*) {
  List* list = make_list();
  setpwent();
  for (const passwd* user = getpwent(); user != nullptr; user = getpwent()) {
    if (auto status = list_append(list, make_entry(*user)); !status.ok()) {
      endpwent();
      return Raised{};
    }
  }
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
