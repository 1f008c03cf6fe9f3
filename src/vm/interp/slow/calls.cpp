// Calls of anything: Python functions get a frame, native ones their arguments, classes their instance.
#include "vm/interp/calls.h"

#include "vm/interp/hot.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"
#include "vm/object/native_support.h"

namespace ouro::vm {

namespace {

uint16_t call_words(const uint64_t* pc) {
  return static_cast<uint16_t>(4 + list_words(field_c(pc)));
}

/// The arguments of a Call or CallMethod, gathered.
struct CallArguments {
  CallArguments(const uint64_t* pc, Value* R) : gathered(R, register_list(pc + 4), field_c(pc)) {
    uint32_t index = low_half(pc + 1);
    if (index != lift::kNoConst) keywords = frame_of(R)->code()->consts->items[index].as<Tuple>();
    positional = field_c(pc) - (keywords != nullptr ? keywords->length : 0);
  }
  Arguments arguments() const { return {gathered.values(), positional, keywords}; }

  Gathered gathered;
  Tuple* keywords = nullptr;
  size_t positional = 0;
};

bool has_keywords(const uint64_t* pc) {
  return low_half(pc + 1) != lift::kNoConst;
}

/// A plain call, told to the profile function when there is one.
Result<Value> call_native_value(Thread* T, Value* R, Value callee, const Arguments& arguments) {
  if (is_traced(T) && !T->profile_function.is_null() && T->tracing == 0) [[unlikely]] {
    Frame* frame = FRAME;
    TRY(trace_native(T, frame, callee, "c_call"));
    auto outcome = call(callee, arguments);
    if (outcome.ok()) {
      TRY(trace_native(T, frame, callee, "c_return"));
    } else {
      TRY(trace_native(T, frame, callee, "c_exception"));
    }
    return outcome;
  }
  return call(callee, arguments);
}

/// Patches a call of a Python function with simple parameters; `count` includes self.
void specialise_function(uint64_t* pc, Thread* T, Function* function, size_t count, Op exact, Op defaulted) {
  if (is_traced(T) || has_keywords(pc)) return;
  auto lifted = executable_of(function->code);
  if (!lifted.ok()) {
    (void)take_exception();
    return;
  }
  Executable* executable = lifted.unwrap();
  store(static_cast<Object*>(function), function->executable, executable);
  if (!executable->simple || count > executable->positional) return;
  size_t defaults = function->defaults != nullptr ? function->defaults->length : 0;
  if (count < executable->positional && count + defaults < executable->positional) return;
  if (defaults > 0xFFFF) return;
  set_halves(pc + 2, executable->id, static_cast<uint32_t>(defaults));
  patch_op(pc, count == executable->positional ? exact : defaulted);
}

/// The __init__ in Python of a class whose instances object.__new__ makes; null otherwise.
Function* python_init(Type* type) {
  if (type->shape->type->slots.call != types.type->slots.call) return nullptr;
  if (!type->has(kTypeHeap) || type->has(kTypeAbstract) || type->slots.new_ != types.object->slots.new_)
    return nullptr;
  Value init = lookup_in_type(type, names.dunder_init);
  return is_kind(init, Kind::kFunction) ? init.as<Function>() : nullptr;
}

uint64_t* construct(uint64_t* pc, Thread* T, Type* type, Function* init, const Arguments& arguments,
                    uint16_t words) {
  Value instance = allocate_instance(type);
  Frame* frame = UNWRAP(push_method_frame(T, init, instance, arguments, kFrameConstructor));
  frame->constructed = instance;
  frame->return_register = field_a(pc);
  frame->return_words = words;
  return kReload;
}

/// The Python function that a call of the object runs, and the self it gets (null: none). Null: other rules.
Function* python_target(Value callee, Value* self) {
  if (!callee.is_object()) return nullptr;
  if (callee.object()->kind == Kind::kBoundMethod) {
    *self = callee.as<BoundMethod>()->self;
    Value function = callee.as<BoundMethod>()->function;
    return is_kind(function, Kind::kFunction) ? function.as<Function>() : nullptr;
  }
  Type* type = callee.object()->shape->type;
  if (!type->has(kTypeHeap) || type->slots.call == nullptr || callee.object()->kind == Kind::kType)
    return nullptr;
  Value method = lookup_in_type(type, names.dunder_call);
  if (!is_kind(method, Kind::kFunction)) return nullptr;
  *self = callee;
  return method.as<Function>();
}

uint64_t* call_method_frame(uint64_t* pc, Thread* T, Function* function, Value self,
                            const Arguments& arguments, uint16_t words) {
  Frame* frame = UNWRAP(push_method_frame(T, function, self, arguments, 0));
  frame->return_register = field_a(pc);
  frame->return_words = words;
  return kReload;
}

/// Any callable with any arguments; the result goes to register a.
uint64_t* call_any(uint64_t* pc, Value* R, Thread* T, Value callee, const Arguments& arguments,
                   uint16_t words) {
  if (is_kind(callee, Kind::kFunction))
    return enter_function(T, pc, R, callee.as<Function>(), arguments, words);
  Value self;
  if (Function* function = python_target(callee, &self))
    return call_method_frame(pc, T, function, self, arguments, words);
  if (is_kind(callee, Kind::kType)) {
    if (Function* init = python_init(callee.as<Type>()))
      return construct(pc, T, callee.as<Type>(), init, arguments, words);
  }
  Value outcome = UNWRAP(call_native_value(T, R, callee, arguments));
  RA = outcome;
  return pc + words;
}

void specialise_call(uint64_t* pc, Thread* T, Value callee) {
  if (!callee.is_object() || has_keywords(pc)) return;
  Object* object = callee.object();
  if (object->kind == Kind::kFunction) {
    specialise_function(pc, T, static_cast<Function*>(object), field_c(pc), Op::CallPython,
                        Op::CallPythonDefaults);
  } else if (object->kind == Kind::kNativeFunction) {
    auto* native = static_cast<NativeFunction*>(object);
    if (native->signature == nullptr || !native->signature->accepts(field_c(pc)) ||
        native->spec->function == nullptr || field_c(pc) > 6)
      return;
    pc[2] = reinterpret_cast<uint64_t>(native->spec);
    patch_op(pc, Op::CallNative);
  } else if (object->kind == Kind::kType) {
    auto* type = static_cast<Type*>(object);
    Function* init = python_init(type);
    uint32_t version = init != nullptr ? type_version(type) : 0;
    if (version == 0) return;
    set_halves(pc + 2, version, 0);
    pc[3] = Value(init).bits();
    patch_op(pc, Op::CallClassPython);
  }
}

}  // namespace

SLOW_FN(call) {
  Value callee = RB;
  CallArguments given(pc, R);  // first: for the collector the registers of a call's operands are dead
  specialise_call(pc, T, callee);
  return call_any(pc, R, T, callee, given.arguments(), call_words(pc));
}

SLOW_FN(call_native) {
  auto* native = RB.as<NativeFunction>();
  if (is_traced(T)) [[unlikely]]
    return call(pc, R, T);
  Value values[8];
  uint32_t count = field_c(pc);
  Value* to = values;
  if (native->signature->has_self()) *to++ = native->self;
  const uint16_t* list = register_list(pc + 4);
  for (uint32_t i = 0; i < count; ++i) to[i] = R[list[i]];
  RA = UNWRAP(native->spec->function(values));
  return pc + call_words(pc);
}

SLOW_FN(call_class_python) {
  auto* type = RB.as<Type>();
  auto* init = Value::from_bits(pc[3]).as<Function>();
  CallArguments given(pc, R);
  return construct(pc, T, type, init, given.arguments(), call_words(pc));
}

namespace {

void specialise_method(uint64_t* pc, Thread* T, Value callee, Value self) {
  if (!callee.is_object() || has_keywords(pc)) return;
  Object* object = callee.object();
  if (self.is_null()) {
    if (object->kind == Kind::kFunction)
      specialise_function(pc, T, static_cast<Function*>(object), field_c(pc), Op::CallMethodFunction,
                          Op::CallMethodFunctionDefaults);
    return;
  }
  if (object->kind == Kind::kFunction) {
    specialise_function(pc, T, static_cast<Function*>(object), field_c(pc) + 1u, Op::CallMethodPython,
                        Op::CallMethodDefaults);
  } else if (object->kind == Kind::kMethodDescriptor && object->shape->type == types.method_descriptor) {
    auto* method = static_cast<MethodDescriptor*>(object);
    if (method->signature == nullptr || !method->signature->accepts(field_c(pc)) ||
        method->spec->function == nullptr || field_c(pc) > 6)
      return;
    pc[2] = reinterpret_cast<uint64_t>(method->spec);
    patch_op(pc, Op::CallMethodNative);
  }
}

}  // namespace

SLOW_FN(call_method_operation) {
  Value callee = (&RB)[0];
  Value self = (&RB)[1];
  CallArguments given(pc, R);
  specialise_method(pc, T, callee, self);
  Arguments arguments = given.arguments();
  uint16_t words = call_words(pc);
  if (self.is_null()) return call_any(pc, R, T, callee, arguments, words);
  if (is_kind(callee, Kind::kFunction))
    return call_method_frame(pc, T, callee.as<Function>(), self, arguments, words);
  CallBuffer buffer(self, arguments);
  return call_any(pc, R, T, callee, buffer.arguments(arguments), words);
}

SLOW_FN(call_method_native) {
  auto* method = (&RB)[0].as<MethodDescriptor>();
  Value self = (&RB)[1];
  if (is_traced(T) || !is_subtype(type_of(self), method->owner)) [[unlikely]]
    return call_method_operation(pc, R, T);
  Value values[8];
  uint32_t count = field_c(pc);
  values[0] = self;
  const uint16_t* list = register_list(pc + 4);
  for (uint32_t i = 0; i < count; ++i) values[i + 1] = R[list[i]];
  RA = UNWRAP(method->spec->function(values));
  return pc + call_words(pc);
}

namespace {

/// What follows `*` as a tuple.
Result<Tuple*> star_arguments(Value callee, Value given) {
  if (is_exactly(given, types.tuple)) return given.as<Tuple>();
  if (type_of(given)->slots.iter == nullptr && lookup_special(given, names.dunder_getitem).is_null())
    return raise(types.TypeError, "{} argument after * must be an iterable, not {}", callable_name(callee),
                 type_name(given));
  return to_tuple(given);
}

Result<Dict*> star_star_arguments(Value callee, Value given) {
  if (is_dict(given)) return given.as<Dict>();
  Dict* dict = make_dict();
  if (!dict_update(dict, given).ok()) {
    if (clear_if(types.AttributeError))
      return raise(types.TypeError, "{} argument after ** must be a mapping, not {}", callable_name(callee),
                   type_name(given));
    return Raised{};
  }
  return dict;
}

}  // namespace

SLOW_FN(call_extended) {
  constexpr uint16_t kWords = 2;
  Value callee = RB;
  uint16_t keywords_register = static_cast<uint16_t>(pc[1]);
  Dict* keywords = nullptr;
  if (keywords_register != kAbsent) keywords = UNWRAP(star_star_arguments(callee, R[keywords_register]));
  Tuple* positional = UNWRAP(star_arguments(callee, RC));
  if (keywords == nullptr || keywords->count == 0)
    return call_any(pc, R, T, callee, Arguments{positional->items, positional->length, nullptr}, kWords);
  size_t count = positional->length + keywords->count;
  Array* values = make_array(count);
  Tuple* keyword_names = UNWRAP(allocate_tuple(keywords->count));
  std::copy_n(positional->items, positional->length, values->items);
  size_t position = 0;
  size_t at = 0;
  Value name, value;
  while (at < keyword_names->length && dict_next(keywords, &position, &name, &value)) {
    if (!is_str(name)) {
      (void)raise(types.TypeError, "keywords must be strings");
      return kRaised;
    }
    keyword_names->items[at] = name;
    values->items[positional->length + at++] = value;
  }
  write_barrier(values);
  write_barrier(keyword_names);
  Value keep_values = values, keep_names = keyword_names;
  uint64_t* next =
      call_any(pc, R, T, callee, Arguments{values->items, positional->length, keyword_names}, kWords);
  asm volatile("" : : "r"(keep_values.bits()), "r"(keep_names.bits()));
  return next;
}

}  // namespace ouro::vm
