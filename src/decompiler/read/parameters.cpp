// Parameters of a function, from its code object and what MAKE_FUNCTION was given. The code object names them
// in the order positional, keyword-only, *args, **kwargs.
#include <unordered_map>

#include "decompiler/read/reader.h"
#include "syntax/unparse.h"

namespace ouro::decompiler {

using syntax::Arg;

namespace {

constexpr SourceRange kUnknown{0, -1, 0, -1};

}  // namespace

syntax::Arguments* Reader::parameters(const FunctionValue& function) {
  const CodeObject& code = *function.code;
  const auto positional = static_cast<size_t>(code.arg_count);
  const auto keyword_only = static_cast<size_t>(code.keyword_only_count);
  const auto positional_only = static_cast<size_t>(code.positional_only_count);
  const size_t stars =
      ((code.flags & kCoVarArgs) != 0 ? 1u : 0u) + ((code.flags & kCoVarKeywords) != 0 ? 1u : 0u);
  if (code.arg_count < 0 || code.keyword_only_count < 0 || code.positional_only_count < 0 ||
      positional_only > positional || positional + keyword_only + stars > code.locals_plus_names->size ||
      function.defaults.size() > positional)
    return fail("a function with impossible parameters"), nullptr;

  std::unordered_map<Name, Expr*> annotations(function.annotations.begin(), function.annotations.end());
  std::unordered_map<Name, Expr*> defaults(function.keyword_defaults.begin(),
                                           function.keyword_defaults.end());
  size_t at = 0;
  auto parameter = [&](Name* raw) {
    const Constant* text = code.locals_plus_names->items[at++];
    auto* arg = arena().make<Arg>();
    arg->range = kUnknown;
    // Inside a class a private parameter's name is mangled, in the annotations too.
    arg->arg = intern(text);
    *raw = shared_.workspace.names.intern(text->text());
    const auto found = annotations.find(*raw);
    if (found != annotations.end()) arg->annotation = found->second;
    return arg;
  };
  Name raw = Name::none;
  auto parameters_of = [&](size_t count) {
    std::vector<Arg*> args(count);
    for (Arg*& arg : args) arg = parameter(&raw);
    return list(args);
  };
  auto* node = arena().make<syntax::Arguments>();
  node->posonlyargs = parameters_of(positional_only);
  node->args = parameters_of(positional - positional_only);
  std::vector<Arg*> named(keyword_only);
  std::vector<Expr*> named_defaults(keyword_only);
  for (size_t i = 0; i < keyword_only; ++i) {
    named[i] = parameter(&raw);
    const auto found = defaults.find(raw);
    if (found != defaults.end()) named_defaults[i] = found->second;
  }
  node->kwonlyargs = list(named);
  node->kw_defaults = list(named_defaults);
  if ((code.flags & kCoVarArgs) != 0) node->vararg = parameter(&raw);
  if ((code.flags & kCoVarKeywords) != 0) node->kwarg = parameter(&raw);
  node->defaults = list(function.defaults);
  if (!function.default_places.empty()) place_defaults(function, *node);
  return node;
}

namespace {

/// Where the lines of a parameter list that is written over several lines begin.
class ParameterLines {
 public:
  ParameterLines(std::vector<int32_t> widths, std::span<const Position> places, int32_t first_line,
                 int32_t bracket)
      : widths_(std::move(widths)), places_(places), first_line_(first_line), bracket_(bracket) {}

  struct Line {
    size_t first;  // the parameter that begins the line
    size_t last;   // the one at its end, whose place is known
    size_t place;  // the number of that place
    int32_t column;
  };

  /// The lines from the last one upwards, where the others than the first begin at `column`. False when the
  /// parameters don't fit.
  bool try_column(int32_t column, std::vector<Line>* lines) const {
    lines->clear();
    size_t next = widths_.size();
    for (size_t p = places_.size(); p-- > 0;) {
      const bool top = places_[p].line == first_line_;
      const int32_t start = top ? bracket_ : column;
      const size_t last = next - 1;
      int32_t at = places_[p].end_column + kSeparator;
      while (next > 0 && at > start) at -= widths_[--next] + kSeparator;
      if (at != start || last + 1 == next || (top && next != 0)) return false;
      lines->push_back({next, last, p, start});
      if (next == 0) return p == 0;
    }
    return true;
  }

