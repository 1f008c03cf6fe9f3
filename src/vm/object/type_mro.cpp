// The method resolution order.
#include <algorithm>
#include <string>
#include <vector>

#include "vm/object/class_support.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

Status check_duplicates(const Tuple* bases) {
  for (uint64_t i = 0; i < bases->length; ++i) {
    for (uint64_t j = i + 1; j < bases->length; ++j) {
      if (bases->items[i] == bases->items[j])
        return raise(types.TypeError, "duplicate base class {}", type_name(bases->items[i].as<Type>()));
    }
  }
  return {};
}

/// One of the lists that are merged: the MRO of a base, or the bases themselves.
struct Sequence {
  const Tuple* classes;
  uint64_t next;
  bool done() const { return next == classes->length; }
  Value head() const { return classes->items[next]; }
  bool has_in_tail(Value candidate) const {
    for (uint64_t i = next + 1; i < classes->length; ++i) {
      if (classes->items[i] == candidate) return true;
    }
    return false;
  }
};

Raised inconsistent(const std::vector<Sequence>& sequences) {
  std::string message = "Cannot create a consistent method resolution\norder (MRO) for bases";
  std::vector<const Object*> seen;
  for (const Sequence& sequence : sequences) {
    if (sequence.done() || std::find(seen.begin(), seen.end(), sequence.head().object()) != seen.end())
      continue;
    message += seen.empty() ? " " : ", ";
    message += type_name(sequence.head().as<Type>());
    seen.push_back(sequence.head().object());
  }
  return raise_text(types.TypeError, message.substr(0, 999));
}

/// The first head that is in nobody's tail; null: there is none.
Value next_class(const std::vector<Sequence>& sequences) {
  for (const Sequence& sequence : sequences) {
    if (sequence.done()) continue;
    bool good = true;
    for (const Sequence& other : sequences) good = good && !other.has_in_tail(sequence.head());
    if (good) return sequence.head();
  }
  return Value();
}

Result<Tuple*> merge(Type* type, std::vector<Sequence>& sequences) {
  List* result = make_list();
  TRY(list_append(result, type));
  for (;;) {
    bool all_done = true;
    for (const Sequence& sequence : sequences) all_done = all_done && sequence.done();
    if (all_done) return make_tuple(result->span());
    Value next = next_class(sequences);
    if (next.is_null()) return inconsistent(sequences);
    TRY(list_append(result, next));
    for (Sequence& sequence : sequences) {
      if (!sequence.done() && sequence.head() == next) ++sequence.next;
    }
  }
}

Result<Value> call_mro_method(Type* type, bool* custom) {
  Type* metatype = type_of(type);
  *custom = false;
  if (metatype == types.type) return Value();
  Value method = lookup_in_type(metatype, names.mro);
  if (method == lookup_in_type(types.type, names.mro)) return Value();
  *custom = true;
  bool found = false;
  Value order = TRY(call_special(type, names.mro, {}, &found));
  return to_tuple(order);
}

}  // namespace

Result<Tuple*> linearize(Type* type) {
  Tuple* bases = type->bases;
  for (Value base : bases->span()) {
    if (base.as<Type>()->mro == nullptr) {
      return raise(types.TypeError, "Cannot extend an incomplete type '{}'", type_name(base.as<Type>()));
    }
  }
  if (bases->length <= 1) {
    const Tuple* rest = bases->length == 1 ? bases->items[0].as<Type>()->mro : bases;
    Tuple* order = TRY(allocate_tuple(rest->length + 1));
    order->items[0] = type;
    std::copy_n(rest->items, rest->length, order->items + 1);
    write_barrier(order);
    return order;
  }
  TRY(check_duplicates(bases));
  std::vector<Sequence> sequences;
  for (Value base : bases->span()) sequences.push_back({base.as<Type>()->mro, 0});
  sequences.push_back({bases, 0});
  return merge(type, sequences);
}

Result<Tuple*> compute_mro(Type* type) {
  bool custom = false;
  Value order = TRY(call_mro_method(type, &custom));
  if (!custom) return linearize(type);
  type->flags |= kTypeCustomMro;
  Type* solid = solid_base(type);
  for (Value item : order.as<Tuple>()->span()) {
    if (!is_kind(item, Kind::kType))
      return raise(types.TypeError, "mro() returned a non-class ('{}')", type_name(item));
    if (!is_subtype(solid, solid_base(item.as<Type>()))) {
      return raise(types.TypeError, "mro() returned base with unsuitable layout ('{}')",
                   type_name(item.as<Type>()));
    }
  }
  return order.as<Tuple>();
}

}  // namespace ouro::vm
