// From a unit of instructions to a code object.
//
// The order of things here is part of the result. The target's passes (see compiler/flow/flow.h) bring the
// instructions into their final form; then jumps are resolved and the bytes written; then the tuples and byte
// strings of the code object go through the constant cache, one after the other, because whichever object
// comes first is the one that later equal ones share, and marshal writes down who shares what:
//
//   - the exception and position tables are shared with equal byte strings, the instructions are not: CPython
//     keeps them inside the code object and makes a bytes object of them at each request;
//   - the tuples of names, constants and locals are shared with equal tuples, also with tuples in the
//   program;
//   - the kinds of the locals are never shared;
//   - names and name-like constants are interned last, inside the shared tuples.
#include <algorithm>

#include "compiler/assemble/emit.h"
#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

class CodeBuilder {
 public:
  explicit CodeBuilder(Flow& flow)
      : flow_(flow),
        unit_(flow.unit),
        workspace_(flow.compilation.workspace),
        constants_(flow.compilation.constants) {}

  const CodeObject* build(const EmittedCode& emitted) {
    auto* code = workspace_.arena.make<CodeObject>();
    code->exception_table = constants_.merge_shallow(own_bytes(emitted.exception_table));
    code->line_table = constants_.merge_shallow(own_bytes(emitted.line_table));
    auto* instructions = own_bytes(emitted.code);
    instructions->immortal = true;  // the code object keeps the bytes that marshal asks it for
    code->code = instructions;
    code->names = constants_.merge_shallow(name_tuple(unit_.names));
    code->consts = constants_.merge_shallow(workspace_.constants.tuple(unit_.consts.span()));
    fill_locals(code);
    constants_.intern_all(code->names);
    constants_.intern_name_like(code->consts);
    constants_.intern_all(code->locals_plus_names);
    fill_counts(code);
    return code;
  }

 private:
  // A bytes object of its own, even of one byte. The empty one exists only once.
  Constant* own_bytes(std::string_view bytes) {
    if (bytes.empty()) return const_cast<Constant*>(workspace_.constants.bytes({}));
    auto* constant = workspace_.arena.make<Constant>();
    constant->kind = ConstantKind::Bytes;
    constant->data = bytes.data();
    constant->size = static_cast<uint32_t>(bytes.size());
    return constant;
  }

  const Constant* name_tuple(const ArenaVector<Name>& names) {
    const std::span<const Constant*> items = workspace_.arena.make_span<const Constant*>(names.size());
    for (size_t i = 0; i < names.size(); ++i) items[i] = workspace_.names.str(names[i]);
    return workspace_.constants.tuple(items);
  }

  void fill_locals(CodeObject* code) {
    const size_t count = unit_.locals.size() + unit_.cells.size() + unit_.frees.size() - flow_.slots.dropped;
    ArenaVector<Name> names(workspace_.arena);
    names.resize(count);
    const std::span<char> kinds = workspace_.arena.make_span<char>(count);
    std::ranges::fill(kinds, 0);
    for (size_t i = 0; i < unit_.locals.size(); ++i) {
      names[i] = unit_.locals[i];
      kinds[i] = static_cast<char>(kLocalLocal);
    }
    const ArenaVector<uint32_t>& slots = flow_.slots.cell_slots;
    for (size_t i = 0; i < slots.size(); ++i) {
      const bool cell = i < unit_.cells.size();
      names[slots[i]] = cell ? unit_.cells[i] : unit_.frees[i - unit_.cells.size()];
      kinds[slots[i]] = static_cast<char>(kinds[slots[i]] | (cell ? kLocalCell : kLocalFree));
    }
    code->locals_plus_names = constants_.merge_shallow(name_tuple(names));
    code->locals_plus_kinds = own_bytes({kinds.data(), kinds.size()});
  }

  void fill_counts(CodeObject* code) {
    code->arg_count = unit_.positional_only_count + unit_.arg_count;
    code->positional_only_count = unit_.positional_only_count;
    code->keyword_only_count = unit_.keyword_only_count;
    code->stack_size = flow_.stack_size;
    code->flags = unit_.flags;
    code->first_line = unit_.first_line;
    code->filename = flow_.compilation.filename;
    code->name = constants_.scope_name(unit_.name);
    code->qualified_name = unit_.qualified_name_object != nullptr
                               ? unit_.qualified_name_object
                               : constants_.scope_name(unit_.qualified_name);
  }

  Flow& flow_;
  CodeUnit& unit_;
  Workspace& workspace_;
  ConstantCache& constants_;
};

}  // namespace

Result<const CodeObject*> assemble(Compilation& compilation, CodeUnit& unit) {
  compilation.workspace.scratch.rewind();
  Flow flow(compilation, unit);
  const bool branches = flow.graph.branches();
  for (const FlowPass& pass : compilation.options.target->flow_passes)
    if (branches || !pass.only_branching) OURO_TRY_STATUS(pass.run(flow));
  OURO_TRY_STATUS(resolve_jumps(flow));
  return CodeBuilder(flow).build(emit_code(flow));
}

}  // namespace ouro::compiler
