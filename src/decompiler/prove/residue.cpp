#include "decompiler/prove/residue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "decompiler/prove/constants.h"
#include "decompiler/suites.h"

namespace ouro::decompiler {

namespace {

using namespace syntax;

constexpr std::string_view kMarkerStart = "__place_";
constexpr std::string_view kMarkerEnd = "__";

std::string marker(size_t place) {
  return fmt::format("{}{}{}", kMarkerStart, place, kMarkerEnd);
}

/// The number in a marker; nothing for other texts.
std::optional<size_t> marker_number(const Constant& text) {
  if (!text.is(ConstantKind::Str)) return std::nullopt;
  std::string_view digits = text.text();
  if (!digits.starts_with(kMarkerStart) || !digits.ends_with(kMarkerEnd)) return std::nullopt;
  digits.remove_prefix(kMarkerStart.size());
  digits.remove_suffix(std::min(kMarkerEnd.size(), digits.size()));
  size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// Where a statement goes that stands behind another, on its line.
SourceRange behind(const SourceRange& range) {
  SourceRange place;
  place.line = range.end_line != 0 ? range.end_line : range.line;
  place.column = place.end_column = -1;
  return place;
}

/// Goes through a body and adds dead statements.
class Adder {
 public:
  Adder(Workspace& workspace, const ScopeFacts& scope, const DeadCode& dead)
      : workspace_(workspace), scope_(scope), dead_(dead) {}

  void body(Stmts& list) {
    ArenaVector<Stmt*> result(workspace_.arena);
    result.reserve(list.size());
    const size_t before = list.size();
    for (Stmt* statement : list) {
      inside(*statement);
      result.push_back(statement);
      if (is_end(*statement)) add_place(behind(statement->range), result);
    }
    if (result.size() != before) list = result.span();
  }

 private:
  void inside(Stmt& statement) {
    if (is_definition(statement)) return;
    switch (statement.kind) {
      case StmtKind::While:
        return tested(*statement.as<WhileStmt>());
      case StmtKind::If:
        return tested(*statement.as<IfStmt>());
      case StmtKind::TryStar:
        return dead_else(*statement.as<TryStarStmt>());
      default:
        return suites(statement);
    }
  }

  void suites(Stmt& statement) {
    for_each_suite(statement, [this](Stmts& suite) { body(suite); });
  }

  /// What a constant test never lets control come to.
  template <class Node>
  void tested(Node& node) {
    suites(node);
    if (node.body.empty() || !is_constant(*node.test, false)) return;
    append_place(behind(node.body.back()->range), node.body);
  }

  /// The else part of a try whose body doesn't reach its end; of a try with `except*` its code comes last.
  void dead_else(TryStarStmt& node) {
    const bool dead = !node.body.empty() && is_end(*node.body.back());
    suites(node);
    if (!dead) return;
    SourceRange range = behind(node.orelse.empty() ? node.range : node.orelse.back()->range);
    if (range.line != 0 && node.orelse.empty()) ++range.line;
    append_place(range, node.orelse);
  }

  void append_place(const SourceRange& range, Stmts& list) {
    ArenaVector<Stmt*> result(workspace_.arena);
    result.append(list);
    add_place(range, result);
    if (result.size() != list.size()) list = result.span();
  }

  static bool is_constant(const Expr& test, bool value) {
    return test.kind == ExprKind::Constant && truth(*test.as<ConstantExpr>()->value) == value;
  }

  static bool is_end(const Stmt& statement) {
    switch (statement.kind) {
      case StmtKind::Return:
      case StmtKind::Raise:
      case StmtKind::Continue:
      case StmtKind::Break:
        return true;
      case StmtKind::Assert:
        return is_constant(*statement.as<AssertStmt>()->test, false);
      case StmtKind::While: {
        const auto& loop = *statement.as<WhileStmt>();
        return is_constant(*loop.test, true) && !has_break(loop.body);
      }
      default:
        return false;
    }
  }

  /// A break of the loop that these statements are the body of.
  static bool has_break(const Stmts& list) {
    return std::ranges::any_of(list, [](const Stmt* statement) { return may_break(*statement); });
  }

  /// Whether there is a break of the loop around the statement in it.
  static bool may_break(const Stmt& statement) {
    switch (statement.kind) {
      case StmtKind::Break:
        return true;
      case StmtKind::For:
        return has_break(statement.as<ForStmt>()->orelse);
      case StmtKind::AsyncFor:
        return has_break(statement.as<AsyncForStmt>()->orelse);
      case StmtKind::While:
        return has_break(statement.as<WhileStmt>()->orelse);
      default:
        return !is_definition(statement) && any_suite(statement, has_break);
    }
  }

  void add_place(const SourceRange& range, ArenaVector<Stmt*>& to) {
    const size_t place = next_place_++;
    if (dead_.markers) return add_marker(place, range, to);
    if (place >= dead_.places.size()) return;
    add_statements(dead_.places[place], range, to);
  }

  /// Puts the place's number into all tables.
  void add_marker(size_t place, const SourceRange& range, ArenaVector<Stmt*>& to) {
    const std::string text = marker(place);
    Expr* value = attribute(constant(workspace_.constants.str(text), range), text, range);
    to.push_back(raise(value, range));
    if (scope_.is_function) to.push_back(assign(text, range));
  }

  /// One call that loads it all, where there is a name to be called; variables have assignments of their own.
  void add_statements(const std::vector<DeadItem>& items, const SourceRange& range, ArenaVector<Stmt*>& to) {
    std::vector<Expr*> names;
    std::vector<Expr*> constants;
    for (const DeadItem& item : items) {
      if (item.kind == DeadItem::Kind::Variable)
        to.push_back(assign(item.object->text(), range));
      else if (item.kind == DeadItem::Kind::Constant)
        constants.push_back(constant(item.object, range));
      else
        names.push_back(expression(item, range));
    }
    if (names.empty()) {
      for (Expr* value : constants) to.push_back(raise(value, range));
      return;
    }
    names.insert(names.end(), constants.begin(), constants.end());
    auto* call = new_node<CallExpr>(workspace_.arena, range);
    call->func = names[0];
    call->args = workspace_.arena.copy(std::span<Expr* const>(names).subspan(1));
    auto* statement = new_node<ExprStmt>(workspace_.arena, range);
    statement->value = call;
    to.push_back(statement);
  }

  Expr* expression(const DeadItem& item, const SourceRange& range) {
    if (item.kind == DeadItem::Kind::Name) return name(item.object->text(), ExprContext::Load, range);
    const CodeObject& code = *scope_.code;
    Expr* base = code.arg_count + code.keyword_only_count > 0
                     ? name(code.locals_plus_names->items[0]->text(), ExprContext::Load, range)
                     : constant(code.consts->items[0], range);
    return attribute(base, item.object->text(), range);
  }

  Stmt* raise(Expr* value, const SourceRange& range) {
    auto* node = new_node<RaiseStmt>(workspace_.arena, range);
    node->exc = value;
    return node;
  }

  /// `x = x`: loads and stores nothing else.
  Stmt* assign(std::string_view variable, const SourceRange& range) {
    auto* node = new_node<AssignStmt>(workspace_.arena, range);
    node->targets = workspace_.arena.make_span<Expr*>(1);
    node->targets[0] = name(variable, ExprContext::Store, range);
    node->value = name(variable, ExprContext::Load, range);
    return node;
  }

  Expr* constant(const Constant* value, const SourceRange& range) {
    auto* node = new_node<ConstantExpr>(workspace_.arena, range);
    node->value = value;
    return node;
  }

  Expr* name(std::string_view text, ExprContext context, const SourceRange& range) {
    auto* node = new_node<NameExpr>(workspace_.arena, range);
    node->id = workspace_.names.intern(text);
    node->ctx = context;
    return node;
  }

  Expr* attribute(Expr* base, std::string_view text, const SourceRange& range) {
    auto* node = new_node<AttributeExpr>(workspace_.arena, range);
    node->value = base;
    node->attr = workspace_.names.intern(text);
    return node;
  }

  Workspace& workspace_;
  const ScopeFacts& scope_;
  const DeadCode& dead_;
  size_t next_place_ = 0;
};

bool is_identifier(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char ch : text) {
    const bool good = ch == '_' || (ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z');
    if (!good) return false;
  }
  return true;
}

using Items = std::vector<const Constant*>;

/// Finds out for one table what dead code at which place has put into it.
class TableMerge {
 public:
  /// `wanted`: the table as it was; `marked`: as it is with markers.
  TableMerge(const Items& wanted, const Items& marked) : wanted_(wanted) {
    for (const Constant* item : marked) {
      const auto number = marker_number(*item);
      if (number ? !place(*number) : !live(*item)) return;
    }
    while (next_ < wanted_.size())
      if (!introduce()) return;
    good_ = true;
  }

  /// False: no dead code makes this table.
  bool good() const { return good_; }
  const std::vector<std::pair<size_t, const Constant*>>& items() const { return items_; }

 private:
  bool place(size_t number) {
    place_ = number;
    return true;
  }

  /// An item that code which runs brings in here, unless it is there already.
  bool live(const Constant& item) {
    size_t at = 0;
    while (at < wanted_.size() && compare_constants(*wanted_[at], item) == Sameness::Different &&
           !(wanted_[at]->is(ConstantKind::Code) && item.is(ConstantKind::Code) && at >= next_))
      ++at;
    if (at == wanted_.size() || at < next_) return true;
    while (next_ < at)
      if (!introduce()) return false;
    ++next_;
    place_.reset();
    return true;
  }

  /// The next wanted item is brought in by dead code, at the last place before.
  bool introduce() {
    if (!place_ || wanted_[next_]->is(ConstantKind::Code)) return false;
    items_.emplace_back(*place_, wanted_[next_]);
    ++next_;
    return true;
  }

  const Items& wanted_;
  size_t next_ = 0;              // what of the wanted is there already
  std::optional<size_t> place_;  // the last one since something was brought in that runs
  std::vector<std::pair<size_t, const Constant*>> items_;
  bool good_ = false;
};

Items items_of(const Constant* tuple) {
  return {tuple->items, tuple->items + tuple->size};
}

/// Variables of a function that are no cells and come from nowhere else.
Items variables_of(const CodeObject& code) {
  Items result;
  const std::string_view kinds = code.locals_plus_kinds->text();
  for (uint32_t i = 0; i < code.locals_plus_names->size && i < kinds.size(); ++i)
    if ((static_cast<uint8_t>(kinds[i]) & kLocalLocal) != 0)
      result.push_back(code.locals_plus_names->items[i]);
  return result;
}

bool has_variable(const CodeObject& code, const Constant& name) {
  for (const Constant* variable : code.locals_plus_names->elements())
    if (variable->text() == name.text()) return true;
  return false;
}

DeadItem::Kind kind_of_name(const ScopeFacts& scope, const Constant& name) {
  if (scope.is_function && scope.code->arg_count + scope.code->keyword_only_count > 0)
    return DeadItem::Kind::Attribute;
  bool known = has_variable(*scope.code, name);
  for (const CodeObject* code : scope.around) known |= has_variable(*code, name);
  return known ? DeadItem::Kind::Attribute : DeadItem::Kind::Name;
}

}  // namespace

void add_dead_code(Workspace& workspace, const ScopeFacts& scope, const DeadCode& dead, Stmts& body) {
  Adder(workspace, scope, dead).body(body);
}

std::optional<DeadCode> find_dead_code(const ScopeFacts& scope, const CodeObject& marked) {
  DeadCode dead;
  const auto put = [&dead](size_t place, DeadItem item) {
    if (place >= dead.places.size()) dead.places.resize(place + 1);
    dead.places[place].push_back(item);
  };
  const CodeObject& code = *scope.code;
  const Items consts = items_of(code.consts);
  const TableMerge const_merge(consts, items_of(marked.consts));
  const Items names = items_of(code.names);
  const TableMerge name_merge(names, items_of(marked.names));
  if (!const_merge.good() || !name_merge.good()) return std::nullopt;
  for (const auto& [place, constant] : const_merge.items()) put(place, {DeadItem::Kind::Constant, constant});
  for (const auto& [place, name] : name_merge.items()) {
    const DeadItem::Kind kind = kind_of_name(scope, *name);
    const bool has_base = kind == DeadItem::Kind::Name || scope.is_function;
    if (!is_identifier(name->text()) || !has_base) return std::nullopt;
    put(place, {kind, name});
  }
  if (scope.is_function) {
    const Items variables = variables_of(code);
    const TableMerge merge(variables, variables_of(marked));
    if (!merge.good()) return std::nullopt;
    for (const auto& [place, variable] : merge.items()) {
      if (!is_identifier(variable->text())) return std::nullopt;
      put(place, {DeadItem::Kind::Variable, variable});
    }
  }
  if (dead.places.empty()) return std::nullopt;
  return dead;
}

}  // namespace ouro::decompiler
