// The module pyexpat, and its submodules errors and model.
#include "vm/import/import.h"
#include "vm/modules/expat/expat.h"

namespace ouro::vm {

namespace {

using namespace expat;

struct Constant {
  const char* name;
  int64_t value;
};

#define OURO_CODE(name) {#name, name}
constexpr Constant kErrors[] = {
    OURO_CODE(XML_ERROR_NO_MEMORY),
    OURO_CODE(XML_ERROR_SYNTAX),
    OURO_CODE(XML_ERROR_NO_ELEMENTS),
    OURO_CODE(XML_ERROR_INVALID_TOKEN),
    OURO_CODE(XML_ERROR_UNCLOSED_TOKEN),
    OURO_CODE(XML_ERROR_PARTIAL_CHAR),
    OURO_CODE(XML_ERROR_TAG_MISMATCH),
    OURO_CODE(XML_ERROR_DUPLICATE_ATTRIBUTE),
    OURO_CODE(XML_ERROR_JUNK_AFTER_DOC_ELEMENT),
    OURO_CODE(XML_ERROR_PARAM_ENTITY_REF),
    OURO_CODE(XML_ERROR_UNDEFINED_ENTITY),
    OURO_CODE(XML_ERROR_RECURSIVE_ENTITY_REF),
    OURO_CODE(XML_ERROR_ASYNC_ENTITY),
    OURO_CODE(XML_ERROR_BAD_CHAR_REF),
    OURO_CODE(XML_ERROR_BINARY_ENTITY_REF),
    OURO_CODE(XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF),
    OURO_CODE(XML_ERROR_MISPLACED_XML_PI),
    OURO_CODE(XML_ERROR_UNKNOWN_ENCODING),
    OURO_CODE(XML_ERROR_INCORRECT_ENCODING),
    OURO_CODE(XML_ERROR_UNCLOSED_CDATA_SECTION),
    OURO_CODE(XML_ERROR_EXTERNAL_ENTITY_HANDLING),
    OURO_CODE(XML_ERROR_NOT_STANDALONE),
    OURO_CODE(XML_ERROR_UNEXPECTED_STATE),
    OURO_CODE(XML_ERROR_ENTITY_DECLARED_IN_PE),
    OURO_CODE(XML_ERROR_FEATURE_REQUIRES_XML_DTD),
    OURO_CODE(XML_ERROR_CANT_CHANGE_FEATURE_ONCE_PARSING),
    OURO_CODE(XML_ERROR_UNBOUND_PREFIX),
    OURO_CODE(XML_ERROR_UNDECLARING_PREFIX),
    OURO_CODE(XML_ERROR_INCOMPLETE_PE),
    OURO_CODE(XML_ERROR_XML_DECL),
    OURO_CODE(XML_ERROR_TEXT_DECL),
    OURO_CODE(XML_ERROR_PUBLICID),
    OURO_CODE(XML_ERROR_SUSPENDED),
    OURO_CODE(XML_ERROR_NOT_SUSPENDED),
    OURO_CODE(XML_ERROR_ABORTED),
    OURO_CODE(XML_ERROR_FINISHED),
    OURO_CODE(XML_ERROR_SUSPEND_PE),
    OURO_CODE(XML_ERROR_RESERVED_PREFIX_XML),
    OURO_CODE(XML_ERROR_RESERVED_PREFIX_XMLNS),
    OURO_CODE(XML_ERROR_RESERVED_NAMESPACE_URI),
    OURO_CODE(XML_ERROR_INVALID_ARGUMENT),
    OURO_CODE(XML_ERROR_NO_BUFFER),
    OURO_CODE(XML_ERROR_AMPLIFICATION_LIMIT_BREACH),
};
constexpr Constant kModel[] = {
    OURO_CODE(XML_CTYPE_EMPTY), OURO_CODE(XML_CTYPE_ANY),    OURO_CODE(XML_CTYPE_MIXED),
    OURO_CODE(XML_CTYPE_NAME),  OURO_CODE(XML_CTYPE_CHOICE), OURO_CODE(XML_CTYPE_SEQ),
    OURO_CODE(XML_CQUANT_NONE), OURO_CODE(XML_CQUANT_OPT),   OURO_CODE(XML_CQUANT_REP),
    OURO_CODE(XML_CQUANT_PLUS),
};
constexpr Constant kConstants[] = {
    OURO_CODE(XML_PARAM_ENTITY_PARSING_NEVER),
    OURO_CODE(XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE),
    OURO_CODE(XML_PARAM_ENTITY_PARSING_ALWAYS),
};
#undef OURO_CODE

Result<Module*> add_submodule(Module* module, const char* name, const char* doc) {
  Str* full = intern(std::string("pyexpat.") + name);
  Module* made = make_module(full);
  TRY(module_add(made, "__doc__", make_str(doc)));
  TRY(set_item(TRY(modules_dict()), full, made));
  TRY(module_add(module, name, made));
  return made;
}

Status add_errors(Module* module) {
  Module* errors = TRY(add_submodule(module, "errors", "Constants used to describe error conditions."));
  Dict* codes = make_dict();
  Dict* messages = make_dict();
  for (const auto& [name, code] : kErrors) {
    const char* message = XML_ErrorString(static_cast<XML_Error>(code));
    if (message == nullptr) continue;
    Str* text = make_str(message);
    TRY(module_add(errors, name, text));
    TRY(dict_set(codes, Value(text), make_int(code)));
    TRY(dict_set(messages, make_int(code), text));
  }
  TRY(module_add(errors, "codes", codes));
  return module_add(errors, "messages", messages);
}

Status add_features(Module* module) {
  List* list = make_list();
  for (const XML_Feature* feature = XML_GetFeatureList(); feature->feature != XML_FEATURE_END; ++feature)
    TRY(list_append(list, make_tuple({make_str(feature->name), make_int(feature->value)})));
  return module_add(module, "features", list);
}

Result<Value> error_string(const Value* a) {
  const char* text = XML_ErrorString(static_cast<XML_Error>(TRY(to_int64(a[1]))));
  return text == nullptr ? none() : Value(make_str(text));
}

constexpr MethodSpec kFunctions[] = {
    {"ParserCreate", "($module, /, encoding=None, namespace_separator=None, intern=<unrepresentable>)",
     create_parser, "Return a new XML parser object."},
    {"ErrorString", "($module, code, /)", error_string, "Returns string error for given number."},
};

Status execute(Module* module) {
  make_parser_type();
  if (error_type == nullptr) {
    error_type = TRY(make_exception_class("xml.parsers.expat", "ExpatError", types.Exception));
    add_root(reinterpret_cast<Object**>(&error_type));
  }
  TRY(module_add(module, "error", error_type));
  TRY(module_add(module, "ExpatError", error_type));
  TRY(module_add(module, "XMLParserType", parser_type));
  TRY(module_add(module, "EXPAT_VERSION", make_str(XML_ExpatVersion())));
  const XML_Expat_Version version = XML_ExpatVersionInfo();
  TRY(module_add(module, "version_info",
                 make_tuple({make_int(version.major), make_int(version.minor), make_int(version.micro)})));
  TRY(module_add(module, "native_encoding", make_str("UTF-8")));
  TRY(add_errors(module));
  Module* model =
      TRY(add_submodule(module, "model", "Constants used to interpret content model information."));
  for (const auto& [name, value] : kModel) TRY(module_add(model, name, make_int(value)));
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  return add_features(module);
}

}  // namespace

extern const ModuleSpec kPyexpatModule;
const ModuleSpec kPyexpatModule = {
    .name = "pyexpat",
    .doc = "Python wrapper for Expat parser.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
