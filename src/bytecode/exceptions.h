// Exception tables (co_exceptiontable) of CPython 3.11 and later: which handler takes over when an
// instruction raises.
//
// The table is a sequence of entries of four numbers: start, length and target in code units, and
// depth * 2 + lasti. Numbers are big-endian groups of six bits, bit 6 says that more follow; bit 7 marks the
// first byte of an entry, so that a reader can find one by bisection. The reader takes any bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"

namespace ouro {

struct ExceptionRange {
  uint32_t start = 0;  // in code units
  uint32_t end = 0;    // exclusive
  uint32_t target = 0;
  uint32_t depth = 0;  // of the stack that the handler finds, before the exception is pushed
  bool lasti = false;  // the offset of the raising instruction is pushed too
  bool operator==(const ExceptionRange&) const = default;
};

/// Writes an exception table, entry by entry in ascending order.
class ExceptionTableWriter {
 public:
  explicit ExceptionTableWriter(Arena& arena) : bytes_(arena) {}
  void add(const ExceptionRange& range);
  /// The table so far, in the arena.
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  void put_number(uint32_t value, unsigned mark);
  ArenaVector<char> bytes_;
};

/// Reads an exception table; takes any bytes.
class ExceptionTableReader {
 public:
  explicit ExceptionTableReader(std::string_view table) : table_(table) {}

  /// The next entry; false at the end and at the first malformed one.
  bool next(ExceptionRange* range);

  bool malformed() const { return malformed_; }

 private:
  bool read_number(uint32_t* value);
  std::string_view table_;
  size_t at_ = 0;
  bool malformed_ = false;
};

}  // namespace ouro
