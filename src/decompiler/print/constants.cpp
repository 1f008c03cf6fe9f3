// Constants as tokens.
#include <algorithm>

#include "base/hash.h"
#include "decompiler/float_bits.h"
#include "decompiler/print/literals.h"

namespace ouro::decompiler {

using namespace syntax;

namespace {

bool is_string(const Constant& value) {
  return value.is(ConstantKind::Str) || value.is(ConstantKind::Bytes);
}
bool is_sequence(const Constant& value) {
  return value.is(ConstantKind::Tuple) || value.is(ConstantKind::FrozenSet);
}

/// The width of a range on one line; -1 where it is not known.
int64_t width_of(const SourceRange& range) {
  if (range.line <= 0 || range.line != range.end_line || range.column < 0 || range.end_column <= range.column)
    return -1;
  return range.end_column - range.column;
}

constexpr int kMaxConstantDepth = 5000;

/// Whether one object may stand for both.
bool same(const Constant& a, const Constant& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.size != b.size) return false;
  switch (a.kind) {
    case ConstantKind::Str:
    case ConstantKind::Bytes:
      return a.text() == b.text();
    case ConstantKind::Int:
      return a.negative == b.negative && std::equal(a.limbs, a.limbs + a.size, b.limbs);
    case ConstantKind::Float:
    case ConstantKind::Complex:
      return same_bits(a.real, b.real) && same_bits(a.imag, b.imag);
    case ConstantKind::Tuple:
      for (uint32_t i = 0; i < a.size; ++i)
        if (!same(*a.items[i], *b.items[i])) return false;
      return true;
    default:
      return false;
  }
}

/// How often the shortest part repeats that the sequence is made of: its length.
size_t period(std::span<const Constant* const> items, size_t size) {
  std::vector<uint32_t> border(size + 1);
  size_t k = 0;
  for (size_t i = 1; i < size; ++i) {
    while (k > 0 && !same(*items[i], *items[k])) k = border[k];
    if (same(*items[i], *items[k])) ++k;
    border[i + 1] = static_cast<uint32_t>(k);
  }
  const size_t length = size - border[size];
  return size % length == 0 ? length : size;
}

}  // namespace

void Printer::constant(const ConstantExpr* e, Level level, Place end) {
  const Constant& value = *e->value;
  if (is_sequence(value)) return sequence_constant(value, e->range, level, end);
  SourceRange range = e->range;
  if (pending_.exact() && end.exact()) range = {pending_.line, pending_.column, end.line, end.column};
  if (!plausible(range, is_string(value) ? value.size : 0)) range = {};
  if (is_string(value)) {
    if (range.line > 0 && range.end_line > range.line && end_of(range).exact() && !options_.clean &&
        forbidden_quote_ == 0)
      return string_lines(value, range, end);
  }
  const bool number =
      value.is(ConstantKind::Int) || value.is(ConstantKind::Float) || value.is(ConstantKind::Complex);
  if (number && range.line > 0 && range.end_line > range.line && end.exact() && base(level) <= kArithmetic &&
      !literal_only_ && !options_.clean) {
    // Folded from an operation on several lines.
    put(spell(value, {}).text);
    put("-", kSpace);
    space_ = true;
    put("0");
    return end_at(end);
  }
  const Spelling spelling = spell(value, range, level);
  const bool wrap = base(level) > spelling.level;
  const Place start = pending_;
  if (wrap) {
    pending_ = {};
    put("(", kOpen | kGlue);
    pending_ = start;
  }
  put(spelling.text);
  tokens_.back().less = spelling.less;
  constexpr size_t kLong = 8;
  if (e->range.line <= 0 && base(level) == kTest && spelling.text.size() > kLong && !literal_only_ &&
      !options_.clean && forbidden_quote_ == 0) {
    tokens_.back().constant = &value;
  }
  if (wrap)
    put(")", kClose);
  else
    end_at(end);
}

