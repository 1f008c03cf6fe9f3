// Loops: which one runs in this thread, and calls of a loop's methods.
//
// The running loop lies in the thread's own dictionary, with a number that changes in the child of a fork:
// there no loop runs.
#include <pthread.h>

#include "vm/modules/asyncio.h"
#include "vm/object/native_support.h"

namespace ouro::vm::asyncio {

namespace {

int64_t forks = 0;

Str* running_loop_key() {
  static Value key;
  if (key.is_null()) {
    pthread_atfork(nullptr, nullptr, [] { ++forks; });
    key = intern("__asyncio_running_event_loop__");
    add_root(&key);
  }
  return key.as<Str>();
}

}  // namespace

Value running_loop() {
  const Value dict = thread()->dict;
  if (dict.is_null()) return {};
  const Value found = dict_get(dict.as<Dict>(), running_loop_key());
  if (found.is_null()) return {};
  const Tuple* holder = found.as<Tuple>();
  const bool runs = !is_none(holder->items[0]) && holder->items[1] == Value::from_small(forks);
  return runs ? holder->items[0] : Value();
}

void set_running_loop(Value loop) {
  Thread* t = thread();
  if (t->dict.is_null()) t->dict = make_dict();
  Str* key = running_loop_key();
  dict_set(t->dict.as<Dict>(), key, make_tuple({loop, Value::from_small(forks)}));
}

Result<Value> event_loop() {
  const Value running = running_loop();
  if (!running.is_null()) return running;
  return call_method(TRY(call(state.event_loop_policy)), name_of(state.get_event_loop));
}

Status call_soon(Value loop, Value callback, Value argument, Value context) {
  Str* name = name_of(state.call_soon);
  Value values[4] = {loop, callback};
  size_t count = 2;
  if (!argument.is_null()) values[count++] = argument;
  Tuple* keywords = nullptr;
  if (!context.is_null()) {
    values[count] = context;
    keywords = state.context_keyword.as<Tuple>();
  }
  if (type_of(loop)->slots.getattro == generic_get_attribute && loop.is_object()) {
    const Value function = lookup_in_type(type_of(loop), name);
    if (!function.is_null() && type_of(function)->has(kTypeMethodLike) &&
        get_own_attribute(loop.object(), name).is_null()) {
      TRY(call(function, Arguments{values, count, keywords}));
      return {};
    }
  }
  const Value method = TRY(get_attribute(loop, name));
  TRY(call(method, Arguments{values + 1, count - 1, keywords}));
  return {};
}

void tell_loop(Future* future, Dict* items) {
  auto found = get_attribute(future->loop, name_of(state.call_exception_handler));
  if (!found.ok()) {
    (void)take_exception();
    return;
  }
  if (!call(found.unwrap(), {items}).ok()) report_unraisable(found.unwrap());
}

}  // namespace ouro::vm::asyncio
