// The module _symtable: the compiler's symbol tables as objects, for the library's symtable.
#include "vm/import/compile.h"
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

struct SymtableEntry : Object {
  Value id, name, symbols, varnames, children, nested, type, line;
};

void trace_entry(Object* object, Tracer& tracer) {
  auto* entry = static_cast<SymtableEntry*>(object);
  for (Value* field = &entry->id; field <= &entry->line; ++field) tracer.visit(*field);
}

Result<Value> entry_repr(Value self) {
  auto* entry = self.as<SymtableEntry>();
  return make_str(fmt::format("<symtable entry {}({}), line {}>", to_utf8(entry->name.as<Str>()),
                              repr_text(entry->id), repr_text(entry->line)));
}

#define MEMBER(name, field) {#name, offsetof(SymtableEntry, field)}
constexpr MemberSpec kMembers[] = {
    MEMBER(id, id),
    MEMBER(name, name),
    MEMBER(symbols, symbols),
    MEMBER(varnames, varnames),
    MEMBER(children, children),
    MEMBER(nested, nested),
    MEMBER(type, type),
    MEMBER(lineno, line),
};
#undef MEMBER

Type* entry_type = nullptr;

Result<Value> make_entry(const SymbolScope& scope) {
  TRY(check_recursion());
  auto* entry = allocate_instance<SymtableEntry>(entry_type);
  const auto set = [entry](Value& field, Value value) { store(entry, field, value); };
  Dict* symbols = make_dict();
  for (const SymbolScope::Entry& symbol : scope.symbols)
    dict_set(symbols, intern(symbol.name), make_int(symbol.flags));
  List* parameters = make_list();
  for (const std::string& name : scope.parameters) TRY(list_append(parameters, intern(name)));
  List* children = make_list();
  for (const SymbolScope& inner : scope.children) TRY(list_append(children, TRY(make_entry(inner))));
  set(entry->id, make_int(static_cast<int64_t>(scope.id)));
  set(entry->name, intern(scope.name));
  set(entry->symbols, symbols);
  set(entry->varnames, parameters);
  set(entry->children, children);
  set(entry->nested, make_int(scope.nested));
  set(entry->type, make_int(scope.type));
  set(entry->line, make_int(scope.line));
  return Value(entry);
}

Result<CompileMode> mode_of(Value name) {
  if (!is_str(name))
    return raise(types.TypeError, "symtable() argument 3 must be str, not {}", given_name(name));
  auto* text = name.as<Str>();
  if (equals(text, "exec")) return CompileMode::Exec;
  if (equals(text, "eval")) return CompileMode::Eval;
  if (equals(text, "single")) return CompileMode::Single;
  return raise(types.ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
}

Result<Value> symtable(const Value* a) {
  Str* filename = TRY(source_name(a[2]));
  std::string text;
  const bool is_text = TRY(source_text(a[1], "symtable", "string or bytes", &text));
  const CompileMode mode = TRY(mode_of(a[3]));
  const SymbolScope scope = TRY(symbols_of_source(text, is_text, filename, mode));
  return make_entry(scope);
}

constexpr MethodSpec kFunctions[] = {
    {"symtable", "($module, source, filename, startstr, /)", symtable,
     "Return symbol and scope dictionaries used internally by compiler."},
};

struct NamedNumber {
  const char* name;
  int number;
};
constexpr NamedNumber kNumbers[] = {
    {"USE", 16},
    {"DEF_GLOBAL", 1},
    {"DEF_NONLOCAL", 8},
    {"DEF_LOCAL", 2},
    {"DEF_PARAM", 4},
    {"DEF_FREE", 32},
    {"DEF_FREE_CLASS", 64},
    {"DEF_IMPORT", 128},
    {"DEF_BOUND", 134},
    {"DEF_ANNOT", 256},
    {"TYPE_FUNCTION", SymbolScope::Function},
    {"TYPE_CLASS", SymbolScope::Class},
    {"TYPE_MODULE", SymbolScope::Module},
    {"LOCAL", 1},
    {"GLOBAL_EXPLICIT", 2},
    {"GLOBAL_IMPLICIT", 3},
    {"FREE", 4},
    {"CELL", 5},
    {"SCOPE_OFF", 11},
    {"SCOPE_MASK", 15},
};

Status execute(Module* module) {
  if (entry_type == nullptr) {
    static TypeSpec spec{.name = "symtable entry",
                         .basic_size = sizeof(SymtableEntry),
                         .flags = kTypeDisallowNew | kTypeImmutable,
                         .trace = trace_entry,
                         .members = kMembers};
    spec.slots.repr = entry_repr;
    entry_type = make_native_type(spec);
    add_root(reinterpret_cast<Object**>(&entry_type));
  }
  for (const NamedNumber& number : kNumbers) TRY(module_add(module, number.name, make_int(number.number)));
  return {};
}

}  // namespace

extern const ModuleSpec kSymtableModule;
const ModuleSpec kSymtableModule = {.name = "_symtable", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
