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

// Of constant defaults only those that stand last on a line have left their places. From these the lines of
// parameters are reckoned backwards, as if each were written `name=value, `, up to a column where lines of
// parameters begin.
void Reader::place_defaults(const FunctionValue& function, syntax::Arguments& arguments) {
  std::vector<Arg*> args(arguments.posonlyargs.begin(), arguments.posonlyargs.end());
  args.insert(args.end(), arguments.args.begin(), arguments.args.end());
  const size_t first_default = args.size() - arguments.defaults.size();
  const std::vector<Position>& places = function.default_places;
  if (places.size() > arguments.defaults.size()) return;
  for (Expr* value : arguments.defaults) value->range = kUnknown;
  const int32_t indent = function.position.column;
  const auto name_size = static_cast<int32_t>(function.code->name->length);
  const bool async = (function.code->flags & (kCoCoroutine | kCoAsyncGenerator)) != 0;
  const int32_t bracket = indent + (async ? 10 : 4) + name_size + 1;
  auto begins_line = [&](int32_t column) {
    return column == bracket || column == indent + 4 || column == indent + 8;
  };
  auto width = [&](size_t i) -> int32_t {
    auto size = static_cast<int32_t>(shared_.workspace.names.text(args[i]->arg).size());
    if (const Expr* note = args[i]->annotation) {
      if (note->range.line <= 0 || note->range.end_line != note->range.line) return -1;
      size += 2 + note->range.end_column - note->range.column;
    }
    if (i >= first_default) {
      const auto text = syntax::constant_repr(
          shared_.workspace, *arguments.defaults[i - first_default]->as<syntax::ConstantExpr>()->value);
      if (!text.ok()) return -1;
      size += (args[i]->annotation != nullptr ? 3 : 1) + static_cast<int32_t>(text.value().size());
    }
    return size;
  };
  size_t next = args.size();  // the first parameter of the line below
  for (size_t p = places.size(); p-- > 0 && next > first_default;) {
    const Position& place = places[p];
    const size_t last = next - 1;
    arguments.defaults[last - first_default]->range = range_of(place);
    int32_t column = place.end_column + 2;
    size_t first = next;
    while (first > 0) {
      const int32_t size = width(first - 1);
      if (size < 0 || column - size - 2 < 0) break;
      column -= size + 2;
      --first;
      args[first]->range = {place.line, column, 0, -1};
      if (begins_line(column) && place.line > function.position.line) break;
    }
    next = first;
  }
}

}  // namespace ouro::decompiler
