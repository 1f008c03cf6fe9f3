// The module _tokenize: the compiler's own tokens.
#include "vm/import/compile.h"
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

/// All tokens are made when the iterator is; `failure` is raised when they are used up.
struct TokenizerIter : Object {
  List* tokens;
  uint64_t position;
  CompileFailure* failure;  // of new; null: none
};

void trace_iterator(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<TokenizerIter*>(object)->tokens);
}

void release_iterator(Object* object) {
  delete static_cast<TokenizerIter*>(object)->failure;
}

Value token_tuple(const SourceToken& token) {
  return make_tuple({make_str(token.text), make_int(token.type), make_int(token.line),
                     make_int(token.end_line), make_int(token.column), make_int(token.end_column),
                     make_str(token.source_lines)});
}

Result<Value> make_iterator(Type* type, const Arguments& arguments) {
  static const Signature signature("TokenizerIter", "(source)");
  Value source;
  TRY(signature.bind(arguments, &source));
  const std::string text = TRY(c_text_argument(source, "tokenizeriter", " 'source'"));
  std::optional<CompileFailure> failure;
  const std::vector<SourceToken> tokens = tokens_of_source(text, &failure);
  List* list = TRY(make_list_reserved(tokens.size()));
  for (const SourceToken& token : tokens) TRY(list_append(list, token_tuple(token)));
  auto* iterator = allocate_instance<TokenizerIter>(type);
  iterator->position = 0;
  iterator->failure = failure ? new CompileFailure(std::move(*failure)) : nullptr;
  store(iterator, iterator->tokens, list);
  return Value(iterator);
}

Result<Value> next_token(Value self) {
  auto* iterator = self.as<TokenizerIter>();
  if (iterator->position < iterator->tokens->length) return iterator->tokens->items()[iterator->position++];
  if (iterator->failure != nullptr) return raise_failure(*iterator->failure, intern("<string>"));
  return Value::stop();
}

Type* iterator_type = nullptr;

Status execute(Module* module) {
  static TypeSpec spec{.name = "_tokenize.TokenizerIter",
                       .basic_size = sizeof(TokenizerIter),
                       .flags = kTypeImmutable | kTypeHasFinalizer,
                       .trace = trace_iterator};
  spec.slots = iterator_class_slots(make_iterator, next_token);
  spec.slots.release = release_iterator;
  return add_type(module, &iterator_type, spec);
}

}  // namespace

extern const ModuleSpec kTokenizeModule;
const ModuleSpec kTokenizeModule = {.name = "_tokenize", .execute = execute};

}  // namespace ouro::vm
