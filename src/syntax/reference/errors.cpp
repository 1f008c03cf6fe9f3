// How the machine raises errors, and which one it settles for at the end.
#include "syntax/reference/machine.h"

namespace ouro::syntax::reference {

namespace {

bool is_syntax_error(const Diagnostic& error) {
  return error.type == ErrorType::SyntaxError || error.type == ErrorType::IndentationError ||
         error.type == ErrorType::TabError;
}

}  // namespace

Value Machine::raise(const Diagnostic* error) {
  if (!(failed_ && error_ != nullptr)) error_ = error;
  failed_ = true;
  return {};
}

Value Machine::raise(ErrorType type, std::string_view message, const Place& place) {
  if (failed_ && error_ != nullptr) return {};
  const int end_line = place.end_line == Place::kHere ? lexer_.line() : place.end_line;
  const int end_column = place.end_column == Place::kHere ? lexer_.column() : place.end_column + 1;
  return raise(lexer_.error_at(type, message, place.line, place.column + 1, end_line, end_column));
}

Value Machine::raise_at(std::string_view message, const SourceRange& from, const SourceRange& to) {
  return raise(ErrorType::SyntaxError, message, {from.line, from.column, to.end_line, to.end_column});
}

Value Machine::raise_at_last_token(ErrorType type, std::string_view message) {
  if (failed_ && error_ != nullptr) return {};
  if (tokens_.empty()) return raise(lexer_.error_at(type, message, 0, 0, 0, -1));
  return raise(lexer_.error_at_token(type, message, tokens_.back()->token));
}

Result<Value> Machine::run(uint32_t start_rule) {
  const Value result = drive(start_rule);
  if (result && error_ == nullptr) {
    if (!interactive_ || !has_more_statements()) return result;
    raise_at_last_token(ErrorType::SyntaxError,
                        "multiple statements found while compiling a single statement");
    return error_;
  }
  if (options_.incomplete_input && lexer_.reached_end() && lexer_.fstring_origin() == nullptr) {
    error_ = nullptr;
    failed_ = false;
    raise_at_last_token(ErrorType::SyntaxError, "incomplete input");
    return error_;
  }
  if (error_ != nullptr && !is_syntax_error(*error_)) return error_;
  const ParserToken* last_token = tokens_.empty() ? nullptr : tokens_.back();
  start_second_pass();
  drive(start_rule);
  settle_error(last_token);
  return error_;
}

/// Whether anything but blank lines and comments follows what has been read.
bool Machine::has_more_statements() const {
  const std::string_view text = source_.text;
  size_t at = lexer_.offset();
  for (;;) {
    at = text.find_first_not_of(" \t\n\f", at);
    if (at == std::string_view::npos) return false;
    if (text[at] != '#') return true;
    at = text.find('\n', at);
  }
}

void Machine::start_second_pass() {
  for (ParserToken* token : tokens_) token->memo = nullptr;
  values_.clear();
  memos_.rewind();
  mark_ = memo_end_ = 0;
  level_ = 0;
  second_pass_ = true;
  error_rules_ = true;
}

/// `last_token` is the last one that the first pass had fetched: that is where a source without a better
/// explanation is wrong, however far the second pass has looked.
void Machine::settle_error(const ParserToken* last_token) {
  if (error_ != nullptr) {
    if (lexer_.failure() == LexerFailure::None && is_syntax_error(*error_)) check_rest_for_errors();
    return;
  }
  if (last_token == nullptr) {
    raise_at_last_token(ErrorType::SyntaxError, "error at start before reading any input");
    return;
  }
  const TokenKind kind = last_token->token.kind;
  if (kind == TokenKind::Indent || kind == TokenKind::Dedent) {
    raise_at_last_token(ErrorType::IndentationError,
                        kind == TokenKind::Indent ? "unexpected indent" : "unexpected unindent");
    return;
  }
  raise_at("invalid syntax", last_token->token.range, last_token->token.range);
  check_rest_for_errors();
}

/// Reads the rest of the tokens. What the lexer raises there goes before the parser's error; so does a
/// bracket left open on a line before it.
void Machine::check_rest_for_errors() {
  const int error_line = tokens_.back()->token.range.line;
  Token token;
  do {
    token = lexer_.next();
  } while (token.kind != TokenKind::EndMarker && token.kind != TokenKind::Error);
  if (token.kind == TokenKind::EndMarker) return;
  if (lexer_.failure() == LexerFailure::Raised) {
    error_ = lexer_.error();
  } else if (lexer_.failure() == LexerFailure::Undecodable) {
    error_ = lexer_.bare_decode_error();
  } else if (lexer_.bracket_depth() != 0 && error_line > lexer_.bracket_line()) {
    error_ = lexer_.unclosed_bracket_error();
  }
}

Value Machine::concatenate(const Sequence& strings) {
  std::span<Token> tokens = arena().make_span<Token>(strings.items.size());
  for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = *strings.items[i].as<Token>();
  if (options_.feature_version < 6) {
    for (const Token& token : tokens) {
      const std::string_view text = text_of(token);
      if (text.substr(0, text.find_first_of("'\"")).find_first_of("fF") != std::string_view::npos)
        return raise_at_last_token(ErrorType::SyntaxError,
                                   "Format strings are only supported in Python 3.6 and greater");
    }
  }
  const Token* error_token = nullptr;
  // The second pass reads the literals again; it does not warn again.
  Result<Expr*> result = concatenate_strings(workspace_, source_, tokens, *this,
                                             error_rules_ ? nullptr : options_.warnings, &error_token);
  if (result.ok()) return Value::of(result.value());
  const Diagnostic* error = result.error();
  if (error->line != Diagnostic::kNone || !is_syntax_error(*error)) return raise(error);
  if (error_token == nullptr) return raise_at_last_token(error->type, error->message);
  const SourceRange& range = error_token->range;
  return raise(error->type, error->message, {range.line, range.column, range.end_line, range.end_column});
}

Result<Expr*> Machine::parse_expression(std::string_view parenthesised, int line_offset, int column_offset) {
  SourceText source;
  source.text = parenthesised;
  source.encoding = source_.encoding;
  source.filename = source_.filename;
  Lexer lexer(workspace_, source, options_.warnings, FStringOrigin{line_offset + 1, column_offset});
  ParseOptions options = options_;
  options.type_comments = false;
  Machine machine(workspace_, source, lexer, options);
  Result<Value> result = machine.run(grammar_.fstring);
  if (!result.ok()) return result.error();
  return result.value().expr();
}

}  // namespace ouro::syntax::reference
