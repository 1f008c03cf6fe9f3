// The module builtins.
#include "vm/builtins/functions.h"
#include "vm/import/import.h"
#include "vm/object/native.h"

namespace ouro::vm {

namespace {

struct NamedType {
  const char* name;
  Type* Types::* type;
};

constexpr NamedType kTypes[] = {
    {"object", &Types::object},
    {"type", &Types::type},
    {"bool", &Types::bool_},
    {"int", &Types::int_},
    {"float", &Types::float_},
    {"complex", &Types::complex},
    {"str", &Types::str},
    {"bytes", &Types::bytes},
    {"bytearray", &Types::bytearray},
    {"memoryview", &Types::memoryview},
    {"tuple", &Types::tuple},
    {"list", &Types::list},
    {"dict", &Types::dict},
    {"set", &Types::set},
    {"frozenset", &Types::frozenset},
    {"range", &Types::range},
    {"slice", &Types::slice},
    {"classmethod", &Types::classmethod},
    {"staticmethod", &Types::staticmethod},
    {"property", &Types::property},
    {"super", &Types::super},
    {"enumerate", &Types::enumerate},
    {"zip", &Types::zip},
    {"map", &Types::map},
    {"filter", &Types::filter},
    {"reversed", &Types::reversed},
};

/// All exception types under their own names; aliases of OSError besides.
Status add_exceptions(Module* module) {
#define WELL_KNOWN_TYPE(name)                                               \
  if (types.name != nullptr && is_subtype(types.name, types.BaseException)) \
    TRY(module_add(module, #name, types.name));
#include "vm/object/types.def"
  TRY(module_add(module, "EnvironmentError", types.OSError));
  return module_add(module, "IOError", types.OSError);
}

Status execute(Module* module) {
  for (auto functions : {general_functions(), evaluation_functions(), print_functions()}) {
    for (const MethodSpec& spec : functions)
      TRY(module_add(module, spec.name, make_native_function(spec, module, intern("builtins"))));
  }
  for (const NamedType& named : kTypes) TRY(module_add(module, named.name, types.*named.type));
  TRY(add_exceptions(module));
  TRY(module_add(module, "None", none()));
  TRY(module_add(module, "True", make_bool(true)));
  TRY(module_add(module, "False", make_bool(false)));
  TRY(module_add(module, "Ellipsis", ellipsis()));
  TRY(module_add(module, "NotImplemented", not_implemented()));
  return module_add(module, "__debug__", make_bool(true));
}

}  // namespace

extern const ModuleSpec kBuiltinsModule{
    .name = "builtins",
    .doc = "The functions, types, exceptions and constants that need no import.",
    .execute = execute,
};

Type* exception_type_by_name(std::string_view name) {
#define WELL_KNOWN_TYPE(id) \
  if (name == #id) return types.id;
#include "vm/object/types.def"
  return nullptr;
}

}  // namespace ouro::vm
