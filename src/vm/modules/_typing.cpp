// The module _typing: the one function that typing wants quick.
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

Result<Value> identity(const Value* a) {
  return a[1];
}

constexpr MethodSpec kFunctions[] = {
    {"_idfunc", "($module, x, /)", identity, "Its argument."},
};

}  // namespace

extern const ModuleSpec kTypingModule{
    .name = "_typing", .doc = "What the module typing has for speed.", .functions = kFunctions};

}  // namespace ouro::vm
