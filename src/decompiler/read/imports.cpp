// Imports. All instructions of one have the statement's range, so several in a row with the same range are
// the names of one statement.
#include <string_view>

#include "decompiler/limits.h"
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::Alias;
using syntax::StmtKind;

namespace {

const Constant* constant_in(const Slot& slot) {
  if (slot.kind != Slot::Kind::Value || slot.expr->kind != syntax::ExprKind::Constant) return nullptr;
  return slot.expr->as<syntax::ConstantExpr>()->value;
}

}  // namespace

bool Reader::read_import() {
  const Constant* module = code_.name(here().argument);
  const Position position = here().position;
  Slot names;
  Slot level;
  if (module == nullptr) return fail("no such name");
  if (!pop(&names) || !pop(&level)) return false;
  const Constant* from = constant_in(names);
  const Constant* number = constant_in(level);
  int64_t dots = 0;
  if (from == nullptr || number == nullptr || !number->is(ConstantKind::Int) || !fits_int64(*number, &dots) ||
      dots < 0)
    return fail("an import without constants");
  if (dots > kMostDots) return fail("an import from too far above");
  ++at_;
  if (from->is(ConstantKind::None)) return import_alias(module, position);
  if (!from->is(ConstantKind::Tuple)) return fail("an import without names");
  return import_names(module, static_cast<int32_t>(dots), from, position);
}

/// The name that the store at at_ stores into; none with a reason where there is no store.
Name Reader::stored_name() {
  if (at_ >= code_.size()) return fail("no store"), Name::none;
  switch (op()) {
    case Op::STORE_NAME:
    case Op::STORE_FAST:
    case Op::STORE_GLOBAL:
    case Op::STORE_DEREF:
      break;
    default:
      return fail("no store"), Name::none;
  }
  const Expr* target = variable_target(syntax::ExprContext::Store);
  if (target == nullptr) return Name::none;
  ++at_;
  return target->as<syntax::NameExpr>()->id;
}

Alias* Reader::make_alias(Name name, Name stored) {
  auto* alias = arena().make<Alias>();
  alias->range = {0, -1, 0, -1};
  alias->name = name;
  alias->asname = stored;
  return alias;
}

/// `import a.b` or `import a.b as c`, behind its IMPORT_NAME.
bool Reader::import_alias(const Constant* module, const Position& position) {
  const Name name = intern(module);
  const std::string_view text = module->text();
  Name bound = Name::none;
  if (at_ < code_.size() && op() == Op::IMPORT_FROM) {
    // One IMPORT_FROM for each part behind a dot, the modules in between dropped.
    while (true) {
      ++at_;
      if (at_ + 1 >= code_.size() || op() != Op::SWAP) break;
      if (code_[at_ + 1].op != Op::POP_TOP) return fail("an import of an unknown form");
      at_ += 2;
      if (at_ >= code_.size() || op() != Op::IMPORT_FROM) return fail("an import of an unknown form");
    }
    bound = stored_name();
    if (bound == Name::none) return false;
    if (at_ >= code_.size() || op() != Op::POP_TOP) return fail("an import of an unknown form");
    ++at_;
  } else {
    bound = stored_name();
    if (bound == Name::none) return false;
    const size_t dot = text.find('.');
    const Name first =
        dot == std::string_view::npos ? name : shared_.workspace.names.intern(text.substr(0, dot));
    if (bound == first) bound = Name::none;
  }
  Alias* alias = make_alias(name, bound);
  if (has_columns(position) && !statements_->empty() && statements_->back()->kind == StmtKind::Import &&
      position_of(statements_->back()->range) == position) {
    auto* before = statements_->back()->as<syntax::ImportStmt>();
    std::vector<Alias*> names(before->names.begin(), before->names.end());
    names.push_back(alias);
    before->names = list(names);
    return true;
  }
  auto* statement = make<syntax::ImportStmt>(position);
  statement->names = list(std::vector{alias});
  emit(statement);
  return true;
}

bool Reader::import_names(const Constant* module, int32_t level, const Constant* names,
                          const Position& position) {
  std::vector<Alias*> aliases;
  for (const Constant* item : names->elements()) {
    if (!item->is(ConstantKind::Str)) return fail("an import of an unknown form");
    const Name name = shared_.workspace.names.intern(item->text());
    if (at_ < code_.size() && op() == Op::IMPORT_STAR) {
      aliases.push_back(make_alias(name, Name::none));
      break;
    }
    if (at_ >= code_.size() || op() != Op::IMPORT_FROM) return fail("an import of an unknown form");
    ++at_;
    const Name stored = stored_name();
    if (stored == Name::none) return false;
    aliases.push_back(make_alias(name, stored == name ? Name::none : stored));
  }
  if (at_ >= code_.size() || (op() != Op::POP_TOP && op() != Op::IMPORT_STAR) || aliases.empty())
    return fail("an import of an unknown form");
  ++at_;
  auto* statement = make<syntax::ImportFromStmt>(position);
  if (module->size != 0) statement->module = intern(module);
  statement->names = list(aliases);
  statement->level = level;
  emit(statement);
  return true;
}

}  // namespace ouro::decompiler
