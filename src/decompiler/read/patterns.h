// What match.cpp and patterns.cpp share.
#pragma once

#include <deque>
#include <vector>

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

/// What a pattern is matched against: the subject, or a part of it. The instructions of the pattern say bit
/// by bit what is wanted of it and what it is bound to.
struct Reader::Place {
  enum class Kind : uint8_t {
    Any,  // nothing is wanted
    Value,
    Singleton,
    Sequence,
    Mapping,
    Class,
    Or,
    Parts,   // the values found in `owner`, or its attributes, before they are unpacked
    Keys,    // the keys of `owner`
    Merged,  // what the alternatives in `parts` have bound
  };
  Kind kind = Kind::Any;
  uint32_t number = 0;  // of all places of the case, from 1 on
  Position position;    // of the pattern; line below 1: unknown
  uint32_t star = kNone;
  size_t least = 0;                    // how many items a sequence with a star has at least
  Expr* value = nullptr;               // Value; the class of Class
  const Constant* constant = nullptr;  // Singleton
  Place* owner = nullptr;              // Parts, Keys
  Place* copy = nullptr;               // of which the rest is wanted: `as`, or the subject of a case
  Place* rest = nullptr;               // Mapping
  std::vector<Place*> parts;           // Sequence, Mapping, Class, Or, Merged
  std::vector<Expr*> keys;             // Mapping
  std::vector<Name> attributes;        // Class
  std::vector<Name> names;             // what it is bound to
  std::vector<std::pair<uint32_t, Place*>> first_items;  // of a sequence, by index
  std::vector<std::pair<uint32_t, Place*>> last_items;   // by index from the end
};

/// One case while its pattern is read: what its instructions do to the places on the reader's stack. What
/// does not fit is false, or null, with a reason.
class Reader::Matching {
 public:
  Matching(Reader& reader, size_t height)
      : base(height), reader_(reader), code_(reader.code_), at_(reader.at_), stack_(reader.stack_) {}

  /// One instruction of a pattern, or several that belong together.
  bool step();
  void push(const Place* place);
  /// Null: the slot holds none.
  Place* place_of(const Slot& slot);
  /// A test at at_ that fails jumps away; the stack is as it then is.
  bool note_failure(uint32_t target);
  /// The tree of what is wanted of a place, with its names.
  syntax::Pattern* pattern_of(Place* place, bool starred);

  Place* add(Place::Kind kind = Place::Kind::Any) {
    places_.emplace_back();
    places_.back().kind = kind;
    places_.back().number = static_cast<uint32_t>(places_.size());
    return &places_.back();
  }

  /// Where a test that fails leads, and how high the stack is then.
  struct Failure {
    uint32_t target = kNone;
    size_t height = 0;
  };
  std::vector<Failure> failures;
  size_t base;  // the stack's height below the subject
  Place* subject = nullptr;
  bool copied = false;     // the case works on a copy of the subject
  Position last_position;  // of the last instruction of the pattern

 private:
  /// A COPY 1 that may begin the alternatives of an or pattern.
  struct OpenCopy {
    size_t height = 0;  // of the stack before it
    Place* source = nullptr;
    Place* copy = nullptr;
    bool repeated = false;  // on failure, the same is copied again
  };

  const Instruction& here() const { return code_[at_]; }
  bool fail(std::string_view what) { return reader_.fail(what); }
  Place* top();
  Place* pop();
  bool jump(bool (*is_jump)(Op));
  bool jump_if_false();
  bool jump_if_missing();
  bool push_parts(std::vector<Place*>& parts, uint32_t count);
  bool bind(Place* place, Name name, uint32_t nesting);
  bool copy_top();
  bool swap();
  bool match_value();
  bool match_constant();
  bool match_singleton(const Constant* value);
  bool match_items();
  bool match_keys();
  bool match_class();
  bool match_rest();
  bool unpack();
  bool read_alternatives();
  bool take_bound(size_t height, std::vector<std::vector<Place*>>* bound);
  bool patterns_of(const std::vector<Place*>& parts, std::vector<syntax::Pattern*>* patterns);
  bool inner_pattern(Place* place, syntax::Pattern** pattern);
  syntax::Pattern* sequence_pattern(Place* place);
  syntax::Pattern* mapping_pattern(Place* place);
  syntax::Pattern* class_pattern(Place* place);

  Reader& reader_;
  const Code& code_;
  uint32_t& at_;
  std::vector<Slot>& stack_;
  std::deque<Place> places_;
  std::vector<OpenCopy> copies_;
  uint32_t depth_ = 0;
};

}  // namespace ouro::decompiler
