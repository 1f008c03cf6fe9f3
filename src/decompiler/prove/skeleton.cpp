#include "decompiler/prove/skeleton.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bytecode/opcodes.h"
#include "bytecode/positions.h"

namespace ouro::decompiler {

namespace {

constexpr int32_t kStackSize = 8;
constexpr int32_t kFirstLine = 1;

struct Feature {
  uint32_t flag;
  std::string_view name;
};
constexpr Feature kFeatures[] = {
    {kCoFutureDivision, "division"},
    {kCoFutureAbsoluteImport, "absolute_import"},
    {kCoFutureWithStatement, "with_statement"},
    {kCoFuturePrintFunction, "print_function"},
    {kCoFutureUnicodeLiterals, "unicode_literals"},
    {kCoFutureBarryAsBdfl, "barry_as_FLUFL"},
    {kCoFutureGeneratorStop, "generator_stop"},
    {kCoFutureAnnotations, "annotations"},
};

/// Whether a code object can be that of a definition at the top of a module.
bool is_definition(const CodeObject& code) {
  if (code.name->size == 0 || code.name->text().front() == '<') return false;
  return std::ranges::none_of(code.locals_plus_kinds->text(),
                              [](char kind) { return (static_cast<uint8_t>(kind) & kLocalFree) != 0; });
}

bool is_class(const CodeObject& code) {
  return (code.flags & (kCoOptimized | kCoNewLocals)) == 0;
}

class Builder {
 public:
  Builder(Workspace& workspace, const CodeObject& module)
      : workspace_(workspace), module_(module), positions_(workspace.arena, kFirstLine) {}

  void begin() {
    put(Op::RESUME, 0, 0);
    std::vector<const Constant*> features;
    for (const Feature& feature : kFeatures)
      if ((module_.flags & feature.flag) != 0) features.push_back(workspace_.constants.str(feature.name));
    if (!features.empty()) import_features(features);
  }

  void define(const Constant& code) {
    const CodeObject& object = *code.code;
    const int32_t line = std::max(object.first_line, 1);
    if (is_class(object)) {
      put(Op::PUSH_NULL, 0, line);
      put(Op::LOAD_BUILD_CLASS, 0, line);
    }
    put(Op::LOAD_CONST, constant(&code), line);
    put(Op::MAKE_FUNCTION, 0, line);
    if (is_class(object)) {
      put(Op::LOAD_CONST, constant(object.name), line);
      put(Op::PRECALL, 2, line);
      put(Op::CALL, 2, line);
    }
    put(Op::STORE_NAME, name(object.name), line);
  }

  const CodeObject* end() {
    put(Op::LOAD_CONST, constant(workspace_.constants.none()), 0);
    put(Op::RETURN_VALUE, 0, 0);
    auto* code = workspace_.arena.make<CodeObject>(module_);
    code->stack_size = kStackSize;
    code->first_line = kFirstLine;
    code->code = workspace_.constants.bytes(code_);
    code->consts = workspace_.constants.tuple(consts_);
    code->names = workspace_.constants.tuple(names_);
    code->locals_plus_names = workspace_.constants.tuple({});
    code->locals_plus_kinds = workspace_.constants.bytes("");
    code->line_table = workspace_.constants.bytes(positions_.bytes());
    code->exception_table = workspace_.constants.bytes("");
    return code;
  }

 private:
  void import_features(const std::vector<const Constant*>& features) {
    const int32_t line = 1;
    put(Op::LOAD_CONST, constant(workspace_.constants.integer(0)), line);
    put(Op::LOAD_CONST, constant(workspace_.constants.tuple(features)), line);
    put(Op::IMPORT_NAME, name(workspace_.constants.str("__future__")), line);
    for (const Constant* feature : features) {
      const uint32_t index = name(feature);
      put(Op::IMPORT_FROM, index, line);
      put(Op::STORE_NAME, index, line);
    }
    put(Op::POP_TOP, 0, line);
  }

  /// Line 0: nowhere.
  void put(Op op, uint32_t argument, int32_t line) {
    const size_t start = code_.size();
    for (int shift = 24; shift > 0; shift -= 8)
      if (argument >> shift != 0) put_unit(Op::EXTENDED_ARG, argument >> shift);
    put_unit(op, argument);
    code_.append(size_t{info(kPython311, op).caches} * 2, '\0');
    Position position;
    if (line > 0) position.line = position.end_line = line;
    positions_.add(position, static_cast<uint32_t>((code_.size() - start) / 2));
  }

  void put_unit(Op op, uint32_t argument) {
    code_ += static_cast<char>(info(kPython311, op).number);
    code_ += static_cast<char>(argument & 0xFF);
  }

  uint32_t constant(const Constant* value) {
    consts_.push_back(value);
    return static_cast<uint32_t>(consts_.size() - 1);
  }
  uint32_t name(const Constant* text) {
    names_.push_back(text);
    return static_cast<uint32_t>(names_.size() - 1);
  }

  Workspace& workspace_;
  const CodeObject& module_;
  PositionWriter positions_;
  std::string code_;
  std::vector<const Constant*> consts_;
  std::vector<const Constant*> names_;
};

}  // namespace

const CodeObject* definitions_alone(Workspace& workspace, const CodeObject& module) {
  std::vector<std::pair<int32_t, uint32_t>> definitions;  // by line, then in their order
  for (uint32_t i = 0; i < module.consts->size; ++i) {
    const Constant* constant = module.consts->items[i];
    if (constant->is(ConstantKind::Code) && is_definition(*constant->code))
      definitions.emplace_back(constant->code->first_line, i);
  }
  std::ranges::sort(definitions);
  if (definitions.empty()) return nullptr;
  Builder builder(workspace, module);
  builder.begin();
  for (const auto& [line, index] : definitions) builder.define(*module.consts->items[index]);
  return builder.end();
}

}  // namespace ouro::decompiler
