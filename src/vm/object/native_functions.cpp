// builtin_function_or_method and method_descriptor: construction and calls.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "vm/object/native_call.h"
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {

namespace {

/// Room for the bound values of a call with so many parameters, self included.
constexpr size_t kFewParameters = 12;

Result<Value> call_bound_values(const MethodSpec* spec, const Signature* signature, Value self,
                                const Arguments& arguments) {
  Value few[kFewParameters];
  const size_t front = signature->has_self() ? 1 : 0;
  const size_t count = signature->parameter_count() + front;
  Value* values = few;
  if (count > kFewParameters) values = make_array(count)->items;
  if (front != 0) values[0] = self;
  if (spec->binding == Binding::Class && is_kind(self, Kind::kType) &&

      (arguments.keywords != nullptr || !signature->accepts(arguments.positional))) {
    // A class method is called by the name of the class it is bound to.
    const std::string name = to_utf8(self.as<Type>()->qualified_name) + "." + spec->name;
    TRY(signature->bind_as(name.c_str(), arguments, values + front));
  } else {
    TRY(signature->bind(arguments, values + front));
  }
  return spec->function(values);
}

std::unordered_map<const MethodSpec*, const Signature*>& parsed_signatures() {
  static auto* instance = new std::unordered_map<const MethodSpec*, const Signature*>;
  return *instance;
}

Raised needs_argument(const MethodDescriptor* descriptor) {
  return raise(types.TypeError, "unbound method {}.{}() needs an argument",
               to_utf8(descriptor->owner->qualified_name), descriptor->spec->name);
}

Raised wrong_self(const MethodDescriptor* descriptor, Value self) {
  return raise(types.TypeError, "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
               descriptor->spec->name, type_name(descriptor->owner), type_name(self));
}

}  // namespace

const Signature* signature_of(const MethodSpec* spec, const Type* owner, Value module_or_null) {
  if (spec->raw != nullptr || spec->signature == nullptr) return nullptr;
  const Signature*& signature = parsed_signatures()[spec];
  if (signature == nullptr) {
    signature = new Signature(spec->name, spec->signature);
    std::string full;
    if (owner != nullptr) {
      full = to_utf8(owner->qualified_name) + '.';
    } else if (!module_or_null.is_null() && is_str(module_or_null) &&
               !equals(module_or_null.as<Str>(), "builtins")) {
      full = to_utf8(module_or_null.as<Str>()) + '.';
    }
    signature->set_full_name(full + spec->name);
  }
  return signature;
}

CallBuffer::CallBuffer(Value first, const Arguments& arguments) {
  const size_t count = arguments.total();
  reserve(count + 1);
  data_[0] = first;
  std::copy_n(arguments.values, count, data_ + 1);
}

void CallBuffer::reserve(size_t count) {
  if (count > kFew) data_ = make_array(count)->items;
}

Result<Value> call_prepended(Value callable, Value self, const Arguments& arguments) {
  CallBuffer buffer(self, arguments);
  return call(callable, buffer.arguments(arguments));
}

Value make_native_function(const MethodSpec& spec, Value self, Str* module_name) {
  auto* function = allocate<NativeFunction>(types.native_function->root_shape);
  function->spec = &spec;
  function->self = self;
  if (module_name != nullptr) function->module = module_name;
  write_barrier(function);
  return function;
}

Value make_method_descriptor(const MethodSpec& spec, Type* owner) {
  Type* type = spec.binding == Binding::Class ? types.classmethod_descriptor : types.method_descriptor;
  auto* descriptor = allocate<MethodDescriptor>(type->root_shape);
  descriptor->spec = &spec;
  store(descriptor, descriptor->owner, owner);
  return descriptor;
}

/// A static method of a type belongs to it, a function to its module.
static const Type* owner_of_function(const NativeFunction* function) {
  if (function->self.is_null() || is_kind(function->self, Kind::kModule)) return nullptr;
  if (function->spec->binding == Binding::Class && is_kind(function->self, Kind::kType))
    return function->self.as<Type>();
  return type_of(function->self);
}

Result<Value> call_native_function(NativeFunction* function, const Arguments& arguments) {
  const MethodSpec* spec = function->spec;
  if (spec->raw != nullptr) return spec->raw(function->self, arguments);
  if (function->signature == nullptr)
    function->signature = signature_of(spec, owner_of_function(function), function->module);
  return call_bound_values(spec, function->signature, function->self, arguments);
}

Result<Value> call_method_descriptor(MethodDescriptor* descriptor, const Arguments& arguments) {
  if (arguments.positional == 0) return needs_argument(descriptor);
  Value self = arguments[0];
  if (!is_subtype(type_of(self), descriptor->owner)) return wrong_self(descriptor, self);
  const MethodSpec* spec = descriptor->spec;
  const Arguments rest{arguments.values + 1, arguments.positional - 1, arguments.keywords};
  if (spec->raw != nullptr) return spec->raw(self, rest);
  if (descriptor->signature == nullptr)
    descriptor->signature = signature_of(spec, descriptor->owner, Value());
  if (rest.keywords == nullptr && descriptor->signature->accepts(rest.positional))
    return spec->function(arguments.values);
  return call_bound_values(spec, descriptor->signature, self, rest);
}

}  // namespace ouro::vm
