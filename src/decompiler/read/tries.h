// What tries.cpp, withs.cpp and unwinding.cpp share.
#pragma once

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

/// A handler, the code it protects being what stands in front of it:
///   …  handler: PUSH_EXC_INFO …  cleanup: COPY 3; POP_EXCEPT; RERAISE 1  exit: …
struct Reader::Protection {
  uint32_t handler = kNone;
  uint32_t cleanup = kNone;
  uint32_t exit = kNone;
  HandlerKind kind = HandlerKind::None;
  Position range;  // of the try statement, where its NOP told it
};

/// One except clause.
struct Reader::Clause {
  uint32_t first = kNone;  // of its type, or of its body's POP_TOP
  uint32_t check = kNone;  // CHECK_EXC_MATCH; kNone: a bare except
  uint32_t body = kNone;   // what takes the exception: POP_TOP or the store of the name
  uint32_t next = kNone;   // the clause behind it, or where the exception is raised again
  Position range;
};

struct Reader::TryParts {
  bool star = false;
  StmtList body;
  std::vector<syntax::ExceptHandler*> handlers;
  StmtList orelse;
  StmtList final_body;
};

/// What a return, break or continue makes of the constructs around it.
struct Reader::Leaving {
  enum class Kind : uint8_t {
    None,     // nothing of that kind is there
    Nothing,  // a copy of the normal end
    Return,
    Break,
    Continue,
  };
  Kind kind = Kind::None;
  uint32_t end = kNone;       // behind its last instruction
  bool kept = false;          // the returned value lies on the stack
  bool cut = false;           // the body of a finally leaves in turn
  bool undoes = false;        // some construct needs undoing
  uint32_t exit = kNone;      // behind the last finally body
  uint32_t resume = kNone;    // where reading goes on, when what leaves stands inside a copy
  uint32_t constant = kNone;  // the LOAD_CONST of a returned constant
  Position position;          // of the statement, or of the constant; line 0: not known
  Position statement;         // of the statement, where position is the constant's
};

}  // namespace ouro::decompiler
