// Calls.
#include <algorithm>

#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::Expr;
using syntax::ExprContext;
using syntax::ExprKind;
using syntax::Exprs;
using syntax::Keyword;
using syntax::Keywords;

namespace {

bool any_unpacking(Exprs args, Keywords keywords) {
  return std::any_of(args.begin(), args.end(),
                     [](const Expr* arg) { return arg->kind == ExprKind::Starred; }) ||
         std::any_of(keywords.begin(), keywords.end(),
                     [](const Keyword* keyword) { return keyword->arg == Name::none; });
}

}  // namespace

Status Generator::call_expression(const syntax::CallExpr* e) {
  OURO_TRY_STATUS(check_keywords(e->keywords));
  if (is_method_call(e)) return method_call(e);
  OURO_TRY_STATUS(check_callable(e->func));
  set_location(e->func->range);
  if (!load_called_global(e->func)) {
    select::begin_call(*this);
    set_location(e->range);
    OURO_TRY_STATUS(visit(e->func));
  }
  set_location(e->range);
  return call_arguments(0, e->args, e->keywords);
}

/// Most of what is called is a global, for which there is an instruction. False: it is something else.
bool Generator::load_called_global(const Expr* callee) {
  if (callee->kind != ExprKind::Name) return false;
  const NameUse use = name_use(callee->as<syntax::NameExpr>()->id);
  if (use.store != NameStore::Global) return false;
  select::load_called_global(*this, use.index);
  return true;
}

/// Whether a call can do without a bound method object. Functions of modules would gain nothing, so names
/// that the module imports are left out.
bool Generator::is_method_call(const syntax::CallExpr* e) const {
  if (e->func->kind != ExprKind::Attribute) return false;
  const auto* method = e->func->as<syntax::AttributeExpr>();
  if (method->ctx != ExprContext::Load) return false;
  if (method->value->kind == ExprKind::Name) {
    const Symbol* symbol = symbols_.top()->find(method->value->as<syntax::NameExpr>()->id);
    if (symbol != nullptr && (symbol->uses & kDefImport) != 0) return false;
  }
  const size_t stack = e->args.size() + e->keywords.size() + (e->keywords.empty() ? 0 : 1);
  return static_cast<int64_t>(stack) < target().stack_guideline && !any_unpacking(e->args, e->keywords);
}

Status Generator::method_call(const syntax::CallExpr* e) {
  const auto* method = e->func->as<syntax::AttributeExpr>();
  OURO_TRY_STATUS(visit(method->value));
  set_location(method->range);
  start_at_attribute_name(method);
  select::load_method(*this, add_name(mangled(method->attr)));
  OURO_TRY_STATUS(visit_all(e->args));
  if (!e->keywords.empty()) {
    for (const Keyword* keyword : e->keywords) OURO_TRY_STATUS(visit(keyword->value));
    keyword_names(e->keywords);
  }
  set_location(e->range);
  start_at_attribute_name(method);
  select::call_method(*this, static_cast<uint32_t>(e->args.size() + e->keywords.size()));
  return {};
}

const Constant* Generator::tuple_of_keywords(Keywords keywords) {
  std::span<const Constant*> items = arena().make_span<const Constant*>(keywords.size());
  for (size_t i = 0; i < items.size(); ++i) items[i] = names().str(keywords[i]->arg);
  return constants().tuple(items);
}

void Generator::keyword_names(Keywords keywords) {
  select::keyword_names(*this, add_const(tuple_of_keywords(keywords)));
}

/// The arguments, after `pushed` that are on the stack already, and the call itself.
Status Generator::call_arguments(uint32_t pushed, Exprs args, Keywords keywords) {
  OURO_TRY_STATUS(check_keywords(keywords));
  const auto stack = static_cast<int64_t>(args.size() + keywords.size() * 2);
  if (stack > target().stack_guideline || any_unpacking(args, keywords))
    return call_unpacked(pushed, args, keywords);
  OURO_TRY_STATUS(visit_all(args));
  if (!keywords.empty()) {
    for (const Keyword* keyword : keywords) OURO_TRY_STATUS(visit(keyword->value));
    keyword_names(keywords);
  }
  select::call(*this, pushed + static_cast<uint32_t>(args.size() + keywords.size()));
  return {};
}

