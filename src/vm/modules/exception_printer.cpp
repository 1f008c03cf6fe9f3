// The chain is gone through in a loop, not by recursion: contexts can be many thousands. Groups nest no
// deeper than kDeepestGroup.
#include "vm/modules/exception_printer.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "vm/builtins/functions.h"
#include "vm/modules/suggestions.h"
#include "vm/object/numbers.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr int kWidestGroup = 15, kDeepestGroup = 10;
constexpr int64_t kMostEntries = 1000;

constexpr std::string_view kHeader = "Traceback (most recent call last):\n";
constexpr std::string_view kGroupHeader = "Exception Group Traceback (most recent call last):\n";
constexpr std::string_view kCause = "The above exception was the direct cause of the following exception:\n";
constexpr std::string_view kContext = "During handling of the above exception, another exception occurred:\n";

bool is_exception(Value value) {
  return is_kind(value, Kind::kException);
}
bool is_group(Value value) {
  return is_exception(value) && is_subtype(type_of(value), types.BaseExceptionGroup);
}

/// sys.tracebacklimit; without one, the default.
int64_t entry_limit() {
  auto limit = sys_attribute("tracebacklimit");
  if (!limit.ok()) {
    (void)take_exception();
    return kMostEntries;
  }
  Value value = limit.unwrap();
  if (value.is_null() || !is_int(value)) return kMostEntries;
  int64_t number = 0;
  if (int_fits(value, &number)) return number;
  return int_sign(value) < 0 ? 0 : INT64_MAX;
}

/// module.Class, without the modules that everybody knows.
void write_class_name(StrBuilder& out, const Type* type) {
  auto attribute = [&](Str* name) {
    auto found = get_attribute(Value(type), name);
    if (!found.ok()) (void)take_exception();
    return found.ok() && is_str(found.unwrap()) ? found.unwrap().as<Str>() : nullptr;
  };
  Str* module = attribute(names.dunder_module);
  if (module == nullptr) {
    out.append_ascii("<unknown>.");
  } else if (!equals(module, names.builtins) && !equals(module, names.dunder_main)) {
    out.append(module);
    out.append_ascii(".");
  }
  if (Str* name = attribute(names.dunder_qualname))
    out.append(name);
  else
    out.append_ascii("<unknown>");
}

class Printer {
 public:
  explicit Printer(Value file) : file_(file) {}

  /// An exception with those that led to it, oldest first.
  Status print_chain(Value newest);

 private:
  /// Exceptions, the newest first, and for each how the next newer one came about.
  struct Chain {
    List* exceptions;
    std::vector<std::string_view> reasons;
  };

  Margin margin() const { return {2 * static_cast<size_t>(depth_), depth_ > 0 ? "| " : ""}; }
  Result<Chain> chain_of(Value newest);
  Status flush();

  Status print_one(Value value);
  Status print_group(Value value);
  Status print_member(ExceptionGroupObject* group, size_t index, size_t count);
  Status write_entries(Exception* exception);
  /// The place of an error in a source text. What is left to say: its message, else the exception itself.
  Result<Value> write_place(Exception* exception);
  void write_source_text(Str* text, int64_t offset, int64_t end_offset);
  void write_message(Value message);
  Status write_notes(Exception* exception);
  void write_note(Value note);

  Value file_;
  StrBuilder out_;
  SourceLines sources_;
  std::unordered_set<uint64_t> seen_;
  int depth_ = 0;  // of groups
  bool need_close_ = false;
};

Status Printer::flush() {
  if (out_.length() == 0) return {};
  Str* text = TRY(out_.finish());
  out_.clear();
  TRY(call_method(file_, names.write, {text}));
  return {};
}

// ---- chains

