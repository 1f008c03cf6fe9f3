#include "lift/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lift/operands.h"

namespace ouro::lift {

namespace {

// What is known of a register.
enum Fact : uint8_t {
  kBound = 1,  // holds a value, not null
  kCell = 2,   // a local that holds its cell
  kPair = 4,   // LoadMethod's pair begins here
};

bool is_backward(Operation operation) {
  using enum Operation;
  return operation == JumpBack || (operation >= JumpBackIfTrue && operation <= JumpBackIfNotNone) ||
         (operation >= JumpBackLess && operation <= JumpBackContains);
}

class Checker {
 public:
  Checker(const RegisterCode& code, const CodeView& view)
      : code_(code), view_(view), words_(code.words), count_(static_cast<uint32_t>(code.words.size())) {}

  std::string run() {
    if (check_frame() && find_instructions() && check_instructions() && check_tables() && check_generator())
      follow();
    return std::move(error_);
  }

 private:
  bool fail(uint32_t word, std::string_view what) {
    if (error_.empty()) error_ = fmt::format("word {}: {}", word, what);
    return false;
  }

  bool check_frame() {
    if (code_.local_count != view_.local_kinds.size() || code_.temp_base < code_.local_count ||
        code_.temp_base != code_.local_count + code_.pinned_consts.size() ||
        code_.register_count < code_.temp_base)
      return fail(0, "register counts");
    for (const uint32_t constant : code_.pinned_consts)
      if (constant >= view_.const_count) return fail(0, "pinned constant");
    return count_ > 0 || fail(0, "empty");
  }

  bool find_instructions() {
    starts_.assign(count_ + 1, false);
    Operation last = Operation::Nop;
    for (uint32_t word = 0; word < count_;) {
      const Instruction instruction = instruction_at(words_, word);
      if (instruction.op >= static_cast<uint16_t>(Operation::kCount)) return fail(word, "operation");
      const uint32_t length = instruction_words(instruction);
      if (length > count_ - word) return fail(word, "runs over the end");
      starts_[word] = true;
      last = operation_of(instruction);
      word += length;
    }
    return ends_control(last) || fail(count_, "control runs off the end");
  }

  bool is_start(int64_t word) const {
    return word >= 0 && word < count_ && starts_[static_cast<size_t>(word)];
  }

  bool check_instructions() {
    leaders_.assign(count_ + 1, false);
    for (uint32_t word = 0; word < count_; ++word)
      if (starts_[word] && !check_instruction(word)) return false;
    return true;
  }

  bool check_instruction(uint32_t word) {
    const Instruction instruction = instruction_at(words_, word);
    const Operation operation = operation_of(instruction);
    const OperationInfo& info = operation_info(operation);
    bool ok = true;
    for_each_operand(
        words_, word, [&](uint16_t reg) { ok = ok && reg < code_.register_count; },
        [&](uint16_t reg) {
          const bool constant = reg >= code_.local_count && reg < code_.temp_base;
          ok = ok && reg < code_.register_count && !constant;
        });
    if (!ok) return fail(word, "register");
    if ((info.a == Field::Local && instruction.a >= code_.local_count) ||
        (info.b == Field::Local && instruction.b >= code_.local_count))
      return fail(word, "local");
    return check_wide(word, operation) && check_numbers(word, instruction);
  }

  bool check_wide(uint32_t word, Operation operation) {
    const uint64_t value = word + 1 < count_ ? words_[word + 1] : 0;
    switch (wide_operand(operation)) {
      case WideOperand::Target: {
        const int64_t target = jump_target(words_, word);
        const bool either = operation == Operation::ForIter || operation == Operation::Send;
        if (!is_start(target)) return fail(word, "jump target");
        if (!either && (target <= word) != is_backward(operation)) return fail(word, "jump direction");
        leaders_[static_cast<size_t>(target)] = true;
        return true;
      }
      case WideOperand::Const:
        return value < view_.const_count || fail(word, "constant");
      case WideOperand::KeywordNames:
        return value < view_.const_count || value == kNoConst || fail(word, "keyword names");
      case WideOperand::Name:
        return value < view_.name_count || fail(word, "name");
      case WideOperand::TracePoint:
        return code_.tracing || fail(word, "trace point");
      default:
        return true;
    }
  }

