#include "vm/import/compile.h"

#include "vm/import/marshal.h"
#include "vm/interp/interpreter.h"

namespace ouro::vm {

CompileHook compile_hook = nullptr;
int optimization_level = 0;

namespace {

Value number_or_none(int number) {
  return number == CompileFailure::kNone ? none() : make_int(number);
}

Raised raise_failure(const CompileFailure& failure, Str* filename) {
  Type* type = exception_type_by_name(failure.type);
  Value message = make_str(failure.message);
  if (!is_subtype(type, types.SyntaxError)) return raise_with(type, {message});
  Value text = failure.has_text ? Value(make_str(failure.text)) : none();
  Value details = make_tuple({filename, number_or_none(failure.line), number_or_none(failure.offset), text,
                              number_or_none(failure.end_line), number_or_none(failure.end_offset)});
  return raise_with(type, {message, details});
}

}  // namespace

Result<Code*> compile_source(std::string_view source, bool is_text, Str* filename, CompileMode mode,
                             uint32_t flags, int optimize) {
  if (compile_hook == nullptr) return raise(types.SystemError, "this program has no compiler");
  CompileRequest request;
  request.source = source;
  request.is_text = is_text;
  request.filename = to_utf8(filename);
  request.mode = mode;
  request.optimize = optimize < 0 ? optimization_level : optimize;
  request.flags = flags;
  request.call_depth = thread()->recursion_depth;
  bool failed = false;  // a warning raised something that is no SyntaxError in the making
  request.warn = [&](bool is_syntax_warning, std::string_view message, int line) {
    if (failed) return false;
    Type* category = is_syntax_warning ? types.SyntaxWarning : types.DeprecationWarning;
    if (warn_explicit(category, make_str(message), filename, line).ok()) return false;
    if (clear_if(category)) return true;
    failed = true;
    return false;
  };
  CompileOutcome outcome = compile_hook(request);
  if (failed) return Raised{};
  if (!outcome.ok) return raise_failure(outcome.failure, filename);
  Bytes* bytes = make_bytes(outcome.marshalled);
  Value code = TRY(unmarshal(bytes->view()));
  store(code.as<Code>(), code.as<Code>()->marshalled, bytes);
  return code.as<Code>();
}

}  // namespace ouro::vm
