// The proof: nothing is said about source that our own compiler has not confirmed.
//
//   rebuild → print → compile → compare → verdicts
//
// Reading bytecode is guessing what the programmer wrote. The guess is made once for the whole module, its
// text is compiled, and where the bytes are those of the original, which is the rule, all is said in one
// comparison. Otherwise each code object is compared with its counterpart. One that came out as something
// else is refused: the tree is rebuilt with that body missing, printed with the disassembly in its place as
// comments, and compiled again, because taking a body out can change what stands around it, and because the
// verdicts are about the text that is handed out and about no other. The innermost differing bodies are
// refused first: what differs around them may do so only for their sake. After a few rounds all that differ
// go, and at last what they hold.
//
// Of a body that is refused, be it the module's, the definitions in it stay in the text (read/skeleton.cpp),
// and have verdicts of their own. Where not even they are left, a module's text is nothing but comments.
//
// A text that our compiler refuses (a wrong guess can be a SyntaxError) names a line; the innermost body that
// covers it is refused, then its definitions, then the body around it.
#include "decompiler/prove/decompile.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "bytecode/positions.h"
#include "bytecode/verify.h"
#include "compiler/compile.h"
#include "decompiler/print/print.h"
#include "decompiler/prove/columns.h"
#include "decompiler/prove/compare.h"
#include "decompiler/prove/definitions.h"
#include "decompiler/prove/listing.h"
#include "decompiler/prove/outline.h"
#include "decompiler/prove/residue.h"
#include "decompiler/rebuild.h"
#include "decompiler/suites.h"
#include "pyc/marshal_writer.h"

namespace ouro::decompiler {

namespace {

constexpr std::string_view kInside = "inside a body that is unproven";
constexpr int kRounds = 8;         // of refusing bodies
constexpr int kPatientRounds = 4;  // of these, such that refuse only innermost bodies
constexpr int kLenientRounds = 6;  // of these, such that keep the definitions in what is refused

// The ways in which doubtful bodies are read, one after the other.
constexpr uint32_t kReadings[] = {reading::kLostTests, reading::kNewTests,
                                  reading::kLostTests | reading::kNewTests, reading::kLostOperands};

struct Memory {
  Workspace& original;
  Workspace& compiled;
  pyc::ByteBuffer& our_bytes;
  pyc::ByteBuffer& original_bytes;
};

/// The highest line that a code object has an instruction from.
int32_t last_line(const CodeObject& code) {
  PositionReader reader(code.line_table->text(), code.first_line);
  PositionRange range;
  int32_t last = code.first_line;
  while (reader.next(&range)) last = std::max(last, range.position.line);
  return last;
}

/// A text and what compiling it has shown.
struct Attempt {
  std::string source;
  Reasons missing;                               // bodies, with the reason
  std::unordered_set<const CodeObject*> owners;  // have a statement in the text; the module too
  std::optional<std::string> failure;            // there is no code: why
  int failed_line = 0;
  bool same_bytes = false;
  std::vector<Comparison> comparisons;
};

class Session {
 public:
  Session(const Memory& memory, const CodeObject& module, const DecompileOptions& options)
      : memory_(memory), module_(module), options_(options), outline_(module) {
    rebuild_.optimize = options.optimize;
    if (has_repetition()) return;  // run() gives up, and to go through it all could take for ever
    no_columns_ = has_no_columns(module);
    filling_ = filling_for(original_bytes().size());
  }

  bool has_repetition() const { return outline_.has_repetition(); }

  Decompiled run() {
    if (has_repetition()) return give_up("a code object stands in too many places");
    if (verify_code(module_, kPython311)) refuse_malformed();
    for (int round = 0; round < kRounds; ++round) {
      rebuild_.all_bare = round >= kLenientRounds;
      Attempt attempt = try_once();
      if (round == 0) {
        if (look_for_dead_code(attempt)) attempt = try_once();
        if (try_other_readings(attempt)) attempt = try_once();
      }
      if (options_.keep_unproven && !attempt.failure) return conclude(std::move(attempt));
      const auto missing = attempt.missing.find(&module_);
      if (missing != attempt.missing.end() && attempt.owners.size() == 1) return give_up(missing->second);
      if (!refuse_what_failed(attempt, round)) return conclude(std::move(attempt));
    }
    const auto refused = rebuild_.refused.find(&module_);
    return give_up(refused != rebuild_.refused.end() ? refused->second
                                                     : "too many bodies compile to something else");
  }

