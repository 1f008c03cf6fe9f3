// From structs to objects. The fields come from syntax/nodes.def; what a field's type becomes is overloading.
#include "cli/run/trees/constants.h"
#include "cli/run/trees/trees.h"
#include "vm/modules/_ast.h"

namespace ouro::cli {

namespace {

using namespace syntax;
using vm::NodeClass;
using vm::Value;

// CPython's walk may go three levels deeper for each level of Python code that it could.
constexpr int kDepthScale = 3;

constexpr NodeClass kBoolOperators[] = {NodeClass::k_And, NodeClass::k_Or};
constexpr NodeClass kBinaryOperators[] = {
    NodeClass::k_Add,    NodeClass::k_Sub,    NodeClass::k_Mult,    NodeClass::k_MatMult, NodeClass::k_Div,
    NodeClass::k_Mod,    NodeClass::k_Pow,    NodeClass::k_LShift,  NodeClass::k_RShift,  NodeClass::k_BitOr,
    NodeClass::k_BitXor, NodeClass::k_BitAnd, NodeClass::k_FloorDiv};
constexpr NodeClass kUnaryOperators[] = {NodeClass::k_Invert, NodeClass::k_Not, NodeClass::k_UAdd,
                                         NodeClass::k_USub};
constexpr NodeClass kCompareOperators[] = {
    NodeClass::k_Eq,  NodeClass::k_NotEq, NodeClass::k_Lt,    NodeClass::k_LtE, NodeClass::k_Gt,
    NodeClass::k_GtE, NodeClass::k_Is,    NodeClass::k_IsNot, NodeClass::k_In,  NodeClass::k_NotIn};
constexpr NodeClass kContexts[] = {NodeClass::k_Load, NodeClass::k_Store, NodeClass::k_Del};

class Builder {
 public:
  explicit Builder(Workspace& workspace)
      : workspace_(workspace),
        depth_(kDepthScale * vm::thread()->recursion_depth),
        limit_(kDepthScale * vm::thread()->recursion_limit) {}

  vm::Result<Value> module(const Module& module) {
    switch (module.kind) {
      case ModuleKind::Module: {
        Value node = TRY(begin(NodeClass::k_Module));
        TRY(field(node, "body", module.body));
        TRY(field(node, "type_ignores", module.type_ignores));
        return node;
      }
      case ModuleKind::Interactive: {
        Value node = TRY(begin(NodeClass::k_Interactive));
        TRY(field(node, "body", module.body));
        return node;
      }
      case ModuleKind::Expression: {
        Value node = TRY(begin(NodeClass::k_Expression));
        TRY(field(node, "body", module.expression));
        return node;
      }
      case ModuleKind::FunctionType:
        break;
    }
    Value node = TRY(begin(NodeClass::k_FunctionType));
    TRY(field(node, "argtypes", module.argument_types));
    TRY(field(node, "returns", module.expression));
    return node;
  }

 private:
  // ---- nodes

  vm::Result<Value> begin(NodeClass number) {
    vm::Type* type = TRY(vm::node_class(number));
    return Value(vm::allocate_instance(type));
  }

  vm::Status set(Value node, const char* name, Value value) {
    return vm::set_own_attribute(node.object(), vm::intern(name), value);
  }

  template <class T>
  vm::Status field(Value node, const char* name, const T& contents) {
    return set(node, name, TRY(value(contents)));
  }

  vm::Status place(Value node, const SourceRange& range) {
    TRY(set(node, "lineno", vm::make_int(range.line)));
    TRY(set(node, "col_offset", vm::make_int(range.column)));
    TRY(set(node, "end_lineno", vm::make_int(range.end_line)));
    return set(node, "end_col_offset", vm::make_int(range.end_column));
  }