Spelling Printer::spell(const Constant& value, const SourceRange& range, Level level) {
  const int64_t width = options_.clean ? -1 : width_of(range);
  Spelling spelling;
  std::string text;
  if (is_string(value)) {
    const bool bytes = value.is(ConstantKind::Bytes);
    if (forbidden_quote_ != 0) return spell_in_fstring(value, width);
    if (width > 0 && string_of_width(value.text(), bytes, static_cast<size_t>(width), text)) {
      spelling.text = keep(text);
      return spelling;
    }
    if (width > 0 && !literal_only_ && --searches_ > 0) {
      size_t gap = 0;
      const std::string repeated = repeated_string(value.text(), bytes, &spelling.level, &gap);
      if (!repeated.empty() && repeated.size() <= static_cast<size_t>(width)) {
        text = repeated;
        text.insert(gap, static_cast<size_t>(width) - repeated.size(), ' ');
        spelling.text = keep(text);
        return spelling;
      }
      spelling.level = kAtom;
    }
    spelling.text = keep(natural_string(value.text(), bytes, options_.clean ? '"' : '\''));
    if (const std::string less = shortest_string(value.text(), bytes); less.size() < spelling.text.size())
      spelling.less = keep(less);
    if (width > 0 && !spelling.less.empty()) spelling.text = spelling.less;
    return spelling;
  }
  const std::string natural = natural_number(value);
  // What is narrower than its digits has to be searched for.
  const bool search = width > 0 && width < static_cast<int64_t>(natural.size());
  if (width > 0 && (!search || --searches_ > 0) &&
      number_of_width(workspace_, value, static_cast<size_t>(width), literal_only_, text, &spelling.level,
                      base(level))) {
    spelling.text = keep(text);
    return spelling;
  }
  spelling.text = keep(natural);
  spelling.level = number_level(natural);
  if (const std::string less = shortest_number(value); less.size() < natural.size())
    spelling.less = keep(less);
  return spelling;
}

/// A string in the expression of an f-string.
Spelling Printer::spell_in_fstring(const Constant& value, int64_t width) {
  const bool bytes = value.is(ConstantKind::Bytes);
  Spelling spelling;
  std::string text = quoted_for_fstring(value.text(), bytes);
  const auto wanted = static_cast<size_t>(std::max(width, int64_t{0}));
  if (width > 0 && text.size() > wanted) {
    size_t gap = 0;
    std::string made = repeated_string(value.text(), bytes, &spelling.level, &gap);
    const char other = forbidden_quote_ == '\'' ? '"' : '\'';
    if (value.text().find_first_of("'\"") == std::string_view::npos)
      std::replace(made.begin(), made.end(), forbidden_quote_, other);
    if (!made.empty() && made.size() <= wanted) {
      made.insert(gap, wanted - made.size(), ' ');
      text = made;
    } else {
      spelling.level = kAtom;
    }
  } else if (width > 0 && text.size() < wanted) {
    const size_t missing = wanted - text.size();
    const std::string empty(2, text.back());
    if (missing >= 2 && !bytes)
      text += std::string(missing - 2, ' ') + empty;
    else if (missing == 1 && (text[0] == '\'' || text[0] == '"'))
      text.insert(0, 1, 'u');
  }
  spelling.text = keep(text);
  return spelling;
}

// An item of a sequence, of unknown width: any operator may stand in it.
void Printer::constant_token(const Constant& value, uint32_t flags) {
  if (squeeze_) return put(keep(shortest_item(value)), flags);
  if (is_sequence(value)) return sequence_constant(value, {}, kTest, {});
  const Spelling spelling = spell(value, {});
  put(spelling.text, flags);
  tokens_.back().less = spelling.less;
}

std::string Printer::shortest_item(const Constant& value) {
  if (literal_only_ || forbidden_quote_ != 0) return std::string(spell(value, {}).text);
  if (is_sequence(value)) return shortest_sequence(value);
  if (--searches_ < 0)
    return is_string(value) ? shortest_string(value.text(), value.is(ConstantKind::Bytes))
                            : shortest_number(value);
  if (!is_string(value)) return shortest_expression(workspace_, value);
  const bool bytes = value.is(ConstantKind::Bytes);
  std::string best = shortest_string(value.text(), bytes);
  Level level = kAtom;
  size_t gap = 0;
  std::string repeated = best.size() > 5 ? repeated_string(value.text(), bytes, &level, &gap) : std::string();
  return !repeated.empty() && repeated.size() < best.size() ? repeated : best;
}

