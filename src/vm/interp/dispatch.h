// How the loop's handlers are tied together; the handlers themselves, in handlers/*.inc, know only the macros
// below and stand once for both ways.
//
// With clang a handler is a function of its own that ends in a tail call to the next one. The convention
// preserve_none puts pc, R, T and the table into registers that ordinary calls preserve, so that the state of
// the machine stays in registers across slow paths without anybody saving it. Elsewhere the handlers are
// labels in one function, reached by computed goto.
//
//   pc      the instruction that runs
//   R       registers of the running frame; the Frame lies right before them
//   T       the thread
//   table   where the handlers are; another one while the thread is traced
//
// A fast path is a few instructions and touches no memory but operands and caches. Whatever can raise,
// allocate, call or collect is a slow path: an ordinary function (slow.h) that SLOW runs with the frame's pc
// saved, and that answers where to go on.
#pragma once

#include "vm/heap/heap_inline.h"
#include "vm/interp/found.h"
#include "vm/interp/hot.h"
#include "vm/interp/operations.h"
#include "vm/interp/slow.h"
#include "vm/object/set_table.h"

namespace ouro::vm {

#if defined(__clang__) && !defined(OURO_COMPUTED_GOTO)
#define OURO_TAIL_CALLS 1
#define STATE uint64_t *pc, Value *R, Thread *T, const void *const *table
#define HANDLER_CALL __attribute__((preserve_none))
using HandlerFn = HANDLER_CALL uint64_t (*)(STATE);
#define TAIL(function) __attribute__((musttail)) return (function)(pc, R, T, table)
#define DISPATCH() TAIL(reinterpret_cast<HandlerFn>(const_cast<void*>(table[field_op(pc)])))
#define DISPATCH_IN(handlers) TAIL(reinterpret_cast<HandlerFn>(const_cast<void*>(handlers[field_op(pc)])))
#define OP(name) static HANDLER_CALL uint64_t op_##name([[maybe_unused]] STATE)
#define SLOW(...) TAIL((through<__VA_ARGS__>))
#define GO_TO(name) TAIL(op_##name)
#define SWITCH_FRAMES() TAIL(switch_frames)
#else
#define DISPATCH() goto* table[field_op(pc)]
#define DISPATCH_IN(handlers) goto* handlers[field_op(pc)]
#define OP(name) op_##name:
#define SLOW(...)               \
  {                             \
    FRAME->pc = pc;             \
    pc = __VA_ARGS__(pc, R, T); \
    goto after_slow;            \
  }
#define GO_TO(name) goto op_##name
#define SWITCH_FRAMES() goto switch_frames
#endif

/// The most parameters that a call of a native function leaves out when its handler makes it.
constexpr uint32_t kFewLeftOut = 3;

/// Whether a call with as many positional arguments gives the function each of its parameters.
inline bool takes_exactly(const Function* function, unsigned count) {
  const Executable* executable = function->executable;
  return executable != nullptr && executable->simple && executable->positional == count;
}
/// Whether such a call gives fewer, and the function has defaults for the others.
inline bool takes_with_defaults(const Function* function, unsigned count) {
  const Executable* executable = function->executable;
  return executable != nullptr && executable->simple && executable->positional > count &&
         function->defaults != nullptr && executable->positional - count <= function->defaults->length;
}

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

inline Truth truth_of_size(uint64_t size) {
  return size != 0 ? Truth::kTrue : Truth::kFalse;
}

/// The truth of a cell that is a common container or text, or whose class says nothing about it; unknown: one
/// has to ask. The answer is no parameter, since a handler can't have one in memory where stacks are checked.
inline Truth plain_truth(const Object* object) {
  const Shape* shape = object->shape;
  if (shape == hot.str) return truth_of_size(static_cast<const Str*>(object)->length);
  if (shape == hot.list) return truth_of_size(static_cast<const List*>(object)->length);
  if (shape == hot.tuple) return truth_of_size(static_cast<const Tuple*>(object)->length);
  if (shape == hot.dict) return truth_of_size(static_cast<const Dict*>(object)->count);
  if (shape == hot.bytes) return truth_of_size(static_cast<const Bytes*>(object)->length);
  if (shape == hot.set) return truth_of_size(static_cast<const Set*>(object)->count);
  const Slots& slots = shape->type->slots;
  return slots.bool_ == nullptr && slots.length == nullptr ? Truth::kTrue : Truth::kUnknown;
}

/// Before a loop that runs a few times: unrolled and vectorised it would only be longer.
#ifdef __clang__
#define SHORT_LOOP _Pragma("clang loop unroll(disable) vectorize(disable)")
#else
#define SHORT_LOOP
#endif

/// On to the instruction `words` further.
#define NEXT(words) \
  {                 \
    pc += (words);  \
    DISPATCH();     \
  }
/// To the target in the first word.
#define JUMP()                                    \
  {                                               \
    pc += static_cast<int32_t>(low_half(pc + 1)); \
    DISPATCH();                                   \
  }
/// A handler that has no fast path.
#define COLD(name, function) \
  OP(name) {                 \
    SLOW(function);          \
  }

}  // namespace ouro::vm
