// Errors of the compiler's passes that do not have the usual shape; see syntax_error() in passes.h for that.
#pragma once

#include <string_view>

#include "compiler/passes.h"

namespace ouro::compiler {

/// Where a SyntaxError says it is, in its own attributes' terms: offsets are 1-based UTF-8 columns, and
/// Diagnostic::kNone stands for None.
struct ErrorPlace {
  int line = Diagnostic::kNone;
  int offset = Diagnostic::kNone;
  int end_line = Diagnostic::kNone;
  int end_offset = Diagnostic::kNone;
};

/// A SyntaxError with exactly these attributes, and the text of `place.line` from the file.
const Diagnostic* syntax_error_at(Compilation& compilation, const ErrorPlace& place,
                                  std::string_view message);

}  // namespace ouro::compiler
