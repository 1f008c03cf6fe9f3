// Stack code to register code. The stages, each with a header of its own:
//
//   stack_code  bytes -> instructions with their prefixes, protected ranges, basic blocks
//   analysis    reachability, depth and kinds of the stack, operands in range; certainly bound locals; loops
//   translator  blocks in order, with a symbolic stack -> words, jumps, tables
//
// Everything is refused in the first two: the translator relies on what they found, and only meets the limits
// of register code itself. That is why unreachable code may be any nonsense, as in CPython, and costs
// nothing.
//
// Two things deserve care when this is changed. An instruction that may raise needs the slots below its
// handler's depth in their own registers *before* it, so nothing that moves a store forward may pass such an
// instruction. And registers are named, not copied: before one is written, whoever still names it must have
// moved away (Translator::displace for temporaries, flush_local for locals), and operands must still be on
// the symbolic stack then, so that their registers are not taken for free ones.
#include "lift/lift.h"

#include "lift/analysis.h"
#include "lift/stack_code.h"
#include "lift/stack_map.h"
#include "lift/translator.h"

namespace ouro::lift {

namespace {

std::span<const uint8_t> bytes_of(const Constant* constant) {
  const std::string_view text = constant->text();
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

uint32_t not_negative(int32_t value) {
  return value < 0 ? 0 : static_cast<uint32_t>(value);
}

}  // namespace

CodeView view_of(const CodeObject& code, uint16_t version) {
  CodeView view;
  view.version = version;
  view.code = bytes_of(code.code);
  view.exception_table = bytes_of(code.exception_table);
  view.line_table = bytes_of(code.line_table);
  view.local_kinds = bytes_of(code.locals_plus_kinds);
  view.const_count = code.consts->size;
  view.name_count = code.names->size;
  view.argument_count = not_negative(code.arg_count) + not_negative(code.keyword_only_count) +
                        ((code.flags & kCoVarArgs) != 0) + ((code.flags & kCoVarKeywords) != 0);
  view.stack_size = not_negative(code.stack_size);
  view.flags = code.flags;
  view.first_line = code.first_line;
  return view;
}

namespace {

std::variant<RegisterCode, LiftError> lift_with_map(const CodeView& view, const LiftOptions& options,
                                                    StackMap* map) {
  StackCode code;
  if (!code.decode(view)) return LiftError{code.error()};
  Analysis analysis(view, code, options.tracing);
  if (!analysis.run()) return LiftError{analysis.error()};
  Translator translator(view, code, analysis, options, map);
  if (!translator.run()) return LiftError{translator.error()};
  return translator.take();
}

}  // namespace

std::variant<RegisterCode, LiftError> lift(const CodeView& view, const LiftOptions& options) {
  return lift_with_map(view, options, nullptr);
}

std::optional<StackMap> map_stack(const CodeView& view, const LiftOptions& options) {
  StackMap map;
  const auto lifted = lift_with_map(view, options, &map);
  if (!std::holds_alternative<RegisterCode>(lifted)) return std::nullopt;
  return map;
}

}  // namespace ouro::lift
