// types.SimpleNamespace.
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/repr_guard.h"

namespace ouro::vm {

namespace {

Dict* dict_of(Value self) {
  return attribute_dict(self.object());
}

Result<Value> namespace_new(Type* type, const Arguments&) {
  return allocate_instance(type);
}

Status namespace_init(Value self, const Arguments& arguments) {
  if (arguments.positional != 0) return raise(types.TypeError, "no positional arguments expected");
  for (size_t i = 0; i < arguments.keyword_count(); ++i) {
    Value name = arguments.keywords->items[i];
    if (!is_str(name)) return raise(types.TypeError, "keywords must be strings");
    TRY(dict_set(dict_of(self), name, arguments.values[i]));
  }
  return {};
}

Result<Value> namespace_repr(Value self) {
  StrBuilder text;
  if (is_exactly(self, types.namespace_)) {
    text.append_ascii("namespace");
  } else {
    text.append(type_of(self)->name);
  }
  ReprGuard guard(self.object());
  if (guard.repeated()) {
    text.append_ascii("(...)");
    return text.finish();
  }
  text.append_ascii("(");
  Dict* copy = dict_copy(dict_of(self));
  size_t position = 0, shown = 0;
  Value key, value;
  while (dict_next(copy, &position, &key, &value)) {
    if (!is_str(key) || key.as<Str>()->length == 0) continue;
    if (shown++ != 0) text.append_ascii(", ");
    text.append(key.as<Str>());
    text.append_ascii("=");
    text.append(TRY(repr(value)));
  }
  text.append_ascii(")");
  return text.finish();
}

Result<Value> namespace_compare(Value self, Value other, CompareOp op) {
  if (!is_instance(self, types.namespace_) || !is_instance(other, types.namespace_)) return not_implemented();
  return compare(dict_of(self), dict_of(other), op);
}

Result<Value> namespace_reduce(const Value* a) {
  return make_tuple({type_of(a[0]), empty_tuple(), dict_of(a[0])});
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", namespace_reduce, "Return state information for pickling"},
};

}  // namespace

void complete_namespace_type() {
  static TypeSpec spec = {.name = "types.SimpleNamespace",
                          .kind = Kind::kNamespace,
                          .flags = kTypeBase | kTypeHasDict,
                          .methods = kMethods,
                          .doc = "A simple attribute-based namespace.\n\nSimpleNamespace(**kwargs)"};
  spec.slots.new_ = namespace_new;
  spec.slots.init = namespace_init;
  spec.slots.repr = namespace_repr;
  spec.slots.richcompare = namespace_compare;
  complete_native_type(types.namespace_, spec);
}

}  // namespace ouro::vm
