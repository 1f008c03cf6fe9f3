// Marshal bytes → code object. Any bytes at all may be given: what is not a well-formed code object is an
// error with the offset where it was noticed.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "pyc/code_layout.h"

namespace ouro::pyc {

/// What was wrong with marshal data or with a .pyc header.
struct ReadError {
  std::string_view type;     // the Python exception, e.g. "EOFError"
  std::string_view message;  // CPython's where it has one; in the workspace's arena or static
  uint64_t offset = 0;       // in the bytes given to the reader
};

struct MarshalReadOptions {
  const CodeLayout* layout = &kCodeLayout311;
  /// Back references can make a small file stand for an astronomically large tree of objects, which CPython
  /// reads without complaint and then can't print. The tree's size in bytes, everything counted as often as
  /// it is referenced, may be at most `expansion_base` + `expansion_factor` times the size of the data.
  uint64_t expansion_base = uint64_t{64} << 20;
  uint64_t expansion_factor = 256;
};

struct MarshalResult {
  const CodeObject* code = nullptr;  // null: see error
  size_t consumed = 0;               // bytes of the data that the object took
  ReadError error;
};

/// Reads one code object, as `marshal.loads` does. It lives in the workspace; memory stays within a small
/// multiple of the data's size. Where the data refers back to an object, the result holds the same Constant.
MarshalResult read_marshal(Workspace& workspace, std::string_view data,
                           const MarshalReadOptions& options = {});

}  // namespace ouro::pyc
