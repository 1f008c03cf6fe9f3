// weakref.ref. The heap knows who refers weakly to whom (heap/weak.cpp); this file gives the references their
// behaviour. A reference whose target has died has a null target; its callback has been queued by the
// collector and is called at the next safe point (finalization.cpp).
#include "vm/object/weakref.h"

#include <algorithm>

#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

// The reference of exactly this type that everybody without a callback shares.
WeakReference* find_shared(Object* target, const Type* type) {
  for (Object* at = next_weak(target, nullptr); at != nullptr; at = next_weak(target, at)) {
    if (at->kind == Kind::kWeakReference && type_of(at) == type &&
        static_cast<WeakReference*>(at)->callback.is_null())
      return static_cast<WeakReference*>(at);
  }
  return nullptr;
}

Result<Value> make_reference(Type* type, Value target, Value callback, bool shareable) {
  if (!supports_weak_references(target))
    return raise(types.TypeError, "cannot create weak reference to '{}' object",
                 native_type_name(type_of(target)));
  if (is_none(callback)) callback = Value();
  shareable = shareable && callback.is_null();
  if (shareable) {
    if (WeakReference* shared = find_shared(target.object(), type)) return shared;
  }
  auto* self = allocate_instance<WeakReference>(type);
  self->target = target.object();
  store(self, self->callback, callback);
  register_weak(self, &self->target, self->target, !callback.is_null());
  return self;
}

// ---- weakref.ref

Result<Value> ref_new(Type* type, const Arguments& arguments) {
  const size_t count = arguments.positional;
  if (count < 1) return raise(types.TypeError, "__new__ expected at least 1 argument, got {}", count);
  if (count > 2) return raise(types.TypeError, "__new__ expected at most 2 arguments, got {}", count);
  return make_reference(type, arguments[0], count == 2 ? arguments[1] : Value(), type == types.weakref);
}

Status ref_init(Value, const Arguments& arguments) {
  const size_t count = arguments.positional;
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "ref() takes no keyword arguments");
  if (count < 1) return raise(types.TypeError, "__init__ expected at least 1 argument, got {}", count);
  if (count > 2) return raise(types.TypeError, "__init__ expected at most 2 arguments, got {}", count);
  return {};
}

Value target_of(Value self) {
  Object* target = self.as<WeakReference>()->target;
  return target != nullptr ? Value(target) : none();
}

Result<Value> ref_call(Value self, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "weakref() takes no keyword arguments");
  if (arguments.positional > 0)
    return raise(types.TypeError, "weakref expected 0 arguments, got {}", arguments.positional);
  return target_of(self);
}

Result<int64_t> ref_hash(Value value) {
  auto* self = value.as<WeakReference>();
  if (!self->is_hashed) {
    if (self->target == nullptr) return raise(types.TypeError, "weak object has gone away");
    self->hash_ = TRY(hash(self->target));
    self->is_hashed = true;
  }
  return self->hash_;
}

// `__name__` as the interpreter looks up special methods: on the type.
Result<Value> special_name(Value object) {
  Value found = lookup_special(object, names.dunder_name);
  if (found.is_null()) return Value();
  const auto get = type_of(found)->slots.descr_get;
  return get != nullptr ? get(found, object, type_of(object)) : found;
}

Result<Value> ref_repr(Value self) {
  Value target = target_of(self);
  if (is_none(target)) return make_str(fmt::format("<weakref at {:#x}; dead>", self.bits()));
  std::string text = fmt::format("<weakref at {:#x}; to '{}' at {:#x}", self.bits(),
                                 native_type_name(type_of(target)), target.bits());
  Result<Value> name = special_name(target);
  if (!name.ok())
    take_exception();
  else if (!name.unwrap().is_null() && is_str(name.unwrap()))
    text += fmt::format(" ({})", to_utf8(name.unwrap().as<Str>()));
  return make_str(text + ">");
}

Result<Value> ref_richcompare(Value self, Value other, CompareOp op) {
  if ((op != CompareOp::Equal && op != CompareOp::NotEqual) || !is_weak_reference(self) ||
      !is_weak_reference(other))
    return not_implemented();
  Value a = target_of(self), b = target_of(other);
  if (is_none(a) || is_none(b)) return make_bool((self == other) == (op == CompareOp::Equal));
  return compare(a, b, op);
}

constexpr MethodSpec kRefMethods[] = {
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

Result<Value> get_callback(Value self) {
  Value callback = self.as<WeakReference>()->callback;
  return callback.is_null() ? none() : callback;
}

constexpr GetSetSpec kRefGetSets[] = {
    {"__callback__", get_callback},
};

constexpr Slots ref_slots() {
  Slots slots = {};
  slots.new_ = ref_new;
  slots.init = ref_init;
  slots.call = ref_call;
  slots.hash = ref_hash;
  slots.repr = ref_repr;
  slots.richcompare = ref_richcompare;
  return slots;
}

constexpr TypeSpec kRef = {
    .name = "weakref.ReferenceType",
    .kind = Kind::kWeakReference,
    .basic_size = sizeof(WeakReference),
    .flags = kTypeBase,
    .trace = trace_members<&WeakReference::callback>,
    .methods = kRefMethods,
    .getsets = kRefGetSets,
    .slots = ref_slots(),
};

}  // namespace

Result<Value> make_weak_reference(Value target, Value callback) {
  return make_reference(types.weakref, target, callback, true);
}

Result<Value> make_weak_proxy(Value target, Value callback) {
  return make_reference(is_callable(target) ? types.weakcallableproxy : types.weakproxy, target, callback,
                        true);
}

List* weak_references(Value target) {
  List* list = make_list();
  WeakReference* shared[] = {nullptr, nullptr};
  if (target.is_object()) {
    shared[0] = find_shared(target.object(), types.weakref);
    shared[1] = find_shared(target.object(), types.weakproxy);
    if (shared[1] == nullptr) shared[1] = find_shared(target.object(), types.weakcallableproxy);
    for_each_weak(target.object(), [&](Object* reference) {
      if (reference->kind == Kind::kWeakReference && reference != shared[0] && reference != shared[1])
        (void)list_append(list, reference);
    });
  }
  for (WeakReference* reference : {shared[1], shared[0]})
    if (reference != nullptr) (void)list_append(list, reference);
  std::reverse(list->span().begin(), list->span().end());
  return list;
}

uint64_t weak_reference_count(Value target) {
  if (!target.is_object()) return 0;
  uint64_t count = 0;
  for (Object* at = next_weak(target.object(), nullptr); at != nullptr; at = next_weak(target.object(), at))
    count += at->kind == Kind::kWeakReference;
  return count;
}

Value first_weak_reference(Value target) {
  List* list = weak_references(target);
  return list->length > 0 ? list->items()[0] : none();
}

void complete_weak_references() {
  complete_native_type(types.weakref, kRef);
  complete_weak_proxies();
}

}  // namespace ouro::vm
