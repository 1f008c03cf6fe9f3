// Instruction selection: what one step of evaluation is called in the target's instruction set.
//
// Code generation says what happens ("call with two arguments", "resume after a yield"); the functions here
// know with which instructions. They emit at the emitter's current location.
#pragma once

#include "compiler/codegen/emitter.h"

namespace ouro::compiler::select {

/// Why execution enters or re-enters a frame.
enum class ResumePoint : uint8_t { Start, AfterYield, AfterYieldFrom, AfterAwait };

/// What an awaitable is fetched for, so that a wrong object gets the right message.
enum class AwaitableOrigin : uint8_t { Expression, AsyncEnter, AsyncExit };

void resume(Emitter& out, ResumePoint point);

void unary(Emitter& out, syntax::UnaryOperator op);
void binary(Emitter& out, syntax::BinaryOperator op, bool in_place);
void compare(Emitter& out, syntax::CompareOperator op);

/// Duplicates the top of the stack.
void duplicate(Emitter& out);
/// Duplicates the two topmost values.
void duplicate_two(Emitter& out);
/// Swaps the two topmost values.
void swap(Emitter& out);
/// Moves the top of the stack down, below the next two values.
void rotate_three(Emitter& out);
/// Moves the top of the stack down so that it becomes the `count`th value.
void rotate(Emitter& out, uint32_t count);

/// Before the callee is pushed.
void begin_call(Emitter& out);
/// Calls with the arguments on the stack above the callee.
void call(Emitter& out, uint32_t argument_count);
/// Before such a call: its last arguments are keywords, whose names are the constant tuple at `names_index`.
void keyword_names(Emitter& out, uint32_t names_index);
/// Replaces the object on the stack by its method and itself, ready to be called.
void load_method(Emitter& out, uint32_t name_index);
void call_method(Emitter& out, uint32_t argument_count);
/// Calls the callable below the one value on the stack with that value: decorators, comprehensions, messages.
void call_with_top(Emitter& out);

void load_global(Emitter& out, uint32_t name_index);
/// The same for a global that is about to be called, in place of begin_call and load_global.
void load_called_global(Emitter& out, uint32_t name_index);

void get_awaitable(Emitter& out, AwaitableOrigin origin);
/// Yields the value on the stack from a generator, or from an asynchronous one.
void yield_value(Emitter& out, bool asynchronous_generator);
/// Runs the iterator below the None on the stack to its end, passing on what it yields.
void delegate(Emitter& out, bool is_await);

/// At the end of an exception handler's own handler: restores the previous exception and raises on.
void pop_except_and_reraise(Emitter& out);

}  // namespace ouro::compiler::select
