// Generators, coroutines and asynchronous generators: what their types and the loop's slow paths share.
#pragma once

#include "vm/heap/finalizer_filter.h"
#include "vm/interp/calls.h"

namespace ouro::vm {

/// The generator that a code object's call gives, made from the running frame.
Generator* make_generator(Thread* T, Frame* frame);

/// next() of a generator: the value or Value::stop(); then generator->result is what it returned.
Result<Value> advance_generator(Generator* generator);
/// Runs the generator on and on, its items going to the visitor: see hooks.visit_generator.
Result<Value> visit_generator(Value generator, Visitor& visitor);
/// A visited generator yields: it goes on behind the instruction, or the loop is left.
uint64_t* yield_to_visitor(Thread* T, Frame* frame, Value item);
/// The messages for one that runs already, or has not begun.
Status check_resumable(const Generator* generator, Value sent);
/// The frame gives a value and waits. Frame flags and the outcome are the caller's.
void suspend_generator(Thread* T, Generator* generator);
/// Throws the pending exception into the generator where it stands; as resume_generator.
Result<Value> throw_into_generator(Generator* generator, Value* result, bool closing);
/// What the generator is waiting for in `yield from` or `await`, or null.
Value delegate_of(Generator* generator);
/// The delegate is done with this value: the generator goes on behind its `yield from`.
Result<Value> finish_delegation(Generator* generator, Value value, Value* result);

/// generator.throw(type, value, traceback), as method of any of the three kinds. `close_on_exit`:
/// GeneratorExit closes what it waits for. The outcome is as resume_generator's.
Result<Value> generator_throw(Generator* generator, bool close_on_exit, Value type, Value value,
                              Value traceback, Value* result);
/// generator.close().
Status generator_close(Generator* generator);

/// The pending exception is StopIteration: takes it, and its value.
bool take_stop_value(Value* value);
Raised raise_stop_iteration(Value value);

/// The heap's finaliser filter: by the slots of its type; a generator that has ended needs nobody to close
/// it.
Finalizer finalizer_of(const Object* object);
void release_dead(Object* object);
void trace_generator(Object* object, Tracer& tracer);
/// What a frame holds; `with_registers`: also its registers, by liveness at its pc.
void visit_frame(Frame* frame, Tracer& tracer, bool with_registers);

// ---- asynchronous generators
Result<Value> async_generator_anext(Value generator);
Value wrap_async_value(Value value);
bool is_async_helper(Value value);
/// One step of the awaitables of asend(), athrow(), aclose(): as resume_generator.
Result<Value> async_helper_send(Value helper, Value sent, Value* result);

}  // namespace ouro::vm
