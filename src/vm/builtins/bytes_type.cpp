// bytes: the type, and what it shares with bytearray.
#include <algorithm>

#include "base/unicode.h"
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/codecs.h"
#include "vm/builtins/container_util.h"
#include "vm/builtins/format.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm {

namespace {

Result<Value> bytes_repr_slot(Value self) {
  return make_ascii(bytes_repr(self.as<Bytes>()->view()));
}
Result<int64_t> bytes_hash_slot(Value self) {
  return bytes_hash(self.as<Bytes>());
}
Result<int64_t> bytes_length(Value self) {
  return static_cast<int64_t>(self.as<Bytes>()->length);
}

Result<Value> bytes_compare(Value self, Value other, CompareOp op) {
  if (!is_bytes(self) || !is_bytes(other)) return not_implemented();
  const std::string_view a = self.as<Bytes>()->view(), b = other.as<Bytes>()->view();
  return make_bool(compare_views(a, b, op));
}

Result<Value> bytes_repeat(Value self, int64_t count) {
  const std::string_view text = self.as<Bytes>()->view();
  if (count <= 0 || text.empty()) return empty_bytes();
  if (count == 1 && is_exactly(self, types.bytes)) return self;
  if (static_cast<uint64_t>(count) > INT64_MAX / text.size())
    return raise(types.OverflowError, "repeated bytes are too long");
  Bytes* result = TRY(allocate_bytes(text.size() * static_cast<size_t>(count)));
  if (text.size() == 1) {
    std::memset(result->data, text[0], static_cast<size_t>(count));
    return result;
  }
  // What is there already is copied behind itself, twice as much each time.
  const size_t total = text.size() * static_cast<size_t>(count);
  std::memcpy(result->data, text.data(), text.size());
  for (size_t done = text.size(); done < total; done *= 2)
    std::memcpy(result->data + done, result->data, std::min(done, total - done));
  return result;
}

Result<Value> bytes_item(Value self, int64_t index) {
  const auto* bytes = self.as<Bytes>();
  if (index < 0 || static_cast<uint64_t>(index) >= bytes->length)
    return raise(types.IndexError, "index out of range");
  return make_int(bytes->data[index]);
}

Result<Value> bytes_subscript(Value self, Value key) {
  const auto* bytes = self.as<Bytes>();
  if (is_kind(key, Kind::kSlice)) {
    const SliceRange range = TRY(slice_range(key.as<Slice>(), static_cast<int64_t>(bytes->length)));
    if (range.count == static_cast<int64_t>(bytes->length) && range.step == 1 &&
        is_exactly(self, types.bytes))
      return self;
    return make_bytes(sliced(bytes->view(), range));
  }
  if (!is_index_like(key))
    return raise(types.TypeError, "byte indices must be integers or slices, not {}", type_name(key));
  int64_t index = TRY(to_int64_index(key));
  if (index < 0) index += static_cast<int64_t>(bytes->length);
  return bytes_item(self, index);
}

Status bytes_get_buffer(Value self, BufferView* view, int flags) {
  auto* bytes = self.as<Bytes>();
  return fill_buffer(view, self, bytes->data, bytes->length, true, flags);
}

Raised unwanted_codec(const CodecNames& codec) {
  return raise(types.TypeError, "{} without a string argument",
               codec.encoding != nullptr ? "encoding" : "errors");
}

/// The size that bytes(n) asks for; -1: n is no integer.
Result<int64_t> size_argument(Value value) {
  if (!is_index_like(value)) return int64_t{-1};
  Result<Value> integer = to_index(value);
  if (!integer.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return int64_t{-1};
  }
  int64_t size;
  if (!int_fits(integer.unwrap(), &size))
    return raise(types.OverflowError, "cannot fit 'int' into an index-sized integer");
  if (size < 0) return raise(types.ValueError, "negative count");
  return size;
}

Result<Value> bytes_from(Value source, const CodecNames& codec) {
  if (source.is_null()) {
    if (codec.encoding != nullptr || codec.errors != nullptr) return unwanted_codec(codec);
    return empty_bytes();
  }
  if (codec.encoding != nullptr) {
    if (!is_str(source)) return unwanted_codec(codec);
    return encode_text(source.as<Str>(), codec.encoding, codec.errors);
  }
  if (codec.errors != nullptr) {
    if (is_str(source)) return raise(types.TypeError, "string argument without an encoding");
    return unwanted_codec(codec);
  }
  if (is_exactly(source, types.bytes)) return source;
  bool found = false;
  const Value made = TRY(call_special(source, names.dunder_bytes, {}, &found));
  if (found) {
    if (!is_bytes(made))
      return raise(types.TypeError, "__bytes__ returned non-bytes (type {})", type_name(made));
    return made;
  }
  if (is_str(source)) return raise(types.TypeError, "string argument without an encoding");
  const int64_t size = TRY(size_argument(source));
  if (size >= 0) return TRY(allocate_bytes(static_cast<size_t>(size)));
  return make_bytes(TRY(collect_bytes(source, "bytes")));
}

Result<Value> bytes_new(Type* type, const Arguments& arguments) {
  static const Signature signature(
      "bytes", "($type, source=b'', encoding=<unrepresentable>, errors=<unrepresentable>)");
  Value bound[3];
  TRY(signature.bind(arguments, bound));
  CodecNames codec;
  TRY(codec.take("bytes", bound[1], bound[2]));
  const Value made = TRY(bytes_from(bound[0], codec));
  if (type == types.bytes) return made;
  return make_bytes_instance(type, made.as<Bytes>()->view());
}

Result<Value> bytes_sizeof(const Value* a) {
  return make_int(static_cast<int64_t>(33 + a[0].as<Bytes>()->length));
}
Result<Value> bytes_getnewargs(const Value* a) {
  return make_tuple({make_bytes(a[0].as<Bytes>()->view())});
}
Result<Value> bytes_dunder_bytes(const Value* a) {
  if (is_exactly(a[0], types.bytes)) return a[0];
  return make_bytes(a[0].as<Bytes>()->view());
}

constexpr MethodSpec kShared[] = {
    {"capitalize", "($self, /)", bytes_capitalize,
     "B.capitalize() -> copy of B\n\nReturn a copy of B with only its first character capitalized "
     "(ASCII)\nand "
     "the rest lower-cased."},
    {"center", "($self, width, fillchar=b' ', /)", bytes_center, "Return a centered string of length width."},
    {"count", nullptr, nullptr, "B.count(sub[, start[, end]]) -> int", Binding::Instance, bytes_count},
    {"decode", "($self, /, encoding='utf-8', errors='strict')", bytes_decode,
     "Decode the bytes using the codec registered for encoding."},
    {"endswith", nullptr, nullptr, "B.endswith(suffix[, start[, end]]) -> bool", Binding::Instance,
     bytes_endswith},
    {"expandtabs", "($self, /, tabsize=8)", bytes_expandtabs,
     "Return a copy where all tab characters are expanded using spaces."},
    {"find", nullptr, nullptr, "B.find(sub[, start[, end]]) -> int", Binding::Instance, bytes_find},
    {"fromhex", "($type, string, /)", bytes_fromhex,
     "Create a bytes object from a string of hexadecimal numbers.", Binding::Class},
    {"hex", "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", bytes_hex,
     "The bytes as hexadecimal text, with a separator between groups where one is given.\n\n"
     ">>> data = bytes([0, 255, 16])\n"
     ">>> data.hex()\n'00ff10'\n"
     ">>> data.hex('-')\n'00-ff-10'\n"
     ">>> data.hex('-', 2)\n'00-ff10'\n"
     ">>> data.hex('-', -2)\n'00ff-10'\n"},
    {"index", nullptr, nullptr, "B.index(sub[, start[, end]]) -> int", Binding::Instance, bytes_index},
    {"isalnum", "($self, /)", bytes_isalnum, "B.isalnum() -> bool"},
    {"isalpha", "($self, /)", bytes_isalpha, "B.isalpha() -> bool"},
    {"isascii", "($self, /)", bytes_isascii, "B.isascii() -> bool"},
    {"isdigit", "($self, /)", bytes_isdigit, "B.isdigit() -> bool"},
    {"islower", "($self, /)", bytes_islower, "B.islower() -> bool"},
    {"isspace", "($self, /)", bytes_isspace, "B.isspace() -> bool"},
    {"istitle", "($self, /)", bytes_istitle, "B.istitle() -> bool"},
    {"isupper", "($self, /)", bytes_isupper, "B.isupper() -> bool"},
    {"join", "($self, iterable_of_bytes, /)", bytes_join, "Concatenate any number of bytes objects."},
    {"ljust", "($self, width, fillchar=b' ', /)", bytes_ljust,
     "Return a left-justified string of length width."},
    {"lower", "($self, /)", bytes_lower, "B.lower() -> copy of B"},
    {"lstrip", "($self, bytes=None, /)", bytes_lstrip, "Strip leading bytes contained in the argument."},
    {"maketrans", "(frm, to, /)", bytes_maketrans,
     "Return a translation table useable for the bytes or bytearray translate method.", Binding::Static},
    {"partition", "($self, sep, /)", bytes_partition,
     "Partition the bytes into three parts using the given separator."},
    {"removeprefix", "($self, prefix, /)", bytes_removeprefix,
     "Return a bytes object with the given prefix string removed if present."},
    {"removesuffix", "($self, suffix, /)", bytes_removesuffix,
     "Return a bytes object with the given suffix string removed if present."},
    {"replace", "($self, old, new, count=-1, /)", bytes_replace,
     "Return a copy with all occurrences of substring old replaced by new."},
    {"rfind", nullptr, nullptr, "B.rfind(sub[, start[, end]]) -> int", Binding::Instance, bytes_rfind},
    {"rindex", nullptr, nullptr, "B.rindex(sub[, start[, end]]) -> int", Binding::Instance, bytes_rindex},
    {"rjust", "($self, width, fillchar=b' ', /)", bytes_rjust,
     "Return a right-justified string of length width."},
    {"rpartition", "($self, sep, /)", bytes_rpartition,
     "Partition the bytes into three parts using the given separator."},
    {"rsplit", "($self, /, sep=None, maxsplit=-1)", bytes_rsplit,
     "Return a list of the sections in the bytes, using sep as the delimiter."},
    {"rstrip", "($self, bytes=None, /)", bytes_rstrip, "Strip trailing bytes contained in the argument."},
    {"split", "($self, /, sep=None, maxsplit=-1)", bytes_split,
     "Return a list of the sections in the bytes, using sep as the delimiter."},
    {"splitlines", "($self, /, keepends=False)", bytes_splitlines,
     "Return a list of the lines in the bytes, breaking at line boundaries."},
    {"startswith", nullptr, nullptr, "B.startswith(prefix[, start[, end]]) -> bool", Binding::Instance,
     bytes_startswith},
    {"strip", "($self, bytes=None, /)", bytes_strip,
     "Strip leading and trailing bytes contained in the argument."},
    {"swapcase", "($self, /)", bytes_swapcase, "B.swapcase() -> copy of B"},
    {"title", "($self, /)", bytes_title, "B.title() -> copy of B"},
    {"translate", "($self, table, /, delete=b'')", bytes_translate,
     "Return a copy with each character mapped by the given translation table."},
    {"upper", "($self, /)", bytes_upper, "B.upper() -> copy of B"},
    {"zfill", "($self, width, /)", bytes_zfill,
     "Pad a numeric string with zeros on the left, to fill a field of the given width."},
};

constexpr MethodSpec kOwn[] = {
    {"__bytes__", "($self, /)", bytes_dunder_bytes, "Convert this value to exact type bytes."},
    {"__getnewargs__", "($self, /)", bytes_getnewargs},
    {"__sizeof__", "($self, /)", bytes_sizeof, "Size of object in memory, in bytes."},
};

constexpr char kDoc[] =
    "bytes(iterable_of_ints) -> bytes\n"
    "bytes(string, encoding[, errors]) -> bytes\n"
    "bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\n"
    "bytes(int) -> bytes object of size given by the parameter initialized with null bytes\n"
    "bytes() -> empty bytes object\n\n"
    "Construct an immutable array of bytes from:\n"
    "  - an iterable yielding integers in range(256)\n"
    "  - a text string encoded using the specified encoding\n"
    "  - any object implementing the buffer API.\n"
    "  - an integer";

}  // namespace

