// Keeping slots in step with dunders.
//
// For a class written in Python every slot is worked out from what a lookup of its dunders finds. If all of
// them are the wrappers of one native function (int.__add__ found through inheritance), the slot is that
// function and costs nothing; if anything else is found, the slot is the generic function that looks the
// dunder up at each use; if nothing is found, the slot is empty.
#include "vm/object/special_methods.h"

#include <algorithm>
#include <array>
#include <vector>

#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/generic_slots.h"
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

template <class Function>
void* address(Function function) {
  if constexpr (std::is_null_pointer_v<Function>) {
    return nullptr;
  } else {
    return reinterpret_cast<void*>(function);
  }
}

const SpecialMethod kSpecialMethods[] = {
#define SPECIAL(name, slot, wrap, detail, generic, signature, doc) \
  {&Names::name, offsetof(Slots, slot), Wrap::wrap, detail, address(generic), signature, doc},
#include "vm/object/special_methods.def"
};

/// Slots that no dunder stands for: they come from the nearest class that has them.
constexpr uint16_t kNamelessSlots[] = {offsetof(Slots, finalize), offsetof(Slots, release),
                                       offsetof(Slots, get_buffer), offsetof(Slots, release_buffer)};

struct NamedRow {
  const Str* name;
  const SpecialMethod* row;
};
std::vector<NamedRow> rows_by_name;

auto rows_named(const Str* name) {
  return std::equal_range(rows_by_name.begin(), rows_by_name.end(), NamedRow{name, nullptr},
                          [](const NamedRow& a, const NamedRow& b) { return a.name < b.name; });
}

/// The native function behind what a lookup of row's dunder found, if that is the row's own slot.
void* native_function_of(Type* type, const SpecialMethod& row, Value found, bool* other_slot) {
  *other_slot = false;
  if (is_kind(found, Kind::kSlotWrapper)) {
    auto* wrapper = found.as<SlotWrapper>();
    if (wrapper->special->name != row.name) return nullptr;
    if (wrapper->special->slot != row.slot) {
      *other_slot = true;
      return nullptr;
    }
    return wrapper->special->wrap == row.wrap && is_subtype(type, wrapper->owner) ? wrapper->function
                                                                                  : nullptr;
  }
  if (is_kind(found, Kind::kMethodDescriptor)) {
    Type* owner = found.as<MethodDescriptor>()->owner;
    if (!is_exactly(found, types.method_descriptor) || !is_subtype(type, owner)) return nullptr;
    return slot_at(owner->slots, row.slot);
  }
  if (row.slot == offsetof(Slots, new_) && is_new_function(found)) {
    // A class keeps what it has: once it had a __new__ of its own, object.__new__ takes no arguments from it.
    if (type->slots.new_ != nullptr) return reinterpret_cast<void*>(type->slots.new_);
    auto* owner = found.as<NativeFunction>()->self.as<Type>();
    return reinterpret_cast<void*>(owner->slots.new_);
  }
  if (row.slot == offsetof(Slots, hash) && is_none(found))
    return reinterpret_cast<void*>(&hash_not_implemented);
  return nullptr;
}

/// Works out one slot from its rows [row, end).
void* slot_from_dunders(Type* type, const SpecialMethod* row, const SpecialMethod* end) {
  void* native = nullptr;
  void* generic = nullptr;
  bool use_generic = false;
  for (; row != end; ++row) {
    Value found = lookup_in_type(type, row->dunder());
    if (found.is_null()) continue;
    bool other_slot = false;
    void* function = native_function_of(type, *row, found, &other_slot);
    // list.__add__ in a subclass of list says nothing about the number slot, which list leaves empty.
    if (other_slot && (type->base == nullptr || slot_at(type->base->slots, row->slot) == nullptr)) continue;
    if (function != nullptr && (native == nullptr || native == function)) {
      native = function;
    } else {
      use_generic = true;
    }
    if (generic == nullptr || row->generic != nullptr) generic = row->generic;
  }
  return use_generic ? generic : native;
}

template <class Visit>
void for_each_slot(Visit&& visit) {
  const SpecialMethod* row = std::begin(kSpecialMethods);
  while (row != std::end(kSpecialMethods)) {
    const SpecialMethod* end = row;
    while (end != std::end(kSpecialMethods) && end->slot == row->slot) ++end;
    visit(row, end);
    row = end;
  }
}

