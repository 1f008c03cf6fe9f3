// types.FunctionType and cells.
#include "bytecode/code_object.h"
#include "vm/heap/heap_inline.h"
#include "vm/import/import.h"
#include "vm/interp/parts.h"
#include "vm/interp/slow.h"
#include "vm/interp/text.h"
#include "vm/object/argument_errors.h"
#include "vm/object/containers_inline.h"
#include "vm/object/hooks.h"
#include "vm/object/native.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

CellVariable* make_cell(Value contents) {
  auto* cell = allocate_inline<CellVariable>(types.cell->root_shape);
  cell->contents = contents;
  return cell;
}

namespace {

Function* self_of(Value value) {
  return value.as<Function>();
}

/// The builtins that code with these globals sees.
Value builtins_of(Dict* globals) {
  Value found = dict_get(globals, names.dunder_builtins);
  if (!found.is_null()) {
    if (is_kind(found, Kind::kModule)) return found.as<Module>()->dict;
    return found;
  }
  if (Frame* frame = current_frame()) return frame->builtins();
  Value module = hooks.loaded_module != nullptr ? hooks.loaded_module(names.builtins) : Value();
  if (is_kind(module, Kind::kModule)) return module.as<Module>()->dict;
  return make_dict();
}

}  // namespace

Function* make_function(Code* code, Dict* globals, Value builtins) {
  auto* function = allocate_inline<Function>(types.function->root_shape, types.function->instance_size);
  function->code = code;
  function->globals = globals;
  function->name = code->name;
  function->qualified_name = code->qualified_name;
  function->executable = code->executable;
  function->module = dict_get_name(globals, names.dunder_name);
  function->builtins = builtins;
  write_barrier(function);
  return function;
}

Function* make_function(Code* code, Dict* globals) {
  return make_function(code, globals, builtins_of(globals));
}

