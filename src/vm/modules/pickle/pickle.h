// What the files of the module _pickle share. The format is documented in the library's pickletools and in
// PEPs 307, 3154 and 574.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::pickle {

constexpr int kHighestProtocol = 5;
constexpr int kDefaultProtocol = 4;
constexpr size_t kBatch = 1000;  // items between MARK and APPENDS and the like

enum class Op : unsigned char {
  Mark = '(',
  Stop = '.',
  Pop = '0',
  PopMark = '1',
  Dup = '2',
  Float = 'F',
  Int = 'I',
  BinInt = 'J',
  BinInt1 = 'K',
  Long = 'L',
  BinInt2 = 'M',
  None = 'N',
  PersistentId = 'P',
  BinPersistentId = 'Q',
  Reduce = 'R',
  String = 'S',
  BinString = 'T',
  ShortBinString = 'U',
  Unicode = 'V',
  BinUnicode = 'X',
  Append = 'a',
  Build = 'b',
  Global = 'c',
  Dict = 'd',
  EmptyDict = '}',
  Appends = 'e',
  Get = 'g',
  BinGet = 'h',
  Instance = 'i',
  LongBinGet = 'j',
  List = 'l',
  EmptyList = ']',
  Object = 'o',
  Put = 'p',
  BinPut = 'q',
  LongBinPut = 'r',
  SetItem = 's',
  Tuple = 't',
  EmptyTuple = ')',
  SetItems = 'u',
  BinFloat = 'G',
  Protocol = 0x80,
  NewObject = 0x81,
  Extension1 = 0x82,
  Extension2 = 0x83,
  Extension4 = 0x84,
  Tuple1 = 0x85,
  Tuple2 = 0x86,
  Tuple3 = 0x87,
  NewTrue = 0x88,
  NewFalse = 0x89,
  Long1 = 0x8A,
  Long4 = 0x8B,
  BinBytes = 'B',
  ShortBinBytes = 'C',
  ShortBinUnicode = 0x8C,
  BinUnicode8 = 0x8D,
  BinBytes8 = 0x8E,
  EmptySet = 0x8F,
  AddItems = 0x90,
  FrozenSet = 0x91,
  NewObjectEx = 0x92,
  StackGlobal = 0x93,
  Memoize = 0x94,
  Frame = 0x95,
  ByteArray8 = 0x96,
  NextBuffer = 0x97,
  ReadOnlyBuffer = 0x98,
};

/// What the module holds on to: its exceptions and what it takes from other modules.
struct State {
  Type *error, *pickling_error, *unpickling_error;
  Dict *dispatch_table, *extension_registry, *inverted_registry, *extension_cache;  // of copyreg
  Dict *names_2to3, *imports_2to3, *names_3to2, *imports_3to2;                      // of _compat_pickle
  Object *encode, *partial, *getattr;
};
extern State state;

struct PicklerObject : Object {
  Value write;                                                             // null: to memory
  Value persistent_id, dispatch_table, reducer_override, buffer_callback;  // or null
  Array* memo;  // pairs of an object and its number, hashed by identity; null when empty
  uint64_t memo_count;
  Dict* fast_memo;  // or null
  int64_t fast_nesting;
  int protocol;
  int binary, fast;
  bool fix_imports;
};

struct UnpicklerObject : Object {
  Value read, readline, peek;  // null: from memory
  Value persistent_load, buffers;
  Value data;  // Bytes that were read and, from `at` on, not used yet
  uint64_t at, prefetched;
  Array* memo;  // by number; null: not there
  uint64_t memo_count;
  Str *encoding, *errors;
  int protocol;
  bool fix_imports;
};

extern Type *pickler_type, *unpickler_type, *buffer_type;

/// The object's number in the pickler's memo; -1: it has none.
int64_t memo_find(const PicklerObject* pickler, Value object);
Status memo_set(PicklerObject* pickler, Value object, int64_t number);

/// Pickler.dump: the pickle of an object, for the file when there is one. What is left to write is in `out`.
Status dump(PicklerObject* pickler, Value object, std::string* out);
/// Unpickler.load. `data`: memory to read from where there is no file.
Result<Value> load(UnpicklerObject* unpickler, std::string_view data);
/// Unpickler.find_class as it is before subclasses change it.
Result<Value> find_class(UnpicklerObject* unpickler, Str* module, Str* name);
Status unpickler_memo_put(UnpicklerObject* unpickler, uint64_t number, Value value);

/// An attribute of an attribute: "Outer.inner". Null: some step has no such attribute. `parent` may be null.
Result<Value> find_dotted(Value object, List* path, Value* parent);
/// The names between the dots; AttributeError where one of them is that of a local. `holder` may be null.
Result<List*> dotted_path(Value holder, Str* name);

/// The buffer of a PickleBuffer, as a memoryview; ValueError when it was released.
Result<Value> buffer_view(Value buffer);
/// Its bytes; false: they do not lie in one piece.
Result<bool> buffer_bytes(Value buffer, std::string* bytes, bool* read_only);
void make_buffer_type();

}  // namespace ouro::vm::pickle
