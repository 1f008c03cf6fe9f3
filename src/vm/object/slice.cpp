// slice: making one, and what it means for a sequence of some length.
#include <limits>

#include "vm/heap/heap_inline.h"
#include "vm/object/containers.h"
#include "vm/object/exceptions.h"
#include "vm/object/numbers.h"
#include "vm/object/types.h"

namespace ouro::vm {

namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

Result<int64_t> slice_index(Value value) {
  if (value.is_small_int()) return value.small_int();
  if (!is_int(value) && type_of(value)->slots.index == nullptr)
    return raise(types.TypeError, "slice indices must be integers or None or have an __index__ method");
  return to_index_clipped(value);
}

int64_t clip(int64_t index, int64_t length, int64_t step) {
  if (index < 0) {
    index += length;
    if (index < 0) return step < 0 ? -1 : 0;
  }
  if (index >= length) return step < 0 ? length - 1 : length;
  return index;
}

}  // namespace

Value make_slice(Value start, Value stop, Value step) {
  auto* slice = allocate_inline<Slice>(types.slice->root_shape);
  slice->start = start.is_null() ? none() : start;
  slice->stop = stop.is_null() ? none() : stop;
  slice->step = step.is_null() ? none() : step;
  return slice;
}

Result<SliceRange> slice_unpack(Slice* slice) {
  SliceRange range{0, 0, 1, 0};
  if (!is_none(slice->step)) {
    range.step = TRY(slice_index(slice->step));
    if (range.step == 0) return raise(types.ValueError, "slice step cannot be zero");
    if (range.step < -kMax) range.step = -kMax;  // so that it can be negated
  }
  bool backwards = range.step < 0;
  range.start = is_none(slice->start) ? (backwards ? kMax : 0) : TRY(slice_index(slice->start));
  range.stop = is_none(slice->stop) ? (backwards ? std::numeric_limits<int64_t>::min() : kMax)
                                    : TRY(slice_index(slice->stop));
  return range;
}

void slice_adjust(SliceRange* range, int64_t length) {
  // So that a step beyond the last item does not overflow; no sequence is that long.
  constexpr int64_t kLargestStep = int64_t{1} << 61;
  range->step = std::clamp(range->step, -kLargestStep, kLargestStep);
  range->start = clip(range->start, length, range->step);
  range->stop = clip(range->stop, length, range->step);
  range->count = 0;
  if (range->step < 0) {
    if (range->stop >= range->start) return;
    range->count = range->start - range->stop;
    if (range->step != -1) range->count = (range->count - 1) / -range->step + 1;
  } else if (range->start < range->stop) {
    range->count = range->stop - range->start;
    if (range->step != 1) range->count = (range->count - 1) / range->step + 1;
  }
}

Result<SliceRange> slice_range(Slice* slice, int64_t length) {
  SliceRange range = TRY(slice_unpack(slice));
  slice_adjust(&range, length);
  return range;
}

}  // namespace ouro::vm
