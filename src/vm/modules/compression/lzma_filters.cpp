#include "vm/modules/compression/lzma_filters.h"

#include <algorithm>

namespace ouro::vm::lzma {

Type* error_type = nullptr;

Status check(lzma_ret code) {
  switch (code) {
    case LZMA_OK:
    case LZMA_GET_CHECK:
    case LZMA_NO_CHECK:
    case LZMA_STREAM_END:
      return {};
    case LZMA_UNSUPPORTED_CHECK:
      return raise(error_type, "Unsupported integrity check");
    case LZMA_MEM_ERROR:
      return raise_no_memory();
    case LZMA_MEMLIMIT_ERROR:
      return raise(error_type, "Memory usage limit exceeded");
    case LZMA_FORMAT_ERROR:
      return raise(error_type, "Input format not supported by decoder");
    case LZMA_OPTIONS_ERROR:
      return raise(error_type, "Invalid or unsupported options");
    case LZMA_DATA_ERROR:
      return raise(error_type, "Corrupt input data");
    case LZMA_BUF_ERROR:
      return raise(error_type, "Insufficient buffer space");
    case LZMA_PROG_ERROR:
      return raise(error_type, "Internal error");
    default:
      return raise(error_type, "Unrecognized error from liblzma: {}", static_cast<int>(code));
  }
}

Result<uint32_t> to_uint32(Value value) {
  const uint64_t number = TRY(to_uint64(value));
  if (number > UINT32_MAX) return raise(types.OverflowError, "Value too large for uint32_t type");
  return static_cast<uint32_t>(number);
}

namespace {

/// An entry of a spec, or null.
Result<Value> entry(Value spec, const char* name) {
  auto value = get_item(spec, Value(intern(name)));
  if (value.ok()) return value;
  if (!clear_if(types.KeyError)) return Raised{};
  return Value();
}

/// One of the entries of a spec and where its number goes.
struct Option {
  const char* name;
  uint32_t* target;
};

/// Fills in the numbers; a spec with other entries, or with unfit ones, is refused.
Status fill(Value spec, std::initializer_list<Option> options, std::initializer_list<const char*> others,
            const char* kind) {
  auto read = [&]() -> Status {
    for (const Option& option : options) {
      Value value = TRY(entry(spec, option.name));
      if (!value.is_null()) *option.target = TRY(to_uint32(value));
    }
    return {};
  };
  bool good = read().ok();
  if (!good) take_exception();
  if (good && is_dict(spec)) {
    Value key, value;
    for (size_t position = 0; good && dict_next(spec.as<Dict>(), &position, &key, &value);) {
      auto is_key = [&](const char* name) { return is_str(key) && equals(key.as<Str>(), name); };
      good = std::any_of(options.begin(), options.end(), [&](const Option& o) { return is_key(o.name); }) ||
             std::any_of(others.begin(), others.end(), is_key);
    }
  }
  if (!good) return raise(types.ValueError, "Invalid filter specifier for {} filter", kind);
  return {};
}

Status parse_lzma(Value spec, lzma_options_lzma* options) {
  uint32_t preset = LZMA_PRESET_DEFAULT;
  Value given = TRY(entry(spec, "preset"));
  if (!given.is_null()) preset = TRY(to_uint32(given));
  if (lzma_lzma_preset(options, preset) != 0)
    return raise(error_type, "Invalid compression preset: {}", preset);
  uint32_t mode = options->mode, finder = options->mf;
  TRY(fill(spec,
           {{"dict_size", &options->dict_size},
            {"lc", &options->lc},
            {"lp", &options->lp},
            {"pb", &options->pb},
            {"mode", &mode},
            {"nice_len", &options->nice_len},
            {"mf", &finder},
            {"depth", &options->depth}},
           {"id", "preset"}, "LZMA"));
  options->mode = static_cast<lzma_mode>(mode);
  options->mf = static_cast<lzma_match_finder>(finder);
  return {};
}

bool is_bcj(lzma_vli id) {
  return id == LZMA_FILTER_X86 || id == LZMA_FILTER_POWERPC || id == LZMA_FILTER_IA64 ||
         id == LZMA_FILTER_ARM || id == LZMA_FILTER_ARMTHUMB || id == LZMA_FILTER_SPARC;
}

}  // namespace

Status FilterChain::parse_filter(Value spec, size_t at) {
  if (type_of(spec)->slots.subscript == nullptr)
    return raise(types.TypeError, "Filter specifier must be a dict or dict-like object");
  Value id_value = TRY(entry(spec, "id"));
  if (id_value.is_null()) return raise(types.ValueError, "Filter specifier must have an \"id\" entry");
  const lzma_vli id = TRY(to_uint64(id_value));
  Options* options = &options_[at];
  *options = {};
  if (id == LZMA_FILTER_LZMA1 || id == LZMA_FILTER_LZMA2) {
    TRY(parse_lzma(spec, &options->lzma));
  } else if (id == LZMA_FILTER_DELTA) {
    options->delta = {};
    options->delta.type = LZMA_DELTA_TYPE_BYTE;
    options->delta.dist = 1;
    TRY(fill(spec, {{"dist", &options->delta.dist}}, {"id"}, "delta"));
  } else if (is_bcj(id)) {
    options->bcj = {};
    TRY(fill(spec, {{"start_offset", &options->bcj.start_offset}}, {"id"}, "BCJ"));
  } else {
    return raise(types.ValueError, "Invalid filter ID: {}", id);
  }
  filters_[at] = {id, options};
  return {};
}

Status FilterChain::parse(Value specs) {
  const int64_t count = TRY(length(specs));
  if (!is_sequence_like(specs)) return raise(types.TypeError, "{} is not a sequence", type_name(specs));
  if (count > LZMA_FILTERS_MAX)
    return raise(types.ValueError, "Too many filters - liblzma supports a maximum of {}", LZMA_FILTERS_MAX);
  for (int64_t i = 0; i < count; ++i) TRY(parse_filter(TRY(get_item(specs, i)), static_cast<size_t>(i)));
  filters_[count].id = LZMA_VLI_UNKNOWN;
  return {};
}

Status FilterChain::parse_one(Value spec) {
  TRY(parse_filter(spec, 0));
  filters_[1].id = LZMA_VLI_UNKNOWN;
  return {};
}

Result<Value> filter_dict(const lzma_filter& filter) {
  Dict* dict = make_dict();
  auto put = [dict](const char* name, uint64_t number) {
    dict_set(dict, intern(name), make_int_unsigned(number));
  };
  put("id", filter.id);
  if (filter.id == LZMA_FILTER_LZMA1) {
    const auto* options = static_cast<const lzma_options_lzma*>(filter.options);
    put("lc", options->lc);
    put("lp", options->lp);
    put("pb", options->pb);
    put("dict_size", options->dict_size);
  } else if (filter.id == LZMA_FILTER_LZMA2) {
    put("dict_size", static_cast<const lzma_options_lzma*>(filter.options)->dict_size);
  } else if (filter.id == LZMA_FILTER_DELTA) {
    put("dist", static_cast<const lzma_options_delta*>(filter.options)->dist);
  } else if (is_bcj(filter.id)) {
    const auto* options = static_cast<const lzma_options_bcj*>(filter.options);
    if (options != nullptr) put("start_offset", options->start_offset);
  } else {
    return raise(types.ValueError, "Invalid filter ID: {}", filter.id);
  }
  return dict;
}

}  // namespace ouro::vm::lzma
