// _io.TextIOWrapper, in parts.
//
// UTF-8, ASCII and Latin-1 are decoded and encoded here, the others through the incremental decoder and
// encoder objects of their codec. Both kinds look alike to the rest: decode, and a state that can be taken
// and put back (`DecoderState`), which is what tell() and seek() are made of. A position is a number that
// names a place in the bytes where the decoder can start again, the decoder's flags there, how many bytes to
// feed it from there, and how many of the characters it then gives to skip.
#pragma once

#include "vm/modules/io/io.h"
#include "vm/modules/io/lines.h"

namespace ouro::vm::io {

enum class Codec : uint8_t { Other, Utf8, Ascii, Latin1 };

struct Text : Object {
  Value buffer;
  Str* encoding;
  Str* errors;
  Value encoder, decoder;  // of codec Other; null: none
  Str* read_newline;       // null: "\n" ends lines, after translation or anyway
  Str* write_newline;      // what "\n" becomes; null: it stays
  Codec codec;
  bool ready, detached, finalizing;
  bool line_buffering, write_through, reads, writes;
  bool read_universal, read_translate, write_translate;
  bool seekable, telling, has_read1;
  bool start_of_stream;  // the encoder is still to write its mark
  // reading
  Str* decoded;  // null: nothing was read
  int64_t used;  // characters of it
  uint8_t incomplete[8];
  uint8_t incomplete_size;
  NewlineState newlines;
  bool has_snapshot;
  uint64_t snapshot_flags;  // the decoder's state before the chunk that gave `decoded`, and
  Bytes* snapshot_input;    // what it was given since
  double bytes_per_char;
  // writing
  Blob* pending;
  int64_t pending_size;
  int64_t chunk_size;
};

/// What a decoder has been given and not used, and its flags.
struct DecoderState {
  Bytes* input;
  uint64_t flags;
};

/// ValueErrors for a stream whose __init__ has not run, that was detached, that is closed.
Status check_ready(const Text* self);
Status check_attached(const Text* self);
Status check_open(Text* self);

/// The name of a codec that is native here.
Codec native_codec(std::string_view encoding);
Status set_up_codec(Text* self);
Result<Str*> decode(Text* self, std::string_view bytes, bool final);
Result<DecoderState> decoder_state(Text* self);
Status set_decoder_state(Text* self, DecoderState state);
Status reset_decoder(Text* self);
/// The encoder as it is at the start of a stream, where it may write a mark, or behind that.
Status set_encoder_at(Text* self, bool start);

/// Text that was read ahead, of which nothing is used yet.
void set_decoded(Text* self, Str* text);
/// Forgets what tell() would start from.
void drop_snapshot(Text* self);
/// Writes what waits in `pending` to the buffer below.
Status flush_pending(Text* self);
/// Reads and decodes a piece; false at the end of the stream.
Result<bool> read_chunk(Text* self, int64_t size_hint);
/// readline(); a limit below zero is none.
Result<Value> text_line(Text* self, int64_t limit);

// The methods.
Result<Value> text_write(const Value* a);
Result<Value> text_flush(const Value* a);
Result<Value> text_read(const Value* a);
Result<Value> text_readline(const Value* a);
Result<Value> text_iternext(Value self);
Result<Value> text_seek(const Value* a);
Result<Value> text_tell(const Value* a);
Result<Value> text_truncate(const Value* a);

}  // namespace ouro::vm::io
