// The module _blake2: BLAKE2b and BLAKE2s, as classes.
#include <algorithm>

#include "vm/modules/hashes/hash_object.h"

namespace ouro::vm {

namespace hashes {

namespace {

Type *blake2b_type, *blake2s_type;

enum Parameter : uint8_t {
  kData,
  kDigestSize,
  kKey,
  kSalt,
  kPerson,
  kFanout,
  kDepth,
  kLeafSize,
  kNodeOffset,
  kNodeDepth,
  kInnerSize,
  kLastNode,
  kForSecurity,
  kParameterCount
};
constexpr const char* kSignature =
    "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, "
    "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)";

/// Where things lie in the block of parameters; both varieties start alike.
template <class Word>
struct Layout {
  static constexpr bool kWide = sizeof(Word) == 8;
  static constexpr size_t kMost = Blake2<Word>::kMostDigest;  // of digest and key
  static constexpr size_t kOffsetBytes = kWide ? 8 : 6;
  static constexpr size_t kNodeDepthAt = 8 + kOffsetBytes;
  static constexpr size_t kTextBytes = 2 * sizeof(Word);  // of salt and person
  static constexpr size_t kSize = 8 * sizeof(Word);
};

Result<int> small_number(Value given, int missing) {
  if (given.is_null()) return missing;
  return to_c_int(given);
}

/// A text of at most `most` bytes; `buffer` holds it.
Status short_text(Value given, const char* what, size_t most, Buffer* buffer) {
  if (given.is_null()) return {};
  TRY(buffer->acquire(given));
  if (buffer->size() > most) return raise(types.ValueError, "maximum {} length is {} bytes", what, most);
  return {};
}

template <class Word>
Status tree_parameters(const Value* given, uint8_t* block) {
  using Where = Layout<Word>;
  const int fanout = TRY(small_number(given[kFanout], 1)), depth = TRY(small_number(given[kDepth], 1));
  const uint64_t leaf_size = given[kLeafSize].is_null() ? 0 : TRY(to_unsigned_long(given[kLeafSize]));
  const uint64_t offset =
      given[kNodeOffset].is_null() ? 0 : TRY(to_unsigned_long(given[kNodeOffset], "int too big to convert"));
  const int node_depth = TRY(small_number(given[kNodeDepth], 0));
  const int inner_size = TRY(small_number(given[kInnerSize], 0));
  if (fanout < 0 || fanout > 255) return raise(types.ValueError, "fanout must be between 0 and 255");
  if (depth <= 0 || depth > 255) return raise(types.ValueError, "depth must be between 1 and 255");
  if (leaf_size > 0xFFFFFFFF) return raise(types.OverflowError, "leaf_size is too large");
  if (!Where::kWide && offset >> 48 != 0) return raise(types.OverflowError, "node_offset is too large");
  if (node_depth < 0 || node_depth > 255)
    return raise(types.ValueError, "node_depth must be between 0 and 255");
  if (inner_size < 0 || inner_size > static_cast<int>(Where::kMost))
    return raise(types.ValueError, "inner_size must be between 0 and is {}", Where::kMost);
  block[2] = static_cast<uint8_t>(fanout);
  block[3] = static_cast<uint8_t>(depth);
  std::memcpy(block + 4, &leaf_size, 4);
  std::memcpy(block + 8, &offset, Where::kOffsetBytes);
  block[Where::kNodeDepthAt] = static_cast<uint8_t>(node_depth);
  block[Where::kNodeDepthAt + 1] = static_cast<uint8_t>(inner_size);
  return {};
}

template <class Word>
Result<Value> create(Type* type, const Arguments& arguments, const Signature& signature, const char* name) {
  using Where = Layout<Word>;
  using Algorithm = Blake2<Word>;
  Value given[kParameterCount];
  TRY(signature.bind(arguments, given));
  uint8_t block[Where::kSize] = {};
  const int digest_size = TRY(small_number(given[kDigestSize], Where::kMost));
  if (digest_size <= 0 || digest_size > static_cast<int>(Where::kMost))
    return raise(types.ValueError, "digest_size must be between 1 and {} bytes", Where::kMost);
  Buffer key, salt, person, data;
  TRY(short_text(given[kSalt], "salt", Where::kTextBytes, &salt));
  TRY(short_text(given[kPerson], "person", Where::kTextBytes, &person));
  TRY(tree_parameters<Word>(given, block));
  TRY(short_text(given[kKey], "key", Where::kMost, &key));
  const bool last_node = !given[kLastNode].is_null() && TRY(is_true(given[kLastNode]));
  if (!given[kData].is_null()) TRY(acquire_data(given[kData], &data));
  block[0] = static_cast<uint8_t>(digest_size);
  block[1] = static_cast<uint8_t>(key.size());
  std::copy_n(salt.data(), salt.size(), block + Where::kSize - 2 * Where::kTextBytes);
  std::copy_n(person.data(), person.size(), block + Where::kSize - Where::kTextBytes);
  auto* hash = allocate_instance<HashObject<Algorithm>>(type);
  hash->algorithm.start(block, last_node);
  hash->digest_size = static_cast<uint32_t>(digest_size);
  hash->name = name;
  if (key.size() > 0) {
    char padded[Algorithm::kBlock] = {};
    std::copy_n(key.data(), key.size(), padded);
    hash->algorithm.update(padded, sizeof(padded));
  }
  if (data.held()) hash->algorithm.update(data.data(), data.size());
  return hash;
}

Result<Value> new_blake2b(Type* type, const Arguments& arguments) {
  static const Signature signature("blake2b", kSignature);
  return create<uint64_t>(type, arguments, signature, "blake2b");
}
Result<Value> new_blake2s(Type* type, const Arguments& arguments) {
  static const Signature signature("blake2s", kSignature);
  return create<uint32_t>(type, arguments, signature, "blake2s");
}

template <class Word>
Status add_variety(Module* module, Type** type, const char* name,
                   Result<Value> (*new_)(Type*, const Arguments&)) {
  using Where = Layout<Word>;
  static TypeSpec spec;
  Hash<Blake2<Word>>::fill(&spec, name);
  spec.flags = kTypeBase;
  spec.slots.new_ = new_;
  TRY(add_type(module, type, spec));
  const std::pair<const char*, size_t> limits[] = {
      {"SALT_SIZE", Where::kTextBytes},
      {"PERSON_SIZE", Where::kTextBytes},
      {"MAX_KEY_SIZE", Where::kMost},
      {"MAX_DIGEST_SIZE", Where::kMost},
  };
  const std::string prefix = Where::kWide ? "BLAKE2B_" : "BLAKE2S_";
  for (const auto& [limit, value] : limits) {
    Value number = make_int_unsigned(value);
    dict_set((*type)->dict, intern(limit), number);
    TRY(module_add(module, prefix + limit, number));
  }
  type_modified(*type, nullptr);
  return {};
}

Status execute(Module* module) {
  TRY(add_variety<uint64_t>(module, &blake2b_type, "_blake2.blake2b", new_blake2b));
  return add_variety<uint32_t>(module, &blake2s_type, "_blake2.blake2s", new_blake2s);
}

}  // namespace

}  // namespace hashes

extern const ModuleSpec kBlake2Module;
const ModuleSpec kBlake2Module = {.name = "_blake2", .execute = hashes::execute};

}  // namespace ouro::vm
