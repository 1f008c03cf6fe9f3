#include "cli/run/source_views.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/unicode.h"
#include "syntax/lexer.h"

namespace ouro::cli {

namespace {

using compiler::Binding;
using compiler::ScopeKind;
using syntax::Token;
using syntax::TokenKind;

constexpr int kBindingShift = 11;

/// CPython calls the module's scope `top`, and those of lambdas and comprehensions without their brackets.
std::string name_of(Workspace& workspace, const compiler::Scope& scope) {
  if (scope.kind == ScopeKind::Module) return "top";
  const std::string_view name = workspace.names.text(scope.name);
  return std::string(name.starts_with('<') ? name.substr(1, name.size() - 2) : name);
}

vm::SymbolScope::Type type_of_scope(ScopeKind kind) {
  if (kind == ScopeKind::Module) return vm::SymbolScope::Module;
  return kind == ScopeKind::Class ? vm::SymbolScope::Class : vm::SymbolScope::Function;
}

uint32_t binding_number(Binding binding) {
  switch (binding) {
    case Binding::Local:
      return 1;
    case Binding::GlobalExplicit:
      return 2;
    case Binding::GlobalImplicit:
      return 3;
    case Binding::Free:
      return 4;
    case Binding::Cell:
      return 5;
    case Binding::None:
      break;
  }
  return 0;
}

constexpr int kNameToken = 1, kAwaitToken = 55, kAsyncToken = 56;

/// The number of a kind in the library's module token, whose operators stand in almost the same order.
int token_number(const Token& token) {
  constexpr int kFirstOperator = 7, kLeftBrace = 25, kColon = 11, kEqualEqual = 27;
  const auto distance = [&token](TokenKind from) {
    return static_cast<int>(token.kind) - static_cast<int>(from);
  };
  if (token.kind == TokenKind::Name) {
    if (token.name == Name::k_async) return kAsyncToken;
    return token.name == Name::k_await ? kAwaitToken : kNameToken;
  }
  if (token.kind >= TokenKind::EqualEqual) return kEqualEqual + distance(TokenKind::EqualEqual);
  if (token.kind >= TokenKind::Colon) return kColon + distance(TokenKind::Colon);
  if (token.kind >= TokenKind::LeftBrace) return kLeftBrace + distance(TokenKind::LeftBrace);
  if (token.kind >= TokenKind::LeftParen) return kFirstOperator + distance(TokenKind::LeftParen);
  return static_cast<int>(token.kind);
}

}  // namespace

const Diagnostic* unreadable_line(Workspace& workspace, std::string_view file, std::string_view filename) {
  const auto line_of = [file](size_t at) {
    return static_cast<int>(1 + std::count(file.begin(), file.begin() + static_cast<ptrdiff_t>(at), '\n'));
  };
  if (const size_t null = file.find('\0'); null != std::string_view::npos) {
    const std::string_view before = file.substr(0, null);
    Diagnostic error;
    error.message = "source code cannot contain null bytes";
    error.line = error.end_line = line_of(null);
    error.offset = error.end_offset = 0;
    error.text = before.substr(before.rfind('\n') + 1);
    error.has_text = !find_utf8_error(error.text);
    return workspace.arena.make<Diagnostic>(error);
  }
  const auto bad = find_utf8_error(file);
  if (!bad) return nullptr;
  const auto source = syntax::decode_source(workspace, file, filename);
  if (!source.ok() || source.value().declares_encoding) return nullptr;
  Diagnostic error;
  error.message = workspace.arena.copy(fmt::format(
      "Non-UTF-8 code starting with '\\x{:02x}' in file {} on line {}, but no encoding declared; see "
      "https://peps.python.org/pep-0263/ for details",
      static_cast<unsigned char>(file[bad->start]), filename, line_of(bad->start)));
  return workspace.arena.make<Diagnostic>(error);
}

vm::SymbolScope describe_scope(Workspace& workspace, const compiler::Scope& scope) {
  vm::SymbolScope result;
  result.id = reinterpret_cast<uintptr_t>(&scope);
  result.name = name_of(workspace, scope);
  result.type = type_of_scope(scope.kind);
  result.nested = scope.nested;
  result.line = compiler::first_line(scope);
  for (const compiler::Symbol& symbol : scope.symbols)
    result.symbols.push_back({std::string(workspace.names.text(symbol.name)),
                              symbol.uses | binding_number(symbol.binding) << kBindingShift});
  for (const Name parameter : scope.parameters)
    result.parameters.emplace_back(workspace.names.text(parameter));
  for (const compiler::Scope* inner : compiler::inner_scopes(scope))
    result.children.push_back(describe_scope(workspace, *inner));
  return result;
}

const Diagnostic* list_tokens(Workspace& workspace, const syntax::SourceText& source,
                              std::vector<vm::SourceToken>* tokens) {
  syntax::Lexer lexer(workspace, source, nullptr);
  for (;;) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::Error)
      return lexer.failure() == syntax::LexerFailure::Raised ? lexer.error() : nullptr;
    if (token.kind == TokenKind::EndMarker) return nullptr;
    const syntax::SourceRange& range = token.range;
    tokens->push_back({std::string(source.text.substr(token.start, token.end - token.start)),
                       token_number(token), range.line, range.end_line, range.column, range.end_column,
                       std::string(lexer.lines())});
  }
}

}  // namespace ouro::cli
