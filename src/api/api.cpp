// The public API over the internal layers: owned values out, arenas kept alive behind a shared pointer.
#include <algorithm>
#include <mutex>

#include "base/siphash.h"
#include "base/thread_pool.h"
#include "batch/messages.h"
#include "batch/tree.h"
#include "bytecode/disassemble.h"
#include "bytecode/verify.h"
#include "decompiler/prove/decompile.h"
#include "ouro/ouro.h"
#include "pyc/header.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

namespace ouro {

struct Code::Impl {
  std::shared_ptr<Workspace> workspace;
  const CodeObject* code;
  const VersionTable* version;
};

Code::Code() = default;
Code::Code(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

namespace {

std::string text_of(const Constant* constant) {
  return std::string(constant->text());
}

Code make_code(std::shared_ptr<Workspace> workspace, const CodeObject* code, const VersionTable* version) {
  return Code(std::make_shared<const Code::Impl>(Code::Impl{std::move(workspace), code, version}));
}

Error to_error(const batch::ErrorRecord& record) {
  Error error;
  error.type = record.type;
  error.message = record.message;
  error.filename = record.filename;
  error.line = record.line;
  error.offset = record.offset;
  error.end_line = record.end_line;
  error.end_offset = record.end_offset;
  error.text = record.text;
  return error;
}

Error plain_error(std::string type, std::string message) {
  Error error;
  error.type = std::move(type);
  error.message = std::move(message);
  return error;
}

std::vector<SourceWarning> to_warnings(const std::vector<batch::WarningRecord>& records) {
  std::vector<SourceWarning> warnings;
  warnings.reserve(records.size());
  for (const batch::WarningRecord& record : records) {
    warnings.push_back({std::string(warning_category_name(record.category)), record.message, record.line});
  }
  return warnings;
}

class Collector : public WarningSink {
 public:
  explicit Collector(std::vector<SourceWarning>& out) : out_(out) {}
  bool warn(const Warning& warning) override {
    out_.push_back(
        {std::string(warning_category_name(warning.category)), std::string(warning.message), warning.line});
    return false;
  }

 private:
  std::vector<SourceWarning>& out_;
};

pyc::Header to_header(const PycHeader& header) {
  pyc::Header out;
  out.magic = header.magic;
  out.kind = static_cast<pyc::HeaderKind>(header.kind);
  out.mtime = header.mtime;
  out.source_size = header.source_size;
  out.source_hash = header.source_hash;
  return out;
}

}  // namespace

std::string Error::render() const {
  batch::ErrorRecord record;
  record.type = type;
  record.message = message;
  record.filename = filename;
  record.line = line;
  record.offset = offset;
  record.end_line = end_line;
  record.end_offset = end_offset;
  record.text = text;
  return batch::format_exception(record);
}

std::string Code::name() const {
  return impl_ ? text_of(impl_->code->name) : std::string();
}
std::string Code::qualified_name() const {
  return impl_ ? text_of(impl_->code->qualified_name) : std::string();
}
std::string Code::filename() const {
  return impl_ ? text_of(impl_->code->filename) : std::string();
}
int Code::first_line() const {
  return impl_ ? impl_->code->first_line : 0;
}
uint32_t Code::flags() const {
  return impl_ ? impl_->code->flags : 0;
}
int Code::stack_size() const {
  return impl_ ? impl_->code->stack_size : 0;
}
std::string Code::bytecode() const {
  return impl_ ? text_of(impl_->code->code) : std::string();
}

std::vector<Code> Code::nested() const {
  std::vector<Code> codes;
  if (!impl_) return codes;
  for (const Constant* constant : impl_->code->consts->elements()) {
    if (constant->is(ConstantKind::Code))
      codes.push_back(make_code(impl_->workspace, constant->code, impl_->version));
  }
  return codes;
}

CompileResult compile(std::string_view source, const CompileSettings& settings) {
  CompileResult result;
  const compiler::Target* target = compiler::find_target(settings.target);
  if (target == nullptr || settings.optimize < 0 || settings.optimize > 2) {
    result.error = plain_error("ValueError", target == nullptr ? "unknown target " + settings.target
                                                               : "compile(): invalid optimize value");
    return result;
  }
  auto workspace = std::make_shared<Workspace>();
  Collector collector(result.warnings);
  compiler::CompileOptions options;
  options.target = target;
  options.optimize = settings.optimize;
  options.warnings = &collector;
  options.filename = settings.filename;
  // The compiler may keep pointing into the source; the code object outlives the caller's buffer.
  const std::string_view kept = workspace->arena.copy(source);
  run_with_worker_stack([&] {
    const auto code = compiler::compile_source(*workspace, kept, settings.filename, options);
    if (code.ok()) {
      result.code = make_code(workspace, code.value(), target->bytecode);
    } else {
      result.error = to_error(batch::make_error_record(*code.error(), settings.filename));
    }
  });
  return result;
}

PycHeader PycHeader::for_time(int64_t mtime, uint64_t source_size) {
  PycHeader header;
  header.mtime = static_cast<uint32_t>(mtime);
  header.source_size = static_cast<uint32_t>(source_size);
  return header;
}

PycHeader PycHeader::for_source(std::string_view source, bool checked) {
  PycHeader header;
  header.kind = checked ? Kind::CheckedHash : Kind::UncheckedHash;
  header.source_hash = ouro::source_hash(to_header(header).raw_magic(), source);
  return header;
}

ReadResult read_pyc(std::string_view bytes) {
  ReadResult result;
  std::string problem;
  const auto header = pyc::read_header(bytes, &problem);
  if (!header) {
    result.error = plain_error("ImportError", problem);
    return result;
  }
  result.header = {static_cast<PycHeader::Kind>(header->kind), header->mtime, header->source_size,
                   header->source_hash, header->magic};
  const VersionTable* version = find_version(header->magic);
  if (version == nullptr) {
    result.error = plain_error(
        "ImportError", "bytecode of another Python version: magic number " + std::to_string(header->magic));
    return result;
  }
  auto workspace = std::make_shared<Workspace>();
  const std::string_view kept = workspace->arena.copy(bytes.substr(header->size));
  const pyc::MarshalResult read = pyc::read_marshal(*workspace, kept);
  if (read.code == nullptr) {
    result.error = plain_error(std::string(read.error.type), std::string(read.error.message));
    return result;
  }
  result.code = make_code(std::move(workspace), read.code, version);
  return result;
}

std::string disassemble(const Code& code) {
  std::string out;
  if (!code || verify_code(*code.impl()->code, *code.impl()->version)) return out;
  disassemble(*code.impl()->code, *code.impl()->version, [&out](std::string_view text) { out += text; });
  return out;
}

std::string write_pyc(const Code& code, const PycHeader& header) {
  if (!code) return {};
  // The writer counts references in the constants themselves, so one code object is written by one thread at
  // a time.
  static std::mutex writing;
  const std::lock_guard<std::mutex> lock(writing);
  pyc::ByteBuffer out;
  pyc::write_header(to_header(header), out);
  if (!pyc::write_marshal(*code.impl()->workspace, *code.impl()->code, out).ok()) return {};
  return std::string(out.view());
}

DecompileResult decompile(const Code& code, const DecompileSettings& settings) {
  DecompileResult result;
  if (settings.optimize < 0 || settings.optimize > 2) {
    result.error = plain_error("ValueError", "invalid optimize value");
    return result;
  }
  // Decompiling writes into the workspace that the code stands in: it gets a copy of its own.
  const std::string pyc = write_pyc(code, {});
  if (pyc.empty()) {
    result.error = plain_error("ValueError", "code that cannot be written");
    return result;
  }
  const std::string_view marshal = std::string_view(pyc).substr(pyc::kHeaderSize);
  run_with_worker_stack([&] {
    Workspace workspace;
    const CodeObject* copy = pyc::read_marshal(workspace, marshal).code;
    if (copy == nullptr) {
      result.error = plain_error("ValueError", "code that cannot be read again");
      return;
    }
    decompiler::DecompileOptions options{
        .clean = settings.clean, .optimize = settings.optimize, .marshal = marshal};
    decompiler::Decompiled done = decompiler::decompile(workspace, *copy, options);
    result.source = std::move(done.source);
    result.verdict = static_cast<Verdict>(done.verdict);
    for (decompiler::CodeVerdict& one : done.codes)
      result.codes.push_back({std::move(one.qualified_name), one.line, static_cast<Verdict>(one.verdict),
                              std::move(one.reason)});
  });
  return result;
}

TreeSummary compile_tree(const std::vector<std::string>& paths, const TreeSettings& settings,
                         const std::function<void(const TreeFile&)>& on_file) {
  class Reporter : public batch::TreeReporter {
   public:
    explicit Reporter(const std::function<void(const TreeFile&)>& on_file) : on_file_(on_file) {}
    void begin(size_t) override {}
    void tick() override {}
    void file(const std::string& path, std::span<const batch::FileRecord> levels) override {
      if (!on_file_) return;
      for (const batch::FileRecord& record : levels) {
        TreeFile file{path,          record.optimize, std::string(batch::status_name(record.status)),
                      record.output, record.bytes,    to_warnings(record.warnings),
                      std::nullopt};
        if (record.error) file.error = to_error(*record.error);
        on_file_(file);
      }
    }

   private:
    const std::function<void(const TreeFile&)>& on_file_;
  };
  const batch::WarningFilters filters;
  batch::TreeOptions options;
  options.target = &compiler::default_target();
  options.warnings = &filters;
  options.cache.prefix = settings.pycache_prefix;
  options.levels = settings.levels;
  std::sort(options.levels.begin(), options.levels.end());
  options.levels.erase(std::unique(options.levels.begin(), options.levels.end()), options.levels.end());
  std::erase_if(options.levels, [](int level) { return level < 0 || level > 2; });
  options.mode = static_cast<batch::InvalidationMode>(settings.mode);
  options.force = settings.force;
  options.workers = settings.workers == 0 ? available_processors() : settings.workers;
  Reporter reporter(on_file);
  const batch::TreeSummary done = batch::compile_tree(paths, options, reporter);
  return {done.files, done.compiled, done.fresh, done.failed, done.skipped, done.bytes, done.seconds};
}

}  // namespace ouro
