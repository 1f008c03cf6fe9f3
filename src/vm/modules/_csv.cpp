// The module _csv: dialects, reader and writer.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

constexpr uint32_t kNotSet = 0xFFFFFFFF;     // no such character in the dialect
constexpr uint32_t kEndOfLine = 0xFFFFFFFE;  // what the parser is given behind each line

enum Quoting : int { kQuoteMinimal, kQuoteAll, kQuoteNonNumeric, kQuoteNone };

Type *dialect_type, *reader_type, *writer_type, *error_type;
Dict* dialects = nullptr;
int64_t field_limit = 128 * 1024;

struct Dialect : Object {
  Str* line_terminator;
  uint32_t delimiter, quote, escape;
  int quoting;
  bool double_quote, skip_initial_space, strict;
};

struct Reader : Object {
  Value lines;
  Dialect* dialect;
  uint64_t line_number;
};

struct Writer : Object {
  Value write;
  Dialect* dialect;
};

// ---- dialects

enum Option : uint8_t {
  kDialect,
  kDelimiter,
  kDoubleQuote,
  kEscape,
  kLineTerminator,
  kQuote,
  kQuoting,
  kSkipSpace,
  kStrict,
  kOptionCount
};
constexpr const char* kOptionNames[] = {"dialect",    "delimiter",        "doublequote",
                                        "escapechar", "lineterminator",   "quotechar",
                                        "quoting",    "skipinitialspace", "strict"};

Result<Value> registered(Value name) {
  Value known = TRY(dict_get(dialects, name));
  if (known.is_null()) return raise(error_type, "unknown dialect");
  return known;
}

Result<uint32_t> character_option(Value given, const char* name, uint32_t missing, bool none_allowed) {
  if (given.is_null()) return missing;
  if (none_allowed && is_none(given)) return kNotSet;
  if (!is_str(given))
    return raise(types.TypeError, "\"{}\" must be string{}, not {}", name, none_allowed ? " or None" : "",
                 type_name(given));
  if (given.as<Str>()->length != 1)
    return raise(types.TypeError, "\"{}\" must be a 1-character string", name);
  return static_cast<uint32_t>(given.as<Str>()->at(0));
}

Result<bool> truth_option(Value given, bool missing) {
  if (given.is_null()) return missing;
  return is_true(given);
}

Status fill_dialect(Dialect* self, const Value* given) {
  self->delimiter = TRY(character_option(given[kDelimiter], "delimiter", ',', false));
  self->double_quote = TRY(truth_option(given[kDoubleQuote], true));
  self->escape = TRY(character_option(given[kEscape], "escapechar", kNotSet, true));
  Value terminator = given[kLineTerminator];
  if (terminator.is_null()) terminator = make_ascii("\r\n");
  if (!is_none(terminator) && !is_str(terminator))
    return raise(types.TypeError, "\"lineterminator\" must be a string");
  self->quote = TRY(character_option(given[kQuote], "quotechar", '"', true));
  self->quoting = kQuoteMinimal;
  if (!given[kQuoting].is_null()) {
    if (!is_exactly(given[kQuoting], types.int_))
      return raise(types.TypeError, "\"quoting\" must be an integer");
    self->quoting = TRY(to_c_int(given[kQuoting]));
  }
  self->skip_initial_space = TRY(truth_option(given[kSkipSpace], false));
  self->strict = TRY(truth_option(given[kStrict], false));
  if (self->quoting < kQuoteMinimal || self->quoting > kQuoteNone)
    return raise(types.TypeError, "bad \"quoting\" value");
  if (!given[kQuote].is_null() && is_none(given[kQuote]) && given[kQuoting].is_null())
    self->quoting = kQuoteNone;
  if (self->quoting != kQuoteNone && self->quote == kNotSet)
    return raise(types.TypeError, "quotechar must be set if quoting enabled");
  if (is_none(terminator)) return raise(types.TypeError, "lineterminator must be set");
  store(self, self->line_terminator, terminator.as<Str>());
  return {};
}

