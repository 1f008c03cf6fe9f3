// Calls of anything: Python functions get a frame, native ones their arguments, classes their instance.
#include "vm/interp/calls.h"

#include "bytecode/code_object.h"
#include "vm/interp/dispatch.h"
#include "vm/interp/hot.h"
#include "vm/interp/safe_point.h"
#include "vm/interp/slow.h"
#include "vm/interp/slow/call_parts.h"
#include "vm/interp/tracing.h"
#include "vm/object/native_support.h"

namespace ouro::vm {

namespace {

/// The most values that a quickened call hands to a native function, self not counted.
constexpr size_t kNativeArguments = 8;

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

/// What has asked for attention gets it as soon as native code returns: a function that sends a signal, or
/// waits, is followed by what came of it. The call's result must not be in its register yet, where the
/// collector does not look for it.
inline Status attend() {
  if (attention == 0) [[likely]]
    return {};
  return safe_point();
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

/// Patches a call of a Python function without keywords; `count` includes self.
void specialise_function(uint64_t* pc, Thread* T, Function* function, size_t count, Op exact, Op defaulted,
                         Op loose) {
  if (is_traced(T) || has_keywords(pc)) return;
  auto lifted = executable_of(function->code);
  if (!lifted.ok()) {
    (void)take_exception();
    return;
  }
  Executable* executable = lifted.unwrap();
  store(static_cast<Object*>(function), function->executable, executable);
  if (!executable->simple && count <= kMostLoose) patch_op(pc, loose);
  if (!executable->simple || count > executable->positional) return;
  size_t defaults = function->defaults != nullptr ? function->defaults->length : 0;
  if (count < executable->positional && count + defaults < executable->positional) return;
  patch_op(pc, count == executable->positional ? exact : defaulted);
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
  if (!attend().ok()) return kRaised;
  RA = outcome;
  return pc + words;
}

/// Patches a call of a native function that takes few arguments, its optional ones perhaps left out.
void specialise_native(uint64_t* pc, const MethodSpec* spec, const Signature* signature, Op op) {
  const bool checked = spec->raw == nullptr;
  if (checked) {
    if (signature == nullptr || spec->function == nullptr || !signature->accepts_padded(field_c(pc)) ||
        signature->parameter_count() >= kNativeArguments)
      return;
  } else if (field_c(pc) >= kNativeArguments) {
    return;
  }
  pc[2] = reinterpret_cast<uint64_t>(spec);
  pc[3] = checked ? signature->parameter_count() - field_c(pc) : 0;
  patch_op(pc, op);
}

/// The type of a class call that object.__call__'s rules decide: new, then init.
bool is_plainly_made(const Type* type) {
  return type->shape->type->slots.call == types.type->slots.call && type != types.type &&
         type->slots.new_ != nullptr && !type->has(kTypeDisallowNew);
}

/// A function of the builtins module that the loop knows by name.
Op known_function(const NativeFunction* function) {
  if (function->module != Value(names.builtins)) return Op::CallNative;
  const std::string_view name = function->spec->name;
  return name == "len" ? Op::CallLen : name == "isinstance" ? Op::CallIsInstance : Op::CallNative;
}

/// The form for as many arguments as the call has, when few parameters are left out; otherwise the last one.
void specialise_counted(uint64_t* pc, const MethodSpec* spec, const Signature* signature,
                        std::initializer_list<Op> counted, Op general) {
  specialise_native(pc, spec, signature, general);
  if (static_cast<Op>(field_op(pc)) != general || general == Op::CallLen || general == Op::CallIsInstance)
    return;
  const bool checked = spec->raw == nullptr;
  if (field_c(pc) >= counted.size() || (checked && pc[3] > kFewLeftOut)) return;
  const Op form = counted.begin()[field_c(pc)];
  if (form == general) return;
  set_halves(pc + 3, 0, checked && signature != nullptr && !signature->has_self() ? 1 : 0);
  patch_op(pc, form);
}

void specialise_native_function(uint64_t* pc, const NativeFunction* native) {
  const Op general = known_function(native);
  specialise_counted(pc, native->spec, native->signature,
                     {general, Op::CallNative1, Op::CallNative2, Op::CallNative3}, general);
}

void specialise_bound(uint64_t* pc, Thread* T, const BoundMethod* method, Op exact, Op otherwise, Op loose) {
  if (is_kind(method->function, Kind::kFunction))
    specialise_function(pc, T, method->function.as<Function>(), field_c(pc) + 1u, exact, otherwise, loose);
}

void specialise_class_call(uint64_t* pc, Type* type, Op python, Op native) {
  if (has_keywords(pc)) return;
  Function* init = python_init(type);
  if (init == nullptr && (!is_plainly_made(type) || field_c(pc) > kNativeArguments)) return;
  uint32_t version = type_version(type);
  if (version == 0) return;
  set_halves(pc + 2, version, 0);
  pc[3] = Value(init).bits();
  patch_op(pc, init != nullptr ? python : native);
}

void specialise_call(uint64_t* pc, Thread* T, Value callee) {
  if (!callee.is_object()) return;
  Object* object = callee.object();
  if (has_keywords(pc)) {
    specialise_named(pc, T, object, Op::CallKeywords, Op::CallClassKeywords);
    return;
  }
  if (object->kind == Kind::kFunction) {
    specialise_function(pc, T, static_cast<Function*>(object), field_c(pc), Op::CallPython,
                        Op::CallPythonDefaults, Op::CallLoosely);
  } else if (object->kind == Kind::kNativeFunction) {
    specialise_native_function(pc, static_cast<NativeFunction*>(object));
  } else if (object->kind == Kind::kBoundMethod) {
    specialise_bound(pc, T, static_cast<BoundMethod*>(object), Op::CallBoundPython, Op::Call,
                     Op::CallLoosely);
  } else if (object->kind == Kind::kType) {
    if (object == types.type && field_c(pc) == 1)
      patch_op(pc, Op::CallTypeOf);
    else
      specialise_class_call(pc, static_cast<Type*>(object), Op::CallClassPython, Op::CallClassNative);
  }
}

}  // namespace

SLOW_FN(call) {
  Value callee = RB;
  CallArguments given(pc, R);  // first: for the collector the registers of a call's operands are dead
  specialise_call(pc, T, callee);
  return call_any(pc, R, T, callee, given.arguments(), call_words(pc));
}

namespace {

/// The answer of a native function goes to its register, after what asked for attention meanwhile.
[[gnu::always_inline]] inline uint64_t* answer_call(uint64_t* pc, Value* R, Result<Value> answer) {
  Value outcome = UNWRAP(answer);
  if (!attend().ok()) return kRaised;
  RA = outcome;
  return pc + call_words(pc);
}

/// A native function that takes its arguments unchecked.
[[gnu::noinline]] uint64_t* run_unchecked(uint64_t* pc, Value* R, const MethodSpec* spec, Value self) {
  Value values[kNativeArguments];
  uint32_t count = field_c(pc);
  const uint16_t* list = register_list(pc + 4);
  SHORT_LOOP for (uint32_t i = 0; i < count; ++i) values[i] = R[list[i]];
  return answer_call(pc, R, spec->raw(self, Arguments{values, count, nullptr}));
}

/// Calls a native function with the instruction's arguments, behind `self` when it takes that.
[[gnu::always_inline]] inline uint64_t* run_native(uint64_t* pc, Value* R, const MethodSpec* spec, Value self,
                                                   bool takes_self) {
  Value values[kNativeArguments + 1];
  uint32_t count = field_c(pc);
  Value* to = values;
  if (takes_self) *to++ = self;
  const uint16_t* list = register_list(pc + 4);
  SHORT_LOOP for (uint32_t i = 0; i < count; ++i)* to++ = R[list[i]];
  return answer_call(pc, R, spec->function(values));
}

/// One that no self comes with but its own.
[[gnu::always_inline]] inline uint64_t* run_native_function(uint64_t* pc, Value* R,
                                                            const NativeFunction* native) {
  if (native->spec->raw != nullptr) return run_unchecked(pc, R, native->spec, native->self);
  return run_native(pc, R, native->spec, native->self, native->signature->has_self());
}

}  // namespace

SLOW_FN(call_native) {
  if (is_traced(T)) [[unlikely]]
    return call(pc, R, T);
  return run_native_function(pc, R, RB.as<NativeFunction>());
}

SLOW_FN(raised_by_native) {
  return kRaised;
}

SLOW_FN(attend_after_native) {
  const Value outcome = Value::from_bits(T->outcome);
  if (!safe_point().ok()) return kRaised;
  RA = outcome;
  return pc + call_words(pc);
}

SLOW_FN(call_isinstance) {
  if (is_traced(T)) [[unlikely]]
    return call(pc, R, T);
  const uint16_t* list = register_list(pc + 4);
  const bool answer = UNWRAP(is_instance_of(R[list[0]], R[list[1]]));
  if (!attend().ok()) return kRaised;
  RA = make_bool(answer);
  return pc + call_words(pc);
}

SLOW_FN(call_method_native_function) {
  if (is_traced(T)) [[unlikely]]
    return call_method_operation(pc, R, T);
  return run_native_function(pc, R, RB.as<NativeFunction>());
}

SLOW_FN(call_class_python) {
  auto* type = RB.as<Type>();
  auto* init = Value::from_bits(pc[3]).as<Function>();
  CallArguments given(pc, R);
  return construct(pc, T, type, init, given.arguments(), call_words(pc));
}

namespace {

inline uint64_t* run_class(uint64_t* pc, Value* R, Type* type) {
  Value values[kNativeArguments];
  uint32_t count = field_c(pc);
  const uint16_t* list = register_list(pc + 4);
  SHORT_LOOP for (uint32_t i = 0; i < count; ++i) values[i] = R[list[i]];
  const Arguments arguments{values, count, nullptr};
  Value made = UNWRAP(type->slots.new_(type, arguments));
  Type* made_type = type_of(made);
  if (made_type->slots.init != nullptr && is_subtype(made_type, type)) {
    if (!made_type->slots.init(made, arguments).ok()) return kRaised;
  }
  RA = made;
  return pc + call_words(pc);
}

}  // namespace

SLOW_FN(call_class_native) {
  if (is_traced(T)) [[unlikely]]
    return call(pc, R, T);
  return run_class(pc, R, RB.as<Type>());
}

SLOW_FN(call_method_class_native) {
  if (is_traced(T)) [[unlikely]]
    return call_method_operation(pc, R, T);
  return run_class(pc, R, RB.as<Type>());
}

namespace {

/// What LoadMethod found is called as it is.
void specialise_found_callable(uint64_t* pc, Thread* T, Object* callee) {
  if (callee->kind == Kind::kFunction)
    specialise_function(pc, T, static_cast<Function*>(callee), field_c(pc), Op::CallMethodFunction,
                        Op::CallMethodFunctionDefaults, Op::CallMethodLoosely);
  else if (callee->kind == Kind::kBoundMethod)
    specialise_bound(pc, T, static_cast<BoundMethod*>(callee), Op::CallMethodBound, Op::CallMethod,
                     Op::CallMethodLoosely);
  else if (callee->kind == Kind::kNativeFunction)
    specialise_counted(
        pc, static_cast<NativeFunction*>(callee)->spec, static_cast<NativeFunction*>(callee)->signature,
        {Op::CallMethodNativeFunction, Op::CallMethodNativeFunction1, Op::CallMethodNativeFunction2},
        Op::CallMethodNativeFunction);
  else if (callee->kind == Kind::kType && callee != types.type)
    specialise_class_call(pc, static_cast<Type*>(callee), Op::CallMethodClassPython,
                          Op::CallMethodClassNative);
}

void specialise_method(uint64_t* pc, Thread* T, Value callee, Value self) {
  if (!callee.is_object()) return;
  Object* object = callee.object();
  if (has_keywords(pc)) {
    if (self.is_null())
      specialise_named(pc, T, object, Op::CallMethodFunctionKeywords, Op::CallMethodClassKeywords);
    else if (object->kind == Kind::kFunction)
      specialise_keywords(pc, T, static_cast<Function*>(object), 1, Op::CallMethodKeywords);
    return;
  }
  if (self.is_null()) {
    specialise_found_callable(pc, T, object);
    return;
  }
  if (object->kind == Kind::kFunction) {
    specialise_function(pc, T, static_cast<Function*>(object), field_c(pc) + 1u, Op::CallMethodPython,
                        Op::CallMethodDefaults, Op::CallMethodLoosely);
  } else if (object->kind == Kind::kMethodDescriptor && object->shape->type == types.method_descriptor) {
    auto* method = static_cast<MethodDescriptor*>(object);
    const bool appends = method->owner == types.list && std::string_view(method->spec->name) == "append";
    if (appends)
      specialise_native(pc, method->spec, method->signature, Op::CallListAppend);
    else
      specialise_counted(pc, method->spec, method->signature,
                         {Op::CallMethodNative0, Op::CallMethodNative1, Op::CallMethodNative2},
                         Op::CallMethodNative);
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
  if (method->spec->raw != nullptr) return run_unchecked(pc, R, method->spec, self);
  return run_native(pc, R, method->spec, self, true);
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
  if (uint64_t* next = enter_spread(pc, T, callee, positional, keywords)) return next;
  if (T->exception != nullptr) return kRaised;
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
