#include "bytecode/constant_repr.h"

#include <fmt/format.h>

#include "base/bigint.h"
#include "base/float_text.h"
#include "base/unicode.h"
#include "bytecode/code_object.h"

namespace ouro {

namespace {

void append_items(const Constant& constant, std::string& out) {
  bool first = true;
  for (const Constant* item : constant.elements()) {
    if (!first) out += ", ";
    first = false;
    append_repr(*item, out);
  }
}

}  // namespace

void append_repr(const Constant& constant, std::string& out) {
  switch (constant.kind) {
    case ConstantKind::None:
      out += "None";
      return;
    case ConstantKind::False:
      out += "False";
      return;
    case ConstantKind::True:
      out += "True";
      return;
    case ConstantKind::Ellipsis:
      out += "Ellipsis";
      return;
    case ConstantKind::Int:
      out += int_to_decimal(int_view(constant));
      return;
    case ConstantKind::Float:
      out += float_repr(constant.real);
      return;
    case ConstantKind::Complex:
      out += complex_repr(constant.real, constant.imag);
      return;
    case ConstantKind::Str:
      out += str_repr(constant.text());
      return;
    case ConstantKind::Bytes:
      out += bytes_repr(constant.text());
      return;
    case ConstantKind::Tuple:
      out += '(';
      append_items(constant, out);
      out += constant.size == 1 ? ",)" : ")";
      return;
    case ConstantKind::FrozenSet:
      out += "frozenset(";
      if (constant.size != 0) {
        out += '{';
        append_items(constant, out);
        out += '}';
      }
      out += ')';
      return;
    case ConstantKind::Code:
      append_code_repr(*constant.code, out);
      return;
  }
}

void append_code_repr(const CodeObject& code, std::string& out) {
  out += "<code object ";
  append_printable(code.name->text(), out);
  out.append(" at ").append(kCodeAddress).append(", file \"");
  append_printable(code.filename->text(), out);
  out += fmt::format("\", line {}>", code.first_line != 0 ? code.first_line : -1);
}

void append_printable(std::string_view text, std::string& out) {
  if (!find_surrogate(text)) {
    out += text;
    return;
  }
  for (size_t at = 0; at < text.size();) {
    const char32_t ch = decode_code_point(text, &at);
    if (ch >= 0xDC80 && ch <= 0xDCFF)
      out += static_cast<char>(ch - 0xDC00);
    else if (ch >= 0xD800 && ch <= 0xDFFF)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(ch));
    else
      append_code_point(out, ch);
  }
}

}  // namespace ouro
