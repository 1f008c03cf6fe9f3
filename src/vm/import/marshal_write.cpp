// Writing the machine's objects in marshal's format.
//
// From version 3 on an object that occurs more than once is written once and referred to afterwards. CPython
// knows from reference counts which objects may occur again; without counts, every object of a kind that can
// be shared gets a number, so the bytes are as valid but not the same as CPython's (what py_compile and
// compileall write comes from the compiler, whose bytes are).
#include <cstring>
#include <unordered_map>

#include "base/float_text.h"
#include "pyc/byte_buffer.h"
#include "pyc/marshal_codes.h"
#include "vm/import/marshal.h"
#include "vm/object/int_cells.h"

namespace ouro::vm {

namespace {

class Writer {
 public:
  explicit Writer(int version) : version_(version) {}
  Status write(Value value);
  std::string take() const { return std::string(out_.view()); }

 private:
  Status write_object(Value value, uint8_t flag);
  Status write_items(uint8_t code, Value iterable, size_t count, uint8_t flag);
  Status write_dict(Dict* dict, uint8_t flag);
  Status write_set(Set* set, uint8_t flag);
  Status write_code(Code* code, uint8_t flag);
  void write_int(Value integer, uint8_t flag);
  void write_text(Str* text, uint8_t flag);
  void write_float(double number, uint8_t flag, uint8_t code, uint8_t text_code, const double* imaginary);
  Status write_bytes(std::string_view bytes, uint8_t code, uint8_t flag);
  void put_double(double number) {
    uint64_t bits;
    std::memcpy(&bits, &number, 8);
    out_.put_u64(bits);
  }