void update_slot(Type* type, const SpecialMethod* row, const SpecialMethod* end) {
  slot_at(type->slots, row->slot) = slot_from_dunders(type, row, end);
}

void inherit_slot(Type* type, uint16_t slot) {
  if (slot_at(type->slots, slot) != nullptr || type->mro == nullptr) return;
  for (uint64_t i = 1; i < type->mro->length; ++i) {
    void* function = slot_at(type->mro->items[i].as<Type>()->slots, slot);
    if (function != nullptr) {
      slot_at(type->slots, slot) = function;
      return;
    }
  }
}

bool is_slot(uint16_t slot, uint16_t a, uint16_t b) {
  return slot == a || slot == b;
}

}  // namespace

std::span<const SpecialMethod> special_methods() {
  return kSpecialMethods;
}

void start_special_methods() {
  for (const SpecialMethod& row : kSpecialMethods) rows_by_name.push_back({row.dunder(), &row});
  std::sort(rows_by_name.begin(), rows_by_name.end(), [](const NamedRow& a, const NamedRow& b) {
    return a.name != b.name ? a.name < b.name : a.row < b.row;
  });
}

bool is_special_name(const Str* name) {
  auto [first, last] = rows_named(name);
  return first != last;
}

void compute_slots(Type* type) {
  if (type->has(kTypeNative) && !type->has(kTypeHeap)) return;
  if (type->slots.new_ == nullptr && type->base != nullptr) type->slots.new_ = type->base->slots.new_;
  for_each_slot([&](const SpecialMethod* row, const SpecialMethod* end) { update_slot(type, row, end); });
  for (uint16_t slot : kNamelessSlots) inherit_slot(type, slot);
  update_slot_flags(type);
}

void compute_slots_of(Type* type, Str* name) {
  if (type->has(kTypeNative) && !type->has(kTypeHeap)) return;
  auto [first, last] = rows_named(name);
  for (auto at = first; at != last; ++at) {
    const SpecialMethod* row = at->row;
    while (row != std::begin(kSpecialMethods) && (row - 1)->slot == row->slot) --row;
    const SpecialMethod* end = row;
    while (end != std::end(kSpecialMethods) && end->slot == row->slot) ++end;
    update_slot(type, row, end);
  }
  update_slot_flags(type);
}

void inherit_slots(Type* type) {
  // A type that defines comparison but no hash is unhashable: the two come together or not at all.
  const bool own_comparison = type->slots.richcompare != nullptr || type->slots.hash != nullptr;
  for_each_slot([&](const SpecialMethod* row, const SpecialMethod*) {
    if (own_comparison && is_slot(row->slot, offsetof(Slots, richcompare), offsetof(Slots, hash))) return;
    if (row->slot == offsetof(Slots, new_) && type->has(kTypeDisallowNew)) return;
    inherit_slot(type, row->slot);
  });
  for (uint16_t slot : kNamelessSlots) inherit_slot(type, slot);
  if (type->slots.hash == nullptr) type->slots.hash = hash_not_implemented;
  update_slot_flags(type);
}

void update_slot_flags(Type* type) {
  const Slots& slots = type->slots;
  auto set_flag = [&](uint32_t flag, bool on) {
    type->flags = on ? type->flags | flag : type->flags & ~flag;
  };
  set_flag(kTypeDefaultGetattr, slots.getattro == generic_get_attribute);
  set_flag(kTypeDefaultSetattr, slots.setattro == generic_set_attribute);
  set_flag(kTypeDefaultHash,
           slots.hash == types.object->slots.hash && slots.richcompare == types.object->slots.richcompare);
  if (slots.del != nullptr || slots.finalize != nullptr || slots.release != nullptr)
    set_flag(kTypeHasFinalizer, true);
}

void add_slot_wrappers(Type* type, const Slots& own) {
  for (const SpecialMethod& row : kSpecialMethods) {
    if (row.wrap == Wrap::None) continue;
    void* function = slot_at(const_cast<Slots&>(own), row.slot);
    if (function == nullptr || !dict_get(type->dict, row.dunder()).is_null()) continue;
    if (function == reinterpret_cast<void*>(&hash_not_implemented)) {
      dict_set(type->dict, row.dunder(), none());
      continue;
    }
    dict_set(type->dict, row.dunder(), make_slot_wrapper(&row, function, type));
  }
}

}  // namespace ouro::vm
