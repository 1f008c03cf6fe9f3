// The module pyexpat, in parts: the parser object, its handlers, the module.
#pragma once

#include <expat.h>

#include <string>

#include "vm/modules/native_module.h"

namespace ouro::vm::expat {

enum Handler : int {
  kStartElement,
  kEndElement,
  kProcessingInstruction,
  kCharacterData,
  kUnparsedEntityDecl,
  kNotationDecl,
  kStartNamespaceDecl,
  kEndNamespaceDecl,
  kComment,
  kStartCdataSection,
  kEndCdataSection,
  kDefault,
  kDefaultExpand,
  kNotStandalone,
  kExternalEntityRef,
  kStartDoctypeDecl,
  kEndDoctypeDecl,
  kEntityDecl,
  kXmlDecl,
  kElementDecl,
  kAttlistDecl,
  kSkippedEntity,
  kHandlerCount,
};

/// pyexpat.xmlparser. The library's parser refers back to it: cells do not move.
struct Parser : Object {
  XML_Parser parser;
  bool ordered_attributes, specified_attributes, namespace_prefixes;
  bool in_callback;
  bool buffers_text;
  std::string* buffer;  // character data that waits for its handler
  int64_t buffer_size;
  Value interned;  // a dict, or null
  Value parent;    // of the parser of an external entity
  Value handlers[kHandlerCount];
};
inline Parser* parser_of(Value value) {
  return value.as<Parser>();
}

extern Type* parser_type;
extern Type* error_type;

/// Tells the library to call the handler, or not to.
void install_handler(Parser* self, Handler which, bool on);
/// No handler is called any more: an exception is pending.
void drop_handlers(Parser* self);
/// Hands over the buffered character data. False: an exception is pending, or nobody wants the data.
bool flush_text(Parser* self);
int handle_unknown_encoding(void* data, const XML_Char* name, XML_Encoding* info);

/// Makes `parser_type`.
void make_parser_type();
Result<Value> create_parser(const Value* arguments);

}  // namespace ouro::vm::expat
