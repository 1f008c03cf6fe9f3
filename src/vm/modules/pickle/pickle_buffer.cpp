// PickleBuffer: an object with a buffer that may travel beside the pickle instead of in it (PEP 574).
#include "vm/builtins/memoryview.h"
#include "vm/modules/pickle/pickle.h"
#include "vm/object/trace_members.h"

namespace ouro::vm::pickle {

Type* buffer_type;

namespace {

struct PickleBuffer : Object {
  Value base;  // null: released
  Value view;  // a memoryview of it, which holds the buffer
};

Result<Value> buffer_new(Type* type, const Arguments& arguments) {
  static const Signature signature("PickleBuffer", "(object, /)");
  Value base;
  TRY(signature.bind(arguments, &base));
  const Value view = TRY(make_memoryview(base));
  auto* self = allocate_instance<PickleBuffer>(type);
  store(self, self->base, base);
  store(self, self->view, view);
  return self;
}

Raised released() {
  return raise(types.ValueError, "operation forbidden on released PickleBuffer object");
}

Status lend_buffer(Value self, BufferView* view, int flags) {
  const Value base = self.as<PickleBuffer>()->base;
  if (base.is_null()) return released();
  return get_buffer(base, view, flags);
}

bool is_one_piece(MemoryView* view, bool* fortran) {
  const BufferView& shape = view->view;
  const auto contiguous = [&](bool columns_first) {
    int64_t expected = shape.item_size;
    for (int i = 0; i < shape.dimensions; ++i) {
      const int axis = columns_first ? i : shape.dimensions - 1 - i;
      if (shape.shape[axis] > 1 && shape.strides[axis] != expected) return false;
      expected *= shape.shape[axis];
    }
    return true;
  };
  *fortran = false;
  if (shape.length == 0 || contiguous(false)) return true;
  return *fortran = contiguous(true);
}

Result<Value> buffer_raw(const Value* a) {
  const Value view = TRY(buffer_view(a[0]));
  bool fortran;
  if (!is_one_piece(view.as<MemoryView>(), &fortran))
    return raise(types.BufferError, "cannot extract raw buffer from non-contiguous buffer");
  // A view of its own, whose items are bytes one after the other.
  MemoryView* raw = make_view_of(view.as<MemoryView>(), 1);
  raw->view.format = "B";
  raw->view.item_size = 1;
  raw->view.dimensions = 1;
  raw->shape()[0] = raw->view.length;
  raw->strides()[0] = 1;
  return raw;
}

Result<Value> buffer_release(const Value* a) {
  auto* self = a[0].as<PickleBuffer>();
  if (self->base.is_null()) return none();
  const Value view = std::exchange(self->view, Value());
  self->base = Value();
  return call_method(view, intern("release"));
}

constexpr MethodSpec kMethods[] = {
    {"raw", "($self, /)", buffer_raw, "A memoryview of the memory, one byte after the other."},
    {"release", "($self, /)", buffer_release, "Gives the buffer back."},
};

}  // namespace

Result<Value> buffer_view(Value buffer) {
  auto* self = buffer.as<PickleBuffer>();
  if (self->base.is_null()) return released();
  return self->view;
}

Result<bool> buffer_bytes(Value buffer, std::string* bytes, bool* read_only) {
  const Value view = TRY(buffer_view(buffer));
  TRY(live_view(view));
  bool fortran;
  auto* memory = view.as<MemoryView>();
  if (!is_one_piece(memory, &fortran)) return false;
  *read_only = memory->view.read_only;
  if (!can_allocate(static_cast<size_t>(memory->view.length))) return raise_no_memory();
  bytes->assign(static_cast<const char*>(memory->view.data), static_cast<size_t>(memory->view.length));
  return true;
}

void make_buffer_type() {
  static TypeSpec spec{.name = "pickle.PickleBuffer",
                       .basic_size = sizeof(PickleBuffer),
                       .flags = kTypeHasWeakrefs,
                       .trace = trace_members<&PickleBuffer::base, &PickleBuffer::view>,
                       .methods = kMethods,
                       .doc = "An object whose buffer may be pickled out of band."};
  spec.slots.new_ = buffer_new;
  spec.slots.get_buffer = lend_buffer;
  add_root(reinterpret_cast<Object**>(&buffer_type));
  buffer_type = make_native_type(spec);
}

}  // namespace ouro::vm::pickle
