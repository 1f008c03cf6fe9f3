// The error handlers "strict", "ignore" and "replace" are these codecs' own; all others are asked by name.
#include "vm/modules/multibyte/coding.h"

#include "vm/builtins/codecs.h"
#include "vm/object/exceptions.h"
#include "vm/object/native.h"

namespace ouro::vm::multibyte {

namespace {

constexpr std::string_view kIllegal = "illegal multibyte sequence";
constexpr std::string_view kIncomplete = "incomplete multibyte sequence";

std::string_view reason_of(const Stop& stop) {
  return stop.outcome == Outcome::Incomplete ? kIncomplete : kIllegal;
}

/// The exception for this error; one object serves all errors of a text.
Status describe(Value* kept, Type* type, const char* encoding, Value object, size_t start, size_t end,
                std::string_view reason) {
  const auto first = static_cast<int64_t>(start), last = static_cast<int64_t>(end);
  if (kept->is_null()) {
    *kept = TRY(
        call(type, {make_str(encoding), object, make_int(first), make_int(last), Value(make_str(reason))}));
    return {};
  }
  auto* error = kept->as<UnicodeErrorObject>();
  error->start = first;
  error->end = last;
  store(error, error->reason, Value(make_str(reason)));
  return {};
}

struct Answer {
  Value replacement;
  size_t position;
};

Result<Answer> ask_handler(const Str* errors, Value exception, bool encoding, size_t length) {
  const Value handler = TRY(lookup_error_handler(to_utf8(errors)));
  const Value result = TRY(call(handler, {exception}));
  const auto* pair = is_tuple(result) && result.as<Tuple>()->length == 2 ? result.as<Tuple>() : nullptr;
  if (pair == nullptr || !(is_str(pair->items[0]) || (encoding && is_bytes(pair->items[0]))) ||
      !is_int(pair->items[1]))
    return raise(types.TypeError, "{} error handler must return (str, int) tuple",
                 encoding ? "encoding" : "decoding");
  int64_t position = -1;
  if (int_fits(pair->items[1], &position)) {
    if (position < 0) position += static_cast<int64_t>(length);
  } else {
    position = -1;
  }
  if (position < 0 || static_cast<size_t>(position) > length)
    return raise(types.IndexError, "position {} from error handler out of bounds", position);
  return Answer{pair->items[0], static_cast<size_t>(position)};
}

class Encoding {
 public:
  Encoding(const Codec& codec, State& state, Str* text, const Str* errors, std::string& out)
      : codec_(codec), state_(state), text_(text), errors_(errors), out_(out) {}

  Status run(bool flush) {
    if (!can_allocate(text_->length * 2 + 16)) return raise_no_memory();
    while (at_ < text_->length) {
      const Stop stop = codec_.encode(codec_, state_, text_, &at_, out_, flush);
      if (stop.outcome == Outcome::Done || stop.outcome == Outcome::Incomplete) break;
      TRY(handle(stop));
    }
    return {};
  }
  size_t consumed() const { return at_; }

 private:
  Status handle(const Stop& stop) {
    if (stop.outcome == Outcome::Internal) return raise(types.RuntimeError, "internal codec error");
    if (equals(errors_, "replace")) {
      size_t at = 0;
      codec_.encode(codec_, state_, make_char('?'), &at, out_, false);
    }
    if (equals(errors_, "replace") || equals(errors_, "ignore")) {
      at_ += stop.length;
      return {};
    }
    TRY(describe(&exception_, types.UnicodeEncodeError, codec_.name, text_, at_, at_ + stop.length,
                 reason_of(stop)));
    if (equals(errors_, "strict")) return raise_value(exception_);
    const Answer answer = TRY(ask_handler(errors_, exception_, true, text_->length));
    if (is_bytes(answer.replacement)) {
      out_ += answer.replacement.as<Bytes>()->view();
    } else {
      size_t consumed;
      TRY(encode_into(codec_, state_, answer.replacement.as<Str>(), make_ascii("strict"), true, false,
                      &consumed, out_));
    }
    at_ = answer.position;
    return {};
  }

  const Codec& codec_;
  State& state_;
  Str* text_;
  const Str* errors_;
  std::string& out_;
  size_t at_ = 0;
  Value exception_;
};

}  // namespace

Status encode_into(const Codec& codec, State& state, Str* text, const Str* errors, bool flush, bool reset,
                   size_t* consumed, std::string& out) {
  Encoding encoding(codec, state, text, errors, out);
  TRY(encoding.run(flush));
  if (reset && codec.reset_encoder != nullptr) codec.reset_encoder(state, out);
  *consumed = encoding.consumed();
  return {};
}

Status Decoding::run(StrBuilder& out, bool final) {
  while (at_ < bytes_.size()) {
    const Stop stop = codec_.decode(codec_, state_, bytes_, &at_, out);
    if (stop.outcome == Outcome::Done || (stop.outcome == Outcome::Incomplete && !final)) break;
    TRY(handle(out, stop));
  }
  return {};
}

Status Decoding::handle(StrBuilder& out, const Stop& stop) {
  if (stop.outcome == Outcome::Internal) return raise(types.RuntimeError, "internal codec error");
  const size_t length = stop.outcome == Outcome::Incomplete ? bytes_.size() - at_ : stop.length;
  if (equals(errors_, "replace")) out.append(0xFFFD);
  if (equals(errors_, "replace") || equals(errors_, "ignore")) {
    at_ += length;
    return {};
  }
  const Value object = exception_.is_null() ? Value(make_bytes(bytes_)) : Value();
  TRY(describe(&exception_, types.UnicodeDecodeError, codec_.name, object, at_, at_ + length,
               reason_of(stop)));
  if (equals(errors_, "strict")) return raise_value(exception_);
  const Answer answer = TRY(ask_handler(errors_, exception_, false, bytes_.size()));
  out.append(answer.replacement.as<Str>());
  at_ = answer.position;
  return {};
}

}  // namespace ouro::vm::multibyte
