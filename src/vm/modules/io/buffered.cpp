// _io.BufferedReader, BufferedWriter, BufferedRandom: what they share, and their types.
//
// One buffer serves both directions. Three positions lie in it: where the program is (`at`), where the raw
// stream is (`raw_at`), and the end of what can be read (`read_end`); what is still to be written lies in
// [write_start, write_end). `raw_ahead` is how far the raw stream is ahead of the program, which must be made
// good whenever the direction changes.
#include <sched.h>

#include "vm/builtins/memoryview.h"
#include "vm/modules/io/io.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm::io {

Blob* make_blob(size_t size) {
  auto* blob = allocate<Blob>(shapes.blob, sizeof(Blob) + size);
  blob->length = size;
  return blob;
}

bool grow_blob(Blob* blob, size_t size) {
  if (blob == nullptr || !grow_in_place(blob, sizeof(Blob) + blob->length, sizeof(Blob) + size)) return false;
  blob->length = size;
  return true;
}

Status Inside::enter(Buffered* self) {
  while (self->owner != nullptr) {
    if (self->owner == thread())
      return raise(types.RuntimeError, "reentrant call inside {}", repr_text(self));
    ReleaseLock released;
    sched_yield();
  }
  self->owner = thread();
  self_ = self;
  return {};
}

Status check_ready(Buffered* self) {
  if (self->ready) [[likely]]
    return {};
  if (self->detached) return raise(types.ValueError, "raw stream has been detached");
  return raise(types.ValueError, "I/O operation on uninitialized object");
}

Result<bool> is_closed(Buffered* self) {
  if (self->buffer == nullptr) return true;
  if (self->plain) return self->raw.as<FileIO>()->descriptor < 0;
  TRY(check_ready(self));
  return closed_attribute(self->raw);
}

Status check_open(Buffered* self, const char* message) {
  TRY(check_ready(self));
  if (TRY(is_closed(self)) && readable_now(self) == 0) return raise(types.ValueError, "{}", message);
  return {};
}

namespace {

Result<int64_t> checked_position(Buffered* self, Value result) {
  const int64_t position = TRY(to_offset(result, types.ValueError));
  if (position < 0) return raise(types.OSError, "Raw stream returned invalid position {}", position);
  self->raw_position = position;
  return position;
}

}  // namespace

Result<int64_t> raw_tell(Buffered* self) {
  return checked_position(self, TRY(call_method(self->raw, names.tell)));
}

Result<int64_t> raw_seek(Buffered* self, int64_t target, int whence) {
  return checked_position(
      self, TRY(call_method(self->raw, names.seek, {make_int(target), Value::from_small(whence)})));
}

namespace {

void unlink_raw(Buffered* self) {
  if (!self->raw.is_null() && is_native_file(self->raw) && self->raw.as<FileIO>()->holder == self)
    self->raw.as<FileIO>()->holder = nullptr;
}

}  // namespace

Status buffered_init(Buffered* self, Value raw, int64_t size) {
  unlink_raw(self);
  store(self, self->raw, raw);
  self->buffer_size = size;
  if (size <= 0) return raise(types.ValueError, "buffer size must be strictly positive");
  if (!can_allocate(static_cast<size_t>(size))) return raise_no_memory();
  store(static_cast<Object*>(self), self->buffer, make_blob(static_cast<size_t>(size)));
  self->owner = nullptr;
  self->raw_position = -1;
  if (!raw_tell(self).ok()) take_exception();
  if (is_native_file(raw)) set_holder(raw.as<FileIO>(), self);
  return {};
}

