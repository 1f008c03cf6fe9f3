// The module marshal.
#include "vm/import/marshal.h"

#include "vm/import/import.h"
#include "vm/object/native.h"

namespace ouro::vm {

namespace {

constexpr int kVersion = 4;

Result<std::string> bytes_of(Value value, Value version) {
  int number = version.is_null() ? kVersion : TRY(to_c_int(version));
  TRY(audit("marshal.dumps", {value, make_int(number)}));
  // What the compiler made comes out as the compiler wrote it, reference flags and all.
  if (number == kVersion && is_kind(value, Kind::kCode) && value.as<Code>()->marshalled != nullptr)
    return std::string(value.as<Code>()->marshalled->view());
  return marshal(value, number);
}

Result<Value> dumps(const Value* a) {
  return make_bytes(TRY(bytes_of(a[1], a[2])));
}

Result<Value> dump(const Value* a) {
  std::string bytes = TRY(bytes_of(a[1], a[3]));
  return call_method(a[2], names.write, {make_bytes(bytes)});
}

Result<Value> loads(const Value* a) {
  BufferView view;
  TRY(get_buffer(a[1], &view));
  const std::string_view bytes(static_cast<const char*>(view.data), static_cast<size_t>(view.length));
  const Status told = is_audited() ? audit("marshal.loads", {make_bytes(bytes)}) : Status();
  if (!told.ok()) {
    release_buffer(&view);
    return Raised{};
  }
  auto value = unmarshal(bytes);
  release_buffer(&view);
  return value;
}

/// All that the file still has, by its readinto().
Result<std::string> read_rest(Value file) {
  constexpr int64_t kPiece = 64 * 1024;
  std::string bytes;
  for (;;) {
    ByteArray* piece = TRY(make_bytearray(std::string(kPiece, '\0')));
    const Value count = TRY(to_index(TRY(call_method(file, names.readinto, {piece}))));
    int64_t size;
    if (!int_fits(count, &size)) size = INT64_MAX;
    if (size > kPiece)
      return raise(types.ValueError, "read() returned too much data: {} bytes requested, {} returned", kPiece,
                   size);
    if (size <= 0) return bytes;
    if (!can_allocate(bytes.size() + kPiece)) return raise_no_memory();
    bytes += view_of(piece).substr(0, static_cast<size_t>(size));
  }
}

/// The rest of the file is read at once, and what was not used given back by seeking.
Result<Value> load(const Value* a) {
  const Value nothing = TRY(call_method(a[1], names.read, {Value::from_small(0)}));
  if (!is_bytes(nothing))
    return raise(types.TypeError, "file.read() returned not bytes but {}", type_name(nothing));
  TRY(audit("marshal.load", {}));
  const std::string bytes = TRY(read_rest(a[1]));
  size_t used;
  Value value = TRY(unmarshal(bytes, &used));
  if (used < bytes.size())
    TRY(call_method(a[1], names.seek,
                    {make_int(-static_cast<int64_t>(bytes.size() - used)), Value::from_small(1)}));
  return value;
}

constexpr MethodSpec kFunctions[] = {
    {"dump", "($module, value, file, version=version, /)", dump, "Writes a value to a binary file."},
    {"load", "($module, file, /)", load, "Reads a value from a binary file."},
    {"dumps", "($module, value, version=version, /)", dumps, "The bytes that stand for a value."},
    {"loads", "($module, bytes, /)", loads, "The value that bytes stand for."},
};

Status execute(Module* module) {
  return module_add(module, "version", Value::from_small(kVersion));
}

}  // namespace

extern const ModuleSpec kMarshalModule{.name = "marshal",
                                       .doc = "Python values in the format of .pyc files.",
                                       .functions = kFunctions,
                                       .execute = execute};

}  // namespace ouro::vm
