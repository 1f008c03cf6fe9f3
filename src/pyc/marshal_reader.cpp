// Reads marshal data as CPython 3.11 does, one pass, objects straight into the workspace's arena.
//
// Nothing in the data is believed. Every read checks what is left; a count is never used to reserve memory
// before the bytes behind it were seen (a tuple's items are collected on a stack and copied when all of them
// are there); nesting stops at CPython's limit; a back reference must name an object that is complete.
// CPython lets a tuple contain itself, which no code object can use and which would send every walker of the
// tree round in circles, so that is an invalid reference here. Objects that marshal can carry but that never
// stand in a code object (lists, dicts, sets, StopIteration) are refused by name.
//
// A tree can still be exponentially larger than its data, by references alone: ten bytes double it. Each
// object's expanded size is carried along while reading and bounded (MarshalReadOptions), so that what comes
// after (disassembling, comparing, lifting) may walk the tree as a tree.
//
// Frozensets are put in iteration order, which needs the hashes of their items, and those the hashes of what
// is in them: so sets within sets within sets are refused (kMaxNestedSets; source can't say even one in
// another), and so are sets whose items all fall on one hash.
//
// Sharing is kept: a reference yields the same Constant, interned strings come from the workspace's interner,
// and what CPython shares by itself (small integers, ...) comes from Constants. So writing what was read
// gives the same bytes.
#include "pyc/marshal_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "base/float_text.h"
#include "base/hash.h"
#include "base/unicode.h"
#include "pyc/marshal_codes.h"

namespace ouro::pyc {

namespace {

constexpr std::string_view kInvalidReference = "bad marshal data (invalid reference)";

constexpr size_t kMaxSameHash = 1000;

/// How much more a code object weighs that is referred to again. Compilers share hardly any, and what is made
/// of a code object, text above all, is many times its size.
constexpr uint64_t kSharedCodeWeight = 64;

/// An object and the size of its tree; no object: an error or marshal's NULL (see Reader::failed).
struct Object {
  const Constant* constant = nullptr;
  uint64_t expanded = 0;
};

/// The values of the fields of one code object while they are read.
struct CodeFields {
  int32_t numbers[kCodeFieldCount] = {};
  const Constant* objects[kCodeFieldCount] = {};

  int32_t number(CodeField field) const { return numbers[static_cast<int>(field)]; }
  const Constant* object(CodeField field) const { return objects[static_cast<int>(field)]; }
};

bool is_number(CodeField field) {
  return field <= CodeField::FirstLine;
}

/// What an object field must be, and its Python name.
struct FieldType {
  CodeField field;
  ConstantKind kind;
  std::string_view name;
  std::string_view type;
};

constexpr FieldType kFieldTypes[] = {
    {CodeField::Code, ConstantKind::Bytes, "co_code", "bytes"},
    {CodeField::Consts, ConstantKind::Tuple, "co_consts", "a tuple"},
    {CodeField::Names, ConstantKind::Tuple, "co_names", "a tuple"},
    {CodeField::LocalsPlusNames, ConstantKind::Tuple, "co_localsplusnames", "a tuple"},
    {CodeField::LocalsPlusKinds, ConstantKind::Bytes, "co_localspluskinds", "bytes"},
    {CodeField::FileName, ConstantKind::Str, "co_filename", "a str"},
    {CodeField::Name, ConstantKind::Str, "co_name", "a str"},
    {CodeField::QualifiedName, ConstantKind::Str, "co_qualname", "a str"},
    {CodeField::LineTable, ConstantKind::Bytes, "co_linetable", "bytes"},
    {CodeField::ExceptionTable, ConstantKind::Bytes, "co_exceptiontable", "bytes"},
};

bool all_strings(const Constant& tuple) {
  const auto items = tuple.elements();
  return std::all_of(items.begin(), items.end(),
                     [](const Constant* item) { return item->is(ConstantKind::Str); });
}

class Reader {
 public:
  Reader(Workspace& workspace, std::string_view data, const MarshalReadOptions& options)
      : workspace_(workspace), data_(data), options_(options) {
    expansion_limit_ = options.expansion_base;
    if (data.size() < (UINT64_MAX - expansion_limit_) / std::max<uint64_t>(options.expansion_factor, 1))
      expansion_limit_ += data.size() * options.expansion_factor;
  }

