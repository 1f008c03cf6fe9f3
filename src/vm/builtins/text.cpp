// The start of the types of text and bytes.
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/codecs.h"
#include "vm/builtins/text_types.h"
#include "vm/object/startup.h"

namespace ouro::vm {

void complete_text() {
  complete_str();
  complete_bytes();
  complete_bytearray();
  complete_bytes_iterators();
  complete_memoryview();
  start_codec_registry();
}

}  // namespace ouro::vm
