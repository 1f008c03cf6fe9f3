// Any bytes as a code object: what is lifted must pass the independent checker, be shown, and have its
// liveness analysed. The input: sizes, kinds of the locals, exception table, position table, code (see
// read_input). A mutator of our own knows what an instruction is, so that most inputs still make some sense.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "bytecode/opcodes.h"
#include "lift/check.h"
#include "lift/lift.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using namespace ouro;

constexpr size_t kHeader = 10;

struct Parts {
  size_t kinds, exceptions, lines, code;  // where each begins
  size_t end;
};

bool split(const uint8_t* data, size_t size, Parts* parts) {
  if (size < kHeader) return false;
  parts->kinds = kHeader;
  parts->exceptions = parts->kinds + data[5];
  parts->lines = parts->exceptions + (data[6] | data[7] << 8);
  parts->code = parts->lines + (data[8] | data[9] << 8);
  parts->end = size;
  return parts->code <= size;
}

lift::CodeView read_input(const uint8_t* data, const Parts& parts) {
  constexpr uint32_t kFlags[] = {0x3, 0x23, 0x83, 0x203, 0x123, 0x0, 0x40, 0x283};
  lift::CodeView view;
  view.const_count = data[0];
  view.name_count = data[1];
  view.argument_count = data[2];
  view.stack_size = data[3] == 255 ? 70000 : data[3];
  view.flags = kFlags[data[4] % 8];
  view.first_line = 1;
  view.local_kinds = {data + parts.kinds, parts.exceptions - parts.kinds};
  view.exception_table = {data + parts.exceptions, parts.lines - parts.exceptions};
  view.line_table = {data + parts.lines, parts.code - parts.lines};
  view.code = {data + parts.code, parts.end - parts.code};
  return view;
}

void check_liveness(const lift::RegisterCode& code) {
  const lift::Liveness liveness(code);
  for (size_t i = 0; i < code.offsets.size() && i < 32; ++i)
    if (liveness.live_temps(code.offsets[i].word).size() != size_t{code.register_count} - code.temp_base)
      std::abort();
}

void mutate_code(uint8_t* code, size_t units, std::minstd_rand& random) {
  const size_t unit = random() % units;
  switch (random() % 5) {
    case 0:  // another instruction
      for (unsigned tries = 0; tries < 16; ++tries) {
        const auto number = static_cast<uint8_t>(random());
        if (!kPython311.assigned[number]) continue;
        code[unit * 2] = number;
        break;
      }
      return;
    case 1:
      code[unit * 2 + 1] = static_cast<uint8_t>(code[unit * 2 + 1] + random() % 7 - 3);
      return;
    case 2:
      code[unit * 2 + 1] = static_cast<uint8_t>(random() % 12);
      return;
    case 3: {  // a piece of code elsewhere
      const size_t from = random() % units;
      const size_t count = std::min({size_t{random() % 12 + 1}, units - unit, units - from});
      std::memmove(code + unit * 2, code + from * 2, count * 2);
      return;
    }
    default: {
      const size_t other = random() % units;
      std::swap(code[unit * 2], code[other * 2]);
      std::swap(code[unit * 2 + 1], code[other * 2 + 1]);
    }
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  std::minstd_rand random(seed);
  Parts parts;
  if (!split(data, size, &parts) || parts.end - parts.code < 4 || random() % 8 == 0)
    return LLVMFuzzerMutate(data, size, max_size);
  if (random() % 6 == 0) {
    uint8_t* byte = data + random() % parts.code;
    *byte =
        random() % 2 == 0 ? static_cast<uint8_t>(random()) : static_cast<uint8_t>(*byte + random() % 5 - 2);
    return size;
  }
  for (unsigned i = random() % 3 + 1; i > 0; --i)
    mutate_code(data + parts.code, (parts.end - parts.code) / 2, random);
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Parts parts;
  if (!split(data, size, &parts)) return 0;
  const lift::CodeView view = read_input(data, parts);
  for (const bool tracing : {false, true}) {
    const auto lifted = lift::lift(view, {.tracing = tracing, .max_pinned_consts = data[4] / 8u});
    if (const auto* error = std::get_if<lift::LiftError>(&lifted)) {
      if (error->message.empty()) std::abort();
      continue;
    }
    const auto& code = std::get<lift::RegisterCode>(lifted);
    if (const std::string problem = lift::check(code, view); !problem.empty()) {
      std::fprintf(stderr, "%s\n%s", problem.c_str(), lift::dump(code).c_str());
      std::abort();
    }
    if (lift::dump(code).empty()) std::abort();
    check_liveness(code);
  }
  return 0;
}
