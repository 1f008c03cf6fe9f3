// The seven-bit encodings that switch character sets by escape sequences: HZ and the ISO 2022 family.
#pragma once

#include <string>
#include <string_view>

#include "base/codecs.h"

namespace ouro::codec {

bool is_stateful(std::string_view name);
bool decode_stateful(std::string_view name, std::string_view bytes, std::string* text, DecodeError* error);

/// Appends the one or two code points of a table's value.
void append_table_value(std::string* text, char32_t value);

}  // namespace ouro::codec
