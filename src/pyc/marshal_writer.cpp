// Writes code objects in marshal's version 4 format, byte for byte as CPython does.
//
// The values themselves are simple; what takes care is which objects get a reference flag (and with it a
// number in the list that later back references index). CPython decides that by looking at the object's
// reference count at the moment it is written: an object that somebody else holds too may be met again, so it
// is flagged; one that is referenced once can't be. Interned strings are always flagged, so that the output
// depends less on what else the process does. None, True, False and Ellipsis are single bytes and never take
// part.
//
// We have no reference counts, so a first walk over the tree counts, for each object, the slots that hold it.
// Seen from a process that has just compiled one module, an object's real count is above one exactly when
//   - more than one slot of the tree holds it;
//   - or the interpreter holds it as well: small integers, empty strings, bytes and tuples, one-character
//     Latin-1 strings and one-byte bytes objects (Constant::immortal);
//   - or it is the module's code object, or co_filename: the caller of compile() still holds both;
//   - or it is co_code: a code object has no such object, it makes one when asked and keeps it, so that at
//   the
//     moment of writing it is held by the code object and by the writer;
//   - or it is the co_name of a module, lambda or comprehension: "<lambda>" and the like are static objects
//   of
//     the interpreter (and, unlike all other names, not interned);
//   - or it is an item of a frozenset: to make the output independent of hash values CPython writes the items
//     in the order of their own marshal bytes, and the list it sorts still holds them while it writes. The
//     bytes that are compared are made before that list exists, so they carry the flags of the count alone.
#include "pyc/marshal_writer.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "pyc/marshal_codes.h"

namespace ouro::pyc {

namespace {

constexpr std::string_view kTooDeep = "object too deeply nested to marshal";
constexpr std::string_view kUnmarshallable = "unmarshallable object";

/// The slots of a code object that hold other objects, in the order in which they are written.
struct CodeSlots {
  explicit CodeSlots(const CodeObject& c)
      : slots{c.code,     c.consts, c.names,          c.locals_plus_names, c.locals_plus_kinds,
              c.filename, c.name,   c.qualified_name, c.line_table,        c.exception_table} {}
  const Constant* slots[10];
};

// The code of the kinds that are one object each, which come first among the kinds.
constexpr MarshalCode kSingletons[] = {kCodeNone, kCodeFalse, kCodeTrue, kCodeEllipsis};
static_assert(static_cast<int>(ConstantKind::Int) == std::size(kSingletons));
static_assert(ConstantKind::None < ConstantKind::False && ConstantKind::False < ConstantKind::True &&
              ConstantKind::True < ConstantKind::Ellipsis);

/// Counts how many slots hold each object, and takes the scratch fields back to zero when it goes.
class ReferenceCounts {
 public:
  explicit ReferenceCounts(Arena& arena) : touched_(arena) { touched_.reserve(1024); }
  ~ReferenceCounts() {
    for (const Constant* constant : touched_) {
      constant->references = 0;
      constant->marshal_index = -1;
    }
  }
  ReferenceCounts(const ReferenceCounts&) = delete;
  ReferenceCounts& operator=(const ReferenceCounts&) = delete;

  /// False: nested too deeply.
  bool count_code(const CodeObject& code, int depth) {
    for (const Constant* slot : CodeSlots(code).slots)
      if (!count(slot, depth + 1)) return false;
    return true;
  }

 private:
  // Most objects have been seen, or hold no others.
  bool count(const Constant* constant, int depth) {
    if (depth > kMaxMarshalDepth) return false;
    if (constant->references++ != 0) return true;
    touched_.push_back(constant);
    const ConstantKind kind = constant->kind;
    if (kind < ConstantKind::Tuple) return true;
    return kind == ConstantKind::Code ? count_code(*constant->code, depth) : count_items(*constant, depth);
  }

  [[gnu::noinline]] bool count_items(const Constant& container, int depth) {
    for (const Constant* item : container.elements())
      if (!count(item, depth + 1)) return false;
    return true;
  }

  ArenaVector<const Constant*> touched_;
};

bool is_static_name(std::string_view name) {
  return name == "<lambda>" || name == "<listcomp>" || name == "<genexpr>" || name == "<dictcomp>" ||
         name == "<setcomp>" || name == "<module>";
}

enum class Sharing : uint8_t {
  Counted,  // flagged when the count says so
  Always,   // somebody outside of the tree holds the object too
};

class Writer {
 public:
  explicit Writer(ByteBuffer& out) : out_(out) {}

  /// The outermost code object.
  bool write_module(const CodeObject& code) {
    ++next_index_;
    return write_code(code, kReferenceFlag, 1);
  }

