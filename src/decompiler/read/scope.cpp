// What a scope is besides its statements: the prologue, docstrings, declarations.
//
// `global` and `nonlocal` leave no code. They are needed where a name is used in a way that it would not have
// without them: a global that is stored from a function or read where a function around has a variable of
// that name, a free variable that is stored. They become the first statements of the body, at no place.
#include <algorithm>

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::StmtKind;

void Reader::skip_prologue() {
  while (at_ < code_.size()) {
    switch (op()) {
      case Op::COPY_FREE_VARS:
      case Op::MAKE_CELL:
      case Op::RETURN_GENERATOR:
        ++at_;
        break;
      case Op::POP_TOP:  // behind RETURN_GENERATOR
        if (at_ == 0 || code_[at_ - 1].op != Op::RETURN_GENERATOR) return;
        ++at_;
        break;
      case Op::RESUME:
        ++at_;
        return;
      default:
        return;
    }
  }
}

/// `__module__ = __name__` and `__qualname__ = '...'`.
bool Reader::skip_class_prologue() {
  constexpr Op kPrologue[] = {Op::LOAD_NAME, Op::STORE_NAME, Op::LOAD_CONST, Op::STORE_NAME};
  for (const Op expected : kPrologue) {
    if (at_ >= code_.size()) return fail("no beginning of a class");
    // In a class inside a function that has such a variable, or where it is declared global.
    const bool load = expected == Op::LOAD_NAME && (op() == Op::LOAD_GLOBAL || op() == Op::LOAD_CLASSDEREF);
    const bool store = expected == Op::STORE_NAME && (op() == Op::STORE_GLOBAL || op() == Op::STORE_DEREF);
    if (op() != expected && !load && !store) return fail("no beginning of a class");
    ++at_;
  }
  return true;
}

/// A string that is stored as `__doc__` without a place of its own.
bool Reader::read_stored_docstring(StmtList* body) {
  const uint32_t first = at_ < code_.size() && op() == Op::SETUP_ANNOTATIONS ? at_ + 1 : at_;
  if (first + 1 >= code_.size() || code_[first].op != Op::LOAD_CONST || code_[first + 1].op != Op::STORE_NAME)
    return false;
  const Constant* text = code_.constant(code_[first].argument);
  const Constant* name = code_.name(code_[first + 1].argument);
  if (text == nullptr || !text->is(ConstantKind::Str) || name == nullptr || name->text() != "__doc__")
    return false;
  if (has_columns(code_[first].position) && !(code_[first].position == code_[first + 1].position))
    return false;
  auto* statement = make<syntax::ExprStmt>(code_[first].position);
  statement->value = make_constant(text, code_[first].position);
  body->push_back(statement);
  at_ = first + 2;
  return true;
}

/// The line where the docstring ends, or the first one where it can.
int32_t Reader::end_of_docstring(const Stmt& statement) const {
  if (statement.range.end_line > 0) return statement.range.end_line;
  const Constant* text = statement.as<syntax::ExprStmt>()->value->as<syntax::ConstantExpr>()->value;
  const auto lines = std::ranges::count(text->text(), '\n');
  return definition_.line + 1 + static_cast<int32_t>(lines);
}

void Reader::read_docstring(StmtList* body) {
  if (scope_ == ScopeKind::Module || scope_ == ScopeKind::Class) {
    read_stored_docstring(body);
    return;
  }
  const Constant* first = code_.constant(0);
  if (first == nullptr || !first->is(ConstantKind::Str)) return;
  auto* statement = make<syntax::ExprStmt>(Position());
  statement->value = make_constant(first, Position());
  body->push_back(statement);
}

bool Reader::read_body(StmtList* body) {
  if (!reason_.empty()) return false;
  find_variables();
  skip_prologue();
  if (scope_ == ScopeKind::Class && !skip_class_prologue()) return false;
  StmtList front;
  read_docstring(&front);
  StmtList statements;
  body_recursion_ = recursion_ + 1;
  if (!read_statements(code_.size(), &statements)) return false;
  make_generator(&statements);
  if (scope_ != ScopeKind::Module) end_body(front, &statements);
  // Declarations come behind the docstring, which is one only at the beginning.
  header_end_ = definition_.line;
  if (!front.empty()) header_end_ = end_of_docstring(*front.front());
  declare(&statements);
  if (shared_.options.optimize > 0) mention_lost_variables(&statements);
  body->insert(body->end(), front.begin(), front.end());
  body->insert(body->end(), statements.begin(), statements.end());
  return true;
}

/// What belongs to the end of a definition's body, behind the docstring and the statements.
void Reader::end_body(const StmtList& front, StmtList* statements) {
  if (front.empty() && statements->empty()) statements->push_back(lost_statement());
  if (!front.empty() && statements->empty() && shared_.options.optimize > 0 &&
      !ends_with_docstring(*front.front()))
    statements->push_back(lost_.make());
  // How far parameters reach is not known.
  const SourceRange header = {definition_.line, -1, definition_.line, definition_.end_column};
  fill_end(range_of(definition_), header, statements);
}

