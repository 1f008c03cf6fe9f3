// The layout of classes: which base decides it, what may be combined, how much room instances get.
#include <algorithm>

#include "vm/object/class_support.h"
#include "vm/object/code_build.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

/// Instruction numbers of 3.11 that the guess looks for.
constexpr uint8_t kStoreAttr = 95, kLoadFast = 124, kExtendedArg = 144;
constexpr uint16_t kDefaultGuess = 3, kLargestGuess = 40;

bool adds_fields(const Type* type) {
  return type->basic_size != type->base->basic_size || type->instance_kind != type->base->instance_kind;
}

bool same_layout_as_base(const Type* type) {
  constexpr uint32_t kLayoutFlags = kTypeHasDict | kTypeHasWeakrefs | kTypeVariableSize;
  return type->base != nullptr && !adds_fields(type) &&
         (type->flags & kLayoutFlags) == (type->base->flags & kLayoutFlags);
}

bool same_slots_added(const Type* a, const Type* b) {
  constexpr uint32_t kLayoutFlags = kTypeHasDict | kTypeHasWeakrefs;
  if (!a->has(kTypeHeap) || !b->has(kTypeHeap)) return false;
  if ((a->flags & kLayoutFlags) != (b->flags & kLayoutFlags) || a->basic_size != b->basic_size) return false;
  const uint64_t count_a = a->slot_names != nullptr ? a->slot_names->length : 0;
  const uint64_t count_b = b->slot_names != nullptr ? b->slot_names->length : 0;
  if (count_a != count_b || a->basic_size != a->base->basic_size + 8 * count_a) return false;
  for (uint64_t i = 0; i < count_a; ++i) {
    if (!equals(a->slot_names->items[i].as<Str>(), b->slot_names->items[i].as<Str>())) return false;
  }
  return true;
}

/// Of code whose names have not been read, they are looked for where they lie.
bool speaks_of_init(const Code* code) {
  if (code->late != nullptr) return late_text(code).find("\x08__init__") != std::string_view::npos;
  for (Value name : code->names->span())
    if (name == Value(names.dunder_init)) return true;
  return false;
}

/// Distinct names N in stores `self.N = ...`, where self is the first argument; true in `calls_init` when the
/// code speaks of __init__ (its base's, most likely).
uint16_t count_self_stores(const Code* code, bool* calls_init) {
  std::string_view bytes = code_text(code->code);
  uint64_t seen[4] = {};
  uint16_t count = 0;
  uint32_t argument = 0;
  bool self_on_top = false;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto op = static_cast<uint8_t>(bytes[i]);
    argument = argument << 8 | static_cast<uint8_t>(bytes[i + 1]);
    if (op == kExtendedArg) continue;
    if (op == kStoreAttr && self_on_top && argument < 256 &&
        (seen[argument / 64] >> argument % 64 & 1) == 0) {
      seen[argument / 64] |= uint64_t{1} << argument % 64;
      ++count;
    }
    self_on_top = op == kLoadFast && argument == 0;
    argument = 0;
  }
  *calls_init = *calls_init || speaks_of_init(code);
  return count;
}

}  // namespace

Type* solid_base(Type* type) {
  while (type->base != nullptr && !adds_fields(type)) type = type->base;
  return type;
}

Result<Type*> best_base(Tuple* bases) {
  Type* winner = nullptr;
  Type* best = nullptr;
  for (Value item : bases->span()) {
    if (!is_kind(item, Kind::kType)) return raise(types.TypeError, "bases must be types");
    auto* base = item.as<Type>();
    if (!base->has(kTypeBase))
      return raise(types.TypeError, "type '{}' is not an acceptable base type", native_type_name(base));
    Type* candidate = solid_base(base);
    if (winner == nullptr || (winner != candidate && is_subtype(candidate, winner))) {
      winner = candidate;
      best = base;
    } else if (!is_subtype(winner, candidate)) {
      return raise(types.TypeError, "multiple bases have instance lay-out conflict");
    }
  }
  return best;
}

Result<Type*> best_metatype(Type* metatype, Tuple* bases) {
  Type* winner = metatype;
  for (Value base : bases->span()) {
    Type* candidate = type_of(base);
    if (is_subtype(winner, candidate)) continue;
    if (is_subtype(candidate, winner)) {
      winner = candidate;
      continue;
    }
    return raise(
        types.TypeError,
        "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the "
        "metaclasses of all its bases");
  }
  return winner;
}

Status check_same_layout(Type* from, Type* to, const char* attribute) {
  Type* from_base = from;
  Type* to_base = to;
  while (same_layout_as_base(from_base)) from_base = from_base->base;
  while (same_layout_as_base(to_base)) to_base = to_base->base;
  if (from_base == to_base || (from_base->base == to_base->base && from_base->base != nullptr &&
                               same_slots_added(from_base, to_base)))
    return {};
  // CPython compares first how the memory is given back, which differs for what the collector tracks.
  auto is_tracked = [](const Type* type) { return type->has(kTypeHeap) || type->native_trace != nullptr; };
  const bool other_kind = is_tracked(from) != is_tracked(to);
  return raise(types.TypeError, "{} assignment: '{}' {} differs from '{}'", attribute, native_type_name(to),
               other_kind ? "deallocator" : "object layout", native_type_name(from));
}

uint16_t guess_inline_slots(const Type* type) {
  const uint16_t inherited =
      type->base->has(kTypeHasDict) && !type->base->has(kTypeNative) ? type->base->inline_slots : 0;
  Value init = dict_get(type->dict, names.dunder_init);
  if (init.is_null() || !is_kind(init, Kind::kFunction)) return std::max(inherited, kDefaultGuess);
  bool calls_init = false;
  const uint16_t own = count_self_stores(init.as<Function>()->code, &calls_init);
  const uint16_t all = std::max<uint16_t>(1, own + (calls_init ? inherited : 0));
  // Cells come in steps of 16 bytes: room that would be lost is room for one more.
  const bool fills_cell = (type->basic_size + 8 + 8 * all) % 16 == 0;
  return std::min<uint16_t>(kLargestGuess, all + (fills_cell ? 0 : 1));
}

}  // namespace ouro::vm
