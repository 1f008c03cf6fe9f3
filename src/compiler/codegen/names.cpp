// Names: how a variable is loaded, stored and deleted in the scope at hand; imports.
#include <algorithm>

#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::Alias;
using syntax::ExprContext;

namespace {

// By NameStore and ExprContext. A table, because nobody could guess which it is.
constexpr Op kNameOps[][3] = {
    {Op::LOAD_DEREF, Op::STORE_DEREF, Op::DELETE_DEREF},
    {Op::LOAD_FAST, Op::STORE_FAST, Op::DELETE_FAST},
    {Op::LOAD_GLOBAL, Op::STORE_GLOBAL, Op::DELETE_GLOBAL},
    {Op::LOAD_NAME, Op::STORE_NAME, Op::DELETE_NAME},
};
static_assert(static_cast<int>(ExprContext::Load) == 0 && static_cast<int>(ExprContext::Store) == 1 &&
              static_cast<int>(ExprContext::Del) == 2);

}  // namespace

Status Generator::check_not_debug(Name name, ExprContext context) {
  if (name != Name::k_debug || context == ExprContext::Load) [[likely]]
    return {};
  return error(context == ExprContext::Store ? "cannot assign to __debug__" : "cannot delete __debug__");
}

// How the unit at hand reaches a name. Most names occur several times in a unit, and looking one up is mostly
// waiting for memory and for branches that nobody could guess, so each is looked up once per unit.
Generator::NameUse Generator::name_use(Name name) {
  const auto number = static_cast<size_t>(name);
  if (number >= name_uses_.size()) name_uses_.resize(std::max<size_t>(names().size(), number + 1));
  NameUse& use = name_uses_[number];
  if (use.unit != unit_->number) use = find_name_use(mangled(name));
  return use;
}

Generator::NameUse Generator::find_name_use(Name key) {
  const Symbol* symbol = unit_->code.scope->find(key);
  switch (symbol == nullptr ? Binding::None : symbol->binding) {
    case Binding::Free:
      return {unit_->number, unit_->free_index.find(static_cast<uint64_t>(key)), NameStore::Cell};
    case Binding::Cell:
      return {unit_->number, unit_->cell_index.find(static_cast<uint64_t>(key)), NameStore::Cell};
    case Binding::Local:
      if (!in_function()) break;
      return {unit_->number, add_local(key), NameStore::Fast};
    case Binding::GlobalImplicit:
      if (!in_function()) break;
      [[fallthrough]];
    case Binding::GlobalExplicit:
      return {unit_->number, add_name(key), NameStore::Global};
    case Binding::None:
      break;
  }
  return {unit_->number, add_name(key), NameStore::Namespace};
}

Status Generator::name_operation(Name name, ExprContext context) {
  OURO_TRY_STATUS(check_not_debug(name, context));
  const NameUse use = name_use(name);
  if (context == ExprContext::Load) {
    if (use.store == NameStore::Global) {
      select::load_global(*this, use.index);
      return {};
    }
    if (use.store == NameStore::Cell && unit_->code.scope->kind == ScopeKind::Class) {
      emit(Op::LOAD_CLASSDEREF, use.index);
      return {};
    }
  }
  emit(kNameOps[static_cast<size_t>(use.store)][static_cast<size_t>(context)], use.index);
  return {};
}

Status Generator::import(const syntax::ImportStmt* s) {
  for (const Alias* alias : s->names) {
    load_const(constants().integer(0));
    load_none();
    emit(Op::IMPORT_NAME, add_name(mangled(alias->name)));
    if (alias->asname != Name::none) {
      OURO_TRY_STATUS(import_as(alias->name, alias->asname));
      continue;
    }
    // `import a.b.c` binds a.
    const std::string_view text = names().text(alias->name);
    const size_t dot = text.find('.');
    OURO_TRY_STATUS(
        store_name(dot == std::string_view::npos ? alias->name : names().intern(text.substr(0, dot))));
  }
  return {};
}

// The module of `import a.b.c as d` is reached from a, one attribute at a time.
Status Generator::import_as(Name dotted, Name target) {
  const std::string_view text = names().text(dotted);
  size_t dot = text.find('.');
  if (dot == std::string_view::npos) return store_name(target);
  while (true) {
    const size_t start = dot + 1;
    dot = text.find('.', start);
    const bool last = dot == std::string_view::npos;
    emit(Op::IMPORT_FROM, add_name(names().intern(text.substr(start, last ? dot : dot - start))));
    if (last) break;
    select::swap(*this);
    emit(Op::POP_TOP);
  }
  OURO_TRY_STATUS(store_name(target));
  emit(Op::POP_TOP);
  return {};
}

const Constant* Generator::tuple_of_names(std::span<const Name> items) {
  std::span<const Constant*> strings = arena().make_span<const Constant*>(items.size());
  for (size_t i = 0; i < items.size(); ++i) strings[i] = names().str(items[i]);
  return constants().tuple(strings);
}

Status Generator::import_from(const syntax::ImportFromStmt* s) {
  load_const(constants().integer(s->level));
  if (s->range.line > compilation_.features.last_line && s->module == Name::k_future)
    return error("from __future__ imports must occur at the beginning of the file");
  std::span<Name> imported = arena().make_span<Name>(s->names.size());
  for (size_t i = 0; i < imported.size(); ++i) imported[i] = s->names[i]->name;
  load_const(tuple_of_names(imported));
  emit(Op::IMPORT_NAME, add_name(s->module == Name::none ? names().intern("") : mangled(s->module)));
  for (const Alias* alias : s->names) {
    if (alias->name == Name::k_star) {
      emit(Op::IMPORT_STAR);
      return {};
    }
    emit(Op::IMPORT_FROM, add_name(mangled(alias->name)));
    OURO_TRY_STATUS(store_name(alias->asname != Name::none ? alias->asname : alias->name));
  }
  emit(Op::POP_TOP);  // the module
  return {};
}

}  // namespace ouro::compiler
