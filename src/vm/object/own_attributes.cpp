// An object's own attributes: reading, storing, deleting, and the way into dictionary mode.
#include <algorithm>

#include "vm/heap/heap_inline.h"
#include "vm/object/exceptions.h"
#include "vm/object/numbers.h"
#include "vm/object/shape_access.h"
#include "vm/object/shapes.h"

namespace ouro::vm {

namespace {

Array* grown_overflow(Array* old, uint32_t index) {
  Array* array = make_array(std::max<size_t>(4, size_t{index} + 1 + index / 2));
  if (old != nullptr) std::copy_n(old->items, old->length, array->items);
  write_barrier(array);
  return array;
}

void clear_inline_slots(Object* object, const Shape* shape) {
  for (uint32_t i = 0; i < shape->inline_slots; ++i) *inline_slot_address(object, shape, i) = Value();
}

/// The keys of a shape whose instances have been asked for their dictionary more than once: a Dict of them
/// with no values, to be copied. Known by the shape's version, which is never given twice.
struct KnownKeys {
  uint32_t version = 0;
  Dict* keys = nullptr;
};
constexpr size_t kKnownKeys = 64;
constexpr uint32_t kFewKeys = 4;  // these are faster made anew
KnownKeys known_keys[kKnownKeys];

void visit_known_keys(Tracer& tracer) {
  for (KnownKeys& known : known_keys) tracer.visit(known.keys);
}

void remember_keys(KnownKeys& known, uint32_t version, Dict* dict) {
  static const bool visited = (add_root_visitor(visit_known_keys), true);
  (void)visited;
  Dict* keys = nullptr;
  if (known.version == version) {
    keys = dict_copy(dict);
    for (uint64_t i = 0; i < keys->table->entries_used; ++i) keys->table->entries[i].value = none();
  }
  known = {version, keys};
}

Dict* collect_known(Object* object, const Shape* shape, Dict* keys) {
  Dict* dict = dict_copy(keys);
  for (uint32_t i = 0; i < shape->slot_count; ++i)
    dict->table->entries[i].value = *slot_address(object, shape, i);
  write_barrier(dict->table);
  return dict;
}

Dict* collect_one_by_one(Object* object, const Shape* shape) {
  Dict* dict = make_dict(shape->slot_count);
  if (shape->slot_count == 0) return dict;
  Array* chain = make_array(shape->slot_count);
  for (const Shape* at = shape; at->slot_count != 0; at = at->parent)
    chain->items[at->slot_count - 1] = Value(reinterpret_cast<Object*>(at->name));
  for (uint32_t i = 0; i < shape->slot_count; ++i)
    dict_set(dict, chain->items[i].as<Str>(), *slot_address(object, shape, i));
  return dict;
}

Dict* collect_attributes(Object* object, Shape* shape) {
  const uint32_t version = shape->slot_count > kFewKeys ? cache_version(shape) : 0;
  if (version == 0) return collect_one_by_one(object, shape);
  KnownKeys& known = known_keys[version % kKnownKeys];
  if (known.version == version && known.keys != nullptr) return collect_known(object, shape, known.keys);
  Dict* dict = collect_one_by_one(object, shape);
  remember_keys(known, version, dict);
  return dict;
}

}  // namespace

Object** overflow_word_behind_items(Object* object) {
  size_t end = 0;
  switch (object->kind) {
    case Kind::kTuple:
      end = sizeof(Tuple) + static_cast<Tuple*>(object)->length * sizeof(Value);
      break;
    case Kind::kInt:
      end = sizeof(Int) + static_cast<Int*>(object)->limb_count * sizeof(uint64_t);
      break;
    case Kind::kBytes:
      end = sizeof(Bytes) + static_cast<Bytes*>(object)->length + 1;
      break;
    default:
      end = object->shape->type->basic_size;
      break;
  }
  return reinterpret_cast<Object**>(reinterpret_cast<char*>(object) + ((end + 7) & ~size_t{7}));
}

Value* slot_address(Object* object, const Shape* shape, uint32_t slot) {
  if (slot < shape->inline_slots) return inline_slot_address(object, shape, slot);
  return &static_cast<Array*>(*overflow_word(object, shape))->items[slot - shape->inline_slots];
}

void add_slot(Object* object, Shape* after, Value value) {
  const uint32_t slot = after->slot_count - 1;
  if (slot < after->inline_slots) {
    *inline_slot_address(object, after, slot) = value;
  } else {
    const uint32_t index = slot - after->inline_slots;
    Object** word = overflow_word(object, after);
    auto* array = static_cast<Array*>(*word);
    if (array == nullptr || array->length <= index) {
      array = grown_overflow(array, index);
      *word = array;
    }
    store(array, array->items[index], value);
  }
  object->shape = after;
  write_barrier(object);
}

Value get_own_attribute(Object* object, Str* name) {
  const Shape* shape = object->shape;
  if (shape->slots_offset == 0) return Value();
  if (shape->is_dictionary) {
    Dict* dict = dictionary_of(object, shape);
    return dict != nullptr ? dict_get(dict, name) : Value();
  }
  if (!name->is_interned()) name = intern(name);
  const int slot = find_slot(shape, name);
  return slot >= 0 ? *slot_address(object, shape, static_cast<uint32_t>(slot)) : Value();
}

Status set_own_attribute(Object* object, Str* name, Value value) {
  Shape* shape = object->shape;
  if (!name->is_interned()) name = intern(name);
  if (!shape->is_dictionary) {
    const int slot = find_slot(shape, name);
    if (slot >= 0) {
      *slot_address(object, shape, static_cast<uint32_t>(slot)) = value;
      write_barrier(slot_holder(object, shape, static_cast<uint32_t>(slot)));
      return {};
    }
    if (Shape* after = shape_after_adding(shape, name)) {
      add_slot(object, after, value);
      return {};
    }
  }
  dict_set(attribute_dict(object), name, value);
  return {};
}

Result<bool> delete_own_attribute(Object* object, Str* name) {
  Shape* shape = object->shape;
  if (shape->slots_offset == 0) return false;
  if (!name->is_interned()) name = intern(name);
  if (!shape->is_dictionary) {
    const int slot = find_slot(shape, name);
    if (slot < 0) return false;
    if (shape->name == name && shape->slot_count != 0) {
      *slot_address(object, shape, static_cast<uint32_t>(slot)) = Value();
      object->shape = shape->parent;
      write_barrier(object);
      return true;
    }
  }
  return dict_delete(attribute_dict(object), name);
}

Dict* enter_dictionary_mode(Object* object) {
  Shape* shape = object->shape;
  Dict* dict = collect_attributes(object, shape);
  Shape* target = dictionary_shape_of(shape->type);
  clear_inline_slots(object, shape);
  object->shape = target;
  *overflow_word(object, target) = dict;
  write_barrier(object);
  return dict;
}

Dict* attribute_dict(Object* object) {
  const Shape* shape = object->shape;
  if (shape->slots_offset == 0) return nullptr;
  if (!shape->is_dictionary) return enter_dictionary_mode(object);
  Object** word = overflow_word(object, shape);
  if (*word == nullptr) {
    Dict* dict = make_dict();
    *word = dict;
    write_barrier(object);
  }
  return static_cast<Dict*>(*word);
}

Status set_attribute_dict(Object* object, Dict* dict) {
  Shape* shape = object->shape;
  if (!shape->is_dictionary) {
    Shape* target = dictionary_shape_of(shape->type);
    clear_inline_slots(object, shape);
    object->shape = target;
  }
  *overflow_word(object, object->shape) = dict;
  write_barrier(object);
  return {};
}

void move_to_type(Object* object, Type* type) {
  Shape* shape = object->shape;
  if (shape->slots_offset == 0 || shape->is_dictionary) {
    object->shape = shape->is_dictionary ? dictionary_shape_of(type) : type->root_shape;
    write_barrier(object);
    return;
  }
  Array* chain = make_array(shape->slot_count);
  for (const Shape* at = shape; at->slot_count != 0; at = at->parent)
    chain->items[at->slot_count - 1] = Value(reinterpret_cast<Object*>(at->name));
  Shape* target = root_shape_with(type, shape->inline_slots);
  for (uint32_t i = 0; i < shape->slot_count; ++i) {
    target = shape_after_adding(target, chain->items[i].as<Str>());
    if (target == nullptr) {
      enter_dictionary_mode(object);
      object->shape = dictionary_shape_of(type);
      write_barrier(object);
      return;
    }
  }
  object->shape = target;
  write_barrier(object);
}

Object* allocate_instance(Type* type) {
  Object* object = allocate_inline(type->root_shape, type->instance_size);
  if (type->has(kTypeHasFinalizer)) [[unlikely]]
    register_finalizable(object);
  return object;
}

Object* allocate_variable_instance(Type* type, size_t extra) {
  size_t size = type->basic_size + extra;
  if (type->has(kTypeHasDict)) size = ((size + 1 + 7) & ~size_t{7}) + sizeof(Object*);
  Object* object = allocate_inline(type->root_shape, size);
  if (type->has(kTypeHasFinalizer)) [[unlikely]]
    register_finalizable(object);
  return object;
}

}  // namespace ouro::vm
