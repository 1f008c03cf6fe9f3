// What the files about native functions and types share.
#pragma once

#include <string>

#include "vm/object/descriptors.h"

namespace ouro::vm {

/// The `__new__` that a native type shows for its slot: a builtin function bound to the type.
Value make_new_function(Type* type);
bool is_new_function(Value value);

/// Values for a call, `self` in front of the arguments. Few lie here, many in a cell.
class CallBuffer {
 public:
  CallBuffer(Value first, const Arguments& arguments);
  explicit CallBuffer(size_t count) { reserve(count); }
  Value* data() { return data_; }
  /// The arguments with `first` as one more positional one.
  Arguments arguments(const Arguments& original) const {
    return {data_, original.positional + 1, original.keywords};
  }

 private:
  void reserve(size_t count);
  static constexpr size_t kFew = 8;
  Value few_[kFew];
  Value* data_ = few_;
};

/// A function of the builtins module, by name: for __reduce__.
Result<Value> builtin_function(std::string_view name);

}  // namespace ouro::vm
