// The order matters, and is CPython's: UTF-8 mode is decided by the locale as it was found; then a C locale
// is replaced by one that speaks UTF-8; what the streams do with undecodable bytes depends on the locale as
// it is afterwards.
#include "cli/run/locale.h"

#include <fmt/format.h>
#include <langinfo.h>

#include <array>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "cli/console.h"

namespace ouro::cli {

namespace {

// What stands in for the C locale; the first that the system knows.
constexpr std::array<const char*, 3> kTargets = {"C.UTF-8", "C.utf8", "UTF-8"};

std::string_view character_locale() {
  const char* name = setlocale(LC_CTYPE, nullptr);
  return name == nullptr ? "" : name;
}

/// Null: the option is not 0 or 1.
std::optional<bool> flag_of(const std::string& text) {
  if (text == "1" || text == "0") return text == "1";
  return std::nullopt;
}

bool decide_utf8_mode(const PythonOptions& options, LocaleSettings* settings) {
  std::optional<bool> mode;
  if (const auto option = options.x_option("utf8")) {
    mode = option->empty() ? true : flag_of(*option);
    if (!mode) settings->error = "preconfig_init_utf8_mode: invalid -X utf8 option value";
  } else if (const auto variable = options.environment("PYTHONUTF8")) {
    mode = flag_of(*variable);
    if (!mode) settings->error = "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value";
  } else {
    mode = character_locale() == "C" || character_locale() == "POSIX";
  }
  return mode.value_or(false);
}

/// Puts another locale in the place of C, here and for child processes.
void replace_c_locale(bool tell) {
  const char* all = std::getenv("LC_ALL");
  if (all != nullptr && *all != '\0') return;
  for (const char* target : kTargets) {
    if (setlocale(LC_CTYPE, target) == nullptr) continue;
    if (const char* codes = nl_langinfo(CODESET); codes == nullptr || *codes == '\0') continue;
    setenv("LC_CTYPE", target, 1);
    if (tell) {
      write_err(
          fmt::format("Python detected LC_CTYPE=C: LC_CTYPE coerced to {} (set another locale or "
                      "PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior).\n",
                      target));
    }
    break;
  }
  setlocale(LC_CTYPE, "");
}

std::string default_errors(const LocaleSettings& settings) {
  if (settings.utf8_mode) return "surrogateescape";
  const std::string_view now = character_locale();
  bool lenient = now == "C" || now == "POSIX";
  for (const char* target : kTargets) lenient = lenient || now == target;
  return lenient ? "surrogateescape" : "strict";
}

/// PYTHONIOENCODING=[encoding][:errors]; an encoding without errors means strict ones.
void apply_stream_variable(const std::string& text, LocaleSettings* settings) {
  const size_t colon = text.find(':');
  const std::string encoding = text.substr(0, colon);
  const std::string errors = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (!encoding.empty()) {
    settings->stream_encoding = encoding;
    settings->stream_errors = "strict";
  }
  if (!errors.empty()) settings->stream_errors = errors;
}

}  // namespace

LocaleSettings start_locale(const PythonOptions& options) {
  LocaleSettings settings;
  setlocale(LC_CTYPE, "");
  settings.utf8_mode = decide_utf8_mode(options, &settings);
  if (!settings.error.empty()) return settings;
  const std::string coercion = options.environment("PYTHONCOERCECLOCALE").value_or("");
  const bool tell = coercion == "warn";
  if (coercion != "0" && character_locale() == "C") replace_c_locale(tell);
  if (tell && character_locale() == "C") {
    write_err(
        "Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause "
        "Unicode compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative "
        "Unicode-compatible locales is recommended.\n");
  }
  settings.file_system_encoding = settings.utf8_mode ? "utf-8" : nl_langinfo(CODESET);
  settings.stream_encoding = settings.file_system_encoding;
  settings.stream_errors = default_errors(settings);
  if (const auto variable = options.environment("PYTHONIOENCODING"))
    apply_stream_variable(*variable, &settings);
  return settings;
}

}  // namespace ouro::cli
