// What can be wrong with a source file, as CPython would say it, and how functions return it.
//
// An error is a value: a function that can fail returns Result<T> (or Status), whose error is a Diagnostic in
// the workspace's arena. OURO_TRY unwraps a result or returns its error to the caller.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ouro {

/// The Python exception type of a diagnostic.
enum class ErrorType : uint8_t {
  SyntaxError,
  IndentationError,
  TabError,
  UnicodeDecodeError,
  UnicodeEncodeError,
  ValueError,
  OverflowError,
  MemoryError,
  RecursionError,
  SystemError,
};

/// Python's name of the type, e.g. "IndentationError".
std::string_view error_type_name(ErrorType type);

/// One error. Lines and offsets are 1-based and offsets count characters (code points), as in the attributes
/// of Python's SyntaxError; kNone stands where CPython has None.
struct Diagnostic {
  static constexpr int kNone = INT32_MIN;

  ErrorType type = ErrorType::SyntaxError;
  std::string_view message;  // UTF-8, in the arena
  int line = kNone;
  int offset = kNone;
  int end_line = kNone;
  int end_offset = kNone;
  bool has_text = false;  // false: `text` is None
  std::string_view text;  // the source line, with its newline where CPython keeps it
};

enum class WarningCategory : uint8_t { SyntaxWarning, DeprecationWarning };

/// Python's name of the category.
std::string_view warning_category_name(WarningCategory category);

struct Warning {
  WarningCategory category;
  std::string_view message;
  int line;  // 1-based
};

/// Takes the warnings of a compilation, in CPython's order.
class WarningSink {
 public:
  virtual ~WarningSink() = default;
  /// Returns true when the filters turn this warning into an error; the compiler then raises the SyntaxError
  /// that CPython would.
  virtual bool warn(const Warning& warning) = 0;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(value) {}  // NOLINT: implicit on purpose, a value is a result
  Result(const Diagnostic* error) : value_{}, error_(error) {}  // NOLINT
  bool ok() const { return error_ == nullptr; }
  const Diagnostic* error() const { return error_; }
  T& value() { return value_; }
  const T& value() const { return value_; }

 private:
  T value_;
  const Diagnostic* error_ = nullptr;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(const Diagnostic* error) : error_(error) {}  // NOLINT: implicit on purpose
  bool ok() const { return error_ == nullptr; }
  const Diagnostic* error() const { return error_; }

 private:
  const Diagnostic* error_ = nullptr;
};

/// Evaluates to the value of a Result, or returns its error from the enclosing function.
#define OURO_TRY(expression)             \
  __extension__({                        \
    auto&& ouro_result_ = (expression);  \
    if (!ouro_result_.ok()) [[unlikely]] \
      return ouro_result_.error();       \
    std::move(ouro_result_.value());     \
  })

/// The same for a Status.
#define OURO_TRY_STATUS(expression)                                        \
  do {                                                                     \
    if (auto ouro_status_ = (expression); !ouro_status_.ok()) [[unlikely]] \
      return ouro_status_.error();                                         \
  } while (false)

}  // namespace ouro
