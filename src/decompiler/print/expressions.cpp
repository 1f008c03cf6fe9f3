// Expressions.
//
// Each expression is printed with two demands: its first token must begin where an enclosing expression says
// that it begins (pending_), its last one must end where one says that it ends (`end`). An expression whose
// own range begins later or ends earlier was written between parentheses; so the parentheses that precedence
// does not ask for come back, too.
#include "decompiler/print/printer.h"

namespace ouro::decompiler {

using namespace syntax;

namespace {

constexpr int kMaxDepth = 4000;

struct OperatorText {
  std::string_view text;
  Level level;
};

constexpr OperatorText kBinaryOperators[] = {
    {"+", kArithmetic}, {"-", kArithmetic}, {"*", kTerm},   {"@", kTerm},   {"/", kTerm},
    {"%", kTerm},       {"**", kPower},     {"<<", kShift}, {">>", kShift}, {"|", kBitOr},
    {"^", kBitXor},     {"&", kBitAnd},     {"//", kTerm},
};

constexpr OperatorText kUnaryOperators[] = {{"~", kFactor}, {"not", kNot}, {"+", kFactor}, {"-", kFactor}};

constexpr std::string_view kCompareOperators[][2] = {{"==", ""}, {"!=", ""},   {"<", ""},  {"<=", ""},
                                                     {">", ""},  {">=", ""},   {"is", ""}, {"is", "not"},
                                                     {"in", ""}, {"not", "in"}};

bool needs_parentheses(const Expr* e, Level level) {
  const Level lowest = base(level);
  switch (e->kind) {
    case ExprKind::NamedExpr:
      return !(level & kNamedOk);
    case ExprKind::Yield:
    case ExprKind::YieldFrom:
      return !(level & kYieldOk);
    case ExprKind::BoolOp:
      return lowest > (e->as<BoolOpExpr>()->op == BoolOperator::And ? kAnd : kOr);
    case ExprKind::BinOp:
      return lowest > kBinaryOperators[static_cast<size_t>(e->as<BinOpExpr>()->op)].level;
    case ExprKind::UnaryOp:
      return lowest > kUnaryOperators[static_cast<size_t>(e->as<UnaryOpExpr>()->op)].level;
    case ExprKind::Lambda:
    case ExprKind::IfExp:
      return lowest > kTest;
    case ExprKind::Compare:
      return lowest > kComparison;
    case ExprKind::Await:
      return lowest > kAwait;
    case ExprKind::JoinedStr:
      return lowest > kTerm && is_percent_format(e->as<JoinedStrExpr>());
    default:
      return false;
  }
}

/// Whether the comparison was written as `not a in b`: for `a not in b` its range has no room.
bool is_negated(const CompareExpr* e) {
  constexpr int32_t kNotIn = 6;
  if (e->ops.size() != 1 || (e->ops[0] != CompareOperator::NotIn && e->ops[0] != CompareOperator::IsNot))
    return false;
  const Place left = end_of(e->left->range);
  const Place right = start_of(e->comparators[0]->range);
  return left.exact() && right.exact() && left.line == right.line && right.column - left.column < kNotIn;
}

/// Whether parentheses around it leave it what it is.
bool may_be_parenthesised(const Expr* e, Level level) {
  return !(level & kBare) && e->kind != ExprKind::Starred && e->kind != ExprKind::Slice;
}

}  // namespace

Place first_place(const Expr* e) {
  for (;;) {
    const Place start = start_of(e->range);
    if (start.line != 0) return start;
    switch (e->kind) {
      case ExprKind::BinOp:
        e = e->as<BinOpExpr>()->left;
        break;
      case ExprKind::BoolOp:
        e = e->as<BoolOpExpr>()->values[0];
        break;
      case ExprKind::Compare:
        e = e->as<CompareExpr>()->left;
        break;
      case ExprKind::Call:
        e = e->as<CallExpr>()->func;
        break;
      case ExprKind::Attribute:
        e = e->as<AttributeExpr>()->value;
        break;
      case ExprKind::Subscript:
        e = e->as<SubscriptExpr>()->value;
        break;
      case ExprKind::IfExp:
        e = e->as<IfExpExpr>()->body;
        break;
      case ExprKind::NamedExpr:
        e = e->as<NamedExprExpr>()->target;
        break;
      case ExprKind::UnaryOp:
        return {first_place(e->as<UnaryOpExpr>()->operand).line, -1};
      case ExprKind::Tuple:
        if (e->as<TupleExpr>()->elts.empty()) return {};
        e = e->as<TupleExpr>()->elts[0];
        break;
      default:
        return {};
    }
  }
}

bool Printer::too_deep() {
  if (depth_ < kMaxDepth) return false;
  if (error_ == nullptr)
    error_ = workspace_.error(ErrorType::RecursionError, "maximum recursion depth exceeded while printing");
  return true;
}

void Printer::expression(const Expr* e, Level level, Place end) {
  if (too_deep()) return;
  ++depth_;
  if (e->kind == ExprKind::Starred) {
    starred(e, kBitOr, end);
    --depth_;
    return;
  }
  const Place start = options_.clean ? Place() : start_of(e->range);
  const Place own_end = options_.clean ? Place() : end_of(e->range);
  bool wrap = needs_parentheses(e, level);
  const bool negated =
      !wrap && !options_.clean && e->kind == ExprKind::Compare && is_negated(e->as<CompareExpr>());
  if (negated) {
    // Folding took the `not` away, which stands in front of the comparison's range.
    wrap = base(level) > kNot || (differ(end, own_end) && before(own_end, end));
    if (wrap) {
      put("(", kOpen | kGlue);
      pending_ = {};
    }
    put("not", kGlue);
    pending_ = {};
    space_ = true;
  } else if (!wrap && !literal_only_ && tokens_.size() != bare_at_ && may_be_parenthesised(e, level))
    wrap = (differ(pending_, start) && before(pending_, start)) ||
           (differ(end, own_end) && before(own_end, end));
  if (wrap) {
    if (!negated) put("(", kOpen | kGlue);
    level = kAnything;
    pending_ = {};
  }
  if (!pending_.exact() && start.line != 0) pending_ = start;
  inner(e, level, own_end.exact() ? own_end : wrap ? Place() : end);
  if (wrap) {
    put(")", kClose);
    end_at(end);
  }
  --depth_;
}

void Printer::named(const NamedExprExpr* e, const Place& end) {
  expression(e->target, kAtom | kBare);
  put(":=", kSpace);
  expression_spaced(e->value, kTest, end);
}

void Printer::inner(const Expr* expression, Level level, const Place& end) {
  switch (expression->kind) {
    case ExprKind::BoolOp:
      return bool_op(expression->as<BoolOpExpr>(), end);
    case ExprKind::NamedExpr:
      return named(expression->as<NamedExprExpr>(), end);
    case ExprKind::BinOp:
      return bin_op(expression->as<BinOpExpr>(), end);
    case ExprKind::UnaryOp:
      return unary_op(expression->as<UnaryOpExpr>(), end);
    case ExprKind::Lambda:
      return lambda(expression->as<LambdaExpr>(), end);
    case ExprKind::IfExp:
      return conditional(expression->as<IfExpExpr>(), end);
    case ExprKind::Dict:
      return dict(expression->as<DictExpr>(), end);
    case ExprKind::Set:
      return display("{", expression->as<SetExpr>()->elts, "}", end);
    case ExprKind::List:
      return display("[", expression->as<ListExpr>()->elts, "]", end);
    case ExprKind::Tuple:
      return tuple(expression->as<TupleExpr>(), level, end);
    case ExprKind::ListComp:
      return comprehension("[", *expression->as<ListCompExpr>(), "]", end);
    case ExprKind::SetComp:
      return comprehension("{", *expression->as<SetCompExpr>(), "}", end);
    case ExprKind::DictComp:
      return dict_comprehension(expression->as<DictCompExpr>(), end);
    case ExprKind::GeneratorExp:
      return comprehension("(", *expression->as<GeneratorExpExpr>(), ")", end);
    case ExprKind::Await:
      put("await", kGlue);
      return expression_spaced(expression->as<AwaitExpr>()->value, kAtom, end);
    case ExprKind::Yield:
      return yield(expression->as<YieldExpr>(), end);
    case ExprKind::YieldFrom:
      put("yield", kGlue);
      put("from", kSpace | kGlue);
      return value(expression->as<YieldFromExpr>()->value, kTest, end);
    case ExprKind::Compare:
      return compare(expression->as<CompareExpr>(), end);
    case ExprKind::Call:
      return call(expression->as<CallExpr>(), end);
    case ExprKind::FormattedValue:
    case ExprKind::JoinedStr:
      return joined_string(expression, level, end);
    case ExprKind::Constant:
      return constant(expression->as<ConstantExpr>(), level, end);
    case ExprKind::Attribute:
      return attribute(expression->as<AttributeExpr>(), end);
    case ExprKind::Subscript:
      return subscript(expression->as<SubscriptExpr>(), end);
    case ExprKind::Starred:
      return starred(expression, kBitOr, end);
    case ExprKind::Name:
      put_name(expression->as<NameExpr>()->id);
      return end_at(end);
    case ExprKind::Slice:
      return slice(expression->as<SliceExpr>(), end);
  }
}

namespace {

/// Parentheses are part of a tuple's range.
bool is_tuple(const Expr* e) {
  return e->kind == ExprKind::Tuple ||
         (e->kind == ExprKind::Constant && e->as<ConstantExpr>()->value->is(ConstantKind::Tuple));
}

}  // namespace

void Printer::value(const Expr* e, Level level, const Place& end) {
  const Place own_end = end_of(e->range);
  const bool fixed_end = end.exact();
  const bool several_lines = e->range.line > 0 && e->range.end_line > e->range.line;
  space_ = true;
  if (brackets_ != 0 || (fixed_end && !options_.clean) ||
      (!several_lines && own_end.line == 0 && !options_.clean) || needs_parentheses(e, level) ||
      is_tuple(e)) {
    return expression(e, level, end);
  }
  const uint32_t lines = several_lines ? kMultiline : 0;
  const size_t open = tokens_.size();
  const Place saved = pending_;
  pending_ = {};
  put("(", kOpen | kGlue | kOptional | lines);
  pending_ = saved;
  space_ = false;
  expression(e, level, end);
  tokens_[open].extra = static_cast<int32_t>(tokens_.size());
  put(")", kClose | kOptional | lines);
  tokens_.back().extra = static_cast<int32_t>(open);
}

void Printer::expression_spaced(const Expr* e, Level level, const Place& end) {
  space_ = true;
  expression(e, level, end);
}

void Printer::bool_op(const BoolOpExpr* e, const Place& end) {
  const bool is_and = e->op == BoolOperator::And;
  const Level level = above(is_and ? kAnd : kOr);
  for (size_t i = 0; i < e->values.size(); ++i) {
    if (i > 0) {
      put(is_and ? "and" : "or", kSpace | kWord);
      space_ = true;
    }
    expression(e->values[i], level, i + 1 == e->values.size() ? end : Place());
  }
}

void Printer::bin_op(const BinOpExpr* e, const Place& end) {
  const OperatorText& op = kBinaryOperators[static_cast<size_t>(e->op)];
  const bool power = e->op == BinaryOperator::Pow;
  expression(e->left, power ? kAwait : op.level);
  put(op.text, power ? 0u : kSpace | kWord);
  space_ = !power;
  expression(e->right, power ? kFactor : above(op.level), end);
}

void Printer::unary_op(const UnaryOpExpr* e, const Place& end) {
  const OperatorText& op = kUnaryOperators[static_cast<size_t>(e->op)];
  put(op.text, kGlue);
  space_ = op.level == kNot;
  expression(e->operand, op.level, end);
}

void Printer::compare(const CompareExpr* e, const Place& end) {
  const bool negated = !options_.clean && is_negated(e);
  expression(e->left, above(kComparison));
  if (negated) {
    put(e->ops[0] == CompareOperator::NotIn ? "in" : "is", kSpace | kWord);
    const Level list_ok = e->ops[0] == CompareOperator::NotIn ? kListOk : kTest;
    return expression_spaced(e->comparators[0], above(kComparison) | list_ok, end);
  }
  for (size_t i = 0; i < e->ops.size(); ++i) {
    const auto& op = kCompareOperators[static_cast<size_t>(e->ops[i])];
    put(op[0], kSpace | kWord);
    if (!op[1].empty()) put(op[1], kSpace);
    space_ = true;
    const bool last = i + 1 == e->ops.size();
    const bool searched = last && (e->ops[i] == CompareOperator::In || e->ops[i] == CompareOperator::NotIn);
    expression(e->comparators[i], above(kComparison) | (searched ? kListOk : kTest), last ? end : Place());
  }
}

void Printer::conditional(const IfExpExpr* e, const Place& end) {
  expression(e->body, above(kTest));
  put("if", kSpace | kWord);
  expression_spaced(e->test, above(kTest));
  put("else", kSpace | kWord);
  expression_spaced(e->orelse, kTest, end);
}

void Printer::lambda(const LambdaExpr* e, const Place& end) {
  put("lambda");
  space_ = true;
  parameters(e->args);
  space_ = false;
  put(":");
  expression_spaced(e->body, kTest, end);
}

void Printer::yield(const YieldExpr* e, const Place& end) {
  put("yield", e->value != nullptr ? kGlue : 0);
  if (e->value == nullptr) return end_at(end);
  value(e->value, kTest | kTupleOk, end);
}

void Printer::call(const CallExpr* e, const Place& end) {
  expression(e->func, kAtom);
  if (e->args.size() == 1 && e->keywords.empty() && e->args[0]->kind == ExprKind::GeneratorExp) {
    const auto* only = e->args[0]->as<GeneratorExpExpr>();
    if (!differ(end, end_of(only->range))) {
      if (only->range.line > 0) pending_ = start_of(only->range);
      return comprehension("(", *only, ")", end);
    }
  }
  put("(", kOpen | (e->args.empty() && e->keywords.empty() ? 0u : kItems));
  call_arguments(e->args, e->keywords);
  put(")", kClose);
  end_at(end);
}

namespace {

/// Whether the keyword was written before a positional `*argument`, which comes first in the tree.
bool written_before(const Keyword* keyword, const Expr* argument) {
  const Place a = first_place(keyword->value);
  const Place b = argument->kind == ExprKind::Starred && argument->range.line <= 0
                      ? first_place(argument->as<StarredExpr>()->value)
                      : first_place(argument);
  return a.exact() && b.exact() && before(a, b);
}

}  // namespace

// Positional arguments come first but for `*x`, which may stand behind keywords.
void Printer::call_arguments(Exprs args, Keywords keywords) {
  bool first = true;
  size_t k = 0;
  bool unpacked = false;  // behind `**x` no `*y` may stand
  auto put_keyword = [&](const Keyword* keyword) {
    separate(&first);
    if (keyword->arg == Name::none) {
      put("**", kGlue);
      unpacked = true;
    } else {
      put_name(keyword->arg, kGlue);
      put("=", kGlue | kTight);
    }
    expression(keyword->value, kTest);
  };
  for (const Expr* arg : args) {
    if (arg->kind == ExprKind::Starred) {
      while (k < keywords.size() && keywords[k]->arg != Name::none && !unpacked &&
             later_all_starred(args, arg) && written_before(keywords[k], arg))
        put_keyword(keywords[k++]);
    }
    separate(&first);
    if (arg->kind == ExprKind::Starred)
      starred(arg, kTest, {});
    else
      expression(arg, kTest | kNamedOk);
  }
  while (k < keywords.size()) put_keyword(keywords[k++]);
  space_ = false;
}

/// Whether all arguments from this one on are starred.
bool Printer::later_all_starred(Exprs args, const Expr* from) {
  for (size_t i = args.size(); i-- > 0;) {
    if (args[i]->kind != ExprKind::Starred) return false;
    if (args[i] == from) return true;
  }
  return false;
}

void Printer::attribute(const AttributeExpr* e, const Place& end) {
  const size_t first = tokens_.size();
  expression(e->value, kAtom);
  const std::string_view last = tokens_.back().text;
  const bool number = tokens_.size() == first + 1 && last[0] >= '0' && last[0] <= '9' &&
                      last.find_first_not_of("0123456789_") == std::string_view::npos;
  put(".", kGlue | kTight | (number ? kMustSpace : 0));
  put_name(e->attr, kTight);
  end_at(end);
}

void Printer::subscript(const SubscriptExpr* e, const Place& end) {
  expression(e->value, kAtom);
  put("[", kOpen);
  const Expr* slice = e->slice;
  if (slice->kind == ExprKind::Tuple && slice->as<TupleExpr>()->elts.size() == 1) {
    // `a[*b]` is a tuple without a comma.
    const Expr* only = slice->as<TupleExpr>()->elts[0];
    if (only->kind == ExprKind::Starred && end_of(slice->range).exact() &&
        !differ(end_of(slice->range), end_of(only->as<StarredExpr>()->value->range))) {
      pending_ = start_of(slice->range);
      slice = only;
    }
  }
  expression(slice, kTest | kTupleOk | kNamedOk);
  put("]", kClose);
  end_at(end);
}

// `a[b:]` and `a[b::]` differ in nothing but the range.
void Printer::slice(const SliceExpr* e, const Place& end) {
  const Place start = pending_;
  if (e->lower != nullptr) expression(e->lower, kTest);
  put(":");
  if (e->step != nullptr) {
    if (e->upper != nullptr) expression(e->upper, kTest);
    put(":");
    return expression(e->step, kTest, end);
  }
  const Expr* last = e->upper != nullptr ? e->upper : e->lower;
  if (e->upper != nullptr && !ends_with_colon(e, start, end)) return expression(e->upper, kTest, end);
  if (e->upper != nullptr) expression(e->upper, kTest);
  Place from = last != nullptr ? end_of(last->range) : start;
  if (last == e->lower && last != nullptr && differ(start, start_of(last->range)))
    ++from.column;  // its parenthesis
  const int32_t colons = e->upper != nullptr ? 0 : 2;
  if (e->upper != nullptr ||
      (from.exact() && end.exact() && from.line == end.line && end.column - from.column >= colons))
    put(":");
  end_at(end);
}

/// Whether `upper` is followed by a colon: else it has parentheses around it, which need room in front, too.
bool Printer::ends_with_colon(const SliceExpr* e, const Place& start, const Place& end) {
  const Place upper_end = end_of(e->upper->range);
  const Place upper = first_place(e->upper);
  if (!differ(end, upper_end) || !before(upper_end, end) || !upper.exact()) return false;
  const Place from = e->lower != nullptr ? end_of(e->lower->range) : start;
  return from.exact() && from.line == upper.line && upper.column - from.column < 2;
}

void Printer::starred(const Expr* e, Level level, const Place& end) {
  const auto* star = e->as<StarredExpr>();
  const Place own = end_of(e->range);
  if (!pending_.exact() && e->range.line > 0) pending_ = start_of(e->range);
  put("*", kGlue);
  expression(star->value, level, own.exact() ? own : end);
}

}  // namespace ouro::decompiler
