#include "syntax/reference/grammar.h"

#include <array>
#include <cstdlib>
#include <map>
#include <utility>

#include "syntax/reference/grammar_text.h"

namespace ouro::syntax::reference {
namespace {

struct Spelling {
  std::string_view text;
  TokenKind kind;
};

constexpr Spelling kOperators[] = {
    {"(", TokenKind::LeftParen},
    {")", TokenKind::RightParen},
    {"[", TokenKind::LeftBracket},
    {"]", TokenKind::RightBracket},
    {"{", TokenKind::LeftBrace},
    {"}", TokenKind::RightBrace},
    {":", TokenKind::Colon},
    {",", TokenKind::Comma},
    {";", TokenKind::Semicolon},
    {"+", TokenKind::Plus},
    {"-", TokenKind::Minus},
    {"*", TokenKind::Star},
    {"/", TokenKind::Slash},
    {"|", TokenKind::Bar},
    {"&", TokenKind::Ampersand},
    {"<", TokenKind::Less},
    {">", TokenKind::Greater},
    {"=", TokenKind::Equal},
    {".", TokenKind::Dot},
    {"%", TokenKind::Percent},
    {"==", TokenKind::EqualEqual},
    {"!=", TokenKind::NotEqual},
    {"<=", TokenKind::LessEqual},
    {">=", TokenKind::GreaterEqual},
    {"~", TokenKind::Tilde},
    {"^", TokenKind::Circumflex},
    {"<<", TokenKind::LeftShift},
    {">>", TokenKind::RightShift},
    {"**", TokenKind::DoubleStar},
    {"+=", TokenKind::PlusEqual},
    {"-=", TokenKind::MinusEqual},
    {"*=", TokenKind::StarEqual},
    {"/=", TokenKind::SlashEqual},
    {"%=", TokenKind::PercentEqual},
    {"&=", TokenKind::AmpersandEqual},
    {"|=", TokenKind::BarEqual},
    {"^=", TokenKind::CircumflexEqual},
    {"<<=", TokenKind::LeftShiftEqual},
    {">>=", TokenKind::RightShiftEqual},
    {"**=", TokenKind::DoubleStarEqual},
    {"//", TokenKind::DoubleSlash},
    {"//=", TokenKind::DoubleSlashEqual},
    {"@", TokenKind::At},
    {"@=", TokenKind::AtEqual},
    {"->", TokenKind::Arrow},
    {"...", TokenKind::Ellipsis},
    {":=", TokenKind::ColonEqual},
};

constexpr Spelling kTokenClasses[] = {
    {"END", TokenKind::EndMarker}, {"STRING", TokenKind::String}, {"NEWLINE", TokenKind::Newline},
    {"INDENT", TokenKind::Indent}, {"DEDENT", TokenKind::Dedent}, {"TYPE_COMMENT", TokenKind::TypeComment},
};

constexpr std::pair<std::string_view, Name> kKeywords[] = {
#define KEYWORD(identifier, text) {text, Name::k_##identifier},
#define WELL_KNOWN(identifier, text)
#include "base/names.def"
};

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Reads the notation by recursive descent. Groups, repetitions and separated lists become rules of their own,
// as in CPython, because each of them counts as one level of nesting there.
class Reader {
 public:
  Reader(Grammar& grammar, std::string* problem) : grammar_(grammar), problem_(problem) {}

  void read(std::string_view text) {
    text_ = text;
    position_ = 0;
    for (skip_space(); position_ < text_.size() && problem_->empty(); skip_space()) read_rule();
  }

  void finish() {
    for (Rule& rule : grammar_.rules) {
      if (!rule.defined) fail("no rule " + rule.name);
      for (Alternative& alternative : rule.alternatives) complete(rule, alternative);
    }
  }

  uint32_t rule_index(const std::string& name) {
    auto [place, is_new] = by_name_.try_emplace(name, static_cast<uint32_t>(grammar_.rules.size()));
    if (is_new) grammar_.rules.emplace_back().name = name;
    return place->second;
  }

