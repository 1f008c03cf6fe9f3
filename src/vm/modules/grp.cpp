// The module grp: the table of groups.
#include <grp.h>

#include "vm/builtins/struct_sequence.h"
#include "vm/modules/account_table.h"
#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

Type* entry_type = nullptr;

constexpr SequenceField kFields[] = {
    {"gr_name", "group name"},
    {"gr_passwd", "password"},
    {"gr_gid", "group id"},
    {"gr_mem", "group members"},
};

Result<Value> make_entry(const group& entry) {
  List* members = make_list();
  for (char** member = entry.gr_mem; *member != nullptr; ++member)
    TRY(list_append(members, text_of(*member)));
  Value password = entry.gr_passwd == nullptr ? none() : text_of(entry.gr_passwd);
  return make_struct_sequence(entry_type,
                              {text_of(entry.gr_name), password, make_int(entry.gr_gid), members});
}

Result<Value> getgrgid_function(const Value* a) {
  const gid_t id = TRY(to_account_id(a[1], "gid"));
  const Value entry =
      TRY(find_account<group>([&](auto... rest) { return getgrgid_r(id, rest...); }, make_entry));
  if (entry.is_null()) return raise(types.KeyError, "getgrgid(): gid not found: {}", shown_account_id(id));
  return entry;
}

Result<Value> getgrnam_function(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "getgrnam() argument 'name' must be str, not {}", given_name(a[1]));
  const std::string name = TRY(encode_file_name(a[1]));
  const Value entry =
      TRY(find_account<group>([&](auto... rest) { return getgrnam_r(name.c_str(), rest...); }, make_entry));
  if (entry.is_null()) return raise(types.KeyError, "getgrnam(): name not found: {}", repr_text(a[1]));
  return entry;
}

Result<Value> getgrall_function(const Value*) {
  setgrent();
  auto list = list_accounts(getgrent, make_entry);
  endgrent();
  return list;
}

constexpr MethodSpec kFunctions[] = {
    {"getgrgid", "($module, /, id)", getgrgid_function,
     "Return the group database entry for the given numeric group ID."},
    {"getgrnam", "($module, /, name)", getgrnam_function,
     "Return the group database entry for the given group name."},
    {"getgrall", "($module, /)", getgrall_function, "Return a list of all available group entries."},
};

Status execute(Module* module) {
  if (entry_type == nullptr) {
    entry_type = make_struct_sequence_type("grp.struct_group", "An entry of the table of groups.", kFields,
                                           std::size(kFields));
    add_root(reinterpret_cast<Object**>(&entry_type));
  }
  return module_add(module, "struct_group", entry_type);
}

}  // namespace

extern const ModuleSpec kGrpModule;
const ModuleSpec kGrpModule = {
    .name = "grp", .doc = "The table of groups.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