 private:
  void refuse_malformed() {
    for (size_t entry = 0; entry < outline_.entries().size(); ++entry)
      if (auto wrong = malformation(memory_.original, *outline_.entries()[entry].code))
        refuse(entry, std::move(*wrong));
  }

  Attempt try_once() {
    Attempt attempt;
    const Rebuilt rebuilt = rebuild(memory_.original, module_, rebuild_);
    add_dead_code_to(rebuilt);
    PrintOptions print_options;
    print_options.clean = options_.clean;
    print_options.filling = filling_;
    const std::vector<const syntax::Stmt*> standing = definitions_in(rebuilt.module->body);
    attempt.owners.insert(&module_);
    for (const syntax::Stmt* statement : standing) attempt.owners.insert(rebuilt.codes.at(statement));
    add_missing(rebuilt, nullptr, module_, attempt, print_options);
    for (const syntax::Stmt* statement : standing)
      add_missing(rebuilt, statement, *rebuilt.codes.at(statement), attempt, print_options);
    auto text = print(memory_.original, *rebuilt.module, print_options);
    if (!text.ok()) {
      attempt.failure = std::string(text.error()->message);
      return attempt;
    }
    attempt.source = std::move(text.value());
    compile(attempt);
    return attempt;
  }

  static void add_missing(const Rebuilt& rebuilt, const syntax::Stmt* statement, const CodeObject& code,
                          Attempt& attempt, PrintOptions& print_options) {
    const auto found = rebuilt.missing.find(statement);
    if (found == rebuilt.missing.end()) return;
    attempt.missing.emplace(&code, found->second);
    print_options.comments.emplace(statement, annotated_listing(code, found->second, attempt.owners));
  }

  ScopeFacts scope_of(const CodeObject* code, const syntax::Stmt* statement) const {
    ScopeFacts scope{code, statement != nullptr && statement->kind != syntax::StmtKind::ClassDef, {}};
    for (size_t entry = outline_.index(code); entry != 0;) {
      entry = outline_.entries()[entry].parent;
      scope.around.push_back(outline_.entries()[entry].code);
    }
    return scope;
  }

  void add_dead_code_to(const Rebuilt& rebuilt) {
    if (dead_code_.empty()) return;
    if (const auto found = dead_code_.find(&module_); found != dead_code_.end())
      add_dead_code(memory_.original, found->second.scope, found->second.dead, rebuilt.module->body);
    for (const auto& [statement, code] : rebuilt.codes) {
      const auto found = dead_code_.find(code);
      if (found == dead_code_.end() || rebuilt.missing.contains(statement)) continue;
      found->second.scope = scope_of(code, statement);
      // The key is const for the sake of looking it up; the tree is ours.
      add_dead_code(memory_.original, found->second.scope, found->second.dead,
                    *body_of(const_cast<syntax::Stmt&>(*statement)));
    }
  }

  /// Where only tables differ, what never runs may have filled them. Returns
  /// whether something was found that makes another attempt worthwhile.
  bool look_for_dead_code(const Attempt& attempt) {
    auto kept = std::exchange(dead_code_, {});
    const bool found = find_new_dead_code(attempt);
    dead_code_.merge(kept);
    return found;
  }

  bool find_new_dead_code(const Attempt& attempt) {
    for (const Comparison& one : attempt.comparisons) {
      if (!one.only_tables || !attempt.owners.contains(one.original)) continue;
      if (!is_missing(outline_.index(one.original), attempt))
        dead_code_[one.original] = {scope_of(one.original, nullptr), DeadCode{true, {}}};
    }
    if (dead_code_.empty()) return false;
    const Attempt marked = try_once();
    auto unknown = std::move(dead_code_);
    dead_code_.clear();
    for (const Comparison& one : marked.comparisons) {
      const auto found = unknown.find(one.original);
      if (found == unknown.end() || one.ours == nullptr) continue;
      if (auto dead = find_dead_code(found->second.scope, *one.ours))
        dead_code_[one.original] = {found->second.scope, std::move(*dead)};
    }
    return !dead_code_.empty();
  }

  /// The owners of what has compiled to something else or could not be read.
  std::unordered_set<size_t> doubtful(const Attempt& attempt) const {
    std::unordered_set<size_t> entries;
    for (const auto& [code, reason] : attempt.missing)
      if (!rebuild_.refused.contains(code)) entries.insert(outline_.index(code));
    for (const Comparison& one : attempt.comparisons)
      if (one.verdict == Verdict::Unproven) entries.insert(owner(outline_.index(one.original), attempt));
    return entries;
  }

