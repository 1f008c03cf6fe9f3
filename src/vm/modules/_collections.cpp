// The module _collections: defaultdict, what namedtuple's fields are, and counting. deque and OrderedDict
// have files of their own.
#include "vm/modules/_collections.h"

#include <cstddef>

namespace ouro::vm {

namespace {

Type *defaultdict_type = nullptr, *tuple_getter_type = nullptr;

// ---- defaultdict

struct DefaultDict : Dict {
  Value factory;  // null: none
};

Status defaultdict_init(Value value, const Arguments& arguments) {
  auto* self = value.as<DefaultDict>();
  Arguments rest = arguments;
  Value factory;
  if (arguments.positional > 0) {
    factory = arguments[0];
    if (!is_none(factory) && !is_callable(factory))
      return raise(types.TypeError, "first argument must be callable or None");
    rest = Arguments{arguments.values + 1, arguments.positional - 1, arguments.keywords};
  }
  store(self, self->factory, factory);
  return types.dict->slots.init(value, rest);
}

bool has_factory(DefaultDict* self) {
  return !self->factory.is_null() && !is_none(self->factory);
}

Result<Value> defaultdict_missing(const Value* args) {
  auto* self = args[0].as<DefaultDict>();
  if (!has_factory(self)) return raise_key_error(args[1]);
  Value value = TRY(call(self->factory));
  TRY(set_item(args[0], args[1], value));
  return value;
}

Result<Value> new_like(DefaultDict* self, Value items) {
  return call(type_of(self), {has_factory(self) ? self->factory : none(), items});
}

Result<Value> defaultdict_copy(const Value* args) {
  return new_like(args[0].as<DefaultDict>(), args[0]);
}

Result<Value> defaultdict_reduce(const Value* args) {
  auto* self = args[0].as<DefaultDict>();
  Value items = TRY(call_method(args[0], names.items));
  Value iterator = TRY(iterate(items));
  Tuple* factory = has_factory(self) ? make_tuple({self->factory}) : empty_tuple();
  return make_tuple({type_of(args[0]), factory, none(), none(), iterator});
}

Result<Value> defaultdict_repr(Value value) {
  auto* self = value.as<DefaultDict>();
  Value shown_dict = TRY(types.dict->slots.repr(value));
  Str* shown_factory = make_str("None");
  if (self->factory.is_object()) {
    ReprGuard guard(self->factory.object());
    shown_factory = guard.repeated() ? make_str("...") : TRY(repr(self->factory));
  }
  return format_text("{}({}, {})", {type_of(value)->name, shown_factory, shown_dict.as<Str>()});
}

Result<Value> defaultdict_or(Value left, Value right) {
  bool left_is_self = is_instance(left, defaultdict_type);
  auto* self = (left_is_self ? left : right).as<DefaultDict>();
  if (!is_dict(left_is_self ? right : left)) return not_implemented();
  Value merged = TRY(new_like(self, left));
  if (!is_dict(merged)) return raise_bad_internal_call();
  TRY(dict_update(merged.as<Dict>(), right));
  return merged;
}

constexpr MethodSpec kDefaultDictMethods[] = {
    {"__missing__", "($self, key, /)", defaultdict_missing,
     "Put in what default_factory makes for the key, and return it."},
    {"copy", "($self, /)", defaultdict_copy, "Return a defaultdict of the same items and factory."},
    {"__copy__", "($self, /)", defaultdict_copy, "Return a defaultdict of the same items and factory."},
    {"__reduce__", "($self, /)", defaultdict_reduce},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};
constexpr MemberSpec kDefaultDictMembers[] = {
    {.name = "default_factory",
     .offset = offsetof(DefaultDict, factory),
     .writable = true,
     .doc = "What makes the values of missing keys."},
};

constexpr Slots defaultdict_slots() {
  Slots slots = {};
  slots.init = defaultdict_init;
  slots.repr = defaultdict_repr;
  slots.or_ = defaultdict_or;
  return slots;
}
constexpr TypeSpec kDefaultDict = {
    .name = "collections.defaultdict",
    .kind = Kind::kDict,
    .basic_size = sizeof(DefaultDict),
    .flags = kTypeBase | kTypeMapping | kTypeMatchSelf,
    .trace = trace_members<&Dict::table, &DefaultDict::factory>,
    .methods = kDefaultDictMethods,
    .members = kDefaultDictMembers,
    .doc = "A dict that makes the values of missing keys.",
    .slots = defaultdict_slots(),
};

// ---- the descriptor of a namedtuple's field

struct TupleGetter : Object {
  int64_t index;
  Value doc;
};

Result<Value> getter_new(Type* type, const Arguments& arguments) {
  static const Signature signature("_tuplegetter", "(index, doc, /)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  int64_t index = TRY(to_int64(bound[0]));
  auto* self = allocate_instance<TupleGetter>(type);
  self->index = index;
  store(self, self->doc, bound[1]);
  return self;
}

Result<Value> getter_get(Value value, Value instance, Value) {
  auto* self = value.as<TupleGetter>();
  if (instance.is_null() || is_none(instance)) return value;
  if (!is_tuple(instance))
    return raise(types.TypeError,
                 "descriptor for index '{}' for tuple subclasses doesn't apply to '{}' object", self->index,
                 type_name(instance));
  auto* tuple = instance.as<Tuple>();
  if (static_cast<uint64_t>(self->index) >= tuple->length)
    return raise(types.IndexError, "tuple index out of range");
  return tuple->items[self->index];
}

Status getter_set(Value, Value, Value value) {
  return raise(types.AttributeError, "can't {} attribute", value.is_null() ? "delete" : "set");
}

Result<Value> getter_reduce(const Value* args) {
  auto* self = args[0].as<TupleGetter>();
  return reduce_to_type(args[0], {make_int(self->index), self->doc});
}

Result<Value> getter_repr(Value value) {
  auto* self = value.as<TupleGetter>();
  Str* doc = TRY(repr(self->doc));
  return format_text("{}({}, {})", {type_of(value)->name, make_str(std::to_string(self->index)), doc});
}

constexpr MethodSpec kGetterMethods[] = {{"__reduce__", "($self, /)", getter_reduce}};
constexpr MemberSpec kGetterMembers[] = {
    {.name = "__doc__", .offset = offsetof(TupleGetter, doc), .writable = true},
};
constexpr Slots getter_slots() {
  Slots slots = {};
  slots.new_ = getter_new;
  slots.repr = getter_repr;
  slots.descr_get = getter_get;
  slots.descr_set = getter_set;
  return slots;
}
constexpr TypeSpec kTupleGetter = {
    .name = "_collections._tuplegetter",
    .kind = Kind::kNative,
    .basic_size = sizeof(TupleGetter),
    .trace = trace_members<&TupleGetter::doc>,
    .methods = kGetterMethods,
    .members = kGetterMembers,
    .slots = getter_slots(),
};

// ---- counting

// Straight into the dict: nobody has overridden get and __setitem__.
Status count_into_dict(Dict* dict, Value iterator) {
  for (;;) {
    Value key = TRY(next(iterator));
    if (key.is_stop()) return {};
    int64_t hash = TRY(key_hash(key));
    int64_t entry = TRY(dict_lookup(dict, key, hash));
    if (entry < 0) {
      TRY(dict_set(dict, key, hash, make_int(1)));
      continue;
    }
    Value old = dict->table->entries[entry].value;
    if (old.is_small_int()) {
      dict_set_entry_value(dict, entry, make_int(old.small_int() + 1));
    } else {
      Value sum = TRY(binary(BinaryOp::Add, old, make_int(1)));
      TRY(dict_set(dict, key, hash, sum));
    }
  }
}

Result<Value> count_elements(const Value* args) {
  Value mapping = args[1];
  Value iterator = TRY(iterate(args[2]));
  Type* type = type_of(mapping);
  bool direct =
      is_dict(mapping) && lookup_in_type(type, names.get) == lookup_in_type(types.dict, names.get) &&
      lookup_in_type(type, names.dunder_setitem) == lookup_in_type(types.dict, names.dunder_setitem);
  if (direct) {
    TRY(count_into_dict(mapping.as<Dict>(), iterator));
    return none();
  }
  Value get = TRY(get_attribute(mapping, names.get));
  for (;;) {
    Value key = TRY(next(iterator));
    if (key.is_stop()) return none();
    Value old = TRY(call(get, {key, make_int(0)}));
    Value sum = TRY(binary(BinaryOp::Add, old, make_int(1)));
    TRY(set_item(mapping, key, sum));
  }
}

constexpr MethodSpec kFunctions[] = {
    {"_count_elements", "($module, mapping, iterable, /)", count_elements,
     "Add 1 to the value of each item of the iterable."},
};

Status execute(Module* module) {
  TRY(collections::add_deque(module));
  TRY(add_type(module, &defaultdict_type, kDefaultDict, types.dict));
  TRY(collections::add_ordered_dict(module));
  return add_type(module, &tuple_getter_type, kTupleGetter);
}

}  // namespace

extern const ModuleSpec kCollectionsModule;
const ModuleSpec kCollectionsModule = {
    .name = "_collections",
    .doc = "Containers for the module collections.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
