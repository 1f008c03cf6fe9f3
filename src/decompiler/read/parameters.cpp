// Parameters of a function, from its code object and what MAKE_FUNCTION was given. The code object names them
// in the order positional, keyword-only, *args, **kwargs.
#include <unordered_map>

#include "decompiler/read/reader.h"

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
  return node;
}

}  // namespace ouro::decompiler
