// Binding the arguments of a call to a Python function's parameters.
//
// The order of the checks is CPython's, because it decides which error a call with several faults gets:
// positional arguments, *args, keywords (unknown, given twice), too many positional, missing positional,
// defaults, missing keyword-only.
#include "bytecode/code_object.h"
#include "vm/interp/calls.h"
#include "vm/interp/dispatch.h"

namespace ouro::vm {

namespace {

struct Binder {
  Function* function;
  Code* code;
  const Arguments& arguments;
  Value* registers;

  size_t positional_parameters() const { return static_cast<size_t>(code->argument_count); }
  size_t named_parameters() const {
    return positional_parameters() + static_cast<size_t>(code->keyword_only_count);
  }
  Str* parameter(size_t i) const { return code->locals_plus_names->items[i].as<Str>(); }
  std::string name() const { return to_utf8(function->qualified_name); }
};

const char* plural(size_t count) {
  return count == 1 ? "" : "s";
}

Raised raise_too_many(const Binder& b) {
  size_t given = b.arguments.positional;
  size_t keyword_only = 0;
  for (size_t i = b.positional_parameters(); i < b.named_parameters(); ++i)
    keyword_only += !b.registers[i].is_null();
  size_t count = b.positional_parameters();
  size_t defaults = b.function->defaults != nullptr ? b.function->defaults->length : 0;
  std::string takes = std::to_string(count);
  if (defaults != 0) takes = fmt::format("from {} to {}", count - std::min(count, defaults), count);
  bool many = defaults != 0 || count != 1;
  std::string and_keyword_only;
  if (keyword_only != 0)
    and_keyword_only = fmt::format(" positional argument{} (and {} keyword-only argument{})", plural(given),
                                   keyword_only, plural(keyword_only));
  return raise(types.TypeError, "{}() takes {} positional argument{} but {}{} {} given", b.name(), takes,
               many ? "s" : "", given, and_keyword_only, given == 1 && keyword_only == 0 ? "was" : "were");
}

/// 'a', 'b', and 'c'.
std::string enumerate_names(const std::vector<std::string>& names) {
  if (names.size() == 1) return names[0];
  if (names.size() == 2) return names[0] + " and " + names[1];
  std::string text;
  for (size_t i = 0; i + 1 < names.size(); ++i) text += names[i] + ", ";
  return text + "and " + names.back();
}

Raised raise_missing(const Binder& b, size_t from, size_t to, const char* kind) {
  std::vector<std::string> missing;
  for (size_t i = from; i < to; ++i) {
    if (b.registers[i].is_null()) missing.push_back(repr_text(b.parameter(i)));
  }
  return raise(types.TypeError, "{}() missing {} required {} argument{}: {}", b.name(), missing.size(), kind,
               plural(missing.size()), enumerate_names(missing));
}

/// Index of the parameter that may be given by this keyword, or -1.
Result<int64_t> find_parameter(const Binder& b, Value keyword) {
  auto* names_tuple = b.code->locals_plus_names;
  auto first = static_cast<size_t>(b.code->positional_only_count);
  for (size_t i = first; i < b.named_parameters(); ++i) {
    if (names_tuple->items[i] == keyword) return static_cast<int64_t>(i);
  }
  for (size_t i = first; i < b.named_parameters(); ++i) {
    if (equals(b.parameter(i), keyword.as<Str>())) return static_cast<int64_t>(i);
  }
  return -1;
}

/// TypeError when keywords name positional-only parameters.
Status check_positional_only(const Binder& b) {
  std::string wrong;
  for (size_t i = 0; i < static_cast<size_t>(b.code->positional_only_count); ++i) {
    for (Value keyword : b.arguments.keywords->span()) {
      if (!is_str(keyword) || !equals(b.parameter(i), keyword.as<Str>())) continue;
      wrong += (wrong.empty() ? "" : ", ") + to_utf8(b.parameter(i));
      break;
    }
  }
  if (wrong.empty()) return {};
  return raise(types.TypeError, "{}() got some positional-only arguments passed as keyword arguments: '{}'",
               b.name(), wrong);
}

Status bind_keyword(const Binder& b, Value keyword, Value value, Dict* extra) {
  if (!is_str(keyword)) return raise(types.TypeError, "{}() keywords must be strings", b.name());
  int64_t at = TRY(find_parameter(b, keyword));
  if (at >= 0) {
    Value& place = b.registers[at];
    if (!place.is_null())
      return raise(types.TypeError, "{}() got multiple values for argument '{}'", b.name(),
                   to_utf8(keyword.as<Str>()));
    place = value;
    return {};
  }
  if (extra != nullptr) return dict_set(extra, keyword, value);
  TRY(check_positional_only(b));
  return raise(types.TypeError, "{}() got an unexpected keyword argument '{}'", b.name(),
               to_utf8(keyword.as<Str>()));
}

Status fill_positional_defaults(const Binder& b) {
  size_t count = b.positional_parameters();
  size_t given = b.arguments.positional;
  if (given >= count) return {};
  Tuple* defaults = b.function->defaults;
  size_t default_count = defaults != nullptr ? defaults->length : 0;
  size_t required = count - std::min(count, default_count);
  for (size_t i = given; i < required; ++i) {
    if (b.registers[i].is_null()) return raise_missing(b, given, required, "positional");
  }
  // More defaults than parameters can come from an assignment to __defaults__: the last ones count.
  for (size_t i = std::max(given, required); i < count; ++i) {
    if (b.registers[i].is_null()) b.registers[i] = defaults->items[default_count - count + i];
  }
  return {};
}

Status fill_keyword_only(const Binder& b) {
  bool missing = false;
  for (size_t i = b.positional_parameters(); i < b.named_parameters(); ++i) {
    if (!b.registers[i].is_null()) continue;
    Dict* defaults = b.function->keyword_defaults;
    Value value = defaults != nullptr ? TRY(dict_get(defaults, Value(b.parameter(i)))) : Value();
    b.registers[i] = value;
    missing |= value.is_null();
  }
  if (missing) return raise_missing(b, b.positional_parameters(), b.named_parameters(), "keyword-only");
  return {};
}

Status bind_rest(const Binder& b) {
  size_t positional = b.arguments.positional;
  size_t count = b.positional_parameters();
  size_t next = b.named_parameters();
  if ((b.code->code_flags & kCoVarArgs) != 0) {
    Tuple* rest = positional > count ? make_tuple(std::span(b.arguments.values + count, positional - count))
                                     : empty_tuple();
    b.registers[next++] = rest;
  }
  Dict* extra = nullptr;
  if ((b.code->code_flags & kCoVarKeywords) != 0) {
    extra = make_dict();
    b.registers[next] = extra;
  }
  size_t keyword_count = b.arguments.keyword_count();
  for (size_t i = 0; i < keyword_count; ++i)
    TRY(bind_keyword(b, b.arguments.keywords->items[i], b.arguments.values[positional + i], extra));
  if (positional > count && (b.code->code_flags & kCoVarArgs) == 0) return raise_too_many(b);
  TRY(fill_positional_defaults(b));
  return fill_keyword_only(b);
}

}  // namespace

Status bind_arguments(Function* function, Executable* executable, const Arguments& arguments,
                      Value* registers) {
  size_t copied = std::min<size_t>(arguments.positional, executable->positional);
  SHORT_LOOP for (size_t i = 0; i < copied; ++i) registers[i] = arguments.values[i];
  if (executable->simple && arguments.keywords == nullptr && arguments.positional == executable->positional)
      [[likely]]
    return {};
  return bind_rest(Binder{function, executable->code, arguments, registers});
}

}  // namespace ouro::vm
