// The start of the runtime: singletons, well-known types, names, and the order in which they come to be.
//
// Everything refers to everything here: a type's name is a str, whose cell needs the type of str, whose
// methods need names. So first all well-known types get empty cells with root shapes that know their kind;
// then names can be interned and dicts made; then each type is filled in by the file that owns it, into the
// cells that stand. The collector stays off until all is complete.
#include <fmt/format.h>

#include "vm/object/exceptions.h"
#include "vm/object/numbers.h"
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"
#include "vm/object/shapes.h"
#include "vm/object/startup.h"
#include "vm/object/types.h"

namespace ouro::vm {

Types types;
Names names;
Object none_object, not_implemented_object, ellipsis_object;

namespace {

/// The kinds that cells of a type have before the type's own table says so: those that the start itself
/// makes.
struct EarlyKind {
  Type* Types::* type;
  Kind kind;
};
constexpr EarlyKind kEarlyKinds[] = {
    {&Types::type, Kind::kType},
    {&Types::str, Kind::kStr},
    {&Types::bytes, Kind::kBytes},
    {&Types::tuple, Kind::kTuple},
    {&Types::list, Kind::kList},
    {&Types::dict, Kind::kDict},
    {&Types::int_, Kind::kInt},
    {&Types::float_, Kind::kFloat},
    {&Types::native_function, Kind::kNativeFunction},
    {&Types::method_descriptor, Kind::kMethodDescriptor},
    {&Types::classmethod_descriptor, Kind::kMethodDescriptor},
    {&Types::slot_wrapper, Kind::kSlotWrapper},
    {&Types::getset, Kind::kGetSet},
    {&Types::member, Kind::kMember},
    {&Types::classmethod, Kind::kClassMethod},
    {&Types::staticmethod, Kind::kStaticMethod},
};

void trace_type(Object* object, Tracer& tracer) {
  auto* type = static_cast<Type*>(object);
  tracer.visit(reinterpret_cast<Object*>(type->name));
  tracer.visit(reinterpret_cast<Object*>(type->qualified_name));
  tracer.visit(type->base);
  tracer.visit(reinterpret_cast<Object*>(type->bases));
  tracer.visit(reinterpret_cast<Object*>(type->mro));
  tracer.visit(reinterpret_cast<Object*>(type->dict));
  tracer.visit(type->subclasses);
  tracer.visit(type->root_shape);
  tracer.visit(type->dictionary_shape);
  tracer.visit(type->first_shape);
  tracer.visit(reinterpret_cast<Object*>(type->slot_names));
  tracer.visit(type->module_state);
}

void trace_well_known(Tracer& tracer) {
#define WELL_KNOWN_TYPE(name) tracer.visit(types.name);
#include "vm/object/types.def"
#define NAME(id, text) tracer.visit(reinterpret_cast<Object*>(names.id));
#include "vm/object/names.def"
}

void start_singleton(Object& object, Type* type, Kind kind) {
  object.shape = type->root_shape;
  object.gc = kGcStatic;
  object.kind = kind;
}

void start_singletons() {
  start_singleton(none_object, types.none, Kind::kNoneType);
  start_singleton(not_implemented_object, types.not_implemented, Kind::kNotImplementedType);
  start_singleton(ellipsis_object, types.ellipsis, Kind::kEllipsisType);
  start_singleton(true_object, types.bool_, Kind::kBool);
  start_singleton(false_object, types.bool_, Kind::kBool);
}

}  // namespace

void start_types() {
  auto* shape_of_types = allocate<Shape>(shapes.shape);
  shape_of_types->instance_kind = Kind::kType;
  shape_of_types->trace = trace_type;
#define WELL_KNOWN_TYPE(id)                  \
  types.id = allocate<Type>(shape_of_types); \
  types.id->instance_kind = Kind::kInstance; \
  types.id->basic_size = sizeof(Object);     \
  types.id->native_size = sizeof(Object);
#include "vm/object/types.def"
  add_root_visitor(trace_well_known);
  store(shape_of_types, shape_of_types->type, types.type);
  store(types.type, types.type->root_shape, shape_of_types);
  store(types.type, types.type->first_shape, shape_of_types);
  types.type->native_size = types.type->basic_size = sizeof(Type);
  types.type->native_trace = trace_type;
  for (const EarlyKind& early : kEarlyKinds) (types.*early.type)->instance_kind = early.kind;
#define WELL_KNOWN_TYPE(id) install_root_shape(types.id);
#include "vm/object/types.def"
  immediate_shapes[1] = immediate_shapes[3] = types.int_->root_shape;
  immediate_shapes[2] = types.float_->root_shape;
}

void start_names() {
#define NAME(id, text) names.id = intern(text);
#include "vm/object/names.def"
}

void complete_object_model() {
  complete_core_types();
  complete_descriptor_types();
  complete_exceptions();
  complete_object_builtins();
}

void start_runtime() {
  set_automatic_collection(false);
  start_threads();
  start_shapes();
  start_types();
  start_singletons();
  start_names();
  start_special_methods();
  complete_object_model();
  complete_text();
  complete_numbers();
  complete_containers();
  complete_functions();
  complete_weak_references();
  start_finalization();
  set_automatic_collection(true);
}

}  // namespace ouro::vm