 private:
  void fail(const std::string& what) {
    if (problem_->empty()) *problem_ = what;
    position_ = text_.size();
  }

  void skip_space() {
    while (position_ < text_.size()) {
      char c = text_[position_];
      if (c == ' ' || c == '\n') {
        ++position_;
      } else if (text_.substr(position_, 2) == "--") {
        position_ = text_.find('\n', position_);
        if (position_ == std::string_view::npos) position_ = text_.size();
      } else {
        return;
      }
    }
  }

  bool take(std::string_view what) {
    skip_space();
    if (text_.substr(position_, what.size()) != what) return false;
    position_ += what.size();
    return true;
  }

  bool at(char c) {
    skip_space();
    return position_ < text_.size() && text_[position_] == c;
  }

  std::string word() {
    skip_space();
    size_t start = position_;
    while (position_ < text_.size() && is_word_character(text_[position_])) ++position_;
    return std::string(text_.substr(start, position_ - start));
  }

  std::string quoted(char quote) {
    size_t end = text_.find(quote, ++position_);
    if (end == std::string_view::npos) {
      fail("open quote");
      return {};
    }
    std::string result(text_.substr(position_, end - position_));
    position_ = end + 1;
    return result;
  }

  void read_rule() {
    std::string name = word();
    if (name.empty()) return fail("rule expected before: " + std::string(text_.substr(position_, 30)));
    uint32_t index = rule_index(name);
    if (grammar_.rules[index].defined) return fail("second rule " + name);
    grammar_.rules[index].defined = true;
    while (!at('=') && problem_->empty()) {
      std::string attribute = word();
      Rule& rule = grammar_.rules[index];
      if (attribute == "memo")
        rule.memo = true;
      else if (attribute == "left")
        rule.kind = RuleKind::LeftRecursive;
      else if (attribute == "quiet")
        rule.quiet = true;
      else
        return fail("attribute of " + name);
    }
    take("=");
    std::vector<Alternative> alternatives = read_alternatives();
    grammar_.rules[index].alternatives = std::move(alternatives);
    if (!take(";")) fail("; expected in " + name + " before: " + std::string(text_.substr(position_, 30)));
  }

  std::vector<Alternative> read_alternatives() {
    std::vector<Alternative> result;
    do {
      result.push_back(read_alternative());
    } while (problem_->empty() && take("|"));
    return result;
  }

  Alternative read_alternative() {
    Alternative result;
    while (problem_->empty()) {
      skip_space();
      if (position_ >= text_.size() || at('|') || at(';') || at(')')) return result;
      if (take("->")) {
        std::string name = word();
        result.action = find_action(name);
        if (result.action == nullptr) fail("no action " + name);
        if (at('`')) result.message = quoted('`');
        if (take("since")) read_version(&result);
        return result;
      }
      if (take("since ")) {
        read_version(&result);
        return result;
      }
      result.items.push_back(read_item());
    }
    return result;
  }

  void read_version(Alternative* alternative) {
    alternative->since = std::atoi(word().c_str());
    if (at('`')) alternative->feature = quoted('`');
    if (alternative->since == 0 || alternative->feature.empty()) fail("version expected");
  }

  Item read_item() {
    if (take("~")) return {.kind = ItemKind::Cut};
    bool captured = false;
    ItemMode mode = ItemMode::Plain;
    for (;; ++position_) {
      if (at('$'))
        captured = true;
      else if (at('&'))
        mode = ItemMode::Ahead;
      else if (at('!'))
        mode = ItemMode::NotAhead;
      else if (at('@'))
        mode = ItemMode::Forced;
      else
        break;
    }
    Item item = read_primary();
    item = read_suffix(std::move(item));
    if (mode != ItemMode::Plain) item.mode = mode;
    item.captured = captured;
    return item;
  }

