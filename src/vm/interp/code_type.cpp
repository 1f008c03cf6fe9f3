// types.CodeType: what a code object shows. Its constructor and replace() stand in code_constructor.cpp.
#include "bytecode/code_object.h"
#include "bytecode/positions.h"
#include "vm/interp/code_parts.h"
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

template <auto member>
Result<Value> get_number(Value self) {
  return make_int(static_cast<int64_t>(self_of(self)->*member));
}
template <auto member>
Result<Value> get_object(Value self) {
  return self_of(self)->*member;
}
template <auto member>
Result<Value> get_late_object(Value self) {
  TRY(complete(self_of(self)));
  return self_of(self)->*member;
}
template <auto part>
Result<Value> get_part(Value self) {
  return code_bytes(self_of(self), part);
}
Result<Value> get_local_count(Value self) {
  TRY(complete(self_of(self)));
  return make_int(count_code_names(self_of(self), kLocalLocal));
}
template <uint8_t kind>
Result<Value> get_names(Value self) {
  TRY(complete(self_of(self)));
  return code_names(self_of(self), kind);
}

// ---- positions

/// Ranges of bytes with one line each, as long as they get; -1: none.
struct LineRange {
  int64_t start, end;
  int line;
};

std::vector<LineRange> line_ranges(const Code* code) {
  std::vector<LineRange> ranges;
  PositionReader reader(code_text(code->line_table), code->first_line);
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
  Code* code = self_of(arguments[0]);
  PositionReader reader(code_text(code->line_table), code->first_line);
  PositionRange range;
  while (reader.next(&range))
    TRY(list_append(list, make_tuple({make_int(int64_t{range.start} * 2), make_int(int64_t{range.end} * 2),
                                      number_or_none(range.position.line)})));
  return iterate(list);
}

Result<Value> positions(const Value* arguments) {
  Code* code = self_of(arguments[0]);
  List* list = make_list();
  PositionReader reader(code_text(code->line_table), code->first_line);
  PositionRange range;
  while (reader.next(&range)) {
    const Position& p = range.position;
    Value entry = make_tuple({number_or_none(p.line), number_or_none(p.end_line), number_or_none(p.column),
                              number_or_none(p.end_column)});
    for (uint32_t unit = range.start; unit < range.end && list->length < code_text(code->code).size() / 2;
         ++unit)
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

Result<Value> variable_name(const Value* arguments) {
  Code* code = self_of(arguments[0]);
  TRY(complete(code));
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
    TRY(complete(a));
    TRY(complete(b));
    same = same_numbers(a, b) && equals(a->name, b->name) && code_text(a->code) == code_text(b->code) &&
           code_text(a->line_table) == code_text(b->line_table) &&
           code_text(a->exception_table) == code_text(b->exception_table) &&
           text_of(a->locals_plus_kinds) == text_of(b->locals_plus_kinds);
    if (same) same = TRY(same_constant(a->names, b->names));
    if (same) same = TRY(same_constant(a->locals_plus_names, b->locals_plus_names));
    if (same) same = TRY(same_constant(a->consts, b->consts));
  }
  return make_bool(same == (op == CompareOp::Equal));
}

Result<int64_t> hash_code(Value self) {
  Code* code = self_of(self);
  TRY(complete(code));
  uint64_t mixed = 0;
  for (Value part :
       {Value(code->name), Value(code->consts), Value(code->names), Value(code->locals_plus_names),
        Value(code_bytes(code, &Code::code)), Value(code_bytes(code, &Code::line_table)),
        Value(code_bytes(code, &Code::exception_table))})
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

/// Of what are plain fields in CPython.
Status refuse_setting(Value, Value) {
  return raise(types.AttributeError, "readonly attribute");
}

constexpr GetSetSpec kGetSets[] = {
    {"co_argcount", get_number<&Code::argument_count>, refuse_setting},
    {"co_posonlyargcount", get_number<&Code::positional_only_count>, refuse_setting},
    {"co_kwonlyargcount", get_number<&Code::keyword_only_count>, refuse_setting},
    {"co_stacksize", get_number<&Code::stack_size>, refuse_setting},
    {"co_flags", get_number<&Code::code_flags>, refuse_setting},
    {"co_firstlineno", get_number<&Code::first_line>, refuse_setting},
    {"co_nlocals", get_local_count, refuse_setting},
    {"co_code", get_part<&Code::code>},
    {"_co_code_adaptive", get_part<&Code::code>},
    {"co_consts", get_late_object<&Code::consts>, refuse_setting},
    {"co_names", get_late_object<&Code::names>, refuse_setting},
    {"co_varnames", get_names<kLocalLocal>},
    {"co_cellvars", get_names<kLocalCell>},
    {"co_freevars", get_names<kLocalFree>},
    {"co_filename", get_object<&Code::filename>, refuse_setting},
    {"co_name", get_object<&Code::name>, refuse_setting},
    {"co_qualname", get_object<&Code::qualified_name>, refuse_setting},
    {"co_linetable", get_part<&Code::line_table>, refuse_setting},
    {"co_lnotab", get_lnotab},
    {"co_exceptiontable", get_part<&Code::exception_table>, refuse_setting},
};
constexpr MethodSpec kMethods[] = {
    {"co_lines", "($self, /)", lines},
    {"co_positions", "($self, /)", positions},
    {"replace", "($self, /, **changes)", nullptr,
     "Return a copy of the code object with new values for the specified fields.", Binding::Instance,
     replace_code_fields},
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
  PositionReader reader(code_text(code->line_table), code->first_line);
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
                             &Code::line_table, &Code::exception_table, &Code::executable, &Code::traced,
                             &Code::marshalled>;
  spec.methods = kMethods;
  spec.getsets = kGetSets;
  spec.doc = "Create a code object.  Not for the faint of heart.";
  spec.signature = kCodeSignature;
  spec.slots.repr = repr_code;
  spec.slots.hash = hash_code;
  spec.slots.richcompare = compare_codes;
  spec.slots.new_ = new_code;
  complete_native_type(types.code, spec);
}

}  // namespace ouro::vm
