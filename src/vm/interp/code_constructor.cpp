// Making code objects from Python: types.CodeType's constructor and code.replace().
//
// Both give the same eighteen fields under other names. What is wrong with one is said as CPython's argument
// parser would say it; whether the fields agree with each other, make_code sees.
#include "bytecode/code_object.h"
#include "vm/import/import.h"
#include "vm/interp/code_parts.h"
#include "vm/object/argument_errors.h"
#include "vm/object/native.h"

namespace ouro::vm {

const char* const kCodeSignature =
    "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n"
    "     flags, codestring, constants, names, varnames, filename, name,\n"
    "     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n"
    "     cellvars=(), /)";

namespace {

/// A field that must be an object of a certain type.
struct TypedField {
  int index;         // among the values
  const char* name;  // in messages
  Type* type;
};

Status check_types(const char* function, const Value* values, std::span<const TypedField> fields) {
  for (const TypedField& field : fields) {
    const Value value = values[field.index];
    if (value.is_null() || is_instance(value, field.type)) continue;
    return raise(types.TypeError, "{}() argument {} must be {}, not {}", function, field.name,
                 type_name(field.type), given_name(value));
  }
  return {};
}

/// Locals, cells and free variables in one tuple; parameters that are cells occur once.
Status set_locals_plus(CodeFields& fields, Tuple* local_names, Tuple* cell_names, Tuple* free_names) {
  for (Tuple* part : {fields.names.as<Tuple>(), local_names, cell_names, free_names}) {
    for (Value name : part->span())
      if (!is_str(name)) return raise(types.SystemError, "non-string found in code slot");
  }
  List* all = make_list();
  std::string kinds;
  auto add = [&](Value name, uint8_t kind) -> Status {
    kinds += static_cast<char>(kind);
    return list_append(all, name);
  };
  for (Value name : local_names->span()) TRY(add(name, kLocalLocal));
  for (Value name : cell_names->span()) {
    size_t at = 0;
    const size_t locals = local_names->length;
    while (at < locals && !equals(all->items()[at].as<Str>(), name.as<Str>())) ++at;
    if (at < locals)
      kinds[at] = static_cast<char>(kinds[at] | kLocalCell);
    else
      TRY(add(name, kLocalCell));
  }
  for (Value name : free_names->span()) TRY(add(name, kLocalFree));
  fields.locals_plus_names = make_tuple(std::span<const Value>(all->span()));
  fields.locals_plus_kinds = make_bytes(kinds);
  return {};
}

/// What both have to do with the fields once these have the right types.
Result<Value> make_from(CodeFields& fields, int local_count, Value local_names, Value free_names,
                        Value cell_names) {
  TRY(audit("code.__new__", {fields.code, fields.filename, fields.name, make_int(fields.argument_count),
                             make_int(fields.positional_only_count), make_int(fields.keyword_only_count),
                             make_int(local_count), make_int(fields.stack_size), make_int(fields.flags)}));
  TRY(set_locals_plus(fields, local_names.as<Tuple>(), cell_names.as<Tuple>(), free_names.as<Tuple>()));
  Code* code = TRY(make_code(fields));
  if (static_cast<uint64_t>(local_count) != local_names.as<Tuple>()->length)
    return raise(types.ValueError, "code: co_nlocals != len(co_varnames)");
  return Value(code);
}

Status check_name_tuple(Value names) {
  for (Value name : names.as<Tuple>()->span())
    if (!is_str(name))
      return raise(types.TypeError, "name tuples must contain only strings, not '{}'", type_name(name));
  return {};
}

}  // namespace

Result<Value> new_code(Type*, const Arguments& arguments) {
  static const Signature signature(
      "code",
      "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, "
      "varnames, filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=(), cellvars=(), "
      "/)");
  Value a[18];
  TRY(signature.bind(arguments, a));
  CodeFields fields;
  fields.argument_count = TRY(to_c_int(a[0]));
  fields.positional_only_count = TRY(to_c_int(a[1]));
  fields.keyword_only_count = TRY(to_c_int(a[2]));
  const int local_count = TRY(to_c_int(a[3]));
  fields.stack_size = TRY(to_c_int(a[4]));
  const int flags = TRY(to_c_int(a[5]));
  const TypedField typed[] = {
      {6, "7", types.bytes},   {7, "8", types.tuple},   {8, "9", types.tuple},   {9, "10", types.tuple},
      {10, "11", types.str},   {11, "12", types.str},   {12, "13", types.str},   {14, "15", types.bytes},
      {15, "16", types.bytes}, {16, "17", types.tuple}, {17, "18", types.tuple},
  };
  TRY(check_types("code", a, typed));
  fields.first_line = TRY(to_c_int(a[13]));
  if (fields.argument_count < 0) return raise(types.ValueError, "code: argcount must not be negative");
  if (fields.positional_only_count < 0)
    return raise(types.ValueError, "code: posonlyargcount must not be negative");
  if (fields.keyword_only_count < 0)
    return raise(types.ValueError, "code: kwonlyargcount must not be negative");
  if (local_count < 0) return raise(types.ValueError, "code: nlocals must not be negative");
  if (flags < 0) return raise_bad_internal_call();
  for (int i : {16, 17})
    if (a[i].is_null()) a[i] = empty_tuple();
  for (int i : {8, 9, 16, 17}) TRY(check_name_tuple(a[i]));
  fields.flags = static_cast<uint32_t>(flags);
  fields.code = a[6];
  fields.consts = a[7];
  fields.names = a[8];
  fields.filename = a[10];
  fields.name = a[11];
  fields.qualified_name = a[12];
  fields.line_table = a[14];
  fields.exception_table = a[15];
  return make_from(fields, local_count, a[9], a[16], a[17]);
}

Result<Value> replace_code_fields(Value self, const Arguments& arguments) {
  static const Signature signature(
      "replace",
      "(*, co_argcount=-1, co_posonlyargcount=-1, co_kwonlyargcount=-1, co_nlocals=-1, co_stacksize=-1, "
      "co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None, co_names=None, co_varnames=None, "
      "co_freevars=None, co_cellvars=None, co_filename=None, co_name=None, co_qualname=None, "
      "co_linetable=None, co_exceptiontable=None)");
  static constexpr const char* kNumbers[] = {"co_argcount",   "co_posonlyargcount", "co_kwonlyargcount",
                                             "co_nlocals",    "co_stacksize",       "co_flags",
                                             "co_firstlineno"};
  auto* code = self.as<Code>();
  TRY(complete(code));
  Value a[18];
  TRY(signature.bind(arguments, a));
  int numbers[] = {code->argument_count,     code->positional_only_count,
                   code->keyword_only_count, static_cast<int>(count_code_names(code, kLocalLocal)),
                   code->stack_size,         static_cast<int>(code->code_flags),
                   code->first_line};
  for (int i = 0; i < 7; ++i)
    if (!a[i].is_null()) numbers[i] = TRY(to_c_int(a[i]));
  const TypedField typed[] = {
      {7, "'co_code'", types.bytes},
      {8, "'co_consts'", types.tuple},
      {9, "'co_names'", types.tuple},
      {10, "'co_varnames'", types.tuple},
      {11, "'co_freevars'", types.tuple},
      {12, "'co_cellvars'", types.tuple},
      {13, "'co_filename'", types.str},
      {14, "'co_name'", types.str},
      {15, "'co_qualname'", types.str},
      {16, "'co_linetable'", types.bytes},
      {17, "'co_exceptiontable'", types.bytes},
  };
  TRY(check_types("replace", a, typed));
  for (int i = 0; i < 7; ++i)
    if (numbers[i] < 0) return raise(types.ValueError, "{} must be a positive integer", kNumbers[i]);
  const Value old[] = {code_bytes(code, &Code::code),
                       code->consts,
                       code->names,
                       code_names(code, kLocalLocal),
                       code_names(code, kLocalFree),
                       code_names(code, kLocalCell),
                       code->filename,
                       code->name,
                       code->qualified_name,
                       code_bytes(code, &Code::line_table),
                       code_bytes(code, &Code::exception_table)};
  for (int i = 7; i < 18; ++i)
    if (a[i].is_null()) a[i] = old[i - 7];
  CodeFields fields;
  fields.argument_count = numbers[0];
  fields.positional_only_count = numbers[1];
  fields.keyword_only_count = numbers[2];
  fields.stack_size = numbers[4];
  fields.flags = static_cast<uint32_t>(numbers[5]);
  fields.first_line = numbers[6];
  fields.code = a[7];
  fields.consts = a[8];
  fields.names = a[9];
  fields.filename = a[13];
  fields.name = a[14];
  fields.qualified_name = a[15];
  fields.line_table = a[16];
  fields.exception_table = a[17];
  return make_from(fields, numbers[3], a[10], a[11], a[12]);
}

/// The names of locals, cells or free variables.
Tuple* code_names(const Code* code, uint8_t kind) {
  List* list = make_list();
  for (uint64_t i = 0; i < code->locals_plus_kinds->length; ++i) {
    if ((code->locals_plus_kinds->data[i] & kind) != 0)
      (void)list_append(list, code->locals_plus_names->items[i]);
  }
  return make_tuple(std::span<const Value>(list->span()));
}

int64_t count_code_names(const Code* code, uint8_t kind) {
  int64_t count = 0;
  for (uint64_t i = 0; i < code->locals_plus_kinds->length; ++i)
    count += (code->locals_plus_kinds->data[i] & kind) != 0;
  return count;
}

}  // namespace ouro::vm
