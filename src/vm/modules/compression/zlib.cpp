// The module zlib, over the library of that name.
#define ZLIB_CONST
#include <zlib.h>

#include <cstddef>

#include "vm/modules/compression/output.h"

namespace ouro::vm {

namespace {

Type* error_type = nullptr;
Type* compress_type = nullptr;
Type* decompress_type = nullptr;

constexpr int kDefaultMemoryLevel = 8;
constexpr int64_t kDefaultSize = 16 * 1024;
// What a stream holds outside the heap, roughly.
constexpr int64_t kDeflateMemory = 268 * 1024, kInflateMemory = 40 * 1024;

/// zlib.Compress and zlib.Decompress.
struct Stream : Object {
  z_stream z;
  bool is_open, at_end;
  Value unused_data, unconsumed_tail;
  Value dictionary;  // null: none
};

Raised fail(const z_stream& z, int code, const char* doing) {
  const char* text = code == Z_VERSION_ERROR ? "library version mismatch" : z.msg;
  if (text == nullptr) {
    text = code == Z_BUF_ERROR      ? "incomplete or truncated stream"
           : code == Z_STREAM_ERROR ? "inconsistent stream state"
           : code == Z_DATA_ERROR   ? "invalid input data"
                                    : nullptr;
  }
  if (text == nullptr) return raise(error_type, "Error {} {}", code, doing);
  return raise(error_type, "Error {} {}: {}", code, doing, text);
}

/// Input in pieces that fit zlib's counters.
class Input {
 public:
  Input(z_stream* z, std::string_view data) : z_(z), left_(data.size()) {
    z->next_in = reinterpret_cast<const Bytef*>(data.data());
    z->avail_in = 0;
  }
  void next_piece() {
    z_->avail_in = static_cast<uInt>(std::min<size_t>(left_, UINT_MAX));
    left_ -= z_->avail_in;
  }
  bool is_last() const { return left_ == 0; }

