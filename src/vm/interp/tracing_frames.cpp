// Frames that run when tracing begins.
//
// Such a frame runs the plain form of its code, which has no places for line events. As soon as it has a
// trace function of its own (f_trace) it goes on in the traced form, from the next word at which both forms
// agree what has been done: there the lifter says where each value of the stack is, and they move to the
// registers of their slots, where the traced form keeps them.
#include "vm/interp/generators.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"

namespace ouro::vm {

uint64_t* word_of_offset(Executable* executable, uint32_t offset) {
  for (const lift::OffsetEntry& entry : executable->register_code().offsets) {
    if (entry.offset == offset) return executable->words + entry.word;
  }
  return nullptr;
}

namespace {

/// Whether the frame has room for the registers of the other form: a generator's cell does not grow.
bool has_room(const Thread* T, Frame* frame, const Executable* traced) {
  if ((frame->flags & kFrameGenerator) != 0)
    return traced->register_count <= frame->executable->register_count;
  return frame->registers() + traced->register_count <= T->stack_limit;
}

std::vector<Value> stack_values(Frame* frame, std::span<const lift::SlotPlace> places) {
  std::vector<Value> values;
  values.reserve(places.size());
  for (const lift::SlotPlace& place : places) {
    switch (place.kind) {
      case lift::SlotPlace::Kind::Register:
        values.push_back(frame->registers()[place.value]);
        break;
      case lift::SlotPlace::Kind::Constant:
        values.push_back(frame->code()->consts->items[place.value]);
        break;
      case lift::SlotPlace::Kind::Nothing:
        values.push_back(none());
        break;
    }
  }
  return values;
}

/// Allocates nothing: half-way through nobody could say what the registers hold.
void move_frame(Thread* T, Frame* frame, Executable* traced, uint64_t* pc,
                std::span<const lift::SlotPlace> places) {
  const std::vector<Value> values = stack_values(frame, places);
  Value* registers = frame->registers();
  std::copy(traced->frame_template + traced->local_count, traced->frame_template + traced->temp_base,
            registers + traced->local_count);
  std::copy(values.begin(), values.end(), registers + traced->temp_base);
  frame->executable = traced;
  frame->pc = pc;
  frame->flags |= kFrameTraced;
  if ((frame->flags & kFrameGenerator) != 0)
    write_barrier(generator_of(frame));
  else
    T->stack_top = registers + traced->register_count;
}

}  // namespace

bool follow_lines(Thread* T, Frame* frame) {
  Executable* plain = frame->executable;
  auto lifted = traced_executable_of(frame->code());
  if (!lifted.ok()) {
    (void)take_exception();
    return false;
  }
  Executable* traced = lifted.unwrap();
  if (!has_room(T, frame, traced)) return false;
  const uint32_t word = frame->word_index();
  const lift::StackMap& map = stack_map_of(plain);
  const lift::StackPoint* point = map.at(word);
  if (point == nullptr) return false;
  uint64_t* pc = word_of_offset(traced, point->offset);
  if (pc == nullptr) return false;
  if (word > 0) static_cast<FrameObject*>(frame->frame_object)->traced_offset = plain->offset_of(word - 1);
  move_frame(T, frame, traced, pc, map.slots(*point));
  return true;
}

}  // namespace ouro::vm
