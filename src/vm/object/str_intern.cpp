// Interned names, and the secret behind the hashes of text and bytes.
#include <sys/random.h>

#include <cstdlib>

#include "base/siphash.h"
#include "vm/object/str_data.h"
#include "vm/object/types.h"

namespace ouro::vm {

namespace {

struct HashSecret {
  uint64_t key0 = 0, key1 = 0;
  bool ready = false;
};
HashSecret secret;

/// PYTHONHASHSEED=N: CPython's generator, so that the same seed gives the same hashes.
void expand_seed(uint32_t seed, void* out, size_t size) {
  auto* bytes = static_cast<uint8_t*>(out);
  for (size_t i = 0; i < size; ++i) {
    seed = seed * 214013u + 2531011u;
    bytes[i] = static_cast<uint8_t>(seed >> 16);
  }
}

void seed_from_environment() {
  const char* text = std::getenv("PYTHONHASHSEED");
  if (text == nullptr || *text == '\0' || std::strcmp(text, "random") == 0) return seed_hashing(true, 0);
  seed_hashing(false, static_cast<uint32_t>(std::strtoul(text, nullptr, 10)));
}

/// Open addressing; at most half full. A cell, so that a minor collection passes over it while it does not
/// change.
struct InternTable : Object {
  uint64_t capacity;
  uint64_t count;
  Str* slots[];
};
InternTable* table = nullptr;
Shape* table_shape = nullptr;

void trace_table(Object* object, Tracer& tracer) {
  auto* interned = static_cast<InternTable*>(object);
  for (uint64_t i = 0; i < interned->capacity; ++i) tracer.visit(interned->slots[i]);
}

InternTable* make_table(uint64_t capacity) {
  auto* made = allocate<InternTable>(table_shape, sizeof(InternTable) + capacity * sizeof(Str*));
  made->capacity = capacity;
  return made;
}

Str** find_slot(InternTable* in, int64_t hash, const void* data, uint8_t width, size_t length) {
  const uint64_t mask = in->capacity - 1;
  for (uint64_t at = static_cast<uint64_t>(hash) & mask;; at = (at + 1) & mask) {
    Str* entry = in->slots[at];
    if (entry == nullptr) return &in->slots[at];
    if (entry->hash_ == hash && entry->length == length && entry->width() == width &&
        std::memcmp(entry->data_, data, length * width) == 0)
      return &in->slots[at];
  }
}

void insert(InternTable* into, Str* str) {
  Str** slot = find_slot(into, str->hash_, str->data_, str->width(), str->length);
  *slot = str;
  write_barrier(into);
  ++into->count;
}

void grow_table() {
  InternTable* larger = make_table(table->capacity * 2);
  for (uint64_t i = 0; i < table->capacity; ++i)
    if (table->slots[i] != nullptr) insert(larger, table->slots[i]);
  table = larger;
}

void start_table() {
  table_shape = make_internal_shape(Kind::kTable, trace_table);
  add_root(reinterpret_cast<Object**>(&table));
  table = make_table(4096);
  auto add = [](Str* str) {
    str_hash(str);
    str->flags |= kStrInterned;
    insert(table, str);
  };
  add(empty_str());
  for (char32_t c = 0; c < 256; ++c) add(make_char(c));
}

Str* add_interned(Str* str) {
  if (table->count * 2 >= table->capacity) grow_table();
  str->flags |= kStrInterned;
  insert(table, str);
  return str;
}

}  // namespace

void seed_hashing(bool random, uint32_t seed) {
  secret = {};
  secret.ready = true;
  uint64_t keys[2] = {};
  if (random) {
    if (getrandom(keys, sizeof keys, 0) != sizeof keys) keys[0] = reinterpret_cast<uint64_t>(&keys);
  } else if (seed != 0) {
    expand_seed(seed, keys, sizeof keys);
  }
  secret.key0 = keys[0];
  secret.key1 = keys[1];
}

int64_t hash_data(const void* data, size_t size) {
  if (size == 0) return 0;
  if (!secret.ready) [[unlikely]]
    seed_from_environment();
  const auto hash = static_cast<int64_t>(
      siphash13(secret.key0, secret.key1, std::string_view(static_cast<const char*>(data), size)));
  return hash == -1 ? -2 : hash;
}

Str* intern(Str* str) {
  if (str->is_interned()) return str;
  if (table == nullptr) start_table();
  const int64_t hash = str_hash(str);
  if (Str* found = *find_slot(table, hash, str->data_, str->width(), str->length)) return found;
  if (str->shape->type != types.str || str->owner != nullptr) {
    // A name must not keep a large text alive.
    Str* copy = make_str_of(str->data_, str->width(), str->length);
    if (copy->is_interned()) return copy;
    copy->hash_ = hash;
    str = copy;
  }
  return add_interned(str);
}

Str* intern(std::string_view utf8) {
  if (table == nullptr) start_table();
  if (is_ascii_data(utf8.data(), utf8.size())) {
    const int64_t hash = hash_data(utf8.data(), utf8.size());
    if (Str* found = *find_slot(table, hash, utf8.data(), 1, utf8.size())) return found;
  }
  return intern(make_str(utf8));
}

}  // namespace ouro::vm
