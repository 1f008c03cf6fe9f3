// Simple statements, and suites of statements.
#include <algorithm>

#include "decompiler/print/printer.h"
#include "decompiler/suites.h"

namespace ouro::decompiler {

using namespace syntax;

namespace {

bool is_docstring(const Stmt* s) {
  return s->kind == StmtKind::Expr && s->as<ExprStmt>()->value->kind == ExprKind::Constant &&
         s->as<ExprStmt>()->value->as<ConstantExpr>()->value->is(ConstantKind::Str);
}

/// The expression that begins a statement without a keyword; null where a keyword does.
const Expr* leading_expression(const Stmt* s) {
  switch (s->kind) {
    case StmtKind::Expr:
      return s->as<ExprStmt>()->value;
    case StmtKind::Assign:
      return s->as<AssignStmt>()->targets[0];
    case StmtKind::AugAssign:
      return s->as<AugAssignStmt>()->target;
    case StmtKind::AnnAssign:
      return s->as<AnnAssignStmt>()->target;
    default:
      return nullptr;
  }
}

constexpr int64_t kCleanWidth = 88;

constexpr std::string_view kAugmented[] = {
    "+=", "-=", "*=", "@=", "/=", "%=", "**=", "<<=", ">>=", "|=", "^=", "&=", "//="};

}  // namespace

Place statement_place(const Stmt* s, bool* reliable) {
  *reliable = false;
  if (const Expr* leading = leading_expression(s)) {
    if (s->range.line > 0 && s->kind != StmtKind::Expr) {
      *reliable = true;
      return start_of(s->range);
    }
    Place place = first_place(leading);
    if (leading->kind == ExprKind::NamedExpr && place.column > 0) --place.column;  // its parenthesis
    if (place.line != 0 || s->kind == StmtKind::Expr) return place;
    if (s->kind == StmtKind::Assign) return {first_place(s->as<AssignStmt>()->value).line, -1};
    return {};
  }
  if (s->range.line > 0) {
    *reliable = true;
    Exprs decorators;
    if (s->kind == StmtKind::FunctionDef) decorators = s->as<FunctionDefStmt>()->decorator_list;
    if (s->kind == StmtKind::AsyncFunctionDef) decorators = s->as<AsyncFunctionDefStmt>()->decorator_list;
    if (s->kind == StmtKind::ClassDef) decorators = s->as<ClassDefStmt>()->decorator_list;
    Place place = start_of(s->range);
    if (!decorators.empty())
      if (const Place first = first_place(decorators[0]); first.line != 0) place.line = first.line;
    return place;
  }
  switch (s->kind) {
    case StmtKind::Return:
      if (s->as<ReturnStmt>()->value != nullptr) return {first_place(s->as<ReturnStmt>()->value).line, -1};
      return {};
    case StmtKind::Delete:
      return {first_place(s->as<DeleteStmt>()->targets[0]).line, -1};
    case StmtKind::If:
      return {first_place(s->as<IfStmt>()->test).line, -1};
    case StmtKind::While:
      return {first_place(s->as<WhileStmt>()->test).line, -1};
    case StmtKind::For:
      return {first_place(s->as<ForStmt>()->target).line, -1};
    case StmtKind::AsyncFor:
      return {first_place(s->as<AsyncForStmt>()->target).line, -1};
    case StmtKind::With:
      return {first_place(s->as<WithStmt>()->items[0]->context_expr).line, -1};
    case StmtKind::AsyncWith:
      return {first_place(s->as<AsyncWithStmt>()->items[0]->context_expr).line, -1};
    case StmtKind::Match:
      return {first_place(s->as<MatchStmt>()->subject).line, -1};
    case StmtKind::Raise:
      if (s->as<RaiseStmt>()->exc != nullptr) return {first_place(s->as<RaiseStmt>()->exc).line, -1};
      return {};
    case StmtKind::Assert:
      return {first_place(s->as<AssertStmt>()->test).line, -1};
    default:
      return {};
  }
}

bool may_be_inline(Stmts list) {
  return std::ranges::none_of(list, [](const Stmt* s) { return is_compound(*s); });
}

// --- Suites

// The column of the first statement that knows its own; else the leftmost that an expression at the start of
// a statement has, which a parenthesis can only have moved to the right.
int32_t Printer::suite_indent(Stmts list, int32_t parent_indent) const {
  int32_t guess = -1;
  int32_t previous_line = last_line(tokens_.size());
  size_t tries = 0;
  for (const Stmt* s : list) {
    bool reliable = false;
    const Place place = statement_place(s, &reliable);
    const bool first_on_line = place.line != previous_line || place.line == 0;
    if (place.line != 0) previous_line = std::max(place.line, s->range.end_line);
    if (!place.exact() || !first_on_line || place.column <= parent_indent) continue;
    if (reliable) return place.column;
    if (guess < 0 || place.column < guess) guess = place.column;
    if (++tries == 64) break;
  }
  if (guess >= 0) return guess;
  // Nothing is known: not as deep as what stands in the statements.
  int32_t deeper = INT32_MAX;
  for (const Stmt* s : list) {
    if (s->kind != StmtKind::If && s->kind != StmtKind::While && s->kind != StmtKind::Try) continue;
    const Stmts inside = s->kind == StmtKind::If      ? s->as<IfStmt>()->body
                         : s->kind == StmtKind::While ? s->as<WhileStmt>()->body
                                                      : s->as<TryStmt>()->body;
    bool reliable = false;
    if (const Place place = statement_place(inside[0], &reliable); place.exact()) {
      deeper = place.column;
      break;
    }
  }
  return std::clamp(deeper - 1, parent_indent + 1, parent_indent + 4);
}

void Printer::suite(Stmts list, int32_t parent_indent, const Place& end) {
  body(list, parent_indent, end, false);
}

void Printer::body(Stmts list, int32_t parent_indent, const Place& end, bool may_be_docstring) {
  if (too_deep()) return;
  ++depth_;
  const int32_t saved = indent_;
  constexpr int32_t kStep = 4;
  constexpr int32_t kDeep = 200;
  indent_ = parent_indent < 0 ? 0
            : options_.clean  ? parent_indent + kStep
                              : suite_indent(list, parent_indent);
  if (indent_ > kDeep && !afford(int64_t{indent_} * static_cast<int64_t>(list.size())))
    indent_ = parent_indent + 1;
  const bool simple = may_be_inline(list);
  bool after_simple = false;
  bool after_definition = false;
  for (size_t i = 0; i < list.size(); ++i) {
    const Stmt* s = list[i];
    statement_flags_ = after_simple && !is_compound(*s) ? kJoinable : 0;
    if (i == 0 && parent_indent >= 0) statement_flags_ |= kFirst | (simple ? kInlineSuite : 0);
    if (after_definition) statement_flags_ |= kEndDefinition;
    const Place last = i + 1 == list.size() ? end : Place();
    docstring_ = may_be_docstring && i == 0 && is_docstring(s);
    next_statement_ = docstring_ && list.size() > 1 ? list[1] : nullptr;
    suite_size_ = list.size();
    statement(s, last);
    after_simple = !is_compound(*s);
    after_definition = is_definition(*s);
  }
  indent_ = saved;
  --depth_;
}

void Printer::begin(std::string_view keyword, const Place& start, uint32_t flags) {
  pending_ = start;
  space_ = false;
  put(keyword, flags | kStatement | statement_flags_);
  tokens_.back().extra = indent_;
  statement_flags_ = 0;
}

void Printer::mark_statement(size_t first) {
  Token& token = tokens_[first];
  if (!(token.flags & kStatement)) {
    token.flags |= kStatement | statement_flags_;
    token.extra = indent_;
    statement_flags_ = 0;
  }
  if (token.place.line != 0) return;
  int32_t width = static_cast<int32_t>(token.text.size());
  for (size_t i = first + 1; i < tokens_.size(); ++i) {
    const Token& next = tokens_[i];
    if (next.place.line == 0) {
      if (!(next.flags & kOptional)) width += static_cast<int32_t>(next.text.size());
      continue;
    }
    // Where it does not fit in front, it is on the line before.
    const bool separate = must_part(tokens_[i - 1].text.back(), next.text.front());
    const bool fits = next.place.column < 0 || indent_ + width + separate <= next.place.column ||
                      last_line(first) >= next.place.line - 1;
    token.place = {fits ? next.place.line : next.place.line - 1, -1};
    return;
  }
}

/// The last line that is known of the tokens before `end`; 0: none is.
int32_t Printer::last_line(size_t end) const {
  constexpr size_t kFar = 500;
  for (size_t i = end; i-- > 0 && end - i < kFar;)
    if (tokens_[i].place.line != 0) return tokens_[i].place.line + count_newlines(tokens_[i]);
  return 0;
}

/// A statement that does nothing leaves a mark of its line, unless that is the line of the header in front of
/// it.
Place Printer::line_of_header() const {
  constexpr uint32_t kOnlyOne = kFirst | kInlineSuite;
  if ((statement_flags_ & kOnlyOne) != kOnlyOne || suite_size_ != 1) return {};
  for (size_t i = tokens_.size(); i-- > 0;)
    if (tokens_[i].flags & kStatement)
      return {tokens_[i].place.line == 0 ? 0 : last_line(tokens_.size()), -1};
  return {};
}

/// A statement without a keyword begins at the indentation, if it begins a line.
void Printer::expect_start(const Place& first) {
  pending_ = {};
  if (!first.exact() || first.column <= indent_) return;
  if (statement_flags_ & (kFirst | kJoinable)) {
    // It may share its line with what is before it.
    if (const int32_t line = last_line(tokens_.size()); line != 0 && line >= first.line) return;
  }
  pending_ = {first.line, indent_};
}

int32_t Printer::count_newlines(const Token& token) {
  return token.flags & kMultiline
             ? static_cast<int32_t>(std::count(token.text.begin(), token.text.end(), '\n'))
             : 0;
}

// --- Statements

void Printer::statement(const Stmt* s, const Place& end) {
  if (too_deep()) return;
  if (is_compound(*s)) {
    const Place own = end_of(s->range);
    return compound_statement(s, options_.clean ? Place() : own.exact() ? own : end);
  }
  const size_t first = tokens_.size();
  const Place own = end_of(s->range);
  const bool trust = own.exact() && s->kind != StmtKind::Expr && !options_.clean;
  simple_statement(s, trust ? own : end);
  mark_statement(first);
  statement_flags_ = 0;
  if (trust && differ(own, end) && before(own, end) && tokens_.back().text != ";") {
    put(";");
    end_at(end);
  }
}

void Printer::simple_statement(const Stmt* s, const Place& end) {
  switch (s->kind) {
    case StmtKind::Return:
      return return_statement(s->as<ReturnStmt>(), end);
    case StmtKind::Delete:
      return delete_statement(s->as<DeleteStmt>(), end);
    case StmtKind::Assign:
      return assign(s->as<AssignStmt>(), end);
    case StmtKind::AugAssign:
      return augmented_assign(s->as<AugAssignStmt>(), end);
    case StmtKind::AnnAssign:
      return annotated_assign(s->as<AnnAssignStmt>(), end);
    case StmtKind::Raise:
      return raise(s->as<RaiseStmt>(), end);
    case StmtKind::Assert:
      return assertion(s->as<AssertStmt>(), end);
    case StmtKind::Import:
      return import(s->as<ImportStmt>(), end);
    case StmtKind::ImportFrom:
      return import_from(s->as<ImportFromStmt>(), end);
    case StmtKind::Global:
      return names("global", s->as<GlobalStmt>()->names, s, end);
    case StmtKind::Nonlocal:
      return names("nonlocal", s->as<NonlocalStmt>()->names, s, end);
    case StmtKind::Expr:
      return expression_statement(s->as<ExprStmt>(), end);
    case StmtKind::Pass:
      begin("pass", s->range.line > 0 || end.exact() ? start_of(s->range) : line_of_header());
      return end_at(end);
    case StmtKind::Break:
      begin("break", start_of(s->range));
      return end_at(end);
    case StmtKind::Continue:
      begin("continue", start_of(s->range));
      return end_at(end);
    default:
      return;
  }
}

void Printer::expression_statement(const ExprStmt* s, const Place& end) {
  constexpr int32_t kWidthOfYield = 5;
  const Expr* e = s->value;
  if (docstring_) {
    docstring_ = false;
    return docstring(e->as<ConstantExpr>(), end);
  }
  expect_start(first_place(e));
  if (e->kind == ExprKind::Yield && e->as<YieldExpr>()->value == nullptr && e->range.line <= 0 &&
      end.exact() && end.column - indent_ > kWidthOfYield + 1) {
    // Nothing is known of it but its end.
    put("(", kOpen);
    put("yield");
    put(")", kClose);
    return end_at(end);
  }
  if (e->kind == ExprKind::Constant && e->range.line <= 0 && !end.exact()) pending_ = line_of_header();
  const Place own = end_of(e->range);
  if (pending_.line != 0 || !differ(own, end) || !before(own, end))
    return expression(e, kTest | kTupleOk | kYieldOk, end);
  // There is no room for a parenthesis in front.
  expression(e, kTest | kTupleOk | kYieldOk);
  put(";");
  end_at(end);
}

void Printer::assign(const AssignStmt* s, const Place& end) {
  const Place start = start_of(s->range);
  if (start.exact())
    pending_ = start;
  else
    expect_start(first_place(s->targets[0]));
  for (const Expr* target : s->targets) {
    expression(target, kTest | kTupleOk);
    put("=", kSpace);
    space_ = true;
  }
  constexpr int32_t kEquals = 3;
  const Place target = end_of(s->targets.back()->range);
  const Place start_of_value = first_place(s->value);
  const Place own = end_of(s->value->range);
  const bool no_room = target.exact() && start_of_value.exact() && target.line == start_of_value.line &&
                       start_of_value.column - target.column <= kEquals;
  if (!no_room || !differ(own, end) || !before(own, end))
    return value(s->value, kTest | kTupleOk | kYieldOk, end);
  value(s->value, kTest | kTupleOk | kYieldOk);
  put(";");
  end_at(end);
}

void Printer::augmented_assign(const AugAssignStmt* s, const Place& end) {
  const Place start = start_of(s->range);
  if (start.exact())
    pending_ = start;
  else
    expect_start(first_place(s->target));
  expression(s->target, kAtom);
  put(kAugmented[static_cast<size_t>(s->op)], kSpace);
  space_ = true;
  value(s->value, kTest | kTupleOk | kYieldOk, end);
}

void Printer::annotated_assign(const AnnAssignStmt* s, const Place& end) {
  const Place start = start_of(s->range);
  if (start.exact())
    pending_ = start;
  else
    expect_start(first_place(s->target));
  const bool parenthesised = s->target->kind == ExprKind::Name && !s->simple;
  if (parenthesised) {
    put("(", kOpen);
    expression(s->target, kAtom);
    put(")", kClose);
  } else {
    bare_at_ = tokens_.size();
    expression(s->target, s->target->kind == ExprKind::Name ? kAtom | kBare : kAtom);
    bare_at_ = SIZE_MAX;
  }
  put(":", kTight);
  space_ = true;
  if (s->value == nullptr) return value(s->annotation, kTest, end);
  value(s->annotation, kTest);
  put("=", kSpace);
  space_ = true;
  value(s->value, kTest | kTupleOk | kYieldOk, end);
}

void Printer::return_statement(const ReturnStmt* s, const Place& end) {
  begin("return", start_of(s->range));
  if (s->value == nullptr) return end_at(end);
  value(s->value, kTest | kTupleOk, end);
}

void Printer::delete_statement(const DeleteStmt* s, const Place& end) {
  begin("del", start_of(s->range), kGlue);
  space_ = true;
  for (size_t i = 0; i < s->targets.size(); ++i) {
    const bool last = i + 1 == s->targets.size();
    expression(s->targets[i], kTest, last ? end : Place());
    if (!last) put(",", kComma | kTight);
    space_ = true;
  }
}

void Printer::raise(const RaiseStmt* s, const Place& end) {
  begin("raise", start_of(s->range));
  if (s->exc == nullptr) return end_at(end);
  value(s->exc, kTest, s->cause == nullptr ? end : Place());
  if (s->cause == nullptr) return;
  put("from", kSpace);
  value(s->cause, kTest, end);
}

void Printer::assertion(const AssertStmt* s, const Place& end) {
  begin("assert", start_of(s->range));
  value(s->test, kTest, s->msg == nullptr ? end : Place());
  if (s->msg == nullptr) return;
  put(",", kTight);
  value(s->msg, kTest, end);
}

void Printer::put_dotted(Name name, uint32_t flags) {
  put_name(name, flags);
}

void Printer::import(const ImportStmt* s, const Place& end) {
  begin("import", start_of(s->range));
  space_ = true;
  bool first = true;
  for (const Alias* alias : s->names) {
    separate(&first);
    put_dotted(alias->name, 0);
    if (alias->asname == Name::none) continue;
    put("as", kSpace);
    put_name(alias->asname, kSpace);
  }
  end_at(end);
}

// Nothing is known of the names, so that parentheses are only sure where they are needed: around several
// lines.
void Printer::import_from(const ImportFromStmt* s, const Place& end) {
  begin("from", start_of(s->range));
  space_ = true;
  if (s->level > 0)
    put(keep(std::string(static_cast<size_t>(s->level), '.')), s->module == Name::none ? 0 : kGlue);
  if (s->module != Name::none) put_dotted(s->module, s->level > 0 ? kTight : 0);
  put("import", kSpace);
  space_ = true;
  const bool star = s->names.size() == 1 && s->names[0]->name == Name::k_star;
  int64_t width = 0;
  for (const Alias* alias : s->names) {
    width += 2 + static_cast<int64_t>(workspace_.names.text(alias->name).size());
    if (alias->asname != Name::none)
      width += 4 + static_cast<int64_t>(workspace_.names.text(alias->asname).size());
  }
  width += 11 + s->level +
           (s->module == Name::none ? 0 : static_cast<int64_t>(workspace_.names.text(s->module).size()));
  const bool several_lines = s->range.line > 0 && s->range.end_line > s->range.line;
  const bool wide = s->range.line > 0 && s->range.end_line == s->range.line && s->range.column >= 0 &&
                    s->range.end_column - s->range.column >= width + 2;
  const bool long_line = options_.clean && indent_ + width > kCleanWidth;
  const bool parentheses = !star && (options_.clean ? long_line : several_lines || wide);
  if (parentheses) put("(", kOpen | kItems);
  bool first = true;
  for (const Alias* alias : s->names) {
    separate(&first);
    put_name(alias->name);
    if (alias->asname == Name::none) continue;
    put("as", kSpace);
    put_name(alias->asname, kSpace);
  }
  if (parentheses) put(")", kClose);
  end_at(end);
}

void Printer::names(std::string_view keyword, Names list, const Stmt* s, const Place& end) {
  begin(keyword, start_of(s->range));
  space_ = true;
  bool first = true;
  for (const Name name : list) {
    separate(&first);
    put_name(name);
  }
  end_at(end);
}

}  // namespace ouro::decompiler
