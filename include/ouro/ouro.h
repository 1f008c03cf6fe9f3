// ouro: Python's bytecode toolchain as a library.
//
// Everything here is safe to call from several threads at once. Text is UTF-8 (lone surrogates of Python
// strings as three bytes); file names are bytes. Nothing throws but std::bad_alloc.
//
//   ouro::CompileResult result = ouro::compile("print('hello')\n", {.filename = "hello.py"});
//   if (!result) std::cerr << result.error->render();
//   std::string pyc = ouro::write_pyc(result.code, ouro::PycHeader::for_time(mtime, size));
//
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#if defined(__GNUC__)
#define OURO_API __attribute__((visibility("default")))
#else
#define OURO_API
#endif

namespace ouro {

/// A Python exception: for the SyntaxError family with CPython's fields, nothing where Python has None. Lines
/// and offsets are 1-based, offsets count characters.
struct OURO_API Error {
  std::string type;  // "SyntaxError", "FileNotFoundError", ...
  std::string message;
  std::string filename;
  std::optional<int> line, offset, end_line, end_offset;
  std::optional<std::string> text;

  /// The lines that Python's traceback module prints: file, source line, carets, message.
  std::string render() const;
};

/// A SyntaxWarning or DeprecationWarning.
struct SourceWarning {
  std::string category;
  std::string message;
  int line = 0;
};

/// A code object with everything in it. Copies share it.
class OURO_API Code {
 public:
  Code();
  /// Whether there is one: false for a default-constructed Code.
  explicit operator bool() const { return impl_ != nullptr; }
  std::string name() const;
  std::string qualified_name() const;
  std::string filename() const;
  int first_line() const;
  uint32_t flags() const;  // inspect.CO_*
  int stack_size() const;
  std::string bytecode() const;      // co_code, caches zeroed
  std::vector<Code> nested() const;  // the code objects among co_consts, in order

  struct Impl;
  explicit Code(std::shared_ptr<const Impl> impl);
  const Impl* impl() const { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;
};

struct CompileSettings {
  std::string filename = "<string>";  // becomes co_filename, and names the file in errors
  std::string target = "3.11";
  int optimize = 0;  // 0, 1 (-O) or 2 (-OO)
};

struct OURO_API CompileResult {
  Code code;
  std::optional<Error> error;
  std::vector<SourceWarning> warnings;
  explicit operator bool() const { return !error.has_value(); }
};

/// Compiles a module's source bytes, as `compile(source, filename, 'exec')` does in that CPython. An unknown
/// target or level is a ValueError.
OURO_API CompileResult compile(std::string_view source, const CompileSettings& settings = {});

/// The 16 bytes before the code in a .pyc. PEP 552.
struct OURO_API PycHeader {
  enum class Kind : uint8_t { Timestamp, CheckedHash, UncheckedHash };
  Kind kind = Kind::Timestamp;
  uint32_t mtime = 0;
  uint32_t source_size = 0;
  uint64_t source_hash = 0;
  uint16_t magic = 3495;

  /// A timestamp header.
  static PycHeader for_time(int64_t mtime, uint64_t source_size);
  /// A hash header for this source.
  static PycHeader for_source(std::string_view source, bool checked = true);
};

struct OURO_API ReadResult {
  PycHeader header;
  Code code;
  std::optional<Error> error;
  explicit operator bool() const { return !error.has_value(); }
};

/// Reads a .pyc file's bytes; any bytes are safe to give.
OURO_API ReadResult read_pyc(std::string_view bytes);

/// The bytes of a .pyc file. Empty when the code can't be written (a default-constructed Code, or one nested
/// too deeply).
OURO_API std::string write_pyc(const Code& code, const PycHeader& header);

/// The text of `python -m dis`, nested code objects included. Empty for code that does not verify (read_pyc
/// gives any well-formed marshal data, which need not be sound bytecode).
OURO_API std::string disassemble(const Code& code);

/// What compiling decompiled source again has proved, from best to worst.
enum class Verdict : uint8_t {
  Exact,     // the same bytes, the position table included
  Equal,     // the same code at other places in the source
  Unproven,  // the source holds annotated disassembly in comments instead of the body
};

struct CodeVerdict {
  std::string qualified_name;
  int line = 0;
  Verdict verdict = Verdict::Unproven;
  std::string reason;  // empty for Exact
};

struct DecompileSettings {
  int optimize = 0;    // the level the code was compiled at: 0, 1 (-O) or 2 (-OO)
  bool clean = false;  // conventional formatting instead of the original lines and columns
};

struct OURO_API DecompileResult {
  std::string source;                   // UTF-8; always valid Python
  Verdict verdict = Verdict::Unproven;  // the worst of the code objects'
  std::vector<CodeVerdict> codes;       // the module, then what it holds in order of co_consts, depth first
  std::optional<Error> error;           // there is no code, or the level is unknown; a ValueError
  explicit operator bool() const { return !error.has_value(); }
};

/// Turns a module's code back into source, compiles that again, and says for each code object what came out.
/// Code that no source gives is Unproven, whatever it is.
///
///   ouro::ReadResult read = ouro::read_pyc(bytes);
///   ouro::DecompileResult result = ouro::decompile(read.code);
///   if (result.verdict != ouro::Verdict::Unproven) save(result.source);
OURO_API DecompileResult decompile(const Code& code, const DecompileSettings& settings = {});

struct TreeSettings {
  std::vector<int> levels{0};
  PycHeader::Kind mode = PycHeader::Kind::Timestamp;
  bool force = false;          // compile even what is fresh
  unsigned workers = 0;        // 0: one per processor
  std::string pycache_prefix;  // empty: __pycache__ beside each source
};

struct TreeFile {
  std::string path;
  int level = 0;
  std::string status;  // "compiled", "fresh", "failed", "skipped"
  std::string output;
  uint64_t bytes = 0;
  std::vector<SourceWarning> warnings;
  std::optional<Error> error;
};

struct TreeSummary {
  uint64_t files = 0, compiled = 0, fresh = 0, failed = 0, skipped = 0, bytes = 0;
  double seconds = 0;
};

/// Compiles files and whole directories to .pyc files; `on_file` (may be null) is told of each file and
/// level, in order, on the calling thread.
OURO_API TreeSummary compile_tree(const std::vector<std::string>& paths, const TreeSettings& settings = {},
                                  const std::function<void(const TreeFile&)>& on_file = nullptr);

}  // namespace ouro
