// Collecting text piece by piece.
#include <algorithm>
#include <cstdlib>

#include "vm/object/exceptions.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

StrBuilder::~StrBuilder() {
  if (data_ != small_) std::free(data_);
}

bool StrBuilder::grow(size_t more, uint8_t width) {
  const size_t needed = (length_ + more) * width;
  if (failed_ || needed / width != length_ + more || !can_allocate(needed)) {
    failed_ = true;
    return false;
  }
  if (width == width_ && needed <= capacity_) return true;
  const size_t size = std::max(needed + needed / 2, kSmall);
  void* larger = std::malloc(size);
  if (larger == nullptr) {
    failed_ = true;
    return false;
  }
  copy_chars(larger, width, data_, width_, length_);
  if (data_ != small_) std::free(data_);
  data_ = larger;
  capacity_ = size;
  width_ = width;
  return true;
}

bool StrBuilder::reserve(size_t more, char32_t max_char) {
  seen_ |= max_char;
  const uint8_t width = std::max(width_, width_for(max_char));
  if (width == width_ && (length_ + more) * width <= capacity_ && more <= capacity_) [[likely]]
    return true;
  return grow(more, width);
}

void StrBuilder::append_data(const void* data, uint8_t width, size_t count, char32_t seen) {
  if (count == 0 || !reserve(count, seen)) return;
  copy_chars(static_cast<char*>(data_) + length_ * width_, width_, data, width, count);
  length_ += count;
}

void StrBuilder::append(char32_t character) {
  if (!reserve(1, character)) return;
  if (width_ == 1) {
    static_cast<uint8_t*>(data_)[length_++] = static_cast<uint8_t>(character);
  } else if (width_ == 2) {
    static_cast<char16_t*>(data_)[length_++] = static_cast<char16_t>(character);
  } else {
    static_cast<char32_t*>(data_)[length_++] = character;
  }
}

void StrBuilder::append_repeated(char32_t character, size_t count) {
  if (count == 0 || !reserve(count, character)) return;
  if (width_ == 1) {
    std::fill_n(static_cast<uint8_t*>(data_) + length_, count, static_cast<uint8_t>(character));
  } else if (width_ == 2) {
    std::fill_n(static_cast<char16_t*>(data_) + length_, count, static_cast<char16_t>(character));
  } else {
    std::fill_n(static_cast<char32_t*>(data_) + length_, count, character);
  }
  length_ += count;
}

void StrBuilder::append_ascii(std::string_view text) {
  append_data(text.data(), 1, text.size(), 0x7F);
}

void StrBuilder::append_utf8(std::string_view text) {
  if (is_ascii_data(text.data(), text.size())) return append_ascii(text);
  append(make_str(text));
}

void StrBuilder::append(const Str* str) {
  if (length_ == 0) first_ = str;
  append_data(str->data_, str->width(), str->length, max_char_bound(str));
}

void StrBuilder::append(const Str* str, size_t start, size_t end) {
  if (start >= end) return;
  if (start == 0 && end == str->length) return append(str);
  const void* data = char_address(str, start);
  const char32_t seen = str->is_ascii() ? 0x7F : or_of(data, str->width(), end - start);
  append_data(data, str->width(), end - start, seen);
}

Result<Str*> StrBuilder::finish() {
  if (failed_) return raise_no_memory();
  if (first_ != nullptr && first_->length == length_) return exact_str(const_cast<Str*>(first_));
  if (length_ == 1)
    return make_char(width_ == 1   ? *static_cast<uint8_t*>(data_)
                     : width_ == 2 ? *static_cast<char16_t*>(data_)
                                   : *static_cast<char32_t*>(data_));
  Str* str = TRY(allocate_str(length_, seen_));
  if (length_ != 0) copy_chars(writable_data(str), str->width(), data_, width_, length_);
  return str;
}

}  // namespace ouro::vm
