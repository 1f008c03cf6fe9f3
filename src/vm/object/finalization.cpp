// What runs for the dead: __del__, native finalisers, weak-reference callbacks. The collector queues, the
// interpreter's safe points work the queue off, and these are the calls that happen then.
//
// An object that has both a __del__ and a native finaliser (a subclass of a native type) is asked to run
// __del__ first. That may bring it back to life, so the native part waits until the object is found dead once
// more. Finalisers of other objects may still use this one, too. What must not be used once its resources are
// gone therefore gives them back in the slot `release`, which waits until nobody can do so.
#include <cstdlib>

#include "vm/object/exceptions.h"
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"
#include "vm/object/weakref.h"

namespace ouro::vm {

namespace {

// The exception that is pending stays so; one raised meanwhile can reach nobody.
class ExceptionKept {
 public:
  ExceptionKept() : exception_(thread()->exception) { thread()->exception = nullptr; }
  ~ExceptionKept() { thread()->exception = exception_; }
  ExceptionKept(const ExceptionKept&) = delete;
  ExceptionKept& operator=(const ExceptionKept&) = delete;

 private:
  Exception* exception_;
};

void finalize(Object* object) {
  const ExceptionKept kept;
  const Type* type = type_of(object);
  if (type->slots.del != nullptr && (object->gc & kGcFinalized) == 0) {
    if (!type->slots.del(object).ok()) report_unraisable(lookup_special(object, names.dunder_del));
    const Slots& slots = type_of(object)->slots;
    if (slots.finalize != nullptr || slots.release != nullptr) register_finalizable(object);
    return;
  }
  if (type->slots.finalize != nullptr) type->slots.finalize(object);
}

void call_weak_callback(Object* object) {
  if (object->kind != Kind::kWeakReference) return;
  const ExceptionKept kept;
  auto* reference = static_cast<WeakReference*>(object);
  Value callback = reference->callback;
  if (callback.is_null()) return;
  reference->callback = Value();
  if (!call(callback, {reference}).ok()) report_unraisable(callback);
}

}  // namespace

void start_finalization() {
  set_finalize_hook(finalize);
  set_weak_callback_hook(call_weak_callback);
  set_finalizers_pending_hook([] { request_attention(kAttentionFinalizers); });
  if (const char* every = std::getenv("OURO_GC_STRESS"); every != nullptr && *every != '\0')
    set_stress(static_cast<uint32_t>(std::strtoul(every, nullptr, 10)));
}

}  // namespace ouro::vm
