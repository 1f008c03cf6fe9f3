// What start-up completes of this folder, piece by piece.
#pragma once

#include "vm/interp/frame.h"

namespace ouro::vm {

void start_loop();
void start_roots();
void complete_executable_type();
void complete_function_types();  // function, bound method, cell
void complete_bound_method();
void complete_code_type();
void complete_frame_type();
void complete_traceback_type();
void complete_generator_types();  // generator, coroutine and its wrapper
void complete_async_generator_types();
void complete_anext_type();
/// What the type has in common with the other two kinds of generators.
void fill_async_generator_spec(TypeSpec& spec);

/// make_function for builtins that are known.
Function* make_function(Code* code, Dict* globals, Value builtins);
uint64_t count_free_variables(const Code* code);
/// A name among the running frame's builtins, or None.
Value running_builtin(Str* name);
/// What a generator that nobody can reach any more does: closes itself, warns, or calls its hook.
void finalize_generator(Generator* generator);
/// The setter of f_lineno: a jump, inside a trace function.
Status set_frame_line(Value frame, Value line);
/// Writes f_locals back to the registers.
Status store_frame_locals(Frame* frame);
/// Hooks::super_arguments.
Status super_arguments(Type** this_class, Value* self);

}  // namespace ouro::vm
