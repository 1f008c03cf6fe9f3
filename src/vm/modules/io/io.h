// The module _io, in parts.
//
// Three layers, as in Python's documentation: FileIO speaks to the system, Buffered (BufferedReader,
// BufferedWriter, BufferedRandom) keeps one block in front of a raw stream, TextIOWrapper turns bytes into
// text. Each layer works with any Python object below it, through its methods; when the object below is
// exactly the native class, it is called directly.
//
// A stream that dies unclosed is closed by its finaliser, the outermost layer first: a layer knows its
// `holder`, the layer above it, and lets it go first when both died together (the collector promises no
// order). The pointer is not traced; the holder's finaliser takes it back.
#pragma once

#include <string>

#include "vm/modules/native_module.h"
#include "vm/object/str.h"

namespace ouro::vm::io {

constexpr int64_t kDefaultBufferSize = 8192;

struct IoTypes {
  Type *base, *raw_base, *buffered_base, *text_base, *file, *bytes_io, *bytes_buffer, *string_io;
  Type *reader, *writer, *random, *pair, *newlines, *text, *unsupported;
};
extern IoTypes io_types;

/// What native streams with a layer above them start with.
struct Stream : Object {
  Object* holder;  // not traced; see above
  bool finalizing;
};

struct FileIO : Stream {
  int descriptor;
  bool created, readable, writable, appending, closes;
  int8_t seekable;  // -1: not asked yet
  uint32_t block_size;
};

/// Adds the types, by file.
Status add_base_types(Module* module);
Status add_file_type(Module* module);
Status add_bytes_io_type(Module* module);
Status add_string_io_type(Module* module);
Status add_buffered_types(Module* module);
Status add_pair_type(Module* module);
Status add_newline_type(Module* module);
Status add_text_type(Module* module);

// ---- base.cpp
/// io.UnsupportedOperation.
Raised unsupported(const char* message);
Raised closed_file();  // ValueError "I/O operation on closed file."
/// What any stream's `closed` says.
Result<bool> closed_attribute(Value stream);
/// Errors for a stream that is closed, or that answers seekable() and the like with False.
Status check_closed(Value stream);
Status check_seekable(Value stream);
Status check_readable(Value stream);
Status check_writable(Value stream);
/// The finaliser of all streams; it closes.
void finalize_stream(Object* object);
/// Makes `above` the holder of `below`; its finaliser takes that back, and is called for that once more where
/// it has been called before.
void set_holder(Stream* below, Object* above);
/// At the end of the program: writes what streams over open files still hold.
void flush_open_files();
Result<Value> new_stream(Type* type, const Arguments& arguments);
/// Runs `last` although an exception is pending, which then stays, as the context of what `last` raises.
template <class Last>
Status and_then(Status first, Last&& last) {
  if (first.ok()) return last();
  Exception* pending = take_exception();
  Status second = last();
  if (second.ok()) return raise_again(pending);
  Exception* raised = take_exception();
  if (raised->context.is_null() && raised != pending) store(raised, raised->context, Value(pending));
  return raise_again(raised);
}
/// True when the pending exception is the OSError of an interrupted call; it is dropped then.
bool was_interrupted();
/// None and absent are -1.
Result<int64_t> optional_size(Value value);
/// Into a file offset; ValueError (or `error`) when too large.
Result<int64_t> to_offset(Value value, Type* error);
/// <class name='...'>, with `extra` before the closing bracket.
Result<Value> repr_with_name(Value self, const char* class_name);
/// For messages: "_io.FileIO".
std::string shown_type(Value value);
/// A Python attribute or method name that names.def does not have: interned once.
/// `text` must be an identifier.
#define IO_NAME(text)                                                         \
  __extension__({                                                             \
    static ::ouro::vm::Str* const name_ = ::ouro::vm::io::rooted_name(#text); \
    name_;                                                                    \
  })
Str* rooted_name(const char* text);

// ---- file.cpp
/// How many descriptors of our own are open for writing.
extern int64_t open_writable_files;
void forget_open_file(FileIO* file);
/// One read(2) or write(2); -2 when it would block.
Result<int64_t> read_descriptor(int descriptor, char* to, int64_t size);
Result<int64_t> write_descriptor(int descriptor, const char* from, int64_t size);
Result<Value> make_file(Value file, Value mode, bool closefd, Value opener);
inline bool is_native_file(Value raw) {
  return type_of(raw) == io_types.file;
}

// ---- buffered
struct Buffered : Stream {
  Value raw;
  Blob* buffer;   // null: closed
  Thread* owner;  // who is inside
  int64_t buffer_size;
  int64_t raw_position;  // of the raw stream, absolute; -1: unknown
  // In the buffer: where the program is, where the raw stream is, how far data to read goes (-1: none), and
  // the part to be written (write_end -1: none).
  int64_t at, raw_at, read_end, write_start, write_end;
  bool ready, detached, readable, writable, plain;  // plain: native class over a native file
};

Blob* make_blob(size_t size);
/// Makes it longer where it lies. False: there is no room.
bool grow_blob(Blob* blob, size_t size);
/// ValueError for a stream whose __init__ has not run, or that was detached.
Status check_ready(Buffered* self);
Result<bool> is_closed(Buffered* self);
/// ValueError for a closed stream, unless there is something left in its buffer.
Status check_open(Buffered* self, const char* message);
/// The common part of the classes' __init__: an empty buffer of the size in front of `raw`.
Status buffered_init(Buffered* self, Value raw, int64_t size);

/// One thread at a time in a buffered stream.
class Inside {
 public:
  Inside() = default;
  ~Inside() {
    if (self_ != nullptr) self_->owner = nullptr;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  Status enter(Buffered* self);
  void leave() {
    self_->owner = nullptr;
    self_ = nullptr;
  }

 private:
  Buffered* self_ = nullptr;
};

/// How many bytes can be read without asking the raw stream.
inline int64_t readable_now(const Buffered* self) {
  return self->readable && self->read_end != -1 ? self->read_end - self->at : 0;
}
/// How far the raw stream is ahead of where the program is.
inline int64_t raw_ahead(const Buffered* self) {
  bool holds = (self->readable && self->read_end != -1) || (self->writable && self->write_end != -1);
  return holds && self->raw_at >= 0 ? self->raw_at - self->at : 0;
}
/// The raw stream's tell, seek and readinto, which keep `raw_position`.
Result<int64_t> raw_tell(Buffered* self);
Result<int64_t> raw_seek(Buffered* self, int64_t target, int whence);
Status flush_inside(Buffered* self);      // what is to be written
Status flush_and_rewind(Buffered* self);  // and the raw stream where the program is
/// -2: nothing there at the moment.
Result<int64_t> raw_read(Buffered* self, char* to, int64_t size);
/// Reading and writing for those who know that the stream is native.
Result<Value> buffered_read1(Buffered* self, int64_t size);
Result<Value> buffered_read_all(Buffered* self);
Result<Value> buffered_line(Buffered* self, int64_t limit);
Result<int64_t> buffered_write(Buffered* self, std::string_view data);

// The methods.
Result<Value> buffered_read(const Value* a);
Result<Value> buffered_read1_method(const Value* a);
Result<Value> buffered_readinto(const Value* a);
Result<Value> buffered_readinto1(const Value* a);
Result<Value> buffered_readline(const Value* a);
Result<Value> buffered_peek(const Value* a);
Result<Value> buffered_write_method(const Value* a);
Result<Value> buffered_iternext(Value self);

// ---- newlines
enum NewlinesSeen : uint8_t { kSawCr = 1, kSawLf = 2, kSawCrLf = 4 };
/// What translating line ends must remember between two pieces of text.
struct NewlineState {
  bool pending_cr = false;
  uint8_t seen = 0;
};
/// A piece of text with its line ends noted in the state and, when `translate`, made "\n". A "\r" at the end
/// of a piece that is not `final` waits for the next one.
Result<Str*> translate_newlines(Str* text, bool translate, bool final, NewlineState* state);
/// What `newlines` says of them: None, one text, or a tuple.
Value newlines_seen(uint8_t seen);

// ---- text
/// TextIOWrapper.write for those who know both types.
Result<Value> text_write_fast(Value self, Str* text);
Result<Value> make_text(Value buffer, Value encoding, Value errors, Value newline, bool line_buffering);

}  // namespace ouro::vm::io
