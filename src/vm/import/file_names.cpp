// File names: bytes of the system as text and back. UTF-8, with bytes that are none as surrogates (PEP 383).
#include "base/unicode.h"
#include "vm/import/import.h"

namespace ouro::vm {

Result<Str*> decode_file_name(std::string_view bytes) {
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

Result<std::string> encode_file_name(Value path) {
  Value object = is_str(path) || is_bytes(path) ? path : TRY(fs_path(path));
  std::string bytes;
  if (is_bytes(object)) {
    bytes = object.as<Bytes>()->view();
  } else {
    auto* text = object.as<Str>();
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
  }
  if (bytes.find('\0') != std::string::npos) return raise(types.ValueError, "embedded null byte");
  return bytes;
}

}  // namespace ouro::vm
