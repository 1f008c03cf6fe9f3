// The module sys: what it holds. Its functions are in sys_functions.cpp.
#include "vm/modules/sys.h"

#include <cfloat>
#include <climits>

#include "vm/builtins/codecs.h"
#include "vm/builtins/struct_sequence.h"
#include "vm/import/import.h"
#include "vm/modules/sys_functions.h"
#include "vm/modules/unraisable.h"
#include "vm/object/code_positions.h"
#include "vm/object/int_cells.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

// The module platform takes it apart: version (build) [compiler].
#ifdef __clang__
#define OURO_COMPILER "Clang " __clang_version__
#else
#define OURO_COMPILER "GCC " __VERSION__
#endif
constexpr const char* kVersion = "3.11.7 (ouro 0.1.0) [" OURO_COMPILER "]";
#undef OURO_COMPILER
constexpr int64_t kHexVersion = 0x030B07F0;

Value text(std::string_view bytes) {
  return make_str(bytes);
}

List* text_list(const std::vector<std::string>& items) {
  List* list = make_list();
  for (const std::string& item : items) {
    auto name = decode_file_name(item);
    (void)list_append(list, name.ok() ? name.unwrap() : make_str_latin1(item));
  }
  return list;
}

Value small(int64_t number) {
  return make_int(number);
}

Tuple* version_info() {
  constexpr SequenceField kFields[] = {{"major", "Major release number"},
                                       {"minor", "Minor release number"},
                                       {"micro", "Patch release number"},
                                       {"releaselevel", "'alpha', 'beta', 'candidate', or 'final'"},
                                       {"serial", "Serial release number"}};
  static Type* type =
      make_struct_sequence_type("sys.version_info", "The language version as a tuple.", kFields, 5, false);
  return make_struct_sequence(type, {small(3), small(11), small(7), text("final"), small(0)});
}

Tuple* flags(const SystemOptions& o) {
  constexpr SequenceField kFields[] = {{"debug", "-d"},
                                       {"inspect", "-i"},
                                       {"interactive", "-i"},
                                       {"optimize", "-O or -OO"},
                                       {"dont_write_bytecode", "-B"},
                                       {"no_user_site", "-s"},
                                       {"no_site", "-S"},
                                       {"ignore_environment", "-E"},
                                       {"verbose", "-v"},
                                       {"bytes_warning", "-b"},
                                       {"quiet", "-q"},
                                       {"hash_randomization", "-R"},
                                       {"isolated", "-I"},
                                       {"dev_mode", "-X dev"},
                                       {"utf8_mode", "-X utf8"},
                                       {"warn_default_encoding", "-X warn_default_encoding"},
                                       {"safe_path", "-P"},
                                       {"int_max_str_digits", "-X int_max_str_digits"}};
  static Type* type =
      make_struct_sequence_type("sys.flags", "The command line's options.", kFields, 18, false);
  return make_struct_sequence(
      type, {small(o.debug), small(o.inspect), small(o.interactive), small(o.optimize),
             small(!o.write_bytecode), small(o.no_user_site), small(o.no_site), small(o.ignore_environment),
             small(o.verbose), small(o.bytes_warning), small(o.quiet), small(o.hash_randomization),
             small(o.isolated), make_bool(o.development != 0), small(o.utf8_mode),
             small(o.warn_default_encoding), make_bool(o.safe_path != 0), small(o.max_str_digits)});
}

Tuple* float_info() {
  constexpr SequenceField kFields[] = {{"max"},     {"max_exp"},    {"max_10_exp"}, {"min"},
                                       {"min_exp"}, {"min_10_exp"}, {"dig"},        {"mant_dig"},
                                       {"epsilon"}, {"radix"},      {"rounds"}};
  static Type* type = make_struct_sequence_type("sys.float_info", "The limits of float.", kFields, 11, false);
  return make_struct_sequence(
      type, {make_float(DBL_MAX), small(DBL_MAX_EXP), small(DBL_MAX_10_EXP), make_float(DBL_MIN),
             small(DBL_MIN_EXP), small(DBL_MIN_10_EXP), small(DBL_DIG), small(DBL_MANT_DIG),
             make_float(DBL_EPSILON), small(FLT_RADIX), small(FLT_ROUNDS)});
}

Tuple* int_info() {
  constexpr SequenceField kFields[] = {
      {"bits_per_digit"}, {"sizeof_digit"}, {"default_max_str_digits"}, {"str_digits_check_threshold"}};
  static Type* type = make_struct_sequence_type("sys.int_info", "How int is built.", kFields, 4, false);
  return make_struct_sequence(type, {small(30), small(4), small(4300), small(640)});
}

Tuple* hash_info() {
  constexpr SequenceField kFields[] = {{"width"},     {"modulus"},   {"inf"},       {"nan"},   {"imag"},
                                       {"algorithm"}, {"hash_bits"}, {"seed_bits"}, {"cutoff"}};
  static Type* type =
      make_struct_sequence_type("sys.hash_info", "How numbers and text are hashed.", kFields, 9, false);
  return make_struct_sequence(type, {small(64), small((int64_t{1} << 61) - 1), small(314159), small(0),
                                     small(1000003), text("siphash13"), small(64), small(128), small(0)});
}

Tuple* thread_info() {
  constexpr SequenceField kFields[] = {{"name"}, {"lock"}, {"version"}};
  static Type* type =
      make_struct_sequence_type("sys.thread_info", "How threads are built.", kFields, 3, false);
  return make_struct_sequence(type, {text("pthread"), text("semaphore"), text("NPTL")});
}

