// The first bytes of a .pyc: magic number and how to tell whether the source has changed since (PEP 552).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "pyc/byte_buffer.h"

namespace ouro::pyc {

enum class HeaderKind : uint8_t { Timestamp, CheckedHash, UncheckedHash };

/// "timestamp", "checked-hash", "unchecked-hash", as py_compile names them.
std::string_view header_kind_name(HeaderKind kind);

/// Size of the header of 3.7 and later, the one that is written.
constexpr size_t kHeaderSize = 16;

struct Header {
  uint16_t magic = 0;  // the number alone: 3495 for 3.11
  HeaderKind kind = HeaderKind::Timestamp;
  uint32_t mtime = 0;           // Timestamp: seconds modulo 2**32
  uint32_t source_size = 0;     // Timestamp: bytes modulo 2**32
  uint64_t source_hash = 0;     // the hash kinds
  uint32_t size = kHeaderSize;  // 8 up to 3.2, 12 up to 3.6: marshal data begins there
  bool has_source_size = true;  // not before 3.3

  /// The file's first four bytes as a little-endian number.
  uint32_t raw_magic() const { return magic | 0x0A0D0000u; }
};

/// Appends the 16 bytes of a header of 3.7 and later.
void write_header(const Header& header, ByteBuffer& out);

/// Reads the header at the start of a file, of any CPython 3 (by its magic number). Nothing when it is none;
/// *error then says why and *offset where.
std::optional<Header> read_header(std::string_view data, std::string* error = nullptr,
                                  uint64_t* offset = nullptr);

/// What a .pyc is to its source.
enum class Freshness : uint8_t {
  Fresh,
  StaleTime,    // the source has another modification time
  StaleSize,    // ... another size
  StaleHash,    // ... another hash
  NeedsSource,  // hash-based: only the source's text can tell
  Unchecked,    // unchecked hash: importing never looks at the source
};

/// Compares a header with what stat() says about the source.
Freshness compare_with_source(const Header& header, const FileInfo& source);

/// Compares the hash of a hash-based .pyc, checked or not, with the source's text.
Freshness compare_with_text(const Header& header, std::string_view source);

}  // namespace ouro::pyc
