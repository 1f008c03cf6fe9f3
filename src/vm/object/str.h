// str: compact text of 1, 2 or 4 bytes a character, immutable.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/type.h"

namespace ouro::vm {

enum StrFlags : uint8_t {
  kStrInterned = 1,
  kStrAscii = 2,         // all below 128; width is 1
  kStrConcatenated = 4,  // made by concat: the next concat on it expects more to come
};

/// `extra` is the width of a character in bytes: 1 (Latin-1), 2 or 4, the smallest that holds every
/// character. The data may lie inside this cell, in another one (a shared, growing buffer: `owner`), or in
/// static memory.
struct Str : Object {
  uint64_t length;  // in characters
  int64_t hash_;    // 0: not computed yet
  const void* data_;
  Object* owner;  // the cell (Blob or Str) that holds the data, or null

  uint8_t width() const { return extra; }
  bool is_ascii() const { return (flags & kStrAscii) != 0; }
  bool is_interned() const { return (flags & kStrInterned) != 0; }
  const uint8_t* latin1() const { return static_cast<const uint8_t*>(data_); }
  const char16_t* utf16() const { return static_cast<const char16_t*>(data_); }
  const char32_t* utf32() const { return static_cast<const char32_t*>(data_); }
  char32_t at(size_t i) const { return width() == 1 ? latin1()[i] : width() == 2 ? utf16()[i] : utf32()[i]; }
  /// ASCII text as it lies; only when is_ascii().
  std::string_view ascii_view() const { return {static_cast<const char*>(data_), length}; }
};

Str* empty_str();
/// Text that is known to be ASCII.
Str* make_ascii(std::string_view ascii);
/// From UTF-8; surrogates may stand as three bytes (they stay surrogates). Invalid bytes must not occur.
Str* make_str(std::string_view utf8);
Str* make_str_latin1(std::string_view bytes);
/// From characters of any width; the narrowest form is chosen.
Str* make_str(const char16_t* text, size_t length);
Str* make_str(const char32_t* text, size_t length);
/// One character; Latin-1 ones are shared.
Str* make_char(char32_t character);
/// Room for `length` characters up to `max_char`, to be filled at once through `writable_data`; null and
/// MemoryError when too large.
Result<Str*> allocate_str(size_t length, char32_t max_char);
inline void* writable_data(Str* str) {
  return const_cast<void*>(str->data_);
}

/// The bound that `characters` have for allocate_str: 0x7F, 0xFF, 0xFFFF or 0x10FFFF.
char32_t max_char_bound(const Str* str);
/// The same text as `str` in a new cell of a subclass of str.
Str* make_str_instance(Type* type, const Str* text);
/// `str` itself, or for an instance of a subclass the same text as an exact str.
Str* exact_str(Str* str);
/// What the type's shape visits; for the code that makes the type before complete_text().
void trace_str(Object* object, Tracer& tracer);

/// The one Str of this text that all names are. Static storage for `text` is not needed.
Str* intern(std::string_view utf8);
Str* intern(Str* str);

/// UTF-8, surrogates as three bytes. `utf8_or_raise` refuses surrogates with UnicodeEncodeError.
std::string to_utf8(const Str* str);
Result<std::string> utf8_or_raise(Str* str);
/// The same for what becomes a C string: ValueError where a null character is inside.
Result<std::string> utf8_without_nul(Str* str);
/// True when the text equals the ASCII literal.
bool equals(const Str* str, std::string_view ascii);
bool equals(const Str* a, const Str* b);
int compare(const Str* a, const Str* b);
int64_t str_hash(Str* str);
/// What str, bytes and memoryview hash their data with.
int64_t hash_data(const void* data, size_t size);
/// Fixes the secret behind hash_data: before start_runtime(), else PYTHONHASHSEED is asked. `random`: no
/// seed.
void seed_hashing(bool random, uint32_t seed);

inline bool is_str(Value value) {
  return is_kind(value, Kind::kStr);
}
Result<Str*> concat(Str* a, Str* b);
/// f-strings: `count` Str values, joined.
Result<Str*> build_string(const Value* parts, size_t count);
/// Characters [start, end), both in range.
Str* substring(Str* str, size_t start, size_t end);
/// How an error message shows a text of unknown origin: repr, cut at a sensible length where CPython cuts.
Result<Str*> str_repr(Str* str);

/// Collects text of any width; keeps what it has collected alive by itself (it is a stack object).
class StrBuilder {
 public:
  void append(char32_t character);
  void append_ascii(std::string_view text);
  void append_repeated(char32_t character, size_t count);
  void append_utf8(std::string_view text);
  void append(const Str* str);
  void append(const Str* str, size_t start, size_t end);
  size_t length() const { return length_; }
  /// MemoryError when the text is too large.
  Result<Str*> finish();
  void clear() {
    length_ = 0;
    first_ = nullptr;
  }
  StrBuilder() = default;
  ~StrBuilder();
  StrBuilder(const StrBuilder&) = delete;
  StrBuilder& operator=(const StrBuilder&) = delete;

