// Reader, writer, verifier and disassembler on what CPython writes.
#include <gtest/gtest.h>

#include <random>

#include "bytecode/disassemble.h"
#include "bytecode/verify.h"
#include "oracle.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

namespace ouro::pyc {
namespace {

TEST(MarshalOracle, WritesWhatItRead) {
  OURO_REQUIRE_PYTHON();
  Workspace workspace;
  for (const OracleFile& file : oracle_files()) {
    workspace.rewind();
    const std::string_view body = std::string_view(file.pyc).substr(16);
    const MarshalResult read = read_marshal(workspace, body);
    ASSERT_NE(read.code, nullptr) << file.name << ": " << read.error.message << " at " << read.error.offset;
    EXPECT_EQ(read.consumed, body.size());
    // Twice, because the writer must leave nothing behind in the constants.
    for (int i = 0; i < 2; ++i) {
      ByteBuffer out;
      ASSERT_TRUE(write_marshal(workspace, *read.code, out).ok()) << file.name;
      ASSERT_TRUE(out.view() == body) << file.name << ": other bytes";
    }
  }
  EXPECT_GT(oracle_files().size(), 80u);
}

TEST(MarshalOracle, DisassemblesAsDis) {
  OURO_REQUIRE_PYTHON();
  Workspace workspace;
  size_t with_hashed_addresses = 0;
  for (const OracleFile& file : oracle_files()) {
    workspace.rewind();
    const MarshalResult read = read_marshal(workspace, std::string_view(file.pyc).substr(16));
    ASSERT_NE(read.code, nullptr) << file.name;
    const auto error = verify_code(*read.code, kPython311);
    ASSERT_FALSE(error) << file.name << ": " << error->text();
    std::string text;
    disassemble(*read.code, kPython311, [&](std::string_view piece) { text += piece; });
    if (text == file.text) continue;
    // The order of a frozenset with None in it depends on where None lies in memory: no two builds agree.
    size_t at = 0;
    while (text[at] == file.text[at]) ++at;
    const size_t start = text.rfind('\n', at) + 1;
    const std::string line = text.substr(start, text.find('\n', at) - start);
    EXPECT_TRUE(line.find("frozenset(") != std::string::npos && line.find("None") != std::string::npos)
        << file.name << ": " << line;
    ++with_hashed_addresses;
  }
  EXPECT_LT(with_hashed_addresses, 20u);
}

// Whatever happens to the bytes, reading ends in an error or in a code object that can be shown and written.
TEST(MarshalOracle, SurvivesMutants) {
  OURO_REQUIRE_PYTHON();
  std::mt19937 random(311);
  Workspace workspace;
  size_t read_count = 0;
  size_t verified = 0;
  for (size_t i = 0; i < 12000; ++i) {
    const OracleFile& file = oracle_files()[random() % oracle_files().size()];
    std::string body = file.pyc.substr(16, 20000);
    for (unsigned changes = random() % 4; changes-- > 0;)
      body[random() % body.size()] = static_cast<char>(random());
    if (random() % 4 == 0) body.resize(random() % body.size());
    if (random() % 8 == 0) body.insert(random() % body.size(), body.substr(random() % body.size(), 100));
    workspace.rewind();
    const MarshalResult read =
        read_marshal(workspace, body, {.expansion_base = 1 << 20, .expansion_factor = 16});
    if (read.code == nullptr) {
      EXPECT_FALSE(read.error.message.empty());
      EXPECT_LE(read.error.offset, body.size());
      continue;
    }
    ++read_count;
    ByteBuffer out;
    EXPECT_TRUE(write_marshal(workspace, *read.code, out).ok());
    if (verify_code(*read.code, kPython311)) continue;
    ++verified;
    size_t size = 0;
    disassemble(*read.code, kPython311, [&](std::string_view piece) { size += piece.size(); });
    JsonWriter json;
    disassemble_json(*read.code, kPython311, json);
    EXPECT_GT(size, 0u);
  }
  EXPECT_GT(read_count, 100u);
  EXPECT_GT(verified, 50u);
}

constexpr const char* kLoadScript = R"PY(
import marshal, sys
for line in sys.stdin:
    try:
        marshal.loads(bytes.fromhex(line))
        print('ok')
    except Exception as error:
        print(type(error).__name__ + ': ' + str(error))
)PY";

// Truncated and damaged values get CPython's own errors.
TEST(MarshalOracle, SaysWhatCPythonSays) {
  OURO_REQUIRE_PYTHON();
  std::mt19937 random(552);
  std::vector<std::string> inputs;
  std::string hex;
  for (size_t i = 0; i < 3000; ++i) {
    const OracleFile& file = oracle_files()[random() % oracle_files().size()];
    std::string body = file.pyc.substr(16);
    if (body.size() > 6000) continue;
    const size_t at = random() % body.size();
    if (random() % 2 == 0)
      body.resize(at);
    else
      body[at] = static_cast<char>(random());
    for (const char ch : body) {
      constexpr char kDigits[] = "0123456789abcdef";
      hex += kDigits[static_cast<unsigned char>(ch) >> 4];
      hex += kDigits[static_cast<unsigned char>(ch) & 15];
    }
    hex += '\n';
    inputs.push_back(std::move(body));
  }
  ASSERT_GT(inputs.size(), 200u);
  const std::string output = run_python(*find_python(), kLoadScript, hex);
  std::string_view rest = output;
  Workspace workspace;
  for (const std::string& input : inputs) {
    const size_t line = rest.find('\n');
    ASSERT_NE(line, std::string_view::npos);
    const std::string_view expected = rest.substr(0, line);
    rest.remove_prefix(line + 1);
    workspace.rewind();
    const MarshalResult read = read_marshal(workspace, input);
    const std::string got =
        read.code != nullptr ? "ok" : std::string(read.error.type) + ": " + std::string(read.error.message);
    // What CPython accepts, or words as an internal error, and we refuse: lists and the like, objects that
    // contain themselves, fields of the wrong type.
    const bool ours = got.starts_with("SystemError: bad marshal data") ||
                      got.ends_with("inside a code object)") ||
                      got.starts_with("ImportError: Non-code object") ||
                      (expected == "ok" && got.ends_with("(invalid reference)")) ||
                      expected.starts_with("TypeError: unhashable type");
    if (!ours) {
      EXPECT_EQ(got, expected);
    }
  }
}

}  // namespace
}  // namespace ouro::pyc
