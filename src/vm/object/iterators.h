// The layouts of the commonest iterators, for the loops that the interpreter specialises. They live in
// builtins/; an exhausted one has its container cleared to null, as in CPython.
#pragma once

#include "vm/object/containers.h"

namespace ouro::vm {

/// types.list_iterator. Null list: exhausted for good.
struct ListIterator : Object {
  List* list;
  uint64_t index;
};

/// types.tuple_iterator. Null tuple: exhausted.
struct TupleIterator : Object {
  Tuple* tuple;
  uint64_t index;
};

/// types.range_iterator: a range whose values all fit an immediate integer. `start + step * index` is the next
/// value while index < count.
struct RangeIterator : Object {
  int64_t start, step;
  uint64_t index, count;
};

/// types.dict_key_iterator, dict_value_iterator, dict_item_iterator (and the reverse ones). Null dict:
/// exhausted. `count` is dict->count when the iteration began: a difference is RuntimeError "dictionary
/// changed size during iteration".
struct DictIterator : Object {
  Dict* dict;
  uint64_t position;  // for dict_next
  uint64_t count;
  uint64_t left;
};

/// types.enumerate: exact ones whose count is an immediate integer are specialised.
struct EnumerateIterator : Object {
  Value iterator;
  Value count;  // an int
};

/// types.zip.
struct ZipIterator : Object {
  Tuple* iterators;
  Value result;  // unused by the interpreter
  bool strict;
};

}  // namespace ouro::vm
