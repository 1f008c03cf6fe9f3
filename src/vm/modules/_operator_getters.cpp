// operator.itemgetter, attrgetter and methodcaller.
#include <algorithm>

#include "vm/import/import.h"
#include "vm/modules/_operator.h"

namespace ouro::vm::operators {

namespace {

Type *itemgetter_type = nullptr, *attrgetter_type = nullptr, *methodcaller_type = nullptr;

// The one argument of a call.
Result<Value> only_argument(const char* name, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "{}() takes no keyword arguments", name);
  if (arguments.positional != 1)
    return raise(types.TypeError, "{} expected 1 argument, got {}", name, arguments.positional);
  return arguments[0];
}

Result<Str*> name_and(Value self, std::string_view open, const Str* inner, std::string_view close) {
  StrBuilder text;
  text.append(make_str(type_name(self)));
  text.append_ascii(open);
  text.append(inner);
  text.append_ascii(close);
  return text.finish();
}

// One thing: "name(thing)"; several: "name" and their tuple.
Result<Str*> repr_of(Value self, Tuple* parts) {
  ReprGuard guard(self.object());
  if (guard.repeated()) return name_and(self, "(", make_str("..."), ")");
  if (parts->length == 1) return name_and(self, "(", TRY(repr(parts->items[0])), ")");
  return name_and(self, "", TRY(repr(parts)), "");
}

// ---- itemgetter

struct ItemGetter : Object {
  Tuple* items;
};

Result<Value> itemgetter_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "itemgetter() takes no keyword arguments");
  if (arguments.positional == 0) return raise(types.TypeError, "itemgetter expected 1 argument, got 0");
  Tuple* items = make_tuple({arguments.values, arguments.positional});
  auto* self = allocate_instance<ItemGetter>(type);
  store(self, self->items, items);
  return self;
}

Result<Value> item_of(Value object, Value key) {
  if (key.is_small_int() && key.small_int() >= 0) {
    if (is_exact_tuple(object)) {
      Value item = tuple_item_or_null(object.as<Tuple>(), key.small_int());
      if (!item.is_null()) return item;
    } else if (is_exact_list(object)) {
      Value item = list_item_or_null(object.as<List>(), key.small_int());
      if (!item.is_null()) return item;
    }
  }
  return get_item(object, key);
}

Result<Value> itemgetter_call(Value value, const Arguments& arguments) {
  Value object = TRY(only_argument("itemgetter", arguments));
  Tuple* items = value.as<ItemGetter>()->items;
  if (items->length == 1) return item_of(object, items->items[0]);
  Tuple* result = TRY(allocate_tuple(items->length));
  for (size_t i = 0; i < items->length; ++i) {
    Value item = TRY(item_of(object, items->items[i]));
    store(result, result->items[i], item);
  }
  return result;
}

Result<Value> itemgetter_repr(Value self) {
  return repr_of(self, self.as<ItemGetter>()->items);
}

Result<Value> itemgetter_reduce(const Value* args) {
  return make_tuple({type_of(args[0]), args[0].as<ItemGetter>()->items});
}

// ---- attrgetter

struct AttrGetter : Object {
  Tuple* names;  // as they were given
  Tuple* paths;  // each a tuple of the names between the dots
};

Tuple* split_path(Str* name) {
  List* parts = make_list();
  size_t start = 0;
  for (size_t i = 0; i <= name->length; ++i) {
    if (i < name->length && name->at(i) != U'.') continue;
    (void)list_append(parts, intern(substring(name, start, i)));
    start = i + 1;
  }
  return make_tuple(parts->span());
}

Result<Value> attrgetter_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "attrgetter() takes no keyword arguments");
  if (arguments.positional == 0) return raise(types.TypeError, "attrgetter expected 1 argument, got 0");
  Tuple* given = make_tuple({arguments.values, arguments.positional});
  Tuple* paths = TRY(allocate_tuple(given->length));
  for (size_t i = 0; i < given->length; ++i) {
    if (!is_str(given->items[i])) return raise(types.TypeError, "attribute name must be a string");
    Tuple* path = split_path(given->items[i].as<Str>());
    store(paths, paths->items[i], Value(path));
  }
  auto* self = allocate_instance<AttrGetter>(type);
  self->names = given;
  self->paths = paths;
  write_barrier(self);
  return self;
}

Result<Value> attribute_at(Value object, Tuple* path) {
  for (Value name : path->span()) object = TRY(get_attribute(object, name.as<Str>()));
  return object;
}

Result<Value> attrgetter_call(Value value, const Arguments& arguments) {
  Value object = TRY(only_argument("attrgetter", arguments));
  Tuple* paths = value.as<AttrGetter>()->paths;
  if (paths->length == 1) return attribute_at(object, paths->items[0].as<Tuple>());
  Tuple* result = TRY(allocate_tuple(paths->length));
  for (size_t i = 0; i < paths->length; ++i) {
    Value attribute = TRY(attribute_at(object, paths->items[i].as<Tuple>()));
    store(result, result->items[i], attribute);
  }
  return result;
}

Result<Value> attrgetter_repr(Value self) {
  return repr_of(self, self.as<AttrGetter>()->names);
}

Result<Value> attrgetter_reduce(const Value* args) {
  return make_tuple({type_of(args[0]), args[0].as<AttrGetter>()->names});
}

