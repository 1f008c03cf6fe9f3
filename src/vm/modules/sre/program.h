// A regular expression as the matcher wants it: code words checked and lowered to instructions.
//
// The words of re._compiler come from Python code, so any list of numbers may arrive. Lowering reads them
// once, checking every operand, and writes instructions that need no check any more: targets are indexes of
// instructions, sets have tables for the first 256 characters, runs of literals are texts. What can be known
// before a match is noted beside: which characters a match can start with, which repeats of one character
// need not be tried again with fewer because what follows cannot start inside them.
//
// A program is one Blob of the heap; all parts are offsets into it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "vm/modules/sre/codes.h"
#include "vm/object/str.h"
#include "vm/object/types.h"

namespace ouro::vm::sre {

enum class Action : uint8_t {
  // one character
  Literal,     // a: the character
  NotLiteral,  // a
  Any,         // but a line feed
  AnyAll,
  Set,  // a: index of the set
  // no character or several
  Text,       // a: offset in the characters, b: length
  At,         // a: sre::At
  Mark,       // a: index of the mark
  Branch,     // a: first entry in the alternatives, b: how many
  Jump,       // target
  RepeatOne,  // a: least, b: most; the item is the next instruction; target: behind it
  MinRepeatOne,
  PossessiveRepeatOne,
  Repeat,    // a: least, b: most; target: the Until
  MaxUntil,  // a, b: as its Repeat; target: the first instruction of the body
  MinUntil,
  PossessiveRepeat,  // a: least, b: most; target: behind its SubEnd
  Atomic,            // target: behind its SubEnd
  Assert,            // a: characters to go back; target: behind its SubEnd
  AssertNot,
  SubEnd,          // success of the body of one of the last four
  GroupRef,        // a: group from 0, b: Fold
  GroupRefExists,  // a: group from 0; target: where it does not
  Success,
  Failure,
};
inline bool is_single(Action action) {
  return action <= Action::Set;
}

enum class Fold : uint8_t { None, Ascii, Locale, Unicode };

constexpr uint32_t kNoInstruction = 0xFFFFFFFF;
constexpr uint32_t kMaxPrefix = 64;  // as much of a literal prefix is searched for

struct Instruction {
  Action action;
  bool disjoint = false;         // RepeatOne: what follows starts with no character of the item
  bool disjoint_latin1 = false;  // the same as far as characters below 256 go
  uint32_t a = 0, b = 0;
  uint32_t target = 0;
  uint32_t follows =
      kNoInstruction;  // a single-character instruction (or Text) that must match behind a repeat
};

enum class SetKind : uint8_t {
  Words,
  WordsAscii,
  WordsUnicode,
  WordsLocale,
  LowerAscii,
  LowerUnicode,
  CaseLocale
};

/// A set of characters. `table` is 1 for members; not to be used when `dynamic` (it depends on the locale).
struct Set {
  uint8_t table[256];
  SetKind kind;
  bool dynamic;
  bool negated;    // of the Lower and Case kinds: the character's complement
  uint32_t words;  // Words kinds: where in the words they start; others: the character
};

/// One way of a Branch. `first`: a single-character instruction or Text that it starts with.
struct Alternative {
  uint32_t target;
  uint32_t first;
};

struct Program {
  uint32_t groups;
  uint32_t instruction_count, set_count, alternative_count, character_count, word_count;
  uint32_t least;                  // characters of the shortest match, as far as known
  uint32_t prefix, prefix_length;  // literal prefix, in the characters
  bool whole_literal;              // the prefix is all there is
  bool anchored;                   // can match only at the very beginning
  bool starts_with_any;            // with .* or the like: a failure at one place tells of those it runs over
  bool has_first;                  // `first` says what a match can start with
  int16_t only_first;              // the one character below 256 that a match can start with; -1: several
  bool first_wide;                 // characters from 256 on: any of them may start a match
  uint8_t first[256];
  // offsets from the start of the program
  uint32_t sets_at, alternatives_at, characters_at, words_at;

  const Instruction* instructions() const { return reinterpret_cast<const Instruction*>(this + 1); }
  const Set* sets() const { return at<Set>(sets_at); }
  const Alternative* alternatives() const { return at<Alternative>(alternatives_at); }
  const char32_t* characters() const { return at<char32_t>(characters_at); }
  const uint32_t* words() const { return at<uint32_t>(words_at); }

 private:
  template <class T>
  const T* at(uint32_t offset) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(this) + offset);
  }
};

/// Whether the character is in the set, without its table.
bool in_set_slow(const Program* program, const Set& set, uint32_t c);

/// A Blob with the Program. RuntimeError "invalid SRE code" for words that re._compiler would not write.
Result<Blob*> make_program(std::span<const uint32_t> words, uint32_t groups);
inline const Program* program_in(const Blob* blob) {
  return reinterpret_cast<const Program*>(blob->data);
}

}  // namespace ouro::vm::sre
