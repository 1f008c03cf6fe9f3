// Python's warning filters: -W, PYTHONWARNINGS and the defaults, as far as a compiler's warnings can meet
// them. Library reference, "Describing Warning Filters".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ouro::batch {

enum class WarningAction : uint8_t { Show, Ignore, Error, Once };

class WarningFilters {
 public:
  /// The interpreter's default filters.
  WarningFilters();

  /// Puts a filter in -W's syntax, `action:message:category:module:line`, before all others. Returns an error
  /// text in Python's words ("invalid action: 'x'") when it is malformed, and then leaves the filters as they
  /// are.
  std::string add(std::string_view option);

  /// What happens to a warning met in `filename`.
  WarningAction decide(const Warning& warning, std::string_view filename) const;

 private:
  enum class Category : uint8_t { Any, Syntax, Deprecation, Unrelated };
  struct Filter {
    WarningAction action;
    std::string message;  // a prefix, compared without case
    Category category;
    std::string module;  // compared whole
    int line = 0;        // 0: any
  };
  static bool matches(const Filter& filter, const Warning& warning, std::string_view module);

  std::vector<Filter> filters_;  // the first that matches decides
};

}  // namespace ouro::batch
