// str.format and str.format_map: fields, their names and their nested specifications.
#include "vm/builtins/format.h"
#include "vm/builtins/str_methods.h"
#include "vm/object/unicode_data.h"

namespace ouro::vm {

namespace {

/// Fields are numbered by the program, or by us: not both in one text.
constexpr int kMaxNesting = 1;  // a specification may have fields, these may not have such again

enum class Numbering : uint8_t { Unknown, Automatic, Manual };

struct FieldSource {
  const Value* positional;  // null with format_map
  size_t positional_count;
  Value keywords;  // a mapping, or null
  Numbering numbering = Numbering::Unknown;
  int64_t next_number = 0;
};

Raised unknown_conversion(char32_t c) {
  if (c > 32 && c < 127)
    return raise(types.ValueError, "Unknown conversion specifier {}", static_cast<char>(c));
  return raise(types.ValueError, "Unknown conversion specifier \\x{:x}", static_cast<uint32_t>(c));
}

Result<Value> convert(Value value, char32_t conversion) {
  switch (conversion) {
    case 0:
      return value;
    case 'r':
      return repr(value);
    case 's':
      return to_str(value);
    case 'a':
      return ascii(value);
    default:
      return unknown_conversion(conversion);
  }
}

/// The number that a field without or with a number stands for; -1 for a name.
Result<int64_t> field_number(FieldSource& source, int64_t given, bool empty) {
  if (!empty && given < 0) return int64_t{-1};
  const Numbering wanted = empty ? Numbering::Automatic : Numbering::Manual;
  if (source.numbering == Numbering::Unknown) source.numbering = wanted;
  if (source.numbering != wanted)
    return raise(types.ValueError, "cannot switch from {}",
                 empty ? "manual field specification to automatic field numbering"
                       : "automatic field numbering to manual field specification");
  return empty ? source.next_number++ : given;
}

Result<Value> first_object(FieldSource& source, Str* text, size_t start, size_t end) {
  const int64_t given = TRY(format_index(text, start, end));
  const int64_t number = TRY(field_number(source, given, start == end));
  if (number < 0) {
    const Value key = substring(text, start, end);
    if (source.keywords.is_null()) return raise_key_error(key);
    return get_item(source.keywords, key);
  }
  if (source.positional == nullptr)
    return raise(types.ValueError, "Format string contains positional fields");
  if (static_cast<uint64_t>(number) >= source.positional_count)
    return raise(types.IndexError, "Replacement index {} out of range for positional args tuple", number);
  return source.positional[number];
}

Result<Value> field_object(FieldSource& source, Str* text, const FormatPiece& piece) {
  size_t at = format_first_end(text, piece.name_start, piece.name_end);
  Value object = TRY(first_object(source, text, piece.name_start, at));
  FieldAccess access;
  while (TRY(next_field_access(text, &at, piece.name_end, &access))) {
    if (access.is_attribute) {
      object = TRY(get_attribute(object, intern(substring(text, access.start, access.end))));
    } else if (access.index >= 0) {
      object = TRY(get_item(object, make_int(access.index)));
    } else {
      object = TRY(get_item(object, substring(text, access.start, access.end)));
    }
  }
  return object;
}

Result<Value> format_field(Value value, Str* spec) {
  if (is_exactly(value, types.str)) return format_str(value, spec);
  if (is_exactly(value, types.int_)) return format_int(value, spec);
  if (is_exactly(value, types.float_)) return format_float(value, spec);
  return format(value, spec);
}

Result<Str*> format_into(FieldSource& source, Str* text, size_t start, size_t end, int depth) {
  if (depth < 0) return raise(types.ValueError, "Max string recursion exceeded");
  StrBuilder out;
  FormatPiece piece;
  while (TRY(next_format_piece(text, &start, end, &piece))) {
    out.append(text, piece.literal_start, piece.literal_end);
    if (!piece.has_field) continue;
    Value value = TRY(field_object(source, text, piece));
    value = TRY(convert(value, piece.conversion));
    Str* spec = empty_str();
    if (piece.nested) {
      spec = TRY(format_into(source, text, piece.spec_start, piece.spec_end, depth - 1));
    } else if (piece.spec_start < piece.spec_end) {
      spec = substring(text, piece.spec_start, piece.spec_end);
    }
    const Value formatted = TRY(format_field(value, spec));
    out.append(formatted.as<Str>());
  }
  return out.finish();
}

/// After "!": the conversion, then the end or a specification. True when the field ends here.
Result<bool> parse_conversion(const Str* text, size_t* at, size_t end, FormatPiece* piece) {
  if (*at >= end) return raise(types.ValueError, "end of string while looking for conversion specifier");
  piece->conversion = text->at((*at)++);
  if (*at >= end) return false;
  const char32_t c = text->at((*at)++);
  if (c == '}') return true;
  if (c != ':') return raise(types.ValueError, "expected ':' after conversion specifier");
  return false;
}

Status parse_spec(const Str* text, size_t* at, size_t end, FormatPiece* piece) {
  piece->spec_start = *at;
  for (int depth = 1; *at < end;) {
    const char32_t c = text->at((*at)++);
    if (c == '{') {
      piece->nested = true;
      ++depth;
    } else if (c == '}' && --depth == 0) {
      piece->spec_end = *at - 1;
      return {};
    }
  }
  return raise(types.ValueError, "unmatched '{{' in format spec");
}

Status parse_field(const Str* text, size_t* at, size_t end, FormatPiece* piece) {
  piece->has_field = true;
  piece->name_start = *at;
  char32_t c = 0;
  while (*at < end) {
    c = text->at((*at)++);
    if (c == '{') return raise(types.ValueError, "unexpected '{{' in field name");
    if (c == '[') {
      while (*at < end && text->at(*at) != ']') ++*at;
      continue;
    }
    if (c == '}' || c == ':' || c == '!') break;
  }
  piece->name_end = *at - 1;
  if (c == '!') {
    if (TRY(parse_conversion(text, at, end, piece))) return {};
    return parse_spec(text, at, end, piece);
  }
  if (c == ':') return parse_spec(text, at, end, piece);
  if (c != '}') return raise(types.ValueError, "expected '}}' before end of string");
  return {};
}

}  // namespace

Result<bool> next_format_piece(const Str* text, size_t* position, size_t end, FormatPiece* piece) {
  *piece = FormatPiece{};
  if (*position >= end) return false;
  size_t at = piece->literal_start = *position;
  while (at < end && text->at(at) != '{' && text->at(at) != '}') ++at;
  piece->literal_end = at;
  if (at == end) {
    *position = end;
    return true;
  }
  const char32_t brace = text->at(at++);
  if (at < end && text->at(at) == brace) {
    piece->literal_end = at;
    *position = at + 1;
    return true;
  }
  if (brace == '}') return raise(types.ValueError, "Single '}}' encountered in format string");
  if (at == end) return raise(types.ValueError, "Single '{{' encountered in format string");
  *position = at;
  TRY(parse_field(text, position, end, piece));
  return true;
}

Result<int64_t> format_index(const Str* text, size_t start, size_t end) {
  if (start >= end) return int64_t{-1};
  int64_t value = 0;
  for (size_t i = start; i < end; ++i) {
    const int digit = decimal_value(text->at(i));
    if (digit < 0) return int64_t{-1};
    if (value > (INT64_MAX - digit) / 10)
      return raise(types.ValueError, "Too many decimal digits in format string");
    value = value * 10 + digit;
  }
  return value;
}

size_t format_first_end(const Str* text, size_t start, size_t end) {
  while (start < end && text->at(start) != '.' && text->at(start) != '[') ++start;
  return start;
}

Result<bool> next_field_access(const Str* text, size_t* position, size_t end, FieldAccess* access) {
  if (*position >= end) return false;
  const char32_t opening = text->at((*position)++);
  access->index = -1;
  access->start = *position;
  size_t at = *position;
  if (opening == '.') {
    access->is_attribute = true;
    at = format_first_end(text, at, end);
    *position = at;
  } else if (opening == '[') {
    access->is_attribute = false;
    while (at < end && text->at(at) != ']') ++at;
    if (at == end) return raise(types.ValueError, "Missing ']' in format string");
    *position = at + 1;
    access->index = TRY(format_index(text, access->start, at));
  } else {
    return raise(types.ValueError, "Only '.' or '[' may follow ']' in format field specifier");
  }
  access->end = at;
  if (access->start == access->end) return raise(types.ValueError, "Empty attribute in format string");
  return true;
}

Result<Value> str_format(Value self, const Arguments& arguments) {
  FieldSource source{arguments.values, arguments.positional, Value()};
  static const Value kNoArguments[1] = {};
  if (source.positional == nullptr) source.positional = kNoArguments;
  if (arguments.keyword_count() != 0) {
    Dict* keywords = make_dict(arguments.keyword_count());
    for (size_t i = 0; i < arguments.keyword_count(); ++i)
      TRY(dict_set(keywords, arguments.keywords->items[i], arguments[arguments.positional + i]));
    source.keywords = keywords;
  }
  Str* text = self.as<Str>();
  return format_into(source, text, 0, text->length, kMaxNesting);
}

Result<Value> str_format_map(const Value* a) {
  FieldSource source{nullptr, 0, a[1]};
  Str* text = a[0].as<Str>();
  return format_into(source, text, 0, text->length, kMaxNesting);
}

Result<Value> str_format_dunder(const Value* a) {
  return format_str(a[0], TRY(str_argument(a[1], "__format__", 0)));
}

}  // namespace ouro::vm
