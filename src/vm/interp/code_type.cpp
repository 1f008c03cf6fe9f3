// types.CodeType: what a code object shows, its constructor and replace().
#include "bytecode/code_object.h"
#include "bytecode/positions.h"
#include "vm/interp/parts.h"
#include "vm/interp/text.h"
#include "vm/object/native.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Code* self_of(Value value) {
  return value.as<Code>();
}

std::string_view text_of(const Bytes* bytes) {
  return bytes->view();
}

/// The names of locals, cells or free variables.
Tuple* names_of_kind(const Code* code, uint8_t kind) {
  List* list = make_list();
  for (uint64_t i = 0; i < code->locals_plus_kinds->length; ++i) {
    if ((code->locals_plus_kinds->data[i] & kind) != 0)
      (void)list_append(list, code->locals_plus_names->items[i]);
  }
  return make_tuple(std::span<const Value>(list->span()));
}

int64_t count_of_kind(const Code* code, uint8_t kind) {
  int64_t count = 0;
  for (uint64_t i = 0; i < code->locals_plus_kinds->length; ++i)
    count += (code->locals_plus_kinds->data[i] & kind) != 0;
  return count;
}

template <auto member>
Result<Value> get_number(Value self) {
  return make_int(static_cast<int64_t>(self_of(self)->*member));
}
template <auto member>
Result<Value> get_object(Value self) {
  return self_of(self)->*member;
}
Result<Value> get_local_count(Value self) {
  return make_int(count_of_kind(self_of(self), kLocalLocal));
}
template <uint8_t kind>
Result<Value> get_names(Value self) {
  return names_of_kind(self_of(self), kind);
}

// ---- positions

/// Ranges of bytes with one line each; -1: none.
struct LineRange {
  int64_t start, end;
  int line;
};

std::vector<LineRange> line_ranges(const Code* code) {
  std::vector<LineRange> ranges;
  PositionReader reader(text_of(code->line_table), code->first_line);
  PositionRange range;
  while (reader.next(&range)) {
    int line = range.position.line;
    if (!ranges.empty() && ranges.back().line == line)
      ranges.back().end = int64_t{range.end} * 2;
    else
      ranges.push_back({int64_t{range.start} * 2, int64_t{range.end} * 2, line});
  }
  return ranges;
}

Value number_or_none(int number) {
  return number < 0 ? none() : make_int(number);
}

Result<Value> lines(const Value* arguments) {
  List* list = make_list();
  for (const LineRange& range : line_ranges(self_of(arguments[0])))
    TRY(list_append(list,
                    make_tuple({make_int(range.start), make_int(range.end), number_or_none(range.line)})));
  return iterate(list);
}

Result<Value> positions(const Value* arguments) {
  Code* code = self_of(arguments[0]);
  List* list = make_list();
  PositionReader reader(text_of(code->line_table), code->first_line);
  PositionRange range;
  while (reader.next(&range)) {
    const Position& p = range.position;
    Value entry = make_tuple({number_or_none(p.line), number_or_none(p.end_line), number_or_none(p.column),
                              number_or_none(p.end_column)});
    for (uint32_t unit = range.start; unit < range.end && list->length < code->code->length / 2; ++unit)
      TRY(list_append(list, entry));
  }
  return iterate(list);
}

void emit_delta(std::string& table, int64_t offset_delta, int64_t line_delta) {
  while (offset_delta > 255) {
    table += "\xFF";
    table += '\0';
    offset_delta -= 255;
  }
  while (line_delta < -128 || line_delta > 127) {
    int64_t step = line_delta < 0 ? -128 : 127;
    table += static_cast<char>(offset_delta);
    table += static_cast<char>(step);
    line_delta -= step;
    offset_delta = 0;
  }
  table += static_cast<char>(offset_delta);
  table += static_cast<char>(line_delta);
}

