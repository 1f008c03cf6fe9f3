// _io.TextIOWrapper: the type, its construction and configuration.
#include "vm/modules/io/text.h"

#include "vm/builtins/text_stream.h"
#include "vm/import/import.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::io {

Status check_ready(const Text* self) {
  if (self->ready) [[likely]]
    return {};
  if (self->detached) return raise(types.ValueError, "underlying buffer has been detached");
  return raise(types.ValueError, "I/O operation on uninitialized object");
}

Status check_attached(const Text* self) {
  TRY(check_ready(self));
  if (self->detached) return raise(types.ValueError, "underlying buffer has been detached");
  return {};
}

namespace {

Text* self_of(const Value* a) {
  return a[0].as<Text>();
}

bool is_native_buffer(Value buffer) {
  const Type* type = type_of(buffer);
  return type == io_types.reader || type == io_types.writer || type == io_types.random;
}

}  // namespace

Status check_open(Text* self) {
  if (type_of(self) != io_types.text) return check_closed(self);
  bool closed;
  if (is_native_buffer(self->buffer) && self->buffer.as<Buffered>()->ready &&
      is_native_file(self->buffer.as<Buffered>()->raw))
    closed = self->buffer.as<Buffered>()->raw.as<FileIO>()->descriptor < 0;
  else
    closed = TRY(closed_attribute(self->buffer));
  if (closed) return closed_file();
  return {};
}

