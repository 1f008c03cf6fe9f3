// Code, functions, methods, modules and the descriptors that bind them.
#pragma once

#include <cstring>
#include <string_view>

#include "vm/object/containers.h"
#include "vm/object/native.h"
#include "vm/object/str.h"

namespace ouro::vm {

struct Executable;  // interp/executable.h: the register code of a Code, made at the first call

/// types.CodeType. The fields are marshal's; never changed after construction.
struct Code : Object {
  int32_t argument_count, positional_only_count, keyword_only_count, stack_size;
  uint32_t code_flags;
  int32_t first_line;
  Value code;  // see code_text
  // These four are null until complete(); code that runs is complete.
  Tuple* consts;
  Tuple* names;              // interned Str
  Tuple* locals_plus_names;  // interned Str
  Bytes* locals_plus_kinds;
  Str* filename;
  Str* name;
  Str* qualified_name;
  Value line_table;
  Value exception_table;
  Executable* executable;   // null until lifted; a heap cell (Kind::kNative)
  Executable* traced;       // the same with LiftOptions::tracing
  const void* lifted_form;  // register code from the archive (interp/lifted_forms.h), or null
  Bytes* marshalled;  // the marshal bytes that the compiler made this from, or null: what marshal.dumps gives
                      // again
  const char* late;   // of the archive: where the parts are that nobody has asked for yet; else null

  uint32_t local_count() const { return static_cast<uint32_t>(locals_plus_names->length); }
  /// Registers that a call fills.
  uint32_t parameter_count() const;
};

/// What a code object's `code`, `line_table` or `exception_table` says. These are Bytes, or, of code that was
/// read from the library's archive, the address there, as an int: four bytes of length, then the text. Hardly
/// any program looks at them, and those of a start would be a fifth of its heap.
inline std::string_view code_text(Value part) {
  if (part.is_object()) return part.as<Bytes>()->view();
  const auto* at = reinterpret_cast<const char*>(part.small_int());
  uint32_t length;
  std::memcpy(&length, at, sizeof length);
  return {at + sizeof length, length};
}
/// The same as an object, which is kept.
Bytes* code_bytes(Code* code, Value Code::* part);

/// Most functions of the library are never called: constants and names of their code are left in the archive
/// until somebody asks for them, or runs it.
Status read_late_parts(Code* code);
inline Status complete(Code* code) {
  return code->late == nullptr ? Status{} : read_late_parts(code);
}

struct CellVariable : Object {
  Value contents;  // null: empty
};
CellVariable* make_cell(Value contents);

struct Function : Object {
  Code* code;
  Dict* globals;
  Value builtins;          // a Dict
  Tuple* defaults;         // null: none
  Dict* keyword_defaults;  // null: none
  Tuple* closure;          // null: none
  Str* name;
  Str* qualified_name;
  Value module;
  Value doc;               // null: the code's, see docstring_of
  Value annotations;       // null, a Dict, or the flat Tuple that MAKE_FUNCTION was given
  Executable* executable;  // of `code`, null until the first call and after an assignment to __code__
};
Function* make_function(Code* code, Dict* globals);

struct NativeFunction : Object {
  const MethodSpec* spec;
  const Signature* signature;  // null for raw functions, and before the first call (native_call.h)
  Value self;                  // bound object, module, or null
  Value module;                // __module__: a Str or null
};

/// A method of a native type found through the class: "method_descriptor".
struct MethodDescriptor : Object {
  const MethodSpec* spec;
  const Signature* signature;  // as NativeFunction's
  Type* owner;
};
struct GetSet : Object {
  const GetSetSpec* spec;
  Type* owner;
  Str* name;
};
struct Member : Object {   // a C++ field, or a slot of __slots__
  const MemberSpec* spec;  // null for a slot
  Type* owner;
  Str* name;
  uint32_t offset;
};

struct BoundMethod : Object {
  Value function;
  Value self;
};
Value make_bound_method(Value function, Value self);

struct Module : Object {  // attributes in dict; always dictionary mode
  Dict* dict;
  const ModuleSpec* spec;
  Object* state;  // of a native module
};
Module* make_module(Str* name);
Status module_add(Module* module, std::string_view name, Value value);

}  // namespace ouro::vm
