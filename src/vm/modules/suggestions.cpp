// Names are compared by edit distance: inserting, deleting and replacing cost two, changing the case costs
// one. A candidate is good enough when at most a third of the characters of both names together would change.
#include "vm/modules/suggestions.h"

#include <algorithm>
#include <vector>

#include "vm/import/import.h"
#include "vm/interp/frame.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr size_t kMostCandidates = 750, kLongest = 40;
constexpr size_t kEditCost = 2, kCaseCost = 1;

char lower(char c) {
  return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

size_t replacing_cost(char a, char b) {
  if (a == b) return 0;
  return lower(a) == lower(b) ? kCaseCost : kEditCost;
}

/// Takes off what both begin and end with.
void trim_common(std::string_view* a, std::string_view* b) {
  while (!a->empty() && !b->empty() && a->front() == b->front()) {
    a->remove_prefix(1);
    b->remove_prefix(1);
  }
  while (!a->empty() && !b->empty() && a->back() == b->back()) {
    a->remove_suffix(1);
    b->remove_suffix(1);
  }
}

/// The distance, or anything above `most` when it is more.
size_t edit_distance(std::string_view a, std::string_view b, size_t most) {
  trim_common(&a, &b);
  if (a.empty() || b.empty()) return (a.size() + b.size()) * kEditCost;
  if (a.size() > kLongest || b.size() > kLongest) return most + 1;
  // One row of the matrix, brought from each prefix of b to the next.
  size_t row[kLongest + 1];
  for (size_t i = 0; i <= a.size(); ++i) row[i] = i * kEditCost;
  for (size_t j = 0; j < b.size(); ++j) {
    size_t diagonal = row[0];
    row[0] += kEditCost;
    for (size_t i = 0; i < a.size(); ++i) {
      const size_t replaced = diagonal + replacing_cost(a[i], b[j]);
      diagonal = row[i + 1];
      row[i + 1] = std::min({replaced, diagonal + kEditCost, row[i] + kEditCost});
    }
    if (*std::min_element(row + 1, row + a.size() + 1) > most) return most + 1;
  }
  return row[a.size()];
}

/// The first of the nearest candidates; null when none is near. `candidates` iterates over names.
Result<Value> nearest(Value candidates, Str* name) {
  List* list = TRY(to_list(candidates));
  if (list->length >= kMostCandidates) return Value();
  const std::string wanted = to_utf8(name);
  Value best;
  size_t best_distance = SIZE_MAX;
  for (Value item : list->span()) {
    if (!is_str(item)) return Value();
    const std::string candidate = to_utf8(item.as<Str>());
    if (candidate == wanted) continue;
    const size_t tolerable = (wanted.size() + candidate.size() + 3) * kEditCost / 6;
    const size_t most = std::min(tolerable, best_distance - 1);
    const size_t distance = edit_distance(wanted, candidate, most);
    if (distance > most) continue;
    best = item;
    best_distance = distance;
  }
  return best;
}

bool is_plain_name(Value name) {
  return !name.is_null() && is_exactly(name, types.str);
}

Result<Value> attribute_suggestion(const AttributeErrorObject* error) {
  if (error->object.is_null() || !is_plain_name(error->name)) return Value();
  Value directory = TRY(get_attribute(builtins_module(), intern("dir")));
  return nearest(TRY(call(directory, {error->object})), error->name.as<Str>());
}

/// The frame where the exception was raised, or null.
Frame* raising_frame(const Exception* exception) {
  Frame* frame = nullptr;
  for (Value at = exception->traceback; is_kind(at, Kind::kTraceback); at = at.as<Traceback>()->next)
    frame = at.as<Traceback>()->frame->frame;
  return frame;
}

/// Locals first, then globals, then builtins.
Result<Value> name_suggestion(const NameErrorObject* error) {
  Frame* frame = raising_frame(error);
  if (frame == nullptr || !is_plain_name(error->name)) return Value();
  Str* name = error->name.as<Str>();
  Value locals = TRY(get_attribute(frame->code(), intern("co_varnames")));
  for (Value names_there : {locals, Value(frame->globals()), frame->builtins()}) {
    Value found = TRY(nearest(names_there, name));
    if (!found.is_null()) return found;
  }
  return Value();
}

}  // namespace

Str* suggestion_for(Exception* exception) {
  auto outcome = [&]() -> Result<Value> {
    if (type_of(exception) == types.AttributeError)
      return attribute_suggestion(static_cast<AttributeErrorObject*>(exception));
    if (type_of(exception) == types.NameError)
      return name_suggestion(static_cast<NameErrorObject*>(exception));
    return Value();
  }();
  if (!outcome.ok()) {
    (void)take_exception();
    return nullptr;
  }
  Value found = outcome.unwrap();
  return found.is_null() ? nullptr : found.as<Str>();
}

}  // namespace ouro::vm
