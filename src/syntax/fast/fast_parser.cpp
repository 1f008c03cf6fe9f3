#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {
namespace {

constexpr Diagnostic kGaveUp;

}  // namespace

FastParser::FastParser(Workspace& workspace, Scratch& scratch, const SourceText& source, WarningLog* log)
    : workspace_(workspace),
      arena_(workspace.arena),
      source_(source),
      log_(log),
      lexer_(workspace, source, log != nullptr ? log->lexer_sink() : nullptr),
      stream_(workspace.arena, lexer_),
      main_(scratch.main),
      other_(scratch.other),
      scratch_(scratch),
      depth_(kStatementDepth),
      nested_(false) {
  if (log != nullptr) log->watch(&stream_);
  start();
}

FastParser::FastParser(Workspace& workspace, Scratch& scratch, const SourceText& source, WarningLog* log,
                       const FStringOrigin& origin, int depth)
    : workspace_(workspace),
      arena_(workspace.arena),
      source_(source),
      log_(log),
      lexer_(workspace, source, log != nullptr ? log->string_sink() : nullptr, origin),
      stream_(workspace.arena, lexer_),
      main_(scratch.main),
      other_(scratch.other),
      scratch_(scratch),
      depth_(depth + kStatementDepth),
      nested_(true) {
  start();
}

void FastParser::start() {
  dummy_expr_.kind = ExprKind::Name;
  dummy_pattern_.kind = PatternKind::MatchAs;
  stream_.start();
}

Module* FastParser::parse_module(ModuleKind kind) {
  // Interactive input is one statement with rules of its own about line ends; nobody needs it fast.
  if (kind == ModuleKind::Interactive || kind == ModuleKind::FunctionType) return nullptr;
  Module* module = arena_.make<Module>();
  module->kind = kind;
  if (kind == ModuleKind::Expression) {
    module->expression = expressions();
    while (at(TokenKind::Newline)) stream_.advance_blank();
  } else {
    StmtList body(main_);
    while (!at(TokenKind::EndMarker) && !failed()) statement(body);
    module->body = body.copy_to(arena_);
  }
  return at(TokenKind::EndMarker) ? module : nullptr;
}

Expr* FastParser::parse_fstring_expression() {
  Expr* result = star_expressions();
  return failed() ? nullptr : result;
}

Result<Expr*> FastParser::parse_expression(std::string_view parenthesised, int line_offset,
                                           int column_offset) {
  SourceText text;
  text.text = parenthesised;
  text.encoding = source_.encoding;
  text.filename = source_.filename;
  FastParser nested(workspace_, scratch_, text, log_, {line_offset + 1, column_offset}, depth_);
  Expr* result = nested.parse_fstring_expression();
  foldable_ += nested.foldable_;
  if (result == nullptr) return &kGaveUp;
  return result;
}

Name FastParser::expect_identifier() {
  if (!at_identifier()) {
    fail();
    return Name::none;
  }
  const Name name = stream_.current().name;
  stream_.advance();
  return name;
}

Expr* FastParser::constant(const Constant* value, Position start) {
  auto* out = node<ConstantExpr>(start);
  out->value = value;
  return out;
}

}  // namespace ouro::syntax::fast
