#include "cli/run/compile_hook.h"

#include "base/files.h"
#include "cli/run/large_stack.h"
#include "cli/run/source_views.h"
#include "cli/run/trees/trees.h"
#include "compiler/compile.h"
#include "pyc/byte_buffer.h"
#include "pyc/marshal_writer.h"
#include "syntax/source.h"
#include "vm/object/thread.h"

namespace ouro::cli {

namespace {

class Sink : public WarningSink {
 public:
  explicit Sink(const vm::CompileRequest& request) : request_(request) {}
  bool warn(const Warning& warning) override {
    if (!request_.warn) return false;
    return request_.warn(warning.category == WarningCategory::SyntaxWarning, warning.message, warning.line);
  }

 private:
  const vm::CompileRequest& request_;
};

int number(int from) {
  return from == Diagnostic::kNone ? vm::CompileFailure::kNone : from;
}

vm::CompileFailure failure_of(const Diagnostic& error) {
  vm::CompileFailure failure;
  failure.type = error_type_name(error.type);
  failure.message = error.message;
  failure.line = number(error.line);
  failure.offset = number(error.offset);
  failure.end_line = number(error.end_line);
  failure.end_offset = number(error.end_offset);
  failure.has_text = error.has_text;
  failure.text = error.text;
  return failure;
}

syntax::ModuleKind kind_of(vm::CompileMode mode) {
  switch (mode) {
    case vm::CompileMode::Eval:
      return syntax::ModuleKind::Expression;
    case vm::CompileMode::Single:
      return syntax::ModuleKind::Interactive;
    case vm::CompileMode::FunctionType:
      return syntax::ModuleKind::FunctionType;
    case vm::CompileMode::Exec:
      break;
  }
  return syntax::ModuleKind::Module;
}

compiler::CompileOptions options_of(const vm::CompileRequest& request, WarningSink* sink) {
  compiler::CompileOptions options;
  options.optimize = request.optimize;
  options.mode = kind_of(request.mode);
  options.warnings = sink;
  options.filename = request.filename;
  options.call_depth = request.call_depth;
  options.future_flags = request.flags & vm::kCompileFutureMask;
  options.top_level_await = (request.flags & vm::kCompileTopLevelAwait) != 0;
  options.is_text = request.is_text;
  options.dont_imply_dedent = (request.flags & vm::kCompileDontImplyDedent) != 0;
  options.incomplete_input = (request.flags & vm::kCompileIncompleteInput) != 0;
  return options;
}

/// One request, answered into `outcome`.
class Compilation {
 public:
  /// With `file_bytes`, errors quote these, and nothing is warned about.
  Compilation(Workspace& workspace, const vm::CompileRequest& request, vm::CompileOutcome* outcome,
              std::string_view file_bytes = {})
      : workspace_(workspace),
        request_(request),
        outcome_(outcome),
        sink_(request),
        options_(options_of(request, file_bytes.empty() ? &sink_ : nullptr)) {
    options_.file_bytes = file_bytes;
    workspace.rewind();
    workspace.max_int_digits = static_cast<size_t>(request.max_int_digits);
  }

  void run() {
    if (request_.want == vm::CompileWant::Tree) return make_tree();
    if (request_.want == vm::CompileWant::Symbols) return make_symbols();
    if (request_.want == vm::CompileWant::Tokens) return make_tokens();
    if (!request_.tree.is_null()) return compile_tree();
    if (request_.is_file) {
      if (const Diagnostic* error = unreadable_line(workspace_, request_.source, request_.filename))
        return fail(error);
    }
    finish(compiler::compile_source(workspace_, request_.source, request_.filename, options_));
  }

 private:
  void compile_tree() {
    auto tree = tree_from_objects(workspace_, request_.tree, options_.mode);
    outcome_->raised = !tree.ok();
    if (outcome_->raised) return;
    syntax::Module* module = tree.unwrap();
    outcome_->raised = !check_tree(workspace_, *module).ok();
    if (!outcome_->raised) finish(compiler::compile_module(workspace_, *module, request_.filename, options_));
  }

  Result<syntax::SourceText> source() {
    return request_.is_text ? syntax::text_source(workspace_, request_.source, request_.filename)
                            : syntax::decode_source(workspace_, request_.source, request_.filename);
  }

  Result<syntax::Module*> parse(const syntax::ParseOptions& options) {
    source_ = OURO_TRY(source());
    source_.file_bytes = options_.file_bytes;
    return syntax::parse(workspace_, source_, options);
  }

  void make_tree() {
    syntax::ParseOptions options = compiler::parse_options(options_);
    options.type_comments = (request_.flags & vm::kCompileTypeComments) != 0;
    options.feature_version = request_.feature_version;
    auto module = parse(options);
    if (!module.ok()) return fail(module.error());
    auto tree = tree_to_objects(workspace_, *module.value());
    outcome_->ok = tree.ok();
    outcome_->raised = !tree.ok();
    if (tree.ok()) outcome_->tree = tree.unwrap();
  }

