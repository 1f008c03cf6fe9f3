// types.FrameType: frames as Python sees them.
//
// A frame object is made when somebody asks (sys._getframe, a traceback, a trace function). While the frame
// lives it points there; when the frame ends, what can still be asked is copied behind the object.
#include "bytecode/code_object.h"
#include "vm/interp/generators.h"
#include "vm/interp/parts.h"
#include "vm/interp/slow.h"
#include "vm/interp/text.h"
#include "vm/interp/tracing.h"
#include "vm/object/native.h"

namespace ouro::vm {

namespace {

FrameObject* self_of(Value value) {
  return value.as<FrameObject>();
}

void trace_frame_object(Object* object, Tracer& tracer) {
  auto* self = static_cast<FrameObject*>(object);
  tracer.visit(self->trace);
  tracer.visit(self->back);
  if (self->frame == nullptr) return;
  if (self->finished) {
    tracer.visit(self->own.executable);
    tracer.visit(self->own.function);
    tracer.visit(self->own.locals);
    tracer.visit(self->own.registers(), self->own.executable->local_count);
  } else if ((self->frame->flags & kFrameGenerator) != 0) {
    tracer.visit(generator_of(self->frame));
  }
}

bool is_optimized(const Code* code) {
  return (code->code_flags & kCoOptimized) != 0;
}

/// The value of a local as locals() shows it: through cells; null when unbound.
Value visible_local(Frame* frame, uint32_t index) {
  Code* code = frame->code();
  uint8_t kind = code->locals_plus_kinds->data[index];
  Value value = frame->registers()[index];
  auto* object = static_cast<FrameObject*>(frame->frame_object);
  bool finished = object != nullptr && object->finished;
  if ((kind & kLocalFree) != 0 && value.is_null() && frame->function->closure != nullptr && !finished) {
    // Before the prologue has copied the closure.
    Tuple* closure = frame->function->closure;
    uint64_t first = code->local_count() - closure->length;
    if (index >= first) value = closure->items[index - first];
  }
  if ((kind & (kLocalCell | kLocalFree)) != 0 && is_kind(value, Kind::kCellVariable))
    value = value.as<CellVariable>()->contents;
  return value;
}

}  // namespace

Value namespace_of(Frame* frame) {
  if (!frame->locals.is_null() || is_optimized(frame->code())) return frame->locals;
  frame->locals = frame->globals();
  if ((frame->flags & kFrameGenerator) != 0) write_barrier(generator_of(frame));
  if (frame->frame_object != nullptr) write_barrier(frame->frame_object);
  return frame->locals;
}

Result<Value> frame_locals(Frame* frame) {
  Code* code = frame->code();
  if (!is_optimized(code)) return namespace_of(frame);
  if (frame->locals.is_null()) {
    frame->locals = make_dict();
    if ((frame->flags & kFrameGenerator) != 0) write_barrier(generator_of(frame));
    if (frame->frame_object != nullptr) write_barrier(frame->frame_object);
  }
  Value locals = frame->locals;
  for (uint32_t i = 0; i < code->local_count(); ++i) {
    if ((code->locals_plus_kinds->data[i] & kLocalFree) != 0 && !is_optimized(code)) continue;
    Value name = code->locals_plus_names->items[i];
    Value value = visible_local(frame, i);
    if (value.is_null()) {
      if (is_dict(locals)) {
        TRY(dict_delete(locals.as<Dict>(), name));
      } else if (!delete_item(locals, name).ok() && !clear_if(types.KeyError)) {
        return Raised{};
      }
    } else {
      TRY(set_item(locals, name, value));
    }
  }
  return locals;
}

Status store_frame_locals(Frame* frame) {
  Code* code = frame->code();
  if (frame->locals.is_null() || !is_optimized(code)) return {};
  for (uint32_t i = 0; i < code->local_count(); ++i) {
    uint8_t kind = code->locals_plus_kinds->data[i];
    Value value = TRY(dict_get(frame->locals.as<Dict>(), code->locals_plus_names->items[i]));
    Value& place = frame->registers()[i];
    if ((kind & (kLocalCell | kLocalFree)) != 0 && is_kind(place, Kind::kCellVariable)) {
      store(place.object(), place.as<CellVariable>()->contents, value);
    } else if ((kind & kLocalFree) == 0) {
      place = value;
    }
  }
  return {};
}

FrameObject* frame_object_of(Frame* frame) {
  if (frame->frame_object != nullptr) return static_cast<FrameObject*>(frame->frame_object);
  auto* object = static_cast<FrameObject*>(
      allocate_variable_instance(types.frame, frame->executable->local_count * sizeof(Value)));
  object->frame = frame;
  object->trace_lines = true;
  object->traced_offset = frame->offset();
  frame->frame_object = object;
  frame->flags |= kFrameObserved;
  if ((frame->flags & kFrameGenerator) != 0) write_barrier(generator_of(frame));
  return object;
}

void detach_frame(Frame* frame) {
  auto* object = static_cast<FrameObject*>(frame->frame_object);
  if (object == nullptr) return;
  if (frame->previous != nullptr) object->back = frame_object_of(frame->previous);
  object->own = *frame;
  object->own.previous = nullptr;
  object->own.frame_object = object;
  object->own.flags &= ~(kFrameGenerator | kFrameEntry);
  std::copy_n(frame->registers(), frame->executable->local_count, object->own.registers());
  object->frame = &object->own;
  object->finished = true;
  write_barrier(object);
}

namespace {

/// A line that was looked up before: of an executable, whose number is never given twice.
struct KnownLine {
  uint32_t executable;
  int32_t offset;
  int line;
};
constexpr size_t kKnownLines = 256;
KnownLine known_lines[kKnownLines];

}  // namespace

int line_of(Code* code, int32_t offset) {
  if (code->executable == nullptr) return position_of(code, offset).line;
  const uint32_t id = code->executable->id;
  KnownLine& known = known_lines[(id * 31 + static_cast<uint32_t>(offset)) % kKnownLines];
  if (known.executable != id || known.offset != offset) known = {id, offset, position_of(code, offset).line};
  return known.line;
}

int frame_line(Frame* frame) {
  auto* object = static_cast<FrameObject*>(frame->frame_object);
  if (object != nullptr && object->line != 0) return object->line;
  return line_of(frame->code(), frame->offset());
}

namespace {

Result<Value> get_back(Value self) {
  FrameObject* object = self_of(self);
  if (object->finished) return object->back.is_null() ? none() : object->back;
  if (object->frame->previous == nullptr) return none();
  bool suspended = (object->frame->flags & kFrameGenerator) != 0 &&
                   generator_of(object->frame)->state != GeneratorState::Running;
  return suspended ? none() : Value(frame_object_of(object->frame->previous));
}
Result<Value> get_code(Value self) {
  return self_of(self)->frame->code();
}
Result<Value> get_builtins(Value self) {
  return self_of(self)->frame->builtins();
}
Result<Value> get_globals(Value self) {
  return self_of(self)->frame->globals();
}
Result<Value> get_locals(Value self) {
  return frame_locals(self_of(self)->frame);
}
Result<Value> get_last_index(Value self) {
  return make_int(self_of(self)->frame->offset());
}
Result<Value> get_line(Value self) {
  int line = frame_line(self_of(self)->frame);
  return line < 0 ? none() : make_int(line);
}
Result<Value> get_trace(Value self) {
  Value trace = self_of(self)->trace;
  return trace.is_null() ? none() : trace;
}
Status set_trace(Value self, Value value) {
  FrameObject* object = self_of(self);
  store(static_cast<Object*>(object), object->trace, value.is_null() || is_none(value) ? Value() : value);
  return {};
}
Result<Value> get_trace_lines(Value self) {
  return make_bool(self_of(self)->trace_lines);
}
Status set_trace_lines(Value self, Value value) {
  if (!is_bool(value)) return raise(types.TypeError, "attribute value type must be bool");
  self_of(self)->trace_lines = value == Value(&true_object);
  return {};
}
Result<Value> get_trace_opcodes(Value self) {
  return make_bool(self_of(self)->trace_opcodes);
}
Status set_trace_opcodes(Value self, Value value) {
  if (value.is_null() || !is_bool(value)) return raise(types.TypeError, "attribute value type must be bool");
  self_of(self)->trace_opcodes = value == Value(&true_object);
  return {};
}

Result<Value> clear_frame(const Value* arguments) {
  FrameObject* self = self_of(arguments[0]);
  if (!self->finished) {
    bool generator = (self->frame->flags & kFrameGenerator) != 0;
    if (!generator || generator_of(self->frame)->state == GeneratorState::Running)
      return raise(types.RuntimeError, "cannot clear an executing frame");
    finalize_generator(generator_of(self->frame));
    if (!self->finished) return none();
  }
  self->trace = Value();
  self->own.locals = Value();
  std::fill_n(self->own.registers(), self->own.executable->local_count, Value());
  return none();
}

Result<Value> repr_frame(Value self) {
  Frame* frame = self_of(self)->frame;
  return make_str(fmt::format("<frame at {}, file {}, line {}, code {}>", address_text(self),
                              repr_text(frame->code()->filename), frame_line(frame),
                              to_utf8(frame->code()->name)));
}

constexpr GetSetSpec kFrameGetSets[] = {
    {"f_back", get_back},
    {"f_code", get_code},
    {"f_builtins", get_builtins},
    {"f_globals", get_globals},
    {"f_locals", get_locals},
    {"f_lasti", get_last_index},
    {"f_lineno", get_line, set_frame_line},
    {"f_trace", get_trace, set_trace},
    {"f_trace_lines", get_trace_lines, set_trace_lines},
    {"f_trace_opcodes", get_trace_opcodes, set_trace_opcodes},
};
constexpr MethodSpec kFrameMethods[] = {
    {"clear", "($self, /)", clear_frame, "F.clear(): clear most references held by the frame"},
};

}  // namespace

void complete_frame_type() {
  static TypeSpec spec{.name = "frame", .kind = Kind::kFrame, .basic_size = sizeof(FrameObject)};
  spec.flags = kTypeDisallowNew;
  spec.trace = trace_frame_object;
  spec.methods = kFrameMethods;
  spec.getsets = kFrameGetSets;
  spec.slots.repr = repr_frame;
  complete_native_type(types.frame, spec);
}

}  // namespace ouro::vm
