// From objects to structs. Like its counterpart it gets the fields from syntax/nodes.def; what may be left
// out, and what a field's value must be, follows from the field's type there.
//
// Attributes are read as a program would read them, so properties, __getattr__ and class attributes count,
// and any of them may run Python code.
#include <string_view>

#include "cli/run/trees/constants.h"
#include "cli/run/trees/trees.h"
#include "vm/modules/_ast.h"

namespace ouro::cli {

namespace {

using namespace syntax;
using vm::NodeClass;
using vm::Raised;
using vm::types;
using vm::Value;

/// How a field's value is got: which types of nodes.def may be absent.
constexpr bool is_optional(std::string_view type) {
  return type.starts_with("Opt") && type != "OptExprs";
}

#define OWNER(node, name) Owner{node, name, " while traversing '" name "' node"}

class Reader {
 public:
  explicit Reader(Workspace& workspace) : workspace_(workspace), arena_(workspace.arena) {}

  vm::Result<Module*> module(Value root, ModuleKind kind) {
    static constexpr NodeClass kWanted[] = {NodeClass::k_Module, NodeClass::k_Expression,
                                            NodeClass::k_Interactive, NodeClass::k_FunctionType};
    static constexpr Owner kOwners[] = {OWNER({}, "Module"), OWNER({}, "Expression"),
                                        OWNER({}, "Interactive"), OWNER({}, "FunctionType")};
    const auto index = static_cast<size_t>(kind);
    vm::Type* wanted = TRY(vm::node_class(kWanted[index]));
    if (!TRY(vm::is_instance_of(root, wanted)))
      return vm::raise(types.TypeError, "expected {} node, got {}", kOwners[index].name, vm::type_name(root));
    auto* module = arena_.make<Module>();
    module->kind = kind;
    Owner owner = kOwners[index];
    owner.node = root;
    switch (kind) {
      case ModuleKind::Module:
        TRY(field<false>(owner, "body", &module->body));
        TRY(field<false>(owner, "type_ignores", &module->type_ignores));
        break;
      case ModuleKind::Interactive:
        TRY(field<false>(owner, "body", &module->body));
        break;
      case ModuleKind::Expression:
        TRY(field<false>(owner, "body", &module->expression));
        break;
      case ModuleKind::FunctionType:
        TRY(field<false>(owner, "argtypes", &module->argument_types));
        TRY(field<false>(owner, "returns", &module->expression));
        break;
    }
    TRY(finish(owner));
    return module;
  }

 private:
  /// A node, and what messages call it.
  struct Owner {
    Value node;
    const char* name;
    const char* traversing;                // what a RecursionError says
    mutable const char* absent = nullptr;  // the first field that must not be None and is
  };

  // ---- fields

  /// The value of a field; null where it is absent or, when `optional`, None.
  vm::Result<Value> lookup(const Owner& owner, const char* name, bool optional) {
    Value value = TRY(vm::find_attribute(owner.node, vm::intern(name)));
    if (optional && !value.is_null() && vm::is_none(value)) return Value();
    if (value.is_null() && !optional)
      return vm::raise(types.TypeError, "required field \"{}\" missing from {}", name, owner.name);
    return value;
  }

  template <bool kOptional, class T>
  vm::Status field(const Owner& owner, const char* name, T* out) {
    Value value = TRY(lookup(owner, name, kOptional));
    if (value.is_null()) return {};
    vm::RecursionScope scope;
    TRY(enter(scope, owner));
    if constexpr (requires { out->size(); }) {
      return list(owner, name, value, out);
    } else {
      TRY(read(value, out));
      if constexpr (!kOptional && requires { *out == nullptr; }) {
        if (*out == nullptr) note_absent(owner, name);
      } else if constexpr (!kOptional && std::is_same_v<T, Name>) {
        if (*out == Name::none) note_absent(owner, name);
      }
      return {};
    }
  }

  /// None where a node has to be counts only when all fields have been read.
  static void note_absent(const Owner& owner, const char* name) {
    if (owner.absent == nullptr) owner.absent = name;
  }
  static vm::Status finish(const Owner& owner) {
    if (owner.absent == nullptr) return {};
    return vm::raise(types.ValueError, "field '{}' is required for {}", owner.absent, owner.name);
  }