namespace {

Buffered* self_of(const Value* a) {
  return a[0].as<Buffered>();
}

void trace_buffered(Object* object, Tracer& tracer) {
  auto* self = static_cast<Buffered*>(object);
  tracer.visit(self->raw);
  tracer.visit(self->buffer);
}

template <bool reads, bool writes>
Status init(Value value, const Arguments& arguments) {
  static const Signature signature(reads && writes ? "BufferedRandom"
                                   : reads         ? "BufferedReader"
                                                   : "BufferedWriter",
                                   "(raw, buffer_size=8192)");
  Value a[2];
  TRY(signature.bind(arguments, a));
  const int64_t size = a[1].is_null() ? kDefaultBufferSize : TRY(to_int64(a[1]));
  auto* self = value.as<Buffered>();
  self->ready = self->detached = false;
  if (reads && writes) TRY(check_seekable(a[0]));
  if (reads) TRY(check_readable(a[0]));
  if (writes) TRY(check_writable(a[0]));
  self->readable = reads;
  self->writable = writes;
  TRY(buffered_init(self, a[0], size));
  self->read_end = -1;
  self->write_start = 0;
  self->write_end = -1;
  self->at = 0;
  const Type* own = reads && writes ? io_types.random : reads ? io_types.reader : io_types.writer;
  self->plain = type_of(value) == own && is_native_file(a[0]);
  self->ready = true;
  return {};
}

// ---- passed on to the raw stream

template <Str* (*name)()>
Result<Value> pass_on(const Value* a) {
  TRY(check_ready(self_of(a)));
  return call_method(self_of(a)->raw, name());
}
template <Str* (*name)()>
Result<Value> attribute_of_raw(Value self) {
  TRY(check_ready(self.as<Buffered>()));
  return get_attribute(self.as<Buffered>()->raw, name());
}
#define NAME_FUNCTION(function, text) \
  Str* function() {                   \
    return IO_NAME(text);             \
  }
NAME_FUNCTION(seekable_name, seekable)
NAME_FUNCTION(readable_name, readable)
NAME_FUNCTION(writable_name, writable)
NAME_FUNCTION(fileno_name, fileno)
NAME_FUNCTION(isatty_name, isatty)
NAME_FUNCTION(flush_name, flush)
NAME_FUNCTION(closed_name, closed)
NAME_FUNCTION(name_name, name)
NAME_FUNCTION(mode_name, mode)
#undef NAME_FUNCTION

// ---- flush, close, detach

Result<Value> dealloc_warn(const Value* a) {
  Buffered* self = self_of(a);
  if (self->ready && !self->raw.is_null() && !call_method(self->raw, IO_NAME(_dealloc_warn), {a[1]}).ok())
    take_exception();
  return none();
}

Result<Value> buffered_flush(const Value* a) {
  Buffered* self = self_of(a);
  TRY(check_open(self, "flush of closed file"));
  Inside inside;
  TRY(inside.enter(self));
  TRY(flush_and_rewind(self));
  return none();
}

Result<Value> buffered_close(const Value* a) {
  Buffered* self = self_of(a);
  TRY(check_ready(self));
  Inside inside;
  TRY(inside.enter(self));
  TRY(check_ready(self));
  if (TRY(closed_attribute(self->raw))) return none();
  if (self->finalizing) {
    const Value arguments[] = {self, self};
    TRY(dealloc_warn(arguments));
  }
  inside.leave();
  auto flushed = call_method(self, names.flush);
  Inside again;
  Value result;
  TRY(and_then(flushed.ok() ? Status() : Status(Raised{}), [&]() -> Status {
    TRY(again.enter(self));
    auto closed = call_method(self->raw, names.close);
    self->buffer = nullptr;
    unlink_raw(self);
    result = TRY(closed);
    return {};
  }));
  self->read_end = 0;
  self->at = 0;
  return result;
}

Result<Value> buffered_detach(const Value* a) {
  Buffered* self = self_of(a);
  TRY(check_ready(self));
  TRY(call_method(self, names.flush));
  const Value raw = self->raw;
  unlink_raw(self);
  self->raw = Value();
  self->detached = true;
  self->ready = self->plain = false;
  return raw;
}

// ---- positions

Result<Value> buffered_tell(const Value* a) {
  Buffered* self = self_of(a);
  TRY(check_ready(self));
  return make_int(std::max<int64_t>(0, TRY(raw_tell(self)) - raw_ahead(self)));
}

Result<Value> buffered_seek(const Value* a) {
  Buffered* self = self_of(a);
  const int whence = a[2].is_null() ? 0 : TRY(to_c_int(a[2]));
  TRY(check_ready(self));
  if (whence < 0 || whence > 4) return raise(types.ValueError, "whence value {} unsupported", whence);
  TRY(check_open(self, "seek of closed file"));
  TRY(check_seekable(self->raw));
  int64_t target = TRY(to_offset(a[1], types.ValueError));
  if (whence <= 1 && self->readable) {
    // Perhaps the place lies in the buffer.
    const int64_t current = TRY(raw_tell(self)), ahead = readable_now(self);
    const int64_t offset = whence == 0 ? target - (current - raw_ahead(self)) : target;
    if (ahead > 0 && offset >= -self->at && offset <= ahead) {
      self->at += offset;
      return make_int(std::max<int64_t>(0, current - ahead + offset));
    }
  }
  Inside inside;
  TRY(inside.enter(self));
  if (self->writable) TRY(flush_inside(self));
  if (whence == 1) target -= raw_ahead(self);
  const int64_t position = TRY(raw_seek(self, target, whence));
  self->raw_at = -1;
  if (self->readable) self->read_end = -1;
  return make_int(position);
}

Result<Value> buffered_truncate(const Value* a) {
  Buffered* self = self_of(a);
  TRY(check_open(self, "truncate of closed file"));
  if (!self->writable) return unsupported("truncate");
  Inside inside;
  TRY(inside.enter(self));
  TRY(flush_and_rewind(self));
  Value result = TRY(call_method(self->raw, names.truncate, {a[1].is_null() ? none() : a[1]}));
  if (!raw_tell(self).ok()) take_exception();
  return result;
}

Result<Value> buffered_sizeof(const Value* a) {
  return make_int(static_cast<int64_t>(sizeof(Buffered)) +
                  (self_of(a)->buffer != nullptr ? self_of(a)->buffer_size : 0));
}

Result<Value> buffered_repr(Value self) {
  return repr_with_name(self, shown_type(self).c_str());
}

Result<Value> get_finalizing(Value self) {
  return make_bool(self.as<Stream>()->finalizing);
}
Status set_finalizing(Value self, Value value) {
  if (!is_bool(value)) return raise(types.TypeError, "attribute value type must be bool");
  self.as<Stream>()->finalizing = value == make_bool(true);
  return {};
}

#define SHARED_METHODS                                                                                       \
  {"detach", "($self, /)", buffered_detach}, {"close", "($self, /)", buffered_close},                        \
      {"seekable", "($self, /)", pass_on<seekable_name>}, {"fileno", "($self, /)", pass_on<fileno_name>},    \
      {"isatty", "($self, /)", pass_on<isatty_name>}, {"_dealloc_warn", "($self, source, /)", dealloc_warn}, \
      {"seek", "($self, target, whence=0, /)", buffered_seek}, {"tell", "($self, /)", buffered_tell},        \
      {"truncate", "($self, pos=None, /)", buffered_truncate}, {                                             \
    "__sizeof__", "($self, /)", buffered_sizeof                                                              \
  }
#define READ_METHODS                                                                                       \
  {"read", "($self, size=-1, /)", buffered_read}, {"read1", "($self, size=-1, /)", buffered_read1_method}, \
      {"readinto", "($self, buffer, /)", buffered_readinto},                                               \
      {"readinto1", "($self, buffer, /)", buffered_readinto1},                                             \
      {"readline", "($self, size=-1, /)", buffered_readline}, {                                            \
    "peek", "($self, size=0, /)", buffered_peek                                                            \
  }

constexpr MethodSpec kReaderMethods[] = {
    SHARED_METHODS,
    READ_METHODS,
    {"flush", "($self, /)", pass_on<flush_name>},
    {"readable", "($self, /)", pass_on<readable_name>},
};
constexpr MethodSpec kWriterMethods[] = {
    SHARED_METHODS,
    {"flush", "($self, /)", buffered_flush},
    {"writable", "($self, /)", pass_on<writable_name>},
    {"write", "($self, buffer, /)", buffered_write_method, "Write the given buffer to the IO stream."},
};
constexpr MethodSpec kRandomMethods[] = {
    SHARED_METHODS,
    READ_METHODS,
    {"flush", "($self, /)", buffered_flush},
    {"readable", "($self, /)", pass_on<readable_name>},
    {"writable", "($self, /)", pass_on<writable_name>},
    {"write", "($self, buffer, /)", buffered_write_method, "Write the given buffer to the IO stream."},
};
#undef SHARED_METHODS
#undef READ_METHODS
constexpr GetSetSpec kGetSets[] = {
    {"closed", attribute_of_raw<closed_name>},
    {"name", attribute_of_raw<name_name>},
    {"mode", attribute_of_raw<mode_name>},
    {"_finalizing", get_finalizing, set_finalizing},
};
constexpr MemberSpec kMembers[] = {{"raw", offsetof(Buffered, raw)}};

TypeSpec make_spec(const char* name, std::span<const MethodSpec> methods,
                   Status (*init)(Value, const Arguments&), const char* doc) {
  TypeSpec spec{.name = name,
                .kind = Kind::kNative,
                .basic_size = sizeof(Buffered),
                .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs | kTypeHasFinalizer,
                .trace = trace_buffered,
                .methods = methods,
                .getsets = kGetSets,
                .members = kMembers,
                .doc = doc};
  spec.signature = "(raw, buffer_size=8192)";
  spec.slots.new_ = new_stream;
  spec.slots.init = init;
  spec.slots.repr = buffered_repr;
  spec.slots.finalize = finalize_stream;
  return spec;
}

}  // namespace

Status add_buffered_types(Module* module) {
  static TypeSpec reader = make_spec("_io.BufferedReader", kReaderMethods, init<true, false>,
                                     "Create a new buffered reader using the given readable raw IO object.");
  reader.slots.iternext = buffered_iternext;
  TRY(add_type(module, &io_types.reader, reader, io_types.buffered_base));
  static TypeSpec writer = make_spec("_io.BufferedWriter", kWriterMethods, init<false, true>,
                                     "A buffer for a writeable sequential RawIO object.");
  TRY(add_type(module, &io_types.writer, writer, io_types.buffered_base));
  static TypeSpec random = make_spec("_io.BufferedRandom", kRandomMethods, init<true, true>,
                                     "A buffered interface to random access streams.");
  random.slots.iternext = buffered_iternext;
  return add_type(module, &io_types.random, random, io_types.buffered_base);
}

}  // namespace ouro::vm::io
