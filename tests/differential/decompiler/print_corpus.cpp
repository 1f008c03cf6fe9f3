// print_corpus [--lines-only] [--clean] [--damage=SEED] [--exact=PERCENT] [--text] [-v] FILE|DIR...: what the
// printer makes of real sources.
//
// Each .py file is parsed and compiled; then every range that the code's position tables do not hold is
// blanked out of the (folded) tree, as rebuild() cannot know it, and the tree is printed and compiled again.
//   exact      the same marshal bytes
//   equal      the same code, other positions
//   different  other code
//   broken     the text does not compile, or could not be made
// -v says where each file that is not exact differs first. --text writes the printed text. With --lines-only
// the tree has no columns; --clean prints in clean style.
// --damage=SEED changes ranges at random.
// --exact=PERCENT: exit code 1 if fewer files are exact; different and broken files always are a failure.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/thread_pool.h"
#include "base/workspace.h"
#include "bytecode/positions.h"
#include "compiler/compile.h"
#include "decompiler/print/print.h"
#include "pyc/marshal_writer.h"
#include "syntax/dump.h"
#include "syntax/source.h"

namespace {

using namespace ouro;
using namespace ouro::syntax;

double processor_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct RangeHash {
  size_t operator()(const Position& p) const {
    uint64_t h = static_cast<uint32_t>(p.line);
    for (const int32_t part : {p.column, p.end_line, p.end_column})
      h = h * 0x9E3779B97F4A7C15u + static_cast<uint32_t>(part);
    return h ^ h >> 29;
  }
};
using Ranges = std::unordered_set<Position, RangeHash>;

void collect(const CodeObject& code, Ranges& ranges) {
  PositionReader reader(code.line_table->text(), code.first_line);
  PositionRange range;
  while (reader.next(&range)) ranges.insert(range.position);
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) collect(*constant->code, ranges);
}

/// Takes out of a tree what its code does not know.
class Blanker {
 public:
  Blanker(Workspace& workspace, const Ranges& ranges, bool lines_only, uint32_t damage)
      : workspace_(workspace), ranges_(ranges), lines_only_(lines_only), damage_(damage) {}

  void statements(Stmts list) {
    for (Stmt* s : list) statement(s);
  }

 private:
  bool known(const SourceRange& r) const {
    return ranges_.contains(Position{r.line, r.end_line, r.column, r.end_column});
  }
  void blank(SourceRange& range) {
    if (!known(range))
      range = {};
    else if (lines_only_)
      range.column = range.end_column = -1;
    if (damage_ != 0) damage(range);
  }

  uint32_t random() {
    damage_ = damage_ * 1664525 + 1013904223;
    return damage_ >> 10;
  }

  /// Now and then, something that is not so.
  void damage(SourceRange& range) {
    if (random() % 8 != 0) return;
    int32_t* const parts[] = {&range.line, &range.column, &range.end_line, &range.end_column};
    int32_t& part = *parts[random() % 4];
    const int32_t values[] = {0, -1, part + 1, part - 1, part + 7, 1, 100000, INT32_MAX, part * 2};
    part = values[random() % std::size(values)];
  }

  /// Where an attribute on a later line moves the start of its instructions.
  bool moved_known(const AttributeExpr* attribute, const SourceRange& whole) const {
    const auto length = static_cast<int32_t>(workspace_.names.text(attribute->attr).size());
    SourceRange range = whole;
    range.line = attribute->range.end_line;
    range.column = attribute->range.end_column - length;
    return known(range);
  }

  static bool later_name(const Expr* e) {
    return e->kind == ExprKind::Attribute && e->range.line != e->range.end_line;
  }

  void statement(Stmt* s) {
    const bool keep = s->kind == StmtKind::AugAssign && later_name(s->as<AugAssignStmt>()->target) &&
                      moved_known(s->as<AugAssignStmt>()->target->as<AttributeExpr>(), s->range);
    if (!keep) blank(s->range);
    switch (s->kind) {
#define FIELD(type, name) field(n->name);
#define STMT(name, fields)                          \
  case StmtKind::name: {                            \
    [[maybe_unused]] auto* n = s->as<name##Stmt>(); \
    fields break;                                   \
  }
#include "syntax/nodes.def"
    }
  }

