// Which fields a code object has in a .pyc, in order, by CPython version: the only thing about marshal that
// changes from version to version.
#pragma once

#include <cstdint>
#include <span>

namespace ouro::pyc {

enum class CodeField : uint8_t {
  // 32-bit numbers
  ArgCount,
  PositionalOnlyCount,
  KeywordOnlyCount,
  StackSize,
  Flags,
  FirstLine,
  // objects
  Code,
  Consts,
  Names,
  LocalsPlusNames,
  LocalsPlusKinds,
  FileName,
  Name,
  QualifiedName,
  LineTable,
  ExceptionTable,
};

constexpr int kCodeFieldCount = 16;

struct CodeLayout {
  uint16_t version;  // 0x030B for 3.11
  std::span<const CodeField> fields;
};

extern const CodeLayout kCodeLayout311;

/// The layout of a CPython version (0x030B for 3.11), or null where the reader has none.
const CodeLayout* find_code_layout(uint16_t version);

}  // namespace ouro::pyc
