// The module readline: line editing, history and completion on a terminal, by libedit, which has GNU
// readline's interface. The library is loaded when the module is imported: only sessions need it, and a
// program that asks for it where it is missing gets the ImportError it expects.
#include <dlfcn.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "vm/builtins/line_reader.h"
#include "vm/import/import.h"
#include "vm/interp/safe_point.h"
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"
#include "vm/object/thread.h"

namespace ouro::vm {

namespace {

struct HistoryEntry {
  const char* line;
  void* data;
};

using LineFn = void(char* line);
using MatchFn = char*(const char* text, int state);
using CompletionFn = char**(const char* text, int start, int end);
using HookFn = int();

/// What is used of the library. Members named as its symbols.
struct Library {
  void (*rl_callback_handler_install)(const char* prompt, LineFn* done);
  void (*rl_callback_handler_remove)();
  void (*rl_callback_read_char)();
  char** (*rl_completion_matches)(const char* text, MatchFn* match);
  int (*rl_insert_text)(const char* text);
  int (*rl_parse_and_bind)(const char* line);
  int (*rl_read_init_file)(const char* file);
  void (*rl_redisplay)();
  int (*rl_initialize)();
  int (*add_history)(const char* line);
  void (*clear_history)();
  HistoryEntry* (*history_get)(int index);
  HistoryEntry* (*remove_history)(int index);
  HistoryEntry* (*replace_history_entry)(int index, const char* line, void* data);
  int (*read_history)(const char* file);
  int (*write_history)(const char* file);
  int (*history_truncate_file)(const char* file, int lines);
  void (*using_history)();

