// The module _contextvars: Context, ContextVar, Token.
//
// A context's variables are a persistent map, so that copying a context, which every callback of an event
// loop does, copies a pointer: a trie over the bits of the variable's address, five at a time. A node is a
// tuple: a mask of the branches that exist, then for each of them two words, (variable, value) or
// (null, node).
#include <bit>

#include "vm/modules/contextvars.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

struct ContextVar : Object {
  Str* name;
  Value default_;  // null: none
};

/// `aux` counts the variables, `flags` is 1 while the context is entered: event loops keep many of them.
struct Context : Object {
  Tuple* variables;  // null: none
  Value previous;    // the context that was left for this one, while entered
};

struct Token : Object {
  Context* context;
  ContextVar* variable;
  Value old_value;  // null: there was none
  bool used;
};

Type *context_type = nullptr, *variable_type = nullptr, *token_type = nullptr;
Value missing;

// ---- the map

uint64_t hash_of(const ContextVar* variable) {
  return reinterpret_cast<uint64_t>(variable) >> 4;
}
uint32_t mask_of(const Tuple* node) {
  return static_cast<uint32_t>(node->items[0].small_int());
}
size_t place_of(uint32_t mask, uint32_t bit) {
  return 1 + 2 * static_cast<size_t>(std::popcount(mask & (bit - 1)));
}

Value find(const Tuple* node, const ContextVar* variable) {
  for (uint64_t hash = hash_of(variable); node != nullptr; hash >>= 5) {
    const uint32_t mask = mask_of(node), bit = uint32_t{1} << (hash & 31);
    if ((mask & bit) == 0) return {};
    const Value* entry = node->items + place_of(mask, bit);
    if (!entry[0].is_null()) return entry[0] == Value(variable) ? entry[1] : Value();
    node = entry[1].as<Tuple>();
  }
  return {};
}

Result<Tuple*> node_of(uint32_t mask) {
  Tuple* node = TRY(allocate_tuple(1 + 2 * static_cast<size_t>(std::popcount(mask))));
  node->items[0] = Value::from_small(mask);
  return node;
}

/// A node for two variables whose addresses part at some level below.
Result<Tuple*> split(Value first, Value first_value, Value second, Value second_value, unsigned shift) {
  const uint32_t a = hash_of(first.as<ContextVar>()) >> shift & 31,
                 b = hash_of(second.as<ContextVar>()) >> shift & 31;
  if (a == b) {
    Tuple* below = TRY(split(first, first_value, second, second_value, shift + 5));
    Tuple* node = TRY(node_of(uint32_t{1} << a));
    node->items[2] = below;
    return node;
  }
  const uint32_t mask = uint32_t{1} << a | uint32_t{1} << b;
  Tuple* node = TRY(node_of(mask));
  Value* at_a = node->items + place_of(mask, uint32_t{1} << a);
  Value* at_b = node->items + place_of(mask, uint32_t{1} << b);
  at_a[0] = first, at_a[1] = first_value;
  at_b[0] = second, at_b[1] = second_value;
  return node;
}

/// The map with `variable` set; *added tells whether it is new.
Result<Tuple*> with(const Tuple* node, Value variable, Value value, unsigned shift, bool* added) {
  const uint32_t bit = uint32_t{1} << (hash_of(variable.as<ContextVar>()) >> shift & 31);
  const uint32_t mask = node == nullptr ? 0 : mask_of(node);
  const size_t place = place_of(mask, bit);
  if ((mask & bit) == 0) {
    Tuple* out = TRY(node_of(mask | bit));
    if (node != nullptr) {
      std::copy(node->items + 1, node->items + place, out->items + 1);
      std::copy(node->items + place, node->items + node->length, out->items + place + 2);
    }
    out->items[place] = variable, out->items[place + 1] = value;
    *added = true;
    return out;
  }
  const Value* old = node->items + place;
  Value key = variable, content = value;
  if (old[0].is_null()) {
    key = Value();
    content = TRY(with(old[1].as<Tuple>(), variable, value, shift + 5, added));
  } else if (old[0] != variable) {
    key = Value();
    content = TRY(split(old[0], old[1], variable, value, shift + 5));
    *added = true;
  }
  Tuple* out = TRY(node_of(mask));
  std::copy(node->items + 1, node->items + node->length, out->items + 1);
  out->items[place] = key, out->items[place + 1] = content;
  return out;
}

