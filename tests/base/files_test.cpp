#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "python_oracle.h"

namespace ouro {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/ouro_files_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string path(const std::string& name) const { return root_ + "/" + name; }
  static void write(const std::string& path, std::string_view data) {
    std::ofstream(path, std::ios::binary) << data;
  }
  size_t entries() const { return static_cast<size_t>(std::distance(fs::directory_iterator(root_), {})); }

  std::string root_;
};

TEST_F(Files, ReadsWholeFilesWithPadding) {
  FileBuffer buffer;
  for (const size_t size : {0, 1, 4095, 4096, 4097, 1000000, 5}) {
    const std::string data(size, 'x');
    write(path("a"), data);
    FileInfo info;
    ASSERT_EQ(read_file(path("a"), &buffer, &info), 0);
    EXPECT_EQ(buffer.bytes(), data);
    EXPECT_EQ(info.size, size);
    EXPECT_EQ(info.type, FileType::Regular);
    for (size_t i = 0; i < FileBuffer::kPadding; ++i) ASSERT_EQ(buffer.bytes().data()[size + i], '\0');
  }
}

TEST_F(Files, RefusesWhatIsNoFile) {
  FileBuffer buffer;
  EXPECT_EQ(read_file(path("none"), &buffer, nullptr), ENOENT);
  EXPECT_EQ(read_file(root_, &buffer, nullptr), EISDIR);
  EXPECT_EQ(read_file(std::string("a\0b", 3), &buffer, nullptr), EINVAL);
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_file(path("fifo"), &buffer, nullptr, {.only_regular = true}), EINVAL);
  EXPECT_EQ(read_file("/dev/zero", &buffer, nullptr, {.only_regular = true}), EINVAL);
  EXPECT_EQ(read_file("/dev/zero", &buffer, nullptr, {.limit = 100000}), EFBIG);
  EXPECT_EQ(read_file("/dev/null", &buffer, nullptr), 0);
  EXPECT_EQ(buffer.bytes(), "");
  write(path("big"), std::string(100, 'x'));
  EXPECT_EQ(read_file(path("big"), &buffer, nullptr, {.limit = 99}), EFBIG);
  ASSERT_EQ(symlink("loop", path("loop").c_str()), 0);
  EXPECT_EQ(read_file(path("loop"), &buffer, nullptr), ELOOP);
  std::thread writer([&] { write(path("fifo"), "through a pipe"); });
  EXPECT_EQ(read_file(path("fifo"), &buffer, nullptr), 0);
  writer.join();
  EXPECT_EQ(buffer.bytes(), "through a pipe");
}

TEST_F(Files, ReadsHeaders) {
  char bytes[16];
  size_t got = 0;
  write(path("a"), "0123456789");
  EXPECT_EQ(read_start(path("a"), bytes, 4, &got), 0);
  EXPECT_EQ(std::string_view(bytes, got), "0123");
  EXPECT_EQ(read_start(path("a"), bytes, 16, &got), 0);
  EXPECT_EQ(got, 10u);
  EXPECT_EQ(read_start(path("b"), bytes, 16, &got), ENOENT);
}

TEST_F(Files, PublishesAtomically) {
  const mode_t mask = umask(0022);
  FileInfo info;
  ASSERT_EQ(write_atomic(path("a.pyc"), "data", pyc_mode(0100755), unique_number()), 0);
  ASSERT_EQ(stat_file(path("a.pyc"), &info), 0);
  EXPECT_EQ(info.mode & 07777, 0644u);
  ASSERT_EQ(write_atomic(path("a.pyc"), "other", pyc_mode(0100400), unique_number()), 0);
  ASSERT_EQ(stat_file(path("a.pyc"), &info), 0);
  EXPECT_EQ(info.mode & 07777, 0600u);
  FileBuffer buffer;
  ASSERT_EQ(read_file(path("a.pyc"), &buffer, nullptr), 0);
  EXPECT_EQ(buffer.bytes(), "other");
  EXPECT_EQ(entries(), 1u);
  umask(mask);
}

