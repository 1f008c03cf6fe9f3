// The import system's native half: modules, sys.modules, the frozen bootstrap, and what import statements do.
#pragma once

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

/// compile() of syntax trees and to them, set by modules/_ast: null when `source` is no tree and no tree is
/// asked for.
using CompileTreeHook = Result<Value> (*)(Value source, Str* filename, Str* mode, uint32_t flags,
                                          int optimize);
extern CompileTreeHook compile_tree_hook;

/// sys.audit; cheap without hooks.
Status audit(const char* event, std::initializer_list<Value> arguments);

/// os.fsdecode and os.fsencode.
Result<Str*> decode_file_name(std::string_view bytes);
Result<std::string> encode_file_name(Value str_or_bytes_or_path);

}  // namespace ouro::vm
