// The buffer protocol: asking for and giving back memory views.
#include "vm/object/exceptions.h"
#include "vm/object/str.h"

namespace ouro::vm {

bool has_buffer(Value object) {
  return type_of(object)->slots.get_buffer != nullptr;
}

Status get_buffer(Value object, BufferView* view, int flags) {
  const auto slot = type_of(object)->slots.get_buffer;
  if (slot == nullptr)
    return raise(types.TypeError, "a bytes-like object is required, not '{}'", type_name(object));
  return slot(object, view, flags);
}

void release_buffer(BufferView* view) {
  const Value object = view->object;
  if (object.is_null()) return;
  view->object = Value();
  if (const auto slot = type_of(object)->slots.release_buffer) slot(object, view);
}

Status fill_buffer(BufferView* view, Value object, void* data, size_t length, bool read_only, int flags) {
  if ((flags & kBufferWritable) != 0 && read_only) return raise(types.BufferError, "Object is not writable.");
  *view = BufferView{};
  view->data = data;
  view->length = static_cast<int64_t>(length);
  view->read_only = read_only;
  view->format = (flags & kBufferFormat) != 0 ? "B" : nullptr;
  view->object = object;
  return {};
}

}  // namespace ouro::vm