TEST_F(Files, PublishingFailsCleanly) {
  WriteStep step{};
  EXPECT_EQ(write_atomic(path("no/a"), "data", 0644, 1, &step), ENOENT);
  EXPECT_EQ(step, WriteStep::Open);
  ASSERT_EQ(make_directories(path("dir")), 0);
  EXPECT_EQ(write_atomic(path("dir"), "data", 0644, 1, &step), EISDIR);
  EXPECT_EQ(step, WriteStep::Rename);
  EXPECT_EQ(entries(), 1u);
  write(path("a.7"), "left behind");
  EXPECT_EQ(write_atomic(path("a"), "data", 0644, 7), 0);
  EXPECT_EQ(entries(), 3u);
}

TEST_F(Files, MakesDirectories) {
  EXPECT_EQ(make_directories(path("a/b/c")), 0);
  EXPECT_EQ(make_directories(path("a/b/c/")), 0);
  EXPECT_EQ(make_directories(path("a/d//e/")), 0);
  write(path("file"), "");
  EXPECT_EQ(make_directories(path("file")), EEXIST);
  EXPECT_EQ(make_directories(path("file/x")), ENOTDIR);
  EXPECT_EQ(make_directories(""), ENOENT);
  EXPECT_EQ(symlink("b", path("a/link").c_str()), 0);
  write(path("a/file"), "");
  std::vector<DirectoryEntry> entries;
  EXPECT_EQ(list_directory(path("a"), &entries), 0);
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  const std::pair<const char*, FileType> expected[] = {{"b", FileType::Directory},
                                                       {"d", FileType::Directory},
                                                       {"file", FileType::Regular},
                                                       {"link", FileType::Symlink}};
  ASSERT_EQ(entries.size(), std::size(expected));
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].name, expected[i].first);
    EXPECT_EQ(entries[i].type.value_or(expected[i].second), expected[i].second);
  }
  EXPECT_EQ(list_directory(path("none"), &entries), ENOENT);
}

TEST_F(Files, StatSeesLinksAndTimes) {
  write(path("a"), "abc");
  ASSERT_EQ(symlink("a", path("link").c_str()), 0);
  const timespec times[2] = {{1, 0}, {-2, 500000000}};
  ASSERT_EQ(utimensat(AT_FDCWD, path("a").c_str(), times, 0), 0);
  FileInfo info;
  ASSERT_EQ(stat_file(path("link"), &info), 0);
  EXPECT_EQ(info.type, FileType::Regular);
  EXPECT_EQ(info.size, 3u);
  EXPECT_EQ(info.mtime, -2);
  EXPECT_EQ(info.mtime_nanoseconds, 500000000u);
  ASSERT_EQ(stat_file(path("link"), &info, false), 0);
  EXPECT_EQ(info.type, FileType::Symlink);
}

TEST(OsErrors, AreWordedLikePythons) {
  OURO_NEEDS_PYTHON();
  const auto output = test::run_python(R"(
import os, sys
sys.stdout.reconfigure(errors='surrogatepass')
for n in range(1, 134):
    e = OSError(n, os.strerror(n), os.fsdecode(b"it's \xff\n\xc3\xa9.py"))
    print(type(e).__name__, str(e), str(OSError(n, os.strerror(n))), sep='\t')
)");
  ASSERT_TRUE(output.has_value());
  std::string got;
  for (int n = 1; n < 134; ++n)
    got += std::string(os_error_type(n)) + "\t" + os_error_text(n, "it's \xff\n\xc3\xa9.py") + "\t" +
           os_error_text(n) + "\n";
  EXPECT_EQ(got, *output);
}

TEST(Lines, AreCountedFromOne) {
  EXPECT_EQ(line_of("a\nb\r\nc\rd", 1), "a");
  EXPECT_EQ(line_of("a\nb\r\nc\rd", 2), "b");
  EXPECT_EQ(line_of("a\nb\r\nc\rd", 3), "c");
  EXPECT_EQ(line_of("a\nb\r\nc\rd", 4), "d");
  EXPECT_EQ(line_of("a\nb\r\nc\rd", 5), std::nullopt);
  EXPECT_EQ(line_of("a\n", 2), std::nullopt);
  EXPECT_EQ(line_of("\n\n", 2), "");
  EXPECT_EQ(line_of("a", 0), std::nullopt);
}

}  // namespace
}  // namespace ouro
