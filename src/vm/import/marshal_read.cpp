// Reading marshal's format into the machine's objects.
//
// Objects that may be referred to later are kept in a list on the heap, in the order in which they started;
// an object under construction holds its place with null, and a reference to it is an error, as in CPython.
#include <algorithm>
#include <cstring>

#include "base/unicode.h"
#include "pyc/marshal_codes.h"
#include "vm/heap/heap.h"
#include "vm/import/archived_code.h"
#include "vm/import/marshal.h"
#include "vm/object/code_build.h"
#include "vm/object/int_cells.h"
#include "vm/object/number_text.h"

namespace ouro::vm {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view data) : data_(data), references_(make_list()) {}
  /// Of the archive.
  Reader(std::string_view data, const char* late, Str* filename)
      : data_(data), late_(late), filename_(filename), references_(make_list()) {}

  /// Null: the '0' code, which only ends dicts.
  Result<Value> read();
  /// A module of the archive (archived_code.h).
  Result<Value> read_module();
  /// The parts that a code object of the archive lacks.
  Status read_late(CodeFields* to);
  size_t position() const { return position_; }

 private:
  Result<Value> read_code(uint8_t code, bool keep);
  Result<Value> read_tuple(size_t count, bool keep);
  Result<Value> read_list(bool keep);
  Result<Value> read_dict(bool keep);
  Result<Value> read_set(bool frozen, bool keep);
  Result<Value> read_long();
  Result<Value> read_text(size_t size, bool ascii, bool interned);
  Result<Value> read_float_text(double* number);
  Result<Value> read_code_object(bool keep);
  Result<Value> read_archived_code();
  Result<Value> read_reference();
  /// A field of a collection, which cannot be the '0' code.
  Result<Value> read_item(const char* where);

  [[gnu::always_inline]] Result<std::string_view> take(size_t count) {
    if (data_.size() - position_ < count) return raise(types.EOFError, "marshal data too short");
    std::string_view bytes = data_.substr(position_, count);
    position_ += count;
    return bytes;
  }
  [[gnu::always_inline]] Result<uint32_t> take_u32() {
    std::string_view bytes = TRY(take(4));
    uint32_t value;
    std::memcpy(&value, bytes.data(), 4);
    return value;
  }
  /// A count of things that take at least one byte each.
  Result<size_t> take_size(const char* what) {
    uint32_t size = TRY(take_u32());
    if (size > pyc::kMaxMarshalSize)
      return raise(types.ValueError, "bad marshal data ({} size out of range)", what);
    if (size > data_.size() - position_) return raise(types.EOFError, "marshal data too short");
    return size_t{size};
  }
  Result<double> take_double() {
    std::string_view bytes = TRY(take(8));
    double value;
    std::memcpy(&value, bytes.data(), 8);
    return value;
  }

  /// Takes a place for an object that is not complete yet.
  Result<int64_t> reserve(bool keep) {
    if (!keep) return int64_t{-1};
    TRY(list_append(references_, Value()));
    return static_cast<int64_t>(references_->length - 1);
  }
  Value fill(int64_t place, Value value) {
    if (place >= 0) store(references_->storage, references_->items()[place], value);
    return value;
  }
  Result<Value> keep_if(bool keep, Value value) {
    if (keep) TRY(list_append(references_, value));
    return value;
  }

  std::string_view data_;
  const char* late_ = nullptr;  // of the module, in the archive
  Str* filename_ = nullptr;
  size_t position_ = 0;
  int depth_ = 0;
  List* references_;
};

Result<Value> Reader::read() {
  if (position_ >= data_.size()) return raise(types.EOFError, "EOF read where object expected");
  auto code = static_cast<uint8_t>(data_[position_++]);
  bool keep = (code & pyc::kReferenceFlag) != 0;
  if (++depth_ > pyc::kMaxMarshalDepth) return raise(types.ValueError, "recursion limit exceeded");
  TRY(check_recursion());
  Value value = TRY(read_code(code & ~pyc::kReferenceFlag, keep));
  --depth_;
  return value;
}

