// The module _struct: Struct and the functions that make one by themselves, with a small cache.
#include "vm/modules/_struct.h"

#include <cstring>

#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace structs {
Type* struct_type = nullptr;
Type* error_type = nullptr;
}  // namespace structs

namespace {

using structs::error_type;
using structs::Struct;
using structs::struct_type;

constexpr uint64_t kCacheSize = 100;
Dict* cache = nullptr;
Type* iterator_type = nullptr;

void trace_struct(Object* object, Tracer& tracer) {
  auto* layout = static_cast<Struct*>(object);
  tracer.visit(layout->codes);
  tracer.visit(layout->format);
}

/// The Struct of a format, for the module's functions.
Result<Struct*> struct_for(Value format) {
  const Value known = TRY(dict_get(cache, format));
  if (!known.is_null()) return known.as<Struct>();
  auto* layout = allocate_instance<Struct>(struct_type);
  TRY(structs::compile_format(layout, format));
  if (cache->count >= kCacheSize) dict_clear(cache);
  TRY(dict_set(cache, format, layout));
  return layout;
}

Result<Struct*> checked(Value self) {
  auto* layout = self.as<Struct>();
  if (layout->codes == nullptr) return raise(types.RuntimeError, "Struct object is not initialized");
  return layout;
}

Result<Value> unpack(Struct* layout, Value data) {
  Buffer buffer;
  TRY(buffer.acquire(data));
  if (static_cast<int64_t>(buffer.size()) != layout->size)
    return raise(error_type, "unpack requires a buffer of {} bytes", layout->size);
  return structs::unpack_items(layout, buffer.data());
}

Result<Value> unpack_from(Struct* layout, Value data, Value offset_value) {
  Buffer buffer;
  TRY(buffer.acquire(data));
  int64_t offset = offset_value.is_null() ? 0 : TRY(to_int64(offset_value));
  const auto size = static_cast<int64_t>(buffer.size());
  if (offset < 0) {
    if (offset + layout->size > 0)
      return raise(error_type, "not enough data to unpack {} bytes at offset {}", layout->size, offset);
    if (offset + size < 0)
      return raise(error_type, "offset {} out of range for {}-byte buffer", offset, size);
    offset += size;
  }
  if (size - offset < layout->size)
    return raise(error_type,
                 "unpack_from requires a buffer of at least {} bytes for unpacking {} bytes at offset {} "
                 "(actual buffer size is {})",
                 static_cast<uint64_t>(layout->size) + static_cast<uint64_t>(offset), layout->size, offset,
                 size);
  return structs::unpack_items(layout, buffer.data() + offset);
}

Result<Value> pack(Struct* layout, const Value* values, size_t count) {
  if (static_cast<int64_t>(count) != layout->item_count)
    return raise(error_type, "pack expected {} items for packing (got {})", layout->item_count, count);
  Bytes* bytes = TRY(allocate_bytes(static_cast<size_t>(layout->size)));
  TRY(structs::pack_items(layout, values, reinterpret_cast<char*>(bytes->data)));
  return layout->size == 1 ? make_byte(bytes->data[0]) : bytes;
}

Result<Value> pack_into(Struct* layout, const Value* values, size_t count) {
  if (count == 0) return raise(error_type, "pack_into expected buffer argument");
  if (count == 1) return raise(error_type, "pack_into expected offset argument");
  if (static_cast<int64_t>(count - 2) != layout->item_count)
    return raise(error_type, "pack_into expected {} items for packing (got {})", layout->item_count,
                 count - 2);
  Buffer buffer;
  if (!buffer.acquire(values[0], kBufferWritable).ok()) {
    if (exception_is(types.BufferError) || exception_is(types.TypeError)) {
      take_exception();
      return raise(types.TypeError, "argument must be read-write bytes-like object, not {}",
                   given_name(values[0]));
    }
    return Raised{};
  }
  int64_t offset = TRY(to_int64_index(values[1]));
  const auto size = static_cast<int64_t>(buffer.size());
  if (offset < 0) {
    if (offset + layout->size > 0)
      return raise(error_type, "no space to pack {} bytes at offset {}", layout->size, offset);
    if (offset + size < 0)
      return raise(error_type, "offset {} out of range for {}-byte buffer", offset, size);
    offset += size;
  }
  if (size - offset < layout->size)
    return raise(error_type,
                 "pack_into requires a buffer of at least {} bytes for packing {} bytes at offset {} (actual "
                 "buffer size is {})",
                 static_cast<uint64_t>(layout->size) + static_cast<uint64_t>(offset), layout->size, offset,
                 size);
  std::memset(buffer.data() + offset, 0, static_cast<size_t>(layout->size));
  TRY(structs::pack_items(layout, values + 2, buffer.data() + offset));
  return none();
}

// ---- iter_unpack

struct UnpackIterator : Object {
  Struct* layout;
  BufferView view;
  int64_t index;
};

void trace_iterator(Object* object, Tracer& tracer) {
  auto* iterator = static_cast<UnpackIterator*>(object);
  tracer.visit(iterator->layout);
  tracer.visit(iterator->view.object);
}

void release_iterator(Object* object) {
  release_buffer(&static_cast<UnpackIterator*>(object)->view);
}

Result<Value> iter_unpack(Struct* layout, Value data) {
  if (layout->size == 0) return raise(error_type, "cannot iteratively unpack with a struct of length 0");
  BufferView view;
  TRY(get_buffer(data, &view));
  if (view.length % layout->size != 0) {
    release_buffer(&view);
    return raise(error_type, "iterative unpacking requires a buffer of a multiple of {} bytes", layout->size);
  }
  auto* iterator = allocate_instance<UnpackIterator>(iterator_type);
  iterator->layout = layout;
  iterator->view = view;
  return iterator;
}

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<UnpackIterator>();
  if (iterator->layout == nullptr) return Value::stop();
  if (iterator->index >= iterator->view.length) {
    iterator->layout = nullptr;
    release_buffer(&iterator->view);
    return Value::stop();
  }
  const char* at = static_cast<char*>(iterator->view.data) + iterator->index;
  iterator->index += iterator->layout->size;
  return structs::unpack_items(iterator->layout, at);
}

