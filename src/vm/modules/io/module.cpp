// The module _io: open() and what belongs to it.
#include "vm/builtins/functions.h"
#include "vm/modules/io/io.h"
#include "vm/modules/warnings.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace io {

namespace {

/// What open()'s mode says.
struct Mode {
  bool creating = false, reading = false, writing = false, appending = false;
  bool updating = false, text = false, binary = false;

  std::string raw() const {
    std::string out;
    if (creating) out += 'x';
    if (reading) out += 'r';
    if (writing) out += 'w';
    if (appending) out += 'a';
    if (updating) out += '+';
    return out;
  }
};

Result<Mode> parse_mode(const std::string& text) {
  Mode mode;
  for (size_t i = 0; i < text.size(); ++i) {
    bool* flag = nullptr;
    switch (text[i]) {
      case 'x':
        flag = &mode.creating;
        break;
      case 'r':
        flag = &mode.reading;
        break;
      case 'w':
        flag = &mode.writing;
        break;
      case 'a':
        flag = &mode.appending;
        break;
      case '+':
        flag = &mode.updating;
        break;
      case 't':
        flag = &mode.text;
        break;
      case 'b':
        flag = &mode.binary;
        break;
      default:
        break;
    }
    if (flag == nullptr || *flag) return raise(types.ValueError, "invalid mode: '{}'", text);
    *flag = true;
  }
  if (mode.text && mode.binary) return raise(types.ValueError, "can't have text and binary mode at once");
  if (mode.creating + mode.reading + mode.writing + mode.appending != 1)
    return raise(types.ValueError, "must have exactly one of create/read/write/append mode");
  return mode;
}

struct OpenRequest {
  Value file;
  Mode mode;
  Str* mode_text;
  int64_t buffering;
  Value encoding, errors, newline;  // None: not given
  bool closes;
  Value opener;
};

Status check_binary(const OpenRequest& request) {
  if (!request.mode.binary) return {};
  if (!is_none(request.encoding))
    return raise(types.ValueError, "binary mode doesn't take an encoding argument");
  if (!is_none(request.errors)) return raise(types.ValueError, "binary mode doesn't take an errors argument");
  if (!is_none(request.newline))
    return raise(types.ValueError, "binary mode doesn't take a newline argument");
  if (request.buffering == 1)
    return warn(types.RuntimeWarning,
                "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will "
                "be used");
  return {};
}

/// The layers above the raw stream; *outermost is what is to be closed when a step fails.
Status build_layers(OpenRequest& request, Value* outermost) {
  const Value raw = *outermost;
  const bool terminal = request.buffering < 0 && TRY(is_true(TRY(call_method(raw, IO_NAME(isatty)))));
  const bool line_buffering = !request.mode.binary && (request.buffering == 1 || terminal);
  int64_t size = request.buffering;
  if (size == 1 || terminal) size = -1;
  if (size < 0) size = TRY(to_int64(TRY(get_attribute(raw, IO_NAME(_blksize)))));
  if (size < 0) return raise(types.ValueError, "invalid buffering size");
  if (size == 0) {
    if (!request.mode.binary) return raise(types.ValueError, "can't have unbuffered text I/O");
    return {};
  }
  Type* type = request.mode.updating  ? io_types.random
               : request.mode.reading ? io_types.reader
                                      : io_types.writer;
  *outermost = TRY(call(type, {raw, make_int(size)}));
  if (request.mode.binary) return {};
  *outermost = TRY(make_text(*outermost, request.encoding, request.errors, request.newline, line_buffering));
  return set_attribute(*outermost, names.mode, request.mode_text);
}

Result<Value> open_file(OpenRequest request) {
  Value name = request.file;
  const Slots& slots = type_of(name)->slots;
  const bool number = slots.index != nullptr || slots.int_ != nullptr || slots.float_ != nullptr;
  if (!number) {
    name = TRY(fs_path(name));
    if (!is_str(name) && !is_bytes(name))
      return raise(types.TypeError, "invalid file: {}", repr_text(request.file));
  }
  TRY(check_binary(request));
  Value stream = TRY(make_file(name, make_str(request.mode.raw()), request.closes, request.opener));
  const Status built = build_layers(request, &stream);
  if (built.ok()) return stream;
  TRY(and_then(built, [&]() -> Status {
    TRY(call_method(stream, names.close));
    return {};
  }));
  return Raised{};
}

Result<Value> text_or_none(Value value, const char* name) {
  if (value.is_null() || is_none(value)) return none();
  if (is_str(value)) return value;
  return raise(types.TypeError, "open() argument '{}' must be str or None, not {}", name, given_name(value));
}

Result<Value> open_function(const Value* a) {
  OpenRequest request{};
  request.file = a[1];
  if (!a[2].is_null() && !is_str(a[2]))
    return raise(types.TypeError, "open() argument 'mode' must be str, not {}", given_name(a[2]));
  request.mode_text = a[2].is_null() ? make_str("r") : a[2].as<Str>();
  request.buffering = a[3].is_null() ? -1 : TRY(to_c_int(a[3]));
  request.encoding = TRY(text_or_none(a[4], "encoding"));
  request.errors = TRY(text_or_none(a[5], "errors"));
  request.newline = TRY(text_or_none(a[6], "newline"));
  request.closes = a[7].is_null() || TRY(is_true(a[7]));
  request.opener = a[8].is_null() ? none() : a[8];
  std::string mode = TRY(utf8_without_nul(request.mode_text));
  request.mode = TRY(parse_mode(mode));
  return open_file(request);
}

Result<Value> open_code(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "open_code() argument 'path' must be str, not {}", given_name(a[1]));
  OpenRequest request{};
  request.file = a[1];
  request.mode.reading = request.mode.binary = true;
  request.mode_text = make_str("rb");
  request.buffering = -1;
  request.encoding = request.errors = request.newline = request.opener = none();
  request.closes = true;
  return open_file(request);
}

