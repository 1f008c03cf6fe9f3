// The builtin functions that run code: compile, eval, exec, __build_class__, __import__.
#include "bytecode/code_object.h"
#include "vm/builtins/functions.h"
#include "vm/import/compile.h"
#include "vm/import/import.h"
#include "vm/interp/interpreter.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

// ---- compile

// Of features that are no longer optional: taken and without meaning (nested_scopes).
constexpr uint32_t kObsoleteFlags = 0x10;
constexpr uint32_t kKnownFlags = kCompileFutureMask | kObsoleteFlags | kCompileDontImplyDedent |
                                 kCompileOnlyAst | kCompileTypeComments | kCompileTopLevelAwait |
                                 kCompileIncompleteInput;

/// The `from __future__` features of the calling code.
uint32_t inherited_flags() {
  Frame* frame = current_frame();
  return frame == nullptr ? 0 : frame->code()->code_flags & kCompileFutureMask;
}

Result<CompileMode> compile_mode(Value mode, uint32_t flags) {
  if (!is_str(mode))
    return raise(types.TypeError, "compile() argument 'mode' must be str, not {}", given_name(mode));
  auto* text = mode.as<Str>();
  if (equals(text, "exec")) return CompileMode::Exec;
  if (equals(text, "eval")) return CompileMode::Eval;
  if (equals(text, "single")) return CompileMode::Single;
  if (equals(text, "func_type")) {
    if ((flags & kCompileOnlyAst) == 0)
      return raise(types.ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
    return CompileMode::FunctionType;
  }
  const char* or_func_type = (flags & kCompileOnlyAst) != 0 ? ", 'single' or 'func_type'" : " or 'single'";
  return raise(types.ValueError, "compile() mode must be 'exec', 'eval'{}", or_func_type);
}

/// The audit event of source text that is to be compiled.
Status tell_of_compilation(const std::string& text, Value filename) {
  if (!is_audited()) return {};
  return audit("compile", {make_bytes(text), filename});
}

Result<Value> builtin_compile(const Value* a) {
  Str* filename = TRY(source_name(a[2]));
  auto flags = static_cast<uint32_t>(a[4].is_null() ? 0 : TRY(to_c_int(a[4])));
  bool dont_inherit = !a[5].is_null() && TRY(is_true(a[5]));
  int optimize = a[6].is_null() ? -1 : TRY(to_c_int(a[6]));
  if ((flags & ~kKnownFlags) != 0) return raise(types.ValueError, "compile(): unrecognised flags");
  if (optimize < -1 || optimize > 2) return raise(types.ValueError, "compile(): invalid optimize value");
  if (!dont_inherit) flags |= inherited_flags();
  CompileMode mode = TRY(compile_mode(a[3], flags));
  CompileSettings settings{mode, flags, optimize};
  if (!a[7].is_null()) {
    int version = TRY(to_c_int(a[7]));
    if (version >= 0 && (flags & kCompileOnlyAst) != 0) settings.feature_version = version;
  }
  if (is_tree_hook != nullptr && is_tree_hook(a[1])) {
    if ((flags & kCompileOnlyAst) != 0) return a[1];
    TRY(audit("compile", {a[1], none()}));
    return compile_tree(a[1], filename, settings);
  }
  std::string text;
  bool is_text = TRY(source_text(a[1], "compile", "string, bytes or AST", &text));
  TRY(tell_of_compilation(text, filename));
  if ((flags & kCompileOnlyAst) != 0) return parse_tree(text, is_text, filename, settings);
  return TRY(compile_source(text, is_text, filename, mode, flags, optimize));
}

// ---- eval and exec

/// The globals and locals that eval and exec run with; both may be null or None.
Status namespaces(const char* function, Value* globals, Value* locals) {
  if (locals->is_null()) *locals = none();
  if (globals->is_null()) *globals = none();
  if (!is_none(*globals) && !is_dict(*globals)) {
    bool is_eval = std::string_view(function) == "eval";
    if (is_eval) {
      bool mapping = type_of(*globals)->slots.subscript != nullptr;
      return mapping ? raise(types.TypeError, "globals must be a real dict; try eval(code, {{}}, mapping)")
                     : raise(types.TypeError, "globals must be a dict");
    }
    return raise(types.TypeError, "{}() globals must be a dict, not {}", function, type_name(*globals));
  }
  if (!is_none(*locals) && type_of(*locals)->slots.subscript == nullptr) {
    if (std::string_view(function) == "eval") return raise(types.TypeError, "locals must be a mapping");
    return raise(types.TypeError, "locals must be a mapping or None, not {}", type_name(*locals));
  }
  Frame* frame = current_frame();
  if (is_none(*globals)) {
    if (frame == nullptr)
      return raise(types.TypeError, "{} must be given globals and locals when called without a frame",
                   function);
    *globals = frame->globals();
    if (is_none(*locals)) *locals = TRY(frame_locals(frame));
  } else if (is_none(*locals)) {
    *locals = *globals;
  }
  auto* dict = globals->as<Dict>();
  static Str* builtins_name = names.dunder_builtins;
  if (dict_get(dict, builtins_name).is_null())
    dict_set(dict, builtins_name, frame != nullptr ? frame->builtins() : Value(builtins_module()->dict));
  return {};
}

int64_t free_variable_count(Code* code) {
  int64_t count = 0;
  for (uint8_t kind : std::span(code->locals_plus_kinds->data, code->locals_plus_kinds->length))
    count += (kind & kLocalFree) != 0;
  return count;
}

Result<Value> builtin_eval(const Value* a) {
  Value globals = a[2], locals = a[3];
  TRY(namespaces("eval", &globals, &locals));
  if (is_kind(a[1], Kind::kCode)) {
    TRY(audit("exec", {a[1]}));
    TRY(complete(a[1].as<Code>()));
    if (free_variable_count(a[1].as<Code>()) > 0)
      return raise(types.TypeError, "code object passed to eval() may not contain free variables");
    return run_code(a[1].as<Code>(), globals.as<Dict>(), locals);
  }
  std::string text;
  bool is_text = TRY(source_text(a[1], "eval", "string, bytes or code", &text));
  size_t start = text.find_first_not_of(" \t");
  text.erase(0, start == std::string::npos ? text.size() : start);
  TRY(tell_of_compilation(text, intern("<string>")));
  Code* code =
      TRY(compile_source(text, is_text, intern("<string>"), CompileMode::Eval, inherited_flags(), -1));
  TRY(audit("exec", {code}));
  return run_code(code, globals.as<Dict>(), locals);
}

Result<Tuple*> checked_closure(Code* code, Value closure) {
  TRY(complete(code));
  int64_t wanted = free_variable_count(code);
  if (closure.is_null()) closure = none();
  if (wanted == 0) {
    if (!is_none(closure)) return raise(types.TypeError, "cannot use a closure with this code object");
    return empty_tuple();
  }
  bool cells =
      is_exactly(closure, types.tuple) && static_cast<int64_t>(closure.as<Tuple>()->length) == wanted;
  if (cells) {
    for (Value cell : closure.as<Tuple>()->span()) cells = cells && is_kind(cell, Kind::kCellVariable);
  }
  if (!cells) return raise(types.TypeError, "code object requires a closure of exactly length {}", wanted);
  return closure.as<Tuple>();
}

Result<Value> builtin_exec(const Value* a) {
  Value globals = a[2], locals = a[3];
  TRY(namespaces("exec", &globals, &locals));
  if (is_kind(a[1], Kind::kCode)) {
    Tuple* closure = TRY(checked_closure(a[1].as<Code>(), a[4]));
    TRY(audit("exec", {a[1]}));
    TRY(run_code(a[1].as<Code>(), globals.as<Dict>(), locals, closure));
    return none();
  }
  if (!a[4].is_null() && !is_none(a[4]))
    return raise(types.TypeError, "closure can only be used when source is a code object");
  std::string text;
  bool is_text = TRY(source_text(a[1], "exec", "string, bytes or code", &text));
  TRY(tell_of_compilation(text, intern("<string>")));
  Code* code =
      TRY(compile_source(text, is_text, intern("<string>"), CompileMode::Exec, inherited_flags(), -1));
  TRY(audit("exec", {code}));
  TRY(run_code(code, globals.as<Dict>(), locals));
  return none();
}

// ---- class statements

/// The bases with __mro_entries__ asked (PEP 560); the same tuple when none of them has it.
Result<Tuple*> resolve_bases(Tuple* bases) {
  List* result = nullptr;
  for (size_t i = 0; i < bases->length; ++i) {
    Value base = bases->items[i];
    Value entries;
    if (!is_instance(base, types.type)) {
      Value method = TRY(find_attribute(base, names.dunder_mro_entries));
      if (!method.is_null()) entries = TRY(call(method, {bases}));
    }
    if (!entries.is_null() && !is_tuple(entries))
      return raise(types.TypeError, "__mro_entries__ must return a tuple");
    if (!entries.is_null() && result == nullptr) result = make_list({bases->items, i});
    if (result == nullptr) continue;
    if (entries.is_null()) {
      TRY(list_append(result, base));
    } else {
      TRY(list_extend(result, entries));
    }
  }
  return result == nullptr ? Result<Tuple*>(bases) : to_tuple(result);
}

/// The most derived metaclass of the bases and the given one.
Result<Type*> winner(Type* metatype, Tuple* bases) {
  for (Value base : bases->span()) {
    Type* other = type_of(base);
    if (is_subtype(metatype, other)) continue;
    if (!is_subtype(other, metatype))
      return raise(
          types.TypeError,
          "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the "
          "metaclasses of all its bases");
    metatype = other;
  }
  return metatype;
}

/// metaclass= is taken out of `keywords`, which may be null.
Result<Value> metaclass_of(Tuple* bases, Dict* keywords) {
  Value given;
  if (keywords != nullptr) given = TRY(dict_pop(keywords, names.metaclass));
  Value metaclass = !given.is_null()     ? given
                    : bases->length == 0 ? Value(types.type)
                                         : Value(type_of(bases->items[0]));
  if (!is_instance(metaclass, types.type)) return metaclass;
  return TRY(winner(metaclass.as<Type>(), bases));
}

Result<Value> prepare_namespace(Value metaclass, Str* name, Tuple* bases, Dict* keywords) {
  Value prepare = TRY(find_attribute(metaclass, names.dunder_prepare));
  if (prepare.is_null()) return make_dict();
  Value namespace_ = TRY(call_with(prepare, make_tuple({name, bases}), keywords));
  if (type_of(namespace_)->slots.subscript == nullptr) {
    std::string_view shown =
        is_instance(metaclass, types.type) ? type_name(metaclass.as<Type>()) : "<metaclass>";
    return raise(types.TypeError, "{}.__prepare__() must return a mapping, not {}", shown,
                 type_name(namespace_));
  }
  return namespace_;
}

/// The class body's __class__ cell must hold the class now.
Status check_class_cell(Value cell, Value cls, Str* name) {
  if (!is_kind(cell, Kind::kCellVariable) || !is_instance(cls, types.type)) return {};
  Value contents = cell.as<CellVariable>()->contents;
  if (contents == cls) return {};
  if (contents.is_null())
    return raise(types.RuntimeError,
                 "__class__ not set defining {} as {}. Was __classcell__ propagated to type.__new__?",
                 repr_text(name), repr_text(cls));
  return raise(types.TypeError, "__class__ set to {} defining {} as {}", repr_text(contents), repr_text(name),
               repr_text(cls));
}

Result<Value> build_class(const Value* a) {
  auto* arguments = a[1].as<Tuple>();
  auto* keywords = a[2].as<Dict>();
  if (arguments->length < 2) return raise(types.TypeError, "__build_class__: not enough arguments");
  Value function = arguments->items[0];
  if (!is_kind(function, Kind::kFunction))
    return raise(types.TypeError, "__build_class__: func must be a function");
  if (!is_str(arguments->items[1])) return raise(types.TypeError, "__build_class__: name is not a string");
  auto* name = arguments->items[1].as<Str>();
  Tuple* original = make_tuple(std::span<const Value>(arguments->items + 2, arguments->length - 2));
  Tuple* bases = TRY(resolve_bases(original));
  Value metaclass = TRY(metaclass_of(bases, keywords));
  Value namespace_ = TRY(prepare_namespace(metaclass, name, bases, keywords));
  Value cell = TRY(run_class_body(function.as<Function>(), namespace_));
  if (bases != original) TRY(set_item(namespace_, names.dunder_orig_bases, original));
  Value cls = TRY(call_with(metaclass, make_tuple({name, bases, namespace_}), keywords));
  TRY(check_class_cell(cell, cls, name));
  return cls;
}

// ---- import

Result<Value> builtin_import(const Value* a) {
  if (!is_str(a[1])) return raise(types.TypeError, "module name must be a string");
  int level = a[5].is_null() ? 0 : TRY(to_c_int(a[5]));
  Value from_list = a[4].is_null() ? none() : a[4];
  return import_module_level(a[1].as<Str>(), a[2].is_null() ? none() : a[2], from_list, level);
}

constexpr MethodSpec kFunctions[] = {
    {"__build_class__", "($module, /, *args, **kwds)", build_class, "What a class statement calls."},
    {"__import__", "($module, /, name, globals=None, locals=None, fromlist=(), level=0)", builtin_import,
     "What an import statement calls; importlib.import_module() is for programs."},
    {"compile",
     "($module, /, source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)",
     builtin_compile, "Compiles source text or a syntax tree to a code object."},
    {"eval", "($module, source, globals=None, locals=None, /)", builtin_eval,
     "The value of an expression, given as text or code object, in these namespaces."},
    {"exec", "($module, source, globals=None, locals=None, /, *, closure=None)", builtin_exec,
     "Runs statements, given as text or code object, in these namespaces."},
};

}  // namespace

Result<bool> source_text(Value source, const char* function, const char* what, std::string* storage) {
  if (is_str(source)) {
    *storage = TRY(utf8_or_raise(source.as<Str>()));
  } else if (has_buffer(source)) {
    BufferView view;
    TRY(get_buffer(source, &view));
    storage->assign(static_cast<const char*>(view.data), static_cast<size_t>(view.length));
    release_buffer(&view);
  } else {
    return raise(types.TypeError, "{}() arg 1 must be a {} object", function, what);
  }
  if (storage->find('\0') != std::string::npos)
    return raise(types.SyntaxError, "source code string cannot contain null bytes");
  return is_str(source);
}

std::span<const MethodSpec> evaluation_functions() {
  return kFunctions;
}

}  // namespace ouro::vm
