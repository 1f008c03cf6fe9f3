// The module array: the type, its buffers and its iterator.
#include "vm/modules/array.h"

#include "vm/import/import.h"
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"
#include "vm/object/hooks.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace arrays {
Type* array_type = nullptr;
}  // namespace arrays

namespace {

using arrays::array_type;
using arrays::ArrayObject;

Type* iterator_type = nullptr;
constexpr char kCodes[] = "bBuhHiIlLqQfd";

void trace_array(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<ArrayObject*>(object)->storage);
}

Raised bad_code() {
  return raise(types.ValueError, "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
}

Status fill_from(ArrayObject* array, Value initial) {
  if (is_bytes(initial) || is_bytearray(initial)) {
    const std::string data(is_bytes(initial) ? initial.as<Bytes>()->view()
                                             : view_of(initial.as<ByteArray>()));
    if (data.size() % static_cast<size_t>(array->item_size) != 0)
      return raise(types.ValueError, "bytes length not a multiple of item size");
    return arrays::append_bytes(array, data);
  }
  if (arrays::is_array(initial)) {
    const auto* other = static_cast<ArrayObject*>(initial.object());
    if (other->code == array->code) return arrays::append_bytes(array, std::string(other->bytes()));
  }
  if (is_str(initial) && array->code == 'u') {
    const Str* text = initial.as<Str>();
    for (size_t i = 0; i < text->length; ++i) {
      const char32_t c = text->at(i);
      TRY(arrays::append_bytes(array, std::string_view(reinterpret_cast<const char*>(&c), 4)));
    }
    return {};
  }
  return for_each(initial, [array](Value item) { return arrays::append_value(array, item); });
}

Result<Value> array_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() != 0 && (type == array_type || type->slots.init == array_type->slots.init))
    return raise(types.TypeError, "array.array() takes no keyword arguments");
  if (arguments.positional == 0) return raise(types.TypeError, "array() takes at least 1 argument (0 given)");
  if (arguments.positional > 2)
    return raise(types.TypeError, "array() takes at most 2 arguments ({} given)", arguments.positional);
  const Value code_value = arguments[0];
  if (!is_str(code_value) || code_value.as<Str>()->length != 1)
    return raise(types.TypeError, "array() argument 1 must be a unicode character, not {}",
                 given_name(code_value));
  const char32_t code = code_value.as<Str>()->at(0);
  const Value initial = arguments.positional > 1 ? arguments[1] : Value();
  TRY(audit("array.__new__", {code_value, initial.is_null() ? none() : initial}));
  if (!initial.is_null() && code != 'u') {
    const auto shown = make_char(code);
    if (is_str(initial))
      return raise(types.TypeError, "cannot use a str to initialize an array with typecode '{}'",
                   to_utf8(shown));
    if (arrays::is_array(initial) && static_cast<ArrayObject*>(initial.object())->code == 'u')
      return raise(types.TypeError, "cannot use a unicode array to initialize an array with typecode '{}'",
                   to_utf8(shown));
  }
  if (arrays::item_size_of(code) == 0) return bad_code();
  ArrayObject* array = arrays::new_array(type, static_cast<char>(code));
  if (!initial.is_null()) TRY(fill_from(array, initial));
  return array;
}

Result<Value> array_repr(Value self) {
  auto* array = self.as<ArrayObject>();
  const std::string name = to_utf8(type_of(self)->name);
  if (array->length == 0) return make_str(fmt::format("{}('{}')", name, array->code));
  const Value items = TRY(call_method(self, intern(array->code == 'u' ? "tounicode" : "tolist")));
  const Str* shown = TRY(repr(items));
  return make_str(fmt::format("{}('{}', {})", name, array->code, to_utf8(shown)));
}

Result<int64_t> array_length(Value self) {
  return static_cast<int64_t>(self.as<ArrayObject>()->length);
}

