#include "batch/warning_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/unicode.h"

namespace ouro::batch {

namespace {

std::string_view strip(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// An action may be shortened to any prefix, tried in this order.
std::optional<WarningAction> parse_action(std::string_view text) {
  if (text.empty()) return WarningAction::Show;
  if (text == "all") return WarningAction::Show;
  static constexpr std::array<std::pair<std::string_view, WarningAction>, 6> kActions = {{
      {"default", WarningAction::Show},
      {"always", WarningAction::Show},
      {"ignore", WarningAction::Ignore},
      {"module", WarningAction::Show},  // "once per module" needs a registry, which the compiler has none of
      {"once", WarningAction::Once},
      {"error", WarningAction::Error},
  }};
  for (const auto& [name, action] : kActions) {
    if (name.starts_with(text)) return action;
  }
  return std::nullopt;
}

constexpr std::string_view kUnrelatedCategories[] = {"UserWarning",    "PendingDeprecationWarning",
                                                     "RuntimeWarning", "FutureWarning",
                                                     "ImportWarning",  "UnicodeWarning",
                                                     "BytesWarning",   "ResourceWarning",
                                                     "EncodingWarning"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return c < 128 ? std::tolower(c) : c; });
  return out;
}

// The module name that CPython makes of a file name when it has no better one.
std::string_view module_of(std::string_view filename) {
  if (filename.empty()) return "<unknown>";
  return filename.ends_with(".py") ? filename.substr(0, filename.size() - 3) : filename;
}

}  // namespace

WarningFilters::WarningFilters() {
  filters_.push_back({WarningAction::Show, "", Category::Deprecation, "__main__", 0});
  filters_.push_back({WarningAction::Ignore, "", Category::Deprecation, "", 0});
}

std::string WarningFilters::add(std::string_view option) {
  std::array<std::string_view, 5> parts{};
  size_t count = 0;
  for (std::string_view rest = option;; ++count) {
    if (count == parts.size()) return fmt::format("too many fields (max 5): {}", str_repr(option));
    const size_t colon = rest.find(':');
    parts[count] = strip(rest.substr(0, colon));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  const auto action = parse_action(parts[0]);
  if (!action) return fmt::format("invalid action: {}", str_repr(parts[0]));
  Filter filter{*action, lower(parts[1]), Category::Any, std::string(parts[3]), 0};
  const std::string_view category = parts[2];
  if (category == "SyntaxWarning") {
    filter.category = Category::Syntax;
  } else if (category == "DeprecationWarning") {
    filter.category = Category::Deprecation;
  } else if (!category.empty() && category != "Warning") {
    const bool known = std::find(std::begin(kUnrelatedCategories), std::end(kUnrelatedCategories),
                                 category) != std::end(kUnrelatedCategories);
    if (!known && category.find('.') == std::string_view::npos) {
      return fmt::format("unknown warning category: {}", str_repr(category));
    }
    filter.category = Category::Unrelated;
  }
  if (!parts[4].empty()) {
    const auto [end, error] = std::from_chars(parts[4].begin(), parts[4].end(), filter.line);
    if (error != std::errc() || end != parts[4].end() || filter.line < 0) {
      return fmt::format("invalid lineno {}", str_repr(parts[4]));
    }
  }
  filters_.insert(filters_.begin(), std::move(filter));
  return {};
}

bool WarningFilters::matches(const Filter& filter, const Warning& warning, std::string_view module) {
  if (filter.line != 0 && filter.line != warning.line) return false;
  if (!filter.module.empty() && filter.module != module) return false;
  if (filter.category == Category::Unrelated) return false;
  if (filter.category == Category::Syntax && warning.category != WarningCategory::SyntaxWarning) return false;
  if (filter.category == Category::Deprecation && warning.category != WarningCategory::DeprecationWarning)
    return false;
  return filter.message.empty() || lower(warning.message).starts_with(filter.message);
}

WarningAction WarningFilters::decide(const Warning& warning, std::string_view filename) const {
  const std::string_view module = module_of(filename);
  for (const Filter& filter : filters_) {
    if (matches(filter, warning, module)) return filter.action;
  }
  return WarningAction::Show;
}

}  // namespace ouro::batch
