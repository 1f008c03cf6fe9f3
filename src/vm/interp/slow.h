// The slow paths of the loop: ordinary functions. Each gets the instruction, the registers and the thread,
// with the frame's pc saved, and answers where to go on: at an instruction of the same frame, or one of the
// values below.
#pragma once

#include "vm/interp/interpreter.h"
#include "vm/interp/operations.h"

namespace ouro::vm {

#define RA R[field_a(pc)]
#define RB R[field_b(pc)]
#define RC R[field_c(pc)]
#define FRAME frame_of(R)

using SlowFn = uint64_t* (*)(uint64_t* pc, Value* R, Thread* T);

/// The exception in T->exception is raised here.
inline uint64_t* const kRaised = nullptr;
/// Another frame runs now: T->frame, at its pc.
inline uint64_t* const kReload = reinterpret_cast<uint64_t*>(1);
/// The C++ function that runs the loop is left, with T->outcome.
inline uint64_t* const kLeave = reinterpret_cast<uint64_t*>(2);
inline bool stays(const uint64_t* next) {
  return reinterpret_cast<uintptr_t>(next) > 2;
}

/// The value of a result, or the enclosing slow path answers kRaised.
#define UNWRAP(expression)               \
  __extension__({                        \
    auto ouro_result_ = (expression);    \
    if (!ouro_result_.ok()) [[unlikely]] \
      return kRaised;                    \
    ouro_result_.unwrap();               \
  })

/// The head of a slow path's definition.
#define SLOW_FN(name) \
  uint64_t* name([[maybe_unused]] uint64_t* pc, [[maybe_unused]] Value* R, [[maybe_unused]] Thread* T)

#define SLOW_PATH(name) SLOW_FN(name);
#include "vm/interp/slow_paths.def"

template <BinaryOp op>
uint64_t* slow_binary(uint64_t* pc, Value* R, Thread* T);
template <BinaryOp op>
uint64_t* slow_inplace(uint64_t* pc, Value* R, Thread* T);
template <CompareOp op>
uint64_t* slow_compare(uint64_t* pc, Value* R, Thread* T);
/// JumpLess and its like; kBack: with a safe point.
template <CompareOp op, bool kBack>
uint64_t* slow_compare_jump(uint64_t* pc, Value* R, Thread* T);

/// The exception goes to the innermost handler of the frames that belong to this run of the loop: kReload, or
/// kLeave.
uint64_t* unwind(Thread* T);

/// The mapping in which a frame's own names are, null for functions: what the code was run with, or, for code
/// of a module or class that is called as a function, the globals.
Value namespace_of(Frame* frame);

inline int32_t jump_distance(const uint64_t* pc) {
  return static_cast<int32_t>(low_half(pc + 1));
}
inline Str* name_at(Value* R, uint32_t index) {
  return frame_of(R)->code()->names->items[index].as<Str>();
}

}  // namespace ouro::vm
