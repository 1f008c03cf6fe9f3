// Making classes: type.__new__.
//
// The steps, in the order in which their errors must come: the winning metatype, the base that decides the
// layout, `__slots__`, then the cell; then names, documentation, the implicit static and class methods, the
// descriptors of the slots, and the cell that `super()` in methods reads; then the MRO and the slots; and at
// last the hooks that see the finished class: __set_name__ and __init_subclass__.
#include <algorithm>

#include "base/unicode.h"
#include "vm/object/argument_errors.h"
#include "vm/object/class_support.h"
#include "vm/object/hooks.h"
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"
#include "vm/object/shapes.h"
#include "vm/object/special_methods.h"
#include "vm/object/weakref.h"

namespace ouro::vm {

namespace {

constexpr uint32_t kFlagsOfBase = kTypeHasDict | kTypeHasWeakrefs | kTypeSubclassInt | kTypeSubclassStr |
                                  kTypeSubclassType | kTypeSubclassException | kTypeVariableSize |
                                  kTypeMatchSelf;

/// A class on its way.
struct ClassMaker {
  Type* metatype;
  Str* name;
  Tuple* bases;
  Dict* dict;  // our copy of the namespace
  Type* base = nullptr;
  Tuple* slot_names = nullptr;  // mangled, sorted; null: no __slots__
  bool may_add_dict = false, may_add_weakref = false;
  bool add_dict = false, add_weakref = false;
  Type* type = nullptr;

