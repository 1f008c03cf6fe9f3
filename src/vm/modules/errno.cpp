// The module errno.
#include <cerrno>

#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

struct Code {
  const char* name;
  int number;
};
#define E(name) {#name, name}
constexpr Code kCodes[] = {E(EPERM),
                           E(ENOENT),
                           E(ESRCH),
                           E(EINTR),
                           E(EIO),
                           E(ENXIO),
                           E(E2BIG),
                           E(ENOEXEC),
                           E(EBADF),
                           E(ECHILD),
                           E(EWOULDBLOCK),
                           E(EAGAIN),
                           E(ENOMEM),
                           E(EACCES),
                           E(EFAULT),
                           E(ENOTBLK),
                           E(EBUSY),
                           E(EEXIST),
                           E(EXDEV),
                           E(ENODEV),
                           E(ENOTDIR),
                           E(EISDIR),
                           E(EINVAL),
                           E(ENFILE),
                           E(EMFILE),
                           E(ENOTTY),
                           E(ETXTBSY),
                           E(EFBIG),
                           E(ENOSPC),
                           E(ESPIPE),
                           E(EROFS),
                           E(EMLINK),
                           E(EPIPE),
                           E(EDOM),
                           E(ERANGE),
                           E(EDEADLOCK),
                           E(EDEADLK),
                           E(ENAMETOOLONG),
                           E(ENOLCK),
                           E(ENOSYS),
                           E(ENOTEMPTY),
                           E(ELOOP),
                           E(ENOMSG),
                           E(EIDRM),
                           E(ECHRNG),
                           E(EL2NSYNC),
                           E(EL3HLT),
                           E(EL3RST),
                           E(ELNRNG),
                           E(EUNATCH),
                           E(ENOCSI),
                           E(EL2HLT),
                           E(EBADE),
                           E(EBADR),
                           E(EXFULL),
                           E(ENOANO),
                           E(EBADRQC),
                           E(EBADSLT),
                           E(EBFONT),
                           E(ENOSTR),
                           E(ENODATA),
                           E(ETIME),
                           E(ENOSR),
                           E(ENONET),
                           E(ENOPKG),
                           E(EREMOTE),
                           E(ENOLINK),
                           E(EADV),
                           E(ESRMNT),
                           E(ECOMM),
                           E(EPROTO),
                           E(EMULTIHOP),
                           E(EDOTDOT),
                           E(EBADMSG),
                           E(EOVERFLOW),
                           E(ENOTUNIQ),
                           E(EBADFD),
                           E(EREMCHG),
                           E(ELIBACC),
                           E(ELIBBAD),
                           E(ELIBSCN),
                           E(ELIBMAX),
                           E(ELIBEXEC),
                           E(EILSEQ),
                           E(ERESTART),
                           E(ESTRPIPE),
                           E(EUSERS),
                           E(ENOTSOCK),
                           E(EDESTADDRREQ),
                           E(EMSGSIZE),
                           E(EPROTOTYPE),
                           E(ENOPROTOOPT),
                           E(EPROTONOSUPPORT),
                           E(ESOCKTNOSUPPORT),
                           E(ENOTSUP),
                           E(EOPNOTSUPP),
                           E(EPFNOSUPPORT),
                           E(EAFNOSUPPORT),
                           E(EADDRINUSE),
                           E(EADDRNOTAVAIL),
                           E(ENETDOWN),
                           E(ENETUNREACH),
                           E(ENETRESET),
                           E(ECONNABORTED),
                           E(ECONNRESET),
                           E(ENOBUFS),
                           E(EISCONN),
                           E(ENOTCONN),
                           E(ESHUTDOWN),
                           E(ETOOMANYREFS),
                           E(ETIMEDOUT),
                           E(ECONNREFUSED),
                           E(EHOSTDOWN),
                           E(EHOSTUNREACH),
                           E(EALREADY),
                           E(EINPROGRESS),
                           E(ESTALE),
                           E(EUCLEAN),
                           E(ENOTNAM),
                           E(ENAVAIL),
                           E(EISNAM),
                           E(EREMOTEIO),
                           E(EDQUOT),
                           E(ECANCELED),
                           E(ENOKEY),
                           E(EKEYEXPIRED),
                           E(EKEYREVOKED),
                           E(EKEYREJECTED),
                           E(ENOMEDIUM),
                           E(EMEDIUMTYPE),
                           E(EOWNERDEAD),
                           E(ENOTRECOVERABLE),
                           E(ERFKILL)};
#undef E

Status execute(Module* module) {
  Dict* by_number = make_dict();
  for (const Code& code : kCodes) {
    TRY(module_add(module, code.name, make_int(code.number)));
    TRY(dict_set(by_number, make_int(code.number), intern(code.name)));
  }
  return module_add(module, "errorcode", by_number);
}

}  // namespace

extern const ModuleSpec kErrnoModule{
    .name = "errno", .doc = "The system's error numbers.", .execute = execute};

}  // namespace ouro::vm
