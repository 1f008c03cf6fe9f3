// classmethod and staticmethod.
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

ClassMethod* self_of(Value self) {
  return self.as<ClassMethod>();
}

Result<Value> wrapper_new(Type* type, const Arguments&) {
  auto* method = allocate_instance<ClassMethod>(type);
  store(method, method->callable, none());
  return method;
}

/// The wrapper looks like the function: what functools.wraps copies.
Status copy_description(Value from, Value to) {
  for (Str* name : {names.dunder_module, names.dunder_name, names.dunder_qualname, names.dunder_doc,
                    names.dunder_annotations}) {
    Value value = TRY(find_attribute(from, name));
    if (!value.is_null()) TRY(set_attribute(to, name, value));
  }
  return {};
}

Status wrapper_init(Value self, const Arguments& arguments, const Signature& signature) {
  Value function;
  TRY(signature.bind(arguments, &function));
  store(self.object(), self_of(self)->callable, function);
  return copy_description(function, self);
}

Status classmethod_init(Value self, const Arguments& arguments) {
  static const Signature signature("classmethod", "(function, /)");
  return wrapper_init(self, arguments, signature);
}
Status staticmethod_init(Value self, const Arguments& arguments) {
  static const Signature signature("staticmethod", "(function, /)");
  return wrapper_init(self, arguments, signature);
}

Result<Value> classmethod_get(Value self, Value instance, Value owner) {
  Value function = self_of(self)->callable;
  if (owner.is_null() || is_none(owner)) owner = type_of(instance);
  if (auto get = type_of(function)->slots.descr_get) return get(function, owner, owner);
  return make_bound_method(function, owner);
}

Result<Value> staticmethod_get(Value self, Value, Value) {
  return self_of(self)->callable;
}

Result<Value> staticmethod_call(Value self, const Arguments& arguments) {
  RecursionScope scope;
  TRY(scope.enter(" while calling a Python object"));
  return call(self_of(self)->callable, arguments);
}

Result<Value> wrapper_repr(Value self, std::string_view name) {
  StrBuilder text;
  text.append_ascii("<");
  text.append_ascii(name);
  text.append_ascii("(");
  text.append(TRY(repr(self_of(self)->callable)));
  text.append_ascii(")>");
  return text.finish();
}

Result<Value> wrapper_is_abstract(Value self) {
  return make_bool(TRY(is_abstract(self_of(self)->callable)));
}

constexpr GetSetSpec kGetSets[] = {
    {"__isabstractmethod__", wrapper_is_abstract},
};
constexpr MemberSpec kMembers[] = {
    {"__func__", offsetof(ClassMethod, callable)},
    {"__wrapped__", offsetof(ClassMethod, callable)},
};

TypeSpec wrapper_spec(const char* name, Kind kind, const char* doc) {
  return {.name = name,
          .kind = kind,
          .basic_size = sizeof(ClassMethod),
          .flags = kTypeBase | kTypeHasDict,
          .trace = trace_members<&ClassMethod::callable>,
          .getsets = kGetSets,
          .members = kMembers,
          .doc = doc,
          .signature = "(function, /)"};
}

Value make_wrapper(Type* type, Value callable) {
  auto* method = allocate_instance<ClassMethod>(type);
  store(method, method->callable, callable);
  return method;
}

}  // namespace

Value make_classmethod(Value callable) {
  return make_wrapper(types.classmethod, callable);
}
Value make_staticmethod(Value callable) {
  return make_wrapper(types.staticmethod, callable);
}

void complete_classmethod_types() {
  static TypeSpec class_spec = wrapper_spec("classmethod", Kind::kClassMethod,
                                            "classmethod(function) -> method\n\nConvert a function to be a "
                                            "class method.\n\nA class method receives the "
                                            "class as implicit first argument,\njust like an instance method "
                                            "receives the instance.\nTo declare a class "
                                            "method, use this idiom:\n\n  class C:\n      @classmethod\n     "
                                            " def f(cls, arg1, arg2, argN):\n          "
                                            "...\n\nIt can be called either on the class (e.g. C.f()) or on "
                                            "an instance\n(e.g. C().f()).  The instance is "
                                            "ignored except for its class.\nIf a class method is called for "
                                            "a derived class, the derived class\nobject is "
                                            "passed as the implied first argument.\n\nClass methods are "
                                            "different than C++ or Java static methods.\nIf you "
                                            "want those, see the staticmethod builtin.");
  class_spec.slots.new_ = wrapper_new;
  class_spec.slots.init = classmethod_init;
  class_spec.slots.descr_get = classmethod_get;
  class_spec.slots.repr = [](Value self) { return wrapper_repr(self, "classmethod"); };
  complete_native_type(types.classmethod, class_spec);
  static TypeSpec static_spec =
      wrapper_spec("staticmethod", Kind::kStaticMethod,
                   "staticmethod(function) -> method\n\nConvert a function to be a static method.\n\nA "
                   "static method does not "
                   "receive an implicit first argument.\nTo declare a static method, use this idiom:\n\n     "
                   "class C:\n         "
                   "@staticmethod\n         def f(arg1, arg2, argN):\n             ...\n\nIt can be called "
                   "either on the class "
                   "(e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are "
                   "ignored, and\nneither is "
                   "passed implicitly as the first argument to the method.\n\nStatic methods in Python are "
                   "similar to those found "
                   "in Java or C++.\nFor a more advanced concept, see the classmethod builtin.");
  static_spec.slots.new_ = wrapper_new;
  static_spec.slots.init = staticmethod_init;
  static_spec.slots.descr_get = staticmethod_get;
  static_spec.slots.call = staticmethod_call;
  static_spec.slots.repr = [](Value self) { return wrapper_repr(self, "staticmethod"); };
  complete_native_type(types.staticmethod, static_spec);
}

}  // namespace ouro::vm
