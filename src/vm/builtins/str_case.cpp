// str: letter case, and the questions about characters.
#include "base/unicode.h"
#include "vm/builtins/str_methods.h"
#include "vm/object/unicode_data.h"

namespace ouro::vm {

namespace {

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kFinalSigma = 0x3C2;
constexpr char32_t kSmallSigma = 0x3C3;

/// Whether the sigma at `index` ends a word: a letter before it and none after, looking past what case
/// ignores.
bool is_final(const Str* text, size_t index) {
  const auto ignored = [](char32_t c) { return (character_flags(c) & kCharCaseIgnorable) != 0; };
  const auto cased = [](char32_t c) { return (character_flags(c) & kCharCased) != 0; };
  size_t before = index;
  while (before > 0 && ignored(text->at(before - 1))) --before;
  if (before == 0 || !cased(text->at(before - 1))) return false;
  size_t after = index + 1;
  while (after < text->length && ignored(text->at(after))) ++after;
  return after == text->length || !cased(text->at(after));
}

void append_mapped(StrBuilder& out, const Str* text, size_t index, CaseMapping mapping) {
  const char32_t c = text->at(index);
  if (mapping == CaseMapping::Lower && c == kCapitalSigma)
    return out.append(is_final(text, index) ? kFinalSigma : kSmallSigma);
  char32_t mapped[3];
  const int count = map_case(c, mapping, mapped);
  for (int i = 0; i < count; ++i) out.append(mapped[i]);
}

template <class Map>
Result<Value> map_ascii(const Str* text, Map map) {
  Str* result = TRY(allocate_str(text->length, 0x7F));
  if (text->length == 1) return make_char(map(text->latin1()[0], size_t{0}));
  auto* out = static_cast<uint8_t*>(writable_data(result));
  for (size_t i = 0; i < text->length; ++i) out[i] = map(text->latin1()[i], i);
  return result;
}

constexpr uint8_t ascii_lower(uint8_t c) {
  return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}
constexpr uint8_t ascii_upper(uint8_t c) {
  return c >= 'a' && c <= 'z' ? c & 0xDF : c;
}

Result<Value> map_all(const Str* text, CaseMapping mapping) {
  if (text->is_ascii()) {
    if (mapping == CaseMapping::Upper)
      return map_ascii(text, [](uint8_t c, size_t) { return ascii_upper(c); });
    return map_ascii(text, [](uint8_t c, size_t) { return ascii_lower(c); });
  }
  StrBuilder out;
  for (size_t i = 0; i < text->length; ++i) append_mapped(out, text, i, mapping);
  return out.finish();
}

/// Every character has one of the flags, and there is one.
Value all_have(Value self, uint16_t flags) {
  const Str* text = self.as<Str>();
  return visit_chars(text, [flags](auto chars) {
    for (const char32_t c : chars)
      if ((character_flags(c) & flags) == 0) return make_bool(false);
    return make_bool(!chars.empty());
  });
}

/// Has a cased character, and none with a flag of `excluded`.
Value cased_without(Value self, uint16_t wanted, uint16_t excluded) {
  bool found = false;
  const Str* text = self.as<Str>();
  for (size_t i = 0; i < text->length; ++i) {
    const uint16_t flags = character_flags(text->at(i));
    if ((flags & excluded) != 0) return make_bool(false);
    if ((flags & wanted) != 0) found = true;
  }
  return make_bool(found);
}

}  // namespace

Result<Value> str_lower(const Value* a) {
  return map_all(a[0].as<Str>(), CaseMapping::Lower);
}
Result<Value> str_upper(const Value* a) {
  return map_all(a[0].as<Str>(), CaseMapping::Upper);
}
Result<Value> str_casefold(const Value* a) {
  return map_all(a[0].as<Str>(), CaseMapping::Fold);
}

Result<Value> str_capitalize(const Value* a) {
  const Str* text = a[0].as<Str>();
  if (text->is_ascii())
    return map_ascii(text, [](uint8_t c, size_t i) { return i == 0 ? ascii_upper(c) : ascii_lower(c); });
  StrBuilder out;
  for (size_t i = 0; i < text->length; ++i)
    append_mapped(out, text, i, i == 0 ? CaseMapping::Title : CaseMapping::Lower);
  return out.finish();
}

Result<Value> str_swapcase(const Value* a) {
  const Str* text = a[0].as<Str>();
  StrBuilder out;
  for (size_t i = 0; i < text->length; ++i) {
    const uint16_t flags = character_flags(text->at(i));
    if ((flags & kCharUpper) != 0) {
      append_mapped(out, text, i, CaseMapping::Lower);
    } else if ((flags & kCharLower) != 0) {
      append_mapped(out, text, i, CaseMapping::Upper);
    } else {
      out.append(text->at(i));
    }
  }
  return out.finish();
}

Result<Value> str_title(const Value* a) {
  const Str* text = a[0].as<Str>();
  StrBuilder out;
  bool in_word = false;
  for (size_t i = 0; i < text->length; ++i) {
    append_mapped(out, text, i, in_word ? CaseMapping::Lower : CaseMapping::Title);
    in_word = (character_flags(text->at(i)) & kCharCased) != 0;
  }
  return out.finish();
}

Result<Value> str_isascii(const Value* a) {
  return make_bool(a[0].as<Str>()->is_ascii());
}
Result<Value> str_islower(const Value* a) {
  return cased_without(a[0], kCharLower, kCharUpper | kCharTitle);
}
Result<Value> str_isupper(const Value* a) {
  return cased_without(a[0], kCharUpper, kCharLower | kCharTitle);
}

Result<Value> str_istitle(const Value* a) {
  const Str* text = a[0].as<Str>();
  bool in_word = false, found = false;
  for (size_t i = 0; i < text->length; ++i) {
    const uint16_t flags = character_flags(text->at(i));
    if ((flags & (kCharUpper | kCharTitle)) != 0) {
      if (in_word) return make_bool(false);
      in_word = found = true;
    } else if ((flags & kCharLower) != 0) {
      if (!in_word) return make_bool(false);
    } else {
      in_word = false;
    }
  }
  return make_bool(found);
}

Result<Value> str_isspace(const Value* a) {
  return all_have(a[0], kCharSpace);
}
Result<Value> str_isdecimal(const Value* a) {
  return all_have(a[0], kCharDecimal);
}
Result<Value> str_isdigit(const Value* a) {
  return all_have(a[0], kCharDigit);
}
Result<Value> str_isnumeric(const Value* a) {
  return all_have(a[0], kCharNumeric);
}
Result<Value> str_isalpha(const Value* a) {
  return all_have(a[0], kCharAlpha);
}
Result<Value> str_isalnum(const Value* a) {
  return all_have(a[0], kCharAlpha | kCharNumeric);
}
Result<Value> str_isprintable(const Value* a) {
  return make_bool(a[0].as<Str>()->length == 0 || all_have(a[0], kCharPrintable) == make_bool(true));
}

Result<Value> str_isidentifier(const Value* a) {
  const Str* text = a[0].as<Str>();
  if (text->length == 0 || !is_identifier_start(text->at(0))) return make_bool(false);
  for (size_t i = 1; i < text->length; ++i)
    if (!is_identifier_continue(text->at(i))) return make_bool(false);
  return make_bool(true);
}

}  // namespace ouro::vm
