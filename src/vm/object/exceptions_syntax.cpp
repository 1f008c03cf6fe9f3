// SyntaxError, IndentationError, TabError.
#include "vm/object/exception_support.h"

namespace ouro::vm {

namespace {

SyntaxErrorObject* self_of(Value self) {
  return self.as<SyntaxErrorObject>();
}

/// (filename, lineno, offset, text[, end_lineno, end_offset]).
Status read_details(SyntaxErrorObject* error, Tuple* details) {
  const uint64_t count = details->length;
  if (count < 4) return raise(types.TypeError, "function takes at least 4 arguments ({} given)", count);
  if (count > 6) return raise(types.TypeError, "function takes at most 6 arguments ({} given)", count);
  Value* fields[] = {&error->filename, &error->line,     &error->offset,
                     &error->text,     &error->end_line, &error->end_offset};
  for (uint64_t i = 0; i < 6; ++i) *fields[i] = i < count ? details->items[i] : none();
  write_barrier(error);
  if (count == 5) return raise(types.TypeError, "end_offset must be provided when end_lineno is provided");
  return {};
}

Status syntax_error_init(Value self, const Arguments& arguments) {
  TRY(exception_init(self, arguments));
  SyntaxErrorObject* error = self_of(self);
  if (arguments.positional >= 1) store(error, error->message, arguments[0]);
  if (arguments.positional != 2) return {};
  return read_details(error, TRY(to_tuple(arguments[1])));
}

Str* base_name(Str* path) {
  size_t start = 0;
  for (size_t i = 0; i < path->length; ++i) {
    if (path->at(i) == '/') start = i + 1;
  }
  return substring(path, start, path->length);
}

Result<Value> syntax_error_str(Value self) {
  SyntaxErrorObject* error = self_of(self);
  Str* message = TRY(to_str(or_none(error->message)));
  const bool has_file = is_str(error->filename);
  const bool has_line = !error->line.is_null() && is_exactly(error->line, types.int_);
  if (!has_file && !has_line) return message;
  StrBuilder text;
  text.append(message);
  text.append_ascii(" (");
  if (has_file) text.append(base_name(error->filename.as<Str>()));
  if (has_line) {
    int64_t line = 0;
    if (!int_fits(error->line, &line)) line = -1;
    text.append_ascii(fmt::format("{}line {}", has_file ? ", " : "", line));
  }
  text.append_ascii(")");
  return text.finish();
}

void trace_syntax_error(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  using E = SyntaxErrorObject;
  trace_members<&E::message, &E::filename, &E::line, &E::offset, &E::end_line, &E::end_offset, &E::text,
                &E::print_file_and_line>(object, tracer);
}

constexpr MemberSpec kMembers[] = {
    {"msg", offsetof(SyntaxErrorObject, message), true, false, "exception msg"},
    {"filename", offsetof(SyntaxErrorObject, filename), true, false, "exception filename"},
    {"lineno", offsetof(SyntaxErrorObject, line), true, false, "exception lineno"},
    {"offset", offsetof(SyntaxErrorObject, offset), true, false, "exception offset"},
    {"text", offsetof(SyntaxErrorObject, text), true, false, "exception text"},
    {"end_lineno", offsetof(SyntaxErrorObject, end_line), true, false, "exception end lineno"},
    {"end_offset", offsetof(SyntaxErrorObject, end_offset), true, false, "exception end offset"},
    {"print_file_and_line", offsetof(SyntaxErrorObject, print_file_and_line), true, false,
     "exception print_file_and_line"},
};

}  // namespace

void complete_syntax_error() {
  static TypeSpec spec = {.name = "SyntaxError",
                          .basic_size = sizeof(SyntaxErrorObject),
                          .trace = trace_syntax_error,
                          .members = kMembers,
                          .doc = "Invalid syntax."};
  spec.slots.init = syntax_error_init;
  spec.slots.str = syntax_error_str;
  complete_exception(types.SyntaxError, spec, types.Exception);
  static TypeSpec indentation = {.name = "IndentationError", .doc = "Improper indentation."};
  complete_exception(types.IndentationError, indentation, types.SyntaxError);
  static TypeSpec tab = {.name = "TabError", .doc = "Improper mixture of spaces and tabs."};
  complete_exception(types.TabError, tab, types.IndentationError);
}

}  // namespace ouro::vm
