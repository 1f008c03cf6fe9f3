// The modules _md5, _sha1, _sha256, _sha512: one function per hash, which makes an object.
#include <utility>

#include "vm/modules/hashes/hash_object.h"

namespace ouro::vm {

namespace hashes {

namespace {

Type *md5_type, *sha1_type, *sha224_type, *sha256_type, *sha384_type, *sha512_type;

/// Without adding it to the module: the types of these modules are not in their namespaces.
template <class Algorithm>
void make_type(Type** type, const char* name) {
  static TypeSpec specs[2];
  static size_t used = 0;
  if (*type != nullptr) return;
  TypeSpec& spec = specs[used++];
  Hash<Algorithm>::fill(&spec, name);
  *type = make_native_type(spec);
  add_root(reinterpret_cast<Object**>(type));
}

/// `a[1]` is the first data, or null.
template <class Algorithm, Type** type, uint32_t digest_size, const char* name>
Result<Value> create(const Value* a) {
  Buffer buffer;
  if (!a[1].is_null()) TRY(acquire_data(a[1], &buffer));
  auto* hash = allocate_instance<HashObject<Algorithm>>(*type);
  if constexpr (requires { hash->algorithm.start(); }) {
    hash->algorithm.start();
  } else {
    hash->algorithm.start(digest_size);
  }
  hash->digest_size = digest_size;
  hash->name = name;
  if (buffer.held()) hash->algorithm.update(buffer.data(), buffer.size());
  return hash;
}

constexpr const char* kSignature = "($module, /, string=b'', *, usedforsecurity=True)";
constexpr char kMd5[] = "md5", kSha1[] = "sha1", kSha224[] = "sha224", kSha256[] = "sha256",
               kSha384[] = "sha384", kSha512[] = "sha512";
constexpr MethodSpec kMd5Functions[] = {{"md5", kSignature, create<Md5, &md5_type, 16, kMd5>}};
constexpr MethodSpec kSha1Functions[] = {{"sha1", kSignature, create<Sha1, &sha1_type, 20, kSha1>}};
constexpr MethodSpec kSha256Functions[] = {
    {"sha224", kSignature, create<Sha256, &sha224_type, 28, kSha224>},
    {"sha256", kSignature, create<Sha256, &sha256_type, 32, kSha256>},
};
constexpr MethodSpec kSha512Functions[] = {
    {"sha384", kSignature, create<Sha512, &sha384_type, 48, kSha384>},
    {"sha512", kSignature, create<Sha512, &sha512_type, 64, kSha512>},
};

Status start_md5(Module* module) {
  make_type<Md5>(&md5_type, "_md5.md5");
  return module_add(module, "MD5Type", md5_type);
}
Status start_sha1(Module* module) {
  make_type<Sha1>(&sha1_type, "_sha1.sha1");
  return module_add(module, "SHA1Type", sha1_type);
}
Status start_sha256(Module* module) {
  make_type<Sha256>(&sha224_type, "_sha256.sha224");
  make_type<Sha256>(&sha256_type, "_sha256.sha256");
  TRY(module_add(module, "SHA224Type", sha224_type));
  return module_add(module, "SHA256Type", sha256_type);
}
Status start_sha512(Module* module) {
  make_type<Sha512>(&sha384_type, "_sha512.sha384");
  make_type<Sha512>(&sha512_type, "_sha512.sha512");
  TRY(module_add(module, "SHA384Type", sha384_type));
  return module_add(module, "SHA512Type", sha512_type);
}

}  // namespace

}  // namespace hashes

extern const ModuleSpec kMd5Module, kSha1Module, kSha256Module, kSha512Module;
const ModuleSpec kMd5Module = {
    .name = "_md5", .functions = hashes::kMd5Functions, .execute = hashes::start_md5};
const ModuleSpec kSha1Module = {
    .name = "_sha1", .functions = hashes::kSha1Functions, .execute = hashes::start_sha1};
const ModuleSpec kSha256Module = {
    .name = "_sha256", .functions = hashes::kSha256Functions, .execute = hashes::start_sha256};
const ModuleSpec kSha512Module = {
    .name = "_sha512", .functions = hashes::kSha512Functions, .execute = hashes::start_sha512};

}  // namespace ouro::vm
