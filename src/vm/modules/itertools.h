// The parts of the module itertools: each puts its classes into the module.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::itertools {

Status add_sources(Module* module);     // count, cycle, repeat, chain
Status add_selections(Module* module);  // compress, dropwhile, takewhile, filterfalse, islice, starmap
Status add_groups(Module* module);      // groupby, pairwise, accumulate, zip_longest
Status add_tee(Module* module);
Status add_combinatorics(Module* module);  // product, permutations, combinations
Result<Value> tee(const Value* args);

extern Type* chain_type;
extern Type* islice_type;

/// iterate() and a new object that holds the iterator in `T::iterator`.
template <class T>
Result<T*> make_over(Type* type, Value iterable) {
  Value iterator = TRY(iterate(iterable));
  T* self = allocate_instance<T>(type);
  store(self, self->iterator, iterator);
  return self;
}

}  // namespace ouro::vm::itertools
