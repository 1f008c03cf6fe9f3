// The `%` operator of str and bytes.
#include <charconv>
#include <climits>
#include <cstring>

#include "vm/builtins/format.h"
#include "vm/builtins/str_methods.h"

namespace ouro::vm {

namespace {

/// One conversion: "%(key)-10.3ld".
struct Conversion {
  bool left = false, sign = false, blank = false, alternate = false, zero = false;
  int64_t width = -1;
  int64_t precision = -1;
  char32_t type = 0;

  bool is_plain() const {
    return !left && !sign && !blank && !alternate && !zero && width < 0 && precision < 0;
  }
};

/// The format, the arguments, and how far both are used up. Either text or bytes.
class PercentFormat {
 public:
  PercentFormat(Str* text, Value arguments) : text_(text), length_(text->length) {
    take_arguments(arguments);
  }
  PercentFormat(std::string_view bytes, Value arguments) : bytes_(bytes), length_(bytes.size()) {
    take_arguments(arguments);
  }

  bool at_end() const { return at_ >= length_; }
  size_t position() const { return at_; }
  char32_t at(size_t i) const {
    return text_ != nullptr ? text_->at(i) : static_cast<unsigned char>(bytes_[i]);
  }
  /// Moves to the next '%' and returns where the text before it starts.
  size_t skip_literal() {
    const size_t start = at_;
    if (text_ == nullptr || text_->width() == 1) {
      const char* data = text_ != nullptr ? static_cast<const char*>(text_->data_) : bytes_.data();
      const void* found = start < length_ ? std::memchr(data + start, '%', length_ - start) : nullptr;
      at_ = found != nullptr ? static_cast<size_t>(static_cast<const char*>(found) - data) : length_;
      return start;
    }
    while (at_ < length_ && at(at_) != '%') ++at_;
    return start;
  }
  /// A conversion that is "%s", "%r" or "%d" and nothing else is taken at once.
  bool take_plain(Conversion* conversion) {
    if (at_ + 1 >= length_) return false;
    const char32_t type = at(at_ + 1);
    if (type != 's' && type != 'r' && type != 'd') return false;
    at_ += 2;
    conversion->type = type;
    return true;
  }
  /// "%%" alone stands for '%'; with flags between it is an error.
  bool take_escape() {
    if (at_ + 1 >= length_ || at(at_ + 1) != '%') return false;
    at_ += 2;
    return true;
  }
  Result<Conversion> parse();
  Result<Value> next_argument();
  bool has_mapping() const { return !mapping_.is_null(); }
  bool arguments_left() const { return index_ < count_; }

 private:
  void take_arguments(Value arguments);
  Status parse_key();
  Status parse_width(Conversion* conversion);
  Status parse_precision(Conversion* conversion);
  Result<Value> star_argument();
  void advance() {
    if (at_ < length_) {
      current_ = at(at_++);
    } else {
      exhausted_ = true;
    }
  }