Result<Value> array_item(Value self, int64_t index) {
  auto* array = self.as<ArrayObject>();
  if (index < 0 || static_cast<uint64_t>(index) >= array->length)
    return raise(types.IndexError, "array index out of range");
  return arrays::load(array, static_cast<size_t>(index));
}

Result<bool> array_contains(Value self, Value wanted) {
  auto* array = self.as<ArrayObject>();
  for (size_t i = 0; i < array->length; ++i) {
    const Value item = TRY(array_item(self, static_cast<int64_t>(i)));
    if (TRY(is_true(TRY(compare(item, wanted, CompareOp::Equal))))) return true;
  }
  return false;
}

Result<Value> array_concat(Value left, Value right) {
  if (!arrays::is_array(right))
    return raise(types.TypeError, "can only append array (not \"{}\") to array", type_name(right));
  auto* a = left.as<ArrayObject>();
  auto* b = right.as<ArrayObject>();
  if (a->code != b->code) {
    return raise(types.TypeError, "bad argument type for built-in operation");
  }
  return TRY(arrays::array_of(a->code, std::string(a->bytes()) + std::string(b->bytes())));
}

Result<Value> array_inplace_concat(Value left, Value right) {
  if (!arrays::is_array(right))
    return raise(types.TypeError, "can only extend with array (not \"{}\")", type_name(right));
  TRY(arrays::extend(left.as<ArrayObject>(), right));
  return left;
}

Result<std::string> repeated(Value self, int64_t count) {
  const std::string_view data = self.as<ArrayObject>()->bytes();
  const size_t total = TRY(repeated_length(data.size(), count));
  if (!can_allocate(total)) return raise_no_memory();
  std::string out;
  out.reserve(total);
  for (int64_t i = 0; i < count && !data.empty(); ++i) out += data;
  return out;
}

Result<Value> array_repeat(Value self, int64_t count) {
  return TRY(arrays::array_of(self.as<ArrayObject>()->code, TRY(repeated(self, count))));
}

Result<Value> array_inplace_repeat(Value self, int64_t count) {
  auto* array = self.as<ArrayObject>();
  const std::string data = TRY(repeated(self, count));
  TRY(arrays::resize(array, data.size() / static_cast<size_t>(array->item_size)));
  if (!data.empty()) std::memcpy(array->data(), data.data(), data.size());
  return self;
}

const char* format_of(char code) {
  static constexpr char kFormats[][2] = {"b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d"};
  if (code == 'u') return "w";
  for (const auto& format : kFormats)
    if (format[0] == code) return format;
  return "B";
}

Status array_get_buffer(Value self, BufferView* view, int flags) {
  auto* array = self.as<ArrayObject>();
  TRY(fill_buffer(view, self, array->data(), array->bytes().size(), false, flags));
  view->item_size = array->item_size;
  if ((flags & kBufferFormat) != 0) view->format = format_of(array->code);
  ++array->exports;
  return {};
}

void array_release_buffer(Value self, BufferView*) {
  --self.as<ArrayObject>()->exports;
}

Result<Value> get_typecode(Value self) {
  return make_char(static_cast<unsigned char>(self.as<ArrayObject>()->code));
}
Result<Value> get_itemsize(Value self) {
  return make_int(self.as<ArrayObject>()->item_size);
}
constexpr GetSetSpec kGetSets[] = {
    {"typecode", get_typecode, nullptr, "the typecode character used to create the array"},
    {"itemsize", get_itemsize, nullptr, "the size, in bytes, of one array item"},
};

// ---- the iterator

struct ArrayIterator : Object {
  Object* array;  // null: exhausted
  int64_t index;
};

void trace_iterator(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<ArrayIterator*>(object)->array);
}

Result<Value> array_iter(Value self) {
  auto* iterator = allocate_instance<ArrayIterator>(iterator_type);
  iterator->array = self.object();
  return iterator;
}

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<ArrayIterator>();
  if (iterator->array == nullptr) return Value::stop();
  auto* array = static_cast<ArrayObject*>(iterator->array);
  if (static_cast<uint64_t>(iterator->index) < array->length) return array_item(array, iterator->index++);
  iterator->array = nullptr;
  return Value::stop();
}

