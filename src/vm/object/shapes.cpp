// Shapes: which attributes an object has, and where they lie.
//
// All instances of a class start in its root shape. Storing a new attribute moves the object along a
// transition to a child shape, one slot longer; objects that get the same names in the same order end in the
// same shape, so that one comparison of a version number tells an inline cache everything: the slot's place
// and what the class says. The tree is made as objects walk it. A shape whose chain is long gets an index,
// a little hash table from name to slot, at the first search; along a chain shapes share it.
//
// What does not fit the scheme leaves it: an object that loses an attribute other than its last, whose
// `__dict__` somebody asks for, or that got very many attributes, moves to its type's dictionary shape; the
// word that held the overflow array then holds a Dict. The slots inside the object stay empty from then on.
//
// How many slots lie inside an object is a guess when the class is made (type_make.cpp counts the stores to
// self in __init__), and is learned: when an instance outgrows the root's tree, the type gets a new root with
// more room, and later instances use that. Objects keep the room they were born with, and shapes of both
// trees live side by side, so learning needs no walk over the heap.
//
// Versions are handed out lazily. Changing a type sets the versions of its shapes to 0; no shape knows who
// relies on it.
#include "vm/object/shapes.h"

#include <algorithm>
#include <vector>

#include "vm/heap/heap_inline.h"
#include "vm/object/shape_access.h"
#include "vm/object/types.h"

