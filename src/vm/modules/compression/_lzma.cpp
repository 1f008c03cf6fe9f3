// The module _lzma, over liblzma.
#include "vm/modules/compression/lzma_filters.h"
#include "vm/modules/compression/stream.h"

namespace ouro::vm {

namespace {

using namespace lzma;

enum Format : int { kAuto, kXz, kAlone, kRaw };
constexpr int kCheckUnknown = LZMA_CHECK_ID_MAX + 1;
constexpr int64_t kStreamMemory = 1 << 20;  // outside the heap, at the very least

Type* compressor_type = nullptr;
Type* decompressor_type = nullptr;

/// _lzma.LZMACompressor and _lzma.LZMADecompressor.
struct Stream : CompressionStream {
  lzma_stream z;
  int32_t check;
};
Stream* self_of(Value value) {
  return value.as<Stream>();
}

void release_resources(Object* object) {
  auto* self = static_cast<Stream*>(object);
  delete self->pending;
  self->pending = nullptr;
  if (!self->is_open) return;
  self->is_open = false;
  lzma_end(&self->z);
  account_external(-kStreamMemory);
}

Status open_stream(Stream* self, lzma_ret code) {
  TRY(check(code));
  self->is_open = true;
  account_external(kStreamMemory);
  return {};
}

Raised bad_format(int format) {
  return raise(types.ValueError, "Invalid container format: {}", format);
}

// ---- compression

Status start_compressor(Stream* self, int format, int check_id, uint32_t preset, Value filters) {
  FilterChain chain;
  const bool custom = !is_none(filters);
  switch (format) {
    case kXz: {
      const auto id = static_cast<lzma_check>(check_id == -1 ? LZMA_CHECK_CRC64 : check_id);
      if (!custom) return open_stream(self, lzma_easy_encoder(&self->z, preset, id));
      TRY(chain.parse(filters));
      return open_stream(self, lzma_stream_encoder(&self->z, chain.filters(), id));
    }
    case kAlone: {
      lzma_options_lzma options;
      if (!custom) {
        if (lzma_lzma_preset(&options, preset) != 0)
          return raise(error_type, "Invalid compression preset: {}", preset);
        return open_stream(self, lzma_alone_encoder(&self->z, &options));
      }
      TRY(chain.parse(filters));
      const lzma_filter* f = chain.filters();
      if (f[0].id != LZMA_FILTER_LZMA1 || f[1].id != LZMA_VLI_UNKNOWN)
        return raise(types.ValueError,
                     "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter");
      return open_stream(self,
                         lzma_alone_encoder(&self->z, static_cast<const lzma_options_lzma*>(f[0].options)));
    }
    case kRaw:
      if (!custom) return raise(types.ValueError, "Must specify filters for FORMAT_RAW");
      TRY(chain.parse(filters));
      return open_stream(self, lzma_raw_encoder(&self->z, chain.filters()));
    default:
      return bad_format(format);
  }
}

Result<Value> new_compressor(Type* type, const Arguments& arguments) {
  static const Signature signature("LZMACompressor",
                                   "(format=FORMAT_XZ, check=-1, preset=None, filters=None)");
  Value a[4];
  TRY(signature.bind(arguments, a));
  const int format = a[0].is_null() ? kXz : TRY(to_c_int(a[0]));
  const int check_id = a[1].is_null() ? -1 : TRY(to_c_int(a[1]));
  Value filters = a[3].is_null() ? none() : a[3];
  const bool has_preset = !a[2].is_null() && !is_none(a[2]);
  if (format != kXz && check_id != -1 && check_id != LZMA_CHECK_NONE)
    return raise(types.ValueError, "Integrity checks are only supported by FORMAT_XZ");
  if (has_preset && !is_none(filters))
    return raise(types.ValueError, "Cannot specify both preset and filter chain");
  const uint32_t preset = has_preset ? TRY(to_uint32(a[2])) : LZMA_PRESET_DEFAULT;
  auto* self = allocate_instance<Stream>(type);
  TRY(start_compressor(self, format, check_id, preset, filters));
  return self;
}

Result<Value> run_compressor(Stream* self, std::string_view data, bool finish) {
  const lzma_action action = finish ? LZMA_FINISH : LZMA_RUN;
  CompressionOutput output;
  lzma_stream* z = &self->z;
  z->next_in = reinterpret_cast<const uint8_t*>(data.data());
  z->avail_in = data.size();
  z->avail_out = 0;
  TRY(output.make_room(&z->next_out, &z->avail_out));
  for (;;) {
    lzma_ret code = lzma_code(z, action);
    if (code == LZMA_BUF_ERROR && data.empty() && z->avail_out > 0) code = LZMA_OK;
    TRY(check(code));
    if ((action == LZMA_RUN && z->avail_in == 0) || (action == LZMA_FINISH && code == LZMA_STREAM_END)) break;
    if (z->avail_out == 0) TRY(output.make_room(&z->next_out, &z->avail_out));
  }
  return output.finish(z->avail_out);
}

// ---- decompression

Status start_decompressor(Stream* self, int format, uint64_t limit, Value filters) {
  constexpr uint32_t kFlags = LZMA_TELL_ANY_CHECK | LZMA_TELL_NO_CHECK;
  switch (format) {
    case kAuto:
      return open_stream(self, lzma_auto_decoder(&self->z, limit, kFlags));
    case kXz:
      return open_stream(self, lzma_stream_decoder(&self->z, limit, kFlags));
    case kAlone:
      self->check = LZMA_CHECK_NONE;
      return open_stream(self, lzma_alone_decoder(&self->z, limit));
    case kRaw: {
      self->check = LZMA_CHECK_NONE;
      FilterChain chain;
      TRY(chain.parse(filters));
      return open_stream(self, lzma_raw_decoder(&self->z, chain.filters()));
    }
    default:
      return bad_format(format);
  }
}

Result<Value> new_decompressor(Type* type, const Arguments& arguments) {
  static const Signature signature("LZMADecompressor", "(format=FORMAT_AUTO, memlimit=None, filters=None)");
  Value a[3];
  TRY(signature.bind(arguments, a));
  const int format = a[0].is_null() ? kAuto : TRY(to_c_int(a[0]));
  const bool limited = !a[1].is_null() && !is_none(a[1]), custom = !a[2].is_null() && !is_none(a[2]);
  if (limited && format == kRaw)
    return raise(types.ValueError, "Cannot specify memory limit with FORMAT_RAW");
  const uint64_t limit = limited ? TRY(to_uint64(a[1])) : UINT64_MAX;
  if (format == kRaw && !custom) return raise(types.ValueError, "Must specify filters for FORMAT_RAW");
  if (format != kRaw && custom)
    return raise(types.ValueError, "Cannot specify filters except with FORMAT_RAW");
  auto* self = allocate_instance<Stream>(type);
  self->unused_data = empty_bytes();
  self->needs_input = true;
  self->check = kCheckUnknown;
  self->pending = new PendingInput;
  TRY(start_decompressor(self, format, limit, a[2]));
  return self;
}

/// Decompresses until the input or the limit is used up.
Status run_decompressor(Stream* self, std::string_view data, CompressionOutput* output) {
  lzma_stream* z = &self->z;
  z->next_in = reinterpret_cast<const uint8_t*>(data.data());
  z->avail_in = data.size();
  z->avail_out = 0;
  TRY(output->make_room(&z->next_out, &z->avail_out));
  for (;;) {
    lzma_ret code = lzma_code(z, LZMA_RUN);
    if (code == LZMA_BUF_ERROR && z->avail_in == 0 && z->avail_out > 0) code = LZMA_OK;
    TRY(check(code));
    if (code == LZMA_GET_CHECK || code == LZMA_NO_CHECK) self->check = lzma_get_check(z);
    self->at_end = code == LZMA_STREAM_END;
    if (self->at_end) return {};
    if (z->avail_out == 0) {
      if (!TRY(output->make_room(&z->next_out, &z->avail_out))) return {};
    } else if (z->avail_in == 0) {
      return {};
    }
  }
}

Result<Value> decompress(const Value* a) {
  Stream* self = self_of(a[0]);
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  const int64_t limit = a[2].is_null() ? -1 : TRY(to_int64(a[2]));
  if (self->at_end) return raise(types.EOFError, "Already at end of stream");
  CompressionOutput output(limit);
  if (!run_decompressor(self, self->pending->add(buffer.text()), &output).ok()) {
    self->pending->keep({});
    return Raised{};
  }
  const std::string_view left(reinterpret_cast<const char*>(self->z.next_in), self->z.avail_in);
  keep_rest(self, left, self->z.avail_out > 0);
  return output.finish(self->z.avail_out);
}

Result<Value> get_check(Value self) {
  return make_int(self_of(self)->check);
}

// ---- the module's functions

Result<Value> is_check_supported(const Value* a) {
  return make_bool(lzma_check_is_supported(static_cast<lzma_check>(TRY(to_c_int(a[1])))) != 0);
}

Result<Value> encode_filter_properties(const Value* a) {
  FilterChain chain;
  TRY(chain.parse_one(a[1]));
  uint32_t size;
  TRY(check(lzma_properties_size(&size, chain.filters())));
  Bytes* bytes = TRY(allocate_bytes(size));
  TRY(check(lzma_properties_encode(chain.filters(), bytes->data)));
  return bytes;
}

Result<Value> decode_filter_properties(const Value* a) {
  lzma_filter filter = {TRY(to_uint64(a[1])), nullptr};
  Buffer data;
  TRY(data.acquire(a[2]));
  TRY(check(
      lzma_properties_decode(&filter, nullptr, reinterpret_cast<const uint8_t*>(data.data()), data.size())));
  auto dict = filter_dict(filter);
  std::free(filter.options);
  return dict;
}

constexpr MethodSpec kFunctions[] = {
    {"is_check_supported", "($module, check_id, /)", is_check_supported,
     "Test whether the given integrity check is supported."},
    {"_encode_filter_properties", "($module, filter, /)", encode_filter_properties,
     "Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict)."},
    {"_decode_filter_properties", "($module, filter_id, encoded_props, /)", decode_filter_properties,
     "Return a dict that describes the filter with these options (properties)."},
};
constexpr MethodSpec kDecompressorMethods[] = {
    {"decompress", "($self, /, data, max_length=-1)", decompress,
     "Decompress *data*, returning uncompressed data as bytes."},
};
constexpr GetSetSpec kDecompressorGetSets[] = {
    {"check", get_check, nullptr, "ID of the integrity check used by the input stream."},
    kEofGetSet,
    kNeedsInputGetSet,
};

struct Constant {
  const char* name;
  uint64_t value;
};
constexpr Constant kConstants[] = {
    {"FORMAT_AUTO", kAuto},
    {"FORMAT_XZ", kXz},
    {"FORMAT_ALONE", kAlone},
    {"FORMAT_RAW", kRaw},
    {"CHECK_NONE", LZMA_CHECK_NONE},
    {"CHECK_CRC32", LZMA_CHECK_CRC32},
    {"CHECK_CRC64", LZMA_CHECK_CRC64},
    {"CHECK_SHA256", LZMA_CHECK_SHA256},
    {"CHECK_ID_MAX", LZMA_CHECK_ID_MAX},
    {"CHECK_UNKNOWN", kCheckUnknown},
    {"FILTER_LZMA1", LZMA_FILTER_LZMA1},
    {"FILTER_LZMA2", LZMA_FILTER_LZMA2},
    {"FILTER_DELTA", LZMA_FILTER_DELTA},
    {"FILTER_X86", LZMA_FILTER_X86},
    {"FILTER_IA64", LZMA_FILTER_IA64},
    {"FILTER_ARM", LZMA_FILTER_ARM},
    {"FILTER_ARMTHUMB", LZMA_FILTER_ARMTHUMB},
    {"FILTER_SPARC", LZMA_FILTER_SPARC},
    {"FILTER_POWERPC", LZMA_FILTER_POWERPC},
    {"MF_HC3", LZMA_MF_HC3},
    {"MF_HC4", LZMA_MF_HC4},
    {"MF_BT2", LZMA_MF_BT2},
    {"MF_BT3", LZMA_MF_BT3},
    {"MF_BT4", LZMA_MF_BT4},
    {"MODE_FAST", LZMA_MODE_FAST},
    {"MODE_NORMAL", LZMA_MODE_NORMAL},
    {"PRESET_DEFAULT", LZMA_PRESET_DEFAULT},
    {"PRESET_EXTREME", LZMA_PRESET_EXTREME},
};

Status add_types(Module* module) {
  static TypeSpec compressor =
      compressor_spec<Stream>("_lzma.LZMACompressor", new_compressor, release_resources,
                              CompressorMethods<Stream, run_compressor>::kMethods);
  static TypeSpec decompressor =
      decompressor_spec<Stream>("_lzma.LZMADecompressor", new_decompressor, release_resources,
                                kDecompressorMethods, kDecompressorGetSets);
  decompressor.signature = "(format=FORMAT_AUTO, memlimit=None, filters=None)";
  TRY(add_type(module, &compressor_type, compressor));
  return add_type(module, &decompressor_type, decompressor);
}

Status execute(Module* module) {
  if (error_type == nullptr) {
    error_type = TRY(make_exception_class("_lzma", "LZMAError", types.Exception));
    add_root(reinterpret_cast<Object**>(&error_type));
    TRY(set_attribute(error_type, names.dunder_doc, make_str("Call to liblzma failed.")));
  }
  TRY(module_add(module, "LZMAError", error_type));
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int_unsigned(value)));
  return add_types(module);
}

}  // namespace

extern const ModuleSpec kLzmaModule;
const ModuleSpec kLzmaModule = {
    .name = "_lzma", .doc = "Compression of xz.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
