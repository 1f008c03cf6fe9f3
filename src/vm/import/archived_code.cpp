#include "vm/import/archived_code.h"

#include <bit>
#include <cstring>

#include "lift/lift.h"
#include "pyc/byte_buffer.h"
#include "pyc/marshal_codes.h"
#include "vm/interp/lifted_forms.h"

namespace ouro::vm {

namespace {

using pyc::ByteBuffer;

constexpr uint16_t kVersion = 0x030B;

class Writer {
 public:
  bool write_code(const CodeObject& code, ByteBuffer& out);
  bool write(const Constant& constant, ByteBuffer& out);
  const std::string& bodies() const { return bodies_; }
  const std::string& functions() const { return functions_; }

 private:
  bool write_items(const Constant& collection, ByteBuffer& out) {
    for (const Constant* item : collection.elements())
      if (!write(*item, out)) return false;
    return true;
  }
  bool write_late(const CodeObject& code, std::string_view rest, int32_t* place);

  std::string bodies_, functions_;
};

void put_sized(std::string_view bytes, ByteBuffer& out) {
  out.put_u32(static_cast<uint32_t>(bytes.size()));
  out.put(bytes);
}

void write_str(const Constant& text, ByteBuffer& out) {
  if (text.ascii && text.size < 256) {
    out.put_short(text.interned ? pyc::kCodeShortAsciiInterned : pyc::kCodeShortAscii, text.text());
    return;
  }
  if (text.ascii)
    out.put_byte(text.interned ? pyc::kCodeAsciiInterned : pyc::kCodeAscii);
  else
    out.put_byte(text.interned ? pyc::kCodeInterned : pyc::kCodeUnicode);
  put_sized(text.text(), out);
}

void write_int(const Constant& number, ByteBuffer& out) {
  int64_t value = 0;
  if (fits_int64(number, &value) && value >= INT32_MIN && value <= INT32_MAX) {
    out.put_tagged(pyc::kCodeInt, static_cast<uint32_t>(value));
    return;
  }
  const auto limbs = number.magnitude();
  const size_t bits = limbs.size() * 64 - static_cast<size_t>(std::countl_zero(limbs.back()));
  const auto digits = static_cast<uint32_t>((bits + pyc::kMarshalDigitBits - 1) / pyc::kMarshalDigitBits);
  out.put_tagged(pyc::kCodeLong, number.negative ? 0 - digits : digits);
  for (size_t bit = 0; bit < size_t{digits} * pyc::kMarshalDigitBits; bit += pyc::kMarshalDigitBits) {
    uint64_t part = limbs[bit / 64] >> (bit % 64);
    if (bit % 64 > 64 - pyc::kMarshalDigitBits && bit / 64 + 1 < limbs.size())
      part |= limbs[bit / 64 + 1] << (64 - bit % 64);
    out.put_u16(static_cast<uint32_t>(part & 0x7FFF));
  }
}

bool Writer::write(const Constant& constant, ByteBuffer& out) {
  switch (constant.kind) {
    case ConstantKind::None:
      out.put_byte(pyc::kCodeNone);
      return true;
    case ConstantKind::False:
      out.put_byte(pyc::kCodeFalse);
      return true;
    case ConstantKind::True:
      out.put_byte(pyc::kCodeTrue);
      return true;
    case ConstantKind::Ellipsis:
      out.put_byte(pyc::kCodeEllipsis);
      return true;
    case ConstantKind::Int:
      write_int(constant, out);
      return true;
    case ConstantKind::Float:
      out.put_byte(pyc::kCodeFloat);
      out.put_u64(std::bit_cast<uint64_t>(constant.real));
      return true;
    case ConstantKind::Complex:
      out.put_byte(pyc::kCodeComplex);
      out.put_u64(std::bit_cast<uint64_t>(constant.real));
      out.put_u64(std::bit_cast<uint64_t>(constant.imag));
      return true;
    case ConstantKind::Str:
      write_str(constant, out);
      return true;
    case ConstantKind::Bytes:
      out.put_byte(pyc::kCodeBytes);
      put_sized(constant.text(), out);
      return true;
    case ConstantKind::Tuple:
      out.put_tagged(pyc::kCodeTuple, constant.size);
      return write_items(constant, out);
    case ConstantKind::FrozenSet:
      out.put_tagged(pyc::kCodeFrozenSet, constant.size);
      return write_items(constant, out);
    case ConstantKind::Code:
      return write_code(*constant.code, out);
  }
  return false;
}

bool Writer::write_late(const CodeObject& code, std::string_view rest, int32_t* place) {
  const auto lifted = lift::lift(lift::view_of(code, kVersion));
  const auto* form = std::get_if<lift::RegisterCode>(&lifted);
  if (form == nullptr) return false;
  ByteBuffer out;
  out.put_u32(0);  // the place
  for (const std::string_view part :
       {rest, code.code->text(), code.line_table->text(), code.exception_table->text()})
    put_sized(part, out);
  std::string block(out.view());
  append_lifted_form(*form, block);
  const bool is_function = (code.flags & kCoOptimized) != 0;
  if (functions_.size() + bodies_.size() + block.size() > INT32_MAX) return false;
  const auto at = static_cast<int32_t>(is_function ? functions_.size() : bodies_.size() + block.size());
  *place = is_function ? at : -at;
  std::memcpy(block.data(), place, sizeof *place);
  if (is_function)
    functions_ += block;
  else
    bodies_.insert(0, block);
  return true;
}

bool Writer::write_code(const CodeObject& code, ByteBuffer& out) {
  ByteBuffer rest;
  for (const Constant* part : {code.consts, code.names, code.locals_plus_names, code.locals_plus_kinds})
    if (!write(*part, rest)) return false;
  int32_t place = 0;
  if (!write_late(code, rest.view(), &place)) return false;
  out.put_byte(kArchivedCode);
  for (const int32_t number : {code.arg_count, code.positional_only_count, code.keyword_only_count,
                               code.stack_size, static_cast<int32_t>(code.flags), code.first_line})
    out.put_u32(static_cast<uint32_t>(number));
  write_str(*code.name, out);
  write_str(*code.qualified_name, out);
  out.put_u32(static_cast<uint32_t>(place));
  for (const size_t number : {rest.size(), code.code->text().size(), code.line_table->text().size(),
                              code.exception_table->text().size()})
    out.put_u32(static_cast<uint32_t>(number));
  return true;
}

}  // namespace

bool write_archived_module(const CodeObject& code, std::string* to, std::string* late) {
  ByteBuffer out;
  Writer writer;
  if (!writer.write_code(code, out)) return false;
  ByteBuffer start;
  write_str(*code.filename, start);
  start.put_u32(static_cast<uint32_t>(writer.bodies().size()));
  to->append(start.view()).append(out.view());
  late->append(writer.bodies()).append(writer.functions());
  return true;
}

}  // namespace ouro::vm
