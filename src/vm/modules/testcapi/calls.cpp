// Ways of calling native code: functions and methods of each kind of signature, callable objects that bind
// themselves, and calls with arguments in pieces.
#include "vm/modules/testcapi/testcapi.h"

namespace ouro::vm::testcapi {

namespace {

// ---- what each function got, with the self that it got it with

Value or_none(Value value) {
  return value.is_null() ? none() : value;
}

Result<Value> meth_varargs(const Value* a) {
  return make_tuple({a[0], a[1]});
}
Result<Value> meth_varargs_keywords(const Value* a) {
  return make_tuple({a[0], a[1], or_none(a[2])});
}
Result<Value> meth_o(const Value* a) {
  return make_tuple({a[0], a[1]});
}
Result<Value> meth_noargs(const Value* a) {
  return a[0];
}

/// The same of a static method, which has no self.
template <NativeFn function>
Result<Value> without_self(const Value* a) {
  const Value values[] = {none(), a[0], a[1]};
  return function(values);
}
Result<Value> static_noargs(const Value*) {
  return none();
}
Result<Value> static_positional(const Value* a) {
  const Value values[] = {none(), a[0]};
  return meth_varargs(values);
}

#define OURO_METHODS(self, binding)                                                                          \
  {"meth_varargs", "($" self ", /, *args)", meth_varargs, nullptr, binding},                                 \
      {"meth_varargs_keywords", "($" self ", /, *args, **kwargs)", meth_varargs_keywords, nullptr, binding}, \
      {"meth_o", "($" self ", object, /)", meth_o, nullptr, binding},                                        \
      {"meth_noargs", "($" self ", /)", meth_noargs, nullptr, binding},                                      \
      {"meth_fastcall", "($" self ", /, *args)", meth_varargs, nullptr, binding}, {                          \
    "meth_fastcall_keywords", "($" self ", /, *args, **kwargs)", meth_varargs_keywords, nullptr, binding     \
  }

constexpr MethodSpec kModuleFunctions[] = {OURO_METHODS("module", Binding::Instance)};
constexpr MethodSpec kInstanceMethods[] = {OURO_METHODS("self", Binding::Instance)};
constexpr MethodSpec kClassMethods[] = {OURO_METHODS("type", Binding::Class)};
#undef OURO_METHODS
constexpr MethodSpec kStaticMethods[] = {
    {"meth_varargs", "(*args)", static_positional, nullptr, Binding::Static},
    {"meth_varargs_keywords", "(*args, **kwargs)", without_self<meth_varargs_keywords>, nullptr,
     Binding::Static},
    {"meth_o", "(object, /)", static_positional, nullptr, Binding::Static},
    {"meth_noargs", "()", static_noargs, nullptr, Binding::Static},
    {"meth_fastcall", "(*args)", static_positional, nullptr, Binding::Static},
    {"meth_fastcall_keywords", "(*args, **kwargs)", without_self<meth_varargs_keywords>, nullptr,
     Binding::Static},
};

Result<Value> new_plain(Type* type, const Arguments&) {
  return allocate_instance(type);
}

constexpr TypeSpec method_class(const char* name, std::span<const MethodSpec> methods, const char* doc) {
  TypeSpec spec = {.name = name, .methods = methods, .doc = doc};
  spec.slots.new_ = new_plain;
  return spec;
}

// ---- objects that are called, and bound, as functions are

Type* descriptor2_type = nullptr;

/// Tells the second kind from the first.
Result<Value> descriptor_call(Value self, const Arguments&) {
  return make_bool(!is_instance(self, descriptor2_type));
}
/// With the arguments as they came.
Result<Value> echo_call(Value, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "no keyword arguments are taken");
  return make_tuple(std::span(arguments.values, arguments.positional));
}
Result<Value> bind_like_function(Value self, Value instance, Value) {
  if (instance.is_null() || is_none(instance)) return self;
  return make_bound_method(self, instance);
}
Result<Value> bind_never(Value self, Value, Value) {
  return self;
}

constexpr TypeSpec descriptor_spec(const char* name, uint32_t flags,
                                   Result<Value> (*call)(Value, const Arguments&),
                                   Result<Value> (*get)(Value, Value, Value)) {
  TypeSpec spec = {.name = name, .flags = flags};
  spec.slots.new_ = new_plain;
  spec.slots.call = call;
  spec.slots.descr_get = get;
  return spec;
}

void add_descriptors(Module* module) {
  static constexpr TypeSpec kBase = descriptor_spec(
      "_testcapi.MethodDescriptorBase", kTypeBase | kTypeMethodLike, descriptor_call, bind_like_function);
  static constexpr TypeSpec kDerived = descriptor_spec("_testcapi.MethodDescriptorDerived", kTypeMethodLike,
                                                       descriptor_call, bind_like_function);
  static constexpr TypeSpec kNopGet =
      descriptor_spec("_testcapi.MethodDescriptorNopGet", 0, echo_call, bind_never);
  static constexpr TypeSpec kSecond =
      descriptor_spec("_testcapi.MethodDescriptor2", kTypeMethodLike, descriptor_call, bind_like_function);
  Type* base = add_plain_type(module, kBase);
  add_plain_type(module, kDerived, base);
  add_plain_type(module, kNopGet, base);
  descriptor2_type = add_plain_type(module, kSecond, base);
  add_root(reinterpret_cast<Object**>(&descriptor2_type));
}

// ---- calls with the arguments in a tuple

Result<std::span<const Value>> given_arguments(Value args) {
  if (is_none(args)) return std::span<const Value>();
  if (!is_tuple(args)) return raise(types.TypeError, "args must be None or a tuple");
  return std::span<const Value>(args.as<Tuple>()->span());
}

Result<Value> pyobject_fastcall(const Value* a) {
  const std::span<const Value> values = TRY(given_arguments(a[2]));
  return call(a[1], Arguments{values.data(), values.size(), nullptr});
}

Result<Value> pyobject_fastcalldict(const Value* a) {
  const std::span<const Value> values = TRY(given_arguments(a[2]));
  if (!is_none(a[3]) && !is_dict(a[3])) return raise(types.TypeError, "kwnames must be None or a dict");
  return call_with(a[1], make_tuple(values), is_none(a[3]) ? Value() : a[3]);
}

Result<Value> pyobject_vectorcall(const Value* a) {
  const std::span<const Value> values = TRY(given_arguments(a[2]));
  if (is_none(a[3])) return call(a[1], Arguments{values.data(), values.size(), nullptr});
  if (!is_tuple(a[3])) return raise(types.TypeError, "kwnames must be None or a tuple");
  auto* keywords = a[3].as<Tuple>();
  if (values.size() < keywords->length) return raise(types.ValueError, "kwnames longer than args");
  return call(a[1], Arguments{values.data(), values.size() - keywords->length,
                              keywords->length == 0 ? nullptr : keywords});
}

Result<Value> pyvectorcall_call(const Value* a) {
  if (!is_tuple(a[2])) return raise(types.TypeError, "args must be a tuple");
  if (!a[3].is_null() && !is_dict(a[3])) return raise(types.TypeError, "kwargs must be a dict");
  return call_with(a[1], a[2], a[3]);
}

/// A __get__ that calls the class, which may take the descriptor away meanwhile.
Result<Value> bad_get(const Value* a) {
  TRY(call(a[3]));
  return repr(a[1]);
}

constexpr MethodSpec kFunctions[] = {
    {"pyobject_fastcall", "($module, func, args, /)", pyobject_fastcall},
    {"pyobject_fastcalldict", "($module, func, args, kwargs, /)", pyobject_fastcalldict},
    {"pyobject_vectorcall", "($module, func, args, kwnames, /)", pyobject_vectorcall},
    {"pyvectorcall_call", "($module, func, args, kwargs=<unrepresentable>, /)", pyvectorcall_call},
    {"bad_get", "($module, self, obj, cls, /)", bad_get},
};

}  // namespace

Status add_calls(Module* module) {
  static constexpr TypeSpec kInstance =
      method_class("_testcapi.MethInstance", kInstanceMethods,
                   "Class with normal (instance) methods to test calling conventions");
  static constexpr TypeSpec kClass = method_class("_testcapi.MethClass", kClassMethods,
                                                  "Class with class methods to test calling conventions");
  static constexpr TypeSpec kStatic = method_class("_testcapi.MethStatic", kStaticMethods,
                                                   "Class with static methods to test calling conventions");
  add_plain_type(module, kInstance);
  add_plain_type(module, kClass);
  add_plain_type(module, kStatic);
  add_descriptors(module);
  TRY(add_functions(module, kModuleFunctions));
  return add_functions(module, kFunctions);
}

}  // namespace ouro::vm::testcapi
