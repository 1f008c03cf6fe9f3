// The registers that an instruction of register code reads and writes, wherever in it they stand.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "lift/register_code.h"

namespace ouro::lift {

inline Instruction instruction_at(std::span<const uint64_t> words, uint32_t word) {
  Instruction instruction;
  std::memcpy(&instruction, &words[word], sizeof instruction);
  return instruction;
}

inline Operation operation_of(const Instruction& instruction) {
  return static_cast<Operation>(instruction.op);
}

/// How many words an instruction takes, its list included.
inline uint32_t instruction_words(const Instruction& instruction) {
  const OperationInfo& info = operation_info(operation_of(instruction));
  return 1 + info.words + (info.tail == Tail::List ? (instruction.c + 3u) / 4 : 0u);
}

inline uint16_t list_register(std::span<const uint64_t> words, uint32_t list, uint32_t index) {
  uint16_t quarters[4];
  std::memcpy(quarters, &words[list + index / 4], sizeof quarters);
  return quarters[index % 4];
}

/// Where the jump at `word` goes.
inline int64_t jump_target(std::span<const uint64_t> words, uint32_t word) {
  return int64_t{word} + static_cast<int32_t>(static_cast<uint32_t>(words[word + 1]));
}

/// Whether control never goes on behind.
inline bool ends_control(Operation operation) {
  return operation == Operation::Jump || operation == Operation::JumpBack || operation == Operation::Return ||
         operation == Operation::Raise || operation == Operation::Reraise;
}

/// Whether an exception can come from the operation, so that it goes to the handler of its range.
inline bool may_raise(Operation operation) {
  switch (operation) {
    case Operation::Nop:
    case Operation::Move:
    case Operation::LoadConst:
    case Operation::LoadNull:
    case Operation::LoadClosure:
    case Operation::StoreDeref:
    case Operation::Jump:
    case Operation::JumpIfNone:
    case Operation::JumpIfNotNone:
    case Operation::JumpIs:
    case Operation::Is:
    case Operation::IsNot:
    case Operation::PushExcInfo:
    case Operation::PopExcept:
    case Operation::Return:
      return false;
    default:
      return true;
  }
}

/// Calls read(register) and write(register) for the operands of an instruction: fields, wide operands, list.
/// Absent registers are left out, and so are the Local fields, which operations treat each in their own way.
/// CallMethod's pair and LoadMethod's count as two registers.
template <class Read, class Write>
void for_each_operand(std::span<const uint64_t> words, uint32_t word, Read read, Write write) {
  const Instruction instruction = instruction_at(words, word);
  const Operation operation = operation_of(instruction);
  const OperationInfo& info = operation_info(operation);
  const Field kinds[] = {info.a, info.b, info.c};
  const uint16_t fields[] = {instruction.a, instruction.b, instruction.c};
  const bool may_lack = operation == Operation::Raise || operation == Operation::Reraise;
  for (unsigned i = 0; i < 3; ++i) {
    const bool reads = kinds[i] == Field::In || kinds[i] == Field::InOut;
    if (reads && !(may_lack && fields[i] == kNoRegister)) read(fields[i]);
  }
  const WideOperand wide = wide_operand(operation);
  if (wide == WideOperand::Register || wide == WideOperand::RegisterAndCount) {
    const auto extra = static_cast<uint16_t>(words[word + 1]);
    if (extra != kNoRegister) read(extra);
  }
  if (operation == Operation::CallMethod) read(static_cast<uint16_t>(instruction.b + 1));
  const bool unpacks = operation == Operation::UnpackSequence || operation == Operation::UnpackExtended;
  if (info.tail == Tail::List) {
    for (uint32_t i = 0; i < instruction.c; ++i) {
      const uint16_t reg = list_register(words, word + 1 + info.words, i);
      if (unpacks)
        write(reg);
      else if (reg != kNoRegister || operation != Operation::MakeFunction)
        read(reg);
    }
  }
  for (unsigned i = 0; i < 3; ++i)
    if (kinds[i] == Field::Out || kinds[i] == Field::InOut) write(fields[i]);
  if (operation == Operation::LoadMethod) write(static_cast<uint16_t>(instruction.a + 1));
}

}  // namespace ouro::lift
