// UTF-7 (RFC 2152).
#include "vm/builtins/codecs.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

int base64_value(unsigned char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Whether a character stands for itself: everything printable but '+', '\' and '~', and white space.
bool is_direct(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return true;
  return c >= ' ' && c < 0x7F && c != '+' && c != '\\' && c != '~';
}

class Utf7Decoder {
 public:
  Utf7Decoder(DecodeInput input, const char* errors) : input_(input), errors_("utf7", errors) {}

  Result<Str*> run(size_t* consumed) {
    bool more = true;
    while (more) {
      while (at_ < input_.bytes.size()) TRY(step());
      more = false;
      if (shifted_ && consumed == nullptr) more = TRY(finish_shift());
    }
    if (consumed == nullptr) return out_.finish();
    *consumed = shifted_ ? start_ : at_;
    Str* text = TRY(out_.finish());
    return shifted_ ? substring(text, 0, shift_length_) : text;
  }

 private:
  Status fail(std::string_view reason) {
    at_ = TRY(errors_.handle(out_, input_, start_, at_, reason));
    return {};
  }

  Status step() {
    const auto c = static_cast<unsigned char>(input_.bytes[at_]);
    if (shifted_) return base64_value(c) >= 0 ? shifted_step(c) : leave_shift(c);
    if (c == '+') return enter_shift();
    start_ = at_++;
    if (c >= 0x80) return fail("unexpected special character");
    out_.append(c);
    return {};
  }

  Status enter_shift() {
    start_ = at_++;
    if (at_ < input_.bytes.size()) {
      const auto c = static_cast<unsigned char>(input_.bytes[at_]);
      if (c == '-') {
        ++at_;
        out_.append('+');
        return {};
      }
      if (base64_value(c) < 0) {
        ++at_;
        return fail("ill-formed sequence");
      }
    }
    shifted_ = true;
    high_ = 0;
    bits_ = 0;
    buffer_ = 0;
    shift_length_ = out_.length();
    return {};
  }

  Status shifted_step(unsigned char c) {
    buffer_ = buffer_ << 6 | static_cast<uint32_t>(base64_value(c));
    bits_ += 6;
    ++at_;
    if (bits_ < 16) return {};
    bits_ -= 16;
    const char32_t unit = buffer_ >> bits_;
    buffer_ &= (1u << bits_) - 1;
    if (high_ != 0) {
      if (unit >= 0xDC00 && unit < 0xE000) {
        out_.append(0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00));
        high_ = 0;
        return {};
      }
      out_.append(high_);
      high_ = 0;
    }
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
    } else {
      out_.append(unit);
    }
    return {};
  }

  Status leave_shift(unsigned char c) {
    shifted_ = false;
    if (bits_ >= 6) {
      ++at_;
      return fail("partial character in shift sequence");
    }
    if (bits_ > 0 && buffer_ != 0) {
      ++at_;
      return fail("non-zero padding bits in shift sequence");
    }
    if (high_ != 0 && c < 0x80 && c != '+') out_.append(high_);
    high_ = 0;
    if (c == '-') ++at_;
    return {};
  }

  Result<bool> finish_shift() {
    shifted_ = false;
    if (high_ == 0 && bits_ < 6 && (bits_ == 0 || buffer_ == 0)) return false;
    at_ = input_.bytes.size();
    TRY(fail("unterminated shift sequence"));
    return at_ < input_.bytes.size();
  }

  DecodeInput input_;
  DecodeErrors errors_;
  StrBuilder out_;
  size_t at_ = 0, start_ = 0, shift_length_ = 0;
  bool shifted_ = false;
  uint32_t buffer_ = 0;
  int bits_ = 0;
  char32_t high_ = 0;
};

class Utf7Encoder {
 public:
  std::string encode(const Str* text) {
    for (size_t i = 0; i < text->length; ++i) add(text->at(i));
    flush();
    if (shifted_) out_ += '-';
    return out_;
  }

 private:
  void add(char32_t c) {
    if (is_direct(c)) {
      if (shifted_) {
        flush();
        shifted_ = false;
        if (base64_value(static_cast<unsigned char>(c)) >= 0 || c == '-') out_ += '-';
      }
      out_ += static_cast<char>(c);
      return;
    }
    if (!shifted_) {
      if (c == '+') {
        out_ += "+-";
        return;
      }
      out_ += '+';
      shifted_ = true;
    }
    if (c >= 0x10000) {
      unit(0xD800 + ((c - 0x10000) >> 10));
      c = 0xDC00 + ((c - 0x10000) & 0x3FF);
    }
    unit(c);
  }

  void unit(char32_t value) {
    buffer_ = buffer_ << 16 | value;
    bits_ += 16;
    while (bits_ >= 6) {
      bits_ -= 6;
      out_ += kBase64[buffer_ >> bits_ & 63];
    }
  }

  void flush() {
    if (bits_ != 0) out_ += kBase64[buffer_ << (6 - bits_) & 63];
    bits_ = 0;
    buffer_ = 0;
  }

  std::string out_;
  bool shifted_ = false;
  uint64_t buffer_ = 0;
  int bits_ = 0;
};

}  // namespace

Result<Str*> decode_utf7(DecodeInput input, const char* errors, size_t* consumed) {
  return Utf7Decoder(input, errors).run(consumed);
}

Result<Bytes*> encode_utf7(Str* text) {
  return make_bytes(Utf7Encoder().encode(text));
}

}  // namespace ouro::vm
