// Position tables (co_linetable) of CPython 3.11 and later, PEP 626 and PEP 657: from where in the source
// each code unit comes.
//
// The table is a sequence of entries. Each covers one to eight code units and begins with a byte that alone
// has its top bit set: bits 6..3 are the form, bits 2..0 the number of units less one. Lines are differences
// from the last line seen, the first one from co_firstlineno. The forms:
//
//   0..9    short    columns below 80 on the same line, at most 15 wide: one byte more
//   10..12  one line line difference 0..2, columns below 128: a byte per column
//   13      no columns: signed line difference
//   14      long:    signed line difference, end line difference, column + 1, end column + 1
//   15      nowhere
//
// Numbers are little-endian groups of six bits, bit 6 says that more follow; a signed number has its sign in
// the lowest bit. The reader takes any bytes: a table that ends early, or a number that leaves 32 bits, ends
// the iteration with malformed() set.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"

namespace ouro {

/// The first of the one line forms.
constexpr uint32_t kOneLinePosition = 10;

/// A range of source text. Lines are 1-based, columns are 0-based bytes; below 0 is "unknown" (Python's
/// None).
struct Position {
  int32_t line = -1;
  int32_t end_line = -1;
  int32_t column = -1;
  int32_t end_column = -1;
  bool operator==(const Position&) const = default;
};

/// Writes a position table, instruction by instruction.
class PositionWriter {
 public:
  /// Where the table has got to. A value that a loop keeps in registers: bytes written through a pointer
  /// could be any member's.
  struct Cursor {
    char* to;
    int32_t line;
  };

  PositionWriter(Arena& arena, int32_t first_line) : bytes_(arena), line_(first_line) {}

  /// Makes room for that many positions, of up to kMaxUnitsAtOnce code units each.
  Cursor begin(size_t count) { return {bytes_.room(count * kMaxRoom), line_}; }
  void end(const Cursor& cursor) {
    bytes_.append_written(cursor.to);
    line_ = cursor.line;
  }

  /// The next `units` code units come from `position`.
  [[gnu::always_inline]] static Cursor put(Cursor cursor, const Position& position, uint32_t units) {
    for (; units > kMaxUnits; units -= kMaxUnits) [[unlikely]]
      cursor = put_full_entry(cursor, position);
    return put_entry(cursor, position, units);
  }

  /// The same, for any number of units.
  void add(const Position& position, uint32_t units);

  /// The table so far, in the arena.
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

  /// An instruction with its extensions and caches has fewer.
  static constexpr uint32_t kMaxUnitsAtOnce = 24;

 private:
  static constexpr uint32_t kMaxUnits = 8;        // of one entry
  static constexpr size_t kMaxEntry = 1 + 4 * 6;  // the long form with numbers of 32 bits
  static constexpr size_t kMaxRoom = kMaxEntry * (kMaxUnitsAtOnce / kMaxUnits);

  [[gnu::always_inline]] static Cursor put_entry(Cursor cursor, const Position& position, uint32_t units) {
    const auto line = static_cast<uint32_t>(position.line);
    const auto column = static_cast<uint32_t>(position.column);
    const auto end_column = static_cast<uint32_t>(position.end_column);
    const uint32_t delta = line - static_cast<uint32_t>(cursor.line);
    // The two forms that nearly all instructions have, short and one line. Which of them is data, not a
    // branch: nobody could guess it.
    constexpr uint32_t kSign = 1u << 31;
    const uint32_t unfit =
        (line ^ static_cast<uint32_t>(position.end_line)) | (line & kSign) | ((column | end_column) & ~127u);
    if (unfit == 0 && delta < 3) [[likely]] {
      const uint32_t width = end_column - column;
      const bool fits_short = (delta == 0) & (column < 80) & (width < 16);
      const uint32_t form = fits_short ? column >> 3 : kOneLinePosition + delta;
      cursor.to[0] = static_cast<char>(0x80 | form << 3 | (units - 1));
      cursor.to[1] = static_cast<char>(fits_short ? (column & 7) << 4 | width : column);
      cursor.to[2] = static_cast<char>(end_column);
      return {cursor.to + (fits_short ? 2 : 3), position.line};
    }
    return put_other_entry(cursor, position, units);
  }
  static Cursor put_full_entry(Cursor cursor, const Position& position);
  static Cursor put_other_entry(Cursor cursor, const Position& position, uint32_t units);

  ArenaVector<char> bytes_;
  int32_t line_;
};

/// What one entry of a table says.
struct PositionRange {
  uint32_t start = 0;  // in code units
  uint32_t end = 0;
  Position position;
};

/// Reads a position table; takes any bytes.
class PositionReader {
 public:
  PositionReader(std::string_view table, int32_t first_line) : table_(table), line_(first_line) {}

  /// The next entry; false at the end and at the first malformed one.
  bool next(PositionRange* range);

  bool malformed() const { return malformed_; }

 private:
  bool read_entry(unsigned form, Position* position);
  bool read_byte(int32_t* value);
  bool read_number(uint32_t* value);
  bool advance_line();

  std::string_view table_;
  size_t at_ = 0;
  int64_t line_;
  uint32_t unit_ = 0;
  bool malformed_ = false;
};

}  // namespace ouro
