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

#include <algorithm>

namespace ouro::syntax::reference {

namespace {

/// The frames of `file`, `statements` and its repetition.
constexpr size_t kFileLoopDepth = 3;

}  // namespace

Machine::Machine(Workspace& workspace, const SourceText& source, Lexer& lexer, const ParseOptions& options)
    : workspace_(workspace),
      source_(source),
      lexer_(lexer),
      options_(options),
      grammar_(python_grammar()),
      interactive_(options.mode == ModuleKind::Interactive && lexer.fstring_origin() == nullptr) {
  if (options.type_comments) lexer.want_type_comments();
}

// ---------------------------------------------------------------------------------------------- rules

/// Runs one rule to its end. The frames of the rules under way stand in a stack of their own: the depth that
/// CPython allows, once per f-string within an f-string, would be too much for the stack of a thread.
Value Machine::drive(uint32_t index) {
  Value value;
  if (call(index, &value)) return value;
  while (!frames_.empty()) {
    uint32_t callee = 0;
    const bool done = advance(frames_.back(), &value, &callee);
    if (done) {
      frames_.pop_back();
      --level_;
    } else if (!call(callee, &value)) {
      continue;
    }
    if (!frames_.empty()) frames_.back().answered = true;
  }
  return value;
}

void Machine::enter() {
  if (level_++ != kMaxLevel) return;
  failed_ = true;
  error_ = workspace_.error(ErrorType::MemoryError, "");
}

/// Begins a rule. True: it is over at once, with *value. False: it has a frame now.
bool Machine::call(uint32_t index, Value* value) {
  const Rule& rule = grammar_.rules[index];
  enter();
  *value = {};
  const bool left = rule.kind == RuleKind::LeftRecursive;
  if ((failed_ && !left) || ((left || rule.memo) && recall(index, value))) {
    --level_;
    return true;
  }
  Frame& frame = frames_.emplace_back();
  frame.rule = &rule;
  frame.index = index;
  frame.start = frame.end = mark_;
  frame.base = values_.size();
  frame.error_rules = error_rules_;
  if (rule.quiet) error_rules_ = false;
  bool open = true;
  if (left) {
    remember(mark_, index, {});
    frame.memo = tokens_[mark_]->memo;
    open = grow(frame, value);
  } else if (rule.kind == RuleKind::Ordinary) {
    open = first_alternative(frame) || !finish_rule(frame, value);
  }
  if (open) return false;
  frames_.pop_back();
  --level_;
  return true;
}

/// Matches items until the rule is done (true, with its *value) or needs another rule's (false, with
/// *callee). When the frame is answered, *value is what that rule gave.
bool Machine::advance(Frame& frame, Value* value, uint32_t* callee) {
  for (;;) {
    const std::vector<Item>& items = frame.rule->alternatives[frame.alternative].items;
    if (frame.item == items.size()) {
      if (end_of_items(frame, value)) return true;
      continue;
    }
    const Item& item = items[frame.item];
    if (item.kind == ItemKind::Cut) {
      frame.cut = true;
      ++frame.item;
      continue;
    }
    if (!frame.answered) {
      frame.item_start = mark_;
      if (item.kind == ItemKind::Rule) {
        *callee = item.operand;
        return false;
      }
      *value = item.mode == ItemMode::Forced ? forced(item) : plain(item);
    }
    frame.answered = false;
    if (accept(item, frame.item_start, *value)) {
      keep(frame, item, *value);
      ++frame.item;
    } else if (mismatch(frame, value)) {
      return true;
    }
  }
}

/// Whether an item that gave `value` counts as matched.
bool Machine::accept(const Item& item, uint32_t item_start, const Value& value) {
  switch (item.mode) {
    case ItemMode::Plain:
    case ItemMode::Forced:
      return bool(value);
    case ItemMode::Optional:
      return !failed_;
    case ItemMode::Ahead:
    case ItemMode::NotAhead:
      break;
  }
  mark_ = item_start;
  return bool(value) == (item.mode == ItemMode::Ahead);
}

void Machine::keep(Frame& frame, const Item& item, const Value& value) {
  if (frame.rule->kind == RuleKind::Separated) {
    if (frame.item == 0) return values_.push_back(value);
    const std::span<const Value> more = value.as<Sequence>()->items;
    values_.insert(values_.end(), more.begin(), more.end());
  } else if (item.captured) {
    values_.push_back(value);
  } else if (value && item.mode != ItemMode::Ahead) {
    frame.only = value;
  }
}

/// The frame's alternative has matched. True: the rule is done.
bool Machine::end_of_items(Frame& frame, Value* value) {
  switch (frame.rule->kind) {
    case RuleKind::ZeroOrMore:
    case RuleKind::OneOrMore:
      values_.push_back(frame.only);
      frame.end = mark_;
      frame.item = 0;
      if (frames_.size() == kFileLoopDepth && frames_[0].index == grammar_.file) forget_statement(frame);
      return false;
    case RuleKind::Separated:
      *value = take_list(frame);
      return true;
    case RuleKind::Ordinary:
    case RuleKind::LeftRecursive:
      break;
  }
  const Alternative& alternative = frame.rule->alternatives[frame.alternative];
  if (values_.size() == frame.base && alternative.action == nullptr)
    *value = finish_plain(alternative, frame.only);
  else
    *value = finish(alternative, frame.start, frame.base);
  values_.resize(frame.base);
  if (*value && !supports(alternative)) *value = {};
  return finish_rule(frame, value);
}

/// Whether the language asked for has what an alternative means; else that is an error.
bool Machine::supports(const Alternative& alternative) {
  if (alternative.since <= options_.feature_version) return true;
  raise_at_last_token(ErrorType::SyntaxError, alternative.feature + " only supported in Python 3." +
                                                  std::to_string(alternative.since) + " and greater");
  return false;
}

/// A statement of the file is behind: no rule will come back to it. Lets go of what is remembered about it
/// and, in the second pass, of its tree. Without this a long file with an error in it would take gigabytes.
void Machine::forget_statement(Frame& frame) {
  if (memo_end_ > mark_) return;
  memos_.rewind();
  if (!second_pass_) return;
  static constexpr Sequence kNothing;
  values_.resize(frame.base);
  values_.push_back(Value::of_helper(&kNothing));
  frame.only = {};
  scratch_.rewind();
}

/// The frame's item has not matched. True: the rule is done.
bool Machine::mismatch(Frame& frame, Value* value) {
  *value = {};
  switch (frame.rule->kind) {
    case RuleKind::ZeroOrMore:
    case RuleKind::OneOrMore:
      mark_ = frame.end;
      if (frame.rule->kind == RuleKind::ZeroOrMore || (values_.size() != frame.base && !failed_))
        *value = take_list(frame);
      values_.resize(frame.base);
      return true;
    case RuleKind::Separated:
      mark_ = frame.start;
      values_.resize(frame.base);
      return true;
    case RuleKind::Ordinary:
    case RuleKind::LeftRecursive:
      break;
  }
  values_.resize(frame.base);
  mark_ = frame.start;
  if (!frame.cut && next_alternative(frame)) return false;
  return finish_rule(frame, value);
}

bool Machine::first_alternative(Frame& frame) {
  if (frame.rule->positioned && token_here() == nullptr) return false;
  frame.alternative = UINT32_MAX;
  return next_alternative(frame);
}

bool Machine::next_alternative(Frame& frame) {
  const std::vector<Alternative>& alternatives = frame.rule->alternatives;
  do {
    ++frame.alternative;
  } while (frame.alternative < alternatives.size() && alternatives[frame.alternative].errors_only &&
           !error_rules_);
  if (frame.alternative >= alternatives.size() || failed_) return false;
  frame.item = 0;
  frame.cut = false;
  frame.only = {};
  return true;
}

/// No alternative is left to try, or one has matched with *value. False: a left-recursive rule goes on.
bool Machine::finish_rule(Frame& frame, Value* value) {
  if (frame.rule->kind == RuleKind::LeftRecursive) {
    --level_;
    return !(continue_growing(frame, value) && grow(frame, value));
  }
  error_rules_ = frame.error_rules;
  if (frame.rule->memo) remember(frame.start, frame.index, *value);
  return true;
}

/// After a round of a left-recursive rule. False: it is done, with the *value of the longest round.
bool Machine::continue_growing(Frame& frame, Value* value) {
  if (failed_) {
    *value = {};
    return false;
  }
  if (!*value || mark_ <= frame.end) {
    mark_ = frame.end;
    *value = frame.result;
    return false;
  }
  frame.end = mark_;
  frame.result = *value;
  return true;
}

/// Starts a round of a left-recursive rule, in which the rule finds its own last result where it calls
/// itself. Rounds go on until one gets no further. False: the rule is done, with *value.
bool Machine::grow(Frame& frame, Value* value) {
  frame.memo->value = frame.result;
  frame.memo->mark = mark_;
  mark_ = frame.start;
  enter();
  if (!failed_ && first_alternative(frame)) return true;
  --level_;
  *value = {};
  return continue_growing(frame, value);
}

/// The values matched since the frame began, as a list.
Value Machine::take_list(const Frame& frame) {
  const Value result = list({values_.data() + frame.base, values_.size() - frame.base});
  values_.resize(frame.base);
  return result;
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

Value Machine::list(std::span<const Value> items) {
  return Value::of_helper(arena().make<Sequence>(Sequence{arena().copy(items)}));
}

// ---------------------------------------------------------------------------------------------- items

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
    auto* name = new_node<NameExpr>(workspace_.arena, token.token.range);
    name->id = token.token.name;
    token.node = name;
  }
  return Value::of(token.node);
}

