// What the files about containers and iterators share: argument checks, repr and comparison of sequences,
// pickling helpers.
#pragma once

#include <string_view>

#include "vm/object/compare.h"
#include "vm/object/containers_inline.h"
#include "vm/object/descriptors.h"
#include "vm/object/key_hash.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"
#include "vm/object/repr_guard.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

// Each part of complete_containers().
void complete_tuple();
void complete_list();
void complete_dict();
void complete_dict_views();
void complete_dict_iterators();
void complete_set();
void complete_range();
void complete_range_iterators();
void complete_slice();
void complete_sequence_iterators();
void complete_enumerate();
void complete_zip();
void complete_map();
void complete_filter();
void complete_reversed();

/// Binds the arguments of a `new_` or `init`. Keywords are refused, unless `type` is a subclass that replaces
/// the other of the two, which then looks after them.
Status bind_base(const Signature& signature, const Arguments& arguments, bool ignore_keywords, Value* out);
inline bool replaces_init(const Type* type, const Type* base) {
  return type != base && type->slots.init != base->slots.init;
}
inline bool replaces_new(const Type* type, const Type* base) {
  return type != base && type->slots.new_ != base->slots.new_;
}

/// iter() of an iterator.
Result<Value> iterate_self(Value self);

/// "[1, 2]": the items through `item_at(i)`, which returns null when there is none any more.
template <class ItemAt>
Result<Str*> join_reprs(std::string_view open, std::string_view close, bool trailing_comma,
                        ItemAt&& item_at) {
  StrBuilder text;
  text.append_ascii(open);
  size_t count = 0;
  for (;; ++count) {
    Value item = item_at(count);
    if (item.is_null()) break;
    if (count > 0) text.append_ascii(", ");
    text.append(TRY(repr(item)));
  }
  if (trailing_comma && count == 1) text.append_ascii(",");
  text.append_ascii(close);
  return text.finish();
}
/// For formats: "name(first, second)" from a pattern with {} for each text.
Result<Str*> format_text(std::string_view pattern, std::initializer_list<const Str*> parts);

/// Comparison of two sequences by their items. `a` and `b` give their spans anew each time they are asked: a
/// comparison may change them.
template <class SpanA, class SpanB>
Result<Value> compare_sequences(SpanA&& a, SpanB&& b, CompareOp op) {
  size_t i = 0;
  for (; i < a().size() && i < b().size(); ++i) {
    Value left = a()[i], right = b()[i];
    if (left == right) continue;
    if (!TRY(keys_equal(left, right))) {
      if (i >= a().size() || i >= b().size()) break;  // the comparison has taken the items away
      if (op == CompareOp::Equal) return make_bool(false);
      if (op == CompareOp::NotEqual) return make_bool(true);
      return compare(left, right, op);
    }
  }
  return make_bool(compare_values(a().size(), b().size(), op));
}

/// `start` and `stop` of index(): clipped, counted from the end when negative. Null: not given.
Status index_bounds(Value start, Value stop, size_t length, int64_t* low, int64_t* high);

/// Whether something can stand where an integer index is wanted.
inline bool is_index_like(Value value) {
  return is_int(value) || type_of(value)->slots.index != nullptr;
}

/// A function of the running frame's builtins, for __reduce__. Getting it may run any code: it comes first.
Result<Value> builtin_named(Str* name);
/// (function, (iterable,)) and (function, (iterable,), state).
inline Value reduce_with(Value function, Value iterable) {
  return make_tuple({function, make_tuple({iterable})});
}
inline Value reduce_with(Value function, Value iterable, Value state) {
  return make_tuple({function, make_tuple({iterable}), state});
}
/// (type(self), args) and (type(self), args, state).
Value reduce_to_type(Value self, std::initializer_list<Value> args);
Value reduce_to_type(Value self, std::initializer_list<Value> args, Value state);
/// object.__getstate__(), as copyreg would have it.
Result<Value> instance_state(Value self);

/// A number of __setstate__: an int, not what has __index__.
Result<int64_t> state_number(Value state);

/// slice.indices() in ints of any size: start, stop, step.
Status slice_indices(Slice* slice, Value length, Value out[3]);

/// Whether PySequence_Check would agree: indexable and no mapping.
bool is_sequence_like(Value value);

/// Length times count as an allocation, or MemoryError.
Result<size_t> repeated_length(size_t length, int64_t count);

}  // namespace ouro::vm