  const char** rl_readline_name;
  char** rl_line_buffer;
  char** rl_completer_word_break_characters;
  CompletionFn** rl_attempted_completion_function;
  int* rl_attempted_completion_over;
  int* rl_completion_append_character;
  int* rl_completion_type;
  HookFn** rl_startup_hook;
  HookFn** rl_pre_input_hook;
  int* history_length;
};
Library library;

constexpr const char* kWordBreaks = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";

/// Python's functions and settings; roots.
struct State {
  Value completer, startup_hook, pre_input_hook, display_hook;
  int begin = 0, end = 0;    // of the word being completed
  int history_base = 1;      // what the library calls the first entry
  int64_t saved_lines = -1;  // how many go into the history file; below zero: all
  bool auto_history = true;
  bool line_done = false;
  char* line = nullptr;
} state;

template <class Pointer>
bool load(void* handle, const char* name, Pointer* to) {
  *to = reinterpret_cast<Pointer>(dlsym(handle, name));
  return *to != nullptr;
}

/// False when the library or a part of it is missing.
bool load_library() {
  void* handle = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return false;
  bool complete = true;
#define OURO_LOAD(name) complete = load(handle, #name, &library.name) && complete;
  OURO_LOAD(rl_callback_handler_install)
  OURO_LOAD(rl_callback_handler_remove)
  OURO_LOAD(rl_callback_read_char)
  OURO_LOAD(rl_completion_matches)
  OURO_LOAD(rl_insert_text)
  OURO_LOAD(rl_parse_and_bind)
  OURO_LOAD(rl_read_init_file)
  OURO_LOAD(rl_redisplay)
  OURO_LOAD(rl_initialize)
  OURO_LOAD(add_history)
  OURO_LOAD(clear_history)
  OURO_LOAD(history_get)
  OURO_LOAD(remove_history)
  OURO_LOAD(replace_history_entry)
  OURO_LOAD(read_history)
  OURO_LOAD(write_history)
  OURO_LOAD(history_truncate_file)
  OURO_LOAD(using_history)
  OURO_LOAD(rl_readline_name)
  OURO_LOAD(rl_line_buffer)
  OURO_LOAD(rl_completer_word_break_characters)
  OURO_LOAD(rl_attempted_completion_function)
  OURO_LOAD(rl_attempted_completion_over)
  OURO_LOAD(rl_completion_append_character)
  OURO_LOAD(rl_completion_type)
  OURO_LOAD(rl_startup_hook)
  OURO_LOAD(rl_pre_input_hook)
  OURO_LOAD(history_length)
#undef OURO_LOAD
  return complete;
}

Result<std::string> text_argument(Value value, const char* function, int number = 1) {
  if (!is_str(value))
    return raise(types.TypeError, "{}() argument {} must be str, not {}", function, number,
                 given_name(value));
  return encode_file_name(value);
}

Value text_of_line(const char* line) {
  auto text = decode_file_name(line);
  if (text.ok()) return text.unwrap();
  take_exception();
  return make_str_latin1(line);
}

// ---- what the library calls

int call_hook(Value hook) {
  if (hook.is_null()) return 0;
  auto result = call(hook);
  if (!result.ok()) take_exception();
  return 0;
}
int run_startup_hook() {
  return call_hook(state.startup_hook);
}
int run_pre_input_hook() {
  return call_hook(state.pre_input_hook);
}

/// completer(text, number): the next match, in memory that the library frees.
char* next_match(const char* text, int number) {
  if (state.completer.is_null()) return nullptr;
  *library.rl_attempted_completion_over = 1;
  auto match = call(state.completer, {text_of_line(text), Value::from_small(number)});
  if (!match.ok()) {
    take_exception();
    return nullptr;
  }
  if (!is_str(match.unwrap())) return nullptr;
  auto bytes = encode_file_name(match.unwrap());
  if (bytes.ok()) return strdup(bytes.unwrap().c_str());
  take_exception();
  return nullptr;
}

char** complete(const char* text, int start, int end) {
  *library.rl_completion_append_character = '\0';
  state.begin = start;
  state.end = end;
  return library.rl_completion_matches(text, next_match);
}

void take_line(char* line) {
  state.line = line;
  state.line_done = true;
  library.rl_callback_handler_remove();
}

// ---- reading a line

/// Lines that were typed before the library took the terminal over, which throws away what it finds there.
std::string typed_ahead;

void read_typed_ahead() {
  int waiting = 0;
  while (isatty(STDIN_FILENO) != 0 && ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0) {
    char bytes[1024];
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
    if (size <= 0) break;
    typed_ahead.append(bytes, static_cast<size_t>(size));
  }
}

/// The first line that was typed ahead. The terminal has shown it already.
bool take_typed_ahead(std::string* line) {
  const size_t end = typed_ahead.find('\n');
  if (end == std::string::npos) return false;
  *line = typed_ahead.substr(0, end);
  typed_ahead.erase(0, end + 1);
  return true;
}

void remember(const char* line) {
  if (!state.auto_history || line[0] == '\0') return;
  const int last = *library.history_length - 1 + state.history_base;
  const HistoryEntry* entry = *library.history_length > 0 ? library.history_get(last) : nullptr;
  if (entry == nullptr || std::strcmp(entry->line, line) != 0) library.add_history(line);
}

Result<std::string> edit_line(const std::string& prompt) {
  if (std::string line; take_typed_ahead(&line)) {
    (void)!write(STDOUT_FILENO, prompt.data(), prompt.size());
    remember(line.c_str());
    return line + "\n";
  }
  state.line_done = false;
  state.line = nullptr;
  library.rl_callback_handler_install(prompt.c_str(), take_line);
  while (!state.line_done) {
    pollfd waited{STDIN_FILENO, POLLIN, 0};
    int ready;
    {
      ReleaseLock released;
      ready = poll(&waited, 1, -1);
    }
    if (ready > 0) {
      library.rl_callback_read_char();
    } else if (errno == EINTR) {
      if (safe_point().ok()) continue;
      library.rl_callback_handler_remove();
      (void)!write(STDOUT_FILENO, "\n", 1);
      return Raised{};
    }
  }
  if (state.line == nullptr) return std::string();
  remember(state.line);
  std::string line = state.line;
  std::free(std::exchange(state.line, nullptr));
  return line + "\n";
}

// ---- history

int internal_index(int64_t index) {
  return static_cast<int>(index - 1 + state.history_base);
}

Result<std::string> history_file(Value name) {
  if (!name.is_null() && !is_none(name)) return encode_file_name(name);
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + "/.history";
}

Result<Value> read_history_file(const Value* a) {
  const std::string file = TRY(history_file(a[1]));
  TRY(audit("open", {a[1].is_null() ? none() : a[1], make_str("r"), Value::from_small(0)}));
  errno = 0;
  if (library.read_history(file.c_str()) != 0) return raise_os_error(errno != 0 ? errno : ENOENT);
  return none();
}

Result<Value> write_history_file(const Value* a) {
  const std::string file = TRY(history_file(a[1]));
  TRY(audit("open", {a[1].is_null() ? none() : a[1], make_str("w"), Value::from_small(0)}));
  errno = 0;
  if (library.write_history(file.c_str()) != 0 && errno != 0) return raise_os_error(errno);
  if (state.saved_lines >= 0)
    library.history_truncate_file(file.c_str(), static_cast<int>(state.saved_lines));
  return none();
}

Result<Value> append_history_file(const Value* a) {
  const int64_t wanted = TRY(to_int64(a[1]));
  if (wanted < 0) return raise(types.ValueError, "nelements must be positive");
  const std::string file = TRY(history_file(a[2]));
  std::FILE* stream = std::fopen(file.c_str(), "ae");
  if (stream == nullptr) return raise_os_error(errno);
  const int64_t length = *library.history_length;
  for (int64_t i = std::max<int64_t>(length - wanted, 0); i < length; ++i) {
    if (const HistoryEntry* entry = library.history_get(internal_index(i + 1)))
      std::fprintf(stream, "%s\n", entry->line);
  }
  if (std::fclose(stream) != 0) return raise_os_error(errno);
  return none();
}

Result<Value> get_history_length(const Value*) {
  return make_int(state.saved_lines);
}
Result<Value> set_history_length(const Value* a) {
  state.saved_lines = TRY(to_c_int(a[1]));
  return none();
}
Result<Value> get_current_history_length(const Value*) {
  return make_int(*library.history_length);
}

Result<Value> get_history_item(const Value* a) {
  const int index = TRY(to_c_int(a[1]));
  if (index < 1 || index > *library.history_length) return none();
  const HistoryEntry* entry = library.history_get(internal_index(index));
  return entry == nullptr ? none() : text_of_line(entry->line);
}

Status check_position(int position) {
  if (position < 0) return raise(types.ValueError, "History index cannot be negative");
  if (position >= *library.history_length)
    return raise(types.ValueError, "No history item at position {}", position);
  return {};
}

Result<Value> remove_history_item(const Value* a) {
  const int position = TRY(to_c_int(a[1]));
  TRY(check_position(position));
  if (HistoryEntry* entry = library.remove_history(position)) {
    std::free(const_cast<char*>(entry->line));
    std::free(entry);
  }
  return none();
}

Result<Value> replace_history_item(const Value* a) {
  const int position = TRY(to_c_int(a[1]));
  const std::string line = TRY(text_argument(a[2], "replace_history_item", 2));
  TRY(check_position(position));
  if (HistoryEntry* entry =
          library.replace_history_entry(internal_index(position + 1), line.c_str(), nullptr)) {
    std::free(const_cast<char*>(entry->line));
    std::free(entry);
  }
  return none();
}

Result<Value> add_history(const Value* a) {
  library.add_history(TRY(text_argument(a[1], "add_history")).c_str());
  return none();
}
Result<Value> set_auto_history(const Value* a) {
  state.auto_history = TRY(is_true(a[1]));
  return none();
}
Result<Value> clear_history(const Value*) {
  library.clear_history();
  return none();
}

// ---- settings and hooks

Result<Value> parse_and_bind(const Value* a) {
  library.rl_parse_and_bind(TRY(text_argument(a[1], "parse_and_bind")).c_str());
  return none();
}
Result<Value> read_init_file(const Value* a) {
  std::string file;
  const bool given = !a[1].is_null() && !is_none(a[1]);
  if (given) file = TRY(encode_file_name(a[1]));
  errno = 0;
  if (library.rl_read_init_file(given ? file.c_str() : nullptr) != 0)
    return raise_os_error(errno != 0 ? errno : ENOENT);
  return none();
}
Result<Value> get_line_buffer(const Value*) {
  return text_of_line(*library.rl_line_buffer == nullptr ? "" : *library.rl_line_buffer);
}
Result<Value> insert_text(const Value* a) {
  library.rl_insert_text(TRY(text_argument(a[1], "insert_text")).c_str());
  return none();
}
Result<Value> redisplay(const Value*) {
  library.rl_redisplay();
  return none();
}

Status set_function(const char* setter, Value function, Value* to) {
  if (function.is_null() || is_none(function)) {
    *to = Value();
    return {};
  }
  if (!is_callable(function)) return raise(types.TypeError, "{}(func): argument not callable", setter);
  *to = function;
  return {};
}
Result<Value> set_startup_hook(const Value* a) {
  TRY(set_function("set_startup_hook", a[1], &state.startup_hook));
  return none();
}
Result<Value> set_pre_input_hook(const Value* a) {
  TRY(set_function("set_pre_input_hook", a[1], &state.pre_input_hook));
  return none();
}
Result<Value> set_display_hook(const Value* a) {
  TRY(set_function("set_completion_display_matches_hook", a[1], &state.display_hook));
  return none();
}
Result<Value> set_completer(const Value* a) {
  TRY(set_function("set_completer", a[1], &state.completer));
  return none();
}
Result<Value> get_completer(const Value*) {
  return state.completer.is_null() ? none() : state.completer;
}
Result<Value> get_completion_type(const Value*) {
  return make_int(*library.rl_completion_type);
}
Result<Value> get_begin(const Value*) {
  return make_int(state.begin);
}
Result<Value> get_end(const Value*) {
  return make_int(state.end);
}
Result<Value> set_completer_delims(const Value* a) {
  const std::string delimiters = TRY(text_argument(a[1], "set_completer_delims"));
  // The library keeps the pointer; the text before stays, as somebody else's it may be.
  *library.rl_completer_word_break_characters = strdup(delimiters.c_str());
  return none();
}
Result<Value> get_completer_delims(const Value*) {
  return text_of_line(*library.rl_completer_word_break_characters);
}

constexpr MethodSpec kFunctions[] = {
    {"add_history", "($module, string, /)", add_history, "Adds a line to the history."},
    {"append_history_file", "($module, nelements, filename=None, /)", append_history_file,
     "Adds the last lines of the history to a file."},
    {"clear_history", "($module, /)", clear_history, "Forgets the history."},
    {"get_begidx", "($module, /)", get_begin, "Where the word being completed begins."},
    {"get_completer", "($module, /)", get_completer, "The completion function."},
    {"get_completer_delims", "($module, /)", get_completer_delims, "The characters between words."},
    {"get_completion_type", "($module, /)", get_completion_type, "The kind of completion under way."},
    {"get_current_history_length", "($module, /)", get_current_history_length,
     "The number of lines in the history."},
    {"get_endidx", "($module, /)", get_end, "Where the word being completed ends."},
    {"get_history_item", "($module, index, /)", get_history_item, "A line of the history, counted from 1."},
    {"get_history_length", "($module, /)", get_history_length, "How many lines a history file gets."},
    {"get_line_buffer", "($module, /)", get_line_buffer, "The line as it is."},
    {"insert_text", "($module, string, /)", insert_text, "Inserts text at the cursor."},
    {"parse_and_bind", "($module, string, /)", parse_and_bind, "Executes a line of an init file."},
    {"read_history_file", "($module, filename=None, /)", read_history_file, "Loads the history."},
    {"read_init_file", "($module, filename=None, /)", read_init_file, "Executes an init file."},
    {"redisplay", "($module, /)", redisplay, "Shows the line as it is."},
    {"remove_history_item", "($module, pos, /)", remove_history_item, "Removes a line, counted from 0."},
    {"replace_history_item", "($module, pos, line, /)", replace_history_item,
     "Replaces a line, counted from 0."},
    {"set_auto_history", "($module, enabled, /)", set_auto_history,
     "Whether lines that are read go into the history."},
    {"set_completer", "($module, function=None, /)", set_completer, "Sets the completion function."},
    {"set_completer_delims", "($module, string, /)", set_completer_delims,
     "Sets the characters between words."},
    {"set_completion_display_matches_hook", "($module, function=None, /)", set_display_hook,
     "Sets the function that shows matches."},
    {"set_history_length", "($module, length, /)", set_history_length,
     "Sets how many lines a history file gets."},
    {"set_pre_input_hook", "($module, function=None, /)", set_pre_input_hook,
     "Sets a function that is called before the first character is read."},
    {"set_startup_hook", "($module, function=None, /)", set_startup_hook,
     "Sets a function that is called before the first prompt."},
    {"write_history_file", "($module, filename=None, /)", write_history_file, "Saves the history."},
};

/// Some versions count the history from 0, some from 1.
void find_history_base() {
  library.add_history("1");
  state.history_base = library.history_get(1) == nullptr ? 0 : 1;
  library.clear_history();
}

Status execute(Module* module) {
  if (!load_library()) return raise(types.ImportError, "readline needs libedit (libedit.so.2)");
  for (Value* root : {&state.completer, &state.startup_hook, &state.pre_input_hook, &state.display_hook})
    add_root(root);
  *library.rl_readline_name = "python";
  read_typed_ahead();
  library.using_history();
  find_history_base();
  *library.rl_completer_word_break_characters = strdup(kWordBreaks);
  *library.rl_attempted_completion_function = complete;
  *library.rl_completion_append_character = '\0';
  *library.rl_startup_hook = run_startup_hook;
  *library.rl_pre_input_hook = run_pre_input_hook;
  library.rl_initialize();
  line_editor = edit_line;
  TRY(module_add(module, "_READLINE_VERSION", Value::from_small(0x0402)));
  TRY(module_add(module, "_READLINE_RUNTIME_VERSION", Value::from_small(0x0402)));
  return module_add(module, "_READLINE_LIBRARY_VERSION", make_str("EditLine wrapper"));
}

}  // namespace

extern const ModuleSpec kReadlineModule{.name = "readline",
                                        .doc = "Line editing and history on a terminal, by libedit.",
                                        .functions = kFunctions,
                                        .execute = execute};

}  // namespace ouro::vm
