// memoryview: the type, its attributes, and giving buffers on.
#include "vm/builtins/memoryview.h"

#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/container_util.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

Shape* managed_shape = nullptr;

void trace_managed(Object* object, Tracer& tracer) {
  auto* managed = static_cast<ManagedBuffer*>(object);
  // The exporter keeps its data alive; once released, the data pointer means nothing.
  tracer.visit(managed->master.object);
}

void trace_view(Object* object, Tracer& tracer) {
  auto* view = static_cast<MemoryView*>(object);
  tracer.visit(view->managed);
  tracer.visit(view->dimensions);
}

Blob* make_dimensions(int count) {
  const size_t size = static_cast<size_t>(std::max(count, 1)) * 3 * sizeof(int64_t);
  auto* blob = static_cast<Blob*>(allocate(shapes.blob, sizeof(Blob) + size));
  blob->kind = Kind::kBlob;
  blob->length = size;
  return blob;
}

/// Gives the view's arrays their places in its own cell.
void place_dimensions(MemoryView* self) {
  BufferView& view = self->view;
  int64_t* words = self->shape();
  view.shape = words;
  view.strides = words + view.dimensions;
  if (view.suboffsets != nullptr) view.suboffsets = words + 2 * view.dimensions;
}

MemoryView* new_view(ManagedBuffer* managed, const BufferView& from, int dimensions) {
  Blob* blob = make_dimensions(dimensions);
  auto* self = allocate_instance<MemoryView>(types.memoryview);
  self->managed = managed;
  self->dimensions = blob;
  self->view = from;
  self->view.object = Value();  // the managed buffer holds it
  self->view.dimensions = dimensions;
  const auto copied = static_cast<size_t>(std::min(dimensions, from.dimensions));
  int64_t* words = self->shape();
  if (from.shape != nullptr) {
    std::copy_n(from.shape, copied, words);
  } else if (dimensions == 1) {
    words[0] = from.item_size == 0 ? from.length : from.length / from.item_size;
  }
  if (from.strides != nullptr) {
    std::copy_n(from.strides, copied, words + dimensions);
  } else {
    int64_t stride = from.item_size;
    for (int i = dimensions; i-- > 0;) {
      words[dimensions + i] = stride;
      stride *= words[i];
    }
  }
  if (from.suboffsets != nullptr) std::copy_n(from.suboffsets, copied, words + 2 * dimensions);
  place_dimensions(self);
  ++managed->views;
  return self;
}

void drop_view(MemoryView* self) {
  if (self->released) return;
  self->released = true;
  ManagedBuffer* managed = self->managed;
  if (--managed->views == 0 && !managed->released) {
    managed->released = true;
    release_buffer(&managed->master);
  }
}

Status release_view(MemoryView* self) {
  if (self->released) return {};
  if (self->exports > 0)
    return raise(types.BufferError, "memoryview has {} exported buffer{}", self->exports,
                 self->exports == 1 ? "" : "s");
  drop_view(self);
  return {};
}

void release_dead_view(Object* object) {
  drop_view(static_cast<MemoryView*>(object));
}

Value make_numbers(const int64_t* numbers, int count) {
  Tuple* tuple = allocate_tuple(static_cast<size_t>(count)).unwrap();
  for (int i = 0; i < count; ++i) store(tuple, tuple->items[i], make_int(numbers[i]));
  return tuple;
}

// ---- slots

Result<Value> memory_new(Type*, const Arguments& arguments) {
  static const Signature signature("memoryview", "($type, object)");
  Value object;
  TRY(signature.bind(arguments, &object));
  return make_memoryview(object);
}

Result<Value> memory_repr(Value self) {
  const bool gone = is_released(self.as<MemoryView>());
  return make_str(fmt::format("<{}memory at 0x{:x}>", gone ? "released " : "", self.bits()));
}

