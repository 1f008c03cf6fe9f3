// The code words that re._compiler of Python 3.11 writes: operations, places, categories, flags.
#pragma once

#include <cstdint>

namespace ouro::vm::sre {

constexpr uint32_t kMagic = 20220615;
constexpr uint32_t kMaxRepeat = 0xFFFFFFFF;
constexpr uint32_t kMaxGroups = 0x3FFFFFFF;

enum class Op : uint32_t {
  Failure,
  Success,
  Any,
  AnyAll,
  Assert,
  AssertNot,
  At,
  Branch,
  Category,
  Charset,
  BigCharset,
  GroupRef,
  GroupRefExists,
  In,
  Info,
  Jump,
  Literal,
  Mark,
  MaxUntil,
  MinUntil,
  NotLiteral,
  Negate,
  Range,
  Repeat,
  RepeatOne,
  Subpattern,
  MinRepeatOne,
  AtomicGroup,
  PossessiveRepeat,
  PossessiveRepeatOne,
  GroupRefIgnore,
  InIgnore,
  LiteralIgnore,
  NotLiteralIgnore,
  GroupRefLocIgnore,
  InLocIgnore,
  LiteralLocIgnore,
  NotLiteralLocIgnore,
  GroupRefUniIgnore,
  InUniIgnore,
  LiteralUniIgnore,
  NotLiteralUniIgnore,
  RangeUniIgnore
};

enum class At : uint32_t {
  Beginning,
  BeginningLine,
  BeginningString,
  Boundary,
  NonBoundary,
  End,
  EndLine,
  EndString,
  LocBoundary,
  LocNonBoundary,
  UniBoundary,
  UniNonBoundary
};
constexpr uint32_t kAtCount = 12;

enum class Category : uint32_t {
  Digit,
  NotDigit,
  Space,
  NotSpace,
  Word,
  NotWord,
  Linebreak,
  NotLinebreak,
  LocWord,
  LocNotWord,
  UniDigit,
  UniNotDigit,
  UniSpace,
  UniNotSpace,
  UniWord,
  UniNotWord,
  UniLinebreak,
  UniNotLinebreak
};
constexpr uint32_t kCategoryCount = 18;

enum Flags : uint32_t {
  kFlagTemplate = 1,
  kFlagIgnoreCase = 2,
  kFlagLocale = 4,
  kFlagMultiline = 8,
  kFlagDotAll = 16,
  kFlagUnicode = 32,
  kFlagVerbose = 64,
  kFlagDebug = 128,
  kFlagAscii = 256
};

enum InfoFlags : uint32_t { kInfoPrefix = 1, kInfoLiteral = 2, kInfoCharset = 4 };

}  // namespace ouro::vm::sre
