// The module _weakref. The types stand in object/weakref.cpp.
#include "vm/object/argument_errors.h"
#include "vm/object/native.h"
#include "vm/object/protocol.h"
#include "vm/object/weakref.h"

namespace ouro::vm {

namespace {

Result<Value> getweakrefcount(const Value* a) {
  return Value::from_small(static_cast<int64_t>(weak_reference_count(a[1])));
}

Result<Value> getweakrefs(const Value* a) {
  return weak_references(a[1]);
}

Result<Value> proxy(const Value* a) {
  return make_weak_proxy(a[1], a[2]);
}

Result<Value> remove_dead_weakref(const Value* a) {
  if (!is_dict(a[1]))
    return raise(types.TypeError, "_remove_dead_weakref() argument 1 must be dict, not {}", given_name(a[1]));
  Dict* dict = a[1].as<Dict>();
  Value value = TRY(dict_get(dict, a[2]));
  if (value.is_null()) return none();
  if (!is_weak_reference(value)) return raise(types.TypeError, "not a weakref");
  if (value.as<WeakReference>()->target == nullptr) TRY(dict_delete(dict, a[2]));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"getweakrefcount", "($module, object, /)", getweakrefcount,
     "The number of weak references to the object."},
    {"getweakrefs", "($module, object, /)", getweakrefs, "A list of the weak references to the object."},
    {"proxy", "($module, object, callback=None, /)", proxy,
     "An object that acts for another without keeping it alive; callback is called with the proxy when that "
     "other has died."},
    {"_remove_dead_weakref", "($module, dct, key, /)", remove_dead_weakref,
     "Remove the key from the dict if its value is a weak reference to something dead."},
};

Status execute(Module* module) {
  TRY(module_add(module, "ref", types.weakref));
  TRY(module_add(module, "ReferenceType", types.weakref));
  TRY(module_add(module, "ProxyType", types.weakproxy));
  TRY(module_add(module, "CallableProxyType", types.weakcallableproxy));
  return {};
}

}  // namespace

extern const ModuleSpec kWeakrefModule;
const ModuleSpec kWeakrefModule = {
    .name = "_weakref",
    .doc = "Weak references.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
