// The order in which CPython iterates over a set follows from the elements' hashes and from how its table
// probes and grows. Both are rebuilt here from their published behaviour: numbers hash by value modulo the
// Mersenne prime 2**61 - 1, whatever their type; text hashes its fixed-width storage with SipHash-1-3;
// tuples mix their items as xxHash does its lanes; and a set is an open table that looks at ten neighbouring
// slots before it jumps.
//
// Constants of a .pyc may form a graph with shared parts, so that walking it as a tree would take exponential
// time. SetContext remembers what it found out about containers within one operation.
#include "base/hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bigint.h"
#include "base/siphash.h"
#include "base/unicode.h"
#include "base/words.h"

namespace ouro {

namespace {

constexpr int kPrimeBits = 61;
constexpr uint64_t kPrime = (uint64_t{1} << kPrimeBits) - 1;
constexpr uint64_t kInfinityHash = 314159;
constexpr uint64_t kImaginaryFactor = 1000003;
// Stand-ins for addresses. None's is the value that CPython fixed in 3.12.
constexpr uint64_t kNoneHash = 0xFCA86420;
constexpr uint64_t kEllipsisHash = 0x0E111955;
constexpr uint64_t kNanHash = 0x7FF80000;
constexpr uint64_t kCodeHash = 0x00C0DE00;

/// -1 means "error" inside CPython and is never a hash.
uint64_t avoid_minus_one(uint64_t hash) {
  return hash == ~uint64_t{0} ? ~uint64_t{1} : hash;
}

uint64_t hash_int(IntView value) {
  uint64_t rest = 0;
  for (size_t i = value.limbs.size(); i-- > 0;) {
    const auto wide = (static_cast<unsigned __int128>(rest) << 64) | value.limbs[i];
    rest = static_cast<uint64_t>(wide % kPrime);
  }
  return avoid_minus_one(value.negative ? 0 - rest : rest);
}

uint64_t hash_double(double value) {
  if (std::isnan(value)) return kNanHash;
  if (std::isinf(value)) return value > 0 ? kInfinityHash : 0 - kInfinityHash;
  if (value == 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, 53));
  // mantissa * 2**(exponent - 53) modulo the prime: a rotation within 61 bits.
  const int shift = (((exponent - 53) % kPrimeBits) + kPrimeBits) % kPrimeBits;
  const uint64_t low = (mantissa << shift) & kPrime;
  const uint64_t hash = (low | (mantissa >> (kPrimeBits - shift))) % kPrime;
  return avoid_minus_one(value < 0 ? 0 - hash : hash);
}

template <class Unit>
uint64_t hash_units(std::string_view text) {
  std::vector<Unit> units;
  units.reserve(text.size());
  for (size_t at = 0; at < text.size();) units.push_back(static_cast<Unit>(decode_code_point(text, &at)));
  return siphash13(0, 0, {reinterpret_cast<const char*>(units.data()), units.size() * sizeof(Unit)});
}

uint64_t hash_str(const Constant& c) {
  if (c.ascii) return siphash13(0, 0, c.text());
  unsigned char highest = 0;  // UTF-8 lead bytes are ordered as the code points are
  for (const char byte : c.text()) highest = std::max(highest, static_cast<unsigned char>(byte));
  if (highest <= 0xC3) return hash_units<uint8_t>(c.text());
  if (highest < 0xF0) return hash_units<uint16_t>(c.text());
  return hash_units<uint32_t>(c.text());
}

uint64_t shuffle_bits(uint64_t hash) {
  return ((hash ^ 89869747u) ^ (hash << 16)) * 3644798167u;
}

bool is_number(const Constant& c) {
  return is_integral(c) || c.is(ConstantKind::Float) || c.is(ConstantKind::Complex);
}

bool equal_limbs(IntView a, IntView b) {
  return a.negative == b.negative && std::ranges::equal(a.limbs, b.limbs);
}

bool equal_numbers(const Constant& a, const Constant& b) {
  const bool int_a = is_integral(a);
  const bool int_b = is_integral(b);
  if (int_a && int_b) return equal_limbs(int_view(a), int_view(b));
  const double imag_a = a.is(ConstantKind::Complex) ? a.imag : 0;
  const double imag_b = b.is(ConstantKind::Complex) ? b.imag : 0;
  if (imag_a != imag_b) return false;
  if (int_a) return !std::isnan(b.real) && int_compare(int_view(a), b.real) == 0;
  if (int_b) return !std::isnan(a.real) && int_compare(int_view(b), a.real) == 0;
  return a.real == b.real;
}

class SetContext {
 public:
  uint64_t hash(const Constant& c);
  bool equal(const Constant& a, const Constant& b);