Value Machine::expect_number() {
  ParserToken* here = token_here();
  if (here == nullptr || here->token.kind != TokenKind::Number) return {};
  ++mark_;
  if (options_.feature_version < 6 && text_of(here->token).find('_') != std::string_view::npos)
    return raise_at_last_token(
        ErrorType::SyntaxError,
        "Underscores in numeric literals are only supported in Python 3.6 and greater");
  if (here->node == nullptr) {
    Result<const Constant*> value = parse_number(workspace_, text_of(here->token));
    if (!value.ok()) {
      const SourceRange& range = here->token.range;
      return raise(value.error()->type, value.error()->message, {range.line, -1, range.end_line, -1});
    }
    auto* number = new_node<ConstantExpr>(workspace_.arena, here->token.range);
    number->value = value.value();
    here->node = number;
  }
  return Value::of(here->node);
}

// ---------------------------------------------------------------------------------------------- tokens

/// The lexer's next token that is one for the grammar.
Token Machine::next_token() {
  for (;;) {
    Token token = lexer_.next();
    if (token.kind == TokenKind::TypeIgnore) {
      type_ignores_.push_back({token.range.line, workspace_.constants.str(text_of(token))});
      continue;
    }
    // Behind a text without its own line end the lexer closes the blocks that are open.
    if (token.kind == TokenKind::Dedent && interactive_ && options_.dont_imply_dedent && source_.ends_open &&
        token.start == source_.text.size())
      continue;
    return token;
  }
}

