// Warnings of a file that may yet be rejected: kept, and forwarded in CPython's order once it is accepted.
#pragma once

#include <vector>

#include "base/workspace.h"
#include "syntax/fast/token_stream.h"

namespace ouro::syntax::fast {

/// CPython warns about a number when it reads the token and about a string when it parses the literal, so in
/// the order of the source; the fast parser lexes ahead in batches, so each kind is collected by itself and
/// both are merged by place. A parser that rewinds forgets what the abandoned attempt said about strings, and
/// not what the lexer said, which reads every token once.
class WarningLog {
 public:
  explicit WarningLog(Arena& arena) : arena_(arena), from_lexer_(*this), from_strings_(*this) {}

  /// For the lexer of the file; `stream` says how far it has come.
  WarningSink* lexer_sink() { return &from_lexer_; }
  void watch(const TokenStream* stream) { stream_ = stream; }
  /// For everything inside string literals; `place` is where the outermost literal starts.
  WarningSink* string_sink() { return &from_strings_; }
  void begin_string(uint32_t place) { string_place_ = place; }

  size_t string_count() const { return strings_.size(); }
  void forget_strings_after(size_t count) { strings_.resize(count); }

  /// Forwards all of them. Returns how many were given to `sink`; sets *raised when it made an error of the
  /// last of those.
  size_t forward(WarningSink& sink, bool* raised);

 private:
  struct Entry {
    uint32_t place;
    Warning warning;
  };
  struct LexerSink : WarningSink {
    explicit LexerSink(WarningLog& l) : log(l) {}
    bool warn(const Warning& warning) override;
    WarningLog& log;
  };
  struct StringSink : WarningSink {
    explicit StringSink(WarningLog& l) : log(l) {}
    bool warn(const Warning& warning) override;
    WarningLog& log;
  };
  Entry keep(uint32_t place, const Warning& warning);

  Arena& arena_;
  LexerSink from_lexer_;
  StringSink from_strings_;
  const TokenStream* stream_ = nullptr;
  uint32_t string_place_ = 0;
  std::vector<Entry> numbers_;
  std::vector<Entry> strings_;
};

}  // namespace ouro::syntax::fast