  Str* text_ = nullptr;
  std::string_view bytes_;
  size_t length_;
  size_t at_ = 0;
  char32_t current_ = 0;
  bool exhausted_ = false;
  Value arguments_, mapping_;
  int64_t count_ = -1, index_ = -2;  // -1 and -2: one argument that is no tuple
};

void PercentFormat::take_arguments(Value arguments) {
  arguments_ = arguments;
  if (is_tuple(arguments)) {
    count_ = static_cast<int64_t>(arguments.as<Tuple>()->length);
    index_ = 0;
    return;
  }
  const bool is_text = text_ != nullptr ? is_str(arguments) : is_bytes(arguments) || is_bytearray(arguments);
  if (!is_text && type_of(arguments)->slots.subscript != nullptr) mapping_ = arguments;
}

Result<Value> PercentFormat::next_argument() {
  if (index_ < count_) {
    const int64_t index = index_++;
    return count_ < 0 ? arguments_ : arguments_.as<Tuple>()->items[index];
  }
  return raise(types.TypeError, "not enough arguments for format string");
}

Status PercentFormat::parse_key() {
  if (mapping_.is_null()) return raise(types.TypeError, "format requires a mapping");
  const size_t start = at_;
  int depth = 1;
  while (depth > 0 && at_ < length_) {
    const char32_t c = at(at_++);
    if (c == ')') --depth;
    if (c == '(') ++depth;
  }
  if (depth > 0) return raise(types.ValueError, "incomplete format key");
  const Value key = text_ != nullptr ? Value(substring(text_, start, at_ - 1))
                                     : Value(make_bytes(bytes_.substr(start, at_ - 1 - start)));
  arguments_ = TRY(get_item(mapping_, key));
  count_ = -1;
  index_ = -2;
  return {};
}

Result<Value> PercentFormat::star_argument() {
  const Value value = TRY(next_argument());
  if (!is_int(value)) return raise(types.TypeError, "* wants int");
  return value;
}

Status PercentFormat::parse_width(Conversion* conversion) {
  if (current_ == '*') {
    conversion->width = TRY(to_int64(TRY(star_argument())));
    if (conversion->width < 0) {
      conversion->left = true;
      conversion->width = conversion->width == INT64_MIN ? INT64_MAX : -conversion->width;
    }
    advance();
    return {};
  }
  if (current_ < '0' || current_ > '9') return {};
  conversion->width = 0;
  while (!exhausted_ && current_ >= '0' && current_ <= '9') {
    const int64_t digit = current_ - '0';
    if (conversion->width > (INT64_MAX - digit) / 10) return raise(types.ValueError, "width too big");
    conversion->width = conversion->width * 10 + digit;
    advance();
  }
  return {};
}

Status PercentFormat::parse_precision(Conversion* conversion) {
  if (exhausted_ || current_ != '.') return {};
  conversion->precision = 0;
  advance();
  if (exhausted_) return {};
  if (current_ == '*') {
    conversion->precision = std::max(TRY(to_c_int(TRY(star_argument()))), 0);
    advance();
    return {};
  }
  while (!exhausted_ && current_ >= '0' && current_ <= '9') {
    const int64_t digit = current_ - '0';
    if (conversion->precision > (INT_MAX - digit) / 10) return raise(types.ValueError, "precision too big");
    conversion->precision = conversion->precision * 10 + digit;
    advance();
  }
  return {};
}

/// From behind the '%'.
Result<Conversion> PercentFormat::parse() {
  Conversion conversion;
  exhausted_ = false;
  ++at_;
  advance();
  if (!exhausted_ && current_ == '(') {
    TRY(parse_key());
    advance();
  }
  for (bool flag = true; flag && !exhausted_;) {
    switch (current_) {
      case '-':
        conversion.left = true;
        break;
      case '+':
        conversion.sign = true;
        break;
      case ' ':
        conversion.blank = true;
        break;
      case '#':
        conversion.alternate = true;
        break;
      case '0':
        conversion.zero = true;
        break;
      default:
        flag = false;
        continue;
    }
    advance();
  }
  if (!exhausted_) TRY(parse_width(&conversion));
  TRY(parse_precision(&conversion));
  if (!exhausted_ && (current_ == 'h' || current_ == 'l' || current_ == 'L')) advance();
  if (exhausted_) return raise(types.ValueError, "incomplete format");
  conversion.type = current_;
  return conversion;
}

bool is_number(Value value) {
  const Slots& slots = type_of(value)->slots;
  return is_int(value) || slots.index != nullptr || slots.int_ != nullptr || slots.float_ != nullptr ||
         is_kind(value, Kind::kComplex);
}

/// The int that %d or %x shows.
Result<Value> integer_argument(Value value, char32_t type) {
  if (is_int(value)) return value;
  const bool strict = type == 'o' || type == 'x' || type == 'X';
  if (is_number(value)) {
    Result<Value> integer = strict ? to_index(value) : call(types.int_, {value});
    if (integer.ok()) return integer;
    if (!clear_if(types.TypeError)) return Raised{};
  }
  return raise(types.TypeError, "%{} format: {} is required, not {}", static_cast<char>(type),
               strict ? "an integer" : "a real number", type_name(value));
}

/// Digits with '#' prefix and precision.
Result<std::string> integer_text(Value value, const Conversion& conversion) {
  const Value integer = TRY(integer_argument(value, conversion.type));
  const char32_t type = conversion.type;
  const int base = type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
  if (conversion.precision > INT_MAX - 3) return raise(types.OverflowError, "precision too large");
  std::string digits = TRY(int_to_text(integer, base));
  std::string text;
  if (digits[0] == '-') {
    text = "-";
    digits.erase(0, 1);
  }
  if (conversion.alternate && base != 10) text += base == 8 ? "0o" : "0x";
  if (conversion.precision > static_cast<int64_t>(digits.size())) {
    if (!can_allocate(static_cast<size_t>(conversion.precision))) return raise_no_memory();
    text.append(static_cast<size_t>(conversion.precision) - digits.size(), '0');
  }
  text += digits;
  if (type == 'X')
    for (char& c : text)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return text;
}

Result<std::string> float_argument_text(double number, const Conversion& conversion) {
  const int precision = conversion.precision < 0 ? 6 : static_cast<int>(conversion.precision);
  if (precision > 100000 && !can_allocate(static_cast<size_t>(precision))) return raise_no_memory();
  return float_text(number, static_cast<char>(conversion.type), precision,
                    conversion.alternate ? kFloatAlternate : 0);
}

bool is_integer_type(char32_t c) {
  return c == 'd' || c == 'i' || c == 'u' || c == 'o' || c == 'x' || c == 'X';
}
bool is_float_type(char32_t c) {
  return c == 'e' || c == 'E' || c == 'f' || c == 'F' || c == 'g' || c == 'G';
}

/// Where sign, prefix, zeros and spaces of a converted number go. `Out` has append_repeated(c, n) and
/// append_ascii(text).
template <class Out>
void lay_out_number(Out& out, std::string_view text, const Conversion& conversion) {
  char sign = 0;
  if (text[0] == '-' || text[0] == '+') {
    sign = text[0];
    text.remove_prefix(1);
  } else if (conversion.sign) {
    sign = '+';
  } else if (conversion.blank) {
    sign = ' ';
  }
  std::string_view prefix;
  if (conversion.alternate && (conversion.type == 'x' || conversion.type == 'X' || conversion.type == 'o')) {
    prefix = text.substr(0, 2);
    text.remove_prefix(2);
  }
  const auto length = static_cast<int64_t>((sign != 0 ? 1 : 0) + prefix.size() + text.size());
  const auto padding = static_cast<size_t>(std::max<int64_t>(conversion.width - length, 0));
  const bool zeros = conversion.zero, left = conversion.left;
  if (!left && !zeros) out.append_repeated(' ', padding);
  if (sign != 0) out.append_ascii(std::string_view(&sign, 1));
  out.append_ascii(prefix);
  if (!left && zeros) out.append_repeated('0', padding);
  out.append_ascii(text);
  if (left) out.append_repeated(' ', padding);
}

Raised bad_type(char32_t type, size_t position) {
  return raise(types.ValueError, "unsupported format character '{}' (0x{:x}) at index {}",
               type >= 31 && type <= 126 ? static_cast<char>(type) : '?', static_cast<uint32_t>(type),
               position);
}

Status check_room(const Conversion& conversion) {
  if (conversion.width > 0 && !can_allocate(static_cast<size_t>(conversion.width))) return raise_no_memory();
  return {};
}

// ---- str

void append_small(StrBuilder& out, int64_t number) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append_ascii(std::string_view(digits, static_cast<size_t>(end - digits)));
}

Result<char32_t> character_argument(Value value) {
  if (is_str(value)) {
    if (value.as<Str>()->length == 1) return value.as<Str>()->at(0);
    return raise(types.TypeError, "%c requires int or char");
  }
  Result<Value> integer = to_index(value);
  if (!integer.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return raise(types.TypeError, "%c requires int or char");
  }
  int64_t number;
  if (!int_fits(integer.unwrap(), &number) || number < 0 || number > 0x10FFFF)
    return raise(types.OverflowError, "%c arg not in range(0x110000)");
  return static_cast<char32_t>(number);
}

Result<Str*> text_argument(Value value, char32_t type) {
  switch (type) {
    case 's':
      return to_str(value);
    case 'r':
      return repr(value);
    case 'a':
      return ascii(value);
    default:
      return make_char(TRY(character_argument(value)));
  }
}

Status append_conversion(StrBuilder& out, PercentFormat& format, const Conversion& conversion) {
  const char32_t type = conversion.type;
  const Value value = TRY(format.next_argument());
  TRY(check_room(conversion));
  if (is_integer_type(type)) {
    if (value.is_small_int() && conversion.is_plain() && type == 'd')
      append_small(out, value.small_int());
    else
      lay_out_number(out, TRY(integer_text(value, conversion)), conversion);
    return {};
  }
  if (is_float_type(type)) {
    const double number = TRY(to_double(value));
    lay_out_number(out, TRY(float_argument_text(number, conversion)), conversion);
    return {};
  }
  if (type != 's' && type != 'r' && type != 'a' && type != 'c') return bad_type(type, format.position() - 1);
  const Str* text = TRY(text_argument(value, type));
  size_t length = text->length;
  if (type != 'c' && conversion.precision >= 0)
    length = std::min(length, static_cast<size_t>(conversion.precision));
  const auto padding =
      static_cast<size_t>(std::max<int64_t>(conversion.width - static_cast<int64_t>(length), 0));
  if (!conversion.left && padding != 0) out.append_repeated(' ', padding);
  out.append(text, 0, length);
  if (conversion.left && padding != 0) out.append_repeated(' ', padding);
  return {};
}

// ---- bytes

class ByteCollector {
 public:
  void append_repeated(char byte, size_t count) { bytes.append(count, byte); }
  void append_ascii(std::string_view text) { bytes += text; }
  std::string bytes;
};

Result<std::string> byte_argument(Value value) {
  const auto bad = [] {
    return raise(types.TypeError, "%c requires an integer in range(256) or a single byte");
  };
  if (is_bytes(value) && value.as<Bytes>()->length == 1) return std::string(value.as<Bytes>()->view());
  if (is_bytearray(value) && value.as<ByteArray>()->length == 1)
    return std::string(view_of(value.as<ByteArray>()));
  if (is_bytes(value) || is_bytearray(value)) return bad();
  Result<Value> integer = to_index(value);
  if (!integer.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return bad();
  }
  int64_t number;
  if (!int_fits(integer.unwrap(), &number) || number < 0 || number > 255)
    return raise(types.OverflowError, "%c arg not in range(256)");
  return std::string(1, static_cast<char>(number));
}

Result<std::string> bytes_like_argument(Value value) {
  if (is_bytes(value)) return std::string(value.as<Bytes>()->view());
  if (is_bytearray(value)) return std::string(view_of(value.as<ByteArray>()));
  bool found = false;
  const Value made = TRY(call_special(value, names.dunder_bytes, {}, &found));
  if (found) {
    if (!is_bytes(made))
      return raise(types.TypeError, "__bytes__ returned non-bytes (type {})", type_name(made));
    return std::string(made.as<Bytes>()->view());
  }
  if (!has_buffer(value))
    return raise(types.TypeError,
                 "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
                 type_name(value));
  Buffer buffer;
  TRY(buffer.acquire(value, kBufferFullReadOnly));
  return std::string(buffer.text());
}

Result<std::string> piece_argument(Value value, char32_t type) {
  switch (type) {
    case 'r':
    case 'a':
      return to_utf8(TRY(ascii(value)));
    case 'c':
      return byte_argument(value);
    default:
      return bytes_like_argument(value);
  }
}

Result<double> bytes_float_argument(Value value) {
  Result<double> number = to_double(value);
  if (number.ok() || !clear_if(types.TypeError)) return number;
  return raise(types.TypeError, "float argument required, not {}", type_name(value));
}

Status append_conversion(ByteCollector& out, PercentFormat& format, const Conversion& conversion) {
  const char32_t type = conversion.type;
  const Value value = TRY(format.next_argument());
  TRY(check_room(conversion));
  if (is_integer_type(type)) {
    lay_out_number(out, TRY(integer_text(value, conversion)), conversion);
    return {};
  }
  if (is_float_type(type)) {
    const double number = TRY(bytes_float_argument(value));
    lay_out_number(out, TRY(float_argument_text(number, conversion)), conversion);
    return {};
  }
  if (type != 's' && type != 'r' && type != 'a' && type != 'c' && type != 'b')
    return bad_type(type, format.position() - 1);
  std::string piece = TRY(piece_argument(value, type));
  if (type != 'c' && conversion.precision >= 0 && piece.size() > static_cast<size_t>(conversion.precision))
    piece.resize(static_cast<size_t>(conversion.precision));
  const auto padding =
      static_cast<size_t>(std::max<int64_t>(conversion.width - static_cast<int64_t>(piece.size()), 0));
  if (!conversion.left) out.append_repeated(' ', padding);
  out.append_ascii(piece);
  if (conversion.left) out.append_repeated(' ', padding);
  return {};
}

/// The loop of both. `literal(start, end)` copies text between conversions.
template <class Out, class Literal>
Status run(Out& out, PercentFormat& format, const char* what, Literal literal) {
  const auto left_over = [what] {
    return raise(types.TypeError, "not all arguments converted during {} formatting", what);
  };
  while (true) {
    const size_t start = format.skip_literal();
    literal(start, format.position());
    if (format.at_end()) break;
    if (format.take_escape()) {
      out.append_ascii("%");
      continue;
    }
    Conversion conversion;
    if (!format.take_plain(&conversion)) conversion = TRY(format.parse());
    TRY(append_conversion(out, format, conversion));
    if (format.has_mapping() && format.arguments_left()) return left_over();
  }
  if (format.arguments_left() && !format.has_mapping()) return left_over();
  return {};
}

}  // namespace

Result<Value> format_percent(Str* text, Value arguments) {
  PercentFormat format(text, arguments);
  StrBuilder out;
  TRY(run(out, format, "string", [&](size_t start, size_t end) { out.append(text, start, end); }));
  return out.finish();
}

Result<std::string> format_percent_bytes(std::string_view text, Value arguments) {
  PercentFormat format(text, arguments);
  ByteCollector out;
  TRY(run(out, format, "bytes",
          [&](size_t start, size_t end) { out.bytes += text.substr(start, end - start); }));
  return out.bytes;
}

Result<Value> str_remainder(Value left, Value right) {
  if (!is_str(left)) return not_implemented();
  return format_percent(left.as<Str>(), right);
}

}  // namespace ouro::vm
