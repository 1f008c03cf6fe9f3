// Writes one pickle.
#pragma once

#include "vm/modules/pickle/pickle.h"

namespace ouro::vm::pickle {

constexpr size_t kFrameHeader = 9;  // a byte and a size of eight

/// An instruction with a number behind it, as it is written.
class Header {
 public:
  Header(Op op, uint64_t number, int bytes) : size_(static_cast<uint8_t>(1 + bytes)) {
    text_[0] = static_cast<char>(op);
    for (int i = 0; i < bytes; ++i) text_[1 + i] = static_cast<char>(number >> (8 * i));
  }
  operator std::string_view() const { return {text_, size_}; }

 private:
  char text_[9];
  uint8_t size_;
};

class Saver {
 public:
  explicit Saver(PicklerObject* pickler) : self_(pickler) {}
  Status run(Value object);
  std::string& out() { return out_; }

 private:
  // pickler.cpp: the output
  void write(Op op) {
    open_frame();
    out_.push_back(static_cast<char>(op));
  }
  void write(std::string_view text) {
    open_frame();
    out_.append(text);
  }
  void open_frame() {
    if (!framing_ || frame_start_ != std::string::npos) return;
    frame_start_ = out_.size();
    out_.append(kFrameHeader, '\0');
  }
  void write_number(Op op, uint64_t number, int bytes);
  Status write_large(std::string_view header, std::string_view data);
  void commit_frame();
  Status flush();
  Status boundary();

  // pickler.cpp: objects
  Status save(Value object, bool ask_persistent = true);
  Status save_other(Value object, Type* type);
  Status save_int(Value object);
  Status save_long(Value object);
  void save_float(double number);
  Status save_bytes(Value object);
  Status save_bytes_data(Value object, std::string_view data);
  Status save_bytearray(Value object);
  Status save_bytearray_data(Value object, std::string_view data);
  Status save_buffer(Value object);
  Status save_str(Value object);
  Status save_tuple(Value object);
  Status save_list(Value object);
  Status save_dict(Value object);
  Status save_set(Value object);
  Status save_frozenset(Value object);
  Status save_list_items(List* list);
  Status save_dict_items(Dict* dict);
  Status batch_list(Value iterator);
  Status batch_dict(Value iterator);
  Status save_pair(Value pair);
  Result<bool> save_persistent(Value object);
  Status put(Value object);
  Status get(int64_t number);
  Status enter_fast(Value object);
  void leave_fast(Value object);

  // reductions.cpp
  Status save_reducible(Value object, Type* type);
  Result<Value> reduction_of(Value object, Type* type, bool* as_global);
  Status save_type(Value object);
  Status save_global(Value object, Value name);
  Result<bool> save_extension(Value object, Str* module, Str* name);
  Status save_named(Value object, Str* module, Str* name);
  Status write_identifier(Str* text, const char* what);
  Status save_reduce(Value parts, Value object);
  Status save_new_object_ex(Tuple* arguments);
  Status save_new_object(Tuple* arguments, Value object);
  Status save_state(Value state, Value setter, Value object);

  PicklerObject* self_;
  std::string out_;
  bool framing_ = false;
  size_t frame_start_ = std::string::npos;
};

}  // namespace ouro::vm::pickle