Result<Printer::Chain> Printer::chain_of(Value newest) {
  Chain chain = {make_list(), {""}};
  TRY(list_append(chain.exceptions, newest));
  seen_.insert(newest.bits());
  for (Value at = newest; is_exception(at);) {
    auto* exception = at.as<Exception>();
    const bool caused = !exception->cause.is_null();
    if (!caused && exception->suppress_context) break;
    at = caused ? exception->cause : exception->context;
    if (at.is_null() || !seen_.insert(at.bits()).second) break;
    TRY(list_append(chain.exceptions, at));
    chain.reasons.push_back(caused ? kCause : kContext);
  }
  return chain;
}

Status Printer::print_chain(Value newest) {
  const Chain chain = TRY(chain_of(newest));
  const bool need_close = need_close_;
  for (size_t i = chain.reasons.size(); i-- > 0;) {
    if (i == 0) need_close_ = need_close;
    Value exception = chain.exceptions->items()[i];
    TRY(is_group(exception) ? print_group(exception) : print_one(exception));
    if (i == 0) break;
    for (std::string_view text : {std::string_view("\n"), chain.reasons[i], std::string_view("\n")}) {
      margin().write(out_);
      out_.append_ascii(text);
    }
  }
  return flush();
}

// ---- one exception

Status Printer::print_one(Value value) {
  if (!is_exception(value)) {
    out_.append_repeated(U' ', margin().indent);
    out_.append_utf8(fmt::format("TypeError: print_exception(): Exception expected for value, {} found\n",
                                 type_name(value)));
    return flush();
  }
  auto* exception = value.as<Exception>();
  TRY(write_entries(exception));
  Value message = TRY(write_place(exception));
  margin().write(out_);
  write_class_name(out_, type_of(value));
  write_message(message);
  if (Str* meant = suggestion_for(exception)) {
    out_.append_ascii(". Did you mean: '");
    out_.append(meant);
    out_.append_ascii("'?");
  }
  out_.append_ascii("\n");
  TRY(write_notes(exception));
  return flush();
}

Status Printer::write_entries(Exception* exception) {
  const int64_t limit = entry_limit();
  if (!is_kind(exception->traceback, Kind::kTraceback) || limit <= 0) return {};
  const bool group = is_group(exception);
  Margin head = margin();
  if (group && depth_ == 1) head.text = "+ ";
  head.write(out_);
  out_.append_ascii(group ? kGroupHeader : kHeader);
  return write_traceback(out_, sources_, exception->traceback.as<Traceback>(), limit, margin());
}

void Printer::write_message(Value message) {
  if (message.is_null() || is_none(message)) return;
  auto text = to_str(message);
  if (!text.ok()) {
    (void)take_exception();
    out_.append_ascii(": <exception str() failed>");
    return;
  }
  if (text.unwrap()->length == 0) return;
  out_.append_ascii(": ");
  out_.append(text.unwrap());
}

// ---- errors in source texts

struct Place {
  Value message, filename, text;
  int64_t line = 0, offset = -1, end_line = 0, end_offset = -1;
};

/// An attribute that is a number, or `missing` when it is None.
Result<int64_t> number_of(Value exception, const char* name, int64_t missing) {
  Value value = TRY(get_attribute(exception, intern(name)));
  return is_none(value) ? missing : to_int64(value);
}

Result<Place> place_of(Value exception) {
  Place place;
  place.message = TRY(get_attribute(exception, intern("msg")));
  place.filename = TRY(get_attribute(exception, intern("filename")));
  if (is_none(place.filename)) place.filename = make_str("<string>");
  place.line = TRY(to_int64(TRY(get_attribute(exception, intern("lineno")))));
  place.offset = TRY(number_of(exception, "offset", -1));
  place.end_line = place.line;
  if (type_of(exception) == types.SyntaxError) {
    place.end_line = TRY(number_of(exception, "end_lineno", place.line));
    place.end_offset = TRY(number_of(exception, "end_offset", -1));
  }
  place.text = TRY(get_attribute(exception, intern("text")));
  return place;
}

