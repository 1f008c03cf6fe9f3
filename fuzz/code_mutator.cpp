// A code tree is copied into mutable form; a few changes are made, each to one code object of the tree; the
// tree is written again. Many changes keep the stack balanced (an instruction becomes another one with the
// same effect, an operand stays in range), for code that the lifter refuses runs not a single instruction.
#include "fuzz/code_mutator.h"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "bytecode/opcodes.h"
#include "pyc/header.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

namespace ouro::fuzz {

namespace {

constexpr std::array kNames = {"__class__",      "__dict__",    "__init__",      "__new__",
                               "__del__",        "__slots__",   "__mro__",       "__bases__",
                               "__getattr__",    "__hash__",    "__eq__",        "__len__",
                               "__iter__",       "__next__",    "__call__",      "__get__",
                               "__set__",        "__delete__",  "__enter__",     "__exit__",
                               "__index__",      "__code__",    "__closure__",   "__globals__",
                               "__defaults__",   "__name__",    "__doc__",       "__reduce_ex__",
                               "__setstate__",   "__getitem__", "__setitem__",   "__delitem__",
                               "__contains__",   "__add__",     "__radd__",      "__bool__",
                               "__repr__",       "__await__",   "__aiter__",     "__anext__",
                               "__subclasses__", "append",      "pop",           "clear",
                               "sort",           "extend",      "insert",        "remove",
                               "update",         "keys",        "values",        "items",
                               "popitem",        "setdefault",  "send",          "throw",
                               "close",          "cr_frame",    "gi_frame",      "f_locals",
                               "f_back",         "f_lineno",    "tb_next",       "__traceback__",
                               "__context__",    "join",        "split",         "format",
                               "encode",         "translate",   "release",       "cast",
                               "tolist",         "replace",     "cell_contents", "_getframe",
                               "settrace",       "setprofile",  "collect",       "setrecursionlimit",
                               "type",           "super",       "iter",          "next",
                               "range",          "list",        "dict",          "str",
                               "bytearray",      "memoryview",  "object",        "property",
                               "classmethod",    "isinstance",  "len",           "repr",
                               "sorted",         "map",         "zip",           "filter",
                               "slice",          "set",         "frozenset",     "int"};

class Mutator {
 public:
  Mutator(Workspace& workspace, unsigned seed) : workspace_(workspace), random_(seed) {}

  CodeObject* copy_tree(const CodeObject& from, std::vector<CodeObject*>* list, unsigned depth = 0);
  void change(std::vector<CodeObject*>& codes, const std::vector<CodeObject*>& donors);

 private:
  size_t below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool one_in(unsigned n) { return random_() % n == 0; }
  template <class T>
  T& pick(std::vector<T>& from) {
    return from[below(from.size())];
  }

