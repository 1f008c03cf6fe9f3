// The module termios: settings of terminals.
#include <asm/ioctls.h>
#include <linux/serial.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstring>

#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

Type* error_type = nullptr;

Raised fail() {
  const int error = errno;
  return raise_with(error_type, {make_int(error), make_str(std::strerror(error))});
}

/// Runs a call that fails with -1 without the interpreter's lock.
template <class Call>
Status run(Call&& call) {
  int result, error;
  {
    ReleaseLock released;
    result = call();
    error = errno;
  }
  errno = error;
  if (result == -1) return fail();
  return {};
}

Result<Value> get_attributes(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  termios mode = {};
  TRY(run([&] { return tcgetattr(descriptor, &mode); }));
  List* characters = make_list();
  for (int i = 0; i < NCCS; ++i) TRY(list_append(characters, make_byte(mode.c_cc[i])));
  // Without lines these two are counts, not characters.
  if ((mode.c_lflag & ICANON) == 0) {
    for (const int i : {VMIN, VTIME})
      store(characters->storage, characters->items()[i], make_int(mode.c_cc[i]));
  }
  const Value items[] = {make_int(mode.c_iflag),
                         make_int(mode.c_oflag),
                         make_int(mode.c_cflag),
                         make_int(mode.c_lflag),
                         make_int(cfgetispeed(&mode)),
                         make_int(cfgetospeed(&mode)),
                         characters};
  return make_list(items);
}

Status fill_characters(termios* mode, Value value) {
  if (!is_list(value) || value.as<List>()->length != NCCS)
    return raise(types.TypeError, "tcsetattr: attributes[6] must be {} element list", NCCS);
  for (size_t i = 0; i < NCCS; ++i) {
    Value item = value.as<List>()->items()[i];
    if (is_bytes(item) && item.as<Bytes>()->length == 1)
      mode->c_cc[i] = item.as<Bytes>()->data[0];
    else if (is_int(item))
      mode->c_cc[i] = static_cast<cc_t>(TRY(to_int64(item)));
    else
      return raise(types.TypeError, "tcsetattr: elements of attributes must be characters or integers");
    if (value.as<List>()->length != NCCS) return raise(types.RuntimeError, "list changed");
  }
  return {};
}

Result<Value> set_attributes(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1])), when = TRY(to_c_int(a[2]));
  if (!is_list(a[3]) || a[3].as<List>()->length != 7)
    return raise(types.TypeError, "tcsetattr, arg 3: must be 7 element list");
  const Tuple* items = make_tuple(a[3].as<List>()->span());
  termios mode = {};
  TRY(run([&] { return tcgetattr(descriptor, &mode); }));
  mode.c_iflag = static_cast<tcflag_t>(TRY(to_int64(items->items[0])));
  mode.c_oflag = static_cast<tcflag_t>(TRY(to_int64(items->items[1])));
  mode.c_cflag = static_cast<tcflag_t>(TRY(to_int64(items->items[2])));
  mode.c_lflag = static_cast<tcflag_t>(TRY(to_int64(items->items[3])));
  const auto input = static_cast<speed_t>(TRY(to_int64(items->items[4])));
  const auto output = static_cast<speed_t>(TRY(to_int64(items->items[5])));
  TRY(fill_characters(&mode, items->items[6]));
  if (cfsetispeed(&mode, input) == -1 || cfsetospeed(&mode, output) == -1) return fail();
  TRY(run([&] { return tcsetattr(descriptor, when, &mode); }));
  return none();
}

/// One of the calls that take a descriptor and a number.
template <int (*function)(int, int)>
Result<Value> with_number(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1])), number = TRY(to_c_int(a[2]));
  TRY(run([&] { return function(descriptor, number); }));
  return none();
}
Result<Value> drain(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  TRY(run([&] { return tcdrain(descriptor); }));
  return none();
}

Result<Value> get_window_size(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  winsize size = {};
  TRY(run([&] { return ioctl(descriptor, TIOCGWINSZ, &size); }));
  return make_tuple({make_int(size.ws_row), make_int(size.ws_col)});
}

