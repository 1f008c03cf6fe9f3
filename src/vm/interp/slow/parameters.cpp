// Calls of Python functions by keywords, and of functions that take more than plain positional parameters:
// *args, **kwargs, keyword-only ones.
//
// Where each argument goes is found once, when the site is patched. What is left open comes from the
// defaults. Whatever would be an error leads back to the general rules, which word it.
#include "bytecode/code_object.h"
#include "vm/interp/calls.h"
#include "vm/interp/dispatch.h"
#include "vm/interp/slow.h"
#include "vm/interp/slow/call_parts.h"

namespace ouro::vm {

namespace {

/// Instead of a parameter's number: the keyword goes into the dict of **kwargs.
constexpr uint8_t kIntoDict = 0xFF;

bool takes_rest(const Code* code) {
  return (code->code_flags & kCoVarArgs) != 0;
}
bool takes_dict(const Code* code) {
  return (code->code_flags & kCoVarKeywords) != 0;
}
/// Parameters that have names of their own: they come first.
size_t named_parameters(const Code* code) {
  return static_cast<size_t>(code->argument_count) + static_cast<size_t>(code->keyword_only_count);
}
uint32_t default_count(const Function* function) {
  return function->defaults != nullptr ? static_cast<uint32_t>(function->defaults->length) : 0;
}

/// The parameter that a keyword fills, of those from `first` on; kIntoDict: none, but **kwargs takes it.
/// False: none.
bool find_place(const Code* code, Value keyword, size_t first, uint8_t* place) {
  const Value* parameters = code->locals_plus_names->items;
  const size_t named = named_parameters(code);
  size_t at = std::max(first, static_cast<size_t>(code->positional_only_count));
  while (at < named && parameters[at] != keyword) ++at;
  *place = at < named ? static_cast<uint8_t>(at) : kIntoDict;
  if (at < named) return true;
  if (!takes_dict(code)) return false;
  // The name of a parameter that has its argument already, or of the same text in another str.
  const bool interned = keyword.as<Str>()->is_interned();
  for (size_t i = 0; i < named; ++i) {
    if (parameters[i] == keyword || (!interned && equals(parameters[i].as<Str>(), keyword.as<Str>())))
      return false;
  }
  return true;
}

}  // namespace

Function* python_init(Type* type) {
  if (type->shape->type->slots.call != types.type->slots.call) return nullptr;
  if (!type->has(kTypeHeap) || type->has(kTypeAbstract) || type->slots.new_ != types.object->slots.new_)
    return nullptr;
  Value init = lookup_in_type(type, names.dunder_init);
  return is_kind(init, Kind::kFunction) ? init.as<Function>() : nullptr;
}

void specialise_keywords(uint64_t* pc, Thread* T, Function* function, size_t self_count, Op op) {
  constexpr size_t kMostKeywords = 8;  // a byte each in a cache word
  const Code* code = function->code;
  const Executable* executable = function->executable;
  auto* keywords = T->frame->code()->consts->items[low_half(pc + 1)].as<Tuple>();
  if (is_traced(T) || executable == nullptr || keywords->length > kMostKeywords ||
      executable->parameters >= kIntoDict || field_c(pc) + self_count > kMostLoose)
    return;
  const size_t given = field_c(pc) - keywords->length + self_count;
  const size_t defaults = default_count(function);
  if ((given > executable->positional && !takes_rest(code)) || defaults > executable->positional) return;
  bool filled[0x100] = {};
  uint64_t places = 0;
  for (size_t i = 0; i < keywords->length; ++i) {
    uint8_t place = 0;
    if (!find_place(code, keywords->items[i], std::min<size_t>(given, executable->positional), &place))
      return;
    if (place != kIntoDict && filled[place]) return;
    filled[place] = true;
    places |= uint64_t{place} << (8 * i);
  }
  for (size_t i = given; i + defaults < executable->positional; ++i) {
    if (!filled[i]) return;
  }
  set_halves(pc + 2, executable->id, static_cast<uint32_t>(defaults));
  pc[3] = places;
  patch_op(pc, op);
}

void specialise_named(uint64_t* pc, Thread* T, Object* callee, Op function, Op class_) {
  if (callee->kind == Kind::kFunction)
    specialise_keywords(pc, T, static_cast<Function*>(callee), 0, function);
  else if (callee->kind == Kind::kType && python_init(static_cast<Type*>(callee)) != nullptr)
    specialise_keywords(pc, T, python_init(static_cast<Type*>(callee)), 1, class_);
}

namespace {

/// The parameters from `first` on that no argument has filled. False: something is missing.
inline bool fill_defaults(Function* function, const Executable* executable, Value* registers, size_t first) {
  const size_t positional = executable->positional;
  Tuple* defaults = function->defaults;
  const size_t count = default_count(function);
  for (size_t i = first; i < positional; ++i) {
    if (!registers[i].is_null()) continue;
    if (positional - i > count) return false;
    registers[i] = defaults->items[count - (positional - i)];
  }
  for (size_t i = positional, end = named_parameters(executable->code); i < end; ++i) {
    if (!registers[i].is_null()) continue;
    Dict* named = function->keyword_defaults;
    Str* name = executable->code->locals_plus_names->items[i].as<Str>();
    registers[i] = named != nullptr ? dict_get(named, name) : Value();
    if (registers[i].is_null()) return false;
  }
  return true;
}

/// The arguments of a call, self first, in one place. There the collector finds them, too: the registers of a
/// call's operands are dead.
struct LooseArguments {
  LooseArguments(const uint64_t* pc, const Value* R, Value self) : count(field_c(pc)) {
    Value* to = items();
    if (!self.is_null()) {
      *to++ = self;
      ++count;
    }
    const uint16_t* list = register_list(pc + 4);
    SHORT_LOOP for (uint32_t i = 0, end = field_c(pc); i < end; ++i) to[i] = R[list[i]];
  }
  Value* items() { return reinterpret_cast<Value*>(words); }

