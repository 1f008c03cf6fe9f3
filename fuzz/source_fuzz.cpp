// Any bytes as source: decoder, lexer, both parsers, folding, symbols, code generation, assembly, marshal. A
// file is either rejected with an error that has a message, or compiled to code that the verifier accepts and
// that reads back from its own marshal bytes; the reference parser accepts exactly what the fast one does or
// fell back for, with the same tree.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/thread_pool.h"
#include "bytecode/verify.h"
#include "compiler/compile.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"
#include "syntax/dump.h"

namespace {

using namespace ouro;  // NOLINT: a fuzzer speaks of everything

void check(bool condition) {
  if (!condition) std::abort();
}

void compile_at(std::string_view bytes, int level) {
  static Workspace workspace;
  workspace.rewind();
  compiler::CompileOptions options;
  options.optimize = level;
  const auto code = compiler::compile_source(workspace, bytes, "fuzz.py", options);
  if (!code.ok()) {
    check(code.error() != nullptr);
    return;
  }
  check(!verify_code(*code.value(), kPython311));
  pyc::ByteBuffer out;
  if (!pyc::write_marshal(workspace, *code.value(), out).ok()) return;
  Workspace other;
  check(pyc::read_marshal(other, out.view(), {.expansion_base = UINT64_MAX / 4}).code != nullptr);
}

void compare_parsers(std::string_view bytes) {
  static Workspace one;
  static Workspace two;
  one.rewind();
  two.rewind();
  const auto text = syntax::decode_source(one, bytes, "fuzz.py");
  if (!text.ok()) return;
  syntax::Module* fast = syntax::parse_fast(one, text.value(), {});
  const auto reference = syntax::parse_reference(two, text.value(), {});
  if (fast == nullptr) return;
  check(reference.ok());
  check(syntax::dump(one, *fast, true) == syntax::dump(two, *reference.value(), true));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  compile_at(bytes, 0);
  compile_at(bytes, 2);
  compare_parsers(bytes);
  return 0;
}
