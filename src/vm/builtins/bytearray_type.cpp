// bytearray: the type. Storage grows in place and may start behind its beginning, so that removing from the
// front costs nothing; while buffers are exported the size stays as it is.
#include "base/unicode.h"
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/codecs.h"
#include "vm/builtins/container_util.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm {

namespace {

char* data_of(ByteArray* array) {
  static char nothing[1];
  return array->storage == nullptr ? nothing : array->storage->data + array->start;
}

/// Replaces bytes [low, high) by others, which must not lie in the array.
Status replace_range(ByteArray* array, size_t low, size_t high, std::string_view with) {
  const size_t old_length = array->length, removed = high - low;
  const size_t new_length = old_length - removed + with.size();
  if (new_length < old_length) {
    if (array->exports > 0) {
      TRY(bytearray_resize(array, new_length));  // raises, unless the exports are gone
      return replace_range(array, low, high, with);
    }
    if (low == 0) {
      array->start += removed - with.size();
      array->length = new_length;
      if (new_length == 0) {
        array->storage = nullptr;
        array->start = 0;
      }
    } else {
      char* data = data_of(array);
      std::memmove(data + low + with.size(), data + high, old_length - high);
      TRY(bytearray_resize(array, new_length));
    }
  } else if (new_length > old_length) {
    TRY(bytearray_resize(array, new_length));
    char* data = data_of(array);
    std::memmove(data + low + with.size(), data + high, old_length - high);
  }
  if (!with.empty()) std::memcpy(data_of(array) + low, with.data(), with.size());
  return {};
}

Status append_bytes(ByteArray* array, std::string_view more) {
  const size_t old_length = array->length;
  TRY(bytearray_resize(array, old_length + more.size()));
  if (!more.empty()) std::memcpy(data_of(array) + old_length, more.data(), more.size());
  return {};
}

Status remove_stepped(ByteArray* array, SliceRange range) {
  if (range.count <= 0) return {};
  if (range.step < 0) {
    range.start += range.step * (range.count - 1);
    range.step = -range.step;
  }
  std::string kept;
  const std::string_view data = view_of(array);
  int64_t next = range.start, left = range.count;
  for (int64_t i = 0; i < static_cast<int64_t>(data.size()); ++i) {
    if (left > 0 && i == next) {
      next += range.step;
      --left;
      continue;
    }
    kept += data[static_cast<size_t>(i)];
  }
  TRY(bytearray_resize(array, kept.size()));
  if (!kept.empty()) std::memcpy(data_of(array), kept.data(), kept.size());
  return {};
}

Status assign_slice(ByteArray* array, Slice* slice, Value value) {
  std::string with;
  if (!value.is_null()) {
    if (!is_bytearray(value) || value == Value(array)) {
      const Slots& slots = type_of(value)->slots;
      const bool number =
          !has_buffer(value) && (is_index_like(value) || slots.int_ != nullptr || slots.float_ != nullptr);
      if (number || is_str(value))
        return raise(types.TypeError,
                     "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
    }
    with = TRY(collect_bytes(value, "bytearray"));
  }
  SliceRange range = TRY(slice_unpack(slice));
  slice_adjust(&range, static_cast<int64_t>(array->length));
  if (range.step == 1) {
    const int64_t stop = std::max(range.start, range.stop);
    return replace_range(array, static_cast<size_t>(range.start), static_cast<size_t>(stop), with);
  }
  if (with.empty()) return remove_stepped(array, range);
  if (static_cast<int64_t>(with.size()) != range.count)
    return raise(types.ValueError, "attempt to assign bytes of size {} to extended slice of size {}",
                 with.size(), range.count);
  int64_t at = range.start;
  for (const char byte : with) {
    data_of(array)[at] = byte;
    at += range.step;
  }
  return {};
}

Result<size_t> checked_index(const ByteArray* array, int64_t index, const char* message) {
  if (index < 0) index += static_cast<int64_t>(array->length);
  if (index < 0 || static_cast<uint64_t>(index) >= array->length)
    return raise(types.IndexError, "{}", message);
  return static_cast<size_t>(index);
}

// ---- slots

/// Unlike bytes, single quotes are escaped whatever the quotes around are.
std::string bytearray_literal(std::string_view data) {
  std::string literal = bytes_repr(data);
  if (literal[1] != '"') return literal;
  for (size_t at = literal.find('\''); at != std::string::npos; at = literal.find('\'', at + 2))
    literal.insert(at, 1, '\\');
  return literal;
}

Result<Value> bytearray_repr(Value self) {
  const std::string literal = bytearray_literal(view_of(self.as<ByteArray>()));
  return make_str(fmt::format("{}({})", type_name(self), literal));
}

Result<int64_t> bytearray_length(Value self) {
  return static_cast<int64_t>(self.as<ByteArray>()->length);
}

Result<Value> bytearray_compare(Value self, Value other, CompareOp op) {
  if (!has_buffer(self) || !has_buffer(other)) return not_implemented();
  Buffer a, b;
  TRY(a.acquire(self));
  if (!b.acquire(other).ok()) {
    take_exception();
    return not_implemented();
  }
  return make_bool(compare_views(a.text(), b.text(), op));
}

Result<std::string> repeated(const ByteArray* array, int64_t count) {
  const std::string_view data = view_of(array);
  const size_t total = TRY(repeated_length(data.size(), count));
  if (!can_allocate(total)) return raise_no_memory();
  std::string out;
  out.reserve(total);
  for (int64_t i = 0; i < count && !data.empty(); ++i) out += data;
  return out;
}

Result<Value> bytearray_repeat(Value self, int64_t count) {
  return TRY(make_bytearray(TRY(repeated(self.as<ByteArray>(), count))));
}

Result<Value> bytearray_inplace_repeat(Value self, int64_t count) {
  auto* array = self.as<ByteArray>();
  const std::string data = TRY(repeated(array, count));
  TRY(bytearray_resize(array, data.size()));
  if (!data.empty()) std::memcpy(data_of(array), data.data(), data.size());
  return self;
}

Result<Value> bytearray_inplace_concat(Value self, Value other) {
  if (!has_buffer(other))
    return raise(types.TypeError, "can't concat {} to {}", type_name(other), type_name(self));
  if (other == self) {
    const std::string copy(view_of(self.as<ByteArray>()));
    TRY(append_bytes(self.as<ByteArray>(), copy));
    return self;
  }
  Buffer buffer;
  TRY(buffer.acquire(other));
  TRY(append_bytes(self.as<ByteArray>(), buffer.text()));
  return self;
}

Result<Value> bytearray_item(Value self, int64_t index) {
  auto* array = self.as<ByteArray>();
  if (index < 0 || static_cast<uint64_t>(index) >= array->length)
    return raise(types.IndexError, "bytearray index out of range");
  return make_int(static_cast<unsigned char>(data_of(array)[index]));
}

Result<Value> bytearray_subscript(Value self, Value key) {
  auto* array = self.as<ByteArray>();
  if (is_kind(key, Kind::kSlice)) {
    SliceRange range = TRY(slice_unpack(key.as<Slice>()));
    slice_adjust(&range, static_cast<int64_t>(array->length));
    if (range.count > 0 && range.step == 1)
      return TRY(make_bytearray(
          view_of(array).substr(static_cast<size_t>(range.start), static_cast<size_t>(range.count))));
    return TRY(make_bytearray(sliced(view_of(array), range)));
  }
  if (!is_index_like(key))
    return raise(types.TypeError, "bytearray indices must be integers or slices, not {}", type_name(key));
  const int64_t index = TRY(to_int64_index(key));
  return bytearray_item(
      self, static_cast<int64_t>(TRY(checked_index(array, index, "bytearray index out of range"))));
}

Status bytearray_assign(Value self, Value key, Value value) {
  auto* array = self.as<ByteArray>();
  if (is_kind(key, Kind::kSlice)) return assign_slice(array, key.as<Slice>(), value);
  if (!is_index_like(key))
    return raise(types.TypeError, "bytearray indices must be integers or slices, not {}", type_name(key));
  const int64_t index = key.is_small_int() ? key.small_int() : TRY(to_int64_index(key));
  const uint8_t byte = value.is_null() ? uint8_t{0} : TRY(byte_value(value));
  const size_t at = TRY(checked_index(array, index, "bytearray index out of range"));
  if (value.is_null()) return replace_range(array, at, at + 1, {});
  data_of(array)[at] = static_cast<char>(byte);
  return {};
}

Status bytearray_get_buffer(Value self, BufferView* view, int flags) {
  auto* array = self.as<ByteArray>();
  TRY(fill_buffer(view, self, data_of(array), array->length, false, flags));
  ++array->exports;
  return {};
}

void bytearray_release_buffer(Value self, BufferView*) {
  --self.as<ByteArray>()->exports;
}

Result<Value> bytearray_new(Type* type, const Arguments&) {
  return allocate_instance(type);
}

Raised unwanted_codec(const CodecNames& codec) {
  return raise(types.TypeError, "{} without a string argument",
               codec.encoding != nullptr ? "encoding" : "errors");
}

Status bytearray_init(Value self, const Arguments& arguments) {
  static const Signature signature(
      "bytearray", "($self, source=b'', encoding=<unrepresentable>, errors=<unrepresentable>)");
  Value bound[3];
  TRY(signature.bind(arguments, bound));
  CodecNames codec;
  TRY(codec.take("bytearray", bound[1], bound[2]));
  auto* array = self.as<ByteArray>();
  TRY(bytearray_resize(array, 0));
  const Value source = bound[0];
  const bool has_codec = codec.encoding != nullptr || codec.errors != nullptr;
  if (source.is_null()) {
    if (has_codec) return unwanted_codec(codec);
    return {};
  }
  if (is_str(source)) {
    if (codec.encoding == nullptr) return raise(types.TypeError, "string argument without an encoding");
    const Value encoded = TRY(encode_text(source.as<Str>(), codec.encoding, codec.errors));
    return append_bytes(array, encoded.as<Bytes>()->view());
  }
  if (has_codec) return unwanted_codec(codec);
  const int64_t size = TRY(count_argument(source));
  if (size >= 0) return bytearray_resize(array, static_cast<size_t>(size));
  if (has_buffer(source) || is_exactly(source, types.list) || is_exactly(source, types.tuple) ||
      type_of(source)->slots.iter == nullptr)
    return append_bytes(array, TRY(collect_bytes(source, "bytearray")));
  // An iterator sees the bytes arrive one by one.
  auto iterator = iterate(source);
  if (!iterator.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return raise(types.TypeError, "cannot convert '{}' object to bytearray", type_name(source));
  }
  for (;;) {
    const Value item = TRY(next(iterator.unwrap()));
    if (item.is_stop()) return {};
    const char byte = static_cast<char>(TRY(byte_value(item)));
    TRY(append_bytes(array, std::string_view(&byte, 1)));
  }
}

// ---- methods

Result<Value> method_append(const Value* a) {
  const char byte = static_cast<char>(TRY(byte_value(a[1])));
  TRY(append_bytes(a[0].as<ByteArray>(), std::string_view(&byte, 1)));
  return none();
}

Result<Value> method_extend(const Value* a) {
  const Slots& slots = type_of(a[1])->slots;
  if (!has_buffer(a[1]) && slots.iter == nullptr && slots.item == nullptr && slots.subscript == nullptr)
    return raise(types.TypeError, "can't extend bytearray with {}", type_name(a[1]));
  std::string data;
  if (is_str(a[1])) {
    if (a[1].as<Str>()->length != 0)
      return raise(types.TypeError, "'str' object cannot be interpreted as an integer");
  } else {
    if (!has_buffer(a[1])) TRY(length_hint(a[1], 0));
    data = TRY(collect_bytes(a[1], "bytearray"));
  }
  TRY(append_bytes(a[0].as<ByteArray>(), data));
  return none();
}

Result<Value> method_insert(const Value* a) {
  int64_t index = TRY(to_int64(a[1]));
  const char byte = static_cast<char>(TRY(byte_value(a[2])));
  auto* array = a[0].as<ByteArray>();
  const auto length = static_cast<int64_t>(array->length);
  if (index < 0) index = std::max<int64_t>(index + length, 0);
  const auto at = static_cast<size_t>(std::min(index, length));
  TRY(replace_range(array, at, at, std::string_view(&byte, 1)));
  return none();
}

Result<Value> method_pop(const Value* a) {
  const int64_t index = a[1].is_null() ? -1 : TRY(to_int64_index(a[1]));
  auto* array = a[0].as<ByteArray>();
  if (array->length == 0) return raise(types.IndexError, "pop from empty bytearray");
  const size_t at = TRY(checked_index(array, index, "pop index out of range"));
  const auto byte = static_cast<unsigned char>(data_of(array)[at]);
  TRY(replace_range(array, at, at + 1, {}));
  return make_int(byte);
}

Result<Value> method_remove(const Value* a) {
  const char byte = static_cast<char>(TRY(byte_value(a[1])));
  auto* array = a[0].as<ByteArray>();
  const size_t at = view_of(array).find(byte);
  if (at == std::string_view::npos) return raise(types.ValueError, "value not found in bytearray");
  TRY(replace_range(array, at, at + 1, {}));
  return none();
}

Result<Value> method_reverse(const Value* a) {
  auto* array = a[0].as<ByteArray>();
  std::reverse(data_of(array), data_of(array) + array->length);
  return none();
}

Result<Value> method_clear(const Value* a) {
  TRY(bytearray_resize(a[0].as<ByteArray>(), 0));
  return none();
}

Result<Value> method_copy(const Value* a) {
  return TRY(make_bytearray(view_of(a[0].as<ByteArray>())));
}

Result<Value> method_alloc(const Value* a) {
  const auto* array = a[0].as<ByteArray>();
  return make_int(array->storage == nullptr ? 0 : static_cast<int64_t>(array->storage->length) + 1);
}

Result<Value> method_sizeof(const Value* a) {
  const auto* array = a[0].as<ByteArray>();
  return make_int(56 + (array->storage == nullptr ? 0 : static_cast<int64_t>(array->storage->length) + 1));
}

Result<Value> attributes_of(Value self) {
  return instance_state(self);
}

Result<Value> method_reduce(const Value* a) {
  const Value state = TRY(attributes_of(a[0]));
  const Str* text = make_str_latin1(view_of(a[0].as<ByteArray>()));
  return reduce_to_type(a[0], {text, make_ascii("latin-1")}, state);
}

Result<Value> method_reduce_ex(const Value* a) {
  const int protocol = a[1].is_null() ? 0 : TRY(to_c_int(a[1]));
  if (protocol < 3) return method_reduce(a);
  const Value state = TRY(attributes_of(a[0]));
  const std::string_view data = view_of(a[0].as<ByteArray>());
  if (data.empty()) return reduce_to_type(a[0], {}, state);
  return reduce_to_type(a[0], {make_bytes(data)}, state);
}

constexpr MethodSpec kOwn[] = {
    {"__alloc__", "($self, /)", method_alloc,
     "B.__alloc__() -> int\n\nReturn the number of bytes actually allocated."},
    {"__reduce__", "($self, /)", method_reduce, "Return state information for pickling."},
    {"__reduce_ex__", "($self, proto=0, /)", method_reduce_ex, "Return state information for pickling."},
    {"__sizeof__", "($self, /)", method_sizeof,
     "Returns the size of the bytearray object in memory, in bytes."},
    {"append", "($self, item, /)", method_append, "Append a single item to the end of the bytearray."},
    {"clear", "($self, /)", method_clear, "Remove all items from the bytearray."},
    {"copy", "($self, /)", method_copy, "Return a copy of B."},
    {"extend", "($self, iterable_of_ints, /)", method_extend,
     "Append all the items from the iterator or sequence to the end of the bytearray."},
    {"insert", "($self, index, item, /)", method_insert,
     "Insert a single item into the bytearray before the given index."},
    {"pop", "($self, index=-1, /)", method_pop, "Remove and return a single item from B."},
    {"remove", "($self, value, /)", method_remove,
     "Remove the first occurrence of a value in the bytearray."},
    {"reverse", "($self, /)", method_reverse, "Reverse the order of the values in B in place."},
};

constexpr char kDoc[] =
    "bytearray(iterable_of_ints) -> bytearray\n"
    "bytearray(string, encoding[, errors]) -> bytearray\n"
    "bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\n"
    "bytearray(int) -> bytes array of size given by the parameter initialized with null bytes\n"
    "bytearray() -> empty bytes array\n\n"
    "Construct a mutable bytearray object from:\n"
    "  - an iterable yielding integers in range(256)\n"
    "  - a text string encoded using the specified encoding\n"
    "  - a bytes or a buffer object\n"
    "  - any object implementing the buffer API.\n"
    "  - an integer";

void trace_bytearray(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<ByteArray*>(object)->storage);
}

}  // namespace