 private:
  struct Pair {
    const Constant* a;
    const Constant* b;
    bool operator==(const Pair&) const = default;
  };
  struct PairHash {
    size_t operator()(const Pair& p) const {
      return std::hash<const void*>()(p.a) * 31 + std::hash<const void*>()(p.b);
    }
  };
  uint64_t hash_tuple(const Constant& c);
  uint64_t hash_frozen_set(const Constant& c);
  bool equal_tuples(const Constant& a, const Constant& b);
  bool equal_sets(const Constant& a, const Constant& b);

  std::unordered_map<const Constant*, uint64_t> hashes_;
  std::unordered_map<Pair, bool, PairHash> equal_;
};

uint64_t SetContext::hash(const Constant& c) {
  switch (c.kind) {
    case ConstantKind::None:
      return kNoneHash;
    case ConstantKind::Ellipsis:
      return kEllipsisHash;
    case ConstantKind::Code:
      return kCodeHash;
    case ConstantKind::False:
    case ConstantKind::True:
    case ConstantKind::Int:
      return hash_int(int_view(c));
    case ConstantKind::Float:
      return hash_double(c.real);
    case ConstantKind::Complex:
      return avoid_minus_one(hash_double(c.real) + kImaginaryFactor * hash_double(c.imag));
    case ConstantKind::Str:
      return c.size == 0 ? 0 : avoid_minus_one(hash_str(c));
    case ConstantKind::Bytes:
      return c.size == 0 ? 0 : avoid_minus_one(siphash13(0, 0, c.text()));
    case ConstantKind::Tuple:
    case ConstantKind::FrozenSet:
      break;
  }
  if (const auto known = hashes_.find(&c); known != hashes_.end()) return known->second;
  const uint64_t hash = c.is(ConstantKind::Tuple) ? hash_tuple(c) : hash_frozen_set(c);
  hashes_.emplace(&c, hash);
  return hash;
}

uint64_t SetContext::hash_tuple(const Constant& c) {
  constexpr uint64_t kPrime1 = 11400714785074694791u;
  constexpr uint64_t kPrime2 = 14029467366897019727u;
  constexpr uint64_t kPrime5 = 2870177450012600261u;
  uint64_t hash = kPrime5;
  for (const Constant* item : c.elements()) {
    hash += this->hash(*item) * kPrime2;
    hash = std::rotl(hash, 31) * kPrime1;
  }
  hash += c.size ^ (kPrime5 ^ 3527539u);
  return hash == ~uint64_t{0} ? 1546275796 : hash;
}

uint64_t SetContext::hash_frozen_set(const Constant& c) {
  uint64_t hash = 0;
  for (const Constant* item : c.elements()) hash ^= shuffle_bits(this->hash(*item));
  hash ^= (uint64_t{c.size} + 1) * 1927868237u;
  hash ^= (hash >> 11) ^ (hash >> 25);
  hash = hash * 69069u + 907133923u;
  return hash == ~uint64_t{0} ? 590923713 : hash;
}

bool SetContext::equal(const Constant& a, const Constant& b) {
  if (&a == &b) return true;
  if (is_number(a) && is_number(b)) return equal_numbers(a, b);
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case ConstantKind::None:
    case ConstantKind::Ellipsis:
      return true;
    case ConstantKind::Str:
    case ConstantKind::Bytes:
      return a.text() == b.text();
    case ConstantKind::Code:
      return a.code == b.code;
    default:
      break;
  }
  if (a.size != b.size) return false;
  const Pair pair{&a, &b};
  if (const auto known = equal_.find(pair); known != equal_.end()) return known->second;
  const bool result = a.is(ConstantKind::Tuple) ? equal_tuples(a, b) : equal_sets(a, b);
  equal_.emplace(pair, result);
  return result;
}

