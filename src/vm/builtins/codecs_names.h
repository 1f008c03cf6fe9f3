// How the files of the codecs hang together.
#pragma once

#include "vm/builtins/codecs.h"

namespace ouro::vm {

/// The encodings whose surrogates "surrogatepass" knows; utf-16 and utf-32 are those of this machine.
enum class UnicodeForm : uint8_t { Other, Utf8, Utf16Le, Utf16Be, Utf32Le, Utf32Be };
UnicodeForm unicode_form(std::string_view encoding);

void add_standard_error_handlers(Dict* handlers);

}  // namespace ouro::vm