/// Without `variable`, which is in it. Empty nodes stay where they are.
Result<Tuple*> without(const Tuple* node, const ContextVar* variable, unsigned shift) {
  const uint32_t mask = mask_of(node), bit = uint32_t{1} << (hash_of(variable) >> shift & 31);
  const size_t place = place_of(mask, bit);
  if (node->items[place].is_null()) {
    Tuple* below = TRY(without(node->items[place + 1].as<Tuple>(), variable, shift + 5));
    Tuple* out = TRY(node_of(mask));
    std::copy(node->items + 1, node->items + node->length, out->items + 1);
    out->items[place + 1] = below;
    return out;
  }
  Tuple* out = TRY(node_of(mask & ~bit));
  std::copy(node->items + 1, node->items + place, out->items + 1);
  std::copy(node->items + place + 2, node->items + node->length, out->items + place);
  return out;
}

template <class Visit>
Status visit_all(const Tuple* node, Visit&& visit) {
  for (size_t i = 1; node != nullptr && i + 1 < node->length; i += 2) {
    if (node->items[i].is_null())
      TRY(visit_all(node->items[i + 1].as<Tuple>(), visit));
    else
      TRY(visit(node->items[i], node->items[i + 1]));
  }
  return {};
}

// ---- the running context

Context* new_context() {
  return allocate_instance<Context>(context_type);
}

Context* running() {
  Thread* t = thread();
  if (t->context.is_null()) t->context = new_context();
  return t->context.as<Context>();
}

Context* copy_of(const Context* context) {
  Context* copy = new_context();
  store(static_cast<Object*>(copy), copy->variables, context->variables);
  copy->aux = context->aux;
  return copy;
}

Status set_in(Context* context, Value variable, Value value) {
  bool added = false;
  Tuple* variables = TRY(with(context->variables, variable, value, 0, &added));
  store(static_cast<Object*>(context), context->variables, variables);
  context->aux += added ? 1 : 0;
  ++thread()->context_version;
  return {};
}

// ---- ContextVar

Result<Value> new_variable(Type* type, const Arguments& arguments) {
  static const Signature signature("ContextVar", "(name, /, *, default=<unrepresentable>)");
  Value a[2];
  TRY(signature.bind(arguments, a));
  if (!is_str(a[0])) return raise(types.TypeError, "context variable name must be a str");
  auto* variable = allocate_instance<ContextVar>(type);
  variable->name = a[0].as<Str>();
  variable->default_ = a[1];
  return variable;
}

Result<Value> variable_get(const Value* a) {
  auto* variable = a[0].as<ContextVar>();
  if (!thread()->context.is_null()) {
    Value found = find(thread()->context.as<Context>()->variables, variable);
    if (!found.is_null()) return found;
  }
  if (!a[1].is_null()) return a[1];
  if (!variable->default_.is_null()) return variable->default_;
  return raise_with(types.LookupError, {variable});
}

Result<Value> variable_set(const Value* a) {
  Context* context = running();
  auto* token = allocate_instance<Token>(token_type);
  token->context = context;
  token->variable = a[0].as<ContextVar>();
  token->old_value = find(context->variables, a[0].as<ContextVar>());
  TRY(set_in(context, a[0], a[1]));
  return token;
}

Result<Value> variable_reset(const Value* a) {
  if (type_of(a[1]) != token_type)
    return raise(types.TypeError, "expected an instance of Token, got {}", repr_text(a[1]));
  auto* token = a[1].as<Token>();
  if (token->used) return raise(types.RuntimeError, "{} has already been used once", repr_text(a[1]));
  if (Value(token->variable) != a[0])
    return raise(types.ValueError, "{} was created by a different ContextVar", repr_text(a[1]));
  Context* context = running();
  if (context != token->context)
    return raise(types.ValueError, "{} was created in a different Context", repr_text(a[1]));
  token->used = true;
  if (!token->old_value.is_null()) {
    TRY(set_in(context, a[0], token->old_value));
    return none();
  }
  if (find(context->variables, token->variable).is_null()) return raise_with(types.LookupError, {a[0]});
  Tuple* variables = TRY(without(context->variables, token->variable, 0));
  store(static_cast<Object*>(context), context->variables, variables);
  --context->aux;
  ++thread()->context_version;
  return none();
}