  std::string_view error() const { return error_; }

 private:
  // For the sort keys of frozenset items: a writer with numbers of its own.
  Writer(ByteBuffer& out, int nested_sets) : out_(out), nested_sets_(nested_sets) {}

  bool fail(std::string_view message) {
    if (error_.empty()) error_ = message;
    return false;
  }

  void put_code(MarshalCode code, uint8_t flag) { out_.put_byte(static_cast<uint8_t>(code | flag)); }

  bool put_sized(std::string_view bytes) {
    if (bytes.size() > kMaxMarshalSize) return fail(kUnmarshallable);
    out_.put_u32(static_cast<uint32_t>(bytes.size()));
    out_.put(bytes);
    return true;
  }

  int32_t* index_of(const Constant* constant) {
    if (nested_sets_ == 0) [[likely]]
      return &constant->marshal_index;
    return own_index_of(constant);
  }

  [[gnu::noinline]] int32_t* own_index_of(const Constant* constant) {
    return &own_indices_.try_emplace(constant, -1).first->second;
  }

  /// Writes a back reference and returns true, or sets *flag where the object may be met again.
  bool write_reference(const Constant* constant, Sharing sharing, uint8_t* flag) {
    if (sharing == Sharing::Counted && constant->references <= 1 && !constant->interned &&
        !constant->immortal)
      return false;
    int32_t* index = index_of(constant);
    if (*index >= 0) {
      out_.put_tagged(kCodeReference, static_cast<uint32_t>(*index));
      return true;
    }
    *index = next_index_++;
    *flag = kReferenceFlag;
    return false;
  }

  // Half of all objects have been written before.
  bool write(const Constant* constant, Sharing sharing, int depth) {
    if (depth > kMaxMarshalDepth) [[unlikely]]
      return fail(kTooDeep);
    if (constant->kind < ConstantKind::Int) {
      out_.put_byte(kSingletons[static_cast<size_t>(constant->kind)]);
      return true;
    }
    uint8_t flag = 0;
    return write_reference(constant, sharing, &flag) || write_object(constant, flag, depth);
  }

  [[gnu::noinline]] bool write_object(const Constant* constant, uint8_t flag, int depth) {
    switch (constant->kind) {
      case ConstantKind::None:
      case ConstantKind::False:
      case ConstantKind::True:
      case ConstantKind::Ellipsis:
        break;  // have been written
      case ConstantKind::Int:
        return write_int(*constant, flag);
      case ConstantKind::Float:
        put_code(kCodeFloat, flag);
        out_.put_u64(std::bit_cast<uint64_t>(constant->real));
        return true;
      case ConstantKind::Complex:
        put_code(kCodeComplex, flag);
        out_.put_u64(std::bit_cast<uint64_t>(constant->real));
        out_.put_u64(std::bit_cast<uint64_t>(constant->imag));
        return true;
      case ConstantKind::Str:
        return write_str(*constant, flag);
      case ConstantKind::Bytes:
        put_code(kCodeBytes, flag);
        return put_sized(constant->text());
      case ConstantKind::Tuple:
        return write_tuple(*constant, flag, depth);
      case ConstantKind::FrozenSet:
        return write_frozen_set(*constant, flag, depth);
      case ConstantKind::Code:
        return write_code(*constant->code, flag, depth);
    }
    return fail(kUnmarshallable);
  }

  [[gnu::noinline]] bool write_int(const Constant& constant, uint8_t flag) {
    int64_t value = 0;
    if (fits_int64(constant, &value) && value >= INT32_MIN && value <= INT32_MAX) {
      put_code(kCodeInt, flag);
      out_.put_u32(static_cast<uint32_t>(value));
      return true;
    }
    const std::span<const uint64_t> limbs = constant.magnitude();
    const uint64_t bits = limbs.size() * 64 - static_cast<uint64_t>(std::countl_zero(limbs.back()));
    const uint64_t digits = (bits + kMarshalDigitBits - 1) / kMarshalDigitBits;
    if (digits > kMaxMarshalSize) return fail(kUnmarshallable);
    put_code(kCodeLong, flag);
    const auto count = static_cast<uint32_t>(digits);
    out_.put_u32(constant.negative ? 0 - count : count);
    for (uint64_t digit = 0; digit < digits; ++digit) {
      const uint64_t bit = digit * kMarshalDigitBits;
      const uint64_t limb = bit / 64;
      const uint64_t shift = bit % 64;
      uint64_t value_bits = limbs[limb] >> shift;
      if (shift > 64 - kMarshalDigitBits && limb + 1 < limbs.size())
        value_bits |= limbs[limb + 1] << (64 - shift);
      out_.put_u16(static_cast<uint32_t>(value_bits & ((1u << kMarshalDigitBits) - 1)));
    }
    return true;
  }

