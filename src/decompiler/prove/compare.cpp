// The judge: what is said to be equal is equal.
//
// Two workspaces are involved, so nothing can be compared by address; constants are compared by type and
// value, floats by their bits. The common case is that everything is the same: then a code object costs a few
// memcmp's. Only where something differs is it looked at what: the first differing instruction says more to a
// reader than "co_consts", so code goes before the tables that it indexes, and instructions are compared by
// what their arguments stand for.
//
// A nested code object is found by its place: where both parents hold as many, the n-th belongs to the n-th;
// otherwise those with the same qualified name and first line belong together, in order. That is only a way
// of finding a partner; whether they are the same is then compared, qualified name and all.
#include "decompiler/prove/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "bytecode/disassemble.h"
#include "bytecode/exceptions.h"
#include "decompiler/prove/constants.h"
#include "decompiler/prove/flow.h"
#include "decompiler/prove/instruction_text.h"

namespace ouro::decompiler {

namespace {

constexpr uint32_t kFlagCount = 32;

bool same_bytes(const Constant* a, const Constant* b) {
  return a->size == b->size && (a->size == 0 || std::memcmp(a->data, b->data, a->size) == 0);
}

/// By the offset in code units; -1 for nothing.
int32_t line_at(const CodeObject& code, uint32_t unit) {
  PositionReader reader(code.line_table->text(), code.first_line);
  PositionRange range;
  while (reader.next(&range))
    if (unit < range.end) return range.position.line;
  return -1;
}

/// For an item of co_consts: code objects are judged by themselves.
Sameness same_item(const Constant& a, const Constant& b) {
  if (a.is(ConstantKind::Code) && b.is(ConstantKind::Code)) return Sameness::Identical;
  return compare_constants(a, b);
}

Sameness same_items(const Constant& a, const Constant& b) {
  if (a.size != b.size) return Sameness::Different;
  Sameness result = Sameness::Identical;
  for (uint32_t i = 0; i < a.size && result != Sameness::Different; ++i)
    result = std::max(result, same_item(*a.items[i], *b.items[i]));
  return result;
}

/// Whether two instructions do the same, each in its code.
bool same_instruction(const CodeObject& a, const DecodedInstruction& x, const CodeObject& b,
                      const DecodedInstruction& y) {
  if (x.opcode != y.opcode || x.has_argument != y.has_argument) return false;
  const Constant* p = argument_constant(a, x);
  const Constant* q = argument_constant(b, y);
  if (p == nullptr || q == nullptr) return p == q && x.argument == y.argument;
  if (info(kPython311, x.op).operand == OperandKind::GlobalName && ((x.argument ^ y.argument) & 1) != 0)
    return false;
  return same_item(*p, *q) != Sameness::Different;
}

/// The first differing instruction in words; nothing when all instructions mean the same.
std::optional<std::string> code_difference(const CodeObject& a, const CodeObject& b) {
  const std::vector<DecodedInstruction> x = decode_instructions(a.code->text(), kPython311);
  const std::vector<DecodedInstruction> y = decode_instructions(b.code->text(), kPython311);
  for (size_t i = 0; i < x.size() || i < y.size(); ++i) {
    if (i < x.size() && i < y.size() && same_instruction(a, x[i], b, y[i])) continue;
    const auto text = [i](const CodeObject& code, const std::vector<DecodedInstruction>& list) {
      return i < list.size() ? instruction_text(code, list[i]) : std::string("the end");
    };
    const uint32_t offset = i < x.size() ? x[i].offset : a.code->size;
    return fmt::format("code differs at offset {}, line {}: {} instead of {}", offset, line_at(a, offset / 2),
                       text(b, y), text(a, x));
  }
  return std::nullopt;
}

std::string flags_difference(uint32_t a, uint32_t b) {
  std::string text = "co_flags differs:";
  for (uint32_t bit = 0; bit < kFlagCount; ++bit)
    if (((a ^ b) >> bit & 1) != 0)
      text += fmt::format(" {:#x} {}", 1u << bit, (b >> bit & 1) != 0 ? "added" : "missing");
  return text;
}

/// The first differing item of two tuples in words.
std::string tuple_difference(std::string_view field, const Constant& a, const Constant& b) {
  const auto text = [](const Constant& tuple, uint32_t index) {
    return index < tuple.size ? short_repr(*tuple.items[index]) : std::string("the end");
  };
  for (uint32_t i = 0; i < a.size || i < b.size; ++i) {
    if (i < a.size && i < b.size && same_item(*a.items[i], *b.items[i]) != Sameness::Different) continue;
    return fmt::format("{} differs at {}: {} instead of {}", field, i, text(b, i), text(a, i));
  }
  return fmt::format("{} differs", field);
}

struct NumberField {
  std::string_view name;
  int32_t CodeObject::* member;
};
constexpr NumberField kNumbers[] = {
    {"co_argcount", &CodeObject::arg_count},
    {"co_posonlyargcount", &CodeObject::positional_only_count},
    {"co_kwonlyargcount", &CodeObject::keyword_only_count},
    {"co_stacksize", &CodeObject::stack_size},
};

struct ConstantField {
  std::string_view name;
  const Constant* CodeObject::* member;
};
constexpr ConstantField kTuples[] = {
    {"co_varnames", &CodeObject::locals_plus_names},
    {"co_names", &CodeObject::names},
    {"co_consts", &CodeObject::consts},
};
constexpr ConstantField kTexts[] = {
    {"co_name", &CodeObject::name},
    {"co_qualname", &CodeObject::qualified_name},
    {"co_filename", &CodeObject::filename},
};

/// What keeps them from being equal, code apart; `spelling` is set where strings are only interned otherwise.
std::optional<std::string> difference_in_fields(const CodeObject& a, const CodeObject& b, bool* spelling) {
  for (const NumberField& field : kNumbers)
    if (a.*field.member != b.*field.member)
      return fmt::format("{} differs: {} instead of {}", field.name, b.*field.member, a.*field.member);
  if (a.flags != b.flags) return flags_difference(a.flags, b.flags);
  for (const ConstantField& field : kTexts) {
    const Sameness same = compare_constants(*(a.*field.member), *(b.*field.member));
    // Whether co_filename is interned is up to who called the compiler.
    *spelling |= same == Sameness::Value && field.member != &CodeObject::filename;
    if (same == Sameness::Different)
      return fmt::format("{} differs: {} instead of {}", field.name, short_repr(*(b.*field.member)),
                         short_repr(*(a.*field.member)));
  }
  for (const ConstantField& field : kTuples) {
    const Sameness same = same_items(*(a.*field.member), *(b.*field.member));
    *spelling |= same == Sameness::Value;
    if (same == Sameness::Different)
      return tuple_difference(field.name, *(a.*field.member), *(b.*field.member));
  }
  if (!same_bytes(a.locals_plus_kinds, b.locals_plus_kinds)) return "kinds of variables differ";
  return std::nullopt;
}

bool same_code(const CodeObject& a, const CodeObject& b) {
  return same_bytes(a.code, b.code) && same_bytes(a.exception_table, b.exception_table);
}

/// What keeps them from being equal; the instruction that shows it says more than the table that it indexes.
std::optional<std::string> difference(const CodeObject& a, const CodeObject& b, Likeness likeness,
                                      bool* spelling, bool* only_tables) {
  auto field = difference_in_fields(a, b, spelling);
  if (!field && likeness == Likeness::Behaviour && !same_code(a, b)) return flow_difference(a, b);
  if (field || !same_bytes(a.code, b.code)) {
    if (auto instruction = code_difference(a, b)) return instruction;
    *only_tables = true;
    return field ? field : "code is encoded otherwise";
  }
  if (!same_bytes(a.exception_table, b.exception_table)) return "exception tables differ";
  return std::nullopt;
}

std::string position_difference(const CodeObject& a, const CodeObject& b) {
  if (a.first_line != b.first_line)
    return fmt::format("co_firstlineno differs: {} instead of {}", b.first_line, a.first_line);
  PositionReader x(a.line_table->text(), a.first_line);
  PositionReader y(b.line_table->text(), b.first_line);
  PositionRange p;
  PositionRange q;
  bool more = x.next(&p) && y.next(&q);
  while (more) {
    if (p.position != q.position) {
      const auto text = [](const Position& at) {
        return fmt::format("{}:{}-{}:{}", at.line, at.column, at.end_line, at.end_column);
      };
      return fmt::format("positions differ at offset {}: {} instead of {}", 2 * std::max(p.start, q.start),
                         text(q.position), text(p.position));
    }
    const uint32_t end = std::min(p.end, q.end);
    more = (p.end > end || x.next(&p)) && (q.end > end || y.next(&q));
  }
  return "position tables differ";
}

/// Finds for each code object that one code object holds its partner in another.
class Partners {
 public:
  /// `some`: of the one only definitions are in the other.
  Partners(const CodeObject& a, const CodeObject& b, bool some) {
    const std::vector<const CodeObject*> mine = inner(a, some);
    const std::vector<const CodeObject*> theirs = inner(b, some);
    if (!some && mine.size() == theirs.size()) {
      for (size_t i = 0; i < mine.size(); ++i) partners_.emplace(mine[i], theirs[i]);
      return;
    }
    std::unordered_map<std::string, std::vector<const CodeObject*>> by_name;
    for (size_t i = theirs.size(); i-- > 0;) by_name[key(*theirs[i], some)].push_back(theirs[i]);
    for (const CodeObject* code : mine) {
      const auto found = by_name.find(key(*code, some));
      if (found == by_name.end() || found->second.empty()) continue;
      partners_.emplace(code, found->second.back());
      found->second.pop_back();
    }
  }

