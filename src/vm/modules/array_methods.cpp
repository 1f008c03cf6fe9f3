// The methods of array.
#include "vm/builtins/container_util.h"
#include "vm/modules/array.h"
#include "vm/object/argument_errors.h"
#include "vm/object/hooks.h"
#include "vm/object/str_data.h"

namespace ouro::vm::arrays {

namespace {

ArrayObject* self_of(const Value* a) {
  return a[0].as<ArrayObject>();
}

Result<Value> append(const Value* a) {
  TRY(append_value(self_of(a), a[1]));
  return none();
}

Result<Value> extend_method(const Value* a) {
  TRY(extend(self_of(a), a[1]));
  return none();
}

Result<Value> insert(const Value* a) {
  int64_t index = TRY(to_int64(a[1]));
  ArrayObject* array = self_of(a);
  PackedItem packed;
  TRY(pack(array->code, a[2], &packed));
  const auto length = static_cast<int64_t>(array->length);
  if (index < 0) index = std::max<int64_t>(index + length, 0);
  index = std::min(index, length);
  TRY(resize(array, array->length + 1));
  char* at = array->item_at(static_cast<size_t>(index));
  std::memmove(at + array->item_size, at, static_cast<size_t>((length - index) * array->item_size));
  std::memcpy(at, packed.bytes, static_cast<size_t>(packed.size));
  return none();
}

Status remove_at(ArrayObject* array, size_t index) {
  if (array->exports > 0) return raise(types.BufferError, "cannot resize an array that is exporting buffers");
  char* at = array->item_at(index);
  std::memmove(at, at + array->item_size,
               (array->length - index - 1) * static_cast<size_t>(array->item_size));
  return resize(array, array->length - 1);
}

Result<Value> pop(const Value* a) {
  int64_t index = a[1].is_null() ? -1 : TRY(to_int64(a[1]));
  ArrayObject* array = self_of(a);
  if (array->length == 0) return raise(types.IndexError, "pop from empty array");
  if (index < 0) index += static_cast<int64_t>(array->length);
  if (index < 0 || static_cast<uint64_t>(index) >= array->length)
    return raise(types.IndexError, "pop index out of range");
  const Value item = TRY(load(array, static_cast<size_t>(index)));
  TRY(remove_at(array, static_cast<size_t>(index)));
  return item;
}

/// The first index in [start, stop) of an equal item, or -1.
Result<int64_t> find(ArrayObject* array, Value wanted, int64_t start, int64_t stop) {
  for (int64_t i = start; i < stop && static_cast<uint64_t>(i) < array->length; ++i) {
    const Value item = TRY(load(array, static_cast<size_t>(i)));
    if (TRY(is_true(TRY(compare(item, wanted, CompareOp::Equal))))) return i;
  }
  return int64_t{-1};
}

Result<Value> index(const Value* a) {
  ArrayObject* array = self_of(a);
  int64_t start = 0, stop = INT64_MAX;
  TRY(index_bounds(a[2], a[3], array->length, &start, &stop));
  const int64_t found = TRY(find(array, a[1], start, stop));
  if (found < 0) return raise(types.ValueError, "array.index(x): x not in array");
  return make_int(found);
}

Result<Value> remove(const Value* a) {
  ArrayObject* array = self_of(a);
  const int64_t found = TRY(find(array, a[1], 0, INT64_MAX));
  if (found < 0) return raise(types.ValueError, "array.remove(x): x not in array");
  // The comparison may have taken items away.
  if (static_cast<uint64_t>(found) < array->length) TRY(remove_at(array, static_cast<size_t>(found)));
  return none();
}

Result<Value> count(const Value* a) {
  ArrayObject* array = self_of(a);
  int64_t number = 0, at = 0;
  while (true) {
    const int64_t found = TRY(find(array, a[1], at, INT64_MAX));
    if (found < 0) return make_int(number);
    ++number;
    at = found + 1;
  }
}

Result<Value> reverse(const Value* a) {
  ArrayObject* array = self_of(a);
  const auto size = static_cast<size_t>(array->item_size);
  for (size_t i = 0, k = array->length; i + 1 < k; ++i)
    std::swap_ranges(array->item_at(i), array->item_at(i) + size, array->item_at(--k));
  return none();
}

Result<Value> byteswap(const Value* a) {
  ArrayObject* array = self_of(a);
  for (size_t i = 0; i < array->length; ++i) {
    char* at = array->item_at(i);
    std::reverse(at, at + array->item_size);
  }
  return none();
}

Result<Value> copy(const Value* a) {
  return TRY(array_of(self_of(a)->code, self_of(a)->bytes()));
}

Result<Value> buffer_info(const Value* a) {
  const ArrayObject* array = self_of(a);
  return make_tuple(
      {make_int(reinterpret_cast<int64_t>(array->data())), make_int(static_cast<int64_t>(array->length))});
}

Result<Value> tolist(const Value* a) {
  ArrayObject* array = self_of(a);
  List* list = make_list();
  for (size_t i = 0; i < array->length; ++i) {
    TRY(list_append(list, TRY(load(array, i))));
  }
  return list;
}

Result<Value> fromlist(const Value* a) {
  if (!is_list(a[1])) return raise(types.TypeError, "arg must be list");
  ArrayObject* array = self_of(a);
  const List* list = a[1].as<List>();
  const size_t old_length = array->length, count = list->length;
  for (size_t i = 0; i < count; ++i) {
    const Status done = append_value(array, list->items()[i]);
    if (!done.ok()) {
      // Nothing stays of a list that fails in the middle.
      if (array->exports == 0) TRY(resize(array, old_length));
      return Raised{};
    }
    if (list->length != count) return raise(types.RuntimeError, "list changed size during iteration");
  }
  return none();
}

Result<Value> tobytes(const Value* a) {
  return make_bytes(self_of(a)->bytes());
}

Result<Value> frombytes(const Value* a) {
  ArrayObject* array = self_of(a);
  if (!has_buffer(a[1]))
    return raise(types.TypeError, "a bytes-like object is required, not '{}'", type_name(a[1]));
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  if (buffer.view().item_size != 1) return raise(types.TypeError, "a bytes-like object is required");
  if (buffer.size() % static_cast<size_t>(array->item_size) != 0)
    return raise(types.ValueError, "bytes length not a multiple of item size");
  TRY(append_bytes(array, buffer.text()));
  return none();
}

Result<Value> fromfile(const Value* a) {
  const int64_t wanted = TRY(to_int64(a[2]));
  if (wanted < 0) return raise(types.ValueError, "negative count");
  ArrayObject* array = self_of(a);
  int64_t size;
  if (__builtin_mul_overflow(wanted, array->item_size, &size)) return raise_no_memory();
  const Value data = TRY(call_method(a[1], names.read, {make_int(size)}));
  if (!is_bytes(data)) return raise(types.TypeError, "read() didn't return bytes");
  const std::string_view bytes = data.as<Bytes>()->view();
  if (bytes.size() % static_cast<size_t>(array->item_size) != 0)
    return raise(types.ValueError, "bytes length not a multiple of item size");
  TRY(append_bytes(array, bytes));
  if (static_cast<int64_t>(bytes.size()) != size)
    return raise(types.EOFError, "read() didn't return enough bytes");
  return none();
}

Result<Value> tofile(const Value* a) {
  constexpr size_t kBlock = 64 * 1024;
  for (size_t at = 0; at < self_of(a)->bytes().size(); at += kBlock)
    TRY(call_method(a[1], names.write, {make_bytes(self_of(a)->bytes().substr(at, kBlock))}));
  return none();
}

Result<Value> fromunicode(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "fromunicode() argument must be str, not {}", given_name(a[1]));
  ArrayObject* array = self_of(a);
  if (array->code != 'u')
    return raise(types.ValueError, "fromunicode() may only be called on unicode type arrays");
  const Str* text = a[1].as<Str>();
  std::u32string characters;
  for (size_t i = 0; i < text->length; ++i) characters += text->at(i);
  TRY(append_bytes(
      array, std::string_view(reinterpret_cast<const char*>(characters.data()), characters.size() * 4)));
  return none();
}

Result<Value> tounicode(const Value* a) {
  ArrayObject* array = self_of(a);
  if (array->code != 'u')
    return raise(types.ValueError, "tounicode() may only be called on unicode type arrays");
  StrBuilder out;
  for (size_t i = 0; i < array->length; ++i) {
    char32_t c;
    std::memcpy(&c, array->item_at(i), 4);
    if (c > 0x10FFFF)
      return raise(types.ValueError, "character U+{:x} is not in range [U+0000; U+10ffff]",
                   static_cast<uint32_t>(c));
    out.append(c);
  }
  return out.finish();
}

Result<Value> sizeof_method(const Value* a) {
  const ArrayObject* array = self_of(a);
  return make_int(64 + (array->storage == nullptr ? 0 : static_cast<int64_t>(array->storage->length)));
}

constexpr MethodSpec kMethods[] = {
    {"append", "($self, v, /)", append, "Append new value v to the end of the array."},
    {"buffer_info", "($self, /)", buffer_info,
     "Return a tuple (address, length) giving the current memory address and the length in items of the "
     "buffer "
     "used to hold array's contents."},
    {"byteswap", "($self, /)", byteswap, "Byteswap all items of the array."},
    {"__copy__", "($self, /)", copy, "Return a copy of the array."},
    {"__deepcopy__", "($self, unused, /)", copy, "Return a copy of the array."},
    {"count", "($self, v, /)", count, "Return number of occurrences of v in the array."},
    {"extend", "($self, bb, /)", extend_method, "Append items to the end of the array."},
    {"fromfile", "($self, f, n, /)", fromfile,
     "Read n objects from the file object f and append them to the end of the array."},
    {"fromlist", "($self, list, /)", fromlist, "Append items to array from list."},
    {"frombytes", "($self, buffer, /)", frombytes,
     "Appends items from the string, interpreting it as an array of machine values, as if it had been read "
     "from a "
     "file using the fromfile() method."},
    {"fromunicode", "($self, ustr, /)", fromunicode,
     "Extends this array with data from the unicode string ustr."},
    {"index", "($self, v, start=0, stop=sys.maxsize, /)", index,
     "Return index of first occurrence of v in the array."},
    {"insert", "($self, i, v, /)", insert, "Insert a new item v into the array before position i."},
    {"pop", "($self, i=-1, /)", pop, "Return the i-th element and delete it from the array."},
    {"__reduce_ex__", "($self, value, /)", array_reduce_ex, "Return state information for pickling."},
    {"remove", "($self, v, /)", remove, "Remove the first occurrence of v in the array."},
    {"reverse", "($self, /)", reverse, "Reverse the order of the items in the array."},
    {"tofile", "($self, f, /)", tofile, "Write all items (as machine values) to the file object f."},
    {"tolist", "($self, /)", tolist, "Convert array to an ordinary list with the same items."},
    {"tobytes", "($self, /)", tobytes,
     "Convert the array to an array of machine values and return the bytes representation."},
    {"tounicode", "($self, /)", tounicode, "Extends this array with data from the unicode string ustr."},
    {"__sizeof__", "($self, /)", sizeof_method, "Size of the array in memory, in bytes."},
};

/// The numbers of the machine formats in pickles.
int machine_format(char code) {
  switch (code) {
    case 'B':
      return 0;
    case 'b':
      return 1;
    case 'H':
      return 2;
    case 'h':
      return 4;
    case 'I':
      return 6;
    case 'i':
      return 8;
    case 'L':
    case 'Q':
      return 10;
    case 'l':
    case 'q':
      return 12;
    case 'f':
      return 14;
    case 'd':
      return 16;
    default:
      return 20;  // 'u'
  }
}

struct MachineFormat {
  int64_t size;
  bool is_signed, big, is_float;
};

/// What a machine format number below 18 means.
MachineFormat format_of(int number) {
  if (number < 2) return {1, number == 1, false, false};
  if (number < 14) {
    const int place = number - 2;
    return {int64_t{2} << place / 4, (place & 2) != 0, (place & 1) != 0, false};
  }
  return {number < 16 ? 4 : 8, true, (number & 1) != 0, true};
}

/// One item of a foreign format, as a Python number.
Result<Value> load_foreign(const MachineFormat& format, const char* at) {
  char bytes[8] = {};
  std::memcpy(bytes, at, static_cast<size_t>(format.size));
  if (format.big) std::reverse(bytes, bytes + format.size);
  if (format.is_float) return load_item(bytes, format.size == 4 ? 'f' : 'd');
  const char code = format.size == 1 ? 'B' : format.size == 2 ? 'H' : format.size == 4 ? 'I' : 'Q';
  return load_item(bytes, static_cast<char>(format.is_signed ? code + 32 : code));
}

Result<Value> decode_characters(std::string_view data, int number) {
  const char* encoding = number == 18   ? "utf-16-le"
                         : number == 19 ? "utf-16-be"
                         : number == 20 ? "utf-32-le"
                                        : "utf-32-be";
  return call_method(make_bytes(data), names.decode, {make_ascii(encoding)});
}

}  // namespace