bool SetContext::equal_tuples(const Constant& a, const Constant& b) {
  for (uint32_t i = 0; i < a.size; ++i) {
    if (!equal(*a.items[i], *b.items[i])) return false;
  }
  return true;
}

bool SetContext::equal_sets(const Constant& a, const Constant& b) {
  std::unordered_multimap<uint64_t, const Constant*> others;
  for (const Constant* item : b.elements()) others.emplace(hash(*item), item);
  for (const Constant* item : a.elements()) {
    const auto [first, last] = others.equal_range(hash(*item));
    bool found = false;
    for (auto it = first; it != last && !found; ++it) found = equal(*item, *it->second);
    if (!found) return false;
  }
  return true;
}

/// CPython's set table, insertion only.
class SetTable {
 public:
  SetTable() : slots_(kSmallest) {}

  void add(const Constant& key) {
    const uint64_t hash = context_.hash(key);
    Slot* slot = find(key, hash);
    if (slot->key != nullptr) return;
    *slot = {&key, hash};
    ++used_;
    if (used_ * 5 >= mask() * 3) grow(used_ > 50000 ? used_ * 2 : used_ * 4);
  }

  std::span<const Constant* const> in_order(Arena& arena) const {
    std::span<const Constant*> order = arena.make_span<const Constant*>(used_);
    size_t next = 0;
    for (const Slot& slot : slots_) {
      if (slot.key != nullptr) order[next++] = slot.key;
    }
    return order;
  }

 private:
  static constexpr size_t kSmallest = 8;
  static constexpr size_t kNeighbours = 9;
  static constexpr int kPerturbShift = 5;
  struct Slot {
    const Constant* key = nullptr;
    uint64_t hash = 0;
  };

  size_t mask() const { return slots_.size() - 1; }

  /// Calls visit(slot) along the probe sequence of `hash` until it returns true; returns that slot.
  template <class Visit>
  static Slot* probe(std::vector<Slot>& slots, uint64_t hash, Visit visit) {
    const size_t mask = slots.size() - 1;
    size_t at = hash & mask;
    uint64_t perturb = hash;
    while (true) {
      const size_t neighbours = at + kNeighbours <= mask ? kNeighbours : 0;
      for (size_t i = 0; i <= neighbours; ++i) {
        if (visit(slots[at + i])) return &slots[at + i];
      }
      perturb >>= kPerturbShift;
      at = (at * 5 + 1 + perturb) & mask;
    }
  }

  Slot* find(const Constant& key, uint64_t hash) {
    return probe(slots_, hash, [&](const Slot& slot) {
      return slot.key == nullptr || (slot.hash == hash && context_.equal(*slot.key, key));
    });
  }

  void grow(size_t more_than) {
    size_t size = kSmallest;
    while (size <= more_than) size *= 2;
    std::vector<Slot> bigger(size);
    for (const Slot& slot : slots_) {
      if (slot.key == nullptr) continue;
      *probe(bigger, slot.hash, [](const Slot& s) { return s.key == nullptr; }) = slot;
    }
    slots_.swap(bigger);
  }

  std::vector<Slot> slots_;
  size_t used_ = 0;
  SetContext context_;
};

bool same_float(double a, double b) {
  // A NaN is the same only as itself, and then the addresses were equal already.
  return a == b && std::signbit(a) == std::signbit(b);
}

bool same_set(const Constant& a, const Constant& b) {
  std::unordered_multimap<uint64_t, const Constant*> others;
  for (const Constant* item : b.elements()) others.emplace(constant_hash(*item), item);
  for (const Constant* item : a.elements()) {
    const auto [first, last] = others.equal_range(constant_hash(*item));
    bool found = false;
    for (auto it = first; it != last && !found; ++it) found = same_constant(*item, *it->second);
    if (!found) return false;
  }
  return true;
}