  /// Reads doubtful bodies in other ways, and keeps those that prove to be right. Returns whether there are
  /// any.
  bool try_other_readings(const Attempt& attempt) {
    if (options_.clean || options_.keep_unproven || attempt.failure) return false;
    std::unordered_set<size_t> left = doubtful(attempt);
    bool better = false;
    for (const uint32_t way : kReadings) {
      if (left.empty()) break;
      const auto code_before = dead_code_;
      for (const size_t entry : left) rebuild_.readings[outline_.entries()[entry].code] = way;
      Attempt other = try_once();
      if (look_for_dead_code(other)) other = try_once();
      const std::unordered_set<size_t> still = other.failure ? left : doubtful(other);
      for (const size_t entry : left) {
        if (!still.contains(entry)) continue;
        const CodeObject* code = outline_.entries()[entry].code;
        rebuild_.readings.erase(code);
        dead_code_.erase(code);
        if (const auto found = code_before.find(code); found != code_before.end()) dead_code_.insert(*found);
      }
      better = better || std::ranges::any_of(left, [&](size_t entry) { return !still.contains(entry); });
      std::erase_if(left, [&](size_t entry) { return !still.contains(entry); });
    }
    return better;
  }

  void compile(Attempt& attempt) {
    memory_.compiled.rewind();
    compiler::CompileOptions options;
    options.optimize = options_.optimize;
    options.filename = module_.filename->text();
    // What is read of the file is for messages; the text is here, and the name is the original's.
    options.file_bytes = attempt.source;
    const auto code = compiler::compile_source(memory_.compiled, attempt.source, options.filename, options);
    if (!code.ok()) {
      attempt.failure = std::string(code.error()->message);
      attempt.failed_line = code.error()->line;
      return;
    }
    if (no_columns_) forget_columns(memory_.compiled, *code.value());
    attempt.same_bytes = attempt.missing.empty() && has_same_bytes(*code.value());
    if (!attempt.same_bytes)
      attempt.comparisons =
          compare(module_, *code.value(), options_.clean ? Likeness::Behaviour : Likeness::Instructions,
                  attempt.missing);
  }

  bool has_same_bytes(const CodeObject& ours) {
    memory_.our_bytes.clear();
    if (!pyc::write_marshal(memory_.compiled, ours, memory_.our_bytes).ok()) return false;
    return memory_.our_bytes.view() == original_bytes();
  }

  std::string_view original_bytes() {
    if (!options_.marshal.empty()) return options_.marshal;
    if (memory_.original_bytes.size() == 0 &&
        !pyc::write_marshal(memory_.original, module_, memory_.original_bytes).ok())
      memory_.original_bytes.clear();
    return memory_.original_bytes.view();
  }

  /// The innermost code object around (or at) an entry that has a body of statements in the text.
  size_t owner(size_t entry, const Attempt& attempt) const {
    while (!attempt.owners.contains(outline_.entries()[entry].code)) entry = outline_.entries()[entry].parent;
    return entry;
  }

  /// Whether an entry's text is not there: its body, or the one that it is an expression in, is missing.
  bool is_missing(size_t entry, const Attempt& attempt) const {
    return attempt.missing.contains(outline_.entries()[entry].code) ||
           attempt.missing.contains(outline_.entries()[owner(entry, attempt)].code);
  }

  void refuse(size_t entry, std::string reason) {
    rebuild_.refused.emplace(outline_.entries()[entry].code, std::move(reason));
  }

  /// Where not even the text of definitions alone can be compiled.
  void refuse_definitions(size_t entry) { rebuild_.bare.insert(outline_.entries()[entry].code); }

  /// Returns false when there is nothing to refuse.
  bool refuse_what_failed(const Attempt& attempt, int round) {
    if (attempt.failure) {
      const size_t entry = covering(attempt);
      if (attempt.missing.contains(outline_.entries()[entry].code))
        refuse_definitions(entry);
      else
        refuse(entry, *attempt.failure);
      return true;
    }
    std::unordered_map<size_t, std::string> differing;
    for (const Comparison& comparison : attempt.comparisons) {
      if (comparison.verdict != Verdict::Unproven) continue;
      const size_t entry = outline_.index(comparison.original);
      if (!is_missing(entry, attempt)) differing.emplace(owner(entry, attempt), comparison.reason);
    }
    std::unordered_set<size_t> around;
    if (round < kPatientRounds)
      for (const auto& [entry, reason] : differing) add_parents(entry, around);
    for (auto& [entry, reason] : differing)
      if (!around.contains(entry)) refuse(entry, std::move(reason));
    return !differing.empty();
  }

