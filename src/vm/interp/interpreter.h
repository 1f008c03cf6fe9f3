// Running code: the entry points of the interpreter, for import, builtins and modules.
#pragma once

#include "vm/interp/frame.h"
#include "vm/object/code_build.h"  // make_code
#include "vm/object/protocol.h"

namespace ouro::vm {

/// exec()/eval()/import of a code object. `locals` is any mapping, or the globals. `closure`: a tuple of
/// cells for its free variables, or null. Raises for code that wants arguments what calling it would.
Result<Value> run_code(Code* code, Dict* globals, Value locals, Tuple* closure = nullptr);
/// What types.function's call slot is.
Result<Value> call_function(Value function, const Arguments& arguments);
/// __build_class__: runs the class body `function` with the namespace; returns what the body does: the
/// __class__ cell, or None.
Result<Value> run_class_body(Function* function, Value namespace_);

// ---- generators, from C++

/// The value, or Value::stop() when it returned (then *result is what, if `result` is given), or Raised.
Result<Value> resume_generator(Generator* generator, Value sent, Value* result);
/// The awaitable protocol's iterator: `_PyCoro_GetAwaitableIter`'s "object X can't be used in 'await'
/// expression" and all.
Result<Value> awaitable_iterator(Value object);
/// next(iterator): StopIteration is raised at the end, with the value of a generator.
Result<Value> next_or_raise(Value iterator);
/// The awaitable of anext(iterator, default).
Result<Value> make_anext_awaitable(Value awaitable, Value default_value);

// ---- frames

/// sys._getframe: the frame object of a running frame (made at the first question).
FrameObject* frame_object_of(Frame* frame);
/// The running thread's innermost frame, or null.
inline Frame* current_frame() {
  return thread()->frame;
}
/// locals() in the frame: for functions a dict, made anew or brought up to date.
Result<Value> frame_locals(Frame* frame);
/// The line where the frame is now; -1: none.
int frame_line(Frame* frame);

/// Adds an entry for `frame` to the exception's traceback.
void add_traceback(Exception* exception, Frame* frame);
/// The line of a byte offset, by co_linetable; -1: none.
int line_of(Code* code, int32_t offset);

// ---- sys.settrace, sys.setprofile: a null function turns it off
void set_trace_function(Value function);
void set_profile_function(Value function);

/// Makes the thread's register stack.
void prepare_thread(Thread* thread);
void release_thread(Thread* thread);

/// builtins.__import__ as it was at the start, for the fast path of import statements; set by import/.
/// `name`, globals, fromlist (None or tuple), level.
extern Result<Value> (*import_hook)(Str* name, Value globals, Value locals, Value from_list, int64_t level);
extern Value original_import;  // the function that `import_hook` stands for

/// Does what `attention` asked for: signals, lock hand-over, finalisers, limits. Each part is registered by
/// who has it; they run in order.
void add_safe_point_action(Status (*action)());

}  // namespace ouro::vm