 private:
  z_stream* z_;
  size_t left_;
};

Result<int> optional_int(Value value, int otherwise) {
  return value.is_null() ? otherwise : TRY(to_c_int(value));
}

// ---- all at once

/// Deflates with the interpreter's lock released: nobody else knows this stream.
Result<Value> deflate_all(z_stream* z, std::string_view data) {
  CompressionOutput output;
  Input input(z, data);
  int flush;
  do {
    input.next_piece();
    flush = input.is_last() ? Z_FINISH : Z_NO_FLUSH;
    do {
      if (z->avail_out == 0) TRY(output.make_room(&z->next_out, &z->avail_out));
      int code;
      {
        ReleaseLock released;
        code = deflate(z, flush);
      }
      if (code == Z_STREAM_ERROR) return fail(*z, code, "while compressing data");
    } while (z->avail_out == 0);
  } while (flush != Z_FINISH);
  return output.finish(z->avail_out);
}

Result<Value> compress_function(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  const int level = TRY(optional_int(a[2], Z_DEFAULT_COMPRESSION));
  const int window = TRY(optional_int(a[3], MAX_WBITS));
  z_stream z = {};
  const int code = deflateInit2(&z, level, Z_DEFLATED, window, kDefaultMemoryLevel, Z_DEFAULT_STRATEGY);
  if (code == Z_MEM_ERROR) return raise(types.MemoryError, "Out of memory while compressing data");
  if (code == Z_STREAM_ERROR) return raise(error_type, "Bad compression level");
  if (code != Z_OK) return fail(z, code, "while compressing data");
  auto result = deflate_all(&z, data.text());
  deflateEnd(&z);
  return result;
}

Result<Value> inflate_all(z_stream* z, std::string_view data, size_t first) {
  CompressionOutput output(-1, first);
  Input input(z, data);
  int code;
  do {
    input.next_piece();
    const int flush = input.is_last() ? Z_FINISH : Z_NO_FLUSH;
    do {
      if (z->avail_out == 0) TRY(output.make_room(&z->next_out, &z->avail_out));
      {
        ReleaseLock released;
        code = inflate(z, flush);
      }
      if (code == Z_MEM_ERROR) return raise(types.MemoryError, "Out of memory while decompressing data");
      if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END)
        return fail(*z, code, "while decompressing data");
    } while (z->avail_out == 0);
  } while (code != Z_STREAM_END && !input.is_last());
  if (code != Z_STREAM_END) return fail(*z, code, "while decompressing data");
  return output.finish(z->avail_out);
}

Result<Value> decompress_function(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  const int window = TRY(optional_int(a[2], MAX_WBITS));
  const int64_t size = a[3].is_null() ? kDefaultSize : TRY(to_int64(a[3]));
  if (size < 0) return raise(types.ValueError, "bufsize must be non-negative");
  z_stream z = {};
  const int code = inflateInit2(&z, window);
  if (code == Z_MEM_ERROR) return raise(types.MemoryError, "Out of memory while decompressing data");
  if (code != Z_OK) return fail(z, code, "while preparing to decompress data");
  auto result = inflate_all(&z, data.text(), static_cast<size_t>(size));
  inflateEnd(&z);
  return result;
}

template <uLong (*function)(uLong, const Bytef*, z_size_t), uLong start>
Result<Value> checksum(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  uLong value = start;
  if (!a[2].is_null()) {
    // Any int; its lowest 32 bits count.
    Value low = TRY(binary(BinaryOp::And, TRY(to_index(a[2])), make_int(0xFFFFFFFF)));
    value = static_cast<uLong>(TRY(to_int64(low)));
  }
  return make_int(static_cast<int64_t>(
      function(value, reinterpret_cast<const Bytef*>(data.data()), data.size()) & 0xFFFFFFFF));
}

// ---- step by step

Stream* new_stream(Type* type) {
  auto* self = allocate_instance<Stream>(type);
  self->unused_data = self->unconsumed_tail = empty_bytes();
  return self;
}

Stream* self_of(const Value* a) {
  return a[0].as<Stream>();
}

void open_stream(Stream* self, int64_t memory) {
  self->is_open = true;
  account_external(memory);
}
int close_compressor(Stream* self) {
  self->is_open = false;
  account_external(-kDeflateMemory);
  return deflateEnd(&self->z);
}
int close_decompressor(Stream* self) {
  self->is_open = false;
  account_external(-kInflateMemory);
  return inflateEnd(&self->z);
}
void release_compressor(Object* object) {
  auto* self = static_cast<Stream*>(object);
  if (self->is_open) close_compressor(self);
}
void release_decompressor(Object* object) {
  auto* self = static_cast<Stream*>(object);
  if (self->is_open) close_decompressor(self);
}

Status check_dictionary_size(const Buffer& dictionary) {
  if (dictionary.size() > UINT_MAX)
    return raise(types.OverflowError, "zdict length does not fit in an unsigned int");
  return {};
}

Result<Value> compressobj(const Value* a) {
  const int level = TRY(optional_int(a[1], Z_DEFAULT_COMPRESSION));
  const int method = TRY(optional_int(a[2], Z_DEFLATED));
  const int window = TRY(optional_int(a[3], MAX_WBITS));
  const int memory = TRY(optional_int(a[4], kDefaultMemoryLevel));
  const int strategy = TRY(optional_int(a[5], Z_DEFAULT_STRATEGY));
  Buffer dictionary;
  if (!a[6].is_null()) {
    TRY(dictionary.acquire(a[6]));
    TRY(check_dictionary_size(dictionary));
  }
  Stream* self = new_stream(compress_type);
  const int code = deflateInit2(&self->z, level, method, window, memory, strategy);
  if (code == Z_MEM_ERROR) return raise(types.MemoryError, "Can't allocate memory for compression object");
  if (code == Z_STREAM_ERROR) return raise(types.ValueError, "Invalid initialization option");
  if (code != Z_OK) return fail(self->z, code, "while creating compression object");
  open_stream(self, kDeflateMemory);
  if (dictionary.held()) {
    const int set = deflateSetDictionary(&self->z, reinterpret_cast<const Bytef*>(dictionary.data()),
                                         static_cast<uInt>(dictionary.size()));
    if (set == Z_STREAM_ERROR) return raise(types.ValueError, "Invalid dictionary");
    if (set != Z_OK) return raise(types.ValueError, "deflateSetDictionary()");
  }
  return self;
}

Status set_dictionary(Stream* self) {
  Buffer dictionary;
  TRY(dictionary.acquire(self->dictionary));
  TRY(check_dictionary_size(dictionary));
  const int code = inflateSetDictionary(&self->z, reinterpret_cast<const Bytef*>(dictionary.data()),
                                        static_cast<uInt>(dictionary.size()));
  if (code != Z_OK) return fail(self->z, code, "while setting zdict");
  return {};
}

Result<Value> decompressobj(const Value* a) {
  const int window = TRY(optional_int(a[1], MAX_WBITS));
  if (!a[2].is_null() && !has_buffer(a[2]))
    return raise(types.TypeError, "zdict argument must support the buffer protocol");
  Stream* self = new_stream(decompress_type);
  store(self, self->dictionary, a[2]);
  const int code = inflateInit2(&self->z, window);
  if (code == Z_STREAM_ERROR) return raise(types.ValueError, "Invalid initialization option");
  if (code == Z_MEM_ERROR) return raise(types.MemoryError, "Can't allocate memory for decompression object");
  if (code != Z_OK) return fail(self->z, code, "while creating decompression object");
  open_stream(self, kInflateMemory);
  if (!self->dictionary.is_null() && window < 0) TRY(set_dictionary(self));
  return self;
}

/// Deflates what is in the stream until the output has room left; the last code.
Result<int> run_deflate(Stream* self, CompressionOutput* output, int flush, const char* doing) {
  z_stream* z = &self->z;
  int code;
  do {
    if (z->avail_out == 0) TRY(output->make_room(&z->next_out, &z->avail_out));
    code = deflate(z, flush);
    if (code == Z_STREAM_ERROR) return fail(*z, code, doing);
  } while (z->avail_out == 0);
  return code;
}

Result<Value> compress_more(const Value* a) {
  Stream* self = self_of(a);
  Buffer data;
  TRY(data.acquire(a[1]));
  CompressionOutput output;
  self->z.avail_out = 0;
  Input input(&self->z, data.text());
  do {
    input.next_piece();
    TRY(run_deflate(self, &output, Z_NO_FLUSH, "while compressing data"));
  } while (!input.is_last());
  return output.finish(self->z.avail_out);
}

Result<Value> flush_compressor(const Value* a) {
  Stream* self = self_of(a);
  const int mode = TRY(optional_int(a[1], Z_FINISH));
  if (mode == Z_NO_FLUSH) return empty_bytes();
  CompressionOutput output;
  self->z.avail_in = 0;
  self->z.avail_out = 0;
  const int code = TRY(run_deflate(self, &output, mode, "while flushing"));
  const size_t unused = self->z.avail_out;
  if (code == Z_STREAM_END && mode == Z_FINISH) {
    const int closed = close_compressor(self);
    if (closed != Z_OK) return fail(self->z, closed, "while finishing compression");
  } else if (code != Z_OK && code != Z_BUF_ERROR) {
    return fail(self->z, code, "while flushing");
  }
  return output.finish(unused);
}

/// Keeps the input that was not used: behind the end of the stream, or over the limit.
Status keep_rest(Stream* self, std::string_view data, int code) {
  z_stream* z = &self->z;
  const size_t left =
      static_cast<size_t>(data.data() + data.size() - reinterpret_cast<const char*>(z->next_in));
  std::string_view rest(reinterpret_cast<const char*>(z->next_in), left);
  if (code == Z_STREAM_END && z->avail_in > 0) {
    store(self, self->unused_data, Value(TRY(joined_bytes(self->unused_data.as<Bytes>()->view(), rest))));
    z->avail_in = 0;
  }
  if (z->avail_in > 0 || self->unconsumed_tail.as<Bytes>()->length > 0)
    store(self, self->unconsumed_tail, Value(make_bytes(rest)));
  return {};
}

/// Inflates until the input or the output's limit is used up; the last code, which may be an error. `flush`
/// is that of the pieces before the last, and that of the last one.
Result<int> run_inflate(Stream* self, Input* input, CompressionOutput* output, int flush, int last_flush) {
  z_stream* z = &self->z;
  int code = Z_OK;
  do {
    input->next_piece();
    do {
      if (z->avail_out == 0 && !TRY(output->make_room(&z->next_out, &z->avail_out))) return code;
      code = inflate(z, input->is_last() ? last_flush : flush);
      if (code == Z_NEED_DICT && !self->dictionary.is_null())
        TRY(set_dictionary(self));
      else if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END)
        return code;
    } while (z->avail_out == 0 || code == Z_NEED_DICT);
  } while (code != Z_STREAM_END && !input->is_last());
  return code;
}