std::string Printer::shortest_sequence(const Constant& value) {
  const bool tuple = value.is(ConstantKind::Tuple);
  if (depth_ > kMaxConstantDepth) return natural_number(value);
  ++depth_;
  const size_t length = tuple && value.size > 1 ? period(value.elements(), value.size) : value.size;
  std::string out = tuple ? "(" : "{";
  for (size_t i = 0; i < length; ++i) {
    if (i != 0) out += ',';
    out += shortest_item(*value.elements()[i]);
  }
  if (tuple && length == 1) out += ',';
  out += tuple ? ")" : "}";
  if (length != value.size) out += "*" + std::to_string(value.size / length);
  --depth_;
  return out;
}

/// The width of a constant without operators.
size_t Printer::least_width(const Constant& value) {
  if (!is_sequence(value)) {
    if (is_string(value)) return shortest_string(value.text(), value.is(ConstantKind::Bytes)).size();
    return natural_number(value).size();
  }
  size_t sum = 2;
  for (const Constant* item : value.elements()) sum += least_width(*item) + 1;
  if (value.size > 1 || value.is(ConstantKind::FrozenSet)) --sum;
  return sum;
}

// A tuple of constants, or a frozenset: the places of the items are not known. Where the width allows it
// there are parentheses, because most tuples have them where they may.
void Printer::sequence_constant(const Constant& value, const SourceRange& own, Level level,
                                const Place& end) {
  if (too_deep()) return;
  ++depth_;
  const bool tuple = value.is(ConstantKind::Tuple);
  SourceRange range = own;
  if (pending_.exact() && end.exact()) range = {pending_.line, pending_.column, end.line, end.column};
  bool parentheses = true;
  bool list = false;
  const bool squeezed = squeeze_;
  const int64_t width = width_of(range);
  if (width > 0 && tuple && value.size > 0 && !options_.clean) {
    const bool may_be_bare = (level & kTupleOk) != 0;
    constexpr int64_t bare = 2;
    const auto natural = static_cast<int64_t>(least_width(value));
    if (natural > width) {
      if (value.size == 1 && level & kListOk && natural - 1 <= width) {
        list = true;
      } else if (may_be_bare && natural - bare <= width) {
        parentheses = false;
      } else {
        squeeze_ = true;
        auto least = static_cast<int64_t>(2);
        for (const Constant* item : value.elements())
          least += static_cast<int64_t>(shortest_item(*item).size()) + 1;
        if (value.size > 1) --least;
        if (least > width && may_be_bare && least - bare <= width) {
          parentheses = false;
        } else if (least > width && repeated_sequence(value, level, end)) {
          squeeze_ = squeezed;
          --depth_;
          return;
        }
      }
    }
  }
  if (parentheses) put(list ? "[" : tuple ? "(" : "{", kOpen | (value.size == 0 ? 0u : kItems));
  bool first = true;
  const size_t count = value.size;
  std::vector<const Constant*> ordered;
  if (!tuple) ordered = insertion_order(value);
  for (size_t i = 0; i < count; ++i) {
    separate(&first);
    constant_token(tuple ? *value.elements()[i] : *ordered[i], 0);
    if (i + 1 == count && !parentheses && count > 1) end_at(end);
  }
  if (tuple && count == 1 && !list) put(",", kComma | kTight);
  space_ = false;
  if (parentheses) put(list ? "]" : tuple ? ")" : "}", kClose);
  if (parentheses || count == 1) end_at(end);
  squeeze_ = squeezed;
  --depth_;
}

/// An order to write the items of a frozenset in that gives them the order that they have.
std::vector<const Constant*> Printer::insertion_order(const Constant& set) {
  constexpr int kMaxTries = 2000;
  std::vector<const Constant*> wanted(set.elements().begin(), set.elements().end());
  std::vector<const Constant*> order = wanted;
  auto fits = [&] {
    const auto got = frozenset_order(workspace_.arena, order);
    return std::equal(got.begin(), got.end(), wanted.begin(), wanted.end());
  };
  if (fits()) return order;
  std::reverse(order.begin(), order.end());
  if (fits()) return order;
  uint32_t state = 1;
  for (int i = 0; i < kMaxTries; ++i) {
    // Pairs exchanged at random.
    state = state * 1664525 + 1013904223;
    const size_t a = (state >> 8) % order.size();
    state = state * 1664525 + 1013904223;
    std::swap(order[a], order[(state >> 8) % order.size()]);
    if (fits()) return order;
  }
  return wanted;
}