  vm::Status enter(vm::RecursionScope& scope, const Owner& owner) { return scope.enter(owner.traversing); }

  template <class T>
  vm::Status list(const Owner& owner, const char* name, Value value, std::span<T>* out) {
    if (!vm::is_list(value))
      return vm::raise(types.TypeError, "{} field \"{}\" must be a list, not a {}", owner.name, name,
                       vm::type_name(value));
    auto* items = value.as<vm::List>();
    const uint64_t length = items->length;
    *out = arena_.make_span<T>(length);
    for (uint64_t i = 0; i < length; ++i) {
      vm::RecursionScope scope;
      TRY(enter(scope, owner));
      TRY(read(items->items()[i], &(*out)[i]));
      if (items->length != length)
        return vm::raise(types.RuntimeError, "{} field \"{}\" changed size during iteration", owner.name,
                         name);
      if constexpr (std::is_pointer_v<T>) {
        // Lists of expressions and statements may hold None as far as we know; see check.cpp.
        constexpr bool checked_later = std::is_same_v<T, Expr*> || std::is_same_v<T, Stmt*>;
        if (!checked_later && (*out)[i] == nullptr) return null_in_list(owner, name);
      } else if constexpr (std::is_same_v<T, Name>) {
        if ((*out)[i] == Name::none) return null_in_list(owner, name);
      }
    }
    return {};
  }

  /// CPython goes on with a null pointer.
  Raised null_in_list(const Owner& owner, const char* name) {
    return vm::raise(types.ValueError, "None disallowed in {} list of {}", name, owner.name);
  }

  vm::Status position(const Owner& owner, SourceRange* range) {
    TRY(field<false>(owner, "lineno", &range->line));
    TRY(field<false>(owner, "col_offset", &range->column));
    range->end_line = range->line;
    range->end_column = range->column;
    const bool optional = std::string_view(owner.name) != "pattern";
    TRY(end_position(owner, "end_lineno", optional, &range->end_line));
    return end_position(owner, "end_col_offset", optional, &range->end_column);
  }
  vm::Status end_position(const Owner& owner, const char* name, bool optional, int32_t* out) {
    return optional ? field<true>(owner, name, out) : field<false>(owner, name, out);
  }

  // ---- the three large kinds

  vm::Result<bool> is_a(Value value, NodeClass number) {
    vm::Type* type = TRY(vm::node_class(number));
    return vm::is_instance_of(value, type);
  }