Result<Value> decompress_more(const Value* a) {
  Stream* self = self_of(a);
  Buffer data;
  TRY(data.acquire(a[1]));
  const int64_t limit = a[2].is_null() ? 0 : TRY(to_int64(a[2]));
  if (limit < 0) return raise(types.ValueError, "max_length must be non-negative");
  CompressionOutput output(limit == 0 ? -1 : limit);
  self->z.avail_out = 0;
  Input input(&self->z, data.text());
  const int code = TRY(run_inflate(self, &input, &output, Z_SYNC_FLUSH, Z_SYNC_FLUSH));
  TRY(keep_rest(self, data.text(), code));
  if (code == Z_STREAM_END)
    self->at_end = true;
  else if (code != Z_OK && code != Z_BUF_ERROR)
    return fail(self->z, code, "while decompressing data");
  return output.finish(self->z.avail_out);
}

Result<Value> flush_decompressor(const Value* a) {
  Stream* self = self_of(a);
  const int64_t length = a[1].is_null() ? kDefaultSize : TRY(to_int64(a[1]));
  if (length <= 0) return raise(types.ValueError, "length must be greater than zero");
  Value tail = self->unconsumed_tail;
  const std::string_view data = tail.as<Bytes>()->view();
  CompressionOutput output(-1, static_cast<size_t>(length));
  self->z.avail_out = 0;
  Input input(&self->z, data);
  const int code = TRY(run_inflate(self, &input, &output, Z_NO_FLUSH, Z_FINISH));
  TRY(keep_rest(self, data, code));
  const size_t unused = self->z.avail_out;
  if (code == Z_STREAM_END && self->is_open) {
    self->at_end = true;
    const int closed = close_decompressor(self);
    if (closed != Z_OK) return fail(self->z, closed, "while finishing decompression");
  }
  return output.finish(unused);
}

