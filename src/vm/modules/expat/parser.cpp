// pyexpat.xmlparser: methods and attributes.
#include <climits>

#include "vm/heap/heap.h"
#include "vm/modules/expat/expat.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::expat {

Type* parser_type = nullptr;
Type* error_type = nullptr;

namespace {

constexpr int64_t kDefaultBufferSize = 8192;
constexpr int64_t kParserMemory = 32 * 1024;  // outside the heap, roughly
constexpr int kMaxChunk = 1 << 20;

void trace_parser(Object* object, Tracer& tracer) {
  auto* self = static_cast<Parser*>(object);
  tracer.visit(self->interned);
  tracer.visit(self->parent);
  tracer.visit(self->handlers, kHandlerCount);
}

void release_parser(Object* object) {
  auto* self = static_cast<Parser*>(object);
  if (self->parser != nullptr) {
    XML_ParserFree(self->parser);
    account_external(-kParserMemory);
  }
  self->parser = nullptr;
  delete self->buffer;
  self->buffer = nullptr;
}

Parser* new_parser(XML_Parser parser, Value interned) {
  auto* self = allocate_instance<Parser>(parser_type);
  self->parser = parser;
  self->buffer = new std::string;
  self->buffer_size = kDefaultBufferSize;
  self->interned = interned;
  write_barrier(self);
  XML_SetUserData(parser, self);
  account_external(kParserMemory);
  return self;
}

Raised raise_error(Parser* self, XML_Error code) {
  const auto line = static_cast<int64_t>(XML_GetErrorLineNumber(self->parser));
  const auto column = static_cast<int64_t>(XML_GetErrorColumnNumber(self->parser));
  const char* message = XML_ErrorString(code);
  Value error =
      TRY(call(error_type, {make_str(fmt::format("{}: line {}, column {}",
                                                 message == nullptr ? "(null)" : message, line, column))}));
  TRY(set_attribute(error, intern("code"), Value::from_small(code)));
  TRY(set_attribute(error, intern("offset"), make_int(column)));
  TRY(set_attribute(error, intern("lineno"), make_int(line)));
  return raise_value(error);
}

Result<Value> parse_result(Parser* self, int status) {
  if (exception_pending()) return Raised{};
  if (status == 0) return raise_error(self, XML_GetErrorCode(self->parser));
  if (!flush_text(self) && exception_pending()) return Raised{};
  return Value::from_small(status);
}

/// The library may not be entered again from one of its handlers.
Status check_entry(const Parser* self) {
  if (self->in_callback) return raise(types.RuntimeError, "the parser is running a handler");
  return {};
}

Result<Value> parse(const Value* a) {
  Parser* self = parser_of(a[0]);
  const bool final = !a[2].is_null() && TRY(to_c_int(a[2])) != 0;
  TRY(check_entry(self));
  std::string utf8;
  Buffer buffer;
  std::string_view data;
  if (is_str(a[1])) {
    utf8 = TRY(utf8_or_raise(a[1].as<Str>()));
    data = utf8;
    (void)XML_SetEncoding(self->parser, "utf-8");
  } else {
    TRY(buffer.acquire(a[1]));
    data = buffer.text();
  }
  int status = 1;
  while (data.size() > kMaxChunk) {
    status = XML_Parse(self->parser, data.data(), kMaxChunk, 0);
    if (status == 0) return parse_result(self, status);
    data.remove_prefix(kMaxChunk);
  }
  status = XML_Parse(self->parser, data.data(), static_cast<int>(data.size()), final);
  return parse_result(self, status);
}

/// Bytes that a file's read() gave into the library's buffer.
Result<int> read_into(char* out, int size, Value read) {
  Value data = TRY(call(read, {Value::from_small(size)}));
  std::string_view bytes;
  if (is_bytes(data))
    bytes = data.as<Bytes>()->view();
  else if (is_bytearray(data))
    bytes = view_of(data.as<ByteArray>());
  else
    return raise(types.TypeError, "read() did not return a bytes object (type={})", type_name(data));
  if (bytes.size() > static_cast<size_t>(size))
    return raise(types.ValueError, "read() returned too much data: {} bytes requested, {} returned", size,
                 bytes.size());
  std::copy(bytes.begin(), bytes.end(), out);
  return static_cast<int>(bytes.size());
}

Result<Value> parse_file(const Value* a) {
  Parser* self = parser_of(a[0]);
  constexpr int kPiece = 2048;
  Value read = TRY(find_attribute(a[1], names.read));
  if (read.is_null()) return raise(types.TypeError, "argument must have 'read' attribute");
  TRY(check_entry(self));
  char piece[kPiece];
  for (;;) {
    const int size = TRY(read_into(piece, kPiece, read));
    void* room = XML_GetBuffer(self->parser, kPiece);
    if (room == nullptr) return parse_result(self, 0);
    std::copy_n(piece, size, static_cast<char*>(room));
    const int status = XML_ParseBuffer(self->parser, size, size == 0);
    if (status == 0 || size == 0 || exception_pending()) return parse_result(self, status);
  }
}

Result<Value> set_base(const Value* a) {
  const std::string base = TRY(c_text_argument(a[1], "SetBase", ""));
  if (XML_SetBase(parser_of(a[0])->parser, base.c_str()) == 0) return raise_no_memory();
  return none();
}
Result<Value> get_base(const Value* a) {
  const char* base = XML_GetBase(parser_of(a[0])->parser);
  return base == nullptr ? none() : Value(make_str(base));
}

Result<Value> get_input_context(const Value* a) {
  Parser* self = parser_of(a[0]);
  if (!self->in_callback) return none();
  int offset, size;
  const char* input = XML_GetInputContext(self->parser, &offset, &size);
  if (input == nullptr) return none();
  return make_bytes({input + offset, static_cast<size_t>(size - offset)});
}

Result<Value> create_entity_parser(const Value* a) {
  Parser* self = parser_of(a[0]);
  std::string context, encoding;
  const bool has_context = !is_none(a[1]), has_encoding = !a[2].is_null();
  if (has_context) context = TRY(c_text_argument(a[1], "ExternalEntityParserCreate", " 1", "str or None"));
  if (has_encoding) encoding = TRY(c_text_argument(a[2], "ExternalEntityParserCreate", " 2"));
  XML_Parser made = XML_ExternalEntityParserCreate(self->parser, has_context ? context.c_str() : nullptr,
                                                   has_encoding ? encoding.c_str() : nullptr);
  if (made == nullptr) return raise_no_memory();
  Parser* parser = new_parser(made, self->interned);
  parser->parent = a[0];
  parser->ordered_attributes = self->ordered_attributes;
  parser->specified_attributes = self->specified_attributes;
  parser->namespace_prefixes = self->namespace_prefixes;
  parser->buffers_text = self->buffers_text;
  parser->buffer_size = self->buffer_size;
  for (int i = 0; i < kHandlerCount; ++i) {
    parser->handlers[i] = self->handlers[i];
    install_handler(parser, static_cast<Handler>(i), !self->handlers[i].is_null());
  }
  write_barrier(parser);
  return parser;
}

Result<Value> set_parameter_entity_parsing(const Value* a) {
  const int flag = TRY(to_c_int(a[1]));
  return Value::from_small(
      XML_SetParamEntityParsing(parser_of(a[0])->parser, static_cast<XML_ParamEntityParsing>(flag)));
}

Result<Value> use_foreign_dtd(const Value* a) {
  Parser* self = parser_of(a[0]);
  const bool flag = a[1].is_null() || TRY(is_true(a[1]));
  const XML_Error code = XML_UseForeignDTD(self->parser, flag ? XML_TRUE : XML_FALSE);
  if (code != XML_ERROR_NONE) return raise_error(self, code);
  return none();
}

// ---- attributes

Raised cannot_delete() {
  return raise(types.RuntimeError, "Cannot delete attribute");
}

template <int which>
Result<Value> get_handler(Value self) {
  Value handler = parser_of(self)->handlers[which];
  return handler.is_null() ? none() : handler;
}
template <int which>
Status set_handler(Value value, Value handler) {
  Parser* self = parser_of(value);
  if (handler.is_null()) return cannot_delete();
  // What is buffered belongs to the handler that was there.
  if (which == kCharacterData && !flush_text(self) && exception_pending()) return Raised{};
  store(self, self->handlers[which], is_none(handler) ? Value() : handler);
  install_handler(self, static_cast<Handler>(which), !is_none(handler));
  return {};
}

template <auto function>
Result<Value> get_number(Value self) {
  return make_int(static_cast<int64_t>(function(parser_of(self)->parser)));
}

template <bool Parser::* field>
Result<Value> get_flag(Value self) {
  return make_bool(parser_of(self)->*field);
}
template <bool Parser::* field>
Status set_flag(Value self, Value value) {
  if (value.is_null()) return cannot_delete();
  parser_of(self)->*field = TRY(is_true(value));
  return {};
}
Status set_namespace_prefixes(Value self, Value value) {
  TRY(set_flag<&Parser::namespace_prefixes>(self, value));
  XML_SetReturnNSTriplet(parser_of(self)->parser, parser_of(self)->namespace_prefixes);
  return {};
}

Status set_buffer_text(Value value, Value wanted) {
  Parser* self = parser_of(value);
  if (wanted.is_null()) return cannot_delete();
  const bool on = TRY(is_true(wanted));
  if (!on && !flush_text(self) && exception_pending()) return Raised{};
  self->buffers_text = on;
  return {};
}

Result<Value> get_buffer_size(Value self) {
  return make_int(parser_of(self)->buffer_size);
}
Status set_buffer_size(Value value, Value wanted) {
  Parser* self = parser_of(value);
  if (wanted.is_null()) return cannot_delete();
  if (!is_int(wanted)) return raise(types.TypeError, "buffer_size must be an integer");
  const int64_t size = TRY(to_int64(wanted));
  if (size <= 0) return raise(types.ValueError, "buffer_size must be greater than zero");
  if (size == self->buffer_size) return {};
  if (size > INT_MAX) return raise(types.ValueError, "buffer_size must not be greater than {}", INT_MAX);
  if (!flush_text(self) && exception_pending()) return Raised{};
  self->buffers_text = true;
  self->buffer_size = size;
  return {};
}
Result<Value> get_buffer_used(Value self) {
  return make_int(static_cast<int64_t>(parser_of(self)->buffer->size()));
}
Result<Value> get_intern(Value self) {
  Value interned = parser_of(self)->interned;
  return interned.is_null() ? none() : interned;
}

#define OURO_HANDLER(name, which) {name, get_handler<which>, set_handler<which>}
constexpr GetSetSpec kGetSets[] = {
    OURO_HANDLER("StartElementHandler", kStartElement),
    OURO_HANDLER("EndElementHandler", kEndElement),
    OURO_HANDLER("ProcessingInstructionHandler", kProcessingInstruction),
    OURO_HANDLER("CharacterDataHandler", kCharacterData),
    OURO_HANDLER("UnparsedEntityDeclHandler", kUnparsedEntityDecl),
    OURO_HANDLER("NotationDeclHandler", kNotationDecl),
    OURO_HANDLER("StartNamespaceDeclHandler", kStartNamespaceDecl),
    OURO_HANDLER("EndNamespaceDeclHandler", kEndNamespaceDecl),
    OURO_HANDLER("CommentHandler", kComment),
    OURO_HANDLER("StartCdataSectionHandler", kStartCdataSection),
    OURO_HANDLER("EndCdataSectionHandler", kEndCdataSection),
    OURO_HANDLER("DefaultHandler", kDefault),
    OURO_HANDLER("DefaultHandlerExpand", kDefaultExpand),
    OURO_HANDLER("NotStandaloneHandler", kNotStandalone),
    OURO_HANDLER("ExternalEntityRefHandler", kExternalEntityRef),
    OURO_HANDLER("StartDoctypeDeclHandler", kStartDoctypeDecl),
    OURO_HANDLER("EndDoctypeDeclHandler", kEndDoctypeDecl),
    OURO_HANDLER("EntityDeclHandler", kEntityDecl),
    OURO_HANDLER("XmlDeclHandler", kXmlDecl),
    OURO_HANDLER("ElementDeclHandler", kElementDecl),
    OURO_HANDLER("AttlistDeclHandler", kAttlistDecl),
    OURO_HANDLER("SkippedEntityHandler", kSkippedEntity),
    {"ErrorCode", get_number<XML_GetErrorCode>},
    {"ErrorLineNumber", get_number<XML_GetErrorLineNumber>},
    {"ErrorColumnNumber", get_number<XML_GetErrorColumnNumber>},
    {"ErrorByteIndex", get_number<XML_GetErrorByteIndex>},
    {"CurrentLineNumber", get_number<XML_GetCurrentLineNumber>},
    {"CurrentColumnNumber", get_number<XML_GetCurrentColumnNumber>},
    {"CurrentByteIndex", get_number<XML_GetCurrentByteIndex>},
    {"buffer_size", get_buffer_size, set_buffer_size},
    {"buffer_text", get_flag<&Parser::buffers_text>, set_buffer_text},
    {"buffer_used", get_buffer_used},
    {"namespace_prefixes", get_flag<&Parser::namespace_prefixes>, set_namespace_prefixes},
    {"ordered_attributes", get_flag<&Parser::ordered_attributes>, set_flag<&Parser::ordered_attributes>},
    {"specified_attributes", get_flag<&Parser::specified_attributes>,
     set_flag<&Parser::specified_attributes>},
    {"intern", get_intern},
};
#undef OURO_HANDLER

constexpr MethodSpec kMethods[] = {
    {"Parse", "($self, data, isfinal=False, /)", parse, "Parse XML data."},
    {"ParseFile", "($self, file, /)", parse_file, "Parse XML data from file-like object."},
    {"SetBase", "($self, base, /)", set_base, "Set the base URL for the parser."},
    {"GetBase", "($self, /)", get_base, "Return base URL string for the parser."},
    {"GetInputContext", "($self, /)", get_input_context,
     "Return the untranslated text of the input that caused the current event."},
    {"ExternalEntityParserCreate", "($self, context, encoding=<unrepresentable>, /)", create_entity_parser,
     "Create a parser for parsing an external entity."},
    {"SetParamEntityParsing", "($self, flag, /)", set_parameter_entity_parsing,
     "Controls parsing of parameter entities (including the external DTD subset)."},
    {"UseForeignDTD", "($self, flag=True, /)", use_foreign_dtd,
     "Lets the application provide an external subset where the document has none."},
};

}  // namespace