  MarshalResult read_module() {
    MarshalResult result;
    const Object object = read_object("NULL object in marshal data for object");
    if (object.constant != nullptr && !object.constant->is(ConstantKind::Code)) {
      position_ = 0;
      fail("ImportError", "Non-code object");
    }
    if (failed_) {
      result.error = error_;
      return result;
    }
    result.code = object.constant->code;
    result.consumed = position_;
    return result;
  }

 private:
  Object fail(std::string_view type, std::string_view message) { return fail_at(position_, type, message); }
  Object fail_at(size_t offset, std::string_view type, std::string_view message) {
    if (!failed_) {
      failed_ = true;
      error_ = {type, message, offset};
    }
    return {};
  }
  Object bad(std::string_view message) { return fail("ValueError", message); }

  size_t left() const { return data_.size() - position_; }

  bool read_bytes(size_t count, std::string_view* bytes) {
    if (left() < count) {
      fail("EOFError", "marshal data too short");
      return false;
    }
    *bytes = data_.substr(position_, count);
    position_ += count;
    return true;
  }

  bool read_u8(uint32_t* value) {
    if (left() == 0) {
      fail("EOFError", "EOF read where not expected");
      return false;
    }
    *value = static_cast<unsigned char>(data_[position_++]);
    return true;
  }

  template <class T>
  bool read_little_endian(T* value) {
    std::string_view bytes;
    if (!read_bytes(sizeof(T), &bytes)) return false;
    T result = 0;
    for (size_t i = 0; i < sizeof(T); ++i)
      result |= static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i));
    *value = result;
    return true;
  }

  bool read_i32(int32_t* value) {
    uint32_t bits = 0;
    if (!read_little_endian(&bits)) return false;
    *value = static_cast<int32_t>(bits);
    return true;
  }

  /// A size that must not be negative.
  bool read_size(std::string_view error, uint32_t* size) {
    int32_t value = 0;
    if (!read_i32(&value)) return false;
    if (value < 0) {
      bad(error);
      return false;
    }
    *size = static_cast<uint32_t>(value);
    return true;
  }

  /// Takes a number in the list of references when the type code was flagged; the object comes later.
  size_t reserve(bool flagged) {
    if (flagged) references_.push_back({});
    return references_.size() - 1;
  }

  Object keep(bool flagged, Object object) {
    if (flagged && object.constant != nullptr) references_.push_back(object);
    return object;
  }

  Object leaf(const Constant* constant) { return {constant, 16 + uint64_t{constant->size}}; }

  /// Reads an object that must be there; `null_message` is for where the data has marshal's NULL.
  Object read_object(std::string_view null_message) {
    const size_t start = position_;
    if (left() == 0) return fail("EOFError", "EOF read where object expected");
    const auto code = static_cast<unsigned char>(data_[position_++]);
    if (depth_ >= kMaxMarshalDepth) return fail_at(start, "ValueError", "recursion limit exceeded");
    ++depth_;
    const auto type = static_cast<uint8_t>(code & ~kReferenceFlag);
    Object object;
    if (type == kCodeNull)
      fail_at(start, "TypeError", null_message);
    else
      object = read_typed(type, (code & kReferenceFlag) != 0, start);
    --depth_;
    return object;
  }

  Object read_typed(uint8_t type, bool flagged, size_t start) {
    switch (type) {
      case kCodeNone:
        return leaf(workspace_.constants.none());
      case kCodeTrue:
        return leaf(workspace_.constants.boolean(true));
      case kCodeFalse:
        return leaf(workspace_.constants.boolean(false));
      case kCodeEllipsis:
        return leaf(workspace_.constants.ellipsis());
      case kCodeInt:
      case kCodeInt64:
      case kCodeLong:
      case kCodeFloat:
      case kCodeFloatText:
      case kCodeComplex:
      case kCodeComplexText:
        return keep(flagged, read_number(type));
      case kCodeBytes:
        return keep(flagged, read_bytes_object(flagged));
      case kCodeAscii:
      case kCodeAsciiInterned:
      case kCodeShortAscii:
      case kCodeShortAsciiInterned:
        return keep(flagged, read_ascii(type));
      case kCodeUnicode:
      case kCodeInterned:
        return keep(flagged, read_unicode(type == kCodeInterned));
      case kCodeSmallTuple:
      case kCodeTuple:
        return read_tuple(type, flagged);
      case kCodeFrozenSet:
        return read_frozen_set(flagged);
      case kCodeCode:
        return read_code(flagged, start);
      case kCodeReference:
        return read_reference(start);
      default:
        return refuse(type, start);
    }
  }

