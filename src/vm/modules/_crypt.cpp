// The module _crypt: the system's password hashes.
#include <crypt.h>

#include <cerrno>
#include <memory>

#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

Result<Value> crypt_function(const Value* a) {
  const std::string word = TRY(c_text_argument(a[1], "crypt", " 1"));
  const std::string salt = TRY(c_text_argument(a[2], "crypt", " 2"));
  auto data = std::make_unique<crypt_data>();
  const char* hash = crypt_r(word.c_str(), salt.c_str(), data.get());
  if (hash == nullptr) return raise_os_error(errno);
  return make_str(hash);
}

constexpr MethodSpec kFunctions[] = {
    {"crypt", "($module, word, salt, /)", crypt_function,
     "Hash a *word* with the given *salt* and return the hashed password."},
};

}  // namespace

extern const ModuleSpec kCryptModule;
const ModuleSpec kCryptModule = {
    .name = "_crypt", .doc = "The system's password hashes.", .functions = kFunctions};

}  // namespace ouro::vm