/// `(a, b) + (c,) * count`: the longest run of equal items apart.
bool Printer::tuple_sum(const Constant& value, Level level, const Place& end) {
  const auto items = value.elements();
  size_t from = 0;
  size_t to = 0;
  for (size_t i = 0; i < items.size();) {
    size_t j = i + 1;
    while (j < items.size() && same(*items[i], *items[j])) ++j;
    if (j - i > to - from) {
      from = i;
      to = j;
    }
    i = j;
  }
  if (to - from < 3) return false;
  auto part = [&](size_t begin, size_t stop) {
    std::string out = "(";
    for (size_t i = begin; i < stop; ++i) out += (i == begin ? "" : ",") + shortest_item(*items[i]);
    return out + (stop - begin == 1 ? ",)" : ")");
  };
  std::string text;
  if (from > 0) text = part(0, from) + "+";
  text += part(from, from + 1);
  const size_t gap = text.size();
  text += "*" + std::to_string(to - from);
  if (to < items.size()) text += "+" + part(to, items.size());
  const bool wrap = base(level) > kArithmetic;
  if (end.exact() && pending_.exact() && end.line == pending_.line && !wrap) {
    const int64_t missing = end.column - pending_.column - static_cast<int64_t>(text.size());
    if (missing < 0) return false;
    text.insert(gap, static_cast<size_t>(missing), ' ');
  }
  put(keep(wrap ? "(" + text + ")" : text));
  end_at(end);
  return true;
}

/// `(item, ...) * count`.
bool Printer::repeated_sequence(const Constant& value, Level level, const Place& end) {
  const size_t length = period(value.elements(), value.size);
  if (literal_only_) return false;
  if (length == value.size) return tuple_sum(value, level, end);
  const bool wrap = base(level) > kTerm;
  const std::string count = std::to_string(value.size / length);
  if (wrap) put("(", kOpen);
  put("(", kOpen);
  bool first = true;
  for (size_t i = 0; i < length; ++i) {
    separate(&first);
    constant_token(*value.elements()[i], 0);
  }
  if (length == 1) put(",", kTight);
  space_ = false;
  put(")", kClose);
  put("*", squeeze_ ? 0u : kSpace);
  put(keep(count), squeeze_ ? 0u : kSpace);
  if (wrap) put(")", kClose);
  end_at(end);
  return true;
}

// A string over several lines: in three quotes where its newlines are those of the range, else in pieces.
void Printer::string_lines(const Constant& value, const SourceRange& range, const Place& end) {
  const bool bytes = value.is(ConstantKind::Bytes);
  const std::string_view text = value.text();
  const auto newlines = static_cast<size_t>(range.end_line - range.line);
  std::string literal;
  if (string_of_lines(text, bytes, newlines, range.end_column, literal)) {
    put(keep(literal), kMultiline);
    return;
  }
  string_pieces(text, bytes, range, end);
}

namespace {

/// Where to cut the text for `pieces` lines whose last one is to hold `last` bytes: behind newlines where
/// there are enough, else anywhere between characters.
std::vector<size_t> cuts(std::string_view text, bool bytes, size_t pieces, size_t last) {
  std::vector<size_t> result;
  size_t begin = 0;
  const size_t limit = text.size() - last;
  for (size_t piece = 0; piece + 2 < pieces; ++piece) {
    const size_t left = pieces - 1 - piece;
    size_t cut = text.find('\n', begin);
    cut = cut == std::string_view::npos || cut + 1 > limit ? begin + (limit - begin) / left : cut + 1;
    if (cut > begin && text[cut - 1] != '\n') {
      const size_t space = text.rfind(' ', cut);
      if (space != std::string_view::npos && space > begin && space < limit) cut = space + 1;
    }
    while (!bytes && cut < limit && (text[cut] & 0xC0) == 0x80) ++cut;
    cut = std::clamp(cut, begin, limit);
    result.push_back(cut);
    begin = cut;
  }
  result.push_back(limit);
  return result;
}

/// How many bytes at the end of the text take `width` columns in the literal; with `exact` cleared where
/// there is no such number.
size_t last_piece(std::string_view text, bool bytes, size_t width, bool* exact) {
  *exact = false;
  const size_t quotes = bytes ? 3 : 2;
  if (width < quotes) return 0;
  size_t taken = 0;
  // Grows by characters until the literal is wide enough; a literal is at least as wide as its text.
  const size_t most = std::min({text.size(), width - quotes, size_t{400}});
  for (taken = most;; --taken) {
    const size_t at = text.size() - taken;
    const bool boundary = bytes || at == text.size() || (text[at] & 0xC0) != 0x80;
    if (boundary) {
      const size_t own = natural_string(text.substr(at), bytes).size();
      if (own == width) {
        *exact = true;
        return taken;
      }
      if (own < width) return taken;
    }
    if (taken == 0) return 0;
  }
}

}  // namespace

