// What range and its iterators know of each other.
#pragma once

#include "vm/object/result.h"

namespace ouro::vm {

/// The iterator for numbers of the size at hand.
Result<Value> make_range_iterator(Value start, Value step, Value length);
/// range(start, stop, step) of ints.
Result<Value> range_from(Value start, Value stop, Value step);

}  // namespace ouro::vm
