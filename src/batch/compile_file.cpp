#include "batch/compile_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "base/siphash.h"
#include "batch/messages.h"
#include "pyc/marshal_writer.h"

namespace ouro::batch {

InvalidationMode default_invalidation_mode() {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  return epoch != nullptr && *epoch != '\0' ? InvalidationMode::CheckedHash : InvalidationMode::Timestamp;
}

namespace {

// Keeps the warnings that the filters let through.
class Collector : public WarningSink {
 public:
  Collector(const WarningFilters& filters, std::string_view filename, std::vector<WarningRecord>& out)
      : filters_(filters), filename_(filename), out_(out) {}

  bool warn(const Warning& warning) override {
    const WarningAction action = filters_.decide(warning, filename_);
    if (action == WarningAction::Error) return true;
    if (action != WarningAction::Ignore) {
      out_.push_back(
          {warning.category, std::string(warning.message), warning.line, action == WarningAction::Once});
    }
    return false;
  }

 private:
  const WarningFilters& filters_;
  std::string_view filename_;
  std::vector<WarningRecord>& out_;
};

// os.makedirs(path). On failure *failed is the directory that could not be made.
int make_directories(const std::string& path, std::string* failed) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = end == std::string::npos ? end : path.rfind('/', end);
  if (slash != std::string::npos && slash > 0) {
    const std::string parent = path.substr(0, slash);
    FileInfo info;
    if (stat_file(parent, &info) != 0) {
      if (const int error = make_directories(parent, failed); error != 0 && error != EEXIST) return error;
    }
  }
  *failed = path;
  return mkdir(path.c_str(), 0777) == 0 ? 0 : errno;
}

// The directory of an output, made; a file in its place shows later, when the output can't be opened.
std::optional<ErrorRecord> make_output_directory(const std::string& output) {
  const size_t slash = output.rfind('/');
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  std::string failed;
  const int error = make_directories(output.substr(0, slash), &failed);
  if (error == 0 || error == EEXIST) return std::nullopt;
  return make_os_error_record(error, failed);
}

// What importlib raises where writing went wrong: each step's OSError names other files.
ErrorRecord write_error(int error, WriteStep step, const std::string& temporary, const std::string& output) {
  switch (step) {
    case WriteStep::Open:
      return make_os_error_record(error, temporary);
    case WriteStep::Write:
      return make_os_error_record(error);
    case WriteStep::Rename:
      break;
  }
  return make_os_error_record(error, temporary, output);
}

// The refusal that py_compile words as FileExistsError, when `output` exists and is no regular file.
std::optional<ErrorRecord> refuse_output(const std::string& output) {
  FileInfo info;
  if (stat_file(output, &info, false) != 0 || info.type == FileType::Regular) return std::nullopt;
  ErrorRecord error;
  error.type = "FileExistsError";
  error.is_os_error = true;
  error.message = fmt::format(
      "{} is a {} and will be changed into a regular {} if import writes a byte-compiled file to it", output,
      info.type == FileType::Symlink ? "symlink" : "non-regular file",
      info.type == FileType::Symlink ? "file" : "one");
  return error;
}

}  // namespace

void FileCompiler::set_source(std::string path) {
  path_ = std::move(path);
  loaded_ = false;
}

int FileCompiler::load() {
  if (loaded_) return 0;
  const int error = read_file(path_, &source_, &info_);
  loaded_ = error == 0;
  return error;
}

// Errors quote the file that the code object is named after, which -d, -s and -p make another than the
// source's.
std::string_view FileCompiler::quoted_bytes(const std::string& filename) {
  if (filename == path_) return source_.bytes();
  return read_file(filename, &quoted_, nullptr, {.only_regular = true}) == 0 ? quoted_.bytes()
                                                                             : std::string_view();
}

bool FileCompiler::compile(const std::string& filename, int optimize, InvalidationMode mode,
                           FileRecord& record) {
  const std::string embedded_name = path_text(filename);
  workspace_.rewind();
  pyc_.clear();
  record.optimize = optimize;
  if (optimize < 0 || optimize > 2) {
    record.error.emplace();
    record.error->type = "ValueError";
    record.error->message = "compile(): invalid optimize value";
    return false;
  }
  Collector collector(filters_, embedded_name, record.warnings);
  compiler::CompileOptions options;
  options.target = &target_;
  options.optimize = optimize;
  options.warnings = &collector;
  options.filename = embedded_name;
  options.file_bytes = quoted_bytes(filename);
  options.call_depth = call_depth_;
  const auto code = compiler::compile_source(workspace_, source_.bytes(), embedded_name, options);
  if (!code.ok()) {
    record.error = make_error_record(*code.error(), embedded_name);
    return false;
  }
  pyc::Header header;
  header.magic = target_.bytecode->magic;
  if (mode == InvalidationMode::Timestamp) {
    header.kind = pyc::HeaderKind::Timestamp;
    header.mtime = static_cast<uint32_t>(info_.mtime);
    header.source_size = static_cast<uint32_t>(source_.bytes().size());
  } else {
    header.kind =
        mode == InvalidationMode::CheckedHash ? pyc::HeaderKind::CheckedHash : pyc::HeaderKind::UncheckedHash;
    header.source_hash = source_hash(header.raw_magic(), source_.bytes());
  }
  pyc::write_header(header, pyc_);
  if (const Status written = pyc::write_marshal(workspace_, *code.value(), pyc_); !written.ok()) {
    record.error = make_error_record(*written.error(), embedded_name);
    return false;
  }
  record.bytes = pyc_.size();
  return true;
}

std::optional<ErrorRecord> FileCompiler::publish(const std::string& output) {
  const uint32_t mode = pyc_mode(info_.mode);
  for (const bool second : {false, true}) {
    const uint64_t unique = unique_number();
    WriteStep step = WriteStep::Open;
    const int error = write_atomic(output, pyc_.view(), mode, unique, &step);
    if (error == 0) return std::nullopt;
    if (second || step != WriteStep::Open)
      return write_error(error, step, fmt::format("{}.{}", output, unique), output);
    // Most directories are there, so they are only made when the file could not be.
    if (auto failed = make_output_directory(output)) return failed;
  }
  return std::nullopt;
}

void FileCompiler::compile_to_file(const std::string& embedded_name, int optimize, InvalidationMode mode,
                                   FileRecord& record) {
  record.status = FileStatus::Failed;
  record.error = refuse_output(record.output);
  if (record.error) return;
  if (const int error = load(); error != 0) {
    record.error = make_os_error_record(error, path_);
    return;
  }
  if (!compile(embedded_name, optimize, mode, record)) return;
  record.error = publish(record.output);
  if (record.error) return;
  record.status = FileStatus::Compiled;
}

}  // namespace ouro::batch
