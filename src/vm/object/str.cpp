// str: cells and their characters.
//
// A Str is a header of 48 bytes. Its characters usually follow in the same cell. Two things make them lie
// elsewhere: a long slice points into the text it was cut from, and a text that was concatenated twice in a
// row points into a growing buffer. The buffer is a Blob that knows how much of it is in use; `a + b` appends
// in place when a's characters end exactly where the used part ends, so that a loop of `s += x` costs what
// the appended text costs. Earlier texts go on using the front of the same buffer, which never changes.
//
// The width is always the narrowest that holds all characters, and the ASCII flag is exact: equal texts are
// equal bytes, and hashing the bytes gives what CPython gives.
#include <bit>
#include <cstdlib>

#include "vm/heap/heap_inline.h"
#include "vm/object/exceptions.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

constexpr size_t kInlineData = sizeof(Str);
constexpr size_t kMinShared = 256;   // bytes: shorter slices are copied
constexpr size_t kMinGrowing = 128;  // bytes: shorter concatenations are copied
constexpr uint64_t kMaxLength = uint64_t{1} << 60;

/// The text buffer that grows: a Blob whose first word says how many bytes after it are in use.
struct GrowingBuffer : Object {
  uint64_t length;  // of what follows, as in Blob
  uint64_t used;
  char text[];
  size_t room() const { return length - sizeof(used); }
};

struct CharacterCell {
  Str str;
  uint8_t data[16];
};
alignas(16) CharacterCell character_cells[256];
alignas(16) Str empty_cell;

void fill_header(Str* str, size_t length, uint8_t width, bool ascii) {
  str->kind = Kind::kStr;
  str->flags = ascii ? kStrAscii : 0;
  str->extra = width;
  str->length = length;
}

void start_characters() {
  Shape* shape = types.str->root_shape;
  empty_cell.shape = shape;
  empty_cell.gc = kGcStatic;
  fill_header(&empty_cell, 0, 1, true);
  empty_cell.data_ = &empty_cell + 1;
  for (unsigned c = 0; c < 256; ++c) {
    CharacterCell& cell = character_cells[c];
    cell.str.shape = shape;
    cell.str.gc = kGcStatic;
    fill_header(&cell.str, 1, 1, c < 128);
    cell.data[0] = static_cast<uint8_t>(c);
    cell.str.data_ = cell.data;
  }
}

inline void ensure_characters() {
  if (empty_cell.shape == nullptr) [[unlikely]]
    start_characters();
}

Str* new_inline(size_t length, char32_t max_char) {
  const uint8_t width = width_for(max_char);
  Str* str = allocate_inline<Str>(types.str->root_shape, kInlineData + length * width);
  fill_header(str, length, width, max_char < 0x80);
  str->data_ = reinterpret_cast<char*>(str) + kInlineData;
  return str;
}

Str* new_shared(const void* data, size_t length, uint8_t width, bool ascii, Object* owner) {
  Str* str = allocate_inline<Str>(types.str->root_shape, sizeof(Str));
  fill_header(str, length, width, ascii);
  str->data_ = data;
  str->owner = owner;
  return str;
}

template <class To, class From>
void convert(void* to, const void* from, size_t count) {
  auto* out = static_cast<To*>(to);
  const auto* in = static_cast<const From*>(from);
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<To>(in[i]);
}

template <class Char>
char32_t or_chars(const void* data, size_t count) {
  const auto* in = static_cast<const Char*>(data);
  Char all = 0;
  for (size_t i = 0; i < count; ++i) all |= in[i];
  return all;
}

/// Writes the characters of valid UTF-8.
template <class Char>
void decode_into(Char* out, std::string_view utf8) {
  const auto* in = reinterpret_cast<const uint8_t*>(utf8.data());
  const uint8_t* end = in + utf8.size();
  while (in < end) {
    const uint8_t lead = *in;
    char32_t c = lead;
    if (lead < 0x80) {
      in += 1;
    } else if (lead < 0xE0) {
      c = (lead & 0x1Fu) << 6 | (in[1] & 0x3Fu);
      in += 2;
    } else if (lead < 0xF0) {
      c = (lead & 0x0Fu) << 12 | (in[1] & 0x3Fu) << 6 | (in[2] & 0x3Fu);
      in += 3;
    } else {
      c = (lead & 0x07u) << 18 | (in[1] & 0x3Fu) << 12 | (in[2] & 0x3Fu) << 6 | (in[3] & 0x3Fu);
      in += 4;
    }
    *out++ = static_cast<Char>(c);
  }
}

