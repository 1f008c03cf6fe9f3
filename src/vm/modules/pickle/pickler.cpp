// Pickling: the output with its frames, the memo, and the types that the format knows. Each object is written
// once; a second reference to it is its number in the memo. What the format does not know is written as the
// call that makes it anew (reductions.cpp).
#include "vm/modules/pickle/pickler.h"

#include <bit>
#include <cstring>

#include "base/float_text.h"
#include "vm/object/int_cells.h"
#include "vm/object/thread.h"

namespace ouro::vm::pickle {

namespace {

constexpr size_t kSmallestFrame = 4, kFrameTarget = 64 * 1024;
constexpr int64_t kFastNesting = 50;

size_t slot_of(Value object, size_t count) {
  return (object.bits() >> 4) * 0x9E3779B97F4A7C15u >> (64 - std::bit_width(count - 1));
}

/// Where the object's pair stands, or where it would stand.
size_t find_slot(const Array* table, Value object) {
  const size_t count = table->length / 2;
  size_t slot = slot_of(object, count);
  while (!table->items[2 * slot].is_null() && table->items[2 * slot].bits() != object.bits())
    slot = (slot + 1) % count;
  return 2 * slot;
}

/// Text with everything but Latin-1 escaped, for protocol 0.
std::string raw_unicode_escaped(const Str* text) {
  std::string out;
  for (size_t i = 0; i < text->length; ++i) {
    const char32_t c = text->at(i);
    if (c >= 0x10000)
      out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
    else if (c >= 256 || c == '\\' || c == 0 || c == '\n' || c == '\r' || c == 0x1A)
      out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
    else
      out.push_back(static_cast<char>(c));
  }
  return out;
}

}  // namespace

// ---- the memo

int64_t memo_find(const PicklerObject* pickler, Value object) {
  if (pickler->memo == nullptr) return -1;
  const size_t slot = find_slot(pickler->memo, object);
  return pickler->memo->items[slot].is_null() ? -1 : pickler->memo->items[slot + 1].small_int();
}

Status memo_set(PicklerObject* pickler, Value object, int64_t number) {
  Array* table = pickler->memo;
  if (table == nullptr || pickler->memo_count * 8 >= table->length * 3) {
    const size_t length = table == nullptr ? 64 : table->length * 4;
    if (!can_allocate(length * sizeof(Value))) return raise_no_memory();
    Array* larger = make_array(length);
    for (size_t i = 0; table != nullptr && i < table->length; i += 2) {
      if (table->items[i].is_null()) continue;
      const size_t slot = find_slot(larger, table->items[i]);
      larger->items[slot] = table->items[i];
      larger->items[slot + 1] = table->items[i + 1];
    }
    write_barrier(larger);
    store(pickler, pickler->memo, larger);
    table = larger;
  }
  const size_t slot = find_slot(table, object);
  if (table->items[slot].is_null()) ++pickler->memo_count;
  store(table, table->items[slot], object);
  store(table, table->items[slot + 1], Value::from_small(number));
  return {};
}

Status Saver::put(Value object) {
  if (self_->fast != 0) return {};
  const uint64_t number = self_->memo_count;
  TRY(memo_set(self_, object, static_cast<int64_t>(number)));
  if (self_->protocol >= 4) {
    write(Op::Memoize);
  } else if (self_->binary == 0) {
    write(fmt::format("p{}\n", number));
  } else if (number < 256) {
    write_number(Op::BinPut, number, 1);
  } else {
    write_number(Op::LongBinPut, number, 4);
  }
  return {};
}

Status Saver::get(int64_t number) {
  if (self_->binary == 0)
    write(fmt::format("g{}\n", number));
  else if (number >= 0 && number < 256)
    write_number(Op::BinGet, static_cast<uint64_t>(number), 1);
  else if (number <= 0xFFFFFFFF)
    write_number(Op::LongBinGet, static_cast<uint64_t>(number), 4);
  else
    return raise(state.pickling_error, "memo id too large for LONG_BINGET");
  return {};
}

// ---- output

void Saver::write_number(Op op, uint64_t number, int bytes) {
  write(Header(op, number, bytes));
}

void Saver::commit_frame() {
  if (!framing_ || frame_start_ == std::string::npos) return;
  const size_t length = out_.size() - frame_start_ - kFrameHeader;
  if (length >= kSmallestFrame) {
    out_.replace(frame_start_, kFrameHeader, Header(Op::Frame, length, 8));
  } else {
    out_.erase(frame_start_, kFrameHeader);
  }
  frame_start_ = std::string::npos;
}

Status Saver::flush() {
  commit_frame();
  const Value bytes = make_bytes(out_);
  out_.clear();
  TRY(call(self_->write, {bytes}));
  return {};
}

Status Saver::boundary() {
  if (!framing_ || frame_start_ == std::string::npos) return {};
  if (out_.size() - frame_start_ - kFrameHeader < kFrameTarget) return {};
  commit_frame();
  return self_->write.is_null() ? Status() : flush();
}

/// Data that is as long as a frame stands outside of frames, and goes to a file by itself.
Status Saver::write_large(std::string_view header, std::string_view data) {
  if (data.size() < kFrameTarget) {
    write(header);
    write(data);
    return {};
  }
  if (!can_allocate(data.size())) return raise_no_memory();
  commit_frame();
  const bool framing = std::exchange(framing_, false);
  write(header);
  if (self_->write.is_null()) {
    write(data);
  } else {
    const Value bytes = make_bytes(data);
    TRY(flush());
    TRY(call(self_->write, {bytes}));
  }
  framing_ = framing;
  return {};
}

// ---- objects

Status Saver::run(Value object) {
  const Value override_ = TRY(find_attribute(self_, intern("reducer_override")));
  store(self_, self_->reducer_override, override_);
  self_->fast_nesting = 0;
  self_->fast_memo = nullptr;
  if (self_->protocol >= 2) {
    write_number(Op::Protocol, static_cast<uint64_t>(self_->protocol), 1);
    framing_ = self_->protocol >= 4;
  }
  const Status status = save(object);
  self_->reducer_override = Value();
  if (!status.ok()) return Raised{};
  write(Op::Stop);
  commit_frame();
  return {};
}

Status Saver::save(Value object, bool ask_persistent) {
  TRY(boundary());
  if (ask_persistent && !self_->persistent_id.is_null() && TRY(save_persistent(object))) return {};
  Type* type = type_of(object);
  if (is_none(object)) {
    write(Op::None);
    return {};
  }
  if (type == types.int_) return save_int(object);
  if (type == types.bool_) {
    const bool truth = TRY(is_true(object));
    if (self_->protocol >= 2)
      write(truth ? Op::NewTrue : Op::NewFalse);
    else
      write(truth ? "I01\n" : "I00\n");
    return {};
  }
  if (type == types.float_) {
    save_float(float_value(object));
    return {};
  }
  const int64_t number = memo_find(self_, object);
  if (number >= 0) return get(number);
  if (type == types.str) return save_str(object);
  if (type == types.bytes) return save_bytes(object);
  RecursionScope scope;
  TRY(scope.enter(" while pickling an object"));
  return save_other(object, type);
}

Status Saver::save_other(Value object, Type* type) {
  if (type == types.dict) return save_dict(object);
  if (type == types.set) return save_set(object);
  if (type == types.frozenset) return save_frozenset(object);
  if (type == types.list) return save_list(object);
  if (type == types.tuple) return save_tuple(object);
  if (type == types.bytearray) return save_bytearray(object);
  if (type == buffer_type) return save_buffer(object);
  return save_reducible(object, type);
}

Result<bool> Saver::save_persistent(Value object) {
  const Value id = TRY(call(self_->persistent_id, {object}));
  if (is_none(id)) return false;
  if (self_->binary != 0) {
    TRY(save(id, false));
    write(Op::BinPersistentId);
    return true;
  }
  const Str* text = TRY(to_str(id));
  if (!text->is_ascii())
    return raise(state.pickling_error, "persistent IDs in protocol 0 must be ASCII strings");
  write(Op::PersistentId);
  write(text->ascii_view());
  write("\n");
  return true;
}

Status Saver::save_int(Value object) {
  int64_t number;
  if (!int_fits(object, &number) || number != static_cast<int32_t>(number)) return save_long(object);
  if (self_->binary == 0)
    write(fmt::format("I{}\n", number));
  else if (number >= 0 && number < 0x100)
    write_number(Op::BinInt1, static_cast<uint64_t>(number), 1);
  else if (number >= 0 && number < 0x10000)
    write_number(Op::BinInt2, static_cast<uint64_t>(number), 2);
  else
    write_number(Op::BinInt, static_cast<uint64_t>(number), 4);
  return {};
}

/// Ints of more than 32 bits.
Status Saver::save_long(Value object) {
  if (self_->protocol < 2) {
    const Str* digits = TRY(repr(object));
    write(Op::Long);
    write(digits->ascii_view());
    write("L\n");
    return {};
  }
  int64_t bits;
  (void)int_fits(TRY(call_method(object, intern("bit_length"))), &bits);
  const auto size = static_cast<size_t>(bits) / 8 + 1;
  if (size > 0x7FFFFFFF) return raise(types.OverflowError, "int too large to pickle");
  std::string bytes(size, '\0');
  auto* data = reinterpret_cast<uint8_t*>(bytes.data());
  int_to_bytes(object, true, true, {data, size});
  // A negative number may have a byte too many.
  if (size > 1 && data[size - 1] == 0xFF && (data[size - 2] & 0x80) != 0) bytes.pop_back();
  if (bytes.size() < 256)
    write_number(Op::Long1, bytes.size(), 1);
  else
    write_number(Op::Long4, bytes.size(), 4);
  write(bytes);
  return {};
}

void Saver::save_float(double number) {
  if (self_->binary == 0) {
    write("F" + float_repr(number) + "\n");
    return;
  }
  write_number(Op::BinFloat, __builtin_bswap64(std::bit_cast<uint64_t>(number)), 8);
}

Status Saver::save_bytes(Value object) {
  auto* bytes = object.as<Bytes>();
  if (self_->protocol >= 3) return save_bytes_data(object, bytes->view());
  if (bytes->length == 0) return save_reduce(make_tuple({types.bytes, empty_tuple()}), object);
  // Python 2 makes its own kind of text of this, Python 3 the bytes.
  const Value text = make_str_latin1(bytes->view());
  return save_reduce(make_tuple({state.encode, make_tuple({text, make_ascii("latin1")})}), object);
}

Status Saver::save_bytes_data(Value object, std::string_view data) {
  const size_t size = data.size();
  if (size > 0xFFFFFFFF && self_->protocol < 4)
    return raise(types.OverflowError,
                 "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher");
  TRY(write_large(size <= 0xFF         ? Header(Op::ShortBinBytes, size, 1)
                  : size <= 0xFFFFFFFF ? Header(Op::BinBytes, size, 4)
                                       : Header(Op::BinBytes8, size, 8),
                  data));
  return put(object);
}

Status Saver::save_bytearray(Value object) {
  const std::string_view data = view_of(object.as<ByteArray>());
  if (self_->protocol >= 5) return save_bytearray_data(object, data);
  Tuple* arguments = data.empty() ? empty_tuple() : make_tuple({make_bytes(data)});
  return save_reduce(make_tuple({types.bytearray, arguments}), object);
}

Status Saver::save_bytearray_data(Value object, std::string_view data) {
  if (!can_allocate(data.size())) return raise_no_memory();
  // A write to a file may change the array.
  TRY(write_large(Header(Op::ByteArray8, data.size(), 8), std::string(data)));
  return put(object);
}

Status Saver::save_buffer(Value object) {
  if (self_->protocol < 5)
    return raise(state.pickling_error, "PickleBuffer can only pickled with protocol >= 5");
  std::string bytes;
  bool read_only;
  if (!TRY(buffer_bytes(object, &bytes, &read_only)))
    return raise(state.pickling_error,
                 "PickleBuffer can not be pickled when pointing to a non-contiguous buffer");
  bool within = true;
  if (!self_->buffer_callback.is_null()) within = TRY(is_true(TRY(call(self_->buffer_callback, {object}))));
  if (within) return read_only ? save_bytes_data(object, bytes) : save_bytearray_data(object, bytes);
  write(Op::NextBuffer);
  if (read_only) write(Op::ReadOnlyBuffer);
  return {};
}

Status Saver::save_str(Value object) {
  auto* text = object.as<Str>();
  if (self_->binary == 0) {
    write(Op::Unicode);
    write(raw_unicode_escaped(text));
    write("\n");
    return put(object);
  }
  std::string encoded;
  std::string_view data;
  if (text->is_ascii()) {
    data = text->ascii_view();
  } else {
    encoded = to_utf8(text);
    data = encoded;
  }
  const size_t size = data.size();
  const bool counted = self_->protocol >= 4;
  if (size > 0xFFFFFFFF && !counted)
    return raise(types.OverflowError,
                 "serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
  TRY(write_large(size <= 0xFF && counted ? Header(Op::ShortBinUnicode, size, 1)
                  : size <= 0xFFFFFFFF    ? Header(Op::BinUnicode, size, 4)
                                          : Header(Op::BinUnicode8, size, 8),
                  data));
  return put(object);
}

Status Saver::save_tuple(Value object) {
  auto* tuple = object.as<Tuple>();
  if (tuple->length == 0) {
    write(self_->protocol > 0 ? ")" : "(t");
    return {};
  }
  const bool counted = tuple->length <= 3 && self_->protocol >= 2;
  if (!counted) write(Op::Mark);
  for (uint64_t i = 0; i < tuple->length; ++i) TRY(save(tuple->items[i]));
  const int64_t number = memo_find(self_, object);
  if (number >= 0) {
    // It holds itself: what was written for it is taken back.
    if (!counted && self_->binary != 0) {
      write(Op::PopMark);
    } else {
      for (uint64_t i = counted ? 1 : 0; i <= tuple->length; ++i) write(Op::Pop);
    }
    return get(number);
  }
  constexpr Op kCounted[] = {Op::EmptyTuple, Op::Tuple1, Op::Tuple2, Op::Tuple3};
  write(counted ? kCounted[tuple->length] : Op::Tuple);
  return put(object);
}

/// In fast mode nothing is memoised: deep nesting is checked for cycles instead.
Status Saver::enter_fast(Value object) {
  if (self_->fast == 0 || ++self_->fast_nesting < kFastNesting) return {};
  if (self_->fast_memo == nullptr) store(self_, self_->fast_memo, make_dict());
  const Value key = make_int_unsigned(object.bits());
  if (TRY(dict_contains(self_->fast_memo, key))) {
    self_->fast_nesting = -1;
    return raise(types.ValueError, "fast mode: can't pickle cyclic objects including object type {} at {:#x}",
                 type_name(object), object.bits());
  }
  return dict_set(self_->fast_memo, key, none());
}

void Saver::leave_fast(Value object) {
  if (self_->fast == 0 || self_->fast_nesting-- < kFastNesting || self_->fast_memo == nullptr) return;
  if (!dict_delete(self_->fast_memo, make_int_unsigned(object.bits())).ok()) (void)take_exception();
}

Status Saver::save_list(Value object) {
  TRY(enter_fast(object));
  write(self_->binary != 0 ? "]" : "(l");
  TRY(put(object));
  if (object.as<List>()->length != 0) {
    RecursionScope scope;
    TRY(scope.enter(" while pickling an object"));
    if (self_->protocol > 0)
      TRY(save_list_items(object.as<List>()));
    else
      TRY(batch_list(TRY(iterate(object))));
  }
  leave_fast(object);
  return {};
}

Status Saver::save_list_items(List* list) {
  if (list->length == 1) {
    TRY(save(list->items()[0]));
    write(Op::Append);
    return {};
  }
  size_t at = 0;
  do {
    write(Op::Mark);
    for (size_t batch = 0; batch < kBatch && at < list->length; ++batch) TRY(save(list->items()[at++]));
    write(Op::Appends);
  } while (at < list->length);
  return {};
}

Status Saver::batch_list(Value iterator) {
  if (self_->protocol == 0) {
    for (;;) {
      const Value item = TRY(next(iterator));
      if (item.is_stop()) return {};
      TRY(save(item));
      write(Op::Append);
    }
  }
  size_t batch;
  do {
    const Value first = TRY(next(iterator));
    if (first.is_stop()) return {};
    Value item = TRY(next(iterator));
    if (item.is_stop()) {
      TRY(save(first));
      write(Op::Append);
      return {};
    }
    write(Op::Mark);
    TRY(save(first));
    for (batch = 1; !item.is_stop();) {
      TRY(save(item));
      if (++batch == kBatch) break;
      item = TRY(next(iterator));
    }
    write(Op::Appends);
  } while (batch == kBatch);
  return {};
}

Status Saver::save_dict(Value object) {
  TRY(enter_fast(object));
  write(self_->binary != 0 ? "}" : "(d");
  TRY(put(object));
  auto* dict = object.as<Dict>();
  if (dict->count != 0) {
    RecursionScope scope;
    TRY(scope.enter(" while pickling an object"));
    if (self_->protocol > 0)
      TRY(save_dict_items(dict));
    else
      TRY(batch_dict(TRY(iterate(TRY(call_method(object, intern("items")))))));
  }
  leave_fast(object);
  return {};
}

Status Saver::save_dict_items(Dict* dict) {
  const uint64_t size = dict->count;
  size_t position = 0;
  Value key, value;
  if (size == 1) {
    if (!dict_next(dict, &position, &key, &value)) return {};
    TRY(save(key));
    TRY(save(value));
    write(Op::SetItem);
    return {};
  }
  size_t batch;
  do {
    batch = 0;
    write(Op::Mark);
    while (batch < kBatch && dict_next(dict, &position, &key, &value)) {
      const Value kept = value;
      TRY(save(key));
      TRY(save(kept));
      ++batch;
    }
    write(Op::SetItems);
    if (dict->count != size) return raise(types.RuntimeError, "dictionary changed size during iteration");
  } while (batch == kBatch);
  return {};
}

Status Saver::save_pair(Value pair) {
  if (!is_tuple(pair) || pair.as<Tuple>()->length != 2)
    return raise(types.TypeError, "dict items iterator must return 2-tuples");
  TRY(save(pair.as<Tuple>()->items[0]));
  return save(pair.as<Tuple>()->items[1]);
}

Status Saver::batch_dict(Value iterator) {
  if (self_->protocol == 0) {
    for (;;) {
      const Value pair = TRY(next(iterator));
      if (pair.is_stop()) return {};
      TRY(save_pair(pair));
      write(Op::SetItem);
    }
  }
  size_t batch;
  do {
    const Value first = TRY(next(iterator));
    if (first.is_stop()) return {};
    if (!is_tuple(first) || first.as<Tuple>()->length != 2) return save_pair(first);
    Value pair = TRY(next(iterator));
    if (pair.is_stop()) {
      TRY(save_pair(first));
      write(Op::SetItem);
      return {};
    }
    write(Op::Mark);
    TRY(save_pair(first));
    for (batch = 1; !pair.is_stop();) {
      TRY(save_pair(pair));
      if (++batch == kBatch) break;
      pair = TRY(next(iterator));
    }
    write(Op::SetItems);
  } while (batch == kBatch);
  return {};
}

Status Saver::save_set(Value object) {
  auto* set = object.as<Set>();
  if (self_->protocol < 4)
    return save_reduce(make_tuple({types.set, make_tuple({TRY(to_list(object))})}), object);
  write(Op::EmptySet);
  TRY(put(object));
  const uint64_t size = set->count;
  if (size == 0) return {};
  size_t position = 0, batch;
  Value item;
  do {
    batch = 0;
    write(Op::Mark);
    while (batch < kBatch && set_next(set, &position, &item)) {
      TRY(save(item));
      ++batch;
    }
    write(Op::AddItems);
    if (set->count != size) return raise(types.RuntimeError, "set changed size during iteration");
  } while (batch == kBatch);
  return {};
}

Status Saver::save_frozenset(Value object) {
  if (self_->protocol < 4)
    return save_reduce(make_tuple({types.frozenset, make_tuple({TRY(to_list(object))})}), object);
  TRY(enter_fast(object));
  write(Op::Mark);
  size_t position = 0;
  Value item;
  while (set_next(object.as<Set>(), &position, &item)) TRY(save(item));
  const int64_t number = memo_find(self_, object);
  if (number >= 0) {
    write(Op::PopMark);
    return get(number);
  }
  write(Op::FrozenSet);
  return put(object);
}

Status dump(PicklerObject* pickler, Value object, std::string* out) {
  Saver saver(pickler);
  TRY(saver.run(object));
  *out = std::move(saver.out());
  return {};
}

}  // namespace ouro::vm::pickle
