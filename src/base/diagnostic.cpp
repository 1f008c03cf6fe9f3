#include "base/diagnostic.h"

namespace ouro {

std::string_view error_type_name(ErrorType type) {
  switch (type) {
    case ErrorType::SyntaxError:
      return "SyntaxError";
    case ErrorType::IndentationError:
      return "IndentationError";
    case ErrorType::TabError:
      return "TabError";
    case ErrorType::UnicodeDecodeError:
      return "UnicodeDecodeError";
    case ErrorType::UnicodeEncodeError:
      return "UnicodeEncodeError";
    case ErrorType::ValueError:
      return "ValueError";
    case ErrorType::OverflowError:
      return "OverflowError";
    case ErrorType::MemoryError:
      return "MemoryError";
    case ErrorType::RecursionError:
      return "RecursionError";
    case ErrorType::SystemError:
      return "SystemError";
  }
  return "SystemError";
}

std::string_view warning_category_name(WarningCategory category) {
  return category == WarningCategory::SyntaxWarning ? "SyntaxWarning" : "DeprecationWarning";
}

}  // namespace ouro
