// The module _string: how string.Formatter takes format strings apart.
#include "vm/builtins/format.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

Type* formatter_iterator_type = nullptr;
Type* fieldname_iterator_type = nullptr;

/// Over the pieces of a format string, or over the accesses of a field name.
struct TextIterator : Object {
  Str* text;
  uint64_t position;
};

void trace_iterator(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<TextIterator*>(object)->text);
}

Value make_iterator(Type* type, Str* text, size_t position) {
  auto* iterator = allocate_instance<TextIterator>(type);
  iterator->text = text;
  iterator->position = position;
  return iterator;
}

Result<Value> formatter_next(Value self) {
  auto* iterator = self.as<TextIterator>();
  Str* text = iterator->text;
  FormatPiece piece;
  size_t position = iterator->position;
  if (!TRY(next_format_piece(text, &position, text->length, &piece))) return Value::stop();
  iterator->position = position;
  const Value literal = substring(text, piece.literal_start, piece.literal_end);
  if (!piece.has_field) return make_tuple({literal, none(), none(), none()});
  const Value name = substring(text, piece.name_start, piece.name_end);
  const Value spec = substring(text, piece.spec_start, piece.spec_end);
  const Value conversion = piece.conversion == 0 ? none() : Value(make_char(piece.conversion));
  return make_tuple({literal, name, spec, conversion});
}

Result<Value> fieldname_next(Value self) {
  auto* iterator = self.as<TextIterator>();
  Str* text = iterator->text;
  FieldAccess access;
  size_t position = iterator->position;
  if (!TRY(next_field_access(text, &position, text->length, &access))) return Value::stop();
  iterator->position = position;
  const Value name =
      access.index >= 0 ? make_int(access.index) : Value(substring(text, access.start, access.end));
  return make_tuple({make_bool(access.is_attribute), name});
}

Result<Str*> text_argument(Value value) {
  if (is_str(value)) return value.as<Str>();
  return raise(types.TypeError, "expected str, got {}", type_name(value));
}

Result<Value> formatter_parser(const Value* a) {
  return make_iterator(formatter_iterator_type, TRY(text_argument(a[1])), 0);
}

Result<Value> formatter_field_name_split(const Value* a) {
  Str* text = TRY(text_argument(a[1]));
  const size_t end = format_first_end(text, 0, text->length);
  const int64_t index = TRY(format_index(text, 0, end));
  const Value first = index >= 0 ? make_int(index) : Value(substring(text, 0, end));
  return make_tuple({first, make_iterator(fieldname_iterator_type, text, end)});
}

constexpr MethodSpec kFunctions[] = {
    {"formatter_field_name_split", "($module, object, /)", formatter_field_name_split,
     "split the argument as a field name"},
    {"formatter_parser", "($module, object, /)", formatter_parser, "parse the argument as a format string"},
};

Type* make_iterator_type(TypeSpec* spec, const char* name, UnaryFn next) {
  spec->name = name;
  spec->kind = Kind::kIterator;
  spec->basic_size = sizeof(TextIterator);
  spec->flags = kTypeDisallowNew | kTypeImmutable;
  spec->trace = trace_iterator;
  spec->slots.iter = iterate_self;
  spec->slots.iternext = next;
  return make_native_type(*spec);
}

Status execute(Module*) {
  if (formatter_iterator_type != nullptr) return {};
  static TypeSpec formatter, fieldname;
  formatter_iterator_type = make_iterator_type(&formatter, "formatteriterator", formatter_next);
  add_root(reinterpret_cast<Object**>(&formatter_iterator_type));
  fieldname_iterator_type = make_iterator_type(&fieldname, "fieldnameiterator", fieldname_next);
  add_root(reinterpret_cast<Object**>(&fieldname_iterator_type));
  return {};
}

}  // namespace

extern const ModuleSpec kStringModule;
const ModuleSpec kStringModule = {
    .name = "_string", .doc = "string helper module", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
