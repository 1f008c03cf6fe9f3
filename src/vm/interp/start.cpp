// What start-up does for this folder.
#include "vm/heap/finalizer_filter.h"
#include "vm/interp/generators.h"
#include "vm/interp/hot.h"
#include "vm/interp/interpreter.h"
#include "vm/interp/parts.h"
#include "vm/object/hooks.h"
#include "vm/object/startup.h"

namespace ouro::vm {

namespace {

void fill_hot_shapes() {
  hot.list = types.list->root_shape;
  hot.tuple = types.tuple->root_shape;
  hot.dict = types.dict->root_shape;
  hot.str = types.str->root_shape;
  hot.float_ = types.float_->root_shape;
  hot.set = types.set->root_shape;
  hot.bytes = types.bytes->root_shape;
  hot.list_iterator = types.list_iterator->root_shape;
  hot.tuple_iterator = types.tuple_iterator->root_shape;
  hot.range_iterator = types.range_iterator->root_shape;
  hot.set_iterator = types.set_iterator->root_shape;
  hot.frozenset = types.frozenset->root_shape;
  hot.dict_key_iterator = types.dict_key_iterator->root_shape;
  hot.dict_value_iterator = types.dict_value_iterator->root_shape;
  hot.dict_item_iterator = types.dict_item_iterator->root_shape;
  hot.enumerate = types.enumerate->root_shape;
  hot.zip = types.zip->root_shape;
}

Dict* running_globals() {
  Frame* frame = current_frame();
  return frame != nullptr ? frame->globals() : nullptr;
}
Value running_builtins() {
  Frame* frame = current_frame();
  return frame != nullptr ? frame->builtins() : Value();
}

}  // namespace

void complete_functions() {
  fill_hot_shapes();
  start_loop();
  start_roots();
  set_finalizer_filter(finalizer_of, release_dead);
  set_thread_hooks(prepare_thread, release_thread);
  complete_executable_type();
  complete_function_types();
  complete_code_type();
  complete_frame_type();
  complete_traceback_type();
  complete_generator_types();
  complete_async_generator_types();
  complete_anext_type();
  hooks.running_globals = running_globals;
  hooks.running_builtins = running_builtins;
  hooks.super_arguments = super_arguments;
  hooks.visit_generator = visit_generator;
}

}  // namespace ouro::vm