namespace {

Result<Value> or_none(Value value) {
  return value.is_null() ? none() : value;
}
Result<Value> or_none(const Object* object) {
  return object == nullptr ? none() : Value(object);
}

/// A function's own docstring is its code's first constant.
Result<Value> docstring_of(Code* code) {
  TRY(complete(code));
  return code->consts->length != 0 && is_str(code->consts->items[0]) ? code->consts->items[0] : none();
}

/// The audit event of an attribute that is read.
Status tell_of_reading(Value self, const char* attribute) {
  if (!is_audited()) return {};
  return audit("object.__getattr__", {self, intern(attribute)});
}
/// The same of a change; a null value deletes.
Status tell_of_change(Value self, const char* attribute, Value value) {
  if (!is_audited()) return {};
  if (value.is_null()) return audit("object.__delattr__", {self, intern(attribute)});
  return audit("object.__setattr__", {self, intern(attribute), value});
}

Result<Value> get_code(Value self) {
  TRY(tell_of_reading(self, "__code__"));
  return self_of(self)->code;
}
Status set_code(Value self, Value value) {
  if (value.is_null() || !is_kind(value, Kind::kCode))
    return raise(types.TypeError, "__code__ must be set to a code object");
  Function* function = self_of(self);
  TRY(tell_of_change(self, "__code__", value));
  TRY(complete(value.as<Code>()));
  if (function->doc.is_null()) store(function, function->doc, TRY(docstring_of(function->code)));
  uint64_t free_count = count_free_variables(value.as<Code>());
  uint64_t closure_length = function->closure != nullptr ? function->closure->length : 0;
  if (free_count != closure_length)
    return raise(types.ValueError, "{}() requires a code object with {} free vars, not {}",
                 to_utf8(function->name), closure_length, free_count);
  store(static_cast<Object*>(function), function->code, value.as<Code>());
  function->executable = nullptr;
  return {};
}

Status set_text(Object* holder, Str*& field, Value value, const char* name) {
  if (value.is_null() || !is_str(value))
    return raise(types.TypeError, "{} must be set to a string object", name);
  store(holder, field, value.as<Str>());
  return {};
}
Result<Value> get_name(Value self) {
  return self_of(self)->name;
}
Status set_name(Value self, Value value) {
  return set_text(self_of(self), self_of(self)->name, value, "__name__");
}
Result<Value> get_qualified_name(Value self) {
  return self_of(self)->qualified_name;
}
Status set_qualified_name(Value self, Value value) {
  return set_text(self_of(self), self_of(self)->qualified_name, value, "__qualname__");
}
Result<Value> get_defaults(Value self) {
  TRY(tell_of_reading(self, "__defaults__"));
  return or_none(self_of(self)->defaults);
}
Status set_defaults(Value self, Value value) {
  if (value.is_null() || is_none(value)) value = Value();
  if (!value.is_null() && !is_tuple(value))
    return raise(types.TypeError, "__defaults__ must be set to a tuple object");
  TRY(tell_of_change(self, "__defaults__", value));
  store(self.object(), self_of(self)->defaults, value.as<Tuple>());
  return {};
}
Result<Value> get_keyword_defaults(Value self) {
  TRY(tell_of_reading(self, "__kwdefaults__"));
  return or_none(self_of(self)->keyword_defaults);
}
Status set_keyword_defaults(Value self, Value value) {
  if (value.is_null() || is_none(value)) value = Value();
  if (!value.is_null() && !is_dict(value))
    return raise(types.TypeError, "__kwdefaults__ must be set to a dict object");
  TRY(tell_of_change(self, "__kwdefaults__", value));
  store(self.object(), self_of(self)->keyword_defaults, value.as<Dict>());
  return {};
}

/// MAKE_FUNCTION gives names and annotations in turn; the dict is made when somebody looks.
Result<Value> get_annotations(Value self) {
  Function* function = self_of(self);
  if (is_kind(function->annotations, Kind::kDict)) return function->annotations;
  Dict* dict = make_dict();
  if (is_tuple(function->annotations)) {
    auto* flat = function->annotations.as<Tuple>();
    for (uint64_t i = 0; i + 1 < flat->length; i += 2)
      TRY(dict_set(dict, flat->items[i], flat->items[i + 1]));
  }
  store(static_cast<Object*>(function), function->annotations, Value(dict));
  return dict;
}
Status set_annotations(Value self, Value value) {
  if (value.is_null() || is_none(value)) value = Value();
  if (!value.is_null() && !is_dict(value))
    return raise(types.TypeError, "__annotations__ must be set to a dict object");
  store(self.object(), self_of(self)->annotations, value);
  return {};
}
Result<Value> get_module(Value self) {
  return or_none(self_of(self)->module);
}
Status set_module(Value self, Value value) {
  store(self.object(), self_of(self)->module, value);
  return {};
}
Result<Value> get_doc(Value self) {
  Function* function = self_of(self);
  return function->doc.is_null() ? docstring_of(function->code) : function->doc;
}
Status set_doc(Value self, Value value) {
  store(self.object(), self_of(self)->doc, value.is_null() ? none() : value);
  return {};
}

Result<Value> bind(Value self, Value instance, Value) {
  if (instance.is_null() || is_none(instance)) return self;
  return make_bound_method(self, instance);
}

Result<Value> repr_function(Value self) {
  return make_str(
      fmt::format("<function {} at {}>", to_utf8(self_of(self)->qualified_name), address_text(self)));
}

Status check_closure(Code* code, Value closure) {
  TRY(complete(code));
  uint64_t wanted = count_free_variables(code);
  if (!is_none(closure) && !is_tuple(closure))
    return raise(types.TypeError, "arg 5 (closure) must be {}", wanted != 0 ? "tuple" : "None or tuple");
  if (is_none(closure) && wanted != 0) return raise(types.TypeError, "arg 5 (closure) must be tuple");
  uint64_t given = is_none(closure) ? 0 : closure.as<Tuple>()->length;
  if (wanted != given)
    return raise(types.ValueError, "{} requires closure of length {}, not {}", to_utf8(code->name), wanted,
                 given);
  for (uint64_t i = 0; i < given; ++i) {
    Value cell = closure.as<Tuple>()->items[i];
    if (!is_kind(cell, Kind::kCellVariable))
      return raise(types.TypeError, "arg 5 (closure) expected cell, found {}", type_name(cell));
  }
  return {};
}

Result<Value> new_function(Type*, const Arguments& arguments) {
  static const Signature signature("function", "(code, globals, name=None, argdefs=None, closure=None)");
  Value a[5];
  TRY(signature.bind(arguments, a));
  for (int i = 2; i < 5; ++i) a[i] = a[i].is_null() ? none() : a[i];
  if (!is_kind(a[0], Kind::kCode))
    return raise(types.TypeError, "function() argument 'code' must be code, not {}", given_name(a[0]));
  if (!is_dict(a[1]))
    return raise(types.TypeError, "function() argument 'globals' must be dict, not {}", given_name(a[1]));
  TRY(audit("function.__new__", {a[0]}));
  if (!is_none(a[2]) && !is_str(a[2])) return raise(types.TypeError, "arg 3 (name) must be None or string");
  if (!is_none(a[3]) && !is_tuple(a[3]))
    return raise(types.TypeError, "arg 4 (defaults) must be None or tuple");
  TRY(check_closure(a[0].as<Code>(), a[4]));
  Function* function = make_function(a[0].as<Code>(), a[1].as<Dict>());
  if (!is_none(a[2])) function->name = a[2].as<Str>();
  if (!is_none(a[3])) function->defaults = a[3].as<Tuple>();
  if (!is_none(a[4])) function->closure = a[4].as<Tuple>();
  write_barrier(function);
  return function;
}

constexpr GetSetSpec kFunctionGetSets[] = {
    {"__code__", get_code, set_code},
    {"__defaults__", get_defaults, set_defaults},
    {"__kwdefaults__", get_keyword_defaults, set_keyword_defaults},
    {"__annotations__", get_annotations, set_annotations},
    {"__name__", get_name, set_name},
    {"__qualname__", get_qualified_name, set_qualified_name},
    {"__module__", get_module, set_module},
    {"__doc__", get_doc, set_doc},
};
constexpr MemberSpec kFunctionMembers[] = {
    {"__closure__", offsetof(Function, closure)},
    {"__globals__", offsetof(Function, globals)},
    {"__builtins__", offsetof(Function, builtins)},
};

void complete_function() {
  static TypeSpec spec{.name = "function", .kind = Kind::kFunction, .basic_size = sizeof(Function)};
  spec.flags = kTypeHasDict | kTypeHasWeakrefs | kTypeMethodLike;
  spec.trace = trace_members<&Function::code, &Function::globals, &Function::builtins, &Function::defaults,
                             &Function::keyword_defaults, &Function::closure, &Function::name,
                             &Function::qualified_name, &Function::module, &Function::doc,
                             &Function::annotations, &Function::executable>;
  spec.getsets = kFunctionGetSets;
  spec.members = kFunctionMembers;
  spec.doc = "Create a function object.";
  spec.signature = "(code, globals, name=None, argdefs=None, closure=None)";
  spec.slots.repr = repr_function;
  spec.slots.call = call_function;
  spec.slots.descr_get = bind;
  spec.slots.new_ = new_function;
  complete_native_type(types.function, spec);
}

// ---- cells

Result<Value> get_contents(Value self) {
  Value contents = self.as<CellVariable>()->contents;
  if (contents.is_null()) return raise(types.ValueError, "Cell is empty");
  return contents;
}
Status set_contents(Value self, Value value) {
  store(self.object(), self.as<CellVariable>()->contents, value);
  return {};
}
constexpr GetSetSpec kCellGetSets[] = {{"cell_contents", get_contents, set_contents}};

Result<Value> repr_cell(Value self) {
  Value contents = self.as<CellVariable>()->contents;
  if (contents.is_null()) return make_str(fmt::format("<cell at {}: empty>", address_text(self)));
  return make_str(fmt::format("<cell at {}: {} object at {}>", address_text(self), type_name(contents),
                              address_text(contents)));
}

/// Contents are compared; an empty cell comes before a full one.
Result<Value> compare_cells(Value left, Value right, CompareOp op) {
  if (!is_kind(right, Kind::kCellVariable)) return not_implemented();
  Value a = left.as<CellVariable>()->contents;
  Value b = right.as<CellVariable>()->contents;
  if (!a.is_null() && !b.is_null()) return compare(a, b, op);
  return compare(make_int(b.is_null()), make_int(a.is_null()), op);
}

Result<Value> new_cell(Type*, const Arguments& arguments) {
  if (arguments.keyword_count() != 0) return raise(types.TypeError, "cell() takes no keyword arguments");
  if (arguments.positional > 1)
    return raise(types.TypeError, "cell expected at most 1 argument, got {}", arguments.positional);
  return make_cell(arguments.positional == 1 ? arguments[0] : Value());
}

void complete_cell() {
  static TypeSpec spec{.name = "cell", .kind = Kind::kCellVariable, .basic_size = sizeof(CellVariable)};
  spec.trace = trace_members<&CellVariable::contents>;
  spec.getsets = kCellGetSets;
  spec.doc = "Create a new cell object.";
  spec.signature = "([contents])";
  spec.slots.repr = repr_cell;
  spec.slots.richcompare = compare_cells;
  spec.slots.hash = hash_not_implemented;
  spec.slots.new_ = new_cell;
  complete_native_type(types.cell, spec);
}

}  // namespace

