// The module _random: Mersenne Twister MT19937, as random.Random builds on it.
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "vm/modules/native_module.h"
#include "vm/object/int_cells.h"

namespace ouro::vm {

namespace {

constexpr size_t kWords = 624, kShift = 397;
Type* random_type = nullptr;

struct RandomObject : Object {
  uint32_t index;  // of the next word; kWords: all are used up
  uint32_t state[kWords];
};

/// The next words: each from its two neighbours and one far away.
void refill(RandomObject* random) {
  uint32_t* state = random->state;
  for (size_t i = 0; i < kWords; ++i) {
    const uint32_t y = (state[i] & 0x80000000U) | (state[(i + 1) % kWords] & 0x7FFFFFFFU);
    state[i] = state[(i + kShift) % kWords] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908B0DFU : 0);
  }
  random->index = 0;
}

uint32_t next_word(RandomObject* random) {
  if (random->index >= kWords) refill(random);
  uint32_t y = random->state[random->index++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9D2C5680U;
  y ^= (y << 15) & 0xEFC60000U;
  return y ^ (y >> 18);
}

void seed_by_number(RandomObject* random, uint32_t seed) {
  uint32_t* state = random->state;
  state[0] = seed;
  for (uint32_t i = 1; i < kWords; ++i) state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
  random->index = kWords;
}

void seed_by_words(RandomObject* random, std::span<const uint32_t> key) {
  seed_by_number(random, 19650218U);
  uint32_t* state = random->state;
  size_t i = 1;
  const auto step = [&] {
    if (++i < kWords) return;
    state[0] = state[kWords - 1];
    i = 1;
  };
  const auto mixed = [&](uint32_t factor) {
    return state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * factor);
  };
  size_t j = 0;
  for (size_t k = std::max(kWords, key.size()); k > 0; --k) {
    state[i] = mixed(1664525U) + key[j] + static_cast<uint32_t>(j);
    step();
    if (++j == key.size()) j = 0;
  }
  for (size_t k = kWords - 1; k > 0; --k) {
    state[i] = mixed(1566083941U) - static_cast<uint32_t>(i);
    step();
  }
  state[0] = 0x80000000U;
}

/// From the system's randomness, or where there is none from time and process.
void seed_by_system(RandomObject* random) {
  uint32_t key[kWords];
  if (getrandom(key, sizeof(key), GRND_NONBLOCK) == static_cast<ssize_t>(sizeof(key)))
    return seed_by_words(random, key);
  const auto now = static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  const auto steady = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  const uint32_t little[] = {static_cast<uint32_t>(now), static_cast<uint32_t>(now >> 32),
                             static_cast<uint32_t>(getpid()), static_cast<uint32_t>(steady),
                             static_cast<uint32_t>(steady >> 32)};
  seed_by_words(random, little);
}

Status seed(RandomObject* random, Value given) {
  if (given.is_null() || is_none(given)) {
    seed_by_system(random);
    return {};
  }
  Value number;
  if (is_exactly(given, types.int_)) {
    number = TRY(absolute(given));
  } else if (is_int(given)) {
    number = TRY(call(TRY(get_attribute(types.int_, intern("__abs__"))), {given}));
  } else {
    number = make_int_unsigned(static_cast<uint64_t>(TRY(hash(given))));
  }
  uint64_t small;
  std::vector<uint32_t> key;
  for (uint64_t limb : int_view(number, &small).limbs) {
    key.push_back(static_cast<uint32_t>(limb));
    key.push_back(static_cast<uint32_t>(limb >> 32));
  }
  if (!key.empty() && key.back() == 0) key.pop_back();
  if (key.empty()) key.push_back(0);
  seed_by_words(random, key);
  return {};
}

Result<Value> method_random(const Value* a) {
  auto* random = a[0].as<RandomObject>();
  const uint32_t high = next_word(random) >> 5, low = next_word(random) >> 6;
  return make_float((high * 67108864.0 + low) * (1.0 / 9007199254740992.0));
}

Result<Value> method_seed(const Value* a) {
  TRY(seed(a[0].as<RandomObject>(), a[1]));
  return none();
}

Result<Value> method_getstate(const Value* a) {
  auto* random = a[0].as<RandomObject>();
  Tuple* state = TRY(allocate_tuple(kWords + 1));
  for (size_t i = 0; i < kWords; ++i) state->items[i] = make_int(random->state[i]);
  state->items[kWords] = make_int(random->index);
  return state;
}

Result<Value> method_setstate(const Value* a) {
  if (!is_tuple(a[1])) return raise(types.TypeError, "state vector must be a tuple");
  auto* given = a[1].as<Tuple>();
  if (given->length != kWords + 1) return raise(types.ValueError, "state vector is the wrong size");
  uint32_t words[kWords];
  for (size_t i = 0; i < kWords; ++i) {
    if (!is_int(given->items[i])) return raise(types.TypeError, "an integer is required");
    words[i] = static_cast<uint32_t>(TRY(to_uint64(given->items[i])));
  }
  const int64_t index = TRY(to_int64(given->items[kWords]));
  if (index < 0 || index > static_cast<int64_t>(kWords)) return raise(types.ValueError, "invalid state");
  auto* random = a[0].as<RandomObject>();
  std::copy_n(words, kWords, random->state);
  random->index = static_cast<uint32_t>(index);
  return none();
}

Result<Value> method_getrandbits(const Value* a) {
  auto* random = a[0].as<RandomObject>();
  int bits = TRY(to_c_int(a[1]));
  if (bits < 0) return raise(types.ValueError, "number of bits must be non-negative");
  if (bits == 0) return make_int(0);
  if (bits <= 32) return make_int(next_word(random) >> (32 - bits));
  std::vector<uint64_t> limbs((static_cast<size_t>(bits) + 63) / 64);
  for (size_t i = 0; bits > 0; ++i, bits -= 32) {
    uint32_t word = next_word(random);
    if (bits < 32) word >>= 32 - bits;
    limbs[i / 2] |= uint64_t{word} << (i % 2 * 32);
  }
  return make_int(false, limbs);
}

Result<Value> new_random(Type* type, const Arguments&) {
  auto* random = allocate_instance<RandomObject>(type);
  random->index = kWords;
  return random;
}

Status init_random(Value self, const Arguments& arguments) {
  if (arguments.keyword_count() > 0 &&
      (type_of(self) == random_type || type_of(self)->slots.init == random_type->slots.init))
    return raise(types.TypeError, "Random() takes no keyword arguments");
  if (arguments.positional > 1) return raise(types.TypeError, "Random() requires 0 or 1 argument");
  return seed(self.as<RandomObject>(), arguments.positional == 1 ? arguments[0] : Value());
}

constexpr MethodSpec kMethods[] = {
    {"random", "($self, /)", method_random, "The next random number x, 0 <= x < 1."},
    {"seed", "($self, n=None, /)", method_seed, "Starts anew from n, or from the system's randomness."},
    {"getstate", "($self, /)", method_getstate, "The state, as a tuple."},
    {"setstate", "($self, state, /)", method_setstate, "Goes back to a state of getstate()."},
    {"getrandbits", "($self, k, /)", method_getrandbits, "An int of k random bits."},
};

Status execute(Module* module) {
  static TypeSpec spec;
  spec.name = "_random.Random";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(RandomObject);
  spec.flags = kTypeBase;
  spec.methods = kMethods;
  spec.doc = "Random() -> a generator of random numbers with its own state.";
  spec.slots.new_ = new_random;
  spec.slots.init = init_random;
  return add_type(module, &random_type, spec);
}

}  // namespace

extern const ModuleSpec kRandomModule;
const ModuleSpec kRandomModule = {
    .name = "_random",
    .doc = "The random numbers behind the module random.",
    .execute = execute,
};

}  // namespace ouro::vm
