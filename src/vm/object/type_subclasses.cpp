// Who derives from a class: weak references, so that a class nobody uses can die.
#include "vm/heap/heap.h"
#include "vm/object/class_support.h"
#include "vm/object/types.h"

namespace ouro::vm {

namespace {

struct WeakEntry : Object {
  Object* subclass;  // cleared when it dies; not traced
};

struct SubclassTable : Object {
  uint64_t count;
  Array* entries;  // of WeakEntry
};

Shape* entry_shape() {
  static Shape* shape = make_internal_shape(Kind::kTable, nullptr);
  return shape;
}
Shape* table_shape() {
  static Shape* shape = make_internal_shape(Kind::kTable, [](Object* object, Tracer& tracer) {
    tracer.visit(static_cast<SubclassTable*>(object)->entries);
  });
  return shape;
}

SubclassTable* table_of(const Type* type) {
  return static_cast<SubclassTable*>(type->subclasses);
}

WeakEntry* entry(const SubclassTable* table, uint64_t i) {
  return table->entries->items[i].as<WeakEntry>();
}

/// Drops the entries of dead classes and of `gone`.
void compact(SubclassTable* table, const Type* gone) {
  uint64_t kept = 0;
  for (uint64_t i = 0; i < table->count; ++i) {
    WeakEntry* at = entry(table, i);
    if (at->subclass == nullptr) continue;
    if (at->subclass == gone) {
      unregister_weak(at);
      continue;
    }
    table->entries->items[kept++] = at;
  }
  for (uint64_t i = kept; i < table->count; ++i) table->entries->items[i] = Value();
  table->count = kept;
  write_barrier(table->entries);
}

void grow(SubclassTable* table) {
  Array* bigger = make_array(table->entries != nullptr ? table->entries->length * 2 : 4);
  for (uint64_t i = 0; i < table->count; ++i) bigger->items[i] = table->entries->items[i];
  write_barrier(bigger);
  store(table, table->entries, bigger);
}

}  // namespace

void add_subclass(Type* base, Type* subclass) {
  if (base->subclasses == nullptr) {
    auto* table = allocate<SubclassTable>(table_shape());
    store<Object>(base, base->subclasses, table);
  }
  SubclassTable* table = table_of(base);
  if (table->entries != nullptr && table->count == table->entries->length) compact(table, nullptr);
  if (table->entries == nullptr || table->count == table->entries->length) grow(table);
  auto* fresh = allocate<WeakEntry>(entry_shape());
  fresh->subclass = subclass;
  register_weak(fresh, &fresh->subclass, subclass, false);
  table->entries->items[table->count++] = fresh;
  write_barrier(table->entries);
}

void remove_subclass(Type* base, Type* subclass) {
  if (base->subclasses != nullptr && table_of(base)->entries != nullptr) compact(table_of(base), subclass);
}

List* subclass_list(Type* type) {
  List* list = make_list();
  SubclassTable* table = table_of(type);
  if (table == nullptr) return list;
  for (uint64_t i = 0; i < table->count; ++i) {
    Object* subclass = entry(table, i)->subclass;
    if (subclass != nullptr) (void)list_append(list, subclass);
  }
  return list;
}

}  // namespace ouro::vm
