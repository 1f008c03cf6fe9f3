// The module binascii: uuencode, base64, quoted-printable, hexadecimal, and two checksums.
#include <array>

#include "vm/builtins/bytes_methods.h"
#include "vm/modules/native_module.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

Type* error_type = nullptr;
Type* incomplete_type = nullptr;

/// Text to decode: ASCII, as a str or any buffer.
class AsciiData {
 public:
  Status take(Value value) {
    if (is_str(value)) {
      const Str* text = value.as<Str>();
      if (!text->is_ascii())
        return raise(types.ValueError, "string argument should contain only ASCII characters");
      view_ = text->ascii_view();
      return {};
    }
    if (!has_buffer(value))
      return raise(types.TypeError, "argument should be bytes, buffer or ASCII string, not '{}'",
                   type_name(value));
    TRY(buffer_.acquire(value));
    view_ = buffer_.text();
    return {};
  }
  std::string_view view() const { return view_; }

 private:
  Buffer buffer_;
  std::string_view view_;
};

Result<bool> flag(Value value, bool otherwise) {
  if (value.is_null()) return otherwise;
  return TRY(to_c_int(value)) != 0;
}

// ---- uuencode

Result<Value> a2b_uu(const Value* a) {
  AsciiData data;
  TRY(data.take(a[1]));
  std::string_view in = data.view();
  size_t wanted = 32;
  if (!in.empty()) {
    wanted = static_cast<size_t>((in[0] - ' ') & 63);
    in.remove_prefix(1);
  }
  std::string out;
  unsigned buffer = 0;
  int bits = 0;
  size_t at = 0;
  while (out.size() < wanted) {
    unsigned value = 0;
    if (at < in.size()) {
      const auto c = static_cast<unsigned char>(in[at]);
      if (c != '\n' && c != '\r') {
        // '`' stands for zero in some encoders.
        if (c < ' ' || c > ' ' + 64) return raise(error_type, "Illegal char");
        value = (c - ' ') & 63u;
      }
      ++at;
    }
    buffer = buffer << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(buffer >> bits);
      buffer &= (1u << bits) - 1;
    }
  }
  for (; at < in.size(); ++at)
    if (in[at] != ' ' && in[at] != '`' && in[at] != '\n' && in[at] != '\r')
      return raise(error_type, "Trailing garbage");
  return make_bytes(out);
}

Result<Value> b2a_uu(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  const bool backtick = TRY(flag(a[2], false));
  if (data.size() > 45) return raise(error_type, "At most 45 bytes at once");
  const auto shown = [backtick](unsigned value) {
    return static_cast<char>(backtick && value == 0 ? '`' : ' ' + value);
  };
  std::string out(1, shown(static_cast<unsigned>(data.size())));
  for (size_t i = 0; i < data.size(); i += 3) {
    unsigned group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < data.size() ? static_cast<unsigned char>(data.data()[i + k]) : 0u);
    // A last group of one or two bytes still has as many characters as it takes to hold them.
    for (int shift = 18; shift >= 0; shift -= 6) out += shown(group >> shift & 63);
  }
  return make_bytes(out + "\n");
}