void Printer::string_pieces(std::string_view text, bool bytes, const SourceRange& range, const Place& end) {
  const auto pieces = static_cast<size_t>(range.end_line - range.line) + 1;
  const int64_t aligned = end.column - range.column;
  const size_t least = bytes ? 3 : 2;
  const size_t width = aligned >= static_cast<int64_t>(least) ? static_cast<size_t>(aligned)
                                                              : static_cast<size_t>(std::max(end.column, 0));
  bool exact = false;
  const size_t last = last_piece(text, bytes, width, &exact);
  std::vector<size_t> ends = cuts(text, bytes, pieces, last);
  ends.push_back(text.size());
  size_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    const std::string_view piece = text.substr(begin, ends[i] - begin);
    begin = ends[i];
    const bool is_last = i + 1 == ends.size();
    std::string literal = natural_string(piece, bytes);
    if (is_last && !exact && width >= literal.size() && string_of_width(piece, bytes, width, literal))
      exact = true;
    if (i != 0 && !is_last) pending_ = {range.line + static_cast<int32_t>(i), range.column};
    if (is_last) pending_ = {};
    space_ = space_ || i != 0;
    put(keep(literal), i != 0 ? kFixedBreak : 0u);
    if (is_last) end_at(end);
    if (is_last && !tokens_.back().place.exact()) tokens_.back().place = {end.line, -1};
  }
}

// The docstring of a function has no place: it takes the lines between the header and the next statement.
void Printer::docstring(const ConstantExpr* e, const Place& end) {
  const Constant& value = *e->value;
  const std::string_view text = value.text();
  const auto own = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  const Place start = start_of(e->range);
  if (start.exact() && end_of(e->range).exact()) {
    pending_ = {start.line, start.column};
    return constant(e, kTest, end_of(e->range));
  }
  int32_t header = 0;
  for (size_t i = tokens_.size(); i-- > 0 && header == 0;)
    if (tokens_[i].place.line != 0) header = tokens_[i].place.line + count_newlines(tokens_[i]);
  int64_t free = INT32_MAX;
  if (end.exact())
    free = end.line - header;
  else if (next_statement_ != nullptr) {
    bool reliable = false;
    const Place next = statement_place(next_statement_, &reliable);
    if (next.line != 0 && header != 0) free = next.line - header - 1;
  }
  std::string literal;
  if (end.exact() && free < 1) {
    // On the header's line.
    pending_ = {};
    put(keep(natural_string(text, false)));
    return end_at(end);
  }
  if (free < 1) free = 1;
  const size_t newlines = std::min(own, static_cast<size_t>(free) - 1);
  if (newlines == 0 || options_.clean) {
    if (options_.clean && own > 0)
      string_of_lines(text, false, own, -1, literal);
    else if (end.exact() && end.column > indent_ && plausible({1, indent_, 1, end.column}, text.size()) &&
             string_of_width(text, false, static_cast<size_t>(end.column - indent_), literal)) {
    } else {
      StringStyle style;
      style.quote = '"';
      style.triple = true;
      style.escaped_newlines = own;
      literal.clear();
      write_string(text, false, style, literal);
    }
  } else if (!string_of_lines(text, false, newlines, end.exact() ? end.column : -1, literal)) {
    string_of_lines(text, false, newlines, -1, literal);
  }
  pending_ = {};
  put(keep(literal), literal.find('\n') != std::string::npos ? kMultiline : 0u);
  if (end.exact()) tokens_.back().place = {end.line - static_cast<int32_t>(newlines), -1};
}

}  // namespace ouro::decompiler