 private:
  static constexpr size_t kSmall = 208;
  bool reserve(size_t more, char32_t max_char);
  bool grow(size_t more, uint8_t width);
  void append_data(const void* data, uint8_t width, size_t count, char32_t seen);

  void* data_ = small_;         // small_, or of malloc
  const Str* first_ = nullptr;  // what was appended first: where nothing follows, it is the result
  size_t length_ = 0, capacity_ = kSmall;
  char32_t seen_ = 0;  // all characters, or-ed
  uint8_t width_ = 1;
  bool failed_ = false;
  alignas(8) char small_[kSmall];
};

// ---- bytes

struct Bytes : Object {
  uint64_t length;
  int64_t hash_;  // 0: not computed yet
  uint8_t data[];

  std::string_view view() const { return {reinterpret_cast<const char*>(data), length}; }
};

Bytes* make_bytes(std::string_view data);
Bytes* empty_bytes();
/// One byte; shared.
Bytes* make_byte(uint8_t byte);
int64_t bytes_hash(Bytes* bytes);
Bytes* make_bytes_instance(Type* type, std::string_view data);
/// Zeroed, to be filled at once.
Result<Bytes*> allocate_bytes(size_t length);
inline bool is_bytes(Value value) {
  return is_kind(value, Kind::kBytes);
}

struct ByteArray : Object {
  uint64_t length;
  uint64_t start;   // of the data in the storage
  Blob* storage;    // null when empty
  int64_t exports;  // live buffers: no resizing
};
inline std::string_view view_of(const ByteArray* array) {
  return array->length == 0 ? std::string_view()
                            : std::string_view(array->storage->data + array->start, array->length);
}
Result<ByteArray*> make_bytearray(std::string_view data);
/// New bytes at the end are zero; BufferError while there are exports.
Status bytearray_resize(ByteArray* array, size_t length);
inline bool is_bytearray(Value value) {
  return is_kind(value, Kind::kByteArray);
}

// ---- the buffer protocol (PEP 3118)

struct BufferView {
  void* data = nullptr;
  int64_t length = 0;  // bytes
  int64_t item_size = 1;
  bool read_only = true;
  const char* format = "B";  // static, or inside `object`
  int dimensions = 1;
  const int64_t* shape = nullptr;
  const int64_t* strides = nullptr;
  const int64_t* suboffsets = nullptr;
  Value object;  // who is to be released
  void* internal = nullptr;
};
enum BufferFlags : int {
  kBufferSimple = 0,
  kBufferWritable = 1,
  kBufferFormat = 4,
  kBufferND = 8,
  kBufferStrides = 24,
  kBufferCContiguous = 0x38,
  kBufferFortranContiguous = 0x58,
  kBufferAnyContiguous = 0x98,
  kBufferIndirect = 0x118,
  kBufferFull = 0x11D,
  kBufferFullReadOnly = 0x11C
};
/// TypeError "a bytes-like object is required, not 'X'" and friends.
Status get_buffer(Value object, BufferView* view, int flags = kBufferSimple);
void release_buffer(BufferView* view);
bool has_buffer(Value object);
/// What a get_buffer slot of plain bytes does.
Status fill_buffer(BufferView* view, Value object, void* data, size_t length, bool read_only, int flags);

/// A buffer that is released at the end of the scope.
class Buffer {
 public:
  Buffer() = default;
  ~Buffer() { release(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  Status acquire(Value object, int flags = kBufferSimple) { return get_buffer(object, &view_, flags); }
  void release() {
    if (!view_.object.is_null()) release_buffer(&view_);
  }
  bool held() const { return !view_.object.is_null(); }
  std::string_view text() const {
    return {static_cast<const char*>(view_.data), static_cast<size_t>(view_.length)};
  }
  char* data() const { return static_cast<char*>(view_.data); }
  size_t size() const { return static_cast<size_t>(view_.length); }
  BufferView& view() { return view_; }

 private:
  BufferView view_;
};

}  // namespace ouro::vm
