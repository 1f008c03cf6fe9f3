// _io.StringIO: a text stream in memory. The characters lie in one buffer of the width they need.
#include "vm/modules/io/io.h"
#include "vm/modules/io/lines.h"
#include "vm/object/str_data.h"

namespace ouro::vm::io {

namespace {

struct StringIO : Object {
  Blob* storage;
  int64_t size, at;  // characters
  Str* read_newline;
  Str* write_newline;  // null: "\n" stays
  uint8_t width;
  bool ready, closed, read_universal, read_translate;
  NewlineState newlines;

  bool translates() const { return read_universal; }
};

StringIO* self_of(const Value* a) {
  return a[0].as<StringIO>();
}

void trace_string_io(Object* object, Tracer& tracer) {
  auto* self = static_cast<StringIO*>(object);
  tracer.visit(self->storage);
  tracer.visit(self->read_newline);
  tracer.visit(self->write_newline);
}

Status check_ready(const StringIO* self) {
  if (!self->ready) return raise(types.ValueError, "I/O operation on uninitialized object");
  return {};
}
Status check_live(const StringIO* self) {
  TRY(check_ready(self));
  if (self->closed) return raise(types.ValueError, "I/O operation on closed file");
  return {};
}

/// Room for `size` characters of `width` bytes.
Status reserve(StringIO* self, int64_t size, uint8_t width) {
  width = std::max(width, self->width);
  const uint64_t room = self->storage != nullptr ? self->storage->length / self->width : 0;
  if (width == self->width && static_cast<uint64_t>(size) <= room) return {};
  if (size > (int64_t{1} << 58)) return raise(types.OverflowError, "new buffer size too large");
  uint64_t larger = room;
  if (static_cast<uint64_t>(size) > room)
    larger = std::max<uint64_t>(static_cast<uint64_t>(size) + static_cast<uint64_t>(size) / 8 + 32, room * 2);
  if (!can_allocate(larger * width)) return raise_no_memory();
  if (width == self->width && grow_blob(self->storage, larger * width)) return {};
  Blob* storage = make_blob(larger * width);
  if (self->size > 0)
    copy_chars(storage->data, width, self->storage->data, self->width, static_cast<size_t>(self->size));
  store(static_cast<Object*>(self), self->storage, storage);
  self->width = width;
  return {};
}

char* address(const StringIO* self, int64_t index) {
  return self->storage->data + index * self->width;
}

Result<Str*> with_newlines(Str* text, const Str* newline) {
  StrBuilder out;
  size_t start = 0;
  for (size_t i = 0; i < text->length; ++i) {
    if (text->at(i) != '\n') continue;
    out.append(text, start, i);
    out.append(newline);
    start = i + 1;
  }
  out.append(text, start, text->length);
  return out.finish();
}

Status write_text(StringIO* self, Str* text) {
  if (self->read_universal) text = TRY(translate_newlines(text, self->read_translate, true, &self->newlines));
  if (self->write_newline != nullptr && has_character(text, '\n'))
    text = TRY(with_newlines(text, self->write_newline));
  if (text->length == 0) return {};
  const auto length = static_cast<int64_t>(text->length);
  if (self->at > INT64_MAX - length) return raise(types.OverflowError, "new position too large");
  TRY(reserve(self, self->at + length, text->width()));
  if (self->at > self->size)
    std::memset(address(self, self->size), 0, static_cast<size_t>((self->at - self->size) * self->width));
  copy_chars(address(self, self->at), self->width, text->data_, text->width(), text->length);
  self->at += length;
  self->size = std::max(self->size, self->at);
  return {};
}

Value text_between(const StringIO* self, int64_t start, int64_t end) {
  if (start >= end) return empty_str();
  return make_str_of(address(self, start), self->width, static_cast<size_t>(end - start));
}

Value take_line(StringIO* self, int64_t limit) {
  if (self->at >= self->size) return empty_str();
  LineEnds ends;
  ends.only_lf = self->read_translate || (!self->read_universal && self->read_newline == nullptr);
  ends.universal = self->read_universal;
  if (self->read_newline != nullptr) {
    ends.newline = self->read_newline->ascii_view();
    if (!ends.universal && ends.newline == "\n") ends.only_lf = true;
  }
  int64_t most = self->size;
  if (limit >= 0) most = std::min(most, self->at + limit);
  int64_t end = find_line_end(self->storage->data, self->width, static_cast<size_t>(self->at),
                              static_cast<size_t>(most), ends);
  if (end < 0) end = most;
  Value line = text_between(self, self->at, end);
  self->at = end;
  return line;
}

Status set_newline(StringIO* self, Value newline) {
  self->read_newline = self->write_newline = nullptr;
  std::string text = "\n";
  bool is_none_value = false;
  if (!newline.is_null()) {
    is_none_value = is_none(newline);
    if (!is_none_value && !is_str(newline))
      return raise(types.TypeError, "newline must be str or None, not {}", type_name(newline));
    if (!is_none_value) text = to_utf8(newline.as<Str>());
  }
  if (!is_none_value && text != "" && text != "\n" && text != "\r" && text != "\r\n")
    return raise(types.ValueError, "illegal newline value: {}", repr_text(newline));
  if (!is_none_value) store(self, self->read_newline, make_str(text));
  self->read_universal = is_none_value || text.empty();
  self->read_translate = is_none_value;
  if (!is_none_value && text[0] == '\r') store(self, self->write_newline, self->read_newline);
  self->newlines = {};
  return {};
}

Result<Value> new_string_io(Type* type, const Arguments&) {
  auto* self = allocate_instance<StringIO>(type);
  self->width = 1;
  return self;
}

Status init_string_io(Value value, const Arguments& arguments) {
  static const Signature signature("StringIO", "(initial_value='', newline='\\n')");
  Value a[2];
  TRY(signature.bind(arguments, a));
  auto* self = value.as<StringIO>();
  self->ready = false;
  TRY(set_newline(self, a[1]));
  if (!a[0].is_null() && !is_none(a[0]) && !is_str(a[0]))
    return raise(types.TypeError, "initial_value must be str or None, not {}", type_name(a[0]));
  self->size = self->at = 0;
  self->closed = false;
  self->storage = nullptr;
  self->width = 1;
  if (!a[0].is_null() && is_str(a[0])) TRY(write_text(self, a[0].as<Str>()));
  self->at = 0;
  self->ready = true;
  return {};
}

Result<Value> getvalue(const Value* a) {
  TRY(check_live(self_of(a)));
  return text_between(self_of(a), 0, self_of(a)->size);
}

Result<Value> tell(const Value* a) {
  TRY(check_live(self_of(a)));
  return make_int(self_of(a)->at);
}

Result<Value> read(const Value* a) {
  StringIO* self = self_of(a);
  int64_t size = TRY(optional_size(a[1]));
  TRY(check_live(self));
  const int64_t there = std::max<int64_t>(0, self->size - self->at);
  if (size < 0 || size > there) size = there;
  Value text = text_between(self, self->at, self->at + size);
  self->at += size;
  return text;
}

Result<Value> readline(const Value* a) {
  const int64_t limit = TRY(optional_size(a[1]));
  TRY(check_live(self_of(a)));
  return take_line(self_of(a), limit);
}

Result<Value> iternext(Value value) {
  auto* self = value.as<StringIO>();
  TRY(check_live(self));
  Value line;
  if (type_of(value) == io_types.string_io) {
    line = take_line(self, -1);
  } else {
    line = TRY(call_method(value, names.readline));
    if (!is_str(line))
      return raise(types.OSError, "readline() should have returned a str object, not '{}'", type_name(line));
  }
  return line.as<Str>()->length == 0 ? Value::stop() : line;
}

Result<Value> write(const Value* a) {
  StringIO* self = self_of(a);
  TRY(check_ready(self));
  if (!is_str(a[1])) return raise(types.TypeError, "string argument expected, got '{}'", shown_type(a[1]));
  TRY(check_live(self));
  TRY(write_text(self, a[1].as<Str>()));
  return make_int(static_cast<int64_t>(a[1].as<Str>()->length));
}

Result<Value> truncate(const Value* a) {
  StringIO* self = self_of(a);
  TRY(check_live(self));
  int64_t size = self->at;
  if (!a[1].is_null() && !is_none(a[1])) {
    size = TRY(optional_size(a[1]));
    if (size < 0) return raise(types.ValueError, "Negative size value {}", size);
  }
  self->size = std::min(self->size, size);
  return make_int(size);
}

Result<Value> seek(const Value* a) {
  StringIO* self = self_of(a);
  if (is_float(a[1])) return raise(types.TypeError, "'float' object cannot be interpreted as an integer");
  int64_t position = TRY(to_int64(a[1]));
  const int whence = a[2].is_null() ? 0 : TRY(to_c_int(a[2]));
  TRY(check_live(self));
  if (whence < 0 || whence > 2)
    return raise(types.ValueError, "Invalid whence ({}, should be 0, 1 or 2)", whence);
  if (position < 0 && whence == 0) return raise(types.ValueError, "Negative seek position {}", position);
  if (whence != 0 && position != 0) return raise(types.OSError, "Can't do nonzero cur-relative seeks");
  if (whence == 1) position = self->at;
  if (whence == 2) position = self->size;
  self->at = position;
  return make_int(position);
}

Result<Value> close(const Value* a) {
  self_of(a)->closed = true;
  self_of(a)->storage = nullptr;
  self_of(a)->size = 0;
  return none();
}

Result<Value> answer_true(const Value* a) {
  TRY(check_live(self_of(a)));
  return make_bool(true);
}

Result<Value> getstate(const Value* a) {
  StringIO* self = self_of(a);
  TRY(check_live(self));
  Dict* attributes = attribute_dict(self);
  return make_tuple({text_between(self, 0, self->size),
                     self->read_newline == nullptr ? none() : Value(self->read_newline), make_int(self->at),
                     attributes == nullptr ? none() : Value(dict_copy(attributes))});
}

Result<Value> setstate(const Value* a) {
  StringIO* self = self_of(a);
  if (self->ready && self->closed) return raise(types.ValueError, "I/O operation on closed file");
  if (!is_tuple(a[1]) || a[1].as<Tuple>()->length < 4)
    return raise(types.TypeError, "{}.__setstate__ argument should be 4-tuple, got {}", shown_type(a[0]),
                 type_name(a[1]));
  Value* parts = a[1].as<Tuple>()->items;
  const Value start[] = {empty_str(), parts[1]};
  TRY(init_string_io(self, Arguments{start, 2, nullptr}));
  if (!is_str(parts[0]))
    return raise(types.TypeError, "initial_value must be str or None, not {}", type_name(parts[0]));
  // The value is as it shall be: no line ends are translated.
  auto* text = parts[0].as<Str>();
  TRY(reserve(self, static_cast<int64_t>(text->length), text->width()));
  if (text->length > 0) copy_chars(address(self, 0), self->width, text->data_, text->width(), text->length);
  self->size = static_cast<int64_t>(text->length);
  if (!is_int(parts[2]))
    return raise(types.TypeError, "third item of state must be an integer, got {}", type_name(parts[2]));
  const int64_t at = TRY(to_int64(parts[2]));
  if (at < 0) return raise(types.ValueError, "position value cannot be negative");
  self->at = at;
  if (is_none(parts[3])) return none();
  if (!is_dict(parts[3]))
    return raise(types.TypeError, "fourth item of state should be a dict, got a {}", type_name(parts[3]));
  if (Dict* attributes = attribute_dict(self)) TRY(dict_update(attributes, parts[3]));
  return none();
}

Result<Value> get_closed(Value self) {
  TRY(check_ready(self.as<StringIO>()));
  return make_bool(self.as<StringIO>()->closed);
}
Result<Value> get_line_buffering(Value self) {
  TRY(check_live(self.as<StringIO>()));
  return make_bool(false);
}
Result<Value> get_newlines(Value self) {
  TRY(check_live(self.as<StringIO>()));
  return newlines_seen(self.as<StringIO>()->newlines.seen);
}

constexpr MethodSpec kMethods[] = {
    {"close", "($self, /)", close, "Close the IO object."},
    {"getvalue", "($self, /)", getvalue, "Retrieve the entire contents of the object."},
    {"read", "($self, size=-1, /)", read, "Read at most size characters, returned as a string."},
    {"readline", "($self, size=-1, /)", readline, "Read until newline or EOF."},
    {"tell", "($self, /)", tell, "Tell the current file position."},
    {"truncate", "($self, pos=None, /)", truncate, "Truncate size to pos."},
    {"seek", "($self, pos, whence=0, /)", seek, "Change stream position."},
    {"write", "($self, s, /)", write, "Write string to file."},
    {"seekable", "($self, /)", answer_true, "Returns True if the IO object can be seeked."},
    {"readable", "($self, /)", answer_true, "Returns True if the IO object can be read."},
    {"writable", "($self, /)", answer_true, "Returns True if the IO object can be written."},
    {"__getstate__", "($self, /)", getstate},
    {"__setstate__", "($self, state, /)", setstate},
};
constexpr GetSetSpec kGetSets[] = {
    {"closed", get_closed}, {"newlines", get_newlines}, {"line_buffering", get_line_buffering}};

}  // namespace

Status add_string_io_type(Module* module) {
  static TypeSpec spec{.name = "_io.StringIO",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(StringIO),
                       .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs,
                       .trace = trace_string_io,
                       .methods = kMethods,
                       .getsets = kGetSets,
                       .doc = "Text I/O implementation using an in-memory buffer."};
  spec.signature = "(initial_value='', newline='\\n')";
  spec.slots.new_ = new_string_io;
  spec.slots.init = init_string_io;
  spec.slots.iternext = iternext;
  return add_type(module, &io_types.string_io, spec, io_types.text_base);
}

}  // namespace ouro::vm::io
