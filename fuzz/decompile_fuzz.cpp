// Any bytes as a .pyc, decompiled: the source must be valid, and what is said about it true. Inputs are
// mutated as code objects mostly (code_mutator.h), seldom as bytes.
//
// A verdict is checked by compiling the source once more, in a fresh workspace, and comparing bytes, not by
// the comparison that gave the verdict.
//
//   decompile_fuzz -timeout=10 -max_len=65536 CORPUS SEEDS      (seeds: any .pyc files)
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "compiler/compile.h"
#include "decompiler/prove/decompile.h"
#include "fuzz/code_mutator.h"
#include "pyc/header.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using namespace ouro;
using decompiler::Verdict;

[[noreturn]] void complain(std::string_view what, const decompiler::Decompiled& result) {
  std::fprintf(stderr, "decompile_fuzz: %.*s\n%s\n", static_cast<int>(what.size()), what.data(),
               result.source.c_str());
  std::abort();
}

void flatten(const CodeObject& code, std::vector<const CodeObject*>& codes) {
  codes.push_back(&code);
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) flatten(*constant->code, codes);
}

void append_number(uint64_t number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_value(const Constant& value, std::string& out) {
  append_number(static_cast<uint64_t>(value.kind), out);
  append_number(value.size, out);
  switch (value.kind) {
    case ConstantKind::Int:
      out += value.negative ? '-' : '+';
      for (const uint64_t limb : value.magnitude()) append_number(limb, out);
      break;
    case ConstantKind::Float:
    case ConstantKind::Complex:
      append_number(std::bit_cast<uint64_t>(value.real), out);
      append_number(std::bit_cast<uint64_t>(value.imag), out);
      break;
    case ConstantKind::Str:
    case ConstantKind::Bytes:
      out += value.text();
      break;
    case ConstantKind::Tuple:
      for (const Constant* item : value.elements()) append_value(*item, out);
      break;
    default:  // sets have an order of their own
      break;
  }
}

/// What a code object says, without the code objects inside it and without positions.
std::string content(const CodeObject& code) {
  std::string out;
  for (const int32_t number : {code.arg_count, code.positional_only_count, code.keyword_only_count,
                               code.stack_size, static_cast<int32_t>(code.flags)})
    append_number(static_cast<uint64_t>(number), out);
  for (const Constant* field :
       {code.code, code.consts, code.names, code.locals_plus_names, code.locals_plus_kinds, code.filename,
        code.name, code.qualified_name, code.exception_table})
    append_value(*field, out);
  return out;
}

void check_code(const CodeObject& original, const CodeObject& ours, Verdict verdict,
                const decompiler::Decompiled& result) {
  if (verdict == Verdict::Unproven) return;
  if (content(original) != content(ours)) complain("other content", result);
  if (verdict == Verdict::Exact &&
      (original.first_line != ours.first_line || original.line_table->text() != ours.line_table->text()))
    complain("exact, but other positions", result);
}

void check(const CodeObject& original, std::string_view marshal, const decompiler::Decompiled& result) {
  Workspace fresh;
  compiler::CompileOptions options;
  options.filename = original.filename->text();
  options.file_bytes = result.source;
  const auto code = compiler::compile_source(fresh, result.source, options.filename, options);
  if (!code.ok()) complain(code.error()->message, result);
  if (result.verdict == Verdict::Exact) {
    pyc::ByteBuffer bytes;
    if (!pyc::write_marshal(fresh, *code.value(), bytes).ok() || bytes.view() != marshal)
      complain("exact, but other bytes", result);
  }
  std::vector<const CodeObject*> theirs;
  std::vector<const CodeObject*> ours;
  if (result.codes.at(0).verdict == Verdict::Unproven) return;
  flatten(original, theirs);
  flatten(*code.value(), ours);
  if (result.verdict != Verdict::Unproven && theirs.size() != ours.size())
    complain("another number of code objects", result);
  if (theirs.size() != ours.size() || theirs.size() != result.codes.size()) return;
  for (size_t i = 0; i < theirs.size(); ++i)
    check_code(*theirs[i], *ours[i], result.codes[i].verdict, result);
}

void decompile_one(std::string_view bytes) {
  if (bytes.size() < pyc::kHeaderSize) return;
  Workspace workspace;
  const std::string_view data = bytes.substr(pyc::kHeaderSize);
  const pyc::MarshalResult read = pyc::read_marshal(workspace, data);
  if (read.code == nullptr) return;
  decompiler::DecompileOptions options;
  options.marshal = data.substr(0, read.consumed);
  check(*read.code, options.marshal, decompiler::decompile(workspace, *read.code, options));
  options.clean = true;
  const decompiler::Decompiled clean = decompiler::decompile(workspace, *read.code, options);
  Workspace fresh;
  compiler::CompileOptions compile_options;
  compile_options.file_bytes = clean.source;
  const auto code = compiler::compile_source(fresh, clean.source, "m.py", compile_options);
  if (!code.ok()) complain(code.error()->message, clean);
}

std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (seed % 16 != 0) {
    pyc::ByteBuffer out;
    if (fuzz::mutate_pyc(text_of(data, size), {}, seed, out) && out.size() <= max_size) {
      std::memcpy(data, out.view().data(), out.size());
      return out.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* first, size_t first_size, const uint8_t* second,
                                            size_t second_size, uint8_t* out, size_t max_size,
                                            unsigned seed) {
  pyc::ByteBuffer mixed;
  if (!fuzz::mutate_pyc(text_of(first, first_size), text_of(second, second_size), seed, mixed)) return 0;
  if (mixed.size() > max_size) return 0;
  std::memcpy(out, mixed.view().data(), mixed.size());
  return mixed.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  run_with_worker_stack([&] { decompile_one(text_of(data, size)); });
  return 0;
}