  void expression(Expr* e) {
    bool keep = false;
    if (later_name(e)) keep = moved_known(e->as<AttributeExpr>(), e->range);
    if (e->kind == ExprKind::Call && later_name(e->as<CallExpr>()->func))
      keep = moved_known(e->as<CallExpr>()->func->as<AttributeExpr>(), e->range);
    if (keep && lines_only_) e->range.column = e->range.end_column = -1;
    if (e->kind == ExprKind::Constant) e->as<ConstantExpr>()->unicode_prefix = false;
    switch (e->kind) {
#define EXPR(name, fields)                          \
  case ExprKind::name: {                            \
    [[maybe_unused]] auto* n = e->as<name##Expr>(); \
    fields break;                                   \
  }
#include "syntax/nodes.def"
    }
    if (!keep) blank(e->range);
  }

  void pattern(Pattern* p) {
    blank(p->range);
    switch (p->kind) {
#define PATTERN(name, fields)                          \
  case PatternKind::name: {                            \
    [[maybe_unused]] auto* n = p->as<name##Pattern>(); \
    fields break;                                      \
  }
#include "syntax/nodes.def"
    }
  }

  void field(Expr* e) {
    if (e != nullptr) expression(e);
  }
  void field(Pattern* p) {
    if (p != nullptr) pattern(p);
  }
  void field(Exprs list) {
    for (Expr* e : list) field(e);
  }
  void field(Stmts list) { statements(list); }
  void field(Patterns list) {
    for (Pattern* p : list) pattern(p);
  }
  void field(Comprehensions list) {
    for (Comprehension* c : list) {
      expression(c->target);
      expression(c->iter);
      field(c->ifs);
    }
  }
  void field(ExceptHandlers list) {
    for (ExceptHandler* handler : list) {
      blank(handler->range);
      field(handler->type);
      statements(handler->body);
    }
  }
  void argument(Arg* arg) {
    if (arg == nullptr) return;
    arg->range = {};
    field(arg->annotation);
  }
  void field(Arguments* args) {
    for (Args list : {args->posonlyargs, args->args, args->kwonlyargs})
      for (Arg* arg : list) argument(arg);
    argument(args->vararg);
    argument(args->kwarg);
    field(args->kw_defaults);
    field(args->defaults);
  }
  void field(Keywords list) {
    for (Keyword* keyword : list) {
      keyword->range = {};
      expression(keyword->value);
    }
  }
  void field(Aliases list) {
    for (Alias* alias : list) alias->range = {};
  }
  void field(WithItems list) {
    for (WithItem* item : list) {
      expression(item->context_expr);
      field(item->optional_vars);
    }
  }
  void field(MatchCases list) {
    for (MatchCase* c : list) {
      pattern(c->pattern);
      field(c->guard);
      statements(c->body);
    }
  }
  template <class Other>
  void field(const Other&) {}

  Workspace& workspace_;
  const Ranges& ranges_;
  const bool lines_only_;
  uint32_t damage_;
};

// --- Comparison

struct Difference {
  bool code = false;
  std::string what;
};

std::string show(const Position& p) {
  return fmt::format("{}:{}-{}:{}", p.line, p.column, p.end_line, p.end_column);
}

std::string show(const Constant& c) {
  if (c.is(ConstantKind::Str) || c.is(ConstantKind::Bytes))
    return "'" + std::string(c.text().substr(0, 60)) + "'";
  if (c.is(ConstantKind::Float)) return fmt::format("{}", c.real);
  return fmt::format("constant of kind {} size {}", static_cast<int>(c.kind), c.size);
}

bool same_constant(const Constant& a, const Constant& b) {
  if (a.kind != b.kind || a.size != b.size) return false;
  switch (a.kind) {
    case ConstantKind::Str:
    case ConstantKind::Bytes:
      return a.text() == b.text();
    case ConstantKind::Int:
      return a.negative == b.negative && std::equal(a.limbs, a.limbs + a.size, b.limbs);
    case ConstantKind::Float:
    case ConstantKind::Complex:
      return std::memcmp(&a.real, &b.real, sizeof a.real) == 0 &&
             std::memcmp(&a.imag, &b.imag, sizeof a.imag) == 0;
    case ConstantKind::Tuple:
    case ConstantKind::FrozenSet:
      for (uint32_t i = 0; i < a.size; ++i)
        if (!same_constant(*a.items[i], *b.items[i])) return false;
      return true;
    default:
      return true;
  }
}

