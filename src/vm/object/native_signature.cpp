// Signatures: from the text of a table to checked arguments, with CPython's messages.
//
// CPython words the complaint about a wrong call in one of three ways, by how the C function takes its
// arguments. We tell them apart by the parameters: none at all; exactly one that is positional only; all
// positional only; some that may be given by name. A type's constructor (a Signature without a full name)
// knows only the last two.
#include <algorithm>
#include <cstring>
#include <vector>

#include "vm/object/native_support.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr size_t kMaxParameters = 64;

std::vector<const Object* const*>& signature_names() {
  static auto* instance = new std::vector<const Object* const*>;
  return *instance;
}

void trace_signatures(Tracer& tracer) {
  for (const Object* const* names : signature_names()) tracer.visit(*names);
}

/// The text up to the comma that ends a parameter; quotes and brackets in defaults are skipped over.
std::string_view take_parameter(std::string_view& text) {
  size_t i = 0;
  int depth = 0;
  char quote = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      if (depth-- == 0) break;
    } else if (c == ',' && depth == 0) {
      break;
    }
  }
  std::string_view parameter = text.substr(0, i);
  text.remove_prefix(std::min(text.size(), i + 1));
  while (!parameter.empty() && parameter.front() == ' ') parameter.remove_prefix(1);
  while (!parameter.empty() && parameter.back() == ' ') parameter.remove_suffix(1);
  return parameter;
}

const char* plural(size_t count) {
  return count == 1 ? "" : "s";
}

/// Index of a keyword argument, or -1. Names are nearly always interned.
int64_t find_keyword(const Tuple* keywords, Value name) {
  for (uint64_t i = 0; i < keywords->length; ++i) {
    if (keywords->items[i] == name) return static_cast<int64_t>(i);
  }
  for (uint64_t i = 0; i < keywords->length; ++i) {
    if (is_str(keywords->items[i]) && equals(keywords->items[i].as<Str>(), name.as<Str>()))
      return static_cast<int64_t>(i);
  }
  return -1;
}

}  // namespace

size_t Arguments::keyword_count() const {
  return keywords != nullptr ? keywords->length : 0;
}

std::string_view native_base_name(const char* name) {
  const char* dot = std::strrchr(name, '.');
  return dot != nullptr ? dot + 1 : name;
}

Signature::Signature(const char* function_name, const char* text) : name_(function_name) {
  std::string_view rest = text;
  if (!rest.empty() && rest.front() == '(') rest.remove_prefix(1);
  Value parameters[kMaxParameters];
  size_t count = 0;
  bool keyword_only = false;
  while (!rest.empty()) {
    std::string_view parameter = take_parameter(rest);
    if (parameter.empty() || parameter.front() == ')') continue;
    const bool optional = parameter.find('=') != std::string_view::npos;
    std::string_view name = parameter.substr(0, parameter.find_first_of("=:"));
    if (name.front() == '$') {
      has_self_ = true;
    } else if (name == "/") {
      positional_only_ = positional_;
    } else if (name == "*") {
      keyword_only = true;
    } else if (name.starts_with("**")) {
      keywords_ = true;
    } else if (name.front() == '*') {
      varargs_ = keyword_only = true;
    } else {
      if (count < kMaxParameters) parameters[count++] = intern(name);
      if (keyword_only) {
        ++keyword_only_;
        required_keyword_only_ += optional ? 0 : 1;
      } else {
        ++positional_;
        required_ += optional ? 0 : 1;
      }
    }
  }
  count_ = positional_ + keyword_only_ + (varargs_ ? 1 : 0) + (keywords_ ? 1 : 0);
  if (count_ == positional_) exact_ = positional_;
  names_ = vm::make_tuple(std::span<const Value>(parameters, count));
  if (signature_names().empty()) add_root_visitor(trace_signatures);
  signature_names().push_back(&names_);
}

void Signature::set_full_name(std::string_view name) const {
  full_name_ = strndup(name.data(), name.size());
}

std::string_view Signature::full_name() const {
  return full_name_ != nullptr ? full_name_ : name_;
}

Raised Signature::no_keywords() const {
  return raise(types.TypeError, "{}() takes no keyword arguments", full_name());
}

/// All parameters are positional only.
Raised Signature::wrong_positional_count(size_t given) const {
  if (full_name_ != nullptr && count_ == 0)
    return raise(types.TypeError, "{}() takes no arguments ({} given)", full_name(), given);
  if (full_name_ != nullptr && count_ == 1 && required_ == 1)
    return raise(types.TypeError, "{}() takes exactly one argument ({} given)", full_name(), given);
  const bool few = given < required_;
  const size_t bound = few ? required_ : positional_;
  const char* how = required_ == positional_ && !varargs_ ? "" : few ? "at least " : "at most ";
  return raise(types.TypeError, "{} expected {}{} argument{}, got {}", name_, how, bound, plural(bound),
               given);
}

