// The import system's native half: modules, sys.modules, the frozen bootstrap, and what import statements do.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/protocol.h"

namespace ouro::vm {

/// `import name` as builtins.__import__ does it: sys.modules first, importlib._bootstrap for the rest.
/// `globals` may be None; `from_list` a tuple or None.
Result<Value> import_module_level(Str* name, Value globals, Value from_list, int level);
/// importlib.import_module of an absolute name.
Result<Value> import_module(std::string_view name);

Module* builtins_module();
Module* sys_module();
/// sys.modules.
Result<Value> modules_dict();

/// sys.audit; cheap without hooks.
Status audit(const char* event, std::initializer_list<Value> arguments);
/// Whether there are hooks: for events whose arguments cost something.
bool is_audited();

/// os.fsdecode and os.fsencode: in the encoding of file names, UTF-8 until another one is set.
Result<Str*> decode_file_name(std::string_view bytes);
Result<std::string> encode_file_name(Value str_or_bytes_or_path);
/// Sets the encoding of file names; any of the C library's names for one.
void set_file_system_encoding(std::string_view name);
/// Its name in Python: "utf-8".
std::string_view file_system_encoding();
/// What the locale says that texts are in: "UTF-8".
std::string locale_encoding();
/// Whether texts are UTF-8 whatever the locale says (PEP 540).
extern bool utf8_mode;

/// How import behaves, from the command line.
struct ImportOptions {
  std::string check_hash_based_pycs = "default";
  bool use_frozen_modules = true;
  bool show_times = false;  // -X importtime
};
extern ImportOptions import_options;

}  // namespace ouro::vm
