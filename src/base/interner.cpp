#include "base/interner.h"

#include <algorithm>
#include <bit>

#include "base/words.h"

namespace ouro {

namespace {

constexpr std::string_view kWellKnown[] = {
    "",
#define WELL_KNOWN(identifier, text) text,
#include "base/names.def"
};

uint64_t fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

constexpr uint64_t kMixer = 0xD6E8FEB86659FD93u;
constexpr size_t kPaddedSize = 16;

static_assert(std::endian::native == std::endian::little, "the words of a text are read low byte first");

// The words of a text that is short enough, by loads that may overlap.
PaddedText padded(std::string_view text) {
  const char* at = text.data();
  const size_t size = text.size();
  auto joined = [size](uint64_t first, uint64_t last, size_t width) {
    return first | last << (8 * (size - width));
  };
  if (size > 8)
    return {load_word<uint64_t>(at), load_word<uint64_t>(at + size - 8) >> (8 * (kPaddedSize - size))};
  if (size == 8) return {load_word<uint64_t>(at), 0};
  if (size >= 4) return {joined(load_word<uint32_t>(at), load_word<uint32_t>(at + size - 4), 4), 0};
  if (size >= 2) return {joined(load_word<uint16_t>(at), load_word<uint16_t>(at + size - 2), 2), 0};
  return {size == 0 ? 0 : load_word<uint8_t>(at), 0};
}

// Longer ones: a hash, of which equal values say that comparing the bytes is worth it.
PaddedText hashed(std::string_view text) {
  const char* at = text.data();
  uint64_t hash = kMixer;
  for (size_t left = text.size(); left > 8; left -= 8, at += 8)
    hash = fold(hash ^ load_word<uint64_t>(at), kMixer);
  const uint64_t last = load_word<uint64_t>(text.data() + text.size() - 8);
  return {fold(hash ^ last, kMixer), 0};
}

// Identifiers are short, and the table only needs spread, not strength: a hostile file costs at worst a
// slower compile of itself.
uint32_t hash_key(const PaddedText& key, size_t size) {
  const uint64_t hash = fold(key.low ^ 0x9E3779B97F4A7C15u * (size + 1), key.high ^ kMixer);
  return std::max(static_cast<uint32_t>(hash ^ (hash >> 32)), 1u);
}

constexpr size_t kSmallestTable = 1024;

// The hash of entries that the table does not lead to; no text has it.
constexpr uint32_t kNotInTable = 0;

bool is_anonymous_scope(Name name) {
  return name == Name::k_module || name == Name::k_lambda_name || name == Name::k_listcomp ||
         name == Name::k_setcomp || name == Name::k_dictcomp || name == Name::k_genexpr;
}

}  // namespace

Interner::Interner(Arena& arena, Constants& constants) : arena_(arena), constants_(constants) {
  reset();
}

void Interner::reset() {
  std::ranges::fill(keyword_identifiers_, Name::none);
  held_ = nullptr;
  if (entries_.empty()) {
    table_.assign(kSmallestTable, 0);
    entries_.push_back({"", {}, kNotInTable, nullptr});
    for (size_t i = 1; i < std::size(kWellKnown); ++i) intern(kWellKnown[i]);
    return;
  }
  entries_.resize(std::size(kWellKnown));
  for (Entry& entry : entries_) entry.object = nullptr;
  rehash(kSmallestTable);
}

void Interner::hold(const HeldStrings& held) {
  if (held_ == &held) return;
  held_ = &held;
  for (const char& c : held.shared_characters()) str(intern({&c, 1}));
}

Name Interner::intern(std::string_view text, const PaddedText& words) {
  const uint32_t hash = hash_key(words, text.size());
  const size_t mask = table_.size() - 1;
  size_t slot = hash & mask;
  while (const uint32_t number = table_[slot]) {
    const Entry& entry = entries_[number];
    const uint64_t difference = (entry.key.low ^ words.low) | (entry.key.high ^ words.high);
    if ((difference | (entry.text.size() ^ text.size())) == 0) return static_cast<Name>(number);
    slot = (slot + 1) & mask;
  }
  return add(text, words, hash, slot);
}

Name Interner::intern(std::string_view text) {
  if (text.size() <= kPaddedSize) return intern(text, padded(text));
  const PaddedText key = hashed(text);
  const uint32_t hash = hash_key(key, text.size());
  const size_t mask = table_.size() - 1;
  size_t slot = hash & mask;
  while (const uint32_t number = table_[slot]) {
    const Entry& entry = entries_[number];
    if (entry.key.low == key.low && entry.text == text) return static_cast<Name>(number);
    slot = (slot + 1) & mask;
  }
  return add(text, key, hash, slot);
}

/// A new name, in the empty slot where the search for it ended.
Name Interner::add(std::string_view text, const PaddedText& key, uint32_t hash, size_t slot) {
  const auto number = static_cast<uint32_t>(entries_.size());
  const bool well_known = number < static_cast<uint32_t>(Name::well_known_end);
  entries_.push_back({well_known ? text : arena_.copy(text), key, hash, nullptr});
  table_[slot] = number;
  if (entries_.size() * 2 > table_.size()) rehash(table_.size() * 2);
  return static_cast<Name>(number);
}

Name Interner::keyword_as_identifier(Name keyword) {
  Name& name = keyword_identifiers_[static_cast<uint32_t>(keyword) - 1];
  if (name == Name::none) {
    // Not in the table, which finds the keyword: rehash() leaves it out too.
    name = static_cast<Name>(entries_.size());
    const Constant* object = str(keyword);
    entries_.push_back({text(keyword), {}, kNotInTable, const_cast<Constant*>(object)});
  }
  return name;
}

const Constant* Interner::str(Name name) {
  Entry& entry = entries_[static_cast<uint32_t>(name)];
  if (entry.object == nullptr) {
    // Sharing is what interning means, so the one-character strings that Constants shares stay the same
    // objects, but for those that were interned as others before.
    entry.object = const_cast<Constant*>(constants_.str_in_place(entry.text));
    if (entry.text.size() == 1 && (held_ == nullptr || is_held(entry.text)))
      entry.object = constants_.duplicate(*entry.object);
    // The names of anonymous scopes are static objects of CPython that it does not intern.
    const bool is_static = is_anonymous_scope(name);
    entry.object->interned = !is_static;
    if (is_static) entry.object->immortal = true;
  }
  return entry.object;
}

const Constant* Interner::adopt(const Constant* str) {
  const uint32_t known = size();
  const Name name = intern(str->text());
  Entry& entry = entries_[static_cast<uint32_t>(name)];
  // A text that has a number already is an identifier of the source, whose object was interned before.
  if (static_cast<uint32_t>(name) < known || is_held(str->text())) return this->str(name);
  entry.object = const_cast<Constant*>(str);
  entry.object->interned = true;
  return str;
}

void Interner::rehash(size_t capacity) {
  table_.assign(capacity, 0);
  for (uint32_t number = 1; number < entries_.size(); ++number) {
    if (entries_[number].hash == kNotInTable) continue;
    size_t slot = entries_[number].hash & (capacity - 1);
    while (table_[slot] != 0) slot = (slot + 1) & (capacity - 1);
    table_[slot] = number;
  }
}

}  // namespace ouro