Status Signature::bind(const Arguments& arguments, Value* out) const {
  if (arguments.keywords == nullptr && count_ == positional_ && arguments.positional >= required_ &&
      arguments.positional <= positional_) {
    size_t i = 0;
    for (; i < arguments.positional; ++i) out[i] = arguments.values[i];
    for (; i < count_; ++i) out[i] = Value();
    return {};
  }
  return bind_slow(arguments, out);
}

Status Signature::bind_as(const char* full_name, const Arguments& arguments, Value* out) const {
  Signature renamed = *this;
  renamed.full_name_ = full_name;
  return renamed.bind(arguments, out);
}

Status Signature::bind_slow(const Arguments& arguments, Value* out) const {
  const bool by_position_only = positional_only_ == positional_ && keyword_only_ == 0 && !keywords_;
  const size_t given = arguments.positional;
  if (by_position_only) {
    if (arguments.keyword_count() != 0) return no_keywords();
    if (given < required_ || (given > positional_ && !varargs_)) return wrong_positional_count(given);
  }
  for (size_t i = 0; i < count_; ++i) out[i] = Value();
  for (size_t i = 0; i < std::min<size_t>(given, positional_); ++i) out[i] = arguments.values[i];
  if (varargs_) {
    const size_t extra = given > positional_ ? given - positional_ : 0;
    out[positional_] = make_tuple(std::span(arguments.values + (given - extra), extra));
  }
  return by_position_only ? Status() : bind_keywords(arguments, out);
}

/// By name; `out` has the positional ones and *args already.
Status Signature::bind_keywords(const Arguments& arguments, Value* out) const {
  const size_t given = arguments.positional, named = arguments.keyword_count();
  const size_t most = positional_ + keyword_only_;
  if (!varargs_ && !keywords_ && given + named > most) {
    return raise(types.TypeError, "{}() takes at most {} {}argument{} ({} given)", name_, most,
                 given == 0 ? "keyword " : "", plural(most), given + named);
  }
  if (!varargs_ && given > positional_) {
    if (positional_ == 0) return raise(types.TypeError, "{}() takes no positional arguments", name_);
    return raise(types.TypeError, "{}() takes {} {} positional argument{} ({} given)", name_,
                 required_ < positional_ ? "at most" : "exactly", positional_, plural(positional_), given);
  }
  const size_t least = std::min(positional_only_, required_);
  if (given < least) {
    return raise(types.TypeError, "{}() takes {} {} positional argument{} ({} given)", name_,
                 least < positional_ ? "at least" : "exactly", least, plural(least), given);
  }
  auto* parameters = static_cast<Tuple*>(names_);
  const Value* keyword_values = arguments.values + given;
  const size_t behind_varargs = varargs_ ? 1 : 0;
  size_t used = 0;
  for (size_t i = std::max(std::min<size_t>(given, positional_), size_t{positional_only_}); i < most; ++i) {
    const bool by_name_only = i >= positional_;
    const int64_t found = named != used ? find_keyword(arguments.keywords, parameters->items[i]) : -1;
    if (found >= 0) {
      out[i + (by_name_only ? behind_varargs : 0)] = keyword_values[found];
      ++used;
    } else if (by_name_only ? i < size_t{positional_} + required_keyword_only_ : i < required_) {
      return raise(types.TypeError, "{}() missing required argument '{}' (pos {})", name_,
                   to_utf8(parameters->items[i].as<Str>()), i + 1);
    }
  }
  if (used == named) return {};
  for (size_t i = positional_only_; i < std::min<size_t>(given, positional_); ++i) {
    if (find_keyword(arguments.keywords, parameters->items[i]) >= 0) {
      return raise(types.TypeError, "argument for {}() given by name ('{}') and position ({})", name_,
                   to_utf8(parameters->items[i].as<Str>()), i + 1);
    }
  }
  Dict* rest = keywords_ ? make_dict() : nullptr;
  for (uint64_t k = 0; k < named; ++k) {
    Value keyword = arguments.keywords->items[k];
    bool known = false;
    for (size_t i = positional_only_; i < most && !known; ++i)
      known = keyword == parameters->items[i] || equals(keyword.as<Str>(), parameters->items[i].as<Str>());
    if (known) continue;
    if (rest == nullptr)
      return raise(types.TypeError, "'{}' is an invalid keyword argument for {}()",
                   to_utf8(keyword.as<Str>()), name_);
    TRY(dict_set(rest, keyword, keyword_values[k]));
  }
  out[count_ - 1] = rest;
  return {};
}

}  // namespace ouro::vm
