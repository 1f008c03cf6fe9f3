// The module unicodedata, with Unicode 14 as CPython 3.11 has it, and its older self `ucd_3_2_0`, which knows
// the characters of Unicode 3.2 only.
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/unicode.h"
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"
#include "vm/object/str_data.h"
#include "vm/object/unicode_data.h"

namespace ouro::vm {

namespace {

Type* ucd_type = nullptr;

/// Whether `self` is ucd_3_2_0, and not the module.
bool is_old(Value self) {
  return ucd_type != nullptr && is_exactly(self, ucd_type);
}

bool is_known(Value self, char32_t c) {
  if ((character_flags(c) & kCharAssigned) == 0) return false;
  if (!is_old(self)) return true;
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  return age[0] < 3 || (age[0] == 3 && age[1] <= 2);
}

Result<char32_t> character(const char* function, const char* argument, Value value) {
  if (!is_str(value) || value.as<Str>()->length != 1)
    return raise(types.TypeError, "{}() {} must be a unicode character, not {}", function, argument,
                 given_name(value));
  return value.as<Str>()->at(0);
}

Result<Value> or_default(Value otherwise, const char* message) {
  if (otherwise.is_null()) return raise(types.ValueError, "{}", message);
  return otherwise;
}

Result<Value> decimal(const Value* a) {
  const char32_t c = TRY(character("decimal", "argument 1", a[1]));
  const int value = is_known(a[0], c) ? decimal_value(c) : -1;
  return value < 0 ? or_default(a[2], "not a decimal") : make_int(value);
}

Result<Value> digit(const Value* a) {
  const char32_t c = TRY(character("digit", "argument 1", a[1]));
  const int value = is_known(a[0], c) ? digit_value(c) : -1;
  return value < 0 ? or_default(a[2], "not a digit") : make_int(value);
}

Result<Value> numeric(const Value* a) {
  const char32_t c = TRY(character("numeric", "argument 1", a[1]));
  if (!is_known(a[0], c) || (character_flags(c) & kCharNumeric) == 0)
    return or_default(a[2], "not a numeric character");
  return make_float(u_getNumericValue(static_cast<UChar32>(c)));
}

Result<Value> category(const Value* a) {
  const char32_t c = TRY(character("category", "argument", a[1]));
  if (!is_known(a[0], c)) return make_ascii("Cn");
  static constexpr const char* kNames[] = {"Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd",
                                           "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs", "Pd",
                                           "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"};
  return make_ascii(kNames[u_charType(static_cast<UChar32>(c))]);
}

Result<Value> bidirectional(const Value* a) {
  const char32_t c = TRY(character("bidirectional", "argument", a[1]));
  if (!is_known(a[0], c)) return empty_str();
  static constexpr const char* kNames[] = {"L",   "R",   "EN", "ES",  "ET",  "AN",  "CS",  "B",
                                           "S",   "WS",  "ON", "LRE", "LRO", "AL",  "RLE", "RLO",
                                           "PDF", "NSM", "BN", "FSI", "LRI", "RLI", "PDI"};
  return make_ascii(kNames[u_charDirection(static_cast<UChar32>(c))]);
}

Result<Value> combining(const Value* a) {
  const char32_t c = TRY(character("combining", "argument", a[1]));
  return make_int(is_known(a[0], c) ? u_getCombiningClass(static_cast<UChar32>(c)) : 0);
}

Result<Value> mirrored(const Value* a) {
  const char32_t c = TRY(character("mirrored", "argument", a[1]));
  return make_int(is_known(a[0], c) && u_isMirrored(static_cast<UChar32>(c)) ? 1 : 0);
}

Result<Value> east_asian_width(const Value* a) {
  const char32_t c = TRY(character("east_asian_width", "argument", a[1]));
  if (!is_known(a[0], c)) return make_ascii("F");  // what CPython's table happens to say of nothing
  static constexpr const char* kNames[] = {"N", "A", "H", "F", "Na", "W"};
  return make_ascii(kNames[u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_EAST_ASIAN_WIDTH)]);
}

/// "<super> " and the like; empty for a canonical decomposition.
const char* decomposition_tag(char32_t c) {
  switch (u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_DECOMPOSITION_TYPE)) {
    case U_DT_COMPAT:
      return "<compat> ";
    case U_DT_CIRCLE:
      return "<circle> ";
    case U_DT_FINAL:
      return "<final> ";
    case U_DT_FONT:
      return "<font> ";
    case U_DT_FRACTION:
      return "<fraction> ";
    case U_DT_INITIAL:
      return "<initial> ";
    case U_DT_ISOLATED:
      return "<isolated> ";
    case U_DT_MEDIAL:
      return "<medial> ";
    case U_DT_NARROW:
      return "<narrow> ";
    case U_DT_NOBREAK:
      return "<noBreak> ";
    case U_DT_SMALL:
      return "<small> ";
    case U_DT_SQUARE:
      return "<square> ";
    case U_DT_SUB:
      return "<sub> ";
    case U_DT_SUPER:
      return "<super> ";
    case U_DT_VERTICAL:
      return "<vertical> ";
    case U_DT_WIDE:
      return "<wide> ";
    default:
      return "";
  }
}