std::vector<MethodSpec> with_shared_methods(std::span<const MethodSpec> own) {
  std::vector<MethodSpec> all(std::begin(kShared), std::end(kShared));
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

bool compare_views(std::string_view a, std::string_view b, CompareOp op) {
  switch (op) {
    case CompareOp::Equal:
      return a == b;
    case CompareOp::NotEqual:
      return a != b;
    default:
      break;
  }
  const int order = a.compare(b);
  switch (op) {
    case CompareOp::Less:
      return order < 0;
    case CompareOp::LessEqual:
      return order <= 0;
    case CompareOp::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

std::string sliced(std::string_view data, const SliceRange& range) {
  if (range.count <= 0) return {};
  if (range.step == 1)
    return std::string(data.substr(static_cast<size_t>(range.start), static_cast<size_t>(range.count)));
  std::string out(static_cast<size_t>(range.count), '\0');
  int64_t at = range.start;
  for (char& byte : out) {
    byte = data[static_cast<size_t>(at)];
    at += range.step;
  }
  return out;
}

Result<int64_t> count_argument(Value value) {
  return size_argument(value);
}

Result<Value> make_like(Value self, std::string_view data) {
  if (is_bytearray(self)) return TRY(make_bytearray(data));
  if (is_exactly(self, types.bytes) && data.size() == self.as<Bytes>()->length &&
      data.data() == self.as<Bytes>()->view().data())
    return self;
  return make_bytes(data);
}

Result<std::string> collect_bytes(Value source, const char* what) {
  std::string out;
  if (has_buffer(source)) {
    Buffer buffer;
    TRY(buffer.acquire(source, kBufferFullReadOnly));
    return contiguous_copy(buffer.view());
  }
  const Slots& slots = type_of(source)->slots;
  if (is_str(source) || (slots.iter == nullptr && slots.item == nullptr && slots.subscript == nullptr))
    return raise(types.TypeError, "cannot convert '{}' object to {}", type_name(source), what);
  Result<Value> iterator = iterate(source);
  if (!iterator.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return raise(types.TypeError, "cannot convert '{}' object to {}", type_name(source), what);
  }
  const char* message =
      std::strcmp(what, "bytes") == 0 ? "bytes must be in range(0, 256)" : "byte must be in range(0, 256)";
  while (true) {
    const Value item = TRY(next(iterator.unwrap()));
    if (item.is_stop()) return out;
    out += static_cast<char>(TRY(byte_value(item, message)));
  }
}

namespace {

Result<Value> joined(std::string_view a, std::string_view b) {
  Bytes* result = TRY(allocate_bytes(a.size() + b.size()));
  std::copy_n(a.data(), a.size(), result->data);
  std::copy_n(b.data(), b.size(), result->data + a.size());
  return result;
}

}  // namespace

Result<Value> bytes_like_concat(Value left, Value right) {
  if (is_exactly(left, types.bytes) && is_exactly(right, types.bytes)) [[likely]] {
    if (right.as<Bytes>()->length == 0) return left;
    if (left.as<Bytes>()->length == 0) return right;
    return joined(left.as<Bytes>()->view(), right.as<Bytes>()->view());
  }
  if (!has_buffer(left) || !has_buffer(right))
    return raise(types.TypeError, "can't concat {} to {}", type_name(right), type_name(left));
  Buffer a, b;
  TRY(a.acquire(left));
  TRY(b.acquire(right));
  if (is_bytes(left) && b.size() == 0 && is_exactly(left, types.bytes)) return left;
  if (is_bytes(left) && a.size() == 0 && is_exactly(right, types.bytes)) return right;
  if (is_bytes(left)) return joined(a.text(), b.text());
  ByteArray* result = TRY(make_bytearray(a.text()));
  TRY(bytearray_resize(result, a.size() + b.size()));
  if (b.size() != 0) std::memcpy(result->storage->data + result->start + a.size(), b.data(), b.size());
  return result;
}

Result<Value> bytes_remainder(Value left, Value right) {
  if (!is_bytes(left) && !is_bytearray(left)) return not_implemented();
  const std::string format(bytes_of(left));
  return make_like(left, TRY(format_percent_bytes(format, right)));
}

void complete_bytes() {
  static const std::vector<MethodSpec> methods = with_shared_methods(kOwn);
  static TypeSpec spec;
  spec.name = "bytes";
  spec.kind = Kind::kBytes;
  spec.basic_size = sizeof(Bytes);
  spec.flags = kTypeBase | kTypeMatchSelf | kTypeImmutable;
  spec.methods = methods;
  spec.doc = kDoc;
  spec.slots.repr = bytes_repr_slot;
  spec.slots.str = bytes_repr_slot;
  spec.slots.hash = bytes_hash_slot;
  spec.slots.richcompare = bytes_compare;
  spec.slots.iter = bytes_iterate;
  spec.slots.new_ = bytes_new;
  spec.slots.remainder = bytes_remainder;
  spec.slots.length = bytes_length;
  spec.slots.concat = bytes_like_concat;
  spec.slots.repeat = bytes_repeat;
  spec.slots.item = bytes_item;
  spec.slots.subscript = bytes_subscript;
  spec.slots.contains = bytes_contains;
  spec.slots.get_buffer = bytes_get_buffer;
  complete_native_type(types.bytes, spec);
}

}  // namespace ouro::vm
