// The functions of the module sys.
#include "vm/modules/sys_functions.h"

#include <dlfcn.h>
#include <unistd.h>

#include "vm/builtins/functions.h"
#include "vm/builtins/struct_sequence.h"
#include "vm/heap/heap.h"
#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/interp/tracing.h"
#include "vm/modules/exception_printer.h"
#include "vm/modules/profiler.h"
#include "vm/modules/sys.h"
#include "vm/modules/unraisable.h"
#include "vm/object/argument_errors.h"
#include "vm/object/int_cells.h"

namespace ouro::vm {

namespace {

// ---- exceptions and the hooks around them

Value handled_exception() {
  for (HandledException* entry = thread()->handled; entry != nullptr; entry = entry->previous) {
    if (!entry->exception.is_null() && !is_none(entry->exception)) return entry->exception;
  }
  return none();
}

Result<Value> exc_info(const Value*) {
  Value exception = handled_exception();
  if (is_none(exception)) return make_tuple({none(), none(), none()});
  Value traceback = exception.as<Exception>()->traceback;
  return make_tuple({type_of(exception), exception, traceback.is_null() ? none() : traceback});
}

Result<Value> exception_function(const Value*) {
  return handled_exception();
}

Result<Value> exit_function(const Value* a) {
  if (a[1].is_null() || is_none(a[1])) return raise_with(types.SystemExit, {});
  if (!is_tuple(a[1])) return raise_with(types.SystemExit, {a[1]});
  Value exception = TRY(call_with(types.SystemExit, a[1], Value()));
  return raise_value(exception);
}

/// The last resort, when sys.stderr does not work.
void write_plainly(Value exception) {
  std::string line = fmt::format("{}: {}\n", type_name(exception), repr_text(exception));
  (void)!write(STDERR_FILENO, line.data(), line.size());
}

/// To sys.stderr, where there is one.
void write_message(const std::string& text) {
  auto file = sys_attribute("stderr");
  if (!file.ok() || file.unwrap().is_null() || is_none(file.unwrap())) return;
  if (!call_method(file.unwrap(), names.write, {make_str(text)}).ok()) take_exception();
}

/// An exception with its traceback, on sys.stderr where there is one.
Status show(Value exception, Value traceback) {
  Value file = TRY(sys_attribute("stderr"));
  if (file.is_null() || is_none(file)) return {};
  return print_exception(file, exception, traceback);
}

Result<Value> excepthook(const Value* a) {
  if (!show(a[2], a[3]).ok()) {
    take_exception();
    write_plainly(a[2]);
  }
  return none();
}

Result<Value> unraisablehook(const Value* a) {
  if (!is_unraisable_arguments(a[1]))
    return raise(types.TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs");
  auto print = [&]() -> Status {
    Value file = TRY(sys_attribute("stderr"));
    if (file.is_null() || is_none(file)) return {};
    auto field = [&](const char* name) { return get_attribute(a[1], intern(name)); };
    UnraisableReport report;
    report.type = TRY(field("exc_type"));
    report.value = TRY(field("exc_value"));
    report.traceback = TRY(field("exc_traceback"));
    report.message = TRY(field("err_msg"));
    report.object = TRY(field("object"));
    return print_unraisable(file, report);
  };
  if (!print().ok()) take_exception();
  return none();
}

Result<Value> displayhook(const Value* a) {
  if (is_none(a[1])) return none();
  TRY(module_add(builtins_module(), "_", none()));
  Value file = TRY(sys_attribute("stdout"));
  if (file.is_null() || is_none(file)) return raise(types.RuntimeError, "lost sys.stdout");
  Str* text = TRY(repr(a[1]));
  auto written = call_method(file, names.write, {text});
  if (!written.ok()) {
    if (!clear_if(types.UnicodeEncodeError)) return Raised{};
    Value encoding = TRY(get_attribute(file, names.encoding));
    Value bytes = TRY(call_method(text, names.encode, {encoding, make_str("backslashreplace")}));
    Value decoded = TRY(call_method(bytes, names.decode, {encoding, make_str("strict")}));
    TRY(call_method(file, names.write, {decoded}));
  }
  TRY(call_method(file, names.write, {make_str("\n")}));
  TRY(module_add(builtins_module(), "_", a[1]));
  return none();
}

Result<Value> breakpointhook(const Value* a) {
  const char* name = getenv("PYTHONBREAKPOINT");
  std::string target = name == nullptr || *name == '\0' ? "pdb.set_trace" : name;
  if (target == "0") return none();
  size_t dot = target.rfind('.');
  std::string module_name = dot == std::string::npos ? "builtins" : target.substr(0, dot);
  auto hook_of = [&]() -> Result<Value> {
    const Value module = TRY(import_module(module_name));
    return get_attribute(module, intern(target.substr(dot == std::string::npos ? 0 : dot + 1)));
  };
  Value hook;
  auto found = module_name.empty() ? Result<Value>(Value()) : hook_of();
  if (found.ok()) hook = found.unwrap();
  if (hook.is_null()) {
    if (!found.ok() && !clear_if(types.ImportError) && !clear_if(types.AttributeError)) return Raised{};
    TRY(warn(types.RuntimeWarning, fmt::format("Ignoring unimportable $PYTHONBREAKPOINT: \"{}\"", target),
             0));
    return none();
  }
  return call_with(hook, a[1], a[2]);
}

// ---- frames and tracing

Result<Value> getframe(const Value* a) {
  int depth = a[1].is_null() ? 0 : TRY(to_c_int(a[1]));
  Frame* frame = current_frame();
  for (; depth > 0 && frame != nullptr; --depth) frame = frame->previous;
  if (frame == nullptr) return raise(types.ValueError, "call stack is not deep enough");
  FrameObject* object = frame_object_of(frame);
  TRY(audit("sys._getframe", {object}));
  return object;
}

Result<Value> settrace(const Value* a) {
  TRY(audit("sys.settrace", {}));
  set_trace_function(is_none(a[1]) ? Value() : a[1]);
  return none();
}
Result<Value> setprofile(const Value* a) {
  TRY(audit("sys.setprofile", {}));
  set_profile_function(is_none(a[1]) ? Value() : a[1]);
  return none();
}
Value or_none(Value value) {
  return value.is_null() ? none() : value;
}
Result<Value> gettrace(const Value*) {
  return or_none(thread()->trace_function);
}
Result<Value> getprofile(const Value*) {
  return or_none(shown_profile_function(thread()->profile_function));
}

/// Calls with tracing allowed, also from inside a trace function.
Result<Value> call_tracing(const Value* a) {
  if (!is_tuple(a[2]))
    return raise(types.TypeError, "call_tracing() argument 2 must be tuple, not {}", given_name(a[2]));
  int depth = std::exchange(thread()->tracing, 0);
  auto result = call_with(a[1], a[2], Value());
  thread()->tracing = depth;
  return result;
}

Result<Value> current_frames(const Value*) {
  TRY(audit("sys._current_frames", {}));
  Dict* dict = make_dict();
  for (Thread* t = first_thread(); t != nullptr; t = t->next) {
    if (t->frame != nullptr) TRY(dict_set(dict, make_int_unsigned(t->id), frame_object_of(t->frame)));
  }
  return dict;
}

Result<Value> current_exceptions(const Value*) {
  TRY(audit("sys._current_exceptions", {}));
  Dict* dict = make_dict();
  for (Thread* t = first_thread(); t != nullptr; t = t->next) {
    Value exception = t->handled == nullptr ? none() : or_none(t->handled->exception);
    Tuple* entry = make_tuple({none(), none(), none()});
    if (!is_none(exception))
      entry = make_tuple({type_of(exception), exception, or_none(exception.as<Exception>()->traceback)});
    TRY(dict_set(dict, make_int_unsigned(t->id), entry));
  }
  return dict;
}

// ---- limits and settings

Result<Value> getrecursionlimit(const Value*) {
  return make_int(thread()->recursion_limit);
}

Result<Value> setrecursionlimit(const Value* a) {
  int limit = TRY(to_c_int(a[1]));
  if (limit < 1) return raise(types.ValueError, "recursion limit must be greater or equal than 1");
  const int depth = thread()->recursion_depth + 1;  // this call counts
  if (depth >= limit)
    return raise(types.RecursionError,
                 "cannot set the recursion limit to {} at the recursion depth {}: the limit is too low",
                 limit, depth);
  for (Thread* t = first_thread(); t != nullptr; t = t->next) t->recursion_limit = limit;
  return none();
}

Result<Value> getswitchinterval(const Value*) {
  return make_float(static_cast<double>(switch_interval()) * 1e-6);
}

Result<Value> setswitchinterval(const Value* a) {
  double seconds = TRY(to_double(a[1]));
  if (seconds <= 0) return raise(types.ValueError, "switch interval must be strictly positive");
  set_switch_interval(static_cast<int64_t>(seconds * 1e6));
  return none();
}

Result<Value> get_max_str_digits(const Value*) {
  return make_int(max_str_digits);
}

Result<Value> set_max_str_digits(const Value* a) {
  constexpr int kLeast = 640;
  int digits = TRY(to_c_int(a[1]));
  if (digits != 0 && digits < kLeast)
    return raise(types.ValueError, "maxdigits must be 0 or larger than {}", kLeast);
  max_str_digits = digits;
  return none();
}

Result<Value> set_origin_depth(const Value* a) {
  int depth = TRY(to_c_int(a[1]));
  if (depth < 0) return raise(types.ValueError, "depth must be >= 0");
  thread()->origin_depth = depth;
  return none();
}
Result<Value> get_origin_depth(const Value*) {
  return make_int(thread()->origin_depth);
}

Type* asyncgen_hooks_type() {
  constexpr SequenceField kFields[] = {{"firstiter", "Called when iteration starts."},
                                       {"finalizer", "Called when a generator is about to be collected."}};
  static Type* type =
      make_struct_sequence_type("asyncgen_hooks", "Hooks of asynchronous generators.", kFields, 2);
  return type;
}

Result<Value> get_asyncgen_hooks(const Value*) {
  return make_struct_sequence(asyncgen_hooks_type(),
                              {or_none(thread()->async_gen_first), or_none(thread()->async_gen_finalizer)});
}

Status check_hook(Value hook, const char* name) {
  if (hook.is_null() || is_none(hook) || is_callable(hook)) return {};
  return raise(types.TypeError, "callable {} expected, got {}", name, type_name(hook));
}

Result<Value> set_asyncgen_hooks(const Value* a) {
  TRY(check_hook(a[2], "finalizer"));
  TRY(check_hook(a[1], "firstiter"));
  if (!a[2].is_null()) {
    TRY(audit("sys.set_asyncgen_hook_finalizer", {}));
    thread()->async_gen_finalizer = is_none(a[2]) ? Value() : a[2];
  }
  if (!a[1].is_null()) {
    TRY(audit("sys.set_asyncgen_hook_firstiter", {}));
    thread()->async_gen_first = is_none(a[1]) ? Value() : a[1];
  }
  return none();
}

// ---- objects

Result<Value> intern_function(const Value* a) {
  if (!is_str(a[1])) return raise(types.TypeError, "intern() argument must be str, not {}", given_name(a[1]));
  if (!is_exactly(a[1], types.str)) return raise(types.TypeError, "can't intern {}", type_name(a[1]));
  return intern(a[1].as<Str>());
}

/// There are no reference counts; a number that says "somebody holds it".
Result<Value> getrefcount(const Value*) {
  return Value::from_small(2);
}

Result<Value> getsizeof(const Value* a) {
  bool found;
  auto measure = [&]() -> Result<int64_t> {
    Value size = TRY(call_special(a[1], names.dunder_sizeof, {}, &found));
    if (!found) return raise(types.TypeError, "Type {} doesn't define __sizeof__", type_name(a[1]));
    if (!is_int(size)) return raise(types.TypeError, "an integer is required");
    return to_int64(size);
  };
  auto size = measure();
  if (!size.ok()) {
    if (a[2].is_null() || !clear_if(types.TypeError)) return Raised{};
    return a[2];
  }
  const int64_t bytes = size.unwrap();
  if (bytes < 0) return raise(types.ValueError, "__sizeof__() should return >= 0");
  return make_int(bytes);
}

Result<Value> allocated_blocks(const Value*) {
  return make_int(static_cast<int64_t>(heap_statistics().live_bytes / 64));
}

Result<Value> nothing(const Value*) {
  return none();
}
Result<Value> encoding_utf8(const Value*) {
  return intern("utf-8");
}
Result<Value> encoding_of_files(const Value*) {
  return intern(file_system_encoding());
}
Result<Value> encode_errors(const Value*) {
  return intern("surrogateescape");
}
bool finalizing = false;
int dlopen_flags = RTLD_NOW;
Result<Value> getdlopenflags(const Value*) {
  return make_int(dlopen_flags);
}
Result<Value> setdlopenflags(const Value* a) {
  dlopen_flags = TRY(to_c_int(a[1]));
  return none();
}
Result<Value> is_finalizing(const Value*) {
  return make_bool(finalizing);
}

// ---- auditing

/// In memory of their own: programs do not find them with gc.get_objects().
std::vector<Value> audit_hooks;

void visit_audit_hooks(Tracer& tracer) {
  tracer.visit(audit_hooks.data(), audit_hooks.size());
}

/// One hook. It is traced only if it says so.
Status run_audit_hook(Value hook, Str* event, Tuple* arguments) {
  const TracingPause pause;
  Value wanted = TRY(find_attribute(hook, intern("__cantrace__")));
  const bool traced = !wanted.is_null() && TRY(is_true(wanted));
  std::optional<TracingAllowed> allowed;
  if (traced) allowed.emplace();
  TRY(call(hook, {event, arguments}));
  return {};
}

Status run_audit_hooks(Str* event, Tuple* arguments) {
  for (size_t i = 0; i < audit_hooks.size(); ++i) TRY(run_audit_hook(audit_hooks[i], event, arguments));
  return {};
}

Result<Value> audit_function(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "expected str for argument 'event', not {}", type_name(a[1]));
  TRY(run_audit_hooks(a[1].as<Str>(), a[2].as<Tuple>()));
  return none();
}

Result<Value> addaudithook(const Value* a) {
  auto told = audit("sys.addaudithook", {});
  if (!told.ok()) {
    if (!clear_if(types.RuntimeError)) return Raised{};
    return none();
  }
  static const bool registered = (add_root_visitor(visit_audit_hooks), true);
  (void)registered;
  audit_hooks.push_back(a[1]);
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"addaudithook", "($module, /, hook)", addaudithook, "Adds a function that is told of audit events."},
    {"audit", "($module, event, /, *args)", audit_function, "Tells the audit hooks of an event."},
    {"breakpointhook", "($module, /, *args, **kws)", breakpointhook, "What breakpoint() calls."},
    {"_clear_type_cache", "($module, /)", nothing, "Nothing: lookup caches need no clearing."},
    {"_current_frames", "($module, /)", current_frames,
     "The running frame of each thread, by thread identifier."},
    {"_current_exceptions", "($module, /)", current_exceptions, "The exception each thread handles."},
    {"displayhook", "($module, object, /)", displayhook, "Prints an object and keeps it in builtins._."},
    {"exc_info", "($module, /)", exc_info, "(type, value, traceback) of the exception being handled."},
    {"exception", "($module, /)", exception_function, "The exception being handled, or None."},
    {"excepthook", "($module, exctype, value, traceback, /)", excepthook,
     "Prints an exception with its traceback."},
    {"exit", "($module, status=None, /)", exit_function, "Ends the program by raising SystemExit(status)."},
    {"getdefaultencoding", "($module, /)", encoding_utf8, "'utf-8'."},
    {"getdlopenflags", "($module, /)", getdlopenflags, "Flags for loading extension modules."},
    {"setdlopenflags", "($module, flags, /)", setdlopenflags,
     "Sets the flags for loading extension modules."},
    {"getallocatedblocks", "($module, /)", allocated_blocks, "About how many cells live on the heap."},
    {"getfilesystemencoding", "($module, /)", encoding_of_files, "The encoding of file names."},
    {"getfilesystemencodeerrors", "($module, /)", encode_errors, "The error handler for file names."},
    {"getrefcount", "($module, object, /)", getrefcount, "A constant: there are no reference counts."},
    {"getrecursionlimit", "($module, /)", getrecursionlimit, "How deep calls may nest."},
    {"setrecursionlimit", "($module, limit, /)", setrecursionlimit, "Sets how deep calls may nest."},
    {"getsizeof", "($module, /, object, default=<unrepresentable>)", getsizeof,
     "The size of an object in bytes."},
    {"_getframe", "($module, depth=0, /)", getframe, "The frame that many calls up the stack."},
    {"getswitchinterval", "($module, /)", getswitchinterval,
     "How long a thread runs before others get a turn."},
    {"setswitchinterval", "($module, interval, /)", setswitchinterval,
     "Sets how long a thread runs, in seconds."},
    {"get_int_max_str_digits", "($module, /)", get_max_str_digits,
     "The limit on digits between int and text."},
    {"set_int_max_str_digits", "($module, /, maxdigits)", set_max_str_digits,
     "Sets the limit on digits; 0: none."},
    {"get_coroutine_origin_tracking_depth", "($module, /)", get_origin_depth,
     "How many frames cr_origin keeps."},
    {"set_coroutine_origin_tracking_depth", "($module, /, depth)", set_origin_depth,
     "Sets how many frames cr_origin keeps."},
    {"get_asyncgen_hooks", "($module, /)", get_asyncgen_hooks, "The hooks of asynchronous generators."},
    {"set_asyncgen_hooks", "($module, /, firstiter=<unrepresentable>, finalizer=<unrepresentable>)",
     set_asyncgen_hooks, "Sets the hooks of asynchronous generators."},
    {"intern", "($module, string, /)", intern_function, "The one interned string of this text."},
    {"is_finalizing", "($module, /)", is_finalizing, "Whether the program is ending."},
    {"settrace", "($module, function, /)", settrace, "Sets the function that is told of every line."},
    {"gettrace", "($module, /)", gettrace, "The function set by settrace()."},
    {"setprofile", "($module, function, /)", setprofile, "Sets the function that is told of every call."},
    {"getprofile", "($module, /)", getprofile, "The function set by setprofile()."},
    {"call_tracing", "($module, func, args, /)", call_tracing, "func(*args) with tracing on."},
    {"unraisablehook", "($module, unraisable, /)", unraisablehook,
     "Prints an exception that nobody can take."},
    {"_debugmallocstats", "($module, /)", nothing, "Nothing."},
};

}  // namespace

