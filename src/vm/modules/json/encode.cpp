// Objects to JSON. The encoder collects one text; what it does not know it asks `default` about.
#include <cmath>

#include "base/float_text.h"
#include "vm/modules/json/json.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::json {

namespace {

struct Encoder : Object {
  Value markers, default_, encoder, indent, key_separator, item_separator, sort_keys, skipkeys;
  bool allow_nan;
  NativeFn quick;  // one of this file's functions for text, or null: `encoder` is called
};

constexpr char kHex[] = "0123456789abcdef";

void append_unit(StrBuilder& out, uint32_t unit) {
  const char escape[] = {
      '\\', 'u', kHex[unit >> 12 & 15], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15], kHex[unit & 15]};
  out.append_ascii({escape, sizeof escape});
}

/// The letter of a short escape, or 0.
char short_escape(char32_t c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    default:
      return 0;
  }
}

bool is_plain(char32_t c, bool ascii) {
  return c >= ' ' && c != '"' && c != '\\' && (c < 0x7F || !ascii);
}

void append_escaped(StrBuilder& out, char32_t c) {
  if (const char letter = short_escape(c); letter != 0) {
    out.append('\\');
    out.append(static_cast<char32_t>(letter));
  } else if (c < 0x10000) {
    append_unit(out, c);
  } else {
    append_unit(out, 0xD7C0 + (c >> 10));
    append_unit(out, 0xDC00 + (c & 0x3FF));
  }
}

void append_quoted(StrBuilder& out, const Str* text, bool ascii) {
  out.append('"');
  size_t from = 0;
  for (size_t i = 0; i < text->length; ++i) {
    const char32_t c = text->at(i);
    if (is_plain(c, ascii)) continue;
    if (from < i) out.append(text, from, i);
    append_escaped(out, c);
    from = i + 1;
  }
  if (from < text->length) out.append(text, from, text->length);
  out.append('"');
}

Result<Value> quoted(Value text, bool ascii) {
  if (!is_str(text))
    return raise(types.TypeError, "first argument must be a string, not {}", type_name(text));
  StrBuilder out;
  append_quoted(out, text.as<Str>(), ascii);
  return out.finish();
}

/// None, True and False; null: none of them.
const char* constant_text(Value value) {
  if (is_none(value)) return "null";
  if (value == make_bool(true)) return "true";
  if (value == make_bool(false)) return "false";
  return nullptr;
}

class Writer {
 public:
  explicit Writer(const Encoder* encoder) : encoder_(encoder) {}

  Status value(Value object) {
    if (const char* constant = constant_text(object)) {
      out_.append_ascii(constant);
      return {};
    }
    if (is_str(object)) return text(object);
    if (is_int(object)) {
      out_.append_ascii(TRY(int_to_text(object)));
      return {};
    }
    if (is_float(object)) {
      out_.append_ascii(TRY(float_text(object)));
      return {};
    }
    RecursionScope scope;
    TRY(scope.enter(" while encoding a JSON object"));
    if (is_list(object) || is_tuple(object)) return sequence(object);
    if (is_dict(object)) return mapping(object.as<Dict>());
    return other(object);
  }

  Result<Str*> finish() { return out_.finish(); }

 private:
  Status text(Value object) {
    if (encoder_->quick != nullptr) {
      append_quoted(out_, object.as<Str>(), encoder_->quick == encode_ascii_function);
      return {};
    }
    const Value encoded = TRY(call(encoder_->encoder, {object}));
    if (!is_str(encoded))
      return raise(types.TypeError, "encoder() must return a string, not {}", type_name(encoded));
    out_.append(encoded.as<Str>());
    return {};
  }

