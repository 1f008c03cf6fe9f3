// The module _posixshmem: shared memory by name.
#include <fcntl.h>
#include <sys/mman.h>

#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

Result<Value> shm_open_function(const Value* a) {
  const std::string name = TRY(c_text_argument(a[1], "shm_open", " 'path'"));
  const int flags = TRY(to_c_int(a[2]));
  const int mode = a[3].is_null() ? 0777 : TRY(to_c_int(a[3]));
  return make_int(
      TRY(system_call([&] { return shm_open(name.c_str(), flags, static_cast<mode_t>(mode)); }, a[1])));
}

Result<Value> shm_unlink_function(const Value* a) {
  const std::string name = TRY(c_text_argument(a[1], "shm_unlink", " 'path'"));
  TRY(system_call([&] { return shm_unlink(name.c_str()); }, a[1]));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"shm_open", "($module, /, path, flags, mode=511)", shm_open_function,
     "Open a shared memory object.  Returns a file descriptor (integer)."},
    {"shm_unlink", "($module, /, path)", shm_unlink_function, "Remove a shared memory object."},
};

}  // namespace

extern const ModuleSpec kPosixshmemModule;
const ModuleSpec kPosixshmemModule = {
    .name = "_posixshmem", .doc = "POSIX shared memory module", .functions = kFunctions};

}  // namespace ouro::vm
