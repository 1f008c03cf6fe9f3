// A statement is read line by line: it is complete when the compiler takes it, and goes on when the compiler
// says that the input is incomplete. As in CPython, an indented block ends with an empty line.
#include "cli/run/interactive.h"

#include <fmt/format.h>

#include <cstring>

#include "base/files.h"
#include "cli/console.h"
#include "vm/builtins/functions.h"
#include "vm/builtins/line_reader.h"
#include "vm/import/compile.h"
#include "vm/import/import.h"
#include "vm/import/startup.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/sys.h"
#include "vm/object/protocol.h"

namespace ouro::cli {

namespace {

using vm::Result;
using vm::Status;
using vm::Value;

constexpr uint32_t kStatementFlags = vm::kCompileIncompleteInput | vm::kCompileDontImplyDedent;

std::string sys_text(const char* name) {
  auto value = vm::sys_attribute(name);
  if (!value.ok() || value.unwrap().is_null()) return {};
  auto text = vm::to_str(value.unwrap());
  if (text.ok()) return vm::to_utf8(text.unwrap());
  vm::take_exception();
  return {};
}

Status set_prompts() {
  for (auto [name, text] : {std::pair<const char*, const char*>{"ps1", ">>> "}, {"ps2", "... "}}) {
    if (TRY(vm::sys_attribute(name)).is_null())
      TRY(vm::module_add(vm::sys_module(), name, vm::make_str(text)));
  }
  return {};
}

/// Whether the pending exception says that there has to be more. It is taken then.
bool is_incomplete() {
  if (!vm::exception_is(vm::types.SyntaxError)) return false;
  auto message = vm::find_attribute(vm::thread()->exception, vm::intern("msg"));
  if (!message.ok() || !vm::is_str(message.unwrap())) return false;
  if (!vm::equals(message.unwrap().as<vm::Str>(), "incomplete input")) return false;
  vm::take_exception();
  return true;
}

/// Shows the pending exception. False for a SystemExit, which stays pending.
bool show_exception() {
  if (vm::exception_is(vm::types.SystemExit)) return false;
  if (vm::show_pending_exception()) return false;
  vm::flush_streams();
  return true;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\f\r\n") == std::string_view::npos;
}

bool is_only_comment(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\f");
  return first != std::string_view::npos && line[first] == '#';
}

/// The bytes that were typed, as UTF-8: standard input may be in another encoding.
Result<std::string> typed_text(const std::string& bytes) {
  Value in = TRY(vm::sys_attribute("stdin"));
  if (in.is_null() || vm::is_none(in)) return bytes;
  Value encoding = TRY(vm::find_attribute(in, vm::names.encoding));
  if (encoding.is_null() || !vm::is_str(encoding) || vm::equals(encoding.as<vm::Str>(), "utf-8"))
    return bytes;
  Value text = TRY(vm::call_method(vm::make_bytes(bytes), vm::names.decode, {encoding}));
  if (!vm::is_str(text)) return bytes;
  return vm::utf8_or_raise(text.as<vm::Str>());
}

Result<Value> compile_statement(std::string_view source, uint32_t flags) {
  return vm::compile_source(source, true, vm::intern("<stdin>"), vm::CompileMode::Single, flags, -1);
}

/// Reads the lines of one statement and compiles it; null at the end of the input.
Result<Value> read_statement() {
  std::string source;
  for (;;) {
    std::string line = TRY(vm::read_input_line(sys_text(source.empty() ? "ps1" : "ps2")));
    const bool ended = line.empty();
    if (ended && source.empty()) return Value();
    line = TRY(typed_text(line));
    if (source.empty() && (is_blank(line) || is_only_comment(line))) continue;
    source += line;
    if (ended) return compile_statement(source, 0);
    // The statement is complete if it still is without the end of its last line: a block is not.
    std::string_view lines = source;
    lines.remove_suffix(lines.ends_with('\n') ? 1 : 0);
    auto code = compile_statement(lines, kStatementFlags);
    if (code.ok()) return code;
    vm::take_exception();
    if (compile_statement(source, kStatementFlags).ok() || is_incomplete()) continue;
    return vm::Raised{};
  }
}

/// False at the end of the input.
Result<bool> run_statement() {
  Value code = TRY(read_statement());
  if (code.is_null()) return false;
  Value main = vm::dict_get(TRY(vm::modules_dict()).as<vm::Dict>(), vm::intern("__main__"));
  if (!vm::is_kind(main, vm::Kind::kModule)) return vm::raise(vm::types.ImportError, "no __main__ module");
  vm::Dict* globals = main.as<vm::Module>()->dict;
  TRY(vm::run_code(code.as<vm::Code>(), globals, globals));
  vm::flush_streams();
  return true;
}

}  // namespace

void show_banner(bool with_help) {
  write_err(fmt::format("Python {} on {}\n", sys_text("version"), sys_text("platform")));
  if (with_help)
    write_err("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n");
}

Status run_startup_file(const PythonOptions& options) {
  const auto file = options.environment("PYTHONSTARTUP");
  if (!file) return {};
  Value name = TRY(vm::decode_file_name(*file));
  TRY(vm::audit("cpython.run_startup", {name}));
  FileBuffer buffer;
  if (const int error = read_file(*file, &buffer, nullptr); error != 0) {
    write_err("Could not open PYTHONSTARTUP\n");
    (void)vm::raise_os_error(error, name);
    return show_exception() ? Status() : vm::Raised{};
  }
  auto run = [&]() -> Status {
    vm::Code* code =
        TRY(vm::compile_source(buffer.bytes(), false, name.as<vm::Str>(), vm::CompileMode::Exec, 0, -1));
    Value main = vm::dict_get(TRY(vm::modules_dict()).as<vm::Dict>(), vm::intern("__main__"));
    vm::Dict* globals = main.as<vm::Module>()->dict;
    TRY(vm::module_add(main.as<vm::Module>(), "__file__", name));
    auto result = vm::run_code(code, globals, globals);
    (void)vm::dict_delete(globals, vm::intern("__file__"));
    TRY(result);
    return {};
  };
  if (run().ok() || show_exception()) return {};
  return vm::Raised{};
}

void run_interactive_hook() {
  auto hook = vm::sys_attribute("__interactivehook__");
  if (!hook.ok() || hook.unwrap().is_null()) return;
  if (vm::call(hook.unwrap()).ok()) return;
  write_err("Failed calling sys.__interactivehook__\n");
  if (!show_exception()) vm::take_exception();
}

Status run_session() {
  TRY(set_prompts());
  for (;;) {
    auto more = run_statement();
    if (!more.ok() && !show_exception()) return vm::Raised{};
    if (more.ok() && !more.unwrap()) break;
  }
  write_err("\n");  // behind the last prompt
  return {};
}

}  // namespace ouro::cli
