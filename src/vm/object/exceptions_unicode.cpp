// UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError.
#include "vm/object/argument_errors.h"
#include "vm/object/exception_support.h"

namespace ouro::vm {

namespace {

UnicodeErrorObject* self_of(Value self) {
  return self.as<UnicodeErrorObject>();
}

Raised wrong_argument(int position, const char* wanted, Value given) {
  return raise(types.TypeError, "argument {} must be {}, not {}", position, wanted, given_name(given));
}

Status expect_count(const Arguments& arguments, size_t count) {
  if (arguments.positional == count) return {};
  return raise(types.TypeError, "function takes exactly {} arguments ({} given)", count,
               arguments.positional);
}

/// start, end, reason from `at` on; positions in messages count from 1.
Status read_range(UnicodeErrorObject* error, const Arguments& arguments, size_t at) {
  error->start = TRY(to_int64(arguments[at]));
  error->end = TRY(to_int64(arguments[at + 1]));
  Value reason = arguments[at + 2];
  if (!is_str(reason)) return wrong_argument(static_cast<int>(at) + 3, "str", reason);
  store(error, error->reason, reason);
  return {};
}

Result<Value> as_bytes(Value value) {
  if (is_bytes(value)) return value;
  BufferView view;
  TRY(get_buffer(value, &view));
  Value copy = make_bytes({static_cast<const char*>(view.data), static_cast<size_t>(view.length)});
  release_buffer(&view);
  return copy;
}

Status encode_init(Value self, const Arguments& arguments) {
  TRY(exception_init(self, arguments));
  TRY(expect_count(arguments, 5));
  UnicodeErrorObject* error = self_of(self);
  if (!is_str(arguments[0])) return wrong_argument(1, "str", arguments[0]);
  if (!is_str(arguments[1])) return wrong_argument(2, "str", arguments[1]);
  error->encoding = arguments[0];
  error->object = arguments[1];
  return read_range(error, arguments, 2);
}

Status decode_init(Value self, const Arguments& arguments) {
  TRY(exception_init(self, arguments));
  TRY(expect_count(arguments, 5));
  UnicodeErrorObject* error = self_of(self);
  if (!is_str(arguments[0])) return wrong_argument(1, "str", arguments[0]);
  error->encoding = arguments[0];
  Value object = TRY(as_bytes(arguments[1]));
  store(error, error->object, object);
  return read_range(error, arguments, 2);
}

Status translate_init(Value self, const Arguments& arguments) {
  TRY(exception_init(self, arguments));
  TRY(expect_count(arguments, 4));
  UnicodeErrorObject* error = self_of(self);
  if (!is_str(arguments[0])) return wrong_argument(1, "str", arguments[0]);
  error->object = arguments[0];
  return read_range(error, arguments, 1);
}

std::string escaped(char32_t c) {
  if (c < 0x100) return fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
  if (c < 0x10000) return fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
  return fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
}

Result<Value> finish(StrBuilder& text, const UnicodeErrorObject* error) {
  text.append_ascii(": ");
  text.append(TRY(to_str(error->reason)));
  return text.finish();
}

Result<Value> encode_or_translate_str(Value self, bool translate) {
  UnicodeErrorObject* error = self_of(self);
  if (error->object.is_null() || !is_str(error->object)) return names.empty;
  auto* object = error->object.as<Str>();
  const int64_t start = error->start, end = error->end;
  StrBuilder text;
  if (translate) {
    text.append_ascii("can't translate character");
  } else {
    text.append_ascii("'");
    text.append(TRY(to_str(error->encoding)));
    text.append_ascii("' codec can't encode character");
  }
  if (start >= 0 && static_cast<uint64_t>(start) < object->length && end == start + 1) {
    text.append_ascii(fmt::format(" '{}' in position {}", escaped(object->at(start)), start));
  } else {
    text.append_ascii(fmt::format("s in position {}-{}", start, end - 1));
  }
  return finish(text, error);
}

Result<Value> decode_str(Value self) {
  UnicodeErrorObject* error = self_of(self);
  if (error->object.is_null() || !is_bytes(error->object)) return names.empty;
  auto* object = error->object.as<Bytes>();
  StrBuilder text;
  text.append_ascii("'");
  text.append(TRY(to_str(error->encoding)));
  text.append_ascii("' codec can't decode byte");
  const int64_t start = error->start, end = error->end;
  if (start >= 0 && static_cast<uint64_t>(start) < object->length && end == start + 1) {
    text.append_ascii(fmt::format(" 0x{:02x} in position {}", object->data[start], start));
  } else {
    text.append_ascii(fmt::format("s in position {}-{}", start, end - 1));
  }
  return finish(text, error);
}

template <int64_t UnicodeErrorObject::* field>
Result<Value> get_number(Value self) {
  return make_int(self_of(self)->*field);
}
template <int64_t UnicodeErrorObject::* field>
Status set_number(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "can't delete numeric/char attribute");
  self_of(self)->*field = TRY(to_int64(value));
  return {};
}

void trace_unicode_error(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  using E = UnicodeErrorObject;
  trace_members<&E::encoding, &E::object, &E::reason>(object, tracer);
}

constexpr GetSetSpec kGetSets[] = {
    {"start", get_number<&UnicodeErrorObject::start>, set_number<&UnicodeErrorObject::start>,
     "exception start"},
    {"end", get_number<&UnicodeErrorObject::end>, set_number<&UnicodeErrorObject::end>, "exception end"},
};
constexpr MemberSpec kMembers[] = {
    {"encoding", offsetof(UnicodeErrorObject, encoding), true, false, "exception encoding"},
    {"object", offsetof(UnicodeErrorObject, object), true, false, "exception object"},
    {"reason", offsetof(UnicodeErrorObject, reason), true, false, "exception reason"},
};

TypeSpec unicode_spec(const char* name, const char* doc) {
  return {.name = name,
          .basic_size = sizeof(UnicodeErrorObject),
          .trace = trace_unicode_error,
          .getsets = kGetSets,
          .members = kMembers,
          .doc = doc};
}

}  // namespace

void complete_unicode_errors() {
  static TypeSpec encode = unicode_spec("UnicodeEncodeError", "Unicode encoding error.");
  encode.slots.init = encode_init;
  encode.slots.str = [](Value self) { return encode_or_translate_str(self, false); };
  complete_exception(types.UnicodeEncodeError, encode, types.UnicodeError);
  static TypeSpec decode = unicode_spec("UnicodeDecodeError", "Unicode decoding error.");
  decode.slots.init = decode_init;
  decode.slots.str = decode_str;
  complete_exception(types.UnicodeDecodeError, decode, types.UnicodeError);
  static TypeSpec translate = unicode_spec("UnicodeTranslateError", "Unicode translation error.");
  translate.slots.init = translate_init;
  translate.slots.str = [](Value self) { return encode_or_translate_str(self, true); };
  complete_exception(types.UnicodeTranslateError, translate, types.UnicodeError);
}

}  // namespace ouro::vm
