// The reference parser: a packrat machine over the grammar of grammar_*.cpp.
//
// It exists for the sources that the fast parser turns down, and there its whole point is to go CPython's
// way. What a broken file is told depends on the order in which alternatives are tried, on what is remembered
// between tries, on how many tokens had been fetched when the error struck, and even on where a rule that
// fails leaves the position. So the machine keeps CPython's habits, the odd ones too:
//
//   - Tokens are fetched one by one, when a rule first looks at them. An error without a place of its own
//   stands at
//     the last token fetched, not at the last one matched.
//   - The first pass knows no error rules. When it fails, everything remembered is dropped, and the second
//   pass
//     runs with them over the same tokens. An error that the first pass raised itself stays.
//   - An action may refuse (an empty value without an error). Then the rule fails without trying its other
//     alternatives, and the position stays behind what had matched; the caller resets it, unless the item was
//     optional.
//   - After an error nothing enters a rule any more (failed_), but an alternative under way goes on matching
//   tokens,
//     and fetching them, until its next rule.
//   - Rules nest up to 6000 deep. Groups and repetitions count, because they are rules of their own there.
//
// At the end the error is weighed against what the rest of the source has to say: a bracket that never
// closes, or a token that is none, can be the better explanation. See settle_error().
#include "syntax/reference/machine.h"