Result<Value> iterator_reduce(const Value* a) {
  const auto* iterator = a[0].as<ArrayIterator>();
  const Value iter = TRY(builtin_named(names.iter));
  if (iterator->array == nullptr) return reduce_with(iter, empty_tuple());
  return reduce_with(iter, iterator->array, make_int(iterator->index));
}

Result<Value> iterator_setstate(const Value* a) {
  auto* iterator = a[0].as<ArrayIterator>();
  const int64_t index = TRY(to_int64(a[1]));
  if (iterator->array == nullptr) return none();
  const auto length = static_cast<int64_t>(static_cast<ArrayObject*>(iterator->array)->length);
  iterator->index = std::min(std::max<int64_t>(index, 0), length);
  return none();
}

constexpr MethodSpec kIteratorMethods[] = {
    {"__reduce__", "($self, /)", iterator_reduce, "Return state information for pickling."},
    {"__setstate__", "($self, state, /)", iterator_setstate, "Set state information for unpickling."},
};

constexpr MethodSpec kFunctions[] = {
    {"_array_reconstructor", "($module, arraytype, typecode, mformat_code, items, /)",
     arrays::array_reconstructor, "Internal. Used for pickling support."},
};

TypeSpec array_spec() {
  TypeSpec spec;
  spec.name = "array.array";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(ArrayObject);
  spec.flags = kTypeBase | kTypeHasWeakrefs | kTypeSequence | kTypeImmutable;
  spec.trace = trace_array;
  spec.methods = arrays::array_methods();
  spec.getsets = kGetSets;
  spec.doc =
      "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by "
      "typecode.";
  spec.slots.repr = array_repr;
  spec.slots.hash = hash_not_implemented;
  spec.slots.richcompare = arrays::array_compare;
  spec.slots.iter = array_iter;
  spec.slots.new_ = array_new;
  spec.slots.length = array_length;
  spec.slots.concat = array_concat;
  spec.slots.inplace_concat = array_inplace_concat;
  spec.slots.repeat = array_repeat;
  spec.slots.inplace_repeat = array_inplace_repeat;
  spec.slots.item = array_item;
  spec.slots.subscript = arrays::array_subscript;
  spec.slots.assign = arrays::array_assign;
  spec.slots.contains = array_contains;
  spec.slots.get_buffer = array_get_buffer;
  spec.slots.release_buffer = array_release_buffer;
  return spec;
}

Status execute(Module* module) {
  static const TypeSpec spec = array_spec();
  TRY(add_type(module, &array_type, spec));
  TRY(module_add(module, "ArrayType", array_type));
  if (iterator_type == nullptr) {
    static TypeSpec iterator;
    iterator.name = "array.arrayiterator";
    iterator.kind = Kind::kIterator;
    iterator.basic_size = sizeof(ArrayIterator);
    iterator.flags = kTypeDisallowNew | kTypeImmutable;
    iterator.trace = trace_iterator;
    iterator.methods = kIteratorMethods;
    iterator.slots.iter = iterate_self;
    iterator.slots.iternext = iterator_next;
    iterator_type = make_native_type(iterator);
    add_root(reinterpret_cast<Object**>(&iterator_type));
  }
  const Value sequences = TRY(hooks.import_module("collections.abc"));
  const Value mutable_sequence = TRY(get_attribute(sequences, intern("MutableSequence")));
  TRY(call_method(mutable_sequence, intern("register"), {array_type}));
  return module_add(module, "typecodes", make_ascii(kCodes));
}

}  // namespace

extern const ModuleSpec kArrayModule;
const ModuleSpec kArrayModule = {
    .name = "array",
    .doc = "This module defines an object type which can efficiently represent\nan array of basic values.",
    .functions = kFunctions,
    .execute = execute};

}  // namespace ouro::vm
