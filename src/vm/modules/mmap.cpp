// The module mmap: files as memory.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

enum Access : int { kDefault, kRead, kWrite, kCopy };

/// mmap.mmap. `data` null: closed.
struct Map : Object {
  char* data;
  int64_t size, position, offset, exports;
  int32_t descriptor;
  int32_t access;
};
Type* map_type = nullptr;

Map* self_of(Value value) {
  return value.as<Map>();
}
Result<Map*> open_map(Value value) {
  if (self_of(value)->data == nullptr) return raise(types.ValueError, "mmap closed or invalid");
  return self_of(value);
}
Status check_writable(const Map* self) {
  if (self->access == kRead) return raise(types.TypeError, "mmap can't modify a readonly memory map.");
  return {};
}

/// Whether somebody still holds a buffer of the map. Views that nobody can reach any more do not count.
bool is_exported(Map* self) {
  if (self->exports > 0) {
    collect(2);
    run_pending_finalizers();
  }
  return self->exports > 0;
}

void unmap(Map* self) {
  if (self->descriptor >= 0) ::close(self->descriptor);
  if (self->data != nullptr) munmap(self->data, static_cast<size_t>(self->size));
  self->descriptor = -1;
  self->data = nullptr;
}
void release_resources(Object* object) {
  unmap(static_cast<Map*>(object));
}

/// What is mapped and how, as the constructor's arguments say it.
struct Request {
  int descriptor, flags = MAP_SHARED, protection = PROT_READ | PROT_WRITE, access = kDefault;
  int64_t size, offset = 0;
};

Status apply_access(Request* r) {
  if (r->access != kDefault && (r->flags != MAP_SHARED || r->protection != (PROT_READ | PROT_WRITE)))
    return raise(types.ValueError, "mmap can't specify both access and flags, prot.");
  switch (r->access) {
    case kRead:
      r->protection = PROT_READ;
      return {};
    case kWrite:
      return {};
    case kCopy:
      r->flags = MAP_PRIVATE;
      return {};
    case kDefault:
      if ((r->protection & PROT_WRITE) == 0)
        r->access = kRead;
      else if ((r->protection & PROT_READ) == 0)
        r->access = kWrite;
      return {};
    default:
      return raise(types.ValueError, "mmap invalid access parameter.");
  }
}

