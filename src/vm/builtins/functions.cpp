// The builtin functions, but for those that run code (evaluate.cpp) and print (print.cpp).
#include "vm/builtins/functions.h"

#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/object/argument_errors.h"
#include "vm/object/int_cells.h"

namespace ouro::vm {

namespace {

// Every function below gets $module as a[0].

Result<Value> builtin_abs(const Value* a) {
  return absolute(a[1]);
}

template <bool wanted>
Result<Value> any_all(const Value* a) {
  auto test = [](void*, Value item) {
    Result<bool> truth = is_true(item);
    if (!truth.ok()) return Visit::Raised;
    return truth.unwrap() == wanted ? Visit::Enough : Visit::More;
  };
  auto test_bool = [](void*, Value item) {
    if (item != Value(&true_object) && item != Value(&false_object)) return Visit::Raised;
    return (item == Value(&true_object)) == wanted ? Visit::Enough : Visit::More;
  };
  Value iterator = TRY(iterate(a[1]));
  Visitor visitor{test, nullptr, test_bool};
  TRY(visit_items(iterator, visitor));
  return make_bool((visitor.outcome == Visit::Enough) == wanted);
}

Result<Value> builtin_ascii(const Value* a) {
  return ascii(a[1]);
}

/// bin, oct, hex: sign, prefix, digits.
Result<Value> in_base(Value number, int base, std::string_view prefix) {
  Value integer = TRY(to_index(number));
  uint64_t small;
  IntView view = int_view(integer, &small);
  std::string text = view.negative ? "-" : "";
  text += prefix;
  return make_str_latin1(text + magnitude_to_text(view, base));
}
Result<Value> builtin_bin(const Value* a) {
  return in_base(a[1], 2, "0b");
}
Result<Value> builtin_oct(const Value* a) {
  return in_base(a[1], 8, "0o");
}
Result<Value> builtin_hex(const Value* a) {
  return in_base(a[1], 16, "0x");
}

Result<Value> builtin_callable(const Value* a) {
  return make_bool(is_callable(a[1]));
}

Result<Value> builtin_chr(const Value* a) {
  Value integer = TRY(to_index(a[1]));
  int64_t number;
  if (!int_fits(integer, &number))
    return raise(types.OverflowError, "Python int too large to convert to C int");
  if (number > INT32_MAX) return raise(types.OverflowError, "signed integer is greater than maximum");
  if (number < INT32_MIN) return raise(types.OverflowError, "signed integer is less than minimum");
  if (number < 0 || number > 0x10FFFF) return raise(types.ValueError, "chr() arg not in range(0x110000)");
  return make_char(static_cast<char32_t>(number));
}

Result<Value> builtin_ord(const Value* a) {
  int64_t size;
  if (is_str(a[1])) {
    size = static_cast<int64_t>(a[1].as<Str>()->length);
    if (size == 1) return Value::from_small(a[1].as<Str>()->at(0));
  } else if (is_bytes(a[1])) {
    size = static_cast<int64_t>(a[1].as<Bytes>()->length);
    if (size == 1) return Value::from_small(a[1].as<Bytes>()->data[0]);
  } else if (is_bytearray(a[1])) {
    auto* array = a[1].as<ByteArray>();
    size = static_cast<int64_t>(array->length);
    if (size == 1) return Value::from_small(static_cast<uint8_t>(array->storage->data[array->start]));
  } else {
    return raise(types.TypeError, "ord() expected string of length 1, but {} found", type_name(a[1]));
  }
  return raise(types.TypeError, "ord() expected a character, but string of length {} found", size);
}

Result<Str*> attribute_name(Value name) {
  if (!is_str(name))
    return raise(types.TypeError, "attribute name must be string, not '{}'", type_name(name));
  return intern(name.as<Str>());
}

Result<Value> builtin_getattr(const Value* a) {
  Str* name = TRY(attribute_name(a[2]));
  if (a[3].is_null()) return get_attribute(a[1], name);
  Value value = TRY(find_attribute(a[1], name));
  return value.is_null() ? a[3] : value;
}

Result<Value> builtin_hasattr(const Value* a) {
  return make_bool(!TRY(find_attribute(a[1], TRY(attribute_name(a[2])))).is_null());
}

Result<Value> builtin_setattr(const Value* a) {
  TRY(set_attribute(a[1], TRY(attribute_name(a[2])), a[3]));
  return none();
}

Result<Value> builtin_delattr(const Value* a) {
  TRY(set_attribute(a[1], TRY(attribute_name(a[2])), Value()));
  return none();
}

Result<Value> builtin_divmod(const Value* a) {
  return divmod(a[1], a[2]);
}

Result<Value> builtin_format(const Value* a) {
  if (a[2].is_null()) return format(a[1], names.empty);
  if (!is_str(a[2]))
    return raise(types.TypeError, "format() argument 2 must be str, not {}", given_name(a[2]));
  return format(a[1], a[2].as<Str>());
}

Result<Value> builtin_hash(const Value* a) {
  return make_int(TRY(hash(a[1])));
}
/// The address; an immediate is its own identity.
Result<Value> builtin_id(const Value* a) {
  Value identity = make_int_unsigned(a[1].bits());
  TRY(audit("builtins.id", {identity}));
  return identity;
}
Result<Value> builtin_isinstance(const Value* a) {
  return make_bool(TRY(is_instance_of(a[1], a[2])));
}
Result<Value> builtin_issubclass(const Value* a) {
  return make_bool(TRY(is_subclass_of(a[1], a[2])));
}
Result<Value> builtin_len(const Value* a) {
  return make_int(TRY(length(a[1])));
}
Result<Value> builtin_repr(const Value* a) {
  return repr(a[1]);
}

Result<Value> builtin_iter(const Value* a) {
  if (a[2].is_null()) return iterate(a[1]);
  if (!is_callable(a[1])) return raise(types.TypeError, "iter(v, w): v must be callable");
  return make_callable_iterator(a[1], a[2]);
}

Result<Value> builtin_next(const Value* a) {
  UnaryFn advance = type_of(a[1])->slots.iternext;
  if (advance == nullptr) return raise(types.TypeError, "'{}' object is not an iterator", type_name(a[1]));
  if (a[2].is_null()) return next_or_raise(a[1]);
  auto item = advance(a[1]);
  if (!item.ok()) {
    if (!clear_if(types.StopIteration)) return Raised{};
    return a[2];
  }
  return item.unwrap().is_stop() ? a[2] : item.unwrap();
}

Result<Value> builtin_aiter(const Value* a) {
  UnaryFn get = type_of(a[1])->slots.aiter;
  if (get == nullptr) return raise(types.TypeError, "'{}' object is not an async iterable", type_name(a[1]));
  Value iterator = TRY(get(a[1]));
  if (type_of(iterator)->slots.anext == nullptr)
    return raise(types.TypeError, "aiter() returned not an async iterator of type '{}'", type_name(iterator));
  return iterator;
}

Result<Value> builtin_anext(const Value* a) {
  UnaryFn get = type_of(a[1])->slots.anext;
  if (get == nullptr) return raise(types.TypeError, "'{}' object is not an async iterator", type_name(a[1]));
  Value awaitable = TRY(get(a[1]));
  return a[2].is_null() ? Result<Value>(awaitable) : make_anext_awaitable(awaitable, a[2]);
}

// ---- min and max

struct Extreme {
  const char* name;
  CompareOp op;  // candidate op best: the candidate is better
  Value key;
  Value best, best_key;

