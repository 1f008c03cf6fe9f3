// The module _bz2, over libbz2.
#include <bzlib.h>

#include "vm/modules/compression/stream.h"

namespace ouro::vm {

namespace {

Type* compressor_type = nullptr;
Type* decompressor_type = nullptr;

// What a stream holds outside the heap, roughly.
constexpr int64_t kCompressorMemory = 7600 * 1024, kDecompressorMemory = 3700 * 1024;

/// _bz2.BZ2Compressor and _bz2.BZ2Decompressor.
struct Stream : CompressionStream {
  bz_stream z;
};
Stream* self_of(Value value) {
  return value.as<Stream>();
}

Status check(int code) {
  switch (code) {
    case BZ_OK:
    case BZ_RUN_OK:
    case BZ_FLUSH_OK:
    case BZ_FINISH_OK:
    case BZ_STREAM_END:
      return {};
    case BZ_CONFIG_ERROR:
      return raise(types.SystemError, "libbzip2 was not compiled correctly");
    case BZ_PARAM_ERROR:
      return raise(types.ValueError, "Internal error - invalid parameters passed to libbzip2");
    case BZ_MEM_ERROR:
      return raise_no_memory();
    case BZ_DATA_ERROR:
    case BZ_DATA_ERROR_MAGIC:
      return raise(types.OSError, "Invalid data stream");
    case BZ_IO_ERROR:
      return raise(types.OSError, "Unknown I/O error");
    case BZ_UNEXPECTED_EOF:
      return raise(types.EOFError, "Compressed file ended before the logical end-of-stream was detected");
    case BZ_SEQUENCE_ERROR:
      return raise(types.RuntimeError, "Internal error - Invalid sequence of commands sent to libbzip2");
    default:
      return raise(types.OSError, "Unrecognized error from libbzip2: {}", code);
  }
}

// ---- compression

Result<Value> new_compressor(Type* type, const Arguments& arguments) {
  static const Signature signature("BZ2Compressor", "(compresslevel=9, /)");
  Value a[1];
  TRY(signature.bind(arguments, a));
  const int level = a[0].is_null() ? 9 : TRY(to_c_int(a[0]));
  if (level < 1 || level > 9) return raise(types.ValueError, "compresslevel must be between 1 and 9");
  auto* self = allocate_instance<Stream>(type);
  TRY(check(BZ2_bzCompressInit(&self->z, level, 0, 0)));
  self->is_open = true;
  account_external(kCompressorMemory);
  return self;
}

void release_compressor(Object* object) {
  auto* self = static_cast<Stream*>(object);
  if (!self->is_open) return;
  self->is_open = false;
  account_external(-kCompressorMemory);
  BZ2_bzCompressEnd(&self->z);
}

Result<Value> run_compressor(Stream* self, std::string_view data, bool finish) {
  const int action = finish ? BZ_FINISH : BZ_RUN;
  CompressionOutput output;
  bz_stream* z = &self->z;
  z->next_in = const_cast<char*>(data.data());
  z->avail_in = z->avail_out = 0;
  size_t left = data.size();
  for (;;) {
    if (z->avail_in == 0 && left > 0) {
      z->avail_in = static_cast<unsigned>(std::min<size_t>(left, UINT_MAX));
      left -= z->avail_in;
    }
    if (action == BZ_RUN && z->avail_in == 0) break;
    if (z->avail_out == 0) TRY(output.make_room(&z->next_out, &z->avail_out));
    const int code = BZ2_bzCompress(z, action);
    TRY(check(code));
    if (action == BZ_FINISH && code == BZ_STREAM_END) break;
  }
  return output.finish(z->avail_out);
}

// ---- decompression

Result<Value> new_decompressor(Type* type, const Arguments& arguments) {
  if (arguments.positional > 0)
    return raise(types.TypeError, "BZ2Decompressor() takes no positional arguments");
  if (arguments.keyword_count() > 0)
    return raise(types.TypeError, "BZ2Decompressor() takes no keyword arguments");
  auto* self = allocate_instance<Stream>(type);
  self->unused_data = empty_bytes();
  self->needs_input = true;
  self->pending = new PendingInput;
  TRY(check(BZ2_bzDecompressInit(&self->z, 0, 0)));
  self->is_open = true;
  account_external(kDecompressorMemory);
  return self;
}

void release_decompressor(Object* object) {
  auto* self = static_cast<Stream*>(object);
  delete self->pending;
  self->pending = nullptr;
  if (!self->is_open) return;
  self->is_open = false;
  account_external(-kDecompressorMemory);
  BZ2_bzDecompressEnd(&self->z);
}

/// Decompresses until the input or the limit is used up; what is left of the input.
Result<std::string_view> run_decompressor(Stream* self, std::string_view data, CompressionOutput* output) {
  bz_stream* z = &self->z;
  z->avail_out = 0;
  TRY(output->make_room(&z->next_out, &z->avail_out));
  for (;;) {
    const auto piece = static_cast<unsigned>(std::min<size_t>(data.size(), UINT_MAX));
    z->next_in = const_cast<char*>(data.data());
    z->avail_in = piece;
    const int code = BZ2_bzDecompress(z);
    data.remove_prefix(piece - z->avail_in);
    TRY(check(code));
    self->at_end = code == BZ_STREAM_END;
    if (self->at_end || data.empty()) return data;
    if (z->avail_out == 0 && !TRY(output->make_room(&z->next_out, &z->avail_out))) return data;
  }
}

Result<Value> decompress(const Value* a) {
  Stream* self = self_of(a[0]);
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  const int64_t limit = a[2].is_null() ? -1 : TRY(to_int64(a[2]));
  if (self->at_end) return raise(types.EOFError, "End of stream already reached");
  CompressionOutput output(limit);
  auto rest = run_decompressor(self, self->pending->add(buffer.text()), &output);
  if (!rest.ok()) {
    self->pending->keep({});
    return Raised{};
  }
  const std::string_view left = rest.unwrap();
  keep_rest(self, left, true);
  return output.finish(self->z.avail_out);
}

constexpr MethodSpec kDecompressorMethods[] = {
    {"decompress", "($self, /, data, max_length=-1)", decompress,
     "Decompress *data*, returning uncompressed data as bytes."},
};
constexpr GetSetSpec kDecompressorGetSets[] = {
    kEofGetSet,
    kNeedsInputGetSet,
};

Status execute(Module* module) {
  static TypeSpec compressor =
      compressor_spec<Stream>("_bz2.BZ2Compressor", new_compressor, release_compressor,
                              CompressorMethods<Stream, run_compressor>::kMethods);
  compressor.signature = "(compresslevel=9, /)";
  static TypeSpec decompressor =
      decompressor_spec<Stream>("_bz2.BZ2Decompressor", new_decompressor, release_decompressor,
                                kDecompressorMethods, kDecompressorGetSets);
  decompressor.signature = "()";
  TRY(add_type(module, &compressor_type, compressor));
  return add_type(module, &decompressor_type, decompressor);
}

}  // namespace

extern const ModuleSpec kBz2Module;
const ModuleSpec kBz2Module = {.name = "_bz2", .doc = "Compression of bzip2.", .execute = execute};

}  // namespace ouro::vm
