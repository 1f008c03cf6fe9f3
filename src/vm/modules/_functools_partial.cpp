// functools.partial.
#include <algorithm>
#include <cstddef>

#include "vm/modules/_functools.h"

namespace ouro::vm::functools {

namespace {

Type* partial_type = nullptr;

struct Partial : Object {
  Value function;
  Tuple* args;
  Dict* keywords;
};

bool has_attributes(Object* object) {
  return object->shape->slot_count > 0 || object->shape->is_dictionary;
}

Result<Tuple*> joined(Tuple* first, std::span<const Value> second) {
  if (second.empty()) return first;
  Tuple* all = TRY(allocate_tuple(first->length + second.size()));
  std::copy(second.begin(), second.end(), std::copy_n(first->items, first->length, all->items));
  return all;
}

// The keywords of a partial with those of a call put over them.
Result<Dict*> with_keywords(Dict* keywords, const Arguments& arguments) {
  Dict* all = keywords != nullptr ? dict_copy(keywords) : make_dict();
  for (size_t i = 0; i < arguments.keyword_count(); ++i)
    TRY(dict_set(all, arguments.keywords->items[i], arguments[arguments.positional + i]));
  return all;
}

Result<Value> partial_call(Value value, const Arguments& arguments);

Result<Value> partial_new(Type* type, const Arguments& arguments) {
  if (arguments.positional < 1) return raise(types.TypeError, "type 'partial' takes at least one argument");
  Value function = arguments[0];
  Tuple* first = empty_tuple();
  Dict* keywords = nullptr;
  // A partial of a partial is one partial.
  if (type_of(function)->slots.call == partial_call && !has_attributes(function.object())) {
    auto* inner = function.as<Partial>();
    first = inner->args;
    keywords = inner->keywords;
    function = inner->function;
  }
  if (!is_callable(function)) return raise(types.TypeError, "the first argument must be callable");
  Tuple* args = TRY(joined(first, {arguments.values + 1, arguments.positional - 1}));
  Dict* all = TRY(with_keywords(keywords, arguments));
  auto* self = allocate_instance<Partial>(type);
  self->function = function;
  self->args = args;
  self->keywords = all;
  write_barrier(self);
  return self;
}

Result<Value> partial_call(Value value, const Arguments& arguments) {
  auto* self = value.as<Partial>();
  std::span<const Value> given(arguments.values, arguments.positional);
  if (self->keywords->count > 0) {
    Dict* keywords = TRY(with_keywords(self->keywords, arguments));
    Tuple* args = TRY(joined(self->args, given));
    return call_with(self->function, args, keywords);
  }
  if (self->args->length == 0) return call(self->function, arguments);
  constexpr size_t kOnStack = 8;
  Value few[kOnStack];
  size_t bound = self->args->length, total = bound + arguments.total();
  Value* all = few;
  if (total > kOnStack) all = TRY(allocate_tuple(total))->items;
  std::copy_n(arguments.values, arguments.total(), std::copy_n(self->args->items, bound, all));
  return call(self->function, Arguments{all, bound + arguments.positional, arguments.keywords});
}

Result<Value> partial_repr(Value value) {
  auto* self = value.as<Partial>();
  ReprGuard guard(self);
  if (guard.repeated()) return make_str("...");
  StrBuilder text;
  text.append(make_str(type_name(value)));
  text.append_ascii("(");
  Tuple* args = self->args;
  Dict* keywords = self->keywords;
  text.append(TRY(repr(self->function)));
  for (Value arg : args->span()) {
    text.append_ascii(", ");
    text.append(TRY(repr(arg)));
  }
  Value key, item;
  for (size_t position = 0; dict_next(keywords, &position, &key, &item);) {
    text.append_ascii(", ");
    text.append(TRY(to_str(key)));
    text.append_ascii("=");
    text.append(TRY(repr(item)));
  }
  text.append_ascii(")");
  return text.finish();
}

Result<Value> partial_reduce(const Value* args) {
  auto* self = args[0].as<Partial>();
  Value attributes = has_attributes(self) ? Value(attribute_dict(self)) : none();
  return reduce_to_type(args[0], {self->function},
                        make_tuple({self->function, self->args, self->keywords, attributes}));
}

Result<Value> partial_setstate(const Value* args) {
  auto* self = args[0].as<Partial>();
  Value* state = is_tuple(args[1]) && args[1].as<Tuple>()->length == 4 ? args[1].as<Tuple>()->items : nullptr;
  if (state == nullptr || !is_callable(state[0]) || !is_tuple(state[1]) ||
      (!is_none(state[2]) && !is_dict(state[2])) || (!is_none(state[3]) && !is_dict(state[3])))
    return raise(types.TypeError, "invalid partial state");
  Tuple* bound = is_exact_tuple(state[1]) ? state[1].as<Tuple>() : make_tuple(state[1].as<Tuple>()->span());
  Dict* keywords = is_none(state[2])         ? make_dict()
                   : is_exact_dict(state[2]) ? state[2].as<Dict>()
                                             : dict_copy(state[2].as<Dict>());
  self->function = state[0];
  self->args = bound;
  self->keywords = keywords;
  write_barrier(self);
  if (!is_none(state[3]))
    TRY(set_attribute_dict(self, state[3].as<Dict>()));
  else if (has_attributes(self))
    TRY(set_attribute_dict(self, make_dict()));
  return none();
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", partial_reduce},
    {"__setstate__", "($self, state, /)", partial_setstate},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};
constexpr MemberSpec kMembers[] = {
    {.name = "func", .offset = offsetof(Partial, function), .doc = "What is called."},
    {.name = "args", .offset = offsetof(Partial, args), .doc = "The arguments that come first."},
    {.name = "keywords", .offset = offsetof(Partial, keywords), .doc = "The keyword arguments."},
};
constexpr Slots partial_slots() {
  Slots slots = {};
  slots.new_ = partial_new;
  slots.call = partial_call;
  slots.repr = partial_repr;
  return slots;
}
constexpr TypeSpec kPartial = {
    .name = "functools.partial",
    .kind = Kind::kNative,
    .basic_size = sizeof(Partial),
    .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs,
    .trace = trace_members<&Partial::function, &Partial::args, &Partial::keywords>,
    .methods = kMethods,
    .members = kMembers,
    .doc = "A function with some of its arguments given.",
    .slots = partial_slots(),
};

}  // namespace

Status add_partial(Module* module) {
  return add_type(module, &partial_type, kPartial);
}

}  // namespace ouro::vm::functools
