// ImportError, AttributeError, NameError: exceptions that take keyword arguments.
#include "vm/object/exception_support.h"

namespace ouro::vm {

namespace {

/// The keyword arguments of a constructor that takes any positional ones.
Status bind_keywords(const Signature& signature, const Arguments& arguments, Value* out) {
  return signature.bind(Arguments{arguments.values + arguments.positional, 0, arguments.keywords}, out);
}

Arguments without_keywords(const Arguments& arguments) {
  return {arguments.values, arguments.positional, nullptr};
}

// ---- ImportError

Status import_error_init(Value self, const Arguments& arguments) {
  static const Signature signature("ImportError", "(*, name=None, path=None)");
  auto* error = self.as<ImportErrorObject>();
  TRY(exception_init(self, without_keywords(arguments)));
  Value given[2];
  TRY(bind_keywords(signature, arguments, given));
  error->name = given[0];
  error->path = given[1];
  error->message = arguments.positional == 1 ? arguments[0] : Value();
  write_barrier(error);
  return {};
}

Result<Value> import_error_str(Value self) {
  Value message = self.as<ImportErrorObject>()->message;
  if (!message.is_null() && is_exactly(message, types.str)) return message;
  return exception_str(self);
}

Result<Value> import_error_reduce(const Value* a) {
  auto* error = a[0].as<ImportErrorObject>();
  Dict* own = exception_state(a[0]);
  if (own == nullptr && error->name.is_null() && error->path.is_null())
    return make_tuple({type_of(a[0]), error->args});
  Dict* state = own != nullptr ? dict_copy(own) : make_dict();
  if (!error->name.is_null()) dict_set(state, names.name, error->name);
  if (!error->path.is_null()) dict_set(state, names.path, error->path);
  return make_tuple({type_of(a[0]), error->args, state});
}

void trace_import_error(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  trace_members<&ImportErrorObject::message, &ImportErrorObject::name, &ImportErrorObject::path>(object,
                                                                                                 tracer);
}

constexpr MemberSpec kImportMembers[] = {
    {"msg", offsetof(ImportErrorObject, message), true, false, "exception message"},
    {"name", offsetof(ImportErrorObject, name), true, false, "module name"},
    {"path", offsetof(ImportErrorObject, path), true, false, "module path"},
};
constexpr MethodSpec kImportMethods[] = {
    {"__reduce__", "($self, /)", import_error_reduce},
};

// ---- AttributeError

Status attribute_error_init(Value self, const Arguments& arguments) {
  static const Signature signature("AttributeError", "(*, name=None, obj=None)");
  auto* error = self.as<AttributeErrorObject>();
  TRY(exception_init(self, without_keywords(arguments)));
  Value given[2];
  TRY(bind_keywords(signature, arguments, given));
  error->name = given[0];
  error->object = given[1];
  write_barrier(error);
  return {};
}

void trace_attribute_error(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  trace_members<&AttributeErrorObject::object, &AttributeErrorObject::name>(object, tracer);
}

constexpr MemberSpec kAttributeMembers[] = {
    {"name", offsetof(AttributeErrorObject, name), true, false, "attribute name"},
    {"obj", offsetof(AttributeErrorObject, object), true, false, "object"},
};

// ---- NameError

Status name_error_init(Value self, const Arguments& arguments) {
  static const Signature signature("NameError", "(*, name=None)");
  auto* error = self.as<NameErrorObject>();
  TRY(exception_init(self, without_keywords(arguments)));
  Value given[1];
  TRY(bind_keywords(signature, arguments, given));
  store(error, error->name, given[0]);
  return {};
}

void trace_name_error(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  trace_members<&NameErrorObject::name>(object, tracer);
}

constexpr MemberSpec kNameMembers[] = {
    {"name", offsetof(NameErrorObject, name), true, false, "name"},
};

}  // namespace

void complete_attribute_error(Value object, Str* name) {
  if (!exception_is(types.AttributeError)) return;
  auto* error = static_cast<AttributeErrorObject*>(thread()->exception);
  if (!error->name.is_null() || !error->object.is_null()) return;
  error->name = name;
  error->object = object;
  write_barrier(error);
}

void complete_import_and_name_errors() {
  static TypeSpec import = {.name = "ImportError",
                            .basic_size = sizeof(ImportErrorObject),
                            .trace = trace_import_error,
                            .methods = kImportMethods,
                            .members = kImportMembers,
                            .doc = "Import can't find module, or can't find name in module."};
  import.slots.init = import_error_init;
  import.slots.str = import_error_str;
  complete_exception(types.ImportError, import, types.Exception);
  static TypeSpec missing = {.name = "ModuleNotFoundError", .doc = "Module not found."};
  complete_exception(types.ModuleNotFoundError, missing, types.ImportError);
  static TypeSpec attribute = {.name = "AttributeError",
                               .basic_size = sizeof(AttributeErrorObject),
                               .trace = trace_attribute_error,
                               .members = kAttributeMembers,
                               .doc = "Attribute not found."};
  attribute.slots.init = attribute_error_init;
  complete_exception(types.AttributeError, attribute, types.Exception);
  static TypeSpec name = {.name = "NameError",
                          .basic_size = sizeof(NameErrorObject),
                          .trace = trace_name_error,
                          .members = kNameMembers,
                          .doc = "Name not found globally."};
  name.slots.init = name_error_init;
  complete_exception(types.NameError, name, types.Exception);
  static TypeSpec unbound = {.name = "UnboundLocalError",
                             .doc = "Local name referenced but not bound to a value."};
  complete_exception(types.UnboundLocalError, unbound, types.NameError);
}

}  // namespace ouro::vm
