// OSError and its subclasses: the constructor chooses the class by the error number.
#include <cerrno>
#include <cstring>

#include "vm/object/exception_support.h"

namespace ouro::vm {

namespace {

OSErrorObject* self_of(Value self) {
  return self.as<OSErrorObject>();
}

struct NumberedType {
  int number;
  Type* Types::* type;
};
constexpr NumberedType kTypesByNumber[] = {
    {EAGAIN, &Types::BlockingIOError},
    {EALREADY, &Types::BlockingIOError},
    {EINPROGRESS, &Types::BlockingIOError},
    {EWOULDBLOCK, &Types::BlockingIOError},
    {EPIPE, &Types::BrokenPipeError},
    {ESHUTDOWN, &Types::BrokenPipeError},
    {ECHILD, &Types::ChildProcessError},
    {ECONNABORTED, &Types::ConnectionAbortedError},
    {ECONNREFUSED, &Types::ConnectionRefusedError},
    {ECONNRESET, &Types::ConnectionResetError},
    {EEXIST, &Types::FileExistsError},
    {ENOENT, &Types::FileNotFoundError},
    {EISDIR, &Types::IsADirectoryError},
    {ENOTDIR, &Types::NotADirectoryError},
    {EINTR, &Types::InterruptedError},
    {EACCES, &Types::PermissionError},
    {EPERM, &Types::PermissionError},
    {ESRCH, &Types::ProcessLookupError},
    {ETIMEDOUT, &Types::TimeoutError},
};

Type* type_for(Value number) {
  int64_t code;
  if (!is_int(number) || !int_fits(number, &code)) return types.OSError;
  for (const NumberedType& row : kTypesByNumber) {
    if (row.number == code) return types.*row.type;
  }
  return types.OSError;
}

Result<Value> os_error_new(Type* type, const Arguments& arguments);
Status os_error_init(Value self, const Arguments& arguments);

/// A subclass with its own __init__ but our __new__ calls OSError.__init__ itself, perhaps with other
/// arguments: then the fields are read there. Otherwise __new__ has read them.
bool reads_in_init(const Type* type) {
  return type->slots.init != os_error_init && type->slots.new_ == os_error_new;
}

bool has_details(const Arguments& arguments) {
  return arguments.positional >= 2 && arguments.positional <= 5;
}

Status read_fields(OSErrorObject* error, const Arguments& arguments) {
  error->written = -1;
  set_exception_args(error, arguments);
  if (!has_details(arguments)) return {};
  error->number = arguments[0];
  error->text = arguments[1];
  Value filename = arguments.positional >= 3 ? arguments[2] : Value();
  Value filename2 = arguments.positional >= 5 ? arguments[4] : Value();
  write_barrier(error);
  if (filename.is_null() || is_none(filename)) return {};
  if (is_subtype(error->shape->type, types.BlockingIOError) &&
      (is_int(filename) || type_of(filename)->slots.index != nullptr)) {
    error->written = TRY(to_int64(filename));
    return {};
  }
  error->filename = filename;
  if (!filename2.is_null() && !is_none(filename2)) error->filename2 = filename2;
  set_exception_args(error, Arguments{arguments.values, 2, nullptr});
  return {};
}

Result<Value> os_error_new(Type* type, const Arguments& arguments) {
  const bool read_here = !reads_in_init(type);
  if (read_here) {
    TRY(refuse_keywords(type, arguments));
    if (type == types.OSError && has_details(arguments)) type = type_for(arguments[0]);
  }
  auto* error = allocate_instance<OSErrorObject>(type);
  error->args = empty_tuple();
  error->written = -1;
  if (read_here) TRY(read_fields(error, arguments));
  return error;
}

Status os_error_init(Value self, const Arguments& arguments) {
  const Type* type = type_of(self);
  if (!reads_in_init(type)) return {};
  TRY(refuse_keywords(type, arguments));
  return read_fields(self_of(self), arguments);
}

Result<Value> os_error_str(Value self) {
  OSErrorObject* error = self_of(self);
  if (error->filename.is_null() && (error->number.is_null() || error->text.is_null()))
    return exception_str(self);
  StrBuilder text;
  text.append_ascii("[Errno ");
  text.append(TRY(to_str(or_none(error->number))));
  text.append_ascii("] ");
  text.append(TRY(to_str(or_none(error->text))));
  if (!error->filename.is_null()) {
    text.append_ascii(": ");
    text.append(TRY(repr(error->filename)));
    if (!error->filename2.is_null()) {
      text.append_ascii(" -> ");
      text.append(TRY(repr(error->filename2)));
    }
  }
  return text.finish();
}

Result<Value> os_error_reduce(const Value* a) {
  OSErrorObject* error = self_of(a[0]);
  Tuple* args = error->args;
  if (args->length == 2 && !error->filename.is_null()) {
    if (error->filename2.is_null()) {
      args = make_tuple({args->items[0], args->items[1], error->filename});
    } else {
      args = make_tuple({args->items[0], args->items[1], error->filename, none(), error->filename2});
    }
  }
  Dict* state = exception_state(a[0]);
  if (state == nullptr) return make_tuple({type_of(a[0]), args});
  return make_tuple({type_of(a[0]), args, state});
}

Result<Value> get_written(Value self) {
  if (self_of(self)->written == -1)
    return raise_with_attribute(self, intern("characters_written"), "characters_written");
  return make_int(self_of(self)->written);
}

Status set_written(Value self, Value value) {
  if (value.is_null()) {
    if (self_of(self)->written == -1)
      return raise_with_attribute(self, intern("characters_written"), "characters_written");
    self_of(self)->written = -1;
    return {};
  }
  self_of(self)->written = TRY(to_int64(value));
  return {};
}

void trace_os_error(Object* object, Tracer& tracer) {
  trace_exception(object, tracer);
  using E = OSErrorObject;
  trace_members<&E::number, &E::text, &E::filename, &E::filename2>(object, tracer);
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", os_error_reduce},
};
constexpr GetSetSpec kGetSets[] = {
    {"characters_written", get_written, set_written},
};
constexpr MemberSpec kMembers[] = {
    {"errno", offsetof(OSErrorObject, number), true, false, "POSIX exception code"},
    {"strerror", offsetof(OSErrorObject, text), true, false, "exception strerror"},
    {"filename", offsetof(OSErrorObject, filename), true, false, "exception filename"},
    {"filename2", offsetof(OSErrorObject, filename2), true, false, "second exception filename"},
};

struct Subclass {
  Type* Types::* type;
  Type* Types::* base;
  const char* name;
  const char* doc;
};
#define E(name, base, doc) {&Types::name, &Types::base, #name, doc}
constexpr Subclass kSubclasses[] = {
    E(BlockingIOError, OSError, "I/O operation would block."),
    E(ChildProcessError, OSError, "Child process error."),
    E(ConnectionError, OSError, "Connection error."),
    E(BrokenPipeError, ConnectionError, "Broken pipe."),
    E(ConnectionAbortedError, ConnectionError, "Connection aborted."),
    E(ConnectionRefusedError, ConnectionError, "Connection refused."),
    E(ConnectionResetError, ConnectionError, "Connection reset."),
    E(FileExistsError, OSError, "File already exists."),
    E(FileNotFoundError, OSError, "File not found."),
    E(InterruptedError, OSError, "Interrupted by signal."),
    E(IsADirectoryError, OSError, "Operation doesn't work on directories."),
    E(NotADirectoryError, OSError, "Operation only works on directories."),
    E(PermissionError, OSError, "Not enough permissions."),
    E(ProcessLookupError, OSError, "Process not found."),
    E(TimeoutError, OSError, "Timeout expired."),
};
#undef E

}  // namespace

Raised raise_os_error(int error_number, Value filename, Value filename2) {
  Value number = Value::from_small(error_number);
  Value text = make_str(std::strerror(error_number));
  if (!filename2.is_null())
    return raise_with(types.OSError, {number, text, or_none(filename), none(), filename2});
  if (!filename.is_null()) return raise_with(types.OSError, {number, text, filename});
  return raise_with(types.OSError, {number, text});
}

void complete_os_error() {
  static TypeSpec spec = {.name = "OSError",
                          .basic_size = sizeof(OSErrorObject),
                          .trace = trace_os_error,
                          .methods = kMethods,
                          .getsets = kGetSets,
                          .members = kMembers,
                          .doc = "Base class for I/O related errors."};
  spec.slots.new_ = os_error_new;
  spec.slots.init = os_error_init;
  spec.slots.str = os_error_str;
  complete_exception(types.OSError, spec, types.Exception);
  for (const Subclass& row : kSubclasses) {
    auto* subclass = new TypeSpec{.name = row.name, .doc = row.doc};
    complete_exception(types.*row.type, *subclass, types.*row.base);
  }
}

}  // namespace ouro::vm
