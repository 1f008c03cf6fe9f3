// Any bytes as a .pyc, decompiled: the source must be valid, and what is said about it true. Inputs are
// mutated as code objects mostly (code_mutator.h), seldom as bytes.
//
// A verdict is checked by compiling the source once more, in a fresh workspace, and comparing bytes, not by
// the comparison that gave the verdict.
//
//   decompile_fuzz -timeout=10 -max_len=65536 CORPUS SEEDS      (seeds: any .pyc files)
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/thread_pool.h"
#include "compiler/compile.h"
#include "decompiler/prove/columns.h"
#include "decompiler/prove/decompile.h"
#include "fuzz/code_mutator.h"
#include "pyc/header.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

namespace {

using namespace ouro;
using decompiler::Verdict;

[[noreturn]] void complain(std::string_view what, const decompiler::Decompiled& result) {
  std::fprintf(stderr, "decompile_fuzz: %.*s\n%s\n", static_cast<int>(what.size()), what.data(),
               result.source.c_str());
  std::abort();
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

using Codes = std::vector<const CodeObject*>;

Codes inner_codes(const CodeObject& code) {
  Codes found;
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) found.push_back(constant->code);
  return found;
}

/// The code objects in a body of which only definitions are left, each behind those of its name that stand in
/// front of it.
using ByName = std::unordered_map<std::string_view, Codes>;

ByName codes_by_name(const CodeObject& code) {
  Codes codes = inner_codes(code);
  std::ranges::reverse(codes);
  std::stable_sort(codes.begin(), codes.end(),
                   [](const CodeObject* a, const CodeObject* b) { return a->first_line > b->first_line; });
  ByName found;
  for (const CodeObject* one : codes) found[one->qualified_name->text()].push_back(one);
  return found;
}

/// Goes through the original's code objects in the order of the verdicts, and compares each that has a good
/// one with what the text compiles to.
class Checker {
 public:
  explicit Checker(const decompiler::Decompiled& result) : result_(result) {}

  void tree(const CodeObject& original, const CodeObject* ours) {
    if (next_ >= result_.codes.size()) return;
    const Verdict verdict = result_.codes[next_++].verdict;
    if (verdict != Verdict::Unproven) one(original, ours, verdict);
    const Codes mine = inner_codes(original);
    if (ours == nullptr) {
      for (const CodeObject* code : mine) tree(*code, nullptr);
    } else if (verdict != Verdict::Unproven) {
      const Codes theirs = inner_codes(*ours);
      if (theirs.size() != mine.size()) complain("another number of code objects", result_);
      for (size_t i = 0; i < mine.size(); ++i) tree(*mine[i], theirs[i]);
    } else {
      definitions(original, *ours);
    }
  }

 private:
  void definitions(const CodeObject& original, const CodeObject& ours) {
    const ByName mine = codes_by_name(original);
    const ByName theirs = codes_by_name(ours);
    for (const CodeObject* code : inner_codes(original)) {
      const std::string_view name = code->qualified_name->text();
      const Codes& same = mine.at(name);
      const auto from_end = static_cast<size_t>(same.end() - std::ranges::find(same, code));
      const auto found = theirs.find(name);
      const bool there = found != theirs.end() && found->second.size() >= from_end;
      tree(*code, there ? *(found->second.end() - static_cast<ptrdiff_t>(from_end)) : nullptr);
    }
  }

  void one(const CodeObject& original, const CodeObject* ours, Verdict verdict) {
    if (ours == nullptr) complain("proven, but not there", result_);
    if (content(original) != content(*ours)) complain("other content", result_);
    if (verdict == Verdict::Exact &&
        (original.first_line != ours->first_line || original.line_table->text() != ours->line_table->text()))
      complain("exact, but other positions", result_);
  }

  const decompiler::Decompiled& result_;
  size_t next_ = 0;
};

/// The same memory for each input, as it was at first: an arena is costly to make.
Workspace& fresh_workspace() {
  static Workspace workspace;
  workspace.rewind();
  return workspace;
}

void check(const CodeObject& original, std::string_view marshal, const decompiler::Decompiled& result) {
  Workspace& fresh = fresh_workspace();
  compiler::CompileOptions options;
  options.filename = original.filename->text();
  options.file_bytes = result.source;
  const auto code = compiler::compile_source(fresh, result.source, options.filename, options);
  if (!code.ok()) complain(code.error()->message, result);
  if (decompiler::has_no_columns(original)) decompiler::forget_columns(fresh, *code.value());
  if (result.verdict == Verdict::Exact) {
    pyc::ByteBuffer bytes;
    if (!pyc::write_marshal(fresh, *code.value(), bytes).ok() || bytes.view() != marshal)
      complain("exact, but other bytes", result);
  }
  Checker(result).tree(original, code.value());
}

void check_clean(const decompiler::Decompiled& clean) {
  Workspace& fresh = fresh_workspace();
  compiler::CompileOptions options;
  options.file_bytes = clean.source;
  const auto code = compiler::compile_source(fresh, clean.source, "m.py", options);
  if (!code.ok()) complain(code.error()->message, clean);
}

void decompile_one(std::string_view bytes) {
  if (bytes.size() < pyc::kHeaderSize) return;
  static Workspace workspace;
  static decompiler::Decompiler decompiler;
  workspace.rewind();
  const std::string_view data = bytes.substr(pyc::kHeaderSize);
  const pyc::MarshalResult read = pyc::read_marshal(workspace, data);
  if (read.code == nullptr) return;
  decompiler::DecompileOptions options;
  options.marshal = data.substr(0, read.consumed);
  // One of the styles: both would take twice the time.
  options.clean = std::hash<std::string_view>()(bytes) % 4 == 0;
  const decompiler::Decompiled result = decompiler.decompile(workspace, *read.code, options);
  if (options.clean)
    check_clean(result);
  else
    check(*read.code, options.marshal, result);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  run_with_worker_stack([&] { decompile_one(fuzz::text_of(data, size)); });
  return 0;
}