Result<Value> Printer::write_place(Exception* exception) {
  if (!is_subtype(type_of(exception), types.SyntaxError)) return exception;
  auto outcome = place_of(exception);
  if (!outcome.ok()) {
    (void)take_exception();
    return exception;
  }
  const Place place = outcome.unwrap();
  Str* name = TRY(to_str(place.filename));
  margin().write(out_);
  out_.append_ascii("  File \"");
  out_.append(name);
  out_.append_utf8(fmt::format("\", line {}\n", place.line));
  if (!is_str(place.text)) return place.message;
  Str* text = place.text.as<Str>();
  const auto length = static_cast<int64_t>(to_utf8(text).size());
  // Only the first line is shown: the marks go to its end.
  int64_t end = place.end_line > place.line ? length : place.end_offset;
  write_source_text(text, place.offset, std::min(end, length + 1));
  return place.message;
}

/// The line and marks below it; `offset` counts from 1.
void Printer::write_source_text(Str* source, int64_t offset, int64_t end_offset) {
  const std::string whole = to_utf8(source);
  std::string_view text = whole;
  const int64_t marks = end_offset > 0 && end_offset > offset ? end_offset - offset : 1;
  --offset;
  const size_t indentation = std::min(text.find_first_not_of(" \t\f"), text.size());
  text.remove_prefix(indentation);
  offset -= static_cast<int64_t>(indentation);
  auto length = static_cast<int64_t>(text.ends_with('\n') ? text.size() - 1 : text.size());
  offset = std::min(offset, length);
  for (size_t end; (end = text.find('\n')) != text.npos && static_cast<int64_t>(end) < offset;) {
    text.remove_prefix(end + 1);
    offset -= static_cast<int64_t>(end + 1);
  }
  out_.append_ascii("    ");
  out_.append_utf8(text);
  if (!text.ends_with('\n')) out_.append_ascii("\n");
  if (offset < 0) return;
  out_.append_repeated(U' ', 4 + static_cast<size_t>(offset));
  out_.append_repeated(U'^', static_cast<size_t>(marks));
  out_.append_ascii("\n");
}

// ---- notes

void Printer::write_note(Value note) {
  auto text = to_str(note);
  if (!text.ok()) {
    (void)take_exception();
    out_.append_ascii("<note str() failed>\n");
    return;
  }
  auto lines = call_method(text.unwrap(), intern("splitlines"), {make_bool(true)});
  if (!lines.ok()) {
    (void)take_exception();
    return;
  }
  for (Value line : lines.unwrap().as<List>()->span()) {
    margin().write(out_);
    out_.append(line.as<Str>());
  }
  out_.append_ascii("\n");
}

Status Printer::write_notes(Exception* exception) {
  auto found = find_attribute(exception, intern("__notes__"));
  if (!found.ok()) {
    write_note(make_str("Ignored error getting __notes__: " + repr_text(take_exception())));
    return {};
  }
  Value notes = found.unwrap();
  if (notes.is_null()) return {};
  if (type_of(notes)->slots.item == nullptr && !is_kind(notes, Kind::kList) && !is_tuple(notes)) {
    margin().write(out_);
    auto shown = repr(notes);
    if (!shown.ok()) (void)take_exception();
    if (shown.ok())
      out_.append(shown.unwrap());
    else
      out_.append_ascii("<__notes__ repr() failed>");
    return {};
  }
  const int64_t count = TRY(length(notes));
  for (int64_t i = 0; i < count; ++i) write_note(TRY(get_item(notes, make_int(i))));
  return {};
}

// ---- groups

Status Printer::print_group(Value value) {
  TRY(check_recursion(" in print_exception_group"));
  if (depth_ > kDeepestGroup) {
    margin().write(out_);
    out_.append_utf8(fmt::format("... (max_group_depth is {})\n", kDeepestGroup));
    return flush();
  }
  if (depth_ == 0) depth_ = 1;
  TRY(print_one(value));
  auto* group = value.as<ExceptionGroupObject>();
  const size_t shown = std::min<size_t>(group->exceptions->length, kWidestGroup + 1);
  need_close_ = false;
  for (size_t i = 0; i < shown; ++i) TRY(print_member(group, i, shown));
  if (depth_ == 1) depth_ = 0;
  return {};
}