Result<Value> new_dialect(Type* type, const Arguments& arguments) {
  static const Signature signature(
      "Dialect",
      "(dialect=None, delimiter=',', doublequote=True, escapechar=None, lineterminator='\\r\\n', "
      "quotechar='\"', quoting=0, skipinitialspace=False, strict=False)");
  Value given[kOptionCount];
  TRY(signature.bind(arguments, given));
  if (!given[kDialect].is_null()) {
    if (is_str(given[kDialect])) given[kDialect] = TRY(registered(given[kDialect]));
    bool plain = is_instance(given[kDialect], dialect_type);
    for (int i = 1; i < kOptionCount; ++i) plain &= given[i].is_null();
    if (plain) return given[kDialect];
    for (int i = 1; i < kOptionCount; ++i) {
      if (!given[i].is_null()) continue;
      auto attribute = get_attribute(given[kDialect], intern(kOptionNames[i]));
      if (attribute.ok()) {
        given[i] = attribute.unwrap();
      } else {
        take_exception();
      }
    }
  }
  auto* self = allocate_instance<Dialect>(type);
  TRY(fill_dialect(self, given));
  return self;
}

Result<Dialect*> call_dialect(Value given, const Arguments& arguments) {
  // The keywords of the call, with the dialect as the one positional argument.
  std::vector<Value> values;
  if (!given.is_null()) values.push_back(given);
  const size_t positional = values.size();
  for (size_t i = 0; i < arguments.keyword_count(); ++i)
    values.push_back(arguments[arguments.positional + i]);
  Tuple* kept = make_tuple(std::span<const Value>(values));
  Value result = TRY(call(dialect_type, Arguments{kept->items, positional, arguments.keywords}));
  return result.as<Dialect>();
}

Value character_or_none(uint32_t c) {
  return c == kNotSet ? none() : Value(make_char(c));
}
Result<Value> get_delimiter(Value self) {
  return character_or_none(self.as<Dialect>()->delimiter);
}
Result<Value> get_escape(Value self) {
  return character_or_none(self.as<Dialect>()->escape);
}
Result<Value> get_quote(Value self) {
  return character_or_none(self.as<Dialect>()->quote);
}
Result<Value> get_quoting(Value self) {
  return make_int(self.as<Dialect>()->quoting);
}
Result<Value> get_double_quote(Value self) {
  return make_bool(self.as<Dialect>()->double_quote);
}
Result<Value> get_skip_space(Value self) {
  return make_bool(self.as<Dialect>()->skip_initial_space);
}
Result<Value> get_strict(Value self) {
  return make_bool(self.as<Dialect>()->strict);
}
Result<Value> refuse_pickling(Value self, const Arguments&) {
  return raise(types.TypeError, "cannot pickle '{}' instances", type_name(self));
}

// ---- reading

enum class State : uint8_t {
  StartRecord,
  StartField,
  Escaped,
  InField,
  InQuoted,
  EscapedInQuoted,
  QuoteInQuoted,
  EatEnd,
  AfterEscapedEnd
};

bool ends_line(uint32_t c) {
  return c == '\n' || c == '\r' || c == kEndOfLine;
}

/// One record, line by line and character by character.
class RecordParser {
 public:
  explicit RecordParser(const Dialect* dialect) : dialect_(dialect), fields_(make_list()) {}

  Status line(const Str* text) {
    for (size_t i = 0; i < text->length; ++i) TRY(character(static_cast<uint32_t>(text->at(i))));
    return character(kEndOfLine);
  }
  bool complete() const { return state_ == State::StartRecord; }
  bool in_field() const { return !field_.empty() || state_ == State::InQuoted; }
  List* fields() { return fields_; }
  Status save() {
    Value field = make_str(field_.data(), field_.size());
    field_.clear();
    if (std::exchange(numeric_, false)) field = TRY(call(types.float_, {field}));
    return list_append(fields_, field);
  }

