// Frames: one activation of a code object. Its registers follow it directly, on the thread's register stack
// or, for generators and coroutines, in the generator's cell.
#pragma once

#include "vm/interp/executable.h"
#include "vm/object/functions.h"
#include "vm/object/thread.h"

namespace ouro::vm {

enum FrameFlags : uint16_t {
  kFrameEntry = 1,        // returning leaves the interpreter's C++ function
  kFrameGenerator = 2,    // lies in a generator
  kFrameConstructor = 4,  // __init__ called by a class: the result is the instance in `constructed`
  kFrameObserved = 8,     // has a frame object
  kFrameTraced = 16,      // runs the traced form of its code
  kFrameIterated = 32,    // a generator resumed by the caller's ForIter
  kFrameSent = 64,        // a generator resumed by the caller's Send
  kFrameContinued =
      128,              // a special method: its result goes to finish_operation, by the caller's instruction
  kFrameInplace = 256,  // of these: the method of an in-place operator
  kFrameReflected = 512,  // the right operand's method
  kFrameVisited = 1024,   // a generator whose items go to the visitor in `constructed`
  kFrameResumed = kFrameEntry | kFrameIterated | kFrameSent | kFrameVisited,  // how a generator was resumed
};

struct Frame {
  Frame* previous;  // the caller, also across C++
  Executable* executable;
  uint64_t* pc;          // of the instruction that is running or calling; up to date whenever C++ code runs
  Function* function;    // never null: globals, builtins, closure
  Value locals;          // class and module bodies: the namespace (any mapping); functions: null until asked
  Object* frame_object;  // types.FrameType's instance, when somebody asked for it
  Value constructed;     // valid with kFrameConstructor; with kFrameVisited the visitor's address, as an int
  uint16_t return_register;  // of the caller
  uint16_t return_words;     // from the caller's pc to where it goes on
  uint16_t flags;

  Value* registers() { return reinterpret_cast<Value*>(this + 1); }
  Code* code() const { return executable->code; }
  Dict* globals() const { return function->globals; }
  Value builtins() const { return function->builtins; }
  uint32_t word_index() const { return static_cast<uint32_t>(pc - executable->words); }
  /// Byte offset in co_code: f_lasti.
  int32_t offset() const { return executable->offset_of(word_index()); }
};
static_assert(sizeof(Frame) == 64);

inline Frame* frame_of(Value* registers) {
  return reinterpret_cast<Frame*>(registers) - 1;
}

/// Generator, coroutine, async generator: told apart by `kind`.
enum class GeneratorState : uint8_t { Created, Suspended, Running, Finished };
struct Generator : Object {
  GeneratorState state;
  bool hooks_called, closed, running_async;  // of async generators
  HandledException handled;
  Str* name;
  Str* qualified_name;
  Code* code;
  Value await_origin;       // cr_origin
  Value async_finalizer;    // the hook of sys.set_asyncgen_hooks
  Value result;             // of the last resumption, when it returned
  alignas(16) Frame frame;  // last: registers follow
};
inline Generator* generator_of(Frame* frame) {
  return reinterpret_cast<Generator*>(reinterpret_cast<char*>(frame) - (sizeof(Generator) - sizeof(Frame)));
}

/// types.FrameType. While the frame lives `frame` points to it; when it ends, what can still be asked of it
/// is copied behind this object.
struct FrameObject : Object {
  Frame* frame;
  Value trace;            // f_trace
  Value back;             // f_back, once finished
  int32_t line;           // while a trace function runs: the line of the event, or 0
  int32_t traced_offset;  // of the instruction that was traced last
  bool trace_lines, trace_opcodes, finished;
  char event;  // the first letter of the trace event that runs now, or 0
  Frame own;   // registers follow: the locals only
};

/// types.TracebackType.
struct Traceback : Object {
  Value next;  // a Traceback or null
  FrameObject* frame;
  int32_t last_index;
  int32_t line;  // -1: not computed yet
};

}  // namespace ouro::vm
