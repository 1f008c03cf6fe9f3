// The operations of Python on any objects, as the language reference has them: what CPython's abstract.c
// offers.
#pragma once

#include <initializer_list>
#include <span>

#include "vm/object/exceptions.h"
#include "vm/object/functions.h"
#include "vm/object/numbers.h"

namespace ouro::vm {

// ---- calls
Result<Value> call(Value callable, const Arguments& arguments);
inline Result<Value> call(Value callable, std::initializer_list<Value> args) {
  return call(callable, Arguments{args.begin(), args.size(), nullptr});
}
inline Result<Value> call(Value callable) {
  return call(callable, Arguments{});
}
Result<Value> call_with(Value callable, Value args_tuple, Value kwargs_dict_or_null);
Result<Value> call_method(Value object, Str* name, std::initializer_list<Value> args = {});
/// A special method, looked up on the type; `found` tells apart "has none".
Result<Value> call_special(Value object, Str* name, std::initializer_list<Value> args, bool* found);
bool is_callable(Value value);

// ---- attributes
Result<Value> get_attribute(Value object, Str* name);
/// Null instead of AttributeError.
Result<Value> find_attribute(Value object, Str* name);
Status set_attribute(Value object, Str* name, Value value);  // null value: delete
/// object.__getattribute__ and object.__setattr__.
Result<Value> generic_get_attribute(Value object, Str* name);
Status generic_set_attribute(Value object, Str* name, Value value);
/// object.__getattribute__, but null instead of AttributeError when there is no such attribute (one that a
/// descriptor raises counts as none, too).
Result<Value> find_generic_attribute(Value object, Str* name);
/// type.__getattribute__.
Result<Value> type_get_attribute(Value type, Str* name);

// ---- comparison, hashing, truth, text
Result<Value> compare(Value a, Value b, CompareOp op);
/// Identity or ==, as containers compare.
Result<bool> equal(Value a, Value b);
Result<bool> less(Value a, Value b);
Result<int64_t> hash(Value value);
Result<int64_t> hash_not_implemented(Value value);  // TypeError "unhashable type: 'X'"
Result<bool> is_true(Value value);
Result<Str*> repr(Value value);
Result<Str*> to_str(Value value);
Result<Str*> ascii(Value value);
Result<Str*> format(Value value, Str* spec);

// ---- numbers
enum class BinaryOp : uint8_t {
  Add,
  And,
  FloorDivide,
  LeftShift,
  MatrixMultiply,
  Multiply,
  Remainder,
  Or,
  Power,
  RightShift,
  Subtract,
  TrueDivide,
  Xor,  // the order of CPython's NB_ numbers
};
Result<Value> binary(BinaryOp op, Value a, Value b);
Result<Value> inplace(BinaryOp op, Value a, Value b);
Result<Value> power(Value base, Value exponent, Value modulus);
Result<Value> divmod(Value a, Value b);
Result<Value> negative(Value value);
Result<Value> positive(Value value);
Result<Value> invert(Value value);
Result<Value> absolute(Value value);

// ---- containers
Result<int64_t> length(Value value);
Result<int64_t> length_hint(Value value, int64_t default_);
Result<Value> get_item(Value object, Value key);
Status set_item(Value object, Value key, Value value);
Status delete_item(Value object, Value key);
Result<Value> get_item(Value object, int64_t index);
Result<bool> contains(Value container, Value item);
Result<bool> contains_by_iteration(Value container, Value item);
Result<Value> iterate(Value iterable);  // iter()
Result<Value> next(Value iterator);     // Value::stop() when exhausted
/// The same, with what the StopIteration carries (None when the iterator raises none).
Result<Value> next_with_result(Value iterator, Value* result);
Result<List*> to_list(Value iterable);
Result<Tuple*> to_tuple(Value iterable);
/// What a visitor of items wants next.
enum class Visit : uint8_t { More, Enough, Raised };
/// Somebody who looks at the items of an iterator, one after the other.
struct Visitor {
  Visit (*visit)(void* state, Value item);
  void* state;
  /// Null, or what takes an item without running Python code. Raised: it cannot, and `visit` has to.
  Visit (*quick)(void* state, Value item) = nullptr;
  Visit outcome = Visit::More;  // of the last item
  Visit operator()(Value item) { return outcome = visit(state, item); }
};
/// Shows the visitor each item until it has enough, as next() would give them one by one. The iterators of
/// the commonest containers are asked without a call, and a generator runs on from one item to the next.
Status visit_items(Value iterator, Visitor& visitor);
/// Calls `visit` with each item, until it says that it has enough.
template <class Function>
Status for_each_until(Value iterable, Function&& visit) {
  Value iterator = TRY(iterate(iterable));
  using State = std::remove_reference_t<Function>;
  Visitor visitor{[](void* state, Value item) { return (*static_cast<State*>(state))(item); },
                  static_cast<void*>(&visit)};
  return visit_items(iterator, visitor);
}
/// Calls `visit` with each item; stops at its first Raised.
template <class Function>
Status for_each(Value iterable, Function&& visit) {
  return for_each_until(iterable, [&](Value item) {
    Status outcome = visit(item);
    return outcome.ok() ? Visit::More : Visit::Raised;
  });
}

// ---- classes
/// The same without asking for __instancecheck__ and __subclasscheck__: what type's own do.
Result<bool> plain_is_instance_of(Value object, Value cls);
Result<bool> plain_is_subclass_of(Value derived, Value cls);
/// super(type, type_of_self).name: the attribute behind `after` in the MRO, not bound; null: none.
Value lookup_after(Type* type, Type* after, Str* name);
/// The "abstract class" of isinstance: `__isabstractmethod__` is true.
Result<bool> is_abstract(Value value);
Result<bool> is_instance_of(Value object, Value class_or_tuple);  // isinstance()
Result<bool> is_subclass_of(Value type, Value class_or_tuple);

// ---- the rest
/// warnings.warn, through the _warnings module; a filter can make it raise.
Status warn(Type* category, std::string_view message, int stack_level = 1);
/// warnings.warn_explicit, for a place in a source that is being compiled.
Status warn_explicit(Type* category, Str* message, Str* filename, int line);
/// os.fspath.
Result<Value> fs_path(Value path);

}  // namespace ouro::vm
