// Weak stand-ins for parts that are not written yet; a part's own definition replaces its line here.
#include "decompiler/print/print.h"
#include "decompiler/prove/decompile.h"
#include "decompiler/read/reader.h"

#define UNFINISHED(signature, what)      \
  [[gnu::weak]] bool Reader::signature { \
    return fail("not yet: " what);       \
  }
#define NEVER(signature)                 \
  [[gnu::weak]] bool Reader::signature { \
    return false;                        \
  }

namespace ouro::decompiler {

[[gnu::weak]] Result<std::string> print(Workspace&, const syntax::Module&, const PrintOptions&) {
  return std::string();
}
[[gnu::weak]] Rebuilt rebuild(Workspace&, const CodeObject&, const RebuildOptions&) {
  return {};
}
[[gnu::weak]] Decompiled decompile(Workspace&, const CodeObject&, const DecompileOptions&) {
  return {};
}

UNFINISHED(read_body(StmtList*), "body")
[[gnu::weak]] Expr* Reader::read_lambda() {
  return nullptr;
}
UNFINISHED(step_value(), "value")
UNFINISHED(step_call(), "call")
UNFINISHED(step_string(), "string")
UNFINISHED(step_await(), "await")
UNFINISHED(step_store(), "store")
UNFINISHED(store(Slot, Expr*), "store")
UNFINISHED(step_function(), "function")
UNFINISHED(store_definition(FunctionValue*, Expr*), "definition")
[[gnu::weak]] Expr* Reader::lambda_of(FunctionValue*) {
  return nullptr;
}
[[gnu::weak]] Expr* Reader::comprehension_of(FunctionValue*, Expr*, const Position&) {
  return nullptr;
}
[[gnu::weak]] bool Reader::is_value(Op) {
  return false;
}
UNFINISHED(read_branch(uint32_t), "branch")
UNFINISHED(read_chained_comparison(uint32_t), "chained comparison")
UNFINISHED(read_for(uint32_t), "for")
UNFINISHED(read_async_for(uint32_t), "async for")
UNFINISHED(read_endless_loop(uint32_t), "endless loop")
UNFINISHED(step_flow(uint32_t), "flow")
UNFINISHED(read_try(uint32_t), "try")
UNFINISHED(read_with(uint32_t), "with")
UNFINISHED(read_async_with(uint32_t), "async with")
UNFINISHED(read_unwinding(uint32_t), "unwinding")
UNFINISHED(read_match(uint32_t), "match")
NEVER(begins_chained_comparison() const)
NEVER(begins_endless_loop() const)
NEVER(begins_try() const)
NEVER(begins_unwinding(uint32_t) const)
NEVER(begins_match() const)

}  // namespace ouro::decompiler