std::span<const MethodSpec> sys_functions() {
  return kFunctions;
}

Value standard_library_names() {
  List* list = make_list();
  for (const char* name : {
#define LIBRARY_MODULE(name) #name,
#include "vm/modules/standard_library.def"
       })
    (void)list_append(list, intern(name));
  return list;
}

bool is_audited() {
  return !audit_hooks.empty();
}

Status audit(const char* event, std::initializer_list<Value> arguments) {
  if (audit_hooks.empty()) return {};
  return run_audit_hooks(intern(event), make_tuple(arguments));
}

int handle_system_exit() {
  Exception* exception = take_exception();
  Value code = static_cast<SystemExitError*>(exception)->code;
  if (code.is_null() || is_none(code)) return 0;
  int64_t number;
  if (is_int(code)) return int_fits(code, &number) ? static_cast<int>(number & 0xFF) : 255;
  auto print = [&]() -> Status {
    Value file = TRY(sys_attribute("stderr"));
    Str* text = TRY(to_str(code));
    if (file.is_null() || is_none(file)) return {};
    TRY(call_method(file, names.write, {text}));
    TRY(call_method(file, names.write, {make_str("\n")}));
    TRY(call_method(file, names.flush));
    return {};
  };
  if (!print().ok()) take_exception();
  return 1;
}

