// bytes and bytearray: finding, counting, replacing, partitions.
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/str_methods.h"
#include "vm/object/text_search.h"

namespace ouro::vm {

namespace {

int64_t find_in(std::string_view text, std::string_view needle) {
  return find_text(text.data(), text.size(), needle.data(), needle.size(), 1);
}
int64_t rfind_in(std::string_view text, std::string_view needle) {
  return rfind_text(text.data(), text.size(), needle.data(), needle.size(), 1);
}

/// What to look for: a buffer, or one byte given as an int.
class Needle {
 public:
  Status take(Value value) {
    if (has_buffer(value)) return buffer_.acquire(value);
    if (!is_int(value) && type_of(value)->slots.index == nullptr)
      return raise(types.TypeError, "argument should be integer or bytes-like object, not '{}'",
                   type_name(value));
    byte_ = static_cast<char>(TRY(byte_value(value)));
    return {};
  }
  std::string_view text() const { return buffer_.held() ? buffer_.text() : std::string_view(&byte_, 1); }

 private:
  Buffer buffer_;
  char byte_ = 0;
};

struct Search {
  Needle needle;
  int64_t start, end;
  std::string_view text;  // of self, between start and end
  bool possible = true;   // start and end are in order
  Status take(const char* name, Value self, const Arguments& arguments) {
    Value sub;
    TRY(find_arguments(name, arguments, &sub, &start, &end));
    TRY(needle.take(sub));
    text = bytes_of(self);
    adjust_limits(static_cast<int64_t>(text.size()), &start, &end);
    possible = end >= start;
    text = possible ? text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start))
                    : std::string_view();
    return {};
  }
};

Result<int64_t> find(const char* name, Value self, const Arguments& arguments, bool backward) {
  Search search;
  TRY(search.take(name, self, arguments));
  if (!search.possible) return int64_t{-1};
  const int64_t found =
      backward ? rfind_in(search.text, search.needle.text()) : find_in(search.text, search.needle.text());
  return found < 0 ? found : found + search.start;
}

Result<Value> found_or_raise(int64_t position) {
  if (position < 0) return raise(types.ValueError, "subsection not found");
  return make_int(position);
}

Result<bool> has_one_affix(Value self, Value affix, int64_t start, int64_t end, bool at_end) {
  Buffer buffer;
  TRY(buffer.acquire(affix));
  const std::string_view text = bytes_of(self);
  adjust_limits(static_cast<int64_t>(text.size()), &start, &end);
  const std::string_view wanted = buffer.text();
  if (end - start < static_cast<int64_t>(wanted.size())) return false;
  const auto part = text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start));
  return at_end ? part.ends_with(wanted) : part.starts_with(wanted);
}

Result<Value> has_affix(const char* name, Value self, const Arguments& arguments, bool at_end) {
  Value affix;
  int64_t start, end;
  TRY(find_arguments(name, arguments, &affix, &start, &end));
  if (is_tuple(affix)) {
    for (const Value item : affix.as<Tuple>()->span())
      if (TRY(has_one_affix(self, item, start, end, at_end))) return make_bool(true);
    return make_bool(false);
  }
  if (!has_buffer(affix))
    return raise(types.TypeError, "{} first arg must be bytes or a tuple of bytes, not {}", name,
                 type_name(affix));
  return make_bool(TRY(has_one_affix(self, affix, start, end, at_end)));
}

std::string interleave(std::string_view text, std::string_view with, size_t limit) {
  std::string out;
  for (const char byte : text) {
    if (limit != 0) {
      out += with;
      --limit;
    }
    out += byte;
  }
  if (limit != 0) out += with;
  return out;
}

Result<std::string> replace(std::string_view text, std::string_view old, std::string_view with,
                            size_t limit) {
  if (old.empty()) return interleave(text, with, limit);
  if (with.size() > old.size()) {
    const size_t count = count_text(text.data(), text.size(), old.data(), old.size(), 1, limit);
    size_t growth;
    if (__builtin_mul_overflow(count, with.size() - old.size(), &growth) || growth > INT64_MAX - text.size())
      return raise(types.OverflowError, "replace bytes is too long");
    if (!can_allocate(text.size() + growth)) return raise_no_memory();
  }
  std::string out;
  while (limit-- != 0) {
    const int64_t found = find_in(text, old);
    if (found < 0) break;
    out.append(text.substr(0, static_cast<size_t>(found)));
    out += with;
    text.remove_prefix(static_cast<size_t>(found) + old.size());
  }
  out += text;
  return out;
}

