#include "cli/run/trees/constants.h"

#include <vector>

#include "base/hash.h"

namespace ouro::cli {

namespace {

using vm::types;
using vm::Value;

vm::Result<std::vector<const Constant*>> items_from(Workspace& workspace, Value collection) {
  TRY(vm::check_recursion(" during compilation"));
  std::vector<const Constant*> items;
  vm::Tuple* tuple = TRY(vm::to_tuple(collection));
  for (Value item : tuple->span()) items.push_back(TRY(constant_from_object(workspace, item)));
  return items;
}

vm::Result<vm::Tuple*> objects_of(const Constant& constant) {
  vm::List* list = vm::make_list();
  for (const Constant* item : constant.elements()) TRY(vm::list_append(list, TRY(constant_to_object(*item))));
  return vm::to_tuple(list);
}

}  // namespace

vm::Result<Value> constant_to_object(const Constant& constant) {
  switch (constant.kind) {
    case ConstantKind::None:
      return vm::none();
    case ConstantKind::False:
    case ConstantKind::True:
      return vm::make_bool(constant.is(ConstantKind::True));
    case ConstantKind::Ellipsis:
      return vm::ellipsis();
    case ConstantKind::Int:
      return vm::make_int(constant.negative, constant.magnitude());
    case ConstantKind::Float:
      return vm::make_float(constant.real);
    case ConstantKind::Complex:
      return vm::make_complex(constant.real, constant.imag);
    case ConstantKind::Str:
      return vm::make_str(constant.text());
    case ConstantKind::Bytes:
      return vm::make_bytes(constant.text());
    case ConstantKind::Tuple:
      return Value(TRY(objects_of(constant)));
    case ConstantKind::FrozenSet:
      return Value(TRY(vm::make_frozenset(TRY(objects_of(constant)))));
    case ConstantKind::Code:
      break;
  }
  return vm::none();  // no tree holds code
}

vm::Result<const Constant*> constant_from_object(Workspace& workspace, Value value) {
  Constants& constants = workspace.constants;
  if (vm::is_none(value)) return constants.none();
  if (value == vm::ellipsis()) return constants.ellipsis();
  if (vm::is_bool(value)) return constants.boolean(value == vm::make_bool(true));
  vm::Type* type = vm::type_of(value);
  if (type == types.int_) {
    uint64_t small = 0;
    const IntView view = vm::int_view(value, &small);
    return constants.integer(view.limbs, view.negative);
  }
  if (type == types.float_) return constants.floating(vm::float_value(value));
  if (type == types.complex) {
    const auto* number = value.as<vm::Complex>();
    return constants.complex(number->real, number->imag);
  }
  if (type == types.str) return constants.str(vm::to_utf8(value.as<vm::Str>()));
  if (type == types.bytes) return constants.bytes(value.as<vm::Bytes>()->view());
  if (type == types.tuple || type == types.frozenset) {
    const std::vector<const Constant*> items = TRY(items_from(workspace, value));
    for (const Constant* item : items)
      if (item->is(ConstantKind::Code)) return item;
    if (type == types.tuple) return constants.tuple(items);
    return constants.frozen_set(frozenset_order(workspace.arena, items));
  }
  Constant invalid;
  invalid.kind = ConstantKind::Code;
  const std::string_view name = workspace.arena.copy(vm::type_name(type));
  invalid.data = name.data();
  invalid.size = static_cast<uint32_t>(name.size());
  return workspace.arena.make<Constant>(invalid);
}

}  // namespace ouro::cli