 private:
  Status add(uint32_t c) {
    if (static_cast<int64_t>(field_.size()) >= field_limit)
      return raise(error_type, "field larger than field limit ({})", field_limit);
    field_.push_back(c);
    return {};
  }
  Status end_field(uint32_t c) {
    TRY(save());
    state_ = c == dialect_->delimiter ? State::StartField
             : c == kEndOfLine        ? State::StartRecord
                                      : State::EatEnd;
    return {};
  }
  bool quotes(uint32_t c) const { return c == dialect_->quote && dialect_->quoting != kQuoteNone; }

  Status start_field(uint32_t c) {
    if (ends_line(c)) return end_field(c);
    if (quotes(c)) {
      state_ = State::InQuoted;
    } else if (c == dialect_->escape) {
      state_ = State::Escaped;
    } else if (c == ' ' && dialect_->skip_initial_space) {
      return {};
    } else if (c == dialect_->delimiter) {
      return end_field(c);
    } else {
      numeric_ = dialect_->quoting == kQuoteNonNumeric;
      state_ = State::InField;
      return add(c);
    }
    return {};
  }

  Status in_plain(uint32_t c) {
    if (ends_line(c) || c == dialect_->delimiter) return end_field(c);
    if (c != dialect_->escape) return add(c);
    state_ = State::Escaped;
    return {};
  }

  Status in_quoted(uint32_t c) {
    if (c == kEndOfLine) return {};
    if (c == dialect_->escape) {
      state_ = State::EscapedInQuoted;
    } else if (quotes(c)) {
      state_ = dialect_->double_quote ? State::QuoteInQuoted : State::InField;
    } else {
      return add(c);
    }
    return {};
  }

  Status after_quote(uint32_t c) {
    if (quotes(c)) {
      state_ = State::InQuoted;
      return add(c);
    }
    if (c == dialect_->delimiter || ends_line(c)) return end_field(c);
    if (dialect_->strict)
      return raise(error_type, "'{}' expected after '{}'", to_utf8(make_char(dialect_->delimiter)),
                   to_utf8(make_char(dialect_->quote)));
    state_ = State::InField;
    return add(c);
  }

  Status character(uint32_t c) {
    switch (state_) {
      case State::StartRecord:
        if (c == kEndOfLine) return {};
        if (c == '\n' || c == '\r') {
          state_ = State::EatEnd;
          return {};
        }
        return start_field(c);
      case State::StartField:
        return start_field(c);
      case State::Escaped:
        state_ = c == '\n' || c == '\r' ? State::AfterEscapedEnd : State::InField;
        return add(c == kEndOfLine ? '\n' : c);
      case State::AfterEscapedEnd:
        return c == kEndOfLine ? Status() : in_plain(c);
      case State::InField:
        return in_plain(c);
      case State::InQuoted:
        return in_quoted(c);
      case State::EscapedInQuoted:
        state_ = State::InQuoted;
        return add(c == kEndOfLine ? '\n' : c);
      case State::QuoteInQuoted:
        return after_quote(c);
      case State::EatEnd:
        if (c == kEndOfLine) {
          state_ = State::StartRecord;
        } else if (c != '\n' && c != '\r') {
          return raise(error_type,
                       "new-line character seen in unquoted field - do you need to open the file with "
                       "newline=''?");
        }
        return {};
    }
    return {};
  }

  const Dialect* dialect_;
  List* fields_;
  State state_ = State::StartRecord;
  bool numeric_ = false;
  std::u32string field_;
};

void trace_reader(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Reader*>(object)->lines);
  tracer.visit(static_cast<Reader*>(object)->dialect);
}

