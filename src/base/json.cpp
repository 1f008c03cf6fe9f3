#include "base/json.h"

#include <fmt/format.h>

#include <iterator>

#include "base/unicode.h"

namespace ouro {

void JsonWriter::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':' && last != '\n') out_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  auto out = std::back_inserter(out_);
  out_ += '"';
  size_t position = 0;
  while (position < text.size()) {
    const auto byte = static_cast<unsigned char>(text[position]);
    if (byte >= 0x80) {
      const auto error = find_utf8_error(text.substr(position, 4));
      const bool surrogate = byte == 0xED && position + 2 < text.size() &&
                             static_cast<unsigned char>(text[position + 1]) >= 0xA0;
      if (surrogate) {
        fmt::format_to(out, "\\u{:04x}", static_cast<uint32_t>(decode_code_point(text, &position)));
      } else if (error && error->start == 0) {
        fmt::format_to(out, "\\udc{:02x}", byte);
        ++position;
      } else {
        append_code_point(out_, decode_code_point(text, &position));
      }
      continue;
    }
    ++position;
    switch (byte) {
      case '"':
        out_ += "\\\"";
        break;
      case '\\':
        out_ += "\\\\";
        break;
      case '\n':
        out_ += "\\n";
        break;
      case '\r':
        out_ += "\\r";
        break;
      case '\t':
        out_ += "\\t";
        break;
      default:
        if (byte < 0x20 || byte == 0x7F) {
          fmt::format_to(out, "\\u{:04x}", byte);
        } else {
          out_ += static_cast<char>(byte);
        }
    }
  }
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::integer(int64_t value) {
  separate();
  out_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{:.6g}", value);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_ += "null";
  return *this;
}

}  // namespace ouro