  void make_symbols() {
    auto module = parse(compiler::parse_options(options_));
    if (!module.ok()) return fail(module.error());
    auto table = compiler::symbols_of_module(workspace_, *module.value(), options_);
    if (!table.ok()) return fail(table.error());
    outcome_->ok = true;
    outcome_->symbols = describe_scope(workspace_, *table.value()->top());
  }

  void make_tokens() {
    auto text = source();
    if (!text.ok()) return fail(text.error());
    const Diagnostic* error = list_tokens(workspace_, text.value(), &outcome_->tokens);
    outcome_->ok = error == nullptr;
    if (error != nullptr) fail(error);
  }

  void finish(const Result<const CodeObject*>& code) {
    if (!code.ok()) return fail(code.error());
    pyc::ByteBuffer bytes;
    if (const Status written = pyc::write_marshal(workspace_, *code.value(), bytes); !written.ok())
      return fail(written.error());
    outcome_->ok = true;
    outcome_->marshalled = bytes.view();
  }

  void fail(const Diagnostic* error) { outcome_->failure = failure_of(*error); }

  Workspace& workspace_;
  const vm::CompileRequest& request_;
  vm::CompileOutcome* outcome_;
  Sink sink_;
  syntax::SourceText source_;
  compiler::CompileOptions options_;
};

/// Whether CPython's parser would quote its error from the file that the source is named after.
bool quotes_file(const vm::CompileRequest& request, const vm::CompileOutcome& outcome) {
  return !outcome.ok && !outcome.raised && outcome.failure.has_text && request.tree.is_null() &&
         request.mode == vm::CompileMode::Exec && request.want != vm::CompileWant::Tokens;
}

/// The same failure with the text of its line as the file has it, if there is such a file.
void quote_from_file(Workspace& workspace, const vm::CompileRequest& request, vm::CompileFailure* failure) {
  FileBuffer file;
  if (read_file(request.filename, &file, nullptr, {.only_regular = true}) != 0 || file.bytes().empty())
    return;
  vm::CompileOutcome again;
  Compilation(workspace, request, &again, file.bytes()).run();
  if (!again.ok && !again.raised && again.failure.message == failure->message &&
      again.failure.line == failure->line)
    *failure = again.failure;
}

void answer_here(Workspace& workspace, const vm::CompileRequest& request, vm::CompileOutcome* outcome) {
  Compilation(workspace, request, outcome).run();
  if (quotes_file(request, *outcome)) quote_from_file(workspace, request, &outcome->failure);
}

/// Whether the deepest source that the compiler accepts could use up what this thread's stack has left.
bool stack_is_short() {
  constexpr ptrdiff_t kEnough = ptrdiff_t{1} << 20;
  const vm::Thread* self = vm::thread();
  return self != nullptr &&
         static_cast<const char*>(__builtin_frame_address(0)) - self->native_limit < kEnough;
}

void refuse(vm::CompileOutcome* outcome) {
  outcome->failure.type = "RecursionError";
  outcome->failure.message = "maximum recursion depth exceeded during compilation";
}

/// On another stack, where nothing of the machine can be touched: no trees; warnings are given here.
void answer_elsewhere(Workspace& workspace, const vm::CompileRequest& request, vm::CompileOutcome* outcome) {
  if (request.want == vm::CompileWant::Tree || !request.tree.is_null()) return refuse(outcome);
  LargeStack stack;
  vm::CompileRequest moved = request;
  if (request.warn) {
    moved.warn = [&](bool is_syntax_warning, std::string_view message, int line) {
      bool is_error = false;
      stack.ask([&] { is_error = request.warn(is_syntax_warning, message, line); });
      return is_error;
    };
  }
  if (!stack.run([&] { answer_here(workspace, moved, outcome); })) refuse(outcome);
}

void answer(Workspace& workspace, const vm::CompileRequest& request, vm::CompileOutcome* outcome) {
  if (stack_is_short()) [[unlikely]]
    return answer_elsewhere(workspace, request, outcome);
  answer_here(workspace, request, outcome);
}

}  // namespace

vm::CompileOutcome compile_for_machine(const vm::CompileRequest& request) {
  // Memory is kept between compilations, but for those that a warning's handler starts inside another one.
  thread_local Workspace kept;
  thread_local bool busy = false;
  vm::CompileOutcome outcome;
  if (busy) {
    Workspace own;
    answer(own, request, &outcome);
    return outcome;
  }
  busy = true;
  answer(kept, request, &outcome);
  busy = false;
  return outcome;
}

}  // namespace ouro::cli