namespace ouro::syntax::reference {

Machine::Machine(Workspace& workspace, const SourceText& source, Lexer& lexer, WarningSink* warnings)
    : workspace_(workspace),
      source_(source),
      lexer_(lexer),
      warnings_(warnings),
      grammar_(python_grammar()) {}

// ---------------------------------------------------------------------------------------------- rules

Value Machine::rule(uint32_t index) {
  const Rule& rule = grammar_.rules[index];
  enter();
  Value result;
  switch (rule.kind) {
    case RuleKind::Ordinary:
      result = ordinary(rule, index);
      break;
    case RuleKind::LeftRecursive:
      result = left_recursive(rule, index);
      break;
    case RuleKind::ZeroOrMore:
    case RuleKind::OneOrMore:
      result = repetition(rule);
      break;
    case RuleKind::Separated:
      result = separated(rule);
      break;
  }
  --level_;
  return result;
}

void Machine::enter() {
  if (level_++ != kMaxLevel) return;
  failed_ = true;
  error_ = workspace_.error(ErrorType::MemoryError, "");
}

Value Machine::ordinary(const Rule& rule, uint32_t index) {
  if (failed_) return {};
  Value result;
  if (rule.memo && recall(index, &result)) return result;
  const uint32_t start = mark_;
  const bool error_rules = error_rules_;
  if (rule.quiet) error_rules_ = false;
  result = alternatives(rule);
  error_rules_ = error_rules;
  if (rule.memo) remember(start, index, result);
  return result;
}

/// Grows the seed: each round the rule finds its own last result where it calls itself, until a round gets no
/// further.
Value Machine::left_recursive(const Rule& rule, uint32_t index) {
  Value result;
  if (recall(index, &result)) return result;
  const uint32_t start = mark_;
  uint32_t end = mark_;
  remember(start, index, result);
  Memo* memo = tokens_[start]->memo;
  for (;;) {
    memo->value = result;
    memo->mark = mark_;
    mark_ = start;
    enter();
    const Value longer = failed_ ? Value() : alternatives(rule);
    --level_;
    if (failed_) return {};
    if (!longer || mark_ <= end) break;
    end = mark_;
    result = longer;
  }
  mark_ = end;
  return result;
}

Value Machine::alternatives(const Rule& rule) {
  const uint32_t start = mark_;
  if (rule.positioned && token_here() == nullptr) return {};
  const size_t base = values_.size();
  for (const Alternative& alternative : rule.alternatives) {
    if (alternative.errors_only && !error_rules_) continue;
    if (failed_) return {};
    bool cut = false;
    bool matched = true;
    Value only;
    for (const Item& item : alternative.items) {
      if (item.kind == ItemKind::Cut) {
        cut = true;
        continue;
      }
      Value value;
      matched = this->item(item, &value);
      if (!matched) break;
      if (item.captured)
        values_.push_back(value);
      else if (value)
        only = value;
    }
    if (matched) {
      if (values_.size() == base && alternative.action == nullptr) return finish_plain(alternative, only);
      const Value result = finish(alternative, start, base);
      values_.resize(base);
      return result;
    }
    values_.resize(base);
    mark_ = start;
    if (cut) return {};
  }
  return {};
}

/// The value of an alternative that captures nothing: its one item's, or something that is merely there.
Value Machine::finish_plain(const Alternative& alternative, Value only) {
  static constexpr char kPresent = 0;
  if (only || alternative.items.size() == 1) return only;
  return Value::of_helper(&kPresent);
}

Value Machine::finish(const Alternative& alternative, uint32_t start, size_t base) {
  const std::span<const Value> values(values_.data() + base, values_.size() - base);
  if (alternative.action == nullptr) return values[0];
  Match match{*this, values, alternative.message, {}};
  if (alternative.action->positioned && !node_range(start, &match.range)) return {};
  return alternative.action->run(match);
}

/// From the token at `start` to the last one matched that is more than layout.
bool Machine::node_range(uint32_t start, SourceRange* range) const {
  if (mark_ == 0) return false;
  const Token* last = &tokens_[mark_ - 1]->token;
  for (uint32_t i = mark_; i-- > 0;) {
    last = &tokens_[i]->token;
    const TokenKind kind = last->kind;
    if (kind != TokenKind::EndMarker && kind != TokenKind::Newline && kind != TokenKind::Indent &&
        kind != TokenKind::Dedent)
      break;
  }
  const SourceRange& first = tokens_[start]->token.range;
  *range = {first.line, first.column, last->range.end_line, last->range.end_column};
  return true;
}

Value Machine::repetition(const Rule& rule) {
  if (failed_) return {};
  const size_t base = values_.size();
  uint32_t good = mark_;
  for (;;) {
    Value value;
    bool matched = true;
    for (const Item& item : rule.alternatives[0].items) {
      matched = this->item(item, &value);
      if (!matched) break;
    }
    if (!matched) break;
    values_.push_back(value);
    good = mark_;
  }
  mark_ = good;
  Value result;
  if (rule.kind == RuleKind::ZeroOrMore || (values_.size() != base && !failed_))
    result = list({values_.data() + base, values_.size() - base});
  values_.resize(base);
  return result;
}

Value Machine::separated(const Rule& rule) {
  if (failed_) return {};
  const uint32_t start = mark_;
  const size_t base = values_.size();
  Value first, rest;
  if (!item(rule.alternatives[0].items[0], &first) || !item(rule.alternatives[0].items[1], &rest)) {
    mark_ = start;
    return {};
  }
  values_.push_back(first);
  const std::span<const Value> more = rest.as<Sequence>()->items;
  values_.insert(values_.end(), more.begin(), more.end());
  const Value result = list({values_.data() + base, values_.size() - base});
  values_.resize(base);
  return result;
}

Value Machine::list(std::span<const Value> items) {
  return Value::of_helper(arena().make<Sequence>(Sequence{arena().copy(items)}));
}

// ---------------------------------------------------------------------------------------------- items

bool Machine::item(const Item& item, Value* value) {
  switch (item.mode) {
    case ItemMode::Plain:
      *value = plain(item);
      return bool(*value);
    case ItemMode::Optional:
      *value = plain(item);
      return !failed_;
    case ItemMode::Forced:
      *value = forced(item);
      return bool(*value);
    case ItemMode::Ahead:
    case ItemMode::NotAhead:
      break;
  }
  const uint32_t start = mark_;
  const bool found = bool(plain(item));
  mark_ = start;
  return found == (item.mode == ItemMode::Ahead);
}

Value Machine::plain(const Item& item) {
  switch (item.kind) {
    case ItemKind::Token:
      return expect_token(static_cast<TokenKind>(item.operand));
    case ItemKind::Keyword:
      return expect_keyword(static_cast<Name>(item.operand));
    case ItemKind::SoftKeyword:
      return expect_soft_keyword(item.text);
    case ItemKind::NameToken:
      return expect_name();
    case ItemKind::NumberToken:
      return expect_number();
    case ItemKind::AnySoftKeyword:
      return expect_any_soft_keyword();
    case ItemKind::Rule:
      return rule(item.operand);
    case ItemKind::Cut:
      break;
  }
  return {};
}

/// A token without which nothing else can be meant.
Value Machine::forced(const Item& item) {
  if (failed_) return {};
  const ParserToken* here = token_here();
  if (here == nullptr) return {};
  if (here->token.kind == static_cast<TokenKind>(item.operand)) {
    ++mark_;
    return Value::of(&here->token);
  }
  return raise_at("expected '" + item.text + "'", here->token.range, here->token.range);
}

Value Machine::expect_token(TokenKind kind) {
  const ParserToken* here = token_here();
  if (here == nullptr || here->token.kind != kind) return {};
  ++mark_;
  return Value::of(&here->token);
}

Value Machine::expect_keyword(Name keyword) {
  const ParserToken* here = token_here();
  if (here == nullptr || here->keyword != keyword) return {};
  ++mark_;
  return Value::of(&here->token);
}

Value Machine::expect_name() {
  ParserToken* here = token_here();
  if (here == nullptr || here->token.kind != TokenKind::Name || here->keyword != Name::none) return {};
  ++mark_;
  return name_node(*here);
}

Value Machine::expect_soft_keyword(std::string_view word) {
  ParserToken* here = token_here();
  if (here == nullptr || here->token.kind != TokenKind::Name || here->keyword != Name::none) return {};
  if (text_of(here->token) != word) return {};
  ++mark_;
  return name_node(*here);
}

/// CPython compares as many characters as the name has, so `ma` passes for `match`.
Value Machine::expect_any_soft_keyword() {
  const uint32_t start = mark_;
  const Value name = expect_name();
  if (!name) return {};
  const std::string_view text = text_of(tokens_[start]->token);
  for (std::string_view word : {"_", "case", "match"})
    if (word.starts_with(text)) return name;
  return {};
}

Value Machine::name_node(ParserToken& token) {
  if (token.node == nullptr) {
    auto* name = new_node<NameExpr>(arena(), token.token.range);
    name->id = token.token.name;
    token.node = name;
  }
  return Value::of(token.node);
}

Value Machine::expect_number() {
  ParserToken* here = token_here();
  if (here == nullptr || here->token.kind != TokenKind::Number) return {};
  ++mark_;
  if (here->node == nullptr) {
    Result<const Constant*> value = parse_number(workspace_, text_of(here->token));
    if (!value.ok()) {
      const SourceRange& range = here->token.range;
      return raise(value.error()->type, value.error()->message, {range.line, -1, range.end_line, -1});
    }
    auto* number = new_node<ConstantExpr>(arena(), here->token.range);
    number->value = value.value();
    here->node = number;
  }
  return Value::of(here->node);
}

// ---------------------------------------------------------------------------------------------- tokens

bool Machine::fetch() {
  Token token = lexer_.next();
  if (interactive_ && token.kind == TokenKind::EndMarker && line_open_) {
    token.kind = TokenKind::Newline;
    line_open_ = false;
  } else {
    line_open_ = true;
  }
  auto* added = arena().make<ParserToken>();
  added->token = token;
  added->bracket_depth = lexer_.bracket_depth();
  // A keyword is one by its spelling; an identifier that only normalises to one is a name.
  if (token.kind == TokenKind::Name && is_keyword(token.name) &&
      text_of(token) == workspace_.names.text(token.name))
    added->keyword = token.name;
  tokens_.push_back(added);
  if (token.kind != TokenKind::Error) return true;
  failed_ = true;
  if (error_ == nullptr || lexer_.failure() == LexerFailure::Raised) error_ = lexer_.error();
  return false;
}

bool Machine::recall(uint32_t rule, Value* value) {
  const ParserToken* here = token_here();
  if (here == nullptr) return true;
  for (const Memo* memo = here->memo; memo != nullptr; memo = memo->next) {
    if (memo->rule != rule) continue;
    mark_ = memo->mark;
    *value = memo->value;
    return true;
  }
  return false;
}

void Machine::remember(uint32_t start, uint32_t rule, Value value) {
  ParserToken& token = *tokens_[start];
  token.memo = arena().make<Memo>(Memo{rule, mark_, value, token.memo});
}

}  // namespace ouro::syntax::reference
