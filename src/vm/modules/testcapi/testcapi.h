// The module _testcapi: what CPython's own tests ask of the interpreter from below Python. The parts that
// mean something on this machine, by topic; docs/compatibility.md says which do not.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::testcapi {

/// Functions and types for each way of calling native code.
Status add_calls(Module* module);
/// Raising, printing and tracing.
Status add_errors(Module* module);
/// Marshalled objects in files.
Status add_files(Module* module);
/// Single operations on objects, and types with unusual slots.
Status add_objects(Module* module);

inline Status add_functions(Module* module, std::span<const MethodSpec> functions) {
  for (const MethodSpec& spec : functions)
    TRY(module_add(module, spec.name, make_native_function(spec, module, intern("_testcapi"))));
  return {};
}

/// A type of the module, made once per process.
inline Type* add_plain_type(Module* module, const TypeSpec& spec, Type* base = nullptr) {
  Type* type = make_native_type(spec, base);
  (void)module_add(module, native_base_name(spec.name), type);
  return type;
}

}  // namespace ouro::vm::testcapi