Result<Value> reader_next(Value self) {
  auto* reader = self.as<Reader>();
  RecordParser parser(reader->dialect);
  do {
    Value line = TRY(next(reader->lines));
    if (line.is_stop()) {
      if (!parser.in_field()) return line;
      if (reader->dialect->strict) return raise(error_type, "unexpected end of data");
      TRY(parser.save());
      break;
    }
    if (!is_str(line))
      return raise(error_type,
                   "iterator should return strings, not {} (the file should be opened in text mode)",
                   type_name(line));
    ++reader->line_number;
    TRY(parser.line(line.as<Str>()));
  } while (!parser.complete());
  return parser.fields();
}

Result<Value> get_line_number(Value self) {
  return make_int_unsigned(self.as<Reader>()->line_number);
}

Status one_or_two(const Arguments& arguments) {
  if (arguments.positional >= 1 && arguments.positional <= 2) return {};
  return raise(types.TypeError, "expected at {} {} argument{}, got {}",
               arguments.positional < 1 ? "least" : "most", arguments.positional < 1 ? 1 : 2,
               arguments.positional < 1 ? "" : "s", arguments.positional);
}
Value dialect_argument(const Arguments& arguments) {
  return arguments.positional == 2 ? arguments[1] : Value();
}

Result<Value> make_reader(Value, const Arguments& arguments) {
  TRY(one_or_two(arguments));
  Value lines = TRY(iterate(arguments[0]));
  Dialect* dialect = TRY(call_dialect(dialect_argument(arguments), arguments));
  auto* reader = allocate_instance<Reader>(reader_type);
  reader->lines = lines;
  reader->dialect = dialect;
  write_barrier(reader);
  return reader;
}

// ---- writing

class RecordWriter {
 public:
  explicit RecordWriter(const Dialect* dialect) : dialect_(dialect) {}

  /// Null: an empty field.
  Status add(const Str* field, bool quoted) {
    const Dialect& d = *dialect_;
    const size_t length = field == nullptr ? 0 : field->length;
    if (length == 0 && d.delimiter == ' ' && d.skip_initial_space) {
      if (d.quoting == kQuoteNone)
        return raise(error_type,
                     "empty field must be quoted if delimiter is a space and skipinitialspace is true");
      quoted = true;
    }
    std::u32string text;
    for (size_t i = 0; i < length; ++i)
      TRY(add_character(static_cast<uint32_t>(field->at(i)), &text, &quoted));
    if (count_ > 0) record_.push_back(d.delimiter);
    if (quoted) record_.push_back(d.quote);
    record_ += text;
    if (quoted) record_.push_back(d.quote);
    ++count_;
    return {};
  }

  Result<Value> finish() {
    if (count_ > 0 && record_.empty()) {
      if (dialect_->quoting == kQuoteNone)
        return raise(error_type, "single empty field record must be quoted");
      --count_;
      TRY(add(nullptr, true));
    }
    const Str* end = dialect_->line_terminator;
    for (size_t i = 0; i < end->length; ++i) record_.push_back(end->at(i));
    return make_str(record_.data(), record_.size());
  }

 private:
  bool is_special(uint32_t c) const {
    const Dialect& d = *dialect_;
    if (c == d.delimiter || c == d.escape || c == d.quote || c == '\n' || c == '\r') return true;
    for (size_t i = 0; i < d.line_terminator->length; ++i) {
      if (c == d.line_terminator->at(i)) return true;
    }
    return false;
  }

  Status add_character(uint32_t c, std::u32string* text, bool* quoted) {
    const Dialect& d = *dialect_;
    if (is_special(c)) {
      bool escaped = d.quoting == kQuoteNone;
      if (!escaped && c == d.quote) {
        if (d.double_quote) {
          text->push_back(d.quote);
        } else {
          escaped = true;
        }
      } else if (!escaped && c == d.escape) {
        escaped = true;
      }
      if (!escaped) *quoted = true;
      if (escaped) {
        if (d.escape == kNotSet) return raise(error_type, "need to escape, but no escapechar set");
        text->push_back(d.escape);
      }
    }
    text->push_back(c);
    return {};
  }

  const Dialect* dialect_;
  std::u32string record_;
  int64_t count_ = 0;
};

