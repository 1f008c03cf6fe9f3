// Functions, lambdas and classes: what is evaluated around the inner scope, and what wraps its code.
#include "compiler/codegen/generator.h"
#include "syntax/unparse.h"

namespace ouro::compiler {

using syntax::Arg;
using syntax::Args;
using syntax::Arguments;
using syntax::ExprContext;
using syntax::ExprKind;

namespace {

// MAKE_FUNCTION's operand: what lies on the stack below the code object.
enum FunctionFlags : uint32_t {
  kHasDefaults = 1,
  kHasKeywordDefaults = 2,
  kHasAnnotations = 4,
  kHasClosure = 8,
};

/// A definition with decorators begins at the first of them.
int32_t first_line(const syntax::Stmt* s, syntax::Exprs decorators) {
  return decorators.empty() ? s->range.line : decorators[0]->range.line;
}

}  // namespace

Status Generator::check_argument_names(Args args) {
  for (const Arg* arg : args) OURO_TRY_STATUS(check_not_debug(arg->arg, ExprContext::Store));
  return {};
}

Status Generator::check_argument_names(const Arguments* args) {
  OURO_TRY_STATUS(check_argument_names(args->posonlyargs));
  OURO_TRY_STATUS(check_argument_names(args->args));
  if (args->vararg != nullptr) OURO_TRY_STATUS(check_not_debug(args->vararg->arg, ExprContext::Store));
  OURO_TRY_STATUS(check_argument_names(args->kwonlyargs));
  if (args->kwarg != nullptr) OURO_TRY_STATUS(check_not_debug(args->kwarg->arg, ExprContext::Store));
  return {};
}

void Generator::set_argument_counts(const Arguments* args) {
  unit_->code.arg_count = static_cast<int32_t>(args->args.size());
  unit_->code.positional_only_count = static_cast<int32_t>(args->posonlyargs.size());
  unit_->code.keyword_only_count = static_cast<int32_t>(args->kwonlyargs.size());
}

Status Generator::function(const Stmt* s, const FunctionParts& parts) {
  OURO_TRY_STATUS(check_argument_names(parts.args));
  OURO_TRY_STATUS(visit_decorators(parts.decorators));
  uint32_t flags = 0;
  OURO_TRY_STATUS(default_arguments(parts.args, &flags));
  OURO_TRY_STATUS(argument_annotations(parts.args, parts.returns, &flags));

  enter(parts.name, parts.kind, symbols_.scope_of(s), first_line(s, parts.decorators));
  const Constant* docstring = optimize() < 2 ? docstring_of(parts.body) : nullptr;
  add_const(docstring != nullptr ? docstring : constants().none());
  set_argument_counts(parts.args);
  OURO_TRY_STATUS(visit_all(docstring != nullptr ? parts.body.subspan(1) : parts.body));
  const FinishedUnit unit = OURO_TRY(leave(true));

  OURO_TRY_STATUS(make_closure(unit, flags));
  apply_decorators(parts.decorators);
  return store_name(parts.name);
}

Status Generator::lambda(const syntax::LambdaExpr* e) {
  OURO_TRY_STATUS(check_argument_names(e->args));
  uint32_t flags = 0;
  OURO_TRY_STATUS(default_arguments(e->args, &flags));
  enter(Name::k_lambda_name, UnitKind::Lambda, symbols_.scope_of(e), e->range.line);
  add_const(constants().none());  // stands where a docstring would
  set_argument_counts(e->args);
  OURO_TRY_STATUS(visit(e->body));
  const bool generator = unit_->code.scope->generator;
  if (!generator) emit(Op::RETURN_VALUE);
  const FinishedUnit unit = OURO_TRY(leave(!generator));
  return make_closure(unit, flags);
}

Status Generator::class_definition(const syntax::ClassDefStmt* s) {
  OURO_TRY_STATUS(visit_decorators(s->decorator_list));
  enter(s->name, UnitKind::Class, symbols_.scope_of(s), first_line(s, s->decorator_list));
  OURO_TRY_STATUS(class_body(s));
  const FinishedUnit unit = OURO_TRY(leave(true));

  select::begin_call(*this);
  emit(Op::LOAD_BUILD_CLASS);
  OURO_TRY_STATUS(make_closure(unit, 0));
  load_const(names().str(s->name));
  OURO_TRY_STATUS(call_arguments(2, s->bases, s->keywords));
  apply_decorators(s->decorator_list);
  return store_name(s->name);
}

Status Generator::class_body(const syntax::ClassDefStmt* s) {
  unit_->private_name = s->name;
  OURO_TRY_STATUS(load_name(Name::k_name_attribute));
  OURO_TRY_STATUS(store_name(Name::k_module_attribute));
  const CodeUnit& code = unit_->code;
  load_const(code.qualified_name_object != nullptr ? code.qualified_name_object
                                                   : names().str(code.qualified_name));
  OURO_TRY_STATUS(store_name(Name::k_qualname));
  OURO_TRY_STATUS(body(s->body));
  unset_location();
  if (unit_->code.scope->needs_class_closure) {
    emit(Op::LOAD_CLOSURE, unit_->cell_index.find(static_cast<uint64_t>(Name::k_class_cell)));
    select::duplicate(*this);
    OURO_TRY_STATUS(store_name(Name::k_classcell_attribute));
  } else {
    load_none();
  }
  emit(Op::RETURN_VALUE);
  return {};
}

Status Generator::make_closure(const FinishedUnit& unit, uint32_t flags) {
  for (const Name name : unit.frees) {
    // A name that the class body itself binds is a free variable for its methods all the same.
    const Symbol* symbol = unit_->code.scope->find(name);
    const bool cell = (unit_->kind == UnitKind::Class && name == Name::k_class_cell) ||
                      (symbol != nullptr && symbol->binding == Binding::Cell);
    const IndexTable& table = cell ? unit_->cell_index : unit_->free_index;
    emit(Op::LOAD_CLOSURE, table.find(static_cast<uint64_t>(name)));
  }
  if (!unit.frees.empty()) {
    flags |= kHasClosure;
    emit(Op::BUILD_TUPLE, static_cast<uint32_t>(unit.frees.size()));
  }
  load_const(unit.code);
  emit(Op::MAKE_FUNCTION, flags);
  return {};
}

void Generator::apply_decorators(syntax::Exprs decorators) {
  const Location saved = unit_->where;
  for (size_t i = decorators.size(); i-- > 0;) {
    set_location(decorators[i]->range);
    select::call_with_top(*this);
  }
  unit_->where = saved;
}

Status Generator::default_arguments(const Arguments* args, uint32_t* flags) {
  if (!args->defaults.empty()) {
    OURO_TRY_STATUS(visit_all(args->defaults));
    emit(Op::BUILD_TUPLE, static_cast<uint32_t>(args->defaults.size()));
    *flags |= kHasDefaults;
  }
  return keyword_defaults(args, flags);
}

Status Generator::keyword_defaults(const Arguments* args, uint32_t* flags) {
  ArenaVector<Name> keys(arena());
  for (size_t i = 0; i < args->kwonlyargs.size(); ++i) {
    if (args->kw_defaults[i] == nullptr) continue;
    keys.push_back(mangled(args->kwonlyargs[i]->arg));
    OURO_TRY_STATUS(visit(args->kw_defaults[i]));
  }
  if (keys.empty()) return {};
  load_const(tuple_of_names(keys.span()));
  emit(Op::BUILD_CONST_KEY_MAP, static_cast<uint32_t>(keys.size()));
  *flags |= kHasKeywordDefaults;
  return {};
}

Status Generator::argument_annotations(const Arguments* args, const Expr* returns, uint32_t* flags) {
  uint32_t pushed = 0;
  for (const Arg* arg : args->args) OURO_TRY_STATUS(argument_annotation(arg->arg, arg->annotation, &pushed));
  for (const Arg* arg : args->posonlyargs)
    OURO_TRY_STATUS(argument_annotation(arg->arg, arg->annotation, &pushed));
  if (args->vararg != nullptr)
    OURO_TRY_STATUS(argument_annotation(args->vararg->arg, args->vararg->annotation, &pushed));
  for (const Arg* arg : args->kwonlyargs)
    OURO_TRY_STATUS(argument_annotation(arg->arg, arg->annotation, &pushed));
  if (args->kwarg != nullptr)
    OURO_TRY_STATUS(argument_annotation(args->kwarg->arg, args->kwarg->annotation, &pushed));
  OURO_TRY_STATUS(argument_annotation(Name::k_return_, returns, &pushed));
  if (pushed == 0) return {};
  emit(Op::BUILD_TUPLE, pushed);
  *flags |= kHasAnnotations;
  return {};
}

Status Generator::argument_annotation(Name name, const Expr* annotation, uint32_t* pushed) {
  if (annotation == nullptr) return {};
  *pushed += 2;
  load_const(names().str(mangled(name)));
  if (future_annotations()) return annotation_text(annotation);
  if (annotation->kind != ExprKind::Starred) return visit(annotation);
  // `*args: *Ts`: the annotation is the one element of (*Ts,).
  OURO_TRY_STATUS(visit(annotation->as<syntax::StarredExpr>()->value));
  emit(Op::UNPACK_SEQUENCE, 1);
  return {};
}

/// PEP 563: the annotation is its own source text.
Status Generator::annotation_text(const Expr* annotation) {
  const std::string text = OURO_TRY(syntax::unparse(compilation_.workspace, annotation));
  load_const(constants().str(text));
  return {};
}

}  // namespace ouro::compiler
