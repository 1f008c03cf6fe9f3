#include <string>

#include "compiler/symbols.h"

namespace ouro::compiler {

Name mangle(Workspace& workspace, Name class_name, Name name) {
  if (class_name == Name::none) return name;
  const std::string_view text = workspace.names.text(name);
  if (!text.starts_with("__") || text.ends_with("__") || text.find('.') != text.npos) return name;
  std::string_view owner = workspace.names.text(class_name);
  owner.remove_prefix(std::min(owner.find_first_not_of('_'), owner.size()));
  if (owner.empty()) return name;
  std::string mangled;
  mangled.reserve(1 + owner.size() + text.size());
  mangled.append("_").append(owner).append(text);
  return workspace.names.intern(mangled);
}

}  // namespace ouro::compiler