void trace_writer(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Writer*>(object)->write);
  tracer.visit(static_cast<Writer*>(object)->dialect);
}
void trace_dialect(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Dialect*>(object)->line_terminator);
}

bool is_number(Value value) {
  const Slots& slots = type_of(value)->slots;
  return slots.int_ != nullptr || slots.float_ != nullptr || slots.index != nullptr ||
         is_kind(value, Kind::kComplex);
}

Result<Value> write_row(Writer* writer, Value row) {
  auto iterator = iterate(row);
  if (!iterator.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return raise(error_type, "iterable expected, not {}", type_name(row));
  }
  Value fields = iterator.unwrap();
  RecordWriter record(writer->dialect);
  for (;;) {
    Value field = TRY(next(fields));
    if (field.is_stop()) break;
    const bool quoted = writer->dialect->quoting == kQuoteAll ||
                        (writer->dialect->quoting == kQuoteNonNumeric && !is_number(field));
    const Str* text = is_none(field) ? nullptr : TRY(to_str(field));
    TRY(record.add(text, quoted));
  }
  return call(writer->write, {TRY(record.finish())});
}

Result<Value> writerow(const Value* a) {
  return write_row(a[0].as<Writer>(), a[1]);
}
Result<Value> writerows(const Value* a) {
  TRY(for_each(a[1], [&](Value row) -> Status {
    TRY(write_row(a[0].as<Writer>(), row));
    return {};
  }));
  return none();
}

Result<Value> make_writer(Value, const Arguments& arguments) {
  TRY(one_or_two(arguments));
  Value write = TRY(find_attribute(arguments[0], intern("write")));
  if (write.is_null() || !is_callable(write))
    return raise(types.TypeError, "argument 1 must have a \"write\" method");
  Dialect* dialect = TRY(call_dialect(dialect_argument(arguments), arguments));
  auto* writer = allocate_instance<Writer>(writer_type);
  writer->write = write;
  writer->dialect = dialect;
  write_barrier(writer);
  return writer;
}

// ---- the module

Result<Value> register_dialect(Value, const Arguments& arguments) {
  TRY(one_or_two(arguments));
  if (!is_str(arguments[0])) return raise(types.TypeError, "dialect name must be a string");
  Dialect* dialect = TRY(call_dialect(dialect_argument(arguments), arguments));
  TRY(dict_set(dialects, arguments[0], dialect));
  return none();
}
Result<Value> unregister_dialect(const Value* a) {
  if (!TRY(dict_delete(dialects, a[1]))) return raise(error_type, "unknown dialect");
  return none();
}
Result<Value> get_dialect(const Value* a) {
  return registered(a[1]);
}
Result<Value> list_dialects(const Value*) {
  return Result<Value>(to_list(dialects));
}
Result<Value> field_size_limit(const Value* a) {
  const int64_t before = field_limit;
  if (!a[1].is_null()) {
    if (!is_exactly(a[1], types.int_)) return raise(types.TypeError, "limit must be an integer");
    field_limit = TRY(to_int64(a[1]));
  }
  return make_int(before);
}

constexpr GetSetSpec kDialectGetSets[] = {
    {"delimiter", get_delimiter}, {"escapechar", get_escape},        {"quotechar", get_quote},
    {"quoting", get_quoting},     {"doublequote", get_double_quote}, {"skipinitialspace", get_skip_space},
    {"strict", get_strict},
};
constexpr MemberSpec kDialectMembers[] = {{"lineterminator", offsetof(Dialect, line_terminator)}};
constexpr MethodSpec kDialectMethods[] = {
    {"__reduce__", nullptr, nullptr, nullptr, Binding::Instance, refuse_pickling},
    {"__reduce_ex__", nullptr, nullptr, nullptr, Binding::Instance, refuse_pickling},
};
constexpr GetSetSpec kReaderGetSets[] = {{"line_num", get_line_number}};
constexpr MemberSpec kReaderMembers[] = {{"dialect", offsetof(Reader, dialect)}};
constexpr MethodSpec kWriterMethods[] = {
    {"writerow", "($self, row, /)", writerow, "Writes one row."},
    {"writerows", "($self, rows, /)", writerows, "Writes rows, one after the other."},
};
constexpr MemberSpec kWriterMembers[] = {{"dialect", offsetof(Writer, dialect)}};

