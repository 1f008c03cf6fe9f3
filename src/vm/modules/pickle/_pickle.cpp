// The module _pickle: the classes Pickler and Unpickler, what their memos show, and the functions that need
// no object.
#include <algorithm>

#include "vm/import/import.h"
#include "vm/modules/pickle/pickle.h"
#include "vm/object/argument_errors.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace pickle {

State state;
Type *pickler_type, *unpickler_type;

}  // namespace pickle

namespace {

using namespace pickle;

Type *pickler_memo_type, *unpickler_memo_type;

/// `Pickler.memo` and `Unpickler.memo`.
struct MemoProxy : Object {
  Object* owner;
};

PicklerObject* pickler_of(Value self) {
  return self.as<PicklerObject>();
}
UnpicklerObject* unpickler_of(Value self) {
  return self.as<UnpicklerObject>();
}

// ---- settings

Status set_protocol(PicklerObject* self, Value protocol, Value fix_imports) {
  int64_t number = kDefaultProtocol;
  if (!protocol.is_null() && !is_none(protocol)) {
    number = TRY(to_c_int(protocol));
    if (number < 0) number = kHighestProtocol;
    if (number > kHighestProtocol)
      return raise(types.ValueError, "pickle protocol must be <= {}", kHighestProtocol);
  }
  self->protocol = static_cast<int>(number);
  self->binary = number > 0;
  self->fix_imports = (fix_imports.is_null() || TRY(is_true(fix_imports))) && number < 3;
  return {};
}

Status set_file(PicklerObject* self, Value file) {
  const Value write = TRY(find_attribute(file, names.write));
  if (write.is_null()) return raise(types.TypeError, "file must have a 'write' attribute");
  store(self, self->write, write);
  return {};
}

Status set_callback(PicklerObject* self, Value callback) {
  self->buffer_callback = Value();
  if (callback.is_null() || is_none(callback)) return {};
  if (self->protocol < 5) return raise(types.ValueError, "buffer_callback needs protocol >= 5");
  store(self, self->buffer_callback, callback);
  return {};
}

Status set_input(UnpicklerObject* self, Value file) {
  store(self, self->peek, TRY(find_attribute(file, intern("peek"))));
  store(self, self->read, TRY(find_attribute(file, names.read)));
  store(self, self->readline, TRY(find_attribute(file, names.readline)));
  if (!self->read.is_null() && !self->readline.is_null()) return {};
  self->read = Value();
  return raise(types.TypeError, "file must have 'read' and 'readline' attributes");
}

Result<Str*> name_argument(Value given, const char* function, const char* name, const char* otherwise) {
  if (given.is_null()) return make_ascii(otherwise);
  TRY(c_text_argument(given, function, name));
  return given.as<Str>();
}

/// fix_imports, encoding, errors, buffers.
Status set_reading(UnpicklerObject* self, const char* function, const Value* options) {
  self->fix_imports = options[0].is_null() || TRY(is_true(options[0]));
  store(self, self->encoding, TRY(name_argument(options[1], function, " 'encoding'", "ASCII")));
  store(self, self->errors, TRY(name_argument(options[2], function, " 'errors'", "strict")));
  self->buffers = Value();
  if (!options[3].is_null() && !is_none(options[3])) store(self, self->buffers, TRY(iterate(options[3])));
  return {};
}

void reset_pickler(PicklerObject* self) {
  self->write = self->persistent_id = self->reducer_override = self->buffer_callback = Value();
  self->memo = nullptr;
  self->memo_count = 0;
  self->fast_memo = nullptr;
  self->fast = 0;
}

void reset_unpickler(UnpicklerObject* self) {
  self->read = self->readline = self->peek = self->persistent_load = self->buffers = self->data = Value();
  self->at = self->prefetched = 0;
  self->memo = nullptr;
  self->memo_count = 0;
  self->protocol = 0;
}

// ---- Pickler

Result<Value> pickler_new(Type* type, const Arguments&) {
  auto* self = allocate_instance<PicklerObject>(type);
  reset_pickler(self);
  self->dispatch_table = Value();
  self->protocol = self->binary = 0;
  self->fix_imports = false;
  return self;
}

Status pickler_init(Value value, const Arguments& arguments) {
  static const Signature signature("Pickler",
                                   "(file, protocol=None, fix_imports=True, buffer_callback=None)");
  Value bound[4];
  TRY(signature.bind(arguments, bound));
  PicklerObject* self = pickler_of(value);
  reset_pickler(self);
  TRY(set_protocol(self, bound[1], bound[2]));
  TRY(set_file(self, bound[0]));
  TRY(set_callback(self, bound[3]));
  store(self, self->persistent_id, TRY(find_attribute(self, intern("persistent_id"))));
  if (self->dispatch_table.is_null())
    store(self, self->dispatch_table, TRY(find_attribute(self, intern("dispatch_table"))));
  return {};
}

Result<Value> pickler_dump(const Value* a) {
  PicklerObject* self = pickler_of(a[0]);
  if (self->write.is_null())
    return raise(state.pickling_error, "Pickler.__init__() was not called by {}.__init__()", type_name(a[0]));
  std::string out;
  TRY(dump(self, a[1], &out));
  TRY(call(self->write, {make_bytes(out)}));
  return none();
}

Result<Value> pickler_clear_memo(const Value* a) {
  pickler_of(a[0])->memo = nullptr;
  pickler_of(a[0])->memo_count = 0;
  return none();
}

Result<Value> pickler_sizeof(const Value* a) {
  const PicklerObject* self = pickler_of(a[0]);
  const uint64_t memo = self->memo == nullptr ? 0 : sizeof(Array) + self->memo->length * sizeof(Value);
  return make_int(static_cast<int64_t>(sizeof(PicklerObject) + memo));
}

constexpr MethodSpec kPicklerMethods[] = {
    {"dump", "($self, obj, /)", pickler_dump, "Writes the object's pickle to the file."},
    {"clear_memo", "($self, /)", pickler_clear_memo,
     "Clears the pickler's \"memo\": what was pickled before is pickled anew."},
    {"__sizeof__", "($self, /)", pickler_sizeof, "The size in bytes."},
};

Result<Value> make_proxy(Type* type, Object* owner) {
  auto* proxy = allocate_instance<MemoProxy>(type);
  store(proxy, proxy->owner, owner);
  return proxy;
}

Raised no_deletion() {
  return raise(types.TypeError, "attribute deletion is not supported");
}

Result<Value> get_pickler_memo(Value self) {
  return make_proxy(pickler_memo_type, self.object());
}

Status set_pickler_memo(Value value, Value given) {
  if (given.is_null()) return no_deletion();
  PicklerObject* self = pickler_of(value);
  const bool proxy = type_of(given) == pickler_memo_type;
  if (!proxy && !is_dict(given))
    return raise(types.TypeError, "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                 type_name(given));
  auto* fresh = allocate_instance<PicklerObject>(pickler_type);
  reset_pickler(fresh);
  if (proxy) {
    const auto* other = static_cast<PicklerObject*>(given.as<MemoProxy>()->owner);
    const Array* table = other->memo;
    for (size_t i = 0; table != nullptr && i < table->length; i += 2)
      if (!table->items[i].is_null()) TRY(memo_set(fresh, table->items[i], table->items[i + 1].small_int()));
  } else {
    size_t position = 0;
    Value key, pair;
    while (dict_next(given.as<Dict>(), &position, &key, &pair)) {
      if (!is_tuple(pair) || pair.as<Tuple>()->length != 2)
        return raise(types.TypeError, "'memo' values must be 2-item tuples");
      const Value number = TRY(to_index(pair.as<Tuple>()->items[0]));
      if (!number.is_small_int())
        return raise(types.OverflowError, "Python int too large to convert to C ssize_t");
      TRY(memo_set(fresh, pair.as<Tuple>()->items[1], number.small_int()));
    }
  }
  store(self, self->memo, fresh->memo);
  self->memo_count = fresh->memo_count;
  return {};
}

Result<Value> get_persistent_id(Value self) {
  const Value function = pickler_of(self)->persistent_id;
  if (function.is_null()) return raise_with(types.AttributeError, {make_ascii("persistent_id")});
  return function;
}

Status set_persistent_id(Value self, Value given) {
  if (given.is_null()) return no_deletion();
  if (!is_callable(given))
    return raise(types.TypeError, "persistent_id must be a callable taking one argument");
  store(self.object(), pickler_of(self)->persistent_id, given);
  return {};
}

template <int PicklerObject::* kField>
Result<Value> get_flag(Value self) {
  return make_int(pickler_of(self)->*kField);
}
template <int PicklerObject::* kField>
Status set_flag(Value self, Value given) {
  if (given.is_null()) return raise(types.TypeError, "can't delete numeric/char attribute");
  pickler_of(self)->*kField = TRY(to_c_int(given));
  return {};
}

constexpr GetSetSpec kPicklerGetSets[] = {
    {"memo", get_pickler_memo, set_pickler_memo},
    {"persistent_id", get_persistent_id, set_persistent_id},
    {"bin", get_flag<&PicklerObject::binary>, set_flag<&PicklerObject::binary>},
    {"fast", get_flag<&PicklerObject::fast>, set_flag<&PicklerObject::fast>},
};
constexpr MemberSpec kPicklerMembers[] = {
    {"dispatch_table", offsetof(PicklerObject, dispatch_table), true, true},
};

Result<Value> pickler_memo_clear(const Value* a) {
  auto* owner = static_cast<PicklerObject*>(a[0].as<MemoProxy>()->owner);
  owner->memo = nullptr;
  owner->memo_count = 0;
  return none();
}

Result<Value> pickler_memo_copy(const Value* a) {
  const Array* table = static_cast<PicklerObject*>(a[0].as<MemoProxy>()->owner)->memo;
  Dict* copy = make_dict();
  for (size_t i = 0; table != nullptr && i < table->length; i += 2) {
    const Value object = table->items[i];
    if (!object.is_null())
      TRY(dict_set(copy, make_int_unsigned(object.bits()), make_tuple({table->items[i + 1], object})));
  }
  return copy;
}

Result<Value> reduce_copy(Result<Value> (*copy)(const Value*), const Value* a) {
  return make_tuple({types.dict, make_tuple({TRY(copy(a))})});
}

constexpr MethodSpec kPicklerMemoMethods[] = {
    {"clear", "($self, /)", pickler_memo_clear, "Forgets everything."},
    {"copy", "($self, /)", pickler_memo_copy, "The memo as a dict."},
    {"__reduce__", "($self, /)", [](const Value* a) { return reduce_copy(pickler_memo_copy, a); },
     "Pickles as a dict."},
};

// ---- Unpickler

Result<Value> unpickler_new(Type* type, const Arguments&) {
  auto* self = allocate_instance<UnpicklerObject>(type);
  reset_unpickler(self);
  self->encoding = self->errors = nullptr;
  self->fix_imports = false;
  return self;
}

Status unpickler_init(Value value, const Arguments& arguments) {
  static const Signature signature(
      "Unpickler", "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())");
  Value bound[5];
  TRY(signature.bind(arguments, bound));
  UnpicklerObject* self = unpickler_of(value);
  reset_unpickler(self);
  TRY(set_reading(self, "Unpickler", bound + 1));
  TRY(set_input(self, bound[0]));
  store(self, self->persistent_load, TRY(find_attribute(self, intern("persistent_load"))));
  return {};
}

Result<Value> unpickler_load(const Value* a) {
  UnpicklerObject* self = unpickler_of(a[0]);
  if (self->read.is_null())
    return raise(state.unpickling_error, "Unpickler.__init__() was not called by {}.__init__()",
                 type_name(a[0]));
  return load(self, {});
}

Result<Value> unpickler_find_class(const Value* a) {
  for (int i = 1; i <= 2; ++i)
    if (!is_str(a[i])) return raise(types.TypeError, "{} must be str, not {}", "name", type_name(a[i]));
  return find_class(unpickler_of(a[0]), a[1].as<Str>(), a[2].as<Str>());
}

Result<Value> unpickler_sizeof(const Value* a) {
  const UnpicklerObject* self = unpickler_of(a[0]);
  const uint64_t memo = self->memo == nullptr ? 0 : sizeof(Array) + self->memo->length * sizeof(Value);
  return make_int(static_cast<int64_t>(sizeof(UnpicklerObject) + memo));
}

constexpr MethodSpec kUnpicklerMethods[] = {
    {"load", "($self, /)", unpickler_load, "The object that the file's next pickle stands for."},
    {"find_class", "($self, module_name, global_name, /)", unpickler_find_class,
     "The object that a module has under a name; subclasses may refuse some."},
    {"__sizeof__", "($self, /)", unpickler_sizeof, "The size in bytes."},
};

Result<Value> get_unpickler_memo(Value self) {
  return make_proxy(unpickler_memo_type, self.object());
}

Result<Value> unpickler_memo_copy(const Value* a) {
  const Array* memo = static_cast<UnpicklerObject*>(a[0].as<MemoProxy>()->owner)->memo;
  Dict* copy = make_dict();
  for (size_t i = 0; memo != nullptr && i < memo->length; ++i)
    if (!memo->items[i].is_null()) TRY(dict_set(copy, make_int(static_cast<int64_t>(i)), memo->items[i]));
  return copy;
}

Status set_unpickler_memo(Value value, Value given) {
  if (given.is_null()) return no_deletion();
  UnpicklerObject* self = unpickler_of(value);
  Dict* items;
  if (type_of(given) == unpickler_memo_type)
    items = TRY(unpickler_memo_copy(&given)).as<Dict>();
  else if (is_dict(given))
    items = given.as<Dict>();
  else
    return raise(types.TypeError, "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
                 type_name(given));
  auto* fresh = allocate_instance<UnpicklerObject>(unpickler_type);
  reset_unpickler(fresh);
  fresh->encoding = fresh->errors = nullptr;
  size_t position = 0;
  Value key, item;
  while (dict_next(items, &position, &key, &item)) {
    int64_t number;
    if (!is_int(key)) return raise(types.TypeError, "memo key must be integers");
    if (!int_fits(key, &number))
      return raise(types.OverflowError, "Python int too large to convert to C ssize_t");
    if (number < 0) return raise(types.ValueError, "memo key must be positive integers.");
    TRY(unpickler_memo_put(fresh, static_cast<uint64_t>(number), item));
  }
  store(self, self->memo, fresh->memo);
  self->memo_count = fresh->memo_count;
  return {};
}

Result<Value> get_persistent_load(Value self) {
  const Value function = unpickler_of(self)->persistent_load;
  if (function.is_null()) return raise_with(types.AttributeError, {make_ascii("persistent_load")});
  return function;
}

Status set_persistent_load(Value self, Value given) {
  if (given.is_null()) return no_deletion();
  if (!is_callable(given))
    return raise(types.TypeError, "persistent_load must be a callable taking one argument");
  store(self.object(), unpickler_of(self)->persistent_load, given);
  return {};
}

constexpr GetSetSpec kUnpicklerGetSets[] = {
    {"memo", get_unpickler_memo, set_unpickler_memo},
    {"persistent_load", get_persistent_load, set_persistent_load},
};

Result<Value> unpickler_memo_clear(const Value* a) {
  auto* owner = static_cast<UnpicklerObject*>(a[0].as<MemoProxy>()->owner);
  owner->memo = nullptr;
  owner->memo_count = 0;
  return none();
}

constexpr MethodSpec kUnpicklerMemoMethods[] = {
    {"clear", "($self, /)", unpickler_memo_clear, "Forgets everything."},
    {"copy", "($self, /)", unpickler_memo_copy, "The memo as a dict."},
    {"__reduce__", "($self, /)", [](const Value* a) { return reduce_copy(unpickler_memo_copy, a); },
     "Pickles as a dict."},
};

// ---- functions

/// obj, [file,] protocol, fix_imports, buffer_callback.
Result<Value> dump_function(const Value* a) {
  auto* pickler = TRY(pickler_new(pickler_type, {})).as<PicklerObject>();
  TRY(set_protocol(pickler, a[3], a[4]));
  TRY(set_file(pickler, a[2]));
  TRY(set_callback(pickler, a[5]));
  std::string out;
  TRY(dump(pickler, a[1], &out));
  TRY(call(pickler->write, {make_bytes(out)}));
  return none();
}

Result<Value> dumps_function(const Value* a) {
  auto* pickler = TRY(pickler_new(pickler_type, {})).as<PicklerObject>();
  TRY(set_protocol(pickler, a[2], a[3]));
  TRY(set_callback(pickler, a[4]));
  std::string out;
  TRY(dump(pickler, a[1], &out));
  return make_bytes(out);
}

Result<Value> load_function(const Value* a) {
  auto* unpickler = TRY(unpickler_new(unpickler_type, {})).as<UnpicklerObject>();
  TRY(set_input(unpickler, a[1]));
  TRY(set_reading(unpickler, "load", a + 2));
  return load(unpickler, {});
}

Result<Value> loads_function(const Value* a) {
  auto* unpickler = TRY(unpickler_new(unpickler_type, {})).as<UnpicklerObject>();
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  TRY(set_reading(unpickler, "loads", a + 2));
  return load(unpickler, buffer.text());
}

constexpr MethodSpec kFunctions[] = {
    {"dump", "($module, /, obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)",
     dump_function, "Writes the object's pickle to a file."},
    {"dumps", "($module, /, obj, protocol=None, *, fix_imports=True, buffer_callback=None)", dumps_function,
     "The object's pickle."},
    {"load", "($module, /, file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
     load_function, "The object that a file's next pickle stands for."},
    {"loads", "($module, data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
     loads_function, "The object that a pickle stands for."},
};

// ---- the module

Status take_dict(Dict** place, Value module, const char* module_name, const char* name) {
  const Value value = TRY(get_attribute(module, intern(name)));
  if (!is_exactly(value, types.dict))
    return raise(types.RuntimeError, "{}.{} should be a dict, not {}", module_name, name, type_name(value));
  *place = value.as<Dict>();
  return {};
}

Status take_other_modules() {
  const Value copyreg = TRY(import_module("copyreg")), compatible = TRY(import_module("_compat_pickle"));
  TRY(take_dict(&state.dispatch_table, copyreg, "copyreg", "dispatch_table"));
  TRY(take_dict(&state.extension_registry, copyreg, "copyreg", "_extension_registry"));
  TRY(take_dict(&state.inverted_registry, copyreg, "copyreg", "_inverted_registry"));
  TRY(take_dict(&state.extension_cache, copyreg, "copyreg", "_extension_cache"));
  TRY(take_dict(&state.names_2to3, compatible, "_compat_pickle", "NAME_MAPPING"));
  TRY(take_dict(&state.imports_2to3, compatible, "_compat_pickle", "IMPORT_MAPPING"));
  TRY(take_dict(&state.names_3to2, compatible, "_compat_pickle", "REVERSE_NAME_MAPPING"));
  TRY(take_dict(&state.imports_3to2, compatible, "_compat_pickle", "REVERSE_IMPORT_MAPPING"));
  state.encode = TRY(get_attribute(TRY(import_module("codecs")), names.encode)).object();
  state.partial = TRY(get_attribute(TRY(import_module("functools")), intern("partial"))).object();
  state.getattr = TRY(get_attribute(TRY(import_module("builtins")), intern("getattr"))).object();
  return {};
}

void make_pickler_types() {
  static TypeSpec pickler{
      .name = "_pickle.Pickler",
      .basic_size = sizeof(PicklerObject),
      .flags = kTypeBase,
      .trace =
          trace_members<&PicklerObject::write, &PicklerObject::persistent_id, &PicklerObject::dispatch_table,
                        &PicklerObject::reducer_override, &PicklerObject::buffer_callback,
                        &PicklerObject::memo, &PicklerObject::fast_memo>,
      .methods = kPicklerMethods,
      .getsets = kPicklerGetSets,
      .members = kPicklerMembers,
      .doc = "Writes pickles to a binary file.",
      .signature = "(file, protocol=None, fix_imports=True, buffer_callback=None)"};
  pickler.slots.new_ = pickler_new;
  pickler.slots.init = pickler_init;
  static TypeSpec memo{.name = "_pickle.PicklerMemoProxy",
                       .basic_size = sizeof(MemoProxy),
                       .trace = trace_members<&MemoProxy::owner>,
                       .methods = kPicklerMemoMethods};
  memo.slots.hash = hash_not_implemented;
  pickler_type = make_native_type(pickler);
  pickler_memo_type = make_native_type(memo);
}

void make_unpickler_types() {
  static TypeSpec unpickler{
      .name = "_pickle.Unpickler",
      .basic_size = sizeof(UnpicklerObject),
      .flags = kTypeBase,
      .trace =
          trace_members<&UnpicklerObject::read, &UnpicklerObject::readline, &UnpicklerObject::peek,
                        &UnpicklerObject::persistent_load, &UnpicklerObject::buffers, &UnpicklerObject::data,
                        &UnpicklerObject::memo, &UnpicklerObject::encoding, &UnpicklerObject::errors>,
      .methods = kUnpicklerMethods,
      .getsets = kUnpicklerGetSets,
      .doc = "Reads pickles from a binary file.",
      .signature = "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())"};
  unpickler.slots.new_ = unpickler_new;
  unpickler.slots.init = unpickler_init;
  static TypeSpec memo{.name = "_pickle.UnpicklerMemoProxy",
                       .basic_size = sizeof(MemoProxy),
                       .trace = trace_members<&MemoProxy::owner>,
                       .methods = kUnpicklerMemoMethods};
  memo.slots.hash = hash_not_implemented;
  unpickler_type = make_native_type(unpickler);
  unpickler_memo_type = make_native_type(memo);
}

void root_everything() {
  Object** const roots[] = {reinterpret_cast<Object**>(&pickler_type),
                            reinterpret_cast<Object**>(&unpickler_type),
                            reinterpret_cast<Object**>(&pickler_memo_type),
                            reinterpret_cast<Object**>(&unpickler_memo_type),
                            reinterpret_cast<Object**>(&state.error),
                            reinterpret_cast<Object**>(&state.pickling_error),
                            reinterpret_cast<Object**>(&state.unpickling_error),
                            reinterpret_cast<Object**>(&state.dispatch_table),
                            reinterpret_cast<Object**>(&state.extension_registry),
                            reinterpret_cast<Object**>(&state.inverted_registry),
                            reinterpret_cast<Object**>(&state.extension_cache),
                            reinterpret_cast<Object**>(&state.names_2to3),
                            reinterpret_cast<Object**>(&state.imports_2to3),
                            reinterpret_cast<Object**>(&state.names_3to2),
                            reinterpret_cast<Object**>(&state.imports_3to2),
                            &state.encode,
                            &state.partial,
                            &state.getattr};
  for (Object** root : roots) add_root(root);
}

Status make_types() {
  root_everything();
  make_pickler_types();
  make_unpickler_types();
  make_buffer_type();
  state.error = TRY(make_exception_class("_pickle", "PickleError", types.Exception));
  state.pickling_error = TRY(make_exception_class("_pickle", "PicklingError", state.error));
  state.unpickling_error = TRY(make_exception_class("_pickle", "UnpicklingError", state.error));
  return {};
}

Status execute(Module* module) {
  if (pickler_type == nullptr) TRY(make_types());
  TRY(take_other_modules());
  TRY(module_add(module, "Pickler", pickler_type));
  TRY(module_add(module, "Unpickler", unpickler_type));
  TRY(module_add(module, "PickleBuffer", buffer_type));
  TRY(module_add(module, "PickleError", state.error));
  TRY(module_add(module, "PicklingError", state.pickling_error));
  return module_add(module, "UnpicklingError", state.unpickling_error);
}

}  // namespace

extern const ModuleSpec kPickleModule{.name = "_pickle",
                                      .doc = "Pickler and Unpickler of the module pickle.",
                                      .functions = kFunctions,
                                      .execute = execute};

}  // namespace ouro::vm