/// The line table as it was before 3.10.
Result<Value> get_lnotab(Value self) {
  Code* code = self_of(self);
  std::string table;
  int64_t offset = 0;
  int64_t line = code->first_line;
  for (const LineRange& range : line_ranges(code)) {
    if (range.line < 0 || range.line == line) continue;
    emit_delta(table, range.start - offset, range.line - line);
    offset = range.start;
    line = range.line;
  }
  return make_bytes(table);
}

// ---- making

/// Locals, cells and free variables in one tuple; parameters that are cells occur once.
Status set_locals_plus(CodeFields& fields, Value local_names, Value cell_names, Value free_names) {
  for (Value part : {local_names, cell_names, free_names}) {
    if (!is_tuple(part)) return raise(types.TypeError, "code: tuple expected, not {}", type_name(part));
    for (Value name : part.as<Tuple>()->span()) {
      if (!is_str(name))
        return raise(types.TypeError, "name tuples must contain only strings, not '{}'", type_name(name));
    }
  }
  List* all = make_list();
  std::string kinds;
  auto add = [&](Value name, uint8_t kind) -> Status {
    kinds += static_cast<char>(kind);
    return list_append(all, name);
  };
  for (Value name : local_names.as<Tuple>()->span()) TRY(add(name, kLocalLocal));
  for (Value name : cell_names.as<Tuple>()->span()) {
    size_t at = 0;
    size_t locals = local_names.as<Tuple>()->length;
    while (at < locals && !equals(all->items()[at].as<Str>(), name.as<Str>())) ++at;
    if (at < locals)
      kinds[at] = static_cast<char>(kinds[at] | kLocalCell);
    else
      TRY(add(name, kLocalCell));
  }
  for (Value name : free_names.as<Tuple>()->span()) TRY(add(name, kLocalFree));
  fields.locals_plus_names = make_tuple(std::span<const Value>(all->span()));
  fields.locals_plus_kinds = make_bytes(kinds);
  return {};
}

Result<Code*> make_checked(CodeFields& fields, int local_count, Value local_names, Value free_names,
                           Value cell_names) {
  if (fields.argument_count < 0) return raise(types.ValueError, "code: argcount must not be negative");
  if (fields.positional_only_count < 0)
    return raise(types.ValueError, "code: posonlyargcount must not be negative");
  if (fields.keyword_only_count < 0)
    return raise(types.ValueError, "code: kwonlyargcount must not be negative");
  if (local_count < 0) return raise(types.ValueError, "code: nlocals must not be negative");
  if (is_tuple(local_names) && static_cast<uint64_t>(local_count) != local_names.as<Tuple>()->length)
    return raise(types.ValueError, "code: co_nlocals != len(co_varnames)");
  TRY(set_locals_plus(fields, local_names, cell_names, free_names));
  return make_code(fields);
}

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
  int local_count = TRY(to_c_int(a[3]));
  fields.stack_size = TRY(to_c_int(a[4]));
  fields.flags = static_cast<uint32_t>(TRY(to_c_int(a[5])));
  fields.code = a[6];
  fields.consts = a[7];
  fields.names = a[8];
  fields.filename = a[10];
  fields.name = a[11];
  fields.qualified_name = a[12];
  fields.first_line = TRY(to_c_int(a[13]));
  fields.line_table = a[14];
  fields.exception_table = a[15];
  Value free_names = a[16].is_null() ? Value(empty_tuple()) : a[16];
  Value cell_names = a[17].is_null() ? Value(empty_tuple()) : a[17];
  return make_checked(fields, local_count, a[9], free_names, cell_names);
}

constexpr const char* kReplaceSignature =
    "($self, /, *, co_argcount=-1, co_posonlyargcount=-1, co_kwonlyargcount=-1, co_nlocals=-1, "
    "co_stacksize=-1, co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None, co_names=None, "
    "co_varnames=None, co_freevars=None, co_cellvars=None, co_filename=None, co_name=None, co_qualname=None, "
    "co_linetable=None, co_exceptiontable=None)";