Result<int64_t> memory_length(Value self) {
  MemoryView* view = TRY(live_view(self));
  return view->view.dimensions == 0 ? int64_t{1} : view->view.shape[0];
}

Result<int64_t> memory_hash(Value self) {
  auto* memory = self.as<MemoryView>();
  if (memory->hash_known) return memory->hash_;
  TRY(live_view(self));
  const BufferView& view = memory->view;
  if (!view.read_only) return raise(types.ValueError, "cannot hash writable memoryview object");
  char code = 0;
  if (native_item_size(view.format, &code) == 0 || (code != 'B' && code != 'b' && code != 'c'))
    return raise(types.ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
  TRY(hash(memory->managed->master.object));
  const std::string data = contiguous_copy(view);
  memory->hash_ = hash_data(data.data(), data.size());
  memory->hash_known = true;
  return memory->hash_;
}

Status check_contiguity(const BufferView& view, int flags) {
  const bool c = is_c_contiguous(view), fortran = is_fortran_contiguous(view);
  if ((flags & kBufferCContiguous) == kBufferCContiguous && !c)
    return raise(types.BufferError, "memoryview: underlying buffer is not C-contiguous");
  if ((flags & kBufferFortranContiguous) == kBufferFortranContiguous && !fortran)
    return raise(types.BufferError, "memoryview: underlying buffer is not Fortran contiguous");
  if ((flags & kBufferAnyContiguous) == kBufferAnyContiguous && !c && !fortran)
    return raise(types.BufferError, "memoryview: underlying buffer is not contiguous");
  if ((flags & kBufferIndirect) != kBufferIndirect && view.suboffsets != nullptr)
    return raise(types.BufferError, "memoryview: underlying buffer requires suboffsets");
  if ((flags & kBufferStrides) != kBufferStrides && !c)
    return raise(types.BufferError, "memoryview: underlying buffer is not C-contiguous");
  return {};
}

Status memory_get_buffer(Value self, BufferView* out, int flags) {
  MemoryView* memory = TRY(live_view(self));
  const BufferView& view = memory->view;
  if ((flags & kBufferWritable) != 0 && view.read_only)
    return raise(types.BufferError, "memoryview: underlying buffer is not writable");
  TRY(check_contiguity(view, flags));
  BufferView given = view;
  given.object = self;
  if ((flags & kBufferFormat) == 0) given.format = nullptr;
  if ((flags & kBufferStrides) != kBufferStrides) given.strides = nullptr;
  if ((flags & kBufferND) == 0) {
    if (given.format != nullptr)
      return raise(types.BufferError,
                   "memoryview: cannot cast to unsigned bytes if the format flag is present");
    given.dimensions = 1;
    given.shape = nullptr;
  }
  *out = given;
  ++memory->exports;
  return {};
}

void memory_release_buffer(Value self, BufferView*) {
  --self.as<MemoryView>()->exports;
}

// ---- attributes

Result<Value> get_obj(Value self) {
  MemoryView* memory = TRY(live_view(self));
  const Value object = memory->managed->master.object;
  return object.is_null() ? none() : object;
}
Result<Value> get_nbytes(Value self) {
  return make_int(TRY(live_view(self))->view.length);
}
Result<Value> get_format(Value self) {
  const char* format = TRY(live_view(self))->view.format;
  return make_str(format == nullptr ? "B" : format);
}
Result<Value> get_itemsize(Value self) {
  return make_int(TRY(live_view(self))->view.item_size);
}
Result<Value> get_readonly(Value self) {
  return make_bool(TRY(live_view(self))->view.read_only);
}
Result<Value> get_ndim(Value self) {
  return make_int(TRY(live_view(self))->view.dimensions);
}
Result<Value> get_shape(Value self) {
  const BufferView& view = TRY(live_view(self))->view;
  return make_numbers(view.shape, view.dimensions);
}
Result<Value> get_strides(Value self) {
  const BufferView& view = TRY(live_view(self))->view;
  return make_numbers(view.strides, view.dimensions);
}
Result<Value> get_suboffsets(Value self) {
  const BufferView& view = TRY(live_view(self))->view;
  return make_numbers(view.suboffsets, view.suboffsets == nullptr ? 0 : view.dimensions);
}
Result<Value> get_c_contiguous(Value self) {
  return make_bool(is_c_contiguous(TRY(live_view(self))->view));
}
Result<Value> get_f_contiguous(Value self) {
  return make_bool(is_fortran_contiguous(TRY(live_view(self))->view));
}
Result<Value> get_contiguous(Value self) {
  const BufferView& view = TRY(live_view(self))->view;
  return make_bool(is_c_contiguous(view) || is_fortran_contiguous(view));
}

// ---- methods

Result<Value> method_release(const Value* a) {
  TRY(release_view(a[0].as<MemoryView>()));
  return none();
}
Result<Value> method_enter(const Value* a) {
  TRY(live_view(a[0]));
  return a[0];
}
Result<Value> method_exit(Value self, const Arguments&) {
  TRY(release_view(self.as<MemoryView>()));
  return none();
}

/// The items in Fortran order: the first index runs fastest.
Status append_fortran(const BufferView& view, std::string* out) {
  std::vector<int64_t> index(static_cast<size_t>(view.dimensions), 0);
  const int64_t total = view.item_size == 0 ? 0 : view.length / view.item_size;
  for (int64_t n = 0; n < total; ++n) {
    char* at = static_cast<char*>(view.data);
    for (int d = 0; d < view.dimensions; ++d) {
      at += index[static_cast<size_t>(d)] * view.strides[d];
      if (view.suboffsets != nullptr && view.suboffsets[d] >= 0)
        at = *reinterpret_cast<char**>(at) + view.suboffsets[d];
    }
    out->append(at, static_cast<size_t>(view.item_size));
    for (int d = 0; d < view.dimensions && ++index[static_cast<size_t>(d)] == view.shape[d]; ++d)
      index[static_cast<size_t>(d)] = 0;
  }
  return {};
}

Result<Value> method_tobytes(const Value* a) {
  const BufferView& view = TRY(live_view(a[0]))->view;
  char order = 'C';
  if (!a[1].is_null() && !is_none(a[1])) {
    if (!is_str(a[1]))
      return raise(types.TypeError, "tobytes() argument 'order' must be str or None, not {}",
                   given_name(a[1]));
    const Str* text = a[1].as<Str>();
    if (!equals(text, "C") && !equals(text, "F") && !equals(text, "A"))
      return raise(types.ValueError, "order must be 'C', 'F' or 'A'");
    order = static_cast<char>(text->at(0));
  }
  if (order == 'A') order = is_fortran_contiguous(view) && !is_c_contiguous(view) ? 'F' : 'C';
  if (order == 'C') return make_bytes(contiguous_copy(view));
  std::string out;
  TRY(append_fortran(view, &out));
  return make_bytes(out);
}

Result<Value> method_hex(const Value* a) {
  return hex_text(contiguous_copy(TRY(live_view(a[0]))->view), a[1], a[2]);
}

Result<Value> method_toreadonly(const Value* a) {
  MemoryView* memory = TRY(live_view(a[0]));
  MemoryView* copy = make_view_of(memory, memory->view.dimensions);
  copy->view.read_only = true;
  return copy;
}

constexpr MethodSpec kMethods[] = {
    {"release", "($self, /)", method_release,
     "Release the underlying buffer exposed by the memoryview object."},
    {"tobytes", "($self, /, order='C')", method_tobytes, "Return the data in the buffer as a byte string."},
    {"hex", "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", method_hex,
     "The bytes of the buffer as hexadecimal text.\n\n"
     ">>> view = memoryview(bytes([0, 255, 16]))\n"
     ">>> view.hex()\n'00ff10'\n"
     ">>> view.hex(':')\n'00:ff:10'\n"
     ">>> view.hex(':', 2)\n'00:ff10'\n"
     ">>> view.hex(':', -2)\n'00ff:10'\n"},
    {"tolist", "($self, /)", memory_tolist, "Return the data in the buffer as a list of elements."},
    {"cast", "($self, /, format, shape=<unrepresentable>)", memory_cast,
     "Cast a memoryview to a new format or shape."},
    {"toreadonly", "($self, /)", method_toreadonly, "Return a readonly version of the memoryview."},
    {"__enter__", "($self, /)", method_enter},
    {"__exit__", nullptr, nullptr, nullptr, Binding::Instance, method_exit},
};

constexpr GetSetSpec kGetSets[] = {
    {"obj", get_obj, nullptr, "The underlying object of the memoryview."},
    {"nbytes", get_nbytes, nullptr,
     "The amount of space in bytes that the array would use in\n a contiguous representation."},
    {"readonly", get_readonly, nullptr, "A bool indicating whether the memory is read only."},
    {"itemsize", get_itemsize, nullptr, "The size in bytes of each element of the memoryview."},
    {"format", get_format, nullptr,
     "A string containing the format (in struct module style)\n for each element in the view."},
    {"ndim", get_ndim, nullptr,
     "An integer indicating how many dimensions of a multi-dimensional\n array the memory represents."},
    {"shape", get_shape, nullptr,
     "A tuple of ndim integers giving the shape of the memory\n as an N-dimensional array."},
    {"strides", get_strides, nullptr,
     "A tuple of ndim integers giving the size in bytes to access\n each element for each dimension of the "
     "array."},
    {"suboffsets", get_suboffsets, nullptr, "A tuple of integers used internally for PIL-style arrays."},
    {"c_contiguous", get_c_contiguous, nullptr, "A bool indicating whether the memory is C contiguous."},
    {"f_contiguous", get_f_contiguous, nullptr,
     "A bool indicating whether the memory is Fortran contiguous."},
    {"contiguous", get_contiguous, nullptr, "A bool indicating whether the memory is contiguous."},
};

// ---- iterators

struct MemoryIterator : Object {
  MemoryView* view;  // null: exhausted
  int64_t index;
  int64_t length;
  char code;
};

void trace_iterator(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<MemoryIterator*>(object)->view);
}

