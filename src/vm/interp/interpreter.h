// Running code: the entry points of the interpreter.
#pragma once

#include "vm/interp/frame.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

/// exec()/eval()/import of a code object without parameters. `locals` is any mapping, or the globals.
Result<Value> run_code(Code* code, Dict* globals, Value locals);
/// What types.function's call slot is.
Result<Value> call_function(Value function, const Arguments& arguments);

/// Lifts at first use; a malformed code object raises SystemError-like errors naming code and offset.
Result<Executable*> executable_of(Code* code);

/// Generators, from C++: the value, Value::stop() when it returned (then *result is what), or Raised.
Result<Value> resume_generator(Generator* generator, Value sent, Value* result);

/// sys._getframe: the frame object of a running frame (made at the first question).
Value frame_object_of(Frame* frame);
/// Adds an entry for `frame` to the exception's traceback.
void add_traceback(Exception* exception, Frame* frame);
/// The line of an offset, by co_linetable; -1: none.
int line_of(Code* code, uint32_t offset);

/// Makes the thread's register stack.
void prepare_thread(Thread* thread);

}  // namespace ouro::vm
