// Any bytes as a .pyc: header, marshal data, verifier, writer, both forms of the disassembler. What the
// verifier accepts must be shown without a fault; what was read must be written, and read again as the same
// bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/workspace.h"
#include "bytecode/disassemble.h"
#include "bytecode/verify.h"
#include "pyc/header.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

namespace {

void check(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ouro;
  using namespace ouro::pyc;
  static Workspace workspace;
  workspace.rewind();
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto header = read_header(bytes)) bytes.remove_prefix(header->size);
  const MarshalReadOptions options = {.expansion_base = uint64_t{1} << 20, .expansion_factor = 16};
  const MarshalResult read = read_marshal(workspace, bytes, options);
  if (read.code == nullptr) {
    check(!read.error.message.empty() && read.error.offset <= bytes.size());
    return 0;
  }
  ByteBuffer first;
  if (!write_marshal(workspace, *read.code, first).ok()) return 0;
  Workspace other;
  const MarshalResult again = read_marshal(other, first.view(), {.expansion_base = UINT64_MAX / 4});
  check(again.code != nullptr);
  ByteBuffer second;
  check(write_marshal(other, *again.code, second).ok() && first.view() == second.view());
  if (verify_code(*read.code, kPython311)) return 0;
  size_t length = 0;
  disassemble(*read.code, kPython311, [&](std::string_view piece) { length += piece.size(); });
  JsonWriter json;
  disassemble_json(*read.code, kPython311, json);
  check(length > 0 && json.text().size() > 0);
  return 0;
}
