#include "decompiler/read/asserts.h"

#include <algorithm>

#include "decompiler/read/reader.h"
#include "decompiler/suites.h"

namespace ouro::decompiler {

using namespace syntax;

namespace {

constexpr int32_t kDots = 3;       // the width of `...`
constexpr int32_t kWithDots = 10;  // `assert ...`
constexpr int32_t kIndentation = 4;
constexpr int32_t kAnyWidth = INT32_MAX;
constexpr SourceRange kNowhere = {0, -1, 0, -1};

/// The last place that is known of a tree's expressions, and the first one.
class Extent {
 public:
  explicit Extent(const Stmt& statement, bool with_suites) : with_suites_(with_suites) { inside(statement); }

  const SourceRange& range() const { return range_; }

 private:
  void note(const SourceRange& range) {
    if (range.line <= 0) return;
    const bool starts = range.column >= 0;
    if (starts && (range_.line <= 0 || range.line < range_.line ||
                   (range.line == range_.line && range.column < range_.column))) {
      range_.line = range.line;
      range_.column = range.column;
    }
    const bool ends = range.end_line > 0 && range.end_column >= 0;
    const int32_t line = ends ? range.end_line : range.line;
    const int32_t column = ends ? range.end_column : std::max(range.column, 0);
    if (line > range_.end_line || (line == range_.end_line && column > range_.end_column)) {
      range_.end_line = line;
      range_.end_column = column;
    }
  }

  template <class Node>
  void inside(const Node& node) {
    for_each_field(node, [this](const auto& part) { this->field(part); });
  }

  // An expression's range holds what is inside it.
  void field(Expr* expr) {
    if (expr == nullptr || ++depth_ > kDeepest) return;
    note(expr->range);
    if (expr->range.line <= 0 || expr->range.end_line <= 0) inside(*expr);
    --depth_;
  }
  void field(Exprs list) {
    for (Expr* expr : list) field(expr);
  }
  void field(Stmts list) {
    if (!with_suites_ || ++depth_ > kDeepest) return;
    for (const Stmt* statement : list) {
      note(statement->range);
      if (statement->range.end_line <= 0) inside(*statement);
    }
    --depth_;
  }
  void field(Comprehensions list) {
    for (const Comprehension* clause : list) {
      field(clause->target);
      field(clause->iter);
      field(clause->ifs);
    }
  }
  void field(ExceptHandlers list) {
    for (const ExceptHandler* handler : list) {
      note(handler->range);
      field(handler->body);
    }
  }
  void field(Keywords list) {
    for (const Keyword* keyword : list) field(keyword->value);
  }
  void field(WithItems list) {
    for (const WithItem* item : list) {
      field(item->context_expr);
      field(item->optional_vars);
    }
  }
  void field(MatchCases list) {
    for (const MatchCase* each : list) {
      if (each->pattern != nullptr) note(each->pattern->range);
      field(each->body);
    }
  }
  template <class Other>
  void field(const Other&) {}