Result<Value> set_window_size(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  if (!is_sequence_like(a[2]) || TRY(length(a[2])) != 2)
    return raise(types.TypeError, "tcsetwinsize, arg 2: must be a two-item sequence");
  const int64_t rows = TRY(to_int64(TRY(get_item(a[2], 0)))), columns = TRY(to_int64(TRY(get_item(a[2], 1))));
  winsize size = {};
  TRY(run([&] { return ioctl(descriptor, TIOCGWINSZ, &size); }));
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  if (size.ws_row != rows || size.ws_col != columns)
    return raise(types.OverflowError, "winsize value(s) out of range.");
  TRY(run([&] { return ioctl(descriptor, TIOCSWINSZ, &size); }));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"tcgetattr", "($module, fd, /)", get_attributes, "Get the tty attributes for file descriptor fd."},
    {"tcsetattr", "($module, fd, when, attributes, /)", set_attributes,
     "Set the tty attributes for file descriptor fd."},
    {"tcsendbreak", "($module, fd, duration, /)", with_number<tcsendbreak>,
     "Send a break on file descriptor fd."},
    {"tcdrain", "($module, fd, /)", drain,
     "Wait until all output written to file descriptor fd has been transmitted."},
    {"tcflush", "($module, fd, queue, /)", with_number<tcflush>,
     "Discard queued data on file descriptor fd."},
    {"tcflow", "($module, fd, action, /)", with_number<tcflow>,
     "Suspend or resume input or output on file descriptor fd."},
    {"tcgetwinsize", "($module, fd, /)", get_window_size, "Get the tty winsize for file descriptor fd."},
    {"tcsetwinsize", "($module, fd, winsize, /)", set_window_size,
     "Set the tty winsize for file descriptor fd."},
};

