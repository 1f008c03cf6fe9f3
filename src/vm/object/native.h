// How C++ describes types, functions and modules to Python: tables.
//
//   constexpr MethodSpec kMethods[] = {
//       {"append", "($self, object, /)", list_append, "Append object to the end of the list."},
//       {"pop", "($self, index=-1, /)", list_pop, "..."},
//   };
//
// The signature text is CPython's __text_signature__, and it is what checks the arguments and makes the error
// messages. The function gets one value per parameter, in order: $self (or $type, $module) first, null for
// an optional one that was not given (the default in the text is documentation), a Tuple for *args, a Dict
// (or null when empty) for **kwargs. A spec without "(" in its signature takes raw Arguments (see `raw`).
//
// What the messages say follows CPython's three families, told apart by the signature: one positional-only
// parameter ("f() takes exactly one argument (2 given)"), none ("f() takes no arguments (1 given)"), and
// Argument Clinic's ("f expected at least 1 argument, got 0", "f() missing required argument 'x' (pos 1)",
// "f() takes at most 2 arguments (3 given)", "'y' is an invalid keyword argument for f()", ...).
#pragma once

#include <span>
#include <string_view>

#include "vm/object/type.h"

namespace ouro::vm {

struct Module;

using NativeFn = Result<Value> (*)(const Value* arguments);
using RawFn = Result<Value> (*)(Value self, const Arguments& arguments);

enum class Binding : uint8_t { Instance, Class, Static };

struct MethodSpec {
  const char* name;
  const char*
      signature;  // "($self, x, /, y=1, *args, z=None, **kwargs)"; nullptr for raw functions without one
  NativeFn function;
  const char* doc = nullptr;
  Binding binding = Binding::Instance;
  RawFn raw = nullptr;  // instead of `function`: arguments unchecked
};

struct GetSetSpec {
  const char* name;
  Result<Value> (*get)(Value self);
  Status (*set)(Value self, Value value) = nullptr;  // null value: delete. No setter: read-only
  const char* doc = nullptr;
};

/// A field of the struct, of type Value or Object*-like; read as is (null reads as None, or AttributeError).
struct MemberSpec {
  const char* name;
  uint32_t offset;
  bool writable = false;
  bool null_is_error = false;  // AttributeError instead of None
  const char* doc = nullptr;
  bool is_double = false;  // a C double instead, read only
};

struct TypeSpec {
  const char* name;             // "list", or "collections.deque": the part before the last dot is __module__
  Kind kind = Kind::kInstance;  // of instances; inherited from the base when kInstance
  uint32_t basic_size = sizeof(Object);
  uint32_t flags = 0;       // kTypeBase, kTypeHasDict, kTypeHasWeakrefs, ...
  TraceFn trace = nullptr;  // of the struct's own fields; attribute slots are traced besides, by the shape
  std::span<const MethodSpec> methods = {};
  std::span<const GetSetSpec> getsets = {};
  std::span<const MemberSpec> members = {};
  const char* doc = nullptr;
  const char* signature = nullptr;  // __text_signature__ of the type, e.g. "(iterable=(), /)"
  Slots slots = {};
};

/// A native type, ready to use. Extra bases are rare; `bases` may be null.
Type* make_native_type(const TypeSpec& spec, Type* base = nullptr, Tuple* bases = nullptr,
                       Type* metatype = nullptr);

/// Fills a type that stands already as an empty cell (the entries of `types`, which refer to each other).
void complete_native_type(Type* type, const TypeSpec& spec, Type* base = nullptr);

/// One function outside of a table.
Value make_native_function(const MethodSpec& spec, Value self, Str* module_name);

struct ModuleSpec {
  const char* name;
  const char* doc = nullptr;
  std::span<const MethodSpec> functions = {};   // $module first
  Status (*execute)(Module* module) = nullptr;  // adds the rest: types, constants
};

/// The native modules: modules/registry.cpp lists them. Null when there is none of this name.
const ModuleSpec* find_native_module(std::string_view name);
std::span<const ModuleSpec* const> native_modules();
Result<Module*> make_native_module(const ModuleSpec& spec);

/// For raw functions and slots (`new_`, `init`, `call`): checks Arguments against a signature and fills `out`
/// (one entry per parameter, $-parameters excluded), with the same messages. The Signature is parsed once:
/// make it a function-local static.
///
/// `bind` and `out` speak of the parameters without $self. `accepts` tells, cheaply, that a call with so many
/// positional arguments and no keywords needs no binding: `out` would be the arguments as they stand.
class Signature {
 public:
  Signature(const char* function_name, const char* text);
  Status bind(const Arguments& arguments, Value* out) const;
  /// The same, with another full name in the messages.
  Status bind_as(const char* full_name, const Arguments& arguments, Value* out) const;
  size_t parameter_count() const { return count_; }
  bool has_self() const { return has_self_; }
  bool accepts(size_t positional) const { return positional == exact_; }
  /// The same of fewer arguments: the parameters behind them are to be null.
  bool accepts_padded(size_t positional) const {
    return !varargs_ && !keywords_ && required_keyword_only_ == 0 && positional >= required_ &&
           positional <= positional_;
  }
  /// For messages that name the function with its class or module: "list.append".
  void set_full_name(std::string_view name) const;

 private:
  Status bind_slow(const Arguments& arguments, Value* out) const;
  Status bind_keywords(const Arguments& arguments, Value* out) const;
  Raised wrong_positional_count(size_t given) const;
  Raised no_keywords() const;
  std::string_view full_name() const;

  const char* name_;
  mutable const char* full_name_ = nullptr;        // malloc; null: name_
  uint16_t count_ = 0;                             // parameters, without $self, with *args and **kwargs
  uint16_t positional_only_ = 0, positional_ = 0;  // of them: may be given by position
  uint16_t required_ = 0;                          // of the positional ones
  uint16_t keyword_only_ = 0, required_keyword_only_ = 0;
  uint16_t exact_ = 0xFFFF;  // see `accepts`
  bool varargs_ = false, keywords_ = false, has_self_ = false;
  Object* names_ = nullptr;  // Tuple of parameter names; rooted
};

/// Marks that `spec` (a builtin's) is looked at in CPython's way: the name after the last dot.
std::string_view native_base_name(const char* name);

}  // namespace ouro::vm
