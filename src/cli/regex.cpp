#include "cli/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <memory>

namespace ouro::cli {

namespace {

// Python's \Z is the very end, which PCRE2 spells \z.
std::string to_pcre(const std::string& pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    out += pattern[i];
    if (pattern[i] != '\\' || i + 1 == pattern.size()) continue;
    ++i;
    out += pattern[i] == 'Z' ? 'z' : pattern[i];
  }
  return out;
}

}  // namespace

std::function<bool(const std::string&)> compile_regex(const std::string& pattern, std::string* error) {
  const std::string translated = to_pcre(pattern);
  int code = 0;
  PCRE2_SIZE offset = 0;
  // File names are bytes; MATCH_INVALID_UTF lets those that are no UTF-8 be searched all the same.
  pcre2_code* compiled =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &code, &offset, nullptr);
  if (compiled == nullptr) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(code, message, sizeof message);
    *error = fmt::format("{} at position {}", reinterpret_cast<const char*>(message), offset);
    return nullptr;
  }
  const std::shared_ptr<pcre2_code> shared(compiled, pcre2_code_free);
  return [shared](const std::string& text) {
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create_from_pattern(shared.get(), nullptr), pcre2_match_data_free);
    return pcre2_match(shared.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                       match.get(), nullptr) >= 0;
  };
}

}  // namespace ouro::cli
