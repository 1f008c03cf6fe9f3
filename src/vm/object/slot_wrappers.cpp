// Calling a slot through its wrapper: int.__add__(1, 2) and (1).__add__(2).
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {

namespace {

/// One call of a wrapper: what each kind of slot needs.
struct SlotCall {
  const SpecialMethod* special;
  void* function;
  Value self;
  const Arguments& arguments;

  template <class Function>
  Function as() const {
    return reinterpret_cast<Function>(function);
  }
  Value operator[](size_t i) const { return arguments[i]; }
};

Status expect(const SlotCall& call, size_t count) {
  if (call.arguments.positional == count) return {};
  return raise(types.TypeError, "expected {} argument{}, got {}", count, count == 1 ? "" : "s",
               call.arguments.positional);
}

Status expect(const SlotCall& call, size_t low, size_t high) {
  const size_t given = call.arguments.positional;
  if (given < low)
    return raise(types.TypeError, "expected at least {} argument{}, got {}", low, low == 1 ? "" : "s", given);
  if (given > high)
    return raise(types.TypeError, "expected at most {} argument{}, got {}", high, high == 1 ? "" : "s",
                 given);
  return {};
}

/// object.__setattr__(C, ...) would go behind the back of the class's own __setattr__.
Status check_no_bypass(const SlotCall& call) {
  Type* type = type_of(call.self);
  Type* at = type;
  // The class whose native __setattr__ a Python subclass may call: the nearest native one.
  while (at != nullptr && at->slots.setattro != call.as<decltype(Slots::setattro)>() && !at->has(kTypeNative))
    at = at->base;
  if (at == nullptr || at->slots.setattro == call.as<decltype(Slots::setattro)>()) return {};
  return raise(types.TypeError, "can't apply this {} to {} object", to_utf8(call.special->dunder()),
               type_name(type));
}

Result<Value> call_attribute(const SlotCall& call) {
  const Wrap wrap = call.special->wrap;
  TRY(expect(call, wrap == Wrap::SetAttribute ? 2 : 1));
  if (!is_str(call[0]))
    return raise(types.TypeError, "attribute name must be string, not '{}'", type_name(call[0]));
  Str* name = intern(call[0].as<Str>());
  if (wrap == Wrap::GetAttribute) return call.as<decltype(Slots::getattro)>()(call.self, name);
  TRY(check_no_bypass(call));
  TRY(call.as<decltype(Slots::setattro)>()(call.self, name, wrap == Wrap::SetAttribute ? call[1] : Value()));
  return none();
}

Result<Value> call_descriptor(const SlotCall& call) {
  switch (call.special->wrap) {
    case Wrap::DescriptorGet: {
      TRY(expect(call, 1, 2));
      Value instance = is_none(call[0]) ? Value() : call[0];
      Value owner = call.arguments.positional < 2 || is_none(call[1]) ? Value() : call[1];
      if (instance.is_null() && owner.is_null())
        return raise(types.TypeError, "__get__(None, None) is invalid");
      return call.as<decltype(Slots::descr_get)>()(call.self, instance, owner);
    }
    case Wrap::DescriptorSet:
      TRY(expect(call, 2));
      TRY(call.as<decltype(Slots::descr_set)>()(call.self, call[0], call[1]));
      return none();
    default:
      TRY(expect(call, 1));
      TRY(call.as<decltype(Slots::descr_set)>()(call.self, call[0], Value()));
      return none();
  }
}

Result<Value> call_power(const SlotCall& call) {
  const auto function = call.as<decltype(Slots::power)>();
  if (call.special->wrap == Wrap::InplacePower) {
    TRY(expect(call, 1));
    return function(call.self, call[0], none());
  }
  TRY(expect(call, 1, 2));
  Value modulus = call.arguments.positional == 2 ? call[1] : none();
  return call.special->wrap == Wrap::PowerLeft ? function(call.self, call[0], modulus)
                                               : function(call[0], call.self, modulus);
}

Result<Value> call_item(const SlotCall& call) {
  switch (call.special->wrap) {
    case Wrap::SetItem:
      TRY(expect(call, 2));
      TRY(call.as<decltype(Slots::assign)>()(call.self, call[0], call[1]));
      return none();
    case Wrap::DeleteItem:
      TRY(expect(call, 1));
      TRY(call.as<decltype(Slots::assign)>()(call.self, call[0], Value()));
      return none();
    case Wrap::Contains:
      TRY(expect(call, 1));
      return make_bool(TRY(call.as<decltype(Slots::contains)>()(call.self, call[0])));
    default:
      break;
  }
  TRY(expect(call, 1));
  int64_t index = TRY(to_int64_index(call[0]));
  if (call.special->wrap == Wrap::Repeat) return call.as<decltype(Slots::repeat)>()(call.self, index);
  if (index < 0 && type_of(call.self)->slots.length != nullptr) index += TRY(length(call.self));
  return call.as<decltype(Slots::item)>()(call.self, index);
}

Result<Value> call_unary(const SlotCall& call) {
  TRY(expect(call, 0));
  switch (call.special->wrap) {
    case Wrap::Hash:
      return make_int(TRY(call.as<decltype(Slots::hash)>()(call.self)));
    case Wrap::Length:
      return make_int(TRY(call.as<decltype(Slots::length)>()(call.self)));
    case Wrap::Bool:
      return make_bool(TRY(call.as<decltype(Slots::bool_)>()(call.self)));
    case Wrap::Delete:
      TRY(call.as<decltype(Slots::del)>()(call.self));
      return none();
    case Wrap::Next: {
      thread()->stop_value = Value();
      Value item = TRY(call.as<UnaryFn>()(call.self));
      if (!item.is_stop()) return item;
      Value value = thread()->stop_value;
      return value.is_null() ? raise_with(types.StopIteration, {}) : raise_with(types.StopIteration, {value});
    }
    default:
      return call.as<UnaryFn>()(call.self);
  }
}

Result<Value> call_binary(const SlotCall& call) {
  TRY(expect(call, 1));
  if (call.special->wrap == Wrap::Compare) {
    return call.as<decltype(Slots::richcompare)>()(call.self, call[0],
                                                   static_cast<CompareOp>(call.special->detail));
  }
  const auto function = call.as<BinaryFn>();
  return call.special->wrap == Wrap::BinaryRight ? function(call[0], call.self)
                                                 : function(call.self, call[0]);
}

}  // namespace

Result<Value> call_slot(const SpecialMethod* special, void* function, Value self,
                        const Arguments& arguments) {
  const SlotCall call{special, function, self, arguments};
  if (special->wrap == Wrap::Call) return call.as<decltype(Slots::call)>()(self, arguments);
  if (special->wrap == Wrap::Init) {
    TRY(call.as<decltype(Slots::init)>()(self, arguments));
    return none();
  }
  if (arguments.keyword_count() != 0)
    return raise(types.TypeError, "wrapper {}() takes no keyword arguments", to_utf8(special->dunder()));
  switch (special->wrap) {
    case Wrap::GetAttribute:
    case Wrap::SetAttribute:
    case Wrap::DeleteAttribute:
      return call_attribute(call);
    case Wrap::DescriptorGet:
    case Wrap::DescriptorSet:
    case Wrap::DescriptorDelete:
      return call_descriptor(call);
    case Wrap::PowerLeft:
    case Wrap::PowerRight:
    case Wrap::InplacePower:
      return call_power(call);
    case Wrap::SetItem:
    case Wrap::DeleteItem:
    case Wrap::SequenceItem:
    case Wrap::Repeat:
    case Wrap::Contains:
      return call_item(call);
    case Wrap::BinaryPlain:
    case Wrap::BinaryLeft:
    case Wrap::BinaryRight:
    case Wrap::InplaceBinary:
    case Wrap::Compare:
      return call_binary(call);
    default:
      return call_unary(call);
  }
}

}  // namespace ouro::vm