  size_t count;
  uint64_t words[kMostLoose + 1];  // nothing fills them without need
};

/// A frame for a call from this instruction; its registers hold the template. Null: raised.
inline Frame* push_called(Thread* T, const uint64_t* pc, Function* function) {
  Executable* executable = function->executable;
  auto* frame = reinterpret_cast<Frame*>(T->stack_top);
  Value* top = T->stack_top + executable->frame_words;
  if (top > T->stack_limit || T->recursion_depth >= T->recursion_limit) [[unlikely]] {
    auto pushed = push_bare_frame(T, function, 0);
    if (!pushed.ok()) return nullptr;
    frame = pushed.unwrap();
  } else {
    frame->previous = T->frame;
    frame->executable = executable;
    frame->pc = executable->entry;
    frame->function = function;
    frame->locals = Value();
    frame->frame_object = nullptr;
    frame->constructed = Value();
    frame->flags = 0;
    Value* registers = frame->registers();
    SHORT_LOOP for (uint32_t i = 0, end = executable->temp_base; i < end; ++i) registers[i] =
        executable->frame_template[i];
    T->stack_top = top;
    T->frame = frame;
    ++T->recursion_depth;
  }
  frame->return_register = field_a(pc);
  frame->return_words = call_words(pc);
  return frame;
}

/// Positional arguments to their parameters, what is too much to *args; an empty dict to **kwargs. False: too
/// many.
inline bool place_positional(const Executable* executable, Value* registers, const Value* given,
                             size_t count) {
  const Code* code = executable->code;
  const size_t positional = executable->positional;
  const size_t copied = std::min(count, positional);
  SHORT_LOOP for (size_t i = 0; i < copied; ++i) registers[i] = given[i];
  if (count > positional && !takes_rest(code)) return false;
  size_t next = named_parameters(code);
  if (takes_rest(code)) {
    registers[next++] =
        count > positional ? make_tuple(std::span(given + positional, count - positional)) : empty_tuple();
  }
  if (takes_dict(code)) registers[next] = make_dict();
  return true;
}

/// Keyword arguments to the places that specialise_keywords has found. False: a key could not be stored.
inline bool place_named(const Executable* executable, Value* registers, uint64_t places,
                        const Tuple* keywords, const Value* given) {
  for (size_t i = 0; i < keywords->length; ++i, places >>= 8) {
    const uint8_t place = places & 0xFF;
    if (place != kIntoDict)
      registers[place] = given[i];
    else if (!dict_set(registers[executable->parameters - 1].as<Dict>(), keywords->items[i], given[i]).ok())
      return false;
  }
  return true;
}

/// The items of a mapping to their places. False: the general rules have to say what is wrong.
bool place_mapping(const Executable* executable, Value* registers, Dict* keywords, size_t given) {
  size_t position = 0;
  Value name, value;
  while (dict_next(keywords, &position, &name, &value)) {
    uint8_t place = 0;
    if (!is_exactly(name, types.str) || !find_place(executable->code, name, given, &place)) return false;
    if (place != kIntoDict)
      registers[place] = value;
    else if (!dict_set(registers[executable->parameters - 1].as<Dict>(), name, value).ok())
      return false;
  }
  return true;
}

/// The same from the caller's registers, for a function without *args and **kwargs: nothing is allocated.
/// `first`: what self takes. Gives the number of positional arguments, self included.
inline size_t place_directly(const uint64_t* pc, const Value* R, Value* to, size_t first, size_t keywords) {
  const uint16_t* list = register_list(pc + 4);
  const size_t positional = field_c(pc) - keywords;
  SHORT_LOOP for (size_t i = 0; i < positional; ++i) to[first + i] = R[list[i]];
  uint64_t places = pc[3];
  SHORT_LOOP for (size_t i = 0; i < keywords; ++i, places >>= 8) to[places & 0xFF] = R[list[positional + i]];
  return first + positional;
}

/// A call whose keywords have their places in pc[3], a byte each. Null: by the general rules, or raised.
uint64_t* enter_by_keywords(uint64_t* pc, Value* R, Thread* T, Function* function, Value self) {
  const Executable* executable = function->executable;
  if (executable == nullptr || executable->id != low_half(pc + 2)) return nullptr;
  if (default_count(function) != high_half(pc + 2)) return nullptr;
  const auto* keywords = frame_of(R)->code()->consts->items[low_half(pc + 1)].as<Tuple>();
  bool placed = false;
  size_t first = 0;
  Frame* frame;
  if (!takes_rest(executable->code) && !takes_dict(executable->code)) {
    frame = push_called(T, pc, function);
    if (frame == nullptr) return kRaised;
    if (!self.is_null()) frame->registers()[first++] = self;
    first = place_directly(pc, R, frame->registers(), first, keywords->length);
    placed = true;
  } else {
    LooseArguments given(pc, R, self);
    first = given.count - keywords->length;
    frame = push_called(T, pc, function);
    if (frame == nullptr) return kRaised;
    placed = place_positional(executable, frame->registers(), given.items(), first) &&
             place_named(executable, frame->registers(), pc[3], keywords, given.items() + first);
  }
  if (placed && fill_defaults(function, executable, frame->registers(), first)) [[likely]]
    return kReload;
  pop_frame(T, frame);
  return nullptr;
}

/// What a frame could be entered for; otherwise the general rules, unless something is raised.
inline uint64_t* or_generally(uint64_t* next, uint64_t* pc, Value* R, Thread* T, SlowFn general) {
  if (next != nullptr) [[likely]]
    return next;
  return T->exception != nullptr ? kRaised : general(pc, R, T);
}

uint64_t* construct_by_keywords(uint64_t* pc, Value* R, Thread* T, SlowFn general) {
  Value callee = RB;
  Function* init = is_kind(callee, Kind::kType) && !is_traced(T) ? python_init(callee.as<Type>()) : nullptr;
  if (init == nullptr || init->executable == nullptr || init->executable->positional == 0)
    return general(pc, R, T);
  // The class stands for the instance until the arguments are safe in the new frame.
  uint64_t* next = enter_by_keywords(pc, R, T, init, callee);
  if (next != kReload) return or_generally(next, pc, R, T, general);
  Object* instance = allocate_instance(callee.as<Type>());
  T->frame->registers()[0] = instance;
  T->frame->constructed = instance;
  T->frame->flags |= kFrameConstructor;
  return kReload;
}

/// The Python function that is called, and the self it gets besides the arguments, perhaps null. Null: not a
/// function.
Function* called_function(Value callee, Value* self) {
  if (is_kind(callee, Kind::kBoundMethod) && self->is_null()) {
    *self = callee.as<BoundMethod>()->self;
    callee = callee.as<BoundMethod>()->function;
  }
  return is_kind(callee, Kind::kFunction) ? callee.as<Function>() : nullptr;
}

/// A call without keywords of a function that is not `simple`.
uint64_t* enter_loosely(uint64_t* pc, Value* R, Thread* T, Value callee, Value self, SlowFn general) {
  Function* function = is_traced(T) ? nullptr : called_function(callee, &self);
  if (function == nullptr || function->executable == nullptr || function->executable->simple ||
      field_c(pc) >= kMostLoose) [[unlikely]]
    return general(pc, R, T);
  const Executable* executable = function->executable;
  LooseArguments given(pc, R, self);
  Frame* frame = push_called(T, pc, function);
  if (frame == nullptr) return kRaised;
  Value* to = frame->registers();
  if (place_positional(executable, to, given.items(), given.count) &&
      fill_defaults(function, executable, to, given.count)) [[likely]]
    return kReload;
  pop_frame(T, frame);
  return T->exception != nullptr ? kRaised : general(pc, R, T);
}

}  // namespace

uint64_t* enter_spread(uint64_t* pc, Thread* T, Value callee, const Tuple* arguments, Dict* keywords) {
  Value self;
  Type* type = is_kind(callee, Kind::kType) ? callee.as<Type>() : nullptr;
  Function* function = type != nullptr ? python_init(type) : called_function(callee, &self);
  if (type != nullptr) self = type;  // until the arguments are safe in the new frame
  if (is_traced(T) || function == nullptr || function->executable == nullptr ||
      function->executable->parameters >= kIntoDict || arguments->length >= kMostLoose ||
      (type != nullptr && function->executable->positional == 0))
    return nullptr;
  const Executable* executable = function->executable;
  Value given[kMostLoose] = {self};
  const size_t first = self.is_null() ? 0 : 1;
  const size_t count = arguments->length + first;
  std::copy_n(arguments->items, arguments->length, given + first);
  Frame* frame = push_called(T, pc, function);
  if (frame == nullptr) return nullptr;
  frame->return_words = 2;
  Value* to = frame->registers();
  if (!place_positional(executable, to, given, count) ||
      (keywords != nullptr &&
       !place_mapping(executable, to, keywords, std::min<size_t>(count, executable->positional))) ||
      !fill_defaults(function, executable, to, count)) [[unlikely]] {
    pop_frame(T, frame);
    return nullptr;
  }
  if (type != nullptr) {
    Object* instance = allocate_instance(type);
    to[0] = instance;
    frame->constructed = instance;
    frame->flags |= kFrameConstructor;
  }
  return kReload;
}

SLOW_FN(call_loosely) {
  return enter_loosely(pc, R, T, RB, Value(), call);
}

SLOW_FN(call_method_loosely) {
  return enter_loosely(pc, R, T, (&RB)[0], (&RB)[1], call_method_operation);
}

SLOW_FN(call_keywords) {
  if (!is_kind(RB, Kind::kFunction) || is_traced(T)) return call(pc, R, T);
  return or_generally(enter_by_keywords(pc, R, T, RB.as<Function>(), Value()), pc, R, T, call);
}

SLOW_FN(call_class_keywords) {
  return construct_by_keywords(pc, R, T, call);
}

SLOW_FN(call_method_keywords) {
  Value callee = (&RB)[0];
  Value self = (&RB)[1];
  if (!is_kind(callee, Kind::kFunction) || self.is_null() || is_traced(T))
    return call_method_operation(pc, R, T);
  return or_generally(enter_by_keywords(pc, R, T, callee.as<Function>(), self), pc, R, T,
                      call_method_operation);
}

SLOW_FN(call_method_function_keywords) {
  Value callee = (&RB)[0];
  if (!is_kind(callee, Kind::kFunction) || !(&RB)[1].is_null() || is_traced(T))
    return call_method_operation(pc, R, T);
  return or_generally(enter_by_keywords(pc, R, T, callee.as<Function>(), Value()), pc, R, T,
                      call_method_operation);
}

SLOW_FN(call_method_class_keywords) {
  if (!(&RB)[1].is_null()) return call_method_operation(pc, R, T);
  return construct_by_keywords(pc, R, T, call_method_operation);
}

}  // namespace ouro::vm