template <Type** type, int (*copy)(z_stream*, z_stream*), int64_t memory>
Result<Value> copy_stream(const Value* a) {
  constexpr bool compresses = memory == kDeflateMemory;
  Stream* self = self_of(a);
  Stream* result = new_stream(*type);
  const int code = copy(&result->z, &self->z);
  if (code == Z_STREAM_ERROR) return raise(types.ValueError, "Inconsistent stream state");
  if (code == Z_MEM_ERROR)
    return raise(types.MemoryError, "Can't allocate memory for {} object",
                 compresses ? "compression" : "decompression");
  if (code != Z_OK)
    return fail(self->z, code,
                compresses ? "while copying compression object" : "while copying decompression object");
  open_stream(result, memory);
  result->unused_data = self->unused_data;
  result->unconsumed_tail = self->unconsumed_tail;
  result->dictionary = self->dictionary;
  result->at_end = self->at_end;
  write_barrier(result);
  return result;
}
constexpr NativeFn kCopyCompressor = copy_stream<&compress_type, deflateCopy, kDeflateMemory>;
constexpr NativeFn kCopyDecompressor = copy_stream<&decompress_type, inflateCopy, kInflateMemory>;

Result<Value> get_eof(Value self) {
  return make_bool(self.as<Stream>()->at_end);
}

constexpr MethodSpec kCompressMethods[] = {
    {"compress", "($self, data, /)", compress_more, "Returns a bytes object containing compressed data."},
    {"flush", "($self, mode=zlib.Z_FINISH, /)", flush_compressor,
     "Return a bytes object containing any remaining compressed data."},
    {"copy", "($self, /)", kCopyCompressor, "Return a copy of the compression object."},
    {"__copy__", "($self, /)", kCopyCompressor},
    {"__deepcopy__", "($self, memo, /)", kCopyCompressor},
};
constexpr MethodSpec kDecompressMethods[] = {
    {"decompress", "($self, data, /, max_length=0)", decompress_more,
     "Return a bytes object containing the decompressed version of the data."},
    {"flush", "($self, length=zlib.DEF_BUF_SIZE, /)", flush_decompressor,
     "Return a bytes object containing any remaining decompressed data."},
    {"copy", "($self, /)", kCopyDecompressor, "Return a copy of the decompression object."},
    {"__copy__", "($self, /)", kCopyDecompressor},
    {"__deepcopy__", "($self, memo, /)", kCopyDecompressor},
};
constexpr MemberSpec kDecompressMembers[] = {
    {.name = "unused_data", .offset = offsetof(Stream, unused_data)},
    {.name = "unconsumed_tail", .offset = offsetof(Stream, unconsumed_tail)},
};
constexpr GetSetSpec kDecompressGetSets[] = {{"eof", get_eof}};

