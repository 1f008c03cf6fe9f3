// Code objects as the archive of the library holds them (frozen.h), so that what hardly any program asks for
// need not be read: of a code object that is never called its numbers, its two names, and where the rest is.
//
// A module is its file name, as marshal writes a string, a number, and the record of its code; and beside
// that, on other pages, what is read late: first that of bodies of modules and classes, which run once they
// are imported, then that of functions. The number is the size of the former; places are counted from where
// the latter begins. A record:
//
//   'C'                     where marshal's format has the code of an object
//   numbers, 32 bits each   counts of arguments, positional-only and keyword-only ones, stack size, flags,
//                           first line
//   name, qualified name    as marshal writes strings
//   late                    32 bits: the place of its late part
//   four sizes              32 bits each: of the rest, the code, the line table, the exception table there
//
// The late part of a code object:
//
//   place                   32 bits
//   rest                    its size (32 bits), then constants, names, names and kinds of locals, as marshal
//                           writes them, but with records in place of code objects, and without references:
//                           each rest is read by itself
//   three tables            code, line table, exception table: sizes (32 bits) and bytes; they stay where
//                           they are (code_text)
//   register code           interp/lifted_forms.h
#pragma once

#include <cstdint>
#include <string>

#include "bytecode/code_object.h"
#include "vm/object/functions.h"

namespace ouro::vm {

constexpr uint8_t kArchivedCode = 'C';

/// Appends a module's code to its two parts. False: some code cannot be lifted or written.
bool write_archived_module(const CodeObject& code, std::string* to, std::string* late);

}  // namespace ouro::vm
