// `'...' % (a, b)`: with %s, %r and %a only, this is an f-string, which formats without building the tuple
// and parsing the text at run time.
#include <optional>
#include <string>

#include "compiler/fold/folder.h"

namespace ouro::compiler {

using namespace syntax;

namespace {

// A width or precision of more digits is left to run time.
constexpr size_t kMaxDigits = 2;

struct Conversion {
  char kind;         // 's', 'r' or 'a'
  std::string spec;  // the format specification that has the same effect
};

class FormatReader {
 public:
  explicit FormatReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }

  /// Text up to the next conversion, with `%%` undone.
  std::string literal() {
    std::string text;
    for (; !at_end(); ++at_) {
      if (text_[at_] == '%') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '%') break;
        ++at_;
      }
      text.push_back(text_[at_]);
    }
    return text;
  }

  /// The conversion that starts here, or nothing when it is not one of the simple ones.
  std::optional<Conversion> conversion() {
    ++at_;
    bool left = false;
    while (!at_end() && std::string_view("-+ #0").find(text_[at_]) != std::string_view::npos)
      left |= text_[at_++] == '-';
    std::string width;
    std::string precision;
    if (!digits(&width)) return std::nullopt;
    const bool has_precision = !at_end() && text_[at_] == '.';
    if (has_precision) {
      ++at_;
      if (!digits(&precision)) return std::nullopt;
      precision.insert(0, 1, '.');
      if (precision.size() == 1) precision.push_back('0');
    }
    if (at_end()) return std::nullopt;
    const char kind = text_[at_++];
    if (kind != 's' && kind != 'r' && kind != 'a') return std::nullopt;
    Conversion result{kind, ""};
    if (!left && !width.empty()) result.spec.push_back('>');
    result.spec.append(width).append(precision);
    return result;
  }

 private:
  bool digits(std::string* out) {
    while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9') out->push_back(text_[at_++]);
    if (out->size() > kMaxDigits) return false;
    while (out->size() > 1 && (*out)[0] == '0') out->erase(0, 1);
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

void Folder::percent_format(Expr*& slot, const Constant& format, Exprs arguments) {
  // Nodes made here have no place in the source, as their text has none.
  constexpr SourceRange kNowhere{-1, -1, -1, -1};
  ArenaVector<Expr*> parts(arena_);
  auto text_node = [this, &kNowhere](std::string_view text) {
    auto* node = new_node<ConstantExpr>(arena_, kNowhere);
    node->value = constants_.str(text);
    return node;
  };
  auto unshared = [this](const Constant& constant) {
    auto* copy = arena_.make<Constant>(constant);
    copy->immortal = false;
    return copy;
  };
  FormatReader reader(format.text());
  size_t used = 0;
  while (true) {
    const std::string literal = reader.literal();
    if (!literal.empty()) parts.push_back(text_node(literal));
    // CPython makes this one by replacing "%%", which gives a new object even for a single character.
    if (literal == "%") parts.back()->as<ConstantExpr>()->value = unshared(*constants_.str(literal));
    if (reader.at_end()) break;
    if (used == arguments.size()) return;
    const std::optional<Conversion> conversion = reader.conversion();
    if (!conversion) return;
    Expr* argument = arguments[used++];
    auto* value = new_node<FormattedValueExpr>(arena_, argument->range);
    value->value = argument;
    value->conversion = static_cast<unsigned char>(conversion->kind);
    if (!conversion->spec.empty()) value->format_spec = text_node(conversion->spec);
    parts.push_back(value);
  }
  if (used < arguments.size()) return;
  auto* joined = new_node<JoinedStrExpr>(arena_, slot->range);
  joined->values = parts.span();
  slot = joined;
}

}  // namespace ouro::compiler
