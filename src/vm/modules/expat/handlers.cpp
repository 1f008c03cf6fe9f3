// What the library calls while it parses: each function hands its arguments to a Python handler.
//
// An exception of a handler stops the parser. It stays pending while the library unwinds; no handler is
// called meanwhile, and Parse() then fails with it.
#include "vm/builtins/codecs.h"
#include "vm/modules/expat/expat.h"

namespace ouro::vm::expat {

namespace {

void fail(Parser* self) {
  drop_handlers(self);
  XML_StopParser(self->parser, XML_FALSE);
}

Result<Value> text_of(const XML_Char* text, size_t size) {
  if (text == nullptr) return none();
  return decode_utf8({{text, size}, Value()}, nullptr);
}
Result<Value> text_of(const XML_Char* text) {
  return text_of(text, text == nullptr ? 0 : std::char_traits<char>::length(text));
}
Result<Value> interned(Parser* self, const XML_Char* text) {
  Value value = TRY(text_of(text));
  if (self->interned.is_null()) return value;
  return dict_set_default(self->interned.as<Dict>(), value, value);
}

/// One call of a handler: collects the arguments, stops at the first that cannot be made.
class Event {
 public:
  Event(Parser* self, Handler which) : self_(self), which_(which) {
    wanted_ = !self->handlers[which].is_null() && !exception_pending() &&
              (which == kCharacterData || flush_text(self));
  }
  explicit operator bool() const { return wanted_; }

  Event& add(Result<Value> value) {
    if (!wanted_) return *this;
    if (!value.ok()) {
      wanted_ = false;
      fail(self_);
    } else {
      arguments_[count_++] = value.unwrap();
    }
    return *this;
  }
  Event& name(const XML_Char* text) { return wanted_ ? add(interned(self_, text)) : *this; }
  Event& text(const XML_Char* text) { return wanted_ ? add(text_of(text)) : *this; }
  Event& text(const XML_Char* text, int size) {
    return wanted_ ? add(text_of(text, static_cast<size_t>(size))) : *this;
  }
  Event& number(int number) { return add(Result<Value>(Value::from_small(number))); }

  /// What the handler returned; null: nothing.
  Value call_handler() {
    if (!wanted_) return Value();
    self_->in_callback = true;
    auto result = call(self_->handlers[which_], Arguments{arguments_, count_, nullptr});
    self_->in_callback = false;
    if (result.ok()) return result.unwrap();
    fail(self_);
    return Value();
  }
  int call_for_number() {
    Value value = call_handler();
    if (value.is_null()) return 0;
    auto number = to_int64(value);
    if (number.ok()) return static_cast<int>(number.unwrap());
    fail(self_);
    return 0;
  }

