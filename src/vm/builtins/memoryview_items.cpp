// memoryview: items, slices, comparison, casts.
#include <cmath>

#include "vm/builtins/container_util.h"
#include "vm/builtins/memoryview.h"
#include "vm/object/argument_errors.h"
#include "vm/object/hooks.h"

namespace ouro::vm {

namespace {

Result<char*> address_of(const BufferView& view, int64_t index, int dimension, char* base) {
  const int64_t count = view.shape[dimension];
  if (index < 0) index += count;
  if (index < 0 || index >= count)
    return raise(types.IndexError, "index out of bounds on dimension {}", dimension + 1);
  char* at = base + index * view.strides[dimension];
  if (view.suboffsets != nullptr && view.suboffsets[dimension] >= 0)
    at = *reinterpret_cast<char**>(at) + view.suboffsets[dimension];
  return at;
}

bool is_multi_index(Value key) {
  if (!is_tuple(key)) return false;
  for (const Value item : key.as<Tuple>()->span())
    if (!is_index_like(item)) return false;
  return true;
}

bool is_multi_slice(Value key) {
  if (!is_tuple(key) || key.as<Tuple>()->length == 0) return false;
  for (const Value item : key.as<Tuple>()->span())
    if (!is_kind(item, Kind::kSlice)) return false;
  return true;
}

Result<char*> address_of_tuple(const BufferView& view, Tuple* key) {
  if (static_cast<int64_t>(key->length) > view.dimensions)
    return raise(types.TypeError, "cannot index {}-dimension view with {}-element tuple", view.dimensions,
                 key->length);
  char* at = static_cast<char*>(view.data);
  for (size_t i = 0; i < key->length; ++i)
    at = TRY(address_of(view, TRY(to_int64_index(key->items[i])), static_cast<int>(i), at));
  return at;
}

/// Narrows the first dimension to a slice.
Status apply_slice(BufferView* view, int64_t* shape, int64_t* strides, Slice* slice) {
  const SliceRange range = TRY(slice_range(slice, shape[0]));
  const int64_t offset = range.start * strides[0];
  if (view->suboffsets != nullptr && view->suboffsets[0] >= 0) {
    const_cast<int64_t*>(view->suboffsets)[0] += offset;
  } else {
    view->data = static_cast<char*>(view->data) + offset;
  }
  shape[0] = std::max<int64_t>(range.count, 0);
  strides[0] *= range.step;
  return {};
}

int64_t total_length(const BufferView& view) {
  int64_t length = view.item_size;
  for (int i = 0; i < view.dimensions; ++i) length *= view.shape[i];
  return length;
}

Result<Value> slice_view(MemoryView* memory, Slice* slice) {
  MemoryView* sliced = make_view_of(memory, memory->view.dimensions);
  TRY(apply_slice(&sliced->view, sliced->shape(), sliced->strides(), slice));
  sliced->view.length = total_length(sliced->view);
  return sliced;
}

std::string_view plain_format(const char* format) {
  if (format == nullptr) return "B";
  return *format == '@' ? format + 1 : format;
}

/// memory[slice] = value, of one dimension.
Status assign_slice(MemoryView* memory, Slice* slice, Value value) {
  Buffer source;
  TRY(source.acquire(value, kBufferFullReadOnly));
  BufferView target = memory->view;
  int64_t shape[1] = {memory->view.shape[0]}, strides[1] = {memory->view.strides[0]};
  int64_t suboffsets[1] = {memory->view.suboffsets != nullptr ? memory->view.suboffsets[0] : -1};
  target.shape = shape;
  target.strides = strides;
  if (target.suboffsets != nullptr) target.suboffsets = suboffsets;
  TRY(apply_slice(&target, shape, strides, slice));
  TRY(live_view(memory));  // the slice's __index__ may have released it
  const BufferView& from = source.view();
  const int64_t source_count = from.shape != nullptr ? from.shape[0] : from.length / from.item_size;
  const bool same = from.dimensions == 1 && source_count == shape[0] && from.item_size == target.item_size &&
                    plain_format(from.format) == plain_format(target.format);
  if (!same)
    return raise(types.ValueError, "memoryview assignment: lvalue and rvalue have different structures");
  // The source may overlap: it is taken first.
  const std::string data = contiguous_copy(from);
  size_t taken = 0;
  return visit_items(target, static_cast<char*>(target.data), 0, [&](char* at) -> Status {
    std::memcpy(at, data.data() + taken, static_cast<size_t>(target.item_size));
    taken += static_cast<size_t>(target.item_size);
    return {};
  });
}

Result<Value> list_of(const MemoryView* memory, char* at, int dimension, char code) {
  const BufferView& view = memory->view;
  if (dimension == view.dimensions) return load_item(at, code);
  List* items = make_list();
  for (int64_t i = 0; i < view.shape[dimension]; ++i) {
    char* item = TRY(address_of(view, i, dimension, at));
    TRY(list_append(items, TRY(list_of(memory, item, dimension + 1, code))));
  }
  return items;
}

bool same_shape(const BufferView& a, const BufferView& b) {
  if (a.dimensions != b.dimensions) return false;
  for (int i = 0; i < a.dimensions; ++i) {
    const int64_t left = a.shape[i];
    const int64_t right = b.shape != nullptr ? b.shape[i] : b.length / b.item_size;
    if (left != right) return false;
    if (left == 0) break;
  }
  return true;
}

/// Whether items of these codes can be compared as bytes.
bool is_integer_code(char code) {
  return code != 'f' && code != 'd' && code != '?';
}

/// ==, without identity: a NaN differs from itself.
Result<bool> unidentical_equal(Value a, Value b) {
  return is_true(TRY(compare(a, b, CompareOp::Equal)));
}

/// Items of a format that is no single character, through the struct module. Null: the format is not one.
Result<Value> unpack_function(const char* format) {
  const Value module = TRY(hooks.import_module("_struct"));
  const Value made = TRY(call_method(module, intern("Struct"), {make_str(format == nullptr ? "B" : format)}));
  return get_attribute(made, intern("unpack_from"));
}

Result<bool> items_equal(const std::string& a, const std::string& b, const BufferView& left,
                         const BufferView& right) {
  char left_code = 0, right_code = 0;
  const bool simple =
      native_item_size(left.format, &left_code) != 0 && native_item_size(right.format, &right_code) != 0;
  if (simple && left_code == right_code && is_integer_code(left_code)) return a == b;
  const auto left_size = static_cast<size_t>(left.item_size),
             right_size = static_cast<size_t>(right.item_size);
  if (left_size == 0 || right_size == 0) return true;
  const size_t count = a.size() / left_size;
  if (simple) {
    for (size_t i = 0; i < count; ++i)
      if (!TRY(unidentical_equal(load_item(a.data() + i * left_size, left_code),
                                 load_item(b.data() + i * right_size, right_code))))
        return false;
    return true;
  }
  Result<Value> left_unpack = unpack_function(left.format);
  Result<Value> right_unpack = left_unpack.ok() ? unpack_function(right.format) : Result<Value>(Raised{});
  if (!left_unpack.ok() || !right_unpack.ok()) {
    if (exception_is(types.ImportError) || exception_is(types.MemoryError)) return Raised{};
    take_exception();
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    const Value x =
        TRY(call(left_unpack.unwrap(), {make_bytes(std::string_view(a).substr(i * left_size, left_size))}));
    const Value y = TRY(
        call(right_unpack.unwrap(), {make_bytes(std::string_view(b).substr(i * right_size, right_size))}));
    if (!TRY(unidentical_equal(x, y))) return false;
  }
  return true;
}

Status cast_to_format(MemoryView* made, const MemoryView* source, Value format) {
  const std::string text = TRY(utf8_or_raise(format.as<Str>()));
  char from = 0, to = 0;
  const int64_t size = native_item_size(text.c_str(), &to);
  if (size == 0 || text.find('\0') != std::string::npos)
    return raise(types.ValueError,
                 "memoryview: destination format must be a native single character format prefixed with an "
                 "optional '@'");
  const auto is_byte = [](char code) { return code == 'B' || code == 'b' || code == 'c'; };
  const bool from_bytes = native_item_size(source->view.format, &from) != 0 && is_byte(from);
  if (!from_bytes && !is_byte(to))
    return raise(types.TypeError, "memoryview: cannot cast between two non-byte formats");
  if (source->view.length % size != 0)
    return raise(types.TypeError, "memoryview: length is not a multiple of itemsize");
  static const char* const kFormats[] = {"@c", "@b", "@B", "@?", "@h", "@H", "@i", "@I", "@l",
                                         "@L", "@q", "@Q", "@n", "@N", "@P", "@f", "@d"};
  for (const char* known : kFormats)
    if (known[1] == to) made->view.format = text[0] == '@' ? known : known + 1;
  made->view.item_size = size;
  return {};
}

void set_contiguous_strides(MemoryView* view) {
  int64_t stride = view->view.item_size;
  for (int i = view->view.dimensions; i-- > 0;) {
    view->strides()[i] = stride;
    stride *= view->shape()[i];
  }
}

Status cast_to_shape(MemoryView* made, std::span<Value> shape) {
  int64_t product = made->view.item_size;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (!is_int(shape[i]))
      return raise(types.TypeError, "memoryview.cast(): elements of shape must be integers");
    const int64_t size = TRY(to_int64(shape[i]));
    if (size <= 0)
      return raise(types.ValueError, "memoryview.cast(): elements of shape must be integers > 0");
    if (product > INT64_MAX / size)
      return raise(types.ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX");
    product *= size;
    made->shape()[i] = size;
  }
  if (product != made->view.length)
    return raise(types.TypeError, "memoryview: product(shape) * itemsize != buffer size");
  return {};
}

bool has_zero_dimension(const BufferView& view) {
  for (int i = 0; i < view.dimensions; ++i)
    if (view.shape[i] == 0) return true;
  return false;
}

}  // namespace

Result<char> simple_code(const MemoryView* memory) {
  char code = 0;
  if (native_item_size(memory->view.format, &code) == 0)
    return raise(types.NotImplementedError, "memoryview: unsupported format {}", memory->view.format);
  return code;
}

Status store_at(MemoryView* self, char* at, Value value, char code) {
  PackedItem packed;
  const StoreError error = pack_item(code, value, &packed);
  const char format[2] = {code, 0};
  if (error == StoreError::Raised) return Raised{};
  if (error == StoreError::Type)
    return raise(types.TypeError, "memoryview: invalid type for format '{}'", format);
  if (error == StoreError::Range)
    return raise(types.ValueError, "memoryview: invalid value for format '{}'", format);
  TRY(live_view(self));
  std::memcpy(at, packed.bytes, static_cast<size_t>(packed.size));
  return {};
}

Result<Value> memory_item(Value self, int64_t index) {
  MemoryView* memory = TRY(live_view(self));
  const char code = TRY(simple_code(memory));
  if (memory->view.dimensions == 0) return raise(types.TypeError, "invalid indexing of 0-dim memory");
  if (memory->view.dimensions != 1)
    return raise(types.NotImplementedError, "multi-dimensional sub-views are not implemented");
  const char* at = TRY(address_of(memory->view, index, 0, static_cast<char*>(memory->view.data)));
  return load_item(at, code);
}

Result<Value> memory_subscript(Value self, Value key) {
  MemoryView* memory = TRY(live_view(self));
  const BufferView& view = memory->view;
  if (view.dimensions == 0) {
    if (is_tuple(key) && key.as<Tuple>()->length == 0)
      return load_item(static_cast<char*>(view.data), TRY(simple_code(memory)));
    if (key == ellipsis()) return self;
    return raise(types.TypeError, "invalid indexing of 0-dim memory");
  }
  if (is_index_like(key)) {
    const int64_t index = TRY(to_int64_index(key));
    return memory_item(self, index);
  }
  if (is_kind(key, Kind::kSlice)) return slice_view(memory, key.as<Slice>());
  if (is_multi_index(key)) {
    const char code = TRY(simple_code(memory));
    if (static_cast<int64_t>(key.as<Tuple>()->length) < view.dimensions)
      return raise(types.NotImplementedError, "sub-views are not implemented");
    const char* at = TRY(address_of_tuple(view, key.as<Tuple>()));
    TRY(live_view(self));
    return load_item(at, code);
  }
  if (is_multi_slice(key))
    return raise(types.NotImplementedError, "multi-dimensional slicing is not implemented");
  return raise(types.TypeError, "memoryview: invalid slice key");
}

Status memory_assign(Value self, Value key, Value value) {
  MemoryView* memory = TRY(live_view(self));
  const BufferView& view = memory->view;
  const char code = TRY(simple_code(memory));
  if (view.read_only) return raise(types.TypeError, "cannot modify read-only memory");
  if (value.is_null()) return raise(types.TypeError, "cannot delete memory");
  if (view.dimensions == 0) {
    if (key == ellipsis() || (is_tuple(key) && key.as<Tuple>()->length == 0))
      return store_at(memory, static_cast<char*>(view.data), value, code);
    return raise(types.TypeError, "invalid indexing of 0-dim memory");
  }
  if (is_index_like(key)) {
    if (view.dimensions > 1) return raise(types.NotImplementedError, "sub-views are not implemented");
    const int64_t index = TRY(to_int64_index(key));
    TRY(live_view(self));
    char* at = TRY(address_of(view, index, 0, static_cast<char*>(view.data)));
    return store_at(memory, at, value, code);
  }
  if (is_kind(key, Kind::kSlice) && view.dimensions == 1) return assign_slice(memory, key.as<Slice>(), value);
  if (is_multi_index(key)) {
    if (static_cast<int64_t>(key.as<Tuple>()->length) < view.dimensions)
      return raise(types.NotImplementedError, "sub-views are not implemented");
    char* at = TRY(address_of_tuple(view, key.as<Tuple>()));
    TRY(live_view(self));
    return store_at(memory, at, value, code);
  }
  if (is_kind(key, Kind::kSlice) || is_multi_slice(key))
    return raise(types.NotImplementedError,
                 "memoryview slice assignments are currently restricted to ndim = 1");
  return raise(types.TypeError, "memoryview: invalid slice key");
}

Result<Value> memory_compare(Value self, Value other, CompareOp op) {
  if (op != CompareOp::Equal && op != CompareOp::NotEqual) return not_implemented();
  if (!is_memoryview(self)) return not_implemented();
  const auto answer = [op](bool same) { return make_bool(same == (op == CompareOp::Equal)); };
  if (is_released(self.as<MemoryView>())) return answer(self == other);
  if (is_memoryview(other) && is_released(other.as<MemoryView>())) return answer(self == other);
  Buffer right;
  if (!has_buffer(other)) return not_implemented();
  if (!right.acquire(other, kBufferFullReadOnly).ok()) {
    take_exception();
    return not_implemented();
  }
  const BufferView& left = self.as<MemoryView>()->view;
  if (!same_shape(left, right.view())) return answer(false);
  return answer(TRY(items_equal(contiguous_copy(left), contiguous_copy(right.view()), left, right.view())));
}

Result<Value> memory_tolist(const Value* a) {
  MemoryView* memory = TRY(live_view(a[0]));
  const char code = TRY(simple_code(memory));
  return list_of(memory, static_cast<char*>(memory->view.data), 0, code);
}

Result<Value> memory_cast(const Value* a) {
  MemoryView* memory = TRY(live_view(a[0]));
  if (!is_str(a[1]))
    return raise(types.TypeError, "cast() argument 'format' must be str, not {}", given_name(a[1]));
  if (!is_c_contiguous(memory->view))
    return raise(types.TypeError, "memoryview: casts are restricted to C-contiguous views");
  const Value shape = a[2];
  if ((!shape.is_null() || memory->view.dimensions != 1) && has_zero_dimension(memory->view))
    return raise(types.TypeError, "memoryview: cannot cast view with zeros in shape or strides");
  std::span<Value> sizes;
  int dimensions = 1;
  if (!shape.is_null()) {
    if (!is_list(shape) && !is_tuple(shape)) return raise(types.TypeError, "shape must be a list or a tuple");
    sizes = is_list(shape) ? shape.as<List>()->span() : shape.as<Tuple>()->span();
    if (sizes.size() > kMaxDimensions)
      return raise(types.ValueError, "memoryview: number of dimensions must not exceed 64");
    if (memory->view.dimensions != 1 && sizes.size() != 1)
      return raise(types.TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D");
    dimensions = static_cast<int>(sizes.size());
  }
  MemoryView* made = make_view_of(memory, dimensions);
  made->view.suboffsets = nullptr;
  TRY(cast_to_format(made, memory, a[1]));
  if (shape.is_null()) {
    made->shape()[0] = made->view.length / made->view.item_size;
  } else {
    TRY(cast_to_shape(made, sizes));
  }
  set_contiguous_strides(made);
  return made;
}

}  // namespace ouro::vm
