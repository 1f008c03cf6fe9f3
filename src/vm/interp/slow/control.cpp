// Truth of any object in jumps, safe points, iteration, returning.
#include "vm/interp/calls.h"
#include "vm/interp/hot.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"
#include "vm/object/ending.h"

namespace ouro::vm {

namespace {

std::vector<Status (*)()>& safe_point_actions() {
  static auto* actions = new std::vector<Status (*)()>;
  return *actions;
}

/// What asked for attention gets it. An action clears the bits it has served.
Status serve_attention() {
  if ((attention & kAttentionLock) != 0) yield_lock();
  if ((attention & kAttentionFinalizers) != 0 || finalizers_pending()) {
    clear_attention(kAttentionFinalizers);
    run_pending_finalizers();
  }
  for (Status (*action)() : safe_point_actions()) TRY(action());
  return check_end();
}

}  // namespace

void add_safe_point_action(Status (*action)()) {
  safe_point_actions().push_back(action);
}

Status safe_point() {
  return serve_attention();
}

SLOW_FN(jump_back) {
  if (!serve_attention().ok()) return kRaised;
  return pc + jump_distance(pc);
}

SLOW_FN(resume) {
  if (!serve_attention().ok()) return kRaised;
  return pc + 1;
}

namespace {

/// is_true, the commonest cases first.
inline Result<bool> truth_of(Value value) {
  if (value.is_small_int()) return value.small_int() != 0;
  if (is_none(value)) return false;
  if (value.is_object()) {
    Object* object = value.object();
    if (object->shape == hot.list) return static_cast<List*>(object)->length != 0;
    if (object->shape == hot.str) return static_cast<Str*>(object)->length != 0;
    const Slots& slots = object->shape->type->slots;
    if (slots.bool_ == nullptr && slots.length == nullptr) return true;
  }
  return is_true(value);
}

}  // namespace

SLOW_FN(jump_if_true) {
  return UNWRAP(truth_of(RA)) ? pc + jump_distance(pc) : pc + 2;
}
SLOW_FN(jump_if_false) {
  return UNWRAP(truth_of(RA)) ? pc + 2 : pc + jump_distance(pc);
}
SLOW_FN(jump_back_if_true) {
  return UNWRAP(truth_of(RA)) ? jump_back(pc, R, T) : pc + 3;
}
SLOW_FN(jump_back_if_false) {
  return UNWRAP(truth_of(RA)) ? pc + 3 : jump_back(pc, R, T);
}

SLOW_FN(get_iter) {
  RA = UNWRAP(iterate(RB));
  return pc + 1;
}

namespace {

constexpr uint16_t kForIterWords = 3;

uint64_t* answer_iteration(uint64_t* pc, Value* R, Value item) {
  if (item.is_stop()) return pc + jump_distance(pc);
  RA = item;
  return pc + kForIterWords;
}

Op for_iter_form(Value iterator) {
  Shape* shape = iterator.object()->shape;
  if (shape == hot.list_iterator) return Op::ForIterList;
  if (shape == hot.tuple_iterator) return Op::ForIterTuple;
  if (shape == hot.range_iterator) return Op::ForIterRange;
  if (shape == hot.dict_key_iterator) return Op::ForIterDictKeys;
  if (iterator.object()->kind == Kind::kGenerator) return Op::ForIterGenerator;
  return Op::ForIter;
}

}  // namespace

SLOW_FN(for_iter) {
  Value iterator = RB;
  if (iterator.is_object()) {
    Op form = for_iter_form(iterator);
    patch_op(pc, form);
    if (form == Op::ForIterGenerator) return for_iter_generator(pc, R, T);
  }
  return for_iter_slot(pc, R, T);
}

SLOW_FN(for_iter_slot) {
  Value iterator = RB;
  UnaryFn next_slot = type_of(iterator)->slots.iternext;
  if (next_slot == nullptr) {
    (void)raise(types.TypeError, "'{}' object is not an iterator", type_name(iterator));
    return kRaised;
  }
  Value item = UNWRAP(next_slot(iterator));
  return answer_iteration(pc, R, item);
}

SLOW_FN(for_iter_generator) {
  auto* generator = RB.as<Generator>();
  if (generator->state == GeneratorState::Finished) return pc + jump_distance(pc);
  if (generator->state == GeneratorState::Running) {
    (void)raise(types.ValueError, "generator already executing");
    return kRaised;
  }
  if (!begin_generator(T, generator, none(), kFrameIterated).ok()) return kRaised;
  generator->frame.return_register = field_a(pc);
  generator->frame.return_words = kForIterWords;
  return kReload;
}

SLOW_FN(slow_return) {
  Frame* frame = FRAME;
  Value value = RA;
  if (is_traced(T) && !trace_exit(T, frame, value).ok()) return kRaised;
  return leave_frame(T, frame, value);
}

}  // namespace ouro::vm
