// JSON to objects. A Reader goes once over the text, which it sees in its own width; what it finds wrong
// becomes a json.JSONDecodeError, or StopIteration where no value begins, as the package json expects it.
#include <cstring>

#include "vm/modules/json/json.h"
#include "vm/object/hooks.h"
#include "vm/object/number_text.h"

namespace ouro::vm::json {

namespace {

struct Scanner : Object {
  Value strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant;
};

Raised raise_decode_error(const char* message, Str* document, size_t position) {
  const Value module = TRY(hooks.import_module("json.decoder"));
  const Value error = TRY(get_attribute(module, intern("JSONDecodeError")));
  return raise_value(
      TRY(call(error, {make_str(message), document, make_int(static_cast<int64_t>(position))})));
}

int hex_value(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A' + 10);
  return -1;
}

/// The character that \c stands for; 0: none.
char32_t simple_escape(char32_t c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

template <class Char>
class Reader {
 public:
  Reader(Str* document, const Scanner* scanner, bool strict)
      : document_(document),
        text_(static_cast<const Char*>(document->data_)),
        size_(document->length),
        scanner_(scanner),
        strict_(strict) {}

  /// The text that begins at *at, behind its quote; *at: behind the closing one.
  Result<Str*> string(size_t* at) {
    const size_t start = *at;
    size_t i = plain_end(start);
    if (i < size_ && text_[i] == '"') {
      *at = i + 1;
      return substring(document_, start, i);
    }
    StrBuilder out;
    for (size_t from = start;; i = plain_end(from)) {
      if (i >= size_) return unterminated(start);
      out.append(document_, from, i);
      const Char c = text_[i++];
      if (c == '"') break;
      if (c != '\\') return raise_decode_error("Invalid control character at", document_, i - 1);
      TRY(escape(out, start, &i));
      from = i;
    }
    *at = i;
    return out.finish();
  }

  /// The value that begins at *at.
  Result<Value> value(size_t* at) {
    if (*at >= size_) return no_value(*at);
    switch (text_[*at]) {
      case '"':
        ++*at;
        return string(at);
      case '{':
        return object(at);
      case '[':
        return array(at);
      case 'n':
        if (take("null", at)) return none();
        break;
      case 't':
        if (take("true", at)) return make_bool(true);
        break;
      case 'f':
        if (take("false", at)) return make_bool(false);
        break;
      case 'N':
        if (take("NaN", at)) return call(scanner_->parse_constant, {intern("NaN")});
        break;
      case 'I':
        if (take("Infinity", at)) return call(scanner_->parse_constant, {intern("Infinity")});
        break;
      case '-':
        if (take("-Infinity", at)) return call(scanner_->parse_constant, {intern("-Infinity")});
        break;
      default:
        break;
    }
    return number(at);
  }

 private:
  size_t plain_end(size_t i) const {
    while (i < size_ && text_[i] != '"' && text_[i] != '\\' && (text_[i] > 0x1F || !strict_)) ++i;
    return i;
  }

  Raised unterminated(size_t start) {
    return raise_decode_error("Unterminated string starting at", document_, start - 1);
  }
  Raised no_value(size_t at) { return raise_with(types.StopIteration, {make_int(static_cast<int64_t>(at))}); }

  /// Four hexadecimal digits at `i`, with a character behind them; -1: there are none.
  int64_t hex4(size_t i) const {
    if (i + 4 >= size_) return -1;
    int64_t number = 0;
    for (size_t k = i; k < i + 4; ++k) {
      const int digit = hex_value(text_[k]);
      if (digit < 0) return -1;
      number = number * 16 + digit;
    }
    return number;
  }

  /// What follows a backslash at *i - 1.
  Status escape(StrBuilder& out, size_t start, size_t* i) {
    if (*i >= size_) return unterminated(start);
    if (text_[*i] != 'u') {
      const char32_t c = simple_escape(text_[*i]);
      if (c == 0) return raise_decode_error("Invalid \\escape", document_, *i - 1);
      out.append(c);
      ++*i;
      return {};
    }
    const size_t digits = *i + 1;
    int64_t code = hex4(digits);
    if (code < 0) return raise_decode_error("Invalid \\uXXXX escape", document_, digits - 1);
    *i = digits + 4;
    const bool pair =
        code >= 0xD800 && code < 0xDC00 && *i + 6 < size_ && text_[*i] == '\\' && text_[*i + 1] == 'u';
    if (pair) {
      const int64_t low = hex4(*i + 2);
      if (low < 0) return raise_decode_error("Invalid \\uXXXX escape", document_, *i + 1);
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        *i += 6;
      }
    }
    out.append(static_cast<char32_t>(code));
    return {};
  }

  bool take(std::string_view word, size_t* at) const {
    if (size_ - *at < word.size()) return false;
    for (size_t k = 0; k < word.size(); ++k)
      if (text_[*at + k] != static_cast<Char>(word[k])) return false;
    *at += word.size();
    return true;
  }

  void skip_space(size_t* at) const {
    while (*at < size_ &&
           (text_[*at] == ' ' || text_[*at] == '\t' || text_[*at] == '\n' || text_[*at] == '\r'))
      ++*at;
  }
  bool is_at(size_t at, char c) const { return at < size_ && text_[at] == static_cast<Char>(c); }
  bool digit_at(size_t at) const { return at < size_ && text_[at] >= '0' && text_[at] <= '9'; }
  void skip_digits(size_t* at) const {
    while (digit_at(*at)) ++*at;
  }

  /// Behind a value in a container: false at the closing character, which is passed.
  Result<bool> another(size_t* at, char close) {
    skip_space(at);
    if (is_at(*at, close)) {
      ++*at;
      return false;
    }
    if (!is_at(*at, ',')) return raise_decode_error("Expecting ',' delimiter", document_, *at);
    ++*at;
    skip_space(at);
    return true;
  }

  Result<Value> array(size_t* at) {
    RecursionScope scope;
    TRY(scope.enter(" while decoding a JSON array from a unicode string"));
    ++*at;
    List* list = make_list();
    skip_space(at);
    if (is_at(*at, ']')) {
      ++*at;
      return list;
    }
    do {
      TRY(list_append(list, TRY(value(at))));
    } while (TRY(another(at, ']')));
    return list;
  }

  /// Names repeat: each is one object.
  Result<Value> name(size_t* at) {
    if (!is_at(*at, '"'))
      return raise_decode_error("Expecting property name enclosed in double quotes", document_, *at);
    ++*at;
    Str* key = TRY(string(at));
    if (names_ == nullptr) names_ = make_dict();
    return dict_set_default(names_, key, key);
  }

  Result<Value> object(size_t* at) {
    RecursionScope scope;
    TRY(scope.enter(" while decoding a JSON object from a unicode string"));
    ++*at;
    const bool pairs = !is_none(scanner_->object_pairs_hook);
    List* list = pairs ? make_list() : nullptr;
    Dict* dict = pairs ? nullptr : make_dict();
    skip_space(at);
    if (is_at(*at, '}')) {
      ++*at;
    } else {
      do {
        const Value key = TRY(name(at));
        skip_space(at);
        if (!is_at(*at, ':')) return raise_decode_error("Expecting ':' delimiter", document_, *at);
        ++*at;
        skip_space(at);
        const Value item = TRY(value(at));
        if (pairs) {
          TRY(list_append(list, make_tuple({key, item})));
        } else {
          TRY(dict_set(dict, key, item));
        }
      } while (TRY(another(at, '}')));
    }
    if (pairs) return call(scanner_->object_pairs_hook, {list});
    if (!is_none(scanner_->object_hook)) return call(scanner_->object_hook, {dict});
    return dict;
  }

  /// Passes the fraction and the exponent; whether there was one.
  bool take_fraction(size_t* at) const {
    bool fraction = false;
    if (is_at(*at, '.') && digit_at(*at + 1)) {
      fraction = true;
      ++*at;
      skip_digits(at);
    }
    if (is_at(*at, 'e') || is_at(*at, 'E')) {
      size_t end = *at + 1;
      if (is_at(end, '-') || is_at(end, '+')) ++end;
      if (digit_at(end)) {
        fraction = true;
        skip_digits(&end);
        *at = end;
      }
    }
    return fraction;
  }

  Result<Value> number(size_t* at) {
    const size_t start = *at;
    size_t i = start;
    if (is_at(i, '-')) ++i;
    if (!digit_at(i)) return no_value(start);
    if (text_[i] == '0') {
      ++i;
    } else {
      skip_digits(&i);
    }
    const bool fraction = take_fraction(&i);
    *at = i;
    const Value convert = fraction ? scanner_->parse_float : scanner_->parse_int;
    if (convert != Value(fraction ? types.float_ : types.int_))
      return call(convert, {substring(document_, start, i)});
    std::string digits(i - start, '\0');
    for (size_t k = start; k < i; ++k)
      digits[k - start] = static_cast<char>(text_[k] == 'E' ? 'e' : text_[k]);
    if (fraction) {
      double parsed = 0;
      (void)parse_plain_float(digits, &parsed);
      return make_float(parsed);
    }
    constexpr size_t kSafeDigits = 18;
    if (digits.size() <= kSafeDigits) return make_int(std::atoll(digits.c_str()));
    bool valid;
    return parse_int(digits, 10, &valid);
  }

  Str* document_;
  const Char* text_;
  size_t size_;
  const Scanner* scanner_;
  bool strict_;
  Dict* names_ = nullptr;
};

/// Calls `use` with a Reader for the text.
template <class Use>
auto with_reader(Str* text, const Scanner* scanner, bool strict, Use&& use) {
  switch (text->width()) {
    case 1: {
      Reader<uint8_t> reader(text, scanner, strict);
      return use(reader);
    }
    case 2: {
      Reader<char16_t> reader(text, scanner, strict);
      return use(reader);
    }
    default: {
      Reader<char32_t> reader(text, scanner, strict);
      return use(reader);
    }
  }
}

Result<Str*> checked_text(Value value) {
  if (!is_str(value))
    return raise(types.TypeError, "first argument must be a string, not {}", type_name(value));
  return value.as<Str>();
}

Value with_position(Value value, size_t at) {
  return make_tuple({value, make_int(static_cast<int64_t>(at))});
}

Result<Value> scanner_call(Value self, const Arguments& arguments) {
  static const Signature signature("scan_once", "(string, idx)");
  Value given[2];
  TRY(signature.bind(arguments, given));
  const int64_t index = TRY(to_int64(given[1]));
  Str* text = TRY(checked_text(given[0]));
  if (index < 0) return raise(types.ValueError, "idx cannot be negative");
  auto* scanner = self.as<Scanner>();
  auto at = static_cast<size_t>(index);
  const Value found = TRY(with_reader(text, scanner, scanner->strict == make_bool(true),
                                      [&](auto& reader) { return reader.value(&at); }));
  return with_position(found, at);
}

Result<Value> scanner_new(Type* type, const Arguments& arguments) {
  static const Signature signature("make_scanner", "(context)");
  Value context;
  TRY(signature.bind(arguments, &context));
  auto* scanner = allocate_instance<Scanner>(type);
  scanner->strict = make_bool(TRY(is_true(TRY(get_attribute(context, intern("strict"))))));
  auto take = [&](const char* name, Value* field) -> Status {
    store(static_cast<Object*>(scanner), *field, TRY(get_attribute(context, intern(name))));
    return {};
  };
  TRY(take("object_hook", &scanner->object_hook));
  TRY(take("object_pairs_hook", &scanner->object_pairs_hook));
  TRY(take("parse_float", &scanner->parse_float));
  TRY(take("parse_int", &scanner->parse_int));
  TRY(take("parse_constant", &scanner->parse_constant));
  return scanner;
}

constexpr MemberSpec kMembers[] = {
    {"strict", offsetof(Scanner, strict), false, false, "strict"},
    {"object_hook", offsetof(Scanner, object_hook), false, false, "object_hook"},
    {"object_pairs_hook", offsetof(Scanner, object_pairs_hook), false, false, "object_pairs_hook"},
    {"parse_float", offsetof(Scanner, parse_float), false, false, "parse_float"},
    {"parse_int", offsetof(Scanner, parse_int), false, false, "parse_int"},
    {"parse_constant", offsetof(Scanner, parse_constant), false, false, "parse_constant"},
};

Type* scanner_type = nullptr;

}  // namespace

Result<Value> scan_string_function(const Value* a) {
  const int64_t end = TRY(to_int64(a[2]));
  Str* text = TRY(checked_text(a[1]));
  const bool strict = a[3].is_null() || TRY(is_true(a[3]));
  if (end < 0 || end > static_cast<int64_t>(text->length))
    return raise(types.ValueError, "end is out of bounds");
  auto at = static_cast<size_t>(end);
  const Value found =
      TRY(with_reader(text, nullptr, strict, [&](auto& reader) { return reader.string(&at); }));
  return with_position(found, at);
}

Status add_scanner(Module* module) {
  static TypeSpec spec;
  spec.name = "_json.Scanner";
  spec.kind = Kind::kNative;
  spec.basic_size = sizeof(Scanner);
  spec.trace = trace_members<&Scanner::strict, &Scanner::object_hook, &Scanner::object_pairs_hook,
                             &Scanner::parse_float, &Scanner::parse_int, &Scanner::parse_constant>;
  spec.members = kMembers;
  spec.doc = "Reads one JSON value of a text: scanner(string, idx) -> (value, end).";
  spec.slots.call = scanner_call;
  spec.slots.new_ = scanner_new;
  if (scanner_type == nullptr) {
    scanner_type = make_native_type(spec);
    add_root(reinterpret_cast<Object**>(&scanner_type));
  }
  return module_add(module, "make_scanner", scanner_type);
}

}  // namespace ouro::vm::json
