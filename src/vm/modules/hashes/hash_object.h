// Hash objects over the records of algorithms.h: what the modules _md5 to _blake2 have in common.
#pragma once

#include <string>

#include "vm/modules/hashes/algorithms.h"
#include "vm/modules/native_module.h"

namespace ouro::vm::hashes {

/// An argument of an unsigned type of C's: an int that is not negative.
inline Result<uint64_t> to_unsigned_long(
    Value value, const char* too_large = "Python int too large to convert to C unsigned long") {
  if (!is_int(value)) return raise(types.TypeError, "an integer is required");
  uint64_t small;
  const IntView view = int_view(value, &small);
  if (view.negative) return raise(types.ValueError, "value must be positive");
  if (view.limbs.size() > 1) return raise_text(types.OverflowError, too_large);
  return to_uint64(value);
}

template <class Algorithm>
struct HashObject : Object {
  Algorithm algorithm;
  uint32_t digest_size;
  const char* name;
};

/// The bytes to be hashed, held in `buffer`.
inline Status acquire_data(Value data, Buffer* buffer) {
  if (is_str(data)) return raise(types.TypeError, "Strings must be encoded before hashing");
  if (!has_buffer(data)) return raise(types.TypeError, "object supporting the buffer API required");
  TRY(buffer->acquire(data));
  if (buffer->view().dimensions > 1) return raise(types.BufferError, "Buffer must be single dimension");
  return {};
}

inline Str* hexadecimal(std::string_view bytes) {
  std::string text;
  for (char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    text.push_back(kDigits[c & 15]);
  }
  return make_ascii(text);
}

template <class Algorithm>
struct Hash {
  using Cell = HashObject<Algorithm>;

  static Result<Value> update(const Value* a) {
    Buffer buffer;
    TRY(acquire_data(a[1], &buffer));
    a[0].as<Cell>()->algorithm.update(buffer.data(), buffer.size());
    return none();
  }
  static Result<Bytes*> digest_of(const Cell* hash, size_t size) {
    Bytes* digest = TRY(allocate_bytes(size));
    Algorithm copy = hash->algorithm;
    copy.finish(digest->data, size);
    return digest;
  }
  static Result<Value> digest(const Value* a) {
    auto* hash = a[0].as<Cell>();
    return digest_of(hash, hash->digest_size);
  }
  static Result<Value> hexdigest(const Value* a) {
    auto* hash = a[0].as<Cell>();
    return hexadecimal(TRY(digest_of(hash, hash->digest_size))->view());
  }
  static Result<Value> copy(const Value* a) {
    auto* hash = a[0].as<Cell>();
    auto* result = allocate_instance<Cell>(type_of(a[0]));
    result->algorithm = hash->algorithm;
    result->digest_size = hash->digest_size;
    result->name = hash->name;
    return result;
  }
  static Result<Value> get_name(Value self) { return make_str(self.as<Cell>()->name); }
  static Result<Value> get_digest_size(Value self) { return make_int(self.as<Cell>()->digest_size); }
  static Result<Value> get_block_size(Value self) {
    if constexpr (requires { Algorithm::kBlock; })
      return make_int(Algorithm::kBlock);
    else
      return make_int(self.as<Cell>()->algorithm.rate);
  }

  static constexpr MethodSpec kMethods[] = {
      {"copy", "($self, /)", copy, "Return a copy of the hash object."},
      {"digest", "($self, /)", digest, "Return the digest value as a bytes object."},
      {"hexdigest", "($self, /)", hexdigest, "Return the digest value as a string of hexadecimal digits."},
      {"update", "($self, obj, /)", update, "Update this hash object's state with the provided string."},
  };
  static constexpr GetSetSpec kGetSets[] = {
      {"block_size", get_block_size},
      {"name", get_name},
      {"digest_size", get_digest_size},
  };

  static void fill(TypeSpec* spec, const char* name) {
    spec->name = name;
    spec->kind = Kind::kNative;
    spec->basic_size = sizeof(Cell);
    spec->flags = kTypeDisallowNew | kTypeImmutable;
    spec->methods = kMethods;
    spec->getsets = kGetSets;
  }
};

}  // namespace ouro::vm::hashes
