#include "base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/unicode.h"

namespace ouro {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int close() {
    const int result = ::close(value_);
    value_ = -1;
    return result;
  }

 private:
  int value_;
};

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int descriptor = 0;
  do {
    descriptor = ::open(path, flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

ssize_t read_retrying(int descriptor, char* out, size_t count) {
  ssize_t got = 0;
  do {
    got = ::read(descriptor, out, count);
  } while (got < 0 && errno == EINTR);
  return got;
}

/// A name with a NUL in it names nothing; the system would silently cut it.
bool has_nul(const std::string& path) {
  return path.find('\0') != std::string::npos;
}

FileType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileType::Regular;
    case S_IFDIR:
      return FileType::Directory;
    case S_IFLNK:
      return FileType::Symlink;
    case S_IFIFO:
      return FileType::Fifo;
    case S_IFCHR:
    case S_IFBLK:
      return FileType::Device;
    case S_IFSOCK:
      return FileType::Socket;
    default:
      return FileType::Other;
  }
}

std::optional<FileType> listed_type(unsigned char type) {
  if (type == DT_UNKNOWN) return std::nullopt;  // not every file system keeps it there
  return type_of(DTTOIF(type));
}

void fill_info(const struct stat& status, FileInfo* info) {
  info->type = type_of(status.st_mode);
  info->mode = status.st_mode;
  info->size = static_cast<uint64_t>(std::max<off_t>(status.st_size, 0));
  info->mtime = status.st_mtim.tv_sec;
  info->mtime_nanoseconds = static_cast<uint32_t>(status.st_mtim.tv_nsec);
  info->device = status.st_dev;
  info->inode = status.st_ino;
  info->links = status.st_nlink;
}

int write_whole(int descriptor, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor, data.data(), data.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (written == 0) return ENOSPC;
    data.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

int write_and_close(Descriptor& file, std::string_view data) {
  if (const int error = write_whole(file.get(), data); error != 0) return error;
  // Some file systems tell of a full disk only here.
  return file.close() != 0 && errno != EINTR ? errno : 0;
}

/// Bytes of a name as Python's os.fsdecode gives them: what is not UTF-8 becomes U+DC80..U+DCFF.
std::string decode_name(std::string_view name) {
  std::string text;
  while (const std::optional<Utf8Error> error = find_utf8_error(name)) {
    text += name.substr(0, error->start);
    for (size_t i = error->start; i < error->end; ++i)
      append_code_point(text, 0xDC00u + static_cast<unsigned char>(name[i]));
    name.remove_prefix(error->end);
  }
  return text.append(name);
}

}  // namespace

int stat_file(const std::string& path, FileInfo* info, bool follow_links) {
  if (has_nul(path)) return EINVAL;
  struct stat status;
  if ((follow_links ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) != 0) return errno;
  fill_info(status, info);
  return 0;
}

char* FileBuffer::reserve(size_t capacity) {
  if (capacity > capacity_ || data_ == nullptr) {
    auto bigger = std::make_unique_for_overwrite<char[]>(capacity + kPadding);
    if (size_ != 0) std::memcpy(bigger.get(), data_.get(), size_);
    data_ = std::move(bigger);
    capacity_ = capacity;
  }
  return data_.get();
}

void FileBuffer::set_size(size_t size) {
  size_ = size;
  std::memset(data_.get() + size, 0, kPadding);
}

int read_descriptor(int descriptor, FileBuffer* buffer, uint64_t limit, size_t expected_size) {
  size_t size = 0;
  // One byte more than expected, so that the read that finds the end needs no more room.
  buffer->reserve(0);
  buffer->set_size(0);
  buffer->reserve(std::max<size_t>(std::min<uint64_t>(expected_size, limit) + 1, 4096));
  while (true) {
    if (size == buffer->capacity()) buffer->reserve(size * 2);
    const ssize_t got = read_retrying(descriptor, buffer->reserve(0) + size, buffer->capacity() - size);
    if (got < 0) return errno;
    size += static_cast<size_t>(got);
    if (size > limit) {
      buffer->set_size(0);
      return EFBIG;
    }
    buffer->set_size(size);
    // A regular file ends where it said; the read asked for more.
    if (got == 0 || (expected_size != 0 && size == expected_size)) return 0;
  }
}

int read_file(const std::string& path, FileBuffer* buffer, FileInfo* info, const ReadOptions& options) {
  if (has_nul(path)) return EINVAL;
  // Opening a FIFO waits for a writer, unless told not to.
  const int flags = O_RDONLY | O_NOCTTY | (options.only_regular ? O_NONBLOCK : 0);
  const Descriptor file(open_retrying(path.c_str(), flags));
  if (file.get() < 0) return errno;
  struct stat status;
  if (::fstat(file.get(), &status) != 0) return errno;
  FileInfo found;
  fill_info(status, &found);
  if (info != nullptr) *info = found;
  if (found.type == FileType::Directory) return EISDIR;
  const bool regular = found.type == FileType::Regular;
  if (options.only_regular && !regular) return EINVAL;
  if (regular && found.size > options.limit) return EFBIG;
  return read_descriptor(file.get(), buffer, options.limit, regular ? found.size : 0);
}

