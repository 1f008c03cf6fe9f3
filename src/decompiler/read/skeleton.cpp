// What still stands of a body that is not known: the definitions in it.
//
// They stand at the lines where their code objects begin, without decorators, defaults, bases and
// annotations, which belong to the code around them. A function's variables that they need are kept: those of
// functions further out by `nonlocal`, the function's own, where nothing else that stands binds them, by
// assignments of `...`, behind all else. Nothing is read here but the tables of the code object, which may be
// malformed.
#include <algorithm>

#include "decompiler/limits.h"
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

namespace {

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

bool is_class(const CodeObject& code) {
  return (code.flags & (kCoOptimized | kCoNewLocals)) == 0;
}

/// The code objects of definitions among a code object's constants, in order of their lines.
std::vector<const CodeObject*> definitions_of(const CodeObject& code) {
  std::vector<std::pair<int32_t, uint32_t>> places;  // by line, then in their order
  for (uint32_t i = 0; i < code.consts->size; ++i) {
    const Constant* constant = code.consts->items[i];
    if (!constant->is(ConstantKind::Code)) continue;
    const std::string_view name = constant->code->name->text();
    if (!name.empty() && name.front() != '<') places.emplace_back(constant->code->first_line, i);
  }
  std::ranges::sort(places);
  std::vector<const CodeObject*> found;
  found.reserve(places.size());
  for (const auto& [line, index] : places) found.push_back(code.consts->items[index]->code);
  return found;
}

}  // namespace

void Reader::import_features(StmtList* body) {
  std::vector<syntax::Alias*> features;
  for (const Feature& feature : kFeatures)
    if ((code_.object().flags & feature.flag) != 0)
      features.push_back(make_alias(shared_.workspace.names.intern(feature.name), Name::none));
  if (features.empty()) return;
  auto* statement = make<syntax::ImportFromStmt>(Position());
  statement->range.line = 1;
  statement->module = Name::k_future;
  statement->names = list(features);
  body->push_back(statement);
}

Stmt* Reader::define_alone(const CodeObject& code) {
  FunctionValue& function = functions_.emplace_back();
  function.code = &code;
  function.is_class = is_class(code);
  if (code.first_line <= kMaxPlace)
    function.position.line = function.position.end_line = std::max(code.first_line, 1);
  Stmt* const statement = function.is_class ? class_definition(&function) : definition(&function);
  reason_.clear();
  return statement;
}

/// The variables of the scopes around that a code object needs; false when one of them is nowhere.
bool Reader::find_closure(const CodeObject& code, std::unordered_set<Name>* closure) const {
  const std::string_view kinds = code.locals_plus_kinds->text();
  for (size_t i = 0; i < std::min<size_t>(kinds.size(), code.locals_plus_names->size); ++i) {
    if ((static_cast<uint8_t>(kinds[i]) & kLocalFree) == 0) continue;
    const Name name = shared_.workspace.names.intern(code.locals_plus_names->items[i]->text());
    const bool implicit = scope_ == ScopeKind::Class && name == Name::k_class_cell;
    if (scope_ == ScopeKind::Module || (!implicit && !has_cell(name))) return false;
    closure->insert(name);
  }
  return true;
}

bool Reader::has_cell(Name name) const {
  const std::string_view text = shared_.workspace.names.text(name);
  for (uint32_t i = 0; i < code_.local_count(); ++i)
    if ((code_.local_kind(i) & (kLocalCell | kLocalFree)) != 0 && code_.local(i)->text() == text) return true;
  return false;
}

/// The variable that a definition in this scope binds.
Name Reader::bound_name(const CodeObject& code) const {
  const std::string_view name = code.name->text();
  const bool is_private = !private_prefix_.empty() && name.starts_with("__") && !name.ends_with("__");
  return shared_.workspace.names.intern(is_private ? private_prefix_ + std::string(name.substr(2)) : name);
}