  Object refuse(uint8_t type, size_t start) {
    std::string_view what;
    if (type == kCodeList) what = "a list";
    if (type == kCodeDict) what = "a dict";
    if (type == kCodeSet) what = "a set";
    if (type == kCodeStopIteration) what = "StopIteration";
    if (what.empty()) return fail_at(start, "ValueError", "bad marshal data (unknown type code)");
    return fail_at(start, "ValueError",
                   workspace_.arena.copy(fmt::format("bad marshal data ({} inside a code object)", what)));
  }

  Object read_reference(size_t start) {
    int32_t index = 0;
    if (!read_i32(&index)) return {};
    if (index < 0 || static_cast<size_t>(index) >= references_.size() ||
        references_[static_cast<size_t>(index)].constant == nullptr)
      return fail_at(start, "ValueError", kInvalidReference);
    Object object = references_[static_cast<size_t>(index)];
    if (object.constant->is(ConstantKind::Code)) object.expanded *= kSharedCodeWeight;
    return object;
  }

  Object read_number(uint8_t type) {
    Constants& constants = workspace_.constants;
    if (type == kCodeInt) {
      int32_t value = 0;
      if (!read_i32(&value)) return {};
      return leaf(constants.integer(value));
    }
    if (type == kCodeInt64) {
      uint64_t value = 0;
      if (!read_little_endian(&value)) return {};
      return leaf(constants.integer(static_cast<int64_t>(value)));
    }
    if (type == kCodeLong) return read_long();
    double real = 0;
    double imag = 0;
    if (type == kCodeFloat) return read_double(&real) ? leaf(constants.floating(real)) : Object{};
    if (type == kCodeFloatText) return read_double_text(&real) ? leaf(constants.floating(real)) : Object{};
    const bool ok = type == kCodeComplex ? read_double(&real) && read_double(&imag)
                                         : read_double_text(&real) && read_double_text(&imag);
    return ok ? leaf(constants.complex(real, imag)) : Object{};
  }

  Object read_long() {
    int32_t count = 0;
    if (!read_i32(&count)) return {};
    if (count == INT32_MIN) return bad("bad marshal data (long size out of range)");
    const bool negative = count < 0;
    const auto digits = static_cast<size_t>(negative ? -count : count);
    std::vector<uint64_t> limbs(std::min(digits, left() / 2) * kMarshalDigitBits / 64 + 1, 0);
    for (size_t i = 0; i < digits; ++i) {
      uint16_t digit = 0;
      const size_t at = position_;
      if (!read_little_endian(&digit)) return {};
      if (digit > 0x7FFF) return fail_at(at, "ValueError", "bad marshal data (digit out of range in long)");
      if (digit == 0 && i + 1 == digits)
        return fail_at(at, "ValueError", "bad marshal data (unnormalized long data)");
      const size_t bit = i * kMarshalDigitBits;
      const size_t shift = bit % 64;
      limbs[bit / 64] |= uint64_t{digit} << shift;
      if (shift > 64 - kMarshalDigitBits) limbs[bit / 64 + 1] |= uint64_t{digit} >> (64 - shift);
    }
    const Constant* constant = workspace_.constants.integer(limbs, negative);
    // Four limbs of hexadecimal text are less than four bytes of decimal digits per byte of limbs.
    return {constant, 16 + uint64_t{constant->size} * 24};
  }

  bool read_double(double* value) {
    uint64_t bits = 0;
    if (!read_little_endian(&bits)) return false;
    *value = std::bit_cast<double>(bits);
    return true;
  }

