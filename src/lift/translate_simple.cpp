// Instructions that become one operation each, or none.
#include <array>

#include "lift/operands.h"
#include "lift/translator.h"

namespace ouro::lift {

namespace {

constexpr Operation kBinary[] = {
    Operation::Add,
    Operation::And,
    Operation::FloorDivide,
    Operation::LeftShift,
    Operation::MatrixMultiply,
    Operation::Multiply,
    Operation::Remainder,
    Operation::Or,
    Operation::Power,
    Operation::RightShift,
    Operation::Subtract,
    Operation::TrueDivide,
    Operation::Xor,
    Operation::InplaceAdd,
    Operation::InplaceAnd,
    Operation::InplaceFloorDivide,
    Operation::InplaceLeftShift,
    Operation::InplaceMatrixMultiply,
    Operation::InplaceMultiply,
    Operation::InplaceRemainder,
    Operation::InplaceOr,
    Operation::InplacePower,
    Operation::InplaceRightShift,
    Operation::InplaceSubtract,
    Operation::InplaceTrueDivide,
    Operation::InplaceXor,
};

struct Row {
  Op op;
  Operation operation;
  uint8_t operands;
  enum : uint8_t { Result, Peek, Effect } form;
};

// Instructions whose operands and results are those of one operation.
constexpr Row kRows[] = {
    {Op::BINARY_SUBSCR, Operation::Subscript, 2, Row::Result},
    {Op::UNARY_NEGATIVE, Operation::Negative, 1, Row::Result},
    {Op::UNARY_POSITIVE, Operation::Positive, 1, Row::Result},
    {Op::UNARY_INVERT, Operation::Invert, 1, Row::Result},
    {Op::GET_ITER, Operation::GetIter, 1, Row::Result},
    {Op::DELETE_SUBSCR, Operation::DeleteSubscript, 2, Row::Effect},
    {Op::RETURN_VALUE, Operation::Return, 1, Row::Effect},
    {Op::YIELD_VALUE, Operation::Yield, 1, Row::Result},
    {Op::LIST_TO_TUPLE, Operation::ListToTuple, 1, Row::Result},
    {Op::IMPORT_STAR, Operation::ImportStar, 1, Row::Effect},
    {Op::POP_EXCEPT, Operation::PopExcept, 1, Row::Effect},
    {Op::GET_LEN, Operation::GetLen, 1, Row::Peek},
    {Op::MATCH_MAPPING, Operation::MatchMapping, 1, Row::Peek},
    {Op::MATCH_SEQUENCE, Operation::MatchSequence, 1, Row::Peek},
    {Op::MATCH_KEYS, Operation::MatchKeys, 2, Row::Peek},
    {Op::LOAD_BUILD_CLASS, Operation::LoadBuildClass, 0, Row::Result},
    {Op::LOAD_ASSERTION_ERROR, Operation::LoadAssertionError, 0, Row::Result},
    {Op::SETUP_ANNOTATIONS, Operation::SetupAnnotations, 0, Row::Effect},
    {Op::PRINT_EXPR, Operation::PrintExpression, 1, Row::Effect},
    {Op::GET_YIELD_FROM_ITER, Operation::GetYieldFromIter, 1, Row::Result},
    {Op::GET_AITER, Operation::GetAiter, 1, Row::Result},
    {Op::GET_ANEXT, Operation::GetAnext, 1, Row::Peek},
    {Op::ASYNC_GEN_WRAP, Operation::AsyncGenWrap, 1, Row::Result},
    {Op::END_ASYNC_FOR, Operation::EndAsyncFor, 2, Row::Effect},
    {Op::PREP_RERAISE_STAR, Operation::PrepareReraiseStar, 2, Row::Result},
};

/// By Op: the index of its row + 1, or 0.
constexpr auto kRowOf = [] {
  std::array<uint8_t, kOpCount> table = {};
  for (size_t i = 0; i < std::size(kRows); ++i)
    table[static_cast<size_t>(kRows[i].op)] = static_cast<uint8_t>(i + 1);
  return table;
}();

}  // namespace

/// out = operation(operands), of which there are 0, 1 or 2.
void Translator::simple(Operation operation, uint32_t operands) {
  const uint32_t out = begin(operands);
  const uint32_t first = operands > 0 ? reg(operands - 1) : 0;
  const uint32_t second = operands > 1 ? reg(0) : 0;
  stack_.pop(operands);
  if (operation == Operation::Subscript) note_sliced(second);
  result(emit_.emit(operation, out, first, second), out);
}

/// A subscript by the slice that the last operation made and that nobody else reads: that operation is told.
void Translator::note_sliced(uint32_t key) {
  if (last_.end != emit_.size() || last_.reg != key || key < temp_base_ ||
      stack_.holder(key) != SymbolicStack::kNoSlot)
    return;
  std::vector<uint64_t>& words = emit_.code().words;
  if (operation_of(instruction_at(words, last_.instruction)) == Operation::BuildSlice)
    words[last_.instruction + 1] |= kSubscriptFollows;
}

/// The same, but the operands stay.
void Translator::peek(Operation operation, uint32_t operands) {
  prepare(operands);
  const uint32_t out = claim(stack_.depth(), stack_.depth());
  result(emit_.emit(operation, out, reg(operands - 1), operands > 1 ? reg(0) : 0), out);
}

/// operation(operands) without a result, up to three operands.
void Translator::effect(Operation operation, uint32_t operands) {
  prepare(operands);
  const uint32_t first = operands > 0 ? reg(operands - 1) : 0;
  const uint32_t second = operands > 1 ? reg(operands - 2) : 0;
  const uint32_t third = operands > 2 ? reg(operands - 3) : 0;
  stack_.pop(operands);
  emit_.emit(operation, first, second, third);
}

/// An operation with a name as its wide operand.
void Translator::named(Operation operation, uint32_t operands, bool has_result, uint32_t name) {
  if (has_result)
    simple(operation, operands);
  else
    effect(operation, operands);
  // Moves may have come first: the operation is what was emitted last.
  emit_.set_word(emit_.size() - 1 - operation_info(operation).words, 1, name);
}

void Translator::load_global(uint32_t argument) {
  if ((argument & 1) != 0) stack_.push_kind(SlotKind::Null);
  named(Operation::LoadGlobal, 0, true, argument >> 1);
}

void Translator::load_method(uint32_t name) {
  prepare(1);
  const uint32_t slot = stack_.depth() - 1;
  const uint32_t out = claim(slot, slot);
  claim(slot + 1, slot);
  const uint32_t object = reg(0);
  stack_.pop();
  const uint32_t at = emit_.emit(Operation::LoadMethod, out, object);
  emit_.set_word(at, 1, name);
  stack_.push_kind(SlotKind::PairLow);
  stack_.push_kind(SlotKind::PairHigh);
}

void Translator::call(uint32_t count) {
  const uint32_t slot = stack_.depth() - count - 2;
  const SlotKind low = stack_.top(count + 1).kind;
  const bool is_method = low == SlotKind::PairLow;
  const bool has_null = low == SlotKind::Null;
  prepare(is_method ? count : count + (has_null ? 1 : 2));
  const uint32_t out = claim(slot, slot);
  list_.clear();
  // Without a null, what stands in its place is called, and the slot above holds the first argument.
  if (!is_method && !has_null) list_.push_back(reg(count));
  for (uint32_t i = count; i > 0; --i) list_.push_back(reg(i - 1));
  const uint32_t callable = is_method ? canonical(slot) : has_null ? reg(count) : reg(count + 1);
  stack_.pop(count + 2);
  const Operation operation = is_method ? Operation::CallMethod : Operation::Call;
  const uint32_t at = emit_.emit(operation, out, callable, static_cast<uint32_t>(list_.size()));
  emit_.set_word(at, 1, keyword_names_);
  emit_.append_list(list_);
  keyword_names_ = kNoConst;
  result(at, out);
}

void Translator::call_extended(uint32_t argument) {
  const uint32_t values = 2 + argument;
  const uint32_t slot = stack_.depth() - values - 1;
  prepare(values);
  const uint32_t out = claim(slot, slot);
  const uint32_t callable = reg(values - 1);
  const uint32_t positional = reg(values - 2);
  const uint32_t keywords = argument != 0 ? reg(0) : kNoRegister;
  stack_.pop(values + 1);
  const uint32_t at = emit_.emit(Operation::CallExtended, out, callable, positional);
  emit_.set_word(at, 1, keywords);
  result(at, out);
}

void Translator::build(Operation operation, uint32_t count) {
  const uint32_t out = begin(count);
  list_.clear();
  for (uint32_t i = count; i > 0; --i) list_.push_back(reg(i - 1));
  stack_.pop(count);
  const uint32_t at = emit_.emit(operation, out, 0, count);
  emit_.append_list(list_);
  result(at, out);
}

void Translator::build_const_key_map(uint32_t count) {
  const uint32_t out = begin(count + 1);
  list_.clear();
  for (uint32_t i = count; i > 0; --i) list_.push_back(reg(i));
  const uint32_t keys = reg(0);
  stack_.pop(count + 1);
  const uint32_t at = emit_.emit(Operation::BuildConstKeyMap, out, keys, count);
  emit_.append_list(list_);
  result(at, out);
}

void Translator::build_slice(uint32_t count) {
  const uint32_t out = begin(count);
  const uint32_t step = count == 3 ? reg(0) : kNoRegister;
  const uint32_t start = reg(count - 1);
  const uint32_t stop = reg(count - 2);
  stack_.pop(count);
  const uint32_t at = emit_.emit(Operation::BuildSlice, out, start, stop);
  emit_.set_word(at, 1, step);
  result(at, out);
}

void Translator::format_value(uint32_t argument) {
  const uint32_t count = (argument & 4) != 0 ? 2 : 1;
  const uint32_t out = begin(count);
  const uint32_t spec = count == 2 ? reg(0) : kNoRegister;
  const uint32_t value = reg(count - 1);
  stack_.pop(count);
  const uint32_t at = emit_.emit(Operation::FormatValue, out, value, argument & 3);
  emit_.set_word(at, 1, spec);
  result(at, out);
}

/// The first item comes to lie on top.
void Translator::unpack(Operation operation, uint32_t count, uint32_t before) {
  prepare(1);
  const uint32_t slot = stack_.depth() - 1;
  for (uint32_t i = 0; i < count; ++i) claim(slot + i, slot);
  const uint32_t sequence = reg(0);
  stack_.pop();
  list_.clear();
  for (uint32_t i = count; i > 0; --i) list_.push_back(canonical(slot + i - 1));
  const bool last_use = sequence >= temp_base_ && stack_.holder(sequence) == SymbolicStack::kNoSlot;
  if (operation == Operation::UnpackSequence && last_use) before = 1;
  const uint32_t at = emit_.emit(operation, before, sequence, count);
  emit_.append_list(list_);
  for (uint32_t i = 0; i < count; ++i) stack_.push_register(canonical(slot + i));
  if (count > 0) last_ = {at, emit_.size(), kListField, canonical(slot + count - 1), count, 0};
}

void Translator::before_with(Operation operation) {
  prepare(1);
  const uint32_t slot = stack_.depth() - 1;
  const uint32_t exit = claim(slot, slot);
  const uint32_t entered = claim(slot + 1, slot);
  const uint32_t manager = reg(0);
  stack_.pop();
  const uint32_t at = emit_.emit(operation, exit, entered, manager);
  stack_.push_register(exit);
  result(at, entered, 1);
}

/// LIST_APPEND and its like: the collection stands further down.
void Translator::add_to(Operation operation, uint32_t argument) {
  prepare(1);
  prepare_at(argument + 1);
  const uint32_t item = reg(0);
  const uint32_t collection = reg(argument);
  stack_.pop();
  emit_.emit(operation, collection, item);
}

void Translator::map_add(uint32_t argument) {
  prepare(2);
  prepare_at(argument + 2);
  const uint32_t key = reg(1);
  const uint32_t value = reg(0);
  const uint32_t map = reg(argument + 1);
  stack_.pop(2);
  emit_.emit(Operation::MapAdd, map, key, value);
}

void Translator::dict_merge(uint32_t argument) {
  prepare(1);
  prepare_at(argument + 1);
  prepare_at(argument + 3);
  const uint32_t update = reg(0);
  const uint32_t dict = reg(argument);
  const uint32_t callable = reg(argument + 2);
  stack_.pop();
  emit_.emit(Operation::DictMerge, dict, update, callable);
}

void Translator::make_function(uint32_t argument) {
  uint32_t count = 1;
  for (unsigned bit = 0; bit < 4; ++bit) count += argument >> bit & 1;
  const uint32_t out = begin(count);
  list_.assign(4, kNoRegister);
  uint32_t below = 1;
  for (unsigned bit = 4; bit-- > 0;)
    if ((argument >> bit & 1) != 0) list_[bit] = reg(below++);
  const uint32_t code = reg(0);
  stack_.pop(count);
  const uint32_t at = emit_.emit(Operation::MakeFunction, out, code, 4);
  emit_.append_list(list_);
  result(at, out);
}

void Translator::import_name(uint32_t name) {
  named(Operation::ImportName, 2, true, name);
}

void Translator::match_class(uint32_t count) {
  const uint32_t out = begin(3);
  const uint32_t subject = reg(2);
  const uint32_t type = reg(1);
  const uint32_t names = reg(0);
  stack_.pop(3);
  const uint32_t at = emit_.emit(Operation::MatchClass, out, subject, type);
  emit_.set_word(at, 1, names | count << 16);
  result(at, out);
}

void Translator::raise(uint32_t count) {
  prepare(count);
  const uint32_t exception = count > 0 ? reg(count - 1) : kNoRegister;
  const uint32_t cause = count > 1 ? reg(0) : kNoRegister;
  stack_.pop(count);
  emit_.emit(Operation::Raise, exception, count, cause);
}

void Translator::reraise(uint32_t argument) {
  prepare(1);
  uint32_t last_index = kNoRegister;
  if (argument != 0) {
    prepare_at(argument + 1);
    last_index = reg(argument);
  }
  const uint32_t exception = reg(0);
  stack_.pop();
  emit_.emit(Operation::Reraise, exception, argument != 0 ? 1 : 0, last_index);
}

void Translator::with_except_start() {
  prepare(1);
  prepare_at(4);
  const uint32_t out = claim(stack_.depth(), stack_.depth());
  result(emit_.emit(Operation::WithExceptStart, out, reg(3), reg(0)), out);
}

void Translator::deref(Op op, uint32_t local) {
  if (!need_cell(local)) return;
  switch (op) {
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF: {
      const uint32_t out = begin(0);
      result(emit_.emit(op == Op::LOAD_DEREF ? Operation::LoadDeref : Operation::LoadClassDeref, out, local),
             out);
      return;
    }
    case Op::STORE_DEREF: {
      prepare(1);
      const uint32_t value = reg(0);
      stack_.pop();
      emit_.emit(Operation::StoreDeref, local, value);
      return;
    }
    case Op::DELETE_DEREF:
      emit_.emit(Operation::DeleteDeref, local);
      return;
    default:  // LOAD_CLOSURE: the cell stays where it is
      if (options_.tracing) {
        const uint32_t out = begin(0);
        result(emit_.emit(Operation::LoadClosure, out, local), out);
      } else {
        stack_.push_register(local);
      }
  }
}

bool Translator::translate_stack(const StackInstruction& instruction) {
  const uint32_t argument = instruction.argument;
  switch (instruction.op) {
    case Op::NOP:
    case Op::PRECALL:
      return true;
    case Op::POP_TOP:
      stack_.pop();
      return true;
    case Op::PUSH_NULL:
      stack_.push_kind(SlotKind::Null);
      return true;
    case Op::COPY:
      stack_.push(stack_.top(argument - 1));
      return true;
    case Op::SWAP:
      stack_.swap(stack_.depth() - argument, stack_.depth() - 1);
      return true;
    case Op::LOAD_CONST:
      if (pinned_register_[argument] != kNone)
        stack_.push_register(pinned_register_[argument]);
      else
        stack_.push_const(argument);
      return true;
    case Op::KW_NAMES:
      keyword_names_ = argument;
      return true;
    case Op::RESUME: {
      // A handler of an interrupt may want what was sent in on the stack.
      const bool wanted =
          instruction.handler != kNone && code_.ranges[instruction.handler].depth >= stack_.depth();
      const bool follows = last_.end == emit_.size() && !wanted;
      emit_.emit(Operation::Resume, argument);
      // What was sent in may still go straight to a local.
      if (follows) last_.end = emit_.size();
      return true;
    }
    default:
      return false;
  }
}

bool Translator::translate_variable(const StackInstruction& instruction) {
  const uint32_t argument = instruction.argument;
  switch (instruction.op) {
    case Op::LOAD_FAST:
      load_fast(argument);
      return true;
    case Op::STORE_FAST:
      store_fast(argument);
      return true;
    case Op::DELETE_FAST:
      delete_fast(argument);
      return true;
    case Op::MAKE_CELL:
      make_cell(argument);
      return true;
    case Op::COPY_FREE_VARS:
      for (uint32_t i = local_count_ - argument; i < local_count_; ++i) set_bound(i, true);
      emit_.emit(Operation::CopyFreeVars, argument);
      return true;
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF:
    case Op::LOAD_CLOSURE:
    case Op::STORE_DEREF:
    case Op::DELETE_DEREF:
      deref(instruction.op, argument);
      return true;
    case Op::LOAD_GLOBAL:
      load_global(argument);
      return true;
    case Op::STORE_GLOBAL:
      named(Operation::StoreGlobal, 1, false, argument);
      return true;
    case Op::DELETE_GLOBAL:
      named(Operation::DeleteGlobal, 0, false, argument);
      return true;
    case Op::LOAD_NAME:
      named(Operation::LoadName, 0, true, argument);
      return true;
    case Op::STORE_NAME:
      named(Operation::StoreName, 1, false, argument);
      return true;
    case Op::DELETE_NAME:
      named(Operation::DeleteName, 0, false, argument);
      return true;
    case Op::LOAD_ATTR:
      named(Operation::LoadAttr, 1, true, argument);
      return true;
    case Op::DELETE_ATTR:
      named(Operation::DeleteAttr, 1, false, argument);
      return true;
    case Op::LOAD_METHOD:
      load_method(argument);
      return true;
    case Op::STORE_ATTR:
      stack_.swap(stack_.depth() - 2, stack_.depth() - 1);
      named(Operation::StoreAttr, 2, false, argument);
      return true;
    default:
      return false;
  }
}

bool Translator::translate_construction(const StackInstruction& instruction) {
  const uint32_t argument = instruction.argument;
  switch (instruction.op) {
    case Op::CALL:
      call(argument);
      return true;
    case Op::CALL_FUNCTION_EX:
      call_extended(argument);
      return true;
    case Op::BUILD_TUPLE:
      build(Operation::BuildTuple, argument);
      return true;
    case Op::BUILD_LIST:
      build(Operation::BuildList, argument);
      return true;
    case Op::BUILD_SET:
      build(Operation::BuildSet, argument);
      return true;
    case Op::BUILD_MAP:
      build(Operation::BuildMap, argument * 2);
      return true;
    case Op::BUILD_STRING:
      build(Operation::BuildString, argument);
      return true;
    case Op::BUILD_CONST_KEY_MAP:
      build_const_key_map(argument);
      return true;
    case Op::BUILD_SLICE:
      build_slice(argument);
      return true;
    case Op::FORMAT_VALUE:
      format_value(argument);
      return true;
    case Op::UNPACK_SEQUENCE:
      unpack(Operation::UnpackSequence, argument, 0);
      return true;
    case Op::UNPACK_EX:
      unpack(Operation::UnpackExtended, (argument & 0xFF) + (argument >> 8) + 1, argument & 0xFF);
      return true;
    case Op::MAKE_FUNCTION:
      make_function(argument);
      return true;
    case Op::LIST_APPEND:
      add_to(Operation::ListAppend, argument);
      return true;
    case Op::SET_ADD:
      add_to(Operation::SetAdd, argument);
      return true;
    case Op::LIST_EXTEND:
      add_to(Operation::ListExtend, argument);
      return true;
    case Op::SET_UPDATE:
      add_to(Operation::SetUpdate, argument);
      return true;
    case Op::DICT_UPDATE:
      add_to(Operation::DictUpdate, argument);
      return true;
    case Op::DICT_MERGE:
      dict_merge(argument);
      return true;
    case Op::MAP_ADD:
      map_add(argument);
      return true;
    default:
      return false;
  }
}

bool Translator::translate_simple(const StackInstruction& instruction) {
  const uint8_t index = kRowOf[static_cast<size_t>(instruction.op)];
  if (index == 0) return false;
  const Row& row = kRows[index - 1];
  if (row.form == Row::Result)
    simple(row.operation, row.operands);
  else if (row.form == Row::Peek)
    peek(row.operation, row.operands);
  else
    effect(row.operation, row.operands);
  return true;
}

bool Translator::translate_rest(const StackInstruction& instruction) {
  const uint32_t argument = instruction.argument;
  switch (instruction.op) {
    case Op::BINARY_OP:
      simple(kBinary[argument], 2);
      return true;
    case Op::STORE_SUBSCR:
      // value, container, key -> container, key, value
      stack_.swap(stack_.depth() - 3, stack_.depth() - 2);
      stack_.swap(stack_.depth() - 2, stack_.depth() - 1);
      effect(Operation::StoreSubscript, 3);
      return true;
    case Op::CHECK_EXC_MATCH: {
      prepare(2);
      const uint32_t slot = stack_.depth() - 1;
      const uint32_t out = claim(slot, slot);
      const uint32_t type = reg(0);
      stack_.pop();
      result(emit_.emit(Operation::CheckExcMatch, out, reg(0), type), out);
      return true;
    }
    case Op::GET_AWAITABLE: {
      const uint32_t out = begin(1);
      const uint32_t value = reg(0);
      stack_.pop();
      result(emit_.emit(Operation::GetAwaitable, out, value, argument), out);
      return true;
    }
    case Op::IMPORT_NAME:
      import_name(argument);
      return true;
    case Op::IMPORT_FROM:
      peek(Operation::ImportFrom, 1);
      emit_.set_word(last_.instruction, 1, argument);
      return true;
    case Op::BEFORE_WITH:
      before_with(Operation::BeforeWith);
      return true;
    case Op::BEFORE_ASYNC_WITH:
      before_with(Operation::BeforeAsyncWith);
      return true;
    case Op::WITH_EXCEPT_START:
      with_except_start();
      return true;
    case Op::MATCH_CLASS:
      match_class(argument);
      return true;
    case Op::RAISE_VARARGS:
      raise(argument);
      return true;
    case Op::RERAISE:
      reraise(argument);
      return true;
    case Op::RETURN_GENERATOR:
      emit_.emit(Operation::ReturnGenerator);
      stack_.push_kind(SlotKind::Unusable);
      return true;
    default:
      return false;
  }
}

}  // namespace ouro::lift