  Raised unexpected(const char* sort, Value value) {
    return vm::raise(types.TypeError, "expected some sort of {}, but got {}", sort, vm::repr_text(value));
  }

#define FIELD(type, name) TRY(field_of<is_optional(#type)>(owner, #name, &node->name));
#define EXPR(name, fields)                                    \
  if (TRY(is_a(value, NodeClass::k_##name))) {                \
    [[maybe_unused]] const Owner owner = OWNER(value, #name); \
    auto* node = new_node<name##Expr>(arena_, range);         \
    fields TRY(finish(owner));                                \
    *out = node;                                              \
    return {};                                                \
  }
  vm::Status read(Value value, Expr** out) {
    *out = nullptr;
    if (vm::is_none(value)) return {};
    SourceRange range;
    TRY(position(OWNER(value, "expr"), &range));
#include "syntax/nodes.def"
    return unexpected("expr", value);
  }

#define STMT(name, fields)                                    \
  if (TRY(is_a(value, NodeClass::k_##name))) {                \
    [[maybe_unused]] const Owner owner = OWNER(value, #name); \
    auto* node = new_node<name##Stmt>(arena_, range);         \
    fields TRY(finish(owner));                                \
    *out = node;                                              \
    return {};                                                \
  }
  vm::Status read(Value value, Stmt** out) {
    *out = nullptr;
    if (vm::is_none(value)) return {};
    SourceRange range;
    TRY(position(OWNER(value, "stmt"), &range));
#include "syntax/nodes.def"
    return unexpected("stmt", value);
  }

#define PATTERN(name, fields)                                 \
  if (TRY(is_a(value, NodeClass::k_##name))) {                \
    [[maybe_unused]] const Owner owner = OWNER(value, #name); \
    auto* node = new_node<name##Pattern>(arena_, range);      \
    fields TRY(finish(owner));                                \
    *out = node;                                              \
    return {};                                                \
  }
  vm::Status read(Value value, Pattern** out) {
    *out = nullptr;
    if (vm::is_none(value)) return {};
    SourceRange range;
    TRY(position(OWNER(value, "pattern"), &range));
#include "syntax/nodes.def"
    return unexpected("pattern", value);
  }
#undef FIELD

  template <bool kOptional, class T>
  vm::Status field_of(const Owner& owner, const char* field_name, T* out) {
    const std::string_view name = field_name;
    // The one field that the compiler's tree calls otherwise.
    if constexpr (std::is_same_v<T, bool>) {
      if (name == "unicode_prefix") return string_kind(owner, out);
    }
    if constexpr (std::is_same_v<T, int32_t>) {
      if (name == "level") return field<true>(owner, "level", out);
    }
    if constexpr (std::is_same_v<T, Const>) {
      if (!kOptional) return constant(owner, out);
    }
    return field<kOptional>(owner, field_name, out);
  }

  vm::Status string_kind(const Owner& owner, bool* out) {
    const Constant* kind = nullptr;
    TRY(field<true>(owner, "kind", &kind));
    *out = kind != nullptr && kind->text() == "u";
    return {};
  }

  vm::Status constant(const Owner& owner, Const* out) {
    Value value = TRY(lookup(owner, "value", false));
    // The check of the whole says what is wrong with other constants in a MatchSingleton.
    const bool singleton = std::string_view(owner.name) == "MatchSingleton";
    if (singleton && !vm::is_none(value) && !vm::is_bool(value)) value = vm::ellipsis();
    *out = TRY(constant_from_object(workspace_, value));
    return {};
  }

  // ---- helper nodes

#define READ(optional, name) TRY(field<optional>(owner, #name, &node->name))
  vm::Status read(Value value, Comprehension** out) {
    const Owner owner = OWNER(value, "comprehension");
    Comprehension* node = arena_.make<Comprehension>();
    READ(false, target);
    READ(false, iter);
    READ(false, ifs);
    READ(false, is_async);
    TRY(finish(owner));
    *out = node;
    return {};
  }

  vm::Status read(Value value, ExceptHandler** out) {
    *out = nullptr;
    if (vm::is_none(value)) return {};
    ExceptHandler* node = arena_.make<ExceptHandler>();
    TRY(position(OWNER(value, "excepthandler"), &node->range));
    if (!TRY(is_a(value, NodeClass::k_ExceptHandler))) return unexpected("excepthandler", value);
    const Owner owner = OWNER(value, "ExceptHandler");
    READ(true, type);
    READ(true, name);
    READ(false, body);
    TRY(finish(owner));
    *out = node;
    return {};
  }

  vm::Status read(Value value, Arguments** out) {
    const Owner owner = OWNER(value, "arguments");
    Arguments* node = arena_.make<Arguments>();
    READ(false, posonlyargs);
    READ(false, args);
    READ(true, vararg);
    READ(false, kwonlyargs);
    READ(false, kw_defaults);
    READ(true, kwarg);
    READ(false, defaults);
    TRY(finish(owner));
    *out = node;
    return {};
  }

  vm::Status read(Value value, Arg** out) {
    const Owner owner = OWNER(value, "arg");
    Arg* node = arena_.make<Arg>();
    READ(false, arg);
    READ(true, annotation);
    READ(true, type_comment);
    TRY(position(OWNER(value, "arg"), &node->range));
    TRY(finish(owner));
    *out = node;
    return {};
  }

  vm::Status read(Value value, Keyword** out) {
    const Owner owner = OWNER(value, "keyword");
    Keyword* node = arena_.make<Keyword>();
    READ(true, arg);
    READ(false, value);
    TRY(position(OWNER(value, "keyword"), &node->range));
    TRY(finish(owner));
    *out = node;
    return {};
  }

  vm::Status read(Value value, Alias** out) {
    const Owner owner = OWNER(value, "alias");
    Alias* node = arena_.make<Alias>();
    READ(false, name);
    READ(true, asname);
    TRY(position(OWNER(value, "alias"), &node->range));
    TRY(finish(owner));
    *out = node;
    return {};
  }

  vm::Status read(Value value, WithItem** out) {
    const Owner owner = OWNER(value, "withitem");
    WithItem* node = arena_.make<WithItem>();
    READ(false, context_expr);
    READ(true, optional_vars);
    TRY(finish(owner));
    *out = node;
    return {};
  }

  vm::Status read(Value value, MatchCase** out) {
    const Owner owner = OWNER(value, "match_case");
    MatchCase* node = arena_.make<MatchCase>();
    READ(false, pattern);
    READ(true, guard);
    READ(false, body);
    TRY(finish(owner));
    *out = node;
    return {};
  }
#undef READ

  vm::Status read(Value value, TypeIgnore* out) {
    *out = {};
    if (vm::is_none(value)) return {};
    if (!TRY(is_a(value, NodeClass::k_TypeIgnore))) return unexpected("type_ignore", value);
    const Owner owner = OWNER(value, "TypeIgnore");
    TRY(field<false>(owner, "lineno", &out->line));
    return field<false>(owner, "tag", &out->tag);
  }

  // ---- what else a field can be

  vm::Status read(Value value, Name* out) {
    *out = Name::none;
    if (vm::is_none(value)) return {};
    if (!vm::is_exactly(value, types.str))
      return vm::raise(types.TypeError, "AST identifier must be of type str");
    *out = workspace_.names.intern(vm::to_utf8(value.as<vm::Str>()));
    return {};
  }

  vm::Status read(Value value, const Constant** out) {
    if (!vm::is_exactly(value, types.str) && !vm::is_exactly(value, types.bytes))
      return vm::raise(types.TypeError, "AST string must be of type str");
    *out = TRY(constant_from_object(workspace_, value));
    return {};
  }

  vm::Status read(Value value, int32_t* out) {
    if (!vm::is_int(value))
      return vm::raise(types.ValueError, "invalid integer value: {}", vm::repr_text(value));
    int64_t number = 0;
    if (!vm::int_fits(value, &number) || number < INT32_MIN || number > INT32_MAX)
      return vm::raise(types.OverflowError, "Python int too large to convert to C int");
    *out = static_cast<int32_t>(number);
    return {};
  }
  vm::Status read(Value value, bool* out) {
    int32_t number = 0;
    TRY(read(value, &number));
    *out = number != 0;
    return {};
  }

  template <class T, size_t N>
  vm::Status read_choice(Value value, const char* sort, const NodeClass (&classes)[N], T* out) {
    for (size_t i = 0; i < N; ++i) {
      if (!TRY(is_a(value, classes[i]))) continue;
      *out = static_cast<T>(i);
      return {};
    }
    return unexpected(sort, value);
  }
  vm::Status read(Value value, BoolOperator* out) {
    return read_choice(value, "boolop", {NodeClass::k_And, NodeClass::k_Or}, out);
  }
  vm::Status read(Value value, BinaryOperator* out) {
    return read_choice(
        value, "operator",
        {NodeClass::k_Add, NodeClass::k_Sub, NodeClass::k_Mult, NodeClass::k_MatMult, NodeClass::k_Div,
         NodeClass::k_Mod, NodeClass::k_Pow, NodeClass::k_LShift, NodeClass::k_RShift, NodeClass::k_BitOr,
         NodeClass::k_BitXor, NodeClass::k_BitAnd, NodeClass::k_FloorDiv},
        out);
  }
  vm::Status read(Value value, UnaryOperator* out) {
    return read_choice(value, "unaryop",
                       {NodeClass::k_Invert, NodeClass::k_Not, NodeClass::k_UAdd, NodeClass::k_USub}, out);
  }
  vm::Status read(Value value, CompareOperator* out) {
    return read_choice(
        value, "cmpop",
        {NodeClass::k_Eq, NodeClass::k_NotEq, NodeClass::k_Lt, NodeClass::k_LtE, NodeClass::k_Gt,
         NodeClass::k_GtE, NodeClass::k_Is, NodeClass::k_IsNot, NodeClass::k_In, NodeClass::k_NotIn},
        out);
  }
  vm::Status read(Value value, ExprContext* out) {
    return read_choice(value, "expr_context", {NodeClass::k_Load, NodeClass::k_Store, NodeClass::k_Del}, out);
  }

  Workspace& workspace_;
  Arena& arena_;
};

}  // namespace

vm::Result<Module*> tree_from_objects(Workspace& workspace, Value root, ModuleKind kind) {
  return Reader(workspace).module(root, kind);
}

}  // namespace ouro::cli