Result<Value> iterator_length_hint(const Value* a) {
  const auto* iterator = a[0].as<UnpackIterator>();
  if (iterator->layout == nullptr) return make_int(0);
  return make_int((iterator->view.length - iterator->index) / iterator->layout->size);
}

constexpr MethodSpec kIteratorMethods[] = {{"__length_hint__", "($self, /)", iterator_length_hint}};

// ---- Struct

Result<Value> struct_new(Type* type, const Arguments&) {
  return allocate_instance(type);
}

Status struct_init(Value self, const Arguments& arguments) {
  static const Signature signature("Struct", "($self, format)");
  Value format;
  TRY(signature.bind(arguments, &format));
  return structs::compile_format(self.as<Struct>(), format);
}

Result<Value> method_unpack(const Value* a) {
  return unpack(TRY(checked(a[0])), a[1]);
}
Result<Value> method_unpack_from(const Value* a) {
  return unpack_from(TRY(checked(a[0])), a[1], a[2]);
}
Result<Value> method_iter_unpack(const Value* a) {
  return iter_unpack(TRY(checked(a[0])), a[1]);
}
Status no_keywords(const char* name, const Arguments& arguments) {
  if (arguments.keyword_count() == 0) return {};
  return raise(types.TypeError, "{}() takes no keyword arguments", name);
}
Result<Value> method_pack(Value self, const Arguments& arguments) {
  TRY(no_keywords("Struct.pack", arguments));
  return pack(TRY(checked(self)), arguments.values, arguments.positional);
}
Result<Value> method_pack_into(Value self, const Arguments& arguments) {
  TRY(no_keywords("Struct.pack_into", arguments));
  return pack_into(TRY(checked(self)), arguments.values, arguments.positional);
}
Result<Value> method_sizeof(const Value* a) {
  return make_int(72 + 32 * (a[0].as<Struct>()->code_count + 1));
}
Result<Value> get_format(Value self) {
  const auto* layout = self.as<Struct>();
  return layout->format == nullptr ? none() : Value(make_ascii(layout->format->view()));
}
Result<Value> get_size(Value self) {
  return make_int(self.as<Struct>()->size);
}