  /// Null: it has none.
  const CodeObject* of(const CodeObject& code) const {
    const auto found = partners_.find(&code);
    return found == partners_.end() ? nullptr : found->second;
  }

 private:
  static std::vector<const CodeObject*> inner(const CodeObject& code, bool by_line) {
    std::vector<std::pair<int32_t, uint32_t>> places;
    for (uint32_t i = 0; i < code.consts->size; ++i)
      if (const Constant* constant = code.consts->items[i]; constant->is(ConstantKind::Code))
        places.emplace_back(by_line ? constant->code->first_line : 0, i);
    std::ranges::sort(places);
    std::vector<const CodeObject*> found;
    found.reserve(places.size());
    for (const auto& [line, index] : places) found.push_back(code.consts->items[index]->code);
    return found;
  }

  static std::string key(const CodeObject& code, bool by_name) {
    std::string key(code.qualified_name->text());
    return by_name ? key : key + fmt::format("\n{}", code.first_line);
  }

  std::unordered_map<const CodeObject*, const CodeObject*> partners_;
};

class Comparer {
 public:
  Comparer(Likeness likeness, const Reasons& missing) : likeness_(likeness), missing_(missing) {}

  /// Null: nothing stands in its place.
  void compare(const CodeObject& original, const CodeObject* ours, const CodeObject* parent) {
    if (!seen_.insert(&original).second) return;
    Comparison result;
    if (ours != nullptr)
      result = compare_one(original, *ours, likeness_);
    else
      result.reason = "nothing stands in its place";
    result.original = &original;
    result.parent = parent;
    results.push_back(std::move(result));
    std::optional<Partners> partners;
    if (ours != nullptr) partners.emplace(original, *ours, missing_.contains(&original));
    for (const Constant* constant : original.consts->elements())
      if (constant->is(ConstantKind::Code))
        compare(*constant->code, partners ? partners->of(*constant->code) : nullptr, &original);
  }

  std::vector<Comparison> results;

 private:
  Likeness likeness_;
  const Reasons& missing_;
  std::unordered_set<const CodeObject*> seen_;
};

}  // namespace

Comparison compare_one(const CodeObject& original, const CodeObject& ours, Likeness likeness) {
  Comparison result;
  result.original = &original;
  result.ours = &ours;
  bool spelling = false;
  if (auto reason = difference(original, ours, likeness, &spelling, &result.only_tables)) {
    result.reason = std::move(*reason);
    return result;
  }
  if (!same_code(original, ours))
    result.reason = "instructions stand in other places";
  else if (original.first_line != ours.first_line || !same_bytes(original.line_table, ours.line_table))
    result.reason = position_difference(original, ours);
  else if (spelling)
    result.reason = "a string is interned otherwise";
  result.verdict = result.reason.empty() ? Verdict::Exact : Verdict::Equal;
  return result;
}

std::vector<Comparison> compare(const CodeObject& original, const CodeObject& ours, Likeness likeness,
                                const Reasons& missing) {
  Comparer comparer(likeness, missing);
  comparer.compare(original, &ours, nullptr);
  return std::move(comparer.results);
}

}  // namespace ouro::decompiler