bool find_code_difference(const CodeObject& a, const CodeObject& b, Difference& found) {
  auto say = [&](std::string what) {
    found = {true, fmt::format("{} line {}: {}", a.qualified_name->text(), a.first_line, what)};
    return true;
  };
  if (a.consts->size != b.consts->size)
    return say(fmt::format("{} constants, {}", a.consts->size, b.consts->size));
  for (uint32_t i = 0; i < a.consts->size; ++i) {
    const Constant& x = *a.consts->items[i];
    const Constant& y = *b.consts->items[i];
    if (x.is(ConstantKind::Code) && y.is(ConstantKind::Code)) {
      if (find_code_difference(*x.code, *y.code, found)) return true;
    } else if (!same_constant(x, y)) {
      return say("constant " + show(x) + " became " + show(y));
    }
  }
  if (a.code->text() != b.code->text()) return say("instructions");
  if (!same_constant(*a.names, *b.names)) return say("names");
  if (!same_constant(*a.locals_plus_names, *b.locals_plus_names)) return say("locals");
  if (a.exception_table->text() != b.exception_table->text()) return say("exception table");
  if (a.flags != b.flags || a.arg_count != b.arg_count) return say("flags");
  return false;
}

bool find_position_difference(const CodeObject& a, const CodeObject& b, Difference& found) {
  PositionReader old_reader(a.line_table->text(), a.first_line);
  PositionReader new_reader(b.line_table->text(), b.first_line);
  PositionRange x;
  PositionRange y;
  if (a.first_line != b.first_line) {
    found.what =
        fmt::format("first line of {}: {} became {}", a.qualified_name->text(), a.first_line, b.first_line);
    return true;
  }
  while (old_reader.next(&x) && new_reader.next(&y)) {
    if (x.position == y.position) continue;
    found.what = fmt::format("{} {}: {} became {}", a.qualified_name->text(),
                             x.position.line != y.position.line || x.position.end_line != y.position.end_line
                                 ? "lines"
                                 : "columns",
                             show(x.position), show(y.position));
    return true;
  }
  for (uint32_t i = 0; i < a.consts->size; ++i)
    if (a.consts->items[i]->is(ConstantKind::Code) &&
        find_position_difference(*a.consts->items[i]->code, *b.consts->items[i]->code, found))
      return true;
  found.what = "no position: references";
  return false;
}

// --- Files

struct Options {
  bool lines_only = false;
  bool clean = false;
  uint32_t damage = 0;
  bool verbose = false;
  bool text = false;
  double exact = 0;
};

struct Statistics {
  uint64_t files = 0, skipped = 0, exact = 0, equal = 0, different = 0, broken = 0, bytes = 0;
  double seconds = 0;
};

enum class Outcome { Skipped, Exact, Equal, Different, Broken };

class FileCheck {
 public:
  FileCheck(const Options& options, Statistics& statistics) : options_(options), statistics_(statistics) {}

  Outcome run(const std::string& source, std::string* detail) {
    Workspace first;
    const Result<const CodeObject*> original = compiler::compile_source(first, source, "x.py", {});
    if (!original.ok()) return Outcome::Skipped;
    Ranges ranges;
    collect(*original.value(), ranges);
    const std::string text = printed(source, ranges, detail);
    if (text.empty() && !detail->empty()) return Outcome::Broken;
    if (options_.text) fmt::print("{}", text);
    Workspace second;
    const Result<const CodeObject*> again = compiler::compile_source(second, text, "x.py", {});
    if (!again.ok()) {
      *detail = fmt::format("line {}: {}: {}", again.error()->line, again.error()->message,
                            line_of(text, again.error()->line));
      return Outcome::Broken;
    }
    pyc::ByteBuffer a;
    pyc::ByteBuffer b;
    if (!pyc::write_marshal(first, *original.value(), a).ok() ||
        !pyc::write_marshal(second, *again.value(), b).ok())
      return Outcome::Skipped;
    if (a.view() == b.view()) return Outcome::Exact;
    // Other lines make other code: then it is the trees that have to be equal.
    if (by_tree()) return compare_trees(text, detail);
    Difference difference;
    if (!find_code_difference(*original.value(), *again.value(), difference))
      find_position_difference(*original.value(), *again.value(), difference);
    *detail = difference.what;
    return difference.code ? Outcome::Different : Outcome::Equal;
  }

 private:
  static std::string line_of(const std::string& text, int line) {
    size_t at = 0;
    for (int i = 1; i < line && at != std::string::npos; ++i) at = text.find('\n', at) + 1;
    return text.substr(at, std::min<size_t>(100, text.find('\n', at) - at));
  }

  bool by_tree() const { return options_.clean || options_.lines_only || options_.damage != 0; }

  Outcome compare_trees(const std::string& text, std::string* detail) {
    Workspace workspace;
    std::string printed_dump;
    with_tree(workspace, text, {}, 0, [&](Module& module) { printed_dump = dump(workspace, module, false); });
    if (printed_dump == original_dump_) return Outcome::Equal;
    size_t at = 0;
    while (at < printed_dump.size() && at < original_dump_.size() && printed_dump[at] == original_dump_[at])
      ++at;
    const size_t from = at < 60 ? 0 : at - 60;
    *detail =
        fmt::format("tree: {} became {}", original_dump_.substr(from, 120), printed_dump.substr(from, 120));
    return Outcome::Different;
  }

