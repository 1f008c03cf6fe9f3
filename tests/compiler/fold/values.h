// Constants in the oracle's words.
#pragma once

#include "../front_end.h"
#include "base/bigint.h"
#include "base/float_text.h"
#include "base/unicode.h"

namespace ouro::compiler::testing {

inline std::string repr(const Constant& value);

inline std::string repr_items(const Constant& value) {
  std::string out;
  for (const Constant* item : value.elements()) out += (out.empty() ? "" : ", ") + repr(*item);
  return out;
}

inline std::string repr(const Constant& value) {
  switch (value.kind) {
    case ConstantKind::None:
      return "None";
    case ConstantKind::False:
      return "False";
    case ConstantKind::True:
      return "True";
    case ConstantKind::Ellipsis:
      return "Ellipsis";
    case ConstantKind::Int:
      return int_to_decimal(int_view(value));
    case ConstantKind::Float:
      return float_repr(value.real);
    case ConstantKind::Complex:
      return complex_repr(value.real, value.imag);
    case ConstantKind::Str:
      return str_repr(value.text());
    case ConstantKind::Bytes:
      return bytes_repr(value.text());
    case ConstantKind::Tuple:
      return "(" + repr_items(value) + (value.size == 1 ? ",)" : ")");
    case ConstantKind::FrozenSet:
      return "frozenset({" + repr_items(value) + "})";
    case ConstantKind::Code:
      return "code";
  }
  return "";
}

inline std::string type_name(const Constant& value) {
  switch (value.kind) {
    case ConstantKind::None:
      return "NoneType";
    case ConstantKind::False:
    case ConstantKind::True:
      return "bool";
    case ConstantKind::Ellipsis:
      return "ellipsis";
    case ConstantKind::Int:
      return "int";
    case ConstantKind::Float:
      return "float";
    case ConstantKind::Complex:
      return "complex";
    case ConstantKind::Str:
      return "str";
    case ConstantKind::Bytes:
      return "bytes";
    case ConstantKind::Tuple:
      return "tuple";
    case ConstantKind::FrozenSet:
      return "frozenset";
    case ConstantKind::Code:
      return "code";
  }
  return "";
}

// What is not ASCII, as Python's "backslashreplace" writes it.
inline std::string escape(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = decode_code_point(text, &at);
    char buffer[16];
    std::snprintf(buffer, sizeof buffer,
                  c < 0x80      ? "%c"
                  : c < 0x100   ? "\\x%02x"
                  : c < 0x10000 ? "\\u%04x"
                                : "\\U%08x",
                  static_cast<unsigned>(c));
    out += buffer;
  }
  return out;
}

}  // namespace ouro::compiler::testing
