// Reads one pickle: a machine with a stack, a stack of marks and a memo.
#pragma once

#include <vector>

#include "vm/modules/pickle/pickle.h"

namespace ouro::vm::pickle {

/// Where the bytes come from: memory, or a file that is read and perhaps looked into ahead.
class Source {
 public:
  Source(UnpicklerObject* unpickler, std::string_view data);
  /// The next bytes; UnpicklingError when there are too few. Valid until the next call.
  Result<const char*> read(uint64_t count) {
    if (count > end_ - at_) [[unlikely]]
      return read_more(count);
    const char* bytes = data_ + at_;
    at_ += count;
    return bytes;
  }
  /// The next line with its end.
  Result<std::string> read_line();
  /// Gives back what was just read.
  void unread(uint64_t count) { at_ -= count; }
  /// Moves a file to where reading has come.
  Status skip_consumed();
  /// Leaves the rest for the next pickle of the file.
  void keep_rest();

 private:
  Result<const char*> read_more(uint64_t count);
  Status read_file(uint64_t count);
  Result<bool> look_ahead(uint64_t count);
  Status take(Value data);

  UnpicklerObject* self_;
  Value held_;  // the Bytes that `data_` lies in
  const char* data_;
  uint64_t at_ = 0, end_ = 0, prefetched_ = 0;
};

class Loader {
 public:
  Loader(UnpicklerObject* unpickler, std::string_view data);
  Result<Value> run();

 private:
  Status step(unsigned char op, bool* handled);
  Status step_scalar(unsigned char op, bool* handled);
  Status step_text(unsigned char op, bool* handled);
  Status step_container(unsigned char op, bool* handled);
  Status step_stack(unsigned char op, bool* handled);
  Status step_object(unsigned char op, bool* handled);

  // the stack
  Status push(Value value);
  Result<Value> pop();
  Raised underflow();
  Result<size_t> take_mark();
  void set_fence();
  void cut(size_t length);
  Result<Tuple*> pop_tuple(size_t start);
  Status push_tuple(size_t count);
  Result<Value> top();

  // numbers and counted data
  Result<uint64_t> read_number(int bytes);
  Result<std::string_view> read_counted(int bytes, const char* what);

  Status load_int();
  Status load_long();
  Status load_counted_long(int bytes);
  Status load_float();
  Status load_binary_float();
  Status load_string();
  Status push_old_text(std::string_view bytes);
  Status load_unicode();
  Status load_counted_text(int bytes);
  Status load_bytearray();
  Status load_next_buffer();
  Status load_read_only_buffer();
  Status load_list();
  Status load_dict();
  Status load_frozenset();
  Status append_from(size_t start);
  Status set_items_from(size_t start);
  Status add_items();
  Status load_pop();
  Status load_get(uint64_t number);
  Status load_line_get();
  Status load_put(uint64_t number);
  Status load_line_put();
  Status load_global();
  Status load_stack_global();
  Status load_instance();
  Status load_object();
  Status load_new_object(bool with_keywords);
  Status load_reduce();
  Status load_build();
  Status set_dict_state(Value instance, Value dict_state);
  Status load_extension(int bytes);
  Status load_persistent(bool binary);
  Status load_protocol();
  Status load_frame();
  Result<Value> find(Str* module, Str* name);

  UnpicklerObject* self_;
  Source source_;
  Array* stack_;
  size_t length_ = 0, fence_ = 0;
  std::vector<size_t> marks_;
};

}  // namespace ouro::vm::pickle
