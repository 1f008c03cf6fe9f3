// The code object as plain data. The layout is 3.11's (PEP 659 era); what older and newer versions spell
// otherwise is derived from it by pyc/ and the version's table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/constant.h"

namespace ouro {

// co_flags (inspect.CO_*).
enum CodeFlags : uint32_t {
  kCoOptimized = 0x1,
  kCoNewLocals = 0x2,
  kCoVarArgs = 0x4,
  kCoVarKeywords = 0x8,
  kCoNested = 0x10,
  kCoGenerator = 0x20,
  kCoCoroutine = 0x80,
  kCoIterableCoroutine = 0x100,
  kCoAsyncGenerator = 0x200,
  kCoFutureDivision = 0x20000,
  kCoFutureAbsoluteImport = 0x40000,
  kCoFutureWithStatement = 0x80000,
  kCoFuturePrintFunction = 0x100000,
  kCoFutureUnicodeLiterals = 0x200000,
  kCoFutureBarryAsBdfl = 0x400000,
  kCoFutureGeneratorStop = 0x800000,
  kCoFutureAnnotations = 0x1000000,
};

// co_localspluskinds: one byte per local, cell and free variable.
enum LocalKind : uint8_t {
  kLocalHidden = 0x10,  // 3.12: a comprehension's inlined local
  kLocalLocal = 0x20,
  kLocalCell = 0x40,
  kLocalFree = 0x80,
};

/// A code object, with every field that marshal writes. All Constant pointers are non-null; strings are Str,
/// tuples are Tuple, byte strings are Bytes, and identity counts (see Constant).
struct CodeObject {
  int32_t arg_count = 0;  // positional parameters, positional-only ones included
  int32_t positional_only_count = 0;
  int32_t keyword_only_count = 0;
  int32_t stack_size = 0;
  uint32_t flags = 0;
  int32_t first_line = 0;
  const Constant* code = nullptr;               // Bytes: 16-bit units with inline caches
  const Constant* consts = nullptr;             // Tuple
  const Constant* names = nullptr;              // Tuple of Str
  const Constant* locals_plus_names = nullptr;  // Tuple of Str: locals, then cells, then free variables
  const Constant* locals_plus_kinds = nullptr;  // Bytes of LocalKind
  const Constant* filename = nullptr;           // Str
  const Constant* name = nullptr;               // Str
  const Constant* qualified_name = nullptr;     // Str
  const Constant* line_table = nullptr;         // Bytes: PEP 626 / PEP 657 position table of the version
  const Constant* exception_table = nullptr;    // Bytes
};

}  // namespace ouro