Result<Value> decomposition(const Value* a) {
  const char32_t c = TRY(character("decomposition", "argument", a[1]));
  const bool hangul = c >= 0xAC00 && c <= 0xD7A3;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCInstance(status);
  icu::UnicodeString mapped;
  if (hangul || !is_known(a[0], c) || normalizer == nullptr ||
      !normalizer->getRawDecomposition(static_cast<UChar32>(c), mapped))
    return empty_str();
  std::string text = decomposition_tag(c);
  for (int32_t i = 0; i < mapped.length(); i = mapped.moveIndex32(i, 1)) {
    if (i != 0) text += ' ';
    text += fmt::format("{:04X}", static_cast<uint32_t>(mapped.char32At(i)));
  }
  return make_ascii(text);
}

// ---- normal forms

icu::UnicodeString to_icu(const Str* text) {
  if (text->width() == 2)
    return icu::UnicodeString(reinterpret_cast<const UChar*>(text->utf16()),
                              static_cast<int32_t>(text->length));
  icu::UnicodeString result;
  for (size_t i = 0; i < text->length; ++i) result.append(static_cast<UChar32>(text->at(i)));
  return result;
}

Str* from_icu(const icu::UnicodeString& text) {
  std::u32string characters;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    characters += static_cast<char32_t>(text.char32At(i));
  return make_str(characters.data(), characters.size());
}

const icu::Normalizer2* plain_normalizer(const Str* form) {
  UErrorCode status = U_ZERO_ERROR;
  if (equals(form, "NFC")) return icu::Normalizer2::getNFCInstance(status);
  if (equals(form, "NFD")) return icu::Normalizer2::getNFDInstance(status);
  if (equals(form, "NFKC")) return icu::Normalizer2::getNFKCInstance(status);
  if (equals(form, "NFKD")) return icu::Normalizer2::getNFKDInstance(status);
  return nullptr;
}

/// What characters of a version normalisation sees.
const icu::UnicodeSet& characters_of(bool old) {
  const auto make = [](const char16_t* pattern) {
    UErrorCode status = U_ZERO_ERROR;
    auto* set = new icu::UnicodeSet(icu::UnicodeString(pattern), status);
    set->freeze();
    return set;
  };
  static const icu::UnicodeSet* const now = make(u"[:age=14.0:]");
  static const icu::UnicodeSet* const before = make(u"[:age=3.2:]");
  return old ? *before : *now;
}

struct NormalForm {
  const icu::Normalizer2* normalizer;
  Str* text;
};

Result<NormalForm> normal_form(const char* function, const Value* a) {
  for (int i = 1; i <= 2; ++i)
    if (!is_str(a[i]))
      return raise(types.TypeError, "{}() argument {} must be str, not {}", function, i, given_name(a[i]));
  const icu::Normalizer2* normalizer = plain_normalizer(a[1].as<Str>());
  if (normalizer == nullptr) return raise(types.ValueError, "invalid normalization form");
  if (a[2].as<Str>()->length > INT32_MAX / 4) return raise_no_memory();
  return NormalForm{normalizer, a[2].as<Str>()};
}

Result<Value> normalize(const Value* a) {
  const NormalForm form = TRY(normal_form("normalize", a));
  if (form.text->is_ascii()) return exact_str(form.text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::FilteredNormalizer2 filtered(*form.normalizer, characters_of(is_old(a[0])));
  const icu::Normalizer2& visible = filtered;
  const icu::UnicodeString result = visible.normalize(to_icu(form.text), status);
  if (U_FAILURE(status)) return raise_no_memory();
  return from_icu(result);
}

Result<Value> is_normalized(const Value* a) {
  const NormalForm form = TRY(normal_form("is_normalized", a));
  if (form.text->is_ascii()) return make_bool(true);
  UErrorCode status = U_ZERO_ERROR;
  const icu::FilteredNormalizer2 filtered(*form.normalizer, characters_of(is_old(a[0])));
  return make_bool(filtered.isNormalized(to_icu(form.text), status));
}

// ---- names

Result<Value> name(const Value* a) {
  const char32_t c = TRY(character("name", "argument 1", a[1]));
  const std::string text = is_known(a[0], c) ? character_name(c) : std::string();
  return text.empty() ? or_default(a[2], "no such name") : make_str(text);
}

struct NamedSequence {
  std::string_view name;
  std::u32string_view characters;
};
constexpr NamedSequence kSequences[] = {
#define SEQUENCE(name, characters) {name, characters},
#include "vm/modules/named_sequences.def"
#undef SEQUENCE
};

const NamedSequence* find_sequence(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kSequences, name, {}, &NamedSequence::name);
  return found != std::end(kSequences) && found->name == name ? found : nullptr;
}

