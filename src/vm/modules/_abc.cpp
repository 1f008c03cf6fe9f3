// The module _abc: abstract base classes.
//
// Each abstract class has a registry of virtual subclasses and two caches of answers, one of subclasses and
// one of classes that are none; the latter is good as long as nothing was registered anywhere (`changes`).
// All three refer to classes weakly: they map a class's address to a weak reference, which tells whether the
// class that now lies at the address is the one that was meant.
#include "vm/modules/native_module.h"
#include "vm/object/class_support.h"
#include "vm/object/weakref.h"

namespace ouro::vm {

namespace {

struct AbcData : Object {
  Dict* registry;  // null: empty
  Dict* cache;
  Dict* negative_cache;
  uint64_t negative_version;
};

Type* data_type = nullptr;
uint64_t changes = 0;
constexpr uint32_t kCollectionFlags = kTypeSequence | kTypeMapping;

Str* impl_name() {
  static Str* name = intern("_abc_impl");
  return name;
}

Value key_of(Value cls) {
  return Value::from_small(static_cast<int64_t>(cls.bits() >> 4));
}

Result<bool> is_in(Dict* classes, Value cls) {
  if (classes == nullptr || classes->count == 0) return false;
  Value reference = TRY(dict_get(classes, key_of(cls)));
  return !reference.is_null() && reference.as<WeakReference>()->target == cls.object();
}

Status add_to(AbcData* data, Dict*& classes, Value cls) {
  if (classes == nullptr) store(static_cast<Object*>(data), classes, make_dict());
  return dict_set(classes, key_of(cls), TRY(make_weak_reference(cls)));
}

Result<AbcData*> data_of(Value self) {
  Value impl;
  if (is_instance(self, types.type)) impl = dict_get(self.as<Type>()->dict, impl_name());
  if (impl.is_null()) impl = TRY(get_attribute(self, impl_name()));
  if (type_of(impl) != data_type) return raise(types.TypeError, "_abc_impl is set to a wrong type");
  return impl.as<AbcData>();
}

// ---- making

/// Names in the class's own namespace and in its bases' abstract methods that are still abstract.
Status set_abstract_methods(Value self) {
  Set* abstract = make_set();
  Dict* space = self.as<Type>()->dict;
  List* items = make_list();
  size_t position = 0;
  Value key, value;
  while (dict_next(space, &position, &key, &value)) {
    TRY(list_append(items, key));
    TRY(list_append(items, value));
  }
  for (uint64_t i = 0; i + 1 < items->length; i += 2)
    if (TRY(is_abstract(items->items()[i + 1]))) TRY(set_add(abstract, items->items()[i]));
  static Str* const name = intern("__abstractmethods__");
  for (Value base : self.as<Type>()->bases->span()) {
    Value inherited = TRY(find_attribute(base, name));
    if (inherited.is_null()) continue;
    TRY(for_each(inherited, [&](Value method) -> Status {
      if (!is_str(method)) return raise(types.TypeError, "attribute name must be string");
      Value found = TRY(find_attribute(self, intern(method.as<Str>())));
      if (!found.is_null() && TRY(is_abstract(found))) TRY(set_add(abstract, method));
      return {};
    }));
  }
  return set_attribute(self, name, TRY(make_frozenset(abstract)));
}

/// `__abc_tpflags__`: what instances match in patterns.
Status take_collection_flags(Type* type) {
  static Str* const name = intern("__abc_tpflags__");
  Value flags = dict_get(type->dict, name);
  if (flags.is_null() || !is_int(flags)) return {};
  constexpr int64_t kSequence = 1 << 5, kMapping = 1 << 6;
  const int64_t wanted = TRY(to_int64(flags)) & (kSequence | kMapping);
  if (wanted == (kSequence | kMapping))
    return raise(types.TypeError,
                 "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
  type->flags |=
      (wanted & kSequence ? uint32_t{kTypeSequence} : 0) | (wanted & kMapping ? uint32_t{kTypeMapping} : 0);
  dict_delete(type->dict, name);
  return {};
}

Result<Value> abc_init(const Value* a) {
  TRY(set_abstract_methods(a[1]));
  auto* data = allocate_instance<AbcData>(data_type);
  data->negative_version = changes;
  TRY(set_attribute(a[1], impl_name(), data));
  TRY(take_collection_flags(a[1].as<Type>()));
  return none();
}

void spread_collection_flags(Type* type, uint32_t flags) {
  if (type->has(kTypeImmutable) || (type->flags & kCollectionFlags) == flags) return;
  type->flags = (type->flags & ~kCollectionFlags) | flags;
  for_each_subclass(type, [flags](Type* subclass) { spread_collection_flags(subclass, flags); });
}

Result<Value> abc_register(const Value* a) {
  if (!is_instance(a[2], types.type)) return raise(types.TypeError, "Can only register classes");
  if (TRY(is_subclass_of(a[2], a[1]))) return a[2];
  if (TRY(is_subclass_of(a[1], a[2])))
    return raise(types.RuntimeError, "Refusing to create an inheritance cycle");
  AbcData* data = TRY(data_of(a[1]));
  TRY(add_to(data, data->registry, a[2]));
  ++changes;
  if (is_instance(a[1], types.type)) {
    const uint32_t flags = a[1].as<Type>()->flags & kCollectionFlags;
    if (flags != 0) spread_collection_flags(a[2].as<Type>(), flags);
  }
  return a[2];
}

// ---- asking

Str* subclasscheck_name() {
  return names.dunder_subclasscheck;
}

Result<Value> abc_instancecheck(const Value* a) {
  AbcData* data = TRY(data_of(a[1]));
  Value type = type_of(a[2]);
  Value cls = TRY(get_attribute(a[2], names.dunder_class));
  if (TRY(is_in(data->cache, cls))) return make_bool(true);
  if (cls == type) {
    if (data->negative_version == changes && TRY(is_in(data->negative_cache, cls))) return make_bool(false);
    return call_method(a[1], subclasscheck_name(), {cls});
  }
  Value result = TRY(call_method(a[1], subclasscheck_name(), {cls}));
  if (TRY(is_true(result))) return result;
  return call_method(a[1], subclasscheck_name(), {type});
}

Result<bool> is_registered(AbcData* data, Value cls) {
  if (data->registry == nullptr || data->registry->count == 0) return false;
  if (TRY(is_in(data->registry, cls))) return true;
  List* classes = make_list();
  size_t position = 0;
  Value key, reference;
  while (dict_next(data->registry, &position, &key, &reference))
    if (Object* target = reference.as<WeakReference>()->target; target != nullptr)
      TRY(list_append(classes, target));
  for (uint64_t i = 0; i < classes->length; ++i)
    if (TRY(is_subclass_of(cls, classes->items()[i]))) return true;
  return false;
}

Result<bool> search(AbcData* data, Value self, Value cls) {
  static Str* const hook = intern("__subclasshook__");
  Value answer = TRY(call_method(self, hook, {cls}));
  if (answer == make_bool(true)) return true;
  if (answer == make_bool(false)) return false;
  if (!is_not_implemented(answer))
    return raise(types.AssertionError, "__subclasshook__ must return either False, True, or NotImplemented");
  if (Tuple* mro = cls.as<Type>()->mro; mro != nullptr)
    for (Value base : mro->span())
      if (base == self) return true;
  if (TRY(is_registered(data, cls))) return true;
  static Str* const subclasses_name = intern("__subclasses__");
  Value subclasses = TRY(call_method(self, subclasses_name));
  if (!is_list(subclasses)) return raise(types.TypeError, "__subclasses__() must return a list");
  for (uint64_t i = 0; i < subclasses.as<List>()->length; ++i)
    if (TRY(is_subclass_of(cls, subclasses.as<List>()->items()[i]))) return true;
  return false;
}

Result<Value> abc_subclasscheck(const Value* a) {
  if (!is_instance(a[2], types.type)) return raise(types.TypeError, "issubclass() arg 1 must be a class");
  AbcData* data = TRY(data_of(a[1]));
  if (TRY(is_in(data->cache, a[2]))) return make_bool(true);
  if (data->negative_version < changes) {
    data->negative_cache = nullptr;
    data->negative_version = changes;
  } else if (TRY(is_in(data->negative_cache, a[2]))) {
    return make_bool(false);
  }
  const bool found = TRY(search(data, a[1], a[2]));
  TRY(add_to(data, found ? data->cache : data->negative_cache, a[2]));
  return make_bool(found);
}

Result<Value> get_cache_token(const Value*) {
  return make_int_unsigned(changes);
}

Result<Value> references(Dict* classes) {
  Set* set = make_set();
  size_t position = 0;
  Value key, reference;
  while (classes != nullptr && dict_next(classes, &position, &key, &reference))
    if (reference.as<WeakReference>()->target != nullptr) TRY(set_add(set, reference));
  return set;
}

Result<Value> get_dump(const Value* a) {
  AbcData* data = TRY(data_of(a[1]));
  Value registry = TRY(references(data->registry)), cache = TRY(references(data->cache));
  Value negative = TRY(references(data->negative_cache));
  return make_tuple({registry, cache, negative, make_int_unsigned(data->negative_version)});
}

Result<Value> reset_registry(const Value* a) {
  TRY(data_of(a[1]))->registry = nullptr;
  return none();
}

Result<Value> reset_caches(const Value* a) {
  AbcData* data = TRY(data_of(a[1]));
  data->cache = data->negative_cache = nullptr;
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"get_cache_token", "($module, /)", get_cache_token, "Returns the current ABC cache token."},
    {"_abc_init", "($module, self, /)", abc_init, "Internal ABC helper for class set-up."},
    {"_abc_register", "($module, self, subclass, /)", abc_register,
     "Internal ABC helper for subclasss registration."},
    {"_abc_instancecheck", "($module, self, instance, /)", abc_instancecheck,
     "Internal ABC helper for instance checks."},
    {"_abc_subclasscheck", "($module, self, subclass, /)", abc_subclasscheck,
     "Internal ABC helper for subclasss checks."},
    {"_get_dump", "($module, self, /)", get_dump, "Internal ABC helper for cache and registry debugging."},
    {"_reset_registry", "($module, self, /)", reset_registry, "Internal ABC helper to reset registry."},
    {"_reset_caches", "($module, self, /)", reset_caches, "Internal ABC helper to reset both caches."},
};

Result<Value> new_data(Type* type, const Arguments&) {
  return allocate_instance<AbcData>(type);
}

Status execute(Module*) {
  static TypeSpec spec{.name = "_abc._abc_data",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(AbcData),
                       .trace = trace_members<&AbcData::registry, &AbcData::cache, &AbcData::negative_cache>,
                       .doc = "Internal state held by ABC machinery."};
  spec.slots.new_ = new_data;
  if (data_type == nullptr) {
    data_type = make_native_type(spec);
    add_root(reinterpret_cast<Object**>(&data_type));
  }
  return {};
}

}  // namespace

extern const ModuleSpec kAbcModule{.name = "_abc",
                                   .doc = "Module contains faster implementation of abc.ABCMeta",
                                   .functions = kFunctions,
                                   .execute = execute};

}  // namespace ouro::vm
