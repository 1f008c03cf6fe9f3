// Frames: one activation of a code object. Its registers follow it directly, on the thread's register stack
// or, for generators and coroutines, in the generator's cell.
#pragma once

#include "lift/register_code.h"
#include "vm/object/functions.h"
#include "vm/object/thread.h"

namespace ouro::vm {

/// The register code of a Code with what the interpreter hangs on it. A heap cell; `words` lie in malloc'd
/// memory that its finaliser frees.
struct Executable : Object {
  Code* code;
  uint64_t* words;                   // patched in place: inline caches and quickened operations
  const lift::RegisterCode* lifted;  // handlers, offsets, sizes; its own words stay as the lifter made them
  lift::Liveness* liveness;          // null until the collector asks
  Array* cache_values;               // objects that caches refer to, kept alive and traced; null until used
  Value* frame_template;             // registers [0, temp_base) of a fresh frame: nulls and constants
  uint32_t hotness;
};

enum FrameFlags : uint8_t {
  kFrameEntry = 1,        // returning leaves the interpreter's C++ function
  kFrameGenerator = 2,    // lies in a generator
  kFrameConstructor = 4,  // __init__ called by a class: the result is the instance in `constructed`
  kFrameTraced = 8,
};

struct Frame {
  Frame* previous;  // the caller, also across C++
  Executable* executable;
  const uint64_t* pc;  // of the instruction that is running or calling
  Function* function;  // or null; builtins and closure
  Dict* globals;
  Value builtins;
  Value locals;  // class and module bodies: the namespace (any mapping); functions: null until locals() is
                 // asked
  Object* frame_object;  // types.FrameType's instance, when somebody asked for it
  Value constructed;
  uint16_t return_register;  // of the caller
  uint8_t flags;

  Value* registers() { return reinterpret_cast<Value*>(this + 1); }
  Code* code() const { return executable->code; }
  uint32_t word_index() const { return static_cast<uint32_t>(pc - executable->words); }
  /// Byte offset in co_code: f_lasti.
  uint32_t offset() const { return executable->lifted->offset_of(word_index()); }
};
static_assert(sizeof(Frame) % 8 == 0);

/// Generator, coroutine, async generator: told apart by `kind`.
enum class GeneratorState : uint8_t { Created, Suspended, Running, Finished };
struct Generator : Object {
  GeneratorState state;
  HandledException handled;
  Str* name;
  Str* qualified_name;
  Code* code;
  Value await_origin;     // cr_origin
  Value async_finalizer;  // ag hooks
  bool hooks_called, closed, running_async;
  Frame frame;  // last: registers follow
};

}  // namespace ouro::vm
