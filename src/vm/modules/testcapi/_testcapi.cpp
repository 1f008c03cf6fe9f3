// The module _testcapi: its constants, and the parts put together.
#include <cfloat>
#include <climits>
#include <ctime>

#include "vm/modules/testcapi/testcapi.h"

namespace ouro::vm {

namespace {

struct IntConstant {
  const char* name;
  int64_t value;
};
constexpr IntConstant kInts[] = {
    {"CHAR_MAX", CHAR_MAX},
    {"CHAR_MIN", CHAR_MIN},
    {"UCHAR_MAX", UCHAR_MAX},
    {"SHRT_MAX", SHRT_MAX},
    {"SHRT_MIN", SHRT_MIN},
    {"USHRT_MAX", USHRT_MAX},
    {"INT_MAX", INT_MAX},
    {"INT_MIN", INT_MIN},
    {"UINT_MAX", UINT_MAX},
    {"LONG_MAX", LONG_MAX},
    {"LONG_MIN", LONG_MIN},
    {"LLONG_MAX", LLONG_MAX},
    {"LLONG_MIN", LLONG_MIN},
    {"PY_SSIZE_T_MAX", INT64_MAX},
    {"PY_SSIZE_T_MIN", INT64_MIN},
    {"SIZEOF_TIME_T", sizeof(time_t)},
    {"SIZEOF_PID_T", sizeof(pid_t)},
    {"the_number_three", 3},
};

struct FloatConstant {
  const char* name;
  double value;
};
constexpr FloatConstant kFloats[] = {
    {"FLT_MAX", FLT_MAX}, {"FLT_MIN", FLT_MIN}, {"DBL_MAX", DBL_MAX}, {"DBL_MIN", DBL_MIN}};

Status execute(Module* module) {
  for (const auto& [name, value] : kInts) TRY(module_add(module, name, make_int(value)));
  for (const auto& [name, value] : kFloats) TRY(module_add(module, name, make_float(value)));
  TRY(module_add(module, "ULONG_MAX", make_int_unsigned(ULONG_MAX)));
  TRY(module_add(module, "ULLONG_MAX", make_int_unsigned(ULLONG_MAX)));
  TRY(module_add(module, "WITH_PYMALLOC", make_bool(false)));
  TRY(module_add(module, "USE_STACKCHECK", make_bool(false)));
  TRY(module_add(module, "error", TRY(make_exception_class("_testcapi", "error", types.Exception))));
  TRY(testcapi::add_calls(module));
  TRY(testcapi::add_errors(module));
  TRY(testcapi::add_files(module));
  return testcapi::add_objects(module);
}

}  // namespace

extern const ModuleSpec kTestcapiModule;
const ModuleSpec kTestcapiModule = {
    .name = "_testcapi",
    .doc = "What CPython's own tests ask of the interpreter from below Python.",
    .execute = execute,
};

}  // namespace ouro::vm
