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

/// One case while its pattern is read.
struct Reader::Matching {
  /// A COPY 1 that may begin the alternatives of an or pattern.
  struct OpenCopy {
    size_t height = 0;  // of the stack before it
    Place* source = nullptr;
    Place* copy = nullptr;
    bool repeated = false;  // on failure, the same is copied again
  };
  std::deque<Place> places;
  std::vector<OpenCopy> copies;
  /// Where a test that fails leads, and how high the stack is then.
  struct Failure {
    uint32_t target = kNone;
    size_t height = 0;
  };
  std::vector<Failure> failures;
  size_t base = 0;  // the stack's height below the subject
  Place* subject = nullptr;
  bool copied = false;     // the case works on a copy of the subject
  Position last_position;  // of the last instruction of the pattern
  uint32_t depth = 0;

  Place* add(Place::Kind kind = Place::Kind::Any) {
    places.emplace_back();
    places.back().kind = kind;
    places.back().number = static_cast<uint32_t>(places.size());
    return &places.back();
  }
};

}  // namespace ouro::decompiler