/// Whether a definition whose body is a docstring may end with that, as far as its width tells.
bool Reader::ends_with_docstring(const Stmt& statement) const {
  constexpr int32_t kIndentation = 4;
  constexpr int32_t kQuotes = 3;
  if (!has_columns(definition_) || definition_.end_line <= definition_.line) return true;
  const Constant* value = statement.as<syntax::ExprStmt>()->value->as<syntax::ConstantExpr>()->value;
  const std::string_view text = value->text();
  const size_t newline = text.rfind('\n');
  const std::string_view last = newline == std::string_view::npos ? text : text.substr(newline + 1);
  // Escapes make it wider.
  if (last.find_first_of("\\\"'\t") != std::string_view::npos) return true;
  const auto width = static_cast<int32_t>(last.size());
  const int32_t end = definition_.end_column;
  if (newline != std::string_view::npos && end == width + kQuotes) return true;
  // From its own beginning, in one line, with one quote or three, or an `r`.
  const int32_t alone = end - definition_.column - kIndentation - width;
  if (alone == 2 || alone == 3 || alone == 2 * kQuotes || alone == 2 * kQuotes + 1) return true;
  return end - definition_.column - kIndentation < kShortestAssert;
}

/// A generator's code says so even where no yield can be reached.
void Reader::make_generator(StmtList* body) {
  if ((code_.object().flags & (kCoGenerator | kCoAsyncGenerator)) == 0 || notes_.yields) return;
  auto* yield = make<syntax::ExprStmt>(Position());
  yield->value = make<syntax::YieldExpr>(Position());
  const bool ends =
      !body->empty() && (body->back()->kind == StmtKind::Return || body->back()->kind == StmtKind::Raise);
  if (ends) {
    body->push_back(yield);
    return;
  }
  auto* branch = make<syntax::IfStmt>(Position());
  branch->test = make_constant(shared_.workspace.constants.boolean(false), Position());
  branch->body = list(std::vector<Stmt*>{yield});
  body->push_back(branch);
}

void Reader::find_variables() {
  if (scope_ == ScopeKind::Module || scope_ == ScopeKind::Class) return;
  for (uint32_t i = 0; i < code_.local_count(); ++i)
    variables_.insert(shared_.workspace.names.intern(code_.local(i)->text()));
}

/// Whether a function around this scope has a variable of that (mangled) name.
bool Reader::is_variable_around(Name name) const {
  for (const Reader* reader = parent_; reader != nullptr; reader = reader->parent_)
    if (reader->variables_.contains(name)) return true;
  return false;
}

bool is_future_import(const Stmt& statement) {
  return statement.kind == StmtKind::ImportFrom &&
         statement.as<syntax::ImportFromStmt>()->module == Name::k_future;
}

namespace {

bool is_simple(const Stmt& statement) {
  switch (statement.kind) {
    case StmtKind::Assign:
    case StmtKind::AugAssign:
    case StmtKind::Expr:
    case StmtKind::Import:
    case StmtKind::ImportFrom:
    case StmtKind::Delete:
    case StmtKind::Assert:
      return true;
    default:
      return false;
  }
}

// Nothing but a docstring may stand in front of these.
size_t after_future_imports(const StmtList& body) {
  size_t count = 0;
  while (count < body.size() && is_future_import(*body[count])) ++count;
  return count;
}

void note_use(ScopeNotes::Uses& uses, Name name, const Position& position) {
  const auto [found, added] = uses.emplace(name, position);
  if (!added && (found->second.line <= 0 || starts_before(position, found->second))) found->second = position;
}

}  // namespace

void Reader::note_variable(Op op, const Constant* constant) {
  const Position& position = here().position;
  auto name = [&] { return shared_.workspace.names.intern(constant->text()); };
  switch (op) {
    case Op::LOAD_GLOBAL:
      note_use(notes_.global_loads, name(), position);
      break;
    case Op::STORE_GLOBAL:
    case Op::DELETE_GLOBAL:
      note_use(notes_.global_stores, name(), position);
      break;
    case Op::STORE_FAST:
    case Op::DELETE_FAST:
      notes_.bindings.insert(name());
      break;
    case Op::STORE_DEREF:
    case Op::DELETE_DEREF:
      if ((code_.local_kind(here().argument) & kLocalFree) != 0) {
        notes_.free_stores.insert(name());
      } else {
        notes_.bindings.insert(name());
      }
      [[fallthrough]];
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF:
      note_use(notes_.free_uses, name(), position);
      break;
    case Op::LOAD_CLOSURE:  // an inner scope may use a name that is declared later
      notes_.free_uses.emplace(name(), Position());
      break;
    default:
      break;
  }
}

/// What a lambda or comprehension in this scope needs.
void Reader::note_inner(const ScopeNotes& notes) {
  for (const auto& [name, use] : notes.global_loads) inner_global_loads_.insert(name);
  for (const auto& [name, use] : notes.global_stores) notes_.inner_global_stores.insert(name);
  notes_.inner_global_stores.insert(notes.inner_global_stores.begin(), notes.inner_global_stores.end());
  for (const Name name : notes.free_stores) {
    // A walrus in a comprehension: the variable is this scope's own, or one further out.
    if (is_free(name)) {
      notes_.free_stores.insert(name);
    } else {
      notes_.bindings.insert(name);
    }
  }
}