// ---- base64

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> make_base64_values() {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (int i = 0; i < 64; ++i) values[static_cast<unsigned char>(kBase64[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase64Values = make_base64_values();

Raised bad_base64_length(int position, size_t decoded) {
  if (position != 1) return raise(error_type, "Incorrect padding");
  return raise(error_type,
               "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a "
               "multiple of 4",
               decoded / 3 * 4 + 1);
}

Result<Value> a2b_base64(const Value* a) {
  AsciiData data;
  TRY(data.take(a[1]));
  const bool strict = TRY(flag(a[2], false));
  const std::string_view in = data.view();
  if (strict && !in.empty() && in[0] == '=') return raise(error_type, "Leading padding not allowed");
  std::string out;
  out.reserve(in.size() / 4 * 3 + 3);
  int position = 0, pads = 0;  // in the group of four
  unsigned buffer = 0;
  bool padding = false;
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '=') {
      padding = true;
      if (position >= 2 && position + ++pads >= 4) {
        if (strict && i + 1 < in.size()) return raise(error_type, "Excess data after padding");
        return make_bytes(out);
      }
      continue;
    }
    const int value = kBase64Values[static_cast<unsigned char>(in[i])];
    if (value < 0) {
      if (strict) return raise(error_type, "Only base64 data is allowed");
      continue;
    }
    if (strict && padding) return raise(error_type, "Discontinuous padding not allowed");
    pads = 0;
    buffer = buffer << 6 | static_cast<unsigned>(value);
    if (position != 0) out += static_cast<char>(buffer >> (6 - 2 * position));
    position = (position + 1) % 4;
  }
  if (position != 0) return bad_base64_length(position, out.size());
  return make_bytes(out);
}

Result<Value> b2a_base64(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  const bool newline = TRY(flag(a[2], true));
  const std::string_view in = data.text();
  std::string out;
  out.reserve(in.size() / 3 * 4 + 8);
  for (size_t i = 0; i < in.size(); i += 3) {
    unsigned group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < in.size() ? static_cast<unsigned char>(in[i + k]) : 0u);
    const size_t digits = std::min<size_t>(in.size() - i, 3) + 1;
    for (size_t k = 0; k < 4; ++k) out += k < digits ? kBase64[group >> (18 - 6 * k) & 63] : '=';
  }
  if (newline) out += '\n';
  return make_bytes(out);
}

// ---- hexadecimal

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Result<Value> b2a_hex(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  const Value text = TRY(hex_text(data.text(), a[2], a[3]));
  return make_bytes(text.as<Str>()->ascii_view());
}

Result<Value> a2b_hex(const Value* a) {
  AsciiData data;
  TRY(data.take(a[1]));
  const std::string_view in = data.view();
  if (in.size() % 2 != 0) return raise(error_type, "Odd-length string");
  std::string out;
  for (size_t i = 0; i < in.size(); i += 2) {
    const int high = hex_value(in[i]), low = hex_value(in[i + 1]);
    if (high < 0 || low < 0) return raise(error_type, "Non-hexadecimal digit found");
    out += static_cast<char>(high * 16 + low);
  }
  return make_bytes(out);
}

// ---- quoted-printable

constexpr size_t kMaxLine = 76;

Result<Value> a2b_qp(const Value* a) {
  AsciiData data;
  TRY(data.take(a[1]));
  const bool header = TRY(flag(a[2], false));
  const std::string_view in = data.view();
  std::string out;
  for (size_t i = 0; i < in.size();) {
    if (in[i] != '=') {
      out += header && in[i] == '_' ? ' ' : in[i];
      ++i;
      continue;
    }
    if (++i >= in.size()) break;
    if (in[i] == '\n' || in[i] == '\r') {
      // A soft line break: everything to the end of the line goes.
      while (i < in.size() && in[i] != '\n') ++i;
      if (i < in.size()) ++i;
    } else if (in[i] == '=') {
      out += '=';
      ++i;
    } else if (i + 1 < in.size() && hex_value(in[i]) >= 0 && hex_value(in[i + 1]) >= 0) {
      out += static_cast<char>(hex_value(in[i]) * 16 + hex_value(in[i + 1]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return make_bytes(out);
}

class QuotedPrintable {
 public:
  QuotedPrintable(std::string_view in, bool quote_tabs, bool is_text, bool header)
      : in_(in), quote_tabs_(quote_tabs), is_text_(is_text), header_(header) {
    const size_t newline = in.find('\n');
    crlf_ = newline != std::string_view::npos && newline > 0 && in[newline - 1] == '\r';
  }

  std::string encode() {
    for (size_t i = 0; i < in_.size();) {
      if (must_quote(i)) {
        break_line(3);
        quote(in_[i++]);
        line_ += 3;
      } else if (is_text_ && is_line_end(i)) {
        end_line();
        i += in_[i] == '\r' ? 2 : 1;
      } else {
        if (i + 1 != in_.size() && in_[i + 1] != '\n') break_line(1);
        ++line_;
        out_ += header_ && in_[i] == ' ' ? '_' : in_[i];
        ++i;
      }
    }
    return out_;
  }

 private:
  bool must_quote(size_t i) const {
    const auto c = static_cast<unsigned char>(in_[i]);
    const bool last = i + 1 == in_.size();
    if (c > 126 || c == '=' || (header_ && c == '_')) return true;
    if (c == '.' && line_ == 0 && (last || in_[i + 1] == '\n' || in_[i + 1] == '\r' || in_[i + 1] == 0))
      return true;
    if (c == '\r' || c == '\n') return !is_text_;
    if (c == '\t' || c == ' ') return last || (quote_tabs_ && c < 33);
    return c < 33;
  }
  bool is_line_end(size_t i) const {
    return in_[i] == '\n' || (in_[i] == '\r' && i + 1 < in_.size() && in_[i + 1] == '\n');
  }
  void quote(char byte) {
    const auto c = static_cast<unsigned char>(byte);
    out_ += '=';
    out_ += "0123456789ABCDEF"[c >> 4];
    out_ += "0123456789ABCDEF"[c & 15];
  }
  void newline() {
    if (crlf_) out_ += '\r';
    out_ += '\n';
    line_ = 0;
  }
  /// A soft line break when `more` characters would not fit.
  void break_line(size_t more) {
    if (line_ + more < kMaxLine) return;
    out_ += '=';
    newline();
  }
  /// White space at the end of a line would be lost: it is quoted.
  void end_line() {
    if (!out_.empty() && (out_.back() == ' ' || out_.back() == '\t')) {
      const char blank = out_.back();
      out_.pop_back();
      quote(blank);
    }
    newline();
  }

  std::string_view in_;
  bool quote_tabs_, is_text_, header_, crlf_;
  std::string out_;
  size_t line_ = 0;
};

Result<Value> b2a_qp(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  const bool quote_tabs = TRY(flag(a[2], false));
  const bool is_text = TRY(flag(a[3], true));
  const bool header = TRY(flag(a[4], false));
  return make_bytes(QuotedPrintable(data.text(), quote_tabs, is_text, header).encode());
}

// ---- checksums

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int k = 0; k < 8; ++k) value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320u : value >> 1;
    table[i] = value;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = make_crc_table();

/// The low 32 bits of an int of any size.
Result<uint32_t> low_bits(Value value) {
  const Value integer = TRY(to_index(value));
  uint64_t small;
  const IntView view = int_view(integer, &small);
  const auto low = view.limbs.empty() ? 0u : static_cast<uint32_t>(view.limbs[0]);
  return view.negative ? 0u - low : low;
}

Result<Value> crc32(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  uint32_t crc = ~(a[2].is_null() ? 0u : TRY(low_bits(a[2])));
  for (const char byte : data.text())
    crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 255];
  return make_int(static_cast<int64_t>(~crc));
}

Result<Value> crc_hqx(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  uint32_t crc = TRY(low_bits(a[2])) & 0xFFFF;
  for (const char byte : data.text()) {
    crc ^= static_cast<uint32_t>(static_cast<unsigned char>(byte)) << 8;
    for (int k = 0; k < 8; ++k) crc = ((crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1) & 0xFFFF;
  }
  return make_int(crc);
}

constexpr MethodSpec kFunctions[] = {
    {"a2b_uu", "($module, data, /)", a2b_uu, "Decode a line of uuencoded data."},
    {"b2a_uu", "($module, data, /, *, backtick=False)", b2a_uu, "Uuencode line of data."},
    {"a2b_base64", "($module, data, /, *, strict_mode=False)", a2b_base64, "Decode a line of base64 data."},
    {"b2a_base64", "($module, data, /, *, newline=True)", b2a_base64, "Base64-code line of data."},
    {"a2b_hex", "($module, hexstr, /)", a2b_hex, "Binary data of hexadecimal representation."},
    {"unhexlify", "($module, hexstr, /)", a2b_hex, "Binary data of hexadecimal representation."},
    {"b2a_hex", "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", b2a_hex,
     "Hexadecimal representation of binary data."},
    {"hexlify", "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", b2a_hex,
     "Hexadecimal representation of binary data."},
    {"crc_hqx", "($module, data, crc, /)", crc_hqx, "Compute CRC-CCITT incrementally."},
    {"crc32", "($module, data, crc=0, /)", crc32, "Compute CRC-32 incrementally."},
    {"a2b_qp", "($module, /, data, header=False)", a2b_qp, "Decode a string of qp-encoded data."},
    {"b2a_qp", "($module, /, data, quotetabs=False, istext=True, header=False)", b2a_qp,
     "Encode a string using quoted-printable encoding."},
};

Status execute(Module* module) {
  if (error_type == nullptr) {
    error_type = TRY(make_exception_class("binascii", "Error", types.ValueError));
    add_root(reinterpret_cast<Object**>(&error_type));
    incomplete_type = TRY(make_exception_class("binascii", "Incomplete", types.Exception));
    add_root(reinterpret_cast<Object**>(&incomplete_type));
  }
  TRY(module_add(module, "Error", error_type));
  return module_add(module, "Incomplete", incomplete_type);
}

}  // namespace

extern const ModuleSpec kBinasciiModule;
const ModuleSpec kBinasciiModule = {.name = "binascii",
                                    .doc = "Conversion between binary data and ASCII",
                                    .functions = kFunctions,
                                    .execute = execute};

}  // namespace ouro::vm
