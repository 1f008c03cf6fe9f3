// Small marshal streams, by hand.
#pragma once

#include <cstdint>
#include <string>

namespace ouro::pyc {

inline std::string u32(uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// The fields of a code object's stream; replace the one that a test is about. References: 0 is the code
/// object, 1 its co_code; what co_consts flags comes next.
struct CodeStream {
  char type = '\xE3';
  uint32_t arguments = 0;
  uint32_t positional_only = 0;
  uint32_t keyword_only = 0;
  uint32_t stack_size = 1;
  uint32_t flags = 0;
  std::string code = std::string("\xF3\x06\0\0\0\x97\0d\0S\0", 11);  // RESUME, LOAD_CONST 0, RETURN_VALUE
  std::string consts = std::string(")\1N", 3);
  std::string names = std::string("\xA9\0", 2);
  std::string locals = std::string(")\0", 2);
  std::string kinds = std::string("\xF3\0\0\0\0", 5);
  std::string filename = "\xFA\4x.py";
  std::string name = "\xFA\x08<module>";
  std::string qualified_name = "z\1q";
  uint32_t first_line = 1;
  std::string line_table = std::string("\xF3\2\0\0\0\xF2\3", 7);
  std::string exception_table = std::string("s\0\0\0\0", 5);

  std::string bytes() const {
    return std::string(1, type) + u32(arguments) + u32(positional_only) + u32(keyword_only) +
           u32(stack_size) + u32(flags) + code + consts + names + locals + kinds + filename + name +
           qualified_name + u32(first_line) + line_table + exception_table;
  }
  /// With these marshal bytes as the only constant.
  static std::string with_constant(const std::string& constant) {
    CodeStream stream;
    stream.consts = std::string(")\1", 2) + constant;
    return stream.bytes();
  }
};

}  // namespace ouro::pyc
