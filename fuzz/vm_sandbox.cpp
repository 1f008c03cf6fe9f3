// There is no import system: the modules that a program can import are native ones without a way to files,
// processes, signals, clocks or threads, made at the start. Their dictionaries, the builtins' and sys's are
// put back after each run. A timer on processor time ends what runs too long (object/ending.h).
#include "fuzz/vm_sandbox.h"

#include <sys/time.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "pyc/header.h"
#include "vm/heap/heap.h"
#include "vm/import/import.h"
#include "vm/import/marshal.h"
#include "vm/import/startup.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/sys.h"
#include "vm/object/ending.h"
#include "vm/object/hooks.h"
#include "vm/object/native.h"
#include "vm/object/startup.h"

namespace ouro::fuzz {

namespace {

using namespace ouro::vm;

constexpr const char* kModules[] = {
    "_abc",      "_bisect",   "_codecs",   "_collections", "_contextvars", "_csv",  "_functools", "_heapq",
    "_io",       "_md5",      "_operator", "_random",      "_sha256",      "_sre",  "_stat",      "_string",
    "_struct",   "_warnings", "_weakref",  "array",        "binascii",     "cmath", "errno",      "gc",
    "itertools", "marshal",   "math",      "unicodedata",  "zlib",         "_json", "_statistics"};

/// Modules that native code asks for; empty here.
constexpr const char* kStandIns[] = {"traceback", "warnings",  "functools",       "re",
                                     "copyreg",   "encodings", "collections.abc", "_strptime"};

constexpr const char* kHiddenBuiltins[] = {"__import__", "open", "exec", "eval",      "compile",
                                           "input",      "exit", "quit", "breakpoint"};
constexpr const char* kHiddenInIo[] = {"open", "open_code", "FileIO", "text_encoding"};
constexpr const char* kHiddenInSys[] = {"addaudithook", "stdin", "__stdin__", "breakpointhook",
                                        "setswitchinterval"};

struct Kept {
  Dict* dict;
  Dict* copy;
};

struct Sandbox {
  SandboxLimits limits;
  void (*lost)() = nullptr;
  List* roots = nullptr;  // what must not be collected
  std::vector<Kept> kept;
  Dict* modules = nullptr;   // sys.modules
  Dict* builtins = nullptr;  // what a program's globals name as __builtins__
  Value string_io;
  unsigned runs = 0;
};
Sandbox sandbox;
volatile sig_atomic_t ticks = 0;

Status keep(Dict* dict) {
  Dict* copy = dict_copy(dict);
  TRY(list_append(sandbox.roots, copy));
  TRY(list_append(sandbox.roots, dict));
  sandbox.kept.push_back({dict, copy});
  return {};
}

template <size_t count>
void hide(Dict* dict, const char* const (&hidden)[count]) {
  for (const char* name : hidden) dict_delete(dict, intern(name));
}

Value module_of(Str* name) {
  return dict_get(sandbox.modules, name);
}

Result<Value> import_known(std::string_view name) {
  Value module = module_of(intern(name));
  if (module.is_null()) return raise(types.ImportError, "no module {}", name);
  return module;
}

Result<Value> import_function(const Value* arguments) {
  if (!is_str(arguments[1])) return raise(types.TypeError, "a name is wanted");
  return import_known(to_utf8(arguments[1].as<Str>()));
}
constexpr MethodSpec kImport = {
    "__import__", "($module, name, globals=None, locals=None, fromlist=(), level=0)", import_function};

Status add_module(const char* name, Value module) {
  return dict_set(sandbox.modules, Value(intern(name)), module);
}

/// The classes that native types are registered with.
Result<Value> ignore(const Value*) {
  return none();
}
constexpr MethodSpec kRegister = {"register", "($module, type, /)", ignore};

Status make_stand_ins() {
  for (const char* name : kStandIns) {
    Module* module = make_module(intern(name));
    TRY(add_module(name, module));
    for (const char* base : {"Sequence", "MutableSequence"}) {
      Module* cls = make_module(intern(base));
      TRY(module_add(cls, kRegister.name, make_native_function(kRegister, cls, intern(base))));
      TRY(module_add(module, base, cls));
    }
  }
  return {};
}

Status make_modules() {
  for (const char* name : kModules) {
    const ModuleSpec* spec = find_native_module(name);
    if (spec == nullptr) continue;
    Module* module = TRY(make_native_module(*spec));
    TRY(add_module(name, module));
    if (std::string_view(name) == "_io") {
      sandbox.string_io = dict_get(module->dict, intern("StringIO"));
      hide(module->dict, kHiddenInIo);
    }
    TRY(keep(module->dict));
  }
  return {};
}

Status start() {
  sandbox.roots = make_list();
  add_root(reinterpret_cast<Object**>(&sandbox.roots));
  Module* sys = TRY(make_sys_module(SystemOptions{}));
  Module* builtins = TRY(make_native_module(*find_native_module("builtins")));
  set_core_modules(builtins, sys);
  set_bootstrap_module(none());
  sandbox.modules = TRY(modules_dict()).as<Dict>();
  hooks.import_module = import_known;
  hooks.loaded_module = module_of;
  TRY(add_module("sys", sys));
  TRY(add_module("builtins", builtins));
  TRY(make_stand_ins());
  TRY(make_modules());
  hide(builtins->dict, kHiddenBuiltins);
  hide(sys->dict, kHiddenInSys);
  dict_set(builtins->dict, names.dunder_import, make_native_function(kImport, builtins, intern("builtins")));
  sandbox.builtins = builtins->dict;
  TRY(keep(builtins->dict));
  TRY(keep(sys->dict));
  return keep(sandbox.modules);
}

void set_timer(int milliseconds) {
  const timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
  const itimerval timer = {time, time};
  setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

void on_tick(int) {
  request_end();
  ticks = ticks + 1;
  if (ticks >= sandbox.limits.lost_after_ticks) sandbox.lost();
}

/// Runs a piece of the program under the limits; exceptions are dropped.
template <class Work>
void limited(Work&& work) {
  ticks = 0;
  set_memory_limit(sandbox.limits.memory_bytes, request_end);
  set_timer(sandbox.limits.milliseconds);
  (void)work();
  set_timer(0);
  cancel_end();
  if (exception_pending()) take_exception();
}

Value argument(size_t index, Function* function) {
  switch (index % 6) {
    case 0:
      return Value::from_small(3);
    case 1:
      return make_str("abc");
    case 2:
      return make_list(std::array<Value, 2>{Value::from_small(1), make_str("x")});
    case 3:
      return function;
    case 4:
      return make_float(1.5);
    default:
      return make_dict();
  }
}

/// Takes a few items of what a generator function gave.
Status drain(Value result) {
  if (is_kind(result, Kind::kGenerator)) {
    for (int i = 0; i < 20; ++i) {
      if (TRY(next(result)).is_stop()) return {};
    }
  }
  if (is_kind(result, Kind::kGenerator) || is_kind(result, Kind::kCoroutine)) {
    TRY(call_method(result, intern("send"), {none()}));
    TRY(call_method(result, intern("close")));
  }
  return {};
}

Status call_one(Function* function, size_t shift) {
  std::array<Value, 6> arguments;
  const auto wanted = static_cast<size_t>(std::max(function->code->argument_count, 0));
  const size_t count = std::min(shift % 3 == 2 ? wanted + shift % 2 : wanted, arguments.size());
  for (size_t i = 0; i < count; ++i) arguments[i] = argument(i + shift, function);
  return drain(TRY(call(function, Arguments{arguments.data(), count, nullptr})));
}

void call_functions(Dict* globals) {
  constexpr size_t kMost = 6;
  std::array<Function*, kMost> found = {};
  size_t count = 0, position = 0;
  for (Value key, value; count < kMost && dict_next(globals, &position, &key, &value);) {
    if (is_kind(value, Kind::kFunction)) found[count++] = value.as<Function>();
  }
  for (size_t i = 0; i < count; ++i) limited([&] { return call_one(found[i], i + sandbox.runs); });
}

void restore() {
  Thread* self = thread();
  if (!self->trace_function.is_null()) set_trace_function(Value());
  if (!self->profile_function.is_null()) set_profile_function(Value());
  self->async_gen_first = self->async_gen_finalizer = self->context = self->dict = Value();
  self->origin_depth = 0;
  self->recursion_limit = 1000;
  set_automatic_collection(true);
  for (const Kept& kept : sandbox.kept) {
    dict_clear(kept.dict);
    (void)dict_update(kept.dict, kept.copy);
  }
}

Status set_output(Dict* sys) {
  Value stream = TRY(call(sandbox.string_io));
  dict_set(sys, intern("stdout"), stream);
  dict_set(sys, intern("stderr"), stream);
  return {};
}

/// The code object of the file, or null.
Code* load(std::string_view pyc) {
  Result<Value> read = unmarshal(pyc.substr(std::min<size_t>(pyc::kHeaderSize, pyc.size())));
  if (!read.ok() || !is_kind(read.unwrap(), Kind::kCode)) return nullptr;
  return read.unwrap().as<Code>();
}

}  // namespace

void start_sandbox(const SandboxLimits& limits, void (*lost)()) {
  sandbox.limits = limits;
  sandbox.lost = lost;
  start_runtime();
  if (!start().ok()) {
    std::fprintf(stderr, "the sandbox does not start: %s\n", repr_text(take_exception()).c_str());
    std::exit(1);
  }
  struct sigaction action = {};
  action.sa_handler = on_tick;
  action.sa_flags = SA_RESTART;
  sigaction(SIGVTALRM, &action, nullptr);
}

void run_in_sandbox(std::string_view pyc) {
  Dict* globals = make_dict();
  dict_set(globals, names.dunder_name, make_str("__main__"));
  dict_set(globals, names.dunder_builtins, sandbox.builtins);
  limited([&]() -> Status {
    TRY(set_output(sys_module()->dict));
    Code* code = load(pyc);
    if (code == nullptr) return {};
    TRY(run_code(code, globals, globals));
    return {};
  });
  call_functions(globals);
  if (++sandbox.runs % 64 == 0) {
    limited([]() -> Status {
      collect(2);
      run_pending_finalizers();
      return {};
    });
  }
  restore();
}

}  // namespace ouro::fuzz
