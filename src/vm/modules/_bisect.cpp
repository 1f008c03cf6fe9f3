// The module _bisect: binary search in sorted sequences.
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

struct Search {
  Value sequence, wanted, key;  // key: null for none
  int64_t low, high;
};

// The arguments after $module: a, x, lo=0, hi=None, *, key=None.
Result<Search> parse(const Value* args) {
  Search search = {args[1], args[2], args[5], 0, -1};
  if (!search.key.is_null() && is_none(search.key)) search.key = Value();
  if (!args[3].is_null()) search.low = TRY(to_int64(args[3]));
  if (!args[4].is_null() && !is_none(args[4])) search.high = TRY(to_int64(args[4]));
  return search;
}

// After equal items if `right`, else before them.
Result<int64_t> bisect(Search search, bool right) {
  if (search.low < 0) return raise(types.ValueError, "lo must be non-negative");
  int64_t low = search.low;
  int64_t high = search.high == -1 ? TRY(length(search.sequence)) : search.high;
  while (low < high) {
    auto middle = static_cast<int64_t>((static_cast<uint64_t>(low) + static_cast<uint64_t>(high)) / 2);
    Value item = TRY(get_item(search.sequence, middle));
    if (!search.key.is_null()) item = TRY(call(search.key, {item}));
    if (right) {
      if (TRY(less(search.wanted, item)))
        high = middle;
      else
        low = middle + 1;
    } else if (TRY(less(item, search.wanted))) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Result<Value> insort(const Value* args, bool right) {
  Search search = TRY(parse(args));
  if (!search.key.is_null()) search.wanted = TRY(call(search.key, {search.wanted}));
  int64_t index = TRY(bisect(search, right));
  if (is_exact_list(args[1]))
    TRY(list_insert(args[1].as<List>(), index, args[2]));
  else
    TRY(call_method(args[1], names.insert, {make_int(index), args[2]}));
  return none();
}

Result<Value> bisect_right(const Value* args) {
  return make_int(TRY(bisect(TRY(parse(args)), true)));
}
Result<Value> bisect_left(const Value* args) {
  return make_int(TRY(bisect(TRY(parse(args)), false)));
}
Result<Value> insort_right(const Value* args) {
  return insort(args, true);
}
Result<Value> insort_left(const Value* args) {
  return insort(args, false);
}

constexpr const char* kSignature = "($module, /, a, x, lo=0, hi=None, *, key=None)";
constexpr MethodSpec kFunctions[] = {
    {"bisect_right", kSignature, bisect_right,
     "Return where to insert x into the sorted a: after equal items."},
    {"insort_right", kSignature, insort_right, "Insert x into the sorted a, after equal items."},
    {"bisect_left", kSignature, bisect_left,
     "Return where to insert x into the sorted a: before equal items."},
    {"insort_left", kSignature, insort_left, "Insert x into the sorted a, before equal items."},
};

}  // namespace

extern const ModuleSpec kBisectModule;
const ModuleSpec kBisectModule = {
    .name = "_bisect",
    .doc = "Binary search in sorted sequences.",
    .functions = kFunctions,
};

}  // namespace ouro::vm