  Item read_primary() {
    if (at('\'')) return literal(quoted('\''));
    if (at('"')) return {.kind = ItemKind::SoftKeyword, .text = quoted('"')};
    if (take("(")) {
      std::vector<Alternative> inner = read_alternatives();
      if (!take(")")) fail(") expected");
      return group(std::move(inner));
    }
    std::string name = word();
    if (name.empty()) fail("item expected before: " + std::string(text_.substr(position_, 30)));
    if (name == "NAME") return {.kind = ItemKind::NameToken};
    if (name == "NUMBER") return {.kind = ItemKind::NumberToken};
    if (name == "SOFT_KEYWORD") return {.kind = ItemKind::AnySoftKeyword};
    for (const Spelling& known : kTokenClasses)
      if (known.text == name) return {.kind = ItemKind::Token, .operand = static_cast<uint32_t>(known.kind)};
    return {.kind = ItemKind::Rule, .operand = rule_index(name)};
  }

  Item literal(const std::string& text) {
    for (const Spelling& known : kOperators)
      if (known.text == text)
        return {.kind = ItemKind::Token, .operand = static_cast<uint32_t>(known.kind), .text = text};
    for (const auto& [keyword, name] : kKeywords)
      if (keyword == text)
        return {.kind = ItemKind::Keyword, .operand = static_cast<uint32_t>(name), .text = text};
    fail("unknown literal " + text);
    return {};
  }

  // A group of one item alone is that item.
  Item group(std::vector<Alternative> inner) {
    if (inner.size() == 1 && inner[0].items.size() == 1 && inner[0].action == nullptr)
      return std::move(inner[0].items[0]);
    return add_rule(RuleKind::Ordinary, std::move(inner));
  }

  Item add_rule(RuleKind kind, std::vector<Alternative> alternatives) {
    Item item{.kind = ItemKind::Rule, .operand = static_cast<uint32_t>(grammar_.rules.size())};
    Rule& rule = grammar_.rules.emplace_back();
    rule.name = "(" + std::to_string(item.operand) + ")";
    rule.kind = kind;
    rule.defined = true;
    rule.alternatives = std::move(alternatives);
    return item;
  }

  Item repetition(RuleKind kind, std::vector<Item> items) {
    std::vector<Alternative> alternatives(1);
    alternatives[0].items = std::move(items);
    return add_rule(kind, std::move(alternatives));
  }

  Item read_suffix(Item item) {
    if (take("?")) {
      item.mode = ItemMode::Optional;
    } else if (take("*")) {
      return repetition(RuleKind::ZeroOrMore, {std::move(item)});
    } else if (take("+")) {
      return repetition(RuleKind::OneOrMore, {std::move(item)});
    } else if (take("%")) {
      Item separator = read_primary();
      Item rest = repetition(RuleKind::ZeroOrMore, {std::move(separator), item});
      return repetition(RuleKind::Separated, {std::move(item), std::move(rest)});
    }
    return item;
  }

  // What is known only when every rule has been read.
  void complete(Rule& rule, Alternative& alternative) {
    if (alternative.action != nullptr && alternative.action->positioned) rule.positioned = true;
    if (alternative.items.size() != 1) return;
    const Item& only = alternative.items[0];
    alternative.errors_only = only.kind == ItemKind::Rule && only.mode == ItemMode::Plain &&
                              grammar_.rules[only.operand].name.starts_with("invalid_");
  }

  Grammar& grammar_;
  std::string* problem_;
  std::string_view text_;
  size_t position_ = 0;
  std::map<std::string, uint32_t> by_name_;
};

}  // namespace

Grammar read_grammar(const std::vector<std::string_view>& texts, std::string* problem) {
  Grammar grammar;
  Reader reader(grammar, problem);
  for (std::string_view text : texts) reader.read(text);
  grammar.file = reader.rule_index("file");
  grammar.eval = reader.rule_index("eval");
  grammar.interactive = reader.rule_index("interactive");
  grammar.function_type = reader.rule_index("function_type");
  grammar.fstring = reader.rule_index("fstring");
  reader.finish();
  return problem->empty() ? grammar : Grammar();
}

const Grammar& python_grammar() {
  static const Grammar grammar = [] {
    std::string problem;
    return read_grammar({kStatementGrammar, kPatternGrammar, kExpressionGrammar, kErrorGrammar}, &problem);
  }();
  return grammar;
}

}  // namespace ouro::syntax::reference