Result<Value> Reader::read_code(uint8_t code, bool keep) {
  double number;
  switch (code) {
    case '0':
      return Value();
    case pyc::kCodeNone:
      return none();
    case pyc::kCodeTrue:
      return make_bool(true);
    case pyc::kCodeFalse:
      return make_bool(false);
    case pyc::kCodeEllipsis:
      return ellipsis();
    case pyc::kCodeStopIteration:
      return Value(types.StopIteration);
    case pyc::kCodeInt:
      return keep_if(keep, make_int(static_cast<int32_t>(TRY(take_u32()))));
    case pyc::kCodeInt64: {
      std::string_view bytes = TRY(take(8));
      return keep_if(keep, TRY(int_from_bytes(bytes, true, true)));
    }
    case pyc::kCodeLong:
      return keep_if(keep, TRY(read_long()));
    case pyc::kCodeFloat:
      return keep_if(keep, make_float(TRY(take_double())));
    case pyc::kCodeFloatText: {
      TRY(read_float_text(&number));
      return keep_if(keep, make_float(number));
    }
    case pyc::kCodeComplex: {
      number = TRY(take_double());
      return keep_if(keep, make_complex(number, TRY(take_double())));
    }
    case pyc::kCodeComplexText: {
      double imaginary;
      TRY(read_float_text(&number));
      TRY(read_float_text(&imaginary));
      return keep_if(keep, make_complex(number, imaginary));
    }
    case pyc::kCodeBytes:
      return keep_if(keep, make_bytes(TRY(take(TRY(take_size("bytes object"))))));
    case pyc::kCodeShortAscii:
    case pyc::kCodeShortAsciiInterned: {
      auto size = static_cast<uint8_t>(TRY(take(1))[0]);
      return keep_if(keep, TRY(read_text(size, true, code == pyc::kCodeShortAsciiInterned)));
    }
    case pyc::kCodeAscii:
    case pyc::kCodeAsciiInterned:
      return keep_if(keep, TRY(read_text(TRY(take_size("string")), true, code == pyc::kCodeAsciiInterned)));
    case pyc::kCodeUnicode:
    case pyc::kCodeInterned:
      return keep_if(keep, TRY(read_text(TRY(take_size("string")), false, code == pyc::kCodeInterned)));
    case pyc::kCodeSmallTuple:
      return read_tuple(static_cast<uint8_t>(TRY(take(1))[0]), keep);
    case pyc::kCodeTuple:
      return read_tuple(TRY(take_size("tuple")), keep);
    case pyc::kCodeList:
      return read_list(keep);
    case pyc::kCodeDict:
      return read_dict(keep);
    case pyc::kCodeSet:
      return read_set(false, keep);
    case pyc::kCodeFrozenSet:
      return read_set(true, keep);
    case pyc::kCodeCode:
      return read_code_object(keep);
    case pyc::kCodeReference:
      return read_reference();
    case kArchivedCode:
      if (late_ != nullptr) return read_archived_code();
      [[fallthrough]];
    default:
      return raise(types.ValueError, "bad marshal data (unknown type code)");
  }
}

Result<Value> Reader::read_item(const char* where) {
  Value item = TRY(read());
  if (item.is_null()) return raise(types.TypeError, "NULL object in marshal data for {}", where);
  return item;
}

Result<Value> Reader::read_tuple(size_t count, bool keep) {
  if (count > data_.size() - position_) return raise(types.EOFError, "marshal data too short");
  if (count == 0) return keep_if(keep, empty_tuple());
  int64_t place = TRY(reserve(keep));
  Tuple* tuple = TRY(allocate_tuple(count));
  // What is inside may refer to the tuple, and use it before it is complete.
  if (keep) std::fill_n(tuple->items, count, none());
  fill(place, tuple);
  for (size_t i = 0; i < count; ++i) {
    Value item = TRY(read_item("tuple"));
    store(tuple, tuple->items[i], item);
  }
  return tuple;
}