bool Reader::is_free(Name name) const {
  for (uint32_t i = 0; i < code_.local_count(); ++i)
    if ((code_.local_kind(i) & kLocalFree) != 0 &&
        code_.local(i)->text() == shared_.workspace.names.text(name))
      return true;
  return false;
}

/// Where a name is used first; nowhere when only inner scopes use it.
Position Reader::first_use(Name name) const {
  Position first;
  for (const ScopeNotes::Uses* uses : {&notes_.global_loads, &notes_.global_stores, &notes_.free_uses}) {
    const auto found = uses->find(name);
    if (found == uses->end() || found->second.line <= 0) continue;
    if (first.line <= 0 || starts_before(found->second, first)) first = found->second;
  }
  return first;
}

/// In front of which statement a declaration can stand on a line of its own, or else behind one; the names
/// are used first at `use`.
size_t Reader::place_for_declaration(const StmtList& body, const Position& use, int32_t* line) const {
  const size_t first = after_future_imports(body);
  const int32_t before = first > 0 ? body[first - 1]->range.end_line : std::max(header_end_, 0);
  return room_for_declaration(body, first, before, use, line);
}

/// The same from the statement `first` on; the line `before` is the last one in front of it.
size_t Reader::room_for_declaration(const StmtList& body, size_t first, int32_t before, const Position& use,
                                    int32_t* line) const {
  size_t behind = first;
  *line = 0;
  for (size_t i = first; i < body.size() && (before > 0 || scope_ == ScopeKind::Module); ++i) {
    const SourceRange& range = body[i]->range;
    if (range.line <= 0 || (use.line > 0 && starts_before(use, position_of(range)))) break;
    if (range.line > before + 1) {
      *line = range.line - 1;
      return i;
    }
    if (behind == first && i > first && range.line > before && is_simple(*body[i - 1])) {
      behind = i;
      *line = before;
    }
    before = range.end_line;
  }
  return behind;
}

/// A name as it stands in the source.
Name Reader::written(Name mangled) const {
  const std::string_view text = shared_.workspace.names.text(mangled);
  if (private_prefix_.empty() || !text.starts_with(private_prefix_) || text.ends_with("__")) return mangled;
  return shared_.workspace.names.intern(text.substr(private_prefix_.size() - 2));
}

template <class Statement>
void Reader::declare_names(const std::unordered_set<Name>& declared, StmtList* body) {
  if (declared.empty()) return;
  auto text = [&](Name name) { return shared_.workspace.names.text(name); };
  Position use;
  for (const Name name : declared) {
    const Position first = first_use(name);
    if (first.line > 0 && (use.line <= 0 || starts_before(first, use))) use = first;
  }
  std::vector<Name> names(declared.begin(), declared.end());
  std::ranges::sort(names, [&](Name a, Name b) { return text(a) < text(b); });
  for (Name& name : names) name = written(name);
  auto* statement = make<Statement>(Position());
  statement->names = list(names);
  int32_t line = 0;
  const size_t place = place_for_declaration(*body, use, &line);
  if (line > 0) statement->range = {line, -1, 0, -1};
  if (line == 0 && declare_inside(statement, use, *body)) return;
  if (line == 0 && declare_by_lines(statement, use, place, body)) return;
  body->insert(body->begin() + static_cast<ptrdiff_t>(place), statement);
}

void Reader::declare(StmtList* body) {
  std::unordered_set<Name> globals;
  for (const auto& [name, use] : notes_.global_stores) globals.insert(name);
  if (scope_ == ScopeKind::Module || scope_ == ScopeKind::Class) {
    // Here a name is looked up by name unless it is declared.
    for (const auto& [name, use] : notes_.global_loads) globals.insert(name);
    // A walrus in a comprehension makes its name global by itself.
    for (const Name name : notes_.inner_global_stores) globals.erase(name);
  } else {
    globals.insert(notes_.inner_global_stores.begin(), notes_.inner_global_stores.end());
    for (const auto& [name, use] : notes_.global_loads)
      if (is_variable_around(name)) globals.insert(name);
  }
  if (scope_ != ScopeKind::Module)
    for (const Name name : inner_global_loads_)
      if (is_variable_around(name)) globals.insert(name);
  declare_names<syntax::GlobalStmt>(globals, body);

  // Optimized code has lost what used the others.
  if (shared_.options.optimize > 0 && scope_ == ScopeKind::Function)
    return declare_names<syntax::NonlocalStmt>(notes_.free_stores, body);
  std::unordered_set<Name> nonlocals = notes_.free_stores;
  for (uint32_t i = 0; i < code_.local_count(); ++i) {
    if ((code_.local_kind(i) & kLocalFree) == 0) continue;
    const Name name = shared_.workspace.names.intern(code_.local(i)->text());
    if (!notes_.free_uses.contains(name) && name != Name::k_class_cell) nonlocals.insert(name);
  }
  declare_names<syntax::NonlocalStmt>(nonlocals, body);
}

}  // namespace ouro::decompiler