  vm::Status enter() {
    if (++depth_ > limit_)
      return vm::raise(vm::types.RecursionError, "maximum recursion depth exceeded during ast construction");
    return vm::check_recursion(" during ast construction");
  }

#define FIELD(type, name) TRY(field(object, #name, node.name));
#define EXPR(name, fields)                                             \
  case ExprKind::name: {                                               \
    [[maybe_unused]] const auto& node = *expression->as<name##Expr>(); \
    object = TRY(begin(NodeClass::k_##name));                          \
    fields                                                             \
  } break;

  vm::Result<Value> value(const Expr* expression) {
    if (expression == nullptr) return vm::none();
    if (expression->kind == ExprKind::Constant) return constant(*expression->as<ConstantExpr>());
    TRY(enter());
    Value object;
    switch (expression->kind) {
#include "syntax/nodes.def"
    }
    --depth_;
    TRY(place(object, expression->range));
    return object;
  }

#define STMT(name, fields)                                            \
  case StmtKind::name: {                                              \
    [[maybe_unused]] const auto& node = *statement->as<name##Stmt>(); \
    object = TRY(begin(NodeClass::k_##name));                         \
    fields                                                            \
  } break;
  vm::Result<Value> value(const Stmt* statement) {
    TRY(enter());
    Value object;
    switch (statement->kind) {
#include "syntax/nodes.def"
    }
    --depth_;
    TRY(place(object, statement->range));
    return object;
  }

#define PATTERN(name, fields)                                          \
  case PatternKind::name: {                                            \
    [[maybe_unused]] const auto& node = *pattern->as<name##Pattern>(); \
    object = TRY(begin(NodeClass::k_##name));                          \
    fields                                                             \
  } break;
  vm::Result<Value> value(const Pattern* pattern) {
    if (pattern == nullptr) return vm::none();
    TRY(enter());
    Value object;
    switch (pattern->kind) {
#include "syntax/nodes.def"
    }
    --depth_;
    TRY(place(object, pattern->range));
    return object;
  }
#undef FIELD

  vm::Result<Value> constant(const ConstantExpr& node) {
    Value object = TRY(begin(NodeClass::k_Constant));
    TRY(field(object, "value", node.value));
    TRY(set(object, "kind", node.unicode_prefix ? Value(vm::intern("u")) : vm::none()));
    TRY(place(object, node.range));
    return object;
  }

  vm::Result<Value> value(const TypeIgnore& ignore) {
    Value object = TRY(begin(NodeClass::k_TypeIgnore));
    TRY(field(object, "lineno", ignore.line));
    TRY(field(object, "tag", ignore.tag));
    return object;
  }

  vm::Result<Value> value(const Comprehension* node) {
    Value object = TRY(begin(NodeClass::k_comprehension));
    TRY(field(object, "target", node->target));
    TRY(field(object, "iter", node->iter));
    TRY(field(object, "ifs", node->ifs));
    TRY(field(object, "is_async", node->is_async));
    return object;
  }

  vm::Result<Value> value(const ExceptHandler* node) {
    TRY(enter());
    Value object = TRY(begin(NodeClass::k_ExceptHandler));
    TRY(field(object, "type", node->type));
    TRY(field(object, "name", node->name));
    TRY(field(object, "body", node->body));
    --depth_;
    TRY(place(object, node->range));
    return object;
  }

  vm::Result<Value> value(const Arg* node) {
    if (node == nullptr) return vm::none();
    Value object = TRY(begin(NodeClass::k_arg));
    TRY(field(object, "arg", node->arg));
    TRY(field(object, "annotation", node->annotation));
    TRY(field(object, "type_comment", node->type_comment));
    TRY(place(object, node->range));
    return object;
  }

  vm::Result<Value> value(const Arguments* node) {
    Value object = TRY(begin(NodeClass::k_arguments));
    TRY(field(object, "posonlyargs", node->posonlyargs));
    TRY(field(object, "args", node->args));
    TRY(field(object, "vararg", node->vararg));
    TRY(field(object, "kwonlyargs", node->kwonlyargs));
    TRY(field(object, "kw_defaults", node->kw_defaults));
    TRY(field(object, "kwarg", node->kwarg));
    TRY(field(object, "defaults", node->defaults));
    return object;
  }

  vm::Result<Value> value(const Keyword* node) {
    Value object = TRY(begin(NodeClass::k_keyword));
    TRY(field(object, "arg", node->arg));
    TRY(field(object, "value", node->value));
    TRY(place(object, node->range));
    return object;
  }

  vm::Result<Value> value(const Alias* node) {
    Value object = TRY(begin(NodeClass::k_alias));
    TRY(field(object, "name", node->name));
    TRY(field(object, "asname", node->asname));
    TRY(place(object, node->range));
    return object;
  }

  vm::Result<Value> value(const WithItem* node) {
    Value object = TRY(begin(NodeClass::k_withitem));
    TRY(field(object, "context_expr", node->context_expr));
    TRY(field(object, "optional_vars", node->optional_vars));
    return object;
  }

  vm::Result<Value> value(const MatchCase* node) {
    Value object = TRY(begin(NodeClass::k_match_case));
    TRY(field(object, "pattern", node->pattern));
    TRY(field(object, "guard", node->guard));
    TRY(field(object, "body", node->body));
    return object;
  }

  // ---- what else a field can be

  template <class T>
  vm::Result<Value> value(std::span<T> items) {
    vm::List* list = TRY(vm::make_list_reserved(items.size()));
    for (const T& item : items) TRY(vm::list_append(list, TRY(value(item))));
    return Value(list);
  }

  vm::Result<Value> value(Name name) {
    if (name == Name::none) return vm::none();
    return Value(vm::intern(workspace_.names.text(name)));
  }
  vm::Result<Value> value(const Constant* constant) {
    return constant == nullptr ? vm::Result<Value>(vm::none()) : constant_to_object(*constant);
  }
  vm::Result<Value> value(int32_t number) { return vm::make_int(number); }
  vm::Result<Value> value(bool truth) { return vm::make_int(truth); }
  vm::Result<Value> value(BoolOperator op) { return one_of(kBoolOperators, op); }
  vm::Result<Value> value(BinaryOperator op) { return one_of(kBinaryOperators, op); }
  vm::Result<Value> value(UnaryOperator op) { return one_of(kUnaryOperators, op); }
  vm::Result<Value> value(CompareOperator op) { return one_of(kCompareOperators, op); }
  vm::Result<Value> value(ExprContext context) { return one_of(kContexts, context); }

  template <size_t N, class T>
  vm::Result<Value> one_of(const NodeClass (&classes)[N], T which) {
    return vm::node_singleton(classes[static_cast<size_t>(which)]);
  }

  Workspace& workspace_;
  int depth_;
  const int limit_;
};

}  // namespace

vm::Result<Value> tree_to_objects(Workspace& workspace, const Module& module) {
  return Builder(workspace).module(module);
}

}  // namespace ouro::cli
