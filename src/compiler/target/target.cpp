#include "compiler/target/target.h"

#include <iterator>

#include "compiler/target/py311.h"

namespace ouro::compiler {

namespace {

constexpr const Target* kTargets[] = {&kTarget311};  // from the oldest to the newest

}  // namespace

const Target& default_target() {
  return *kTargets[std::size(kTargets) - 1];
}

const Target* find_target(std::string_view name) {
  for (const Target* target : kTargets)
    if (target->bytecode->name == name) return target;
  return nullptr;
}

}  // namespace ouro::compiler