/// A bound for the characters, by the largest lead byte.
char32_t utf8_bound(std::string_view utf8) {
  uint8_t largest = 0;
  for (const char byte : utf8) largest = std::max(largest, static_cast<uint8_t>(byte));
  return largest < 0x80 ? 0x7F : largest < 0xC4 ? 0xFF : largest < 0xF0 ? 0xFFFF : 0x10FFFF;
}

}  // namespace

bool is_ascii_data(const void* data, size_t size) {
  const auto* at = static_cast<const char*>(data);
  constexpr uint64_t kHigh = 0x8080808080808080u;
  for (; size >= 32; at += 32, size -= 32) {
    uint64_t words[4];
    std::memcpy(words, at, 32);
    if (((words[0] | words[1] | words[2] | words[3]) & kHigh) != 0) return false;
  }
  for (; size >= 8; at += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    if ((word & kHigh) != 0) return false;
  }
  uint64_t rest = 0;
  if (size != 0) std::memcpy(&rest, at, size);
  return (rest & kHigh) == 0;
}

char32_t or_of(const void* data, uint8_t width, size_t count) {
  if (width == 1) return or_chars<uint8_t>(data, count);
  return width == 2 ? or_chars<char16_t>(data, count) : or_chars<char32_t>(data, count);
}

void copy_chars(void* to, uint8_t to_width, const void* from, uint8_t from_width, size_t count) {
  if (to_width == from_width) {
    if (count != 0) std::memcpy(to, from, count * to_width);
  } else if (to_width == 2) {
    from_width == 1 ? convert<char16_t, uint8_t>(to, from, count)
                    : convert<char16_t, char32_t>(to, from, count);
  } else if (to_width == 4) {
    from_width == 1 ? convert<char32_t, uint8_t>(to, from, count)
                    : convert<char32_t, char16_t>(to, from, count);
  } else {
    from_width == 2 ? convert<uint8_t, char16_t>(to, from, count)
                    : convert<uint8_t, char32_t>(to, from, count);
  }
}

size_t count_characters(std::string_view utf8) {
  size_t count = 0;
  for (const char byte : utf8) count += (static_cast<uint8_t>(byte) & 0xC0) != 0x80;
  return count;
}

void trace_str(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Str*>(object)->owner);
}

Str* empty_str() {
  ensure_characters();
  return &empty_cell;
}

Str* make_char(char32_t character) {
  if (character < 256) [[likely]] {
    ensure_characters();
    return &character_cells[character].str;
  }
  Str* str = new_inline(1, character);
  if (str->width() == 2) {
    *static_cast<char16_t*>(writable_data(str)) = static_cast<char16_t>(character);
  } else {
    *static_cast<char32_t*>(writable_data(str)) = character;
  }
  return str;
}

Result<Str*> allocate_str(size_t length, char32_t max_char) {
  if (length == 0) return empty_str();
  if (length > kMaxLength || !can_allocate(kInlineData + length * width_for(max_char)))
    return raise_no_memory();
  return new_inline(length, max_char);
}

Str* make_str_of(const void* data, uint8_t width, size_t count) {
  if (count == 0) return empty_str();
  const char32_t all = or_of(data, width, count);
  if (count == 1) return make_char(all);
  Str* str = new_inline(count, all);
  copy_chars(writable_data(str), str->width(), data, width, count);
  return str;
}

Str* make_ascii(std::string_view ascii) {
  if (ascii.size() <= 1) return ascii.empty() ? empty_str() : make_char(static_cast<uint8_t>(ascii[0]));
  Str* str = new_inline(ascii.size(), 0x7F);
  std::memcpy(writable_data(str), ascii.data(), ascii.size());
  return str;
}

