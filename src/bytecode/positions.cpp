#include "bytecode/positions.h"

#include <algorithm>

namespace ouro {

namespace {

constexpr unsigned kNoColumns = 13;
constexpr unsigned kLong = 14;
constexpr unsigned kNowhere = 15;

char* put_byte(char* to, unsigned byte) {
  *to = static_cast<char>(byte);
  return to + 1;
}

char* put_head(char* to, unsigned form, uint32_t units) {
  return put_byte(to, 0x80 | (form << 3) | (units - 1));
}

char* put_number(char* to, uint32_t value) {
  for (; value >= 64; value >>= 6) to = put_byte(to, 64 | (value & 63));
  return put_byte(to, value);
}

char* put_signed(char* to, int32_t value) {
  const auto bits = static_cast<uint32_t>(value);
  return put_number(to, value < 0 ? ((0 - bits) << 1) | 1 : bits << 1);
}

}  // namespace

void PositionWriter::add(const Position& position, uint32_t units) {
  while (units > 0) {
    const uint32_t covered = std::min(units, kMaxUnitsAtOnce);
    end(put(begin(1), position, covered));
    units -= covered;
  }
}

// An entry of as many units as one can have.
PositionWriter::Cursor PositionWriter::put_full_entry(Cursor cursor, const Position& position) {
  return put_entry(cursor, position, kMaxUnits);
}

// The forms that are left.
PositionWriter::Cursor PositionWriter::put_other_entry(Cursor cursor, const Position& position,
                                                       uint32_t units) {
  char* to = cursor.to;
  if (position.line < 0) return {put_head(to, kNowhere, units), cursor.line};
  const int32_t line = position.line;
  const int32_t delta = line - cursor.line;
  const int32_t column = position.column;
  const int32_t end_column = position.end_column;
  if (column < 0 || end_column < 0) {
    if (position.end_line == line || position.end_line == -1)
      return {put_signed(put_head(to, kNoColumns, units), delta), line};
  }
  to = put_signed(put_head(to, kLong, units), delta);
  // An instruction that got its line but not its end line from elsewhere gives a negative difference, which
  // CPython writes as the unsigned number with the same bits.
  to = put_number(to, static_cast<uint32_t>(position.end_line) - static_cast<uint32_t>(line));
  to = put_number(to, static_cast<uint32_t>(column) + 1);
  return {put_number(to, static_cast<uint32_t>(end_column) + 1), line};
}

bool PositionReader::read_byte(int32_t* value) {
  if (at_ >= table_.size() || (table_[at_] & 0x80) != 0) return false;
  *value = static_cast<unsigned char>(table_[at_++]);
  return true;
}

bool PositionReader::read_number(uint32_t* value) {
  uint64_t result = 0;
  int32_t group = 64;
  for (unsigned shift = 0; (group & 64) != 0; shift += 6) {
    if (shift > 30 || !read_byte(&group)) return false;
    result |= static_cast<uint64_t>(group & 63) << shift;
  }
  *value = static_cast<uint32_t>(result);
  return result <= UINT32_MAX;
}

bool PositionReader::advance_line() {
  uint32_t delta = 0;
  if (!read_number(&delta)) return false;
  line_ += (delta & 1) != 0 ? -static_cast<int64_t>(delta >> 1) : static_cast<int64_t>(delta >> 1);
  return line_ >= INT32_MIN && line_ <= INT32_MAX;
}

bool PositionReader::read_entry(unsigned form, Position* position) {
  if (form == kNowhere) return true;
  int32_t column = 0;
  int32_t end_column = 0;
  int64_t end_line = 0;
  if (form == kNoColumns) {
    if (!advance_line()) return false;
    end_line = line_;
    column = end_column = -1;
  } else if (form == kLong) {
    uint32_t end_delta = 0;
    uint32_t columns[2];
    if (!advance_line() || !read_number(&end_delta) || !read_number(&columns[0]) || !read_number(&columns[1]))
      return false;
    end_line = static_cast<int32_t>(static_cast<uint32_t>(line_) + end_delta);
    column = static_cast<int32_t>(columns[0] - 1);
    end_column = static_cast<int32_t>(columns[1] - 1);
  } else {
    if (!read_byte(&column)) return false;
    if (form >= kOneLinePosition) {
      line_ += form - kOneLinePosition;
      if (line_ > INT32_MAX || !read_byte(&end_column)) return false;
    } else {
      end_column = column & 15;
      column = static_cast<int32_t>(form << 3) | (column >> 4);
      end_column += column;
    }
    end_line = line_;
  }
  *position = {static_cast<int32_t>(line_), static_cast<int32_t>(end_line), column, end_column};
  return true;
}

bool PositionReader::next(PositionRange* range) {
  if (malformed_ || at_ >= table_.size()) return false;
  const auto head = static_cast<unsigned char>(table_[at_++]);
  range->position = {};
  malformed_ = (head & 0x80) == 0 || !read_entry((head >> 3) & 15, &range->position);
  const uint32_t units = (head & 7) + 1u;
  if (malformed_ || unit_ > UINT32_MAX - units) {
    malformed_ = true;
    return false;
  }
  range->start = unit_;
  unit_ += units;
  range->end = unit_;
  return true;
}

}  // namespace ouro