/// Binds those of a function's own variables that the definitions need and that nothing else binds.
void Reader::bind_variables(const std::unordered_set<Name>& needed, const std::unordered_set<Name>& bound,
                            StmtList* body) {
  const CodeObject& code = code_.object();
  const int64_t parameters = int64_t{code.arg_count} + code.keyword_only_count +
                             ((code.flags & kCoVarArgs) != 0 ? 1 : 0) +
                             ((code.flags & kCoVarKeywords) != 0 ? 1 : 0);
  std::vector<Expr*> targets;
  for (uint32_t i = 0; i < code_.local_count(); ++i) {
    const Constant* const name = code_.local(i);
    if (i < parameters || (code_.local_kind(i) & kLocalCell) == 0) continue;
    const Name interned = shared_.workspace.names.intern(name->text());
    if (needed.contains(interned) && !bound.contains(interned))
      targets.push_back(make_name(name, Position(), syntax::ExprContext::Store));
  }
  if (targets.empty()) return;
  auto* statement = make<syntax::AssignStmt>(Position());
  statement->targets = list(targets);
  statement->value = make_constant(shared_.workspace.constants.ellipsis(), Position());
  body->push_back(statement);
}

/// Puts what can be defined into the body.
void Reader::define_all(StmtList* body) {
  std::unordered_set<Name> needed;
  std::unordered_set<Name> bound;
  for (const CodeObject* code : definitions_of(code_.object())) {
    if (!find_closure(*code, &needed)) continue;
    Stmt* const statement = define_alone(*code);
    if (statement == nullptr) continue;
    body->push_back(statement);
    bound.insert(bound_name(*code));
    // That its name is declared global shows in the qualified name.
    if (scope_ != ScopeKind::Module && code->qualified_name->text() == code->name->text())
      notes_.global_stores.emplace(bound_name(*code), Position());
  }
  if (scope_ == ScopeKind::Function) bind_variables(needed, bound, body);
}

namespace {

/// Where the import ends whose IMPORT_NAME stands in front of `at`.
uint32_t end_of_import(const Code& code, uint32_t at, bool has_list) {
  for (; at < code.size(); ++at) {
    switch (code[at].op) {
      case Op::IMPORT_FROM:
      case Op::SWAP:
        break;
      case Op::IMPORT_STAR:
        return at + 1;
      case Op::STORE_NAME:
      case Op::STORE_GLOBAL:
        if (!has_list) return at + 1;
        break;
      case Op::POP_TOP:
        if (has_list) return at + 1;
        break;
      default:
        return at;
    }
  }
  return at;
}

}  // namespace

/// The module's imports, wherever in it they stand.
void Reader::read_imports(StmtList* body) {
  for (uint32_t i = 0; i + 2 < code_.size(); ++i) {
    if (code_[i].op != Op::LOAD_CONST || code_[i + 1].op != Op::LOAD_CONST ||
        code_[i + 2].op != Op::IMPORT_NAME)
      continue;
    const Constant* const list = code_.constant(code_[i + 1].argument);
    const size_t before = body->size();
    at_ = i;
    stack_.clear();
    if (read_statements(end_of_import(code_, i + 3, list != nullptr && !list->is(ConstantKind::None)), body))
      continue;
    body->resize(before);
    reason_.clear();
  }
  stack_.clear();
}

StmtList Reader::module_skeleton() {
  StmtList statements;
  if (reason_.empty()) read_imports(&statements);
  define_all(&statements);
  std::vector<std::pair<int32_t, size_t>> order;
  bool future = false;
  for (size_t i = 0; i < statements.size(); ++i) {
    const bool first = is_future_import(*statements[i]);
    future |= first;
    order.emplace_back(first ? 0 : statements[i]->range.line, i);
  }
  std::ranges::sort(order);
  StmtList body;
  if (!future) import_features(&body);
  for (const auto& [line, index] : order) body.push_back(statements[index]);
  declare(&body);
  return body;
}

StmtList Reader::skeleton(bool with_definitions) {
  if (scope_ == ScopeKind::Module) return with_definitions ? module_skeleton() : StmtList();
  find_variables();
  header_end_ = definition_.line;
  StmtList body;
  if (with_definitions) define_all(&body);
  const bool empty = body.empty();
  for (uint32_t i = 0; i < code_.local_count(); ++i)
    if ((code_.local_kind(i) & kLocalFree) != 0)
      notes_.free_stores.insert(shared_.workspace.names.intern(code_.local(i)->text()));
  declare(&body);
  if (empty) body.push_back(make<syntax::PassStmt>(Position()));
  return body;
}

}  // namespace ouro::decompiler
