// Marshalled numbers and objects in files.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "vm/import/import.h"
#include "vm/import/marshal.h"
#include "vm/modules/testcapi/testcapi.h"

namespace ouro::vm::testcapi {

namespace {

Status write_file(Value name, std::string_view data) {
  const std::string path = TRY(encode_file_name(name));
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return raise_os_error(errno, name);
  const bool complete = std::fwrite(data.data(), 1, data.size(), file) == data.size();
  if (std::fclose(file) != 0 || !complete) return raise_os_error(errno, name);
  return {};
}

Result<std::string> read_file(Value name) {
  const std::string path = TRY(encode_file_name(name));
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return raise_os_error(errno, name);
  std::string data;
  char part[4096];
  for (size_t size; (size = std::fread(part, 1, sizeof part, file)) > 0;) data.append(part, size);
  std::fclose(file);
  return data;
}

Result<Value> write_long(const Value* a) {
  const auto number = static_cast<int32_t>(TRY(to_int64(a[1])));
  TRY(to_c_int(a[3]));
  char bytes[4];
  std::memcpy(bytes, &number, 4);
  TRY(write_file(a[2], {bytes, 4}));
  return none();
}

Result<Value> write_object(const Value* a) {
  TRY(write_file(a[2], TRY(marshal(a[1], TRY(to_c_int(a[3]))))));
  return none();
}

/// A number at the start of the file, and where it ends.
template <class Number>
Result<Value> read_number(const Value* a) {
  const std::string data = TRY(read_file(a[1]));
  Number number;
  if (data.size() < sizeof number) return raise(types.EOFError, "EOF read where data expected");
  std::memcpy(&number, data.data(), sizeof number);
  return make_tuple({make_int(number), make_int(sizeof number)});
}

Result<Value> read_object(const Value* a) {
  size_t used;
  const std::string data = TRY(read_file(a[1]));
  Value object = TRY(unmarshal(data, &used));
  return make_tuple({object, make_int(static_cast<int64_t>(used))});
}

/// All of the file is read, whatever the object needs of it.
Result<Value> read_last_object(const Value* a) {
  const std::string data = TRY(read_file(a[1]));
  Value object = TRY(unmarshal(data));
  return make_tuple({object, make_int(static_cast<int64_t>(data.size()))});
}

constexpr MethodSpec kFunctions[] = {
    {"pymarshal_write_long_to_file", "($module, value, filename, version, /)", write_long},
    {"pymarshal_write_object_to_file", "($module, obj, filename, version, /)", write_object},
    {"pymarshal_read_short_from_file", "($module, filename, /)", read_number<int16_t>},
    {"pymarshal_read_long_from_file", "($module, filename, /)", read_number<int32_t>},
    {"pymarshal_read_object_from_file", "($module, filename, /)", read_object},
    {"pymarshal_read_last_object_from_file", "($module, filename, /)", read_last_object},
};

}  // namespace

Status add_files(Module* module) {
  return add_functions(module, kFunctions);
}

}  // namespace ouro::vm::testcapi