Result<Value> Reader::read_list(bool keep) {
  size_t count = TRY(take_size("list"));
  List* list = TRY(make_list_reserved(count));
  TRY(keep_if(keep, list));
  for (size_t i = 0; i < count; ++i) TRY(list_append(list, TRY(read_item("list"))));
  return list;
}

Result<Value> Reader::read_dict(bool keep) {
  Dict* dict = make_dict();
  TRY(keep_if(keep, dict));
  for (;;) {
    Value key = TRY(read());
    if (key.is_null()) return dict;
    Value value = TRY(read());
    if (value.is_null()) return dict;
    TRY(dict_set(dict, key, value));
  }
}

Result<Value> Reader::read_set(bool frozen, bool keep) {
  size_t count = TRY(take_size("set"));
  if (frozen) {
    int64_t place = TRY(reserve(keep));
    List* items = make_list();
    for (size_t i = 0; i < count; ++i) TRY(list_append(items, TRY(read_item("set"))));
    return fill(place, TRY(make_frozenset(items)));
  }
  Set* set = make_set();
  TRY(keep_if(keep, set));
  for (size_t i = 0; i < count; ++i) TRY(set_add(set, TRY(read_item("set"))));
  return set;
}

Result<Value> Reader::read_long() {
  auto count = static_cast<int32_t>(TRY(take_u32()));
  if (count == INT32_MIN) return raise(types.ValueError, "bad marshal data (long size out of range)");
  bool negative = count < 0;
  auto digits = static_cast<size_t>(negative ? -count : count);
  if (digits == 0) return Value::from_small(0);
  std::string_view bytes = TRY(take(digits * 2));
  Int* number = TRY(allocate_int((digits * pyc::kMarshalDigitBits + 63) / 64));
  for (size_t i = 0; i < digits; ++i) {
    auto digit = static_cast<uint64_t>(static_cast<uint8_t>(bytes[2 * i]) |
                                       static_cast<uint8_t>(bytes[2 * i + 1]) << 8);
    if (digit > 0x7FFF) return raise(types.ValueError, "bad marshal data (digit out of range in long)");
    if (digit == 0 && i == digits - 1)
      return raise(types.ValueError, "bad marshal data (unnormalized long data)");
    size_t bit = i * pyc::kMarshalDigitBits;
    number->limbs[bit / 64] |= digit << (bit % 64);
    if (bit % 64 > 64 - pyc::kMarshalDigitBits && bit / 64 + 1 < number->limb_count)
      number->limbs[bit / 64 + 1] |= digit >> (64 - bit % 64);
  }
  return finish_int(number, negative);
}

/// UTF-8 in which surrogates may stand, as marshal writes it.
Result<Str*> decode_marshalled_text(std::string_view bytes) {
  for (size_t start = 0; start < bytes.size();) {
    auto error = find_utf8_error(bytes.substr(start));
    if (!error) break;
    size_t at = start + error->start;
    auto byte = [&](size_t i) { return at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : 0; };
    bool surrogate =
        byte(0) == 0xED && byte(1) >= 0xA0 && byte(1) <= 0xBF && byte(2) >= 0x80 && byte(2) <= 0xBF;
    if (!surrogate)
      return raise_with(types.UnicodeDecodeError,
                        {make_str("utf-8"), make_bytes(bytes), make_int(static_cast<int64_t>(at)),
                         make_int(static_cast<int64_t>(start + error->end)), make_str(error->reason)});
    start = at + 3;
  }
  return make_str(bytes);
}

Result<Value> Reader::read_text(size_t size, bool ascii, bool interned) {
  std::string_view bytes = TRY(take(size));
  if (ascii) {  // or so it says: any bytes may stand there
    Str* text = make_str_latin1(bytes);
    return interned ? intern(text) : text;
  }
  Str* text = TRY(decode_marshalled_text(bytes));
  return interned ? intern(text) : text;
}

