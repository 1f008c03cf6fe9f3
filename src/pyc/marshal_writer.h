// Code object → marshal bytes; see marshal_writer.cpp for how reference flags come about.
#pragma once

#include "base/diagnostic.h"
#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "pyc/byte_buffer.h"

namespace ouro::pyc {

/// Appends to `out` what `marshal.dumps(code)` gives in a process that has just compiled this code, as
/// py_compile does. Fails with CPython's ValueError where the tree is nested too deeply or an object is too
/// large. Uses the scratch fields of the constants, and resets them.
Status write_marshal(Workspace& workspace, const CodeObject& code, ByteBuffer& out);

}  // namespace ouro::pyc
