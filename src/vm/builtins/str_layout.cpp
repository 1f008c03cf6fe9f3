// str: padding, tabs, character tables.
#include "vm/builtins/str_methods.h"

namespace ouro::vm {

namespace {

Result<Value> pad(Str* text, int64_t left, int64_t right, char32_t fill) {
  left = std::max<int64_t>(left, 0);
  right = std::max<int64_t>(right, 0);
  if (left == 0 && right == 0) return exact_str(text);
  const auto length = static_cast<int64_t>(text->length);
  if (left > INT64_MAX - length || right > INT64_MAX - length - left)
    return raise(types.OverflowError, "padded string is too long");
  if (!can_allocate(static_cast<size_t>(length + left + right))) return raise_no_memory();
  StrBuilder out;
  out.append_repeated(fill, static_cast<size_t>(left));
  out.append(text);
  out.append_repeated(fill, static_cast<size_t>(right));
  return out.finish();
}

/// The fill character of center, ljust, rjust.
Result<char32_t> fill_character(Value value) {
  if (value.is_null()) return U' ';
  if (!is_str(value))
    return raise(types.TypeError, "The fill character must be a unicode character, not {}", type_name(value));
  const Str* text = value.as<Str>();
  if (text->length != 1)
    return raise(types.TypeError, "The fill character must be exactly one character long");
  return text->at(0);
}

/// What a translation table has for a character: appended to `out`.
Status append_translated(StrBuilder& out, char32_t c, Value table) {
  Result<Value> looked_up = get_item(table, make_int(c));
  if (!looked_up.ok()) {
    if (!clear_if(types.LookupError)) return Raised{};
    out.append(c);
    return {};
  }
  const Value mapped = looked_up.unwrap();
  if (is_none(mapped)) return {};
  if (is_str(mapped)) {
    out.append(mapped.as<Str>());
    return {};
  }
  if (!is_int(mapped)) return raise(types.TypeError, "character mapping must return integer, None or str");
  int64_t number;
  if (!int_fits(mapped, &number) || number < 0 || number > 0x10FFFF)
    return raise(types.ValueError, "character mapping must be in range(0x110000)");
  out.append(static_cast<char32_t>(number));
  return {};
}

Status add_table_entry(Dict* table, Value key, Value value) {
  if (is_str(key)) {
    const Str* text = key.as<Str>();
    if (text->length != 1)
      return raise(types.ValueError, "string keys in translate table must be of length 1");
    return dict_set(table, make_int(text->at(0)), value);
  }
  if (!is_int(key)) return raise(types.TypeError, "keys in translate table must be strings or integers");
  return dict_set(table, key, value);
}

Result<Value> table_from_dict(Value source) {
  if (!is_exactly(source, types.dict))
    return raise(types.TypeError, "if you give only one argument to maketrans it must be a dict");
  Dict* table = make_dict();
  size_t position = 0;
  Value key, value;
  while (dict_next(source.as<Dict>(), &position, &key, &value)) TRY(add_table_entry(table, key, value));
  return table;
}

}  // namespace

Result<Value> str_center(const Value* a) {
  Str* text = a[0].as<Str>();
  const int64_t width = TRY(to_int64(a[1]));
  const char32_t fill = TRY(fill_character(a[2]));
  const auto length = static_cast<int64_t>(text->length);
  if (length >= width) return exact_str(text);
  const int64_t margin = width - length;
  const int64_t left = margin / 2 + (margin & width & 1);
  return pad(text, left, margin - left, fill);
}

Result<Value> str_ljust(const Value* a) {
  const int64_t width = TRY(to_int64(a[1]));
  const char32_t fill = TRY(fill_character(a[2]));
  Str* text = a[0].as<Str>();
  return width < 0 ? Result<Value>(exact_str(text))
                   : pad(text, 0, width - static_cast<int64_t>(text->length), fill);
}

Result<Value> str_rjust(const Value* a) {
  const int64_t width = TRY(to_int64(a[1]));
  const char32_t fill = TRY(fill_character(a[2]));
  Str* text = a[0].as<Str>();
  return width < 0 ? Result<Value>(exact_str(text))
                   : pad(text, width - static_cast<int64_t>(text->length), 0, fill);
}

Result<Value> str_zfill(const Value* a) {
  Str* text = a[0].as<Str>();
  const int64_t width = TRY(to_int64(a[1]));
  const auto length = static_cast<int64_t>(text->length);
  if (width <= length) return exact_str(text);
  const bool sign = length > 0 && (text->at(0) == '+' || text->at(0) == '-');
  if (!sign) return pad(text, width - length, 0, '0');
  if (!can_allocate(static_cast<size_t>(width))) return raise_no_memory();
  StrBuilder out;
  out.append(text->at(0));
  out.append_repeated('0', static_cast<size_t>(width - length));
  out.append(text, 1, text->length);
  return out.finish();
}

Result<Value> str_expandtabs(const Value* a) {
  const int64_t tab_size = a[1].is_null() ? 8 : TRY(to_c_int(a[1]));
  Str* text = a[0].as<Str>();
  StrBuilder out;
  int64_t column = 0;
  bool found = false;
  for (size_t i = 0; i < text->length; ++i) {
    const char32_t c = text->at(i);
    if (c == '\t') {
      found = true;
      if (tab_size <= 0) continue;
      const int64_t spaces = tab_size - column % tab_size;
      if (!can_allocate(out.length() + static_cast<size_t>(spaces)))
        return raise(types.OverflowError, "new string is too long");
      column += spaces;
      out.append_repeated(' ', static_cast<size_t>(spaces));
    } else {
      ++column;
      out.append(c);
      if (c == '\n' || c == '\r') column = 0;
    }
  }
  return found ? out.finish() : Result<Str*>(exact_str(text));
}

Result<Value> str_translate(const Value* a) {
  Str* text = a[0].as<Str>();
  StrBuilder out;
  for (size_t i = 0; i < text->length; ++i) TRY(append_translated(out, text->at(i), a[1]));
  return out.finish();
}

Result<Value> str_maketrans(const Value* a) {
  // A static method: the arguments start at 0.
  const Value x = a[0], y = a[1], z = a[2];
  if (y.is_null()) return table_from_dict(x);
  TRY(str_argument(y, "maketrans", 2));
  if (!z.is_null()) TRY(str_argument(z, "maketrans", 3));
  if (!is_str(x))
    return raise(types.TypeError, "first maketrans argument must be a string if there is a second argument");
  const Str *from = x.as<Str>(), *to = y.as<Str>();
  if (from->length != to->length)
    return raise(types.ValueError, "the first two maketrans arguments must have equal length");
  Dict* table = make_dict();
  for (size_t i = 0; i < from->length; ++i) TRY(dict_set(table, make_int(from->at(i)), make_int(to->at(i))));
  if (z.is_null()) return table;
  const Str* removed = z.as<Str>();
  for (size_t i = 0; i < removed->length; ++i) TRY(dict_set(table, make_int(removed->at(i)), none()));
  return table;
}

}  // namespace ouro::vm