constexpr MethodSpec kStructMethods[] = {
    {"iter_unpack", "($self, buffer, /)", method_iter_unpack, "Return an iterator yielding tuples."},
    {"pack", nullptr, nullptr, "S.pack(v1, v2, ...) -> bytes", Binding::Instance, method_pack},
    {"pack_into", nullptr, nullptr, "S.pack_into(buffer, offset, v1, v2, ...)", Binding::Instance,
     method_pack_into},
    {"unpack", "($self, buffer, /)", method_unpack, "Return a tuple containing unpacked values."},
    {"unpack_from", "($self, /, buffer, offset=0)", method_unpack_from,
     "Return a tuple containing unpacked values."},
    {"__sizeof__", "($self, /)", method_sizeof, "S.__sizeof__() -> size of S in memory, in bytes"},
};
constexpr GetSetSpec kStructGetSets[] = {
    {"format", get_format, nullptr, "struct format string"},
    {"size", get_size, nullptr, "struct size in bytes"},
};

// ---- the module

Result<Value> module_calcsize(const Value* a) {
  return make_int(TRY(struct_for(a[1]))->size);
}
Result<Value> module_unpack(const Value* a) {
  return unpack(TRY(struct_for(a[1])), a[2]);
}
Result<Value> module_unpack_from(const Value* a) {
  return unpack_from(TRY(struct_for(a[1])), a[2], a[3]);
}
Result<Value> module_iter_unpack(const Value* a) {
  return iter_unpack(TRY(struct_for(a[1])), a[2]);
}
Result<Value> module_clear_cache(const Value*) {
  dict_clear(cache);
  return none();
}
Result<Value> module_pack(Value, const Arguments& arguments) {
  TRY(no_keywords("_struct.pack", arguments));
  if (arguments.positional == 0) return raise(types.TypeError, "missing format argument");
  return pack(TRY(struct_for(arguments[0])), arguments.values + 1, arguments.positional - 1);
}
Result<Value> module_pack_into(Value, const Arguments& arguments) {
  TRY(no_keywords("_struct.pack_into", arguments));
  if (arguments.positional == 0) return raise(types.TypeError, "missing format argument");
  return pack_into(TRY(struct_for(arguments[0])), arguments.values + 1, arguments.positional - 1);
}

constexpr MethodSpec kFunctions[] = {
    {"_clearcache", "($module, /)", module_clear_cache, "Clear the internal cache."},
    {"calcsize", "($module, format, /)", module_calcsize,
     "Return size in bytes of the struct described by the format string."},
    {"iter_unpack", "($module, format, buffer, /)", module_iter_unpack,
     "Return an iterator yielding tuples unpacked from the given bytes."},
    {"pack", nullptr, nullptr, "pack(format, v1, v2, ...) -> bytes", Binding::Instance, module_pack},
    {"pack_into", nullptr, nullptr, "pack_into(format, buffer, offset, v1, v2, ...)", Binding::Instance,
     module_pack_into},
    {"unpack", "($module, format, buffer, /)", module_unpack,
     "Return a tuple containing values unpacked according to the format string."},
    {"unpack_from", "($module, format, /, buffer, offset=0)", module_unpack_from,
     "Return a tuple containing values unpacked according to the format string."},
};

Status execute(Module* module) {
  if (error_type == nullptr) {
    error_type = TRY(make_exception_class("struct", "error", types.Exception));
    add_root(reinterpret_cast<Object**>(&error_type));
    cache = make_dict();
    add_root(reinterpret_cast<Object**>(&cache));
    static TypeSpec iterator;
    iterator.name = "unpack_iterator";
    iterator.kind = Kind::kIterator;
    iterator.basic_size = sizeof(UnpackIterator);
    iterator.flags = kTypeDisallowNew | kTypeHasFinalizer | kTypeImmutable;
    iterator.trace = trace_iterator;
    iterator.methods = kIteratorMethods;
    iterator.slots.iter = iterate_self;
    iterator.slots.iternext = iterator_next;
    iterator.slots.release = release_iterator;
    iterator_type = make_native_type(iterator);
    add_root(reinterpret_cast<Object**>(&iterator_type));
  }
  static TypeSpec spec;
  spec.name = "_struct.Struct";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(Struct);
  spec.flags = kTypeBase | kTypeHasWeakrefs | kTypeImmutable;
  spec.trace = trace_struct;
  spec.methods = kStructMethods;
  spec.getsets = kStructGetSets;
  spec.doc = "Struct(fmt) --> compiled struct object";
  spec.slots.new_ = struct_new;
  spec.slots.init = struct_init;
  TRY(add_type(module, &struct_type, spec));
  return module_add(module, "error", error_type);
}

}  // namespace

extern const ModuleSpec kStructModule;
const ModuleSpec kStructModule = {
    .name = "_struct",
    .doc = "Functions to convert between Python values and C structs.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
