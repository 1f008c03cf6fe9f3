// The module _functools: reduce and cmp_to_key. partial and lru_cache have files of their own.
#include "vm/modules/_functools.h"

#include <cstddef>

namespace ouro::vm {

namespace {

Type* key_type = nullptr;

// ---- cmp_to_key

struct KeyWrapper : Object {
  Value compare;
  Value object;  // null: this is the function that makes keys
};

Value make_key(Value compare, Value object) {
  auto* key = allocate_instance<KeyWrapper>(key_type);
  key->compare = compare;
  key->object = object;
  write_barrier(key);
  return key;
}

Result<Value> key_call(Value self, const Arguments& arguments) {
  static const Signature signature("K", "(obj)");
  Value object;
  TRY(signature.bind(arguments, &object));
  return make_key(self.as<KeyWrapper>()->compare, object);
}

Result<Value> key_compare(Value self, Value other, CompareOp op) {
  if (!is_exactly(other, key_type)) return raise(types.TypeError, "other argument must be K instance");
  auto *a = self.as<KeyWrapper>(), *b = other.as<KeyWrapper>();
  if (a->object.is_null() || b->object.is_null()) return raise(types.AttributeError, "object");
  Value order = TRY(call(a->compare, {a->object, b->object}));
  return compare(order, make_int(0), op);
}

Result<Value> cmp_to_key(const Value* args) {
  return make_key(args[1], Value());
}

constexpr MemberSpec kKeyMembers[] = {
    {.name = "obj",
     .offset = offsetof(KeyWrapper, object),
     .writable = true,
     .doc = "What the key stands for."},
};
constexpr Slots key_slots() {
  Slots slots = {};
  slots.hash = hash_not_implemented;
  slots.call = key_call;
  slots.richcompare = key_compare;
  return slots;
}
constexpr TypeSpec kKey = {
    .name = "functools.KeyWrapper",
    .kind = Kind::kNative,
    .basic_size = sizeof(KeyWrapper),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&KeyWrapper::compare, &KeyWrapper::object>,
    .members = kKeyMembers,
    .slots = key_slots(),
};

// ---- reduce

Result<Value> reduce(const Value* args) {
  Result<Value> iterator = iterate(args[2]);
  if (!iterator.ok()) {
    if (clear_if(types.TypeError)) return raise(types.TypeError, "reduce() arg 2 must support iteration");
    return Raised{};
  }
  Value result = args[3];
  for (;;) {
    Value item = TRY(next(iterator.unwrap()));
    if (item.is_stop()) break;
    result = result.is_null() ? item : TRY(call(args[1], {result, item}));
  }
  if (result.is_null()) return raise(types.TypeError, "reduce() of empty iterable with no initial value");
  return result;
}

constexpr MethodSpec kFunctions[] = {
    {"reduce", "($module, function, iterable, initial=<unrepresentable>, /)", reduce,
     "Combine all items with a function of two arguments, from the left."},
    {"cmp_to_key", "($module, /, mycmp)", cmp_to_key, "Make a key function of a comparison function."},
};

Status execute(Module* module) {
  if (key_type == nullptr) {
    key_type = make_native_type(kKey);
    add_root(reinterpret_cast<Object**>(&key_type));
  }
  TRY(functools::add_partial(module));
  return functools::add_lru_cache(module);
}

}  // namespace

extern const ModuleSpec kFunctoolsModule;
const ModuleSpec kFunctoolsModule = {
    .name = "_functools",
    .doc = "Tools that operate on functions.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