  bool write_str(const Constant& constant, uint8_t flag) {
    const std::string_view text = constant.text();
    if (!constant.ascii) {
      put_code(constant.interned ? kCodeInterned : kCodeUnicode, flag);
      return put_sized(text);
    }
    if (text.size() < 256) {
      const MarshalCode code = constant.interned ? kCodeShortAsciiInterned : kCodeShortAscii;
      out_.put_short(static_cast<uint8_t>(code | flag), text);
      return true;
    }
    put_code(constant.interned ? kCodeAsciiInterned : kCodeAscii, flag);
    return put_sized(text);
  }

  bool write_tuple(const Constant& constant, uint8_t flag, int depth) {
    const std::span<const Constant* const> items = constant.elements();
    if (items.size() > kMaxMarshalSize) return fail(kUnmarshallable);
    if (items.size() < 256) {
      put_code(kCodeSmallTuple, flag);
      out_.put_byte(static_cast<uint8_t>(items.size()));
    } else {
      put_code(kCodeTuple, flag);
      out_.put_u32(static_cast<uint32_t>(items.size()));
    }
    for (const Constant* item : items)
      if (!write(item, Sharing::Counted, depth + 1)) return false;
    return true;
  }

  [[gnu::noinline]] bool write_frozen_set(const Constant& constant, uint8_t flag, int depth) {
    const std::span<const Constant* const> items = constant.elements();
    if (items.size() > kMaxMarshalSize || nested_sets_ >= kMaxNestedSets) return fail(kUnmarshallable);
    struct Entry {
      std::string key;
      size_t position;  // what compares equal (two NaNs) stays in order
      const Constant* item;
      bool operator<(const Entry& other) const {
        return std::tie(key, position) < std::tie(other.key, other.position);
      }
    };
    std::vector<Entry> entries;
    entries.reserve(items.size());
    for (const Constant* item : items) {
      ByteBuffer key;
      Writer writer(key, nested_sets_ + 1);
      if (!writer.write(item, Sharing::Counted, 1)) return fail(kUnmarshallable);
      entries.push_back({std::string(key.view()), entries.size(), item});
    }
    std::sort(entries.begin(), entries.end());
    put_code(kCodeFrozenSet, flag);
    out_.put_u32(static_cast<uint32_t>(items.size()));
    for (const Entry& entry : entries)
      if (!write(entry.item, Sharing::Always, depth + 1)) return false;
    return true;
  }

  bool write_code(const CodeObject& code, uint8_t flag, int depth) {
    put_code(kCodeCode, flag);
    out_.put_u32(static_cast<uint32_t>(code.arg_count));
    out_.put_u32(static_cast<uint32_t>(code.positional_only_count));
    out_.put_u32(static_cast<uint32_t>(code.keyword_only_count));
    out_.put_u32(static_cast<uint32_t>(code.stack_size));
    out_.put_u32(code.flags);
    const int inner = depth + 1;
    const Sharing name = is_static_name(code.name->text()) ? Sharing::Always : Sharing::Counted;
    if (!write(code.code, Sharing::Always, inner) || !write(code.consts, Sharing::Counted, inner) ||
        !write(code.names, Sharing::Counted, inner) ||
        !write(code.locals_plus_names, Sharing::Counted, inner) ||
        !write(code.locals_plus_kinds, Sharing::Counted, inner) ||
        !write(code.filename, Sharing::Always, inner) || !write(code.name, name, inner) ||
        !write(code.qualified_name, Sharing::Counted, inner))
      return false;
    out_.put_u32(static_cast<uint32_t>(code.first_line));
    return write(code.line_table, Sharing::Counted, inner) &&
           write(code.exception_table, Sharing::Counted, inner);
  }

  ByteBuffer& out_;
  int nested_sets_ = 0;
  int32_t next_index_ = 0;
  std::unordered_map<const Constant*, int32_t> own_indices_;
  std::string_view error_;
};

}  // namespace

Status write_marshal(Workspace& workspace, const CodeObject& code, ByteBuffer& out) {
  ReferenceCounts counts(workspace.arena);
  if (!counts.count_code(code, 1)) return workspace.error(ErrorType::ValueError, kTooDeep);
  Writer writer(out);
  if (!writer.write_module(code)) return workspace.error(ErrorType::ValueError, writer.error());
  return {};
}

}  // namespace ouro::pyc