Result<Value> memory_iter(Value self) {
  MemoryView* memory = TRY(live_view(self));
  const int dimensions = memory->view.dimensions;
  if (dimensions == 0) return raise(types.TypeError, "invalid indexing of 0-dim memory");
  if (dimensions != 1)
    return raise(types.NotImplementedError, "multi-dimensional sub-views are not implemented");
  const char code = TRY(simple_code(memory));
  auto* iterator = allocate_instance<MemoryIterator>(types.memory_iterator);
  iterator->view = memory;
  iterator->length = memory->view.shape[0];
  iterator->code = code;
  return iterator;
}

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<MemoryIterator>();
  if (iterator->view == nullptr) return Value::stop();
  if (iterator->index < iterator->length) {
    MemoryView* memory = TRY(live_view(iterator->view));
    const char* at = static_cast<char*>(memory->view.data) + iterator->index++ * memory->view.strides[0];
    if (memory->view.suboffsets != nullptr && memory->view.suboffsets[0] >= 0)
      at = *reinterpret_cast<char* const*>(at) + memory->view.suboffsets[0];
    return load_item(at, iterator->code);
  }
  iterator->view = nullptr;
  return Value::stop();
}

}  // namespace

bool is_c_contiguous(const BufferView& view) {
  if (view.suboffsets != nullptr) return false;
  if (view.strides == nullptr || view.length == 0) return true;
  int64_t stride = view.item_size;
  for (int i = view.dimensions; i-- > 0;) {
    if (view.shape[i] > 1 && view.strides[i] != stride) return false;
    stride *= view.shape[i];
  }
  return true;
}

