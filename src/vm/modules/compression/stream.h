// What the compressors and decompressors of bz2 and lzma share: the part of the cell that is not the
// library's, and their types.
#pragma once

#include <cstddef>

#include "vm/modules/compression/output.h"
#include "vm/modules/compression/pending_input.h"

namespace ouro::vm {

struct CompressionStream : Object {
  bool is_open, flushed, at_end, needs_input;
  PendingInput* pending;  // of decompressors
  Value unused_data;
};

/// compress() and flush() of a compressor: `run` compresses the data, and ends the stream when `finish`.
template <class Stream, Result<Value> (*run)(Stream* self, std::string_view data, bool finish)>
struct CompressorMethods {
  static Result<Value> compress(const Value* a) {
    Buffer data;
    TRY(data.acquire(a[1]));
    auto* self = a[0].as<Stream>();
    if (self->flushed) return raise(types.ValueError, "Compressor has been flushed");
    return run(self, data.text(), false);
  }
  static Result<Value> flush(const Value* a) {
    auto* self = a[0].as<Stream>();
    if (self->flushed) return raise(types.ValueError, "Repeated call to flush()");
    self->flushed = true;
    return run(self, {}, true);
  }
  static constexpr MethodSpec kMethods[] = {
      {"compress", "($self, data, /)", compress, "Provide data to the compressor object."},
      {"flush", "($self, /)", flush, "Finish the compression process."},
  };
};

/// Keeps what a decompressor has not read: for the next call, or behind the end. `drained`: the library holds
/// no output back.
inline void keep_rest(CompressionStream* self, std::string_view rest, bool drained) {
  self->needs_input = !self->at_end && rest.empty() && drained;
  if (self->at_end && !rest.empty()) store(self, self->unused_data, Value(make_bytes(rest)));
  self->pending->keep(self->at_end ? std::string_view() : rest);
}

inline Result<Value> get_eof(Value self) {
  return make_bool(self.as<CompressionStream>()->at_end);
}
inline Result<Value> get_needs_input(Value self) {
  return make_bool(self.as<CompressionStream>()->needs_input);
}

constexpr GetSetSpec kEofGetSet = {"eof", get_eof, nullptr,
                                   "True if the end-of-stream marker has been reached."};
constexpr GetSetSpec kNeedsInputGetSet = {
    "needs_input", get_needs_input, nullptr,
    "True if more input is needed before more decompressed data can be produced."};
constexpr MemberSpec kUnusedDataMember[] = {
    {.name = "unused_data",
     .offset = offsetof(CompressionStream, unused_data),
     .doc = "Data found after the end of the compressed stream."},
};

template <class Stream>
constexpr TypeSpec stream_spec(const char* name, Result<Value> (*new_)(Type*, const Arguments&),
                               void (*release)(Object*), std::span<const MethodSpec> methods) {
  TypeSpec spec = {.name = name,
                   .kind = Kind::kNative,
                   .basic_size = sizeof(Stream),
                   .flags = kTypeHasFinalizer | kTypeImmutable,
                   .trace = trace_members<&CompressionStream::unused_data>,
                   .methods = methods};
  spec.slots.new_ = new_;
  spec.slots.release = release;
  return spec;
}

template <class Stream>
constexpr TypeSpec compressor_spec(const char* name, Result<Value> (*new_)(Type*, const Arguments&),
                                   void (*release)(Object*), std::span<const MethodSpec> methods) {
  TypeSpec spec = stream_spec<Stream>(name, new_, release, methods);
  spec.doc = "Create a compressor object for compressing data incrementally.";
  return spec;
}

template <class Stream>
constexpr TypeSpec decompressor_spec(const char* name, Result<Value> (*new_)(Type*, const Arguments&),
                                     void (*release)(Object*), std::span<const MethodSpec> methods,
                                     std::span<const GetSetSpec> getsets) {
  TypeSpec spec = stream_spec<Stream>(name, new_, release, methods);
  spec.getsets = getsets;
  spec.members = kUnusedDataMember;
  spec.doc = "Create a decompressor object for decompressing data incrementally.";
  return spec;
}

}  // namespace ouro::vm
