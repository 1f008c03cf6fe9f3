#include <fmt/format.h>

#include "bytecode/constant_repr.h"
#include "bytecode/disassemble.h"

namespace ouro {

namespace {

constexpr uint64_t kTextBudget = uint64_t{64} << 20;

struct FlagName {
  uint32_t flag;
  std::string_view name;
};

constexpr FlagName kFlagNames[] = {
    {kCoOptimized, "OPTIMIZED"},
    {kCoNewLocals, "NEWLOCALS"},
    {kCoVarArgs, "VARARGS"},
    {kCoVarKeywords, "VARKEYWORDS"},
    {kCoNested, "NESTED"},
    {kCoGenerator, "GENERATOR"},
    {kCoCoroutine, "COROUTINE"},
    {kCoIterableCoroutine, "ITERABLE_COROUTINE"},
    {kCoAsyncGenerator, "ASYNC_GENERATOR"},
    {kCoFutureDivision, "FUTURE_DIVISION"},
    {kCoFutureAbsoluteImport, "FUTURE_ABSOLUTE_IMPORT"},
    {kCoFutureWithStatement, "FUTURE_WITH_STATEMENT"},
    {kCoFuturePrintFunction, "FUTURE_PRINT_FUNCTION"},
    {kCoFutureUnicodeLiterals, "FUTURE_UNICODE_LITERALS"},
    {kCoFutureBarryAsBdfl, "FUTURE_BARRY_AS_BDFL"},
    {kCoFutureGeneratorStop, "FUTURE_GENERATOR_STOP"},
    {kCoFutureAnnotations, "FUTURE_ANNOTATIONS"},
};

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char ch : bytes) {
    text += kDigits[static_cast<unsigned char>(ch) >> 4];
    text += kDigits[static_cast<unsigned char>(ch) & 15];
  }
  return text;
}

class JsonPrinter {
 public:
  JsonPrinter(const VersionTable& version, JsonWriter& json) : version_(version), json_(json) {}

  void print(const CodeObject& code) {
    json_.begin_object();
    print_fields(code);
    print_locals(code);
    print_constants(code);
    print_tables(CodeView(code, version_));
    json_.key("nested").begin_array();
    for (const Constant* constant : code.consts->elements())
      if (constant->is(ConstantKind::Code)) print(*constant->code);
    json_.end_array();
    json_.end_object();
  }

 private:
  void print_fields(const CodeObject& code) {
    json_.field("name", code.name->text());
    json_.field("qualname", code.qualified_name->text());
    json_.field("filename", code.filename->text());
    json_.field("firstlineno", int64_t{code.first_line});
    json_.field("argcount", int64_t{code.arg_count});
    json_.field("posonlyargcount", int64_t{code.positional_only_count});
    json_.field("kwonlyargcount", int64_t{code.keyword_only_count});
    json_.field("stacksize", int64_t{code.stack_size});
    json_.field("flags", int64_t{code.flags});
    json_.key("flag_names").begin_array();
    uint32_t rest = code.flags;
    for (const FlagName& flag : kFlagNames) {
      if ((rest & flag.flag) != 0) json_.string(flag.name);
      rest &= ~flag.flag;
    }
    if (rest != 0) json_.string(fmt::format("{:#x}", rest));
    json_.end_array();
    json_.field("code", hex(code.code->text()));
    json_.field("linetable", hex(code.line_table->text()));
    json_.field("exceptiontable", hex(code.exception_table->text()));
    json_.key("names").begin_array();
    for (const Constant* name : code.names->elements()) json_.string(name->text());
    json_.end_array();
  }

  void print_locals(const CodeObject& code) {
    json_.key("localsplus").begin_array();
    const std::string_view kinds = code.locals_plus_kinds->text();
    for (size_t i = 0; i < code.locals_plus_names->size; ++i) {
      const auto kind = static_cast<uint8_t>(kinds[i]);
      json_.begin_object();
      json_.field("name", code.locals_plus_names->elements()[i]->text());
      json_.key("local").boolean((kind & kLocalLocal) != 0);
      json_.key("cell").boolean((kind & kLocalCell) != 0);
      json_.key("free").boolean((kind & kLocalFree) != 0);
      json_.end_object();
    }
    json_.end_array();
  }