constexpr MethodSpec kFunctions[] = {
    {"reader", nullptr, nullptr, "reader(iterable [, dialect='excel'] [optional keyword args])",
     Binding::Instance, make_reader},
    {"writer", nullptr, nullptr, "writer(fileobj [, dialect='excel'] [optional keyword args])",
     Binding::Instance, make_writer},
    {"register_dialect", nullptr, nullptr, "register_dialect(name [, dialect] [optional keyword args])",
     Binding::Instance, register_dialect},
    {"unregister_dialect", "($module, /, name)", unregister_dialect, "Forgets a dialect."},
    {"get_dialect", "($module, /, name)", get_dialect, "The dialect of a name."},
    {"list_dialects", "($module, /)", list_dialects, "The names of all dialects."},
    {"field_size_limit", "($module, /, new_limit=None)", field_size_limit,
     "The limit of a field's size, and a new one."},
};

void fill_specs(TypeSpec& dialect, TypeSpec& reader, TypeSpec& writer) {
  dialect.name = "_csv.Dialect";
  dialect.kind = reader.kind = writer.kind = Kind::kNative;
  dialect.basic_size = sizeof(Dialect);
  dialect.flags = kTypeBase | kTypeImmutable;
  dialect.trace = trace_dialect;
  dialect.methods = kDialectMethods;
  dialect.getsets = kDialectGetSets;
  dialect.members = kDialectMembers;
  dialect.slots.new_ = new_dialect;
  reader.name = "_csv.reader";
  reader.basic_size = sizeof(Reader);
  reader.flags = writer.flags = kTypeBase | kTypeImmutable | kTypeDisallowNew;
  reader.trace = trace_reader;
  reader.getsets = kReaderGetSets;
  reader.members = kReaderMembers;
  reader.slots.iter = iterate_self;
  reader.slots.iternext = reader_next;
  writer.name = "_csv.writer";
  writer.basic_size = sizeof(Writer);
  writer.trace = trace_writer;
  writer.methods = kWriterMethods;
  writer.members = kWriterMembers;
}

Status execute(Module* module) {
  if (error_type == nullptr) {
    static TypeSpec dialect, reader, writer;
    fill_specs(dialect, reader, writer);
    dialect_type = make_native_type(dialect);
    reader_type = make_native_type(reader);
    writer_type = make_native_type(writer);
    error_type = TRY(make_exception_class("_csv", "Error", types.Exception));
    dialects = make_dict();
    for (Type** type : {&dialect_type, &reader_type, &writer_type, &error_type})
      add_root(reinterpret_cast<Object**>(type));
    add_root(reinterpret_cast<Object**>(&dialects));
  }
  TRY(module_add(module, "Dialect", dialect_type));
  TRY(module_add(module, "Reader", reader_type));
  TRY(module_add(module, "Writer", writer_type));
  TRY(module_add(module, "Error", error_type));
  TRY(module_add(module, "_dialects", dialects));
  TRY(module_add(module, "QUOTE_MINIMAL", make_int(kQuoteMinimal)));
  TRY(module_add(module, "QUOTE_ALL", make_int(kQuoteAll)));
  TRY(module_add(module, "QUOTE_NONNUMERIC", make_int(kQuoteNonNumeric)));
  TRY(module_add(module, "QUOTE_NONE", make_int(kQuoteNone)));
  return module_add(module, "__version__", make_ascii("1.0"));
}

}  // namespace

extern const ModuleSpec kCsvModule;
const ModuleSpec kCsvModule = {
    .name = "_csv",
    .doc = "CSV parsing and writing.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