Result<Value> variable_repr(Value self) {
  auto* variable = self.as<ContextVar>();
  std::string text = fmt::format("<ContextVar name={}", to_utf8(TRY(repr(variable->name))));
  if (!variable->default_.is_null()) text += " default=" + to_utf8(TRY(repr(variable->default_)));
  return make_str(text + fmt::format(" at 0x{:x}>", self.bits()));
}

constexpr MethodSpec kVariableMethods[] = {
    {"get", "($self, default=<unrepresentable>, /)", variable_get,
     "Return a value for the context variable for the current context."},
    {"set", "($self, value, /)", variable_set,
     "Call to set a new value for the context variable in the current context."},
    {"reset", "($self, token, /)", variable_reset, "Reset the context variable."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, nullptr, Binding::Class},
};
constexpr MemberSpec kVariableMembers[] = {{"name", offsetof(ContextVar, name)}};

// ---- Token

Result<Value> new_token(Type*, const Arguments&) {
  return raise(types.RuntimeError, "Tokens can only be created by ContextVars");
}
Result<Value> token_variable(Value self) {
  return self.as<Token>()->variable;
}
Result<Value> token_old_value(Value self) {
  Value old = self.as<Token>()->old_value;
  return old.is_null() ? missing : old;
}
Result<Value> token_repr(Value self) {
  auto* token = self.as<Token>();
  return make_str(fmt::format("<Token{} var={} at 0x{:x}>", token->used ? " used" : "",
                              to_utf8(TRY(repr(token->variable))), self.bits()));
}
constexpr GetSetSpec kTokenGetSets[] = {{"var", token_variable}, {"old_value", token_old_value}};
constexpr MethodSpec kTokenMethods[] = {
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, nullptr, Binding::Class},
};

// ---- Context

Result<Value> new_context_object(Type*, const Arguments& arguments) {
  if (arguments.total() != 0) return raise(types.TypeError, "Context() does not accept any arguments");
  return new_context();
}

Result<ContextVar*> variable_argument(Value value) {
  if (type_of(value) != variable_type)
    return raise(types.TypeError, "a ContextVar key was expected, got {}", repr_text(value));
  return value.as<ContextVar>();
}

Result<Value> context_run(Value self, const Arguments& arguments) {
  if (arguments.positional < 1) return raise(types.TypeError, "run() missing 1 required positional argument");
  auto* context = self.as<Context>();
  if (context->flags != 0)
    return raise(types.RuntimeError, "cannot enter context: {} is already entered", repr_text(self));
  Thread* t = thread();
  store(static_cast<Object*>(context), context->previous, t->context);
  context->flags = 1;
  t->context = self;
  ++t->context_version;
  auto result =
      call(arguments[0], Arguments{arguments.values + 1, arguments.positional - 1, arguments.keywords});
  t->context = context->previous;
  context->previous = Value();
  context->flags = 0;
  ++t->context_version;
  return result;
}

Result<Value> context_subscript(Value self, Value key) {
  ContextVar* variable = TRY(variable_argument(key));
  Value found = find(self.as<Context>()->variables, variable);
  return found.is_null() ? Result<Value>(raise_key_error(key)) : found;
}
Result<bool> context_contains(Value self, Value key) {
  return !find(self.as<Context>()->variables, TRY(variable_argument(key))).is_null();
}
Result<int64_t> context_length(Value self) {
  return self.as<Context>()->aux;
}
Result<Value> context_get(const Value* a) {
  Value found = find(a[0].as<Context>()->variables, TRY(variable_argument(a[1])));
  return !found.is_null() ? found : a[2].is_null() ? none() : a[2];
}
Result<Value> context_copy(const Value* a) {
  return copy_of(a[0].as<Context>());
}

