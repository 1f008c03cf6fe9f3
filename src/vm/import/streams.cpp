// sys.stdin, sys.stdout, sys.stderr.
#include <fcntl.h>
#include <unistd.h>

#include "vm/builtins/functions.h"
#include "vm/builtins/text_stream.h"
#include "vm/import/import.h"
#include "vm/import/startup.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

struct Stream {
  const char* name;
  int descriptor;
  bool writes;
};

constexpr Stream kStreams[] = {{"stdin", 0, false}, {"stdout", 1, true}, {"stderr", 2, true}};

/// io.TextIOWrapper over io.open(descriptor), as the program's streams are; None when the descriptor is
/// closed.
Result<Value> make_stream(Value io, const Stream& stream, const StreamOptions& options) {
  if (fcntl(stream.descriptor, F_GETFD) < 0) return none();
  const bool unbuffered = stream.writes && options.unbuffered;
  const bool terminal = isatty(stream.descriptor) != 0;
  Value open = TRY(get_attribute(io, names.open_));
  Value raw_mode = make_str(stream.writes ? "wb" : "rb");
  Value buffering = Value::from_small(unbuffered ? 0 : -1);
  static Tuple* open_keywords = make_rooted_tuple({intern("closefd")});
  Value open_arguments[] = {Value::from_small(stream.descriptor), raw_mode, buffering, make_bool(false)};
  Value binary = TRY(call(open, Arguments{open_arguments, 3, open_keywords}));
  Value raw = unbuffered ? binary : TRY(get_attribute(binary, names.raw));
  TRY(set_attribute(raw, names.name, make_str(fmt::format("<{}>", stream.name))));
  Value wrapper = TRY(get_attribute(io, intern("TextIOWrapper")));
  static Tuple* keywords = make_rooted_tuple(
      {names.encoding, names.errors, names.newline, intern("line_buffering"), intern("write_through")});
  const bool is_stderr = stream.descriptor == STDERR_FILENO;
  Value arguments[] = {binary,
                       make_str(options.encoding),
                       make_str(is_stderr ? "backslashreplace" : options.errors),
                       make_str("\n"),
                       make_bool(!options.unbuffered && (terminal || is_stderr)),
                       make_bool(options.unbuffered)};
  Value text = TRY(call(wrapper, Arguments{arguments, 1, keywords}));
  TRY(set_attribute(text, names.mode, make_str(stream.writes ? "w" : "r")));
  return text;
}

// ---- the early standard error: no encoding, no buffer

Result<Value> early_write(const Value* a) {
  if (!is_str(a[1])) return raise(types.TypeError, "write() argument must be str, not {}", given_name(a[1]));
  std::string bytes = to_utf8(a[1].as<Str>());
  for (std::string_view left = bytes; !left.empty();) {
    const ssize_t written = write(STDERR_FILENO, left.data(), left.size());
    if (written <= 0) break;
    left.remove_prefix(static_cast<size_t>(written));
  }
  return make_int(static_cast<int64_t>(a[1].as<Str>()->length));
}

Result<Value> early_flush(const Value*) {
  return none();
}

Result<Value> early_fileno(const Value*) {
  return Value::from_small(STDERR_FILENO);
}

constexpr MethodSpec kEarlyMethods[] = {
    {"fileno", "($self, /)", early_fileno, "The descriptor of standard error."},
    {"write", "($self, text, /)", early_write, "Writes text as UTF-8."},
    {"flush", "($self, /)", early_flush, "Nothing: there is no buffer."},
};

/// Whether the stream is there and open.
bool is_open(Value file) {
  if (file.is_null() || is_none(file)) return false;
  auto closed = find_attribute(file, intern("closed"));
  if (!closed.ok()) {
    take_exception();
    return true;
  }
  if (closed.unwrap().is_null()) return true;
  auto truth = is_true(closed.unwrap());
  if (!truth.ok()) take_exception();
  return !truth.ok() || !truth.unwrap();
}

/// The pending exception on failure.
Status flush(const char* name, Value* stream) {
  *stream = TRY(sys_attribute(name));
  if (!is_open(*stream)) return {};
  TRY(call_method(*stream, names.flush));
  return {};
}

/// Python's own name of an encoding.
Result<std::string> codec_name(const std::string& encoding) {
  if (encoding == "utf-8" || encoding == "UTF-8") return std::string("utf-8");
  Value codecs = TRY(import_module("codecs"));
  Value info = TRY(call(TRY(get_attribute(codecs, intern("lookup"))), {make_str(encoding)}));
  return to_utf8(TRY(to_str(TRY(get_attribute(info, names.name)))));
}

}  // namespace

Status start_streams(const StreamOptions& given) {
  StreamOptions options = given;
  options.encoding = TRY(codec_name(given.encoding));
  Value io = TRY(import_module("io"));
  TRY(module_add(builtins_module(), "open", TRY(get_attribute(io, names.open_))));
  for (const Stream& stream : kStreams) {
    Value object = TRY(make_stream(io, stream, options));
    TRY(module_add(sys_module(), stream.name, object));
    TRY(module_add(sys_module(), std::string("__") + stream.name + "__", object));
  }
  return {};
}

Status start_early_stderr(Module* sys) {
  static constexpr TypeSpec kSpec{.name = "stderrprinter", .methods = kEarlyMethods};
  Type* type = make_native_type(kSpec);
  Value stream = allocate_instance<Object>(type);
  TRY(module_add(sys, "stderr", stream));
  return module_add(sys, "__stderr__", stream);
}

bool flush_streams() {
  Value stream;
  const bool written = flush("stdout", &stream).ok();
  if (!written) report_unraisable(stream);
  if (!flush("stderr", &stream).ok()) take_exception();
  return written;
}

}  // namespace ouro::vm
