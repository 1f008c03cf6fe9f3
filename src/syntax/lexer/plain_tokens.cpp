// The tokens that most of a source consists of, without a call for each: names, brackets, operators of one
// character, small numbers, and line ends between lines of one indentation.
//
// Nothing here is a rule of its own. Whatever is not as plain as that is left where it is for next(), which
// knows everything; so what stands here decides about time, not about tokens. The lexer's place is kept in
// local variables, because the tokens that are written could be any member.
#include "syntax/lexer.h"
#include "syntax/lexer/characters.h"
#include "syntax/lexer/identifier.h"

namespace ouro::syntax {

namespace {

bool closes(char opening, char closing) {
  return closing == opening + (opening == '(' ? 1 : 2);
}

/// Behind a decimal number without anything special; `from` when it has.
const char* plain_number_end(const char* from) {
  const char* at = from + 1;
  while (is_digit(*at)) ++at;
  if (*from == '0' && at - from > 1) return from;
  return is_identifier_part(*at) || is_wide(*at) || *at == '.' ? from : at;
}

/// Whether the operator at `at` has only one character.
bool is_single_operator(const char* at) {
  return at[1] != '=' && at[1] != '>' && at[1] != *at;
}

}  // namespace

/// Scans plain tokens into [to, stop) up to the first token that is not, or until there is no room; returns
/// the end of what was written.
Token* Lexer::scan_plain(Token* to, Token* const stop) {
  if (failure_ != LexerFailure::None || at_line_start_ || pending_indents_ != 0 || is_fstring_ ||
      cursor_ == end_)
    return to;
  PlainScan scan{cursor_, line_start_, line_};
  while (to != stop && scan_plain_token(scan, to)) ++to;
  cursor_ = scan.at;
  line_start_ = scan.line_start;
  line_ = scan.line;
  return to;
}

/// One token; line ends within brackets are passed on the way. False: there is none, and the scan stands
/// where it can be taken up.
[[gnu::always_inline]] inline bool Lexer::scan_plain_token(PlainScan& scan, Token* to) {
  const char* at = scan.at;
  const char* end = nullptr;
  TokenKind kind = TokenKind::Name;
  Name name = Name::none;
  for (;;) {
    while (*at == ' ') ++at;
    switch (character_class(*at)) {
      case CharacterClass::Identifier:
        if (!scan_plain_name(at, &end, &name)) return false;
        break;
      case CharacterClass::OpeningBracket:
        if (bracket_depth_ >= kMaxBrackets) return false;
        brackets_[bracket_depth_++] = {*at, scan.line, static_cast<int>(at - scan.line_start)};
        kind = operator_kinds(*at).plain;
        end = at + 1;
        break;
      case CharacterClass::ClosingBracket:
        if (bracket_depth_ == 0 || !closes(brackets_[bracket_depth_ - 1].character, *at)) return false;
        --bracket_depth_;
        kind = operator_kinds(*at).plain;
        end = at + 1;
        break;
      case CharacterClass::Single:
        kind = operator_kinds(*at).plain;
        end = at + 1;
        break;
      case CharacterClass::Equal: {
        const bool equal = at[1] == '=';
        kind = equal ? operator_kinds(*at).equal : operator_kinds(*at).plain;
        end = at + 1 + equal;
        break;
      }
      case CharacterClass::Operator:
        if (!is_single_operator(at)) return false;
        kind = operator_kinds(*at).plain;
        end = at + 1;
        break;
      case CharacterClass::Dot:
        if (at[1] == '.' || is_digit(at[1])) return false;
        kind = TokenKind::Dot;
        end = at + 1;
        break;
      case CharacterClass::Digit:
        end = plain_number_end(at);
        if (end == at) return false;
        kind = TokenKind::Number;
        break;
      case CharacterClass::Newline: {
        PlainScan next = scan;
        if (!next_plain_line(at, next)) return false;
        if (bracket_depth_ != 0) {
          scan = next;
          at = next.at;
          continue;
        }
        put_plain(to, TokenKind::Newline, Name::none, at, at, scan);
        scan = next;
        return true;
      }
      default:
        return false;
    }
    put_plain(to, kind, name, at, end, scan);
    scan.at = end;
    return true;
  }
}

[[gnu::always_inline]] inline bool Lexer::scan_plain_name(const char* from, const char** end, Name* name) {
#ifdef __SSE2__
  if (end_ - from < kIdentifierBlock) return false;
  PaddedText words;
  const int size = scan_identifier(from, &words);
  const char* const at = from + size;
  if (size == kIdentifierBlock || is_wide(*at) || *at == '"' || *at == '\'') return false;
  *end = at;
  *name = workspace_.names.intern({from, static_cast<size_t>(size)}, words);
  return true;
#else
  (void)from, (void)end, (void)name;
  return false;
#endif
}

/// From the newline at `newline` over blank lines to the first token of the next line, if that line stands
/// where this one does.
[[gnu::always_inline]] inline bool Lexer::next_plain_line(const char* newline, PlainScan& scan) {
  const char* at = newline;
  do {
    if (at + 1 == end_) return false;
    scan.line_start = ++at;
    ++scan.line;
    while (*at == ' ') ++at;
  } while (*at == '\n');
  if (*at == '#' || *at == '\t' || *at == '\f' || *at == '\\') return false;
  const auto column = static_cast<int>(at - scan.line_start);
  if (bracket_depth_ == 0 &&
      (column != indents_[indent_depth_] || column != alternate_indents_[indent_depth_]))
    return false;
  shown_start_ = scan.line_start;
  scan.at = at;
  return true;
}

[[gnu::always_inline]] inline void Lexer::put_plain(Token* to, TokenKind kind, Name name, const char* from,
                                                    const char* end, const PlainScan& scan) const {
  to->kind = kind;
  to->start = static_cast<uint32_t>(from - begin_);
  to->end = static_cast<uint32_t>(end - begin_);
  to->name = name;
  to->range = {scan.line, static_cast<int32_t>(from - scan.line_start), scan.line,
               static_cast<int32_t>(end - scan.line_start)};
}

}  // namespace ouro::syntax
