// object: the root of all classes.
#include "vm/builtins/object_pickle.h"
#include "vm/import/import.h"
#include "vm/object/argument_errors.h"
#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/hooks.h"
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"
#include "vm/object/shape_access.h"
#include "vm/object/shapes.h"

namespace ouro::vm {

namespace {

Status object_init(Value self, const Arguments& arguments);

bool has_arguments(const Arguments& arguments) {
  return arguments.positional != 0 || arguments.keywords != nullptr;
}

Raised raise_abstract(Type* type) {
  Value methods = TRY(get_attribute(type, intern("__abstractmethods__")));
  List* sorted = TRY(to_list(methods));
  TRY(call_method(sorted, names.sort));
  std::string joined;
  for (uint64_t i = 0; i < sorted->length; ++i) {
    if (i != 0) joined += ", ";
    Value name = sorted->items()[i];
    if (!is_str(name)) {
      return raise(types.TypeError, "sequence item {}: expected str instance, {} found", i, type_name(name));
    }
    joined += to_utf8(name.as<Str>());
  }
  return raise(types.TypeError, "Can't instantiate abstract class {} with abstract method{} {}",
               type_name(type), sorted->length > 1 ? "s" : "", joined);
}

Result<Value> object_new(Type* type, const Arguments& arguments) {
  if (has_arguments(arguments)) {
    if (type->slots.new_ != object_new) {
      return raise(types.TypeError, "object.__new__() takes exactly one argument (the type to instantiate)");
    }
    if (type->slots.init == object_init)
      return raise(types.TypeError, "{}() takes no arguments", type_name(type));
  }
  if (type->has(kTypeAbstract)) [[unlikely]]
    return raise_abstract(type);
  return allocate_instance(type);
}

Status object_init(Value self, const Arguments& arguments) {
  if (!has_arguments(arguments)) return {};
  const Type* type = type_of(self);
  if (type->slots.init != object_init) {
    return raise(types.TypeError,
                 "object.__init__() takes exactly one argument (the instance to initialize)");
  }
  if (type->slots.new_ == object_new) {
    return raise(types.TypeError, "{}.__init__() takes exactly one argument (the instance to initialize)",
                 type_name(type));
  }
  return {};
}

// ---- slots

Result<Value> object_repr(Value self) {
  Type* type = type_of(self);
  Value module = type_module(type);
  if (!module.is_null() && is_str(module) && !equals(module.as<Str>(), names.builtins)) {
    return make_str(fmt::format("<{}.{} object at {:#x}>", to_utf8(module.as<Str>()),
                                to_utf8(type->qualified_name), self.bits()));
  }
  return make_str(fmt::format("<{} object at {:#x}>", type_name(type), self.bits()));
}

/// What __repr__ gives, whatever that is: str() checks it.
Result<Value> object_str(Value self) {
  const UnaryFn function = type_of(self)->slots.repr;
  return function != nullptr ? function(self) : repr(self);
}

Result<int64_t> object_hash(Value self) {
  // Cells are 16 bytes apart at least: the low bits would all be alike.
  return static_cast<int64_t>(self.bits() >> 4 | self.bits() << 60);
}

Result<Value> object_compare(Value self, Value other, CompareOp op) {
  if (op == CompareOp::Equal) return self == other ? make_bool(true) : not_implemented();
  if (op != CompareOp::NotEqual) return not_implemented();
  // != is the inverse of whatever == says.
  auto function = type_of(self)->slots.richcompare;
  if (function == nullptr) return not_implemented();
  Value result = TRY(function(self, other, CompareOp::Equal));
  if (is_not_implemented(result)) return result;
  return make_bool(!TRY(is_true(result)));
}

// ---- __class__

Result<Value> get_class(Value self) {
  return type_of(self);
}

Status set_class(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "can't delete __class__ attribute");
  if (!is_kind(value, Kind::kType)) {
    return raise(types.TypeError, "__class__ must be set to a class, not '{}' object", type_name(value));
  }
  TRY(audit("object.__setattr__", {self, names.dunder_class, value}));
  Type* from = type_of(self);
  auto* to = value.as<Type>();
  const bool modules = is_subtype(from, types.module) && is_subtype(to, types.module);
  if (!modules && (from->has(kTypeImmutable) || to->has(kTypeImmutable))) {
    return raise(types.TypeError,
                 "__class__ assignment only supported for mutable types or ModuleType subclasses");
  }
  TRY(check_same_layout(from, to, "__class__"));
  if (from->slots.descr_get != to->slots.descr_get || from->slots.descr_set != to->slots.descr_set)
    descriptors_changed();
  if (is_kind(self, Kind::kType)) {
    self.object()->shape = to->root_shape;
    write_barrier(self.object());
    type_modified(self.as<Type>(), nullptr);
    return {};
  }
  move_to_type(self.object(), to);
  if (to->has(kTypeHasFinalizer) && !from->has(kTypeHasFinalizer)) register_finalizable(self.object());
  return {};
}

// ---- methods

Result<Value> object_format(const Value* a) {
  if (!is_str(a[1])) {
    return raise(types.TypeError, "__format__() argument must be str, not {}", given_name(a[1]));
  }
  if (a[1].as<Str>()->length > 0) {
    return raise(types.TypeError, "unsupported format string passed to {}.__format__", type_name(a[0]));
  }
  return to_str(a[0]);
}

Result<Value> object_dir(const Value* a) {
  Value own = TRY(find_attribute(a[0], names.dunder_dict));
  Dict* collected = is_dict(own) ? dict_copy(own.as<Dict>()) : make_dict();
  Value cls = TRY(find_attribute(a[0], names.dunder_class));
  if (!cls.is_null()) TRY(merge_class_dir(collected, cls));
  List* list = make_list();
  size_t position = 0;
  Value key, value;
  while (dict_next(collected, &position, &key, &value)) TRY(list_append(list, key));
  return list;
}

Result<Value> object_sizeof(const Value* a) {
  return make_int(a[0].is_object() ? static_cast<int64_t>(cell_size(a[0].object())) : 16);
}

Result<Value> object_init_subclass(const Value*) {
  return none();
}
Result<Value> object_subclasshook(Value, const Arguments&) {
  return not_implemented();
}

constexpr MethodSpec kMethods[] = {
    {"__reduce_ex__", "($self, protocol, /)", object_reduce_ex, "Helper for pickle."},
    {"__reduce__", "($self, /)", object_reduce, "Helper for pickle."},
    {"__getstate__", "($self, /)", object_getstate, "Helper for pickle."},
    {"__subclasshook__", nullptr, nullptr,
     "Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by "
     "abc.ABCMeta.__subclasscheck__().\nIt should return True, False or NotImplemented.  If it "
     "returns\nNotImplemented, the normal algorithm is used.  Otherwise, it\noverrides the normal algorithm "
     "(and the outcome is cached).\n",
     Binding::Class, object_subclasshook},
    {"__init_subclass__", "($type, /)", object_init_subclass,
     "This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may "
     "be\noverridden to extend subclasses.\n",
     Binding::Class},
    {"__format__", "($self, format_spec, /)", object_format, "Default object formatter."},
    {"__sizeof__", "($self, /)", object_sizeof, "Size of object in memory, in bytes."},
    {"__dir__", "($self, /)", object_dir, "Default dir() implementation."},
};
constexpr GetSetSpec kGetSets[] = {
    {"__class__", get_class, set_class, "the object's class"},
};

void finalize_object(Object* object) {
  Type* type = object->shape->type;
  if (type->slots.finalize != nullptr) type->slots.finalize(object);
  if (type->slots.del == nullptr) return;
  Exception* pending = take_exception();
  if (!type->slots.del(object).ok()) report_unraisable(lookup_in_type(type, names.dunder_del));
  thread()->exception = pending;
}

}  // namespace

void complete_object_type() {
  static TypeSpec spec = {
      .name = "object",
      .flags = kTypeBase,
      .methods = kMethods,
      .getsets = kGetSets,
      .doc =
          "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a "
          "new featureless\ninstance that has no instance attributes and cannot be given any.\n",
      .signature = "()",
  };
  spec.slots.repr = object_repr;
  spec.slots.str = object_str;
  spec.slots.hash = object_hash;
  spec.slots.getattro = generic_get_attribute;
  spec.slots.setattro = generic_set_attribute;
  spec.slots.richcompare = object_compare;
  spec.slots.new_ = object_new;
  spec.slots.init = object_init;
  complete_native_type(types.object, spec);
}

void complete_core_types() {
  start_lookup_cache();
  set_finalize_hook(finalize_object);
  complete_object_type();
  complete_type_type();
}

}  // namespace ouro::vm
