#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {
namespace {

constexpr Diagnostic kGaveUp;

/// Moves the warnings of an f-string expression's lexer to their lines in the file.
class MovingSink final : public WarningSink {
 public:
  MovingSink(WarningSink* sink, int lines) : sink_(sink), lines_(lines) {}
  bool warn(const Warning& warning) override {
    Warning moved = warning;
    moved.line += lines_;
    return sink_->warn(moved);
  }

 private:
  WarningSink* sink_;
  int lines_;
};

}  // namespace

FastParser::FastParser(Workspace& workspace, Scratch& scratch, const SourceText& source, WarningLog* log)
    : FastParser(workspace, scratch, source, log, log != nullptr ? log->lexer_sink() : nullptr, {}, 0) {}

FastParser::FastParser(Workspace& workspace, Scratch& scratch, const SourceText& source, WarningLog* log,
                       WarningSink* lexer_sink, const Relocation& relocation, int depth)
    : workspace_(workspace),
      arena_(workspace.arena),
      source_(source),
      log_(log),
      lexer_(workspace, source, lexer_sink),
      stream_(workspace.arena, lexer_, relocation),
      main_(scratch.main),
      other_(scratch.other),
      scratch_(scratch),
      depth_(depth + kStatementDepth),
      nested_(relocation.active) {
  dummy_expr_.kind = ExprKind::Name;
  dummy_pattern_.kind = PatternKind::MatchAs;
  if (log_ != nullptr && !nested_) log_->watch(&stream_);
  stream_.start();
}

Module* FastParser::parse_module(ModuleKind kind) {
  // Interactive input is one statement with rules of its own about line ends; nobody needs it fast.
  if (kind == ModuleKind::Interactive) return nullptr;
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
  const SourceText text{parenthesised, source_.encoding, source_.filename};
  MovingSink moving(log_ != nullptr ? log_->string_sink() : nullptr, line_offset);
  FastParser nested(workspace_, scratch_, text, log_, log_ != nullptr ? &moving : nullptr,
                    {true, line_offset, column_offset}, depth_);
  Expr* result = nested.parse_fstring_expression();
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
