// print and input.
#include <unistd.h>

#include "vm/builtins/functions.h"
#include "vm/builtins/line_reader.h"
#include "vm/builtins/text_stream.h"
#include "vm/import/import.h"

namespace ouro::vm {

TextStreamHook text_stream_hook;

namespace {

/// None stands for the default, given by `text`.
Result<Value> separator(Value given, const char* name, const char* text) {
  if (given.is_null() || is_none(given)) return text == nullptr ? Value() : Value(make_str(text));
  if (!is_str(given))
    return raise(types.TypeError, "{} must be None or a string, not {}", name, type_name(given));
  return given;
}

Result<Value> builtin_print(const Value* a) {
  auto* items = a[1].as<Tuple>();
  Value file = a[4];
  if (file.is_null() || is_none(file)) {
    file = TRY(sys_attribute("stdout"));
    if (file.is_null()) return raise(types.RuntimeError, "lost sys.stdout");
    if (is_none(file)) return none();
  }
  Value between = TRY(separator(a[2], "sep", " "));
  Value end = TRY(separator(a[3], "end", "\n"));
  const bool native = type_of(file) == text_stream_hook.type && is_exactly(between, types.str) &&
                      is_exactly(end, types.str) && get_own_attribute(file.object(), names.write).is_null();
  Value write = native ? Value() : TRY(get_attribute(file, names.write));
  auto put = [&](Value text) {
    return native ? text_stream_hook.write(file, text.as<Str>()) : call(write, {text});
  };
  for (size_t i = 0; i < items->length; ++i) {
    if (i > 0) TRY(put(between));
    TRY(put(TRY(to_str(items->items[i]))));
  }
  TRY(put(end));
  if (!a[5].is_null() && TRY(is_true(a[5]))) TRY(call_method(file, names.flush));
  return none();
}

Result<Value> standard_file(const char* name, std::string_view attribute) {
  Value file = TRY(sys_attribute(attribute));
  if (file.is_null() || is_none(file)) return raise(types.RuntimeError, "input(): lost sys.{}", name);
  return file;
}

/// Flushes, and forgets what goes wrong.
void flush_quietly(Value file) {
  if (!call_method(file, names.flush).ok()) take_exception();
}

/// Whether a stream still is the terminal on that descriptor.
bool is_terminal(Value file, int descriptor) {
  auto number = call_method(file, intern("fileno"));
  if (!number.ok()) {
    take_exception();
    return false;
  }
  return number.unwrap() == Value::from_small(descriptor) && isatty(descriptor) != 0;
}

/// input() from a terminal: with line editing, where there is some.
Result<Value> input_from_terminal(Value in, Value out, Value prompt) {
  Value encoding = TRY(get_attribute(out, names.encoding));
  Value errors = TRY(get_attribute(out, names.errors));
  std::string shown;
  if (!is_none(prompt)) {
    Value bytes = TRY(call_method(TRY(to_str(prompt)), names.encode, {encoding, errors}));
    if (is_bytes(bytes)) shown = bytes.as<Bytes>()->view();
    if (shown.find('\0') != std::string::npos)
      return raise(types.ValueError, "input: prompt string cannot contain null characters");
  }
  std::string line = TRY(read_input_line(shown));
  if (line.empty()) return raise_with(types.EOFError, {});
  if (line.ends_with('\n')) line.pop_back();
  Value in_encoding = TRY(get_attribute(in, names.encoding)),
        in_errors = TRY(get_attribute(in, names.errors));
  return call_method(make_bytes(line), names.decode, {in_encoding, in_errors});
}

Result<Value> builtin_input(const Value* a) {
  Value in = TRY(standard_file("stdin", "stdin"));
  Value out = TRY(standard_file("stdout", "stdout"));
  Value error = TRY(standard_file("stderr", "stderr"));
  Value prompt = a[1].is_null() ? none() : a[1];
  TRY(audit("builtins.input", {prompt}));
  flush_quietly(error);
  if (is_terminal(in, STDIN_FILENO) && is_terminal(out, STDOUT_FILENO)) {
    flush_quietly(out);
    Value line = TRY(input_from_terminal(in, out, prompt));
    TRY(audit("builtins.input/result", {line}));
    return line;
  }
  if (!is_none(prompt)) TRY(call_method(out, names.write, {TRY(to_str(prompt))}));
  flush_quietly(out);
  Value line = TRY(call_method(in, names.readline));
  if (!is_str(line)) return raise(types.TypeError, "object.readline() returned non-string");
  auto* text = line.as<Str>();
  if (text->length == 0) return raise(types.EOFError, "EOF when reading a line");
  if (text->at(text->length - 1) == '\n') return substring(text, 0, text->length - 1);
  return text;
}

constexpr MethodSpec kFunctions[] = {
    {"print", "($module, /, *args, sep=' ', end='\\n', file=None, flush=False)", builtin_print,
     "Writes the values to a text stream, sys.stdout by default."},
    {"input", "($module, prompt=None, /)", builtin_input,
     "Reads a line from standard input, without its newline; EOFError at the end."},
};

}  // namespace

std::span<const MethodSpec> print_functions() {
  return kFunctions;
}

}  // namespace ouro::vm
