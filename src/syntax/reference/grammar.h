// The grammar as data: what the machine interprets, and the notation it is written in.
//
// A grammar is a list of rules; a rule is a list of alternatives, tried in order; an alternative is a list of
// items and what to do when all of them matched. In the notation (grammar_*.cpp):
//
//   rule [memo|left|quiet]* = alternative | alternative ;
//   'if' '+='       a keyword, operator or delimiter        "match"        a soft keyword
//   NAME NUMBER STRING NEWLINE INDENT DEDENT END            classes of tokens
//   SOFT_KEYWORD    a name that begins some soft keyword    other          another rule
//   ( ... )         a group                                 x? x* x+       as usual
//   since N `what`  behind an alternative: "what only supported in Python 3.N and greater"
//   x % y           one or more x, separated by y           &x !x          look ahead
//   ~               no later alternative of this rule       @':'           must be here, or "expected ':'"
//   $x              x's value is handed to the action       -> name `msg`  the action, and its message
//   -- to the end of the line: a comment
//
// Without an action, an alternative's value is that of its first $ item, or of its only item. `memo`: results
// are remembered per token. `left`: the rule is left-recursive. `quiet`: no error rules run below it. A rule
// whose name begins with "invalid_" is an error rule: an alternative that consists of nothing else is skipped
// in the first pass.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/reference/actions.h"
#include "syntax/token.h"

namespace ouro::syntax::reference {

enum class ItemKind : uint8_t {
  Token,        // `operand` is a TokenKind
  Keyword,      // `operand` is a keyword's Name
  SoftKeyword,  // `text`
  NameToken,
  NumberToken,
  AnySoftKeyword,
  Rule,  // `operand` is a rule's index
  Cut,
};

enum class ItemMode : uint8_t { Plain, Optional, Ahead, NotAhead, Forced };

struct Item {
  ItemKind kind = ItemKind::Token;
  ItemMode mode = ItemMode::Plain;
  bool captured = false;
  uint32_t operand = 0;
  std::string text{};  // SoftKeyword: the word; Forced: what is expected
};

struct Alternative {
  std::vector<Item> items;
  const Action* action = nullptr;  // null: the value of the captured item
  std::string message;
  int since = 0;             // the 3.x that has this
  std::string feature;       // what `since` says of it
  bool errors_only = false;  // skipped in the first pass
};

enum class RuleKind : uint8_t {
  Ordinary,
  LeftRecursive,
  ZeroOrMore,  // of the one item of the one alternative
  OneOrMore,
  Separated,  // item, then the rule of items[1], a ZeroOrMore of the separator and the item
};

struct Rule {
  std::string name;
  RuleKind kind = RuleKind::Ordinary;
  bool memo = false;
  bool quiet = false;
  bool positioned = false;  // some action wants the start: the first token is fetched at once
  bool defined = false;
  std::vector<Alternative> alternatives;
};

struct Grammar {
  std::vector<Rule> rules;
  uint32_t file = 0, eval = 0, interactive = 0, function_type = 0, fstring = 0;
};

/// The grammar of Python 3.11. Built at the first call; later calls return the same object.
const Grammar& python_grammar();

/// Reads grammar texts; on a mistake in them, *problem says which and the result is empty.
Grammar read_grammar(const std::vector<std::string_view>& texts, std::string* problem);

}  // namespace ouro::syntax::reference
