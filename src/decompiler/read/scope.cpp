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
  if (!read_statements(code_.size(), &statements)) return false;
  make_generator(&statements);
  if (front.empty() && statements.empty()) statements.push_back(empty_body());
  // Declarations come behind the docstring, which is one only at the beginning.
  declare(&front);
  body->insert(body->end(), front.begin(), front.end());
  body->insert(body->end(), statements.begin(), statements.end());
  return true;
}

/// A body of which nothing is left.
Stmt* Reader::empty_body() {
  return make<syntax::PassStmt>(Position());
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

void Reader::note_variable(Op op, const Constant* constant) {
  const Name name = shared_.workspace.names.intern(constant->text());
  switch (op) {
    case Op::LOAD_GLOBAL:
      notes_.global_loads.insert(name);
      break;
    case Op::STORE_GLOBAL:
    case Op::DELETE_GLOBAL:
      notes_.global_stores.insert(name);
      break;
    case Op::STORE_FAST:
    case Op::DELETE_FAST:
      notes_.bindings.insert(name);
      break;
    case Op::STORE_DEREF:
    case Op::DELETE_DEREF:
      if ((code_.local_kind(here().argument) & kLocalFree) != 0) {
        notes_.free_stores.insert(name);
      } else {
        notes_.bindings.insert(name);
      }
      [[fallthrough]];
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF:
    case Op::LOAD_CLOSURE:
      notes_.free_uses.insert(name);
      break;
    default:
      break;
  }
}

/// What a lambda or comprehension in this scope needs.
void Reader::note_inner(const ScopeNotes& notes) {
  inner_global_loads_.insert(notes.global_loads.begin(), notes.global_loads.end());
  notes_.inner_global_stores.insert(notes.global_stores.begin(), notes.global_stores.end());
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

template <class Statement>
void Reader::declare_names(std::vector<Name> names, StmtList* body) {
  if (names.empty()) return;
  auto text = [&](Name name) { return shared_.workspace.names.text(name); };
  std::ranges::sort(names, [&](Name a, Name b) { return text(a) < text(b); });
  for (Name& name : names) {
    const std::string_view mangled = text(name);
    if (!private_prefix_.empty() && mangled.starts_with(private_prefix_) && !mangled.ends_with("__"))
      name = shared_.workspace.names.intern(mangled.substr(private_prefix_.size() - 2));
  }
  auto* statement = make<Statement>(Position());
  statement->names = list(names);
  body->push_back(statement);
}

void Reader::declare(StmtList* body) {
  std::unordered_set<Name> globals = notes_.global_stores;
  if (scope_ == ScopeKind::Module || scope_ == ScopeKind::Class) {
    // Here a name is looked up by name unless it is declared.
    globals.insert(notes_.global_loads.begin(), notes_.global_loads.end());
    // A walrus in a comprehension makes its name global by itself.
    for (const Name name : notes_.inner_global_stores) globals.erase(name);
  } else {
    globals.insert(notes_.inner_global_stores.begin(), notes_.inner_global_stores.end());
    for (const Name name : notes_.global_loads)
      if (is_variable_around(name)) globals.insert(name);
  }
  if (scope_ != ScopeKind::Module)
    for (const Name name : inner_global_loads_)
      if (is_variable_around(name)) globals.insert(name);
  declare_names<syntax::GlobalStmt>({globals.begin(), globals.end()}, body);

  std::unordered_set<Name> nonlocals = notes_.free_stores;
  for (uint32_t i = 0; i < code_.local_count(); ++i) {
    if ((code_.local_kind(i) & kLocalFree) == 0) continue;
    const Name name = shared_.workspace.names.intern(code_.local(i)->text());
    if (!notes_.free_uses.contains(name) && name != Name::k_class_cell) nonlocals.insert(name);
  }
  declare_names<syntax::NonlocalStmt>({nonlocals.begin(), nonlocals.end()}, body);
}

}  // namespace ouro::decompiler
