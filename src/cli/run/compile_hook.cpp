#include "cli/run/compile_hook.h"

#include "base/thread_pool.h"
#include "compiler/compile.h"
#include "pyc/byte_buffer.h"
#include "pyc/marshal_writer.h"

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
    case vm::CompileMode::Exec:
      break;
  }
  return syntax::ModuleKind::Module;
}

void compile(Workspace& workspace, const vm::CompileRequest& request, vm::CompileOutcome* outcome) {
  workspace.rewind();
  Sink sink(request);
  compiler::CompileOptions options;
  options.optimize = request.optimize;
  options.mode = kind_of(request.mode);
  options.warnings = &sink;
  options.filename = request.filename;
  options.call_depth = request.call_depth;
  const auto code = compiler::compile_source(workspace, request.source, request.filename, options);
  if (!code.ok()) {
    outcome->failure = failure_of(*code.error());
    return;
  }
  pyc::ByteBuffer bytes;
  if (const Status written = pyc::write_marshal(workspace, *code.value(), bytes); !written.ok()) {
    outcome->failure = failure_of(*written.error());
    return;
  }
  outcome->ok = true;
  outcome->marshalled = bytes.view();
}

}  // namespace

vm::CompileOutcome compile_for_machine(const vm::CompileRequest& request) {
  // Memory is kept between compilations, but for those that a warning's handler starts inside another one.
  thread_local Workspace kept;
  thread_local bool busy = false;
  vm::CompileOutcome outcome;
  if (busy) {
    Workspace own;
    compile(own, request, &outcome);
    return outcome;
  }
  busy = true;
  compile(kept, request, &outcome);
  busy = false;
  return outcome;
}

}  // namespace ouro::cli