bool is_fortran_contiguous(const BufferView& view) {
  if (view.suboffsets != nullptr) return false;
  if (view.strides == nullptr) return view.dimensions <= 1;
  if (view.length == 0) return true;
  int64_t stride = view.item_size;
  for (int i = 0; i < view.dimensions; ++i) {
    if (view.shape[i] > 1 && view.strides[i] != stride) return false;
    stride *= view.shape[i];
  }
  return true;
}

std::string contiguous_copy(const BufferView& view) {
  std::string out;
  if (is_c_contiguous(view)) {
    out.assign(static_cast<const char*>(view.data), static_cast<size_t>(view.length));
    return out;
  }
  out.reserve(static_cast<size_t>(view.length));
  (void)visit_items(view, static_cast<char*>(view.data), 0, [&](const char* at) -> Status {
    out.append(at, static_cast<size_t>(view.item_size));
    return {};
  });
  return out;
}

Result<MemoryView*> live_view(Value self) {
  auto* memory = self.as<MemoryView>();
  if (is_released(memory))
    return raise(types.ValueError, "operation forbidden on released memoryview object");
  return memory;
}

Result<Value> make_memoryview(Value object) {
  if (is_memoryview(object)) {
    MemoryView* original = TRY(live_view(object));
    return make_view_of(original, original->view.dimensions);
  }
  if (!has_buffer(object))
    return raise(types.TypeError, "memoryview: a bytes-like object is required, not '{}'", type_name(object));
  BufferView master;
  TRY(get_buffer(object, &master, kBufferFullReadOnly));
  if (master.dimensions > kMaxDimensions) {
    release_buffer(&master);
    return raise(types.ValueError, "memoryview: number of dimensions must not exceed 64");
  }
  auto* managed = static_cast<ManagedBuffer*>(allocate(managed_shape, sizeof(ManagedBuffer)));
  managed->kind = Kind::kNative;
  managed->master = master;
  if (managed->master.format == nullptr) managed->master.format = "B";
  return new_view(managed, managed->master, managed->master.dimensions);
}