namespace {

Result<std::string> parser_create_argument(Value value, const char* name) {
  return c_text_argument(value, "ParserCreate", name, "str or None");
}

}  // namespace

Result<Value> create_parser(const Value* a) {
  std::string encoding, separator;
  const bool has_encoding = !a[1].is_null() && !is_none(a[1]);
  const bool has_separator = !a[2].is_null() && !is_none(a[2]);
  if (has_encoding) encoding = TRY(parser_create_argument(a[1], " 'encoding'"));
  if (has_separator) separator = TRY(parser_create_argument(a[2], " 'namespace_separator'"));
  if (separator.size() > 1)
    return raise(types.ValueError, "namespace_separator must be at most one character, omitted, or None");
  Value interned = a[3].is_null() ? Value(make_dict()) : is_none(a[3]) ? Value() : a[3];
  if (!interned.is_null() && !is_dict(interned)) return raise(types.TypeError, "intern must be a dictionary");
  XML_Parser parser = XML_ParserCreate_MM(has_encoding ? encoding.c_str() : nullptr, nullptr,
                                          has_separator ? separator.c_str() : nullptr);
  if (parser == nullptr) return raise(types.RuntimeError, "XML_ParserCreate failed");
  XML_SetUnknownEncodingHandler(parser, handle_unknown_encoding, nullptr);
  return new_parser(parser, interned);
}

void make_parser_type() {
  if (parser_type != nullptr) return;
  static TypeSpec spec = {.name = "pyexpat.xmlparser",
                          .kind = Kind::kNative,
                          .basic_size = sizeof(Parser),
                          .flags = kTypeDisallowNew | kTypeImmutable | kTypeHasFinalizer,
                          .trace = trace_parser,
                          .methods = kMethods,
                          .getsets = kGetSets,
                          .doc = "XML parser"};
  spec.slots.release = release_parser;
  parser_type = make_native_type(spec);
  add_root(reinterpret_cast<Object**>(&parser_type));
}

}  // namespace ouro::vm::expat
