// array: storage, items, slices, comparison.
#include <climits>

#include "vm/builtins/container_util.h"
#include "vm/modules/array.h"
#include "vm/object/str_data.h"

namespace ouro::vm::arrays {

namespace {

Raised out_of_range(const char* what, bool low) {
  return raise(types.OverflowError, "{} is {}", what, low ? "less than minimum" : "greater than maximum");
}

struct Limits {
  const char* name;
  int64_t low, high;
};

Limits limits_of(char code) {
  switch (code) {
    case 'b':
      return {"signed char", SCHAR_MIN, SCHAR_MAX};
    case 'B':
      return {"unsigned byte integer", 0, UCHAR_MAX};
    case 'h':
      return {"signed short integer", SHRT_MIN, SHRT_MAX};
    case 'H':
      return {"unsigned short", 0, USHRT_MAX};
    case 'i':
      return {"signed integer", INT_MIN, INT_MAX};
    default:
      return {"unsigned int", 0, UINT_MAX};
  }
}

void keep(PackedItem* packed, uint64_t bits, int64_t size) {
  std::memcpy(packed->bytes, &bits, 8);
  packed->size = size;
}

Status pack_unsigned_long(Value integer, char code, PackedItem* packed) {
  if (int_sign(integer) < 0) {
    if (code == 'Q') return raise(types.OverflowError, "can't convert negative int to unsigned");
    return raise(types.OverflowError, "can't convert negative value to unsigned int");
  }
  Result<uint64_t> number = to_uint64(integer);
  if (!number.ok()) {
    take_exception();
    return raise(
        types.OverflowError, "{}",
        code == 'Q' ? "int too big to convert" : "Python int too large to convert to C unsigned long");
  }
  keep(packed, number.unwrap(), 8);
  return {};
}

Status pack_integer(char code, Value value, PackedItem* packed) {
  const Value integer = TRY(to_index(value));
  int64_t number;
  const bool fits = int_fits(integer, &number);
  if (code == 'L' || code == 'Q') return pack_unsigned_long(integer, code, packed);
  if (code == 'l' || code == 'q') {
    if (!fits)
      return raise(types.OverflowError, "{}",
                   code == 'q' ? "int too big to convert" : "Python int too large to convert to C long");
    keep(packed, static_cast<uint64_t>(number), 8);
    return {};
  }
  const Limits limits = limits_of(code);
  if (code == 'I' && int_sign(integer) < 0)
    return raise(types.OverflowError, "can't convert negative value to unsigned int");
  if (!fits)
    return raise(types.OverflowError, "Python int too large to convert to C {}long",
                 code == 'I' ? "unsigned " : "");
  // CPython reads small items through a wider type, whose limits come first.
  if (code == 'b' && (number < SHRT_MIN || number > SHRT_MAX))
    return out_of_range("signed short integer", number < 0);
  if (code == 'H' && (number < INT_MIN || number > INT_MAX))
    return out_of_range("signed integer", number < 0);
  if (number < limits.low || number > limits.high) return out_of_range(limits.name, number < limits.low);
  keep(packed, static_cast<uint64_t>(number), item_size_of(static_cast<char32_t>(code)));
  return {};
}

void copy_items(ArrayObject* array, const SliceRange& range, std::string_view from) {
  const auto size = static_cast<size_t>(array->item_size);
  int64_t at = range.start;
  for (size_t i = 0; i < static_cast<size_t>(range.count); ++i, at += range.step)
    std::memcpy(array->item_at(static_cast<size_t>(at)), from.data() + i * size, size);
}

std::string picked(const ArrayObject* array, const SliceRange& range) {
  const auto size = static_cast<size_t>(array->item_size);
  std::string out;
  int64_t at = range.start;
  for (int64_t i = 0; i < range.count; ++i, at += range.step)
    out.append(array->item_at(static_cast<size_t>(at)), size);
  return out;
}

/// Replaces items [low, high) by the bytes of others.
Status replace_range(ArrayObject* array, size_t low, size_t high, std::string_view with) {
  const auto size = static_cast<size_t>(array->item_size);
  const size_t old_length = array->length, count = with.size() / size;
  const size_t new_length = old_length - (high - low) + count;
  if (new_length != old_length && array->exports > 0)
    return raise(types.BufferError, "cannot resize an array that is exporting buffers");
  if (new_length > old_length) TRY(resize(array, new_length));
  if (old_length > high)
    std::memmove(array->item_at(low + count), array->item_at(high), (old_length - high) * size);
  if (new_length < old_length) TRY(resize(array, new_length));
  if (!with.empty()) std::memcpy(array->item_at(low), with.data(), with.size());
  return {};
}

Status delete_stepped(ArrayObject* array, SliceRange range) {
  if (range.count <= 0) return {};
  if (range.step < 0) {
    range.start += range.step * (range.count - 1);
    range.step = -range.step;
  }
  std::string kept;
  int64_t next = range.start, left = range.count;
  for (int64_t i = 0; i < static_cast<int64_t>(array->length); ++i) {
    if (left > 0 && i == next) {
      next += range.step;
      --left;
    } else {
      kept.append(array->item_at(static_cast<size_t>(i)), static_cast<size_t>(array->item_size));
    }
  }
  return replace_range(array, 0, array->length, kept);
}

Status assign_slice(ArrayObject* array, Slice* slice, Value value) {
  std::string with;
  if (!value.is_null()) {
    if (!is_array(value))
      return raise(types.TypeError, "can only assign array (not \"{}\") to array slice", type_name(value));
    const auto* other = static_cast<ArrayObject*>(value.object());
    if (other->code != array->code) return raise(types.TypeError, "bad argument type for built-in operation");
    with = other->bytes();
  }
  SliceRange range = TRY(slice_unpack(slice));
  slice_adjust(&range, static_cast<int64_t>(array->length));
  if (range.step == 1)
    return replace_range(array, static_cast<size_t>(range.start),
                         static_cast<size_t>(std::max(range.start, range.stop)), with);
  if (value.is_null()) return delete_stepped(array, range);
  const auto count = static_cast<int64_t>(with.size()) / array->item_size;
  if (count != range.count)
    return raise(types.ValueError, "attempt to assign array of size {} to extended slice of size {}", count,
                 range.count);
  copy_items(array, range, with);
  return {};
}

Result<size_t> index_in(const ArrayObject* array, Value key, const char* message) {
  int64_t index = TRY(to_int64_index(key));
  if (index < 0) index += static_cast<int64_t>(array->length);
  if (index < 0 || static_cast<uint64_t>(index) >= array->length)
    return raise(types.IndexError, "{}", message);
  return static_cast<size_t>(index);
}

}  // namespace

char* ArrayObject::data() const {
  static char nothing[8];
  return storage == nullptr ? nothing : storage->data;
}

int64_t item_size_of(char32_t code) {
  switch (code) {
    case 'b':
    case 'B':
      return 1;
    case 'h':
    case 'H':
      return 2;
    case 'i':
    case 'I':
    case 'f':
    case 'u':
      return 4;
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
    case 'd':
      return 8;
    default:
      return 0;
  }
}

Result<Value> load(const ArrayObject* array, size_t index) {
  if (array->code == 'u') {
    char32_t c;
    std::memcpy(&c, array->item_at(index), 4);
    if (c > 0x10FFFF) return raise(types.ValueError, "chr() arg not in range(0x110000)");
    return make_char(c);
  }
  return load_item(array->item_at(index), array->code);
}

Status pack(char code, Value value, PackedItem* packed) {
  if (code == 'u') {
    if (!is_str(value) || value.as<Str>()->length != 1)
      return raise(types.TypeError, "array item must be unicode character");
    keep(packed, value.as<Str>()->at(0), 4);
    return {};
  }
  if (code == 'f' || code == 'd') {
    const double number = TRY(to_double(value));
    if (code == 'd') {
      std::memcpy(packed->bytes, &number, 8);
    } else {
      const auto single = static_cast<float>(number);
      std::memcpy(packed->bytes, &single, 4);
    }
    packed->size = item_size_of(static_cast<char32_t>(code));
    return {};
  }
  return pack_integer(code, value, packed);
}

Status resize(ArrayObject* array, size_t length) {
  if (length == array->length) return {};
  if (array->exports > 0) {
    // A view that nobody holds any more may not have been collected yet.
    collect(2);
    run_pending_finalizers();
  }
  if (array->exports > 0) return raise(types.BufferError, "cannot resize an array that is exporting buffers");
  const auto size = static_cast<size_t>(array->item_size);
  const size_t capacity = array->storage == nullptr ? 0 : array->storage->length / size;
  if (length == 0) {
    array->storage = nullptr;
  } else if (length > capacity || length < capacity / 4) {
    const size_t room = length > array->length && array->length != 0 ? length + (length >> 4) + 7 : length;
    if (room > (size_t{1} << 59) || !can_allocate(sizeof(Blob) + room * size)) return raise_no_memory();
    auto* storage = static_cast<Blob*>(allocate(shapes.blob, sizeof(Blob) + room * size));
    storage->kind = Kind::kBlob;
    storage->length = room * size;
    std::memcpy(storage->data, array->data(), std::min<size_t>(length, array->length) * size);
    store(array, array->storage, storage);
  }
  array->length = length;
  return {};
}

ArrayObject* new_array(Type* type, char code) {
  auto* array = allocate_instance<ArrayObject>(type);
  array->code = code;
  array->item_size = item_size_of(static_cast<char32_t>(code));
  return array;
}

Status append_bytes(ArrayObject* array, std::string_view bytes) {
  const size_t old_length = array->length;
  TRY(resize(array, old_length + bytes.size() / static_cast<size_t>(array->item_size)));
  if (!bytes.empty()) std::memcpy(array->item_at(old_length), bytes.data(), bytes.size());
  return {};
}

Result<ArrayObject*> array_of(char code, std::string_view bytes) {
  ArrayObject* array = new_array(array_type, code);
  TRY(append_bytes(array, bytes));
  return array;
}

Status append_value(ArrayObject* array, Value value) {
  PackedItem packed;
  TRY(pack(array->code, value, &packed));
  return append_bytes(array, std::string_view(packed.bytes, static_cast<size_t>(packed.size)));
}

Status extend(ArrayObject* array, Value iterable) {
  if (is_array(iterable)) {
    const auto* other = static_cast<ArrayObject*>(iterable.object());
    if (other->code != array->code) return raise(types.TypeError, "can only extend with array of same kind");
    return append_bytes(array, std::string(other->bytes()));
  }
  return for_each(iterable, [array](Value item) { return append_value(array, item); });
}

namespace {

/// Where the item at a small int's index lies; null: there is none, or the index is something else.
inline char* quick_place(const ArrayObject* array, Value key) {
  if (!key.is_small_int()) return nullptr;
  int64_t index = key.small_int();
  if (index < 0) index += static_cast<int64_t>(array->length);
  if (static_cast<uint64_t>(index) >= array->length) return nullptr;
  return array->item_at(static_cast<size_t>(index));
}

}  // namespace

Result<Value> array_subscript(Value self, Value key) {
  auto* array = self.as<ArrayObject>();
  if (const char* place = quick_place(array, key); place != nullptr && array->code != 'u') {
    if (array->code != 'd') return load_item(place, array->code);
    double number;
    std::memcpy(&number, place, sizeof number);
    return make_float(number);
  }
  if (is_kind(key, Kind::kSlice)) {
    SliceRange range = TRY(slice_unpack(key.as<Slice>()));
    slice_adjust(&range, static_cast<int64_t>(array->length));
    return TRY(array_of(array->code, picked(array, range)));
  }
  if (!is_index_like(key)) return raise(types.TypeError, "array indices must be integers");
  return load(array, TRY(index_in(array, key, "array index out of range")));
}

Status array_assign(Value self, Value key, Value value) {
  auto* array = self.as<ArrayObject>();
  if (value.is_flonum() && array->code == 'd') {
    if (char* place = quick_place(array, key)) {
      const double number = value.flonum();
      std::memcpy(place, &number, sizeof number);
      return {};
    }
  }
  if (is_kind(key, Kind::kSlice)) return assign_slice(array, key.as<Slice>(), value);
  if (!is_index_like(key)) return raise(types.TypeError, "array indices must be integers");
  const size_t index = TRY(index_in(array, key, "array assignment index out of range"));
  if (value.is_null()) return replace_range(array, index, index + 1, {});
  PackedItem packed;
  TRY(pack(array->code, value, &packed));
  // The conversion may have changed the array.
  if (index >= array->length) return raise(types.IndexError, "array assignment index out of range");
  std::memcpy(array->item_at(index), packed.bytes, static_cast<size_t>(packed.size));
  return {};
}

Result<Value> array_compare(Value self, Value other, CompareOp op) {
  if (!is_array(self) || !is_array(other)) return not_implemented();
  auto* a = self.as<ArrayObject>();
  auto* b = other.as<ArrayObject>();
  if (a->length != b->length && (op == CompareOp::Equal || op == CompareOp::NotEqual))
    return make_bool(op == CompareOp::NotEqual);
  for (size_t i = 0; i < a->length && i < b->length; ++i) {
    const Value x = TRY(load(a, i)), y = TRY(load(b, i));
    if (TRY(is_true(TRY(compare(x, y, CompareOp::Equal))))) continue;
    if (op == CompareOp::Equal) return make_bool(false);
    if (op == CompareOp::NotEqual) return make_bool(true);
    return compare(x, y, op);
  }
  return make_bool(compare_values(a->length, b->length, op));
}

}  // namespace ouro::vm::arrays