  void print_constants(const CodeObject& code) {
    json_.key("consts").begin_array();
    for (const Constant* constant : code.consts->elements()) {
      json_.begin_object();
      json_.field("type", type_name(constant->kind));
      json_.field("repr", texts_.repr(*constant));
      json_.end_object();
    }
    json_.end_array();
  }

  static std::string_view type_name(ConstantKind kind) {
    constexpr std::string_view kNames[] = {"NoneType", "bool", "bool",  "ellipsis", "int",       "float",
                                           "complex",  "str",  "bytes", "tuple",    "frozenset", "code"};
    return kNames[static_cast<int>(kind)];
  }

  void print_tables(const CodeView& view) {
    print_instructions(view);
    print_exceptions(view);
  }

  void print_instructions(const CodeView& view) {
    json_.key("instructions").begin_array();
    for (const InstructionView& line : view.instructions()) {
      const DecodedInstruction& instruction = line.instruction;
      json_.begin_object();
      json_.field("offset", int64_t{instruction.offset});
      json_.field("opname", info(version_, instruction.op).name);
      json_.field("opcode", int64_t{instruction.opcode});
      if (instruction.has_argument) {
        json_.field("arg", int64_t{instruction.argument});
        json_.field("argrepr", argument_text(view, version_, instruction, texts_));
      } else {
        json_.key("arg").null();
        json_.field("argrepr", "");
      }
      print_argument_value(view, instruction);
      json_.field("starts_line", std::optional<int>(line.starts_line));
      json_.key("is_jump_target").boolean(line.is_jump_target);
      json_.field("caches", int64_t{instruction.caches});
      print_position(line.position);
      json_.end_object();
    }
    json_.end_array();
  }

  /// What the argument stands for: a name, a constant's repr, a jump's target, else the number itself.
  void print_argument_value(const CodeView& view, const DecodedInstruction& instruction) {
    json_.key("argval");
    if (!instruction.has_argument) {
      json_.null();
      return;
    }
    const OpInfo& op = info(version_, instruction.op);
    if (const Constant* object = view.argument_object(instruction))
      json_.string(op.operand == OperandKind::Const ? texts_.repr(*object) : texts_.name(*object));
    else if (op.is_jump())
      json_.integer(jump_target(instruction, version_));
    else if (op.operand == OperandKind::Compare)
      json_.string(compare_symbol(instruction.argument));
    else
      json_.integer(instruction.argument);
  }

  void print_position(const Position& position) {
    auto number = [](int32_t value) { return value < 0 ? std::optional<int>() : value; };
    json_.key("positions").begin_object();
    json_.field("lineno", number(position.line));
    json_.field("end_lineno", number(position.end_line));
    json_.field("col_offset", number(position.column));
    json_.field("end_col_offset", number(position.end_column));
    json_.end_object();
  }

  void print_exceptions(const CodeView& view) {
    json_.key("exceptions").begin_array();
    for (const ExceptionRange& range : view.exceptions()) {
      json_.begin_object();
      json_.field("start", int64_t{range.start} * 2);
      json_.field("end", int64_t{range.end} * 2);
      json_.field("target", int64_t{range.target} * 2);
      json_.field("depth", int64_t{range.depth});
      json_.key("lasti").boolean(range.lasti);
      json_.end_object();
    }
    json_.end_array();
  }

  const VersionTable& version_;
  JsonWriter& json_;
  ArgumentTexts texts_{kTextBudget};
};

}  // namespace

void disassemble_json(const CodeObject& code, const VersionTable& version, JsonWriter& json) {
  JsonPrinter(version, json).print(code);
}

}  // namespace ouro
