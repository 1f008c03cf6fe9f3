// File names: bytes of the system as text and back, with bytes that are no text as surrogates (PEP 383).
#include <langinfo.h>

#include "base/unicode.h"
#include "vm/builtins/codecs.h"
#include "vm/import/import.h"

namespace ouro::vm {

namespace {

std::string encoding = "utf-8";
bool is_utf8 = true;

Result<Str*> decode_utf8_name(std::string_view bytes) {
  if (!find_utf8_error(bytes)) return make_str(bytes);
  std::string text;
  while (!bytes.empty()) {
    auto error = find_utf8_error(bytes);
    size_t good = error ? error->start : bytes.size();
    text += bytes.substr(0, good);
    bytes.remove_prefix(good);
    if (!error) break;
    for (size_t i = 0; i < error->end - error->start; ++i)
      append_code_point(text, 0xDC00 + static_cast<uint8_t>(bytes[i]));
    bytes.remove_prefix(error->end - error->start);
  }
  return make_str(text);
}

Result<std::string> encode_utf8_name(Str* text) {
  if (text->is_ascii()) return std::string(text->ascii_view());
  std::string bytes;
  for (size_t i = 0; i < text->length; ++i) {
    char32_t c = text->at(i);
    if (c >= 0xDC80 && c <= 0xDCFF) {
      bytes.push_back(static_cast<char>(c - 0xDC00));
    } else if (c >= 0xD800 && c <= 0xDFFF) {
      return utf8_or_raise(text);  // raises UnicodeEncodeError
    } else {
      append_code_point(bytes, c);
    }
  }
  return bytes;
}

Result<std::string> encode_name(Str* text) {
  if (is_utf8) return encode_utf8_name(text);
  Value bytes = TRY(encode_text(text, encoding.c_str(), "surrogateescape"));
  return std::string(bytes.as<Bytes>()->view());
}

/// Python's name for an encoding that the C library names.
std::string python_name(std::string_view name) {
  std::string lower;
  for (char c : name)
    lower.push_back(c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  if (lower == "utf8" || lower == "utf-8") return "utf-8";
  if (lower == "ansi-x3.4-1968" || lower == "us-ascii" || lower == "646" || lower == "ascii") return "ascii";
  if (lower == "iso-8859-1" || lower == "latin-1") return "iso8859-1";
  if (lower.starts_with("iso-8859-")) return "iso8859-" + lower.substr(9);
  return lower;
}

}  // namespace

bool utf8_mode = false;

void set_file_system_encoding(std::string_view name) {
  encoding = python_name(name);
  is_utf8 = encoding == "utf-8";
}

std::string_view file_system_encoding() {
  return encoding;
}

std::string locale_encoding() {
  const char* codes = nl_langinfo(CODESET);
  return codes == nullptr || *codes == '\0' ? "UTF-8" : codes;
}

Result<Str*> decode_file_name(std::string_view bytes) {
  if (is_utf8) return decode_utf8_name(bytes);
  Value text = TRY(decode_text(bytes, Value(), encoding.c_str(), "surrogateescape"));
  return text.as<Str>();
}

Result<std::string> encode_file_name(Value path) {
  Value object = is_str(path) || is_bytes(path) ? path : TRY(fs_path(path));
  std::string bytes =
      is_bytes(object) ? std::string(object.as<Bytes>()->view()) : TRY(encode_name(object.as<Str>()));
  if (bytes.find('\0') != std::string::npos) return raise(types.ValueError, "embedded null byte");
  return bytes;
}

}  // namespace ouro::vm