Result<Value> replace(const Value* arguments) {
  Code* code = self_of(arguments[0]);
  const Value* a = arguments + 1;
  auto number = [&](int i, int64_t old) -> Result<int> {
    return a[i].is_null() ? Result<int>(static_cast<int>(old)) : to_c_int(a[i]);
  };
  auto object = [&](int i, Value old) { return a[i].is_null() ? old : a[i]; };
  CodeFields fields;
  fields.argument_count = TRY(number(0, code->argument_count));
  fields.positional_only_count = TRY(number(1, code->positional_only_count));
  fields.keyword_only_count = TRY(number(2, code->keyword_only_count));
  int local_count = TRY(number(3, count_of_kind(code, kLocalLocal)));
  fields.stack_size = TRY(number(4, code->stack_size));
  fields.flags = static_cast<uint32_t>(TRY(number(5, code->code_flags)));
  fields.first_line = TRY(number(6, code->first_line));
  fields.code = object(7, code->code);
  fields.consts = object(8, code->consts);
  fields.names = object(9, code->names);
  fields.filename = object(13, code->filename);
  fields.name = object(14, code->name);
  fields.qualified_name = object(15, code->qualified_name);
  fields.line_table = object(16, code->line_table);
  fields.exception_table = object(17, code->exception_table);
  return make_checked(fields, local_count, object(10, names_of_kind(code, kLocalLocal)),
                      object(11, names_of_kind(code, kLocalFree)),
                      object(12, names_of_kind(code, kLocalCell)));
}

Result<Value> variable_name(const Value* arguments) {
  Code* code = self_of(arguments[0]);
  int64_t index = TRY(to_int64(arguments[1]));
  if (index < 0 || static_cast<uint64_t>(index) >= code->locals_plus_names->length)
    return raise(types.IndexError, "tuple index out of range");
  return code->locals_plus_names->items[index];
}

// ---- comparison: constants of different types are different

Result<bool> same_constant(Value a, Value b) {
  TRY(check_recursion(""));
  if (a == b) return true;
  if (type_of(a) != type_of(b)) return false;
  if (is_tuple(a)) {
    auto* x = a.as<Tuple>();
    auto* y = b.as<Tuple>();
    if (x->length != y->length) return false;
    for (uint64_t i = 0; i < x->length; ++i) {
      if (!TRY(same_constant(x->items[i], y->items[i]))) return false;
    }
    return true;
  }
  if (is_float(a)) {
    return std::bit_cast<uint64_t>(float_value(a)) == std::bit_cast<uint64_t>(float_value(b));
  }
  if (is_kind(a, Kind::kComplex)) {
    Str* x = TRY(repr(a));
    Str* y = TRY(repr(b));
    return equals(x, y);
  }
  return equal(a, b);
}

bool same_numbers(const Code* a, const Code* b) {
  return a->argument_count == b->argument_count && a->positional_only_count == b->positional_only_count &&
         a->keyword_only_count == b->keyword_only_count && a->code_flags == b->code_flags &&
         a->first_line == b->first_line;
}

Result<Value> compare_codes(Value left, Value right, CompareOp op) {
  bool equality = op == CompareOp::Equal || op == CompareOp::NotEqual;
  if (!equality || !is_kind(left, Kind::kCode) || !is_kind(right, Kind::kCode)) return not_implemented();
  Code* a = self_of(left);
  Code* b = self_of(right);
  bool same = a == b;
  if (!same) {
    same = same_numbers(a, b) && equals(a->name, b->name) && text_of(a->code) == text_of(b->code) &&
           text_of(a->line_table) == text_of(b->line_table) &&
           text_of(a->exception_table) == text_of(b->exception_table) &&
           text_of(a->locals_plus_kinds) == text_of(b->locals_plus_kinds);
    if (same) same = TRY(same_constant(a->names, b->names));
    if (same) same = TRY(same_constant(a->locals_plus_names, b->locals_plus_names));
    if (same) same = TRY(same_constant(a->consts, b->consts));
  }
  return make_bool(same == (op == CompareOp::Equal));
}

