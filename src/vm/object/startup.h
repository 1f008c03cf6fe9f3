// The parts that the runtime starts, in this order; each is defined by the folder that owns it.
#pragma once

namespace ouro::vm {

void complete_object_model();  // object, type, descriptors, exceptions, modules
void complete_text();          // str, bytes, bytearray, memoryview
void complete_numbers();       // int, bool, float, complex
void complete_containers();    // tuple, list, dict, set, range, slice, iterators
void complete_functions();     // function, code, cell, frame, generator, coroutine, traceback

}  // namespace ouro::vm
