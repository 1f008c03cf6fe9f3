// str: the type.
#include <unistd.h>

#include "vm/builtins/codecs.h"
#include "vm/builtins/str_methods.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm {

namespace {

Result<Value> str_repr_slot(Value self) {
  return str_repr(self.as<Str>());
}
Result<Value> str_str_slot(Value self) {
  return exact_str(self.as<Str>());
}
Result<int64_t> str_hash_slot(Value self) {
  return str_hash(self.as<Str>());
}
Result<int64_t> str_length(Value self) {
  return static_cast<int64_t>(self.as<Str>()->length);
}

Result<Value> str_compare(Value self, Value other, CompareOp op) {
  if (!is_str(self) || !is_str(other)) return not_implemented();
  const Str *a = self.as<Str>(), *b = other.as<Str>();
  switch (op) {
    case CompareOp::Equal:
      return make_bool(equals(a, b));
    case CompareOp::NotEqual:
      return make_bool(!equals(a, b));
    case CompareOp::Less:
      return make_bool(compare(a, b) < 0);
    case CompareOp::LessEqual:
      return make_bool(compare(a, b) <= 0);
    case CompareOp::Greater:
      return make_bool(compare(a, b) > 0);
    case CompareOp::GreaterEqual:
      return make_bool(compare(a, b) >= 0);
  }
  return not_implemented();
}

Result<Value> str_concat(Value left, Value right) {
  if (!is_str(right))
    return raise(types.TypeError, "can only concatenate str (not \"{}\") to str", type_name(right));
  return concat(left.as<Str>(), right.as<Str>());
}

Result<Value> str_repeat(Value self, int64_t count) {
  Str* text = self.as<Str>();
  if (count <= 0 || text->length == 0) return empty_str();
  if (count == 1) return exact_str(text);
  if (static_cast<uint64_t>(count) > INT64_MAX / text->length)
    return raise(types.OverflowError, "repeated string is too long");
  const size_t length = text->length * static_cast<size_t>(count);
  Str* result = TRY(allocate_str(length, max_char_bound(text)));
  auto* out = static_cast<char*>(writable_data(result));
  const size_t piece = text->length * text->width(), total = length * text->width();
  if (piece == 1) {
    std::memset(out, *static_cast<const char*>(text->data_), total);
    return result;
  }
  std::memcpy(out, text->data_, piece);
  for (size_t done = piece; done < total; done *= 2)
    std::memcpy(out + done, out, std::min(done, total - done));
  return result;
}

Result<Value> str_item(Value self, int64_t index) {
  const Str* text = self.as<Str>();
  if (index < 0 || static_cast<uint64_t>(index) >= text->length)
    return raise(types.IndexError, "string index out of range");
  return make_char(text->at(static_cast<size_t>(index)));
}

Result<Value> str_slice(Str* text, Slice* slice) {
  const SliceRange range = TRY(slice_range(slice, static_cast<int64_t>(text->length)));
  if (range.count <= 0) return empty_str();
  if (range.step == 1)
    return substring(text, static_cast<size_t>(range.start), static_cast<size_t>(range.start + range.count));
  StrBuilder out;
  int64_t at = range.start;
  for (int64_t i = 0; i < range.count; ++i, at += range.step) out.append(text->at(static_cast<size_t>(at)));
  return out.finish();
}

Result<Value> str_subscript(Value self, Value key) {
  Str* text = self.as<Str>();
  if (is_kind(key, Kind::kSlice)) return str_slice(text, key.as<Slice>());
  if (!key.is_small_int() && type_of(key)->slots.index == nullptr)
    return raise(types.TypeError, "string indices must be integers, not '{}'", type_name(key));
  int64_t index = TRY(to_int64_index(key));
  if (index < 0) index += static_cast<int64_t>(text->length);
  return str_item(self, index);
}

Result<Value> decode_argument(Value object, const char* encoding, const char* errors) {
  if (is_bytes(object)) return decode_text(object.as<Bytes>()->view(), object, encoding, errors);
  if (is_str(object)) return raise(types.TypeError, "decoding str is not supported");
  if (!has_buffer(object))
    return raise(types.TypeError, "decoding to str: need a bytes-like object, {} found", type_name(object));
  Buffer buffer;
  TRY(buffer.acquire(object));
  return decode_text(buffer.text(), Value(), encoding, errors);
}

Result<Value> str_value(const Arguments& arguments) {
  static const Signature signature("str", "($type, object='', encoding='utf-8', errors='strict')");
  Value bound[3];
  if (arguments.positional == 1 && arguments.keyword_count() == 0) {
    bound[0] = arguments[0];
  } else {
    TRY(signature.bind(arguments, bound));
  }
  if (bound[0].is_null()) return empty_str();
  if (bound[1].is_null() && bound[2].is_null()) return to_str(bound[0]);
  CodecNames codec;
  TRY(codec.take("str", bound[1], bound[2]));
  return decode_argument(bound[0], codec.encoding, codec.errors);
}

Result<Value> str_new(Type* type, const Arguments& arguments) {
  const Value text = TRY(str_value(arguments));
  if (type == types.str) return text;
  return make_str_instance(type, text.as<Str>());
}

constexpr MethodSpec kMethods[] = {
    {"encode", "($self, /, encoding='utf-8', errors='strict')", str_encode,
     "Encode the string using the codec registered for encoding.\n\n  encoding\n    The encoding in which to "
     "encode the string.\n  errors\n    The error handling scheme for encoding errors."},
    {"replace", "($self, old, new, count=-1, /)", str_replace,
     "Return a copy with all occurrences of substring old replaced by new."},
    {"split", "($self, /, sep=None, maxsplit=-1)", str_split,
     "Return a list of the substrings in the string, using sep as the separator string."},
    {"rsplit", "($self, /, sep=None, maxsplit=-1)", str_rsplit,
     "Return a list of the substrings in the string, using sep as the separator string."},
    {"join", "($self, iterable, /)", str_join, "Concatenate any number of strings."},
    {"capitalize", "($self, /)", str_capitalize, "Return a capitalized version of the string."},
    {"casefold", "($self, /)", str_casefold,
     "Return a version of the string suitable for caseless comparisons."},
    {"title", "($self, /)", str_title, "Return a version of the string where each word is titlecased."},
    {"center", "($self, width, fillchar=' ', /)", str_center, "Return a centered string of length width."},
    {"count", nullptr, nullptr, "S.count(sub[, start[, end]]) -> int", Binding::Instance, str_count},
    {"expandtabs", "($self, /, tabsize=8)", str_expandtabs,
     "Return a copy where all tab characters are expanded using spaces."},
    {"find", nullptr, nullptr, "S.find(sub[, start[, end]]) -> int", Binding::Instance, str_find},
    {"partition", "($self, sep, /)", str_partition,
     "Partition the string into three parts using the given separator."},
    {"index", nullptr, nullptr, "S.index(sub[, start[, end]]) -> int", Binding::Instance, str_index},
    {"ljust", "($self, width, fillchar=' ', /)", str_ljust,
     "Return a left-justified string of length width."},
    {"lower", "($self, /)", str_lower, "Return a copy of the string converted to lowercase."},
    {"lstrip", "($self, chars=None, /)", str_lstrip,
     "Return a copy of the string with leading whitespace removed."},
    {"rfind", nullptr, nullptr, "S.rfind(sub[, start[, end]]) -> int", Binding::Instance, str_rfind},
    {"rindex", nullptr, nullptr, "S.rindex(sub[, start[, end]]) -> int", Binding::Instance, str_rindex},
    {"rjust", "($self, width, fillchar=' ', /)", str_rjust,
     "Return a right-justified string of length width."},
    {"rstrip", "($self, chars=None, /)", str_rstrip,
     "Return a copy of the string with trailing whitespace removed."},
    {"rpartition", "($self, sep, /)", str_rpartition,
     "Partition the string into three parts using the given separator."},
    {"splitlines", "($self, /, keepends=False)", str_splitlines,
     "Return a list of the lines in the string, breaking at line boundaries."},
    {"strip", "($self, chars=None, /)", str_strip,
     "Return a copy of the string with leading and trailing whitespace removed."},
    {"swapcase", "($self, /)", str_swapcase,
     "Convert uppercase characters to lowercase and lowercase characters to uppercase."},
    {"translate", "($self, table, /)", str_translate,
     "Replace each character in the string using the given translation table."},
    {"upper", "($self, /)", str_upper, "Return a copy of the string converted to uppercase."},
    {"startswith", nullptr, nullptr, "S.startswith(prefix[, start[, end]]) -> bool", Binding::Instance,
     str_startswith},
    {"endswith", nullptr, nullptr, "S.endswith(suffix[, start[, end]]) -> bool", Binding::Instance,
     str_endswith},
    {"removeprefix", "($self, prefix, /)", str_removeprefix,
     "Return a str with the given prefix string removed if present."},
    {"removesuffix", "($self, suffix, /)", str_removesuffix,
     "Return a str with the given suffix string removed if present."},
    {"isascii", "($self, /)", str_isascii,
     "Return True if all characters in the string are ASCII, False otherwise."},
    {"islower", "($self, /)", str_islower,
     "Return True if the string is a lowercase string, False otherwise."},
    {"isupper", "($self, /)", str_isupper,
     "Return True if the string is an uppercase string, False otherwise."},
    {"istitle", "($self, /)", str_istitle,
     "Return True if the string is a title-cased string, False otherwise."},
    {"isspace", "($self, /)", str_isspace,
     "Return True if the string is a whitespace string, False otherwise."},
    {"isdecimal", "($self, /)", str_isdecimal,
     "Return True if the string is a decimal string, False otherwise."},
    {"isdigit", "($self, /)", str_isdigit, "Return True if the string is a digit string, False otherwise."},
    {"isnumeric", "($self, /)", str_isnumeric,
     "Return True if the string is a numeric string, False otherwise."},
    {"isalpha", "($self, /)", str_isalpha,
     "Return True if the string is an alphabetic string, False otherwise."},
    {"isalnum", "($self, /)", str_isalnum,
     "Return True if the string is an alpha-numeric string, False otherwise."},
    {"isidentifier", "($self, /)", str_isidentifier,
     "Return True if the string is a valid Python identifier, False otherwise."},
    {"isprintable", "($self, /)", str_isprintable,
     "Return True if the string is printable, False otherwise."},
    {"zfill", "($self, width, /)", str_zfill,
     "Pad a numeric string with zeros on the left, to fill a field of the given width."},
    {"format", nullptr, nullptr, "S.format(*args, **kwargs) -> str", Binding::Instance, str_format},
    {"format_map", "($self, mapping, /)", str_format_map, "S.format_map(mapping) -> str"},
    {"__format__", "($self, format_spec, /)", str_format_dunder,
     "Return a formatted version of the string as described by format_spec."},
    {"maketrans", "(x, y=<unrepresentable>, z=<unrepresentable>, /)", str_maketrans,
     "Return a translation table usable for str.translate().", Binding::Static},
    {"__sizeof__", "($self, /)", str_sizeof, "Return the size of the string in memory, in bytes."},
    {"__getnewargs__", "($self, /)", str_getnewargs},
};

TypeSpec str_spec() {
  TypeSpec spec;
  spec.name = "str";
  spec.kind = Kind::kStr;
  spec.basic_size = sizeof(Str);
  spec.flags = kTypeBase | kTypeSubclassStr | kTypeMatchSelf | kTypeImmutable;
  spec.trace = trace_str;
  spec.methods = kMethods;
  spec.doc =
      "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\n"
      "Create a new string object from the given object. If encoding or\n"
      "errors is specified, then the object must expose a data buffer\n"
      "that will be decoded using the given encoding and error handler.\n"
      "Otherwise, returns the result of object.__str__() (if defined)\n"
      "or repr(object).\n"
      "encoding defaults to sys.getdefaultencoding().\n"
      "errors defaults to 'strict'.";
  spec.slots.repr = str_repr_slot;
  spec.slots.str = str_str_slot;
  spec.slots.hash = str_hash_slot;
  spec.slots.richcompare = str_compare;
  spec.slots.iter = str_iter;
  spec.slots.new_ = str_new;
  spec.slots.remainder = str_remainder;
  spec.slots.length = str_length;
  spec.slots.concat = str_concat;
  spec.slots.repeat = str_repeat;
  spec.slots.item = str_item;
  spec.slots.subscript = str_subscript;
  spec.slots.contains = str_contains;
  return spec;
}

}  // namespace

Result<Value> str_encode(const Value* a) {
  CodecNames codec;
  TRY(codec.take("encode", a[1], a[2]));
  return encode_text(a[0].as<Str>(), codec.encoding, codec.errors);
}

/// As CPython's layout has it: programs compare and sum these numbers.
Result<Value> str_sizeof(const Value* a) {
  const Str* text = a[0].as<Str>();
  const size_t header = text->is_ascii() ? 48 : 72;
  return make_int(static_cast<int64_t>(header + (text->length + 1) * text->width()));
}

Result<Value> str_getnewargs(const Value* a) {
  const Str* text = a[0].as<Str>();
  return make_tuple(
      {make_str_of(text->data_, text->width(), text->length)});  // a copy, never the text itself
}

void complete_str() {
  static const TypeSpec spec = str_spec();
  complete_native_type(types.str, spec);
  complete_str_iterators();
}

}  // namespace ouro::vm
