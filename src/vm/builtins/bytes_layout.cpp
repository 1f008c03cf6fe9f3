// bytes and bytearray: letter case, padding, tables, hexadecimal text.
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/codecs.h"
#include "vm/builtins/str_methods.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c + 32) : c;
}
constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 32) : c;
}

template <class Map>
Result<Value> map_bytes(Value self, Map map) {
  std::string out(bytes_of(self));
  for (size_t i = 0; i < out.size(); ++i) out[i] = map(out[i], i);
  return make_like(self, out);
}

template <class Test>
Value all_bytes(Value self, Test test) {
  const std::string_view text = bytes_of(self);
  for (const char c : text)
    if (!test(c)) return make_bool(false);
  return make_bool(!text.empty());
}

Result<char> fill_byte(const char* function, Value value) {
  if (value.is_null()) return ' ';
  if ((is_bytes(value) || is_bytearray(value)) && bytes_of(value).size() == 1) return bytes_of(value)[0];
  return raise(types.TypeError, "{}() argument 2 must be a byte string of length 1, not {}", function,
               given_name(value));
}

Result<Value> pad(Value self, int64_t left, int64_t right, char fill) {
  const std::string_view text = bytes_of(self);
  left = std::max<int64_t>(left, 0);
  right = std::max<int64_t>(right, 0);
  if (!can_allocate(text.size() + static_cast<size_t>(left) + static_cast<size_t>(right)))
    return raise_no_memory();
  std::string out(static_cast<size_t>(left), fill);
  out += text;
  out.append(static_cast<size_t>(right), fill);
  return make_like(self, out);
}

int hex_value(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a' + 10);
  return c >= 'A' && c <= 'F' ? static_cast<int>(c - 'A' + 10) : -1;
}

Result<std::string> parse_hex(const Str* text) {
  std::string out;
  const auto bad = [](size_t at) {
    return raise(types.ValueError, "non-hexadecimal number found in fromhex() arg at position {}", at);
  };
  for (size_t i = 0; i < text->length;) {
    const char32_t c = text->at(i);
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      ++i;
      continue;
    }
    if (hex_value(c) < 0) return bad(i);
    if (i + 1 >= text->length || hex_value(text->at(i + 1)) < 0) return bad(i + 1);
    out += static_cast<char>(hex_value(c) * 16 + hex_value(text->at(i + 1)));
    i += 2;
  }
  return out;
}

}  // namespace