/// The size of 0 stands for the rest of the file; more than the file has is refused.
Status check_size(Request* r) {
  struct stat status;
  if (r->descriptor == -1 || fstat(r->descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (r->size == 0) {
    if (status.st_size == 0) return raise(types.ValueError, "cannot mmap an empty file");
    if (r->offset >= status.st_size) return raise(types.ValueError, "mmap offset is greater than file size");
    r->size = status.st_size - r->offset;
    return {};
  }
  if (r->offset > status.st_size || status.st_size - r->offset < r->size)
    return raise(types.ValueError, "mmap length is greater than file size");
  return {};
}

Result<Value> new_map(Type* type, const Arguments& arguments) {
  static const Signature signature("mmap", "(fileno, length, flags=0, prot=0, access=0, offset=0)");
  Value a[6];
  TRY(signature.bind(arguments, a));
  Request r;
  r.descriptor = TRY(to_c_int(a[0]));
  r.size = TRY(to_int64(a[1]));
  if (!a[2].is_null()) r.flags = TRY(to_c_int(a[2]));
  if (!a[3].is_null()) r.protection = TRY(to_c_int(a[3]));
  if (!a[4].is_null()) r.access = TRY(to_c_int(a[4]));
  if (!a[5].is_null()) r.offset = TRY(to_int64(a[5]));
  if (r.size < 0) return raise(types.OverflowError, "memory mapped length must be positive");
  if (r.offset < 0) return raise(types.OverflowError, "memory mapped offset must be positive");
  TRY(apply_access(&r));
  TRY(audit("mmap.__new__", {a[0], a[1], make_int(r.access), make_int(r.offset)}));
  TRY(check_size(&r));
  auto* self = allocate_instance<Map>(type);
  self->descriptor = -1;
  self->access = r.access;
  self->offset = r.offset;
  if (r.descriptor == -1) {
    r.flags |= MAP_ANONYMOUS;
  } else {
    self->descriptor = fcntl(r.descriptor, F_DUPFD_CLOEXEC, 0);
    if (self->descriptor < 0) return raise_os_error(errno);
  }
  void* data = mmap(nullptr, static_cast<size_t>(r.size), r.protection, r.flags, r.descriptor, r.offset);
  if (data == MAP_FAILED) return raise_os_error(errno);
  self->data = static_cast<char*>(data);
  self->size = r.size;
  return self;
}

// ---- like a file

std::string_view rest_of(const Map* self) {
  const int64_t at = std::min(self->position, self->size);
  return {self->data + at, static_cast<size_t>(self->size - at)};
}

Result<Value> close_map(const Value* a) {
  Map* self = self_of(a[0]);
  if (is_exported(self)) return raise(types.BufferError, "cannot close exported pointers exist");
  unmap(self);
  return none();
}

Result<Value> read(const Value* a) {
  TRY(open_map(a[0]));
  const int64_t wanted = a[1].is_null() || is_none(a[1]) ? INT64_MAX : TRY(to_int64(a[1]));
  Map* self = TRY(open_map(a[0]));
  std::string_view rest = rest_of(self);
  if (wanted >= 0) rest = rest.substr(0, static_cast<size_t>(wanted));
  Bytes* bytes = TRY(allocate_bytes(rest.size()));
  if (!rest.empty()) std::memcpy(bytes->data, rest.data(), rest.size());
  self->position += static_cast<int64_t>(rest.size());
  return bytes;
}
Result<Value> read_byte(const Value* a) {
  Map* self = TRY(open_map(a[0]));
  if (self->position >= self->size) return raise(types.ValueError, "read byte out of range");
  return make_int(static_cast<uint8_t>(self->data[self->position++]));
}
Result<Value> readline(const Value* a) {
  Map* self = TRY(open_map(a[0]));
  std::string_view rest = rest_of(self);
  if (const size_t end = rest.find('\n'); end != std::string_view::npos) rest = rest.substr(0, end + 1);
  self->position += static_cast<int64_t>(rest.size());
  return make_bytes(rest);
}

Result<Value> write(const Value* a) {
  TRY(open_map(a[0]));
  Buffer data;
  TRY(data.acquire(a[1]));
  Map* self = TRY(open_map(a[0]));
  TRY(check_writable(self));
  if (rest_of(self).size() < data.size() || self->position > self->size)
    return raise(types.ValueError, "data out of range");
  if (data.size() != 0) std::memmove(self->data + self->position, data.data(), data.size());
  self->position += static_cast<int64_t>(data.size());
  return make_int(static_cast<int64_t>(data.size()));
}
Result<Value> write_byte(const Value* a) {
  TRY(open_map(a[0]));
  const int64_t byte = TRY(to_int64(a[1]));
  if (byte < 0) return raise(types.OverflowError, "unsigned byte integer is less than minimum");
  if (byte > 255) return raise(types.OverflowError, "unsigned byte integer is greater than maximum");
  Map* self = TRY(open_map(a[0]));
  TRY(check_writable(self));
  if (self->position >= self->size) return raise(types.ValueError, "write byte out of range");
  self->data[self->position++] = static_cast<char>(byte);
  return none();
}

Result<Value> seek(const Value* a) {
  TRY(open_map(a[0]));
  const int64_t distance = TRY(to_int64(a[1]));
  const int how = a[2].is_null() ? 0 : TRY(to_c_int(a[2]));
  Map* self = TRY(open_map(a[0]));
  if (how < 0 || how > 2) return raise(types.ValueError, "unknown seek type");
  const int64_t base = how == 0 ? 0 : how == 1 ? self->position : self->size;
  int64_t target;
  if (__builtin_add_overflow(base, distance, &target) || target < 0 || target > self->size)
    return raise(types.ValueError, "seek out of range");
  self->position = target;
  return none();
}
Result<Value> tell(const Value* a) {
  return make_int(TRY(open_map(a[0]))->position);
}

Result<Value> size_function(const Value* a) {
  Map* self = TRY(open_map(a[0]));
  if (self->descriptor == -1) return raise_os_error(EBADF);
  struct stat status;
  if (fstat(self->descriptor, &status) != 0) return raise_os_error(errno);
  return make_int(status.st_size);
}

// ---- the memory

template <bool backwards>
Result<Value> find(const Value* a) {
  TRY(open_map(a[0]));
  Buffer wanted;
  TRY(wanted.acquire(a[1]));
  int64_t start = a[2].is_null() ? self_of(a[0])->position : TRY(to_int64(a[2]));
  int64_t end = a[3].is_null() ? self_of(a[0])->size : TRY(to_int64(a[3]));
  Map* self = TRY(open_map(a[0]));
  auto clip = [self](int64_t at) {
    if (at < 0) at += self->size;
    return std::clamp<int64_t>(at, 0, self->size);
  };
  start = clip(start);
  end = clip(end);
  if (end < start) return make_int(-1);
  const std::string_view range(self->data + start, static_cast<size_t>(end - start));
  const size_t at = backwards ? range.rfind(wanted.text()) : range.find(wanted.text());
  return make_int(at == std::string_view::npos ? -1 : start + static_cast<int64_t>(at));
}

Result<Value> move(const Value* a) {
  TRY(open_map(a[0]));
  const int64_t to = TRY(to_int64(a[1])), from = TRY(to_int64(a[2])), count = TRY(to_int64(a[3]));
  Map* self = TRY(open_map(a[0]));
  TRY(check_writable(self));
  if (to < 0 || from < 0 || count < 0 || self->size - to < count || self->size - from < count)
    return raise(types.ValueError, "source, destination, or count out of range");
  std::memmove(self->data + to, self->data + from, static_cast<size_t>(count));
  return none();
}

Result<Value> resize(const Value* a) {
  TRY(open_map(a[0]));
  const int64_t size = TRY(to_int64(a[1]));
  Map* self = TRY(open_map(a[0]));
  if (is_exported(self)) return raise(types.BufferError, "mmap can't resize with extant buffers exported.");
  if (self->access != kWrite && self->access != kDefault)
    return raise(types.TypeError, "mmap can't resize a readonly or copy-on-write memory map.");
  if (size < 0 || INT64_MAX - size < self->offset) return raise(types.ValueError, "new size out of range");
  if (self->descriptor != -1 && ftruncate(self->descriptor, self->offset + size) == -1)
    return raise_os_error(errno);
  void* moved =
      mremap(self->data, static_cast<size_t>(self->size), static_cast<size_t>(size), MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) return raise_os_error(errno);
  self->data = static_cast<char*>(moved);
  self->size = size;
  return none();
}

Result<Value> flush(const Value* a) {
  Map* self = TRY(open_map(a[0]));
  const int64_t offset = a[1].is_null() ? 0 : TRY(to_int64(a[1]));
  const int64_t size = a[2].is_null() ? self->size : TRY(to_int64(a[2]));
  TRY(open_map(a[0]));
  if (offset < 0 || size < 0 || self->size - offset < size)
    return raise(types.ValueError, "flush values out of range");
  if (self->access == kRead || self->access == kCopy) return none();
  if (msync(self->data + offset, static_cast<size_t>(size), MS_SYNC) == -1) return raise_os_error(errno);
  return none();
}

Result<Value> advise(const Value* a) {
  TRY(open_map(a[0]));
  const int option = TRY(to_c_int(a[1]));
  const int64_t start = a[2].is_null() ? 0 : TRY(to_int64(a[2]));
  int64_t size = a[3].is_null() ? self_of(a[0])->size : TRY(to_int64(a[3]));
  Map* self = TRY(open_map(a[0]));
  if (start < 0 || start >= self->size) return raise(types.ValueError, "madvise start out of bounds");
  if (size < 0) return raise(types.ValueError, "madvise length invalid");
  if (INT64_MAX - start < size) return raise(types.OverflowError, "madvise length too large");
  size = std::min(size, self->size - start);
  if (madvise(self->data + start, static_cast<size_t>(size), option) != 0) return raise_os_error(errno);
  return none();
}

Result<Value> enter(const Value* a) {
  TRY(open_map(a[0]));
  return a[0];
}
Result<Value> get_closed(Value self) {
  return make_bool(self_of(self)->data == nullptr);
}
Result<Value> size_of(const Value*) {
  return make_int(sizeof(Map));
}

Result<Value> repr_map(Value value) {
  const Map* self = self_of(value);
  const std::string name = "mmap.mmap";
  const std::string shown = type_of(value) == map_type ? name : std::string(type_name(value));
  if (self->data == nullptr) return make_str(fmt::format("<{} closed=True>", shown));
  constexpr const char* kNames[] = {"ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};
  return make_str(fmt::format("<{} closed=False, access={}, length={}, pos={}, offset={}>", shown,
                              kNames[self->access], self->size, self->position, self->offset));
}

// ---- like a bytearray of fixed size

Result<int64_t> length_of(Value self) {
  return TRY(open_map(self))->size;
}

Result<Value> item_at(Value value, int64_t index) {
  Map* self = TRY(open_map(value));
  if (index < 0 || index >= self->size) return raise(types.IndexError, "mmap index out of range");
  return make_byte(static_cast<uint8_t>(self->data[index]));
}

Result<int64_t> index_in(Value value, Value key) {
  int64_t index = TRY(to_int64_index(key));
  const Map* self = TRY(open_map(value));
  if (index < 0) index += self->size;
  if (index < 0 || index >= self->size) return raise(types.IndexError, "mmap index out of range");
  return index;
}

Result<Value> subscript(Value value, Value key) {
  TRY(open_map(value));
  if (is_index_like(key)) {
    const int64_t index = TRY(index_in(value, key));
    return make_int(static_cast<uint8_t>(self_of(value)->data[index]));
  }
  if (!is_kind(key, Kind::kSlice)) return raise(types.TypeError, "mmap indices must be integers");
  SliceRange range = TRY(slice_unpack(key.as<Slice>()));
  const Map* self = TRY(open_map(value));
  slice_adjust(&range, self->size);
  Bytes* bytes = TRY(allocate_bytes(static_cast<size_t>(range.count)));
  for (int64_t i = 0, at = range.start; i < range.count; ++i, at += range.step)
    bytes->data[i] = static_cast<uint8_t>(self->data[at]);
  return bytes;
}

Status assign_slice(Value value, Slice* key, Value data) {
  SliceRange range = TRY(slice_unpack(key));
  slice_adjust(&range, self_of(value)->size);
  if (data.is_null()) return raise(types.TypeError, "mmap object doesn't support slice deletion");
  Buffer buffer;
  TRY(buffer.acquire(data));
  if (static_cast<int64_t>(buffer.size()) != range.count)
    return raise(types.IndexError, "mmap slice assignment is wrong size");
  Map* self = TRY(open_map(value));
  // Anything may have run since: the range must still be inside.
  if (range.count > 0 && std::max(range.start, range.start + (range.count - 1) * range.step) >= self->size)
    return raise(types.IndexError, "mmap slice assignment is wrong size");
  if (range.step == 1) {
    std::memmove(self->data + range.start, buffer.data(), buffer.size());
    return {};
  }
  for (int64_t i = 0, at = range.start; i < range.count; ++i, at += range.step)
    self->data[at] = buffer.data()[i];
  return {};
}

Status assign(Value value, Value key, Value item) {
  TRY(check_writable(TRY(open_map(value))));
  if (is_kind(key, Kind::kSlice)) return assign_slice(value, key.as<Slice>(), item);
  if (!is_index_like(key)) return raise(types.TypeError, "mmap indices must be integer");
  const int64_t index = TRY(index_in(value, key));
  if (item.is_null()) return raise(types.TypeError, "mmap doesn't support item deletion");
  if (!is_index_like(item)) return raise(types.TypeError, "mmap item value must be an int");
  const int64_t byte = TRY(to_int64(TRY(to_index(item))));
  if (byte < 0 || byte > 255) return raise(types.ValueError, "mmap item value must be in range(0, 256)");
  Map* self = TRY(open_map(value));
  if (index >= self->size) return raise(types.IndexError, "mmap index out of range");
  self->data[index] = static_cast<char>(byte);
  return {};
}

Status get_map_buffer(Value value, BufferView* view, int flags) {
  Map* self = TRY(open_map(value));
  TRY(fill_buffer(view, value, self->data, static_cast<size_t>(self->size), self->access == kRead, flags));
  ++self->exports;
  return {};
}
void release_map_buffer(Value self, BufferView*) {
  --self_of(self)->exports;
}

constexpr MethodSpec kMethods[] = {
    {"close", "($self, /)", close_map, "Gives the memory back."},
    {"find", "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", find<false>,
     "The lowest position of some bytes, or -1."},
    {"rfind", "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", find<true>,
     "The highest position of some bytes, or -1."},
    {"flush", "($self, offset=0, size=<unrepresentable>, /)", flush, "Writes changes back to the file."},
    {"madvise", "($self, option, start=0, length=<unrepresentable>, /)", advise,
     "Tells the system how the memory will be used."},
    {"move", "($self, dest, src, count, /)", move, "Copies a range of bytes to another place."},
    {"read", "($self, n=None, /)", read, "The next bytes."},
    {"read_byte", "($self, /)", read_byte, "The next byte as an int."},
    {"readline", "($self, /)", readline, "The next line."},
    {"resize", "($self, newsize, /)", resize, "Makes map and file larger or smaller."},
    {"seek", "($self, pos, whence=0, /)", seek, "Sets the position."},
    {"size", "($self, /)", size_function, "The size of the file."},
    {"tell", "($self, /)", tell, "The position."},
    {"write", "($self, bytes, /)", write, "Writes bytes at the position."},
    {"write_byte", "($self, byte, /)", write_byte, "Writes one byte at the position."},
    {"__enter__", "($self, /)", enter},
    {"__exit__", "($self, /, *args)", close_map},
    {"__sizeof__", "($self, /)", size_of},
};
constexpr GetSetSpec kGetSets[] = {{"closed", get_closed}};

constexpr std::pair<const char*, int64_t> kConstants[] = {
    {"PROT_EXEC", PROT_EXEC},
    {"PROT_READ", PROT_READ},
    {"PROT_WRITE", PROT_WRITE},
    {"MAP_SHARED", MAP_SHARED},
    {"MAP_PRIVATE", MAP_PRIVATE},
    {"MAP_DENYWRITE", MAP_DENYWRITE},
    {"MAP_EXECUTABLE", MAP_EXECUTABLE},
    {"MAP_ANON", MAP_ANON},
    {"MAP_ANONYMOUS", MAP_ANONYMOUS},
    {"MAP_POPULATE", MAP_POPULATE},
    {"MAP_STACK", MAP_STACK},
    {"MAP_NORESERVE", MAP_NORESERVE},
    {"ACCESS_DEFAULT", kDefault},
    {"ACCESS_READ", kRead},
    {"ACCESS_WRITE", kWrite},
    {"ACCESS_COPY", kCopy},
    {"MADV_NORMAL", MADV_NORMAL},
    {"MADV_RANDOM", MADV_RANDOM},
    {"MADV_SEQUENTIAL", MADV_SEQUENTIAL},
    {"MADV_WILLNEED", MADV_WILLNEED},
    {"MADV_DONTNEED", MADV_DONTNEED},
    {"MADV_REMOVE", MADV_REMOVE},
    {"MADV_DONTFORK", MADV_DONTFORK},
    {"MADV_DOFORK", MADV_DOFORK},
    {"MADV_HWPOISON", MADV_HWPOISON},
    {"MADV_MERGEABLE", MADV_MERGEABLE},
    {"MADV_UNMERGEABLE", MADV_UNMERGEABLE},
    {"MADV_HUGEPAGE", MADV_HUGEPAGE},
    {"MADV_NOHUGEPAGE", MADV_NOHUGEPAGE},
    {"MADV_DONTDUMP", MADV_DONTDUMP},
    {"MADV_DODUMP", MADV_DODUMP},
    {"MADV_FREE", MADV_FREE},
};

Status execute(Module* module) {
  static TypeSpec spec = {.name = "mmap.mmap",
                          .kind = Kind::kNative,
                          .basic_size = sizeof(Map),
                          .flags = kTypeBase | kTypeHasWeakrefs | kTypeHasFinalizer | kTypeImmutable,
                          .methods = kMethods,
                          .getsets = kGetSets,
                          .doc = "A file, or nothing, as memory."};
  spec.slots.new_ = new_map;
  spec.slots.release = release_resources;
  spec.slots.repr = repr_map;
  spec.slots.length = length_of;
  spec.slots.item = item_at;
  spec.slots.subscript = subscript;
  spec.slots.assign = assign;
  spec.slots.get_buffer = get_map_buffer;
  spec.slots.release_buffer = release_map_buffer;
  TRY(add_type(module, &map_type, spec));
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  TRY(module_add(module, "PAGESIZE", make_int(getpagesize())));
  TRY(module_add(module, "ALLOCATIONGRANULARITY", make_int(getpagesize())));
  return module_add(module, "error", types.OSError);
}

}  // namespace

extern const ModuleSpec kMmapModule;
const ModuleSpec kMmapModule = {.name = "mmap", .doc = "Files as memory.", .execute = execute};

}  // namespace ouro::vm
