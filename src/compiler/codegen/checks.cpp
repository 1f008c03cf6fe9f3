// Code that cannot mean what it says, which the compiler warns about (SyntaxWarning).
#include <string>

#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::CompareOperator;
using syntax::Expr;
using syntax::ExprKind;

namespace {

std::string_view type_name(const Constant& constant) {
  switch (constant.kind) {
    case ConstantKind::None:
      return "NoneType";
    case ConstantKind::False:
    case ConstantKind::True:
      return "bool";
    case ConstantKind::Ellipsis:
      return "ellipsis";
    case ConstantKind::Int:
      return "int";
    case ConstantKind::Float:
      return "float";
    case ConstantKind::Complex:
      return "complex";
    case ConstantKind::Str:
      return "str";
    case ConstantKind::Bytes:
      return "bytes";
    case ConstantKind::Tuple:
      return "tuple";
    case ConstantKind::FrozenSet:
      return "frozenset";
    case ConstantKind::Code:
      return "code";
  }
  return {};
}

/// The type that an expression certainly has, or empty.
std::string_view type_name(const Expr* e) {
  switch (e->kind) {
    case ExprKind::Tuple:
      return "tuple";
    case ExprKind::List:
    case ExprKind::ListComp:
      return "list";
    case ExprKind::Dict:
    case ExprKind::DictComp:
      return "dict";
    case ExprKind::Set:
    case ExprKind::SetComp:
      return "set";
    case ExprKind::GeneratorExp:
      return "generator";
    case ExprKind::Lambda:
      return "function";
    case ExprKind::JoinedStr:
    case ExprKind::FormattedValue:
      return "str";
    case ExprKind::Constant:
      return type_name(*e->as<syntax::ConstantExpr>()->value);
    default:
      return {};
  }
}

const Constant* constant_of(const Expr* e) {
  return e->kind == ExprKind::Constant ? e->as<syntax::ConstantExpr>()->value : nullptr;
}

/// Whether comparing identity with this operand makes sense: anything but a literal that is no singleton.
bool has_identity(const Expr* e) {
  const Constant* constant = constant_of(e);
  if (constant == nullptr) return true;
  switch (constant->kind) {
    case ConstantKind::None:
    case ConstantKind::False:
    case ConstantKind::True:
    case ConstantKind::Ellipsis:
      return true;
    default:
      return false;
  }
}

constexpr std::string_view kMissedComma = "; perhaps you missed a comma?";

}  // namespace

Status Generator::check_identity_operands(const syntax::CompareExpr* e) {
  bool left = has_identity(e->left);
  for (size_t i = 0; i < e->ops.size(); ++i) {
    const bool right = has_identity(e->comparators[i]);
    const CompareOperator op = e->ops[i];
    if ((op == CompareOperator::Is || op == CompareOperator::IsNot) && !(left && right))
      return warn(op == CompareOperator::Is ? "\"is\" with a literal. Did you mean \"==\"?"
                                            : "\"is not\" with a literal. Did you mean \"!=\"?");
    left = right;
  }
  return {};
}

Status Generator::check_callable(const Expr* callee) {
  if (callee->kind == ExprKind::Lambda) return {};
  const std::string_view type = type_name(callee);
  if (type.empty()) return {};
  return warn("'" + std::string(type) + "' object is not callable" + std::string(kMissedComma));
}

Status Generator::check_subscriptable(const Expr* e) {
  switch (e->kind) {
    case ExprKind::Constant:
      switch (constant_of(e)->kind) {
        case ConstantKind::None:
        case ConstantKind::Ellipsis:
        case ConstantKind::Int:
        case ConstantKind::True:
        case ConstantKind::False:
        case ConstantKind::Float:
        case ConstantKind::Complex:
        case ConstantKind::FrozenSet:
          break;
        default:
          return {};
      }
      break;
    case ExprKind::Set:
    case ExprKind::SetComp:
    case ExprKind::GeneratorExp:
    case ExprKind::Lambda:
      break;
    default:
      return {};
  }
  return warn("'" + std::string(type_name(e)) + "' object is not subscriptable" + std::string(kMissedComma));
}

Status Generator::check_index(const Expr* e, const Expr* index) {
  const std::string_view index_type = type_name(index);
  if (index_type.empty() || index_type == "int" || index_type == "bool") return {};
  switch (e->kind) {
    case ExprKind::Constant: {
      const ConstantKind kind = constant_of(e)->kind;
      if (kind != ConstantKind::Str && kind != ConstantKind::Bytes && kind != ConstantKind::Tuple) return {};
      break;
    }
    case ExprKind::Tuple:
    case ExprKind::List:
    case ExprKind::ListComp:
    case ExprKind::JoinedStr:
    case ExprKind::FormattedValue:
      break;
    default:
      return {};
  }
  return warn(std::string(type_name(e)) + " indices must be integers or slices, not " +
              std::string(index_type) + std::string(kMissedComma));
}

Status Generator::check_assert_test(const Expr* test) {
  const Constant* constant = constant_of(test);
  const bool tuple = test->kind == ExprKind::Tuple
                         ? !test->as<syntax::TupleExpr>()->elts.empty()
                         : constant != nullptr && constant->is(ConstantKind::Tuple) && constant->size > 0;
  return tuple ? warn("assertion is always true, perhaps remove parentheses?") : Status();
}

}  // namespace ouro::compiler