  void add_parents(size_t entry, std::unordered_set<size_t>& around) const {
    while (entry != 0) {
      entry = outline_.entries()[entry].parent;
      if (!around.insert(entry).second) return;
    }
  }

  /// The innermost body that covers the line where compiling failed and of which something is still there;
  /// the module when none does. Only where lines are the original's.
  size_t covering(const Attempt& attempt) const {
    size_t best = 0;
    if (options_.clean || attempt.failed_line <= 0) return best;
    for (size_t entry = 1; entry < outline_.entries().size(); ++entry) {
      const CodeObject& code = *outline_.entries()[entry].code;
      if (code.first_line > attempt.failed_line || !attempt.owners.contains(&code)) continue;
      if (attempt.missing.contains(&code) && rebuild_.is_bare(code)) continue;
      if (last_line(code) >= attempt.failed_line) best = entry;
    }
    return best;
  }

  Decompiled conclude(Attempt attempt) const {
    Decompiled result;
    result.source = std::move(attempt.source);
    result.verdict = Verdict::Exact;
    for (size_t entry = 0; entry < outline_.entries().size(); ++entry) {
      CodeVerdict verdict = blank_verdict(entry);
      judge(entry, attempt, verdict);
      result.verdict = std::max(result.verdict, verdict.verdict);
      result.codes.push_back(std::move(verdict));
    }
    return result;
  }

  CodeVerdict blank_verdict(size_t entry) const {
    const CodeObject& code = *outline_.entries()[entry].code;
    CodeVerdict verdict;
    verdict.qualified_name = code.qualified_name->text();
    verdict.line = code.first_line;
    return verdict;
  }

  void judge(size_t entry, const Attempt& attempt, CodeVerdict& verdict) const {
    const CodeObject* code = outline_.entries()[entry].code;
    if (const auto found = attempt.missing.find(code); found != attempt.missing.end()) {
      verdict.reason = found->second;
    } else if (is_missing(entry, attempt)) {
      verdict.reason = kInside;
      verdict.inside_unproven = true;
    } else if (attempt.same_bytes) {
      verdict.verdict = Verdict::Exact;
    } else {
      const Comparison& comparison = attempt.comparisons[entry];
      verdict.verdict = comparison.verdict;
      verdict.reason = comparison.reason;
      if (entry != 0 || verdict.verdict != Verdict::Exact || !all_exact(attempt)) return;
      verdict.verdict = Verdict::Equal;
      verdict.reason = "strings are interned or shared otherwise";
    }
  }

  static bool all_exact(const Attempt& attempt) {
    return std::ranges::all_of(attempt.comparisons,
                               [](const Comparison& one) { return one.verdict == Verdict::Exact; });
  }

  Decompiled give_up(const std::string& reason) const {
    Decompiled result;
    result.source = listing_as_source(annotated_listing(module_, reason));
    for (size_t entry = 0; entry < outline_.entries().size(); ++entry)
      result.codes.push_back(given_up(entry, reason));
    return result;
  }

  CodeVerdict given_up(size_t entry, const std::string& reason) const {
    CodeVerdict verdict = blank_verdict(entry);
    verdict.reason = entry == 0 ? reason : std::string(kInside);
    verdict.inside_unproven = entry != 0;
    return verdict;
  }

  struct Dead {
    ScopeFacts scope;
    DeadCode dead;
  };

  const Memory memory_;
  const CodeObject& module_;
  const DecompileOptions& options_;
  const Outline outline_;
  bool no_columns_ = false;
  int64_t filling_ = 0;
  RebuildOptions rebuild_;
  std::unordered_map<const CodeObject*, Dead> dead_code_;  // to be added to these bodies
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Exact:
      return "exact";
    case Verdict::Equal:
      return "equal";
    case Verdict::Unproven:
      break;
  }
  return "unproven";
}

Decompiled Decompiler::decompile(Workspace& workspace, const CodeObject& module,
                                 const DecompileOptions& options) {
  original_.clear();
  const Memory memory{workspace, compiled_, ours_, original_};
  Session session(memory, module, options);
  if (!session.has_repetition()) return session.run();
  const CodeObject* const spread = without_repetition(workspace, module);
  return spread == nullptr ? session.run() : Session(memory, *spread, options).run();
}

Decompiled decompile(Workspace& workspace, const CodeObject& module, const DecompileOptions& options) {
  Decompiler decompiler;
  return decompiler.decompile(workspace, module, options);
}

}  // namespace ouro::decompiler
