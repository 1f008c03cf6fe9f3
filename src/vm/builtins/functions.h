// The functions of the module builtins, by file.
#pragma once

#include <initializer_list>
#include <span>

#include "vm/object/protocol.h"

namespace ouro::vm {

std::span<const MethodSpec> general_functions();  // functions.cpp
std::span<const MethodSpec>
evaluation_functions();  // evaluate.cpp: compile, eval, exec, __build_class__, __import__
std::span<const MethodSpec> print_functions();  // print.cpp: print, input

/// iter(callable, sentinel), in builtins/iterators.
Value make_callable_iterator(Value callable, Value sentinel);
/// next(iterator) for one that has the slot: StopIteration is raised at the end, with the value of a
/// generator.
Result<Value> next_or_raise(Value iterator);
/// anext(iterator, default), in interp.
Result<Value> make_anext_awaitable(Value awaitable, Value default_value);

/// A tuple that lives forever.
Tuple* make_rooted_tuple(std::initializer_list<Value> items);
/// sys.NAME, or null.
Result<Value> sys_attribute(std::string_view name);

}  // namespace ouro::vm
