// The module _json: what the package json has for speed.
#include "vm/modules/json/json.h"

namespace ouro::vm {

namespace {

constexpr MethodSpec kFunctions[] = {
    {"encode_basestring_ascii", "($module, string, /)", json::encode_ascii_function,
     "The text as JSON of ASCII characters, quoted."},
    {"encode_basestring", "($module, string, /)", json::encode_function, "The text as JSON, quoted."},
    {"scanstring", "($module, string, end, strict=True, /)", json::scan_string_function,
     "Reads the JSON string whose first character, behind the quote, is at `end`: (text, where it ended)."},
};

Status execute(Module* module) {
  TRY(json::add_scanner(module));
  return json::add_encoder(module);
}

}  // namespace

extern const ModuleSpec kJsonModule{.name = "_json",
                                    .doc = "The quick parts of the package json.",
                                    .functions = kFunctions,
                                    .execute = execute};

}  // namespace ouro::vm
