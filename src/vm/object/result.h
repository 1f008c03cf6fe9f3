// Results that are values, or "an exception is raised": the exception object then lies in
// thread()->exception.
//
//   Result<Value> length = TRY(call_method(object, names.dunder_len));
//   if (bad) return raise(types.ValueError, "bad {}", what);
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "vm/heap/value.h"

namespace ouro::vm {

/// What a failing function returns; converts to every Result.
struct Raised {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)), ok_(true) {}  // NOLINT: a value is a result
  Result(Raised) : value_{}, ok_(false) {}                  // NOLINT
  bool ok() const { return ok_; }
  T unwrap() { return std::move(value_); }

 private:
  T value_;
  bool ok_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() : ok_(true) {}
  Result(Raised) : ok_(false) {}  // NOLINT
  bool ok() const { return ok_; }
  void unwrap() const {}

 private:
  bool ok_;
};
using Status = Result<void>;

/// One word: null is a value here ("absent", where a function says so).
template <>
class [[nodiscard]] Result<Value> {
 public:
  Result(Value value) : value_(value) {}                    // NOLINT
  Result(const Object* object) : value_(object) {}          // NOLINT
  Result(Raised) : value_(Value::from_bits(kErrorBits)) {}  // NOLINT
  template <class T>
    requires std::is_base_of_v<Object, T>
  Result(Result<T*> other)
      : value_(other.ok() ? Value(other.unwrap()) : Value::from_bits(kErrorBits)) {}  // NOLINT
  bool ok() const { return value_.bits() != kErrorBits; }
  uint64_t bits() const { return value_.bits(); }
  Value unwrap() const { return value_; }

 private:
  static constexpr uint64_t kErrorBits = 0b1100;
  Value value_;
};

/// One word: never null when ok.
template <class T>
class [[nodiscard]] Result<T*> {
 public:
  Result(T* value) : value_(value) {}  // NOLINT
  Result(Raised) : value_(nullptr) {}  // NOLINT
  bool ok() const { return value_ != nullptr; }
  T* unwrap() const { return value_; }

 private:
  T* value_;
};

/// The value of a result, or the enclosing function returns Raised.
#define TRY(expression)                  \
  __extension__({                        \
    auto ouro_result_ = (expression);    \
    if (!ouro_result_.ok()) [[unlikely]] \
      return ::ouro::vm::Raised{};       \
    ouro_result_.unwrap();               \
  })

}  // namespace ouro::vm
