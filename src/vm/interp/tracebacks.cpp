// types.TracebackType.
#include "vm/interp/parts.h"
#include "vm/interp/text.h"
#include "vm/object/argument_errors.h"
#include "vm/object/native.h"

namespace ouro::vm {

namespace {

Traceback* self_of(Value value) {
  return value.as<Traceback>();
}

void trace_traceback(Object* object, Tracer& tracer) {
  auto* self = static_cast<Traceback*>(object);
  tracer.visit(self->next);
  tracer.visit(self->frame);
}

constexpr int32_t kLineUnknown = -1;

Traceback* make_traceback(Value next, FrameObject* frame, int32_t last_index, int32_t line) {
  auto* made = allocate_instance<Traceback>(types.traceback);
  made->next = next;
  made->frame = frame;
  made->last_index = last_index;
  made->line = line;
  return made;
}

Result<Value> get_next(Value self) {
  Value next = self_of(self)->next;
  return next.is_null() ? none() : next;
}

Status set_next(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "can't delete tb_next attribute");
  if (is_none(value)) value = Value();
  if (!value.is_null() && !is_kind(value, Kind::kTraceback))
    return raise(types.TypeError, "expected traceback object, got '{}'", type_name(value));
  for (Value at = value; !at.is_null(); at = self_of(at)->next) {
    if (at == self) return raise(types.ValueError, "traceback loop detected");
  }
  store(self.object(), self_of(self)->next, value);
  return {};
}

Result<Value> get_frame(Value self) {
  return self_of(self)->frame;
}
Result<Value> get_last_index(Value self) {
  return make_int(self_of(self)->last_index);
}
Result<Value> get_line(Value self) {
  Traceback* traceback = self_of(self);
  int line = traceback->line;
  if (line == kLineUnknown) line = line_of(traceback->frame->frame->code(), traceback->last_index);
  return line < 0 ? none() : make_int(line);
}

Result<Value> directory(const Value*) {
  List* list = make_list();
  for (const char* name : {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"})
    TRY(list_append(list, make_str(name)));
  return list;
}

Result<Value> new_traceback(Type*, const Arguments& arguments) {
  static const Signature signature("TracebackType", "(tb_next, tb_frame, tb_lasti, tb_lineno)");
  Value a[4];
  TRY(signature.bind(arguments, a));
  if (is_none(a[0])) a[0] = Value();
  if (!a[0].is_null() && !is_kind(a[0], Kind::kTraceback))
    return raise(types.TypeError, "expected traceback object or None, got '{}'", type_name(a[0]));
  if (!is_kind(a[1], Kind::kFrame))
    return raise(types.TypeError, "TracebackType() argument 'tb_frame' must be frame, not {}",
                 given_name(a[1]));
  int last_index = TRY(to_c_int(a[2]));
  int line = TRY(to_c_int(a[3]));
  return make_traceback(a[0], a[1].as<FrameObject>(), last_index, line);
}

constexpr GetSetSpec kGetSets[] = {
    {"tb_next", get_next, set_next},
    {"tb_frame", get_frame},
    {"tb_lasti", get_last_index},
    {"tb_lineno", get_line},
};
constexpr MethodSpec kMethods[] = {{"__dir__", "($self, /)", directory}};

}  // namespace

void add_traceback(Exception* exception, Frame* frame) {
  FrameObject* object = frame_object_of(frame);
  // The line is looked up when asked, unless a trace function has moved the frame.
  Traceback* made = make_traceback(exception->traceback, object, frame->offset(), kLineUnknown);
  store(static_cast<Object*>(exception), exception->traceback, Value(made));
}

void complete_traceback_type() {
  static TypeSpec spec{.name = "traceback", .kind = Kind::kTraceback, .basic_size = sizeof(Traceback)};
  spec.trace = trace_traceback;
  spec.methods = kMethods;
  spec.getsets = kGetSets;
  spec.signature = "(tb_next, tb_frame, tb_lasti, tb_lineno)";
  spec.doc = "Create a new traceback object.";
  spec.slots.new_ = new_traceback;
  complete_native_type(types.traceback, spec);
}

}  // namespace ouro::vm
