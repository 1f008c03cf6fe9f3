// The classes of syntax trees, for whoever makes trees or takes them apart.
#pragma once

#include "vm/object/protocol.h"

namespace ouro::vm {

enum class NodeClass : uint8_t {
#define AST_NODE(name, base, fields, attributes) k_##name,
#include "vm/modules/ast_nodes.def"
  kCount,
};

/// A node class; the same one for the life of the process. All are made at the first call.
Result<Type*> node_class(NodeClass number);

/// The one instance of an operator's or context's class.
Result<Value> node_singleton(NodeClass number);

/// Whether `value` is a node. Never runs Python code.
bool is_syntax_tree(Value value);

}  // namespace ouro::vm
