#include "base/held_strings.h"

namespace ouro {

HeldStrings::HeldStrings(std::string_view shared_characters, std::string_view names,
                         std::span<const uint32_t> table)
    : shared_characters_(shared_characters), names_(names), table_(table) {
  if (!table.empty()) return;
  own_table_.assign(held_table_size(names), 0);
  fill_held_table(names, own_table_);
  table_ = own_table_;
}

bool HeldStrings::has_name(std::string_view text) const {
  const size_t mask = table_.size() - 1;
  uint32_t hash = kHeldHashSeed;
  for (const char c : text) {
    if (separates_held_names(c)) return false;
    hash = add_to_held_hash(hash, c);
  }
  for (size_t slot = hash & mask; table_[slot] != 0; slot = (slot + 1) & mask) {
    const std::string_view known = names_.substr(table_[slot] - 1);
    if (!known.starts_with(text)) continue;
    if (known.size() == text.size() || separates_held_names(known[text.size()])) return true;
  }
  return false;
}

}  // namespace ouro
