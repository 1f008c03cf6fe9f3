// bytes and bytearray: splitting, joining, stripping.
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm {

namespace {

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Pieces as [start, end) from the left or from the right; the latter are turned around at the end.
class Pieces {
 public:
  explicit Pieces(Value self) : self_(self), list_(make_list()) {}
  Status add(std::string_view text) { return list_append(list_, TRY(make_like(self_, text))); }
  List* finish(bool backward) {
    std::span<Value> items = list_->span();
    for (size_t i = 0; backward && i < items.size() / 2; ++i)
      std::swap(items[i], items[items.size() - 1 - i]);
    if (list_->storage != nullptr) write_barrier(list_->storage);
    return list_;
  }

 private:
  Value self_;
  List* list_;
};

Status split_space(Pieces& pieces, std::string_view text, size_t limit) {
  while (true) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    if (text.empty()) return {};
    if (limit-- == 0) return pieces.add(text);
    size_t end = 0;
    while (end < text.size() && !is_blank(text[end])) ++end;
    TRY(pieces.add(text.substr(0, end)));
    text.remove_prefix(end);
  }
}

Status rsplit_space(Pieces& pieces, std::string_view text, size_t limit) {
  while (true) {
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    if (text.empty()) return {};
    if (limit-- == 0) return pieces.add(text);
    size_t start = text.size();
    while (start > 0 && !is_blank(text[start - 1])) --start;
    TRY(pieces.add(text.substr(start)));
    text = text.substr(0, start);
  }
}

Status split_at(Pieces& pieces, std::string_view text, std::string_view separator, size_t limit) {
  while (limit-- != 0) {
    const size_t found = text.find(separator);
    if (found == std::string_view::npos) break;
    TRY(pieces.add(text.substr(0, found)));
    text.remove_prefix(found + separator.size());
  }
  return pieces.add(text);
}

Status rsplit_at(Pieces& pieces, std::string_view text, std::string_view separator, size_t limit) {
  while (limit-- != 0) {
    const size_t found = text.rfind(separator);
    if (found == std::string_view::npos) break;
    TRY(pieces.add(text.substr(found + separator.size())));
    text = text.substr(0, found);
  }
  return pieces.add(text);
}

Result<Value> split(const Value* a, bool backward) {
  size_t limit = static_cast<size_t>(a[2].is_null() ? -1 : TRY(to_int64(a[2])));
  if (static_cast<int64_t>(limit) < 0) limit = SIZE_MAX;
  Pieces pieces(a[0]);
  if (a[1].is_null() || is_none(a[1])) {
    TRY(backward ? rsplit_space(pieces, bytes_of(a[0]), limit) : split_space(pieces, bytes_of(a[0]), limit));
    return pieces.finish(backward);
  }
  Buffer separator;
  TRY(separator.acquire(a[1]));
  if (separator.size() == 0) return raise(types.ValueError, "empty separator");
  TRY(backward ? rsplit_at(pieces, bytes_of(a[0]), separator.text(), limit)
               : split_at(pieces, bytes_of(a[0]), separator.text(), limit));
  return pieces.finish(backward);
}

enum Sides { kLeft = 1, kRight = 2 };

Result<Value> strip(const Value* a, int sides) {
  Buffer set;
  const bool blanks = a[1].is_null() || is_none(a[1]);
  if (!blanks) TRY(set.acquire(a[1]));
  const auto matches = [&](char c) {
    return blanks ? is_blank(c) : set.text().find(c) != std::string_view::npos;
  };
  std::string_view text = bytes_of(a[0]);
  if ((sides & kLeft) != 0)
    while (!text.empty() && matches(text.front())) text.remove_prefix(1);
  if ((sides & kRight) != 0)
    while (!text.empty() && matches(text.back())) text.remove_suffix(1);
  return make_like(a[0], text);
}

Result<std::span<Value>> items_of(Value iterable, Value* keep) {
  *keep = iterable;
  if (is_exactly(iterable, types.list)) return iterable.as<List>()->span();
  if (is_exactly(iterable, types.tuple)) return iterable.as<Tuple>()->span();
  List* made = TRY(list_to_join(iterable));
  *keep = made;
  return made->span();
}

}  // namespace

Result<Value> bytes_split(const Value* a) {
  return split(a, false);
}
Result<Value> bytes_rsplit(const Value* a) {
  return split(a, true);
}

Result<Value> bytes_splitlines(const Value* a) {
  const bool keep_ends = !a[1].is_null() && TRY(to_c_int(a[1])) != 0;
  const std::string_view text = bytes_of(a[0]);
  Pieces lines(a[0]);
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    while (at < text.size() && text[at] != '\n' && text[at] != '\r') ++at;
    const size_t end = at;
    if (at < text.size()) at += text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
    TRY(lines.add(text.substr(start, (keep_ends ? at : end) - start)));
  }
  return lines.finish(false);
}

Result<Value> bytes_join(const Value* a) {
  Buffer unchanging;  // the iterable must not resize a bytearray that joins
  if (!is_bytes(a[0])) TRY(unchanging.acquire(a[0]));
  Value keep;
  const std::span<Value> items = TRY(items_of(a[1], &keep));
  if (items.size() == 1 && is_bytes(a[0]) && is_exactly(items[0], types.bytes)) return items[0];
  const std::string separator(bytes_of(a[0]));
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0) out += separator;
    if (is_bytes(items[i])) {
      out += items[i].as<Bytes>()->view();
      continue;
    }
    if (!has_buffer(items[i]))
      return raise(types.TypeError, "sequence item {}: expected a bytes-like object, {} found", i,
                   type_name(items[i]));
    Buffer buffer;
    TRY(buffer.acquire(items[i]));
    out += buffer.text();
  }
  return make_like(a[0], out);
}

Result<Value> bytes_strip(const Value* a) {
  return strip(a, kLeft | kRight);
}
Result<Value> bytes_lstrip(const Value* a) {
  return strip(a, kLeft);
}
Result<Value> bytes_rstrip(const Value* a) {
  return strip(a, kRight);
}

}  // namespace ouro::vm