  static constexpr int kDeepest = 100;
  const bool with_suites_;
  int depth_ = 0;
  SourceRange range_ = {0, -1, 0, -1};
};

bool is_unplaced(const Stmt& statement) {
  return statement.kind == StmtKind::Assert && statement.range.line <= 0 &&
         statement.as<AssertStmt>()->test->range.line <= 0;
}

/// All that is known of where the statement stands.
SourceRange known_extent(const Stmt& statement) {
  const SourceRange& own = statement.range;
  if (own.line > 0 && own.column >= 0 && own.end_line > 0 && own.end_column >= 0) return own;
  SourceRange range = Extent(statement, true).range();
  if (own.line > 0 && own.column >= 0 && (range.line <= 0 || own.line <= range.line)) {
    range.line = own.line;
    range.column = own.column;
  }
  if (range.end_line < own.line) range.end_line = own.line;
  return range;
}

/// Whether parentheses around its value may end the statement.
bool may_end_with_parenthesis(const Stmt& statement) {
  return statement.kind == StmtKind::Assign || statement.kind == StmtKind::AnnAssign ||
         statement.kind == StmtKind::Expr || statement.kind == StmtKind::Return;
}

/// Where an assertion can stand that ends with `whole`, behind `before`; no place: kNowhere. It begins the
/// line, at that column, unless it has one of its own.
SourceRange place_for_assert(const SourceRange& whole, const SourceRange& before, int32_t column,
                             bool may_join) {
  const int32_t line = whole.end_line;
  const int32_t end = whole.end_column;
  if (line > before.end_line) {
    if (end - column >= kShortestAssert) return {line, -1, line, end};
    if (line > before.end_line + 1) return {line - 1, -1, line, end};
    return kNowhere;
  }
  constexpr int32_t kSeparator = 2;  // `: ` or `; `
  if (!may_join || line < before.end_line || end - before.end_column < kWithDots + kSeparator)
    return kNowhere;
  return {line, end - kWithDots, line, end};
}

}  // namespace

bool is_place_of_assert(const Position& position) {
  return has_columns(position) &&
         (position.end_line > position.line || position.end_column - position.column >= kShortestAssert);
}

SourceRange end_of_header(const Stmt& statement) {
  return Extent(statement, false).range();
}

Stmt* LostAssertions::make() {
  auto* test = new_node<ConstantExpr>(workspace_.arena, kNowhere);
  test->value = workspace_.constants.ellipsis();
  auto* node = new_node<AssertStmt>(workspace_.arena, kNowhere);
  node->test = test;
  widths_.emplace(node, kAnyWidth);
  return node;
}

void LostAssertions::fill(const SourceRange& whole, const SourceRange& header, StmtList* body) {
  const bool lost = is_unplaced(*body->back());
  const bool alone = lost && body->size() == 1;
  SourceRange before = alone ? header : known_extent(*(*body)[body->size() - (lost ? 2 : 1)]);
  if (before.end_line < whole.line) before.end_line = whole.line;
  int32_t column = alone ? whole.column + kIndentation : known_extent(*body->front()).column;
  if (column < 0) column = whole.column + kIndentation;
  const SourceRange place = place_for_assert(whole, before, column, alone || !lost);
  if (place.end_line <= 0) {
    if (alone && whole.end_line == before.end_line)
      body->back() = new_node<PassStmt>(workspace_.arena, kNowhere);
    return;
  }
  if (!lost && place.line != place.end_line && may_end_with_parenthesis(*body->back())) return;
  Stmt* const statement = lost ? body->back() : make();
  if (!lost) body->push_back(statement);
  statement->range = place;
  auto* test = statement->as<AssertStmt>()->test;
  if (place.line != place.end_line) return;
  widths_[statement] = place.end_column - (place.column >= 0 ? place.column : column);
  const int32_t width = place.end_column - column >= kWithDots || place.column >= 0 ? kDots : 1;
  if (width == 1) test->as<ConstantExpr>()->value = workspace_.constants.integer(1);
  test->range = {place.end_line, place.end_column - width, place.end_line, place.end_column};
}

Stmt* LostAssertions::find(const Stmts& statements, int32_t width, int depth) const {
  constexpr int kDeepest = 100;
  if (depth > kDeepest) return nullptr;
  Stmt* found = nullptr;
  for (Stmt* statement : statements) {
    if (const auto lost = widths_.find(statement); lost != widths_.end() && lost->second >= width)
      return statement;
    if (is_definition(*statement)) continue;
    any_suite(*statement, [&](Stmts& suite) {
      found = find(suite, width, depth + 1);
      return found != nullptr;
    });
    if (found != nullptr) return found;
  }
  return nullptr;
}

void LostAssertions::mention(const std::vector<Name>& names, bool inside_lambda, AssertStmt& statement) {
  Arena& arena = workspace_.arena;
  std::vector<Expr*> values;
  values.reserve(names.size());
  for (const Name name : names) {
    auto* node = new_node<NameExpr>(arena, kNowhere);
    node->id = name;
    values.push_back(node);
  }
  const SourceRange& end = statement.range;
  if (end.end_line > 0 && end.line == end.end_line) {
    const auto width = static_cast<int32_t>(workspace_.names.text(names.back()).size());
    values.back()->range = {end.end_line, end.end_column - width, end.end_line, end.end_column};
  }
  statement.test = values[0];
  if (values.size() > 1) {
    auto* node = new_node<BoolOpExpr>(arena, kNowhere);
    node->op = BoolOperator::And;
    node->values = arena.copy(std::span<Expr* const>(values));
    statement.test = node;
  }
  if (!inside_lambda) return;
  auto* lambda = new_node<LambdaExpr>(arena, kNowhere);
  lambda->args = arena.make<Arguments>();
  lambda->body = statement.test;
  statement.test = lambda;
}

/// What stood where nothing is left of a body.
Stmt* Reader::lost_statement() {
  if (shared_.options.optimize > 0) return lost_.make();
  return make<PassStmt>(Position());
}

/// Variables that nothing uses which is left: cells, or what comes from functions around.
std::vector<Name> Reader::lost_variables(bool cells) const {
  std::unordered_set<std::string_view> inner;
  for (const Constant* constant : code_.object().consts->elements()) {
    if (!constant->is(ConstantKind::Code)) continue;
    const CodeObject& code = *constant->code;
    const std::string_view kinds = code.locals_plus_kinds->text();
    for (uint32_t i = 0; i < code.locals_plus_names->size && i < kinds.size(); ++i)
      if ((static_cast<uint8_t>(kinds[i]) & kLocalFree) != 0)
        inner.insert(code.locals_plus_names->items[i]->text());
  }
  const auto& globals = notes_.global_loads;
  const bool has_super = globals.contains(shared_.workspace.names.intern("super"));
  std::vector<Name> names;
  for (uint32_t i = 0; i < code_.local_count(); ++i) {
    const uint8_t kind = code_.local_kind(i);
    if ((kind & (cells ? kLocalCell : kLocalFree)) == 0 || inner.contains(code_.local(i)->text())) continue;
    const Name name = shared_.workspace.names.intern(code_.local(i)->text());
    const bool used = !cells && (notes_.free_uses.contains(name) || notes_.free_stores.contains(name));
    if (!used && !(name == Name::k_class_cell && has_super)) names.push_back(written(name));
  }
  return names;
}

/// What a lost assertion has used and nothing else: a variable is a cell for the sake of a lambda or
/// comprehension in it, or comes from a function around.
void Reader::mention_lost_variables(StmtList* body) {
  if (scope_ != ScopeKind::Function) return;
  std::vector<Name> names = lost_variables(true);
  const bool inside_lambda = !names.empty();
  const std::vector<Name> free = lost_variables(false);
  names.insert(names.end(), free.begin(), free.end());
  if (names.empty()) return;
  size_t width = kShortestAssert + (inside_lambda ? std::string_view("lambda: ").size() : 0);
  for (const Name name : names)
    width += shared_.workspace.names.text(name).size() + std::string_view(" and ").size();
  constexpr size_t kWidest = 1 << 20;
  Stmt* statement = lost_.find(list(*body), static_cast<int32_t>(std::min(width, kWidest)));
  if (statement == nullptr) {
    statement = make<AssertStmt>(Position());
    int32_t line = 0;
    const size_t place = place_for_declaration(*body, Position(), &line);
    if (line > 0) statement->range = {line, -1, 0, -1};
    body->insert(body->begin() + static_cast<ptrdiff_t>(place), statement);
  }
  lost_.mention(names, inside_lambda, *statement->as<AssertStmt>());
}

}  // namespace ouro::decompiler
