#include "base/held_strings.h"

#include <bit>

namespace ouro {

namespace {

constexpr uint32_t kSeed = 0x811C9DC5;

constexpr bool is_space(char c) {
  return c == ' ' || c == '\n';
}

uint32_t add_to_hash(uint32_t hash, char c) {
  return (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
}

}  // namespace

// Part of each process's start, so one look at each character has to do.
HeldStrings::HeldStrings(std::string_view shared_characters, std::string_view names)
    : shared_characters_(shared_characters), names_(names) {
  table_.assign(std::bit_ceil(names.size() / 2 + 2), 0);  // more slots than there can be names
  const size_t mask = table_.size() - 1;
  for (size_t at = 0; at < names.size(); ++at) {
    const size_t start = at;
    uint32_t hash = kSeed;
    for (; at < names.size() && !is_space(names[at]); ++at) hash = add_to_hash(hash, names[at]);
    if (at == start) continue;
    size_t slot = hash & mask;
    while (table_[slot] != 0) slot = (slot + 1) & mask;
    table_[slot] = static_cast<uint32_t>(start + 1);
  }
}

bool HeldStrings::has_name(std::string_view text) const {
  const size_t mask = table_.size() - 1;
  uint32_t hash = kSeed;
  for (const char c : text) {
    if (is_space(c)) return false;
    hash = add_to_hash(hash, c);
  }
  for (size_t slot = hash & mask; table_[slot] != 0; slot = (slot + 1) & mask) {
    const std::string_view known = names_.substr(table_[slot] - 1);
    if (!known.starts_with(text)) continue;
    if (known.size() == text.size() || is_space(known[text.size()])) return true;
  }
  return false;
}

}  // namespace ouro