  /// The text form of marshal versions 0 and 1.
  bool read_double_text(double* value) {
    uint32_t size = 0;
    std::string_view text;
    const size_t start = position_;
    if (!read_u8(&size) || !read_bytes(size, &text)) return false;
    text = text.substr(0, text.find('\0'));
    if (parse_double(text, value)) return true;
    fail_at(start, "ValueError",
            workspace_.arena.copy(fmt::format("could not convert string to float: '{}'", printable(text))));
    return false;
  }

  static std::string printable(std::string_view text) {
    std::string result;
    for (const char ch : text.substr(0, 200)) result += ch >= 0x20 && ch < 0x7F ? ch : '?';
    return result;
  }

  static bool parse_double(std::string_view text, double* value) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::string lower(text);
    for (char& ch : lower) ch = ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch;
    if (lower == "inf" || lower == "infinity") {
      *value = INFINITY;
    } else if (lower == "nan") {
      *value = NAN;
    } else {
      if (!is_decimal_float(lower)) return false;
      *value = parse_float(lower);
    }
    if (negative) *value = -*value;
    return true;
  }

  /// digits [. digits] [e [sign] digits] with at least one digit before the exponent.
  static bool is_decimal_float(std::string_view text) {
    size_t i = 0;
    auto digits = [&] {
      const size_t from = i;
      while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
      return i - from;
    };
    size_t mantissa = digits();
    if (i < text.size() && text[i] == '.') {
      ++i;
      mantissa += digits();
    }
    if (mantissa == 0) return false;
    if (i < text.size() && text[i] == 'e') {
      ++i;
      if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
      if (digits() == 0) return false;
    }
    return i == text.size();
  }

  Object read_bytes_object(bool flagged) {
    uint32_t size = 0;
    std::string_view bytes;
    if (!read_size("bad marshal data (bytes object size out of range)", &size) || !read_bytes(size, &bytes))
      return {};
    if (size != 1) return leaf(workspace_.constants.bytes(bytes));
    // CPython shares one-byte bytes objects where it makes them from existing data, but not the ones it fills
    // in later, as it does co_localspluskinds. Only the flag tells which of the two this is.
    Constant single;
    single.kind = ConstantKind::Bytes;
    single.immortal = flagged;
    single.data = workspace_.arena.copy(bytes).data();
    single.size = 1;
    return leaf(workspace_.arena.make<Constant>(single));
  }

  Object string(std::string_view text, bool interned) {
    const Constant* str = interned ? workspace_.names.str(text) : workspace_.constants.str(text);
    if (str->interned == interned || !interned) return leaf(str);
    // Data may claim that a name such as "<listcomp>" is interned, which CPython never does with its own.
    auto* copy = workspace_.constants.duplicate(*workspace_.constants.str(text));
    copy->interned = true;
    return leaf(copy);
  }

  Object read_ascii(uint8_t type) {
    uint32_t size = 0;
    std::string_view bytes;
    const bool is_short = type == kCodeShortAscii || type == kCodeShortAsciiInterned;
    if (is_short ? !read_u8(&size) : !read_size("bad marshal data (string size out of range)", &size))
      return {};
    if (!read_bytes(size, &bytes)) return {};
    const bool interned = type == kCodeAsciiInterned || type == kCodeShortAsciiInterned;
    if (is_ascii(bytes)) return string(bytes, interned);
    // CPython doesn't check these: bytes above 127 are Latin-1 characters.
    std::string text;
    for (const char ch : bytes) append_code_point(text, static_cast<unsigned char>(ch));
    return string(text, interned);
  }

  Object read_unicode(bool interned) {
    uint32_t size = 0;
    std::string_view bytes;
    if (!read_size("bad marshal data (string size out of range)", &size)) return {};
    const size_t start = position_;
    if (!read_bytes(size, &bytes)) return {};
    size_t checked = 0;
    while (const auto error = find_utf8_error(bytes.substr(checked))) {
      const size_t at = checked + error->start;
      if (is_surrogate(bytes.substr(at))) {
        checked = at + 3;
        continue;
      }
      return utf8_error(start, bytes, {at, checked + error->end, error->reason});
    }
    return string(bytes, interned);
  }

  static bool is_surrogate(std::string_view bytes) {
    return bytes.size() >= 3 && bytes[0] == '\xED' && (bytes[1] & 0xE0) == 0xA0 && (bytes[2] & 0xC0) == 0x80;
  }

  Object utf8_error(size_t start, std::string_view bytes, const Utf8Error& error) {
    std::string where = fmt::format("bytes in position {}-{}", error.start, error.end - 1);
    if (error.end - error.start == 1)
      where = fmt::format("byte 0x{:02x} in position {}", static_cast<unsigned char>(bytes[error.start]),
                          error.start);
    return fail_at(
        start + error.start, "UnicodeDecodeError",
        workspace_.arena.copy(fmt::format("'utf-8' codec can't decode {}: {}", where, error.reason)));
  }

  /// Reads `count` objects and leaves them at the end of `pending_`; returns the size of their trees.
  bool read_items(uint32_t count, std::string_view null_message, uint64_t* expanded) {
    for (uint32_t i = 0; i < count; ++i) {
      const Object item = read_object(null_message);
      if (item.constant == nullptr) return false;
      pending_.push_back(item.constant);
      *expanded += item.expanded;
      if (*expanded > expansion_limit_) {
        bad("bad marshal data (references make it too large)");
        return false;
      }
    }
    return true;
  }

  Object read_tuple(uint8_t type, bool flagged) {
    uint32_t count = 0;
    if (type == kCodeSmallTuple ? !read_u8(&count)
                                : !read_size("bad marshal data (tuple size out of range)", &count))
      return {};
    const size_t index = reserve(flagged);
    const size_t base = pending_.size();
    uint64_t expanded = 16;
    if (!read_items(count, "NULL object in marshal data for tuple", &expanded)) return {};
    const Object tuple = {workspace_.constants.tuple(std::span(pending_).subspan(base)), expanded};
    pending_.resize(base);
    if (flagged) references_[index] = tuple;
    return tuple;
  }

  /// Ordering a set costs time quadratic in how many of its items have the same hash.
  static bool has_too_many_collisions(std::span<const Constant* const> items) {
    if (items.size() <= kMaxSameHash) return false;
    std::vector<int64_t> hashes;
    hashes.reserve(items.size());
    for (const Constant* item : items) hashes.push_back(python_hash(*item));
    std::sort(hashes.begin(), hashes.end());
    for (size_t i = kMaxSameHash; i < hashes.size(); ++i)
      if (hashes[i] == hashes[i - kMaxSameHash]) return true;
    return false;
  }

  Object read_frozen_set(bool flagged) {
    if (set_depth_ >= kMaxNestedSets) return bad("bad marshal data (sets nested too deeply)");
    ++set_depth_;
    const Object set = read_set_items(flagged);
    --set_depth_;
    return set;
  }

  Object read_set_items(bool flagged) {
    uint32_t count = 0;
    if (!read_size("bad marshal data (set size out of range)", &count)) return {};
    const size_t index = reserve(flagged);
    const size_t base = pending_.size();
    uint64_t expanded = 16;
    if (!read_items(count, "NULL object in marshal data for set", &expanded)) return {};
    std::span<const Constant* const> items = std::span(pending_).subspan(base);
    if (has_too_many_collisions(items)) return bad("bad marshal data (too many equal hashes in a set)");
    items = frozenset_order(workspace_.arena, items);
    const Object set = {workspace_.constants.frozen_set(items), expanded};
    pending_.resize(base);
    if (flagged) references_[index] = set;
    return set;
  }

  Object read_code(bool flagged, size_t start) {
    const size_t index = reserve(flagged);
    CodeFields fields;
    uint64_t expanded = 64;
    for (const CodeField field : options_.layout->fields) {
      const int slot = static_cast<int>(field);
      if (is_number(field)) {
        if (!read_i32(&fields.numbers[slot])) return {};
        continue;
      }
      const Object object = read_object("NULL object in marshal data for code object");
      if (object.constant == nullptr) return {};
      fields.objects[slot] = object.constant;
      expanded += object.expanded;
    }
    if (expanded > expansion_limit_) return bad("bad marshal data (references make it too large)");
    const CodeObject* code = make_code(fields, start);
    if (code == nullptr) return {};
    const Object object = {workspace_.constants.code(code), expanded};
    if (flagged) references_[index] = object;
    return object;
  }

  const CodeObject* make_code(const CodeFields& fields, size_t start) {
    if (!check_types(fields, start) || !check_counts(fields, start)) return nullptr;
    CodeObject code;
    code.arg_count = fields.number(CodeField::ArgCount);
    code.positional_only_count = fields.number(CodeField::PositionalOnlyCount);
    code.keyword_only_count = fields.number(CodeField::KeywordOnlyCount);
    code.stack_size = fields.number(CodeField::StackSize);
    code.flags = static_cast<uint32_t>(fields.number(CodeField::Flags));
    code.first_line = fields.number(CodeField::FirstLine);
    code.code = fields.object(CodeField::Code);
    code.consts = fields.object(CodeField::Consts);
    code.names = fields.object(CodeField::Names);
    code.locals_plus_names = fields.object(CodeField::LocalsPlusNames);
    code.locals_plus_kinds = fields.object(CodeField::LocalsPlusKinds);
    code.filename = fields.object(CodeField::FileName);
    code.name = fields.object(CodeField::Name);
    code.qualified_name = fields.object(CodeField::QualifiedName);
    code.line_table = fields.object(CodeField::LineTable);
    code.exception_table = fields.object(CodeField::ExceptionTable);
    return workspace_.arena.make<CodeObject>(code);
  }

  bool code_error(size_t start, std::string_view type, std::string_view message) {
    fail_at(start, type, workspace_.arena.copy(message));
    return false;
  }

  bool check_types(const CodeFields& fields, size_t start) {
    for (const FieldType& expected : kFieldTypes) {
      if (fields.object(expected.field)->is(expected.kind)) continue;
      return code_error(start, "SystemError",
                        fmt::format("bad marshal data ({} is not {})", expected.name, expected.type));
    }
    if (!all_strings(*fields.object(CodeField::Names)) ||
        !all_strings(*fields.object(CodeField::LocalsPlusNames)))
      return code_error(start, "SystemError", "non-string found in code slot");
    return true;
  }

  bool check_counts(const CodeFields& fields, size_t start) {
    const int64_t arguments = fields.number(CodeField::ArgCount);
    const int64_t keyword_only = fields.number(CodeField::KeywordOnlyCount);
    const int32_t positional_only = fields.number(CodeField::PositionalOnlyCount);
    const int32_t flags = fields.number(CodeField::Flags);
    if (positional_only < 0 || arguments < positional_only || keyword_only < 0)
      return code_error(start, "SystemError", "bad marshal data (argument counts of a code object)");
    if (fields.number(CodeField::StackSize) < 0 || flags < 0)
      return code_error(start, "SystemError", "bad marshal data (negative number in a code object)");
    const Constant* kinds = fields.object(CodeField::LocalsPlusKinds);
    if (kinds->size != fields.object(CodeField::LocalsPlusNames)->size)
      return code_error(start, "SystemError",
                        "bad marshal data (co_localsplusnames and co_localspluskinds differ in length)");
    if (fields.object(CodeField::Code)->size % 2 != 0)
      return code_error(start, "ValueError", "code: co_code is malformed");
    int64_t locals = 0;
    for (const char kind : kinds->text()) locals += (static_cast<uint8_t>(kind) & kLocalLocal) != 0;
    const int64_t needed =
        arguments + keyword_only + ((flags & kCoVarArgs) != 0) + ((flags & kCoVarKeywords) != 0);
    if (locals < needed) return code_error(start, "ValueError", "code: co_varnames is too small");
    return true;
  }

  Workspace& workspace_;
  std::string_view data_;
  const MarshalReadOptions& options_;
  uint64_t expansion_limit_ = 0;
  size_t position_ = 0;
  int depth_ = 0;
  int set_depth_ = 0;
  bool failed_ = false;
  ReadError error_;
  std::vector<Object> references_;        // no constant: still being read
  std::vector<const Constant*> pending_;  // items of the tuples and sets being read
};

}  // namespace

MarshalResult read_marshal(Workspace& workspace, std::string_view data, const MarshalReadOptions& options) {
  return Reader(workspace, data, options).read_module();
}

}  // namespace ouro::pyc
