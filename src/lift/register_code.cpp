#include "lift/register_code.h"

#include <algorithm>

namespace ouro::lift {

static_assert(std::size(detail::kOperations) == static_cast<size_t>(Operation::kCount));

WideOperand wide_operand(Operation operation) {
  using enum Operation;
  switch (operation) {
    case LoadConst:
      return WideOperand::Const;
    case Call:
    case CallMethod:
      return WideOperand::KeywordNames;
    case LoadGlobal:
    case StoreGlobal:
    case DeleteGlobal:
    case LoadName:
    case StoreName:
    case DeleteName:
    case LoadAttr:
    case LoadMethod:
    case StoreAttr:
    case DeleteAttr:
    case ImportName:
    case ImportFrom:
      return WideOperand::Name;
    case BuildSlice:
    case CallExtended:
    case FormatValue:
      return WideOperand::Register;
    case MatchClass:
      return WideOperand::RegisterAndCount;
    case TraceLine:
      return WideOperand::TracePoint;
    case ForIter:
    case Send:
      return WideOperand::Target;
    default:
      return operation >= Jump && operation <= JumpBackContains ? WideOperand::Target : WideOperand::None;
  }
}

uint32_t RegisterCode::offset_of(uint32_t word) const {
  const auto after = std::upper_bound(offsets.begin(), offsets.end(), word,
                                      [](uint32_t at, const OffsetEntry& entry) { return at < entry.word; });
  return after == offsets.begin() ? 0 : std::prev(after)->offset;
}

const Handler* RegisterCode::handler_of(uint32_t word) const {
  const auto after = std::upper_bound(handlers.begin(), handlers.end(), word,
                                      [](uint32_t at, const Handler& handler) { return at < handler.start; });
  if (after == handlers.begin()) return nullptr;
  const Handler& handler = *std::prev(after);
  return word < handler.end ? &handler : nullptr;
}

}  // namespace ouro::lift
