#include "vm/builtins/struct_sequence.h"

#include <algorithm>
#include <string>
#include <vector>

#include "vm/object/native.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

/// What a type of this kind is made from; lives forever.
struct Layout {
  TypeSpec spec;
  std::vector<SequenceField> fields;
  std::vector<MemberSpec> members;
  std::vector<MethodSpec> methods;
  size_t visible = 0;
};

std::vector<std::pair<Type*, const Layout*>>& layouts() {
  static auto* all = new std::vector<std::pair<Type*, const Layout*>>;
  return *all;
}

const Layout& layout_of(Type* type) {
  for (Type* t = type; t != nullptr; t = t->base) {
    for (const auto& [known, layout] : layouts()) {
      if (known == t) return *layout;
    }
  }
  __builtin_unreachable();
}

/// All fields, also those behind the tuple's items; `aux` says how many there are.
void trace(Object* object, Tracer& tracer) {
  auto* tuple = static_cast<Tuple*>(object);
  tracer.visit(tuple->items, tuple->aux);
}

Tuple* allocate_fields(Type* type, const Layout& layout) {
  auto* tuple = static_cast<Tuple*>(allocate_variable_instance(type, layout.fields.size() * sizeof(Value)));
  tuple->length = layout.visible;
  tuple->flags = kTupleHasFields;
  tuple->aux = static_cast<uint32_t>(layout.fields.size());
  std::fill_n(tuple->items, layout.fields.size(), none());
  return tuple;
}

Result<Value> new_sequence(Type* type, const Arguments& arguments) {
  static const Signature signature("structseq", "(sequence, dict={})");
  Value given[2];
  TRY(signature.bind(arguments, given));
  const Layout& layout = layout_of(type);
  auto sequence = to_tuple(given[0]);
  if (!sequence.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return raise(types.TypeError, "constructor requires a sequence");
  }
  Tuple* items = sequence.unwrap();
  Value extra = given[1].is_null() ? none() : given[1];
  if (!given[1].is_null() && !is_dict(extra))
    return raise(types.TypeError, "{} takes a dict as second arg, if any", type_name(type));
  if (items->length < layout.visible || items->length > layout.fields.size()) {
    bool exact = layout.visible == layout.fields.size();
    const char* bound = exact ? "a" : items->length < layout.visible ? "an at least" : "an at most";
    size_t wanted = items->length < layout.visible ? layout.visible : layout.fields.size();
    return raise(types.TypeError, "{}() takes {} {}-sequence ({}-sequence given)", layout.spec.name, bound,
                 wanted, items->length);
  }
  Tuple* result = allocate_fields(type, layout);
  std::copy_n(items->items, items->length, result->items);
  for (size_t i = items->length; is_dict(extra) && i < layout.fields.size(); ++i) {
    if (layout.fields[i].name == nullptr) continue;
    Value value = dict_get(extra.as<Dict>(), intern(layout.fields[i].name));
    if (!value.is_null()) result->items[i] = value;
  }
  write_barrier(result);
  return result;
}

Result<Value> repr_sequence(Value self) {
  auto* tuple = self.as<Tuple>();
  const Layout& layout = layout_of(type_of(self));
  StrBuilder text;
  text.append_ascii(layout.spec.name);
  text.append('(');
  for (size_t i = 0; i < layout.visible; ++i) {
    if (i > 0) text.append_ascii(", ");
    text.append_ascii(layout.fields[i].name != nullptr ? layout.fields[i].name : "?");
    text.append('=');
    text.append(TRY(repr(tuple->items[i])));
  }
  text.append(')');
  return text.finish();
}

Result<Value> reduce(const Value* a) {
  auto* tuple = a[0].as<Tuple>();
  const Layout& layout = layout_of(type_of(a[0]));
  Tuple* items = make_tuple(std::span<const Value>(tuple->items, layout.visible));
  Dict* rest = make_dict();
  for (size_t i = layout.visible; i < layout.fields.size(); ++i) {
    if (layout.fields[i].name != nullptr) dict_set(rest, intern(layout.fields[i].name), tuple->items[i]);
  }
  return make_tuple({type_of(a[0]), make_tuple({items, rest})});
}

void add_counts(Type* type, const Layout& layout) {
  int64_t unnamed = std::count_if(layout.fields.begin(), layout.fields.end(),
                                  [](const SequenceField& field) { return field.name == nullptr; });
  dict_set(type->dict, intern("n_fields"), make_int(static_cast<int64_t>(layout.fields.size())));
  dict_set(type->dict, intern("n_sequence_fields"), make_int(static_cast<int64_t>(layout.visible)));
  dict_set(type->dict, intern("n_unnamed_fields"), make_int(unnamed));
  List* names_list = make_list();
  for (size_t i = 0; i < layout.visible; ++i) {
    if (layout.fields[i].name != nullptr) (void)list_append(names_list, intern(layout.fields[i].name));
  }
  dict_set(type->dict, names.dunder_match_args, make_tuple(std::span<const Value>(names_list->span())));
}

Layout* make_layout(const char* name, const char* doc, std::span<const SequenceField> fields,
                    size_t visible) {
  auto* layout = new Layout;
  layout->fields.assign(fields.begin(), fields.end());
  layout->visible = visible;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == nullptr) continue;
    auto offset = static_cast<uint32_t>(sizeof(Tuple) + i * sizeof(Value));
    layout->members.push_back({fields[i].name, offset, false, false, fields[i].doc});
  }
  layout->methods.push_back({"__reduce__", "($self, /)", reduce});
  layout->spec.name = name;
  layout->spec.kind = Kind::kTuple;
  layout->spec.basic_size = sizeof(Tuple);
  layout->spec.trace = trace;
  layout->spec.methods = layout->methods;
  layout->spec.members = layout->members;
  layout->spec.doc = doc;
  layout->spec.slots.repr = repr_sequence;
  return layout;
}

Type* make_type(const Layout* layout) {
  Type* type = make_native_type(layout->spec, types.tuple);
  layouts().emplace_back(type, layout);
  add_counts(type, *layout);
  return type;
}

}  // namespace

Type* make_struct_sequence_type(const char* name, const char* doc, std::span<const SequenceField> fields,
                                size_t visible, bool constructible) {
  Layout* layout = make_layout(name, doc, fields, visible);
  if (constructible) {
    layout->spec.slots.new_ = new_sequence;
  } else {
    layout->spec.flags = kTypeDisallowNew;
  }
  return make_type(layout);
}

Type* make_struct_sequence_type(const char* name, const char* doc, std::span<const SequenceField> fields,
                                Result<Value> (*construct)(Type*, const Arguments&), const char* signature) {
  Layout* layout = make_layout(name, doc, fields, fields.size());
  layout->spec.slots.new_ = construct;
  layout->spec.signature = signature;
  return make_type(layout);
}

Tuple* make_struct_sequence(Type* type, std::span<const Value> values) {
  Tuple* tuple = allocate_fields(type, layout_of(type));
  std::copy_n(values.begin(), std::min<size_t>(values.size(), tuple->aux), tuple->items);
  write_barrier(tuple);
  return tuple;
}

}  // namespace ouro::vm