  int version_;
  int depth_ = 0;
  pyc::ByteBuffer out_;
  std::unordered_map<uint64_t, uint32_t> numbers_;  // of objects written before
};

Raised unmarshallable() {
  return raise(types.ValueError, "unmarshallable object");
}

bool is_singleton(Value value) {
  return is_none(value) || is_bool(value) || value == ellipsis() || value == Value(types.StopIteration);
}

Status Writer::write(Value value) {
  if (++depth_ > pyc::kMaxMarshalDepth) return raise(types.ValueError, "object too deeply nested to marshal");
  TRY(check_recursion());
  uint8_t flag = 0;
  if (version_ >= 3 && !is_singleton(value)) {
    auto [entry, fresh] = numbers_.try_emplace(value.bits(), static_cast<uint32_t>(numbers_.size()));
    if (!fresh) {
      out_.put_tagged(pyc::kCodeReference, entry->second);
      --depth_;
      return {};
    }
    flag = pyc::kReferenceFlag;
  }
  TRY(write_object(value, flag));
  --depth_;
  return {};
}

Status Writer::write_object(Value value, uint8_t flag) {
  Type* type = type_of(value);
  if (is_none(value)) return out_.put_byte(pyc::kCodeNone), Status();
  if (value == make_bool(true)) return out_.put_byte(pyc::kCodeTrue), Status();
  if (value == make_bool(false)) return out_.put_byte(pyc::kCodeFalse), Status();
  if (value == ellipsis()) return out_.put_byte(pyc::kCodeEllipsis), Status();
  if (value == Value(types.StopIteration)) return out_.put_byte(pyc::kCodeStopIteration), Status();
  if (type == types.int_) return write_int(value, flag), Status();
  if (type == types.float_)
    return write_float(float_value(value), flag, pyc::kCodeFloat, pyc::kCodeFloatText, nullptr), Status();
  if (type == types.complex) {
    auto* z = value.as<Complex>();
    return write_float(z->real, flag, pyc::kCodeComplex, pyc::kCodeComplexText, &z->imag), Status();
  }
  if (type == types.str) return write_text(value.as<Str>(), flag), Status();
  if (type == types.bytes) return write_bytes(value.as<Bytes>()->view(), pyc::kCodeBytes, flag);
  if (type == types.tuple) return write_items(pyc::kCodeTuple, value, value.as<Tuple>()->length, flag);
  if (type == types.list) return write_items(pyc::kCodeList, value, value.as<List>()->length, flag);
  if (type == types.dict) return write_dict(value.as<Dict>(), flag);
  if (type == types.set || type == types.frozenset) return write_set(value.as<Set>(), flag);
  if (type == types.code) return write_code(value.as<Code>(), flag);
  if (has_buffer(value)) {
    BufferView view;
    TRY(get_buffer(value, &view));
    Status status = write_bytes({static_cast<const char*>(view.data), static_cast<size_t>(view.length)},
                                pyc::kCodeBytes, flag);
    release_buffer(&view);
    return status;
  }
  return unmarshallable();
}

Status Writer::write_bytes(std::string_view bytes, uint8_t code, uint8_t flag) {
  if (bytes.size() > pyc::kMaxMarshalSize) return unmarshallable();
  out_.put_tagged(code | flag, static_cast<uint32_t>(bytes.size()));
  out_.put(bytes);
  return {};
}

void Writer::write_int(Value integer, uint8_t flag) {
  int64_t number;
  if (int_fits(integer, &number) && number >= INT32_MIN && number <= INT32_MAX) {
    out_.put_tagged(pyc::kCodeInt | flag, static_cast<uint32_t>(number));
    return;
  }
  uint64_t small;
  ouro::IntView view = int_view(integer, &small);
  size_t digits = int_digit15_count(view);
  auto count = static_cast<int32_t>(digits);
  out_.put_tagged(pyc::kCodeLong | flag, static_cast<uint32_t>(view.negative ? -count : count));
  std::string words(digits * 2, '\0');
  int_write_digits15(view, words.data());
  out_.put(words);
}

void Writer::write_float(double number, uint8_t flag, uint8_t code, uint8_t text_code,
                         const double* imaginary) {
  bool binary = version_ > 1;
  out_.put_byte((binary ? code : text_code) | flag);
  for (const double* part : {static_cast<const double*>(&number), imaginary}) {
    if (part == nullptr) continue;
    if (binary) {
      put_double(*part);
    } else {
      std::string text = fmt::format("{:.17g}", *part);
      out_.put_byte(static_cast<uint8_t>(text.size()));
      out_.put(text);
    }
  }
}

void Writer::write_text(Str* text, uint8_t flag) {
  bool interned = text->is_interned();
  if (version_ >= 4 && text->is_ascii()) {
    std::string_view bytes = text->ascii_view();
    if (bytes.size() < 256) {
      out_.put_short((interned ? pyc::kCodeShortAsciiInterned : pyc::kCodeShortAscii) | flag, bytes);
    } else {
      out_.put_tagged((interned ? pyc::kCodeAsciiInterned : pyc::kCodeAscii) | flag,
                      static_cast<uint32_t>(bytes.size()));
      out_.put(bytes);
    }
    return;
  }
  std::string bytes = to_utf8(text);
  out_.put_tagged((interned && version_ >= 3 ? pyc::kCodeInterned : pyc::kCodeUnicode) | flag,
                  static_cast<uint32_t>(bytes.size()));
  out_.put(bytes);
}

Status Writer::write_items(uint8_t code, Value sequence, size_t count, uint8_t flag) {
  if (count > pyc::kMaxMarshalSize) return unmarshallable();
  if (code == pyc::kCodeTuple && version_ >= 4 && count < 256) {
    out_.put_byte(pyc::kCodeSmallTuple | flag);
    out_.put_byte(static_cast<uint8_t>(count));
  } else {
    out_.put_tagged(code | flag, static_cast<uint32_t>(count));
  }
  for (size_t i = 0; i < count; ++i) {
    Value item = is_tuple(sequence) ? sequence.as<Tuple>()->items[i] : sequence.as<List>()->items()[i];
    TRY(write(item));
  }
  return {};
}

Status Writer::write_dict(Dict* dict, uint8_t flag) {
  out_.put_byte(pyc::kCodeDict | flag);
  size_t position = 0;
  Value key, value;
  while (dict_next(dict, &position, &key, &value)) {
    TRY(write(key));
    TRY(write(value));
  }
  out_.put_byte('0');
  return {};
}

/// In the order of the items' own marshal bytes, so that no hash order shows.
Status Writer::write_set(Set* set, uint8_t flag) {
  out_.put_tagged((is_kind(set, Kind::kFrozenSet) ? pyc::kCodeFrozenSet : pyc::kCodeSet) | flag,
                  static_cast<uint32_t>(set->count));
  List* pairs = make_list();
  size_t position = 0;
  Value item;
  while (set_next(set, &position, &item)) {
    std::string bytes = TRY(marshal(item, version_));
    TRY(list_append(pairs, make_tuple({make_bytes(bytes), item})));
  }
  TRY(call_method(pairs, names.sort));
  for (size_t i = 0; i < pairs->length; ++i) TRY(write(pairs->items()[i].as<Tuple>()->items[1]));
  return {};
}

Status Writer::write_code(Code* code, uint8_t flag) {
  TRY(complete(code));
  out_.put_byte(pyc::kCodeCode | flag);
  for (int32_t number : {code->argument_count, code->positional_only_count, code->keyword_only_count,
                         code->stack_size, static_cast<int32_t>(code->code_flags)})
    out_.put_u32(static_cast<uint32_t>(number));
  for (const Object* field : std::initializer_list<const Object*>{
           code_bytes(code, &Code::code), code->consts, code->names, code->locals_plus_names,
           code->locals_plus_kinds, code->filename, code->name, code->qualified_name})
    TRY(write(field));
  out_.put_u32(static_cast<uint32_t>(code->first_line));
  TRY(write(code_bytes(code, &Code::line_table)));
  return write(code_bytes(code, &Code::exception_table));
}

}  // namespace

Result<std::string> marshal(Value value, int version) {
  Writer writer(version);
  TRY(writer.write(value));
  return writer.take();
}

}  // namespace ouro::vm
