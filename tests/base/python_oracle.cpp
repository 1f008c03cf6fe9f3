#include "python_oracle.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/bigint.h"

namespace ouro::test {

std::optional<std::string> run_python(std::string_view script) {
  char name[] = "/tmp/ouro_test_XXXXXX";
  const int descriptor = mkstemp(name);
  if (descriptor < 0) return std::nullopt;
  close(descriptor);
  std::ofstream(name) << script;
  const std::string command =
      "PYTHONHASHSEED=0 PYTHONIOENCODING=utf-8 " + find_python().value_or("false") + " -X utf8 " + name;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string output;
  std::array<char, 65536> buffer;
  while (const size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), got);
  const int status = pclose(pipe);
  std::remove(name);
  if (status != 0) return std::nullopt;
  return output;
}

std::vector<std::vector<std::string>> run_python_table(std::string_view script) {
  std::vector<std::vector<std::string>> rows;
  const std::optional<std::string> output = run_python(script);
  EXPECT_TRUE(output.has_value()) << "the oracle's script failed";
  std::istringstream lines(output.value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string>& row = rows.emplace_back();
    for (std::string word; words >> word;) row.push_back(word);
  }
  return rows;
}

const char* const kEncodeConstant = R"(
import struct, random, sys
sys.set_int_max_str_digits(0)
def bits(x): return '%d' % struct.unpack('<Q', struct.pack('<d', x))[0]
def enc(v):
    if v is None: return 'N'
    if v is ...: return 'E'
    if v is True: return 'T'
    if v is False: return 'F'
    if type(v) is int: return 'i %s%x' % ('-' if v < 0 else '+', abs(v))
    if type(v) is float: return 'f ' + bits(v)
    if type(v) is complex: return 'c %s %s' % (bits(v.real), bits(v.imag))
    if type(v) is str: return 's ' + (v.encode('utf-8', 'surrogatepass').hex() or '-')
    if type(v) is bytes: return 'b ' + (v.hex() or '-')
    if type(v) is tuple: return ' '.join(['t %d' % len(v), *map(enc, v)])
    if type(v) is frozenset: return ' '.join(['z %d' % len(v), *map(enc, v)])
    raise TypeError(v)
)";

std::string from_hex(std::string_view digits) {
  std::string bytes;
  if (digits == "-") return bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

namespace {

double read_double(const std::string& word) {
  return std::bit_cast<double>(static_cast<uint64_t>(std::stoull(word)));
}

const Constant* read_items(Constants& constants, const std::vector<std::string>& words, size_t* next,
                           bool tuple) {
  const size_t count = std::stoul(words.at((*next)++));
  std::vector<const Constant*> items;
  for (size_t i = 0; i < count; ++i) items.push_back(read_constant(constants, words, next));
  return tuple ? constants.tuple(items) : constants.frozen_set(items);
}

}  // namespace

const Constant* read_constant(Constants& constants, const std::vector<std::string>& words, size_t* next) {
  switch (words.at((*next)++)[0]) {
    case 'E':
      return constants.ellipsis();
    case 'T':
      return constants.boolean(true);
    case 'F':
      return constants.boolean(false);
    case 'i': {
      const std::string& word = words.at((*next)++);
      const Constant* value = int_parse(constants, std::string_view(word).substr(1), 16);
      return word[0] == '-' ? int_negate(constants, int_view(*value)) : value;
    }
    case 'f':
      return constants.floating(read_double(words.at((*next)++)));
    case 'c': {
      const double real = read_double(words.at((*next)++));
      return constants.complex(real, read_double(words.at((*next)++)));
    }
    case 's':
      return constants.str(from_hex(words.at((*next)++)));
    case 'b':
      return constants.bytes(from_hex(words.at((*next)++)));
    case 't':
      return read_items(constants, words, next, true);
    case 'z':
      return read_items(constants, words, next, false);
    default:
      return constants.none();
  }
}

}  // namespace ouro::test