std::span<TypeIgnore> Machine::type_ignores() {
  return arena().copy(std::span<const TypeIgnore>(type_ignores_));
}

/// A keyword is one by its spelling; an identifier that only normalises to one is a name.
Name Machine::keyword_of(const Token& token) {
  const bool hacks = options_.feature_version < 7 && options_.mode != ModuleKind::FunctionType;
  if (hacks && token.kind == TokenKind::Newline) async_def_line_ended_ |= in_async_def_;
  if (token.kind != TokenKind::Name) return Name::none;
  if (hacks && in_async_def_ && async_def_line_ended_ && lexer_.bracket_depth() == 0 &&
      async_def_indent_ >= lexer_.indent_depth())
    in_async_def_ = async_def_line_ended_ = false;
  if (!is_keyword(token.name) || text_of(token) != workspace_.names.text(token.name)) return Name::none;
  if (hacks && (token.name == Name::k_async || token.name == Name::k_await) && !is_async_keyword(token))
    return Name::none;
  return token.name;
}

/// Whether an `async` or `await` is a keyword in a Python before 3.7.
bool Machine::is_async_keyword(const Token& token) {
  if (in_async_def_) return true;
  if (token.name != Name::k_async) return false;
  Lexer ahead = lexer_;
  const Token next = ahead.next();
  if (next.kind != TokenKind::Name || next.name != Name::k_def) return false;
  in_async_def_ = true;
  async_def_indent_ = lexer_.indent_depth();
  return true;
}

bool Machine::fetch() {
  Token token = next_token();
  if (interactive_ && token.kind == TokenKind::EndMarker && line_open_) {
    token.kind = TokenKind::Newline;
    line_open_ = false;
  } else {
    line_open_ = true;
  }
  auto* added = workspace_.arena.make<ParserToken>();
  added->token = token;
  added->bracket_depth = lexer_.bracket_depth();
  added->keyword = keyword_of(token);
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
  memo_end_ = std::max(memo_end_, start + 1);
  ParserToken& token = *tokens_[start];
  token.memo = memos_.make<Memo>(Memo{rule, mark_, value, token.memo});
}

}  // namespace ouro::syntax::reference