Result<int64_t> hash_code(Value self) {
  Code* code = self_of(self);
  uint64_t mixed = 0;
  for (Value part :
       {Value(code->name), Value(code->consts), Value(code->names), Value(code->locals_plus_names),
        Value(code->code), Value(code->line_table), Value(code->exception_table)})
    mixed = mixed * 1000003 ^ static_cast<uint64_t>(TRY(hash(part)));
  mixed ^= static_cast<uint64_t>(code->argument_count) ^ static_cast<uint64_t>(code->first_line) ^
           code->code_flags;
  auto number = static_cast<int64_t>(mixed);
  return number == -1 ? -2 : number;
}

Result<Value> repr_code(Value self) {
  Code* code = self_of(self);
  return make_str(fmt::format("<code object {} at {}, file \"{}\", line {}>", to_utf8(code->name),
                              address_text(self), to_utf8(code->filename),
                              code->first_line != 0 ? code->first_line : -1));
}

constexpr GetSetSpec kGetSets[] = {
    {"co_argcount", get_number<&Code::argument_count>},
    {"co_posonlyargcount", get_number<&Code::positional_only_count>},
    {"co_kwonlyargcount", get_number<&Code::keyword_only_count>},
    {"co_stacksize", get_number<&Code::stack_size>},
    {"co_flags", get_number<&Code::code_flags>},
    {"co_firstlineno", get_number<&Code::first_line>},
    {"co_nlocals", get_local_count},
    {"co_code", get_object<&Code::code>},
    {"_co_code_adaptive", get_object<&Code::code>},
    {"co_consts", get_object<&Code::consts>},
    {"co_names", get_object<&Code::names>},
    {"co_varnames", get_names<kLocalLocal>},
    {"co_cellvars", get_names<kLocalCell>},
    {"co_freevars", get_names<kLocalFree>},
    {"co_filename", get_object<&Code::filename>},
    {"co_name", get_object<&Code::name>},
    {"co_qualname", get_object<&Code::qualified_name>},
    {"co_linetable", get_object<&Code::line_table>},
    {"co_lnotab", get_lnotab},
    {"co_exceptiontable", get_object<&Code::exception_table>},
};
constexpr MethodSpec kMethods[] = {
    {"co_lines", "($self, /)", lines},
    {"co_positions", "($self, /)", positions},
    {"replace", kReplaceSignature, replace,
     "Return a copy of the code object with new values for the specified fields."},
    {"_varname_from_oparg", "($self, /, oparg)", variable_name,
     "(internal-only) Return the local variable name for the given oparg."},
};

}  // namespace

Position position_of(const Code* code, int32_t offset) {
  if (offset < 0) {
    Position start;
    start.line = code->first_line;
    return start;
  }
  PositionReader reader(text_of(code->line_table), code->first_line);
  PositionRange range;
  while (reader.next(&range)) {
    if (static_cast<uint32_t>(offset) / 2 < range.end) return range.position;
  }
  return {};
}

void complete_code_type() {
  static TypeSpec spec{.name = "code", .kind = Kind::kCode, .basic_size = sizeof(Code)};
  spec.flags = kTypeHasWeakrefs;
  spec.trace = trace_members<&Code::code, &Code::consts, &Code::names, &Code::locals_plus_names,
                             &Code::locals_plus_kinds, &Code::filename, &Code::name, &Code::qualified_name,
                             &Code::line_table, &Code::exception_table, &Code::executable, &Code::traced>;
  spec.methods = kMethods;
  spec.getsets = kGetSets;
  spec.doc = "Create a code object.  Not for mere mortals.";
  spec.signature =
      "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, "
      "varnames, filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=(), cellvars=(), "
      "/)";
  spec.slots.repr = repr_code;
  spec.slots.hash = hash_code;
  spec.slots.richcompare = compare_codes;
  spec.slots.new_ = new_code;
  complete_native_type(types.code, spec);
}

}  // namespace ouro::vm