Result<bool> interpreter_flag(std::string_view name) {
  Value flags = TRY(sys_attribute("flags"));
  if (flags.is_null()) return false;
  Value flag = TRY(find_attribute(flags, intern(name)));
  return !flag.is_null() && TRY(is_true(flag));
}

Result<Value> text_encoding_function(const Value* a) {
  if (!is_none(a[1])) return a[1];
  const int level = a[2].is_null() ? 2 : TRY(to_c_int(a[2]));
  if (TRY(interpreter_flag("warn_default_encoding")))
    TRY(warn(types.EncodingWarning, "'encoding' argument not specified", level));
  return TRY(interpreter_flag("utf8_mode")) ? Value(names.utf_8) : Value(IO_NAME(locale));
}

constexpr MethodSpec kFunctions[] = {
    {"open",
     "($module, /, file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, "
     "opener=None)",
     open_function, "Open file and return a stream.  Raise OSError upon failure."},
    {"open_code", "($module, /, path)", open_code,
     "Opens the provided file with the intent to import the contents."},
    {"text_encoding", "($module, encoding, stacklevel=2, /)", text_encoding_function,
     "A helper function to choose the text encoding."},
};

Result<Type*> unsupported_operation() {
  Dict* space = make_dict();
  dict_set(space, names.dunder_module, intern("_io"));
  return make_class(types.type, intern("UnsupportedOperation"), make_tuple({types.OSError, types.ValueError}),
                    space, Arguments{});
}

/// Programs know these functions as those of io.
Status name_functions(Module* module) {
  for (const MethodSpec& spec : kFunctions) {
    Value function = dict_get(module->dict, intern(spec.name));
    if (is_kind(function, Kind::kNativeFunction))
      TRY(set_attribute(function, names.dunder_module, intern("io")));
  }
  return {};
}

Status execute(Module* module) {
  TRY(name_functions(module));
  if (io_types.unsupported == nullptr) {
    io_types.unsupported = TRY(unsupported_operation());
    add_root(reinterpret_cast<Object**>(&io_types.unsupported));
  }
  TRY(add_base_types(module));
  TRY(add_file_type(module));
  TRY(add_bytes_io_type(module));
  TRY(add_string_io_type(module));
  TRY(add_buffered_types(module));
  TRY(add_pair_type(module));
  TRY(add_newline_type(module));
  TRY(add_text_type(module));
  TRY(module_add(module, "UnsupportedOperation", io_types.unsupported));
  TRY(module_add(module, "BlockingIOError", types.BlockingIOError));
  return module_add(module, "DEFAULT_BUFFER_SIZE", make_int(kDefaultBufferSize));
}

}  // namespace

}  // namespace io

extern const ModuleSpec kIoModule{
    .name = "_io", .doc = "The streams behind io.", .functions = io::kFunctions, .execute = io::execute};

}  // namespace ouro::vm
