// The module _testinternalcapi: the parts of CPython's that mean something on this machine.
#include "vm/import/import.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

Result<Value> get_recursion_depth(const Value*) {
  return make_int(thread()->recursion_depth);
}

/// Of a field of sys.flags: the name that it has in the configuration.
struct ConfigEntry {
  const char* name;
  const char* flag;
};
constexpr ConfigEntry kConfig[] = {
    {"isolated", "isolated"},   {"dev_mode", "dev_mode"},
    {"inspect", "inspect"},     {"interactive", "interactive"},
    {"verbose", "verbose"},     {"quiet", "quiet"},
    {"parser_debug", "debug"},  {"optimization_level", "optimize"},
    {"safe_path", "safe_path"}, {"bytes_warning", "bytes_warning"},

};

/// The configuration as far as sys knows it.
Result<Value> get_config(const Value*) {
  Value sys = sys_module();
  Value flags = TRY(get_attribute(sys, intern("flags")));
  Dict* config = make_dict();
  for (const auto& [name, flag] : kConfig)
    dict_set(config, intern(name), TRY(get_attribute(flags, intern(flag))));
  Value options = TRY(get_attribute(sys, intern("_xoptions")));
  const bool positions = !TRY(contains(options, make_str("no_debug_ranges"))) &&
                         (getenv("PYTHONNODEBUGRANGES") == nullptr || *getenv("PYTHONNODEBUGRANGES") == '\0');
  dict_set(config, intern("code_debug_ranges"), make_int(positions ? 1 : 0));
  for (const char* name : {"argv", "orig_argv", "executable", "prefix", "exec_prefix", "warnoptions"})
    dict_set(config, intern(name), TRY(get_attribute(sys, intern(name))));
  return config;
}

constexpr MethodSpec kFunctions[] = {
    {"get_recursion_depth", "($module, /)", get_recursion_depth},
    {"get_config", "($module, /)", get_config},
};

/// What a collector's header adds to an object's size: it has none.
Status execute(Module* module) {
  return module_add(module, "SIZEOF_PYGC_HEAD", make_int(0));
}

}  // namespace

extern const ModuleSpec kTestinternalcapiModule;
const ModuleSpec kTestinternalcapiModule = {
    .name = "_testinternalcapi",
    .doc = "What CPython's own tests ask of the interpreter's inside.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
