// _io.BufferedRWPair: a reader and a writer as one stream.
#include "vm/modules/io/io.h"

namespace ouro::vm::io {

namespace {

struct Pair : Object {
  Value reader, writer;
};

void trace_pair(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Pair*>(object)->reader);
  tracer.visit(static_cast<Pair*>(object)->writer);
}

Status init_pair(Value value, const Arguments& arguments) {
  static const Signature signature("BufferedRWPair", "(reader, writer, buffer_size=8192, /)");
  Value a[3];
  TRY(signature.bind(arguments, a));
  auto* self = value.as<Pair>();
  const Value size = make_int(a[2].is_null() ? kDefaultBufferSize : TRY(to_int64(a[2])));
  TRY(check_readable(a[0]));
  TRY(check_writable(a[1]));
  self->reader = self->writer = Value();
  const Value reader = TRY(call(io_types.reader, {a[0], size}));
  const Value writer = TRY(call(io_types.writer, {a[1], size}));
  store(self, self->reader, reader);
  store(self, self->writer, writer);
  return {};
}

Result<Value> forward(Value half, Str* method, Tuple* arguments) {
  if (half.is_null()) return raise(types.ValueError, "I/O operation on uninitialized object");
  Value function = TRY(get_attribute(half, method));
  if (arguments == nullptr) return call(function);
  return call(function, Arguments{arguments->items, arguments->length, nullptr});
}

template <Value Pair::* half, Str* (*name)()>
Result<Value> pass_on(const Value* a) {
  return forward(a[0].as<Pair>()->*half, name(), a[1].as<Tuple>());
}
template <Value Pair::* half, Str* (*name)()>
Result<Value> pass_on_plain(const Value* a) {
  return forward(a[0].as<Pair>()->*half, name(), nullptr);
}

Str* read_name() {
  return names.read;
}
Str* peek_name() {
  return IO_NAME(peek);
}
Str* read1_name() {
  return IO_NAME(read1);
}
Str* readinto_name() {
  return names.readinto;
}
Str* readinto1_name() {
  return IO_NAME(readinto1);
}
Str* write_name() {
  return names.write;
}
Str* flush_name() {
  return names.flush;
}
Str* readable_name() {
  return IO_NAME(readable);
}
Str* writable_name() {
  return names.writable;
}

Result<Value> close_pair(const Value* a) {
  auto* self = a[0].as<Pair>();
  auto writer = forward(self->writer, names.close, nullptr);
  Value result;
  TRY(and_then(writer.ok() ? Status() : Status(Raised{}), [&]() -> Status {
    result = TRY(forward(self->reader, names.close, nullptr));
    return {};
  }));
  return result;
}

Result<Value> pair_isatty(const Value* a) {
  auto* self = a[0].as<Pair>();
  Value result = TRY(forward(self->writer, IO_NAME(isatty), nullptr));
  if (result != make_bool(false)) return result;
  return forward(self->reader, IO_NAME(isatty), nullptr);
}

Result<Value> get_closed(Value value) {
  auto* self = value.as<Pair>();
  if (self->writer.is_null())
    return raise(types.RuntimeError, "the BufferedRWPair object is being garbage-collected");
  return get_attribute(self->writer, IO_NAME(closed));
}

constexpr MethodSpec kMethods[] = {
    {"read", "($self, *args)", pass_on<&Pair::reader, read_name>},
    {"peek", "($self, *args)", pass_on<&Pair::reader, peek_name>},
    {"read1", "($self, *args)", pass_on<&Pair::reader, read1_name>},
    {"readinto", "($self, *args)", pass_on<&Pair::reader, readinto_name>},
    {"readinto1", "($self, *args)", pass_on<&Pair::reader, readinto1_name>},
    {"write", "($self, *args)", pass_on<&Pair::writer, write_name>},
    {"flush", "($self, /)", pass_on_plain<&Pair::writer, flush_name>},
    {"readable", "($self, /)", pass_on_plain<&Pair::reader, readable_name>},
    {"writable", "($self, /)", pass_on_plain<&Pair::writer, writable_name>},
    {"close", "($self, /)", close_pair},
    {"isatty", "($self, /)", pair_isatty},
};
constexpr GetSetSpec kGetSets[] = {{"closed", get_closed}};

}  // namespace

Status add_pair_type(Module* module) {
  static TypeSpec spec{.name = "_io.BufferedRWPair",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(Pair),
                       .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs | kTypeHasFinalizer,
                       .trace = trace_pair,
                       .methods = kMethods,
                       .getsets = kGetSets,
                       .doc = "A buffered reader and writer object together."};
  spec.signature = "(reader, writer, buffer_size=8192, /)";
  spec.slots.new_ = new_stream;
  spec.slots.init = init_pair;
  return add_type(module, &io_types.pair, spec, io_types.buffered_base);
}

}  // namespace ouro::vm::io
