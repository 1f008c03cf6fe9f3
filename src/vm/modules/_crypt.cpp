// The module _crypt: the system's password hashes.
#include <crypt.h>

#include <cerrno>
#include <memory>

#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

Result<std::string> text_argument(Value value, int position) {
  if (!is_str(value))
    return raise(types.TypeError, "crypt() argument {} must be str, not {}", position, type_name(value));
  return utf8_without_nul(value.as<Str>());
}

Result<Value> crypt_function(const Value* a) {
  const std::string word = TRY(text_argument(a[1], 1)), salt = TRY(text_argument(a[2], 2));
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