/// data.hex(sep, bytes_per_sep), also of memoryview.
Result<Value> hex_text(std::string_view data, Value separator, Value group_value) {
  char sep = 0;
  int group = 0;
  if (!separator.is_null()) {
    if (TRY(length(separator)) != 1) return raise(types.ValueError, "sep must be length 1.");
    if (is_str(separator)) {
      if (!separator.as<Str>()->is_ascii()) return raise(types.ValueError, "sep must be ASCII.");
      sep = static_cast<char>(separator.as<Str>()->at(0));
    } else if (is_bytes(separator)) {
      sep = separator.as<Bytes>()->view()[0];
    } else {
      return raise(types.TypeError, "sep must be str or bytes.");
    }
    if (static_cast<signed char>(sep) < 0) return raise(types.ValueError, "sep must be ASCII.");
    group = group_value.is_null() ? 1 : TRY(to_c_int(group_value));
  }
  if (!can_allocate(data.size() * 3)) return raise_no_memory();
  const size_t size = static_cast<size_t>(std::abs(static_cast<int64_t>(group)));
  std::string out;
  out.reserve(data.size() * 2);
  for (size_t i = 0; i < data.size(); ++i) {
    // A negative group counts from the left.
    const size_t counted = group < 0 ? i : data.size() - i;
    if (size != 0 && i != 0 && counted % size == 0) out += sep;
    const auto byte = static_cast<unsigned char>(data[i]);
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return make_ascii(out);
}

Result<Value> bytes_decode(const Value* a) {
  CodecNames names_of_codec;
  TRY(names_of_codec.take("decode", a[1], a[2]));
  if (is_bytes(a[0]))
    return decode_text(bytes_of(a[0]), a[0], names_of_codec.encoding, names_of_codec.errors);
  Buffer buffer;  // keeps a bytearray from moving
  TRY(buffer.acquire(a[0]));
  return decode_text(buffer.text(), a[0], names_of_codec.encoding, names_of_codec.errors);
}

Result<Value> bytes_lower(const Value* a) {
  return map_bytes(a[0], [](char c, size_t) { return to_lower(c); });
}
Result<Value> bytes_upper(const Value* a) {
  return map_bytes(a[0], [](char c, size_t) { return to_upper(c); });
}
Result<Value> bytes_swapcase(const Value* a) {
  return map_bytes(a[0], [](char c, size_t) { return is_lower(c) ? to_upper(c) : to_lower(c); });
}
Result<Value> bytes_capitalize(const Value* a) {
  return map_bytes(a[0], [](char c, size_t i) { return i == 0 ? to_upper(c) : to_lower(c); });
}
Result<Value> bytes_title(const Value* a) {
  bool in_word = false;
  return map_bytes(a[0], [&in_word](char c, size_t) {
    const char mapped = in_word ? to_lower(c) : to_upper(c);
    in_word = is_letter(c);
    return mapped;
  });
}

Result<Value> bytes_isalnum(const Value* a) {
  return all_bytes(a[0], [](char c) { return is_letter(c) || is_digit(c); });
}
Result<Value> bytes_isalpha(const Value* a) {
  return all_bytes(a[0], is_letter);
}
Result<Value> bytes_isdigit(const Value* a) {
  return all_bytes(a[0], is_digit);
}
Result<Value> bytes_isspace(const Value* a) {
  return all_bytes(a[0], [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}
Result<Value> bytes_isascii(const Value* a) {
  return make_bool(is_ascii_data(bytes_of(a[0]).data(), bytes_of(a[0]).size()));
}
Result<Value> bytes_islower(const Value* a) {
  bool found = false;
  for (const char c : bytes_of(a[0])) {
    if (is_upper(c)) return make_bool(false);
    found |= is_lower(c);
  }
  return make_bool(found);
}
Result<Value> bytes_isupper(const Value* a) {
  bool found = false;
  for (const char c : bytes_of(a[0])) {
    if (is_lower(c)) return make_bool(false);
    found |= is_upper(c);
  }
  return make_bool(found);
}
Result<Value> bytes_istitle(const Value* a) {
  bool found = false, in_word = false;
  for (const char c : bytes_of(a[0])) {
    if ((is_upper(c) && in_word) || (is_lower(c) && !in_word)) return make_bool(false);
    in_word = is_letter(c);
    found |= in_word;
  }
  return make_bool(found);
}

Result<Value> bytes_center(const Value* a) {
  const int64_t width = TRY(to_int64(a[1]));
  const char fill = TRY(fill_byte("center", a[2]));
  const auto size = static_cast<int64_t>(bytes_of(a[0]).size());
  if (size >= width) return make_like(a[0], bytes_of(a[0]));
  const int64_t margin = width - size, left = margin / 2 + (margin & width & 1);
  return pad(a[0], left, margin - left, fill);
}
Result<Value> bytes_ljust(const Value* a) {
  const int64_t width = TRY(to_int64(a[1]));
  const char fill = TRY(fill_byte("ljust", a[2]));
  return pad(a[0], 0, std::max<int64_t>(width, 0) - static_cast<int64_t>(bytes_of(a[0]).size()), fill);
}
Result<Value> bytes_rjust(const Value* a) {
  const int64_t width = TRY(to_int64(a[1]));
  const char fill = TRY(fill_byte("rjust", a[2]));
  return pad(a[0], std::max<int64_t>(width, 0) - static_cast<int64_t>(bytes_of(a[0]).size()), 0, fill);
}

Result<Value> bytes_zfill(const Value* a) {
  const int64_t width = TRY(to_int64(a[1]));
  const std::string_view text = bytes_of(a[0]);
  const int64_t zeros = std::max<int64_t>(width, 0) - static_cast<int64_t>(text.size());
  if (zeros <= 0) return make_like(a[0], text);
  if (!can_allocate(static_cast<size_t>(width))) return raise_no_memory();
  std::string out(static_cast<size_t>(zeros), '0');
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    out.insert(0, 1, text[0]);
    out += text.substr(1);
  } else {
    out += text;
  }
  return make_like(a[0], out);
}

Result<Value> bytes_expandtabs(const Value* a) {
  const int64_t tab_size = a[1].is_null() ? 8 : TRY(to_c_int(a[1]));
  std::string out;
  int64_t column = 0;
  for (const char c : bytes_of(a[0])) {
    if (c == '\t') {
      if (tab_size <= 0) continue;
      const int64_t spaces = tab_size - column % tab_size;
      if (!can_allocate(out.size() + static_cast<size_t>(spaces)))
        return raise(types.OverflowError, "result too long");
      column += spaces;
      out.append(static_cast<size_t>(spaces), ' ');
      continue;
    }
    out += c;
    column = c == '\n' || c == '\r' ? 0 : column + 1;
  }
  return make_like(a[0], out);
}

Result<Value> bytes_translate(const Value* a) {
  Buffer table, removed;
  const bool has_table = !is_none(a[1]);
  if (has_table) {
    TRY(table.acquire(a[1]));
    if (table.size() != 256) return raise(types.ValueError, "translation table must be 256 characters long");
  }
  if (!a[2].is_null()) TRY(removed.acquire(a[2]));
  bool drop[256] = {};
  for (const char c : removed.text()) drop[static_cast<unsigned char>(c)] = true;
  std::string out;
  for (const char c : bytes_of(a[0])) {
    const auto byte = static_cast<unsigned char>(c);
    if (!drop[byte]) out += has_table ? table.data()[byte] : c;
  }
  return make_like(a[0], out);
}

Result<Value> bytes_maketrans(const Value* a) {
  Buffer from, to;
  TRY(from.acquire(a[0]));
  TRY(to.acquire(a[1]));
  if (from.size() != to.size()) return raise(types.ValueError, "maketrans arguments must have same length");
  std::string table(256, '\0');
  for (size_t i = 0; i < 256; ++i) table[i] = static_cast<char>(i);
  for (size_t i = 0; i < from.size(); ++i) table[static_cast<unsigned char>(from.data()[i])] = to.data()[i];
  return make_bytes(table);
}

Result<Value> bytes_hex(const Value* a) {
  return hex_text(std::string(bytes_of(a[0])), a[1], a[2]);
}

Result<Value> bytes_fromhex(const Value* a) {
  const std::string data = TRY(parse_hex(TRY(str_argument(a[1], "fromhex", 0))));
  auto* type = a[0].as<Type>();
  if (type == types.bytes) return make_bytes(data);
  if (type == types.bytearray) return make_bytearray(data);
  const Value made =
      is_subtype(type, types.bytes) ? Value(make_bytes(data)) : Value(TRY(make_bytearray(data)));
  return call(type, {made});
}

}  // namespace ouro::vm
