#include "pyc/header.h"

#include <fmt/format.h>

#include "base/siphash.h"
#include "base/unicode.h"
#include "pyc/magic.h"

namespace ouro::pyc {

namespace {

constexpr uint32_t kHashBased = 1;
constexpr uint32_t kCheckSource = 2;

uint64_t little_endian(std::string_view data, size_t at, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; ++i)
    value |= uint64_t{static_cast<unsigned char>(data[at + static_cast<size_t>(i)])} << (8 * i);
  return value;
}

std::optional<Header> fail(std::string* error, uint64_t* offset, uint64_t at, std::string message) {
  if (error != nullptr) *error = std::move(message);
  if (offset != nullptr) *offset = at;
  return std::nullopt;
}

}  // namespace

std::string_view header_kind_name(HeaderKind kind) {
  switch (kind) {
    case HeaderKind::Timestamp:
      return "timestamp";
    case HeaderKind::CheckedHash:
      return "checked-hash";
    case HeaderKind::UncheckedHash:
      return "unchecked-hash";
  }
  return "";
}

void write_header(const Header& header, ByteBuffer& out) {
  out.put_u32(header.raw_magic());
  if (header.kind == HeaderKind::Timestamp) {
    out.put_u32(0);
    out.put_u32(header.mtime);
    out.put_u32(header.source_size);
    return;
  }
  out.put_u32(header.kind == HeaderKind::CheckedHash ? kHashBased | kCheckSource : kHashBased);
  out.put_u64(header.source_hash);
}

std::optional<Header> read_header(std::string_view data, std::string* error, uint64_t* offset) {
  const std::string_view start = data.substr(0, 4);
  const MagicInfo* info = nullptr;
  if (start.size() == 4 && start.substr(2) == "\r\n")
    info = find_magic(static_cast<uint16_t>(little_endian(data, 0, 2)));
  if (info == nullptr) {
    if (data.size() < 4) return fail(error, offset, data.size(), "reached EOF while reading pyc header");
    return fail(error, offset, 0, "bad magic number: " + bytes_repr(start));
  }
  Header header;
  header.magic = static_cast<uint16_t>(little_endian(data, 0, 2));
  header.size = static_cast<uint32_t>(info->header_size);
  if (data.size() < header.size)
    return fail(error, offset, data.size(), "reached EOF while reading pyc header");
  if (header.size < kHeaderSize) {
    header.mtime = static_cast<uint32_t>(little_endian(data, 4, 4));
    header.has_source_size = header.size == 12;
    if (header.has_source_size) header.source_size = static_cast<uint32_t>(little_endian(data, 8, 4));
    return header;
  }
  const auto flags = static_cast<uint32_t>(little_endian(data, 4, 4));
  if ((flags & ~(kHashBased | kCheckSource)) != 0)
    return fail(error, offset, 4, fmt::format("invalid flags {}", flags));
  if ((flags & kHashBased) != 0) {
    header.kind = (flags & kCheckSource) != 0 ? HeaderKind::CheckedHash : HeaderKind::UncheckedHash;
    header.source_hash = little_endian(data, 8, 8);
  } else {
    header.mtime = static_cast<uint32_t>(little_endian(data, 8, 4));
    header.source_size = static_cast<uint32_t>(little_endian(data, 12, 4));
  }
  return header;
}

Freshness compare_with_source(const Header& header, const FileInfo& source) {
  if (header.kind == HeaderKind::CheckedHash) return Freshness::NeedsSource;
  if (header.kind == HeaderKind::UncheckedHash) return Freshness::Unchecked;
  if (header.mtime != static_cast<uint32_t>(source.mtime)) return Freshness::StaleTime;
  if (header.has_source_size && header.source_size != static_cast<uint32_t>(source.size))
    return Freshness::StaleSize;
  return Freshness::Fresh;
}

Freshness compare_with_text(const Header& header, std::string_view source) {
  return source_hash(header.raw_magic(), source) == header.source_hash ? Freshness::Fresh
                                                                       : Freshness::StaleHash;
}

}  // namespace ouro::pyc
