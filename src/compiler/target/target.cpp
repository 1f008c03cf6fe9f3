#include "compiler/target/target.h"

namespace ouro::compiler {

namespace {

constexpr const Target* kTargets[] = {&kTarget311};

}  // namespace

const Target* find_target(std::string_view name) {
  for (const Target* target : kTargets)
    if (target->bytecode->name == name) return target;
  return nullptr;
}

}  // namespace ouro::compiler
