// The lowering of code words; see program.h.
#pragma once

#include <vector>

#include "vm/modules/sre/program.h"

namespace ouro::vm::sre {

struct Parts {
  std::vector<Instruction> instructions;
  std::vector<Set> sets;
  std::vector<Alternative> alternatives;
  std::vector<char32_t> characters;
  std::span<const uint32_t> words;
  Program head = {};
};

/// Reads words into instructions. False: they are not what re._compiler writes.
class Lowering {
 public:
  Lowering(std::span<const uint32_t> words, uint32_t groups, Parts* parts)
      : words_(words), groups_(groups), parts_(*parts) {}
  Result<bool> run();

 private:
  /// Words [at, end), all but a final JUMP, which `*jump` takes note of.
  Result<bool> sequence(size_t at, size_t end, bool inside, bool* jump = nullptr);
  Result<bool> one(size_t* at, size_t end, bool inside);
  bool single(Op op, size_t* at, size_t end);
  Result<bool> branch(size_t* at, size_t end, bool inside);
  Result<bool> repeat_one(Op op, size_t* at, size_t end);
  Result<bool> repeat(Op op, size_t* at, size_t end, bool inside);
  Result<bool> sub(Op op, size_t* at, size_t end);
  Result<bool> conditional(size_t* at, size_t end, bool inside);
  bool info(size_t* at, size_t end);
  bool info_prefix(size_t at, size_t end);
  bool charset(size_t at, size_t end) const;
  void literal(uint32_t c);
  uint32_t add_set(SetKind kind, uint32_t words, bool negated = false);
  /// The skip at `at`, which must lead to a place in [at, end].
  bool skip(size_t at, size_t end, size_t* target) const;
  uint32_t emit(Action action, uint32_t a = 0, uint32_t b = 0);
  uint32_t here() const { return static_cast<uint32_t>(parts_.instructions.size()); }
  Instruction& instruction(uint32_t i) { return parts_.instructions[i]; }

  std::span<const uint32_t> words_;
  uint32_t groups_;
  Parts& parts_;
  uint32_t text_end_ = kNoInstruction;  // the Text instruction that the next literal may join
};

/// Notes what follows repeats, what alternatives and the whole start with.
void analyse(Parts* parts);

}  // namespace ouro::vm::sre
