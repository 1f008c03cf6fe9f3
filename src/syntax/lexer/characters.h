// What a byte can begin, and what may stand in an identifier: one table look-up per byte.
#pragma once

#include <array>
#include <cstdint>

#include "syntax/token.h"

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
  OpeningBracket,
  ClosingBracket,
  Single,    // an operator that nothing can follow to make a longer one
  Equal,     // an operator that a '=' behind it makes another one
  Operator,  // the others
};

enum CharacterTrait : uint8_t {
  kIdentifierPart = 1,  // ASCII letter, digit or '_'
  kDigit = 2,
  kHexDigit = 4,
  kWidePart = 8,
};

/// What an operator of one character is, and what it is with a '=' behind it.
struct OperatorKinds {
  TokenKind plain = TokenKind::Error;
  TokenKind equal = TokenKind::Error;
};

struct CharacterTables {
  std::array<CharacterClass, 256> classes{};
  std::array<uint8_t, 256> traits{};
  std::array<OperatorKinds, 256> operators{};
};

constexpr void add_operators(CharacterTables& t) {
  using enum TokenKind;
  using Class = CharacterClass;
  auto add = [&t](char c, Class character_class, TokenKind plain, TokenKind equal = TokenKind::Error) {
    t.classes[static_cast<unsigned char>(c)] = character_class;
    t.operators[static_cast<unsigned char>(c)] = {plain, equal};
  };
  add('(', Class::OpeningBracket, LeftParen);
  add('[', Class::OpeningBracket, LeftBracket);
  add('{', Class::OpeningBracket, LeftBrace);
  add(')', Class::ClosingBracket, RightParen);
  add(']', Class::ClosingBracket, RightBracket);
  add('}', Class::ClosingBracket, RightBrace);
  add(',', Class::Single, Comma);
  add(';', Class::Single, Semicolon);
  add('~', Class::Single, Tilde);
  add('=', Class::Equal, Equal, EqualEqual);
  add(':', Class::Equal, Colon, ColonEqual);
  add('+', Class::Equal, Plus, PlusEqual);
  add('|', Class::Equal, Bar, BarEqual);
  add('&', Class::Equal, Ampersand, AmpersandEqual);
  add('%', Class::Equal, Percent, PercentEqual);
  add('^', Class::Equal, Circumflex, CircumflexEqual);
  add('@', Class::Equal, At, AtEqual);
  add('!', Class::Equal, Stray, NotEqual);
  add('-', Class::Operator, Minus, MinusEqual);
  add('*', Class::Operator, Star, StarEqual);
  add('/', Class::Operator, Slash, SlashEqual);
  add('<', Class::Operator, Less, LessEqual);
  add('>', Class::Operator, Greater, GreaterEqual);
}

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
  add_operators(t);
  return t;
}

inline constexpr CharacterTables kCharacters = make_character_tables();

inline CharacterClass character_class(char c) {
  return kCharacters.classes[static_cast<unsigned char>(c)];
}
inline const OperatorKinds& operator_kinds(char c) {
  return kCharacters.operators[static_cast<unsigned char>(c)];
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