// ---- methodcaller

struct MethodCaller : Object {
  Str* name;
  Tuple* args;
  Dict* keywords;  // null: none
};

Result<Value> methodcaller_new(Type* type, const Arguments& arguments) {
  if (arguments.positional < 1)
    return raise(types.TypeError, "methodcaller needs at least one argument, the method name");
  if (!is_str(arguments[0])) return raise(types.TypeError, "method name must be a string");
  Tuple* args = make_tuple({arguments.values + 1, arguments.positional - 1});
  Dict* keywords = nullptr;
  if (arguments.keyword_count() > 0) {
    keywords = make_dict(arguments.keyword_count());
    for (size_t i = 0; i < arguments.keyword_count(); ++i)
      TRY(dict_set(keywords, arguments.keywords->items[i], arguments[arguments.positional + i]));
  }
  Str* name = intern(arguments[0].as<Str>());
  auto* self = allocate_instance<MethodCaller>(type);
  self->name = name;
  self->args = args;
  self->keywords = keywords;
  write_barrier(self);
  return self;
}

Result<Value> methodcaller_call(Value value, const Arguments& arguments) {
  auto* self = value.as<MethodCaller>();
  Value object = TRY(only_argument("methodcaller", arguments));
  Value method = TRY(get_attribute(object, self->name));
  if (self->keywords == nullptr)
    return call(method, Arguments{self->args->items, self->args->length, nullptr});
  return call_with(method, self->args, self->keywords);
}

Result<Value> methodcaller_repr(Value value) {
  auto* self = value.as<MethodCaller>();
  ReprGuard guard(self);
  if (guard.repeated()) return name_and(value, "(", make_str("..."), ")");
  StrBuilder text;
  text.append(TRY(repr(self->name)));
  for (Value arg : self->args->span()) {
    text.append_ascii(", ");
    text.append(TRY(repr(arg)));
  }
  Value key, item;
  for (size_t position = 0; self->keywords != nullptr && dict_next(self->keywords, &position, &key, &item);) {
    text.append_ascii(", ");
    text.append(key.as<Str>());
    text.append_ascii("=");
    text.append(TRY(repr(item)));
  }
  return name_and(value, "(", TRY(text.finish()), ")");
}

Result<Value> methodcaller_reduce(const Value* args) {
  auto* self = args[0].as<MethodCaller>();
  if (self->keywords == nullptr) {
    Tuple* all = TRY(allocate_tuple(self->args->length + 1));
    all->items[0] = self->name;
    std::copy_n(self->args->items, self->args->length, all->items + 1);
    return make_tuple({type_of(args[0]), all});
  }
  // The keywords go into a partial of the class.
  Value module = TRY(import_module("functools"));
  Value partial = TRY(get_attribute(module, intern("partial")));
  Value constructor =
      TRY(call_with(partial, make_tuple({type_of(args[0]), self->name}), dict_copy(self->keywords)));
  return make_tuple({constructor, self->args});
}

// ---- the types

constexpr MethodSpec kItemMethods[] = {{"__reduce__", "($self, /)", itemgetter_reduce}};
constexpr MethodSpec kAttrMethods[] = {{"__reduce__", "($self, /)", attrgetter_reduce}};
constexpr MethodSpec kCallerMethods[] = {{"__reduce__", "($self, /)", methodcaller_reduce}};

constexpr TypeSpec getter_spec(const char* name, const char* doc, uint32_t size, TraceFn trace,
                               std::span<const MethodSpec> methods,
                               Result<Value> (*new_)(Type*, const Arguments&),
                               Result<Value> (*call)(Value, const Arguments&), UnaryFn repr) {
  TypeSpec spec = {.name = name,
                   .kind = Kind::kNative,
                   .basic_size = size,
                   .trace = trace,
                   .methods = methods,
                   .doc = doc};
  spec.slots.new_ = new_;
  spec.slots.call = call;
  spec.slots.repr = repr;
  return spec;
}
constexpr TypeSpec kItemGetter = getter_spec(
    "operator.itemgetter", "A function that gets items of its argument.", sizeof(ItemGetter),
    trace_members<&ItemGetter::items>, kItemMethods, itemgetter_new, itemgetter_call, itemgetter_repr);
constexpr TypeSpec kAttrGetter =
    getter_spec("operator.attrgetter", "A function that gets attributes of its argument.", sizeof(AttrGetter),
                trace_members<&AttrGetter::names, &AttrGetter::paths>, kAttrMethods, attrgetter_new,
                attrgetter_call, attrgetter_repr);
constexpr TypeSpec kMethodCaller = getter_spec(
    "operator.methodcaller", "A function that calls a method of its argument.", sizeof(MethodCaller),
    trace_members<&MethodCaller::name, &MethodCaller::args, &MethodCaller::keywords>, kCallerMethods,
    methodcaller_new, methodcaller_call, methodcaller_repr);

}  // namespace

Status add_getters(Module* module) {
  TRY(add_type(module, &itemgetter_type, kItemGetter));
  TRY(add_type(module, &attrgetter_type, kAttrGetter));
  return add_type(module, &methodcaller_type, kMethodCaller);
}

}  // namespace ouro::vm::operators
