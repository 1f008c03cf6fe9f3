// The module _lzma: filter chains as Python writes them, and the library's errors.
#pragma once

#include <lzma.h>

#include "vm/modules/native_module.h"

namespace ouro::vm::lzma {

extern Type* error_type;

/// The library's answer; what is no error is none.
Status check(lzma_ret code);
/// An int that fits in 32 bits.
Result<uint32_t> to_uint32(Value value);

/// A filter chain in the library's form.
class FilterChain {
 public:
  FilterChain() { filters_[0].id = LZMA_VLI_UNKNOWN; }
  /// From a sequence of dicts.
  Status parse(Value specs);
  /// From one dict.
  Status parse_one(Value spec);
  const lzma_filter* filters() const { return filters_; }

 private:
  union Options {
    lzma_options_lzma lzma;
    lzma_options_delta delta;
    lzma_options_bcj bcj;
  };
  Status parse_filter(Value spec, size_t at);

  lzma_filter filters_[LZMA_FILTERS_MAX + 1];
  Options options_[LZMA_FILTERS_MAX];
};

/// A filter as the dict that would make it.
Result<Value> filter_dict(const lzma_filter& filter);

}  // namespace ouro::vm::lzma
