// Strings that a CPython process has interned before it compiles anything: its start-up code's names.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ouro {

// The table of held names: open addressing, where in the list a name begins plus one; 0 is an empty slot. It
// can be made when the program is compiled, which saves hashing thousands of names at each start.

/// More slots than there can be names.
constexpr size_t held_table_size(std::string_view names) {
  return std::bit_ceil(names.size() / 2 + 2);
}

constexpr bool separates_held_names(char c) {
  return c == ' ' || c == '\n';
}

constexpr uint32_t kHeldHashSeed = 0x811C9DC5;
constexpr uint32_t add_to_held_hash(uint32_t hash, char c) {
  return (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
}

/// `table` is all zero and has held_table_size(names) slots.
constexpr void fill_held_table(std::string_view names, std::span<uint32_t> table) {
  const size_t mask = table.size() - 1;
  const char* text = names.data();
  for (size_t at = 0, size = names.size(); at < size; ++at) {
    const size_t start = at;
    uint32_t hash = kHeldHashSeed;
    for (; at < size && text[at] != ' ' && text[at] != '\n'; ++at) hash = add_to_held_hash(hash, text[at]);
    if (at == start) continue;
    size_t slot = hash & mask;
    while (table[slot] != 0) slot = (slot + 1) & mask;
    table[slot] = static_cast<uint32_t>(start + 1);
  }
}

class HeldStrings {
 public:
  /// `shared_characters`: one-character strings whose shared object is the interned one. `names`: separated
  /// by spaces and newlines; must outlive this, as must `table` (empty: it is made here). The interned object
  /// of each is another one than any that a compilation makes, and for one character another one than the
  /// shared one.
  HeldStrings(std::string_view shared_characters, std::string_view names,
              std::span<const uint32_t> table = {});
  HeldStrings(const HeldStrings&) = delete;
  HeldStrings& operator=(const HeldStrings&) = delete;

  std::string_view shared_characters() const { return shared_characters_; }
  bool has_name(std::string_view text) const;

 private:
  std::string_view shared_characters_;
  std::string_view names_;
  std::vector<uint32_t> own_table_;
  std::span<const uint32_t> table_;
};

}  // namespace ouro