/// The call with one tuple and perhaps one dict of arguments.
Status Generator::call_unpacked(uint32_t pushed, Exprs args, Keywords keywords) {
  if (pushed == 0 && args.size() == 1 && args[0]->kind == ExprKind::Starred)
    OURO_TRY_STATUS(visit(args[0]->as<syntax::StarredExpr>()->value));
  else
    OURO_TRY_STATUS(sequence(args, pushed, {Op::BUILD_LIST, Op::LIST_APPEND, Op::LIST_EXTEND, true}));
  OURO_TRY_STATUS(unpacked_keywords(keywords));
  emit(Op::CALL_FUNCTION_EX, keywords.empty() ? 0 : 1);
  return {};
}

Status Generator::unpacked_keywords(Keywords keywords) {
  bool have_dict = false;
  size_t run = 0;  // how many keywords before i wait to be packed
  auto pack = [&](size_t end) -> Status {
    if (run == 0) return {};
    OURO_TRY_STATUS(keyword_part(keywords.subspan(end - run, run)));
    if (have_dict) emit(Op::DICT_MERGE, 1);
    have_dict = true;
    run = 0;
    return {};
  };
  for (size_t i = 0; i < keywords.size(); ++i) {
    if (keywords[i]->arg != Name::none) {
      ++run;
      continue;
    }
    OURO_TRY_STATUS(pack(i));
    if (!have_dict) emit(Op::BUILD_MAP, 0);
    have_dict = true;
    OURO_TRY_STATUS(visit(keywords[i]->value));
    emit(Op::DICT_MERGE, 1);
  }
  return pack(keywords.size());
}

/// A dict of named keyword arguments.
Status Generator::keyword_part(Keywords keywords) {
  const size_t count = keywords.size();
  const bool big = static_cast<int64_t>(count * 2) > target().stack_guideline;
  if (count > 1 && !big) {
    for (const Keyword* keyword : keywords) OURO_TRY_STATUS(visit(keyword->value));
    load_const(tuple_of_keywords(keywords));
    emit(Op::BUILD_CONST_KEY_MAP, static_cast<uint32_t>(count));
    return {};
  }
  if (big) emit_nowhere(Op::BUILD_MAP, 0);
  for (const Keyword* keyword : keywords) {
    load_const(names().str(keyword->arg));
    OURO_TRY_STATUS(visit(keyword->value));
    if (big) emit_nowhere(Op::MAP_ADD, 1);
  }
  if (!big) emit(Op::BUILD_MAP, static_cast<uint32_t>(count));
  return {};
}

/// A keyword may not be __debug__ and may not be repeated; the error points at the repetition.
Status Generator::check_keywords(Keywords keywords) {
  if (keywords.empty()) return {};
  // Where each keyword is met next, from the right; a short list is compared directly.
  constexpr size_t kFew = 8;
  std::span<uint32_t> next;
  if (keywords.size() > kFew) {
    next = arena().make_span<uint32_t>(keywords.size());
    IndexTable seen(arena());
    for (size_t i = keywords.size(); i-- > 0;) {
      const auto key = static_cast<uint64_t>(keywords[i]->arg);
      next[i] = key == 0 ? IndexTable::kMissing : seen.find(key);
      if (key != 0) seen.set(key, static_cast<uint32_t>(i));
    }
  }
  for (size_t i = 0; i < keywords.size(); ++i) {
    const Name name = keywords[i]->arg;
    if (name == Name::none) continue;
    OURO_TRY_STATUS(check_not_debug(name, ExprContext::Store));
    uint32_t repeated = IndexTable::kMissing;
    if (!next.empty()) {
      repeated = next[i];
    } else {
      for (size_t j = i + 1; j < keywords.size() && repeated == IndexTable::kMissing; ++j)
        if (keywords[j]->arg == name) repeated = static_cast<uint32_t>(j);
    }
    if (repeated == IndexTable::kMissing) continue;
    set_location(keywords[repeated]->range);
    return error("keyword argument repeated: " + std::string(names().text(name)));
  }
  return {};
}

}  // namespace ouro::compiler
