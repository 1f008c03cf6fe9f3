// Pattern.sub and Pattern.subn.
#include <optional>
#include <string>

#include "vm/modules/sre/objects.h"

namespace ouro::vm::sre {

namespace {

/// The pieces of a result, joined as they come. A piece that is no text makes the error of str.join, but only
/// when everything has been substituted.
class Pieces {
 public:
  explicit Pieces(bool is_bytes) : is_bytes_(is_bytes) {}

  void add_slice(const Text& text, int64_t start, int64_t end) {
    ++count_;
    add_part(text, start, end);
  }
  /// A part of the piece that is being made.
  void add_part(const Text& text, int64_t start, int64_t end) {
    if (is_bytes_) {
      bytes_.append(text.data + start, static_cast<size_t>(end - start));
    } else {
      text_.append(text.string.as<Str>(), static_cast<size_t>(start), static_cast<size_t>(end));
    }
  }
  void add(Value piece) {
    ++count_;
    add_part(piece);
  }
  void add_part(Value piece) {
    if (bad_ >= 0) return;
    if (!is_bytes_) {
      if (is_str(piece)) return text_.append(piece.as<Str>());
    } else if (is_bytes(piece)) {
      bytes_.append(piece.as<Bytes>()->view());
      return;
    } else {
      Buffer buffer;
      if (has_buffer(piece) && buffer.acquire(piece).ok()) {
        bytes_.append(buffer.text());
        return;
      }
      if (exception_pending()) take_exception();
    }
    bad_ = count_ - 1;
    bad_type_ = std::string(type_name(piece));
  }
  void start_piece() { ++count_; }

  Result<Value> finish() {
    if (bad_ >= 0)
      return raise(types.TypeError, "sequence item {}: expected {}, {} found", bad_,
                   is_bytes_ ? "a bytes-like object" : "str instance", bad_type_);
    if (!is_bytes_) return Result<Value>(text_.finish());
    if (!can_allocate(bytes_.size() + sizeof(Bytes))) return raise_no_memory();
    return make_bytes(bytes_);
  }

 private:
  bool is_bytes_;
  int64_t count_ = 0;
  int64_t bad_ = -1;
  std::string bad_type_;
  StrBuilder text_;
  std::string bytes_;
};

/// What a match is replaced by: a text, the result of a call, or a template with groups.
struct Replacement {
  Value text;
  Value function;
  List* template_groups = nullptr;  // pairs: index in the texts, group
  List* template_texts = nullptr;
};

bool has_backslash(const Text& text) {
  for (int64_t i = 0; i < text.length; ++i) {
    const char32_t c = text.is_bytes ? static_cast<uint8_t>(text.data[i])
                                     : text.string.as<Str>()->at(static_cast<size_t>(i));
    if (c == '\\') return true;
  }
  return false;
}

/// Of str and buffers: whether it stands for itself. Others go to the template parser, which complains.
bool is_literal(Value replacement) {
  BufferView view;
  auto text = text_of(replacement, &view);
  if (!text.ok()) {
    take_exception();
    return false;
  }
  const bool literal = !has_backslash(text.unwrap());
  if (!view.object.is_null()) release_buffer(&view);
  return literal;
}

/// (groups, texts) as re._parser.parse_template makes it.
bool is_template(Value parsed, int64_t group_count) {
  if (!is_tuple(parsed) || parsed.as<Tuple>()->length != 2) return false;
  Value* parts = parsed.as<Tuple>()->items;
  if (!is_list(parts[0]) || !is_list(parts[1])) return false;
  const uint64_t texts = parts[1].as<List>()->length;
  for (Value pair : parts[0].as<List>()->span()) {
    if (!is_tuple(pair) || pair.as<Tuple>()->length != 2) return false;
    Value* items = pair.as<Tuple>()->items;
    if (!items[0].is_small_int() || !items[1].is_small_int()) return false;
    if (items[0].small_int() < 0 || items[0].small_int() >= static_cast<int64_t>(texts)) return false;
    if (items[1].small_int() < 0 || items[1].small_int() > group_count) return false;
  }
  return true;
}

Result<Replacement> make_replacement(Pattern* pattern, Value given) {
  Replacement result;
  if (is_callable(given)) {
    result.function = given;
  } else if (is_literal(given)) {
    result.text = given;
  } else {
    Value parsed = TRY(call_re("_compile_repl", {given, pattern}));
    if (is_template(parsed, pattern->groups)) {
      result.template_groups = parsed.as<Tuple>()->items[0].as<List>();
      result.template_texts = parsed.as<Tuple>()->items[1].as<List>();
      if (result.template_groups->length == 0 && result.template_texts->length == 1)
        result.text = result.template_texts->items()[0];
      return result;
    }
    Value filter = TRY(call_re("_subx", {pattern, given}));
    (is_callable(filter) ? result.function : result.text) = filter;
  }
  return result;
}

/// The template's texts with the groups of the match between them.
Status add_expansion(Pieces* pieces, const Replacement& replacement, const Text& text,
                     const Matcher& matcher) {
  pieces->start_piece();
  const auto groups = replacement.template_groups->span();
  const auto texts = replacement.template_texts->span();
  size_t next = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (next == groups.size() || groups[next].as<Tuple>()->items[0].small_int() != static_cast<int64_t>(i)) {
      if (!is_none(texts[i])) pieces->add_part(texts[i]);
      continue;
    }
    const int64_t index = groups[next++].as<Tuple>()->items[1].small_int();
    int64_t start = matcher.found_start(), end = matcher.found_end();
    if (index > 0 && !matcher.group(static_cast<uint32_t>(index - 1), &start, &end)) continue;
    if (start <= end) pieces->add_part(text, start, end);
  }
  return {};
}

struct Substitution {
  Value text;
  int64_t count;
};

Result<Substitution> substitute(const Value* a) {
  auto* pattern = a[0].as<Pattern>();
  const int64_t most = a[3].is_null() ? 0 : TRY(to_int64(a[3]));
  const Replacement replacement = TRY(make_replacement(pattern, a[1]));
  Subject subject;
  TRY(subject.open(pattern, a[2]));
  const Text& text = subject.text;
  Matcher matcher(program_in(pattern->program));
  Pieces pieces(text.is_bytes);
  int64_t count = 0, done = 0;
  while (most == 0 || count < most) {
    if (!TRY(matcher.search(subject.range))) break;
    if (done < matcher.found_start()) pieces.add_slice(text, done, matcher.found_start());
    if (!replacement.text.is_null()) {
      if (!is_none(replacement.text)) pieces.add(replacement.text);
    } else if (replacement.function.is_null()) {
      TRY(add_expansion(&pieces, replacement, text, matcher));
    } else {
      Value match = TRY(make_match(pattern, text, subject.pos, subject.endpos, matcher));
      Value item = TRY(call(replacement.function, {match}));
      if (!is_none(item)) pieces.add(item);
    }
    done = matcher.found_end();
    ++count;
    advance(&subject.range, matcher);
  }
  if (count == 0) return Substitution{TRY(slice_of(text, 0, text.length)), 0};
  if (done < subject.endpos) pieces.add_slice(text, done, subject.endpos);
  return Substitution{TRY(pieces.finish()), count};
}

}  // namespace

Result<Value> pattern_sub(const Value* a) {
  return TRY(substitute(a)).text;
}

Result<Value> pattern_subn(const Value* a) {
  const Substitution result = TRY(substitute(a));
  return make_tuple({result.text, make_int(result.count)});
}

}  // namespace ouro::vm::sre
