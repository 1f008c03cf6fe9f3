// What a program tells about its matches before there is a text.
#include <cstring>

#include "vm/modules/sre/lower.h"
#include "vm/object/exceptions.h"

namespace ouro::vm::sre {

namespace {

/// What comes first behind `at`, if that is one character for certain: its instruction.
uint32_t first_single(const Parts& parts, uint32_t at) {
  for (int steps = 0; steps < 64 && at < parts.instructions.size(); ++steps) {
    const Instruction& here = parts.instructions[at];
    switch (here.action) {
      case Action::Mark:
      case Action::Atomic:
        ++at;
        break;
      case Action::Jump:
        at = here.target;
        break;
      case Action::RepeatOne:
      case Action::MinRepeatOne:
      case Action::PossessiveRepeatOne:
        if (here.a == 0) return kNoInstruction;
        ++at;
        break;
      default:
        return is_single(here.action) || here.action == Action::Text ? at : kNoInstruction;
    }
  }
  return kNoInstruction;
}

bool is_dynamic(const Parts& parts, const Instruction& single) {
  return single.action == Action::Set && parts.sets[single.a].dynamic;
}

/// Membership of a character below 256.
bool holds(const Parts& parts, const Instruction& single, uint32_t c) {
  switch (single.action) {
    case Action::Literal:
      return c == single.a;
    case Action::NotLiteral:
      return c != single.a;
    case Action::Any:
      return c != '\n';
    case Action::Set:
      return parts.sets[single.a].dynamic || parts.sets[single.a].table[c] != 0;
    case Action::Text:
      return c == parts.characters[single.a];
    default:
      return true;
  }
}

/// The one character that the instruction takes, or -1.
int64_t only_character(const Parts& parts, const Instruction& single) {
  if (single.action == Action::Literal) return single.a;
  if (single.action == Action::Text) return parts.characters[single.a];
  return -1;
}

void note_follower(Parts& parts, Instruction& repeat, uint32_t index) {
  repeat.follows = first_single(parts, repeat.target);
  if (repeat.follows == kNoInstruction) return;
  const Instruction& item = parts.instructions[index + 1];
  const Instruction& next = parts.instructions[repeat.follows];
  if (is_dynamic(parts, item) || is_dynamic(parts, next)) return;
  repeat.disjoint_latin1 = true;
  for (uint32_t c = 0; c < 256 && repeat.disjoint_latin1; ++c)
    repeat.disjoint_latin1 = !(holds(parts, item, c) && holds(parts, next, c));
  const int64_t a = only_character(parts, item), b = only_character(parts, next);
  repeat.disjoint =
      repeat.disjoint_latin1 && ((a >= 0 && a < 256) || (b >= 0 && b < 256) || (a >= 0 && b >= 0 && a != b));
}

/// Gathers the characters that a match may start with.
class FirstSet {
 public:
  explicit FirstSet(Parts& parts) : parts_(parts), seen_(parts.instructions.size()) {}

  /// False: a match may be empty, or it is not known.
  bool gather() {
    ways_.push_back(0);
    while (!ways_.empty()) {
      uint32_t at = ways_.back();
      ways_.pop_back();
      while (at != kNoInstruction) {
        if (at >= seen_.size() || !known(parts_.instructions[at].action)) return false;
        if (seen_[at]) break;
        seen_[at] = true;
        at = step(at);
      }
    }
    return true;
  }

 private:
  static bool known(Action action) { return action != Action::Success && action != Action::GroupRef; }

  void add(const Instruction& single) {
    for (uint32_t c = 0; c < 256; ++c) parts_.head.first[c] |= holds(parts_, single, c);
    const int64_t only = only_character(parts_, single);
    parts_.head.first_wide |= only < 0 || only > 255;
  }

  /// Where to go on; others are put on the stack of ways.
  uint32_t step(uint32_t at) {
    const Instruction& here = parts_.instructions[at];
    switch (here.action) {
      case Action::Failure:
        return kNoInstruction;
      case Action::Jump:
      case Action::Assert:
      case Action::AssertNot:
        return here.target;
      case Action::Branch:
        for (uint32_t i = 0; i < here.b; ++i) ways_.push_back(parts_.alternatives[here.a + i].target);
        return kNoInstruction;
      case Action::RepeatOne:
      case Action::MinRepeatOne:
      case Action::PossessiveRepeatOne:
        add(parts_.instructions[at + 1]);
        return here.a == 0 ? here.target : kNoInstruction;
      case Action::Repeat:
        if (here.a == 0) ways_.push_back(here.target + 1);
        return at + 1;
      case Action::PossessiveRepeat:
        if (here.a == 0) ways_.push_back(here.target);
        return at + 1;
      case Action::GroupRefExists:
        ways_.push_back(here.target);
        return at + 1;
      default:
        if (!is_single(here.action) && here.action != Action::Text) return at + 1;
        add(here);
        return kNoInstruction;
    }
  }

