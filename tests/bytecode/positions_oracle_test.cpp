// Position and exception tables of the standard library, against what CPython itself reads in them.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>

#include "../python.h"
#include "bytecode/exceptions.h"
#include "bytecode/positions.h"

namespace ouro {
namespace {

constexpr const char* kScript = R"PY(
import dis, glob, itertools, os, warnings
warnings.simplefilter('ignore')
def show(code):
    none = lambda v: -1 if v is None else v
    runs = ';'.join('%d*%d:%d:%d:%d' % (len(list(group)), *map(none, key))
                    for key, group in itertools.groupby(code.co_positions()))
    handlers = ';'.join('%d:%d:%d:%d:%d' % (e.start // 2, e.end // 2, e.target // 2, e.depth, e.lasti)
                        for e in dis._parse_exception_table(code))
    print(code.co_firstlineno, code.co_linetable.hex() or '-', code.co_exceptiontable.hex() or '-', runs or '-',
          handlers or '-')
    for const in code.co_consts:
        if hasattr(const, 'co_code'): show(const)
for path in sorted(glob.glob(os.path.dirname(os.__file__) + '/*.py'))[:50]:
    with open(path, 'rb') as file: show(compile(file.read(), path, 'exec'))
)PY";

std::string output_of(const std::string& python) {
  const std::filesystem::path script = std::filesystem::temp_directory_path() / "ouro_positions_oracle.py";
  std::FILE* file = std::fopen(script.c_str(), "w");
  if (file == nullptr) return {};
  std::fputs(kScript, file);
  std::fclose(file);
  std::string output;
  if (std::FILE* pipe = popen((python + " -I " + script.string()).c_str(), "r")) {
    char buffer[65536];
    while (const size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, size);
    pclose(pipe);
  }
  return output;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string show_positions(const std::string& table, int32_t first_line) {
  std::ostringstream out;
  PositionReader reader(table, first_line);
  PositionRange range;
  Position last;
  uint32_t count = 0;
  auto flush = [&] {
    if (count == 0) return;
    if (out.tellp() > 0) out << ';';
    out << count << '*' << last.line << ':' << last.end_line << ':' << last.column << ':' << last.end_column;
    count = 0;
  };
  while (reader.next(&range)) {
    if (range.position != last) flush();
    last = range.position;
    count += range.end - range.start;
  }
  flush();
  return reader.malformed() ? "malformed" : out.str();
}

std::string show_exceptions(const std::string& table) {
  std::ostringstream out;
  ExceptionTableReader reader(table);
  for (ExceptionRange range; reader.next(&range);) {
    if (out.tellp() > 0) out << ';';
    out << range.start << ':' << range.end << ':' << range.target << ':' << range.depth << ':' << range.lasti;
  }
  return reader.malformed() ? "malformed" : out.str();
}

// What was read, written again: both tables have one spelling only.
std::string rewrite_positions(const std::string& table, int32_t first_line) {
  Arena arena;
  PositionWriter writer(arena, first_line);
  PositionReader reader(table, first_line);
  for (PositionRange range; reader.next(&range);) writer.add(range.position, range.end - range.start);
  return std::string(writer.bytes());
}

std::string rewrite_exceptions(const std::string& table) {
  Arena arena;
  ExceptionTableWriter writer(arena);
  ExceptionTableReader reader(table);
  for (ExceptionRange range; reader.next(&range);) writer.add(range);
  return std::string(writer.bytes());
}

TEST(PositionsOracle, StandardLibrary) {
  const std::optional<std::string> python = test::find_python();
  if (!python) GTEST_SKIP() << "python3.11 not found";
  std::istringstream lines(output_of(*python));
  int32_t first_line = 0;
  std::string line_table, exception_table, positions, exceptions;
  size_t count = 0;
  while (lines >> first_line >> line_table >> exception_table >> positions >> exceptions) {
    const auto plain = [](const std::string& field) { return field == "-" ? std::string() : field; };
    const std::string line_bytes = from_hex(plain(line_table));
    const std::string exception_bytes = from_hex(plain(exception_table));
    ASSERT_EQ(show_positions(line_bytes, first_line), plain(positions));
    ASSERT_EQ(rewrite_positions(line_bytes, first_line), line_bytes);
    ASSERT_EQ(show_exceptions(exception_bytes), plain(exceptions));
    ASSERT_EQ(rewrite_exceptions(exception_bytes), exception_bytes);
    ++count;
  }
  EXPECT_GT(count, 500u);
}

}  // namespace
}  // namespace ouro