 private:
  Parser* self_;
  Handler which_;
  bool wanted_;
  size_t count_ = 0;
  Value arguments_[8];
};

Parser* self_of(void* data) {
  return static_cast<Parser*>(data);
}

Result<Value> attributes_of(Parser* self, const XML_Char** attributes) {
  int count = 0;
  if (self->specified_attributes)
    count = XML_GetSpecifiedAttributeCount(self->parser);
  else
    while (attributes[count] != nullptr) count += 2;
  List* list = self->ordered_attributes ? make_list() : nullptr;
  Dict* dict = self->ordered_attributes ? nullptr : make_dict();
  for (int i = 0; i < count; i += 2) {
    Value name = TRY(interned(self, attributes[i]));
    Value value = TRY(text_of(attributes[i + 1]));
    if (list != nullptr) {
      TRY(list_append(list, name));
      TRY(list_append(list, value));
    } else {
      TRY(dict_set(dict, name, value));
    }
  }
  return list != nullptr ? Value(list) : Value(dict);
}

void on_start_element(void* data, const XML_Char* name, const XML_Char** attributes) {
  Event event(self_of(data), kStartElement);
  if (!event) return;
  auto made = attributes_of(self_of(data), attributes);
  event.name(name).add(made).call_handler();
}
void on_end_element(void* data, const XML_Char* name) {
  Event(self_of(data), kEndElement).name(name).call_handler();
}
void on_processing_instruction(void* data, const XML_Char* target, const XML_Char* text) {
  Event(self_of(data), kProcessingInstruction).name(target).text(text).call_handler();
}
void on_unparsed_entity(void* data, const XML_Char* entity, const XML_Char* base, const XML_Char* system_id,
                        const XML_Char* public_id, const XML_Char* notation) {
  Event(self_of(data), kUnparsedEntityDecl)
      .name(entity)
      .name(base)
      .name(system_id)
      .name(public_id)
      .name(notation)
      .call_handler();
}
void on_notation(void* data, const XML_Char* notation, const XML_Char* base, const XML_Char* system_id,
                 const XML_Char* public_id) {
  Event(self_of(data), kNotationDecl)
      .name(notation)
      .name(base)
      .name(system_id)
      .name(public_id)
      .call_handler();
}
void on_start_namespace(void* data, const XML_Char* prefix, const XML_Char* uri) {
  Event(self_of(data), kStartNamespaceDecl).name(prefix).name(uri).call_handler();
}
void on_end_namespace(void* data, const XML_Char* prefix) {
  Event(self_of(data), kEndNamespaceDecl).name(prefix).call_handler();
}
void on_comment(void* data, const XML_Char* text) {
  Event(self_of(data), kComment).text(text).call_handler();
}
template <Handler which>
void on_plain(void* data) {
  Event(self_of(data), which).call_handler();
}
template <Handler which>
void on_default(void* data, const XML_Char* text, int size) {
  Event(self_of(data), which).text(text, size).call_handler();
}
int on_not_standalone(void* data) {
  return Event(self_of(data), kNotStandalone).call_for_number();
}
int on_external_entity(XML_Parser parser, const XML_Char* context, const XML_Char* base,
                       const XML_Char* system_id, const XML_Char* public_id) {
  return Event(self_of(XML_GetUserData(parser)), kExternalEntityRef)
      .text(context)
      .name(base)
      .name(system_id)
      .name(public_id)
      .call_for_number();
}
void on_start_doctype(void* data, const XML_Char* name, const XML_Char* system_id, const XML_Char* public_id,
                      int has_internal_subset) {
  Event(self_of(data), kStartDoctypeDecl)
      .name(name)
      .name(system_id)
      .name(public_id)
      .number(has_internal_subset)
      .call_handler();
}
void on_entity(void* data, const XML_Char* entity, int is_parameter, const XML_Char* value, int value_size,
               const XML_Char* base, const XML_Char* system_id, const XML_Char* public_id,
               const XML_Char* notation) {
  Event(self_of(data), kEntityDecl)
      .name(entity)
      .number(is_parameter)
      .text(value, value_size)
      .name(base)
      .name(system_id)
      .name(public_id)
      .name(notation)
      .call_handler();
}
void on_xml_declaration(void* data, const XML_Char* version, const XML_Char* encoding, int standalone) {
  Event(self_of(data), kXmlDecl).text(version).text(encoding).number(standalone).call_handler();
}
void on_attribute_list(void* data, const XML_Char* element, const XML_Char* attribute, const XML_Char* type,
                       const XML_Char* default_value, int is_required) {
  Event(self_of(data), kAttlistDecl)
      .name(element)
      .name(attribute)
      .text(type)
      .text(default_value)
      .number(is_required)
      .call_handler();
}
void on_skipped_entity(void* data, const XML_Char* entity, int is_parameter) {
  Event(self_of(data), kSkippedEntity).name(entity).number(is_parameter).call_handler();
}

/// (type, quantifier, name, children).
Result<Value> content_model(const XML_Content& model) {
  TRY(check_recursion());
  Tuple* children = TRY(allocate_tuple(model.numchildren));
  for (unsigned i = 0; i < model.numchildren; ++i)
    store(children, children->items[i], TRY(content_model(model.children[i])));
  Value name = TRY(text_of(model.name));
  return make_tuple({Value::from_small(model.type), Value::from_small(model.quant), name, children});
}
void on_element_declaration(void* data, const XML_Char* name, XML_Content* model) {
  Event event(self_of(data), kElementDecl);
  if (event) {
    auto made = content_model(*model);
    event.name(name).add(made).call_handler();
  }
  XML_FreeContentModel(self_of(data)->parser, model);
}

/// The character data handler cannot be taken away while it runs, but replaced.
void on_ignored_text(void*, const XML_Char*, int) {}

/// False: there is no handler, or it failed.
bool hand_over_text(Parser* self, const XML_Char* text, size_t size) {
  if (self->handlers[kCharacterData].is_null()) return false;
  Event(self, kCharacterData).text(text, static_cast<int>(size)).call_handler();
  if (!exception_pending()) return true;
  XML_SetCharacterDataHandler(self->parser, on_ignored_text);
  return false;
}

void on_text(void* data, const XML_Char* text, int size) {
  Parser* self = self_of(data);
  if (exception_pending()) return;
  const auto count = static_cast<size_t>(size);
  if (!self->buffers_text) {
    hand_over_text(self, text, count);
    return;
  }
  const auto room = static_cast<size_t>(self->buffer_size);
  if (self->buffer->size() + count > room) {
    // The handler may have taken itself away.
    if (!flush_text(self) || self->handlers[kCharacterData].is_null()) return;
  }
  if (count > room)
    hand_over_text(self, text, count);
  else
    self->buffer->append(text, count);
}

int refuse_entity(XML_Parser, const XML_Char*, const XML_Char*, const XML_Char*, const XML_Char*) {
  return 0;
}

}  // namespace

bool flush_text(Parser* self) {
  if (!self->buffers_text || self->buffer->empty()) return true;
  const std::string text = std::move(*self->buffer);
  self->buffer->clear();
  return hand_over_text(self, text.data(), text.size());
}

void install_handler(Parser* self, Handler which, bool on) {
  XML_Parser p = self->parser;
  switch (which) {
    case kStartElement:
      return XML_SetStartElementHandler(p, on ? on_start_element : nullptr);
    case kEndElement:
      return XML_SetEndElementHandler(p, on ? on_end_element : nullptr);
    case kProcessingInstruction:
      return XML_SetProcessingInstructionHandler(p, on ? on_processing_instruction : nullptr);
    case kCharacterData:
      return XML_SetCharacterDataHandler(p, on ? on_text : self->in_callback ? on_ignored_text : nullptr);
    case kUnparsedEntityDecl:
      return XML_SetUnparsedEntityDeclHandler(p, on ? on_unparsed_entity : nullptr);
    case kNotationDecl:
      return XML_SetNotationDeclHandler(p, on ? on_notation : nullptr);
    case kStartNamespaceDecl:
      return XML_SetStartNamespaceDeclHandler(p, on ? on_start_namespace : nullptr);
    case kEndNamespaceDecl:
      return XML_SetEndNamespaceDeclHandler(p, on ? on_end_namespace : nullptr);
    case kComment:
      return XML_SetCommentHandler(p, on ? on_comment : nullptr);
    case kStartCdataSection:
      return XML_SetStartCdataSectionHandler(p, on ? on_plain<kStartCdataSection> : nullptr);
    case kEndCdataSection:
      return XML_SetEndCdataSectionHandler(p, on ? on_plain<kEndCdataSection> : nullptr);
    case kDefault:
      return XML_SetDefaultHandler(p, on ? on_default<kDefault> : nullptr);
    case kDefaultExpand:
      return XML_SetDefaultHandlerExpand(p, on ? on_default<kDefaultExpand> : nullptr);
    case kNotStandalone:
      return XML_SetNotStandaloneHandler(p, on ? on_not_standalone : nullptr);
    case kExternalEntityRef:
      return XML_SetExternalEntityRefHandler(p, on ? on_external_entity : nullptr);
    case kStartDoctypeDecl:
      return XML_SetStartDoctypeDeclHandler(p, on ? on_start_doctype : nullptr);
    case kEndDoctypeDecl:
      return XML_SetEndDoctypeDeclHandler(p, on ? on_plain<kEndDoctypeDecl> : nullptr);
    case kEntityDecl:
      return XML_SetEntityDeclHandler(p, on ? on_entity : nullptr);
    case kXmlDecl:
      return XML_SetXmlDeclHandler(p, on ? on_xml_declaration : nullptr);
    case kElementDecl:
      return XML_SetElementDeclHandler(p, on ? on_element_declaration : nullptr);
    case kAttlistDecl:
      return XML_SetAttlistDeclHandler(p, on ? on_attribute_list : nullptr);
    case kSkippedEntity:
      return XML_SetSkippedEntityHandler(p, on ? on_skipped_entity : nullptr);
    case kHandlerCount:
      return;
  }
}

void drop_handlers(Parser* self) {
  for (int i = 0; i < kHandlerCount; ++i) {
    self->handlers[i] = Value();
    install_handler(self, static_cast<Handler>(i), false);
  }
  XML_SetExternalEntityRefHandler(self->parser, refuse_entity);
}

int handle_unknown_encoding(void*, const XML_Char* name, XML_Encoding* info) {
  if (exception_pending()) return XML_STATUS_ERROR;
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  auto decoded = decode_text(all, Value(), name, "replace");
  if (!decoded.ok()) return XML_STATUS_ERROR;
  Value value = decoded.unwrap();
  auto* text = value.as<Str>();
  if (text->length != 256) {
    (void)raise(types.ValueError, "multi-byte encodings are not supported");
    return XML_STATUS_ERROR;
  }
  for (size_t i = 0; i < 256; ++i) {
    const char32_t c = text->at(i);
    info->map[i] = c == 0xFFFD ? -1 : static_cast<int>(c);
  }
  info->data = nullptr;
  info->convert = nullptr;
  info->release = nullptr;
  return XML_STATUS_OK;
}

}  // namespace ouro::vm::expat