  Result<std::string> float_text(Value object) const {
    const double number = float_value(object);
    if (std::isfinite(number)) return float_repr(number);
    if (!encoder_->allow_nan)
      return raise(types.ValueError, "Out of range float values are not JSON compliant");
    return std::string(std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
  }

  // ---- what is being written, by its address, so that a cycle is found

  Status enter(Value object) {
    if (is_none(encoder_->markers)) return {};
    auto* markers = encoder_->markers.as<Dict>();
    const Value mark = make_int(static_cast<int64_t>(object.bits()));
    if (TRY(dict_contains(markers, mark))) return raise(types.ValueError, "Circular reference detected");
    return dict_set(markers, mark, object);
  }
  Status leave(Value object) {
    if (is_none(encoder_->markers)) return {};
    const Value mark = make_int(static_cast<int64_t>(object.bits()));
    if (!TRY(dict_delete(encoder_->markers.as<Dict>(), mark))) return raise_key_error(mark);
    return {};
  }

  Status other(Value object) {
    TRY(enter(object));
    TRY(value(TRY(call(encoder_->default_, {object}))));
    return leave(object);
  }

  static std::span<Value> items_of(Value object) {
    return is_list(object) ? object.as<List>()->span() : object.as<Tuple>()->span();
  }

  Status sequence(Value object) {
    if (items_of(object).empty()) {
      out_.append_ascii("[]");
      return {};
    }
    TRY(enter(object));
    out_.append('[');
    for (size_t i = 0; i < items_of(object).size(); ++i) {  // the list may change meanwhile
      if (i > 0) out_.append(encoder_->item_separator.as<Str>());
      TRY(value(items_of(object)[i]));
    }
    out_.append(']');
    return leave(object);
  }

  /// False: the key is to be skipped.
  Result<bool> key_text(Value key, Value* shown) const {
    if (is_str(key)) {
      *shown = key;
    } else if (is_float(key)) {
      *shown = make_str(TRY(float_text(key)));
    } else if (const char* constant = constant_text(key)) {
      *shown = make_str(constant);
    } else if (is_int(key)) {
      *shown = make_str(TRY(int_to_text(key)));
    } else if (encoder_->skipkeys == make_bool(true)) {
      return false;
    } else {
      return raise(types.TypeError, "keys must be str, int, float, bool or None, not {}", type_name(key));
    }
    return true;
  }

  Status member(Value key, Value item, bool* first) {
    Value shown;
    if (!TRY(key_text(key, &shown))) return {};
    if (!*first) out_.append(encoder_->item_separator.as<Str>());
    *first = false;
    TRY(text(shown));
    out_.append(encoder_->key_separator.as<Str>());
    return value(item);
  }

  Status mapping(Dict* dict) {
    if (dict->count == 0) {
      out_.append_ascii("{}");
      return {};
    }
    TRY(enter(dict));
    out_.append('{');
    List* items = TRY(to_list(TRY(call_method(dict, names.items))));
    if (encoder_->sort_keys == make_bool(true)) TRY(list_sort(items, Value(), false));
    bool first = true;
    for (size_t i = 0; i < items->length; ++i) {
      const Value pair = items->items()[i];
      if (!is_tuple(pair) || pair.as<Tuple>()->length != 2)
        return raise(types.ValueError, "items must return 2-tuples");
      TRY(member(pair.as<Tuple>()->items[0], pair.as<Tuple>()->items[1], &first));
    }
    out_.append('}');
    return leave(dict);
  }

  const Encoder* encoder_;
  StrBuilder out_;
};

Result<Value> encoder_call(Value self, const Arguments& arguments) {
  static const Signature signature("_iterencode", "(obj, _current_indent_level)");
  Value given[2];
  TRY(signature.bind(arguments, given));
  TRY(to_int64(given[1]));
  Writer writer(self.as<Encoder>());
  TRY(writer.value(given[0]));
  const Value text = TRY(writer.finish());
  return make_list({&text, 1});
}

NativeFn quick_function(Value encoder) {
  if (!is_kind(encoder, Kind::kNativeFunction)) return nullptr;
  const NativeFn function = encoder.as<NativeFunction>()->spec->function;
  return function == encode_ascii_function || function == encode_function ? function : nullptr;
}

Result<Value> encoder_new(Type* type, const Arguments& arguments) {
  static const Signature signature(
      "make_encoder",
      "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)");
  Value given[9];
  TRY(signature.bind(arguments, given));
  for (int i : {4, 5}) {
    if (!is_str(given[i]))
      return raise(types.TypeError, "make_encoder() argument {} must be str, not {}", i + 1,
                   given_name(given[i]));
  }
  if (!is_none(given[0]) && !is_dict(given[0]))
    return raise(types.TypeError, "make_encoder() argument 1 must be dict or None, not {}",
                 given_name(given[0]));
  const bool sort_keys = TRY(is_true(given[6]));
  const bool skip_keys = TRY(is_true(given[7]));
  const bool allow_nan = TRY(is_true(given[8]));
  auto* self = allocate_instance<Encoder>(type);
  self->markers = given[0];
  self->default_ = given[1];
  self->encoder = given[2];
  self->indent = given[3];
  self->key_separator = given[4];
  self->item_separator = given[5];
  self->sort_keys = make_bool(sort_keys);
  self->skipkeys = make_bool(skip_keys);
  self->allow_nan = allow_nan;
  self->quick = quick_function(given[2]);
  write_barrier(self);
  return self;
}

constexpr MemberSpec kMembers[] = {
    {"markers", offsetof(Encoder, markers), false, false, "markers"},
    {"default", offsetof(Encoder, default_), false, false, "default"},
    {"encoder", offsetof(Encoder, encoder), false, false, "encoder"},
    {"indent", offsetof(Encoder, indent), false, false, "indent"},
    {"key_separator", offsetof(Encoder, key_separator), false, false, "key_separator"},
    {"item_separator", offsetof(Encoder, item_separator), false, false, "item_separator"},
    {"sort_keys", offsetof(Encoder, sort_keys), false, false, "sort_keys"},
    {"skipkeys", offsetof(Encoder, skipkeys), false, false, "skipkeys"},
};

Type* encoder_type = nullptr;

}  // namespace

Result<Value> encode_ascii_function(const Value* a) {
  return quoted(a[1], true);
}
Result<Value> encode_function(const Value* a) {
  return quoted(a[1], false);
}

Status add_encoder(Module* module) {
  static TypeSpec spec;
  spec.name = "_json.Encoder";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(Encoder);
  spec.trace = trace_members<&Encoder::markers, &Encoder::default_, &Encoder::encoder, &Encoder::indent,
                             &Encoder::key_separator, &Encoder::item_separator>;
  spec.members = kMembers;
  spec.doc = "Writes an object as JSON: encoder(obj, _current_indent_level) -> texts.";
  spec.slots.call = encoder_call;
  spec.slots.new_ = encoder_new;
  if (encoder_type == nullptr) {
    encoder_type = make_native_type(spec);
    add_root(reinterpret_cast<Object**>(&encoder_type));
  }
  return module_add(module, "make_encoder", encoder_type);
}

}  // namespace ouro::vm::json