std::span<const MethodSpec> array_methods() {
  return kMethods;
}

Result<Value> array_reconstructor(const Value* a) {
  const Value type = a[1], code_value = a[2], items = a[4];
  if (!is_kind(type, Kind::kType))
    return raise(types.TypeError, "first argument must be a type object, not {}", type_name(type));
  if (!is_subtype(type.as<Type>(), array_type))
    return raise(types.TypeError, "{} is not a subtype of {}", type_name(type.as<Type>()),
                 type_name(array_type));
  if (!is_str(code_value) || code_value.as<Str>()->length != 1)
    return raise(types.TypeError, "_array_reconstructor() argument 2 must be a unicode character, not {}",
                 given_name(code_value));
  if (item_size_of(code_value.as<Str>()->at(0)) == 0)
    return raise(types.ValueError, "second argument must be a valid type code");
  const int number = TRY(to_c_int(a[3]));
  if (number < 0 || number > 21)
    return raise(types.ValueError, "third argument must be a valid machine format code.");
  if (!is_bytes(items))
    return raise(types.TypeError, "fourth argument should be bytes, not {}", type_name(items));
  const auto code = static_cast<char>(code_value.as<Str>()->at(0));
  const std::string_view data = items.as<Bytes>()->view();
  if (machine_format(code) == number) return call(type, {code_value, items});
  if (number >= 18) return call(type, {code_value, TRY(decode_characters(data, number))});
  const MachineFormat format = format_of(number);
  if (data.size() % static_cast<size_t>(format.size) != 0)
    return raise(types.ValueError, "bytes length not a multiple of item size");
  List* list = make_list();
  for (size_t at = 0; at < data.size(); at += static_cast<size_t>(format.size))
    TRY(list_append(list, TRY(load_foreign(format, data.data() + at))));
  return call(type, {code_value, list});
}

Result<Value> array_reduce_ex(const Value* a) {
  if (!is_int(a[1])) return raise(types.TypeError, "__reduce_ex__ argument should be an integer");
  const int64_t protocol = TRY(to_int64(a[1]));
  ArrayObject* array = self_of(a);
  Value attributes = TRY(find_attribute(a[0], names.dunder_dict));
  if (attributes.is_null()) attributes = none();
  const Value code = make_char(static_cast<unsigned char>(array->code));
  if (protocol < 3) {
    const Value items = TRY(tolist(a));
    return make_tuple({type_of(array), make_tuple({code, items}), attributes});
  }
  const Value module = TRY(hooks.import_module("array"));
  const Value function = TRY(get_attribute(module, intern("_array_reconstructor")));
  const Value parts =
      make_tuple({type_of(array), code, make_int(machine_format(array->code)), make_bytes(array->bytes())});
  return make_tuple({function, parts, attributes});
}

}  // namespace ouro::vm::arrays