Status Printer::print_member(ExceptionGroupObject* group, size_t index, size_t shown) {
  const bool last = index + 1 == shown;
  if (last) need_close_ = true;  // by whoever is the last inside
  const bool left_out = index >= kWidestGroup;
  const std::string number = left_out ? "..." : std::to_string(index + 1);
  out_.append_repeated(U' ', margin().indent);
  out_.append_utf8(
      fmt::format("{}+---------------- {} ----------------\n", index == 0 ? "+-" : "  ", number));
  ++depth_;
  if (left_out) {
    const size_t rest = group->exceptions->length - kWidestGroup;
    margin().write(out_);
    out_.append_utf8(fmt::format("and {} more exception{}\n", rest, rest > 1 ? "s" : ""));
  } else {
    TRY(print_chain(group->exceptions->items[index]));
  }
  if (last && need_close_) {
    out_.append_repeated(U' ', margin().indent);
    out_.append_ascii("+------------------------------------\n");
    need_close_ = false;
  }
  --depth_;
  return flush();
}

// What was written may still come to light; a file without flush() is no reason to say it again elsewhere.
void flush_quietly(Value file) {
  if (!call_method(file, names.flush).ok()) (void)take_exception();
}

}  // namespace

Status print_exception(Value file, Value exception, Value traceback) {
  if (is_exception(exception) && exception.as<Exception>()->traceback.is_null() &&
      is_kind(traceback, Kind::kTraceback))
    store(exception.object(), exception.as<Exception>()->traceback, traceback);
  Printer printer(file);
  TRY(printer.print_chain(exception));
  flush_quietly(file);
  return {};
}

namespace {

Status write_text(Value file, StrBuilder& out) {
  TRY(call_method(file, names.write, {TRY(out.finish())}));
  return {};
}

/// Where an exception that nobody can take was ignored.
void write_origin(StrBuilder& out, const UnraisableReport& report) {
  const bool has_message = !is_none(report.message) && is_str(report.message);
  if (is_none(report.object)) {
    if (!has_message) return;
    out.append(report.message.as<Str>());
    out.append_ascii(":\n");
    return;
  }
  if (has_message)
    out.append(report.message.as<Str>());
  else
    out.append_ascii("Exception ignored in");
  out.append_ascii(": ");
  auto shown = repr(report.object);
  if (!shown.ok()) (void)take_exception();
  if (shown.ok())
    out.append(shown.unwrap());
  else
    out.append_ascii("<object repr() failed>");
  out.append_ascii("\n");
}

}  // namespace

Status print_traceback(Value file, Traceback* traceback) {
  const int64_t limit = entry_limit();
  if (limit <= 0) return {};
  StrBuilder out;
  SourceLines sources;
  out.append_ascii(kHeader);
  TRY(write_traceback(out, sources, traceback, limit, Margin()));
  return write_text(file, out);
}

Status print_unraisable(Value file, const UnraisableReport& report) {
  StrBuilder out;
  write_origin(out, report);
  if (out.length() > 0) TRY(write_text(file, out));
  if (is_kind(report.traceback, Kind::kTraceback) &&
      !print_traceback(file, report.traceback.as<Traceback>()).ok())
    (void)take_exception();
  if (!is_kind(report.type, Kind::kType)) return {};
  StrBuilder line;
  write_class_name(line, report.type.as<Type>());
  if (!is_none(report.value)) {
    line.append_ascii(": ");
    auto text = to_str(report.value);
    if (!text.ok()) (void)take_exception();
    if (text.ok())
      line.append(text.unwrap());
    else
      line.append_ascii("<exception str() failed>");
  }
  line.append_ascii("\n");
  TRY(write_text(file, line));
  flush_quietly(file);
  return {};
}

}  // namespace ouro::vm
