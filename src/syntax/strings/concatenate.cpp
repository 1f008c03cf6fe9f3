// Adjacent string literals become one node.
//
// A literal goes through three steps: its prefix and quotes are taken off (split_literal), its body is
// decoded (escapes.cpp) or, for an f-string, cut into text and expressions (fstring.cpp), and the text of
// neighbours is joined: text between two expressions is one Constant, wherever the literals' borders were.
// All nodes but those inside an expression have the range of the whole chain of literals; a format
// specification has its own literal's.
#include <algorithm>

#include "base/unicode.h"
#include "syntax/strings/literal.h"

namespace ouro::syntax {
namespace strings {

LiteralParts split_literal(std::string_view text) {
  LiteralParts parts;
  size_t i = 0;
  for (; i < text.size() && text[i] != '\'' && text[i] != '"'; ++i) {
    switch (text[i] | 0x20) {
      case 'b':
        parts.bytes = true;
        break;
      case 'r':
        parts.raw = true;
        break;
      case 'f':
        parts.format = true;
        break;
      default:
        break;
    }
  }
  const size_t rest = text.size() - i;
  const bool triple = rest >= 6 && text[i + 1] == text[i] && text[i + 2] == text[i];
  const size_t quotes = triple ? 3 : 1;
  parts.begin = i + quotes;
  parts.end = std::max(text.size() - quotes, parts.begin);
  return parts;
}

Expr* LiteralContext::str_node(std::string_view value, const Token& from, const Token& to) const {
  const SourceRange range{from.range.line, from.range.column, to.range.end_line, to.range.end_column};
  auto* node = new_node<ConstantExpr>(workspace.arena, range);
  node->value = workspace.constants.str(value);
  node->unicode_prefix = source.text[from.start] == 'u';
  return node;
}

Expr* finish_joined(const LiteralContext& context, JoinedParts& parts, const Token& from, const Token& to) {
  if (!parts.format) return context.str_node(parts.pending, from, to);
  if (!parts.pending.empty()) parts.values.push_back(context.str_node(parts.pending, from, to));
  const SourceRange range{from.range.line, from.range.column, to.range.end_line, to.range.end_column};
  auto* node = new_node<JoinedStrExpr>(context.workspace.arena, range);
  node->values = parts.values.span();
  return node;
}

namespace {

/// One literal that is no f-string: what it means, appended to `out`.
Status read_plain(const LiteralContext& context, const LiteralParts& parts, const Token& token,
                  std::string& out) {
  const std::string_view text = context.text(token);
  const std::string_view body = text.substr(parts.begin, parts.end - parts.begin);
  if (parts.bytes && !is_ascii(body))
    return context.error_at(token, "bytes can only contain ASCII literal characters");
  if (parts.raw || body.find('\\') == std::string_view::npos) {
    OURO_TRY_STATUS(check_utf8(context, body));
    out += body;
    return {};
  }
  return parts.bytes ? decode_bytes(context, body, token, out) : decode_str(context, body, token, out);
}

Expr* bytes_node(const LiteralContext& context, std::string_view value) {
  const SourceRange& from = context.first.range;
  const SourceRange& to = context.last.range;
  auto* node = new_node<ConstantExpr>(context.workspace.arena,
                                      SourceRange{from.line, from.column, to.end_line, to.end_column});
  node->value = context.workspace.constants.bytes(value);
  return node;
}

}  // namespace
}  // namespace strings

Result<Expr*> concatenate_strings(Workspace& workspace, const SourceText& source,
                                  std::span<const Token> tokens, FStringExpressionParser& expressions,
                                  WarningSink* warnings, const Token** error_token) {
  using namespace strings;
  const LiteralContext context{workspace,   source,         expressions,  warnings,
                               error_token, tokens.front(), tokens.back()};
  if (tokens.size() == 1) {
    // Most literals: one token whose body is its value.
    const std::string_view text = context.text(tokens[0]);
    const LiteralParts parts = split_literal(text);
    const std::string_view body = text.substr(parts.begin, parts.end - parts.begin);
    if (!parts.bytes && !parts.format && (parts.raw || body.find('\\') == std::string_view::npos)) {
      OURO_TRY_STATUS(check_utf8(context, body));
      return context.str_node(body, tokens[0], tokens[0]);
    }
  }
  JoinedParts joined(workspace.arena);
  bool bytes = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const LiteralParts parts = split_literal(context.text(token));
    if (!parts.format) OURO_TRY_STATUS(read_plain(context, parts, token, joined.pending));
    if (i != 0 && bytes != parts.bytes) return context.error("cannot mix bytes and nonbytes literals");
    bytes = parts.bytes;
    if (parts.format) OURO_TRY_STATUS(read_fstring(context, parts, token, joined));
  }
  if (bytes) return bytes_node(context, joined.pending);
  return finish_joined(context, joined, tokens.front(), tokens.back());
}

}  // namespace ouro::syntax
