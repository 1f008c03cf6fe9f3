// def, async def, class and lambda: what MAKE_FUNCTION makes and what is done with it.
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::ExprKind;

namespace {

// MAKE_FUNCTION's operand.
constexpr uint32_t kHasDefaults = 1;
constexpr uint32_t kHasKeywordDefaults = 2;
constexpr uint32_t kHasAnnotations = 4;
constexpr uint32_t kHasClosure = 8;

constexpr uint32_t kMaxDepth = 100;  // of code objects

}  // namespace

bool Reader::step_function() {
  if (op() == Op::MAKE_FUNCTION) return make_function();
  // The end of a class body: the cell of __class__ is stored and returned, where others return None.
  if (scope_ == ScopeKind::Class && at_ + 3 < code_.size() && code_[at_ + 1].op == Op::COPY &&
      code_[at_ + 2].op == Op::STORE_NAME && code_[at_ + 3].op == Op::RETURN_VALUE) {
    at_ += 4;
    return swallowed_statement(code_[at_ - 4].position, at_ - 4);
  }
  if (const Constant* name = code_.local(here().argument)) note_variable(op(), name);
  push({.kind = Slot::Kind::Closure, .position = here().position});
  return next();
}

/// The items of a tuple that the compiler has made, which may be constant.
bool Reader::pop_made_tuple(std::vector<Expr*>* items) {
  Expr* value = pop_value();
  if (value == nullptr) return false;
  if (value->kind == ExprKind::Tuple) {
    const auto elements = value->as<syntax::TupleExpr>()->elts;
    items->assign(elements.begin(), elements.end());
    return true;
  }
  if (value->kind != ExprKind::Constant || !value->as<syntax::ConstantExpr>()->value->is(ConstantKind::Tuple))
    return fail("no tuple for a function");
  *items = constant_items(value);
  return true;
}

bool Reader::make_function() {
  const uint32_t flags = here().argument;
  Slot slot;
  if (!pop(&slot)) return false;
  if (slot.kind != Slot::Kind::CodeValue) return fail("a function without code");
  FunctionValue& function = functions_.emplace_back();
  function.code = slot.code;
  function.position = here().position;
  if ((flags & kHasClosure) != 0) {
    if (!pop(&slot)) return false;
    if (slot.kind != Slot::Kind::Closure) return fail("a function without its closure");
  }
  if ((flags & kHasAnnotations) != 0 && !pop_annotations(function)) return false;
  if ((flags & kHasKeywordDefaults) != 0 && !pop_keyword_defaults(function)) return false;
  if ((flags & kHasDefaults) != 0) {
    if (!stack_.empty() && stack_.back().kind == Slot::Kind::Value) {
      const auto places = item_places_.find(stack_.back().expr);
      if (places != item_places_.end()) function.default_places = places->second;
    }
    if (!pop_made_tuple(&function.defaults)) return false;
  }
  push({.kind = Slot::Kind::Function, .position = here().position, .function = &function});
  return next();
}

bool Reader::pop_annotations(FunctionValue& function) {
  std::vector<Expr*> items;
  const Expr* const tuple = stack_.empty() ? nullptr : stack_.back().expr;
  if (!pop_made_tuple(&items)) return false;
  if (items.size() % 2 != 0) return fail("annotations without names");
  if (const auto places = item_places_.find(tuple); places != item_places_.end())
    place_annotations(places->second, items);
  for (size_t i = 0; i < items.size(); i += 2) {
    const Constant* name =
        items[i]->kind == ExprKind::Constant ? items[i]->as<syntax::ConstantExpr>()->value : nullptr;
    if (name == nullptr || !name->is(ConstantKind::Str)) return fail("annotations without names");
    function.annotations.emplace_back(shared_.workspace.names.intern(name->text()), annotation(items[i + 1]));
  }
  return true;
}

/// The last annotations are the safest guess for the places that are known.
void Reader::place_annotations(const std::vector<Position>& places, const std::vector<Expr*>& items) {
  for (Expr* item : items) item->range = range_of({});
  const size_t count = std::min(places.size(), items.size() / 2);
  for (size_t i = 0; i < count; ++i)
    items[items.size() - 1 - 2 * i]->range = range_of(places[places.size() - 1 - i]);
}

bool Reader::pop_keyword_defaults(FunctionValue& function) {
  Expr* value = pop_value();
  if (value == nullptr) return false;
  if (value->kind != ExprKind::Dict) return fail("no defaults of keywords");
  const auto* dict = value->as<syntax::DictExpr>();
  for (size_t i = 0; i < dict->values.size(); ++i) {
    const Expr* key = dict->keys[i];
    const Constant* name =
        key != nullptr && key->kind == ExprKind::Constant ? key->as<syntax::ConstantExpr>()->value : nullptr;
    if (name == nullptr || !name->is(ConstantKind::Str)) return fail("no defaults of keywords");
    function.keyword_defaults.emplace_back(shared_.workspace.names.intern(name->text()), dict->values[i]);
  }
  return true;
}

bool Reader::store_definition(FunctionValue* function, Expr* target) {
  if (target->kind != ExprKind::Name) return fail("a definition that is stored elsewhere");
  if (function->code->name->text() == "<lambda>") return fail("a decorated lambda");
  Stmt* statement = function->is_class ? class_definition(function) : definition(function);
  if (statement == nullptr) return false;
  emit(statement);
  return true;
}

syntax::Exprs Reader::decorators(const FunctionValue& function) {
  std::vector<Expr*> result;
  for (size_t i = function.decorators.size(); i-- > 0;) result.push_back(function.decorators[i].first);
  return list(result);
}

