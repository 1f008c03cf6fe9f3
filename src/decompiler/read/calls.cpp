// Calls. Below the arguments lie two entries: Null and the callable, or the callable and a first argument, as
// decorators, comprehensions and `assert` leave them.
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::ExprKind;
using syntax::Keyword;

bool Reader::step_call() {
  switch (op()) {
    case Op::PUSH_NULL:
      push({.kind = Slot::Kind::Null, .position = here().position});
      return next();
    case Op::LOAD_BUILD_CLASS:
      push({.kind = Slot::Kind::BuildClass, .position = here().position});
      return next();
    case Op::KW_NAMES:
      keyword_names_ = constant_operand();
      if (keyword_names_ == nullptr || !keyword_names_->is(ConstantKind::Tuple))
        return fail("no names of keywords");
      return next();
    case Op::PRECALL:
      return next();
    case Op::GET_ITER:
    case Op::GET_AITER:  // of a comprehension's iterable; its call follows
      if (stack_.empty()) return fail("nothing to iterate over");
      return next();
    case Op::LOAD_ASSERTION_ERROR: {
      auto* node = make<syntax::NameExpr>(here().position);
      node->id = shared_.workspace.names.intern("AssertionError");
      push_value(node);
      return next();
    }
    case Op::LOAD_METHOD:
      if (!load_attribute()) return false;
      stack_.insert(stack_.end() - 1, Slot{.kind = Slot::Kind::Null, .position = stack_.back().position});
      return true;
    case Op::CALL:
      return call();
    case Op::CALL_FUNCTION_EX:
      return call_unpacked();
    default:
      return fail("unexpected instruction");
  }
}

Keyword* Reader::make_keyword(Name name, Expr* value) {
  auto* keyword = arena().make<Keyword>();
  keyword->arg = name;
  keyword->value = value;
  keyword->range = value->range;
  const auto before =
      name == Name::none ? 2 : static_cast<int32_t>(shared_.workspace.names.text(name).size()) + 1;
  if (keyword->range.line > 0 && keyword->range.column >= before) keyword->range.column -= before;
  return keyword;
}

/// The function of a Function slot as an expression that only remembers it.
Expr* Reader::function_placeholder(FunctionValue* function) {
  auto* node = make<syntax::NameExpr>(function->position);
  node->id = shared_.workspace.names.intern("function");
  function_of_.emplace(node, function);
  return node;
}

bool Reader::call() {
  const uint32_t count = here().argument;
  if (size_t{count} + 2 > stack_.size()) return fail("too few values on the stack");
  const Constant* names = std::exchange(keyword_names_, nullptr);
  const uint32_t named = names == nullptr ? 0 : names->size;
  if (named > count) return fail("too many names of keywords");
  const Slot::Kind below = stack_[stack_.size() - count - 2].kind;
  const Slot::Kind callee = stack_[stack_.size() - count - 1].kind;
  if (callee == Slot::Kind::BuildClass) {
    if (count < 2 || stack_[stack_.size() - count].kind != Slot::Kind::Function)
      return fail("no class to build");
    Slot& slot = stack_[stack_.size() - count];
    slot = {
        .kind = Slot::Kind::Value, .position = slot.position, .expr = function_placeholder(slot.function)};
  } else if (below != Slot::Kind::Null) {
    if (count != 0) return fail("a call without a callable");
    const Slot argument = stack_.back();
    const Slot function = stack_[stack_.size() - 2];
    stack_.resize(stack_.size() - 2);
    return call_with_top(function, argument);
  }
  std::vector<Expr*> args;
  if (!pop_values(count, &args)) return false;
  std::vector<Keyword*> keywords;
  for (uint32_t i = 0; i < named; ++i) {
    const Constant* name = names->items[i];
    if (!name->is(ConstantKind::Str)) return fail("a keyword that is no name");
    // Keywords are not mangled.
    keywords.push_back(make_keyword(shared_.workspace.names.intern(name->text()), args[count - named + i]));
  }
  args.resize(count - named);
  if (callee == Slot::Kind::BuildClass) return class_call(std::move(args), std::move(keywords));
  Expr* function = pop_value();
  if (function == nullptr) return false;
  stack_.pop_back();
  if (join_call(function, args)) return next();
  push_value(make_call(function, args, keywords));
  return next();
}

