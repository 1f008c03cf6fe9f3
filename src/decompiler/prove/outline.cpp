#include "decompiler/prove/outline.h"

#include "bytecode/verify.h"

namespace ouro::decompiler {

namespace {

constexpr size_t kMaxPlaces = 10000;

/// The constants with each code object replaced by what `replace` gives for it; null when it gives null.
template <class Replace>
const Constant* replace_codes(Workspace& workspace, const CodeObject& code, Replace replace) {
  const auto elements = code.consts->elements();
  std::vector<const Constant*> consts(elements.begin(), elements.end());
  for (const Constant*& constant : consts) {
    if (constant->is(ConstantKind::Code)) constant = replace(*constant->code);
    if (constant == nullptr) return nullptr;
  }
  return workspace.constants.tuple(consts);
}

const CodeObject* copy(Workspace& workspace, const CodeObject& code, size_t& places) {
  if (places == 0) return nullptr;
  --places;
  const Constant* const consts =
      replace_codes(workspace, code, [&](const CodeObject& inner) -> const Constant* {
        const CodeObject* const own = copy(workspace, inner, places);
        return own == nullptr ? nullptr : workspace.constants.code(own);
      });
  if (consts == nullptr) return nullptr;
  auto* result = workspace.arena.make<CodeObject>(code);
  result->consts = consts;
  return result;
}

}  // namespace

void Outline::add(const CodeObject& code, size_t parent) {
  const size_t own = entries_.size();
  if (!index_.emplace(&code, own).second) {
    repeats_ = true;
    return;
  }
  entries_.push_back({&code, parent});
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) add(*constant->code, own);
}

const CodeObject* without_repetition(Workspace& workspace, const CodeObject& module) {
  size_t places = kMaxPlaces;
  return copy(workspace, module, places);
}

std::optional<std::string> malformation(Workspace& workspace, const CodeObject& code) {
  auto* alone = workspace.arena.make<CodeObject>(code);
  alone->consts =
      replace_codes(workspace, code, [&](const CodeObject& /*inner*/) { return workspace.constants.none(); });
  const auto error = verify_code(*alone, kPython311);
  return error ? std::optional("bad bytecode: " + error->text()) : std::nullopt;
}

}  // namespace ouro::decompiler
