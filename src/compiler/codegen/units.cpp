// Code generation: from a scope's part of the tree to a flat sequence of instructions.
//
// Generator walks the tree once. Each scope (module, class, function, lambda, comprehension) has a Unit; the
// units of the scopes around it wait on a chain of parents. When a scope closes, its unit is assembled at
// once, because its code object is a constant of the unit around it.
//
// What must come out is CPython's code, byte for byte, and the later passes (control-flow graph, jump
// threading, line propagation) are only equal when what they start from is equal. So the walk is exact in
// more than the order of instructions:
//   - a label is placed exactly where CPython begins a block, also where nothing jumps to, and labels are
//   made
//     in CPython's order, because one pass goes through the blocks in that order;
//   - the current location (Unit::where) is state, not a parameter: visiting an expression restores it
//     afterwards, while statements and a few expressions leave it changed for what follows;
//   - constants, names and locals are numbered at first use, dead code included;
//   - warnings come from code that is generated twice (finally bodies) twice.
//
// The walk never asks which version it compiles for: where instruction sets differ it calls compiler/target/.
#include <algorithm>
#include <string>

#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::ModuleKind;

Result<const CodeObject*> generate(Compilation& compilation, const syntax::Module& module,
                                   const SymbolTable& symbols) {
  return Generator(compilation, symbols).module(module);
}

Result<const CodeObject*> Generator::module(const syntax::Module& module) {
  enter(Name::k_module, UnitKind::Module, symbols_.top(), 1);
  unit_->where.line = 1;
  bool return_none = true;
  switch (module.kind) {
    case ModuleKind::Module:
      OURO_TRY_STATUS(body(module.body));
      break;
    case ModuleKind::Interactive:
      interactive_ = true;
      OURO_TRY_STATUS(body(module.body));
      break;
    case ModuleKind::Expression:
      OURO_TRY_STATUS(visit(module.expression));
      return_none = false;
      break;
    case ModuleKind::FunctionType:
      break;  // nothing to run
  }
  FinishedUnit finished = OURO_TRY(leave(return_none));
  return finished.code->code;
}

void Generator::enter(Name name, UnitKind kind, const Scope* scope, int32_t line) {
  Unit* unit = spare_;
  if (unit == nullptr) {
    unit = arena().make<Unit>(arena());
  } else {
    spare_ = unit->parent;
    unit->clear();
  }
  unit->kind = kind;
  unit->number = ++units_begun_;
  unit->parent = unit_;
  unit->code.scope = scope;
  unit->code.name = name;
  unit->code.first_line = line;
  if (unit_ != nullptr) unit->private_name = unit_->private_name;
  unit_ = unit;
  number_variables(*scope);
  set_qualified_name();
  unit->where.line = kind == UnitKind::Module ? 0 : line;
  unit->where.end_line = line;
  unit->where.column = 0;
  unit->where.end_column = 0;
  select::resume(*this, select::ResumePoint::Start);
  if (kind == UnitKind::Module) unit->where.line = -1;
}

// Cell and free variables are numbered in the order of their names, so that the code does not depend on the
// order in which the symbol table met them.
void Generator::number_variables(const Scope& scope) {
  CodeUnit& code = unit_->code;
  for (const Name name : scope.parameters) add_local(name);
  for (const Symbol& symbol : scope.symbols) {
    if (symbol.binding == Binding::Cell) code.cells.push_back(symbol.name);
    if (symbol.binding == Binding::Free || (symbol.uses & kDefFreeClass) != 0)
      code.frees.push_back(symbol.name);
  }
  auto by_text = [this](Name a, Name b) { return names().text(a) < names().text(b); };
  std::sort(code.cells.begin(), code.cells.end(), by_text);
  std::sort(code.frees.begin(), code.frees.end(), by_text);
  if (scope.needs_class_closure) code.cells.push_back(Name::k_class_cell);
  for (uint32_t i = 0; i < code.cells.size(); ++i)
    unit_->cell_index.set(static_cast<uint64_t>(code.cells[i]), i);
  const auto cell_count = static_cast<uint32_t>(code.cells.size());
  for (uint32_t i = 0; i < code.frees.size(); ++i)
    unit_->free_index.set(static_cast<uint64_t>(code.frees[i]), cell_count + i);
}

