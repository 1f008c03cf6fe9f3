// BaseExceptionGroup and ExceptionGroup: construction, split, subgroup, derive.
#include "vm/object/argument_errors.h"
#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/exception_support.h"

namespace ouro::vm {

namespace {

ExceptionGroupObject* self_of(Value self) {
  return self.as<ExceptionGroupObject>();
}

bool is_exception(Value value) {
  return type_of(value)->has(kTypeSubclassException);
}
bool is_exception_class(Value value) {
  return is_kind(value, Kind::kType) && value.as<Type>()->has(kTypeSubclassException);
}

/// Every item must be an exception; *only_exceptions: all of them derive from Exception.
Status check_items(const Tuple* items, bool* only_exceptions) {
  *only_exceptions = true;
  for (uint64_t i = 0; i < items->length; ++i) {
    if (!is_exception(items->items[i]))
      return raise(types.ValueError, "Item {} of second argument (exceptions) is not an exception", i);
    if (!is_instance(items->items[i], types.Exception)) *only_exceptions = false;
  }
  return {};
}

/// BaseExceptionGroup of ordinary exceptions is an ExceptionGroup; the reverse is an error.
Result<Type*> group_type(Type* type, bool only_exceptions) {
  if (type == types.BaseExceptionGroup) return only_exceptions ? types.ExceptionGroup : type;
  if (only_exceptions) return type;
  if (type == types.ExceptionGroup)
    return raise(types.TypeError, "Cannot nest BaseExceptions in an ExceptionGroup");
  if (is_subtype(type, types.Exception))
    return raise(types.TypeError, "Cannot nest BaseExceptions in '{}'", type_name(type));
  return type;
}

Result<Value> group_new(Type* type, const Arguments& arguments) {
  if (arguments.positional != 2) {
    return raise(types.TypeError, "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
                 arguments.positional);
  }
  Value message = arguments[0], exceptions = arguments[1];
  if (!is_str(message)) {
    return raise(types.TypeError, "BaseExceptionGroup.__new__() argument 1 must be str, not {}",
                 given_name(message));
  }
  if (type_of(exceptions)->slots.item == nullptr || is_dict(exceptions))
    return raise(types.TypeError, "second argument (exceptions) must be a sequence");
  Tuple* items = TRY(to_tuple(exceptions));
  if (items->length == 0)
    return raise(types.ValueError, "second argument (exceptions) must be a non-empty sequence");
  bool only_exceptions;
  TRY(check_items(items, &only_exceptions));
  type = TRY(group_type(type, only_exceptions));
  auto* group = allocate_instance<ExceptionGroupObject>(type);
  group->args = empty_tuple();
  set_exception_args(group, arguments);
  group->message = message;
  store(group, group->exceptions, items);
  return group;
}

Status group_init(Value self, const Arguments& arguments) {
  return exception_init(self, arguments);
}

Result<Value> group_str(Value self) {
  const uint64_t count = self_of(self)->exceptions->length;
  StrBuilder text;
  text.append(TRY(to_str(self_of(self)->message)));
  text.append_ascii(fmt::format(" ({} sub-exception{})", count, count == 1 ? "" : "s"));
  return text.finish();
}

// ---- splitting

/// What split() selects by: a predicate, or exception classes.
Status check_matcher(Value matcher) {
  if (is_kind(matcher, Kind::kFunction) || is_exception_class(matcher)) return {};
  bool good = is_exactly(matcher, types.tuple);
  if (good) {
    for (Value item : matcher.as<Tuple>()->span()) good = good && is_exception_class(item);
  }
  if (good) return {};
  return raise(types.TypeError, "expected a function, exception type or tuple of exception types");
}

Result<bool> matches(Value exception, Value matcher) {
  if (is_kind(matcher, Kind::kFunction)) return is_true(TRY(call(matcher, {exception})));
  return exception_matches(exception, matcher);
}

Status copy_notes(Value from, Value to) {
  Value notes = TRY(find_attribute(from, names.dunder_notes));
  if (notes.is_null() || type_of(notes)->slots.item == nullptr || is_dict(notes)) return {};
  List* copy = TRY(to_list(notes));
  return set_attribute(to, names.dunder_notes, copy);
}

/// A group like `original` around some of its parts; null when there are none.
Result<Value> subset(Value original, List* parts) {
  if (parts->length == 0) return Value();
  Value group = TRY(call_method(original, intern("derive"), {parts}));
  if (!is_instance(group, types.BaseExceptionGroup))
    return raise(types.TypeError, "derive must return an instance of BaseExceptionGroup");
  auto* from = original.as<Exception>();
  auto* to = group.as<Exception>();
  to->traceback = from->traceback;
  to->context = from->context;
  to->cause = from->cause;
  to->suppress_context = true;
  write_barrier(to);
  TRY(copy_notes(original, group));
  return group;
}

/// Calls `is_match` (Result<bool>(Value)) for the exception and, unless it matches as a whole, its parts.
template <class IsMatch>
Status split_recursive(Value exception, IsMatch& is_match, Value* match, Value* rest) {
  *match = *rest = Value();
  RecursionScope scope;
  TRY(scope.enter(" in exceptiongroup_split_recursive"));
  if (TRY(is_match(exception))) {
    *match = exception;
    return {};
  }
  if (!is_instance(exception, types.BaseExceptionGroup)) {
    *rest = exception;
    return {};
  }
  List* matching = make_list();
  List* others = make_list();
  for (Value part : self_of(exception)->exceptions->span()) {
    Value part_match, part_rest;
    TRY(split_recursive(part, is_match, &part_match, &part_rest));
    if (!part_match.is_null()) TRY(list_append(matching, part_match));
    if (!part_rest.is_null()) TRY(list_append(others, part_rest));
  }
  *match = TRY(subset(exception, matching));
  *rest = TRY(subset(exception, others));
  return {};
}

Result<Value> group_split(const Value* a) {
  TRY(check_matcher(a[1]));
  Value match, rest;
  TRY(split_exception_group(a[0], a[1], &match, &rest));
  return make_tuple({or_none(match), or_none(rest)});
}

Result<Value> group_subgroup(const Value* a) {
  TRY(check_matcher(a[1]));
  Value match, rest;
  TRY(split_exception_group(a[0], a[1], &match, &rest));
  return or_none(match);
}

Result<Value> group_derive(const Value* a) {
  return call(types.BaseExceptionGroup, {self_of(a[0])->message, a[1]});
}

void trace_group(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  trace_members<&ExceptionGroupObject::message, &ExceptionGroupObject::exceptions>(object, tracer);
}

constexpr MethodSpec kMethods[] = {
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
    {"derive", "($self, excs, /)", group_derive},
    {"split", "($self, matcher_value, /)", group_split},
    {"subgroup", "($self, matcher_value, /)", group_subgroup},
};
constexpr GetSetSpec kGetSets[] = {
    {"message", [](Value self) -> Result<Value> { return self_of(self)->message; }, nullptr,
     "exception message"},
    {"exceptions", [](Value self) -> Result<Value> { return self_of(self)->exceptions; }, nullptr,
     "nested exceptions"},
};

}  // namespace

Status split_exception_group(Value exception, Value matcher, Value* match, Value* rest) {
  auto is_match = [&](Value each) { return matches(each, matcher); };
  return split_recursive(exception, is_match, match, rest);
}

void complete_exception_groups() {
  static TypeSpec base = {.name = "BaseExceptionGroup",
                          .basic_size = sizeof(ExceptionGroupObject),
                          .trace = trace_group,
                          .methods = kMethods,
                          .getsets = kGetSets,
                          .doc = "A combination of multiple unrelated exceptions."};
  base.slots.new_ = group_new;
  base.slots.init = group_init;
  base.slots.str = group_str;
  complete_exception(types.BaseExceptionGroup, base, types.BaseException);
  static TypeSpec group = {.name = "ExceptionGroup", .basic_size = sizeof(ExceptionGroupObject)};
  Tuple* bases = make_tuple({types.BaseExceptionGroup, types.Exception});
  set_native_bases(types.ExceptionGroup, types.BaseExceptionGroup, bases);
  complete_exception(types.ExceptionGroup, group, types.BaseExceptionGroup);
}

}  // namespace ouro::vm
