// The module _sha3: SHA-3 and SHAKE, as classes.
#include "vm/modules/hashes/hash_object.h"

namespace ouro::vm {

namespace hashes {

namespace {

using Sha3 = Hash<Keccak>;

struct Variety {
  const char* name;
  uint32_t digest_size;  // 0: SHAKE, of any size
  uint32_t rate;
  uint8_t suffix;
};
constexpr Variety kVarieties[] = {
    {"_sha3.sha3_224", 28, 144, 0x06}, {"_sha3.sha3_256", 32, 136, 0x06}, {"_sha3.sha3_384", 48, 104, 0x06},
    {"_sha3.sha3_512", 64, 72, 0x06},  {"_sha3.shake_128", 0, 168, 0x1F}, {"_sha3.shake_256", 0, 136, 0x1F},
};
constexpr size_t kCount = std::size(kVarieties);
Type* sha3_types[kCount];

Result<Value> new_sha3(Type* type, const Arguments& arguments) {
  static const Signature signature("sha3", "(data=b'', /, *, usedforsecurity=True)");
  Value given[2];
  TRY(signature.bind(arguments, given));
  size_t which = 0;
  while (which + 1 < kCount && sha3_types[which] != type) ++which;
  const Variety& variety = kVarieties[which];
  Buffer buffer;
  if (!given[0].is_null()) TRY(acquire_data(given[0], &buffer));
  auto* hash = allocate_instance<Sha3::Cell>(type);
  hash->algorithm.start(variety.rate, variety.suffix);
  hash->digest_size = variety.digest_size;
  hash->name = variety.name + 6;  // without the module
  if (buffer.held()) hash->algorithm.update(buffer.data(), buffer.size());
  return hash;
}

Result<Bytes*> shake(const Value* a) {
  const uint64_t size = TRY(to_unsigned_long(a[1]));
  if (size >= (uint64_t{1} << 29)) return raise(types.ValueError, "length is too large");
  return Sha3::digest_of(a[0].as<Sha3::Cell>(), size);
}
Result<Value> shake_digest(const Value* a) {
  return Result<Value>(shake(a));
}
Result<Value> shake_hexdigest(const Value* a) {
  return hexadecimal(TRY(shake(a))->view());
}

Result<Value> get_rate_bits(Value self) {
  return make_int(self.as<Sha3::Cell>()->algorithm.rate * 8);
}
Result<Value> get_capacity_bits(Value self) {
  return make_int(1600 - int64_t{self.as<Sha3::Cell>()->algorithm.rate} * 8);
}
Result<Value> get_suffix(Value self) {
  const char suffix = static_cast<char>(self.as<Sha3::Cell>()->algorithm.suffix);
  return make_bytes({&suffix, 1});
}

constexpr MethodSpec kShakeMethods[] = {
    {"copy", "($self, /)", Sha3::copy, "Return a copy of the hash object."},
    {"digest", "($self, length, /)", shake_digest, "Return the digest value as a bytes object."},
    {"hexdigest", "($self, length, /)", shake_hexdigest,
     "Return the digest value as a string of hexadecimal digits."},
    {"update", "($self, data, /)", Sha3::update,
     "Update this hash object's state with the provided bytes-like object."},
};
constexpr GetSetSpec kGetSets[] = {
    {"block_size", Sha3::get_block_size},   {"name", Sha3::get_name},
    {"digest_size", Sha3::get_digest_size}, {"_capacity_bits", get_capacity_bits},
    {"_rate_bits", get_rate_bits},          {"_suffix", get_suffix},
};

Status execute(Module* module) {
  static TypeSpec specs[kCount];
  for (size_t i = 0; i < kCount; ++i) {
    TypeSpec& spec = specs[i];
    Sha3::fill(&spec, kVarieties[i].name);
    spec.flags = kTypeImmutable;
    spec.getsets = kGetSets;
    if (kVarieties[i].digest_size == 0) spec.methods = kShakeMethods;
    spec.slots.new_ = new_sha3;
    TRY(add_type(module, &sha3_types[i], spec));
  }
  return module_add(module, "implementation", make_str("generic 64-bit"));
}

}  // namespace

}  // namespace hashes

extern const ModuleSpec kSha3Module;
const ModuleSpec kSha3Module = {.name = "_sha3", .execute = hashes::execute};

}  // namespace ouro::vm
