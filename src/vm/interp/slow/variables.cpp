// Variables: unbound locals, cells, globals, class and module namespaces.
#include "bytecode/code_object.h"
#include "vm/interp/hot.h"
#include "vm/interp/slow.h"
#include "vm/object/types.h"

namespace ouro::vm {

namespace {

Str* local_name(Value* R, uint32_t index) {
  return FRAME->code()->locals_plus_names->items[index].as<Str>();
}

/// NameError (or UnboundLocalError) with its `name`.
uint64_t* raise_name(Type* type, Str* name, std::string_view format) {
  std::string text = fmt::format(fmt::runtime(format), to_utf8(name));
  (void)raise_text(type, text);
  Exception* exception = thread()->exception;
  if (exception != nullptr && exception->shape->type == type)
    store(static_cast<Object*>(exception), static_cast<NameErrorObject*>(exception)->name, Value(name));
  return kRaised;
}

uint64_t* raise_undefined(Str* name) {
  return raise_name(types.NameError, name, "name '{}' is not defined");
}

/// Where an entry's value lies: there it stays as long as the table has its version.
uint64_t value_address(const Dict* dict, int64_t entry) {
  return reinterpret_cast<uint64_t>(&dict->table->entries[entry].value);
}

bool cache_in_dict(uint64_t* pc, Dict* dict, int64_t entry, Op op) {
  uint32_t version = dict_keys_version(dict);
  if (version == 0) return false;
  set_halves(pc + 2, version, 0);
  pc[3] = value_address(dict, entry);
  patch_op(pc, op);
  return true;
}

/// The name in a namespace of any type, by its []: null when absent.
Result<Value> find_item(Value space, Str* name) {
  if (has_shape(space, hot.dict)) return dict_get(space.as<Dict>(), name);
  auto found = get_item(space, Value(name));
  if (found.ok()) return found;
  if (!clear_if(types.KeyError)) return Raised{};
  return Value();
}

/// A global or builtin by name; patches the instruction if it lies in exact dicts. Only LoadGlobal asks a
/// subclass of dict through its [].
uint64_t* find_global(uint64_t* pc, Value* R, Op module_form, Op builtin_form) {
  Function* function = FRAME->function;
  Str* name = name_at(R, low_half(pc + 1));
  Dict* globals = function->globals;
  if (globals->shape == hot.dict) {
    int64_t entry = dict_find_entry(globals, name);
    if (entry >= 0) {
      RA = globals->table->entries[entry].value;
      cache_in_dict(pc, globals, entry, module_form);
      return pc + 4;
    }
  } else {
    const bool by_item = module_form == Op::LoadGlobalModule;
    Value value = by_item ? UNWRAP(find_item(globals, name)) : UNWRAP(dict_get(globals, Value(name)));
    if (!value.is_null()) {
      RA = value;
      return pc + 4;
    }
  }
  if (!has_shape(function->builtins, hot.dict)) {
    Value value = UNWRAP(find_item(function->builtins, name));
    if (value.is_null()) return raise_undefined(name);
    RA = value;
    return pc + 4;
  }
  auto* builtins = function->builtins.as<Dict>();
  int64_t entry = dict_find_entry(builtins, name);
  if (entry < 0) return raise_undefined(name);
  RA = builtins->table->entries[entry].value;
  uint32_t global_version = globals->shape == hot.dict ? dict_keys_version(globals) : 0;
  uint32_t builtin_version = dict_keys_version(builtins);
  if (global_version != 0 && builtin_version != 0) {
    set_halves(pc + 2, global_version, builtin_version);
    pc[3] = value_address(builtins, entry);
    patch_op(pc, builtin_form);
  }
  return pc + 4;
}

uint64_t* raise_no_locals(std::string_view verb, Str* name) {
  (void)raise(types.SystemError, "no locals {} {}", verb, repr_text(name));
  return kRaised;
}

}  // namespace

SLOW_FN(raise_unbound_local) {
  return raise_name(types.UnboundLocalError, local_name(R, field_a(pc)),
                    "cannot access local variable '{}' where it is not associated with a value");
}

SLOW_FN(raise_no_cell) {
  (void)raise(types.SystemError, "malformed code object: a local is used as a cell before MAKE_CELL");
  return kRaised;
}

namespace {
uint64_t* raise_empty_cell(Value* R, uint32_t local) {
  Code* code = FRAME->code();
  bool free = (code->locals_plus_kinds->data[local] & kLocalFree) != 0;
  Str* name = code->locals_plus_names->items[local].as<Str>();
  if (free) {
    return raise_name(types.NameError, name,
                      "cannot access free variable '{}' where it is not associated with a value in "
                      "enclosing scope");
  }
  return raise_name(types.UnboundLocalError, name,
                    "cannot access local variable '{}' where it is not associated with a value");
}
}  // namespace

SLOW_FN(raise_unbound_deref) {
  if (!is_kind(RB, Kind::kCellVariable)) return raise_no_cell(pc, R, T);
  return raise_empty_cell(R, field_b(pc));
}

SLOW_FN(delete_deref) {
  if (!is_kind(RA, Kind::kCellVariable)) return raise_no_cell(pc, R, T);
  auto* cell = RA.as<CellVariable>();
  if (cell->contents.is_null()) return raise_empty_cell(R, field_a(pc));
  cell->contents = Value();
  return pc + 1;
}

SLOW_FN(make_cell_local) {
  RA = make_cell(RA);
  return pc + 1;
}

SLOW_FN(remember_cell) {
  write_barrier(RA.object());
  return pc + 1;
}

SLOW_FN(raise_no_closure) {
  (void)raise(types.SystemError, "malformed code object: the function has no closure of this size");
  return kRaised;
}

SLOW_FN(load_class_deref) {
  if (!is_kind(RB, Kind::kCellVariable)) return raise_no_cell(pc, R, T);
  Str* name = local_name(R, field_b(pc));
  Value value;
  if (!FRAME->locals.is_null()) value = UNWRAP(find_item(FRAME->locals, name));
  if (value.is_null()) value = RB.as<CellVariable>()->contents;
  if (value.is_null()) return raise_empty_cell(R, field_b(pc));
  RA = value;
  return pc + 1;
}

SLOW_FN(load_global) {
  return find_global(pc, R, Op::LoadGlobalModule, Op::LoadGlobalBuiltin);
}

SLOW_FN(store_global) {
  Str* name = name_at(R, low_half(pc + 1));
  Dict* globals = FRAME->globals();
  int64_t entry = dict_find_quick(globals, name);
  if (entry >= 0) {
    dict_set_entry_value(globals, entry, RA);
  } else {
    if (!dict_set(globals, Value(name), RA).ok()) return kRaised;
  }
  return pc + 2;
}

SLOW_FN(delete_global) {
  Str* name = name_at(R, low_half(pc + 1));
  bool was_there = UNWRAP(dict_delete(FRAME->globals(), Value(name)));
  return was_there ? pc + 2 : raise_undefined(name);
}

SLOW_FN(load_name) {
  Frame* frame = FRAME;
  Str* name = name_at(R, low_half(pc + 1));
  if (namespace_of(frame).is_null()) return raise_no_locals("when loading", name);
  if (frame->locals == Value(frame->globals()) && has_shape(frame->locals, hot.dict))
    return find_global(pc, R, Op::LoadNameGlobal, Op::LoadNameBuiltin);
  if (has_shape(frame->locals, hot.dict)) {
    auto* locals = frame->locals.as<Dict>();
    int64_t entry = dict_find_entry(locals, name);
    if (entry >= 0) {
      RA = locals->table->entries[entry].value;
      cache_in_dict(pc, locals, entry, Op::LoadNameDict);
      return pc + 4;
    }
  } else {
    Value value = UNWRAP(find_item(frame->locals, name));
    if (!value.is_null()) {
      RA = value;
      return pc + 4;
    }
  }
  return find_global(pc, R, Op::LoadName, Op::LoadName);
}

SLOW_FN(store_name) {
  Frame* frame = FRAME;
  Str* name = name_at(R, low_half(pc + 1));
  if (namespace_of(frame).is_null()) return raise_no_locals("found when storing", name);
  if (has_shape(frame->locals, hot.dict)) {
    auto* locals = frame->locals.as<Dict>();
    int64_t entry = dict_find_quick(locals, name);
    if (entry >= 0) {
      dict_set_entry_value(locals, entry, RA);
    } else {
      dict_set(locals, name, RA);
    }
    return pc + 2;
  }
  if (!set_item(frame->locals, Value(name), RA).ok()) return kRaised;
  return pc + 2;
}

SLOW_FN(delete_name) {
  Frame* frame = FRAME;
  Str* name = name_at(R, low_half(pc + 1));
  if (namespace_of(frame).is_null()) return raise_no_locals("when deleting", name);
  if (has_shape(frame->locals, hot.dict)) {
    bool was_there = UNWRAP(dict_delete(frame->locals.as<Dict>(), Value(name)));
    return was_there ? pc + 2 : raise_undefined(name);
  }
  if (!delete_item(frame->locals, Value(name)).ok()) {
    if (clear_if(types.KeyError)) return raise_undefined(name);
    return kRaised;
  }
  return pc + 2;
}

SLOW_FN(load_assertion_error) {
  RA = types.AssertionError;
  return pc + 1;
}

SLOW_FN(load_build_class) {
  Value builtins = FRAME->builtins();
  Value found;
  if (is_dict(builtins)) {
    found = dict_get(builtins.as<Dict>(), names.dunder_build_class);
  } else {
    auto looked = get_item(builtins, Value(names.dunder_build_class));
    if (looked.ok()) {
      found = looked.unwrap();
    } else if (!clear_if(types.KeyError)) {
      return kRaised;
    }
  }
  if (found.is_null()) {
    (void)raise(types.NameError, "__build_class__ not found");
    return kRaised;
  }
  RA = found;
  return pc + 1;
}

SLOW_FN(setup_annotations) {
  Value locals = namespace_of(FRAME);
  if (locals.is_null()) {
    (void)raise(types.SystemError, "no locals found when setting up annotations");
    return kRaised;
  }
  Value present = UNWRAP(find_item(locals, names.dunder_annotations));
  if (present.is_null()) {
    if (!set_item(locals, Value(names.dunder_annotations), make_dict()).ok()) return kRaised;
  }
  return pc + 1;
}

}  // namespace ouro::vm