Stmt* Reader::class_definition(FunctionValue* function) {
  auto* statement = make<syntax::ClassDefStmt>(function->position);
  statement->name = shared_.workspace.names.intern(function->code->name->text());
  statement->bases = list(function->bases);
  statement->keywords = list(function->keywords);
  statement->decorator_list = decorators(*function);
  statement->body = inner_body(*function->code, ScopeKind::Class, statement);
  return statement;
}

Stmt* Reader::definition(FunctionValue* function) {
  const CodeObject& code = *function->code;
  syntax::Arguments* arguments = parameters(*function);
  if (arguments == nullptr) return nullptr;
  Expr* returns = nullptr;
  for (const auto& [name, value] : function->annotations)
    if (name == Name::k_return_) returns = value;
  auto fill = [&](auto* statement) -> Stmt* {
    statement->name = shared_.workspace.names.intern(code.name->text());
    statement->args = arguments;
    statement->returns = returns;
    statement->decorator_list = decorators(*function);
    statement->body = inner_body(code, ScopeKind::Function, statement);
    return statement;
  };
  if ((code.flags & (kCoCoroutine | kCoAsyncGenerator)) != 0)
    return fill(make<syntax::AsyncFunctionDefStmt>(function->position));
  return fill(make<syntax::FunctionDefStmt>(function->position));
}

syntax::Stmts Reader::inner_body(const CodeObject& code, ScopeKind scope, const Stmt* statement) {
  shared_.result.codes.emplace(statement, &code);
  const auto known = shared_.bodies.find(&code);
  if (known == shared_.bodies.end()) {
    InnerBody body;
    const auto refused = shared_.options.refused.find(&code);
    if (refused != shared_.options.refused.end()) {
      body.reason = refused->second;
    } else if (shared_.depth >= kMaxDepth) {
      body.reason = "too deeply nested";
    } else {
      ++shared_.depth;
      Reader reader(shared_, code, scope, this);
      reader.set_definition(position_of(statement->range));
      body.good = reader.read_body(&body.statements);
      if (!body.good) body.reason = reader.reason();
      --shared_.depth;
    }
    if (!body.good) {
      ++shared_.depth;
      Reader reader(shared_, code, scope, this, TablesOnly());
      reader.set_definition(position_of(statement->range));
      body.statements = reader.skeleton(shared_.depth < kMaxDepth && !shared_.options.is_bare(code));
      --shared_.depth;
    }
    shared_.bodies.emplace(&code, body);
  }
  const InnerBody& body = shared_.bodies.at(&code);
  if (!body.good) shared_.result.missing.emplace(statement, body.reason);
  return list(body.statements);
}

const InnerValue& Reader::inner_value(const CodeObject& code, ScopeKind scope) {
  const auto known = shared_.values.find(&code);
  if (known != shared_.values.end()) return known->second;
  InnerValue value;
  const auto refused = shared_.options.refused.find(&code);
  if (refused != shared_.options.refused.end()) {
    value.reason = refused->second;
  } else if (shared_.depth >= kMaxDepth) {
    value.reason = "too deeply nested";
  } else {
    ++shared_.depth;
    Reader reader(shared_, code, scope, this);
    if (scope == ScopeKind::Lambda) {
      value.element = reader.read_lambda();
    } else if (!reader.read_comprehension(&value)) {
      value.element = nullptr;
    }
    if (value.element == nullptr) value.reason = reader.reason() + " of " + std::string(code.name->text());
    value.notes = std::move(reader.notes_);
    for (const Name name : reader.inner_global_loads_) value.notes.global_loads.emplace(name, Position());
    --shared_.depth;
  }
  return shared_.values.emplace(&code, std::move(value)).first->second;
}

Expr* Reader::lambda_of(FunctionValue* function) {
  if (function->is_class || function->code->name->text() != "<lambda>")
    return fail("a function that is no value"), nullptr;
  if (!function->decorators.empty()) {
    // `decorator(lambda)` has the form of a decorator's call only where somebody has made it so.
    return fail("a decorated lambda"), nullptr;
  }
  syntax::Arguments* arguments = parameters(*function);
  if (arguments == nullptr) return nullptr;
  const InnerValue& inner = inner_value(*function->code, ScopeKind::Lambda);
  if (inner.element == nullptr) return fail(inner.reason), nullptr;
  note_inner(inner.notes);
  auto* node = make<syntax::LambdaExpr>(function->position);
  node->args = arguments;
  node->body = inner.element;
  return node;
}

Expr* Reader::read_lambda() {
  StmtList body;
  if (!reason_.empty()) return nullptr;
  skip_prologue();
  if (!read_statements(code_.size(), &body)) return nullptr;
  Expr* value = value_of(body);
  if (value == nullptr) fail("a lambda that is no expression");
  return value;
}

/// The value that statements return, where they are no more than an expression.
Expr* Reader::value_of(std::span<Stmt* const> body) {
  if (body.empty()) return nullptr;
  if (body.size() == 1 && body[0]->kind == syntax::StmtKind::Return)
    return body[0]->as<syntax::ReturnStmt>()->value;
  if (body[0]->kind != syntax::StmtKind::If) return nullptr;
  const auto* branch = body[0]->as<syntax::IfStmt>();
  Expr* first = value_of(branch->body);
  Expr* second = value_of(branch->orelse.empty() ? body.subspan(1) : branch->orelse);
  if (first == nullptr || second == nullptr || (!branch->orelse.empty() && body.size() > 1)) return nullptr;
  auto* node = make<syntax::IfExpExpr>(position_of(branch->range));
  node->test = branch->test;
  node->body = first;
  node->orelse = second;
  return node;
}

}  // namespace ouro::decompiler