enum class Part : uint8_t { Keys, Values, Items };
template <Part part>
Result<Value> iterate_parts(Value self) {
  List* list = make_list();
  TRY(visit_all(self.as<Context>()->variables, [list](Value variable, Value value) {
    return list_append(list, part == Part::Keys     ? variable
                             : part == Part::Values ? value
                                                    : Value(make_tuple({variable, value})));
  }));
  return iterate(list);
}
template <Part part>
Result<Value> context_parts(const Value* a) {
  return iterate_parts<part>(a[0]);
}

Result<Value> context_compare(Value left, Value right, CompareOp op) {
  if (type_of(left) != context_type || type_of(right) != context_type ||
      (op != CompareOp::Equal && op != CompareOp::NotEqual))
    return not_implemented();
  bool same = left.as<Context>()->aux == right.as<Context>()->aux;
  if (same) {
    TRY(visit_all(left.as<Context>()->variables, [&](Value variable, Value value) -> Status {
      if (!same) return {};
      Value other = find(right.as<Context>()->variables, variable.as<ContextVar>());
      same = !other.is_null() && TRY(equal(value, other));
      return {};
    }));
  }
  return make_bool(same == (op == CompareOp::Equal));
}

constexpr MethodSpec kContextMethods[] = {
    {"run", nullptr, nullptr, "Calls the callable in this context.", Binding::Instance, context_run},
    {"get", "($self, key, default=None, /)", context_get,
     "Return the value for `key` if `key` has the value in the context object."},
    {"copy", "($self, /)", context_copy, "Return a shallow copy of the context object."},
    {"keys", "($self, /)", context_parts<Part::Keys>,
     "Return a list of all variables in the context object."},
    {"values", "($self, /)", context_parts<Part::Values>,
     "Return a list of all variables' values in the context object."},
    {"items", "($self, /)", context_parts<Part::Items>,
     "Return all variables and their values in the context object."},
};

Result<Value> copy_context(const Value*) {
  return copy_running_context();
}

constexpr MethodSpec kFunctions[] = {{"copy_context", "($module, /)", copy_context}};

Result<Value> missing_repr(Value) {
  return make_str("<Token.MISSING>");
}

Status make_missing() {
  static TypeSpec spec{.name = "Token.MISSING", .kind = Kind::kNative, .flags = kTypeDisallowNew};
  spec.slots.repr = missing_repr;
  missing = allocate_instance(make_native_type(spec));
  add_root(&missing);
  dict_set(token_type->dict, intern("MISSING"), missing);
  return {};
}

Status execute(Module* module) {
  static TypeSpec variable{.name = "ContextVar",
                           .kind = Kind::kNative,
                           .basic_size = sizeof(ContextVar),
                           .flags = kTypeHasWeakrefs,
                           .trace = trace_members<&ContextVar::name, &ContextVar::default_>,
                           .methods = kVariableMethods,
                           .members = kVariableMembers};
  variable.slots.new_ = new_variable;
  variable.slots.repr = variable_repr;
  TRY(add_type(module, &variable_type, variable));
  static TypeSpec context{.name = "Context",
                          .kind = Kind::kNative,
                          .basic_size = sizeof(Context),
                          .flags = kTypeHasWeakrefs,
                          .trace = trace_members<&Context::variables, &Context::previous>,
                          .methods = kContextMethods};
  context.slots.new_ = new_context_object;
  context.slots.subscript = context_subscript;
  context.slots.contains = context_contains;
  context.slots.length = context_length;
  context.slots.iter = iterate_parts<Part::Keys>;
  context.slots.richcompare = context_compare;
  context.slots.hash = hash_not_implemented;
  TRY(add_type(module, &context_type, context));
  static TypeSpec token{.name = "Token",
                        .kind = Kind::kNative,
                        .basic_size = sizeof(Token),
                        .trace = trace_members<&Token::context, &Token::variable, &Token::old_value>,
                        .methods = kTokenMethods,
                        .getsets = kTokenGetSets};
  token.slots.new_ = new_token;
  token.slots.repr = token_repr;
  token.slots.hash = hash_not_implemented;
  const bool first = token_type == nullptr;
  TRY(add_type(module, &token_type, token));
  return first ? make_missing() : Status();
}

}  // namespace

Value copy_running_context() {
  return copy_of(running());
}

extern const ModuleSpec kContextvarsModule{
    .name = "_contextvars", .doc = "Context Variables", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
