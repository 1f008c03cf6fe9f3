// The module _sre: what Python's re package stands on.
//
// re parses a pattern and compiles it to code words in Python; this module takes the words (compile), checks
// and lowers them (lower.cpp, analyse.cpp) and matches (engine.h). Differences of the engine to a plain
// interpreter of the words: sets are tables for the first 256 characters, runs of literals are compared at
// once, a search skips to where a match can start, and a greedy repeat of one character does not give back
// what cannot help. None of it shows but in time.
#include <vector>

#include "vm/modules/sre/characters.h"
#include "vm/modules/sre/objects.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::sre {

Type* pattern_type = nullptr;
Type* match_type = nullptr;
Type* scanner_type = nullptr;

namespace {

Raised wrong_type(const char* parameter, const char* wanted, Value given) {
  return raise(types.TypeError, "compile() argument '{}' must be {}, not {}", parameter, wanted,
               given_name(given));
}

Result<std::vector<uint32_t>> read_words(List* list) {
  std::vector<uint32_t> words;
  words.reserve(list->length);
  for (uint64_t i = 0; i < list->length; ++i) {
    Value item = list->items()[i];
    if (!is_int(item)) return raise(types.TypeError, "an integer is required");
    const uint64_t word = TRY(to_uint64(item));
    if (word > 0xFFFFFFFF) return raise(types.OverflowError, "regular expression code size limit exceeded");
    words.push_back(static_cast<uint32_t>(word));
  }
  return words;
}

Result<int8_t> kind_of_source(Value source) {
  if (is_none(source)) return int8_t{-1};
  BufferView view;
  const Text text = TRY(text_of(source, &view));
  if (!view.object.is_null()) release_buffer(&view);
  return static_cast<int8_t>(text.is_bytes);
}

Result<Value> compile(const Value* a) {
  const int flags = TRY(to_c_int(a[2]));
  if (!is_list(a[3])) return wrong_type("code", "list", a[3]);
  const int64_t groups = TRY(to_int64(a[4]));
  if (!is_dict(a[5])) return wrong_type("groupindex", "dict", a[5]);
  if (!is_tuple(a[6])) return wrong_type("indexgroup", "tuple", a[6]);
  const std::vector<uint32_t> words = TRY(read_words(a[3].as<List>()));
  const int8_t is_bytes = TRY(kind_of_source(a[1]));
  if (groups < 0 || groups > kMaxGroups) return raise(types.RuntimeError, "invalid SRE code");
  Blob* program = TRY(make_program(words, static_cast<uint32_t>(groups)));
  auto* pattern = allocate_instance<Pattern>(pattern_type);
  pattern->pattern = a[1];
  pattern->program = program;
  pattern->groups = groups;
  pattern->pattern_flags = static_cast<uint32_t>(flags);
  pattern->is_bytes = is_bytes;
  if (a[5].as<Dict>()->count > 0) {
    pattern->group_index = a[5].as<Dict>();
    if (a[6].as<Tuple>()->length > 0) pattern->index_group = a[6].as<Tuple>();
  }
  write_barrier(pattern);
  return pattern;
}

Result<Value> getcodesize(const Value*) {
  return make_int(sizeof(uint32_t));
}
Result<Value> ascii_iscased(const Value* a) {
  const auto c = static_cast<uint32_t>(TRY(to_c_int(a[1])));
  return make_bool((c | 32) - 'a' < 26);
}
Result<Value> unicode_iscased(const Value* a) {
  const auto c = static_cast<uint32_t>(TRY(to_c_int(a[1])));
  return make_bool(c != lower_unicode(c) || c != upper_unicode(c));
}
Result<Value> ascii_tolower(const Value* a) {
  return make_int(static_cast<int32_t>(lower_ascii(static_cast<uint32_t>(TRY(to_c_int(a[1]))))));
}
Result<Value> unicode_tolower(const Value* a) {
  return make_int(static_cast<int32_t>(lower_unicode(static_cast<uint32_t>(TRY(to_c_int(a[1]))))));
}

constexpr MethodSpec kFunctions[] = {
    {"compile", "($module, /, pattern, flags, code, groups, groupindex, indexgroup)", compile},
    {"getcodesize", "($module, /)", getcodesize},
    {"ascii_iscased", "($module, character, /)", ascii_iscased},
    {"unicode_iscased", "($module, character, /)", unicode_iscased},
    {"ascii_tolower", "($module, character, /)", ascii_tolower},
    {"unicode_tolower", "($module, character, /)", unicode_tolower},
};

void make_type(Type** type, void (*fill)(TypeSpec*), TypeSpec* spec) {
  if (*type != nullptr) return;
  fill(spec);
  *type = make_native_type(*spec);
  add_root(reinterpret_cast<Object**>(type));
}

Status execute(Module* module) {
  static TypeSpec pattern, match, scanner;
  make_type(&pattern_type, fill_pattern_spec, &pattern);
  make_type(&match_type, fill_match_spec, &match);
  make_type(&scanner_type, fill_scanner_spec, &scanner);
  TRY(module_add(module, "MAGIC", make_int(kMagic)));
  TRY(module_add(module, "CODESIZE", make_int(sizeof(uint32_t))));
  TRY(module_add(module, "MAXREPEAT", make_int(kMaxRepeat)));
  return module_add(module, "MAXGROUPS", make_int(kMaxGroups));
}

}  // namespace

}  // namespace ouro::vm::sre

namespace ouro::vm {

extern const ModuleSpec kSreModule;
const ModuleSpec kSreModule = {
    .name = "_sre",
    .functions = sre::kFunctions,
    .execute = sre::execute,
};

}  // namespace ouro::vm
