// types.MethodType: a callable bound to its first argument.
#include <algorithm>

#include "vm/heap/heap_inline.h"
#include "vm/interp/calls.h"
#include "vm/interp/parts.h"
#include "vm/object/native_support.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

Value make_bound_method(Value function, Value self) {
  auto* method =
      allocate_inline<BoundMethod>(types.bound_method->root_shape, types.bound_method->instance_size);
  method->function = function;
  method->self = self;
  return method;
}

namespace {

BoundMethod* self_of(Value value) {
  return value.as<BoundMethod>();
}

/// A bound method of a bound method of ...: all their selfs at once, the innermost first.
Result<Value> call_nested(BoundMethod* outermost, const Arguments& arguments) {
  size_t depth = 1;
  BoundMethod* innermost = outermost;
  for (; is_kind(innermost->function, Kind::kBoundMethod); ++depth) innermost = self_of(innermost->function);
  CallBuffer buffer(depth + arguments.total());
  BoundMethod* method = outermost;
  for (size_t i = depth; i > 0; --i) {
    buffer.data()[i - 1] = method->self;
    if (i > 1) method = self_of(method->function);
  }
  std::copy_n(arguments.values, arguments.total(), buffer.data() + depth);
  return call(innermost->function, {buffer.data(), arguments.positional + depth, arguments.keywords});
}

Result<Value> call_bound(Value value, const Arguments& arguments) {
  BoundMethod* method = self_of(value);
  if (is_kind(method->function, Kind::kBoundMethod)) return call_nested(method, arguments);
  if (is_kind(method->function, Kind::kFunction)) {
    CallBuffer buffer(method->self, arguments);
    return call_function(method->function, buffer.arguments(arguments));
  }
  CallBuffer buffer(method->self, arguments);
  return call(method->function, buffer.arguments(arguments));
}

/// What the type has first, then what the function has.
Result<Value> get_method_attribute(Value self, Str* name) {
  Value found = lookup_in_type(type_of(self), name);
  if (!found.is_null()) {
    auto get = type_of(found)->slots.descr_get;
    return get != nullptr ? get(found, self, type_of(self)) : Result<Value>(found);
  }
  return get_attribute(self_of(self)->function, name);
}

Result<Value> get_doc(Value self) {
  return get_attribute(self_of(self)->function, names.dunder_doc);
}

Result<Value> repr_method(Value value) {
  BoundMethod* method = self_of(value);
  Value name = TRY(find_attribute(method->function, names.dunder_qualname));
  if (name.is_null()) name = TRY(find_attribute(method->function, names.dunder_name));
  std::string shown = !name.is_null() && is_str(name) ? to_utf8(name.as<Str>()) : "?";
  Str* self = TRY(repr(method->self));
  return make_str(fmt::format("<bound method {} of {}>", shown, to_utf8(self)));
}

Result<int64_t> hash_method(Value value) {
  BoundMethod* method = self_of(value);
  int64_t of_function = TRY(hash(method->function));
  uint64_t address = std::rotr(method->self.bits(), 4);
  auto mixed = static_cast<int64_t>(address ^ static_cast<uint64_t>(of_function));
  return mixed == -1 ? -2 : mixed;
}

Result<Value> compare_methods(Value left, Value right, CompareOp op) {
  if ((op != CompareOp::Equal && op != CompareOp::NotEqual) || !is_kind(left, Kind::kBoundMethod) ||
      !is_kind(right, Kind::kBoundMethod))
    return not_implemented();
  bool same = self_of(left)->self == self_of(right)->self;
  if (same) same = TRY(equal(self_of(left)->function, self_of(right)->function));
  return make_bool(same == (op == CompareOp::Equal));
}

Result<Value> new_method(Type*, const Arguments& arguments) {
  if (arguments.keyword_count() != 0) return raise(types.TypeError, "method() takes no keyword arguments");
  if (arguments.positional != 2)
    return raise(types.TypeError, "method expected 2 arguments, got {}", arguments.positional);
  if (!is_callable(arguments[0])) return raise(types.TypeError, "first argument must be callable");
  if (is_none(arguments[1])) return raise(types.TypeError, "self must not be None");
  return make_bound_method(arguments[0], arguments[1]);
}

Result<Value> reduce(const Value* arguments) {
  BoundMethod* method = self_of(arguments[0]);
  Value name = TRY(get_attribute(method->function, names.dunder_name));
  Value builtins = running_builtin(intern("getattr"));
  return make_tuple({builtins, make_tuple({method->self, name})});
}

constexpr MethodSpec kMethods[] = {{"__reduce__", "($self, /)", reduce}};
constexpr MemberSpec kMembers[] = {
    {"__func__", offsetof(BoundMethod, function), false, false,
     "the function (or other callable) implementing a method"},
    {"__self__", offsetof(BoundMethod, self), false, false, "the instance to which a method is bound"},
};
constexpr GetSetSpec kGetSets[] = {{"__doc__", get_doc}};

}  // namespace

Value running_builtin(Str* name) {
  Frame* frame = current_frame();
  Value builtins = frame != nullptr ? frame->builtins() : Value();
  Value found = is_dict(builtins) ? dict_get(builtins.as<Dict>(), name) : Value();
  return found.is_null() ? none() : found;
}

void complete_bound_method() {
  static TypeSpec spec{.name = "method", .kind = Kind::kBoundMethod, .basic_size = sizeof(BoundMethod)};
  spec.flags = kTypeHasWeakrefs;
  spec.trace = trace_members<&BoundMethod::function, &BoundMethod::self>;
  spec.methods = kMethods;
  spec.members = kMembers;
  spec.getsets = kGetSets;
  spec.doc = "Create a bound instance method object.";
  spec.signature = "(function, instance, /)";
  spec.slots.call = call_bound;
  spec.slots.getattro = get_method_attribute;
  spec.slots.repr = repr_method;
  spec.slots.hash = hash_method;
  spec.slots.richcompare = compare_methods;
  spec.slots.new_ = new_method;
  complete_native_type(types.bound_method, spec);
}

}  // namespace ouro::vm