uint64_t count_free_variables(const Code* code) {
  uint64_t count = 0;
  for (uint64_t i = 0; i < code->locals_plus_kinds->length; ++i)
    count += (code->locals_plus_kinds->data[i] & kLocalFree) != 0;
  return count;
}

Status super_arguments(Type** this_class, Value* self) {
  Frame* frame = current_frame();
  if (frame == nullptr) return raise(types.RuntimeError, "super(): no current frame");
  Code* code = frame->code();
  if (code->argument_count == 0) return raise(types.RuntimeError, "super(): no arguments");
  Value first = frame->registers()[0];
  if (!first.is_null() && (code->locals_plus_kinds->data[0] & kLocalCell) != 0 &&
      is_kind(first, Kind::kCellVariable))
    first = first.as<CellVariable>()->contents;
  if (first.is_null()) return raise(types.RuntimeError, "super(): arg[0] deleted");
  for (uint32_t i = 0; i < code->local_count(); ++i) {
    if ((code->locals_plus_kinds->data[i] & kLocalFree) == 0 ||
        !equals(code->locals_plus_names->items[i].as<Str>(), names.dunder_class))
      continue;
    Value cell = frame->registers()[i];
    if (!is_kind(cell, Kind::kCellVariable)) return raise(types.RuntimeError, "super(): bad __class__ cell");
    Value type = cell.as<CellVariable>()->contents;
    if (type.is_null()) return raise(types.RuntimeError, "super(): empty __class__ cell");
    if (!is_kind(type, Kind::kType))
      return raise(types.RuntimeError, "super(): __class__ is not a type ({})", type_name(type));
    *this_class = type.as<Type>();
    *self = first;
    return {};
  }
  return raise(types.RuntimeError, "super(): __class__ cell not found");
}

void complete_function_types() {
  complete_function();
  complete_cell();
  complete_bound_method();
}

}  // namespace ouro::vm
