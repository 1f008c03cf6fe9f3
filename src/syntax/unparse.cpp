// The unparser.
//
// The text need not be what was written, but it must be what CPython makes of the same tree, because it
// becomes a constant of the program: one space around operators, parentheses where the precedence of the
// place asks for them (and in a few places where it does not: yields, and the sides of :=), string literals
// as repr() writes them. Each place passes down the lowest precedence that may stand there without
// parentheses.
#include "syntax/unparse.h"

#include <cmath>

#include "base/bigint.h"
#include "base/float_text.h"
#include "base/unicode.h"

namespace ouro::syntax {

namespace {

enum Level : int {
  kTuple,
  kTest,  // if-else, lambda
  kOr,
  kAnd,
  kNot,
  kComparison,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShift,
  kArithmetic,
  kTerm,
  kFactor,
  kPower,
  kAwait,
  kAtom,
};

constexpr Level above(Level level) {
  return static_cast<Level>(level + 1);
}

struct OperatorText {
  std::string_view text;
  Level level;
};

constexpr OperatorText kBinaryOperators[] = {
    {" + ", kArithmetic}, {" - ", kArithmetic}, {" * ", kTerm},   {" @ ", kTerm},   {" / ", kTerm},
    {" % ", kTerm},       {" ** ", kPower},     {" << ", kShift}, {" >> ", kShift}, {" | ", kBitOr},
    {" ^ ", kBitXor},     {" & ", kBitAnd},     {" // ", kTerm},
};

constexpr OperatorText kUnaryOperators[] = {{"~", kFactor}, {"not ", kNot}, {"+", kFactor}, {"-", kFactor}};

constexpr std::string_view kCompareOperators[] = {" == ", " != ", " < ",      " <= ", " > ",
                                                  " >= ", " is ", " is not ", " in ", " not in "};

// An infinity has no literal; this overflows to it.
constexpr std::string_view kInfinity = "1e309";

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  size_t start = 0;
  for (size_t at; (at = text.find(from, start)) != std::string_view::npos; start = at + from.size()) {
    result += text.substr(start, at - start);
    result += to;
  }
  result += text.substr(start);
  return result;
}

class Unparser {
 public:
  explicit Unparser(Workspace& workspace) : workspace_(workspace) {}

  void expression(const Expr* e, Level level);
  void constant(const Constant& value, bool source);
  const Diagnostic* error() const { return error_; }
  std::string& text() { return out_; }

 private:
  /// Writes between parentheses when the place asks for more than `own`.
  template <class Write>
  void group(Level level, Level own, Write write) {
    if (level > own) out_ += '(';
    write();
    if (level > own) out_ += ')';
  }
  void name(Name n) { out_ += workspace_.names.text(n); }
  void list(Exprs items);
  void tuple(const TupleExpr* e, Level level);
  void dict(const DictExpr* e);
  void bool_op(const BoolOpExpr* e, Level level);
  void bin_op(const BinOpExpr* e, Level level);
  void compare(const CompareExpr* e, Level level);
  void lambda(const LambdaExpr* e, Level level);
  void conditional(const IfExpExpr* e, Level level);
  void parameters(const Arguments* args);
  void parameter(const Arg* arg);
  void clauses(Comprehensions generators);
  void generator(const GeneratorExpExpr* e);
  void call(const CallExpr* e);
  void attribute(const AttributeExpr* e);
  void subscript(const SubscriptExpr* e);
  void slice(const SliceExpr* e);
  void yield(const YieldExpr* e);
  void joined_string(const JoinedStrExpr* e, bool format_spec);
  void fstring_element(const Expr* e, bool format_spec);
  void formatted_value(const FormattedValueExpr* e);
  void integer(const Constant& value);

