// Truth of any object in jumps, safe points, iteration, returning.
#include "vm/interp/calls.h"
#include "vm/interp/hot.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"
#include "vm/object/ending.h"
#include "vm/object/generic_slots.h"

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

/// A conditional jump: __bool__ of a class written in Python runs as a frame.
inline uint64_t* jump_by_truth(uint64_t* pc, Value* R, Thread* T, bool wanted, bool back) {
  Value value = RA;
  if (value.is_object() && value.object()->shape->type->slots.bool_ != nullptr)
    ENTER_SPECIAL(enter_unary(pc, R, T, names.dunder_bool, value));
  const bool truth = UNWRAP(is_true(value));
  if (truth != wanted) return pc + (back ? 3 : 2);
  return back ? jump_back(pc, R, T) : pc + jump_distance(pc);
}

}  // namespace

SLOW_FN(jump_if_true) {
  return jump_by_truth(pc, R, T, true, false);
}
SLOW_FN(jump_if_false) {
  return jump_by_truth(pc, R, T, false, false);
}
SLOW_FN(jump_back_if_true) {
  return jump_by_truth(pc, R, T, true, true);
}
SLOW_FN(jump_back_if_false) {
  return jump_by_truth(pc, R, T, false, true);
}

SLOW_FN(get_iter) {
  ENTER_SPECIAL(enter_unary(pc, R, T, names.dunder_iter, RB));
  RA = UNWRAP(iterate(RB));
  return pc + 1;
}

namespace {

constexpr uint16_t kForIterWords = 3;
constexpr size_t kMostZipped = 8;

uint64_t* answer_iteration(uint64_t* pc, Value* R, Value item) {
  if (item.is_stop()) return pc + jump_distance(pc);
  RA = item;
  return pc + kForIterWords;
}

/// The UnpackSequence behind a ForIter, when it takes the item apart and nobody else reads it; null
/// otherwise.
const uint64_t* unpacking_behind(const uint64_t* pc) {
  const uint64_t* next = pc + kForIterWords;
  bool unpacks = kBaseOperation[field_op(next)] == Op::UnpackSequence && field_a(next) == 1 &&
                 field_b(next) == field_a(pc);
  return unpacks ? next : nullptr;
}

Op for_iter_form(const uint64_t* pc, Value iterator) {
  Object* object = iterator.object();
  Shape* shape = object->shape;
  if (shape == hot.list_iterator) return Op::ForIterList;
  if (shape == hot.tuple_iterator) return Op::ForIterTuple;
  if (shape == hot.range_iterator) return Op::ForIterRange;
  if (shape == hot.set_iterator) return Op::ForIterSet;
  if (shape == hot.dict_key_iterator) return Op::ForIterDictKeys;
  if (shape == hot.dict_value_iterator) return Op::ForIterDictValues;
  if (object->kind == Kind::kGenerator) return Op::ForIterGenerator;
  if (shape->type->slots.iternext == generic_iternext) return Op::ForIterPython;
  const uint64_t* unpacking = unpacking_behind(pc);
  const bool pairs = unpacking != nullptr && field_c(unpacking) == 2;
  if (shape == hot.dict_item_iterator) return pairs ? Op::ForIterDictPairs : Op::ForIterDictItems;
  if (shape == hot.enumerate && pairs) return Op::ForIterCounted;
  if (shape == hot.zip && unpacking != nullptr && field_c(unpacking) <= kMostZipped) return Op::ForIterZipped;
  return Op::ForIterSlot;
}

}  // namespace

SLOW_FN(for_iter) {
  Value iterator = RB;
  if (iterator.is_object()) {
    Op form = for_iter_form(pc, iterator);
    pc[2] = reinterpret_cast<uint64_t>(iterator.object()->shape);
    patch_op(pc, form);
    if (form == Op::ForIterGenerator) return for_iter_generator(pc, R, T);
    if (form == Op::ForIterPython) return for_iter_python(pc, R, T);
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

namespace {

/// next(), the commonest iterators first.
inline Result<Value> next_item(Value iterator) {
  const Shape* shape = iterator.object()->shape;
  if (shape == hot.list_iterator) return next_of_list(iterator.as<ListIterator>());
  if (shape == hot.tuple_iterator) return next_of_tuple(iterator.as<TupleIterator>());
  if (shape == hot.range_iterator) return next_of_range(iterator.as<RangeIterator>());
  return next(iterator);
}

}  // namespace

SLOW_FN(for_iter_counted) {
  auto* state = RB.as<Enumerate>();
  Value item = UNWRAP(next_item(state->iterator));
  if (item.is_stop()) return pc + jump_distance(pc);
  Value count = state->count;
  Value after = count.is_small_int() ? make_int(count.small_int() + 1) : UNWRAP(int_add(count, make_int(1)));
  store(static_cast<Object*>(state), state->count, after);
  const uint64_t* unpacking = pc + kForIterWords;
  const uint16_t* list = register_list(unpacking + 1);
  R[list[0]] = count;
  R[list[1]] = item;
  return pc + kForIterWords + 2;
}

SLOW_FN(for_iter_zipped) {
  auto* state = RB.as<Zip>();
  const uint64_t* unpacking = pc + kForIterWords;
  const size_t count = field_c(unpacking);
  if (state->strict || state->iterators->length != count) return for_iter_slot(pc, R, T);
  Value items[kMostZipped];
  for (size_t i = 0; i < count; ++i) {
    items[i] = UNWRAP(next_item(state->iterators->items[i]));
    if (items[i].is_stop()) return pc + jump_distance(pc);
  }
  const uint16_t* list = register_list(unpacking + 1);
  for (size_t i = 0; i < count; ++i) R[list[i]] = items[i];
  return pc + kForIterWords + 1 + list_words(static_cast<uint32_t>(count));
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