  Result<Type*> make(const Arguments& keywords);
  Status read_slots();
  Status add_slot_name(List* list, Str* slot, bool* skip);
  void take_from_secondary_bases();
  Status allocate();
  Status set_names();
  void set_module();
  void wrap_special_functions();
  Status check_doc();
  void add_descriptors();
  Status set_class_cell();
  Status make_ready();
  void register_with_bases();
  Status call_set_names();
  Status call_init_subclass(const Arguments& keywords);
};

bool is_identifier_name(const Str* name) {
  if (name->length == 0 || !is_identifier_start(name->at(0))) return false;
  for (size_t i = 1; i < name->length; ++i) {
    if (!is_identifier_continue(name->at(i))) return false;
  }
  return true;
}

/// Private names: __x in class C becomes _C__x.
Result<Str*> mangled(Str* class_name, Str* name) {
  const size_t length = name->length;
  if (length < 3 || name->at(0) != '_' || name->at(1) != '_') return name;
  if (name->at(length - 1) == '_' && name->at(length - 2) == '_') return name;
  size_t start = 0;
  while (start < class_name->length && class_name->at(start) == '_') ++start;
  if (start == class_name->length) return name;
  StrBuilder text;
  text.append('_');
  text.append(class_name, start, class_name->length);
  text.append(name);
  return intern(TRY(text.finish()));
}

Result<Tuple*> slots_as_tuple(Value slots) {
  if (is_str(slots)) return make_tuple({slots});
  return to_tuple(slots);
}

Status ClassMaker::add_slot_name(List* list, Str* slot, bool* skip) {
  *skip = true;
  if (equals(slot, "__dict__")) {
    if (!may_add_dict || add_dict)
      return raise(types.TypeError, "__dict__ slot disallowed: we already got one");
    add_dict = true;
    return {};
  }
  if (equals(slot, "__weakref__")) {
    if (!may_add_weakref || add_weakref)
      return raise(types.TypeError,
                   "__weakref__ slot disallowed: either we already got one, or __itemsize__ != 0");
    add_weakref = true;
    return {};
  }
  *skip = false;
  Str* full = TRY(mangled(name, intern(slot)));
  TRY(list_append(list, full));
  if (dict_get(dict, full).is_null() || full == names.dunder_qualname || full == intern("__classcell__"))
    return {};
  return raise(types.ValueError, "{} in __slots__ conflicts with class variable", repr_text(full));
}

void ClassMaker::take_from_secondary_bases() {
  for (Value item : bases->span()) {
    auto* other = item.as<Type>();
    if (other == base) continue;
    if (may_add_dict && other->has(kTypeHasDict)) add_dict = true;
    if (may_add_weakref && other->has(kTypeHasWeakrefs)) add_weakref = true;
  }
}

Status ClassMaker::read_slots() {
  may_add_dict = !base->has(kTypeHasDict) && !base->has(kTypeSubclassType);
  may_add_weakref = !base->has(kTypeHasWeakrefs) && !base->has(kTypeVariableSize);
  Value slots = dict_get(dict, names.dunder_slots);
  if (slots.is_null()) {
    add_dict = may_add_dict;
    add_weakref = may_add_weakref;
    return {};
  }
  Tuple* given = TRY(slots_as_tuple(slots));
  if (given->length != 0 && base->has(kTypeVariableSize)) {
    return raise(types.TypeError, "nonempty __slots__ not supported for subtype of '{}'", type_name(base));
  }
  for (Value slot : given->span()) {
    if (!is_str(slot))
      return raise(types.TypeError, "__slots__ items must be strings, not '{}'", type_name(slot));
    if (!is_identifier_name(slot.as<Str>())) return raise(types.TypeError, "__slots__ must be identifiers");
  }
  List* list = make_list();
  for (Value slot : given->span()) {
    bool skip;
    TRY(add_slot_name(list, slot.as<Str>(), &skip));
  }
  std::sort(list->span().begin(), list->span().end(),
            [](Value a, Value b) { return compare(a.as<Str>(), b.as<Str>()) < 0; });
  slot_names = make_tuple(list->span());
  take_from_secondary_bases();
  return {};
}

Status ClassMaker::allocate() {
  type = allocate_instance<Type>(metatype);
  store(type, type->dict, dict);
  store(type, type->base, base);
  store(type, type->bases, bases);
  type->flags = kTypeHeap | kTypeBase | (base->flags & kFlagsOfBase);
  if (add_dict) type->flags |= kTypeHasDict;
  if (add_weakref) type->flags |= kTypeHasWeakrefs;
  type->spec = base->spec;
  type->instance_kind = base->instance_kind;
  type->native_size = base->native_size;
  type->native_trace = base->native_trace;
  const uint64_t count = slot_names != nullptr ? slot_names->length : 0;
  if (count > 1u << 20) return raise_no_memory();
  type->basic_size = base->basic_size + static_cast<uint32_t>(8 * count);
  store(type, type->slot_names, slot_names);
  return {};
}

Status ClassMaker::set_names() {
  std::string text = TRY(utf8_or_raise(name));
  if (text.find('\0') != std::string::npos)
    return raise(types.ValueError, "type name must not contain null characters");
  store(type, type->name, name);
  Value qualified = TRY(dict_pop(dict, names.dunder_qualname));
  if (qualified.is_null()) {
    store(type, type->qualified_name, name);
    return {};
  }
  if (!is_str(qualified))
    return raise(types.TypeError, "type __qualname__ must be a str, not {}", type_name(qualified));
  store(type, type->qualified_name, qualified.as<Str>());
  return {};
}

void ClassMaker::set_module() {
  if (!dict_get(dict, names.dunder_module).is_null() || hooks.running_globals == nullptr) return;
  Dict* globals = hooks.running_globals();
  if (globals == nullptr) return;
  Value module = dict_get(globals, names.dunder_name);
  if (!module.is_null()) dict_set(dict, names.dunder_module, module);
}

void ClassMaker::wrap_special_functions() {
  Value new_function = dict_get(dict, names.dunder_new);
  if (is_kind(new_function, Kind::kFunction))
    dict_set(dict, names.dunder_new, make_staticmethod(new_function));
  for (Str* implicit : {names.dunder_init_subclass, names.dunder_class_getitem}) {
    Value function = dict_get(dict, implicit);
    if (is_kind(function, Kind::kFunction)) dict_set(dict, implicit, make_classmethod(function));
  }
}

void ClassMaker::add_descriptors() {
  const uint64_t count = slot_names != nullptr ? slot_names->length : 0;
  for (uint64_t i = 0; i < count; ++i) {
    auto* slot = slot_names->items[i].as<Str>();
    dict_set(dict, slot, make_slot_member(slot, type, base->basic_size + static_cast<uint32_t>(8 * i)));
  }
  auto add = [&](Str* key, Value value) {
    if (dict_get(dict, key).is_null()) dict_set(dict, key, value);
  };
  if (add_dict) add(names.dunder_dict, instance_dict_getset(type));
  if (add_weakref) add(names.dunder_weakref, instance_weakref_getset(type));
  add(names.dunder_doc, none());
}

/// A documentation that is text must have a UTF-8 form.
Status ClassMaker::check_doc() {
  Value doc = dict_get(dict, names.dunder_doc);
  if (is_str(doc)) TRY(utf8_or_raise(doc.as<Str>()));
  return {};
}

Status ClassMaker::set_class_cell() {
  Str* key = intern("__classcell__");
  Value cell = dict_get(dict, key);
  if (cell.is_null()) return {};
  if (!is_kind(cell, Kind::kCellVariable)) {
    return raise(types.TypeError, "__classcell__ must be a nonlocal cell, not {}", repr_text(type_of(cell)));
  }
  store(cell.object(), cell.as<CellVariable>()->contents, Value(type));
  dict_delete(dict, key);
  return {};
}

void ClassMaker::register_with_bases() {
  for (Value each : bases->span()) add_subclass(each.as<Type>(), type);
}

Status ClassMaker::make_ready() {
  Tuple* mro = TRY(compute_mro(type));
  store(type, type->mro, mro);
  inherit_from_bases(type);
  if (!dict_get(dict, names.dunder_eq).is_null() && dict_get(dict, names.dunder_hash).is_null())
    dict_set(dict, names.dunder_hash, none());
  if (type->has(kTypeHasDict) && !type->has(kTypeVariableSize)) type->inline_slots = guess_inline_slots(type);
  install_root_shape(type);
  compute_slots(type);
  type->flags |= kTypeReady;
  register_with_bases();
  return {};
}

Status ClassMaker::call_set_names() {
  Dict* snapshot = dict_copy(dict);
  size_t position = 0;
  Value key, value;
  while (dict_next(snapshot, &position, &key, &value)) {
    bool found = false;
    Result<Value> result = call_special(value, names.dunder_set_name, {type, key}, &found);
    if (!result.ok()) {
      return raise_from_pending(types.RuntimeError,
                                fmt::format("Error calling __set_name__ on '{}' instance {} in '{}'",
                                            type_name(value), repr_text(key), type_name(type)));
    }
  }
  return {};
}

Status ClassMaker::call_init_subclass(const Arguments& keywords) {
  if (!is_subtype_slow(type, type))  // an mro() without the class itself
    return raise(types.TypeError, "super(type, obj): obj must be an instance or subtype of type");
  Value function = lookup_after(type, type, names.dunder_init_subclass);
  if (function.is_null()) return {};
  if (auto get = type_of(function)->slots.descr_get) function = TRY(get(function, Value(), type));
  TRY(call(function, Arguments{keywords.values + keywords.positional, 0, keywords.keywords}));
  return {};
}

Result<Type*> ClassMaker::make(const Arguments& keywords) {
  base = TRY(best_base(bases));
  TRY(read_slots());
  TRY(allocate());
  TRY(set_names());
  set_module();
  wrap_special_functions();
  TRY(set_class_cell());
  TRY(check_doc());
  add_descriptors();
  TRY(make_ready());
  TRY(call_set_names());
  TRY(call_init_subclass(keywords));
  return type;
}

Status check_bases(Tuple* bases) {
  for (Value base : bases->span()) {
    if (is_kind(base, Kind::kType)) continue;
    Value entries = TRY(find_attribute(base, names.dunder_mro_entries));
    if (!entries.is_null()) {
      return raise(types.TypeError, "type() doesn't support MRO entry resolution; use types.new_class()");
    }
  }
  return {};
}

Raised wrong_argument(int position, const char* wanted, Value given) {
  return raise(types.TypeError, "type.__new__() argument {} must be {}, not {}", position, wanted,
               given_name(given));
}

Result<Value> get_weakref(Value self) {
  return first_weak_reference(self);
}
constexpr GetSetSpec kWeakrefGetSet = {"__weakref__", get_weakref, nullptr,
                                       "list of weak references to the object"};

}  // namespace

Value instance_weakref_getset(Type* owner) {
  return make_getset(kWeakrefGetSet, owner);
}

void inherit_from_bases(Type* type) {
  constexpr uint32_t kPatterns = kTypeSequence | kTypeMapping;
  for (uint64_t i = 1; i < type->mro->length; ++i) {
    auto* ancestor = type->mro->items[i].as<Type>();
    if ((type->flags & kPatterns) == 0) type->flags |= ancestor->flags & kPatterns;
    type->flags |= ancestor->flags & kTypeHasFinalizer;
  }
}

Result<Type*> make_class(Type* metatype, Str* name, Tuple* bases, Dict* namespace_,
                         const Arguments& keywords) {
  if (bases->length == 0) bases = make_tuple({types.object});
  ClassMaker maker{metatype, name, bases, dict_copy(namespace_)};
  return maker.make(keywords);
}

Result<Value> type_new(Type* metatype, const Arguments& arguments) {
  if (arguments.positional != 3) {
    return raise(types.TypeError, "type.__new__() takes exactly 3 arguments ({} given)",
                 arguments.positional);
  }
  if (!is_str(arguments[0])) return wrong_argument(1, "str", arguments[0]);
  if (!is_tuple(arguments[1])) return wrong_argument(2, "tuple", arguments[1]);
  if (!is_dict(arguments[2])) return wrong_argument(3, "dict", arguments[2]);
  auto* bases = arguments[1].as<Tuple>();
  TRY(check_bases(bases));
  Type* winner = TRY(best_metatype(metatype, bases));
  if (winner != metatype && winner->slots.new_ != type_new) return winner->slots.new_(winner, arguments);
  return make_class(winner, arguments[0].as<Str>(), bases, arguments[2].as<Dict>(), arguments);
}

}  // namespace ouro::vm