Str* make_str(std::string_view utf8) {
  const char32_t bound = utf8_bound(utf8);
  if (bound < 0x80) return make_ascii(utf8);
  const size_t count = count_characters(utf8);
  if (count == 1) {
    char32_t c;
    decode_into(&c, utf8);
    return make_char(c);
  }
  Str* str = new_inline(count, bound);
  void* data = writable_data(str);
  if (str->width() == 1) {
    decode_into(static_cast<uint8_t*>(data), utf8);
  } else if (str->width() == 2) {
    decode_into(static_cast<char16_t*>(data), utf8);
  } else {
    decode_into(static_cast<char32_t*>(data), utf8);
  }
  return str;
}

Str* make_str_latin1(std::string_view bytes) {
  return make_str_of(bytes.data(), 1, bytes.size());
}

Str* make_str(const char16_t* text, size_t length) {
  return make_str_of(text, 2, length);
}

Str* make_str(const char32_t* text, size_t length) {
  return make_str_of(text, 4, length);
}

char32_t max_char_bound(const Str* str) {
  if (str->width() == 1) return str->is_ascii() ? 0x7F : 0xFF;
  return str->width() == 2 ? 0xFFFF : 0x10FFFF;
}

Str* make_str_instance(Type* type, const Str* text) {
  Str* str = allocate_instance<Str>(type);
  fill_header(str, text->length, text->width(), text->is_ascii());
  str->hash_ = text->hash_;
  str->data_ = text->data_;
  str->owner = text->owner != nullptr ? text->owner : const_cast<Str*>(text);
  return str;
}

Str* exact_str(Str* str) {
  if (str->shape->type == types.str) [[likely]]
    return str;
  if (str->length == 0) return empty_str();
  Str* copy = new_shared(str->data_, str->length, str->width(), str->is_ascii(), str->owner);
  copy->hash_ = str->hash_;
  return copy;
}

// ---- comparison

bool equals(const Str* a, const Str* b) {
  if (a == b) return true;
  if (a->length != b->length || a->width() != b->width()) return false;
  return std::memcmp(a->data_, b->data_, a->length * a->width()) == 0;
}

bool equals(const Str* str, std::string_view ascii) {
  return str->length == ascii.size() && str->is_ascii() &&
         (ascii.empty() || std::memcmp(str->data_, ascii.data(), ascii.size()) == 0);
}

int compare(const Str* a, const Str* b) {
  if (a->width() == 1 && b->width() == 1) {
    const int order = std::memcmp(a->data_, b->data_, std::min(a->length, b->length));
    if (order != 0) return order < 0 ? -1 : 1;
    return a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
  }
  return visit_chars(a, [b](auto left) {
    return visit_chars(b, [left](auto right) {
      const size_t shared = std::min(left.size(), right.size());
      for (size_t i = 0; i < shared; ++i) {
        const char32_t x = left[i], y = right[i];
        if (x != y) return x < y ? -1 : 1;
      }
      return left.size() == right.size() ? 0 : left.size() < right.size() ? -1 : 1;
    });
  });
}

int64_t str_hash(Str* str) {
  if (str->hash_ != 0) [[likely]]
    return str->hash_;
  str->hash_ = hash_data(str->data_, str->length * str->width());
  return str->hash_;
}

// ---- joining and cutting