  Workspace& workspace_;
  std::string out_;
  const Diagnostic* error_ = nullptr;
};

void Unparser::expression(const Expr* expression, Level level) {
  switch (expression->kind) {
    case ExprKind::BoolOp:
      return bool_op(expression->as<BoolOpExpr>(), level);
    case ExprKind::NamedExpr:
      return group(level, kTuple, [&] {
        const auto* e = expression->as<NamedExprExpr>();
        this->expression(e->target, kAtom);
        out_ += " := ";
        this->expression(e->value, kAtom);
      });
    case ExprKind::BinOp:
      return bin_op(expression->as<BinOpExpr>(), level);
    case ExprKind::UnaryOp: {
      const auto* e = expression->as<UnaryOpExpr>();
      const OperatorText& op = kUnaryOperators[static_cast<size_t>(e->op)];
      return group(level, op.level, [&] {
        out_ += op.text;
        this->expression(e->operand, op.level);
      });
    }
    case ExprKind::Lambda:
      return lambda(expression->as<LambdaExpr>(), level);
    case ExprKind::IfExp:
      return conditional(expression->as<IfExpExpr>(), level);
    case ExprKind::Dict:
      return dict(expression->as<DictExpr>());
    case ExprKind::Set:
      out_ += '{';
      list(expression->as<SetExpr>()->elts);
      out_ += '}';
      return;
    case ExprKind::List:
      out_ += '[';
      list(expression->as<ListExpr>()->elts);
      out_ += ']';
      return;
    case ExprKind::Tuple:
      return tuple(expression->as<TupleExpr>(), level);
    case ExprKind::ListComp: {
      const auto* e = expression->as<ListCompExpr>();
      out_ += '[';
      this->expression(e->elt, kTest);
      clauses(e->generators);
      out_ += ']';
      return;
    }
    case ExprKind::SetComp: {
      const auto* e = expression->as<SetCompExpr>();
      out_ += '{';
      this->expression(e->elt, kTest);
      clauses(e->generators);
      out_ += '}';
      return;
    }
    case ExprKind::DictComp: {
      const auto* e = expression->as<DictCompExpr>();
      out_ += '{';
      this->expression(e->key, kTest);
      out_ += ": ";
      this->expression(e->value, kTest);
      clauses(e->generators);
      out_ += '}';
      return;
    }
    case ExprKind::GeneratorExp:
      return generator(expression->as<GeneratorExpExpr>());
    case ExprKind::Await:
      return group(level, kAwait, [&] {
        out_ += "await ";
        this->expression(expression->as<AwaitExpr>()->value, kAtom);
      });
    case ExprKind::Yield:
      return yield(expression->as<YieldExpr>());
    case ExprKind::YieldFrom:
      out_ += "(yield from ";
      this->expression(expression->as<YieldFromExpr>()->value, kTest);
      out_ += ')';
      return;
    case ExprKind::Compare:
      return compare(expression->as<CompareExpr>(), level);
    case ExprKind::Call:
      return call(expression->as<CallExpr>());
    case ExprKind::FormattedValue:
      return formatted_value(expression->as<FormattedValueExpr>());
    case ExprKind::JoinedStr:
      return joined_string(expression->as<JoinedStrExpr>(), false);
    case ExprKind::Constant: {
      const auto* e = expression->as<ConstantExpr>();
      if (e->unicode_prefix) out_ += 'u';
      return constant(*e->value, true);
    }
    case ExprKind::Attribute:
      return attribute(expression->as<AttributeExpr>());
    case ExprKind::Subscript:
      return subscript(expression->as<SubscriptExpr>());
    case ExprKind::Starred:
      out_ += '*';
      return this->expression(expression->as<StarredExpr>()->value, kBitOr);
    case ExprKind::Name:
      return name(expression->as<NameExpr>()->id);
    case ExprKind::Slice:
      return slice(expression->as<SliceExpr>());
  }
}

void Unparser::list(Exprs items) {
  bool first = true;
  for (const Expr* item : items) {
    if (!first) out_ += ", ";
    first = false;
    expression(item, kTest);
  }
}

void Unparser::tuple(const TupleExpr* e, Level level) {
  if (e->elts.empty()) {
    out_ += "()";
    return;
  }
  group(level, kTuple, [&] {
    list(e->elts);
    if (e->elts.size() == 1) out_ += ',';
  });
}

void Unparser::dict(const DictExpr* e) {
  out_ += '{';
  for (size_t i = 0; i < e->values.size(); ++i) {
    if (i > 0) out_ += ", ";
    if (e->keys[i] == nullptr) {
      out_ += "**";
      expression(e->values[i], kBitOr);
      continue;
    }
    expression(e->keys[i], kTest);
    out_ += ": ";
    expression(e->values[i], kTest);
  }
  out_ += '}';
}

void Unparser::bool_op(const BoolOpExpr* e, Level level) {
  const bool is_and = e->op == BoolOperator::And;
  const Level own = is_and ? kAnd : kOr;
  group(level, own, [&] {
    for (size_t i = 0; i < e->values.size(); ++i) {
      if (i > 0) out_ += is_and ? " and " : " or ";
      expression(e->values[i], above(own));
    }
  });
}

void Unparser::bin_op(const BinOpExpr* e, Level level) {
  const OperatorText& op = kBinaryOperators[static_cast<size_t>(e->op)];
  const bool to_the_right = e->op == BinaryOperator::Pow;
  group(level, op.level, [&] {
    expression(e->left, to_the_right ? above(op.level) : op.level);
    out_ += op.text;
    expression(e->right, to_the_right ? op.level : above(op.level));
  });
}

void Unparser::compare(const CompareExpr* e, Level level) {
  group(level, kComparison, [&] {
    expression(e->left, above(kComparison));
    for (size_t i = 0; i < e->ops.size(); ++i) {
      out_ += kCompareOperators[static_cast<size_t>(e->ops[i])];
      expression(e->comparators[i], above(kComparison));
    }
  });
}

void Unparser::lambda(const LambdaExpr* e, Level level) {
  group(level, kTest, [&] {
    // No space before parameters that do not begin with a positional one: CPython's own way.
    out_ += e->args->args.empty() && e->args->posonlyargs.empty() ? "lambda" : "lambda ";
    parameters(e->args);
    out_ += ": ";
    expression(e->body, kTest);
  });
}

void Unparser::conditional(const IfExpExpr* e, Level level) {
  group(level, kTest, [&] {
    expression(e->body, above(kTest));
    out_ += " if ";
    expression(e->test, above(kTest));
    out_ += " else ";
    expression(e->orelse, kTest);
  });
}

void Unparser::parameter(const Arg* arg) {
  name(arg->arg);
  if (arg->annotation == nullptr) return;
  out_ += ": ";
  expression(arg->annotation, kTest);
}

void Unparser::parameters(const Arguments* args) {
  bool first = true;
  auto separate = [&] {
    if (!first) out_ += ", ";
    first = false;
  };
  const size_t positional_only = args->posonlyargs.size();
  const size_t positional = positional_only + args->args.size();
  for (size_t i = 0; i < positional; ++i) {
    separate();
    parameter(i < positional_only ? args->posonlyargs[i] : args->args[i - positional_only]);
    if (i + args->defaults.size() >= positional) {
      out_ += '=';
      expression(args->defaults[i + args->defaults.size() - positional], kTest);
    }
    if (i + 1 == positional_only) out_ += ", /";
  }
  if (args->vararg != nullptr || !args->kwonlyargs.empty()) {
    separate();
    out_ += '*';
    if (args->vararg != nullptr) parameter(args->vararg);
  }
  for (size_t i = 0; i < args->kwonlyargs.size(); ++i) {
    separate();
    parameter(args->kwonlyargs[i]);
    if (args->kw_defaults[i] == nullptr) continue;
    out_ += '=';
    expression(args->kw_defaults[i], kTest);
  }
  if (args->kwarg != nullptr) {
    separate();
    out_ += "**";
    parameter(args->kwarg);
  }
}

void Unparser::clauses(Comprehensions generators) {
  for (const Comprehension* clause : generators) {
    out_ += clause->is_async ? " async for " : " for ";
    expression(clause->target, kTuple);
    out_ += " in ";
    expression(clause->iter, above(kTest));
    for (const Expr* condition : clause->ifs) {
      out_ += " if ";
      expression(condition, above(kTest));
    }
  }
}

void Unparser::generator(const GeneratorExpExpr* e) {
  out_ += '(';
  expression(e->elt, kTest);
  clauses(e->generators);
  out_ += ')';
}

void Unparser::call(const CallExpr* e) {
  expression(e->func, kAtom);
  if (e->args.size() == 1 && e->keywords.empty() && e->args[0]->kind == ExprKind::GeneratorExp)
    return generator(e->args[0]->as<GeneratorExpExpr>());
  out_ += '(';
  list(e->args);
  bool first = e->args.empty();
  for (const Keyword* keyword : e->keywords) {
    if (!first) out_ += ", ";
    first = false;
    if (keyword->arg == Name::none) {
      out_ += "**";
    } else {
      name(keyword->arg);
      out_ += '=';
    }
    expression(keyword->value, kTest);
  }
  out_ += ')';
}

void Unparser::attribute(const AttributeExpr* e) {
  expression(e->value, kAtom);
  const bool after_int =
      e->value->kind == ExprKind::Constant && e->value->as<ConstantExpr>()->value->is(ConstantKind::Int);
  out_ += after_int ? " ." : ".";
  name(e->attr);
}

void Unparser::subscript(const SubscriptExpr* e) {
  expression(e->value, kAtom);
  out_ += '[';
  expression(e->slice, kTuple);
  out_ += ']';
}

void Unparser::slice(const SliceExpr* e) {
  if (e->lower != nullptr) expression(e->lower, kTest);
  out_ += ':';
  if (e->upper != nullptr) expression(e->upper, kTest);
  if (e->step == nullptr) return;
  out_ += ':';
  expression(e->step, kTest);
}

void Unparser::yield(const YieldExpr* e) {
  if (e->value == nullptr) {
    out_ += "(yield)";
    return;
  }
  out_ += "(yield ";
  expression(e->value, kTest);
  out_ += ')';
}

void Unparser::joined_string(const JoinedStrExpr* e, bool format_spec) {
  std::string outer;
  std::swap(outer, out_);
  for (const Expr* value : e->values) fstring_element(value, format_spec);
  std::swap(outer, out_);  // outer is the body now
  if (format_spec) {
    out_ += outer;
  } else {
    out_ += 'f';
    out_ += str_repr(outer);
  }
}

void Unparser::fstring_element(const Expr* e, bool format_spec) {
  switch (e->kind) {
    case ExprKind::Constant:
      out_ += replace_all(replace_all(e->as<ConstantExpr>()->value->text(), "{", "{{"), "}", "}}");
      return;
    case ExprKind::JoinedStr:
      return joined_string(e->as<JoinedStrExpr>(), format_spec);
    default:
      return formatted_value(e->as<FormattedValueExpr>());
  }
}

void Unparser::formatted_value(const FormattedValueExpr* e) {
  out_ += '{';
  const size_t start = out_.size();
  expression(e->value, above(kTest));
  // Two braces in a row would be one literal brace.
  if (start < out_.size() && out_[start] == '{') out_.insert(start, 1, ' ');
  if (e->conversion > 0) {
    out_ += '!';
    out_ += static_cast<char>(e->conversion);
  }
  if (e->format_spec != nullptr) {
    out_ += ':';
    fstring_element(e->format_spec, true);
  }
  out_ += '}';
}

void Unparser::integer(const Constant& value) {
  // Ten bits are more than three digits, so that a huge number is not even converted.
  const size_t limit = workspace_.max_int_digits;
  const bool huge = limit != 0 && int_bit_length(int_view(value)) > limit / 3 * 10 + 10;
  const std::string digits = huge ? std::string() : int_to_decimal(int_view(value));
  if ((huge || (limit != 0 && digits.size() - (value.negative ? 1 : 0) > limit)) && error_ == nullptr)
    error_ =
        workspace_.error(ErrorType::ValueError, "Exceeds the limit (" + std::to_string(limit) +
                                                    " digits) for integer string conversion; use "
                                                    "sys.set_int_max_str_digits() to increase the limit");
  out_ += digits;
}

/// A constant as source text or, with `source` false, as repr() shows it.
void Unparser::constant(const Constant& value, bool source) {
  switch (value.kind) {
    case ConstantKind::None:
      out_ += "None";
      return;
    case ConstantKind::False:
      out_ += "False";
      return;
    case ConstantKind::True:
      out_ += "True";
      return;
    case ConstantKind::Ellipsis:
      out_ += source ? "..." : "Ellipsis";
      return;
    case ConstantKind::Int:
      return integer(value);
    case ConstantKind::Float:
      out_ += source && std::isinf(value.real) ? replace_all(float_repr(value.real), "inf", kInfinity)
                                               : float_repr(value.real);
      return;
    case ConstantKind::Complex: {
      const std::string text = complex_repr(value.real, value.imag);
      out_ += source ? replace_all(text, "inf", kInfinity) : text;
      return;
    }
    case ConstantKind::Str:
      out_ += str_repr(value.text());
      return;
    case ConstantKind::Bytes:
      out_ += bytes_repr(value.text());
      return;
    case ConstantKind::Tuple:
    case ConstantKind::FrozenSet: {
      const bool tuple = value.is(ConstantKind::Tuple);
      out_ += tuple ? "(" : value.size == 0 ? "frozenset(" : "frozenset({";
      for (uint32_t i = 0; i < value.size; ++i) {
        if (i > 0) out_ += ", ";
        // Inside a tuple CPython writes Ellipsis by name.
        const Constant& item = *value.items[i];
        item.is(ConstantKind::Ellipsis) ? void(out_ += "Ellipsis") : constant(item, source);
      }
      if (tuple && value.size == 1) out_ += ',';
      out_ += tuple || value.size == 0 ? ")" : "})";
      return;
    }
    case ConstantKind::Code:
      return;
  }
}

}  // namespace

Result<std::string> unparse(Workspace& workspace, const Expr* expression) {
  Unparser unparser(workspace);
  unparser.expression(expression, kTest);
  if (unparser.error() != nullptr) return unparser.error();
  return std::move(unparser.text());
}

Result<std::string> constant_repr(Workspace& workspace, const Constant& constant) {
  Unparser unparser(workspace);
  unparser.constant(constant, false);
  if (unparser.error() != nullptr) return unparser.error();
  return std::move(unparser.text());
}

}  // namespace ouro::syntax
