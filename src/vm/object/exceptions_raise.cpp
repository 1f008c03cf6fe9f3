// Raising: making exceptions, hanging the one being handled on them, and asking about the pending one.
#include <cstdio>
#include <string>

#include "vm/object/class_support.h"
#include "vm/object/exception_support.h"
#include "vm/object/hooks.h"

namespace ouro::vm {

namespace {

Exception* handled_exception() {
  for (const HandledException* at = thread()->handled; at != nullptr; at = at->previous) {
    if (!at->exception.is_null() && !is_none(at->exception)) return at->exception.as<Exception>();
  }
  return nullptr;
}

Exception* context_of(const Exception* exception) {
  return exception->context.is_null() ? nullptr : exception->context.as<Exception>();
}

/// `exception` must not be reached again from `context` through contexts: cuts the link that leads to it.
void cut_context_cycle(const Exception* exception, Exception* context) {
  Exception* slow = context;
  bool step_slow = false;
  for (Exception* at = context; context_of(at) != nullptr; at = context_of(at)) {
    if (context_of(at) == exception) {
      at->context = Value();
      return;
    }
    if (step_slow) {
      slow = context_of(slow);
      if (slow == at) return;  // a cycle that somebody else made
    }
    step_slow = !step_slow;
  }
}

Raised raise_new(Exception* exception) {
  Exception* context = handled_exception();
  if (context != nullptr && context != exception) {
    cut_context_cycle(exception, context);
    store(exception, exception->context, Value(context));
  }
  thread()->exception = exception;
  return Raised{};
}

bool is_exception(Value value) {
  return type_of(value)->has(kTypeSubclassException);
}
bool is_exception_class(Value value) {
  return is_kind(value, Kind::kType) && value.as<Type>()->has(kTypeSubclassException);
}

/// The constructor does nothing but keep its arguments.
bool is_plain(const Type* type) {
  return type->slots.new_ == exception_new && type->slots.init == exception_init;
}

Exception* make_plain(Type* type, Value argument) {
  auto* exception = allocate_instance<Exception>(type);
  exception->args = empty_tuple();
  Tuple* args = argument.is_null() ? empty_tuple() : make_tuple({argument});
  store(exception, exception->args, args);
  return exception;
}

}  // namespace

Raised raise_text(Type* type, std::string_view utf8) {
  Value text = make_str(utf8);
  if (is_plain(type)) return raise_new(make_plain(type, text));
  return raise_with(type, {text});
}

Raised raise_with(Type* type, std::initializer_list<Value> args) {
  if (is_plain(type) && args.size() <= 1)
    return raise_new(make_plain(type, args.size() != 0 ? *args.begin() : Value()));
  Result<Value> made = call(type, args);
  if (!made.ok()) return Raised{};
  Value exception = made.unwrap();
  if (!is_exception(exception)) {
    return raise(types.TypeError, "calling {} should have returned an instance of BaseException, not {}",
                 repr_text(type), repr_text(type_of(exception)));
  }
  return raise_new(exception.as<Exception>());
}

Raised raise_value(Value exception) {
  if (is_exception_class(exception)) return raise_with(exception.as<Type>(), {});
  if (is_exception(exception)) return raise_new(exception.as<Exception>());
  return raise(types.TypeError, "exceptions must derive from BaseException");
}

Raised raise_again(Exception* exception) {
  thread()->exception = exception;
  return Raised{};
}

Raised raise_from_pending(Type* type, std::string_view utf8) {
  Exception* cause = take_exception();
  raise_text(type, utf8);
  Exception* exception = thread()->exception;
  exception->cause = cause;
  exception->context = cause;
  exception->suppress_context = true;
  write_barrier(exception);
  return Raised{};
}

Raised raise_no_memory() {
  return raise_new(make_plain(types.MemoryError, Value()));
}

Raised raise_key_error(Value key) {
  return raise_new(make_plain(types.KeyError, key));
}

Raised raise_with_attribute(Value object, Str* name, std::string_view utf8) {
  auto* exception = static_cast<AttributeErrorObject*>(make_plain(types.AttributeError, make_str(utf8)));
  exception->object = object;
  exception->name = name;
  write_barrier(exception);
  return raise_new(exception);
}

Raised raise_attribute_error(Value object, Str* name) {
  if (is_kind(object, Kind::kType)) {
    return raise_with_attribute(
        object, name,
        fmt::format("type object '{}' has no attribute '{}'", type_name(object.as<Type>()), to_utf8(name)));
  }
  return raise_with_attribute(
      object, name, fmt::format("'{}' object has no attribute '{}'", type_name(object), to_utf8(name)));
}

Raised raise_bad_internal_call() {
  return raise(types.SystemError, "bad argument to internal function");
}

Exception* take_exception() {
  Exception* exception = thread()->exception;
  thread()->exception = nullptr;
  return exception;
}

bool exception_is(const Type* type) {
  Exception* exception = thread()->exception;
  return exception != nullptr && is_subtype(exception->shape->type, type);
}

bool clear_if(const Type* type) {
  if (!exception_is(type)) return false;
  thread()->exception = nullptr;
  return true;
}

bool exception_matches(Value exception, Value type_or_tuple) {
  if (is_tuple(type_or_tuple)) {
    for (Value item : type_or_tuple.as<Tuple>()->span()) {
      if (exception_matches(exception, item)) return true;
    }
    return false;
  }
  if (!is_kind(type_or_tuple, Kind::kType)) return exception == type_or_tuple;
  Type* type = is_kind(exception, Kind::kType) ? exception.as<Type>() : type_of(exception);
  return is_subtype(type, type_or_tuple.as<Type>());
}

void report_unraisable(Value where) {
  if (!exception_pending()) return;
  if (hooks.unraisable != nullptr) {
    hooks.unraisable(where);
  } else {
    Exception* exception = take_exception();
    std::fprintf(stderr, "Exception ignored: %s\n", repr_text(exception).c_str());
  }
  thread()->exception = nullptr;
}

std::string_view type_name(const Type* type) {
  if (type->has(kTypeNative)) return type->spec->name;
  if (type->name->is_ascii()) return type->name->ascii_view();
  // Text of other characters has no UTF-8 of its own to point to: the last few are kept.
  static thread_local std::string recent[8];
  static thread_local unsigned next = 0;
  std::string& text = recent[next++ % std::size(recent)];
  text = to_utf8(type->name);
  return text;
}

std::string_view type_name(Value value) {
  return type_name(type_of(value));
}

std::string native_type_name(const Type* type) {
  return std::string(type_name(type));
}

std::string repr_text(Value value) {
  Exception* pending = take_exception();
  Result<Str*> text = repr(value);
  std::string result;
  if (text.ok()) {
    result = to_utf8(text.unwrap());
  } else {
    take_exception();
    result = fmt::format("<{} object at {:#x}>", type_name(value), value.bits());
  }
  thread()->exception = pending;
  return result;
}

}  // namespace ouro::vm