int read_start(const std::string& path, char* out, size_t count, size_t* got) {
  *got = 0;
  if (has_nul(path)) return EINVAL;
  const Descriptor file(open_retrying(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) return errno;
  while (*got < count) {
    const ssize_t read = read_retrying(file.get(), out + *got, count - *got);
    if (read < 0) return errno;
    if (read == 0) break;
    *got += static_cast<size_t>(read);
  }
  return 0;
}

int write_atomic(const std::string& path, std::string_view data, uint32_t mode, uint64_t unique,
                 WriteStep* failed_at) {
  constexpr int kAttempts = 16;
  auto fail = [&](WriteStep step, int error) {
    if (failed_at != nullptr) *failed_at = step;
    return error;
  };
  if (has_nul(path)) return fail(WriteStep::Open, EINVAL);
  std::string temporary;
  int opened = -1;
  for (int attempt = 0; attempt < kAttempts && opened < 0; ++attempt) {
    temporary = fmt::format("{}.{}", path, unique + static_cast<uint64_t>(attempt));
    opened = open_retrying(temporary.c_str(), O_EXCL | O_CREAT | O_WRONLY, mode & 0666);
    if (opened < 0 && errno != EEXIST) break;
  }
  if (opened < 0) return fail(WriteStep::Open, errno);
  Descriptor file(opened);
  WriteStep step = WriteStep::Write;
  int error = write_and_close(file, data);
  if (error == 0) {
    step = WriteStep::Rename;
    if (::rename(temporary.c_str(), path.c_str()) == 0) return 0;
    error = errno;
  }
  ::unlink(temporary.c_str());
  return fail(step, error);
}

uint64_t unique_number() {
  static std::atomic<uint64_t> counter{0};
  static const uint64_t start = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto ticks =
        static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
    uint64_t mixed = (ticks ^ (static_cast<uint64_t>(::getpid()) << 32)) * 0x9E3779B97F4A7C15u;
    mixed ^= mixed >> 29;
    return mixed >> 17;  // as long as an address: names on small file systems have limits
  }();
  // Steps leave room for the names that write_atomic tries next.
  return start + 16 * counter.fetch_add(1, std::memory_order_relaxed);
}

int make_directories(const std::string& path) {
  if (has_nul(path)) return EINVAL;
  FileInfo info;
  if (stat_file(path, &info) == 0) return info.type == FileType::Directory ? 0 : EEXIST;
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return ENOENT;
  const size_t slash = path.rfind('/', end);
  if (slash != std::string::npos && slash != 0) {
    const int error = make_directories(path.substr(0, slash));
    if (error != 0 && error != EEXIST) return error;
  }
  if (::mkdir(path.c_str(), 0777) == 0) return 0;
  const int error = errno;
  // Somebody else may have made it meanwhile.
  if (stat_file(path, &info) == 0 && info.type == FileType::Directory) return 0;
  return error;
}

int list_directory(const std::string& path, std::vector<DirectoryEntry>* entries) {
  if (has_nul(path)) return EINVAL;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return errno;
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") entries->push_back({std::string(name), listed_type(entry->d_type)});
    errno = 0;
  }
  const int error = errno;
  ::closedir(directory);
  return error;
}

std::string os_error_text(int error) {
  return fmt::format("[Errno {}] {}", error, std::strerror(error));
}

std::string os_error_text(int error, std::string_view path) {
  return os_error_text(error) + ": " + str_repr(decode_name(path));
}

std::string_view os_error_type(int error) {
  switch (error) {
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS:
      return "BlockingIOError";
    case EPIPE:
    case ESHUTDOWN:
      return "BrokenPipeError";
    case ECHILD:
      return "ChildProcessError";
    case ECONNABORTED:
      return "ConnectionAbortedError";
    case ECONNREFUSED:
      return "ConnectionRefusedError";
    case ECONNRESET:
      return "ConnectionResetError";
    case EEXIST:
      return "FileExistsError";
    case ENOENT:
      return "FileNotFoundError";
    case EISDIR:
      return "IsADirectoryError";
    case ENOTDIR:
      return "NotADirectoryError";
    case EINTR:
      return "InterruptedError";
    case EACCES:
    case EPERM:
      return "PermissionError";
    case ESRCH:
      return "ProcessLookupError";
    case ETIMEDOUT:
      return "TimeoutError";
    default:
      return "OSError";
  }
}

std::optional<std::string_view> line_of(std::string_view text, size_t number) {
  if (number == 0) return std::nullopt;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\n\r");
    if (--number == 0) return text.substr(0, end);
    if (end == std::string_view::npos) break;
    const bool two = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (two ? 2 : 1));
  }
  return std::nullopt;
}

std::optional<std::string> read_line_of_file(const std::string& path, size_t number) {
  FileBuffer buffer;
  if (read_file(path, &buffer, nullptr, {.only_regular = true}) != 0) return std::nullopt;
  const std::optional<std::string_view> line = line_of(buffer.bytes(), number);
  if (!line) return std::nullopt;
  return std::string(*line);
}

}  // namespace ouro
