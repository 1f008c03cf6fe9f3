// The type codes of marshal's version 4 format and its limits, for reader and writer.
#pragma once

#include <cstdint>

namespace ouro::pyc {

enum MarshalCode : uint8_t {
  kCodeNull = '0',
  kCodeNone = 'N',
  kCodeFalse = 'F',
  kCodeTrue = 'T',
  kCodeStopIteration = 'S',
  kCodeEllipsis = '.',
  kCodeInt = 'i',
  kCodeInt64 = 'I',
  kCodeFloatText = 'f',
  kCodeFloat = 'g',
  kCodeComplexText = 'x',
  kCodeComplex = 'y',
  kCodeLong = 'l',
  kCodeBytes = 's',
  kCodeInterned = 't',
  kCodeReference = 'r',
  kCodeTuple = '(',
  kCodeSmallTuple = ')',
  kCodeList = '[',
  kCodeDict = '{',
  kCodeCode = 'c',
  kCodeUnicode = 'u',
  kCodeSet = '<',
  kCodeFrozenSet = '>',
  kCodeAscii = 'a',
  kCodeAsciiInterned = 'A',
  kCodeShortAscii = 'z',
  kCodeShortAsciiInterned = 'Z',
};

/// Set on a type code: the object takes the next number in the list that kCodeReference speaks of.
constexpr uint8_t kReferenceFlag = 0x80;

/// How deep objects may be nested, the outermost one counting as 1.
constexpr int kMaxMarshalDepth = 2000;

/// How deep frozensets may be nested in each other. CPython has no such limit, but Python source can't
/// express even one set constant inside another, and both reading and writing take time exponential, or at
/// least multiplied, in this depth.
constexpr int kMaxNestedSets = 4;

/// Sizes and reference numbers are signed 32-bit values.
constexpr uint32_t kMaxMarshalSize = 0x7FFFFFFF;

/// Big integers are written in digits of this many bits.
constexpr int kMarshalDigitBits = 15;

}  // namespace ouro::pyc