constexpr MethodSpec kFunctions[] = {
    {"adler32", "($module, data, value=1, /)", checksum<adler32_z, 1>,
     "Compute an Adler-32 checksum of data."},
    {"compress", "($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)", compress_function,
     "Returns a bytes object containing compressed data."},
    {"compressobj",
     "($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, "
     "strategy=Z_DEFAULT_STRATEGY, zdict=None)",
     compressobj, "Return a compressor object."},
    {"crc32", "($module, data, value=0, /)", checksum<crc32_z, 0>, "Compute a CRC-32 checksum of data."},
    {"decompress", "($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)", decompress_function,
     "Returns a bytes object containing the uncompressed data."},
    {"decompressobj", "($module, /, wbits=MAX_WBITS, zdict=b'')", decompressobj,
     "Return a decompressor object."},
};

struct Constant {
  const char* name;
  int64_t value;
};
constexpr Constant kConstants[] = {
    {"MAX_WBITS", MAX_WBITS},
    {"DEFLATED", Z_DEFLATED},
    {"DEF_MEM_LEVEL", kDefaultMemoryLevel},
    {"DEF_BUF_SIZE", kDefaultSize},
    {"Z_BEST_SPEED", Z_BEST_SPEED},
    {"Z_BEST_COMPRESSION", Z_BEST_COMPRESSION},
    {"Z_DEFAULT_COMPRESSION", Z_DEFAULT_COMPRESSION},
    {"Z_NO_COMPRESSION", Z_NO_COMPRESSION},
    {"Z_FILTERED", Z_FILTERED},
    {"Z_HUFFMAN_ONLY", Z_HUFFMAN_ONLY},
    {"Z_RLE", Z_RLE},
    {"Z_FIXED", Z_FIXED},
    {"Z_DEFAULT_STRATEGY", Z_DEFAULT_STRATEGY},
    {"Z_NO_FLUSH", Z_NO_FLUSH},
    {"Z_PARTIAL_FLUSH", Z_PARTIAL_FLUSH},
    {"Z_SYNC_FLUSH", Z_SYNC_FLUSH},
    {"Z_FULL_FLUSH", Z_FULL_FLUSH},
    {"Z_FINISH", Z_FINISH},
    {"Z_BLOCK", Z_BLOCK},
    {"Z_TREES", Z_TREES},
};

TypeSpec stream_spec(const char* name, void (*release)(Object*), std::span<const MethodSpec> methods) {
  TypeSpec spec = {
      .name = name,
      .kind = Kind::kNative,
      .basic_size = sizeof(Stream),
      .flags = kTypeDisallowNew | kTypeHasFinalizer,
      .trace = trace_members<&Stream::unused_data, &Stream::unconsumed_tail, &Stream::dictionary>,
      .methods = methods};
  spec.slots.release = release;
  return spec;
}

void make_types() {
  if (compress_type != nullptr) return;
  static TypeSpec compressor = stream_spec("zlib.Compress", release_compressor, kCompressMethods);
  static TypeSpec decompressor = stream_spec("zlib.Decompress", release_decompressor, kDecompressMethods);
  decompressor.members = kDecompressMembers;
  decompressor.getsets = kDecompressGetSets;
  compress_type = make_native_type(compressor);
  decompress_type = make_native_type(decompressor);
  add_root(reinterpret_cast<Object**>(&compress_type));
  add_root(reinterpret_cast<Object**>(&decompress_type));
}

Status execute(Module* module) {
  make_types();
  if (error_type == nullptr) {
    error_type = TRY(make_exception_class("zlib", "error", types.Exception));
    add_root(reinterpret_cast<Object**>(&error_type));
  }
  TRY(module_add(module, "error", error_type));
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  TRY(module_add(module, "ZLIB_VERSION", make_str(ZLIB_VERSION)));
  TRY(module_add(module, "ZLIB_RUNTIME_VERSION", make_str(zlibVersion())));
  return module_add(module, "__version__", make_str("1.0"));
}

}  // namespace

extern const ModuleSpec kZlibModule;
const ModuleSpec kZlibModule = {
    .name = "zlib",
    .doc = "Compression and decompression compatible with gzip, over the library zlib.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
