#include "vm/object/code_build.h"

#include "bytecode/code_object.h"
#include "vm/object/code_positions.h"
#include "vm/object/exceptions.h"

namespace ouro::vm {

namespace {

bool is_name_like(const Str* text) {
  if (!text->is_ascii()) return false;
  for (char c : text->ascii_view()) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!letter) return false;
  }
  return true;
}

Status check_names(Value value) {
  if (!is_tuple(value)) return raise(types.TypeError, "name tuples must be tuples, not {}", type_name(value));
  for (Value item : value.as<Tuple>()->span()) {
    if (!is_str(item))
      return raise(types.TypeError, "name tuples must contain only strings, not '{}'", type_name(item));
  }
  return {};
}

/// The same tuple when all its strings are interned already, else one that holds the interned ones.
Tuple* intern_all(Tuple* tuple) {
  bool done = true;
  for (Value item : tuple->span()) done &= item.as<Str>()->is_interned();
  if (done) return tuple;
  Tuple* result = make_tuple(std::span<const Value>(tuple->span()));
  for (Value& item : result->span()) item = intern(item.as<Str>());
  write_barrier(result);
  return result;
}

/// Interns the name-like strings among constants, also inside tuples; the tuples are changed in place, as
/// they were made for this code object or compare equal anyway. Data can nest them without end, and in
/// themselves: interning only saves memory, so it stops after kMostTuples.
constexpr unsigned kMostTuples = 10'000;
constexpr unsigned kMostNested = 100;
void intern_constants(Tuple* consts, unsigned depth, unsigned* visited) {
  if (depth > kMostNested || ++*visited > kMostTuples) return;
  for (Value& item : consts->span()) {
    if (is_exactly(item, types.str)) {
      auto* text = item.as<Str>();
      if (!text->is_interned() && is_name_like(text)) item = intern(text);
    } else if (is_exactly(item, types.tuple)) {
      intern_constants(item.as<Tuple>(), depth + 1, visited);
    }
  }
  write_barrier(consts);
}

/// At least as many plain locals as there are parameters, and kinds that make sense.
Status check_locals(const CodeFields& f) {
  auto* names_tuple = f.locals_plus_names.as<Tuple>();
  auto* kinds = f.locals_plus_kinds.as<Bytes>();
  if (kinds->length != names_tuple->length)
    return raise(types.ValueError, "code: one kind is needed for each local name");
  int64_t locals = 0;
  for (uint8_t kind : std::span(kinds->data, kinds->length)) locals += (kind & kLocalLocal) != 0;
  int64_t parameters = int64_t{f.argument_count} + f.keyword_only_count + ((f.flags & kCoVarArgs) != 0) +
                       ((f.flags & kCoVarKeywords) != 0);
  if (parameters > locals) return raise(types.ValueError, "code: co_varnames is too small");
  return {};
}

Status check_parts(const CodeFields& f) {
  if (!is_tuple(f.consts)) return raise(types.TypeError, "code: tuple expected, not {}", type_name(f.consts));
  TRY(check_names(f.names));
  TRY(check_names(f.locals_plus_names));
  return check_locals(f);
}

Status check_fields(const CodeFields& f) {
  if (f.argument_count < f.positional_only_count || f.positional_only_count < 0 || f.keyword_only_count < 0 ||
      f.stack_size < 0)
    return raise_bad_internal_call();
  for (Value bytes : {f.code, f.locals_plus_kinds, f.line_table, f.exception_table}) {
    if (!is_bytes(bytes)) return raise(types.TypeError, "code: bytes expected, not {}", type_name(bytes));
  }
  for (Value text : {f.filename, f.name, f.qualified_name}) {
    if (!is_str(text)) return raise(types.TypeError, "code: str expected, not {}", type_name(text));
  }
  if (code_text(f.code).size() % 2 != 0) return raise(types.ValueError, "code: co_code is malformed");
  return check_parts(f);
}

/// All but the parts that may come late.
Code* allocate_code(const CodeFields& f) {
  Value lines = f.line_table;
  if (forget_columns) lines = table_without_columns(code_text(lines), f.first_line);
  Str* name = intern(f.name.as<Str>());
  Str* qualified_name = intern(f.qualified_name.as<Str>());
  auto* code = allocate<Code>(types.code->root_shape);
  code->argument_count = f.argument_count;
  code->positional_only_count = f.positional_only_count;
  code->keyword_only_count = f.keyword_only_count;
  code->stack_size = f.stack_size;
  code->code_flags = f.flags;
  code->first_line = f.first_line;
  code->code = f.code;
  code->filename = f.filename.as<Str>();
  code->name = name;
  code->qualified_name = qualified_name;
  code->line_table = lines;
  code->exception_table = f.exception_table;
  write_barrier(code);
  return code;
}

void set_parts(Code* code, const CodeFields& f) {
  auto* names_tuple = intern_all(f.names.as<Tuple>());
  auto* locals = intern_all(f.locals_plus_names.as<Tuple>());
  unsigned visited = 0;
  intern_constants(f.consts.as<Tuple>(), 0, &visited);
  code->consts = f.consts.as<Tuple>();
  code->names = names_tuple;
  code->locals_plus_names = locals;
  code->locals_plus_kinds = f.locals_plus_kinds.as<Bytes>();
  write_barrier(code);
}

}  // namespace

Status (*late_parts_reader)(const Code* code, CodeFields* parts) = nullptr;

Result<Code*> make_code(const CodeFields& f) {
  TRY(check_fields(f));
  Code* code = allocate_code(f);
  set_parts(code, f);
  return code;
}

Code* make_archived_code(const CodeFields& f, const char* late) {
  Code* code = allocate_code(f);
  code->late = late;
  return code;
}

std::string_view late_text(const Code* code) {
  uint32_t size;
  std::memcpy(&size, code->late + kLateSizeAt, sizeof size);
  return {code->late + kLateTextAt, size};
}

Status read_late_parts(Code* code) {
  CodeFields parts;
  parts.argument_count = code->argument_count;
  parts.keyword_only_count = code->keyword_only_count;
  parts.flags = code->code_flags;
  TRY(late_parts_reader(code, &parts));
  TRY(check_parts(parts));
  set_parts(code, parts);
  code->late = nullptr;
  return {};
}

Bytes* code_bytes(Code* code, Value Code::* part) {
  if (!(code->*part).is_object()) store(code, code->*part, make_bytes(code_text(code->*part)));
  return (code->*part).as<Bytes>();
}

}  // namespace ouro::vm