MemoryView* make_view_of(MemoryView* original, int dimensions) {
  return new_view(original->managed, original->view, dimensions);
}

void complete_memoryview() {
  managed_shape = make_internal_shape(Kind::kNative, trace_managed);
  add_root(reinterpret_cast<Object**>(&managed_shape));
  static TypeSpec spec;
  spec.name = "memoryview";
  spec.kind = Kind::kMemoryView;
  spec.basic_size = sizeof(MemoryView);
  spec.flags = kTypeImmutable | kTypeSequence | kTypeHasWeakrefs | kTypeHasFinalizer;
  spec.trace = trace_view;
  spec.methods = kMethods;
  spec.getsets = kGetSets;
  spec.doc = "Create a new memoryview object which references the given object.";
  spec.signature = "(object)";
  spec.slots.repr = memory_repr;
  spec.slots.hash = memory_hash;
  spec.slots.richcompare = memory_compare;
  spec.slots.iter = memory_iter;
  spec.slots.new_ = memory_new;
  spec.slots.release = release_dead_view;
  spec.slots.length = memory_length;
  spec.slots.item = memory_item;
  spec.slots.subscript = memory_subscript;
  spec.slots.assign = memory_assign;
  spec.slots.get_buffer = memory_get_buffer;
  spec.slots.release_buffer = memory_release_buffer;
  complete_native_type(types.memoryview, spec);

  static TypeSpec iterator;
  iterator.name = "memory_iterator";
  iterator.kind = Kind::kIterator;
  iterator.basic_size = sizeof(MemoryIterator);
  iterator.flags = kTypeDisallowNew | kTypeImmutable;
  iterator.trace = trace_iterator;
  iterator.slots.iter = iterate_self;
  iterator.slots.iternext = iterator_next;
  complete_native_type(types.memory_iterator, iterator);
}

}  // namespace ouro::vm
