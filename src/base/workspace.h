// What one compilation needs to stand on: memory, names, constants. One per worker, rewound between files.
#pragma once

#include "base/arena.h"
#include "base/bigint.h"
#include "base/constant.h"
#include "base/diagnostic.h"
#include "base/interner.h"

namespace ouro {

struct Workspace {
  /// Decimal integers of more digits are refused, as sys.set_int_max_str_digits() wants; 0: none is.
  size_t max_int_digits = kMaxStrDigits;
  Arena arena;
  Arena
      scratch;  // for one step at a time, which begins by rewinding it; small, so that it stays in the cache
  Constants constants{arena};
  Interner names{arena, constants};

  /// Forgets the last file. Everything that pointed into the arena is gone.
  void rewind() {
    arena.rewind();
    constants.reset();
    names.reset();
  }

  /// A diagnostic in the arena; the message is copied.
  const Diagnostic* error(ErrorType type, std::string_view message) {
    Diagnostic d;
    d.type = type;
    d.message = arena.copy(message);
    return arena.make<Diagnostic>(d);
  }
};

}  // namespace ouro
