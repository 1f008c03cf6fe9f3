// Constants of syntax trees between the compiler's plain data and Python objects.
#pragma once

#include "base/workspace.h"
#include "vm/object/protocol.h"

namespace ouro::cli {

vm::Result<vm::Value> constant_to_object(const Constant& constant);

/// What cannot be a constant of a program becomes one of the kind Code whose text() is the name of its type:
/// check_tree refuses that in its turn.
vm::Result<const Constant*> constant_from_object(Workspace& workspace, vm::Value value);

}  // namespace ouro::cli