namespace ouro::vm {

Shapes shapes;
Shape* immediate_shapes[4];

namespace {

constexpr uint32_t kMaxSlots = 256;        // more attributes: a Dict
constexpr uint64_t kMaxTransitions = 512;  // of one shape
constexpr uint32_t kIndexFrom = 9;         // slots from which a search uses an index
constexpr uint16_t kMaxInlineSlots = 62;

/// An open-addressing table keyed by interned names. Values are shapes (transitions) or numbers (an index).
struct NameTable : Object {
  uint64_t count;
  uint64_t capacity;  // a power of two
  struct Entry {
    const Str* name;
    uint64_t value;
  } entries[];
};

Shape* transition_shape;
Shape* index_shape;
std::vector<Shape*> internal_shapes;
uint32_t last_version;

void trace_shape(Object* object, Tracer& tracer) {
  auto* shape = static_cast<Shape*>(object);
  tracer.visit(shape->type);
  tracer.visit(shape->parent);
  tracer.visit(reinterpret_cast<Object*>(shape->name));
  tracer.visit(shape->children);
  tracer.visit(shape->index);
  tracer.visit(shape->next_of_type);
}

void trace_transitions(Object* object, Tracer& tracer) {
  auto* table = static_cast<NameTable*>(object);
  for (uint64_t i = 0; i < table->capacity; ++i) {
    if (table->entries[i].name != nullptr) tracer.visit(reinterpret_cast<Object*>(table->entries[i].value));
  }
}

void trace_internal_shapes(Tracer& tracer) {
  for (Shape* shape : internal_shapes) tracer.visit(shape);
}

size_t name_hash(const Str* name) {
  return reinterpret_cast<uintptr_t>(name) >> 4;
}

NameTable* make_name_table(Shape* shape, uint64_t capacity) {
  auto* table = allocate<NameTable>(shape, sizeof(NameTable) + capacity * sizeof(NameTable::Entry));
  table->capacity = capacity;
  return table;
}

NameTable::Entry* find_entry(NameTable* table, const Str* name) {
  const uint64_t mask = table->capacity - 1;
  for (uint64_t i = name_hash(name) & mask;; i = (i + 1) & mask) {
    if (table->entries[i].name == name || table->entries[i].name == nullptr) return &table->entries[i];
  }
}

/// The table with the entry; a bigger one when it was getting full.
NameTable* insert_entry(NameTable* table, const Str* name, uint64_t value) {
  if ((table->count + 1) * 4 > table->capacity * 3) {
    NameTable* bigger = make_name_table(table->shape, table->capacity * 2);
    for (uint64_t i = 0; i < table->capacity; ++i) {
      if (table->entries[i].name != nullptr) *find_entry(bigger, table->entries[i].name) = table->entries[i];
    }
    bigger->count = table->count;
    table = bigger;
  }
  *find_entry(table, name) = {name, value};
  ++table->count;
  write_barrier(table);
  return table;
}

void trace_slots(Object* object, const Shape* shape, Tracer& tracer) {
  tracer.visit(*overflow_word(object, shape));
  if (shape->inline_slots != 0) tracer.visit(inline_slot_address(object, shape, 0), shape->inline_slots);
}

/// Plain instances: everything behind the header is a value.
void trace_instance(Object* object, Tracer& tracer) {
  const Shape* shape = object->shape;
  const size_t end =
      shape->slots_offset != 0 ? shape->slots_offset + 8 * shape->inline_slots : shape->type->basic_size;
  tracer.visit(reinterpret_cast<Value*>(object + 1), (end - sizeof(Object)) / sizeof(Value));
}

/// Native structs with attributes or __slots__ behind them.
void trace_native_instance(Object* object, Tracer& tracer) {
  const Shape* shape = object->shape;
  const Type* type = shape->type;
  if (type->native_trace != nullptr) type->native_trace(object, tracer);
  if (type->basic_size > type->native_size) {
    auto* slots = reinterpret_cast<Value*>(reinterpret_cast<char*>(object) + type->native_size);
    tracer.visit(slots, (type->basic_size - type->native_size) / sizeof(Value));
  }
  if (shape->slots_offset != 0) trace_slots(object, shape, tracer);
}

TraceFn trace_function_of(const Type* type) {
  const bool more = type->has(kTypeHasDict) || type->basic_size > type->native_size;
  if (!more) return type->native_trace;
  if (type->instance_kind == Kind::kInstance && type->native_trace == nullptr &&
      type->native_size == sizeof(Object))
    return trace_instance;
  return trace_native_instance;
}

/// The attribute area lies inside the struct (a Module's dict): there are no slots, always a Dict.
bool has_fixed_dictionary(const Type* type) {
  return type->instance_kind == Kind::kModule;
}

void fill_root(Shape* shape, Type* type, uint16_t inline_slots) {
  shape->instance_kind = type->instance_kind;
  shape->trace = trace_function_of(type);
  store(shape, shape->type, type);
  if (!type->has(kTypeHasDict)) return;
  if (has_fixed_dictionary(type)) {
    shape->slots_offset = sizeof(Object) + 8;
    shape->is_dictionary = true;
  } else if (type->has(kTypeVariableSize)) {
    shape->slots_offset = kSlotsBehindItems;
  } else {
    shape->slots_offset = type->basic_size + 8;
    shape->inline_slots = inline_slots;
  }
}

void link_to_type(Shape* shape, Type* type) {
  store(shape, shape->next_of_type, type->first_shape);
  store<Shape>(type, type->first_shape, shape);
}

Shape* make_child(Shape* shape, Str* name) {
  auto* child = allocate<Shape>(shapes.shape);
  child->slot_count = shape->slot_count + 1;
  child->slots_offset = shape->slots_offset;
  child->inline_slots = shape->inline_slots;
  child->instance_kind = shape->instance_kind;
  child->trace = shape->trace;
  child->type = shape->type;
  child->parent = shape;
  child->name = name;
  write_barrier(child);
  link_to_type(child, shape->type);
  return child;
}

/// The tree's root has too little room: the next instances get more.
void learn_inline_slots(const Shape* shape) {
  Type* type = shape->type;
  if (type->has(kTypeNative) || shape->inline_slots != type->inline_slots) return;
  if (type->has(kTypeVariableSize) || type->inline_slots >= kMaxInlineSlots) return;
  type->flags |= kTypeLearnedSlots;
  set_inline_slots(type, static_cast<uint16_t>(std::min<int>(kMaxInlineSlots, type->inline_slots * 2 + 1)));
}

Shape* known_child(const Shape* shape, const Str* name) {
  if (shape->children == nullptr) return nullptr;
  if (shape->children->kind == Kind::kShape) {
    auto* child = static_cast<Shape*>(shape->children);
    return child->name == name ? child : nullptr;
  }
  NameTable::Entry* entry = find_entry(static_cast<NameTable*>(shape->children), name);
  return entry->name != nullptr ? reinterpret_cast<Shape*>(entry->value) : nullptr;
}

void add_child(Shape* shape, Shape* child) {
  if (shape->children == nullptr) {
    store<Object>(shape, shape->children, child);
    return;
  }
  NameTable* table;
  if (shape->children->kind == Kind::kShape) {
    auto* first = static_cast<Shape*>(shape->children);
    table =
        insert_entry(make_name_table(transition_shape, 8), first->name, reinterpret_cast<uint64_t>(first));
  } else {
    table = static_cast<NameTable*>(shape->children);
  }
  table = insert_entry(table, child->name, reinterpret_cast<uint64_t>(child));
  store<Object>(shape, shape->children, table);
}

bool has_too_many_children(const Shape* shape) {
  return shape->children != nullptr && shape->children->kind != Kind::kShape &&
         static_cast<NameTable*>(shape->children)->count >= kMaxTransitions;
}

NameTable* make_index(const Shape* shape) {
  uint64_t capacity = 16;
  while (capacity * 3 < uint64_t{shape->slot_count} * 4 + 4) capacity *= 2;
  NameTable* table = make_name_table(index_shape, capacity);
  for (const Shape* at = shape; at->parent != nullptr; at = at->parent)
    *find_entry(table, at->name) = {at->name, at->slot_count - 1};
  table->count = shape->slot_count;
  return table;
}

/// The index of the nearest shape above that has one, with the names since added, or null. Whoever has
/// extended an index shares it with those above, who ignore slots that are none of theirs; it can be extended
/// only where nobody has done so for another branch of the tree.
NameTable* extend_index_above(const Shape* shape) {
  const Shape* above = shape->parent;
  while (above != nullptr && above->index == nullptr) above = above->parent;
  if (above == nullptr) return nullptr;
  auto* table = static_cast<NameTable*>(above->index);
  if (table->count != above->slot_count) return nullptr;
  for (const Shape* at = shape; at != above; at = at->parent)
    table = insert_entry(table, at->name, at->slot_count - 1);
  return table;
}

NameTable* index_of(Shape* shape) {
  if (shape->index == nullptr) {
    NameTable* table = extend_index_above(shape);
    if (table == nullptr) table = make_index(shape);
    store<Object>(shape, shape->index, table);
  }
  return static_cast<NameTable*>(shape->index);
}

}  // namespace

uint32_t next_version() {
  return last_version == UINT32_MAX ? 0 : ++last_version;
}

void start_shapes() {
  static Shape shape_of_shapes{};
  shape_of_shapes.shape = &shape_of_shapes;
  shape_of_shapes.gc = kGcStatic;
  shape_of_shapes.kind = Kind::kShape;
  shape_of_shapes.instance_kind = Kind::kShape;
  shape_of_shapes.trace = trace_shape;
  shapes.shape = &shape_of_shapes;
  add_root_visitor(trace_internal_shapes);
  shapes.array = make_internal_shape(Kind::kArray, trace_array);
  shapes.blob = make_internal_shape(Kind::kBlob, nullptr);
  shapes.table = make_internal_shape(Kind::kTable, nullptr);
  transition_shape = make_internal_shape(Kind::kTable, trace_transitions);
  index_shape = make_internal_shape(Kind::kTable, nullptr);
}

Shape* make_internal_shape(Kind kind, TraceFn trace) {
  auto* shape = allocate<Shape>(shapes.shape);
  shape->instance_kind = kind;
  shape->trace = trace;
  internal_shapes.push_back(shape);
  return shape;
}

Array* make_array(size_t length) {
  auto* array = allocate_inline<Array>(shapes.array, sizeof(Array) + length * sizeof(Value));
  array->length = length;
  return array;
}

void install_root_shape(Type* type) {
  if (type->root_shape == nullptr) {
    auto* shape = allocate<Shape>(shapes.shape);
    store(type, type->root_shape, shape);
    link_to_type(shape, type);
  }
  fill_root(type->root_shape, type, type->inline_slots);
  type->instance_size = type->basic_size;
  if (type->root_shape->slots_offset > type->basic_size)
    type->instance_size = type->root_shape->slots_offset + 8 * type->inline_slots;
  if (type->root_shape->is_dictionary) store(type, type->dictionary_shape, type->root_shape);
}

Shape* root_shape_with(Type* type, uint16_t inline_slots) {
  for (Shape* shape = type->first_shape; shape != nullptr; shape = shape->next_of_type) {
    if (shape->parent == nullptr && !shape->is_dictionary && shape->inline_slots == inline_slots)
      return shape;
  }
  auto* shape = allocate<Shape>(shapes.shape);
  fill_root(shape, type, inline_slots);
  link_to_type(shape, type);
  return shape;
}

void set_inline_slots(Type* type, uint16_t count) {
  Shape* shape = root_shape_with(type, count);
  type->inline_slots = count;
  type->instance_size = shape->slots_offset + 8 * count;
  store(type, type->root_shape, shape);
}

Shape* dictionary_shape_of(Type* type) {
  if (type->dictionary_shape == nullptr) {
    auto* shape = allocate<Shape>(shapes.shape);
    fill_root(shape, type, 0);
    shape->is_dictionary = true;
    link_to_type(shape, type);
    store(type, type->dictionary_shape, shape);
  }
  return type->dictionary_shape;
}

void drop_shape_versions(Type* type) {
  for (Shape* shape = type->first_shape; shape != nullptr; shape = shape->next_of_type) shape->version = 0;
}

uint32_t fresh_cache_version(Shape* shape) {
  if (shape->type == nullptr || type_version(shape->type) == 0) return 0;
  return shape->version = next_version();
}

Shape* shape_after_adding(Shape* shape, Str* name) {
  if (shape->is_dictionary) return nullptr;
  if (Shape* child = known_child(shape, name)) return child;
  if (shape->slot_count >= kMaxSlots || has_too_many_children(shape)) return nullptr;
  Shape* child = make_child(shape, name);
  add_child(shape, child);
  if (child->slot_count > child->inline_slots) learn_inline_slots(child);
  return child;
}

int find_slot(const Shape* shape, const Str* name) {
  if (shape->slot_count >= kIndexFrom) {
    const NameTable::Entry* entry = find_entry(index_of(const_cast<Shape*>(shape)), name);
    return entry->name != nullptr && entry->value < shape->slot_count ? static_cast<int>(entry->value) : -1;
  }
  for (; shape->slot_count != 0; shape = shape->parent) {
    if (shape->name == name) return static_cast<int>(shape->slot_count - 1);
  }
  return -1;
}

}  // namespace ouro::vm
