// The register code of a code object with what the interpreter hangs on it.
#pragma once

#include "lift/register_code.h"
#include "vm/object/functions.h"

namespace ouro::vm {

/// A heap cell that its Code holds. The words are patched in place: inline caches and quickened operations.
/// Caches hold no references: what a cache points to is alive whenever its guard, a version that is never
/// given twice, matches.
struct Executable : Object {
  uint32_t id;           // never given twice: the guard of call caches
  uint16_t parameters;   // registers that a call fills
  uint16_t positional;   // of these: plain positional parameters, when `simple`
  uint32_t frame_words;  // the Frame and its registers
  uint16_t temp_base;    // registers [0, temp_base) of a fresh frame come from the template
  bool simple;           // no *args, **kwargs, keyword-only parameters, and not a generator's code
  bool tracing;
  bool has_handlers;  // whether any exception is handled
  uint64_t* entry;    // where a call begins: behind the first Resume where nothing stands before it
  const Value* frame_template;
  uint64_t* words;
  Code* code;
  Blob* storage;               // of words and template
  lift::RegisterCode* lifted;  // handlers, offsets; without its words; null until somebody asks
  struct LiveCode* live_code;  // null until the collector asks
  uint16_t register_count, local_count;
  uint32_t words_in_all;

  uint32_t word_count() const { return words_in_all; }
  /// The byte offset in co_code of the instruction that holds the word; -1 before the first.
  int32_t offset_of(uint32_t word) { return static_cast<int32_t>(register_code().offset_of(word)); }
  const lift::Liveness& live();
  /// Handlers and offsets. Most functions never raise, so they are made at the first question, from the
  /// archive or by lifting once more.
  lift::RegisterCode& register_code() {
    if (lifted == nullptr) [[unlikely]]
      make_tables();
    return *lifted;
  }
  void make_tables();
};

/// Lifts at first use; a malformed code object raises SystemError naming code and offset.
Result<Executable*> executable_of(Code* code);
/// The form that tells trace functions of lines.
Result<Executable*> traced_executable_of(Code* code);

}  // namespace ouro::vm