namespace {

void trace_text(Object* object, Tracer& tracer) {
  auto* self = static_cast<Text*>(object);
  tracer.visit(self->buffer);
  tracer.visit(self->encoding);
  tracer.visit(self->errors);
  tracer.visit(self->encoder);
  tracer.visit(self->decoder);
  tracer.visit(self->read_newline);
  tracer.visit(self->write_newline);
  tracer.visit(self->decoded);
  tracer.visit(self->snapshot_input);
  tracer.visit(self->pending);
}

Status check_newline(std::string_view newline) {
  if (newline == "" || newline == "\n" || newline == "\r" || newline == "\r\n") return {};
  return raise(types.ValueError, "illegal newline value: {}", newline);
}

/// None, or one that check_newline has seen.
void set_newline(Text* self, Value newline) {
  const bool none_given = newline.is_null() || is_none(newline);
  Str* text = none_given ? nullptr : newline.as<Str>();
  store(static_cast<Object*>(self), self->read_newline, text);
  self->read_universal = none_given || text->length == 0;
  self->read_translate = none_given;
  self->write_translate = none_given || text->length != 0;
  const bool changes = text != nullptr && text->length != 0 && text->at(0) == '\r';
  store(static_cast<Object*>(self), self->write_newline, changes ? text : nullptr);
}

Str* locale_name() {
  static Str* const usual = rooted_name("UTF-8");
  const std::string name = locale_encoding();
  return name == "UTF-8" ? usual : make_str(name);
}

Result<Str*> encoding_argument(Value encoding) {
  if (encoding.is_null() || is_none(encoding)) return utf8_mode ? names.utf_8 : locale_name();
  auto* text = encoding.as<Str>();
  return equals(text, "locale") ? locale_name() : text;
}

Result<std::string> text_argument(Value value, const char* name) {
  return c_text_argument(value, "TextIOWrapper", name, "str or None");
}

/// An encoder in the middle of a file must not write a byte order mark again.
Status fix_encoder_state(Text* self) {
  if (!self->seekable || !self->writes) return {};
  self->start_of_stream = true;
  Value position = TRY(call_method(self->buffer, names.tell));
  if (TRY(equal(position, Value::from_small(0)))) return {};
  return set_encoder_at(self, false);
}

Value given(Value value) {
  return value.is_null() ? none() : value;
}

void link_buffer(Text* self) {
  if (is_native_buffer(self->buffer)) set_holder(self->buffer.as<Buffered>(), self);
}
void unlink_buffer(Text* self) {
  if (!self->buffer.is_null() && is_native_buffer(self->buffer) &&
      self->buffer.as<Buffered>()->holder == self)
    self->buffer.as<Buffered>()->holder = nullptr;
}

Result<Value> new_text(Type* type, const Arguments&) {
  auto* self = allocate_instance<Text>(type);
  self->chunk_size = 8192;
  return self;
}

void forget_everything(Text* self) {
  unlink_buffer(self);
  self->buffer = self->encoder = self->decoder = Value();
  self->encoding = self->errors = nullptr;
  self->decoded = nullptr;
  self->pending = nullptr;
  self->pending_size = self->used = 0;
  self->bytes_per_char = 0;
  drop_snapshot(self);
}

Status init_text(Value value, const Arguments& arguments) {
  static const Signature signature(
      "TextIOWrapper",
      "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)");
  Value a[6];
  TRY(signature.bind(arguments, a));
  auto* self = value.as<Text>();
  self->ready = self->detached = false;
  std::string encoding, newline;
  if (!is_none(given(a[1]))) encoding = TRY(text_argument(a[1], " 'encoding'"));
  if (!is_none(given(a[3]))) newline = TRY(text_argument(a[3], " 'newline'"));
  const bool line_buffering = !a[4].is_null() && TRY(is_true(a[4]));
  const bool write_through = !a[5].is_null() && TRY(is_true(a[5]));
  if (!is_none(given(a[2]))) TRY(text_argument(a[2], " 'errors'"));
  TRY(check_newline(newline));
  forget_everything(self);
  store(self, self->errors, is_none(given(a[2])) ? names.strict : a[2].as<Str>());
  store(self, self->encoding, TRY(encoding_argument(a[1])));
  self->chunk_size = 8192;
  self->line_buffering = line_buffering;
  self->write_through = write_through;
  set_newline(self, given(a[3]));
  unlink_buffer(self);
  store(self, self->buffer, a[0]);
  TRY(set_up_codec(self));
  self->seekable = self->telling = TRY(is_true(TRY(call_method(a[0], IO_NAME(seekable)))));
  self->has_read1 = !TRY(find_attribute(a[0], IO_NAME(read1))).is_null();
  self->start_of_stream = false;
  TRY(fix_encoder_state(self));
  link_buffer(self);
  self->ready = true;
  return {};
}

Status check_text_or_none(Value value, const char* name) {
  if (is_none(given(value)) || is_str(value)) return {};
  return raise(types.TypeError, "reconfigure() argument '{}' must be str or None, not {}", name,
               given_name(value));
}

Result<bool> optional_bool(Value value, bool absent) {
  if (is_none(given(value))) return absent;
  if (!is_index_like(value)) {
    return raise(types.TypeError, "'{}' object cannot be interpreted as an integer", type_name(value));
  }
  return TRY(to_int64(value)) != 0;
}

Result<Value> reconfigure(const Value* a) {
  Text* self = self_of(a);
  TRY(check_text_or_none(a[1], "encoding"));
  TRY(check_text_or_none(a[2], "errors"));
  TRY(check_text_or_none(a[3], "newline"));
  const bool other_encoding = !is_none(given(a[1])), other_errors = !is_none(given(a[2]));
  const bool other_newline = !a[3].is_null();
  if (self->decoded != nullptr && (other_encoding || other_errors || other_newline))
    return unsupported("It is not possible to set the encoding or newline of stream after the first read");
  if (other_newline && !is_none(a[3])) TRY(check_newline(TRY(utf8_or_raise(a[3].as<Str>()))));
  if (other_errors) TRY(utf8_or_raise(a[2].as<Str>()));
  const bool line_buffering = TRY(optional_bool(a[4], self->line_buffering));
  const bool write_through = TRY(optional_bool(a[5], self->write_through));
  TRY(call_method(self, names.flush));
  self->bytes_per_char = 0;
  if (other_newline) set_newline(self, a[3]);
  if (other_encoding || other_errors || other_newline) {
    Str* old_encoding = self->encoding;
    Str* old_errors = self->errors;
    if (other_encoding) store(self, self->encoding, TRY(encoding_argument(a[1])));
    if (other_encoding || other_errors)
      store(self, self->errors, other_errors ? a[2].as<Str>() : names.strict);
    if (!set_up_codec(self).ok()) {
      store(self, self->encoding, old_encoding);
      store(self, self->errors, old_errors);
      return Raised{};
    }
    TRY(fix_encoder_state(self));
  }
  self->line_buffering = line_buffering;
  self->write_through = write_through;
  return none();
}

Result<Value> detach(const Value* a) {
  Text* self = self_of(a);
  TRY(check_attached(self));
  TRY(call_method(self, names.flush));
  unlink_buffer(self);
  const Value buffer = self->buffer;
  self->buffer = Value();
  self->detached = true;
  return buffer;
}

Result<Value> close(const Value* a) {
  Text* self = self_of(a);
  TRY(check_attached(self));
  if (TRY(closed_attribute(self->buffer))) return none();
  if (self->finalizing && !call_method(self->buffer, IO_NAME(_dealloc_warn), {self}).ok()) take_exception();
  auto flushed = call_method(self, names.flush);
  Value result;
  TRY(and_then(flushed.ok() ? Status() : Status(Raised{}), [&]() -> Status {
    result = TRY(call_method(self->buffer, names.close));
    return {};
  }));
  unlink_buffer(self);
  return result;
}

template <Str* (*name)()>
Result<Value> pass_on(const Value* a) {
  TRY(check_attached(self_of(a)));
  return call_method(self_of(a)->buffer, name());
}
template <Str* (*name)()>
Result<Value> attribute_of_buffer(Value self) {
  TRY(check_attached(self.as<Text>()));
  return get_attribute(self.as<Text>()->buffer, name());
}
Str* seekable_name() {
  return IO_NAME(seekable);
}
Str* readable_name() {
  return IO_NAME(readable);
}
Str* writable_name() {
  return names.writable;
}
Str* fileno_name() {
  return IO_NAME(fileno);
}
Str* isatty_name() {
  return IO_NAME(isatty);
}
Str* name_name() {
  return names.name;
}
Str* closed_name() {
  return IO_NAME(closed);
}

Result<Value> text_repr(Value value) {
  auto* self = value.as<Text>();
  TRY(check_ready(self));
  ReprGuard guard(self);
  if (guard.repeated())
    return raise(types.RuntimeError, "reentrant call inside {}.__repr__", shown_type(value));
  std::string out = "<_io.TextIOWrapper";
  auto name = find_attribute(value, names.name);
  if (!name.ok() && !clear_if(types.ValueError)) return Raised{};
  if (name.ok() && !name.unwrap().is_null())
    out += fmt::format(" name={}", to_utf8(TRY(repr(name.unwrap()))));
  Value mode = TRY(find_attribute(value, names.mode));
  if (!mode.is_null()) out += fmt::format(" mode={}", to_utf8(TRY(repr(mode))));
  out += fmt::format(" encoding={}>", to_utf8(TRY(repr(self->encoding))));
  return make_str(out);
}

Result<Value> get_newlines(Value value) {
  auto* self = value.as<Text>();
  TRY(check_attached(self));
  if (!self->decoder.is_null()) {
    Value newlines = TRY(find_attribute(self->decoder, IO_NAME(newlines)));
    return newlines.is_null() ? none() : newlines;
  }
  return self->reads ? newlines_seen(self->newlines.seen) : none();
}
Result<Value> get_errors(Value self) {
  TRY(check_ready(self.as<Text>()));
  return self.as<Text>()->errors;
}
Result<Value> get_chunk_size(Value self) {
  TRY(check_attached(self.as<Text>()));
  return make_int(self.as<Text>()->chunk_size);
}
Status set_chunk_size(Value self, Value value) {
  TRY(check_attached(self.as<Text>()));
  if (value.is_null()) return raise(types.AttributeError, "cannot delete attribute");
  const int64_t size = TRY(to_int64(value));
  if (size <= 0) return raise(types.ValueError, "a strictly positive integer is required");
  self.as<Text>()->chunk_size = size;
  return {};
}
template <bool Text::* member>
Result<Value> get_flag(Value self) {
  return make_bool(self.as<Text>()->*member);
}
Status set_finalizing(Value self, Value value) {
  if (!is_bool(value)) return raise(types.TypeError, "attribute value type must be bool");
  self.as<Text>()->finalizing = value == make_bool(true);
  return {};
}

constexpr MethodSpec kMethods[] = {
    {"detach", "($self, /)", detach},
    {"reconfigure",
     "($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)",
     reconfigure, "Reconfigure the text stream with new parameters."},
    {"write", "($self, text, /)", text_write},
    {"read", "($self, size=-1, /)", text_read},
    {"readline", "($self, size=-1, /)", text_readline},
    {"flush", "($self, /)", text_flush},
    {"close", "($self, /)", close},
    {"fileno", "($self, /)", pass_on<fileno_name>},
    {"seekable", "($self, /)", pass_on<seekable_name>},
    {"readable", "($self, /)", pass_on<readable_name>},
    {"writable", "($self, /)", pass_on<writable_name>},
    {"isatty", "($self, /)", pass_on<isatty_name>},
    {"seek", "($self, cookie, whence=0, /)", text_seek},
    {"tell", "($self, /)", text_tell},
    {"truncate", "($self, pos=None, /)", text_truncate},
};
constexpr GetSetSpec kGetSets[] = {
    {"name", attribute_of_buffer<name_name>},
    {"closed", attribute_of_buffer<closed_name>},
    {"newlines", get_newlines},
    {"errors", get_errors},
    {"_CHUNK_SIZE", get_chunk_size, set_chunk_size},
    {"line_buffering", get_flag<&Text::line_buffering>},
    {"write_through", get_flag<&Text::write_through>},
    {"_finalizing", get_flag<&Text::finalizing>, set_finalizing},
};
constexpr MemberSpec kMembers[] = {
    {"encoding", offsetof(Text, encoding)},
    {"buffer", offsetof(Text, buffer)},
};

void finalize_text(Object* object) {
  static_cast<Text*>(object)->finalizing = true;
  finalize_stream(object);
  unlink_buffer(static_cast<Text*>(object));
}

}  // namespace

Result<Value> make_text(Value buffer, Value encoding, Value errors, Value newline, bool line_buffering) {
  return call(io_types.text, {buffer, encoding, errors, newline, make_bool(line_buffering)});
}

Status add_text_type(Module* module) {
  static TypeSpec spec{.name = "_io.TextIOWrapper",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(Text),
                       .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs | kTypeHasFinalizer,
                       .trace = trace_text,
                       .methods = kMethods,
                       .getsets = kGetSets,
                       .members = kMembers,
                       .doc = "Character and line based layer over a BufferedIOBase object, buffer."};
  spec.signature =
      "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)";
  spec.slots.new_ = new_text;
  spec.slots.init = init_text;
  spec.slots.repr = text_repr;
  spec.slots.iternext = text_iternext;
  spec.slots.finalize = finalize_text;
  TRY(add_type(module, &io_types.text, spec, io_types.text_base));
  text_stream_hook = {io_types.text, text_write_fast, flush_open_files};
  return {};
}

}  // namespace ouro::vm::io