void complete_bytearray() {
  static const std::vector<MethodSpec> methods = with_shared_methods(kOwn);
  static TypeSpec spec;
  spec.name = "bytearray";
  spec.kind = Kind::kByteArray;
  spec.basic_size = sizeof(ByteArray);
  spec.flags = kTypeBase | kTypeMatchSelf | kTypeImmutable;
  spec.trace = trace_bytearray;
  spec.methods = methods;
  spec.doc = kDoc;
  spec.slots.repr = bytearray_repr;
  spec.slots.str = bytearray_repr;
  spec.slots.hash = hash_not_implemented;
  spec.slots.richcompare = bytearray_compare;
  spec.slots.iter = bytes_iterate;
  spec.slots.new_ = bytearray_new;
  spec.slots.init = bytearray_init;
  spec.slots.remainder = bytes_remainder;
  spec.slots.length = bytearray_length;
  spec.slots.concat = bytes_like_concat;
  spec.slots.inplace_concat = bytearray_inplace_concat;
  spec.slots.repeat = bytearray_repeat;
  spec.slots.inplace_repeat = bytearray_inplace_repeat;
  spec.slots.item = bytearray_item;
  spec.slots.subscript = bytearray_subscript;
  spec.slots.assign = bytearray_assign;
  spec.slots.contains = bytes_contains;
  spec.slots.get_buffer = bytearray_get_buffer;
  spec.slots.release_buffer = bytearray_release_buffer;
  complete_native_type(types.bytearray, spec);
}

}  // namespace ouro::vm