  bool check_numbers(uint32_t word, const Instruction& instruction) {
    bool ok = true;
    switch (operation_of(instruction)) {
      case Operation::BuildMap:
        ok = instruction.c % 2 == 0;
        break;
      case Operation::UnpackExtended:
        ok = instruction.a < instruction.c;
        break;
      case Operation::MakeFunction:
        ok = instruction.c == 4;
        break;
      case Operation::Raise:
        ok = instruction.b <= 2 && (instruction.b < 1) == (instruction.a == kNoRegister) &&
             (instruction.b < 2) == (instruction.c == kNoRegister);
        break;
      case Operation::Reraise:
        ok = instruction.b <= 1 && instruction.a != kNoRegister &&
             (instruction.b < 1) == (instruction.c == kNoRegister);
        break;
      case Operation::FormatValue:
        ok = instruction.c <= 3;
        break;
      case Operation::GetAwaitable:
        ok = instruction.c <= 2;
        break;
      default:
        break;
    }
    return ok || fail(word, "number");
  }

  bool check_tables() {
    uint32_t last = 0;
    for (const Handler& handler : code_.handlers) {
      if (handler.start < last || handler.start >= handler.end || handler.end > count_ ||
          !starts_[handler.start] || (handler.end < count_ && !starts_[handler.end]) ||
          !is_start(handler.target))
        return fail(handler.start, "handler");
      const auto is_temp = [&](uint16_t reg) { return reg >= code_.temp_base && reg < code_.register_count; };
      if (!is_temp(handler.exception) || (handler.last_index != kNoRegister && !is_temp(handler.last_index)))
        return fail(handler.start, "handler's registers");
      leaders_[handler.target] = true;
      last = handler.end;
    }
    for (size_t i = 0; i < code_.offsets.size(); ++i) {
      const OffsetEntry& entry = code_.offsets[i];
      if (entry.word >= count_ || (i > 0 && entry.word <= code_.offsets[i - 1].word) ||
          entry.offset >= view_.code.size() || entry.offset % 2 != 0)
        return fail(entry.word, "offset entry");
    }
    return true;
  }

  /// One generator at most, made before all else, and no yield without it.
  bool check_generator() {
    bool made = false;
    bool prologue = true;
    for (uint32_t word = 0; word < count_; ++word) {
      if (!starts_[word]) continue;
      const Operation operation = operation_of(instruction_at(words_, word));
      prologue = prologue && !leaders_[word];
      if (operation == Operation::ReturnGenerator) {
        if (made || !prologue) return fail(word, "ReturnGenerator out of place");
        made = true;
      }
      if (operation == Operation::Yield && !made) return fail(word, "Yield outside of a generator");
      prologue = prologue && (operation == Operation::MakeCell || operation == Operation::CopyFreeVars ||
                              operation == Operation::TraceLine);
    }
    return true;
  }

  // ---- facts about registers, along control flow

  using State = std::vector<uint8_t>;

  void follow() {
    leaders_[0] = true;
    states_.assign(count_ + 1, {});
    State entry(code_.register_count, 0);
    for (uint32_t i = 0; i < view_.argument_count && i < code_.local_count; ++i) entry[i] = kBound;
    for (uint32_t i = code_.local_count; i < code_.temp_base; ++i) entry[i] = kBound;
    meet(0, entry);
    while (!work_.empty() && error_.empty()) {
      const uint32_t word = work_.back();
      work_.pop_back();
      run_from(word);
    }
  }

  void meet(uint32_t word, const State& state) {
    State& known = states_[word];
    if (known.empty()) {
      known = state;
      known.push_back(0);  // so that it is not empty without registers
      work_.push_back(word);
      return;
    }
    bool changed = false;
    for (size_t i = 0; i < state.size(); ++i) {
      changed = changed || (known[i] & ~state[i]) != 0;
      known[i] &= state[i];
    }
    if (changed) work_.push_back(word);
  }