Result<Value> Reader::read_float_text(double* number) {
  auto size = static_cast<uint8_t>(TRY(take(1))[0]);
  std::string_view text = TRY(take(size));
  if (!parse_plain_float(text, number))
    return raise(types.ValueError, "could not convert string to float: {}", repr_text(make_bytes(text)));
  return none();
}

/// What is read late is not touched: where its parts are is told by their sizes.
Result<Value> Reader::read_archived_code() {
  CodeFields f;
  for (int32_t* number : {&f.argument_count, &f.positional_only_count, &f.keyword_only_count, &f.stack_size})
    *number = static_cast<int32_t>(TRY(take_u32()));
  f.flags = TRY(take_u32());
  f.first_line = static_cast<int32_t>(TRY(take_u32()));
  f.filename = filename_;
  for (Value* text : {&f.name, &f.qualified_name}) {
    *text = TRY(read_item("code object"));
    if (!is_str(*text)) return raise(types.TypeError, "code: str expected, not {}", type_name(*text));
  }
  const char* late = late_ + static_cast<int32_t>(TRY(take_u32()));
  const char* at = late + kLateTextAt + TRY(take_u32());
  for (Value* bytes : {&f.code, &f.line_table, &f.exception_table}) {
    *bytes = Value::from_small(static_cast<int64_t>(reinterpret_cast<uintptr_t>(at)));
    at += sizeof(uint32_t) + TRY(take_u32());
  }
  Code* code = make_archived_code(f, late);
  code->lifted_form = at;
  return code;
}

Result<Value> Reader::read_module() {
  const Value name = TRY(read_item("code object"));
  if (!is_str(name)) return raise(types.TypeError, "code: str expected, not {}", type_name(name));
  filename_ = name.as<Str>();
  late_ += TRY(take_u32());
  return read_item("code object");
}

Status Reader::read_late(CodeFields* to) {
  for (Value* part : {&to->consts, &to->names, &to->locals_plus_names, &to->locals_plus_kinds})
    *part = TRY(read_item("code object"));
  if (is_bytes(to->locals_plus_kinds)) return {};
  return raise(types.TypeError, "code: bytes expected, not {}", type_name(to->locals_plus_kinds));
}

Result<Value> Reader::read_code_object(bool keep) {
  int64_t place = TRY(reserve(keep));
  CodeFields f;
  f.argument_count = static_cast<int32_t>(TRY(take_u32()));
  f.positional_only_count = static_cast<int32_t>(TRY(take_u32()));
  f.keyword_only_count = static_cast<int32_t>(TRY(take_u32()));
  f.stack_size = static_cast<int32_t>(TRY(take_u32()));
  f.flags = TRY(take_u32());
  f.code = TRY(read_item("code object"));
  for (Value* field : {&f.consts, &f.names, &f.locals_plus_names, &f.locals_plus_kinds, &f.filename, &f.name,
                       &f.qualified_name})
    *field = TRY(read_item("code object"));
  f.first_line = static_cast<int32_t>(TRY(take_u32()));
  f.line_table = TRY(read_item("code object"));
  f.exception_table = TRY(read_item("code object"));
  return fill(place, TRY(make_code(f)));
}

Result<Value> Reader::read_reference() {
  uint32_t place = TRY(take_u32());
  if (place >= references_->length || references_->items()[place].is_null())
    return raise(types.ValueError, "bad marshal data (invalid reference)");
  return references_->items()[place];
}

Status read_from_archive(const Code* code, CodeFields* to) {
  int32_t place;
  std::memcpy(&place, code->late, sizeof place);
  return Reader(late_text(code), code->late - place, code->filename).read_late(to);
}

}  // namespace

Result<Value> unmarshal_archived(std::string_view data, std::string_view late) {
  late_parts_reader = read_from_archive;
  return Reader(data, late.data(), nullptr).read_module();
}

Result<Value> unmarshal(std::string_view data, size_t* used) {
  Reader reader(data);
  Value value = TRY(reader.read());
  if (value.is_null()) return raise(types.TypeError, "NULL object in marshal data for object");
  if (used != nullptr) *used = reader.position();
  return value;
}

}  // namespace ouro::vm
