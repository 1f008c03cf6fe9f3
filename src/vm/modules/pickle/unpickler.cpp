// Unpickling: the machine and its simple instructions; those that find and make objects are in
// unpickler_objects.cpp. Nothing in a pickle is trusted: every instruction checks that what it takes is
// there.
#include "vm/modules/pickle/unpickler.h"

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/unicode.h"
#include "vm/builtins/codecs.h"
#include "vm/builtins/memoryview.h"
#include "vm/object/int_cells.h"

namespace ouro::vm::pickle {

namespace {

constexpr size_t kSmallStack = 64;

Raised truncated() {
  return raise(state.unpickling_error, "pickle data was truncated");
}

}  // namespace

Loader::Loader(UnpicklerObject* unpickler, std::string_view data)
    : self_(unpickler), source_(unpickler, data), stack_(make_array(kSmallStack)) {}

// ---- the stack

Status Loader::push(Value value) {
  if (length_ == stack_->length) {
    const size_t wanted = length_ * 2;
    if (!can_allocate(wanted * sizeof(Value))) return raise_no_memory();
    Array* larger = make_array(wanted);
    std::memcpy(larger->items, stack_->items, length_ * sizeof(Value));
    write_barrier(larger);
    stack_ = larger;
  }
  store(stack_, stack_->items[length_++], value);
  return {};
}

Raised Loader::underflow() {
  if (!marks_.empty()) return raise(state.unpickling_error, "unexpected MARK found");
  return raise(state.unpickling_error, "unpickling stack underflow");
}

Result<Value> Loader::pop() {
  if (length_ <= fence_) return underflow();
  return std::exchange(stack_->items[--length_], Value());
}

Result<Value> Loader::top() {
  if (length_ <= fence_) return underflow();
  return stack_->items[length_ - 1];
}

void Loader::set_fence() {
  fence_ = marks_.empty() ? 0 : marks_.back();
}

/// Removes the topmost mark; where it stood.
Result<size_t> Loader::take_mark() {
  if (marks_.empty()) return raise(state.unpickling_error, "could not find MARK");
  const size_t mark = marks_.back();
  marks_.pop_back();
  set_fence();
  return mark;
}

void Loader::cut(size_t length) {
  while (length_ > length) stack_->items[--length_] = Value();
}

/// What stands from `start` on.
Result<Tuple*> Loader::pop_tuple(size_t start) {
  if (start < fence_ || start > length_) return underflow();
  Tuple* tuple = make_tuple(std::span<const Value>(stack_->items + start, length_ - start));
  cut(start);
  return tuple;
}

Status Loader::push_tuple(size_t count) {
  if (length_ < count) return underflow();
  return push(TRY(pop_tuple(length_ - count)));
}

// ---- numbers

Result<uint64_t> Loader::read_number(int bytes) {
  const char* data = TRY(source_.read(static_cast<uint64_t>(bytes)));
  uint64_t number = 0;
  for (int i = 0; i < bytes; ++i)
    number |= static_cast<uint64_t>(static_cast<unsigned char>(data[i])) << (8 * i);
  return number;
}

/// Data behind its size.
Result<std::string_view> Loader::read_counted(int bytes, const char* what) {
  const uint64_t size = TRY(read_number(bytes));
  if (size > INT64_MAX)
    return raise(types.OverflowError, "{} exceeds system's maximum size of {} bytes", what, INT64_MAX);
  return std::string_view(TRY(source_.read(size)), size);
}

Status Loader::load_int() {
  const std::string line = TRY(source_.read_line());
  if (line.size() < 2) return truncated();
  if (line == "00\n" || line == "01\n") return push(make_bool(line[1] == '1'));
  errno = 0;
  char* end = nullptr;
  const int64_t number = std::strtoll(line.c_str(), &end, 0);
  if (errno == 0 && (*end == '\n' || *end == '\0')) return push(make_int(number));
  auto value = call(types.int_, {make_str_latin1(line), Value::from_small(0)});
  if (value.ok()) return push(value.unwrap());
  (void)take_exception();
  return raise(types.ValueError, "could not convert string to int");
}

Status Loader::load_long() {
  std::string line = TRY(source_.read_line());
  if (line.size() < 2) return truncated();
  const bool marked = line[line.size() - 2] == 'L';
  if (marked) line.resize(line.size() - 2);
  auto value = call(types.int_, {make_str_latin1(line), Value::from_small(0)});
  if (value.ok()) return push(value.unwrap());
  if (!clear_if(types.ValueError)) return Raised{};
  return raise(types.ValueError, "invalid literal for int() with base 10: {}",
               to_utf8(TRY(repr(make_str_latin1(line)))));
}

Status Loader::load_counted_long(int bytes) {
  const uint64_t size = TRY(read_number(bytes));
  if (size > INT32_MAX) return raise(state.unpickling_error, "LONG pickle has negative byte count");
  const std::string_view data(TRY(source_.read(size)), size);
  return push(data.empty() ? Value::from_small(0) : TRY(int_from_bytes(data, true, true)));
}

Status Loader::load_float() {
  std::string line = TRY(source_.read_line());
  if (line.size() < 2) return truncated();
  line.pop_back();
  return push(TRY(call(types.float_, {make_str_latin1(line)})));
}

Status Loader::load_binary_float() {
  uint64_t bits;
  std::memcpy(&bits, TRY(source_.read(8)), 8);
  return push(make_float(std::bit_cast<double>(__builtin_bswap64(bits))));
}

// ---- text and bytes

/// A str of Python 2.
Status Loader::push_old_text(std::string_view bytes) {
  const Value object = make_bytes(bytes);
  if (equals(self_->encoding, "bytes")) return push(object);
  return push(TRY(decode_text(object.as<Bytes>()->view(), object, to_utf8(self_->encoding).c_str(),
                              to_utf8(self_->errors).c_str())));
}

Status Loader::load_string() {
  std::string line = TRY(source_.read_line());
  line.pop_back();
  if (line.size() < 2 || line.front() != line.back() || (line[0] != '\'' && line[0] != '"'))
    return raise(state.unpickling_error, "the STRING opcode argument must be quoted");
  const std::string_view quoted = std::string_view(line).substr(1, line.size() - 2);
  int first_invalid = -1;
  const Bytes* bytes = TRY(escape_decode(quoted, nullptr, &first_invalid));
  return push_old_text(bytes->view());
}

Status Loader::load_unicode() {
  std::string line = TRY(source_.read_line());
  line.pop_back();
  return push(TRY(decode_raw_unicode_escape({line, Value()}, nullptr)));
}

Status Loader::load_counted_text(int bytes) {
  const std::string_view data = TRY(read_counted(bytes, "BINUNICODE"));
  if (is_ascii(data))
    return push(data.size() == 1 ? make_char(static_cast<uint8_t>(data[0])) : make_ascii(data));
  return push(TRY(decode_utf8({data, Value()}, "surrogatepass")));
}

Status Loader::load_bytearray() {
  const uint64_t size = TRY(read_number(8));
  if (size > INT64_MAX)
    return raise(types.OverflowError, "BYTEARRAY8 exceeds system's maximum size of {} bytes", INT64_MAX);
  if (!can_allocate(size)) return raise_no_memory();
  const std::string_view data(TRY(source_.read(size)), size);
  return push(TRY(make_bytearray(data)));
}

Status Loader::load_next_buffer() {
  if (self_->buffers.is_null())
    return raise(state.unpickling_error,
                 "pickle stream refers to out-of-band data but no *buffers* argument was given");
  const Value buffer = TRY(next(self_->buffers));
  if (buffer.is_stop()) return raise(state.unpickling_error, "not enough out-of-band buffers");
  return push(buffer);
}

Status Loader::load_read_only_buffer() {
  const Value view = TRY(make_memoryview(TRY(top())));
  if (view.as<MemoryView>()->view.read_only) return {};
  const Value read_only = TRY(call_method(view, intern("toreadonly")));
  TRY(pop());
  return push(read_only);
}

Status Loader::step_scalar(unsigned char op, bool* handled) {
  switch (static_cast<Op>(op)) {
    case Op::None:
      return push(none());
    case Op::NewTrue:
      return push(make_bool(true));
    case Op::NewFalse:
      return push(make_bool(false));
    case Op::BinInt:
      return push(make_int(static_cast<int32_t>(TRY(read_number(4)))));
    case Op::BinInt1:
      return push(make_int(static_cast<int64_t>(TRY(read_number(1)))));
    case Op::BinInt2:
      return push(make_int(static_cast<int64_t>(TRY(read_number(2)))));
    case Op::Int:
      return load_int();
    case Op::Long:
      return load_long();
    case Op::Long1:
      return load_counted_long(1);
    case Op::Long4:
      return load_counted_long(4);
    case Op::Float:
      return load_float();
    case Op::BinFloat:
      return load_binary_float();
    default:
      *handled = false;
      return {};
  }
}

Status Loader::step_text(unsigned char op, bool* handled) {
  switch (static_cast<Op>(op)) {
    case Op::ShortBinUnicode:
      return load_counted_text(1);
    case Op::BinUnicode:
      return load_counted_text(4);
    case Op::BinUnicode8:
      return load_counted_text(8);
    case Op::ShortBinBytes:
      return push(make_bytes(TRY(read_counted(1, "BINBYTES"))));
    case Op::BinBytes:
      return push(make_bytes(TRY(read_counted(4, "BINBYTES"))));
    case Op::BinBytes8:
      return push(make_bytes(TRY(read_counted(8, "BINBYTES"))));
    case Op::ShortBinString:
      return push_old_text(TRY(read_counted(1, "BINSTRING")));
    case Op::BinString:
      return push_old_text(TRY(read_counted(4, "BINSTRING")));
    case Op::String:
      return load_string();
    case Op::Unicode:
      return load_unicode();
    case Op::ByteArray8:
      return load_bytearray();
    case Op::NextBuffer:
      return load_next_buffer();
    case Op::ReadOnlyBuffer:
      return load_read_only_buffer();
    default:
      *handled = false;
      return {};
  }
}

// ---- containers

Status Loader::load_list() {
  const size_t mark = TRY(take_mark());
  const Value list = make_list(std::span<const Value>(stack_->items + mark, length_ - mark));
  cut(mark);
  return push(list);
}

Status Loader::load_dict() {
  const size_t mark = TRY(take_mark());
  if ((length_ - mark) % 2 != 0) return raise(state.unpickling_error, "odd number of items for DICT");
  Dict* dict = make_dict();
  for (size_t i = mark; i < length_; i += 2) TRY(dict_set(dict, stack_->items[i], stack_->items[i + 1]));
  cut(mark);
  return push(dict);
}

Status Loader::load_frozenset() {
  const size_t mark = TRY(take_mark());
  const Value items = TRY(pop_tuple(mark));
  return push(TRY(make_frozenset(items)));
}

/// Appends what stands from `start` on to the list below.
Status Loader::append_from(size_t start) {
  if (start > length_ || start <= fence_) return underflow();
  if (start == length_) return {};
  const Value list = stack_->items[start - 1];
  if (is_exactly(list, types.list)) {
    auto* target = list.as<List>();
    TRY(list_replace(target, target->length, target->length, {stack_->items + start, length_ - start}));
    cut(start);
    return {};
  }
  const Value extend = TRY(find_attribute(list, names.extend));
  if (!extend.is_null()) {
    const Value items = make_list(std::span<const Value>(stack_->items + start, length_ - start));
    cut(start);
    TRY(call(extend, {items}));
    return {};
  }
  const Value append = TRY(get_attribute(list, names.append));
  const Value items = TRY(pop_tuple(start));
  for (const Value item : items.as<Tuple>()->span()) TRY(call(append, {item}));
  return {};
}

Status Loader::set_items_from(size_t start) {
  if (start > length_ || start <= fence_) return underflow();
  if (start == length_) return {};
  if ((length_ - start) % 2 != 0) return raise(state.unpickling_error, "odd number of items for SETITEMS");
  const Value target = stack_->items[start - 1];
  const bool plain = is_exactly(target, types.dict);
  for (size_t i = start; i < length_; i += 2) {
    const Value key = stack_->items[i], value = stack_->items[i + 1];
    TRY(plain ? dict_set(target.as<Dict>(), key, value) : set_item(target, key, value));
  }
  cut(start);
  return {};
}

Status Loader::add_items() {
  const size_t mark = TRY(take_mark());
  if (mark > length_ || mark <= fence_) return underflow();
  if (mark == length_) return {};
  const Value target = stack_->items[mark - 1];
  const Value items = TRY(pop_tuple(mark));
  if (is_kind(target, Kind::kSet)) return set_update(target.as<Set>(), items);
  const Value add = TRY(get_attribute(target, names.add));
  for (const Value item : items.as<Tuple>()->span()) TRY(call(add, {item}));
  return {};
}

Status Loader::step_container(unsigned char op, bool* handled) {
  switch (static_cast<Op>(op)) {
    case Op::EmptyTuple:
      return push(empty_tuple());
    case Op::Tuple1:
      return push_tuple(1);
    case Op::Tuple2:
      return push_tuple(2);
    case Op::Tuple3:
      return push_tuple(3);
    case Op::Tuple:
      return push(TRY(pop_tuple(TRY(take_mark()))));
    case Op::EmptyList:
      return push(make_list({}));
    case Op::List:
      return load_list();
    case Op::Append:
      return append_from(length_ - 1);
    case Op::Appends:
      return append_from(TRY(take_mark()));
    case Op::EmptyDict:
      return push(make_dict());
    case Op::Dict:
      return load_dict();
    case Op::SetItem:
      return set_items_from(length_ - 2);
    case Op::SetItems:
      return set_items_from(TRY(take_mark()));
    case Op::EmptySet:
      return push(make_set());
    case Op::AddItems:
      return add_items();
    case Op::FrozenSet:
      return load_frozenset();
    default:
      *handled = false;
      return {};
  }
}

// ---- the stack and the memo

Status Loader::load_pop() {
  if (!marks_.empty() && marks_.back() == length_) {
    marks_.pop_back();
    set_fence();
    return {};
  }
  TRY(pop());
  return {};
}

Status Loader::load_get(uint64_t number) {
  if (self_->memo == nullptr || number >= self_->memo->length || self_->memo->items[number].is_null())
    return raise(state.unpickling_error, "Memo value not found at index {}", static_cast<int64_t>(number));
  return push(self_->memo->items[number]);
}

namespace {

/// A decimal number on a line; as Python reads one.
Result<int64_t> line_number(const std::string& line) {
  if (line.size() < 2) return truncated();
  const Value number = TRY(call(types.int_, {make_str_latin1(line)}));
  int64_t value;
  if (!int_fits(number, &value))
    return raise(types.OverflowError, "Python int too large to convert to C ssize_t");
  return value;
}

}  // namespace

Status Loader::load_line_get() {
  return load_get(static_cast<uint64_t>(TRY(line_number(TRY(source_.read_line())))));
}

Status Loader::load_put(uint64_t number) {
  return unpickler_memo_put(self_, number, TRY(top()));
}

Status Loader::load_line_put() {
  const std::string line = TRY(source_.read_line());
  TRY(top());
  const int64_t number = TRY(line_number(line));
  if (number < 0) return raise(types.ValueError, "negative PUT argument");
  return load_put(static_cast<uint64_t>(number));
}

Status Loader::step_stack(unsigned char op, bool* handled) {
  switch (static_cast<Op>(op)) {
    case Op::Mark:
      marks_.push_back(length_);
      fence_ = length_;
      return {};
    case Op::Pop:
      return load_pop();
    case Op::PopMark:
      cut(TRY(take_mark()));
      return {};
    case Op::Dup:
      return push(TRY(top()));
    case Op::Get:
      return load_line_get();
    case Op::BinGet:
      return load_get(TRY(read_number(1)));
    case Op::LongBinGet:
      return load_get(TRY(read_number(4)));
    case Op::Put:
      return load_line_put();
    case Op::BinPut:
      return load_put(TRY(read_number(1)));
    case Op::LongBinPut:
      return load_put(TRY(read_number(4)));
    case Op::Memoize:
      return load_put(self_->memo_count);
    case Op::Protocol:
      return load_protocol();
    case Op::Frame:
      return load_frame();
    default:
      *handled = false;
      return {};
  }
}

Status unpickler_memo_put(UnpicklerObject* unpickler, uint64_t number, Value value) {
  Array* memo = unpickler->memo;
  if (memo == nullptr || number >= memo->length) {
    const uint64_t wanted = std::max<uint64_t>(32, number * 2);
    if (number > UINT32_MAX || !can_allocate(wanted * sizeof(Value))) return raise_no_memory();
    Array* larger = make_array(wanted);
    memo = unpickler->memo;
    if (memo != nullptr) std::memcpy(larger->items, memo->items, memo->length * sizeof(Value));
    write_barrier(larger);
    store(unpickler, unpickler->memo, larger);
    memo = larger;
  }
  if (memo->items[number].is_null()) ++unpickler->memo_count;
  store(memo, memo->items[number], value);
  return {};
}

Status Loader::load_protocol() {
  const uint64_t protocol = TRY(read_number(1));
  if (protocol > kHighestProtocol)
    return raise(types.ValueError, "unsupported pickle protocol: {}", protocol);
  self_->protocol = static_cast<int>(protocol);
  return {};
}

Status Loader::load_frame() {
  const uint64_t size = TRY(read_number(8));
  if (size > INT64_MAX)
    return raise(types.OverflowError, "FRAME length exceeds system's maximum of {} bytes", INT64_MAX);
  TRY(source_.read(size));
  source_.unread(size);
  return {};
}

// ---- the machine

Status Loader::step(unsigned char op, bool* handled) {
  using Step = Status (Loader::*)(unsigned char, bool*);
  constexpr Step kSteps[] = {&Loader::step_text, &Loader::step_stack, &Loader::step_container,
                             &Loader::step_scalar, &Loader::step_object};
  // Which part an instruction belongs to is learned at its first use (under the interpreter's lock).
  static uint8_t known[256];
  for (size_t part = known[op]; part < std::size(kSteps); ++part) {
    *handled = true;
    TRY((this->*kSteps[part])(op, handled));
    if (!*handled) continue;
    known[op] = static_cast<uint8_t>(part);
    return {};
  }
  return {};
}

Result<Value> Loader::run() {
  for (;;) {
    auto byte = source_.read(1);
    if (!byte.ok()) {
      if (!clear_if(state.unpickling_error)) return Raised{};
      return raise(types.EOFError, "Ran out of input");
    }
    const auto op = static_cast<unsigned char>(*byte.unwrap());
    if (op == static_cast<unsigned char>(Op::Stop)) break;
    bool handled = false;
    TRY(step(op, &handled));
    if (handled) continue;
    if (op >= 0x20 && op <= 0x7E && op != '\'' && op != '\\')
      return raise(state.unpickling_error, "invalid load key, '{}'.", static_cast<char>(op));
    return raise(state.unpickling_error, "invalid load key, '\\x{:02x}'.", op);
  }
  TRY(source_.skip_consumed());
  source_.keep_rest();
  return pop();
}

Result<Value> load(UnpicklerObject* unpickler, std::string_view data) {
  unpickler->protocol = 0;
  Loader loader(unpickler, data);
  return loader.run();
}

}  // namespace ouro::vm::pickle
