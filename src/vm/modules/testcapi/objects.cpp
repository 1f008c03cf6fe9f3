// Single operations on objects as C code calls them, and small types whose slots are filled in unusual ways.
#include <cstddef>

#include "bytecode/opcodes.h"
#include "vm/modules/_struct.h"
#include "vm/modules/testcapi/testcapi.h"
#include "vm/object/argument_errors.h"
#include "vm/object/code_build.h"
#include "vm/object/hooks.h"

namespace ouro::vm::testcapi {

namespace {

// ---- sequences, mappings, buffers, dicts

Result<Value> sequence_getitem(const Value* a) {
  int64_t index = TRY(to_int64_index(a[2]));
  const Slots& slots = type_of(a[1])->slots;
  if (slots.item == nullptr) return get_item(a[1], index);
  if (index < 0 && slots.length != nullptr) index += TRY(length(a[1]));
  return slots.item(a[1], index);
}

Result<Value> sequence_setitem(const Value* a) {
  int64_t index = TRY(to_int64_index(a[2]));
  if (index < 0) {
    const int64_t size = TRY(length(a[1]));
    // What is still negative must not be counted from the end once more.
    index = index + size < 0 ? INT64_MIN : index + size;
  }
  TRY(set_item(a[1], make_int(index), a[3]));
  return none();
}

template <Str* Names::* name>
Result<Value> mapping_view_list(const Value* a) {
  return to_list(TRY(call_method(a[1], names.*name)));
}

Result<Value> getbuffer_with_null_view(const Value* a) {
  if (!has_buffer(a[1]))
    return raise(types.TypeError, "a bytes-like object is required, not '{}'", type_name(a[1]));
  return raise(types.BufferError, "getbuffer: view==NULL argument is obsolete");
}

Result<Value> dict_getitem_knownhash(const Value* a) {
  if (!is_dict(a[1])) return raise_bad_internal_call();
  Value value = TRY(dict_get(a[1].as<Dict>(), a[2], TRY(to_int64(a[3]))));
  if (value.is_null()) return raise_key_error(a[2]);
  return value;
}

// ---- text and numbers

/// CPython's representation that was read through wchar_t*; here a copy, with the warning.
Result<Value> text_copy(Value value, const char* format) {
  if (!is_str(value)) return raise(types.TypeError, "argument 1 must be str, not {}", given_name(value));
  TRY(warn(types.DeprecationWarning,
           fmt::format("getargs: The '{}' format is deprecated. Use 'U' instead.", format)));
  auto* text = value.as<Str>();
  return concat(substring(text, 0, text->length / 2), substring(text, text->length / 2, text->length));
}
Result<Value> unicode_legacy_string(const Value* a) {
  return text_copy(a[1], "u#");
}
Result<Value> getargs_u(const Value* a) {
  if (is_str(a[1])) {
    auto* text = a[1].as<Str>();
    for (size_t i = 0; i < text->length; ++i)
      if (text->at(i) == 0) return raise(types.ValueError, "embedded null character");
  }
  return text_copy(a[1], "u");
}

Result<Value> pynumber_tobase(const Value* a) {
  const int base = TRY(to_c_int(a[2]));
  const char* prefix = base == 2 ? "0b" : base == 8 ? "0o" : base == 16 ? "0x" : "";
  if (base != 10 && *prefix == '\0')
    return raise(types.SystemError, "PyNumber_ToBase: base must be 2, 8, 10 or 16");
  Value number = TRY(to_index(a[1]));
  std::string digits = TRY(int_to_text(number, base));
  digits.insert(digits[0] == '-' ? 1 : 0, prefix);
  return make_str(digits);
}

/// A layout of one float of 2, 4 or 8 bytes.
Status float_layout(structs::Struct* layout, int64_t size, bool little, const char* complaint) {
  const char code = size == 2 ? 'e' : size == 4 ? 'f' : size == 8 ? 'd' : '\0';
  if (code == '\0') return raise(types.ValueError, "{}", complaint);
  return structs::compile_format(layout, make_str(std::string(little ? "<" : ">") + code));
}

Result<structs::Struct*> new_layout() {
  TRY(call_method(TRY(hooks.import_module("_struct")), intern("calcsize"), {make_str("d")}));
  return allocate_instance<structs::Struct>(structs::struct_type);
}

Result<Value> float_pack(const Value* a) {
  const int size = TRY(to_c_int(a[1]));
  Value number = make_float(TRY(to_double(a[2])));
  structs::Struct* layout = TRY(new_layout());
  TRY(float_layout(layout, size, TRY(to_c_int(a[3])) != 0, "size must 2, 4 or 8"));
  char data[8] = {};
  TRY(structs::pack_items(layout, &number, data));
  return make_bytes({data, static_cast<size_t>(size)});
}

Result<Value> float_unpack(const Value* a) {
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  structs::Struct* layout = TRY(new_layout());
  TRY(float_layout(layout, static_cast<int64_t>(buffer.size()), TRY(to_c_int(a[2])) != 0,
                   "data length must 2, 4 or 8 bytes"));
  Value items = TRY(structs::unpack_items(layout, buffer.data()));
  return items.as<Tuple>()->items[0];
}

// ---- code and functions

/// A code object without a source, which can only fail.
Result<Value> code_newempty(const Value* a) {
  const int line = TRY(to_c_int(a[3]));
  if (!is_str(a[1]) || !is_str(a[2])) return raise(types.TypeError, "filename and name must be str");
  constexpr char kLoadAssertionError = 74, kRaiseVarargs = static_cast<char>(130),
                 kResume = static_cast<char>(151);
  const char code[] = {kResume, 0, kLoadAssertionError, 0, kRaiseVarargs, 1};
  // One entry, "the line stays, no columns", for three code units.
  const char lines[] = {static_cast<char>(0x80 | 13 << 3 | 2), 0};
  CodeFields fields;
  fields.stack_size = 1;
  fields.first_line = line;
  fields.code = make_bytes({code, sizeof code});
  fields.line_table = make_bytes({lines, sizeof lines});
  fields.consts = fields.names = fields.locals_plus_names = empty_tuple();
  fields.locals_plus_kinds = fields.exception_table = empty_bytes();
  fields.filename = a[1];
  fields.name = fields.qualified_name = a[2];
  return make_code(fields);
}

template <auto field>
Result<Value> function_part(const Value* a) {
  if (!is_kind(a[1], Kind::kFunction)) return raise_bad_internal_call();
  return Value(a[1].as<Function>()->*field);
}

Result<Value> fresh_function(const Value* a);
constexpr MethodSpec kFreshFunction = {"nothing", "($module, /)", fresh_function};
/// A new builtin function every time.
Result<Value> fresh_function(const Value* a) {
  return make_native_function(kFreshFunction, a[0], nullptr);
}

Result<Value> documented(const Value*) {
  return none();
}

/// Reference cycles are no matter here: every class is as good as one without garbage collection.
Result<Value> without_gc(const Value* a) {
  if (!is_kind(a[1], Kind::kType) || !a[1].as<Type>()->has(kTypeHeap))
    return raise(types.TypeError, "heap type expected, got {}", repr_text(a[1]));
  return a[1];
}

// ---- types around one value

struct Holder : Object {
  Value value;
};

Result<Value> new_holder(Type* type, const Arguments& arguments) {
  if (arguments.positional != 1 || arguments.keyword_count() != 0)
    return raise(types.TypeError, "{}() takes exactly one argument ({} given)", type_name(type),
                 arguments.total());
  auto* self = allocate_instance<Holder>(type);
  store(self, self->value, arguments[0]);
  return self;
}

Result<Value> held_value(Value self) {
  return self.as<Holder>()->value;
}

Type* alias_type = nullptr;

Result<Value> class_getitem(const Value* a) {
  return new_holder(alias_type, Arguments{a + 1, 1, nullptr});
}
Result<Value> alias_mro_entries(const Value* a) {
  return make_tuple({a[0].as<Holder>()->value});
}

constexpr MemberSpec kValueMember[] = {
    {.name = "value", .offset = offsetof(Holder, value), .doc = "The value."}};
constexpr MethodSpec kAliasMethods[] = {{"__mro_entries__", "($self, bases, /)", alias_mro_entries}};
constexpr MethodSpec kGenericMethods[] = {
    {"__class_getitem__", "($type, item, /)", class_getitem, nullptr, Binding::Class}};

TypeSpec holder_spec(const char* name, uint32_t flags = 0) {
  TypeSpec spec = {
      .name = name, .basic_size = sizeof(Holder), .flags = flags, .trace = trace_members<&Holder::value>};
  spec.slots.new_ = new_holder;
  return spec;
}

Result<Value> plain_new(Type* type, const Arguments&) {
  return allocate_instance(type);
}

void add_types(Module* module) {
  static TypeSpec await = holder_spec("awaitType");
  await.slots.await = held_value;
  add_plain_type(module, await);

  static TypeSpec container = holder_spec("_testcapi.ContainerNoGC", kTypeBase);
  container.members = kValueMember;
  add_plain_type(module, container);

  static TypeSpec alias = holder_spec("GenericAlias", kTypeBase);
  alias.methods = kAliasMethods;
  alias_type = add_plain_type(module, alias);
  add_root(reinterpret_cast<Object**>(&alias_type));

  static TypeSpec generic = {.name = "Generic", .flags = kTypeBase, .methods = kGenericMethods};
  generic.slots.new_ = plain_new;
  add_plain_type(module, generic);
}

constexpr MethodSpec kFunctions[] = {
    {"sequence_getitem", "($module, seq, i, /)", sequence_getitem},
    {"sequence_setitem", "($module, seq, i, val, /)", sequence_setitem},
    {"get_mapping_keys", "($module, mapping, /)", mapping_view_list<&Names::keys>},
    {"get_mapping_values", "($module, mapping, /)", mapping_view_list<&Names::values>},
    {"get_mapping_items", "($module, mapping, /)", mapping_view_list<&Names::items>},
    {"getbuffer_with_null_view", "($module, obj, /)", getbuffer_with_null_view},
    {"dict_getitem_knownhash", "($module, mapping, key, hash, /)", dict_getitem_knownhash},
    {"unicode_legacy_string", "($module, text, /)", unicode_legacy_string},
    {"getargs_u", "($module, text, /)", getargs_u},
    {"pynumber_tobase", "($module, number, base, /)", pynumber_tobase},
    {"float_pack", "($module, size, number, little_endian, /)", float_pack},
    {"float_unpack", "($module, data, little_endian, /)", float_unpack},
    {"code_newempty", "($module, filename, funcname, firstlineno, /)", code_newempty},
    {"function_get_code", "($module, function, /)", function_part<&Function::code>},
    {"function_get_globals", "($module, function, /)", function_part<&Function::globals>},
    {"function_get_module", "($module, function, /)", function_part<&Function::module>},
    {"create_cfunction", "($module, /)", fresh_function},
    {"without_gc", "($module, type, /)", without_gc},
    {"test_with_docstring", "($module, /)", documented, "This is a pretty normal docstring."},
    {"docstring_empty", "($module, /)", documented, ""},
    {"docstring_with_signature", "($module, /, sig)", documented, "This docstring has a valid signature."},
    {"docstring_with_signature_but_no_doc", "($module, /, sig)", documented},
    {"docstring_with_signature_with_defaults",
     "($module, /, s='avocado', b=b'bytes', d=3.14, i=35, n=None, t=True, f=False, local=the_number_three, "
     "sys=sys.maxsize, exp=sys.maxsize - 1)",
     documented, "This docstring has a valid signature with parameters and default values."},
};

Result<Value> undocumented(Value, const Arguments&) {
  return none();
}
/// Without a signature.
constexpr MethodSpec kUnsigned[] = {
    {.name = "no_docstring", .signature = nullptr, .function = nullptr, .raw = undocumented},
    {.name = "docstring_no_signature",
     .signature = nullptr,
     .function = nullptr,
     .doc = "This docstring has no signature.",
     .raw = undocumented},
};

}  // namespace

Status add_objects(Module* module) {
  add_types(module);
  TRY(add_functions(module, kUnsigned));
  return add_functions(module, kFunctions);
}

}  // namespace ouro::vm::testcapi
