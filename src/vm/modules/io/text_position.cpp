// _io.TextIOWrapper: tell() and seek(). See text.h for what a position is.
#include "vm/modules/io/text.h"
#include "vm/object/str_data.h"

namespace ouro::vm::io {

namespace {

struct Cookie {
  int64_t start = 0;           // bits 0-63
  uint32_t flags = 0;          // the next 32: the decoder's state there
  uint32_t bytes_to_feed = 0;  // the next 32
  uint32_t chars_to_skip = 0;  // the next 32
  bool needs_end = false;      // the next 8: the decoder must be told that the input ends
};

Result<Value> pack(const Cookie& cookie) {
  const uint64_t limbs[] = {static_cast<uint64_t>(cookie.start),
                            cookie.flags | uint64_t{cookie.bytes_to_feed} << 32,
                            cookie.chars_to_skip | (cookie.needs_end ? uint64_t{1} << 32 : 0)};
  return make_int(false, limbs);
}

/// Of a number that is not negative.
Result<Cookie> unpack(Value number) {
  uint64_t small;
  const IntView view = int_view(number, &small);
  uint64_t limbs[3] = {};
  if (view.limbs.size() > 3 || (view.limbs.size() == 3 && view.limbs[2] >> 40 != 0))
    return raise(types.OverflowError, "int too big to convert");
  for (size_t i = 0; i < view.limbs.size(); ++i) limbs[i] = view.limbs[i];
  Cookie cookie;
  cookie.start = static_cast<int64_t>(limbs[0]);
  cookie.flags = static_cast<uint32_t>(limbs[1]);
  cookie.bytes_to_feed = static_cast<uint32_t>(limbs[1] >> 32);
  cookie.chars_to_skip = static_cast<uint32_t>(limbs[2]);
  cookie.needs_end = limbs[2] >> 32 != 0;
  return cookie;
}

/// Finds the position of the character `used` of the decoded chunk: the decoder is run again over the
/// snapshot's bytes.
class PositionFinder {
 public:
  PositionFinder(Text* self, Cookie cookie) : self_(self), cookie_(cookie), wanted_(self->used) {}

  Result<Cookie> find(std::string_view input) {
    int64_t skipped = TRY(guess(input));
    cookie_.start += skipped;
    cookie_.chars_to_skip = static_cast<uint32_t>(wanted_);
    if (wanted_ == 0) return cookie_;
    TRY(feed(input.substr(static_cast<size_t>(skipped))));
    cookie_.chars_to_skip = static_cast<uint32_t>(wanted_);
    return cookie_;
  }

 private:
  Result<int64_t> decode_count(std::string_view bytes, bool final = false) {
    return static_cast<int64_t>(TRY(decode(self_, bytes, final))->length);
  }

  /// A start near the wanted character, where the decoder holds nothing back.
  Result<int64_t> guess(std::string_view input) {
    auto skip = static_cast<int64_t>(self_->bytes_per_char * static_cast<double>(wanted_));
    skip = std::min(skip, static_cast<int64_t>(input.size()));
    int64_t step = 1;
    while (skip > 0) {
      TRY(set_decoder_state(self_, {empty_bytes(), cookie_.flags}));
      const int64_t count = TRY(decode_count(input.substr(0, static_cast<size_t>(skip))));
      if (count > wanted_) {
        skip -= step;
        step *= 2;
        continue;
      }
      const DecoderState state = TRY(decoder_state(self_));
      if (state.input->length == 0) {
        cookie_.flags = static_cast<uint32_t>(state.flags);
        wanted_ -= count;
        return skip;
      }
      skip -= static_cast<int64_t>(state.input->length);
      step = 1;
    }
    TRY(set_decoder_state(self_, {empty_bytes(), cookie_.flags}));
    return 0;
  }

  /// Byte by byte, until the wanted character is there; every place at which the decoder holds nothing back
  /// is a better start.
  Status feed(std::string_view input) {
    int64_t count = 0;
    for (size_t i = 0; i < input.size(); ++i) {
      count += TRY(decode_count(input.substr(i, 1)));
      ++cookie_.bytes_to_feed;
      const DecoderState state = TRY(decoder_state(self_));
      if (state.input->length == 0 && count <= wanted_) {
        cookie_.start += cookie_.bytes_to_feed;
        wanted_ -= count;
        cookie_.flags = static_cast<uint32_t>(state.flags);
        cookie_.bytes_to_feed = 0;
        count = 0;
      }
      if (count >= wanted_) return {};
    }
    count += TRY(decode_count({}, true));
    cookie_.needs_end = true;
    if (count < wanted_) return raise(types.OSError, "can't reconstruct logical file position");
    return {};
  }