Result<Value> partition(Value self, Value separator, bool backward) {
  Buffer buffer;
  TRY(buffer.acquire(separator));
  const std::string_view sep = buffer.text(), text = bytes_of(self);
  if (sep.empty()) return raise(types.ValueError, "empty separator");
  const int64_t found = backward ? rfind_in(text, sep) : find_in(text, sep);
  if (found < 0) {
    const Value whole = TRY(make_like(self, text));
    const Value first = TRY(make_like(self, {})), second = TRY(make_like(self, {}));
    return backward ? make_tuple({first, second, whole}) : make_tuple({whole, first, second});
  }
  const auto at = static_cast<size_t>(found);
  const Value head = TRY(make_like(self, text.substr(0, at)));
  const Value middle =
      is_bytes(self) && is_exactly(separator, types.bytes) ? separator : TRY(make_like(self, sep));
  const Value tail = TRY(make_like(self, text.substr(at + sep.size())));
  return make_tuple({head, middle, tail});
}

}  // namespace

Result<uint8_t> byte_value(Value value, const char* message) {
  if (value.is_small_int() && static_cast<uint64_t>(value.small_int()) <= 255)
    return static_cast<uint8_t>(value.small_int());
  int64_t number;
  const Value integer = TRY(to_index(value));
  if (!int_fits(integer, &number) || number < 0 || number > 255)
    return raise(types.ValueError, "{}", message);
  return static_cast<uint8_t>(number);
}

Result<Value> bytes_find(Value self, const Arguments& arguments) {
  return make_int(TRY(find("find", self, arguments, false)));
}
Result<Value> bytes_rfind(Value self, const Arguments& arguments) {
  return make_int(TRY(find("rfind", self, arguments, true)));
}
Result<Value> bytes_index(Value self, const Arguments& arguments) {
  return found_or_raise(TRY(find("index", self, arguments, false)));
}
Result<Value> bytes_rindex(Value self, const Arguments& arguments) {
  return found_or_raise(TRY(find("rindex", self, arguments, true)));
}

Result<Value> bytes_count(Value self, const Arguments& arguments) {
  Search search;
  TRY(search.take("count", self, arguments));
  if (!search.possible) return make_int(0);
  const std::string_view needle = search.needle.text();
  return make_int(static_cast<int64_t>(
      count_text(search.text.data(), search.text.size(), needle.data(), needle.size(), 1)));
}

Result<Value> bytes_startswith(Value self, const Arguments& arguments) {
  return has_affix("startswith", self, arguments, false);
}
Result<Value> bytes_endswith(Value self, const Arguments& arguments) {
  return has_affix("endswith", self, arguments, true);
}

Result<bool> bytes_contains(Value self, Value item) {
  if (is_int(item) || type_of(item)->slots.index != nullptr) {
    const uint8_t byte = TRY(byte_value(item));
    return bytes_of(self).find(static_cast<char>(byte)) != std::string_view::npos;
  }
  Buffer buffer;
  TRY(buffer.acquire(item));
  return find_in(bytes_of(self), buffer.text()) >= 0;
}

Result<Value> bytes_replace(const Value* a) {
  Buffer old, with;
  TRY(old.acquire(a[1]));
  TRY(with.acquire(a[2]));
  const int64_t limit = a[3].is_null() ? -1 : TRY(to_int64(a[3]));
  const std::string_view text = bytes_of(a[0]);
  if (limit == 0 || old.size() > text.size()) return make_like(a[0], text);
  return make_like(a[0], TRY(replace(text, old.text(), with.text(), static_cast<size_t>(limit))));
}

Result<Value> bytes_partition(const Value* a) {
  return partition(a[0], a[1], false);
}
Result<Value> bytes_rpartition(const Value* a) {
  return partition(a[0], a[1], true);
}

Result<Value> bytes_removeprefix(const Value* a) {
  Buffer prefix;
  TRY(prefix.acquire(a[1]));
  std::string_view text = bytes_of(a[0]);
  if (text.starts_with(prefix.text())) text.remove_prefix(prefix.size());
  return make_like(a[0], text);
}

Result<Value> bytes_removesuffix(const Value* a) {
  Buffer suffix;
  TRY(suffix.acquire(a[1]));
  std::string_view text = bytes_of(a[0]);
  if (text.ends_with(suffix.text())) text.remove_suffix(suffix.size());
  return make_like(a[0], text);
}

}  // namespace ouro::vm
