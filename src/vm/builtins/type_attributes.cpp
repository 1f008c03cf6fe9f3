// What a class answers about itself: names, bases, documentation, flags.
#include "vm/builtins/type_attributes.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "vm/import/import.h"
#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/shapes.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {

namespace {

Type* self_of(Value self) {
  return self.as<Type>();
}

/// Special attributes of a class cannot be set on types made in C++, and never be deleted.
Status check_settable(Type* type, Value value, const char* name) {
  if (type->has(kTypeImmutable)) {
    return raise(types.TypeError, "cannot set '{}' attribute of immutable type '{}'", name, type_name(type));
  }
  if (value.is_null()) {
    return raise(types.TypeError, "cannot delete '{}' attribute of immutable type '{}'", name,
                 type_name(type));
  }
  return audit("object.__setattr__", {type, intern(name), value});
}

// ---- names

Result<Value> get_name(Value self) {
  return self_of(self)->name;
}
Status set_name(Value self, Value value) {
  Type* type = self_of(self);
  TRY(check_settable(type, value, "__name__"));
  if (!is_str(value)) {
    return raise(types.TypeError, "can only assign string to {}.__name__, not '{}'", type_name(type),
                 type_name(value));
  }
  std::string text = TRY(utf8_or_raise(value.as<Str>()));
  if (text.find('\0') != std::string::npos)
    return raise(types.ValueError, "type name must not contain null characters");
  store(type, type->name, value.as<Str>());
  return {};
}

Result<Value> get_qualified_name(Value self) {
  Type* type = self_of(self);
  return type->qualified_name;
}
Status set_qualified_name(Value self, Value value) {
  Type* type = self_of(self);
  TRY(check_settable(type, value, "__qualname__"));
  if (!is_str(value)) {
    return raise(types.TypeError, "can only assign string to {}.__qualname__, not '{}'", type_name(type),
                 type_name(value));
  }
  store(type, type->qualified_name, value.as<Str>());
  return {};
}

Result<Value> get_module(Value self) {
  Value module = type_module(self_of(self));
  if (module.is_null()) return raise_with_attribute(self, names.dunder_module, "__module__");
  return module;
}
Status set_module(Value self, Value value) {
  Type* type = self_of(self);
  TRY(check_settable(type, value, "__module__"));
  dict_set(type->dict, names.dunder_module, value);
  type_modified(type, names.dunder_module);
  return {};
}

// ---- the namespace

Result<Value> get_dict(Value self) {
  return make_mappingproxy(self_of(self)->dict);
}

Result<Value> get_doc(Value self) {
  Type* type = self_of(self);
  if (type->has(kTypeNative) && !type->has(kTypeHeap) && type->spec->doc != nullptr)
    return make_str(type->spec->doc);
  Value doc = dict_get(type->dict, names.dunder_doc);
  if (doc.is_null()) return none();
  if (auto get = type_of(doc)->slots.descr_get) return get(doc, Value(), type);
  return doc;
}
Status set_doc(Value self, Value value) {
  Type* type = self_of(self);
  TRY(check_settable(type, value, "__doc__"));
  dict_set(type->dict, names.dunder_doc, value);
  type_modified(type, names.dunder_doc);
  return {};
}

Result<Value> get_signature(Value self) {
  Type* type = self_of(self);
  if (!type->has(kTypeNative) || type->spec->signature == nullptr) return none();
  return make_str(type->spec->signature);
}

Result<Value> get_annotations(Value self) {
  Type* type = self_of(self);
  if (!type->has(kTypeHeap)) {
    return raise_with_attribute(
        self, names.dunder_annotations,
        fmt::format("type object '{}' has no attribute '__annotations__'", type_name(type)));
  }
  Value annotations = dict_get(type->dict, names.dunder_annotations);
  if (annotations.is_null()) {
    annotations = make_dict();
    dict_set(type->dict, names.dunder_annotations, annotations);
    type_modified(type, names.dunder_annotations);
    return annotations;
  }
  if (auto get = type_of(annotations)->slots.descr_get) return get(annotations, Value(), type);
  return annotations;
}
Status set_annotations(Value self, Value value) {
  Type* type = self_of(self);
  if (type->has(kTypeImmutable)) {
    return raise(types.TypeError, "cannot set '__annotations__' attribute of immutable type '{}'",
                 type_name(type));
  }
  if (!value.is_null()) {
    dict_set(type->dict, names.dunder_annotations, value);
  } else if (!dict_delete(type->dict, names.dunder_annotations)) {
    return raise_with_attribute(self, names.dunder_annotations, "__annotations__");
  }
  type_modified(type, names.dunder_annotations);
  return {};
}

Str* abstract_methods_name() {
  static Str* name = intern("__abstractmethods__");
  return name;
}
Result<Value> get_abstract_methods(Value self) {
  Value methods;
  if (self_of(self) != types.type) methods = dict_get(self_of(self)->dict, abstract_methods_name());
  if (methods.is_null()) return raise_with_attribute(self, abstract_methods_name(), "__abstractmethods__");
  return methods;
}
Status set_abstract_methods(Value self, Value value) {
  Type* type = self_of(self);
  bool abstract = false;
  if (!value.is_null()) {
    abstract = TRY(is_true(value));
    dict_set(type->dict, abstract_methods_name(), value);
  } else if (!dict_delete(type->dict, abstract_methods_name())) {
    return raise_with_attribute(self, abstract_methods_name(), "__abstractmethods__");
  }
  type_modified(type, abstract_methods_name());
  type->flags = abstract ? type->flags | kTypeAbstract : type->flags & ~kTypeAbstract;
  return {};
}

// ---- bases

Result<Value> get_bases(Value self) {
  return self_of(self)->bases;
}
bool reaches_through_bases(const Type* from, const Type* type) {
  for (; from != nullptr; from = from->base) {
    if (from == type) return true;
  }
  return false;
}

Status check_new_bases(Type* type, Tuple* bases) {
  if (bases->length == 0) {
    return raise(types.TypeError, "can only assign non-empty tuple to {}.__bases__, not ()", type_name(type));
  }
  for (Value item : bases->span()) {
    if (!is_kind(item, Kind::kType)) {
      return raise(types.TypeError, "{}.__bases__ must be tuple of classes, not '{}'", type_name(type),
                   type_name(item));
    }
    auto* base = item.as<Type>();
    if (is_subtype(base, type) || reaches_through_bases(base, type))
      return raise(types.TypeError, "a __bases__ item causes an inheritance cycle");
  }
  return {};
}

/// The MROs of a class and all below it, so that a failure can put them back.
struct SavedMro {
  Type* type;
  Tuple* before;
  Tuple* after;
};

Status recompute_mros(Type* type, std::vector<SavedMro>& saved) {
  Tuple* before = type->mro;
  Tuple* after = TRY(compute_mro(type));
  saved.push_back({type, before, after});
  store(type, type->mro, after);
  List* subclasses = subclass_list(type);
  for (uint64_t i = 0; i < subclasses->length; ++i)
    TRY(recompute_mros(subclasses->items()[i].as<Type>(), saved));
  return {};
}

Status set_bases(Value self, Value value) {
  Type* type = self_of(self);
  TRY(check_settable(type, value, "__bases__"));
  if (!is_tuple(value)) {
    return raise(types.TypeError, "can only assign tuple to {}.__bases__, not {}", type_name(type),
                 type_name(value));
  }
  auto* bases = value.as<Tuple>();
  TRY(check_new_bases(type, bases));
  Type* base = TRY(best_base(bases));
  TRY(check_same_layout(type->base, base, "__bases__"));
  Tuple* old_bases = type->bases;
  Type* old_base = type->base;
  store(type, type->bases, bases);
  store(type, type->base, base);
  std::vector<SavedMro> saved;
  if (!recompute_mros(type, saved).ok()) {
    for (auto at = saved.rbegin(); at != saved.rend(); ++at) {
      if (at->type->mro == at->after) store(at->type, at->type->mro, at->before);
    }
    if (type->bases == bases) {
      store(type, type->bases, old_bases);
      store(type, type->base, old_base);
    }
    return Raised{};
  }
  if (type->bases != bases) return {};
  for (Value item : old_bases->span()) remove_subclass(item.as<Type>(), type);
  for (Value item : bases->span()) add_subclass(item.as<Type>(), type);
  inherit_from_bases(type);
  type_modified(type, nullptr);
  return {};
}

// ---- numbers that CPython's structs have

uint64_t kind_flags(const Type* type) {
  struct Row {
    const Type* base;
    int bit;
  };
  const Row rows[] = {{types.int_, 24}, {types.list, 25}, {types.tuple, 26},         {types.bytes, 27},
                      {types.str, 28},  {types.dict, 29}, {types.BaseException, 30}, {types.type, 31}};
  uint64_t flags = 0;
  for (const Row& row : rows) {
    if (is_subtype(type, row.base)) flags |= uint64_t{1} << row.bit;
  }
  return flags;
}

/// Whether CPython would call instances without making a tuple of the arguments: native types do, unless they
/// call in another way than their base.
bool has_vectorcall(const Type* type) {
  if (!type->has(kTypeNative) || type->has(kTypeHeap) || type->slots.call == nullptr) return false;
  return type->base == nullptr || type->base->slots.call == nullptr ||
         type->base->slots.call == type->slots.call;
}

Result<Value> get_flags(Value self) {
  const Type* type = self_of(self);
  constexpr std::pair<uint32_t, int> kBits[] = {
      {kTypeSequence, 5}, {kTypeMapping, 6}, {kTypeDisallowNew, 7}, {kTypeImmutable, 8}, {kTypeHeap, 9},
      {kTypeBase, 10},    {kTypeReady, 12},  {kTypeMethodLike, 17}, {kTypeAbstract, 20}, {kTypeMatchSelf, 22},
  };
  uint64_t flags = kind_flags(type);
  for (auto [flag, bit] : kBits) {
    if (type->has(flag)) flags |= uint64_t{1} << bit;
  }
  if (has_vectorcall(type)) flags |= uint64_t{1} << 11;
  const bool traced = type->root_shape->trace != nullptr || type->has(kTypeHeap);
  return make_int(static_cast<int64_t>(flags | (traced ? 1u << 14 : 0)));
}

Result<Value> get_basic_size(Value self) {
  const Type* type = self_of(self);
  // Offsets and sizes are ours; the words for attributes and weak references count as CPython's do.
  uint32_t size = type->basic_size;
  if (type->has(kTypeHasDict)) size += 8;
  if (type->has(kTypeHasWeakrefs)) size += 8;
  return make_int(size);
}
Result<Value> get_item_size(Value self) {
  const Type* type = self_of(self);
  switch (type->instance_kind) {
    case Kind::kTuple:
      return make_int(8);
    case Kind::kInt:
      return make_int(4);
    case Kind::kBytes:
      return make_int(1);
    case Kind::kType:
      return make_int(40);
    default:
      return make_int(0);
  }
}
Result<Value> get_dict_offset(Value self) {
  const Type* type = self_of(self);
  if (is_subtype(type, types.type)) return make_int(264);
  if (!type->has(kTypeHasDict)) return make_int(0);
  if (type->has(kTypeHeap) && !type->has(kTypeNative)) return make_int(-48);
  return make_int(type->basic_size);
}
Result<Value> get_weakref_offset(Value self) {
  const Type* type = self_of(self);
  return make_int(type->has(kTypeHasWeakrefs) ? type->basic_size + 8 : 0);
}

constexpr GetSetSpec kGetSets[] = {
    {"__name__", get_name, set_name},
    {"__qualname__", get_qualified_name, set_qualified_name},
    {"__bases__", get_bases, set_bases},
    {"__module__", get_module, set_module},
    {"__abstractmethods__", get_abstract_methods, set_abstract_methods},
    {"__dict__", get_dict},
    {"__doc__", get_doc, set_doc},
    {"__text_signature__", get_signature},
    {"__annotations__", get_annotations, set_annotations},
    {"__flags__", get_flags},
    {"__basicsize__", get_basic_size},
    {"__itemsize__", get_item_size},
    {"__dictoffset__", get_dict_offset},
    {"__weakrefoffset__", get_weakref_offset},
};

}  // namespace

std::span<const MemberSpec> type_members() {
  static constexpr MemberSpec kMembers[] = {
      {"__base__", offsetof(Type, base)},
      {"__mro__", offsetof(Type, mro)},
  };
  return kMembers;
}

std::span<const GetSetSpec> type_getsets() {
  return kGetSets;
}

Value type_module(Type* type) {
  if (type->has(kTypeHeap)) return dict_get(type->dict, names.dunder_module);
  const char* full = type->spec->name;
  const char* dot = std::strrchr(full, '.');
  return dot != nullptr ? intern(std::string_view(full, dot - full)) : names.builtins;
}

}  // namespace ouro::vm
