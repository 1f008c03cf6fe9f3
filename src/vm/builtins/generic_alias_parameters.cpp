// Type parameters of generic aliases and unions, and their substitution.
#include "vm/builtins/generic_alias.h"

namespace ouro::vm {

namespace {

bool contains_identical(List* list, Value item) {
  for (Value each : list->span()) {
    if (each == item) return true;
  }
  return false;
}

int64_t index_of(Tuple* tuple, Value item) {
  for (uint64_t i = 0; i < tuple->length; ++i) {
    if (tuple->items[i] == item) return static_cast<int64_t>(i);
  }
  return -1;
}

/// `*tuple[int, str]` among the items stands for its arguments (unless those end in an ellipsis).
Result<Tuple*> unpacked_items(Value item) {
  Tuple* items = is_tuple(item) ? item.as<Tuple>() : make_tuple({item});
  List* result = make_list();
  for (Value each : items->span()) {
    if (is_kind(each, Kind::kType)) {
      TRY(list_append(result, each));
      continue;
    }
    Value inner = TRY(find_attribute(each, names.dunder_typing_unpacked_tuple_args));
    if (is_tuple(inner) && !(inner.as<Tuple>()->length != 0 &&
                             inner.as<Tuple>()->items[inner.as<Tuple>()->length - 1] == ellipsis())) {
      TRY(list_extend(result, inner));
    } else {
      TRY(list_append(result, each));
    }
  }
  return make_tuple(result->span());
}

Result<bool> is_unpacked_variable_tuple(Value argument) {
  if (is_kind(argument, Kind::kType)) return false;
  Value flag = TRY(find_attribute(argument, intern("__typing_is_unpacked_typevartuple__")));
  return flag.is_null() ? Result<bool>(false) : is_true(flag);
}

/// An argument that is itself generic: list[T] with T replaced.
Result<Value> substitute_inside(Value argument, Tuple* parameters, Tuple* items) {
  Value inner = TRY(find_attribute(argument, names.dunder_parameters));
  if (!is_tuple(inner) || inner.as<Tuple>()->length == 0) return argument;
  List* replaced = make_list();
  for (Value variable : inner.as<Tuple>()->span()) {
    const int64_t at = index_of(parameters, variable);
    if (at < 0) {
      TRY(list_append(replaced, variable));
    } else if (type_of(variable)->slots.iter != nullptr && is_tuple(items->items[at])) {
      TRY(list_extend(replaced, items->items[at]));
    } else {
      TRY(list_append(replaced, items->items[at]));
    }
  }
  return get_item(argument, make_tuple(replaced->span()));
}

Result<Tuple*> prepared_items(Value self, Tuple* parameters, Value item) {
  Tuple* items = TRY(unpacked_items(item));
  for (Value parameter : parameters->span()) {
    Value prepare = TRY(find_attribute(parameter, names.dunder_typing_prepare_subst));
    if (prepare.is_null() || is_none(prepare)) continue;
    items = TRY(to_tuple(TRY(call(prepare, {self, items}))));
  }
  return items;
}

}  // namespace

Result<Tuple*> collect_parameters(Tuple* arguments) {
  List* result = make_list();
  for (Value argument : arguments->span()) {
    if (is_kind(argument, Kind::kType)) continue;
    Value substitute = TRY(find_attribute(argument, names.dunder_typing_subst));
    if (!substitute.is_null()) {
      if (!contains_identical(result, argument)) TRY(list_append(result, argument));
      continue;
    }
    Value inner = TRY(find_attribute(argument, names.dunder_parameters));
    if (!is_tuple(inner)) continue;
    for (Value variable : inner.as<Tuple>()->span()) {
      if (!contains_identical(result, variable)) TRY(list_append(result, variable));
    }
  }
  return make_tuple(result->span());
}

Result<Tuple*> substitute_parameters(Value self, Tuple* arguments, Tuple* parameters, Value item) {
  if (parameters->length == 0)
    return raise(types.TypeError, "{} is not a generic class", to_utf8(TRY(repr(self))));
  Tuple* items = TRY(prepared_items(self, parameters, item));
  if (items->length != parameters->length) {
    return raise(types.TypeError, "Too {} arguments for {}; actual {}, expected {}",
                 items->length > parameters->length ? "many" : "few", to_utf8(TRY(repr(self))), items->length,
                 parameters->length);
  }
  List* result = make_list();
  for (Value argument : arguments->span()) {
    if (is_kind(argument, Kind::kType)) {
      TRY(list_append(result, argument));
      continue;
    }
    const bool unpack = TRY(is_unpacked_variable_tuple(argument));
    Value substitute = TRY(find_attribute(argument, names.dunder_typing_subst));
    Value replaced;
    const int64_t at = index_of(parameters, argument);
    if (!substitute.is_null() && at >= 0) {
      replaced = TRY(call(substitute, {items->items[at]}));
    } else {
      replaced = TRY(substitute_inside(argument, parameters, items));
    }
    if (unpack && is_tuple(replaced)) {
      TRY(list_extend(result, replaced));
    } else {
      TRY(list_append(result, replaced));
    }
  }
  return make_tuple(result->span());
}

Status append_type_repr(StrBuilder& text, Value argument) {
  if (argument == ellipsis()) {
    text.append_ascii("...");
    return {};
  }
  Value origin = TRY(find_attribute(argument, names.dunder_origin_));
  Value args = origin.is_null() ? Value() : TRY(find_attribute(argument, names.dunder_args));
  if (origin.is_null() || args.is_null()) {
    Value qualified = TRY(find_attribute(argument, names.dunder_qualname));
    Value module = qualified.is_null() ? Value() : TRY(find_attribute(argument, names.dunder_module));
    if (!qualified.is_null() && !module.is_null() && !is_none(module)) {
      Str* module_text = TRY(to_str(module));
      if (!equals(module_text, "builtins")) {
        text.append(module_text);
        text.append_ascii(".");
      }
      text.append(TRY(to_str(qualified)));
      return {};
    }
  }
  text.append(TRY(repr(argument)));
  return {};
}

}  // namespace ouro::vm