Result<Value> implementation() {
  Value arguments[] = {intern("ouro"), intern("cpython-311"), version_info(), small(kHexVersion),
                       text("x86_64-linux-gnu")};
  static Tuple* keywords = make_tuple(
      {intern("name"), intern("cache_tag"), intern("version"), intern("hexversion"), intern("_multiarch")});
  return call(types.namespace_, Arguments{arguments, 0, keywords});
}

Value x_options(const SystemOptions& o) {
  Dict* dict = make_dict();
  for (const std::string& option : o.x_options) {
    size_t equals_sign = option.find('=');
    Value value = equals_sign == std::string::npos ? make_bool(true) : text(option.substr(equals_sign + 1));
    dict_set(dict, intern(option.substr(0, equals_sign)), value);
  }
  return dict;
}

/// The names of all native modules, sorted.
Tuple* builtin_module_names() {
  List* list = make_list();
  for (const ModuleSpec* spec : native_modules()) (void)list_append(list, intern(spec->name));
  (void)call_method(list, names.sort);
  return make_tuple(std::span<const Value>(list->span()));
}

Status add_platform(Module* m) {
  TRY(module_add(m, "byteorder", text("little")));
  TRY(module_add(m, "platform", text("linux")));
  TRY(module_add(m, "platlibdir", text("lib")));
  TRY(module_add(m, "maxsize", make_int(INT64_MAX)));
  TRY(module_add(m, "maxunicode", small(0x10FFFF)));
  TRY(module_add(m, "abiflags", text("")));
  TRY(module_add(m, "api_version", small(1013)));
  TRY(module_add(m, "float_repr_style", text("short")));
  TRY(module_add(m, "float_info", float_info()));
  TRY(module_add(m, "int_info", int_info()));
  TRY(module_add(m, "hash_info", hash_info()));
  return module_add(m, "thread_info", thread_info());
}

Status add_version(Module* m) {
  TRY(module_add(m, "version", text(kVersion)));
  TRY(module_add(m, "version_info", version_info()));
  TRY(module_add(m, "hexversion", small(kHexVersion)));
  TRY(module_add(m, "implementation", TRY(implementation())));
  TRY(module_add(m, "copyright", text("Copyright (c) the ouro authors. MIT licence.")));
  TRY(module_add(m, "_git", make_tuple({text("ouro"), text(""), text("")})));
  return module_add(m, "_framework", text(""));
}

/// -X no_debug_ranges, or PYTHONNODEBUGRANGES.
bool wants_no_columns(const SystemOptions& o) {
  const char* variable = o.ignore_environment != 0 ? nullptr : getenv("PYTHONNODEBUGRANGES");
  return std::find(o.x_options.begin(), o.x_options.end(), "no_debug_ranges") != o.x_options.end() ||
         (variable != nullptr && *variable != '\0');
}

Status add_options(Module* m, const SystemOptions& o) {
  TRY(module_add(m, "argv", text_list(o.arguments)));
  TRY(module_add(m, "orig_argv", text_list(o.original_arguments)));
  TRY(module_add(m, "path", text_list(o.search_path)));
  TRY(module_add(m, "warnoptions", text_list(o.warning_options)));
  TRY(module_add(m, "_xoptions", x_options(o)));
  TRY(module_add(m, "executable", TRY(decode_file_name(o.executable))));
  TRY(module_add(m, "_base_executable", TRY(decode_file_name(o.base_executable))));
  for (const char* name : {"prefix", "base_prefix"})
    TRY(module_add(m, name, TRY(decode_file_name(o.prefix))));
  for (const char* name : {"exec_prefix", "base_exec_prefix"})
    TRY(module_add(m, name, TRY(decode_file_name(o.exec_prefix))));
  TRY(module_add(m, "_stdlib_dir", o.library.empty() ? none() : Value(TRY(decode_file_name(o.library)))));
  TRY(module_add(m, "pycache_prefix",
                 o.pycache_prefix.empty() ? none() : Value(TRY(decode_file_name(o.pycache_prefix)))));
  TRY(module_add(m, "dont_write_bytecode", make_bool(!o.write_bytecode)));
  return module_add(m, "flags", flags(o));
}

Status add_import_state(Module* m) {
  TRY(module_add(m, "modules", make_dict()));
  TRY(module_add(m, "meta_path", make_list()));
  TRY(module_add(m, "path_hooks", make_list()));
  TRY(module_add(m, "path_importer_cache", make_dict()));
  TRY(module_add(m, "builtin_module_names", builtin_module_names()));
  return module_add(m, "stdlib_module_names", TRY(make_frozenset(standard_library_names())));
}

}  // namespace

/// For the list of native modules; the module itself is made by make_sys_module.
extern const ModuleSpec kSysModule{.name = "sys"};

Result<Module*> make_sys_module(const SystemOptions& options) {
  Module* m = make_module(intern("sys"));
  for (const MethodSpec& spec : sys_functions())
    TRY(module_add(m, spec.name, make_native_function(spec, m, intern("sys"))));
  for (const char* name : {"displayhook", "excepthook", "unraisablehook", "breakpointhook"})
    TRY(module_add(m, std::string("__") + name + "__", dict_get(m->dict, intern(name))));
  TRY(module_add(m, "__doc__", text("What the running program can know of and tell the machine.")));
  forget_columns = wants_no_columns(options);
  if (options.max_str_digits >= 0) max_str_digits = options.max_str_digits;
  always_check_codec_names = options.development != 0;
  TRY(add_platform(m));
  TRY(add_version(m));
  TRY(add_options(m, options));
  TRY(add_import_state(m));
  TRY(start_unraisable_hook(m));
  return m;
}

}  // namespace ouro::vm
