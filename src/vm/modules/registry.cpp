// All native modules. A module's file defines its ModuleSpec; this list names it.
#include <algorithm>
#include <array>

#include "vm/object/native.h"

namespace ouro::vm {

#define NATIVE_MODULE(name, spec) extern const ModuleSpec spec;
#include "vm/modules/modules.def"

namespace {

constexpr const ModuleSpec* kModules[] = {
#define NATIVE_MODULE(name, spec) &spec,
#include "vm/modules/modules.def"
};

}  // namespace

std::span<const ModuleSpec* const> native_modules() {
  return kModules;
}

const ModuleSpec* find_native_module(std::string_view name) {
  const auto* at = std::find_if(std::begin(kModules), std::end(kModules),
                                [&](const ModuleSpec* spec) { return name == spec->name; });
  return at == std::end(kModules) ? nullptr : *at;
}

}  // namespace ouro::vm
