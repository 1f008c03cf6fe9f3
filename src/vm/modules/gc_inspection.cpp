#include "vm/modules/gc_inspection.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "vm/object/native.h"
#include "vm/object/types.h"

namespace ouro::vm {

namespace {

// How deep tuples and dicts are looked into for something that is tracked.
constexpr int kDepth = 50;

bool is_atomic_kind(Kind kind) {
  switch (kind) {
    case Kind::kNoneType:
    case Kind::kNotImplementedType:
    case Kind::kEllipsisType:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kComplex:
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kRange:
    case Kind::kCode:
      return true;
    default:
      return false;
  }
}

// The register code of a code object: CPython's has nothing like it.
bool is_executable(const Object* object) {
  const Type* type = object->shape->type;
  return type != nullptr && type->spec != nullptr && std::string_view(type->spec->name) == "executable";
}

bool is_tracked_within(Value value, int depth);

bool holds_tracked(Tuple* tuple, int depth) {
  const auto items = tuple->span();
  return std::any_of(items.begin(), items.end(),
                     [&](Value item) { return !item.is_null() && is_tracked_within(item, depth); });
}

bool holds_tracked(Dict* dict, int depth) {
  size_t position = 0;
  Value key, value;
  while (dict_next(dict, &position, &key, &value))
    if (is_tracked_within(key, depth) || is_tracked_within(value, depth)) return true;
  return false;
}

bool is_tracked_within(Value value, int depth) {
  if (!value.is_object()) return false;
  Object* object = value.object();
  const Type* type = object->shape->type;
  if (type == nullptr) return false;
  if (type->has(kTypeHeap)) return true;
  if (object->kind == Kind::kType) return static_cast<Type*>(object)->has(kTypeHeap);
  if (is_atomic_kind(object->kind) || type == types.object || is_executable(object)) return false;
  if (depth >= kDepth) return true;
  if (type == types.tuple) return holds_tracked(static_cast<Tuple*>(object), depth + 1);
  // Of what containers hold, only tuples are looked into.
  if (type == types.dict) return depth > 0 || holds_tracked(static_cast<Dict*>(object), depth + 1);
  return true;
}

bool is_python_object(const Object* object) {
  return object->shape != nullptr && object->shape->type != nullptr;
}

// What Python code may hold: a value, or a cell that is a Python object.
bool is_ordinary(Value value) {
  return value.is_object() ? is_python_object(value.object()) : !value.is_null();
}

// Native code fills tuples while programs run, and some of its dicts hold cells that are no Python objects:
// nobody else may read them.
bool holds_ordinary(Object* object) {
  if (object->kind == Kind::kTuple) {
    const auto items = static_cast<Tuple*>(object)->span();
    return std::all_of(items.begin(), items.end(), is_ordinary);
  }
  if (object->kind != Kind::kDict) return true;
  size_t position = 0;
  Value key, value;
  while (dict_next(static_cast<Dict*>(object), &position, &key, &value))
    if (!is_ordinary(key) || !is_ordinary(value)) return false;
  return true;
}

// Through storage cells, but not through shapes: they belong to no object.
void visit_behind(Object* object, const std::function<void(Value)>& visit) {
  std::vector<Object*> work = {object}, seen;
  while (!work.empty()) {
    Object* holder = work.back();
    work.pop_back();
    for_each_referent(holder, [&](Object* referent) {
      if (is_presentable(referent)) {
        visit(referent);
      } else if (referent->kind != Kind::kShape && !is_executable(referent) &&
                 std::find(seen.begin(), seen.end(), referent) == seen.end()) {
        seen.push_back(referent);
        work.push_back(referent);
      }
    });
  }
}

}  // namespace

bool is_tracked(Value value) {
  return is_tracked_within(value, 0);
}

bool is_presentable(Object* object) {
  return is_python_object(object) && !is_executable(object) && holds_ordinary(object);
}

void for_each_direct_referent(Value value, const std::function<void(Value)>& visit) {
  if (!value.is_object() || is_atomic_kind(value.object()->kind)) return;
  Object* object = value.object();
  const Type* type = type_of(value);
  const auto visit_item = [&](Value item) {
    if (item.is_object() ? is_presentable(item.object()) : !item.is_null()) visit(item);
  };
  // The containers of any value: immediates are no cells, and no trace function shows them.
  if (object->kind == Kind::kList) {
    for (const Value item : static_cast<List*>(object)->span()) visit_item(item);
  } else if (object->kind == Kind::kTuple) {
    for (const Value item : static_cast<Tuple*>(object)->span()) visit_item(item);
  } else if (object->kind == Kind::kDict) {
    size_t position = 0;
    Value key, item;
    while (dict_next(static_cast<Dict*>(object), &position, &key, &item)) {
      visit_item(key);
      visit_item(item);
    }
  } else {
    visit_behind(object, visit);
  }
  if (type->has(kTypeHeap)) visit(const_cast<Type*>(type));
}

}  // namespace ouro::vm