  Text* self_;
  Cookie cookie_;
  int64_t wanted_;
};

}  // namespace

Result<Value> text_tell(const Value* a) {
  auto* self = a[0].as<Text>();
  TRY(check_attached(self));
  TRY(check_open(self));
  if (!self->seekable) return unsupported("underlying stream is not seekable");
  if (!self->telling) return raise(types.OSError, "telling position disabled by next() call");
  TRY(flush_pending(self));
  TRY(call_method(self, names.flush));
  const Value position = TRY(call_method(self->buffer, names.tell));
  if (!self->reads || !self->has_snapshot) return position;
  Cookie cookie;
  cookie.start = TRY(to_int64(position)) - static_cast<int64_t>(self->snapshot_input->length);
  cookie.flags = static_cast<uint32_t>(self->snapshot_flags);
  if (self->used == 0) return pack(cookie);
  const DecoderState saved = TRY(decoder_state(self));
  const uint8_t seen = self->newlines.seen;
  PositionFinder finder(self, cookie);
  auto found = finder.find(self->snapshot_input->view());
  self->newlines.seen = seen;
  TRY(and_then(found.ok() ? Status() : Status(Raised{}), [&] { return set_decoder_state(self, saved); }));
  return pack(found.unwrap());
}

namespace {

Result<Value> seek_to_end(Text* self) {
  TRY(call_method(self, names.flush));
  set_decoded(self, nullptr);
  drop_snapshot(self);
  TRY(reset_decoder(self));
  const Value position =
      TRY(call_method(self->buffer, names.seek, {Value::from_small(0), Value::from_small(2)}));
  if (self->writes) TRY(set_encoder_at(self, TRY(equal(position, Value::from_small(0)))));
  return position;
}

/// Gives the decoder again what it had before the position.
Status replay(Text* self, const Cookie& cookie) {
  const Value input = TRY(call_method(self->buffer, names.read, {make_int(cookie.bytes_to_feed)}));
  if (!is_bytes(input))
    return raise(types.TypeError, "underlying read() should have returned a bytes object, not '{}'",
                 type_name(input));
  store(static_cast<Object*>(self), self->snapshot_input, input.as<Bytes>());
  self->snapshot_flags = cookie.flags;
  self->has_snapshot = true;
  Str* text = TRY(decode(self, input.as<Bytes>()->view(), cookie.needs_end));
  set_decoded(self, text);
  if (text->length < cookie.chars_to_skip) return raise(types.OSError, "can't restore logical file position");
  self->used = cookie.chars_to_skip;
  return {};
}

Result<Value> seek_to_cookie(Text* self, Value number) {
  if (TRY(less(number, Value::from_small(0))))
    return raise(types.ValueError, "negative seek position {}", repr_text(number));
  TRY(call_method(self, names.flush));
  const Cookie cookie = TRY(unpack(TRY(to_index(number))));
  TRY(call_method(self->buffer, names.seek, {make_int(cookie.start)}));
  set_decoded(self, nullptr);
  drop_snapshot(self);
  const bool at_start = cookie.start == 0 && cookie.flags == 0;
  if (self->reads) {
    if (at_start)
      TRY(reset_decoder(self));
    else
      TRY(set_decoder_state(self, {empty_bytes(), cookie.flags}));
  }
  if (cookie.chars_to_skip > 0) {
    TRY(replay(self, cookie));
  } else {
    store(static_cast<Object*>(self), self->snapshot_input, empty_bytes());
    self->snapshot_flags = cookie.flags;
    self->has_snapshot = true;
  }
  if (self->writes) TRY(set_encoder_at(self, at_start));
  return number;
}

}  // namespace

Result<Value> text_seek(const Value* a) {
  auto* self = a[0].as<Text>();
  const int whence = a[2].is_null() ? 0 : TRY(to_c_int(a[2]));
  TRY(check_attached(self));
  TRY(check_open(self));
  if (!self->seekable) return unsupported("underlying stream is not seekable");
  if (whence < 0 || whence > 2)
    return raise(types.ValueError, "invalid whence ({}, should be 0, 1 or 2)", whence);
  if (whence == 0) return seek_to_cookie(self, a[1]);
  const bool stays = TRY(equal(a[1], Value::from_small(0)));
  if (!stays)
    return unsupported(whence == 1 ? "can't do nonzero cur-relative seeks"
                                   : "can't do nonzero end-relative seeks");
  if (whence == 2) return seek_to_end(self);
  return seek_to_cookie(self, TRY(call_method(self, names.tell)));
}

Result<Value> text_truncate(const Value* a) {
  auto* self = a[0].as<Text>();
  TRY(check_attached(self));
  TRY(call_method(self, names.flush));
  return call_method(self->buffer, names.truncate, {a[1].is_null() ? none() : a[1]});
}

}  // namespace ouro::vm::io
