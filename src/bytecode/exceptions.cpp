#include "bytecode/exceptions.h"

namespace ouro {

void ExceptionTableWriter::put_number(uint32_t value, unsigned mark) {
  unsigned shift = 0;
  while (shift < 30 && (value >> shift) >= 64) shift += 6;
  for (;; shift -= 6) {
    const unsigned more = shift > 0 ? 64 : 0;
    bytes_.push_back(static_cast<char>(((value >> shift) & 63) | more | mark));
    mark = 0;
    if (shift == 0) return;
  }
}

void ExceptionTableWriter::add(const ExceptionRange& range) {
  put_number(range.start, 0x80);
  put_number(range.end - range.start, 0);
  put_number(range.target, 0);
  put_number((range.depth << 1) | (range.lasti ? 1 : 0), 0);
}

bool ExceptionTableReader::read_number(uint32_t* value) {
  uint64_t result = 0;
  for (;;) {
    if (at_ >= table_.size()) return false;
    const auto byte = static_cast<unsigned char>(table_[at_++]);
    result = (result << 6) | (byte & 63);
    if (result > UINT32_MAX) return false;
    if ((byte & 64) == 0) break;
  }
  *value = static_cast<uint32_t>(result);
  return true;
}

bool ExceptionTableReader::next(ExceptionRange* range) {
  if (malformed_ || at_ >= table_.size()) return false;
  uint32_t length = 0;
  uint32_t depth_lasti = 0;
  if (!read_number(&range->start) || !read_number(&length) || !read_number(&range->target) ||
      !read_number(&depth_lasti) || length > UINT32_MAX - range->start) {
    malformed_ = true;
    return false;
  }
  range->end = range->start + length;
  range->depth = depth_lasti >> 1;
  range->lasti = (depth_lasti & 1) != 0;
  return true;
}

}  // namespace ouro
