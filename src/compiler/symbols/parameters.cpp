// Parameters, their defaults and annotations.
#include "compiler/symbols/collector.h"

namespace ouro::compiler {

using namespace syntax;

// Defaults belong to the scope around the function.
Status Collector::defaults(const Arguments& arguments) {
  OURO_TRY_STATUS(expressions(arguments.defaults));
  for (const Expr* value : arguments.kw_defaults) OURO_TRY_STATUS(optional(value));
  return {};
}

Status Collector::parameter_list(Args list) {
  for (const Arg* arg : list) OURO_TRY_STATUS(define(arg->arg, kDefParam, arg->range));
  return {};
}

Status Collector::parameters(const Arguments& arguments) {
  OURO_TRY_STATUS(parameter_list(arguments.posonlyargs));
  OURO_TRY_STATUS(parameter_list(arguments.args));
  OURO_TRY_STATUS(parameter_list(arguments.kwonlyargs));
  if (arguments.vararg != nullptr) {
    OURO_TRY_STATUS(define(arguments.vararg->arg, kDefParam, arguments.vararg->range));
    current_->varargs = true;
  }
  if (arguments.kwarg != nullptr) {
    OURO_TRY_STATUS(define(arguments.kwarg->arg, kDefParam, arguments.kwarg->range));
    current_->varkeywords = true;
  }
  return {};
}

Status Collector::annotation(const Expr& node) {
  if (future_annotations_) enter(ScopeKind::Annotation, Name::none, &node, node.range);
  OURO_TRY_STATUS(expression(node));
  if (future_annotations_) leave();
  return {};
}

Status Collector::annotations(const Stmt& function, const Arguments& arguments, const Expr* returns) {
  if (future_annotations_) enter(ScopeKind::Annotation, Name::none, &function, function.range);
  OURO_TRY_STATUS(parameter_annotations(arguments));
  if (future_annotations_) leave();
  return returns == nullptr ? Status() : annotation(*returns);
}

Status Collector::parameter_annotations(const Arguments& arguments) {
  for (const Arg* arg : arguments.posonlyargs) OURO_TRY_STATUS(optional(arg->annotation));
  for (const Arg* arg : arguments.args) OURO_TRY_STATUS(optional(arg->annotation));
  if (arguments.vararg != nullptr) OURO_TRY_STATUS(optional(arguments.vararg->annotation));
  if (arguments.kwarg != nullptr) OURO_TRY_STATUS(optional(arguments.kwarg->annotation));
  for (const Arg* arg : arguments.kwonlyargs) OURO_TRY_STATUS(optional(arg->annotation));
  return {};
}

}  // namespace ouro::compiler
