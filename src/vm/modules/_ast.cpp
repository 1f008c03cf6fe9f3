// The module _ast: the classes of syntax trees. Trees themselves are made and compiled through
// compile_tree_hook.
#include <string_view>

#include "vm/heap/heap.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

struct NodeClass {
  const char* name;
  const char* base;
  const char* fields;
  const char* optional_fields;
  const char* attributes;
  const char* optional_attributes;
};
constexpr NodeClass kNodes[] = {
#define AST_NODE(name, base, fields, optional, attributes, optional_attributes) \
  {#name, #base, fields, optional, attributes, optional_attributes},
#include "vm/modules/ast_nodes.def"
};

/// The words of a text as a tuple of names.
Tuple* words(std::string_view text) {
  List* list = make_list();
  while (!text.empty()) {
    size_t end = std::min(text.find(' '), text.size());
    (void)list_append(list, intern(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return make_tuple(std::span<const Value>(list->span()));
}

// ---- AST: what all nodes share

Result<Tuple*> fields_of(Value self) {
  Value fields = TRY(find_attribute(type_of(self), intern("_fields")));
  return fields.is_null() ? Result<Tuple*>(empty_tuple()) : to_tuple(fields);
}

Status init_node(Value self, const Arguments& arguments) {
  Tuple* fields = TRY(fields_of(self));
  if (arguments.positional > fields->length)
    return raise(types.TypeError, "{} constructor takes at most {} positional argument{}", type_name(self),
                 fields->length, fields->length == 1 ? "" : "s");
  for (size_t i = 0; i < arguments.positional; ++i)
    TRY(set_attribute(self, fields->items[i].as<Str>(), arguments[i]));
  for (size_t i = 0; i < arguments.keyword_count(); ++i) {
    auto* name = arguments.keywords->items[i].as<Str>();
    for (size_t k = 0; k < arguments.positional; ++k) {
      if (equals(fields->items[k].as<Str>(), name))
        return raise(types.TypeError, "{} got multiple values for argument '{}'", type_name(self),
                     to_utf8(name));
    }
    TRY(set_attribute(self, intern(name), arguments[arguments.positional + i]));
  }
  return {};
}

Result<Value> reduce(const Value* a) {
  Value dict = TRY(find_attribute(a[0], names.dunder_dict));
  Value type = type_of(a[0]);
  if (dict.is_null()) return make_tuple({type, empty_tuple()});
  return make_tuple({type, empty_tuple(), dict});
}

constexpr MethodSpec kMethods[] = {{"__reduce__", "($self, /)", reduce}};

Type* make_ast_type() {
  static TypeSpec spec{.name = "ast.AST",
                       .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs,
                       .methods = kMethods,
                       .doc = "What all nodes of a syntax tree are."};
  spec.slots.init = init_node;
  Type* type = make_native_type(spec);
  for (const char* name : {"_fields", "__match_args__", "_attributes"})
    dict_set(type->dict, intern(name), empty_tuple());
  return type;
}

Result<Type*> make_node_class(Module* module, const NodeClass& node) {
  Dict* namespace_ = make_dict();
  Tuple* fields = words(node.fields);
  dict_set(namespace_, intern("_fields"), fields);
  dict_set(namespace_, names.dunder_match_args, fields);
  dict_set(namespace_, names.dunder_module, intern("ast"));
  dict_set(namespace_, names.dunder_doc, make_str(fmt::format("{}({})", node.name, node.fields)));
  bool is_root = std::string_view(node.base) == "AST";
  if (is_root) dict_set(namespace_, intern("_attributes"), words(node.attributes));
  for (const char* optional : {node.optional_fields, node.optional_attributes}) {
    for (Value name : words(optional)->span()) dict_set(namespace_, name.as<Str>(), none());
  }
  Value base = dict_get(module->dict, intern(node.base));
  return make_class(types.type, intern(node.name), make_tuple({base}), namespace_, Arguments{});
}

Status execute(Module* module) {
  TRY(module_add(module, "AST", make_ast_type()));
  for (const NodeClass& node : kNodes) TRY(module_add(module, node.name, TRY(make_node_class(module, node))));
  TRY(module_add(module, "PyCF_ONLY_AST", make_int(0x400)));
  TRY(module_add(module, "PyCF_TYPE_COMMENTS", make_int(0x1000)));
  return module_add(module, "PyCF_ALLOW_TOP_LEVEL_AWAIT", make_int(0x2000));
}

}  // namespace

extern const ModuleSpec kAstModule{.name = "_ast", .doc = "The classes of syntax trees.", .execute = execute};

}  // namespace ouro::vm
