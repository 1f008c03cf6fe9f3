// The module itertools. Its classes lie in files by what they do: itertools_sources, itertools_selections,
// itertools_groups, itertools_tee, itertools_combinatorics.
//
// Every class is an iterator whose state is a few Values; `next` may run any code, also code that advances
// the same object, so the state is read anew after each call out. An iterator that is exhausted drops what it
// iterated over where CPython does: programs see that through __reduce__ and weak references.
#include "vm/modules/itertools.h"

namespace ouro::vm {

namespace {

constexpr MethodSpec kFunctions[] = {
    {"tee", "($module, iterable, n=2, /)", itertools::tee, "Returns a tuple of n independent iterators."},
};

Status execute(Module* module) {
  TRY(itertools::add_sources(module));
  TRY(itertools::add_selections(module));
  TRY(itertools::add_groups(module));
  TRY(itertools::add_tee(module));
  return itertools::add_combinatorics(module);
}

}  // namespace

extern const ModuleSpec kItertoolsModule;
const ModuleSpec kItertoolsModule = {
    .name = "itertools",
    .doc = "Building blocks for iterators.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
