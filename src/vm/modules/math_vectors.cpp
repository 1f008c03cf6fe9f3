// Functions of the module math over many numbers: fsum, prod, dist, hypot.
#include <cmath>
#include <limits>
#include <vector>

#include "vm/modules/math.h"

namespace ouro::vm::math {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A sum as numbers without overlap, smallest first (Shewchuk): nothing is lost.
class ExactSum {
 public:
  Status add(double given) {
    double x = given;
    size_t kept = 0;
    for (double y : partials_) {
      if (std::fabs(x) < std::fabs(y)) std::swap(x, y);
      const volatile double high = x + y;
      const volatile double rounded = high - x;
      const double low = y - rounded;
      if (low != 0) partials_[kept++] = low;
      x = high;
    }
    partials_.resize(kept);
    if (x == 0) return {};
    if (std::isfinite(x)) {
      partials_.push_back(x);
      return {};
    }
    if (std::isfinite(given)) return raise(types.OverflowError, "intermediate overflow in fsum");
    if (std::isinf(given)) infinities_ += given;
    specials_ += given;
    partials_.clear();
    return {};
  }

  Result<Value> total() {
    if (specials_ != 0) {
      if (std::isnan(infinities_)) return raise(types.ValueError, "-inf + inf in fsum");
      return make_float(specials_);
    }
    return make_float(rounded());
  }

 private:
  /// The sum of the partials, rounded half to even.
  double rounded() {
    if (partials_.empty()) return 0.0;
    double high = partials_.back(), low = 0;
    partials_.pop_back();
    while (!partials_.empty() && low == 0) {
      const double x = high, y = partials_.back();
      partials_.pop_back();
      const volatile double sum = x + y;
      const volatile double taken = sum - x;
      high = sum;
      low = y - taken;
    }
    // Exactly half way as far as `low` goes: what is below it decides.
    if (low != 0 && !partials_.empty() && (low < 0) == (partials_.back() < 0)) {
      const double twice = low * 2.0;
      const volatile double up = high + twice;
      if (twice == up - high) high = up;
    }
    return high;
  }

  std::vector<double> partials_;
  double specials_ = 0, infinities_ = 0;
};

Result<Value> fsum(const Value* a) {
  ExactSum sum;
  TRY(for_each(a[1], [&](Value item) -> Status { return sum.add(TRY(to_double(item))); }));
  return sum.total();
}

Result<Value> prod(const Value* a) {
  Value product = a[2].is_null() ? make_int(1) : a[2];
  TRY(for_each(a[1], [&](Value item) -> Status {
    product = TRY(binary(BinaryOp::Multiply, product, item));
    return {};
  }));
  return product;
}

// ---- lengths of vectors

/// A sum of squares of numbers below 1 in several parts, so that little is lost.
struct SquareSum {
  double sum = 1.0;
  double lost[3] = {0, 0, 0};

  void add(double x, int part) {
    const double before = sum;
    sum += x;
    lost[part] += (before - sum) + x;
  }
  double value() const { return sum - 1.0 + (lost[0] + lost[1] + lost[2]); }
};

struct Halves {
  double high, low;
};
/// x as two numbers of half the digits (Veltkamp).
Halves split(double x) {
  const double t = x * 134217729.0;
  const double high = t - (t - x);
  return {high, x - high};
}

double scaled_length(const std::vector<double>& numbers, int exponent) {
  const double scale = std::ldexp(1.0, -exponent);
  SquareSum squares;
  for (double number : numbers) {
    const Halves x = split(number * scale);
    squares.add(x.high * x.high, 0);
    squares.add(2.0 * x.high * x.low, 1);
    squares.lost[2] += x.low * x.low;
  }
  const double root = std::sqrt(squares.value());
  // One step of Newton's method with the exact difference.
  const Halves h = split(root);
  squares.add(-h.high * h.high, 0);
  squares.add(-2.0 * h.high * h.low, 1);
  squares.add(-h.low * h.low, 2);
  return (root + squares.value() / (2.0 * root)) / scale;
}

/// The Euclidean length; `numbers` are magnitudes.
double length_of(const std::vector<double>& numbers) {
  double largest = 0;
  bool has_nan = false;
  for (double number : numbers) {
    has_nan |= std::isnan(number);
    if (number > largest) largest = number;
  }
  if (std::isinf(largest)) return largest;
  if (has_nan) return kNaN;
  if (largest == 0 || numbers.size() <= 1) return largest;
  int exponent;
  std::frexp(largest, &exponent);
  if (exponent >= -1023) return scaled_length(numbers, exponent);
  // The scale would be infinite: subnormal numbers all.
  SquareSum squares;
  for (double number : numbers) squares.add((number / largest) * (number / largest), 0);
  return largest * std::sqrt(squares.sum - 1.0 + squares.lost[0]);
}

Result<Value> hypot(Value, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "math.hypot() takes no keyword arguments");
  std::vector<double> numbers;
  for (size_t i = 0; i < arguments.positional; ++i)
    numbers.push_back(std::fabs(TRY(to_double(arguments[i]))));
  return make_float(length_of(numbers));
}

Result<Value> dist(const Value* a) {
  Tuple* p = is_tuple(a[1]) ? a[1].as<Tuple>() : TRY(to_tuple(a[1]));
  Tuple* q = is_tuple(a[2]) ? a[2].as<Tuple>() : TRY(to_tuple(a[2]));
  if (p->length != q->length)
    return raise(types.ValueError, "both points must have the same number of dimensions");
  std::vector<double> numbers;
  for (uint64_t i = 0; i < p->length; ++i) {
    const double x = TRY(to_double(p->items[i])), y = TRY(to_double(q->items[i]));
    numbers.push_back(std::fabs(x - y));
  }
  return make_float(length_of(numbers));
}

constexpr MethodSpec kFunctions[] = {
    {"fsum", "($module, seq, /)", fsum, "The sum of the numbers, rounded once."},
    {"prod", "($module, iterable, /, *, start=1)", prod, "The product of the items and start."},
    {"hypot", nullptr, nullptr, "hypot(*coordinates) -> value: the length of the vector.", Binding::Instance,
     hypot},
    {"dist", "($module, p, q, /)", dist, "The distance of two points."},
};

}  // namespace

std::span<const MethodSpec> vector_functions() {
  return kFunctions;
}

}  // namespace ouro::vm::math