namespace {

/// The buffer of `a`, when more text can follow a's there.
GrowingBuffer* buffer_to_extend(const Str* a, uint8_t width, size_t more_bytes) {
  if (a->owner == nullptr || a->owner->kind != Kind::kBlob || a->width() != width) return nullptr;
  auto* buffer = static_cast<GrowingBuffer*>(a->owner);
  const char* end = static_cast<const char*>(a->data_) + a->length * width;
  if (end != buffer->text + buffer->used) return nullptr;
  return buffer->used + more_bytes <= buffer->room() ? buffer : nullptr;
}

GrowingBuffer* make_growing(size_t bytes) {
  const size_t size = bytes + bytes / 2 + 64;
  auto* buffer = allocate<GrowingBuffer>(shapes.blob, sizeof(GrowingBuffer) + size);
  buffer->kind = Kind::kBlob;
  buffer->length = sizeof(buffer->used) + size;
  return buffer;
}

Str* append_to(GrowingBuffer* buffer, Str* a, Str* b, uint8_t width, bool ascii) {
  char* at = buffer->text + buffer->used;
  copy_chars(at, width, b->data_, b->width(), b->length);
  buffer->used += b->length * width;
  Str* result =
      new_shared(at - a->length * width, a->length + b->length, width, ascii && b->is_ascii(), buffer);
  result->flags |= kStrConcatenated;
  return result;
}

}  // namespace

Result<Str*> concat(Str* a, Str* b) {
  if (a->length == 0) return exact_str(b);
  if (b->length == 0) return exact_str(a);
  const size_t length = a->length + b->length;
  const uint8_t width = std::max(a->width(), b->width());
  const bool ascii = a->is_ascii() && b->is_ascii();
  if (GrowingBuffer* buffer = buffer_to_extend(a, width, b->length * width))
    return append_to(buffer, a, b, width, ascii);
  if (length > kMaxLength || !can_allocate(sizeof(Str) + length * width * 2)) {
    if (length > kMaxLength || !can_allocate(sizeof(Str) + length * width)) return raise_no_memory();
  } else if ((a->flags & kStrConcatenated) != 0 && length * width >= kMinGrowing) {
    GrowingBuffer* buffer = make_growing(length * width);
    copy_chars(buffer->text, width, a->data_, a->width(), a->length);
    buffer->used = a->length * width;
    return append_to(buffer, a, b, width, ascii);
  }
  Str* result = new_inline(length, ascii ? 0x7F : std::max(max_char_bound(a), max_char_bound(b)));
  auto* out = static_cast<char*>(writable_data(result));
  copy_chars(out, width, a->data_, a->width(), a->length);
  copy_chars(out + a->length * width, width, b->data_, b->width(), b->length);
  result->flags |= kStrConcatenated;
  return result;
}

Result<Str*> build_string(const Value* parts, size_t count) {
  if (count == 1) return parts[0].as<Str>();
  size_t length = 0;
  char32_t bound = 0x7F;
  for (size_t i = 0; i < count; ++i) {
    const Str* part = parts[i].as<Str>();
    length += part->length;
    if (!part->is_ascii()) bound = std::max(bound, max_char_bound(part));
  }
  Str* result = TRY(allocate_str(length, bound));
  const uint8_t width = result->width();
  auto* out = static_cast<char*>(writable_data(result));
  for (size_t i = 0; i < count; ++i) {
    const Str* part = parts[i].as<Str>();
    copy_chars(out, width, part->data_, part->width(), part->length);
    out += part->length * width;
  }
  return result;
}

Str* substring(Str* str, size_t start, size_t end) {
  if (start >= end) return empty_str();
  const size_t count = end - start;
  if (count == str->length) return exact_str(str);
  if (count == 1) return make_char(str->at(start));
  const void* data = char_address(str, start);
  const uint8_t width = str->width();
  const char32_t all = str->is_ascii() ? 0x7F : or_of(data, width, count);
  if (count * width >= kMinShared && count >= str->length / 4 && width_for(all) == width)
    return new_shared(data, count, width, all < 0x80, str->owner != nullptr ? str->owner : str);
  Str* result = new_inline(count, all);
  copy_chars(writable_data(result), result->width(), data, width, count);
  return result;
}

Widened::Widened(const Str* needle, uint8_t width) : data_(needle->data_) {
  if (needle->width() == width) return;
  if (needle->width() > width) {
    data_ = nullptr;
    return;
  }
  void* copy = small_;
  if (needle->length > std::size(small_)) copy = owned_ = std::malloc(needle->length * width);
  copy_chars(copy, width, needle->data_, needle->width(), needle->length);
  data_ = copy;
}

Widened::~Widened() {
  std::free(owned_);
}

}  // namespace ouro::vm
