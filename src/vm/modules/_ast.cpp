// The module _ast: the classes of syntax trees. What becomes of trees is the compiler's affair
// (import/compile_hook.h).
//
// The classes are described by ast_nodes.def in the notation that their docstrings show, so that names of
// fields, optional fields and docstrings all come from one text.
#include "vm/modules/_ast.h"

#include <string>
#include <string_view>

#include "vm/heap/heap.h"
#include "vm/import/compile.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

struct NodeDescription {
  std::string_view name;
  std::string_view base;
  std::string_view fields;
  std::string_view attributes;
  bool is_root() const { return base == "AST"; }
};
constexpr NodeDescription kNodes[] = {
#define AST_NODE(name, base, fields, attributes) {#name, #base, fields, attributes},
#include "vm/modules/ast_nodes.def"
};
constexpr size_t kNodeCount = std::size(kNodes);
static_assert(kNodeCount == static_cast<size_t>(NodeClass::kCount));

Type* ast_type = nullptr;
Type* classes[kNodeCount] = {};
Object* singletons[kNodeCount] = {};

/// The declarations of a text, "type name, type name", one by one.
template <class Visit>
void for_each_declaration(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(", "), text.size());
    const std::string_view declaration = text.substr(0, end);
    const size_t space = declaration.find(' ');
    visit(declaration.substr(0, space), declaration.substr(space + 1));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
}

Tuple* declared_names(std::string_view text) {
  List* list = make_list();
  for_each_declaration(
      text, [list](std::string_view, std::string_view name) { (void)list_append(list, intern(name)); });
  return make_tuple(std::span<const Value>(list->span()));
}

// ---- AST: what all nodes share

Status init_node(Value self, const Arguments& arguments) {
  const Value fields = TRY(find_attribute(type_of(self), intern("_fields")));
  int64_t count = 0;
  if (!fields.is_null()) count = TRY(length(fields));
  if (static_cast<size_t>(count) < arguments.positional)
    return raise(types.TypeError, "{} constructor takes at most {} positional argument{}", type_name(self),
                 count, count == 1 ? "" : "s");
  for (size_t i = 0; i < arguments.positional; ++i) {
    const Value name = TRY(get_item(fields, static_cast<int64_t>(i)));
    if (!is_str(name))
      return raise(types.TypeError, "attribute name must be string, not '{}'", type_name(name));
    TRY(set_attribute(self, intern(name.as<Str>()), arguments[i]));
  }
  for (size_t i = 0; i < arguments.keyword_count(); ++i) {
    auto* name = arguments.keywords->items[i].as<Str>();
    for (size_t k = 0; k < arguments.positional; ++k) {
      if (TRY(equal(TRY(get_item(fields, static_cast<int64_t>(k))), name)))
        return raise(types.TypeError, "{} got multiple values for argument '{}'", type_name(self),
                     to_utf8(name));
    }
    TRY(set_attribute(self, intern(name), arguments[arguments.positional + i]));
  }
  return {};
}

/// Arguments are __init__'s affair.
Result<Value> new_node(Type* type, const Arguments&) {
  return Value(allocate_instance(type));
}

Result<Value> reduce(const Value* a) {
  Value dict = TRY(find_attribute(a[0], names.dunder_dict));
  Value type = type_of(a[0]);
  if (dict.is_null()) return make_tuple({type, empty_tuple()});
  return make_tuple({type, empty_tuple(), dict});
}

constexpr MethodSpec kMethods[] = {{"__reduce__", "($self, /)", reduce}};

Type* make_ast_type() {
  static TypeSpec spec{
      .name = "ast.AST", .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs, .methods = kMethods};
  spec.slots.new_ = new_node;
  spec.slots.init = init_node;
  Type* type = make_native_type(spec);
  for (const char* name : {"_fields", "__match_args__", "_attributes"})
    dict_set(type->dict, intern(name), empty_tuple());
  return type;
}

// ---- the other classes

std::string signature(const NodeDescription& node) {
  std::string text(node.name);
  if (!node.fields.empty()) text.append("(").append(node.fields).append(")");
  return text;
}

/// "base = A(int x) | B": the alternatives one below the other unless all of them are bare names.
std::string docstring(const NodeDescription& node) {
  std::string text;
  bool bare = true;
  for (const NodeDescription& other : kNodes) bare &= other.base != node.name || other.fields.empty();
  for (const NodeDescription& other : kNodes) {
    if (other.base != node.name) continue;
    if (text.empty()) {
      text.append(node.name).append(" = ");
    } else {
      text.append(bare ? " | " : "\n" + std::string(node.name.size() + 1, ' ') + "| ");
    }
    text += signature(other);
  }
  return text.empty() ? signature(node) : text;
}

size_t number_of(std::string_view name) {
  size_t number = 0;
  while (kNodes[number].name != name) ++number;
  return number;
}

Result<Type*> make_node_class(const NodeDescription& node) {
  Dict* space = make_dict();
  Tuple* fields = declared_names(node.fields);
  dict_set(space, intern("_fields"), fields);
  dict_set(space, names.dunder_match_args, fields);
  dict_set(space, names.dunder_module, intern("ast"));
  dict_set(space, names.dunder_doc, make_str(docstring(node)));
  if (node.is_root()) dict_set(space, intern("_attributes"), declared_names(node.attributes));
  for (std::string_view declarations : {node.fields, node.attributes}) {
    for_each_declaration(declarations, [space](std::string_view type, std::string_view name) {
      if (type.ends_with('?')) dict_set(space, intern(name), none());
    });
  }
  Type* base = node.is_root() ? ast_type : classes[number_of(node.base)];
  return make_class(types.type, intern(node.name), make_tuple({base}), space, Arguments{});
}

Status make_classes() {
  if (ast_type != nullptr) return {};
  Type* root = make_ast_type();
  ast_type = root;
  add_root(reinterpret_cast<Object**>(&ast_type));
  for (size_t i = 0; i < kNodeCount; ++i) {
    add_root(reinterpret_cast<Object**>(&classes[i]));
    add_root(&singletons[i]);
    classes[i] = TRY(make_node_class(kNodes[i]));
  }
  is_tree_hook = is_syntax_tree;
  return {};
}

Status execute(Module* module) {
  TRY(make_classes());
  TRY(module_add(module, "AST", ast_type));
  for (size_t i = 0; i < kNodeCount; ++i) TRY(module_add(module, kNodes[i].name.data(), classes[i]));
  TRY(module_add(module, "PyCF_ONLY_AST", make_int(kCompileOnlyAst)));
  TRY(module_add(module, "PyCF_TYPE_COMMENTS", make_int(kCompileTypeComments)));
  return module_add(module, "PyCF_ALLOW_TOP_LEVEL_AWAIT", make_int(kCompileTopLevelAwait));
}

}  // namespace

Result<Type*> node_class(NodeClass number) {
  TRY(make_classes());
  return classes[static_cast<size_t>(number)];
}

Result<Value> node_singleton(NodeClass number) {
  Object*& instance = singletons[static_cast<size_t>(number)];
  if (instance == nullptr) {
    Type* type = TRY(node_class(number));
    instance = allocate_instance(type);
  }
  return Value(instance);
}

bool is_syntax_tree(Value value) {
  return ast_type != nullptr && is_instance(value, ast_type);
}

extern const ModuleSpec kAstModule{.name = "_ast", .doc = "The classes of syntax trees.", .execute = execute};

}  // namespace ouro::vm
