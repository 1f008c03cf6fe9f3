// Whole texts and pieces through a codec, with the error handlers.
#pragma once

#include "vm/modules/multibyte/codec.h"

namespace ouro::vm::multibyte {

/// Appends what `text` is written as. `flush`: nothing follows; otherwise an undecided end is left, and
/// *consumed tells where. `reset` returns to the initial state behind it.
Status encode_into(const Codec& codec, State& state, Str* text, const Str* errors, bool flush, bool reset,
                   size_t* consumed, std::string& out);

/// Decodes what lies in `bytes`, piece by piece or at once.
class Decoding {
 public:
  Decoding(const Codec& codec, State& state, const Str* errors, std::string_view bytes)
      : codec_(codec), state_(state), errors_(errors), bytes_(bytes) {}
  /// Up to an incomplete end, which is left.
  Status feed(StrBuilder& out) { return run(out, false); }
  /// All; an incomplete end is an error.
  Status finish(StrBuilder& out) { return run(out, true); }
  std::string_view rest() const { return bytes_.substr(at_); }

 private:
  Status run(StrBuilder& out, bool final);
  Status handle(StrBuilder& out, const Stop& stop);

  const Codec& codec_;
  State& state_;
  const Str* errors_;
  std::string_view bytes_;
  size_t at_ = 0;
  Value exception_;
};

}  // namespace ouro::vm::multibyte