  /// The columns where the last line can begin.
  std::vector<int32_t> columns() const {
    std::vector<int32_t> result;
    int32_t at = places_.back().end_column + kSeparator;
    for (size_t i = widths_.size(); i-- > 0 && at > widths_[i] + kSeparator;)
      result.push_back(at -= widths_[i] + kSeparator);
    return result;
  }

 private:
  static constexpr int32_t kSeparator = 2;  // `, `

  std::vector<int32_t> widths_;
  std::span<const Position> places_;
  int32_t first_line_;
  int32_t bracket_;
};

}  // namespace

/// How wide a parameter is when it is written `name: annotation = value` or `name=value`; below 0: unknown.
int32_t Reader::parameter_width(const Arg& arg, const Expr* value) {
  auto size = static_cast<int32_t>(shared_.workspace.names.text(arg.arg).size());
  if (const Expr* note = arg.annotation) {
    if (note->range.line <= 0 || note->range.end_line != note->range.line) return -1;
    size += 2 + note->range.end_column - note->range.column;
  }
  if (value == nullptr) return size;
  const auto text = syntax::constant_repr(shared_.workspace, *value->as<syntax::ConstantExpr>()->value);
  if (!text.ok()) return -1;
  return size + (arg.annotation != nullptr ? 3 : 1) + static_cast<int32_t>(text.value().size());
}

// Where the widths are not known, or don't fit: as many lines as there are places, with one default each but
// the first.
void Reader::spread_defaults(int32_t indentation, const std::vector<Position>& places,
                             const std::vector<Arg*>& args, syntax::Arguments& arguments) {
  const size_t count = arguments.defaults.size();
  if (places.empty() || places.size() > count) return;
  const size_t first_default = args.size() - count;
  for (Expr* value : arguments.defaults) value->range = kUnknown;
  for (size_t i = 0; i < places.size(); ++i) {
    const size_t last = count - places.size() + i;
    arguments.defaults[last]->range = range_of(places[i]);
    args[i == 0 ? 0 : first_default + last]->range = {places[i].line, indentation, 0, -1};
  }
}

// Of constant defaults only those that stand last on a line have left their places. The lines are found by
// reckoning backwards from these, as if parameters were separated by a comma and a space, so that all lines
// but the first begin at the same column.
void Reader::place_defaults(const FunctionValue& function, syntax::Arguments& arguments) {
  std::vector<Arg*> args(arguments.posonlyargs.begin(), arguments.posonlyargs.end());
  args.insert(args.end(), arguments.args.begin(), arguments.args.end());
  const size_t first_default = args.size() - arguments.defaults.size();
  const std::vector<Position>& places = function.default_places;
  if (places.size() > arguments.defaults.size()) return;
  const int32_t indentation = function.position.column + 4;
  if (function.position.column < 0) return spread_defaults(0, places, args, arguments);
  std::vector<int32_t> widths(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    widths[i] =
        parameter_width(*args[i], i < first_default ? nullptr : arguments.defaults[i - first_default]);
    if (widths[i] < 0) return spread_defaults(indentation, places, args, arguments);
  }
  const bool async = (function.code->flags & (kCoCoroutine | kCoAsyncGenerator)) != 0;
  const int32_t bracket =
      function.position.column + (async ? 10 : 4) + static_cast<int32_t>(function.code->name->length) + 1;
  // One on each line needs no reckoning.
  if (places.size() == arguments.defaults.size() && places.size() > 1) {
    for (size_t i = 0; i < places.size(); ++i) {
      arguments.defaults[i]->range = range_of(places[i]);
      const int32_t size = widths[first_default + i];
      args[first_default + i]->range = {places[i].line, std::max(places[i].end_column - size, 0), 0, -1};
    }
    return;
  }
  const ParameterLines reckoning(std::move(widths), places, function.position.line, bracket);
  std::vector<ParameterLines::Line> lines;
  bool found = reckoning.try_column(bracket, &lines);
  for (const int32_t column : found ? std::vector<int32_t>() : reckoning.columns()) {
    found = reckoning.try_column(column, &lines);
    if (found) break;
  }
  if (!found || lines.size() != places.size() || lines.back().last < first_default)
    return spread_defaults(indentation, places, args, arguments);
  for (Expr* value : arguments.defaults) value->range = kUnknown;
  for (const ParameterLines::Line& line : lines) {
    arguments.defaults[line.last - first_default]->range = range_of(places[line.place]);
    args[line.first]->range = {places[line.place].line, line.column, 0, -1};
  }
}

}  // namespace ouro::decompiler