  Result<bool> is_better(Value item_key) const {
    if (Value::both_small_int(item_key, best_key)) {
      const int64_t candidate = item_key.small_int(), known = best_key.small_int();
      return op == CompareOp::Less ? candidate < known : candidate > known;
    }
    if (Value::both_flonum(item_key, best_key)) {
      const double candidate = item_key.flonum(), known = best_key.flonum();
      return op == CompareOp::Less ? candidate < known : candidate > known;
    }
    return is_true(TRY(compare(item_key, best_key, op)));
  }

  Status consider(Value item) {
    Value item_key = key.is_null() || is_none(key) ? item : TRY(call(key, {item}));
    if (!best.is_null() && !TRY(is_better(item_key))) return {};
    best = item;
    best_key = item_key;
    return {};
  }
};

Result<Value> extreme(Extreme state, std::span<const Value> items, Value default_) {
  if (items.size() > 1) {
    if (!default_.is_null())
      return raise(types.TypeError, "Cannot specify a default for {}() with multiple positional arguments",
                   state.name);
    for (Value item : items) TRY(state.consider(item));
    return state.best;
  }
  if (items.empty()) return raise(types.TypeError, "{} expected at least 1 argument, got 0", state.name);
  TRY(for_each(items[0], [&](Value item) { return state.consider(item); }));
  if (!state.best.is_null()) return state.best;
  if (!default_.is_null()) return default_;
  return raise(types.ValueError, "{}() arg is an empty sequence", state.name);
}
Result<Value> extreme(const Signature& signature, const Arguments& arguments, const char* name,
                      CompareOp op) {
  const size_t keywords = arguments.keyword_count();
  if (keywords == 0)
    return extreme({name, op, {}, {}, {}}, std::span(arguments.values, arguments.positional), Value());
  if (keywords > 2)
    return raise(types.TypeError, "{}() takes at most 2 keyword arguments ({} given)", name, keywords);
  Value bound[3];
  TRY(signature.bind(arguments, bound));
  return extreme({name, op, bound[1], {}, {}}, bound[0].as<Tuple>()->span(), bound[2]);
}
constexpr const char* kExtremeSignature = "(*args, key=None, default=<unrepresentable>)";
Result<Value> builtin_min(Value, const Arguments& arguments) {
  static const Signature signature("min", kExtremeSignature);
  return extreme(signature, arguments, "min", CompareOp::Less);
}
Result<Value> builtin_max(Value, const Arguments& arguments) {
  static const Signature signature("max", kExtremeSignature);
  return extreme(signature, arguments, "max", CompareOp::Greater);
}

// ---- the rest of the numbers

Result<Value> builtin_pow(const Value* a) {
  return power(a[1], a[2], a[3].is_null() || is_none(a[3]) ? Value() : a[3]);
}

Result<Value> builtin_round(const Value* a) {
  bool found;
  bool plain = a[2].is_null() || is_none(a[2]);
  Value result = plain ? TRY(call_special(a[1], names.dunder_round, {}, &found))
                       : TRY(call_special(a[1], names.dunder_round, {a[2]}, &found));
  if (!found) return raise(types.TypeError, "type {} doesn't define __round__ method", type_name(a[1]));
  return result;
}

/// The sum of two small numbers of one kind; null: another sum.
Value quick_sum(Value total, Value item) {
  if (Value::both_small_int(total, item)) return make_int(total.small_int() + item.small_int());
  if (Value::both_flonum(total, item)) return make_float(total.flonum() + item.flonum());
  return Value();
}

Visit add_to_total(void* state, Value item) {
  auto* total = static_cast<Value*>(state);
  if (Value sum = quick_sum(*total, item); !sum.is_null()) {
    *total = sum;
    return Visit::More;
  }
  Result<Value> sum = binary(BinaryOp::Add, *total, item);
  if (!sum.ok()) return Visit::Raised;
  *total = sum.unwrap();
  return Visit::More;
}
Visit add_to_total_quick(void* state, Value item) {
  auto* total = static_cast<Value*>(state);
  Value sum = quick_sum(*total, item);
  if (sum.is_null()) return Visit::Raised;
  *total = sum;
  return Visit::More;
}

Result<Value> builtin_sum(const Value* a) {
  Value total = a[2].is_null() ? Value::from_small(0) : a[2];
  if (is_str(total)) return raise(types.TypeError, "sum() can't sum strings [use ''.join(seq) instead]");
  if (is_bytes(total)) return raise(types.TypeError, "sum() can't sum bytes [use b''.join(seq) instead]");
  if (is_bytearray(total))
    return raise(types.TypeError, "sum() can't sum bytearray [use b''.join(seq) instead]");
  Value iterator = TRY(iterate(a[1]));
  Visitor visitor{add_to_total, &total, add_to_total_quick};
  TRY(visit_items(iterator, visitor));
  return total;
}

Result<Value> builtin_sorted(const Value* a) {
  List* list = TRY(to_list(a[1]));
  Value values[] = {a[2].is_null() ? none() : a[2], a[3].is_null() ? make_bool(false) : a[3]};
  static Tuple* keywords = make_rooted_tuple({intern("key"), intern("reverse")});
  TRY(call(TRY(get_attribute(list, names.sort)), Arguments{values, 0, keywords}));
  return list;
}

// ---- namespaces

Result<Frame*> python_frame() {
  Frame* frame = current_frame();
  if (frame == nullptr) return raise(types.SystemError, "frame does not exist");
  return frame;
}

Result<Value> builtin_globals(const Value*) {
  Frame* frame = current_frame();
  return frame == nullptr ? none() : Value(frame->globals());
}

Result<Value> builtin_locals(const Value*) {
  return frame_locals(TRY(python_frame()));
}

Result<Value> builtin_vars(const Value* a) {
  if (a[1].is_null()) return frame_locals(TRY(python_frame()));
  Value dict = TRY(find_attribute(a[1], names.dunder_dict));
  if (dict.is_null()) return raise(types.TypeError, "vars() argument must have __dict__ attribute");
  return dict;
}

Result<Value> builtin_dir(const Value* a) {
  List* list;
  if (a[1].is_null()) {
    Value locals = TRY(frame_locals(TRY(python_frame())));
    Value keys = TRY(call_method(locals, names.keys));
    list = TRY(to_list(keys));
  } else {
    bool found;
    Value result = TRY(call_special(a[1], names.dunder_dir, {}, &found));
    if (!found) return raise(types.TypeError, "object does not provide __dir__");
    list = TRY(to_list(result));
  }
  TRY(call_method(list, names.sort));
  return list;
}

Result<Value> builtin_breakpoint(const Value* a) {
  Value hook = TRY(sys_attribute("breakpointhook"));
  if (hook.is_null()) return raise(types.RuntimeError, "lost sys.breakpointhook");
  TRY(audit("builtins.breakpoint", {hook}));
  return call_with(hook, a[1], a[2]);
}

constexpr MethodSpec kFunctions[] = {
    {"abs", "($module, x, /)", builtin_abs, "The absolute value."},
    {"aiter", "($module, async_iterable, /)", builtin_aiter,
     "The asynchronous iterator of an asynchronous iterable."},
    {"all", "($module, iterable, /)", any_all<false>, "Whether every item is true; True for none at all."},
    {"anext", "($module, aiterator, default=<unrepresentable>, /)", builtin_anext,
     "An awaitable of the next item, or of the default when there is none."},
    {"any", "($module, iterable, /)", any_all<true>, "Whether some item is true; False for none at all."},
    {"ascii", "($module, obj, /)", builtin_ascii, "repr() with everything beyond ASCII escaped."},
    {"bin", "($module, number, /)", builtin_bin,
     "The number in base 2, with the prefix 0b.\n\n"
     ">>> bin(37)\n'0b100101'\n"},
    {"breakpoint", "($module, /, *args, **kws)", builtin_breakpoint,
     "Calls sys.breakpointhook(*args, **kws)."},
    {"callable", "($module, obj, /)", builtin_callable, "Whether the object can be called."},
    {"chr", "($module, i, /)", builtin_chr, "The character of a code point."},
    {"delattr", "($module, obj, name, /)", builtin_delattr, "del obj.name, for a name that is a string."},
    {"dir", "($module, object=<unrepresentable>, /)", builtin_dir,
     "The names of the object's attributes, sorted; without an object, those of the local scope."},
    {"divmod", "($module, x, y, /)", builtin_divmod, "The pair (x // y, x % y)."},
    {"format", "($module, value, format_spec='', /)", builtin_format, "value.__format__(format_spec)."},
    {"getattr", "($module, object, name, default=<unrepresentable>, /)", builtin_getattr,
     "object.name, for a name that is a string; the default, if given, when there is none."},
    {"globals", "($module, /)", builtin_globals, "The namespace of the running code's module."},
    {"hasattr", "($module, obj, name, /)", builtin_hasattr, "Whether getattr(obj, name) succeeds."},
    {"hash", "($module, obj, /)", builtin_hash, "The hash value; equal objects have equal ones."},
    {"hex", "($module, number, /)", builtin_hex,
     "The number in base 16, with the prefix 0x.\n\n"
     ">>> hex(48879)\n'0xbeef'\n"},
    {"id", "($module, obj, /)", builtin_id, "The identity: no two objects alive have the same."},
    {"isinstance", "($module, obj, class_or_tuple, /)", builtin_isinstance,
     "Whether the object is an instance of the class, or of one of the classes."},
    {"issubclass", "($module, cls, class_or_tuple, /)", builtin_issubclass,
     "Whether cls is derived from the class, or from one of the classes."},
    {"iter", "($module, object, sentinel=<unrepresentable>, /)", builtin_iter,
     "The iterator of an iterable, or one that calls the object until it returns the sentinel."},
    {"len", "($module, obj, /)", builtin_len, "The number of items."},
    {"locals", "($module, /)", builtin_locals, "The namespace of the running code."},
    {"max", nullptr, nullptr,
     "max(iterable, *[, default, key]), max(first, second, *rest[, key])\n\n"
     "The greatest item of an iterable, or the greatest argument.",
     Binding::Instance, builtin_max},
    {"min", nullptr, nullptr,
     "min(iterable, *[, default, key]), min(first, second, *rest[, key])\n\n"
     "The least item of an iterable, or the least argument.",
     Binding::Instance, builtin_min},
    {"next", "($module, iterator, default=<unrepresentable>, /)", builtin_next,
     "The next item; the default, if given, when there is none."},
    {"oct", "($module, number, /)", builtin_oct,
     "The number in base 8, with the prefix 0o.\n\n"
     ">>> oct(493)\n'0o755'\n"},
    {"ord", "($module, c, /)", builtin_ord, "The code point of a character."},
    {"pow", "($module, /, base, exp, mod=None)", builtin_pow, "base ** exp, modulo mod if that is given."},
    {"repr", "($module, obj, /)", builtin_repr, "The text that shows the object to a programmer."},
    {"round", "($module, /, number, ndigits=None)", builtin_round,
     "The number rounded to that many decimals."},
    {"setattr", "($module, obj, name, value, /)", builtin_setattr,
     "obj.name = value, for a name that is a string."},
    {"sorted", "($module, iterable, /, *, key=None, reverse=False)", builtin_sorted,
     "A new list of the items in ascending order."},
    {"sum", "($module, iterable, /, start=0)", builtin_sum, "The start value plus all items."},
    {"vars", "($module, object=<unrepresentable>, /)", builtin_vars,
     "The object's __dict__; without an object, the local namespace."},
};

}  // namespace

std::span<const MethodSpec> general_functions() {
  return kFunctions;
}

}  // namespace ouro::vm