std::string upper_ascii(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// Aliases and sequences came after Unicode 3.2.
Result<Value> lookup(const Value* a) {
  if (!is_str(a[1])) return raise(types.TypeError, "lookup() argument must be str, not {}", given_name(a[1]));
  const std::string text = TRY(utf8_or_raise(a[1].as<Str>()));
  if (text.size() > 256) return raise(types.KeyError, "name too long");
  const std::optional<char32_t> found = lookup_character_name(text);
  const bool known = found && is_known(a[0], *found);
  const std::string name = upper_ascii(text);
  if (known && (!is_old(a[0]) || character_name(*found) == name)) return make_char(*found);
  const NamedSequence* sequence = is_old(a[0]) ? nullptr : find_sequence(name);
  if (sequence == nullptr) return raise(types.KeyError, "undefined character name '{}'", text);
  StrBuilder out;
  for (char32_t c : sequence->characters) out.append(c);
  return out.finish();
}

constexpr MethodSpec kFunctions[] = {
    {"decimal", "($self, chr, default=<unrepresentable>, /)", decimal,
     "Converts a Unicode character into its equivalent decimal value."},
    {"digit", "($self, chr, default=<unrepresentable>, /)", digit,
     "Converts a Unicode character into its equivalent digit value."},
    {"numeric", "($self, chr, default=<unrepresentable>, /)", numeric,
     "Converts a Unicode character into its equivalent numeric value."},
    {"category", "($self, chr, /)", category,
     "Returns the general category assigned to the character chr as string."},
    {"bidirectional", "($self, chr, /)", bidirectional,
     "Returns the bidirectional class assigned to the character chr as string."},
    {"combining", "($self, chr, /)", combining,
     "Returns the canonical combining class assigned to the character chr as integer."},
    {"mirrored", "($self, chr, /)", mirrored,
     "Returns the mirrored property assigned to the character chr as integer."},
    {"east_asian_width", "($self, chr, /)", east_asian_width,
     "Returns the east asian width assigned to the character chr as string."},
    {"decomposition", "($self, chr, /)", decomposition,
     "Returns the character decomposition mapping assigned to the character chr as string."},
    {"is_normalized", "($self, form, unistr, /)", is_normalized,
     "Return whether the Unicode string unistr is in the normal form 'form'."},
    {"normalize", "($self, form, unistr, /)", normalize,
     "Return the normal form 'form' for the Unicode string unistr."},
    {"name", "($self, chr, default=<unrepresentable>, /)", name,
     "Returns the name assigned to the character chr as a string."},
    {"lookup", "($self, name, /)", lookup, "Look up character by name."},
};

Result<Value> old_version(Value) {
  return make_ascii("3.2.0");
}
constexpr GetSetSpec kGetSets[] = {{"unidata_version", old_version}};

Status execute(Module* module) {
  static TypeSpec spec;
  spec.name = "unicodedata.UCD";
  spec.kind = Kind::kNative;
  spec.flags = kTypeDisallowNew | kTypeImmutable;
  spec.methods = kFunctions;
  spec.getsets = kGetSets;
  TRY(add_type(module, &ucd_type, spec));
  TRY(module_add(module, "unidata_version", make_ascii("14.0.0")));
  return module_add(module, "ucd_3_2_0", allocate_instance(ucd_type));
}

}  // namespace

extern const ModuleSpec kUnicodedataModule;
const ModuleSpec kUnicodedataModule = {
    .name = "unicodedata",
    .doc =
        "This module provides access to the Unicode Character Database which\ndefines character properties "
        "for "
        "all Unicode characters. The data in\nthis database is based on the UnicodeData.txt file "
        "version\n14.0.0 "
        "which is publicly available from the Unicode Consortium.\n\nThe module uses the same names and "
        "symbols "
        "as defined by the\nUnicodeData File Format 14.0.0.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
