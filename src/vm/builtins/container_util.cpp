#include "vm/builtins/container_util.h"

#include <algorithm>

#include "vm/interp/frame.h"
#include "vm/object/startup.h"

namespace ouro::vm {

void complete_containers() {
  complete_tuple();
  complete_list();
  complete_dict();
  complete_dict_views();
  complete_dict_iterators();
  complete_set();
  complete_range();
  complete_range_iterators();
  complete_slice();
  complete_sequence_iterators();
  complete_enumerate();
  complete_zip();
  complete_map();
  complete_filter();
  complete_reversed();
}

Status bind_base(const Signature& signature, const Arguments& arguments, bool ignore_keywords, Value* out) {
  if (arguments.keywords != nullptr && ignore_keywords)
    return signature.bind(Arguments{arguments.values, arguments.positional, nullptr}, out);
  return signature.bind(arguments, out);
}

Result<Value> iterate_self(Value self) {
  return self;
}

Result<Str*> format_text(std::string_view pattern, std::initializer_list<const Str*> parts) {
  StrBuilder text;
  const Str* const* part = parts.begin();
  while (!pattern.empty()) {
    size_t hole = pattern.find("{}");
    text.append_ascii(pattern.substr(0, hole));
    if (hole == std::string_view::npos) break;
    text.append(*part++);
    pattern.remove_prefix(hole + 2);
  }
  return text.finish();
}

namespace {

Result<int64_t> bound_of(Value value, int64_t default_, int64_t length) {
  if (value.is_null()) return default_;
  if (!is_index_like(value))
    return raise(types.TypeError, "slice indices must be integers or have an __index__ method");
  int64_t bound = TRY(to_index_clipped(value));
  return bound < 0 ? std::max<int64_t>(bound + length, 0) : bound;
}

}  // namespace

Status index_bounds(Value start, Value stop, size_t length, int64_t* low, int64_t* high) {
  auto size = static_cast<int64_t>(length);
  *low = TRY(bound_of(start, 0, size));
  *high = TRY(bound_of(stop, INT64_MAX, size));
  return {};
}

Result<Value> builtin_named(Str* name) {
  Value builtins = thread()->frame != nullptr ? thread()->frame->builtins() : Value();
  if (builtins.is_null()) return raise(types.RuntimeError, "no builtins");
  Value function =
      is_dict(builtins) ? TRY(dict_get(builtins.as<Dict>(), Value(name))) : TRY(get_item(builtins, name));
  if (function.is_null()) return raise_with(types.AttributeError, {Value(name)});
  return function;
}

Value reduce_to_type(Value self, std::initializer_list<Value> args) {
  return make_tuple({type_of(self), make_tuple(args)});
}

Value reduce_to_type(Value self, std::initializer_list<Value> args, Value state) {
  return make_tuple({type_of(self), make_tuple(args), state});
}

Result<Value> instance_state(Value self) {
  return call_method(self, names.dunder_getstate);
}

Result<int64_t> state_number(Value state) {
  if (!is_int(state)) return raise(types.TypeError, "an integer is required");
  return to_int64(state);
}

bool is_sequence_like(Value value) {
  if (is_dict(value)) return false;
  const Type* type = type_of(value);
  return type->slots.item != nullptr || (type->has(kTypeHeap) && type->slots.subscript != nullptr);
}

Result<size_t> repeated_length(size_t length, int64_t count) {
  if (count <= 0 || length == 0) return size_t{0};
  size_t total = 0;
  if (__builtin_mul_overflow(length, static_cast<size_t>(count), &total) || total > (size_t{1} << 58))
    return raise_no_memory();
  return total;
}

}  // namespace ouro::vm
