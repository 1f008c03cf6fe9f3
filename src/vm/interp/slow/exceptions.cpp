// Raising, matching, with statements, exception groups.
#include "vm/interp/calls.h"
#include "vm/interp/slow.h"
#include "vm/object/native_support.h"

namespace ouro::vm {

namespace {

bool is_exception(Value value) {
  return is_kind(value, Kind::kException);
}
bool is_exception_class(Value value) {
  return is_kind(value, Kind::kType) && value.as<Type>()->has(kTypeSubclassException);
}
bool is_group(Value value) {
  return is_exception(value) && is_instance(value, types.BaseExceptionGroup);
}

/// An exception from what stands behind `raise`.
Result<Value> exception_from(Value given) {
  if (is_exception(given)) return given;
  if (!is_exception_class(given)) return raise(types.TypeError, "exceptions must derive from BaseException");
  Value made = TRY(call(given));
  if (!is_exception(made))
    return raise(types.TypeError, "calling {} should have returned an instance of BaseException, not {}",
                 repr_text(given), repr_text(type_of(made)));
  return made;
}

Status set_cause(Exception* exception, Value given) {
  Value cause = given;
  if (is_exception_class(given)) {
    cause = TRY(call(given));
    if (!is_exception(cause))
      return raise(types.TypeError, "calling {} should have returned an instance of BaseException, not {}",
                   repr_text(given), repr_text(type_of(cause)));
  } else if (is_none(given)) {
    cause = Value();
  } else if (!is_exception(given)) {
    return raise(types.TypeError, "exception causes must derive from BaseException");
  }
  exception->suppress_context = true;
  store(static_cast<Object*>(exception), exception->cause, cause);
  return {};
}

uint64_t* raise_kept(Thread* T, Value exception) {
  T->exception = exception.as<Exception>();
  T->raising_again = true;
  return kRaised;
}

}  // namespace

Value handled_exception(Thread* T) {
  for (HandledException* at = T->handled; at != nullptr; at = at->previous) {
    if (!at->exception.is_null() && !is_none(at->exception)) return at->exception;
  }
  return Value();
}

SLOW_FN(raise_no_exception) {
  (void)raise(types.SystemError, "malformed code object: something else than an exception is handled");
  return kRaised;
}

SLOW_FN(raise_operation) {
  if (field_b(pc) == 0) {
    Value handled = handled_exception(T);
    if (handled.is_null()) {
      (void)raise(types.RuntimeError, "No active exception to reraise");
      return kRaised;
    }
    return raise_kept(T, handled);
  }
  Value exception = UNWRAP(exception_from(RA));
  if (field_b(pc) == 2 && !set_cause(exception.as<Exception>(), RC).ok()) return kRaised;
  (void)raise_value(exception);
  return kRaised;
}

SLOW_FN(reraise) {
  Value exception = RA;
  if (!is_exception(exception)) {
    (void)raise(types.SystemError, "malformed code object: RERAISE of something else than an exception");
    return kRaised;
  }
  return raise_kept(T, exception);
}

namespace {

constexpr std::string_view kBadCatch =
    "catching classes that do not inherit from BaseException is not allowed";

Status check_catchable(Value given) {
  if (!is_tuple(given)) {
    if (!is_exception_class(given)) return raise(types.TypeError, "{}", kBadCatch);
    return {};
  }
  for (Value item : given.as<Tuple>()->span()) {
    if (!is_exception_class(item)) return raise(types.TypeError, "{}", kBadCatch);
  }
  return {};
}

/// except* cannot name groups.
Status check_star_catchable(Value given) {
  TRY(check_catchable(given));
  bool names_group = false;
  if (is_tuple(given)) {
    for (Value item : given.as<Tuple>()->span())
      names_group |= is_subtype(item.as<Type>(), types.BaseExceptionGroup);
  } else {
    names_group = is_subtype(given.as<Type>(), types.BaseExceptionGroup);
  }
  if (names_group)
    return raise(types.TypeError, "catching ExceptionGroup with except* is not allowed. Use except instead.");
  return {};
}

Result<Value> make_group(Value list_of_exceptions) {
  return call(Value(types.ExceptionGroup), {Value(names.empty), list_of_exceptions});
}
Result<Value> make_base_group(std::string_view message, Value items) {
  return call(Value(types.BaseExceptionGroup), {Value(make_str(message)), items});
}

}  // namespace

SLOW_FN(check_exc_match) {
  if (!check_catchable(RC).ok()) return kRaised;
  RA = make_bool(exception_matches(RB, RC));
  return pc + 1;
}

SLOW_FN(check_exc_group_match) {
  Value exception = RB;
  Value wanted = RC;
  if (!check_star_catchable(wanted).ok()) return kRaised;
  Value match = none();
  Value rest = exception;
  if (is_none(exception)) {
    rest = none();
  } else if (exception_matches(exception, wanted)) {
    match = exception;
    rest = none();
    if (!is_group(exception)) {
      match = UNWRAP(make_base_group("", make_tuple({exception})));
      if (is_exception(match)) {
        // The wrapper shows where the naked exception was raised.
        auto* group = match.as<Exception>();
        store(static_cast<Object*>(group), group->traceback, Value());
      }
    }
  } else if (is_group(exception)) {
    Value pair = UNWRAP(call_method(exception, intern("split"), {wanted}));
    if (!is_tuple(pair) || pair.as<Tuple>()->length < 2) {
      (void)raise(types.TypeError, "{}.split must return a tuple, not {}", type_name(exception),
                  type_name(pair));
      return kRaised;
    }
    match = pair.as<Tuple>()->items[0];
    rest = pair.as<Tuple>()->items[1];
  }
  if (!is_none(match)) {
    RB = rest;
    if (is_exception(match)) T->handled->exception = match;
  }
  RA = match;
  return pc + 1;
}

namespace {

/// Exceptions with the same traceback, context, cause and notes came from the same except* by `raise`.
bool same_origin(Value a, Value b) {
  auto* one = a.as<Exception>();
  auto* two = b.as<Exception>();
  return get_own_attribute(one, names.dunder_notes) == get_own_attribute(two, names.dunder_notes) &&
         one->traceback == two->traceback && one->cause == two->cause && one->context == two->context;
}

Status collect_leaves(Value exception, Set* leaves) {
  TRY(check_recursion(""));
  if (!is_group(exception)) return set_add(leaves, make_int(static_cast<int64_t>(exception.bits() >> 4)));
  for (Value item : exception.as<ExceptionGroupObject>()->exceptions->span())
    TRY(collect_leaves(item, leaves));
  return {};
}

/// A group like `group` of these exceptions.
Result<Value> derive(Value group, List* kept) {
  Value derived = TRY(call_method(group, intern("derive"), {Value(kept)}));
  if (!is_group(derived))
    return raise(types.TypeError, "derive must return an instance of BaseExceptionGroup");
  auto* from = group.as<Exception>();
  auto* to = derived.as<Exception>();
  to->traceback = from->traceback;
  to->context = from->context;
  to->cause = from->cause;
  to->suppress_context = !from->cause.is_null() || to->suppress_context;
  write_barrier(to);
  Value notes = get_own_attribute(from, names.dunder_notes);
  if (notes.is_null()) return derived;
  if (is_list(notes) || is_tuple(notes)) TRY(set_own_attribute(to, names.dunder_notes, TRY(to_list(notes))));
  return derived;
}

/// The part of `group` whose leaves are among `leaves`, or None.
Result<Value> project(Value group, Set* leaves) {
  TRY(check_recursion(""));
  List* kept = make_list();
  for (Value item : group.as<ExceptionGroupObject>()->exceptions->span()) {
    Value part = item;
    if (is_group(item)) {
      part = TRY(project(item, leaves));
      if (is_none(part)) continue;
    } else if (!TRY(set_contains(leaves, make_int(static_cast<int64_t>(item.bits() >> 4))))) {
      continue;
    }
    TRY(list_append(kept, part));
  }
  if (kept->length == 0) return none();
  return derive(group, kept);
}

Result<Value> project_on(Value group, List* outcomes) {
  Set* leaves = make_set();
  for (Value exception : outcomes->span()) TRY(collect_leaves(exception, leaves));
  return project(group, leaves);
}

Result<Value> what_except_star_raises(Value original, List* outcomes) {
  if (outcomes->length == 0) return none();
  if (!is_group(original)) return outcomes->items()[0];
  List* raised = make_list();
  List* reraised = make_list();
  for (Value outcome : outcomes->span()) {
    if (is_none(outcome)) continue;
    TRY(list_append(is_exception(outcome) && same_origin(outcome, original) ? reraised : raised, outcome));
  }
  Value rest = TRY(project_on(original, reraised));
  if (raised->length == 0) return rest;
  if (!is_none(rest)) TRY(list_append(raised, rest));
  if (raised->length == 1) return raised->items()[0];
  bool plain = true;
  for (Value exception : raised->span()) plain &= is_instance(exception, types.Exception);
  return plain ? make_group(raised) : make_base_group("", raised);
}

}  // namespace

SLOW_FN(prepare_reraise_star) {
  if (!is_exception(RB) || !is_list(RC)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  RA = UNWRAP(what_except_star_raises(RB, RC.as<List>()));
  return pc + 1;
}

SLOW_FN(with_except_start) {
  Value exception = RC;
  if (!is_exception(exception)) {
    (void)raise_bad_internal_call();
    return kRaised;
  }
  Value traceback = exception.as<Exception>()->traceback;
  const Value values[] = {type_of(exception), exception, traceback.is_null() ? none() : traceback};
  Value exit = RB;
  if (is_kind(exit, Kind::kBoundMethod) && is_kind(exit.as<BoundMethod>()->function, Kind::kFunction)) {
    Frame* frame = UNWRAP(push_method_frame(T, exit.as<BoundMethod>()->function.as<Function>(),
                                            exit.as<BoundMethod>()->self, Arguments{values, 3, nullptr}, 0));
    frame->return_register = field_a(pc);
    frame->return_words = 1;
    return kReload;
  }
  RA = UNWRAP(call(exit, Arguments{values, 3, nullptr}));
  return pc + 1;
}

namespace {

/// A special method bound to the object, or null.
Result<Value> bound_special(Value object, Str* name) {
  Value found = lookup_special(object, name);
  if (found.is_null()) return Value();
  auto get = type_of(found)->slots.descr_get;
  if (get == nullptr) return found;
  return get(found, object, type_of(object));
}

uint64_t* enter_context(uint64_t* pc, Value* R, Str* enter_name, Str* exit_name, std::string_view kind) {
  Value manager = RC;
  Value enter = UNWRAP(bound_special(manager, enter_name));
  if (enter.is_null()) {
    (void)raise(types.TypeError, "'{}' object does not support the {} protocol", type_name(manager), kind);
    return kRaised;
  }
  Value exit = UNWRAP(bound_special(manager, exit_name));
  if (exit.is_null()) {
    (void)raise(types.TypeError, "'{}' object does not support the {} protocol (missed {} method)",
                type_name(manager), kind, to_utf8(exit_name));
    return kRaised;
  }
  Value entered = UNWRAP(call(enter));
  RA = exit;
  RB = entered;
  return pc + 1;
}

}  // namespace

SLOW_FN(before_with) {
  return enter_context(pc, R, names.dunder_enter, names.dunder_exit, "context manager");
}

SLOW_FN(before_async_with) {
  return enter_context(pc, R, names.dunder_aenter, names.dunder_aexit, "asynchronous context manager");
}

}  // namespace ouro::vm