  Parts& parts_;
  std::vector<bool> seen_;
  std::vector<uint32_t> ways_;
};

bool is_anchored(const Parts& parts) {
  size_t at = 0;
  while (parts.instructions[at].action == Action::Mark) ++at;
  const Instruction& here = parts.instructions[at];
  return here.action == Action::At && (here.a == static_cast<uint32_t>(At::Beginning) ||
                                       here.a == static_cast<uint32_t>(At::BeginningString));
}

/// A greedy repeat of anything in front, and no way to tell later where it began.
bool starts_with_any(const Parts& parts) {
  const Instruction& head = parts.instructions[0];
  if (head.action != Action::RepeatOne || head.a != 0 || head.b != kMaxRepeat) return false;
  const Action item = parts.instructions[1].action;
  if (item != Action::Any && item != Action::AnyAll) return false;
  for (const Instruction& here : parts.instructions) {
    if (here.action == Action::GroupRef || here.action == Action::GroupRefExists) return false;
  }
  return true;
}

template <class T>
void put(char* base, uint32_t* offset, uint32_t* count, std::span<const T> items, size_t* at) {
  *offset = static_cast<uint32_t>(*at);
  *count = static_cast<uint32_t>(items.size());
  if (base != nullptr && !items.empty()) std::memcpy(base + *at, items.data(), items.size_bytes());
  *at = (*at + items.size_bytes() + 7) & ~size_t{7};
}

/// Lays the parts one behind the other; returns the size. Null `base`: only measures.
size_t lay_out(Parts& parts, char* base) {
  Program& head = parts.head;
  uint32_t instructions_at;
  size_t at = sizeof(Program);
  put<Instruction>(base, &instructions_at, &head.instruction_count, parts.instructions, &at);
  put<Set>(base, &head.sets_at, &head.set_count, parts.sets, &at);
  put<Alternative>(base, &head.alternatives_at, &head.alternative_count, parts.alternatives, &at);
  put<char32_t>(base, &head.characters_at, &head.character_count, parts.characters, &at);
  put<uint32_t>(base, &head.words_at, &head.word_count, parts.words, &at);
  if (base != nullptr) std::memcpy(base, &head, sizeof(Program));
  return at;
}

}  // namespace

void analyse(Parts* parts) {
  for (uint32_t i = 0; i < parts->instructions.size(); ++i) {
    Instruction& here = parts->instructions[i];
    if (here.action == Action::RepeatOne || here.action == Action::MinRepeatOne)
      note_follower(*parts, here, i);
  }
  for (Alternative& alternative : parts->alternatives)
    alternative.first = first_single(*parts, alternative.target);
  Program& head = parts->head;
  head.anchored = is_anchored(*parts);
  head.starts_with_any = starts_with_any(*parts);
  head.has_first = FirstSet(*parts).gather();
  head.only_first = -1;
  int members = 0;
  for (int c = 0; c < 256; ++c) {
    if (head.first[c] == 0) continue;
    head.only_first = static_cast<int16_t>(c);
    ++members;
  }
  if (members != 1) head.only_first = -1;
}

Result<Blob*> make_program(std::span<const uint32_t> words, uint32_t groups) {
  Parts parts;
  parts.words = words;
  parts.head.groups = groups;
  Lowering lowering(words, groups, &parts);
  if (!TRY(lowering.run())) return raise(types.RuntimeError, "invalid SRE code");
  analyse(&parts);
  const size_t size = lay_out(parts, nullptr);
  if (size > 0x7FFFFFFF || !can_allocate(sizeof(Blob) + size)) return raise_no_memory();
  auto* blob = allocate<Blob>(shapes.blob, sizeof(Blob) + size);
  blob->length = size;
  lay_out(parts, blob->data);
  return blob;
}

}  // namespace ouro::vm::sre