  std::vector<uint8_t> bytes_of(const Constant* constant) const {
    const std::string_view text = constant->text();
    return {text.begin(), text.end()};
  }
  const Constant* make_bytes(const std::vector<uint8_t>& bytes) {
    return workspace_.constants.bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  std::vector<const Constant*> items_of(const Constant* tuple) const {
    const auto items = tuple->elements();
    return {items.begin(), items.end()};
  }

  void change_code(CodeObject& code, const std::vector<CodeObject*>& others);
  void change_instruction(std::vector<uint8_t>& bytes, size_t unit, const CodeObject& code);
  void change_operand(std::vector<uint8_t>& bytes, size_t unit, const CodeObject& code);
  void change_numbers(CodeObject& code);
  void change_kinds(CodeObject& code);
  void change_consts(CodeObject& code, const std::vector<CodeObject*>& others);
  void change_names(CodeObject& code, const std::vector<CodeObject*>& others);
  void change_table(const Constant** table);
  const Constant* without_code(const Constant* consts);
  const Constant* leaf(const CodeObject& code);
  const Constant* any_constant(const std::vector<CodeObject*>& others);
  uint8_t same_effect(uint8_t number, uint8_t operand);

  Workspace& workspace_;
  std::minstd_rand random_;
};

CodeObject* Mutator::copy_tree(const CodeObject& from, std::vector<CodeObject*>* list, unsigned depth) {
  auto* copy = workspace_.arena.make<CodeObject>(from);
  list->push_back(copy);
  if (depth > 50) return copy;
  std::vector<const Constant*> consts = items_of(from.consts);
  for (const Constant*& item : consts) {
    if (item->is(ConstantKind::Code))
      item = workspace_.constants.code(copy_tree(*item->code, list, depth + 1));
  }
  copy->consts = workspace_.constants.tuple(consts);
  return copy;
}

/// Another instruction that moves the stack as this one does, or just any.
uint8_t Mutator::same_effect(uint8_t number, uint8_t operand) {
  const VersionTable& table = kPython311;
  const Op before = table.by_number[number];
  for (unsigned tries = 0; tries < 64; ++tries) {
    const auto other = static_cast<uint8_t>(random_());
    if (!table.assigned[other]) continue;
    const Op after = table.by_number[other];
    if (info(table, after).caches != info(table, before).caches && tries < 32) continue;
    if (stack_effect(table, before, operand, false) == stack_effect(table, after, operand, false))
      return other;
  }
  return number;
}

void Mutator::change_operand(std::vector<uint8_t>& bytes, size_t unit, const CodeObject& code) {
  uint8_t& operand = bytes[unit * 2 + 1];
  const OpInfo& instruction = info(kPython311, kPython311.by_number[bytes[unit * 2]]);
  size_t bound = 12;
  if (instruction.operand == OperandKind::Const) bound = code.consts->size;
  if (instruction.operand == OperandKind::Name) bound = code.names->size;
  if (instruction.operand == OperandKind::GlobalName) bound = size_t{code.names->size} * 2;
  if (instruction.operand == OperandKind::Local || instruction.operand == OperandKind::Deref)
    bound = code.locals_plus_names->size;
  if (one_in(6)) bound = 256;
  operand =
      one_in(3) ? static_cast<uint8_t>(operand + random_() % 7 - 3) : static_cast<uint8_t>(below(bound));
}

void Mutator::change_instruction(std::vector<uint8_t>& bytes, size_t unit, const CodeObject& code) {
  if (one_in(2)) return change_operand(bytes, unit, code);
  if (!one_in(4)) {
    bytes[unit * 2] = same_effect(bytes[unit * 2], bytes[unit * 2 + 1]);
    return;
  }
  const auto number = static_cast<uint8_t>(random_());
  if (kPython311.assigned[number] || one_in(8)) bytes[unit * 2] = number;
}

void Mutator::change_code(CodeObject& code, const std::vector<CodeObject*>& others) {
  std::vector<uint8_t> bytes = bytes_of(code.code);
  const size_t units = bytes.size() / 2;
  if (units == 0) return;
  const size_t unit = below(units);
  const size_t length = std::min(below(12) + 1, units - unit) * 2;
  switch (random_() % 10) {
    default:
      change_instruction(bytes, unit, code);
      break;
    case 0: {  // a piece elsewhere, over what stands there
      const size_t to = std::min(below(units) * 2, bytes.size() - length);
      std::vector<uint8_t> piece(bytes.begin() + unit * 2, bytes.begin() + unit * 2 + length);
      std::copy(piece.begin(), piece.end(), bytes.begin() + to);
      break;
    }
    case 1: {  // a piece of another code object between
      const std::vector<uint8_t> from = bytes_of(others[below(others.size())]->code);
      if (from.size() < 2) break;
      const size_t start = below(from.size() / 2) * 2;
      const size_t end = std::min(start + (below(10) + 1) * 2, from.size());
      bytes.insert(bytes.begin() + unit * 2, from.begin() + start, from.begin() + end);
      break;
    }
    case 2:
      bytes.erase(bytes.begin() + unit * 2, bytes.begin() + unit * 2 + length);
      break;
    case 3: {
      const size_t other = below(units);
      std::swap(bytes[unit * 2], bytes[other * 2]);
      std::swap(bytes[unit * 2 + 1], bytes[other * 2 + 1]);
      break;
    }
  }
  code.code = make_bytes(bytes);
}

void Mutator::change_numbers(CodeObject& code) {
  int32_t* const fields[] = {&code.arg_count, &code.positional_only_count, &code.keyword_only_count,
                             &code.stack_size, &code.first_line};
  if (one_in(3)) {
    constexpr uint32_t kFlags[] = {kCoOptimized,     kCoNewLocals, kCoVarArgs,   kCoVarKeywords,
                                   kCoNested,        kCoGenerator, kCoCoroutine, kCoIterableCoroutine,
                                   kCoAsyncGenerator};
    code.flags ^= one_in(10) ? 1u << below(32) : kFlags[below(std::size(kFlags))];
    return;
  }
  int32_t& field = *fields[below(std::size(fields))];
  constexpr int32_t kOdd[] = {-1, 0, 1, 255, 65535, 1 << 20, INT32_MAX, INT32_MIN};
  field = one_in(4) ? kOdd[below(std::size(kOdd))]
                    : static_cast<int32_t>(static_cast<uint32_t>(field) + random_() % 5 - 2);
}

void Mutator::change_kinds(CodeObject& code) {
  std::vector<uint8_t> kinds = bytes_of(code.locals_plus_kinds);
  constexpr uint8_t kKinds[] = {kLocalLocal, kLocalCell, kLocalFree, kLocalLocal | kLocalCell};
  if (kinds.empty() || one_in(8)) {  // one local more
    kinds.push_back(kKinds[below(4)]);
    std::vector<const Constant*> names = items_of(code.locals_plus_names);
    names.push_back(workspace_.constants.str("extra"));
    code.locals_plus_names = workspace_.constants.tuple(names);
  } else {
    kinds[below(kinds.size())] = one_in(10) ? static_cast<uint8_t>(random_()) : kKinds[below(4)];
  }
  code.locals_plus_kinds = make_bytes(kinds);
}

/// Code objects are only ever put elsewhere without those in them: the tree stays one.
const Constant* Mutator::without_code(const Constant* consts) {
  std::vector<const Constant*> items = items_of(consts);
  for (const Constant*& item : items) {
    if (item->is(ConstantKind::Code)) item = workspace_.constants.none();
  }
  return workspace_.constants.tuple(items);
}

const Constant* Mutator::leaf(const CodeObject& code) {
  auto* copy = workspace_.arena.make<CodeObject>(code);
  copy->consts = without_code(code.consts);
  return workspace_.constants.code(copy);
}

const Constant* Mutator::any_constant(const std::vector<CodeObject*>& others) {
  Constants& make = workspace_.constants;
  const CodeObject* other = others[below(others.size())];
  constexpr std::array<uint64_t, 3> kLimbs = {UINT64_MAX, 1, UINT64_MAX};
  switch (random_() % 14) {
    case 0:
      return make.none();
    case 1:
      return make.integer(static_cast<int64_t>(random_() % 20) - 5);
    case 2:
      return make.integer(std::span(kLimbs).first(below(3) + 1), one_in(2));
    case 3:
      return make.integer(one_in(2) ? INT64_MAX : INT64_MIN);
    case 4:
      return make.floating(one_in(2) ? 1e308 * 10 : -0.5);
    case 5:
      return make.str(kNames[below(kNames.size())]);
    case 6:
      return make.bytes("\xff\x00 a");
    case 7:
      return make.tuple(std::array{make.str(kNames[below(kNames.size())]), make.str("a")});
    case 8:
      return other->names;
    case 9:
      return make.complex(1, -0.0);
    case 10:
      return make.ellipsis();
    case 11:
      return leaf(*other);
    default: {
      if (other->consts->size == 0) return make.none();
      const Constant* found = other->consts->items[below(other->consts->size)];
      return found->is(ConstantKind::Code) ? leaf(*found->code) : found;
    }
  }
}

void Mutator::change_consts(CodeObject& code, const std::vector<CodeObject*>& others) {
  std::vector<const Constant*> items = items_of(code.consts);
  if (items.empty() || one_in(8)) {
    items.push_back(any_constant(others));
  } else if (one_in(3)) {
    std::swap(items[below(items.size())], items[below(items.size())]);
  } else if (one_in(10)) {
    items.pop_back();
  } else {
    items[below(items.size())] = any_constant(others);
  }
  code.consts = workspace_.constants.tuple(items);
}

void Mutator::change_names(CodeObject& code, const std::vector<CodeObject*>& others) {
  const Constant** tuple = one_in(6) ? &code.locals_plus_names : &code.names;
  std::vector<const Constant*> items = items_of(*tuple);
  if (items.empty()) return;
  const Constant* others_names = others[below(others.size())]->names;
  const Constant*& item = items[below(items.size())];
  if (one_in(3)) {
    std::swap(item, items[below(items.size())]);
  } else if (one_in(2) && others_names->size != 0) {
    item = others_names->items[below(others_names->size)];
  } else {
    item = workspace_.constants.str(kNames[below(kNames.size())]);
  }
  *tuple = workspace_.constants.tuple(items);
}

/// Both tables are made of bytes whose upper two bits are marks and whose lower six are a number's.
void Mutator::change_table(const Constant** table) {
  std::vector<uint8_t> bytes = bytes_of(*table);
  if (bytes.empty()) return;
  for (size_t i = below(3) + 1; i > 0; --i) {
    uint8_t& byte = bytes[below(bytes.size())];
    byte = one_in(5) ? static_cast<uint8_t>(random_())
                     : static_cast<uint8_t>((byte & 0xC0) | ((byte + random_() % 9 - 4) & 0x3F));
  }
  if (one_in(10)) bytes.resize(below(bytes.size()));
  *table = make_bytes(bytes);
}

void Mutator::change(std::vector<CodeObject*>& codes, const std::vector<CodeObject*>& donors) {
  CodeObject& code = *pick(codes);
  const auto& others = !donors.empty() && one_in(2) ? donors : codes;
  switch (random_() % 20) {
    default:
      return change_code(code, others);
    case 0:
    case 1:
    case 2:
      return change_consts(code, others);
    case 3:
    case 4:
    case 5:
      return change_names(code, others);
    case 6:
      return change_kinds(code);
    case 7:
    case 8:
      return change_numbers(code);
    case 9:
    case 10:
      return change_table(&code.exception_table);
    case 11:
      return change_table(&code.line_table);
    case 12: {  // the body of another function
      const CodeObject& other = *others[below(others.size())];
      code.code = other.code;
      code.exception_table = other.exception_table;
      if (one_in(2)) code.stack_size = other.stack_size;
      if (one_in(2) && &other != &code) code.consts = without_code(other.consts);
      return;
    }
  }
}

}  // namespace

bool mutate_pyc(std::string_view file, std::string_view donor, unsigned seed, pyc::ByteBuffer& out) {
  static Workspace workspace;
  workspace.rewind();
  if (file.size() < pyc::kHeaderSize) return false;
  const pyc::MarshalReadOptions options = {.expansion_base = uint64_t{1} << 20, .expansion_factor = 16};
  const auto read = read_marshal(workspace, file.substr(pyc::kHeaderSize), options);
  if (read.code == nullptr) return false;
  Mutator mutator(workspace, seed);
  std::vector<CodeObject*> codes, donors;
  const CodeObject* root = mutator.copy_tree(*read.code, &codes);
  if (donor.size() > pyc::kHeaderSize) {
    const auto other = read_marshal(workspace, donor.substr(pyc::kHeaderSize), options);
    if (other.code != nullptr) mutator.copy_tree(*other.code, &donors);
  }
  for (unsigned i = seed / 7 % 4 + 1; i > 0; --i) mutator.change(codes, donors);
  out.put(file.substr(0, pyc::kHeaderSize));
  return write_marshal(workspace, *root, out).ok();
}

}  // namespace ouro::fuzz