void set_finalizing() {
  finalizing = true;
}

namespace {

/// The hook itself has failed: both exceptions are shown.
void show_both(Exception* original) {
  Exception* exception = take_exception();
  auto show_one = [](Exception* shown) {
    if (show(shown, or_none(shown->traceback)).ok()) return;
    take_exception();
    write_plainly(shown);
  };
  write_message("Error in sys.excepthook:\n");
  show_one(exception);
  write_message("\nOriginal exception was:\n");
  show_one(original);
}

}  // namespace

bool show_pending_exception() {
  Exception* exception = take_exception();
  Value traceback = or_none(exception->traceback);
  if (sys_module() == nullptr) {
    write_plainly(exception);
    return false;
  }
  for (auto [name, value] : {std::pair<const char*, Value>{"last_type", type_of(exception)},
                             {"last_value", exception},
                             {"last_traceback", traceback}})
    (void)module_add(sys_module(), name, value);
  auto hook = sys_attribute("excepthook");
  if (!hook.ok() || hook.unwrap().is_null()) {
    write_message("sys.excepthook is missing\n");
    if (!show(exception, traceback).ok()) {
      take_exception();
      write_plainly(exception);
    }
    return false;
  }
  if (!audit("sys.excepthook", {hook.unwrap(), type_of(exception), exception, traceback}).ok()) {
    if (clear_if(types.RuntimeError)) return false;
    report_unraisable(none());
  }
  if (call(hook.unwrap(), {type_of(exception), exception, traceback}).ok()) return false;
  if (exception_is(types.SystemExit)) return true;
  show_both(exception);
  return false;
}

}  // namespace ouro::vm