  void run_from(uint32_t word) {
    state_ = states_[word];
    state_.pop_back();
    for (;;) {
      const Instruction instruction = instruction_at(words_, word);
      const Operation operation = operation_of(instruction);
      if (may_raise(operation)) raise_edge(word);
      if (!check_reads(word, instruction)) return;
      if (operation == Operation::ForIter) meet(target(word), state_);
      write(word, instruction);
      if (wide_operand(operation) == WideOperand::Target && operation != Operation::ForIter)
        meet(target(word), state_);
      if (ends_control(operation)) return;
      word += instruction_words(instruction);
      if (leaders_[word]) return meet(word, state_);
    }
  }

  uint32_t target(uint32_t word) const { return static_cast<uint32_t>(jump_target(words_, word)); }

  void raise_edge(uint32_t word) {
    const Handler* handler = code_.handler_of(word);
    if (handler == nullptr) return;
    State state = state_;
    set(state, handler->exception, kBound);
    if (handler->last_index != kNoRegister) set(state, handler->last_index, kBound);
    meet(handler->target, state);
  }

  static void set(State& state, uint16_t reg, uint8_t facts) {
    state[reg] = facts;
    if (reg > 0) state[reg - 1] &= static_cast<uint8_t>(~kPair);
  }

  bool check_reads(uint32_t word, const Instruction& instruction) {
    const Operation operation = operation_of(instruction);
    bool bound = true;
    if (operation == Operation::CallMethod) {
      bound = (state_[instruction.b] & kPair) != 0;
      for (uint32_t i = 0; i < instruction.c; ++i)
        bound = bound &&
                (state_[list_register(words_, word + 1 + operation_info(operation).words, i)] & kBound) != 0;
    } else {
      for_each_operand(
          words_, word, [&](uint16_t reg) { bound = bound && (state_[reg] & kBound) != 0; }, [](uint16_t) {});
    }
    if (!bound) return fail(word, "reads a register that may be null");
    return !uses_cell(operation) || (state_[cell_of(instruction)] & kCell) != 0 ||
           fail(word, "uses what may be no cell");
  }

  static bool uses_cell(Operation operation) {
    using enum Operation;
    return operation == LoadDeref || operation == LoadClassDeref || operation == LoadClosure ||
           operation == StoreDeref || operation == DeleteDeref;
  }

  static uint16_t cell_of(const Instruction& instruction) {
    return operation_info(operation_of(instruction)).a == Field::Local ? instruction.a : instruction.b;
  }

  void write(uint32_t word, const Instruction& instruction) {
    switch (operation_of(instruction)) {
      case Operation::CheckLocal:
        state_[instruction.a] |= kBound;
        return;
      case Operation::DeleteLocal:
      case Operation::LoadNull:
        return set(state_, instruction.a, 0);
      case Operation::MakeCell:
        return set(state_, instruction.a, kBound | kCell);
      case Operation::CopyFreeVars:
        if (instruction.a > code_.local_count) return static_cast<void>(fail(word, "free variables"));
        for (uint32_t i = code_.local_count - instruction.a; i < code_.local_count; ++i)
          set(state_, static_cast<uint16_t>(i), kBound | kCell);
        return;
      case Operation::LoadMethod:
        set(state_, instruction.a, kPair);
        state_[instruction.a + 1] = 0;
        return;
      default:
        for_each_operand(words_, word, [](uint16_t) {}, [&](uint16_t reg) { set(state_, reg, kBound); });
    }
  }

  const RegisterCode& code_;
  const CodeView& view_;
  std::span<const uint64_t> words_;
  uint32_t count_;
  std::string error_;
  std::vector<bool> starts_;   // by word
  std::vector<bool> leaders_;  // by word: jumps or handlers go there
  std::vector<State> states_;  // by word, of leaders
  std::vector<uint32_t> work_;
  State state_;
};

}  // namespace

std::string check(const RegisterCode& code, const CodeView& view) {
  return Checker(code, view).run();
}

}  // namespace ouro::lift