// PEP 3155.
void Generator::set_qualified_name() {
  Unit* parent = unit_->parent;
  const Name name = unit_->code.name;
  unit_->code.qualified_name = name;
  if (parent == nullptr || parent->parent == nullptr) return;
  const UnitKind kind = unit_->kind;
  if (kind == UnitKind::Function || kind == UnitKind::AsyncFunction || kind == UnitKind::Class) {
    const Name in_parent = parent->private_name == Name::none
                               ? name
                               : mangle(compilation_.workspace, parent->private_name, name);
    const Symbol* symbol = parent->code.scope->find(in_parent);
    if (symbol != nullptr && symbol->binding == Binding::GlobalExplicit) return;
  }
  std::string text(names().text(parent->code.qualified_name));
  if (parent->kind == UnitKind::Function || parent->kind == UnitKind::AsyncFunction ||
      parent->kind == UnitKind::Lambda)
    text += names().text(Name::k_locals);
  text += '.';
  text += names().text(name);
  unit_->code.qualified_name = names().intern(text);
  unit_->code.qualified_name_object = constants().str(text);
}

Result<FinishedUnit> Generator::leave(bool return_none) {
  if (!unit_->block_returns) {
    unset_location();
    if (return_none) load_none();
    emit(Op::RETURN_VALUE);
  }
  unit_->code.flags = code_flags();
  const CodeObject* code = OURO_TRY(assemble(compilation_, unit_->code));
  Unit* unit = unit_;
  FinishedUnit finished{constants().code(code), unit->code.frees.span()};
  unit_ = unit->parent;
  unit->parent = spare_;
  spare_ = unit;
  return finished;
}

uint32_t Generator::code_flags() const {
  const Scope& scope = *unit_->code.scope;
  uint32_t flags = compilation_.features.flags;
  if (may_await_here() && (scope.coroutine || module_awaits_) && !scope.generator) flags |= kCoCoroutine;
  if (scope.kind != ScopeKind::Function) return flags;
  flags |= kCoNewLocals | kCoOptimized;
  if (scope.nested) flags |= kCoNested;
  if (scope.generator) flags |= scope.coroutine ? kCoAsyncGenerator : kCoGenerator;
  if (scope.coroutine && !scope.generator) flags |= kCoCoroutine;
  if (scope.varargs) flags |= kCoVarArgs;
  if (scope.varkeywords) flags |= kCoVarKeywords;
  return flags;
}

uint32_t Generator::add_const(const Constant* value) {
  const Constant* merged = compilation_.constants.merge(value);
  ArenaVector<const Constant*>& consts = unit_->code.consts;
  const auto next = static_cast<uint32_t>(consts.size());
  const uint32_t index = unit_->const_index.find_or_add(reinterpret_cast<uintptr_t>(merged), next);
  if (index == next) consts.push_back(merged);
  return index;
}

uint32_t Generator::add_name(Name mangled) {
  ArenaVector<Name>& list = unit_->code.names;
  const auto next = static_cast<uint32_t>(list.size());
  const uint32_t index = unit_->name_index.find_or_add(static_cast<uint64_t>(mangled), next);
  if (index == next) list.push_back(mangled);
  return index;
}

uint32_t Generator::add_local(Name mangled) {
  ArenaVector<Name>& list = unit_->code.locals;
  const auto next = static_cast<uint32_t>(list.size());
  const uint32_t index = unit_->local_index.find_or_add(static_cast<uint64_t>(mangled), next);
  if (index == next) list.push_back(mangled);
  return index;
}

Name Generator::mangled(Name name) {
  if (unit_->private_name == Name::none) return name;
  const std::string_view text = names().text(name);
  if (text.size() < 3 || text[0] != '_' || text[1] != '_') return name;
  return mangle(compilation_.workspace, unit_->private_name, name);
}

Status Generator::error(std::string_view message) {
  return syntax_error(compilation_, unit_->where, message);
}

Status Generator::warn(std::string_view message) {
  WarningSink* sink = compilation_.options.warnings;
  if (sink == nullptr) return {};
  if (sink->warn({WarningCategory::SyntaxWarning, arena().copy(message), unit_->where.line}))
    return error(message);
  return {};
}

}  // namespace ouro::compiler
