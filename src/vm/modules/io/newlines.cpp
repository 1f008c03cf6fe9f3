// _io.IncrementalNewlineDecoder, and line ends in general.
#include "vm/modules/io/io.h"
#include "vm/modules/io/lines.h"
#include "vm/object/str_data.h"

namespace ouro::vm::io {

namespace {

struct NewlineDecoder : Object {
  Value decoder;  // None: text comes in; null: not initialised
  Value errors;
  bool translate;
  NewlineState state;
};

void trace_decoder(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<NewlineDecoder*>(object)->decoder);
  tracer.visit(static_cast<NewlineDecoder*>(object)->errors);
}

/// Notes the line ends of a text that has "\r" in it.
template <class Char>
uint8_t look(const Char* text, size_t size) {
  uint8_t seen = 0;
  for (size_t i = 0; i < size && seen != (kSawCr | kSawLf | kSawCrLf); ++i) {
    if (text[i] == '\n') {
      seen |= kSawLf;
    } else if (text[i] == '\r') {
      bool both = i + 1 < size && text[i + 1] == '\n';
      seen |= both ? kSawCrLf : kSawCr;
      i += both;
    }
  }
  return seen;
}

Result<Str*> join_lines(const Str* text) {
  StrBuilder out;
  size_t start = 0;
  for (size_t i = 0; i < text->length; ++i) {
    if (text->at(i) != '\r') continue;
    out.append(text, start, i);
    out.append('\n');
    if (i + 1 < text->length && text->at(i + 1) == '\n') ++i;
    start = i + 1;
  }
  out.append(text, start, text->length);
  return out.finish();
}

}  // namespace

Result<Str*> translate_newlines(Str* text, bool translate, bool final, NewlineState* state) {
  if (state->pending_cr && (final || text->length > 0)) {
    text = TRY(concat(make_char('\r'), text));
    state->pending_cr = false;
  }
  if (!final && text->length > 0 && text->at(text->length - 1) == '\r') {
    text = substring(text, 0, text->length - 1);
    state->pending_cr = true;
  }
  if (text->length == 0) return text;
  if (!has_character(text, '\r')) {
    if ((state->seen & kSawLf) == 0 && has_character(text, '\n')) state->seen |= kSawLf;
    return text;
  }
  state->seen |= visit_chars(text, [](auto chars) { return look(chars.data(), chars.size()); });
  return translate ? join_lines(text) : Result<Str*>(text);
}

Value newlines_seen(uint8_t seen) {
  List* kinds = make_list();
  auto add = [&](const char* text) { (void)list_append(kinds, make_str(text)).ok(); };
  if (seen & kSawCr) add("\r");
  if (seen & kSawLf) add("\n");
  if (seen & kSawCrLf) add("\r\n");
  if (kinds->length == 0) return none();
  return kinds->length == 1 ? kinds->items()[0] : Value(make_tuple(kinds->span()));
}

namespace {

Result<Value> new_decoder(Type* type, const Arguments&) {
  return allocate_instance<NewlineDecoder>(type);
}

Status init_decoder(Value value, const Arguments& arguments) {
  static const Signature signature("IncrementalNewlineDecoder", "(decoder, translate, errors='strict')");
  Value a[3];
  TRY(signature.bind(arguments, a));
  auto* self = value.as<NewlineDecoder>();
  self->translate = TRY(is_true(a[1]));
  store(self, self->decoder, a[0]);
  store(self, self->errors, a[2].is_null() ? Value(names.strict) : a[2]);
  self->state = {};
  return {};
}

Result<NewlineDecoder*> live(Value self) {
  if (self.as<NewlineDecoder>()->decoder.is_null())
    return raise(types.ValueError, "IncrementalNewlineDecoder.__init__() not called");
  return self.as<NewlineDecoder>();
}

Result<Value> decode(const Value* a) {
  NewlineDecoder* self = TRY(live(a[0]));
  const bool final = !a[2].is_null() && TRY(is_true(a[2]));
  Value text = a[1];
  if (!is_none(self->decoder)) text = TRY(call_method(self->decoder, names.decode, {a[1], make_bool(final)}));
  if (!is_str(text))
    return raise(types.TypeError, "decoder should return a string result, not '{}'", type_name(text));
  return TRY(translate_newlines(text.as<Str>(), self->translate, final, &self->state));
}

Result<Value> getstate(const Value* a) {
  NewlineDecoder* self = TRY(live(a[0]));
  Value buffer = empty_bytes();
  uint64_t flags = 0;
  if (!is_none(self->decoder)) {
    Value state = TRY(call_method(self->decoder, IO_NAME(getstate)));
    if (!is_tuple(state)) return raise(types.TypeError, "illegal decoder state");
    if (state.as<Tuple>()->length != 2) return raise(types.TypeError, "illegal decoder state");
    buffer = state.as<Tuple>()->items[0];
    flags = TRY(to_uint64(state.as<Tuple>()->items[1]));
  }
  return make_tuple({buffer, make_int_unsigned(flags << 1 | (self->state.pending_cr ? 1 : 0))});
}

Result<Value> setstate(const Value* a) {
  NewlineDecoder* self = TRY(live(a[0]));
  if (!is_tuple(a[1])) return raise(types.TypeError, "state argument must be a tuple");
  if (a[1].as<Tuple>()->length != 2) return raise(types.TypeError, "setstate(): illegal state argument");
  const uint64_t flags = TRY(to_uint64(a[1].as<Tuple>()->items[1]));
  self->state.pending_cr = (flags & 1) != 0;
  if (is_none(self->decoder)) return none();
  const Value inner = make_tuple({a[1].as<Tuple>()->items[0], make_int_unsigned(flags >> 1)});
  return call_method(self->decoder, IO_NAME(setstate), {inner});
}

Result<Value> reset(const Value* a) {
  NewlineDecoder* self = TRY(live(a[0]));
  self->state = {};
  if (is_none(self->decoder)) return none();
  return call_method(self->decoder, IO_NAME(reset));
}

Result<Value> get_newlines(Value self) {
  return newlines_seen(TRY(live(self))->state.seen);
}

constexpr MethodSpec kMethods[] = {
    {"decode", "($self, /, input, final=False)", decode},
    {"getstate", "($self, /)", getstate},
    {"setstate", "($self, state, /)", setstate},
    {"reset", "($self, /)", reset},
};
constexpr GetSetSpec kGetSets[] = {{"newlines", get_newlines}};

}  // namespace

Status add_newline_type(Module* module) {
  static TypeSpec spec{.name = "_io.IncrementalNewlineDecoder",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(NewlineDecoder),
                       .flags = kTypeBase,
                       .trace = trace_decoder,
                       .methods = kMethods,
                       .getsets = kGetSets,
                       .doc = "Codec used when reading a file in universal newlines mode."};
  spec.signature = "(decoder, translate, errors='strict')";
  spec.slots.new_ = new_decoder;
  spec.slots.init = init_decoder;
  return add_type(module, &io_types.newlines, spec);
}

}  // namespace ouro::vm::io