uint64_t mix(uint64_t hash, uint64_t word) {
  const unsigned __int128 product = static_cast<unsigned __int128>(hash ^ word) * 0xD6E8FEB86659FD93u;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t mix_bytes(uint64_t hash, std::string_view data) {
  const char* at = data.data();
  const size_t size = data.size();
  hash += size;
  if (size >= 8) {
    const char* const last = at + size - 8;
    for (; at < last; at += 8) hash = mix(hash, load_word<uint64_t>(at));
    return mix(hash, load_word<uint64_t>(last));
  }
  if (size >= 4) return mix(hash, load_word<uint32_t>(at) | load_word<uint32_t>(at + size - 4) << 32);
  if (size == 0) return mix(hash, 0);
  return mix(hash, load_word<uint8_t>(at) | load_word<uint8_t>(at + size / 2) << 8 |
                       load_word<uint8_t>(at + size - 1) << 16);
}

}  // namespace

int64_t python_hash(const Constant& constant) {
  return static_cast<int64_t>(SetContext().hash(constant));
}

bool python_equal(const Constant& a, const Constant& b) {
  return SetContext().equal(a, b);
}

bool same_constant(const Constant& a, const Constant& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case ConstantKind::Int:
      return equal_limbs(int_view(a), int_view(b));
    case ConstantKind::Float:
      return same_float(a.real, b.real);
    case ConstantKind::Complex:
      return same_float(a.real, b.real) && same_float(a.imag, b.imag);
    case ConstantKind::Str:
    case ConstantKind::Bytes:
      return a.text() == b.text();
    case ConstantKind::Code:
      return a.code == b.code;
    case ConstantKind::Tuple:
      if (a.size != b.size) return false;
      for (uint32_t i = 0; i < a.size; ++i) {
        if (!same_constant(*a.items[i], *b.items[i])) return false;
      }
      return true;
    case ConstantKind::FrozenSet:
      return a.size == b.size && same_set(a, b);
    default:
      return true;
  }
}

namespace {

uint64_t compute_hash(const Constant& constant) {
  uint64_t hash = mix(0x9E3779B97F4A7C15u, static_cast<uint64_t>(constant.kind) + 1);
  switch (constant.kind) {
    case ConstantKind::Int:
      hash = mix(hash, constant.negative ? 2 : 1);
      for (const uint64_t limb : constant.magnitude()) hash = mix(hash, limb);
      return hash;
    case ConstantKind::Float:
      return mix(hash, std::bit_cast<uint64_t>(constant.real));
    case ConstantKind::Complex:
      hash = mix(hash, std::bit_cast<uint64_t>(constant.real));
      return mix(hash, std::bit_cast<uint64_t>(constant.imag) + 1);
    case ConstantKind::Str:
    case ConstantKind::Bytes:
      return mix_bytes(hash, constant.text());
    case ConstantKind::Code:
      return mix(hash, reinterpret_cast<uintptr_t>(constant.code));
    case ConstantKind::Tuple:
      for (const Constant* item : constant.elements()) hash = mix(hash, constant_hash(*item)) + 1;
      return hash;
    case ConstantKind::FrozenSet: {
      uint64_t sum = constant.size;
      for (const Constant* item : constant.elements()) sum += constant_hash(*item);
      return mix(hash, sum);
    }
    default:
      return hash;
  }
}

}  // namespace

uint32_t constant_hash(const Constant& constant) {
  if (constant.hash == 0) {
    const uint64_t hash = compute_hash(constant);
    constant.hash = std::max(static_cast<uint32_t>(hash ^ (hash >> 32)), 1u);
  }
  return constant.hash;
}

std::span<const Constant* const> frozenset_order(Arena& arena, std::span<const Constant* const> items) {
  SetTable table;
  for (const Constant* item : items) table.add(*item);
  return table.in_order(arena);
}

}  // namespace ouro
