#include "vm/import/compile.h"

#include "vm/import/import.h"
#include "vm/import/marshal.h"
#include "vm/interp/interpreter.h"
#include "vm/object/code_positions.h"
#include "vm/object/int_cells.h"

namespace ouro::vm {

CompileHook compile_hook = nullptr;
int optimization_level = 0;

namespace {

Value number_or_none(int number) {
  return number == CompileFailure::kNone ? none() : make_int(number);
}

/// Runs the compiler with its warnings going where Python's go; raises what it finds wrong.
Result<CompileOutcome> run_compiler(CompileRequest& request, Str* filename, int optimize) {
  if (compile_hook == nullptr) return raise(types.SystemError, "this program has no compiler");
  request.filename = to_utf8(filename);
  request.optimize = optimize < 0 ? optimization_level : optimize;
  request.call_depth = thread()->recursion_depth;
  request.max_int_digits = max_str_digits;
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
  if (failed || outcome.raised) return Raised{};
  if (!outcome.ok) return raise_failure(outcome.failure, filename);
  return outcome;
}

Result<Code*> load_code(const std::string& marshalled) {
  Bytes* bytes = make_bytes(marshalled);
  Value code = TRY(unmarshal(bytes->view()));
  if (!forget_columns) store(code.as<Code>(), code.as<Code>()->marshalled, bytes);
  return code.as<Code>();
}

}  // namespace

Raised raise_failure(const CompileFailure& failure, Str* filename) {
  Type* type = exception_type_by_name(failure.type);
  Value message = make_str(failure.message);
  if (!is_subtype(type, types.SyntaxError)) return raise_with(type, {message});
  if (failure.line == CompileFailure::kNone && !failure.has_text) return raise_with(type, {message});
  Value text = failure.has_text ? Value(make_str(failure.text)) : none();
  Value details = make_tuple({filename, number_or_none(failure.line), number_or_none(failure.offset), text,
                              number_or_none(failure.end_line), number_or_none(failure.end_offset)});
  return raise_with(type, {message, details});
}

bool (*is_tree_hook)(Value value) = nullptr;

Result<Code*> compile_source(std::string_view source, bool is_text, Str* filename, CompileMode mode,
                             uint32_t flags, int optimize) {
  CompileRequest request;
  request.source = source;
  request.is_text = is_text;
  request.mode = mode;
  request.flags = flags;
  const CompileOutcome outcome = TRY(run_compiler(request, filename, optimize));
  return load_code(outcome.marshalled);
}

Result<Value> compile_tree(Value tree, Str* filename, const CompileSettings& settings) {
  CompileRequest request;
  request.tree = tree;
  request.mode = settings.mode;
  request.flags = settings.flags;
  const CompileOutcome outcome = TRY(run_compiler(request, filename, settings.optimize));
  return TRY(load_code(outcome.marshalled));
}

Result<Value> parse_tree(std::string_view source, bool is_text, Str* filename,
                         const CompileSettings& settings) {
  CompileRequest request;
  request.source = source;
  request.is_text = is_text;
  request.mode = settings.mode;
  request.flags = settings.flags;
  request.feature_version = settings.feature_version;
  request.want = CompileWant::Tree;
  const CompileOutcome outcome = TRY(run_compiler(request, filename, settings.optimize));
  return outcome.tree;
}

Result<Str*> source_name(Value name) {
  if (is_str(name)) return name.as<Str>();
  if (is_bytes(name)) return decode_file_name(name.as<Bytes>()->view());
  const bool is_path = !lookup_special(name, intern("__fspath__")).is_null();
  if (!is_path && has_buffer(name)) {
    TRY(warn(types.DeprecationWarning,
             fmt::format("path should be string, bytes, or os.PathLike, not {}", type_name(name))));
    Buffer buffer;
    TRY(buffer.acquire(name));
    return decode_file_name(buffer.text());
  }
  Value path = TRY(fs_path(name));
  return is_str(path) ? Result<Str*>(path.as<Str>()) : decode_file_name(path.as<Bytes>()->view());
}

Result<Code*> compile_file(std::string_view bytes, Str* filename) {
  CompileRequest request;
  request.source = bytes;
  request.is_file = true;
  const CompileOutcome outcome = TRY(run_compiler(request, filename, -1));
  return load_code(outcome.marshalled);
}

Result<SymbolScope> symbols_of_source(std::string_view source, bool is_text, Str* filename,
                                      CompileMode mode) {
  CompileRequest request;
  request.source = source;
  request.is_text = is_text;
  request.mode = mode;
  request.want = CompileWant::Symbols;
  CompileOutcome outcome = TRY(run_compiler(request, filename, 0));
  return std::move(outcome.symbols);
}

std::vector<SourceToken> tokens_of_source(std::string_view text, std::optional<CompileFailure>* failure) {
  CompileRequest request;
  request.source = text;
  request.is_text = true;
  request.filename = "<string>";
  request.want = CompileWant::Tokens;
  if (compile_hook == nullptr) return {};
  CompileOutcome outcome = compile_hook(request);
  if (!outcome.ok) *failure = std::move(outcome.failure);
  return std::move(outcome.tokens);
}

}  // namespace ouro::vm
