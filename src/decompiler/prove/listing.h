// What stands in the place of a body that is not proven: its disassembly, as comments.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "bytecode/code_object.h"
#include "decompiler/print/print.h"

namespace ouro::decompiler {

/// The instructions of a code object and of those inside it, one comment for each source line they come from,
/// in order of lines; the first begins with the reason, the last ends with the exception tables. Those in
/// `except` that are inside it are left out. Any code object may be given.
std::vector<Comment> annotated_listing(const CodeObject& code, std::string_view reason,
                                       const std::unordered_set<const CodeObject*>& except = {});

/// A module that consists of such a listing.
std::string listing_as_source(const std::vector<Comment>& comments);

}  // namespace ouro::decompiler
