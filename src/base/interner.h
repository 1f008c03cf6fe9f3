// Names as integers. The lexer interns each identifier once; from there on a name is a number, and two names
// are equal exactly when their numbers are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/constant.h"
#include "base/held_strings.h"

namespace ouro {

/// 0 is "no name". The well-known names (names.def) follow from 1 in every interner.
enum class Name : uint32_t {
  none = 0,
#define WELL_KNOWN(identifier, text) k_##identifier,
#include "base/names.def"
  well_known_end,
};

constexpr uint32_t kKeywordCount = 0
#define KEYWORD(identifier, text) +1
#define WELL_KNOWN(identifier, text)
#include "base/names.def"
    ;

/// Whether `name` is a hard keyword.
constexpr bool is_keyword(Name name) {
  return static_cast<uint32_t>(name) - 1 < kKeywordCount;
}

/// A text of at most 16 bytes as two words: its bytes from the lowest one up, then zeros.
struct PaddedText {
  uint64_t low = 0;
  uint64_t high = 0;
};

class Interner {
 public:
  Interner(Arena& arena, Constants& constants);

  /// The number of `text` (UTF-8, already NFKC-normalised where it is an identifier); copied on first sight.
  Name intern(std::string_view text);
  /// The same for a text of at most 16 bytes whose words are known already.
  Name intern(std::string_view text, const PaddedText& words);

  /// An identifier that is spelt like a keyword without being one, as NFKC can make it (a bold `def`):
  /// another number, with the same text and the same str object.
  Name keyword_as_identifier(Name keyword);

  std::string_view text(Name name) const { return entries_[static_cast<uint32_t>(name)].text; }
  /// The interned str object of a name.
  const Constant* str(Name name);
  /// The str object with this text that CPython's intern table would give: the same object for the same text.
  const Constant* str(std::string_view text) { return str(intern(text)); }

  /// Interns an existing str object: makes it the interned one unless its text has one already, here or in
  /// the process whose strings are held; returns the interned one.
  const Constant* adopt(const Constant* str);

  /// From here to the next reset(), text is interned as in a process that holds these strings already. Comes
  /// before the first str object is asked for. Without it the interned object of a character is always
  /// another one than the shared one, so that what was read from a file is written as it was.
  void hold(const HeldStrings& held);

  /// How many numbers are in use: every Name is below this. For side tables.
  uint32_t size() const { return static_cast<uint32_t>(entries_.size()); }

  /// Back to the well-known names only; the arena and the constants must have been rewound and reset.
  void reset();

 private:
  struct Entry {
    std::string_view text;
    PaddedText key;  // the text itself; of a longer one a hash of 64 bits
    uint32_t hash;
    Constant* object;
  };
  bool is_held(std::string_view text) const { return held_ != nullptr && held_->has_name(text); }
  Name add(std::string_view text, const PaddedText& key, uint32_t hash, size_t slot);
  void rehash(size_t capacity);

  Arena& arena_;
  Constants& constants_;
  const HeldStrings* held_ = nullptr;
  std::vector<Entry> entries_;
  std::vector<uint32_t> table_;                   // open addressing; 0 is empty, else the number of a name
  Name keyword_identifiers_[kKeywordCount] = {};  // made on demand
};

}  // namespace ouro
