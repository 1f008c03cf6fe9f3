// What a byte can begin, and what may stand in an identifier: one table look-up per byte.
#pragma once

#include <array>
#include <cstdint>

namespace ouro::syntax {

enum class CharacterClass : uint8_t {
  Other,
  Identifier,  // ASCII letter or '_'
  Wide,        // a byte of 128 and above
  Digit,
  Quote,
  Newline,
  Hash,
  Dot,
  Backslash,
  Operator,
};

enum CharacterTrait : uint8_t {
  kIdentifierPart = 1,  // ASCII letter, digit or '_'
  kDigit = 2,
  kHexDigit = 4,
  kWidePart = 8,
};

struct CharacterTables {
  std::array<CharacterClass, 256> classes{};
  std::array<uint8_t, 256> traits{};
};

constexpr CharacterTables make_character_tables() {
  CharacterTables t;
  auto letter = [&t](int c) {
    t.classes[c] = CharacterClass::Identifier;
    t.traits[c] = kIdentifierPart;
    if ((c | 32) <= 'f' && c != '_') t.traits[c] |= kHexDigit;
  };
  for (int c = 'a'; c <= 'z'; ++c) letter(c);
  for (int c = 'A'; c <= 'Z'; ++c) letter(c);
  letter('_');
  for (int c = '0'; c <= '9'; ++c) {
    t.classes[c] = CharacterClass::Digit;
    t.traits[c] = kIdentifierPart | kDigit | kHexDigit;
  }
  for (int c = 128; c < 256; ++c) {
    t.classes[c] = CharacterClass::Wide;
    t.traits[c] = kWidePart;
  }
  t.classes['"'] = t.classes['\''] = CharacterClass::Quote;
  t.classes['\n'] = CharacterClass::Newline;
  t.classes['#'] = CharacterClass::Hash;
  t.classes['.'] = CharacterClass::Dot;
  t.classes['\\'] = CharacterClass::Backslash;
  for (const char* c = "()[]{}:,;+-*/|&<>=%~^@!"; *c != 0; ++c)
    t.classes[static_cast<unsigned char>(*c)] = CharacterClass::Operator;
  return t;
}

inline constexpr CharacterTables kCharacters = make_character_tables();

inline CharacterClass character_class(char c) {
  return kCharacters.classes[static_cast<unsigned char>(c)];
}
inline uint8_t character_traits(char c) {
  return kCharacters.traits[static_cast<unsigned char>(c)];
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_identifier_part(char c) {
  return (character_traits(c) & kIdentifierPart) != 0;
}
inline bool is_wide(char c) {
  return static_cast<signed char>(c) < 0;
}

}  // namespace ouro::syntax