struct Constant {
  const char* name;
  int64_t value;
};
#define OURO_CONSTANT(name) {#name, name},
// clang-format off
constexpr Constant kConstants[] = {
    OURO_CONSTANT(B0) OURO_CONSTANT(B1000000) OURO_CONSTANT(B110) OURO_CONSTANT(B115200)
    OURO_CONSTANT(B1152000) OURO_CONSTANT(B1200) OURO_CONSTANT(B134) OURO_CONSTANT(B150)
    OURO_CONSTANT(B1500000) OURO_CONSTANT(B1800) OURO_CONSTANT(B19200) OURO_CONSTANT(B200)
    OURO_CONSTANT(B2000000) OURO_CONSTANT(B230400) OURO_CONSTANT(B2400) OURO_CONSTANT(B2500000)
    OURO_CONSTANT(B300) OURO_CONSTANT(B3000000) OURO_CONSTANT(B3500000) OURO_CONSTANT(B38400)
    OURO_CONSTANT(B4000000) OURO_CONSTANT(B460800) OURO_CONSTANT(B4800) OURO_CONSTANT(B50)
    OURO_CONSTANT(B500000) OURO_CONSTANT(B57600) OURO_CONSTANT(B576000) OURO_CONSTANT(B600)
    OURO_CONSTANT(B75) OURO_CONSTANT(B921600) OURO_CONSTANT(B9600) OURO_CONSTANT(BRKINT) OURO_CONSTANT(BS0)
    OURO_CONSTANT(BS1) OURO_CONSTANT(BSDLY) OURO_CONSTANT(CBAUD) OURO_CONSTANT(CBAUDEX)
    OURO_CONSTANT(CDSUSP) OURO_CONSTANT(CEOF) OURO_CONSTANT(CEOL) OURO_CONSTANT(CEOT) OURO_CONSTANT(CERASE)
    OURO_CONSTANT(CFLUSH) OURO_CONSTANT(CIBAUD) OURO_CONSTANT(CINTR) OURO_CONSTANT(CKILL)
    OURO_CONSTANT(CLNEXT) OURO_CONSTANT(CLOCAL) OURO_CONSTANT(CQUIT) OURO_CONSTANT(CR0) OURO_CONSTANT(CR1)
    OURO_CONSTANT(CR2) OURO_CONSTANT(CR3) OURO_CONSTANT(CRDLY) OURO_CONSTANT(CREAD) OURO_CONSTANT(CRPRNT)
    OURO_CONSTANT(CRTSCTS) OURO_CONSTANT(CS5) OURO_CONSTANT(CS6) OURO_CONSTANT(CS7) OURO_CONSTANT(CS8)
    OURO_CONSTANT(CSIZE) OURO_CONSTANT(CSTART) OURO_CONSTANT(CSTOP) OURO_CONSTANT(CSTOPB)
    OURO_CONSTANT(CSUSP) OURO_CONSTANT(CWERASE) OURO_CONSTANT(ECHO) OURO_CONSTANT(ECHOCTL)
    OURO_CONSTANT(ECHOE) OURO_CONSTANT(ECHOK) OURO_CONSTANT(ECHOKE) OURO_CONSTANT(ECHONL)
    OURO_CONSTANT(ECHOPRT) OURO_CONSTANT(EXTA) OURO_CONSTANT(EXTB) OURO_CONSTANT(FF0) OURO_CONSTANT(FF1)
    OURO_CONSTANT(FFDLY) OURO_CONSTANT(FIOASYNC) OURO_CONSTANT(FIOCLEX) OURO_CONSTANT(FIONBIO)
    OURO_CONSTANT(FIONCLEX) OURO_CONSTANT(FIONREAD) OURO_CONSTANT(FLUSHO) OURO_CONSTANT(HUPCL)
    OURO_CONSTANT(ICANON) OURO_CONSTANT(ICRNL) OURO_CONSTANT(IEXTEN) OURO_CONSTANT(IGNBRK)
    OURO_CONSTANT(IGNCR) OURO_CONSTANT(IGNPAR) OURO_CONSTANT(IMAXBEL) OURO_CONSTANT(INLCR)
    OURO_CONSTANT(INPCK) OURO_CONSTANT(IOCSIZE_MASK) OURO_CONSTANT(IOCSIZE_SHIFT) OURO_CONSTANT(ISIG)
    OURO_CONSTANT(ISTRIP) OURO_CONSTANT(IUCLC) OURO_CONSTANT(IXANY) OURO_CONSTANT(IXOFF) OURO_CONSTANT(IXON)
    OURO_CONSTANT(NCC) OURO_CONSTANT(NCCS) OURO_CONSTANT(NL0) OURO_CONSTANT(NL1) OURO_CONSTANT(NLDLY)
    OURO_CONSTANT(NOFLSH) OURO_CONSTANT(N_MOUSE) OURO_CONSTANT(N_PPP) OURO_CONSTANT(N_SLIP)
    OURO_CONSTANT(N_STRIP) OURO_CONSTANT(N_TTY) OURO_CONSTANT(OCRNL) OURO_CONSTANT(OFDEL)
    OURO_CONSTANT(OFILL) OURO_CONSTANT(OLCUC) OURO_CONSTANT(ONLCR) OURO_CONSTANT(ONLRET)
    OURO_CONSTANT(ONOCR) OURO_CONSTANT(OPOST) OURO_CONSTANT(PARENB) OURO_CONSTANT(PARMRK)
    OURO_CONSTANT(PARODD) OURO_CONSTANT(PENDIN) OURO_CONSTANT(TAB0) OURO_CONSTANT(TAB1) OURO_CONSTANT(TAB2)
    OURO_CONSTANT(TAB3) OURO_CONSTANT(TABDLY) OURO_CONSTANT(TCFLSH) OURO_CONSTANT(TCGETA)
    OURO_CONSTANT(TCGETS) OURO_CONSTANT(TCIFLUSH) OURO_CONSTANT(TCIOFF) OURO_CONSTANT(TCIOFLUSH)
    OURO_CONSTANT(TCION) OURO_CONSTANT(TCOFLUSH) OURO_CONSTANT(TCOOFF) OURO_CONSTANT(TCOON)
    OURO_CONSTANT(TCSADRAIN) OURO_CONSTANT(TCSAFLUSH) OURO_CONSTANT(TCSANOW) OURO_CONSTANT(TCSBRK)
    OURO_CONSTANT(TCSBRKP) OURO_CONSTANT(TCSETA) OURO_CONSTANT(TCSETAF) OURO_CONSTANT(TCSETAW)
    OURO_CONSTANT(TCSETS) OURO_CONSTANT(TCSETSF) OURO_CONSTANT(TCSETSW) OURO_CONSTANT(TCXONC)
    OURO_CONSTANT(TIOCCONS) OURO_CONSTANT(TIOCEXCL) OURO_CONSTANT(TIOCGETD) OURO_CONSTANT(TIOCGICOUNT)
    OURO_CONSTANT(TIOCGLCKTRMIOS) OURO_CONSTANT(TIOCGPGRP) OURO_CONSTANT(TIOCGSERIAL)
    OURO_CONSTANT(TIOCGSOFTCAR) OURO_CONSTANT(TIOCGWINSZ) OURO_CONSTANT(TIOCINQ) OURO_CONSTANT(TIOCLINUX)
    OURO_CONSTANT(TIOCMBIC) OURO_CONSTANT(TIOCMBIS) OURO_CONSTANT(TIOCMGET) OURO_CONSTANT(TIOCMIWAIT)
    OURO_CONSTANT(TIOCMSET) OURO_CONSTANT(TIOCM_CAR) OURO_CONSTANT(TIOCM_CD) OURO_CONSTANT(TIOCM_CTS)
    OURO_CONSTANT(TIOCM_DSR) OURO_CONSTANT(TIOCM_DTR) OURO_CONSTANT(TIOCM_LE) OURO_CONSTANT(TIOCM_RI)
    OURO_CONSTANT(TIOCM_RNG) OURO_CONSTANT(TIOCM_RTS) OURO_CONSTANT(TIOCM_SR) OURO_CONSTANT(TIOCM_ST)
    OURO_CONSTANT(TIOCNOTTY) OURO_CONSTANT(TIOCNXCL) OURO_CONSTANT(TIOCOUTQ) OURO_CONSTANT(TIOCPKT)
    OURO_CONSTANT(TIOCPKT_DATA) OURO_CONSTANT(TIOCPKT_DOSTOP) OURO_CONSTANT(TIOCPKT_FLUSHREAD)
    OURO_CONSTANT(TIOCPKT_FLUSHWRITE) OURO_CONSTANT(TIOCPKT_NOSTOP) OURO_CONSTANT(TIOCPKT_START)
    OURO_CONSTANT(TIOCPKT_STOP) OURO_CONSTANT(TIOCSCTTY) OURO_CONSTANT(TIOCSERCONFIG)
    OURO_CONSTANT(TIOCSERGETLSR) OURO_CONSTANT(TIOCSERGETMULTI) OURO_CONSTANT(TIOCSERGSTRUCT)
    OURO_CONSTANT(TIOCSERGWILD) OURO_CONSTANT(TIOCSERSETMULTI) OURO_CONSTANT(TIOCSERSWILD)
    OURO_CONSTANT(TIOCSER_TEMT) OURO_CONSTANT(TIOCSETD) OURO_CONSTANT(TIOCSLCKTRMIOS)
    OURO_CONSTANT(TIOCSPGRP) OURO_CONSTANT(TIOCSSERIAL) OURO_CONSTANT(TIOCSSOFTCAR) OURO_CONSTANT(TIOCSTI)
    OURO_CONSTANT(TIOCSWINSZ) OURO_CONSTANT(TOSTOP) OURO_CONSTANT(VDISCARD) OURO_CONSTANT(VEOF)
    OURO_CONSTANT(VEOL) OURO_CONSTANT(VEOL2) OURO_CONSTANT(VERASE) OURO_CONSTANT(VINTR) OURO_CONSTANT(VKILL)
    OURO_CONSTANT(VLNEXT) OURO_CONSTANT(VMIN) OURO_CONSTANT(VQUIT) OURO_CONSTANT(VREPRINT)
    OURO_CONSTANT(VSTART) OURO_CONSTANT(VSTOP) OURO_CONSTANT(VSUSP) OURO_CONSTANT(VSWTC) OURO_CONSTANT(VT0)
    OURO_CONSTANT(VT1) OURO_CONSTANT(VTDLY) OURO_CONSTANT(VTIME) OURO_CONSTANT(VWERASE) OURO_CONSTANT(XCASE)
    OURO_CONSTANT(XTABS)
    {"VSWTCH", VSWTC},
};
// clang-format on
#undef OURO_CONSTANT

Status execute(Module* module) {
  if (error_type == nullptr) {
    error_type = TRY(make_exception_class("termios", "error", types.Exception));
    add_root(reinterpret_cast<Object**>(&error_type));
  }
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  return module_add(module, "error", error_type);
}

}  // namespace

extern const ModuleSpec kTermiosModule;
const ModuleSpec kTermiosModule = {
    .name = "termios", .doc = "Settings of terminals.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
