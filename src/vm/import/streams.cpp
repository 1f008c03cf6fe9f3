// sys.stdin, sys.stdout, sys.stderr; and the end of a program, where they are flushed.
#include <fcntl.h>
#include <unistd.h>

#include "vm/builtins/functions.h"
#include "vm/builtins/text_stream.h"
#include "vm/heap/heap.h"
#include "vm/import/import.h"
#include "vm/import/startup.h"

namespace ouro::vm {

namespace {

struct Stream {
  const char* name;
  int descriptor;
  const char* mode;
  const char* errors;
};

constexpr Stream kStreams[] = {
    {"stdin", 0, "r", "strict"}, {"stdout", 1, "w", "strict"}, {"stderr", 2, "w", "backslashreplace"}};

/// io.TextIOWrapper over io.open(descriptor), as the program's streams are; None when the descriptor is
/// closed.
Result<Value> make_stream(Value io, const Stream& stream, bool unbuffered) {
  if (fcntl(stream.descriptor, F_GETFD) < 0) return none();
  bool writes = stream.mode[0] == 'w';
  bool terminal = isatty(stream.descriptor) != 0;
  Value open = TRY(get_attribute(io, names.open_));
  Value raw_mode = make_str(writes ? "wb" : "rb");
  Value buffering = Value::from_small(writes && unbuffered ? 0 : -1);
  static Tuple* open_keywords = make_rooted_tuple({intern("closefd")});
  Value open_arguments[] = {Value::from_small(stream.descriptor), raw_mode, buffering, make_bool(false)};
  Value binary = TRY(call(open, Arguments{open_arguments, 3, open_keywords}));
  Value raw = writes && unbuffered ? binary : TRY(get_attribute(binary, names.raw));
  TRY(set_attribute(raw, names.name, make_str(fmt::format("<{}>", stream.name))));
  Value wrapper = TRY(get_attribute(io, intern("TextIOWrapper")));
  static Tuple* keywords = make_rooted_tuple(
      {names.encoding, names.errors, names.newline, intern("line_buffering"), intern("write_through")});
  bool line_buffering = writes && (terminal || stream.descriptor == 2);
  Value arguments[] = {binary,
                       make_str("utf-8"),
                       make_str(stream.errors),
                       writes ? Value(make_str("\n")) : none(),
                       make_bool(line_buffering),
                       make_bool(writes && unbuffered)};
  Value text = TRY(call(wrapper, Arguments{arguments, 1, keywords}));
  TRY(set_attribute(text, names.mode, make_str(stream.mode)));
  return text;
}

void flush(const char* name, int* code) {
  auto file = sys_attribute(name);
  if (!file.ok() || file.unwrap().is_null() || is_none(file.unwrap())) return;
  if (call_method(file.unwrap(), names.flush).ok()) return;
  Exception* exception = take_exception();
  if (std::string_view(name) != "stdout") return;
  report_unraisable(exception);
  *code = 120;
}

/// module.function() of a module that may not be loaded; what goes wrong is shown.
void call_if_loaded(const char* module_name, const char* function) {
  auto run = [&]() -> Status {
    Value module = dict_get(TRY(modules_dict()).as<Dict>(), intern(module_name));
    if (module.is_null() || is_none(module)) return {};
    Value callable = TRY(find_attribute(module, intern(function)));
    if (callable.is_null()) return {};
    TRY(call(callable));
    return {};
  };
  if (!run().ok()) report_unraisable(none());
}

}  // namespace

Status start_streams(bool unbuffered) {
  Value io = TRY(import_module("io"));
  TRY(module_add(builtins_module(), "open", TRY(get_attribute(io, names.open_))));
  for (const Stream& stream : kStreams) {
    Value object = TRY(make_stream(io, stream, unbuffered));
    TRY(module_add(sys_module(), stream.name, object));
    TRY(module_add(sys_module(), std::string("__") + stream.name + "__", object));
  }
  return {};
}

int finish_program(int code) {
  if (sys_module() == nullptr) return code;
  call_if_loaded("threading", "_shutdown");
  call_if_loaded("atexit", "_run_exitfuncs");
  flush("stdout", &code);
  flush("stderr", &code);
  if (text_stream_hook.flush_open_files != nullptr) text_stream_hook.flush_open_files();
  return code;
}

}  // namespace ouro::vm