Expr* Reader::make_call(Expr* callee, const std::vector<Expr*>& args, const std::vector<Keyword*>& keywords) {
  auto* node = make<syntax::CallExpr>(here().position);
  node->range = callee->kind == ExprKind::Attribute ? range_from(callee->range, here().position)
                                                    : range_of(here().position);
  node->func = callee;
  node->args = list(args);
  node->keywords = list(keywords);
  return node;
}

/// A call of what lies under its one argument: a decorator, a comprehension, AssertionError with a message.
bool Reader::call_with_top(Slot callee, Slot argument) {
  const Position position = here().position;
  if (callee.kind == Slot::Kind::Function && argument.kind == Slot::Kind::Value) {
    stack_.push_back(argument);
    Expr* iterable = pop_value();
    if (iterable == nullptr) return false;
    Expr* comprehension = comprehension_of(callee.function, iterable, position);
    if (comprehension == nullptr) return false;
    push_value(comprehension);
    return next();
  }
  stack_.push_back(callee);
  Expr* function = pop_value();
  if (function == nullptr) return false;
  if (argument.kind == Slot::Kind::Function) {
    argument.function->decorators.emplace_back(function, position);
    stack_.push_back(argument);
    return next();
  }
  stack_.push_back(argument);
  Expr* value = pop_value();
  if (value == nullptr) return false;
  push_value(make_call(function, {value}, {}));
  return next();
}

bool Reader::class_call(std::vector<Expr*> args, std::vector<Keyword*> keywords) {
  const auto found = args.size() < 2 ? function_of_.end() : function_of_.find(args[0]);
  if (found == function_of_.end()) return fail("no class to build");
  FunctionValue* function = found->second;
  if (stack_.size() < 2) return fail("nothing on the stack");
  stack_.resize(stack_.size() - 2);  // LOAD_BUILD_CLASS's and the Null
  function->is_class = true;
  function->bases.assign(args.begin() + 2, args.end());
  function->keywords = std::move(keywords);
  push({.kind = Slot::Kind::Function, .position = here().position, .function = function});
  return next();
}

bool Reader::call_unpacked() {
  const Position position = here().position;
  std::vector<Keyword*> keywords;
  const bool with_keywords = (here().argument & 1) != 0;
  if (with_keywords && !unpacked_keywords(&keywords)) return false;
  Expr* packed = pop_value();
  if (packed == nullptr) return false;
  std::vector<Expr*> args;
  const bool ours = has_columns(position) ? has_range(packed, position) : with_keywords || has_star(packed);
  const bool constant = packed->kind == ExprKind::Constant &&
                        packed->as<syntax::ConstantExpr>()->value->is(ConstantKind::Tuple);
  if (ours && packed->kind == ExprKind::Tuple) {
    const auto elements = packed->as<syntax::TupleExpr>()->elts;
    args.assign(elements.begin(), elements.end());
  } else if (ours && constant) {
    args = constant_items(packed);
  } else {
    args.push_back(make_starred(packed));
  }
  if (!stack_.empty() && stack_.back().kind == Slot::Kind::BuildClass)
    return class_call(std::move(args), std::move(keywords));
  Expr* function = pop_value();
  if (function == nullptr) return false;
  Slot null;
  if (!pop(&null)) return false;
  if (null.kind != Slot::Kind::Null) return fail("a call without a callable");
  push_value(make_call(function, args, keywords));
  return next();
}

/// The dict of keyword arguments on the stack: named ones, and what `**` unpacks.
bool Reader::unpacked_keywords(std::vector<Keyword*>* keywords) {
  Expr* packed = pop_value();
  if (packed == nullptr) return false;
  if (packed->kind != ExprKind::Dict) return fail("no keywords for a call");
  const auto* dict = packed->as<syntax::DictExpr>();
  for (size_t i = 0; i < dict->values.size(); ++i) {
    const Expr* key = dict->keys[i];
    Name name = Name::none;
    if (key != nullptr) {
      const Constant* text =
          key->kind == ExprKind::Constant ? key->as<syntax::ConstantExpr>()->value : nullptr;
      if (text == nullptr || !text->is(ConstantKind::Str)) return fail("a keyword that is no name");
      name = shared_.workspace.names.intern(text->text());
    }
    keywords->push_back(make_keyword(name, dict->values[i]));
  }
  return true;
}

Expr* Reader::make_starred(Expr* value) {
  auto* star = make<syntax::StarredExpr>(Position());
  star->range = value->range;
  if (star->range.column > 0) --star->range.column;
  star->value = value;
  return star;
}

}  // namespace ouro::decompiler