  /// The folded tree without what `ranges` does not hold.
  template <class Use>
  bool with_tree(Workspace& workspace, const std::string& source, const Ranges& ranges, uint32_t damage,
                 Use use) {
    compiler::CompileOptions compile_options;
    compiler::Compilation compilation{
        workspace, compile_options, workspace.constants.str("x.py"), {}, compiler::ConstantCache(workspace)};
    Result<SourceText> decoded = decode_source(workspace, source, "x.py");
    if (!decoded.ok()) return false;
    Result<Module*> module = parse(workspace, decoded.value(), compiler::parse_options(compile_options));
    if (!module.ok()) return false;
    Result<compiler::Features> features = compiler::find_features(compilation, *module.value());
    if (!features.ok()) return false;
    compilation.features = features.value();
    if (!compiler::optimise_tree(compilation, *module.value()).ok()) return false;
    Blanker(workspace, ranges, options_.lines_only, damage).statements(module.value()->body);
    use(*module.value());
    return true;
  }

  std::string printed(const std::string& source, const Ranges& ranges, std::string* detail) {
    Workspace workspace;
    std::string out;
    with_tree(workspace, source, ranges, options_.damage, [&](const Module& module) {
      if (by_tree()) original_dump_ = dump(workspace, module, false);
      out = print_tree(workspace, module, source.size(), detail);
    });
    return out;
  }

  std::string print_tree(Workspace& workspace, const Module& module, size_t size, std::string* detail) {
    decompiler::PrintOptions print_options;
    print_options.clean = options_.clean;
    const double start = processor_seconds();
    Result<std::string> text = decompiler::print(workspace, module, print_options);
    statistics_.seconds += processor_seconds() - start;
    statistics_.bytes += size;
    if (text.ok()) return text.value();
    *detail = text.error()->message;
    return {};
  }

  const Options& options_;
  Statistics& statistics_;
  std::string original_dump_;
};

void check_file(const std::filesystem::path& path, const Options& options, Statistics& statistics) {
  std::ifstream file(path, std::ios::binary);
  const std::string source((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::string detail;
  const Outcome outcome = FileCheck(options, statistics).run(source, &detail);
  ++statistics.files;
  constexpr std::string_view kNames[] = {"skipped", "exact", "equal", "different", "broken"};
  uint64_t* counters[] = {&statistics.skipped, &statistics.exact, &statistics.equal, &statistics.different,
                          &statistics.broken};
  ++*counters[static_cast<size_t>(outcome)];
  const bool failure = outcome == Outcome::Different || outcome == Outcome::Broken;
  if (failure || (options.verbose && outcome == Outcome::Equal))
    fmt::print("{} {}: {}\n", kNames[static_cast<size_t>(outcome)], path.string(), detail);
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
    if (entry.is_regular_file() && entry.path().extension() == ".py") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

int run(int argc, char** argv) {
  Options options;
  Statistics statistics;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--lines-only")
      options.lines_only = true;
    else if (argument.starts_with("--damage="))
      options.damage = static_cast<uint32_t>(std::atoi(argument.data() + 9));
    else if (argument == "--clean")
      options.clean = true;
    else if (argument == "--text")
      options.text = true;
    else if (argument == "-v")
      options.verbose = true;
    else if (argument.starts_with("--exact="))
      options.exact = std::atof(argument.data() + 8);
    else
      for (const auto& path : files_below(argument)) check_file(path, options, statistics);
  }
  const uint64_t compared = statistics.files - statistics.skipped;
  const double share =
      compared == 0 ? 0 : 100.0 * static_cast<double>(statistics.exact) / static_cast<double>(compared);
  if (!options.text)
    fmt::print("{} files, {} skipped; {} exact ({:.2f} %), {} equal, {} different, {} broken; {:.1f} MB/s\n",
               statistics.files, statistics.skipped, statistics.exact, share, statistics.equal,
               statistics.different, statistics.broken,
               static_cast<double>(statistics.bytes) / 1e6 / std::max(statistics.seconds, 1e-9));
  return statistics.different + statistics.broken != 0 || share < options.exact;
}

}  // namespace

int main(int argc, char** argv) {
  int result = 0;
  ouro::run_with_worker_stack([&] { result = run(argc, argv); });
  return result;
}
