// Writing JSON. Our own few lines because Python's strings may hold lone surrogates and file names any bytes,
// which JSON writers refuse or garble; here both come out as \ud8xx escapes, as Python's json module writes
// and reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ouro {

/// Builds one JSON text from calls in document order. Commas and quoting are its own affair.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  /// UTF-8 text; lone surrogates as three bytes, and any byte that is no UTF-8 as U+DC80..U+DCFF.
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(int64_t value);
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  JsonWriter& field(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& field(std::string_view name, int64_t value) { return key(name).integer(value); }
  JsonWriter& field(std::string_view name, const std::optional<int>& value) {
    return value ? key(name).integer(*value) : key(name).null();
  }

  const std::string& text() const { return out_; }
  void clear() { out_.clear(); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string out_;
};

}  // namespace ouro
