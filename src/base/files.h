// Files as the batch compiler and the program need them: whole-file reads, stat, atomic publishing, Python's
// words for the system's errors. Names are bytes: anything without NUL.
//
// A function that can fail returns an errno value, 0 for success.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ouro {

enum class FileType : uint8_t { Regular, Directory, Symlink, Fifo, Device, Socket, Other };

struct FileInfo {
  FileType type = FileType::Other;
  uint32_t mode = 0;  // st_mode, permission and type bits
  uint64_t size = 0;
  int64_t mtime = 0;  // whole seconds, rounded down
  uint32_t mtime_nanoseconds = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t links = 0;
};

/// stat() or, with follow_links off, lstat().
int stat_file(const std::string& path, FileInfo* info, bool follow_links = true);

/// A buffer for whole files that is kept between reads. The bytes are followed by kPadding zero bytes, so
/// that a scanner may look ahead without a bound.
class FileBuffer {
 public:
  static constexpr size_t kPadding = 64;
  std::string_view bytes() const { return {data_.get(), size_}; }

  /// Room for `capacity` bytes and the padding; keeps the bytes. For the readers below.
  char* reserve(size_t capacity);
  size_t capacity() const { return capacity_; }
  /// How many bytes of the room are in use; writes the padding behind them.
  void set_size(size_t size);

 private:
  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

struct ReadOptions {
  uint64_t limit = uint64_t{2} << 30;  // more than this is EFBIG
  bool only_regular = false;           // FIFOs and devices are EINVAL instead of being read up to the limit
};

/// Reads a whole file. *info (may be null) is what fstat said before reading. EISDIR for a directory.
int read_file(const std::string& path, FileBuffer* buffer, FileInfo* info, const ReadOptions& options = {});

/// Reads an open descriptor (standard input, say) to its end.
int read_descriptor(int descriptor, FileBuffer* buffer, uint64_t limit, size_t expected_size = 0);

/// At most `count` first bytes of a file, for looking at headers: *got is how many were read.
int read_start(const std::string& path, char* out, size_t count, size_t* got);

/// Where write_atomic failed: opening the temporary file, writing to it, or giving it its name.
enum class WriteStep : uint8_t { Open, Write, Rename };

/// Writes `data` as CPython's importlib publishes a .pyc: exclusively created temporary file in the same
/// directory with `mode & 0o666` (before umask), then renamed over `path`; removed again on failure. A short
/// write is a failure. `unique` makes the temporary name (see unique_number); a name that is taken, by what a
/// killed process left behind say, is passed over.
int write_atomic(const std::string& path, std::string_view data, uint32_t mode, uint64_t unique,
                 WriteStep* failed_at = nullptr);

/// A number that no other call in this process returns, and no other process is likely to.
uint64_t unique_number();

/// The permission argument importlib derives from a source file's mode.
constexpr uint32_t pyc_mode(uint32_t source_mode) {
  return (source_mode | 0200) & 0777;
}

/// os.makedirs(path, exist_ok=True): mode 0777 before umask.
int make_directories(const std::string& path);

/// A name in a directory, and what it names where the directory says so by itself.
struct DirectoryEntry {
  std::string name;
  std::optional<FileType> type;
};

/// What is in a directory, without "." and "..", in the directory's own order.
int list_directory(const std::string& path, std::vector<DirectoryEntry>* entries);

/// "[Errno 2] No such file or directory: 'x'", as str(OSError) has it; without a path, no ": ...". The path's
/// bytes that are not UTF-8 come out as surrogate escapes do in repr (\udcNN).
std::string os_error_text(int error, std::string_view path);
std::string os_error_text(int error);
/// "FileNotFoundError" for ENOENT, ..., "OSError" for the rest.
std::string_view os_error_type(int error);

/// Line `number` (1-based) of a text without its line end ('\n', "\r\n" or '\r'); nothing when there are
/// fewer.
std::optional<std::string_view> line_of(std::string_view text, size_t number);
/// The same of a file; nothing when it cannot be read.
std::optional<std::string> read_line_of_file(const std::string& path, size_t number);

}  // namespace ouro
